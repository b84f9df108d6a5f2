"""What lessons print, and what their questions say, with the tables of this moment: without kernels, so in seconds.

`python -m aicapital.authoring.replay OUT.json NOTEBOOK...` runs the code cells of notebooks in this process, each with an empty
progress folder; `changed` starts it with AICAPITAL_DATA pointing at the tables to be tried. Without notebooks it
writes the texts of all questions.
"""

import dataclasses
import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read
from aicapital.figures.chart import words_only
from aicapital.learning import Lesson, banks
from aicapital.learning.questions import fill

FAILED = "FAILED"


class _Hook(DisplayHook):
    """The value of a cell's last line goes where its other outputs go, in their order."""

    def __call__(self, result=None) -> None:
        if result is not None:
            data, metadata = self.shell.display_formatter.format(result)
            if data:  # else it has shown itself
                self.shell.display_pub.publish(data, metadata)


class _Shell(InteractiveShell):
    """Keeps what cells show in place of printing it."""

    display_pub_class = CapturingDisplayPublisher
    displayhook_class = _Hook


def text_of(data: dict) -> str:
    """The words of one output: Markdown where there is some, else the plain text (of a figure: its alt text)."""
    return str(data.get("text/markdown") or data.get("text/plain") or "")


def saved(nb: NotebookNode) -> dict[str, str]:
    """What the code cells of a notebook have printed when it was last executed, by cell id."""
    return {
        cell.id: "\n".join(
            output.text.rstrip("\n")
            if output.output_type == "stream"
            else text_of(output.get("data", {}))
            for output in cell.outputs
        )
        for cell in nb.cells
        if cell.cell_type == "code"
    }


@dataclass
class Ran:
    """What one code cell did: what it printed, the outputs that it showed, the error that ended it."""

    cell: NotebookNode
    printed: str
    shown: list[dict]
    error: BaseException | None


def ran(nb: NotebookNode) -> Iterator[Ran]:
    """Run the code cells of a notebook in this process, from an empty namespace with an empty progress folder."""
    shell = _Shell.instance()
    shell.reset(new_session=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as progress:
        os.environ["AICAPITAL_PROGRESS"] = progress
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            shell.display_pub.outputs.clear()
            with redirect_stdout(io.StringIO()) as stream:
                done = shell.run_cell(cell.source)
            error = done.error_before_exec or done.error_in_exec
            yield Ran(cell, stream.getvalue(), list(shell.display_pub.outputs), error)


@words_only()
def replay(nb: NotebookNode) -> dict[str, str]:
    """What they print now. A cell that fails prints FAILED and its error, and is the last to run."""
    printed = {}
    for done in ran(nb):
        if done.error:
            printed[done.cell.id] = f"{FAILED}: {type(done.error).__name__}: {done.error}"
            break
        streams = [done.printed.rstrip("\n")] if done.printed else []
        shown = [text_of(output["data"]) for output in done.shown]
        printed[done.cell.id] = "\n".join([*streams, *shown])
    return printed


def texts() -> dict[str, str]:
    """Every text of every question with its numbers filled in: "02 fcf hints 3" -> "free = 164.7 - 91.4"."""
    found = {}
    for number in banks.BANKS:
        for question in Lesson(number).questions.values():
            try:
                values = question.values() if question.values else None
                for part, text in _parts(question, ()):
                    key = " ".join(map(str, (number, question.id, *part)))
                    found[key] = fill(text, values, question.id)
            except Exception as error:
                found[f"{number} {question.id}"] = f"{FAILED}: {type(error).__name__}: {error}"
    return found


def _parts(thing: object, where: tuple) -> Iterator[tuple[tuple, str]]:
    """The texts inside a question, and the numbers that its answers are worked out to."""
    if isinstance(thing, str):
        yield where, thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            value = getattr(thing, field.name)
            if field.name in ("answer", "truth", "value"):
                result = value() if callable(value) else value
                value = result if isinstance(result, str) else f"{result:.6g}"
            if field.name not in ("id", "values", "tests", "starter"):
                yield from _parts(value, (*where, field.name))
    elif isinstance(thing, list | tuple):
        for number, part in enumerate(thing, start=1):
            yield from _parts(part, (*where, number))


def main(argv: list[str]) -> int:
    out, *paths = argv
    found = {path: replay(read(Path(path))) for path in paths} if paths else texts()
    Path(out).write_text(json.dumps(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
