"""Lesson 06: what does the next drop in loss cost, and who can halve that cost?"""

import re

import numpy as np
import pandas as pd
from matplotlib.collections import PathCollection

from ...data import load
from ...data.assumptions import assumed
from ...data.scale import law_constants, race_terms, rate_terms
from ...data.tables import until_tables_change
from ...models.effective_compute import Rate, growth
from ...models.scale_race import JUST_BEYOND, ScaleRace
from ...models.scaling_law import ScalingLaw, training_flop
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
GOPHER = 5.76e23  # FLOP: the budget at which Hoffmann et al. 2022 compared Gopher and Chinchilla


@until_tables_change
def _law(fit: str = "besiroglu") -> ScalingLaw:
    return ScalingLaw(**law_constants(fit))


def _scale() -> dict[str, float]:
    law = _law()
    return {
        "half": law.compute_multiple(0.5),
        "tenth": law.compute_multiple(0.9),
        "floor": law.E,
        "ratio": law.tokens_per_parameter(GOPHER),
        "printed": _law("hoffmann_printed").tokens_per_parameter(GOPHER),
        "unrounded": _law("hoffmann_unrounded").tokens_per_parameter(GOPHER),
        "loss": law.optimal_loss(GOPHER),
        "loss_next": law.optimal_loss(10 * GOPHER),
    }


@until_tables_change
def _cases() -> pd.DataFrame:
    return load("efficiency_cases").set_index("row_id")


def _deepseek() -> dict[str, float]:
    v3 = _cases().loc["eff_training_cost_deepseek_v3_pre_training"]
    llama = _cases().loc["eff_training_cost_llama_3_1_405b"]
    total = _cases().loc["eff_training_cost_deepseek_v3_total"]
    active, stored, tokens = (v3[name] for name in ("active_parameters_bn", "total_parameters_bn", "training_tokens_trn"))  # fmt: skip
    flop = training_flop(active * 1e9, tokens * 1e12)
    big = training_flop(llama["active_parameters_bn"] * 1e9, llama["training_tokens_trn"] * 1e12)
    return {
        "active": active,
        "stored": stored,
        "tokens": tokens,
        "flop": flop / 1e24,
        "flop_stored": flop * stored / active / 1e24,
        "flop_serving": flop / 3 / 1e24,
        "llama": big / 1e24,
        "times": big / flop,
        "cost": total["cost_usd_m"],
        "hours": llama["gpu_hours_m"] / total["gpu_hours_m"],
    }


def _growth(algorithms: str = "rate_algorithms_published") -> dict[str, float]:
    rows = {"spending": "rate_training_cost", "hardware": "rate_gpu_ml", "algorithms": algorithms}
    table = growth({name: Rate.published(**rate_terms(row)) for name, row in rows.items()})
    total = table.loc["effective_compute"]
    shares = 100 * table["share_of_growth"]
    return {
        "total": total["factor"], "low": total["low"], "high": total["high"],
        "money": shares["spending"], "chips": shares["hardware"], "ideas": shares["algorithms"],
        "spending": table.at["spending", "factor"],
    }  # fmt: skip


def _halving() -> dict[str, float]:
    """Months in which the compute for the same loss halves, with the ends of its interval."""
    row = load("progress_rates").set_index("row_id").loc["rate_algorithms_published"]
    return {"months": row["value"], "fast": row["low"], "slow": row["high"]}


def _race() -> dict[str, float]:
    """A leader with more money, compute cheaper for both, an easy task; the lab's assumptions."""
    given = assumed("scale_race")
    race, ratio = ScaleRace(_law(), **race_terms(given)), given["budget_ratio"]
    before, after = race.after(), race.after(price_fall=given["price_fall"])
    beyond = before.leader_loss - JUST_BEYOND
    return {
        "ratio": ratio,
        "fall": given["price_fall"],
        "lead_before": 100 * before.lead(beyond),
        "lead_after": 100 * after.lead(beyond),
        "easy_before": 100 * before.lead(before.leader_loss - given["task"]),
        "easy_after": 100 * after.lead(before.leader_loss - given["task"]),
        "before": 100 * before.leader_share,
        "after": 100 * after.leader_share,
        "gap_before": before.loss_gap,
        "gap_after": after.loss_gap,
        "kept": 100 * race.after(algorithm_gain=ratio, finder="leader").leader_share,
        "follower": 100 * race.after(algorithm_gain=ratio).leader_share,
        "leaked": race.gain_to_overtake(0.5),
        "needed": race.gain_to_overtake(),
    }


def _largest(known_by: str | None) -> dict[str, object]:
    runs = load("training_runs", known_by).dropna(subset=["training_compute_flop"])
    top = runs.loc[runs["training_compute_flop"].idxmax()]
    ours = runs[runs["organisation"].eq("OpenAI")]["training_compute_flop"].max()
    return {
        "firm": top["organisation"],
        "model": top["model"],
        "year": top["published"].year,
        "flop": f"{top['training_compute_flop']:.1e}".replace("+", ""),
        "openai_share": 100 * ours / top["training_compute_flop"],
    }


def _small() -> dict[str, object]:
    phi = _cases().loc["eff_small_model_phi_3_mini"]
    palm = _cases().loc["eff_small_model_palm_540b"]
    saving = _cases()["measure_value"]
    return {
        "small": phi["total_parameters_bn"],
        "small_score": phi["score"],
        "big": palm["total_parameters_bn"],
        "big_score": palm["score"],
        "fewer": palm["total_parameters_bn"] / phi["total_parameters_bn"],
        "cache": saving[[row for row in saving.index if "kv_cache" in row][0]],
        "faster": saving[[row for row in saving.index if row.startswith("eff_quantisation") and "a100" in row][0]],
        **_deepseek(),
    }  # fmt: skip


def _prices() -> dict[str, float]:
    rows = (
        load("token_prices")
        .query("record_type == 'cheapest_at_level' and level == 'GPT-4'")
        .sort_values("date")
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    # Models of the Llama family have open weights, so any host may offer them.
    llamas = (
        load("token_prices")
        .query("record_type == 'cheapest_at_level' and level == 'GPT-3'")
        .sort_values("date")
    )
    llamas = llamas[llamas["model"].str.startswith("Llama")]
    early, late = llamas.iloc[0], llamas.iloc[-1]
    return {
        "open_first": early["blended_usd_per_m_tokens"],
        "open_first_model": early["model"],
        "open_last": late["blended_usd_per_m_tokens"],
        "open_last_model": late["model"],
        "open_months": (late["date"] - early["date"]).days / 30.4375,
        "first": first["blended_usd_per_m_tokens"],
        "last": last["blended_usd_per_m_tokens"],
        "fall": first["blended_usd_per_m_tokens"] / last["blended_usd_per_m_tokens"],
        "months": (last["date"] - first["date"]).days / 30.4375,
    }  # fmt: skip


LOST, SAME, GAINED = "its share falls", "its share stays", "its share grows"

QUESTIONS = [
    # ---- predictions
    Prediction(
        "half_the_rest",
        "A model's loss can be lowered only down to a floor. You want half of what is still above the floor, and you choose size and data in the best way. "
        "How many times as much training compute do you need?",
        unit="times",
        rel_tolerance=0.3,
        truth=lambda: _scale()["half"],
        explain="The part above the floor falls with a small power of compute. By the constants of 2024 half of it costs about {half:.0f} times the compute.",
        values=_scale,
    ),
    Prediction(
        "chinchilla_ratio",
        "With a fixed budget, how many training tokens should each parameter of a dense model get? Think of a budget of about 6e23 FLOP.",
        unit="tokens",
        rel_tolerance=0.3,
        truth=lambda: _scale()["ratio"],
        explain="About {ratio:.0f} by the refit of 2024; two of the three methods of 2022 say about 20.",
        values=_scale,
    ),
    Prediction(
        "cheaper_for_both",
        "A leader has {ratio:g} times the money of a follower, and its model is better. Now computing gets {fall:g} times cheaper for both. Both models can do what buyers want, and buyers compare the two losses. What happens to the leader's share of sales?",
        options=(GAINED, SAME, LOST),
        truth=lambda: LOST if _race()["after"] < _race()["before"] else GAINED,
        explain="The ratio of compute stays at {ratio:g}. Both come nearer to the floor, so the gap in loss shrinks from {gap_before:.3f} to {gap_after:.3f} nats, and the share from {before:.0f} to {after:.0f} %.",
        values=_race,
    ),
    # ---- checks
    Number(
        "run_flop",
        "DeepSeek-V3 stores {stored:.0f} billion parameters and uses {active:.0f} billion for each token. It was trained on {tokens} trillion tokens. How much training compute is that, in units of 1e24 FLOP?",
        answer=lambda: _deepseek()["flop"],
        unit="1e24 FLOP",
        rel_tolerance=0.02,
        expects="a number of 1e24 FLOP, such as 2.5",
        right="6 x active parameters x tokens. Llama 3.1 405B, a dense model, took {llama:.0f}: {times:.0f} times as much.",
        mistakes=[
            Mistake("all parameters counted", lambda: _deepseek()["flop_stored"], "You counted every stored parameter. A token passes through the active ones only."),
            Mistake("serving for training", lambda: _deepseek()["flop_serving"], "Two operations a parameter and token is the forward pass alone. Training also goes backwards: six."),
            Mistake("power of ten given twice", lambda: _deepseek()["flop"] * 1e24, "The arithmetic is right. The unit holds 1e24 already: leave it off."),
        ],
        hints=(
            "Which parameters does one token meet?",
            "C = 6 x active parameters x tokens",
            "C = 6 * {active:.0f}e9 * {tokens}e12",
            "{flop:.2f}e24 FLOP",
        ),
        values=_deepseek,
    ),
    Choice(
        "rounding_trap",
        "The paper prints the exponents 0.34 and 0.28. With them you get {printed:.0f} tokens a parameter; with the numbers before rounding {unrounded:.0f}. Why does so small a rounding matter so much?",
        [
            Option("The exponent stands above a very large number, so its second decimal moves the result", correct=True, why="At a budget near 1e24 FLOP one hundredth in an exponent is a factor of about 1.7. Keep the digits, or fit again."),
            Option("The printed numbers are a typing error, so nothing that uses them can be trusted", why="They are correct roundings. What fails is a calculation that needs more digits than were printed.", mistake="rounding taken for error"),
            Option("The two results differ little: both lie between a small and a large model", why="They lead to models of quite different size for the same money.", mistake="ratio read as a detail"),
        ],
        hints=("How large is the number under the exponent?", "Work out (1e24)**0.01.", "10**0.24 is about 1.7.", "The exponent stands above a very large number, so its second decimal moves the result"),
        values=_scale,
    ),
    Number(
        "next_cost",
        "Let the loss above the floor fall with the power 0.2 of compute. You want 80 % of today's loss above the floor. How many times as much compute?",
        answer=0.8 ** (-1 / 0.2),
        unit="times",
        rel_tolerance=0.02,
        expects="a number of times",
        right="Each further fifth off costs about three times the compute before it. That is the meaning of continuous capital.",
        mistakes=[
            Mistake("power not turned round", 0.8**-0.2, "You raised 0.8 to the power itself. Solve for compute: the power is turned round, 1 / 0.2."),
            Mistake("straight line", 1.25, "You took the loss as falling in proportion to compute. It falls with a small power of it."),
            Mistake("share cut instead of share left", 0.2 ** (-1 / 0.2), "That leaves 20 %. Here 80 % is left."),
        ],
        hints=("Write: share left = times ** -0.2.", "times = share ** (-1 / 0.2)", "times = 0.8 ** -5", "About 3.05 times"),
    ),
    Choice(
        "overtrain",
        "Many firms train a model smaller than the best size, on far more tokens than the rule says. Why can that be cheaper?",
        [
            Option("A smaller model needs less computing for each answer, for as long as it is in use", correct=True, why="The rule minimises training alone. With much use, serving (2 operations a parameter and token) outweighs it."),
            Option("A smaller model reaches a lower loss than the best size with the same training compute", why="By definition the best size has the lowest loss for the budget. What is saved comes later.", mistake="best size misread"),
            Option("More tokens lower the irreducible loss, which size alone cannot do", why="The floor does not move with data or size.", mistake="floor moved by data"),
        ],
        hints=("What does the rule leave out?", "Compare 6ND once with 2N for each token served.", "A model that serves many tokens pays 2N each time.", "A smaller model needs less computing for each answer, for as long as it is in use"),
    ),
    Code(
        "compute_factor",
        "Write `compute_factor(spending, doubling_years, halving_months)`: by which factor effective compute grows in one year. Then run the cell with `lesson.check(\"compute_factor\", compute_factor)`.",
        starter="def compute_factor(spending, doubling_years, halving_months):\n    return ...",
        tests=[
            expect.call(
                2, 1, 12, gives=8, tolerance=1e-9,
                mistakes=[
                    Mistake("added for multiplied", 6, "The three factors multiply."),
                    Mistake("a driver left out", 4, "All three count: money, chips, algorithms."),
                ],
            ),
            expect.call(
                1, 2, 6, gives=4 * 2**0.5, tolerance=1e-9,
                mistakes=[Mistake("times turned round", 2**2 * 2**0.5 / 4, "A shorter time means faster growth: years divide one, months divide twelve.")],
            ),
            expect.that("Twice the spending must give twice the factor.", lambda f: abs(f(4, 2, 8) - 2 * f(2, 2, 8)) < 1e-9),
        ],
        hints=("Turn each driver into a factor a year.", "Doubling in y years is 2 ** (1 / y) a year; halving in m months is 2 ** (12 / m).", "chips = 2 ** (1 / doubling_years)", "return spending * 2 ** (1 / doubling_years) * 2 ** (12 / halving_months)"),
        right="This is the product of the lab. Its intervals are the harder part.",
    ),
    Choice(
        "price_and_cost",
        "The cheapest price of GPT-4's level fell from USD {first:g} to {last:g} a million tokens in {months:.0f} months. Does that show that training got {fall:.0f} times cheaper?",
        [
            Option("No: it is the price of use, and margins, chips and competition are in it too", correct=True, why="It also holds a test that newer models may have seen in training. It shows what a buyer pays for a level, which is what matters to demand."),
            Option("Yes: price follows cost, and the largest cost of a model is its training", why="Training is paid once. The price of a token follows the cost of serving it, and the mood of the market.", mistake="training cost for serving price"),
            Option("No: the firms sell below cost, so the numbers say nothing about efficiency", why="No row here shows a firm's cost, so that is a guess. And at GPT-3's level the cheapest offers of models whose weights anybody can host fell as well: from {open_first:g} ({open_first_model}) to {open_last:g} ({open_last_model}) in {open_months:.0f} months. A smaller model with the same score is efficiency.", mistake="subsidy taken as proven"),
        ],
        hints=("What does the buyer pay for?", "Tell apart: training once, serving each token, margin.", "Ask what else moved in those months.", "No: it is the price of use, and margins, chips and competition are in it too"),
        values=_prices,
    ),
    Number(
        "overtake",
        "A leader has 9 times the follower's money. The follower finds an algorithm, and half of its gain (in logarithms) leaks to the leader. How large must the gain be for the follower to draw level?",
        answer=81.0,
        unit="times",
        rel_tolerance=0.02,
        expects="a number of times",
        right="What the follower keeps is the square root of the gain, and that must be 9. Leaks cut both ways: they protect whoever has the money.",
        mistakes=[
            Mistake("leak left out", 9.0, "That is enough if nothing leaks. Half of it does."),
            Mistake("leak halved in plain numbers", 18.0, "Half of the gain in logarithms is its square root, not half of it."),
            Mistake("root taken the wrong way", 3.0, "You took the root of the ratio of money. The follower keeps the root of its gain, and that root must be 9."),
        ],
        hints=("Which factor does the follower keep for itself?", "gain ** (1 - leak) = ratio of money", "gain ** 0.5 = 9", "81 times"),
    ),
    Choice(
        "third_condition",
        "Claim III.7 says that cheaper compute strengthens the leader. Prices fall equally for both. Under which condition does the race agree?",
        [
            Option("Buyers' tasks lie just beyond the leader's model of today, or only the leader can raise much more money", correct=True, why="Then equal prices meet unequal firms: only the leader reaches the task, or spends more. Both have limits: with the next fall the follower reaches the task too, and far down the curve much more money moves little."),
            Option("The leader starts with a much larger budget than the follower, whatever buyers want", why="A larger ratio makes the first gap wider. An equal fall of prices still leaves the ratio alone and shrinks the gap.", mistake="level for change"),
            Option("The scaling law has a low floor, so that more compute always lowers the loss", why="A lower floor changes both firms. The gap in loss still shrinks when both move down the curve.", mistake="law taken for market"),
        ],
        hints=("What must differ between the two firms?", "Move the task in the lab, then the extra spending.", "An equal fall leaves the ratio alone; look for the shaded tasks.", "Buyers' tasks lie just beyond the leader's model of today, or only the leader can raise much more money"),
    ),
]  # fmt: skip

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "III.1": _growth,
    "III.2": _scale,
    "III.3": lambda: {**_scale(), **_growth()},
    "III.4": lambda: _largest(ARTICLE),
    "III.5": _small,
    "III.6": _deepseek,
    "III.7": _race,
    "III.8": lambda: {**_race(), **_halving()},
}

_EASY = pd.DataFrame(
    {
        "row_id": ["a", "b", "c", "d", "e"],
        "model_parameters": [1e9, 2e9, 5e9, 1e9, 1e9],
        "tokens": [2e10, 4e10, 1e11, 2e10, 2e10],
        "compute_flop": [1.2e20, 4.8e21, 3.1e21, 1.0e20, 1.086e20],
    }
)


# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).
# Values are published figures or made-up ones of the running case; none is a formula of the solution.


def _first_question(
    model: str = "Chinchilla", size: float = 70, tokens: float = 1.4, order: str = "ABC"
) -> dict[str, SheetCheck]:
    """Q1: the model beside Gopher, its size (billion parameters), its tokens (trillion), the order of the sentences."""
    ratio = 1000 * tokens / size
    right = "Twenty tokens for each parameter: the rule that the field took from this paper."
    if model != "Chinchilla":
        right = f"{ratio:g} tokens for each parameter. The rule that the field took from the paper on Chinchilla is about twenty."
    prediction = SheetCheck(
        f"Tokens per parameter of {model}", kind="value", name="q1_prediction",
        expects="a number of tokens, such as 5 or 50",
        right=right,
        tests=[
            expect.that("Is it tokens for each parameter, or the other way round? Tokens are more.", lambda given: given > 1, mistake="ratio turned round"),
            expect.that(f"Divide {tokens:g} trillion by {size:g} billion.", lambda given: 0.75 * ratio <= given <= 1.25 * ratio),
        ],
        hints=("How many billions are a trillion?", "tokens / parameters", f"{1000 * tokens:g} billion / {size:g} billion", f"{ratio:g}"),
    )  # fmt: skip
    whose = "both" if model == "Chinchilla" else "Gopher"
    table = f"the table of the paper prints {GOPHER:.2e} FLOP for {whose}."
    reason = SheetCheck(
        "What the comparison shows", kind="value", name="q1_reason", expects='one of "A", "B", "C"',
        right=f"The compute is the same within a fifth, and split in another way. 6ND is a rule; {table}",
        tests=expect.letter("B", A=("Compare the two amounts of compute: they lie within a fifth of each other.", "size for compute"), C=("Nothing here speaks of serving.", "training for serving")),
        hints=("Look at the two lines of compute.", "One quantity is about equal, one is a quarter." if size == 70 else "One quantity is about equal, one is far smaller.", "Compute differs by less than a fifth.", "B"),
    )  # fmt: skip
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _size_for_budget(final_pct: float = 100) -> dict[str, SheetCheck]:
    """Q2: a budget of which `final_pct` percent go into the run itself."""
    part, root = final_pct / 100, (final_pct / 100) ** 0.5
    right, whole, times = "Your function gives the sizes of table 3 back.", [], ""
    if final_pct != 100:
        right = "With all of the budget in the run it would give the sizes of table 3 back."
        whole = [Mistake("tests taken for the run", 1e9, f"You put all of the budget into the run. Only {final_pct:g} % goes into it.")]  # fmt: skip
        times = f" * {part:g}"
    check = SheetCheck(
        "Best size by the rule", kind="function", name="size_for_budget",
        expects="size_for_budget(compute_flop, tokens_per_parameter) that returns parameters",
        right=right,
        tests=[
            expect.call(
                1.21e20, 20.2, gives=1e9 * root, rel_tolerance=0.01,
                mistakes=[
                    Mistake("six left out", (part * 1.21e20 / 20.2) ** 0.5, "Training takes six operations for each parameter and token."),
                    Mistake("root left out", part * 1.21e20 / (6 * 20.2), "C = 6 x N x (r x N): that is N squared."),
                    Mistake("tokens for size", 2.02e10 * root, "That is the number of tokens. Return the parameters."),
                    *whole,
                ],
            ),
            expect.call(9.9e24, 21.07, gives=2.8e11 * root, rel_tolerance=0.01),
            expect.that("Four times the budget gives twice the size.", lambda f: abs(f(4e22, 20) / f(1e22, 20) - 2) < 1e-9),
        ],
        hints=("Write D as ratio times N.", f"C{times} = 6 N (r N), so N = sqrt(C{times} / (6 r))", f"n_squared = compute_flop{times} / (6 * tokens_per_parameter)", "return n_squared ** 0.5"),
    )  # fmt: skip
    return {"q2": check}


def _next_drop(methods_pct: float = 100) -> dict[str, SheetCheck]:
    """Q3: better methods need `methods_pct` percent of the compute for any loss."""
    part = methods_pct / 100
    times, old, by = "", [], "by the refit of 2024"
    if methods_pct != 100:
        times, by = f" * {part:g}", f"{by}, with methods that need {methods_pct:g} % of it"
        old = [Mistake("better methods left out", 48.79, f"That is the compute with the old methods. The better ones need {methods_pct:g} % of it.")]  # fmt: skip
    check = SheetCheck(
        "Price of the next drop", kind="function", name="compute_multiple",
        expects="compute_multiple(share_left, alpha, beta) that returns a number of times",
        right=f"Half of the rest takes about {48.79 * part:.0f} times the compute {by}.",
        tests=[
            expect.call(
                0.5, 0.34781, 0.36585, gives=48.79 * part, rel_tolerance=0.001,
                mistakes=[
                    Mistake("one exponent only", part * 0.5 ** (-1 / 0.34781), "Size and data must both grow. The power of compute is alpha beta / (alpha + beta)."),
                    Mistake("power not turned round", part * 0.5**-0.178301, "Solve for compute: the power is one over gamma."),
                    Mistake("exponents added", part * 0.5 ** (-1 / (0.34781 + 0.36585)), "The powers do not add: alpha beta / (alpha + beta)."),
                    *old,
                ],
            ),
            expect.call(0.25, 1, 1, gives=16 * part, tolerance=1e-9),
            expect.call(1, 0.3, 0.4, gives=part, tolerance=1e-9),
        ],
        hints=("By which power of compute does the loss above the floor fall?", f"gamma = alpha beta / (alpha + beta); times = share ** (-1 / gamma){times}", "gamma = alpha * beta / (alpha + beta)", f"return share_left ** (-1 / gamma){times}"),
    )  # fmt: skip
    return {"q3": check}


def _does_not_add_up(smallest_bn: float = 0) -> dict[str, SheetCheck]:
    """Q5: only models of at least `smallest_bn` billion parameters count."""
    easy, extra, keep, ends = _EASY, [], "", []
    if smallest_bn:
        # The same five rows with models a hundred times as large, one at the limit and one below it.
        at = smallest_bn * 1e9
        easy = _EASY.assign(
            model_parameters=100 * _EASY["model_parameters"],
            compute_flop=100 * _EASY["compute_flop"],
        )
        limit = pd.DataFrame(
            {
                "row_id": ["f", "g"],
                "model_parameters": [at, 0.9 * at],
                "tokens": 2e11,
                "compute_flop": [2.4e12 * at, 2.16e12 * at],
            }
        )
        easy, extra = pd.concat([easy, limit], ignore_index=True), ["f"]
        keep = f", for models of {smallest_bn:g} billion parameters or more"
        ends = [
            expect.that(
                f"In a small table of our own row f has {smallest_bn:g} billion parameters, row g {0.9 * smallest_bn:g}; both print twice 6ND. Row f counts, row g does not.",
                lambda f: ("f" in map(str, f(easy, 0.1))) and ("g" not in map(str, f(easy, 0.1))),
                mistake="smallest size left out",
            )
        ]
    also = ", as does f" if smallest_bn else ""
    check = SheetCheck(
        "Does it add up?", kind="function", name="does_not_add_up",
        expects="does_not_add_up(points, tolerance) that returns a list of row_ids",
        right="One row of table A3 prints 1.26e24 where 6ND gives ten times as much. Try a tolerance of 0.03: three more rows are off by 4 to 5 %, more than rounding explains. The table keeps all as printed.",
        tests=[
            expect.that("The function returns nothing. End it with a return line.", lambda f: f(easy, 0.1) is not None, mistake="print for return"),
            *ends,
            expect.that(
                "In a small table of our own row e prints 9.5 % less than 6ND, so tolerance 0.1 lets it pass. Divide the difference by 6ND, not by the printed compute.",
                lambda f: sorted(map(str, f(easy, 0.1))) != ["b", "d", "e", *extra],
                mistake="share of the printed value",
            ),
            expect.that(
                f"In a small table of our own with tolerance 0.1, rows b and d are off{also}: b prints ten times 6ND, d prints a sixth less.",
                lambda f: sorted(map(str, f(easy, 0.1))) == ["b", "d", *extra],
            ),
            expect.that(f"With tolerance 0.3 only {'rows b and f are' if extra else 'row b is'} left.", lambda f: [str(row) for row in f(easy, 0.3)] == ["b", *extra], mistake="tolerance typed in"),
            expect.that(
                "In the table of the papers exactly one row is off by more than a tenth.",
                lambda f: [str(row) for row in f(load("scaling_laws").query("parameter == 'compute_optimal_point'"), 0.1)] == ["law_optimum_3_175b"],
            ),
            expect.that(
                "In the table of the papers four rows are off by more than 3 %.",
                lambda f: len(f(load("scaling_laws").query("parameter == 'compute_optimal_point'"), 0.03)) == 4,
            ),
        ],
        hints=("Work out 6ND for every row.", f"Compare{keep}: absolute value of (printed / 6ND - 1) with the tolerance.", 'implied = 6 * points["model_parameters"] * points["tokens"]', 'return points.loc[(points["compute_flop"] / implied - 1).abs() > tolerance, "row_id"].tolist()'),
    )  # fmt: skip
    return {"q5": check}


SIZES = (25, 50, 100, 200, 400)  # billion parameters, of Q6
BUDGET = 4e24  # FLOP that Skerry's money buys


@until_tables_change
def _losses(flop: float) -> np.ndarray:
    """Losses (nats) at the sizes of Q6 with this compute."""
    sizes = 1e9 * np.array(SIZES)
    return _law().loss(sizes, flop / (6 * sizes))


def _run_of_skerry(lost_pct: float = 0, small_bn: float = 85) -> dict[str, SheetCheck]:
    """Q6 to Q8: the part of the computing that restarts lose (percent), the smaller model (billion parameters)."""
    useful = 1 - lost_pct / 100
    return {
        "q6": _five_sizes(useful),
        "q7": _plan(useful),
        "q7_tokens": _tokens_of_the_smaller(useful, small_bn),
    }


BILLIONS = r"billion|\bbn\b|\bb\b|10\D{0,3}9|1e\+?0?9|giga"  # in the label of an axis


def _five_sizes(useful: float) -> SheetCheck:
    def drawn(figure) -> list[np.ndarray]:
        """Sizes and losses of each line, of points joined or not, from left to right."""
        lines = [line.get_data() for axes in figure.axes for line in axes.lines]
        dots = [
            np.ma.getdata(group.get_offsets()).T
            for axes in figure.axes
            for group in axes.collections
            if isinstance(group, PathCollection)
        ]
        found = [np.asarray(points, float) for points in (*lines, *dots)]
        return [points[:, np.argsort(points[0])] for points in found if points.shape[1] > 2]

    def curve(figure) -> Feedback | None:
        """The line, or the markers, stand at the five sizes, in billions or in parameters, with the right losses."""
        if not drawn(figure):
            return Feedback.wrong(
                "Nothing is drawn as a line or as points: use axes.plot(sizes, losses). Bars that start at 0 would "
                "hide differences this small.",
                "no line and no points",
            )
        sizes, losses = drawn(figure)[0]
        if len(sizes) != len(SIZES):
            return Feedback.wrong(
                "The line needs the five sizes and nothing else.", "sizes left out"
            )
        billions = any(
            re.search(BILLIONS, axes.get_xlabel(), re.IGNORECASE) for axes in figure.axes
        )
        if sizes.min() <= 1e6 and not billions:
            return Feedback.wrong(
                f"By its label your axis runs from {sizes.min():g} to {sizes.max():g} parameters. Write “billion "
                "parameters” there, or draw the parameters themselves.",
                "billions left out of the label",
            )
        if sizes.min() > 1e6 and billions:
            return Feedback.wrong(
                "Your label says billions, and the axis runs to 400 billion of them. Draw billions, or take the word "
                "out of the label.",
                "billions counted twice",
            )
        sizes = sizes / 1e9 if sizes.min() > 1e6 else sizes
        if not np.allclose(sizes, SIZES):
            return Feedback.wrong("The sizes are 25, 50, 100, 200 and 400 billion parameters.")
        if np.allclose(losses, _losses(BUDGET * useful), atol=6e-4):
            return None
        if np.allclose(losses, _losses(BUDGET), atol=6e-4):
            return Feedback.wrong(
                "Your line uses all of the computing that the money buys. Take off what restarts lose.",
                "restarts left out",
            )
        return Feedback.wrong(
            f"At 200 billion yours has a loss of {losses[3]:.3f}. Tokens are what the budget leaves: C / (6N)."
        )

    return SheetCheck(
        "One budget, five sizes", kind="figure", name="q6_figure",
        expects="a matplotlib figure with a title, and axis labels that name parameters and nats",
        right="Title, units and values are right. The curve is flat near its bottom: twice the size or half of it costs little loss.",
        tests=[
            expect.figure_texts(x_unit="parameters", y_unit="nats"),
            curve,
        ],
        hints=("How many tokens does the budget leave for each size?", "tokens = C / (6 N), then the law", f"tokens = [{f'{BUDGET * useful:.3g}'.replace('+', '')} / (6 * size * 1e9) for size in sizes]", "axes.plot(sizes, losses); then title and labels."),
    )  # fmt: skip


def _plan(useful: float) -> SheetCheck:
    # Along the best models size and tokens grow with these powers of the compute.
    size, tokens = useful ** (0.36585 / (0.34781 + 0.36585)), useful ** (0.34781 / (0.34781 + 0.36585))  # fmt: skip
    best = 1.95394e11 * size, 3.41191e12 * tokens
    all_of_it, times, compute = [], "", "the compute that the budget buys"
    if useful != 1:
        all_of_it = [Mistake("restarts left out", 1.95394e11, f"You let all of the computing train. {100 * (1 - useful):.0f} % of it is lost to restarts.")]  # fmt: skip
        times, compute = f" * {useful:g}", f"{useful:g} times {compute}"
    return SheetCheck(
        "Skerry's plan", kind="function", name="plan",
        expects="plan(budget_usd_m, flop_per_usd) that returns (parameters, tokens)",
        right=f"About {best[0] / 1e9:.0f} billion parameters and {best[1] / 1e12:.1f} trillion tokens for Skerry's budget.",
        tests=[
            expect.call(
                10, 4e17, gives=best, rel_tolerance=0.01, labels=("parameters", "tokens"),
                mistakes=[
                    Mistake("billions for parameters", best[0] / 1e9, "Give parameters and tokens themselves, not billions."),
                    Mistake("millions left out", 1.6409e+08 * size, "The budget is in millions of USD."),
                    Mistake("pair turned round", best[1], "That is the number of tokens. Parameters come first."),
                    Mistake("rule of twenty", (BUDGET * useful / 120) ** 0.5, "Twenty tokens a parameter is a rule of thumb. Use the law with its five constants."),
                    *all_of_it,
                ],
            ),
            expect.call(1.152, 5e17, gives=(7.2445e10 * size, 1.3251e12 * tokens), rel_tolerance=0.01, labels=("parameters", "tokens")),
            expect.that(f"The budget is in millions of USD: 6ND must give {compute}.", lambda f: abs(6 * np.prod(f(10, 1e17)) / (1e24 * useful) - 1) < 1e-6),
        ],
        hints=("First the compute: USD times FLOP a USD.", "N = G (C/6)^a with G = (alpha A / (beta B))^(1/(alpha+beta)), a = beta/(alpha+beta); D = C / (6N)", f"flop = budget_usd_m * 1e6 * flop_per_usd{times}", "Use ScalingLaw(**constants).optimal_parameters(flop), or the formula."),
    )  # fmt: skip


def _tokens_of_the_smaller(useful: float, small_bn: float) -> SheetCheck:
    def for_the_loss_of(flop: float) -> float:
        """Tokens (trillion) with which the smaller model has the loss of the best model of this compute."""
        return _law().tokens_for_loss(small_bn * 1e9, _law().optimal_loss(flop)) / 1e12

    def test(given) -> Feedback | None:
        needed, all_of_it = for_the_loss_of(BUDGET * useful), []
        if useful != 1:
            all_of_it = [Mistake("restarts left out", for_the_loss_of(BUDGET), "That is for a best model that all of the computing trains. Take off what restarts lose.")]  # fmt: skip
        return expect.number(needed, rel_tolerance=0.01, mistakes=[
            Mistake("tokens of the same budget", BUDGET * useful / (6 * small_bn * 1e9) / 1e12, "Those are the tokens of the same budget. For the same loss the smaller model needs more."),
            Mistake("tokens of the best model", _law().optimal_tokens(BUDGET * useful) / 1e12, "Those are the best model's tokens. The smaller model has to make up for its size."),
            Mistake("trillions left out", needed * 1e12, "That is in tokens. Give trillions of them."),
            *all_of_it,
            expect.rounded(needed, tolerance=1e-9),
        ])(given)  # fmt: skip

    test.reads_text = True
    return SheetCheck(
        "Tokens for the smaller model", kind="value", name="q7_tokens", expects="a number of trillion tokens, to one decimal",
        right="It fits into the tokens that Skerry has. Now set the extra training against the cheaper serving.",
        tests=[test],
        hints=("Which loss does the best model reach?", "Solve E + A/N^alpha + B/D^beta = that loss for D.", "room = best_loss - E - A / N**alpha", "D = (B / room) ** (1 / beta)"),
    )  # fmt: skip


SHEET = {
    **_first_question(),
    **_size_for_budget(),
    **_next_drop(),
    "q4": SheetCheck(
        "Put the lines in order", kind="order", name="q4_order",
        expects='a list of labels such as ["B", "A"]',
        right="A bit over seven times in a year: 1.5 from money, 1.4 from chips, 3.4 from algorithms.",
        lines=(
            "effective = money * chips * algorithms",
            "chips = 2 ** (1 / doubling_years)",
            "halving_months = 6.8",
            "money = 1.5",
            "effective = money + chips + algorithms",
            "algorithms = 2 ** (12 / halving_months)",
            "doubling_years = 2.07",
        ),
        before=[
            ("G", "B", "it uses doubling_years, which line G sets."),
            ("C", "F", "it uses halving_months, which line C sets."),
            ("B", "A", "it uses chips, which line B sets."),
            ("F", "A", "it uses algorithms, which line F sets."),
            ("D", "A", "it uses money, which line D sets."),
        ],
        distractors={"E": "it adds factors that multiply."},
        hints=("Which lines need nothing from the others?", "A line can stand only after the lines that set its names.", "G before B, C before F.", 'For example ["D", "G", "B", "C", "F", "A"]'),
    ),
    **_does_not_add_up(),
    **_run_of_skerry(),
}  # fmt: skip

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _first_question,
    "q2": _size_for_budget,
    "q3": _next_drop,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _does_not_add_up,
    "q6": _run_of_skerry,
}

MANUAL = {"q8": "marked by a person, by the four lines of the rubric in its cell"}
