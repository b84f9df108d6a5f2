"""Errors of ours, told in one sentence instead of a traceback."""

import os
from collections.abc import Callable

from .quantity import shorten
from .questions import LearningError

DEBUG_VARIABLE = "AICAPITAL_DEBUG"


def guarded(action: Callable[[], object], otherwise: Callable[[str], object]) -> object:
    """Run an action; an error goes as a sentence to `otherwise`.

    A LearningError is such a sentence already; any other error is our fault, raised under AICAPITAL_DEBUG.
    """
    try:
        return action()
    except LearningError as message:
        return otherwise(str(message))
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        return otherwise(
            f"This part stopped working ({type(error).__name__}: {shorten(str(error), 160)}). "
            "Go on with the next cell; the rest of the lesson does not need it."
        )
