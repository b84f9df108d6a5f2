"""The capstone: a page from any record, complete or not, that stands alone and prints on one or two sheets."""

import base64
import html
import re
import subprocess
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from aicapital import labs, learning
from aicapital.authoring.notebook_file import read
from aicapital.data import load
from aicapital.learning import banks, brief
from aicapital.learning.brief import LONGEST, LONGEST_NAME, MOST_LINES, SETTLED_BY, SETTLED_WHERE
from aicapital.learning.progress import open_progress
from aicapital.learning.questions import CONFIDENCES, VERDICTS, LearningError, Prediction

from .browser.jupyter import FLAGS, chromium
from .grading_samples import ROOT


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A fresh, empty record."""
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "progress"))
    return open_progress()


def judge(store, claim, verdict, confidence="high", first=None):
    lesson = load("claims").set_index("claim_id").at[claim, "lesson"]
    entry = {
        "verdict": verdict,
        "confidence": confidence,
        "first": first or verdict,
        "when": "2026",
    }
    store.put("verdicts", lesson, claim, entry)


def judge_all(store):
    for place, claim in enumerate(load("claims")["claim_id"]):
        judge(store, claim, VERDICTS[place % 5], CONFIDENCES[place % 3], first="holds")


def predictions():
    lessons = [learning.Lesson(number) for number in banks.BANKS]
    return [
        (lesson, question)
        for lesson in lessons
        for question in lesson.questions.values()
        if isinstance(question, Prediction)
    ]


def predict(lesson, question):
    lesson.predict(question.id).answer(question.options[0] if question.options else "55")
    lesson.reveal(question.id)


def predict_all():
    for lesson, question in predictions():
        predict(lesson, question)


def longest(record):
    """As much as a page must take: all lines of text, and the six longest questions predicted."""
    judge_all(record)
    numeric = [found for found in predictions() if not found[1].options]
    numeric.sort(key=lambda found: -len(found[0].predict(found[1].id).text))
    for lesson, question in numeric[:6]:
        predict(lesson, question)
    line = LONGEST // MOST_LINES - 1
    text = "\n".join(["word " * (line // 5) + "w" * (line % 5)] * MOST_LINES)
    return brief(
        labs.two_futures(),
        name="n" * LONGEST_NAME,
        answer=text,
        change_my_mind=text,
        forecasts={"C.3": 20, "C.4": "35 %"},
    )


def full(record):
    judge_all(record)
    predict_all()
    return brief(
        labs.two_futures(),
        name="Ada Lovelace",
        answer="word " * 170,
        change_my_mind="word " * 170,
        forecasts={"C.3": 20, "C.4": "35 %"},
    )


class Links(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.tags, self.alts = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in ("src", "href", "action")]
        self.alts += [value for name, value in attrs if name == "alt"]


def test_an_empty_record_gives_a_page_that_says_what_is_missing(record):
    mine = brief()
    assert "0 of 66 verdicts" in repr(mine)
    page = mine.html
    assert "This brief is not complete" in page and "Verdicts on 66 of 66 claims" in page
    for argument in ("answer=", "change_my_mind=", "name=", "forecasts=", "my_future"):
        assert argument in page
    assert "<table" not in page and "<img" not in page


def test_a_partial_record_keeps_what_there_is(record):
    judge(record, "C.1", "holds")
    judge(record, "II.4.1", "overtaken", "low")
    page = brief(name="Ada").html
    assert "2 of 66 claims" in page and "Verdicts on 64 of 66 claims" in page
    row = re.search(r'<th scope="row">Conclusion</th>(.*?)</tr>', page)[1]
    assert re.findall("<td>(.*?)</td>", row) == ["C.1", "", "", "", ""]
    # The course holds C.1 in part and II.4.1: both differ, and the surer one comes first.
    differ = page[page.index("part from the course") :]
    assert differ.index("C.1, ") < differ.index("II.4.1, ")
    assert "high confidence: 0 of 1; low confidence: 0 of 1" in page


def test_the_lesson_defines_the_forecasts_as_the_page_does():
    """Market, marks and day, before a probability is asked for."""
    lesson = ROOT / "notebooks/10_will_capital_define_ai.ipynb"
    cell = next(cell for cell in read(lesson).cells if cell.id == "brief-text").source
    market = SETTLED_WHERE.removeprefix("Market: ").split(". ")[0]
    assert market in cell and "another market" in cell
    marks = load("two_futures_inputs").set_index("item")["value"]
    for claim, mark, words in (
        ("C.3", "monopolised_from", "HHI of {:,.0f} or more"),
        ("C.4", "open_below", "below {:,.0f}"),
    ):
        assert words.format(marks[mark]) in cell
        assert words.format(marks[mark]) in SETTLED_BY[claim]


def test_what_has_moved_since_is_told_for_claims_that_were_judged(record):
    judge(record, "C.1", "holds")
    assert "What has moved since" not in brief().html  # the course's verdict on it has not changed
    judge(record, "C.2", "holds")
    page = brief().html
    moved = page[page.index("What has moved since") :]
    assert "C.2 from “holds in part” to “cannot tell”." in moved
    moved = moved[: moved.index("</p>")]
    assert "C.1" not in moved and "II.4.1" not in moved


def test_a_full_record_lacks_nothing(record):
    page = full(record).html
    assert "Missing" not in page and "66 of 66 claims" in page
    listed = set(re.findall(r"\b(?:[IV]+|C)\.\d(?:\.\d)?\b", page))
    assert set(load("claims")["claim_id"]) <= listed
    assert "<b>20 %</b> for C.3" in page and "<b>35 %</b> for C.4" in page
    assert "I have changed" in page


def test_hits_and_misses(record):
    lesson = learning.Lesson("10")
    lesson.predict("visits").answer("64")
    lesson.predict("partners").answer("40")
    lesson.predict("peak").answer("99")
    for question in ("visits", "partners", "peak"):
        lesson.reveal(question)
    lesson.predict("monopolised").answer("36")  # not revealed: it does not count yet
    page = brief().html
    assert "1 of 3 predictions hit" in page
    rows = re.findall(r'<th scope="row">(nearest|furthest)</th><td>(.*?)</td><td>(.*?)</td>', page)
    assert [yours for _, _, yours in rows] == ["64 %", "99 %", "40 firms"]
    assert "What was its share on 2 January 2026?" in rows[0][1]


def test_a_prediction_after_the_evidence_does_not_count(record):
    lesson = learning.Lesson("10")
    lesson.reveal("visits")
    lesson.predict("visits").answer("64.5")
    assert "predictions hit" not in brief().html


def test_the_page_stands_alone(record):
    page = full(record).html
    links = Links(page)
    assert links.found and all(link.startswith("data:image/png;base64,") for link in links.found)
    assert base64.b64decode(links.found[0].split(",")[1]).startswith(b"\x89PNG")
    assert len(links.alts[0]) > 40
    assert not {"script", "link", "iframe"} & set(links.tags) and "url(" not in page
    assert '<html lang="en">' in page and "<title>" in page


def test_text_of_the_learner_is_escaped(record):
    nasty = '<script>alert("1")</script> & </p>'
    page = brief(name=nasty, answer=nasty, change_my_mind=nasty).html
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &lt;/p&gt;") == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scenario": "my future"}, "scenario must be a lab"),
        ({"answer": "x" * 901}, "at most 900"),
        ({"answer": "x\n" * 20}, "more than 12 lines"),
        ({"name": 5}, "must be text"),
        ({"forecasts": {"C.5": 10}}, "no forecast 'C.5'"),
        ({"forecasts": {"C.3": 120}}, "between 0 and 100"),
        ({"forecasts": {"C.3": "many"}}, "as a number"),
        ({"forecasts": {"C.3": 60, "C.4": 50}}, "together they have 110 %"),
        ({"forecasts": [10, 20]}, "must be a dict"),
    ],
)
def test_what_cannot_be_used_is_told(record, arguments, message):
    with pytest.raises(LearningError, match=message):
        brief(**arguments)


def test_it_is_saved_as_a_page_and_nowhere_else(record, tmp_path):
    where = brief().save(tmp_path / "mine.html")
    assert where.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(LearningError, match=r"ends in \.html"):
        brief().save(tmp_path / "mine.docx")
    with pytest.raises(LearningError, match="cannot be written"):
        brief().save(tmp_path / "no" / "mine.html")


def test_any_picture_with_words_can_be_the_scenario(record):
    lab = labs.innovation()
    stand_in = SimpleNamespace(
        title="t",
        controls=lab.controls,
        values=lab.values,
        sentence="<i>",
        picture=lab.picture,
    )
    assert "&lt;i&gt;" in brief(stand_in).html


@pytest.mark.skipif(chromium() is None, reason="NO CHROMIUM: the brief was NOT printed.")
@pytest.mark.parametrize(
    ("state", "pages"), [("empty", 1), ("partial", 1), ("full", 2), ("longest", 2)]
)
def test_it_prints_on_one_or_two_sheets(record, tmp_path, state, pages):
    if state == "partial":
        judge(record, "C.1", "holds")
    mine = {"full": full, "longest": longest}.get(state, lambda record: brief())(record)
    page, printed = mine.save(tmp_path / "brief.html"), tmp_path / "brief.pdf"
    command = [chromium(), "--headless", *FLAGS, f"--user-data-dir={tmp_path / 'profile'}"]
    command += ["--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= pages


@pytest.mark.parametrize("nothing", ["", 0, []])
def test_forecasts_of_a_wrong_type_are_named_even_when_empty(nothing):
    with pytest.raises(LearningError, match="must be a dict"):
        learning.brief(forecasts=nothing)


def test_a_fraction_is_not_taken_for_a_percentage():
    with pytest.raises(LearningError, match="Is that 20 %"):
        learning.brief(forecasts={"C.3": 0.2})
    assert learning.brief(forecasts={"C.3": "0.2 %", "C.4": 0}).forecasts == {"C.3": 0.2, "C.4": 0}


def test_a_name_fits_in_its_line():
    with pytest.raises(LearningError, match="at most 80"):
        learning.brief(name="n" * 81)


def test_half_a_character_does_not_lose_the_page(tmp_path):
    page = learning.brief(answer="broken \ud83d paste").save(tmp_path / "brief.html")
    assert "broken ? paste" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [5, None])
def test_a_page_needs_a_name_in_text(path):
    with pytest.raises(LearningError, match="in quotation marks"):
        learning.brief().save(path)


def test_a_predicted_question_stands_whole_so_that_it_makes_sense_by_itself(record):
    lesson = learning.Lesson("07")
    lesson.predict("foundry_hhi").answer("5000")
    lesson.reveal("foundry_hhi")
    page = brief().html
    assert "held 70.2, 7.3 and 5.1 % of the revenue" in page
    assert f"Lesson 07. {html.escape(lesson.predict('foundry_hhi').text)}" in page
