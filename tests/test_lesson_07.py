"""Lesson 07: what its figures, labs, verdicts and sheet teach, against published figures."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from aicapital import figures, labs, learning
from aicapital.data import load
from aicapital.labs.entrants import budgets

ARTICLE = "2026-03-03"


# --- evidence


def test_lesson_01_sees_the_runs_it_saw_before():
    runs = load("training_runs").query("published >= '2012' and published < '2021'")
    assert len(runs) == 23 and runs["model"].is_unique
    assert runs["cost_method"].isin(["amortised_hardware_plus_energy", ""]).all()


def test_methods_are_never_mixed_in_one_table():
    assert load("training_runs")["cost_method"].isin(["amortised_hardware_plus_energy", ""]).all()
    assert "amortised_hardware_plus_energy" not in set(load("training_costs")["cost_method"])


def test_dense_is_half_of_sparse():
    chips = load("accelerators").dropna(subset=["bf16_sparse_tflops"])
    assert len(chips) >= 6
    assert (chips["bf16_sparse_tflops"] / chips["bf16_dense_tflops"]).between(1.99, 2.01).all()


def test_a_facility_draws_more_than_its_chips_and_servers():
    sites = load("data_centres").dropna(subset=["power_mw_it", "power_mw_facility"])
    assert (sites["power_mw_facility"] > sites["power_mw_it"]).all() and len(sites) > 15
    assert not load("data_centres", ARTICLE)["status"].eq("operating").any()


def test_ranges_of_assumptions_hold_their_value():
    rows = load("model_assumptions").dropna(subset=["low", "high"])
    assert ((rows["low"] <= rows["value"]) & (rows["value"] <= rows["high"])).all()


def test_bounds_by_layer():
    found = figures.layer_bounds(load("market_shares")).set_index(["market", "date"])
    memory = found.loc[("hbm", pd.Timestamp("2025-06-30"))]
    assert memory["hhi_low"] == memory["hhi_high"] == 62**2 + 21**2 + 17**2
    assert (found["hhi_low"] <= found["hhi_high"]).all() and (found["cr4_high"] <= 100.1).all()


def test_the_figure_of_prices_names_each_method():
    amortised = load("training_runs").dropna(subset=["cost_usd"])
    costs = pd.concat([amortised, load("training_costs")])[["model", "cost_method", "cost_usd"]]
    chart = figures.run_prices(costs.query("model in ['Llama 3.1-405B', 'Grok 3']"), "source")
    assert "18 to 20 times" in chart.alt and "rented 176.0" in chart.alt


# --- labs


def test_budgets_are_those_of_the_filings_and_rounds():
    money = budgets()
    assert money["Alphabet"] == 164.713 and money["Meta"] == 115.8
    assert money["Anthropic"] == pytest.approx(3.5 + 13 + 1)


def test_deepseeks_preset_is_its_bill():
    sentence = labs.run_cost().preset("DeepSeek-V3: its own bill").sentence
    assert "USD 5.58 million" in sentence and "2.79 million chip-hours" in sentence


def test_the_definition_decides_who_can_pay():
    lab = labs.entrants()
    every = lab.preset("Trend of 2016-2024").sentence
    final = lab.preset("Final run only, as headlines count").sentence
    assert "by 0 of 9 firms" in every and "by 4 of 9 firms" in final


def test_the_layer_lab_says_when_bounds_do_not_decide():
    lab = labs.layer_concentration()
    assert "undecided" in lab.preset("Clouds: three named, the rest unknown").sentence
    assert "588 points" in lab.preset("Second and third cloud merge").sentence  # 2 x 21 x 14


def test_a_merger_counts_in_the_share_of_the_four_largest():
    lab = labs.layer_concentration()
    lab.set(layer="Assistants: visits, January 2026", merger="second and third merge")
    assert lab.result["cr4"][0] == pytest.approx(64.5 + 21.5 + 3.7 + 3.4 + 2.0)
    assert lab.result["hhi"][0] == pytest.approx(4656.96 + 2 * 21.5 * 3.7)


def test_the_articles_day_knows_only_what_was_public():
    text = learning.Lesson("07").verdict("IV.3")
    text.answer("cannot tell", "low")
    then = str(text.course_text).split("Estimates published since")[0]
    assert "4.4 bn" not in then and "850 million" not in then
    assert "7.1 bn" in then and "0.48 bn" in then and "0.4 to 2.1 bn" in then


def test_a_larger_market_carries_no_more_firms():
    lab = labs.market_size()
    small = lab.preset("A race with room for three").sentence
    large = lab.preset("The same, market twenty times as large").sentence
    assert "in the simulation 3 enter" in small and "in the simulation 3 enter" in large


@pytest.mark.parametrize(
    ("name", "prediction"),
    [("run_cost", 50.0), ("layer_concentration", 4000.0), ("market_size", 6.0)],
)
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


# --- the bank


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("active_parameters", "2.98", ""),
        ("active_parameters", "93", "all parameters for active ones"),
        ("active_parameters", "0.99", "factor two for six"),
        ("nameplate", "15.12", ""),
        ("nameplate", "11.34", "used power for nameplate"),
        ("hhi_bounds", "1894", ""),
        ("hhi_bounds", "2790", "others as one firm"),
        ("hhi_bounds", "1,894 points", ""),
        ("hhi_bounds", "1421", "lower bound"),
        ("hhi_bounds", "0.1894", "fractions squared"),
    ],
)
def test_checks_name_the_mistake(question, given, mistake):
    live = learning.Lesson("07").check(question)
    live.answer(given)
    assert live.feedback.mistake == mistake and live.feedback.solved == (not mistake)


def test_points_of_an_index_are_no_percentage():
    check = learning.Lesson("07").check("hhi_bounds")
    for given in ("0", "-1", "2"):  # within the answer's tolerance of the squared fractions
        check.answer(given)
        assert not check.feedback.solved and check.feedback.mistake == "", given
    check.answer("1894 %")
    assert check.feedback.status == "unreadable" and "is in per cent" in check.feedback.says
    prediction = learning.Lesson("07").questions["foundry_hhi"]
    assert "points too high" in prediction.distance(5090)
    assert "percentage" not in prediction.distance(5090)
    live = learning.Lesson("07").predict("foundry_hhi")
    assert "share" not in live.answer("0.5").says


def test_every_verdict_can_be_shown():
    lesson = learning.Lesson("07")
    for claim in load("claims").query("lesson == '07'")["claim_id"]:
        live = lesson.verdict(claim)
        live.answer("cannot tell", "low")
        assert "{" not in str(live.course_text)


# --- the sheet


def _chips(compute, peak, part, days):
    return math.ceil(compute / (peak * 1e12 * part / 100) / 3600 / (24 * days))


def _power(chips, watt, overhead, pue, load_):
    built = chips * watt * overhead * pue / 1e6
    return built, built * load_ / 100


def _hhi(shares):
    firms = shares[shares["share_type"] == "reported"]
    return (firms["share_pct"] ** 2).groupby([firms["market"], firms["date"]]).sum()


def _squares(shares):
    firms = shares[shares["share_type"] == "reported"]
    return firms.assign(square=firms["share_pct"] ** 2)


def _rescaled(shares):
    firms = shares[shares["share_type"] == "reported"]
    all_of_them = firms.groupby(["market", "date"])["share_pct"].transform("sum")
    return firms.assign(share_pct=100 * firms["share_pct"] / all_of_them)


def _figure(factor=1.0, swap=False, days=range(30, 181, 10)):
    chips = [factor * _chips(4e24, 989, 40, day) for day in days]
    figure, axes = plt.subplots()
    axes.plot(*((chips, list(days)) if swap else (list(days), chips)))
    axes.set(title="Half the time, twice the chips", xlabel="days", ylabel="chips")
    plt.close(figure)
    return figure


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("q1_prediction", 30), ("q1_reason", "b"), ("q2", _chips), ("q3", _power), ("q5", _hhi), ("q6", _figure()),
        ("q4", ["E", "G", "C", "B", "A", "D"]), ("q7_chips", 1301), ("q7_costs", (7.02, 46.84)), ("q7_costs", (7.0, 46.8)), ("q7_power", (2.268, True)), ("q7_power", (2.27, True)),
    ],
)  # fmt: skip
def test_right_work_is_right(question, given):
    feedback = learning.sheet("07").judge(question, given)
    assert feedback.solved, feedback


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("q1_prediction", 10.7, "utilisation left out"),
        ("q1_prediction", 3.7, "utilisation multiplied"),
        ("q1_reason", "A", "hours for money"),
        ("q1_reason", "C", "final run for research computing"),
        ("q2", lambda c, p, u, d: _chips(c, p, 100, d), "utilisation left out"),
        ("q2", lambda c, p, u, d: _chips(c, p, u * 100, d), "percent for fraction"),
        ("q2", lambda c, p, u, d: _chips(c, p, u, d / 24), "hours for days"),
        ("q2", lambda c, p, u, d: c / (p * 1e12 * u / 100) / 3600 / (24 * d), "not rounded up"),
        ("q2", lambda c, p, u, d: round(c / (p * 1e12 * u / 100) / 3600 / (24 * d)), "not rounded up"),
        ("q2", lambda c, p, u, d: 2315, ""),
        ("q1_prediction", 15.4, "sparse for dense rate"),
        ("q1_prediction", 30.8e6, "hours for millions of hours"),
        ("q1_prediction", 9, ""),
        ("q3", lambda c, w, o, p, load_: (c * w * o * p / 1e6, c * w * o * p / 1e6 * load_), "percent for fraction"),
        ("q5", lambda s: _hhi(s.assign(share_pct=s["share_pct"] ** 0.5)) ** 2, "added before squaring"),
        ("q7_chips", 1300, "not rounded up"),
        ("q7_chips", 1300.3, "not rounded up"),
        ("q7_costs", (7.02, 54.0), "shipped for implied"),
        ("q7_power", (2268, True), "kilowatts for megawatts"),
        ("q7_power", (2.268, 1.701), "number for an answer"),
        ("q7_power", (2.268, "False"), "number for an answer"),
        ("q3", lambda *a: _power(*a)[::-1], "used power for nameplate"),
        ("q3", lambda *a: tuple(1e6 * x for x in _power(*a)), "watts for megawatts"),
        ("q3", lambda c, w, o, p, load_: (c * w * o / 1e6, c * w * o / 1e6 * load_ / 100), ""),
        ("q3", lambda *a: (_power(*a)[0],) * 2, "load left out"),
        ("q4", ["G", "E", "C", "F", "D"], ""),
        ("q5", lambda s: (s["share_pct"] ** 2).groupby([s["market"], s["date"]]).sum(), "others as one firm"),
        ("q5", lambda s: _hhi(s) / 1e4, "shares not squared in percent"),
        ("q5", lambda s: _hhi(load("market_shares")), ""),
        ("q5", lambda s: _hhi(_rescaled(s)), "shares rescaled"),
        ("q5", lambda s: _hhi(s.assign(share_type=s["share_type"].map({"residual": "reported"}))), "the rest kept instead of the firms"),
        ("q5", lambda s: _hhi(s.assign(share_pct=s["share_pct"] ** 0.5)), "shares not squared"),
        ("q5", lambda s: _hhi(s) * 1.5, ""),
        ("q5", lambda s: _squares(s).groupby("market")["square"].sum(), "grouped by one column"),
        ("q5", lambda s: _squares(s).groupby(["market", "date"])[["square"]].sum(), "not a series"),
        ("q5", lambda s: _squares(s).groupby(["market", "date"], as_index=False)["square"].sum(), "not a series"),
        ("q5", lambda s: _squares(s).groupby(["date", "market"])["square"].sum(), "date before market"),
        ("q5", lambda s: dict(_hhi(s)), "not a series"),
        ("q6", _figure(swap=True), "axes swapped"),
        ("q6", _figure(factor=0.4), ""),
        ("q6", _figure(days=range(60, 121, 10)), ""),
        ("q7_chips", 521, "utilisation left out"),
        ("q7_chips", 1500, "shipped for implied"),
        ("q7_costs", (46.84, 7.02), "wrong order"),
        ("q7_costs", (7.02e6, 46.84e6), "USD for USD million"),
        ("q7_power", (1.701, True), "used power for nameplate"),
        ("q7_power", (1.967, True), "implied for shipped"),
        ("q7_power", (2.268, False), ""),
        ("q7_power", (2.3, True), "rounded"),
        ("q7_costs", (7.02, 47), "rounded"),
        ("q7_costs", (7.02, 14.05), ""),
    ],
)  # fmt: skip
def test_wrong_work_is_named(question, given, mistake):
    feedback = learning.sheet("07").judge(question, given)
    assert not feedback.solved
    assert feedback.mistake == mistake, feedback


def test_a_purchase_is_of_the_chips_that_the_days_of_the_plan_need():
    says = learning.sheet("07").judge("q7_costs", (7.02, 14.05)).says
    days = load("fictional_lab").set_index("item").at["run_days", "value"]
    assert f"the chips that the plan's {days:g} days need" in says and "the same" not in says


@pytest.mark.parametrize(
    "hhi_low",
    [
        lambda s: _squares(s).groupby("market")["square"].sum(),
        lambda s: _squares(s).groupby("date")["square"].sum(),
        lambda s: _squares(s).groupby(["market", "date"])[["square"]].sum(),
        lambda s: _squares(s).groupby(["market", "date"], as_index=False)["square"].sum(),
    ],
)
def test_a_result_of_another_shape_is_told_in_the_words_of_the_task(hhi_low):
    says = learning.sheet("07").judge("q5", hhi_low).says
    assert "market *and* date" in says
    assert not any(word in says for word in ("Timestamp", "MultiIndex", "tuple", "could not read"))


@pytest.mark.parametrize("pair", [("q7_power", (2.3, True)), ("q7_costs", (7.02, 47))])
def test_a_rounded_answer_is_asked_for_one_more_decimal(pair):
    assert learning.sheet("07").judge(*pair).says == "Close. Give one more decimal."


def test_the_axes_may_name_one_day_and_one_chip():
    figure = _figure()
    figure.axes[0].set(xlabel="Day", ylabel="Chip")
    assert learning.sheet("07").judge("q6", figure).solved


def test_skerrys_site_carries_its_chips():
    of = load("fictional_lab").query("lesson == '07'").set_index("item")["value"]
    assert _chips(*of[["run_compute", "run_chip_peak", "run_utilisation", "run_days"]]) == 1301
    terms = of[["run_chip_power", "run_server_overhead", "run_pue", "run_load"]]
    assert _power(of["supplier_shipped"], *terms)[0] < of["site_power"]
