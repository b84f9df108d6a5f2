"""Make or buy: published break-even examples, properties that always hold, sensitivity, and bad
input."""

import math
import timeit
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.make_or_buy import MakeOrBuy
from aicapital.models.tornado import tornado


def part(fixed, unit_cost, price):
    """A textbook part: it lasts one period, does the same work and is never idle."""
    return MakeOrBuy(fixed, unit_cost, price, own_lifetime=1, bought_lifetime=1)


@pytest.mark.parametrize(
    ("fixed", "unit_cost", "price", "published"),
    [
        # Encyclopedia of Management, "Make-or-Buy Decisions" (referenceforbusiness.com): 250,000 +
        # 10 Q = 15 Q.
        (250_000, 10, 15, 50_000),
        # algebra.com, question 1149091: 8 x = 40,000 + 5.5 x.
        (40_000, 5.5, 8, 16_000),
        # S. Curkovic, introductory supply chain class, 25 March 2023: 200,000 fixed, 0.40 against
        # 0.75.
        (200_000, 0.40, 0.75, 571_429),
    ],
)
def test_published_break_even_volumes(fixed, unit_cost, price, published):
    assert part(fixed, unit_cost, price).break_even_volume == pytest.approx(published, rel=1e-6)


def test_published_total_costs_on_both_sides_of_the_break_even():
    # algebra.com, question 1149091: at 16,000 both cost 128,000; at 15,000 buying costs 120,000,
    # making 122,500.
    costs = part(40_000, 5.5, 8).total_cost([15_000, 16_000])
    assert costs["buy"].tolist() == [120_000, 128_000]
    assert costs["make"].tolist() == [122_500, 128_000]


def test_a_chip_by_hand():
    # An own chip works 4 years x 0.5 x 0.8 = 1.6 useful years, a bought one 4 x 0.4 = 1.6: one
    # replaces one. Bought 20,000 + 4 x 1,000 = 24,000; own 5,000 + 4 x 750 = 8,000; saving 16,000 a
    # chip.
    chip = MakeOrBuy(800e6, 5_000, 20_000, 4, 4, 0.8, 0.5, 0.4, 750, 1_000)
    assert chip.chips_replaced == pytest.approx(1)
    assert chip.saving_per_chip == pytest.approx(16_000)
    assert chip.break_even_volume == pytest.approx(50_000)
    assert chip.cost_per_useful_year(50_000).iloc[0].tolist() == pytest.approx(
        [50_000, 15_000, 15_000]
    )


def test_an_own_chip_that_saves_nothing_never_pays():
    assert part(1, 10, 10).break_even_volume == math.inf
    assert part(0, 5, 10).break_even_volume == 0


cases = st.builds(
    MakeOrBuy,
    design_cost=st.floats(0, 5e9),
    unit_cost=st.floats(0, 2e4),
    price=st.floats(1e3, 5e4),
    own_lifetime=st.floats(1, 8),
    bought_lifetime=st.floats(1, 8),
    performance_ratio=st.floats(0.2, 2),
    own_utilisation=st.floats(0.1, 1),
    bought_utilisation=st.floats(0.1, 1),
    own_running_cost=st.floats(0, 3e3),
    bought_running_cost=st.floats(0, 3e3),
)


@given(cases, st.floats(1, 1e7))
@settings(max_examples=150, deadline=None)
def test_break_even_volume_price_and_costs_agree(case, volume):
    costs = case.total_cost(volume).iloc[0]
    per_year = case.cost_per_useful_year(volume).iloc[0]
    useful_years = volume * case.own_useful_years
    assert per_year["make"] * useful_years == pytest.approx(costs["make"])
    assert per_year["buy"] * useful_years == pytest.approx(costs["buy"])
    assert (costs["make"] < costs["buy"] * (1 - 1e-9)) <= (
        volume > case.break_even_volume * (1 - 1e-6)
    )
    price = case.break_even_price(volume)
    if price > 0:
        assert replace(case, price=price).total_cost(volume).iloc[0][
            ["make", "buy"]
        ].std() == pytest.approx(0, abs=1e-6 * costs["make"])
    even = case.break_even_volume
    if 0 < even < 1e12:
        at_even = case.total_cost(even).iloc[0]
        assert at_even["make"] == pytest.approx(at_even["buy"])


@given(cases, st.floats(1.01, 3))
@settings(max_examples=80, deadline=None)
def test_dearer_design_raises_and_dearer_chips_lower_the_break_even(case, factor):
    assert (
        replace(case, design_cost=case.design_cost * factor).break_even_volume
        >= case.break_even_volume
    )
    assert replace(case, price=case.price * factor).break_even_volume <= case.break_even_volume


def test_sensitivity_puts_the_widest_swing_first():
    base = part(250_000, 10, 15)
    table = base.sensitivity(
        {"price": (12, 20), "design_cost": (200_000, 300_000), "unit_cost": (9, 16)}
    )
    assert table.attrs["base"] == 50_000
    assert table["assumption"].tolist() == [
        "unit_cost",
        "price",
        "design_cost",
    ]  # no saving at a unit cost of 16
    assert table.set_index("assumption").loc[
        "price", ["outcome_at_low", "outcome_at_high"]
    ].tolist() == [
        125_000,
        25_000,
    ]
    assert table["swing"].iloc[-1] == pytest.approx(20_000)


def test_fast_enough_for_a_slider():
    volumes = np.geomspace(1e3, 1e7, 200)
    case = part(250_000, 10, 15)
    best = min(timeit.repeat(lambda: case.cost_per_useful_year(volumes), number=20, repeat=5)) / 20
    assert best < 0.001, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: part(-1, 10, 15), "design_cost must not be negative"),
        (lambda: part(1, 10, 0), "price must be positive.*not in USD bn"),
        (lambda: MakeOrBuy(1, 1, 2, 4, 4, own_utilisation=60), "Write 60 % as 0.6"),
        (lambda: MakeOrBuy(1, 1, 2, 0, 4), "own_lifetime must be positive"),
        (lambda: MakeOrBuy(1, 1, 2, 4, 4, performance_ratio=math.nan), "finite number"),
        (lambda: part(1, 1, 2).cost_per_useful_year(0), "Without chips"),
        (lambda: part(1, 1, 2).total_cost([1, -1]), r"volume\[1\] must not be negative"),
        (lambda: part(1, 1, 2).sensitivity({"prise": (1, 2)}), "Did you mean 'price'"),
        (lambda: part(1, 1, 2).sensitivity({"price": (2, 1)}), "lower value first"),
        (lambda: part(1, 1, 2).sensitivity({"price": 2}), "a pair"),
        (lambda: tornado(abs, {"x": 1}, {}), "ranges must be a mapping"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
