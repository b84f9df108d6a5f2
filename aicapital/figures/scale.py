"""Scale and efficiency: what the next drop in loss costs, and how the price of a level falls."""

import math

import numpy as np
import pandas as pd

from ..models.scaling_law import ScalingLaw
from .chart import Chart, sheet
from .style import ACCENT, INK, QUIET, course_style

# Laws and levels are no firms, so none of these is a firm's colour.
LEVEL_STYLES = (("#22272E", "-", "o"), ("#7A3E9D", "--", "s"), ("#00695C", ":", "^"))


def cost_of_loss(laws: dict[str, ScalingLaw], budgets: np.ndarray, source: str) -> Chart:
    """Lowest loss for each training budget, one line a law, with the floor of each."""
    first, law = next(iter(laws.items()))
    title = f"Halving what is left above the floor takes {law.compute_multiple(0.5):.0f} times the compute ({first})"
    table = pd.DataFrame(
        {name: each.optimal_loss(budgets) for name, each in laws.items()}, index=budgets
    )
    with course_style():
        figure, axes = sheet(title, source, height=4.0)
        for place, ((name, each), (shade, style, _)) in enumerate(
            zip(laws.items(), LEVEL_STYLES, strict=False)
        ):
            axes.plot(budgets, table[name], color=shade, linestyle=style)
            ends = (budgets[0], budgets[-1])  # the labels stand to the right of it
            axes.plot(
                ends, (each.E, each.E), color=shade, linestyle=style, linewidth=0.8, alpha=0.6
            )
            axes.text(
                budgets[-1] * 1.3,
                table[name].iloc[-1],
                f"{name}\nfloor {each.E:.2f}",
                color=shade,
                fontsize=9,
                va="top" if place else "bottom",
            )
        axes.set(
            xscale="log", xlim=(budgets[0], budgets[-1] * 400), ylim=(1.6, table.max().max() + 0.05),
            xlabel="Training compute, FLOP (log scale)", ylabel="Lowest loss, nats per token",
        )  # fmt: skip
    listed = "; ".join(
        f"{name} from {column.iloc[0]:.2f} to {column.iloc[-1]:.2f}, floor {laws[name].E:.2f}"
        for name, column in table.items()
    )
    return Chart(
        figure,
        f"Line chart of loss against training compute. {title}. {listed} nats per token.",
        table.rename_axis("compute_flop").reset_index(),
    )


def price_at_level(prices: pd.DataFrame, source: str) -> Chart:
    """Cheapest price of a million tokens at a fixed score, one stepped line a level (columns level, date, blended_usd_per_m_tokens)."""
    with course_style():
        ends = {}
        for level, rows in prices.sort_values("date").groupby("level", sort=False):
            years = (rows["date"].iloc[-1] - rows["date"].iloc[0]).days / 365.25
            fall = (
                rows["blended_usd_per_m_tokens"].iloc[0] / rows["blended_usd_per_m_tokens"].iloc[-1]
            )
            ends[level] = (rows, fall, years)
        slowest = min(ends.values(), key=lambda end: end[1] ** (1 / end[2]))
        # Rounded down, because the title says at least.
        title = (
            f"The cheapest price of a fixed score fell at least {math.floor(slowest[1] ** (1 / slowest[2]))} times a year, "
            f"on each of {len(ends)} levels"
        )
        figure, axes = sheet(title, source, height=4.2)
        for (level, (rows, _, _)), (shade, style, mark) in zip(
            ends.items(), LEVEL_STYLES, strict=True
        ):
            axes.step(
                rows["date"],
                rows["blended_usd_per_m_tokens"],
                where="post",
                color=shade,
                linestyle=style,
                marker=mark,
                markersize=4,
            )
            told = rows.iloc[int(level == "GPT-3.5")]  # its first step lies on the line of GPT-3
            axes.annotate(
                f"as good as {level}", (told["date"], told["blended_usd_per_m_tokens"]), (8 if level == "GPT-3.5" else 0, 6),
                textcoords="offset points", color=shade, fontsize=9,
            )  # fmt: skip
        axes.set(
            yscale="log",
            ylim=(0.03, 200),
            ylabel="USD per million tokens (log scale)",
            xlabel="Day of the offer",
        )
    listed = "; ".join(
        f"{level}: {fall:.0f} times in {years:.1f} years"
        for level, (_, fall, years) in ends.items()
    )
    return Chart(figure, f"Step chart with a log scale. {title}. {listed}.", prices)


def total_and_active(cases: pd.DataFrame, source: str) -> Chart:
    """Stored and used parameters of mixtures of experts, a row a model (columns model, total_parameters_bn, active_parameters_bn)."""
    cases = cases.assign(
        share=100 * cases["active_parameters_bn"] / cases["total_parameters_bn"]
    ).sort_values("released")
    title = f"Of {len(cases)} mixtures of experts, the median uses {cases['share'].median():.0f} % of its parameters for one token"
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.32 * len(cases))
        for place, row in enumerate(cases.itertuples()):
            axes.plot(
                [row.active_parameters_bn, row.total_parameters_bn],
                [place, place],
                color=QUIET,
                linewidth=1,
            )
            axes.plot([row.active_parameters_bn], [place], "D", color=ACCENT, markersize=6)
            axes.plot([row.total_parameters_bn], [place], "o", color=INK, markersize=6)
            axes.annotate(
                f"{row.share:.0f} %",
                (row.total_parameters_bn, place),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
        axes.set_yticks(
            range(len(cases)), [f"{row.model} ({row.released:%Y})" for row in cases.itertuples()]
        )
        axes.set(
            xscale="log",
            ylim=(len(cases) - 0.5, -0.5),
            xlim=(3, 4000),
            xlabel="Billion parameters (log scale): diamond active for one token, circle stored in all",
        )
        axes.grid(axis="y", visible=False)
    listed = "; ".join(
        f"{row.model} {row.active_parameters_bn:g} of {row.total_parameters_bn:g}"
        for row in cases.itertuples()
    )
    return Chart(
        figure,
        f"Dot chart. {title}. Active of all, in billions: {listed}.",
        cases[["model", "total_parameters_bn", "active_parameters_bn", "share"]],
    )
