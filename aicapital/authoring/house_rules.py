"""What every committed notebook keeps to. Each rule takes one and returns its problems as sentences."""

import re
import warnings
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
from nbformat import NotebookNode

MAX_CODE_LINES = 25
MAX_WORDS = 2500
CELLS = range(40, 71)
MIN_ALT = 40  # characters: shorter ones name a figure without saying what it shows

WIDGET = "application/vnd.jupyter.widget-view+json"
# Each of these makes nbval look away from a cell. None is needed: what a widget leaves in the file is words and
# a picture that come out the same on every run.
ESCAPES = {
    "nbval-ignore-output",
    "nbval-skip",
    "nbval-raises-exception",
    "raises-exception",
    "pytest-validate-ignore-output",
}
COMMENT_ESCAPE = re.compile(r"^\s*#+\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$", re.MULTILINE)
ID = re.compile(r"[a-z0-9_-]{3,40}")
LOCAL_PATH = re.compile(
    r"(?<![\w.-])/(?:root|home|work|tmp|Users)/[^\s'\"<)]*|\b[A-Z]:\\[^\s'\"<)]*"
)
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")
DATA_URI = re.compile(r"data:image/[\w+.-]+;base64,[A-Za-z0-9+/=\s]+")
WIDGET_REPR = re.compile(
    r"(?:\w*Box|\w*Slider|\w*Text|\w*Button\w*|Dropdown|HTML|Output|Tab|interactive)\("
)
WORD = re.compile(r"\w[\w'’.,%-]*")

Rule = Callable[[NotebookNode], list[str]]


def _code(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def _markdown(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "markdown"]


def _at(cell: NotebookNode, problem: str) -> str:
    return f"cell {cell.get('id')!r}: {problem}"


def _bundles(cell: NotebookNode) -> list[NotebookNode]:
    return [output.data for output in cell.get("outputs", []) if "data" in output]


def _texts(cell: NotebookNode) -> Iterator[str]:
    """The source and every text that the cell printed, pictures cut out."""
    yield cell.source
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        yield "\n".join(output.get("traceback", []))
        for mime, value in output.get("data", {}).items():
            if isinstance(value, str) and not mime.startswith("image/"):
                yield DATA_URI.sub("", value)


class _Images(HTMLParser):
    """Collects the alt text of every <img>; None where there is none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.alts: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.alts.append(dict(attrs).get("alt"))


def valid_format(nb: NotebookNode) -> list[str]:
    """The notebook follows the notebook format."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # missing and repeated ids have a rule of their own, which names them
            nbformat.validate(nbformat.from_dict(nb))
    except nbformat.ValidationError as error:
        return [f"not a valid notebook: {str(error).splitlines()[0]}"]
    return []


def stable_ids(nb: NotebookNode) -> list[str]:
    """Each cell has an id of its own, in small letters, digits, hyphens and underscores."""
    found, seen = [], set()
    for number, cell in enumerate(nb.cells, start=1):
        cell_id = cell.get("id")
        if cell_id is None:
            found.append(f"cell number {number} has no id; give it one and set nbformat_minor to 5")
        elif not ID.fullmatch(cell_id):
            found.append(
                _at(cell, "an id has 3 to 40 small letters, digits, hyphens or underscores")
            )
        if cell_id in seen:
            found.append(_at(cell, "another cell has the same id"))
        seen.add(cell_id)
    return found


def executed_in_order(nb: NotebookNode) -> list[str]:
    """Every code cell has run, in order, from 1; nbval compares nothing in a cell that has not."""
    return [
        _at(
            cell,
            f"execution count {cell.execution_count}, expected {expected}; run `python -m aicapital execute`",
        )
        for expected, cell in enumerate(_code(nb), start=1)
        if cell.execution_count != expected
    ]


def quiet(nb: NotebookNode) -> list[str]:
    """No errors, no warnings."""
    found = []
    for cell in _code(nb):
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(_at(cell, f"raises {output.ename}: {output.evalue}"))
            if output.output_type == "stream" and output.name == "stderr":
                found.append(_at(cell, f"writes to stderr: {output.text.strip()[:100]}"))
    return found


def short_code(nb: NotebookNode) -> list[str]:
    """A code cell holds one idea."""
    found = []
    for cell in _code(nb):
        lines = [
            line
            for line in cell.source.splitlines()
            if line.strip() and not line.strip().startswith("#")
        ]
        if len(lines) > MAX_CODE_LINES:
            found.append(
                _at(
                    cell,
                    f"{len(lines)} lines of code, at most {MAX_CODE_LINES}; split it or move it out",
                )
            )
    return found


def lesson_words(nb: NotebookNode) -> list[str]:
    """A lesson can be read within its time."""
    words = sum(len(WORD.findall(cell.source)) for cell in _markdown(nb))
    return [f"{words} words of text, at most {MAX_WORDS}"] if words > MAX_WORDS else []


def lesson_cells(nb: NotebookNode) -> list[str]:
    """A lesson is neither a sketch nor a book."""
    if len(nb.cells) in CELLS:
        return []
    return [f"{len(nb.cells)} cells, expected {CELLS[0]} to {CELLS[-1]}"]


def figures_have_alt_text(nb: NotebookNode) -> list[str]:
    """Each PNG comes with an HTML image that says what it shows: JupyterLab drops the alt text of a PNG."""
    found = []
    for cell in _code(nb):
        pictures = sum("image/png" in bundle for bundle in _bundles(cell))
        alts = [
            alt for bundle in _bundles(cell) for alt in _Images(bundle.get("text/html", "")).alts
        ]
        long_enough = sum(len((alt or "").strip()) >= MIN_ALT for alt in alts)
        expected = max(pictures, len(alts))
        if long_enough < expected:
            found.append(
                _at(
                    cell,
                    f"{expected} picture(s), {long_enough} with alt text of at least {MIN_ALT} characters",
                )
            )
    return found


def widgets_leave_a_twin(nb: NotebookNode) -> list[str]:
    """A reader without a kernel finds words or a picture where the widget would be, and no dead view of it."""
    found = []
    for cell in _code(nb):
        for bundle in _bundles(cell):
            if WIDGET in bundle:
                found.append(
                    _at(
                        cell,
                        "holds a widget view; run `python -m aicapital execute`, which leaves its twin",
                    )
                )
            text = bundle.get("text/plain", "").strip()
            if WIDGET_REPR.match(text):
                found.append(
                    _at(cell, f"widget without words in text/plain; it holds {text[:60]!r}")
                )
    return found


def nbval_sees_everything(nb: NotebookNode) -> list[str]:
    """nbval compares the output of every cell."""
    found = []
    for cell in _code(nb):
        tags = set(cell.metadata.get("tags", []))
        found += [
            _at(cell, f"remove the tag {tag}: nbval would look away")
            for tag in sorted(tags & ESCAPES)
        ]
        found += [
            _at(cell, f"remove the comment {mark}: nbval would obey")
            for mark in COMMENT_ESCAPE.findall(cell.source)
        ]
    return found


def no_widget_state(nb: NotebookNode) -> list[str]:
    """Saved widget state makes a notebook heavy and different on every run."""
    return ["notebook metadata holds widget state; clear it"] if "widgets" in nb.metadata else []


def no_local_traces(nb: NotebookNode) -> list[str]:
    """Nothing that is true on one machine or in one run only."""
    found = []
    for cell in nb.cells:
        for text in _texts(cell):
            found += [_at(cell, f"names a local path: {path}") for path in LOCAL_PATH.findall(text)]
            found += [
                _at(cell, f"shows a memory address ({address})")
                for address in ADDRESS.findall(text)
            ]
    return found


def headings_in_order(nb: NotebookNode) -> list[str]:
    """One title, and no level left out: screen readers move by headings."""
    found, levels = [], []
    for cell in _markdown(nb):
        for level, title in _headings(cell.source):
            if levels and level > levels[-1] + 1:
                found.append(
                    _at(cell, f"heading {title!r} jumps from level {levels[-1]} to {level}")
                )
            levels.append(level)
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} headings of level 1, expected one title")
    if levels and levels[0] != 1:
        found.append(f"the first heading has level {levels[0]}, expected the title (level 1)")
    return found


def _headings(source: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for line in source.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        heading = re.match(r"(#{1,6})\s+(.+)", line)
        # nbgrader's markers (### BEGIN SOLUTION) look like headings in a text cell.
        if heading and not fenced and not re.match(r"### (BEGIN|END) ", line):
            yield len(heading[1]), heading[2].strip()


EVERY_NOTEBOOK: tuple[Rule, ...] = (
    stable_ids,
    executed_in_order,
    quiet,
    figures_have_alt_text,
    widgets_leave_a_twin,
    nbval_sees_everything,
    no_widget_state,
    no_local_traces,
    headings_in_order,
)
RULES: dict[str, tuple[Rule, ...]] = {
    "solution": EVERY_NOTEBOOK,
    "start page": (*EVERY_NOTEBOOK, short_code, lesson_words),
    "lesson": (*EVERY_NOTEBOOK, short_code, lesson_words, lesson_cells),
}


def kind_of(path: Path) -> str:
    """Which set of rules a notebook is under, by its folder and number."""
    if Path(path).resolve().parent.name != "notebooks":
        return "solution"
    return "start page" if Path(path).name.startswith("00_") else "lesson"


def problems(nb: NotebookNode, kind: str) -> list[str]:
    """What is wrong with a notebook of this kind; the other rules need a valid one to look at."""
    return valid_format(nb) or [problem for rule in RULES[kind] for problem in rule(nb)]
