"""Lab: who gets the next dollar under a capped return."""

import numpy as np

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, PAPER, colour, ink
from ..models.waterfall import NON_PROFIT, CappedClass, break_points, distribute, next_dollar
from .lab import Control, Lab

NO_CAP = 0  # the stop of a cap slider that means: no cap
CAPS = (1, 2, 5, 7, 10, 20, 50, 100, NO_CAP)
# Twenty stops a decade, written with two digits, so that a drag runs smoothly on the logarithmic axis.
EXITS = tuple(float(f"{value:.2g}") for value in np.geomspace(1, 10_000, 81))
GRID = np.geomspace(1, 10_000, 81)
EARLY, LATER = "2019 money", "later money"
# Both classes are Microsoft's money: its colour, and a darker one of the same family.
SHADES = {NON_PROFIT: colour(NON_PROFIT), LATER: colour("Microsoft"), EARLY: ink("Microsoft")}


def waterfall(prediction: float | None = None) -> Lab:
    """Payouts of Microsoft's capped money and the non-profit's rest, over the exit value.

    prediction : the exit value (USD bn) at which you expect the non-profit's first dollar; drawn in when given.
    """
    rounds = load("funding_rounds").set_index("row_id")
    invested = rounds.loc[
        ["oai_2019_microsoft", "oai_2021_microsoft", "oai_2023_microsoft"],
        "amount_committed_usd_bn",
    ]
    early, later = invested.iloc[0], invested.iloc[1:].sum()
    stakes = load("ownership_snapshots")
    recapitalised = stakes[
        (stakes["snapshot"] == "After recapitalisation") & (stakes["holder"] == "OpenAI Foundation")
    ]
    equity_pct = recapitalised["stake_pct"].iloc[0]

    def model(exit_value, early_cap, later_cap):
        classes = [
            CappedClass(LATER, later, later_cap or None),
            CappedClass(EARLY, early, early_cap or None),
        ]
        points = break_points(classes)
        # The picture bends where a class is capped, so these exit values are among those that are drawn.
        grid = np.union1d(GRID, points[points.between(GRID[0], GRID[-1])])
        return {
            "exits": grid,
            "shares": 100 * distribute(grid, classes).div(grid, axis=0),
            "paid": distribute(exit_value, classes),
            "next": 100 * next_dollar(exit_value, classes),
            "first_dollar": points.max(),
        }

    def scene():
        figure, (left, right) = sheet(
            "Paid last, the non-profit gets nothing until every cap is met",
            f"Model: Microsoft's USD {early:g} bn of 2019 and {later:g} bn of 2021-23, as if all paid; investors share alone until capped. Caps on "
            f"Microsoft's money were never published; 100x is the published cap of the first round. Amounts as reported to October 2025.",
            height=4.3,
            ncols=2,
            width_ratios=(1.5, 1),
        )
        left.set(xscale="log", xlim=(GRID[0], GRID[-1]), ylim=(0, 100))
        left.set(xlabel="Exit value, USD bn (log scale)", ylabel="Share of the exit value, %")
        left.xaxis.set_major_formatter("{x:,.0f}")
        figure.get_layout_engine().set(wspace=0.06)
        right.set(xlim=(0, 100), ylim=(-0.6, 2.9), xlabel="Share of the next dollar, %")
        right.set_yticks([])
        right.grid(axis="y", visible=False)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        grid = result["exits"]
        bottom = np.zeros_like(grid)
        for holder in (NON_PROFIT, LATER, EARLY):
            top = bottom + result["shares"][holder].to_numpy()
            left.fill_between(grid, bottom, top, color=SHADES[holder], linewidth=0)
            _name_area(left, holder, bottom, top)
            bottom = top
        left.axhline(equity_pct, color=INK, linewidth=1.3, linestyle="--")
        left.text(
            1.15,
            equity_pct + 2,
            f"{equity_pct:g} %: the equity stake of October 2025",
            color=INK,
            fontsize=9,
        )
        left.axvline(values["exit_value"], color=INK, linewidth=2)
        for row, holder in enumerate((NON_PROFIT, LATER, EARLY)):
            block(right, 0, row, result["next"][holder], 0.42, facecolor=SHADES[holder])
            words = f"{holder}: {_bn(result['paid'][holder])} so far"
            right.text(
                1,
                row + 0.28,
                words,
                color=ink(NON_PROFIT if holder == NON_PROFIT else "Microsoft"),
                fontsize=9,
            )
            right.text(
                min(result["next"][holder] + 2, 80),
                row,
                f"{result['next'][holder]:.0f} %",
                va="center",
                color=INK,
                fontsize=9,
            )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        if GRID[0] <= prediction <= GRID[-1]:
            left.axvline(prediction, color=ACCENT, linewidth=2, linestyle=":")
            left.text(
                prediction,
                60,
                " your prediction ",
                color=ACCENT,
                fontsize=9,
                ha="left" if prediction < 100 else "right",
                bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.9, "pad": 1},
            )

    def sentence(result, values):
        terms = f"{_cap(values['early_cap'])} on the 2019 money and {_cap(values['later_cap'])} on the later money"
        start = f"Exit at USD {values['exit_value']:,g} bn with {terms}: "
        gets = result["paid"][NON_PROFIT]
        if result["next"][NON_PROFIT] == 100:
            return start + (
                f"every cap is met. The next dollar, and each one after it, goes to the non-profit, which has {_bn(gets)} so far "
                f"({100 * gets / values['exit_value']:.0f} % of the whole)."
            )
        takers = [
            f"{result['next'][name]:.0f} % to the {name}"
            for name in (EARLY, LATER)
            if result["next"][name] > 0
        ]
        capped = [name for name in (EARLY, LATER) if result["next"][name] == 0]
        words = f"the {capped[0]} has reached its cap, and " if capped else ""
        words += f"the next dollar goes {' and '.join(takers)}. "
        if np.isfinite(result["first_dollar"]):
            return (
                start
                + words
                + f"The non-profit has nothing yet; its first dollar comes above {_bn(result['first_dollar'])}."
            )
        return (
            start
            + words
            + "Without a cap on some of the money, the non-profit never sees a dollar."
        )

    return Lab(
        title="Lab: who gets the next dollar?",
        controls=[
            Control("exit_value", "Exit value, USD bn", EXITS, 790.0, lambda stop: f"{stop:,g}"),
            Control("early_cap", "Cap on 2019 money", CAPS, 100, _cap),
            Control("later_cap", "Cap on later money", CAPS, 100, _cap),
        ],
        presets={
            "2019 terms: 100x": {"early_cap": 100, "later_cap": 100},
            "7x: near the limit reported for Microsoft": {"early_cap": 7, "later_cap": 7},
            "10x cap": {"early_cap": 10, "later_cap": 10},
            "No cap": {"early_cap": NO_CAP, "later_cap": NO_CAP},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _name_area(axes, holder: str, bottom, top) -> None:
    """Write the holder's name at the left or right end of its area, where there is room for it."""
    room = top - bottom
    end = next((end for end in (0, -1) if room[end] >= 7), None)
    if end is None:
        return
    # A little above the middle: there stands the label of the dashed line.
    middle = (bottom[end] + top[end]) / 2 + (6 if holder == LATER and end == 0 else 0)
    place, side = (GRID[0] * 1.15, "left") if end == 0 else (GRID[-1] / 1.15, "right")
    axes.text(
        place,
        middle,
        holder,
        ha=side,
        va="center",
        fontsize=9.5,
        color="white" if holder == EARLY else INK,
    )


def _cap(stop: float) -> str:
    return f"{stop:g}x" if stop else "no cap"


def _bn(amount: float) -> str:
    return f"USD {amount:,.0f} bn" if amount >= 10 or amount == 0 else f"USD {amount:,.1f} bn"
