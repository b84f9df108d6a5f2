"""Ties between named firms, from the tables of rounds, stakes and contracts: money put in, purchases promised."""

import numpy as np
import pandas as pd

from .schema import DataError
from .tables import load, until_tables_change

MONEY, PURCHASES = "money put in", "purchases promised"
# Rows that stand for several investors, or for nobody who can be named, are no firm and get no place in a network.
NOT_ONE_FIRM = r"\b[Oo]thers?\b|Co-investors|Individuals|Public shareholders|not named|Lenders"
# The seller behind the name of its cloud.
SELLERS = {
    "Amazon Web Services": "Amazon",
    "Microsoft Azure": "Microsoft",
    "Google Cloud": "Google",
    "SB Energy (Ohio campus)": "SB Energy",
}
SAME_FIRM = {"Alphabet": "Google", "Alameda Research (FTX)": "FTX"}
NO_CONTRACT = ("letter of intent", "guarantee")


def ties(kind: str, known_by: str | None = None) -> pd.DataFrame:
    """Ties between named firms: from, to, date, amount_usd_bn (empty where nobody published one), source_id.

    kind : "money put in" runs from the investor to the firm it owns a part of, "purchases promised" from the buyer
        to the seller. The two are never added: one is equity (much of it committed, paid later), the other
        spending to come. Amounts of money are those of rounds; a stake without a round has none.

    A tie stands on the day on which it was first announced, with the amount that is best known by `known_by`.
    """
    if kind not in (MONEY, PURCHASES):
        raise DataError(f"kind must be {MONEY!r} or {PURCHASES!r}; got {kind!r}.")
    found = _money(known_by) if kind == MONEY else _purchases(known_by)
    found = found.replace({"from": SAME_FIRM, "to": SAME_FIRM})
    found = found[found["from"] != found["to"]]
    return found.sort_values(["date", "from", "to"]).reset_index(drop=True)


def _rounds(table: str, known_by: str | None) -> pd.DataFrame:
    """Rounds as they are known best, each on the day on which it was first announced."""
    reports = load(table, known_by, all_reports=True).query("record_type == 'round'")
    return _best_known(reports, table, known_by, "date")


def _best_known(reports: pd.DataFrame, table: str, known_by: str | None, day: str) -> pd.DataFrame:
    """Of `reports` (all reports of a table, already narrowed down) the best known ones, each on its first day.

    A later report of the same fact must not move a tie to its own day.
    """
    fact = reports["conflict_group"].where(reports["conflict_group"] != "", reports["row_id"])
    first = reports.groupby(fact)[day].transform("min")
    kept = reports["row_id"].isin(load(table, known_by)["row_id"])
    return reports.assign(**{day: first})[kept]


@until_tables_change
def _money(known_by: str | None) -> pd.DataFrame:
    parts = []
    for investors, rounds in (
        ("round_investors", "funding_rounds"),
        ("rival_round_investors", "rival_rounds"),
    ):
        about = _rounds(rounds, known_by).query("new_money_to_company")
        about = about.set_index("row_id")[["company", "date"]]
        rows = load(investors, known_by).join(about, on="round_id", how="inner")
        rows = rows[~rows["investor"].str.contains(NOT_ONE_FIRM)]
        parts.append(rows.rename(columns={"investor": "from", "company": "to"}))
    in_rounds = pd.concat(parts)[["from", "to", "date", "amount_usd_bn", "source_id"]]
    stakes = load("strategic_stakes", known_by)
    held = stakes["amount_usd_bn"].notna() | stakes["stake_pct"].notna()
    stakes = stakes[held & ~stakes["status"].isin(NO_CONTRACT)]
    stakes = stakes.rename(columns={"investor": "from", "investee": "to"}).replace(
        {"from": SAME_FIRM, "to": SAME_FIRM}
    )
    known_pairs = set(zip(in_rounds["from"], in_rounds["to"], strict=True))
    stakes = stakes[
        [pair not in known_pairs for pair in zip(stakes["from"], stakes["to"], strict=True)]
    ]
    stakes = stakes[["from", "to", "date", "source_id"]].assign(amount_usd_bn=np.nan)
    return pd.concat([in_rounds, stakes])


@until_tables_change
def _purchases(known_by: str | None) -> pd.DataFrame:
    signed = load("compute_commitments", known_by, all_reports=True)
    contracts = signed[signed["nature"].str.contains("purchase|capacity agreement|chips|lease")]
    contracts = contracts[~contracts["status"].isin(NO_CONTRACT)]
    contracts = _best_known(contracts, "compute_commitments", known_by, "announced")
    # Values that are part of another row, or not published, count as unknown.
    counted = contracts["value_usd_bn"].where(contracts["counts_in_total"])
    contracts = contracts.assign(
        amount_usd_bn=counted, to=contracts["counterparty"].replace(SELLERS)
    ).rename(columns={"company": "from", "announced": "date"})
    stakes = load("strategic_stakes", known_by, all_reports=True)
    back = stakes["purchase_back_usd_bn"].notna() | stakes["purchase_back_gw"].notna()
    stakes = stakes[back & ~stakes["status"].isin(NO_CONTRACT)]
    stakes = _best_known(stakes, "strategic_stakes", known_by, "date")
    # A buyer that gets a stake in its supplier stands in the column of investors.
    buys = stakes["investor"].eq("OpenAI")
    stakes = stakes.assign(
        **{
            "from": stakes["investee"].where(~buys, "OpenAI"),
            "to": stakes["investor"].where(~buys, stakes["investee"]),
            "amount_usd_bn": stakes["purchase_back_usd_bn"],
        }
    )
    known_pairs = set(zip(contracts["from"], contracts["to"], strict=True))
    stakes = stakes[
        [pair not in known_pairs for pair in zip(stakes["from"], stakes["to"], strict=True)]
    ]
    columns = ["from", "to", "date", "amount_usd_bn", "source_id"]
    return pd.concat([contracts[columns], stakes[columns]])


def rounds_of_openai(known_by: str | None = None) -> pd.DataFrame:
    """OpenAI's financing rounds with at least one named investor: round_name, date."""
    rounds = _rounds("funding_rounds", known_by)
    investors = load("round_investors", known_by)
    named = investors.loc[~investors["investor"].str.contains(NOT_ONE_FIRM), "round_id"]
    return rounds[rounds["row_id"].isin(named)].sort_values("date")[["round_name", "date"]]
