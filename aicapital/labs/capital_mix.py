"""Lab: whose money, and what was promised back, for two firms by one measure."""

from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ..data import load
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET, colour, ink
from ..models.capital_mix import cumulative_money, share_of_money
from .lab import Control, Lab

ARTICLE = date(2026, 3, 3)
ANTHROPIC, OPENAI = "Anthropic", "OpenAI"
NOT_NAMED, REST = "Not named", "Other investors"
CLOUD, CHIP = ("Amazon", "Google", NOT_NAMED, "Microsoft"), ("Nvidia",)
SUPPLIERS = CLOUD + CHIP
# By its size the money of the firm not named is Google's, which had promised as much a month before.
COUNTED = {
    "Amazon and Google": ("Amazon", "Google", NOT_NAMED),
    "all cloud firms": CLOUD,
    "cloud and chip firms": SUPPLIERS,
}
CLOSED, COMMITTED, WITH_PROMISES = (
    "closed rounds",
    "rounds as committed",
    "rounds and open promises",
)
OTHER_SUPPLIERS = "Suppliers without stake"
PARTNERS = ("Amazon", "Google", "Microsoft", "Nvidia", OTHER_SUPPLIERS)
_TABLES = {
    ANTHROPIC: ("rival_rounds", "rival_round_investors"),
    OPENAI: ("funding_rounds", "round_investors"),
}
_OF = {
    "Microsoft Azure": "Microsoft",
    "Amazon Web Services": "Amazon",
    "Other cloud firms": NOT_NAMED,
}
FIRST, LAST = 2019, 2032  # years on the axis; the last five leave room for names
NOW = 0.45  # width in years of the column that shows the present mix
MOST = (
    480  # USD bn, right end of the right panel: OpenAI's contracts with suppliers without a stake
)


def equity(company: str, up_to: date | None = None, closed: bool = False) -> pd.DataFrame:
    """Equity committed in rounds up to a day: date, investor, amount (USD bn). Suppliers stand alone, all others together.

    A round counts from each of its announcements with what was committed on that day; a later report of it adds
    only what is new. `closed` leaves out reports from before the closing. What the named suppliers leave of a
    round is the others'. Rounds of unknown size are left out: where `unknown_rounds` names one, what is here is a lower
    limit, and each part of it an upper one.
    """
    table, of_investors = _TABLES[company]
    rounds = load(table, all_reports=True).query("company == @company and record_type == 'round'")
    rounds = rounds.dropna(subset=["amount_committed_usd_bn"])
    if closed:
        rounds = rounds[rounds["status"] == "closed"]
    if up_to is not None:
        rounds = rounds[rounds["date"] <= pd.Timestamp(up_to)]
    rounds = rounds.set_index("row_id").sort_values(
        ["date", "conflict_rank"], ascending=[True, False], kind="stable"
    )
    named = load(of_investors, all_reports=True).query("round_id in @rounds.index")
    named = named.assign(investor=named["investor"].replace(_OF)).query("investor in @SUPPLIERS")
    amounts = named.pivot_table(
        index="round_id", columns="investor", values="amount_usd_bn", aggfunc="sum"
    )
    amounts = amounts.reindex(rounds.index).fillna(0.0)
    amounts[REST] = (rounds["amount_committed_usd_bn"] - amounts.sum(axis=1)).round(6)
    report_of = rounds["conflict_group"].where(rounds["conflict_group"] != "", rounds.index)
    added = (amounts - amounts.groupby(report_of).shift().fillna(0.0)).assign(date=rounds["date"])
    long = added.melt(id_vars="date", var_name="investor", value_name="amount")
    return long[long["amount"] != 0].sort_values("date", kind="stable", ignore_index=True)


def unknown_rounds(company: str) -> list[str]:
    """Rounds whose size nobody has published: part of all equity, of an amount that no table holds."""
    rounds = load(_TABLES[company][0]).query("company == @company and record_type == 'round'")
    return rounds.loc[rounds["amount_committed_usd_bn"].isna(), "round_name"].tolist()


def largest_share(company: str, investors: Collection[str]) -> pd.Series:
    """Part of all equity so far that `investors` have committed, by date (percent): an upper limit where a round is unknown.

    It begins where others' money is known; before, the limit would be 100 % and say nothing.
    """
    share = share_of_money(equity(company), investors)
    return share[share < 100] if unknown_rounds(company) else share


def purchases(company: str, known_by: str | date | None = None) -> pd.Series:
    """Purchases that the company has promised, by supplier (USD bn): firm contracts with a published price.

    Suppliers without a stake stand together. For Anthropic their part is its stated total less the named
    contracts, and nothing before a total was stated; a contract that may be ended at short notice, or a programme without
    a published contract, is not counted.
    """
    if company == OPENAI:
        rows = load("compute_commitments", known_by)
        rows = rows[rows["counts_in_total"] & rows["value_usd_bn"].notna()]
        promised = rows.groupby(rows["counterparty"].replace(_OF))["value_usd_bn"].sum()
        total = promised.sum()
    else:
        rows = load("strategic_stakes", known_by).query(
            "investee == @company and purchase_back_usd_bn > 0"
        )
        promised = rows.groupby("investor")["purchase_back_usd_bn"].sum()
        stated = load("company_financials", known_by).query(
            "company == @company and metric == 'purchase_commitments'"
        )["value_usd_bn"]
        total = stated.max() if len(stated) else 0.0
    named = promised[promised.index.isin(SUPPLIERS)]
    others = pd.Series({OTHER_SUPPLIERS: max(total - named.sum(), 0.0)})
    return pd.concat([named, others]).rename("purchases")


def cloud_ledger() -> pd.DataFrame:
    """Both directions for each lab and each cloud firm with a stake and a priced contract.

    Columns lab, supplier, money_in, at_most (the money is an upper limit), purchases_out, counted (how the
    purchases are stated).
    """
    rows = []
    for lab, counted in ((ANTHROPIC, "still to be bought"), (OPENAI, "at full price")):
        given = (
            equity(lab)
            .replace({"investor": {NOT_NAMED: "Google"}})
            .groupby("investor")["amount"]
            .sum()
        )
        promised = purchases(lab)
        rows += [
            (lab, supplier, given[supplier], supplier in _at_most(lab), promised[supplier], counted)
            for supplier in CLOUD
            if supplier in given and supplier in promised
        ]
    columns = ["lab", "supplier", "money_in", "at_most", "purchases_out", "counted"]
    return pd.DataFrame(rows, columns=columns)


def open_promises() -> pd.DataFrame:
    """Equity that cloud firms have promised Anthropic beyond what rounds hold: date, investor, amount (USD bn)."""
    pledged = (
        load("rival_rounds")
        .set_index("row_id")
        .loc[["an_2026_amazon_pledge", "an_2026_google_pledge"]]
    )
    since = (
        equity(ANTHROPIC)
        .query("date >= @pledged['date'].min()")
        .groupby("investor")["amount"]
        .sum()
    )
    paid = [since.get("Amazon", 0.0), since.get("Google", 0.0) + since.get(NOT_NAMED, 0.0)]
    return pd.DataFrame(
        {
            "date": pledged["date"].to_numpy(),
            "investor": ["Amazon", "Google"],
            "amount": pledged["amount_committed_usd_bn"].to_numpy() - paid,
        }
    )


def capital_mix(prediction: float | None = None) -> Lab:
    """Equity by investor up to a day, and money in against purchases promised back.

    prediction : Amazon's and Google's part of Anthropic's equity on the article's day, in percent; drawn in when given.
    """
    stops = _days()
    rounds = {
        (firm, closed): _so_far(equity(firm, closed=closed))
        for firm in _TABLES
        for closed in (False, True)
    }
    unknown = {firm: unknown_rounds(firm) for firm in _TABLES}
    promises_now = _so_far(pd.concat([equity(ANTHROPIC), open_promises()], ignore_index=True))
    promised_on = open_promises()["date"].max().toordinal()
    contracts = {
        firm: _by_day(
            stops, _contract_days(firm), lambda day, firm=firm: purchases(firm, day).to_dict()
        )
        for firm in _TABLES
    }

    def model(day, firm, counted, promises):
        promised = promises == WITH_PROMISES and firm == ANTHROPIC and day >= promised_on
        counted_rounds = rounds[firm, promises == CLOSED]
        when, names, amounts = promises_now if promised else counted_rounds
        until = int(np.searchsorted(when, _year(day), side="right"))
        so_far = _at(day, when, amounts)
        by_name = dict(zip(names, so_far, strict=True))
        theirs = sum(by_name.get(name, 0.0) for name in COUNTED[counted])
        back = contracts[firm][day]
        return {
            "when": np.append(when[:until], _year(day)),
            "shares": _percent(_told(np.vstack([amounts[:until], so_far]), names, unknown[firm])),
            "names": names,
            "by_name": by_name,
            "total": so_far.sum(),
            "not_closed": 0.0
            if promised or promises == CLOSED
            else so_far.sum() - _at(day, *rounds[firm, True][::2]).sum(),
            "promised": promised,
            "theirs": theirs,
            "back": back,
            "back_to_them": sum(back.get(name, 0.0) for name in COUNTED[counted]),
        }

    def scene():
        figure, (left, right) = sheet(
            "Who financed the lab is one question; whom it has promised to pay is another",
            "Equity by day of announcement, or closed rounds only; Microsoft's and Nvidia's money in Anthropic at the upper limit of their "
            "promise; OpenAI's first round (2019) is of unknown size, so suppliers' parts are upper limits, drawn once others' money is known. Purchases: firm contracts with an exact published price; Anthropic's of September 2026 are what is still to be bought, OpenAI's are full prices. Sources: company "
            "statements, filings, court papers, a leaked draft prospectus, to September 2026.",
            height=4.7,
            ncols=2,
            width_ratios=(1.45, 1),
        )
        left.set(
            xlim=(FIRST, LAST),
            ylim=(0, 100),
            xlabel="Year",
            ylabel="Share of all equity raised so far, %",
        )
        left.set_xticks(range(2020, 2027, 2))
        right.set(
            xlim=(-150, MOST),
            ylim=(len(PARTNERS) - 0.4, -0.95),
            xlabel="USD bn, published by the chosen day",
        )
        right.set_yticks(
            range(len(PARTNERS)), [name.replace(" without ", "\nwithout ") for name in PARTNERS]
        )
        right.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        right.grid(axis="y", visible=False)
        right.axvline(0, color=INK, linewidth=0.8)
        right.text(-10, -0.62, "money in", ha="right", fontsize=9, color=QUIET)
        right.text(10, -0.62, "purchases out", ha="left", fontsize=9, color=QUIET)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        now = _year(values["day"])
        when, shares = (
            np.append(result["when"], now + NOW),
            np.vstack([result["shares"], result["shares"][-1:]]),
        )
        bottom, middles = np.zeros(len(when)), {}
        for name, share in zip(result["names"], shares.T, strict=True):
            strength = 0.95 if name in COUNTED[values["counted"]] else 0.35
            left.fill_between(
                when,
                bottom,
                bottom + share,
                step="post",
                color=colour(name),
                alpha=strength,
                linewidth=0,
            )
            if share[-1] >= 0.5:
                middles[f"{name} {share[-1]:.0f} %"] = bottom[-1] + share[-1] / 2
            bottom = bottom + share
        for words, height in zip(middles, _apart(list(middles.values()), 6.5), strict=True):
            left.text(now + NOW + 0.12, height, words, fontsize=9, va="center", color=INK)
        left.axvline(now, color=INK, linewidth=1.6)
        for row, name in enumerate(PARTNERS):
            put_in, out = result["by_name"].get(name, 0.0), result["back"].get(name, 0.0)
            if name == "Google":
                put_in += result["by_name"].get(NOT_NAMED, 0.0)
            block(right, 0, row, -put_in, 0.55, facecolor=colour(name))
            striped = {"alpha": 0.55, "hatch": "//", "edgecolor": "white"}
            block(right, 0, row, out, 0.55, facecolor=colour(name), **striped)
            if put_in:
                right.text(
                    -put_in - 8,
                    row,
                    _plain(put_in),
                    ha="right",
                    va="center",
                    fontsize=9,
                    color=ink(name),
                )
            if out:
                right.text(
                    out + 8, row, _plain(out), ha="left", va="center", fontsize=9, color=ink(name)
                )

    def mark(figure, result, values, prediction):
        left, _ = figure.axes
        if 0 <= prediction <= 100 and values["firm"] == ANTHROPIC:
            at = _year(ARTICLE.toordinal())
            left.plot([at], [prediction], marker="D", color=ACCENT, markersize=7)
            left.text(
                at - 0.32,
                min(max(prediction, 3), 96),
                "your prediction",
                color=ACCENT,
                fontsize=9,
                ha="right",
                va="center",
                bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.5},
            )

    def sentence(result, values):
        who, day, firm = values["counted"], _words(values["day"]), values["firm"]
        if not result["total"]:
            return f"By {day} the tables hold no round of {firm} with a published amount, so there are 0 dollars to divide up."
        total, theirs, back = result["total"], result["theirs"], result["back_to_them"]
        limit = any(result["by_name"].get(name) and name in COUNTED[who] for name in _at_most(firm))
        part = f"{_plain(theirs)} of it, {100 * theirs / total:.0f} %" if theirs else "none of it"
        part = f"at most {part}" if limit else part
        if unknown[firm] and theirs:
            reason = f"the size of {' and '.join(unknown[firm])} is not published"
            part = (
                f"all of it: {reason}, so their part is not known"
                if theirs == total
                else f"{_plain(theirs)} of it, at most {100 * theirs / total:.0f} %: {reason}"
            )
        least = "at least " if unknown[firm] else ""
        if result["promised"]:
            words = f"With all promises paid, {firm} would have raised USD {_plain(total)} bn of equity; {who} would have given {part}."
        elif values["promises"] == CLOSED:
            words = f"By {day} the closed rounds of {firm} came to {least}USD {_plain(total)} bn of equity; {who} stand for {part}."
        else:
            words = f"By {day} investors had committed {least}USD {_plain(total)} bn of equity to {firm}; {who} stand for {part}."
        if result["not_closed"] > 0.5:
            words += (
                f" USD {_plain(result['not_closed'])} bn of all was announced and not yet closed."
            )
        not_named = result["by_name"].get(NOT_NAMED, 0.0)
        if not_named:
            words += (
                f" Of that, {_plain(not_named)} came from cloud firms not named, by the size Google"
            )
            without = f"; without it the part is {100 * (theirs - not_named) / total:.0f} %."
            words += "." if result["promised"] else without
        if not back:
            return words + " No purchase contract with them had an exact published price."
        words += f" It had promised them USD {_plain(back)} bn of purchases"
        if not theirs or values["promises"] == CLOSED:
            return words + "."
        least = "at least " if limit else ""
        return words + f", {least}{back / theirs:.1f} dollars for each dollar of theirs."

    on_the_day = {
        "day": ARTICLE.toordinal(),
        "firm": ANTHROPIC,
        "counted": "Amazon and Google",
        "promises": COMMITTED,
    }
    end_2024, last = date(2024, 12, 31).toordinal(), stops[-1]
    return Lab(
        title="Lab: whose money, whose machines?",
        controls=[
            Control("day", "Count up to", stops, on_the_day["day"], _words),
            Control("firm", "Firm", (ANTHROPIC, OPENAI), ANTHROPIC),
            Control("counted", "Full colour: money of", tuple(COUNTED), on_the_day["counted"]),
            Control("promises", "Count", (CLOSED, COMMITTED, WITH_PROMISES), COMMITTED),
        ],
        presets={
            "End of 2024: two cloud firms": on_the_day | {"day": end_2024},
            "The article's day": on_the_day,
            "Known now": on_the_day | {"day": last},
            "All promises paid": on_the_day | {"day": last, "promises": WITH_PROMISES},
            "OpenAI by the same measure": on_the_day
            | {"firm": OPENAI, "counted": "cloud and chip firms"},
            "OpenAI, closed rounds only": on_the_day
            | {"firm": OPENAI, "counted": "cloud and chip firms", "promises": CLOSED},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _days() -> tuple[int, ...]:
    """Ends of quarters, the article's day among them, as ordinals."""
    ends = pd.date_range("2021-06-30", "2026-09-30", freq="QE")
    return tuple(sorted({ARTICLE.toordinal(), *(day.toordinal() for day in ends)}))


def _so_far(payments: pd.DataFrame) -> tuple[np.ndarray, list[str], np.ndarray]:
    """Decimal years, names and the money so far; suppliers first, so that they stand at the bottom."""
    table = cumulative_money(payments)
    names = [name for name in (*CLOUD, *CHIP, REST) if name in table]
    years = np.array([_year(day.toordinal()) for day in table.index])
    return years, names, table[names].to_numpy()


def _at(day: int, when: np.ndarray, amounts: np.ndarray) -> np.ndarray:
    """The row of `amounts` that stands on a day; zeros before the first."""
    until = int(np.searchsorted(when, _year(day), side="right"))
    return amounts[until - 1] if until else np.zeros(amounts.shape[1])


def _at_most(firm: str) -> tuple[str, ...]:
    """Suppliers of whom only an upper limit is known: "a portion" of their promise is in Series G."""
    return ("Microsoft", "Nvidia") if firm == ANTHROPIC else ()


def _by_day(
    stops: Sequence[int], changes: Iterable[pd.Timestamp], make: Callable[[date], Any]
) -> dict[int, Any]:
    """What `make` gives on each day, made again only where one of the `changes` has happened since the stop before."""
    changes = sorted({change.toordinal() for change in changes})
    by_day, seen = {}, None
    for day in stops:
        passed = bisect(changes, day)
        if passed != seen:
            made, seen = make(date.fromordinal(day)), passed
        by_day[day] = made
    return by_day


def _contract_days(firm: str) -> pd.Series:
    tables = (
        ["compute_commitments"] if firm == OPENAI else ["strategic_stakes", "company_financials"]
    )
    mine = [load(name, all_reports=True) for name in tables]
    about = [rows[rows["investee" if "investee" in rows else "company"] == firm] for rows in mine]
    return pd.concat([rows["known_from"] for rows in about])


def _apart(heights: list[float], gap: float) -> list[float]:
    """Rising heights at least `gap` apart, none above 97: pushed up from below, then down from the top."""
    placed = []
    for height in heights:
        placed.append(max(height, placed[-1] + gap if placed else 3.0))
    ceiling = 97.0
    for position in reversed(range(len(placed))):
        placed[position] = min(placed[position], ceiling)
        ceiling = placed[position] - gap
    return placed


def _told(amounts: np.ndarray, names: list[str], unknown: list[str]) -> np.ndarray:
    """No parts where a round of unknown size is in and no money of others is known: they would all be the suppliers'."""
    others = amounts[:, [name not in SUPPLIERS for name in names]].sum(axis=1, keepdims=True)
    return amounts * (others > 0) if unknown else amounts


def _percent(amounts: np.ndarray) -> np.ndarray:
    total = amounts.sum(axis=1, keepdims=True)
    return 100 * np.divide(amounts, total, out=np.zeros_like(amounts), where=total > 0)


def _year(day: int) -> float:
    when = date.fromordinal(int(day))
    return when.year + (when.timetuple().tm_yday - 1) / 365.25


def _words(day: int) -> str:
    when = date.fromordinal(day)
    return f"{when.day} {when:%B %Y}"


def _plain(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 or amount == round(amount) else f"{amount:,.1f}"
