"""Figures: a model or a table in, a `Chart` (picture, alt text, data, source) out."""

from .barrier import cluster_power, hhi_by_layer, layer_bounds, run_prices
from .capital import money_and_purchases, money_shares
from .chart import Chart
from .complements import price_reactions
from .compute import (
    bills_beside_donations,
    compute_growth,
    contracts_beside_revenue,
    doubling_time_months,
)
from .futures import partners_by_round, urn_paths
from .industrial import (
    chain_map,
    choke_measures,
    control_timeline,
    fate_on,
    programme_amounts,
    rank_bars,
)
from .openness import costs_of_a_dollar, release_policy
from .ownership import stake_gaps
from .plans import peer_margins, peers, plan_vintages, revenue_and_run_rate
from .players import player_matrix
from .reach import reach_on_two_days, revenue_shares
from .scale import cost_of_loss, price_at_level, total_and_active
from .self_funding import cash_against_capex, funding_mix, self_funding_ratios
from .sensitivity import tornado_bars

__all__ = [
    "Chart",
    "bills_beside_donations",
    "cash_against_capex",
    "chain_map",
    "choke_measures",
    "cluster_power",
    "compute_growth",
    "contracts_beside_revenue",
    "cost_of_loss",
    "control_timeline",
    "costs_of_a_dollar",
    "doubling_time_months",
    "fate_on",
    "funding_mix",
    "hhi_by_layer",
    "layer_bounds",
    "money_and_purchases",
    "money_shares",
    "partners_by_round",
    "peer_margins",
    "peers",
    "plan_vintages",
    "player_matrix",
    "price_at_level",
    "price_reactions",
    "programme_amounts",
    "rank_bars",
    "reach_on_two_days",
    "release_policy",
    "revenue_and_run_rate",
    "revenue_shares",
    "run_prices",
    "self_funding_ratios",
    "stake_gaps",
    "tornado_bars",
    "total_and_active",
    "urn_paths",
]
