"""Ledger of circular flows: money a lab gets from its partners against what it has promised to buy from them.

Money is in USD bn. A commitment is a promise over years, not cash: how it is spread is an assumption unless
the contract says so, and `honoured` asks what happens when only a part of it is bought.
"""

from collections.abc import Iterable, Sequence
from dataclasses import MISSING, dataclass, fields

import numpy as np
import pandas as pd

from aicapital.models.validation import label, number


def _year(name: str, value: object) -> int:
    hint = "Where the contract gives no year, choose one and mark the commitment with assumed_term=True."
    year = number(name, value, "calendar year", minimum=1900, maximum=2200, hint=hint)
    if year != int(year):
        raise ValueError(f"{name} must be a whole calendar year; got {value!r}.")
    return int(year)


@dataclass(frozen=True)
class Investment:
    """Money that a partner pays the lab in a year (USD bn)."""

    counterparty: str
    year: int
    amount: float

    def __post_init__(self):
        label("counterparty", self.counterparty)
        _year(f"year of {self.counterparty}", self.year)
        number(f"amount of {self.counterparty}", self.amount, "USD bn", minimum=0)


@dataclass(frozen=True)
class Commitment:
    """What the lab has promised to buy from a partner, first to last year included (USD bn).

    `assumed_term` says that the years are the caller's assumption. `profile` spreads the amount in
    proportion to one weight a year; without it every year gets the same.
    """

    counterparty: str
    amount: float
    start_year: int
    end_year: int
    assumed_term: bool = False
    profile: Sequence[float] | None = None

    def __post_init__(self):
        label("counterparty", self.counterparty)
        number(f"amount of {self.counterparty}", self.amount, "USD bn", minimum=0)
        start = _year(f"start_year of {self.counterparty}", self.start_year)
        end = _year(f"end_year of {self.counterparty}", self.end_year)
        if end < start:
            raise ValueError(
                f"end_year of {self.counterparty} must not be before its start_year; got {start} to {end}."
            )
        if not isinstance(self.assumed_term, bool | np.bool_):
            raise ValueError(
                f"assumed_term of {self.counterparty} must be True or False; got {self.assumed_term!r}."
            )
        if self.profile is not None:
            if not isinstance(self.profile, Sequence | np.ndarray):
                raise ValueError(
                    f"profile of {self.counterparty} must be a list; got {self.profile!r}."
                )
            weights = [
                number(f"profile of {self.counterparty}", weight, "weight of a year", minimum=0)
                for weight in self.profile
            ]
            if len(weights) != end - start + 1 or sum(weights) == 0:
                raise ValueError(
                    f"profile of {self.counterparty} needs one weight for each of the {end - start + 1} "
                    f"years {start} to {end}, not all zero; got {weights}."
                )

    @property
    def years(self) -> range:
        return range(int(self.start_year), int(self.end_year) + 1)

    @property
    def by_year(self) -> np.ndarray:
        """Purchases of each year (USD bn); they add up to the amount."""
        weights = (
            np.ones(len(self.years))
            if self.profile is None
            else np.array(self.profile, dtype=float)
        )
        return self.amount * weights / weights.sum()


def _entries(name: str, kind: type, given: pd.DataFrame | Iterable) -> list:
    if isinstance(given, pd.DataFrame):
        required = [field.name for field in fields(kind) if field.default is MISSING]
        missing = [column for column in required if column not in given.columns]
        if missing:
            raise ValueError(
                f"{name} lacks the column(s) {', '.join(missing)}; "
                f"it has {', '.join(map(str, given.columns))}. Rename or add them."
            )
        columns = [column for column in (*required, "assumed_term") if column in given.columns]
        return [kind(**row) for row in given[columns].to_dict("records")]
    entries = list(given)
    for entry in entries:
        if not isinstance(entry, kind):
            raise ValueError(
                f"{name} must be a DataFrame or a list of {kind.__name__}; got {entry!r} in it."
            )
    return entries


def ledger(
    investments: pd.DataFrame | Iterable[Investment],
    commitments: pd.DataFrame | Iterable[Commitment],
    honoured: float = 1.0,
    through_year: int | None = None,
) -> pd.DataFrame:
    """Money in, purchases out and their difference by counterparty and year (USD bn), seen from the lab.

    `honoured` (0 to 1) is the part of every commitment that is in fact bought; `through_year` ends the ledger
    there. Each counterparty has a row for every year. `out_on_assumed_term` is the part of `purchases_out`
    whose years are an assumption. DataFrames need the columns that the dataclasses name, without `profile`.
    """
    investments = _entries("investments", Investment, investments)
    commitments = _entries("commitments", Commitment, commitments)
    if not investments and not commitments:
        raise ValueError("The ledger is empty: give at least one Investment or Commitment.")
    part = number("honoured", honoured, "fraction", minimum=0, maximum=1, hint="Write 60 % as 0.6.")
    names = list(dict.fromkeys(entry.counterparty for entry in [*investments, *commitments]))
    first = min(
        [int(entry.year) for entry in investments] + [entry.years[0] for entry in commitments]
    )
    last = max(
        [int(entry.year) for entry in investments] + [entry.years[-1] for entry in commitments]
    )
    money_in, out, assumed = np.zeros((3, len(names), last - first + 1))
    row = {name: position for position, name in enumerate(names)}
    for entry in investments:
        money_in[row[entry.counterparty], int(entry.year) - first] += entry.amount
    for entry in commitments:
        years = slice(entry.years[0] - first, entry.years[-1] - first + 1)
        out[row[entry.counterparty], years] += part * entry.by_year
        if entry.assumed_term:
            assumed[row[entry.counterparty], years] += part * entry.by_year
    end = last if through_year is None else _year("through_year", through_year)
    if end < first:
        raise ValueError(
            f"through_year must not be before the first year of the ledger, {first}; got {end}."
        )
    shown = slice(0, end - first + 1)
    years = np.arange(first, last + 1)[shown]
    return pd.DataFrame(
        {
            "counterparty": np.repeat(names, len(years)),
            "year": np.tile(years, len(names)),
            "money_in": money_in[:, shown].ravel(),
            "purchases_out": out[:, shown].ravel(),
            "net": (money_in - out)[:, shown].ravel(),
            "out_on_assumed_term": assumed[:, shown].ravel(),
        }
    )


def totals(flows: pd.DataFrame) -> pd.DataFrame:
    """Sum a `ledger` by counterparty (USD bn); `out_per_dollar_in` is missing where no money came in."""
    if not isinstance(flows, pd.DataFrame) or "purchases_out" not in flows:
        raise ValueError(
            f"totals needs the table that ledger(...) returns; got {type(flows).__name__}."
        )
    sums = flows.drop(columns="year").groupby("counterparty", sort=False).sum()
    sums["out_per_dollar_in"] = sums["purchases_out"] / sums["money_in"].where(sums["money_in"] > 0)
    return sums.reset_index()
