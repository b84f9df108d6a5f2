"""Committed notebooks keep the house rules, each rule can fail, and nbval compares what it should."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections import Counter
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aicapital.authoring import execute, house_rules
from aicapital.authoring.notebook_file import NotebookFileError, read, write
from aicapital.site.lessons import LessonPage

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])

ALT = "Line chart: what the company is worth rises from 730 to 840 USD bn when the round closes."
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
OTHER_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
WIDGET = {
    "application/vnd.jupyter.widget-view+json": {
        "model_id": "a" * 32,
        "version_major": 2,
        "version_minor": 0,
    }
}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_committed_notebook_keeps_the_house_rules(path):
    assert house_rules.problems(read(path), house_rules.kind_of(path)) == []


def recalled(path: Path) -> list[tuple[str, str]]:
    """What a lesson asks again: number of the earlier lesson, and the question."""
    cell = next(cell for cell in read(path).cells if cell.id == "recall")
    texts = "\n".join(output.data["text/plain"] for output in cell.outputs)
    return re.findall(r"Recall from lesson (\d\d)\. (.+)", texts)


def test_recall_reaches_back_to_the_lesson_before_and_repeats_no_question_for_long():
    lessons = sorted(ROOT.glob("notebooks/*.ipynb"))
    asked = {after.name: (before.name[:2], recalled(after)) for before, after in pairwise(lessons)}
    left_out = [name for name, (before, found) in asked.items() if before not in dict(found)]
    assert not left_out
    often = Counter(question for _, found in asked.values() for question in found)
    assert [question for question, times in often.items() if times > 3] == []


def test_the_parts_of_a_lesson_take_the_minutes_that_are_promised():
    """A part marked "Extra" may be skipped, so the table of parts leaves it out."""
    promised = re.search(r"A lesson takes (\d+) to (\d+) minutes", (ROOT / "README.md").read_text())
    shortest, longest = map(int, promised.groups())
    start, *lessons = (
        LessonPage(path, read(path)) for path in sorted(ROOT.glob("notebooks/*.ipynb"))
    )
    assert f"Each lesson takes {shortest} to {longest} minutes" in str(start.notebook)
    assert 0 < start.minutes <= longest
    wrong = {page.stem: page.minutes for page in lessons if not shortest <= page.minutes <= longest}
    assert wrong == {}
    assert "| extra" not in "".join(page.opener for page in lessons).lower()


# Every rule can fail


def picture(alt: str = ALT, pixel: str = PIXEL) -> dict[str, str]:
    return {
        "text/html": f'<img alt="{alt}" src="data:image/png;base64,{pixel}">',
        "image/png": pixel,
        "text/plain": alt,
    }


def shown(cell_id: str, count: int, bundle: dict, **metadata) -> NotebookNode:
    cell = new_code_cell(
        f"display({bundle!r}, raw=True)", id=cell_id, execution_count=count, metadata=metadata
    )
    cell.outputs = [new_output("display_data", data=bundle)]
    return cell


def good_lesson() -> NotebookNode:
    """A lesson with nothing to complain about: a figure, a lab, a value."""
    value = new_code_cell("730 + 110  # USD bn", id="value", execution_count=3)
    value.outputs = [new_output("execute_result", data={"text/plain": "840"}, execution_count=3)]
    lab = picture() | {"text/plain": "Lab: at 730 USD bn before the money, the round makes 840."}
    cells = [
        new_markdown_cell(
            "# Lesson\n\n## Part\n\n```python\n# a comment in code is no heading\n```", id="title"
        ),
        shown("figure", 1, picture()),
        shown("lab", 2, lab),
        value,
    ]
    cells += [new_markdown_cell("Read on.", id=f"text-{number}") for number in range(40)]
    return new_notebook(cells=cells)


def at(nb: NotebookNode, cell_id: str) -> NotebookNode:
    return next(cell for cell in nb.cells if cell.get("id") == cell_id)


def test_a_good_lesson_has_no_problems():
    assert house_rules.problems(good_lesson(), "lesson") == []


def set_source(cell_id, source):
    return lambda nb: at(nb, cell_id).update(source=source)


def set_output(cell_id, **data):
    return lambda nb: at(nb, cell_id).outputs[0].data.update(data)


def add_output(cell_id, *args, **fields):
    return lambda nb: at(nb, cell_id).outputs.append(new_output(*args, **fields))


def set_tags(cell_id, *tags):
    return lambda nb: at(nb, cell_id).metadata.update(tags=list(tags))


BROKEN = {
    "not valid": (lambda nb: at(nb, "figure").update(outputs="840"), "not a valid notebook"),
    "no id": (lambda nb: nb.cells[3].pop("id"), "cell number 4 has no id"),
    "id with capitals": (
        lambda nb: nb.cells[3].update(id="Value"),
        "an id has 3 to 40 small letters",
    ),
    "id too short": (lambda nb: nb.cells[3].update(id="v1"), "an id has 3 to 40 small letters"),
    "id twice": (lambda nb: nb.cells[3].update(id="lab"), "another cell has the same id"),
    "not run": (
        lambda nb: at(nb, "value").update(execution_count=None),
        "execution count None, expected 3",
    ),
    "gap": (lambda nb: at(nb, "value").update(execution_count=4), "execution count 4, expected 3"),
    "error": (
        add_output("value", "error", ename="KeyError", evalue="'x'", traceback=[]),
        "raises KeyError",
    ),
    "warning": (
        add_output("value", "stream", name="stderr", text="FutureWarning"),
        "writes to stderr: Future",
    ),
    "long code": (set_source("value", "\n".join(["1"] * 26)), "26 lines of code, at most 25"),
    "many words": (set_source("text-1", "word " * 2501), "words of text, at most 2500"),
    "few cells": (lambda nb: nb.cells.__delitem__(slice(10, None)), "10 cells, expected 40 to 70"),
    "many cells": (
        lambda nb: nb.cells.extend(new_markdown_cell("On.", id=f"more-{n}") for n in range(40)),
        "84 cells, expected 40 to 70",
    ),
    "no alt": (
        set_output("figure", **{"text/html": "<p>A chart</p>"}),
        "1 picture(s), 0 with alt text",
    ),
    "short alt": (set_output("figure", **picture("A chart")), "1 picture(s), 0 with alt text"),
    "one of two without": (
        add_output("figure", "display_data", data={"image/png": PIXEL}),
        "2 picture(s), 1 with alt text",
    ),
    "html picture without alt": (
        set_output("value", **{"text/html": "<img src='x.png'>"}),
        "0 with alt text",
    ),
    "dead view": (set_output("lab", **WIDGET), "holds a widget view"),
    "repr as twin": (
        set_output(
            "lab", **{"text/plain": "VBox(children=(IntSlider(value=0),\n Label(value='x')))"}
        ),
        "widget without words",
    ),
    "ignore tag": (set_tags("lab", "nbval-ignore-output"), "remove the tag nbval-ignore-output"),
    "skip tag": (set_tags("figure", "nbval-skip"), "remove the tag nbval-skip"),
    "exception tag": (set_tags("figure", "raises-exception"), "remove the tag raises-exception"),
    "comment": (
        set_source("value", "# NBVAL_IGNORE_OUTPUT\n840"),
        "remove the comment NBVAL_IGNORE_OUTPUT",
    ),
    "widget state": (lambda nb: nb.metadata.update(widgets={}), "holds widget state"),
    "path in source": (
        set_source("value", "open('/home/ada/x.csv')"),
        "names a local path: /home/ada/x.csv",
    ),
    "path in text": (
        set_source("text-1", r"See C:\Users\ada"),
        r"names a local path: C:\Users\ada",
    ),
    "path in output": (
        set_output("value", **{"text/plain": "'/work/main'"}),
        "names a local path: /work/main",
    ),
    "address": (
        set_output("value", **{"text/plain": "<X at 0x7f00deadbeef>"}),
        "shows a memory address",
    ),
    "level skipped": (set_source("text-1", "#### Deep"), "heading 'Deep' jumps from level 2 to 4"),
    "two titles": (set_source("text-1", "# Again"), "2 headings of level 1"),
    "no title": (set_source("title", "## Part"), "0 headings of level 1"),
}


@pytest.mark.parametrize(("breaks", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_lesson_is_reported_once(breaks, words):
    nb = good_lesson()
    breaks(nb)
    found = house_rules.problems(nb, "lesson")
    assert len([problem for problem in found if words in problem]) == 1, found


def test_addresses_on_the_web_are_no_local_paths():
    nb = good_lesson()
    at(nb, "text-1").source = "See https://example.org/home/work/tmp/report and 10 USD/work hour."
    assert house_rules.problems(nb, "lesson") == []


def test_the_start_page_may_be_short_and_a_solution_may_be_long():
    nb = good_lesson()
    nb.cells = nb.cells[:4]
    assert (
        house_rules.problems(nb, house_rules.kind_of(ROOT / "notebooks" / "00_start_here.ipynb"))
        == []
    )
    at(nb, "title").source += "\n\n" + "word " * 3000
    assert house_rules.problems(nb, house_rules.kind_of(ROOT / "solutions" / "01_x.ipynb")) == []
    assert house_rules.kind_of(ROOT / "notebooks" / "01_x.ipynb") == "lesson"


# Executing for a commit

DRAFT = """
import os, sys
import ipywidgets
print("first")
print("second")
sorted(os.listdir(os.environ["AICAPITAL_PROGRESS"]))
"""


def draft() -> NotebookNode:
    cells = [
        new_markdown_cell("# Draft", id="title"),
        new_code_cell(
            DRAFT, id="prints", metadata={"execution": {"iopub.status.busy": "2026-03-03"}}
        ),
        new_code_cell(
            "ipywidgets.IntSlider()", id="slider", metadata={"tags": ["nbval-ignore-output"]}
        ),
    ]
    state = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    return new_notebook(
        cells=cells,
        metadata={"widgets": state, "language_info": {"name": "python", "version": "3"}},
    )


def test_a_second_execution_changes_no_byte(tmp_path):
    path = tmp_path / "draft.ipynb"
    write(draft(), path)
    execute.execute([path])
    first = path.read_bytes()
    execute.execute([path])
    assert path.read_bytes() == first
    nb = read(path)
    assert [cell.id for cell in nb.cells] == ["title", "prints", "slider"]
    stream, value = at(nb, "prints").outputs
    assert stream.text == "first\nsecond\n"
    assert value.data["text/plain"] == "[]"
    assert nb.metadata == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    assert "execution" not in at(nb, "prints").metadata
    assert first.startswith(b'{\n "cells"') and first.endswith(b"}\n")
    nbformat.validate(nb)


def test_a_failing_notebook_is_named_with_its_cell_and_left_as_it_was(tmp_path, capsys):
    path = tmp_path / "failing.ipynb"
    write(new_notebook(cells=[new_code_cell("730 / 0", id="divide")]), path)
    before = path.read_bytes()
    assert execute.main([str(path)]) == 1
    assert f"{path}, cell 'divide': ZeroDivisionError: division by zero" in capsys.readouterr().err
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", '{"cells": 3}', '{"nbformat": 3, "worksheets": []}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "odd.ipynb"
    path.write_text(content)
    with pytest.raises(NotebookFileError, match="odd.ipynb is not a notebook"):
        read(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(NotebookFileError, match="is not a file"):
        read(tmp_path / "missing.ipynb")


# nbval

TABLE = {"text/html": "<table><tr><td>840</td></tr></table>", "text/plain": "840 USD bn"}


def replay(nb: NotebookNode, folder: Path) -> list[str]:
    """The ids of the cells that nbval fails, run as the course runs it."""
    write(nb, folder / "replayed.ipynb")
    sanitize = ROOT / "tests" / "nbval_sanitize.cfg"
    command = [
        sys.executable,
        "-m",
        "pytest",
        "replayed.ipynb",
        "--nbval",
        f"--nbval-sanitize-with={sanitize}",
    ]
    command += ["--rootdir=.", "-p", "tests.conftest", "--junitxml=result.xml"]
    env = os.environ | {"AICAPITAL_PROGRESS": str(folder), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    cases = list(ElementTree.parse(folder / "result.xml").iter("testcase"))
    assert len(cases) == len(nb.cells), done.stdout
    return [
        cell.id
        for cell, case in zip(nb.cells, cases, strict=True)
        if case.find("failure") is not None
    ]


def test_nbval_fails_on_a_number_or_an_alt_text_and_not_on_a_picture(tmp_path):
    changed_table = TABLE | {"text/html": TABLE["text/html"].replace("840", "841")}
    saved = {
        "same-table": (TABLE, TABLE),
        "other-number": (TABLE, changed_table),
        "same-picture": (picture(), picture()),
        "other-pixels": (picture(), picture(pixel=OTHER_PIXEL)),
        "other-alt-in-html": (picture(), picture(ALT.replace("840", "852")) | {"text/plain": ALT}),
        "no-html": (
            picture(),
            {key: value for key, value in picture().items() if key != "text/html"},
        ),
        "other-widget-id": (
            WIDGET | TABLE,
            WIDGET | TABLE | {next(iter(WIDGET)): {"model_id": "b" * 32}},
        ),
        "other-widget-words": (WIDGET | TABLE, WIDGET | TABLE | {"text/plain": "852 USD bn"}),
    }
    cells = []
    for count, (cell_id, (printed, stored)) in enumerate(saved.items(), start=1):
        cells.append(shown(cell_id, count, printed))
        cells[-1].outputs = [new_output("display_data", data=stored)]
    listing = "import os\nos.listdir(os.environ['AICAPITAL_PROGRESS'])"
    cells.append(new_code_cell(listing, id="no-progress", execution_count=len(cells) + 1))
    cells[-1].outputs = [
        new_output("execute_result", data={"text/plain": "[]"}, execution_count=len(cells))
    ]
    # Not run: nbval compares nothing, which is why a house rule asks for execution counts.
    cells.append(new_code_cell("1 + 1", id="not-run"))
    failed = replay(new_notebook(cells=cells), tmp_path)
    assert failed == ["other-number", "other-alt-in-html", "no-html", "other-widget-words"]
