"""Sheet 10: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

import numpy as np

from aicapital.data.ties import MONEY, PURCHASES, ties
from aicapital.grading.variants import Own, lines, options, relabelled
from aicapital.learning.banks.will_capital_define_ai import STAYS
from aicapital.models.step_by_step import StepByStep

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven")
REASONS = {
    "A": "The smaller firm must be better.",
    "B": "The first choice makes the second more likely.",
    "C": "The larger firm has three choices, so it no longer needs more.",
}


def _first(large, small, order):
    whole = large + small
    chance = 100 * small / whole * (small + 1) / (whole + 1)
    mine = {**REASONS, "C": REASONS["C"].replace("three", WORDS[large])}
    return {
        "rung-1": [
            (
                "have three choices and one.",
                f"have **{WORDS[large]}** choices and **{WORDS[small]}**.",
            ),
            ("is more than a sixteenth.", f"is more than the square of {small}/{whole}."),
            *options(REASONS, order, mine),
        ],
        "q1-predict": [
            ("q1_prediction = 10", f"q1_prediction = {chance:.2f}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            ("start=(3, 1)", f"start=({large}, {small})"),
            ("start=(3, 2)", f"start=({large}, {small + 1})"),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _limited_size(most):
    pull = np.array([most, 30, 20]) ** 2
    chances = 0.9 * pull / pull.sum() + 0.1 / 3
    return {
        "rung-2": [
            (
                "A firm's pull is its size to the power of `strength`.",
                f"In this question no more than **{most}** choices of a firm count as its size. A firm's pull is its "
                "size to the power of `strength`.",
            )
        ],
        "q2-answer": [("pull = sizes**strength", f"pull = np.minimum(sizes, {most}) ** strength")],
        "q2-check": [
            (
                "((7, 2, 1, 1), 0, 0.1, (0.25, 0.25, 0.25, 0.25)),",
                "((7, 2, 1, 1), 0, 0.1, (0.25, 0.25, 0.25, 0.25)),\n"
                f"    ((120, 30, 20), 2, 0.1, ({', '.join(f'{chance:.7f}' for chance in chances)})),",
            )
        ],
    }


def _errors(times):
    return {
        "q3-text": [
            ("and its standard error in", f"and **{times} times** its standard error in"),
        ],
        "q3-answer": [
            ("and its standard error in points", f"and {times} standard errors in points"),
            ("# Goal 2: its standard error", f"# Goal 2: {times} times its standard error"),
            ("error = (share", f"error = {times} * (share"),
        ],
        "q3-check": [
            ("(50, 25))", f"(50, {25 * times:g}))"),
            ("(90, 3))", f"(90, {3 * times:g}))"),
            ("9.797959", f"{9.797959 * times:.6f}"),
        ],
    }


def _partners(table, day, firm):
    """Firm -> partners by the day, ties of `firm` aside."""
    found = {}
    for a, b, date in zip(table["from"], table["to"], table["date"], strict=True):
        if str(date)[:10] <= day and firm not in (a, b):
            found.setdefault(a, set()).add(b)
            found.setdefault(b, set()).add(a)
    return {name: len(others) for name, others in found.items()}


def _without(firm):
    day = "2026-03-03"
    then, money = (_partners(ties(kind, day), day, firm) for kind in (PURCHASES, MONEY))
    return {
        "q5-text": [
            (
                "A tie counts for both of its ends,",
                f"Ties of **{firm}** do not count at all. Any other tie counts for both of its ends,",
            )
        ],
        "q5-answer": [
            (
                'kept = ties[ties["date"] <= day][["from", "to"]]',
                f'others = (ties["from"] != "{firm}") & (ties["to"] != "{firm}")\n'
                '    kept = ties[(ties["date"] <= day) & others][["from", "to"]]',
            )
        ],
        "q5-check": [
            ("== (9, 4, 3)", f"== {then['OpenAI'], then['Anthropic'], then['Google']}"),
            (
                '_early = partners(ties(MONEY), "2022-12-30")',
                '_money = partners(ties(MONEY, "2026-03-03"), "2026-03-03")\n'
                f'assert "{firm}" not in _then.index and "{firm}" not in _money.index\n'
                f'assert _money["OpenAI"] == {money["OpenAI"]}\n'
                '_early = partners(ties(MONEY), "2022-12-30")',
            ),
        ],
    }


def _help(help_alone, help_alliance):
    ends = [float(StepByStep(1, rate).innovation(1.0)) for rate in (help_alone, help_alliance)]
    return {
        "q6-text": [
            (
                "",
                f"The help differs from the table: take **{help_alone}** a year alone and **{help_alliance}** a year in "
                "the alliance.",
            )
        ],
        "q6-answer": [
            (
                '(("help_alone", "alone"), ("help_alliance", "in the alliance"))',
                f'(({help_alone}, "alone"), ({help_alliance}, "in the alliance"))',
            ),
            ("StepByStep(1, _of[_help])", "StepByStep(1, _help)"),
        ],
        "q6-check": [("(1.0349, 1.1813)", f"({ends[0]:.4f}, {ends[1]:.4f})")],
    }


def _results(strength, diffusion, fee):
    """Chances of the next choice (percent) of Skerry and of the giant, alone and in the alliance; the break-even."""
    pull = np.array([30, 18, 6, 6]) ** strength
    part = pull / pull.sum()
    chances = [100 * ((1 - free) * part + free / 4) for free in (0.1, diffusion)]
    even = 10 + 100 * fee / (0.25 - part[3])
    return [c[3] for c in chances], [c[0] for c in chances], even


def _alliance(strength, diffusion, fee):
    skerry, giant, even = _results(strength, diffusion, fee)
    alone, stays = STAYS[strength, diffusion]
    return {
        "q7-text": [
            (
                "",
                f"Three terms differ from the table: the strength is **{strength}**, in the alliance "
                f"**{100 * diffusion:g} %** of choices do not depend on size, and its fee is **USD {fee} bn** a year.",
            )
        ],
        "q7-answer": [
            (
                '_diffusions = (_of["diffusion_alone"], _of["diffusion_alliance"])',
                f'_diffusions = (_of["diffusion_alone"], {diffusion})',
            ),
            ('_of["region_strength"], diffusion)[-1]', f"{strength}, diffusion)[-1]"),
            ('_points = _of["alliance_fee"]', f"_points = {fee}"),
            ('_of["region_strength"], 0)', f"{strength}, 0)"),
            ('UrnMarket(_start, _of["region_strength"],', f"UrnMarket(_start, {strength},"),
        ],
        "q7-check-next": [("(8.805, 14.203)", f"({skerry[0]:.3f}, {skerry[1]:.3f})")],
        "q7-check-break-even": [("32.229", f"{even:.3f}")],
        "q7-check-survive": [("(34.5, 91.3)", f"({alone}, {stays})")],
        "q8-answer": [
            ("really frees 40 percent", f"really frees {100 * diffusion:g} percent"),
            ("from 8.8 to 14.2 percent", f"from {skerry[0]:.1f} to {skerry[1]:.1f} percent"),
            ("a diffusion of 32 percent", f"a diffusion of {even:.0f} percent"),
            (
                "on 91 percent of simulated paths instead of 35",
                f"on {stays:.0f} percent of simulated paths instead of {alone:.0f}",
            ),
            ("at 30 percent the fee", f"at {even - 2:.0f} percent the fee"),
            ("The strength of 1.3", f"The strength of {strength}"),
            ("on one in ten Skerry shrinks", f"on {100 - stays:.0f} in a hundred Skerry shrinks"),
            ("on one in three it stays alone", f"on {alone:.0f} in a hundred it stays alone"),
            ("from 54 to 44 percent", f"from {giant[0]:.0f} to {giant[1]:.0f} percent"),
        ],
    }


def _by_hand(strength, diffusion, fee):
    skerry, _, even = _results(strength, diffusion, fee)
    alone, stays = STAYS[strength, diffusion]
    return (
        f"next choice {skerry[0]:.1f} % alone, {skerry[1]:.1f} % in the alliance; break-even {even:.1f} % of the "
        f"{100 * diffusion:g} % promised; survival {alone:.0f} and {stays:.0f} %"
    )


QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"large": large, "small": small, "order": order}
            for large, small, order in (
                (2, 1, "BCA"),
                (4, 1, "ACB"),
                (5, 1, "CAB"),
                (3, 2, "BAC"),
                (4, 2, "CBA"),
                (5, 2, "BCA"),
                (4, 3, "CAB"),
                (7, 1, "ACB"),
            )
        ],
        _first,
    ),
    # Every firm of Q7 is smaller than this limit, so its chances stay.
    "q2": Own(
        ("q2-check",),
        [{"most": most} for most in (35, 40, 45, 50, 60, 70, 80, 90)],
        _limited_size,
    ),
    "q3": Own(
        ("q3-check",),
        [{"times": times} for times in (1.28, 1.44, 1.5, 1.64, 1.96, 2, 2.33, 2.58)],
        _errors,
    ),
    "q4": lines("q4-check", "q4-answer", ["B", "A", "D", "G", "C", "E", "H"], "ABCDEFGH"),
    "q5": Own(
        ("q5-check",),
        [
            {"firm": firm}
            for firm in (
                "CoreWeave",
                "Nvidia",
                "SoftBank",
                "Amazon",
                "Thrive Capital",
                "Oracle",
                "AMD",
                "Cerebras",
            )
        ],
        _without,
    ),
    "q6": Own(
        ("q6-check",),
        [
            {"help_alone": alone, "help_alliance": alliance}
            for alone, alliance in (
                (0.1, 0.5),
                (0.1, 0.7),
                (0.15, 0.8),
                (0.15, 0.65),
                (0.25, 0.75),
                (0.25, 0.9),
                (0.3, 0.7),
                (0.3, 0.8),
            )
        ],
        _help,
    ),
    # The alliance promises more than the break-even in each, as in the published sheet.
    "q7": Own(
        ("q7-check-next", "q7-check-break-even", "q7-check-survive", "q8-answer"),
        [
            {"strength": strength, "diffusion": diffusion, "fee": fee}
            for strength, diffusion, fee in (
                (1.1, 0.5, 0.05),
                (1.15, 0.35, 0.03),
                (1.2, 0.55, 0.05),
                (1.25, 0.5, 0.03),
                (1.35, 0.35, 0.03),
                (1.4, 0.45, 0.04),
                (1.5, 0.4, 0.04),
                (1.45, 0.3, 0.03),
            )
        ],
        _alliance,
        by_hand=_by_hand,
    ),
}
