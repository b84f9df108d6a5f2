"""What a firm is worth from its free cash flow, and what growth a given value implies.

Rates and growth are nominal, in percent a year; money is in one unit throughout (here USD bn). Free cash flow is what
the firm can pay to all investors, after tax and before interest, so it is discounted at the weighted average cost of
capital and gives the value of the firm; debt is then taken off and cash added for the value of the shares.
Sources of the formulas: Brealey, Myers and Allen, Principles of Corporate Finance, chapters 4 and 19.
"""

import math
from dataclasses import dataclass

import numpy as np

from aicapital.models.validation import number
from aicapital.models.validation_arrays import Numbers, numbers, whole_number

HIGHEST_GROWTH_PCT = 300.0  # the search for an implied growth ends here
_RATE_HINT = "Write 9 % as 9."


def wacc(
    cost_of_equity_pct: float, cost_of_debt_pct: float, debt_ratio: float, tax_rate_pct: float
) -> float:
    """Weighted average cost of capital after tax (percent).

    `debt_ratio` is debt over the value of the whole firm, both at *market* value (a fraction).
    WACC = debt ratio x cost of debt x (1 - tax) + (1 - debt ratio) x cost of equity.
    """
    equity = number("cost_of_equity_pct", cost_of_equity_pct, "percent", above=0, hint=_RATE_HINT)
    debt = number("cost_of_debt_pct", cost_of_debt_pct, "percent", minimum=0, hint=_RATE_HINT)
    ratio = number(
        "debt_ratio", debt_ratio, "fraction of market value", minimum=0, below=1,
        hint="Write 40 % as 0.4.",
    )  # fmt: skip
    tax = number("tax_rate_pct", tax_rate_pct, "percent", minimum=0, below=100)
    return ratio * debt * (1 - tax / 100) + (1 - ratio) * equity


def present_value(cash_flows: Numbers, rate_pct: float, mid_year: bool = False) -> float:
    """Value today of one cash flow a year, the first at the end of year 1 (with `mid_year`, in its middle)."""
    flows = np.atleast_1d(numbers("cash_flows", cash_flows, "money"))
    rate = number("rate_pct", rate_pct, "percent", above=-100, hint=_RATE_HINT)
    times = np.arange(1, len(flows) + 1) - (0.5 if mid_year else 0.0)
    return float((flows / (1 + rate / 100) ** times).sum())


def horizon_value(next_cash_flow: float, rate_pct: float, growth_pct: float) -> float:
    """Value at the horizon of a cash flow that grows for ever, the first of them one year later."""
    flow = number("next_cash_flow", next_cash_flow, "money")
    rate = number("rate_pct", rate_pct, "percent", above=0, hint=_RATE_HINT)
    growth = number(
        "growth_pct", growth_pct, "percent", above=-100, below=rate,
        hint="Growth for ever must stay below the discount rate, or the value has no end. Both are nominal.",
    )  # fmt: skip
    return flow / (rate - growth) * 100


@dataclass(frozen=True)
class Valuation:
    """Value of a firm: what the forecast years bring, what comes after, and the shares' part."""

    pv_flows: float
    pv_horizon: float
    net_debt: float = 0.0

    @property
    def firm(self) -> float:
        return self.pv_flows + self.pv_horizon

    @property
    def equity(self) -> float:
        return self.firm - self.net_debt

    @property
    def horizon_share_pct(self) -> float:
        """Part of the firm's value that lies beyond the forecast (percent; above 100 when the forecast burns cash)."""
        return 100 * self.pv_horizon / self.firm


def discounted_cash_flow(
    cash_flows: Numbers,
    next_cash_flow: float,
    rate_pct: float,
    growth_pct: float,
    net_debt: float = 0.0,
    mid_year: bool = False,
) -> Valuation:
    """Value a firm from its forecast and from `next_cash_flow`, the first one after it.

    `net_debt` is debt less cash; a firm with more cash than debt has a negative one. With `mid_year` both the flows and
    the horizon value come half a year earlier.
    """
    flows = np.atleast_1d(numbers("cash_flows", cash_flows, "money"))
    horizon = horizon_value(next_cash_flow, rate_pct, growth_pct)
    back = (1 + rate_pct / 100) ** (len(flows) - (0.5 if mid_year else 0.0))
    return Valuation(
        present_value(flows, rate_pct, mid_year),
        horizon / back,
        number("net_debt", net_debt, "money; negative for net cash"),
    )


@dataclass(frozen=True)
class GrowthCase:
    """A firm whose revenue grows at one rate for `years` and whose margin moves in equal steps to its mature level.

    revenue : of the year before the first forecast year. margin : free cash flow after tax over revenue, percent.
    """

    revenue: float
    first_margin_pct: float
    mature_margin_pct: float
    rate_pct: float
    horizon_growth_pct: float
    years: int = 10
    mid_year: bool = False

    def __post_init__(self):
        number("revenue", self.revenue, "USD bn", above=0)
        number("first_margin_pct", self.first_margin_pct, "percent of revenue")
        number("mature_margin_pct", self.mature_margin_pct, "percent of revenue", maximum=100)
        rate = number("rate_pct", self.rate_pct, "percent", above=0, hint=_RATE_HINT)
        number("horizon_growth_pct", self.horizon_growth_pct, "percent", above=-100, below=rate,
               hint="Growth for ever must stay below the discount rate.")  # fmt: skip
        whole_number("years", self.years, "years", minimum=1)

    def cash_flows(self, growth_pct: Numbers) -> np.ndarray:
        """Free cash flow of each year; one row a growth if several are given. Shape (years,) or (growths, years)."""
        growth = numbers("growth_pct", growth_pct, "percent", minimum=-100)
        year = np.arange(1, self.years + 1)
        margin = (
            self.first_margin_pct
            + (self.mature_margin_pct - self.first_margin_pct) * year / self.years
        )
        return self.revenue * (1 + growth[..., None] / 100) ** year * margin / 100

    def value(self, growth_pct: Numbers) -> float | np.ndarray:
        """Value of the firm at this growth of revenue (USD bn)."""
        flows = self.cash_flows(growth_pct)
        shift = 0.5 if self.mid_year else 0.0
        discount = (1 + self.rate_pct / 100) ** -(np.arange(1, self.years + 1) - shift)
        last = flows[..., -1] * (1 + self.horizon_growth_pct / 100)
        horizon = last / (self.rate_pct - self.horizon_growth_pct) * 100
        values = flows @ discount + horizon * discount[-1]
        return float(values) if np.ndim(values) == 0 else values


@dataclass(frozen=True)
class ImpliedGrowth:
    """The growth a value implies (percent a year), or none; `reason` says which and why."""

    growth_pct: float
    reason: str

    @property
    def found(self) -> bool:
        return math.isfinite(self.growth_pct)


def implied_growth(value: float, case: GrowthCase) -> ImpliedGrowth:
    """The lowest growth of revenue, from -50 % up, at which `case` is worth `value` (USD bn, the firm without its net cash).

    There need not be one: a firm that never earns cash is worth nothing at any growth, and a low value can lie below
    what the firm is worth when it shrinks.
    """
    target = number("value", value, "USD bn of firm value", above=0)
    if case.mature_margin_pct <= 0:
        return ImpliedGrowth(
            math.nan,
            "no growth gives this value: with a mature margin of "
            f"{case.mature_margin_pct:g} % more revenue only loses more",
        )
    growths = np.linspace(-50, HIGHEST_GROWTH_PCT, 701)
    values = case.value(growths)
    above = values >= target
    if above[0]:
        return ImpliedGrowth(
            math.nan, "it is worth more than this even when revenue halves each year"
        )
    if not above.any():
        return ImpliedGrowth(
            math.nan, f"even growth of {HIGHEST_GROWTH_PCT:g} % a year does not give this value"
        )
    place = int(np.argmax(above))
    low, high = growths[place - 1], growths[place]
    for _ in range(60):
        middle = (low + high) / 2
        if case.value(middle) >= target:
            high = middle
        else:
            low = middle
    return ImpliedGrowth(float(high), f"revenue must grow by {high:.0f} % a year")
