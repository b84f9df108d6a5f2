"""Lesson 09: labs, figures, verdicts and sheet against published outcomes and cases by hand."""

import itertools
import math
import re
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from aicapital import figures, labs, learning
from aicapital.data import load
from aicapital.figures.industrial import links
from aicapital.labs.chip_design import _areas
from aicapital.labs.chip_design import tests_of as rule_tests
from aicapital.models.export_controls import NOT_CONTROLLED, Chip, classify
from aicapital.models.scorecard import rank_shares

ARTICLE = "2026-03-03"


# --- labs


@pytest.mark.parametrize("name", ["chip_design", "supplier_cut"])
def test_the_prediction_is_in_the_picture(name):
    assert "your prediction" in getattr(labs, name)(prediction=50.0).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


@pytest.mark.parametrize(
    ("preset", "eccn"),
    [
        ("An H100, 2022", "3A090.a"),
        ("An H800, 2022: slower links", "not 3A090"),
        ("The same H800, 2023", "3A090.a"),
        ("An H20: fewer TOPS, same die", "not 3A090"),
    ],
)
def test_presets_of_the_chip_lab_end_as_published(preset, eccn):
    lab = labs.chip_design()
    lab.preset(preset)
    assert lab.result["eccn"] == eccn and f"it is {eccn}" in lab.sentence


def test_a_chip_not_for_data_centres_goes_by_notice_or_free():
    lab = labs.chip_design()
    lab.preset("The same H800, 2023")
    lab.set(use="other uses")
    assert "exception NAC" in lab.sentence
    lab.set(rate=190.0)
    assert lab.result["eccn"] == "not 3A090"


@pytest.mark.parametrize("use", ["data centres", "other uses"])
@pytest.mark.parametrize("links", [0, 900])
def test_shaded_areas_are_those_of_the_classifier_and_let_the_dots_through(use, links):
    chip = Chip("any", 1.0, 814, links, 3350, use == "data centres")
    for rule in ("October 2022", "October 2023, review of January 2026"):
        areas = _areas(rule_tests(rule), chip)
        for tpp, density in itertools.product((1000, 1700, 2300, 2500, 4700, 4900), (1, 2, 4, 7)):
            inside = [
                eccn
                for eccn, left, right, low, high in areas
                if left <= tpp < right and low <= density < high
            ]
            wanted = classify(replace(chip, tpp=tpp, die_area=tpp / density), rule_tests(rule))
            assert inside == [wanted] if wanted != NOT_CONTROLLED else not inside
    # In the page the moving shades lie over the dots of known chips, which are drawn once.
    shades = re.findall(r"opacity: ([0-9.]+)", labs.chip_design().frame.svg)
    assert shades and float(shades[0]) <= 0.5


def test_cut_supplier_by_hand():
    lab = labs.supplier_cut()
    lab.preset("The largest memory maker stops")
    # 38 % arrives; two months of stock pay for three full months and 14 points of the fourth.
    assert lab.result["path"][:6] == pytest.approx([100, 100, 100, 52, 38, 38])
    assert lab.result["path"][6:] == pytest.approx([41.8] * 18)
    lab.set(spare=0, stock=0.0)
    assert lab.result["path"] == pytest.approx([38] * 24)
    lab.set(cut=0)
    assert "for all 24 months" in lab.sentence


def test_others_without_a_name_step_in_as_on_the_sheet():
    lab = labs.supplier_cut()
    lab.preset("The wafer maker loses a fifth")
    # 20 % of 99 are lost; 1 % of the wafers has makers whom the table does not name, and they add a tenth of it.
    assert lab.result["before"] == pytest.approx(80.2)
    assert lab.result["after"] == pytest.approx(80.3)
    assert "the others add less than half a percent in time" in lab.sentence
    assert _months(99, 10, 2) == pytest.approx(2 / 0.989)


def test_the_table_of_classes_says_which_chips_are_for_data_centres():
    """The check on the letter of October 2023 turns on it."""
    chips = load("rated_chips").set_index("chip")["data_centre"]
    assert chips["Nvidia L40S"] and not chips["Nvidia GeForce RTX 4090"]


# --- evidence


def test_chips_were_known_by_their_data_sheets():
    known = load("rated_chips", ARTICLE)
    assert len(known) == len(load("rated_chips"))
    old = load("rated_chips", "2022-10-07")["chip"]
    assert set(old) == {"Nvidia A100 80GB", "Nvidia H100 SXM", "Nvidia GeForce RTX 4090"}


def test_densities_as_published():
    """Press of January 2024: 2.9 for the H20 and 19.4 for the H100, in TPP for each mm2."""
    chips = load("rated_chips").set_index("chip")
    density = chips["dense_tops"] * chips["bit_length"] / chips["die_area_mm2"]
    assert round(density["Nvidia H20"], 1) == 2.9 and round(density["Nvidia H100 SXM"], 1) == 19.4


def test_six_of_seven_chips_have_a_published_outcome_under_the_first_rule():
    told = load("chip_classifications").query("rule == 'October 2022'").set_index("chip")["outcome"]
    controlled = set(told[told == "controlled"].index)
    assert controlled == {"Nvidia A100 80GB", "Nvidia H100 SXM"} and len(told) == 6


def test_what_came_later_is_hidden_on_the_articles_day():
    events = load("export_control_events").set_index("row_id")
    then = figures.fate_on(events, ARTICLE)
    assert then["xc_015"] == "in force" and events.at["xc_015", "fate"] == "partly eased"
    assert then["xc_002"] == "amended" and then["xc_016"] == "in force"


def test_the_timeline_counts_a_truce_that_still_runs_as_in_force():
    chart = figures.control_timeline(load("export_control_events"), ARTICLE, "source")
    assert "13 of 28 steps were later changed" in chart.alt


# --- choke points


def test_own_chips_stay_in_the_owners_cloud():
    pairs = links(load("supply_chain"))
    assert ("Google (with Broadcom)", "Google Cloud") in pairs
    assert ("Google (with Broadcom)", "Amazon AWS") not in pairs
    assert ("Amazon AWS", "Google") not in pairs and ("Google Cloud", "Anthropic") in pairs
    assert not any("Huawei" in node for pair in pairs for node in pair)


def test_measures_disagree_about_the_sole_maker():
    table = figures.choke_measures(load("supply_chain"), 10).set_index("largest supplier")
    assert (
        table.at["ASML", "lost if it stops, %"] == 100
        and table.at["ASML", "betweenness, pairs"] == 0
    )
    # The others have 38 % and add a tenth of it.
    assert table.at["SK hynix", "lost if it stops, %"] == pytest.approx(62 - 3.8)
    # Three clouds of 63 %: the others have 72 % and add a tenth of it, or the 35 % of the named alone do.
    lost = ["lost if it stops, %", "lost if the unnamed add nothing, %"]
    assert table.loc["Amazon AWS", lost].tolist() == pytest.approx([28 - 7.2, 28 - 3.5])
    assert table.loc["Anthropic", lost].tolist() == pytest.approx([40 - 6.0, 40 - 4.8])
    # Between scanners and the rest all ways run through memory or wafers: a quarter each of 11 pairs (packaging, chips, clouds, labs).
    assert table.at["TSMC", "betweenness, pairs"] == pytest.approx(11 / 4)


def test_customers_shares_are_in_no_measure():
    rows = load("supply_chain")
    more = rows.assign(share_pct=rows["share_pct"].where(rows["whose_share"] == "supplier", 99))
    pd.testing.assert_frame_equal(
        figures.choke_measures(more, 10), figures.choke_measures(rows, 10)
    )


# --- programmes and scorecard


def test_programmes_stand_on_the_day_on_which_they_were_published():
    """India's cabinet decided on 7 March 2024, the federal request came out on 27 November 2024; pages of 2026 repeat both."""
    then = load("national_programmes", ARTICLE).set_index("row_id")
    assert then.at["np_023", "amount_usd_bn"] == 1.25 and then.at["np_003", "amount_usd_bn"] == 3.3
    # The British unit: an allocation of June 2025, launched as a fund after the article.
    assert then.at["np_030", "sort"] == "budget" and "np_018" not in then.index
    now = load("national_programmes").set_index("row_id")
    assert now.at["np_018", "sort"] == "fund" and "np_030" not in now.index


def test_announced_and_in_effect_are_two_days():
    events = load("export_control_events").set_index("row_id")
    for row, announced, in_effect in (
        ("xc_002", "2023-10-17", "2023-11-17"),
        ("xc_014", "2026-01-13", "2026-01-15"),
        ("xc_027", "2023-07-03", "2023-08-01"),
    ):
        found = events.loc[row, ["date", "effective_from"]]
        assert found.tolist() == [pd.Timestamp(announced), pd.Timestamp(in_effect)]
    late = events["effective_from"].dropna() >= events.loc[events["effective_from"].notna(), "date"]
    assert late.all()


def test_the_picture_of_programmes_names_the_sorts():
    chart = figures.programme_amounts(load("national_programmes"), "source")
    assert "USD 500 bn" in chart.alt and "(budget)" in chart.alt
    assert chart.table["amount_usd_bn"].notna().all()


def test_ranks_add_up_and_hang_on_one_row():
    wide = load("scorecard_indicators").pivot_table(
        index="bloc", columns="indicator", values="value"
    )
    whole = rank_shares(wide)
    cut = rank_shares(wide.drop(columns="EUV scanners by seat of the maker"))
    chart = figures.rank_bars({"all": whole, "cut": cut}, "source")
    assert chart.table.drop(columns="case").sum(axis=1).tolist() == pytest.approx([100, 100])
    # Without that row the three blocs stand in one order in every indicator.
    assert cut.at["China", 2] == 1 and cut.at["United States", 1] == 1


# --- the bank


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("tpp", "5864", ""),
        ("tpp", "11728", "sparse for dense rate"),
        ("tpp", "733", "rate for total processing performance"),
        ("tpp", "1466", "sparse rate for total processing performance"),
        ("tpp", "23456", "sparse for dense rate, and 16 bits for 8"),
        ("stock_lasts", "4.76", ""),
        ("stock_lasts", "4.8 months", ""),
        ("stock_lasts", "4", "whole months only"),
        ("stock_lasts", "1", "supply that arrives forgotten"),
        ("stock_lasts", "1.27", "stock over supply"),
    ],
)
def test_checks_name_the_mistake(question, given, mistake):
    live = learning.Lesson("09").check(question)
    live.answer(given)
    assert live.feedback.mistake == mistake and live.feedback.solved == (not mistake)


def test_the_predicted_limit_is_that_of_the_lab():
    lab = labs.chip_design()
    lab.preset("The same H800, 2023")
    lab.set(rate=148.0)
    assert lab.result["eccn"] == "not 3A090"
    lab.set(rate=150.0)
    assert lab.result["eccn"] == "3A090.b"


def test_every_verdict_can_be_shown():
    lesson = learning.Lesson("09")
    for claim in load("claims").query("lesson == '09'")["claim_id"]:
        live = lesson.verdict(claim)
        live.answer("cannot tell", "low")
        assert "{" not in str(live.course_text)


# --- the sheet


def _class(rates, area, centre, centre_matters=True, b_from=2400):
    tpp = max(bits * rate for bits, rate in rates.items())
    density, inside = tpp / area, centre or not centre_matters
    if tpp >= 4800 or (inside and tpp >= 1600 and density >= 5.92):
        return "3A090.a"
    in_b = (tpp >= b_from and density >= 1.6) or (tpp >= 1600 and density >= 3.2)
    return "3A090.b" if inside and in_b else "none"


def _lasts(missing, stock):
    return stock / (missing / 100) if missing > 0 else math.inf


def _months(share, spare, stock):
    return _lasts(share - (100 - share) * spare / 100, stock)


def _largest(rows):
    return rows[rows["whose_share"] == "supplier"].groupby("input")["share_pct"].max()


def _first_format(rates, area, centre):
    return _class(dict([next(iter(rates.items()))]), area, centre)


def _widest_format(rates, area, centre):
    return _class({max(rates): rates[max(rates)]}, area, centre)


def _fastest_format(rates, area, centre):
    bits = max(rates, key=rates.get)
    return _class({bits: rates[bits]}, area, centre)


def _figure(
    slope=-0.48, swap=False, chances=range(0, 101, 10), x_label="chance, %", start=144.8, home=False
):
    cost = [start + slope * chance for chance in chances]
    figure, axes = plt.subplots()
    if home:
        axes.plot(list(chances), [120.8] * len(cost))
    axes.plot(*((cost, list(chances)) if swap else (list(chances), cost)))
    axes.set(title="Cheaper from an even chance on", xlabel=x_label, ylabel="cost, USD million")
    plt.close(figure)
    return figure


RIGHT_COSTS = (120.828, 116.028, 162.168)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("q1_prediction", 4992), ("q1_reason", "b"), ("q2", _class), ("q3", _months), ("q5", _largest), ("q7", _figure()),
        ("q5", lambda rows: rows[rows["customer"].isna() | rows["customer"].eq("")].groupby("input")["share_pct"].max()),
        ("q7", _figure(home=True)), ("q7", _figure(chances=range(100, -1, -10))),
        ("q4", ["C", "B", "A", "D", "F"]), ("q6_classes", ["3A090.a", "none"]), ("q6_chips", (2023, 13514)),
        ("q6_costs", RIGHT_COSTS), ("q6_costs", (120.8, 116.0, 162.2)), ("q6_break_even", 50), ("q6_break_even", "50 %"),
    ],
)  # fmt: skip
def test_right_work_is_right(question, given):
    feedback = learning.sheet("09").judge(question, given)
    assert feedback.solved, feedback


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("q1_prediction", 312, "rate for total processing performance"),
        ("q1_prediction", 9984, "sparse for dense rate"),
        ("q1_prediction", 2496, "8 bits for 16"),
        ("q1_reason", "A", "one test for both"),
        ("q1_reason", "C", "not controlled for free to sell"),
        ("q2", lambda r, a, c: _class({1: max(r.values())}, a, c), "bits left out"),
        ("q2", lambda r, a, c: _class({1: sum(b * v for b, v in r.items())}, a, c), "formats added up"),
        ("q2", lambda r, a, c: _class(r, a, c, centre_matters=False), "data-centre test left out"),
        ("q2", lambda r, a, c: _class(r, a, c, b_from=9e9), ""),
        ("q2", lambda r, a, c: "3A090.a" if max(b * v for b, v in r.items()) > 4800 else _class(r, a, c).replace("3A090.a", "none"), ""),
        ("q2", lambda r, a, c: print(_class(r, a, c)), "print for return"),
        ("q2", lambda r, a, c: {"none": None}.get(_class(r, a, c), _class(r, a, c)), "other words"),
        ("q2", lambda r, a, c: _class(r, a, c).upper(), "other words"),
        ("q2", _first_format, "one format for the largest product"),
        ("q2", _widest_format, "one format for the largest product"),
        ("q2", _fastest_format, "one format for the largest product"),
        ("q3", lambda s, p, k: round(_months(s, p, k), 1), "rounded inside the function"),
        ("q3", lambda s, p, k: k, "supply that arrives forgotten"),
        ("q3", lambda s, p, k: k / ((100 - s) / 100) if s < 100 else 3, "stock over supply"),
        ("q3", lambda s, p, k: k / (s / 100), "spare capacity left out"),
        ("q3", lambda s, p, k: k / ((s - min(s, s * p / 100 if s < 100 else 0)) / 100), "spare of the wrong base"),
        ("q3", lambda s, p, k: k / ((s - (p if s < 100 else 0)) / 100), "spare of the wrong base"),
        ("q3", lambda s, p, k: _lasts(s - p, k), "spare of the wrong base"),
        ("q3", lambda s, p, k: _lasts(s - s * p / 100, k), "spare of the wrong base"),
        ("q3", lambda s, p, k: k / ((s - p) / 100), "spare of the wrong base"),
        ("q3", lambda s, p, k: math.inf if p > s else _months(s, p, k), "spare of the wrong base"),
        ("q3", lambda s, p, k: math.inf if s < 70 else _months(s, p, k), ""),
        ("q3", lambda s, p, k: max(_months(s, p, k), 0) if s > 20 else 0, ""),
        ("q3", lambda s, p, k: _months(s, p, k) if s > 20 else None, "a case without a return line"),
        ("q3", lambda s, p, k: _months(s, p, k) if s > 20 else "inf", ""),
        ("q3", lambda s, p, k: k / ((100 - s) / 100), "stock over supply"),
        ("q3", lambda s, p, k: k / ((s - (100 - s) * p / 100) / 100), "gap below zero"),
        ("q4", ["C", "B", "E", "D", "F"], ""),
        ("q4", ["B", "C", "A", "D", "F"], ""),
        ("q5", lambda rows: rows.groupby("input")["share_pct"].max(), "customer's for supplier's share"),
        ("q5", lambda rows: rows[rows["whose_share"] == "supplier"].groupby("input")["share_pct"].sum(), "sum for the largest"),
        ("q5", lambda rows: _largest(load("supply_chain")), ""),
        ("q6_classes", ("3A090.a", "3A090.b"), ""),
        ("q6_classes", ("none", "none"), ""),
        ("q6_chips", (2023, 6757), "8 bits for 16"),
        ("q6_chips", (2022, 13514), "not rounded up"),
        ("q6_chips", (2022.24, 13513.5), "not rounded up"),
        ("q6_costs", (120.828, 96.828, 162.168), "licence taken as certain"),
        ("q6_costs", (120.828, 106.428, 162.168), "wait before the refusal forgotten"),
        ("q6_costs", tuple(1e6 * cost for cost in RIGHT_COSTS), "USD for USD million"),
        ("q6_costs", (72.828, 116.028, 162.168), ""),
        ("q6_break_even", 0.5, "fraction for percent"),
        ("q6_break_even", 60, "the given chance for the break-even"),
        ("q7", _figure(swap=True), "axes swapped"),
        ("q7", _figure(slope=-0.24), ""),
        ("q7", _figure(start=120.8), ""),
        ("q7", _figure(start=120.8, slope=0), ""),
        ("q7", _figure(chances=range(20, 81, 10)), ""),
        ("q7", _figure(x_label="chance"), "axis without a unit"),
    ],
)  # fmt: skip
def test_wrong_work_is_named(question, given, mistake):
    feedback = learning.sheet("09").judge(question, given)
    assert not feedback.solved
    assert feedback.mistake == mistake, feedback


@pytest.mark.parametrize("own", [None, {"q3": {"most": 24}}])
def test_infinity_is_an_answer_where_the_question_allows_it(own):
    judge = learning.sheet("09", own=own).judge
    told = judge("q3", lambda share, spare, stock: math.inf)
    assert told.says == "For <lambda>(62, 0, 2) yours gives inf."
    assert "finite" in judge("q3", lambda share, spare, stock: math.nan).says
    most = own["q3"]["most"] if own else 100
    right = judge("q3", lambda s, p, k: _lasts(s - min((100 - s) * p / 100, most), k))
    assert right.solved, right


def test_skerrys_next_cluster_fits_its_earlier_lessons():
    now = load("fictional_lab").query("lesson == '09'").set_index("item")["value"]
    run = load("fictional_lab").query("lesson == '07'").set_index("item")["value"]
    assert now["alder_rate"] == run["run_chip_peak"] and now["alder_price"] == run["run_chip_price"]
    # The site of lesson 07 carries the chips that are there, and not the next cluster: hence the wait for a second line.
    each = run["run_chip_power"] * run["run_server_overhead"] * run["run_pue"] / 1e6
    assert math.ceil(now["cluster_rate"] / now["alder_rate"]) * each > run["site_power"]
    assert _months(*now[["memory_share", "memory_spare", "memory_stock"]]) == pytest.approx(
        5.36, abs=0.01
    )
