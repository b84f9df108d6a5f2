"""Questions as a learner meets them: what was answered, what was said, what is recorded.

Everything works without a browser: `q = lesson.check("pre_or_post"); q.answer(2); q.feedback`. The widgets in
`view` call the same methods.
"""

import re
from dataclasses import replace
from functools import cached_property

from . import expect, view
from .guard import guarded
from .progress import Progress, now
from .quantity import NotANumber, article, is_percent, kind_of_number, shorten
from .questions import (
    ASKED_VERDICT,
    CONFIDENCES,
    HINT_STEPS,
    VERDICTS,
    Choice,
    Claim,
    Code,
    Feedback,
    Number,
    Prediction,
    Verdict,
    fill,
    fraction_note,
    is_fraction,
)

AFTER_EVIDENCE = "made after the evidence"


class Live:
    """One question of one lesson on screen. Subclasses say how it is answered and what is recorded."""

    heading = ""
    button = ""
    kind = ""
    locked = False

    def __init__(self, question, lesson: str, progress: Progress, record_id: str = ""):
        self.question = question
        self.lesson = lesson
        self.progress = progress
        self.record_id = record_id or question.id
        self.feedback: Feedback | None = None
        self.hints_shown = 0

    @cached_property
    def values(self):
        return self.question.values() if self.question.values else None

    def say(self, text: str) -> str:
        return fill(text, self.values, self.question.id)

    @property
    def text(self) -> str:
        return self.say(self.question.text)

    @property
    def record(self) -> dict | None:
        return self.progress.get(self.kind, self.lesson, self.record_id)

    def save(self, record: dict) -> None:
        self.progress.put(self.kind, self.lesson, self.record_id, record)

    def notes(self) -> list[str]:
        return self.progress.take_notes()

    @property
    def status(self) -> str:
        """What is on record, in a sentence; empty when nothing is."""
        return ""

    @property
    def twin(self) -> str:
        """The question as plain text, for a reader without a kernel."""
        end = str(self.feedback) if self.feedback else "(Run this cell to answer.)"
        return "\n".join([f"{self.heading}. {self.text}", *self.twin_answers(), end])

    def twin_answers(self) -> list[str]:
        return []

    @property
    def hints(self) -> tuple[str, ...]:
        return getattr(self.question, "hints", ())

    def hint(self) -> str:
        """The next of the four hints; after the last one, the last again."""
        if not self.hints:
            return "This question has no hints. Read the reasons that come with your answer."
        self.hints_shown = min(self.hints_shown + 1, len(self.hints))
        self._count_hint()
        return self.hint_line(self.hints_shown)

    def hint_line(self, step: int) -> str:
        return f"Hint {step} of 4, {HINT_STEPS[step - 1]}: {self.say(self.hints[step - 1])}"

    def _count_hint(self) -> None:
        pass

    def __repr__(self) -> str:
        return guarded(lambda: self.twin, lambda sentence: sentence)

    def _ipython_display_(self) -> None:
        guarded(lambda: view.show(self), view.show_sentence)


class LivePrediction(Live):
    """A guess before the evidence; it may be revised until it is revealed."""

    question: Prediction
    heading = "Predict"
    button = "Record my prediction"
    kind = "predictions"

    @property
    def record(self) -> dict | None:
        """The recorded prediction, unless the question has since become one of another kind or unit."""
        record = super().record
        same = record and record["unit"] == self.question.unit
        return (
            record
            if same and isinstance(record["value"], str) == bool(self.question.options)
            else None
        )

    @property
    def after_evidence(self) -> bool:
        """Whether the recorded prediction, or one recorded now, comes after the evidence was shown."""
        if self.record:
            return self.record.get("after_evidence", False)
        return self.progress.get("reveals", self.lesson, self.record_id) is not None

    @property
    def locked(self) -> bool:
        return bool(self.record and self.record["revealed"] and not self.after_evidence)

    def mark_shown(self) -> None:
        """The evidence is shown: a prediction on record stays; without one, it was seen first."""
        record = self.record
        if record and not record["revealed"]:
            self.save({**record, "revealed": True})
        elif not record and not self.after_evidence:
            self.progress.put("reveals", self.lesson, self.record_id, {"when": now()})

    @property
    def status(self) -> str:
        record = self.record
        if not record:
            seen = (
                "You have seen the evidence. A prediction is recorded, but does not count as a hit."
            )
            return seen if self.after_evidence else ""
        if self.after_evidence:
            rest = "It was made after the evidence, so it does not count as a hit."
        elif record["revealed"]:
            rest = "You have seen the evidence since, so it stays."
        else:
            rest = "You may change it until you see the evidence."
        return f"Recorded on {record['when'][:10]}: {self.question.show(record['value'])}. {rest}"

    def twin_answers(self) -> list[str]:
        if self.question.options:
            return [f"  - {option}" for option in self.question.options]
        return [f"Your prediction: {kind_of_number(self.question.unit)}."]

    def answer(self, given: object) -> Feedback:
        if self.locked:
            self.feedback = Feedback.recorded(self.status)
            return self.feedback
        try:
            value = self.question.read(given)
        except NotANumber as unreadable:
            self.feedback = Feedback.unreadable(str(unreadable))
            return self.feedback
        late = self.after_evidence
        self.save(
            {
                "value": value,
                "unit": self.question.unit,
                "when": now(),
                "revealed": late,
                "after_evidence": late,
            }
        )
        says = self.status
        if is_percent(self.question.unit) and is_fraction(value) and "%" not in str(given):
            says += " " + fraction_note(value)
        self.feedback = Feedback.recorded(says)
        return self.feedback


class LiveCheck(Live):
    """A choice, a number or short code, with reasons and hints. First answer, tries, hints are recorded."""

    question: Choice | Number | Code
    heading = "Check yourself"
    button = "Check my answer"
    kind = "checks"

    @property
    def status(self) -> str:
        record = self.record
        if not record or not record["tries"]:
            return ""
        tries = f"{record['tries']} {'try' if record['tries'] == 1 else 'tries'}"
        return (
            f"You solved this after {tries}."
            if record["solved"]
            else f"On record: {tries}, not solved yet."
        )

    def twin_answers(self) -> list[str]:
        if isinstance(self.question, Choice):
            return [f"  {chr(ord('A') + i)}. {text}" for i, text in enumerate(self.option_texts)]
        if isinstance(self.question, Code):
            return ["", self.question.starter]
        return [f"Your answer: {kind_of_number(self.question.unit)}."]

    @cached_property
    def option_texts(self) -> list[str]:
        return [self.say(option.text) for option in self.question.options]

    def answer(self, given: object) -> Feedback:
        """Judge an option (position from 0, letter or text), a number as typed, or the learner's code."""
        if (
            isinstance(self.question, Choice)
            and isinstance(given, str)
            and given in self.option_texts
        ):
            given = self.option_texts.index(given)
        feedback = self._judge(given)
        if feedback.status in ("right", "wrong"):
            self._count_try(self._shown(given), feedback.solved)
        if (
            feedback.status == "wrong"
            and not feedback.mistake
            and not isinstance(self.question, Choice)
        ):
            self.hints_shown = max(self.hints_shown, 1)
            self._count_hint()
            feedback = replace(feedback, hint=self.hint_line(1))
        self.feedback = feedback
        return feedback

    def _judge(self, given: object) -> Feedback:
        question = self.question
        if isinstance(question, Code):
            name = self._code_name
            if not callable(given) and given is not ...:
                return Feedback.unreadable(
                    f"You passed {article(given)}. Pass the function itself, without brackets: "
                    f'lesson.check("{question.id}", {name}).'
                )
            return expect.run(
                question.tests,
                given,
                "function",
                self.say(question.expects),
                self.say(question.right),
                name,
            )
        feedback = question.judge(given)
        if feedback.status == "unreadable":
            return feedback
        return replace(feedback, says=self.say(feedback.says))

    @property
    def _code_name(self) -> str:
        """The function that the starter defines."""
        defined = re.search(r"def (\w+)", self.question.starter)
        return defined[1] if defined else self.question.id

    def _shown(self, given: object) -> str:
        if isinstance(self.question, Choice):
            return chr(ord("A") + self.question.index_of(given))
        return "code" if isinstance(self.question, Code) else shorten(str(given), 80)

    def _count_try(self, shown: str, solved: bool) -> None:
        record = self.record or self._blank_record()
        if record["solved"]:
            return
        first = {} if record["tries"] else {"first": shown, "first_right": solved}
        self.save(
            {**record, **first, "tries": record["tries"] + 1, "solved": solved, "when": now()}
        )

    def _count_hint(self) -> None:
        record = self.record or self._blank_record()
        if not record["solved"] and self.hints_shown > record["hints"]:
            self.save({**record, "hints": self.hints_shown, "when": now()})

    def _blank_record(self) -> dict:
        return {
            "first": "",
            "first_right": False,
            "tries": 0,
            "hints": 0,
            "solved": False,
            "when": now(),
        }


class LiveVerdict(Live):
    """The learner's verdict on a claim as of the article's day, then the course's, for that day and since."""

    question: Claim
    heading = "Your verdict"
    button = "Record my verdict"
    kind = "verdicts"

    @property
    def status(self) -> str:
        record = self.record
        return (
            f"Recorded: {record['verdict']} ({record['confidence']} confidence)." if record else ""
        )

    @property
    def text(self) -> str:
        return f"{self.question.id}. {self.say(self.question.text)}"

    def twin_answers(self) -> list[str]:
        return [
            f"{ASKED_VERDICT}:",
            *(f"  - {verdict}" for verdict in VERDICTS),
            f"Confidence: {', '.join(CONFIDENCES)}.",
        ]

    def answer(self, verdict: str | None, confidence: str | None = None) -> Feedback:
        if verdict not in VERDICTS:
            self.feedback = Feedback.unreadable(f"Pick a verdict: {', '.join(VERDICTS)}.")
        elif confidence not in CONFIDENCES:
            self.feedback = Feedback.unreadable(f"Say how sure you are: {', '.join(CONFIDENCES)}.")
        else:
            first = (self.record or {"first": verdict})["first"]
            self.save({"verdict": verdict, "confidence": confidence, "first": first, "when": now()})
            self.feedback = Feedback.recorded(f"{self.status} {self.comparison(verdict)}")
        return self.feedback

    def comparison(self, verdict: str) -> str:
        if verdict == self.question.then.verdict:
            return "For that day the course comes to the same verdict. Compare the reasons."
        return (
            "For that day the course comes to another verdict. Find the fact on which the two part."
        )

    @property
    def course(self) -> list[tuple[str, Verdict, str]]:
        """When, the course's verdict, and its reason with the numbers filled in."""
        return [
            (when, verdict, self.say(verdict.reason))
            for when, verdict in (
                ("On 2026-03-03", self.question.then),
                ("Since then", self.question.now),
            )
        ]

    @property
    def course_text(self) -> str:
        said = [
            f"{when}: {verdict.verdict} ({verdict.confidence} confidence). {reason}"
            for when, verdict, reason in self.course
        ]
        return "\n".join([*said, f"Evidence: {', '.join(self.question.evidence)}."])


class Reveal:
    """A prediction beside the evidence. What was shown is recorded: a prediction then stays, a later one is late."""

    def __init__(self, live: LivePrediction):
        self.live = live
        live.mark_shown()

    @cached_property
    def rows(self) -> list[tuple[str, str]]:
        question, record = self.live.question, self.live.record
        evidence = ("The evidence", question.show(question.truth()))
        if not record:
            return [("Your prediction", "none recorded"), evidence]
        late = f", {AFTER_EVIDENCE}" if self.live.after_evidence else ""
        return [
            (
                "Your prediction",
                f"{question.show(record['value'])} (recorded on {record['when'][:10]}{late})",
            ),
            evidence,
            ("Distance", question.distance(record["value"])),
        ]

    @property
    def explanation(self) -> str:
        return self.live.say(self.live.question.explain)

    def __repr__(self) -> str:
        return guarded(
            lambda: "\n".join(
                [
                    self.live.text,
                    *(f"{name}: {value}" for name, value in self.rows),
                    self.explanation,
                ]
            ),
            lambda sentence: sentence,
        )

    def _repr_html_(self) -> str:
        return guarded(
            lambda: view.reveal_html(self.live.text, self.rows, self.explanation),
            view.sentence_html,
        )
