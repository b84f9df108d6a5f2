"""Run notebooks from top to bottom and save what they print, ready to be committed."""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from aicapital.authoring import house_rules
from aicapital.authoring.notebook_file import NotebookFileError, read, settle, write

ROOT = Path(__file__).parents[2]
WIDGET = "application/vnd.jupyter.widget-view+json"


class ExecuteError(RuntimeError):
    """A notebook did not run to its end."""


def run(
    nb: NotebookNode, folder: Path, name: str = "notebook", allow_errors: bool = False
) -> NotebookNode:
    """Execute `nb` in place, in a fresh kernel started in `folder`, with an empty progress folder."""
    client = NotebookClient(
        nb,
        kernel_name="python3",
        timeout=300,
        allow_errors=allow_errors,
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    # A lesson that shows the learner's progress must show none here, whoever runs it.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as progress:
        try:
            # The kernel's own stderr holds start-up notices; what cells write there comes back as output.
            client.execute(
                env=os.environ | {"AICAPITAL_PROGRESS": progress}, stderr=subprocess.DEVNULL
            )
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise ExecuteError(_what_failed(nb, name, error)) from error
    settle(nb)
    _leave_twins(nb)
    return nb


def _what_failed(nb: NotebookNode, name: str, error: Exception) -> str:
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                return f"{name}, cell {cell.get('id')!r}: {output.ename}: {output.evalue}"
    started = [
        cell for cell in nb.cells if cell.cell_type == "code" and cell.execution_count is not None
    ]
    where = f", after cell {started[-1].get('id')!r}" if started else ""
    return f"{name}{where}: {type(error).__name__}: {error}"


def _leave_twins(nb: NotebookNode) -> None:
    """Take live widgets out of the saved file; their words and pictures stay.

    A saved widget view has no kernel behind it: JupyterLab would show "Loading widget..." over the picture beside it.
    Without the view a reader sees the picture or the question, and running the cell brings the widget.
    """
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)


def execute(paths: Iterable[Path]) -> None:
    """Re-execute notebooks in place. A notebook that fails is left as it was."""
    for path in map(Path, paths):
        nb = read(path)
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        write(run(nb, path.resolve().parent, name=str(path)), path)


def main(argv: list[str] | None = None) -> int:
    """`python -m aicapital execute [paths]`: all lessons and solutions when no path is given."""
    parser = argparse.ArgumentParser(prog="python -m aicapital execute", description=main.__doc__)
    parser.add_argument(
        "paths", nargs="*", type=Path, help="notebooks (default: notebooks/ and solutions/)"
    )
    paths = parser.parse_args(argv).paths or sorted(
        path for folder in ("notebooks", "solutions") for path in (ROOT / folder).glob("*.ipynb")
    )
    failed = False
    for path in paths:
        try:
            execute([path])
            problems = house_rules.problems(read(path), house_rules.kind_of(path))
        except (ExecuteError, NotebookFileError) as error:
            problems = [str(error)]
        print(f"{path}: {'executed' if not problems else 'needs work'}")
        for problem in problems:
            print(f"  {problem}", file=sys.stderr)
        failed = failed or bool(problems)
    return int(failed)
