"""Sheet 7: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

import math

from aicapital.data import load
from aicapital.grading.variants import Own, lines, options, relabelled

# Q1: Llama 3.1 405B as if trained on another chip. Hours with the same letter for the reason lie far apart.
SENTENCES = {
    "A": "The run cost about 30 million dollars.",
    "B": "At the given utilisation the published computing takes so many hours on such chips; what they cost depends on who "
    "pays for what.",
    "C": "All research for the model took so many hours.",
}
CHIPS = load("accelerators").set_index("chip")["bf16_dense_tflops"]
ELSEWHERE = (  # chip, utilisation in percent of its dense peak, order of the sentences
    ("B200", 40, "BCA"),
    ("H800", 45, "BAC"),
    ("TPU v5p", 45, "BCA"),
    ("B200", 30, "ABC"),
    ("A100", 45, "CBA"),
    ("GB200", 25, "CAB"),
    ("Ascend 910C", 40, "ACB"),
    ("A100", 40, "CAB"),
)


def _hours(chip, peak, utilisation, order):
    hours = 3.8e25 / (peak * 1e12 * utilisation / 100) / 3600 / 1e6
    mine = {**SENTENCES, "A": f"The run cost about {hours:.0f} million dollars."}
    return {
        "rung-1": [
            (
                "The cell below works out the chip-hours of Llama 3.1 405B, in millions.",
                "Llama 3.1 405B was trained on H100 chips. The cell below works out, in millions, the chip-hours that it "
                f"would take on **{chip}** chips at **{utilisation} %** of their dense peak.",
            ),
            *options(SENTENCES, order, mine),
        ],
        "q1-predict": [
            ("q1_prediction = 30", f"q1_prediction = {hours:.0f}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            ('.loc["H100"]', f'.loc["{chip}"]'),
            ("34.6 % of the dense peak", f"{utilisation} % of the dense peak"),
            ("0.346 * chip", f"{utilisation / 100:g} * chip"),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _lowest_hhi(smallest_pct):
    return {
        "q5-text": [
            (
                "which count as infinitely small.",
                f"which count as infinitely small. So does a firm with less than **{smallest_pct} %**.",
            )
        ],
        "q5-answer": [
            (
                'firms = shares[shares["share_type"] == "reported"]',
                'firms = shares[(shares["share_type"] == "reported") & '
                f'(shares["share_pct"] >= {smallest_pct})]',
            )
        ],
        "q5-check": [
            (
                '_half = load("market_shares").assign(share_pct=lambda rows: rows["share_pct"] / 2)\n'
                "assert abs(hhi_low(_half).sum() - _found.sum() / 4) < 1e-6",
                '_edges = load("market_shares").query("market == \'hbm\'")\n'
                f"_edges = _edges.assign(share_pct=[50, {smallest_pct}, {smallest_pct - 0.1:g}, 0])\n"
                f"assert abs(hhi_low(_edges).sum() - {2500 + smallest_pct**2}) < 1e-6",
            ),
            ("    len(_found)\n", "    (_found > 0).sum()\n"),
            (
                "share_type == 'reported'",
                f"share_type == 'reported' and share_pct >= {smallest_pct}",
            ),
        ],
    }


# Skerry's table.
COMPUTE, PEAK, DAYS, RENT, PRICE, SHIPPED, SITE_POWER = 4e24, 989, 90, 2.5, 36_000, 1500, 2.4


def _chips(compute, peak, utilisation, days, stopped_pct):
    hours = compute / (peak * 1e12 * utilisation / 100) / 3600
    return math.ceil(hours / (24 * days * (1 - stopped_pct / 100)))


def _numbers_of(stopped_pct, utilisation, network_pct):
    """Chips, chip-hours (million), rented and bought (USD million), power of all shipped chips (MW)."""
    chips = _chips(COMPUTE, PEAK, utilisation, DAYS, stopped_pct)
    hours = COMPUTE / (PEAK * 1e12 * utilisation / 100) / 3600 / 1e6
    power = SHIPPED * 700 * 1.8 * (1 + network_pct / 100) * 1.2 / 1e6
    return chips, hours, hours * RENT, chips * PRICE / 1e6, power


def _plan(stopped_pct, utilisation, network_pct):
    runs, draws = 1 - stopped_pct / 100, 1 + network_pct / 100
    chips, hours, rented, bought, power = _numbers_of(stopped_pct, utilisation, network_pct)
    nth = {7: "seventh", 8: "eighth"}[math.ceil(bought / rented)]
    fits = power <= SITE_POWER
    site = (
        f"{power:.2f} of the 2.4 MW that are built, so the plan adds up, with little to spare"
        if fits
        else f"{power:.2f} MW, more than the 2.4 that are built, so only the {chips:,} needed can run"
    )
    published = {
        (3.3e24, 989, 33, 60): ("(3.3e24, 989, 33, 60)", 1951),
        (3.8e25, 989.4, 34.6, 89.25): ("(3.8e25, 989.4, 34.6, 89.25)", 14396),
        (1e23, 312, 45, 30): ("(1e23, 312, 45, 30)", 275),
    }
    return {
        "rung-2": [
            (
                "running day and night?",
                f"running day and night but for the **{stopped_pct} %** of the time in which failures stop them all?",
            )
        ],
        "q2-answer": [("= 24 * days", f"= 24 * days * {runs:g}")],
        "q2-check": [
            (f"{text}: {expected}", f"{text}: {_chips(*given, stopped_pct)}")
            for given, (text, expected) in published.items()
        ],
        "q3-text": [
            (
                "the building `pue` times the servers.",
                f"the network another **{network_pct} %** of what the servers draw, the building `pue` times both.",
            )
        ],
        "q3-answer": [
            ("* server_overhead * pue / 1e6", f"* server_overhead * {draws:g} * pue / 1e6")
        ],
        "q3-check": [
            ("_built - 112.112)", f"_built - {112.112 * draws:.8g})"),
            ("_used - 67.2672)", f"_used - {67.2672 * draws:.8g})"),
            ("_built - 0.001)", f"_built - {0.001 * draws:.8g})"),
            ("_used - 0.001)", f"_used - {0.001 * draws:.8g})"),
        ],
        "rung-3": [
            (
                "",
                f"A test run reached **{utilisation} %** of the dense peak, not the 40 of the table: take that. The stops of "
                "question 2 and the network of question 3 count for Skerry, too.",
            )
        ],
        "q6-answer": [('_value["run_utilisation"]', f"{utilisation}")],
        "q7-text": [
            (
                "(compute / useful rate)",
                "(compute / useful rate; nobody pays for hours in which the chips stand still)",
            )
        ],
        "q7-answer": [('_value["run_utilisation"]', f"{utilisation}")],
        "q7-check-costs": [
            ("- 1301)", f"- {chips})"),
            ("- 7.0217)", f"- {rented:.4f})"),
            ("- 46.836)", f"- {bought:.3f})"),
        ],
        "q7-check-power": [
            (
                "- 2.268) < 0.01 and bool(q7_power[1])",
                f"- {power:.4f}) < 0.01 and bool(q7_power[1]) is {fits}",
            )
        ],
        "q8-answer": [
            ("takes 2.81 million chip-hours", f"takes {hours:.2f} million chip-hours"),
            ("7.0 million dollars at 2.50", f"{rented:.1f} million dollars at 2.50"),
            ("the 1,301 chips", f"the {chips:,} chips"),
            ("cost 46.8 million", f"cost {bought:.1f} million"),
            ("the seventh such run", f"the {nth} such run"),
            (
                "But 7 million is the last run only",
                f"But {rented:.1f} million is the last run only",
            ),
            ("nearer to 70 million", f"nearer to {10 * rented:.0f} million"),
            ("2.27 of the 2.4 MW that are built, so the plan adds up, with little to spare", site),
        ],
    }


def _for_the_marker(stopped_pct, utilisation, network_pct):
    chips, hours, rented, bought, power = _numbers_of(stopped_pct, utilisation, network_pct)
    return (
        f"{hours:.2f} m chip-hours, rented {rented:.1f} m; {chips:,} chips, bought {bought:.1f} m; all shipped chips draw "
        f"{power:.2f} of 2.4 MW, so it {'adds up' if power <= SITE_POWER else 'does not add up'}"
    )


QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"chip": chip, "peak": float(CHIPS[chip]), "utilisation": part, "order": order}
            for chip, part, order in ELSEWHERE
        ],
        _hours,
    ),
    # Questions 6 and 7 call the functions of 2 and 3. The run never needs more chips than were shipped; whether their
    # power is there differs.
    "q2": Own(
        (
            "q2-check",
            "q3-check",
            "q6-check",
            "q7-check-costs",
            "q7-check-power",
            "q8-answer",
        ),
        [
            {"stopped_pct": stopped, "utilisation": part, "network_pct": network}
            for stopped, part, network in (
                (3, 52, 9),
                (4, 44, 3),
                (5, 38, 1),
                (6, 47, 10),
                (8, 50, 12),
                (9, 41, 2),
                (10, 43, 8),
                (12, 54, 4),
            )
        ],
        _plan,
        by_hand=_for_the_marker,
    ),
    "q4": lines("q4-check", "q4-answer", ["G", "E", "C", "B", "A", "D"], "ABCDEFG"),
    "q5": Own(
        ("q5-check",),
        [{"smallest_pct": part} for part in (2, 3, 4, 5, 6, 7, 8, 10)],
        _lowest_hhi,
    ),
}
