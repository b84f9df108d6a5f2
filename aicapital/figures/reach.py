"""People reached by a product, and what a firm's revenue is made of."""

from collections.abc import Mapping, Sequence

import pandas as pd

from .chart import Chart, sheet
from .style import ACCENT, HATCHES, INK, QUIET, colour, course_style, ink

_PERIODS = {
    "weekly_active_users": "a week",
    "monthly_active_users": "a month",
    "daily_active_people": "a day",
}


def reach_on_two_days(then: pd.DataFrame, now: pd.DataFrame, source: str) -> Chart:
    """Users of ChatGPT beside those of X and Grok, as known on two days.

    Both tables hold rows of `users`, one a product, ChatGPT and "X and Grok" among them. Bars of weekly
    counts are plain, others hatched: a month counts more people than a week does.
    """
    days = {"Known on 3 March 2026": then, "Known now": now}
    leads = [_lead(table) for table in days.values()]
    title = (
        f"ChatGPT reached {leads[0]:.1f} times as many people in a week as X and Grok in a month; "
        f"now {leads[1]:.1f} times"
    )
    longest = max(len(then), len(now))
    with course_style():
        figure, panels = sheet(title, source, height=2.1 + 0.5 * longest, ncols=2)
        figure.get_layout_engine().set(wspace=0.08)
        widest = max(table["value_millions"].max() for table in days.values())
        for axes, (day, table) in zip(panels, days.items(), strict=True):
            ordered = table.sort_values("value_millions", ascending=False)
            for row, line in enumerate(ordered.itertuples()):
                weekly = line.metric == "weekly_active_users"
                axes.barh(
                    row,
                    line.value_millions,
                    height=0.6,
                    color=colour(line.company),
                    alpha=1.0 if weekly else 0.65,
                    hatch=None if weekly else "//",
                    edgecolor="white",
                )
                axes.text(
                    line.value_millions + 0.015 * widest,
                    row,
                    f"{line.value_millions:,.0f} {_PERIODS[line.metric]}",
                    va="center",
                    fontsize=9,
                    color=ink(line.company),
                )
            axes.set_yticks(range(len(ordered)), ordered["product"])
            axes.set(xlabel="Users, million", xlim=(0, 1.42 * widest), ylim=(longest - 0.5, -0.6))
            axes.set_title(day, fontsize=9.5, color=QUIET)
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0, labelcolor=INK)
    table = pd.concat([part.assign(known=day) for day, part in days.items()], ignore_index=True)
    listed = "; ".join(
        f"{day}: "
        + ", ".join(
            f"{row.product} {row.value_millions:,.0f} million {_PERIODS[row.metric]}"
            for row in part.itertuples()
        )
        for day, part in days.items()
    )
    return Chart(
        figure,
        f"Two bar charts. {title}. {listed}.",
        table[["known", "company", "product", "metric", "value_millions"]],
    )


def _lead(users: pd.DataFrame) -> float:
    counts = users.set_index("product")["value_millions"]
    return counts["ChatGPT"] / counts["X and Grok"]


def revenue_shares(
    periods: Mapping[str, Mapping[str, float]], stream: str, company: str, source: str
) -> Chart:
    """One bar a period, cut into streams (USD bn); the title follows the share of `stream`.

    Shares make a year and a quarter comparable; the amounts stand in the table.
    """
    streams: Sequence[str] = list(
        dict.fromkeys(name for parts in periods.values() for name in parts)
    )
    shares = {
        period: {name: 100 * value / sum(parts.values()) for name, value in parts.items()}
        for period, parts in periods.items()
    }
    first, last = list(periods)[0], list(periods)[-1]
    title = (
        f"{stream} went from {shares[first][stream]:.0f} % of revenue ({first}) "
        f"to {shares[last][stream]:.0f} % ({last})"
    )
    tones = {name: 1.0 - 0.3 * place for place, name in enumerate(streams)}
    with course_style():
        figure, axes = sheet(title, source, height=1.7 + 0.85 * len(periods))
        for row, parts in enumerate(shares.values()):
            left = 0.0
            for place, (name, share) in enumerate(parts.items()):
                axes.barh(
                    row,
                    share,
                    left=left,
                    height=0.45,
                    color=colour(company),
                    alpha=max(tones[name], 0.2),
                    hatch=HATCHES[streams.index(name)] or None,
                    edgecolor="white",
                )
                # Every second label stands below its bar, so that neighbours do not meet.
                above = place % 2 == 0
                axes.text(
                    left + 0.4 if left < 80 else left + share,
                    row + (-0.26 if above else 0.26),
                    f"{name}, {share:.0f} %",
                    ha="left" if left < 80 else "right",
                    va="bottom" if above else "top",
                    fontsize=9,
                    color=ACCENT if name == stream else INK,
                )
                left += share
        labels = [
            f"{period}\nUSD {sum(parts.values()):.1f} bn" for period, parts in periods.items()
        ]
        axes.set_yticks(range(len(periods)), labels)
        axes.set(xlabel="Share of revenue, %", xlim=(0, 100), ylim=(len(periods) - 0.4, -0.6))
        axes.grid(axis="y", visible=False)
        axes.tick_params(axis="y", length=0, labelcolor=INK)
    listed = "; ".join(
        f"{period}: " + ", ".join(f"{name} {share:.0f} %" for name, share in parts.items())
        for period, parts in shares.items()
    )
    table = pd.DataFrame(
        [
            (period, name, value, shares[period][name])
            for period, parts in periods.items()
            for name, value in parts.items()
        ],
        columns=["period", "stream", "value_usd_bn", "share_pct"],
    )
    return Chart(figure, f"Stacked bar chart of revenue shares in %. {title}. {listed}.", table)
