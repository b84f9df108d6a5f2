"""Constants of scaling laws and rates of progress from the tables, in the form that the models take."""

from collections.abc import Mapping

import pandas as pd

from .assumptions import published
from .tables import load

FITS = {
    "besiroglu": "refit of 2024",
    "hoffmann_printed": "2022, as printed",
    "hoffmann_unrounded": "2022, before rounding",
}
RATES = {
    "rate_training_cost": "Spending on frontier runs",
    "rate_gpu_ml": "GPUs for machine learning: FLOP a dollar",
    "rate_gpu_all": "All GPUs: FLOP a dollar",
    "rate_algorithms_first": "Algorithms, same loss, first version",
    "rate_algorithms_published": "Algorithms, same loss",
    "rate_algorithms_families": "Algorithms, all families",
    "rate_algorithms_frontier": "Algorithms, record models",
}
LEVELS = {"95 %": 0.95}  # every other interval is read as one of 90 %


def law_constants(fit: str) -> dict[str, float]:
    """E, A, B, alpha and beta of one of `FITS`; the unrounded exponents go with the printed E, A, B."""
    rows = load("scaling_laws")
    rows = rows[rows["parameter"].isin(["E", "A", "B", "alpha", "beta"])]
    by_fit = rows.pivot(index="fit", columns="parameter", values="value")
    if fit not in FITS:
        raise ValueError(f"There is no fit named {fit!r}; known: {', '.join(FITS)}.")
    return by_fit.loc[fit].fillna(by_fit.loc["hoffmann_printed"]).to_dict()


def law_rows(fit: str) -> pd.DataFrame:
    """The published constants of one fit, to be listed among a lab's assumptions."""
    rows = load("scaling_laws")
    rows = rows[rows["fit"].eq(fit) & rows["parameter"].isin(["E", "A", "B", "alpha", "beta"])]
    return published(
        "scaling_laws",
        (
            (row.row_id, "value", row.unit, f"{row.parameter}, {FITS[fit]}")
            for row in rows.itertuples()
        ),
    )


def rate_rows(*rows: str) -> pd.DataFrame:
    """Published rates of progress, to be listed among a lab's assumptions."""
    table = load("progress_rates").set_index("row_id").loc[list(rows)]
    return published(
        "progress_rates",
        (
            (
                name,
                "value",
                row["unit"],
                f"{RATES[name]}, {row['period']}; range: {row['interval']}",
            )
            for name, row in table.iterrows()
        ),
    )


def rate_terms(row_id: str) -> dict[str, float | str]:
    """value, low, high, unit and level of one row of `progress_rates`."""
    row = load("progress_rates").set_index("row_id").loc[row_id]
    return {
        **row[["value", "low", "high", "unit"]].to_dict(),
        "level": LEVELS.get(row["interval"], 0.9),
    }


def race_terms(
    given: Mapping[str, float], demand: str = "gap", **changes: float
) -> dict[str, float | str]:
    """What `ScaleRace` takes beside the law. given : `assumed("scale_race")`; `changes` replace some of it."""
    given = dict(given) | changes
    return {
        "leader_budget": given["budget_ratio"] * given["follower_budget"],
        "follower_budget": given["follower_budget"],
        "flop_per_usd": given["flop_per_usd"],
        "demand": demand,
        "strength": given[f"strength_{demand}"],
        "sharpness": given["sharpness"],
    }


def optimal_points(method: int) -> pd.DataFrame:
    """The best models that Hoffmann et al. 2022 print for their first, second or third method, indexed by size.

    `low` and `high` hold every number of tokens that rounds to the printed one.
    """
    rows = load("scaling_laws").query("parameter == 'compute_optimal_point'")
    rows = rows[rows["fit"] == f"hoffmann_approach_{method}"].set_index("model_parameters")
    half = rows["tokens"].map(_unit_of_tokens) / 20  # half of the first decimal
    return rows.assign(low=rows["tokens"] - half, high=rows["tokens"] + half)


def as_printed(tokens: float) -> str:
    """A number of tokens as the paper prints it: 205.1B, 1.5T."""
    unit = _unit_of_tokens(tokens)
    return f"{tokens / unit:.1f}{'T' if unit == 1e12 else 'B'}"


def _unit_of_tokens(tokens: float) -> float:
    return 1e12 if tokens >= 1e12 else 1e9
