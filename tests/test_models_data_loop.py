"""Data loop: closed forms, a published switch, analysis against simulation, and bad input."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aicapital.models.data_loop import DataLoop

# --- closed forms
# ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("half_data", "needed"), [(5, 0.3), (12, 0.3), (2, 0.6), (40, 0.1)])
def test_steady_states_with_steepness_2_are_roots_of_a_quadratic(half_data, needed):
    # u = q^2 / (q^2 + t^2), q = u / (u + k), k = ageing x half_data: (1 + t^2) u^2 + (2 t^2 k - 1)
    # u + t^2 k^2 = 0.
    k = 0.1 * half_data
    roots = np.sort(np.roots([1 + needed**2, 2 * needed**2 * k - 1, (needed * k) ** 2]))
    states = DataLoop(half_data, needed).steady_states()
    assert states["users"].tolist() == pytest.approx([0, *roots])
    assert states["stable"].tolist() == [True, False, True]


@pytest.mark.parametrize("needed", [0.1, 0.3, 0.6, 0.9])
def test_the_high_state_appears_where_the_discriminant_is_zero(needed):
    # 1 - 4 t^2 k - 4 t^2 k^2 = 0.
    loop = DataLoop(1, needed)
    folds = loop.folds()
    critical = (math.sqrt(1 + 1 / needed**2) - 1) / 2 / loop.ageing
    assert folds["fold"].tolist() == ["high state appears"]
    assert folds["half_data"].item() == pytest.approx(critical)
    assert len(replace(loop, half_data=critical * 0.999).steady_states()) == 3
    assert len(replace(loop, half_data=critical * 1.001).steady_states()) == 1


def test_griffiths_switch_is_the_limit_of_scarce_data():
    # Griffith (1971), in Edelstein-Keshet, "Mathematical Models in Biology", and Strogatz,
    # "Nonlinear Dynamics and Chaos", section 8.1: x' = y - a x, y' = x^2 / (1 + x^2) - b y has x* =
    # (1 +- sqrt(1 - 4 a^2 b^2)) / (2 a b), if 2 a b < 1. When data are far below half_data, quality
    # is linear in data and our loop is that switch, a b = needed x ageing x half_data.
    scarce, ab = 1e7, 0.4
    x = np.array([1 - 0.6, 1 + 0.6]) / (2 * ab)
    states = DataLoop(scarce, ab / (0.1 * scarce)).steady_states()
    assert states["users"].tolist() == pytest.approx([0, *(x**2 / (1 + x**2))], rel=1e-4)
    assert DataLoop(scarce, 0.49 / (0.1 * scarce)).tipping_point > 0
    assert math.isnan(DataLoop(scarce, 0.51 / (0.1 * scarce)).tipping_point)


def test_steepness_1_has_no_tipping_point():
    # u = q / (q + t), q = u / (u + k): u = (1 - t k) / (1 + t) if t k < 1, else nobody.
    states = DataLoop(5, 0.4, steepness=1).steady_states()
    assert states["users"].tolist() == pytest.approx([0, 0.8 / 1.4])
    assert states["stable"].tolist() == [False, True]
    alone = DataLoop(50, 0.4, steepness=1).steady_states()
    assert alone["users"].tolist() == [0]
    assert alone["stable"].item()
    assert DataLoop(5, 0.4, steepness=1).folds().empty


def test_outside_data_can_remove_the_low_state():
    loop = DataLoop(9.5, 0.3)
    seeded = replace(loop, outside_data=0.02)
    assert len(loop.steady_states()) == len(seeded.steady_states()) == 3
    assert 0 < seeded.tipping_point < loop.tipping_point
    assert seeded.folds()["fold"].tolist() == ["low state vanishes", "high state appears"]
    assert len(replace(loop, outside_data=0.05).steady_states()) == 1
    assert replace(loop, outside_data=0.05).simulate(0, 400)["users"].iloc[-1] > 0.5


def test_placement_works_like_outside_data():
    # With a placed share p the loop of the others is the loop with (outside + p) / (1 - p) outside
    # data and half_data / (1 - p).
    placed = DataLoop(9.5, 0.3, outside_data=0.01, placed=0.04)
    other = DataLoop(9.5 / 0.96, 0.3, outside_data=0.05 / 0.96)
    free = (placed.steady_states()["users"] - 0.04) / 0.96
    assert free.tolist() == pytest.approx(other.steady_states()["users"].tolist())


# --- analysis against simulation
# ---------------------------------------------------------------------

loops = st.builds(
    DataLoop,
    half_data=st.floats(0.1, 60),
    required_quality=st.floats(0.05, 0.95),
    steepness=st.floats(0.5, 8),
    outside_data=st.just(0.0) | st.floats(0.001, 0.5),
    placed=st.just(0.0) | st.floats(0.001, 0.5),
    ageing=st.floats(0.05, 1),
    adjustment=st.floats(0.1, 1),
)


@given(loops)
@settings(max_examples=200, deadline=None)
def test_steady_states_stay_put_alternate_and_none_is_missed(loop):
    states = loop.steady_states()
    assert loop.users_at(states["data"]) == pytest.approx(states["users"].to_numpy(), abs=1e-9)
    assert states["users"].is_monotonic_increasing
    assert (states["stable"].iloc[:-1].to_numpy() != states["stable"].iloc[1:].to_numpy()).all()
    assert states["stable"].iloc[-1]
    grid = np.linspace(loop.placed + 1e-6, 1 - 1e-6, 4000)
    drift = loop.users_at(loop.data_at(grid)) - grid
    inside = states["users"].between(grid[0], grid[-1], inclusive="neither").sum()
    assert (np.diff(np.sign(drift)) != 0).sum() <= inside


@st.composite
def tipping_loops(draw):
    """Loops with three steady states: half_data lies between the folds."""
    loop = DataLoop(
        half_data=1,
        required_quality=draw(st.floats(0.05, 0.7)),
        steepness=draw(st.floats(1.5, 8)),
        outside_data=draw(st.sampled_from([0.0, 0.001, 0.01])),
        placed=draw(st.sampled_from([0.0, 0.005])),
        ageing=draw(st.floats(0.05, 1)),
        adjustment=draw(st.floats(0.1, 1)),
    )
    folds = loop.folds().set_index("fold")["half_data"]
    assume("high state appears" in folds)
    high = folds["high state appears"]
    low = folds.get("low state vanishes", 0.2 * high)
    assume(high / low > 1.2)  # closer together, everything moves too slowly to simulate
    return replace(loop, half_data=low + draw(st.floats(0.1, 0.9)) * (high - low))


@given(tipping_loops())
@settings(max_examples=60, deadline=None)
def test_the_simulation_goes_where_the_tipping_point_says(loop):
    states = loop.steady_states()
    assert states["stable"].tolist() == [True, False, True]
    low, tipping, high = states["users"]
    assert loop.tipping_point == tipping
    above = loop.simulate(tipping + (high - tipping) / 20, 3000)["users"].iloc[-1]
    below = loop.simulate(tipping - (tipping - low) / 20, 3000)["users"].iloc[-1]
    assert above == pytest.approx(high, abs=1e-3)
    assert below == pytest.approx(low, abs=1e-3)


@given(loops)
@settings(max_examples=100, deadline=None)
def test_the_number_of_states_changes_at_the_folds(loop):
    folds = loop.folds().set_index("fold")
    if len(folds) == 2:
        values = folds["half_data"]
        assert values["low state vanishes"] < values["high state appears"]
        if values["high state appears"] / values["low state vanishes"] < 1.001:
            return
    for fold in folds.itertuples():
        assert loop.half_data_for(fold.users) == pytest.approx(fold.half_data, rel=1e-5)
        fewer, more = (
            len(replace(loop, half_data=fold.half_data * f).steady_states())
            for f in (1.0001, 0.9999)
        )
        assert (more - fewer) == (2 if fold.Index == "high state appears" else -2)


@given(loops, st.floats(0.01, 0.99))
@settings(max_examples=100, deadline=None)
def test_the_bifurcation_curve_is_exact(loop, part):
    users = loop.placed + (1 - loop.placed) * part
    half_data = loop.half_data_for(users)
    if half_data < 1e-6:
        return
    states = replace(loop, half_data=float(half_data)).steady_states()
    assert np.abs(states["users"] - users).min() < 1e-6


def test_without_data_nobody_comes_and_the_start_is_in_the_path():
    path = DataLoop(5, 0.3).simulate(0.4, 50, data=0)
    assert path.iloc[0].tolist() == [0, 0.4, 0, 0]
    assert path["users"].iloc[1] == pytest.approx(0.2)
    assert len(path) == 51
    assert DataLoop(5, 0.3).simulate(0, 20)["users"].eq(0).all()


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: DataLoop(0, 0.3), "half_data must be positive"),
        (lambda: DataLoop(5, 1.2), "required_quality must be below 1"),
        (lambda: DataLoop(5, 0.3, steepness=math.nan), "steepness must be a finite number"),
        (lambda: DataLoop(5, 0.3, outside_data=-1), "outside_data must not be negative"),
        (lambda: DataLoop(5, 0.3, placed=1), "no loop left"),
        (lambda: DataLoop(5, 0.3, ageing=0), "ageing must be positive"),
        (lambda: DataLoop(5, "0.3"), "got '0.3'"),
        (lambda: DataLoop(5, 0.3).simulate(1.5, 10), "users must be at most 1"),
        (lambda: DataLoop(5, 0.3).simulate(0.5, 2.5), "whole number"),
        (lambda: DataLoop(5, 0.3, placed=0.2).half_data_for(0.1), "above 0.2"),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
