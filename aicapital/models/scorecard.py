"""Composite scorecards, and how much their ranks depend on the weights.

Each indicator is scaled to 0 (lowest) to 1 (highest), then weighted (min-max scaling and linear aggregation: OECD and JRC, Handbook
on Constructing Composite Indicators, 2008). Min-max scores depend on who is in the table: a newcomer can move all of them.
"""

import numpy as np
import pandas as pd

from aicapital.models.validation import amounts
from aicapital.models.validation_arrays import whole_number


def scaled(indicators: pd.DataFrame) -> pd.DataFrame:
    """Each column (one indicator, more is better) scaled to 0 to 1 over the rows (one bloc each)."""
    if (
        not isinstance(indicators, pd.DataFrame)
        or len(indicators) < 2
        or not len(indicators.columns)
    ):
        raise ValueError(
            "indicators must be a table of at least two blocs (rows) and one indicator (columns)."
        )
    if indicators.isna().any(axis=None):
        gaps = indicators.columns[indicators.isna().any()].tolist()
        raise ValueError(f"{', '.join(gaps)} has gaps. Leave the indicator out: a gap is no zero.")
    span = indicators.max() - indicators.min()
    if (span == 0).any():
        raise ValueError(f"{span.index[span == 0][0]} is the same for all; it cannot rank anybody.")
    return (indicators - indicators.min()) / span


def scores(indicators: pd.DataFrame, weights: dict[str, float]) -> pd.Series:
    """Weighted mean of the scaled indicators, 0 to 1, highest first. Weights need not add up to 1."""
    given = amounts("weights", weights, "any positive scale", "{'chips': 1}", minimum=0)
    if set(given) != set(indicators.columns):
        raise ValueError(
            f"weights must name every indicator once; indicators: {', '.join(indicators.columns)}; got: {', '.join(given)}."
        )
    if sum(given.values()) == 0:
        raise ValueError("weights must not all be zero.")
    shares = pd.Series(given) / sum(given.values())
    return (scaled(indicators) * shares).sum(axis=1).sort_values(ascending=False).rename("score")


def rank_shares(indicators: pd.DataFrame, draws: int = 10_000, seed: int = 9) -> pd.DataFrame:
    """How often each bloc takes each rank when every set of weights is equally likely, as fractions.

    Weights are drawn evenly from all sets that add up to one (Dirichlet with ones); `seed` fixes the draw.
    """
    count = whole_number("draws", draws, "draws", minimum=1)
    grid = scaled(indicators)
    weights = np.random.default_rng(seed).dirichlet(np.ones(len(grid.columns)), count)
    ranks = 1 + np.argsort(np.argsort(-(weights @ grid.to_numpy().T), axis=1), axis=1)
    places = range(1, len(grid) + 1)
    return pd.DataFrame(
        {place: (ranks == place).mean(axis=0) for place in places}, index=grid.index
    ).rename_axis(columns="rank")
