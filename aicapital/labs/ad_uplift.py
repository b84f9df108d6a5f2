"""Lab: the rise in ad revenue that pays for a model which is given away."""

import numpy as np
import pandas as pd

from ..data import load
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, QUIET, colour, ink
from ..models.complements import break_even_uplift_pct
from .lab import Control, Lab

COSTS = np.geomspace(0.05, 80, 60)
LOWEST, HIGHEST = 0.02, 200  # percent on the left panel
TOP = 62  # USD bn on the right panel
META, OPENAI = "Meta's ads", "OpenAI's revenue"
SHARES = (0.0, 0.1, 0.2, 0.4, 0.8, 1.0, 2.0, 4.0)


def ad_revenue(known_by: str | None = None) -> pd.Series:
    """Meta's advertising revenue by fiscal year (they end in December), USD bn."""
    rows = load("company_financials", known_by).query(
        "company == 'Meta' and segment == 'Advertising' and metric == 'revenue' and period_type == 'year'"
    )
    return rows.set_index(rows["period_end"].dt.year)["value_usd_bn"].sort_index()


def r_and_d(company: str, year: int) -> float:
    rows = load("company_financials").query(
        "company == @company and metric == 'r_and_d' and segment == '' and period == @period",
        local_dict={"company": company, "period": f"FY{year}"},
    )
    return float(rows["value_usd_bn"].iloc[0])


def genai_budget() -> float:
    return float(
        load("company_financials")
        .set_index("row_id")
        .at["fin_meta_fy2024_total_costs_genai", "value_usd_bn"]
    )


def ad_uplift(prediction: float | None = None) -> Lab:
    """Break-even uplift of core revenue, by the yearly cost of a free model.

    prediction : the uplift (percent) that you expect to pay for Meta's generative-AI budget of 2024; drawn in when given.
    """
    ads = ad_revenue()
    growth = ads.diff().dropna()
    first, last = int(growth.index[0]), int(ads.index[-1])
    financials = load("company_financials").set_index("row_id")["value_usd_bn"]
    openai = float(financials["fin_fy2025_revenue"])
    openai_rise = pd.Series({2025: openai - float(financials["fin_fy2024_revenue"])})
    budget, budget_core = genai_budget(), round(float(ads[2024]), 1)
    more_research = round(r_and_d("Meta", last) - r_and_d("Meta", 2022), 1)
    research = round(r_and_d("Meta", last), 1)
    cores = {round(value, 1): (META, year, growth) for year, value in ads.items()}
    cores[round(openai, 1)] = (OPENAI, 2025, openai_rise)
    revenues = tuple(sorted(cores))

    def model(cost, revenue, margin, forgone, savings):
        burden = max(cost + forgone - savings, 0.0)
        return {
            "uplift": break_even_uplift_pct(burden, revenue, margin),
            "curve": break_even_uplift_pct(
                np.maximum(COSTS + forgone - savings, 0.0),
                np.full_like(COSTS, revenue),
                np.full_like(COSTS, margin),
            ),
            "needed": burden / (margin / 100),
        }

    def scene():
        figure, (left, right) = sheet(
            "The same free model is small beside a large core, large beside a small one",
            "Ad revenue: Meta's filings, fiscal years ending in December, to 2025. OpenAI's revenue: leaked accounts. "
            "The share of one more dollar that is left over, and the savings, are assumptions.",
            height=4.4,
            ncols=2,
            width_ratios=(1.25, 1),
        )
        left.set(
            xscale="log",
            yscale="log",
            xlim=(COSTS[0], COSTS[-1]),
            ylim=(LOWEST, HIGHEST),
            xlabel="Yearly cost of the model, USD bn (log scale)",
            ylabel="Break-even uplift, % (log scale)",
        )
        for axis in (left.xaxis, left.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:g}")
        right.set(ylim=(-6, TOP), xlabel="Fiscal year", ylabel="Rise in revenue, USD bn")
        right.set_xticks(growth.index, [f"'{year % 100}" for year in growth.index])
        right.axhline(0, color=INK, linewidth=0.8)
        right.grid(axis="x", visible=False)
        right.set_xlim(first - 0.6, last + 0.6)
        return figure

    def yardstick(left, right, core):
        """What the chosen core gained: bars by year and, where it fits, a line at its growth."""
        name, year, rises = cores[core]
        company = "Meta" if name == META else "OpenAI"
        right.bar(rises.index, rises, color=colour(company), alpha=0.5, width=0.7)
        right.text(last + 0.5, -5, name, ha="right", fontsize=9.5, color=ink(company))
        for at, rise in rises.items():
            right.text(
                at,
                rise + 0.8 if rise > 0 else rise - 3,
                f"{rise:.0f}".replace("-", "−"),
                ha="center",
                fontsize=9,
                color=ink(company),
            )
        gained = rises.get(year, 0.0)
        growth_pct = 100 * gained / (core - gained)
        if LOWEST < growth_pct < HIGHEST:
            left.axhline(growth_pct, color=QUIET, linewidth=1.2, linestyle="--")
            words = f"growth of {name} in {year}"
            left.text(COSTS[0] * 1.1, growth_pct * 1.12, words, fontsize=9, color=QUIET)

    def draw(figure, result, values):
        left, right = figure.axes
        yardstick(left, right, values["revenue"])
        inside = (result["curve"] >= LOWEST) & (result["curve"] <= HIGHEST)
        left.plot(COSTS[inside], result["curve"][inside], color=INK)
        height = float(np.clip(result["uplift"], LOWEST * 1.1, HIGHEST * 0.9))
        left.plot([values["cost"]], [height], "o", color=INK, markersize=9)
        right_side = values["cost"] < 4
        left.text(
            values["cost"] * (1.25 if right_side else 0.8),
            height * (0.72 if right_side and height > LOWEST * 2 else 1.5),
            f"{_pct(result['uplift'])} needed",
            ha="left" if right_side else "right",
            va="center",
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
        )
        level = min(result["needed"], TOP - 4)
        right.axhline(level, color=INK, linewidth=2)
        words = f"extra revenue needed: {result['needed']:,.1f}"
        right.text(
            first - 0.5,
            level + 1.4 if level < TOP - 12 else level - 3.4,
            words + (" (off the axis)" if result["needed"] > TOP - 4 else ""),
            fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
        )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        if LOWEST <= prediction <= HIGHEST:
            left.axhline(prediction, color=ACCENT, linewidth=2, linestyle=":")
            left.text(
                COSTS[-1] * 0.9,
                prediction * 1.12 if prediction < HIGHEST / 2 else prediction * 0.75,
                "your prediction",
                color=ACCENT,
                fontsize=9,
                ha="right",
            )

    def sentence(result, values):
        core = f"a core of USD {values['revenue']:,g} bn"
        start = f"A model that costs USD {_amount(values['cost'])} bn a year"
        if values["forgone"]:
            start += f" and forgoes {_amount(values['forgone'])} bn of its own profit"
        if not result["needed"]:
            return (
                f"{start} needs no rise at all in {core}: outside work worth {_amount(values['savings'])} bn already pays for it. "
                "Ask who measured that saving."
            )
        if values["savings"]:
            start += f", less {_amount(values['savings'])} bn of outside work,"
        words = (
            f"{start} must raise {core} by {_pct(result['uplift'])}, at {values['margin']} % left of each extra dollar. "
            f"That is USD {_amount(result['needed'])} bn more revenue"
        )
        name, year, rises = cores[values["revenue"]]
        gained = rises.get(year, 0.0)
        if gained <= 0:
            return f"{words}."
        share = 100 * result["needed"] / gained
        return f"{words}, {share:,.0f} % of what {name} gained in {year}."

    stops = sorted({round(float(f"{c:.2g}"), 3) for c in COSTS} | {budget, more_research, research})
    usual = {"revenue": revenues[-1], "margin": 50, "forgone": 0.0, "savings": 0.0}
    return Lab(
        title="Lab: who pays for the free model?",
        controls=[
            Control("cost", "Yearly cost of the model, USD bn", tuple(stops), budget, _plain),
            Control("revenue", "Revenue of the core, USD bn", revenues, budget_core, _plain),
            Control(
                "margin",
                "Left of one more dollar, %",
                tuple(range(20, 91, 5)),
                50,
                str,
            ),
            Control(
                "forgone",
                "Profit forgone, USD bn a year",
                (0.0, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0),
                0.0,
                _plain,
            ),
            Control("savings", "Saved by outside work, USD bn", SHARES, 0.0, _plain),
        ],
        presets={
            "Meta's generative-AI budget, 2024": usual | {"cost": budget, "revenue": budget_core},
            f"Meta's extra research since 2022 ({last})": usual | {"cost": more_research},
            f"All of Meta's research ({last})": usual | {"cost": research},
            "The budget of 2024 at OpenAI's size": usual
            | {"cost": budget, "revenue": round(openai, 1)},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _plain(stop: float) -> str:
    return f"{stop:,g}"


def _amount(value: float) -> str:
    return f"{value:,.1f}" if value >= 1 else f"{value:.2f}"


def _pct(value: float) -> str:
    return f"{value:,.1f} %" if value >= 1 else f"{value:.2f} %"
