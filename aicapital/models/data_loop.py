"""Data-network-effect loop: users leave data, data improve the product, better products draw users.

The parts follow the literature on data as a by-product of use: data are a stock that ages and whose
returns diminish (Farboodi and Veldkamp, "A Model of the Data Economy", NBER 28427), and firms learn
across users (Hagiu and Wright, "Data-enabled learning, network effects, and competitive advantage",
RAND Journal of Economics 2023). The functional forms are ours, chosen so that every steady state
can be found with certainty:

    data next period = (1 - ageing) x data + outside_data + users
    quality          = data / (data + half_data)                                  between 0 and 1
    wish to use      = quality^h / (quality^h + required_quality^h)               h = steepness
    users next       = users + adjustment x (placed + (1 - placed) x wish to use - users)

Users are a share of the potential market (0 to 1). The unit of data is what the whole potential
market leaves in one period, so outside_data = 0.2 is a source worth a fifth of the market's use.
`placed` is the share that use the product because it is put before them, whatever its quality.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers, whole_number

_BISECTIONS = 100
_FAR_OUT = 600.0  # exp(600) is still a float


def _bisect(rises_above_zero: Callable[[float], bool], low: float, high: float) -> float:
    """The point where the answer changes; it must differ at `low` and `high`."""
    at_high = rises_above_zero(high)
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if rises_above_zero(middle) == at_high:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _share(odds_log: float) -> float:
    """Share of those free to choose, from the log of its odds."""
    if odds_log < 0:
        odds = math.exp(odds_log)
        return odds / (1 + odds)
    return 1 / (1 + math.exp(-odds_log))


@dataclass(frozen=True)
class DataLoop:
    """The loop of one product.

    `half_data` is the stock of data at which quality is half of the best; `required_quality` that
    at which half of the potential users want the product; `steepness` says how alike users are in
    what they require: with 1 or less there is no tipping point. `ageing` and `adjustment` are
    fractions a period.
    """

    half_data: float
    required_quality: float
    steepness: float = 2.0
    outside_data: float = 0.0
    placed: float = 0.0
    ageing: float = 0.1
    adjustment: float = 0.5

    def __post_init__(self):
        number("half_data", self.half_data, "periods of use by the whole market", above=0)
        number("required_quality", self.required_quality, "quality, 0 to 1", above=0, below=1)
        number("steepness", self.steepness, "exponent", above=0)
        number("outside_data", self.outside_data, "data a period, whole market = 1", minimum=0)
        hint = "If everybody is placed there is no loop left."
        number("placed", self.placed, "share of the market", minimum=0, below=1, hint=hint)
        for name in ("ageing", "adjustment"):
            number(name, getattr(self, name), "fraction a period", above=0, maximum=1)

    def data_at(self, users: Numbers):
        """Stock of data that lasts when users stay at this share."""
        return (
            self.outside_data + numbers("users", users, "share", minimum=0, maximum=1)
        ) / self.ageing

    def quality_at(self, data: Numbers):
        """Quality (0 to 1) that a stock of data gives; each further unit adds less."""
        stock = numbers("data", data, "periods of use by the whole market", minimum=0)
        return stock / (stock + self.half_data)

    def users_at(self, data: Numbers):
        """Share of users that a stock of data attracts in the end."""
        with np.errstate(divide="ignore"):  # no data: quality 0, log odds -inf, nobody wants it
            odds_log = self.steepness * np.log(self.quality_at(data) / self.required_quality)
        return self.placed + (1 - self.placed) * np.exp(-np.logaddexp(0, -odds_log))

    def half_data_for(self, users: Numbers):
        """The `half_data` that makes this share of users a steady state: the bifurcation curve.

        Exact, without root finding. Negative values mean that no `half_data` does it. Users must
        lie above `placed` and below 1.
        """
        shares = numbers("users", users, "share of the market", above=self.placed, below=1)
        free = (shares - self.placed) / (1 - self.placed)
        quality = self.required_quality * (free / (1 - free)) ** (1 / self.steepness)
        return self.data_at(shares) * (1 / quality - 1)

    @property
    def _seed(self) -> float:
        """Data that come in without anybody's choice, for each user free to choose."""
        return (self.outside_data + self.placed) / (1 - self.placed)

    def _half_data_at(self, odds_log: float) -> float:
        """`half_data_for` by the log odds t of the share free to choose, safe close to share 0.

        With s = 1 / steepness:
        (1 - placed) / ageing x (seed + share) x (exp(-s t) / required_quality - 1).
        """
        s, needed = 1 / self.steepness, self.required_quality
        seeded = self._seed * (math.exp(-s * odds_log) / needed - 1) if self._seed else 0.0
        odds = math.exp(odds_log)
        own = (math.exp(odds_log * (1 - s)) / needed - odds) / (1 + odds)
        return (1 - self.placed) / self.ageing * (seeded + own)

    @property
    def _ends(self) -> tuple[float, float]:
        """Log odds between which all steady states lie: above them quality would exceed 1."""
        return -_FAR_OUT * self.steepness, -math.log(self.required_quality) * self.steepness

    def _turns(self) -> list[float]:
        """Log odds at which the bifurcation curve turns, lowest first: none, one or two.

        With y = exp(t), it turns where phi(t) = ln(1 - s (1 + 2 seed + seed / y + (1 + seed) y)) -
        ln(required_quality) - s t is 0. phi is concave, so it has at most two zeros, one on each
        side of its maximum, which is a quadratic's root.
        """
        s, seed, h = 1 / self.steepness, self._seed, self.steepness
        room = h - 1 - 2 * seed
        spread = room**2 - 4 * seed * (1 + seed)
        if room <= 0 or spread <= 0:
            return []
        root = math.sqrt(spread)
        upper = (room + root) / (2 * (1 + seed))

        def curve_rises(t: float) -> bool:
            y = math.exp(t)
            inside = 1 - s * (1 + 2 * seed + (seed / y if seed else 0.0) + (1 + seed) * y)
            return inside > 0 and math.log(inside) - math.log(self.required_quality) - s * t > 0

        top = math.log(upper)
        if not seed:
            return [_bisect(curve_rises, -_FAR_OUT, top)]
        linear = 1 - s * (1 + 2 * seed)
        product = 4 * (1 - s) * (1 + seed) * (1 + s) * seed
        # The usual formula cancels when linear is large; this form of the same root does not.
        peak = math.log(2 * (1 + s) * seed / (linear + math.sqrt(linear**2 + product)))
        if not curve_rises(peak):
            return []
        bottom = math.log(seed / (1 + seed) / upper)
        return [_bisect(curve_rises, bottom, peak), _bisect(curve_rises, peak, top)]

    def folds(self) -> pd.DataFrame:
        """Values of `half_data` at which steady states appear or vanish; empty without tipping.

        Below "high state appears" a state with many users exists; below "low state vanishes" it is
        the only one. Without outside data and placement the low state, nobody at all, never
        vanishes.
        """
        turns = self._turns()
        names = ["low state vanishes", "high state appears"][-len(turns) :] if turns else []
        users = [self.placed + (1 - self.placed) * _share(turn) for turn in turns]
        values = [self._half_data_at(turn) for turn in turns]
        return pd.DataFrame({"fold": names, "users": users, "half_data": values})

    def steady_states(self) -> pd.DataFrame:
        """All steady states, fewest users first: users, data, quality, stable.

        The bifurcation curve is monotone between its turns, so each stretch holds one state at
        most; bisection finds it. A state is stable where the curve falls: more users than that
        would then need a lower `half_data`.
        """
        start, end = self._ends
        marks = [start, *self._turns(), end]
        found = []
        if not self._seed:
            # Nobody uses it: no data, no quality. Stable unless a first user would start the loop.
            found.append((0.0, self.half_data > self._half_data_at(start)))
        for low, high in zip(marks, marks[1:], strict=False):
            above = [self._half_data_at(mark) > self.half_data for mark in (low, high)]
            if above[0] != above[1]:
                odds_log = _bisect(lambda t: self._half_data_at(t) > self.half_data, low, high)
                found.append((self.placed + (1 - self.placed) * _share(odds_log), above[0]))
        users = np.array([share for share, _ in found])
        data = self.data_at(users)
        return pd.DataFrame(
            {
                "users": users,
                "data": data,
                "quality": self.quality_at(data),
                "stable": [stable for _, stable in found],
            }
        )

    @property
    def tipping_point(self) -> float:
        """Share of users above which the loop climbs, below which it dies down; NaN if none.

        It holds for a start with the data that this share of users would have left (`simulate`
        without `data`).
        """
        states = self.steady_states()
        between = states.loc[~states["stable"] & (states.index > 0), "users"]
        return float(between.iloc[0]) if len(between) else math.nan

    def simulate(self, users: float, periods: int, data: float | None = None) -> pd.DataFrame:
        """Run the loop: one row a period (period, users, data, quality), the start included.

        `data` is the stock at the start; without it, the stock that this share of users would have
        left.
        """
        share = number("users", users, "share of the market", minimum=0, maximum=1)
        steps = whole_number("periods", periods, "periods", minimum=1)
        stock = float(self.data_at(share))
        if data is not None:
            stock = number("data", data, "periods of use by the whole market", minimum=0)
        shares, stocks = [share], [stock]
        for _ in range(steps):
            quality = stock / (stock + self.half_data)
            wanted = self.placed
            if quality:
                odds_log = self.steepness * math.log(quality / self.required_quality)
                wanted += (1 - self.placed) * _share(odds_log)
            stock = (1 - self.ageing) * stock + self.outside_data + share
            share += self.adjustment * (wanted - share)
            shares.append(share)
            stocks.append(stock)
        data_path = np.array(stocks)
        return pd.DataFrame(
            {
                "period": np.arange(steps + 1),
                "users": shares,
                "data": data_path,
                "quality": data_path / (data_path + self.half_data),
            }
        )
