"""Lab: does a larger market let more firms in? Sutton's two regimes."""

import numpy as np

from ..data.assumptions import assumptions
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, QUIET, colour
from ..models.sunk_costs import QualityRace, exogenous_entrants, limiting_entrants
from .lab import Control, Lab, nearest, with_stop

GAMMAS = tuple(round(1.2 + 0.2 * step, 1) for step in range(35))
MARKETS = tuple(float(f"{value:.2g}") for value in np.geomspace(2, 2000, 31))
GRID = np.geomspace(2, 2000, 37)
TOP = 20
PAPER_BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}


def market_size(prediction: float | None = None) -> Lab:
    """Firms over market size with a given sunk cost and with quality that can be bought.

    prediction : the number of firms that you expect in an endlessly large market at the start settings; drawn in when given.
    """
    given = assumptions("market_size")
    start = given["value"].to_dict() | {"market": nearest(MARKETS, given.at["market", "value"])}

    def model(market, setup, first_step, gamma):
        race = QualityRace(setup, first_step * setup, gamma)
        firms, quality = race.simulate(market)
        *bought, here = race.entrants([*GRID, market])
        return {
            "given": np.sqrt(GRID / setup),
            "bought": np.array(bought),
            "here": here,
            "given_here": exogenous_entrants(market, setup),
            "limit": limiting_entrants(gamma),
            "firms": firms,
            "spent": race.sunk_cost(quality),
        }

    def scene():
        figure, axes = sheet(
            "With a given sunk cost, a larger market lets more firms in; where quality can be bought, it does not",
            "Model: entry, then quality, then Cournot competition (Sutton 1991, chapter 3; Shaked and Sutton 1987). Lines: solved; cross: firms that enter one by one in a simulation. "
            "No growth, no entry of outsiders by imitation, no second product. The values are assumed, and listed below.",
            height=4.3,
        )
        axes.set(
            xscale="log",
            xlim=(0.85 * GRID[0], 1.18 * GRID[-1]),
            ylim=(0, TOP),
            xlabel="Spending of all buyers, USD bn (log scale)",
            ylabel="Firms in the market (cut off at 20)",
        )
        axes.xaxis.set_major_formatter("{x:,.10g}")
        axes.set_yticks(range(0, TOP + 1, 4))
        axes.text(
            2.1, 19.3, "dashed: the sunk cost is given\nsolid: quality can be bought\ncross: firms that enter in the simulation",
            fontsize=9, color=QUIET, va="top",
        )  # fmt: skip
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        axes.plot(GRID, np.minimum(result["given"], TOP + 1), color=QUIET, linestyle="--")
        axes.plot(GRID, result["bought"], color=colour("OpenAI"))
        axes.axhline(result["limit"], color=INK, linewidth=0.9, linestyle=":")
        axes.text(
            2.1,
            result["limit"] + 0.25,
            f"limit {result['limit']:.1f} firms",
            fontsize=9,
            color=INK,
            bbox=PAPER_BEHIND,
        )
        axes.axvline(values["market"], color=QUIET, linewidth=1.2)
        axes.plot(
            [values["market"]],
            [result["firms"]],
            "x",
            color=ACCENT,
            markersize=11,
            markeredgewidth=2.5,
        )

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if 0 <= prediction <= TOP:
            axes.axhline(prediction, color=ACCENT, linestyle=":", linewidth=2)
            axes.text(
                1900, prediction + 0.25, "your prediction", color=ACCENT, fontsize=9, ha="right"
            )

    def sentence(result, values):
        words = (
            f"In a market of USD {values['market']:g} bn a given sunk cost of {values['setup']:g} bn leaves room for {result['given_here']:.1f} firms. "
            f"If quality can be bought (cost exponent {values['gamma']:g}), {result['here']:.1f}; in the simulation {result['firms']} enter and each sinks USD {result['spent']:.3g} bn. "
        )
        peak = result["bought"].max()
        if peak > result["limit"] + 0.05:
            return (
                words
                + f"The number peaks at {peak:.1f} and falls back towards {result['limit']:.1f} as the market grows."
            )
        return words + f"However large the market, no more than {result['limit']:.1f}."

    return Lab(
        title="Lab: does a larger market let more firms in?",
        controls=[
            Control("market", "Spending of all buyers, USD bn", MARKETS, start["market"], lambda stop: f"{stop:g}"),
            Control("setup", "Set-up cost, USD bn", with_stop((0.2, 0.5, 1.0, 2.0, 5.0), start["setup"]), start["setup"], lambda stop: f"{stop:g}"),
            Control("first_step", "First step of quality, set-up = 1", with_stop((0.1, 0.25, 0.5, 1.0, 2.0, 3.0), start["first_step"]), start["first_step"], lambda stop: f"{stop:g}"),
            Control("gamma", "Cost exponent of quality", with_stop(GAMMAS, start["gamma"]), start["gamma"], lambda stop: f"{stop:g}"),
        ],
        presets={
            "A race with room for three": start,
            "The same, market twenty times as large": start | {"market": nearest(MARKETS, 20 * start["market"])},
            "Quality soon gets dear (applications)": start | {"gamma": 8.0, "setup": 0.2, "market": nearest(MARKETS, 200)},
            "Quality stays cheap to raise": start | {"gamma": 1.4, "market": nearest(MARKETS, 500)},
        },
        model=model, scene=scene, draw=draw, mark=mark, prediction=prediction, sentence=sentence, assumptions=[given],
    )  # fmt: skip
