"""Lab: how far capex can rise before each firm needs outside money."""

import pandas as pd

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, QUIET, colour, ink
from ..models.self_funding import max_self_funded_growth, outside_money_by_growth
from .lab import Control, Lab

FIRMS = ("Alphabet", "Amazon", "Meta", "Microsoft", "Oracle")
# Each firm's own twelve months. Microsoft's year ends in June and Oracle's in May.
BASES = {
    "Fiscal years 2025": dict.fromkeys(FIRMS, "FY2025"),
    "Twelve months to mid-2026": dict.fromkeys(FIRMS, "TTM Q2 2026")
    | {"Microsoft": "FY2026", "Oracle": "FY2026"},
}
BEFORE, MID = BASES
ARTICLE = "2026-03-03"  # the day the article came out
LEFT, RIGHT = (-80, 180), (0, 600)  # limits of the axes: percent a year, USD bn
NOTHING = 0.05  # USD bn: less is rounding
LABEL = {"va": "center", "fontsize": 9}
PAPER_BEHIND = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}


def cash_flows(base: str) -> pd.DataFrame:
    """Operating cash flow and capex (USD bn) of each firm in the twelve months of `base`, one of `BASES`."""
    rows = load("company_financials").query("segment == ''")
    chosen = rows[rows["company"].map(BASES[base]).eq(rows["period"])]
    wide = chosen.pivot(index="company", columns="metric", values="value_usd_bn")
    return wide.loc[list(FIRMS), ["operating_cash_flow", "capex"]]


def planned_growth(firm: str) -> int:
    """Growth of capex in 2026 by the firm's own plan on the article's day, middle of its range, in whole percent."""
    plans = load("capex_guidance", known_by=ARTICLE).query(
        "company == @firm and fiscal_year == 'FY2026'"
    )
    middle = plans[["low_usd_bn", "high_usd_bn"]].iloc[-1].mean()
    return round(100 * (middle / cash_flows(BEFORE).at[firm, "capex"] - 1))


def as_in_2025() -> dict[str, int]:
    """Alphabet on the article's day, in whole percent: planned growth of capex, growth of cash flow in 2025, payouts of it."""
    year = load("company_financials", known_by=ARTICLE).query(
        "company == 'Alphabet' and segment == '' and period_type == 'year'"
    )
    year = year.pivot(index="period", columns="metric", values="value_usd_bn")
    own = year["operating_cash_flow"]
    paid_out = year.loc["FY2025", ["share_repurchases", "dividends"]].sum()
    return {
        "capex_growth": planned_growth("Alphabet"),
        "ocf_growth": round(100 * (own["FY2025"] / own["FY2024"] - 1)),
        "payouts": round(100 * paid_out / own["FY2025"]),
    }


def self_funding(prediction: float | None = None) -> Lab:
    """Highest capex growth that each firm pays from its own money, and what it needs from outside beyond that.

    prediction : the growth of Alphabet's capex (percent) up to which you expect it to need no outside money; drawn in when given.
    """
    flows = {base: list(cash_flows(base).itertuples(name=None)) for base in BASES}
    then = as_in_2025()
    article = then | {"cash_used": 0, "years": 1, "base": BEFORE}
    # Amazon pays nothing out.
    amazon = {"capex_growth": planned_growth("Amazon"), "payouts": 0}

    def model(capex_growth, ocf_growth, payouts, cash_used, years, base):
        rows = {}
        for firm, own, capex in flows[base]:
            terms = {
                "operating_cash_flow": own,
                "capex": capex,
                "years": years,
                "ocf_growth_pct": ocf_growth,
                "opening_cash": cash_used / 100 * own,
                "payouts": payouts / 100 * own,
            }
            rows[firm] = (
                max_self_funded_growth(**terms),
                outside_money_by_growth(capex_growth, **terms),
            )
        return pd.DataFrame(rows, index=["limit", "outside"]).T

    def scene():
        figure, (left, right) = sheet(
            "Each firm can raise capex up to its bar; beyond it, own money is not enough",
            "Operating cash flow and capex (without finance leases): companies' filings to July 2026. Each firm's own fiscal years: "
            "December; Microsoft June; Oracle May. Growth, payouts and use of cash are yours, one choice for all; nothing raised is paid back.",
            height=4.3,
            ncols=2,
            width_ratios=(1.55, 1),
        )
        left.set(xlim=LEFT, ylim=(len(FIRMS) - 0.4, -0.75), xlabel="Growth of capex, % a year")
        left.set_yticks(range(len(FIRMS)), FIRMS)
        left.axvline(0, color=INK, linewidth=0.8)
        right.set(
            xlim=RIGHT, ylim=(len(FIRMS) - 0.4, -0.75), xlabel="Outside money needed in all, USD bn"
        )
        right.set_yticks([])
        for axes in (left, right):
            axes.grid(axis="y", visible=False)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        growth = values["capex_growth"]
        for row, (firm, reach, outside) in enumerate(result.itertuples(name=None)):
            short = outside > NOTHING
            limit = min(max(reach, LEFT[0]), LEFT[1])
            block(
                left,
                min(limit, 0),
                row,
                abs(limit),
                0.5,
                facecolor=colour(firm),
                alpha=0.4 if short else 0.9,
            )
            # On the other side of zero, where the bar is not.
            left.text(
                -2 if limit > 0 else 2,
                row,
                _percent(reach),
                **LABEL,
                ha="right" if limit > 0 else "left",
                color=ink(firm),
                bbox=PAPER_BEHIND if abs(growth) < 45 else None,
            )
            drawn = min(outside, RIGHT[1])
            block(right, 0, row, drawn, 0.5, facecolor=colour(firm))
            full = drawn > 0.7 * RIGHT[1]
            right.text(
                0.68 * RIGHT[1] if full else drawn + 8,
                row,
                f"{outside:,.0f}" if short else "none",
                ha="right" if full else "left",
                color=INK if short else QUIET,
                bbox=PAPER_BEHIND if full else None,
                **LABEL,
            )
        left.axvline(growth, color=INK, linewidth=2)
        side = "right" if growth > 60 else "left"
        left.text(
            growth,
            -0.5,
            f" your choice {growth:+d} % ",
            ha=side,
            va="center",
            fontsize=9,
            color=INK,
        )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        if LEFT[0] <= prediction <= LEFT[1]:
            left.plot([prediction], [0], marker="D", color=ACCENT, markersize=7)
            words = " your prediction "
            left.text(
                prediction,
                0.42,
                words,
                color=ACCENT,
                fontsize=9,
                ha="right" if prediction > 60 else "left",
                va="center",
            )

    def sentence(result, values):
        alphabet = result.loc["Alphabet"]
        needy = result[result["outside"] > NOTHING]["outside"].sort_values(ascending=False)
        span = "for one year" if values["years"] == 1 else f"a year for {values['years']} years"
        words = (
            f"From the {values['base'].lower()}: Alphabet's own money pays for a capex growth of at most {_percent(alphabet['limit'])} {span}. "
            f"At {values['capex_growth']:+d} % "
        )
        if needy.empty:
            return words + "and these terms for all, no firm here needs outside money."
        listed = ", ".join(
            f"{firm} {amount:,.0f}" if amount >= 0.5 else f"{firm} under 1"
            for firm, amount in needy.items()
        )
        return (
            words
            + f"and these terms for all, {len(needy)} of {len(FIRMS)} need outside money (USD bn): {listed}."
        )

    return Lab(
        title="Lab: how far does own money reach?",
        controls=[
            Control(
                "capex_growth",
                "Growth of capex, % a year",
                _with(range(-40, 151, 2), then["capex_growth"]),
                then["capex_growth"],
                lambda stop: f"{stop:+d}",
            ),
            Control(
                "ocf_growth",
                "Growth of cash flow, % a year",
                _with(range(-10, 41, 2), then["ocf_growth"]),
                then["ocf_growth"],
                lambda stop: f"{stop:+d}",
            ),
            Control(
                "payouts",
                "Payouts, % of last year's cash flow",
                tuple(range(0, 51, 2)),
                then["payouts"],
            ),
            Control(
                "cash_used", "Cash used, % of the same cash flow", tuple(range(0, 81, 4)), 0
            ),
            Control("years", "Years", (1, 2, 3, 4, 5), 1),
            Control("base", "Last year's numbers", tuple(BASES), BEFORE),
        ],
        presets={
            "3 March 2026: Alphabet's plan, payouts as in 2025": article,
            "Alphabet's plan without payouts": article | {"payouts": 0},
            "3 March 2026: Amazon's plan, no payouts": article | amazon,
            "Alphabet's plan and payouts, paid from cash": article | {"cash_used": 16},
            "From mid-2026: +50 % for two years": {
                "capex_growth": 50, "ocf_growth": 20, "payouts": 0, "cash_used": 0, "years": 2, "base": MID,
            },
            "A bad year: cash flow -10 %": article | {"capex_growth": 20, "ocf_growth": -10, "base": MID},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )  # fmt: skip


def _with(stops: range, extra: int) -> tuple[int, ...]:
    return tuple(sorted({*stops, extra}))


def _percent(growth: float) -> str:
    """A growth limit in words; -100 % and less means that own money pays for no capex at all."""
    return f"{round(growth):+d} %" if growth > -99.5 else "-100 % (none)"
