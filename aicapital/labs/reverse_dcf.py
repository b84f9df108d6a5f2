"""Lab: what growth a valuation implies."""

from dataclasses import replace

import numpy as np

from ..data import load
from ..data.assumptions import assumed, assumptions, plain, published
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET, colour, ink
from ..models.valuation import GrowthCase, implied_growth
from .lab import Control, Lab, with_stop

RIGHT, TOP = 120, 3000  # limits of the axes: percent a year, USD bn


def openai_case(**changes) -> GrowthCase:
    """OpenAI at the base values of the reverse DCF, from the revenue of 2025 known on the article's day."""
    given = assumed("reverse_dcf")
    usual = {
        "first_margin_pct": given["first_margin"],
        "mature_margin_pct": given["mature_margin"],
        "rate_pct": given["wacc"],
        "horizon_growth_pct": given["horizon_growth"],
        "years": int(given["years"]),
    }
    return GrowthCase(given["revenue_2025"], **(usual | changes))


def net_cash_before_round() -> float:
    """Cash before the 2026 round (USD bn): a post-money value less this and less the new money is the firm's value."""
    return assumed("reverse_dcf")["opening_cash"]


def plan_growth() -> float:
    """Yearly growth of revenue from 2025 to 2030 in the plan of February 2026 (percent)."""
    plan = (
        load("forecast_vintages")
        .set_index("row_id")
        .loc["fv_february_2026_revenue_fy2030", "value_usd_bn"]
    )
    return 100 * ((plan / assumed("reverse_dcf")["revenue_2025"]) ** (1 / 5) - 1)


def reverse_dcf(prediction: float | None = None) -> Lab:
    """Value of the firm by growth of revenue, and the growth at which it meets the price.

    prediction : the growth of revenue (percent a year over ten years) that 730 bn pre-money implies; drawn in when given.
    """
    cash, planned = net_cash_before_round(), plan_growth()
    growths = np.arange(0.0, RIGHT + 1.0, 2.0)
    given, base = assumptions("reverse_dcf"), openai_case()
    close = "oai_2026_close"
    paid = load("funding_rounds").set_index("row_id").at[close, "pre_money_usd_bn"]
    words = "Pre-money value of the round of 2026"
    price = published("funding_rounds", [(close, "pre_money_usd_bn", "USD bn", words)])

    def model(pre_money, wacc, mature_margin, years, horizon_growth, timing):
        case = replace(
            base, mature_margin_pct=float(mature_margin), rate_pct=float(wacc), years=years,
            horizon_growth_pct=float(horizon_growth), mid_year=timing == MIDDLE,
        )  # fmt: skip
        target = pre_money - cash
        found = implied_growth(target, case)
        last = case.revenue * (1 + found.growth_pct / 100) ** years if found.found else None
        return {"target": target, "curve": case.value(growths), "implied": found, "last": last}

    def scene():
        figure, axes = sheet(
            "The price of a share is a claim about growth: read off which",
            f"Firm value = pre-money less cash of USD {plain(cash)} bn. Revenue from 2025's {plain(base.revenue)} at one growth; free cash flow from {plain(base.first_margin_pct)} % of revenue "
            "in equal steps to the margin you choose; then growth for ever. The price moves, the revenue stays that of 2025. Nominal, after tax. Plan: CNBC, February 2026.",
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
                target + 270 if low else target - 190,
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
        terms = f"At {values['wacc']} % a year, a mature margin of {values['mature_margin']} % and {values['horizon_growth']} % growth after {years} years,"
        if not found.found:
            return f"{terms} {values['pre_money']:,} bn has no answer: {found.reason}."
        last = "more than 10,000" if result["last"] > 1e4 else f"{result['last']:,.0f}"
        return (
            f"{terms} a pre-money value of USD {values['pre_money']:,} bn implies growth of {found.growth_pct:.0f} % a year: "
            f"revenue of {last} bn in {2025 + years}."
        )

    usual = {"pre_money": int(paid), "timing": END} | {
        name: int(given.at[name, "value"])
        for name in ("wacc", "mature_margin", "years", "horizon_growth")
    }
    return Lab(
        title="Lab: what must be true for the price to be right?",
        controls=[
            Control("pre_money", "Pre-money value, USD bn", with_stop(range(100, 1601, 50), usual["pre_money"]), usual["pre_money"], lambda stop: f"{stop:,}"),
            Control("wacc", "Discount rate, % a year", with_stop(range(7, 21), usual["wacc"]), usual["wacc"]),
            Control("mature_margin", "Last free cash flow, % of revenue", with_stop(range(-10, 51, 5), usual["mature_margin"]), usual["mature_margin"]),
            Control("years", "Years of the forecast", with_stop((5, 6, 7, 8, 9, 10, 12, 15), usual["years"]), usual["years"]),
            Control("horizon_growth", "Growth after that, % a year", with_stop(range(6), usual["horizon_growth"]), usual["horizon_growth"]),
            Control("timing", "Cash flows come", (END, MIDDLE), END),
        ],
        presets={
            "27 February 2026: 730 before the money": usual,
            "A telecom's margin: 10 %": usual | {"mature_margin": 10},
            "No profit ever": usual | {"mature_margin": -10},
            "1,400, as in the talks of September 2026": usual | {"pre_money": 1400},
            "150, as before the round of October 2024": usual | {"pre_money": 150},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[given, price.rename(index={close: "pre_money"})],
        mark=mark,
        prediction=prediction,
    )  # fmt: skip


END, MIDDLE = "at the end of each year", "in the middle of each year"
