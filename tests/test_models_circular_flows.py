"""Circular-flow ledger: reported deals, identities that always hold, and bad input."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.circular_flows import Commitment, Investment, ledger, totals

# Reported by the companies: Amazon invests 50 (2026); OpenAI buys 38 over 7 years from November 2025 and
# 100 more over 8 years from 2026 (announced 3 November 2025 and 27 February 2026). Oracle: about 300 over
# about 5 years from 2027 (Wall Street Journal, 10 September 2025).
INVESTMENTS = [Investment("Amazon", 2026, 50)]
COMMITMENTS = [
    Commitment("Amazon", 38, 2025, 2031),
    Commitment("Amazon", 100, 2026, 2033, assumed_term=True),
    Commitment("Oracle", 300, 2027, 2031, assumed_term=True),
]


def test_reported_amazon_deals_add_up_to_138():
    sums = totals(ledger(INVESTMENTS, COMMITMENTS)).set_index("counterparty")
    # OpenAI and Amazon, 27 February 2026: the earlier 38 grows by 100.
    assert sums.loc["Amazon", "purchases_out"] == pytest.approx(138)
    assert sums.loc["Amazon", "out_per_dollar_in"] == pytest.approx(2.76)
    assert sums.loc["Amazon", "out_on_assumed_term"] == pytest.approx(100)


def test_no_money_in_has_no_ratio():
    sums = totals(ledger(INVESTMENTS, COMMITMENTS)).set_index("counterparty")
    assert math.isnan(sums.loc["Oracle", "out_per_dollar_in"])
    assert sums.loc["Oracle", "net"] == pytest.approx(-300)


def test_every_year_of_an_even_spread_is_the_same():
    flows = ledger([], [Commitment("Oracle", 300, 2027, 2031)])
    assert flows["year"].tolist() == [2027, 2028, 2029, 2030, 2031]
    assert flows["purchases_out"].tolist() == [60] * 5


def test_a_profile_shapes_the_years():
    flows = ledger([], [Commitment("Oracle", 300, 2027, 2029, profile=[1, 2, 3])])
    assert flows["purchases_out"].tolist() == [50, 100, 150]


def test_half_honoured_halves_purchases_and_leaves_money_in():
    full, half = (ledger(INVESTMENTS, COMMITMENTS, honoured=part) for part in (1, 0.5))
    assert half["purchases_out"].to_numpy() == pytest.approx(full["purchases_out"].to_numpy() / 2)
    assert half["money_in"].equals(full["money_in"])


def test_through_year_ends_the_ledger():
    flows = ledger(INVESTMENTS, COMMITMENTS, through_year=2026)
    assert flows["year"].max() == 2026
    assert totals(flows).set_index("counterparty").loc["Oracle", "purchases_out"] == 0


def test_tables_work_like_lists_and_may_have_more_columns():
    investments = pd.DataFrame(
        {"counterparty": ["Amazon"], "year": [2026.0], "amount": [50.0], "note": ["x"]}
    )
    commitments = (
        pd.DataFrame([vars(item) for item in COMMITMENTS]).drop(columns="profile").assign(note="y")
    )
    pd.testing.assert_frame_equal(
        ledger(investments, commitments), ledger(INVESTMENTS, COMMITMENTS)
    )


names = st.sampled_from(["Amazon", "Microsoft", "Nvidia", "Oracle"])
years = st.integers(2019, 2035)
money = st.floats(0, 1e3)
investment_lists = st.lists(st.builds(Investment, names, years, money), min_size=1, max_size=8)
commitment_lists = st.lists(
    st.builds(
        lambda name, amount, start, length, assumed: Commitment(name, amount, start, start + length, assumed),
        names, money, years, st.integers(0, 12), st.booleans(),
    ),
    max_size=8,
)  # fmt: skip


@given(investment_lists, commitment_lists, st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_the_ledger_loses_and_invents_nothing(investments, commitments, honoured):
    flows = ledger(investments, commitments, honoured=honoured)
    put_in = sum(item.amount for item in investments)
    bought = honoured * sum(item.amount for item in commitments)
    assert flows["money_in"].sum() == pytest.approx(put_in)
    assert flows["purchases_out"].sum() == pytest.approx(bought)
    assert (flows["net"] + flows["purchases_out"] - flows["money_in"]).to_numpy() == pytest.approx(
        0, abs=1e-9
    )
    assert (flows["out_on_assumed_term"] <= flows["purchases_out"] + 1e-9).all()
    assert not flows.duplicated(["counterparty", "year"]).any()
    sums = totals(flows)
    assert sums["net"].sum() == pytest.approx(put_in - bought, abs=1e-6)
    assert set(sums["counterparty"]) == {item.counterparty for item in [*investments, *commitments]}


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: ledger([], []), "ledger is empty"),
        (lambda: ledger([("Amazon", 2026, 50)], []), "list of Investment"),
        (
            lambda: ledger(pd.DataFrame({"counterparty": ["A"]}), []),
            "lacks the column\\(s\\) year, amount",
        ),
        (lambda: ledger(INVESTMENTS, [], honoured=60), "Write 60 % as 0.6"),
        (
            lambda: ledger(INVESTMENTS, [], through_year=2020),
            "before the first year of the ledger, 2026",
        ),
        (lambda: Investment("Amazon", 2026, -1), "amount of Amazon must not be negative"),
        (lambda: Investment("Amazon", 2026, "50"), "got '50'"),
        (lambda: Investment("Amazon", 2026.5, 50), "whole calendar year"),
        (lambda: Investment("", 2026, 50), "must be a name"),
        (lambda: Commitment("Azure", 250, math.nan, 2032), "assumed_term=True"),
        (lambda: Commitment("Azure", 250, 2032, 2026), "must not be before its start_year"),
        (lambda: Commitment("Azure", 250, 2026, 2032, assumed_term="yes"), "True or False"),
        (lambda: Commitment("Azure", 250, 2026, 2028, profile=[1, 2]), "each of the 3 years"),
        (lambda: Commitment("Azure", 250, 2026, 2028, profile=[0, 0, 0]), "not all zero"),
        (
            lambda: Commitment("Azure", 250, 2026, 2028, profile=3),
            "profile of Azure must be a list",
        ),
        (lambda: totals([]), "table that ledger"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()


def test_numpy_profiles_are_fine():
    assert Commitment("A", 10, 2026, 2027, profile=np.array([1, 4])).by_year.tolist() == [2, 8]
