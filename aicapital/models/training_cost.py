"""What a training run costs: FLOP, accelerator-hours, money, power and energy.

All peak rates are dense: a sparse rate on a data sheet is twice as high and no training run reaches it. A cost covers
the final run only, unless it is divided by the part of research computing that final runs take.
"""

import math
from dataclasses import dataclass

from aicapital.models.validation import number

SECONDS_PER_HOUR = 3600
HOURS_PER_YEAR = 8766  # 365.25 days


def training_flop(active_parameters: float, tokens: float) -> float:
    """Training compute of a transformer: 6 N D (Kaplan et al. 2020, section 2.1).

    `active_parameters` are those that work on one token; in a mixture of experts they are a small part of all.
    """
    n = number("active_parameters", active_parameters, "parameters", above=0)
    return 6 * n * number("tokens", tokens, "tokens", above=0)


@dataclass(frozen=True)
class TrainingRun:
    """A run of `compute` FLOP on accelerators of `peak_tflops` (dense TFLOP/s), of which a part `utilisation` becomes training."""

    compute: float
    peak_tflops: float
    utilisation: float

    def __post_init__(self):
        number("compute", self.compute, "FLOP", above=0)
        hint = "Take the dense rate in TFLOP/s, such as 989 for an H100 in 16 bits."
        number("peak_tflops", self.peak_tflops, "TFLOP/s, dense", above=0, hint=hint)
        hint = "Write 40 % as 0.4."
        number("utilisation", self.utilisation, "fraction", above=0, maximum=1, hint=hint)

    @property
    def accelerator_hours(self) -> float:
        """Accelerator-hours of the run."""
        return self.compute / (self.peak_tflops * 1e12 * self.utilisation) / SECONDS_PER_HOUR

    def accelerators_for(self, days: float) -> int:
        """Accelerators that finish the run within `days`."""
        hours = 24 * number("days", days, "days", above=0)
        return math.ceil(self.accelerator_hours / hours)

    def rental_cost(self, usd_per_hour: float) -> float:
        """USD at a rental price of an accelerator-hour."""
        return self.accelerator_hours * number("usd_per_hour", usd_per_hour, "USD", minimum=0)


def achieved_utilisation(compute: float, accelerator_hours: float, peak_tflops: float) -> float:
    """Part of the dense peak that a finished run turned into training (0 to 1 if peak and hours are right)."""
    number("accelerator_hours", accelerator_hours, "hours", above=0)
    available = (
        accelerator_hours
        * SECONDS_PER_HOUR
        * number("peak_tflops", peak_tflops, "TFLOP/s", above=0)
        * 1e12
    )
    return number("compute", compute, "FLOP", above=0) / available


def facility_power_mw(
    accelerators: float, tdp_w: float, server_overhead: float, pue: float, load: float = 1.0
) -> float:
    """Power of the facility (MW): chips, times the rest of the server, times cooling and losses.

    At `load` 1 it is the nameplate power, what must be built; in training servers draw less.
    """
    number("load", load, "used power / design power", above=0, maximum=1)
    for name, value in (("server_overhead", server_overhead), ("pue", pue)):
        number(
            name,
            value,
            "ratio",
            minimum=1,
            hint="Below one, a part would draw more than the whole.",
        )
    chips = number("accelerators", accelerators, "chips", minimum=0) * number(
        "tdp_w", tdp_w, "W", above=0
    )
    return chips * server_overhead * pue * load / 1e6


def energy_cost(power_mw: float, hours: float, usd_per_kwh: float) -> float:
    """USD for electricity of `power_mw` drawn over `hours`."""
    number("hours", hours, "hours", minimum=0)
    energy_kwh = 1000 * number("power_mw", power_mw, "MW", minimum=0) * hours
    return energy_kwh * number("usd_per_kwh", usd_per_kwh, "USD a kWh", minimum=0)


def amortised_cost(
    cluster_cost: float, hours: float, years_since_purchase: float, price_decline: float = 0.14
) -> float:
    """Part of a cluster's cost that a run of `hours` uses up (USD), before energy.

    The value of hardware falls by `price_decline` orders of magnitude a year, from the day it could be bought; the run
    pays that fall at the rate of its first day (Cottier et al. 2024, appendix on amortised hardware cost).
    """
    number("years_since_purchase", years_since_purchase, "years", minimum=0)
    rate = number("price_decline", price_decline, "orders of magnitude a year", above=0) * math.log(
        10
    )
    value = number("cluster_cost", cluster_cost, "USD", above=0) * math.exp(
        -rate * years_since_purchase
    )
    return value * rate * number("hours", hours, "hours", minimum=0) / HOURS_PER_YEAR


def run_cost(
    compute: float,
    peak_tflops: float,
    utilisation: float,
    usd_per_hour: float,
) -> float:
    """USD of a run at a rental price; the outcome for a tornado of its four inputs."""
    return TrainingRun(compute, peak_tflops, utilisation).rental_cost(usd_per_hour)
