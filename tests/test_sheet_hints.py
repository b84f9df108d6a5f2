"""The last hints of a question with lines missing give the code of its blanks, not a line that stands there already."""

import re

import pytest

from aicapital.authoring.notebook_file import read
from aicapital.learning import banks
from tests.grading_samples import ROOT, SOURCES

BLANK = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


def faded():
    """Functions of which lines are given: the author's cell, the released one, and the hints."""
    for source in SOURCES:
        number = source.stem[:2]
        released = {cell.id: cell.source for cell in read(ROOT / "exercises" / source.name).cells}
        for cell in read(source).cells:
            if cell.source.startswith("def ") and "### BEGIN SOLUTION" in cell.source:
                question = cell.id.split("-")[0]
                hints, name = banks.load(number).SHEET[question].hints, f"{number}-{question}"
                yield pytest.param(cell.source, released[cell.id], hints, id=name)


def squeezed(code: str) -> str:
    return re.sub(r"\s", "", code).replace("'", '"').replace("return", "")


@pytest.mark.parametrize(("solution", "released", "hints"), [*faded()])
def test_the_last_hints_give_the_blanks(solution, released, hints):
    assert squeezed(hints[3]) not in squeezed(released), "the answer stands in the cell already"
    given = squeezed("; ".join(hints[2:]))
    for blank in BLANK.findall(solution):
        lines = [line for line in blank.splitlines() if not line.lstrip().startswith("_")]
        name, _, value = lines[-1 if len(lines) < 3 else 0].partition(" = ")
        assert squeezed(name) + "=" in given or squeezed(value or name) in given, blank
