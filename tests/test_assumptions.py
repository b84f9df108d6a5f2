"""Every assumption of the models of lessons 06 to 08 is a row, is read from it, and is on the screen beside its lab.

A lesson that follows the same way adds its lab to LABS.
"""

import ast
import csv
import inspect
import shutil

import numpy as np
import pandas as pd
import pytest

from aicapital import labs
from aicapital.data import DataError, load
from aicapital.data.assumptions import (
    TABLE,
    assumed,
    assumption_table,
    assumptions,
    published,
    ranges,
)
from aicapital.data.schema import folder
from aicapital.figures.chart import words_only
from aicapital.labs.down_round import after_2026
from aicapital.labs.reverse_dcf import openai_case
from aicapital.labs.runway import contracts_due, new_money
from aicapital.models import (
    anti_dilution,
    concentration,
    effective_compute,
    runway,
    scale_race,
    scaling_law,
    sunk_costs,
    training_cost,
    valuation,
)

# Each lab: the functions and classes of its model, and where a parameter of these comes from when it has neither a row nor
# a control of its own name. Each name on the right is a row or a control; "data" is a table of facts, shown in the picture.
LABS = {
    "scale_budget": (
        [scaling_law.ScalingLaw, scaling_law.ScalingLaw.optimal_parameters],
        {"compute_flop": "budget"} | dict.fromkeys(("E", "A", "B", "alpha", "beta"), "fit"),
    ),
    "effective_compute": ([effective_compute.growth], {"drivers": "spending", "level": "data"}),
    "scale_race": (
        [scale_race.ScaleRace, scale_race.ScaleRace.after, scale_race.RaceResult.lead],
        {"law": "law_besiroglu_e", "leader_budget": "budget_ratio", "strength": "strength_gap"}
        | {"leader_extra_spending": "extra_spending", "need_loss": "task"},
    ),
    "run_cost": (
        [
            training_cost.TrainingRun,
            training_cost.TrainingRun.rental_cost,
            training_cost.TrainingRun.accelerators_for,
            training_cost.facility_power_mw,
        ],
        {"peak_tflops": "chip", "tdp_w": "chip", "accelerators": "days", "pue": "pue_other"}
        | {"server_overhead": "server_overhead_h100", "load": "nameplate"},
    ),
    "entrants": (
        [sunk_costs.entrants_affordable],
        {"budgets": "data", "cost": "run_cost_2025", "share": "money_share"},
    ),
    "layer_concentration": (
        [concentration.bounds, concentration.merger_change],
        {"shares": "layer", "others": "layer", "first": "merger", "second": "merger"},
    ),
    "market_size": (
        [sunk_costs.QualityRace, sunk_costs.exogenous_entrants, sunk_costs.limiting_entrants],
        {"unit": "first_step"},
    ),
    "runway": (
        [runway.cash_paths, runway.draw_shocks, new_money, contracts_due],
        dict.fromkeys(runway.INPUTS, "")
        | {"contracts": "contract_term", "rounds": "round_2026", "shocks": "growth_shock"}
        | {"std_pct": "growth_shock", "later": "later_round", "year": "later_year"}
        | {"term": "contract_term", "inputs": "growth", "rising": "data", "known_by": "data"}
        | {"paths": "simulation", "years": "simulation", "seed": "simulation"},
    ),
    "reverse_dcf": (
        [valuation.GrowthCase],
        {"revenue": "revenue_2025", "first_margin_pct": "first_margin", "rate_pct": "wacc"}
        | {"mature_margin_pct": "mature_margin", "horizon_growth_pct": "horizon_growth"}
        | {"mid_year": "timing"},
    ),
    "down_round": (
        [anti_dilution.down_round],
        {"table": "data", "protected": "protected_share", "pre_money": "next_pre_money"}
        | {"new_money": "next_money"},
    ),
}  # fmt: skip
# What is said in the picture or its foot and is no number that one could move.
SAID = {"data", "nameplate", "simulation"}


@pytest.fixture
def quick():
    """Labs without their pictures."""
    with words_only():
        yield


def parameters(things) -> set[str]:
    return {name for thing in things for name in inspect.signature(thing).parameters} - {"self"}


@pytest.mark.parametrize("name", LABS)
def test_every_parameter_of_a_model_is_a_control_or_a_row(quick, name):
    lab = getattr(labs, name)()
    there = set(lab.controls) | set(lab.assumptions.index) | SAID
    things, from_elsewhere = LABS[name]
    for parameter in parameters(things) - there:
        assert from_elsewhere.get(parameter) in there, f"{name}: {parameter}"
    if name == "runway":
        assert set(runway.INPUTS) <= there


@pytest.mark.parametrize("name", LABS)
def test_a_default_in_a_models_code_is_the_value_of_its_row(quick, name):
    lab = getattr(labs, name)()
    things, from_elsewhere = LABS[name]
    _defaults_agree(things, from_elsewhere, lab.assumptions["value"])


def test_the_default_of_the_part_used_up_is_the_value_of_its_row():
    _defaults_agree([training_cost.amortised_cost], {}, assumptions("amortised_cost")["value"])


def _defaults_agree(things, from_elsewhere, rows):
    for thing in things:
        for name, parameter in inspect.signature(thing).parameters.items():
            default = parameter.default
            # Nothing and one times are no assumption: the model without that part.
            if isinstance(default, int | float) and default not in (0, 1):
                item = name if name in rows else from_elsewhere[name]
                assert item == "data" or rows[item] == default, f"{thing}: {name}"


# Numbers that are units, ends of a range or places, and may stand in a model's code.
PLAIN = {0, 1, 2, 3, 4, 100, 1000, 1e6, 1e9, 24, 0.1, 0.25, 0.5, 0.75, 0.9, 10}


@pytest.mark.parametrize("name", LABS)
def test_no_assumption_hides_in_the_code_of_a_lab(quick, name):
    """The function `model` of a lab holds no number of its own, and no control starts at one."""
    source = inspect.getsource(inspect.getmodule(getattr(labs, name)))
    tree = ast.parse(source)
    model = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "model"
    )
    found = {
        node.value
        for node in ast.walk(model)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    }
    assert found - PLAIN == set(), f"{name}: {sorted(found - PLAIN)} in model()"
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Control":
            start = call.args[3]
            literal = isinstance(start, ast.Constant) and isinstance(start.value, int | float)
            # A scale factor of 100 %, no more and no less, or one times: the row itself.
            assert not literal or start.value in (0, 1, 100), f"{name}: {ast.unparse(call.args[0])}"


def nudged(row):
    """Another value of an assumption, within its range where it has one."""
    if pd.isna(row["low"]):
        return 1.02 * row["value"]
    return row["high"] if row["value"] != row["high"] else row["low"]


# Rows that a model reads and its lab's picture at the start does not show, and how to see them.
BESIDE = {
    ("run_cost", "compute_error"): lambda: None,  # the tornado of lesson 07
    ("scale_race", "sharpness"): lambda: labs.scale_race().preset("Cheaper: a task just beyond the leader"),
    ("scale_race", "strength_ratio"): lambda: labs.scale_race().preset("Cheaper, and only the leader can raise more"),
    ("run_cost", "server_overhead_a100"): lambda: labs.run_cost().set(chip="A100"),
    ("cash_plan", "later_year"): lambda: labs.runway().set(later_round=100),
    ("down_round", "protected_share"): lambda: after_2026()[1],
    ("reverse_dcf", "revenue_2025"): openai_case,
}  # fmt: skip
MODELS = {"scale_race": "scale_race", "run_cost": "run_cost", "entrants": "entrants",
          "layer_concentration": "layer_concentration", "market_size": "market_size",
          "cash_plan": "runway", "reverse_dcf": "reverse_dcf", "down_round": "down_round"}  # fmt: skip


def seen(model, item):
    """What a lab starts from and works out, in a form that can be compared."""
    show = BESIDE.get((model, item))
    if show:
        return repr(show())
    lab = getattr(labs, MODELS[model])()
    return repr((lab.values, lab.sentence, _numbers(lab.result)))


def _numbers(result):
    if isinstance(result, dict):
        return {name: _numbers(value) for name, value in result.items()}
    if isinstance(result, pd.DataFrame):
        return result.to_dict()
    return result.tolist() if isinstance(result, np.ndarray) else result


@pytest.mark.parametrize("model", MODELS)
def test_another_value_in_a_row_is_another_start_or_another_result(
    quick, monkeypatch, tmp_path, model
):
    used = assumptions(model)
    tables = shutil.copytree(folder(), tmp_path / "data")
    file = tables / f"{TABLE}.csv"
    text = file.read_text(encoding="utf-8")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    monkeypatch.setenv("AICAPITAL_DATA", str(tables))
    for item in used.index:
        if (model, item) == ("run_cost", "compute_error"):
            continue
        before = seen(model, item)
        other = {used.at[item, "row_id"]: f"{nudged(used.loc[item]):.12g}"}
        with file.open("w", encoding="utf-8", newline="") as opened:
            edited = csv.DictWriter(opened, list(rows[0]), lineterminator="\n")
            edited.writeheader()
            edited.writerows(
                row | {"value": other.get(row["row_id"], row["value"])} for row in rows
            )
        assert seen(model, item) != before, f"{model}: nothing reads {item}"
        file.write_text(text, encoding="utf-8")


def test_rows_hold_their_value_and_what_is_assumed_has_a_range():
    rows = load(TABLE)
    ranged = rows.dropna(subset=["low", "high"])
    assert ((ranged["low"] <= ranged["value"]) & (ranged["value"] <= ranged["high"])).all()
    chosen = rows[rows["kind"] == "assumed"]
    assert (chosen["low"] < chosen["high"]).all(), chosen[~(chosen["low"] < chosen["high"])]
    assert rows["low"].isna().equals(rows["high"].isna())
    for model in {name for names in rows["used_by"] for name in names.split("; ")}:
        assert not assumptions(model).index.duplicated().any()


@pytest.mark.parametrize("name", LABS)
def test_value_range_kind_and_source_of_each_stand_beside_the_lab(quick, name):
    lab = getattr(labs, name)()
    bundle, live = lab.bundle(), lab._view.box.children[-1].value
    for row in lab.assumptions.itertuples():
        for page in (bundle["text/html"], bundle["text/plain"], live):
            for words in (row.kind, row.source, row.range):
                assert words in page
    for control in lab.controls.values():
        if control.name not in lab.assumptions.index:
            assert f"{control.label} (yours to move)" in bundle["text/plain"]
    assert "<summary>Assumptions: " in live


def test_what_a_table_says_of_an_assumption():
    rows = assumptions("run_cost").loc[["utilisation", "usd_per_hour"]]
    text = repr(assumption_table(rows, "What a run costs"))
    assert "0.375" in text and "0.25 to 0.5" in text and "Epoch AI" in text
    assert "This course" in text and "2 to 5" in text
    given = published("accelerators", [("acc_h100", "bf16_dense_tflops", "TFLOP/s", "Peak")])
    assert given.at["acc_h100", "range"] == "as given" and given.at["acc_h100", "value"] == 989.4


def test_a_wrong_name_is_told():
    with pytest.raises(DataError, match="no assumptions of a model 'scale_rase'. Did you mean"):
        assumptions("scale_rase")
    with pytest.raises(DataError, match="'revenue_2025' of the model 'cash_plan' has no range"):
        ranges("cash_plan", "revenue_2025")
    assert "microsoft_cap" not in assumed("cash_plan", "2026-03-03")
