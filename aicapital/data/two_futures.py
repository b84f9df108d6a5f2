"""Where the simulations of two futures start, and what they assume."""

import numpy as np
import pandas as pd

from .schema import DataError
from .tables import load, until_tables_change

EQUAL = "eight firms of one size"
VISITS = "chatbot visits, January 2026"
SPENDING = "firms' spending on models, 2025"
_STARTS = {
    VISITS: ("consumer_genai_web_traffic", "2026-01-02"),
    SPENDING: ("enterprise_llm_api_spend", "2025-12-31"),
}


@until_tables_change
def inputs() -> dict[str, float]:
    """What the simulations assume, and the marks that sort a market: item -> value."""
    return load("two_futures_inputs").set_index("item")["value"].to_dict()


@until_tables_change
def start(name: str) -> tuple[int, ...]:
    """Choices so far by firm: equal, or in the proportions of a measured market, its unnamed rest in firms of one choice."""
    total = int(inputs()["choices_so_far"])
    if name == EQUAL:
        return (total // 8,) * 8
    measured, day = _STARTS[name]
    rows = load("market_shares")
    rows = rows[(rows["market"] == measured) & (rows["date"] == day)]
    rows = rows.sort_values("share_pct", ascending=False)
    choices = whole_choices(rows.set_index("company")["share_pct"], total)
    named = rows["share_type"].eq("reported")
    sizes = [size for size, is_named in zip(choices, named, strict=True) if is_named]
    return (*sizes, *(1,) * (total - sum(sizes)))


def whole_choices(shares: pd.Series, choices: int) -> tuple[int, ...]:
    """Shares (any unit) as a whole number of choices, at least one a firm: largest remainders get the rest."""
    if choices < len(shares):
        raise DataError(
            f"{choices} choices cannot give {len(shares)} firms one each. Give more choices."
        )
    exact = (shares / shares.sum() * choices).to_numpy(dtype=float)
    given = np.maximum(np.floor(exact), 1).astype(int)
    # Small firms lifted to one choice may have used up more than there is; the largest gives it back.
    while given.sum() > choices:
        given[given.argmax()] -= 1
    for place in np.argsort(given - exact)[: choices - given.sum()]:
        given[place] += 1
    return tuple(int(size) for size in given)
