"""Normalised gain: of what was left to learn, the part that was learned."""

import math


def normalised_gain(pre: float, post: float, maximum: float) -> float | None:
    """(post - pre) / (maximum - pre), or None when `pre` is `maximum`: nothing was left to gain.

    Below zero when fewer are right than before; at most 1. Hake 1998, American Journal of Physics 66(1), eq. 1;
    there `pre` and `post` are averages of a class.
    Raises ValueError when a score is no number from 0 to `maximum`.
    """
    if not _is_number(maximum) or maximum <= 0:
        raise ValueError(f"maximum must be a positive number of questions; got {maximum!r}.")
    for name, score in (("pre", pre), ("post", post)):
        if not _is_number(score) or not 0 <= score <= maximum:
            raise ValueError(
                f"{name} must be a number of right answers from 0 to {maximum}; got {score!r}."
            )
    return None if pre == maximum else (post - pre) / (maximum - pre)


def _is_number(thing: object) -> bool:
    return isinstance(thing, int | float) and not isinstance(thing, bool) and math.isfinite(thing)
