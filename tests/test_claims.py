"""The claims of the article are one table, and every claim of an open lesson is judged, asked and backed."""

import re
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest

from aicapital import learning
from aicapital.__main__ import main
from aicapital.authoring.notebook_file import read
from aicapital.data import load, table_names
from aicapital.learning import banks, claims
from aicapital.learning.questions import CONFIDENCES, VERDICTS, Claim, LearningError

ROOT = Path(__file__).parents[1]
OPEN = [number for number in banks.BANKS if number != "00"]


def rows_of(number):
    return load("claims").query("lesson == @number")


def notebook(number):
    (path,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    return read(path)


def shown(number):
    """What the code cells of a lesson have put on the screen, as text."""
    return [
        output.data.get("text/plain", "")
        for cell in notebook(number).cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "data" in output
    ]


def lacks(row, outputs):
    """What a claim of an open lesson still lacks."""
    found = []
    tables, models = claims.listed(row["evidence"]), claims.listed(row["model"])
    tables = [name for name in tables if not re.fullmatch(r"lesson (0[1-9]|10)", name)]
    if not tables or not set(tables) <= set(table_names()):
        found.append("a table as evidence that exists")
    if not row["test"] or not all(find_spec(f"aicapital.models.{name}") for name in models):
        found.append("a test or a model that exists")
    for when in ("then", "now"):
        given = row[f"verdict_{when}"], row[f"confidence_{when}"], row[f"reason_{when}"]
        if given[0] not in VERDICTS or given[1] not in CONFIDENCES or len(given[2]) < 10:
            found.append(f"a verdict {when} with confidence and reason")
    asked = f"Your verdict. {row['claim_id']}. {row['claim']}"
    if not any(text.startswith(asked) for text in outputs):
        found.append("a verdict cell in its lesson")
    return found


@pytest.mark.parametrize("number", OPEN)
def test_every_claim_of_an_open_lesson_is_backed_asked_and_judged_on_both_days(number):
    outputs = shown(number)
    missing = {row["claim_id"]: lacks(row, outputs) for _, row in rows_of(number).iterrows()}
    assert {claim: gaps for claim, gaps in missing.items() if gaps} == {}


@pytest.mark.parametrize(
    ("column", "value", "gap"),
    [
        ("evidence", "", "a table as evidence"),
        ("evidence", "rounds", "a table as evidence"),
        ("evidence", "lesson 06", "a table as evidence"),
        ("model", "waterfal", "a model that exists"),
        ("test", "", "a test"),
        ("verdict_then", "", "a verdict then"),
        ("confidence_now", "", "a verdict now"),
        ("reason_now", "", "a verdict now"),
        ("claim_id", "I.9", "a verdict cell"),
    ],
)
def test_a_gap_in_a_claim_is_found(column, value, gap):
    row = rows_of("01").iloc[3].copy()
    outputs = shown("01")
    assert lacks(row, outputs) == []
    row[column] = value
    assert any(gap in found for found in lacks(row, outputs))


@pytest.mark.parametrize("number", OPEN)
def test_reasons_are_filled_without_gaps(number):
    asked = claims.judged(number)
    assert [claim.id for claim in asked] == rows_of(number)["claim_id"].tolist()
    for claim in asked:
        for _, _, reason in learning.Lesson(number).verdict(claim.id).course:
            assert not re.search(r"[{}]|\bnan\b|\binf\b", reason), (claim.id, reason)


def test_no_bank_keeps_claims_of_its_own():
    for number in banks.BANKS:
        assert not any(isinstance(q, Claim) for q in banks.load(number).QUESTIONS), number


def test_values_for_a_claim_that_is_not_judged_are_refused(monkeypatch):
    monkeypatch.setitem(banks.load("01").CLAIM_VALUES, "I.99", dict)
    with pytest.raises(LearningError, match=r"fills I\.99, which claims\.csv does not judge"):
        claims.judged("01")


# The map


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path))


def row_of(the_map, claim_id):
    rows = [row for _, _, rows in the_map.lessons() for row in rows]
    return next(row for row in rows if row[0].startswith(claim_id + " "))


def test_the_map_has_every_claim_once(fresh):
    lessons = learning.claims_map().lessons()
    assert sum(len(rows) for _, _, rows in lessons) == len(load("claims")) == 66
    assert [caption[7:9] for caption, _, _ in lessons] == [f"{n:02}" for n in range(1, 11)]
    assert all(caption.split(". ")[1] for caption, _, _ in lessons)


def test_the_courses_verdict_waits_for_the_learners(fresh):
    text = repr(learning.claims_map())
    assert text.count(claims.HIDDEN) == 2 * sum(len(rows_of(number)) for number in OPEN)
    learning.Lesson("01").verdict("I.8").answer("holds", "low")
    assert row_of(learning.claims_map(), "I.8")[2:] == (
        "holds (low)",
        "not supported (medium)",
        "not supported (medium)",
    )
    assert row_of(learning.claims_map(), "I.7")[2:] == ("none yet", claims.HIDDEN, claims.HIDDEN)
    assert "(8 claims, 1 judged by you)" in repr(learning.claims_map())


def test_the_courses_verdicts_are_shown_on_request(fresh):
    shown = learning.claims_map(show_all=True)
    assert claims.HIDDEN not in repr(shown) and claims.HIDDEN not in shown._repr_html_()
    assert row_of(shown, "II.1.6")[2:] == (
        "none yet",
        "holds in part (medium)",
        "overtaken (medium)",
    )


def test_claims_of_lessons_that_are_not_open_say_so(fresh, monkeypatch):
    monkeypatch.delitem(banks.BANKS, "05")
    assert row_of(learning.claims_map(show_all=True), "II.4.1")[3:] == (claims.NOT_OPEN,) * 2


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.opened = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)


def test_the_static_page_holds_reasons_only_on_request(fresh, tmp_path):
    page = learning.claims_map(show_all=True).write(tmp_path / "claims.html").read_text("utf-8")
    reason = learning.Lesson("02").verdict("II.1.5").course[0][2]
    assert reason[:60] in page.replace("&#x27;", "'")
    assert page.count("<h1>") == 1 and page.count("<h3 id=") == sum(len(rows_of(n)) for n in OPEN)
    tags = Tags(page).opened
    assert tags[:2] == ["html", "head"] and tags.count("table") == 10 + tags.count("h3")
    closed = learning.claims_map().page()
    assert "<h3" not in closed and reason[:40] not in closed


def test_a_broken_progress_file_is_told_on_the_map(fresh, tmp_path):
    (tmp_path / "progress.json").write_text("{", encoding="utf-8")
    assert "kept as progress.broken" in learning.claims_map()._repr_html_()


def test_the_command_writes_the_page(fresh, tmp_path, capsys):
    assert main(["claims", str(tmp_path / "page.html")]) == 0
    assert "page.html" in capsys.readouterr().out
    assert "<h2>Reasons</h2>" in (tmp_path / "page.html").read_text("utf-8")
