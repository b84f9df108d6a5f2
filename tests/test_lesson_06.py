"""What lesson 06 teaches: its tables, labs, questions and sheet."""

import re

import matplotlib.pyplot as plt
import pytest

from aicapital import figures, labs, learning
from aicapital.authoring.notebook_file import read
from aicapital.data import load
from aicapital.data.scale import law_constants
from aicapital.learning import banks
from aicapital.learning.banks.scale_or_efficiency import GOPHER
from aicapital.models.scaling_law import ScalingLaw, training_flop
from tests.grading_samples import ROOT

ARTICLE = "2026-03-03"
LAW = ScalingLaw(**law_constants("besiroglu"))
SHEET = learning.sheet("06")


# Tables


def test_deepseeks_price_is_hours_times_rent_and_its_compute_uses_active_parameters():
    row = (
        load("efficiency_cases", ARTICLE)
        .set_index("row_id")
        .loc["eff_training_cost_deepseek_v3_total"]
    )
    assert row["gpu_hours_m"] * 2 == pytest.approx(row["cost_usd_m"], abs=0.001)  # USD 2 an hour
    flop = training_flop(row["active_parameters_bn"] * 1e9, row["training_tokens_trn"] * 1e12)
    assert flop == pytest.approx(3.3e24, rel=0.01)  # Epoch AI


def test_llama_3_1_as_its_makers_count():
    row = load("efficiency_cases").set_index("row_id").loc["eff_training_cost_llama_3_1_405b"]
    flop = training_flop(row["active_parameters_bn"] * 1e9, row["training_tokens_trn"] * 1e12)
    assert flop == pytest.approx(3.8e25, rel=0.01)  # Llama 3 paper


def test_active_parameters_are_fewer_than_all_and_later_models_are_not_known_on_the_day():
    cases = load("efficiency_cases").query("case_type == 'active_parameters'")
    assert (cases["active_parameters_bn"] < cases["total_parameters_bn"]).all()
    assert not {"GLM-5", "DeepSeek-V4-Pro"} & set(load("efficiency_cases", ARTICLE)["model"])


def test_intervals_hold_their_centre():
    rates = load("progress_rates").dropna(subset=["value", "low", "high"])
    assert (rates["low"] <= rates["value"]).all() and (rates["value"] <= rates["high"]).all()


def test_blended_prices_are_three_to_one_and_levels_only_get_cheaper():
    prices = load("token_prices")
    listed = prices.query("record_type == 'list_price'")
    blend = (3 * listed["input_usd_per_m_tokens"] + listed["output_usd_per_m_tokens"]) / 4
    assert (blend - listed["blended_usd_per_m_tokens"]).abs().max() < 1e-9
    for _, rows in prices.query("record_type == 'cheapest_at_level'").groupby("level"):
        assert rows.sort_values("date")["blended_usd_per_m_tokens"].is_monotonic_decreasing


# Labs and figures


def test_predictions_agree_with_the_labs():
    truths = {q.id: q.truth() for q in banks.load("06").QUESTIONS if hasattr(q, "truth")}
    assert labs.scale_budget().result["ratio"] == pytest.approx(
        truths["chinchilla_ratio"], rel=0.01
    )
    before, after = labs.scale_race().result
    assert (
        truths["cheaper_for_both"] == "its share falls" and after.leader_share < before.leader_share
    )


def test_presets_of_the_race_say_what_their_names_say():
    lab = labs.scale_race()
    said = {name: lab.preset(name).sentence for name in lab.presets}
    claims = {
        name: re.findall(r"III\.. (?:holds|does not hold) here", text)
        for name, text in said.items()
    }
    assert claims == {
        "Cheaper compute, an easy task (III.7)": ["III.7 does not hold here"],
        "Cheaper: a task just beyond the leader": ["III.7 holds here"],
        "Cheaper: a task that only the leader does": ["III.7 does not hold here"],
        "Cheaper, and only the leader can raise more": ["III.7 holds here"],
        "Breakthrough, kept by the follower (III.8)": ["III.8 holds here"],
        "Breakthrough, kept by the leader": ["III.8 does not hold here"],
        "Breakthrough, published; task beyond the leader": ["III.8 does not hold here"],
    }


def test_the_learner_can_find_both_conditions_by_moving_controls():
    lab = labs.scale_race()
    tasks = lab.controls["task"].stops
    holds = [task for task in tasks if "III.7 holds" in lab.set(task=task).sentence]
    # Neither everywhere nor nowhere: from the leader's limit of today to what it can do afterwards.
    assert 3 <= len(holds) < len(tasks) / 2 and min(holds) > -0.005 and max(holds) < 0.04
    lab.preset("Breakthrough, kept by the follower (III.8)")
    leaks = lab.controls["leak"].stops
    lab.set(task=0.01)
    kept = [leak for leak in leaks if "III.8 holds" in lab.set(leak=leak).sentence]
    assert 0 in kept and 100 not in kept


def test_the_race_draws_the_predicted_way():
    pictures = {
        words: labs.scale_race(prediction=words).frame
        for words in ("its share grows", "its share stays", "its share falls")
    }
    assert len({frame.svg for frame in pictures.values()}) == 3
    assert all("your prediction" in frame.svg for frame in pictures.values())
    assert "You predicted: its share stays." in pictures["its share stays"].sentence
    lab = labs.scale_race(prediction="its share falls")
    # The question was about an easy task and cheaper compute alone.
    assert "your prediction" not in lab.set(task=0.01).svg
    assert "your prediction" not in labs.scale_race().frame.svg


def test_the_widest_interval_is_that_of_algorithms():
    drivers = labs.effective_compute().result.drop("effective_compute")
    assert (drivers["high"] / drivers["low"]).idxmax() == "algorithms"


def test_titles_of_figures_come_from_their_numbers():
    cases = load("efficiency_cases").query("case_type == 'active_parameters'")
    assert f"Of {len(cases)} mixtures" in figures.total_and_active(cases, "S.").alt
    chart = figures.cost_of_loss({"refit": LAW}, [1e20, 1e24], "S.")
    assert "49 times" in chart.alt


# The sheet


def size(compute, ratio):
    return (compute / (6 * ratio)) ** 0.5


def multiple(share, alpha, beta):
    return share ** (-(alpha + beta) / (alpha * beta))


def off(points, tolerance):
    implied = 6 * points["model_parameters"] * points["tokens"]
    return points.loc[(points["compute_flop"] / implied - 1).abs() > tolerance, "row_id"].tolist()


def of_the_printed(points, tolerance):
    implied = 6 * points["model_parameters"] * points["tokens"]
    return points.loc[(implied / points["compute_flop"] - 1).abs() > tolerance, "row_id"].tolist()


def plan(budget, per_usd):
    flop = budget * 1e6 * per_usd
    return LAW.optimal_parameters(flop), LAW.optimal_tokens(flop)


def with_shown_digits(budget, per_usd):
    """Typed from the four decimals that the sheet shows: right work."""
    law = ScalingLaw(
        **{name: round(value, 4) for name, value in law_constants("besiroglu").items()}
    )
    flop = budget * 1e6 * per_usd
    return law.optimal_parameters(flop), law.optimal_tokens(flop)


RIGHT = {
    "q1_prediction": [20, 19, "20"], "q1_reason": ["B", " b"], "q2": [size], "q3": [multiple],
    "q4": [["D", "G", "B", "C", "F", "A"], "CFDGBA"], "q5": [off], "q7": [plan, lambda b, p: list(plan(b, p)), with_shown_digits],
    "q7_tokens": [11.22, 11.3],
}  # fmt: skip
WRONG = {
    "q1_prediction": [0.05, 200, 1.07], "q1_reason": ["A", "C", "D"],
    "q2": [lambda c, r: (c / r) ** 0.5, lambda c, r: c / (6 * r), lambda c, r: (c * r / 6) ** 0.5, lambda c, r: 1e9],
    "q3": [lambda s, a, b: s ** (-1 / a), lambda s, a, b: s ** (-a * b / (a + b)), lambda s, a, b: s ** (-1 / (a + b)), lambda s, a, b: (1 - s) ** (-(a + b) / (a * b)) if s < 1 else 1],
    "q4": [["D", "G", "B", "C", "F", "E"], ["A", "B", "C", "D", "F", "G"], ["D", "G", "B", "A"]],
    "q5": [lambda t, x: ["law_optimum_3_175b"], lambda t, x: off(t, 0.1), lambda t, x: off(t, x)[:1], lambda t, x: [], of_the_printed],
    "q7": [lambda b, p: plan(b / 1e6, p), lambda b, p: plan(b, p)[::-1], lambda b, p: (size(b * 1e6 * p, 20), 20 * size(b * 1e6 * p, 20))],
    "q7_tokens": [7.84, 3.412, 11.22e12, 25.1],
}  # fmt: skip


@pytest.mark.parametrize(
    ("question", "answer"), [(q, a) for q, many in RIGHT.items() for a in many]
)
def test_right_work_is_told_so(question, answer):
    verdict = SHEET.judge(question, answer)
    assert verdict.solved, verdict


@pytest.mark.parametrize(
    ("question", "answer", "mistake"),
    [
        ("q5", of_the_printed, "share of the printed value"),
        ("q7", lambda b, p: plan(b / 1e6, p), "millions left out"),
        ("q7", lambda b, p: plan(b, p)[::-1], "pair turned round"),
        ("q7", lambda b, p: tuple(n / 1e9 for n in plan(b, p)), "billions for parameters"),
        (
            "q7",
            lambda b, p: (size(b * 1e6 * p, 20), 20 * size(b * 1e6 * p, 20)),
            "rule of twenty",
        ),
        ("q7_tokens", 11.22e12, "trillions left out"),
        ("q7_tokens", 11, "rounded"),
        ("q7_tokens", "11 trillion", "rounded"),
        ("q7_tokens", 12, ""),
        ("q7_tokens", 7.84, "tokens of the same budget"),
    ],
)
def test_a_mistake_is_told_by_its_name(question, answer, mistake):
    assert SHEET.judge(question, answer).mistake == mistake


@pytest.mark.parametrize(
    ("question", "answer"), [(q, a) for q, many in WRONG.items() for a in many]
)
def test_wrong_work_is_never_right(question, answer):
    assert not SHEET.judge(question, answer).solved


@pytest.mark.parametrize(
    ("question", "answer", "mistake"),
    [
        ("run_flop", 3.29e24, "power of ten given twice"),
        ("run_flop", 59.6, "all parameters counted"),
        ("overtake", 3, "root taken the wrong way"),
        ("overtake", 18, "leak halved in plain numbers"),
        ("next_cost", 1.0456, "power not turned round"),
    ],
)
def test_the_lessons_checks_name_the_mistake(question, answer, mistake):
    check = next(q for q in banks.load("06").QUESTIONS if q.id == question)
    assert check.judge(answer).mistake == mistake


def test_gophers_budget_is_told_from_6nd_in_lesson_and_sheet():
    """The paper's table prints more than 6ND gives; the sheet prints 6ND, the lesson's table starts from the paper."""
    run = load("training_runs").set_index("row_id").loc["run_gopher_280b"]
    by_rule, chinchilla = (
        training_flop(run["parameters"], run["training_tokens"]),
        6 * 70e9 * 1.4e12,
    )
    lesson, sheet = (
        "".join(str(cell) for cell in read(ROOT / folder / "06_scale_or_efficiency.ipynb").cells)
        for folder in ("notebooks", "solutions")
    )
    paper = f"{GOPHER:.2e}"
    assert f"{paper} FLOP, Gopher's budget in the paper's table (6ND gives {by_rule:.2e})" in lesson
    assert f"{by_rule:.2e}" in sheet and paper in SHEET.judge("q1_reason", "B").says
    assert (
        abs(chinchilla / by_rule - 1) < 0.2
        and "within a fifth" in SHEET.judge("q1_reason", "A").says
    )


def drawn(
    sizes,
    losses,
    title="The curve is flat near its best size",
    x="billion parameters",
    y="nats per token",
    how="plot",
):
    figure, axes = plt.subplots()
    getattr(axes, how)(sizes, losses)
    axes.set(title=title, xlabel=x, ylabel=y)
    plt.close(figure)
    return figure


def test_skerrys_run_is_the_same_in_lessons_06_and_07():
    items = load("fictional_lab").set_index(["lesson", "item"])["value"]
    bought = items["06", "run_budget"] * 1e6 * items["06", "run_flop_per_usd"]
    assert bought == pytest.approx(items["07", "run_compute"])
    # Bare rent of lesson 07 buys more: lesson 06 counts idle time.
    useful = items["07", "run_chip_peak"] * 1e12 * 3600 * items["07", "run_utilisation"] / 100
    rented = useful / items["07", "run_rental_price"]
    assert 0.6 < items["06", "run_flop_per_usd"] / rented < 0.8


def test_skerrys_smaller_model_fits_the_tokens_and_saves_in_use_but_overruns_the_money():
    items = load("fictional_lab").query("lesson == '06'").set_index("item")["value"]
    flop = items["run_budget"] * 1e6 * items["run_flop_per_usd"]
    best, small = LAW.optimal_parameters(flop), items["run_small_parameters"] * 1e9
    tokens = LAW.tokens_for_loss(small, LAW.optimal_loss(flop))
    assert tokens < items["run_tokens_available"] * 1e12
    longer = training_flop(small, tokens)
    assert longer / flop == pytest.approx(1.43, abs=0.01)
    served = items["run_served_tokens"] * 1e12
    assert longer + 2 * small * served < 0.6 * (flop + 2 * best * served)


def test_the_figure_of_the_sheet():
    sizes = [25, 50, 100, 200, 400]
    losses = [LAW.loss(n * 1e9, 4e24 / (6 * n * 1e9)) for n in sizes]
    assert SHEET.judge("q6", drawn(sizes, losses)).solved
    assert SHEET.judge("q6", drawn([n * 1e9 for n in sizes], losses, x="parameters")).solved
    same_tokens = [LAW.loss(n * 1e9, 3.4e12) for n in sizes]
    for figure in (
        drawn(sizes, same_tokens),
        drawn(sizes[:4], losses[:4]),
        drawn(sizes, losses, y="loss"),
        drawn(sizes, losses, title=""),
    ):
        assert not SHEET.judge("q6", figure).solved


@pytest.mark.parametrize(
    ("scale", "x", "how", "told"),
    [
        (1, "Size, billion parameters", "plot", ""),
        (1, "Parameters (bn)", "scatter", ""),
        (1, "Parameters in 10^9", "semilogx", ""),
        (1e9, "Parameters", "scatter", ""),
        (1, "Parameters", "plot", "runs from 25 to 400 parameters"),
        (1e9, "billion parameters", "plot", "says billions"),
        (1, "billion parameters", "bar", "as a line or as points"),
    ],
)
def test_the_figure_of_the_sheet_is_read_as_its_label_says(scale, x, how, told):
    sizes = [400, 25, 50, 200, 100]
    losses = [LAW.loss(n * 1e9, 4e24 / (6 * n * 1e9)) for n in sizes]
    feedback = SHEET.judge("q6", drawn([scale * n for n in sizes], losses, x=x, how=how))
    assert feedback.solved if not told else told in feedback.says, feedback
