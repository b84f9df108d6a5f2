"""A right number with too few decimals is told so, and not called a wrong method."""

from collections.abc import Callable

from .quantity import NotANumber, parse_loosely
from .questions import Feedback

CLOSE = "Close. Give one more decimal."


def or_rounded(test: Callable, target: float) -> Callable:
    """`test`, which says `CLOSE` of the whole number nearest to the target where it knows no other mistake."""

    def told(given) -> Feedback | None:
        verdict = test(given)
        if verdict is None or verdict.solved or verdict.mistake:
            return verdict
        try:
            value = parse_loosely(given).value
        except NotANumber:
            return verdict
        return Feedback.wrong(CLOSE, "rounded") if value == round(target) else verdict

    # What else is known of a test, such as whether it reads text, stays as it is.
    told.__dict__.update(vars(test))
    return told


def pair_rounded(*targets: float, tolerance: float) -> Callable:
    """Says `CLOSE` of numbers of which each is right or the whole number nearest to its target."""

    def told(given) -> Feedback | None:
        right = [
            abs(value - target) < tolerance for value, target in zip(given, targets, strict=True)
        ]
        whole = [value == round(target) for value, target in zip(given, targets, strict=True)]
        near = all(a or b for a, b in zip(right, whole, strict=True))
        return Feedback.wrong(CLOSE, "rounded") if near and not all(right) else None

    return told
