"""Lesson 10: what its labs, figures and verdicts teach, against published figures; its sheet."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from aicapital import figures, labs, learning
from aicapital.data import DataError, load
from aicapital.data.ties import MONEY, PURCHASES, rounds_of_openai, ties
from aicapital.data.two_futures import EQUAL, SPENDING, VISITS, inputs, start, whole_choices
from aicapital.labs.power_network import around_rounds, partners_over_time
from aicapital.labs.two_futures import run
from aicapital.models.increasing_returns import UrnMarket, hhi
from aicapital.models.network import centrality
from aicapital.models.step_by_step import StepByStep

ARTICLE = "2026-03-03"

# --- shares, and where the futures start


def test_hhi_of_the_published_shares():
    # Similarweb, 2 January 2026: 64.5, 21.5, 3.7, 3.4, 2, 2, 1.1; Menlo Ventures, 2025: 40, 27, 21.
    visits = UrnMarket(start(VISITS))
    assert sum(visits.start) == sum(start(SPENDING)) == sum(start(EQUAL)) == 48
    assert hhi(list(start(VISITS))) == pytest.approx(4657, rel=0.01)
    assert hhi(list(start(SPENDING))) == pytest.approx(2770, rel=0.01)
    assert hhi(list(start(EQUAL))) == 1250


def test_whole_choices_keep_everybody_and_the_total():
    shares = pd.Series({"a": 97.0, "b": 2.0, "c": 0.5, "d": 0.5})
    assert whole_choices(shares, 10) == (7, 1, 1, 1)
    assert whole_choices(pd.Series({"a": 50.0, "b": 30.0, "c": 20.0}), 48) == (24, 14, 10)
    with pytest.raises(DataError, match="Give more choices"):
        whole_choices(shares, 3)


def test_marks_are_those_of_the_guidelines():
    # US Merger Guidelines of 18 December 2023, guideline 1: highly concentrated above 1,800.
    row = load("two_futures_inputs").set_index("item").loc["open_below"]
    assert row["value"] == 1800 and row["kind"] == "disclosed"
    assert load("two_futures_inputs").query("item != 'open_below'")["kind"].eq("assumed").all()


# --- the lab of two futures


def test_presets_lead_to_their_futures():
    lab = labs.two_futures()
    shares = {}
    for name in lab.presets:
        lab.preset(name)
        shares[name] = lab.result["futures"]
    assert shares["Capital feeds on itself"]["monopolised"] > 99
    assert 25 < shares["Chance alone (Polya's urn)"]["monopolised"] < 50
    assert shares["Entry without know-how"]["monopolised"] > 80
    assert shares["Open weights and entry"]["open"] > 50
    assert shares["Open weights and entry"]["monopolised"] == 0


def test_more_strength_concentrates_and_more_diffusion_spreads():
    by_strength = [np.median(run(VISITS, strength, 0, 0)) for strength in (0.5, 1.0, 1.5, 2.0)]
    by_diffusion = [np.median(run(VISITS, 1.5, 1, diffusion)) for diffusion in (0, 30, 60)]
    assert by_strength == sorted(by_strength) and by_diffusion == sorted(by_diffusion)[::-1]


def test_the_picture_is_the_same_on_every_visit():
    first, again = labs.two_futures(), labs.two_futures()
    assert first.set(diffusion=12).svg == again.set(diffusion=12).svg


# --- the lab of innovation


def test_three_shapes():
    lab = labs.innovation()
    assert "only falls with competition" in lab.preset("Know-how kept secret").sentence
    assert "peaks at 70 % competition" in lab.preset("Some of it leaks").sentence
    assert "only rises with competition" in lab.preset("Weights and methods published").sentence


# --- the network


def test_nobody_is_a_crowd():
    for kind in (MONEY, PURCHASES):
        names = {*ties(kind)["from"], *ties(kind)["to"]}
        assert not [name for name in names if "ther" in name.split()[0] or "and others" in name]
        assert not names & {"Co-investors", "All suppliers", "Amazon Web Services", "Alphabet"}
        assert not any("Stargate" in name for name in names)


def test_the_round_of_2026_tied_amazon_to_openai():
    around = around_rounds(("OpenAI", "Amazon"), ARTICLE)
    last = around[around["date"] == "2026-02-27"].set_index(["firm", "when"])["partners"]
    assert last["OpenAI", "after"] - last["OpenAI", "before"] == 1
    assert last["Amazon", "before"] == 1 and last["Amazon", "after"] == 2


def test_money_never_counts_a_letter_of_intent():
    money = ties(MONEY)
    nvidia = money[(money["from"] == "Nvidia") & (money["to"] == "OpenAI")]
    assert nvidia["amount_usd_bn"].tolist() == [0.1, 30]  # not the 100 of September 2025
    assert nvidia["date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-10-02", "2026-02-27"]


def test_purchases_add_up_to_the_published_contracts():
    bought = ties(PURCHASES)
    by_seller = bought[bought["from"] == "OpenAI"].groupby("to")["amount_usd_bn"].sum()
    assert by_seller[["Oracle", "Microsoft", "Amazon", "CoreWeave"]].tolist() == pytest.approx(
        [300, 250, 138, 22.4]
    )


def test_what_the_article_could_know():
    then = centrality(ties(PURCHASES, ARTICLE))
    assert then.at["OpenAI", "partners"] == 9 and then.index[0] == "OpenAI"
    assert (ties(MONEY, ARTICLE)["date"] <= ARTICLE).all()
    assert "SB Energy" not in then.index and "SB Energy" in centrality(ties(PURCHASES)).index
    with pytest.raises(DataError, match="kind must be"):
        ties("friendship")


def test_the_chart_counts_the_rounds():
    firms = ("OpenAI", "Anthropic")
    around = around_rounds(firms, ARTICLE)
    assert around["date"].nunique() == len(rounds_of_openai(ARTICLE)) == 7
    chart = figures.partners_by_round(partners_over_time(firms, ARTICLE), around, "source")
    assert "4 of 7 rounds tied OpenAI" in chart.alt and "OpenAI 7, Anthropic 6" in chart.alt


def test_the_chart_of_paths_gives_the_middle_of_all():
    histories = {g: UrnMarket((3, 3), g).history(60, 400) for g in (0.5, 1.0, 1.5)}
    chart = figures.urn_paths(histories, "source")
    width = chart.table["ninetieth percentile"] - chart.table["tenth percentile"]
    assert width[0.5] < width[1.0] < width[1.5]


def test_a_later_report_does_not_move_a_tie():
    """Cerebras was announced in January 2026, its larger value in April; Anthropic's contract with Microsoft in November 2025."""
    bought = ties(PURCHASES).set_index(["from", "to"])[["date", "amount_usd_bn"]]
    assert bought.loc[("OpenAI", "Cerebras")].tolist() == [pd.Timestamp("2026-01-14"), 20]
    assert bought.loc[("Anthropic", "Microsoft")].tolist() == [pd.Timestamp("2025-11-18"), 31.4]


@pytest.mark.parametrize("kind", [MONEY, PURCHASES])
@pytest.mark.parametrize("measure", ["partners", "USD bn of its ties", "betweenness"])
def test_lab_network_agrees_with_the_table_of_the_articles_day(kind, measure):
    lab = labs.power_network()
    lab.set(kind=kind, measure=measure)
    pd.testing.assert_frame_equal(lab.result["scores"], centrality(ties(kind, ARTICLE)))


def test_lab_network_starts_where_the_article_stands():
    lab = labs.power_network()
    assert lab.sentence.startswith("By 27 February 2026")
    assert "OpenAI is number 1 by partners with 7" in lab.sentence
    first = lab.set(day=0, kind=PURCHASES)
    assert "0 ties" in first.sentence


@pytest.mark.parametrize(
    ("name", "prediction"), [("two_futures", 40.0), ("innovation", 80.0), ("power_network", 5.0)]
)
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


# --- the bank


def test_truths_are_those_of_tables_and_models():
    truths = {q.id: q.truth() for q in _bank() if hasattr(q, "truth")}
    assert truths["visits"] == 64.5
    shown = labs.two_futures().result["futures"]["monopolised"]
    assert truths["monopolised"] == round(shown)
    assert truths["peak"] == round(100 * StepByStep(1, inputs()["help"]).peak())
    assert truths["partners"] == centrality(ties(MONEY, ARTICLE)).at["OpenAI", "partners"]


def _bank():
    return learning.Lesson("10").questions.values()


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("least_hhi", "2770", None),
        ("least_hhi", "2914", "the rest taken for one firm"),
        ("least_hhi", "0.277", "fractions squared"),
        ("least_hhi", "88", "shares added up"),
        ("error", "2", None),
        ("error", "40", "spread of one path"),
        ("error", "0.4", "spread of one path"),
        ("error", "0.4 %", "spread of one path"),
        ("error", "0.16", "variance of one path"),
        ("error", "16", "variance of one path"),
        ("error", "0.1", "divided by the number of paths"),
        ("error", "0.02", "fraction for percentage points"),
        ("error", "0.04", "variance for standard error"),
    ],
)
def test_checks_name_the_mistake(question, given, mistake):
    live = learning.Lesson("10").check(question)
    live.answer(given)
    assert live.feedback.solved == (mistake is None)
    assert live.feedback.mistake == (mistake or "")


@pytest.mark.parametrize(
    ("function", "mistake"),
    [
        (lambda sizes, strength: sizes**strength / (sizes**strength).sum(), None),
        (lambda sizes, strength: sizes**strength, "pulls taken for chances"),
        (
            lambda sizes, strength: sizes * (strength or 1) / (sizes * (strength or 1)).sum(),
            "power of the chance, or product for power",
        ),
    ],
)
def test_the_code_check(function, mistake):
    live = learning.Lesson("10").check("pull", function)
    assert live.feedback.solved == (mistake is None)
    assert live.feedback.mistake == (mistake or "")


def test_every_verdict_can_be_shown():
    lesson = learning.Lesson("10")
    for claim in load("claims").query("lesson == '10'")["claim_id"]:
        live = lesson.verdict(claim)
        live.answer("cannot tell", "low")
        assert "{" not in live.course_text
    assert "4 of 7 rounds" in lesson.verdict("C.5").course_text
    assert "from 86.7 to 64.5 %" in lesson.verdict("C.1").course_text
    assert lesson.verdict("C.3").question.then.verdict == "cannot tell"


# --- the sheet


def _pairs(ties_table, day, inclusive=True):
    early = ties_table["date"] <= day if inclusive else ties_table["date"] < day
    kept = ties_table[early][["from", "to"]]
    return pd.concat([kept, kept.rename(columns={"from": "to", "to": "from"})])


GOOD = {
    "q1_prediction": 10,
    "q1_reason": "b",
    "q2": lambda s, g, d: (1 - d) * s**g / (s**g).sum() + d / len(s),
    "q3": lambda i, m: (100 * np.mean(i >= m), 100 * np.std(i >= m) / len(i) ** 0.5),
    "q4": ["G", "B", "A", "D", "C", "E", "H"],
    "q5": lambda t, d: _pairs(t, d).drop_duplicates().groupby("from").size(),
    "q1_prediction-low": 8,
    "q1_prediction-high": 15,
    "q1_prediction-text": "12 %",
    "q7_next": [8.8, 14.2],
    "q7_break_even": 32.2,
    "q7_survive": (35, 91),
}


@pytest.mark.parametrize("question", GOOD)
def test_other_right_ways_are_right(question):
    assert learning.sheet("10").judge(question.split("-")[0], GOOD[question]).solved


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("q1_prediction", 6.25, "second choice as if nothing had happened"),
        ("q1_prediction", 25, "one choice for two"),
        ("q1_prediction", 0.1, "fraction for percent"),
        ("q1_prediction", 5, "too low"),
        ("q1_prediction", 30, "too high"),
        ("q1_prediction", 40, "the chance of the second choice alone"),
        ("q1_reason", "A", "lead taken for skill"),
        ("q1_reason", "C", "size taken for reinforcement"),
        ("q2", lambda s, g, d: s**g, "pull taken for chance"),
        ("q2", lambda s, g, d: 100 * s**g / (s**g).sum(), "percent for a chance"),
        (
            "q2",
            lambda s, g, d: (1 - d) * s**g / (s**g).sum() + d * s / s.sum(),
            "free choices shared by size",
        ),
        ("q2", lambda s, g, d: s * g / (s * g).sum(), "product for power"),
        ("q2", lambda s, g, d: (s / s.sum()) ** g, "power of the chance"),
        ("q2", lambda s, g, d: d * s**g / (s**g).sum() + (1 - d) / len(s), ""),
        ("q2", lambda s, g, d: s**g / (s**g).sum() + d / len(s), "diffusion added on top"),
        ("q2", lambda s, g, d: s**g / (s**g).sum(), "diffusion left out"),
        ("q2", lambda s, g, d: (1 - d) * s**g / (s**g).sum() + d / 2, "two firms typed in"),
        (
            "q2",
            lambda s, g, d: (1 - d) * s**g / (s**g).sum() + d,
            "each firm given all of the diffusion",
        ),
        ("q3", lambda i, m: (np.mean(i >= m), 0.04), "fraction for percent"),
        ("q3", lambda i, m: (100 * np.mean(i >= m), 100 * np.std(i >= m)), "spread of one path"),
        (
            "q3",
            lambda i, m: (100 * np.mean(i >= m), 100 * np.std(i >= m, ddof=1) / len(i) ** 0.5),
            "sample standard deviation",
        ),
        (
            "q3",
            lambda i, m: (100 * np.mean(i >= m), 100 * np.std(i >= m) / len(i)),
            "divided by the number of paths",
        ),
        (
            "q3",
            lambda i, m: (100 * np.mean(i > m), 100 * np.std(i > m) / len(i) ** 0.5),
            "mark left out",
        ),
        (
            "q3",
            lambda i, m: (100 * np.mean(i >= 5000), 100 * np.std(i >= 5000) / len(i) ** 0.5),
            "mark typed in",
        ),
        (
            "q3",
            lambda i, m: (100 * np.mean(i < m), 100 * np.std(i < m) / len(i) ** 0.5),
            "the other paths",
        ),
        ("q4", ["B", "A", "F", "G", "C", "E", "H"], ""),
        ("q4", ["B", "A", "D", "C", "G", "E", "H"], ""),
        ("q4", ["B", "A", "D", "G", "C", "H", "E"], ""),
        (
            "q5",
            lambda t, d: t[t["date"] <= d].groupby("from")["to"].nunique(),
            "one direction, or ties for partners",
        ),
        (
            "q5",
            lambda t, d: _pairs(t, d).groupby("from").size(),
            "one direction, or ties for partners",
        ),
        (
            "q5",
            lambda t, d: _pairs(t, d, inclusive=False).groupby("from")["to"].nunique(),
            "the day itself left out",
        ),
        (
            "q5",
            lambda t, d: (
                _pairs(t, d)
                .groupby("from")["to"]
                .nunique()
                .reindex(sorted({*t["from"], *t["to"]}), fill_value=0)
            ),
            "missing counted as zero",
        ),
        (
            "q5",
            lambda t, d: _pairs(t, "2026-12-31").groupby("from")["to"].nunique(),
            "the day left out",
        ),
        ("q7_next", (0.088, 0.142), "shares for percentages"),
        ("q7_next", (14.2, 8.8), "wrong order"),
        ("q7_next", (11.5, 16.0), "strength left out"),
        ("q7_next", (7.0, 7.0), "diffusion left out"),
        ("q7_next", (8.8, 8.8), ""),
        ("q7_next", (9, 14), "rounded"),
        ("q7_next", (9, 14.2), "rounded"),
        ("q7_next", (8.8, 14), "rounded"),
        ("q7_next", (9, 15), ""),
        ("q7_break_even", 22.2, "the rise for the level"),
        ("q7_break_even", 26, "an equal share for the gain"),
        ("q7_break_even", 4, "points of chance for diffusion"),
        ("q7_break_even", 40, ""),
        ("q7_survive", (0.35, 0.91), "shares for percentages"),
        ("q7_survive", (91, 35), "wrong order"),
        ("q7_survive", (65, 9), "the other paths"),
        ("q7_survive", (50, 91), ""),
        ("q7_survive", (35, 80), ""),
    ],
)
def test_the_sheet_names_the_mistake(question, given, mistake):
    feedback = learning.sheet("10").judge(question, given)
    assert not feedback.solved
    assert feedback.mistake == mistake, str(feedback)


def test_a_call_is_told_so_that_it_can_be_repeated():
    told = learning.sheet("10").judge("q2", lambda s, g, d: s**g / s.sum()).says
    assert "np.array([3, 1]), 2, 0)" in told


def _figure(
    alone=0.2,
    alliance=0.6,
    scale=100,
    title="Up",
    x="Competition, %",
    low=0.5,
    names=("alone", "in the alliance"),
):
    figure = Figure()
    axes = figure.subplots()
    competition = np.linspace(low, 1, 11)
    for help, name in zip((alone, alliance), names or (None, None), strict=True):
        axes.plot(scale * competition, StepByStep(1, help).innovation(competition), label=name)
    if names:
        axes.legend()
    axes.set(title=title, xlabel=x, ylabel="Innovations a year")
    return figure


@pytest.mark.parametrize(
    ("figure", "solved"),
    [
        (_figure(), True),
        (_figure(names=("Skerry alone", "with the others")), True),
        (_figure(names=("no alliance", "alliance")), True),
        (_figure(names=("help 0.2", "help 0.6")), True),
        (_figure(names=("in the alliance", "alone")), False),
        (_figure(names=("alliance", "no alliance")), False),
        (_figure(names=("help 0.6", "help 0.2")), False),
        (_figure(names=("first", "second")), False),
        (_figure(names=None), False),
        (_figure(scale=1), False),
        (_figure(alone=0.4), False),
        (_figure(alliance=0.2), False),
        (_figure(low=0.8), False),
        (_figure(title=""), False),
        (_figure(x="Competition"), False),
    ],
)
def test_q6_reads_both_curves(figure, solved):
    assert learning.sheet("10").judge("q6", figure).solved == solved
