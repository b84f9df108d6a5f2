"""Sutton's two regimes: the solved equations, the textbook result and a simulation that uses neither."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aicapital.models.sunk_costs import (
    QualityRace,
    entrants_affordable,
    exogenous_entrants,
    limiting_entrants,
)


@given(st.floats(1, 20))
def test_the_limit_solves_suttons_equation(gamma):
    firms = limiting_entrants(gamma)
    assert firms > 1 and firms + 1 / firms - 2 == pytest.approx(gamma / 2)


def test_the_limit_by_hand():
    # gamma 1: N^2 - 2.5 N + 1 = 0, so N = 2; gamma 3: N^2 - 3.5 N + 1 = 0.
    assert limiting_entrants(1) == pytest.approx(2)
    assert limiting_entrants(3) == pytest.approx((3.5 + math.sqrt(8.25)) / 2)


def test_exogenous_entry_has_no_limit():
    assert exogenous_entrants(100, 1) == 10 and exogenous_entrants(1e6, 1) == 1000


@given(st.floats(1.2, 8), st.floats(0.1, 1))
def test_a_growing_market_comes_to_the_limit(gamma, part):
    race = QualityRace(setup=1.0, unit=part * gamma, gamma=gamma)
    assert race.entrants(1e9) == pytest.approx(limiting_entrants(gamma), rel=1e-3)


@given(st.floats(2, 1e4), st.floats(1.2, 8))
def test_endogenous_costs_never_leave_room_for_more_firms(market, gamma):
    race = QualityRace(1.0, 1.0, gamma)
    assert race.entrants(market) <= max(exogenous_entrants(market, 1.0), 1) + 1e-6


def test_equal_firms_share_cournots_profit():
    race = QualityRace(1, 1, 3)
    assert race.profit(2.0, 2.0, 4, 100) == pytest.approx(100 / 16)


def test_nobody_gains_by_another_quality_at_the_solved_one():
    race, market, firms = QualityRace(1, 1, 3), 500.0, 3
    quality = race.quality(firms, market)
    best = race.profit(quality, quality, firms, market) - race.sunk_cost(quality)
    for other in (0.9, 0.99, 1.01, 1.1, 1.3):
        tried = race.profit(other * quality, quality, firms, market) - race.sunk_cost(
            other * quality
        )
        assert tried <= best + 1e-9


@settings(max_examples=15)
@given(st.floats(5, 5000), st.sampled_from([1.5, 2.0, 3.0, 5.0]))
def test_the_simulation_finds_the_solved_number_of_firms(market, gamma):
    race = QualityRace(1.0, 1.0, gamma)
    solved = race.entrants(market)
    firms, quality = race.simulate(market)
    assert abs(firms - math.floor(solved + 0.02)) <= (
        1 if abs(solved - round(solved)) < 0.05 else 0
    )
    assert quality == pytest.approx(race.quality(firms, market), rel=0.01)


def test_who_can_afford_it():
    budgets = [2.0, 100.0, 20.0]
    assert entrants_affordable(budgets, 2, 0.1) == 2
    assert entrants_affordable(budgets, 0, 0.1) == 3
    assert entrants_affordable([[2, 4], [100, 100]], [1, 50], 0.5).tolist() == [2, 1]
    with pytest.raises(ValueError, match="budgets must be finite and not negative"):
        entrants_affordable([-1.0], 1)
    with pytest.raises(ValueError, match="Write 30 % as 0.3"):
        entrants_affordable([1.0], 1, 30)


@pytest.mark.parametrize("terms", [(0, 1, 3), (1, 0, 3), (1, 1, 1)])
def test_bad_input_is_named(terms):
    with pytest.raises(ValueError, match="must be"):
        QualityRace(*terms)


def test_a_list_of_markets_gives_what_each_gives_alone():
    race = QualityRace(setup=1.0, unit=2.5, gamma=2.0)
    sizes = [0.5, 3, 40, 900]
    assert race.entrants(sizes) == pytest.approx([race.entrants(size) for size in sizes])
