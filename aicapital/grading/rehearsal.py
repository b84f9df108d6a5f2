"""Before a release: the author's own answers, graded as a learner's will be."""

import shutil
import tempfile
from pathlib import Path

from . import batch


def problems(source: Path) -> list[str]:
    """What keeps the author's own answers from full marks, one sentence each with the test's line."""
    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder) / "handed_in" / "author"
        handed_in.mkdir(parents=True)
        shutil.copy(source, handed_in)
        # The author's own code needs no sandbox, so a sheet can be released on any Unix.
        settings = batch.Settings(source, Path(folder) / "out", jobs=1, sandbox=False)
        record = batch.grade(settings, handed_in.parent)[0]
    if not record["questions"] or record["status"] not in (
        "graded",
        "graded; to mark by hand",
    ):
        notes = "; ".join(record["notes"])
        return [f"{source.name}: the author's own answers are {record['status']!r}. {notes}"]
    return [
        f"{source.name}, cell {name!r}, {part['why'] or part['status']}. The author's own answer does not pass "
        "when the test is judged in another process than the answer; test its results, as plain data."
        for name, part in record["questions"].items()
        if part["status"] not in ("passed", "needs manual marking")
    ]
