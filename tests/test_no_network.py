"""With the network cut off, every notebook runs, unanswered sheets too, and solutions earn full marks.

One fixture runs them all, so that each kernel is started once.
"""

import copy
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from aicapital.authoring.notebook_file import read
from aicapital.grading import sheet_source
from aicapital.grading.release import generate
from tests.offline_run import namespace, offline
from tests.sample_sheet import sample_sheet

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*.ipynb")])
SOLUTIONS = [path for path in NOTEBOOKS if path.parent.name == "solutions"]
UNANSWERED = "Not answered yet"

PROBE = """
import urllib.request
urllib.request.urlopen("http://{}/", timeout=5)
"""


def probe() -> NotebookNode:
    """A notebook that does need the network: by address and by name."""
    hosts = ("192.0.2.1", "example.org")
    return new_notebook(
        cells=[new_code_cell(PROBE.format(host), id=f"probe-{n}") for n, host in enumerate(hosts)]
    )


def unanswered(source: NotebookNode, name: str) -> NotebookNode:
    """The released sheet, each hidden test put back in a cell of its own."""
    sheet = generate(source, name)
    hidden = {
        cell.id: sheet_source.hidden_tests(cell)
        for cell in source.cells
        if sheet_source.role(cell) == "test"
    }
    cells = []
    for cell in sheet.cells:
        cells.append(cell)
        if cell.id in hidden:
            cells.append(
                new_code_cell(
                    hidden[cell.id], id=f"hidden-{len(cells)}", metadata={"tests": cell.id}
                )
            )
    sheet.cells = cells
    return sheet


def errors(cell: NotebookNode) -> list[str]:
    outputs = cell.get("outputs", [])
    return [f"cell {cell.id!r}: {o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def printed(cell: NotebookNode) -> str:
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


def without_answers(nb: NotebookNode) -> list[str]:
    """What is wrong with a sheet that ran unanswered (as made by `unanswered`)."""
    found = []
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        if "tests" in cell.metadata:
            if not errors(cell):
                found.append(
                    f"cell {cell.metadata['tests']!r}: its hidden tests pass although nothing is answered"
                )
            continue
        found += [f"{error}; the unanswered sheet must run to its end" for error in errors(cell)]
        checks = cell.source.count(".check(")
        if printed(cell).count(UNANSWERED) != checks:
            found.append(
                f"cell {cell.id!r}: {checks} check(s) must print {UNANSWERED!r}; printed {printed(cell)!r}"
            )
    return found


def marks_lost(nb: NotebookNode) -> list[str]:
    """Points that a solution fails to earn by nbgrader's own count, manual cells left out."""
    from nbgrader.utils import determine_grade

    found = [error for cell in nb.cells for error in errors(cell)]
    for cell in nb.cells:
        if sheet_source.role(cell) == "test":
            score, best = determine_grade(cell)
            if score != best:
                found.append(f"cell {cell.id!r}: {score:g} of {best:g} points")
    return found


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, NotebookNode]:
    """Everything, run without a network."""
    jobs = {"probe": (probe(), ROOT), "sample/full": (sample_sheet(), ROOT)}
    jobs["sample/unanswered"] = (unanswered(sample_sheet(), "sample"), ROOT)
    for path in NOTEBOOKS:
        jobs[name_of(path)] = (read(path), path.parent)
    for path in SOLUTIONS:
        jobs[f"unanswered/{path.name}"] = (unanswered(read(path), path.name), path.parent)
    return offline(jobs, tmp_path_factory.mktemp("offline") / "runs", namespace())


@pytest.mark.skipif(
    namespace() is None,
    reason="no network namespaces here; the fallback below is what cuts the network",
)
def test_a_notebook_that_needs_the_network_fails_in_the_namespace(runs):
    assert [len(errors(cell)) for cell in runs["probe"].cells] == [1, 1]


def test_a_notebook_that_needs_the_network_fails_where_there_are_no_namespaces(tmp_path):
    ran = offline({"probe": (probe(), tmp_path)}, tmp_path / "runs", isolation=None)
    assert [len(errors(cell)) for cell in ran["probe"].cells] == [1, 1]
    assert "the network is off in this test" in errors(ran["probe"].cells[0])[0]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_runs_without_network(runs, path):
    assert [error for cell in runs[name_of(path)].cells for error in errors(cell)] == []


@pytest.mark.parametrize("path", SOLUTIONS, ids=name_of)
def test_solution_earns_full_marks(runs, path):
    assert marks_lost(runs[name_of(path)]) == []


@pytest.mark.parametrize("path", SOLUTIONS, ids=name_of)
def test_unanswered_sheet_runs_and_earns_nothing(runs, path):
    assert without_answers(runs[f"unanswered/{path.name}"]) == []


def test_sample_sheet_earns_full_marks_answered_and_nothing_unanswered(runs):
    assert marks_lost(runs["sample/full"]) == []
    assert without_answers(runs["sample/unanswered"]) == []


def test_a_wrong_solution_loses_its_points(runs):
    spoilt = copy.deepcopy(runs["sample/full"])
    test = next(cell for cell in spoilt.cells if cell.id == "ask-1-test")
    test.outputs = [next(o for o in runs["probe"].cells[0].outputs if o.output_type == "error")]
    assert "cell 'ask-1-test': 0 of 2 points" in marks_lost(spoilt)


def test_a_hidden_test_that_any_sheet_passes_is_reported(runs):
    spoilt = copy.deepcopy(runs["sample/unanswered"])
    hidden = next(cell for cell in spoilt.cells if cell.metadata.get("tests") == "ask-1-test")
    hidden.outputs = []
    assert without_answers(spoilt) == [
        "cell 'ask-1-test': its hidden tests pass although nothing is answered"
    ]


def test_a_check_that_is_silent_on_an_unanswered_sheet_is_reported(runs):
    spoilt = copy.deepcopy(runs["sample/unanswered"])
    check = next(cell for cell in spoilt.cells if cell.id == "ask-1-test")
    check.outputs = []
    assert "must print 'Not answered yet'" in without_answers(spoilt)[0]
