"""Decision trees: published trees and values of information, the compliance case, properties, and
bad input."""

import math
import timeit
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aicapital.models.decision_tree import (
    Chance,
    Compliance,
    Decision,
    expected_payoffs,
    expected_value,
    rollback,
    value_of_perfect_information,
)

# --- published examples
# ------------------------------------------------------------------------------

# Heizer and Render, "Operations Management", module A: Getz Products, USD.
GETZ = {
    "large plant": {"favorable": 200_000, "unfavorable": -180_000},
    "small plant": {"favorable": 100_000, "unfavorable": -20_000},
    "nothing": {"favorable": 0, "unfavorable": 0},
}


def test_published_expected_values_and_perfect_information():
    # The book's decision table: at 0.5 the values are 10,000, 40,000 and 0; at 0.6 the best is
    # 52,000, with perfect information 120,000, so the information is worth 68,000.
    even = expected_payoffs(GETZ, {"favorable": 0.5, "unfavorable": 0.5})
    assert even.tolist() == pytest.approx([10_000, 40_000, 0])
    likely = {"favorable": 0.6, "unfavorable": 0.4}
    assert expected_payoffs(GETZ, likely).max() == pytest.approx(52_000)
    assert value_of_perfect_information(GETZ, likely) == pytest.approx(68_000)


def drill(oil, cost=0.0):
    """Drill (100) or sell the land (90); oil brings 800. Payoffs in thousands of USD."""
    find = Chance("well", {"oil": (oil, 700 - cost), "dry": (1 - oil, -100 - cost)})
    return Decision("land", {"drill": find, "sell": 90.0 - cost})


def test_published_two_stage_tree():
    # Hillier and Lieberman, "Introduction to Operations Research", chapter on decision analysis
    # (Goferbroke; also LINDO's model DECTREE): survey for 30, unfavourable with 0.7 (then oil 1 in
    # 7), favourable with 0.3 (then 1 in 2), oil 1 in 4 without it. Ends 670, -130 and 60 after a
    # survey, 700, -100 and 90 without: survey, then drill only on good news, at 0.7 x 60 + 0.3 x
    # 270 = 123; drilling unseen is worth 100.
    survey = Chance(
        "survey", {"unfavourable": (0.7, drill(1 / 7, 30)), "favourable": (0.3, drill(0.5, 30))}
    )
    found = rollback(Decision("test first?", {"survey": survey, "no survey": drill(0.25)}))
    assert found["expected_value"].iloc[0] == pytest.approx(123)
    choices = found[found["kind"] == "decision"].set_index("path")["choice"]
    assert choices.to_dict() == {
        "": "survey",
        "survey > unfavourable": "sell",
        "survey > favourable": "drill",
        "no survey": "drill",
    }
    assert expected_value(drill(0.25)) == pytest.approx(100)


def test_published_value_of_waiting():
    # Dixit and Pindyck, "Investment under Uncertainty" (1994), pp. 26-35: a machine for 1,600 makes
    # one unit a year for ever; the price is 200, then 300 or 100 with 0.5 each; rate 10 %. Invest
    # now: 600; wait: 773; the option is worth 173. Here: the net cost now is 1,600 - 200; next
    # year's perpetuities with the first payment are 3,300 and 1,100. Giving up when prices rise
    # forgoes 3,300; values are against never investing.
    machine = Compliance(
        cost_now=1400, retrofit_cost=1600, penalty=3300, premium_if_lax=1100, discount_pct=10
    )
    values = machine.expected_values(0.5)
    assert values["comply now"] - values["never comply"] == pytest.approx(600)
    assert values["wait"] - values["never comply"] == pytest.approx(773, abs=0.5)
    assert machine.lead_of_waiting(0.5) == pytest.approx(173, abs=0.5)


# --- compliance
# --------------------------------------------------------------------------------------


def test_compliance_by_hand():
    # Now costs 2. Strict rules cost a late firm 5 + 3 = 8: break-even at 2 / 8. At 0.5: -2 against
    # -4.
    case = Compliance(cost_now=2, retrofit_cost=5, lost_sales=3)
    assert case.break_even_probability == pytest.approx(0.25)
    assert case.expected_values(0.5).to_dict() == {"comply now": -2, "wait": -4}
    assert case.lead_of_compliance(0.5) == 2
    assert case.lead_of_waiting([0, 0.25, 0.5]) == pytest.approx([2, 0, -2])
    # Knowing the rules: nothing if lax, 2 if strict: -1 on average, against the best of -2 and -4.
    assert case.value_of_perfect_information(0.5) == pytest.approx(1)


def test_a_penalty_caps_the_cost_of_a_late_start():
    assert Compliance(2, 5, 3, penalty=4).break_even_probability == pytest.approx(0.5)
    assert Compliance(2, 5, 3, penalty=4).expected_values([0.5]).iloc[0].to_dict() == {
        "comply now": -2,
        "wait": -2,
        "never comply": -2,
    }


def test_no_break_even_when_one_choice_always_wins():
    assert math.isnan(Compliance(cost_now=9, retrofit_cost=5).break_even_probability)
    assert math.isnan(
        Compliance(cost_now=1, retrofit_cost=5, premium_if_lax=2).break_even_probability
    )
    assert math.isnan(Compliance(cost_now=1, retrofit_cost=0).break_even_probability)


def test_tornado_of_the_lead():
    case = Compliance(cost_now=2, retrofit_cost=5, lost_sales=3)
    table = case.sensitivity(
        0.5, {"lost_sales": (1, 4), "probability": (0.1, 0.8), "cost_now": (1, 3)}
    )
    assert table["assumption"].tolist() == ["probability", "cost_now", "lost_sales"]
    assert table.attrs["base"] == 2
    assert table.iloc[0][["outcome_at_low", "outcome_at_high"]].tolist() == pytest.approx(
        [-1.2, 4.4]
    )


amount = st.floats(0, 50)
compliance_cases = st.builds(
    Compliance,
    cost_now=amount,
    retrofit_cost=amount,
    lost_sales=amount,
    penalty=st.none() | amount,
    premium_if_strict=amount,
    premium_if_lax=amount,
    discount_pct=st.floats(0, 60),
)
chances = st.floats(0, 1)


@given(compliance_cases, chances)
@settings(max_examples=200, deadline=None)
def test_the_tree_agrees_with_the_closed_form(case, probability):
    values = case.expected_values(probability)
    tree = case.tree(probability)
    assert expected_value(tree) == pytest.approx(values.max(), abs=1e-9)
    for option, follows in tree.options.items():
        assert expected_value(follows) == pytest.approx(values[option], abs=1e-9)


@given(compliance_cases)
@settings(max_examples=200, deadline=None)
def test_at_the_break_even_both_are_worth_the_same_and_it_is_the_only_such_point(case):
    even = case.break_even_probability
    lead = case.lead_of_compliance([0, 1])
    if math.isnan(even):
        assert lead[0] * lead[1] > -1e-9
    else:
        assert case.lead_of_compliance(even) == pytest.approx(0, abs=1e-9)
        assert lead[0] * lead[1] <= 1e-9


@given(compliance_cases, chances)
@settings(max_examples=200, deadline=None)
def test_information_lifts_the_best_choice_to_the_best_in_each_state(case, probability):
    information = case.value_of_perfect_information(probability)
    assert information >= -1e-9
    best = case.expected_values(probability).max()
    certain = case.expected_values([0.0, 1.0]).max(axis=1).to_numpy()
    assert best + information == pytest.approx(
        (1 - probability) * certain[0] + probability * certain[1], abs=1e-9
    )


@given(compliance_cases, st.floats(0.01, 1))
@settings(max_examples=100, deadline=None)
def test_dearer_retrofit_never_helps_whoever_waits(case, probability):
    dearer = replace(case, retrofit_cost=case.retrofit_cost * 1.5 + 1)
    assert dearer.lead_of_waiting(probability) <= case.lead_of_waiting(probability) + 1e-9


# --- trees in general
# --------------------------------------------------------------------------------

trees = st.recursive(
    st.floats(-100, 100),
    lambda nodes: st.one_of(
        st.lists(nodes, min_size=1, max_size=3).map(
            lambda ends: Decision("choose", {f"option {n}": end for n, end in enumerate(ends)})
        ),
        st.tuples(chances, nodes, nodes).map(
            lambda t: Chance("nature", {"left": (t[0], t[1]), "right": (1 - t[0], t[2])})
        ),
    ),
    max_leaves=12,
)


def ends(node):
    if isinstance(node, Decision):
        return [end for follows in node.options.values() for end in ends(follows)]
    if isinstance(node, Chance):
        return [end for _, follows in node.branches.values() for end in ends(follows)]
    return [node]


@given(trees)
@settings(max_examples=150, deadline=None)
def test_a_tree_is_worth_something_between_its_ends_and_more_with_more_options(tree):
    assume(isinstance(tree, Chance | Decision))
    value = expected_value(tree)
    assert min(ends(tree)) - 1e-9 <= value <= max(ends(tree)) + 1e-9
    assert expected_value(Decision("or leave", {"tree": tree, "leave": 0.0})) == pytest.approx(
        max(value, 0)
    )


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=1, max_size=5), chances
)
@settings(max_examples=150, deadline=None)
def test_perfect_information_is_worth_what_the_tree_that_knows_first_gains(rows, chance):
    payoffs = {f"alternative {n}": {"good": good, "bad": bad} for n, (good, bad) in enumerate(rows)}
    weights = {"good": (chance, 0), "bad": (1 - chance, 1)}
    knows = Chance(
        "state",
        {
            state: (
                weight,
                Decision(
                    "choose", {name: row[place] for name, row in zip(payoffs, rows, strict=True)}
                ),
            )
            for state, (weight, place) in weights.items()
        },
    )
    probabilities = {"good": chance, "bad": 1 - chance}
    worth = value_of_perfect_information(payoffs, probabilities)
    blind = expected_payoffs(payoffs, probabilities).max()
    assert worth >= -1e-9
    assert expected_value(knows) - blind == pytest.approx(worth, abs=1e-9)


def test_fast_enough_for_a_slider():
    case, grid = Compliance(2, 5, 3, penalty=9), np.linspace(0, 1, 200)
    for draw in (lambda: case.expected_values(grid), lambda: case.lead_of_waiting(grid)):
        best = min(timeit.repeat(draw, number=20, repeat=5)) / 20
        assert best < 0.001, f"a lab redraws this on every slider step; took {best * 1000:.2f} ms"


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda: Chance("rules", {"strict": (0.3, 1)}), "add up to 0.3"),
        (lambda: Chance("rules", {"strict": (30, 1), "lax": (70, 1)}), "Write 30 % as 0.3"),
        (
            lambda: Chance("rules", {"strict": 0.3, "lax": (0.7, 1)}),
            "must be .probability, what follows.",
        ),
        (lambda: Chance("rules", {}), "at least one branch"),
        (lambda: Decision("build", {"yes": "much"}), "payoff at 'yes' of 'build'"),
        (lambda: Decision("", {"yes": 1}), "must be a name"),
        (lambda: rollback(5), "needs a Decision or a Chance"),
        (lambda: expected_payoffs(GETZ, {"favorable": 0.6, "unfavorable": 0.6}), "add up to 1.2"),
        (lambda: expected_payoffs(GETZ, {"good": 0.6, "bad": 0.4}), "good, bad"),
        (lambda: expected_payoffs([1, 2], {"good": 1}), "one row an alternative"),
        (lambda: Compliance(-2, 5), "Costs are given as positive numbers"),
        (lambda: Compliance(2, 5).expected_values(30), "Write 30 % as 0.3"),
        (lambda: Compliance(2, 5).expected_values([0.1, math.nan]), r"probability\[1\]"),
        (
            lambda: Compliance(2, 5).sensitivity(0.5, {"penalty": (1, 2)}),
            "no assumption named 'penalty'",
        ),
    ],
)
def test_bad_input_says_what_to_do(attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt()
