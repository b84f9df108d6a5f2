"""Which lab or question a saved output shows, found by the words that it left for readers without a kernel.

A lesson is committed executed, and a test compares every saved output with what its cell gives today. So the words of an output
name its lab or question exactly, and the notebook need not say it a second time.
"""

import ast
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from ..learning import Lesson
from ..learning.concept_test import ConceptForm
from ..learning.live import Live, Reveal
from ..learning.page import KEPT
from ..learning.questions import Claim, Prediction

MOVE = ". Run this cell to move its controls: "
ANSWER = "(Run this cell to answer.)"
RECALL = re.compile(r"Recall from lesson (\d\d)\. ")


@dataclass(frozen=True)
class ShownLab:
    """A lab of a lesson: its function in `aicapital.labs`, and which prediction it shows."""

    name: str
    prediction: str = ""


@dataclass(frozen=True)
class InJupyterLab:
    """Something that is made of the learner's own code or record in JupyterLab; `what` happens there."""

    what: str


JUDGED = InJupyterLab("the course judges your function here and names the mistake")


@dataclass(frozen=True)
class ShownProgress:
    """The learner's record, of one lesson or of all."""


@dataclass(frozen=True)
class ShownBrief:
    """The learner's brief, on the lab that stands above it."""


Shown = ShownLab | ShownProgress | ShownBrief | InJupyterLab | ConceptForm | Live | Reveal | None


def shown(cell: NotebookNode, output: NotebookNode, lesson: Lesson) -> Shown:
    """What of the course an output shows; None for every other output."""
    text = output.get("data", {}).get("text/plain", "")
    if MOVE in text:
        return _lab(cell)
    if text.endswith(ANSWER):
        form = next((form for form in _forms() if text.startswith(form.heading)), None)
        return form or _question(text, lesson)
    if text.endswith(KEPT):
        return ShownProgress()
    if "\nYour prediction: none recorded\n" in text:
        return _reveals(lesson).get(text)
    if text.startswith("Your brief holds "):
        return ShownBrief()
    if any(text.startswith(twin.removesuffix(ANSWER)) for twin in _asked(lesson)):
        return JUDGED
    return None


def _lab(cell: NotebookNode) -> ShownLab | None:
    found = [
        node
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("labs.")
    ]
    if len(found) != 1:
        return None
    predicted = [
        keyword.value.args[0].value
        for keyword in found[0].keywords
        if keyword.arg == "prediction"
        and ast.unparse(keyword.value).startswith("lesson.predicted(")
    ]
    return ShownLab(found[0].func.attr, predicted[0] if predicted else "")


@functools.cache
def _forms() -> tuple[ConceptForm, ...]:
    """The two concept forms, each with a heading of its own."""
    return Lesson("00").pre_test(), Lesson("10").post_test()


def _question(text: str, lesson: Lesson) -> Live | None:
    recalled = RECALL.match(text)
    return (_recalls(lesson, recalled[1]) if recalled else _asked(lesson)).get(text)


@functools.cache
def _asked(lesson: Lesson) -> dict[str, Live]:
    return {live.twin: live for live in lives(lesson)}


def lives(lesson: Lesson) -> Iterator[Live]:
    """Every question of a lesson as its notebook would show it."""
    for name, question in lesson.questions.items():
        if isinstance(question, Prediction):
            yield lesson.predict(name)
        elif isinstance(question, Claim):
            yield lesson.verdict(name)
        else:
            yield lesson.check(name)


@functools.cache
def _recalls(lesson: Lesson, earlier: str) -> dict[str, Live]:
    names = [live.question.id for live in lives(Lesson(earlier)) if live.kind == "checks"]
    asked = [lesson.recall(earlier, name) for name in names]
    return {live.twin: live for live in asked}


@functools.cache
def _reveals(lesson: Lesson) -> dict[str, Reveal]:
    found = [Reveal(live) for live in lives(lesson) if live.kind == "predictions"]
    return {repr(reveal): reveal for reveal in found}
