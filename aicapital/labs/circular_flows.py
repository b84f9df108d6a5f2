"""Lab: money from partners in, purchases from partners out, year by year."""

import numpy as np
import pandas as pd

from ..data import load
from ..data.tables import until_tables_change
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET, colour, ink
from ..models.circular_flows import ledger, totals
from .lab import Control, Lab

LAST = 2035
ASSUMED_TERMS = (5, 6, 8, 10)
PARTNERS = ("Microsoft", "Amazon", "Nvidia", "SoftBank", "Oracle", "CoreWeave", "Cerebras")
_OF = {"Microsoft Azure": "Microsoft", "Amazon Web Services": "Amazon"}


def openai_investments(known_by: str | None = None) -> pd.DataFrame:
    """Money that partners committed to OpenAI: one row an investment, with counterparty, year and amount (USD bn)."""
    investors = load("round_investors", known_by=known_by)
    rounds = load("funding_rounds", known_by=known_by).set_index("row_id")
    chosen = investors[
        investors["investor"].isin(PARTNERS) & investors["round_id"].isin(rounds.index)
    ]
    chosen = chosen[rounds.loc[chosen["round_id"], "record_type"].eq("round").to_numpy()]
    years = rounds.loc[chosen["round_id"], "date"].dt.year.to_numpy()
    return pd.DataFrame(
        {
            "counterparty": chosen["investor"].to_numpy(),
            "year": years,
            "amount": chosen["amount_usd_bn"].to_numpy(),
        }
    )


@until_tables_change
def openai_purchases(assumed_term: int, known_by: str | None = None) -> pd.DataFrame:
    """OpenAI's firm purchase contracts with a price: counterparty, amount (USD bn), first and last year, kind.

    `assumed_term` is the number of years for contracts that publish none. A contract without a published start is taken
    to start in the year after it was signed.
    """
    rows = load("compute_commitments", known_by=known_by)
    rows = rows[rows["counts_in_total"] & rows["value_usd_bn"].notna()]
    start = rows["start_year"].fillna(rows["announced"].dt.year + 1).astype(int)
    years = rows["period_years"].fillna(assumed_term)
    end = rows["end_year"].fillna(start + np.ceil(years) - 1).astype(int)
    return pd.DataFrame(
        {
            "counterparty": rows["counterparty"].replace(_OF),
            "amount": rows["value_usd_bn"],
            "start_year": start,
            "end_year": end,
            "assumed_term": rows["period_years"].isna() & rows["end_year"].isna(),
            "kind": rows["kind"],
        }
    ).reset_index(drop=True)


LABEL = {"va": "center", "fontsize": 9}
ENDS = {"money_in": "in", "purchases_out": "out"}


def circular_flows(prediction: float | None = None) -> Lab:
    """Money in against purchases out, by partner, up to a year.

    prediction : dollars of purchases from Amazon for each dollar Amazon invests, over the whole term; drawn in when given.
    """
    investments = openai_investments()
    first = int(investments["year"].min())
    scale = _scale(investments)
    contracts = openai_purchases(ASSUMED_TERMS[0])
    priced = set(contracts["counterparty"])
    prices = contracts.groupby("kind")["amount"].sum()

    def model(through_year, honoured, assumed_term):
        flows = ledger(
            investments,
            openai_purchases(assumed_term).drop(columns="kind"),
            honoured=honoured / 100,
            through_year=through_year,
        )
        by_year = flows.groupby("year")[["money_in", "purchases_out"]].sum().cumsum()
        partners = totals(flows).set_index("counterparty")
        return {"partners": partners.reindex(PARTNERS).fillna(0.0), "years": by_year}

    def scene():
        figure, (left, right) = sheet(
            f"The money comes in by {investments['year'].max()}; the purchases run for years after",
            f'Signed contracts with a price: USD {prices["disclosed"]:,.1f} bn disclosed, {prices["reported"]:,.1f} reported (some of it "up to"). '
            "Money as committed. Spread evenly; where no start is published, from the year after signing. To October 2026.",
            height=4.4,
            ncols=2,
            width_ratios=(1.5, 1),
        )
        left.set(
            xlim=(-scale, scale),
            ylim=(len(PARTNERS) - 0.4, -0.9),
            xlabel="USD bn, up to the chosen year (hatched: promised)",
        )
        left.set_yticks(range(len(PARTNERS)), PARTNERS)
        left.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        left.grid(axis="y", visible=False)
        left.axvline(0, color=INK, linewidth=0.8)
        left.text(-scale * 0.5, -0.62, "money in", ha="center", fontsize=9.5, color=QUIET)
        left.text(scale * 0.5, -0.62, "purchases out", ha="center", fontsize=9.5, color=QUIET)
        right.set(xlim=(first, LAST), ylim=(0, 800), xlabel="Year", ylabel="Cumulative, USD bn")
        right.yaxis.set_major_formatter("{x:,.0f}")
        right.yaxis.set_label_position("right")
        right.yaxis.tick_right()
        right.spines[["left"]].set_visible(False)
        right.spines[["right"]].set_visible(True)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        flows = result["partners"][["money_in", "purchases_out"]].to_numpy()
        for row, (partner, (money_in, out)) in enumerate(zip(PARTNERS, flows, strict=True)):
            block(left, -money_in, row, money_in, 0.55, facecolor=colour(partner))
            block(
                left,
                0,
                row,
                out,
                0.55,
                facecolor=colour(partner),
                alpha=0.55,
                hatch="//",
                edgecolor="white",
            )
            if money_in:
                left.text(
                    -money_in - 6, row, _plain(money_in), ha="right", color=ink(partner), **LABEL
                )
            words, tone = (
                (_plain(out), ink(partner)) if partner in priced else ("no priced contract", QUIET)
            )
            left.text(out + 6, row, words, ha="left", color=tone, **LABEL)
        years = result["years"]
        for column, style in (("money_in", "-"), ("purchases_out", "--")):
            right.plot(years.index, years[column], color=INK, linestyle=style)
        # Right of the lines where there is room, else over their ends, the lower word under its line when the other is near.
        beside = years.index[-1] <= LAST - 4
        low, high = sorted((years[column].iloc[-1], words) for column, words in ENDS.items())
        apart = high[0] - low[0]
        heights = (low[0] - max(60 - apart, 0) / 2, high[0] + max(60 - apart, 0) / 2)
        if not beside:
            heights = (low[0] + (25 if apart > 120 else -27), high[0] + 25)
        for (end, words), height in zip((low, high), heights, strict=True):
            right.text(
                years.index[-1] + (0.3 if beside else -0.2),
                min(max(height, 18), 780),
                f"{words} {end:,.0f}",
                ha="left" if beside else "right",
                va="center",
                fontsize=9.5,
                bbox=None
                if beside
                else {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
            )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        row = PARTNERS.index("Amazon")
        money_in = result["partners"]["money_in"].iloc[row]
        goal = min(max(prediction, 0) * money_in, scale * 0.97)
        left.plot([goal], [row], marker="D", color=ACCENT, markersize=7)
        words = "your prediction, whole term"
        left.text(max(goal, 60), row - 0.5, words, color=ACCENT, ha="center", **LABEL)

    def sentence(result, values):
        partners = result["partners"]
        money_in, out = partners["money_in"].sum(), partners["purchases_out"].sum()
        words = (
            f"Up to {values['through_year']}, with {values['honoured']} % of each contract bought: USD {money_in:,.0f} bn in from these partners, "
            f"USD {out:,.0f} bn out to them"
        )
        ratio = partners.loc["Amazon", "out_per_dollar_in"]
        if np.isfinite(ratio):
            words += f"; Amazon gets {ratio:.1f} dollars of sales for each dollar it puts in"
        sellers = partners.loc[partners.index.isin(priced), "money_in"].sum()
        if out > sellers:
            words += f". The {sellers:,.0f} bn from those with a priced contract equal {100 * sellers / out:.0f} % of the purchases"
        return f"{words}."

    return Lab(
        title="Lab: circular flows",
        controls=[
            Control("through_year", "Count up to the end of", tuple(range(2025, LAST + 1)), LAST),
            Control("honoured", "Part of each contract bought, %", tuple(range(0, 101, 2)), 100),
            Control("assumed_term", "Years of a contract that publishes none", ASSUMED_TERMS, 6),
        ],
        presets={
            "As signed, to the end": {"through_year": LAST, "honoured": 100},
            "To the end of 2028": {"through_year": 2028, "honoured": 100},
            "Half is bought": {"through_year": LAST, "honoured": 50},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _plain(amount: float) -> str:
    return f"{amount:,.0f}" if amount == round(amount) or amount >= 100 else f"{amount:,.1f}"


def _scale(investments: pd.DataFrame) -> float:
    """Half-width of the left panel: the largest flow with any partner, and room for its label."""
    largest = max(
        openai_purchases(5).groupby("counterparty")["amount"].sum().max(),
        investments.groupby("counterparty")["amount"].sum().max(),
    )
    return 1.35 * largest
