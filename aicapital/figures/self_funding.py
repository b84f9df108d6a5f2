"""A firm's own cash beside what it spends, and where the rest comes from."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.dates import DateFormatter

from ..models.self_funding import self_funding_ratio
from .chart import Chart, sheet
from .style import ACCENT, INK, QUIET, colour, course_style, ink

LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
# The order in which a firm with the choice would use them, palest last.
MIX = {"operating cash flow": "", "net borrowing": "//", "new shares and hybrids": "xx"}


def cash_against_capex(
    flows: pd.DataFrame, guidance: pd.DataFrame, company: str, source: str
) -> Chart:
    """Operating cash flow and capex of one firm by fiscal year, with its spending plan for the next year.

    `flows` has the columns operating_cash_flow and capex, indexed by fiscal year ("FY2025"); `guidance` has one row a
    statement, oldest first, with given_on, low_usd_bn and high_usd_bn, all for the year after the last of `flows`.
    """
    flows = flows.set_axis(flows.index.str.removeprefix("FY").astype(int))
    last, plan = flows.index[-1], guidance.iloc[-1]
    middle = (plan["low_usd_bn"] + plan["high_usd_bn"]) / 2
    own = flows.at[last, "operating_cash_flow"]
    title = (
        f"In {last} {company}'s operating cash flow paid its capex {own / flows.at[last, 'capex']:.1f} times; "
        f"the capex planned for {last + 1} is {100 * middle / own:.0f} % of it"
    )
    with course_style():
        figure, axes = sheet(title, source, height=4.2)
        for column, style, words in (
            ("operating_cash_flow", "-", "operating cash flow"),
            ("capex", "--", "capex"),
        ):
            axes.plot(
                flows.index,
                flows[column],
                color=ink(company),
                linestyle=style,
                marker="o",
                markersize=4,
            )
            # Left of and above its last point: right of it stands the plan.
            axes.annotate(
                f"{words} {flows.at[last, column]:.0f}",
                (last, flows.at[last, column]),
                (-8, 6),
                textcoords="offset points",
                ha="right",
                fontsize=9.5,
                color=ink(company),
            )
        top = max(flows["operating_cash_flow"].max(), guidance["high_usd_bn"].max())
        for place, row in enumerate(guidance.itertuples()):
            x = last + 0.85 + 0.9 * place
            axes.plot(
                [x, x],
                [row.low_usd_bn - 0.01 * top, row.high_usd_bn + 0.01 * top],
                color=ACCENT,
                linewidth=6,
            )
            axes.annotate(
                f"{row.given_on:%b}\n{row.low_usd_bn:.0f}-{row.high_usd_bn:.0f}",
                (x, row.high_usd_bn),
                (0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=ACCENT,
            )
        axes.text(
            last + 0.85 + 0.45 * (len(guidance) - 1),
            guidance["low_usd_bn"].min() - 0.05 * top,
            f"capex planned\nfor {last + 1}, by the\nmonth it was said",
            ha="center",
            va="top",
            fontsize=9,
            color=ACCENT,
        )
        axes.set(
            xlim=(flows.index[0] - 0.3, last + 0.6 + 0.9 * len(guidance)),
            ylim=(0, 1.22 * top),
            xlabel="Fiscal year (ends in December)",
            ylabel="USD bn a year",
        )
        axes.set_xticks(list(flows.index))
    alt = (
        f"Line chart of {company} by fiscal year, {flows.index[0]} to {last}. {title}: operating cash flow {own:.0f} and capex "
        f"{flows.at[last, 'capex']:.0f} in {last}; planned capex {plan['low_usd_bn']:.0f} to {plan['high_usd_bn']:.0f} (USD bn)."
    )
    return Chart(figure, alt, flows.reset_index())


def self_funding_ratios(flows: pd.DataFrame, source: str, top: float = 6.0) -> Chart:
    """Operating cash flow a dollar of capex, one line a firm, each point on the day on which its own twelve months end.

    `flows` has operating_cash_flow and capex, indexed by company and period_end. Values above `top` are cut off at the edge of the picture.
    """
    flows = flows.dropna(subset=["operating_cash_flow", "capex"])
    ratios = self_funding_ratio(flows["operating_cash_flow"], flows["capex"]).reset_index()
    ends = (
        ratios.sort_values("period_end").groupby("company").last().sort_values("self_funding_ratio")
    )
    below = ends.index[ends["self_funding_ratio"] < 1].tolist()
    title = (
        f"By {ends['period_end'].max():%B %Y} the year's own cash no longer paid for capex at {len(below)} of {len(ends)} firms: {' and '.join(below)}"
        if below
        else f"At all {len(ends)} firms the year's own cash still pays for capex; the margin shrinks at most of them"
    )
    with course_style():
        figure, axes = sheet(title, source, height=4.4)
        first, last = ratios["period_end"].min(), ratios["period_end"].max()
        axes.plot([first, last], [1, 1], color=INK, linewidth=1.3)
        axes.text(
            first, 1.06, "1: own cash just pays for capex", fontsize=9, va="bottom", color=INK
        )
        heights = _spread(ends["self_funding_ratio"], 0.36)
        for style, (company, rows) in zip(LINE_STYLES, ratios.groupby("company"), strict=False):
            rows = rows.sort_values("period_end")
            axes.plot(
                rows["period_end"], rows["self_funding_ratio"], color=ink(company), linestyle=style
            )
            end = rows.iloc[-1]
            axes.annotate(
                f"{company} {end['self_funding_ratio']:.1f}",
                (end["period_end"], end["self_funding_ratio"]),
                (last + pd.Timedelta(days=90), heights[company]),
                va="center",
                fontsize=9.5,
                color=ink(company),
                arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6},
            )
        axes.set(
            xlim=(first - pd.Timedelta(days=60), last + pd.Timedelta(days=640)),
            ylim=(0, top),
            ylabel=f"Operating cash flow / capex (cut off at {top:g})",
            xlabel="Last day of the firm's own fiscal year or twelve months",
            xticks=pd.date_range(first, last, freq="YS"),
        )
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    listed = "; ".join(
        f"{name} {row.self_funding_ratio:.2f} ({row.period_end:%B %Y})"
        for name, row in ends.iterrows()
    )
    return Chart(
        figure,
        f"Line chart, one line a firm. {title}. Last values: {listed}.",
        ratios.reset_index(drop=True),
    )


def funding_mix(
    mix: pd.DataFrame, company: str, source: str, prediction: float | None = None
) -> Chart:
    """Where a firm's money came from, as shares of the whole: one bar a period, columns as in `MIX` (USD bn).

    prediction : the part from outside (percent) that you expect in the last period; drawn in when given.
    """
    mix = mix[list(MIX)].clip(lower=0)
    shares = 100 * mix.div(mix.sum(axis=1), axis=0)
    outside = 100 - shares["operating cash flow"]
    title = (
        f"Money from outside was {outside.iloc[-2]:.0f} % of {company}'s sources in {mix.index[-2]} "
        f"and {outside.iloc[-1]:.0f} % in {mix.index[-1]}"
    )
    shades = dict(zip(MIX, (0.35, 0.7, 1.0), strict=True))
    with course_style():
        figure, axes = sheet(title, source, height=1.9 + 0.42 * len(mix))
        for row, period in enumerate(mix.index):
            left = 0.0
            for part, hatch in MIX.items():
                share = shares.at[period, part]
                axes.barh(
                    row,
                    share,
                    left=left,
                    height=0.62,
                    color=colour(company),
                    alpha=shades[part],
                    hatch=hatch,
                    edgecolor="white",
                )
                if share >= 6:
                    axes.text(
                        left + share / 2,
                        row,
                        f"{mix.at[period, part]:.0f}",
                        ha="center",
                        va="center",
                        fontsize=9,
                        color=INK,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.85},
                    )
                left += share
        axes.set_yticks(range(len(mix)), mix.index)
        axes.invert_yaxis()
        axes.set(
            xlim=(0, 100), xlabel="Share of all money that came in, % (numbers in the bars: USD bn)"
        )
        axes.grid(axis="y", visible=False)
        drawn = prediction is not None and 0 <= prediction <= 100
        if drawn:
            at, last = 100 - prediction, len(mix) - 1  # outside money stands at the right end
            ends = [last - 0.42, last + 0.47]
            axes.plot([at, at], ends, color="white", linewidth=5)
            axes.plot([at, at], ends, color=ACCENT, linewidth=2.2, linestyle=":")
            axes.text(
                at,
                last + 0.5,
                f"your prediction: {prediction:g} % from outside",
                color=ACCENT,
                fontsize=9,
                ha="left" if at < 25 else "right" if at > 75 else "center",
                va="top",
            )
            axes.set_ylim(last + 1, -0.5)
        axes.legend(
            handles=[
                axes.barh(
                    0,
                    0,
                    color=colour(company),
                    alpha=shades[part],
                    hatch=hatch,
                    edgecolor="white",
                    label=part,
                )
                for part, hatch in MIX.items()
            ],
            loc="lower left",
            bbox_to_anchor=(0, 1.0),
            ncols=3,
            frameon=False,
            fontsize=9,
        )
    listed = "; ".join(
        f"{period}: " + ", ".join(f"{part} {mix.at[period, part]:.1f}" for part in MIX)
        for period in mix.index
    )
    told = f" Your prediction for {mix.index[-1]}: {prediction:g} % from outside." if drawn else ""
    return Chart(
        figure,
        f"Stacked bar chart in shares. {title}. In USD bn: {listed}.{told}",
        mix.reset_index(),
    )


def _spread(values: pd.Series, gap: float) -> Mapping[str, float]:
    """Label heights at least `gap` apart, lowest value first, none below its own value."""
    heights, floor = {}, float("-inf")
    for name, value in values.sort_values().items():
        floor = heights[name] = max(value, floor + gap)
    return heights
