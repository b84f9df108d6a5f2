"""Lesson 09: where is the narrowest point, and who holds it?"""

import math
from dataclasses import replace
from functools import cache

import pandas as pd

from ...data import load
from ...models.export_controls import total_processing_performance
from ...models.scorecard import rank_shares
from ...models.supply_network import input_left, output_path
from .. import expect
from ..questions import (
    Choice,
    Feedback,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
)

ARTICLE = "2026-03-03"
BITS = 16


@cache
def _chips() -> dict[str, float]:
    """Rates, products and the lowest limit that a large data-centre chip meets."""
    chips = load("rated_chips").set_index("chip")
    tests = load("export_rules").set_index("row_id")
    h20, h100, l40s = (chips.loc[f"Nvidia {name}"] for name in ("H20", "H100 SXM", "L40S"))
    limit = tests.at["rule_2023_b_1", "tpp_min"]
    return {
        "die": h100["die_area_mm2"],
        "h100_rate": h100["dense_tops"],
        "h100_tpp": total_processing_performance({16: h100["dense_tops"]}),
        "h20_rate": h20["dense_tops"],
        "h20_tpp": total_processing_performance({16: h20["dense_tops"]}),
        "limit": limit,
        "limit_rate": limit / BITS,
        "l40s_rate": l40s["dense_tops"],
        "l40s_sparse": 2 * l40s["dense_tops"],
        "l40s_tpp": total_processing_performance({8: l40s["dense_tops"]}),
    }


@cache
def _chain() -> dict[str, float]:
    """Shares of memory and wafers, and the worst month after the largest memory maker stops."""
    rows = load("supply_chain").query("whose_share == 'supplier'")
    hbm = rows[rows["input"].eq("HBM")].set_index("supplier")["share_pct"].to_dict()
    wafers = rows[rows["input"].str.startswith("AI server ASIC wafers")].iloc[0]
    booked = load("supply_chain").query("whose_share == 'customer' and customer == 'Nvidia'")
    left = input_left(hbm, "SK hynix", 100)
    path = output_path({"memory": left}, {"memory": 2}, 6)
    return {
        "hynix": hbm["SK hynix"],
        "micron": hbm["Micron"],
        "samsung": hbm["Samsung"],
        "left": 100 * left,
        "worst": 100 * min(path),
        "with_spare": 100 * input_left(hbm, "SK hynix", 100, 10),
        "tsmc": wafers["share_pct"],
        "booked": booked["share_pct"].iloc[0],
        # One month in store, and the second largest maker stops: another case than the worked example.
        "other_left": 100 - hbm["Micron"],
        "covered": 100 / hbm["Micron"],
    }


@cache
def _blocs() -> dict[str, float]:
    wide = load("scorecard_indicators").pivot_table(
        index="bloc", columns="indicator", values="value"
    )
    ranks = 100 * rank_shares(wide)
    without = 100 * rank_shares(wide.drop(columns="EUV scanners by seat of the maker"))
    return {
        "first": ranks.at["United States", 1],
        "eu_second": ranks.at["European Union", 2],
        "china_second": ranks.at["China", 2],
        "china_second_without": without.at["China", 2],
        "indicators": len(wide.columns),
    }


@cache
def _money() -> dict[str, float]:
    rows = load("national_programmes", ARTICLE)
    of = load("national_programmes").set_index("row_id")
    return {
        "programmes": len(rows),
        "blocs": rows["bloc"].nunique(),
        "later": len(of) - len(rows),
        "budgets": rows["sort"].isin(["budget", "fund"]).sum(),
        "stargate": of.at["np_002", "amount_usd_bn"],
        "request": of.at["np_003", "amount_usd_bn"],
        "fund": of.at["np_006", "amount_usd_bn"],
        "sum": of.at["np_002", "amount_usd_bn"] + of.at["np_003", "amount_usd_bn"],
    }


@cache
def _steps() -> dict[str, float]:
    events, then = load("export_control_events"), load("export_control_events", ARTICLE)
    settled = then["fate_date"].notna() & (then["fate_date"] <= ARTICLE) & then["fate"].ne("in force")  # fmt: skip
    return {
        "then": len(then),
        "then_changed": int(settled.sum()),
        "now": len(events),
        "china": int(then["jurisdiction"].eq("China").sum()),
        "published": len(load("chip_classifications")),
    }


QUESTIONS = [
    Prediction(
        "limit_rate",
        "A chip for data centres has the die of an H100, {die:.0f} mm². The H100 does {h100_rate:.0f} dense TFLOP/s at 16 bits. From which dense rate on did the rule of October 2023 control such a chip?",
        unit="TFLOP/s",
        rel_tolerance=0.2,
        truth=lambda: _chips()["limit_rate"],
        explain="{limit_rate:.0f} TFLOP/s x 16 bits make {limit:,.0f}. The H20 has {h20_rate:.0f}: it was designed to the limit.",
        values=_chips,
        minimum=0,
    ),
    Prediction(
        "worst_month",
        "SK hynix ships {hynix:.0f} % of the fast memory for AI chips. Suppose it stops, two months of memory are in store, and the others can add nothing for half a year. How much of the usual output of chips is left in the worst month?",
        unit="%",
        tolerance=4,
        truth=lambda: _chain()["worst"],
        explain="{left:.0f} % arrive, so {left:.0f} % of the chips can be made once the stock is gone. Stock moves the bad month, it does not make it better.",
        values=_chain,
        minimum=0,
        maximum=100,
    ),
    Prediction(
        "how_often_first",
        "A scorecard has {indicators} indicators and three blocs. Draw the weights at random, all sets equally likely. In what part of the draws does the United States come first?",
        unit="%",
        tolerance=8,
        truth=lambda: round(_blocs()["first"]),  # draws give no more than whole percents
        explain="First place hardly moves. Second place does: the European Union and China get it about equally often ({eu_second:.0f} and {china_second:.0f} % of the draws, a gap within what chance moves).",
        values=_blocs,
        minimum=0,
        maximum=100,
    ),
    Number(
        "tpp",
        "The data sheet of the L40S prints {l40s_sparse:,.0f} TFLOP/s at 8 bits, with sparsity. What is its total processing performance?",
        answer=lambda: _chips()["l40s_tpp"],
        unit="TOPS x bits",
        tolerance=5,
        expects="a number such as 4992",
        right="{l40s_rate:.0f} dense TFLOP/s times 8 bits: above 4,800, so the rule of October 2023 controls it.",
        mistakes=[
            Mistake("sparse for dense rate", lambda: 2 * _chips()["l40s_tpp"], "Twice too much. The rule counts dense rates, half of what is printed with sparsity, at the bits that go with the rate: 8."),
            Mistake("rate for total processing performance", lambda: _chips()["l40s_rate"], "That is the dense rate, in TFLOP/s. TPP multiplies it by the bits of the operation."),
            Mistake("sparse rate for total processing performance", lambda: _chips()["l40s_sparse"], "That is the printed rate, with sparsity. TPP is the dense rate, half of it, times the bits of the operation."),
            Mistake("sparse for dense rate, and 16 bits for 8", lambda: 4 * _chips()["l40s_tpp"], "Four times too much: the rate is the sparse one, and it is given at 8 bits, not 16."),
        ],
        hints=("Which rate counts, dense or sparse?", "dense rate x bits", "{l40s_sparse:,.0f} / 2 x 8", "{l40s_tpp:,.0f}"),
        values=_chips,
    ),
    Choice(
        "class_or_licence",
        "In January 2026 a new rule spoke about the H200. What did it change?",
        [
            Option("How an application for China is judged; the classification stayed 3A090.a", correct=True, why="Classification asks what the chip is. Licence policy asks what happens to an application. The second can change overnight while the first stands."),
            Option("The H200 is no longer controlled", why="It still meets 3A090.a, and a licence is still needed. Only the presumption of denial gave way to a look at each case.", mistake="licence policy for classification"),
            Option("The limit of 4,800 rose to 21,000", why="21,000 is a limit for the review of applications. What is classified still begins at the old limits.", mistake="review limit for control limit"),
        ],
        hints=("Is a licence still needed?", "Tell what a chip is from what an authority does with an application.", "Look at the row type: test or review.", "How an application for China is judged; the classification stayed 3A090.a"),
    ),
    Choice(
        "announced",
        "The rule of October 2023 was announced on 17 October, in effect from 17 November. A letter to Nvidia put it in force on 23 October for data-centre chips of 4,800 and more. May Nvidia ship to China without a licence on 1 November?",
        [
            Option("An RTX 4090 yes, an L40S no", correct=True, why="The gaming card had until 17 November. The letter caught the data-centre card at once: three dates for one rule."),
            Option("Neither: the rule was announced", why="An announced rule binds from its effective date, unless a letter or a filing says otherwise.", mistake="announced for in effect"),
            Option("Both: the rule was not yet in effect", why="True of the rule. But the letter named data-centre chips, and a letter binds the firm that gets it.", mistake="letter forgotten"),
        ],
        hints=("How many dates are there?", "The letter speaks of data-centre chips only. Ask for each chip: which of the dates binds it?", "By the table of classes the L40S is for data centres, the RTX 4090 is not.", "An RTX 4090 yes, an L40S no"),
    ),
    Choice(
        "whose_share",
        "An estimate says: Nvidia has {booked:.0f} % of TSMC's capacity for advanced packaging in 2026. A report writes: \"Nvidia supplies {booked:.0f} % of the packaging.\" What is wrong?",
        [
            Option("{booked:.0f} % is a customer's share; the supplier of all of it is TSMC", correct=True, why="A customer's share says who waits if the supplier stops. A supplier's share says who can stop whom."),
            Option("Nothing, if the estimate is right", why="Nvidia buys the capacity. It packages nothing itself.", mistake="customer's for supplier's share"),
            Option("The rest of {rest:.0f} % must be other suppliers", why="The rest are other customers of the same supplier.", mistake="customer's for supplier's share"),
        ],
        hints=("Who does the packaging?", "Of what is it a share?", "Of one supplier's capacity.", "{booked:.0f} % is a customer's share; the supplier of all of it is TSMC"),
        values=lambda: {**_chain(), "rest": 100 - _chain()["booked"]},
    ),
    Number(
        "stock_lasts",
        "A maker with {micron:.0f} % of the memory stops, so that {other_left:.0f} % still arrive, and one month of usual use is in store. For how many months does output stay at its usual level?",
        answer=lambda: _chain()["covered"],
        unit="months",
        tolerance=0.1,
        expects="months, such as 2.5",
        right="Each month takes the missing {micron:.0f} % from the stock, not a whole month of use.",
        mistakes=[
            Mistake("supply that arrives forgotten", 1.0, "One month would be right if nothing arrived. {other_left:.0f} % still do."),
            Mistake("stock over supply", lambda: 100 / _chain()["other_left"], "You divided by what arrives. The stock must fill what is missing."),
            Mistake("whole months only", lambda: int(_chain()["covered"]), "So many whole months, and a part of the next one: give it with one decimal."),
        ],
        hints=("What does one month take from the stock?", "stock / missing part", "1 / 0.{micron:.0f}", "{covered:.1f}"),
        values=_chain,
    ),
    Choice(
        "bottleneck",
        "A chip needs one wafer and one memory stack. Wafers arrive in full, memory at {left:.0f} % of the usual; nothing is in store. What is left of the output?",
        [
            Option("{left:.0f} %, the scarcest input", correct=True, why="Fixed proportions: a chip without memory is no chip. More wafers do not help."),
            Option("{mean:.0f} %, the mean of the two", why="A mean would let wafers stand in for memory.", mistake="mean for minimum"),
            Option("100 %, since memory is the cheaper part", why="Its part of the price says nothing about whether one can do without it.", mistake="cost share for necessity"),
        ],
        hints=("Can one input stand in for the other?", "Fixed proportions: look at the minimum.", "min(100, {left:.0f})", "{left:.0f} %, the scarcest input"),
        values=lambda: {**_chain(), "mean": (100 + _chain()["left"]) / 2},
    ),
    Choice(
        "between",
        "ASML makes every EUV scanner, yet its betweenness is zero. Why?",
        [
            Option("It stands at the start: no path between two others runs through it", correct=True, why="Betweenness counts ways through a node. A sole source at the end of a network has none, so the measure misses it."),
            Option("The measure shows that ASML can be replaced", why="It says nothing about substitutes. The share and the loss if it stops do.", mistake="position for substitutability"),
            Option("Its share is too small to count", why="Its share is 100 %. Betweenness does not look at shares at all.", mistake="position for share"),
        ],
        hints=("Whose shortest paths are counted?", "Those between two other nodes.", "Which nodes come before ASML on the map?", "It stands at the start: no path between two others runs through it"),
    ),
    Choice(
        "pledges",
        "A report adds Stargate (USD {stargate:,.0f} bn) and the federal research request ({request:g} bn) and writes: \"The United States spends {sum:,.1f} bn on AI.\" What is the first thing wrong?",
        [
            Option("It adds a private pledge over years to a public request for one year; neither is money spent", correct=True, why="Ask of each amount: who pays, over which years, is it voted, is it paid? Only like amounts add up."),
            Option("The sum must be corrected for purchasing power", why="That matters between countries. Here the two rows are not of one kind to begin with.", mistake="small error named before the large one"),
            Option("The states' budgets are missing", why="They are, but adding more amounts of unlike kinds does not mend it.", mistake="small error named before the large one"),
        ],
        hints=("Is either amount paid?", "Who pays, over how many years, and is it decided?", "One is private over four years, one public for one.", "It adds a private pledge over years to a public request for one year; neither is money spent"),
        values=_money,
    ),
    Choice(
        "weights",
        "With all indicators, {eu_second:.0f} % of the weightings put the European Union second. Without the row on EUV scanners, {china_second_without:.0f} % put China second. What may one conclude?",
        [
            Option("Second place rests on whether one firm's seat counts as a strength of a bloc", correct=True, why="One row, one firm. A rank that turns on one choice of the author is no finding about blocs."),
            Option("The European Union is second, since more data are better", why="A row more is a choice more. It is as good as the reason for it.", mistake="more indicators for better ones"),
            Option("China is second, since the row on scanners is only one firm", why="It may be a good reason to drop the row. But then chips by the seat of their designers fall, too.", mistake="one row judged, its twin not"),
        ],
        hints=("What changed between the two?", "One row: who makes EUV scanners.", "How many firms stand behind it?", "Second place rests on whether one firm's seat counts as a strength of a bloc"),
        values=_blocs,
    ),
]  # fmt: skip

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {"VI.1": _money, "VI.2": _steps, "VI.3": _chain, "VI.5": _blocs}

TWO_INPUTS = pd.DataFrame(
    [
        ("masts", "Alder", "", "supplier", 40.0),
        ("masts", "Birch", "", "supplier", 35.0),
        ("masts", "Alder", "Elm", "customer", 90.0),
        ("sails", "Cedar", "", "supplier", 80.0),
        ("sails", "Doum", "", "supplier", 20.0),
    ],
    columns=["input", "supplier", "customer", "whose_share", "share_pct"],
)


def _costs_over_the_chance(figure, chips: float, home: float) -> Feedback | None:
    """One of the lines is the cost of Strait with Alder, whose chips cost `chips`; another may be that of home."""
    lines = expect.lines_of(figure)
    if not lines:
        return Feedback.wrong("Nothing is drawn as a line of at least five points: use axes.plot.")
    if any(min(x) > 50 and max(x) > 100 for x, _ in lines):
        return Feedback.wrong("The chance goes along the bottom, the cost upwards.", "axes swapped")
    whole = [(x, y) for x, y in lines if min(x) <= 0 and abs(max(x) - 100) < 1e-6]
    if not whole:
        return Feedback.wrong("Draw from 0 to 100 %, in percent.")
    saved = MONTH * home  # USD million, from no chance to certainty
    falling = [
        (x, y)
        for x, y in whole
        if all(abs(b - y[0] + saved / 100 * (a - x[0])) < 0.2 for a, b in zip(x, y, strict=True))
    ]
    longest = LICENCE_WAIT + home
    if not falling:
        return Feedback.wrong(
            f"From no chance to certainty the wait falls from {longest:g} months to {LICENCE_WAIT}: {saved:g} million less, in a straight line."
        )
    dearest = chips + MONTH * longest
    if not any(abs(y[x.index(min(x))] - dearest) < 0.2 for x, y in falling):
        return Feedback.wrong(
            f"The line falls as it should, at another height. With no chance Skerry pays for its chips and waits {longest:g} months."
        )
    return None


LICENCE_WAIT, MONTH = 6, 4  # months until the answer, USD million a month without the cluster


def _first_chip(chip: str = "Nvidia A800") -> dict[str, SheetCheck]:
    """Q1: a chip of the table that meets the first test of October 2022 and not the second."""
    row = load("rated_chips").set_index("chip").loc[chip]
    rate, bits = float(row["dense_tops"]), int(row["bit_length"])
    tpp = rate * bits
    mistakes = [
        Mistake(
            "rate for total processing performance",
            rate,
            "That is the rate. TPP multiplies it by the bits of the operation.",
        ),
        Mistake(
            "sparse for dense rate",
            2 * tpp,
            "That is twice the dense product. Rates with sparsity do not count.",
        ),
    ]
    if bits == 16:
        mistakes.append(Mistake("8 bits for 16", tpp / 2, "The rate is given at 16 bits."))
    prediction = SheetCheck(
        "Total processing performance",
        kind="value",
        expects="a number such as 2368",
        right="Now compare it with the output, and with the limit of 4,800.",
        tests=[expect.number(tpp, "TOPS x bits", tolerance=60, mistakes=mistakes)],
        hints=(
            "Which two columns are multiplied?",
            "dense rate x bits",
            f"{rate:g} x {bits}",
            f"{tpp:,.0f}",
        ),
    )
    reason = SheetCheck(
        "What the output supports",
        kind="value",
        expects='one of "A", "B", "C"',
        right="One test is met, the other is not, and the rule of 2022 asks for both.",
        tests=expect.letter(
            "B",
            A=(
                "Above 4,800 is one of two tests of 2022. What does its rate to other chips say?",
                "one test for both",
            ),
            C=(
                "A rule that does not meet a chip says nothing about other rules, letters and buyers.",
                "not controlled for free to sell",
            ),
        ),
        hints=(
            "How many tests has the rule of 2022?",
            "TPP of 4,800 and 600 GB/s to other chips, both.",
            f"Its rate to other chips is {row['interconnect_gb_s']:g} GB/s.",
            "B",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason}


def _three_plans(cluster: float = 2, home: float = 12, chance: float = 60) -> dict[str, SheetCheck]:
    """Q6 to Q8: the cluster (million TFLOP/s), months of the power line at home, chance of the licence (percent)."""
    rate = 1_000_000 * cluster
    alder, birch = math.ceil(rate / 989), math.ceil(rate / 148)
    chips, birch_cost = alder * 0.036, birch * 0.012
    granted, refused = chance / 100, 1 - chance / 100
    at_home = chips + MONTH * home
    wait = granted * LICENCE_WAIT + refused * (LICENCE_WAIT + home)
    strait, even = chips + MONTH * wait, 100 * LICENCE_WAIT / home
    certain = chips + MONTH * LICENCE_WAIT
    forgotten = chips + MONTH * (granted * LICENCE_WAIT + refused * home)
    published = home == 12
    months = "twelve" if published else f"{home:g}"
    close_by = "Two plans lie close together; the third" if published else "The plan with Birch"
    below = "an even chance" if published else f"a chance of {even:.0f} %"
    number = SheetCheck(
        "Chips that the cluster needs",
        kind="value",
        expects="a pair of whole numbers (Alder, Birch)",
        right="Nearly seven Birches for one Alder.",
        tests=[
            expect.that("Give a pair: (Alder, Birch).", lambda given: len(given) == 2),
            expect.that(
                "Birch's 296 is a rate at 8 bits. The cluster is sized at 16, where it does half.",
                lambda given: abs(given[1] - math.ceil(rate / 296)) > 2,
                mistake="8 bits for 16",
            ),
            expect.that(
                "Chips come whole: round up.",
                lambda given: all(float(n) == int(n) for n in given) and given[0] != alder - 1,
                mistake="not rounded up",
            ),
            expect.that(
                "Cluster rate over the rate of one chip, at 16 bits.",
                lambda given: given[0] == alder and given[1] == birch,
            ),
        ],
        hints=(
            "At which bits is the cluster sized?",
            f"{rate:,.0f} / rate at 16 bits, rounded up",
            f"math.ceil({rate:_.0f} / 989)",
            f"({alder}, {birch})",
        ),
    )
    costs = SheetCheck(
        "Cost of three plans",
        kind="value",
        expects="three numbers in USD million: (home Alder, strait Alder, strait Birch)",
        right=f"{close_by} saves the wait and pays about twice as much for it in chips.",
        tests=[
            expect.that("Give three numbers.", lambda given: len(given) == 3),
            expect.that(
                "In USD million, so each lies below 1,000.",
                lambda given: max(given) < 1000,
                mistake="USD for USD million",
            ),
            expect.that(
                f"Home with Alder: {alder:,} chips x 36,000, and {months} months at {MONTH}.",
                lambda given: abs(given[0] - at_home) < 0.1,
            ),
            expect.that(
                f"You counted the licence as if it were certain. With {100 - chance:g} % it is refused.",
                lambda given: abs(given[1] - certain) > 0.1,
                mistake="licence taken as certain",
            ),
            expect.that(
                f"If it is refused, Skerry has waited six months and then starts the {months} at home.",
                lambda given: abs(given[1] - forgotten) > 0.1,
                mistake="wait before the refusal forgotten",
            ),
            expect.that(
                f"Strait with Alder: {chance:g} % wait 6 months, {100 - chance:g} % wait 6 + {home:g}.",
                lambda given: abs(given[1] - strait) < 0.1,
            ),
            expect.that(
                f"Strait with Birch: no wait, {birch:,} chips x 12,000.",
                lambda given: abs(given[2] - birch_cost) < 0.1,
            ),
        ],
        hints=(
            "Chips, and months of delay at 4 million.",
            f"Expected months: {granted:g} x 6 + {refused:g} x (6 + {home:g})",
            f"{chips:.3f} + {home:g} x 4",
            f"({at_home:.1f}, {strait:.1f}, {birch_cost:.1f})",
        ),
    )
    break_even = SheetCheck(
        "Break-even chance of the licence",
        kind="value",
        expects="a percentage between 0 and 100",
        right=f"Below {below} home is cheaper. Your {chance:g} % is an assumption: how sure is it?",
        tests=[
            expect.number(
                even,
                "%",
                tolerance=0.5,
                mistakes=[
                    Mistake(
                        "the given chance for the break-even",
                        chance,
                        f"That is the chance {'in the table' if published else 'that is given'}. At which chance do the two plans cost the same?",
                    ),
                ],
            )
        ],
        hints=(
            "At which chance do both plans wait equally long?",
            f"p x 6 + (1 - p) x {6 + home:g} = {home:g}",
            f"{6 + home:g} - {home:g} p = {home:g}",
            f"{even:.3g}",
        ),
    )
    figure = SheetCheck(
        "Cost against chance",
        kind="figure",
        name="q7_figure",
        expects="a matplotlib figure with a title, and axis labels that name % and USD million",
        right="Title, units and the falling line are there. Where does it cross the cost at home?",
        tests=[
            expect.figure_texts(x_unit="%", y_unit="USD million"),
            lambda figure: _costs_over_the_chance(figure, chips, home),
        ],
        hints=(
            "One cost for each chance.",
            f"chips + 4 x (p x 6 + (1 - p) x {6 + home:g})",
            "chances = range(0, 101, 10)",
            f"The line falls from {chips + MONTH * (6 + home):.1f} to {certain:.1f}; home lies at {at_home:.1f}.",
        ),
    )
    return {"q6_chips": number, "q6_costs": costs, "q6_break_even": break_even, "q7": figure}


# Q3
OTHERS_ADD = "The others add a part of their own output."
NEVER_SHORT = (
    "17 % stop and the others can add 41.5 points: nothing is ever short. Return math.inf."
)


def _below_zero(months: object) -> bool:
    return isinstance(months, int | float) and months < 0


SHEET = {
    **_first_chip(),
    "q2": SheetCheck(
        "Class under October 2023", kind="function", expects='class_2023(dense_rates, die_area, data_centre) that returns "3A090.a", "3A090.b" or "none"',
        right="It agrees with what was published about the H20, the L40S and the RTX 4090, and at the edges.",
        tests=[
            expect.that("The function returns nothing. End it with a return line.", lambda f: f({16: 312}, 826, True) is not None, mistake=expect.PRINT_FOR_RETURN),
            expect.that('Return one of the three words, written so: "3A090.a", "3A090.b" or "none".', lambda f: all(f({16: rate}, 826, True) in ("3A090.a", "3A090.b", "none") for rate in (1, 999)), mistake="other words"),
            expect.that("An L40S (733 at 8 bits, 608 mm2) was named by its maker as controlled: 5,864 is above 4,800. Did the bits enter?", lambda f: f({8: 733}, 608, True) == "3A090.a", mistake="bits left out"),
            expect.that("An H20 (148 at 16 bits, 296 at 8, 814 mm2) was not controlled. Take the largest product, do not add the formats up.", lambda f: f({16: 148, 8: 296}, 814, True) == "none", mistake="formats added up"),
            expect.that("A chip with 250 at 16 bits and 800 at 8 has a TPP of 6,400: its largest product, at 8 bits, is above 4,800.", lambda f: f({16: 250, 8: 800}, 814, True) == "3A090.a", mistake="one format for the largest product"),
            expect.that("A chip with 500 at 8 bits and 310 at 16 has a TPP of 4,960: its largest product is that of the slower format.", lambda f: f({8: 500, 16: 310}, 814, True) == "3A090.a", mistake="one format for the largest product"),
            expect.that("An RTX 4090 (660.6 at 8 bits) is not for data centres, but from 4,800 on that does not help.", lambda f: f({8: 660.6}, 608, False) == "3A090.a"),
            expect.that("1,600 in 200 mm2, not for data centres: the other tests leave it out.", lambda f: f({8: 200}, 200, False) == "none", mistake="data-centre test left out"),
            expect.that("1,600 in 200 mm2 for data centres: a density of 8, so 3A090.a.", lambda f: f({8: 200}, 200, True) == "3A090.a"),
            expect.that("1,600 in 500 mm2 for data centres: a density of 3.2 is enough for 3A090.b.", lambda f: f({8: 200}, 500, True) == "3A090.b"),
            expect.that("2,560 in 1,000 mm2 for data centres: between 2,400 and 4,800 a density of 1.6 is enough for 3A090.b.", lambda f: f({16: 160}, 1000, True) == "3A090.b"),
            expect.that("A limit is met from its value on: 4,800 is controlled, whatever the area.", lambda f: f({16: 300}, 10_000, True) == "3A090.a"),
        ],
        hints=("First TPP, then density, then the strictest test first.", "tpp = the largest rate x bits; density = tpp / die_area", "tpp = max(bits * rate for bits, rate in dense_rates.items())", 'if tpp >= 4800 or (data_centre and tpp >= 1600 and density >= 5.92): return "3A090.a"; if data_centre and ((tpp >= 2400 and density >= 1.6) or (tpp >= 1600 and density >= 3.2)): return "3A090.b"; return "none"'),
    ),
    "q3": SheetCheck(
        "Months until output falls", kind="function", expects="months_until_short(share, spare_pct, stock) that returns months",
        right="Stock and spare capacity are two different helps: one buys time, the other closes the gap.",
        tests=[
            expect.call(62, 0, 2, gives=3.226, tolerance=0.01, infinite=True, mistakes=[
                Mistake("supply that arrives forgotten", 2.0, "Two months would be right if nothing arrived. 38 % still do."),
                Mistake("stock over supply", 5.263, "You divided by what arrives. The stock must fill what is missing."),
                Mistake("percent for fraction", 0.0323, "62 % is 0.62 of a month."),
                Mistake("rounded inside the function", 3.2, "Return the months as they are, without rounding."),
                Mistake("rounded inside the function", 3.0, "Return the months as they are, without rounding."),
            ]),
            expect.call(62, 10, 2, gives=3.436, tolerance=0.01, infinite=True, mistakes=[
                Mistake("spare of the wrong base", 3.584, f"{OTHERS_ADD} The supplier that stopped adds nothing; the others add a tenth of their 38 %."),
                Mistake("spare of the wrong base", 3.846, f"{OTHERS_ADD} 10 % of what they make are 3.8 points, not 10."),
                Mistake("spare capacity left out", 3.226, "You left out what the others can add."),
            ]),
            expect.call(100, 500, 3, gives=3.0, tolerance=0.01, infinite=True, mistakes=[
                Mistake("spare of the wrong base", months, f"{OTHERS_ADD} Here all is lost, so there are no others.") for months in (math.inf, -0.75)
            ]),
            expect.that(NEVER_SHORT, lambda f: not _below_zero(f(17, 50, 2)), mistake="gap below zero"),
            expect.that(NEVER_SHORT, lambda f: f(17, 50, 2) in (None, math.inf)),
            expect.call(17, 50, 2, gives=math.inf, infinite=True),
        ],
        hints=("How much is missing each month?", "missing = share - (100 - share) * spare_pct / 100, in percent", "missing = share - (100 - share) * spare_pct / 100", "return stock / (missing / 100) if missing > 0 else math.inf"),
    ),
    "q4": SheetCheck(
        "Put the lines in order", kind="order", name="q4_order", expects='a list of labels such as ["B", "A"]',
        right="The scarcest input decides; half a month in store lifts this month, not the next.",
        lines=(
            "output = min(1, memory, wafers)",
            "memory = 1 - share / 100 + store",
            "share, store, wafers = 62, 0.5, 1",
            "lost = 1 - output",
            "output = (memory + wafers) / 2",
            'print(f"{100 * lost:.0f} % of the output is lost")',
        ),
        before=[
            ("C", "B", "it uses share and store, which line C sets."),
            ("B", "A", "it uses memory, which line B sets."),
            ("A", "D", "it uses output, which line A sets."),
            ("D", "F", "it uses lost, which line D sets."),
        ],
        distractors={"E": "a mean would let wafers stand in for memory."},
        hints=("Which line needs nothing from the others?", "A line can stand only after the lines that set its names.", "C first, then B.", '["C", "B", "A", "D", "F"]'),
    ),
    "q5": SheetCheck(
        "Largest supplier's share", kind="function", expects="largest_share(rows) that returns a Series: input -> largest supplier's share, in percent",
        right="One number an input, of suppliers only.",
        tests=[
            expect.that("The function returns nothing. End it with a return line.", lambda f: f(TWO_INPUTS) is not None, mistake=expect.PRINT_FOR_RETURN),
            expect.that("In a small table of our own, the largest supplier of masts has 40 %. The 90 % is a customer's share.", lambda f: abs(float(f(TWO_INPUTS)["masts"]) - 90) > 1e-6, mistake="customer's for supplier's share"),
            expect.that("Masts: 40 and 35 % are two suppliers. Take the largest, do not add them up.", lambda f: abs(float(f(TWO_INPUTS)["masts"]) - 75) > 1e-6, mistake="sum for the largest"),
            expect.that("The largest supplier of masts has 40 %, that of sails 80 %.", lambda f: abs(float(f(TWO_INPUTS)["masts"]) - 40) < 1e-6 and abs(float(f(TWO_INPUTS)["sails"]) - 80) < 1e-6),
            expect.that("One value an input.", lambda f: len(f(TWO_INPUTS)) == 2),
        ],
        hints=("Which rows are suppliers' shares?", "Keep whose_share 'supplier', group by input, take the largest.", 'own = rows[rows["whose_share"] == "supplier"]', 'return own.groupby("input")["share_pct"].max()'),
    ),
    "q6_classes": SheetCheck(
        "Classes of the two chips", kind="value", expects='a pair such as ("3A090.a", "none")',
        right="Birch stays below by a hair: 2,368, and 2.9 a mm2.",
        tests=[
            expect.that("Give a pair: (Alder, Birch).", lambda given: len(given) == 2),
            expect.that("Alder: 989 x 16 bits is far above 4,800.", lambda given: given[0] == "3A090.a"),
            expect.that("Birch: 296 at 8 bits make 2,368, below 2,400; its density is below 3.2.", lambda given: given[1] == "none"),
        ],
        hints=("Use class_2023.", "Each chip has one rate, at the bits that its row names.", "class_2023({16: 989}, 814, True)", '("3A090.a", "none")'),
    ),
    **_three_plans(),
}  # fmt: skip
MANUAL = {"q8": "marked by hand; its rubric stands in its cell"}


def _denser(limit: float) -> dict[str, SheetCheck]:
    """Q2 with another limit for the density in the second test of 3A090.a."""
    check, above, under = SHEET["q2"], limit + 0.05, limit - 0.05
    tests = [
        expect.that(
            f"1,600 for data centres with a density of {above:g}: at {limit:g} or more it is 3A090.a.",
            lambda f: f({8: 200}, 1600 / above, True) == "3A090.a",
            mistake="limit of the density",
        ),
        expect.that(
            f"1,600 for data centres with a density of {under:g}: below {limit:g} only the tests of 3A090.b are left.",
            lambda f: f({8: 200}, 1600 / under, True) == "3A090.b",
            mistake="limit of the density",
        ),
    ]
    hints = (*check.hints[:3], check.hints[3].replace("5.92", f"{limit:g}"))
    return {"q2": replace(check, tests=[*check.tests, *tests], hints=hints)}


def _limited_help(most: float) -> dict[str, SheetCheck]:
    """Q3 where the other suppliers together add `most` percent of usual use or less."""
    check = SHEET["q3"]
    limited = expect.call(
        70,
        200,
        6,
        gives=600 / (70 - most),
        tolerance=0.01,
        infinite=True,
        mistakes=[
            Mistake(
                "limit of the help left out",
                60,
                f"Twice their 30 % would be 60 points; together they add no more than {most:g}.",
            ),
            Mistake("help left out", 600 / 70, "You left out what the others can add."),
        ],
    )
    line = f"added = min((100 - share) * spare_pct / 100, {most:g})"
    hints = (
        check.hints[0],
        f"{line}, in percent; what is missing is the share less that",
        line,
        check.hints[3],
    )
    return {"q3": replace(check, tests=[*check.tests, limited], hints=hints)}


def _large_only(least: float) -> dict[str, SheetCheck]:
    """Q5 for inputs whose largest supplier has `least` percent or more."""
    check = SHEET["q5"]
    edge = pd.DataFrame(
        [
            ("oars", "Elm", "", "supplier", least),
            ("keels", "Fir", "", "supplier", least - 1.0),
            ("keels", "Elm", "", "supplier", 2.0),
            ("oars", "Elm", "Alder", "customer", 95.0),
        ],
        columns=TWO_INPUTS.columns,
    )
    tests = [
        expect.that(
            f"In another small table the largest supplier of oars has exactly {least:g} %: that input stays.",
            lambda f: "oars" in f(edge).index,
            mistake="the limit itself left out",
        ),
        expect.that(
            f"Its largest supplier of keels has {least - 1:g} %, below {least:g}: that input is left out.",
            lambda f: "keels" not in f(edge).index,
            mistake="small suppliers kept",
        ),
    ]
    hints = (
        check.hints[0],
        f"{check.hints[1].removesuffix('.')}, keep values of {least:g} or more.",
        check.hints[2],
        f'largest = own.groupby("input")["share_pct"].max(); return largest[largest >= {least:g}]',
    )
    return {"q5": replace(check, tests=[*check.tests, *tests], hints=hints)}


# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": lambda chip, order: {
        name: check.with_labels(order) if name == "q1_reason" else check
        for name, check in _first_chip(chip).items()
    },
    "q2": _denser,
    "q3": _limited_help,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _large_only,
    "q6": _three_plans,
}
