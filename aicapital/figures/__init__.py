"""Figures: a model or a table in, a `Chart` (picture, alt text, data, source) out."""

from .chart import Chart
from .compute import (
    bills_beside_donations,
    compute_growth,
    contracts_beside_revenue,
    doubling_time_months,
)
from .ownership import stake_gaps
from .timeline import event_timeline

__all__ = [
    "Chart",
    "bills_beside_donations",
    "compute_growth",
    "contracts_beside_revenue",
    "doubling_time_months",
    "event_timeline",
    "stake_gaps",
]
