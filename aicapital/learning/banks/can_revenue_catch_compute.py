"""Lesson 08: how long does the money last, and what must be true for the price to be right?"""

from functools import cache

import pandas as pd

from ...data import load
from ...models.valuation import GrowthCase, implied_growth
from .. import expect
from ..questions import (
    Choice,
    Claim,
    Code,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
    Verdict,
)

ARTICLE = "2026-03-03"


@cache
def _plans() -> pd.DataFrame:
    """Free cash flow by year and vintage (USD bn)."""
    rows = load("forecast_vintages").query(
        "metric == 'free_cash_flow' and period.str.startswith('FY')"
    )
    return rows.pivot(index="period", columns="vintage", values="value_usd_bn")


def _numbers() -> dict[str, float]:
    """Everything that questions and verdicts quote, from the tables."""
    plans = _plans()
    forecast = load("forecast_vintages").set_index("row_id")["value_usd_bn"]
    inputs = load("model_inputs_08").set_index("row_id")["value"]
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
    sales_2025, price = inputs["as_cash_plan_revenue_2025"], values["value_usd_bn"]
    return {
        "plan_before": before.sum(),
        "plan_then": then.sum(),
        "burn_3": -then.iloc[:3].sum(),
        "deepest": -then.min(),
        "cash": inputs["as_cash_plan_opening_cash"],
        "close": rounds.at["oai_2026_close", "amount_committed_usd_bn"],
        "announced": rounds.at["oai_2026_announced", "amount_committed_usd_bn"],
        "conditional": rounds.at["oai_2026_amazon_conditional", "amount_committed_usd_bn"],
        "pre": rounds.at["oai_2026_close", "pre_money_usd_bn"],
        "post": price["val_openai_2026_close"],
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
        "times_sales": price["val_openai_2026_announced"] / sales_2025,
        "times_run_rate": price["val_openai_2026_close"]
        / values.at["val_openai_2026_close", "revenue_usd_bn"],
        "api_share": mix.at["mix_oai_202508_api", "share_pct"],
        "firms": mix.at["mix_oai_202603_enterprise", "share_pct"],
        "firms_now": mix.at["mix_oai_202606_enterprise", "share_pct"],
        "ads_first": mix.at["mix_oai_202603_ads", "value_usd_bn"],
        "ads_2026": mix.at["mix_oai_fy2026_ads", "value_usd_bn"],
        "ads_2030": mix.at["mix_oai_fy2030_ads", "value_usd_bn"],
        "ads_users": inputs_high("ad_users_2030"),
        "ads_each": mix.at["mix_oai_fy2030_ads", "value_usd_bn"] / inputs_high("ad_users_2030"),
        "att_margin": 100
        * industry["an_att_fy2025_operating_income"]
        / industry["an_att_fy2025_revenue"],
        "att_capex": 100 * industry["an_att_fy2025_capex"] / industry["an_att_fy2025_revenue"],
        "compute_share": 100
        * (money["fin_fy2025_inference_cost"] + money["fin_fy2025_r_and_d_compute"])
        / sales_2025,
        "implied": _implied(),
        "diluted": 100
        * rounds.at["oai_2026_close", "pre_money_usd_bn"]
        / price["val_openai_2026_close"],
    }


def inputs_high(item: str) -> float:
    return load("model_inputs_08").set_index("item")["high"][item]


def _implied(pre_money: float | None = None) -> float:
    """Growth implied by the pre-money value of the 2026 round at the base inputs (percent a year)."""
    rows = load("model_inputs_08").set_index(["model", "item"])["value"]
    given = rows["reverse_dcf"]
    case = GrowthCase(
        rows["cash_plan", "revenue_2025"],
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
    return implied_growth(value - rows["cash_plan", "opening_cash"], case).growth_pct


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
        "Take USD {cash:.0f} bn of cash and the {close:.0f} bn of the round of 2026. On the company's own plan of February 2026 and without another round, in which year does the cash run out?",
        options=("2027", "2028", "2029", "not before 2031"),
        truth=_year_dry,
        explain="The plan burns {burn_3:.0f} bn in 2026 to 2028. This is the firm's own forecast, not ours.",
        values=_numbers,
    ),
    Prediction(
        "implied_growth",
        "Investors paid {pre:.0f} bn before the new money. Revenue of 2025 was {sales_2025:.1f} bn. Suppose cash flow reaches 25 % of revenue after ten years and investors want 12 % a year. By how much must revenue grow, each year for ten years?",
        unit="%",
        tolerance=8,
        truth=_implied,
        explain="It is a growth for ten years on end. The plan of February 2026 is faster, for five years.",
        values=_numbers,
    ),
    Choice(
        "run_rate",
        "At the end of March 2026 a report says: OpenAI has revenue of USD 24 bn, almost twice the {sales_2025:.0f} bn of 2025. What is compared here?",
        [
            Option("Two years' revenue, so it nearly doubled in a year", why="The year 2026 was three months old. Nobody had booked 24 bn.", mistake="run rate for revenue"),
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
        ],
        hints=("Free cash flow is revenue less all costs.", "other = revenue - computing - free cash flow, and free cash flow is negative", "other = {plan_revenue:.0f} - {plan_compute:.0f} + {plan_burn:.0f}", "USD {plan_other:.0f} bn"),
        values=_numbers,
    ),
    Choice(
        "gross_margin",
        "OpenAI's gross margin of 2025 was reported as 33 %, and 43 % follows from its leaked accounts. How can both be right?",
        [
            Option("One counts the cost of serving users who do not pay, the other books it elsewhere", correct=True, why="Where free use is booked decides the margin. Ask for the definition before you compare two labs: another counts paying users only."),
            Option("One is from a run rate, and the margin rises in months with more revenue", why="Both are for the whole year.", mistake="period mixed up"),
            Option("One is before and the other after research computing, the largest cost", why="Research is in neither: both stop at the cost of serving.", mistake="gross for operating margin"),
        ],
        hints=("Which users cost and do not pay?", "Compare the cost of revenue with the cost of all inference.", "7.5 in the accounts, 8.0 for all inference in the press.", "One counts the cost of serving users who do not pay, the other books it elsewhere"),
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
        right="8 cents of 9 for Series A, in the published example of Gust. A small round at a low price hurts little; a full ratchet does not ask how small it was.",
    ),
    Choice(
        "committed",
        "Contracts of USD {signed:.0f} bn were signed by the article's day. Why is that not the computing that OpenAI will pay?",
        [
            Option("It is: signed contracts are debts and must be shown as such", why="A contract for services not yet delivered is no debt on the balance sheet. It may be cut, delayed or grown.", mistake="committed for paid"),
            Option("Payments come over years with the capacity, terms can change, and use may exceed contracts", correct=True, why="So the plan pays by use or by contract, whichever is more, and the part that binds is an assumption on screen."),
            Option("Suppliers will take shares, so nothing has to be paid in cash", why="Some pay in shares into the lab; the purchases go out in money.", mistake="money in and out netted"),
        ],
        hints=("When is a data centre paid for?", "Tell signed, due and paid apart.", "Look at the schedule by year.", "Payments come over years with the capacity, terms can change, and use may exceed contracts"),
        values=_numbers,
    ),
    # ---- verdicts
    Claim("V.1", "API services are a revenue path.",
        then=Verdict("holds", "high", "Roughly {api_share:.0f} % of recurring revenue in August 2025, by press report."),
        now=Verdict("holds", "high", "Business plans and API together rose from {firms:.0f} to about {firms_now:.0f} % of revenue by June 2026. The API alone has not been given since."),
        evidence=["revenue_mix", "product_prices"], values=_numbers),
    Claim("V.2", "Enterprise subscriptions are a revenue path.",
        then=Verdict("holds", "high", "Business plans were sold and paid for; their part alone was not published. With the API it was more than {firms:.0f} % four weeks later."),
        now=Verdict("holds", "high", "With the API about half of revenue in June 2026, by the finance chief."),
        evidence=["revenue_mix", "users"], values=_numbers),
    Claim("V.3", "Custom model deployment is a revenue path.",
        then=Verdict("cannot tell", "medium", "It exists as a product. No source gives its revenue, on that day or since; it may be small or inside the API."),
        now=Verdict("cannot tell", "medium", "Still no number. The cash plan therefore keeps it inside the API."),
        evidence=["revenue_mix"]),
    Claim("V.4", "Advertising or shared platform revenue may become one.",
        then=Verdict("holds", "medium", "The plan to show advertising on the free and the Go plan was public from January 2026. How much it would bring, nobody knew."),
        now=Verdict("holds", "medium", "Sharpened: the pilot passed {ads_first:g} bn a year, annualised, within six weeks; the forecast for investors says {ads_2026:g} bn in 2026 and {ads_2030:.0f} bn in 2030, or USD {ads_each:.0f} for each of {ads_users:g} bn weekly users. That it is a path holds; the size is a forecast."),
        evidence=["revenue_mix", "model_inputs_08"], values=_numbers),
    Claim("V.5", "Can revenue growth cover ever growing computing?",
        then=Verdict("cannot tell", "high", "In 2025 computing took {compute_share:.0f} % of revenue. The firm's own plan covered it only in 2030, after burning {deepest:.0f} bn in the worst year. The question was the right one."),
        now=Verdict("cannot tell", "high", "Revenue forecasts rose, and computing rose with them: {plan_compute:.0f} bn for 2026 to 2030 against {plan_revenue:.0f} bn of revenue. In our simulation the answer turns on a few assumptions, first of all research and margin."),
        evidence=["forecast_vintages", "models.runway"], values=_numbers),
    Claim("V.6", "If profit lags expectations, valuation comes under pressure.",
        then=Verdict("holds", "medium", "As a mechanism: {post:.0f} bn implies growth of about {implied:.0f} % a year for ten years at our inputs; a lower margin or later profit makes it more. That is arithmetic. That prices follow it at once, is not shown."),
        now=Verdict("holds in part", "medium", "Losses were larger than expected and talks still spoke of {bridge:,.0f} bn, for growth was faster too. Pressure comes when growth and profit both lag."),
        evidence=["valuations", "models.valuation"], values=_numbers),
    Claim("V.7", "If profit lags, pressure to go public rises.",
        then=Verdict("holds in part", "medium", "Its plan needed {burn_3:.0f} bn in three years, beside {announced:.0f} bn announced. But private investors had just shown that such sums can be had without a listing; {conditional:.0f} bn of it hung partly on one."),
        now=Verdict("holds in part", "medium", "Sharpened: a confidential filing came by June 2026, then the chief executive ruled out a listing in 2026, and a further private round of {bridge_money:.0f} bn was discussed. Whether lagging profit was the reason, no source shows."),
        evidence=["structure_events", "forecast_vintages"], values=_numbers),
    Claim("V.8", "If profit lags, equity is diluted.",
        then=Verdict("holds", "high", "Money that operations do not bring must come from lenders or from new shares. The round left each old share {diluted:.0f} % of its part. The price decides how much more."),
        now=Verdict("holds", "high", "Every further round dilutes, an up round too, though holders may be richer. In a down round anti-dilution moves the cost to staff, Foundation and other holders; whether the shares of 2026 carry it, is not published."),
        evidence=["funding_rounds", "models.anti_dilution"], values=_numbers),
    Claim("V.9", "As a basic tool, AI would give its leaders cash flows like telecom operators or cloud giants.",
        then=Verdict("cannot tell", "medium", "A conditional forecast, and it joins two unlike things. A telecom invests about {att_capex:.0f} % of revenue and earns {att_margin:.0f} %; a cloud earns more. In 2025 a lab put {compute_share:.0f} % into computing."),
        now=Verdict("cannot tell", "medium", "Nothing since decides it. If a leader ended with a telecom's margin, the price of 2026 would need much faster growth than with a cloud's."),
        evidence=["analogue_industries", "company_financials"], values=_numbers),
]  # fmt: skip
SHEET: dict[str, SheetCheck] = {}
MANUAL = {"q8": "marked by hand; see the rubric in its cell"}
