"""Lab: does the loop of users, data and quality feed itself, and what does a platform change in it?"""

import numpy as np

from ..data import load
from ..figures.chart import sheet
from ..figures.style import INK, PAPER, QUIET, colour
from ..models.data_loop import DataLoop
from .lab import Control, Lab
from .upright import upright

PERIODS = 60
GRID = np.linspace(0, 1, 101)
LOOP, ALONE = colour("OpenAI"), QUIET


def skerry_loop(placed: float = 0.0) -> DataLoop:
    """The made-up loop of the running case; `placed` is the share of the market that a platform puts before it."""
    items = load("fictional_lab").query("lesson == '03'").set_index("item")["value"]
    return DataLoop(
        half_data=items["loop_half_data"],
        required_quality=items["loop_required_quality"],
        steepness=items["loop_steepness"],
        outside_data=items["loop_outside_data"],
        placed=placed,
        ageing=items["loop_ageing"],
    )


def data_loop(prediction: float | None = None) -> Lab:
    """Steady states and paths of the data loop, with and without a platform's placement.

    prediction : the share of the market, in percent, at which you expect the loop to tip; drawn in when given.
    """
    base = skerry_loop()

    def model(start, placed, outside, half_data, ageing):
        common = (base.required_quality, base.steepness, outside / 100)
        loop = DataLoop(half_data, *common, placed / 100, ageing / 100)
        alone = DataLoop(half_data, *common, 0.0, ageing / 100)
        ends = {
            "end": destination(loop, start / 100),
            "alone_end": destination(alone, start / 100),
        }
        return ends | {
            "attracted": 100 * loop.users_at(loop.data_at(GRID)),
            "states": loop.steady_states(),
            "tipping": loop.tipping_point,
            "alone_tipping": alone.tipping_point,
            "quality": loop.quality_at(loop.data_at(ends["end"])),
            "alone_quality": alone.quality_at(alone.data_at(ends["alone_end"])),
            "path": 100 * loop.simulate(start / 100, PERIODS)["users"].to_numpy(),
            "alone_path": 100 * alone.simulate(start / 100, PERIODS)["users"].to_numpy(),
        }

    def scene():
        figure, (left, right) = sheet(
            "Where the curve meets the diagonal, use and quality sustain each other",
            "Model with made-up numbers of the running case (Skerry); nobody has published a measured loop of an AI firm. "
            "Filled circle: stable; hollow: tipping point. Data as a by-product of use: after Farboodi and Veldkamp, 2021.",
            height=4.4,
            ncols=2,
        )
        figure.get_layout_engine().set(wspace=0.06)
        left.plot([0, 100], [0, 100], color=QUIET, linewidth=1, linestyle="--")
        left.set(xlim=(0, 100), ylim=(0, 100), xlabel="Users now, % of the market")
        left.set_ylabel("Users that their data attract, %")
        right.set(
            xlim=(0, PERIODS), ylim=(0, 100), xlabel="Period", ylabel="Users, % of the market"
        )
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        left.plot(100 * GRID, result["attracted"], color=LOOP)
        for state in result["states"].itertuples():
            face = LOOP if state.stable else "white"
            left.plot(
                [100 * state.users],
                [100 * state.users],
                "o",
                color=LOOP,
                markerfacecolor=face,
                markersize=8,
                clip_on=False,
            )
        left.axvline(values["start"], color=INK, linewidth=1.3)
        low = values["start"] < 55
        left.text(
            values["start"] + (1.5 if low else -1.5),
            95,
            "start",
            color=INK,
            fontsize=9,
            ha="left" if low else "right",
            va="top",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )
        periods = np.arange(PERIODS + 1)
        if values["placed"]:
            right.plot(periods, result["alone_path"], color=ALONE, linestyle="--")
        right.plot(periods, result["path"], color=LOOP)
        ends = {"with the platform" if values["placed"] else "users": (result["path"][-1], LOOP)}
        if values["placed"]:
            ends["without it"] = (result["alone_path"][-1], ALONE)
        for name, (height, tone) in _apart(ends).items():
            right.text(
                PERIODS - 1,
                height,
                name,
                color=tone,
                fontsize=9,
                ha="right",
                va="bottom",
                bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 0.5},
            )

    def mark(figure, result, values, prediction):
        upright(figure.axes[0], prediction, height=4, gap=1.5, turn=55)

    def sentence(result, values):
        words = f"From {values['start']:g} % of the market, users settle at {_pct(result['end'])}. "
        tipping = result["tipping"]
        if np.isfinite(tipping):
            side = "above" if values["start"] / 100 > tipping else "below"
            words += f"The loop tips at {_pct(tipping)} and this start lies {side} it. "
        else:
            words += "There is one steady state: every start ends there. "
        if not values["placed"]:
            return words + "Nobody is placed: whoever comes, comes for the quality."
        words += f"Without the platform the same start ends at {_pct(result['alone_end'])}: placing {values['placed']:g} % "
        # No tipping point alone (NaN) means nothing to be carried across, and both comparisons are then false.
        turned = values["start"] / 100 <= result["alone_tipping"] < result["end"]
        words += (
            "turns the loop"
            if turned
            else f"adds {_points(result['end'] - result['alone_end'])} of users"
        )
        return words + (
            f", and quality goes from {result['alone_quality']:.2f} to {result['quality']:.2f} "
            f"(half of the market wants {base.required_quality:g})."
        )

    return Lab(
        title="Lab: does the loop close?",
        controls=[
            Control("start", "Users at the start, % of the market", tuple(range(0, 61)), 5),
            Control("placed", "Placed by a platform, % of the market", tuple(range(0, 21)), 0),
            Control("outside", "Outside data, % of the market's use", tuple(range(0, 41)), 3),
            Control(
                "half_data",
                "Data needed for half the best quality",
                tuple(round(0.5 + 0.1 * step, 1) for step in range(36)),
                1.5,
                lambda stop: f"{stop:g}",
            ),
            Control("ageing", "Data that age in a period, %", tuple(range(10, 91, 5)), 30),
        ],
        presets={
            "A newcomer alone": _START | {},
            "Placed inside a platform": _START | {"placed": 5},
            "Placed, but a hard product": _START | {"placed": 5, "half_data": 3.0},
            "Users first, no platform": _START | {"start": 30},
            "Data on sale to everybody": _START | {"outside": 30},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


_START = {"start": 5, "placed": 0, "outside": 3, "half_data": 1.5, "ageing": 30}


def destination(loop: DataLoop, start: float) -> float:
    """Share of the market at which a loop ends that starts at `start` with the data this share has left."""
    states = loop.steady_states()
    tips = states.loc[~states["stable"], "users"]
    reached = (tips < start).sum()
    return float(states.loc[states["stable"], "users"].iloc[reached])


def _apart(ends: dict) -> dict:
    """Heights of labels at the end of their lines, at least six points apart and inside the axes."""
    ordered = sorted(ends.items(), key=lambda item: item[1][0])
    placed, floor = {}, 1.0
    for name, (height, tone) in ordered:
        at = min(max(height + 1, floor), 92)
        placed[name] = (at, tone)
        floor = at + 6
    return placed


def _pct(share: float) -> str:
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 20 or percent < 0.05 else f"{percent:.1f} %"


def _points(share: float) -> str:
    return f"{max(100 * share, 0):.1f} points"
