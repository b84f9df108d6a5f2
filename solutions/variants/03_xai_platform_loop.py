"""Sheet 3: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from dataclasses import replace

from aicapital.grading.variants import Own, lines, options, relabelled
from aicapital.models.data_loop import DataLoop

SENTENCES = {
    "A": "People leave the platform.",
    "B": "Two small parts multiply to a much smaller one.",
    "C": "The price is too high.",
}


def _first(activation_pct, retention_pct, order):
    mine = {**SENTENCES, "B": "Two parts multiply to a smaller one."}
    return {
        "rung-1": [
            (
                "the funnel of the platform that offers Skerry a merger: 12 %",
                f"the funnel of a rival platform of the same reach: **{activation_pct} %**",
            ),
            ("and 35 % of these", f"and **{retention_pct} %** of these"),
            *options(SENTENCES, order, mine),
        ],
        "q1-predict": [
            ("q1_prediction = 4.2", f"q1_prediction = {activation_pct * retention_pct / 100:.1f}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            (
                'reach, activation, retention = case[["platform_reach", "platform_activation", "platform_retention"]]',
                f'reach, activation, retention = case["platform_reach"], {activation_pct} / 100, {retention_pct} / 100',
            )
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _loop(usable_pct, ageing, placed=0.0, half=1.5, outside=0.03):
    return DataLoop(
        half_data=half * 100 / usable_pct,
        required_quality=0.5,
        steepness=3,
        outside_data=outside,
        ageing=ageing,
        placed=placed,
    )


def _rest(loop):
    return 100 * loop.simulate(0.05, 1000)["users"].iloc[-1]


def _ways(kept_pct, usable_pct, ageing):
    paid, usable = 1 - kept_pct / 100, usable_pct / 100
    platform, api = 3.36 * (30 * paid - 11), 0.06 * (1440 * paid - 700) - 20
    tips = 100 * _loop(usable_pct, ageing).tipping_point
    high = 100 * float(_loop(usable_pct, ageing).steady_states()["users"].max())

    def placed(share):
        return f"{_rest(_loop(usable_pct, ageing, share)):.2f}"

    return {
        "rung-2": [
            (
                "Serving is paid for",
                f"Whoever collects the payments keeps **{kept_pct} %** of the price. Serving is paid for",
            )
        ],
        "q2-answer": [("(price - serving)", f"(price * {paid:g} - serving)")],
        "q2-check": [
            ("60, 20, 0): 800", f"60, 20, 0): {20 * (60 * paid - 20):g}"),
            ("100, 40, 80): -250", f"100, 40, 80): {2.5 * (100 * paid - 40) - 400:g}"),
            ("7, 0, 0): 21", f"7, 0, 0): {21 * paid:g}"),
        ],
        "q3-text": [
            (
                "Quality is `data / (data + half_data)`.",
                f"Of the data only **{usable_pct} %** can be used; from these, quality is `used / (used + half_data)`.",
            )
        ],
        "q3-answer": [
            ("data / (data + half_data)", f"{usable:g} * data / ({usable:g} * data + half_data)")
        ],
        "q3-check": [("DataLoop(2.5, 0.4, 2.2)", f"DataLoop(2.5 / {usable:g}, 0.4, 2.2)")],
        "rung-3": [
            (
                "",
                f"Three terms are your own: what is kept of the price (Q2), what can be used of the data (Q3), and an ageing of **{ageing}** a period, whatever the table says.",
            )
        ],
        "q6-answer": [
            ('_value["loop_ageing"]', f"{ageing}"),
            (
                "Below about 14 % the loop dies down, above it grows to 62 %",
                f"Below about {tips:.0f} % the loop dies down, above it grows to {high:.0f} %",
            ),
        ],
        "q7-text": [
            (
                "`DataLoop` is imported.",
                "`DataLoop` is imported; it can use all data, so give it a `half_data` that has the same effect.",
            )
        ],
        "q7-answer": [
            (
                'half_data=_value["loop_half_data"]',
                f'half_data=_value["loop_half_data"] / {usable:g}',
            ),
            ('ageing=_value["loop_ageing"]', f"ageing={ageing}"),
        ],
        "q7-check-users": [
            (
                "{0.1: 68.4, 0.2: 72.6, 0.01: 1.3}",
                f"{{0.1: {placed(0.1)}, 0.2: {placed(0.2)}, 0.01: {placed(0.01)}}}",
            ),
            ("< 1.5", "< 0.4"),
        ],
        "q8-answer": [
            (
                "about 64 million a year, the API's 24 million",
                f"about {platform:.0f} million a year, the API's {api:.0f} million",
            ),
            (
                "less than three eighths of the 64",
                f"less than {100 * api / platform:.0f} percent of the {platform:.0f}",
            ),
            ("of the 444 that", f"of the {0.6 * (1440 * paid - 700):.0f} that"),
            ("tips at about 14 %", f"tips at about {tips:.0f} %"),
            ("to about two thirds", f"to about {placed(0.05)[:2]} %"),
            (
                "we end at 5.5 %",
                f"we end at {_rest(_loop(usable_pct, ageing, 0.05, half=3)):.1f} %",
            ),
            ("we reach 73 %", f"we reach {_rest(_loop(usable_pct, ageing, outside=0.3)):.0f} %"),
        ],
    }


def _floor_edits(floor):
    return {
        "q5-text": [
            (
                "for that metric only.",
                f"for that metric only. A product whose newest count is below **{floor} million** has no entry.",
            )
        ],
        "q5-answer": [
            (
                'return kept.groupby("product")["value_millions"].last()',
                f'newest = kept.groupby("product")["value_millions"].last()\n    return newest[newest >= {floor}]',
            )
        ],
        "q5-check": [
            (
                "assert latest_counts(_then.iloc[::-1]",
                f"for _count, _products in [({floor} + 0.02, 1), ({floor} - 0.02, 0)]:\n"
                "    _one = _then.query(\"product == 'ChatGPT'\").assign(value_millions=_count)\n"
                '    assert len(latest_counts(_one, "weekly_active_users")) == _products, _count\n'
                "assert latest_counts(_then.iloc[::-1]",
            )
        ],
    }


LINES = lines("q4-check", "q4-answer", ["D", "C", "G", "B", "E", "A"], "ABCDEFG", count=9)
QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"activation_pct": tries, "retention_pct": stay, "order": order}
            for tries, stay, order in (
                (8, 25, "BCA"),
                (10, 20, "ABC"),
                (5, 40, "CAB"),
                (15, 40, "BCA"),
                (20, 30, "ABC"),
                (12, 50, "CAB"),
                (22, 50, "BCA"),
                (20, 55, "ABC"),
                (44, 25, "CAB"),
            )
        ],
        _first,
    ),
    # The loop tips above the start of 5 % and ends high with the platform, as in the published sheet.
    "q2": Own(
        (
            "q2-check",
            "q3-check",
            "q6-check",
            "q7-check-gap",
            "q7-check-tipping",
            "q7-check-users",
            "q8-answer",
        ),
        [
            {"kept_pct": kept, "usable_pct": usable, "ageing": ageing}
            for kept, usable, ageing in (
                (3, 90, 0.3),
                (5, 70, 0.2),
                (7, 95, 0.3),
                (9, 75, 0.2),
                (11, 85, 0.3),
                (13, 80, 0.2),
            )
        ],
        _ways,
        by_hand=lambda kept_pct, usable_pct, ageing: (
            f"of the price {kept_pct} % is kept, of the data {usable_pct} % can be used, ageing {ageing}; the loop tips at "
            f"{100 * _loop(usable_pct, ageing).tipping_point:.1f} % and with 5 % placed ends at {_rest(_loop(usable_pct, ageing, 0.05)):.0f} %"
        ),
    ),
    # Two orders of these lines are right, so under these labels another learner's answer would be, too.
    "q4": replace(LINES, numbers=[one for one in LINES.numbers if one["order"] != "CGFEBDA"]),
    "q5": Own(
        ("q5-check",),
        [{"floor": floor} for floor in (0.5, 0.8, 1, 1.2, 1.5, 1.8, 2, 2.5)],
        _floor_edits,
    ),
}
