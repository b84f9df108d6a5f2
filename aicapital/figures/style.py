"""One look for the whole course: a palette with a fixed colour per firm, and matplotlib settings."""

import colorsys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import matplotlib
from matplotlib.colors import to_hex, to_rgb

INK = "#22272E"
QUIET = "#5B6470"
GRID = "#E3E6EA"
PAPER = "#FFFFFF"
ACCENT = "#B3261E"
# Okabe and Ito's colour-blind-safe set, extended with Paul Tol's muted set. A firm keeps its colour everywhere.
COLOURS = {
    "OpenAI": "#0072B2",
    "Microsoft": "#56B4E9",
    "Amazon": "#E69F00",
    "Nvidia": "#009E73",
    "SoftBank": "#8C8C8C",
    "Oracle": "#A14A3B",
    "AMD": "#CBB94B",
    "Broadcom": "#6F1A07",
    "CoreWeave": "#44AA99",
    "Cerebras": "#8A8A2E",
    "Google": "#D55E00",
    "Alphabet": "#D55E00",
    "Anthropic": "#882255",
    "xAI": "#2B2B2B",
    "Meta": "#332288",
    "OpenAI Foundation": "#CC79A7",
    "Non-profit": "#CC79A7",
    "Employees and other investors": "#C9CED6",
    "Other new investors": "#DDCC77",
}
HATCHES = ("", "//", "..", "xx", "\\\\", "oo", "--", "++")

_RC = {
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": 9.5,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "text.color": INK,
    "lines.linewidth": 2.0,
    "hatch.linewidth": 0.5,
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    # A fixed salt gives the same ids for the same drawing, so that a saved picture does not change by itself.
    "svg.hashsalt": "aicapital",
    "svg.fonttype": "none",
    "svg.id": None,
}


_TURN = threading.RLock()
_within = False


@contextmanager
def course_style() -> Iterator[None]:
    """Matplotlib settings of the course, for use in a `with` block; the learner's own settings come back after it.

    One thread at a time: JupyterLab lets a kernel answer sliders in a second thread while a cell runs, and matplotlib has
    one set of settings and fonts for all threads. A block inside another one changes nothing: setting all of them for
    each of hundreds of pictures takes its time.
    """
    global _within
    with _TURN:
        if _within:
            yield
            return
        with matplotlib.rc_context({**_settings(), "backend": matplotlib.get_backend()}):
            _within = True
            try:
                yield
            finally:
                _within = False


@cache
def _settings() -> dict[str, object]:
    """All of them, read once: every move of a slider draws within them."""
    return {**matplotlib.rcParamsDefault, **_RC}


def colour(name: str) -> str:
    """Colour of a firm or holder; an unlisted name gets the quiet grey that no firm owns."""
    return COLOURS.get(name, "#A9B0BA")


def ink(name: str) -> str:
    """The colour of `name`, darkened until text in it has a contrast of at least 4.5 on white (WCAG 2.1, 1.4.3)."""
    return _darkened(name, 4.5)


def stroke(name: str) -> str:
    """The colour of `name` for lines and markers: a contrast of at least 3 on white (WCAG 2.1, 1.4.11)."""
    return _darkened(name, 3.0)


def ink_on(name: str) -> str:
    """The colour for words on an area in the colour of `name`: dark or white, whichever stands out more."""
    on_white = _contrast_on_white(to_rgb(colour(name)))
    return PAPER if on_white > _contrast_on_white(to_rgb(INK)) / on_white else INK


def _darkened(name: str, contrast: float) -> str:
    hue, lightness, saturation = colorsys.rgb_to_hls(*to_rgb(colour(name)))
    while (
        lightness > 0
        and _contrast_on_white(colorsys.hls_to_rgb(hue, lightness, saturation)) < contrast
    ):
        lightness -= 0.02
    return to_hex(colorsys.hls_to_rgb(hue, max(lightness, 0.0), saturation))


def _contrast_on_white(rgb: tuple[float, float, float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)
