"""Ten learners in one class: a real JupyterHub, its proxy and ten servers, on loopback."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import nbformat
import pytest

from aicapital.grading.collect import collect

from .classroom import LESSON, PROXY, Learner, attend, hub

NAMES = ["ana", "ben", "chen", "dede", "eve", "farid", "gita", "hans", "ines", "juma"]
MISSING = [
    what
    for what, there in {
        "bubblewrap": shutil.which("bwrap"),
        "Node.js": shutil.which("node"),
        "the proxy (npm ci in web)": PROXY.is_file(),
    }.items()
    if not there
]
needs_hub = pytest.mark.skipif(
    bool(MISSING) and not os.environ.get("COURSE_NEEDS_BROWSER"),
    reason=f"NO HUB: the course was NOT tried on JupyterHub. Missing: {', '.join(MISSING)}.",
)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    with hub(tmp_path_factory.mktemp("hub")) as running:
        learners = [Learner(running, name) for name in NAMES]
        with ThreadPoolExecutor(len(learners)) as room:
            saved = list(room.map(attend, learners))
        yield running, learners, saved


@needs_hub
def test_all_run_and_save_the_lesson_at_the_same_time(classroom):
    running, learners, saved = classroom
    for learner, notebook in zip(learners, saved, strict=True):
        errors = [
            output
            for cell in notebook["cells"]
            for output in cell.get("outputs", [])
            if output["output_type"] == "error"
        ]
        assert not errors, f"{learner.name}: {errors[0]}"
        on_disk = nbformat.read(running.homes / learner.name / "course" / LESSON, as_version=4)
        assert on_disk.cells[0].source.endswith(f"Read by {learner.name}.")
        figures = [
            output
            for cell in on_disk.cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        assert len(figures) >= 5


@needs_hub
def test_none_sees_the_files_of_another(classroom):
    running, (ana, ben, *_), _ = classroom
    theirs = ana.get(f"api/contents/{LESSON}", owner=ben.name)
    assert theirs.status_code in (403, 404) or "/hub/" in theirs.url
    assert b"Read by ben" not in theirs.content
    file = running.homes / "ben" / "course" / LESSON
    assert file.exists()
    (outputs,) = ana.run("probe.ipynb", [f"open({str(file)!r}).read()"])
    assert [output["ename"] for output in outputs] == ["FileNotFoundError"]
    (outputs,) = ana.run("probe.ipynb", [f"import os; os.listdir({str(running.homes)!r})"])
    assert outputs[0]["data"]["text/plain"] == "['ana']"


@needs_hub
def test_each_keeps_their_own_progress_and_code(classroom):
    running, (ana, ben, *_), _ = classroom
    answers = [
        learner.run(
            "probe.ipynb",
            [
                "import aicapital; from aicapital import learning\nprint(aicapital.__file__, learning.progress_file())"
            ],
        )
        for learner in (ana, ben)
    ]
    for learner, ((output,),) in zip((ana, ben), answers, strict=True):
        home = str(running.homes / learner.name)
        assert output["text"].count(home) == 2, output["text"]


@needs_hub
def test_sheets_are_collected_for_grading(classroom, tmp_path):
    running, *_ = classroom
    found = collect(str(running.homes / "LEARNER" / "course"), "01_mission_to_dominance", tmp_path)
    assert [entry.learner for entry in found] == NAMES
    for entry in found:
        assert entry.path == tmp_path / entry.learner / "01_mission_to_dominance.ipynb"
        nbformat.read(entry.path, as_version=4)
