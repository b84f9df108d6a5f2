"""Lab: what growth a valuation implies."""

import numpy as np

from ..data import load
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET, colour, ink
from ..models.valuation import GrowthCase, implied_growth
from .lab import Control, Lab

RIGHT, TOP = 120, 3000  # limits of the axes: percent a year, USD bn


def openai_case(**changes) -> GrowthCase:
    """OpenAI at the base values of the reverse DCF, from the revenue of 2025 known on the article's day."""
    rows = load("model_inputs_08").set_index(["model", "item"])["value"]
    given, revenue = rows["reverse_dcf"], rows["cash_plan", "revenue_2025"]
    usual = {
        "first_margin_pct": given["first_margin"],
        "mature_margin_pct": given["mature_margin"],
        "rate_pct": given["wacc"],
        "horizon_growth_pct": given["horizon_growth"],
        "years": int(given["years"]),
    }
    return GrowthCase(revenue, **(usual | changes))


def net_cash_before_round() -> float:
    """Cash before the 2026 round (USD bn): a post-money value less this and less the new money is the firm's value."""
    return load("model_inputs_08").set_index("row_id")["value"]["as_cash_plan_opening_cash"]


def plan_growth() -> float:
    """Yearly growth of revenue from 2025 to 2030 in the plan of February 2026 (percent)."""
    plan = (
        load("forecast_vintages")
        .set_index("row_id")
        .loc["fv_february_2026_revenue_fy2030", "value_usd_bn"]
    )
    revenue = load("model_inputs_08").set_index("row_id")["value"]["as_cash_plan_revenue_2025"]
    return 100 * ((plan / revenue) ** (1 / 5) - 1)


def reverse_dcf(prediction: float | None = None) -> Lab:
    """Value of the firm by growth of revenue, and the growth at which it meets the price.

    prediction : the growth of revenue (percent a year over ten years) that 730 bn pre-money implies; drawn in when given.
    """
    cash, planned = net_cash_before_round(), plan_growth()
    growths = np.arange(0.0, RIGHT + 1.0, 2.0)

    def model(pre_money, wacc, margin, years, horizon, timing):
        case = openai_case(
            mature_margin_pct=float(margin), rate_pct=float(wacc), years=years,
            horizon_growth_pct=float(horizon), mid_year=timing == MIDDLE,
        )  # fmt: skip
        target = pre_money - cash
        found = implied_growth(target, case)
        last = case.revenue * (1 + found.growth_pct / 100) ** years if found.found else None
        return {"target": target, "curve": case.value(growths), "implied": found, "last": last}

    def scene():
        figure, axes = sheet(
            "The price of a share is a claim about growth: read off which",
            "Firm value = pre-money less cash of USD 40 bn. Revenue from 2025's 13.1 at one growth; free cash flow from -61 % of revenue in equal steps to the "
            "margin you choose; then growth for ever. The price moves, the revenue stays that of 2025. Nominal, after tax. Plan: CNBC, February 2026.",
            height=4.4,
        )
        axes.set(
            xlim=(0, RIGHT), ylim=(0, TOP), xlabel="Growth of revenue, % a year",
            ylabel="Value of the firm, USD bn",
        )  # fmt: skip
        axes.yaxis.set_major_formatter("{x:,.0f}")
        axes.axvline(planned, color=QUIET, linewidth=1, linestyle=":")
        # Low on the right, where the curve seldom comes.
        axes.text(
            planned + 0.8,
            300,
            f"plan of February 2026:\n{planned:.0f} % a year to 2030",
            fontsize=9,
            color=QUIET,
            va="center",
        )
        return figure

    def draw(figure, result, values):
        axes = figure.axes[0]
        inside = (result["curve"] >= 0) & (result["curve"] <= 1.02 * TOP)
        axes.plot(growths[inside], result["curve"][inside], color=ink("OpenAI"))
        target = result["target"]
        axes.plot([0, RIGHT], [target, target], color=INK, linewidth=1.4, linestyle="--")
        axes.text(
            1,
            target + 40,
            f"price: {values['pre_money']:,} less cash {cash:.0f}",
            fontsize=9,
            va="bottom",
        )
        found = result["implied"]
        if found.found and found.growth_pct <= RIGHT and found.growth_pct >= 0:
            axes.plot([found.growth_pct], [target], "o", color=colour("OpenAI"), markersize=9)
            # Right of the curve and under the price; for a low price, left of the curve and above the price's own words.
            low = target <= 300
            axes.text(
                max(found.growth_pct - 1.5, 13) if low else found.growth_pct + 1.5,
                target + 270 if low else target - 110,
                f"{found.growth_pct:.0f} % a year",
                fontsize=9.5,
                ha="right" if low else "left",
                color=ink("OpenAI"),
            )
        elif not found.found:
            axes.text(60, 1500, "no growth gives this price", fontsize=11, ha="center", color=INK)

    def mark(figure, result, values, prediction):
        axes = figure.axes[0]
        if 0 <= prediction <= RIGHT:
            axes.plot([prediction], [60], marker="D", color=ACCENT, markersize=7)
            axes.text(
                prediction + (1.5 if prediction < 95 else -1.5), 60, "your prediction", color=ACCENT, fontsize=9, va="center",
                ha="left" if prediction < 95 else "right", bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.9, "pad": 1},
            )  # fmt: skip

    def sentence(result, values):
        found, years = result["implied"], values["years"]
        terms = f"At {values['wacc']} % a year, a mature margin of {values['margin']} % and {values['horizon']} % growth after {years} years,"
        if not found.found:
            return f"{terms} {values['pre_money']:,} bn has no answer: {found.reason}."
        last = "more than 10,000" if result["last"] > 1e4 else f"{result['last']:,.0f}"
        return (
            f"{terms} a pre-money value of USD {values['pre_money']:,} bn implies growth of {found.growth_pct:.0f} % a year: "
            f"revenue of {last} bn in {2025 + years}."
        )

    usual = {"pre_money": 730, "wacc": 12, "margin": 25, "years": 10, "horizon": 3, "timing": END}
    return Lab(
        title="Lab: what must be true for the price to be right?",
        controls=[
            Control("pre_money", "Pre-money value, USD bn", tuple(sorted({*range(100, 1601, 50), 730})), 730, lambda stop: f"{stop:,}"),
            Control("wacc", "Discount rate, % a year", tuple(range(7, 21)), 12),
            Control("margin", "Last free cash flow, % of revenue", tuple(range(-10, 51, 5)), 25),
            Control("years", "Years of the forecast", (5, 6, 7, 8, 9, 10, 12, 15), 10),
            Control("horizon", "Growth after that, % a year", (0, 1, 2, 3, 4, 5), 3),
            Control("timing", "Cash flows come", (END, MIDDLE), END),
        ],
        presets={
            "27 February 2026: 730 before the money": usual,
            "A telecom's margin: 10 %": usual | {"margin": 10},
            "No profit ever": usual | {"margin": -10},
            "1,400, as in the talks of September 2026": usual | {"pre_money": 1400},
            "150, as before the round of October 2024": usual | {"pre_money": 150},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )  # fmt: skip


END, MIDDLE = "at the end of each year", "in the middle of each year"
