"""Lab: build the 2026 round, priced shares and a share sale, and watch every stake."""

import numpy as np

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, QUIET, colour, ink
from ..models.cap_table import CapTable
from .lab import Control, Lab

FOUNDATION, STAFF, OTHERS = (
    "OpenAI Foundation",
    "Employees and other investors",
    "Other new investors",
)
INVESTORS = ("Amazon", "Nvidia", "SoftBank", OTHERS)
HOLDERS = (FOUNDATION, "Microsoft", STAFF, "SoftBank", "Amazon", "Nvidia", OTHERS)
TOP = 1800  # USD bn on the axis of the right panel


def before_the_round() -> CapTable:
    """OpenAI's published stakes before the 2026 round, at the price of its last sale.

    The October 2025 split is 26, 27 and 47 percent; SoftBank's 11 percent of December 2025 is taken out of the 47.
    """
    stakes = load("ownership_snapshots").set_index("row_id")["stake_pct"]
    softbank = stakes["own_2025_softbank"]
    rest = stakes["own_recap_others"] - softbank
    return CapTable.from_stakes(
        {
            FOUNDATION: stakes["own_recap_foundation"],
            "Microsoft": stakes["own_recap_microsoft"],
            "SoftBank": softbank,
            STAFF: rest,
        },
        post_money=load("funding_rounds").set_index("row_id")["post_money_usd_bn"][
            "oai_2025_secondary"
        ],
    )


def round_builder(prediction: float | None = None) -> Lab:
    """The cap table before and after a round of your making.

    prediction : the Foundation's stake after the round as closed, in percent; drawn in when given.
    """
    before = before_the_round()
    held_before = before.stakes
    rounds = load("funding_rounds", all_reports=True).set_index("row_id")
    first, close = rounds.loc["oai_2026_announced"], rounds.loc["oai_2026_close"]
    announced = (
        load("round_investors", all_reports=True)
        .query("round_id == 'oai_2026_announced'")
        .set_index("investor")["amount_usd_bn"]
    )
    rest = close["amount_committed_usd_bn"] - announced.sum()
    terms = {"pre_money": first["pre_money_usd_bn"]} | {
        name: announced[name] for name in INVESTORS[:3]
    }

    def model(pre_money, staff_sale, **money):
        table = before
        if staff_sale:
            table = table.secondary_sale(STAFF, "SoftBank", staff_sale, valuation=pre_money)
        paid = {_INVESTOR[name]: amount for name, amount in money.items() if amount}
        return table.priced_round(pre_money, paid) if paid else table

    def scene():
        figure, (left, right) = sheet(
            "A round shrinks every old holding by the same factor; a share sale moves two",
            "Stakes before: company statements of October and December 2025 (SoftBank's taken out of the other investors'). "
            f"Round: company statements of {_day(first['as_of'])} and {_day(close['as_of'])}.",
            height=4.4,
            ncols=2,
            width_ratios=(2.6, 1),
        )
        left.set(
            xlim=(0, 56),
            ylim=(len(HOLDERS) - 0.4, -0.6),
            xlabel="Stake, % of the company (grey mark: before the round)",
        )
        left.set_yticks(range(len(HOLDERS)), [name.replace(" and ", " and\n") for name in HOLDERS])
        left.grid(axis="y", visible=False)
        for row, holder in enumerate(HOLDERS):
            held = held_before.get(holder, 0)
            left.plot([held, held], [row - 0.38, row + 0.38], color=QUIET, linewidth=3)
        right.set(xlim=(0, 1), ylim=(0, TOP), ylabel="Value of the company, USD bn")
        right.set_xticks([])
        right.yaxis.set_major_formatter("{x:,.0f}")
        return figure

    def draw(figure, table, values):
        left, right = figure.axes
        stakes = table.stakes
        for row, holder in enumerate(HOLDERS):
            stake = stakes.get(holder, 0)
            block(left, 0, row, stake, 0.5, facecolor=colour(holder), alpha=0.9)
            if stake:
                held = held_before.get(holder, 0)
                # The label stands behind the grey mark unless it fits between bar and mark.
                left.text(
                    (stake if held - stake > 16 else max(stake, held)) + 0.8,
                    row + 0.05,
                    f"{stake:.1f} %, {_bn(table.value(holder))}",
                    va="center",
                    color=ink(holder),
                    fontsize=9,
                )
        pre, new = values["pre_money"], _new_money(values)
        block(right, 0.15, pre / 2, 0.5, pre, facecolor="#C9CED6")
        block(right, 0.15, pre + new / 2, 0.5, new, facecolor=colour("OpenAI"))
        right.text(0.4, pre / 2, f"pre-money\n{pre:,.0f}", ha="center", va="center", fontsize=9)
        right.text(
            0.4,
            pre + new + 25,
            f"post-money {pre + new:,.0f}\n(new money {new:,.0f})",
            ha="center",
            va="bottom",
            fontsize=9,
        )

    def mark(figure, table, values, prediction):
        left, _ = figure.axes
        if 0 <= prediction <= 50:
            left.plot(
                [prediction], [HOLDERS.index(FOUNDATION)], marker="D", color=ACCENT, markersize=7
            )
            left.text(
                prediction,
                HOLDERS.index(FOUNDATION) - 0.42,
                "your prediction",
                color=ACCENT,
                fontsize=9,
                ha="center",
            )

    def sentence(table, values):
        pre, new = values["pre_money"], _new_money(values)
        foundation = f"the Foundation goes from {before.stake(FOUNDATION):.1f} % to {table.stake(FOUNDATION):.1f} %"
        words = (
            f"Post-money {pre + new:,.0f} = pre-money {pre:,.0f} + new money {new:,.0f} (USD bn). "
        )
        if new:
            words += f"Each old holding shrinks to {100 * pre / (pre + new):.1f} % of itself: {foundation}, "
        else:
            words += f"No new shares, so nobody is diluted: the Foundation keeps its {table.stake(FOUNDATION):.1f} %, "
        words += f"at this price USD {table.value(FOUNDATION):,.0f} bn."
        if values["staff_sale"]:
            words += f" The sale moves USD {values['staff_sale']:g} bn of staff shares to SoftBank; the company gets none of it."
        if new and pre < before.post_money:
            words += f" The price is below that of the last share sale ({before.post_money:,.0f})."
        return words

    def money_control(name, label):
        usual = float(terms.get(label, rest))
        stops = sorted({*np.arange(0.0, 101.0, 5.0).tolist(), usual})
        return Control(
            name,
            f"New money from {label.replace(OTHERS, 'others')}, USD bn",
            tuple(stops),
            float(terms.get(label, 0)),
            _plain,
        )

    as_announced = {_KEY[name]: float(announced[name]) for name in INVESTORS[:3]} | {
        "pre_money": float(terms["pre_money"]),
        "staff_sale": 0.0,
    }
    return Lab(
        title="Lab: build the round",
        controls=[
            Control(
                "pre_money",
                "Pre-money value, USD bn",
                tuple(
                    sorted({*np.arange(200.0, 1401.0, 10.0).tolist(), float(terms["pre_money"])})
                ),
                float(terms["pre_money"]),
                _plain,
            ),
            *[money_control(_KEY[name], name) for name in INVESTORS],
            Control(
                "staff_sale",
                "Staff sell shares to SoftBank, USD bn",
                (0.0, 5.0, 10.0, 20.0, 40.0),
                0.0,
                _plain,
            ),
        ],
        presets={
            f"{_day(first['as_of'])}: announced": as_announced | {"others": 0.0},
            f"{_day(close['as_of'])}: closed": as_announced | {"others": float(rest)},
            "Down round (assumed)": as_announced | {"others": float(rest), "pre_money": 250.0},
            "Only a share sale": {
                "amazon": 0.0,
                "nvidia": 0.0,
                "softbank": 0.0,
                "others": 0.0,
                "staff_sale": 10.0,
                "pre_money": 500.0,
            },
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


_KEY = {"Amazon": "amazon", "Nvidia": "nvidia", "SoftBank": "softbank", OTHERS: "others"}
_INVESTOR = {key: name for name, key in _KEY.items()}


def _new_money(values) -> float:
    return sum(values[key] for key in _KEY.values())


def _plain(stop: float) -> str:
    return f"{stop:,g}"


def _bn(amount: float) -> str:
    return f"USD {amount:,.0f} bn"


def _day(date) -> str:
    return f"{date.day} {date:%B %Y}"
