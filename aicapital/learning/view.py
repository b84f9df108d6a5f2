"""The widgets and HTML of a question. All text is escaped here; colours follow the JupyterLab theme."""

import html
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as widgets
from IPython.display import display

from ..page_script import script_widget
from .guard import guarded
from .quantity import kind_of_number
from .questions import (
    ASKED_VERDICT,
    CONFIDENCES,
    VERDICTS,
    Choice,
    Claim,
    Code,
    Feedback,
    Number,
    Prediction,
)

if TYPE_CHECKING:
    from .live import Live

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_INK = "color: var(--jp-content-font-color1, inherit)"
_BODY = f"font-size: 14px; line-height: 1.5; {_INK}"
_COLOURS = {
    "right": "var(--jp-success-color1, #2e7d32)",
    "wrong": "var(--jp-warn-color1, #b26a00)",
    "recorded": "var(--jp-brand-color1, #1565c0)",
}
# ipywidgets gives radio labels one fixed line and hangs the button on the last; a long option would not fit.
_STYLE = (
    "<style>.aicapital-question .widget-radio, .aicapital-question .widget-radio-box{height: auto}"
    ".aicapital-question .widget-radio-box{margin-bottom: 4px}"
    ".aicapital-question .widget-radio-box label{display: flex; align-items: flex-start; height: auto;"
    " padding: 2px 0; line-height: 20px; white-space: normal}"
    ".aicapital-question .widget-radio-box input{order: -1; flex: none}</style>"
)
WIDE = widgets.Layout(width="100%")


def to_html(text: str, lead: str = "") -> str:
    """Escaped text after a lead in HTML; `backticks` become code and an empty line a new paragraph."""
    escaped = lead + re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(text))
    return "".join(
        f'<p style="margin: 0 0 0.4em; {_INK}">{part}</p>' for part in re.split(r"\n\s*\n", escaped)
    )


def question_html(heading: str, text: str) -> str:
    return f'{_STYLE}<div style="{_BODY}"><b>{html.escape(heading)}</b>{to_html(text)}</div>'


def status_html(parts: str, status: str = "") -> str:
    """A polite live region; a bar in a colour of the theme repeats what its first word says."""
    bar = (
        f"border-left: 4px solid {_COLOURS[status]}; padding-left: 8px;"
        if status in _COLOURS
        else ""
    )
    return f'<div role="status" aria-live="polite" style="{bar} {_BODY}">{parts}</div>'


def feedback_html(feedback: Feedback) -> str:
    word = f"<b>{feedback.word}</b> " if feedback.word else ""
    named = f"<i>{html.escape(feedback.named)}</i> " if feedback.mistake else ""
    return to_html(feedback.says, lead=word + named)


def sentence_html(sentence: str) -> str:
    return status_html(to_html(sentence))


def show_sentence(sentence: str) -> None:
    display({"text/plain": sentence, "text/html": sentence_html(sentence)}, raw=True)


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str = "") -> str:
    """A small left-aligned table; the first cell of a row is its header."""
    cell = 'style="text-align: left; vertical-align: top; padding: 2px 12px 2px 0; white-space: normal"'
    title = (
        f'<caption style="text-align: left; font-weight: bold">{html.escape(caption)}</caption>'
        if caption
        else ""
    )
    top = "".join(f'<th scope="col" {cell}>{html.escape(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row" {cell}>{html.escape(first)}</th>'
        + "".join(f"<td {cell}>{html.escape(value)}</td>" for value in rest)
        + "</tr>"
        for first, *rest in rows
    )
    thead = f"<thead><tr>{top}</tr></thead>" if head else ""
    return f'<table style="margin: 0 0 0.6em; {_INK}">{title}{thead}<tbody>{body}</tbody></table>'


def reveal_html(text: str, rows: Sequence[tuple[str, str]], explanation: str) -> str:
    return f"<div>{to_html(text)}{table_html((), rows)}{to_html(explanation)}</div>"


def verdict_html(live: "Live") -> str:
    rows = [
        (when, verdict.verdict, verdict.confidence, reason) for when, verdict, reason in live.course
    ]
    table = table_html(("", "Verdict", "Confidence", "Because"), rows, "The course's verdict")
    return table + to_html(f"Evidence: {', '.join(live.question.evidence)}.")


def show(live: "Live") -> None:
    """Display the widgets of a question."""
    show_with_twin(build(live), twin_html(live), live.twin)


def show_with_twin(box: widgets.Box, as_html: str, as_text: str) -> None:
    """Display widgets, with the same as HTML and text beside them for readers without a kernel."""
    box.children = (*box.children, script_widget())
    view = box._repr_mimebundle_()[WIDGET_VIEW]
    display({WIDGET_VIEW: view, "text/html": as_html, "text/plain": as_text}, raw=True)


def twin_html(live: "Live") -> str:
    """The question as a reader without a kernel sees it, in JupyterLab before the cell is run and on GitHub."""
    code = isinstance(live.question, Code)
    answers = f"<pre>{html.escape(live.question.starter)}</pre>" if code else ""
    if not code:
        items = "".join(f"<li>{html.escape(line.strip())}</li>" for line in live.twin_answers())
        answers = f'<ul style="list-style: none; padding-left: 1em">{items}</ul>'
    return f'<div style="{_BODY}"><b>{html.escape(live.heading)}</b>{to_html(live.text)}{answers}<p><i>Run this cell to answer.</i></p></div>'


def build(live: "Live") -> widgets.VBox:
    """The question, its controls, its buttons and its feedback area."""
    controls, read = _controls(live)
    out = widgets.HTML(value=_reply(live), layout=WIDE)

    def on_press(action: Callable[[], object]) -> Callable[..., None]:
        def press(*_) -> None:
            def act():
                action()
                out.value = _reply(live)

            guarded(act, lambda sentence: setattr(out, "value", sentence_html(sentence)))

        return press

    buttons = []
    if controls:
        submit = on_press(lambda: live.answer(*read()))
        buttons.append(button(live.button, submit, button_style="primary"))
        for control in controls:
            if isinstance(control, widgets.Text):
                control.on_msg(
                    lambda _, content, __: submit() if content.get("event") == "submit" else None
                )
    if live.locked:
        for control in (*controls, *buttons):
            control.disabled = True
    if live.hints:
        buttons.append(button("Give me a hint", on_press(live.hint)))
    question = widgets.HTML(value=question_html(live.heading, live.text), layout=WIDE)
    if isinstance(live.question, Code):
        question.value += f"<pre>{html.escape(live.question.starter)}</pre>"
    box = widgets.VBox([question, *controls, widgets.HBox(buttons), out])
    box.layout = widgets.Layout(width="100%", padding="4px 0")
    box.add_class("aicapital-question")
    return box


def button(words: str, press: Callable[..., None], **style) -> widgets.Button:
    button = widgets.Button(description=words, layout=widgets.Layout(width="auto"), **style)
    button.on_click(press)
    return button


def _reply(live: "Live") -> str:
    """The feedback area: what was said to the last answer, or what is on record; the hints so far; notes."""
    feedback = live.feedback
    parts = feedback_html(feedback) if feedback else to_html(live.status) if live.status else ""
    if not (feedback and feedback.solved):
        parts += "".join(to_html(live.hint_line(step)) for step in range(1, live.hints_shown + 1))
    if (
        live.kind == "verdicts"
        and live.record
        and (feedback is None or feedback.status == "recorded")
    ):
        parts += verdict_html(live)
    parts += "".join(to_html(note) for note in live.notes())
    return status_html(parts, feedback.status if feedback else "")


def _controls(live: "Live") -> tuple[list[widgets.Widget], Callable[[], tuple]]:
    """The input widgets of a question, and a function that reads them as arguments for `answer`."""
    record = live.record
    if isinstance(live.question, Claim):
        verdict = radio(ASKED_VERDICT, VERDICTS, record and record["verdict"])
        confidence = radio("How sure are you?", CONFIDENCES, record and record["confidence"])
        for choice in (verdict, confidence):
            choice.add_class("aicapital-row")
        return [verdict, confidence], lambda: (verdict.value, confidence.value)
    if isinstance(live.question, Choice):
        options = [(text, index) for index, text in enumerate(live.option_texts)]
        choices = radio("Your answer", options)
        return [choices], lambda: (choices.value,)
    if isinstance(live.question, Prediction):
        if live.question.options:
            recorded = record and record["value"]
            choices = radio("Your prediction", live.question.options, recorded)
            return [choices], lambda: (choices.value,)
        text = _text(f"Your prediction: {kind_of_number(live.question.unit)}")
        if record:
            text.value = str(record["value"])
        return [text], lambda: (text.value,)
    if isinstance(live.question, Number):
        text = _text(f"Your answer: {kind_of_number(live.question.unit)}")
        return [text], lambda: (text.value,)
    return [], tuple


def radio(description: str, options: Sequence, value: object = None) -> widgets.RadioButtons:
    values = [option[1] if isinstance(option, tuple) else option for option in options]
    return widgets.RadioButtons(
        options=options,
        value=value if value in values else None,
        description=description,
        style={"description_width": "initial"},
        layout=WIDE,
    )


def _text(description: str) -> widgets.Text:
    return widgets.Text(
        description=description,
        placeholder="type here, then press Enter",
        style={"description_width": "initial"},
        layout=widgets.Layout(width="auto", max_width="36em"),
    )
