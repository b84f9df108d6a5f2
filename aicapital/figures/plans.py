"""Plans beside plans, revenue beside run rates, and labs beside telecom operators and clouds."""

import pandas as pd

from ..data import load
from .chart import Chart, sheet
from .style import ACCENT, INK, QUIET, colour, course_style, ink

VINTAGE_STYLES = (":", "--", "-", "-.")


def plan_vintages(table: pd.DataFrame, company: str, source: str) -> Chart:
    """Free cash flow by year, one line a vintage of the plan; never averaged.

    `table` has one row a year and one column a vintage, oldest first (USD bn; below zero: burn).
    """
    sums = table.sum()
    first, last = sums.index[0], sums.index[-1]
    title = (
        (
            f"Each plan burns more before it earns: {table.index[0]} to {table.index[-1]} together "
            f"{sums[first]:+.0f} in the plan of {first}, {sums[last]:+.0f} in that of {last} (USD bn)"
        )
        .replace("of Early", "of early")
        .replace("of Autumn", "of autumn")
    )
    with course_style():
        figure, axes = sheet(title, source, height=4.3)
        axes.axhline(0, color=INK, linewidth=0.9)
        for style, vintage in zip(VINTAGE_STYLES, table, strict=False):
            axes.plot(
                table.index, table[vintage], color=ink(company), linestyle=style, marker="o",
                markersize=4, alpha=1 if vintage == last else 0.7,
            )  # fmt: skip
            low = table[vintage].idxmin()
            axes.annotate(
                f"{vintage}: lowest {table.at[low, vintage]:.0f}",
                (low, table.at[low, vintage]),
                # The first line has room above it, the later ones below.
                (0, 16 if vintage == first else -14),
                textcoords="offset points",
                ha="center",
                fontsize=9,
                color=INK,
            )
        axes.set(
            xlabel="Calendar year", ylabel="Free cash flow, USD bn",
            ylim=(table.min().min() - 18, table.max().max() + 12),
            xlim=(table.index[0] - 0.4, table.index[-1] + 0.4),
        )  # fmt: skip
        axes.set_xticks(list(table.index))
    listed = "; ".join(
        f"{vintage}: " + ", ".join(f"{year} {value:.0f}" for year, value in table[vintage].items())
        for vintage in table
    )
    return Chart(figure, f"Line chart, one line a vintage. {title}. {listed}.", table.reset_index())


def revenue_and_run_rate(
    revenue: pd.Series, run_rate: pd.DataFrame, company: str, source: str, doubt: str = ""
) -> Chart:
    """Left: revenue of whole years as bars. Right: run rates as dots on their days. Two panels, for they are two measures.

    `revenue` is indexed by year; `run_rate` has date and value_usd_bn. USD bn. `doubt` says what speaks against the
    newest run rate, for the title.
    """
    newest = run_rate.sort_values("date").iloc[-1]
    title = (
        f"{company}'s revenue of {revenue.index[-1]} was {revenue.iloc[-1]:.1f}; a month of "
        f"{newest['date']:%B %Y} times 12 is {newest['value_usd_bn']:.0f}{doubt and ' ' + doubt} (USD bn)"
    )
    with course_style():
        figure, (left, right) = sheet(title, source, height=3.9, ncols=2, width_ratios=(1, 1.7))
        left.bar(revenue.index.astype(str), revenue, color=colour(company), width=0.6)
        for place, value in enumerate(revenue):
            left.text(place, value + 0.3, f"{value:.1f}", ha="center", fontsize=9)
        left.set(ylabel="Revenue of the year, USD bn", ylim=(0, 1.15 * revenue.max()))
        left.grid(axis="x", visible=False)
        right.plot(
            run_rate["date"], run_rate["value_usd_bn"], linestyle="none", marker="D",
            color=ink(company), markersize=5,
        )  # fmt: skip
        article = pd.Timestamp("2026-03-03")
        right.axvline(article, color=ACCENT, linewidth=1)
        right.text(
            article, 1.04 * run_rate["value_usd_bn"].max(), "the article's day ", ha="right",
            fontsize=9, color=ACCENT,
        )  # fmt: skip
        right.set(
            ylabel="A month x 12, USD bn a year",
            ylim=(0, 1.15 * run_rate["value_usd_bn"].max()),
            xlabel="Day of the run rate",
        )
        right.tick_params(axis="x", labelrotation=30)
    alt = (
        f"Two panels. {title}. Left, bars of revenue by year: "
        + ", ".join(f"{year} {value:.2f}" for year, value in revenue.items())
        + f". Right, {len(run_rate)} dots of run rates from {run_rate['date'].min():%B %Y} on."
    )
    return Chart(figure, alt, run_rate.reset_index(drop=True))


def peers() -> pd.DataFrame:
    """Operating margin and investment over revenue (percent) of telecom operators, clouds and labs, for `peer_margins`.

    Investment is capex; a lab that rents counts its computing instead, and a cloud the capex of the whole firm.
    """
    telecom = load("analogue_industries").query("group == 'telecom operator'")
    wide = telecom.pivot(index=["entity", "period"], columns="metric", values="value").dropna()
    rows = [
        (
            entity,
            "telecom operator",
            line["operating_income"],
            line["capex"],
            line["revenue"],
            line["revenue"],
            "",
        )
        for (entity, _), line in wide.iterrows()
    ]
    results = load("company_financials").query("period == 'FY2025'")
    books = results.pivot_table(
        index=["company", "segment"], columns="metric", values="value_usd_bn", aggfunc="last"
    )
    for firm, segment, name in (
        ("Amazon", "AWS", "AWS (Amazon)"),
        ("Alphabet", "", "Alphabet"),
        ("Microsoft", "", "Microsoft"),
        ("Oracle", "", "Oracle"),
    ):
        part, whole = books.loc[(firm, segment)], books.loc[(firm, "")]
        rows.append(
            (
                name,
                "cloud",
                part["operating_income"],
                whole["capex"],
                part["revenue"],
                whole["revenue"],
                firm,
            )
        )
    for firm in ("OpenAI", "Anthropic", "xAI"):
        line = books.loc[(firm, "")]
        spent = line["capex"] if firm == "xAI" else line["compute_spend"]
        rows.append(
            (firm, "AI lab", -line["operating_loss"], spent, line["revenue"], line["revenue"], firm)
        )
    table = pd.DataFrame(
        rows, columns=["firm", "group", "income", "spent", "sales", "sales_of_spender", "colour_of"]
    ).set_index("firm")
    return table.assign(
        operating_margin=100 * table["income"] / table["sales"],
        investment=100 * table["spent"] / table["sales_of_spender"],
    )


def peer_margins(peers: pd.DataFrame, source: str) -> Chart:
    """Operating margin and investment over revenue (percent), one row a firm, grouped.

    `peers` is indexed by firm, with group, operating_margin, investment and colour_of (a firm of the palette or empty).
    """
    telecom = peers.query("group == 'telecom operator'")
    labs = peers.query("group == 'AI lab'")
    title = (
        f"Telecom operators invest {telecom['investment'].min():.0f} to {telecom['investment'].max():.0f} % of revenue and earn "
        f"{telecom['operating_margin'].min():.0f} to {telecom['operating_margin'].max():.0f} %; "
        f"the labs put {labs['investment'].min():.0f} % and more into computing and lose more than they sell"
    )
    with course_style():
        figure, (left, right) = sheet(
            title, source, height=1.9 + 0.38 * len(peers), ncols=2, width_ratios=(1, 1)
        )
        for axes, column, label in (
            (left, "operating_margin", "Operating income / revenue, %"),
            (right, "investment", "Capex (labs: computing or capex) / revenue, %"),
        ):
            for row, (firm, line) in enumerate(peers.iterrows()):
                value = line[column]
                axes.barh(row, value, height=0.6, color=colour(line["colour_of"] or firm))
                side = "left" if value >= 0 else "right"
                axes.text(
                    value + (6 if value >= 0 else -6), row, f"{value:.0f}", ha=side, va="center",
                    fontsize=9,
                )  # fmt: skip
            axes.axvline(0, color=INK, linewidth=0.8)
            low, high = min(peers[column].min(), 0), max(peers[column].max(), 0)
            axes.set(
                xlabel=label, xlim=(low * 1.2 - 5, high * 1.15 + 20), ylim=(len(peers) - 0.4, -0.6)
            )
            axes.grid(axis="y", visible=False)
            axes.set_yticks(range(len(peers)), peers.index if axes is left else [""] * len(peers))
        for place in range(1, len(peers)):
            if peers["group"].iloc[place] != peers["group"].iloc[place - 1]:
                for axes in (left, right):
                    axes.axhline(place - 0.5, color=QUIET, linewidth=0.7, linestyle=":")
    listed = "; ".join(
        f"{firm} ({line['group']}): margin {line['operating_margin']:.0f}, investment {line['investment']:.0f}"
        for firm, line in peers.iterrows()
    )
    return Chart(
        figure, f"Two bar charts. {title}. In percent of revenue: {listed}.", peers.reset_index()
    )
