"""Self-funding: what a firm's own cash pays for, and where the rest comes from.

Free cash flow here is operating cash flow less capital expenditure. Firms differ in what they
subtract: Meta also takes off the principal paid on finance leases, Alphabet does not. Say which one
you compare. Money is in USD bn, growth in percent a year. Years are the firm's own fiscal years.
"""

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import (
    Numbers,
    numbers,
    same_length,
    shaped_like,
    whole_number,
)

_DOLLAR = 1e-9  # USD bn: less than a dollar is rounding, not a need for money
_SPENDING = "Capex is spending: give it as a positive number."


def free_cash_flow(
    operating_cash_flow: Numbers, capex: Numbers, finance_lease_principal: Numbers = 0.0
):
    """Operating cash flow less capex, and finance-lease principal if it counts (USD bn)."""
    cash = numbers("operating_cash_flow", operating_cash_flow, "USD bn")
    spent = numbers("capex", capex, "USD bn", minimum=0, hint=_SPENDING)
    leases = numbers("finance_lease_principal", finance_lease_principal, "USD bn", minimum=0)
    same_length(operating_cash_flow=cash, capex=spent, finance_lease_principal=leases)
    return shaped_like(
        cash - spent - leases,
        "free_cash_flow",
        operating_cash_flow=operating_cash_flow,
        capex=capex,
        finance_lease_principal=finance_lease_principal,
    )


def self_funding_ratio(operating_cash_flow: Numbers, capex: Numbers):
    """Operating cash flow a dollar of capex: from 1 up, the year's own cash pays for it."""
    cash = numbers("operating_cash_flow", operating_cash_flow, "USD bn")
    spent = numbers(
        "capex", capex, "USD bn", above=0, hint="Without capex there is nothing to fund."
    )
    same_length(operating_cash_flow=cash, capex=spent)
    return shaped_like(
        cash / spent, "self_funding_ratio", operating_cash_flow=operating_cash_flow, capex=capex
    )


def growth_path(base: float, growth_pct: Numbers, years: int) -> np.ndarray:
    """The years after a base year, each `growth_pct` above the last (one rate, or one a year)."""
    start = number("base", base, "USD bn")
    rates = numbers(
        "growth_pct", growth_pct, "percent a year", minimum=-100, hint="Write 20 % as 20."
    )
    length = whole_number("years", years, "years", minimum=1)
    if rates.ndim and len(rates) != length:
        raise ValueError(
            f"growth_pct needs one rate or one for each of the {length} years; got {len(rates)}."
        )
    return start * np.cumprod(np.broadcast_to(1 + rates / 100, length))


def _raised_so_far(net_cash: np.ndarray, opening_cash: float, minimum_cash: float) -> np.ndarray:
    """Outside money raised up to each year, each shortfall below the minimum filled at once.

    Cash before outside money is the opening cash plus all net cash so far; the money raised so far
    is the deepest shortfall so far. Years run along the last axis.
    """
    shortfall = minimum_cash - opening_cash - np.cumsum(net_cash, axis=-1)
    return np.maximum.accumulate(np.maximum(shortfall, 0), axis=-1)


def external_finance_need(
    operating_cash_flow: Numbers,
    capex: Numbers,
    opening_cash: float = 0.0,
    minimum_cash: float = 0.0,
    payouts: Numbers = 0.0,
    first_year: int = 1,
) -> pd.DataFrame:
    """Outside money a year (USD bn) that pays for `capex` and keeps `minimum_cash` in hand.

    Own cash comes first: cash flow of the year, then cash above the minimum. `payouts` are
    dividends and buybacks that go on all the same. Outside money is never paid back here;
    `pecking_order` does that.
    """
    cash = numbers("operating_cash_flow", operating_cash_flow, "USD bn")
    spent = numbers("capex", capex, "USD bn", minimum=0, hint=_SPENDING)
    paid = numbers("payouts", payouts, "USD bn", minimum=0)
    length = same_length(operating_cash_flow=cash, capex=spent, payouts=paid)
    start = number("opening_cash", opening_cash, "USD bn", minimum=0)
    floor = number("minimum_cash", minimum_cash, "USD bn", minimum=0)
    year = whole_number("first_year", first_year, "year")
    cash, spent, paid = (np.broadcast_to(values, length) for values in (cash, spent, paid))
    net = cash - spent - paid
    raised = _raised_so_far(net, start, floor)
    return pd.DataFrame(
        {
            "year": np.arange(year, year + length),
            "operating_cash_flow": cash,
            "capex": spent,
            "payouts": paid,
            "free_cash_flow": cash - spent,
            "outside_money": np.diff(raised, prepend=0.0),
            "closing_cash": start + np.cumsum(net) + raised,
        }
    )


def pecking_order(
    need: Numbers, cash: float, debt_capacity: float, first_year: int = 1
) -> pd.DataFrame:
    """Pay each year's `need` from cash, then debt, then new shares (Myers and Majluf 1984), USD bn.

    `need` is the financing deficit of the year: capex and payouts less operating cash flow
    (Shyam-Sunder and Myers 1999); a surplus is negative. `cash` is what may be spent: cash in hand
    above the minimum. `debt_capacity` is how much may be owed on top of today's debt. A surplus
    first repays debt drawn here, then builds cash; shares are not bought back. internal + debt +
    equity = need in every year.
    """
    needs = np.atleast_1d(numbers("need", need, "USD bn"))
    hand = number("cash", cash, "USD bn", minimum=0)
    capacity = number("debt_capacity", debt_capacity, "USD bn", minimum=0)
    start = whole_number("first_year", first_year, "year")
    owed, rows = 0.0, []
    for year, amount in enumerate(needs.tolist(), start):
        if amount >= 0:
            internal = min(amount, hand)
            debt = min(amount - internal, capacity - owed)
        else:
            debt = -min(-amount, owed)
            internal = amount - debt
        equity = max(amount - internal - debt, 0.0)
        hand, owed = hand - internal, owed + debt
        rows.append((year, amount, internal, debt, equity, max(debt, 0.0) + equity, hand, owed))
    columns = [
        "year",
        "need",
        "internal",
        "debt",
        "equity",
        "outside_money",
        "cash_left",
        "debt_drawn",
    ]
    return pd.DataFrame(rows, columns=columns)


def first_outside_year(plan: pd.DataFrame) -> int | None:
    """First year in which outside money is needed, or None; takes either table of this module."""
    if not isinstance(plan, pd.DataFrame) or "outside_money" not in plan:
        raise ValueError(
            "first_outside_year needs the table of external_finance_need(...) or "
            "pecking_order(...); "
            f"got {type(plan).__name__}."
        )
    needed = plan.loc[plan["outside_money"] > _DOLLAR, "year"]
    return None if needed.empty else int(needed.iloc[0])


def _own_money(
    operating_cash_flow: float,
    years: int,
    ocf_growth_pct: Numbers,
    opening_cash: float,
    minimum_cash: float,
    payouts: float,
) -> tuple[np.ndarray, float, float]:
    start = number("opening_cash", opening_cash, "USD bn", minimum=0)
    floor = number("minimum_cash", minimum_cash, "USD bn", minimum=0)
    paid = number("payouts", payouts, "USD bn a year", minimum=0)
    cash = growth_path(
        number("operating_cash_flow", operating_cash_flow, "USD bn"),
        ocf_growth_pct,
        whole_number("years", years, "years", minimum=1),
    )
    return cash - paid, start, floor


def outside_money_by_growth(
    capex_growth_pct: Numbers,
    operating_cash_flow: float,
    capex: float,
    years: int,
    ocf_growth_pct: Numbers = 0.0,
    opening_cash: float = 0.0,
    minimum_cash: float = 0.0,
    payouts: float = 0.0,
):
    """Outside money needed in all over the next `years`, for each rate of capex growth (USD bn).

    `operating_cash_flow` and `capex` are those of the last year known; growth starts the year
    after.
    """
    rates = numbers("capex_growth_pct", capex_growth_pct, "percent a year", minimum=-100)
    spent = number("capex", capex, "USD bn", minimum=0, hint=_SPENDING)
    own, start, floor = _own_money(
        operating_cash_flow, years, ocf_growth_pct, opening_cash, minimum_cash, payouts
    )
    capex_paths = spent * (1 + rates[..., None] / 100) ** np.arange(1, len(own) + 1)
    total = _raised_so_far(own - capex_paths, start, floor)[..., -1]
    return shaped_like(total, "outside_money", capex_growth_pct=capex_growth_pct)


def max_self_funded_growth(
    operating_cash_flow: float,
    capex: float,
    years: int,
    ocf_growth_pct: Numbers = 0.0,
    opening_cash: float = 0.0,
    minimum_cash: float = 0.0,
    payouts: float = 0.0,
) -> float:
    """Highest steady capex growth (percent a year) that needs no outside money in the next `years`.

    Capex up to year t must not exceed the own money up to year t, for every t. With one year this
    is own money / capex - 1; with more, the growth is found by bisection, as all capex sums rise
    with it. NaN means that even without any capex the firm needs outside money.
    """
    spent = number("capex", capex, "USD bn", above=0, hint=_SPENDING)
    own, start, floor = _own_money(
        operating_cash_flow, years, ocf_growth_pct, opening_cash, minimum_cash, payouts
    )
    available = (start - floor + np.cumsum(own)) / spent
    if available.min() < 0:
        return float("nan")
    powers = np.arange(1, len(own) + 1)
    low, high = (
        0.0,
        float(available[0]),
    )  # growth factors: year 1 alone rules out more than available[0]
    for _ in range(80):
        middle = (low + high) / 2
        if (np.cumsum(middle**powers) <= available).all():
            low = middle
        else:
            high = middle
    return 100 * ((low + high) / 2 - 1)
