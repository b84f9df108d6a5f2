"""From a source to what a learner gets: blanks, kept secrets, helpful refusals, zips, and plain nbgrader."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read, write
from aicapital.grading import release, sheet_source
from tests.sample_sheet import code, sample_sheet, text

ROOT = Path(__file__).parents[1]


def cell(nb: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in nb.cells if cell.id == cell_id)


def released(*cells: NotebookNode) -> NotebookNode:
    source = sample_sheet()
    source.cells[2:2] = cells
    return release.generate(source, "01_practice.ipynb")


@pytest.fixture
def course(tmp_path) -> Path:
    """A course of one sheet, with what a learner must and must not get."""
    source = sample_sheet()
    write(source, tmp_path / "solutions" / "01_practice.ipynb")
    for name in (
        "notebooks/01_practice.ipynb",
        "data/rounds.csv",
        "aicapital/__init__.py",
        "tests/test_secret.py",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    for name in (
        "requirements.txt",
        "pyproject.toml",
        "README.md",
        "Makefile",
        "LICENSE",
        "LICENSE-DATA",
    ):
        (tmp_path / name).write_text(name)
    (tmp_path / "aicapital" / "__pycache__").mkdir()
    (tmp_path / "aicapital" / "__pycache__" / "x.pyc").write_text("")
    (tmp_path / "notebooks" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "notebooks" / ".ipynb_checkpoints" / "old.ipynb").write_text("")
    release.regenerate(tmp_path)
    return tmp_path


# The learner's sheet


def test_a_value_leaves_a_named_blank_and_scratch_names_leave_none():
    sheet = released()
    assert cell(sheet, "ask-1").source == (
        "# What the company is worth after the round (USD bn)\npost_money = ...\npost_money"
    )


def test_a_function_keeps_its_first_lines_and_leaves_a_blank_body():
    assert cell(released(), "ask-2").source == (
        'def kept(pre_money, new_money):\n    """The share of the company that old holders keep."""\n    ...'
    )


@pytest.mark.parametrize(
    ("region", "blanks"),
    [
        ("fig, ax = plt.subplots()\nax.plot(years, cash)", "fig = ...\nax = ..."),
        ("def runway(cash, burn):\n    months = cash / burn\n    return months", "runway = ..."),
        (
            "total = 0\nfor year in years:\n    total = total + year\n    best = year",
            "total = ...\nbest = ...",
        ),
        ("table['share'] = table.paid / table.paid.sum()", "..."),
        ("print(840)", "..."),
        ("price: float = 730 / 100", "price = ..."),
        ("'Nvidia': 30,\n'Amazon': 50", "..."),
    ],
)
def test_what_other_answers_leave(region, blanks):
    source = f"### BEGIN SOLUTION\n{region}\n### END SOLUTION"
    assert cell(released(code("extra", source, solution=True)), "extra").source == blanks


def test_two_regions_in_one_cell_and_a_blank_that_the_author_wrote():
    source = """
pre = ...
### BEGIN SOLUTION
pre = 730.0
### END SOLUTION
# then what is added
### BEGIN SOLUTION
new = 110.0
### END SOLUTION
"""
    sheet = released(code("extra", source, solution=True))
    assert cell(sheet, "extra").source == "pre = ...\n# then what is added\nnew = ..."


def test_hidden_tests_and_model_answers_are_gone_and_the_rubric_stays():
    sheet = released()
    assert cell(sheet, "ask-1-test").source == "sheet.check(post_money)"
    assert cell(sheet, "ask-3").source.endswith("*Write your answer here.*")
    assert "1 point: names who pays" in cell(sheet, "ask-3").source
    everything = json.dumps(sheet)
    for secret in ("SOLUTION", "HIDDEN", "REMOVED", "assert", "chip maker pays"):
        assert secret not in everything


def test_outputs_are_cleared_and_marks_are_kept():
    source = sample_sheet()
    cell(source, "ask-1").outputs = [nbformat.v4.new_output("stream", text="840")]
    cell(source, "ask-1").execution_count = 3
    sheet = release.generate(source, "01_practice.ipynb")
    assert [c.get("outputs", []) for c in sheet.cells] == [[]] * len(sheet.cells)
    assert cell(sheet, "ask-1").execution_count is None
    assert [c.id for c in sheet.cells] == [c.id for c in source.cells]
    assert cell(sheet, "ask-1-test").metadata.nbgrader.points == 2
    assert cell(sheet, "ask-1-test").metadata.editable is False
    assert "solutions/01_practice.ipynb" in sheet.metadata.aicapital.generated
    assert sheet.metadata.aicapital.points == 7
    nbformat.validate(sheet)


def test_regeneration_gives_the_same_bytes_whatever_the_editor_left(course):
    sheet = course / "exercises" / "01_practice.ipynb"
    first = sheet.read_bytes()
    assert first.endswith(b"}\n") and b"\r" not in first
    source = read(course / "solutions" / "01_practice.ipynb")
    source.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {}}
    source.metadata["language_info"] = {"name": "python", "version": "3.99"}
    source.cells[2].metadata["execution"] = {"iopub.execute_input": "2026-03-03"}
    write(source, course / "solutions" / "01_practice.ipynb")
    release.regenerate(course)
    assert sheet.read_bytes() == first


# Refusals


def refusal(nb: NotebookNode) -> str:
    with pytest.raises(release.ReleaseError) as error:
        release.generate(nb, "01_practice.ipynb")
    return str(error.value)


def changed(cell_id: str, old: str, new: str) -> NotebookNode:
    nb = sample_sheet()
    assert old in cell(nb, cell_id).source
    cell(nb, cell_id).source = cell(nb, cell_id).source.replace(old, new)
    return nb


@pytest.mark.parametrize(
    ("cell_id", "old", "new", "words"),
    [
        ("ask-1", "### END SOLUTION", "", "BEGIN SOLUTION is never closed; add END SOLUTION"),
        ("ask-1", "### BEGIN SOLUTION", "", "END SOLUTION closes nothing"),
        ("ask-1", "_paid_in =", "### BEGIN SOLUTION\n_paid_in =", "stands inside another region"),
        ("ask-1-test", "### END HIDDEN TESTS", "", "BEGIN HIDDEN TESTS is never closed"),
        ("ask-1-test", "HIDDEN TESTS", "SOLUTION", "a test cell without hidden tests"),
        ("ask-1", "SOLUTION", "HIDDEN TESTS", "hidden tests outside a test cell"),
        ("ask-3", "SOLUTION", "MARK SCHEME", "a mark scheme outside a task cell"),
        ("ask-3", "1 point", "one mark", "no rubric"),
        (
            "ask-3",
            "- 1 point: names who pays",
            "- 2 points: names who pays",
            "adds up to 3 points, the cell to 2",
        ),
        (
            "title",
            "# Practice",
            "### BEGIN SOLUTION\n### END SOLUTION\n#",
            "outside a solution cell",
        ),
    ],
)
def test_a_mistake_in_a_cell_is_refused_with_its_name(cell_id, old, new, words):
    message = refusal(changed(cell_id, old, new))
    assert "01_practice.ipynb" in message and f"cell {cell_id!r}" in message
    assert words in message


@pytest.mark.parametrize(
    ("cell_id", "key", "value", "words"),
    [
        ("ask-2", "grade_id", "ask-1", "grade_id 'ask-1' is taken by an earlier cell"),
        ("ask-2", "points", 1, "points on a cell that is not marked"),
        ("ask-1-test", "points", 0, "no points; add points"),
        ("ask-3", "points", None, "no points; add points"),
        ("ask-1", "schema_version", None, "lacks schema_version"),
        ("ask-1-test", "points", 5, "declares 7 points and the cells add up to 10"),
    ],
)
def test_a_mistake_in_the_metadata_is_refused_with_its_name(cell_id, key, value, words):
    nb = sample_sheet()
    meta = cell(nb, cell_id).metadata.nbgrader
    meta[key] = value
    if value is None:
        del meta[key]
    assert words in refusal(nb)


def test_all_mistakes_are_named_at_once():
    nb = changed("ask-1", "### END SOLUTION", "")
    nb.metadata.clear()
    assert refusal(nb).count("01_practice.ipynb") == 2


def test_a_solution_line_in_the_sheet_is_a_leak_named_with_both_cells(course):
    source = sample_sheet()
    source.cells.insert(2, text("worked", "For example:\n\n    _paid_in=30 + 50 + 30\n"))
    write(source, course / "solutions" / "01_practice.ipynb")
    with pytest.raises(release.ReleaseError) as error:
        release.regenerate(course)
    assert "01_practice.ipynb, cell 'ask-1'" in str(error.value)
    assert "'_paid_in = 30 + 50 + 30' stands in the sheet, in worked" in str(error.value)


def test_a_hidden_test_or_model_answer_in_the_sheet_is_a_leak():
    source = sample_sheet()
    sheet = release.generate(source, "01_practice.ipynb")
    assert release.leaks(source, sheet) == []
    cell(sheet, "title").source += "\n# assert post_money == 840  # shown by mistake"
    cell(
        sheet, "ask-1"
    ).source += "\n# The chip maker pays in, and its chips are what the money buys."
    found = release.leaks(source, sheet)
    assert len(found) == 2
    assert "hidden tests line 'assert post_money == 840'" in found[0] and "in title" in found[0]
    assert "cell 'ask-3'" in found[1] and "in ask-1" in found[1]


def test_lines_that_any_answer_shares_are_no_leak():
    shared = "import numpy as np\nfig, ax = plt.subplots()\ntotal = 0\ndef runway(cash, burn):\n    return cash"
    source = sample_sheet()
    answer = f"### BEGIN SOLUTION\n{shared}\n### END SOLUTION"
    source.cells[2:2] = [code("given", shared, locked=True), code("extra", answer, solution=True)]
    assert release.leaks(source, release.generate(source, "01_practice.ipynb")) == []


def test_without_nbgrader_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "nbgrader", None)
    assert "pip install -e .[teach]" in refusal(sample_sheet())


# Commands


def test_the_commands_write_check_and_complain(course, capsys):
    sheet = course / "exercises" / "01_practice.ipynb"
    assert release.main_exercises(["--check", "--root", str(course)]) == 0
    sheet.write_text(
        sheet.read_text(encoding="utf-8").replace("post_money = ...", "post_money = 840")
    )
    (course / "exercises" / "99_lost.ipynb").write_text("{}")
    assert release.main_exercises(["--check", "--root", str(course)]) == 1
    complaint = capsys.readouterr().err
    assert (
        "01_practice.ipynb differs from its source; run `python -m aicapital exercises`"
        in complaint
    )
    assert "99_lost.ipynb has no source" in complaint
    (course / "exercises" / "99_lost.ipynb").unlink()
    assert release.main_exercises(["--root", str(course)]) == 0
    assert release.main_exercises(["--check", "--root", str(course)]) == 0
    sheet.unlink()
    assert release.main_release(["--out", str(course / "dist"), "--root", str(course)]) == 1
    assert "exercises/01_practice.ipynb is missing" in capsys.readouterr().err


def test_the_zips_hold_what_a_learner_needs_and_nothing_else(course):
    course_zip, sheet_zip = release.release_zip(course / "dist", course)
    top = "when-financing-becomes-the-engine"
    assert zipfile.ZipFile(course_zip).namelist() == [
        f"{top}/{name}"
        for name in (
            "LICENSE",
            "LICENSE-DATA",
            "Makefile",
            "README.md",
            "aicapital/__init__.py",
            "data/rounds.csv",
            "exercises/01_practice.ipynb",
            "notebooks/01_practice.ipynb",
            "pyproject.toml",
            "requirements.txt",
        )
    ]
    assert zipfile.ZipFile(sheet_zip).namelist() == ["01_practice.ipynb"]
    before = [path.read_bytes() for path in (course_zip, sheet_zip)]
    (course / "README.md").touch()
    release.release_zip(course / "dist", course)
    assert [path.read_bytes() for path in (course_zip, sheet_zip)] == before


def test_the_learners_readme_speaks_only_of_what_is_there(course):
    (course / "README.md").write_text(
        "Start.\n<!-- not for learners -->\nTests and solutions.\n<!-- /not for learners -->\n\nLicence.\n"
    )
    course_zip, _ = release.release_zip(course / "dist", course)
    readme = (
        zipfile.ZipFile(course_zip).read("when-financing-becomes-the-engine/README.md").decode()
    )
    assert readme == "Start.\nLicence.\n"


def test_every_file_that_the_learners_readme_links_is_in_the_zip(tmp_path):
    course_zip = zipfile.ZipFile(release.release_zip(tmp_path, ROOT)[0])
    top = "when-financing-becomes-the-engine/"
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", course_zip.read(top + "README.md").decode())
    assert links, "the README shows a picture"
    assert {top + link for link in links} <= set(course_zip.namelist())


# Plain nbgrader


def test_plain_nbgrader_takes_the_source_and_gives_it_full_marks(tmp_path):
    """No configuration of ours: a teacher with a course of their own can take the source as it is."""
    write(sample_sheet(), tmp_path / "source" / "practice" / "01_practice.ipynb")
    write(sample_sheet(), tmp_path / "submitted" / "ada" / "practice" / "01_practice.ipynb")
    steps = """
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI

api = NbGraderAPI()
for done in (api.generate_assignment("practice"), api.autograde("practice", "ada")):
    assert done["success"], done.get("log") or done.get("error")
with Gradebook("sqlite:///gradebook.db") as book:
    work = book.find_submission("practice", "ada")
    grades = {grade.name: grade.auto_score for notebook in work.notebooks for grade in notebook.grades}
    print("marks", sorted(grades.items()), work.max_score)
"""
    # nbgrader starts `alembic` by name, so it must be found as it is in an activated environment.
    env = os.environ | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    }
    done = subprocess.run(
        [sys.executable, "-c", steps], cwd=tmp_path, env=env, capture_output=True, text=True
    )
    assert "marks [('ask-1-test', 2.0), ('ask-2-test', 3.0), ('ask-3', None)] 7.0" in done.stdout, (
        done.stderr[-2000:]
    )


# The course's own sheets


@pytest.mark.parametrize("path", release.sources(ROOT), ids=lambda path: path.stem)
def test_source_can_be_released_and_leaks_nothing(path):
    source = read(path)
    assert sheet_source.problems(source) == []
    assert release.leaks(source, release.generate(source, path.name)) == []


def test_exercises_are_what_their_sources_give():
    assert release.stale(ROOT) == []
