"""Which models were given away and when, and what a dollar of revenue costs."""

import numpy as np
import pandas as pd
from matplotlib.dates import YearLocator

from .chart import Chart, sheet
from .style import INK, QUIET, colour, course_style, ink


def release_policy(
    releases: pd.DataFrame,
    companies: list[str],
    label: dict[str, tuple[float, float]],
    day: str,
    source: str,
) -> Chart:
    """Model releases over time, open weights above each firm's line and closed models below it.

    `releases` has `company`, `model`, `released`, `open_weights` and `access`; models in `label` are written out, shifted
    by points to the right (or, when negative, to the left) and upwards; `day` is drawn as a line.
    """
    shown = releases[releases["company"].isin(companies)].sort_values("released")
    mark = pd.Timestamp(day)
    first = shown[shown["company"] == companies[0]]
    before, since = first[first["released"] <= mark], first[first["released"] > mark]
    title = f"{companies[0]} to {mark:%B %Y}: {_open_and_closed(before)}; since then {_open_and_closed(since)}"
    with course_style():
        figure, axes = sheet(title, source, height=4.2)
        axes.axvline(mark, color=QUIET, linewidth=1.2, linestyle="--")
        axes.text(
            mark,
            -0.47,
            "article ",
            color=QUIET,
            fontsize=9,
            ha="right",
            va="center",
        )
        for row, company in enumerate(reversed(companies)):
            axes.axhline(row, color=QUIET, linewidth=0.8)
            for is_open, side in ((True, 0.22), (False, -0.22)):
                dates = shown.loc[
                    (shown["company"] == company) & (shown["open_weights"] == is_open), "released"
                ]
                axes.plot(
                    dates,
                    [row + side] * len(dates),
                    "o" if is_open else "X",
                    color=colour(company) if is_open else "white",
                    markeredgecolor=colour(company),
                    markeredgewidth=1.5,
                    markersize=9,
                )
        places = {company: row for row, company in enumerate(reversed(companies))}
        for line in shown[shown["model"].isin(label)].itertuples():
            axes.annotate(
                line.model,
                (line.released, places[line.company] + (0.22 if line.open_weights else -0.22)),
                label[line.model],
                textcoords="offset points",
                fontsize=9,
                color=ink(line.company),
                ha=("center", "left", "right")[int(np.sign(label[line.model][0]))],
                va="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
        axes.set_yticks(range(len(companies)), reversed(companies))
        axes.set(
            ylim=(-0.55, len(companies) - 0.35), xlabel="Release (dot: open weights; cross: closed)"
        )
        axes.xaxis.set_major_locator(YearLocator())
        axes.set_xlim(
            shown["released"].min() - pd.Timedelta(days=120),
            shown["released"].max() + pd.Timedelta(days=150),
        )
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
    counts = shown.groupby("company")["open_weights"].agg(["sum", "size"])
    listed = "; ".join(
        f"{company} {counts.loc[company, 'sum']} of {counts.loc[company, 'size']} models with open weights"
        for company in companies
    )
    alt = f"Timeline of model releases. {title}. In all: {listed}."
    return Chart(
        figure, alt, shown[["company", "model", "released", "open_weights"]].reset_index(drop=True)
    )


def _open_and_closed(releases: pd.DataFrame) -> str:
    opened = releases[releases["open_weights"]]
    on_request = opened["access"].str.contains("on request").sum()
    limits = f" ({on_request} on request for research)" if on_request else ""
    return f"{len(opened)} with weights{limits}, {len(releases) - len(opened)} closed"


def costs_of_a_dollar(costs: pd.DataFrame, year: str, source: str) -> Chart:
    """Booked research and other costs as percent of revenue, one bar a firm, with a line where revenue ends.

    `costs` is indexed by company and has `revenue`, `r_and_d` and `total_costs` in USD bn.
    """
    share = pd.DataFrame(
        {
            "research": 100 * costs["r_and_d"] / costs["revenue"],
            "other": 100 * (costs["total_costs"] - costs["r_and_d"]) / costs["revenue"],
        }
    )
    share["total"] = share.sum(axis=1)
    first, *others = share.index
    booked = [f"{first} booked costs of {share.at[first, 'total'] / 100:.2f}"]
    booked += [f"{name} {share.at[name, 'total'] / 100:.2f}" for name in others]
    title = f"For each dollar of revenue in {year} {', '.join(booked)}"
    with course_style():
        figure, axes = sheet(title, source, height=1.9 + 0.6 * len(share))
        for row, (name, parts) in enumerate(share.iterrows()):
            axes.barh(row, parts["research"], height=0.5, color=colour(name))
            axes.barh(
                row,
                parts["other"],
                left=parts["research"],
                height=0.5,
                color=colour(name),
                alpha=0.45,
                hatch="//",
                edgecolor="white",
            )
            axes.text(
                max(parts["total"], 100) + 3,
                row,
                f"research {parts['research']:.0f} + other {parts['other']:.0f}",
                va="center",
                fontsize=9.5,
                color=ink(name),
            )
        axes.axvline(100, color=INK, linewidth=1.5)
        axes.text(102, -0.52, "costs equal revenue", fontsize=9, color=INK, va="center", ha="left")
        axes.set_yticks(range(len(share)), share.index)
        axes.set(
            xlim=(0, 1.36 * share["total"].max()),
            ylim=(len(share) - 0.6, -0.75),
            xlabel="Booked cost, % of revenue (full colour: research and development; hatched: other costs)",
        )
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
    listed = "; ".join(
        f"{name}: research {parts.research:.0f} %, other costs {parts.other:.0f} %"
        for name, parts in share.iterrows()
    )
    alt = f"Stacked bar chart in percent of revenue. {title}. {listed}."
    return Chart(figure, alt, share.rename_axis("company").reset_index())
