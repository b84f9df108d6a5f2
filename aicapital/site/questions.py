"""A question as a form of a page, with what the page script needs to judge an answer, all from the question itself."""

import html
import json

from ..learning.live import Live, Reveal
from ..learning.quantity import kind_of_number
from ..learning.questions import (
    ASKED_VERDICT,
    CONFIDENCES,
    VERDICTS,
    Choice,
    Claim,
    Code,
    Number,
    Prediction,
    resolve,
)
from ..learning.view import to_html, verdict_html


def form(live: Live, uid: str) -> str:
    """The question as an HTML form; `uid` is its own on the page."""
    question = live.question
    buttons = f'<button type="submit">{html.escape(live.button)}</button>'
    if isinstance(question, Code):
        buttons = ""
    if live.hints:
        buttons += '<button type="button" class="hint">Give me a hint</button>'
    return (
        f'<form class="question" id="{uid}" novalidate data-kind="{live.kind}" data-lesson="{live.lesson}" data-record="{html.escape(live.record_id)}">'
        f'<p class="heading">{html.escape(live.heading)}</p>{to_html(live.text)}{_controls(live, uid)}'
        f'<div class="buttons">{buttons}</div><div class="reply" role="status" aria-live="polite"></div>'
        f"{in_page(_data(live))}</form>"
    )


def reveal(shown: Reveal, saved: str, uid: str) -> str:
    """A prediction beside the evidence, behind a button; on paper, what the notebook saved."""
    live = shown.live
    data = _data(live) | {
        "evidence": live.question.show(live.question.truth()),
        "explain": to_html(shown.explanation),
    }
    return (
        f'<div class="beside" id="{uid}" data-lesson="{live.lesson}" data-record="{html.escape(live.record_id)}">'
        f"{to_html(live.text)}"
        '<div class="buttons"><button type="button">Show the evidence beside my prediction</button></div>'
        f'<div class="reply" role="status" aria-live="polite"></div>{in_page(data)}</div><div class="on-paper">{saved}</div>'
    )


def _controls(live: Live, uid: str) -> str:
    question = live.question
    if isinstance(question, Claim):
        return radios(ASKED_VERDICT, "verdict", VERDICTS) + radios(
            "How sure are you?", "confidence", CONFIDENCES
        )
    if isinstance(question, Choice):
        return radios("Your answer", "answer", live.option_texts)
    if isinstance(question, Prediction) and question.options:
        return radios("Your prediction", "answer", question.options)
    if isinstance(question, Code):
        return (
            f"<pre><code>{html.escape(question.starter)}</code></pre><p>This task runs your own code, so it needs the notebook: "
            "open the lesson in JupyterLab (<code>make course</code>).</p>"
        )
    what = "Your prediction" if isinstance(question, Prediction) else "Your answer"
    return (
        f'<label for="{uid}-n">{what}: {html.escape(kind_of_number(question.unit))}</label>'
        f'<input id="{uid}-n" name="answer" type="text" autocomplete="off" spellcheck="false">'
    )


def radios(legend: str, name: str, options) -> str:
    rows = "".join(
        f'<label><input type="radio" name="{name}" value="{i}"> <span>{html.escape(text)}</span></label>'
        for i, text in enumerate(options)
    )
    return f'<fieldset class="{name}"><legend>{html.escape(legend)}</legend>{rows}</fieldset>'


def _data(live: Live) -> dict:
    question = live.question
    data = {
        "hints": [to_html(live.hint_line(step)) for step in range(1, len(live.hints) + 1)],
    }
    if isinstance(question, Choice):
        data["options"] = [
            {
                "right": option.correct,
                "says": to_html(live.say(option.why)),
                "mistake": option.mistake,
            }
            for option in question.options
        ]
    if isinstance(question, Number | Prediction):
        data |= {
            "unit": question.unit,
            "tolerance": question.tolerance,
            "relative": question.rel_tolerance,
            "minimum": question.minimum,
            "maximum": question.maximum,
        }
    if isinstance(question, Number):
        data |= {
            "answer": float(resolve(question.answer)),
            "expects": question.expects,
            "right": to_html(live.say(question.right)),
            "mistakes": [
                {
                    "name": mistake.name,
                    "value": float(resolve(mistake.value)),
                    "says": to_html(live.say(mistake.says)),
                }
                for mistake in question.mistakes
            ],
        }
    if isinstance(question, Prediction):
        data |= {"options": list(question.options), "truth": question.truth()}
    if isinstance(question, Claim):
        data |= {
            "verdicts": VERDICTS,
            "confidences": CONFIDENCES,
            "then": question.then.verdict,
            "same": live.comparison(question.then.verdict),
            "other": live.comparison(""),
            "course": verdict_html(live),
        }
    return data


def in_page(data: dict) -> str:
    """Data for the page script, inside the page: one opened from a folder may not fetch."""
    text = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return f'<script type="application/json">{text}</script>'
