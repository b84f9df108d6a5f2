"""Valuation: a textbook's firm, the growth a price implies, properties, and bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.valuation import (
    GrowthCase,
    discounted_cash_flow,
    horizon_value,
    implied_growth,
    present_value,
    wacc,
)

RIO = [3.5, 3.2, 3.4, 5.9, 6.1, 6.0]  # USD m; Brealey, Myers and Allen, 12th edition, table 19.1


def test_wacc_of_the_textbook():
    # Rio Corporation, table 19.1: debt 6 %, equity 12.4 %, debt ratio 0.4, tax 35 %, WACC 9.0 %.
    assert wacc(12.4, 6.0, 0.4, 35) == pytest.approx(9.0, abs=0.01)
    # Sangria Corporation, slides of the 7th edition, chapter 19: 14.6 %, 8 %, 50 of 125, 35 %: 10.84 %.
    assert wacc(14.6, 8.0, 50 / 125, 35) == pytest.approx(10.84, abs=0.005)


def test_value_of_the_textbooks_firm():
    value = discounted_cash_flow(RIO, 6.8, rate_pct=9, growth_pct=3, net_debt=36)
    assert value.pv_flows == pytest.approx(20.3, abs=0.051)
    assert horizon_value(6.8, 9, 3) == pytest.approx(113.4, abs=0.11)
    assert value.pv_horizon == pytest.approx(67.6, abs=0.051)
    assert value.firm == pytest.approx(87.9, abs=0.1)  # printed from unrounded cash flows
    assert value.equity == pytest.approx(51.9, abs=0.1)
    assert value.horizon_share_pct == pytest.approx(100 * 67.6 / 87.9, abs=0.1)


def test_a_perpetuity_and_an_annuity_by_hand():
    # The crushing machine of Sangria, chapter 19: 1.355 a year for ever at 10.84 % is 12.5.
    assert horizon_value(1.355, 10.84, 0) == pytest.approx(12.5, abs=0.01)
    assert present_value([110, 121], 10) == pytest.approx(200)


def test_the_middle_of_the_year_is_worth_half_a_year_of_interest_more():
    end = discounted_cash_flow(RIO, 6.8, 9, 3)
    middle = discounted_cash_flow(RIO, 6.8, 9, 3, mid_year=True)
    assert middle.firm == pytest.approx(end.firm * 1.09**0.5)


def test_a_case_is_the_sum_of_its_cash_flows():
    case = GrowthCase(10, -50, 20, 12, 3, years=5)
    flows = case.cash_flows(30)
    assert flows[0] == pytest.approx(13 * -0.36) and flows[-1] == pytest.approx(10 * 1.3**5 * 0.2)
    value = discounted_cash_flow(flows, flows[-1] * 1.03, 12, 3)
    assert case.value(30) == pytest.approx(value.firm)
    assert case.value([0, 30])[1] == pytest.approx(value.firm)


@given(st.floats(-20, 90), st.floats(5, 40), st.floats(8, 20), st.booleans())
@settings(max_examples=80, deadline=None)
def test_the_implied_growth_gives_the_value_back(growth, margin, rate, middle):
    case = GrowthCase(10, 2, margin, rate, 3, mid_year=middle)
    found = implied_growth(case.value(growth), case)
    assert found.found and found.growth_pct == pytest.approx(growth, abs=1e-3)


@given(st.floats(10, 30), st.floats(100, 2000))
@settings(max_examples=60, deadline=None)
def test_a_lower_margin_or_a_higher_rate_asks_for_more_growth(margin, value):
    usual = implied_growth(value, GrowthCase(13, -60, margin, 12, 3)).growth_pct
    assert implied_growth(value, GrowthCase(13, -60, margin - 5, 12, 3)).growth_pct > usual
    assert implied_growth(value, GrowthCase(13, -60, margin, 14, 3)).growth_pct > usual


@pytest.mark.parametrize(
    ("case", "value", "words"),
    [
        (GrowthCase(13, -60, -5, 12, 3), 690, "only loses more"),
        (GrowthCase(13, -60, 0, 12, 3), 690, "no growth gives this value"),
        (GrowthCase(13, 20, 20, 12, 3), 1, "halves each year"),
        (GrowthCase(0.001, 20, 20, 12, 3, years=2), 1e6, "even growth of 300 %"),
    ],
)
def test_it_says_when_there_is_no_growth(case, value, words):
    found = implied_growth(value, case)
    assert not found.found and math.isnan(found.growth_pct) and words in found.reason


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: horizon_value(5, 8, 9), "must stay below the discount rate"),
        (lambda: horizon_value(5, 8, 8), "must be below 8"),
        (lambda: GrowthCase(10, 0, 20, 3, 3), "must stay below the discount rate"),
        (lambda: GrowthCase(0, 0, 20, 12, 3), "revenue must be positive"),
        (lambda: wacc(12, 6, 40, 35), "Write 40 % as 0.4"),
        (lambda: wacc(12, 6, 0.4, 100), "tax_rate_pct must be below 100"),
        (lambda: present_value([1, np.nan], 9), "finite number"),
        (lambda: present_value([], 9), "not empty"),
        (lambda: implied_growth(-5, GrowthCase(10, 0, 20, 12, 3)), "value must be positive"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
