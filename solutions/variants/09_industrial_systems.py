"""Sheet 9: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

import math

from aicapital.data import load
from aicapital.grading.variants import Own, lines, options, relabelled

# Chips of the table that pass 4,800 and stay below 600 GB/s to other chips, as the A800 does.
NAMES = {"Nvidia A800": "A800", "Nvidia H800 SXM": "H800", "Nvidia L40S": "L40S"}
NAMES["Nvidia GeForce RTX 4090"] = "RTX 4090"
REASONS = {
    "A": "Under the rule of 2022 the A800 was controlled, since its TPP is above 4,800.",
    "B": "It meets one of the two tests, and that rule asked for both.",
    "C": "As it was not controlled in 2022, it may be sold anywhere to this day.",
}
RATED = load("rated_chips").set_index("chip")


def _first(chip, order):
    name, row = NAMES[chip], RATED.loc[chip]
    rate, bits = float(row["dense_tops"]), int(row["bit_length"])
    mine = {
        "A": f"Under the rule of 2022 the {name} was controlled, since its TPP is above 4,800.",
        "B": REASONS["B"],
        "C": "As that rule did not control it, it may be sold anywhere to this day.",
    }
    return {
        "rung-1": [
            ("### Q1. A chip made to a limit", "### Q1. A chip and two limits"),
            ("performance of the A800,", f"performance of the **{name}**,"),
            (
                "312 dense TFLOPS at 16 bits",
                f"{rate:g} dense {'TFLOPS' if bits == 16 else 'TOPS'} at {bits} bits",
            ),
            *options(REASONS, order, mine),
        ],
        "q1-predict": [
            ("q1_prediction = 4992", f"q1_prediction = {rate * bits:g}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [('loc["Nvidia A800"]', f'loc["{chip}"]')],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _denser(limit):
    return {
        "rung-2": [
            (
                "1,600 or more with a density of 5.92 or more.",
                f"1,600 or more with a density of **{limit}** or more (the published rule says 5.92; take {limit}).",
            )
        ],
        "q2-answer": [("density >= 5.92", f"density >= {limit}")],
        "q2-check": [
            (
                '(({8: 250}, 300, True), "3A090.a"),',
                f'(({{8: 250}}, {2000 / (limit + 0.04):.3f}, True), "3A090.a"),\n'
                f'    (({{8: 250}}, {2000 / (limit - 0.04):.3f}, True), "3A090.b"),',
            )
        ],
    }


def _limited_help(most):
    return {
        "q3-text": [
            (
                "of their own output, at once.",
                f"of their own output, at once, but all together no more than **{most} %** of usual use.",
            )
        ],
        "q3-answer": [
            (
                "missing = share - (100 - share) * spare_pct / 100",
                f"missing = share - min((100 - share) * spare_pct / 100, {most})",
            )
        ],
        "q3-check": [
            ("(21, 5, 1): 5.8651}", f"(21, 5, 1): 5.8651, (60, 150, 1): {100 / (60 - most):.4f}}}"),
            ("(40, 80, 0) == math.inf", "(15, 80, 0) == math.inf"),
        ],
    }


def _large_only(least):
    return {
        "q5-text": [
            (
                "**input → the largest supplier's share, in percent**.",
                "**input → the largest supplier's share, in percent**, for those inputs whose largest supplier has "
                f"**{least} %** or more.",
            )
        ],
        "q5-answer": [
            (
                'return own.groupby("input")["share_pct"].max()',
                f'largest = own.groupby("input")["share_pct"].max()\n    return largest[largest >= {least}]',
            )
        ],
        "q5-check": [
            (
                'assert float(largest_share(_half)["HBM"]) == 31',
                'assert float(largest_share(_half)["HBM"]) == 31\n'
                f'_small = _half.assign(share_pct=lambda rows: rows["share_pct"] * {least + 0.5} / 31)\n'
                f'assert "HBM" in largest_share(_small).index\n'
                f'_small = _half.assign(share_pct=lambda rows: rows["share_pct"] * {least - 0.5} / 31)\n'
                'assert "HBM" not in largest_share(_small).index',
            )
        ],
    }


def _costs(cluster, home, chance):
    """Chips (Alder, Birch), cost of their Alder part, and of the three plans (USD million); expected months of waiting."""
    alder, birch = math.ceil(cluster * 1e6 / 989), math.ceil(cluster * 1e6 / 148)
    wait = 6 + (1 - chance / 100) * home
    chips = alder * 0.036
    return alder, birch, chips, (chips + 4 * home, chips + 4 * wait, birch * 0.012), wait


def _plans(cluster, home, chance):
    alder, birch, chips, costs, wait = _costs(cluster, home, chance)
    even = 600 / home
    dear_month = math.ceil((costs[2] - chips) / min(wait, home))
    return {
        "title": [
            ("where a power line takes a year,", f"where a power line takes {home} months,"),
        ],
        "q6-text": [
            (
                "",
                f"Three terms differ from the table: the cluster must have **{cluster:g} million TFLOP/s**, the power "
                f"line at home takes **{home} months**, and the licence is given with a chance of **{chance} %**.",
            )
        ],
        "q6-answer": [
            (
                '_value["cluster_rate"] / _value["alder_rate"]',
                f'{cluster * 1e6:_.0f} / _value["alder_rate"]',
            ),
            (
                '_value["cluster_rate"] / (_value["birch_rate"]',
                f'{cluster * 1e6:_.0f} / (_value["birch_rate"]',
            ),
            ('_value["strait_licence_probability"] / 100', f"{chance} / 100"),
            (
                '_licence, _home, _month = _value[["strait_licence_wait", "home_wait", "month_of_delay"]]',
                f'_licence, _home, _month = _value["strait_licence_wait"], {home}, _value["month_of_delay"]',
            ),
        ],
        "q6-check-chips": [("(2023, 13514)", f"({alder}, {birch})")],
        "q6-check-costs": [
            ("(120.828, 116.028, 162.168)", f"({', '.join(f'{cost:.3f}' for cost in costs)})")
        ],
        "q7-answer": [
            ("Strait is cheaper from an even chance on", f"Strait is cheaper from {even:.0f} % on")
        ],
        "q8-answer": [
            ("116.0 against 120.8 million", f"{costs[1]:.1f} against {costs[0]:.1f} million"),
            ("a licence chance of 60 percent", f"a licence chance of {chance} percent"),
            ("below 50 it turns round", f"below {even:.0f} it turns round"),
            (
                "it costs 162.2 million, needs 13,514 chips",
                f"it costs {costs[2]:.1f} million, needs {birch:,} chips",
            ),
            ("for all 2,023 chips now", f"for all {alder:,} chips now"),
            (
                "With a month of delay at 9 million,",
                f"With a month of delay at {dear_month} million,",
            ),
        ],
    }


QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"chip": chip, "order": order}
            for chip, order in (
                ("Nvidia A800", "BCA"),
                ("Nvidia H800 SXM", "ACB"),
                ("Nvidia L40S", "CBA"),
                ("Nvidia GeForce RTX 4090", "BAC"),
                ("Nvidia A800", "CAB"),
                ("Nvidia H800 SXM", "BCA"),
                ("Nvidia L40S", "CAB"),
                ("Nvidia GeForce RTX 4090", "ABC"),
            )
        ],
        _first,
    ),
    # Neither Alder nor Birch comes near this limit, so their classes in Q6 stay.
    "q2": Own(
        ("q2-check",),
        [{"limit": limit} for limit in (4, 4.5, 5, 5.5, 6.25, 6.75, 7.25, 7.75)],
        _denser,
    ),
    # Above the 4 points that Skerry's memory makers could add, so the months of Q8 stay.
    "q3": Own(
        ("q3-check",), [{"most": most} for most in (18, 20, 22, 24, 26, 28, 30, 32)], _limited_help
    ),
    "q4": lines("q4-check", "q4-answer", ["C", "B", "A", "D", "F"], "ABCDEF"),
    "q5": Own(
        ("q5-check",),
        [{"least": least} for least in (16, 18, 20, 22, 24, 26, 28, 30)],
        _large_only,
    ),
    # The chance lies above the break-even, so Strait with Alder is the cheapest, as in the published sheet.
    "q6": Own(
        ("q6-check-chips", "q6-check-costs", "q7-check", "q8-answer"),
        [
            {"cluster": cluster, "home": home, "chance": chance}
            for cluster, home, chance in (
                (1.2, 10, 70),
                (1.4, 15, 50),
                (1.5, 9, 75),
                (1.7, 18, 45),
                (1.8, 14, 55),
                (2.2, 16, 50),
                (2.4, 11, 65),
                (2.5, 20, 40),
            )
        ],
        _plans,
        by_hand=lambda cluster, home, chance: (
            "home with Alder, Strait with Alder, Strait with Birch cost "
            + ", ".join(f"{cost:.1f}" for cost in _costs(cluster, home, chance)[3])
            + f" million; break-even {600 / home:.0f} %, chance {chance} %; power line {home} months"
        ),
    ),
}
