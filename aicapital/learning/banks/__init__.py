"""Question banks, one module a lesson.

A bank has `QUESTIONS`, a list of the objects described in `aicapital.learning.questions`; `CLAIM_VALUES`, from
the id of a claim in `data/claims.csv` to the function that fills its reasons; and, when the lesson has an
exercise sheet, `SHEET`, a dict from the id of a sheet question to its `SheetCheck`.
"""

from importlib import import_module
from types import ModuleType

from ..questions import LearningError

BANKS = {
    "00": "start_here",
    "01": "mission_to_dominance",
    "02": "google_capital_from_within",
    "03": "xai_platform_loop",
    "04": "anthropic_safety_borrowed",
    "05": "meta_give_away",
    "06": "scale_or_efficiency",
    "07": "the_barrier",
    "08": "can_revenue_catch_compute",
    "09": "industrial_systems",
    "10": "will_capital_define_ai",
}


def lesson_number(lesson: str | int) -> str:
    """ "1", 1 and "01" all mean lesson "01"."""
    return str(lesson).strip().zfill(2)


def load(lesson: str | int) -> ModuleType:
    number = lesson_number(lesson)
    if number not in BANKS:
        raise LearningError(
            f"Lesson {lesson!r} has no question bank. Lessons with one: {', '.join(BANKS)}."
        )
    name = f"{__name__}.{BANKS[number]}"
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name != name:
            raise
        raise LearningError(
            f"The question bank of lesson {number} is missing: {name}. Install the course again."
        ) from missing
