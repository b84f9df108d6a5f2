"""Grading: broken submissions, damage that honest learners do, nothing lost, shards, marks by hand, ordinary tests."""

import contextlib
import csv
import html
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from datetime import datetime
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import psutil
import pytest

from aicapital.authoring.notebook_file import read, text_of
from aicapital.grading import (
    batch,
    codec,
    crossing,
    gradebook,
    marks,
    plan,
    rehearsal,
    release,
    report,
    sandbox,
)
from aicapital.grading.__main__ import _sources, main
from tests.grading_samples import (
    ROOT,
    SOURCES,
    filled,
    needs_sandbox,
    notebook,
    partly_right,
    solved,
    write,
)
from tests.sample_sheet import code

pytestmark = needs_sandbox
SOURCE = SOURCES[0]
STEM = SOURCE.stem


def grade(source: Path, handed_in: Path, out: Path, **settings) -> dict[str, dict]:
    records = batch.grade(batch.Settings(source, out, **{"timeout": 10, **settings}), handed_in)
    return {record["learner"]: record for record in records}


# Broken submissions: each gets its row


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    right = solved(STEM)
    handed_in = folder / "in"
    write(handed_in, "honest", STEM, right)
    write(handed_in, "syntax-error", STEM, {**right, "q2-answer": "def stake_after_round(:\n"})
    write(handed_in, "endless", STEM, {**right, "q2-answer": "while True:\n    pass"})
    write(
        handed_in,
        "endless-call",
        STEM,
        {**right, "q2-answer": "def stake_after_round(*a):\n    while True: pass"},
    )
    write(
        handed_in,
        "much-output",
        STEM,
        {
            **right,
            "q2-answer": right["q2-answer"] + "\nfor _ in range(200):\n    print('x' * 10**6)",
        },
    )
    path = write(handed_in, "missing-cell", STEM, right)
    sheet = read(path)
    sheet.cells = [cell for cell in sheet.cells if cell.id != "q3-answer"]
    path.write_text(text_of(sheet))
    os.rename(
        write(handed_in, "wrong-name", STEM, right), handed_in / "wrong-name" / "homework (2).ipynb"
    )
    for name, content in {
        "not-json": b"this is no notebook",
        "empty": b"",
        "list": b"[1, 2]",
        "binary": bytes(range(256)) * 100,
        "windows-1251": "Курсовая работа, не блокнот".encode("cp1251"),
        "deep": b"[" * 100_000,
        "no-cells": json.dumps({"nbformat": 4, "cells": "none", "metadata": []}).encode(),
        "odd-cells": json.dumps(
            {"cells": [1, None, {"cell_type": 3, "source": {"a": 1}}, {"source": [1]}]}
        ).encode(),
        "other-sheet": notebook([("a", "x = 1")]).encode(),
    }.items():
        (handed_in / name).mkdir()
        (handed_in / name / f"{STEM}.ipynb").write_bytes(content)
    # An honest notebook saved in Windows-1251, with another kernel, and in the format of 2014.
    text_ = text_of(read(write(folder, "x", STEM, {**right, "q8-answer": "Я голосую за капитал."})))
    (handed_in / "cp1251-notebook").mkdir()
    (handed_in / "cp1251-notebook" / f"{STEM}.ipynb").write_bytes(text_.encode("cp1251", "replace"))
    raw = json.loads(text_)
    raw["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}
    (handed_in / "other-kernel").mkdir()
    (handed_in / "other-kernel" / f"{STEM}.ipynb").write_text(json.dumps(raw))
    cells = [
        {**{k: v for k, v in cell.items() if k != "source"}, "input": cell["source"]}
        if cell["cell_type"] == "code"
        else cell
        for cell in raw["cells"]
    ]
    old = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}
    (handed_in / "old-format").mkdir()
    (handed_in / "old-format" / f"{STEM}.ipynb").write_text(json.dumps(old))
    huge = handed_in / "huge"
    huge.mkdir()
    with open(huge / f"{STEM}.ipynb", "wb") as file:
        file.truncate(200 << 20)
    (handed_in / "nothing").mkdir()
    _hand_in_damaged(handed_in, right)
    settings = {"timeout": 2, "submission_timeout": 10, "nbgrader": True}
    return folder, grade(SOURCE, handed_in, folder / "out", **settings)


@pytest.mark.parametrize(
    ("learner", "status", "score"),
    [
        ("honest", "graded; to mark by hand", 19),
        ("syntax-error", "graded; to mark by hand", 17),
        ("endless", "timed out", 17),
        ("endless-call", "timed out", 17),
        ("much-output", "graded; to mark by hand", 19),
        ("missing-cell", "graded; to mark by hand", 16),
        ("wrong-name", "graded; to mark by hand", 19),
        ("not-json", "not a notebook", 0),
        ("empty", "empty", 0),
        ("list", "not a notebook", 0),
        ("binary", "not a notebook", 0),
        ("windows-1251", "not a notebook", 0),
        ("deep", "not a notebook", 0),
        ("no-cells", "not a notebook", 0),
        ("odd-cells", "another sheet", 0),
        ("other-sheet", "another sheet", 0),
        ("cp1251-notebook", "graded; to mark by hand", 19),
        ("other-kernel", "graded; to mark by hand", 19),
        ("old-format", "graded; to mark by hand", 19),
        ("huge", "too large", 0),
        ("nothing", "missing", 0),
    ],
)
def test_a_broken_submission_gets_its_row(broken, learner, status, score):
    _, records = broken
    assert (records[learner]["status"], records[learner]["score"]) == (status, score), records[
        learner
    ]


def test_the_table_has_every_row_and_the_feedback_every_page(broken):
    folder, records = broken
    with open(folder / "out" / "grades.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["learner"] for row in rows] == sorted(records)
    assert list(rows[0])[:5] == ["learner", "sheet", "status", "score", "max_score"]
    assert {path.stem for path in (folder / "out" / "feedback").iterdir()} == set(records)
    page = (folder / "out" / "feedback" / "syntax-error.html").read_text()
    assert "Your cell stops at line 1 with SyntaxError" in page
    assert records["endless"]["questions"]["q2-check"]["status"] == "timed out"
    assert records["endless"]["questions"]["q3-check"]["status"] == "passed"
    assert records["missing-cell"]["questions"]["q3-check"]["status"] == "not answered"


# Damage that honest learners do


DAMAGES = ("no-metadata", "no-ids", "nothing-left", "copied", "moved-test", "added-cell")


@pytest.fixture(scope="module")
def damaged(broken):
    folder, records = broken
    return folder, {name: records[name] for name in DAMAGES}


def _hand_in_damaged(folder: Path, right: dict[str, str]) -> None:
    extra = (
        "import numpy as np\n%matplotlib inline\ndef helper(s, p, n):\n    return s * p / (p + n)\n"
        "await __import__('asyncio').sleep(0)"
    )
    for learner in DAMAGES:
        path = write(folder, learner, STEM, right)
        nb = json.loads(path.read_text())
        cells = nb["cells"]
        place = next(n for n, cell in enumerate(cells) if cell["id"] == "q2-answer")
        if learner in ("no-metadata", "nothing-left"):
            for cell in cells:
                cell["metadata"] = {}
        if learner in ("no-ids", "nothing-left"):
            for cell in cells:
                cell.pop("id")
        if learner == "copied":
            wrong = "def stake_after_round(a, b, c):\n    return 0"
            cells.insert(place, {**cells[place], "id": "copy", "source": wrong})
        if learner == "moved-test":
            cells.sort(key=lambda cell: cell["id"].endswith("check"))
        if learner == "added-cell":
            cells[place]["source"] = "def stake_after_round(s, p, n):\n    return helper(s, p, n)"
            cells.insert(
                place,
                {"cell_type": "code", "id": "mine", "metadata": {}, "source": extra, "outputs": []},
            )
        path.write_text(json.dumps(nb))


def test_lost_metadata_ids_and_order_and_added_cells_cost_nothing(damaged):
    _, records = damaged
    assert {name: record["score"] for name, record in records.items()} == dict.fromkeys(records, 19)


def test_names_layouts_zips_and_duplicates(tmp_path):
    right, folder = solved(STEM), tmp_path / "in"
    made = write(tmp_path, "made", STEM, right)
    for place in (
        f"ada_{STEM}.ipynb",
        "Bob Smith_1234_assignsubmission_file_/work.ipynb",
        f"cleo/{STEM}/{STEM}.ipynb",
        f"dan/{STEM}.ipynb",
        f"dan/.ipynb_checkpoints/{STEM}-checkpoint.ipynb",
    ):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, folder / place)
    older = folder / "ada.ipynb"
    older.write_text("{}")
    os.utime(older, (400_000_000, 400_000_000))
    expected = ["Bob Smith_1234", "ada", "cleo", "dan"]
    jobs = batch.find(folder, STEM, tmp_path / "unpacked")
    assert [job.learner for job in jobs] == expected
    assert "handed in more than once" in jobs[1].notes[0] and jobs[1].files[0].endswith(
        f"ada_{STEM}.ipynb"
    )
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted(folder.rglob("*.ipynb")):
            archive.write(path, path.relative_to(folder))
    assert [
        job.learner for job in batch.find(tmp_path / "all.zip", STEM, tmp_path / "u2")
    ] == expected
    nested = tmp_path / "course" / "submitted"
    nested.parent.mkdir()
    shutil.copytree(folder / "cleo", nested / "cleo")
    assert [job.learner for job in batch.find(nested.parent, STEM, tmp_path / "u3")] == ["cleo"]


def test_two_sheets_in_one_folder_are_kept_apart(tmp_path):
    other, folder = SOURCES[1].stem, tmp_path / "in"
    names = (f"ada/{STEM}.ipynb", f"ada/{other}.ipynb", f"bo/{other}/work.ipynb")
    for name in (*names, f"cy_{STEM}.ipynb", f"cy_{other}.ipynb", "dee/homework.ipynb"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{}")
    jobs = batch.find(folder, STEM, tmp_path / "u", [STEM, other])
    mine = {job.learner: [str(Path(f).relative_to(folder)) for f in job.files] for job in jobs}
    assert mine == {
        "ada": [f"ada/{STEM}.ipynb"],
        "bo": [],
        "cy": [f"cy_{STEM}.ipynb"],
        "dee": ["dee/homework.ipynb"],
    }
    assert [job.notes for job in jobs if not job.files] == [
        ["what was handed in has the name of another sheet"]
    ]
    assert batch._is_for("hw1", ["hw1", "hw10"], "ada_hw10") is False


def test_the_roster_reports_late_missing_and_unknown(tmp_path):
    for name in ("ada", "bob", "zoe"):
        path = write(tmp_path / "in", name, STEM, {})
        os.utime(path, (2_000_000_000, 2_000_000_000) if name == "bob" else (1_000_000_000,) * 2)
    (tmp_path / "roster.csv").write_text("id,name\nada,Ada L.\nbob,Bob\ncleo,Cleo\n")
    jobs = batch.find(tmp_path / "in", STEM, tmp_path / "u")
    jobs = batch.with_roster(jobs, tmp_path / "roster.csv", datetime.fromtimestamp(1_999_990_000))
    told = {job.learner: job.notes for job in jobs}
    assert told == {"ada": [], "bob": ["late by 3 hours"], "cleo": [], "zoe": ["not on the roster"]}


def test_two_learners_with_the_same_name_are_never_taken_for_one(tmp_path):
    for name in ("Ada Byron_1_assignsubmission_file_", "Ben A_77_assignsubmission_file_", "cleo"):
        write(tmp_path / "in", name, STEM, {})
    (tmp_path / "roster.csv").write_text(
        "id,name,section,sis_id\na1,Ada Byron,A,77\na2,Ada Byron,A,78\nb1,Ben A,B,79\nCleo,Cleo C,A,80\n"
    )
    jobs = batch.find(tmp_path / "in", STEM, tmp_path / "u")
    told = {
        job.learner: job.notes for job in batch.with_roster(jobs, tmp_path / "roster.csv", None)
    }
    assert told == {
        "Ada Byron_1": ["the name fits several on the roster: a1, a2"],
        **dict.fromkeys(("a1", "a2", "b1", "Cleo"), []),
    }


@pytest.mark.parametrize(
    "name", ["../x", "CON", "lpt1.txt", "=1+1", "a\u2028b", "\udcff", "a/b", " . "]
)
def test_a_learners_name_is_the_name_of_one_file(name):
    safe = batch.learner_name(name, STEM)
    assert re.fullmatch(r"[\w.,@+'()& -]+", safe) and not safe.startswith((".", " "))
    assert safe.upper() != "CON" and not safe.startswith("lpt1")
    assert batch.learner_name(f"{name}?", STEM) != safe


def test_the_rosters_rows_stay_with_their_learners(tmp_path):
    roster = tmp_path / "roster.csv"
    roster.write_text("id;name;email\n;Guest;g@u.edu\nada;Ada L.;a@u.edu\nbob;Bob;b@u.edu\n")
    people = marks.people_of(roster)
    assert {learner: row["email"] for learner, row in people.items()} == {
        "ada": "a@u.edu",
        "bob": "b@u.edu",
    }
    roster.write_text("id,name\nada,Ada L.\nada,Ada M.\n")
    with pytest.raises(batch.GradeError, match="two lines for ada"):
        batch.read_roster(roster)


def test_no_zip_and_no_stamp_stops_the_search(tmp_path, monkeypatch):
    folder = tmp_path / "in"
    right = write(folder, "ada", STEM, solved(STEM))
    os.mkfifo(right.parent / "timestamp.txt")
    (folder / "bob").mkdir()
    (folder / "bob" / "timestamp.txt").write_bytes(b"\xff" * 100)
    os.mkfifo(folder / "pipe.zip")
    (folder / "no.zip").write_bytes(b"PK")
    with zipfile.ZipFile(folder / "broken.ZIP", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(right, "a.ipynb")
    whole = bytearray((folder / "broken.ZIP").read_bytes())
    whole[100:400] = b"\xff" * 300
    (folder / "broken.ZIP").write_bytes(whole)
    monkeypatch.setattr(batch, "MAX_LEARNERS_ZIP_BYTES", 1000)
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.ipynb", "0" * 1001)
    jobs = {job.learner: job for job in batch.find(folder, STEM, tmp_path / "u")}
    assert jobs["ada"].files == [str(right)] and jobs["bob"].files == []
    assert jobs["no"].notes == ["the zip cannot be read"]
    assert jobs["bomb"].notes == ["the zip is too large; the rest was left out"]
    assert not jobs["bomb"].files and set(jobs) == {"ada", "bob", "bomb", "broken", "no", "pipe"}
    monkeypatch.undo()
    jobs = {job.learner: job for job in batch.find(folder, STEM, tmp_path / "u2")}
    assert jobs["broken"].notes == ["a member of the zip cannot be read; it was left out"]


def test_what_a_file_says_of_itself_cannot_break_the_results(tmp_path):
    odd = "x\u2028\x85\x1b[31m\ud800"
    for nb in (
        {"cells": [], "metadata": {"kernelspec": {"language": odd}}},
        {"worksheets": [], "nbformat": odd},
        {"worksheets": [], "nbformat": ["x"] * 1000},
    ):
        _, notes = plan.cells_of(json.dumps(nb).encode())
        assert notes[0].isprintable() and len(notes[0]) < 80
    head, record = {"sheet": odd}, {"learner": "ada", "why": odd}
    batch.write_results(tmp_path / "results.jsonl", head, [record])
    assert batch.read_results(tmp_path) == (head, [record])
    results = batch.Results(tmp_path, head)
    results.add({"learner": "bob", "why": odd})
    assert [one["learner"] for one in results.finish()] == ["ada", "bob"]
    with pytest.raises(plan.SubmissionError, match="2,001 cells"):
        plan.cells_of(json.dumps({"cells": [{}] * 2001}).encode())
    assert plan.names_bound("a = '\0'\nb = 1")[0] <= {"a", "b"}


# Nothing lost, the same bytes, shards


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A class graded in one go: its folder of submissions, and of results."""
    folder = tmp_path_factory.mktemp("whole")
    samples = partly_right(STEM)
    for name in ("all", "blank-q2", "nothing", "prints", "slips", "stops"):
        write(folder / "in", name, STEM, samples[name])
    assert main([str(SOURCE), str(folder / "in"), "--out", str(folder / "out")]) == 0
    return folder / "in", folder / "out"


def assert_same(one: Path, other: Path) -> None:
    names = [sorted(str(path.relative_to(top)) for path in top.rglob("*")) for top in (one, other)]
    assert names[0] == names[1]
    for path in one.rglob("*"):
        if path.is_file():
            assert (other / path.relative_to(one)).read_bytes() == path.read_bytes(), path.name


def test_a_run_that_is_killed_goes_on_and_ends_with_the_same_files(whole, tmp_path):
    handed_in, expected = whole
    out = tmp_path / "killed"
    given = [str(SOURCE), str(handed_in), "--out", str(out)]
    results = out / "results.jsonl"
    command = [sys.executable, "-m", "aicapital", "grade", *given, "--jobs", "1"]
    mark = str(tmp_path / "marked")
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"TZ": "UTC", "LC_CTYPE": "C.UTF-8", "HOME": mark},
    )
    while not results.exists() or results.read_bytes().count(b"\n") < 3:
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    for _ in range(100):
        left = [p for p in psutil.process_iter(["environ"]) if mark in str(p.info["environ"])]
        if not left:
            break
        time.sleep(0.05)
    assert left == []  # no process outlives the one that was killed
    kept = results.read_bytes().splitlines(keepends=True)
    assert 3 <= len(kept) < 7
    results.write_bytes(b"".join(kept) + b'{"learner": "half a li')
    assert main(given) == 0
    assert_same(out, expected)


def test_a_warm_process_that_is_killed_costs_one_submission_at_most(whole, tmp_path, monkeypatch):
    handed_in, expected = whole
    judge, kills = batch.Pool.judge, []

    def judged(pool, job, known=None):
        if job.learner == "slips" and known is None:  # each time: it may be what ends them
            judges = psutil.Process(pool._process.pid)
            kills.append(judges.children()[0].pid if not kills else judges.pid)
            os.kill(kills[-1], signal.SIGKILL)
        return judge(pool, job, known)

    monkeypatch.setattr(batch.Pool, "judge", judged)
    out = tmp_path / "out"
    assert main([str(SOURCE), str(handed_in), "--out", str(out), "--jobs", "2"]) == 0
    assert len(kills) == 2
    ours = {one["learner"]: one for one in batch.read_results(out)[1]}
    theirs = {one["learner"]: one for one in batch.read_results(expected)[1]}
    cut = ours.pop("slips")
    assert (cut["status"], cut["score"]) == (batch.GRADE_FAILED, 0)
    assert "The grading process ended. It got SIGKILL." in cut["notes"]
    assert ours == {name: one for name, one in theirs.items() if name != "slips"}
    assert (out / "feedback" / "slips.html").exists()


def test_two_shards_make_the_whole_and_another_sheet_is_refused(whole, tmp_path, capsys):
    handed_in, expected = whole
    for out, shard in (("one", "1/2"), ("two", "2/2")):
        given = [str(SOURCE), str(handed_in), "--out", str(tmp_path / out), "--shard", shard]
        assert main(given) == 0
    parts = [str(tmp_path / "one"), str(tmp_path / "two")]
    assert main(["--out", str(tmp_path / "joined"), "--merge", *parts]) == 0
    assert_same(tmp_path / "joined", expected)
    assert main([str(SOURCES[1]), str(handed_in), "--out", str(tmp_path / "one")]) == 1
    assert "another run" in capsys.readouterr().err


def test_feedback_calls_the_questions_by_their_headings(whole):
    page = html.unescape((whole[1] / "feedback" / "slips.html").read_text())
    source = read(next(path for path in SOURCES if path.stem == STEM))
    asked = re.findall(
        r"^### (Q\d+\. .*?) \(", "\n".join(cell.source for cell in source.cells), re.MULTILINE
    )
    assert len(asked) > 5
    assert re.findall(r"<h2>(.*?)</h2>", page) == asked


def test_feedback_says_what_the_sheet_says_at_home(whole):
    """The visible check of each cell, run in one process as a learner does, against the page."""
    page = html.unescape((whole[1] / "feedback" / "slips.html").read_text())
    answers, said = partly_right(STEM)["slips"], 0
    namespace: dict = {}
    for cell in filled(STEM, answers).cells:
        if cell.cell_type != "code":
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.suppress(TypeError):
            exec(compile(cell.source, cell.id, "exec"), namespace)
        if cell.id.endswith("-check") and "Not yet." in printed.getvalue():
            line = next(
                line for line in printed.getvalue().splitlines() if line.startswith("Not yet")
            )
            assert line in page
            said += 1
    assert said >= 3


def test_marks_by_hand_are_added_for_moodle_and_canvas(whole, tmp_path, capsys):
    out = tmp_path / "whole"
    shutil.copytree(whole[1], out)
    assert marks._result_folders(tmp_path) == [out] == marks._result_folders(out)
    table = out / marks.BY_HAND
    rows = table.read_text().splitlines()
    assert rows[1] == "all,q8-answer,4,,"
    table.write_text("\n".join([rows[0], "all,q8-answer,4,3.5,Clear.", *rows[2:]]))
    (tmp_path / "roster.csv").write_text("id,name,email\nall,=Ada,ada@x.org\n")
    assert marks.main([str(out), "--roster", str(tmp_path / "roster.csv")]) == 0
    assert "all,ada@x.org,22.5,97.8,q8-answer: Clear." in (out / "moodle.csv").read_text()
    canvas = (out / "canvas.csv").read_text().splitlines()
    assert canvas[1].startswith("    Points Possible") and canvas[2] == "'=Ada,,,all,,22.5"
    table.write_text("\n".join([rows[0], "all,q8-answer,4,5,"]))
    assert marks.main([str(out)]) == 1
    assert "line 2: '5' points; give a number from 0 to 4" in capsys.readouterr().err


def test_formgrader_gets_a_gradebook_and_its_marks_come_back(damaged):
    from nbgrader.api import Gradebook

    damaged_folder, damaged = damaged

    records = [damaged["no-metadata"], damaged["moved-test"]]
    folder = damaged_folder / "out" / "nbgrader"
    path = gradebook.export(SOURCE, records, folder)
    shown = read(folder / "autograded" / "no-metadata" / STEM / f"{STEM}.ipynb")
    assert "I vote for the equity" in "".join(cell.source for cell in shown.cells)
    with Gradebook(f"sqlite:///{path}") as book:
        work = book.find_submission(STEM, "no-metadata")
        assert (work.score, work.max_score, work.needs_manual_grade) == (19, 23, True)
        book.find_grade("q8-answer", STEM, STEM, "no-metadata").manual_score = 3
        book.db.commit()
    gradebook.export(SOURCE, records, folder)  # grading again keeps what was marked
    given = gradebook.manual_marks(path, STEM)
    assert given == {"no-metadata": {"q8-answer": (3.0, "")}}
    complete = marks.with_marks(records, given)
    assert (complete[0]["score"], complete[0]["status"]) == (22, "graded")


def test_the_class_report_counts_and_never_accuses(whole):
    head, records = batch.read_results(whole[1])
    shares = report.table(records, head["questions"])
    assert shares.at["q1-check", "right"] == pytest.approx(100 * 3 / 6)
    assert shares.at["q3-check", "mistakes"].startswith("print for return (1)")
    assert ("q8-answer", ["all", "blank-q2"]) in report.equal_answers(records)
    page = (whole[1] / "class_report.html").read_text()
    assert "<td>Q3. A capped return <small>(q3-check)</small></td>" in page
    picture = html.unescape(re.search(r'<img alt="(.*?)"', page)[1])
    assert re.search(r"\d+ % have the hardest question right: Q\d\. ", picture)
    assert f"Q3. A capped return: {shares.at['q3-check', 'right']:.0f} % right" in picture
    assert "(q7-check-function): " in picture and "q3-check" not in picture  # two under one heading
    assert not any(word in page.lower() for word in ("cheat", "plagiar", "copied"))


# Tests in ordinary nbgrader style

ORDINARY = {
    "a given list": ("first = lambda xs: xs[0]", "assert first(firms) == 3"),
    "over a given list": (
        "twice = lambda x: 2 * x",
        "assert all(twice(x) == 2 * x for x in firms)",
    ),
    "mapped": ("once = lambda x: x", "assert all(map(lambda x: once(x) == x, firms))"),
    "credit": ("share = 2.0", "2 * share"),
    "tables": (
        'made = pd.DataFrame({"firm": list("aba"), "paid": [1.0, 2, 3]})\nsums = lambda t: t.groupby("firm")["paid"].sum()',
        'assert made.shape == (3, 2)\npd.testing.assert_series_equal(sums(made), pd.Series([4.0, 2.0], pd.Index(["a", "b"], name="firm"), name="paid"))\n'
        'assert list(made.columns) == ["firm", "paid"] and made["paid"].dtype == float',
    ),
    "arrays": (
        "grid = np.arange(6).reshape(2, 3)\nscale = lambda a, k=2: a * k",
        "np.testing.assert_allclose(scale(grid, k=0.5).sum(axis=0), [1.5, 2.5, 3.5])\nassert grid.dtype == np.arange(1).dtype",
    ),
    "dates": (
        'day = pd.Timestamp("2026-03-03")\nspan = dt.timedelta(days=2)\ndays = pd.date_range("2026-01-01", periods=3, freq="D")',
        'assert day.year == 2026 and day + span == pd.Timestamp("2026-03-05")\nassert (days.dayofyear == [1, 2, 3]).all()',
    ),
    "categoricals": (
        'size = pd.Series(["low", "high"], dtype=pd.CategoricalDtype(["low", "high"], ordered=True))',
        'assert size.cat.ordered and list(size.cat.categories) == ["low", "high"] and size.max() == "high"',
    ),
    "named tuples, decimals, fractions": (
        'from collections import namedtuple\nfrom decimal import Decimal\nRound = namedtuple("Round", "pre new")\nlast = Round(730, 110)\nprice = Decimal("1.10")',
        'from decimal import Decimal\nassert last.pre == 730 and last == (730, 110) and price * 2 == Decimal("2.20")',
    ),
    "exceptions": (
        "class TooLittle(ValueError): pass\ndef share(a, b):\n    if b <= 0: raise ValueError('b must be above 0')\n    if a < 0: raise TooLittle('a')\n    return a / b",
        "import pytest\nwith pytest.raises(ValueError, match='above 0'):\n    share(1, 0)\nwith pytest.raises(TooLittle):\n    share(-1, 2)\n"
        "try:\n    share(1, 0)\nexcept ZeroDivisionError:\n    assert False\nexcept ValueError as error:\n    assert 'above' in str(error)",
    ),
    "functions looked at": (
        'def cost(units, price=2.5, *, tax=0):\n    """What the units cost."""\n    return units * price + tax',
        'import inspect\nassert cost.__name__ == "cost" and cost.__doc__.startswith("What")\n'
        'assert list(inspect.signature(cost).parameters) == ["units", "price", "tax"]\n'
        "assert inspect.signature(cost).parameters['price'].default == 2.5 and callable(cost) and cost(2, tax=1) == 6",
    ),
    "arguments that are changed": (
        "def add_share(table):\n    table['share'] = table['paid'] / table['paid'].sum()\ndef grow(items):\n    items.append(len(items))\n    items[0] = 9",
        "_t = pd.DataFrame({'paid': [1.0, 3.0]})\nadd_share(_t)\nassert list(_t['share']) == [0.25, 0.75]\n_l = [1]\ngrow(_l)\nassert _l == [9, 1]",
    ),
    "classes": (
        "class Account:\n    def __init__(self, start=0):\n        self.balance = start\n    def pay_in(self, amount):\n        self.balance += amount\n        return self",
        "_a = Account(5)\n_a.pay_in(3)\nassert _a.balance == 8 and Account().balance == 0 and _a.pay_in(1).balance == 9",
    ),
    "figures": (
        "fig, (left, right) = plt.subplots(1, 2)\nleft.bar(['a', 'b'], [1, 2], label='paid')\nleft.legend()\nright.plot([1, 2], [3, 4], 'r--')\n"
        "right.scatter([1], [2])\nright.set(title='Cash', xlabel='Year', yscale='log', xlim=(0, 5))",
        "assert [p.get_height() for p in left.patches] == [1, 2] and len(fig.axes) == 2\nassert [t.get_text() for t in left.get_xticklabels()] == ['a', 'b']\n"
        "assert left.get_legend().get_texts()[0].get_text() == 'paid'\n_line = right.lines[0]\nassert list(_line.get_ydata()) == [3, 4] and _line.get_linestyle() == '--'\n"
        "assert _line.get_color() in ('r', (1.0, 0.0, 0.0, 1.0), [1.0, 0.0, 0.0, 1.0])\nassert right.get_title() == 'Cash' and right.get_yscale() == 'log' and right.get_xlim() == (0, 5)\n"
        "assert len(right.collections) == 1",
    ),
    "generators": (
        "def pairs(n):\n    for i in range(n):\n        yield i, i * i",
        "assert list(pairs(3)) == [(0, 0), (1, 1), (2, 4)] and dict(pairs(2)) == {0: 0, 1: 1}",
    ),
    "a file of data": (
        "paid = pd.read_csv('paid.csv')['paid'].sum()",
        "assert paid == pd.read_csv('paid.csv')['paid'].sum() == 3",
    ),
    "partial credit": ("half = 1", "4 if half == 2 else 2"),
}


def _ordinary_sheet():
    cells = [
        code(
            "setup",
            "import datetime as dt\nimport numpy as np\nimport pandas as pd\nimport matplotlib.pyplot as plt\nfirms = [3, 4]",
            locked=True,
        )
    ]
    for number, (answer, test) in enumerate(ORDINARY.values()):
        cells.append(
            code(f"a{number}", f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", solution=True)
        )
        cells.append(
            code(
                f"t{number}",
                f"### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS\n{test}",
                grade=True,
                locked=True,
                points=4,
            )
        )
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"aicapital": {"points": 4 * len(ORDINARY)}}
    )


@pytest.fixture(scope="module")
def ordinary(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ordinary")
    (folder / "practice.ipynb").write_text(text_of(_ordinary_sheet()))
    (folder / "in").mkdir()
    (folder / "data").mkdir()
    (folder / "data" / "paid.csv").write_text("firm,paid\na,1\nb,2\n")
    (folder / "in" / "ada.ipynb").write_text(text_of(_ordinary_sheet()))
    eve = _ordinary_sheet()
    for number, answer in enumerate(NOT_ORDINARY):
        next(cell for cell in eve.cells if cell.id == f"a{number}").source = answer
    (folder / "in" / "eve.ipynb").write_text(text_of(eve))
    settings = {"data": folder / "data", "debug": True}
    return grade(folder / "practice.ipynb", folder / "in", folder / "out", **settings)


# To the first questions: right but it empties our list; wrong; ends the test's loop; no number.
NOT_ORDINARY = [
    "def first(xs):\n    xs.clear()\n    return 3",
    "twice = lambda x: x",
    "def once(x): raise StopIteration",
    "share = float('nan')",
]


def test_a_test_looks_at_all_that_it_was_written_to_look_at(ordinary):
    got = [ordinary["eve"]["questions"][f"t{number}"] for number in range(len(NOT_ORDINARY))]
    assert [part["score"] for part in got] == [4, 0, 0, 0]
    assert [part["status"] for part in got] == ["passed", "failed", "error", "failed"]


@pytest.mark.parametrize(("number", "idiom"), list(enumerate(ORDINARY)))
def test_an_ordinary_test_runs_unchanged(ordinary, number, idiom):
    got = ordinary["ada"]["questions"][f"t{number}"]
    assert got["score"] == (2 if idiom == "partial credit" else 4), got


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (
            "import inspect\nassert 'for' in inspect.getsource(answer)",
            "line 2, `assert 'for' in inspect.getsource(answer)`: inspect.getsource() reads",
        ),
        ("from unittest.mock import patch", "line 1"),
        ("assert plt.gca().get_title()", "ask for the figure under a name"),
        ("assert 'answer' in globals()", "name what you test"),
        ("np.random.seed(1)\nanswer()", "seeds the judge's random numbers"),
        ("answer(lambda x: x)", "only plain data can cross"),
        ("def _back(x):\n    return x\nanswer(_back)", "line 3"),
        ("answer = 3", "is the learner's name"),
        ("assert answer is other", "use =="),
        ("!ls", "magics and shell lines"),
        ("assert (", "no valid Python"),
    ],
)
def test_what_cannot_cross_is_refused_at_release_with_its_line(test, words):
    sheet = nbformat.v4.new_notebook(
        cells=[
            code(
                "ask",
                "answer = ...\n### BEGIN SOLUTION\nanswer = 1\n### END SOLUTION",
                solution=True,
            ),
            code(
                "ask-test",
                f"{test}\n### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS",
                grade=True,
                locked=True,
                points=1,
            ),
        ],
        metadata={"aicapital": {"points": 1}},
    )
    with pytest.raises(release.ReleaseError) as error:
        release.generate(sheet, "practice.ipynb")
    assert words in str(error.value) and "cell 'ask-test'" in str(error.value)
    assert list(crossing.problems(sheet))


def test_the_authors_own_answers_are_graded_before_a_release(tmp_path):
    """A callback that no reading of the test shows is met here, with the test's line."""
    sheet = nbformat.v4.new_notebook(
        cells=[
            code(
                "ask", "### BEGIN SOLUTION\napply = lambda f: f(2)\n### END SOLUTION", solution=True
            ),
            code(
                "ask-test",
                "assert callable(apply)\n### BEGIN HIDDEN TESTS\nfor _f in [len, abs]:\n"
                "    apply(_f)\n### END HIDDEN TESTS",
                grade=True,
                locked=True,
                points=1,
            ),
        ],
        metadata={"aicapital": {"points": 1}},
    )
    (tmp_path / "practice.ipynb").write_text(text_of(sheet))
    [problem] = rehearsal.problems(tmp_path / "practice.ipynb")
    assert "cell 'ask-test', line 4: TypeError: a test passes" in problem
    assert "only plain data can cross" in problem


def test_the_sheet_is_found_by_its_number_or_the_names_of_the_files(tmp_path):
    write(tmp_path / "in", "ada", SOURCES[1].stem, {})
    assert _sources(Path("auto"), tmp_path / "in") == [SOURCES[1]]
    assert _sources(Path("2"), tmp_path / "in") == [SOURCES[1]]
    with pytest.raises(batch.GradeError, match="There is no sheet '77'"):
        _sources(Path("77"), tmp_path / "in")
    with pytest.raises(batch.GradeError, match="SHEET=01"):
        _sources(Path("auto"), tmp_path / "none")


def test_nothing_else_may_lie_in_the_folder_of_data(tmp_path):
    source = tmp_path / "practice.ipynb"
    source.write_text("{}")
    with pytest.raises(batch.GradeError, match="holds the sheet's source"):
        grade(source, tmp_path, tmp_path / "out", data=tmp_path)


# The line and the sandbox


@pytest.mark.parametrize(
    "coded",
    [
        {"t": "nd", "d": "O", "s": [1], "b": ""},
        {"t": "?"},
        {"t": "tuple", "v": 3},
        {"t": "set", "v": [[1]]},
        {"t": "ntuple", "n": "A", "f": ["__class__("], "v": [1]},
        {"t": "decimal", "v": "1e999999999"},
        {"t": "frame"},
    ],
)
def test_bytes_that_are_no_value_are_refused(coded):
    with pytest.raises(codec.CodecError):
        codec.Decoder()(coded)


def test_a_table_comes_back_as_it_went():
    table = pd.DataFrame(
        {
            "a": pd.Categorical(["x", "y"]),
            "b": pd.array([1, None], dtype="Int64"),
            "c": pd.date_range("2026-01-01", periods=2, tz="UTC"),
            "d": pd.period_range("2026", periods=2, freq="Q"),
            "e": np.array([[1], None], dtype=object),
        },
        index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["i", "j"]),
    )
    back = codec.Decoder()(codec.loads(codec.dumps(codec.Encoder()(table))))
    pd.testing.assert_frame_equal(table, back)


def test_without_a_sandbox_grading_is_refused_and_says_how_to_allow_it(monkeypatch):
    monkeypatch.setattr(sandbox.sys, "platform", "darwin")
    with pytest.raises(sandbox.SandboxError, match="--no-sandbox"):
        sandbox.enter_view([])


def in_a_view(script: str, *arguments: Path) -> subprocess.CompletedProcess:
    """Run a script that enters a view, or prints REFUSED where the system allows none; the course's folder is its first argument."""
    done = subprocess.run(
        [sys.executable, "-c", script, str(ROOT), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    if "REFUSED" in done.stdout:
        pytest.skip("this system allows no user namespaces")
    return done


def test_it_holds_for_an_ordinary_user_too(tmp_path):
    """No root: a user namespace does the same. Run as nobody when the tests run as root."""
    script = """
import os, sys
sys.path.insert(0, sys.argv[1])
import json
from aicapital.grading import sandbox
if os.geteuid() == 0:
    os.setgroups([]); os.setresgid(65534, 65534, 65534); os.setresuid(65534, 65534, 65534)
    sandbox.libc().prctl(4, 1, 0, 0, 0)
read, write = os.pipe()
try:
    proc = sandbox.enter_view([])
except sandbox.SandboxError as error:
    print("REFUSED", error)
    raise SystemExit
def run():
    found = {"root": sorted(os.listdir("/")), "pid": os.getpid()}
    for name, act in {"fork": os.fork, "write": lambda: open("/usr/x", "w"), "scratch": lambda: open("x", "w").close()}.items():
        try:
            act(); found[name] = "done"
        except OSError as error:
            found[name] = error.__class__.__name__
    os.write(write, json.dumps(found).encode())
pid = sandbox.spawn(proc, sandbox.Limits(), write, run)
os.waitpid(pid, 0)
print(os.read(read, 10000).decode())
"""
    done = in_a_view(script)
    found = json.loads(done.stdout or done.stderr[-500:])
    assert found["pid"] == 1 and found["fork"] == "PermissionError" and found["scratch"] == "done"
    assert found["write"] in ("OSError", "PermissionError") and "home" not in found["root"]


def test_an_environment_that_is_reached_through_a_link_is_seen(tmp_path):
    """Under both names, or what a learner's code imports late would be missing; and what is masked is masked under both."""
    there, link = tmp_path / "there", tmp_path / "elsewhere" / "link"
    for folder in (there / "lib", there / "solutions", link.parent):
        folder.mkdir(parents=True)
    (there / "lib" / "module.py").touch()
    (there / "solutions" / "01.ipynb").touch()
    link.symlink_to(there)
    script = """
import os, sys
sys.path.insert(0, sys.argv[1])
from aicapital.grading import sandbox
there, link = sys.argv[2:]
try:
    sandbox.enter_view([link, link + "/lib"], [there + "/solutions"])
except sandbox.SandboxError as error:
    print("REFUSED", error)
    raise SystemExit
for name in (there, link):
    print(os.listdir(name + "/lib"), os.listdir(name + "/solutions"))
"""
    done = in_a_view(script, there, link)
    assert done.stdout.splitlines() == ["['module.py'] []"] * 2, done.stderr


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_the_sheet_that_is_graded_is_the_sheet_that_was_released(source):
    """A learner who handed in the released sheet as it is answered nothing, by our own account of the blanks."""
    sheet = plan.load_plan(source)
    cells, notes = plan.cells_of((ROOT / "exercises" / source.name).read_bytes())
    answers = plan.answers_of(sheet, cells, notes)
    assert answers.unchanged == set(sheet.blanks) and answers.notes == [] and answers.added == {}
