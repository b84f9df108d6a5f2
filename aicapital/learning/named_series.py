"""Lines and sets of bars of a figure, the names that a reader sees for them, and whether the names fit."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation

from .quantity import shorten
from .questions import Feedback

NO_NAMES = "series without names"
SWAPPED = "names swapped"
NOT_TELLING = "names that do not tell"


@dataclass(frozen=True)
class Drawn:
    """A line, or all bars of one look: its values, what a reader sees of it, and the name beside it."""

    axes: object
    x: np.ndarray
    y: np.ndarray
    looks: tuple[str, ...]
    labels: tuple[str, ...]
    name: str = ""
    bars: tuple = ()


def drawn_in(figure) -> list[Drawn]:
    """All lines of two points or more and all sets of upright bars, with their names."""
    found = [series for axes in figure.axes for series in (*_lines(axes), *_sets_of_bars(axes))]
    names: dict[int, str] = {}
    legends = [axes.get_legend() for axes in figure.axes] + list(figure.legends)
    for legend in legends:
        if legend is None:
            continue
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=False):
            place = _of_handle(handle, text.get_text(), found)
            if place is not None:
                names.setdefault(place, text.get_text())
    for axes in figure.axes:
        for text in axes.texts:
            place = _beside(text, axes, found, taken=names)
            if place is not None:
                names[place] = f"{names.get(place, '')} {text.get_text()}".strip()
        names = {place: name for place, name in names.items() if name.strip()}
    return [
        Drawn(one.axes, one.x, one.y, one.looks, one.labels, names.get(place, ""), one.bars)
        for place, one in enumerate(found)
    ]


def _lines(axes) -> list[Drawn]:
    return [
        Drawn(axes, *_numbers(line), _looks(line), (line.get_label(),))
        for line in axes.lines
        if len(line.get_xdata()) > 1
    ]


def _numbers(line: Line2D) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.asarray(values, dtype=float) for values in line.get_data(orig=False))


def _sets_of_bars(axes) -> list[Drawn]:
    """Bars that look the same are one set, in however many calls they were drawn."""
    sets: dict[tuple, list[BarContainer]] = {}
    for group in axes.containers:
        if isinstance(group, BarContainer) and len(group) and group.orientation != "horizontal":
            sets.setdefault(_looks(group[0]), []).append(group)
    made = []
    for looks, groups in sets.items():
        bars = tuple(bar for group in groups for bar in group)
        made.append(
            Drawn(
                axes,
                np.array([bar.get_x() + bar.get_width() / 2 for bar in bars], dtype=float),
                np.array([bar.get_height() for bar in bars], dtype=float),
                looks,
                tuple(group.get_label() for group in groups),
                bars=bars,
            )
        )
    return made


def _looks(artist) -> tuple[str, ...]:
    """What tells series apart: a line or an area, its colour, its dashes or hatch."""
    if isinstance(artist, Line2D):
        style = (str(artist.get_linestyle()), str(artist.get_marker()))
        return ("line", to_hex(artist.get_color(), keep_alpha=True), *style)
    return ("bar", to_hex(artist.get_facecolor(), keep_alpha=True), artist.get_hatch() or "", "")


def _of_handle(handle, text: str, found: Sequence[Drawn]) -> int | None:
    """The series that an entry of a legend stands for."""
    if not isinstance(handle, Line2D | Patch):
        return None
    looks = _looks(handle)
    for alike in (
        [place for place, one in enumerate(found) if one.looks == looks],
        [place for place, one in enumerate(found) if one.looks[1] == looks[1]],
    ):
        if len(alike) > 1:
            alike = [place for place in alike if text in found[place].labels]
        if len(alike) == 1:
            return alike[0]
    return None


def _beside(text, axes, found: Sequence[Drawn], taken: Mapping[int, str]) -> int | None:
    """The line nearest to a text in a panel whose lines no legend names."""
    lines = [
        place for place, one in enumerate(found) if one.axes is axes and one.looks[0] == "line"
    ]
    if not lines or axes.get_legend() or (axes.figure.legends and any(p in taken for p in lines)):
        return None
    axes.get_xlim()  # sets the limits that are still to be set
    if isinstance(text, Annotation) and text.xycoords == "data":
        at = axes.transData.transform(text.xy)
    else:
        at = text.get_transform().transform(text.get_position())
    return min(lines, key=lambda place: _distance(at, axes, found[place]))


def _distance(at, axes, line: Drawn) -> float:
    """From a point to a line, in pixels."""
    points = axes.transData.transform(np.column_stack([line.x, line.y]))
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return np.inf
    starts, steps = points[:-1], np.diff(points, axis=0)
    if not len(starts):
        return float(np.hypot(*(points[0] - at)))
    lengths = np.maximum((steps**2).sum(axis=1), 1e-12)
    along = np.clip(((at - starts) * steps).sum(axis=1) / lengths, 0, 1)
    return float(np.hypot(*(starts + along[:, None] * steps - at).T).min())


def named(
    series: Mapping[str, tuple[str, Callable[[np.ndarray, np.ndarray], bool]]],
    what: str = "lines",
) -> Callable[[object], Feedback | None]:
    """The names that a reader sees fit what is drawn, in a legend or beside the lines.

    `series`: what each one shows, {"complying now": (words, picks)}; `words` is a regular expression that its
    name may hold and no other's does, `picks(x, y)` tells it by its values. One that is not drawn is passed over:
    other tests speak of it. A name in words of the learner's own is fine beside one that is recognised.
    """
    words = {meaning: re.compile(one, re.IGNORECASE) for meaning, (one, _) in series.items()}

    def test(figure):
        drawn = drawn_in(figure)
        names = {}
        for meaning, (_, picks) in series.items():
            picked = [one for one in drawn if picks(one.x, one.y)]
            if picked:
                names[meaning] = next((one.name for one in picked if one.name), "")
        if len(names) < 2:
            return None
        several = " and ".join(names)
        if not all(names.values()):
            return Feedback.wrong(
                f"A reader cannot tell which {what} are which: {several}. Give each a label and draw a legend.",
                NO_NAMES,
            )
        fits = {meaning for meaning, name in names.items() if words[meaning].search(name)}
        for meaning, name in names.items():
            others = [one for one in names if one != meaning and words[one].search(name)]
            if others and meaning not in fits:
                return Feedback.wrong(
                    f"In your figure “{shorten(name)}” names {meaning}; a reader takes it for {others[0]}.",
                    SWAPPED,
                )
        if not fits:
            found = " and ".join(f"“{shorten(name)}”" for name in names.values())
            return Feedback.wrong(
                f"The names {found} do not say which {what} are which: {several}.", NOT_TELLING
            )
        return None

    return test
