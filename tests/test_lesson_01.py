"""Lesson 01: what its sheet says to right and to wrong work."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from aicapital.learning import sheet
from tests.grading_samples import as_graded


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


# Two arrows


def _bars(
    money=(1.5, 0, 0, 0),
    purchases=(1.5,) * 4,
    years=(1, 2, 3, 4),
    shift=0.2,
    labels=("money in", "purchases out"),
    legend=True,
    panels=1,
    **purchases_as,
):
    """The figure of the task; each argument can spoil one thing."""
    figure = Figure()
    axes = np.atleast_1d(figure.subplots(panels))
    at = np.array(years)
    axes[0].bar(at - shift, money, width=0.4, label=labels[0])
    axes[-1].bar(at + shift, purchases, label=labels[1], **({"width": 0.4} | purchases_as))
    for one in axes:
        one.set(title="Finding", xlabel="Year", ylabel="USD bn")
        if legend:
            one.legend()
    return figure


def _with(change, **spoiled):
    figure = _bars(**spoiled)
    change(figure.axes[0])
    return figure


def _table(names=("money in", "purchases out")):
    """As pandas draws it: bars at 0 to 3, the years in the labels of the axis."""
    axes = Figure().subplots()
    table = pd.DataFrame({names[0]: [1.5, 0, 0, 0], names[1]: [1.5] * 4}, index=[1, 2, 3, 4])
    table.plot.bar(ax=axes)
    axes.set(title="Finding", xlabel="Year", ylabel="USD bn")
    return axes.figure


def _one_by_one():
    """Each bar by a call of its own."""
    axes = Figure().subplots()
    for year in (1, 2, 3, 4):
        axes.bar(year + 0.2, 1.5, 0.4, color="C1", label="purchases" if year == 1 else None)
    axes.bar(0.8, 1.5, 0.4, color="C0", label="the cloud firm's money")
    axes.set(title="Finding", xlabel="Years", ylabel="USD bn")
    axes.legend()
    return axes.figure


def _on_words(order="1234"):
    axes = Figure().subplots()
    words = [f"year {one}" for one in order]
    axes.bar(words, [1.5, 0, 0, 0], width=-0.4, align="edge", label="invested")
    axes.bar(words, [1.5] * 4, width=0.4, align="edge", label="bought")
    axes.set(title="Finding", xlabel="Year", ylabel="USD bn")
    axes.legend()
    return axes.figure


RIGHT = {
    "as in the solution": _bars,
    "pandas": _table,
    "bar by bar": _one_by_one,
    "words on the axis": _on_words,
    "purchases first": lambda: _bars(shift=-0.2),
    "names given to the legend": lambda: _with(
        lambda axes: axes.legend(["Money in", "Purchases"]), labels=(None, None), legend=False
    ),
    "a legend of the figure": lambda: _with(lambda axes: axes.figure.legend(), legend=False),
    "other words": lambda: _bars(labels=("Investment", "Promised purchases (money out)")),
    "hatched and see-through": lambda: _bars(hatch="//", alpha=0.5, color="C0"),
    "a line at zero": lambda: _with(lambda axes: axes.axhline(0)),
}


@pytest.mark.parametrize("figure", RIGHT.values(), ids=RIGHT)
def test_two_named_sets_of_bars_are_right_however_they_are_drawn(figure):
    figure = figure()
    for seen in (figure, as_graded(figure)):
        feedback = _judge("q6", seen)
        assert feedback.solved, feedback


WRONG = {
    "bars drawn downwards": [
        lambda: _bars(purchases=(-1.5,) * 4),
        lambda: _with(lambda axes: axes.invert_yaxis()),
    ],
    "total for a year": [lambda: _bars(purchases=(6, 0, 0, 0))],
    "names swapped": [
        lambda: _bars(labels=("purchases out", "money in")),
        lambda: _bars(labels=("Purchases (money out)", "Money in")),
        lambda: _table(("purchases out", "money in")),
        lambda: _with(lambda axes: axes.legend(["purchases", "money"]), legend=False),
    ],
    "series without names": [
        lambda: _bars(legend=False),
        lambda: _bars(labels=("money in", None)),
    ],
    "names that do not tell": [lambda: _bars(labels=("a", "b"))],
    "money in the wrong year": [
        lambda: _bars(money=(0, 0, 0, 1.5)),
        lambda: _bars(money=(0, 1.5, 0, 0), labels=("money in", "purchases")),
        lambda: _on_words("4321"),
    ],
    "years not 1 to 4": [lambda: _bars(years=(0, 1, 2, 3)), lambda: _bars(years=(2, 3, 4, 5))],
    "one set drawn over the other": [lambda: _bars(shift=0), lambda: _bars(shift=0.1)],
    "one set stacked on the other": [lambda: _bars(shift=0, bottom=(1.5, 0, 0, 0))],
    "two panels for one": [lambda: _bars(panels=2)],
    "one set for two": [lambda: _bars(color="C0")],
    "": [
        lambda: _bars(money=(3, 0, 0, 0)),
        lambda: _bars(money=(1.5, 1.5, 0, 0), purchases=(1.5, 1.5, 1.5, 0)),
    ],
}


@pytest.mark.parametrize(
    ("figure", "mistake"),
    [(figure, mistake) for mistake, figures in WRONG.items() for figure in figures],
)
def test_what_is_wrong_with_the_bars_is_named(figure, mistake):
    figure = figure()
    for seen in (figure, as_graded(figure)):
        feedback = _judge("q6", seen)
        assert not feedback.solved
        assert feedback.mistake == mistake, feedback


def test_own_numbers_have_sets_of_their_own():
    own = sheet("01", own={"q6": {"money": 2.4, "purchases": 7.2}})
    assert own.judge("q6", _bars(money=(2.4, 0, 0, 0), purchases=(1.8,) * 4)).solved
    assert not own.judge("q6", _bars()).solved


# The crossover


def test_a_rounded_crossover_is_close():
    for rounded in (17, "17 bn"):
        feedback = _judge("q7_crossover", rounded)
        assert feedback.mistake == "rounded" and "one more decimal" in feedback.says
    assert _judge("q7_crossover", 17.1).solved and _judge("q7_crossover", 17.14).solved
    assert _judge("q7_crossover", 12).mistake == "caps for the crossover"
