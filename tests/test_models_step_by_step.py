"""Step by step against the results of Aghion, Bloom, Blundell, Griffith and Howitt (2005) and against its own equations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.models.step_by_step import StepByStep

GRID = np.linspace(0.5, 1, 101)
ECONOMIES = st.builds(StepByStep, st.floats(0.1, 10), st.floats(0, 3), st.floats(0, 0.5))


@given(ECONOMIES, st.floats(0.5, 1))
def test_research_satisfies_the_bellman_equations(economy, competition):
    # r V1 = pi1 + (m + h)(V0 - V1); r V0 = pi0 + n (V-1 - V0) + n (V1 - V0) - n^2/2;
    # r V-1 = (m + h)(V0 - V-1) - m^2/2, with n = V1 - V0 and m = V0 - V-1 (first-order conditions).
    n, m = economy.level_research(competition), economy.laggard_research(competition)
    profit, r, h = economy.leader_profit, economy.interest, economy.help
    level = (1 - competition) * profit
    # r (V1 - V0) and r (V0 - V-1), from the three equations
    assert r * n == pytest.approx(profit - (m + h) * n - (level - n * m + n**2 / 2), abs=1e-7)
    assert r * m == pytest.approx((level - n * m + n**2 / 2) - ((m + h) * m - m**2 / 2), abs=1e-7)


@given(ECONOMIES)
def test_escape_and_schumpeter(economy):
    assert (np.diff(economy.level_research(GRID)) > 0).all()
    assert (np.diff(economy.laggard_research(GRID)) < 0).all()


@given(ECONOMIES)
def test_gap_widens_with_competition(economy):
    # Their second prediction: the average distance between leaders and followers rises with competition.
    assert (np.diff(economy.level_share(GRID)) < 0).all()


@given(ECONOMIES, st.floats(0.5, 1))
def test_steady_state_flows_balance(economy, competition):
    level = economy.level_share(competition)
    leave = 2 * economy.level_research(competition) * level
    back = (economy.laggard_research(competition) + economy.help) * (1 - level)
    assert leave == pytest.approx(back)
    assert economy.innovation(competition) == pytest.approx(leave + back)


@pytest.mark.parametrize(("help", "shape"), [(0, "falls"), (0.4, "inverted U"), (0.8, "rises")])
def test_where_the_inverted_u_is(help, shape):
    # Without interest innovation turns where a level firm's research is sqrt((2 pi1 + h^2) / 3); between the
    # research at both ends of competition that is an inverted U, else it only rises or falls.
    economy = StepByStep(1, help)
    turn = math.sqrt((2 + help**2) / 3)
    low, high = economy.level_research(0.5), economy.level_research(1)
    assert economy.shape() == shape
    assert (low < turn < high) == (shape == "inverted U")
    best = GRID[economy.innovation(GRID).argmax()]
    assert economy.peak() == pytest.approx(best, abs=0.006)
    if shape == "inverted U":
        assert economy.level_research(economy.peak()) == pytest.approx(turn)


def test_peak_with_interest_joins_the_exact_one():
    assert StepByStep(1, 0.4, 1e-6).peak() == pytest.approx(StepByStep(1, 0.4).peak(), abs=1e-4)
    economy = StepByStep(1, 0.4, 0.2)
    assert economy.innovation(economy.peak()) >= economy.innovation(GRID).max() - 1e-9


def test_no_help_by_hand():
    # h = r = 0, pi1 = 1, full competition: n0 = sqrt(2), laggard sqrt(4) - sqrt(2).
    economy = StepByStep(1, 0)
    assert economy.level_research(1.0) == pytest.approx(math.sqrt(2))
    assert economy.laggard_research(1.0) == pytest.approx(2 - math.sqrt(2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: StepByStep(0), "leader_profit must be positive"),
        (lambda: StepByStep(1, -0.1), "help must not be negative"),
        (lambda: StepByStep(1, 0.1, math.nan), "interest must be a finite number"),
        (lambda: StepByStep().innovation(0.4), "competition must be at least 0.5"),
        (lambda: StepByStep().innovation(70), "perfect collusion"),
    ],
)
def test_bad_input_is_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
