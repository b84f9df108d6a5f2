"""What protected investors get when a later round is priced below theirs.

Preferred shares convert to common at original price over conversion price. An anti-dilution clause lowers the
conversion price in a down round, so that the same preferred shares become more common ones; everybody else pays.
Broad-based weighted average: new price = old price x (A + B) / (A + C), with A all shares before the round, fully
diluted; B the shares that the new money would have bought at the old price; C the shares that it bought
(NVCA model charter, section 4.4; worked example: Gust, "Anti-Dilution"). Full ratchet: the new round's price.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aicapital.models.cap_table import CapTable
from aicapital.models.validation import amounts, known, number

NONE, BROAD, RATCHET = "none", "broad-based weighted average", "full ratchet"
PROTECTIONS = (NONE, BROAD, RATCHET)


def weighted_average_price(
    old_price: float, shares_before: float, new_money: float, new_shares: float
) -> float:
    """Conversion price after a round, broad-based weighted average; never above the old one.

    `shares_before` counts everything: common, preferred as converted, options and the pool.
    """
    old = number("old_price", old_price, "money a share", above=0)
    before = number("shares_before", shares_before, "shares, fully diluted", above=0)
    money = number("new_money", new_money, "money", minimum=0)
    issued = number("new_shares", new_shares, "shares", minimum=0)
    return min(old, old * (before + money / old) / (before + issued))


def full_ratchet_price(old_price: float, new_price: float) -> float:
    """Conversion price after a round, full ratchet: the lower of the two prices."""
    old = number("old_price", old_price, "money a share", above=0)
    return min(old, number("new_price", new_price, "money a share", above=0))


@dataclass(frozen=True)
class Protected:
    """Shares of one holder with anti-dilution: how many, and the price that was paid for each."""

    shares: float
    price: float

    def __post_init__(self):
        number("shares", self.shares, "shares", above=0)
        number("price", self.price, "money a share", above=0)


def down_round(
    table: CapTable,
    protected: Mapping[str, Protected],
    pre_money: float,
    new_money: Mapping[str, float],
    protection: str = BROAD,
) -> pd.DataFrame:
    """One row a holder: stake before, stake after without protection, stake after with it (percent), extra shares.

    The price of the new shares is `pre_money` over all shares *before* the adjustment, so the new investors are
    diluted by the extra shares too. In a deal where they are not, the pre-money value is in effect lower.
    `attrs` holds price, last_price and the extra shares in all.
    """
    known("protection", protection, PROTECTIONS)
    held = dict(table.holdings)
    for holder, lot in protected.items():
        known("protected holder", holder, held)
        if lot.shares > held[holder] * (1 + 1e-9):
            raise ValueError(
                f"{holder} has {held[holder]:g} shares; {lot.shares:g} of them cannot be protected."
            )
    money = amounts("new_money", new_money, "USD bn", '{"New investors": 30}', minimum=0)
    after = table.priced_round(pre_money, money)
    raised, total = sum(money.values()), table.total_shares
    price = after.price
    issued = raised / price
    extra = {}
    for holder, lot in protected.items():
        if protection == BROAD:
            new = weighted_average_price(lot.price, total, raised, issued)
        elif protection == RATCHET:
            new = full_ratchet_price(lot.price, price)
        else:
            new = lot.price
        extra[holder] = lot.shares * (lot.price / new - 1)
    plain, old = after.shares, dict(table.holdings)
    added = np.array([extra.get(holder, 0.0) for holder in plain.index])
    before = np.array([old.get(holder, 0.0) for holder in plain.index])
    shares = plain.to_numpy() + added
    result = pd.DataFrame(
        {
            "before_pct": 100 * before / before.sum(),
            "unprotected_pct": 100 * plain.to_numpy() / plain.sum(),
            "after_pct": 100 * shares / shares.sum(),
            "extra_shares": added,
        },
        index=plain.index.rename("holder"),
    )
    last = table.price
    result.attrs = {
        "price": price,
        "last_price": last if math.isfinite(last) else math.nan,
        "extra_shares": float(sum(extra.values())),
    }
    return result
