"""Lesson 02: can a search engine out-spend the capital market, and for how long?"""

import bisect

import numpy as np
import pandas as pd

from ...data import load
from ...data.tables import until_tables_change
from ...models.make_or_buy import MakeOrBuy
from ...models.self_funding import (
    external_finance_need,
    max_self_funded_growth,
    self_funding_ratio,
)
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
LIFETIME, IN_USE = 5, 0.6  # years; part of the time. Assumed for both chips, as in the lab.


@until_tables_change
def _alphabet() -> pd.DataFrame:
    """Alphabet's figures (USD bn): one row a period, one column a metric."""
    rows = load("company_financials").query("company == 'Alphabet' and segment == ''")
    rows = rows[~rows["row_id"].str.endswith("_first")]
    return rows.pivot(index="period", columns="metric", values="value_usd_bn")


def _year() -> dict[str, float]:
    """2025 as it was known on the article's day, and the plan for 2026; growth and payouts in whole percent."""
    figures, last = _alphabet(), _alphabet().loc["FY2025"]
    plan = load("capex_guidance", known_by=ARTICLE).query(
        "company == 'Alphabet' and fiscal_year == 'FY2026'"
    )
    own = last["operating_cash_flow"]
    before = figures.at["FY2024", "operating_cash_flow"]
    paid_out = last["share_repurchases"] + last["dividends"]
    middle = plan[["low_usd_bn", "high_usd_bn"]].iloc[-1].mean()
    return {
        "own": own,
        "capex": last["capex"],
        "free": own - last["capex"],
        "free_said": last["free_cash_flow_published"],
        "ratio": self_funding_ratio(own, last["capex"]),
        "profit": last["net_income"],
        "operating": last["operating_income"],
        "grows": round(100 * (own / before - 1)),
        "paid_out": paid_out,
        "left": own - last["capex"] - paid_out,
        "payouts": round(100 * paid_out / own),
        "cash": figures.at["2025-12-31", "cash_and_securities"],
        "plan": middle,
        "plan_growth": 100 * (middle / last["capex"] - 1),
    }


def _reach() -> float:
    year = _year()
    return max_self_funded_growth(
        year["own"],
        year["capex"],
        years=1,
        ocf_growth_pct=year["grows"],
        payouts=year["payouts"] / 100 * year["own"],
    )


def _half() -> dict[str, float]:
    """Alphabet's sources in the first half of 2026 and its second quarter (USD bn); the hybrids are part of the shares."""
    figures = _alphabet()
    half, quarters = figures.loc["H1 2026"], figures.loc[["Q1 2026", "Q2 2026"]]
    own = quarters["operating_cash_flow"].sum()
    debt, shares = half["debt_issuance_net"], half["equity_issuance"]
    return {
        "own_half": own,
        "new_debt": debt,
        "new_shares": shares,
        "hybrids": half["equity_issuance_convertible"],
        "outside": debt + shares,
        "outside_pct": 100 * (debt + shares) / (own + debt + shares),
        "quarter_profit": figures.at["Q2 2026", "net_income"],
        "quarter_gains": figures.at["Q2 2026", "other_income_net"],
        "quarter_own": figures.at["Q2 2026", "operating_cash_flow"],
        "quarter_capex": figures.at["Q2 2026", "capex"],
    }


def _bonds() -> dict[str, float]:
    rows = load("rival_rounds", known_by=ARTICLE).query(
        "company == 'Alphabet' and record_type == 'debt'"
    )
    year = rows.groupby(rows["date"].dt.year)["amount_committed_usd_bn"].sum()
    return {"bonds_2025": year[2025], "bonds_2026": year[2026]}


def _advertising() -> dict[str, float]:
    rows = load("company_financials").query("company == 'Alphabet' and metric == 'revenue'")
    table = rows.pivot(index="period", columns="segment", values="value_usd_bn")
    share = 100 * table["Google advertising"] / table[""]
    cloud = load("company_financials").set_index("row_id")["value_usd_bn"]
    part = (
        cloud["fin_alphabet_q2_2026_operating_income_google_cloud"]
        / cloud["fin_alphabet_q2_2026_operating_income"]
    )
    return {
        "ads": share["FY2025"],
        "ads_2018": share["FY2018"],
        "ads_now": share["Q2 2026"],
        "cloud_income": 100 * part,
    }


def _openai() -> dict[str, float]:
    rows = load("company_financials").set_index("row_id")["value_usd_bn"]
    rounds = load("funding_rounds").set_index("row_id")["amount_committed_usd_bn"]
    cash, quarter = rows["fin_20260331_cash_and_securities"], rows["fin_q12026_cash_burn"]
    return {
        "burn": rows["fin_fy2025_cash_burn"],
        "raised_2025": rounds["oai_2025_round_final"],
        "announced": load("funding_rounds", all_reports=True)
        .set_index("row_id")
        .at["oai_2026_announced", "amount_committed_usd_bn"],
        "closed": rounds["oai_2026_close"],
        "openai_cash": cash,
        "quarter_burn": quarter,
        "years": cash / (4 * quarter),
        "forecast": rows["fin_2026_2028_cash_burn_forecast"],
        "forecast_now": rows["fin_2026_2030_cash_burn_forecast"],
    }


def _chip() -> dict[str, float]:
    rows = load("chip_costs").set_index("row_id")["value"]
    held = rows["chip_tpu_held_2025"] - rows["chip_tpu_held_2024"]
    case = MakeOrBuy(
        design_cost=rows["chip_design_5nm"],
        unit_cost=rows["chip_tpu7x_cost"],
        price=rows["chip_gb200_price"],
        own_lifetime=LIFETIME,
        bought_lifetime=LIFETIME,
        performance_ratio=rows["chip_tpu7x_rate"] / rows["chip_gb200_rate"],
        own_utilisation=IN_USE,
        bought_utilisation=IN_USE,
    )
    return {
        "design": rows["chip_design_5nm"] / 1e9,
        "unit": rows["chip_tpu7x_cost"],
        "price": rows["chip_gb200_price"],
        "work": 100 * case.performance_ratio,
        "about": float(f"{case.break_even_volume:.2g}"),
        "added": held / 1e6,
    }


def _traffic() -> dict[str, float]:
    rows = load("market_shares", known_by=ARTICLE).query("market == 'consumer_genai_web_traffic'")
    share = rows.pivot(index="date", columns="company", values="share_pct")
    return {
        "chatgpt": share.at[pd.Timestamp("2026-01-02"), "OpenAI ChatGPT"],
        "chatgpt_before": share.at[pd.Timestamp("2025-01-02"), "OpenAI ChatGPT"],
        "gemini": share.at[pd.Timestamp("2026-01-02"), "Google Gemini"],
    }


def _ties() -> dict[str, float]:
    rows = load("strategic_stakes").set_index("row_id")
    return {
        "anthropic_stake": rows.at["st_an_google_2025", "stake_pct"],
        "pledge": rows.at["st_an_google_2026", "amount_usd_bn"],
        "back": rows.at["st_an_google_commit", "purchase_back_usd_bn"],
        "spacex": rows.at["st_spacex_alphabet_2026", "stake_pct"],
    }


def _years_apart() -> dict[str, float]:
    rows = load("company_financials").set_index("row_id")["value_usd_bn"]
    plan = load("capex_guidance").query("company == 'Alphabet' and fiscal_year == 'FY2026'")
    return {
        "microsoft": rows["fin_microsoft_fy2026_capex"],
        "alphabet": plan[["low_usd_bn", "high_usd_bn"]].iloc[-1].mean(),
    }


QUESTIONS = [
    # ---- predictions
    Prediction(
        "capex_reach",
        "In 2025 Alphabet took in USD {own:.1f} bn of operating cash flow, spent {capex:.1f} bn on capex and paid {payouts} % of that cash flow to its "
        "shareholders. Suppose that in 2026 cash flow grows by another {grows} % and that it pays the same amount to shareholders again. By how much can capex grow before "
        "Alphabet needs outside money or must run down its cash?",
        unit="%",
        tolerance=8,
        truth=_reach,
        explain="Own money of the year is cash flow less payouts. Divided by last year's capex, less one, that is the limit. The plan of "
        "February 2026 was a growth of about {plan_growth:.0f} %.",
        values=_year,
    ),
    Prediction(
        "outside_share",
        "Think of all money that came to Alphabet in the first half of 2026: operating cash flow, net borrowing, and new shares, with hybrids that are part debt and part share. Which part of it "
        "came from outside, that is from lenders and new shareholders?",
        unit="%",
        tolerance=8,
        truth=lambda: _half()["outside_pct"],
        explain="USD {new_debt:.0f} bn of net borrowing and {new_shares:.0f} bn of new shares, beside {own_half:.0f} bn of operating cash flow. "
        "Of the shares, {hybrids:.0f} bn are mandatory convertible preferred shares, a hybrid of debt and equity.",
        values=_half,
    ),
    Prediction(
        "chip_volume",
        "Designing a chip costs about USD {design:.2f} bn. One more chip of your own costs USD {unit:,.0f} and does {work:.0f} % of the work of a "
        "bought chip at USD {price:,.0f}. From how many own chips is making cheaper than buying?",
        unit="chips",
        rel_tolerance=0.3,
        truth=lambda: _chip()["about"],
        explain="Each own chip replaces {work:.0f} % of a bought one and saves the difference. The design cost divided by that saving is the "
        "break-even volume. By one estimate Google's stock of its chips grew by {added:.1f} million in 2025: all designs together, those taken out of use "
        "subtracted, so it is no volume of this one design.",
        values=_chip,
    ),
    # ---- checks
    Number(
        "fcf",
        "In 2025 Alphabet reports operating cash flow of USD {own:.1f} bn, capex of {capex:.1f} bn and net income (profit after all costs and taxes) of {profit:.1f} bn. What is its free cash flow?",
        answer=lambda: _year()["free"],
        unit="USD bn",
        tolerance=0.5,
        expects="an amount in USD bn",
        right="Operating cash flow less capex. Alphabet itself said {free_said:.1f} for the year. Not every firm subtracts the same.",
        mistakes=[
            Mistake(
                "profit for cash",
                lambda: _year()["profit"] - _year()["capex"],
                "You took capex from net income. Profit already carries depreciation (earlier capex, spread over the years of use) and gains that brought no cash.",
            ),
            Mistake(
                "operating income for operating cash flow",
                lambda: _year()["operating"] - _year()["capex"],
                "You took capex from operating income. That is profit before interest and tax, not a cash flow.",
            ),
            Mistake(
                "cash flow before capex",
                lambda: _year()["own"],
                "That is operating cash flow. Free means: after capex.",
            ),
            Mistake(
                "capex added",
                lambda: _year()["own"] + _year()["capex"],
                "Capex is cash going out. Take it off.",
            ),
            Mistake(
                "turned round",
                lambda: -_year()["free"],
                "You took the cash flow from capex. What comes in stands first.",
            ),
        ],
        hints=(
            "Which of the three numbers is a profit and not a cash flow?",
            "free cash flow = operating cash flow - capex",
            "free = {own:.1f} - {capex:.1f}",
            "USD {free:.1f} bn",
        ),
        values=_year,
    ),
    Choice(
        "fiscal_years",
        "Somebody writes: in fiscal 2026 Microsoft spends USD {microsoft:.0f} bn on capex and Alphabet plans {alphabet:.0f} bn, so Alphabet spends far more. What must you check first?",
        [
            Option(
                "Nothing: both numbers are for fiscal 2026, so they speak of the same twelve months",
                why="Microsoft's fiscal 2026 ended in June 2026, Alphabet's runs to December. While capex grows fast, half a year can be a large part of the gap.",
                mistake="fiscal years mixed",
            ),
            Option(
                "Which of the two firms has the larger cash flow of its own",
                why="That says who can pay, not who spends more. The calendar and the definition of capex differ.",
                mistake="means for amounts",
            ),
            Option(
                "When each year ends, what each counts as capex, and that one number is a plan",
                correct=True,
                why="Half a year lies between them, one is a result and the other a plan, and Microsoft often speaks of capex with leases.",
            ),
        ],
        hints=(
            "In which month does each year end?",
            "Compare the last day of the period, the definition and the kind of number.",
            "One of the two periods had ended when the other was half over.",
            "When each year ends, what each counts as capex, and that one number is a plan",
        ),
        values=_years_apart,
    ),
    Choice(
        "segment_cash",
        "Advertising was {ads:.0f} % of Alphabet's revenue in 2025. Does that show that it brought {ads:.0f} % of the operating cash flow?",
        [
            Option(
                "No: cash flow is not published by segment, only revenue and operating income",
                correct=True,
                why="So the claim that advertising pays for it all is an inference from income by segment. It is a strong one, and it weakens as cloud grows.",
            ),
            Option(
                "Yes: each dollar of revenue brings the same cash, whichever segment earns it",
                why="Segments with thin margins bring revenue and little cash.",
                mistake="revenue share for cash share",
            ),
            Option(
                "No: advertising is only Search, so the other advertising has to be added first",
                why="Advertising also holds YouTube and the network. Search is a part of it, so the two must not be added.",
                mistake="part taken for whole",
            ),
        ],
        hints=(
            "Which lines does a company publish by segment?",
            "Tell revenue, operating income and cash flow apart.",
            "Look for a cash-flow row with a segment in the table: there is none.",
            "No: cash flow is not published by segment, only revenue and operating income",
        ),
        values=_advertising,
    ),
    Number(
        "limit",
        "A firm has operating cash flow of USD 60 bn, which will grow by 20 %. It spends 40 bn on capex and pays out 12 bn a year. It wants no outside money and keeps its cash. By how much can capex grow next year?",
        answer=50.0,
        unit="%",
        tolerance=0.5,
        expects="a growth in percent",
        right="Own money is 72 less 12, that is 60; 60 over 40 is one and a half times last year's capex.",
        mistakes=[
            Mistake(
                "payouts forgotten",
                80.0,
                "You left out the payouts. They go on unless the board stops them.",
            ),
            Mistake("growth of cash flow forgotten", 20.0, "Next year's cash flow is 72, not 60."),
            Mistake(
                "ratio for growth",
                150.0,
                "That is next year's capex as a percentage of last year's. Take off the first hundred.",
            ),
            Mistake(
                "payouts grown with the cash flow",
                44.0,
                "Payouts do not grow here: take them off after the cash flow has grown.",
            ),
        ],
        hints=(
            "How much own money is there next year?",
            "limit = (next year's cash flow - payouts) / last year's capex - 1",
            "own_money = 60 * 1.20 - 12",
            "50 %",
        ),
    ),
    Code(
        "outside_need",
        "Write `outside_need(operating_cash_flow, capex, payouts, spare_cash)`: the money, in USD bn, that a firm must raise in a year. "
        'Then run the cell with `lesson.check("outside_need", outside_need)`.',
        starter="def outside_need(operating_cash_flow, capex, payouts, spare_cash):\n    return ...",
        tests=[
            expect.call(
                100,
                130,
                20,
                15,
                gives=35,
                tolerance=1e-9,
                mistakes=[
                    Mistake(
                        "payouts forgotten", 15, "Payouts are cash going out, like capex. Add them."
                    ),
                    Mistake(
                        "cash in hand forgotten", 50, "The firm uses its spare cash before it asks."
                    ),
                    Mistake(
                        "sign turned round",
                        -35,
                        "A need is positive: what goes out less what is there.",
                    ),
                ],
            ),
            expect.call(
                100,
                60,
                10,
                0,
                gives=0,
                tolerance=1e-9,
                mistakes=[
                    Mistake(
                        "a surplus counted as a need",
                        -30,
                        "A firm with money left over raises nothing. Use max(0, ...).",
                    )
                ],
            ),
            expect.that(
                "More spare cash can never raise the need: compare spare_cash of 0 and of 5.",
                lambda f: f(10, 30, 0, 5) == f(10, 30, 0, 0) - 5,
            ),
        ],
        hints=(
            "List what goes out and what is there.",
            "need = capex + payouts - operating cash flow - spare cash, but never below zero",
            "return max(0, ...)",
            "return max(0, capex + payouts - operating_cash_flow - spare_cash)",
        ),
        right="This is the financing deficit of the year, less spare cash. The model of the lab does it for many years.",
    ),
    Number(
        "pecking",
        "A firm must find USD 30 bn this year. It has 12 bn above the cash it wants to keep, and lenders would give 10 bn. How much must come from new shares, if it follows the pecking order?",
        answer=8.0,
        unit="USD bn",
        tolerance=0.05,
        expects="an amount in USD bn",
        right="12 from cash, 10 from lenders, 8 from new shareholders. Shares come last: their buyers know less than the managers, so they ask for a discount.",
        mistakes=[
            Mistake(
                "debt left out", 18.0, "You went from cash straight to shares. Lenders come before."
            ),
            Mistake("own cash left out", 20.0, "You left out the firm's own cash. It comes first."),
            Mistake(
                "shares first",
                30.0,
                "That is the order upside down. In the pecking order shares are the last resort.",
            ),
        ],
        hints=(
            "Which source asks the fewest questions?",
            "First own cash, then debt up to its limit, then shares.",
            "shares = 30 - 12 - 10",
            "USD 8 bn",
        ),
    ),
    Choice(
        "paper_gain",
        "In the second quarter of 2026 Alphabet's net income was USD {quarter_profit:.0f} bn and its capex {quarter_capex:.0f} bn. Why was free cash flow negative all the same?",
        [
            Option(
                "The profit was paid out to shareholders, as dividends and buybacks, before it could be invested",
                why="Payouts come after free cash flow, and Alphabet bought back no shares in that half-year.",
                mistake="payouts inside free cash flow",
            ),
            Option(
                "Depreciation of all the new equipment was so high that it used up the cash of the quarter",
                why="Depreciation lowers profit and costs no cash in the quarter. It works the other way round.",
                mistake="depreciation taken for a cash cost",
            ),
            Option(
                "Most of that profit was a gain in the value of stakes in other firms, which brought no cash",
                correct=True,
                why="Other income was {quarter_gains:.0f} bn; operating cash flow was {quarter_own:.0f} bn. You cannot pay a builder with a valuation.",
            ),
        ],
        hints=(
            "Compare net income with operating cash flow.",
            "Ask of each line whether cash moved.",
            "Look at other income in that quarter.",
            "Most of that profit was a gain in the value of stakes in other firms, which brought no cash",
        ),
        values=_half,
    ),
    Number(
        "break_even",
        "A design costs USD 200 million. One own chip costs USD 6,000 and does half the work of a bought chip at USD 30,000. Both last equally long. From how many own chips does making pay?",
        answer=200e6 / 9000,
        unit="chips",
        rel_tolerance=0.01,
        expects="a number of chips",
        right="An own chip replaces half a bought one, worth 15,000, and costs 6,000. Each saves 9,000 towards the design.",
        mistakes=[
            Mistake(
                "work of the chip left out",
                200e6 / 24000,
                "You set one own chip against one bought chip. It does only half the work.",
            ),
            Mistake(
                "cost of the own chip left out",
                200e6 / 15000,
                "You counted what an own chip replaces and forgot what it costs.",
            ),
            Mistake(
                "design cost over price",
                200e6 / 30000,
                "You divided by the price of a bought chip. What carries the design is the saving a chip.",
            ),
        ],
        hints=(
            "What does one own chip save?",
            "saving = work x price of a bought chip - cost of an own chip; volume = design / saving",
            "saving = 0.5 * 30_000 - 6_000",
            "About 22,200 chips",
        ),
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "II.0": _traffic,
    "II.1.1": _year,
    "II.1.2": _chip,
    "II.1.3": _advertising,
    "II.1.4": lambda: {**_year(), **_bonds(), **_half()},
    "II.1.5": _openai,
    "II.1.6": _ties,
}

# A table like company_financials, made up: one firm is whole, one lacks capex, one row is a segment, one another year.
SMALL = pd.DataFrame(
    [
        ("Alder", "FY2024", "operating_cash_flow", "", 12),
        ("Alder", "FY2024", "operating_cash_flow", "Cloud", 4),
        ("Alder", "FY2024", "capex", "", 7),
        ("Alder", "FY2024", "capex", "Cloud", 3),
        ("Alder", "FY2024", "revenue", "", 40),
        ("Alder", "FY2024", "free_cash_flow", "", 99),  # wrong, to show who takes this row
        ("Alder", "FY2025", "operating_cash_flow", "", 10),
        ("Alder", "FY2025", "capex", "", 8),
        ("Birch", "FY2024", "operating_cash_flow", "", 6),
    ],
    columns=["company", "period", "metric", "segment", "value_usd_bn"],
)
TWO_LINES = SMALL[(SMALL["segment"] == "") & SMALL["metric"].isin(["operating_cash_flow", "capex"])]


# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).


def _self_funding(
    firm: str = "Alphabet",
    year: int = 2025,
    own: float = 164.7,
    capex: float = 91.4,
    order: str = "ABC",
) -> dict[str, SheetCheck]:
    """Q1: a firm and fiscal year, its operating cash flow and capex (USD bn), the order of the sentences.

    The published sheet leaves both amounts to the table; a learner's own names them, so that the ratio can be told.
    """
    ratio, published = own / capex, (firm, year) == ("Alphabet", 2025)
    # A small amount may be meant as a ratio.
    amounts = [it for it in (own - capex, own, capex) if it > 3 * ratio]
    if published:
        borrowed = "It sold bonds that year. "
        right = "You expected more than enough and not a multiple of it. Now compare it with the output."
        size = [
            expect.that(
                "Cash flow is less than three times capex here. Is yours a percentage?",
                lambda given: given < 100,
                mistake="percent for a ratio",
            ),
            expect.that("Cash flow is less than three times capex here.", lambda given: given < 3),
        ]
    else:
        borrowed = ""
        right = (
            "That is about how often the cash flow pays for capex. Now compare it with the output."
        )
        size = [
            expect.that(
                f"{firm}'s cash flow pays for its capex more often than that. Compare the two amounts in the text.",
                lambda given: given > 0.8 * ratio,
            ),
            expect.that(
                f"{firm}'s cash flow pays for its capex less often than that. Is yours a percentage?",
                lambda given: given < 80 * ratio,
                mistake="percent for a ratio",
            ),
            expect.that(
                f"{firm}'s cash flow pays for its capex less often than that.",
                lambda given: given < 1.25 * ratio,
            ),
        ]
    prediction = SheetCheck(
        "How many times cash flow pays for capex",
        kind="value",
        name="q1_prediction",
        expects="a number of times, such as 0.5 or 3",
        right=right,
        tests=[
            expect.that("A ratio is a plain number.", lambda given: isinstance(given, int | float)),
            expect.that(
                "That is an amount in USD bn. The ratio is a number of times: cash flow divided by capex.",
                lambda given: all(abs(given - amount) > 0.06 for amount in amounts),
                mistake="amount for ratio",
            ),
            expect.that(
                f"Below 1 {firm} would not have paid for its capex of {year} from the year's own cash.",
                lambda given: given >= 1,
                mistake="ratio turned round",
            ),
            *size,
        ],
        hints=(
            "Is cash flow larger or smaller than capex?",
            "Divide operating cash flow by capex.",
            f"ratio = {own:g} / {capex:g}",
            f"About {ratio:.1f}",
        ),
    )
    reason = SheetCheck(
        "What the ratio says",
        kind="value",
        name="q1_reason",
        expects='one of "A", "B", "C"',
        right="The ratio compares two flows of one year. What is then done with the rest is another question.",
        tests=expect.letter(
            "B",
            A=(
                f"{borrowed}A ratio above 1 says that it could do without, not that it did.",
                "could taken for did",
            ),
            C=("Profit is not in this ratio: it sets cash flow against capex.", "profit for cash"),
        ),
        hints=(
            "Which of the sentences speaks only of the two numbers?",
            "Ask what the ratio leaves out: payouts, loans, profit.",
            f"{firm} borrowed in {year} all the same."
            if published
            else "A firm can borrow in such a year all the same.",
            "B",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _writes_down(function) -> Feedback | None:
    """A lone `...` in the loop leaves no trace in the function, but its list stays empty."""
    given = function([2, 3, -1, 4], 3)
    if isinstance(given, list) and not given:
        return Feedback.unanswered(
            "goal 2 is still open: your list stays empty. Write down in raised what each year is short."
        )
    return None


def _capex_limit(operating_cash_flow, growth_pct, payouts, capex, reserve_pct) -> float:
    """Highest growth of capex (percent) when part of next year's cash flow stays in reserve."""
    left = operating_cash_flow * (1 + growth_pct / 100) * (1 - reserve_pct / 100) - payouts
    return 100 * (left / capex - 1)


def _limits(reserve_pct: float = 0) -> dict[str, SheetCheck]:
    """Q2: how far capex can rise when `reserve_pct` percent of next year's cash flow stays in reserve."""
    limit = _capex_limit(164.713, 0, 0, 91.447, reserve_pct)
    kept, before_capex, factor, forgotten = "", "payouts", "", []
    if reserve_pct:
        kept = f", with {reserve_pct:g} % kept in reserve"
        before_capex = "reserve and payouts"
        factor = f" * {1 - reserve_pct / 100:g}"
        forgotten.append(
            Mistake(
                "reserve forgotten",
                _capex_limit(164.713, 0, 0, 91.447, 0),
                f"You spent all of the cash flow. {reserve_pct:g} % of it stays in reserve.",
            )
        )
    check = SheetCheck(
        "How far capex can rise",
        kind="function",
        name="capex_limit",
        expects="capex_limit(operating_cash_flow, growth_pct, payouts, capex) that returns a growth in percent",
        right=f"Without growth and payouts Alphabet's capex of 2025 could have risen by {limit:.0f} %{kept}.",
        tests=[
            expect.call(
                164.713,
                0,
                0,
                91.447,
                gives=limit,
                tolerance=0.05,
                mistakes=[
                    Mistake(
                        "ratio for growth",
                        limit + 100,
                        "That is the ratio in percent. A growth is the ratio less one.",
                    ),
                    Mistake(
                        "fraction for percent",
                        limit / 100,
                        "That is a fraction. Multiply by 100.",
                    ),
                    Mistake(
                        "free cash flow over cash flow",
                        100 * (1 - reserve_pct / 100 - 91.447 / 164.713),
                        "You divided by the cash flow. The growth is measured on last year's capex.",
                    ),
                    *forgotten,
                ],
            ),
            expect.call(
                80,
                25,
                20,
                50,
                gives=_capex_limit(80, 25, 20, 50, reserve_pct),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "growth of cash flow forgotten",
                        _capex_limit(80, 0, 20, 50, reserve_pct),
                        "Next year's cash flow is 100 here.",
                    ),
                    Mistake(
                        "payouts forgotten",
                        _capex_limit(80, 25, 0, 50, reserve_pct),
                        "The payouts of 20 go out before capex.",
                    ),
                    Mistake(
                        "payouts grown with cash flow",
                        _capex_limit(80, 25, 25, 50, reserve_pct),
                        "Take the payouts off after the growth: they stay at 20.",
                    ),
                    Mistake(
                        "percent added as an amount",
                        _capex_limit(105, 0, 20, 50, reserve_pct),
                        "You added 25 as an amount. It is a percentage of the cash flow.",
                    ),
                ],
            ),
            expect.call(
                30,
                0,
                10,
                50,
                gives=_capex_limit(30, 0, 10, 50, reserve_pct),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "limit cut off at zero",
                        0,
                        "The limit can be negative: then capex must fall.",
                    )
                ],
            ),
        ],
        hints=(
            f"How much own money is there next year, after {before_capex}?",
            "limit = 100 x (own money / last year's capex - 1)",
            f"own_money = operating_cash_flow * (1 + growth_pct / 100){factor} - payouts",
            "return 100 * (own_money / capex - 1)",
        ),
    )
    return {"q2": check}


# Skerry's plan: both amounts of the first year, the growth of capex (percent), the cash that it keeps (USD bn).
CASH_FLOW, CAPEX, CAPEX_GROWTH, MINIMUM_CASH = 1.2, 1.0, 60, 0.5


def _outside_money(
    cash_growth, opening_cash, growth=CAPEX_GROWTH, minimum_cash=MINIMUM_CASH, first=0
):
    """What Skerry must receive from outside over the six years (USD bn) if capex grows by `growth` percent."""
    years = np.arange(first, first + 6)
    cash_flow = CASH_FLOW * (1 + cash_growth / 100) ** years
    capex = CAPEX * (1 + growth / 100) ** years
    need = external_finance_need(cash_flow, capex, opening_cash, minimum_cash)
    return float(need["outside_money"].sum())


def highest_own_growth(cash_growth: float, opening_cash: float, outside: float = 0) -> int:
    """Highest growth of Skerry's capex, in whole percent, that takes no more than `outside` USD bn from others."""
    beyond = bisect.bisect_left(
        range(101),
        True,
        key=lambda growth: _outside_money(cash_growth, opening_cash, growth) > outside,
    )
    return beyond - 1


def _skerrys_plan(
    fee_pct: float = 0, cash_growth: float = 25, opening_cash: float = 4
) -> dict[str, SheetCheck]:
    """Q3 and Q6 to Q8: the fee on what is raised and the growth of cash flow (percent), the opening cash (USD bn)."""
    arrives = 1 - fee_pct / 100
    total = _outside_money(cash_growth, opening_cash) / arrives
    highest = highest_own_growth(cash_growth, opening_cash)
    over, is_raised, forgotten, all_forgotten = "", "is raised", [], []
    if fee_pct:
        over, is_raised = f" / {arrives:g}", "must arrive, so more is raised,"
        of_100 = f"The fee is taken from what is raised: of 100 raised, {100 * arrives:g} arrive."
        forgotten = [
            *(
                Mistake("fee forgotten", short, f"That is what is short. {of_100}")
                for short in (2, 3)
            ),
            Mistake("fee on what is short", 2 * (2 - arrives), of_100),
        ]
        all_forgotten = [
            Mistake("fee forgotten", total * arrives, f"That is what must arrive. {of_100}"),
            Mistake(
                "terms of the table",
                _outside_money(25, 4) / arrives,
                "You took cash flow and cash from the table. Your terms differ from it.",
            ),
        ]
    by_year = SheetCheck(
        "Outside money, year by year",
        kind="function",
        name="raised_by_year",
        expects="raised_by_year(needs, spare_cash) that returns a list, one amount a year",
        right="Cash first, then outside money; a surplus fills the cash again.",
        tests=[
            _writes_down,
            expect.call(
                [2, 3, -1, 4],
                3,
                gives=[0, 2 / arrives, 0, 3 / arrives],
                tolerance=1e-9,
                mistakes=[
                    Mistake(
                        "cash used again every year",
                        0,
                        "You spent the first cash again in a later year. Keep count of what is left.",
                    ),
                    Mistake(
                        "a surplus lost",
                        4 / arrives,
                        "The surplus of the third year is cash for the fourth.",
                    ),
                    *forgotten,
                ],
            ),
            expect.call([-5, 0, 1], 0, gives=[0, 0, 0], tolerance=1e-9),
            expect.that(
                "Nothing is raised while cash lasts: raised_by_year([1, 1], 10) should be [0, 0].",
                lambda f: list(f([1, 1], 10)) == [0, 0],
            ),
        ],
        hints=(
            "What is left of the spare cash after a year's need?",
            f"Take the need off the cash; if the cash falls below zero, that much {is_raised} and the cash is zero.",
            "left = spare_cash - need",
            f"raised.append(max(0, -left){over})",
        ),
    )
    figure = SheetCheck(
        "Skerry's plan",
        kind="figure",
        name="q6_figure",
        expects="a matplotlib figure with a title, and axis labels that name years and USD bn",
        right="Title, units and both lines are right. Check for yourself that the title states what they show.",
        tests=[
            expect.figure_texts(x_unit="year", y_unit="USD bn"),
            expect.that(
                "Two lines are needed, cash flow and capex: use axes.plot twice.",
                lambda figure: len(figure.axes[0].lines) >= 2,
            ),
            lambda drawn: _lines_follow_the_plan(drawn, cash_growth),
        ],
        hints=(
            "Work out both rows of six numbers first.",
            "The first year is given; each later year is the one before times (1 + growth).",
            f"cash_flow = [1.2 * {1 + cash_growth / 100:g} ** year for year in range(6)]",
            "axes.plot(years, cash_flow); axes.plot(years, capex); then title and labels.",
        ),
    )
    in_all = SheetCheck(
        "Skerry's outside money",
        kind="function",
        name="outside_in_all",
        expects="outside_in_all(capex_growth_pct) that returns USD bn over the six years",
        right=f"At the planned growth it is {total:.1f} bn, all of it in the last two years.",
        tests=[
            expect.call(
                60,
                gives=total,
                tolerance=0.005,
                mistakes=[
                    Mistake(
                        "cash kept back forgotten",
                        _outside_money(cash_growth, opening_cash, minimum_cash=0) / arrives,
                        "You spent all the cash. Skerry keeps its minimum.",
                    ),
                    Mistake(
                        "opening cash forgotten",
                        _outside_money(cash_growth, MINIMUM_CASH) / arrives,
                        "Skerry starts with cash of its own and spends it first.",
                    ),
                    Mistake(
                        "growth from the first year",
                        _outside_money(cash_growth, opening_cash, first=1) / arrives,
                        "Capex and cash flow of the first year are given. They grow from the second on.",
                    ),
                    *all_forgotten,
                ],
            ),
            expect.call(0, gives=0, tolerance=1e-9),
        ],
        hints=(
            "What are cash flow, capex and need in each of the six years?",
            "need = capex - cash flow; spare cash = opening cash - minimum; then your function of Q3, and a sum.",
            f"needs = [1.0 * (1 + capex_growth_pct / 100) ** year - 1.2 * {1 + cash_growth / 100:g} ** year for year in range(6)]",
            f"return sum(raised_by_year(needs, {opening_cash:g} - {MINIMUM_CASH:g}))",
        ),
    )
    growth = SheetCheck(
        "The growth that Skerry can pay itself",
        kind="value",
        name="q7_growth",
        expects="a growth in whole percent",
        right="One percent more and the sixth year needs somebody else's money.",
        tests=[
            expect.number(
                highest,
                "%",
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "first growth that fails",
                        highest + 1,
                        f"At {highest + 1} % a little outside money is needed. The highest that needs none is one less.",
                    ),
                    Mistake(
                        "growth of cash flow for growth of capex",
                        cash_growth,
                        "Capex can outgrow cash flow for a while: there is cash to spend.",
                    ),
                    Mistake("fraction for percent", highest / 100, "Give it in percent."),
                ],
            )
        ],
        hints=(
            "Try growths one after another.",
            "Call outside_in_all for 0, 1, 2 ... and keep the last that gives zero.",
            "[growth for growth in range(61) if outside_in_all(growth) == 0]",
            f"{highest} %",
        ),
    )
    return {"q3": by_year, "q6": figure, "q7": in_all, "q7_growth": growth}


def _lines_follow_the_plan(figure, cash_growth) -> Feedback | None:
    """The first two lines run over the years 1 to 6, from the first to the last value of the plan, in either order."""
    drawn = [line.get_data() for line in figure.axes[0].lines[:2]]
    if any(len(years) != 6 for years, _ in drawn):
        return Feedback.wrong("Each line needs one point a year, six in all.", "years left out")
    if any(not np.allclose(np.asarray(years, float), range(1, 7)) for years, _ in drawn):
        return Feedback.wrong("The years of the plan are 1 to 6.", "years counted from zero")
    ends = sorted((float(values[0]), float(values[-1])) for _, values in drawn)

    def are(cash_growth, capex_growth=CAPEX_GROWTH, first=0):
        plan = [
            tuple(start * (1 + growth / 100) ** year for year in (first, first + 5))
            for start, growth in ((CASH_FLOW, cash_growth), (CAPEX, capex_growth))
        ]
        return np.allclose(ends, sorted(plan), atol=0.006)

    if are(cash_growth):
        return None
    if are(cash_growth, first=1):
        return Feedback.wrong(
            "Both lines start a year too high: the first year is given, growth starts in the second.",
            "growth from the first year",
        )
    if are(CAPEX_GROWTH, cash_growth):
        return Feedback.wrong(
            "Each line grows at the other's rate. Look up both rates again.", "growth rates swapped"
        )
    if are(25):
        return Feedback.wrong(
            f"That is the cash flow of the table. Yours grows by {cash_growth:g} % a year.",
            "terms of the table",
        )
    told = " and ".join(f"from {first:.2f} to {last:.2f}" for first, last in ends)
    return Feedback.wrong(f"Your lines run {told}. Work out years 1 and 6 of each by hand.")


def _at_the_floor(floor: float) -> pd.DataFrame:
    """Two more firms for the small table, made up: the capex of Cedar is the floor, that of Dogwood just below it."""
    return pd.DataFrame(
        [
            (firm, "FY2024", metric, "", value)
            for firm, capex in (("Cedar", floor), ("Dogwood", floor - 0.01))
            for metric, value in (("operating_cash_flow", 10), ("capex", capex))
        ],
        columns=SMALL.columns,
    )


def _small_table_followed(function) -> Feedback | None:
    """Q5 on the small table. A mistake is named where the result shows it."""
    right = "In a small table of our own, Alder has 5 in FY2024 and Birch, without capex, no entry."
    segments = Feedback.wrong(
        f"{right} Alder's cloud has rows of its own, named in `segment`: keep the rows where that is empty.",
        "segments counted with the company",
    )
    try:
        found = pd.Series(function(SMALL, "FY2024"))
    except ValueError as error:
        if "duplicate" in str(error):  # so pivot says it: two rows of Alder for one line
            return segments
        raise
    if found.index.has_duplicates:
        return segments
    if dict(found) == {"Alder": 5}:
        return None
    alders = found.get("Alder")
    if alders in (6, 3, 1):  # company and cloud added up, their mean, the cloud alone
        return segments
    if alders == 99:
        return Feedback.wrong(
            f"{right} Its row `free_cash_flow` is wrong on purpose: subtract the line capex from operating cash flow.",
            "ready row for the two lines",
        )
    if alders == 2 or "Alphabet" in found.index:  # Alder's FY2025; a firm of the course's table
        return Feedback.wrong(
            f"{right} Use the table and the period that the function is given.",
            "table or period typed in",
        )
    return Feedback.wrong(right)


def _by_firm(floor: float = 0) -> dict[str, SheetCheck]:
    """Q5: only firms with capex of at least `floor` USD bn have an entry."""
    below, large_only, small_firms = "", "", []
    if floor:
        large_only = f"; wide = wide[wide['capex'] >= {floor:g}]"
        below = f" or with capex below {floor:g}"
        table = pd.concat([SMALL, _at_the_floor(floor)], ignore_index=True)
        small_firms = [
            expect.that(
                f"Dogwood, a firm of our own, has capex of {floor - 0.01:g}. Firms below USD {floor:g} bn have no entry.",
                lambda f: "Dogwood" not in f(table, "FY2024").index,
                mistake="small firms counted",
            ),
            expect.that(
                f"Cedar, a firm of our own, has capex of exactly {floor:g} and has an entry.",
                lambda f: "Cedar" in f(table, "FY2024").index,
                mistake="the floor itself left out",
            ),
        ]
    check = SheetCheck(
        "Free cash flow from the table",
        kind="function",
        name="free_cash_flow_by_firm",
        expects="free_cash_flow_by_firm(results, period) that returns a Series, company -> USD bn",
        right="These are the firms with both lines in the table, each for its own fiscal year. The result agrees with the table's derived rows.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(load("company_financials"), "FY2025") is not None,
                mistake="print for return",
            ),
            expect.that(
                "No firm is left. Keep only the two metrics before dropna().",
                lambda f: (
                    len(f(load("company_financials"), "FY2025")) > 0
                    or len(f(TWO_LINES, "FY2024")) == 0
                ),
                mistake="gaps of other lines dropped",
            ),
            expect.that(
                "No firm is left in FY2025: its rows have 'FY2025' in the column period.",
                lambda f: len(f(load("company_financials"), "FY2025")) > 0,
            ),
            expect.that(
                "Alphabet's free cash flow of FY2025 should be 73.266.",
                lambda f: abs(f(load("company_financials"), "FY2025")["Alphabet"] - 73.266) < 1e-6,
            ),
            expect.that(
                "Meta should be 46.109: take metric 'capex', without finance leases.",
                lambda f: abs(f(load("company_financials"), "FY2025")["Meta"] - 43.58) > 0.01,
                mistake="definitions mixed",
            ),
            expect.that(
                "Meta's free cash flow of FY2025 should be 46.109.",
                lambda f: abs(f(load("company_financials"), "FY2025")["Meta"] - 46.109) < 1e-6,
            ),
            expect.that(
                "A firm without one of the two lines has no entry: FY2025 should have six firms.",
                lambda f: abs(f(load("company_financials"), "FY2025").get("xAI", 0) + 12.7) > 1e-6,
                mistake="missing counted as zero",
            ),
            expect.that(
                "A firm without one of the two lines has no entry: FY2025 should have six firms.",
                lambda f: len(f(load("company_financials"), "FY2025")) == 6,
            ),
            *small_firms,
            _small_table_followed,
        ],
        hints=(
            "Which rows speak of the whole company in this period?",
            f"Filter on period, on an empty segment and on the two metrics; pivot company by metric; drop rows with a gap{below}; subtract.",
            "kept = results[(results['period'] == period) & (results['segment'] == '') & results['metric'].isin(['operating_cash_flow', 'capex'])]",
            f"wide = kept.pivot(index='company', columns='metric', values='value_usd_bn').dropna(){large_only}",
        ),
    )
    return {"q5": check}


SHEET = {
    **_self_funding(),
    **_limits(),
    **_skerrys_plan(),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="About 83,000 chips of its own. Each replaces half a bought one, so Skerry would need about 118,000 of them.",
        lines=(
            "break_even = design_cost / saving",
            "useful_bought = 0.65",
            "replaced = useful_own / useful_bought",
            "saving = replaced * 30_000 - 8_000",
            "useful_own = 0.6 * 0.55",
            "saving = 30_000 - 8_000",
            "design_cost = 600e6",
        ),
        before=[
            ("E", "C", "it divides useful_own, which line E sets."),
            ("B", "C", "it divides by useful_bought, which line B sets."),
            ("C", "D", "it uses replaced, which line C sets."),
            ("D", "A", "it divides by saving, which line D sets."),
            ("G", "A", "it uses design_cost, which line G sets."),
        ],
        distractors={
            "F": "it sets one own chip against one bought chip, but the own chip does less work."
        },
        hints=(
            "Which lines need nothing from the others?",
            "A line can stand only after the lines that set its names.",
            "E and B first, then C.",
            'For example ["E", "B", "C", "D", "G", "A"]',
        ),
    ),
    **_by_firm(),
}

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _self_funding,
    "q2": _limits,
    "q3": _skerrys_plan,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _by_firm,
}

MANUAL = {"q8": "marked by a person, by the four lines of the rubric in its cell"}
