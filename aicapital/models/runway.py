"""Cash plan of an AI lab by stream, and how long its money lasts.

Money is nominal USD bn, one period a calendar year, everything at the end of the year. Revenue comes in four streams.
Computing is paid by use or by contract, whichever is more. Not in the plan: interest, tax (losses are carried forward),
debt, working capital and shares given to staff. A path that runs out of cash stays out: in this plan nobody rescues it.
Every input may be one number or one a path, so the same function serves a plan, a tornado and a simulation.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.validation import known, number
from aicapital.models.validation_arrays import whole_number

FIRST_YEAR, RAMP_YEARS = 2026, 5  # margins and shares move in equal steps to 2030
LAST_MICROSOFT_YEAR = 2030
INPUTS = (
    "revenue_2025", "opening_cash", "business_share", "api_share",
    "consumer_growth", "business_growth", "api_growth", "growth_fade", "long_run_growth",
    "ad_users_2030", "ad_revenue_per_user_2030", "gross_margin_2025", "gross_margin_2030",
    "research_2025", "research_share_2028", "research_share_2030", "other_share", "microsoft_share", "microsoft_cap",
    "binding_share",
)  # fmt: skip
STREAMS = ("consumer", "business", "api")


@dataclass(frozen=True)
class CashPaths:
    """One row a path, one column a year (USD bn). Spending is positive; `cash` is at the end of the year."""

    years: np.ndarray
    streams: dict[str, np.ndarray]  # consumer, business, api, ads
    inference: np.ndarray
    research: np.ndarray
    contracts: np.ndarray
    computing: np.ndarray
    microsoft: np.ndarray
    other: np.ndarray
    rounds: np.ndarray
    opening_cash: np.ndarray

    @property
    def revenue(self) -> np.ndarray:
        return sum(self.streams.values())

    @property
    def free_cash_flow(self) -> np.ndarray:
        return self.revenue - self.computing - self.microsoft - self.other

    @property
    def cash(self) -> np.ndarray:
        return self.opening_cash + np.cumsum(self.free_cash_flow + self.rounds, axis=1)

    @property
    def dry_by(self) -> np.ndarray:
        """Share of the paths (percent) that have been below zero in this year or before; shape (years,)."""
        return 100 * np.logical_or.accumulate(self.cash < 0, axis=1).mean(axis=0)

    def table(self, path: int = 0) -> pd.DataFrame:
        """One path as a cash plan: one row a line, one column a year."""
        lines = dict(self.streams) | {
            "revenue": self.revenue,
            "serving users": self.inference,
            "research computing": self.research,
            "due under contracts": self.contracts,
            "computing paid": self.computing,
            "to Microsoft": self.microsoft,
            "other costs": self.other,
            "free cash flow": self.free_cash_flow,
            "new money": self.rounds,
            "cash at the end": self.cash,
        }
        rows = {
            name: np.broadcast_to(values, self.cash.shape)[path] for name, values in lines.items()
        }
        return pd.DataFrame(rows, index=self.years).T


def cash_paths(
    inputs: Mapping[str, float | np.ndarray],
    contracts: np.ndarray,
    rounds: np.ndarray,
    shocks: np.ndarray | None = None,
) -> CashPaths:
    """Work the plan out.

    inputs : the names in `INPUTS`, each one number or an array with one value a path; shares, margins and growth in
        percent, users in bn, ad revenue in USD a user and year, money in USD bn.
    contracts : what contracts demand in each year (USD bn), shape (years,). rounds : new money a year, the same shape.
    shocks : factor on each year's growth factor of the three subscription and API streams, shape (paths, years).
    """
    for name in INPUTS:
        known("input", name, inputs)
    due, money = (np.asarray(values, dtype=float) for values in (contracts, rounds))
    if due.ndim != 1 or due.shape != money.shape or not due.size:
        raise ValueError(
            "contracts and rounds must be lists of equal length, one amount a year; "
            f"got shapes {due.shape} and {money.shape}."
        )
    count = len(due)
    given = {name: np.asarray(inputs[name], dtype=float).reshape(-1, 1) for name in INPUTS}
    bad = [
        name
        for name, values in given.items()
        if not np.isfinite(values).all() and name != "microsoft_cap"
    ]
    if bad:
        raise ValueError(f"input {bad[0]!r} must be finite; got {inputs[bad[0]]!r}.")
    shocks = np.ones((1, count)) if shocks is None else np.asarray(shocks, dtype=float)
    if shocks.ndim != 2 or shocks.shape[1] != count:
        raise ValueError(f"shocks must have the shape (paths, {count}); got {shocks.shape}.")
    year = np.arange(count)
    ramp = (
        np.minimum(year + 1, RAMP_YEARS) / RAMP_YEARS
    )  # 2026 is one fifth of the way, 2030 all of it
    fade, long_run = given["growth_fade"] / 100, given["long_run_growth"] / 100
    kept, moved = fade**year, np.cumprod(shocks, axis=1)
    streams = {}
    part = {"business": given["business_share"], "api": given["api_share"]}
    part["consumer"] = 100 - part["business"] - part["api"]  # the three always make the whole
    for stream in STREAMS:
        start = given["revenue_2025"] * part[stream] / 100
        growth = long_run + (given[f"{stream}_growth"] / 100 - long_run) * kept
        streams[stream] = start * np.cumprod(1 + growth, axis=1) * moved
    beyond = (1 + long_run) ** np.maximum(year + 1 - RAMP_YEARS, 0)
    # The forecast of April 2026 rises about with the square of the years since 2025.
    streams["ads"] = given["ad_users_2030"] * given["ad_revenue_per_user_2030"] * ramp**2 * beyond
    revenue = sum(streams.values())

    def towards(start, end):
        return start + (end - start) * ramp

    margin = towards(given["gross_margin_2025"], given["gross_margin_2030"]) / 100
    # Research computing runs ahead of revenue to a peak in 2028, then comes down to its share of 2030.
    up, down = np.minimum((year + 1) / 3, 1), np.clip((year - 2) / 2, 0, 1)
    first = 100 * given["research_2025"] / given["revenue_2025"]
    peak = given["research_share_2028"]
    research_share = first + (peak - first) * up + (given["research_share_2030"] - peak) * down
    inference, research = revenue * (1 - margin), revenue * research_share / 100
    owed = due * given["binding_share"] / 100
    shared = revenue * given["microsoft_share"] / 100 * (year + FIRST_YEAR <= LAST_MICROSOFT_YEAR)
    so_far = np.minimum(np.cumsum(shared, axis=1), given["microsoft_cap"])
    return CashPaths(
        years=year + FIRST_YEAR,
        streams=streams,
        inference=inference,
        research=research,
        contracts=owed,
        computing=np.maximum(inference + research, owed),
        microsoft=np.diff(so_far, axis=1, prepend=0.0),
        other=revenue * given["other_share"] / 100,
        rounds=money[None, :],
        opening_cash=given["opening_cash"],
    )


def draw_inputs(
    base: Mapping[str, float],
    ranges: Mapping[str, tuple[float, float]],
    paths: int,
    seed: int,
) -> dict[str, float | np.ndarray]:
    """Inputs for a simulation: each with a range is drawn once a path from a triangle (low, base, high), each by itself.

    That they are drawn by themselves is an assumption: in a bad world many would be low together.
    """
    count = whole_number("paths", paths, "paths", minimum=1)
    generator = np.random.default_rng(seed)
    drawn = dict(base)
    for name, (low, high) in ranges.items():
        known("input", name, base)
        number(f"base of {name}", base[name], "unit of the input", minimum=low, maximum=high)
        drawn[name] = (
            generator.triangular(low, base[name], high, count) if high > low else base[name]
        )
    return drawn


def draw_shocks(std_pct: float, paths: int, years: int, seed: int) -> np.ndarray:
    """Yearly surprises in revenue: factors with mean 1 and this standard deviation (percent), shape (paths, years)."""
    spread = number("std_pct", std_pct, "percent", minimum=0) / 100
    sigma = np.sqrt(np.log1p(spread**2))
    normal = np.random.default_rng(seed).standard_normal((paths, years))
    return np.exp(sigma * normal - sigma**2 / 2)


def contract_schedule(
    contracts: pd.DataFrame, years: int, rising: bool = True, first_year: int = FIRST_YEAR
) -> np.ndarray:
    """What signed contracts demand by year (USD bn), from `first_year` on; shape (years,).

    `contracts` has amount, start_year and end_year. `rising` spreads each in proportion 1, 2, 3 ... over its term, as
    data centres come on line; otherwise evenly. Neither is published. What falls outside the years is left out.
    """
    missing = {"amount", "start_year", "end_year"} - set(contracts)
    if missing:
        raise ValueError(f"contracts lacks the column(s) {', '.join(sorted(missing))}.")
    due = np.zeros(whole_number("years", years, "years", minimum=1))
    for row in contracts.itertuples():
        term = np.arange(int(row.start_year), int(row.end_year) + 1)
        weights = np.arange(1.0, len(term) + 1) if rising else np.ones(len(term))
        for year, part in zip(term, row.amount * weights / weights.sum(), strict=True):
            if 0 <= year - first_year < len(due):
                due[int(year) - first_year] += part
    return due
