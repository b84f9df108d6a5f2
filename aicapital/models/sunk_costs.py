"""Entry and market size with exogenous and with endogenous sunk costs (Sutton 1991; Shaked and Sutton 1987).

Firms enter, then choose a quality, then compete in quantities (Cournot). Buyers spend `market` in all and care for
quality per dollar, so with equal qualities each of N firms earns market / N^2 before its sunk cost. The sunk cost of
quality u >= 1 is setup + (unit / gamma) (u^gamma - 1). Money in USD bn, if the market is in USD bn.
"""

import math
from dataclasses import dataclass

import numpy as np

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers


def exogenous_entrants(market: float, setup: float) -> float:
    """Firms that a market carries when the sunk cost is given: sqrt(market / setup), without a limit as it grows."""
    return math.sqrt(
        number("market", market, "USD bn", above=0) / number("setup", setup, "USD bn", above=0)
    )


def limiting_entrants(gamma: float) -> float:
    """Firms in an endlessly large market when quality can be bought: the root of N + 1/N - 2 = gamma / 2 above one.

    Sutton (1991), chapter 3. `gamma` is the elasticity of the cost of quality: the higher, the faster more quality
    becomes dear, and the more firms there is room for.
    """
    half = number("gamma", gamma, "exponent", above=0) / 2
    return 1 + half / 2 + math.sqrt(half + half**2 / 4)


@dataclass(frozen=True)
class QualityRace:
    """An industry whose firms can buy quality. `unit` is the cost of a little quality at u = 1; 0 is not allowed: use exogenous_entrants."""

    setup: float
    unit: float
    gamma: float

    def __post_init__(self):
        number("setup", self.setup, "USD bn", above=0)
        number("unit", self.unit, "USD bn", above=0)
        number(
            "gamma",
            self.gamma,
            "exponent",
            above=1,
            hint="Below one, more quality would become cheaper.",
        )

    def sunk_cost(self, quality: float) -> float:
        """Set-up and quality together."""
        return self.setup + self.unit / self.gamma * (quality**self.gamma - 1)

    def profit(self, quality: float, rivals: float, firms: float, market: float) -> float:
        """Profit of one firm with `quality` among `firms`, whose others have quality `rivals`, before sunk cost.

        S {1 - 1 / (1/(N-1) + v/u)}^2 (Sutton 1991, chapter 3). Zero when its quality is too low to sell.
        """
        if firms == 1:
            return market
        margin = 1 - 1 / (1 / (firms - 1) + quality / rivals)
        return market * max(margin, 0) ** 2

    def quality(self, firms: Numbers, market: Numbers) -> Numbers:
        """Quality that all firms choose: where a little more costs what it brings, and never below 1."""
        brings = 2 * market * (firms - 1) ** 2 / firms**3
        return np.maximum(1.0, (brings / self.unit) ** (1 / self.gamma))

    def surplus(self, firms: Numbers, market: Numbers) -> Numbers:
        """Profit of each firm after its sunk cost."""
        return market / firms**2 - self.sunk_cost(self.quality(firms, market))

    def entrants(self, market: Numbers) -> float | np.ndarray:
        """Number of firms at which profit after sunk cost is zero, not rounded; at least one. `market` may be a list of sizes."""
        sizes = numbers("market", market, "USD bn", above=0)
        low, high = np.ones_like(sizes), np.maximum(np.sqrt(sizes / self.setup), 1) + 1e-9
        # With no quality bought, the given cost alone sets the number.
        low = np.where(self.surplus(high, sizes) >= 0, high, low)
        for _ in range(44):
            middle = (low + high) / 2
            pays = self.surplus(middle, sizes) >= 0
            low, high = np.where(pays, middle, low), np.where(pays, high, middle)
        return low if low.ndim else float(low)

    def simulate(self, market: float, most: int = 200) -> tuple[int, float]:
        """Firms and quality when firms enter one by one and raise quality by small steps while it pays.

        It uses the profit function alone, not the solved equations: entry stops with the last firm that does not lose.
        """
        number("market", market, "USD bn", above=0)
        settled = (1, 1.0)
        quality = 1.0
        for firms in range(2, most + 1):
            quality = self._race(firms, market)
            if market / firms**2 < self.sunk_cost(quality):
                break
            settled = (firms, quality)
        return settled

    def _race(self, firms: int, market: float) -> float:
        """Quality at which no firm gains by a step of a thousandth more."""
        quality, step = 1.0, 0.256
        while step >= 0.001:
            ahead = quality * (1 + 0.001)
            gain = self.profit(ahead, quality, firms, market) - market / firms**2
            cost = self.sunk_cost(ahead) - self.sunk_cost(quality)
            if gain > cost:
                quality *= 1 + step
            else:
                quality = max(1.0, quality / (1 + step))
                step /= 2
        return quality


def entrants_affordable(
    budgets: np.ndarray, cost: np.ndarray | float, share: float = 1.0
) -> np.ndarray:
    """How many firms can pay `cost` with the part `share` of their money.

    budgets : USD bn, shape (firms,) or (firms, years). cost : USD bn, a number or shape (years,).
    Returns a count, or one a year.
    """
    number("share", share, "fraction of the budget", above=0, maximum=1, hint="Write 30 % as 0.3.")
    money, price = np.asarray(budgets, dtype=float), np.asarray(cost, dtype=float)
    for name, values in (("budgets", money), ("cost", price)):
        if not values.size or not np.isfinite(values).all() or (values < 0).any():
            raise ValueError(
                f"{name} must be finite and not negative (USD bn); got {values.tolist()!r}."
            )
    return (share * money >= price).sum(axis=0)
