"""HHI and CR4 against worked examples of the guidelines, and bounds against their properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.data import load
from aicapital.models.concentration import (
    bounds,
    concentration_ratio,
    hhi,
    hhi_of_sizes,
    merger_change,
    presumed_harmful,
)


def test_worked_examples_of_the_guidelines():
    examples = load("concentration_guidelines").query("row_type == 'worked_example'")
    assert len(examples) == 3
    for row in examples.itertuples():
        assert hhi([float(share) for share in row.shares.split(";")]) == row.value, row.guideline


def test_thresholds_of_2023_in_the_table_are_those_of_the_model():
    rules = load("concentration_guidelines").query("guideline == 'US Merger Guidelines 2023'")
    assert sorted(rules["value"]) == [30, 100, 1800]


@pytest.mark.parametrize(
    ("shares", "first", "second", "presumed"),
    [
        ([30, 30, 20, 20], 30, 30, True),
        ([10] * 10, 10, 10, False),  # HHI 1,000 + 200: rises enough, but not highly concentrated
        ([25, 5] + [1] * 70, 25, 5, False),  # 30 % is not more than 30 %
        ([26, 5] + [1] * 69, 26, 5, True),  # HHI below 1,800, but 31 % and a rise of 260
        ([60, 1, 39], 60, 0.5, False),  # rise of 60
        ([50, 25, 25], 50, 1, False),  # rise of exactly 100
    ],
)
def test_presumption_of_2023(shares, first, second, presumed):
    assert presumed_harmful(shares, first, second) is presumed


def test_a_merger_adds_twice_the_product():
    before, after = [40, 30, 20, 10], [40, 50, 10]
    assert hhi(after) - hhi(before) == merger_change(30, 20)


def test_bounds_of_a_cloud_quarter_by_hand():
    # 28, 21, 14 and 37 others: at most two blocks of 14 and one of 9.
    found = bounds([28, 21, 14], 37)
    assert found["hhi"] == (784 + 441 + 196, 1421 + 2 * 196 + 81)
    assert found["cr4"] == (63, 77)


shares_with_rest = st.lists(st.floats(1, 24), min_size=1, max_size=4)


@given(shares_with_rest, st.floats(0, 1))
def test_bounds_hold_for_any_split_of_the_rest(shares, part):
    rest = 100 - sum(shares)
    low, high = bounds(shares, rest)["hhi"]
    top = min(shares)
    piece = part * top
    count = int(rest // piece) if piece > 0.5 else 0
    true = hhi(shares + [piece] * count)
    assert low - 1e-6 <= true <= high + 1e-6 <= 10_000 + 1e-3


@given(shares_with_rest)
def test_without_others_the_bounds_meet(shares):
    found = bounds(shares, 0)
    assert found["hhi"][0] == pytest.approx(found["hhi"][1])
    assert found["cr4"][0] == pytest.approx(concentration_ratio(shares))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: hhi([60, 50]), "at most 100"),
        (lambda: hhi([0.4, -0.1]), "negative"),
        (lambda: hhi([]), "not empty"),
        (lambda: merger_change(60, 50), "at most 100"),
        (lambda: bounds([60], 50), "at most 100"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_sizes_in_any_unit_give_the_index_of_their_shares():
    assert hhi_of_sizes([3, 3, 2, 2]) == pytest.approx(hhi([30, 30, 20, 20]))
    assert hhi_of_sizes([[1, 1, 0], [5, 0, 0]]) == pytest.approx([5000, 10_000])
    with pytest.raises(ValueError, match="all zero"):
        hhi_of_sizes([[1, 2], [0, 0]])
