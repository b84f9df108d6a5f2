"""The widgets and HTML of the two concept forms."""

import html
from typing import TYPE_CHECKING

import ipywidgets as widgets

from .concept_test import GAIN_TABLE, HAND_IN, REVIEW_TABLE
from .guard import guarded
from .view import (
    WIDE,
    button,
    question_html,
    radio,
    sentence_html,
    show_with_twin,
    status_html,
    table_html,
    to_html,
)

if TYPE_CHECKING:
    from .concept_test import ConceptForm, ConceptResult


def show(form: "ConceptForm") -> None:
    """Display the form, with its questions as text beside it."""
    show_with_twin(build(form), twin_html(form), form.twin)


def twin_html(form: "ConceptForm") -> str:
    items = "".join(
        f'<li style="margin-bottom: 0.6em">{html.escape(choice.text)}<ul style="list-style: none; padding-left: 1em">'
        + "".join(f"<li>{letter}. {html.escape(text)}</li>" for text, letter in form.options(key))
        + "</ul></li>"
        for key, choice in form.questions.items()
    )
    return f"<div><b>{html.escape(form.heading)}</b><ol>{items}</ol><p><i>Run this cell to answer.</i></p></div>"


def result_html(result: "ConceptResult") -> str:
    gains = table_html(GAIN_TABLE[1], [score.row for score in result.scores], GAIN_TABLE[0])
    review = table_html(REVIEW_TABLE[1], result.review(), REVIEW_TABLE[0])
    return "".join(to_html(text) for text in result.words) + gains + review


def _reply(form: "ConceptForm") -> str:
    parts = to_html(form.status)
    if form.result:
        parts += result_html(form.result)
    parts += "".join(to_html(note) for note in form.progress.take_notes())
    return status_html(parts, "recorded" if form.answers else "")


def build(form: "ConceptForm") -> widgets.VBox:
    """Twelve questions with radio buttons that record at once, a button to hand in, and a line of status."""
    out = widgets.HTML(value=_reply(form), layout=WIDE)
    answers, blocks, radios = form.answers, [], {}

    def after(action) -> None:
        def act():
            action()
            out.value = _reply(form)

        guarded(act, lambda sentence: setattr(out, "value", sentence_html(sentence)))
        if form.handed_in:
            close()

    def close() -> None:
        for control in (*radios.values(), submit):
            control.disabled = True

    def record(key: str):
        return lambda change: after(lambda: form.answer(key, change["new"]))

    for number, (key, choice) in enumerate(form.questions.items(), start=1):
        text = widgets.HTML(value=question_html(f"Question {number}", choice.text), layout=WIDE)
        radios[key] = radio(f"Answer to question {number}", form.options(key), answers.get(key))
        radios[key].observe(record(key), names="value")
        blocks.append(widgets.VBox([text, radios[key]], layout=WIDE))
    submit = button(HAND_IN, lambda *_: after(form.hand_in), button_style="primary")
    if form.handed_in:
        close()
    heading = widgets.HTML(value=f"<b>{html.escape(form.heading)}</b>", layout=WIDE)
    box = widgets.VBox([heading, *blocks, widgets.HBox([submit]), out])
    box.layout = widgets.Layout(width="100%", padding="4px 0")
    box.add_class("aicapital-question")
    return box
