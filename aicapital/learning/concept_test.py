"""The same twelve concepts before lesson 1 and after lesson 10, and what was gained between.

Works without a browser: `form = lesson.pre_test(); form.answer("stake", "B"); form.hand_in()`. Nothing says which
answers are right until the second form has been handed in.
"""

from dataclasses import dataclass
from functools import cached_property

from .banks.concepts import CONCEPTS, FORMS, Concept
from .gain import normalised_gain
from .guard import guarded
from .progress import Progress, now
from .questions import ANSWERS, DO_NOT_KNOW, Choice, LearningError

NAMES = {"pre": "Before the lessons", "post": "After the lessons"}
UNSURE = "I do not know"
KIND = "concepts"
HAND_IN = "Hand in my answers"
# All that is said, as templates: the static site fills the same ones.
SAYS = {
    "answered": "{answered} of {asked} answered.",
    "open": "You may change an answer until you hand in.",
    "pre": "Handed in. Which answers are right you see after the second form, at the end of lesson 10.",
    "post": "Handed in.",
    "stay": "These answers have been handed in, so they stay.",
    "already": "These answers have been handed in already.",
    "nothing": "Answer at least one question first.",
    "left": (
        f"Still open: {{left}}. Answer them, or choose “{UNSURE}”. To hand in without them, press again; "
        "questions left open do not count in the comparison."
    ),
    "right": "After the lessons you have {right} right of {answered} answered.",
    "no_pre": "There are no answers from before the lessons, so no gain can be given.",
    "none_in_both": "No question was answered both times, so no gain can be given.",
    "compared": "The comparison counts the {questions} that you answered both times.",
    "all_before": "You had all {count} right before, so nothing was left to gain and no gain can be given.",
    "went_wrong": "{lost} of them went wrong now; read their reasons.",
    "fewer": (
        "You have {lost} fewer right than before: a normalised gain of {gain}. "
        "Below zero the number has no scale of its own; read the reasons."
    ),
    "more": (
        "{questions} {were} left to gain; you have {gained} more right than before: "
        "a normalised gain of {gain} (gained, divided by what was left to gain)."
    ),
    "sample": (
        "This is a small sample: one answer more or less moves it by {step}, and who guesses among four finds one in four. "
        "Take it as a direction. In a group of three questions one answer moves it by a third or more: use the groups to see where to look again. "
        "Classes are compared by such gains (Hake 1998, below 0.3 low, from 0.7 high); those bands are not made for one person."
    ),
    "row": "{right} of {count}",
    "row_nothing": "nothing to compare",
    "row_all": "all right before",
    "row_all_fewer": "all right before, fewer now",
    "row_fewer": "{gain} (fewer right than before)",
    "not_answered": "not answered",
    "did_not_know": "did not know",
    "was_right": "right",
    "mistake": "{letter}: {mistake}",
}
GAIN_TABLE = ("What you gained", ("Group", "Before", "After", "Normalised gain"))
REVIEW_TABLE = (
    "Question by question",
    ("Concept", "Before", "After", "The answer to the second question"),
)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


class ConceptForm:
    """One of the two forms: the answers on record, whether it is handed in, and what the learner is told."""

    def __init__(self, form: str, progress: Progress):
        self.form = form
        self.progress = progress
        self.questions: dict[str, Choice] = {
            concept.id: concept.question(form) for concept in CONCEPTS
        }
        self.said = ""
        self._warned = False

    @property
    def heading(self) -> str:
        return f"{NAMES[self.form]}: {len(self.questions)} questions"

    def _records(self, form: str = "") -> dict[str, dict]:
        """The records of questions that still exist."""
        found = self.progress.read().get(KIND, {}).get(form or self.form, {})
        return {key: found[key] for key in self.questions if key in found}

    @property
    def answers(self) -> dict[str, str]:
        """From the id of a question to the letter answered, or "?" for "I do not know"."""
        return {key: record["answer"] for key, record in self._records().items()}

    @property
    def handed_in(self) -> bool:
        """Whether the answers stay: handed in, or, for the first form, the second one has been begun."""
        begun = self.form == "pre" and bool(self._records("post"))
        return begun or any(record["handed_in"] for record in self._records().values())

    def options(self, question_id: str) -> list[tuple[str, str]]:
        """Words and letter of every option, "I do not know" last."""
        shown = zip(ANSWERS, self.questions[question_id].options, strict=False)
        return [*((option.text, letter) for letter, option in shown), (UNSURE, DO_NOT_KNOW)]

    def answer(self, question_id: str, given: object) -> str:
        """Record a letter, an option's own text or "?"; what stands on record afterwards, in a sentence."""
        if question_id not in self.questions:
            known = ", ".join(self.questions)
            raise LearningError(f"There is no concept question {question_id!r}. Known: {known}.")
        if self.handed_in:
            self.said = SAYS["stay"]
            return self.status
        letters = {letter: letter for letter in ANSWERS} | dict(self.options(question_id))
        if not isinstance(given, str) or given not in letters:
            raise LearningError(
                f"Question {question_id!r} takes one of {', '.join(ANSWERS)} or an option's own words; got {given!r}."
            )
        self.said, self._warned = "", False
        self._save(question_id, letters[given], handed_in=False)
        return self.status

    def _save(self, question_id: str, letter: str, handed_in: bool) -> None:
        record = {"answer": letter, "when": now(), "handed_in": handed_in}
        self.progress.put(KIND, self.form, question_id, record)

    def hand_in(self) -> str:
        """Fix the answers. With questions left open the first call only says which."""
        if self.handed_in:
            self.said = SAYS["already"]
            return self.status
        answers = self.answers
        left = [str(n) for n, key in enumerate(self.questions, start=1) if key not in answers]
        if not answers:
            self.said = SAYS["nothing"]
        elif left and not self._warned:
            self._warned = True
            self.said = SAYS["left"].format(left=", ".join(left))
        else:
            self.said = ""
            for key, letter in answers.items():
                self._save(key, letter, handed_in=True)
        return self.status

    @property
    def status(self) -> str:
        """What is on record, and what comes next."""
        count = SAYS["answered"].format(answered=len(self.answers), asked=len(self.questions))
        state = SAYS[self.form if self.handed_in else "open"]
        return " ".join(filter(None, [count, state, self.said]))

    @property
    def result(self) -> "ConceptResult | None":
        """The comparison; there is none before the second form has been handed in."""
        return concept_result(self.progress) if self.form == "post" and self.handed_in else None

    @property
    def twin(self) -> str:
        """The questions as plain text, for a reader without a kernel."""
        lines = [self.heading]
        for number, (key, choice) in enumerate(self.questions.items(), start=1):
            lines.append(f"{number}. {choice.text}")
            lines += [f"   {letter}. {text}" for text, letter in self.options(key)]
        lines.append(self.status if self.answers else "(Run this cell to answer.)")
        return "\n".join([*lines, *([repr(self.result)] if self.result else [])])

    def __repr__(self) -> str:
        return guarded(lambda: self.twin, lambda sentence: sentence)

    def _ipython_display_(self) -> None:
        from . import concept_view, view

        guarded(lambda: concept_view.show(self), view.show_sentence)


@dataclass(frozen=True)
class Score:
    """Right answers before and after, of the questions that were answered both times."""

    name: str
    pre: int
    post: int
    count: int

    @property
    def gain(self) -> float | None:
        return normalised_gain(self.pre, self.post, self.count) if self.count else None

    @property
    def gain_words(self) -> str:
        if not self.count:
            return SAYS["row_nothing"]
        if self.gain is None:
            return SAYS["row_all_fewer" if self.post < self.pre else "row_all"]
        shown = f"{self.gain:.2f}"
        return SAYS["row_fewer"].format(gain=shown) if self.gain < 0 else shown

    @property
    def row(self) -> tuple[str, str, str, str]:
        if not self.count:
            return self.name, "", "", self.gain_words
        before, after = (
            SAYS["row"].format(right=right, count=self.count) for right in (self.pre, self.post)
        )
        return self.name, before, after, self.gain_words


class ConceptResult:
    """Both forms side by side, the gain in all and by group, and the reason for every answer."""

    def __init__(self, progress: Progress):
        self.forms = {form: ConceptForm(form, progress) for form in FORMS}

    def right(self, form: str, concept: Concept) -> bool | None:
        """Whether the answer was right; None without one."""
        letter = self.forms[form].answers.get(concept.id)
        if letter is None:
            return None
        return letter != DO_NOT_KNOW and self._option(form, concept.id, letter).correct

    def _option(self, form: str, question_id: str, letter: str):
        return self.forms[form].questions[question_id].options[ANSWERS.index(letter)]

    @cached_property
    def in_both(self) -> list[Concept]:
        return [c for c in CONCEPTS if all(c.id in self.forms[form].answers for form in FORMS)]

    def score(self, name: str, concepts: list[Concept]) -> Score:
        """`concepts` are counted where they were answered both times."""
        both = [concept for concept in concepts if concept in self.in_both]
        pre, post = (sum(bool(self.right(form, c)) for c in both) for form in FORMS)
        return Score(name, pre, post, len(both))

    @cached_property
    def whole(self) -> Score:
        return self.score("All", CONCEPTS)

    @cached_property
    def scores(self) -> list[Score]:
        """One a group, then all."""
        groups = dict.fromkeys(concept.group for concept in CONCEPTS)
        return [
            *(self.score(g, [c for c in CONCEPTS if c.group == g]) for g in groups),
            self.whole,
        ]

    @property
    def words(self) -> list[str]:
        """What the numbers say, and what they do not."""
        after = self.forms["post"]
        right = sum(bool(self.right("post", concept)) for concept in CONCEPTS)
        words = [SAYS["right"].format(right=right, answered=len(after.answers))]
        whole = self.whole
        if not self.forms["pre"].answers:
            return [*words, SAYS["no_pre"]]
        if not whole.count:
            return [*words, SAYS["none_in_both"]]
        if whole.count < len(CONCEPTS):
            words.append(SAYS["compared"].format(questions=_count(whole.count, "question")))
        lost = whole.pre - whole.post
        if whole.gain is None:
            words.append(SAYS["all_before"].format(count=whole.count))
            return [*words, SAYS["went_wrong"].format(lost=lost)] if lost > 0 else words
        left, gain = whole.count - whole.pre, f"{whole.gain:.2f}"
        if lost > 0:
            words.append(SAYS["fewer"].format(lost=lost, gain=gain))
        else:
            questions, were = _count(left, "question"), "was" if left == 1 else "were"
            words.append(
                SAYS["more"].format(questions=questions, were=were, gained=-lost, gain=gain)
            )
        return [*words, SAYS["sample"].format(step=f"{1 / left:.2f}")]

    def review(self) -> list[tuple[str, str, str, str]]:
        """Concept and lesson, before, after, and why: one row a question of the second form."""
        rows = []
        for number, concept in enumerate(CONCEPTS, start=1):
            rows.append(
                (
                    review_name(number, concept),
                    self._result("pre", concept),
                    self._result("post", concept),
                    review_answer(self.forms["post"].questions[concept.id]),
                )
            )
        return rows

    def _result(self, form: str, concept: Concept) -> str:
        letter = self.forms[form].answers.get(concept.id)
        if letter is None:
            return SAYS["not_answered"]
        if letter == DO_NOT_KNOW:
            return SAYS["did_not_know"]
        option = self._option(form, concept.id, letter)
        if option.correct:
            return SAYS["was_right"]
        return SAYS["mistake"].format(letter=letter, mistake=option.mistake)

    def __repr__(self) -> str:
        lines = [*self.words, *("  " + " | ".join(filter(None, s.row)) for s in self.scores)]
        return "\n".join([*lines, *("  " + " | ".join(row) for row in self.review())])


def review_name(number: int, concept: Concept) -> str:
    return f"{number}. {concept.name} (lesson {concept.lesson})"


def review_answer(choice: Choice) -> str:
    """The right option of a question, with its letter and its reason."""
    index = next(i for i, option in enumerate(choice.options) if option.correct)
    right = choice.options[index]
    return f"{ANSWERS[index]}, {right.text}. {right.why}"


def concept_result(progress: Progress) -> ConceptResult | None:
    """The comparison of both forms, once the second has been handed in."""
    return ConceptResult(progress) if ConceptForm("post", progress).handed_in else None
