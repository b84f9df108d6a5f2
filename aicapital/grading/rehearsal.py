"""Before a release: the author's own answers, graded as a learner's will be."""

import shutil
import tempfile
from pathlib import Path

from aicapital.authoring.notebook_file import read, write

from . import batch, variants


def problems(source: Path) -> list[str]:
    """What keeps the author's own answers from full marks, one sentence each with the test's line."""
    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder) / "handed_in" / "author"
        handed_in.mkdir(parents=True)
        shutil.copy(source, handed_in)
        record = _graded(source, Path(folder))[0]
    return _faults(source.name, record)


def variant_problems(source: Path) -> list[str]:
    """The same for every variant of every question, with the numbers at fault; nothing where a sheet has none."""
    spec = variants.load(source)
    if spec is None or not spec.own:
        return []
    sheets = variants.combinations(spec)
    names = [f"variant {number:02}" for number in range(1, len(sheets) + 1)]
    with tempfile.TemporaryDirectory() as folder:
        published = read(source)
        for name, numbers in zip(names, sheets, strict=True):
            varied = variants.vary(published, spec, numbers)
            write(varied, Path(folder) / "handed_in" / name / source.name)
        own = variants.Class(
            "rehearsal",
            {
                name: variants.Learner(numbers, name)
                for name, numbers in zip(names, sheets, strict=True)
            },
        )
        records = _graded(source, Path(folder), own)
    return [
        f"{fault} Numbers: {numbers}."
        for record, numbers in zip(records, sheets, strict=True)
        for fault in _faults(f"{source.name}, {record['learner']}", record)
    ]


def _graded(source: Path, folder: Path, own: variants.Class | None = None) -> list[dict]:
    # The author's own code needs no sandbox, so a sheet can be released on any Unix.
    settings = batch.Settings(source, folder / "out", jobs=1, sandbox=False, own=own)
    return batch.grade(settings, folder / "handed_in")


def _faults(name: str, record: dict) -> list[str]:
    if not record["questions"] or record["status"] not in (
        "graded",
        "graded; to mark by hand",
    ):
        notes = "; ".join(record["notes"])
        return [f"{name}: the author's own answers are {record['status']!r}. {notes}"]
    return [
        f"{name}, cell {cell!r}, {part['why'] or part['status']}. The author's own answer does not pass "
        "when the test is judged in another process than the answer; test its results, as plain data."
        for cell, part in record["questions"].items()
        if part["status"] not in ("passed", "needs manual marking")
    ]
