"""Lab: one training budget, every split of it between size and data."""

import math

import numpy as np

from ..data import load
from ..data.scale import law_constants, law_rows
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, QUIET
from ..models.scaling_law import ScalingLaw, training_flop
from .lab import Control, Lab, nearest

NAMES = {
    "Besiroglu et al. 2024": "besiroglu",
    "Hoffmann et al. 2022, unrounded exponents": "hoffmann_unrounded",
    "Hoffmann et al. 2022, printed exponents": "hoffmann_printed",
}
SIZES = np.logspace(8, 14, 240)
X, Y = (1e8, 1e14), (1.6, 3.7)
BUDGETS = tuple(round(21 + 0.1 * step, 1) for step in range(60))  # powers of ten of FLOP
STRETCHES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)


def scale_budget(prediction: float | None = None) -> Lab:
    """Loss of every model size that one budget can train; the best one, and one of your own size.

    prediction : tokens per parameter that you expect of the best model; the size that this ratio gives is drawn in.
    """
    laws = {name: ScalingLaw(**law_constants(fit)) for name, fit in NAMES.items()}

    def model(budget, size, fit):
        law, flop = laws[fit], 10**budget
        best = law.optimal_parameters(flop)
        own = size * best
        tokens = flop / training_flop(own, 1)
        best_loss, own_loss = law.optimal_loss(flop), law.loss(own, tokens)
        return {
            "curve": law.loss(SIZES, flop / training_flop(SIZES, np.ones_like(SIZES))),
            "best": best,
            "ratio": law.tokens_per_parameter(flop),
            "best_loss": best_loss,
            "own": own,
            "own_ratio": tokens / own,
            "own_loss": own_loss,
            "wasted": 1 - law.compute_for_loss(own_loss) / flop,
            "floor": law.E,
        }

    # The budget of Gopher, at which Hoffmann et al. compared it with Chinchilla.
    gopher = load("scaling_laws").set_index("row_id").at["law_optimum_1_67b", "compute_flop"]

    def scene():
        figure, axes = sheet(
            "For each budget one size is best: smaller lack room, larger lack data",
            "Estimates of Hoffmann et al. 2022 and of the refit of 2024, listed below. Dense models, C = 6ND. The runs behind the fits used at most 5e22 FLOP. Budget and size are yours.",
            height=4.3,
        )
        axes.set(
            xscale="log",
            xlim=X,
            ylim=Y,
            xlabel="Parameters N (all of them active)",
            ylabel="Loss, nats per token",
        )
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        inside = result["curve"] < Y[1]
        axes.plot(SIZES[inside], result["curve"][inside], color=INK)
        axes.axhline(result["floor"], color=QUIET, linestyle="--", linewidth=1)
        axes.text(
            1.3e8,
            result["floor"] + 0.03,
            f"irreducible loss {result['floor']:.2f}",
            fontsize=9,
            color=QUIET,
        )
        axes.plot([result["best"]], [result["best_loss"]], "o", color=INK, markersize=8)
        axes.plot([result["own"]], [min(result["own_loss"], Y[1])], "D", color=ACCENT, markersize=7)
        axes.text(
            1.3e8,
            3.57,
            f"best: {_amount(result['best'])} parameters, {_ratio(result['ratio'])} tokens each, loss {result['best_loss']:.2f}",
            fontsize=9.5,
            color=INK,
        )
        axes.text(
            1.3e8,
            3.42,
            f"yours: {_amount(result['own'])} parameters, {_ratio(result['own_ratio'])} tokens each, loss {result['own_loss']:.2f}",
            fontsize=9.5,
            color=ACCENT,
        )

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if prediction > 0:
            # The size that the budget pays at the predicted ratio, from C = 6ND.
            guess = math.sqrt(10 ** values["budget"] / (6 * prediction))
            if X[0] < guess < X[1]:
                axes.axvline(guess, ymax=0.83, color=ACCENT, linestyle=":", linewidth=2)
                left = guess > math.sqrt(X[0] * X[1])
                axes.text(
                    guess,
                    Y[0] + 0.03,
                    " your prediction ",
                    fontsize=9,
                    color=ACCENT,
                    ha="right" if left else "left",
                )

    def sentence(result, values):
        words = (
            f"With {_flop(values['budget'])} FLOP the best model has {_amount(result['best'])} parameters and {result['ratio']:.0f} tokens "
            f"for each; its loss is {result['best_loss']:.3f} nats per token. "
        )
        if values["size"] != 1:
            words += (
                f"Yours, {values['size']:g} times that size, has a loss of {result['own_loss']:.3f}; "
                f"a best-size model reaches it with {100 * result['wasted']:.0f} % less compute."
            )
        return words.strip()

    start = {
        "budget": nearest(BUDGETS, math.log10(gopher)),
        "size": 1.0,
        "fit": "Besiroglu et al. 2024",
    }
    return Lab(
        title="Lab: one budget, which model?",
        controls=[
            Control("budget", "Training budget, FLOP", BUDGETS, start["budget"], _flop),
            Control("size", "Your size, best size = 1", STRETCHES, 1.0, lambda stop: f"{stop:g}"),
            Control("fit", "Constants", tuple(NAMES), "Besiroglu et al. 2024"),
        ],
        presets={
            "Near Chinchilla's budget": start,
            "The same, printed exponents": start | {"fit": "Hoffmann et al. 2022, printed exponents"},
            "Llama 3.1 405B: budget of 4e25": start | {"budget": 25.6},
            "Overtrained: a tenth of the best size": start | {"size": 0.1},
            "GPT-3's way: too large, too little data": start | {"budget": 23.5, "size": 3.0},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[law_rows(fit) for fit in NAMES.values()],
        mark=mark,
        prediction=prediction,
        told="You predicted {} tokens per parameter.",
    )  # fmt: skip


def _flop(power: float) -> str:
    return f"{10 ** (power - math.floor(power)):.1f}e{math.floor(power)}"


def _amount(parameters: float) -> str:
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if parameters >= size:
            return f"{parameters / size:.3g} {word}"
    return f"{parameters:.3g}"


def _ratio(tokens_per_parameter: float) -> str:
    return (
        f"{tokens_per_parameter:,.0f}"
        if tokens_per_parameter >= 10
        else f"{tokens_per_parameter:.1f}"
    )
