"""A learner whose set-up is broken is told what is broken and what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from aicapital import doctor

ROOT = Path(__file__).parents[1]


def visit(*python, env=None, root=ROOT):
    command = [*(python or [sys.executable]), "-m", "aicapital", "doctor"]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=root, env=os.environ | (env or {}), timeout=180
    )


def test_a_whole_set_up_is_well():
    done = visit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "TO DO" not in done.stdout and done.stdout.count("well ") == len(doctor.LOOKS)
    assert done.stderr == ""


def test_python_alone_is_told_to_install():
    done = visit(sys.executable, "-S", "-E")  # no packages
    assert done.returncode == 1 and "Traceback" not in done.stdout + done.stderr
    assert "jupyterlab is not installed" in done.stdout and "make course" in done.stdout


def test_an_old_python_is_named():
    (finding,) = doctor.python((3, 9, 1))
    assert not finding.well and "3.9.1" in finding.found and "3.11 or later" in finding.to_do


def test_another_version_is_named(tmp_path):
    (tmp_path / "requirements.txt").write_text(
        "pandas==0.1  # every table\nnosuchpackage==1.0\n-e .\n"
    )
    (finding,) = doctor.packages(tmp_path)
    assert "pandas is" in finding.found and "tested with 0.1" in finding.found
    assert "nosuchpackage is not installed" in finding.found


def test_a_broken_table_is_named(tmp_path):
    shutil.copytree(ROOT / "aicapital", tmp_path / "aicapital")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    shutil.copy(ROOT / "requirements.txt", tmp_path)
    with open(tmp_path / "data" / "users.csv", "a") as table:
        table.write("not,a,row\n")
    done = visit(root=tmp_path, env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1 and "users" in done.stdout and "git checkout data" in done.stdout


def test_a_spoilt_record_of_answers_is_set_aside_and_said(tmp_path, monkeypatch):
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path))
    (tmp_path / "progress.json").write_text("{ no json")
    (finding,) = doctor.progress()
    assert not finding.well and "It is kept as progress.broken" in finding.found
    assert any("no json" in path.read_text() for path in tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="needs a folder in the way")
def test_a_folder_that_cannot_be_written_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("AICAPITAL_PROGRESS", str(tmp_path / "file" / "sub"))
    (finding,) = doctor.progress()
    assert not finding.well and "nothing can be written" in finding.found
