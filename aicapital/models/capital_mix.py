"""Capital by kind of investor: who has put in which part of all money so far.

Money is counted as it came in, at cost. A share of the money is no stake: founders and staff hold
shares without paying, and each round sells at its own price.
"""

from collections.abc import Collection

import pandas as pd

from aicapital.models.validation import number

COLUMNS = ("date", "investor", "amount")


def _payments(payments: object) -> pd.DataFrame:
    if not isinstance(payments, pd.DataFrame) or not set(COLUMNS) <= set(payments.columns):
        raise ValueError(
            f"payments must be a DataFrame with the columns {', '.join(COLUMNS)}; "
            f"got {list(payments.columns) if isinstance(payments, pd.DataFrame) else payments!r}."
        )
    if payments.empty:
        raise ValueError(
            "payments is empty: give at least one row, a date, an investor and an amount."
        )
    for name, amount in zip(payments["investor"], payments["amount"], strict=True):
        number(f"amount of {name}", amount, "USD bn", minimum=0)
    return payments


def cumulative_money(payments: pd.DataFrame) -> pd.DataFrame:
    """All money up to and with each date (rows), by investor (columns), in the unit of the amounts."""
    wide = _payments(payments).pivot_table(
        index="date", columns="investor", values="amount", aggfunc="sum", sort=True
    )
    return wide.fillna(0.0).cumsum()


def share_of_money(payments: pd.DataFrame, investors: Collection[str]) -> pd.Series:
    """Part of all money so far that `investors` have put in, by date (percent).

    A name that has put nothing in counts as zero; it may simply not have invested.
    """
    if isinstance(investors, str) or not isinstance(investors, Collection):
        raise ValueError(
            f"investors must be a list of names, such as ['Amazon']; got {investors!r}."
        )
    so_far = cumulative_money(payments)
    theirs = so_far[[name for name in so_far if name in investors]].sum(axis=1)
    return (100 * theirs / so_far.sum(axis=1)).rename("share_pct")
