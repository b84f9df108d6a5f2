"""Lesson 05: when does it pay to price a product at zero?"""

import numpy as np
import pandas as pd

from ...data import load
from ...models.complements import FreeComplement, break_even_uplift_pct
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
LEFT_OVER = 50  # percent of one more dollar of ad revenue, assumed


def _money(row_id: str) -> float:
    return float(load("company_financials").set_index("row_id").at[row_id, "value_usd_bn"])


def _ads() -> dict[str, float]:
    ads, revenue = _money("fin_meta_fy2025_revenue_advertising"), _money("fin_meta_fy2025_revenue")
    earlier = _money("fin_meta_fy2024_revenue_advertising")
    before_llama = _money("fin_meta_fy2021_revenue_advertising")
    quarter = _money("fin_meta_q2_2026_revenue")
    return {
        "ads": ads,
        "revenue": revenue,
        "share": 100 * ads / revenue,
        "rise": ads - earlier,
        "growth": 100 * (ads / earlier - 1),
        "growth_2021": 100 * (before_llama / _money("fin_meta_fy2020_revenue_advertising") - 1),
        "quarter_share": 100 * _money("fin_meta_q2_2026_revenue_advertising") / quarter,
    }


def _forecast() -> dict[str, float]:
    low, high = (_money(f"fin_meta_fy2025_revenue_genai_{case}") for case in ("low", "high"))
    return {**_ads(), "low": low, "high": high, "high_share": 100 * high / _ads()["revenue"]}


def _budget() -> dict[str, float]:
    budget, ads = (
        _money(f"fin_meta_fy2024_{item}") for item in ("total_costs_genai", "revenue_advertising")
    )
    extra = _money("fin_meta_fy2025_r_and_d") - _money("fin_meta_fy2022_r_and_d")
    return {
        "budget": budget,
        "ads": ads,
        "left": LEFT_OVER,
        "uplift": break_even_uplift_pct(budget, ads, LEFT_OVER),
        "needed": 100 * budget / LEFT_OVER,
        "extra_uplift": break_even_uplift_pct(extra, _ads()["ads"], LEFT_OVER),
    }


def _market(lift: float) -> FreeComplement:
    """The made-up market of the lab at its start."""
    return FreeComplement(100, 1, 40, 1, lift=lift)


def _prices() -> dict[str, float]:
    market, best = _market(0.5), _market(0.5).best()
    left = best["core_price"] - market.core_cost
    return {
        "alone": _market(0).best()["second_price"],
        "top": market.second_demand / market.second_slope,
        "margin": left,
        "worth": market.lift * left,
        "together": best["second_price"],
        "zero_from": market.zero_price_lift,
    }


def _gift() -> dict[str, float]:
    market = _market(0.8)
    without = market.at_price(40)["profit"]
    sold, free = market.at_price(20), market.at_price(0)
    return {
        "model_sold": sold["second_profit"],
        "core_sold": sold["core_profit"] - without,
        "core_free": free["core_profit"] - without,
        "gain": free["profit"] - sold["profit"],
    }


def _releases(company: str, since: bool) -> dict[str, int]:
    rows = load("model_releases").query("company == @company", local_dict={"company": company})
    rows = rows[(rows["released"] > ARTICLE) == since]
    return {"open": int(rows["open_weights"].sum()), "all": len(rows)}


def _counts() -> dict[str, object]:
    meta_then, meta_since = _releases("Meta", False), _releases("Meta", True)
    openai = _releases("OpenAI", False)
    return {
        "meta_then": meta_then["open"],
        "meta_all": meta_then["all"],
        "meta_since": meta_since["open"],
        "meta_since_all": meta_since["all"],
        "openai_open": openai["open"],
        "openai_all": openai["all"],
    }


def _openness_since() -> str:
    since = _releases("Meta", True)
    if since["open"] == since["all"]:
        return "all with open weights"
    return "some open, some closed" if since["open"] else "all closed"


def _margins() -> dict[str, float]:
    revenue, income = _money("fin_meta_fy2025_revenue"), _money("fin_meta_fy2025_operating_income")
    openai, loss = _money("fin_fy2025_revenue"), _money("fin_fy2025_operating_loss")
    plan = load("revenue_mix").set_index("row_id")["value_usd_bn"]
    return {
        "meta": 100 * income / revenue,
        "meta_quarter": 100
        * _money("fin_meta_q2_2026_operating_income")
        / _money("fin_meta_q2_2026_revenue"),
        "free_cash": _money("fin_meta_q2_2026_free_cash_flow_after_leases"),
        "loss": 100 * loss / openai,
        "burn": _money("fin_fy2025_cash_burn"),
        "told": float(
            load("company_financials", known_by=ARTICLE)
            .query("company == 'OpenAI' and metric == 'revenue' and period == 'FY2025'")[
                "value_usd_bn"
            ]
            .iloc[0]
        ),
        "ads_2026": float(plan["mix_oai_fy2026_ads"]),
        "ads_2030": float(plan["mix_oai_fy2030_ads"]),
        "tokens": load("player_profiles")
        .set_index("row_id")
        .at["pp_meta_enterprise_channel_3", "value"]
        .split(": ")[1],
        **_ads(),
    }


QUESTIONS = [
    # ---- predictions
    Prediction(
        "since_then",
        "Up to the article's day the weights of every model of Meta in our table were available. How have the models come that it has released since?",
        options=("all with open weights", "some open, some closed", "all closed"),
        truth=_openness_since,
        explain="{meta_since} of the {meta_since_all} models since then have open weights. The new flagship of April was the first closed one.",
        values=_counts,
    ),
    Prediction(
        "model_price",
        "A firm owns a model and a core product. Demand for the model falls in a straight line to none at USD {top:g} a month; copies cost nothing, so a seller of it alone would take {alone:g}. "
        "Here each user also wins the firm half a unit of core sales a month, and with the core price chosen anew USD {margin:.2f} is left of each. Which price of the model earns the firm most in all?",
        unit="USD",
        tolerance=1.5,
        truth=lambda: _prices()["together"],
        explain="Each user brings half of USD {margin:.2f} in core sales, {worth:.2f}, besides the price. A seller alone takes half of {top:g}; this one takes half of what is left of it, "
        "({top:g} - {worth:.2f}) / 2 = {together:.1f}. The larger the lift, the lower the price; from a lift of {zero_from:.2f} on, zero is best.",
        values=_prices,
    ),
    Prediction(
        "uplift",
        "In 2024 Meta's generative-AI groups had a budget of more than USD {budget:g} bn, their computing not counted. Suppose that {left} % of each extra "
        "dollar of ad revenue is left over. By how many percent, at least, must ad revenue, USD {ads:.0f} bn in that year, be higher to pay for that budget?",
        unit="%",
        rel_tolerance=0.3,
        truth=lambda: _budget()["uplift"],
        explain="USD {budget:g} bn over {left} % is {needed:.1f} bn of extra revenue, {uplift:.1f} % of {ads:.0f} bn. It is a lower bound: with the computing the bill is larger.",
        values=_budget,
    ),
    # ---- checks
    Choice(
        "weights",
        "Llama 3.1 can be downloaded by anybody who accepts a licence that Meta wrote for it. gpt-oss comes under Apache 2.0. What do the two share?",
        [
            Option(
                "Both are open source",
                why="Apache 2.0 is an open-source licence. A licence with the maker's own conditions is not, even when the download is free.",
                mistake="open weights taken for open source",
            ),
            Option(
                "Both have open weights",
                correct=True,
                why="You can run and adapt both at home. What you may do with them, and whether data and training code come along, is another question.",
            ),
            Option(
                "Both may be used free of any condition",
                why="Even Apache 2.0 asks for its notice to be kept, and the Llama licences ask for more. A price of zero is not the absence of a contract.",
                mistake="free of charge taken for free of conditions",
            ),
        ],
        hints=(
            "Ask what you hold after the download, and what you have agreed to.",
            "Weights, licence and training data are three separate things.",
            "The licence column differs; the access column does not.",
            "Both have open weights.",
        ),
    ),
    Number(
        "forecast_share",
        "A forecast made inside Meta in 2024 put revenue from generative AI in 2025 at USD {low:g} to {high:g} bn. In the high case, what share of Meta's "
        "revenue of that year, {revenue:.1f} bn, would that be?",
        answer=lambda: _forecast()["high_share"],
        unit="%",
        tolerance=0.06,
        expects="a percentage between 0 and 100",
        right="Even the high case of its own forecast, with everything in it, is about {high_share:.1f} % of revenue: small beside advertising.",
        mistakes=[
            Mistake(
                "low case for the high case",
                lambda: 100 * _forecast()["low"] / _forecast()["revenue"],
                "That is the low case.",
            ),
            Mistake(
                "share of the rise for share of the whole",
                lambda: 100 * _forecast()["high"] / _ads()["rise"],
                "That is a share of one year's rise in ad revenue. The question is about the revenue of the year.",
            ),
        ],
        hints=(
            "A part over the whole.",
            "share = 100 * forecast / revenue",
            "share = 100 * {high:g} / {revenue:.1f}",
            "About {high_share:.1f} %",
        ),
        values=_forecast,
    ),
    Number(
        "double_markup",
        "Two sellers, two goods that are used only together, no costs. Buyers take Q = 12 - (p1 + p2). Each seller sets its own price. What do both goods cost together?",
        answer=8.0,
        unit="USD",
        tolerance=0.01,
        expects="a total price in USD",
        right="Each seller takes a third of 12. One owner would ask 6 for both and sell 6 instead of 4: profit 36 against 32.",
        mistakes=[
            Mistake(
                "one owner for two sellers",
                6.0,
                "That is the total of one owner of both. Two sellers each ignore what their price does to the other's sales.",
            ),
            Mistake("one price for the total", 4.0, "That is the price of one good."),
            Mistake("highest price for the best one", 12.0, "At 12 nobody buys."),
            Mistake(
                "one seller moves first",
                9.0,
                "That is the total if one seller commits itself first. Here both choose at the same time.",
            ),
        ],
        hints=(
            "Take the other price as given. Which price is best for one seller?",
            "Best answer: p1 = (12 - p2) / 2, and the same for the other. Solve both.",
            "p = (12 - p) / 2",
            "4 each, 8 in all",
        ),
    ),
    Choice(
        "why_cheaper",
        "Why does one owner of both goods charge less in all than two sellers?",
        [
            Option(
                "Its costs are lower",
                why="The costs are the same in both cases of the example. The prices differ without that.",
                mistake="cost savings for pricing",
            ),
            Option(
                "A higher price of one good costs it sales of the other, and it counts them",
                correct=True,
                why="A single seller leaves that loss to somebody else, so it goes too high. The owner of both bears it.",
            ),
            Option(
                "It has less market power",
                why="It has more: nobody else sells either good. With complements more power over both goods brings the total price down.",
                mistake="complements taken for substitutes",
            ),
        ],
        hints=(
            "Who loses when the system gets dearer and fewer people buy the software?",
            "Look for an effect that one decider leaves out and the other counts.",
            "The effect is on the sales of the other good.",
            "The lost sales of the other good.",
        ),
    ),
    Choice(
        "gift",
        "In the lab's market with a lift of 0.8, the model sold at 20 earns {model_sold:,.0f} itself and adds {core_sold:,.0f} to core profit. Free, it earns nothing itself "
        "and adds {core_free:,.0f}. What does the price of zero cost the owner?",
        [
            Option(
                "{model_sold:,.0f}, the profit of the model",
                why="That is what it gives up. Against it stands the rise in core profit.",
                mistake="one side of the ledger",
            ),
            Option(
                "Nothing, because a copy costs nothing",
                why="A copy that costs nothing still has a price that could have been taken. What is given up is a cost.",
                mistake="zero marginal cost for zero opportunity cost",
            ),
            Option(
                "It gains {gain:,.0f}",
                correct=True,
                why="Core profit rises by more than the model gives up. A price of zero can be the selfish choice: no rival has to be driven out for it.",
            ),
        ],
        hints=(
            "Write down both profits in both cases.",
            "Compare the sums, not one line of them.",
            "{model_sold:,.0f} + {core_sold:,.0f} against 0 + {core_free:,.0f}",
            "It gains {gain:,.0f}.",
        ),
        values=_gift,
    ),
    Code(
        "break_even",
        "Write `uplift(cost, core_revenue, left_over_pct)`: the rise in core revenue, in percent, that pays for a model given away. `left_over_pct` is what is "
        'left of one more dollar. Then run the cell with `lesson.check("break_even", uplift)`.',
        starter="def uplift(cost, core_revenue, left_over_pct):\n    return ...",
        tests=[
            expect.call(
                4,
                200,
                50,
                gives=4.0,
                tolerance=0.001,
                mistakes=[
                    Mistake(
                        "revenue taken for profit",
                        2.0,
                        "You let all of an extra dollar pay for the model. Only a part of it is left over.",
                    ),
                    Mistake(
                        "multiplied by the margin",
                        1.0,
                        "You multiplied by the part that is left over. The smaller that part, the more revenue is needed: divide.",
                    ),
                    Mistake(
                        "fraction for percent",
                        0.04,
                        "A hundredth of the answer: either a fraction is given for a percentage, or `left_over_pct` is used as 50 where 0.50 is meant.",
                    ),
                ],
            ),
            expect.call(2, 100, 40, gives=5.0, tolerance=0.001),
            expect.that(
                "A model that costs nothing needs no uplift: uplift(0, 200, 50) should be 0.",
                lambda f: abs(f(0, 200, 50)) < 1e-9,
            ),
        ],
        hints=(
            "How much extra revenue leaves over exactly the cost?",
            "extra revenue = cost / (left_over_pct / 100); then divide by core revenue, times 100",
            "needed = cost / (left_over_pct / 100)",
            "return 100 * cost / (left_over_pct / 100) / core_revenue",
        ),
        values=None,
    ),
    Choice(
        "identify",
        "In 2025 Llama was free and Meta's ad revenue rose by {growth:.0f} %. What follows?",
        [
            Option(
                "The open model paid for itself: far less was needed",
                why="The rise is large enough, but nobody has shown that openness caused any part of it. Ads rose by {growth_2021:.0f} % in 2021, before there was a Llama.",
                mistake="growth taken for uplift",
            ),
            Option(
                "The open model did nothing: Meta credits the model that picks ads, which is not open",
                why="Meta does name that model. It does not follow that the open one did nothing.",
                mistake="one cause excludes another",
            ),
            Option(
                "That ads rose. The uplift by openness needs a comparison with a world without it",
                correct=True,
                why="That is the hard part of II.4.3: the break-even uplift is easy to work out, the true one cannot be read off a revenue line.",
            ),
        ],
        hints=(
            "What would ad revenue have been without the open model?",
            "A break-even tells what is needed. It does not tell what happened.",
            "Look for a comparison in the options.",
            "It needs a comparison.",
        ),
        values=_ads,
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "II.4.1": _counts,
    "II.4.2": _forecast,
    "II.4.3": _budget,
    "II.4.4": _counts,
    "II.4.5": _margins,
}

# Made-up firms, so that a function with a table or a day typed in gives something else.
SMALL = pd.DataFrame(
    [
        ("Alder", "2025-03-01", True),
        ("Alder", "2025-08-01", False),
        ("Alder", "2025-10-15", True),
        ("Alder", "2025-11-01", True),
        ("Alder", "2025-12-01", True),
        ("Birch", "2025-02-01", False),
        ("Birch", "2025-09-01", False),
        ("Birch", "2025-10-01", True),
        ("Cedar", "2025-05-01", True),
    ],
    columns=["company", "released", "open_weights"],
).astype({"released": "datetime64[ns]"})
SMALL_SAYS = "In a small table of our own, after 30 June 2025, Alder has 75 and Birch 50."


def _curve(figure) -> tuple[np.ndarray, np.ndarray] | None:
    """The first line of at least five points: its core revenues and uplifts."""
    for axes in figure.axes:
        for line in axes.lines:
            core, uplift = (np.asarray(values, dtype=float) for values in line.get_data())
            if len(core) >= 5:
                return core, uplift
    return None


# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).
# Values are made-up ones of the running case or published examples; none is a formula of the solution.


def _road(highest: float = 90, order: str = "ABC") -> dict[str, SheetCheck]:
    """Q1: the total toll (USD) at which nobody drives, and the order of the reasons."""
    prediction = SheetCheck(
        "The total price of two sellers",
        kind="value",
        expects=f"an amount in USD, such as {5 * highest / 9:.0f}",
        right="Above the total of one owner, below the price at which nobody buys. Now compare it with the output.",
        tests=[
            expect.that(
                "A price is a number in USD.", lambda given: isinstance(given, int | float)
            ),
            expect.that(
                f"{highest / 3:g} is the toll of one half. The question is about both together.",
                lambda given: abs(given - highest / 3) > 0.5,
                mistake="one price for the total",
            ),
            expect.that(
                f"{highest / 2:g} is what one owner would ask for both. Two sellers ask more.",
                lambda given: given > highest / 2,
                mistake="one owner for two sellers",
            ),
            expect.that(
                f"At {highest:g} the last driver stays away, and above {highest:g} nobody drives. The sellers stop before that.",
                lambda given: given < highest,
                mistake="highest price for the best one",
            ),
        ],
        hints=(
            "Is the total of two sellers above or below that of one owner?",
            "Each seller takes a third of what there is to share.",
            f"{highest / 3:g} and {highest / 3:g}",
            f"{2 * highest / 3:g}",
        ),
    )
    reason = SheetCheck(
        "Why two sellers earn less",
        kind="value",
        expects='one of "A", "B", "C"',
        right="Each leaves out what its price does to the other. Nobody gains from it, the drivers least of all.",
        tests=expect.letter(
            "B",
            A=(
                "Costs are zero for both. They cannot make the difference.",
                "cost savings for pricing",
            ),
            C=(
                "Rivals for the same buyers undercut each other. These two need each other.",
                "complements taken for substitutes",
            ),
        ),
        hints=(
            "Who loses drivers when one half of the road gets dearer?",
            "Ask what each seller counts and what it leaves out.",
            "The other half sells fewer passes, too.",
            "B",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _best_price(fee: float = 0) -> dict[str, SheetCheck]:
    """Q2: a seller that pays a store `fee` USD for each unit, on top of its own cost."""
    unit_cost, forgotten, added = 10 + fee, [], ""
    if fee:
        added = f" + {fee:g}"
        forgotten = [
            Mistake(
                "store's fee left out",
                35.0,
                f"You left out the USD {fee:g} that the store takes for each unit. They are a cost like the own one.",
            )
        ]
    check = SheetCheck(
        "Best price of one seller",
        kind="function",
        expects="best_price(price_of_other, highest_total, own_cost) that returns a price",
        right="Half of what the other leaves, and half of the own cost. A seller that would have to charge less than its cost asks its cost and sells nothing.",
        tests=[
            expect.call(
                20,
                90,
                0,
                gives=35 + fee / 2,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "half forgotten",
                        70 + fee,
                        f"At {70 + fee:g} nobody is left to buy. Take half of what the other leaves.",
                    ),
                    Mistake(
                        "price of the other left out",
                        45 + fee / 2,
                        "That is the price of a seller alone. The other takes 20 first.",
                    ),
                    Mistake(
                        "price of the other added",
                        55 + fee / 2,
                        "You added the other's price. A dearer partner leaves less, so take it off.",
                    ),
                    *forgotten,
                ],
            ),
            expect.call(
                243.3333,
                720,
                10,
                gives=238.3333 + unit_cost / 2,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "cost left out",
                        238.3333 + fee / 2,
                        "You left the own cost out. Half of it goes into the price.",
                    ),
                    Mistake(
                        "full cost in the price",
                        238.3333 + unit_cost,
                        "You added all of the cost. A seller passes on half of it.",
                    ),
                    Mistake(
                        "cost taken off",
                        238.3333 - unit_cost / 2,
                        "You took the own cost off. A cost raises the price, by half of it.",
                    ),
                    Mistake(
                        "rounded",
                        round(238.3333 + unit_cost / 2),
                        "Close, but you rounded. Give the price as it comes out.",
                    ),
                ],
            ),
            expect.call(
                89,
                90,
                5,
                gives=5.0 + fee,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "price below cost",
                        3 + fee / 2,
                        f"That is below the cost of {5 + fee:g}: every sale would lose money. Then the seller asks its cost and sells nothing.",
                    )
                ],
            ),
        ],
        hints=(
            "What is left for this seller after the other's price?",
            f"Half of (what is left + own cost{added}), but never below own cost{added}.",
            "left = highest_total - price_of_other",
            f"return max((left + own_cost{added}) / 2, own_cost{added})",
        ),
    )
    return {"q2": check}


# Skerry's ledger of the free model, USD bn a year, and the part of core revenue that is left over.
FORGONE, SAVINGS, CORE, CORE_MARGIN = 0.06, 0.03, 0.9, 0.55
EXPECTED_ADOPTERS, REVENUE_EACH = 40_000, 6000  # firms; USD a firm and year


def _ledger(
    counts_pct: float = 100, cost: float = 0.12, second_cost: float = 3
) -> dict[str, SheetCheck]:
    """Q3, Q6, Q7 and Q8: the part of the savings that counts (percent), what the model costs (USD bn a year), what it costs to give it to a firm (USD a month)."""
    burden = cost + FORGONE - SAVINGS * counts_pct / 100
    return {
        "q3": _break_even(counts_pct),
        "q6": _burden_over_core(cost, counts_pct, burden),
        "q7_uplift": _skerrys_uplift(cost, counts_pct, burden),
        "q7_adopters": _skerrys_adopters(cost, counts_pct, burden),
        "q7_prices": _skerrys_prices(second_cost),
    }


def _break_even(counts_pct: float) -> SheetCheck:
    counts = counts_pct / 100
    all_counted, times = [], ""
    if counts < 1:
        times = f" * {counts:g}"
        all_counted = [
            Mistake(
                "all savings counted",
                4.0,
                f"You took all of the savings off. Only {counts_pct:g} % of them count.",
            )
        ]
    return SheetCheck(
        "Break-even uplift",
        kind="function",
        expects="uplift_pct(cost, forgone, savings, core_revenue, left_over_pct) that returns percent",
        right="Costs and forgone profit push it up, savings and a fat margin push it down, and it never falls below zero.",
        tests=[
            expect.call(
                4,
                1,
                0,
                200,
                50,
                gives=5.0,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "forgone profit left out",
                        4.0,
                        "You left out the profit that selling would have brought. It is given up as well.",
                    ),
                    Mistake(
                        "revenue taken for profit",
                        2.5,
                        "You let the whole extra dollar count. Only a part of it is left over.",
                    ),
                    Mistake(
                        "fraction for percent",
                        0.05,
                        "A hundredth of the answer: either a fraction is given for a percentage, or `left_over_pct` is used as 50 where 0.50 is meant.",
                    ),
                ],
            ),
            expect.call(
                4,
                1,
                1,
                200,
                50,
                gives=5 - counts,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "savings added",
                        5 + counts,
                        "Savings make the model cheaper. Take them off.",
                    ),
                    Mistake("savings left out", 5.0, "You left out what outside work saves."),
                    *all_counted,
                ],
            ),
            expect.call(
                1,
                0,
                2,
                200,
                50,
                gives=0.0,
                tolerance=1e-9,
                mistakes=[
                    Mistake(
                        "uplift below zero",
                        1 - 2 * counts,
                        "If savings exceed the cost, no uplift is needed: zero, not less.",
                    ),
                    Mistake(
                        "sign dropped",
                        2 * counts - 1,
                        f"The savings exceed the cost by {2 * counts - 1:g}, so nothing has to be paid for. `abs` turns that into a bill; take `max` with 0.",
                    ),
                ],
            ),
            expect.call(
                10,
                0,
                0,
                100,
                40,
                gives=25.0,
                tolerance=1e-6,
                mistakes=[
                    Mistake(
                        "the part that is not left over",
                        50 / 3,
                        "You divided by the 60 % that are spent. Divide by the 40 % that are left over.",
                    ),
                ],
            ),
        ],
        hints=(
            "What has to be paid for, after savings?",
            f"burden = cost + forgone - savings{times}, at least 0; then over (core revenue x left over).",
            f"burden = max(cost + forgone - savings{times}, 0)",
            "one_percent = core_revenue / 100 * left_over_pct / 100",
        ),
    )


def _wrong_burdens(cost: float, counts_pct: float) -> list[tuple[str, float, str]]:
    """Name of a mistake, the burden (USD bn a year) that it gives, and whose work or money it leaves out."""
    savings = SAVINGS * counts_pct / 100
    found = [
        ("forgone profit left out", cost - savings, "the profit that the paid API loses"),
        ("savings left out", cost + FORGONE, "the work that outsiders do for free"),
    ]
    if counts_pct < 100:
        found.append(
            (
                "all savings counted",
                cost + FORGONE - SAVINGS,
                f"that only {counts_pct:g} % of the savings count",
            )
        )
    return found


def _burden_over_core(cost: float, counts_pct: float, burden: float) -> SheetCheck:
    # Core revenue (USD bn) times uplift (%) is one number all along the curve; the mistakes are wrong ones.
    carried = 100 / CORE_MARGIN
    wrongly = [
        Mistake(
            "fraction for percent",
            burden / CORE_MARGIN,
            "The axis is in percent, your line in fractions.",
        ),
        *(
            Mistake(name, wrong * carried, f"Your line leaves out {what}.")
            for name, wrong, what in _wrong_burdens(cost, counts_pct)
        ),
        Mistake(
            "forgone profit and savings left out",
            cost * carried,
            "Your line counts the cost of the model only. Add the forgone profit, take off the savings.",
        ),
        Mistake(
            "revenue taken for profit",
            100 * burden,
            "Your line lets the whole extra dollar count. 55 % of it is left over.",
        ),
    ]

    def carries_the_burden(figure) -> Feedback | None:
        core, uplift = _curve(figure)
        off = ~np.isclose(core * uplift, burden * carried, rtol=0.01)
        if not off.any():
            return None
        for mistake in wrongly:
            if np.allclose(core * uplift, mistake.value, rtol=0.01):
                return Feedback.wrong(mistake.says, mistake.name)
        at = int(off.argmax())
        return Feedback.wrong(
            f"At {core[at]:g} along the bottom your line is at {uplift[at]:.3g}. Work out each point with your uplift_pct "
            "from Skerry's cost, forgone profit, savings and margin, in USD bn and %."
        )

    return SheetCheck(
        "What a free model must bring in",
        kind="figure",
        name="q6_figure",
        expects="a matplotlib figure with a title, and axis labels that name % and USD bn",
        right="Title, units and a falling curve are there. Check for yourself that the title states what the curve shows.",
        tests=[
            expect.figure_texts(x_unit="USD bn", y_unit="%"),
            expect.that(
                "Nothing is drawn as a line of at least five points: use axes.plot.",
                lambda figure: _curve(figure) is not None,
            ),
            carries_the_burden,
            expect.that(
                "Core revenue goes along the bottom, the uplift upwards.",
                lambda figure: _curve(figure)[1].max() > 3.1,
                mistake="axes swapped",
            ),
            expect.that(
                "Draw the line from a core of USD 0.3 bn to one of 3 bn.",
                lambda figure: _curve(figure)[0].min() < 0.31 and _curve(figure)[0].max() > 2.99,
            ),
        ],
        hints=(
            "Core revenue goes along the bottom, the uplift upwards.",
            "Work out the uplift for each revenue with your uplift_pct, then axes.plot(revenues, uplifts).",
            "revenues = [0.3, 0.6, 0.9, 1.5, 3]",
            f"At a core of 0.9 bn the curve passes about {burden * carried / CORE:.0f} %.",
        ),
    )


# What a learner left out who took one of _wrong_burdens, in the words of Q7.
LEFT_OUT = {
    "savings left out": "You left out the work that outsiders do for free.",
    "forgone profit left out": "You left out the API profit that the free model takes away.",
    "all savings counted": "You took all of the savings off. Only the part of question 3 counts.",
}


def _skerrys_uplift(cost: float, counts_pct: float, burden: float) -> SheetCheck:
    carried = 100 / CORE_MARGIN / CORE
    uplift = burden * carried
    where = "table" if counts_pct == 100 else "table and the text"
    more = "Nearly a third" if 29.5 < uplift < 33 else f"About {uplift:.0f} %"
    return SheetCheck(
        "Skerry's break-even uplift",
        kind="value",
        expects="a percentage",
        right=f"{more} more core revenue, for a firm whose core is small.",
        tests=[
            expect.number(
                uplift,
                "%",
                tolerance=0.1,
                mistakes=[
                    *(
                        Mistake(name, wrong * carried, LEFT_OUT[name])
                        for name, wrong, _ in _wrong_burdens(cost, counts_pct)
                    ),
                    Mistake(
                        "revenue taken for profit",
                        100 * burden / CORE,
                        "You let the whole extra dollar count. 55 % of it is left over.",
                    ),
                    Mistake("rounded", round(uplift), "Close: give one decimal more."),
                ],
            )
        ],
        hints=(
            "Your function of question 3 does it.",
            f"Cost, forgone profit, savings, core revenue, contribution margin: five items of the {where}.",
            f"uplift_pct({cost:g}, 0.06, 0.03, 0.9, 55)",
            f"About {uplift:.1f} %",
        ),
    )


def _skerrys_adopters(cost: float, counts_pct: float, burden: float) -> SheetCheck:
    each = REVENUE_EACH * CORE_MARGIN
    adopters = burden * 1e9 / each
    return SheetCheck(
        "Adopters that Skerry needs",
        kind="value",
        expects="a number of firms",
        right="More than the 40,000 it expects: on this ledger alone the gift does not pay.",
        tests=[
            expect.number(
                adopters,
                "firms",
                rel_tolerance=0.005,
                mistakes=[
                    Mistake(
                        "revenue taken for profit",
                        burden * 1e9 / REVENUE_EACH,
                        "You let all of the USD 6,000 count. 55 % of it is left over.",
                    ),
                    *(
                        Mistake(name, wrong * 1e9 / each, LEFT_OUT[name])
                        for name, wrong, _ in _wrong_burdens(cost, counts_pct)
                    ),
                    Mistake(
                        "expected taken for needed",
                        EXPECTED_ADOPTERS,
                        "That is how many Skerry expects. How many does it need?",
                    ),
                    Mistake(
                        "thousands for firms",
                        adopters / 1000,
                        "Count firms, not thousands of them.",
                    ),
                    Mistake(
                        "thousands for firms",
                        adopters // 1000,
                        "Count firms, not thousands of them.",
                    ),
                    Mistake(
                        "rounded",
                        round(adopters, -3),
                        "Close: give the number to the nearest firm.",
                    ),
                ],
            )
        ],
        hints=(
            "How much of an adopter's USD 6,000 is left over?",
            "Burden in USD over what one adopter leaves over.",
            f"burden = {burden:.4g}e9; left = 6000 * 0.55",
            f"About {adopters:,.0f} firms",
        ),
    )


def _skerrys_prices(second_cost: float) -> SheetCheck:
    alone = 25 + second_cost / 2
    return SheetCheck(
        "Skerry's price list",
        kind="value",
        expects="a pair: price of the model sold alone, price of the model with the core (USD a month)",
        right=f"{alone:g} alone, nothing with the core: each firm that uses the model leaves more in seats than it would pay.",
        tests=[
            expect.that(
                "Give a pair of prices, such as (20, 10).",
                lambda given: len(given) == 2,
            ),
            expect.that(
                "These are in the wrong order: first the price alone, then the price with the core.",
                lambda given: abs(given[0]) > 0.05 or abs(given[1] - alone) > 1,
                mistake="wrong order",
            ),
            expect.that(
                "Alone, at half of highest price plus half of the cost: 25 would be right without a cost.",
                lambda given: abs(given[0] - 25) > 0.01,
                mistake="serving cost left out",
            ),
            expect.that(
                "The price alone is close: give cents.",
                lambda given: not 0.05 <= abs(given[0] - alone) <= 0.6,
                mistake="rounded",
            ),
            expect.that(
                "The first is not the price of a seller alone: what is best without a core?",
                lambda given: abs(given[0] - alone) < 0.05,
            ),
            expect.that(
                "A negative price pays users. Here the lowest price is zero.",
                lambda given: given[1] >= 0,
                mistake="price below zero",
            ),
            expect.that(
                "With the core the price should be lower than alone, by far.",
                lambda given: abs(given[1]) < 0.05,
                mistake="lift left out",
            ),
        ],
        hints=(
            "Two markets of the class FreeComplement: one with a lift of 0, one with Skerry's lift.",
            "`.best()` finds the price of the second good that earns most in all.",
            f'FreeComplement(100, 0.5, 2, 0.04, lift=0, core_cost=100, second_cost={second_cost:g}).best()["second_price"]',
            f"({alone:g}, 0.0)",
        ),
    )


def _open_share(until: str = "") -> dict[str, SheetCheck]:
    """Q5: only releases up to the day `until` count, if one is given."""
    small, real = SMALL, _metas_share
    late, kept = [], 'kept = releases[releases["released"] > after]'
    if until:
        last = pd.Timestamp(until)
        ends = pd.DataFrame(
            {
                "company": "Dogwood",
                "released": [last, last + pd.Timedelta(days=1)],
                "open_weights": [True, False],
            }
        )
        small, real = pd.concat([SMALL, ends], ignore_index=True), _openais_share
        day = f"{last:%d %B %Y}".lstrip("0")
        dogwoods = f"In the small table Dogwood's share should be 100: its open model came out on {day}, a closed one the day after."
        kept = (
            f'kept = releases[(releases["released"] > after) & (releases["released"] <= "{until}")]'
        )
        late = [
            expect.that(
                f"{dogwoods} Leave out what came out later than {day}.",
                lambda f: abs(f(small, "2025-06-30").get("Dogwood", 100) - 50) > 1e-6,
                mistake="later releases counted",
            ),
            expect.that(
                f"{dogwoods} What came out on {day} itself still counts.",
                lambda f: "Dogwood" in f(small, "2025-06-30").index,
                mistake="the last day left out",
            ),
            expect.that(dogwoods, lambda f: abs(f(small, "2025-06-30")["Dogwood"] - 100) < 1e-6),
        ]
    check = SheetCheck(
        "Open and closed by firm",
        kind="function",
        expects="open_share(releases, after) that returns a Series, company -> percent",
        right="As many rows as firms with a release after the day, and each release counts once.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(load("model_releases"), "2017-01-01") is not None,
                mistake="print for return",
            ),
            real,
            expect.that(
                f"{SMALL_SAYS} Use the table and the day that the function is given.",
                lambda f: (
                    "Meta" not in f(small, "2025-06-30").index
                    and dict(f(small, "2025-06-30")) != dict(f(small, "2025-10-01"))
                ),
                mistake="table or day typed in",
            ),
            expect.that(
                SMALL_SAYS,
                lambda f: (
                    abs(f(small, "2025-06-30").get("Alder", 0) - 75) < 1e-6
                    and abs(f(small, "2025-06-30").get("Birch", 0) - 50) < 1e-6
                ),
            ),
            expect.that(
                "Birch's share after 1 September 2025 should be 100: what came out on that day itself is not after it.",
                lambda f: abs(f(small, "2025-09-01").get("Birch", 0) - 100) < 1e-6,
                mistake="the day itself counted",
            ),
            expect.that(
                "Cedar released nothing after the day, so it has no entry, not even a 0.",
                lambda f: "Cedar" not in f(small, "2025-06-30").index,
                mistake="missing counted as zero",
            ),
            *late,
        ],
        hints=(
            "`open_weights` holds True and False. What is their mean?",
            f"Keep the rows after the day{' and up to ' + day if until else ''}, group by company, take 100 times the mean of open_weights.",
            'releases["released"] > after',
            kept,
        ),
    )
    return {"q5": check}


def _metas_share(function) -> Feedback | None:
    return _share_off(
        "Meta's share since 3 March 2026 should be 50: two of four.",
        function(load("model_releases"), ARTICLE),
        right={"Meta": 50},
        whole={"Meta": 83.33},
        before={"Meta": 100, "Alphabet": 20},
    )


def _openais_share(function) -> Feedback | None:
    """In place of Meta's share, which depends on the last day that counts."""
    return _share_off(
        "In the rows of 2025, OpenAI's share after 1 August should be 40: two of five.",
        function(load("model_releases", known_by="2025-12-31"), "2025-08-01"),
        right={"OpenAI": 40},
        whole={"OpenAI": 19.05},
        before={"OpenAI": 12.5},
    )


def _share_off(says: str, found, right: dict, whole: dict, before: dict) -> Feedback | None:
    """None if the share is right; `whole` is that of all days, `before` that of the days before. Two models are open."""
    ((firm, percent),) = right.items()
    if abs(found[firm] - percent) < 1e-6:
        return None
    for wrong, name, why in (
        (whole, "the day ignored", "Yours counts all its models, whatever their day."),
        (before, "before for after", "Yours counts the models that came out before the day."),
        ({firm: percent / 100}, "fraction for percent", "Yours is a fraction."),
        ({firm: 2}, "count for percent", "Yours counts the open ones."),
        ({firm: 200}, "count for percent", "Yours is 100 times the count of the open ones."),
    ):
        if all(abs(found[each] - share) < 0.01 for each, share in wrong.items()):
            return Feedback.wrong(f"{says} {why}", name)
    return Feedback.wrong(says)


SHEET = {
    **_road(),
    **_best_price(),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="Free, the firm earns 1,856 more than without a model; sold at 20, 1,264.",
        lines=(
            "gain = core_with - core_without + model_profit",
            "core_with = (core_demand + lift * users) ** 2 / 4",
            "model_profit = price * users",
            "users = 40 - price",
            "core_without = core_demand**2 / 4",
            "core_with = (core_demand + lift * price) ** 2 / 4",
            "core_demand, lift, price = 100, 0.8, 0",
        ),
        before=[
            ("G", "D", "it uses price, which line G sets."),
            ("G", "E", "it uses core_demand, which line G sets."),
            ("D", "B", "it uses users, which line D sets."),
            ("D", "C", "it uses users, which line D sets."),
            ("G", "B", "it uses core_demand and lift, which line G sets."),
            ("B", "A", "it uses core_with, which line B sets."),
            ("E", "A", "it uses core_without, which line E sets."),
            ("C", "A", "it uses model_profit, which line C sets."),
        ],
        distractors={"F": "core sales are won by users of the model, not by its price."},
        hints=(
            "Which line needs nothing from the others?",
            "A line can stand only after the lines that set its names.",
            "G first, then D.",
            'For example ["G", "D", "E", "B", "C", "A"]',
        ),
    ),
    **_open_share(),
    **_ledger(),
}

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _road,
    "q2": _best_price,
    "q3": _ledger,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _open_share,
}

MANUAL = {"q8": "marked by hand; its rubric stands in its cell"}
