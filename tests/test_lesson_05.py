"""Lesson 05: what its labs, figures and verdicts teach, against published figures."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from aicapital import figures, labs, learning
from aicapital.data import load
from aicapital.labs.ad_uplift import ad_revenue
from aicapital.labs.complements import goods
from aicapital.learning.banks import meta_give_away as bank
from aicapital.models.complements import ComplementMarket, FreeComplement

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
    assert "gives it away" in lab.preset("Free to download, large lift (assumed)").sentence
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
    # 0.9 / 50 % = 1.8 bn on the 160.633 bn of ads of the same year, which rose by 28.685 bn
    assert "by 1.1 %" in sentence and "6 % of what Meta's ads gained in 2024" in sentence
    # 0.9 / 50 % = 1.8 bn on 13.07 bn of revenue, which rose by 13.07 - 3.7 bn
    smaller = lab.preset("The budget of 2024 at OpenAI's size")
    assert "by 13.7 %" in smaller.sentence and "Meta" not in smaller.sentence
    assert "19 % of what OpenAI's revenue gained in 2025" in smaller.sentence
    assert "Meta" not in smaller.svg
    # 2022: ads fell, so there is no gain to compare with
    assert "gained" not in lab.set(revenue=113.6).sentence


def test_savings_above_the_cost_need_no_uplift():
    lab = labs.ad_uplift()
    lab.preset("Meta's generative-AI budget, 2024")
    assert "no rise at all" in lab.set(savings=4.0).sentence


def test_savings_are_taken_off_cost_and_forgone_profit():
    lab = labs.ad_uplift()
    lab.preset("Meta's generative-AI budget, 2024")
    # (0.9 + 10 - 4) / 50 % = 13.8 bn, 7.0 % of 196.173 bn
    sentence = lab.set(revenue=196.2, forgone=10.0, savings=4.0).sentence
    assert "by 7.0 %" in sentence and "USD 13.8 bn" in sentence


def test_a_price_that_nobody_pays_is_named():
    lab = labs.complements()
    sentence = lab.set(price=30.0, top_price=10.0).sentence
    assert "At your price of 30 nobody uses the model." in sentence
    assert "your price" in lab.frame.svg


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
    assert (
        "8 with weights (2 on request for research), 0 closed; since then 2 with weights, 2 closed"
        in chart.alt
    )


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
    assert "Meta booked costs of 0.59" in chart.alt


# --- the bank


def test_the_predicted_price_follows_from_the_numbers_that_are_given():
    prices = bank._prices()
    # At the best price the slope is 0: 40 - 2 p = 0.5 x margin (a change of the core price does not count there).
    assert (prices["top"] - 0.5 * round(prices["margin"], 2)) / 2 == pytest.approx(
        prices["together"], abs=0.005
    )
    assert prices["together"] == pytest.approx(10 / 1.875)  # by hand


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


def test_verdicts_state_what_is_known_and_what_is_not():
    then = str(_shown("II.4.3"))
    assert "At least 1.1 % more ad revenue (2024 ads" in then and "it is 22 %" in then
    # (60.801 - 42.021) / 60.801; USD 0.78 bn in Meta's release of 29 July 2026
    now = str(_shown("II.4.5"))
    assert "operating loss of 160 %" in now and "30.9 %" in now and "0.78 bn" in now


def _shown(claim):
    live = learning.Lesson("05").verdict(claim)
    live.answer("cannot tell", "low")
    return live.course_text


# --- the sheet


def test_skerrys_pilot_is_a_twentieth_of_its_ledger():
    of = load("fictional_lab").query("lesson == '05'").set_index("item")["value"]
    market = {name: of[name] for name in of.index if name.startswith(("core_", "second_"))}
    market = {
        name.replace("second_lift", "lift"): value
        for name, value in market.items()
        if name not in ("core_revenue", "core_contribution_margin")
    }
    pilot = FreeComplement(**market)
    none, free = pilot.at_price(50), pilot.at_price(0)
    monthly = none["core_price"] * none["core_quantity"]  # thousand USD
    assert 20 * 12 * monthly / 1e6 == pytest.approx(of["core_revenue"])
    assert 20 * 1000 * free["second_quantity"] == of["open_model_adopters"]
    left = 12 * (free["core_profit"] - none["core_profit"]) / free["second_quantity"]
    assert left == pytest.approx(of["uplift_per_adopter"] * of["core_contribution_margin"] / 100)
    assert pilot.best()["second_price"] == 0
    burden = of["open_model_cost"] + of["forgone_api_profit"] - of["community_savings"]
    assert 20 * 12 * (free["profit"] - none["profit"]) / 1e6 < burden


def _line(constant, core=(0.3, 0.6, 0.9, 1.5, 3), swap=False):
    figure = Figure()
    axes = figure.subplots()
    axes.axhline(5)
    uplift = [constant / revenue for revenue in core]
    axes.plot(*((uplift, core) if swap else (core, uplift)))
    axes.set(title="It falls", xlabel="Core revenue, USD bn", ylabel="Uplift, %")
    return figure


@pytest.mark.parametrize(
    ("figure", "mistake"),
    [
        (_line(27.27), None),
        (_line(0.2727), "fraction for percent"),
        (_line(16.36), "forgone profit left out"),
        (_line(32.73), "savings left out"),
        (_line(27.27, swap=True), "axes swapped"),
        (_line(27.27, core=(0.3, 0.4, 0.5, 0.6, 0.7)), ""),
        (_line(99), ""),
    ],
)
def test_q6_reads_the_curve(figure, mistake):
    feedback = learning.sheet("05").judge("q6", figure)
    assert feedback.solved == (mistake is None)
    if mistake is not None:
        assert feedback.mistake == mistake


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (lambda releases, after: _open(load("model_releases"), after), "table or day typed in"),
        (lambda releases, after: _open(releases, ARTICLE), "table or day typed in"),
        (
            lambda releases, after: _open(releases, after, keep=releases["released"] >= after),
            "the day itself counted",
        ),
        (
            lambda releases, after: _open(releases, after).reindex(
                releases["company"].unique(), fill_value=0
            ),
            "missing counted as zero",
        ),
        (lambda releases, after: _open(releases, "1900-01-01"), "the day ignored"),
        (
            lambda releases, after: _open(releases, after, keep=releases["released"] < after),
            "before for after",
        ),
        (lambda releases, after: _open(releases, after, times=1), "fraction for percent"),
        (lambda releases, after: _open(releases, after, times=1, of="sum"), "count for percent"),
        (lambda releases, after: _open(releases, after, of="sum"), "count for percent"),
        # Nothing shows why these are wrong.
        (lambda releases, after: _open(releases, after, of="max"), ""),
        (lambda releases, after: 100 - _open(releases, after), ""),
        (lambda releases, after: _open(releases.drop_duplicates(COUNTED), after), ""),
    ],
)
def test_q5_names_a_mistake_only_where_the_result_shows_it(function, mistake):
    feedback = learning.sheet("05").judge("q5", function)
    assert not feedback.solved and feedback.mistake == mistake, feedback


UNTIL = "2026-04-30"


@pytest.mark.parametrize(
    ("keep", "mistake"),
    [
        (lambda day, after: (day > after) & (day <= UNTIL), None),
        (lambda day, after: (day > after) & (day < UNTIL), "the last day left out"),
        (lambda day, after: day > after, "later releases counted"),
        (lambda day, after: day <= UNTIL, "the day ignored"),
        (lambda day, after: day < after, "before for after"),
    ],
)
def test_q5_with_a_last_day_of_its_own_names_the_mistake(keep, mistake):
    sheet = learning.sheet("05", own={"q5": {"until": UNTIL}})
    feedback = sheet.judge(
        "q5", lambda releases, after: _open(releases, after, keep(releases["released"], after))
    )
    assert feedback.solved == (mistake is None) and feedback.mistake == (mistake or ""), feedback


COUNTED = ["company", "open_weights"]


def _open(releases, after, keep=None, times=100, of="mean"):
    kept = releases[releases["released"] > after if keep is None else keep]
    return times * kept.groupby("company")["open_weights"].agg(of)


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("q1_prediction", 30, "one price for the total"),
        ("q1_prediction", 120, "highest price for the best one"),
        ("q2", lambda p, h, c: max((h - c) / 2 + p / 2, c), "price of the other added"),
        ("q2", lambda p, h, c: max((h - p - c) / 2, c), "cost taken off"),
        ("q3", lambda c, f, s, r, m: max(c + f - s, 0) / (r * m) * 100, "fraction for percent"),
        ("q3", lambda c, f, s, r, m: abs(c + f - s) / (r * m) * 1e4, "sign dropped"),
        (
            "q3",
            lambda c, f, s, r, m: 100 * max(c + f - s, 0) / (r * (1 - m / 100)),
            "the part that is not left over",
        ),
        ("q7_uplift", 30, "rounded"),
        ("q7_adopters", 40000, "expected taken for needed"),
        ("q7_adopters", 45, "thousands for firms"),
        ("q7_prices", (0, 26.5), "wrong order"),
        ("q7_prices", (27, 0), "rounded"),
    ],
)
def test_the_sheet_names_the_mistake(question, given, mistake):
    feedback = learning.sheet("05").judge(question, given)
    assert not feedback.solved and feedback.mistake == mistake


def test_no_message_gives_the_price_away():
    assert "26.5" not in learning.sheet("05").judge("q7_prices", (12, 0)).says
