"""With the network cut off, every notebook runs, unanswered sheets too, and solutions earn full marks.

Lessons and solutions run once, under nbval, whose kernels are cut off (tests/conftest.py); what they print there is
what is saved in them, or nbval fails. Unanswered sheets run here.
"""

import copy
import functools
import socket
from pathlib import Path

import nbval.kernel
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from aicapital.authoring.notebook_file import read
from aicapital.grading import sheet_source
from aicapital.grading.release import generate
from tests.offline_run import CutOff, namespace, offline
from tests.sample_sheet import sample_sheet

ROOT = Path(__file__).parents[1]
SOLUTIONS = sorted(ROOT.glob("solutions/*.ipynb"))
UNANSWERED = "Not answered yet"

needs_namespaces = pytest.mark.skipif(
    not namespace(),
    reason="no network namespaces here; the fallback below is what cuts the network",
)

# A notebook that does need the network: by address and by name.
SOURCES = [
    f'import urllib.request\nurllib.request.urlopen("http://{host}/", timeout=5)'
    for host in ("192.0.2.1", "example.org")
]


def probe() -> NotebookNode:
    return new_notebook(
        cells=[new_code_cell(source, id=f"probe-{n}") for n, source in enumerate(SOURCES)]
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


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> dict[str, NotebookNode]:
    """The unanswered sheets, a sample sheet and the probe, run without a network."""
    jobs = {"probe": (probe(), ROOT), "full": (sample_sheet(), ROOT)}
    jobs["sample"] = (unanswered(sample_sheet(), "sample"), ROOT)
    for path in SOLUTIONS:
        jobs[path.name] = (unanswered(read(path), path.name), path.parent)
    return offline(jobs, tmp_path_factory.mktemp("offline") / "runs", namespace())


def raised_in_a_kernel(*sources: str) -> list[str]:
    """What cells raise in a kernel as nbval starts it."""
    manager, client = nbval.kernel.start_new_kernel(kernel_name="python3", cwd=str(ROOT))
    try:
        ask = functools.partial(client.execute, reply=True, timeout=60, stop_on_error=False)
        told = [ask(source)["content"] for source in sources]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return [content.get("evalue", "") for content in told]


@needs_namespaces
def test_kernels_of_nbval_live_in_the_namespace():
    with socket.socket() as here:
        here.bind(("127.0.0.1", 0))
        here.listen()
        reach = (
            f"import socket\nsocket.create_connection(('127.0.0.1', {here.getsockname()[1]}), 5)"
        )
        told = raised_in_a_kernel(reach, *SOURCES)
        assert all("unreachable" in words or "resolution" in words for words in told), told


def test_kernels_of_nbval_are_refused_the_network_where_there_are_no_namespaces(monkeypatch):
    manager = functools.partial(CutOff, isolation=())
    monkeypatch.setattr(nbval.kernel, "KernelManager", manager)
    told = raised_in_a_kernel(*SOURCES)
    assert all("the network is off in this test" in words for words in told), told


@needs_namespaces
def test_a_notebook_that_needs_the_network_fails_in_the_namespace(runs):
    assert [len(errors(cell)) for cell in runs["probe"].cells] == [1, 1]


def test_a_notebook_that_needs_the_network_fails_where_there_are_no_namespaces(tmp_path):
    ran = offline({"probe": (probe(), tmp_path)}, tmp_path / "runs", isolation=())
    assert [len(errors(cell)) for cell in ran["probe"].cells] == [1, 1]
    assert "the network is off in this test" in errors(ran["probe"].cells[0])[0]


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.name)
def test_solution_earns_full_marks(path):
    assert marks_lost(read(path)) == []


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.name)
def test_unanswered_sheet_runs_and_earns_nothing(runs, path):
    assert without_answers(runs[path.name]) == []


def test_sample_sheet_earns_full_marks_answered_and_nothing_unanswered(runs):
    assert marks_lost(runs["full"]) == []
    assert without_answers(runs["sample"]) == []


def test_a_wrong_solution_loses_its_points(runs):
    spoilt = copy.deepcopy(runs["full"])
    test = next(cell for cell in spoilt.cells if cell.id == "ask-1-test")
    test.outputs = [next(o for o in runs["probe"].cells[0].outputs if o.output_type == "error")]
    assert "cell 'ask-1-test': 0 of 2 points" in marks_lost(spoilt)


def test_a_hidden_test_that_any_sheet_passes_is_reported(runs):
    spoilt = copy.deepcopy(runs["sample"])
    hidden = next(cell for cell in spoilt.cells if cell.metadata.get("tests") == "ask-1-test")
    hidden.outputs = []
    assert without_answers(spoilt) == [
        "cell 'ask-1-test': its hidden tests pass although nothing is answered"
    ]


def test_a_check_that_is_silent_on_an_unanswered_sheet_is_reported(runs):
    spoilt = copy.deepcopy(runs["sample"])
    check = next(cell for cell in spoilt.cells if cell.id == "ask-1-test")
    check.outputs = []
    assert "must print 'Not answered yet'" in without_answers(spoilt)[0]
