"""Complements: two goods used together, one good given away, and what a free model must bring in.

Cournot (1838, chapter IX): when two firms sell goods that are used only together, each ignores that
its price hurts the other's sales, and the sum of prices is too high even for them. A firm that owns
both charges less and earns more. Parker and Van Alstyne ("Two-Sided Network Effects", Management
Science 2005) take the next step: a firm may give one good away for good, without any rival, if that
lifts demand for the other far enough.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers, same_length, shaped_like


@dataclass(frozen=True)
class ComplementMarket:
    """Two goods used one to one, with demand Q = a - b (p1 + p2) and constant unit costs.

    Prices and costs share a unit, quantities theirs; profit is in the product of the two.
    """

    a: float
    b: float
    cost_1: float = 0.0
    cost_2: float = 0.0

    def __post_init__(self):
        number("a", self.a, "quantity at price 0", above=0)
        number("b", self.b, "quantity a unit of price", above=0)
        for name in ("cost_1", "cost_2"):
            number(name, getattr(self, name), "unit of the prices", minimum=0)
        if self.a <= self.b * (self.cost_1 + self.cost_2):
            raise ValueError(
                f"Nobody pays the cost of both goods: demand ends at a total price of "
                f"a / b = {self.a / self.b:g}, the two cost {self.cost_1 + self.cost_2:g}. "
                "Raise a, or lower b or the costs."
            )

    @property
    def _reach(self) -> float:
        """Highest price anybody pays, less both costs: what there is to share."""
        return self.a / self.b - self.cost_1 - self.cost_2

    def outcome(self, price_1: float, price_2: float) -> pd.Series:
        """Total price, quantity, profits and consumer surplus at given prices."""
        first, second = (number(f"price_{n}", p, "price") for n, p in ((1, price_1), (2, price_2)))
        quantity = max(self.a - self.b * (first + second), 0.0)
        profit_1, profit_2 = (first - self.cost_1) * quantity, (second - self.cost_2) * quantity
        return pd.Series(
            {
                "price_1": first,
                "price_2": second,
                "total_price": first + second,
                "quantity": quantity,
                "profit_1": profit_1,
                "profit_2": profit_2,
                "joint_profit": profit_1 + profit_2,
                "consumer_surplus": quantity**2 / (2 * self.b),
            }
        )

    def best_response(self, firm: int, price_of_other: Numbers):
        """Best price of firm 1 or 2 when the other charges this: half of what the other leaves,
        plus half its cost.

        Where the other leaves nothing above cost, the firm sells nothing and the answer is its
        cost.
        """
        if firm not in (1, 2):
            raise ValueError(f"firm must be 1 or 2; got {firm!r}.")
        cost = self.cost_1 if firm == 1 else self.cost_2
        other = numbers("price_of_other", price_of_other, "unit of the prices", minimum=0)
        best = np.maximum((self.a / self.b - other + cost) / 2, cost)
        return shaped_like(best, "best_response", price_of_other=price_of_other)

    def separate(self) -> pd.Series:
        """Nash equilibrium in prices of two firms: each adds a third of what there is to its
        cost."""
        return self.outcome(self.cost_1 + self._reach / 3, self.cost_2 + self._reach / 3)

    def joint(self) -> pd.Series:
        """One owner of both: total price (a / b + costs) / 2.

        Only the sum of the two prices matters to it, so one of the goods may as well be free; the
        margin is split evenly here.
        """
        return self.outcome(self.cost_1 + self._reach / 4, self.cost_2 + self._reach / 4)


@dataclass(frozen=True)
class FreeComplement:
    """A core good and a second good that lifts demand for it, both of one firm.

    Core demand: core_demand - core_slope x core price + lift x quantity of the second good. Demand
    for the second good: second_demand - second_slope x its price. `lift` is core sales won by each
    unit of it. Prices cannot be negative: users are not paid.
    """

    core_demand: float
    core_slope: float
    second_demand: float
    second_slope: float
    lift: float
    core_cost: float = 0.0
    second_cost: float = 0.0

    def __post_init__(self):
        for name in ("core_demand", "second_demand"):
            number(name, getattr(self, name), "quantity at price 0", above=0)
        for name in ("core_slope", "second_slope"):
            number(name, getattr(self, name), "quantity a unit of price", above=0)
        number("lift", self.lift, "core units won by each unit of the second good", minimum=0)
        for name in ("core_cost", "second_cost"):
            number(name, getattr(self, name), "unit of the prices", minimum=0)
        if self._core_reach <= 0:
            raise ValueError(
                f"The core good cannot be sold above its cost of {self.core_cost:g}: demand ends "
                f"at a price of {self.core_demand / self.core_slope:g}. "
                "Raise core_demand or lower core_cost."
            )

    @property
    def _core_reach(self) -> float:
        return self.core_demand - self.core_slope * self.core_cost

    def _at(self, second_price: np.ndarray) -> dict[str, np.ndarray]:
        second = np.maximum(self.second_demand - self.second_slope * second_price, 0.0)
        margin = (self._core_reach + self.lift * second) / (2 * self.core_slope)
        core_profit = self.core_slope * margin**2
        second_profit = (second_price - self.second_cost) * second
        return {
            "second_price": second_price,
            "second_quantity": second,
            "core_price": self.core_cost + margin,
            "core_quantity": self.core_slope * margin,
            "core_profit": core_profit,
            "second_profit": second_profit,
            "profit": core_profit + second_profit,
        }

    def at_price(self, second_price: Numbers) -> pd.Series | pd.DataFrame:
        """Quantities and profits when the second good has this price and the core its best one."""
        prices = numbers("second_price", second_price, "unit of the prices", minimum=0)
        values = self._at(prices)
        if prices.ndim == 0:
            return pd.Series({name: float(value) for name, value in values.items()})
        return pd.DataFrame(values)

    def best(self) -> pd.Series:
        """The price of the second good, from 0 up, with the highest total profit, and what follows
        from it.

        Profit is a quadratic in that price, so the best one is where its slope is 0, or 0, or where
        nobody buys.
        """
        m, n, top = self.second_demand, self.second_slope, self.second_demand / self.second_slope
        candidates = [0.0, top]
        curvature = 2 * n - self.lift**2 * n**2 / (2 * self.core_slope)
        if curvature > 0:
            spill = self.lift * n * (self._core_reach + self.lift * m) / (2 * self.core_slope)
            candidates.append(min(max((m + n * self.second_cost - spill) / curvature, 0.0), top))
        return self.at_price(
            max(candidates, key=lambda price: float(self._at(np.asarray(price))["profit"]))
        )

    @property
    def zero_price_lift(self) -> float:
        """The lift from which a price of zero for the second good is best (closed form).

        Up to a lift of 2 sqrt(core_slope / second_slope) profit is concave in the price, and zero
        is best once its slope there is not positive; above, zero has to beat not selling the second
        good at all.
        """
        m, n, b = self.second_demand, self.second_slope, self.core_slope
        a, cost = self._core_reach, self.second_cost
        slope_zero = (-a + math.sqrt(a**2 + 8 * b * m * (m / n + cost))) / (2 * m)
        if slope_zero <= 2 * math.sqrt(b / n):
            return slope_zero
        return (-a + math.sqrt(a**2 + 4 * b * m * cost)) / m


def break_even_uplift_pct(
    cost_of_model: Numbers,
    core_revenue: Numbers,
    contribution_margin_pct: Numbers,
    forgone_profit: Numbers = 0.0,
):
    """Rise in core revenue (percent) that pays for a model given away (all in USD bn a year).

    (cost of the model + profit forgone by not selling it) / (core revenue x contribution margin).
    The margin is that of the extra revenue: what is left of one more dollar, not the average
    operating margin.
    """
    cost = numbers("cost_of_model", cost_of_model, "USD bn a year", minimum=0)
    core = numbers("core_revenue", core_revenue, "USD bn a year", above=0)
    hint = "Write 40 % as 40."
    margin = numbers(
        "contribution_margin_pct",
        contribution_margin_pct,
        "percent",
        above=0,
        maximum=100,
        hint=hint,
    )
    forgone = numbers("forgone_profit", forgone_profit, "USD bn a year", minimum=0)
    same_length(
        cost_of_model=cost,
        core_revenue=core,
        contribution_margin_pct=margin,
        forgone_profit=forgone,
    )
    uplift = 100 * (cost + forgone) / (core * margin / 100)
    return shaped_like(
        uplift,
        "break_even_uplift_pct",
        cost_of_model=cost_of_model,
        core_revenue=core_revenue,
        contribution_margin_pct=contribution_margin_pct,
        forgone_profit=forgone_profit,
    )


def community_savings(
    engineer_years: float,
    cost_per_engineer_year_usd: float,
    useful_share: float,
    compute_bill: float = 0.0,
    efficiency_gain_pct: float = 0.0,
    support_cost: float = 0.0,
) -> pd.Series:
    """What outsiders' work on an open model saves its owner (USD bn a year), item by item.

    `useful_share` is the part of the outside work that the owner would have paid for itself;
    `efficiency_gain_pct` the part of its own `compute_bill` that outside improvements save;
    `support_cost` what looking after the community costs. Plain accounting: every input is an
    assumption unless the firm has published it.
    """
    work = number("engineer_years", engineer_years, "engineer-years a year", minimum=0)
    price = number("cost_per_engineer_year_usd", cost_per_engineer_year_usd, "USD", minimum=0)
    share = number(
        "useful_share", useful_share, "fraction", minimum=0, maximum=1, hint="Write 20 % as 0.2."
    )
    bill = number("compute_bill", compute_bill, "USD bn a year", minimum=0)
    gain = number(
        "efficiency_gain_pct",
        efficiency_gain_pct,
        "percent",
        minimum=0,
        maximum=100,
        hint="Write 5 % as 5.",
    )
    support = number("support_cost", support_cost, "USD bn a year", minimum=0)
    items = {
        "engineering": work * price * share / 1e9,
        "compute": bill * gain / 100,
        "support": -support,
    }
    return pd.Series({**items, "total": sum(items.values())}, name="usd_bn")
