"""Lab: does more competition bring more innovation, or less?"""

import numpy as np

from ..data.two_futures import inputs
from ..figures.chart import sheet
from ..figures.style import INK, QUIET, colour, ink
from ..models.step_by_step import COLLUSION, CUT_THROAT, StepByStep
from .lab import Control, Lab
from .upright import upright

GRID = np.linspace(COLLUSION, CUT_THROAT, 61)
LOWEST, HIGHEST = 0.65, 1.4  # innovations on the left panel


def innovation(prediction: float | None = None) -> Lab:
    """Innovation over competition in the step-by-step model, and the two effects behind it.

    prediction : the degree of competition (percent) at which you expect most innovation; drawn in when given.
    """
    profit = inputs()["leader_profit"]

    def model(competition, help, interest):
        economy = StepByStep(profit, help, interest / 100)
        ends = max(economy.innovation(COLLUSION), economy.innovation(CUT_THROAT))
        return {
            "hump": 100 * (economy.innovation(economy.peak()) / ends - 1),
            "table": economy.table(GRID),
            "here": economy.table(competition / 100).iloc[0],
            "peak": 100 * economy.peak(),
            "shape": economy.shape(),
        }

    def scene():
        figure, (left, right) = sheet(
            "An inverted U only where laggards get some help, and not too much",
            "Model of Aghion, Bloom, Blundell, Griffith and Howitt (2005): two firms a sector, profit of a leader = 1. "
            "Competition: the part of that profit which each of two level firms does without. It is no HHI.",
            height=4.4,
            ncols=2,
        )
        left.set(xlim=(50, 100), ylim=(LOWEST, HIGHEST), xlabel="Competition, %")
        left.set_ylabel("Innovations a sector and year (axis cut)")
        right.set(xlim=(50, 122), ylim=(0, 1.5), xlabel="Competition, %")
        right.set_xticks(range(50, 101, 10))
        right.set_ylabel("Research of one firm (share: 0 to 1)")
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        table, here = result["table"], result["here"]
        left.plot(100 * GRID, table["innovation"], color=INK)
        left.plot(
            [result["peak"]],
            [np.interp(result["peak"] / 100, GRID, table["innovation"])],
            "^",
            color=INK,
            markersize=9,
            clip_on=False,
        )
        left.plot(
            [values["competition"]],
            [here["innovation"]],
            "D",
            color="none",
            markeredgecolor=INK,
            markersize=11,
            clip_on=False,
        )
        left.plot(
            [values["competition"]] * 2, [LOWEST, here["innovation"]], color=QUIET, linewidth=0.8
        )
        lines = {
            "a level firm": ("level_research", "OpenAI", "-"),
            "a laggard": ("laggard_research", "Google", "--"),
            "share of level\nsectors": ("level_share", "Nvidia", ":"),
        }
        ends = [table[column].iloc[-1] for column, _, _ in lines.values()]
        for (name, (column, firm, style)), height in zip(lines.items(), _apart(ends), strict=True):
            right.plot(100 * GRID, table[column], color=colour(firm), linestyle=style)
            right.text(101, height, name, color=ink(firm), fontsize=9, va="center")

    def mark(figure, result, values, prediction):
        upright(figure.axes[0], prediction, height=LOWEST + 0.03, gap=0.8, turn=75)

    def sentence(result, values):
        here = result["here"]
        turn = (
            f"innovation peaks at {result['peak']:.0f} % competition, {result['hump']:.1f} % above the higher end"
            if result["shape"] == "inverted U"
            else f"innovation only {result['shape']} with competition"
        )
        return (
            f"With help of {values['help']:g} and interest of {values['interest']:g} %, {turn}. At {values['competition']:g} % each level firm does "
            f"{here['level_research']:.2f} of research and a laggard {here['laggard_research']:.2f}; {100 * here['level_share']:.0f} % of "
            f"sectors are level, and a sector innovates {here['innovation']:.2f} times a year."
        )

    return Lab(
        title="Lab: competition and innovation",
        controls=[
            Control("competition", "Competition of level firms, %", tuple(range(50, 101)), 70),
            Control(
                "help",
                "Help for laggards, rate a year",
                tuple(round(0.02 * step, 2) for step in range(51)),
                inputs()["help"],
                lambda stop: f"{stop:g}",
            ),
            Control("interest", "Interest, % a year", tuple(range(0, 31, 2)), 0),
        ],
        presets={
            "Know-how kept secret": {"competition": 70, "help": 0.0, "interest": 0},
            "Some of it leaks": {"competition": 70, "help": 0.4, "interest": 0},
            "Weights and methods published": {"competition": 70, "help": 0.8, "interest": 0},
            "Some of it leaks, dear money": {"competition": 70, "help": 0.4, "interest": 20},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _apart(heights: list[float], gap: float = 0.1) -> list[float]:
    """The same heights, raised where needed to stand `gap` apart."""
    placed, floor = {}, -1.0
    for position in np.argsort(heights):
        # The label of two lines, the share, needs room for its second line.
        floor = max(heights[position], floor + gap * (1.6 if position == 2 or floor > 0 else 1))
        placed[int(position)] = floor
    return [placed[position] for position in range(len(heights))]
