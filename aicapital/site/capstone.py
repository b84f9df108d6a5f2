"""The two concept forms and the brief as parts of a page, with what the page script needs to judge, compare and write them."""

import html

from ..data import load
from ..labs.lab import Lab
from ..learning import Lesson, banks, concept_test
from ..learning.banks.concepts import CONCEPTS, FORMS, Concept
from ..learning.brief import (
    EXPECTED,
    GAPS,
    LONGEST,
    LONGEST_NAME,
    MOST_LINES,
    PAGE,
    QUESTION,
    REFUSED,
    SAYS,
    SECTIONS,
    SETTLED_BY,
    SETTLED_WHERE,
    SHORT_CLAIM,
    SHOWN,
    course_verdicts,
    in_brief,
)
from ..learning.concept_test import ConceptForm
from ..learning.live import LivePrediction
from ..learning.quantity import shorten
from ..learning.questions import (
    ANSWERS,
    ARTICLE_DAY,
    CONFIDENCES,
    DO_NOT_KNOW,
    VERDICTS,
    Prediction,
)
from .questions import in_page, radios

REPLY = '<div class="reply" role="status" aria-live="polite"></div>'


def concepts(form: ConceptForm, uid: str) -> str:
    """A concept form; the second one brings what the comparison needs, so the first page tells nothing."""
    items = "".join(
        radios(f"{number}. {choice.text}", f"{uid}-{key}", [text for text, _ in form.options(key)])
        for number, (key, choice) in enumerate(form.questions.items(), start=1)
    )
    data = {
        "form": form.form,
        "keys": list(form.questions),
        "letters": [*ANSWERS, DO_NOT_KNOW],
        "says": concept_test.SAYS,
    }
    if form.form == FORMS[-1]:
        data |= {
            "concepts": [_judged(number, concept) for number, concept in enumerate(CONCEPTS, 1)],
            "gains": concept_test.GAIN_TABLE,
            "review": concept_test.REVIEW_TABLE,
        }
    return (
        f'<form class="question whole-page" id="{uid}" novalidate data-concepts="{form.form}"><p class="heading">{html.escape(form.heading)}</p>{items}'
        f'<div class="buttons"><button type="submit">{html.escape(concept_test.HAND_IN)}</button></div>{REPLY}{in_page(data)}</form>'
    )


def _judged(number: int, concept: Concept) -> dict:
    asked = {form: concept.question(form) for form in FORMS}
    return {
        "id": concept.id,
        "group": concept.group,
        "name": concept_test.review_name(number, concept),
        "answer": concept_test.review_answer(asked["post"]),
        # For each form a mistake a letter; the right one has none.
        "mistakes": {
            form: ["" if option.correct else option.mistake for option in choice.options]
            for form, choice in asked.items()
        },
    }


def brief(uid: str, scenario: Lab) -> str:
    """The boxes in which a reader writes the brief; the page script adds the record and the lab `scenario` above it."""
    texts = "".join(
        f'<label for="{uid}-{name}">{html.escape(GAPS[name])}</label>{box.format(id=f"{uid}-{name}", name=name)}'
        for name, box in (
            ("answer", _AREA),
            ("change_my_mind", _AREA),
            ("name", '<input id="{id}" name="{name}" type="text" autocomplete="name">'),
        )
    )
    chances = "".join(
        f'<label for="{uid}-{claim}">{html.escape(GAPS["forecasts"].format(forecasts=claim))} ({html.escape(settled)}), in %</label>'
        f'<input id="{uid}-{claim}" name="{claim}" type="text" autocomplete="off">'
        for claim, settled in SETTLED_BY.items()
    )
    return (
        f'<form class="question brief whole-page" id="{uid}" novalidate><p class="heading">{html.escape(QUESTION)}</p>{texts}{chances}'
        '<div class="buttons"><button type="submit">Show my brief</button></div>'
        f'{REPLY}<div class="sheet" hidden><div class="buttons"><button type="button" class="print">Print it</button>'
        '<a class="save" download="brief.html">Save it as a page</a></div><iframe title="Your brief"></iframe></div>'
        f"{in_page(_brief_data(scenario))}</form>"
    )


_AREA = '<textarea id="{id}" name="{name}" rows="4"></textarea>'


def _brief_data(scenario: Lab) -> dict:
    lessons = [Lesson(number) for number in banks.BANKS]
    course = course_verdicts(lessons)
    width, height = scenario.figure.get_size_inches() * 72
    return {
        "question": QUESTION,
        "page": PAGE,
        "day": ARTICLE_DAY,
        "says": SAYS,
        "gaps": GAPS,
        "refused": REFUSED,
        "expected": EXPECTED,
        "most": {"text": LONGEST, "name": LONGEST_NAME, "lines": MOST_LINES},
        "shown": SHOWN,
        "settled": SETTLED_BY,
        "where": SETTLED_WHERE,
        "verdicts": VERDICTS,
        "confidences": CONFIDENCES,
        "sections": SECTIONS,
        "claims": [
            {
                "id": row.claim_id,
                "lesson": row.lesson,
                "text": shorten(row.claim, SHORT_CLAIM),
                "course": course.get(row.claim_id, ""),
            }
            for row in load("claims").itertuples()
        ],
        "predictions": [
            _predicted(lesson.predict(question.id))
            for lesson in lessons
            for question in lesson.questions.values()
            if isinstance(question, Prediction)
        ],
        # A page opened from a folder may not read a picture into a file of its own, so it stands here.
        "still": scenario.still,
        "size": [float(width), float(height)],
    }


def _predicted(live: LivePrediction) -> dict:
    question = live.question
    return {
        "lesson": live.lesson,
        "id": live.record_id,
        "text": in_brief(live),
        "unit": question.unit,
        "options": bool(question.options),
        "truth": question.truth(),
        "evidence": question.show(question.truth()),
        "tolerance": question.tolerance,
        "relative": question.rel_tolerance,
    }
