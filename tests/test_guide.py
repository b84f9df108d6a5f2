"""The teaching guide is whole for every lesson with a sheet, and follows the lessons, banks and sheets."""

import re
import shutil
from pathlib import Path

import pytest

from aicapital.authoring import guide

ROOT = Path(__file__).parents[1]
STEMS = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9][0-9]_*.ipynb"))


def test_no_page_is_stale():
    for path, text in guide.pages().items():
        assert path.read_text(encoding="utf-8") == text, (
            f"{path.name}: run `python -m aicapital guide`"
        )


@pytest.mark.parametrize("stem", STEMS)
def test_a_teacher_finds_every_part(stem):
    text = guide.page(stem)
    for heading in (
        "50 minutes",
        "90 minutes",
        "Two votes",
        "Where classes stall",
        "On the board",
        "Discussion",
    ):
        assert f"## {heading}\n" in text
    assert text.count("The strongest case for") == 2 * len(guide.lesson(stem).discussion)
    assert text.count("**right**") == 2
    assert "{" not in text and "}" not in text, "a number was not filled in"
    levels = [int(count) for count in re.findall(r"\*\*(\d) of \d points\*\*", text)]
    assert levels == sorted(levels, reverse=True) and len(set(levels)) == 3


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("minutes", [50, 90])
def test_a_plan_fills_its_time_without_gaps(stem, minutes):
    text = (
        guide.page(stem).split(f"## {minutes} minutes\n")[1].split("\n\n**Cut")[0].split("\n## ")[0]
    )
    spans = [
        tuple(map(int, span)) for span in re.findall(r"^\| (\d+)-(\d+) \|", text, re.MULTILINE)
    ]
    assert spans[0][0] == 0 and minutes - 2 <= spans[-1][1] <= minutes
    assert all(end == start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))


def test_options_are_those_that_learners_see():
    text = guide.page("01_mission_to_dominance")
    assert "| A | The non-profit, because it controls the company |" in text
    assert "*secondary taken for primary*" in text


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('question = "next_dollar"', 'question = "no_such"', "no choice question 'no_such'"),
        ("split = [35, 40, 25]", "split = [35, 40, 35]", "100 in all"),
        ("points = [1, 1, 0, 0]", "points = [1, 1, 0]", "for each of 4 lines"),
        ("Q8 = {", "Q9 = {", "the sheet has"),
        ("board =", "bord =", "'board' is missing"),
        ("run90 = [", "run90 = ", "notes/01.toml:"),
    ],
)
def test_a_slip_in_the_notes_is_named(tmp_path, old, new, says):
    for folder in ("notebooks", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    notes = tmp_path / "solutions" / "guide" / "notes" / "01.toml"
    text = notes.read_text(encoding="utf-8")
    assert old in text
    notes.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(guide.GuideError, match=re.escape(says)):
        guide.page("01_mission_to_dominance", tmp_path)
