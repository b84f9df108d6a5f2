"""Tornado: how far one assumption at a time moves a result."""

import math
from collections.abc import Callable, Mapping

import pandas as pd

from aicapital.models.validation import known, number


def tornado(
    outcome: Callable[..., float],
    base: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
) -> pd.DataFrame:
    """Work `outcome(**base)` out with one assumption at a time at its low and its high value.

    One row an assumption, widest swing first; `attrs["base"]` holds the result at base. Assumptions
    that only matter together do not show: the table moves one at a time.
    """
    if not isinstance(ranges, Mapping) or not ranges:
        raise ValueError(
            f"ranges must be a mapping such as {{'price': (20_000, 40_000)}}; got {ranges!r}."
        )
    rows = []
    for name, pair in ranges.items():
        known("assumption", name, base)
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ValueError(f"ranges[{name!r}] must be a pair (low, high); got {pair!r}.")
        low, high = (number(f"ranges[{name!r}]", value, "unit of the assumption") for value in pair)
        if low > high:
            raise ValueError(
                f"ranges[{name!r}] must be (low, high), lower value first; got {pair!r}."
            )
        at_low, at_high = (float(outcome(**{**base, name: value})) for value in (low, high))
        swing = 0.0 if at_low == at_high else abs(at_high - at_low)
        rows.append((name, low, high, at_low, at_high, swing))
    columns = ["assumption", "low", "high", "outcome_at_low", "outcome_at_high", "swing"]
    table = pd.DataFrame(rows, columns=columns)
    # An outcome that does not exist at one end (NaN) is the widest swing there is.
    table = table.sort_values("swing", key=lambda swing: -swing.fillna(math.inf), kind="stable")
    table.attrs["base"] = float(outcome(**base))
    return table.reset_index(drop=True)
