"""A teacher gathers sheets from homes that learners control."""

import os
import subprocess
import sys

import pytest

from aicapital.grading.collect import collect

SHEET = "01_mission_to_dominance"


def home(folder, name, text="answers"):
    sheets = folder / f"jupyter-{name}" / "course" / "exercises"
    sheets.mkdir(parents=True)
    if text is not None:
        (sheets / f"{SHEET}.ipynb").write_text(text)
    return sheets


def gather(tmp_path):
    return collect(str(tmp_path / "jupyter-LEARNER" / "course"), SHEET, tmp_path / "out")


def test_each_learner_gets_a_folder_and_the_missing_are_named(tmp_path):
    home(tmp_path, "ana"), home(tmp_path, "ben", None)
    ana, ben = gather(tmp_path)
    assert (ana.learner, ana.path.read_text()) == ("ana", "answers")
    assert ana.path == tmp_path / "out" / "ana" / f"{SHEET}.ipynb"
    assert (ben.learner, ben.path, ben.problem) == ("ben", None, "no such sheet")


def test_a_second_collection_takes_the_newer_answers(tmp_path):
    sheets = home(tmp_path, "ana")
    gather(tmp_path)
    (sheets / f"{SHEET}.ipynb").write_text("better answers")
    assert gather(tmp_path)[0].path.read_text() == "better answers"
    assert [path.name for path in (tmp_path / "out" / "ana").iterdir()] == [f"{SHEET}.ipynb"]


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="no such system call here")
@pytest.mark.parametrize("what", ["file", "folder", "pipe", "huge", "directory"])
def test_no_trick_makes_the_teacher_read_something_else(tmp_path, what):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / f"{SHEET}.ipynb").write_text("SECRET")
    sheets = home(tmp_path, "eve", None)
    target = sheets / f"{SHEET}.ipynb"
    if what == "file":
        target.symlink_to(secret / f"{SHEET}.ipynb")
    elif what == "folder":
        sheets.rmdir()
        sheets.symlink_to(secret)
    elif what == "pipe":
        os.mkfifo(target)
    elif what == "huge":
        with open(target, "wb") as file:
            file.truncate(10**9)
    else:
        target.mkdir()
    (eve,) = gather(tmp_path)
    assert eve.path is None and eve.problem
    assert not list((tmp_path / "out").rglob("*.ipynb"))


@pytest.mark.parametrize(
    ("homes", "sheet", "says"),
    [
        ("/home/course", SHEET, "must hold the word LEARNER"),
        ("{}/nobody-LEARNER", SHEET, "looks like nobody-LEARNER"),
        ("{}/jupyter-LEARNER", "../../etc/passwd", "without folders"),
    ],
)
def test_a_wrong_call_says_what_is_expected(tmp_path, homes, sheet, says):
    home(tmp_path, "ana")
    command = [sys.executable, "-m", "aicapital", "collect", homes.format(tmp_path), sheet]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=os.environ)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr
