"""Lesson 05: what its labs, figures and verdicts teach, against published figures."""

import numpy as np
import pandas as pd
import pytest

from aicapital import figures, labs, learning
from aicapital.data import load
from aicapital.labs.ad_uplift import ad_revenue
from aicapital.labs.complements import goods
from aicapital.models.complements import ComplementMarket

ARTICLE = "2026-03-03"


# --- Cournot's complements


def test_the_lessons_market_is_the_published_exercise():
    # "Godzilla and Macrosoft" (tutorsglobe.com): q = 720 - p, marginal cost 10 each: 370 together,
    # 730 / 3 each apart.
    market = ComplementMarket(720, 1, 10, 10)
    assert market.joint()["total_price"] == pytest.approx(370)
    assert market.separate()["total_price"] == pytest.approx(2 * 730 / 3)


def test_taking_turns_leads_to_the_equilibrium():
    market = ComplementMarket(720, 1, 10, 10)
    first = second = 360.0
    for _ in range(30):
        first = market.best_response(1, second)
        second = market.best_response(2, first)
    assert [first, second] == pytest.approx(market.separate()[["price_1", "price_2"]].tolist())


def test_the_figure_states_the_textbook_gain():
    chart = figures.price_reactions(ComplementMarket(720, 1, 10, 10), ("one", "two"), "source")
    # One eighth more profit: (R^2 / 4) / (2 R^2 / 9) = 9 / 8, whatever the market.
    assert "earns 12.5 % more" in chart.alt
    assert chart.table.loc["total_price", "one owner"] == pytest.approx(370)


# --- the labs


def test_one_owner_never_charges_more_than_a_seller_alone():
    lab = labs.complements()
    for name in lab.presets:
        lab.preset(name)
        one, two = lab.result["one"], lab.result["two"]
        assert one["second_price"] <= two["second_price"] + 1e-9
        assert one["profit"] >= two["profit"] - 1e-9


def test_presets_of_the_price_list():
    lab = labs.complements()
    assert (
        "earns as much as two sellers" in lab.preset("Access is the product (API seller)").sentence
    )
    assert "gives it away" in lab.preset("Llama: free to download, beside ads").sentence
    costly = lab.preset("Free assistant: every user costs").sentence
    assert "gives it away" not in costly and "brings -320" in costly  # 40 users at 8 each
    assert "gives it away" in lab.preset("Rivals give theirs away").sentence


@pytest.mark.parametrize("lift", [0.3, 0.6, 0.65, 0.9])
def test_zero_is_best_exactly_from_the_closed_form_on(lift):
    market = goods(lift, 40, 0)
    # 2 L^2 x 40 + 100 L = 2 x 40 solves the slope at zero: L = (-100 + sqrt(22,800)) / 80.
    threshold = (-100 + np.sqrt(22_800)) / 80
    assert market.zero_price_lift == pytest.approx(threshold)
    assert (market.best()["second_price"] == 0) == (lift >= threshold)


def test_uplift_lab_repeats_the_filings():
    ads = ad_revenue()
    assert ads[2025] == 196.173 and ads[2024] == 160.633  # Form 10-K; 35.54 of increase
    lab = labs.ad_uplift()
    sentence = lab.preset("Meta's generative-AI budget, 2024").sentence
    assert "by 0.92 %" in sentence and "5 % of what Meta's ads gained in 2025" in sentence
    # 0.9 / 50 % = 1.8 bn on 13.07 bn of revenue
    assert "by 13.7 %" in lab.preset("The budget of 2024 at OpenAI's size").sentence


def test_savings_above_the_cost_need_no_uplift():
    lab = labs.ad_uplift()
    lab.preset("Meta's generative-AI budget, 2024")
    assert "no rise at all" in lab.set(savings=4.0).sentence


@pytest.mark.parametrize(("name", "prediction"), [("complements", 12.0), ("ad_uplift", 5.0)])
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


# --- evidence on both days


def test_openness_on_both_days():
    then = load("model_releases", ARTICLE).query("company == 'Meta'")
    assert then["open_weights"].all() and len(then) == 8
    since = load("model_releases").query("company == 'Meta' and released > @ARTICLE")
    assert since.set_index("model")["open_weights"].to_dict() == {
        "Muse Spark": False,
        "Muse Spark 1.1": False,
        "Muse Glimmer 30B": True,
        "Muse Spark Open": True,
    }
    chart = figures.release_policy(
        load("model_releases"), ["Meta", "OpenAI"], {}, ARTICLE, "source"
    )
    assert "8 open, 0 closed; since then 2 open, 2 closed" in chart.alt


def test_openai_had_opened_two_models_before_the_article():
    opened = load("model_releases", ARTICLE).query("company == 'OpenAI' and open_weights")
    assert opened[opened["released"] > "2020"]["licence"].tolist() == ["Apache 2.0"] * 2


def test_costs_of_a_dollar_leave_the_published_margin():
    # Meta's Form 10-K of 2025: operating margin 41 %.
    costs = pd.DataFrame(
        {"revenue": [200.966], "r_and_d": [57.372], "total_costs": [200.966 - 83.276]},
        index=["Meta"],
    )
    chart = figures.costs_of_a_dollar(costs, "2025", "source")
    assert 100 - chart.table["total"].iloc[0] == pytest.approx(41, abs=0.5)
    assert "Meta spent 0.59 dollars" in chart.alt


# --- the bank


def test_the_lessons_numbers_come_from_its_tables():
    lesson = learning.Lesson("05")
    share = lesson.check("forecast_share")
    share.answer("1.5")
    assert share.feedback.solved
    share = lesson.check("forecast_share")
    share.answer("8.4")
    assert share.feedback.mistake == "share of the rise for share of the whole"
    gift = lesson.check("gift")
    gift.answer("It gains 592")
    assert gift.feedback.solved


def test_every_verdict_can_be_shown():
    lesson = learning.Lesson("05")
    for claim in load("claims").query("lesson == '05'")["claim_id"]:
        live = lesson.verdict(claim)
        live.answer("cannot tell", "low")
        assert "{" not in str(live.feedback)
