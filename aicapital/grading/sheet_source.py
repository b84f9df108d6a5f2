"""The source of an exercise sheet (nbgrader's cell format): its regions, its blanks, its authoring mistakes.

A cell's role stands in its nbgrader metadata:

- solution cell (`solution: true, grade: false`): code, the answer between `### BEGIN SOLUTION` and
  `### END SOLUTION`;
- test cell (`grade: true, solution: false, points: n`): the visible check, then the asserts between
  `### BEGIN HIDDEN TESTS` and `### END HIDDEN TESTS`;
- manual cell (`grade: true, solution: true, points: n`), mostly text: its rubric (`- 1 point: ...` a line)
  and the model answer in a solution region;
- given cell (`locked: true`, the others false): set-up that a learner should not change.

The notebook's metadata declares the sum: `"aicapital": {"points": 19}`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from nbformat import NotebookNode

SOLUTION, HIDDEN, SCHEME = "SOLUTION", "HIDDEN TESTS", "MARK SCHEME"
_MARKER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
_RUBRIC_LINE = re.compile(r"^[\s#>*-]*(\d+(?:\.\d+)?) points?\b", re.IGNORECASE)
_GIVEN_BLANK = re.compile(r"^\s*(\w+)\s*=\s*\.\.\.\s*$")


@dataclass(frozen=True)
class Region:
    """What stands between two markers; `begin` is the line number of the first marker, from 0."""

    kind: str
    begin: int
    lines: tuple[str, ...]


def regions(source: str) -> list[Region]:
    """The marked regions of a cell. Raises ValueError when a marker has no partner."""
    lines, found, opened = source.split("\n"), [], None
    for number, line in enumerate(lines):
        marker = _MARKER.search(line)
        if not marker:
            continue
        edge, kind = marker.groups()
        if edge == "BEGIN" and opened:
            raise ValueError(
                f"BEGIN {kind} stands inside another region; add END {opened[0]} before it"
            )
        if edge == "END" and (not opened or opened[0] != kind):
            raise ValueError(f"END {kind} closes nothing; add BEGIN {kind} before it or remove it")
        if edge == "BEGIN":
            opened = (kind, number)
        else:
            found.append(Region(kind, opened[1], tuple(lines[opened[1] + 1 : number])))
            opened = None
    if opened:
        raise ValueError(f"BEGIN {opened[0]} is never closed; add END {opened[0]}")
    return found


def role(cell: NotebookNode) -> str:
    """solution, test, manual, task, given or plain."""
    meta = cell.metadata.get("nbgrader", {})
    if meta.get("task"):
        return "task"
    if meta.get("grade"):
        return "manual" if meta.get("solution") else "test"
    if meta.get("solution"):
        return "solution"
    return "given" if meta.get("locked") else "plain"


def points(cell: NotebookNode) -> float:
    return float(cell.metadata.get("nbgrader", {}).get("points", 0))


def hidden_tests(cell: NotebookNode) -> str:
    """The code that a learner never sees."""
    return "\n".join(
        line for region in regions(cell.source) if region.kind == HIDDEN for line in region.lines
    )


def with_blanks(source: str) -> str:
    """Put what a learner fills in before each solution region of a code cell; the region itself stays.

    A region leaves `name = ...` for each name it gives a value, in order, and `...` where it gives none or
    returns from a function. Names that begin with `_` are the author's scratch and leave nothing.
    """
    lines = source.split("\n")
    given = {blank[1] for line in lines if (blank := _GIVEN_BLANK.match(line))}
    for region in reversed([region for region in regions(source) if region.kind == SOLUTION]):
        marker = lines[region.begin]
        indent = marker[: len(marker) - len(marker.lstrip())]
        names = _names_given_a_value(region.lines)
        blanks = [f"{name} = ..." for name in names if name not in given] if names else ["..."]
        lines[region.begin : region.begin] = [indent + blank for blank in blanks]
    return "\n".join(lines)


def _names_given_a_value(lines: tuple[str, ...]) -> list[str]:
    try:
        body = ast.parse(dedent("\n".join(lines))).body
    except SyntaxError:  # the region is part of a longer expression
        return []
    nodes = list(_outside_functions(body))
    if any(isinstance(node, ast.Return) for node in nodes):
        return []
    names = [name for node in nodes for name in _targets(node) if not name.startswith("_")]
    return list(dict.fromkeys(names))


def _outside_functions(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for node in body:
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for block in ("body", "orelse", "finalbody"):
                yield from _outside_functions(getattr(node, block, []))


def _targets(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        for target in targets:
            parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
            yield from (part.id for part in parts if isinstance(part, ast.Name))


def problems(nb: NotebookNode) -> list[str]:
    """What keeps this source from being released, one sentence each, naming the cell and the way out."""
    found, seen = [], set()
    for number, cell in enumerate(nb.cells, start=1):
        name = cell.get("id", f"number {number}")
        found += [f"cell {name!r}: {problem}" for problem in _cell_problems(cell)]
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in seen:
            found.append(
                f"cell {name!r}: grade_id {grade_id!r} is taken by an earlier cell; choose another"
            )
        if grade_id:
            seen.add(grade_id)
    total = sum(points(cell) for cell in nb.cells)
    declared = nb.metadata.get("aicapital", {}).get("points")
    if declared != total:
        found.append(
            f"the notebook's metadata declares {declared} points and the cells add up to {total:g}; "
            f'write "aicapital": {{"points": {total:g}}} or mend the cells'
        )
    return found


def _cell_problems(cell: NotebookNode) -> Iterator[str]:
    try:
        kinds = [region.kind for region in regions(cell.source)]
    except ValueError as error:
        yield str(error)
        return
    meta, its_role = cell.metadata.get("nbgrader"), role(cell)
    if SOLUTION in kinds and its_role not in ("solution", "manual"):
        yield "a solution region outside a solution cell; give the cell nbgrader metadata with solution: true"
    if HIDDEN in kinds and its_role != "test":
        yield "hidden tests outside a test cell; give the cell nbgrader metadata with grade: true and points"
    if SCHEME in kinds and its_role != "task":
        yield "a mark scheme outside a task cell; give the cell nbgrader metadata with task: true"
    if meta is None:
        return
    if missing := {"grade", "solution", "locked", "schema_version", "grade_id"} - set(meta):
        yield f"nbgrader metadata lacks {', '.join(sorted(missing))}; copy it from a cell of the same role"
    if its_role in ("solution", "given", "plain") and "points" in meta:
        yield "points on a cell that is not marked; move them to its test cell"
    if its_role in ("test", "manual", "task") and points(cell) <= 0:
        yield "no points; add points (a number above 0) to its nbgrader metadata"
    if its_role == "solution" and SOLUTION not in kinds:
        yield "a solution cell without a region; put BEGIN SOLUTION and END SOLUTION lines around the answer"
    if its_role == "test" and HIDDEN not in kinds:
        yield "a test cell without hidden tests; assert between BEGIN HIDDEN TESTS and END HIDDEN TESTS lines"
    if its_role in ("manual", "task"):
        rubric = sum(
            float(line[1]) for text in cell.source.split("\n") if (line := _RUBRIC_LINE.match(text))
        )
        if not rubric:
            yield "no rubric; add a line for each thing that earns points: `- 1 point: names the two lenders`"
        elif rubric != points(cell):
            yield f"the rubric adds up to {rubric:g} points, the cell to {points(cell):g}; make them equal"
