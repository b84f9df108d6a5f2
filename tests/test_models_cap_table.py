"""Cap table: published rounds and worked examples, properties that always hold, and bad input."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.cap_table import (
    OPTION_POOL,
    CapTable,
    ConvertibleNote,
    compare_with_pro_rata,
    dilution_factor,
    implied_pre_money,
    post_money,
)

# OpenAI, "Built to benefit everyone", 28 October 2025: Foundation 26 %, Microsoft about 27 %, others 47 %.
OCTOBER_2025 = {"Foundation": 26, "Microsoft": 27, "Employees and other investors": 47}
# OpenAI, "OpenAI raises $122 billion", 31 March 2026: 50 + 30 + 30 and 12 from others.
CLOSE_2026 = {"Amazon": 50, "Nvidia": 30, "SoftBank": 30, "Others": 12}
# Cap table leaked in April 2026 (Forbes, summarised by MarsBit on 12 April 2026), percent.
LEAK_2026 = {
    "Microsoft": 26.79,
    "Foundation": 25.8,
    "SoftBank": 11.66,
    "Amazon": 4.66,
    "Nvidia": 3.47,
}


@pytest.fixture
def october_2025():
    return CapTable.from_stakes(OCTOBER_2025, post_money=500)


# --- published figures -------------------------------------------------------------------------------


@pytest.mark.parametrize(("raised", "published"), [(110, 840), (122, 852)])
def test_published_post_money_of_the_2026_round(raised, published):
    # OpenAI, 27 February and 31 March 2026: 730 before the money; 840 and then 852 after it.
    assert post_money(730, raised) == published


def test_first_announcement_through_the_table(october_2025):
    after = october_2025.priced_round(
        pre_money=730, new_money={"Amazon": 50, "Nvidia": 30, "SoftBank": 30}
    )
    assert after.post_money == 840
    assert after.value("Amazon") == pytest.approx(50)
    assert after.stake("Amazon") == pytest.approx(5.95, abs=0.005)
    assert after.history["new_money"].sum() == 110


def test_softbank_official_13_percent_is_pro_rata_dilution():
    # SoftBank Group: about 11 % on 31 December 2025, about 13 % on 1 October 2026 with all 30 paid.
    before = CapTable.from_stakes({"SoftBank": 11, "Rest": 89}, post_money=500)
    after = before.priced_round(730, CLOSE_2026)
    assert after.stake("SoftBank") == pytest.approx(13, abs=0.5)
    assert round(after.stake("SoftBank"), 1) == 12.9


def test_leaked_table_fits_no_single_post_money_value():
    before = {"Microsoft": 27, "Foundation": 26, "SoftBank": 11}
    found = compare_with_pro_rata(before, 730, CLOSE_2026, LEAK_2026).set_index("holder")
    assert found.loc["Microsoft", "gap_pct_points"] > 3.5
    assert found.loc["Foundation", "gap_pct_points"] > 3.5
    assert found.loc["SoftBank", "gap_pct_points"] < -1
    assert found.loc["Amazon", "gap_pct_points"] < -1
    assert abs(found.loc["Nvidia", "gap_pct_points"]) < 0.1
    # To stand where the leak puts them, these two would have had to pay more than all unnamed investors did.
    assert (
        found.loc[["Microsoft", "Foundation"], "money_to_match"] > 2 * CLOSE_2026["Others"]
    ).all()
    # The leaked figures of both round to their stakes of October 2025.
    assert round(LEAK_2026["Microsoft"]) == OCTOBER_2025["Microsoft"]
    assert round(LEAK_2026["Foundation"]) == OCTOBER_2025["Foundation"]
    # Two investors of one round imply different company values.
    values = [
        implied_pre_money(CLOSE_2026[who], LEAK_2026[who], round_total=122)
        for who in ("Amazon", "Nvidia")
    ]
    assert values[0] - values[1] > 200


def test_yc_post_money_safe_user_guide_example_1():
    # Y Combinator, Post-Money Safe User Guide, Appendix II, Example 1 (amounts in USD m, shares in m).
    # Printed: company capitalization 11,764,705; safes 588,235 and 1,176,470; price 15,000,000 /
    # (11,764,705 + 1,695,000) = 1.1144; new shares 4,486,719. The guide rounds the pool increase to 1,000.
    before = CapTable.from_stakes(
        {"Founders": 92.5, "Options granted or promised": 6.5, OPTION_POOL: 1.0}, total_shares=10
    )
    signed = before.convertible("Investor A", 0.2, cap=4).convertible("Investor B", 0.8, cap=8)
    after = signed.option_pool(10, before_round=True).priced_round(15, {"Series A": 5})
    assert after.shares["Investor A"] == pytest.approx(0.588235, abs=1e-6)
    assert after.shares["Investor B"] == pytest.approx(1.176470, abs=1e-6)
    assert after.price == pytest.approx(1.1144, abs=1e-4)
    assert after.shares[OPTION_POOL] - before.shares[OPTION_POOL] == pytest.approx(1.695, abs=1e-3)
    assert after.shares["Series A"] == pytest.approx(4.486719, rel=1e-4)
    assert after.post_money == 20


@pytest.mark.parametrize(
    ("pre_money", "note_price", "note_shares"),
    [(10, 2.50, 0.010), (6, 4.00, 0.00625)],
    ids=["cap", "discount"],
)
def test_fundersclub_note_with_cap_and_discount(pre_money, note_price, note_shares):
    # FundersClub, "Numerical example: $25k convertible note with $5M cap, 20% discount" (USD m, shares in m):
    # round price 5.00; at 10 pre-money the cap wins (2.50, 10,000 shares), at 6 the discount (4.00, 6,250).
    old_shares = pre_money / 5.00 - note_shares
    before = CapTable.from_stakes({"Founders": 100}, total_shares=old_shares)
    after = before.convertible("Angel", 0.025, cap=5, discount=0.2).priced_round(
        pre_money, {"Series A": 1}
    )
    assert after.price == pytest.approx(5.00)
    assert after.shares["Angel"] == pytest.approx(note_shares)
    assert 0.025 / after.shares["Angel"] == pytest.approx(note_price)


def test_venture_hacks_option_pool_shuffle():
    # Venture Hacks, "The Option Pool Shuffle" (2007): 2 on 8 pre-money, 6m old shares, a pool of 20 % after
    # the round inside the pre-money value. Printed: 1.33 a share expected, 1.00 paid, effective pre-money 6.
    before = CapTable.from_stakes({"Founders": 100}, total_shares=6)
    assert before.priced_round(8, {"Series A": 2}).price == pytest.approx(1.33, abs=0.005)
    shuffled = before.option_pool(20, before_round=True).priced_round(8, {"Series A": 2})
    assert shuffled.price == pytest.approx(1.00)
    assert shuffled.stake(OPTION_POOL) == pytest.approx(20)
    assert shuffled.stake("Series A") == pytest.approx(20)
    assert shuffled.value("Founders") == pytest.approx(6)


# --- what always holds -------------------------------------------------------------------------------

money = st.floats(0.01, 1e4)
tables = st.lists(st.floats(0.1, 100), min_size=2, max_size=6).map(
    lambda parts: CapTable.from_stakes(
        {f"Holder {n}": 100 * part / sum(parts) for n, part in enumerate(parts)}, post_money=10
    )
)
rounds = st.dictionaries(st.sampled_from(["Holder 0", "New 1", "New 2"]), money, min_size=1)


@given(tables, money, rounds)
@settings(max_examples=60, deadline=None)
def test_a_priced_round_dilutes_every_old_stake_alike(table, pre_money, new_money):
    after = table.priced_round(pre_money, new_money)
    assert after.stakes.sum() == pytest.approx(100)
    factor = dilution_factor(pre_money, sum(new_money.values()))
    for holder in table.shares.index.difference(list(new_money)):
        assert after.shares[holder] == table.shares[holder]
        assert after.stake(holder) == pytest.approx(table.stake(holder) * factor)
    for investor, amount in new_money.items():
        bought = after.shares[investor] - table.shares.get(investor, 0)
        assert bought * after.price == pytest.approx(amount, rel=1e-6, abs=1e-9)
    assert after.price * after.total_shares == pytest.approx(after.post_money)
    assert table.stakes.sum() == pytest.approx(100), "the old table must not change"


@given(tables, st.floats(0.01, 1), money)
@settings(max_examples=60, deadline=None)
def test_a_secondary_issues_no_share_and_brings_the_company_nothing(table, part, valuation):
    amount = part * table.stake("Holder 0") / 100 * valuation
    after = table.secondary_sale("Holder 0", "Fund", amount, valuation=valuation)
    assert after.total_shares == pytest.approx(table.total_shares)
    assert after.value("Fund") == pytest.approx(amount)
    assert after.shares["Holder 1"] == table.shares["Holder 1"]
    assert after.history.iloc[-1][["new_money", "new_shares"]].tolist() == [0, 0]
    assert after.post_money == valuation


notes = st.builds(
    lambda name, principal, cap, discount, interest: ConvertibleNote(
        name, principal, cap and max(cap, 3 * principal), discount, interest
    ),
    st.just("Angel"), st.floats(0.1, 5), st.floats(1, 100) | st.none(), st.floats(0, 0.5), st.floats(0, 0.3),
)  # fmt: skip


@given(notes, notes, st.floats(0, 20), st.floats(50, 500), st.floats(1, 50))
@settings(max_examples=100, deadline=None)
def test_every_note_converts_at_its_lowest_price(first, second, pool, pre_money, raised):
    table = CapTable.from_stakes({"Founders": 90, OPTION_POOL: 10}, post_money=10)
    noted = table.option_pool(pool, before_round=True)
    for investor, note in (("Angel", first), ("Seed", second)):
        noted = noted.convertible(investor, note.principal, note.cap, note.discount, note.interest)
    after = noted.priced_round(pre_money, {"Fund": raised})
    pool_top_up = after.shares[OPTION_POOL] - table.shares[OPTION_POOL]
    company_before_round = after.total_shares - after.shares["Fund"] - pool_top_up
    for investor, note in (("Angel", first), ("Seed", second)):
        prices = [after.price * (1 - note.discount)]
        if note.cap:
            prices.append(note.cap / company_before_round)
        assert note.amount / after.shares[investor] == pytest.approx(min(prices))
    assert after.stake("Fund") == pytest.approx(100 * raised / (pre_money + raised))
    assert after.stake(OPTION_POOL) >= pool - 1e-9
    assert pool_top_up == 0 or after.stake(OPTION_POOL) == pytest.approx(pool)
    assert after.shares["Founders"] == 90
    assert after.notes == () and after.pool_pct_of_next_round is None


def test_a_note_owns_nothing_until_it_converts_and_history_counts_its_money_once(october_2025):
    noted = october_2025.convertible("Angel", 5, cap=100)
    assert noted.stakes.equals(october_2025.stakes)
    after = noted.priced_round(730, {"Amazon": 50})
    assert after.history["new_money"].sum() == 55
    assert after.history["new_shares"].sum() == pytest.approx(
        after.total_shares - october_2025.total_shares
    )
    assert after.post_money == 780


def test_a_down_round_lowers_the_price(october_2025):
    after = october_2025.priced_round(pre_money=100, new_money={"Rescuer": 100})
    assert after.price < october_2025.price
    assert after.stake("Foundation") == pytest.approx(13)


def test_a_pool_after_the_round_is_paid_for_by_everybody():
    after_round = CapTable.from_stakes({"Founders": 100}).priced_round(8, {"Series A": 2})
    pooled = after_round.option_pool(20)
    assert pooled.stake(OPTION_POOL) == pytest.approx(20)
    assert pooled.stake("Series A") == pytest.approx(16)
    assert pooled.post_money == 10
    assert pooled.option_pool(5).stakes.equals(pooled.stakes), "a pool that is large enough stays"


def test_rounded_stakes_are_scaled_to_100_and_the_history_says_so():
    table = CapTable.from_stakes({"A": 33.3, "B": 33.3, "C": 33.3}, post_money=3)
    assert table.stakes.sum() == pytest.approx(100)
    assert "99.9 %" in table.history.loc[0, "event"]


def test_implied_pre_money_undoes_a_round():
    assert implied_pre_money(50, 100 * 50 / 852, round_total=122) == pytest.approx(730)
    assert implied_pre_money(2, 20) == pytest.approx(8)


def test_a_table_prints_stakes_and_value(october_2025):
    assert "Foundation 26.0 %" in repr(october_2025)
    assert "500 USD bn" in repr(october_2025)
    assert "no price yet" in repr(CapTable.from_stakes({"Founders": 100}))


# --- bad input ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda t: CapTable.from_stakes({}), "at least one entry"),
        (lambda t: CapTable.from_stakes({"A": 0.26, "B": 0.74}), "percent, not fractions"),
        (lambda t: CapTable.from_stakes({"A": 60, "B": 30}), "add up to 90 %"),
        (
            lambda t: CapTable.from_stakes({"A": 110, "B": -10}),
            "stakes\\['B'\\] must not be negative",
        ),
        (lambda t: CapTable.from_stakes({"A": "100"}), "finite number"),
        (lambda t: CapTable.from_stakes({" ": 100}), "must be a name"),
        (lambda t: CapTable.from_stakes([100]), "must be a mapping"),
        (lambda t: CapTable.from_stakes({"A": 100}, post_money=0), "post_money must be positive"),
        (lambda t: t.priced_round(-730, {"Amazon": 50}), "down round has a lower pre-money value"),
        (lambda t: t.priced_round(math.nan, {"Amazon": 50}), "pre_money must be a finite number"),
        (lambda t: t.priced_round("730", {"Amazon": 50}), "got '730'"),
        (
            lambda t: t.priced_round(730, {"Amazon": -50}),
            "new_money\\['Amazon'\\] must not be negative",
        ),
        (lambda t: t.priced_round(730, {}), "at least one entry"),
        (lambda t: t.priced_round(730, 50), "such as"),
        (lambda t: t.stake("Foundaton"), "Did you mean 'Foundation'"),
        (lambda t: t.value("Nobody at all"), "known: Foundation, Microsoft"),
        (lambda t: t.secondary_sale("Microsoft", "Fund", 136), "cannot sell 136"),
        (lambda t: t.secondary_sale("Google", "Fund", 1), "no holder named 'Google'"),
        (lambda t: t.secondary_sale("Microsoft", "Microsoft", 1), "another buyer"),
        (lambda t: t.secondary_sale("Microsoft", "Fund", 0), "amount must be positive"),
        (lambda t: CapTable.from_stakes({"A": 100}).secondary_sale("A", "B", 1), "no price yet"),
        (lambda t: t.convertible("Angel", 0), "principal must be positive"),
        (lambda t: t.convertible("Angel", 1, discount=20), "Write 20 % as 0.2"),
        (lambda t: t.convertible("Angel", 1, cap=-5), "Leave it out for no cap"),
        (lambda t: ConvertibleNote("Angel", 1, interest=5), "interest must be at most 1"),
        (
            lambda t: t.convertible("Angel", 10, cap=9).priced_round(100, {"F": 1}),
            "claim the whole company",
        ),
        (
            lambda t: t.option_pool(95, before_round=True).priced_round(1, {"F": 1}),
            "lower the pool target",
        ),
        (lambda t: t.option_pool(100), "target_pct must be below 100"),
        (lambda t: implied_pre_money(50, 0), "stake_pct must be positive"),
        (lambda t: implied_pre_money(50, 5, round_total=40), "round_total must be at least 50"),
        (lambda t: dilution_factor(0, 10), "pre_money must be positive"),
        (
            lambda t: compare_with_pro_rata({"A": 99}, 10, {"B": 1}, {"C": 5}),
            "named 'C'; known: A, B",
        ),
        (
            lambda t: compare_with_pro_rata({"A": 60, "D": 60}, 10, {"B": 1}, {"A": 5}),
            "cannot exceed 100 %",
        ),
    ],
)
def test_bad_input_says_what_to_do(october_2025, attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt(october_2025)
