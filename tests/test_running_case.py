"""The made-up lab's decisions: told lesson by lesson from the tables, after the learner has decided."""

import json
import re

import pytest

from aicapital import learning
from aicapital.data import load
from aicapital.learning import banks, case_replay
from aicapital.learning.claims import listed
from aicapital.learning.progress import RECORDS
from aicapital.learning.questions import LearningError
from aicapital.models.make_or_buy import MakeOrBuy


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path))
    return tmp_path


@pytest.fixture
def case():
    return learning.running_case()


def item(name):
    return load("fictional_lab").set_index("item")["value"][name]


def test_every_open_lesson_with_numbers_of_skerry_has_a_decision():
    open_lessons = set(load("fictional_lab")["lesson"]) & set(banks.BANKS)
    assert open_lessons <= set(load("case_decisions")["lesson"])


@pytest.mark.parametrize("decision", case_replay.decisions(), ids=lambda d: d.lesson)
def test_a_decision_names_its_choices_its_numbers_and_its_reason(decision):
    assert 2 <= len(decision.choices) == len(set(decision.choices)) <= 4
    assert decision.decision in decision.choices and 1 <= len(decision.numbers) <= 8
    assert not re.search(r"[{}]|\bnan\b", decision.reason)
    rows = load("case_decisions").set_index("lesson").loc[decision.lesson]
    lessons = load("fictional_lab").set_index("item").loc[listed(rows["items"]), "lesson"]
    assert set(lessons) == {decision.lesson}  # no number that a later lesson brings in


def test_what_the_minutes_say_follows_from_the_numbers():
    caps = sum(item(f"capped_round_{n}_invested") * item(f"capped_round_{n}_cap") for n in (1, 2))
    pre = item("round_pre_money")
    assert pre - caps < item("stake_foundation") / 100 * pre < 1.3 * (pre - caps)
    chip = MakeOrBuy(
        item("chip_design_cost") * 1e9,
        item("own_chip_unit_cost"),
        item("bought_chip_price"),
        item("chip_lifetime"),
        item("chip_lifetime"),
        item("own_chip_performance_ratio"),
        item("own_chip_utilisation"),
        item("bought_chip_utilisation"),
    )
    assert chip.break_even_volume < item("chips_needed") / chip.chips_replaced
    burden = item("open_model_cost") + item("forgone_api_profit") - item("community_savings")
    gain = item("open_model_adopters") * item("uplift_per_adopter") / 1e9
    assert gain * item("core_contribution_margin") / 100 < burden


def test_skerrys_decision_waits_for_the_learners(case):
    assert case.told("04") == case_replay.OPEN and "The fund's 2 bn" not in repr(case)
    assert "The fund's 2 bn" not in case.html()
    said = case.decide("04", 1)
    assert said.startswith("You: The cloud firm's money, wait.") and "The fund's 2 bn" in said
    again = learning.running_case()
    assert again.chosen("04") == "The cloud firm's money, wait" and again.chosen("05") is None
    again.decide("04", "The fund's money, wait")
    assert learning.running_case().chosen("04") == "The fund's money, wait"


def test_everything_is_told_on_request():
    page = learning.running_case(show_all=True)
    assert case_replay.OPEN not in repr(page)
    assert page.html().count("<details open>") == len(page.decisions)


def test_a_lesson_appears_as_soon_as_its_rows_do(monkeypatch):
    items, rows = load("fictional_lab"), load("case_decisions")
    items.loc[len(items)] = {**items.iloc[0], "lesson": "06", "item": "budget", "value": 1234.5}
    assert "06" not in learning.running_case().decisions
    rows.loc[len(rows)] = ["06", "How large?", "Large; Small", "Small", "{budget:,g} do.", "budget"]
    tables = {"fictional_lab": items, "case_decisions": rows}
    monkeypatch.setattr(case_replay, "load", tables.__getitem__)
    page = learning.running_case(show_all=True)
    assert "06" in page.decisions and "Skerry: Small. 1,234.5 do." in repr(page)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("items", "no_such_item", "'no_such_item' is no item"),
        ("decision", "Something else", "is none of the choices"),
        ("reason", "{nothing}", "placeholder {nothing}"),
    ],
)
def test_a_row_that_does_not_fit_is_named(monkeypatch, column, value, message):
    rows = load("case_decisions")
    rows.loc[0, column] = value
    tables = {"fictional_lab": load("fictional_lab"), "case_decisions": rows}
    monkeypatch.setattr(case_replay, "load", tables.__getitem__)
    with pytest.raises(LearningError, match=message):
        case_replay.decisions()


@pytest.mark.parametrize("choice", [None, 9, -1, True, "Merge with everybody", []])
def test_what_is_no_choice_is_refused(case, choice):
    with pytest.raises(LearningError, match="Pick one of"):
        case.decide("03", choice)
    with pytest.raises(LearningError, match="decides nothing in lesson '77'"):
        case.decide("77", 0)
    assert case.chosen("03") is None


def test_a_choice_that_was_renamed_since_counts_as_none(folder, case):
    record = {"choice": "An old wording", "when": "2026-11-01"}
    state = {"version": 1, "decisions": {"03": {"running_case": record}}}
    (folder / "progress.json").write_text(json.dumps(state), encoding="utf-8")
    assert case.chosen("03") is None and case.told("03") == case_replay.OPEN
    assert set(RECORDS["decisions"]) == {"choice", "when"}


def test_a_broken_record_is_set_aside_and_told(folder, case):
    state = {"version": 1, "decisions": {"03": {"running_case": {"choice": 3, "when": ""}}}}
    (folder / "progress.json").write_text(json.dumps(state), encoding="utf-8")
    assert "kept as progress.broken-" in repr(case)


def test_a_radio_button_decides_and_the_list_starts_at_the_first_open_decision(case):
    case.decide("01", 2)
    pick, shown = case.build().children
    assert pick.value == "02" and len(pick.options) == len(case.decisions)
    shown.children[0].children[1].value = case.decisions["02"].choices[1]
    assert "You: New shares to the chip maker" in shown.children[0].children[2].value
    pick.value = "01"
    assert shown.children[0].children[1].value == "No, keep the caps"
    assert "You: No, keep the caps" in shown.children[0].children[2].value
