"""Lab: how long the money lasts, as a fan of simulated cash balances."""

import numpy as np

from ..data.assumptions import assumed, assumptions, ranges
from ..data.tables import until_tables_change
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, QUIET, colour, ink
from ..models.runway import (
    FIRST_YEAR,
    INPUTS,
    cash_paths,
    contract_schedule,
    draw_inputs,
    draw_shocks,
)
from .circular_flows import openai_purchases
from .lab import Control, Lab, with_stop

YEARS, SEED, LAB_PATHS = 10, 8, 2000
NO_LIMIT = 1e9  # USD bn: more than anybody will pay
TOP, BOTTOM = 400, -300


def plan_inputs(known_by: str | None = None) -> dict[str, float]:
    """The cash plan's inputs at base; before May 2026 no limit of the payments to Microsoft was known."""
    values = assumed("cash_plan")
    if "microsoft_cap" not in assumed("cash_plan", known_by):
        values["microsoft_cap"] = NO_LIMIT
    return values


def plan_ranges() -> dict[str, tuple[float, float]]:
    """Low and high of each input that has a range and enters the paths."""
    return {item: pair for item, pair in ranges("cash_plan").items() if item in INPUTS}


def new_money(round_2026: float, later: float = 0.0, year: float | None = None) -> np.ndarray:
    """The round of 2026 and one later round, by year (USD bn); the later one in the year of the assumptions."""
    money = np.zeros(YEARS)
    money[0] = round_2026
    money[int(year or assumed("cash_plan")["later_year"]) - FIRST_YEAR] += later
    return money


def contracts_due(
    term: float | None = None, rising: bool = True, known_by: str | None = None
) -> np.ndarray:
    """What OpenAI's signed contracts demand by year from 2026 on (USD bn).

    term : years of a contract that publishes none; without it, as assumed.
    """
    return _due(int(term or assumed("cash_plan")["contract_term"]), rising, known_by)


@until_tables_change
def _due(term: int, rising: bool, known_by: str | None) -> np.ndarray:
    return contract_schedule(openai_purchases(term, known_by), YEARS, rising)


def runway(prediction: float | None = None) -> Lab:
    """Cash at the end of each year: a fan of simulated paths, and the part of them that has run dry.

    prediction : the part of the paths (percent) that have run dry by 2030; drawn in when given.
    """
    given, base = assumptions("cash_plan"), plan_inputs()
    term, year = int(base["contract_term"]), int(base["later_year"])
    due = contracts_due(term)
    drawn = draw_inputs(base, plan_ranges(), LAB_PATHS, SEED)
    shocks = draw_shocks(base["growth_shock"], LAB_PATHS, YEARS, SEED + 1)
    years = np.arange(2026, 2026 + YEARS)

    def model(growth, research, margin, round_2026, later_round, binding):
        inputs = dict(drawn)
        for name in ("consumer_growth", "business_growth", "api_growth"):
            inputs[name] = drawn[name] * growth / 100
        for name in ("research_share_2028", "research_share_2030"):
            inputs[name] = drawn[name] * research / 100
        inputs["gross_margin_2030"] = drawn["gross_margin_2030"] + margin
        inputs["binding_share"] = drawn["binding_share"] * binding / 100
        paths = cash_paths(inputs, due, new_money(round_2026, later_round, year), shocks)
        ordered = np.sort(paths.cash.astype(np.float32), axis=0)
        bands = ordered[[int(share * (LAB_PATHS - 1)) for share in (0.1, 0.25, 0.5, 0.75, 0.9)]]
        return {"bands": bands, "dry": paths.dry_by}

    def scene():
        figure, (left, right) = sheet(
            "The same plan can end in a surplus or without cash: the range is the message",
            f"{LAB_PATHS:,} simulated paths; inputs drawn from the ranges listed below, each by itself. Nominal USD; no interest, tax or debt; "
            f"a path that runs out gets no rescue. Contracts rise over their terms; {term} years where none is published. Payments to Microsoft end at their limit of May 2026. As of October 2026.",
            height=4.5,
            ncols=2,
            width_ratios=(1.6, 1),
        )
        left.axhline(0, color=INK, linewidth=1.2)
        left.set(
            xlim=(2025.6, 2035.4), ylim=(BOTTOM, TOP), xlabel="Calendar year",
            ylabel="Cash at the end of the year, USD bn",
        )  # fmt: skip
        left.text(
            2026.2, -245, "dark: half of the paths\npale: eight of ten; line: middle", fontsize=9,
            color=QUIET, va="center",
        )  # fmt: skip
        right.set(
            xlim=(2025.4, 2035.6), ylim=(0, 108), xlabel="Calendar year",
            ylabel="Paths that have run dry by then, %",
        )  # fmt: skip
        for axes in (left, right):
            axes.set_xticks(range(2026, 2036, 3))
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        bands = np.clip(result["bands"], BOTTOM, TOP)
        for low, high, strength in ((0, 4, 0.22), (1, 3, 0.4)):
            left.fill_between(
                years, bands[low], bands[high], color=colour("OpenAI"), alpha=strength, linewidth=0
            )
        left.plot(years, bands[2], color=ink("OpenAI"))
        right.plot(years, result["dry"], color=ink("OpenAI"), drawstyle="steps-mid")
        at = result["dry"][4]
        right.text(
            2030, min(at + 5, 101), f"2030: {at:.0f} %", fontsize=9, ha="right", color=ink("OpenAI")
        )

    def mark(figure, result, values, prediction):
        _, right = figure.axes
        if 0 <= prediction <= 100:
            right.plot([2030], [prediction], marker="D", color=ACCENT, markersize=7)
            right.text(
                2030.4, min(max(prediction - 6, 2), 98), "your prediction", color=ACCENT, fontsize=9
            )

    def sentence(result, values):
        dry, middle = result["dry"], result["bands"][2]
        first = next((year for year, part in zip(years, dry, strict=True) if part >= 50), None)
        words = (
            f"Half of the paths have run dry by {first}"
            if first
            else f"By {years[-1]} {dry[-1]:.0f} % of the paths have run dry"
        )
        low, high = result["bands"][[0, 4], 4]
        return (
            f"{words}; by 2028 it is {dry[2]:.0f} %, by 2030 {dry[4]:.0f} %. The middle path ends 2030 with USD {_bn(middle[4])} bn, "
            f"eight of ten paths lie between {_bn(low)} and {_bn(high)}. New money: {values['round_2026']} in 2026 and {values['later_round']} in {year}."
        )

    usual = {
        "growth": 100,
        "research": 100,
        "margin": 0,
        "round_2026": int(base["round_2026"]),
        "later_round": int(base["later_round"]),
        "binding": 100,
    }
    return Lab(
        title="Lab: how long does the money last?",
        controls=[
            Control("growth", "Growth of revenue, % of the assumed", tuple(range(50, 151, 5)), 100),
            Control("research", "Research computing, % of the assumed", tuple(sorted({*range(50, 131, 4), 100})), 100),
            Control("margin", "Gross margin, points more or less", tuple(range(-20, 21, 2)), 0, lambda stop: f"{stop:+d}"),
            Control("round_2026", "New money of the 2026 round, USD bn", with_stop((75, 110, 122), usual["round_2026"]), usual["round_2026"]),
            Control("later_round", f"A later round, in {year}, USD bn", with_stop(range(0, 301, 10), usual["later_round"]), usual["later_round"]),
            Control("binding", "Binding contracts, % of the assumed", tuple(range(0, 101, 10)), 100),
        ],
        presets={
            "As assumed, no further round": usual,
            "75 in 2026: without Amazon's conditional part": usual | {"round_2026": 75},
            "Growth a quarter slower": usual | {"growth": 75},
            f"The same, with 200 raised in {year}": usual | {"growth": 75, "later_round": 200},
            "Research a third below the assumed": usual | {"research": 66},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[given],
        mark=mark,
        prediction=prediction,
    )  # fmt: skip


def _bn(amount: float) -> str:
    return f"{round(float(amount)) + 0:,.0f}"
