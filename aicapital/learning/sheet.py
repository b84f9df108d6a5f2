"""Checks for exercise sheets: plain text, no widgets, never an exception."""

from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType

from . import banks, expect
from .guard import guarded
from .lesson import closest
from .questions import HINT_STEPS, Feedback, LearningError, SheetCheck


class Sheet:
    """The checks of one exercise sheet: `sheet.check("post_money", post_money)`.

    own : a learner's own numbers, question by question, {"q7": {"cap_2": 9}}. Such a sheet is for marks, so its
        hints end before the answer.
    """

    def __init__(
        self,
        lesson: str | int,
        bank: ModuleType | None = None,
        own: Mapping[str, Mapping[str, object]] | None = None,
    ):
        bank = bank or banks.load(lesson)
        self.checks: dict[str, SheetCheck] = {**getattr(bank, "SHEET", {}), **_own(bank, own or {})}
        self.manual: dict[str, str] = getattr(bank, "MANUAL", {})
        self._hints_given = 3 if own else 4
        self._hints_shown: dict[str, int] = {}

    def check(self, question_id: str, given: object = ...) -> None:
        """Print whether the answer is right; if not, the likely mistake or what was expected."""
        _tell(lambda: self._reply(question_id, given))

    def hint(self, question_id: str) -> None:
        """Print the next of four hints: a nudge, the method, the first line, the answer."""
        _tell(lambda: self._next_hint(question_id))

    def lines(self, question_id: str) -> None:
        """Print the labelled lines of a reorder question."""
        _tell(lambda: self._lines(question_id))

    def judge(self, question_id: str, given: object = ...) -> Feedback:
        """The feedback that `check` prints; raises LearningError for an unknown question."""
        check = self._find(question_id)
        tests = expect.order(check) if check.kind == "order" else check.tests
        own_name = given.__name__ if isinstance(given, FunctionType) else "<lambda>"
        name = check.name or (question_id if own_name == "<lambda>" else own_name)
        return expect.run(tests, given, check.kind, check.expects, check.right, name=name)

    def _reply(self, question_id: str, given: object) -> str:
        feedback = self.judge(question_id, given)
        nudge = (
            f"\nType sheet.hint('{question_id}') for a nudge." if feedback.status == "wrong" else ""
        )
        return f"{feedback}{nudge}"

    def _next_hint(self, question_id: str) -> str:
        hints = self._find(question_id).hints[: self._hints_given]
        step = min(self._hints_shown.get(question_id, 0) + 1, len(hints))
        self._hints_shown[question_id] = step
        return f"Hint {step} of {len(hints)}, {HINT_STEPS[step - 1]}: {hints[step - 1]}"

    def _lines(self, question_id: str) -> str:
        check = self._find(question_id)
        return "\n".join(
            f"{label}  {line}" for label, line in zip(check.labels, check.lines, strict=True)
        )

    def _find(self, question_id: str) -> SheetCheck:
        if question_id in self.manual:
            raise LearningError(f"{question_id} is {self.manual[question_id]}.")
        if question_id not in self.checks:
            raise closest(question_id, [*self.checks, *self.manual], "question")
        return self.checks[question_id]


def _own(bank: ModuleType, own: Mapping[str, Mapping[str, object]]) -> dict[str, SheetCheck]:
    """The checks of the questions that have other numbers for this learner."""
    makers, found = getattr(bank, "OWN", {}), {}
    for question, numbers in own.items():
        if question not in makers:
            raise closest(question, list(makers), "question with own numbers")
        try:
            found |= makers[question](**numbers)
        except TypeError as error:
            raise LearningError(
                f"The own numbers of {question} do not fit this version of the course ({error}). "
                "Ask for the sheet again, or install the version that it came with."
            ) from error
    return found


def _tell(reply: Callable[[], str]) -> None:
    guarded(lambda: print(reply()), print)
