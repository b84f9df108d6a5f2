"""Lesson 01: what its sheet says to right and to wrong work."""

import pytest

from aicapital.learning import sheet


def _judge(question_id, given):
    return sheet("01").judge(question_id, given)


# New money by year


def _by_year(rounds, record_type="round", blanks=("amount_committed_usd_bn",)):
    kept = rounds[(rounds["record_type"] == record_type) & rounds["new_money_to_company"]]
    kept = kept.dropna(subset=list(blanks))
    return kept.groupby(kept["date"].dt.year)["amount_committed_usd_bn"].sum()


def test_new_money_by_year_is_right():
    assert _judge("q5", _by_year).solved


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (lambda rounds: _by_year(rounds, "Round"), "no row matched"),
        (lambda rounds: _by_year(rounds, "Round").reindex([2030, 2031], fill_value=0.0), "no row matched"),
        (lambda rounds: _by_year(rounds, blanks=rounds.columns), "rows dropped for other blanks"),
        (lambda rounds: _by_year(rounds).drop(2030), "rows dropped for other blanks"),
    ],
)  # fmt: skip
def test_a_filter_that_matches_nothing_is_told_so(function, mistake):
    assert _judge("q5", function).mistake == mistake
