"""`python -m aicapital variants`: what varies in a sheet, whether every variant holds, and a learner's key.

The author's answers run here in this process, as they do when their notebook is executed. `make release VARIANTS=`
runs them once more in the way that a class is graded.
"""

import argparse
import ast
import contextlib
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read, write
from aicapital.learning.sheet import Sheet

from . import batch, plan, release, sheet_source, variants
from .variants import Fixed, Numbers, Own, Spec

FEWEST = 5  # variants of a question
WORDS_APART = 5  # between two variants of a question's text
DIGITS = 4  # significant ones in a number that a learner gets


def problems(source: Path, thorough: bool = False) -> list[str]:
    """What is wrong with the variants of a sheet, one sentence each.

    Every variant of every question: the sheet can be released and leaks nothing, the author's answer passes visible
    and hidden tests, and the answers to the published sheet and to the next variant (`thorough`: to every other) pass
    neither. All variants of a question have the same steps and nearly the same text.
    """
    spec, published = variants.load(source), read(source)
    if spec is None:
        return [f"{variants.path_of(source)} is missing: say there what varies in this sheet."]
    found = [*_coverage(published, spec), *(p for q in spec.own.items() for p in _numbers(*q))]
    if not found:
        try:
            found += _runs(published, source.name, spec, thorough)
        except variants.VariantError as error:
            found.append(str(error))
    return [f"{source.stem}: {problem}" for problem in found]


def _coverage(nb: NotebookNode, spec: Spec) -> Iterator[str]:
    marked = [plan.grade_id(cell) for cell in nb.cells if sheet_source.points(cell)]
    named = [mark for one in spec.questions.values() for mark in one.marks]
    for mark in marked:
        if named.count(mark) != 1:
            yield f"{mark} is named by {named.count(mark)} questions; one must vary it or say why it is fixed."
    for mark in set(named) - set(marked):
        yield f"{mark} is no cell with points."
    by_hand = {plan.grade_id(c) for c in nb.cells if sheet_source.role(c) in ("manual", "task")}
    for name, one in spec.questions.items():
        if isinstance(one, Fixed) and len(one.because.split()) < 5:
            yield f"{name} is fixed; say why in a sentence."
        if isinstance(one, Own) and by_hand & set(one.marks) and one.by_hand is None:
            yield f"{name} is marked by hand; give by_hand, for whoever marks it."


def _numbers(name: str, one: Own) -> Iterator[str]:
    texts = [repr(sorted(numbers.items())) for numbers in one.numbers]
    if len(set(texts)) < FEWEST:
        yield f"{name} has {len(set(texts))} variants; give at least {FEWEST}."
    if len(set(texts)) < len(texts):
        yield f"{name} has the same variant twice."
    if len({tuple(numbers) for numbers in one.numbers}) > 1:
        yield f"{name}: all variants must give the same names."
    for value in {value for numbers in one.numbers for value in numbers.values()}:
        if isinstance(value, float) and float(f"{value:.{DIGITS}g}") != value:
            yield f"{name}: {value} has more than {DIGITS} digits, so it is harder to reckon with than others."
        if not isinstance(value, str | int | float):
            yield f"{name}: {value!r} is neither a number nor text, so the set-up cell cannot hold it."


class _Sheet:
    """One variant of a sheet, or the published one, and its plan."""

    def __init__(self, nb: NotebookNode):
        self.nb = nb
        self.plan = plan.plan_of(nb, "sheet")
        self.tests = {step.name: step for step in self.plan.steps if step.role == "test"}
        self.cells = {plan.grade_id(cell): cell for cell in nb.cells}

    def answers_to(self, marks: Sequence[str]) -> list[str]:
        """The author's answer cells before these test cells."""
        return [
            self.plan.solutions[name]
            for mark in marks
            if mark in self.tests
            for name in self.tests[mark].answers
        ]


def _runs(published: NotebookNode, name: str, spec: Spec, thorough: bool) -> Iterator[str]:
    public = _Sheet(published)
    rows = variants.combinations(spec)
    sheets = [_Sheet(variants.vary(published, spec, numbers)) for numbers in rows]
    for number, sheet in enumerate(sheets):
        yield from _released(sheet.nb, name, rows[number], number > 0)
    for question, one in spec.own.items():
        mine = sheets[: len(one.numbers)]
        yield from (f"{question}: {problem}" for problem in _alike(published, mine, one))
    with _recorded() as said:
        for number, sheet in enumerate(sheets):
            others = {
                question: [
                    ("the published sheet", public),
                    *(
                        (f"the variant {dict(one.numbers[other])}", sheets[other])
                        for other in _others(number, len(one.numbers), thorough)
                    ),
                ]
                for question, one in spec.own.items()
                if number < len(one.numbers)
            }
            yield from _one_run(sheet, spec, rows[number], others, said)


def _others(number: int, count: int, thorough: bool) -> list[int]:
    return [n for n in range(count) if n != number] if thorough else [(number + 1) % count]


def _released(nb: NotebookNode, name: str, numbers: Mapping, known: bool) -> Iterator[str]:
    try:
        sheet = release.generate(nb, name, known)
    except release.ReleaseError as error:
        yield f"{error} Numbers: {numbers}."
        return
    yield from (f"{leak} Numbers: {numbers}." for leak in release.leaks(nb, sheet))


def _alike(published: NotebookNode, sheets: list[_Sheet], one: Own) -> Iterator[str]:
    """The same difficulty: answers of the same steps, texts of nearly the same length; and where a person marks, other texts."""
    edited = list(one.edits(**one.numbers[0]))
    kinds = {cell.get("id"): cell.cell_type for cell in published.cells}
    for cell_id in edited:
        texts = [next(c.source for c in s.nb.cells if c.get("id") == cell_id) for s in sheets]
        if kinds[cell_id] == "code":
            if len({_shape(text) for text in texts}) > 1:
                yield f"cell {cell_id!r} takes other steps in one variant than in another."
        else:
            lengths = [len(text.split()) for text in texts]
            if max(lengths) - min(lengths) > WORDS_APART:
                yield f"cell {cell_id!r} has {min(lengths)} words in one variant and {max(lengths)} in another."
    by_hand = [mark for mark in one.marks if mark not in sheets[0].tests]
    if by_hand and not any(kinds[cell_id] == "markdown" for cell_id in edited):
        yield f"{by_hand[0]} is marked by hand, and neither its question nor its model answer varies."


def _shape(code: str) -> str:
    """The code's steps, without its numbers and texts."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value is not ...:
            node.value = 0
    return ast.dump(tree)


@contextlib.contextmanager
def _recorded() -> Iterator[list[str]]:
    """What the checks say, while they run; nothing is printed and no figure stays open."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    said: list[str] = []
    judge = Sheet.judge

    def recording(this, question_id, given=...):
        feedback = judge(this, question_id, given)
        said.append("" if feedback.solved else str(feedback))
        return feedback

    Sheet.judge = recording
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield said
    finally:
        Sheet.judge = judge
        plt.close("all")


def _one_run(
    sheet: _Sheet,
    spec: Spec,
    numbers: Mapping[str, Numbers],
    others: Mapping[str, Sequence[tuple[str, _Sheet]]],
    said: list[str],
) -> Iterator[str]:
    """The author's answers in their order; after a question, other answers to it."""
    names: dict = {"__name__": "__main__", "display": lambda *_args, **_kwargs: None}
    question_of = {mark: question for question, one in spec.own.items() for mark in one.marks}
    answered: dict[tuple[str, str], dict] = {}  # two tests in a row are of the same answers
    for step in sheet.plan.steps:
        if step.role != "test":
            answered.clear()
        if step.role in ("given", "plain"):
            exec(step.source, names)
        elif step.role == "answer":
            exec(sheet.plan.solutions[step.name], names)
        elif step.role == "test":
            visible, hidden = _verdicts(sheet.cells[step.name], names, said)
            where = f"{step.name}, numbers {dict(numbers.get(question_of.get(step.name), {}))}"
            if visible:
                yield f"{where}: the visible check does not accept the author's answer. {visible}"
            if hidden:
                yield f"{where}: the hidden test does not accept the author's answer. {hidden}"
            question = question_of.get(step.name)
            for what, other in others.get(question, ()):
                theirs = answered.get((question, what))
                if theirs is None:
                    theirs = _answered(other.answers_to(spec.own[question].marks), names)
                    answered[question, what] = theirs
                yield from (
                    f"{where}: {problem} the answer to {what}."
                    for problem in _accepts(sheet.cells[step.name], theirs, said)
                )


def _answered(answers: list[str], names: dict) -> dict:
    theirs = dict(names)
    for answer in answers:
        with contextlib.suppress(Exception):  # an answer that stops is no right answer
            exec(answer, theirs)
    return theirs


def _accepts(cell: NotebookNode, theirs: dict, said: list[str]) -> Iterator[str]:
    """Which parts of a test take an answer made for other numbers."""
    visible, hidden = _verdicts(cell, theirs, said)
    if not visible:
        yield "the visible check accepts"
    if not hidden:
        yield "the hidden test accepts"


def _verdicts(cell: NotebookNode, names: dict, said: list[str]) -> tuple[str, str]:
    """Why the visible and the hidden part of a test do not accept what is there; empty where they do."""
    said.clear()
    visible = _stops(plan.visible_part(cell.source), names) or " ".join(filter(None, said))
    return visible, _stops(sheet_source.hidden_tests(cell), names)


def _stops(code: str, names: dict) -> str:
    try:
        exec(code, names)
    except Exception as error:
        return f"{type(error).__name__}: {error}".rstrip(": ")
    return ""


def table(spec: Spec) -> str:
    """What varies, a line a question."""
    rows = []
    for name, one in spec.questions.items():
        says = (
            f"{len(one.numbers)} variants of {', '.join(one.numbers[0])}"
            if isinstance(one, Own)
            else f"the same for everybody: {one.because}"
        )
        rows.append(f"  {name:6} {says}")
    return "\n".join(rows)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m aicapital variants",
        description="Show what varies in a sheet from learner to learner and check every variant; or write one key.",
    )
    parser.add_argument("sheet", nargs="?", default="", help="such as 01 (default: all that vary)")
    parser.add_argument(
        "--thorough", action="store_true", help="try every variant's answer in every other variant"
    )
    parser.add_argument("--key", metavar="LEARNER", help="write this learner's sheet with answers")
    parser.add_argument("--variants", type=Path, metavar="ROSTER", help="with --key: the roster")
    parser.add_argument("--secret", type=Path, help="with --key: the secret, if not ROSTER.secret")
    parser.add_argument("--out", type=Path, default=Path(), help="with --key: the folder for it")
    options = parser.parse_args(argv)
    meant = [path for path in release.sources() if release.is_meant(path, options.sheet)]
    meant = [path for path in meant if options.sheet or variants.path_of(path).is_file()]
    if not meant:
        parser.error(f"there is no sheet {options.sheet!r}")
    try:
        if options.key:
            if options.variants is None:
                parser.error("--key needs the roster: --variants roster.csv")
            return _write_keys(options, meant)
    except (variants.VariantError, batch.GradeError) as error:
        print(error, file=sys.stderr)
        return 1
    faults = 0
    for source in meant:
        found = problems(source, options.thorough)
        faults += len(found)
        print(source.stem)
        if spec := variants.load(source):
            print(table(spec))
        for problem in found:
            print(f"  PROBLEM {problem}")
    return 1 if faults else 0


def _write_keys(options: argparse.Namespace, meant: list[Path]) -> int:
    key = variants.secret_of(variants.secret_path(options.variants, options.secret), make=False)
    if options.key not in (ids := batch.roster_rows(options.variants)):
        raise batch.GradeError(f"{options.key} is not on the roster; ids: {', '.join(ids)}.")
    for source in meant:
        if spec := variants.load(source):
            numbers = variants.drawn(spec, key, source.stem, options.key)
            path = options.out / f"{options.key}_{source.name}"
            write(variants.vary(read(source), spec, numbers), path)
            print(f"wrote {path}")
    return 0
