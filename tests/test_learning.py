"""What a learner and an author of questions notice of aicapital.learning."""

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from aicapital import learning
from aicapital.authoring.notebook_file import read
from aicapital.learning import banks, claims, expect, view
from aicapital.learning.progress import open_progress
from aicapital.learning.quantity import NotANumber, parse_quantity, show_number, with_unit
from aicapital.learning.questions import (
    VERDICTS,
    Choice,
    Claim,
    Code,
    Feedback,
    LearningError,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
    Verdict,
    resolve,
)
from tests.grading_samples import SOURCES

HINTS = (
    "Whose share is asked?",
    "Divide by the value after the round.",
    "stake = 110 / ...",
    "It is 13.1 %.",
)


def round_2026():
    return {"pre": 730, "new": 110, "post": 840}


PRE_OR_POST = Choice(
    "pre_or_post",
    "Investors pay {new} bn at {pre} bn pre-money. What share do they own?",
    options=[
        Option("13.1 %", correct=True, why="They own {new} of {post}."),
        Option("15.1 %", why="That is {new} / {pre}.", mistake="pre-money for post-money"),
        Option("86.9 %", why="That is what the old holders keep."),
    ],
    values=round_2026,
)
STAKE = Number(
    "stake",
    "{new} bn on {pre} bn pre-money: which stake?",
    answer=lambda: 13.095,
    unit="%",
    tolerance=0.1,
    right="The old holders keep the other {pre} of {post}.",
    expects="a percentage between 0 and 100",
    mistakes=[Mistake("pre-money for post-money", 15.07, "That is {new} / {pre}.")],
    hints=HINTS,
    values=round_2026,
)
DILUTE = Code(
    "dilute",
    "Write `dilute(stake, pre, new)`.",
    starter="def dilute(stake, pre, new):\n    ...",
    tests=[
        expect.call(
            11,
            730,
            122,
            gives=9.42,
            tolerance=0.01,
            mistakes=[Mistake("no dilution", 11, "Shrinks.")],
        )
    ],
    hints=HINTS,
)
SHARE = Prediction(
    "share",
    "Of the next dollar, what share goes to investors?",
    truth=lambda: 13.0,
    unit="%",
    tolerance=2,
    explain="Because {new} is part of {post}.",
    values=round_2026,
)
TREND = Prediction(
    "trend",
    "Up or down?",
    truth=lambda: "up",
    options=("up", "down"),
    explain="It rose in every year.",
)
CLAIM = Claim(
    "I.3",
    "A cap of any multiple limits what investors get.",
    then=Verdict("holds in part", "medium", "At {post} bn the cap does not bind."),
    now=Verdict("overtaken", "high", "The cap is gone."),
    evidence=["funding_rounds", "structure_events"],
    values=round_2026,
)
EVIL = Choice(
    "evil",
    "Is <script>alert(1)</script> shown?",
    options=[
        Option("<img src=x onerror=alert(2)>", correct=True, why="<b>yes</b> `a<b`"),
        Option("no", why="<i>"),
    ],
)


def order_check():
    return SheetCheck(
        "Order the lines",
        kind="order",
        expects='a list of labels such as ["B", "A"]',
        right="Price comes before shares.",
        hints=HINTS,
        lines=[
            "shares = new / price",
            "price = pre / old",
            "stake = shares / total",
            "total = old + shares",
            "pre = post",
        ],
        before=[
            ("B", "A", "it uses `price`."),
            ("A", "D", "it uses `shares`."),
            ("D", "C", "it uses `total`."),
        ],
        distractors={"E": "it confuses pre-money with post-money."},
    )


SHEET = {
    "post_money": SheetCheck(
        "Post-money value",
        kind="value",
        expects="a number in USD bn",
        right="The article's round: 840.",
        hints=HINTS,
        tests=expect.number(
            840,
            "USD bn",
            mistakes=[Mistake("pre-money for post-money", 730, "The money is missing.")],
        ),
    ),
    "dilute": SheetCheck(
        "Dilution",
        kind="function",
        expects="a function of pre and new",
        right="It scales.",
        hints=HINTS,
        tests=[
            expect.call(730, 110, gives=0.869, tolerance=0.001),
            expect.that(
                "Twice both leaves the factor as it is.", lambda f: abs(f(2, 4) - f(1, 2)) < 1e-9
            ),
        ],
    ),
    "table": SheetCheck(
        "Stakes",
        kind="table",
        expects="a table with columns holder and stake_pct",
        right="They sum to 100.",
        hints=HINTS,
        tests=[
            expect.columns("holder", "stake_pct"),
            expect.rows(2),
            expect.that(
                "The stakes must sum to 100.", lambda t: abs(t["stake_pct"].sum() - 100) < 0.1
            ),
        ],
    ),
    "figure": SheetCheck(
        "Draw it",
        kind="figure",
        expects="a figure with a title and units",
        right="A reader sees the unit.",
        hints=HINTS,
        tests=expect.figure_texts(y_unit="USD bn"),
    ),
    "order": order_check(),
}
BANK = SimpleNamespace(
    QUESTIONS=[PRE_OR_POST, STAKE, DILUTE, SHARE, TREND, CLAIM, EVIL], SHEET=SHEET
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "progress"))
    monkeypatch.setenv("AICAPITAL_DEBUG", "1")
    return tmp_path / "progress"


@pytest.fixture
def lesson():
    return learning.Lesson("01", bank=BANK)


@pytest.fixture
def sheet():
    return learning.Sheet("01", bank=BANK)


@pytest.fixture
def shown(monkeypatch):
    """The bundles that questions display."""
    bundles = []
    monkeypatch.setattr(view, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def widgets_of(box, kind):
    children = getattr(box, "children", ())
    return [
        w
        for child in children
        for w in ([child] if isinstance(child, kind) else widgets_of(child, kind))
    ]


def press(box, words):
    (button,) = [b for b in widgets_of(box, ipywidgets.Button) if b.description == words]
    button.click()


def feedback_area(box):
    return widgets_of(box, ipywidgets.HTML)[-1].value


def stored(folder):
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))


# Numbers as typed


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("840", "USD bn", 840),
        ("840 bn", "USD bn", 840),
        ("USD 840 bn", "USD bn", 840),
        ("$840bn", "USD bn", 840),
        ("840 billion dollars", "USD bn", 840),
        ("0.84 trillion", "USD bn", 840),
        ("840,000 million", "USD bn", 840),
        ("5 million", "users", 5e6),
        ("13 %", "%", 13),
        ("13%", "%", 13),
        ("13 per cent", "%", 13),
        ("0.13", "%", 0.13),
        ("-2.5 %", "%", -2.5),
        ("−2.5", "%", -2.5),
        ("1,234.5", "USD bn", 1234.5),
        ("1 234.5", "USD bn", 1234.5),
        ("1,234,567", "", 1234567),
        ("1.2e3", "USD bn", 1200),
        ("1.2E+3", "", 1200),
        (".5", "", 0.5),
        ("5.", "", 5),
        ("~ 12", "GW", 12),
        ("3x", "x", 3),
        ("3 times", "x", 3),
        ("2 percentage points", "percentage points", 2),
        ("2 percentage points", "%", 2),
        ("1 percentage point", "%", 1),
        ("2 points", "%", 2),
        ("2 %", "percentage points", 2),
        ("1,894 points", "points", 1894),
        ("1 point", "points", 1),
        ("24.3 % a year", "% a year", 24.3),
        ("24.3% per year", "% a year", 24.3),
        ("24.3 percent p.a.", "% a year", 24.3),
        ("24.3 %/yr", "% a year", 24.3),
        ("24.3 %", "% a year", 24.3),
        ("24.3", "% a year", 24.3),
        ("  7  ", "GW", 7),
        (7, "GW", 7),
        (np.float64(7.5), "GW", 7.5),
        (np.int64(7), "GW", 7),
    ],
)
def test_numbers_are_read_as_people_type_them(typed, unit, value):
    assert parse_quantity(typed, unit).value == pytest.approx(value)


@pytest.mark.parametrize(
    ("typed", "unit", "told"),
    [
        ("", "%", "empty"),
        ("   ", "USD bn", "empty"),
        ("abc", "USD bn", "cannot read “abc”"),
        ("12-15", "%", "one number"),
        ("12 or 15", "%", "one number"),
        ("13,5", "%", "point"),
        ("1.234,56", "USD bn", "point"),
        ("13 %", "USD bn", "per cent"),
        ("1894 %", "points", "per cent"),
        ("13 percentage points", "points", "per cent"),
        ("13 points", "USD bn", "“points”"),
        ("840 eur", "USD bn", "“eur”"),
        ("12 bn", "%", "“bn”"),
        ("24.3 % a year", "%", "“a year”"),
        ("5 bn per year", "USD bn", "“a year”"),
        ("24.3 % a month", "% a year", "“a”"),
        ("nan", "", "cannot read"),
        ("inf", "", "cannot read"),
        ("1e999", "", "one number"),
        ("--3", "", "cannot read"),
        ("<script>", "", "cannot read"),
        (float("nan"), "", "finite"),
        (True, "", "True or False"),
        (None, "%", "nothing"),
        ([1], "%", "a list"),
    ],
)
def test_what_is_no_number_gets_a_friendly_message(typed, unit, told):
    with pytest.raises(NotANumber) as error:
        parse_quantity(typed, unit)
    assert told in str(error.value)


def test_numbers_are_shown_without_false_precision():
    assert [show_number(x) for x in (840, 13.095, 0.5, 1234.5, 12345.6, 1e6, 0, 3e-7)] == [
        "840", "13.1", "0.5", "1,234.5", "12,346", "1,000,000", "0", "3e-07",
    ]  # fmt: skip
    assert with_unit(840, "USD bn") == "USD 840 bn"
    assert with_unit(13, "%") == "13 %"


# Checks


def test_every_option_of_a_choice_has_its_reason(lesson):
    reasons = ["They own 110 of 840.", "That is 110 / 730.", "That is what the old holders keep."]
    for position, reason in enumerate(reasons):
        question = lesson.check("pre_or_post")
        question.answer(position)
        assert reason in str(question.feedback)
        assert question.feedback.solved == (position == 0)
    assert lesson.check("pre_or_post").answer("B").mistake == "pre-money for post-money"
    assert lesson.check("pre_or_post").answer("13.1 %").solved


@pytest.mark.parametrize("given", [None, 3, -1, "Z", "", True, 1.5])
def test_a_choice_asks_again_when_nothing_was_picked(lesson, given):
    question = lesson.check("pre_or_post")
    assert "A to C" in str(question.answer(given))
    assert question.record is None


@pytest.mark.parametrize("number", [f"{lesson:02}" for lesson in range(1, 11)])
def test_a_named_mistake_comes_before_every_rule_of_thumb(number):
    """In every bank each wrong value is told its own name, not that it reads as a fraction or lies out of range."""
    told = [
        (check.id, mistake.name, check.judge(float(resolve(mistake.value))))
        for check in learning.Lesson(number).questions.values()
        if isinstance(check, Number)
        for mistake in check.mistakes
    ]
    sheet = learning.sheet(number)
    told += [
        (question, mistake.name, sheet.judge(question, float(resolve(mistake.value))))
        for question, check in sheet.checks.items()
        if check.kind == "value"
        for test in ([check.tests] if callable(check.tests) else check.tests)
        for mistake in getattr(test, "mistakes", ())
    ]
    assert told
    assert [it for it in told if it[2].mistake != it[1]] == []


def test_feedback_begins_with_a_word_not_only_a_colour(lesson):
    assert str(lesson.check("pre_or_post").answer(0)).startswith("Right.")
    assert str(lesson.check("pre_or_post").answer(1)).startswith(
        "Not yet. Pre-money for post-money."
    )


def test_a_right_number_gets_one_sentence(lesson):
    assert (
        str(lesson.check("stake").answer("13.1 %"))
        == "Right. The old holders keep the other 730 of 840."
    )


def test_a_recognised_mistake_gets_its_name(lesson):
    feedback = lesson.check("stake").answer("15.1")
    assert feedback.mistake == "pre-money for post-money"
    assert str(feedback) == "Not yet. Pre-money for post-money. That is 110 / 730."


def test_a_fraction_for_a_percentage_is_recognised(lesson):
    feedback = lesson.check("stake").answer("0.131")
    assert feedback.mistake == "fraction for percent"
    assert "type 13.1" in feedback.says
    assert lesson.check("stake").answer("0.131 %").mistake == ""


def test_an_unrecognised_number_is_said_back_with_the_first_hint(lesson):
    question = lesson.check("stake")
    said = str(question.answer("55"))
    assert said.startswith("Not yet. You have 55 %. Hint 1")
    assert "Expected" not in said
    assert said.endswith("Hint 1 of 4, a nudge: Whose share is asked?")
    assert "Hint 2 of 4" in question.hint()


def test_text_for_a_number_is_no_try(lesson):
    question = lesson.check("stake")
    assert "cannot read “abc”" in str(question.answer("abc"))
    assert "{x}" in str(question.answer("{x}"))
    assert question.record is None


def test_hints_come_in_order_and_stay_at_the_answer(lesson):
    question = lesson.check("stake")
    assert [question.hint().split(": ")[1] for _ in range(5)] == [*HINTS, HINTS[3]]
    assert question.record["hints"] == 4


def test_first_answer_tries_and_hints_are_recorded(lesson, folder):
    question = lesson.check("stake")
    for answer in ("55", "15.1", "13.1", "99"):
        question.answer(answer)
    record = stored(folder)["checks"]["01"]["stake"]
    assert (record["first"], record["first_right"]) == ("55", False)
    assert (record["tries"], record["hints"], record["solved"]) == (3, 1, True)
    assert "after 3 tries" in lesson.check("stake").status


@pytest.mark.parametrize(
    ("tolerance", "solved"),
    [({"tolerance": 1}, True), ({"rel_tolerance": 0.001}, False), ({}, True)],
)
def test_tolerance_is_absolute_or_relative_and_one_per_cent_by_default(tolerance, solved):
    question = Number(
        "n",
        "?",
        answer=840,
        unit="USD bn",
        right="Yes.",
        expects="a number",
        hints=HINTS,
        **tolerance,
    )
    assert question.judge("841").solved == solved
    assert not question.judge("860").solved


def test_code_is_judged_with_the_learners_function(lesson):
    def dilute(stake, pre, new):
        return stake * pre / (pre + new)

    assert lesson.check("dilute", dilute).feedback.solved
    assert lesson.check("dilute", lambda stake, pre, new: stake).feedback.mistake == "no dilution"
    wrong = str(lesson.check("dilute", lambda stake, pre, new: 5).feedback)
    assert "(11, 730, 122) yours gives 5." in wrong
    assert "Expected" not in wrong
    assert "Hint 1 of 4" in wrong


def test_code_left_blank_is_no_try(lesson):
    def dilute(stake, pre, new):
        """Dilute."""
        ...

    question = lesson.check("dilute", dilute)
    assert str(question.feedback).startswith("Not answered yet")
    assert question.record is None
    assert str(lesson.check("dilute", ...).feedback).startswith("Not answered yet")


def test_code_for_a_question_on_screen_is_refused(lesson):
    with pytest.raises(LearningError, match="on screen"):
        lesson.check("stake", 13.1)


# Predictions


def test_a_prediction_is_recorded_and_may_change_until_the_reveal(lesson):
    assert lesson.predicted("share") is None
    assert "Recorded" in str(lesson.predict("share").answer("20 %"))
    lesson.predict("share").answer(15)
    assert learning.Lesson("01", bank=BANK).predicted("share") == 15
    repr(lesson.reveal("share"))
    assert "stays" in str(lesson.predict("share").answer(13))
    assert lesson.predicted("share") == 15


def test_the_reveal_shows_prediction_evidence_and_distance(lesson):
    lesson.predict("share").answer("39 %")
    told = repr(lesson.reveal("share"))
    assert "39 %" in told
    assert "The evidence: 13 %" in told
    assert "26 percentage points too high (3 times the evidence)" in told
    assert "Because 110 is part of 840." in told
    assert "<table" in lesson.reveal("share")._repr_html_()


def test_a_prediction_made_after_the_evidence_is_no_hit(lesson):
    first = repr(lesson.reveal("share"))
    assert "none recorded" in first
    assert "The evidence: 13 %" in first
    assert repr(lesson.reveal("share")) == first
    assert "does not count as a hit" in feedback_area(view.build(lesson.predict("share")))
    assert "made after the evidence, so it does not count" in str(
        lesson.predict("share").answer(20)
    )
    lesson.predict("share").answer(13)
    assert learning.Lesson("01", bank=BANK).predicted("share") == 13
    assert "made after the evidence)" in repr(lesson.reveal("share"))
    page = repr(lesson.progress())
    assert "predictions: 1 of 2, 0 hits" in page
    assert "13 % | 13 % | made after the evidence" in page


def test_evidence_seen_first_changes_nothing_on_the_page_of_a_reader(lesson):
    before = lesson.predict("share").twin
    lesson.reveal("share")
    assert lesson.predict("share").twin == before


def test_a_file_from_before_reveals_were_recorded_is_still_read(lesson, folder):
    folder.mkdir()
    old = {"value": 13, "unit": "%", "when": "2026-01-01T00:00:00+00:00", "revealed": True}
    content = {"version": 1, "predictions": {"01": {"share": old}}, "checks": {}, "verdicts": {}}
    (folder / "progress.json").write_text(json.dumps(content), encoding="utf-8")
    assert "1 hit" in repr(lesson.progress())
    lesson.reveal("trend")
    assert "after the evidence" in str(lesson.predict("trend").answer("up"))
    assert lesson.predicted("share") == 13


@pytest.mark.parametrize(
    ("limits", "unit", "given", "told"),
    [
        (
            {"minimum": 0, "maximum": 100},
            "%",
            "130",
            "130 % is out of range: the number lies between 0 and 100 %.",
        ),
        ({"minimum": 0}, "USD bn", "-5", "the number is at least USD 0 bn."),
        ({"maximum": 9}, "GW", "10", "the number is at most 9 GW."),
    ],
)
def test_a_number_out_of_bounds_is_asked_again(limits, unit, given, told):
    prediction = Prediction("p", "?", truth=lambda: 5.0, explain="", unit=unit, **limits)
    number = Number("n", "?", 5, unit, "Yes.", HINTS, "a number", **limits)
    lesson = learning.Lesson("01", bank=SimpleNamespace(QUESTIONS=[prediction, number]))
    for question in (lesson.predict("p"), lesson.check("n")):
        assert told in str(question.answer(given))
        assert question.record is None
    assert lesson.predict("p").answer("7").status == "recorded"
    assert lesson.check("n").answer("7").status == "wrong"


def test_a_prediction_may_be_a_choice(lesson):
    assert "Pick one of" in str(lesson.predict("trend").answer(None))
    lesson.predict("trend").answer(1)
    assert lesson.predicted("trend") == "down"
    assert "a different answer" in repr(lesson.reveal("trend"))


def test_a_small_percentage_is_asked_back(lesson):
    assert "type 20" in str(lesson.predict("share").answer("0.2"))
    assert "type 20" not in str(lesson.predict("share").answer("0.2 %"))


def test_a_prediction_in_another_unit_than_the_question_is_ignored(lesson):
    lesson.predict("share").answer(20)
    in_dollars = SimpleNamespace(
        QUESTIONS=[Prediction("share", "?", truth=lambda: 5.0, unit="USD bn", explain="So.")]
    )
    assert learning.Lesson("01", bank=in_dollars).predicted("share") is None


# Verdicts


def test_the_courses_verdict_follows_the_learners(lesson, folder):
    question = lesson.verdict("I.3")
    assert "overtaken" in question.twin
    assert "The cap is gone" not in question.twin
    assert "how sure" in str(question.answer("holds"))
    assert "Pick a verdict" in str(question.answer("maybe", "high"))
    said = str(question.answer("holds", "low"))
    assert "another verdict" in said
    assert (
        "On 2026-03-03: holds in part (medium confidence). At 840 bn the cap does not bind."
        in question.course_text
    )
    assert "Since then: overtaken (high confidence). The cap is gone." in question.course_text
    assert "another verdict" in str(question.answer("overtaken", "high"))
    assert "same verdict" in str(question.answer("holds in part", "high"))
    assert stored(folder)["verdicts"]["01"]["I.3"]["first"] == "holds"


def test_a_verdict_is_asked_for_the_articles_day(lesson):
    question = lesson.verdict("I.3")
    asked = "on the article's day, 3 March 2026"
    assert asked in question.twin
    verdict, _ = widgets_of(view.build(question), ipywidgets.RadioButtons)
    assert asked in verdict.description


# Finding questions


def test_an_unknown_id_lists_the_ids_and_the_closest(lesson):
    with pytest.raises(LearningError) as error:
        lesson.check("pre_or_pst")
    assert "Did you mean 'pre_or_post'?" in str(error.value)
    assert "stake" in str(error.value)
    for ask in (lesson.predict, lesson.predicted, lesson.reveal, lesson.verdict):
        with pytest.raises(LearningError, match="no-such"):
            ask("no-such")


def test_an_error_for_the_reader_comes_without_traceback():
    assert LearningError("Say this.")._render_traceback_() == ["LearningError: Say this."]


def test_recall_asks_a_question_of_an_earlier_lesson(monkeypatch, folder):
    monkeypatch.setattr(banks, "BANKS", {"01": "x"})
    monkeypatch.setattr(banks, "load", lambda number: BANK)
    question = learning.Lesson("02", bank=SimpleNamespace(QUESTIONS=[])).recall(1, "pre_or_post")
    assert "Recall from lesson 01" in question.twin
    assert question.answer("13.1 %").solved
    assert stored(folder)["checks"]["02"]["01.pre_or_post"]["solved"]


@pytest.mark.parametrize("number", ["02", "03", "04", "05"])
def test_a_recall_has_its_options_under_other_letters(monkeypatch, number):
    monkeypatch.setattr(banks, "BANKS", {"01": "x"})
    monkeypatch.setattr(banks, "load", lambda number: BANK)

    def ask():
        return learning.Lesson(number, bank=SimpleNamespace(QUESTIONS=[])).recall(1, "pre_or_post")

    shown = ask().option_texts
    assert shown == ask().option_texts
    assert sorted(shown) == ["13.1 %", "15.1 %", "86.9 %"]
    right = shown.index("13.1 %")
    assert right != 0
    assert ask().answer(right).solved
    assert ask().answer("ABC"[right]).solved
    assert not ask().answer(0).solved
    radio = widgets_of(view.build(ask()), ipywidgets.RadioButtons)[0]
    assert [text for text, _ in radio.options] == shown


def test_a_lesson_without_bank_says_which_have_one():
    with pytest.raises(LearningError, match="01"):
        learning.Lesson("99")


# Authors are told at once


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: Choice("c", "?", [Option("a", True, why="x"), Option("b", True, why="y")]),
            "one correct",
        ),
        (lambda: Choice("c", "?", [Option("a", True, why="x"), Option("b")]), "says why"),
        (lambda: Number("n", "?", 1, "", "r", hints=("a", "b"), expects="e"), "2 hints"),
        (
            lambda: Number("n", "?", 1, "", "r", HINTS, "e", [Mistake("m", 2, "w", tolerance=0.1)]),
            "for sheets",
        ),
        (lambda: Verdict("true", "high", "because"), "holds in part"),
        (lambda: SheetCheck("s", "number", "e", "r", HINTS), "kinds"),
        (lambda: SheetCheck("s", "value", "e", "r", HINTS), "needs tests"),
        (
            lambda: SheetCheck("s", "order", "e", "r", HINTS, lines=["x"], before=[("A", "Q", "")]),
            "Q",
        ),
    ],
)
def test_a_faulty_question_names_its_fault(make, told):
    with pytest.raises(LearningError, match=told):
        make()


def test_two_questions_with_one_id_are_refused():
    with pytest.raises(LearningError, match="stake"):
        learning.Lesson("01", bank=SimpleNamespace(QUESTIONS=[STAKE, STAKE]))


def test_a_placeholder_without_value_is_named():
    bank = SimpleNamespace(
        QUESTIONS=[
            Prediction("p", "{gone}?", truth=lambda: 1, explain="", values=lambda: {"here": 1})
        ]
    )
    with pytest.raises(LearningError, match="gone.*here"):
        _ = learning.Lesson("01", bank=bank).predict("p").text


# On screen


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.seen = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def test_a_question_shows_widgets_and_a_plain_text_twin(lesson, shown):
    for question in (
        lesson.check("pre_or_post"),
        lesson.check("stake"),
        lesson.check("dilute"),
        lesson.predict("share"),
        lesson.predict("trend"),
        lesson.verdict("I.3"),
    ):
        question._ipython_display_()
        assert set(shown[-1]) == {view.WIDGET_VIEW, "text/html", "text/plain"}
        assert shown[-1]["text/plain"] == repr(question)
    choice, number, code, share, trend, verdict = (bundle["text/plain"] for bundle in shown)
    assert "Investors pay 110 bn at 730 bn pre-money." in choice
    assert "  B. 15.1 %" in choice
    assert "one number in %" in number
    assert "def dilute" in code
    assert "one number in %" in share
    assert "  - down" in trend
    assert all(word in verdict for word in VERDICTS)


def test_a_choice_is_answered_with_its_controls(lesson):
    box = view.build(lesson.check("pre_or_post"))
    assert feedback_area(box) == view.status_html("")
    press(box, "Check my answer")
    assert "Pick one of the options" in feedback_area(box)
    (radio,) = widgets_of(box, ipywidgets.RadioButtons)
    radio.index = 1
    press(box, "Check my answer")
    assert "Not yet." in feedback_area(box)
    radio.index = 0
    press(box, "Check my answer")
    assert "Right." in feedback_area(box)
    assert 'role="status"' in feedback_area(box)
    assert 'aria-live="polite"' in feedback_area(box)


def test_a_number_is_answered_with_enter_and_hints_build_up(lesson):
    box = view.build(lesson.check("stake"))
    (text,) = widgets_of(box, ipywidgets.Text)
    assert text.style.description_width == "initial"
    text.value = "55"
    text._handle_custom_msg({"event": "submit"}, [])
    assert "Not yet." in feedback_area(box)
    assert "Hint 1 of 4" in feedback_area(box)
    press(box, "Give me a hint")
    assert feedback_area(box).count("Hint ") == 2
    text.value = "13.1"
    press(box, "Check my answer")
    assert "Hint" not in feedback_area(box)


def test_a_revealed_prediction_can_no_longer_be_typed(lesson):
    box = view.build(lesson.predict("share"))
    widgets_of(box, ipywidgets.Text)[0].value = "20"
    press(box, "Record my prediction")
    assert "You may change it" in feedback_area(box)
    lesson.reveal("share")
    again = view.build(lesson.predict("share"))
    assert all(w.disabled for w in widgets_of(again, ipywidgets.Text | ipywidgets.Button))
    assert "it stays" in feedback_area(again)


def test_a_verdict_shows_the_courses_only_after_an_answer(lesson):
    box = view.build(lesson.verdict("I.3"))
    press(box, "Record my verdict")
    assert "The cap is gone" not in feedback_area(box)
    verdict, confidence = widgets_of(box, ipywidgets.RadioButtons)
    verdict.value, confidence.value = "holds", "low"
    press(box, "Record my verdict")
    assert "The cap is gone" in feedback_area(box)
    assert "funding_rounds, structure_events" in feedback_area(box)
    assert "The cap is gone" in feedback_area(view.build(lesson.verdict("I.3")))


def test_all_text_is_escaped(lesson):
    box = view.build(lesson.check("evil"))
    widgets_of(box, ipywidgets.RadioButtons)[0].index = 0
    press(box, "Check my answer")
    text = view.build(lesson.check("stake"))
    widgets_of(text, ipywidgets.Text)[0].value = "<script>alert(3)</script>"
    press(text, "Check my answer")
    everything = [w.value for b in (box, text) for w in widgets_of(b, ipywidgets.HTML)]
    everything.append(lesson.progress()._repr_html_())
    tags = {tag for html in everything for tag in Tags(html).seen}
    assert not tags & {"script", "img", "i"}
    assert "<code>a&lt;b</code>" in everything[1]


def test_an_unexpected_error_is_one_sentence(monkeypatch, shown):
    def broken():
        raise RuntimeError("no <data>")

    bank = SimpleNamespace(
        QUESTIONS=[Prediction("p", "?", truth=broken, explain="", values=broken)]
    )
    question = learning.Lesson("01", bank=bank).predict("p")
    with pytest.raises(RuntimeError):
        question._ipython_display_()
    monkeypatch.delenv("AICAPITAL_DEBUG")
    question._ipython_display_()
    assert "stopped working (RuntimeError: no <data>)" in shown[0]["text/plain"]
    assert "Go on with the next cell" in shown[0]["text/plain"]
    assert "no &lt;data&gt;" in shown[0]["text/html"]
    assert "stopped working" in repr(learning.Lesson("01", bank=bank).reveal("p"))


# Progress


def answer_everything(lesson):
    lesson.predict("share").answer(14)
    lesson.reveal("share")
    lesson.predict("trend").answer("down")
    lesson.check("pre_or_post").answer(0)
    lesson.check("stake").answer(55)
    lesson.verdict("I.3").answer("holds", "low")


def test_the_progress_page_tells_what_was_done(lesson):
    assert "Lesson 01, predictions: 0 of 2, 0 hits" in repr(lesson.progress())
    answer_everything(lesson)
    page = repr(lesson.progress())
    assert "Lesson 01, predictions: 2 of 2, 1 hit" in page
    assert "14 % | 13 % | hit" in page
    assert "not revealed yet" in page
    assert "Lesson 01, checks: 1 of 4" in page
    assert "right at once | 1 | 0" in page
    assert "not solved yet | 1 | 1" in page
    assert "holds | low | holds in part" in page
    assert '<th scope="col"' in lesson.progress()._repr_html_()


def test_progress_over_all_lessons(monkeypatch, lesson):
    monkeypatch.setattr(banks, "BANKS", {"01": "x", "02": "y"})
    monkeypatch.setattr(banks, "load", lambda number: BANK)
    monkeypatch.setattr(claims, "judged", lambda number: [])
    answer_everything(lesson)
    page = repr(learning.progress())
    assert "Lesson 01, verdicts: 1 of 1" in page
    assert "Lesson 02, verdicts: 0 of 1" in page


def test_the_progress_page_says_in_words_what_was_recalled(monkeypatch, folder):
    monkeypatch.setattr(banks, "BANKS", {"01": "x"})
    monkeypatch.setattr(banks, "load", lambda number: BANK)
    later = learning.Lesson("02", bank=SimpleNamespace(QUESTIONS=[*BANK.QUESTIONS[:1]]))
    question = later.recall(1, "pre_or_post")
    question.answer("13.1 %")
    assert f"From lesson 01: {question.text[:40]}" in repr(later.progress())
    monkeypatch.setattr(banks, "load", lambda number: SimpleNamespace(QUESTIONS=[]))
    assert "Recall 01.pre_or_post" in repr(later.progress())  # its lesson asks it no more


def test_the_file_is_where_the_variable_says(lesson, folder):
    lesson.predict("share").answer(14)
    assert learning.progress_file() == folder / "progress.json"
    assert [path.name for path in folder.iterdir()] == ["progress.json"]
    record = stored(folder)["predictions"]["01"]["share"]
    assert (record["value"], record["unit"]) == (14, "%")
    assert datetime.fromisoformat(record["when"]).tzinfo


def test_deleting_the_file_loses_only_progress(lesson, folder):
    lesson.predict("share").answer(14)
    (folder / "progress.json").unlink()
    assert lesson.predicted("share") is None
    lesson.predict("share").answer(15)
    assert lesson.predicted("share") == 15


GOOD = {"version": 1, "predictions": {}, "checks": {}, "verdicts": {}}
BROKEN = [
    b"",
    b'{"version": 1, "predictions": {"01": {"sha',
    b"\x00\xff\xfe\x80 binary",
    b"[1, 2]",
    b"null",
    b"[" * 100_000,
    json.dumps({**GOOD, "version": 2}).encode(),
    json.dumps({"predictions": {}}).encode(),
    json.dumps({**GOOD, "checks": []}).encode(),
    json.dumps({**GOOD, "predictions": {"01": []}}).encode(),
    json.dumps({**GOOD, "predictions": {"01": {"share": 14}}}).encode(),
    json.dumps({**GOOD, "verdicts": {"01": {"I.3": {"verdict": [], "confidence": 1}}}}).encode(),
    json.dumps(
        {
            **GOOD,
            "predictions": {
                "01": {"share": {"value": float("nan"), "unit": "", "when": "", "revealed": True}}
            },
        }
    ).encode(),
    json.dumps(
        {
            **GOOD,
            "checks": {
                "01": {
                    "stake": dict.fromkeys(
                        ["first", "first_right", "tries", "hints", "solved", "when"]
                    )
                }
            },
        }
    ).encode(),
]


@pytest.mark.parametrize("content", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_kept_aside_and_a_fresh_one_started(folder, lesson, content):
    folder.mkdir()
    (folder / "progress.json").write_bytes(content)
    box = view.build(lesson.predict("share"))
    assert "a fresh one starts now" in feedback_area(box)
    assert "a fresh one" not in feedback_area(view.build(lesson.predict("share")))
    lesson.predict("share").answer(14)
    assert lesson.predicted("share") == 14
    (aside,) = folder.glob("progress.broken-????????-??????.json")
    assert aside.read_bytes() == content


def test_two_broken_files_in_one_second_are_both_kept(folder, lesson):
    folder.mkdir()
    for _ in range(2):
        (folder / "progress.json").write_text("{")
        assert lesson.predicted("share") is None
    assert len(list(folder.glob("progress.broken-*.json"))) == 2


def test_two_open_notebooks_keep_each_others_records(folder):
    script = """
import sys
from pathlib import Path
from aicapital.learning.progress import Progress, now
progress = Progress(Path(sys.argv[1]))
for i in range(40):
    record = {"value": i, "unit": "", "when": now(), "revealed": False}
    progress.put("predictions", "01", f"{sys.argv[2]}{i}", record)
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, str(folder), name]) for name in "ab"]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    assert len(stored(folder)["predictions"]["01"]) == 80
    assert [path.name for path in folder.iterdir()] == ["progress.json"]


def test_a_lock_left_by_a_stopped_kernel_does_not_hold_up_for_ever(folder, lesson):
    folder.mkdir()
    lock = folder / "progress.lock"
    lock.touch()
    os.utime(lock, (0, 0))
    lesson.predict("share").answer(14)
    assert stored(folder)["predictions"]["01"]["share"]["value"] == 14


def notes_of(lesson):
    box = view.build(lesson.predict("share"))
    widgets_of(box, ipywidgets.Text)[0].value = "14"
    press(box, "Record my prediction")
    first = feedback_area(box)
    press(box, "Record my prediction")
    return first, feedback_area(box)


def test_a_folder_that_cannot_be_made_is_noted_once(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "file" / "below"))
    lesson = learning.Lesson("01", bank=BANK)
    first, second = notes_of(lesson)
    assert "cannot be saved" in first
    assert "cannot be saved" not in second
    assert learning.Lesson("01", bank=BANK).predicted("share") == 14


def test_a_disk_that_becomes_read_only_keeps_what_was_there(lesson, folder, monkeypatch):
    lesson.predict("trend").answer("up")

    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    first, second = notes_of(lesson)
    assert "Read-only file system" in first
    assert "Read-only" not in second
    assert (lesson.predicted("share"), lesson.predicted("trend")) == (14, "up")
    assert "share" not in stored(folder)["predictions"]["01"]


@pytest.fixture
def bound_by_permissions():
    """A folder to work in, as a user whom permissions stop: they stop everybody but root."""
    root = os.geteuid() == 0
    with tempfile.TemporaryDirectory(dir="/tmp") as room:
        if root:
            os.chmod(room, 0o777)
            os.seteuid(65534)  # nobody
        try:
            yield Path(room)
        finally:
            if root:
                os.seteuid(0)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows has other permissions")
def test_a_read_only_folder_is_noted_once(bound_by_permissions, monkeypatch):
    progress = bound_by_permissions / "progress"
    progress.mkdir(mode=0o500)
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(progress))
    first, second = notes_of(learning.Lesson("01", bank=BANK))
    assert "cannot be saved" in first
    assert "cannot be saved" not in second
    progress.chmod(0o700)
    notes_of(learning.Lesson("01", bank=BANK))
    assert learning.Lesson("01", bank=BANK).predicted("share") == 14


def test_a_broken_file_on_a_read_only_disk_is_left_alone(lesson, folder, monkeypatch):
    folder.mkdir()
    (folder / "progress.json").write_text("{")

    def refuse(*_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    lesson.predict("share").answer(14)
    assert lesson.predicted("share") == 14
    assert (folder / "progress.json").read_text() == "{"


def test_the_default_folder_is_the_users(monkeypatch):
    monkeypatch.delenv("AICAPITAL_PROGRESS")
    assert "aicapital" in str(open_progress().file)


# Exercise sheets


def said(sheet, capsys, *args):
    sheet.check(*args)
    return capsys.readouterr().out


@pytest.mark.parametrize("question", list(SHEET))
def test_an_unanswered_sheet_runs_and_says_so(sheet, capsys, question):
    for given in ([], [...], [None]):
        assert said(sheet, capsys, question, *given).startswith("Not answered yet:")


def test_a_sheet_value(sheet, capsys):
    assert said(sheet, capsys, "post_money", 840) == "Right. The article's round: 840.\n"
    assert said(sheet, capsys, "post_money", 730).startswith(
        "Not yet. Pre-money for post-money. The money is missing."
    )
    other = said(sheet, capsys, "post_money", 12)
    assert other.startswith("Not yet. You have USD 12 bn.\n")
    assert "Type sheet.hint('post_money') for a nudge." in other
    assert "is a function, not a value" in said(sheet, capsys, "post_money", lambda: 840)
    for typed in ("840", "840 bn", "USD 0.84 trillion"):
        assert said(sheet, capsys, "post_money", typed).startswith("Right.")
    assert "cannot read “much”" in said(sheet, capsys, "post_money", "much")


def test_sheet_hints_come_step_by_step(sheet, capsys):
    for _ in range(5):
        sheet.hint("post_money")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines] == [*HINTS, HINTS[3]]


def test_a_sheet_never_raises(sheet, capsys):
    assert "Did you mean 'post_money'" in said(sheet, capsys, "postmoney", 1)
    sheet.hint("nothing")
    sheet.lines("nothing")
    assert capsys.readouterr().out.count("Known: post_money") == 2
    odd = (
        object(),
        float("nan"),
        np.array([1, 2]),
        pd.DataFrame(),
        pd.Series([1.0]),
        {},
        [],
        "",
        int,
        1j,
        b"",
        [...],
    )
    for question in SHEET:
        for given in odd:
            assert said(sheet, capsys, question, given).startswith(
                ("Not yet.", "Not answered yet:")
            )


def cell(source):
    """A function defined in a notebook cell."""
    names = {}
    exec(compile(source, "/tmp/ipykernel_1/123.py", "exec"), names)
    return names["f"]


def test_a_sheet_function(sheet, capsys):
    assert said(sheet, capsys, "dilute", lambda pre, new: pre / (pre + new)).startswith("Right.")
    assert "For f(730, 110) yours gives 840.\n" in said(
        sheet, capsys, "dilute", cell("def f(a, b):\n    return a + b")
    )
    stuck = cell("def f(a, b):\n    return 0.869")
    assert said(sheet, capsys, "dilute", stuck).startswith("Right.")
    silent = said(sheet, capsys, "dilute", cell("def f(a, b):\n    print(a / (a + b))"))
    assert "returns nothing" in silent
    assert "is a number, not a function" in said(sheet, capsys, "dilute", 3)


def test_an_error_in_the_learners_function_is_one_line_with_its_place(sheet, capsys):
    told = said(sheet, capsys, "dilute", cell("def f(a, b):\n    total = a + b\n    return a / 0"))
    assert "Your code stops at line 3 of its cell with ZeroDivisionError: division by zero." in told
    assert "Traceback" not in told
    assert "Type sheet.hint('dilute')" in told
    assert "stops with TypeError: f() takes 1 positional argument but 2 were given." in said(
        sheet, capsys, "dilute", cell("def f(a):\n    return a")
    )
    endless = said(sheet, capsys, "dilute", cell("def f(a, b):\n    return f(a, b)"))
    assert "RecursionError" in endless
    helper = cell("def g(x):\n    return x / 0\ndef f(a, b):\n    return g(a)")
    assert "at line 2 of its cell" in said(sheet, capsys, "dilute", helper)


@pytest.mark.parametrize(
    "source",
    [
        "def f(a, b):\n    ...",
        'def f(a, b):\n    """Dilution."""\n    ...',
        "def f(a, b):\n    total = ...\n    return a / total",
        "def f(a, b):\n    return ...",
        "def f(a, b):\n    pass",
    ],
)
def test_a_function_with_a_blank_is_not_answered_yet(sheet, capsys, source):
    assert said(sheet, capsys, "dilute", cell(source)).startswith("Not answered yet:")


def test_a_sheet_table(sheet, capsys):
    right = pd.DataFrame({"holder": ["a", "b"], "stake_pct": [60.0, 40.0]})
    assert said(sheet, capsys, "table", right).startswith("Right.")
    assert "lacks the column stake_pct" in said(
        sheet, capsys, "table", right.rename(columns={"stake_pct": "s"})
    )
    assert "has 1 rows; expected 2" in said(sheet, capsys, "table", right.head(1))
    assert "must sum to 100" in said(sheet, capsys, "table", right.assign(stake_pct=1.0))
    assert "a list, not a table" in said(sheet, capsys, "table", [1])


def test_a_sheet_figure(sheet, capsys):
    figure = Figure()
    assert "nothing is drawn yet" in said(sheet, capsys, "figure", figure)
    axes = figure.subplots()
    assert "has no title" in said(sheet, capsys, "figure", axes)
    axes.set_title("Rounds grow")
    assert "has no label" in said(sheet, capsys, "figure", axes)
    axes.set_ylabel("money")
    assert "“money”" in said(sheet, capsys, "figure", axes)
    axes.set_ylabel("Round (USD bn)")
    for given in (figure, axes, np.array([axes]), SimpleNamespace(figure=figure)):
        assert said(sheet, capsys, "figure", given).startswith("Right.")


def test_a_sheet_order_names_the_first_line_out_of_place(sheet, capsys):
    sheet.lines("order")
    assert "B  price = pre / old" in capsys.readouterr().out
    assert said(sheet, capsys, "order", ["B", "A", "D", "C"]).startswith("Right.")
    assert said(sheet, capsys, "order", "B, A, D, C").startswith("Right.")
    early = said(sheet, capsys, "order", ["B", "D", "A", "C"])
    assert "Line D, at place 2, comes too early: it uses `shares`." in early
    assert "does not belong here: it confuses" in said(sheet, capsys, "order", ["E", "B"])
    assert "1 of 4 lines" in said(sheet, capsys, "order", ["B", "A", "D"])
    assert "stands twice, at places 1 and 2" in said(sheet, capsys, "order", ["B", "B"])
    assert "'Q' at place 1 is no line" in said(sheet, capsys, "order", ["Q"])


def test_expected_series_are_compared_by_label():
    test = expect.call(gives={"a": 1.0, "b": 2.0})
    assert test(lambda: pd.Series({"a": 1.0, "b": 2.0})) is None
    assert "for b" in test(lambda: {"a": 1.0, "b": 3.0}).says
    assert "expected values for a, b" in test(lambda: {"a": 1.0}).says
    assert expect.call(gives=[1, 2])(lambda: np.array([1.0, 2.0])) is None


def test_a_code_question_takes_a_test_that_speaks_for_itself():
    says = Feedback.wrong("Too short.", "rounding")
    assert (
        expect.run(lambda given: says, cell("def f():\n    return 1"), "function", "f", "Yes.")
        == says
    )


def run(test, given, kind="function", name="it"):
    return str(expect.run(test, given, kind, "a good one", "Fine.", name))


def test_a_result_that_a_check_cannot_read_is_not_the_learners_error():
    by_year = expect.that("2026 should be 122.", lambda f: f(2)[2026] == 122)
    told = run(by_year, cell("def f(x):\n    return {'2025': 41, '2026': 122, 'a': 1, 'b': 2}"))
    assert (
        "This check could not read your result: f(2) gives a dictionary of 4 (2025: 41, 2026: 122, a: 1, …)."
        in told
    )
    assert "It has no entry 2026. Expected: a good one." in told
    assert "Your code stops" not in told
    series = cell("import pandas as pd\ndef f(x):\n    return pd.Series([41.0, 122.0], ['x', 'y'])")
    assert "f(2) gives a column of values of 2 (x: 41, y: 122)" in run(by_year, series)
    assert "gives 3, a number" in run(by_year, cell("def f(x):\n    return 3"))
    ragged = cell("import numpy as np\ndef f(x):\n    return [np.zeros((2, 2)), np.zeros((2, 3))]")
    assert "gives a list of 2" in run(by_year, ragged)
    table = expect.that("Sum it.", lambda t: t["stake"].sum() == 1)
    assert "a table of 1 rows with the columns part" in run(
        table, pd.DataFrame({"part": [1]}), "table"
    )


def test_an_error_in_the_learners_cell_stays_theirs_in_a_predicate():
    test = expect.that("Should be 1.", lambda f: f(1) == 1)
    assert "Your code stops at line 2 of its cell with KeyError" in run(
        test, cell("def f(x):\n    return {}[x]")
    )
    assert "Your code stops with TypeError: f() takes 0" in run(
        test, cell("def f():\n    return 1")
    )


def test_a_property_says_what_the_function_gave():
    test = expect.that("With no new money it stays.", lambda f: f(26, 0) == 26)
    assert run(test, cell("def f(stake, new):\n    return 13")) == (
        "Not yet. With no new money it stays. For f(26, 0) yours gives 13."
    )


def test_what_is_expected_is_told_only_when_the_kind_is_wrong():
    test = expect.that("Too high.", lambda given: given < 10)
    assert run(test, 20, "value") == "Not yet. Too high."
    assert "is a number, not a function. Expected: a good one." in run(test, 20)


def test_text_that_reads_as_a_number_is_one_for_a_predicate():
    test = expect.that("Between.", lambda given: isinstance(given, float) and 1 < given < 30)
    for typed in ("22.6", "26 %", "4 bn", " 5 USD "):
        assert run(test, typed, "value") == "Right. Fine."
    letter = expect.that("Pick B.", lambda given: given.strip() == "B")
    assert run(letter, "B", "value") == "Right. Fine."
    assert run(expect.call(gives=26), lambda: "26 %") == "Right. Fine."


def test_only_a_fraction_is_called_one():
    test = expect.that("Too low.", lambda given: given > 15, mistake="fraction for percent")
    assert run(test, 0.226, "value").startswith("Not yet. Fraction for percent.")
    for value in (14, 1, 0, -0.5):
        assert run(test, value, "value") == "Not yet. Too low."
    percent = expect.number(22.6, "%")
    assert "Fraction for percent." in run(percent, 0.226, "value")
    assert "Fraction" not in run(percent, -0.226, "value")


def test_a_mistake_may_have_a_tolerance_of_its_own():
    narrow = Mistake("the low state", 0.24, "That is the low one.", tolerance=0.05)
    test = expect.number(13.7, "%", tolerance=0.4, mistakes=[narrow])
    assert run(test, 0.2, "value") == "Not yet. The low state. That is the low one."
    assert "Fraction for percent." in run(test, 0.137, "value")
    assert run(test, 14, "value") == "Right. Fine."


def test_a_bare_number_below_one_is_asked_back_where_percent_is_wanted():
    tests = [expect.no_fraction(), expect.that("Too high.", lambda given: given < 10)]
    for typed in (0.12, "0.12", "0.12 ", np.float64(0.12)):
        assert run(tests, typed, "value") == (
            "Not yet. Fraction for percent. 0.12 reads as 0.12 %. If you mean a share of 12 %, type 12."
        )
    for typed in ("0.12 %", "4.2", 4.2, 1, 0):
        assert run(tests, typed, "value") == "Right. Fine."
    assert run(tests, 12, "value") == "Not yet. Too high."


def test_a_case_without_a_return_line_is_named():
    tests = [expect.call(1, gives=1), expect.call(5, gives=3), expect.call(2, gives=2)]
    first = cell("def f(x):\n    if x > 1:\n        return min(x, 3)")
    last = cell("def f(x):\n    if x < 3:\n        return x")
    says = "In this case your function returns nothing: f({}). Every case needs a return line."
    assert says.format(1) in run(tests, first)
    assert says.format(5) in run(tests, last)
    told = run(tests, cell("def f(x):\n    print(x)"))
    assert "f(1) returns nothing. End the function with a return line." in told
    assert "In this case" not in told


def test_values_of_a_pair_are_named():
    test = expect.call(50, gives=[50, 0], labels=("the investors", "the non-profit"), tolerance=0.1)
    assert run(test, lambda value: (50, 0)) == "Right. Fine."
    pair = cell("def f(value):\n    return 100, -50")
    assert "For f(50) yours gives 100 for the investors." in run(test, pair)
    for other in ("{'a': 50, 'b': 0}", "dict(a=50)"):
        told = run(test, cell(f"def f(value):\n    return {other}"))
        assert "Give two numbers (the investors, the non-profit), not a dict." in told
    assert "not a column of values." in run(test, lambda value: pd.Series([50, 0]))
    single = run(test, lambda value: 7)
    assert "Give two numbers (the investors, the non-profit), not a number." in single
    assert "50, 0" not in single
    bare = run(expect.call(2, gives=(31, 47)), lambda value: 7)
    assert "Give two numbers, not a number." in bare and not re.search("31|47", bare)
    assert "expected values for the investors, the non-profit" in run(test, lambda value: [1])
    with pytest.raises(ValueError, match="labels names 1"):
        expect.call(50, gives=[50, 0], labels=("the investors",))


def test_messages_name_what_the_learner_fills_in(capsys):
    check = replace(order_check(), name="q4_order")
    sheet = learning.Sheet("01", bank=SimpleNamespace(SHEET={"q4": check}))
    assert "replace the ... of q4_order." in said(sheet, capsys, "q4")
    assert "q4_order is a number, not a list of labels." in said(sheet, capsys, "q4", 4)
    stub = learning.Sheet("01", bank=SimpleNamespace(SHEET={"q2": SHEET["dilute"]}))
    assert "replace the ... of f." in said(stub, capsys, "q2", cell("def f(a, b):\n    ..."))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_blank_is_called_by_the_name_in_its_cell(source):
    sheet = learning.sheet(source.stem[:2])
    checked = re.findall(
        r'sheet\.check\("(\w+)", (\w+)\)', "".join(c.source for c in read(source).cells)
    )
    assert len(checked) >= 9
    for question, name in checked:
        assert f"replace the ... of {name}." in str(sheet.judge(question, ...)), question


def test_a_hint_for_the_start_of_an_id_offers_its_questions(capsys):
    post = SHEET["post_money"]
    bank = SimpleNamespace(
        SHEET={"q1_prediction": post, "q1_reason": post, "q2": post},
        MANUAL={"q8": "marked by hand; see the rubric in its cell"},
    )
    sheet = learning.Sheet("01", bank=bank)
    sheet.hint("q1")
    assert "Did you mean 'q1_prediction' or 'q1_reason'?" in capsys.readouterr().out
    sheet.hint("q8")
    sheet.check("q8", "my text")
    assert capsys.readouterr().out == "q8 is marked by hand; see the rubric in its cell.\n" * 2


def test_what_is_not_the_figure_is_told_how_to_give_it():
    test = expect.figure_texts()
    for given in (plt, plt.gcf, 3, "figure"):
        told = run(test, given, "figure", "q6_figure")
        assert (
            "Give the figure itself, for example q6_figure = plt.gcf() before plt.show()." in told
        )
    assert "q6_figure = plt.gcf()" in run(test, plt, "figure", "q6")
    assert "plt.show() returns" in run(test, None, "figure", "q6")
    assert "Take the figure before plt.show()." in run(test, Figure(), "figure")


@pytest.mark.parametrize(
    "label", ["Money (USD bn)", "$ billion", "US$ bn", "billion dollars", "$bn"]
)
def test_a_unit_may_be_written_in_any_usual_way(label):
    figure = Figure()
    _, axes = figure.subplots(2)
    axes.set_title("A finding")
    assert "it has no label" in run(expect.figure_texts(y_unit="USD bn"), figure, "figure")
    axes.set_ylabel(label)
    assert run(expect.figure_texts(y_unit="USD bn"), figure, "figure").startswith("Right.")
    axes.set_ylabel("USD million")
    assert "“USD million”" in run(expect.figure_texts(y_unit="USD bn"), figure, "figure")


@pytest.mark.parametrize(
    ("unit", "label", "fits"),
    [
        ("years", "Year", True),
        ("year", "Years of the plan", True),
        ("days", "Day", True),
        ("chips", "chip", True),
        ("parameters", "Parameter (bn)", True),
        ("days", "Month", False),
        ("years", "Cost per year", False),
        ("nats", "national", False),
    ],
)
def test_a_unit_may_be_singular_or_plural(unit, label, fits):
    figure = Figure()
    figure.subplots().set(title="A finding", xlabel=label)
    assert (run(expect.figure_texts(x_unit=unit), figure, "figure") == "Right. Fine.") is fits


def test_bars_are_compared_in_any_order_and_direction():
    test = expect.bars(
        [1.5, 1.5, 3],
        tolerance=0.01,
        says="Five bars.",
        mistakes=[([1.5, 4.5], "summed", "One a year.")],
    )
    assert "Nothing is drawn as bars" in run(
        test, drawn(lambda a, b: a.plot([1.5, 1.5, 3])), "figure"
    )
    for draw in (
        lambda a, b: a.bar(range(4), [3, 0, 1.5, 1.5]),
        lambda a, b: (a.bar([0], [3]), b.bar([0, 1], [-1.5, -1.5])),
        lambda a, b: (a.barh([0, 1], [3, 1.5]), b.barh([0], [-1.5])),
    ):
        assert run(test, drawn(draw), "figure").startswith("Right.")
    assert run(test, drawn(lambda a, b: a.bar([0, 1], [4.5, 1.5])), "figure") == (
        "Not yet. Summed. One a year."
    )
    assert "Five bars. Your bars, without zeros, show 2." in run(
        test, drawn(lambda a, b: a.bar([0, 1], [2, 0])), "figure"
    )


def drawn(draw):
    figure = Figure()
    draw(*figure.subplots(2))
    return figure


@pytest.mark.parametrize(
    ("given", "kind"),
    [(3, "a number"), (np.float64(3), "a number"), (None, "None"), ([1], "a list")],
)
def test_a_result_passed_for_a_function_is_no_try(lesson, given, kind):
    question = lesson.check("dilute", given)
    assert str(question.feedback).startswith(f"You passed {kind}")
    assert 'without brackets: lesson.check("dilute", dilute).' in str(question.feedback)
    assert question.record is None


def test_the_course_package_offers_the_sheet(monkeypatch, capsys):
    monkeypatch.setattr(banks, "load", lambda number: BANK)
    learning.sheet("01").check("post_money", 840)
    assert capsys.readouterr().out.startswith("Right.")
