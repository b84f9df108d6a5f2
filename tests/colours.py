"""Colours as people see them: contrast after WCAG 2.1, and the two common colour-vision deficiencies by simulation."""

from itertools import combinations

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

# Machado, Oliveira and Fernandes 2009, table 1, severity 1.0: linear RGB to linear RGB.
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
OUTLINED, DOTS = " outlined", "dots"
NEAR = 16  # pixels between a line and the word that names it
_WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(rgb: np.ndarray) -> np.ndarray:
    rgb = np.asarray(rgb, dtype=float)
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Contrast ratio after WCAG 2.1, for one colour or many (last axis: red, green, blue from 0 to 1)."""
    one, other = (linear(rgb) @ _TO_XYZ[1] for rgb in (one, other))
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def lab(rgb: np.ndarray, seen_with: np.ndarray | None = None) -> np.ndarray:
    """CIE L*a*b*, of the colour itself or as it looks with a deficiency."""
    light = linear(rgb)
    light = light if seen_with is None else np.clip(seen_with @ light, 0, 1)
    xyz = (_TO_XYZ @ light) / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def told_apart(one: str, other: str) -> float:
    """Distance of two colours for the reader who sees it least (a difference of 2.3 can just be noticed)."""
    return min(
        float(np.linalg.norm(lab(to_rgb(one), kind) - lab(to_rgb(other), kind)))
        for kind in (None, PROTANOPIA, DEUTERANOPIA)
    )


# ---- what a figure draws
def words(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def faint_words(figure: Figure, least: float = 4.5) -> list[str]:
    """Texts that do not stand out from what is drawn under them."""
    texts = words(figure)
    colours = [to_rgba(text.get_color()) for text in texts]
    for text in texts:
        text.set_color((0, 0, 0, 0))
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for text, colour in zip(texts, colours, strict=True):
        text.set_color(colour)
    pixels = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255
    boxes = [text.get_window_extent() for text in texts]  # where the layout has put them
    found = []
    for text, colour, box in zip(texts, colours, boxes, strict=True):
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in box.extents)
        under = pixels[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 3)
        # A thin line may cross a word; the ground of the word may not be like it.
        if len(under) and (ratio := np.quantile(contrast(colour[:3], under), 0.25)) < least:
            found.append(f"{text.get_text()!r} in {to_hex(colour)}: contrast {ratio:.1f}")
    return found


def _colours(artist: Artist) -> list[str]:
    """The fills of an area as they look on white paper."""
    fills = np.atleast_2d(artist.get_facecolor())
    seen = [fill for fill in fills if len(fill) == 4 and fill[3] > 0.05]
    return sorted({to_hex(fill[:3] * fill[3] + 1 - fill[3]) for fill in seen})


def _outlined(artist: Artist) -> bool:
    edges = np.atleast_2d(artist.get_edgecolor())
    wide = np.max(artist.get_linewidth()) >= 0.5
    return bool(
        wide and len(edges) and edges.shape[1] == 4 and contrast(edges[0, :3], np.ones(3)) >= 3
    )


def areas(axes: Axes) -> list[tuple[str, str, Bbox]]:
    """(colour, hatch, extent) of every bar, patch and filled area; an outline counts as a hatch."""
    return [
        (
            colour,
            DOTS
            if isinstance(artist, PathCollection)
            else (artist.get_hatch() or "") + OUTLINED * _outlined(artist),
            artist.get_window_extent(),
        )
        for artist in axes.get_children()
        if isinstance(artist, Patch | Collection)
        and artist is not axes.patch
        and artist.get_visible()
        for colour in _colours(artist)
    ]


def _named(line: Line2D, boxes: list[Bbox]) -> bool:
    """Whether a word stands at an end of the line."""
    points = line.get_transform().transform(line.get_xydata()) if len(line.get_xydata()) else []
    inside = [point for point in points if line.axes.bbox.contains(*point)]
    ends = [inside[0], inside[-1]] if inside else []
    return any(box.padded(NEAR).contains(*end) for box in boxes for end in ends)


def lines(axes: Axes, unnamed: bool = False) -> list[tuple[str, tuple]]:
    """(colour, second cue: dash and marker) of every line; of markers alone, the edge where they are hollow.

    With `unnamed`, only of lines that no word stands beside.
    """
    found = []
    # The numbers along an axis name no line.
    boxes = [text.get_window_extent() for text in axes.texts] if unnamed else []
    for line in axes.get_lines():
        if unnamed and _named(line, boxes):
            continue
        colour = line.get_color()
        if line.get_linestyle() == "None":
            colour = line.get_markerfacecolor()
            if to_hex(colour) == "#ffffff":
                colour = line.get_markeredgecolor()
        found.append((to_hex(colour), (line.get_linestyle(), str(line.get_marker()))))
    return found


def alike(axes: Axes, least: float = 7.0) -> list[str]:
    """Marks that only their colour tells apart, and not for everybody: lines of one dash, areas that touch."""
    found = []
    for (one, cue), (other, other_cue) in combinations(set(lines(axes, unnamed=True)), 2):
        if cue == other_cue and one != other and (far := told_apart(one, other)) < least:
            found.append(f"lines {one} and {other}: {far:.1f} apart")
    for (one, hatch, box), (other, other_hatch, next_box) in combinations(areas(axes), 2):
        touch = Bbox.from_extents(box.x0 - 1, box.y0 - 1, box.x1 + 1, box.y1 + 1).overlaps(next_box)
        if (
            touch
            and hatch == other_hatch != DOTS
            and one != other
            and (far := told_apart(one, other)) < least
        ):
            found.append(f"areas {one} and {other}: {far:.1f} apart")
    return sorted(set(found))


def faint_marks(
    axes: Axes, least: float = 3.0, ground: str = "#ffffff", rules: tuple[str, ...] = ()
) -> list[str]:
    """Lines and markers with too little contrast to their ground, and pale areas without a word in them, beside them or in their row.

    `rules` are colours of lines that carry nothing, such as the grid.
    """
    found = [
        f"line {colour} {cue}"
        for colour, cue in lines(axes)
        if colour not in rules and contrast(to_rgb(colour), to_rgb(ground)) < least
    ]
    boxes = [text.get_window_extent() for text in words(axes.figure)]
    for colour, hatch, box in areas(axes):
        if hatch.endswith(OUTLINED):
            continue
        if box.width * box.height and contrast(to_rgb(colour), to_rgb(ground)) < least:
            room = Bbox.from_extents(box.x0 - 30, box.y0 - 12, box.x1 + 30, box.y1 + 12)
            row = Bbox.from_extents(axes.bbox.x0, box.y0, axes.bbox.x1, box.y1)
            if not any(room.overlaps(word) or row.overlaps(word) for word in boxes):
                found.append(f"area {colour} without a word")
    return sorted(set(found))
