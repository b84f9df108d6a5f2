"""Constants of scaling laws and rates of progress from the tables, in the form that the models take."""

from .tables import load

FITS = ("besiroglu", "hoffmann_printed", "hoffmann_unrounded")
LEVELS = {"95 %": 0.95}  # every other interval is read as one of 90 %


def law_constants(fit: str) -> dict[str, float]:
    """E, A, B, alpha and beta of one of `FITS`; the unrounded exponents go with the printed E, A, B."""
    rows = load("scaling_laws")
    rows = rows[rows["parameter"].isin(["E", "A", "B", "alpha", "beta"])]
    by_fit = rows.pivot(index="fit", columns="parameter", values="value")
    if fit not in FITS:
        raise ValueError(f"There is no fit named {fit!r}; known: {', '.join(FITS)}.")
    return by_fit.loc[fit].fillna(by_fit.loc["hoffmann_printed"]).to_dict()


def rate_terms(row_id: str) -> dict[str, float | str]:
    """value, low, high, unit and level of one row of `progress_rates`."""
    row = load("progress_rates").set_index("row_id").loc[row_id]
    return {
        **row[["value", "low", "high", "unit"]].to_dict(),
        "level": LEVELS.get(row["interval"], 0.9),
    }
