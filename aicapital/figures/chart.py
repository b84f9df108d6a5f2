"""A picture that carries its alt text, the table behind it and its source line."""

import base64
import html
import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from PIL import Image

from .style import QUIET, course_style

CSS_DPI = 96  # a browser's inch: a figure of 8 inches is shown 768 pixels wide
SHARPNESS = 2  # pixels drawn for each pixel shown, so that text stays sharp on dense screens

WIDTH = 8.2  # inches; 787 pixels, which fits a JupyterLab cell beside an open file browser
_words_only = ContextVar("words_only", default=False)


@contextmanager
def words_only() -> Iterator[None]:
    """Pictures shown in here have one pixel: drawing is most of the work of a lesson, and some want only what it says."""
    before = _words_only.set(True)
    try:
        yield
    finally:
        _words_only.reset(before)


def sheet(
    title: str, source: str, height: float = 4.2, width: float = WIDTH, **subplots
) -> tuple[Figure, Axes]:
    """An empty figure in the course's look: `title` (the finding) on top, `source` (with its as-of date) at the foot.

    `subplots` goes to `Figure.subplots`. Call it, and draw, inside `with course_style():`.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(**subplots)
    letters = int(width * 9.3)
    figure.suptitle(
        textwrap.fill(title, letters), x=0.008, ha="left", fontsize=11.5, fontweight="bold"
    )
    figure.supxlabel(
        textwrap.fill(source, int(width * 13.8)), x=0.008, ha="left", fontsize=9, color=QUIET
    )
    return figure, axes


def block(axes: Axes, x: float, y: float, width: float, height: float, **style) -> None:
    """A bar of `width` to the right of `x`, centred on `y`; quicker than `barh`, which looks at the axis limits each time."""
    axes.add_artist(Rectangle((x, y - height / 2), width, height, **style))


class Chart:
    """A matplotlib figure with its alt text, its data and its source.

    Parameters
    ----------
    figure : the drawn figure.
    alt : what kind of chart it is, what it shows and the one comparison that matters, from the same numbers.
    table : the values that are drawn, for readers who want them and for tests.
    """

    def __init__(self, figure: Figure, alt: str, table: pd.DataFrame):
        self.figure, self.alt, self.table = figure, alt, table

    def _repr_mimebundle_(self, include=None, exclude=None):
        with course_style():
            return picture_bundle(png(self.figure), self.alt, text=self.alt)

    def __repr__(self) -> str:
        return self.alt


def picture_bundle(data: str, alt: str, text: str, caption: str = "") -> dict[str, str]:
    """The same picture for every kind of reader: HTML with alt text (JupyterLab ignores alt on a PNG), PNG, and words.

    `data` is a PNG as base64. JupyterLab shows the HTML, GitHub and converters take what they can.
    """
    words = f"<figcaption>{html.escape(caption)}</figcaption>" if caption else ""
    picture = f'<img alt="{html.escape(alt)}" style="max-width:100%;background:#fff" src="data:image/png;base64,{data}">'
    return {
        "text/html": f'<figure style="margin:0;max-width:{_shown_width(data)}px">{picture}{words}</figure>',
        "image/png": data,
        "text/plain": text,
    }


def png(figure: Figure) -> str:
    """The figure as a base64 PNG with a palette of 255 colours plus pure white: a third of the bytes, no tinted paper."""
    if _words_only.get():
        return _packed(Image.new("P", (1, 1)))
    figure.set_dpi(CSS_DPI * SHARPNESS)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return _with_palette(_taken(canvas, figure))


def png_over(still: str, figure: Figure, artists: Sequence[Artist]) -> str:
    """`still`, which `png` made of `figure`, with more artists of it drawn over: at a tenth of the cost of drawing all anew."""
    if _words_only.get():
        return still
    dpi = figure.get_dpi()
    figure.set_dpi(CSS_DPI * SHARPNESS)
    canvas = FigureCanvasAgg(figure)
    renderer = canvas.get_renderer()
    below = Image.open(io.BytesIO(base64.b64decode(still))).convert("RGBA")
    np.asarray(renderer.buffer_rgba())[:] = np.asarray(below)
    for artist in artists:
        artist.draw(renderer)
    rgba = _taken(canvas, figure)
    figure.set_dpi(dpi)
    return _with_palette(rgba)


def _taken(canvas: FigureCanvasAgg, figure: Figure) -> np.ndarray:
    """The pixels of a canvas, which the figure then holds no more."""
    rgba = np.asarray(canvas.buffer_rgba()).copy()
    _drop_pixels(figure)
    return rgba


def _with_palette(rgba: np.ndarray) -> str:
    # Most of a chart is paper: the palette is worked out from the other pixels alone, in a quarter of the time.
    drawn = rgba.view(np.uint32)[..., 0] != 0xFFFFFFFF
    ink = Image.fromarray(rgba[drawn][np.newaxis, :, :3]).quantize(255, dither=Image.Dither.NONE)
    index = np.full(drawn.shape, 255, dtype=np.uint8)
    index[drawn] = np.asarray(ink)[0]
    packed = Image.fromarray(index, "P")
    palette = ink.getpalette()[: 3 * 255]
    packed.putpalette(palette + [0] * (3 * 255 - len(palette)) + [255, 255, 255])
    return _packed(packed)


def _packed(picture: Image.Image) -> str:
    buffer = io.BytesIO()
    # Level 9 takes seven times as long for a tenth of the bytes.
    picture.save(buffer, "PNG", compress_level=6)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _drop_pixels(figure: Figure) -> None:
    """Free the five megabytes that a drawn figure holds: a notebook keeps every figure that it showed.

    The canvas has them, and so has each text, which remembers what drew it. A text asks for a new renderer when it needs one.
    """
    FigureCanvasBase(figure)
    for text in figure.findobj(Text):
        text._renderer = None


def _shown_width(data: str) -> int:
    # The width stands in bytes 16-19 of every PNG.
    return int.from_bytes(base64.b64decode(data[:32])[16:20], "big") // SHARPNESS
