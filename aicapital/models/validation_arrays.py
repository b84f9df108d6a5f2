"""Checks on lists of numbers and on counts, and results shaped like what the caller gave."""

import math

import numpy as np
import pandas as pd

from aicapital.models.validation import number

Numbers = float | list | np.ndarray | pd.Series


def numbers(
    name: str,
    values: object,
    unit: str,
    *,
    minimum: float = -math.inf,
    above: float = -math.inf,
    maximum: float = math.inf,
    below: float = math.inf,
    hint: str = "",
) -> np.ndarray:
    """Return a number or a list of them as floats, or raise ValueError on the first bad entry."""
    bounds = {"minimum": minimum, "above": above, "maximum": maximum, "below": below, "hint": hint}
    if np.ndim(values) == 0:
        single = values.item() if isinstance(values, np.ndarray) else values
        return np.asarray(number(name, single, unit, **bounds))
    given = np.asarray(values)
    if given.ndim != 1 or not given.size:
        raise ValueError(
            f"{name} must be a number or a plain list of them, not empty ({unit}); got {values!r}."
        )
    if given.dtype.kind in "iuf":
        inside = (given >= minimum) & (given > above) & (given <= maximum) & (given < below)
        # Infinite entries pass unbounded comparisons, so finiteness is asked for by itself.
        if (inside & np.isfinite(given)).all():
            return given.astype(float)
    return np.array(
        [
            number(f"{name}[{place}]", entry, unit, **bounds)
            for place, entry in enumerate(given.tolist())
        ]
    )


def whole_number(name: str, value: object, unit: str, minimum: float = -math.inf) -> int:
    """Return `value` as an int, or raise ValueError when it is no whole number or too low."""
    given = number(name, value, unit, minimum=minimum)
    if given != int(given):
        raise ValueError(f"{name} must be a whole number ({unit}); got {value!r}.")
    return int(given)


def same_length(**given: np.ndarray) -> int:
    """Return the common length of the lists among the arrays (1 if all are single numbers)."""
    lengths = {name: len(values) for name, values in given.items() if np.ndim(values)}
    if len(set(lengths.values())) > 1:
        listing = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise ValueError(f"Lists must be equally long, one entry a year or case; {listing}.")
    return next(iter(lengths.values()), 1)


def shaped_like(result: np.ndarray, name: str, **given: object) -> float | np.ndarray | pd.Series:
    """Return a float for single numbers, a Series where a Series was given, else an array."""
    series = {label: values for label, values in given.items() if isinstance(values, pd.Series)}
    if not series:
        return float(result) if np.ndim(result) == 0 else result
    (first, index), *others = [(label, values.index) for label, values in series.items()]
    for label, other in others:
        if not other.equals(index):
            raise ValueError(
                f"{label} and {first} are Series with different indexes: their rows would be "
                "mixed up. Take both from one table, or sort them alike first."
            )
    return pd.Series(result, index=index, name=name)
