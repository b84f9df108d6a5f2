"""Predict, check, recall and judge: the questions of the course. All local; nothing leaves this computer."""

from pathlib import Path

from . import banks
from .brief import brief
from .lesson import Lesson
from .page import ProgressPage
from .progress import open_progress
from .questions import LearningError
from .sheet import Sheet

__all__ = ["LearningError", "Lesson", "Sheet", "brief", "progress", "progress_file", "sheet"]


def sheet(lesson: str | int) -> Sheet:
    """The checks of a lesson's exercise sheet."""
    return Sheet(lesson)


def progress() -> ProgressPage:
    """What has been done in all lessons."""
    return ProgressPage([Lesson(number) for number in banks.BANKS])


def progress_file() -> Path:
    """Where the progress is kept."""
    return open_progress().file
