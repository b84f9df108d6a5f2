"""Make or buy a chip: a one-off design cost against a lower cost for each chip.

Money is in USD here, not in USD bn: chips are priced one by one. Nothing is discounted, so a design
paid for years before its chips run looks cheaper than it is. The unit of work is a useful
chip-year: what one bought chip does in a year when it is never idle.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from aicapital.models.tornado import tornado
from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers


@dataclass(frozen=True)
class MakeOrBuy:
    """An own chip against a bought one.

    `design_cost` is paid once (USD), `unit_cost` for each own chip, `price` for each bought one. An
    own chip does `performance_ratio` times the work of a bought one in the same running time.
    Utilisation is the part of the time in which a chip does useful work (0 to 1). Running costs
    (power, space) are USD a chip and year, used or idle.
    """

    design_cost: float
    unit_cost: float
    price: float
    own_lifetime: float
    bought_lifetime: float
    performance_ratio: float = 1.0
    own_utilisation: float = 1.0
    bought_utilisation: float = 1.0
    own_running_cost: float = 0.0
    bought_running_cost: float = 0.0

    def __post_init__(self):
        hint = "This module counts in USD, not in USD bn."
        number("design_cost", self.design_cost, "USD", minimum=0, hint=hint)
        number("unit_cost", self.unit_cost, "USD a chip", minimum=0, hint=hint)
        number("price", self.price, "USD a chip", above=0, hint=hint)
        for name in ("own_lifetime", "bought_lifetime"):
            number(name, getattr(self, name), "years", above=0)
        number("performance_ratio", self.performance_ratio, "own chip / bought chip", above=0)
        for name in ("own_utilisation", "bought_utilisation"):
            hint = "Write 60 % as 0.6."
            number(name, getattr(self, name), "fraction of time", above=0, maximum=1, hint=hint)
        for name in ("own_running_cost", "bought_running_cost"):
            number(name, getattr(self, name), "USD a chip and year", minimum=0)

    @property
    def own_useful_years(self) -> float:
        """Useful chip-years that one own chip gives over its life."""
        return self.own_lifetime * self.own_utilisation * self.performance_ratio

    @property
    def bought_useful_years(self) -> float:
        return self.bought_lifetime * self.bought_utilisation

    @property
    def chips_replaced(self) -> float:
        """Bought chips whose work one own chip does over its life."""
        return self.own_useful_years / self.bought_useful_years

    @property
    def own_chip_cost(self) -> float:
        """Cost of one more own chip over its life, without the design (USD)."""
        return self.unit_cost + self.own_running_cost * self.own_lifetime

    @property
    def bought_chip_cost(self) -> float:
        return self.price + self.bought_running_cost * self.bought_lifetime

    @property
    def saving_per_chip(self) -> float:
        """What one own chip saves once the design is paid for (USD); rounding noise is no saving."""
        replaced = self.chips_replaced * self.bought_chip_cost
        if math.isclose(replaced, self.own_chip_cost, rel_tol=1e-9):
            return 0.0
        return replaced - self.own_chip_cost

    @property
    def break_even_volume(self) -> float:
        """Own chips from which making is cheaper: design cost / saving a chip; infinite without a
        saving."""
        return self.design_cost / self.saving_per_chip if self.saving_per_chip > 0 else float("inf")

    def break_even_price(self, volume: Numbers):
        """Price of a bought chip at which making `volume` own chips costs the same (USD).

        Negative means that the bought chip would lose even as a gift, on its running cost.
        """
        made = numbers("volume", volume, "own chips", above=0)
        price = (self.own_chip_cost + self.design_cost / made) / self.chips_replaced
        price = price - self.bought_running_cost * self.bought_lifetime
        return float(price) if price.ndim == 0 else price

    def total_cost(self, volume: Numbers) -> pd.DataFrame:
        """Cost of making `volume` own chips, and of buying chips that do the same work (USD)."""
        made = np.atleast_1d(numbers("volume", volume, "own chips", minimum=0))
        return pd.DataFrame(
            {
                "volume": made,
                "make": self.design_cost + made * self.own_chip_cost,
                "buy": made * self.chips_replaced * self.bought_chip_cost,
            }
        )

    def cost_per_useful_year(self, volume: Numbers) -> pd.DataFrame:
        """Cost of a useful chip-year at each volume of own chips (USD)."""
        hint = "Without chips there is no cost per chip-year."
        made = np.atleast_1d(numbers("volume", volume, "own chips", above=0, hint=hint))
        return pd.DataFrame(
            {
                "volume": made,
                "make": (self.own_chip_cost + self.design_cost / made) / self.own_useful_years,
                "buy": np.full(len(made), self.bought_chip_cost / self.bought_useful_years),
            }
        )

    def sensitivity(self, ranges: Mapping[str, tuple[float, float]]) -> pd.DataFrame:
        """Tornado of the break-even volume: each assumption at its low and high value, the others
        as they are."""
        return tornado(lambda **case: MakeOrBuy(**case).break_even_volume, asdict(self), ranges)
