"""Funnel: a published margin multiple, small cases by hand, properties, and bad input."""

import math
import timeit
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.funnel import (
    Funnel,
    compare,
    contribution,
    customer_lifetime_value,
    price_from_tokens,
    revenue,
    revenue_gap,
)

# Made-up numbers, easy to follow by hand.
OWNER = Funnel(
    "Owner", reach_millions=500, activation=0.1, retention=0.4, price_usd=60, serving_cost_usd=20
)
SELLER = Funnel(
    "Seller", 50, 0.2, 0.8, 150, serving_cost_usd=50, acquisition_cost_usd=30, fixed_cost_usd_bn=0.3
)


def test_margin_multiples_of_gupta_and_lehmann():
    # Gupta and Lehmann, "Customers as Assets", Journal of Interactive Marketing 17(1), 2003: m r /
    # (1 + i - r). A retention of 80 % at 10 % makes 2.67 years of margin (as printed in Alhamed's
    # Frameworks Library, m.02, after Gupta).
    assert customer_lifetime_value(1, 0.8, 10) == pytest.approx(2.67, abs=0.005)


def test_lifetime_value_is_the_sum_of_discounted_years():
    years = np.arange(1, 400)
    assert customer_lifetime_value(50, 0.7, 12) == pytest.approx((50 * (0.7 / 1.12) ** years).sum())


def test_funnels_by_hand():
    # Owner: 50 million activated, 20 stay, at 60 = 1.2 bn, less 20 x 20 = 0.4 bn.
    assert OWNER.revenue_usd_bn == pytest.approx(1.2)
    assert OWNER.contribution_usd_bn == pytest.approx(0.8)
    # Seller: 10 activated, 8 stay, at 150 = 1.2 bn, less 0.4 serving, 0.3 acquisition, 0.3 fixed.
    assert SELLER.revenue_usd_bn == pytest.approx(1.2)
    assert SELLER.contribution_usd_bn == pytest.approx(0.2)
    assert SELLER.break_even_acquisition_cost_usd == pytest.approx(50)
    assert price_from_tokens(75, 2) == 150


def test_elasticities_by_hand():
    found = SELLER.elasticities()
    assert found["revenue"].tolist() == [1, 1, 1, 1]
    assert found["contribution"].to_dict() == pytest.approx(
        {"reach": 0.5 / 0.2, "activation": 0.5 / 0.2, "retention": 0.8 / 0.2, "price": 1.2 / 0.2}
    )
    assert replace(SELLER, fixed_cost_usd_bn=1).elasticities()["contribution"].isna().all()


def test_comparison_and_gap_of_two_funnels():
    table = compare(OWNER, SELLER)
    assert table.loc["customers_millions"].to_dict() == {"Owner": 20, "Seller": 8}
    gap = revenue_gap(OWNER, SELLER)
    assert gap["ratio"].to_dict() == pytest.approx(
        {"reach_millions": 10, "activation": 0.5, "retention": 0.5, "price_usd": 0.4}
    )
    assert gap["log_points"].sum() == pytest.approx(0)


funnels = st.builds(
    Funnel,
    name=st.just("Any"),
    reach_millions=st.floats(1, 4000),
    activation=st.floats(0.001, 1),
    retention=st.floats(0.01, 1),
    price_usd=st.floats(1, 500),
    serving_cost_usd=st.floats(0, 300),
    acquisition_cost_usd=st.floats(0, 300),
    fixed_cost_usd_bn=st.floats(0, 20),
)


@given(funnels)
@settings(max_examples=150, deadline=None)
def test_at_the_break_even_acquisition_cost_nothing_is_left(funnel):
    cost = funnel.break_even_acquisition_cost_usd
    if cost >= 0:
        even = replace(funnel, acquisition_cost_usd=cost)
        assert even.contribution_usd_bn == pytest.approx(
            0, abs=1e-9 * max(funnel.revenue_usd_bn, 1)
        )
    else:
        assert replace(funnel, acquisition_cost_usd=0).contribution_usd_bn < 1e-12


def profitable(funnel, serving, winning, fixed):
    """The same funnel with costs that eat these parts of what is left at each stage."""
    served = replace(
        funnel,
        serving_cost_usd=serving * funnel.price_usd,
        acquisition_cost_usd=0,
        fixed_cost_usd_bn=0,
    )
    won = replace(served, acquisition_cost_usd=winning * served.break_even_acquisition_cost_usd)
    return replace(won, fixed_cost_usd_bn=fixed * won.contribution_usd_bn)


parts = st.floats(0, 0.8)


@given(
    st.builds(profitable, funnels, parts, parts, parts),
    st.sampled_from(["reach", "activation", "retention", "price"]),
)
@settings(max_examples=150, deadline=None)
def test_elasticities_are_the_slopes(funnel, step):
    column = {"reach": "reach_millions", "price": "price_usd"}.get(step, step)
    small = replace(funnel, **{column: getattr(funnel, column) * (1 - 1e-6)})
    fall = 1 - small.contribution_usd_bn / funnel.contribution_usd_bn
    expected = funnel.elasticities().loc[step, "contribution"]
    assert fall / 1e-6 == pytest.approx(expected, rel=1e-3, abs=1e-3)


@given(funnels, funnels)
@settings(max_examples=80, deadline=None)
def test_the_steps_of_the_gap_multiply_to_the_ratio_of_revenues(one, other):
    gap = revenue_gap(one, replace(other, name="Other"))
    assert gap["ratio"].prod() == pytest.approx(one.revenue_usd_bn / other.revenue_usd_bn)


def test_lists_and_columns_of_funnels():
    assert revenue([100, 200], 0.1, 0.5, 20) == pytest.approx([0.1, 0.2])
    table = pd.DataFrame({"reach": [100, 200], "cost": [0, 5]}, index=["A", "B"])
    found = contribution(table["reach"], 0.1, 0.5, 20, acquisition_cost_usd=table["cost"])
    assert found.to_dict() == pytest.approx({"A": 0.1, "B": 0.1})


def test_fast_enough_for_a_slider():
    costs = np.linspace(0, 200, 200)
    draw = lambda: contribution(50, 0.2, 0.8, 150, 50, costs, 0.3)  # noqa: E731
    best = min(timeit.repeat(draw, number=20, repeat=5)) / 20
    assert best < 0.001, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: replace(OWNER, activation=10), "Write 5 % as 0.05"),
        (lambda: replace(OWNER, reach_millions=0), "reach_millions must be positive"),
        (lambda: replace(OWNER, name=""), "must be a name"),
        (lambda: replace(OWNER, price_usd=math.nan), "price_usd must be a finite number"),
        (lambda: revenue([1, 2], [0.1, 0.2, 0.3], 1, 1), "activation has 3"),
        (lambda: contribution([1, 2], 0.1, 1, 1, [1, 2, 3]), "serving_cost_usd has 3"),
        (lambda: contribution(1, 0.1, 1, 1, acquisition_cost_usd=-1), "must not be negative"),
        (lambda: compare(), "at least one Funnel"),
        (lambda: compare(OWNER, OWNER), "name of its own"),
        (lambda: customer_lifetime_value(1, 0.8, 0), "Write 10 % as 10"),
        (lambda: price_from_tokens("many", 2), "got 'many'"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
