"""Submissions for the tests of grading: a released sheet with answers put in, whole or in part."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from aicapital.authoring.notebook_file import read, text_of
from aicapital.grading import codec

ROOT = Path(__file__).parents[1]
# Where learners' code cannot be locked up, nothing is graded; CI sets COURSE_NEEDS_SANDBOX and never skips.
TRY = "from aicapital.grading import sandbox; print(sandbox.available(), end='')"
WHY_NOT = (
    ""
    if os.environ.get("COURSE_NEEDS_SANDBOX") == "1"
    else subprocess.run([sys.executable, "-c", TRY], capture_output=True, text=True).stdout
)
needs_sandbox = pytest.mark.skipif(bool(WHY_NOT), reason=f"no sandbox here: {WHY_NOT}")
MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$\n?", re.MULTILINE)
SOURCES = sorted((ROOT / "solutions").glob("*.ipynb"))


def solved(stem: str) -> dict[str, str]:
    """Answer cell -> the author's answer."""
    source = read(ROOT / "solutions" / f"{stem}.ipynb")
    return {
        cell.id: MARKER.sub("", cell.source)
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def filled(stem: str, answers: dict[str, str]):
    """The released sheet as a notebook, with these answers."""
    sheet = read(ROOT / "exercises" / f"{stem}.ipynb")
    for cell in sheet.cells:
        if cell.id in answers:
            cell.source = answers[cell.id]
    return sheet


def write(folder: Path, learner: str, stem: str, answers: dict[str, str]) -> Path:
    path = folder / learner / f"{stem}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text_of(filled(stem, answers)), encoding="utf-8")
    return path


def partly_right(stem: str) -> dict[str, dict[str, str]]:
    """Learners who solved some questions: blanks, slips in the arithmetic, errors, one question only."""
    right = solved(stem)
    codes = {name: text for name, text in right.items() if not name.startswith("q8")}
    blank = {cell.id: cell.source for cell in read(ROOT / "exercises" / f"{stem}.ipynb").cells}
    names = list(codes)
    slip = {
        name: re.sub(r" \* ", " + ", text, count=1).replace(' = "B"', ' = "C"')
        for name, text in codes.items()
    }
    return {
        "all": right,
        "nothing": {},
        "first-half": {name: codes[name] for name in names[: len(names) // 2]},
        "second-half": {name: codes[name] for name in names[len(names) // 2 :]},
        "slips": slip,
        "stops": {
            name: (text if number % 2 else "undefined_name + 1")
            for number, (name, text) in enumerate(codes.items())
        },
        "returns-none": {name: re.sub(r"return .*", "pass", text) for name, text in codes.items()},
        "prints": {
            name: re.sub(r"\breturn (.*)", r"print(\1)", text) for name, text in codes.items()
        },
        "text-answers": {
            name: re.sub(r"= ([\d.]+)$", r'= "\1"', text, flags=re.MULTILINE)
            for name, text in codes.items()
        },
        "blank-q2": {**right, "q2-answer": blank.get("q2-answer", "...")},
    }


def as_graded(value):
    """A learner's value as the judge gets it: described, sent over and rebuilt."""
    return codec.Decoder()(codec.loads(codec.dumps(codec.Encoder()(value))))


def notebook(cells: list[tuple[str, str]], **metadata) -> str:
    made = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": {},
            "source": text,
            "outputs": [],
            "execution_count": None,
        }
        for name, text in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": made})
