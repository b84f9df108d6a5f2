"""Prices of two complements: who reacts to whom, and where they end up."""

import numpy as np
import pandas as pd

from ..models.complements import ComplementMarket
from .chart import Chart, sheet
from .style import ACCENT, INK, course_style, ink, stroke


def price_reactions(market: ComplementMarket, goods: tuple[str, str], source: str) -> Chart:
    """Best price of each seller given the other's, their meeting point, and the prices of one owner.

    `goods` names the two goods; prices are in the unit of the market.
    """
    separate, joint = market.separate(), market.joint()
    cheaper = 100 * (1 - joint["total_price"] / separate["total_price"])
    more = 100 * (joint["joint_profit"] / separate["joint_profit"] - 1)
    title = f"One owner charges {cheaper:.0f} % less in all and earns {more:.1f} % more"
    top = market.a / market.b
    # Beyond these prices a seller's best answer is its own cost: it sells nothing.
    first, second = np.linspace(0, top - market.cost_2, 2), np.linspace(0, top - market.cost_1, 2)
    with course_style():
        figure, axes = sheet(title, source, height=4.4, width=7.0)
        axes.plot(first, market.best_response(2, first), color=stroke("Amazon"))
        axes.text(
            0.62 * top,
            float(market.best_response(2, 0.62 * top)) + 0.03 * top,
            f"best price of {goods[1]}",
            color=ink("Amazon"),
            fontsize=9.5,
        )
        axes.plot(market.best_response(1, second), second, color=stroke("OpenAI"), linestyle="-.")
        axes.text(
            float(market.best_response(1, 0.85 * top)) + 0.02 * top,
            0.85 * top,
            f"best price of {goods[0]}",
            color=ink("OpenAI"),
            fontsize=9.5,
        )
        total = joint["total_price"]
        axes.plot([0, total], [total, 0], color=INK, linestyle="--")
        axes.text(
            0.012 * top,
            0.3 * top,
            "one owner:\nany split of\nthis total",
            color=INK,
            fontsize=9.5,
            va="top",
        )
        axes.plot([separate["price_1"]], [separate["price_2"]], "o", color=ACCENT, markersize=9)
        axes.text(
            separate["price_1"] + 0.025 * top,
            separate["price_2"] + 0.03 * top,
            f"two sellers: {separate['price_1']:.0f} + {separate['price_2']:.0f}",
            color=ACCENT,
            fontsize=9.5,
        )
        axes.set(
            xlim=(0, top),
            ylim=(0, top),
            xlabel=f"Price of {goods[0]}, USD",
            ylabel=f"Price of {goods[1]}, USD",
        )
    alt = (
        f"Line chart of best prices. {title}. Two sellers meet at {separate['price_1']:.0f} and {separate['price_2']:.0f}, "
        f"a total of {separate['total_price']:.0f}; one owner asks {joint['total_price']:.0f} in all."
    )
    table = pd.DataFrame({"two sellers": separate, "one owner": joint})
    return Chart(figure, alt, table)
