"""Every figure of the lessons and every lab: words that stand out, marks that all readers can tell apart."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from aicapital import labs
from aicapital.authoring.notebook_file import read
from aicapital.figures.chart import Chart
from aicapital.figures.style import COLOURS, GRID, INK, QUIET, course_style, ink
from aicapital.labs.lab import Lab

from .colours import (
    DEUTERANOPIA,
    PROTANOPIA,
    alike,
    contrast,
    faint_marks,
    faint_words,
    lab,
    to_rgb,
)

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
DPI = 60  # enough to see what lies under a word


class NoLabs:
    """Stands for `labs` in a lesson whose figures are wanted; the labs have a test of their own."""

    def __getattr__(self, name: str):
        return lambda **_: None


def charts(path: Path) -> Iterator[tuple[str, Chart]]:
    """The figures that a lesson shows, drawn anew by its own cells."""
    shown: list[Chart] = []
    names = {"display": lambda *things: shown.extend(it for it in things if isinstance(it, Chart))}
    for cell in read(path).cells:
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
            last = (
                tree.body.pop().value if isinstance(tree.body[-1], ast.Expr) else ast.Constant(None)
            )
            exec(compile(tree, cell.id, "exec"), names)
            if "labs" in names:
                names["labs"] = NoLabs()
            names["display"](
                eval(
                    compile(ast.fix_missing_locations(ast.Expression(last)), cell.id, "eval"), names
                )
            )
            yield from ((cell.id, chart) for chart in shown)
            shown.clear()


def problems(figure: Figure) -> list[str]:
    figure.set_dpi(DPI)
    found = faint_words(figure)  # draws it, and so lays it out
    figure.set_layout_engine("none")
    for axes in figure.axes:
        found += alike(axes) + faint_marks(axes, rules=(GRID.lower(),))
    return found


@contextmanager
def drawn(shown: Lab) -> Iterator[Figure]:
    """A lab as on the page: what moves, over a still layer that was laid out once."""
    with course_style():
        moving = shown._added(lambda: shown._draw(shown.figure, shown.result, shown.values))
        moving += shown._mark_of(shown.result, shown.values, shown.prediction)
        yield shown.figure
    for artist in moving:
        artist.remove()


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_figures_can_be_read_whatever_colours_one_sees(path):
    found = {cell: told for cell, chart in charts(path) if (told := problems(chart.figure))}
    assert found == {}


@pytest.mark.parametrize("name", labs.__all__)
def test_labs_can_be_read_whatever_colours_one_sees(name):
    shown, found = getattr(labs, name)(prediction=50.0), {}
    for preset in shown.presets:
        shown.preset(preset)
        with drawn(shown) as figure:
            if told := problems(figure):
                found[preset] = told
    assert found == {}


def test_words_in_any_colour_of_the_course_stand_out_on_paper():
    for colour in (INK, QUIET, *(ink(name) for name in COLOURS)):
        assert contrast(to_rgb(colour), to_rgb("white")) >= 4.5


def test_the_simulation_keeps_greys_and_merges_what_a_deficiency_merges():
    for kind in (PROTANOPIA, DEUTERANOPIA):
        for grey in ("black", "#808080", "white"):
            assert lab(to_rgb(grey), kind) == pytest.approx(lab(to_rgb(grey)), abs=0.6)
    # Red and green of one lightness are far apart, but not with deuteranopia (Machado et al. 2009, figure 8).
    red, green = to_rgb("#c0504d"), to_rgb("#6f8b3a")
    far = sum((lab(red) - lab(green)) ** 2) ** 0.5
    near = sum((lab(red, DEUTERANOPIA) - lab(green, DEUTERANOPIA)) ** 2) ** 0.5
    assert near < far / 2


def test_a_figure_that_only_colour_explains_is_found():
    figure = Figure()
    axes = figure.subplots()
    axes.plot([1, 2], [1, 2], color="#c0504d")
    axes.plot([1, 2], [2, 1], color="#8f7a1f")
    axes.text(1.5, 1.9, "pale", color="#c9ced6")
    axes.axvline(1.2, color="#e69f00")
    told = problems(figure)
    assert any("pale" in it for it in told) and any("#e69f00" in it for it in told)
    axes.lines[1].set_color("#b0524a")
    assert any(it.startswith("lines") for it in problems(figure))
