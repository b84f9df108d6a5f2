"""Lesson 04: is caution a cost, or an option that pays when the rules tighten?"""

import pandas as pd

from ...data import load
from ...models.decision_tree import Compliance
from .. import expect
from ..questions import (
    Choice,
    Code,
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
        explain="As committed, {openai_then:.0f} % of OpenAI's equity and at most {suppliers_then:.0f} % of Anthropic's. But {openai_open:,.0f} bn of OpenAI's had been announced four days before and not closed, a part of it on conditions. "
        "In closed rounds it is {openai_closed:.0f} % for OpenAI and {share_then:.0f} to {suppliers_then:.0f} % for Anthropic. The answer depends on the count.",
        values=_mix,
    ),
    Prediction(
        "break_even",
        "To comply now with rules that may come costs USD 0.2 bn. To wait costs nothing if rules stay lax, and USD 0.8 bn (retrofit and lost sales) if they turn strict. "
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
        "Complying now costs USD 0.3 bn and wins 0.06 bn of sales from careful customers, whatever the rules. Waiting costs 1.2 bn if rules turn strict. No interest. "
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

# Values below are published figures or made-up ones of the running case; none is a formula of the solution.
SHEET = {
    "q1_prediction": SheetCheck(
        "The part of Amazon and Google after Series G",
        kind="value",
        expects="a percentage, such as 25 or 20.5",
        right="You made a prediction in the right direction. Now compare it with the output.",
        tests=[
            expect.that(
                "A part is a number in percent.", lambda given: isinstance(given, int | float)
            ),
            expect.that(
                "Most of that round was others' money, so their part cannot stay or grow.",
                lambda given: given < 37.9,
                mistake="others' money forgotten",
            ),
            expect.that(
                "Below 12 % the round would have to be far larger than all money before it.",
                lambda given: given > 12,
                mistake="fraction for percent",
            ),
        ],
        hints=(
            "Does the part grow, stay or shrink?",
            "Their money stays, all money grows.",
            "part_after = 100 * 11.3 / (29.8 + 30)",
            "About 18.9 %",
        ),
    ),
    "q1_reason": SheetCheck(
        "Why the part shrinks",
        kind="value",
        expects='one of "A", "B", "C"',
        right="The tables show no sale by either. The round about doubled the money, and its announcement names neither. If the 5 bn of Series G shares that Amazon reported later are inside the 30, the part is 27 %: still lower than before.",
        tests=[
            expect.that(
                "A sale of old shares would change who owns them, not how much money the firm has raised.",
                lambda given: str(given).strip().upper() != "A",
                mistake="secondary taken for primary",
            ),
            expect.that(
                "What has been paid in stays paid in. A higher price changes what a new share costs.",
                lambda given: str(given).strip().upper() != "C",
                mistake="price taken for money",
            ),
            expect.that("Pick A, B or C.", lambda given: str(given).strip().upper() == "B"),
        ],
        hints=(
            "Which of the two amounts in the fraction changes?",
            "Their money before and after; all money before and after.",
            "11.3 stays, 29.8 becomes 59.8.",
            "B",
        ),
    ),
    "q2": SheetCheck(
        "A part of the money, after a round",
        name="part_after_round",
        kind="function",
        expects="part_after_round(theirs, total, new_money, theirs_new) that returns a percentage",
        right="It gives 18.9 % after Series G and 24.1 % after the spring of 2026, if the 10 bn of cloud firms not named are Google's. It changes nothing when no money comes in.",
        tests=[
            expect.call(
                11.3,
                29.8,
                30,
                0,
                gives=18.896,
                tolerance=0.01,
                mistakes=[
                    Mistake("old total", 37.919, "You divided by the money from before the round."),
                    Mistake("new money only", 37.667, "You divided by the new money alone."),
                    Mistake("fraction for percent", 0.18896, "That is a fraction. Give percent."),
                ],
            ),
            expect.call(
                11.3,
                59.8,
                70,
                20,
                gives=24.114,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "their new money left out",
                        8.706,
                        "They put 20 into this round. It counts as theirs, too.",
                    ),
                    Mistake(
                        "their new money counted twice",
                        20.895,
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
            "theirs + theirs_new, over total + new_money.",
            "theirs_after = theirs + theirs_new",
            "return 100 * (theirs + theirs_new) / (total + new_money)",
        ),
    ),
    "q3": SheetCheck(
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
                gives=20.0,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "sales under lax rules left out",
                        23.81,
                        "The customers pay under lax rules too. Take that off the cost.",
                    ),
                    Mistake("sales left out", 25.0, "You left the sales out."),
                ],
            ),
            expect.call(
                0.2,
                0.8,
                0.1,
                0.02,
                0,
                gives=20.4545,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "late cost alone",
                        22.5,
                        "Strict rules also change the sales: from won_if_lax to won_if_strict.",
                    ),
                    Mistake(
                        "sales under lax rules not taken off",
                        20.0,
                        "Under strict rules the sales under lax rules do not come. Strict rules add the difference of both.",
                    ),
                    Mistake(
                        "sales under strict rules left out",
                        23.0769,
                        "Being early also wins won_if_strict when the rules turn strict.",
                    ),
                ],
            ),
        ],
        hints=(
            "What is the lead of complying now if the rules stay lax? And by how much does strictness raise it?",
            "Lead if lax, in later money: won_if_lax - cost_now x (1 + discount). Strict rules add late_cost + won_if_strict - won_if_lax.",
            "cost_later = cost_now * (1 + discount_pct / 100)",
            "return 100 * (cost_later - won_if_lax) / (late_cost + won_if_strict - won_if_lax)",
        ),
    ),
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
    "q5": SheetCheck(
        "Cloud money by year",
        name="cloud_part_by_year",
        kind="function",
        expects="cloud_part_by_year(money) that returns a Series, year -> percent",
        right="It rises to 84 % and falls to 28 %: with Microsoft and the firms not named, more than Amazon and Google alone.",
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
            expect.that(
                "A chip supplier is no cloud supplier. Count the type 'cloud supplier' alone.",
                lambda f: abs(f(_anthropic_money())[2026] - 35.7) > 0.05,
                mistake="chip supplier counted",
            ),
            expect.that(
                "Microsoft and the firms not named are cloud suppliers too. Go by investor_type, not by name.",
                lambda f: abs(f(_anthropic_money())[2026] - 16.4) > 0.05,
                mistake="some cloud firms left out",
            ),
            expect.that(
                "2024 should be 83.7 %: all money so far, not the year's alone.",
                lambda f: abs(f(_anthropic_money())[2024] - 83.7) < 0.05,
                mistake="one year's money for all money so far",
            ),
            expect.that(
                "2025 should be 37.9 %, also in percent.",
                lambda f: abs(f(_anthropic_money())[2025] - 37.9) < 0.05,
                mistake="one year's money for all money so far",
            ),
            expect.that(
                "2021 should be 0 %: others' money came in, the cloud firms' did not.",
                lambda f: abs(f(_anthropic_money())[2021]) < 1e-9,
                mistake="zero counted as missing",
            ),
            expect.that(
                "2026 should be 28.0 %.", lambda f: abs(f(_anthropic_money())[2026] - 28.0) < 0.05
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
            "Group by the year of the date, sum, then cumsum(), for both.",
            "total = money.groupby(money['date'].dt.year)['amount_usd_bn'].sum().cumsum()",
            "cloud = the same of money with amounts of other types set to 0; return 100 * cloud / total",
        ),
    ),
    "q6": SheetCheck(
        "Two lines",
        name="q6_figure",
        kind="figure",
        expects="a matplotlib figure with a title, and axis labels that name % and USD bn",
        right="Title, units and lines are there. Check for yourself that the title states what the lines show.",
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
                "At a chance of 100 % one line should end near -0.15 and the other near -0.70 USD bn: complying now, and waiting.",
                lambda figure: all(
                    any(abs(end - wanted) < 0.01 for end in _ends_at_certainty(figure))
                    for wanted in (-0.147, -0.702)
                ),
                mistake="not the two choices",
            ),
        ],
        hints=(
            "One line for each choice, over chances from 0 to 100 %.",
            "Use skerry_case.expected_values(chances): it gives both columns.",
            "values = skerry_case.expected_values(np.linspace(0, 1, 21))",
            "axes.plot(100 * values.index, values['comply now']) and the same for 'wait'; then title and labels",
        ),
    ),
    "q7_break_even": SheetCheck(
        "Skerry's break-even",
        kind="value",
        expects="a percentage between 0 and 100",
        right="Skerry's board puts the chance at 40 %, with a range from 10 to 70: its best guess lies above the break-even, its range on both sides of it.",
        tests=[
            expect.number(
                27.77,
                "%",
                tolerance=0.3,
                mistakes=[
                    Mistake("interest left out", 22.58, "You left the discount of two years out."),
                    Mistake(
                        "delay left out",
                        17.37,
                        "You left out the revenue lost because the next model comes later.",
                    ),
                    Mistake(
                        "sales left out",
                        32.74,
                        "You left out what being ready wins, if rules are strict and if they are lax.",
                    ),
                    Mistake(
                        "lost revenue left out",
                        44.53,
                        "Being unready costs a retrofit and lost revenue. You counted the retrofit alone.",
                    ),
                ],
            )
        ],
        hints=(
            "List what complying costs now, and what being late costs.",
            "Use your function of Q3 with the sums of both costs on each side.",
            "cost_now = 0.15 + 0.08; late_cost = 0.5 + 0.35",
            "break_even_pct(0.23, 0.85, 0.1, 0.02, 21), about 27.8 %",
        ),
    ),
    "q7_part": SheetCheck(
        "Suppliers' part of Skerry's money",
        name="suppliers_part",
        kind="function",
        expects="suppliers_part(cloud_offer, fund_offer) that returns a percentage",
        right="The cloud firm's offer takes it to 85 %, the fund's to 56 %: the larger cheque ties more.",
        tests=[
            expect.call(
                0,
                0,
                gives=76.923,
                tolerance=0.01,
                mistakes=[
                    Mistake("fraction for percent", 0.76923, "That is a fraction. Give percent."),
                    Mistake(
                        "cloud firm only",
                        28.846,
                        "The chip maker sells to Skerry, too. It is a supplier.",
                    ),
                ],
            ),
            expect.call(
                3,
                0,
                gives=85.366,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "purchases counted as money",
                        90.909,
                        "The purchases flow out. They are no money that comes in.",
                    )
                ],
            ),
            expect.call(
                0,
                2,
                gives=55.556,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "fund taken for a supplier",
                        83.333,
                        "The fund sells Skerry no computing. Its money counts in the total only.",
                    )
                ],
            ),
            expect.call(
                1,
                4,
                gives=49.0196,
                tolerance=0.01,
                mistakes=[
                    Mistake(
                        "one offer left out of the total",
                        54.348,
                        "Skerry may take both. Then both offers are in the total.",
                    )
                ],
            ),
        ],
        hints=(
            "Who among Skerry's owners sells computing to it?",
            "Suppliers: chip maker and cloud firm. Total: all three owners, and both offers.",
            "suppliers = 2.5 + 1.5 + cloud_offer",
            "return 100 * (4 + cloud_offer) / (5.2 + cloud_offer + fund_offer)",
        ),
    ),
}


MANUAL = {"q8": "marked by a person, by the lines of the rubric in its cell"}


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
