"""Dated events on one line, in alternating heights so that their labels do not meet."""

import textwrap

import pandas as pd
from matplotlib.dates import YearLocator, date2num

from .chart import Chart, sheet
from .style import INK, QUIET, course_style

LEVELS = (1.0, -1.0, 2.1, -2.1)


def event_timeline(events: pd.DataFrame, title: str, source: str, label: str = "event") -> Chart:
    """One mark an event. `events` has `date` (datetime) and a text column `label`; at most ten stay legible."""
    events = events.sort_values("date")
    with course_style():
        figure, axes = sheet(title, source, height=4.4)
        axes.axhline(0, color=QUIET, linewidth=1.5)
        for position, (date, words) in enumerate(zip(events["date"], events[label], strict=True)):
            level = LEVELS[position % len(LEVELS)]
            axes.plot([date, date], [0, level], color=QUIET, linewidth=0.8)
            axes.plot([date], [0], "o", color=INK, markersize=5)
            written = f"{date:%b %Y}\n" + textwrap.fill(words, 24)
            axes.text(
                date, level, written, ha="center", va="bottom" if level > 0 else "top", fontsize=9
            )
        first, last = date2num(events["date"].iloc[0]), date2num(events["date"].iloc[-1])
        margin = 0.09 * (last - first)
        axes.set(ylim=(-3.6, 3.6), xlim=(first - margin, last + margin))
        axes.xaxis.set_major_locator(YearLocator(base=max(1, round((last - first) / 365 / 10))))
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.spines[["left"]].set_visible(False)
    listed = "; ".join(
        f"{date:%B %Y}: {words}" for date, words in zip(events["date"], events[label], strict=True)
    )
    return Chart(
        figure, f"Timeline. {title}. {listed}.", events[["date", label]].reset_index(drop=True)
    )
