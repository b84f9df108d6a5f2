"""Funnel: reach x activation x retention x price, for a platform owner and for a seller who buys
its reach.

Reach is in millions of people, prices and costs in USD a person and year, totals in USD bn a year.
Activation is the part of those reached who try the product, retention the part of these who still
pay in an average month.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import label, number
from aicapital.models.validation_arrays import Numbers, numbers, same_length, shaped_like

_FRACTION = "Write 5 % as 0.05."
_STEPS = {
    "reach": "reach_millions",
    "activation": "activation",
    "retention": "retention",
    "price": "price_usd",
}


def revenue(reach_millions: Numbers, activation: Numbers, retention: Numbers, price_usd: Numbers):
    """Revenue of a funnel (USD bn a year): the product of its four steps."""
    given = {
        "reach_millions": numbers("reach_millions", reach_millions, "million people", minimum=0),
        "activation": numbers(
            "activation", activation, "fraction", minimum=0, maximum=1, hint=_FRACTION
        ),
        "retention": numbers(
            "retention", retention, "fraction", minimum=0, maximum=1, hint=_FRACTION
        ),
        "price_usd": numbers("price_usd", price_usd, "USD a customer and year", minimum=0),
    }
    same_length(**given)
    product = math.prod(given.values()) / 1000
    return shaped_like(
        product,
        "revenue_usd_bn",
        reach_millions=reach_millions,
        activation=activation,
        retention=retention,
        price_usd=price_usd,
    )


def contribution(
    reach_millions: Numbers,
    activation: Numbers,
    retention: Numbers,
    price_usd: Numbers,
    serving_cost_usd: Numbers = 0.0,
    acquisition_cost_usd: Numbers = 0.0,
    fixed_cost_usd_bn: Numbers = 0.0,
):
    """Revenue less serving, acquisition and fixed cost (USD bn a year).

    Serving is paid for each customer retained, acquisition for each one activated, whether they
    stay or not.
    """
    income = revenue(reach_millions, activation, retention, price_usd)
    serving = numbers("serving_cost_usd", serving_cost_usd, "USD a customer and year", minimum=0)
    winning = numbers(
        "acquisition_cost_usd", acquisition_cost_usd, "USD an activated person", minimum=0
    )
    fixed = numbers("fixed_cost_usd_bn", fixed_cost_usd_bn, "USD bn a year", minimum=0)
    same_length(
        revenue=np.asarray(income),
        serving_cost_usd=serving,
        acquisition_cost_usd=winning,
        fixed_cost_usd_bn=fixed,
    )
    activated = np.asarray(reach_millions, dtype=float) * np.asarray(activation, dtype=float) / 1000
    costs = activated * (np.asarray(retention, dtype=float) * serving + winning) + fixed
    return shaped_like(
        np.asarray(income) - costs,
        "contribution_usd_bn",
        revenue=income,
        serving_cost_usd=serving_cost_usd,
        acquisition_cost_usd=acquisition_cost_usd,
        fixed_cost_usd_bn=fixed_cost_usd_bn,
    )


def price_from_tokens(tokens_millions: float, usd_per_million_tokens: float) -> float:
    """Price of a customer a year (USD) for a seller by the token: tokens used times their price."""
    used = number(
        "tokens_millions", tokens_millions, "million tokens a customer and year", minimum=0
    )
    return used * number("usd_per_million_tokens", usd_per_million_tokens, "USD", minimum=0)


def customer_lifetime_value(margin_usd: float, retention: float, discount_pct: float) -> float:
    """Present value of a customer: m r / (1 + i - r) (Gupta and Lehmann 2003), USD.

    The margin comes at the end of each year, if the customer is still there: `retention` is a
    yearly rate here. It is the most that winning this customer may cost.
    """
    margin = number("margin_usd", margin_usd, "USD a customer and year")
    kept = number("retention", retention, "fraction a year", minimum=0, maximum=1, hint=_FRACTION)
    rate = (
        number("discount_pct", discount_pct, "percent a year", above=0, hint="Write 10 % as 10.")
        / 100
    )
    return margin * kept / (1 + rate - kept)


@dataclass(frozen=True)
class Funnel:
    """One way to the customer. A platform owner has its own reach and no acquisition cost."""

    name: str
    reach_millions: float
    activation: float
    retention: float
    price_usd: float
    serving_cost_usd: float = 0.0
    acquisition_cost_usd: float = 0.0
    fixed_cost_usd_bn: float = 0.0

    def __post_init__(self):
        label("name", self.name)
        number("reach_millions", self.reach_millions, "million people", above=0)
        for name in ("activation", "retention"):
            number(name, getattr(self, name), "fraction", above=0, maximum=1, hint=_FRACTION)
        number("price_usd", self.price_usd, "USD a customer and year", above=0)
        number("serving_cost_usd", self.serving_cost_usd, "USD a customer and year", minimum=0)
        number(
            "acquisition_cost_usd", self.acquisition_cost_usd, "USD an activated person", minimum=0
        )
        number("fixed_cost_usd_bn", self.fixed_cost_usd_bn, "USD bn a year", minimum=0)

    @property
    def activated_millions(self) -> float:
        return self.reach_millions * self.activation

    @property
    def customers_millions(self) -> float:
        return self.activated_millions * self.retention

    @property
    def revenue_usd_bn(self) -> float:
        return revenue(self.reach_millions, self.activation, self.retention, self.price_usd)

    @property
    def contribution_usd_bn(self) -> float:
        return contribution(
            self.reach_millions,
            self.activation,
            self.retention,
            self.price_usd,
            self.serving_cost_usd,
            self.acquisition_cost_usd,
            self.fixed_cost_usd_bn,
        )

    @property
    def break_even_acquisition_cost_usd(self) -> float:
        """What an activated person may cost before the contribution of the year turns negative
        (USD).

        Negative means that the funnel loses money even with free reach.
        """
        margin = self.retention * (self.price_usd - self.serving_cost_usd)
        return margin - 1000 * self.fixed_cost_usd_bn / self.activated_millions

    def elasticities(self) -> pd.DataFrame:
        """Percent by which revenue and contribution rise when a step rises by one percent.

        Every step moves revenue alike. Contribution moves most with price, which brings no cost,
        then with retention, which brings serving, and least with reach and activation, which bring
        acquisition too. NaN where the contribution is not positive: a percentage of a loss says
        nothing.
        """
        activated = self.activated_millions / 1000
        paying = activated * self.retention * (self.price_usd - self.serving_cost_usd)
        won = paying - activated * self.acquisition_cost_usd
        base = self.contribution_usd_bn
        effects = pd.Series(
            {"reach": won, "activation": won, "retention": paying, "price": self.revenue_usd_bn}
        )
        return pd.DataFrame(
            {"revenue": 1.0, "contribution": effects / (base if base > 0 else math.nan)}
        )


def compare(*funnels: Funnel) -> pd.DataFrame:
    """Funnels side by side: one row a step or result, one column a funnel."""
    if not funnels or not all(isinstance(funnel, Funnel) for funnel in funnels):
        raise ValueError(f"compare needs at least one Funnel; got {funnels!r}.")
    names = [funnel.name for funnel in funnels]
    if len(set(names)) < len(names):
        raise ValueError(f"Each funnel needs a name of its own; got {', '.join(names)}.")
    rows = [
        *_STEPS.values(),
        "customers_millions",
        "revenue_usd_bn",
        "contribution_usd_bn",
        "break_even_acquisition_cost_usd",
    ]
    return pd.DataFrame(
        {funnel.name: [getattr(funnel, row) for row in rows] for funnel in funnels}, index=rows
    )


def revenue_gap(first: Funnel, second: Funnel) -> pd.DataFrame:
    """Where the difference in revenue comes from: first / second at each step, and in log points.

    Ratios multiply to the ratio of revenues; log points (100 x natural log) add up to it.
    """
    table = compare(first, second).loc[list(_STEPS.values())]
    ratio = table[first.name] / table[second.name]
    return pd.DataFrame({"ratio": ratio, "log_points": 100 * np.log(ratio)})
