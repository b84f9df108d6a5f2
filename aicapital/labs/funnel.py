"""Lab: a platform owner's funnel beside that of a firm that sells access by the token."""

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK
from ..models.funnel import Funnel
from .lab import Control, Lab

SERVING = 0.4  # assumed: serving a customer costs this part of the price, on both sides
SELLER_ACTIVATION, SELLER_RETENTION = (
    0.2,
    0.6,
)  # assumed, so that a fifth of 20 million try it: the published 4
SELLER_REACH, SELLER_PRICE, PLUS_PRICE = 20.0, 1250.0, 240.0
STEPS = ("reached", "try it", "pay")
OWNER_TONE, SELLER_TONE = INK, "#7F8996"
LOWEST, HIGHEST = 0.01, 3000.0  # million people, ends of the logarithmic axis
LOSS, GAIN = -3.0, 12.5  # USD bn, where bars are cut; an arrow behind the number says so


def published() -> dict[str, float]:
    """Counts (million) and income behind the presets, from the tables."""
    users = load("users").set_index("row_id")["value_millions"]
    mix = load("revenue_mix").set_index("row_id")["value_usd_bn"]
    return {
        "x": users["users_x_202603"],
        "grok": users["users_grok_202603"],
        "x_paying": users["subs_x_202603"],
        "x_price": 1000 * mix["mix_xai_202602_subs"] / users["subs_x_202603"],
        "chatgpt": users["users_company_202602"],
        "chatgpt_paying": users["subs_company_202602"],
        "developers": users["devs_openai_202510"],
        "api_run_rate": mix["mix_oai_202508_api"],
    }


def funnel(prediction: float | None = None) -> Lab:
    """Two ways to the customer: reach that is owned, and reach that is bought.

    prediction : paying subscribers of X and Grok (million) that you expect; drawn in when given.
    """
    facts = published()
    grok = {
        "reach": facts["x"],
        "activation": round(100 * facts["grok"] / facts["x"], 1),
        "paying": round(100 * facts["x_paying"] / facts["grok"], 1),
        "price": round(facts["x_price"]),
    }
    chatgpt = {
        "reach": facts["chatgpt"],
        "activation": 100.0,
        "paying": round(100 * facts["chatgpt_paying"] / facts["chatgpt"], 1),
        "price": PLUS_PRICE,
    }
    seller = {"seller_reach": SELLER_REACH, "seller_price": SELLER_PRICE, "acquisition": 200}

    def model(reach, activation, paying, price, seller_reach, seller_price, acquisition):
        return {
            "owner": Funnel(
                "Platform owner", reach, activation / 100, paying / 100, price, SERVING * price
            ),
            "seller": Funnel(
                "API seller",
                seller_reach,
                SELLER_ACTIVATION,
                SELLER_RETENTION,
                seller_price,
                SERVING * seller_price,
                acquisition,
            ),
        }

    def scene():
        figure, (left, right) = sheet(
            "Reach is one factor of four: the others decide what it is worth",
            f"X and Grok, a month: SpaceX's Form S-1, March 2026; its {facts['x_paying']:g} million payers have plans of X or Grok and need not use Grok. "
            f"Price: run rate of subscriptions on X, a narrower scope, over these. ChatGPT, a week: company, February 2026; price of its "
            f"Plus plan. Seller: {facts['developers']:g} million developers, run rate of USD {facts['api_run_rate']:g} bn (OpenAI's API, 2025). "
            f"Assumed: its reach and retention, and with them its price; serving at {100 * SERVING:g} % of price.",
            height=4.9,
            ncols=2,
            width_ratios=(1.35, 1),
        )
        figure.get_layout_engine().set(wspace=0.05)
        left.set(xscale="log", xlim=(LOWEST, HIGHEST), ylim=(6.6, -1.1))
        left.set_xlabel("People, million (log scale)")
        left.xaxis.set_major_formatter("{x:g}")
        left.set_yticks([0, 1, 2, 4, 5, 6], [*STEPS, *STEPS])
        left.tick_params(axis="y", length=0)
        left.grid(axis="y", visible=False)
        left.text(LOWEST * 1.1, -0.5, "Platform owner", fontsize=9.5, color=INK, weight="bold")
        left.text(LOWEST * 1.1, 3.5, "API seller", fontsize=9.5, color=INK, weight="bold")
        right.set(xlim=(LOSS, 1.3 * GAIN), ylim=(6.6, -1.1), xlabel="USD bn a year")
        right.set_xticks(range(0, int(GAIN) + 1, 4))
        right.set_yticks([0.7, 1.6, 4.7, 5.6], ["revenue", "left over"] * 2)
        right.tick_params(axis="y", length=0)
        right.grid(axis="y", visible=False)
        right.axvline(0, color=INK, linewidth=0.8)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        for first, who, tone in ((0, "owner", OWNER_TONE), (4, "seller", SELLER_TONE)):
            one = result[who]
            hatch = "//" if who == "seller" else None
            counts = (one.reach_millions, one.activated_millions, one.customers_millions)
            for row, count in enumerate(counts, start=first):
                at = max(count, LOWEST)
                left.plot([LOWEST, at], [row, row], color=tone, linewidth=1.5)
                left.plot([at], [row], "s" if hatch else "o", color=tone, markersize=9)
                # Beside the mark, or above its line where the other panel begins.
                x, y, side = (at * 1.4, row, "left") if at < 600 else (at, row - 0.38, "right")
                left.text(x, y, _million(count), ha=side, va="center", fontsize=9, color=INK)
            for row, amount in (
                (first + 0.7, one.revenue_usd_bn),
                (first + 1.6, one.contribution_usd_bn),
            ):
                shown = min(max(amount, LOSS), GAIN)
                block(right, 0, row, shown, 0.62, facecolor=tone, hatch=hatch, edgecolor="white")
                beyond = {amount > GAIN: " →", amount < LOSS: " ←"}.get(True, "")
                right.text(
                    max(shown, 0) + 0.2,
                    row,
                    _bn(amount) + beyond,
                    va="center",
                    fontsize=9,
                    color=INK,
                )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        if LOWEST <= prediction <= HIGHEST:
            # Under its row, so that it hides no number.
            left.plot([prediction], [2.62], marker="^", color=ACCENT, markersize=8)
            left.text(
                prediction * (0.72 if prediction > 30 else 1.4),
                2.7,
                "your prediction",
                color=ACCENT,
                fontsize=9,
                ha="right" if prediction > 30 else "left",
                va="center",
            )

    def sentence(result, values):
        owner, seller = result["owner"], result["seller"]
        words = (
            f"Of {values['reach']:,g} million people on the platform {values['activation']:g} % try it; for 100 of these {values['paying']:g} pay "
            f"USD {values['price']:g} a year: {_million(owner.customers_millions)} customers, revenue {_money(owner.revenue_usd_bn)}, "
            f"{_left(owner.contribution_usd_bn)} after serving. "
        )
        return words + (
            f"The seller takes {_money(seller.revenue_usd_bn)} from {_million(seller.customers_millions)}; at USD {values['acquisition']:g} "
            f"for each person won {_left(seller.contribution_usd_bn)}. It breaks even at USD {seller.break_even_acquisition_cost_usd:,.0f}."
        )

    def stops(*extra, grid):
        return tuple(sorted({float(value) for value in (*grid, *extra)}))

    return Lab(
        title="Lab: owned reach against bought reach",
        controls=[
            Control("reach", "People on the platform, million", stops(facts["x"], facts["chatgpt"], 80, grid=range(50, 1251, 50)), facts["x"], _plain),
            Control("activation", "Part of them who try the assistant, %", stops(grok["activation"], grid=(2, 5, *range(10, 101, 5))), grok["activation"], _plain),
            Control("paying", "Payers for 100 who try it", stops(grok["paying"], chatgpt["paying"], grid=(0.5, 1, 2, 3, 4, 5, 6, 8, 10)), grok["paying"], _plain),
            Control("price", "They pay, USD a year", stops(grok["price"], chatgpt["price"], grid=(10, 20, 50, 100, 150, 200, 300, 400)), float(grok["price"]), _plain),
            Control("seller_reach", "API seller: people reached, million", stops(grid=(2, 5, 10, 20, 30, 40, 60)), SELLER_REACH, _plain),
            Control("seller_price", "API seller: a customer pays, USD a year", stops(grid=(250, 500, 750, 1000, 1250, 1500, 2000, 3000)), SELLER_PRICE, _plain),
            Control("acquisition", "API seller: cost to win a person, USD", tuple(range(0, 1001, 50)), 200),
        ],
        presets={
            "X and Grok, March 2026": grok | seller,
            "ChatGPT as a platform, February 2026": chatgpt | seller,
            "Thought experiment: every X user tries Grok": grok | seller | {"activation": 100.0},
            "A price war for developers": grok | seller | {"seller_price": 500.0, "acquisition": 400},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )  # fmt: skip


def _plain(stop: float) -> str:
    return f"{stop:,g}"


def _million(count: float) -> str:
    return f"{count:,.0f} million" if count >= 20 else f"{count:.2g} million"


def _bn(amount: float) -> str:
    return f"{amount:,.1f}" if abs(amount) >= 0.95 else f"{amount:,.2f}"


def _money(amount: float) -> str:
    amount = abs(amount)
    return f"USD {amount:,.1f} bn" if amount >= 0.95 else f"USD {1000 * amount:,.0f} million"


def _left(amount: float) -> str:
    if abs(amount) < 0.0005:
        return "nothing is left"
    return f"{_money(amount)} {'are left' if amount >= 0 else 'are lost'}"
