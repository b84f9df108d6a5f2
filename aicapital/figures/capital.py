"""Whose money a lab runs on, and what it has promised to buy back."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
from matplotlib.dates import DateFormatter

from .chart import Chart, sheet
from .style import INK, QUIET, colour, course_style, ink, stroke

DASHES = ("-", "--", ":", "-.")


def money_shares(
    shares: Mapping[tuple[str, str], pd.Series], day: date, source: str, named: pd.Series
) -> Chart:
    """Shares of all money so far (percent, by date) as steps; the keys are (firm whose colour it takes, words at its end).

    A line begins with its first date. The first of them makes the title. `named` is the same share without investors whom no source names; where it
    is lower, the end is given as a range. The upright line marks `day`, the day of the article.
    """
    (_, headline), first_series = next(iter(shares.items()))
    then = first_series[first_series.index <= pd.Timestamp(day)].iloc[-1]
    title = (
        f"{headline}: {first_series.max():.0f} % of the money at the most, {then:.0f} % on the article's day, "
        f"{_between(named, first_series)} now"
    )
    last = max(series.index.max() for series in shares.values())
    with course_style():
        figure, axes = sheet(title, source, height=4.0)
        ends = []
        for position, ((firm, words), series) in enumerate(shares.items()):
            steps = pd.concat([series, pd.Series([series.iloc[-1]], index=[last])])
            axes.plot(
                steps.index,
                steps,
                drawstyle="steps-post",
                color=stroke(firm),
                linestyle=DASHES[position % len(DASHES)],
            )
            least = named if words == headline else series
            ends.append([series.iloc[-1], f"{words}: {_between(least, series)}", ink(firm)])
        height = -100.0
        for share, words, shade in sorted(ends):
            height = max(share, height + 7)
            axes.text(
                last + pd.Timedelta(days=25), height, words, color=shade, va="center", fontsize=9
            )
        axes.axvline(pd.Timestamp(day), color=QUIET, linewidth=1.2)
        axes.text(
            pd.Timestamp(day) + pd.Timedelta(days=25),
            97,
            f"article, {day.day} {day:%B %Y}",
            color=QUIET,
            fontsize=9,
            va="top",
        )
        first = min(series.index.min() for series in shares.values())
        axes.set_xlim(first, last + 0.64 * (last - first))
        axes.set_xticks(
            [
                pd.Timestamp(year=year, month=1, day=1)
                for year in range(first.year + 1, last.year + 1)
            ]
        )
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
        axes.set(ylim=(0, 102), ylabel="Share of all equity raised so far, %", xlabel="Year")
    listed = "; ".join(
        f"{words}, from {series.index.min():%B %Y}: {series[series.index <= pd.Timestamp(day)].iloc[-1]:.0f} % on the article's day and {series.iloc[-1]:.0f} % at the end"
        for (_, words), series in shares.items()
    )
    table = pd.DataFrame({words: series for (_, words), series in shares.items()}).ffill()
    return Chart(figure, f"Step chart of shares over time. {title}. {listed}.", table)


def _between(least: pd.Series, most: pd.Series) -> str:
    low, high = f"{least.iloc[-1]:.0f}", f"{most.iloc[-1]:.0f}"
    return f"{high} %" if low == high else f"{low} to {high} %"


def money_and_purchases(pairs: pd.DataFrame, source: str) -> Chart:
    """Money in and purchases promised back for pairs of firms, as `labs.capital_mix.cloud_ledger` gives them (USD bn)."""
    pairs = pairs.assign(per_dollar=pairs["purchases_out"] / pairs["money_in"]).sort_values(
        "per_dollar"
    )
    low, high = pairs["per_dollar"].iloc[0], pairs["per_dollar"].iloc[-1]
    ways = pairs["counted"].unique()
    title = (
        f"For each dollar put in, {low:.1f} to {high:.0f} dollars of purchases: {' or '.join(ways)}"
    )
    widest = pairs["purchases_out"].max()
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.55 * len(pairs))
        for row, pair in enumerate(pairs.itertuples()):
            axes.barh(row - 0.19, pair.money_in, height=0.34, color=colour(pair.supplier))
            axes.barh(
                row + 0.19,
                pair.purchases_out,
                height=0.34,
                color=colour(pair.supplier),
                alpha=0.55,
                hatch="//",
                edgecolor="white",
            )
            axes.text(
                pair.money_in + 0.01 * widest,
                row - 0.19,
                f"{'at most ' if pair.at_most else ''}{pair.money_in:,.1f} in",
                va="center",
                fontsize=9,
            )
            words = f"{pair.purchases_out:,.1f} {pair.counted}, {pair.per_dollar:.1f} for a dollar"
            axes.text(
                pair.purchases_out + 0.01 * widest,
                row + 0.19,
                words,
                va="center",
                fontsize=9,
                color=INK,
            )
        axes.set_yticks(range(len(pairs)), pairs["supplier"] + " and " + pairs["lab"])
        axes.invert_yaxis()
        axes.set(xlabel="USD bn (hatched: purchases)", xlim=(0, 1.55 * widest))
        axes.grid(axis="y", visible=False)
    listed = "; ".join(
        f"{pair.supplier} and {pair.lab} {'at most ' if pair.at_most else ''}{pair.money_in:,.1f} in, {pair.purchases_out:,.1f} {pair.counted}"
        for pair in pairs.itertuples()
    )
    return Chart(figure, f"Bar chart in USD bn. {title}. {listed}.", pairs.reset_index(drop=True))
