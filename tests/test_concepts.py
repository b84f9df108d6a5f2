"""The concept questions before and after the course: twins of one difficulty, kept secrets, honest gains."""

import json
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.learning import Lesson, progress, view
from aicapital.learning.banks.concepts import CONCEPTS, FORMS
from aicapital.learning.concept_test import UNSURE, concept_result
from aicapital.learning.concept_view import build, result_html, twin_html
from aicapital.learning.gain import normalised_gain
from aicapital.learning.progress import open_progress
from aicapital.learning.questions import ANSWERS, LearningError
from aicapital.models.cap_table import dilution_factor
from aicapital.models.self_funding import free_cash_flow

IDS = [concept.id for concept in CONCEPTS]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "progress"))
    return tmp_path / "progress"


@pytest.fixture
def lesson():
    return Lesson("00")


def right_letter(concept, form):
    options = concept.question(form).options
    return ANSWERS[next(i for i, option in enumerate(options) if option.correct)]


def wrong_letter(concept, form):
    return next(letter for letter in "ABCD" if letter != right_letter(concept, form))


def take(form, right, wrong=(), unsure=(), hand_in=True):
    """Answer these questions; those in no list stay open."""
    for concept in CONCEPTS:
        if concept.id in right:
            form.answer(concept.id, right_letter(concept, form.form))
        elif concept.id in wrong:
            form.answer(concept.id, wrong_letter(concept, form.form))
        elif concept.id in unsure:
            form.answer(concept.id, "?")
    if hand_in:
        form.hand_in()
        form.hand_in()
    return form


# The questions


def test_twelve_concepts_in_four_groups_from_every_lesson():
    assert len(CONCEPTS) == len(set(IDS)) == 12
    assert set(Counter(concept.group for concept in CONCEPTS).values()) == {3}
    assert {concept.lesson for concept in CONCEPTS} == {f"{n:02}" for n in range(1, 11)}


@pytest.mark.parametrize("concept", CONCEPTS, ids=IDS)
def test_twins_take_the_same_steps_with_other_numbers(concept):
    pre, post = (concept.question(form) for form in FORMS)
    assert concept.cases["pre"].keys() == concept.cases["post"].keys()
    assert pre.text != post.text and right_letter(concept, "pre") != right_letter(concept, "post")
    assert {o.mistake for o in pre.options} == {o.mistake for o in post.options}
    for choice in (pre, post):
        assert len(choice.options) == len({option.text for option in choice.options}) == 4
        assert all(bool(option.mistake) != option.correct for option in choice.options)
        assert not re.search(
            r"[{}]|\d\.\d{3}", choice.text + "".join(o.why for o in choice.options)
        )


@pytest.mark.parametrize("form", FORMS)
def test_neither_letter_nor_length_gives_the_answer_away(form):
    assert set(Counter(right_letter(c, form) for c in CONCEPTS).values()) == {3}
    longest = 0
    for concept in CONCEPTS:
        options = concept.question(form).options
        rest = max(len(option.text) for option in options if not option.correct)
        longest += next(len(o.text) for o in options if o.correct) > rest
    assert longest <= 3


@pytest.mark.parametrize("form", FORMS)
def test_right_answers_agree_with_the_courses_models(form):
    case = {concept.id: concept.cases[form] for concept in CONCEPTS}
    right = {c.id: next(o.text for o in c.question(form).options if o.correct) for c in CONCEPTS}
    stake = 100 * (1 - dilution_factor(case["stake"]["pre"], case["stake"]["new"]))
    assert right["stake"] == f"{stake:.0f} %"
    cash = free_cash_flow(case["free_cash"]["operating"], case["free_cash"]["capex"])
    assert right["free_cash"] == f"USD {cash:.0f} bn"
    wait = case["wait"]
    assert wait["chance"] * wait["later"] / 100 < wait["now"] < wait["later"]
    assert wait["chance"] < 50  # else the likeliest case would not tempt
    gift = case["gift"]
    assert gift["users"] * gift["core"] > gift["buyers"] * (gift["price"] + gift["core"])
    growth = case["growth"]
    needed = 100 * growth["profit"] / growth["margin"]
    rate = float(re.search(r"\d+", right["growth"])[0]) / 100
    assert growth["revenue"] * (1 + rate) ** growth["years"] == pytest.approx(needed, rel=0.03)
    assert needed == 8 * growth["revenue"] and growth["years"] % 3 == 0  # three doublings
    assert case["rule"]["sheet"] / 2 < case["rule"]["limit"] < case["rule"]["sheet"]


@pytest.mark.parametrize("form", FORMS)
def test_no_wrong_way_leads_to_the_right_number(form):
    case = {concept.id: concept.cases[form] for concept in CONCEPTS}
    times = case["budget"]["times"]
    assert times**0.5 != times / 2  # a budget shared out as if size and data were added
    money = {name: value for name, value in case["free_cash"].items() if name != "firm"}
    right = money["operating"] - money["capex"]
    found = {(a, b) for a, x in money.items() for b, y in money.items() if x - y == right}
    assert found == {("operating", "capex")}


def test_an_unknown_form_is_named():
    with pytest.raises(LearningError, match="no form 'mid'"):
        CONCEPTS[0].question("mid")


# Answering


def test_answers_are_kept_and_may_change_until_they_are_handed_in(lesson, folder):
    form = lesson.pre_test()
    form.answer("stake", "A")
    form.answer("stake", form.questions["stake"].options[2].text)
    form.answer("paid", UNSURE)
    assert Lesson("00").pre_test().answers == {"stake": "C", "paid": "?"}
    assert "Still open: 2, 3, 4, 6" in form.hand_in() and not form.handed_in
    assert "2 of 12 answered. Handed in." in form.hand_in() and form.handed_in
    assert "they stay" in form.answer("stake", "A")
    assert Lesson("00").pre_test().answers["stake"] == "C"
    assert "already" in form.hand_in()


def test_an_answer_after_the_warning_asks_again(lesson):
    form = lesson.pre_test()
    form.answer("stake", "A")
    form.hand_in()
    form.answer("paid", "B")
    assert "Still open" in form.hand_in() and not form.handed_in


def test_an_empty_form_cannot_be_handed_in(lesson):
    form = lesson.pre_test()
    assert "at least one" in form.hand_in() and "at least one" in form.hand_in()
    assert not form.handed_in


@pytest.mark.parametrize("given", [None, 1, True, "E", "", "a", [], "no such words"])
def test_what_is_no_option_is_refused_and_not_recorded(lesson, given):
    form = lesson.pre_test()
    with pytest.raises(LearningError, match="takes one of A, B, C, D"):
        form.answer("stake", given)
    with pytest.raises(LearningError, match="no concept question 'stakes'"):
        form.answer("stakes", "A")
    assert form.answers == {}


def test_beginning_the_second_form_closes_the_first(lesson):
    take(lesson.pre_test(), IDS[:4], hand_in=False)
    lesson.post_test().answer("stake", "A")
    assert lesson.pre_test().handed_in and not lesson.post_test().handed_in
    lesson.pre_test().answer("stake", "?")
    assert lesson.pre_test().answers["stake"] != "?"


# Secrets


def spoken(form):
    return "\n".join([repr(form), twin_html(form), form.status, *(widget_texts(build(form)))])


def widget_texts(widget):
    for child in getattr(widget, "children", ()):
        yield from widget_texts(child)
    yield str(getattr(widget, "value", ""))


def test_nothing_says_what_is_right_before_the_second_form_is_handed_in(lesson, folder):
    take(lesson.pre_test(), IDS[:6], IDS[6:])
    take(lesson.post_test(), IDS[:5], hand_in=False)
    said = spoken(lesson.pre_test()) + spoken(lesson.post_test()) + repr(progress())
    said += (folder / "progress.json").read_text("utf-8")
    for concept in CONCEPTS:
        for form in FORMS:
            for option in concept.question(form).options:
                assert option.why not in said and (option.correct or option.mistake not in said)
    # The records look alike whether the answer was right or not.
    records = json.loads((folder / "progress.json").read_text("utf-8"))["concepts"]["pre"]
    assert {tuple(record) for record in records.values()} == {("answer", "when", "handed_in")}
    assert lesson.post_test().result is None and concept_result(open_progress()) is None


def test_the_first_form_never_shows_results(lesson):
    take(lesson.pre_test(), IDS)
    take(lesson.post_test(), IDS)
    assert lesson.pre_test().result is None


# Gains


@given(
    st.integers(1, 50).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.just(n))
    )
)
def test_gain_is_the_part_of_what_was_left(scores):
    pre, post, maximum = scores
    gain = normalised_gain(pre, post, maximum)
    if pre == maximum:
        assert gain is None
    else:
        assert gain <= 1 and (gain == 1) == (post == maximum) and (gain < 0) == (post < pre)
        assert pre + gain * (maximum - pre) == pytest.approx(post)


def test_gain_reproduces_hakes_example():
    # Hake 1998, figure 1: a class that goes from 40 % to 70 % and one from 60 % to 80 % gain the same half.
    assert normalised_gain(40, 70, 100) == normalised_gain(60, 80, 100) == 0.5


@pytest.mark.parametrize(
    "scores",
    [(-1, 2, 12), (2, 13, 12), (13, 2, 12), (1, 2, 0), (True, 2, 12), ("1", 2, 12), (1, float("nan"), 12)],
)  # fmt: skip
def test_scores_that_cannot_be_are_refused(scores):
    with pytest.raises(ValueError, match="must be a"):
        normalised_gain(*scores)


def test_gain_by_group_and_in_all(lesson):
    take(lesson.pre_test(), ["stake", "paid", "wait"], IDS)
    take(lesson.post_test(), [*IDS[:7], "free_cash"], IDS)
    result = lesson.post_test().result
    scores = {score.name: score for score in result.scores}
    assert (result.whole.pre, result.whole.post, result.whole.count) == (3, 8, 12)
    assert result.whole.gain == pytest.approx(5 / 9)
    assert scores["Money in, money out"].row[1:] == ("2 of 3", "3 of 3", "1.00")
    assert "9 questions were left to gain; you have 5 more right" in " ".join(result.words)
    assert "moves it by 0.11" in " ".join(result.words)


def test_all_right_before_leaves_no_gain(lesson):
    take(lesson.pre_test(), IDS)
    take(lesson.post_test(), IDS[:10], IDS[10:])
    result = lesson.post_test().result
    assert result.whole.gain is None and result.whole.row[3] == "all right before, fewer now"
    words = " ".join(result.words)
    assert "nothing was left to gain" in words and "2 of them went wrong" in words
    assert "nan" not in repr(result) and "inf" not in repr(result)


def test_fewer_right_than_before_is_said_plainly(lesson):
    take(lesson.pre_test(), IDS[:8], IDS)
    take(lesson.post_test(), IDS[:6], IDS)
    result = lesson.post_test().result
    assert result.whole.gain == pytest.approx(-0.5)
    assert "2 fewer right than before: a normalised gain of -0.50" in " ".join(result.words)


def test_only_questions_answered_both_times_are_compared(lesson):
    take(lesson.pre_test(), ["stake"], ["wait"], ["reach"])
    take(lesson.post_test(), ["stake", "wait", "reach", "hhi"], unsure=["run"])
    result = lesson.post_test().result
    assert (result.whole.pre, result.whole.post, result.whole.count) == (1, 3, 3)
    assert "counts the 3 questions that you answered both times" in " ".join(result.words)
    rows = {row[0]: row for row in result.review()}
    assert rows["3. Distribution and network effects (lesson 03)"][1:3] == ("did not know", "right")
    assert rows["8. Three costs of one run (lesson 07)"][1:3] == ("not answered", "did not know")
    assert result.scores[0].row == ("Money in, money out", "1 of 1", "1 of 1", "all right before")


def test_without_the_first_form_there_is_no_gain(lesson):
    take(lesson.post_test(), IDS[:9], IDS)
    result = lesson.post_test().result
    assert "you have 9 right of 12" in result.words[0] and "no gain can be given" in result.words[1]
    assert len(result.words) == 2 and result.whole.row == ("All", "", "", "nothing to compare")


def test_forms_without_a_question_in_common_give_no_gain(lesson):
    take(lesson.pre_test(), ["stake"])
    take(lesson.post_test(), ["wait"])
    assert "answered both times, so no gain" in lesson.post_test().result.words[1]


def test_mistakes_are_named_once_the_second_form_is_in(lesson):
    take(lesson.pre_test(), [], IDS)
    take(lesson.post_test(), IDS[1:], IDS)
    shown = result_html(lesson.post_test().result)
    for concept in CONCEPTS:
        letter = wrong_letter(concept, "pre")
        option = concept.question("pre").options[ANSWERS.index(letter)]
        assert concept.name in shown and f"{letter}: {option.mistake}" in shown


# Progress files


def write(folder, concepts):
    folder.mkdir(parents=True, exist_ok=True)
    state = {"version": 1, "predictions": {}, "checks": {}, "verdicts": {}}
    if concepts is not None:
        state["concepts"] = concepts
    (folder / "progress.json").write_text(json.dumps(state), encoding="utf-8")


RECORD = {"answer": "B", "when": "2026-11-01T10:00:00+00:00", "handed_in": True}


def test_a_file_from_before_there_were_concept_questions_goes_on(lesson, folder):
    write(folder, None)
    assert lesson.pre_test().answers == {}
    lesson.pre_test().answer("stake", "B")
    assert open_progress().take_notes() == [] and lesson.pre_test().answers == {"stake": "B"}


def test_questions_that_no_longer_exist_are_left_out(lesson, folder):
    write(folder, {"pre": {"stake": RECORD, "gone": RECORD}, "mid": {"stake": RECORD}})
    form = lesson.pre_test()
    assert form.answers == {"stake": "B"} and form.handed_in
    assert "1 of 12 answered" in repr(form)


@pytest.mark.parametrize(
    "concepts",
    [
        [],
        "pre",
        {"pre": []},
        {"pre": {"stake": "B"}},
        {"pre": {"stake": {**RECORD, "answer": "E"}}},
        {"pre": {"stake": {**RECORD, "answer": 1}}},
        {"pre": {"stake": {**RECORD, "answer": ["B"]}}},
        {"pre": {"stake": {**RECORD, "handed_in": "yes"}}},
        {"pre": {"stake": {**RECORD, "when": 3}}},
        {"post": {"stake": {"answer": "B"}}},
    ],
)
def test_broken_records_are_set_aside_and_told(lesson, folder, concepts):
    write(folder, concepts)
    assert lesson.pre_test().answers == {}
    (note,) = open_progress().take_notes()
    assert "kept as progress.broken-" in note and len(list(folder.glob("progress.broken-*"))) == 1
    lesson.pre_test().answer("stake", "B")
    assert lesson.pre_test().answers == {"stake": "B"}


# On the screen


def test_radio_buttons_record_at_once_and_close_when_handed_in(lesson):
    box = build(lesson.pre_test())
    radios = [w for w in walk(box) if type(w).__name__ == "RadioButtons"]
    (submit,) = (w for w in walk(box) if type(w).__name__ == "Button")
    assert len(radios) == 12 and all(len(radio.options) == 5 for radio in radios)
    for radio in radios:
        radio.value = "B"
    assert len(lesson.pre_test().answers) == 12 and "12 of 12" in box.children[-1].value
    submit.click()
    assert lesson.pre_test().handed_in and all(w.disabled for w in (*radios, submit))
    again = [w for w in walk(build(lesson.pre_test())) if type(w).__name__ == "RadioButtons"]
    assert all(w.disabled and w.value == "B" for w in again)


def test_the_result_stands_under_the_second_form(lesson):
    take(lesson.pre_test(), IDS[:2], IDS)
    box = build(take(lesson.post_test(), IDS[:9], IDS, hand_in=False))
    assert "Normalised gain" not in box.children[-1].value
    next(w for w in walk(box) if type(w).__name__ == "Button").click()
    assert "Normalised gain" in box.children[-1].value and "0.70" in box.children[-1].value


def test_the_saved_form_has_words_for_a_reader_without_a_kernel(lesson, monkeypatch):
    shown = []
    monkeypatch.setattr(view, "display", lambda data, raw: shown.append(data))
    lesson.pre_test()._ipython_display_()
    assert shown[0]["text/plain"].startswith("Before the lessons: 12 questions\n1. ")
    assert shown[0]["text/html"].count("<li style") == 12


def test_the_progress_page_counts_answers_only(lesson):
    take(lesson.pre_test(), IDS[:5], IDS[5:])
    assert "Before the lessons | 12 of 12 | yes" in repr(lesson.progress())
    assert "After the lessons | 0 of 12 | no" in repr(lesson.progress())


def walk(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)
