"""The article's claims: one table, `data/claims.csv`, from which lessons and pages take text and verdicts.

The reasons in the table are templates. A lesson's bank says in `CLAIM_VALUES` which function fills those of a claim.
"""

from html import escape
from pathlib import Path

import pandas as pd

from ..data import load
from . import banks
from .guard import guarded
from .live import LiveVerdict
from .progress import open_progress
from .questions import Claim, LearningError, Verdict
from .view import sentence_html, table_html, to_html

LESSONS = {
    "01": "From mission to dominance",
    "02": "Google: capital from within",
    "03": "xAI: the platform loop",
    "04": "Anthropic: safety on borrowed balance sheets",
    "05": "Meta: give the model away",
    "06": "Scale or efficiency",
    "07": "The barrier",
    "08": "Can revenue catch compute?",
    "09": "Industrial systems",
    "10": "Will capital define AI?",
}
NOT_OPEN = "lesson not open yet"
HIDDEN = "shown after yours"
HEAD = ("Claim", "Kind", "Yours", "The course's, then", "The course's, now")


def listed(cell: str) -> list[str]:
    """A cell that holds several names, separated by semicolons."""
    return [name.strip() for name in cell.split(";") if name.strip()]


def judged(lesson: str | int) -> list[Claim]:
    """The claims of a lesson on which the course has a verdict, ready to be asked."""
    number = banks.lesson_number(lesson)
    rows = load("claims").query("lesson == @number and verdict_then != ''")
    values = getattr(banks.load(number), "CLAIM_VALUES", {})
    unknown = sorted(set(values) - set(rows["claim_id"]))
    if unknown:
        raise LearningError(
            f"CLAIM_VALUES of lesson {number} fills {', '.join(unknown)}, which claims.csv does not judge there. "
            f"Judged: {', '.join(rows['claim_id']) or 'none'}."
        )
    return [_claim(row, values.get(row.claim_id)) for row in rows.itertuples()]


def _claim(row, values) -> Claim:
    return Claim(
        row.claim_id,
        row.claim,
        then=Verdict(row.verdict_then, row.confidence_then, row.reason_then),
        now=Verdict(row.verdict_now, row.confidence_now, row.reason_now),
        evidence=[*listed(row.evidence), *(f"models.{name}" for name in listed(row.model))],
        values=values,
    )


class ClaimsMap:
    """All claims by lesson, the learner's verdict beside the course's; shows itself as HTML and as text.

    The course's verdict on a claim stays hidden until the learner has given theirs, or with `show_all`.
    """

    def __init__(self, show_all: bool = False):
        self.show_all = show_all
        self.progress = open_progress()

    def lessons(self) -> list[tuple[str, int, list[tuple[str, ...]]]]:
        """Caption, how many verdicts the learner has given, and the rows under HEAD, lesson by lesson."""
        table = load("claims")
        return [
            self._lesson(number, table[table["lesson"] == number])
            for number in sorted(table["lesson"].unique())
        ]

    def _lesson(self, number: str, rows: pd.DataFrame) -> tuple[str, int, list[tuple[str, ...]]]:
        known = {claim.id: claim for claim in judged(number)} if number in banks.BANKS else {}
        lines = [
            (f"{row.claim_id} {row.claim}", row.claim_type, *self._verdicts(number, known, row))
            for row in rows.itertuples()
        ]
        given = sum(line[2] not in ("", "none yet") for line in lines)
        return f"Lesson {number}. {LESSONS.get(number, '')}", given, lines

    def _verdicts(self, number: str, known: dict[str, Claim], row) -> tuple[str, str, str]:
        if row.claim_id not in known:
            return "", NOT_OPEN, NOT_OPEN
        live = LiveVerdict(known[row.claim_id], number, self.progress)
        record = live.record
        yours = f"{record['verdict']} ({record['confidence']})" if record else "none yet"
        if not (record or self.show_all):
            return yours, HIDDEN, HIDDEN
        then, now = (
            f"{verdict.verdict} ({verdict.confidence})"
            for verdict in (live.question.then, live.question.now)
        )
        return yours, then, now

    def __repr__(self) -> str:
        return guarded(self._text, lambda sentence: sentence)

    def _text(self) -> str:
        parts = []
        for caption, given, rows in self.lessons():
            parts.append(self._summary(caption, given, rows))
            parts += [f"  {' | '.join(filter(None, row))}" for row in rows]
        return "\n".join([*parts, *self.progress.take_notes()])

    @staticmethod
    def _summary(caption: str, given: int, rows: list) -> str:
        return f"{caption} ({len(rows)} claims, {given} judged by you)"

    def _repr_html_(self) -> str:
        return guarded(self._html, sentence_html)

    def _html(self) -> str:
        folds = "".join(
            f'<details{" open" if self.show_all else ""}><summary style="cursor: pointer; padding: 4px 0">'
            f"{escape(self._summary(caption, given, rows))}</summary>"
            f"{table_html(HEAD, rows)}</details>"
            for caption, given, rows in self.lessons()
        )
        notes = "".join(to_html(note) for note in self.progress.take_notes())
        return f"<div>{folds}{notes}</div>"

    def reasons_html(self) -> str:
        """Every claim that the course judges, with the reasons and evidence of both verdicts."""
        parts = []
        for number in banks.BANKS:
            for claim in judged(number):
                live = LiveVerdict(claim, number, self.progress)
                rows = [
                    (when, verdict.verdict, verdict.confidence, reason)
                    for when, verdict, reason in live.course
                ]
                parts += [
                    f'<h3 id="claim-{escape(claim.id)}">{escape(live.text)}</h3>',
                    table_html(("", "Verdict", "Confidence", "Because"), rows),
                    to_html(f"Evidence: {', '.join(claim.evidence)}."),
                ]
        return "".join(parts)

    def page(self) -> str:
        """A page that stands alone; with `show_all` it ends with the reasons."""
        reasons = f"<h2>Reasons</h2>{self.reasons_html()}" if self.show_all else ""
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            "<title>The claims of the article</title>"
            "<style>body{font-family: system-ui, sans-serif; max-width: 70em; margin: 1em auto; padding: 0 1em}"
            "th, td{border-bottom: 1px solid #ddd}</style></head>"
            f"<body><main><h1>The claims of the article</h1>{self._html()}{reasons}</main></body></html>\n"
        )

    def write(self, path: str | Path) -> Path:
        """Write the page to a file and say where it is."""
        path = Path(path)
        path.write_text(self.page(), encoding="utf-8", newline="\n")
        return path
