"""Stakes beside stakes."""

import pandas as pd

from .chart import Chart, sheet
from .style import INK, QUIET, course_style, ink, stroke


def stake_gaps(compared: pd.DataFrame, before: dict[str, float], title: str, source: str) -> Chart:
    """Published stakes beside pro-rata ones, and beside those before the round (percent, by holder).

    `compared` comes from `models.cap_table.compare_with_pro_rata`.
    """
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.5 * len(compared))
        for row, line in enumerate(compared.itertuples()):
            axes.plot(
                [line.pro_rata_pct, line.published_pct],
                [row, row],
                color=QUIET,
                linewidth=1.5,
                zorder=1,
            )
            if line.holder in before:
                axes.plot(
                    [before[line.holder]] * 2,
                    [row - 0.3, row + 0.3],
                    color=QUIET,
                    linewidth=3,
                    zorder=1,
                )
            axes.plot([line.pro_rata_pct], [row], "o", color=stroke(line.holder), markersize=9)
            axes.plot(
                [line.published_pct], [row], "D", color="white", markeredgecolor=INK, markersize=8
            )
            edge = max(line.pro_rata_pct, line.published_pct, before.get(line.holder, 0))
            axes.text(
                edge + 0.6,
                row,
                f"{line.gap_pct_points:+.1f} points",
                va="center",
                fontsize=9,
                color=ink(line.holder),
            )
        axes.set_yticks(range(len(compared)), compared["holder"])
        axes.invert_yaxis()
        axes.set(
            xlabel="Stake, % (grey bar: before the round; circle: once all is paid; diamond: leaked table)",
            xlim=(0, 1.2 * compared[["pro_rata_pct", "published_pct"]].max().max()),
        )
        axes.grid(axis="y", visible=False)
    widest = compared.loc[compared["gap_pct_points"].abs().idxmax()]
    alt = (
        f"Dot chart of {len(compared)} holders. {title}. The widest gap is {widest['holder']}: "
        f"{widest['published_pct']:.1f} % in the leaked table against {widest['pro_rata_pct']:.1f} % by pro-rata dilution."
    )
    return Chart(figure, alt, compared)
