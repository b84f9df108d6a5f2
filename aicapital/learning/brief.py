"""The capstone: what the learner has judged, predicted and chosen, as one page to hand in.

The page is one HTML file: its picture stands in it, it loads nothing, and it prints on one or two sheets.
"""

import html
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from ..data import load
from . import banks
from .guard import guarded
from .lesson import Lesson
from .live import LivePrediction, LiveVerdict
from .quantity import NotANumber, parse_quantity, shorten
from .questions import ARTICLE_DAY, CONFIDENCES, VERDICTS, Claim, LearningError, Prediction
from .view import to_html

QUESTION = "Will capital define AI?"
LONGEST, MOST_LINES = 900, 12  # characters and lines of a text of the learner's own
LONGEST_NAME = 80  # characters: it stands in one line above the page
SHORT_CLAIM = 90  # characters of a claim in its line
SHOWN = 3  # predictions and disagreements that find room
SECTIONS = {
    "01": "I. Mission to dominance",
    "02": "II.1 Google",
    "03": "II.2 xAI",
    "04": "II.3 Anthropic",
    "05": "II.4 Meta",
    "06": "III. Scale or efficiency",
    "07": "IV. The barrier",
    "08": "V. Revenue and compute",
    "09": "VI. Industrial systems",
    "10": "Conclusion",
}
# What each forecast of the conclusion means here, so that it can be settled in 2031.
SETTLED_BY = {
    "C.3": "monopolised: HHI of 5,000 or more",
    "C.4": "open: HHI below 1,800",
}
SETTLED_WHERE = (
    "Market: spending of US firms on model interfaces in 2030, in the survey of this course or the one that follows it, read by March 2031. "
    "Score: (probability - outcome)², with the outcome 1 or 0; less is better, and saying 50 % to everything scores 0.25."
)
# All that the page says, as templates: the static site fills the same ones.
SAYS = {
    "by": "{by}. On “When Financing Becomes the Engine”, an article of {day}.",
    "answer": "My answer",
    "change_my_mind": "What would change my mind",
    "scenario": "My scenario, and what I expect by 2031",
    "caption": "{settings}. {sentence}",
    "probability": "<b>{chance} %</b> for {claim} ({settled}).",
    "probabilities": "My probabilities: {listed} {where}",
    "verdicts": "What holds, and what does not: {judged} of {claims} claims",
    "section": "Section",
    "counts": "All I have judged: {counts}.",
    "sure": "{confidence} confidence: {same} of {count}",
    "sureness": "Same verdict as the course, by how sure I was: {lines}.",
    "changed": "I have changed {count} {verdicts} since the first.",
    "apart": "Where I part from the course most firmly:",
    "differ": "{claim}, “{text}”: I say “{mine}” ({confidence} confidence), the course “{course}”.",
    "predictions": "How well I predicted: {hits} of {count} predictions hit",
    "prediction_columns": ("", "Prediction", "Mine", "The evidence"),
    "nearest": "nearest",
    "furthest": "furthest",
    "incomplete": "This brief is not complete.",
    "moved": "What has moved since that day, by the course's verdicts: {listed}.",
    "moved_from": "{claims} from “{then}” to “{now}”",
    "foot": "Verdicts are for the day of the article, if nothing else is said. “The course” is one more reader with reasons, not the truth.",
    "holds": "Your brief holds {judged} of {claims} verdicts, {predictions} predictions ({hits} {hit_or_hits}) and {your_or_no} scenario.",
    "missing": "Missing: {gap}",
}
# What can be missing, in the order of the page. Where a learner gives it is added by whoever says so.
GAPS = {
    "verdicts": "Verdicts on {left} of {claims} claims ({sections}).",
    "predictions": "Predictions that you made before you saw the evidence.",
    "scenario": "Your scenario",
    "answer": "Your answer to the question",
    "change_my_mind": "What would change your mind",
    "name": "Your name",
    "forecasts": "A probability for {forecasts}",
}
# What cannot be taken as it is given.
REFUSED = {
    "long": "{what} has {length} characters, at most {most}: a brief fits on a page. Keep the strongest reason.",
    "name": "{what} has {length} characters, at most {most}: it stands in one line above the page.",
    "lines": "{what} has more than {most} lines. Write it without empty ones.",
    "fraction": (
        "{what} is {value}. Is that {percent} %? Then write {percent}. "
        'If you mean less than one percent, write "{value} %".'
    ),
    "outside": "{what} must lie between 0 and 100 %; got {value}.",
    "sum": (
        "C.3 and C.4 cannot both come true in one market; together they have {sum} %, at most 100. "
        "What is left is the chance of a market in between."
    ),
}
EXPECTED = "a percentage between 0 and 100"
_CSS = """
@page { size: A4; margin: 11mm 14mm }
* { box-sizing: border-box }
body { font: 10pt/1.3 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; color: #22272e; background: #fff; max-width: 182mm; margin: 8mm auto; padding: 0 4mm }
h1 { font-size: 17pt; margin: 0 } h2 { font-size: 11.5pt; margin: 8pt 0 3pt; border-bottom: 1px solid #c9ced6 }
p { margin: 0 0 4pt } .by { color: #5b6470 } ul { margin: 0; padding-left: 14pt }
table { border-collapse: collapse; width: 100%; font-size: 8.6pt } caption { text-align: left; color: #5b6470; padding-bottom: 2pt }
th, td { text-align: left; vertical-align: top; padding: 1.5pt 6pt 1.5pt 0; border-bottom: 1px solid #e3e6ea }
thead th { border-bottom: 1px solid #5b6470 } img, figure svg { width: 100%; max-width: 140mm; display: block } figcaption { font-size: 8.6pt }
.missing { border: 1px solid #b3261e; padding: 4pt 8pt; margin-top: 8pt; font-size: 9pt } .foot { color: #5b6470; font-size: 8pt; margin-top: 8pt }
h2, figure, .missing, tr { break-inside: avoid } h2 { break-after: avoid } figure { margin: 0 } .own { white-space: pre-wrap; overflow-wrap: anywhere }
@media print { body { margin: 0; padding: 0; max-width: none } }
""".strip()
PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    f"<title>{QUESTION} A brief</title><style>{_CSS}</style></head>\n<body>BODY</body></html>\n"
)


class Scenario(Protocol):
    """A lab as its learner left it."""

    title: str
    controls: Mapping
    values: Mapping
    sentence: str
    picture: str  # a PNG as base64


class Judged(NamedTuple):
    claim: str
    lesson: str
    verdict: str
    confidence: str
    first: str
    course: str  # the course's verdict for the article's day; empty where its lesson has none
    since: str  # the course's verdict with what has become known since; empty likewise


class Predicted(NamedTuple):
    text: str
    yours: str
    evidence: str
    hit: bool
    off: float | None  # distance in units of the room that still counts as a hit; None for words


def brief(
    scenario: Scenario | None = None,
    *,
    name: str = "",
    answer: str = "",
    change_my_mind: str = "",
    forecasts: Mapping[str, float | str] | None = None,
) -> "Brief":
    """The learner's brief, from the record of all lessons and from what is given here.

    scenario : the lab of two futures, set as the learner wants it. name : whose brief it is. answer : the learner's own
        answer, change_my_mind : what evidence would change it; up to 900 characters each. forecasts : probabilities in
        percent, such as {"C.3": 20, "C.4": 35}.

    What is missing is left out, and named on the page.
    """
    return Brief(scenario, name, answer, change_my_mind, {} if forecasts is None else forecasts)


class Brief:
    """Shows what it holds and what is missing; `save("brief.html")` writes the page."""

    def __init__(
        self,
        scenario: Scenario | None,
        name: str,
        answer: str,
        change_my_mind: str,
        forecasts: Mapping[str, float | str],
    ):
        needed = ("title", "controls", "values", "sentence", "picture")
        if scenario is not None and not all(hasattr(scenario, part) for part in needed):
            raise LearningError(
                f"scenario must be a lab, such as my_future = labs.two_futures(); got {type(scenario).__name__}."
            )
        self.scenario = scenario
        self.name, self.answer, self.change_my_mind = (
            _own_text(what, text)
            for what, text in (
                ("name", name),
                ("answer", answer),
                ("change_my_mind", change_my_mind),
            )
        )
        if len(self.name) > LONGEST_NAME:
            raise LearningError(
                REFUSED["name"].format(what="name", length=len(self.name), most=LONGEST_NAME)
            )
        self.forecasts = _probabilities(forecasts)

    # ---- the record
    @cached_property
    def _lessons(self) -> list[Lesson]:
        return [Lesson(number) for number in banks.BANKS]

    @cached_property
    def claims(self) -> dict[str, str]:
        """Every claim of the article -> its lesson."""
        return load("claims").set_index("claim_id")["lesson"].to_dict()

    @cached_property
    def _claim_texts(self) -> dict[str, str]:
        return load("claims").set_index("claim_id")["claim"].to_dict()

    @cached_property
    def judged(self) -> list[Judged]:
        """The learner's verdicts, in the order of the article."""
        course = course_verdicts(self._lessons)
        recorded = self._lessons[0].progress_store.read().get(LiveVerdict.kind, {})
        found = []
        for claim, lesson in self.claims.items():
            record = recorded.get(lesson, {}).get(claim)
            if record:
                parts = (record["verdict"], record["confidence"], record["first"])
                found.append(Judged(claim, lesson, *parts, *course.get(claim, ("", ""))))
        return found

    @cached_property
    def predicted(self) -> list[Predicted]:
        """Predictions made before their evidence and compared with it since."""
        found = []
        for lesson in self._lessons:
            for question in lesson.questions.values():
                if not isinstance(question, Prediction):
                    continue
                live = LivePrediction(question, lesson.number, lesson.progress_store)
                record = live.record
                if not record or not record["revealed"] or live.after_evidence:
                    continue
                value, truth = record["value"], question.truth()
                shown = (question.show(value), question.show(truth))
                off = None if question.options else _off(question, value, float(truth))
                found.append(Predicted(in_brief(live), *shown, question.hit(value), off))
        return found

    @property
    def missing(self) -> list[str]:
        """What the brief still lacks, in sentences."""
        gaps = []
        left = [lesson for claim, lesson in self.claims.items() if claim not in self._done]
        if left:
            sections = ", ".join(SECTIONS[lesson] for lesson in dict.fromkeys(left))
            gaps.append(
                GAPS["verdicts"].format(left=len(left), claims=len(self.claims), sections=sections)
            )
        if not self.predicted:
            gaps.append(GAPS["predictions"])
        if self.scenario is None:
            gaps.append(f"{GAPS['scenario']}: brief(my_future), with the lab as you set it.")
        for argument in ("answer", "change_my_mind", "name"):
            if not getattr(self, argument):
                gaps.append(f'{GAPS[argument]}: brief(..., {argument}="...").')
        unset = [claim for claim in SETTLED_BY if claim not in self.forecasts]
        if unset:
            what = GAPS["forecasts"].format(forecasts=" and ".join(unset))
            gaps.append(f'{what}: brief(..., forecasts={{"C.3": ..., "C.4": ...}}).')
        return gaps

    @property
    def _done(self) -> set[str]:
        return {judged.claim for judged in self.judged}

    # ---- on screen
    @property
    def summary(self) -> list[str]:
        """What the brief holds, then what is missing."""
        hits = sum(predicted.hit for predicted in self.predicted)
        holds = SAYS["holds"].format(
            judged=len(self.judged),
            claims=len(self.claims),
            predictions=len(self.predicted),
            hits=hits,
            hit_or_hits="hit" if hits == 1 else "hits",
            your_or_no="no" if self.scenario is None else "your",
        )
        lines = [holds, *(SAYS["missing"].format(gap=gap) for gap in self.missing)]
        return [
            *lines,
            'Write it as a page with .save("brief.html"); every browser opens and prints it.',
        ]

    def __repr__(self) -> str:
        return guarded(lambda: "\n".join(self.summary), lambda sentence: sentence)

    def _repr_html_(self) -> str:
        return guarded(lambda: "".join(map(to_html, self.summary)), to_html)

    # ---- the page
    def save(self, path: str | Path = "brief.html") -> Path:
        """Write the page; a file of that name is replaced. Returns where it is."""
        if not isinstance(path, str | Path):
            raise LearningError(
                f'Give the name of the page in quotation marks, such as "brief.html"; got {type(path).__name__}.'
            )
        path = Path(path)
        if path.suffix.lower() not in (".html", ".htm"):
            raise LearningError(
                f"A brief is a web page: give a name that ends in .html, not {path.name!r}."
            )
        try:
            path.write_text(self.html, encoding="utf-8")
        except OSError as error:
            raise LearningError(
                f"The brief cannot be written to {path} ({error.strerror or error}). Give another place."
            ) from None
        return path

    @property
    def html(self) -> str:
        """The whole page."""
        by = " · ".join(filter(None, (self.name, f"{date.today():%d %B %Y}".lstrip("0"))))
        parts = [
            f"<h1>{QUESTION}</h1>",
            f'<p class="by">{SAYS["by"].format(by=html.escape(by), day=ARTICLE_DAY)}</p>',
            _own(SAYS["answer"], self.answer),
            self._scenario_html(),
            self._verdicts_html(),
            self._moved_html(),
            self._predictions_html(),
            _own(SAYS["change_my_mind"], self.change_my_mind),
            self._missing_html(),
            f'<p class="foot">{SAYS["foot"]}</p>',
        ]
        return PAGE.replace("BODY", "".join(parts))

    def _scenario_html(self) -> str:
        parts = []
        if self.scenario is not None:
            settings = "; ".join(
                f"{control.label}: {control.show(self.scenario.values[name])}"
                for name, control in self.scenario.controls.items()
            )
            sentence = html.escape(self.scenario.sentence)
            parts.append(
                f'<figure><img alt="{sentence}" src="data:image/png;base64,{self.scenario.picture}">'
                f"<figcaption>{SAYS['caption'].format(settings=html.escape(settings), sentence=sentence)}</figcaption></figure>"
            )
        if self.forecasts:
            listed = " ".join(
                SAYS["probability"].format(
                    chance=f"{chance:g}", claim=claim, settled=html.escape(SETTLED_BY[claim])
                )
                for claim, chance in self.forecasts.items()
            )
            said = SAYS["probabilities"].format(listed=listed, where=html.escape(SETTLED_WHERE))
            parts.append(f"<p>{said}</p>")
        return f"<h2>{SAYS['scenario']}</h2>{''.join(parts)}" if parts else ""

    def _verdicts_html(self) -> str:
        if not self.judged:
            return ""
        rows = []
        for lesson, section in SECTIONS.items():
            own = [judged for judged in self.judged if judged.lesson == lesson]
            if own:
                rows.append(
                    (
                        section,
                        *(
                            ", ".join(j.claim for j in own if j.verdict == verdict)
                            for verdict in VERDICTS
                        ),
                    )
                )
        counts = ", ".join(
            f"{sum(j.verdict == verdict for j in self.judged)} {verdict}" for verdict in VERDICTS
        )
        table = _table((SAYS["section"], *VERDICTS), rows, SAYS["counts"].format(counts=counts))
        heading = SAYS["verdicts"].format(judged=len(self.judged), claims=len(self.claims))
        return f"<h2>{heading}</h2>{table}{self._apart_html()}"

    def _apart_html(self) -> str:
        """How sure the learner was, against the course; and the most confident disagreements."""
        compared = [judged for judged in self.judged if judged.course]
        lines = []
        for confidence in reversed(CONFIDENCES):
            own = [judged for judged in compared if judged.confidence == confidence]
            if own:
                same = sum(judged.verdict == judged.course for judged in own)
                lines.append(SAYS["sure"].format(confidence=confidence, same=same, count=len(own)))
        words = f"<p>{SAYS['sureness'].format(lines='; '.join(lines))}</p>" if lines else ""
        changed = sum(judged.verdict != judged.first for judged in self.judged)
        if changed:
            verdicts = "verdict" if changed == 1 else "verdicts"
            words += f"<p>{SAYS['changed'].format(count=changed, verdicts=verdicts)}</p>"
        differ = [judged for judged in compared if judged.verdict != judged.course]
        differ.sort(key=lambda judged: -CONFIDENCES.index(judged.confidence))
        if differ:
            items = "".join(
                "<li>{}</li>".format(
                    SAYS["differ"].format(
                        claim=judged.claim,
                        text=html.escape(shorten(self._claim_texts[judged.claim], SHORT_CLAIM)),
                        mine=judged.verdict,
                        confidence=judged.confidence,
                        course=judged.course,
                    )
                )
                for judged in differ[:SHOWN]
            )
            words += f"<p>{SAYS['apart']}</p><ul>{items}</ul>"
        return words

    def _moved_html(self) -> str:
        """Claims that the learner judged and on which the course's verdict has changed since the article's day."""
        moved: dict[tuple[str, str], list[str]] = {}
        for judged in self.judged:
            if judged.since != judged.course:
                moved.setdefault((judged.course, judged.since), []).append(judged.claim)
        if not moved:
            return ""
        listed = "; ".join(
            SAYS["moved_from"].format(claims=", ".join(claims), then=then, now=now)
            for (then, now), claims in moved.items()
        )
        return f"<p>{SAYS['moved'].format(listed=listed)}</p>"

    def _predictions_html(self) -> str:
        if not self.predicted:
            return ""
        hits = sum(predicted.hit for predicted in self.predicted)
        numeric = sorted((p for p in self.predicted if p.off is not None), key=lambda p: p.off)
        nearest, furthest = numeric[:SHOWN], numeric[SHOWN:][::-1][:SHOWN]
        rows = [
            (SAYS[what], p.text, p.yours, p.evidence)
            for what, some in (("nearest", nearest), ("furthest", furthest))
            for p in some
        ]
        table = _table(SAYS["prediction_columns"], rows, "") if rows else ""
        heading = SAYS["predictions"].format(hits=hits, count=len(self.predicted))
        return f"<h2>{heading}</h2>{table}"

    def _missing_html(self) -> str:
        if not self.missing:
            return ""
        items = "".join(f"<li>{html.escape(gap)}</li>" for gap in self.missing)
        return f'<div class="missing"><b>{SAYS["incomplete"]}</b> Missing:<ul>{items}</ul></div>'


def _own_text(what: str, text: object) -> str:
    if not isinstance(text, str):
        raise LearningError(f"{what} must be text in quotation marks; got {type(text).__name__}.")
    # Half of a character pair, as a broken paste leaves it, cannot be written to any file.
    text = text.encode("utf-8", "replace").decode("utf-8").strip()
    if len(text) > LONGEST:
        raise LearningError(REFUSED["long"].format(what=what, length=len(text), most=LONGEST))
    if text.count("\n") >= MOST_LINES:
        raise LearningError(REFUSED["lines"].format(what=what, most=MOST_LINES))
    return text


def _probabilities(forecasts: object) -> dict[str, float]:
    if not isinstance(forecasts, Mapping):
        raise LearningError('forecasts must be a dict, such as {"C.3": 20, "C.4": 35}.')
    unknown = [claim for claim in forecasts if claim not in SETTLED_BY]
    if unknown:
        raise LearningError(
            f"There is no forecast {unknown[0]!r}; give {' and '.join(map(repr, SETTLED_BY))}."
        )
    found = {}
    for claim in SETTLED_BY:
        if claim in forecasts:
            try:
                found[claim] = parse_quantity(forecasts[claim], "%", EXPECTED).value
            except NotANumber as unreadable:
                raise LearningError(f"forecasts[{claim!r}]: {unreadable}") from None
            if 0 < found[claim] < 1 and not isinstance(forecasts[claim], str):
                raise LearningError(
                    REFUSED["fraction"].format(
                        what=f"forecasts[{claim!r}]",
                        value=f"{found[claim]:g}",
                        percent=f"{100 * found[claim]:g}",
                    )
                )
            if not 0 <= found[claim] <= 100:
                what, value = f"forecasts[{claim!r}]", f"{found[claim]:g}"
                raise LearningError(REFUSED["outside"].format(what=what, value=value))
    if sum(found.values()) > 100:
        raise LearningError(REFUSED["sum"].format(sum=f"{sum(found.values()):g}"))
    return found


def course_verdicts(lessons: Sequence[Lesson]) -> dict[str, tuple[str, str]]:
    """Claim -> the course's verdicts for the article's day and since, where its lesson has them."""
    return {
        question.id: (question.then.verdict, question.now.verdict)
        for lesson in lessons
        for question in lesson.questions.values()
        if isinstance(question, Claim)
    }


def in_brief(live: LivePrediction) -> str:
    """A prediction's question as it stands in its row: whole, because the numbers in it are what it asks about."""
    return f"Lesson {live.lesson}. {live.text}"


def _off(question: Prediction, value: float, truth: float) -> float:
    room = max(question.tolerance or 0.0, (question.rel_tolerance or 0.0) * abs(truth))
    return abs(value - truth) / room if room else abs(value - truth)


def _own(heading: str, text: str) -> str:
    return f'<h2>{heading}</h2><p class="own">{html.escape(text)}</p>' if text else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    top = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>"
        + f'<th scope="row">{html.escape(first)}</th>'
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table>{title}<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
