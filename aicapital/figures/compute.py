"""Training compute over time, and the bills beside the donations."""

import numpy as np
import pandas as pd

from .chart import Chart, sheet
from .style import ACCENT, INK, QUIET, colour, course_style

DAYS_A_MONTH = 30.4375


def _trend(runs: pd.DataFrame) -> tuple[float, float]:
    """(doublings a day, log2 of the FLOP on the first day) by least squares."""
    days = (runs["published"] - runs["published"].min()).dt.days
    return tuple(np.polyfit(days, np.log2(runs["training_compute_flop"]), 1))


def doubling_time_months(runs: pd.DataFrame) -> float:
    """Months in which training compute doubles: least squares of log2(FLOP) on time (columns `published`, `training_compute_flop`)."""
    return 1 / (_trend(runs)[0] * DAYS_A_MONTH)


def compute_growth(runs: pd.DataFrame, label: list[str], source: str) -> Chart:
    """Training compute of notable models on a log scale with the fitted trend; models named in `label` are written out."""
    runs = runs.dropna(subset=["training_compute_flop"]).sort_values("published")
    slope, start = _trend(runs)
    months = 1 / (slope * DAYS_A_MONTH)
    first, last = runs["published"].min(), runs["published"].max()
    title = f"From {first:%Y} to {last:%Y} the compute of notable training runs doubled about every {months:.0f} months"
    with course_style():
        figure, axes = sheet(title, source, height=4.0)
        ours = runs["organisation"].eq("OpenAI")
        for chosen, tone in ((~ours, QUIET), (ours, colour("OpenAI"))):
            dots = runs[chosen]
            axes.scatter(
                dots["published"], dots["training_compute_flop"], s=30, color=tone, zorder=3
            )
        axes.text(
            0.01,
            0.93,
            "blue: OpenAI; grey: others",
            transform=axes.transAxes,
            fontsize=9,
            color=QUIET,
        )
        ends = pd.Series([first, last])
        trend = 2 ** (start + slope * (ends - first).dt.days)
        axes.plot(ends, trend, color=ACCENT, linestyle="--", linewidth=1.5)
        axes.text(ends[1], trend[1], "  trend", color=ACCENT, va="center", fontsize=9)
        axes.set(yscale="log", ylabel="Training compute, FLOP (log scale)")
        for row in runs[runs["model"].isin(label)].itertuples():
            axes.annotate(
                row.model,
                (row.published, row.training_compute_flop),
                (6, -3),
                textcoords="offset points",
                fontsize=9,
                color=INK,
                va="top",
            )
        axes.set_xlim(first - pd.Timedelta(days=120), last + pd.Timedelta(days=400))
    low, high = runs.iloc[0], runs.iloc[-1]
    alt = (
        f"Scatter chart with a log scale. {title}: from {low['model']} ({low['training_compute_flop']:.1g} FLOP, {low['published']:%Y}) "
        f"to {high['model']} ({high['training_compute_flop']:.1g} FLOP, {high['published']:%Y})."
    )
    return Chart(
        figure, alt, runs[["model", "published", "training_compute_flop"]].reset_index(drop=True)
    )


def bills_beside_donations(bills: pd.DataFrame, donations: float, source: str) -> Chart:
    """Computing bills of single years (`period`, `value_usd_bn`, `kind`) beside all donations received (USD bn)."""
    names = [f"Computing in {period[2:]}" for period in bills["period"]]
    amounts = pd.Series(
        [1000 * donations, *1000 * bills["value_usd_bn"]],
        index=["All donations received", *names],
    )
    title = (
        f"All donations together would not have paid for the computing of {names[-1][-4:]}: "
        f"USD {amounts.iloc[0]:,.1f} million against {amounts.iloc[-1]:,.0f} million"
    )
    planned = tuple(
        name for name, kind in zip(names, bills["kind"], strict=True) if kind == "projected"
    )
    return amounts_bar(
        amounts,
        title,
        "USD million",
        source,
        planned,
        "hatched: the company's projection",
        digits=1,
    )


def contracts_beside_revenue(
    contracts: float, new_money: float, revenue: float, year: str, source: str
) -> Chart:
    """Signed purchase contracts, the money of the latest round and one year's revenue, all in USD bn."""
    promised = {"Signed contracts, all years": contracts, "Latest round, as committed": new_money}
    amounts = pd.Series(promised | {f"Revenue of {year}": revenue})
    title = f"Signed purchases of USD {contracts:,.0f} bn run over many years; the revenue of {year} was {revenue:,.0f} bn"
    return amounts_bar(
        amounts,
        title,
        "USD bn",
        source,
        tuple(promised),
        "hatched: committed, partly paid",
        digits=1,
    )


def amounts_bar(
    amounts: pd.Series,
    title: str,
    axis: str,
    source: str,
    quiet: tuple[str, ...] = (),
    meaning: str = "",
    digits: int = 0,
) -> Chart:
    """Horizontal bars of labelled amounts, the value at the end of each bar; bars named in `quiet` are drawn pale and hatched.

    Use `quiet` for amounts that are promised or planned; `meaning` says which, in the corner.
    """
    with course_style():
        figure, axes = sheet(title, source, height=1.5 + 0.42 * len(amounts))
        for row, (name, value) in enumerate(amounts.items()):
            pale = name in quiet
            axes.barh(
                row,
                value,
                height=0.6,
                color=colour("OpenAI"),
                alpha=0.35 if pale else 1.0,
                hatch="//" if pale else None,
                edgecolor="white",
            )
            axes.text(
                value + 0.012 * amounts.max(),
                row,
                f"{value:,.{digits}f}",
                va="center",
                fontsize=9,
                color=INK,
            )
        axes.set_yticks(range(len(amounts)), amounts.index)
        axes.invert_yaxis()
        axes.set(xlabel=axis, xlim=(0, 1.12 * amounts.max()))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
        if quiet:
            # In the corner of the shorter bar.
            high = amounts.iloc[0] < amounts.iloc[-1]
            axes.text(
                0.99,
                0.97 if high else 0.03,
                meaning,
                transform=axes.transAxes,
                ha="right",
                va="top" if high else "bottom",
                fontsize=9,
                color=QUIET,
            )
    listed = "; ".join(f"{name} {value:,.{digits}f}" for name, value in amounts.items())
    return Chart(
        figure, f"Bar chart in {axis}. {title}. {listed}.", amounts.rename(axis).reset_index()
    )
