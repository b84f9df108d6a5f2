"""Capped-return waterfall: investors share an exit until each reaches its cap, the rest is the non-profit's.

The rule is a simplification. What is public about OpenAI's 2019 partnership: first-round investors were
capped at 100 times their money, later rounds were to get lower caps, and any excess belonged to the
non-profit (OpenAI, "OpenAI LP", 11 March 2019). Later caps, the order in which classes were paid and the
full terms behind the reported 75 % and then 49 % profit share of Microsoft are not public. Here all classes
rank equally and share in proportion to their weights; no class is senior and no loan is repaid first.

Money is in USD bn. A cap counts everything a class gets back, its own money included.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import label, number

NON_PROFIT = "Non-profit"


@dataclass(frozen=True)
class CappedClass:
    """A class of investors: money put in (USD bn), cap as a multiple of it, weight in the sharing.

    `cap_multiple` None or infinity means no cap; `weight` None means the money put in.
    """

    name: str
    invested: float
    cap_multiple: float | None = None
    weight: float | None = None

    def __post_init__(self):
        label("name of a class", self.name)
        number(f"invested of {self.name}", self.invested, "USD bn", above=0)
        if self.cap_multiple not in (None, math.inf):
            hint = "A cap of 100 means 100 times the money put in; leave it out for no cap."
            number(
                f"cap_multiple of {self.name}",
                self.cap_multiple,
                "times invested",
                above=0,
                hint=hint,
            )
        if self.weight is not None:
            number(f"weight of {self.name}", self.weight, "any unit, shared in proportion", above=0)

    @property
    def cap(self) -> float:
        """The most this class can get (USD bn)."""
        return math.inf if self.cap_multiple is None else self.invested * self.cap_multiple

    @property
    def share_weight(self) -> float:
        return self.invested if self.weight is None else self.weight


@dataclass(frozen=True)
class _Schedule:
    """The sharing as a water level L: a class has min(weight x L, cap), the residual has weight x L."""

    names: list[str]
    weights: np.ndarray
    caps: np.ndarray
    residual_weight: float
    levels: np.ndarray  # distinct levels at which a class reaches its cap, from 0 upwards
    exits: np.ndarray  # exit values at these levels
    class_exits: np.ndarray  # exit value at which each class reaches its cap

    @classmethod
    def of(
        cls, classes: Iterable[CappedClass], residual: str, residual_weight: float
    ) -> "_Schedule":
        classes = [classes] if isinstance(classes, CappedClass) else list(classes)
        if not classes or not all(isinstance(item, CappedClass) for item in classes):
            raise ValueError(
                "classes must be a list with at least one CappedClass, such as "
                f"[CappedClass('First round', 0.01, 100)]; got {classes!r}."
            )
        names = [item.name for item in classes] + [label("residual", residual)]
        if len(set(names)) < len(names):
            raise ValueError(
                f"Each class and the residual need a name of their own; got {', '.join(names)}."
            )
        extra = number("residual_weight", residual_weight, "same unit as the weights", minimum=0)
        weights = np.array([item.share_weight for item in classes], dtype=float)
        caps = np.array([item.cap for item in classes])
        capped_at = caps / weights
        levels = np.unique(np.append(capped_at[np.isfinite(capped_at)], 0.0))
        exits = np.minimum(levels[:, None] * weights, caps).sum(axis=1) + extra * levels
        position = np.searchsorted(levels, capped_at)
        class_exits = np.append(exits, math.inf)[position]
        return cls(names, weights, caps, extra, levels, exits, class_exits)

    def payouts(self, exit_values: np.ndarray) -> np.ndarray:
        """One row an exit value, one column a class and a last one for the residual."""
        beyond = np.maximum(exit_values - self.exits[-1], 0.0)
        level = np.interp(exit_values, self.exits, self.levels)
        still_sharing = self.weights[np.isinf(self.class_exits)].sum() + self.residual_weight
        if still_sharing > 0:
            level = level + beyond / still_sharing
            overflow = 0.0
        else:
            overflow = beyond
        paid = np.empty((len(exit_values), len(self.names)))
        np.minimum(level[:, None] * self.weights, self.caps, out=paid[:, :-1])
        paid[:, -1] = self.residual_weight * level + overflow
        return paid

    def next_shares(self, exit_values: np.ndarray) -> np.ndarray:
        """Shares of the dollar that comes after each exit value, laid out like `payouts`."""
        sharing = np.empty((len(exit_values), len(self.names)))
        sharing[:, :-1] = self.weights * (exit_values[:, None] < self.class_exits)
        sharing[:, -1] = self.residual_weight
        total = sharing.sum(axis=1)
        sharing[total == 0, -1] = 1.0
        return sharing / np.where(total == 0, 1.0, total)[:, None]


def _exit_values(exit_value: float | Sequence[float]) -> np.ndarray:
    values = np.asarray(exit_value)
    numeric = values.dtype.kind in "iuf" and values.ndim <= 1 and values.size > 0
    if not numeric or not np.isfinite(values).all() or (values < 0).any():
        raise ValueError(
            f"exit_value must be a number or a list of numbers, none negative or missing (USD bn); "
            f"got {exit_value!r}. A company that is worth nothing has an exit value of 0."
        )
    return values.astype(float)


def _labelled(table: np.ndarray, exit_values: np.ndarray, names: list[str], what: str):
    if exit_values.ndim == 0:
        return pd.Series(table[0], index=names, name=what)
    return pd.DataFrame(table, index=pd.Index(exit_values, name="exit_value_usd_bn"), columns=names)


def distribute(
    exit_value: float | Sequence[float],
    classes: Sequence[CappedClass],
    residual: str = NON_PROFIT,
    residual_weight: float = 0.0,
) -> pd.Series | pd.DataFrame:
    """Share an exit value (USD bn) out; the payouts add up to it.

    Classes share in proportion to their weights. One that reaches its cap stops, and its weight goes to the
    others; when all are capped, every further dollar is the residual holder's. A `residual_weight` above 0
    lets the residual holder share from the first dollar. One exit value gives a Series by holder, a list
    of them a DataFrame with one row an exit value.
    """
    values = _exit_values(exit_value)
    schedule = _Schedule.of(classes, residual, residual_weight)
    return _labelled(
        schedule.payouts(np.atleast_1d(values)), values, schedule.names, "payout_usd_bn"
    )


def next_dollar(
    exit_value: float | Sequence[float],
    classes: Sequence[CappedClass],
    residual: str = NON_PROFIT,
    residual_weight: float = 0.0,
) -> pd.Series | pd.DataFrame:
    """Who gets the dollar that comes after this exit value: shares that add up to 1.

    The result is shaped as in `distribute`. At an exit value where a class reaches its cap, that class
    already gets nothing of the next dollar.
    """
    values = _exit_values(exit_value)
    schedule = _Schedule.of(classes, residual, residual_weight)
    return _labelled(
        schedule.next_shares(np.atleast_1d(values)), values, schedule.names, "share_of_next_dollar"
    )


def break_points(classes: Sequence[CappedClass], residual_weight: float = 0.0) -> pd.Series:
    """Exit value (USD bn) at which each class reaches its cap, lowest first; infinite without a cap."""
    schedule = _Schedule.of(classes, NON_PROFIT, residual_weight)
    found = pd.Series(schedule.class_exits, index=schedule.names[:-1], name="exit_value_usd_bn")
    return found.sort_values(kind="stable")


def crossover_with_equity(
    classes: Sequence[CappedClass], equity_pct: float, residual_weight: float = 0.0
) -> float:
    """Exit value (USD bn) above which the residual holder gets more from the caps than from ordinary equity.

    `equity_pct` is the stake, in percent, that it would hold instead, without caps. 0 means that the caps
    give more from the first dollar; infinity means that they never do.
    """
    stake = number("equity_pct", equity_pct, "percent", minimum=0, maximum=100) / 100
    schedule = _Schedule.of(classes, NON_PROFIT, residual_weight)
    # The residual's share of the next dollar only rises as classes drop out, so its payout less the equity
    # payout is convex: it starts at 0 and can turn positive once.
    exits = schedule.exits
    ahead = schedule.payouts(exits)[:, -1] - stake * exits
    gain = schedule.next_shares(exits)[:, -1] - stake
    tolerance = 1e-12
    behind = np.flatnonzero(ahead <= tolerance * np.maximum(exits, 1.0))
    last = behind[-1]
    if gain[last] <= tolerance:
        return math.inf
    return float(exits[last] + max(-ahead[last], 0.0) / gain[last])
