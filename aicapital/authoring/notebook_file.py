"""Read and write a notebook file so that the same content always gives the same bytes."""

import json
import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode

# Editors rewrite these on every save (Python's patch version, the environment's name): noise in a diff.
KERNEL_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class NotebookFileError(ValueError):
    """A notebook file that cannot be read as a notebook."""


def read(path: Path) -> NotebookNode:
    """Read the notebook as it is on disk; unlike nbformat.read, missing cell ids are not made up."""
    path = Path(path)
    if not path.is_file():
        raise NotebookFileError(f"{path} is not a file. Give the path of a notebook (.ipynb).")
    try:
        nb = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        _join_lines(nb)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotebookFileError(
            f"{path} is not a notebook: {error}. Open it in JupyterLab and save it."
        ) from error
    return nb


def _join_lines(nb: NotebookNode) -> None:
    """A file stores text as a list of lines; in memory it is one string."""
    if nb["nbformat"] != 4:
        raise ValueError(f"format {nb['nbformat']}, expected 4")
    for cell in nb.cells:
        cell.source = _joined(cell.source)
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = _joined(output.text)
            for mime, value in output.get("data", {}).items():
                output.data[mime] = _joined(value)


def _joined(value: object) -> object:
    is_lines = isinstance(value, list) and all(isinstance(line, str) for line in value)
    return "".join(value) if is_lines else value


def text_of(nb: NotebookNode) -> str:
    """The file's text: keys sorted, indent 1, a newline at the end."""
    return nbformat.writes(nb).rstrip("\n") + "\n"


def write(nb: NotebookNode, path: Path) -> None:
    """Replace the file in one step, so that an interrupted write never leaves half a notebook."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_text(text_of(nb), encoding="utf-8", newline="\n")
    os.replace(unfinished, path)


def settle(nb: NotebookNode) -> None:
    """Fix what differs between two machines or two runs: kernel name, timings, editor state, widget state."""
    kept = {key: value for key, value in nb.metadata.items() if key == "aicapital"}
    nb.metadata = nbformat.from_dict(KERNEL_METADATA | kept)
    for cell in nb.cells:
        for key in ("execution", "collapsed", "scrolled", "trusted", "ExecuteTime"):
            cell.metadata.pop(key, None)
