"""Who owns what, round after round: priced rounds, secondary sales, convertible notes and option pools.

Money is in USD bn and stakes are in percent. A round changes the *number* of shares; stakes follow from it.
The arithmetic does not depend on the unit of money, as long as it is the same one throughout.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from aicapital.models.validation import amounts, known, label, number

OPTION_POOL = "Option pool"
ROUNDING_PCT_POINTS = 0.5
_NEW_MONEY_EXAMPLE = '{"Amazon": 50}'
_DOWN_ROUND = "A down round has a lower pre-money value, not a negative one."


def _pre_money(value: object) -> float:
    return number("pre_money", value, "USD bn", above=0, hint=_DOWN_ROUND)


def post_money(pre_money: float, new_money: float) -> float:
    """Value of the company with the new money in it (USD bn): pre-money plus new money."""
    return _pre_money(pre_money) + number("new_money", new_money, "USD bn", minimum=0)


def dilution_factor(pre_money: float, new_money: float) -> float:
    """What a priced round multiplies every old stake by: pre / (pre + new)."""
    return pre_money / post_money(pre_money, new_money)


def implied_pre_money(
    new_money: float, stake_pct: float, round_total: float | None = None
) -> float:
    """Pre-money value (USD bn) at which `new_money` buys `stake_pct` percent.

    Where the investor is one of several, `round_total` is the new money of the whole round. Two investors
    of one round must imply the same value; if they do not, a published table mixes different bases.
    """
    stake = number("stake_pct", stake_pct, "percent of the company", above=0, maximum=100)
    money = number("new_money", new_money, "USD bn", above=0)
    total = (
        money
        if round_total is None
        else number("round_total", round_total, "USD bn", minimum=money)
    )
    return money / (stake / 100) - total


def compare_with_pro_rata(
    before: Mapping[str, float],
    pre_money: float,
    new_money: Mapping[str, float],
    published: Mapping[str, float],
) -> pd.DataFrame:
    """Put a published ownership table beside what pro-rata dilution alone gives.

    `before` holds the stakes before the round (percent; a part of the holders is enough), `new_money` the
    whole round by investor (USD bn), `published` the stakes to check (percent). One row a published holder:
    `gap_pct_points` is published less pro rata; `money_to_match` is what the holder would have had to put
    into this round for the published stake (USD bn), to hold against what it is known to have put in.
    """
    before = amounts("before", before, "percent", '{"Microsoft": 27}', minimum=0, maximum=100)
    if sum(before.values()) > 100 + ROUNDING_PCT_POINTS:
        raise ValueError(
            f"before adds up to {sum(before.values()):.1f} %; stakes cannot exceed 100 %."
        )
    new_money = amounts("new_money", new_money, "USD bn", _NEW_MONEY_EXAMPLE, minimum=0)
    published = amounts(
        "published", published, "percent", '{"Amazon": 4.66}', minimum=0, maximum=100
    )
    for holder in published:
        known("holder in before or new_money", holder, {**before, **new_money})
    total = sum(new_money.values())
    post = post_money(pre_money, total)
    old = np.array([before.get(holder, 0.0) for holder in published])
    bought = np.array([new_money.get(holder, 0.0) for holder in published])
    pro_rata = old * dilution_factor(pre_money, total) + 100 * bought / post
    stated = np.array(list(published.values()))
    return pd.DataFrame(
        {
            "holder": list(published),
            "pro_rata_pct": pro_rata,
            "published_pct": stated,
            "gap_pct_points": stated - pro_rata,
            "money_to_match": stated / 100 * post - old / 100 * pre_money,
        }
    )


@dataclass(frozen=True)
class ConvertibleNote:
    """Money paid in now for shares priced later; amounts in USD bn, `discount` and `interest` as fractions.

    `cap` is a post-money cap: the note owns amount / cap of the company just before the new money, with all
    notes converted (Y Combinator, Post-Money Safe User Guide, "Company Capitalization").
    """

    investor: str
    principal: float
    cap: float | None = None
    discount: float = 0.0
    interest: float = 0.0

    def __post_init__(self):
        label("investor", self.investor)
        number("principal", self.principal, "USD bn", above=0)
        if self.cap is not None:
            number(
                "cap", self.cap, "USD bn of company value", above=0, hint="Leave it out for no cap."
            )
        number("discount", self.discount, "fraction", minimum=0, below=1, hint="Write 20 % as 0.2.")
        number(
            "interest",
            self.interest,
            "fraction of the principal, accrued until conversion",
            minimum=0,
            maximum=1,
            hint="Write 5 % a year over two years as 0.1.",
        )

    @property
    def amount(self) -> float:
        """Principal with its accrued interest (USD bn)."""
        return self.principal * (1 + self.interest)


@dataclass(frozen=True)
class Event:
    """One line of a table's history; money in USD bn."""

    event: str
    pre_money: float
    new_money: float
    post_money: float
    new_shares: float


@dataclass(frozen=True, repr=False)
class CapTable:
    """Shares by holder, with the last value put on all of them. Immutable: every event gives a new table."""

    holdings: tuple[tuple[str, float], ...]
    post_money: float
    notes: tuple[ConvertibleNote, ...] = ()
    pool_pct_of_next_round: float | None = None
    events: tuple[Event, ...] = ()

    @classmethod
    def from_stakes(
        cls,
        stakes: Mapping[str, float],
        post_money: float | None = None,
        total_shares: float = 100.0,
    ) -> "CapTable":
        """Start from published stakes in percent.

        They must add up to 100 within half a percentage point, because published stakes are rounded; they are
        then scaled to exactly 100, and the first line of `history` says so. Without `post_money` (USD bn)
        the company has no price yet. With 100 shares, one share starts as one percent.
        """
        stakes = amounts(
            "stakes", stakes, "percent", '{"Founders": 80, "Investors": 20}', minimum=0
        )
        given = sum(stakes.values())
        if abs(given - 100) > ROUNDING_PCT_POINTS:
            raise ValueError(
                f"stakes add up to {given:g} %; expected 100 within {ROUNDING_PCT_POINTS} percentage points. "
                "Give percent, not fractions, and add the missing holders, for example as 'Others'."
            )
        value = (
            math.nan if post_money is None else number("post_money", post_money, "USD bn", above=0)
        )
        shares = number("total_shares", total_shares, "shares", above=0)
        scaled = "" if math.isclose(given, 100) else f" ({given:g} % scaled to 100 %)"
        return cls(
            holdings=tuple((holder, stake / given * shares) for holder, stake in stakes.items()),
            post_money=value,
            events=(Event(f"opening stakes{scaled}", value, 0.0, value, 0.0),),
        )

    def __repr__(self) -> str:
        held = ", ".join(f"{holder} {stake:.1f} %" for holder, stake in self.stakes.items())
        value = (
            "no price yet"
            if math.isnan(self.post_money)
            else f"post-money {self.post_money:,.6g} USD bn"
        )
        return f"CapTable({held}; {value})"

    @property
    def total_shares(self) -> float:
        return math.fsum(shares for _, shares in self.holdings)

    @property
    def shares(self) -> pd.Series:
        """Shares by holder."""
        return pd.Series(dict(self.holdings), name="shares")

    @property
    def stakes(self) -> pd.Series:
        """Stakes by holder, percent. A note that has not converted owns nothing yet."""
        return (100 * self.shares / self.total_shares).rename("stake_pct")

    @property
    def price(self) -> float:
        """Last price of one share (USD bn)."""
        return self.post_money / self.total_shares

    @property
    def history(self) -> pd.DataFrame:
        """One row an event: pre-money, new money to the company, post-money (USD bn) and new shares."""
        return pd.DataFrame(self.events)

    def _shares_of(self, holder: str) -> float:
        held = dict(self.holdings)
        return held[known("holder", holder, held)]

    def stake(self, holder: str) -> float:
        """Stake of one holder, percent."""
        return 100 * self._shares_of(holder) / self.total_shares

    def value(self, holder: str) -> float:
        """What one holder's shares are worth at the last price (USD bn)."""
        return self._shares_of(holder) * self.price

    def _changed(self, changes: Mapping[str, float], post_money: float, event: Event) -> "CapTable":
        held = dict(self.holdings)
        for holder, shares in changes.items():
            held[holder] = held.get(holder, 0.0) + shares
        return replace(
            self, holdings=tuple(held.items()), post_money=post_money, events=(*self.events, event)
        )

    def priced_round(self, pre_money: float, new_money: Mapping[str, float]) -> "CapTable":
        """Sell new shares at the price that `pre_money` implies; `new_money` is USD bn by investor.

        Holders keep their shares, so every old stake shrinks by pre / (pre + new). Notes waiting to convert
        and an option pool asked for with `before_round=True` are issued first, inside the pre-money value:
        they dilute the old holders alone. A pre-money value below the last post-money value is a down round.
        Raises ValueError if `pre_money` is not positive or an amount is negative.
        """
        new_money = amounts("new_money", new_money, "USD bn", _NEW_MONEY_EXAMPLE, minimum=0)
        raised = sum(new_money.values())
        post = post_money(pre_money, raised)
        note_shares, pool_shares = self._shares_before_new_money(pre_money, post)
        table = replace(self, notes=(), pool_pct_of_next_round=None)
        for note, shares in zip(self.notes, note_shares, strict=True):
            converted = Event(
                f"note of {note.investor} converts", pre_money, 0.0, pre_money, shares
            )
            table = table._changed({note.investor: shares}, pre_money, converted)
        if pool_shares:
            topped_up = Event(
                "option pool inside the pre-money value", pre_money, 0.0, pre_money, pool_shares
            )
            table = table._changed({OPTION_POOL: pool_shares}, pre_money, topped_up)
        price = pre_money / table.total_shares
        bought = {investor: money / price for investor, money in new_money.items()}
        sold = Event("priced round", float(pre_money), raised, post, sum(bought.values()))
        return table._changed(bought, post, sold)

    def _shares_before_new_money(self, pre_money: float, post: float) -> tuple[list[float], float]:
        """Shares of each waiting note, and of the pool top-up, that are issued inside the pre-money value.

        With N all shares before the new money and p the pool top-up, a note owns amount / cap of N - p (cap),
        or amount / ((1 - discount) x pre-money) of N (discount), whichever is more: the lower price. The pool
        wants tau = target x post / pre of N. Given each note's choice this is linear in N; a larger
        top-up only moves notes from the cap to the discount, so the choices settle.
        """
        held = self.total_shares
        pool_now = dict(self.holdings).get(OPTION_POOL, 0.0)
        tau = (self.pool_pct_of_next_round or 0.0) / 100 * post / pre_money
        by_cap = np.array([note.amount / note.cap if note.cap else 0.0 for note in self.notes])
        by_discount = np.array(
            [note.amount / ((1 - note.discount) * pre_money) for note in self.notes]
        )
        capped = by_cap > by_discount
        while True:
            cap_share, discount_share = by_cap[capped].sum(), by_discount[~capped].sum()
            room = 1 - cap_share - discount_share
            before_round, top_up = held / room if room > 0 else math.inf, 0.0
            if tau * before_round > pool_now:
                room = (1 - cap_share) * (1 - tau) - discount_share
                before_round = (held - (1 - cap_share) * pool_now) / room if room > 0 else math.inf
                top_up = tau * before_round - pool_now
            if room <= 0:
                raise ValueError(
                    "The notes and the option pool claim the whole company at a pre-money value of "
                    f"{pre_money:g} USD bn. Expected room for the old holders: raise pre_money or a cap, or "
                    "lower the pool target."
                )
            settled = by_cap * (before_round - top_up) > by_discount * before_round
            if (settled >= capped).all():
                break
            capped &= settled
        shares = np.where(capped, by_cap * (before_round - top_up), by_discount * before_round)
        return shares.tolist(), float(top_up)

    def secondary_sale(
        self, seller: str, buyer: str, amount: float, valuation: float | None = None
    ) -> "CapTable":
        """`seller` sells existing shares worth `amount` (USD bn) to `buyer`; the company gets nothing.

        No share is issued, so nobody else's stake moves. `valuation` (USD bn for the whole company) sets the
        price; without it the last price holds.
        """
        if label("buyer", buyer) == seller:
            raise ValueError(f"{seller} cannot sell to itself; name another buyer.")
        if valuation is None and math.isnan(self.post_money):
            raise ValueError(
                "This company has no price yet; give the valuation (USD bn) of the sale."
            )
        value = (
            self.post_money
            if valuation is None
            else number("valuation", valuation, "USD bn", above=0)
        )
        amount = number("amount", amount, "USD bn", above=0)
        owned = self.stake(seller) / 100 * value
        if amount > owned * (1 + 1e-9):
            raise ValueError(
                f"{seller} cannot sell {amount:g} USD bn: its shares are worth {owned:g} USD bn at a "
                f"valuation of {value:g}. Sell at most that."
            )
        moved = min(amount / (value / self.total_shares), self._shares_of(seller))
        sale = Event(f"secondary sale, {seller} to {buyer}", value, 0.0, value, 0.0)
        return self._changed({seller: -moved, buyer: moved}, value, sale)

    def convertible(
        self,
        investor: str,
        principal: float,
        cap: float | None = None,
        discount: float = 0.0,
        interest: float = 0.0,
    ) -> "CapTable":
        """Take money now (USD bn) for shares at the next priced round, at the lower of two prices.

        The cap price gives the note amount / cap of the company before the new money, all notes converted and
        any new pool left out (a post-money cap: Y Combinator, Post-Money Safe User Guide, Appendix II). The
        discounted price is (1 - discount) x the round's price. Without cap and discount it converts at the
        round's price. `interest` is what has accrued by then, as a fraction of the principal; a safe has
        none. Other contracts define the cap on a pre-money basis and so give fewer shares.
        """
        note = ConvertibleNote(investor, principal, cap, discount, interest)
        signed = Event(
            f"note from {investor}, converts later",
            self.post_money,
            note.principal,
            self.post_money,
            0.0,
        )
        return replace(self, notes=(*self.notes, note), events=(*self.events, signed))

    def option_pool(self, target_pct: float, before_round: bool = False) -> "CapTable":
        """Issue shares so that the holder "Option pool" has `target_pct` percent; no money comes in.

        `before_round=False` tops it up now and dilutes all who are on the table, so after a round the
        new investors share the cost. `before_round=True` waits for the next priced round and makes the pool
        `target_pct` of the company *after* it, out of the pre-money value: the new investors pay nothing and
        the old holders' effective pre-money value falls (the "option pool shuffle", Venture Hacks 2007).
        A pool that is already large enough stays as it is.
        """
        target = number("target_pct", target_pct, "percent", minimum=0, below=100)
        if before_round:
            return replace(self, pool_pct_of_next_round=target)
        total, pool = self.total_shares, dict(self.holdings).get(OPTION_POOL, 0.0)
        new_shares = max(0.0, (target / 100 * total - pool) / (1 - target / 100))
        event = Event("option pool", self.post_money, 0.0, self.post_money, new_shares)
        return self._changed({OPTION_POOL: new_shares}, self.post_money, event)
