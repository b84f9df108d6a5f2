"""Lab: who pays for a down round, with and without anti-dilution."""

from ..data import load
from ..data.assumptions import assumed, assumptions
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, QUIET, colour, ink
from ..models.anti_dilution import BROAD, NONE, RATCHET, Protected
from ..models.anti_dilution import down_round as after_round
from ..models.cap_table import OPTION_POOL, CapTable
from .lab import Control, Lab, with_stop
from .round_builder import FOUNDATION, INVESTORS, OTHERS, STAFF, before_the_round

NEW = "New round"
HOLDERS = (FOUNDATION, "Microsoft", STAFF, "SoftBank", "Amazon", "Nvidia", OTHERS, OPTION_POOL, NEW)


def after_2026() -> tuple[CapTable, dict[str, Protected]]:
    """OpenAI's cap table after the round of 2026 as closed, and the shares bought in it with their price.

    Which part of these shares carries anti-dilution is an assumption: the terms are not published.
    """
    part = assumed("down_round")["protected_share"] / 100
    rounds = load("funding_rounds", all_reports=True).set_index("row_id")
    close = rounds.loc["oai_2026_close"]
    money = (
        load("round_investors", all_reports=True)
        .query("round_id == 'oai_2026_announced'")
        .set_index("investor")["amount_usd_bn"]
        .to_dict()
    )
    money[OTHERS] = close["amount_committed_usd_bn"] - sum(money.values())
    table = before_the_round().priced_round(close["pre_money_usd_bn"], money)
    price = table.price
    return table, {name: Protected(part * money[name] / price, price) for name in INVESTORS}


def down_round(prediction: float | None = None) -> Lab:
    """Stakes before and after another round, by price and by protection.

    prediction : the stake of the staff and other old investors after a down round at half the price with a full ratchet,
        in percent; drawn in when given.
    """
    table, protected = after_2026()
    last = table.post_money
    before = table.stakes.to_dict()
    covered = sum(lot.shares for lot in protected.values())
    given = assumptions("down_round")

    def model(next_pre_money, next_money, pool_top_up, protection):
        start = table.option_pool(float(pool_top_up)) if pool_top_up else table
        return after_round(
            start, protected, float(next_pre_money), {NEW: float(next_money)}, protection
        )

    def scene():
        figure, axes = sheet(
            "In a down round those without protection pay twice: for the money and for the others",
            "Before: pro-rata arithmetic on company statements of October 2025 to March 2026. "
            "Anti-dilution of the investors of 2026 and a pool to top up are assumed (see below): their terms are not published.",
            height=4.9,
        )
        axes.set(
            xlim=(0, 40), ylim=(len(HOLDERS) - 0.4, -0.6),
            xlabel="Stake, % of all shares, fully diluted (grey mark: before; bar: after; thin: without protection)",
        )  # fmt: skip
        axes.set_yticks(range(len(HOLDERS)), [name.replace(" and ", " and\n") for name in HOLDERS])
        axes.grid(axis="y", visible=False)
        for row, holder in enumerate(HOLDERS):
            held = before.get(holder, 0.0)
            if held:
                axes.plot([held, held], [row - 0.4, row + 0.4], color=QUIET, linewidth=3)
        return figure

    def draw(figure, result, values):
        axes = figure.axes[0]
        extra = result.attrs["extra_shares"] > 1e-9
        stakes, plain_stakes = (result[name].to_dict() for name in ("after_pct", "unprotected_pct"))
        for row, holder in enumerate(HOLDERS):
            after, plain = stakes.get(holder, 0.0), plain_stakes.get(holder, 0.0)
            shade = ACCENT if holder == NEW else colour(holder)
            block(axes, 0, row - 0.12, after, 0.42, facecolor=shade)
            if extra:
                block(axes, 0, row + 0.24, plain, 0.18, facecolor=shade, alpha=0.5)
            if after:
                edge = max(after, plain, before.get(holder, 0.0))
                words = ink(holder) if holder != NEW else ACCENT
                axes.text(edge + 0.6, row, f"{after:.1f} %", va="center", fontsize=9, color=words)

    def mark(figure, result, values, prediction):
        axes = figure.axes[0]
        if 0 <= prediction <= 40:
            row = HOLDERS.index(STAFF)
            axes.plot([prediction], [row - 0.1], marker="D", color=ACCENT, markersize=7)
            axes.text(
                prediction, row - 0.42, "your prediction", color=ACCENT, fontsize=9, ha="center"
            )

    def sentence(result, values):
        pre, raised = values["next_pre_money"], values["next_money"]
        kind = "a down round" if pre < last else "an up round"
        extra, price, old = (result.attrs[name] for name in ("extra_shares", "price", "last_price"))
        staff = result.loc[STAFF]
        words = (
            f"USD {raised} bn at {pre:,} pre-money is {kind}: a share costs {100 * price / old:.0f} % of the last price. "
            f"Staff and other old investors go from {before[STAFF]:.1f} to {staff['after_pct']:.1f} %"
        )
        if extra > 1e-9:
            words += (
                f" (without protection {staff['unprotected_pct']:.1f} %). The {values['protection']} gives the investors of 2026 "
                f"{100 * extra / covered:.0f} % more shares than they bought, paid by all others"
            )
        elif values["protection"] != NONE and pre < last:
            words += "; the protection gives no extra shares"
        elif values["protection"] != NONE:
            words += "; anti-dilution does nothing above the old price"
        return words + "."

    usual = {
        name: int(given.at[name, "value"])
        for name in ("next_pre_money", "next_money", "pool_top_up")
    } | {"protection": BROAD}
    return Lab(
        title="Lab: who pays for a down round?",
        controls=[
            Control("next_pre_money", "Pre-money value, USD bn", with_stop(range(150, 1501, 25), usual["next_pre_money"]), usual["next_pre_money"], lambda stop: f"{stop:,}"),
            Control("next_money", "New money, USD bn", with_stop(range(10, 151, 5), usual["next_money"]), usual["next_money"]),
            Control("pool_top_up", "Option pool added, % of shares", with_stop((0, 2, 4, 5, 6, 8, 10), usual["pool_top_up"]), usual["pool_top_up"]),
            Control("protection", "Anti-dilution of the investors of 2026", (NONE, BROAD, RATCHET), BROAD),
        ],
        presets={
            "Down round, weighted average": usual,
            "The same with a full ratchet": usual | {"protection": RATCHET},
            "The same without protection": usual | {"protection": NONE},
            "September 2026: talks, 30 at 1,400": usual | {"next_pre_money": 1400, "next_money": 30},
            "Half the price, ratchet, new pool": {"next_pre_money": 425, "next_money": 120, "pool_top_up": 10, "protection": RATCHET},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        assumptions=[given],
        mark=mark,
        prediction=prediction,
    )  # fmt: skip
