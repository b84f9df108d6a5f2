"""How to add a question.

Open the bank of the lesson (`aicapital/learning/banks/<lesson>.py`) and add one object to `QUESTIONS`:

    Choice("pre_or_post", "What share do the investors own?", options=[
        Option("13.1 %", correct=True, why="110 of 840: the company is worth more once the money is in."),
        Option("15.1 %", why="That is 110 / 730 ...", mistake="pre-money for post-money"),
    ])
    Number("stake", "{new} bn buy which stake at {post} bn post-money?", unit="%", values=round_values,
        answer=lambda: 100 * new / post, tolerance=0.1, expects="a percentage between 0 and 100",
        right="One sentence that adds something.",
        mistakes=[Mistake("pre-money for post-money", lambda: 100 * new / pre, "Investors own ...")],
        hints=("a nudge", "the method", "the first line", "the answer"))
    Code(...)        the learner writes a function in a cell and passes it: lesson.check("dilute", dilute)
    Prediction(...)  a guess made before the evidence; options=("up", "down") turns it into a choice
                     a Number or Prediction may have `minimum` and `maximum`; what lies outside is not recorded
    Claim(...)       not here: a claim of the article is a row of `data/claims.csv`, with the course's verdicts;
                     the bank's CLAIM_VALUES = {"I.1": function} fills the {placeholders} of its reasons
    SheetCheck(...)  goes into the dict `SHEET`; its tests come from `aicapital.learning.expect`

A question of the sheet that a person marks goes into MANUAL = {"q8": "marked by hand; see the rubric in its cell"}.

A question that can have other numbers for each learner (CONTRIBUTING.md, "Give a sheet own numbers") has a function
of these numbers in OWN = {"q7": function}; it returns the question's checks, {"q7": SheetCheck(...)}. Their expected
values follow the numbers, so they are computed there; the numbers of the sheet as published are its defaults.

Show it in the notebook as the last line of a cell: `lesson.check("stake")`. Five rules:

1. A number in a text is a `{placeholder}`, filled by `values`, a function returning a dict; it is called when
   the question is shown, so it may load data. Format it there: `{post:,.0f}`. Without `values`, braces stay.
2. A wrong option is a mistake that people in the field make, and says why it is one. Name it in `mistake`.
3. Hints come in four steps: nudge, method, first line, answer.
4. A sheet never holds a formula of the solution: expected values are published figures or properties.
5. `backticks` become code, an empty line a new paragraph; everything else is shown as typed, HTML too.

Drive it from a test without a browser: `q = lesson.check("stake"); q.answer("13.1 %"); q.feedback; q.hint()`.
"""

import functools
import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from .quantity import (
    NotANumber,
    Quantity,
    close,
    is_percent,
    out_of_bounds,
    parse_quantity,
    show_number,
    with_unit,
)

HINT_STEPS = ("a nudge", "the method", "the first line", "the answer")
VERDICTS = ("holds", "holds in part", "overtaken", "not supported", "cannot tell")
CONFIDENCES = ("low", "medium", "high")
DO_NOT_KNOW = "?"
ANSWERS = ("A", "B", "C", "D", DO_NOT_KNOW)  # to a concept question
FRACTION_FOR_PERCENT = "fraction for percent"
ARTICLE_DAY = "3 March 2026"
ASKED_VERDICT = f"Your verdict, on the article's day, {ARTICLE_DAY}"

Values = Callable[[], Mapping[str, object]] | None
Target = float | Callable[[], float]


class LearningError(ValueError):
    """A message for the reader of the notebook; IPython prints it without our traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Feedback:
    """What the learner is told. `status` is "right", "wrong", "recorded", "unanswered" or "unreadable"."""

    status: str
    says: str
    mistake: str = ""
    hint: str = ""

    @classmethod
    def right(cls, says: str) -> "Feedback":
        return cls("right", says)

    @classmethod
    def wrong(cls, says: str, mistake: str = "") -> "Feedback":
        return cls("wrong", says, mistake)

    @classmethod
    def unanswered(cls, says: str) -> "Feedback":
        return cls("unanswered", says)

    @classmethod
    def recorded(cls, says: str) -> "Feedback":
        return cls("recorded", says)

    @classmethod
    def unreadable(cls, says: str) -> "Feedback":
        return cls("unreadable", says)

    @property
    def solved(self) -> bool:
        return self.status == "right"

    @property
    def word(self) -> str:
        return {"right": "Right.", "wrong": "Not yet.", "unanswered": "Not answered yet:"}.get(
            self.status, ""
        )

    @property
    def named(self) -> str:
        """The mistake as a sentence of its own."""
        return f"{self.mistake[0].upper()}{self.mistake[1:]}." if self.mistake else ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.word, self.named, self.says, self.hint) if part)


def resolve(target: object) -> object:
    """A value, or what the function given in its place returns now."""
    return target() if callable(target) else target


def fill(text: str, values: Mapping[str, object] | None, where: str) -> str:
    """Put the values into the text; no values, no placeholders."""
    if values is None:
        return text
    try:
        return text.format_map(values)
    except KeyError as missing:
        raise LearningError(
            f"Question {where!r} has a placeholder {{{missing.args[0]}}}; "
            f"its values give {', '.join(values)}."
        ) from missing


def _check_hints(question_id: str, hints: Sequence[str], required: bool) -> tuple[str, ...]:
    if len(hints) != 4 and (required or hints):
        raise LearningError(
            f"Question {question_id!r} has {len(hints)} hints; give four: {', '.join(HINT_STEPS)}."
        )
    return tuple(hints)


@dataclass(frozen=True)
class Option:
    text: str
    correct: bool = False
    why: str = field(default="", kw_only=True)
    mistake: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Mistake:
    """A wrong value we recognise, its name in the field's terms, and why it is wrong.

    Without a `tolerance` of its own (sheets only) it has that of the answer, at most half of its value.
    """

    name: str
    value: Target
    says: str
    tolerance: float | None = None


@dataclass(frozen=True)
class Choice:
    id: str
    text: str
    options: Sequence[Option]
    hints: Sequence[str] = ()
    values: Values = None

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        object.__setattr__(self, "hints", _check_hints(self.id, self.hints, required=False))
        if sum(option.correct for option in self.options) != 1 or len(self.options) < 2:
            raise LearningError(
                f"Choice {self.id!r} needs at least two options and one correct one."
            )
        silent = [option.text for option in self.options if not option.why]
        if silent:
            raise LearningError(f"Choice {self.id!r}: every option says why; missing for {silent}.")

    def index_of(self, given: object) -> int | None:
        """The option meant by a position (from 0), a letter or an option's own text."""
        if isinstance(given, int) and not isinstance(given, bool):
            return given if 0 <= given < len(self.options) else None
        if isinstance(given, str):
            texts = [option.text for option in self.options]
            if given in texts:
                return texts.index(given)
            letter = given.strip().upper()
            if len(letter) == 1 and 0 <= ord(letter) - ord("A") < len(texts):
                return ord(letter) - ord("A")
        return None

    def reordered(self, seed: str) -> "Choice":
        """The question with its options in an order fixed by the seed, the correct one under another letter."""
        was = next(i for i, option in enumerate(self.options) if option.correct)
        options = sorted(
            self.options,
            key=lambda option: sha256(f"{seed}.{self.id}.{option.text}".encode()).digest(),
        )
        if options[was].correct:
            options = [*options[1:], options[0]]
        return replace(self, options=options)

    def judge(self, given: object) -> Feedback:
        index = self.index_of(given)
        if index is None:
            last = chr(ord("A") + len(self.options) - 1)
            return Feedback.unreadable(f"Pick one of the options, A to {last}.")
        option = self.options[index]
        return (
            Feedback.right(option.why)
            if option.correct
            else Feedback.wrong(option.why, option.mistake)
        )


@dataclass(frozen=True)
class Number:
    id: str
    text: str
    answer: Target
    unit: str
    right: str
    hints: Sequence[str]
    expects: str
    mistakes: Sequence[Mistake] = ()
    tolerance: float | None = None
    rel_tolerance: float | None = None
    values: Values = None
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self):
        object.__setattr__(self, "mistakes", tuple(self.mistakes))
        object.__setattr__(self, "hints", _check_hints(self.id, self.hints, required=True))
        if any(mistake.tolerance is not None for mistake in self.mistakes):
            raise LearningError(
                f"Number {self.id!r}: a mistake's own tolerance is for sheets; the pages of the site have none."
            )

    def judge(self, given: object) -> Feedback:
        try:
            quantity = parse_quantity(given, self.unit, self.expects)
        except NotANumber as unreadable:
            return Feedback.unreadable(str(unreadable))
        verdict = judge_number(
            quantity,
            float(resolve(self.answer)),
            self.unit,
            self.mistakes,
            self.tolerance,
            self.rel_tolerance,
        )
        if verdict is None:
            return Feedback.right(self.right)
        if verdict.says:
            return verdict
        outside = out_of_bounds(quantity.value, self.unit, self.minimum, self.maximum)
        if outside:
            return Feedback.unreadable(outside)
        return Feedback.wrong(f"You have {with_unit(quantity.value, self.unit)}.")


def judge_number(
    quantity: Quantity,
    target: float,
    unit: str = "",
    mistakes: Sequence[Mistake] = (),
    tolerance: float | None = None,
    rel_tolerance: float | None = None,
) -> Feedback | None:
    """None when the number is right; else feedback, whose `says` is empty when no mistake is recognised."""
    value = quantity.value
    if close(value, target, tolerance, rel_tolerance):
        return None
    for mistake in mistakes:
        wrong = float(resolve(mistake.value))
        # A tolerance made for the answer may be far too wide for a mistake of another size.
        room = None if tolerance is None else min(tolerance, abs(wrong) / 2)
        own = mistake.tolerance is not None
        if close(value, wrong, mistake.tolerance if own else room, None if own else rel_tolerance):
            return Feedback.wrong(mistake.says, mistake_name(mistake.name, value))
    if is_percent(unit) and not quantity.percent_sign and is_fraction(value) and abs(target) >= 1:
        return Feedback.wrong(fraction_note(value), FRACTION_FOR_PERCENT)
    return Feedback.wrong("")


def is_fraction(value: object) -> bool:
    """Whether a value can be a share that was meant as a percentage."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and 0 < value < 1


def mistake_name(name: str, value: object) -> str:
    """The name of a mistake for this value: 14 % may be too low, but it is no fraction."""
    return "" if name == FRACTION_FOR_PERCENT and not is_fraction(value) else name


def fraction_note(value: float) -> str:
    return (
        f"{show_number(value)} reads as {show_number(value)} %. "
        f"If you mean a share of {show_number(100 * value)} %, type {show_number(100 * value)}."
    )


@dataclass(frozen=True)
class Code:
    """Short code that the learner types in a cell of their own. `tests` take the learner's object."""

    id: str
    text: str
    starter: str
    tests: Callable | Sequence[Callable]
    hints: Sequence[str]
    right: str = "Your function passes every check."
    expects: str = "a function"
    values: Values = None

    def __post_init__(self):
        object.__setattr__(self, "hints", _check_hints(self.id, self.hints, required=True))


@dataclass(frozen=True)
class Prediction:
    """A number or, with `options`, one of several words; `truth` gives what the evidence says."""

    id: str
    text: str
    truth: Callable[[], float | str]
    explain: str
    unit: str = ""
    options: Sequence[str] = ()
    tolerance: float | None = None
    rel_tolerance: float | None = None
    values: Values = None
    minimum: float | None = None
    maximum: float | None = None

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        if self.tolerance is None and self.rel_tolerance is None:
            # A guess made before any evidence counts as a hit more widely than a computed answer.
            object.__setattr__(self, "rel_tolerance", 0.1)

    def read(self, given: object) -> float | str:
        """The value to record; raises NotANumber with a message for the learner."""
        if not self.options:
            value = parse_quantity(given, self.unit).value
            outside = out_of_bounds(value, self.unit, self.minimum, self.maximum)
            if outside:
                raise NotANumber(outside)
            return value
        if given in self.options:
            return given
        if (
            isinstance(given, int)
            and not isinstance(given, bool)
            and 0 <= given < len(self.options)
        ):
            return self.options[given]
        raise NotANumber(f"Pick one of: {', '.join(self.options)}.")

    def hit(self, value: float | str) -> bool:
        truth = self.truth()
        if self.options:
            return value == truth
        return isinstance(value, int | float) and close(
            value, float(truth), self.tolerance, self.rel_tolerance
        )

    def show(self, value: float | str) -> str:
        return value if isinstance(value, str) else with_unit(value, self.unit)

    def distance(self, value: float | str) -> str:
        """How far a prediction is from the evidence, in words."""
        truth = self.truth()
        if self.options:
            return "the same" if value == truth else "a different answer"
        gap = value - float(truth)
        if math.isclose(gap, 0, abs_tol=1e-9 * max(1.0, abs(truth))):
            return "none"
        unit = "percentage points" if is_percent(self.unit) else self.unit
        words = f"{with_unit(abs(gap), unit)} too {'high' if gap > 0 else 'low'}"
        ratio = value / truth if truth else 0
        if ratio >= 2:
            words += f" ({show_number(ratio)} times the evidence)"
        elif 0 < ratio <= 0.5:
            words += f" (the evidence is {show_number(1 / ratio)} times your number)"
        return words


@dataclass(frozen=True)
class Verdict:
    """The course's own judgement: one of VERDICTS, how sure it is, and why."""

    verdict: str
    confidence: str
    reason: str

    def __post_init__(self):
        if self.verdict not in VERDICTS or self.confidence not in CONFIDENCES:
            raise LearningError(
                f"Verdict({self.verdict!r}, {self.confidence!r}): "
                f"the verdict is one of {', '.join(VERDICTS)}; "
                f"the confidence one of {', '.join(CONFIDENCES)}."
            )


@dataclass(frozen=True)
class Claim:
    """A claim of the article; `evidence` names the tables (or anything a reader can look up) it rests on."""

    id: str
    text: str
    then: Verdict
    now: Verdict
    evidence: Sequence[str]
    values: Values = None

    def __post_init__(self):
        object.__setattr__(self, "evidence", tuple(self.evidence))


SHEET_KINDS = ("value", "function", "table", "figure", "order")


@dataclass(frozen=True)
class SheetCheck:
    """One question of an exercise sheet. `tests` as in Code; see `aicapital.learning.expect` for ready ones.

    `name` is the variable or function that the learner fills in, for messages. Without it they take the function that
    `expects` begins with, "share_out(exit_value, ...) that returns ...", else the id of the question.

    kind="order": `lines` get the labels A, B, C ... in the order given here, so scramble them; `before` says
    which line must come before which and why, [("B", "A", "A uses `price`, which B sets")]; `distractors` are
    lines that do not belong, {"F": "why not"}. Any order that keeps every `before` is right.
    """

    text: str
    kind: str
    expects: str
    right: str
    hints: Sequence[str]
    tests: Callable | Sequence[Callable] = ()
    lines: Sequence[str] = ()
    before: Sequence[tuple[str, str, str]] = ()
    distractors: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def __post_init__(self):
        object.__setattr__(self, "hints", _check_hints(self.text, self.hints, required=True))
        if self.kind not in SHEET_KINDS:
            raise LearningError(
                f"Sheet check of kind {self.kind!r}; kinds: {', '.join(SHEET_KINDS)}."
            )
        if self.kind == "order":
            used = {label for pair in self.before for label in pair[:2]} | set(self.distractors)
            if not self.lines or not used <= set(self.labels):
                raise LearningError(
                    f"{self.text!r}: labels {sorted(used - set(self.labels))} name no line; "
                    f"{len(self.lines)} lines have the labels {', '.join(self.labels)}."
                )
        elif not self.tests:
            raise LearningError(f"{self.text!r}: a sheet check of kind {self.kind!r} needs tests.")
        called = re.match(r"([a-z_]\w*)\(", self.expects)
        if self.kind == "function" and called and not self.name:
            object.__setattr__(self, "name", called[1])

    @property
    def labels(self) -> list[str]:
        return [chr(ord("A") + i) for i in range(len(self.lines))]

    def with_labels(self, order: str) -> "SheetCheck":
        """The question with its lines or options under other labels: A is what `order` names first, and so on.

        `order` holds every label once: "CAB" calls C from now on A. Lines move; the options of a value question
        stand in the sheet, so there only the letter that is given changes its meaning.
        """
        new = {old: chr(ord("A") + place) for place, old in enumerate(order)}
        if sorted(new) != sorted(new.values()) or (self.lines and sorted(new) != self.labels):
            raise LearningError(
                f"{self.text!r} cannot have its labels in the order {order!r}; name each of its labels once."
            )
        if self.kind != "order":
            old = {label: was for was, label in new.items()}
            tests = [self.tests] if callable(self.tests) else self.tests
            hints = [new.get(hint, hint) for hint in self.hints]
            return replace(self, tests=[_under_labels(test, old) for test in tests], hints=hints)
        said = functools.partial(_LABEL.sub, lambda found: new.get(found[0], found[0]))
        return replace(
            self,
            lines=[self.lines[self.labels.index(old)] for old in order],
            before=[(new[first], new[then], said(why)) for first, then, why in self.before],
            distractors={new[label]: said(why) for label, why in self.distractors.items()},
            hints=[said(hint) for hint in self.hints],
            right=said(self.right),
        )


# A label in a sentence. "A line can stand" begins with an article, "A and D first" with a label.
_LABEL = re.compile(r"\b(?!(?<![^.] )A (?!and |or |first|before )[a-z])[A-Z]\b")


def _under_labels(test: Callable, old: Mapping[str, str]) -> Callable:
    @functools.wraps(test)
    def translated(given):
        return test(old.get(str(given).strip().upper(), given))

    return translated
