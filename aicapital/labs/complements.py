"""Lab: separate against joint pricing of a model and a core product, and when the model should be free."""

from dataclasses import replace

import numpy as np

from ..figures.chart import block, sheet
from ..figures.style import INK, QUIET, colour, ink, stroke
from ..models.complements import FreeComplement
from .lab import Control, Lab
from .upright import upright

CORE_DEMAND, CORE_SLOPE = 100.0, 1.0
MODEL_DEMAND = 40.0
HIGHEST, LOWEST = 2500, -900  # profit on the left panel
LIFTS = tuple(np.round(np.arange(0, 1.01, 0.05), 2).tolist())
WIDEST = 450  # percent on the right panel
PAPER_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def goods(lift: float, top_price: float, serving_cost: float) -> FreeComplement:
    """A made-up core product and a model; nobody pays more than `top_price` for the model."""
    return FreeComplement(
        core_demand=CORE_DEMAND,
        core_slope=CORE_SLOPE,
        second_demand=MODEL_DEMAND,
        second_slope=MODEL_DEMAND / top_price,
        lift=lift,
        second_cost=serving_cost,
    )


def complements(prediction: float | None = None) -> Lab:
    """What a model and a core product earn together, by the price of the model.

    prediction : the price of the model that you expect one owner of both to choose at a lift of 0.5, a top
        price of 40 and no serving cost; drawn in when given.
    """
    nothing = replace(goods(0, 40, 0)).at_price(40.0)["profit"]

    def model(price, lift, top_price, serving_cost):
        market = goods(lift, top_price, serving_cost)
        prices = np.linspace(0, top_price, 81)
        # A seller of the model alone sees no core sales, so its price is that of a market without a lift.
        alone = goods(0, top_price, serving_cost).best()["second_price"]
        return {
            "curve": market.at_price(prices),
            "yours": market.at_price(price),
            "two": market.at_price(alone),
            "one": market.best(),
            "zero_from": market.zero_price_lift,
        }

    def scene():
        figure, (left, right) = sheet(
            "With a lift of core sales, one owner prices the model below its seller alone",
            "Made-up numbers: only their proportions matter. After Cournot (1838), Parker and Van Alstyne (2005).",
            height=4.4,
            ncols=2,
            width_ratios=(1.7, 1),
        )
        left.set(
            xlim=(-13, 41),
            ylim=(LOWEST, HIGHEST),
            xlabel="Price of the model, USD a month",
            ylabel="Profit against having no model",
        )
        left.set_xticks(range(0, 41, 10))
        left.yaxis.set_major_formatter("{x:,.0f}")
        left.plot([0, 41], [0, 0], color=INK, linewidth=0.8)
        right.set(xlim=(0, WIDEST), ylim=(2.5, -0.85), xlabel="One owner, where two sellers = 100")
        right.set_yticks([])
        right.set_xticks([0, 100, 200, 300, 400])
        right.grid(axis="y", visible=False)
        right.axvline(100, color=QUIET, linewidth=1.5, linestyle="--")
        for row, name in enumerate(("price of the model", "users of the model", "profit of both")):
            right.text(4, row - 0.37, name, fontsize=9, va="center", bbox=PAPER_BOX)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        curve = result["curve"]
        lines = {
            "the model": (curve["second_profit"], colour("OpenAI"), ink("OpenAI"), "-."),
            "core sales": (curve["core_profit"] - nothing, stroke("Amazon"), ink("Amazon"), "--"),
            "together": (curve["profit"] - nothing, INK, INK, "-"),
        }
        heights = _apart([line.iloc[0] for line, *_ in lines.values()], 190)
        for (name, (line, shade, words, style)), height in zip(lines.items(), heights, strict=True):
            left.plot(curve["second_price"], line, color=shade, linestyle=style)
            left.text(-1.4, height, name, color=words, ha="right", va="center", fontsize=9)
        for owner, row, level in (("two", "two sellers", 2330), ("one", "one owner", 2080)):
            price, profit = result[owner]["second_price"], result[owner]["profit"] - nothing
            left.plot(
                [price, price], [profit, level], "-o", color=INK, linewidth=0.8, markevery=[0]
            )
            left.text(
                price + 0.5,
                level,
                f"{row}: {price:.1f}",
                fontsize=9,
                va="center",
                bbox=PAPER_BOX,
                zorder=4,
            )
        price, profit = result["yours"]["second_price"], result["yours"]["profit"] - nothing
        left.plot([price, price], [profit, LOWEST + 300], color=QUIET, linewidth=0.8)
        left.plot([price], [profit], "D", color="none", markeredgecolor=INK, markersize=11)
        left.text(
            price + (0.5 if price < 30 else -0.5),
            LOWEST + 330,
            "your price",
            fontsize=9,
            ha="left" if price < 30 else "right",
        )
        one, two = result["one"], result["two"]
        for row, (column, digits) in enumerate(
            (("second_price", 1), ("second_quantity", 1), ("profit", 0))
        ):
            index = 100 * one[column] / two[column]
            block(right, 0, row, min(index, WIDEST), 0.42, facecolor=colour("Meta"), alpha=0.85)
            change = f"{two[column]:,.{digits}f} → {one[column]:,.{digits}f}"
            inside = index > 250
            right.text(
                (min(index, WIDEST) - 8) if inside else max(index, 100) + 8,
                row,
                change,
                fontsize=9,
                va="center",
                ha="right" if inside else "left",
                color="white" if inside else INK,
            )

    def mark(figure, result, values, prediction):
        upright(figure.axes[0], prediction, height=LOWEST + 130, gap=0.5, turn=27)

    def sentence(result, values):
        one, two, yours = result["one"], result["two"], result["yours"]
        best = (
            "gives it away" if one["second_price"] < 0.005 else f"charges {one['second_price']:.1f}"
        )
        more = 100 * (one["profit"] / two["profit"] - 1)
        gain = f"{more:.1f} % more than" if more >= 0.05 else "as much as"
        words = (
            f"With {values['lift']:g} core sales won by each user of the model, a seller of the model alone charges "
            f"{two['second_price']:.1f}; one owner of both {best} and earns {gain} "
            f"two sellers together. A price of zero is best from a lift of {result['zero_from']:.2f} on."
        )
        if not yours["second_quantity"]:
            return words + f" At your price of {yours['second_price']:g} nobody uses the model."
        return words + (
            f" At your price of {yours['second_price']:g} the model itself brings {_signed(yours['second_profit'])}, "
            f"core sales {_signed(yours['core_profit'] - nothing)}."
        )

    return Lab(
        title="Lab: two goods, one price list",
        controls=[
            Control(
                "price",
                "Your price of the model, USD",
                tuple(float(p) for p in range(0, 41)),
                20.0,
                _plain,
            ),
            Control("lift", "Lift: core sales won by one user", LIFTS, 0.5, _plain),
            Control(
                "top_price",
                "Highest price paid for it, USD",
                tuple(float(p) for p in range(10, 41, 2)),
                40.0,
                _plain,
            ),
            Control(
                "serving_cost",
                "Cost of serving one user, USD",
                tuple(float(c) for c in range(0, 9)),
                0.0,
                _plain,
            ),
        ],
        presets={
            "Access is the product (API seller)": {
                "price": 20.0,
                "lift": 0.0,
                "top_price": 40.0,
                "serving_cost": 0.0,
            },
            "Free to download, large lift (assumed)": {
                "price": 0.0,
                "lift": 0.8,
                "top_price": 40.0,
                "serving_cost": 0.0,
            },
            "Free assistant: every user costs": {
                "price": 0.0,
                "lift": 0.5,
                "top_price": 40.0,
                "serving_cost": 8.0,
            },
            "Rivals give theirs away": {
                "price": 0.0,
                "lift": 0.3,
                "top_price": 10.0,
                "serving_cost": 0.0,
            },
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _apart(heights: list[float], gap: float) -> list[float]:
    """The same heights, moved as little as needed to stand `gap` apart and inside the left panel."""
    order = np.argsort(heights)
    placed = np.array(heights, dtype=float)[order]
    for _ in range(40):
        for low, high in zip(range(len(placed) - 1), range(1, len(placed)), strict=True):
            missing = gap - (placed[high] - placed[low])
            if missing > 0:
                placed[low] -= missing / 2
                placed[high] += missing / 2
    placed = np.clip(placed, LOWEST + 100, HIGHEST - 60)
    return placed[np.argsort(order)].tolist()


def _plain(stop: float) -> str:
    return f"{stop:g}"


def _signed(amount: float) -> str:
    return f"{amount:+,.0f}" if round(amount) else "nothing"
