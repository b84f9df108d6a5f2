"""Capped-return waterfall: the published cap, properties that always hold, and bad input."""

import math
import timeit

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.waterfall import (
    CappedClass,
    break_points,
    crossover_with_equity,
    distribute,
    next_dollar,
)

TWO_ROUNDS = [
    CappedClass("First", invested=1, cap_multiple=10),
    CappedClass("Second", 3, cap_multiple=2),
]


def test_openai_first_round_cap_of_100_times():
    # OpenAI, "OpenAI LP", 11 March 2019: first-round returns are capped at 100x, the non-profit has the
    # excess. So USD 10 million (0.01 bn) can bring back USD 1 bn and no more.
    first_round = CappedClass("First round", invested=0.01, cap_multiple=100)
    assert distribute(0.9, [first_round])["Non-profit"] == 0
    paid = distribute(500, [first_round])
    assert paid["First round"] == pytest.approx(1)
    assert paid["Non-profit"] == pytest.approx(499)


def test_a_small_case_by_hand():
    # 1 and 3 invested share 1 : 3. The second is full (6) when the first has 2, at 8; the first (10) at 16.
    assert break_points(TWO_ROUNDS).to_dict() == {"Second": 8, "First": 16}
    assert distribute([4, 8, 12, 20], TWO_ROUNDS).to_numpy() == pytest.approx(
        np.array([[1, 3, 0], [2, 6, 0], [6, 6, 0], [10, 6, 4]])
    )
    assert next_dollar([4, 8, 16], TWO_ROUNDS).to_numpy() == pytest.approx(
        np.array([[0.25, 0.75, 0], [1, 0, 0], [0, 0, 1]])
    )
    # Equity of 20 %: 0.2 V = V - 16 at V = 20.
    assert crossover_with_equity(TWO_ROUNDS, 20) == pytest.approx(20)


def test_without_a_cap_the_non_profit_never_gets_a_dollar():
    classes = [CappedClass("Capped", 1, 5), CappedClass("No cap", 1)]
    assert distribute(1e6, classes)["Non-profit"] == 0
    assert break_points(classes)["No cap"] == math.inf
    assert crossover_with_equity(classes, 1) == math.inf
    assert CappedClass("A", 1, math.inf).cap == CappedClass("A", 1).cap == math.inf


def test_weights_replace_money_in_the_sharing():
    classes = [CappedClass("A", 1, 4, weight=3), CappedClass("B", 1, 4, weight=1)]
    assert distribute(4, classes).tolist() == [3, 1, 0]


def test_a_residual_weight_shares_from_the_first_dollar():
    one = [CappedClass("A", 1, 2)]
    assert distribute(2, one, residual="Trust", residual_weight=1).to_dict() == {"A": 1, "Trust": 1}
    assert break_points(one, residual_weight=1)["A"] == 4
    assert crossover_with_equity(one, 25, residual_weight=1) == 0
    # Half of the first 4, all after: equity of 75 % is overtaken where V - 2 = 0.75 V.
    assert crossover_with_equity(one, 75, residual_weight=1) == pytest.approx(8)


def test_crossover_at_the_edges():
    assert crossover_with_equity(TWO_ROUNDS, 0) == pytest.approx(16)
    assert crossover_with_equity(TWO_ROUNDS, 100) == math.inf


classes_strategy = st.lists(
    st.tuples(
        st.floats(0.01, 100),
        st.none() | st.just(math.inf) | st.floats(0.5, 200),
        st.none() | st.floats(0.1, 50),
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: [CappedClass(f"Class {n}", *row) for n, row in enumerate(rows)])
residual_weights = st.just(0.0) | st.floats(0.01, 50)


@given(classes_strategy, residual_weights, st.lists(st.floats(0, 1e6), min_size=2, max_size=30))
@settings(max_examples=150, deadline=None)
def test_the_waterfall_pays_out_the_exit_and_respects_caps(classes, residual_weight, exits):
    exits = sorted(exits)
    paid = distribute(exits, classes, residual_weight=residual_weight)
    assert paid.sum(axis=1).to_numpy() == pytest.approx(np.array(exits), rel=1e-9, abs=1e-9)
    assert (paid.to_numpy() >= 0).all()
    assert (np.diff(paid.to_numpy(), axis=0) >= -1e-9 * max(exits)).all()
    for item in classes:
        assert (paid[item.name] <= item.cap).all()
    shares = next_dollar(exits, classes, residual_weight=residual_weight)
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1)


@given(classes_strategy, residual_weights, st.floats(0, 1e4))
@settings(max_examples=100, deadline=None)
def test_next_dollar_is_the_slope_to_the_right(classes, residual_weight, exit_value):
    breaks = break_points(classes, residual_weight)
    ahead = breaks[breaks > exit_value].min()
    step = min(1.0, (ahead - exit_value) / 2) if not math.isnan(ahead) else 1.0
    if step < 1e-3:
        return
    low, high = (
        distribute(value, classes, residual_weight=residual_weight)
        for value in (exit_value, exit_value + step)
    )
    slope = (high - low) / step
    expected = next_dollar(exit_value, classes, residual_weight=residual_weight)
    assert slope.to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-6)


@given(classes_strategy, residual_weights, st.floats(1, 99))
@settings(max_examples=100, deadline=None)
def test_above_the_crossover_the_caps_give_the_residual_more(classes, residual_weight, equity_pct):
    crossover = crossover_with_equity(classes, equity_pct, residual_weight)

    def lead(exit_value):
        return (
            distribute(exit_value, classes, residual_weight=residual_weight)["Non-profit"]
            - exit_value * equity_pct / 100
        )

    if math.isinf(crossover):
        assert lead(1e9) <= 1e-3
    else:
        assert lead(crossover * 1.01 + 1e-3) > 0
        assert lead(crossover * 0.99) <= 1e-9 * max(crossover, 1)


def test_fast_enough_for_a_slider():
    classes = [CappedClass(f"Round {n}", n, 10 * n) for n in range(1, 6)]
    exits = np.geomspace(0.1, 1e4, 200)
    best = min(timeit.repeat(lambda: distribute(exits, classes), number=20, repeat=5)) / 20
    assert best < 0.002, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: distribute(-1, TWO_ROUNDS), "exit value of 0"),
        (lambda: distribute(math.nan, TWO_ROUNDS), "none negative or missing"),
        (lambda: distribute("100", TWO_ROUNDS), "got '100'"),
        (lambda: distribute([], TWO_ROUNDS), "must be a number or a list of numbers"),
        (lambda: distribute(100, ["First"]), "at least one CappedClass"),
        (lambda: distribute("a lot", TWO_ROUNDS), "got 'a lot'"),
        (lambda: distribute([[1, 2]], TWO_ROUNDS), "list of numbers"),
        (lambda: distribute(1, []), "at least one CappedClass"),
        (lambda: distribute(1, TWO_ROUNDS * 2), "a name of their own"),
        (lambda: distribute(1, TWO_ROUNDS, residual="First"), "a name of their own"),
        (
            lambda: distribute(1, TWO_ROUNDS, residual_weight=-1),
            "residual_weight must not be negative",
        ),
        (lambda: CappedClass("A", 0, 10), "invested of A must be positive"),
        (lambda: CappedClass("A", 1, 0), "leave it out for no cap"),
        (lambda: CappedClass("A", 1, math.nan), "cap_multiple of A must be a finite number"),
        (lambda: CappedClass("A", "1", 10), "got '1'"),
        (lambda: CappedClass("", 1, 10), "must be a name"),
        (lambda: CappedClass("A", 1, 10, weight=-1), "weight of A must be positive"),
        (lambda: crossover_with_equity(TWO_ROUNDS, 120), "equity_pct must be at most 100"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
