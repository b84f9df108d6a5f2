"""The running case from its first decision to its last: what Skerry had to decide, on which numbers, and what it did.

The numbers are rows of `data/fictional_lab.csv`, the decisions rows of `data/case_decisions.csv`. A lesson shows up
here as soon as both tables have rows for it; nothing in this module knows a lesson by number.
"""

import html
from dataclasses import dataclass

import ipywidgets as widgets
import pandas as pd

from ..data import load
from .claims import LESSONS, listed
from .guard import guarded
from .progress import Progress, now, open_progress
from .questions import LearningError, fill
from .view import (
    WIDE,
    question_html,
    radio,
    sentence_html,
    show_sentence,
    show_with_twin,
    status_html,
    table_html,
    to_html,
)

NAME = "Skerry"
KIND, RECORD = "decisions", "running_case"
OPEN = f"{NAME}'s decision appears once you have decided."


@dataclass(frozen=True)
class CaseDecision:
    """One decision: the question, the choices, the numbers it rests on, what was decided and why."""

    lesson: str
    question: str
    choices: tuple[str, ...]
    decision: str
    reason: str
    numbers: tuple[tuple[str, str], ...]  # in words, and with its unit

    @property
    def heading(self) -> str:
        return f"Lesson {self.lesson}. {LESSONS.get(self.lesson, '')}".rstrip(". ")


def decisions() -> list[CaseDecision]:
    """All decisions so far, in the order of the lessons."""
    items = load("fictional_lab").set_index("item")
    rows = load("case_decisions").sort_values("lesson")
    told = rows[
        rows["lesson"].isin(items["lesson"])
    ]  # a lesson that is being written has no numbers yet
    return [_decision(row, items) for row in told.itertuples()]


def _decision(row, items: pd.DataFrame) -> CaseDecision:
    keys, choices = listed(row.items), tuple(listed(row.choices))
    missing = [key for key in keys if key not in items.index]
    if missing:
        raise LearningError(
            f"case_decisions.csv, lesson {row.lesson}: {missing[0]!r} is no item of fictional_lab.csv."
        )
    if row.decision not in choices:
        raise LearningError(
            f"case_decisions.csv, lesson {row.lesson}: the decision {row.decision!r} is none of the choices "
            f"({'; '.join(choices)})."
        )
    numbers = tuple(
        (items.at[key, "text"], f"{items.at[key, 'value']:,g} {items.at[key, 'unit']}")
        for key in keys
    )
    reason = fill(row.reason, items["value"].to_dict(), f"decision of lesson {row.lesson}")
    return CaseDecision(row.lesson, row.question, choices, row.decision, reason, numbers)


class RunningCase:
    """Every decision with its numbers, the learner's choice and Skerry's; widgets in a notebook, text elsewhere."""

    def __init__(self, show_all: bool = False, progress: Progress | None = None):
        self.show_all = show_all
        self.progress = progress or open_progress()
        self.decisions = {decision.lesson: decision for decision in decisions()}

    def chosen(self, lesson: str) -> str | None:
        """The learner's choice; None without one, or when it is no longer among the choices."""
        record = self.progress.get(KIND, lesson, RECORD)
        choice = record and record["choice"]
        return choice if choice in self.decisions[lesson].choices else None

    def decide(self, lesson: str, choice: object) -> str:
        """Record a choice, by its words or its position from 0; what is now to be said about it."""
        if lesson not in self.decisions:
            raise LearningError(
                f"{NAME} decides nothing in lesson {lesson!r}. Decisions so far: {', '.join(self.decisions)}."
            )
        choices = self.decisions[lesson].choices
        if isinstance(choice, int) and not isinstance(choice, bool) and 0 <= choice < len(choices):
            choice = choices[choice]
        if choice not in choices:
            raise LearningError(f"Pick one of: {'; '.join(choices)}. Got {choice!r}.")
        self.progress.put(KIND, lesson, RECORD, {"choice": choice, "when": now()})
        return self.told(lesson)

    def told(self, lesson: str) -> str:
        """What Skerry did, once the learner has chosen or with `show_all`."""
        decision, chosen = self.decisions[lesson], self.chosen(lesson)
        if not (chosen or self.show_all):
            return OPEN
        yours = f"You: {chosen}.\n\n" if chosen else ""
        return f"{yours}{NAME}: {decision.decision}. {decision.reason}"

    def __repr__(self) -> str:
        return guarded(self._text, lambda sentence: sentence)

    def _text(self) -> str:
        lines = []
        for lesson, decision in self.decisions.items():
            lines += [f"{decision.heading}: {decision.question}"]
            lines += [f"  {what}: {number}" for what, number in decision.numbers]
            lines += [f"  - {choice}" for choice in decision.choices]
            lines += [f"  {part}" for part in self.told(lesson).split("\n\n")]
        return "\n".join([*lines, *self.progress.take_notes()])

    def html(self) -> str:
        """The whole replay as HTML that needs no kernel."""
        folds = ""
        for lesson, decision in self.decisions.items():
            choices = "".join(f"<li>{html.escape(choice)}</li>" for choice in decision.choices)
            folds += (
                f'<details{" open" if self.show_all else ""}><summary style="cursor: pointer; padding: 4px 0">'
                f"{html.escape(decision.heading)}: {html.escape(decision.question)}</summary>"
                f"{self._numbers(decision)}<ul>{choices}</ul>{to_html(self.told(lesson))}</details>"
            )
        return f"<div>{folds}</div>"

    @staticmethod
    def _numbers(decision: CaseDecision) -> str:
        return table_html((), decision.numbers, f"{NAME}'s numbers")

    def _ipython_display_(self) -> None:
        guarded(lambda: show_with_twin(self.build(), self.html(), repr(self)), show_sentence)

    def build(self) -> widgets.VBox:
        """A list to choose a decision from, and the decision; a choice is recorded at once and may be changed."""
        undecided = (lesson for lesson in self.decisions if not self.chosen(lesson))
        pick = widgets.Dropdown(
            options=[
                (f"{d.heading}: {d.question}", lesson) for lesson, d in self.decisions.items()
            ],
            value=next(undecided, next(iter(self.decisions))),
            description="Decision",
            layout=WIDE,
        )
        shown = widgets.VBox([self._block(self.decisions[pick.value])], layout=WIDE)
        pick.observe(
            lambda change: setattr(shown, "children", [self._block(self.decisions[change["new"]])]),
            names="value",
        )
        box = widgets.VBox([pick, shown], layout=WIDE)
        box.add_class("aicapital-question")
        return box

    def _block(self, decision: CaseDecision) -> widgets.VBox:
        asked = widgets.HTML(
            value=question_html(decision.heading, decision.question) + self._numbers(decision),
            layout=WIDE,
        )
        choices = radio("What would you decide?", decision.choices, self.chosen(decision.lesson))
        out = widgets.HTML(value=self._reply(decision.lesson), layout=WIDE)

        def on_choice(change) -> None:
            def act():
                self.decide(decision.lesson, change["new"])
                out.value = self._reply(decision.lesson)

            guarded(act, lambda sentence: setattr(out, "value", sentence_html(sentence)))

        choices.observe(on_choice, names="value")
        return widgets.VBox([asked, choices, out], layout=WIDE)

    def _reply(self, lesson: str) -> str:
        notes = "".join(to_html(note) for note in self.progress.take_notes())
        told = to_html(self.told(lesson)) + notes
        return status_html(told, "recorded" if self.chosen(lesson) else "")
