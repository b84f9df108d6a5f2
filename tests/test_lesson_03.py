"""Lesson 03: what its labs, figures, verdicts and sheet say, against published figures and against the model."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from aicapital import figures, labs
from aicapital.data import load
from aicapital.labs.data_loop import destination, skerry_loop
from aicapital.learning import sheet
from aicapital.learning.banks import xai_platform_loop as bank
from aicapital.learning.expect import order
from aicapital.models.data_loop import DataLoop

ARTICLE = "2026-03-03"


@pytest.mark.parametrize(("name", "prediction"), [("data_loop", 20.0), ("funnel", 12.0)])
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


# The funnel lab against the filing and the companies' statements


def test_the_funnel_of_x_ends_at_the_subscribers_of_the_filing():
    lab = labs.funnel()
    sentence = lab.preset("X and Grok, March 2026").sentence
    owner = lab.result["owner"]
    assert owner.reach_millions == 550  # SpaceX, Form S-1: 550, 117 and 6.3 million
    assert owner.activated_millions == pytest.approx(117, abs=0.5)
    assert owner.customers_millions == pytest.approx(6.3, abs=0.05)
    assert owner.revenue_usd_bn == pytest.approx(1.0, abs=0.01)  # run rate, February 2026
    assert "6.3 million customers" in sentence


def test_chatgpts_funnel_ends_at_the_subscribers_that_the_company_names():
    lab = labs.funnel()
    lab.preset("ChatGPT as a platform, February 2026")
    assert lab.result["owner"].customers_millions == pytest.approx(50, abs=0.5)


def test_the_api_seller_stands_on_the_published_developers_and_run_rate():
    seller = labs.funnel().result["seller"]
    assert seller.activated_millions == pytest.approx(4)  # OpenAI, 6 October 2025
    assert seller.revenue_usd_bn == pytest.approx(3.0)  # Financial Times, 26 August 2025


def test_at_its_break_even_the_seller_keeps_nothing():
    lab = labs.funnel()
    lab.set(acquisition=450)
    assert "nothing is left. It breaks even at USD 450." in lab.sentence
    assert lab.set(acquisition=500).sentence.count("are lost") == 1


# The loop lab against its own model


def test_a_platform_turns_the_loop_or_only_adds_the_users_it_places():
    lab = labs.data_loop()
    assert "tips at 13.7 % and this start lies below it" in lab.preset("A newcomer alone").sentence
    placed = lab.preset("Placed inside a platform").sentence
    assert "turns the loop, and quality goes from 0.07 to 0.60" in placed
    hard = lab.preset("Placed, but a hard product").sentence
    assert "adds 5.5 points of users, and quality goes from 0.03 to 0.09" in hard
    assert "lies above it" in lab.preset("Users first, no platform").sentence
    assert "one steady state" in lab.preset("Data on sale to everybody").sentence


@pytest.mark.parametrize(
    ("values", "turned"),
    [
        ({"start": 0, "placed": 1, "outside": 10, "half_data": 2.2}, False),  # stays in a low state
        ({"start": 5, "placed": 20, "outside": 10, "half_data": 2.2}, True),  # no low state is left
        ({"start": 30, "placed": 5}, False),  # lies above the tipping point without the platform
    ],
)
def test_a_loop_is_turned_only_if_the_start_lay_below_the_tipping_point(values, turned):
    lab = labs.data_loop()
    assert ("turns the loop" in lab.set(**values).sentence) is turned


@pytest.mark.parametrize("placed", [0.0, 0.01, 0.05, 0.2])
@pytest.mark.parametrize("start", [0.0, 0.05, 0.13, 0.15, 0.6])
def test_the_end_that_the_lab_names_is_where_the_simulation_ends(placed, start):
    loop = skerry_loop(placed)
    end = loop.simulate(start, 3000)["users"].iloc[-1]
    assert destination(loop, start) == pytest.approx(end, abs=1e-6)


# The evidence on both days


def _newest(known_by=None):
    counts = load("users", known_by=known_by).query("metric.str.endswith('active_users')")
    counts = counts[counts["product"].isin(["ChatGPT", "X and Grok", "Gemini app"])]
    return counts.sort_values("date").groupby("product").tail(1)


def test_the_reach_figure_never_hides_that_a_week_is_not_a_month():
    chart = figures.reach_on_two_days(_newest(ARTICLE), _newest(), "Source.")
    assert (
        "ChatGPT 900 million a week" in chart.alt and "X and Grok 600 million a month" in chart.alt
    )
    assert (
        "ChatGPT 1,200 million a week" in chart.alt
        and "X and Grok 550 million a month" in chart.alt
    )
    assert "by at least half on the article's day, and by more on the newest counts" in chart.alt
    assert "29 Sep 2026" in chart.alt and "31 Mar 2026" in chart.alt
    assert " times" not in chart.alt


def test_no_bound_is_claimed_when_the_week_is_below_the_month():
    users = _newest(ARTICLE)
    week = users["product"] == "ChatGPT"
    fewer = users.assign(value_millions=users["value_millions"].where(~week, 500))
    with pytest.raises(ValueError, match="nothing follows"):
        figures.reach_on_two_days(fewer, _newest(), "Source.")


def test_revenue_shares_make_a_whole():
    parts = {"2025": {"Ads": 1.8, "Rest": 1.401}, "Q2": {"Ads": 0.3, "AI": 2.2, "Rest": 0.061}}
    chart = figures.revenue_shares(parts, "Ads", "xAI", "Source.")
    assert chart.table.groupby("period")["share_pct"].sum().tolist() == pytest.approx([100, 100])
    assert "from 56 % of revenue (2025) to 12 % (Q2)" in chart.alt


def test_the_take_over_was_known_on_the_article_s_day_and_the_books_were_not():
    deals = load("rival_rounds", known_by=ARTICLE).set_index("row_id")
    assert str(deals.at["xai_2026_spacex_merger", "date"].date()) == "2026-02-02"
    assert "spacex_2026_ipo" not in deals.index
    assert load("company_financials", known_by=ARTICLE).query("company == 'xAI'").empty
    assert "st_an_spacex_2026" not in load("strategic_stakes", known_by=ARTICLE)["row_id"].tolist()


def test_the_parts_of_the_segment_fit_into_it():
    mix = load("revenue_mix").set_index("row_id")["value_usd_bn"]
    whole = load("company_financials").set_index("row_id")["value_usd_bn"]
    assert mix["mix_xai_2026q2_ai"] + mix["mix_xai_2026q2_ads"] <= whole["fin_xai_q2_2026_revenue"]
    assert mix["mix_xai_fy2025_ads"] < whole["fin_xai_fy2025_revenue"]


def test_the_rights_to_xs_posts_were_settled_before_the_article():
    assert len(load("data_rights", known_by=ARTICLE)) == len(load("data_rights"))


def test_the_literature_is_not_one_sided():
    effects = load("data_studies")["effect"].value_counts()
    assert effects["some"] == effects["little"] == effects["theory"] == 2


# The sheet


def test_the_order_of_q4_runs_one_period_of_the_model():
    check = bank.SHEET["q4"]
    right = re.findall(r'"(\w)"', check.hints[3])
    assert order(check)(right) is None
    names = {}
    for label in right:
        exec(check.lines[check.labels.index(label)], {}, names)
    after = skerry_loop().simulate(0.2, 1, data=0.5).iloc[1]
    assert names["users"] == pytest.approx(after["users"])
    assert names["data"] == pytest.approx(after["data"])


def test_another_order_that_runs_is_right_and_stock_before_quality_is_not():
    check = bank.SHEET["q4"]
    assert order(check)(["D", "B", "C", "E", "G", "A"]) is None
    assert "before it changes" in order(check)(["D", "B", "E", "C", "G", "A"]).says


def _judge(question_id, given):
    return sheet("03").judge(question_id, given)


def _drawn(shares, outside=0.03, ageing=0.3, placed=0.0):
    return DataLoop(1.5, 0.5, 3, 0.0, placed).users_at((shares + outside) / ageing)


def _figure(curve=_drawn, scale=100, points=101, diagonal=None, first_axvline=False):
    figure, axes = plt.subplots()
    shares = np.linspace(0, 1, points)
    if first_axvline:
        axes.axvline(13.7)
    axes.plot(scale * shares, scale * curve(shares))
    straight = [0, scale] if diagonal is None else diagonal
    axes.plot(straight, straight)
    axes.set(xlabel="Users now, %", ylabel="Users drawn, %", title="It tips at 14 %")
    plt.close(figure)
    return figure


def test_a_right_figure_is_right_however_it_is_drawn():
    for figure in (
        _figure(),
        _figure(points=20),
        _figure(diagonal=np.linspace(0, 100, 101)),
        _figure(first_axvline=True),
    ):
        assert _judge("q6", figure).solved, _judge("q6", figure)
        assert _judge("q6", figure.axes[0]).solved


@pytest.mark.parametrize(
    ("figure", "mistake"),
    [
        (lambda: _figure(scale=1), "share for percent"),
        (lambda: _figure(lambda x: _drawn(x, placed=0.05)), "the platform left in"),
        (lambda: _figure(lambda x: _drawn(x, ageing=1)), "ageing left out"),
        (lambda: _figure(lambda x: _drawn(x, outside=0)), "outside data left out"),
    ],
)
def test_a_wrong_curve_is_told_its_mistake(figure, mistake):
    assert _judge("q6", figure()).mistake == mistake


def test_a_figure_without_its_diagonal_is_not_right():
    figure = _figure()
    figure.axes[0].lines[1].remove()
    assert "diagonal is missing" in _judge("q6", figure).says


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (lambda users, metric: _latest(load("users"), metric), "the argument ignored"),
        (
            lambda users, metric: (
                users.sort_values("date").groupby("product")["value_millions"].last()
            ),
            "rows of another metric counted",
        ),
        (
            lambda users, metric: users.groupby("product")["value_millions"].last(),
            "rows of another metric counted",
        ),
        (
            lambda users, metric: (
                users[users["metric"] == metric].groupby("product")["value_millions"].sum()
            ),
            "",
        ),
        (
            lambda users, metric: (
                users[users["metric"] == metric].groupby("product")["value_millions"].last()
            ),
            "the last row taken for the newest",
        ),
    ],
)
def test_a_count_that_is_right_by_luck_is_found_out(function, mistake):
    assert _judge("q5", function).mistake == mistake


def _latest(users, metric):
    kept = users[users["metric"] == metric].sort_values("date")
    return kept.groupby("product")["value_millions"].last()


def test_the_newest_count_of_each_product_is_right():
    assert _judge("q5", _latest).solved


def test_the_slips_of_the_sheet_are_named():
    assert _judge("q1_prediction", 0.042).mistake == "fraction for percent"
    assert _judge("q1_prediction", 35).mistake == "one step for the funnel"
    for share in (0.042, 0.12, 0.35, 0.47, "0.35"):
        feedback = _judge("q1_prediction", share)
        assert feedback.mistake == "fraction for percent", share
        assert f"If you mean a share of {100 * float(share):.3g} %" in feedback.says
    assert _judge("q1_prediction", 4.2).solved
    powers = _judge("q3", lambda data, half, required, h: (data / (data + half)) ^ h)
    assert powers.mistake == "^ for **"

    def unbounded(data, half, required, h):
        pull = (data / half) ** h
        return pull / (pull + required**h)

    assert _judge("q3", unbounded).mistake == "quality without bound"
    assert _judge("q7_gap", 39).says.startswith("Close")
    for low in (0.2, 0.24, 0.242):
        assert _judge("q7_tipping", low).mistake == "low state for the tipping point"
    for share in (0.137, 0.1372, 0.14):
        assert _judge("q7_tipping", share).mistake == "fraction for percent"
    assert _judge("q7_tipping", 14).says.startswith("Close")
    assert _judge("q7_tipping", 62.5).mistake == "high state for the tipping point"
    assert _judge("q7_tipping", 13.7).solved and _judge("q7_tipping", "13.72 %").solved
    for periods in (10, 30, 60):

        def settles(placed, periods=periods):
            return 100 * skerry_loop(placed).simulate(0.05, periods)["users"].iloc[-1]

        assert _judge("q7_users", settles).mistake == "not at rest yet"


def test_q8_says_that_a_person_marks_it(capsys):
    sheet("03").check("q8", "text")
    assert "marked by hand" in capsys.readouterr().out
