"""Predict, check, recall and judge: the questions of the course. All local; nothing leaves this computer."""

from collections.abc import Mapping
from pathlib import Path

from . import banks
from .brief import brief
from .case_replay import RunningCase
from .claims import ClaimsMap
from .lesson import Lesson
from .page import ProgressPage
from .progress import open_progress
from .questions import LearningError
from .sheet import Sheet

__all__ = [
    "LearningError",
    "Lesson",
    "Sheet",
    "brief",
    "claims_map",
    "progress",
    "progress_file",
    "running_case",
    "sheet",
]


def claims_map(show_all: bool = False) -> ClaimsMap:
    """All claims of the article by lesson; the course's verdict appears once you have given yours."""
    return ClaimsMap(show_all)


def sheet(lesson: str | int, own: Mapping[str, Mapping[str, object]] | None = None) -> Sheet:
    """The checks of a lesson's exercise sheet; `own` holds a learner's own numbers, where a sheet has them."""
    return Sheet(lesson, own=own)


def running_case(show_all: bool = False) -> RunningCase:
    """Skerry's decisions, lesson by lesson; what it decided appears once you have decided."""
    return RunningCase(show_all)


def progress() -> ProgressPage:
    """What has been done in all lessons."""
    return ProgressPage([Lesson(number) for number in banks.BANKS])


def progress_file() -> Path:
    """Where the progress is kept."""
    return open_progress().file
