"""Lesson 04: is caution a cost, or an option that pays when the rules tighten?"""

import numpy as np
import pandas as pd

from ...data import load
from ...data.tables import until_tables_change
from ...models.decision_tree import Compliance
from .. import expect
from ..questions import (
    FRACTION_FOR_PERCENT,
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
PAIR, NOT_NAMED = ("Amazon", "Google"), "Other cloud firms"
SUPPLIERS = (*PAIR, NOT_NAMED, "Microsoft", "Nvidia")
MORE_OPENAI, MORE_ANTHROPIC, ALIKE = "OpenAI", "Anthropic", "about the same"


@until_tables_change
def _money(known_by: str | None = None, company: str = "Anthropic") -> dict[str, float]:
    """Equity of rounds by investor (USD bn), and all of it under "all"."""
    table, investors = (
        ("funding_rounds", "round_investors")
        if company == "OpenAI"
        else ("rival_rounds", "rival_round_investors")
    )
    rounds = load(table, known_by).query("company == @company and record_type == 'round'")
    named = load(investors, known_by).query("round_id in @rounds['row_id']")
    by_name = named.groupby("investor")["amount_usd_bn"].sum().to_dict()
    return by_name | {"all": float(rounds["amount_committed_usd_bn"].sum())}


def _openai_rounds() -> dict[str, float]:
    """OpenAI's rounds on the article's day: what had not closed, and the suppliers' part of those that had."""
    rounds = load("funding_rounds", ARTICLE).query("record_type == 'round'").set_index("row_id")
    closed = rounds[rounds["status"] == "closed"]
    named = load("round_investors", ARTICLE).query(
        "round_id in @closed.index and investor in @SUPPLIERS"
    )
    all_closed = closed["amount_committed_usd_bn"].sum()
    return {
        "openai_open": rounds["amount_committed_usd_bn"].sum() - all_closed,
        "openai_closed": 100 * named["amount_usd_bn"].sum() / all_closed,
    }


def _share(names, known_by: str | None = None, company: str = "Anthropic") -> float:
    money = _money(known_by, company)
    return 100 * sum(money.get(name, 0.0) for name in names) / money["all"]


@until_tables_change
def _mix() -> dict[str, float]:
    then, rounds = _money(ARTICLE), load("rival_rounds").set_index("row_id")
    stakes = load("strategic_stakes").set_index("row_id")
    return {
        "in_then": sum(then[name] for name in PAIR),
        "all_then": then["all"],
        "share_then": _share(PAIR, ARTICLE),
        "share_then_with_g": 100
        * (
            sum(then[name] for name in PAIR)
            + rounds.at["an_2026_amazon", "amount_committed_usd_bn"]
        )
        / then["all"],
        "share_now": _share((*PAIR, NOT_NAMED)),
        "share_now_named": _share(PAIR),
        "suppliers_then": _share(SUPPLIERS, ARTICLE),
        "openai_then": _share(SUPPLIERS, ARTICLE, "OpenAI"),
        **_openai_rounds(),
        "pledged": rounds.loc[
            ["an_2026_amazon_pledge", "an_2026_google_pledge"], "amount_committed_usd_bn"
        ].sum(),
        "out": stakes.at["st_an_amazon_commit", "purchase_back_usd_bn"]
        + stakes.at["st_an_google_commit", "purchase_back_usd_bn"],
        "google_in": stakes.at["st_an_google_2025", "amount_usd_bn"],
        "google_stake": stakes.at["st_an_google_2025", "stake_pct"],
        "amazon_g": rounds.at["an_2026_amazon", "amount_committed_usd_bn"],
        "series_g": rounds.at["an_2026_series_g", "amount_committed_usd_bn"],
        "post_g": rounds.at["an_2026_series_g", "post_money_usd_bn"],
    }


def _end_2024() -> float:
    rounds = load("rival_rounds").query(
        "company == 'Anthropic' and record_type == 'round' and date < '2025-01-01'"
    )
    named = load("rival_round_investors").query(
        "round_id in @rounds['row_id'] and investor in @PAIR"
    )
    return 100 * named["amount_usd_bn"].sum() / rounds["amount_committed_usd_bn"].sum()


def _compute() -> dict[str, float]:
    rows = load("company_financials").set_index("row_id")["value_usd_bn"]
    return {
        "compute": rows["fin_anthropic_fy2025_compute_spend"],
        "revenue": rows["fin_anthropic_fy2025_revenue_prospectus"],
        "run_rate": rows["fin_anthropic_20251231_run_rate_revenue"],
        "openai_compute": rows["fin_fy2025_compute_spend"],
        "openai_revenue": rows["fin_fy2025_revenue"],
        "ratio": rows["fin_anthropic_fy2025_compute_spend"]
        / rows["fin_anthropic_fy2025_revenue_prospectus"],
        "openai_ratio": rows["fin_fy2025_compute_spend"] / rows["fin_fy2025_revenue"],
        "total": rows["fin_anthropic_20260928_purchase_commitments"],
    }


def _releases() -> dict[str, int]:
    """Releases in the twelve months before the article: one a day and firm, as in the lesson's table."""
    recent = load("model_releases", ARTICLE).query("released > '2025-03-03'")
    recent = recent.drop_duplicates(["company", "released"])["company"].value_counts()
    return {"anthropic_models": int(recent["Anthropic"]), "openai_models": int(recent["OpenAI"])}


def _openai_contracts(known_by: str | None = None) -> float:
    rows = load("compute_commitments", known_by)
    return float(rows.loc[rows["counts_in_total"], "value_usd_bn"].sum())


def _fines() -> dict[str, float]:
    largest = load("policy_events").set_index("row_id")["value"]
    revenue = _compute()
    return {
        "eu": largest["pol_2026_eu_general"],
        "eu_most": largest["pol_2024_eu_in_force"],
        "ny": largest["pol_2025_raise"],
        "ca": largest["pol_2025_sb53"],
        "anthropic_fine": 1000 * revenue["revenue"] * largest["pol_2026_eu_general"] / 100,
        "openai_fine": 1000 * revenue["openai_revenue"] * largest["pol_2026_eu_general"] / 100,
    }


WORKED = Compliance(cost_now=0.2, retrofit_cost=0.6, lost_sales=0.2)

QUESTIONS = [
    # ---- predictions
    Prediction(
        "share_then",
        "By the article's day investors had committed USD {all_then:.1f} bn of equity to Anthropic in rounds. Which part of it was Amazon's and Google's together?",
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=4,
        truth=lambda: _mix()["share_then"],
        explain="USD {in_then:.1f} bn of {all_then:.1f}. At the end of 2024 it was {end_2024:.0f} %; then others led three large rounds. "
        "If the USD {amazon_g:g} bn of Series G shares that Amazon reported later are inside the {series_g:g} of that round, it is {share_then_with_g:.0f} %.",
        values=lambda: {**_mix(), "end_2024": _end_2024()},
    ),
    Prediction(
        "who_more",
        "Take all firms that sell computing to a lab, clouds and chip makers, and count equity as committed by the article's day, paid or not. Which lab has the larger part from its suppliers?",
        options=(MORE_ANTHROPIC, MORE_OPENAI, ALIKE),
        truth=lambda: MORE_OPENAI,
        explain="As committed, at most {openai_then:.0f} % of OpenAI's equity (the size of its first round is not published) and at most {suppliers_then:.0f} % of Anthropic's. But {openai_open:,.0f} bn of OpenAI's had been announced four days before and not closed, a part of it on conditions. "
        "In closed rounds it is at most {openai_closed:.0f} % for OpenAI and {share_then:.0f} to {suppliers_then:.0f} % for Anthropic. The answer depends on the count.",
        values=_mix,
    ),
    Prediction(
        "break_even",
        "To comply now with rules that may come costs USD 0.2 bn. To wait costs nothing if rules stay lax, and USD 0.8 bn (retrofit, and profit on lost sales) if they turn strict. "
        "Leave interest out. From which chance of strict rules on is it cheaper to comply now?",
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=2,
        truth=lambda: 100 * WORKED.break_even_probability,
        explain="Waiting costs chance x 0.8 on average. That equals 0.2 at a chance of 25 %.",
    ),
    # ---- checks
    Choice(
        "signal",
        "Which of these is the strongest evidence that a firm puts more weight on safety than its rivals?",
        [
            Option(
                "Its founding statement puts safety first",
                why="A statement costs little, so a firm with other priorities can make it too.",
                mistake="cheap talk taken for a signal",
            ),
            Option(
                "It gives up revenue that a firm with other priorities would keep",
                correct=True,
                why="An action that pays for one kind of firm only tells them apart. It has to be shown that revenue was given up, net of what the choice won elsewhere.",
            ),
            Option(
                "It has published a safety framework",
                why="All five firms of the table have, and California now asks for one. What all have in common cannot tell them apart.",
                mistake="common trait taken for a difference",
            ),
        ],
        hints=(
            "Which of them could a firm that does not care also do?",
            "A signal tells types apart only when it costs one type more than the other.",
            "Two of the three cost very little.",
            "It gives up revenue that a firm with other priorities would keep.",
        ),
    ),
    Number(
        "money_share",
        "Work it out from the table: which part of Anthropic's equity known on the article's day came from Amazon and Google together?",
        answer=lambda: _mix()["share_then"],
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=0.3,
        expects="a percentage between 0 and 100",
        right="A part of the money, at cost. It says who paid, not who owns how much.",
        mistakes=[
            Mistake(
                "money over company value",
                lambda: 100 * _mix()["in_then"] / _mix()["post_g"],
                "You divided by the value of the company. The question is about the part of the money raised.",
            ),
            Mistake(
                "all suppliers counted",
                lambda: _mix()["suppliers_then"],
                "That counts Microsoft and Nvidia too. The article names Amazon and Google.",
            ),
            Mistake(
                "last round left out",
                lambda: 100 * _mix()["in_then"] / (_mix()["all_then"] - _mix()["series_g"]),
                "That was true until 12 February. The round of that day nearly doubles the money.",
            ),
            Mistake(
                "money over the rest",
                lambda: 100 * _mix()["in_then"] / (_mix()["all_then"] - _mix()["in_then"]),
                "You divided by the others' money. A part is a part of all of it.",
            ),
        ],
        hints=(
            "Two amounts: theirs, and all of it.",
            "100 x (Amazon + Google) / all equity raised by that day.",
            "100 * {in_then:.1f} / ...",
            "About {share_then:.0f} %",
        ),
        values=_mix,
    ),
    Choice(
        "stake_or_money",
        "By March 2025 Google had given {google_in:g} bn, about a fifth of all money raised by then. Court papers put its stake at {google_stake:g} %. Why is the stake smaller?",
        [
            Option(
                "Founders and staff own shares without having paid for them",
                correct=True,
                why="So investors' stakes add up to less than 100 %. Rounds at different prices and notes that convert later move it further.",
            ),
            Option(
                "Its shares carry no votes",
                why="They carry none, by those papers. But a stake counts shares of the company, with or without votes.",
                mistake="votes taken for ownership",
            ),
            Option(
                "Part of the money was never paid",
                why="The papers speak of money invested. A promise would be a row of its own.",
                mistake="paid taken for pledged",
            ),
        ],
        hints=(
            "Who owns shares in a young firm besides investors?",
            "Compare what is divided up: money in one case, shares in the other.",
            "Some shares were issued for work, not for money.",
            "Founders and staff own shares without having paid for them.",
        ),
        values=_mix,
    ),
    Choice(
        "direction",
        "A colleague says: at {share_now_named:.0f} to {share_now:.0f} % of the money (the upper figure if the cloud firms not named in Series H are Google), Anthropic does not depend on Amazon and Google. What is the best answer?",
        [
            Option(
                "Right: at least three quarters of the money came from others",
                why="That answers who put money in. It says nothing on stakes, and the firm has also USD {out:,.0f} bn still to buy from the two.",
                mistake="financing taken for dependence",
            ),
            Option(
                "Wrong: add what they gave and what it owes them",
                why="Money in and purchases out flow in opposite directions and over different years. Their sum means nothing.",
                mistake="gross flows added",
            ),
            Option(
                "For the money that is fair; stakes and purchases are questions of their own",
                correct=True,
                why="The last known stakes suggest that the two are among the largest holders. And USD {out:,.0f} bn of purchases say more about computing than any part of equity.",
            ),
        ],
        hints=(
            "Depend for what?",
            "Keep columns apart: money in, stakes, purchases out.",
            "One says who paid, one who owns, one who supplies.",
            "For the money that is fair; stakes and purchases are questions of their own.",
        ),
        values=_mix,
    ),
    Number(
        "compute_per_revenue",
        "In 2025 Anthropic spent USD {compute:g} bn on computing. The leaked prospectus gives revenue of {revenue:g} bn for the year; the company stated a run rate of {run_rate:g} bn at its end. "
        "How many dollars of computing is that for a dollar of the year's revenue?",
        answer=lambda: _compute()["ratio"],
        unit="USD",
        minimum=0,
        tolerance=0.03,
        expects="dollars for a dollar, such as 0.9 or 2.1",
        right="OpenAI's reported figures for the same year give {openai_ratio:.2f}, with its own definition of computing. By this measure both put more into computing than customers paid.",
        mistakes=[
            Mistake(
                "run rate for revenue",
                lambda: _compute()["compute"] / _compute()["run_rate"],
                "You divided by the run rate: four weeks of use at the end of the year, scaled up. The spending is a whole year's.",
            ),
            Mistake(
                "upside down",
                lambda: _compute()["revenue"] / _compute()["compute"],
                "That is revenue for a dollar of computing.",
            ),
        ],
        hints=(
            "Both numbers must cover the same twelve months.",
            "computing of the year / revenue of the year",
            "{compute:g} / {revenue:g}",
            "About {ratio:.2f}",
        ),
        values=_compute,
    ),
    Number(
        "break_even_check",
        "Complying now costs USD 0.3 bn and wins 0.06 bn of profit on sales to careful customers, whatever the rules. Waiting costs 1.2 bn if rules turn strict. No interest. "
        "At which chance of strict rules are both choices worth the same?",
        answer=20.0,
        unit="%",
        minimum=0,
        maximum=100,
        tolerance=0.2,
        expects="a percentage between 0 and 100",
        right="(0.3 - 0.06) / 1.2. What comes in either way lowers the cost of caution one for one.",
        mistakes=[
            Mistake(
                "sales left out",
                25.0,
                "You left out the careful customers. They pay for a part of the cost, whatever the rules.",
            ),
            Mistake(
                "sales added to the cost",
                30.0,
                "The sales come in. Take them off the cost, do not add them.",
            ),
            Mistake(
                "break-even upside down",
                400.0,
                "That is late cost over cost now. The chance is the other way round.",
            ),
            Mistake(
                "sales taken for a gain under strict rules only",
                23.8,
                "The customers pay whatever the rules. Such sales cannot stand with the late cost, which comes only with strict rules.",
            ),
        ],
        hints=(
            "Write down what each choice is worth at a chance p.",
            "Comply: 0.06 - 0.3. Wait: -p x 1.2. Set them equal.",
            "p = (0.3 - 0.06) / 1.2",
            "20 %",
        ),
    ),
    Code(
        "break_even_code",
        "Write `break_even_pct(cost_now, late_cost)`: the chance of strict rules, in percent, at which both choices are worth the same. "
        'Then run the cell with `lesson.check("break_even_code", break_even_pct)`.',
        starter="def break_even_pct(cost_now, late_cost):\n    return ...",
        tests=[
            expect.call(
                0.2,
                0.8,
                gives=25.0,
                tolerance=0.01,
                mistakes=[
                    Mistake("fraction for percent", 0.25, "That is a fraction. Give percent: 25."),
                    Mistake(
                        "break-even upside down",
                        4.0,
                        "That is how many times dearer it is to be late. The chance is cost now over late cost.",
                    ),
                    Mistake(
                        "late cost for the difference",
                        33.3333,
                        "You divided by late cost less cost now. Whoever waits pays the whole late cost, not the difference.",
                    ),
                ],
            ),
            expect.call(0.1, 1.0, gives=10.0, tolerance=0.01),
            expect.that(
                "When complying now costs nothing, the break-even is 0 %.",
                lambda f: abs(f(0, 0.8)) < 1e-9,
            ),
        ],
        expects="a function that returns a number in percent",
        hints=(
            "At the break-even, what you pay for sure equals what you pay on average.",
            "cost_now = chance x late_cost",
            "chance = cost_now / late_cost",
            "return 100 * cost_now / late_cost",
        ),
        right="The dearer it is to be late, the smaller the chance that makes caution pay.",
    ),
    Choice(
        "small_fine",
        "New York's act fines up to USD {ny:g} million for repeated violations. Complying costs a firm USD 200 million. Why does the fine alone not make it comply, even when it is certain?",
        [
            Option(
                "Because the act only applies from 2027",
                why="Waiting lowers the present value of the fine a little. It would be too small in any year.",
                mistake="timing taken for size",
            ),
            Option(
                "Because the fine is smaller than the cost, so there is no break-even chance",
                correct=True,
                why="At a chance of 100 % the expected fine is its full amount, still below the cost. What can move the firm then is something else: customers, market access, reputation, liability.",
            ),
            Option(
                "Because fines are a percentage of turnover",
                why="The European ones can be, up to {eu:g} % for models. This one is an amount in dollars.",
                mistake="one law's fine for another's",
            ),
        ],
        hints=(
            "What is the most that the fine can cost on average?",
            "Compare it with the cost of complying at a chance of 100 %.",
            "{ny:g} million against 200 million.",
            "Because the fine is smaller than the cost, so there is no break-even chance.",
        ),
        values=_fines,
    ),
]

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "II.3.3": lambda: {**_mix(), "end_2024": _end_2024()},
    "II.3.5": lambda: {
        **_compute(),
        **_releases(),
        **_mix(),
        "contracts_then": _openai_contracts(ARTICLE),
        "contracts_now": _openai_contracts(),
    },
    "II.3.6": _fines,
}


# Words that a learner may name the two lines of the sheet's figure with.
COMPLYING, WAITING = r"compl(y|iance|ies)|ready|early|prepar", r"wait|late|delay|unready|retrofit"


def _ends_at_certainty(figure):
    """The last values of the lines that run from 0 to 100 %."""
    drawn = [dict(zip(*map(list, line.get_data()), strict=True)) for line in figure.axes[0].lines]
    return [line[max(line)] for line in drawn if min(line) <= 0.5 and 99.5 <= max(line) <= 100.5]


def _made_up_money():
    dates = pd.to_datetime(["2031-06-01", "2030-03-01", "2031-01-01", "2030-08-01"])
    types = ["cloud supplier", "other", "chip supplier", "cloud supplier"]
    return pd.DataFrame(
        {"date": dates, "investor_type": types, "amount_usd_bn": [4.0, 3.0, 2.0, 1.0]}
    )


def _anthropic_money():
    """The table that question 5 of the sheet starts from."""
    rounds = load("rival_rounds").query("company == 'Anthropic'").set_index("row_id")["date"]
    named = load("rival_round_investors").query("round_id in @rounds.index")
    return named.assign(date=rounds.loc[named["round_id"]].to_numpy())


def _round_and_others(
    whose: str = "Amazon and Google",
    round_name: str = "Series G",
    theirs: float = 11.3,
    before: float = 29.8,
    after: float = 59.8,
    order: str = "ABC",
) -> dict[str, SheetCheck]:
    """Q1: who, which round, their money and all money before and after it (USD bn), the order of the sentences."""
    part = 100 * theirs / after
    if (whose, round_name) == ("Amazon and Google", "Series G"):
        right = "The tables show no sale by either. The round about doubled the money, and its announcement names neither. If the 5 bn of Series G shares that Amazon reported later are inside the 30, the part is 27 %: still lower than before."
        size = [
            expect.that(
                "Most of that round was others' money, so their part cannot stay or grow.",
                lambda given: given < 37.9,
                mistake="others' money forgotten",
            ),
            expect.that(
                "Below 12 % the round would have to be far larger than all money before it.",
                lambda given: given > 12,
            ),
        ]
    else:
        right = f"The tables show no sale by {whose} and no money of theirs in that round. Others' money took all money from {before:g} to {after:g} bn."
        size = [
            expect.that(
                "That round was others' money, so the part cannot stay or grow.",
                lambda given: given < 100 * theirs / before,
                mistake="others' money forgotten",
            ),
            expect.that(
                "It falls further than that. Compare the round with all money raised before it.",
                lambda given: given < 1.2 * part,
            ),
            expect.that(
                "That is too little: their money stays, and the round is not that large.",
                lambda given: given > 0.8 * part,
            ),
        ]
    prediction = SheetCheck(
        f"The part of {whose} after {round_name}",
        kind="value",
        expects="a percentage, such as 25 or 20.5",
        right="You made a prediction in the right direction. Now compare it with the output.",
        tests=[
            expect.that(
                "A part is a number in percent.", lambda given: isinstance(given, int | float)
            ),
            expect.no_fraction(),
            *size,
        ],
        hints=(
            "Does the part grow, stay or shrink?",
            "Their money stays, all money grows.",
            f"part_after = 100 * {theirs:g} / ({before:g} + {after - before:g})",
            f"About {part:.1f} %",
        ),
    )
    reason = SheetCheck(
        "Why the part shrinks",
        kind="value",
        expects='one of "A", "B", "C"',
        right=right,
        tests=expect.letter(
            "B",
            A=(
                "A sale of old shares would change who owns them, not how much money the firm has raised.",
                "secondary taken for primary",
            ),
            C=(
                "What has been paid in stays paid in. A higher price changes what a new share costs.",
                "price taken for money",
            ),
        ),
        hints=(
            "Which of the two amounts in the fraction changes?",
            "Their money before and after; all money before and after.",
            f"{theirs:g} stays, {before:g} becomes {after:g}.",
            "B",
        ),
    )
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _paid_part(paid_pct: float = 100) -> dict[str, SheetCheck]:
    """Q2: part of a round that is paid in (percent)."""
    paid = paid_pct / 100
    all_money = 59.8 + 70 * paid
    part, all_counted = "", []
    right = "It gives 18.9 % after Series G and 24.1 % after the spring of 2026, if the 10 bn of cloud firms not named are Google's. It changes nothing when no money comes in."
    if paid < 1:
        part = f"{paid:g} * "
        right = "The less of others' money is paid in, the less a round lowers an old part. It changes nothing when no money comes in."
        all_counted = [
            Mistake(
                "promised for paid",
                18.896,
                f"You counted all of the round. Only {paid_pct:g} % of it is paid in.",
            )
        ]
    check = SheetCheck(
        "A part of the money, after a round",
        name="part_after_round",
        kind="function",
        expects="part_after_round(theirs, total, new_money, theirs_new) that returns a percentage",
        right=right,
        tests=[
            expect.call(
                11.3,
                29.8,
                30,
                0,
                gives=100 * 11.3 / (29.8 + 30 * paid),
                tolerance=0.01,
                mistakes=[
                    Mistake("old total", 37.919, "You divided by the money from before the round."),
                    Mistake(
                        "new money only",
                        100 * 11.3 / (30 * paid),
                        "You divided by the new money alone.",
                    ),
                    Mistake(
                        "fraction for percent",
                        11.3 / (29.8 + 30 * paid),
                        "That is a fraction. Give percent.",
                    ),
                    *all_counted,
                ],
            ),
            expect.call(
                11.3,
                59.8,
                70,
                20,
                gives=100 * (11.3 + 20 * paid) / all_money,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "their new money left out",
                        100 * 11.3 / all_money,
                        "They put 20 into this round. It counts as theirs, too.",
                    ),
                    Mistake(
                        "their new money counted twice",
                        100 * (11.3 + 20 * paid) / (all_money + 20 * paid),
                        "The 20 are inside the 70. Do not add them to the total again.",
                    ),
                ],
            ),
            expect.that(
                "With no new money the part stays: part_after_round(10, 40, 0, 0) should be 25.",
                lambda f: abs(f(10, 40, 0, 0) - 25) < 1e-9,
            ),
        ],
        hints=(
            "Which amounts grow with the round?",
            f"theirs + {part}theirs_new, over total + {part}new_money.",
            f"theirs_after = theirs + {part}theirs_new",
            f"return 100 * (theirs + {part}theirs_new) / (total + {part}new_money)",
        ),
    )
    return {"q2": check}


def _break_even(
    late: float, left: float = 1, cost_now: float = 0.23, discount_pct: float = 21
) -> float:
    """Skerry's break-even (percent), if being late costs `late` (USD bn) and this fraction is left of what is won."""
    case = Compliance(
        cost_now,
        late,
        premium_if_strict=0.1 * left,
        premium_if_lax=0.02 * left,
        discount_pct=discount_pct,
    )
    return 100 * case.break_even_probability


def _skerrys_choice(
    keeps_pct: float = 0, retrofit: float = 0.5, lost: float = 0.35, chip_maker: float = 2.5
) -> dict[str, SheetCheck]:
    """Q3 and Q6 to Q8: part of what is won that a marketplace keeps (percent); retrofit, lost revenue, the chip maker's equity (USD bn)."""
    left, late = 1 - keeps_pct / 100, retrofit + lost
    lax = 0.2 - 0.02 * left
    ends = (0.1 * left / 1.21 - 0.23, -late / 1.21)
    theirs, equity = chip_maker + 1.5, chip_maker + 2.7
    won_strict, won_lax, case = "won_if_strict", "won_if_lax", "skerry_case"
    tables_break_even, tables_part = [], []
    if own := keeps_pct > 0:
        won_strict, won_lax = f"{left:g} * won_if_strict", f"{left:g} * won_if_lax"
        case = f"replace(skerry_case, retrofit_cost={retrofit:g}, lost_sales={lost:g})"
        tables_break_even, tables_part = [_break_even(0.85, left)], [100 * 4 / 5.2]
    of_table = "That follows from the table's terms. Some of yours differ: see the start of rung 3."

    def all_kept(value: float) -> list[Mistake]:
        kept = f"Of what is won the marketplace keeps {keeps_pct:g} %."
        return [Mistake("kept part forgotten", value, kept)] if own else []

    break_even = SheetCheck(
        "Break-even with sales and interest",
        name="break_even_pct",
        kind="function",
        expects="break_even_pct(cost_now, late_cost, won_if_strict, won_if_lax, discount_pct) that returns a percentage",
        right="Interest raises the break-even, because late costs weigh less. Sales lower it.",
        tests=[
            expect.call(
                0.2,
                0.8,
                0,
                0,
                0,
                gives=25.0,
                tolerance=0.01,
                mistakes=[
                    Mistake("fraction for percent", 0.25, "That is a fraction. Give percent: 25.")
                ],
            ),
            expect.call(
                0.2,
                0.8,
                0,
                0,
                21,
                gives=30.25,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "interest left out",
                        25.0,
                        "You left the discount out. Later money weighs less.",
                    ),
                    Mistake(
                        "discounted the wrong way",
                        20.661,
                        "You made the cost of today smaller. It is the later amounts that weigh less.",
                    ),
                ],
            ),
            expect.call(
                0.3,
                1.2,
                0.06,
                0.06,
                0,
                gives=100 * (0.3 - 0.06 * left) / 1.2,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "sales under lax rules left out",
                        100 * 0.3 / (1.2 + 0.06 * left),
                        "The customers pay under lax rules too. Take that off the cost.",
                    ),
                    Mistake("sales left out", 25.0, "You left the sales out."),
                    *all_kept(20.0),
                ],
            ),
            expect.call(
                0.2,
                0.8,
                0.1,
                0.02,
                0,
                gives=100 * lax / (0.8 + 0.08 * left),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "late cost alone",
                        100 * lax / 0.8,
                        "Strict rules also change the sales: from won_if_lax to won_if_strict.",
                    ),
                    Mistake(
                        "sales under lax rules not taken off",
                        100 * lax / (0.8 + 0.1 * left),
                        "Under strict rules the sales under lax rules do not come. Strict rules add the difference of both.",
                    ),
                    Mistake(
                        "sales under strict rules left out",
                        100 * lax / (0.8 - 0.02 * left),
                        "Being early also wins won_if_strict when the rules turn strict.",
                    ),
                    *all_kept(20.4545),
                ],
            ),
        ],
        hints=(
            "What is the lead of complying now if the rules stay lax? And by how much does strictness raise it?",
            f"Lead if lax, in later money: {won_lax} - cost_now x (1 + discount). Strict rules add late_cost + {won_strict} - {won_lax}.",
            "cost_later = cost_now * (1 + discount_pct / 100)",
            f"return 100 * (cost_later - {won_lax}) / (late_cost + {won_strict} - {won_lax})",
        ),
    )
    figure = SheetCheck(
        "Two lines",
        name="q6_figure",
        kind="figure",
        expects="a matplotlib figure with a title, named lines, and axis labels that name % and USD bn",
        right="Title, units, lines and their names are there. Check for yourself that the title states what the lines show.",
        tests=[
            expect.figure_texts(x_unit="%", y_unit="USD bn"),
            expect.that(
                "There should be two lines: complying now, and waiting.",
                lambda figure: len(figure.axes[0].lines) >= 2,
            ),
            expect.that(
                "The x axis says %, but its values run from 0 to 1. Multiply the chances by 100.",
                lambda figure: max(max(line.get_xdata()) for line in figure.axes[0].lines) > 1.5,
                mistake="chances from 0 to 1",
            ),
            expect.that(
                "Both lines should run over all chances, from 0 to 100 %.",
                lambda figure: len(_ends_at_certainty(figure)) >= 2,
                mistake="part of the chances left out",
            ),
            expect.that(
                f"At a chance of 100 % one line should end near {ends[0]:.2f} and the other near {ends[1]:.2f} USD bn: complying now, and waiting.",
                lambda figure: all(
                    any(abs(end - wanted) < 0.01 for end in _ends_at_certainty(figure))
                    for wanted in ends
                ),
                mistake="not the two choices",
            ),
            expect.named(
                {
                    "complying now": (COMPLYING, lambda x, y: abs(y[x.argmax()] - ends[0]) < 0.01),
                    "waiting": (WAITING, lambda x, y: abs(y[x.argmax()] - ends[1]) < 0.01),
                }
            ),
        ],
        hints=(
            "One line for each choice, over chances from 0 to 100 %.",
            f"Use {case}.expected_values(chances): it gives both columns.",
            f"values = {case}.expected_values(np.linspace(0, 1, 21))",
            "axes.plot(100 * values.index, values['comply now'], label='comply now') and the same for 'wait'; then axes.legend(), title and labels",
        ),
    )
    skerrys = SheetCheck(
        "Skerry's break-even",
        kind="value",
        expects="a percentage between 0 and 100",
        right="Skerry's board puts the chance at 40 %, with a range from 10 to 70: its best guess lies above the break-even, its range on both sides of it.",
        tests=[
            expect.number(
                _break_even(late, left),
                "%",
                tolerance=0.3,
                mistakes=[
                    Mistake(
                        "interest left out",
                        _break_even(late, left, discount_pct=0),
                        "You left the discount of two years out.",
                    ),
                    Mistake(
                        "delay left out",
                        _break_even(late, left, cost_now=0.15),
                        "You left out the profit lost because the next model comes later.",
                    ),
                    Mistake(
                        "sales left out",
                        _break_even(late, 0),
                        "You left out what being ready wins, if rules are strict and if they are lax.",
                    ),
                    Mistake(
                        "lost profit left out",
                        _break_even(retrofit, left),
                        "Being unready costs a retrofit and lost profit. You counted the retrofit alone.",
                    ),
                    *(Mistake("the table's terms", value, of_table) for value in tables_break_even),
                ],
            )
        ],
        hints=(
            "List what complying costs now, and what being late costs.",
            "Use your function of Q3 with the sums of both costs on each side.",
            f"cost_now = 0.15 + 0.08; late_cost = {retrofit:g} + {lost:g}",
            f"break_even_pct(0.23, {late:g}, 0.1, 0.02, 21), about {_break_even(late, left):.1f} %",
        ),
    )
    part = SheetCheck(
        "Suppliers' part of Skerry's money",
        name="suppliers_part",
        kind="function",
        expects="suppliers_part(cloud_offer, fund_offer) that returns a percentage",
        right=f"The cloud firm's offer takes it to {100 * (theirs + 3) / (equity + 3):.0f} %, the fund's to {100 * theirs / (equity + 2):.0f} %: the larger cheque ties more.",
        tests=[
            expect.call(
                0,
                0,
                gives=100 * theirs / equity,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "fraction for percent", theirs / equity, "That is a fraction. Give percent."
                    ),
                    Mistake(
                        "cloud firm only",
                        100 * 1.5 / equity,
                        "The chip maker sells to Skerry, too. It is a supplier.",
                    ),
                    *(Mistake("the table's terms", value, of_table) for value in tables_part),
                ],
            ),
            expect.call(
                3,
                0,
                gives=100 * (theirs + 3) / (equity + 3),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "purchases counted as money",
                        100 * (theirs + 8) / (equity + 8),
                        "The purchases flow out. They are no money that comes in.",
                    )
                ],
            ),
            expect.call(
                0,
                2,
                gives=100 * theirs / (equity + 2),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "fund taken for a supplier",
                        100 * (theirs + 2) / (equity + 2),
                        "The fund sells Skerry no computing. Its money counts in the total only.",
                    )
                ],
            ),
            expect.call(
                1,
                4,
                gives=100 * (theirs + 1) / (equity + 5),
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "one offer left out of the total",
                        100 * (theirs + 1) / (equity + 4),
                        "Skerry may take both. Then both offers are in the total.",
                    )
                ],
            ),
        ],
        hints=(
            "Who among Skerry's owners sells computing to it?",
            "Suppliers: chip maker and cloud firm. Total: all three owners, and both offers.",
            f"suppliers = {chip_maker:g} + 1.5 + cloud_offer",
            f"return 100 * ({theirs:g} + cloud_offer) / ({equity:g} + cloud_offer + fund_offer)",
        ),
    )
    return {"q3": break_even, "q6": figure, "q7_break_even": skerrys, "q7_part": part}


def _cloud_parts(floor: float = 0, types=("cloud supplier",), investors=None) -> pd.Series:
    """Year -> percent of Anthropic's money so far that came from these types, rows under `floor` (USD bn) left out."""
    money = _anthropic_money().query("amount_usd_bn >= @floor")
    year, counts = money["date"].dt.year, money["investor_type"].isin(types)
    if investors:
        counts &= money["investor"].isin(investors)
    amounts = money["amount_usd_bn"]
    so_far = amounts.where(counts, 0.0).groupby(year).sum().cumsum()
    return 100 * so_far / amounts.groupby(year).sum().cumsum()


def _parts_in_percent(function) -> Feedback | None:
    if np.nanmax(function(_anthropic_money())) > 1:
        return None
    return Feedback.wrong(
        "Every part lies between 0 and 1: those are fractions. Give percent, 100 times as much.",
        FRACTION_FOR_PERCENT,
    )


def _cloud_money(floor: float = 0) -> dict[str, SheetCheck]:
    """Q5: rows of at least `floor` (USD bn) count."""
    parts = _cloud_parts(floor)
    chips_too = _cloud_parts(floor, ("cloud supplier", "chip supplier"))[2026]
    two_alone = _cloud_parts(floor, investors=PAIR)[2026]
    small, first = [], ""
    if floor:
        first = f" Before that, keep the rows of at least {floor:g}."

        def part_with(function, amount):
            """The part in 2031 of a made-up table in which the only cloud money of that year is this amount."""
            return function(_made_up_money().assign(amount_usd_bn=[amount, 3.0, 2.0, 1.0]))[2031]

        small = [
            expect.that(
                f"In a made-up table a cloud supplier's row of {floor - 0.001:g} bn has changed the part. It does not count: less than {floor:g} bn.",
                lambda f: abs(part_with(f, floor - 0.001) - 100 / 6) < 1e-6,
                mistake="small amounts left in",
            ),
            expect.that(
                f"In a made-up table a cloud supplier's row of exactly {floor:g} bn should count.",
                lambda f: abs(part_with(f, floor) - 100 * (1 + floor) / (6 + floor)) < 1e-6,
                mistake="the floor itself left out",
            ),
        ]
    check = SheetCheck(
        "Cloud money by year",
        name="cloud_part_by_year",
        kind="function",
        expects="cloud_part_by_year(money) that returns a Series, year -> percent",
        right=f"It rises to {parts[2024]:.0f} % and falls to {parts[2026]:.0f} %: with Microsoft and the firms not named, more than Amazon and Google alone.",
        tests=[
            expect.that(
                "The function returns nothing. End it with a return line.",
                lambda f: f(_anthropic_money()) is not None,
                mistake="print for return",
            ),
            expect.that(
                "Every part is 0 %: no row matched. See how investor_type spells it in the table.",
                lambda f: any(f(_anthropic_money()) != 0),
                mistake="no row matched",
            ),
            _parts_in_percent,
            *small,
            expect.that(
                "A chip supplier is no cloud supplier. Count the type 'cloud supplier' alone.",
                lambda f: abs(f(_anthropic_money())[2026] - chips_too) > 0.05,
                mistake="chip supplier counted",
            ),
            expect.that(
                "Microsoft and the firms not named are cloud suppliers too. Go by investor_type, not by name.",
                lambda f: abs(f(_anthropic_money())[2026] - two_alone) > 0.05,
                mistake="some cloud firms left out",
            ),
            expect.that(
                f"2024 should be {parts[2024]:.1f} %: all money so far, not the year's alone.",
                lambda f: abs(f(_anthropic_money())[2024] - parts[2024]) < 0.05,
                mistake="one year's money for all money so far",
            ),
            expect.that(
                f"2025 should be {parts[2025]:.1f} %, of all money so far.",
                lambda f: abs(f(_anthropic_money())[2025] - parts[2025]) < 0.05,
                mistake="one year's money for all money so far",
            ),
            expect.that(
                "2021 should be 0 %: others' money came in, the cloud firms' did not.",
                lambda f: abs(f(_anthropic_money())[2021]) < 1e-9,
                mistake="zero counted as missing",
            ),
            expect.that(
                f"2026 should be {parts[2026]:.1f} %.",
                lambda f: abs(f(_anthropic_money())[2026] - parts[2026]) < 0.05,
            ),
            expect.that(
                "For a small made-up table whose rows are not in order of time, 2030 should be 25 % and 2031 50 %. "
                "Use the table that the function is given, and add up by year.",
                lambda f: [round(float(part), 6) for part in f(_made_up_money())] == [25, 50],
                mistake="order of rows taken for order of time",
            ),
        ],
        hints=(
            "Two running sums by year: the cloud suppliers' money, and all money.",
            "Group by the year of the date, sum, then cumsum(), for both." + first,
            'all_so_far = money["amount_usd_bn"].groupby(money["date"].dt.year).sum().cumsum()',
            'cloud = money["amount_usd_bn"].where(money["investor_type"] == "cloud supplier", 0.0); '
            'cloud_so_far = cloud.groupby(money["date"].dt.year).sum().cumsum()',
        ),
    )
    return {"q5": check}


SHEET = {
    **_round_and_others(),
    **_paid_part(),
    **_skerrys_choice(),
    "q4": SheetCheck(
        "Put the lines in order",
        name="q4_order",
        kind="order",
        expects='a list of labels such as ["B", "A"]',
        right="The lead is 0.04: at a chance of 30 % complying now is a little better.",
        lines=(
            "wait = -chance * (retrofit + lost_sales)",
            "lead = comply - wait",
            "cost_now, retrofit, lost_sales = 0.2, 0.6, 0.2",
            "comply = -cost_now",
            "chance = 0.3",
            "wait = -(retrofit + lost_sales)",
        ),
        before=[
            ("C", "D", "it uses cost_now, which line C sets."),
            ("C", "A", "it uses retrofit and lost_sales, which line C sets."),
            ("E", "A", "it uses chance, which line E sets."),
            ("D", "B", "it uses comply, which line D sets."),
            ("A", "B", "it uses wait, which line A sets."),
        ],
        distractors={
            "F": "whoever waits pays the late cost only if the rules turn strict, so weigh it with the chance."
        },
        hints=(
            "Which lines need nothing from the others?",
            "A line can stand only after the lines that set its names.",
            "C and E first, in either order.",
            'For example ["C", "E", "D", "A", "B"]',
        ),
    ),
    **_cloud_money(),
}

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _round_and_others,
    "q2": _paid_part,
    "q3": _skerrys_choice,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _cloud_money,
}


MANUAL = {"q8": "marked by a person, by the lines of the rubric in its cell"}
