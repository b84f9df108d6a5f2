"""Labs: one line in a notebook, `labs.waterfall()`, gives controls, a picture and a sentence."""

from .ad_uplift import ad_uplift
from .capital_mix import capital_mix
from .chip_design import chip_design
from .circular_flows import circular_flows
from .complements import complements
from .compliance_option import compliance_option
from .data_loop import data_loop
from .funnel import funnel
from .make_or_buy import make_or_buy
from .round_builder import round_builder
from .self_funding import self_funding
from .supplier_cut import supplier_cut
from .waterfall import waterfall

__all__ = [
    "ad_uplift",
    "capital_mix",
    "chip_design",
    "circular_flows",
    "complements",
    "compliance_option",
    "data_loop",
    "funnel",
    "make_or_buy",
    "round_builder",
    "self_funding",
    "supplier_cut",
    "waterfall",
]
