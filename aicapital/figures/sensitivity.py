"""Tornado: which assumption moves a result most."""

import textwrap
from collections.abc import Mapping

import pandas as pd

from ..data.assumptions import plain
from .chart import Chart, sheet
from .style import INK, PAPER, QUIET, course_style

LOW, HIGH = "#C9CED6", QUIET


def tornado_bars(
    swings: pd.DataFrame,
    outcome: str,
    unit: str,
    source: str,
    names: Mapping[str, str] | None = None,
) -> Chart:
    """Bars of `models.tornado.tornado`, widest on top; `names` gives an assumption other words than its name.

    outcome : what is worked out, such as "lead of complying now".
    """
    names = {name: name.replace("_", " ") for name in swings["assumption"]} | dict(names or {})
    base = swings.attrs["base"]
    widest = names[swings["assumption"].iloc[0]]
    title = f"Over these ranges the {outcome} depends most on the {widest}"
    turns = ((swings["outcome_at_low"] > 0) != (swings["outcome_at_high"] > 0)).sum()
    ends = swings[["outcome_at_low", "outcome_at_high"]]
    room = 0.16 * (ends.max().max() - ends.min().min())
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.5 * len(swings))
        for row, line in enumerate(swings.itertuples()):
            for end, value, shade, hatch in (
                (line.outcome_at_low, line.low, LOW, None),
                (line.outcome_at_high, line.high, HIGH, "//"),
            ):
                axes.barh(
                    row,
                    end - base,
                    left=base,
                    height=0.55,
                    color=shade,
                    hatch=hatch,
                    edgecolor="white",
                )
                if end != base:
                    side = "left" if end > base else "right"
                    nudge = 0.08 * room if end > base else -0.08 * room
                    axes.text(
                        end + nudge, row, plain(value), ha=side, va="center", fontsize=9,
                        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6},
                    )  # fmt: skip
        axes.axvline(base, color=INK, linewidth=1.4)
        axes.axvline(0, color=QUIET, linewidth=0.8)
        axes.set_yticks(range(len(swings)), [names[name] for name in swings["assumption"]])
        axes.invert_yaxis()
        words = f"{outcome.capitalize()}, {unit} (pale: low value, hatched: high value, written at the end)"
        axes.set(
            xlabel=textwrap.fill(words, 92),
            xlim=(ends.min().min() - room, ends.max().max() + room),
        )
        axes.grid(axis="y", visible=False)
    listed = "; ".join(
        f"{names[line.assumption]} from {plain(line.low)} to {plain(line.high)}: {line.outcome_at_low:.2f} to {line.outcome_at_high:.2f}"
        for line in swings.itertuples()
    )
    alt = f"Tornado chart in {unit}. {title}. At base {base:.2f}; {turns} of {len(swings)} assumptions can turn its sign. {listed}."
    return Chart(figure, alt, swings)
