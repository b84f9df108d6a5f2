"""Effective compute: spending x hardware price-performance x algorithmic efficiency, with intervals.

Each driver is a factor a year. Independent errors of a product add in logarithms, so half-widths of
the logarithms are combined in quadrature, above and below the centre apart because published
intervals are lopsided. A rate that is wrong is wrong in every year: widths grow with the years.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from aicapital.models.validation import known, number

UNITS = ("factor a year", "years a doubling", "months a halving", "percent a year")


def yearly_factor(value: float, unit: str) -> float:
    """A published rate as the factor by which one dollar, or one FLOP, buys more a year.

    "percent a year" is a change of cost: -30 means that the same costs 30 % less each year.
    """
    known("unit", unit, UNITS)
    if unit == "percent a year":
        return 1 / (1 + number("value", value, unit, above=-100) / 100)
    rate = number("value", value, unit, above=0)
    if unit == "factor a year":
        return rate
    return 2 ** (1 / rate if unit == "years a doubling" else 12 / rate)


@dataclass(frozen=True)
class Rate:
    """A factor a year with its interval; `level` is the chance that the interval is meant to hold."""

    factor: float
    low: float
    high: float
    level: float = 0.9

    def __post_init__(self):
        number("low", self.low, "factor a year", above=0)
        number("factor", self.factor, "factor a year", minimum=self.low, maximum=self.high)
        number("level", self.level, "share", above=0, below=1, hint="Write 90 % as 0.9.")

    @classmethod
    def published(cls, value: float, low: float, high: float, unit: str, level: float = 0.9):
        """From a value and its interval in one of `UNITS`; a shorter doubling time is a higher factor."""
        ends = sorted(yearly_factor(end, unit) for end in (low, high))
        return cls(yearly_factor(value, unit), ends[0], ends[1], level)

    def at_level(self, level: float) -> "Rate":
        """The same rate with the interval of another level, normal in logarithms on each side."""
        wider = _deviations(number("level", level, "share", above=0, below=1)) / _deviations(
            self.level
        )
        return Rate(
            self.factor,
            self.factor * (self.low / self.factor) ** wider,
            self.factor * (self.high / self.factor) ** wider,
            level,
        )


def growth(drivers: Mapping[str, Rate], years: float = 1.0, level: float = 0.9) -> pd.DataFrame:
    """Growth of each driver over `years` and, last row "effective_compute", of their product.

    Columns: factor, low, high (times over the whole span), share_of_growth (of the logarithm).
    """
    if not isinstance(drivers, Mapping) or not drivers:
        raise ValueError(
            f"drivers must map names to Rate(factor, low, high), one at least; got {drivers!r}."
        )
    span = number("years", years, "years", above=0)
    rates = {name: rate.at_level(level) for name, rate in drivers.items()}
    centre = sum(math.log(rate.factor) for rate in rates.values())
    down = math.hypot(*(math.log(rate.factor / rate.low) for rate in rates.values()))
    up = math.hypot(*(math.log(rate.high / rate.factor) for rate in rates.values()))
    rows = {
        name: (
            rate.factor**span, rate.low**span, rate.high**span,
            math.log(rate.factor) / centre if centre else float("nan"),
        )
        for name, rate in rates.items()
    }  # fmt: skip
    rows["effective_compute"] = (
        math.exp(span * centre), math.exp(span * (centre - down)), math.exp(span * (centre + up)),
        1.0,
    )  # fmt: skip
    columns = ["factor", "low", "high", "share_of_growth"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)


def _deviations(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
