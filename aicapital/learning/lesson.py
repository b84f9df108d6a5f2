"""A lesson's questions, by id."""

from collections.abc import Iterable
from difflib import get_close_matches
from types import ModuleType

from . import banks, claims
from .concept_test import ConceptForm
from .live import LiveCheck, LivePrediction, LiveVerdict, Reveal
from .page import ProgressPage
from .progress import open_progress
from .questions import Choice, Claim, Code, LearningError, Number, Prediction

_GIVEN_NOTHING = object()
_KINDS = {"prediction": Prediction, "check": (Choice, Number, Code), "claim": Claim}


def closest(given: str, known: list[str], what: str) -> LearningError:
    begins = [name for name in known if given and name.startswith(str(given))]
    near = begins or get_close_matches(str(given), known, n=1, cutoff=0.4)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return LearningError(
        f"There is no {what} {given!r}.{hint} Known: {', '.join(known) or 'none'}."
    )


class Lesson:
    """The questions of one lesson. Put one call on the last line of a cell: `lesson.check("pre_or_post")`."""

    def __init__(self, number: str | int, bank: ModuleType | None = None):
        self.number = banks.lesson_number(number)
        # A bank that is handed over brings its own claims; the course's stand in the table.
        asked = bank.QUESTIONS if bank else [*banks.load(number).QUESTIONS, *claims.judged(number)]
        self.questions = _by_id(asked, self.number)
        self.progress_store = open_progress()

    def predict(self, question_id: str) -> LivePrediction:
        """Ask for a prediction; it is recorded and may be changed until it is revealed."""
        return LivePrediction(
            self._find(question_id, "prediction"), self.number, self.progress_store
        )

    def predicted(self, question_id: str) -> float | str | None:
        """The recorded prediction, or None."""
        record = self.predict(question_id).record
        return record["value"] if record else None

    def reveal(self, question_id: str) -> Reveal:
        """Show the prediction beside the evidence. It now stays as it is; one made later is no hit."""
        return Reveal(self.predict(question_id))

    def check(self, question_id: str, code: object = _GIVEN_NOTHING) -> LiveCheck:
        """Ask a question; for code, `check(id)` shows the task, `check(id, function)` judges the function."""
        question = self._find(question_id, "check")
        live = LiveCheck(question, self.number, self.progress_store)
        if code is not _GIVEN_NOTHING:
            if not isinstance(question, Code):
                raise LearningError(
                    f"Question {question_id!r} is answered on screen: call lesson.check({question_id!r})."
                )
            live.answer(code)
        return live

    def recall(self, lesson: str | int, question_id: str) -> LiveCheck:
        """Ask a question of an earlier lesson again, its options in another order; recorded with this lesson."""
        earlier = banks.lesson_number(lesson)
        question = _find(_by_id(banks.load(earlier).QUESTIONS, earlier), question_id, "check")
        if isinstance(question, Choice):
            question = question.reordered(f"{self.number}.{earlier}")
        live = LiveCheck(
            question, self.number, self.progress_store, record_id=f"{earlier}.{question_id}"
        )
        live.heading = f"Recall from lesson {earlier}"
        return live

    def verdict(self, claim_id: str) -> LiveVerdict:
        """Ask for a verdict on a claim, as of the article's day, and a confidence; then show the course's."""
        return LiveVerdict(self._find(claim_id, "claim"), self.number, self.progress_store)

    def pre_test(self) -> ConceptForm:
        """Twelve questions on the concepts of the course, before the lessons; nothing says what is right yet."""
        return ConceptForm("pre", self.progress_store)

    def post_test(self) -> ConceptForm:
        """Their twins, after the lessons; once handed in, both are compared and every answer is explained."""
        return ConceptForm("post", self.progress_store)

    def progress(self) -> ProgressPage:
        """What has been done in this lesson."""
        return ProgressPage([self])

    def _find(self, question_id: str, what: str):
        return _find(self.questions, question_id, what)


def _by_id(asked: Iterable, number: str) -> dict:
    questions = {}
    for question in asked:
        if question.id in questions:
            raise LearningError(f"Lesson {number} has two questions with the id {question.id!r}.")
        questions[question.id] = question
    return questions


def _find(questions: dict, question_id: str, what: str):
    known = [name for name, question in questions.items() if isinstance(question, _KINDS[what])]
    if question_id not in known:
        raise closest(question_id, known, what)
    return questions[question_id]
