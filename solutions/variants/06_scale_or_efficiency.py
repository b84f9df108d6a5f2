"""Sheet 6: what varies from learner to learner, and how the source follows (CONTRIBUTING.md, "Give a sheet own numbers")."""

from dataclasses import replace

from aicapital.data.scale import law_constants
from aicapital.grading.variants import Own, lines, options, relabelled
from aicapital.models.scaling_law import ScalingLaw, training_flop

LAW = ScalingLaw(**law_constants("besiroglu"))

# Q1: a made-up model on about Gopher's compute. Ratios with the same letter for the reason lie far apart.
SENTENCES = {
    "A": "Chinchilla needed a quarter of Gopher's training compute, because it is four times smaller.",
    "B": "Both took about the same training compute (within a fifth), split in another way.",
    "C": "Chinchilla is as expensive to serve as Gopher.",
}
PLANS = {  # billion parameters -> trillion tokens, words for Gopher's size over it, order of the sentences
    140: (0.7, "half", "two", "BCA"),
    56: (1.68, "a fifth", "five", "ABC"),
    40: (2.4, "a seventh", "seven", "BAC"),
    35: (2.8, "an eighth", "eight", "CAB"),
    28: (3.36, "a tenth", "ten", "CBA"),
    20: (4.8, "a fourteenth", "fourteen", "BCA"),
    17.5: (5.6, "a sixteenth", "sixteen", "ACB"),
    14: (7, "a twentieth", "twenty", "ABC"),
}


def _first(model, size, tokens, order):
    _, part, times, _ = PLANS[size]
    mine = {
        "A": f"{model} needs {part} of Gopher's training compute, because it is {times} times smaller.",
        "B": "Both take about the same training compute (within a fifth), split in another way.",
        "C": f"{model} is as expensive to serve as Gopher.",
    }
    name = model.lower()
    return {
        "rung-1": [
            (
                "Chinchilla had 70 billion and 1.4 trillion.",
                f"{model}, a made-up model, has **{size:g} billion** and **{tokens:g} trillion**.",
            ),
            *options(SENTENCES, order, mine),
        ],
        "q1-predict": [
            ("each parameter of Chinchilla", f"each parameter of {model}"),
            ("q1_prediction = 20", f"q1_prediction = {1000 * tokens / size:g}"),
            ('q1_reason = "B"', f'q1_reason = "{relabelled("B", order)}"'),
        ],
        "q1-worked": [
            (
                "chinchilla_flop = 6 * 70e9 * 1.4e12",
                f"{name}_flop = 6 * {size:g}e9 * {tokens:g}e12",
            ),
            ("Chinchilla: {chinchilla_flop:.2e}", f"{model}: {{{name}_flop:.2e}}"),
            ("Chinchilla: {1.4e12 / 70e9:.1f}", f"{model}: {{{tokens:g}e12 / {size:g}e9:.1f}}"),
        ],
        "q1-check": [('.upper() == "B"', f'.upper() == "{relabelled("B", order)}"')],
    }


def _size(final_pct):
    root = (final_pct / 100) ** 0.5
    return {
        "rung-2": [
            (
                "Which size does a budget of FLOP pay?",
                f"Of a budget of FLOP **{final_pct} %** goes into the run, the rest into tests before it. Which size does "
                "the budget pay?",
            )
        ],
        "q2-answer": [
            ("compute_flop / (6", f"compute_flop * {final_pct / 100:g} / (6"),
            (
                "# Goal 1: N squared, from C = 6 N D",
                "# Goal 1: N squared, from C of the run = 6 N D",
            ),
        ],
        "q2-check": [
            ("(6e20, 1): 1e10", f"(6e20, 1): {1e10 * root!r}"),
            ("(6e24, 25): 2e11", f"(6e24, 25): {2e11 * root!r}"),
            ("(5.4e21, 9): 1e10", f"(5.4e21, 9): {1e10 * root!r}"),
        ],
    }


def _next_drop(methods_pct):
    part = methods_pct / 100
    return {
        "q3-text": [
            (
                "How many times as much compute leaves",
                f"Better methods now need **{methods_pct} %** of the compute for any loss. With them, how many times as "
                "much compute leaves",
            )
        ],
        "q3-answer": [
            (
                "solve share_left = times ** -gamma for times",
                "solve share_left = times ** -gamma for times, then the better methods",
            ),
            ("share_left ** (-1 / gamma)", f"share_left ** (-1 / gamma) * {part:g}"),
        ],
        "q3-check": [
            ("(0.1, 1, 1): 100", f"(0.1, 1, 1): {100 * part:g}"),
            ("(0.5, 0.5, 0.5): 16", f"(0.5, 0.5, 0.5): {16 * part:g}"),
            ("2 ** (16 / 3)", f"{part:g} * 2 ** (16 / 3)"),
        ],
    }


def _adds_up(smallest_bn):
    at = f"{smallest_bn}e9"
    return {
        "q5-text": [
            (
                "in the order of the table.",
                f"in the order of the table. Leave out models of fewer than **{smallest_bn} billion** parameters.",
            )
        ],
        "q5-answer": [
            (
                'off = (points["compute_flop"] / implied - 1).abs() > tolerance',
                'off = (points["compute_flop"] / implied - 1).abs() > tolerance\n'
                f'    off &= points["model_parameters"] >= {at}',
            ),
            (
                "which rows are off by more than the tolerance",
                "which large models are off by more than the tolerance",
            ),
        ],
        "q5-check": [
            (
                "== len(_points)",
                f'== sum(_points["model_parameters"] >= {at})',
            ),
            (
                "_low = _points.head(1).assign(compute_flop=0.76 * 6 * 4e8 * 8e9)",
                "_low = _points.head(1).assign(\n"
                f"    model_parameters={at}, compute_flop=0.76 * 6 * {at} * 8e9\n"
                ")\n"
                "_lower = _low.assign(model_parameters=lambda rows: 0.99 * rows['model_parameters'])\n"
                "assert does_not_add_up(_lower, 0.1) == []",
            ),
        ],
    }


FLOP, SERVED = 4e24, 60e12  # Skerry's table: what the money buys, tokens served


def _numbers_of(lost_pct, small_bn):
    """FLOP that trains, best size, tokens (trillion) and FLOP of the smaller model with the same loss."""
    flop = FLOP * (1 - lost_pct / 100)
    tokens = LAW.tokens_for_loss(small_bn * 1e9, LAW.optimal_loss(flop))
    return (
        flop,
        LAW.optimal_parameters(flop),
        tokens / 1e12,
        training_flop(small_bn * 1e9, tokens),
    )


def _flop(value, digits=1):
    return f"{value:.{digits}e}".replace("e+", "e").replace(".0e", "e")


def _run(lost_pct, small_bn):
    useful = 1 - lost_pct / 100
    flop, best, tokens, longer = _numbers_of(lost_pct, small_bn)
    first, last = (LAW.loss(n * 1e9, flop / (6 * n * 1e9)) for n in (25, 400))
    serve_best, serve_small = 2 * best * SERVED, 2 * small_bn * 1e9 * SERVED
    powers = useful**LAW.parameter_power
    return {
        "rung-3": [
            (
                "",
                f"By a newer count **{lost_pct} %** of the computing that the money buys is lost to restarts and trains "
                "nothing. Take them off in questions 6 to 8.",
            )
        ],
        "q6-answer": [
            (
                'skerry.at["run_flop_per_usd", "value"]',
                f'skerry.at["run_flop_per_usd", "value"] * {useful:g}',
            )
        ],
        "q6-check": [("- 1.9590)", f"- {first:.4f})"), ("- 1.9317)", f"- {last:.4f})")],
        "q7-text": [
            (
                "the engineers' smaller model needs",
                f"the engineers' smaller model, now of **{small_bn} billion** parameters and not the 85 of the table, needs",
            )
        ],
        "q7-answer": [
            (
                "budget_usd_m * 1e6 * flop_per_usd",
                f"budget_usd_m * 1e6 * flop_per_usd * {useful:g}",
            ),
            ('skerry.at["run_small_parameters", "value"]', f"{small_bn}"),
        ],
        "q7-check-plan": [
            ("3.753e10", f"{3.753e10 * powers:.4g}"),
            ("1.117e12", f"{1.117e12 * powers:.4g}"),
            ("(_budget_usd_m * 1e6 * _per_usd)", f"(_budget_usd_m * 1e6 * _per_usd * {useful:g})"),
        ],
        "q7-check-tokens": [("11.225", f"{tokens:.3f}")],
        "q8-answer": [
            ("the 85-billion model", f"the {small_bn}-billion model"),
            (
                "costs 4e24 FLOP to train and about 2.3e25 to serve",
                f"takes {_flop(flop)} FLOP to train and about {_flop(serve_best)} to serve",
            ),
            (
                "the smaller one takes 5.7e24 to train but only 1e25 to serve, so in all about 1.6e25 against 2.7e25",
                f"the smaller one takes {_flop(longer)} to train but only {_flop(serve_small)} to serve, so in all about "
                f"{_flop(longer + serve_small)} against {_flop(flop + serve_best)}",
            ),
            ("It needs 11 trillion tokens", f"It needs {tokens:.0f} trillion tokens"),
            (
                "1.4 times the budget, about USD 14 m instead of 10",
                f"{longer / flop:.1f} times the budget, about USD {10 * longer / flop:.0f} m instead of 10",
            ),
            (
                "fewer than about 8 trillion tokens",
                f"fewer than about {(longer - flop) / (2 * (best - small_bn * 1e9)) / 1e12:.0f} trillion tokens",
            ),
        ],
    }


def _for_the_marker(lost_pct, small_bn):
    flop, best, tokens, longer = _numbers_of(lost_pct, small_bn)
    return (
        f"best size {best / 1e9:.0f} bn on {_flop(flop, 2)} FLOP; {small_bn} bn needs {tokens:.1f} trn tokens, "
        f"{longer / flop:.2f} times the compute"
    )


# Q4 takes many orders: the answer to the one left out is right for another one, too.
_LINES = lines("q4-check", "q4-answer", ["D", "G", "B", "C", "F", "A"], "ABCDEFG")

QUESTIONS = {
    "q1": Own(
        ("q1-check",),
        [
            {"model": "Heron", "size": size, "tokens": tokens, "order": order}
            for size, (tokens, _, _, order) in PLANS.items()
        ],
        _first,
    ),
    "q2": Own(
        ("q2-check",), [{"final_pct": part} for part in (50, 55, 60, 65, 70, 75, 80, 85)], _size
    ),
    "q3": Own(
        ("q3-check",),
        [{"methods_pct": part} for part in (20, 25, 30, 40, 50, 60, 75, 80)],
        _next_drop,
    ),
    "q4": replace(_LINES, numbers=[one for one in _LINES.numbers if one["order"] != "CDFABEG"]),
    "q5": Own(
        ("q5-check",),
        [{"smallest_bn": size} for size in (2, 3, 4, 5, 6, 8, 12, 20)],
        _adds_up,
    ),
    # The smaller model is a little less than half of the best size, as in the published sheet.
    "q6": Own(
        ("q6-check", "q7-check-plan", "q7-check-tokens", "q8-answer"),
        [
            {"lost_pct": lost, "small_bn": small}
            for lost, small in (
                (8, 76),
                (12, 76),
                (16, 76),
                (20, 75),
                (24, 74),
                (28, 72),
                (32, 70),
                (36, 68),
            )
        ],
        _run,
        by_hand=_for_the_marker,
    ),
}
