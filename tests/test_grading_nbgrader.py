"""The same marks as nbgrader's own `autograde`, on honest and partly right submissions.

A few in every run; all sheets and all samples with COURSE_LONG_TESTS=1 (`make test-grading`, about four minutes).
"""

import json
import os
import shutil
import subprocess
import sys

import pytest

from aicapital.authoring.notebook_file import read
from aicapital.grading import batch, sheet_source
from tests.grading_samples import SOURCES, needs_sandbox, partly_right, write

LONG = os.environ.get("COURSE_LONG_TESTS") == "1"
SHEETS = SOURCES if LONG else SOURCES[:1]
FEW = ("slips",)

STEPS = """
import json, sys
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
api = NbGraderAPI()
learners = sys.argv[1].split(",")
assert api.generate_assignment("sheet")["success"]
for learner in learners:
    done = api.autograde("sheet", learner)
    assert done["success"], done.get("log")
marks = {}
with Gradebook("sqlite:///gradebook.db") as book:
    for learner in learners:
        work = book.find_submission("sheet", learner)
        marks[learner] = {grade.name: grade.auto_score for notebook in work.notebooks for grade in notebook.grades}
print("MARKS" + json.dumps(marks))
"""


@needs_sandbox
@pytest.mark.parametrize("source", SHEETS, ids=lambda path: path.stem)
def test_marks_are_nbgraders(source, tmp_path):
    stem = source.stem
    samples = partly_right(stem)
    if not LONG:
        samples = {name: samples[name] for name in FEW}
    for learner, answers in samples.items():
        path = write(tmp_path / "ours", learner, stem, answers)
        theirs = tmp_path / "nb" / "submitted" / learner / "sheet" / path.name
        theirs.parent.mkdir(parents=True)
        shutil.copy(path, theirs)
    (tmp_path / "nb" / "source" / "sheet").mkdir(parents=True)
    shutil.copy(source, tmp_path / "nb" / "source" / "sheet")
    automatic = {
        cell.metadata.nbgrader.grade_id
        for cell in read(source).cells
        if sheet_source.role(cell) == "test"
    }
    records = batch.grade(batch.Settings(source, tmp_path / "out"), tmp_path / "ours")
    folder = os.path.dirname(sys.executable)
    done = subprocess.run(
        [sys.executable, "-c", STEPS, ",".join(samples)],
        cwd=tmp_path / "nb",
        env=os.environ | {"PATH": os.pathsep.join([folder, os.environ.get("PATH", "")])},
        capture_output=True,
        text=True,
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("MARKS")), "")
    assert line, done.stderr[-3000:]
    theirs = json.loads(line[5:])
    ours = {
        record["learner"]: {
            name: part["score"] for name, part in record["questions"].items() if name in automatic
        }
        for record in records
    }
    differing = [
        (learner, name, score, theirs[learner][name])
        for learner, marks in ours.items()
        for name, score in marks.items()
        if score != theirs[learner][name]
    ]
    assert differing == [], "learner, question, our points, nbgrader's points"
