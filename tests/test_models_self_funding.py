"""Self-funding: published cash flows, the pecking order, properties that always hold, and bad
input."""

import math
import timeit

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.self_funding import (
    external_finance_need,
    first_outside_year,
    free_cash_flow,
    growth_path,
    max_self_funded_growth,
    outside_money_by_growth,
    pecking_order,
    self_funding_ratio,
)

# --- published figures
# -------------------------------------------------------------------------------


def test_published_free_cash_flow_of_alphabet_2024():
    # Alphabet, Form 10-K for 2024: operating cash flow 125.299, purchases of property and equipment
    # 52.535; free cash flow 72.764 by the company's definition.
    assert free_cash_flow(125.299, 52.535) == pytest.approx(72.764)
    assert self_funding_ratio(125.299, 52.535) == pytest.approx(2.385, abs=0.0005)


def test_meta_2024_differs_by_definition():
    # Meta, Form 10-K for 2024: operating cash flow 91.328, purchases 37.256. Fourth-quarter release
    # of 29 January 2025: capital expenditures including principal payments on finance leases 39.23.
    assert free_cash_flow(91.328, 37.256) == pytest.approx(54.072)
    assert free_cash_flow(91.328, 37.256, finance_lease_principal=39.23 - 37.256) == pytest.approx(
        91.328 - 39.23
    )


def test_textbook_pecking_order():
    # Quiz on capital structure policy (quizplus.com, "Newbury Inc."): 2 million retained, up to 1.5
    # of debt and 1.5 of stock, capital budget 2.5: answer B, 2 from retained earnings and 0.5 of
    # debt.
    row = pecking_order(need=2.5, cash=2, debt_capacity=1.5).iloc[0]
    assert (row["internal"], row["debt"], row["equity"]) == (2, 0.5, 0)


# --- small cases by hand
# -----------------------------------------------------------------------------


def test_outside_money_year_by_year():
    # Cash 5 above a minimum of 2: 3 to spend. Net cash -1, -4, +3, -5: short 2 in year 2, 4 in year
    # 4 (2 left of 3 + 2).
    plan = external_finance_need(
        [10, 10, 18, 10], [11, 14, 15, 15], opening_cash=5, minimum_cash=2, first_year=2026
    )
    assert plan["outside_money"].tolist() == [0, 2, 0, 2]
    assert plan["closing_cash"].tolist() == [4, 2, 5, 2]
    assert first_outside_year(plan) == 2027


def test_payouts_bring_the_need_forward():
    plan = external_finance_need([10, 10], [9, 9], payouts=3)
    assert plan["outside_money"].tolist() == [2, 2]
    assert first_outside_year(external_finance_need([10, 10], [9, 9])) is None


def test_a_surplus_repays_debt_before_it_builds_cash():
    plan = pecking_order([4, 6, -3, -4], cash=5, debt_capacity=4)
    assert plan["internal"].tolist() == [4, 1, 0, -3]
    assert plan["debt"].tolist() == [0, 4, -3, -1]
    assert plan["equity"].tolist() == [0, 1, 0, 0]
    assert plan["cash_left"].tolist() == [1, 0, 0, 3]
    assert first_outside_year(plan) == 2


def test_growth_limit_in_closed_form():
    # One year: 120 own money on 60 of capex doubles it. Two years at 100 a year on 50: 50 x + 50
    # x^2 = 200, x = (-1 + sqrt(17)) / 2; the first year alone would allow x = 2.
    assert max_self_funded_growth(100, 60, years=1, ocf_growth_pct=20) == pytest.approx(100)
    expected = 100 * ((-1 + math.sqrt(17)) / 2 - 1)
    assert max_self_funded_growth(100, 50, years=2) == pytest.approx(expected)


def test_no_growth_at_all_when_the_firm_burns_cash():
    assert math.isnan(max_self_funded_growth(-5, 1, years=3, opening_cash=10))
    assert max_self_funded_growth(-5, 1, years=1, opening_cash=10) == pytest.approx(400)


def test_growth_path_takes_one_rate_or_one_a_year():
    assert growth_path(100, 10, 2) == pytest.approx([110, 121])
    assert growth_path(100, [10, -50], 2) == pytest.approx([110, 55])


def test_columns_of_a_table_come_back_as_columns():
    table = pd.DataFrame({"ocf": [10.0, 20.0], "capex": [4.0, 30.0]}, index=["A", "B"])
    assert free_cash_flow(table["ocf"], table["capex"]).to_dict() == {"A": 6, "B": -10}
    with pytest.raises(ValueError, match="different indexes"):
        free_cash_flow(table["ocf"], table["capex"].set_axis(["B", "A"]))


# --- properties
# --------------------------------------------------------------------------------------

flows = st.lists(st.tuples(st.floats(-50, 200), st.floats(0, 200)), min_size=1, max_size=10)
money = st.floats(0, 300)


@given(flows, money, money, st.floats(0, 50))
@settings(max_examples=150, deadline=None)
def test_cash_never_falls_below_the_minimum_and_nothing_is_raised_early(
    rows, opening, minimum, payouts
):
    cash, capex = np.array(rows).T
    plan = external_finance_need(cash, capex, opening, minimum, payouts)
    raised, closing = plan["outside_money"].to_numpy(), plan["closing_cash"].to_numpy()
    assert (raised >= 0).all()
    assert (closing >= minimum - 1e-6).all()
    assert closing[raised > 1e-6] == pytest.approx(minimum, abs=1e-6)
    assert opening + raised.sum() + (cash - capex - payouts).sum() == pytest.approx(
        closing[-1], abs=1e-6
    )


@given(st.lists(st.floats(-100, 200), min_size=1, max_size=12), money, money)
@settings(max_examples=150, deadline=None)
def test_the_pecking_order_pays_every_need_in_order(needs, cash, capacity):
    plan = pecking_order(needs, cash, capacity)
    assert plan[["internal", "debt", "equity"]].sum(axis=1).to_numpy() == pytest.approx(
        np.array(needs), abs=1e-9
    )
    assert (plan["cash_left"] >= -1e-9).all()
    assert plan["debt_drawn"].between(-1e-9, capacity + 1e-9).all()
    assert (plan["equity"] >= 0).all()
    assert (plan.loc[plan["debt"] > 1e-9, "cash_left"] < 1e-9).all(), "debt only when cash is gone"
    assert (plan.loc[plan["equity"] > 1e-9, "debt_drawn"] > capacity - 1e-9).all(), (
        "shares only after debt"
    )


@given(
    st.floats(1, 200),
    st.floats(1, 100),
    st.integers(1, 8),
    st.floats(-20, 40),
    money,
    st.floats(0, 100),
)
@settings(max_examples=150, deadline=None)
def test_the_growth_limit_is_where_outside_money_begins(
    cash, capex, years, growth, opening, payouts
):
    known = {"years": years, "ocf_growth_pct": growth, "opening_cash": opening, "payouts": payouts}
    limit = max_self_funded_growth(cash, capex, **known)
    if math.isnan(limit):
        assert outside_money_by_growth(-100, cash, capex, **known) > 0
        return
    below, above = outside_money_by_growth(
        [max(limit - 0.01, -100), limit + 0.01], cash, capex, **known
    )
    assert below == pytest.approx(0, abs=1e-6)
    assert above > 0


def test_fast_enough_for_a_slider():
    growth = np.linspace(-20, 120, 200)
    best = (
        min(timeit.repeat(lambda: outside_money_by_growth(growth, 100, 50, 5), number=20, repeat=5))
        / 20
    )
    assert best < 0.001, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


# --- bad input
# ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: free_cash_flow(10, -4), "give it as a positive number"),
        (lambda: free_cash_flow([10, 20], [4, -1]), r"capex\[1\] must not be negative"),
        (
            lambda: free_cash_flow([10, math.nan], [4, 4]),
            r"operating_cash_flow\[1\] must be a finite number",
        ),
        (lambda: free_cash_flow("10", 4), "got '10'"),
        (lambda: free_cash_flow([10, "x"], [4, 4]), "finite number"),
        (lambda: free_cash_flow([], []), "not empty"),
        (lambda: free_cash_flow([1, 2], [1, 2, 3]), "operating_cash_flow has 2, capex has 3"),
        (lambda: self_funding_ratio(10, 0), "nothing to fund"),
        (lambda: growth_path(1, -120, 3), "at least -100"),
        (lambda: growth_path(1, [1, 2], 3), "one for each of the 3 years"),
        (lambda: growth_path(1, 1, 2.5), "whole number"),
        (
            lambda: external_finance_need([1], [1], opening_cash=-1),
            "opening_cash must not be negative",
        ),
        (
            lambda: pecking_order([1], cash=1, debt_capacity=-2),
            "debt_capacity must not be negative",
        ),
        (lambda: first_outside_year([1, 2]), "needs the table"),
        (lambda: max_self_funded_growth(10, 0, 3), "capex must be positive"),
        (lambda: max_self_funded_growth(10, 5, 0), "at least 1"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
