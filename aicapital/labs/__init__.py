"""Labs: one line in a notebook, `labs.waterfall()`, gives controls, a picture and a sentence."""

from .circular_flows import circular_flows
from .round_builder import round_builder
from .waterfall import waterfall

__all__ = ["circular_flows", "round_builder", "waterfall"]
