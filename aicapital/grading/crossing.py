"""What a test may not do, because it cannot cross the line between the judge and a learner's process.

Found when a sheet is released, with the line, and not when a class waits for its marks.
"""

import ast
import builtins
import re
from collections.abc import Iterator

from nbformat import NotebookNode

from . import plan, sheet_source

_CALLS = {
    "inspect.getsource": "reads the learner's source; test what the code does",
    "inspect.getsourcelines": "reads the learner's source; test what the code does",
    "plt.gca": "finds the judge's own axes; ask for the figure under a name and test name.axes",
    "plt.gcf": "finds the judge's own figure; ask for the figure under a name",
    "plt.get_fignums": "finds the judge's own figures; ask for the figure under a name",
    "globals": "shows the judge's names; name what you test",
    "locals": "shows the judge's names; name what you test",
    "vars": "shows the judge's names; name what you test",
    "get_ipython": "is the learner's shell; a test has none",
    "input": "waits for someone to type",
}
_MODULES = {
    "unittest.mock": "patches the judge's own modules",
    "mock": "patches the judge's own modules",
}


def problems(source: NotebookNode) -> Iterator[str]:
    """One sentence for each line that cannot be judged, with the way out."""
    sheet = plan.plan_of(source, "sheet")
    asked = {name for blank in sheet.blanks.values() for name in plan.names_bound(blank)[0]}
    for number, cell in enumerate(source.cells, start=1):
        if cell.cell_type == "code" and sheet_source.role(cell) == "test":
            for line, says in _in_cell(cell.source, sheet.owned, asked):
                shown = cell.source.split("\n")[line - 1].strip()[:60]
                yield f"cell {cell.get('id', number)!r}, line {line}, `{shown}`: {says}"


def _in_cell(source: str, owned: set[str], asked: set[str]) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.split("\n"), start=1):
        if re.match(r"\s*[%!]\s*\w", line):
            yield number, "magics and shell lines do not run in a test; write Python"
            return
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield error.lineno or 1, f"no valid Python: {error.msg}"
        return
    own_functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        for says in _in_node(node, owned, asked, own_functions):
            yield node.lineno, says


def _in_node(
    node: ast.AST, owned: set[str], asked: set[str], own_functions: set[str]
) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = _dotted(node.func)
        if called in _CALLS:
            yield f"{called}() {_CALLS[called]}"
        if called.split(".")[-1] == "seed" and called != "seed":
            yield f"{called}() seeds the judge's random numbers, not the learner's; pass a generator's numbers in"
        if called in owned:
            for arg in [*node.args, *(keyword.value for keyword in node.keywords)]:
                if isinstance(arg, ast.Lambda) or (
                    isinstance(arg, ast.Name) and arg.id in own_functions
                ):
                    yield f"a function is passed to {called}; only plain data can cross, so pass its values"
    elif isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{name}" for name in names)]
        for name in names:
            if name in _MODULES:
                yield f"{name} {_MODULES[name]}, not the learner's; test results instead"
    elif isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for left, operator, right in zip(sides, node.ops, sides[1:], strict=False):
            compared = not _single(left) and not _single(right)
            theirs = any(_root(side) in owned for side in (left, right))
            if isinstance(operator, ast.Is | ast.IsNot) and compared and theirs:
                yield "`is` compares copies, which are never the same object; use =="
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del):
        if node.id in asked:
            yield f"{node.id} is the learner's name; what a test puts there, their code does not see"
    elif (
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _root(node) in owned
    ):
        yield f"sets an attribute of {_root(node)}, a copy; their code does not see it"


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.AST) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _single(node: ast.AST) -> bool:
    """None, True, False, ... and built-in types are the same object on both sides."""
    if isinstance(node, ast.Name) and isinstance(getattr(builtins, node.id, None), type):
        return True
    return isinstance(node, ast.Constant) and (
        node.value is None or node.value is ... or isinstance(node.value, bool)
    )
