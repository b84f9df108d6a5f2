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
    counts are plain, others hatched: a month counts no fewer people than one of its weeks, so the title gives a bound.
    """
    days = {"Newest counts on 3 March 2026": then, "Newest counts now": now}
    leads = [_lead(table) for table in days.values()]
    title = (
        f"ChatGPT's week exceeded X and Grok's month by {_at_least(leads[0])} on the article's day, "
        f"and by {'more' if leads[1] > leads[0] else 'less'} on the newest counts"
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
                    f"{line.value_millions:,.0f} {_PERIODS[line.metric]},\n{_day(line.date)}",
                    va="center",
                    fontsize=9,
                    color=ink(line.company),
                )
            axes.set_yticks(range(len(ordered)), ordered["product"])
            axes.set(xlabel="Users, million", xlim=(0, 1.46 * widest), ylim=(longest - 0.5, -0.6))
            axes.set_title(day, fontsize=9.5, color=QUIET)
            axes.xaxis.set_major_formatter("{x:,.0f}")
            axes.grid(axis="y", visible=False)
            axes.tick_params(axis="y", length=0, labelcolor=INK)
    table = pd.concat([part.assign(known=day) for day, part in days.items()], ignore_index=True)
    listed = "; ".join(
        f"{day}: "
        + ", ".join(
            f"{row.product} {row.value_millions:,.0f} million {_PERIODS[row.metric]} ({_day(row.date)})"
            for row in part.itertuples()
        )
        for day, part in days.items()
    )
    return Chart(
        figure,
        f"Two bar charts. {title}. {listed}.",
        table[["known", "company", "product", "date", "metric", "value_millions"]],
    )


def _lead(users: pd.DataFrame) -> float:
    counts = users.set_index("product")["value_millions"]
    return counts["ChatGPT"] / counts["X and Grok"]


def _at_least(lead: float) -> str:
    """A week over a month is a bound, so it is told in words."""
    if lead < 1:
        raise ValueError(
            f"ChatGPT's week is below X and Grok's month ({lead:.2f} times): nothing follows for a month of ChatGPT."
        )
    return "at least half" if lead >= 1.5 else f"at least {100 * (lead - 1):.0f} %"


def _day(date: pd.Timestamp) -> str:
    return f"{date.day} {date:%b %Y}"


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
