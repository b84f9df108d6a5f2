"""Anti-dilution: a published down round, properties, and bad input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.anti_dilution import (
    BROAD,
    NONE,
    RATCHET,
    Protected,
    down_round,
    full_ratchet_price,
    weighted_average_price,
)
from aicapital.models.cap_table import CapTable


def gust():
    """Gust, "Anti-Dilution": 1.5 m common, 2.5 m Series A at 1, 2 m Series B at 2, 1 m options."""
    stakes = {"Common": 150 / 7, "A": 250 / 7, "B": 200 / 7, "Option pool": 100 / 7}
    return CapTable.from_stakes(stakes, post_money=14, total_shares=7)


def test_weighted_average_of_the_published_example():
    # 2 m shares of Series C at 0.50 for 1 m: Series A 1.00 x 8 / 9 = 0.88, so 2,812,500 shares.
    price = weighted_average_price(1.0, 7.0, 1.0, 2.0)
    assert price == pytest.approx(8 / 9)
    assert 2_500_000 * 1.0 / price == pytest.approx(2_812_500)


def test_the_same_example_through_a_cap_table():
    round_c = down_round(
        gust(), {"A": Protected(2.5, 1.0), "B": Protected(2.0, 2.0)}, 3.5, {"C": 1.0}, BROAD
    )
    assert round_c.attrs["price"] == pytest.approx(0.5)
    assert round_c.at["A", "extra_shares"] == pytest.approx(0.3125)
    assert round_c.at["B", "extra_shares"] == pytest.approx(0.4)  # 2 x 2 / (2 x 7.5 / 9) - 2


def test_full_ratchet_of_the_published_example():
    # Gust, same page: paid 2 a share, a later round at 1: the right to convert at 1 doubles the shares.
    assert 10 * 2.0 / full_ratchet_price(2.0, 1.0) == pytest.approx(20)


@given(st.floats(0.05, 13), st.floats(0.1, 20))
@settings(max_examples=100, deadline=None)
def test_protection_is_ordered_and_stakes_make_the_whole(pre_money, money):
    lots = {"A": Protected(2.5, 2.0)}
    stakes = {
        kind: down_round(gust(), lots, pre_money, {"C": money}, kind)
        for kind in (NONE, BROAD, RATCHET)
    }
    for result in stakes.values():
        assert result[["unprotected_pct", "after_pct"]].sum().tolist() == pytest.approx([100, 100])
    held = [stakes[kind].at["A", "after_pct"] for kind in (NONE, BROAD, RATCHET)]
    assert held[0] <= held[1] + 1e-9 and held[1] <= held[2] + 1e-9
    unprotected = [stakes[kind].at["Common", "after_pct"] for kind in (NONE, BROAD, RATCHET)]
    assert unprotected[0] >= unprotected[1] - 1e-9 >= unprotected[2] - 2e-9


@given(st.floats(14, 100), st.floats(0.1, 20), st.sampled_from([BROAD, RATCHET]))
@settings(max_examples=50, deadline=None)
def test_an_up_round_needs_no_protection(pre_money, money, kind):
    result = down_round(gust(), {"A": Protected(2.5, 2.0)}, pre_money, {"C": money}, kind)
    assert result.attrs["extra_shares"] == pytest.approx(0, abs=1e-9)
    assert result["after_pct"].tolist() == pytest.approx(result["unprotected_pct"].tolist())


def test_a_tiny_round_moves_the_average_little_and_the_ratchet_fully():
    lots = {"A": Protected(2.5, 2.0)}
    broad = down_round(gust(), lots, 3.5, {"C": 0.001}, BROAD).attrs["extra_shares"]
    ratchet = down_round(gust(), lots, 3.5, {"C": 0.001}, RATCHET).attrs["extra_shares"]
    assert broad < 0.002 and ratchet == pytest.approx(7.5)


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: weighted_average_price(0, 7, 1, 2), "old_price must be positive"),
        (lambda: weighted_average_price(1, 7, -1, 2), "new_money must not be negative"),
        (lambda: full_ratchet_price(1, 0), "new_price must be positive"),
        (lambda: Protected(0, 1), "shares must be positive"),
        (lambda: down_round(gust(), {"A": Protected(3, 1)}, 3, {"C": 1}), "cannot be protected"),
        (lambda: down_round(gust(), {"Z": Protected(3, 1)}, 3, {"C": 1}), "no protected holder"),
        (lambda: down_round(gust(), {}, 3, {"C": 1}, "ratchet"), "no protection named"),
        (lambda: down_round(gust(), {}, -3, {"C": 1}), "pre_money must be positive"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
