"""Lesson 08: how long does the money last, and what must be true for the price to be right?"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from ...data import load
from ...data.assumptions import assumed, ranges
from ...data.tables import until_tables_change
from ...models.valuation import GrowthCase, implied_growth
from .. import expect
from ..questions import (
    Choice,
    Code,
    Feedback,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
)

ARTICLE = "2026-03-03"


@until_tables_change
def _plans() -> pd.DataFrame:
    """Free cash flow by year and vintage (USD bn)."""
    rows = load("forecast_vintages").query(
        "metric == 'free_cash_flow' and period.str.startswith('FY')"
    )
    return rows.pivot(index="period", columns="vintage", values="value_usd_bn")


@until_tables_change
def _numbers() -> dict[str, float]:
    """Everything that questions and verdicts quote, from the tables."""
    plans = _plans()
    forecast = load("forecast_vintages").set_index("row_id")["value_usd_bn"]
    inputs = assumed("cash_plan")
    money = load("company_financials", all_reports=True).set_index("row_id")["value_usd_bn"]
    mix = load("revenue_mix").set_index("row_id")
    rounds = load("funding_rounds", all_reports=True).set_index("row_id")
    values = load("valuations").set_index("row_id")
    industry = load("analogue_industries").set_index("row_id")["value"]
    contracts = load("compute_commitments", ARTICLE)
    signed = contracts[contracts["counts_in_total"]]["value_usd_bn"].sum()
    then, before = plans["February 2026"], plans["Early 2025"]
    revenue = forecast["fv_september_2026_revenue_2026_2030"]
    compute = forecast["fv_september_2026_compute_spend_2026_2030"]
    burn = forecast["fv_september_2026_free_cash_flow_2026_2030"]
    sales_2025, price = inputs["revenue_2025"], values["value_usd_bn"]
    closed = rounds.at["oai_2026_close", "amount_committed_usd_bn"]
    other_burn = money["fin_2026_2028_cash_burn_forecast_epoch"]
    return {
        "plan_before": before.sum(),
        "plan_then": then.sum(),
        "burn_3": -then.iloc[:3].sum(),
        "burn_3_epoch": other_burn,
        "rest_epoch": inputs["opening_cash"] + closed - other_burn,
        "deepest": -then.min(),
        "cash": inputs["opening_cash"],
        "then_post": price["val_openai_2026_announced"],
        "close": closed,
        "announced": rounds.at["oai_2026_announced", "amount_committed_usd_bn"],
        "conditional": rounds.at["oai_2026_amazon_conditional", "amount_committed_usd_bn"],
        "pre": rounds.at["oai_2026_close", "pre_money_usd_bn"],
        "bridge": rounds.at["oai_2026_bridge", "pre_money_usd_bn"],
        "bridge_money": rounds.at["oai_2026_bridge", "amount_committed_usd_bn"],
        "sales_2025": sales_2025,
        "inference": money["fin_fy2025_inference_cost"],
        "research": money["fin_fy2025_r_and_d_compute"],
        "burn_2025": money["fin_fy2025_cash_burn"],
        "plan_revenue": revenue,
        "plan_compute": compute,
        "plan_burn": -burn,
        "plan_other": revenue - compute - burn,
        "other_pct": 100 * (revenue - compute - burn) / revenue,
        "signed": signed,
        "run_rate": values.at["val_openai_2026_close", "revenue_usd_bn"],
        "api_share": mix.at["mix_oai_202508_api", "share_pct"],
        "firms": mix.at["mix_oai_202603_enterprise", "share_pct"],
        "firms_now": mix.at["mix_oai_202606_enterprise", "share_pct"],
        "ads_first": mix.at["mix_oai_202603_ads", "value_usd_bn"],
        "ads_2026": mix.at["mix_oai_fy2026_ads", "value_usd_bn"],
        "ads_2030": mix.at["mix_oai_fy2030_ads", "value_usd_bn"],
        "ads_users": ranges("cash_plan", "ad_users_2030")["ad_users_2030"][1],
        "ads_each": mix.at["mix_oai_fy2030_ads", "value_usd_bn"]
        / ranges("cash_plan", "ad_users_2030")["ad_users_2030"][1],
        "att_margin": 100
        * industry["an_att_fy2025_operating_income"]
        / industry["an_att_fy2025_revenue"],
        "aws": 100
        * money["fin_amazon_fy2025_operating_income_aws"]
        / money["fin_amazon_fy2025_revenue_aws"],
        "att_capex": 100 * industry["an_att_fy2025_capex"] / industry["an_att_fy2025_revenue"],
        "compute_share": 100
        * (money["fin_fy2025_inference_cost"] + money["fin_fy2025_r_and_d_compute"])
        / sales_2025,
        "implied": _implied(),
        "diluted": 100
        * rounds.at["oai_2026_announced", "pre_money_usd_bn"]
        / price["val_openai_2026_announced"],
        "margin_accounts": 100
        * (1 - money["fin_fy2025_cost_of_revenue"] / money["fin_fy2025_revenue"]),
        "margin_press": inputs["gross_margin_2025"],
        "cost_accounts": money["fin_fy2025_cost_of_revenue"],
        "cost_press": sales_2025 * (1 - inputs["gross_margin_2025"] / 100),
        "seats": load("users").set_index("row_id").at["biz_openai_202602", "value_millions"],
    }


def _implied(pre_money: float | None = None) -> float:
    """Growth implied by the pre-money value of the 2026 round at the base inputs (percent a year)."""
    given = assumed("reverse_dcf")
    case = GrowthCase(
        given["revenue_2025"],
        given["first_margin"],
        given["mature_margin"],
        given["wacc"],
        given["horizon_growth"],
        int(given["years"]),
    )
    value = (
        pre_money
        or load("funding_rounds").set_index("row_id").at["oai_2026_close", "pre_money_usd_bn"]
    )
    return implied_growth(value - given["opening_cash"], case).growth_pct


def _year_dry() -> str:
    """First year whose end finds no cash, on the plan of February 2026 and the round as closed."""
    numbers = _numbers()
    left = numbers["cash"] + numbers["close"] + _plans()["February 2026"].cumsum()
    short = left[left < 0]
    return short.index[0].removeprefix("FY") if len(short) else "not before 2031"


QUESTIONS = [
    Prediction(
        "plan_change",
        "In early 2025 OpenAI's own plan gave free cash flow of USD {plan_before:+.0f} bn for 2026 to 2030 together. What did its plan of February 2026 give for the same five years? Burn is negative.",
        unit="USD bn",
        tolerance=40,
        truth=lambda: _numbers()["plan_then"],
        explain="The later plan has more revenue in 2030 and far more computing before it. Two vintages, one firm: neither is an average.",
        values=_numbers,
    ),
    Prediction(
        "year_dry",
        "Take USD {cash:.0f} bn of cash and the {close:.0f} bn of the round of 2026. On the company's plan of February 2026, as reported year by year, and without another round: in which year does the cash run out?",
        options=("2027", "2028", "2029", "not before 2031"),
        truth=_year_dry,
        explain="The plan burns {burn_3:.0f} bn in 2026 to 2028. This is the firm's own forecast, not ours. Another summary of it gives {burn_3_epoch:.0f} bn for the three years; then {rest_epoch:.0f} bn would be left at the end of 2028 and gone in 2029.",
        values=_numbers,
    ),
    Prediction(
        "implied_growth",
        "Investors paid {pre:.0f} bn before the new money. Revenue of 2025 was {sales_2025:.1f} bn. Suppose cash flow reaches 25 % of revenue after ten years and investors want 12 % a year. By how much must revenue grow, each year for ten years?",
        unit="% a year",
        tolerance=8,
        truth=lambda: round(_implied()),
        explain="It is a growth for ten years on end. The plan of February 2026 is faster, for five years.",
        values=_numbers,
    ),
    Choice(
        "run_rate",
        "At the end of March 2026 a report says: OpenAI has revenue of USD {run_rate:.0f} bn, almost twice the {sales_2025:.0f} bn of 2025. What is compared here?",
        [
            Option("Two years' revenue, so it nearly doubled in a year", why="The year 2026 was three months old. Nobody had earned {run_rate:.0f} bn in it.", mistake="run rate for revenue"),
            Option("A month times 12 with what a whole year brought in", correct=True, why="A run rate says how fast money comes in now. It becomes revenue only if that month is repeated."),
            Option("Signed contracts with revenue that was earned", why="Those would be bookings. The 24 is two a month, taken twelve times.", mistake="bookings for run rate"),
        ],
        hints=("How many months of 2026 were over?", "Ask what was counted, and over how long.", "2 a month, times 12.", "A month times 12 with what a whole year brought in"),
        values=_numbers,
    ),
    Number(
        "adds_up",
        "In September 2026 OpenAI's plan for 2026 to 2030 was reported: revenue USD {plan_revenue:.0f} bn, computing {plan_compute:.0f} bn, free cash flow of -{plan_burn:.0f} bn. What must all other costs add up to?",
        answer=lambda: _numbers()["plan_other"],
        unit="USD bn",
        tolerance=0.6,
        expects="an amount in USD bn",
        right="That is {other_pct:.0f} % of revenue for staff, sales, Microsoft's share and the rest. So the three numbers can be true together.",
        mistakes=[
            Mistake("burn taken for a source of money", lambda: _numbers()["plan_revenue"] - _numbers()["plan_compute"] - _numbers()["plan_burn"], "You took the burn off. The burn is what costs exceed revenue by, so costs are larger by it."),
            Mistake("the burn alone", lambda: _numbers()["plan_burn"], "That is the burn. Computing alone exceeds revenue by a little; the rest of the burn is other costs."),
            Mistake("computing left out", lambda: _numbers()["plan_revenue"] + _numbers()["plan_burn"], "Those are all costs. Take computing off."),
            Mistake("other costs left out", lambda: _numbers()["plan_compute"] - _numbers()["plan_revenue"], "By so much computing alone exceeds revenue. The rest of the burn is other costs."),
            Mistake("sign turned", lambda: -_numbers()["plan_other"], "The size is right. Costs are asked for as a positive amount."),
        ],
        hints=("Free cash flow is revenue less all costs.", "other = revenue - computing - free cash flow, and free cash flow is negative", "other = {plan_revenue:.0f} - {plan_compute:.0f} + {plan_burn:.0f}", "USD {plan_other:.0f} bn"),
        values=_numbers,
    ),
    Choice(
        "gross_margin",
        "Gross margin is revenue less the cost of serving customers, over revenue. OpenAI's of 2025 was reported as {margin_press:.0f} %, and {margin_accounts:.0f} % follows from its leaked accounts. How can both be right?",
        [
            Option("They count different costs of serving: one all users, paying or not, the other a shorter list", correct=True, why="At {margin_press:.0f} % serving cost USD {cost_press:.1f} bn, in the accounts {cost_accounts:.1f} bn. What the accounts book elsewhere is not published; the cost of free users is the first thing to ask for."),
            Option("One is from a run rate, and the margin rises in months with more revenue", why="Both are for the whole year.", mistake="period mixed up"),
            Option("One is before and the other after research computing, the largest cost", why="Research is in neither: both stop at the cost of serving.", mistake="gross for operating margin"),
        ],
        hints=("Which users cost and do not pay?", "Work out the cost of serving that belongs to each margin.", "{cost_press:.1f} bn against {cost_accounts:.1f} bn: the revenue is almost the same.", "They count different costs of serving: one all users, paying or not, the other a shorter list"),
        values=_numbers,
    ),
    Number(
        "wacc",
        "A firm has debt of USD 36 bn and shares worth 54 bn at market prices; its books show equal parts. Debt costs 6 %, equity 12.4 %, tax is 35 %. What is its weighted average cost of capital?",
        answer=9.0,
        unit="%",
        tolerance=0.06,
        expects="a percentage",
        right="0.4 x 6 % x 0.65 + 0.6 x 12.4 %. These are the rates of a textbook's Rio Corporation.",
        mistakes=[
            Mistake("book weights", 8.15, "You weighted with the books. What investors have at stake is the market value."),
            Mistake("tax left out", 9.84, "Interest lowers tax: take the debt at 6 % x (1 - 0.35)."),
            Mistake("weights swapped", 7.3, "Debt is 36 of 90, so its weight is 0.4."),
            Mistake("cost of equity alone", 12.4, "That is what shareholders want. Lenders finance a part."),
        ],
        hints=("Weights first: which values?", "WACC = D/V x cost of debt x (1 - tax) + E/V x cost of equity", "debt = 36 / 90 * 6 * 0.65", "9.0 %"),
    ),
    Choice(
        "terminal",
        "An analyst values a lab with a discount rate of 8 % and growth of 9 % a year for ever. What happens?",
        [
            Option("The value is high, as it should be for a firm that grows faster than others", why="For ever, a firm that outgrows the rate outgrows the whole economy.", mistake="growth for ever above the rate"),
            Option("The formula gives a negative number, so the firm is worth nothing", why="The formula does not hold there. A sum that grows without end has no value, high or low.", mistake="formula used outside its range"),
            Option("There is no value: the sum has no end. Growth for ever must lie below the rate", correct=True, why="And both must be nominal, or both real. Fast growth belongs into the forecast years."),
        ],
        hints=("Is each later year worth more or less today?", "The horizon formula divides by rate less growth.", "8 - 9 is negative.", "There is no value: the sum has no end. Growth for ever must lie below the rate"),
    ),
    Code(
        "average_price",
        "Write `average_price(old_price, shares_before, new_money, new_shares)`: the conversion price after a down round, broad-based weighted average. Then run the cell with `lesson.check(\"average_price\", average_price)`.",
        starter="def average_price(old_price, shares_before, new_money, new_shares):\n    return ...",
        tests=[
            expect.call(1.0, 7.0, 1.0, 2.0, gives=8 / 9, tolerance=1e-6, mistakes=[
                Mistake("full ratchet", 0.5, "That is the new price: a full ratchet."),
                Mistake("formula turned round", 9 / 8, "The price falls in a down round. Put the shares that were issued below."),
                Mistake("plain average of two prices", 0.75, "You averaged the prices. Weight by shares."),
            ]),
            expect.call(2.0, 7.0, 1.0, 2.0, gives=5 / 3, tolerance=1e-6, mistakes=[
                Mistake("money for shares", 2 * 8 / 9, "new_money is an amount. At the old price it buys new_money / old_price shares."),
            ]),
        ],
        hints=("How many shares would the money have bought at the old price?", "new price = old price x (before + money / old price) / (before + issued)", "at_old = new_money / old_price", "return old_price * (shares_before + new_money / old_price) / (shares_before + new_shares)"),
        right="In Gust's published example the price falls from 1.00 to 0.89; a full ratchet would take it to 0.50. A small round at a low price hurts little; a full ratchet does not ask how small it was.",
    ),
    Choice(
        "committed",
        "Contracts of USD {signed:.0f} bn were signed by the article's day. Why is that not the computing that OpenAI will pay?",
        [
            Option("It is: signed contracts are debts and must be shown as such", why="A contract for services not yet delivered is no debt on the balance sheet. It may be cut, delayed or grown.", mistake="committed for paid"),
            Option("Payments come over years with the capacity, terms can change, and use may exceed contracts", correct=True, why="So the plan pays by use or by contract, whichever is more, and the part that binds is an assumption on screen."),
            Option("Suppliers will take shares, so nothing has to be paid in cash", why="Some suppliers buy shares of the lab with money; the purchases are paid in money all the same.", mistake="money in and out netted"),
        ],
        hints=("When is a data centre paid for?", "Tell signed, due and paid apart.", "Look at the schedule by year.", "Payments come over years with the capacity, terms can change, and use may exceed contracts"),
        values=_numbers,
    ),
]  # fmt: skip

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "V.1": _numbers,
    "V.2": _numbers,
    "V.4": _numbers,
    "V.5": _numbers,
    "V.6": _numbers,
    "V.7": _numbers,
    "V.8": _numbers,
    "V.9": _numbers,
}
SKERRY_CASH, SKERRY_MONEY = 4.1, 4  # USD bn: cash after year 2, and the round on offer
# Words that a learner may name the two lines of Q6 with.
NO_ROUND = r"(^|[^a-z])(no|not|none|w/o)([^a-z]|$)|without|alone|before"
WITH_ROUND = rf"^(?!.*({NO_ROUND})).*(with|round|money|rais|after|4)"


def _skerry_flow(grown: int, capex_growth: float) -> float:
    """Free cash flow (USD bn) `grown` years after year 1; capex grows by 60 % to year 2, by `capex_growth` % later."""
    capex = 1.6 * (1 + capex_growth / 100) ** (grown - 1) if grown else 1
    return 1.2 * 1.25**grown - capex


def _cash_lines(figure, capex_growth: float) -> Feedback | None:
    """The first two lines run over years 3 to 6 and follow the two plans, in either order."""
    drawn = [
        line.get_data() for axes in figure.axes for line in axes.lines if len(line.get_xdata()) > 2
    ]
    if len(drawn) < 2:
        return Feedback.wrong("Two lines with a point for each year are needed.", "a line missing")
    drawn = drawn[:2]
    if any(not np.array_equal(np.asarray(years, float), [3, 4, 5, 6]) for years, _ in drawn):
        return Feedback.wrong("The years are 3, 4, 5 and 6, one point each.", "years not 3 to 6")
    found = sorted((tuple(float(value) for value in values) for _, values in drawn), reverse=True)

    def flows(growths, growth=capex_growth):
        return [_skerry_flow(grown, growth) for grown in growths]

    def lower_is(values):
        return np.allclose(found[1], values, atol=0.006)

    right, gap = flows((2, 3, 4, 5)), np.subtract(*found)
    alone = SKERRY_CASH + np.cumsum(right)
    if lower_is(alone) and np.allclose(gap, SKERRY_MONEY, atol=0.012):
        return None
    if lower_is(right):
        return Feedback.wrong(
            "One line shows the flow of each year. Cash adds them up.", "flow for stock"
        )
    if lower_is(alone) and np.allclose(gap, SKERRY_MONEY * np.arange(1, 5), atol=0.012):
        return Feedback.wrong(
            "Your upper line gets the money of the round in each of the four years. The round comes once, in year 3.",
            "round each year",
        )
    if abs(gap[0] - SKERRY_MONEY) < 0.006 and not np.allclose(gap, SKERRY_MONEY, atol=0.006):
        return Feedback.wrong(
            "The money of the round stays in the cash of the later years too.",
            "round lost after a year",
        )
    if lower_is(np.subtract(alone, SKERRY_CASH)):
        return Feedback.wrong(
            "You left out the cash that Skerry has at the start.", "opening cash forgotten"
        )
    for growths, words in (
        ((3, 4, 5, 6), "grown one year too far. Year 1 is the start, so year 3 has grown twice."),
        ((0, 1, 2, 3), "those of years 1 to 4. By year 3 they have grown twice."),
    ):
        if lower_is(SKERRY_CASH + np.cumsum(flows(growths))):
            return Feedback.wrong(f"Your flows are {words}", "years counted from the wrong start")
    if lower_is(SKERRY_CASH + np.cumsum(flows((2, 3, 4, 5), 60))):
        return Feedback.wrong(
            f"You let capex grow by 60 % all the time. From year 3 on it grows by {capex_growth:g} %.",
            "growth of the first years for the later ones",
        )
    told = " and ".join(f"from {values[0]:.2f} to {values[-1]:.2f}" for values in found)
    return Feedback.wrong(f"Your lines run {told}. Work out year 3 of each by hand.")


def _writes_down(function) -> Feedback | None:
    """A lone `...` in the loop leaves no trace in the function: cash that stays, or an empty list, shows it."""
    given = function(10, [-4, -3, 1], [0, 2, 0])
    if isinstance(given, list) and not given:
        return Feedback.unanswered(
            "goal 2 is still open: your list stays empty. Write down each year's cash in closing."
        )
    if isinstance(given, list) and given == [10, 10, 10]:
        return Feedback.unanswered(
            "goal 1 is still open: your cash stays at 10. Add the year's flow and new money to it."
        )
    return None


def _wholesale(f, table: pd.DataFrame | None = None) -> pd.Series:
    return f(load("valuations") if table is None else table, "run rate")


def _halved_revenue() -> pd.DataFrame:
    """The valuations, but with half of the revenue at Series H: the newest row of Anthropic is then the dearest."""
    rows = load("valuations")
    halved = rows["revenue_usd_bn"].where(rows["event"] != "Series H", rows["revenue_usd_bn"] / 2)
    return rows.assign(revenue_usd_bn=halved)


COUNTS = ("no", "one", "two", "three", "four", "five")


def _first_dry(money: float = 122) -> dict[str, SheetCheck]:
    """Q1: the first year that ends without cash after a round of `money` (USD bn), on the plan of February 2026."""
    burns = [-flow for flow in _plans()["February 2026"]]
    left = [40 + money - sum(burns[: n + 1]) for n in range(len(burns))]
    whole = next(n for n, cash in enumerate(left) if cash < 0)  # years that end with cash
    dry, gone = 2026 + whole, [f"{burn:g}" for burn in burns[: whole + 1]]
    check = SheetCheck(
        "The first year without cash",
        kind="value",
        name="q1_prediction",
        expects="a year, such as 2027",
        right="You expected the money to end inside the plan. Now compare it with the output.",
        tests=[
            expect.that(
                "Give a calendar year of the plan, 2026 to 2030.",
                lambda given: 2026 <= given <= 2030,
            ),
            expect.that(
                f"After {COUNTS[whole]} year{'s' if whole > 1 else ''} there are still {left[whole - 1]:g} bn.",
                lambda given: given > dry - 1,
                mistake="stopped too early",
            ),
            expect.that(
                f"By then {COUNTS[whole + 1]} years of burn are gone: {', '.join(gone[:-1])} and {gone[-1]}.",
                lambda given: given < dry + 1,
                mistake="stopped too late",
            ),
        ],
        hints=(
            "Take one year's burn after the other.",
            f"{40 + money:g} less {', then less '.join(gone)}.",
            f"{', then '.join(f'{cash:g}' for cash in left[:whole])}.",
            f"{dry}",
        ),
    )
    return {"q1_prediction": check}


def _worth(
    growth: float, wacc: float, margins=None, past=0, wait=10, ever=None, early=0.0
) -> float:
    """Skerry's value (USD bn) in steps, each of which can be taken wrongly: the mistakes of Q7."""
    rate, year = wacc / 100, np.arange(1, 11)
    margins = -3 + 2.3 * year if margins is None else margins
    ever = 1.03 / (rate - 0.03) if ever is None else ever
    flows = 3 * (1 + growth / 100) ** (year - past) * margins / 100
    return float(
        (flows / (1 + rate) ** (year - early)).sum() + flows[-1] * ever / (1 + rate) ** wait
    )


def _skerry_rounds(
    capex_growth: float = 60, wacc: float = 12, pre_money: float = 30
) -> dict[str, SheetCheck]:
    """Q6 to Q8: growth of capex from year 3 on (percent), discount rate (percent), price of the up round (USD bn)."""
    case, mid_year = GrowthCase(3, -3, 20, wacc, 3), GrowthCase(3, -3, 20, wacc, 3, mid_year=True)

    def growth(firm_value, of=case):
        return implied_growth(firm_value, of).growth_pct

    def at_20(**slip):
        return round(_worth(20, wacc, **slip), 4)

    wanted, discount = growth(pre_money - SKERRY_CASH), f"{1 + wacc / 100:g}"
    later = capex_growth != 60
    capex = f"1.6 x {1 + capex_growth / 100:g}" if later else "1.6 squared"
    capex_code = f"1.6 * {1 + capex_growth / 100:g} ** (year - 2)" if later else "1.6 ** (year - 1)"
    claims = "Almost a quarter" if 24 < wanted < 25 else f"Growth of {wanted:.1f} %:"
    alone = SKERRY_CASH + np.cumsum([_skerry_flow(grown, capex_growth) for grown in (2, 3, 4, 5)])

    def is_line(of):
        return lambda _, y: len(y) == len(of) and np.allclose(y, of, atol=0.012)

    picture = SheetCheck(
        "The cash in one picture",
        kind="figure",
        name="q6_figure",
        expects="a figure with two named lines, a title and units on both axes",
        right="Title, units, both lines and their names are right. Check for yourself that the title states what they show.",
        tests=[
            expect.figure_texts(x_unit="years", y_unit="USD bn"),
            lambda figure: _cash_lines(figure, capex_growth),
            expect.named(
                {
                    "cash with the round": (WITH_ROUND, is_line(alone + SKERRY_MONEY)),
                    "cash without a round": (NO_ROUND, is_line(alone)),
                }
            ),
        ],
        hints=(
            "What is the flow of year 3?",
            f"operating cash flow 1.2 x 1.25 squared, less capex {capex}; then add up from 4.1",
            f"flows = [1.2 * 1.25 ** (year - 1) - {capex_code} for year in (3, 4, 5, 6)]",
            "axes.plot((3, 4, 5, 6), cash_by_year(4.1, flows, [4, 0, 0, 0]), label='with the round'), the same with four zeros and 'no round', then axes.legend()",
        ),
    )
    value = SheetCheck(
        "What Skerry is worth",
        kind="function",
        name="firm_value",
        expects="firm_value(growth_pct) that returns USD bn",
        right="At 20 % Skerry would be worth less than the up round asks.",
        tests=[
            expect.call(
                20,
                gives=round(case.value(20), 4),
                tolerance=0.002,
                mistakes=[
                    *(
                        [
                            Mistake(
                                "rate of the table",
                                round(_worth(20, 12), 4),
                                f"You discounted at the 12 % of the table. The board asks {wacc:g} %.",
                            )
                        ]
                        if wacc != 12
                        else []
                    ),
                    Mistake(
                        "horizon value left out",
                        at_20(ever=0),
                        "Those are the ten years alone. The years after them are missing.",
                    ),
                    Mistake(
                        "horizon growth left out of its first cash flow",
                        at_20(ever=1 / (wacc / 100 - 0.03)),
                        "The first cash flow after the forecast is one year later: let it grow once.",
                    ),
                    Mistake(
                        "horizon value not discounted",
                        at_20(wait=0),
                        "The horizon value stands at the end of year 10. Discount it by ten years.",
                    ),
                    Mistake(
                        "middle of the year",
                        round(mid_year.value(20), 4),
                        "That discounts from the middle of each year. Here they come at the end.",
                    ),
                    Mistake(
                        "middle of the year",
                        at_20(early=0.5),
                        "Your yearly flows come in the middle of each year. Here they come at the end.",
                    ),
                    Mistake(
                        "margin in nine steps",
                        at_20(margins=np.linspace(-3, 20, 10)),
                        "Your margin of the first year is still that of year 2. It moves in ten steps, the first of them in the first year.",
                    ),
                    Mistake(
                        "revenue not yet grown",
                        at_20(past=1),
                        "The first year of the forecast already has grown once: 3 x 1.2.",
                    ),
                    Mistake(
                        "no growth after the forecast",
                        at_20(ever=100 / wacc),
                        "After the forecast the cash flow grows for ever: divide by the rate less the growth.",
                    ),
                    Mistake(
                        "horizon value discounted once too often",
                        at_20(wait=11),
                        "The horizon value stands at the end of year 10, one year before its first cash flow. Discount it by ten years.",
                    ),
                    Mistake(
                        "burn taken for a margin",
                        at_20(margins=np.linspace(4.7, 20, 10)),
                        "The margin starts below zero: Skerry burns 3 % of revenue in year 2.",
                    ),
                    *(
                        Mistake(
                            "burn share not as in the table",
                            at_20(margins=-burn + (20 + burn) / 10 * np.arange(1, 11)),
                            "You started from the burn that 0.1 over 3 gives, 3.3 %. The investors round it: the table says 3 %.",
                        )
                        for burn in (10 / 3, 3.33, 3.3)
                    ),
                    Mistake(
                        "margin mature at once",
                        at_20(margins=np.full(10, 20)),
                        "The margin gets there in ten equal steps, from minus 3 %.",
                    ),
                    Mistake(
                        "cash added",
                        round(case.value(20) + SKERRY_CASH, 4),
                        "The value of the firm is without its cash. That comes in with the price.",
                    ),
                ],
            ),
            expect.call(0, gives=round(case.value(0), 4), tolerance=0.002),
            expect.call(30, gives=round(case.value(30), 4), tolerance=0.002),
        ],
        hints=(
            "What is the margin of the first year, and of the tenth?",
            f"flow = revenue x margin; add flow / {discount} ** year; then the horizon value of year 10",
            "margin = -3 + 23 * year / 10",
            f"horizon = flow * 1.03 / ({wacc / 100:.2f} - 0.03), discounted by {discount} ** 10",
        ),
    )
    price = SheetCheck(
        "The growth in the price",
        kind="value",
        name="q7_growth",
        expects="a growth in percent, to one decimal",
        right=f"{claims} more revenue each year, for ten years: that is what {pre_money:g} bn claims.",
        tests=[
            expect.number(
                round(wanted, 1),
                unit="% a year",
                tolerance=0.11,
                mistakes=[
                    Mistake(
                        "cash not taken off",
                        round(growth(pre_money), 1),
                        f"The {pre_money:g} are for the shares, cash included. The business is worth {pre_money:g} less 4.1.",
                    ),
                    Mistake(
                        "money added to the price",
                        round(growth(pre_money + SKERRY_MONEY), 1),
                        "You added the new money or the cash. Start from the pre-money value and take the cash off.",
                    ),
                    Mistake(
                        "middle of the year",
                        round(growth(pre_money - SKERRY_CASH, mid_year), 1),
                        "Cash flows come at the end of the year here.",
                    ),
                    Mistake(
                        "price of the down round",
                        round(growth(12 - SKERRY_CASH), 1),
                        "That is the growth that 12 bn implies.",
                    ),
                    expect.rounded(wanted, tolerance=1e-9),
                ],
            ),
        ],
        hints=(
            "Which value must the firm have?",
            "Find the growth at which firm_value is the pre-money value less the cash.",
            f"target = {pre_money:g} - 4.1",
            f"{wanted:.1f} %",
        ),
    )
    return {"q6": picture, "q7": value, "q7_growth": price}


SHEET = {
    **_first_dry(),
    "q1_reason": SheetCheck(
        "What that year means",
        kind="value",
        name="q1_reason",
        expects='one of "A", "B", "C"',
        right="It says by when other money must be there, on this plan.",
        tests=expect.letter("B", A=("Firms raise money before the end. The year is a date for a round, not for a court.", "dry taken for bankrupt"), C=("There is burn in every year up to then. Cash in hand is no profit.", "cash for profit")),
        hints=("What does the loop leave out?", "No later round, loan or listing is in it.", "It follows one plan, to the end of the money.", "B"),
    ),
    "q2": SheetCheck(
        "The cash at the end of each year",
        kind="function",
        name="cash_by_year",
        expects="cash_by_year(opening_cash, flows, rounds) that returns a list, one amount a year",
        right="A stock carries on, a flow does not. That is the whole of a runway.",
        tests=[
            _writes_down,
            expect.call(10, [-4, -3, 1], [0, 2, 0], gives=[6, 5, 6], tolerance=1e-9, mistakes=[
                Mistake("flow for stock", -4, "That is the flow of the year. Add it to the cash."),
                Mistake("round left out", 3, "The second year also has new money of 2."),
                Mistake("burn added", 14, "Burn is below zero already. Add the flow as it is."),
            ]),
            expect.call(1, [-3], [0], gives=[-2], tolerance=1e-9, mistakes=[
                Mistake("cut off at zero", 0, "Let it fall below zero: that shows how much is missing."),
            ]),
        ],
        hints=("What does the cash of one year start from?", "cash = cash + flow + new money, then append", "cash = cash + flow + new_money", "closing.append(cash)"),
    ),
    "q3": SheetCheck(
        "A stake after a down round",
        kind="function",
        name="protected_stake",
        expects="protected_stake(protected, others, old_price, pre_money, new_money) that returns a percentage",
        right="In the published example of the lesson, Series A would end at 30 % if it alone were protected.",
        tests=[
            expect.call(200, 800, 20, 12_000, 4_000, gives=16.3934, tolerance=0.001, mistakes=[
                Mistake("no protection", 15.0, "That is the stake without anti-dilution: your conversion price did not fall. In the formula, money / old price are the shares that the money would have bought."),
                Mistake("narrow base", 19.0476, "You counted the protected shares alone. Broad-based means all shares before the round."),
                Mistake("post-money for pre-money", 16.5563, "You priced the new shares at the value after the money. The price is pre-money over all shares before."),
                Mistake("price over the protected shares alone", 18.75, "Divide the pre-money value by all shares before the round, not by the protected ones."),
                Mistake("plain average of two prices", 18.0723, "You averaged the two prices. Weight the new one by how many shares are sold."),
                Mistake("full ratchet", 22.7273, "That is a full ratchet: the conversion price fell all the way to the new price."),
                Mistake("fraction for percent", 0.163934, "That is a fraction. Multiply by 100."),
                Mistake("extra shares left out of the whole", 16.6667, "Two slips give this. The extra shares count below too: they are common shares now. Or you sold the new shares at the old price."),
                Mistake("before the new money", 21.7391, "The new shares are missing in the whole."),
            ]),
            expect.call(2.5, 4.5, 1.0, 3.5, 1.0, gives=30.2013, tolerance=0.001),
            expect.call(200, 800, 20, 30_000, 4_000, gives=17.6471, tolerance=0.001, mistakes=[
                Mistake("price raised in an up round", 16.8317, "In an up round the conversion price stays: use min(old price, ...)."),
            ]),
        ],
        hints=("What does a new share cost?", "conversion price = old price x (before + money / old price) / (before + sold), never above the old one", "new_price = pre_money / before; sold = new_money / new_price", "conversion_price = min(old_price, old_price * (before + new_money / old_price) / (before + sold)); converted = protected * old_price / conversion_price"),
    ),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="About USD 47 bn, or 58 for the firm. Growth for ever of 3 % lies well below the rate of 11.6 %.",
        lines=(
            "rate = debt_part + equity_part",
            "shares = firm - net_debt",
            "debt_part = 0.30 * 0.08 * (1 - 0.25)",
            "firm = 5 / rate",
            "firm = 5 / (rate - 0.03)",
            "equity_part = 0.70 * 0.14",
            "net_debt = 15 - 4",
        ),
        before=[
            ("C", "A", "it uses debt_part, which line C sets."),
            ("F", "A", "it uses equity_part, which line F sets."),
            ("A", "E", "it uses rate, which line A sets."),
            ("E", "B", "it uses firm, which line E sets."),
            ("G", "B", "it uses net_debt, which line G sets."),
        ],
        distractors={"D": "it values a cash flow that stays at 5 for ever, and this one grows by 3 %."},
        hints=("Which lines need nothing from the others?", "A line can stand only after the lines that set its names.", "C and F first, then A.", 'For example ["C", "F", "A", "E", "G", "B"]'),
    ),
    "q5": SheetCheck(
        "Multiples from the table",
        kind="function",
        name="price_to_sales",
        expects="price_to_sales(valuations, basis) that returns a Series, company -> times revenue",
        right="Like with like: on run rates Anthropic was priced lower in May than in February, for revenue had more than tripled.",
        tests=[
            expect.that("The function returns nothing. End it with a return line.", lambda f: _wholesale(f) is not None, mistake="print for return"),
            expect.that("On the run rate there are two companies, each once.", lambda f: sorted(_wholesale(f).index) == ["Anthropic", "OpenAI"], mistake="bases or rounds mixed"),
            expect.that("That is revenue over value, the ratio turned over. Price to sales is value over revenue: how many times its revenue a company costs.", lambda f: _wholesale(f).max() > 1, mistake="ratio turned over"),
            expect.that("Anthropic's newest is Series H: 965 over 47.", lambda f: abs(_wholesale(f)["Anthropic"] - 965 / 47) < 0.06, mistake="an older row"),
            expect.that("Divide value by revenue yourself; the printed ratio is rounded.", lambda f: abs(_wholesale(f)["Anthropic"] - 965 / 47) < 1e-6, mistake="printed ratio taken"),
            expect.that("Use the table that is handed in: with half of the values the ratios halve.", lambda f: abs(f(load("valuations").assign(value_usd_bn=lambda rows: rows["value_usd_bn"] / 2), "run rate")["OpenAI"] - 852 / 48) < 1e-6, mistake="table ignored"),
            expect.that("Use the basis that is handed in: Amazon's listing is on the revenue of the last year.", lambda f: "Amazon" in f(load("valuations"), "revenue of the last year").index, mistake="basis ignored"),
            expect.that("The newest row counts, not the lowest multiple: with half of its revenue Series H stays the newest.", lambda f: abs(_wholesale(f, _halved_revenue())["Anthropic"] - 965 / 23.5) < 1e-6, mistake="lowest multiple for newest"),
            expect.that("Keep rows whose basis is exactly the text that is handed in; \"revenue\" alone is none of them.", lambda f: len(f(load("valuations"), "revenue")) == 0, mistake="part of a basis"),
            expect.that("The newest is by date, not by place in the table.", lambda f: abs(f(load("valuations").iloc[::-1], "run rate")["Anthropic"] - 965 / 47) < 1e-6, mistake="order of the table for dates"),
        ],
        hints=("Which rows may be compared?", "Keep the basis, sort by date, keep the last of each company, divide.", 'kept = valuations[valuations["revenue_basis"] == basis]', 'newest = kept.sort_values("date").groupby("company").tail(1).set_index("company")'),
    ),
    **_skerry_rounds(),
}  # fmt: skip
MANUAL = {"q8": "marked by hand; see the rubric in its cell"}


def _capped_rounds(most: float) -> dict[str, SheetCheck]:
    """Q2 where no year brings more than `most` (USD bn) of new money."""
    check = SHEET["q2"]
    large = expect.call(
        3,
        [-2, -4],
        [0, most + 6],
        gives=[1, most - 3],
        tolerance=1e-9,
        mistakes=[
            Mistake(
                "all of a large round counted",
                most + 3,
                f"The round is larger than what a year can bring. Count {most:g} of it.",
            ),
            Mistake(
                "large round left out", -3, f"Of a round that is too large {most:g} still come in."
            ),
        ],
    )
    hints = (
        check.hints[0],
        f"cash = cash + flow + the smaller of new money and {most:g}, then append",
        f"cash = cash + flow + min(new_money, {most:g})",
        check.hints[3],
    )
    return {"q2": replace(check, tests=[*check.tests, large], hints=hints)}


def _floored_price(floor_pct: float) -> dict[str, SheetCheck]:
    """Q3 where the conversion price stays at `floor_pct` percent of the old price or above."""
    check, shares = SHEET["q3"], 40 * 100 / floor_pct
    deep = expect.call(
        40,
        60,
        100,
        100,
        100,
        gives=100 * shares / (shares + 160),
        tolerance=0.001,
        mistakes=[
            Mistake(
                "floor left out",
                100 * 40 / 0.505 / (40 / 0.505 + 160),
                f"Your conversion price falls below {floor_pct:g} % of the old one. It stops there.",
            ),
            Mistake(
                "floor for a ceiling",
                20,
                "There your protection does nothing. The conversion price falls, as far as the floor.",
            ),
        ],
    )
    hints = (
        check.hints[0],
        f"{check.hints[1]}, never below {floor_pct:g} % of it",
        check.hints[2],
        f"average = old_price * (before + new_money / old_price) / (before + sold); conversion_price = min(old_price, max({floor_pct / 100:g} * old_price, average)); converted = protected * old_price / conversion_price",
    )
    return {"q3": replace(check, tests=[*check.tests, deep], hints=hints)}


def _next_years_sales(growth: float) -> dict[str, SheetCheck]:
    """Q5 over the revenue of the next year, taken to be `growth` percent larger."""
    check, times = SHEET["q5"], 1 + growth / 100

    def on_this_year(test: Callable) -> Callable:
        def told(f):
            def scaled(rows, basis):
                found = f(rows, basis)
                return None if found is None else found * times

            return test(scaled)

        return told

    first, *others = check.tests
    this_year = expect.that(
        f"That is value over this year's revenue. The next year's is {growth:g} % larger.",
        lambda f: abs(_wholesale(f)["Anthropic"] * 47 / 965 - 1) > 1e-6,
        mistake="this year's revenue",
    )
    hints = (
        check.hints[0],
        f"{check.hints[1].removesuffix('.')} by {times:g} times the revenue.",
        *check.hints[2:],
    )
    return {
        "q5": replace(
            check,
            tests=[first, on_this_year(others[0]), this_year, *map(on_this_year, others[1:])],
            hints=hints,
        )
    }


# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": lambda money, order: {**_first_dry(money), "q1_reason": SHEET["q1_reason"].with_labels(order)},
    "q2": _capped_rounds,
    "q3": _floored_price,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _next_years_sales,
    "q6": _skerry_rounds,
}  # fmt: skip
