"""Scorecards: cases by hand, closed forms for the share of weights that give a rank, and the table of the course."""

import pandas as pd
import pytest

from aicapital.data import load
from aicapital.models.scorecard import rank_shares, scaled, scores

TWO = pd.DataFrame({"chips": [1.0, 0.0], "power": [0.0, 1.0]}, index=["A", "B"])


def course_table() -> pd.DataFrame:
    rows = load("scorecard_indicators")
    return rows.pivot(index="bloc", columns="indicator", values="value")


def test_by_hand():
    assert scaled(TWO * 50 + 7).equals(TWO)
    assert scores(TWO, {"chips": 3, "power": 1}).to_dict() == {"A": 0.75, "B": 0.25}


def test_mirror_images_win_half_of_the_weights_each():
    assert rank_shares(TWO).loc["A", 1] == pytest.approx(0.5, abs=0.02)


def test_a_middling_bloc_never_leads():
    # With weight w on chips: A has w, B has 1 - w, C always 0.4, and one of w and 1 - w is at least 0.5.
    three = pd.DataFrame({"chips": [1.0, 0.0, 0.4], "power": [0.0, 1.0, 0.4]}, index=list("ABC"))
    share = rank_shares(three)
    assert share.loc["C", 1] == 0 and share[1].sum() == pytest.approx(1)


def test_a_leader_on_all_leads_under_all_weights_and_a_seed_repeats():
    ahead = pd.DataFrame({"x": [3.0, 1.0, 2.0], "y": [9.0, 4.0, 2.0]}, index=list("ABC"))
    assert rank_shares(ahead).loc["A", 1] == 1
    assert rank_shares(ahead).equals(rank_shares(ahead))


def test_ranks_of_the_blocs_depend_on_the_weights():
    table = course_table()
    share = rank_shares(table)
    assert share.sum().eq(1).all() or share.sum().to_numpy() == pytest.approx(1)
    assert 0 < share.loc["European Union", 1] < 0.5 < share.loc["United States", 1] < 1


def test_bad_input_says_what_to_do():
    with pytest.raises(ValueError, match="a gap is no zero"):
        scaled(TWO.replace(0.0, float("nan")))
    with pytest.raises(ValueError, match="cannot rank anybody"):
        scaled(TWO.assign(same=1.0))
    with pytest.raises(ValueError, match="name every indicator once"):
        scores(TWO, {"chips": 1})
    with pytest.raises(ValueError, match="not all be zero"):
        scores(TWO, {"chips": 0, "power": 0})
