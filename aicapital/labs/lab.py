"""The one component behind every lab: controls, presets, a picture that follows them, a sentence that says what it shows.

How it stays quick. matplotlib draws everything that does not move once, as a PNG. On a move only the artists that
moved are drawn, by matplotlib's own SVG renderer, and laid over that PNG. So a move sends about ten kilobytes.
Frames are kept by the values of the controls: a stop that was shown before costs no drawing. And while the learner
looks at a picture, the other stops of the control that was moved last are drawn ahead and sent to the page. There the
script in `page_script.py` shows a frame that it holds at once; the kernel's answer comes after it and shows the same.

How to write one: see `aicapital/labs/waterfall.py`, and CONTRIBUTING.md.
"""

import asyncio
import difflib
import html
import io
import math
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import ipywidgets as widgets
import pandas as pd
from IPython.display import display
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from ..data import Table
from ..data.assumptions import COURSE, assumption_table
from ..figures.chart import picture_bundle, png, png_over
from ..figures.style import course_style
from ..page_script import script_widget
from .page import STYLE

ASSUMPTIONS = '<details class="aic-assumptions">'  # opens the list under a lab, live and saved
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
MAX_FRAMES = 2000  # about 20 MB; a lab of three controls is then fully kept


@dataclass(frozen=True)
class Control:
    """A named row of stops. Numbers become a slider, words become a list.

    name : the model's keyword. label : what the learner reads, with its unit. stops : the values, in order.
    start : the first value. show : how a stop is written beside the slider.
    """

    name: str
    label: str
    stops: tuple[Any, ...]
    start: Any
    show: Callable[[Any], str] = str

    def __post_init__(self) -> None:
        if self.start not in self.stops:
            raise ValueError(
                f"control {self.name!r} starts at {self.start!r}, which is none of its stops {self.stops}"
            )

    @property
    def is_number(self) -> bool:
        return all(
            isinstance(stop, int | float) and not isinstance(stop, bool) for stop in self.stops
        )


def with_stop(stops: Iterable[float], value: float) -> tuple[float, ...]:
    """`stops` in order, with `value` among them: a control starts where its assumption says, whatever its steps."""
    return tuple(sorted({*stops, value}))


def nearest(stops: Sequence[float], value: float) -> float:
    """The stop that is nearest to `value` in proportion; for controls whose stops are evenly spaced in logarithms."""
    return min(stops, key=lambda stop: abs(math.log(stop / value)))


@dataclass(frozen=True)
class Frame:
    """What a lab shows at one setting: the moving artists as SVG, and the sentence under the picture.

    at : the setting, as the position of each control's stop: "3,0,12".
    """

    svg: str
    sentence: str
    at: str

    @property
    def html(self) -> str:
        return f'{self.svg}<p class="aic-sentence" data-at="{self.at}">{html.escape(self.sentence)}</p>'


class Lab:
    """An interactive picture of a model.

    Parameters
    ----------
    title : name of the lab, read by screen readers and shown above the controls.
    controls : what the learner can move.
    presets : named settings, each a mapping from control name to one of its stops.
    model : called with the controls' values as keywords; returns whatever `draw` and `sentence` need.
    scene : returns the Figure with everything that never moves, axes limits included.
    draw : called with (figure, result, values); adds the moving artists to the figure's axes.
    sentence : called with (result, values); says what the picture now shows, with its numbers.
    assumptions : tables of `data.assumptions` that the model reads; they are listed under the picture with the controls,
        each with its value, range, kind and source. A row whose item is a control's name is that control's.
    mark : called with (figure, result, values, prediction); adds the artists of a prediction, none where it has no place in
        the picture. A lab without it tells predictions in words only.
    prediction : what the learner predicted, or None. told : how the sentence tells it.
    """

    def __init__(
        self,
        title: str,
        controls: Sequence[Control],
        presets: Mapping[str, Mapping[str, Any]],
        model: Callable[..., Any],
        scene: Callable[[], Figure],
        draw: Callable[[Figure, Any, Mapping[str, Any]], None],
        sentence: Callable[[Any, Mapping[str, Any]], str],
        mark: Callable[[Figure, Any, Mapping[str, Any], Any], None] | None = None,
        prediction: float | str | None = None,
        told: str = "Your prediction: {}.",
        assumptions: Sequence[pd.DataFrame] = (),
    ):
        self.title = title
        self.controls = {control.name: control for control in controls}
        self.presets = {name: dict(values) for name, values in presets.items()}
        self._model, self._draw, self._sentence = model, draw, sentence
        self.assumptions = pd.concat(assumptions) if assumptions else None
        self._mark, self.prediction, self.told = mark, prediction, told
        for name, values in self.presets.items():
            self._check(values, f"preset {name!r}")
        self.values = {control.name: control.start for control in controls}
        self._frames: dict[str, Frame] = {}
        self._newest: tuple[dict[str, Any], Any] | None = None
        with course_style():
            self.figure = scene()
            self._static = png(self.figure)
            # From here on nothing may move what is drawn: no new layout, and the SVG's unit, 72 dots an inch.
            self.figure.set_layout_engine("none")
            self.figure.set_dpi(72)

    # ---- driving it, from Python and from the page alike
    def set(self, **values: Any) -> Frame:
        """Move controls, as the learner would, and return what is shown then."""
        self._check(values, "set()")
        self.values |= values
        if "_view" in self.__dict__:
            self._view.follow(values)
        return self.frame

    def preset(self, name: str) -> Frame:
        """Choose a named setting."""
        if name not in self.presets:
            raise ValueError(
                f"no preset {name!r} in this lab; there are {', '.join(map(repr, self.presets))}"
            )
        return self.set(**self.presets[name])

    def marks(self, predictions: Sequence[float]) -> list[str]:
        """The mark of each prediction alone, at the present values, as SVG; empty where it has no place in the picture."""
        result, found = self.result, []
        with course_style():
            for prediction in predictions:
                artists = self._mark_of(result, self.values, prediction)
                found.append(self._svg_of(artists, "") if artists else "")
        return found

    @property
    def frame(self) -> Frame:
        """The picture and the sentence at the present values."""
        return self._frame_at(self.values)

    def _frame_at(self, values: Mapping[str, Any]) -> Frame:
        at = ",".join(str(c.stops.index(values[name])) for name, c in self.controls.items())
        if at not in self._frames:
            if len(self._frames) >= MAX_FRAMES:
                self._frames.clear()
            self._frames[at] = self._make_frame(values, at)
        return self._frames[at]

    def draw_ahead(self, name: str, towards: int = 1) -> Iterator[Frame]:
        """The frames of all stops of one control, drawn before they are asked for, one a step, the nearest first.

        The direction of the last move (`towards`: 1 up, -1 down) goes before the other. Once they are drawn, every move of
        this control costs the kernel next to nothing.
        """
        control, here = self.controls[name], dict(self.values)
        at = control.stops.index(here[name])
        nearest = sorted(range(len(control.stops)), key=lambda i: (abs(i - at), (at - i) * towards))
        for index in nearest:
            yield self._frame_at(here | {name: control.stops[index]})

    def around(self) -> Iterator[Frame]:
        """The frames one stop away: whichever control is moved first, its picture is there."""
        here = dict(self.values)
        for name, control in self.controls.items():
            at = control.stops.index(here[name])
            for stop in control.stops[max(0, at - 1) : at + 2]:
                yield self._frame_at(here | {name: stop})

    @property
    def sentence(self) -> str:
        return self.frame.sentence

    @property
    def still(self) -> str:
        """The layer that never moves, as a base64 PNG."""
        return self._static

    @property
    def result(self) -> Any:
        """What the model gives at the present values."""
        return self._result_at(self.values)

    def _result_at(self, values: Mapping[str, Any]) -> Any:
        """The model's answer; the newest one is kept, because picture, sentence and marks of a setting ask for the same."""
        newest = self._newest  # another thread may put its own there meanwhile
        if newest is None or newest[0] != values:
            newest = self._newest = (dict(values), self._model(**values))
        return newest[1]

    # ---- what the model takes for granted
    @cached_property
    def _listed(self) -> tuple[str, Table] | None:
        """The assumptions, those that no control moves first, and the words over them; None where none were given."""
        if self.assumptions is None:
            return None
        moved = self.assumptions.index.isin(list(self.controls))
        own = [
            {
                "text": control.label,
                "value": control.show(control.start),
                "range": f"{control.show(control.stops[0])} to {control.show(control.stops[-1])}"
                if control.is_number
                else f"one of {len(control.stops)}",
                "unit": "",
                "kind": "assumed",
                "source": "This course",
                "source_id": COURSE,
            }
            for name, control in self.controls.items()
            if name not in self.assumptions.index
        ]
        fixed, rows = (
            self.assumptions[~moved],
            pd.concat([self.assumptions[moved], pd.DataFrame(own)]),
        )
        words = f"{len(rows)} that you move"
        if len(fixed):
            words = f"{len(fixed)} fixed, {words}"
        rows = rows.assign(text=rows["text"] + " (yours to move)")
        return f"Assumptions: {words}", assumption_table(pd.concat([fixed, rows]))

    @property
    def assumption_list(self) -> str:
        """The assumptions as HTML that a reader unfolds; empty where none were given."""
        if self._listed is None:
            return ""
        words, table = self._listed
        return f"{ASSUMPTIONS}<summary>{words}. Value, range, kind and source of each</summary>{table._repr_html_()}</details>"

    def _check(self, values: Mapping[str, Any], where: str) -> None:
        for name, value in values.items():
            if name not in self.controls:
                close = difflib.get_close_matches(name, self.controls, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else ""
                raise ValueError(
                    f"{where}: no control {name!r}; there are {', '.join(self.controls)}.{hint}"
                )
            if value not in self.controls[name].stops:
                stops = ", ".join(map(repr, self.controls[name].stops))
                raise ValueError(f"{where}: {name}={value!r} is none of its stops: {stops}")

    # ---- drawing
    def _make_frame(self, values: Mapping[str, Any], at: str) -> Frame:
        result = self._result_at(values)
        sentence = self._sentence(result, values)
        with course_style():
            moving, marks = self._moving(result, values)
            if self.prediction is not None and (marks or not self._mark):
                words = self.prediction
                words = words if isinstance(words, str) else f"{words:,.12g}"
                sentence += f" {self.told.format(words)}"
            svg = self._svg_of(moving + marks, sentence)
        return Frame(svg, sentence, at)

    def _moving(self, result: Any, values: Mapping[str, Any]) -> tuple[list, list]:
        """What moves: the artists of the model's result, and those of the prediction, both added to the figure."""
        moving = self._added(lambda: self._draw(self.figure, result, values))
        predicted = self.prediction is not None
        return moving, self._mark_of(result, values, self.prediction) if predicted else []

    def _mark_of(self, result: Any, values: Mapping[str, Any], prediction: Any) -> list:
        if not self._mark:
            return []
        return self._added(lambda: self._mark(self.figure, result, values, prediction))

    def _svg_of(self, artists: list, label: str) -> str:
        """The artists as an SVG, after which they are gone from the figure."""
        with self._once(artists) as in_order:
            return _svg(self.figure, in_order, label)

    @contextmanager
    def _once(self, artists: list) -> Iterator[list]:
        """The artists in the order in which they are drawn; afterwards they are gone from the figure."""
        try:
            yield sorted(artists, key=lambda it: it.get_zorder())
        finally:
            for artist in artists:
                artist.remove()

    def _added(self, drawing: Callable[[], None]) -> list:
        """The artists that `drawing` adds to the figure."""
        before = {id(child) for axes in self.figure.axes for child in axes.get_children()}
        drawing()
        return [
            child
            for axes in self.figure.axes
            for child in axes.get_children()
            if id(child) not in before
        ]

    @property
    def picture(self) -> str:
        """All of the picture at the present values, as a base64 PNG: for print, and for readers without a kernel."""
        with course_style():
            moving, marks = self._moving(self.result, self.values)
            with self._once(moving + marks) as in_order:
                return png_over(self._static, self.figure, in_order)

    # ---- the page
    @cached_property
    def _view(self) -> "_View":
        return _View(self)

    def _ipython_display_(self) -> None:
        display(self.bundle(), raw=True)
        self._view.prepare()

    def bundle(self) -> dict[str, Any]:
        """The lab for every kind of reader: live widgets, and its present picture for one without a kernel."""
        how = f"{self.title}. Run this cell to move its controls: " + "; ".join(
            f"{control.label}: {control.show(self.values[control.name])}"
            for control in self.controls.values()
        )
        text = [how, self.sentence, *map(str, self._listed or ())]
        bundle = picture_bundle(self.picture, self.sentence, "\n".join(text), caption=self.sentence)
        bundle["text/html"] += self.assumption_list
        return bundle | {WIDGET_VIEW: self._view.box._repr_mimebundle_()[WIDGET_VIEW]}


class _Renderer(RendererSVG):
    """matplotlib's SVG renderer, which remembers how large a text is: most words of a picture stay from stop to stop.

    matplotlib keeps these sizes for each renderer, and each picture has a renderer of its own.
    """

    def get_text_width_height_descent(self, s, prop, ismath):
        return _text_size(s, prop.copy(), ismath)


@lru_cache(maxsize=4096)
def _text_size(text: str, font: FontProperties, ismath: bool) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, font, ismath)


def _svg(figure: Figure, artists: Sequence, label: str) -> str:
    """`artists` alone as an inline SVG with the size of `figure`, labelled for screen readers."""
    width, height = figure.get_size_inches() * 72
    text = io.StringIO()
    silent = {"Creator": None, "Date": None, "Format": None, "Type": None}
    renderer = _Renderer(width, height, text, image_dpi=72, metadata=silent)
    for artist in artists:
        artist.draw(renderer)
    renderer.finalize()
    body = text.getvalue()
    body = body[body.index("<svg") :]
    # The style of a matplotlib SVG would reach the whole page (`*{...}`); page.py gives it to our SVG alone.
    body = re.sub(
        r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>", "", body, flags=re.DOTALL
    )
    # Hundredths of a point are finer than any screen; six decimals double the bytes.
    body = re.sub(r' d="[^"]*"', lambda d: re.sub(r"(\.\d\d)\d+|\s*\n(?=L)", r"\1", d[0]), body)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{html.escape(label)}">'
    )
    return opening + body[body.index(">") + 1 :]


def _running_loop() -> asyncio.AbstractEventLoop | None:
    """The kernel's loop; None in plain Python, where nothing ever waits."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


class _WhenIdle:
    """Runs the steps of an iterator while nothing else happens in the kernel: the newest iterator, a step at a time."""

    PAUSE = 0.02  # seconds; while a slider is dragged the next move comes sooner
    BREATH = 0.002  # between two steps, so that a move that has come in goes first

    def __init__(self) -> None:
        self._next: asyncio.TimerHandle | None = None

    def start(self, steps: Iterator[None]) -> None:
        loop = _running_loop()
        if loop is None:
            return
        if self._next:
            self._next.cancel()
        self._next = loop.call_later(self.PAUSE, self._step, loop, steps)

    def _step(self, loop: asyncio.AbstractEventLoop, steps: Iterator[None]) -> None:
        if next(steps, loop) is not loop:
            self._next = loop.call_later(self.BREATH, self._step, loop, steps)


class _View:
    """The widgets of one lab."""

    CONFIRM = 0.1  # seconds; how late a picture may come that the page holds already

    def __init__(self, lab: Lab):
        self._lab, self._following = lab, False
        # While a cell runs, JupyterLab has the kernel answer moves in a second thread.
        self._turn = threading.RLock()
        self.controls = {
            name: _widget(control, lab.values[name]) for name, control in lab.controls.items()
        }
        for name, widget in self.controls.items():
            widget.observe(lambda change, name=name: self._moved(name, change), names="index")
            widget.unmoved = self._confirm
            widget.add_class("aic-control")
        self._ahead = _WhenIdle()
        # Picture and sentence travel in one message.
        self._moving = widgets.HTML()
        self._moving.add_class("aic-moving")
        # What was drawn ahead goes to the page through this one, which shows nothing.
        self._ready = widgets.HTML(layout={"display": "none"})
        self._ready.add_class("aic-ready")
        self._sent: set[str] = set()
        self._confirming: asyncio.TimerHandle | None = None
        still = widgets.HTML(
            f'{STYLE}<img class="aic-still" alt="" src="data:image/png;base64,{lab._static}">'
        )
        stage = widgets.Box([still, self._moving])
        stage.add_class("aic-stage")
        stage.layout.max_width = f"{lab.figure.get_size_inches()[0] * 96:.0f}px"
        title = widgets.HTML(f'<div class="aic-title">{html.escape(lab.title)}</div>')
        # The page presses it when its controls and ours have come to stand apart.
        again = widgets.Button(layout={"display": "none"})
        again.add_class("aic-again")
        again.on_click(lambda _: self.follow(lab.values))
        rows = widgets.VBox([title, self._presets(), *self.controls.values()])
        rows.add_class("aic-controls")
        listed = [widgets.HTML(lab.assumption_list)] if lab.assumption_list else []
        self.box = widgets.VBox([rows, stage, self._ready, again, script_widget(), *listed])
        self.box.add_class("aic-lab")
        self._show()

    def _presets(self) -> widgets.HBox:
        def button(name: str) -> widgets.Button:
            made = widgets.Button(description=name, tooltip=f"Set the controls to: {name}")
            made.layout.width = "auto"
            made.on_click(lambda _: self._lab.preset(name))
            return made

        row = widgets.HBox(
            [widgets.HTML("<span>Start from:</span>"), *map(button, self._lab.presets)]
        )
        row.layout.flex_flow = "row wrap"
        return row

    def follow(self, values: Mapping[str, Any]) -> None:
        """Bring the widgets of these controls to `values` and draw once."""
        with self._turn:
            self._following = True
            try:
                for name, value in values.items():
                    widget = self.controls[name]
                    index = self._lab.controls[name].stops.index(value)
                    if widget.index != index:
                        widget.index = index
                    else:
                        widget.send_state("index")  # the page may have it elsewhere
            finally:
                self._following = False
            self._confirm()

    def _moved(self, name: str, change) -> None:
        with self._turn:
            if self._following:
                return
            lab = self._lab
            lab.values = {
                name: lab.controls[name].stops[widget.index]
                for name, widget in self.controls.items()
            }
            self._show()
            frames = lab.draw_ahead(name, 1 if change["new"] > change["old"] else -1)
            self._ahead.start(self._send_ahead(frames))

    def _show(self) -> None:
        """Send the present picture: at once, or soon if the page holds it and so has shown it by itself.

        Then the page need not draw every picture twice while a slider is dragged. A page whose script was blocked gets
        all of them, some of them later.
        """
        loop = _running_loop()
        if loop and self._lab.frame.at in self._sent:
            # A thread that has ended leaves its timers behind.
            if not self._confirming or self._confirming.when() < loop.time() - 1:
                self._confirming = loop.call_later(self.CONFIRM, self._confirm)
        else:
            self._confirm()

    def _confirm(self) -> None:
        """Send the present picture, even if it was the last one sent: the page waits for an answer and may show another."""
        with self._turn:
            if self._confirming:
                self._confirming.cancel()
                self._confirming = None
            frame = self._lab.frame
            same = self._moving.value == frame.html
            # A widget sends what differs.
            self._moving.value = f"{frame.html} " if same else frame.html
            self._sent.add(frame.at)

    def prepare(self) -> None:
        """While nothing else happens, send what lies one stop away, in one message: a new page finds it in the widget."""

        def steps() -> Iterator[None]:
            batch = []
            for frame in self._lab.around():
                batch.append(frame)
                yield
            self._send(batch)

        self._ahead.start(steps())

    def _send_ahead(self, frames: Iterator[Frame]) -> Iterator[None]:
        """Give the page what it does not hold yet: the first frame at once, then more and more in one message."""
        batch: list[Frame] = []
        size = 1
        for frame in frames:
            if frame.at in self._sent:
                continue
            batch.append(frame)
            if len(batch) == size:
                self._send(batch)
                batch, size = [], min(8, 2 * size)
            yield
        self._send(batch)

    def _send(self, batch: Sequence[Frame]) -> None:
        if not batch:
            return
        with self._turn:
            self._ready.value = "".join(
                f'<script type="text/html" data-at="{frame.at}">{frame.html}</script>'
                for frame in batch
            )
            self._sent |= {frame.at for frame in batch}


class _Answering:
    """A control that tells of a position which the page sends and the kernel has already, too.

    The page waits for an answer to each of its messages, and nothing changes on this one. It comes when a hand that moves on and
    back is quicker than the kernel.
    """

    unmoved: Callable[[], None] = staticmethod(lambda: None)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        before = self.index
        super().set_state(sync_data)
        if self.index == before:
            self.unmoved()


class _Slider(_Answering, widgets.SelectionSlider):
    pass


class _List(_Answering, widgets.Dropdown):
    pass


def _widget(control: Control, value: Any) -> widgets.Widget:
    kind = _Slider if control.is_number else _List
    made = kind(
        options=[(control.show(stop), i) for i, stop in enumerate(control.stops)],
        index=control.stops.index(value),
        description=control.label,
        style={"description_width": "260px"},
    )
    made.layout.width = "640px"
    made.layout.max_width = "100%"
    return made
