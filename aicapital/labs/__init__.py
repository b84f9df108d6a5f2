"""Labs: one line in a notebook, `labs.waterfall()`, gives controls, a picture and a sentence."""

from .ad_uplift import ad_uplift
from .capital_mix import capital_mix
from .chip_design import chip_design
from .circular_flows import circular_flows
from .complements import complements
from .compliance_option import compliance_option
from .data_loop import data_loop
from .down_round import down_round
from .effective_compute import effective_compute
from .entrants import entrants
from .funnel import funnel
from .innovation import innovation
from .layer_concentration import layer_concentration
from .make_or_buy import make_or_buy
from .market_size import market_size
from .power_network import power_network
from .reverse_dcf import reverse_dcf
from .round_builder import round_builder
from .run_cost import run_cost
from .runway import runway
from .scale_budget import scale_budget
from .scale_race import scale_race
from .self_funding import self_funding
from .supplier_cut import supplier_cut
from .two_futures import two_futures
from .waterfall import waterfall

__all__ = [
    "ad_uplift",
    "capital_mix",
    "chip_design",
    "circular_flows",
    "complements",
    "compliance_option",
    "data_loop",
    "down_round",
    "effective_compute",
    "entrants",
    "funnel",
    "innovation",
    "layer_concentration",
    "make_or_buy",
    "market_size",
    "power_network",
    "reverse_dcf",
    "round_builder",
    "run_cost",
    "runway",
    "scale_budget",
    "scale_race",
    "self_funding",
    "supplier_cut",
    "two_futures",
    "waterfall",
]
