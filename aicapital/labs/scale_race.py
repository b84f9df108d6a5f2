"""Lab: two firms, cheaper compute and a better algorithm: whose lead grows, and for which tasks?"""

import numpy as np

from ..data.assumptions import assumptions
from ..data.scale import law_constants, law_rows, race_terms
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET
from ..models.scale_race import JUST_BEYOND, ScaleRace
from ..models.scaling_law import ScalingLaw
from .lab import Control, Lab, with_stop

DEMAND = {"gap in loss": "gap", "ratio of loss above E": "ratio"}
FINDER = {"the follower": "follower", "the leader": "leader"}
TIMES = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50)
TASKS = np.linspace(-0.08, 0.04, 61)  # nats beyond the leader's model of today
SMALL = 0.005  # a lead that moves by less than half a point is called unchanged
PANELS = (
    ("Compute, follower = 1", (0.01, 1_000_000)),
    ("Leader's sales, % of buyers", (0, 100)),
)


def scale_race(prediction: str | None = None) -> Lab:
    """Compute ratio and sales before and after two shocks, and the leader's lead for easy and hard tasks.

    prediction : what you expect equally cheaper compute to do to the leader's share; drawn in as an arrow.
    """
    law = ScalingLaw(**law_constants("besiroglu"))
    given = assumptions("scale_race")
    value = given["value"]

    def model(price_fall, budget_ratio, task, algorithm_gain, finder, leak, demand, extra_spending):
        race = ScaleRace(law, **race_terms(value, DEMAND[demand], budget_ratio=budget_ratio))
        after = race.after(price_fall, extra_spending, algorithm_gain, FINDER[finder], leak / 100)
        return race.after(), after

    def scene():
        figure, panels = sheet(
            "Cheaper compute for both keeps the ratio; which task buyers have decides whose lead grows",
            "Loss: Besiroglu et al. 2024. All else is assumed and listed below: a teaching model, not a forecast. "
            "Task: how much lower than the leader's loss of today a model must be to do it; left: easy, right: beyond it.",
            height=4.1,
            ncols=3,
            width_ratios=(1, 1, 1.5),
        )
        bars, curve = panels[:2], panels[2]
        for axes, (words, limits) in zip(bars, PANELS, strict=True):
            axes.set(ylim=(2.0, -0.6), xlim=limits, xlabel=words)
            axes.set_yticks([])
            axes.grid(axis="y", visible=False)
        bars[0].set_xscale("log")
        bars[0].set_yticks([0, 1], ["before", "after"])
        bars[0].axvline(1, color=QUIET, linewidth=0.8)
        bars[1].axvline(50, color=QUIET, linewidth=0.8)
        curve.set(
            xlim=(-0.084, 0.044), ylim=(-105, 155), xlabel="Task, nats beyond the leader today",
            ylabel="Leader's lead in sales, points",
        )  # fmt: skip
        curve.set_xticks([-0.08, -0.04, 0, 0.04], ["-0.08\neasy", "-0.04", "0", "0.04\nhard"])
        curve.axhline(0, color=QUIET, linewidth=0.8)
        curve.text(
            -0.078, 152, "dashed: before\nred: after", fontsize=9, color=QUIET, va="top"
        )  # fmt: skip
        return figure

    def draw(figure, result, values):
        before, after = result
        ratio, sales, curve = figure.axes
        need = before.leader_loss - values["task"]
        for place, (state, shade) in enumerate(((before, INK), (after, ACCENT))):
            for axes, width, zero in (
                (ratio, state.compute_ratio, 1),
                (sales, 100 * state.sales(need)[0], 0),
            ):
                block(axes, zero, place, width - zero, 0.5, facecolor=shade)
                axes.text(
                    1.4 if axes is ratio else 2, place - 0.38, _written(width), va="center",
                    fontsize=9.5, color=shade,
                )  # fmt: skip
        lines = [100 * state.lead(before.leader_loss - TASKS) for state in result]
        curve.plot(TASKS, lines[0], color=INK, linestyle="--")
        curve.plot(TASKS, lines[1], color=ACCENT)
        grows = lines[1] > lines[0] + 100 * SMALL
        if grows.any():
            curve.fill_between(TASKS, *lines, where=grows, color=ACCENT, alpha=0.2, linewidth=0)
            middle = min(max(TASKS[grows].mean(), -0.065), 0.02)
            words = {"ha": "center", "va": "top", "fontsize": 9, "color": ACCENT}
            words["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
            curve.text(middle, -13, "lead grows", **words)
        curve.axvline(values["task"], color=QUIET, linewidth=1.4)
        for state, shade, shape in ((before, INK, "D"), (after, ACCENT, "o")):
            curve.plot([values["task"]], [100 * state.lead(need)], shape, color=shade, markersize=6)

    def mark(figure, result, values, predicted):
        direction, before = _direction(predicted), result[0]
        if direction is not None and asked(values):
            need = before.leader_loss - values["task"]
            _arrow(figure.axes[1], 100 * before.sales(need)[0], direction)

    def sentence(result, values):
        before, after = result
        need = before.leader_loss - values["task"]
        (first, _), (last, other) = (state.sales(need) for state in result)
        leads = [state.lead(need) for state in result]
        return (
            f"Compute of the leader, as a multiple of the follower: {before.compute_ratio:.3g} before, {after.compute_ratio:.3g} after; "
            f"the gap in loss from {before.loss_gap:.3f} to {after.loss_gap:.3f} nats. For this task {_percent(first)} of the buyers took the leader's model, "
            f"now {_percent(last)}, and {_percent(other)} the follower's. Its lead {_moved(*leads)}{_claim(values, *leads)}."
        )

    start = {
        name: int(value[name])
        for name in ("price_fall", "budget_ratio", "algorithm_gain", "leak")
    } | {
        "task": float(value["task"]), "extra_spending": float(value["extra_spending"]),
        "finder": "the follower", "demand": "gap in loss",
    }  # fmt: skip

    def asked(values):
        """Whether the setting is the one that the prediction is about: cheaper compute for both, and nothing else."""
        free = {"price_fall": values["price_fall"], "budget_ratio": values["budget_ratio"]}
        return values["price_fall"] > 1 and dict(values) == start | free

    beyond = start | {"task": JUST_BEYOND}
    breakthrough = start | {"price_fall": 1, "algorithm_gain": 10}
    return Lab(
        title="Lab: two firms, two shocks",
        controls=[
            Control("price_fall", "Compute gets cheaper, times", with_stop((*TIMES, 100), start["price_fall"]), start["price_fall"]),
            Control("budget_ratio", "Leader's budget, follower = 1", with_stop(TIMES, start["budget_ratio"]), start["budget_ratio"]),
            Control("task", "Task, nats beyond the leader today", with_stop([round(-0.08 + step / 200, 3) for step in range(25)], start["task"]), start["task"], lambda stop: f"{stop:+.3f}"),
            Control("algorithm_gain", "Algorithm: less compute needed, times", with_stop(TIMES, start["algorithm_gain"]), start["algorithm_gain"]),
            Control("finder", "Found by", tuple(FINDER), start["finder"]),
            Control("leak", "Copied by the other, % (logs)", with_stop(range(0, 101, 5), start["leak"]), start["leak"]),
            Control("demand", "Buyers look at", tuple(DEMAND), start["demand"]),
            Control("extra_spending", "Leader's extra spending, elasticity", with_stop([step / 20 for step in range(21)], start["extra_spending"]), start["extra_spending"], lambda stop: f"{stop:.2f}"),
        ],
        presets={
            "Cheaper compute, an easy task (III.7)": start,
            "Cheaper: a task just beyond the leader": beyond,
            "Cheaper: a task that only the leader does": start | {"task": -0.01},
            "Cheaper, and only the leader can raise more": start | {"extra_spending": 0.8, "demand": "ratio of loss above E"},
            "Breakthrough, kept by the follower (III.8)": breakthrough,
            "Breakthrough, kept by the leader": breakthrough | {"finder": "the leader"},
            "Breakthrough, published; task beyond the leader": breakthrough | {"leak": 100, "task": JUST_BEYOND},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[given, law_rows("besiroglu")],
        mark=mark,
        prediction=prediction,
        told="You predicted: {}.",
    )  # fmt: skip


def _direction(prediction: str | None) -> int | None:
    """1, 0 or -1 for a share that is said to grow, stay or fall."""
    found = [
        sign for word, sign in (("grow", 1), ("stay", 0), ("fall", -1)) if word in str(prediction)
    ]
    return found[0] if found else None


def _arrow(axes, start: float, direction: int) -> None:
    """The predicted way of the leader's sales, from where they are before the shock."""
    end = min(max(start + 22 * direction, 1), 99)
    if direction:
        axes.annotate(
            "", (end, 1.5), (start, 1.5), arrowprops={"arrowstyle": "-|>", "color": INK, "lw": 1.8}
        )
    else:
        axes.plot([start, start], [1.38, 1.62], color=INK, linewidth=2.5)
    axes.text(min(max(end, 25), 75), 1.82, "your prediction", ha="center", va="center", fontsize=9)


def _moved(before: float, after: float) -> str:
    if abs(after - before) < SMALL:
        return f"stays at {100 * after:.0f} points"
    way = "grows" if after > before else "shrinks"
    return f"{way} from {100 * before:.0f} to {100 * after:.0f} points"


def _claim(values, before: float, after: float) -> str:
    """Which of the two claims the setting tests, and whether it holds there; nothing if it tests both or none."""
    if values["price_fall"] > 1 and values["algorithm_gain"] == 1:
        return f": III.7 {'holds' if after > before + SMALL else 'does not hold'} here"
    if values["price_fall"] == 1 and values["algorithm_gain"] > 1:
        return f": III.8 {'holds' if after < before - SMALL else 'does not hold'} here"
    return ""


def _written(number: float) -> str:
    return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}" if number >= 0.1 else "0"


def _percent(part: float) -> str:
    return f"{100 * part:.0f} %"
