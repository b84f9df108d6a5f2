"""Lab: what a year of money, chips and ideas adds to effective compute, with the error of each."""

import math

import numpy as np

from ..data.scale import rate_rows, rate_terms
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET
from ..models.effective_compute import Rate, growth
from .lab import Control, Lab, with_stop

ROWS = {
    "spending": ("Money spent", "#0072B2"),
    "hardware": ("Chips: FLOP a dollar", "#009E73"),
    "algorithms": ("Algorithms: less compute needed", "#E69F00"),
    "effective_compute": ("Effective compute", INK),
}
SPENDING = "rate_training_cost"
HARDWARE = {"GPUs for machine learning": "rate_gpu_ml", "all GPUs": "rate_gpu_all"}
ALGORITHMS = {
    "same loss, 2012-2023": "rate_algorithms_published",
    "same loss, first version": "rate_algorithms_first",
    "all families, 2023-2025": "rate_algorithms_families",
    "record models, 2023-2025": "rate_algorithms_frontier",
}
X = (0.5, 1e9)
LABELS = 1.5e5  # to the right of every bar; the intervals lie lower


def effective_compute(prediction: float | None = None) -> Lab:
    """Growth of spending, hardware and algorithms, and of their product, with intervals of 90 %.

    prediction : times that you expect effective compute to grow in one year; drawn in when given.
    """
    listed = rate_rows(SPENDING, *HARDWARE.values(), *ALGORITHMS.values())
    rates = {row: Rate.published(**rate_terms(row)) for row in listed.index}
    published = rates[SPENDING]

    def model(spending, hardware, algorithms, years):
        stretch = spending / published.factor
        drivers = {
            "spending": Rate(
                spending, published.low * stretch, published.high * stretch, published.level
            ),
            "hardware": rates[HARDWARE[hardware]],
            "algorithms": rates[ALGORITHMS[algorithms]],
        }
        return growth(drivers, years)

    def scene():
        figure, axes = sheet(
            "Three drivers multiply; the least certain one sets the width of the result",
            "Published estimates, listed below. Red: 90 % intervals. Assumed: constant rates, errors independent of each other, "
            "normal in logarithms on each side; your spending keeps the published relative error.",
            height=3.7,
        )
        axes.set(
            xscale="log",
            xlim=X,
            ylim=(3.6, -0.6),
            xlabel="Times as much after the years chosen (1 = no change)",
        )
        axes.set_yticks(range(4), [words for words, *_ in ROWS.values()])
        axes.axvline(1, color=INK, linewidth=0.8)
        axes.grid(visible=False)
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        for place, (name, (_, shade)) in enumerate(ROWS.items()):
            row = result.loc[name]
            block(axes, 1, place, row["factor"] - 1, 0.42, facecolor=shade)
            axes.text(
                LABELS,
                place,
                f"{_short(row['factor'])} ({_short(row['low'])} to {_short(row['high'])})",
                va="center",
                fontsize=9,
                color=QUIET if name != "effective_compute" else INK,
            )
        intervals = [(row.low, row.high, math.nan) for row in result.itertuples()]
        heights = [(place + 0.3,) * 3 for place in range(len(intervals))]
        axes.plot(np.ravel(intervals), np.ravel(heights), color=ACCENT, linewidth=2.5)

    def mark(figure, result, values, prediction):
        if values["years"] == 1 and X[0] <= prediction <= X[1]:
            (axes,) = figure.axes
            axes.plot([prediction], [3], "D", color=ACCENT, markersize=8, markeredgecolor=PAPER)
            axes.text(
                prediction, 2.63, "your prediction", color=ACCENT, fontsize=9, ha="center", va="center"
            )  # fmt: skip

    def sentence(result, values):
        total = result.loc["effective_compute"]
        shares = 100 * result["share_of_growth"]
        span = "one year" if values["years"] == 1 else f"{values['years']} years"
        return (
            f"In {span} effective compute grows {_short(total['factor'])} times; the interval of 90 % runs from {_short(total['low'])} to {_short(total['high'])} times. "
            f"Of that growth (in logarithms) money makes {shares['spending']:.0f} %, chips {shares['hardware']:.0f} %, algorithms {shares['algorithms']:.0f} %."
        )

    base = {
        "spending": published.factor,
        "hardware": "GPUs for machine learning",
        "algorithms": "same loss, 2012-2023",
        "years": 1,
    }
    return Lab(
        title="Lab: money, chips, algorithms",
        controls=[
            Control("spending", "Spending, times a year", with_stop([1 + step / 10 for step in range(26)], published.factor), published.factor, lambda stop: f"{stop:.1f}"),
            Control("hardware", "Chips", tuple(HARDWARE), base["hardware"]),
            Control("algorithms", "Algorithms", tuple(ALGORITHMS), base["algorithms"]),
            Control("years", "Years", (1, 2, 3), 1),
        ],
        presets={
            "Published trends, one year": base,
            "No more money: spending flat": base | {"spending": 1.0},
            "First version of the same study": base | {"algorithms": "same loss, first version"},
            "Recent models of all families": base | {"algorithms": "all families, 2023-2025"},
            "Published trends, three years": base | {"years": 3},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[listed.rename(index={SPENDING: "spending"})],
        mark=mark,
        prediction=prediction,
        told="You predicted {} times.",
    )  # fmt: skip


def _short(times: float) -> str:
    if times >= 1e5:
        rounded = float(f"{times:.1g}")
        return f"{rounded / 1e6:,.0f} million" if rounded >= 1e6 else f"{rounded:,.0f}"
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
