"""Lab: the volume from which an own chip is cheaper than a bought one."""

import math

import numpy as np
import pandas as pd

from ..data import load
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, colour, ink
from ..models.make_or_buy import MakeOrBuy
from .lab import Control, Lab

VOLUMES = tuple(float(f"{value:.2g}") for value in np.geomspace(1e3, 1e7, 49))
GRID = np.geomspace(1e3, 1e7, 81)
LIFETIME, BOUGHT_IN_USE = 5.0, 0.6  # years; part of the time. Assumed, the same for both chips.
TOP = 25_000  # USD a useful chip-year, top of the axis
DESIGNS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.54, 0.75, 1.0, 1.5, 2.0, 3.0)
MAKE, BUY = "Alphabet", "Nvidia"  # their colours


def chip_facts() -> pd.DataFrame:
    """Estimates of what chips cost and how fast they are: one row a chip, latest known first where there are two."""
    rows = load("chip_costs").sort_values("as_of", ascending=False)
    return rows.pivot_table(index="chip", columns="item", values="value", aggfunc="first")


def pair(own: str, bought: str) -> dict[str, float]:
    """Settings of the lab for an own chip beside a bought one, on the stops of its controls."""
    facts = chip_facts()
    return {
        "unit_cost": round(facts.at[own, "unit_cost"], -3) / 1000,
        "price": round(facts.at[bought, "price"], -3) / 1000,
        "ratio": round(
            100 * facts.at[own, "bf16_dense_tflops"] / facts.at[bought, "bf16_dense_tflops"]
        ),
    }


def make_or_buy(prediction: float | None = None) -> Lab:
    """Cost of a useful chip-year of an own and of a bought chip, over the number of own chips.

    prediction : the number of own chips from which you expect making to be cheaper; drawn in when given.
    """
    google, amazon = pair("TPU7x", "GB200"), pair("Trainium2", "H100")
    design = load("chip_costs").set_index("row_id").at["chip_design_5nm", "value"] / 1e9
    start = google | {"design": min(DESIGNS, key=lambda stop: abs(stop - design)), "own_in_use": 60}

    def model(volume, design, unit_cost, price, ratio, own_in_use):
        case = MakeOrBuy(
            design_cost=design * 1e9,
            unit_cost=unit_cost * 1000,
            price=price * 1000,
            own_lifetime=LIFETIME,
            bought_lifetime=LIFETIME,
            performance_ratio=ratio / 100,
            own_utilisation=own_in_use / 100,
            bought_utilisation=BOUGHT_IN_USE,
        )
        return {
            "case": case,
            "curve": case.cost_per_useful_year(GRID),
            "here": case.cost_per_useful_year(volume).iloc[0],
            "even": case.break_even_volume,
        }

    def scene():
        figure, axes = sheet(
            "Few own chips cannot carry the design; with many, only cost and work of one chip count",
            f"Model: a one-off design, then a lower cost a chip; both chips run {LIFETIME:g} years, the bought one busy "
            f"{100 * BOUGHT_IN_USE:.0f} % of the time (assumed); no power, no discounting. Chip costs: Epoch AI, estimates of July 2026. "
            "Design: International Business Strategies, 2018.",
            height=4.2,
        )
        axes.set(xscale="log", xlim=(GRID[0], GRID[-1]), ylim=(0, TOP))
        axes.set(xlabel="Own chips made (log scale)", ylabel="Cost of a useful chip-year, USD")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter("{x:,.0f}")
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        curve = result["curve"]
        make, buy = curve["make"].to_numpy(), curve["buy"].to_numpy()
        axes.fill_between(
            GRID,
            make,
            buy,
            where=make < buy,
            color=colour(MAKE),
            alpha=0.15,
            linewidth=0,
            interpolate=True,
        )
        axes.plot(GRID, make, color=ink(MAKE))
        axes.plot(GRID, buy, color=ink(BUY), linestyle="--")
        room = 0.035 * TOP
        above = make[-1] > buy[-1]
        axes.text(
            8.8e6,
            min(make[-1] + (room if above else -room), 0.97 * TOP),
            "make",
            ha="right",
            va="center",
            fontsize=9.5,
            color=ink(MAKE),
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1},
        )
        axes.text(
            8.8e6,
            min(buy[-1] + (-room if above else room), 0.97 * TOP),
            "buy",
            ha="right",
            va="center",
            fontsize=9.5,
            color=ink(BUY),
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1},
        )
        volume, even = values["volume"], result["even"]
        axes.axvline(volume, color=INK, linewidth=2)
        axes.text(
            volume,
            0.02 * TOP,
            " your volume ",
            fontsize=9,
            color=INK,
            ha="right" if volume > 2e6 else "left",
        )
        if GRID[0] <= even <= GRID[-1]:
            axes.plot([even], [buy[0]], "o", color=INK, markersize=8)
            # Left of the break-even the make line runs above the buy line, right of it below.
            on_left = even > 3e5
            axes.text(
                even,
                buy[0] + (-1.5 if on_left else 1.5) * room,
                f" break-even {_chips(even)} ",
                ha="right" if on_left else "left",
                va="center",
                fontsize=9,
                color=INK,
                bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1},
            )

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if GRID[0] <= prediction <= GRID[-1]:
            axes.axvline(prediction, color=ACCENT, linewidth=2, linestyle=":")
            axes.text(
                prediction,
                0.07 * TOP,  # above the words of the learner's volume
                " your prediction ",
                fontsize=9,
                color=ACCENT,
                ha="left" if prediction < 1e5 else "right",
            )

    def sentence(result, values):
        case, here = result["case"], result["here"]
        words = f"Design USD {values['design']:g} bn, own chip {_usd(case.unit_cost)} for {case.chips_replaced:.2f} of a bought chip at {_usd(case.price)}: "
        if not math.isfinite(result["even"]):
            costs = "exactly as much as" if case.saving_per_chip == 0 else "more than"
            return (
                words
                + f"an own chip costs {costs} the work it replaces, so no volume pays for a design."
            )
        words += f"each own chip saves {_usd(case.saving_per_chip)}, so making pays from {_chips(result['even'])} chips. "
        cheaper = "make" if here["make"] < here["buy"] else "buy"
        share = values["design"] * 1e9 / values["volume"]
        return words + (
            f"At {_chips(values['volume'])} the design adds {_usd(share)} a chip, and a useful chip-year costs {_usd(here['make'])} made, "
            f"{_usd(here['buy'])} bought: {cheaper}."
        )

    return Lab(
        title="Lab: make or buy a chip",
        controls=[
            Control("volume", "Own chips made", VOLUMES, 100_000.0, _chips),
            Control(
                "design", "Design cost, USD bn", DESIGNS, start["design"], lambda stop: f"{stop:g}"
            ),
            Control(
                "unit_cost",
                "Cost of one own chip, USD thousand",
                _stops(2, 25, google, amazon, "unit_cost"),
                google["unit_cost"],
                _plain,
            ),
            Control(
                "price",
                "Price of a bought chip, USD thousand",
                _stops(5, 60, google, amazon, "price"),
                google["price"],
                _plain,
            ),
            Control(
                "ratio",
                "Speed of the own chip, bought = 100",
                tuple(sorted({*range(20, 131, 5), google["ratio"], amazon["ratio"]})),
                google["ratio"],
            ),
            Control(
                "own_in_use", "Time in which the own chip is busy, %", tuple(range(10, 91, 5)), 60
            ),
        ],
        presets={
            "Google's TPU7x beside a GB200": start | {"volume": 1e6},
            "Amazon's Trainium2 beside an H100": start | amazon | {"volume": 1e6},
            "The supplier cuts its price to 15,000": start | {"price": 15.0, "volume": 1e6},
            "A newcomer: busy 30 % of the time": start
            | {"own_in_use": 30, "ratio": 60, "volume": 32_000.0},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _stops(low: int, high: int, *cases) -> tuple[float, ...]:
    *settings, name = cases
    return tuple(sorted({*map(float, range(low, high + 1)), *(case[name] for case in settings)}))


def _plain(stop: float) -> str:
    return f"{stop:g}"


def _chips(count: float) -> str:
    return f"{float(f'{count:.2g}'):,.0f}"


def _usd(amount: float) -> str:
    return f"USD {float(f'{amount:.3g}'):,.0f}"
