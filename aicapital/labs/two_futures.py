"""Lab: two futures. How strong must increasing returns be, and how weak entry and diffusion, for one firm to take it all?"""

import numpy as np
from matplotlib.collections import PolyCollection

from ..data.two_futures import EQUAL, SPENDING, VISITS, inputs, start
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, QUIET, colour
from ..models.increasing_returns import UrnMarket, futures, hhi, share_of_paths
from .lab import Control, Lab

BINS = np.linspace(0, 10_000, 51)  # both marks, 1,800 and 5,000, lie between two bins
PAPER_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1}
TALLEST, WORDS = (
    60,
    72,
)  # percent of paths in one bin of the picture; end of the room for words above the bins
SHADES = {"open": colour("Nvidia"), "in between": QUIET, "monopolised": colour("Google")}


def market(begin: str, strength: float, entry: float, diffusion: float) -> UrnMarket:
    """The market of the lab: `entry` in new firms a year, `diffusion` in percent of choices."""
    return UrnMarket(
        start(begin),
        strength=strength,
        diffusion=diffusion / 100,
        entry=entry / inputs()["choices_a_year"],
    )


def run(begin: str, strength: float, entry: float, diffusion: float) -> np.ndarray:
    """HHI after five years on every path."""
    given = inputs()
    sizes = market(begin, strength, entry, diffusion).simulate(
        int(given["years"] * given["choices_a_year"]), int(given["paths"])
    )
    return hhi(sizes)


def two_futures(prediction: float | None = None) -> Lab:
    """Distribution of the HHI after five years of increasing returns, entry and diffusion.

    prediction : percent of paths that you expect to end monopolised; drawn in when given.
    """
    given = inputs()
    low, high = given["open_below"], given["monopolised_from"]

    def model(begin, strength, entry, diffusion):
        index = run(begin, strength, entry, diffusion)
        return {
            "hhi": index,
            "futures": futures(index, low, high),
            "start": hhi(list(start(begin))),
            "middle": float(np.median(index)),
        }

    def scene():
        figure, (left, right) = sheet(
            "Two futures from one market: the rules decide how far chance can carry it",
            f"{given['paths']:.0f} simulated paths with the same luck at every setting. Open: HHI below {low:,.0f} (US Merger Guidelines 2023: "
            f"above it, highly concentrated). Monopolised: {high:,.0f} or more, so one firm has at least half. Choices so far and to come are assumed.",
            height=4.5,
            ncols=2,
            width_ratios=(1.9, 1),
        )
        left.set(xlim=(0, 10_000), ylim=(0, WORDS), yticks=range(0, TALLEST + 1, 20))
        left.set(
            xlabel="HHI after five years, points", ylabel=f"Share of paths, % (cut at {TALLEST})"
        )
        left.xaxis.set_major_formatter("{x:,.0f}")
        for edge in (low, high):
            left.axvline(edge, color=INK, linewidth=0.8, linestyle="--")
        for x, name in (
            (low / 2, "open"),
            ((low + high) / 2, "in between"),
            ((high + 10_000) / 2, "monopolised"),
        ):
            left.text(x, WORDS - 1, name, ha="center", va="top", fontsize=9)
        right.set(xlim=(0, 132), ylim=(2.6, -0.9), xlabel="Share of paths, %")
        right.set_xticks([0, 50, 100])
        right.set_yticks(range(3), list(SHADES))
        right.grid(axis="y", visible=False)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        counts, _ = np.histogram(result["hhi"], BINS)
        heights = 100 * counts / len(result["hhi"])
        middles = (BINS[:-1] + BINS[1:]) / 2
        tall = np.minimum(heights, TALLEST)
        for name, inside in (
            ("open", middles < low),
            ("in between", (middles >= low) & (middles < high)),
            ("monopolised", middles >= high),
        ):
            bars = zip(middles[inside], tall[inside], strict=True)
            corners = [[(x - 95, 0), (x - 95, y), (x + 95, y), (x + 95, 0)] for x, y in bars if y]
            left.add_collection(PolyCollection(corners, facecolors=SHADES[name]), autolim=False)
        left.plot([result["start"]], [WORDS - 8], "v", color=INK, markersize=8)
        right_half = result["start"] > 7000
        left.text(
            result["start"] + (-200 if right_half else 200),
            WORDS - 8,
            "start",
            fontsize=9,
            va="center",
            ha="right" if right_half else "left",
            bbox=PAPER_BOX,
        )
        for row, (name, share) in enumerate(result["futures"].items()):
            block(right, 0, row, share, 0.45, color=SHADES[name])
            right.text(
                share + 3, row, f"{share:.0f} %", va="center", fontsize=9, bbox=PAPER_BOX, zorder=4
            )

    def mark(figure, result, values, prediction):
        _, right = figure.axes
        if 0 <= prediction <= 100:
            right.plot([prediction] * 2, [1.6, 2.4], color=ACCENT, linewidth=2, linestyle=":")
            right.text(
                prediction + (2 if prediction < 60 else -2),
                1.5,
                "your prediction",
                color=ACCENT,
                fontsize=9,
                ha="left" if prediction < 60 else "right",
            )

    def sentence(result, values):
        shares = result["futures"]
        return (
            f"From an HHI of {result['start']:,.0f}, with strength {values['strength']:g}, {_firms(values['entry'])} a year and "
            f"{values['diffusion']:g} % of choices free of size, {_monopolised(result['hhi'] >= high)}, "
            f"{shares['open']:.0f} % open. The middle path ends at {result['middle']:,.0f}."
        )

    return Lab(
        title="Lab: two futures, five years",
        controls=[
            Control(
                "strength",
                "Strength of increasing returns",
                tuple(round(0.5 + 0.05 * step, 2) for step in range(31)),
                1.0,
                lambda stop: f"{stop:g}",
            ),
            Control("entry", "New firms a year", (0, 1, 2, 3, 4), 0),
            Control("diffusion", "Choices free of size, %", tuple(range(0, 61, 3)), 0),
            Control("begin", "Shares at the start", (VISITS, SPENDING, EQUAL), VISITS),
        ],
        presets={
            "Chance alone (Polya's urn)": {
                "strength": 1.0,
                "entry": 0,
                "diffusion": 0,
                "begin": VISITS,
            },
            "Capital feeds on itself": {
                "strength": 1.5,
                "entry": 0,
                "diffusion": 0,
                "begin": VISITS,
            },
            "Entry without know-how": {
                "strength": 1.5,
                "entry": 2,
                "diffusion": 0,
                "begin": VISITS,
            },
            "Open weights and entry": {
                "strength": 1.2,
                "entry": 3,
                "diffusion": 57,
                "begin": VISITS,
            },
            "What firms buy": {"strength": 1.2, "entry": 1, "diffusion": 15, "begin": SPENDING},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _monopolised(ends: np.ndarray) -> str:
    """The share with its error; where all paths agree the error's formula gives 0, which says too much."""
    count, paths = int(ends.sum()), len(ends)
    if count in (0, paths):
        return f"{'all' if count else 'none'} of the {paths} paths end monopolised"
    found = share_of_paths(ends)
    few = min(count, paths - count) < 3  # too few for whole percents
    shown = f"{count} of the {paths} paths" if few else f"{found['share_pct']:.0f} % of paths"
    return f"{shown} end monopolised (standard error {found['standard_error']:.1f} points)"


def _firms(entry: int) -> str:
    return f"{entry or 'no'} new firm{'' if entry == 1 else 's'}"
