"""Where increasing returns lead, and what each round changed in the network of money."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.dates import DateFormatter, YearLocator

from .chart import Chart, sheet
from .style import GRID, INK, colour, course_style, ink

LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))


def urn_paths(histories: Mapping[float, np.ndarray], source: str, shown: int = 30) -> Chart:
    """Share of the first firm on many paths, one panel a strength.

    `histories` maps the strength to an array (moments, paths, firms) as `UrnMarket.history` gives it; `shown` paths
    are drawn, the spread at the end is that of all.
    """
    spread = {
        strength: np.percentile(100 * _share(history)[-1], (10, 90))
        for strength, history in histories.items()
    }
    low, high = spread[1.0]
    title = (
        f"At strength 1 the same start ends between {low:.0f} and {high:.0f} % in eight paths of ten; "
        "below 1 paths come together, above 1 they part"
    )
    with course_style():
        figure, panels = sheet(title, source, height=3.6, ncols=len(histories), sharey=True)
        for axes, (strength, history) in zip(panels, histories.items(), strict=True):
            choices = history.sum(axis=2)[:, 0]
            share = 100 * _share(history)
            axes.plot(choices, share[:, :shown], color=colour("OpenAI"), alpha=0.35, linewidth=0.9)
            axes.set(xlim=(choices[0], choices[-1]), ylim=(0, 100), xlabel="Choices made")
            axes.set_title(f"strength {strength:g}", fontsize=9.5, fontweight="normal")
            for edge in spread[strength]:
                axes.plot([choices[-1]], [edge], marker="<", color=INK, markersize=7, clip_on=False)
        panels[0].set_ylabel("Share of the first firm, %")
    table = pd.DataFrame(spread, index=["tenth percentile", "ninetieth percentile"]).T
    table = table.rename_axis("strength")
    listed = "; ".join(
        f"strength {strength:g}: {edges[0]:.0f} to {edges[1]:.0f} %"
        for strength, edges in spread.items()
    )
    return Chart(
        figure,
        f"Line charts of simulated paths. {title}. Middle eight tenths at the end: {listed}.",
        table,
    )


def _share(history: np.ndarray) -> np.ndarray:
    return history[:, :, 0] / history.sum(axis=2)


def partners_by_round(partners: pd.DataFrame, around: pd.DataFrame, source: str) -> Chart:
    """Firms tied by money to each firm over time, with OpenAI's rounds marked.

    `partners` has one row a day and one column a firm, as `labs.power_network.partners_over_time` gives it; `around`
    has the columns date, when (before, after), firm and partners, as `around_rounds` gives it.
    """
    own = around[around["firm"] == "OpenAI"].pivot(index="date", columns="when", values="partners")
    new = int((own["after"] > own["before"]).sum())
    title = (
        f"{new} of {len(own)} rounds tied OpenAI to an investor named for the first time; "
        "the others were more money from hands already named"
    )
    with course_style():
        figure, axes = sheet(title, source, height=4.0)
        first, last, top = partners.index.min(), partners.index.max(), partners.max().max() + 1
        for day in own.index:
            axes.axvline(day, color=GRID, linewidth=1, zorder=0)
        for position, firm in enumerate(partners):
            axes.plot(
                partners.index,
                partners[firm],
                drawstyle="steps-post",
                color=ink(firm),
                linestyle=LINE_STYLES[position % len(LINE_STYLES)],
            )
        axes.plot(own.index, own["after"], "o", color=colour("OpenAI"), markersize=6)
        height = -1.0
        ends = partners.iloc[-1].sort_values(kind="stable")
        for firm, value in ends.items():
            height = max(value, height + 0.06 * top)
            axes.text(
                last + pd.Timedelta(days=35),
                height,
                f"{firm} {value:.0f}",
                color=ink(firm),
                fontsize=9,
                va="center",
            )
        axes.set(xlim=(first, last + 0.17 * (last - first)), ylim=(0, top))
        axes.set(ylabel="Named firms tied to it by money", xlabel="Dots: rounds of OpenAI")
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    listed = ", ".join(f"{firm} {value:.0f}" for firm, value in ends[::-1].items())
    return Chart(figure, f"Step chart. {title}. At the end: {listed}.", partners)
