"""The sheet as it is graded: rebuilt from our source, with only the answers taken from a submission.

Plain JSON, no nbformat: a submission may be anything. Answers are matched by grade id, then by cell id, then by
order. Locked cells and test cells always come from the source; what was done to them is reported.
"""

import ast
import copy
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read

from . import sheet_source

MAX_FILE = 20 << 20
MAX_CELLS = 2_000
HEADING = re.compile(r"^#{1,6}\s+(?!BEGIN|END)(.+?)\s*#*$", re.MULTILINE)
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
POINTS = re.compile(r"\s*\(\d+ points?\b[^)]*\)$")  # the feedback says the points beside


class SubmissionError(ValueError):
    """A file that cannot be graded; `status` goes into its row."""

    def __init__(self, status: str, says: str):
        super().__init__(says)
        self.status = status


@dataclass(frozen=True)
class Step:
    """One cell in the order of the run. `role`: given, answer, added, test or manual."""

    role: str
    name: str
    source: str
    points: float = 0
    answers: tuple[str, ...] = ()  # for a test: the answer cells since the test before it


@dataclass
class Plan:
    """What the source says: the cells, their blanks, and which names the learner owns."""

    name: str
    steps: list[Step]
    blanks: dict[str, str]
    given: dict[str, str]
    owned: set[str]
    classes: set[str]
    questions: list[tuple[str, float]]
    digest: str = ""
    solutions: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(
        default_factory=dict
    )  # cell to run or to mark -> the heading over it

    @property
    def max_score(self) -> float:
        return sum(points for _, points in self.questions)


@dataclass
class Answers:
    """A submission: per answer cell its text, extra cells after their predecessor, and what was odd."""

    cells: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unchanged: set[str] = field(default_factory=set)
    tampered: set[str] = field(default_factory=set)  # locked cells with another text


def load_plan(path: Path) -> Plan:
    source = read(path)
    text = Path(path).read_bytes()
    return plan_of(source, Path(path).stem, hashlib.sha256(text).hexdigest())


def grade_id(cell: dict) -> str:
    meta = cell.get("metadata", {}).get("nbgrader", {}) if isinstance(cell, dict) else {}
    found = meta.get("grade_id") if isinstance(meta, dict) else None
    return found if isinstance(found, str) else ""


def plan_of(source: NotebookNode, name: str, digest: str = "") -> Plan:
    steps, blanks, given, owned, classes, questions = [], {}, {}, set(), set(), []
    solutions: dict[str, str] = {}
    titles, heading = {}, ""
    waiting: list[str] = []
    for number, cell in enumerate(source.cells):
        cell_name = grade_id(cell) or cell.get("id", f"cell-{number}")
        role = sheet_source.role(cell)
        if cell.cell_type == "markdown":
            text = FENCED.sub("", cell.source)
            heading = (HEADING.findall(text) or [heading])[-1]
        if cell.cell_type == "code" or role in ("manual", "task"):
            titles[cell_name] = POINTS.sub("", heading) or cell_name
        if role in ("solution", "manual", "task"):
            blanks[cell_name] = _released(cell)
        if role in ("manual", "task"):
            kind = "manual-code" if cell.cell_type == "code" else "manual"
            steps.append(Step(kind, cell_name, cell.source, sheet_source.points(cell)))
            questions.append((cell_name, sheet_source.points(cell)))
        elif cell.cell_type != "code":
            continue
        elif role == "test":
            steps.append(
                Step("test", cell_name, cell.source, sheet_source.points(cell), tuple(waiting))
            )
            questions.append((cell_name, sheet_source.points(cell)))
            waiting = []
        elif role == "solution":
            bound, made = names_bound(cell.source)
            owned |= bound
            classes |= made
            waiting.append(cell_name)
            solutions[cell_name] = cell.source
            steps.append(Step("answer", cell_name, ""))
        elif role == "given":
            given[cell_name] = cell.source
            steps.append(Step("given", cell_name, cell.source))
        else:  # neither locked nor marked: the learner may change it, its imports and definitions are ours
            blanks[cell_name] = cell.source
            given[cell_name] = cell.source
            steps.append(Step("plain", cell_name, cell.source))
    # A name that a locked cell defines is ours, unless the sheet asks the learner for it.
    asked = {name for blank in blanks.values() for name in names_bound(blank)[0]}
    ours = {name for text in given.values() for name in names_bound(text)[0]}
    owned -= ours - asked
    return Plan(name, steps, blanks, given, owned, classes, questions, digest, solutions, titles)


def _released(cell: NotebookNode) -> str:
    """What the learner got in this cell."""
    text = cell.source
    if cell.cell_type == "code":
        text = sheet_source.with_blanks(text)
    kept, inside = [], False
    for line in text.split("\n"):
        if re.search(r"BEGIN (SOLUTION|MARK SCHEME)\b", line):
            inside = True
            if cell.cell_type != "code":
                kept.append("*Write your answer here.*")
        elif re.search(r"END (SOLUTION|MARK SCHEME)\b", line):
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def names_bound(source: str) -> tuple[set[str], set[str]]:
    """The names that an answer cell gives a value, and the classes among them."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, or no text at all
        return set(re.findall(r"^(\w+)\s*=", source, re.MULTILINE)), set()
    names, classes = set(), set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            names.add(node.name)
            classes.add(node.name)
        elif not isinstance(node, ast.Lambda):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            waiting += ast.iter_child_nodes(node)
    return names, classes


def names_read(source: str) -> set[str]:
    """Every name that a cell looks up, in functions too."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def read_bytes(path: Path) -> bytes:
    """The file's bytes; never through a link, never a device, never more than 20 MB."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        kind = "a link" if os.path.islink(path) else "unreadable"
        raise SubmissionError("unreadable", f"The file is {kind}: {error.strerror}.") from None
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise SubmissionError("unreadable", "This is no ordinary file.")
        if about.st_size > MAX_FILE:
            raise SubmissionError(
                "too large",
                f"The file has {about.st_size / (1 << 20):.0f} MB; the limit is {MAX_FILE >> 20}. "
                "Clear its outputs, save and hand it in again.",
            )
        return file.read(MAX_FILE + 1)


def cells_of(data: bytes) -> tuple[list[dict], list[str]]:
    """The cells of a submission, whatever its format, and what was odd about the file."""
    notes = []
    if not data.strip():
        raise SubmissionError("empty", "The file is empty.")
    text = None
    for encoding in ("utf-8-sig", "utf-16", "cp1251", "latin-1"):
        if encoding == "utf-16" and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            continue
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "utf-8-sig":
            notes.append(f"the text is not UTF-8; read as {encoding}")
        break
    try:
        nb = json.loads(text)
    except (ValueError, RecursionError):
        raise SubmissionError(
            "not a notebook", "The file is not JSON, so it is no notebook."
        ) from None
    if not isinstance(nb, dict):
        raise SubmissionError("not a notebook", "The file holds no notebook.")
    cells = nb.get("cells")
    if cells is None and isinstance(nb.get("worksheets"), list):
        notes.append(f"an old notebook format ({_word(nb.get('nbformat'))})")
        sheets = [sheet for sheet in nb["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
        for cell in cells:
            if isinstance(cell, dict) and "input" in cell:
                cell["source"] = cell.get("input")
    if not isinstance(cells, list):
        raise SubmissionError("not a notebook", "The file holds no cells.")
    meta = nb.get("metadata")
    kernel = meta.get("kernelspec") if isinstance(meta, dict) else None
    language = kernel.get("language") if isinstance(kernel, dict) else None
    if isinstance(language, str) and language.lower() != "python":
        notes.append(f"saved with a kernel for {_word(language)}; run as Python")
    if len(cells) > MAX_CELLS:
        raise SubmissionError(
            "too large", f"The notebook has {len(cells):,} cells; the limit is {MAX_CELLS:,}."
        )
    return [_tidy(cell) for cell in cells if isinstance(cell, dict)], notes


def _word(value: object) -> str:
    """A word from a submission for a note: short and printable, whatever it is."""
    return re.sub(r"[^\w .+-]", "?", str(value)[:30]) if isinstance(value, str | int) else "?"


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _tidy(cell: dict) -> dict:
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    meta = cell.get("metadata")
    return {
        "kind": "code" if cell.get("cell_type") == "code" else "text",
        "id": cell.get("id") if isinstance(cell.get("id"), str) else "",
        "metadata": meta if isinstance(meta, dict) else {},
        "source": (source if isinstance(source, str) else "").replace("\r\n", "\n"),
    }


def answers_of(plan: Plan, cells: list[dict], notes: list[str]) -> Answers:
    """Match the cells with the sheet."""
    found = Answers(notes=list(notes))
    known = {step.name: step for step in plan.steps}
    by_id = {name: name for name in known}
    owners: list[str] = []
    for cell in cells:
        owner = grade_id(cell)
        if owner not in known:
            owner = by_id.get(cell["id"], "")
        owners.append(owner)
    _match_by_order(plan, cells, owners, found)
    counts: dict[str, int] = {}
    last = ""
    for cell, owner in zip(cells, owners, strict=True):
        if not owner:
            if cell["kind"] == "code" and cell["source"].strip():
                found.added.setdefault(last, []).append(cell["source"])
            continue
        step = known[owner]
        counts[owner] = counts.get(owner, 0) + 1
        last = owner
        if step.role in ("test", "given"):
            if cell["source"].strip() != _visible(step).strip():
                found.tampered.add(owner)
                found.notes.append(f"cell {owner} was changed; the original was used")
        else:
            found.cells.setdefault(owner, []).append(cell["source"])
    for name, step in known.items():
        times = counts.get(name, 0)
        if times > 1:
            found.notes.append(f"cell {name} stands {times} times")
        if not times:
            found.notes.append(
                f"cell {name} is missing"
                + (
                    ""
                    if step.role in ("answer", "manual", "manual-code", "plain")
                    else "; the original was used"
                )
            )
    for name, blank in plan.blanks.items():
        texts = found.cells.get(name, [])
        if all(_bare(text) == _bare(blank) for text in texts):
            found.unchanged.add(name)
    return found


def _bare(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _visible(step: Step) -> str:
    return visible_part(step.source) if step.role == "test" else step.source


def visible_part(source: str) -> str:
    """A test cell as the learner has it."""
    kept, inside = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            inside = True
        elif "END HIDDEN TESTS" in line:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)


def _match_by_order(plan: Plan, cells: list[dict], owners: list[str], found: Answers) -> None:
    """Metadata and ids are gone: an unmatched cell stands where the sheet has an unmatched one of its kind."""
    order = [step.name for step in plan.steps]
    roles = {step.name: step.role for step in plan.steps}
    missing = [name for name in order if name not in owners]
    placed: list[str] = []
    place = {name: number for number, name in enumerate(order)}
    for number, cell in enumerate(cells):
        if not missing:
            break
        if owners[number] or not cell["source"].strip():
            continue
        before = max((place[o] for o in owners[:number] if o), default=-1)
        after = min((place[o] for o in owners[number + 1 :] if o), default=len(order))
        for name in missing:
            kind = "text" if roles[name] == "manual" else "code"
            if (
                before < place[name] < after
                and kind == cell["kind"]
                and _alike(plan, name, cell["source"])
            ):
                owners[number] = name
                missing.remove(name)
                placed.append(name)
                break
    if placed:
        many = f"cells {', '.join(placed[:3])}{' and others' if len(placed) > 3 else ''} had lost their names"
        one = f"cell {placed[0]} had lost its name"
        found.notes.append(f"{one if len(placed) == 1 else many}; matched by their place")


def _alike(plan: Plan, name: str, source: str) -> bool:
    """Whether a nameless cell can be this one: the same text, a name of the answer, or the same first line."""
    step = next(step for step in plan.steps if step.name == name)
    if step.role in ("test", "given", "plain"):
        return _bare(source) == _bare(_visible(step))
    blank = plan.blanks.get(name, "")
    first = blank.strip().split("\n")[0]
    if step.role == "manual":
        return first in source
    wanted = names_bound(blank)[0]
    return bool(wanted & names_bound(source)[0]) or (bool(first) and first in source)


def rebuilt(plan: Plan, answers: Answers) -> list[Step]:
    """The cells to run, in order: ours, the learner's answers in their places, cells that the learner added."""
    steps = [Step("added", "added", text) for text in answers.added.get("", [])]
    for step in plan.steps:
        if step.role in ("answer", "plain", "manual-code"):
            texts = answers.cells.get(step.name, [])
            if step.role == "plain" and not texts:
                texts = [step.source]
            steps += [Step("answer", step.name, text) for text in texts]
            if step.role == "manual-code":
                steps.append(step)
        else:
            steps.append(copy.copy(step))
        steps += [Step("added", "added", text) for text in answers.added.get(step.name, [])]
    return steps
