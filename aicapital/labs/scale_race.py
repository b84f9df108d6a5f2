"""Lab: two firms, cheaper compute and a better algorithm: whose lead grows?"""

import math

from ..data.scale import law_constants
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, QUIET
from ..models.scale_race import ScaleRace
from ..models.scaling_law import ScalingLaw
from .lab import Control, Lab

FOLLOWER_BUDGET = 100.0  # USD m, assumed; the leader's is a multiple of it
FLOP_PER_USD = 5e17  # assumed: about USD 2 an hour for 1e15 FLOP/s peak, a little under 30 % in use
DEMAND = {"gap in loss": "gap", "ratio of loss above E": "ratio"}
THRESHOLD = {"none": None, "1.90": 1.90, "1.88": 1.88, "1.86": 1.86, "1.84": 1.84}
STRENGTH = {"gap": 20.0, "ratio": 3.0}  # assumed
FINDER = {"the follower": "follower", "the leader": "leader"}
ROWS = (
    "Leader's compute, follower = 1",
    "Gap in loss, nats per token",
    "Leader's share of sales, %",
)
LIMITS = ((0.01, 1_000_000), (-0.08, 0.08), (0, 100))


def race(
    law: ScalingLaw,
    budget_ratio: float,
    demand: str = "gap",
    threshold: float | None = None,
    strength: float | None = None,
) -> ScaleRace:
    """The lab's race: both budgets, FLOP a dollar and the strength of demand are assumptions of the course."""
    return ScaleRace(law, budget_ratio * FOLLOWER_BUDGET, FOLLOWER_BUDGET, FLOP_PER_USD, demand, strength or STRENGTH[demand], threshold)  # fmt: skip


def scale_race(prediction: str | None = None) -> Lab:
    """Compute ratio, gap in loss and share of sales before and after two shocks.

    prediction : what you expect equally cheaper compute to do to the leader's share; told in the sentence.
    """
    law = ScalingLaw(**law_constants("besiroglu"))

    def model(price, ratio, gain, finder, leak, demand, threshold, response):
        start = race(law, ratio, DEMAND[demand], THRESHOLD[threshold])
        shocks = {
            "price_fall": price, "leader_extra_spending": response, "algorithm_gain": gain,
            "finder": FINDER[finder], "leak": leak / 100,
        }  # fmt: skip
        return start.after(), start.after(**shocks)

    def scene():
        figure, panels = sheet(
            "Cheaper compute for both keeps the ratio; buyers decide who gains",
            f"Loss: Besiroglu et al. 2024. Assumed: follower's budget USD {FOLLOWER_BUDGET:.0f} m, {FLOP_PER_USD:.0e} FLOP a USD; odds of sales "
            f"exp({STRENGTH['gap']:.0f} x gap) or (ratio of loss above E)^{STRENGTH['ratio']:.0f}. All controls are assumptions too. A teaching model, not a forecast.",
            height=3.9,
            ncols=3,
        )
        for axes, words, limits in zip(panels, ROWS, LIMITS, strict=True):
            axes.set(ylim=(1.6, -0.6), xlim=limits, xlabel=words)
            axes.set_yticks([])
            axes.grid(axis="y", visible=False)
        panels[0].set_xscale("log")
        panels[0].set_yticks([0, 1], ["before", "after"])
        panels[0].axvline(1, color=QUIET, linewidth=0.8)
        panels[1].axvline(0, color=QUIET, linewidth=0.8)
        panels[2].axvline(50, color=QUIET, linewidth=0.8)
        return figure

    def draw(figure, result, values):
        for place, state in enumerate(result):
            shade = INK if place == 0 else ACCENT
            for axes, value, zero in zip(figure.axes, _numbers(state), (1, 0, 0), strict=True):
                if math.isnan(value):
                    axes.text(25, place, "neither sells", ha="center", va="center", fontsize=9)
                    continue
                block(axes, zero, place, value - zero, 0.5, facecolor=shade)
                axes.text(
                    _label_place(axes),
                    place - 0.38,
                    _written(value),
                    ha="left",
                    va="center",
                    fontsize=9.5,
                    color=shade,
                )

    def sentence(result, values):
        before, after = result
        return (
            f"Compute of the leader, as a multiple of the follower: {before.compute_ratio:.3g} before, {after.compute_ratio:.3g} after; "
            f"the gap in loss from {before.loss_gap:.3f} to {after.loss_gap:.3f} nats, its share of sales from {_share(before)} to {_share(after)}."
        )

    start = {
        "price": 10, "ratio": 10, "gain": 1, "finder": "the follower", "leak": 0,
        "demand": "gap in loss", "threshold": "none", "response": 0.0,
    }  # fmt: skip
    return Lab(
        title="Lab: two firms, two shocks",
        controls=[
            Control("price", "Compute gets cheaper, times", (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100), 10),
            Control("ratio", "Leader's budget, follower = 1", (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50), 10),
            Control("gain", "Algorithm: less compute needed, times", (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50), 1),
            Control("finder", "Found by", tuple(FINDER), "the follower"),
            Control("leak", "Copied by the other, % (logs)", tuple(range(0, 101, 5)), 0),
            Control("demand", "Buyers look at", tuple(DEMAND), "gap in loss"),
            Control("threshold", "Useless above a loss of", tuple(THRESHOLD), "none"),
            Control("response", "Leader's extra spending, elasticity", tuple(step / 20 for step in range(21)), 0.0, lambda stop: f"{stop:.2f}"),
        ],
        presets={
            "Cheaper compute for both (III.7)": start,
            "Cheaper: the leader crosses a threshold first": start | {"price": 4, "threshold": "1.86"},
            "Cheaper: the follower crosses it too": start | {"price": 4, "threshold": "1.88"},
            "Cheaper, and only the leader can raise more": start | {"response": 0.8, "demand": "ratio of loss above E"},
            "Breakthrough, kept by the follower (III.8)": start | {"price": 1, "gain": 10},
            "Breakthrough, kept by the leader": start | {"price": 1, "gain": 10, "finder": "the leader"},
            "Breakthrough, published by the follower": start | {"price": 1, "gain": 20, "leak": 100},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        prediction=prediction,
        told="You predicted of cheaper compute alone: {}.",
    )  # fmt: skip


def _numbers(state) -> tuple[float, float, float]:
    return state.compute_ratio, state.loss_gap, 100 * state.leader_share


def _written(value: float) -> str:
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3f}" if abs(value) < 0.1 else f"{value:.3g}"


def _label_place(axes) -> float:
    """Where a number starts, clear of the line at one, zero or one half."""
    low, high = axes.get_xlim()
    return 1.4 if axes.get_xscale() == "log" else low + 0.15 * (high - low)


def _share(state) -> str:
    return (
        "none to share" if math.isnan(state.leader_share) else f"{100 * state.leader_share:.0f} %"
    )
