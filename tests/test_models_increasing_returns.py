"""The urn against known results: Polya, lock-in, entry after Simon, diffusion; the HHI; bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.increasing_returns import UrnMarket, futures, hhi, share_of_paths

# --- Polya's urn, strength 1


def test_two_colours_with_one_ball_each_end_uniform():
    # Eggenberger and Polya (1923): after n draws from (1, 1) every count 1 ... n + 1 is equally likely.
    paths = 40_000
    ends = UrnMarket((1, 1)).simulate(choices=9, paths=paths)[:, 0]
    counts = np.bincount(ends, minlength=11)[1:]
    # chi-square with 9 degrees of freedom: 27.9 is exceeded once in a thousand
    assert ((counts - paths / 10) ** 2 / (paths / 10)).sum() < 27.9


def test_other_starts_follow_the_beta_binomial():
    # Start (3, 2), 4 draws: P(all four on the first) = 3/5 x 4/6 x 5/7 x 6/8 = 3/14.
    ends = UrnMarket((3, 2)).simulate(choices=4, paths=40_000)
    assert (ends[:, 0] == 7).mean() == pytest.approx(3 / 14, abs=4 * math.sqrt(3 / 14 / 40_000))


def test_share_is_a_martingale():
    ends = UrnMarket((6, 3, 1)).simulate(choices=200, paths=20_000)
    assert (ends / ends.sum(axis=1, keepdims=True)).mean(axis=0) == pytest.approx(
        [0.6, 0.3, 0.1], abs=0.005
    )


def test_expected_hhi_of_the_dirichlet_multinomial():
    # Start a with sum A, n draws: E[N_i^2] = a_i (a_i + 1) (A + n) (A + n + 1) / (A (A + 1)) - a_i (A + n) / A.
    start, draws = np.array([4, 2, 2]), 60
    total, end = start.sum(), start.sum() + draws
    squares = start * (start + 1) * end * (end + 1) / (total * (total + 1)) - start * end / total
    index = hhi(UrnMarket(tuple(start.tolist())).simulate(draws, 20_000))
    assert index.mean() == pytest.approx(1e4 * squares.sum() / end**2, rel=0.01)


# --- strength above and below 1


def test_lock_in_from_the_first_choice_on():
    # Start (1, 1), strength 2: the chance that all choices fall on one firm is
    # twice the product of k^2 / (k^2 + 1), and Euler gives prod (1 + 1/k^2) = sinh(pi) / pi.
    ends = UrnMarket((1, 1), strength=2).simulate(choices=400, paths=40_000)
    locked = (ends == 1).any(axis=1).mean()
    assert locked == pytest.approx(2 * math.pi / math.sinh(math.pi), abs=0.008)


def test_above_one_a_monopoly_forms_and_below_one_shares_even_out():
    shares = {}
    for strength in (0.5, 2.0):
        ends = UrnMarket((5, 5), strength).simulate(choices=3000, paths=300)
        shares[strength] = ends.max(axis=1) / ends.sum(axis=1)
    assert (shares[2.0] > 0.9).mean() > 0.9
    assert (shares[0.5] < 0.6).all()


def test_strength_nought_is_a_fair_coin():
    ends = UrnMarket((1, 99), strength=0).simulate(choices=400, paths=2000)
    assert (ends[:, 0] - 1).mean() == pytest.approx(200, abs=1)


# --- entry and diffusion


def test_entry_makes_the_old_firms_share_fall_as_in_simons_model():
    # Simon (1955): an old choice is repeated with chance 1 - e, so E[old] grows by (1 - e) x old / all each time.
    expected, entry = 10.0, 0.2
    for size in range(10, 110):
        expected += (1 - entry) * expected / size
    ends = UrnMarket((6, 4), entry=entry).simulate(choices=100, paths=20_000)
    assert ends[:, :2].sum(axis=1).mean() == pytest.approx(expected, rel=0.005)
    assert (ends[:, 2:] > 0).sum(axis=1).mean() == pytest.approx(20, rel=0.01)


def test_diffusion_pulls_every_share_to_an_equal_one():
    # E[first] grows by (1 - d) x first / all + d / 2 each time.
    expected, diffusion = 9.0, 0.3
    for size in range(10, 110):
        expected += (1 - diffusion) * expected / size + diffusion / 2
    ends = UrnMarket((9, 1), diffusion=diffusion).simulate(choices=100, paths=20_000)
    assert ends[:, 0].mean() == pytest.approx(expected, rel=0.005)


def test_everything_free_of_size_reaches_entrants_too():
    ends = UrnMarket((90, 10), diffusion=1, entry=0.1).simulate(choices=600, paths=50)
    assert hhi(ends).mean() < 1200


# --- chances, luck, quality


def test_next_choice_by_hand():
    market = UrnMarket((3, 1), strength=2, diffusion=0.2, entry=0.5)
    assert market.next_choice() == pytest.approx([0.41, 0.09, 0.5])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=5),
    st.floats(0, 3),
    st.floats(0, 1),
    st.floats(0, 0.5),
)
def test_every_path_adds_exactly_the_choices(start, strength, diffusion, entry):
    market = UrnMarket(tuple(start), strength, diffusion, entry)
    assert market.next_choice().sum() == pytest.approx(1)
    history = market.history(choices=20, paths=7, marks=4)
    assert (history.sum(axis=2) == sum(start) + np.arange(0, 21, 5)[:, None]).all()
    assert (np.diff(history, axis=0) >= 0).all()


def test_first_choice_has_the_stated_chances():
    market = UrnMarket((3, 2, 1), strength=1.5, diffusion=0.3, entry=0.1, quality=(1, 2, 1))
    ends = market.simulate(choices=1, paths=60_000)
    first = (ends - np.array([3, 2, 1, 0])).mean(axis=0)
    assert first == pytest.approx(market.next_choice(), abs=0.01)


def test_the_same_seed_gives_the_same_paths_and_another_seed_others():
    market = UrnMarket((3, 1))
    assert (market.simulate(50, 20) == market.simulate(50, 20)).all()
    assert (market.simulate(50, 20, seed=1) != market.simulate(50, 20)).any()


def test_the_better_firm_wins_more_often_and_not_always():
    ends = UrnMarket((4, 4, 4), 1.2, quality=(1, 1, 1.2)).simulate(150, 2000)
    wins = (ends.argmax(axis=1) == 2).mean()
    assert 0.4 < wins < 0.9


# --- the index and the futures


@pytest.mark.parametrize(
    ("shares", "index"),
    [
        ([40, 30, 20, 10], 3000),  # a textbook's four firms
        ([30, 30, 20, 20], 2600),  # the example on the page of the US Department of Justice
        ([7], 10_000),
        ([1, 1, 0, 0], 5000),
    ],
)
def test_published_hhi(shares, index):
    assert hhi(shares) == pytest.approx(index)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=8))
def test_hhi_is_at_most_the_largest_share_times_a_hundred(sizes):
    largest = 100 * max(sizes) / sum(sizes)
    assert 1e4 / len(sizes) - 1e-6 <= hhi(sizes) <= 100 * largest + 1e-6


def test_share_of_paths_and_futures():
    found = share_of_paths(np.array([True] * 20 + [False] * 80))
    assert found.tolist() == pytest.approx([20, 4, 100])
    parts = futures(np.array([1799, 1800, 4999, 5000]), 1800, 5000)
    assert parts.to_dict() == {"open": 25, "in between": 50, "monopolised": 25}


# --- bad input


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: UrnMarket([3, 1]), "start must be a tuple"),
        (lambda: UrnMarket((3, 0)), r"start\[1\] must be at least 1"),
        (lambda: UrnMarket((3.5,)), "whole number"),
        (lambda: UrnMarket((3,), strength=-1), "strength must not be negative"),
        (lambda: UrnMarket((3,), diffusion=40), "diffusion must be at most 1"),
        (lambda: UrnMarket((3,), entry=1), "entry must be below 1"),
        (lambda: UrnMarket((3, 1), quality=(1,)), "one number a firm"),
        (lambda: UrnMarket((3, 1)).history(10, 5, marks=3), "marks must divide choices"),
        (lambda: UrnMarket((3, 1)).simulate(0, 5), "choices must be at least 1"),
        (lambda: hhi([]), "not empty"),
        (lambda: hhi([0, 0]), "all zero"),
        (lambda: hhi([-1, 2]), "at least 0"),
        (lambda: share_of_paths(np.array([1.0])), "True and False"),
        (lambda: futures(np.array([1.0]), 5000, 1800), "must lie above"),
    ],
)
def test_bad_input_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
