"""Complements: published results, brute force against closed forms, properties, and bad input."""

import math
import timeit
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aicapital.models.complements import (
    ComplementMarket,
    FreeComplement,
    break_even_uplift_pct,
    community_savings,
)

# --- published examples
# ------------------------------------------------------------------------------


def test_published_toll_road():
    # "Complementary monopoly" (HandWiki, after Cournot): demand D (Pmax - P), no costs. One owner:
    # Pmax / 2, revenue D Pmax^2 / 4. Two owners: Pmax / 3 each, 2 Pmax / 3 together, revenue 2 D
    # Pmax^2 / 9.
    road = ComplementMarket(a=90 * 7, b=7)
    separate, joint = road.separate(), road.joint()
    assert joint["total_price"] == pytest.approx(90 / 2)
    assert joint["joint_profit"] == pytest.approx(7 * 90**2 / 4)
    assert separate[["price_1", "price_2", "total_price"]].tolist() == pytest.approx([30, 30, 60])
    assert separate["joint_profit"] == pytest.approx(2 * 7 * 90**2 / 9)


def test_software_and_operating_system():
    # Exercise "Godzilla and Macrosoft" (tutorsglobe.com): q = 720 - p, marginal cost 10 each. Its
    # answers, by hand: together 720 - 2 p + 20 = 0; apart 720 - 2 p1 - p2 + 10 = 0 and the same for
    # p2.
    market = ComplementMarket(720, 1, 10, 10)
    assert market.joint()["total_price"] == pytest.approx(370)
    assert market.separate()["price_1"] == pytest.approx(730 / 3)
    assert market.separate()["total_price"] == pytest.approx(1460 / 3)


# --- Cournot complements
# -----------------------------------------------------------------------------

markets = st.tuples(
    st.floats(1, 1000), st.floats(0.1, 20), st.floats(0, 0.45), st.floats(0, 0.45)
).map(lambda t: ComplementMarket(t[0], t[1], t[2] * t[0] / t[1], t[3] * t[0] / t[1]))


@given(markets)
@settings(max_examples=150, deadline=None)
def test_one_owner_charges_less_and_all_gain(market):
    separate, joint = market.separate(), market.joint()
    assert joint["total_price"] < separate["total_price"]
    assert joint["joint_profit"] > separate["joint_profit"]
    assert joint["consumer_surplus"] > separate["consumer_surplus"]
    assert joint["joint_profit"] / separate["joint_profit"] == pytest.approx(9 / 8)


@given(markets, st.floats(0, 3), st.sampled_from([1, 2]))
@settings(max_examples=150, deadline=None)
def test_in_equilibrium_no_firm_gains_by_another_price(market, factor, firm):
    prices = market.separate()[["price_1", "price_2"]].tolist()
    best = market.outcome(*prices)[f"profit_{firm}"]
    assert market.best_response(firm, prices[2 - firm]) == pytest.approx(prices[firm - 1])
    prices[firm - 1] *= factor
    assert market.outcome(*prices)[f"profit_{firm}"] <= best * (1 + 1e-9)


@given(markets, st.floats(0, 2), st.floats(0, 2))
@settings(max_examples=150, deadline=None)
def test_no_pair_of_prices_beats_the_joint_ones(market, one, two):
    top = market.a / market.b
    assert market.outcome(one * top, two * top)["joint_profit"] <= market.joint()[
        "joint_profit"
    ] * (1 + 1e-9)


def test_only_the_sum_of_the_prices_matters_to_one_owner():
    market = ComplementMarket(100, 1)
    assert market.outcome(50, 0)["joint_profit"] == market.joint()["joint_profit"]


# --- giving one good away
# ----------------------------------------------------------------------------


def test_a_free_complement_by_hand():
    # Core 100 - p + L q, second good 20 - p: alone it would cost 10. Zero is best from 20 L^2 + 100
    # L = 40: L = (-100 + sqrt(13,200)) / 40 = 0.372.
    goods = FreeComplement(100, 1, 20, 1, lift=0)
    assert goods.best()["second_price"] == pytest.approx(10)
    assert goods.best()["core_price"] == pytest.approx(50)
    assert goods.zero_price_lift == pytest.approx((-100 + math.sqrt(13_200)) / 40)
    assert replace(goods, lift=0.36).best()["second_price"] > 0
    given_away = replace(goods, lift=0.38).best()
    assert given_away["second_price"] == 0
    assert given_away["core_profit"] == pytest.approx((100 + 0.38 * 20) ** 2 / 4)


free_goods = st.builds(
    FreeComplement,
    core_demand=st.floats(1, 200),
    core_slope=st.floats(0.2, 5),
    second_demand=st.floats(1, 200),
    second_slope=st.floats(0.2, 5),
    lift=st.floats(0, 5),
    second_cost=st.floats(0, 30),
)


@given(free_goods)
@settings(max_examples=150, deadline=None)
def test_no_price_on_a_fine_grid_beats_the_best_one(goods):
    grid = np.linspace(0, goods.second_demand / goods.second_slope, 400)
    assert goods.best()["profit"] >= goods.at_price(grid)["profit"].max() * (1 - 1e-9)


@given(free_goods)
@settings(max_examples=150, deadline=None)
def test_zero_is_the_best_price_from_the_threshold_on(goods):
    threshold = goods.zero_price_lift
    assume(threshold > 1e-3)
    above, below = (replace(goods, lift=threshold * factor) for factor in (1.001, 0.999))
    assert above.best()["second_price"] == 0
    assert below.best()["second_price"] > 0
    assert replace(goods, lift=threshold * 3).best()["second_price"] == 0


@given(free_goods, st.floats(0.2, 5))
@settings(max_examples=100, deadline=None)
def test_the_core_price_is_the_best_answer(goods, factor):
    found = goods.at_price(1.0)
    price = found["core_price"] * factor
    sold = goods.core_demand - goods.core_slope * price + goods.lift * found["second_quantity"]
    assert (price - goods.core_cost) * max(sold, 0) <= found["core_profit"] * (1 + 1e-9)


# --- paying for a free model
# -------------------------------------------------------------------------


def test_uplift_and_savings_by_hand():
    # 4 bn of cost and 1 bn forgone on 200 bn of revenue with 50 % left of each extra dollar: 5 /
    # 100.
    assert break_even_uplift_pct(4, 200, 50, forgone_profit=1) == pytest.approx(5)
    assert break_even_uplift_pct([2, 4], 200, 50) == pytest.approx([2, 4])
    saved = community_savings(
        1000, 500_000, 0.2, compute_bill=30, efficiency_gain_pct=2, support_cost=0.1
    )
    assert saved.to_dict() == pytest.approx(
        {"engineering": 0.1, "compute": 0.6, "support": -0.1, "total": 0.6}
    )


@given(st.floats(0, 50), st.floats(1, 500), st.floats(1, 100), st.floats(0, 20))
@settings(max_examples=100, deadline=None)
def test_the_uplift_pays_for_the_model_exactly(cost, core, margin, forgone):
    uplift = break_even_uplift_pct(cost, core, margin, forgone)
    assert core * uplift / 100 * margin / 100 == pytest.approx(cost + forgone, abs=1e-9)


def test_fast_enough_for_a_slider():
    goods, grid = FreeComplement(100, 1, 20, 1, lift=0.3), np.linspace(0, 20, 200)
    best = min(timeit.repeat(lambda: goods.at_price(grid), number=20, repeat=5)) / 20
    assert best < 0.001, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: ComplementMarket(0, 1), "a must be positive"),
        (lambda: ComplementMarket(10, 1, 6, 6), "total price of a / b = 10"),
        (lambda: ComplementMarket(10, 1, -1), "cost_1 must not be negative"),
        (lambda: ComplementMarket(10, 1).best_response(3, 1), "firm must be 1 or 2"),
        (lambda: ComplementMarket(10, 1).best_response(1, [1, math.nan]), r"price_of_other\[1\]"),
        (lambda: ComplementMarket(10, 1).outcome("5", 1), "price_1 must be a finite number"),
        (lambda: FreeComplement(10, 1, 5, 1, 0.1, core_cost=12), "cannot be sold above its cost"),
        (lambda: FreeComplement(10, 1, 5, 1, -0.1), "lift must not be negative"),
        (
            lambda: FreeComplement(10, 1, 5, 1, 0.1).at_price(-1),
            "second_price must not be negative",
        ),
        (lambda: break_even_uplift_pct(4, 0, 50), "core_revenue must be positive"),
        (lambda: break_even_uplift_pct(4, 200, 400), "at most 100"),
        (lambda: break_even_uplift_pct([1, 2], [1, 2, 3], 50), "core_revenue has 3"),
        (lambda: community_savings(1, 1, 20), "Write 20 % as 0.2"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
