"""Concentration of a market: HHI and CR4, exact or as bounds when only "others" is known.

Shares are in percent. The Herfindahl-Hirschman index is the sum of their squares, from near 0 to 10,000
(US Merger Guidelines 2023, Guideline 1).
"""

import math

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers

FULL_MARKET = 10_000  # HHI points of a single firm

HIGH_2023, CHANGE_2023, SHARE_2023 = 1800, 100, 30  # US Merger Guidelines 2023, Guideline 1


def squared_shares(shares: np.ndarray) -> np.ndarray | float:
    """HHI of percentage shares that are known to be good, added up over the last axis: the one formula behind both indices."""
    index = (np.asarray(shares, dtype=float) ** 2).sum(axis=-1)
    return float(index) if index.ndim == 0 else index


def hhi_of_sizes(sizes: np.ndarray | pd.Series | list) -> np.ndarray | float:
    """HHI of firms given by `sizes` in any unit (the whole market), added up over the last axis.

    Zeros (firms that are not there) do not count. Where only some firms are known, use `hhi` on their shares, or `bounds`.
    """
    given = np.asarray(sizes, dtype=float)
    if not given.size or not np.isfinite(given).all() or (given < 0).any():
        raise ValueError(f"sizes must be numbers of at least 0, not empty; got {sizes!r}.")
    total = given.sum(axis=-1, keepdims=True)
    if (total == 0).any():
        raise ValueError("sizes must not be all zero: a market of nobody has no shares.")
    return squared_shares(100 * given / total)


def _shares(shares: Numbers) -> np.ndarray:
    given = np.atleast_1d(numbers("shares", shares, "%", minimum=0, maximum=100))
    if given.sum() > 100.1:
        raise ValueError(
            f"shares must add up to at most 100 (%); got {given.sum():g}. Leave a total out of the list."
        )
    return given


def hhi(shares: Numbers) -> float:
    """Sum of squared percentage shares; firms that are not in the list count as infinitely small."""
    return squared_shares(_shares(shares))


def concentration_ratio(shares: Numbers, firms: int = 4) -> float:
    """Share (%) of the largest `firms` in the list."""
    number("firms", firms, "firms", minimum=1)
    return float(np.sort(_shares(shares))[::-1][: int(firms)].sum())


def bounds(
    shares: Numbers, others: float, largest_other: float | None = None
) -> dict[str, tuple[float, float]]:
    """Lower and upper bound of HHI and CR4 when `shares` are listed and `others` (%) is not split.

    At the lower bound the others are infinitely many. At the upper bound they are blocks as large as can be: no larger
    than `largest_other`, by default the smallest listed share, because sources list the largest firms.
    """
    listed = _shares(shares)
    rest = number("others", others, "%", minimum=0, maximum=100)
    if listed.sum() + rest > 100.5:
        raise ValueError(
            f"shares and others must add up to at most 100 (%); got {listed.sum() + rest:g}."
        )
    top = listed[listed > 0].min() if largest_other is None else largest_other
    top = number("largest_other", top, "%", above=0, maximum=100)
    full = math.floor(rest / top + 1e-9)
    blocks = [top] * full + ([rest - full * top] if rest - full * top > 1e-9 else [])
    together = np.array([*listed, *blocks])
    highest = np.sort(together)[::-1][:4].sum()
    return {
        "hhi": (hhi(listed), squared_shares(together)),
        "cr4": (concentration_ratio(listed), float(highest)),
    }


def merger_change(first: float, second: float) -> float:
    """Rise of the HHI when two firms merge: twice the product of their shares (%)."""
    a = number("first", first, "%", minimum=0, maximum=100)
    b = number("second", second, "%", minimum=0, maximum=100)
    if a + b > 100:
        raise ValueError(f"first and second must add up to at most 100 (%); got {a + b:g}.")
    return 2 * a * b


def presumed_harmful(shares: Numbers, first: float, second: float) -> bool:
    """Whether a merger is presumed to lessen competition (US Merger Guidelines 2023, Guideline 1).

    Either the market is highly concentrated after it (HHI above 1,800), or the merged firm has more than 30 %; and in
    both cases the HHI rises by more than 100. The presumption can be rebutted.
    """
    change = merger_change(first, second)
    return change > CHANGE_2023 and (
        hhi(shares) + change > HIGH_2023 or first + second > SHARE_2023
    )
