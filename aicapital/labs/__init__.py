"""Labs: one line in a notebook, `labs.waterfall()`, gives controls, a picture and a sentence."""

from .ad_uplift import ad_uplift
from .capital_mix import capital_mix
from .circular_flows import circular_flows
from .complements import complements
from .compliance_option import compliance_option
from .data_loop import data_loop
from .effective_compute import effective_compute
from .funnel import funnel
from .innovation import innovation
from .make_or_buy import make_or_buy
from .power_network import power_network
from .round_builder import round_builder
from .scale_budget import scale_budget
from .scale_race import scale_race
from .self_funding import self_funding
from .two_futures import two_futures
from .waterfall import waterfall

__all__ = [
    "ad_uplift",
    "capital_mix",
    "circular_flows",
    "complements",
    "compliance_option",
    "data_loop",
    "effective_compute",
    "funnel",
    "innovation",
    "make_or_buy",
    "power_network",
    "round_builder",
    "scale_budget",
    "scale_race",
    "self_funding",
    "two_futures",
    "waterfall",
]
