"""Sheet 4: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from aicapital.data import load
from aicapital.grading.variants import Own, lines, options, relabelled
from aicapital.learning.banks.anthropic_safety_borrowed import _break_even, _cloud_parts

# Q1: rounds in which the old investors are not named. The parts lie so far apart that no prediction fits two of them under one order.
PAIR = "Amazon and Google"
SENTENCES = {
    "A": "Amazon and Google sold shares to the new investors.",
    "B": "Their money stays, but there is more money of others than before.",
    "C": "The company's price rose, so their money counts for less.",
}
MONTHS = {"Series E": "March 2025", "Series F": "September 2025", "Series G": "February 2026"}
ROUNDS = load("rival_rounds", known_by="2026-03-03").query(
    "company == 'Anthropic' and record_type == 'round'"
)
INVESTORS = load("rival_round_investors", known_by="2026-03-03")


def _first_numbers():
    for whose, name, order in (
        ("Google", "Series F", "BCA"),
        ("Amazon", "Series F", "ABC"),
        (PAIR, "Series F", "CAB"),
        ("Amazon", "Series E", "BCA"),
        (PAIR, "Series E", "ABC"),
        ("Google", "Series E", "CAB"),
        ("Google", "Series G", "BCA"),
        ("Amazon", "Series F", "CAB"),
    ):
        day = ROUNDS.loc[ROUNDS["round_name"] == name, "date"].item()
        known = ROUNDS[ROUNDS["date"] <= day]
        theirs = INVESTORS[
            INVESTORS["round_id"].isin(known["row_id"])
            & INVESTORS["investor"].isin(whose.split(" and "))
        ]
        amounts = known.set_index("round_name")["amount_committed_usd_bn"]
        yield {
            "whose": whose,
            "round_name": name,
            "theirs": round(float(theirs["amount_usd_bn"].sum()), 1),
            "before": round(float(amounts.drop(name).sum()), 1),
            "after": round(float(amounts.sum()), 1),
            "order": order,
        }


def _first(whose, round_name, theirs, before, after, order):
    day = ROUNDS.loc[ROUNDS["round_name"] == round_name, "date"].item()
    sentences = {
        "A": SENTENCES["A"].replace(PAIR, whose),
        "B": SENTENCES["B"].replace("Their", "The old"),
        "C": SENTENCES["C"].replace("their", "old"),
    }
    return {
        "rung-1": [
            (
                "came from Amazon and Google, before and after the round of February 2026. Neither is named among its "
                "investors. (If shares that Amazon reported later are inside it, the part after is higher, yet lower "
                "than before.) Before it was 37.9 %, and the round about doubled all money raised.",
                f"came from **{whose}**, before and after the **{round_name}** of {MONTHS[round_name]}. No money of theirs "
                f"is named in that round. Before it was **{100 * theirs / before:.1f} %**, and the round brings "
                f"**USD {after - before:.3g} bn** on top of the {before} bn raised before.",
            ),
            *options(SENTENCES, order, sentences),
        ],
        "q1-predict": [
            ("q1_prediction = 18.9", f"q1_prediction = {100 * theirs / after:.1f}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            (
                "record_type == 'round'\"",
                f"record_type == 'round' and date <= '{day:%Y-%m-%d}'\"",
            ),
            ("what the two have put in", f"what {whose} had put in"),
            ("['Amazon', 'Google']", f"{whose.split(' and ')}"),
            ("'Series G'", f"'{round_name}'"),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _paid_part(paid_pct):
    paid = paid_pct / 100

    def after(theirs, total, new, theirs_new):
        return 100 * (theirs + paid * theirs_new) / (total + paid * new)

    return {
        "rung-2": [
            (
                "it is inside `new_money`.",
                f"it is inside `new_money`. Both are promised: of every investor's new money only **{paid_pct} %** is paid "
                "in, and only what is paid in counts.",
            )
        ],
        "q2-answer": [
            ("= theirs + theirs_new", f"= theirs + {paid:g} * theirs_new"),
            ("= total + new_money", f"= total + {paid:g} * new_money"),
        ],
        "q2-check": [
            ("(1, 4, 4, 3) - 50)", f"(1, 4, 4, 3) - {after(1, 4, 4, 3)!r})"),
            ("(0, 7, 3, 1) - 10)", f"(0, 7, 3, 1) - {after(0, 7, 3, 1)!r})"),
        ],
    }


def _choice(keeps_pct, retrofit, lost, chip_maker):
    left = 1 - keeps_pct / 100
    even = _break_even(retrofit + lost, left)
    theirs, equity = chip_maker + 1.5, chip_maker + 2.7

    def q3(cost_now, late, strict, lax, discount):
        rest = cost_now * (1 + discount / 100) - left * lax
        return f"{100 * rest / (late + left * (strict - lax)):.5f}"

    def part(cloud, fund):
        return f"{100 * (theirs + cloud) / (equity + cloud + fund):.4f}"

    return {
        "q3-text": [
            (
                "Later it wins `won_if_strict` or `won_if_lax`.",
                "Later it wins `won_if_strict` or `won_if_lax`, and the marketplace that sells for the firm keeps "
                f"**{keeps_pct} %** of that.",
            )
        ],
        "q3-answer": [
            (
                "# Goal 2: what strict rules add to the lead of complying now",
                "# Goal 2: left_if_lax, and what strict rules add to the lead of complying now",
            ),
            (
                "added_if_strict = late_cost + won_if_strict - won_if_lax",
                f"left_if_lax = {left:g} * won_if_lax\n"
                f"    added_if_strict = late_cost + {left:g} * won_if_strict - left_if_lax",
            ),
            ("(cost_later - won_if_lax)", "(cost_later - left_if_lax)"),
        ],
        "q3-check": [
            ("18.3333", q3(0.1, 0.5, 0.1, 0, 10)),
            ("33.3333", q3(0.5, 1.0, 0.3, 0.1, 0)),
            ("_given[2]", f"{left:g} * _given[2]"),
            ("_given[3]", f"{left:g} * _given[3]"),
        ],
        "rung-3": [
            (
                "",
                f"Your terms differ from the table in three rows: the retrofit costs **USD {retrofit} bn**, the lost revenue "
                f"of an unready product is **USD {lost} bn**, and the chip maker has put in **USD {chip_maker} bn**. Of "
                f"what Skerry wins, a marketplace keeps its {keeps_pct} % as in Q3. `skerry_case` below has that already; "
                "retrofit and lost revenue are the table's.",
            )
        ],
        "skerry-case": [
            (
                "skerry_case = Compliance(",
                "from dataclasses import replace\n\nskerry_case = Compliance(",
            ),
            (
                'skerry.at["premium_if_strict", "value"]',
                f'{left:g} * skerry.at["premium_if_strict", "value"]',
            ),
            (
                'skerry.at["premium_if_lax", "value"]',
                f'{left:g} * skerry.at["premium_if_lax", "value"]',
            ),
        ],
        "q6-text": [
            (
                "`skerry_case.expected_values(chances)` gives both for a list of fractions.",
                "`my_case = replace(skerry_case, retrofit_cost=..., lost_sales=...)` takes your terms, and "
                "`my_case.expected_values(chances)` gives both for a list of fractions.",
            )
        ],
        "q6-answer": [
            (
                "_values = skerry_case.",
                f"my_case = replace(skerry_case, retrofit_cost={retrofit}, lost_sales={lost})\n_values = my_case.",
            ),
            ("about 28 %", f"about {even:.0f} %"),
        ],
        "q7-answer": [
            ("skerry_case.break_even", "my_case.break_even"),
            ('skerry.at["capital_chip_maker", "value"]', f"{chip_maker}"),
        ],
        "q7-check-break-even": [("27.774", f"{even:.3f}")],
        "q7-check-part": [
            ("68.6275", part(3, 2)),
            ("26.3158", part(0, 10)),
            ("80.6452", part(1, 0)),
        ],
        "q8-answer": [
            (
                "from 77 to 56 percent",
                f"from {100 * theirs / equity:.0f} to {100 * theirs / (equity + 2):.0f} percent",
            ),
            ("The break-even is 28 percent", f"The break-even is {even:.0f} percent"),
        ],
    }


def _floored(floor):
    until_2023, published = _cloud_parts(floor)[2023], "abs(_until_2023[2023] - 83.4)"
    return {
        "q5-text": [
            (
                "Use `date`, `investor_type` and `amount_usd_bn`.",
                f"Only rows of **USD {floor} bn or more** count, in both sums. Use `date`, `investor_type` and "
                "`amount_usd_bn`.",
            )
        ],
        "q5-answer": [
            ("# Goal 1: each row's amount", "# Goal 1: the rows that count, and each row's amount"),
            (
                '    cloud = money["amount_usd_bn"].where(',
                f'    money = money[money["amount_usd_bn"] >= {floor}]\n'
                '    cloud = money["amount_usd_bn"].where(',
            ),
        ],
        # A cloud supplier's row of 2031, brought to a little above and a little below the floor.
        "q5-check": [
            (
                "_until_2023 = ",
                f"for _amount, _counts in [({floor} + 0.002, True), ({floor} - 0.002, False)]:\n"
                "    _edge = _made_up.assign(amount_usd_bn=[_amount, 1.0, 1.0, 3.0, 2.0])\n"
                "    assert (cloud_part_by_year(_edge)[2031] > 20.1) == _counts, _amount\n"
                "_until_2023 = ",
            ),
            (published, published.replace("83.4", f"{until_2023:.2f}")),
        ],
    }


QUESTIONS = {
    "q1": Own(("q1-check",), list(_first_numbers()), _first),
    "q2": Own(
        ("q2-check",), [{"paid_pct": paid} for paid in (50, 55, 60, 65, 70, 75, 80, 85)], _paid_part
    ),
    # The break-even lies inside the board's range and below its own guess, as in the published sheet.
    "q3": Own(
        ("q3-check", "q6-check", "q7-check-break-even", "q7-check-part", "q8-answer"),
        [
            {"keeps_pct": keeps, "retrofit": retrofit, "lost": lost, "chip_maker": chip_maker}
            for keeps, retrofit, lost, chip_maker in (
                (5, 0.45, 0.25, 3.1),
                (8, 0.55, 0.2, 2.1),
                (10, 0.4, 0.4, 3.5),
                (12, 0.6, 0.3, 2.2),
                (15, 0.55, 0.4, 3.8),
                (18, 0.7, 0.3, 1.8),
                (20, 0.65, 0.4, 3.2),
                (25, 0.8, 0.3, 2.8),
            )
        ],
        _choice,
        by_hand=lambda keeps_pct, retrofit, lost, chip_maker: (
            f"being late costs {retrofit + lost:.2f} bn, of what is won {keeps_pct} % is kept: break-even at "
            f"{_break_even(retrofit + lost, 1 - keeps_pct / 100):.1f} %; suppliers' part "
            f"{100 * (chip_maker + 1.5) / (chip_maker + 2.7):.0f} % now, "
            f"{100 * (chip_maker + 4.5) / (chip_maker + 5.7):.0f} % with the cloud firm's offer, "
            f"{100 * (chip_maker + 1.5) / (chip_maker + 4.7):.0f} % with the fund's"
        ),
    ),
    # Five orders of these lines are right; none of them is right under another learner's labels.
    "q4": lines("q4-check", "q4-answer", ["C", "E", "D", "A", "B"], "ABCDEF"),
    "q5": Own(
        ("q5-check",),
        [{"floor": floor} for floor in (0.05, 0.06, 0.07, 0.08, 0.09, 0.1, 0.11, 0.12)],
        _floored,
    ),
}
