"""The players side by side: one figure that the lessons on rivals fill row by row."""

import textwrap
from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.patches import Rectangle

from .chart import Chart, sheet
from .style import GRID, INK, QUIET, course_style, ink

PLAYERS = ("OpenAI", "Alphabet", "xAI", "Anthropic", "Meta")
ATTRIBUTES = {
    "main_funding": "Main funding",
    "revenue_model": "Revenue",
    "own_chips": "Own chips",
    "own_data_centres": "Own data centres",
    "cloud_suppliers": "Cloud",
    "consumer_reach": "Consumer reach",
    "enterprise_channel": "Enterprise channel",
    "openness": "Open or closed",
    "legal_form": "Legal form",
    "safety_policy": "Safety policy",
    "stakes_in_rivals": "Stakes in rivals",
}
CHANGED = "#FFF3D6"
LETTERS = 19  # in a line of a cell
LINE, GAP = 0.152, 0.12  # inches: height of a line, space between rows


def player_matrix(
    profiles: pd.DataFrame,
    attributes: Sequence[str],
    source: str,
    before: pd.DataFrame | None = None,
    players: Sequence[str] = PLAYERS,
    labels: Mapping[str, str] = ATTRIBUTES,
) -> Chart:
    """Attributes (rows) of the players (columns) in words; cells whose entry is not that of `before` are tinted.

    `profiles` and `before` come from `load("player_profiles", known_by=...)`: pass a later and an earlier day to see
    what has changed. `attributes` are the rows of this lesson, written as `labels` says.
    """
    now = _cells(profiles, attributes, players)
    then = now if before is None else _cells(before, attributes, players)
    changed = now.ne(then)
    labels = {name: labels.get(name, name.replace("_", " ").capitalize()) for name in attributes}
    if before is None:
        shown = _in_a_row([labels[name] for name in attributes]).lower().capitalize()
        title = f"{shown} of {len(players)} players, as known {_on(profiles) or 'now'}"
        if gaps := int(now.eq("").sum().sum()):
            title += f"; {gaps} of {now.size} cells are not known"
    else:
        count = changed.sum()
        most = count.index[count == count.max()]
        title = (
            f"{count.sum()} of {now.size} entries are newer than {_on(before).removeprefix('on ')} (tinted), "
            f"{count.max()} {'of them' if len(most) == 1 else 'each'} at {_in_a_row(most)}"
        )
    wrapped = now.map(lambda words: textwrap.wrap(words, LETTERS) or ["not known"])
    heights = [max(map(len, wrapped.loc[name])) * LINE + GAP for name in now.index]
    with course_style():
        figure, axes = sheet(title, source, height=1.35 + sum(heights))
        axes.set(xlim=(-0.62, len(players)), ylim=(sum(heights), -0.3))
        axes.axis("off")
        for column, player in enumerate(players):
            axes.text(
                column + 0.04, -0.08, player, fontsize=10, fontweight="bold", color=ink(player)
            )
        top = 0.0
        for name, height in zip(now.index, heights, strict=True):
            axes.plot(
                [-0.62, len(players)], [top, top], color=QUIET if not top else GRID, linewidth=1
            )
            label = "\n".join(textwrap.wrap(labels[name], 11))
            axes.text(
                -0.6, top + GAP / 2, label, va="top", fontsize=9, fontweight="bold", color=INK
            )
            for column, player in enumerate(players):
                if changed.at[name, player]:
                    axes.add_patch(Rectangle((column, top), 1, height, color=CHANGED, linewidth=0))
                words = "\n".join(wrapped.at[name, player])
                known = bool(now.at[name, player])
                axes.text(
                    column + 0.04,
                    top + GAP / 2,
                    words,
                    va="top",
                    fontsize=9,
                    color=INK if known else QUIET,
                )
            top += height
    rows = "; ".join(
        f"{labels[name]}: "
        + ", ".join(f"{player} {now.at[name, player] or 'not known'}" for player in players)
        for name in now.index
    )
    return Chart(
        figure,
        f"Table of {len(players)} players. {title}. {rows}.",
        now.rename(index=labels).reset_index(),
    )


def _cells(
    profiles: pd.DataFrame, attributes: Sequence[str], players: Sequence[str]
) -> pd.DataFrame:
    words = profiles.pivot(index="attribute", columns="company", values="value")
    return words.reindex(index=list(attributes), columns=list(players)).fillna("")


def _on(profiles: pd.DataFrame) -> str:
    """The day by which the profiles were known, in words; nothing for the newest."""
    day = profiles.attrs.get("known_by")
    return f"on {pd.Timestamp(day).day} {pd.Timestamp(day):%B %Y}" if day else ""


def _in_a_row(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
