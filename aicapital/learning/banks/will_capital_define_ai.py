"""Lesson 10: two futures, five years: which assumptions decide?"""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from ...data import load
from ...data.tables import until_tables_change
from ...data.ties import MONEY, PURCHASES, ties
from ...data.two_futures import VISITS, inputs, start
from ...models.increasing_returns import UrnMarket, futures, hhi, share_of_paths
from ...models.network import centrality
from ...models.step_by_step import StepByStep
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


def _shares(market: str, day: str) -> pd.Series:
    rows = load("market_shares")
    rows = rows[(rows["market"] == market) & (rows["date"] == day)]
    return rows.set_index("company")["share_pct"]


def _least_hhi(market: str, day: str) -> float:
    """Lower bound: the unnamed rest as countless firms without weight."""
    return float((_shares(market, day).drop("Others") ** 2).sum())


def _visits() -> dict[str, float]:
    year_ago, then = (
        _shares("consumer_genai_web_traffic", day) for day in ("2025-01-02", "2026-01-02")
    )
    later = _shares("consumer_genai_web_traffic_top7", "2026-06-08")
    return {
        "raised": float(
            load("funding_rounds")
            .set_index("row_id")
            .at["oai_2025_round_final", "amount_paid_usd_bn"]
        ),
        "was": year_ago["OpenAI ChatGPT"],
        "then": then["OpenAI ChatGPT"],
        "later": later["OpenAI ChatGPT"],
        "fall": year_ago["OpenAI ChatGPT"] - then["OpenAI ChatGPT"],
        "hhi_was": _least_hhi("consumer_genai_web_traffic", "2025-01-02"),
        "hhi_then": _least_hhi("consumer_genai_web_traffic", "2026-01-02"),
        "hhi_later": _least_hhi("consumer_genai_web_traffic_top7", "2026-06-08"),
        "hhi_spending": _least_hhi("enterprise_llm_api_spend", "2025-12-31"),
        "open_below": inputs()["open_below"],
        "from": inputs()["monopolised_from"],
    }


def _spending() -> dict[str, float]:
    shares = _shares("enterprise_llm_api_spend", "2025-12-31")
    return {
        "first": shares["Anthropic"],
        "second": shares["OpenAI"],
        "third": shares["Google"],
        "rest": shares["Others"],
        "least": _least_hhi("enterprise_llm_api_spend", "2025-12-31"),
        "as_one": float((shares**2).sum()),
    }


def _chance_alone() -> dict[str, float]:
    given = inputs()
    sizes = UrnMarket(start(VISITS)).simulate(
        int(given["years"] * given["choices_a_year"]), int(given["paths"])
    )
    found = futures(hhi(sizes), given["open_below"], given["monopolised_from"])
    error = share_of_paths(hhi(sizes) >= given["monopolised_from"])["standard_error"]
    return {
        "monopolised": found["monopolised"],
        "paths": given["paths"],
        "error": error,
        "from": given["monopolised_from"],
        "years": given["years"],
    }


def _forecast() -> dict[str, float]:
    return {**_visits(), **_chance_alone()}


def _economy() -> dict[str, float]:
    given = inputs()
    economy = StepByStep(given["leader_profit"], given["help"])
    return {"help": given["help"], "peak": 100 * economy.peak()}


@until_tables_change
def _network(known_by: str | None) -> dict[str, float]:
    money, purchases = (centrality(ties(kind, known_by)) for kind in (MONEY, PURCHASES))
    return {
        "money": int(money.at["OpenAI", "partners"]),
        "rival_money": int(money.at["Anthropic", "partners"]),
        "bridge": money.at["Nvidia", "betweenness"],
        "own_bridge": money.at["OpenAI", "betweenness"],
        "purchases": int(purchases.at["OpenAI", "partners"]),
        "rival_purchases": int(purchases.at["Anthropic", "partners"]),
        "between": purchases.at["OpenAI", "betweenness"],
        "rival_between": purchases.at["Anthropic", "betweenness"],
        "firms": len(purchases),
    }


def _both_days() -> dict[str, float]:
    now = {f"now_{name}": value for name, value in _network(None).items()}
    return {**_network(ARTICLE), **now, **_rounds()}


def _rounds() -> dict[str, int]:
    """How many rounds of OpenAI brought a named investor that it had not been tied to before."""
    money = ties(MONEY, ARTICLE)
    own = money[money["to"] == "OpenAI"]
    in_rounds = own[own["amount_usd_bn"].notna()]
    first = in_rounds.groupby("from")["date"].min()
    return {"rounds": in_rounds["date"].nunique(), "rounds_new": first.nunique()}


def _network_then() -> dict[str, float]:
    return _network(ARTICLE)


QUESTIONS = [
    # ---- predictions
    Prediction(
        "visits",
        "On 2 January 2025 ChatGPT had {was:.1f} % of the visits to the websites of AI assistants, by one tracker. In that year OpenAI "
        "closed a round of USD {raised:g} bn. What was its share on 2 January 2026?",
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=5,
        truth=lambda: _visits()["then"],
        explain="{then:.1f} %: {fall:.0f} points less. The least HHI of visits fell from {hhi_was:,.0f} to {hhi_then:,.0f}.",
        values=_visits,
    ),
    Prediction(
        "monopolised",
        "Start from the chatbot visits of January 2026. Each new choice falls on a firm in proportion to its size; nobody enters, nothing leaks. "
        "In what percent of {paths:.0f} simulated paths is the HHI at {from:,.0f} or more after {years:.0f} years?",
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=8,
        truth=lambda: round(
            _chance_alone()["monopolised"]
        ),  # decimals would be finer than the error
        explain="{monopolised:.0f} % (standard error {error:.1f} points). All paths follow the same rules from the same start: what parts them is chance.",
        values=_chance_alone,
    ),
    Prediction(
        "peak",
        "Two firms a sector. At 50 % competition level firms share all the profit that a leader would make, at 100 % they are left with none. "
        "Laggards get some help (rate {help:g}). At which degree of competition is there most innovation?",
        unit="%",
        minimum=50,
        maximum=100,
        tolerance=6,
        truth=lambda: round(_economy()["peak"]),
        explain="At {peak:.0f} %. The top is flat, and it moves: without help innovation only falls with competition, with much help it only rises.",
        values=_economy,
    ),
    Prediction(
        "partners",
        "Count the named firms tied to OpenAI by money on the article's day: those that own a part of it, and those that it owns a part of. How many are there in our tables?",
        unit="firms",
        minimum=0,
        tolerance=1,
        truth=lambda: _network_then()["money"],
        explain="{money}, beside {rival_money} for Anthropic. Many more put money in without being named, so this is a count of our tables as much as of the world.",
        values=_network_then,
    ),
    # ---- checks
    Number(
        "least_hhi",
        "Firms' spending on model interfaces, end of 2025, by one survey: {first:g} %, {second:g} %, {third:g} %, and {rest:g} % for all others together. "
        "What is the HHI at least?",
        answer=lambda: _spending()["least"],
        unit="points",
        tolerance=3,
        expects="points between 0 and 10,000",
        right="The least is reached when the rest is countless tiny firms. So even this market, the more open of the two, lies far above 1,800.",
        mistakes=[
            Mistake(
                "the rest taken for one firm",
                lambda: _spending()["as_one"],
                "You squared the rest as if it were one firm. That gives the most it could be, not the least.",
            ),
            Mistake(
                "fractions squared",
                lambda: _spending()["least"] / 10_000,
                "Square percentages, not fractions: a single firm then has 10,000.",
            ),
            Mistake(
                "shares added up",
                lambda: _spending()["first"] + _spending()["second"] + _spending()["third"],
                "That is the share of the largest three (CR3). The HHI adds up squares.",
            ),
        ],
        hints=(
            "Whose shares do you know, and what could the others look like?",
            "Square the known percentages and add them up; a rest of tiny firms adds almost nothing.",
            "{first:g}**2 + {second:g}**2 + {third:g}**2",
            "{least:,.0f} points",
        ),
        values=_spending,
    ),
    Choice(
        "expected_share",
        "Strength 1, no entry, nothing leaks. A firm has 60 % today. What is its expected share in five years, over all paths?",
        [
            Option(
                "More than 60 %: the large get larger",
                why="It gets more choices than the others, in proportion to its size. That keeps its share, on average. Larger shares need a strength above 1.",
                mistake="more choices taken for a larger share",
            ),
            Option(
                "60 %",
                correct=True,
                why="The next choice falls on it with a chance of 60 %, so the expected share stays. Single paths wander off, and then stay where they are. A fall from {was:.1f} to {then:.1f} % in a year does not look like this urn.",
            ),
            Option(
                "Less than 60 %: every lead shrinks",
                why="Shares even out only at a strength below 1, or with entry or diffusion. None of them is here.",
                mistake="regression to the mean assumed",
            ),
        ],
        hints=(
            "What is the chance that the next choice is the firm's?",
            "Work out its expected share after one more choice.",
            "With 6 of 10: 0.6 x 7/11 + 0.4 x 6/11",
            "60 %",
        ),
        values=_visits,
    ),
    Code(
        "pull",
        "Write `chances(sizes, strength)`: the chance of each firm to get the next choice, when its pull is its size to the power of `strength`. `sizes` is a numpy array. "
        'Then run the cell with `lesson.check("pull", chances)`.',
        starter="def chances(sizes, strength):\n    return ...",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(np.array([3.0, 1.0]), 1) is not None,
                mistake="print for return",
            ),
            expect.that(
                "Chances add up to 1: divide each pull by the sum of all.",
                lambda f: abs(float(np.sum(f(np.array([3.0, 1.0]), 2))) - 1) < 1e-9,
                mistake="pulls taken for chances",
            ),
            expect.that(
                "At strength 1 sizes 3 and 1 have chances of 0.75 and 0.25.",
                lambda f: np.allclose(f(np.array([3.0, 1.0]), 1), [0.75, 0.25]),
            ),
            expect.that(
                "At strength 2 sizes 3 and 1 have chances of 0.9 and 0.1: square the sizes first, then divide by the sum of the squares.",
                lambda f: np.allclose(f(np.array([3.0, 1.0]), 2), [0.9, 0.1]),
                mistake="power of the chance, or product for power",
            ),
            expect.that(
                "At strength 0 all firms have the same chance, whatever their sizes.",
                lambda f: np.allclose(f(np.array([5.0, 2.0, 1.0]), 0), 1 / 3),
            ),
        ],
        hints=(
            "First the pull of each firm, then its part of all pull.",
            "pull = sizes**strength; chance = pull over the sum of pull",
            "pull = sizes**strength",
            "return sizes**strength / (sizes**strength).sum()",
        ),
        right="At strength 2 three times the size is nine times the pull. That is all that increasing returns means here.",
        values=None,
    ),
    Choice(
        "luck_or_skill",
        "In one of the paths, all firms being equally good, the first ends with 80 %. An analyst writes: “Its lead shows that its product is better.” What do you answer?",
        [
            Option(
                "Right: nobody gets 80 % without a better product",
                why="Here everybody is equally good, and it happened all the same. A large share is what both luck and quality leave behind.",
                mistake="lead taken for skill",
            ),
            Option(
                "Wrong: leads come from luck",
                why="They can come from either. In the simulation with unequal quality the better firm wins more often than the others, only not always.",
                mistake="lead taken for luck",
            ),
            Option(
                "The share alone cannot tell luck from quality",
                correct=True,
                why="You need something else: a measure of quality that does not rest on shares, many similar markets, or how shares react when a better product comes.",
            ),
        ],
        hints=(
            "Which worlds could have produced this share?",
            "Compare two worlds, one with equal and one with unequal quality.",
            "Both can end at 80 %.",
            "The share alone cannot tell.",
        ),
    ),
    Number(
        "error",
        "A simulation of 400 paths ends monopolised in 20 % of them. What is the standard error of this share, in percentage points?",
        answer=2.0,
        unit="%",
        tolerance=0.01,
        expects="percentage points",
        right="Four times as many paths halve it. It is the error of the simulation; whether strength is 1.0 or 1.3 moves the result by far more.",
        mistakes=[
            Mistake(
                "spread of one path",
                40.0,
                "That is the spread of a single path. The mean of 400 paths is steadier: divide by the square root of 400.",
            ),
            Mistake(
                "spread of one path",
                0.4,
                "sqrt(0.2 x 0.8) = 0.4 is the spread of a single path, as a fraction. Divide it by the square root of 400, then give percentage points.",
            ),
            Mistake(
                "variance of one path",
                0.16,
                "0.2 x 0.8 = 0.16 is the variance of a single path, as a fraction. Divide it by 400, take the square root, then give percentage points.",
            ),
            Mistake(
                "variance of one path",
                16.0,
                "0.2 x 0.8 = 0.16 is the variance of a single path. Divide it by 400, take the square root, then give percentage points.",
            ),
            Mistake(
                "divided by the number of paths",
                0.1,
                "You divided by 400. Divide by its square root, 20.",
            ),
            Mistake(
                "fraction for percentage points",
                0.02,
                "As a fraction that is right. In percentage points it is a hundred times as much.",
            ),
            Mistake(
                "variance for standard error",
                0.04,
                "That is the variance, 0.16 / 400, in percent. Take its square root.",
            ),
        ],
        hints=(
            "Each path is a coin that falls on monopolised with a chance of 0.2.",
            "sqrt(p (1 - p) / paths), then times 100",
            "sqrt(0.2 * 0.8 / 400)",
            "2 percentage points",
        ),
    ),
    Choice(
        "which_competition",
        "Suppose the HHI of chatbot visits, in one and the same series, falls by 1,000 points in a year. What does the step-by-step model say about innovation?",
        [
            Option(
                "It rises: there is more competition",
                why="In this model there are always two firms. Competition is how little profit two level firms keep, and that can fall or rise at any HHI.",
                mistake="concentration taken for competition",
            ),
            Option(
                "It falls: the peak lies behind us",
                why="Nobody has measured where the peak lies for AI, and the HHI is not on the model's axis.",
                mistake="a model's axis guessed",
            ),
            Option(
                "Nothing by itself: its competition is not an HHI",
                correct=True,
                why="Aghion and co-authors measure competition as one less the profit margin, by industry. Many firms can keep fat margins, and two can fight to the bone.",
            ),
        ],
        hints=(
            "What stands on the horizontal axis of the model?",
            "How many firms has a sector of the model, at any degree of competition?",
            "Always two.",
            "Nothing by itself.",
        ),
    ),
    Choice(
        "help_condition",
        "Without any help for laggards the model's innovation only falls as competition rises. Why?",
        [
            Option(
                "Level firms do less research under more competition",
                why="They do more: the less they earn side by side, the more an escape is worth.",
                mistake="escape effect forgotten",
            ),
            Option(
                "Most sectors are then unlevel, and there more competition discourages the laggard",
                correct=True,
                why="A laggard that gets no help stays behind for long. So few sectors are level, and the Schumpeterian effect of the many outweighs the escape effect of the few.",
            ),
            Option(
                "Leaders stop research when rivals are near",
                why="In this model a leader never does research: it cannot get further ahead than one step. That holds at every degree of competition.",
                mistake="leader's research in the wrong place",
            ),
        ],
        hints=(
            "Where do most sectors stand when catching up is slow?",
            "Total innovation weighs level and unlevel sectors.",
            "Few sectors are level.",
            "Most sectors are unlevel, and laggards are discouraged.",
        ),
    ),
    Choice(
        "between",
        "In the network of promised purchases OpenAI's betweenness was {between:.0f} % on the article's day. What does that say?",
        [
            Option(
                "OpenAI makes {between:.0f} % of all purchases",
                why="Betweenness counts ways through a network, not dollars. Strength would count dollars, and many contracts have no published price.",
                mistake="position taken for volume",
            ),
            Option(
                "Of the pairs of other firms in these tables, {between:.0f} % are linked by shortest ways through OpenAI",
                correct=True,
                why="That is what it measures, in a network of {firms} firms that was collected around OpenAI. A list that starts from Nvidia would put somebody else in the middle more often.",
            ),
            Option(
                "If OpenAI failed, {between:.0f} % of the industry would fail",
                why="A shortest way is no chain of payments. What a failure does to suppliers depends on what they have lent and built.",
                mistake="path taken for contagion",
            ),
        ],
        hints=(
            "Read the word: between whom?",
            "It counts shortest ways between pairs of others.",
            "It says nothing about dollars.",
            "Pairs of other firms.",
        ),
        values=_network_then,
    ),
    Choice(
        "resolve",
        "Which of these forecasts could two people who disagree settle in 2031?",
        [
            Option(
                "“AI will be a monopoly.”",
                why="Of what: visits, spending, computing, chips? By which measure, from which number on? Both could claim to have been right.",
                mistake="no measure, no mark",
            ),
            Option(
                "“The HHI of US firms' spending on model interfaces, in the survey used here, will be 5,000 or more for the year 2030.”",
                correct=True,
                why="Market, measure, mark, source and day are named. Add a probability, and it can be scored.",
            ),
            Option(
                "“There is a 30 % chance that capital decides.”",
                why="A probability alone does not help: nobody can say in 2031 whether capital has decided.",
                mistake="probability of nothing that can be seen",
            ),
        ],
        hints=(
            "Imagine the argument in 2031.",
            "Look for market, measure, mark, source and day.",
            "Only one names all five.",
            "The one with the HHI of spending.",
        ),
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "C.1": _visits,
    "C.2": _visits,
    "C.3": _forecast,
    "C.4": _visits,
    "C.5": _both_days,
}

# Made-up firms, so that a function with a table or a day typed in gives something else.
SMALL = pd.DataFrame(
    [
        ("Alder", "Birch", "2025-01-10"),
        ("Alder", "Birch", "2025-03-01"),
        ("Birch", "Alder", "2025-04-01"),
        ("Cedar", "Birch", "2025-05-01"),
        ("Cedar", "Elm", "2025-06-30"),
        ("Fir", "Alder", "2025-09-01"),
    ],
    columns=["from", "to", "date"],
).astype({"date": "datetime64[ns]"})

# Degrees of competition (percent) at which the two curves of question 6 are compared.
AT = (50, 60, 75, 90, 100)


def _lines(figure) -> list[tuple[np.ndarray, np.ndarray]]:
    """The lines of at least five points, as competition and innovation, from left to right."""
    found = []
    for line in expect.lines_of(figure):
        x, y = map(np.asarray, line)
        order = np.argsort(x)
        found.append((x[order], y[order]))
    return found


def _both_curves(figure, curves) -> Feedback | None:
    lines = _lines(figure)
    if max(x.max() for x, _ in lines) <= 1.01:
        return Feedback.wrong(
            "Your axis runs from 0.5 to 1: those are fractions. Multiply competition by 100.",
            "fraction for percent",
        )
    for name, wanted in curves.items():
        if not any(np.allclose(np.interp(AT, x, y), wanted, atol=0.004) for x, y in lines):
            return Feedback.wrong(
                f"No line is that of Skerry {name}. Work out innovation with StepByStep, leader_profit 1 and the "
                "help of the table, at competition from 0.5 to 1."
            )
    return None


def _pair(given) -> bool:
    return len(given) == 2


def _two_in_a_row(large: int = 3, small: int = 1) -> dict[str, SheetCheck]:
    """Q1: two firms with so many choices at the start."""
    whole = large + small
    first, second = small / whole, (small + 1) / (whole + 1)
    published = (large, small) == (3, 1)
    quarter = "a quarter" if published else f"{small}/{whole}"
    sixteenth = "a sixteenth" if published else f"the square of {small}/{whole}"

    def words(count):
        return {2: "two", 5: "five"}.get(count, f"{count}") if published else f"{count}"

    def near(given, chance):
        return abs(given - 100 * chance) <= 0.005 * max(100 * chance, 1)

    # What is expected lies between the two bounds below; with own numbers also near the output, which tells them apart.
    closer = []
    if not published:
        closer = [
            expect.that(
                "Within a tenth of the output is close enough: multiply the two chances.",
                lambda given: abs(given / (100 * first * second) - 1) <= 0.1,
            )
        ]
    return {
        "q1_prediction": SheetCheck(
            "The chance of two in a row",
            kind="value",
            expects="a percentage, such as 20",
            right=f"It lies between {sixteenth} and {quarter}: both must happen, and the first choice makes the second more likely. Now compare it with the output.",
            tests=[
                expect.that(
                    "Give a number, in percent.", lambda given: isinstance(given, int | float)
                ),
                expect.that(
                    "That reads as a fraction. Give percent.",
                    lambda given: not 0 < given < 1,
                    mistake="fraction for percent",
                ),
                expect.that(
                    f"That takes {quarter} twice. After the first choice the firm has {words(small + 1)} balls of {words(whole + 1)}.",
                    lambda given: not near(given, first**2),
                    mistake="second choice as if nothing had happened",
                ),
                expect.that(
                    "That is the chance of the first choice alone.",
                    lambda given: not near(given, first),
                    mistake="one choice for two",
                ),
                expect.that(
                    "That is the second choice, once the first is made. Both must happen.",
                    lambda given: not near(given, second),
                    mistake="the chance of the second choice alone",
                ),
                expect.that(
                    f"That is less than {sixteenth}, which it would be if the first choice changed nothing. It helps the firm.",
                    lambda given: given > 100 * first**2,
                    mistake="too low",
                ),
                expect.that(
                    f"That is more than {quarter}, the chance of the first choice. Both must happen.",
                    lambda given: given < 100 * first,
                    mistake="too high",
                ),
                *closer,
            ],
            hints=(
                "How many balls of how many does the second firm have, before each choice?",
                "Multiply the chance of the first choice by that of the second.",
                f"{small}/{whole} first; then {small + 1}/{whole + 1}",
                f"{100 * first * second:.3g} %",
            ),
        ),
        "q1_reason": SheetCheck(
            f"Why more than {sixteenth}",
            kind="value",
            expects='one of "A", "B", "C"',
            right="That is the whole mechanism: what has been chosen is chosen more.",
            tests=expect.letter(
                "B",
                A=(
                    "Quality is the same for both firms here. The numbers come from the balls alone.",
                    "lead taken for skill",
                ),
                C=(
                    f"With replacement and nothing added the chance would stay at {quarter}, whoever is larger.",
                    "size taken for reinforcement",
                ),
            ),
            hints=(
                "What is different in the urn before the second choice?",
                "Look at the start of the second market in the cell.",
                "It has one more ball for the second firm.",
                "B",
            ),
        ),
    }


def _share_and_error(times: float = 1) -> dict[str, SheetCheck]:
    """Q3: how many standard errors the second number holds."""
    more, code = ("", "") if times == 1 else (f", the error also times {times:g}", f"{times:g} * ")
    once = [
        Mistake("one standard error", 4.0, f"That is one standard error. Give {times:g} of them.")
    ]
    once = once if times != 1 else []
    return {
        "q3": SheetCheck(
            "A share of paths and its error",
            kind="function",
            expects="share_and_error(index, mark) that returns a pair, percent and percentage points",
            right="The second number is the error of the simulation, and of nothing else.",
            tests=[
                expect.call(
                    np.array([6000.0] * 20 + [4000.0] * 80),
                    5000,
                    gives=(20, 4 * times),
                    tolerance=0.001,
                    labels=("the share", "the error"),
                    mistakes=[
                        Mistake("fraction for percent", 0.2, "Give percent: 20, not 0.2."),
                        Mistake(
                            "fraction for percent",
                            0.04 * times,
                            f"Give percentage points: {4 * times:g}, not {0.04 * times:g}.",
                        ),
                        Mistake(
                            "spread of one path",
                            40.0 * times,
                            "Divide by the number of paths inside the root.",
                        ),
                        Mistake(
                            "divided by the number of paths",
                            0.4 * times,
                            "Divide by the root of the number of paths.",
                        ),
                        Mistake(
                            "sample standard deviation",
                            round(40.0 * times / 99**0.5, 4),
                            "You took the standard deviation of a sample (ddof=1). That of a share needs no such correction: the root of share x (1 - share), over the root of the number of paths.",
                        ),
                        Mistake("the other paths", 80.0, "You counted the paths below the mark."),
                        *once,
                    ],
                ),
                expect.call(
                    np.array([5000.0, 4999.0, 5000.0, 100.0]),
                    5000,
                    gives=(50, 25 * times),
                    tolerance=0.001,
                    labels=("the share", "the error"),
                    mistakes=[
                        Mistake("mark left out", 0.0, "A path exactly on the mark counts: use >=.")
                    ],
                ),
                expect.call(
                    np.array([1900.0, 1700.0]),
                    1800,
                    gives=(50, 35.3553 * times),
                    tolerance=0.001,
                    labels=("the share", "the error"),
                    mistakes=[
                        Mistake("mark typed in", 0.0, "Use the mark that the function is given.")
                    ],
                ),
            ],
            hints=(
                "The mean of True and False is a share.",
                f"share = mean of (index >= mark); error = root of share x (1 - share) / paths; both times 100{more}",
                "share = (index >= mark).mean()",
                f"return 100 * share, 100 * {code}(share * (1 - share) / len(index)) ** 0.5",
            ),
        ),
    }


COUNTS = {3: "Three", 4: "Four", 5: "Five"}

# Strength and diffusion in the alliance -> percent of paths on which Skerry keeps a tenth, alone and in the alliance;
# learners' own terms from 50,000 paths each. The terms of the table come first.
STAYS = {
    (1.3, 0.4): (34.5, 91.3),
    (1.1, 0.5): (56.8, 97.9),
    (1.15, 0.35): (50.8, 90.5),
    (1.2, 0.55): (45.0, 98.4),
    (1.25, 0.5): (39.4, 96.9),
    (1.35, 0.35): (29.1, 84.1),
    (1.4, 0.45): (24.6, 92.8),
    (1.5, 0.4): (17.0, 86.0),
    (1.45, 0.3): (20.5, 70.9),
}


# Words that a learner may name the two lines of Q6 with.
ALONE = r"alone|by itself|on its own|stay|without|(^|[^a-z])no([^a-z]|$)"
IN_ALLIANCE = rf"^(?!.*({ALONE})).*(allian|all four|with|join|together|shar)"


def _curves_of(help_alone: float = 0.2, help_alliance: float = 0.6) -> dict[str, SheetCheck]:
    """Q6: help for laggards (rate a year), alone and in the alliance."""
    curves = {
        name: [round(float(StepByStep(1, rate).innovation(at / 100)), 4) for at in AT]
        for name, rate in (("alone", help_alone), ("in the alliance", help_alliance))
    }

    def exactly(number: float) -> str:
        return rf"(?<![\d.]){re.escape(f'{number:g}')}(?!\d)"

    def is_curve(name: str):
        def picks(x, y):
            order = np.argsort(x)
            at = np.interp(AT, x[order], y[order])
            return len(x) >= 5 and np.allclose(at, curves[name], atol=0.004)

        return picks

    return {
        "q6": SheetCheck(
            "Innovation, alone and in the alliance",
            kind="figure",
            name="q6_figure",
            expects="a matplotlib figure with a title, named lines, and axis labels that name % and a year",
            right="Both curves and their names are there. Check for yourself that the title states what they show.",
            tests=[
                expect.figure_texts(x_unit="%", y_unit="a year"),
                expect.that(
                    "Draw two lines of at least five points each: use axes.plot twice.",
                    lambda figure: len(_lines(figure)) >= 2,
                ),
                lambda figure: _both_curves(figure, curves),
                expect.that(
                    "Draw the lines from 50 to 100 % competition.",
                    lambda figure: all(
                        x.min() < 51 and x.max() > 99 for x, _ in _lines(figure)[:2]
                    ),
                ),
                expect.named(
                    {
                        "alone": (rf"{ALONE}|{exactly(help_alone)}", is_curve("alone")),
                        "in the alliance": (
                            rf"{IN_ALLIANCE}|{exactly(help_alliance)}",
                            is_curve("in the alliance"),
                        ),
                    }
                ),
            ],
            hints=(
                "One economy for each help, one line for each economy.",
                "StepByStep(1, help).innovation(competition), for competition from 0.5 to 1; draw 100 x competition.",
                "competition = np.linspace(0.5, 1, 21)",
                "axes.plot(100 * competition, StepByStep(1, help).innovation(competition), label=...) for each, then axes.legend(). "
                f"At 75 % the curve of the alliance passes about {curves['in the alliance'][2]:.2f}, that of Skerry alone about {curves['alone'][2]:.2f}.",
            ),
        ),
    }


def _alliance(
    strength: float = 1.3, diffusion: float = 0.4, fee: float = 0.04
) -> dict[str, SheetCheck]:
    """Q7 and Q8: strength, diffusion in the alliance (0 to 1) and its fee (USD bn a year)."""
    sizes = np.array([30.0, 18.0, 6.0, 6.0]) ** strength
    pull = float(sizes[3] / sizes.sum())
    alone, alliance = (round(100 * ((1 - free) * pull + free / 4), 3) for free in (0.1, diffusion))
    points = 100 * fee  # of chance, at 20 choices a year and a profit of USD 0.05 bn each
    even, stays = 10 + points / (0.25 - pull), STAYS[strength, diffusion]
    published = (strength, diffusion, fee) == (1.3, 0.4, 0.04)
    added = "more than five points" if published else f"{alliance - alone:.1f} points"
    few, many, nine = (
        ("about a third", "about nine in ten", "about nine paths in ten")
        if published
        else (f"about {stays[0]:.0f} %", f"about {stays[1]:.0f} %", f"about {stays[1]:.0f} %")
    )

    too_short = []
    if abs(round(even) - round(even, 1)) > 0.35:
        too_short = [expect.rounded(even, tolerance=1e-9)]

    def rounded(given) -> bool:
        """Each number is right or the nearest whole percent, and not both are right."""
        right = [abs(value - of) < 0.1 for value, of in zip(given, (alone, alliance), strict=True)]
        whole = [value == round(of) for value, of in zip(given, (alone, alliance), strict=True)]
        return not all(right) and all(a or b for a, b in zip(right, whole, strict=True))

    return {
        "q7_next": SheetCheck(
            "Skerry's next choice",
            kind="value",
            expects="a pair of percentages, to one decimal: alone, in the alliance",
            right=f"The alliance adds {added}, because Skerry is small: diffusion helps those below the average.",
            tests=[
                expect.that("Give a pair of percentages, such as (10, 20).", _pair),
                expect.that(
                    "These read as fractions. Give percent.",
                    lambda given: max(given) > 1,
                    mistake="shares for percentages",
                ),
                expect.that(
                    "First alone, then in the alliance.",
                    lambda given: (
                        not (abs(given[0] - alliance) < 0.1 and abs(given[1] - alone) < 0.1)
                    ),
                    mistake="wrong order",
                ),
                expect.that(
                    expect.ONE_MORE_DECIMAL,
                    lambda given: not rounded(given),
                    mistake="rounded",
                ),
                expect.that(
                    "You took the strength as 1: a tenth of the size is then a tenth of the pull.",
                    lambda given: abs(given[0] - 11.5) > 0.1,
                    mistake="strength left out",
                ),
                expect.that(
                    f"{100 * pull:.1f} % is Skerry's part of the pull. Some choices do not depend on size.",
                    lambda given: abs(given[0] - 100 * pull) > 0.1,
                    mistake="diffusion left out",
                ),
                expect.that(
                    f"The chance alone is not right: four firms, strength {strength:g}, the diffusion of the row “alone”.",
                    lambda given: abs(given[0] - alone) < 0.1,
                ),
                expect.that(
                    "The chance in the alliance is not right: the same market, the diffusion of the alliance.",
                    lambda given: abs(given[1] - alliance) < 0.1,
                ),
            ],
            hints=(
                "Your function of question 2 does it.",
                "Sizes of the four firms, strength, and each diffusion in turn; Skerry's entry, in percent.",
                f"next_chance(np.array([30, 18, 6, 6]), {strength:g}, 0.1)",
                f"About {alone:.1f} % and {alliance:.1f} %",
            ),
        ),
        "q7_break_even": SheetCheck(
            "Diffusion that pays the fee",
            kind="value",
            expects="a percentage, to one decimal",
            right=f"Below the {100 * diffusion:g} % that the alliance promises, with some room. But the first year only: later years build on it.",
            tests=[
                expect.number(
                    round(even, 1),
                    "%",
                    tolerance=0.35,
                    mistakes=[
                        Mistake(
                            "the rise for the level",
                            round(even - 10, 1),
                            "That is by how much diffusion must rise. Add the 10 % that there are without the alliance.",
                        ),
                        Mistake(
                            "points of chance for diffusion",
                            points,
                            f"{COUNTS[round(points)]} points of chance are what Skerry must win. Which diffusion brings them?",
                        ),
                        Mistake(
                            "an equal share for the gain",
                            10 + 4 * points,
                            "A quarter of each further choice free of size goes to Skerry, but it loses its own part of those that depended on size.",
                        ),
                        *too_short,
                    ],
                ),
            ],
            hints=(
                "How many points of chance must Skerry win to pay the fee?",
                "fee / (choices a year x profit a choice) = points; each unit of diffusion brings 1/4 less Skerry's part of the pull.",
                f"{fee:g} / (20 * 0.05) = {points / 100:g}",
                f"10 % + {points / 100:g} / (0.25 - {pull:.3f}) = about {even:.0f} %",
            ),
        ),
        "q7_survive": SheetCheck(
            "Is Skerry still there?",
            kind="value",
            expects="a pair of percentages: alone, in the alliance",
            right=f"From {few} to {many}, in this model. Chance has the rest.",
            tests=[
                expect.that("Give a pair of percentages, such as (10, 20).", _pair),
                expect.that(
                    "These read as fractions. Give percent.",
                    lambda given: max(given) > 1,
                    mistake="shares for percentages",
                ),
                expect.that(
                    "You counted the paths on which Skerry falls below a tenth.",
                    lambda given: not (abs(given[0] - (100 - stays[0])) < 5 and given[1] < 50),
                    mistake="the other paths",
                ),
                expect.that(
                    "First alone, then in the alliance.",
                    lambda given: given[0] < given[1],
                    mistake="wrong order",
                ),
                expect.that(
                    f"Alone it should be {few} of the paths: 100 choices in five years, Skerry is the last firm, a tenth of all choices or more.",
                    lambda given: abs(given[0] - stays[0]) < 4,
                ),
                expect.that(
                    f"In the alliance it should be {nine}.",
                    lambda given: abs(given[1] - stays[1]) < 4,
                ),
            ],
            hints=(
                "UrnMarket(...).simulate(choices, paths) gives the choices by firm on each path.",
                "Skerry's share on each path, then the share of paths on which it is 0.1 or more.",
                f"ends = UrnMarket((30, 18, 6, 6), strength={strength:g}, diffusion=0.1).simulate(100, 2000)",
                f"About {int(stays[0] + 0.5)} % and {stays[1]:.0f} %",
            ),
        ),
    }


# Values below are made-up ones of the running case or textbook results; none is a formula of the solution.
SHEET = {
    **_two_in_a_row(),
    "q2": SheetCheck(
        "Who gets the next choice",
        kind="function",
        expects="next_chance(sizes, strength, diffusion) that returns one chance a firm",
        right="Diffusion pulls every chance towards an equal one, and the chances still add up to 1.",
        tests=[
            expect.call(
                np.array([3.0, 1.0]),
                1,
                0,
                gives=(0.75, 0.25),
                tolerance=1e-6,
                labels=("the first firm", "the second firm"),
                mistakes=[
                    Mistake(
                        "pull taken for chance", 3.0, "Divide each pull by the sum of all pull."
                    ),
                    Mistake(
                        "percent for a chance",
                        75.0,
                        "A chance here runs from 0 to 1: 0.75, not 75.",
                    ),
                ],
            ),
            expect.call(
                np.array([3.0, 1.0]),
                2,
                0,
                gives=(0.9, 0.1),
                tolerance=1e-6,
                labels=("the first firm", "the second firm"),
                mistakes=[
                    Mistake(
                        "product for power",
                        0.75,
                        "Multiplying all sizes by the strength changes nothing. Raise them to its power.",
                    ),
                    Mistake(
                        "power of the chance",
                        0.5625,
                        "You raised the chance to the power. Raise the sizes, then divide by their sum.",
                    ),
                ],
            ),
            expect.call(
                np.array([3.0, 1.0]),
                2,
                0.2,
                gives=(0.82, 0.18),
                tolerance=1e-6,
                labels=("the first firm", "the second firm"),
                mistakes=[
                    Mistake(
                        "size and diffusion swapped",
                        0.58,
                        "Diffusion is the part that does NOT depend on size: 0.2 of the choices here.",
                    ),
                    Mistake(
                        "diffusion added on top",
                        1.0,
                        "The part by size must shrink to 1 - diffusion, or the chances exceed 1.",
                    ),
                    Mistake("diffusion left out", 0.9, "You left diffusion out."),
                    Mistake(
                        "free choices shared by size",
                        0.87,
                        "You shared the free choices out by size. They fall on all firms alike.",
                    ),
                    Mistake(
                        "each firm given all of the diffusion",
                        0.92,
                        "The choices free of size fall on all firms alike: share them out by the number of firms.",
                    ),
                ],
            ),
            expect.call(
                np.array([5.0, 2.0, 1.0]),
                3,
                1,
                gives=(1 / 3, 1 / 3, 1 / 3),
                tolerance=1e-6,
                labels=("the first firm", "the second firm", "the third firm"),
                mistakes=[
                    Mistake(
                        "two firms typed in", 0.5, "There are three firms here: use len(sizes)."
                    )
                ],
            ),
        ],
        hints=(
            "Which part of the choices depends on size, and which does not?",
            "(1 - diffusion) x pull / sum of pull + diffusion / number of firms",
            "pull = sizes**strength",
            "return (1 - diffusion) * pull / pull.sum() + diffusion / len(sizes)",
        ),
    ),
    **_share_and_error(),
    "q4": SheetCheck(
        "Put the lines in order",
        kind="order",
        name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="Put lines A, D, C and E into a loop and you have one path of the lab.",
        lines=(
            "pull = sizes**strength",
            "sizes, strength = np.array([3.0, 1.0]), 2",
            "winner = rng.choice(2, p=chance)",
            "chance = pull / pull.sum()",
            "sizes[winner] = sizes[winner] + 1",
            "chance = sizes / pull.sum()",
            "rng = np.random.default_rng(10)",
            "share = sizes / sizes.sum()",
        ),
        before=[
            ("B", "A", "it uses sizes and strength, which line B sets."),
            ("A", "D", "it uses pull, which line A sets."),
            ("D", "C", "it uses chance, which line D sets."),
            ("G", "C", "it uses rng, which line G sets."),
            ("C", "E", "it uses winner, which line C sets."),
            ("E", "H", "the shares at the end need the choice that line E adds."),
        ],
        distractors={
            "F": "sizes over the sum of pull adds up to less than 1: those are no chances."
        },
        hints=(
            "Which lines need nothing from the others?",
            "A line can stand only after the lines that set its names.",
            "B first, then A and D.",
            'For example ["B", "A", "D", "G", "C", "E", "H"]',
        ),
    ),
    "q5": SheetCheck(
        "Partners by the day",
        kind="function",
        expects="partners(ties, day) that returns a Series, firm -> number of different partners",
        right="Each pair counts once, in both directions, however often it is tied.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(SMALL, "2025-12-31") is not None,
                mistake="print for return",
            ),
            expect.that(
                "In a small table of our own, by 30 June 2025, Birch has 2 partners: Alder and Cedar. Both directions of a tie count.",
                lambda f: f(SMALL, "2025-06-30").get("Birch", 0) == 2,
                mistake="one direction, or ties for partners",
            ),
            expect.that(
                "Alder is tied to Birch three times by then, and to Fir only later. That is 1 partner.",
                lambda f: f(SMALL, "2025-06-30").get("Alder", 0) == 1,
                mistake="the day left out",
            ),
            expect.that(
                "A tie of 30 June counts by 30 June: Cedar has 2 partners.",
                lambda f: f(SMALL, "2025-06-30").get("Cedar", 0) == 2,
                mistake="the day itself left out",
            ),
            expect.that(
                "Fir comes after the day, so it has no entry, not even a 0.",
                lambda f: "Fir" not in f(SMALL, "2025-06-30").index,
                mistake="missing counted as zero",
            ),
            expect.that(
                "In the network of money known on 3 March 2026 OpenAI should have 7.",
                lambda f: f(ties(MONEY, ARTICLE), ARTICLE)["OpenAI"] == 7,
                mistake="table or day typed in",
            ),
        ],
        hints=(
            "A tie from A to B is a partner for both.",
            "Stack the table on itself with from and to swapped, then count different partners by firm.",
            'kept = ties[ties["date"] <= day]',
            'both = pd.concat([kept, kept.rename(columns={"from": "to", "to": "from"})])',
        ),
    ),
    **_curves_of(),
    **_alliance(),
}

MANUAL = {"q8": "marked by hand; its rubric stands in its cell"}


def _limited_size(most: int) -> dict[str, SheetCheck]:
    """Q2 where no more than `most` choices of a firm count."""
    check, labels = SHEET["q2"], ("the first firm", "the second firm")
    share = most / (most + 20)
    large = expect.call(
        np.array([100.0, 20.0]),
        1,
        0,
        gives=(share, 1 - share),
        tolerance=1e-6,
        labels=labels,
        mistakes=[
            Mistake(
                "limit of the size left out",
                100 / 120,
                f"The first firm has 100 choices, but only {most} of them count.",
            ),
        ],
    )
    hints = (
        check.hints[0],
        check.hints[1],
        f"pull = np.minimum(sizes, {most}) ** strength",
        check.hints[3],
    )
    return {"q2": replace(check, tests=[*check.tests, large], hints=hints)}


def _without(firm: str) -> dict[str, SheetCheck]:
    """Q5 where ties of `firm` do not count."""
    check = SHEET["q5"]
    more = pd.DataFrame([(firm, "Gum", "2025-02-01")], columns=SMALL.columns)
    table = pd.concat([SMALL, more.astype({"date": "datetime64[ns]"})], ignore_index=True)
    known = ties(MONEY, ARTICLE)
    pairs = {frozenset(pair) for pair in zip(known["from"], known["to"], strict=True)}
    wanted = 7 - (frozenset(("OpenAI", firm)) in pairs)
    tests = [
        expect.that(
            f"In a small table with a tie of {firm}, neither {firm} nor the firm at its other end, Gum, has an entry.",
            lambda f: not {firm, "Gum"} & set(f(table, "2025-12-31").index),
            mistake="ties of the firm counted",
        ),
        expect.that(
            f"In the network of money known on 3 March 2026, without {firm}, OpenAI should have {wanted}.",
            lambda f: f(known, ARTICLE)["OpenAI"] == wanted,
            mistake="table or day typed in",
        ),
    ]
    line = f'kept = ties[(ties["date"] <= day) & (ties["from"] != "{firm}") & (ties["to"] != "{firm}")]'
    hints = (*check.hints[:2], line, check.hints[3])
    return {"q5": replace(check, tests=[*check.tests[:-1], *tests], hints=hints)}


# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": lambda large, small, order: {
        name: check.with_labels(order) if name == "q1_reason" else check
        for name, check in _two_in_a_row(large, small).items()
    },
    "q2": _limited_size,
    "q3": _share_and_error,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _without,
    "q6": _curves_of,
    "q7": _alliance,
}
