"""Choke-point measures against published values, and a cut supplier against cases worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.models.supply_network import (
    betweenness,
    extraction_losses,
    input_left,
    output_path,
)

# Krackhardt's kite (1990), nodes in its usual order from Andre = 0 to Jane = 9.
KITE = [
    (0, 1), (0, 2), (0, 3), (0, 5), (1, 3), (1, 4), (1, 6), (2, 3), (2, 5), (3, 4), (3, 5), (3, 6),
    (4, 6), (5, 6), (5, 7), (6, 7), (7, 8), (8, 9),
]  # fmt: skip


def test_betweenness_of_krackhardts_kite():
    score = betweenness([(str(a), str(b)) for a, b in KITE], directed=False)
    pairs = 9 * 8 / 2
    published = [0.023, 0.023, 0.0, 0.102, 0.0, 0.231, 0.231, 0.389, 0.222, 0.0]
    assert [score[str(node)] / pairs for node in range(10)] == pytest.approx(published, abs=0.0006)


def test_betweenness_of_a_chain_and_of_two_ways():
    assert betweenness([("a", "b"), ("b", "c"), ("c", "d")]) == {"a": 0, "b": 2, "c": 2, "d": 0}
    assert betweenness([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])["b"] == 0.5


def test_a_cut_supplier_by_hand():
    hbm = {"SK hynix": 62, "Micron": 21, "Samsung": 17}
    assert input_left(hbm, "SK hynix", 100) == pytest.approx(0.38)
    assert input_left(hbm, "SK hynix", 50) == pytest.approx(0.69)
    # The others find a tenth of their 38: 3.8 points of the 62 lost.
    assert input_left(hbm, "SK hynix", 100, spare_pct=10) == pytest.approx(0.418)
    assert input_left(hbm, "Samsung", 100, spare_pct=50) == 1  # 41.5 spare, 17 lost
    assert input_left({"ASML": 100}, "ASML", 100, spare_pct=500) == 0


def test_extraction_takes_each_supplier_out_in_turn():
    assert extraction_losses({"a": 60, "b": 40}) == pytest.approx({"a": 60, "b": 40})
    # b has 30, suppliers without a name 20: all can add half of theirs, or the unnamed nothing.
    assert extraction_losses({"a": 50, "b": 30}, 50) == pytest.approx({"a": 25, "b": 0})
    assert extraction_losses({"a": 50, "b": 30}, 50, 0) == pytest.approx({"a": 35, "b": 5})
    assert extraction_losses({"a": 50, "b": 30}, 50, 20) == pytest.approx({"a": 31, "b": 1})
    assert extraction_losses({"only": 100}, 900) == {"only": 100}


def test_the_scarcest_input_decides_and_stocks_put_it_off():
    assert output_path({"wafers": 0.5, "HBM": 0.8}, {}, 2) == [0.5, 0.5]
    # Three months of stock against half the supply last six months.
    path = output_path({"HBM": 0.5}, {"HBM": 3}, 8)
    assert path == [1] * 6 + [0.5] * 2
    assert output_path({"HBM": 0}, {"HBM": 2.5}, 4) == [1, 1, 0.5, 0]


@given(
    st.dictionaries(st.sampled_from("abc"), st.floats(0, 1), min_size=1),
    st.floats(0, 12),
    st.integers(1, 36),
)
def test_output_never_uses_more_than_arrived_and_was_stored(supply, stock, months):
    path = output_path(supply, dict.fromkeys(supply, stock), months)
    assert all(0 <= month <= 1 for month in path)
    assert sum(path) <= min(supply.values()) * months + stock + 1e-6


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="at most 100 %"):
        input_left({"a": 60, "b": 50}, "a", 10)
    with pytest.raises(ValueError, match="no supplier of this input named 'c'"):
        input_left({"a": 60}, "c", 10)
    with pytest.raises(ValueError, match="at least one"):
        betweenness([])
    with pytest.raises(ValueError, match="months must be at least 1"):
        output_path({"a": 1}, {}, 0)
