"""The progress page: predictions, checks and verdicts of one or all lessons."""

from typing import TYPE_CHECKING

from .concept_test import NAMES
from .guard import guarded
from .live import AFTER_EVIDENCE, Live, LiveCheck, LivePrediction, LiveVerdict
from .quantity import shorten
from .questions import ARTICLE_DAY, Claim, LearningError, Prediction
from .view import sentence_html, table_html, to_html

if TYPE_CHECKING:
    from .lesson import Lesson

KEPT = (
    "Kept on this computer only, in the file that `learning.progress_file()` names; "
    "deleting it loses your answers there, and nothing else."
)


class ProgressPage:
    """Shows itself as HTML in a notebook and as text elsewhere."""

    def __init__(self, lessons: "list[Lesson]"):
        self.lessons = lessons

    def tables(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
        """Caption, headings and rows of every table; a lesson has up to three, the start page one more."""
        return [table for lesson in self.lessons for table in _lesson_tables(lesson)]

    @property
    def notes(self) -> list[str]:
        return self.lessons[0].progress_store.take_notes() if self.lessons else []

    def __repr__(self) -> str:
        return guarded(self._text, lambda sentence: sentence)

    def _text(self) -> str:
        lines = []
        for caption, _, rows in self.tables():
            lines += [caption, *("  " + " | ".join(filter(None, row)) for row in rows)]
        return "\n".join([*lines, KEPT, *self.notes])

    def _repr_html_(self) -> str:
        return guarded(self._html, sentence_html)

    def _html(self) -> str:
        tables = "".join(table_html(head, rows, caption) for caption, head, rows in self.tables())
        return f"<div>{tables}{''.join(to_html(text) for text in (KEPT, *self.notes))}</div>"


def _lesson_tables(lesson: "Lesson") -> list[tuple[str, tuple[str, ...], list[tuple[str, ...]]]]:
    kinds = {"predictions": [], "checks": [], "verdicts": []}
    for question in lesson.questions.values():
        live_type = LivePrediction if isinstance(question, Prediction) else LiveCheck
        live_type = LiveVerdict if isinstance(question, Claim) else live_type
        live = live_type(question, lesson.number, lesson.progress_store)
        kinds[live.kind].append((live, live.record))
    recalled = lesson.progress_store.read().get("checks", {}).get(lesson.number, {})
    heads = {
        "predictions": ("Prediction", "Yours", "The evidence", "Result"),
        "checks": ("Check", "Result", "Tries", "Hints"),
        "verdicts": ("Claim", f"Yours, for {ARTICLE_DAY}", "Confidence", "The course's"),
    }
    rows = {"predictions": _prediction_row, "checks": _check_row, "verdicts": _verdict_row}
    tables = []
    for kind, found in kinds.items():
        if found:
            done = sum(_is_done(kind, record) for _, record in found)
            caption = f"Lesson {lesson.number}, {kind}: {done} of {len(found)}"
            lines = [(_text_of(live), *rows[kind](live, record)) for live, record in found]
            if kind == "predictions":
                hits = sum(line[3] == "hit" for line in lines)
                caption += f", {hits} {'hit' if hits == 1 else 'hits'}"
            if kind == "checks":
                lines += [
                    (_recalled(lesson, record_id), *_check_row(None, record))
                    for record_id, record in recalled.items()
                    if record_id not in lesson.questions
                ]
            tables.append((caption, heads[kind], lines))
    return [_concepts_table(lesson), *tables] if lesson.number == "00" else tables


def _concepts_table(lesson: "Lesson") -> tuple[str, tuple[str, ...], list[tuple[str, ...]]]:
    rows = []
    for form in (lesson.pre_test(), lesson.post_test()):
        done = f"{len(form.answers)} of {len(form.questions)}"
        rows.append((NAMES[form.form], done, "yes" if form.handed_in else "no"))
    return "Concept questions", ("When", "Answered", "Handed in"), rows


def _is_done(kind: str, record: dict | None) -> bool:
    return bool(record) and (kind != "checks" or record["solved"])


def _text_of(live: Live) -> str:
    return shorten(live.text, 90)


def _recalled(lesson: "Lesson", record_id: str) -> str:
    """The question in words; the bare id when its lesson no longer asks it."""
    earlier, _, question_id = record_id.partition(".")
    try:
        return f"From lesson {earlier}: {_text_of(lesson.recall(earlier, question_id))}"
    except LearningError:
        return f"Recall {record_id}"


def _prediction_row(live: LivePrediction, record: dict | None) -> tuple[str, ...]:
    if not record:
        return "none yet", "", ""
    yours = live.question.show(record["value"])
    if not record["revealed"]:
        return yours, "not revealed yet", ""
    if live.after_evidence:
        result = AFTER_EVIDENCE
    elif live.question.hit(record["value"]):
        result = "hit"
    else:
        result = f"off: {live.question.distance(record['value'])}"
    return yours, live.question.show(live.question.truth()), result


def _check_row(_live: LiveCheck | None, record: dict | None) -> tuple[str, ...]:
    if not record:
        return "not answered yet", "", ""
    result = "not solved yet"
    if record["solved"]:
        result = "right at once" if record["first_right"] else "solved"
    return result, str(record["tries"]), str(record["hints"])


def _verdict_row(live: LiveVerdict, record: dict | None) -> tuple[str, ...]:
    if not record:
        return "none yet", "", ""
    changed = f" (first: {record['first']})" if record["first"] != record["verdict"] else ""
    return record["verdict"] + changed, record["confidence"], live.question.then.verdict
