"""Checks on what a caller hands to a model. Every message says what was given, expected and what to do."""

import difflib
import math
from collections.abc import Iterable, Mapping
from numbers import Real

import pandas as pd


def number(
    name: str,
    value: object,
    unit: str,
    *,
    minimum: float = -math.inf,
    above: float = -math.inf,
    maximum: float = math.inf,
    below: float = math.inf,
    hint: str = "",
) -> float:
    """Return `value` as a float, or raise ValueError when it is no finite number inside the bounds."""
    if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
        problem = "must be a finite number"
    elif value <= above:
        problem = "must be positive" if above == 0 else f"must be above {above:g}"
    elif value < minimum:
        problem = "must not be negative" if minimum == 0 else f"must be at least {minimum:g}"
    elif value > maximum:
        problem = f"must be at most {maximum:g}"
    elif value >= below:
        problem = f"must be below {below:g}"
    else:
        return float(value)
    raise ValueError(f"{name} {problem} ({unit}); got {value!r}." + (f" {hint}" if hint else ""))


def label(name: str, value: object) -> str:
    """Return `value` when it is a text with something in it."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} must be a name such as 'Amazon'; got {value!r}.")
    return value


def amounts(name: str, values: object, unit: str, example: str, **bounds) -> dict[str, float]:
    """Return a mapping of name to number, checked entry by entry; an empty one is an error. A Series counts as one."""
    if isinstance(values, pd.Series):
        values = values.to_dict()
    if not isinstance(values, Mapping) or not values:
        raise ValueError(
            f"{name} must be a mapping with at least one entry, such as {example}; got {values!r}."
        )
    return {
        label(f"each key of {name}", key): number(f"{name}[{key!r}]", value, unit, **bounds)
        for key, value in values.items()
    }


def known(what: str, name: object, names: Iterable[str]) -> str:
    """Return `name` when it is one of `names`; the message lists them and suggests the closest."""
    names = list(names)
    if name in names:
        return name
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.5)
    suggestion = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(f"There is no {what} named {name!r}; known: {', '.join(names)}.{suggestion}")
