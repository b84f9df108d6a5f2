"""Make the learner's sheets from `solutions/`, and the zips that a teacher hands out."""

import argparse
import copy
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from aicapital.authoring.notebook_file import NotebookFileError, read, settle, text_of, write
from aicapital.grading import batch, crossing, sheet_source, variants

ROOT = Path(__file__).parents[2]
ANSWER_HERE = "*Write your answer here.*"
COURSE = "when-financing-becomes-the-engine"
FOR_LEARNERS = (
    "notebooks",
    "data",
    "exercises",
    "aicapital",
    "requirements.txt",
    "pyproject.toml",
    "README.md",
    "Makefile",
    "CITATION.cff",
    ".github/lab.png",  # the picture in the README
)
NOT_FOR_LEARNERS = re.compile(r"^\.|^__pycache__$|\.egg-info$|\.unfinished$")
# What stands between these marks in the README speaks of folders that a learner's copy does not have.
NOT_IN_LEARNERS_README = re.compile(
    r"<!-- not for learners -->.*?<!-- /not for learners -->\n*", re.DOTALL
)
# Stands for a removed region until the sheet is finished; nbgrader needs something to put in its place.
REMOVED = "### REMOVED"


class ReleaseError(ValueError):
    """Something keeps a sheet from being released."""


def generate(source: NotebookNode, name: str, known: bool = False) -> NotebookNode:
    """The learner's sheet of `source`. Raises ReleaseError with every problem found.

    known : the metadata are those of a source that was generated before, and are not looked at again.
    """
    source = copy.deepcopy(source)
    # What crosses the line between judge and learner can be read off a source that is sound in itself.
    _refuse(name, sheet_source.problems(source) or list(crossing.problems(source)))
    settle(source)
    for cell in source.cells:
        if cell.cell_type == "code":
            cell.source = sheet_source.with_blanks(cell.source)
    sheet, resources = source, {}
    for preprocessor in _preprocessors(known):
        sheet, resources = preprocessor.preprocess(sheet, resources)
    sheet.metadata["aicapital"]["generated"] = (
        f"from solutions/{name} by `python -m aicapital exercises`; change that file, not this one"
    )
    return nbformat.from_dict(sheet)


def _preprocessors(known: bool) -> list:
    """nbgrader's own steps, in the order of its generate_assignment, without those that need its database."""
    try:
        from nbgrader import preprocessors as steps
    except ImportError as error:
        raise ReleaseError(
            "nbgrader is missing; it turns solutions into sheets. Install it with: pip install -e .[teach]"
        ) from error

    class ClearBlanks(steps.ClearSolutions):
        """Drop the removed regions before checksums are taken; the blanks already stand there."""

        def preprocess_cell(self, cell, resources, cell_index):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            cell.source = "\n".join(
                line for line in cell.source.split("\n") if line.strip() != REMOVED
            )
            return cell, resources

    checks = [] if known else [steps.CheckCellMetadata()]
    return [
        steps.LockCells(),
        ClearBlanks(code_stub={"python": REMOVED}, text_stub=ANSWER_HERE),
        steps.ClearOutput(),
        *checks,
        steps.ClearHiddenTests(),
        steps.ClearMarkScheme(),
        steps.ComputeChecksums(),
        *checks,
    ]


def _refuse(name: str, problems: list[str]) -> None:
    if problems:
        raise ReleaseError("\n".join(f"{name}, {problem}" for problem in problems))


def leaks(source: NotebookNode, sheet: NotebookNode) -> list[str]:
    """Lines of a solution, a hidden test or a mark scheme that stand somewhere in the sheet.

    Lines that any answer would share do not count: imports, a bare return, an empty figure, a `def`.
    """
    shown = [
        (cell.get("id"), _squeezed(line))
        for cell in sheet.cells
        for line in cell.source.split("\n")
    ]
    found = []
    for cell in source.cells:
        for region in sheet_source.regions(cell.source):
            for line in region.lines:
                secret = _telling(line)
                places = sorted({str(place) for place, text in shown if secret and secret in text})
                if places:
                    found.append(
                        f"cell {cell.get('id')!r}: the {region.kind.lower()} line {line.strip()!r} "
                        f"stands in the sheet, in {', '.join(places)}; change one of the two"
                    )
    return found


_COMMON = re.compile(
    r"(import|from|def|class|global|nonlocal)\b|return \w+$|(\w+, ?)?\w+ = plt\.(subplots|figure|gca)\("
)
_SHORT = 12  # characters: below this a line such as `total = 0` occurs by chance


def _telling(line: str) -> str:
    """The line as it is looked for; empty when it says nothing about the answer."""
    code = re.sub(r"\s+#.*$", "", line).strip().lstrip("#").strip()
    squeezed = _squeezed(code)
    return "" if _COMMON.match(code) or len(squeezed) < _SHORT else squeezed


def _squeezed(line: str) -> str:
    return re.sub(r"\s+", "", line)


def sources(root: Path = ROOT) -> list[Path]:
    return sorted((root / "solutions").glob("*.ipynb"))


def sheets(root: Path = ROOT) -> dict[Path, NotebookNode]:
    """Every sheet, generated from its source and searched for leaks, by the path where it belongs."""
    made, refused = {}, []
    for path in sources(root):
        try:
            source = read(path)
            sheet = generate(source, path.name)
            _refuse(path.name, leaks(source, sheet))
            made[root / "exercises" / path.name] = sheet
        except (ReleaseError, NotebookFileError) as error:
            refused.append(str(error))
    if refused:
        raise ReleaseError("\n".join(refused))
    return made


def regenerate(root: Path = ROOT) -> list[Path]:
    """Write every sheet; none is written if one of them has a problem."""
    made = sheets(root)
    for path, sheet in made.items():
        write(sheet, path)
    return list(made)


def stale(root: Path = ROOT) -> list[str]:
    """How `exercises/` differs from what its sources give."""
    made, found = sheets(root), []
    for path, sheet in made.items():
        if not path.is_file():
            found.append(f"exercises/{path.name} is missing; run `python -m aicapital exercises`")
        elif path.read_bytes() != text_of(sheet).encode():
            found.append(
                f"exercises/{path.name} differs from its source; run `python -m aicapital exercises`"
            )
    for path in sorted((root / "exercises").glob("*.ipynb")):
        if path not in made:
            found.append(
                f"exercises/{path.name} has no source in solutions/; delete it or bring its source back"
            )
    return found


def release_zip(dest: Path, root: Path = ROOT) -> list[Path]:
    """Write the learner's course and each sheet as zips into `dest`; same content, same bytes."""
    _refuse("exercises", stale(root))
    dest = Path(dest)
    dest.mkdir(parents=True, exist_ok=True)
    course = {
        f"{COURSE}/{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in _for_learners(root)
    }
    readme = f"{COURSE}/README.md"
    course[readme] = NOT_IN_LEARNERS_README.sub("", course[readme].decode("utf-8")).encode("utf-8")
    written = [_zip(dest / f"{COURSE}.zip", course)]
    for path in sources(root):
        sheet = root / "exercises" / path.name
        written.append(_zip(dest / f"{path.stem}.zip", {path.name: sheet.read_bytes()}))
    return written


def own_sheets(
    dest: Path, roster: Path, secret: Path, root: Path = ROOT, only: str = ""
) -> tuple[list[Path], list[Path]]:
    """A zip a learner with the sheets in their own numbers, into `dest`; and the sources that have none yet.

    only : number or name of one sheet. The same secret, roster and sources give the same bytes.
    """
    ids = list(batch.roster_rows(roster))
    key = variants.secret_of(secret, make=True)
    specs = {path: variants.load(path) for path in sources(root) if is_meant(path, only)}
    files: dict[str, dict[str, bytes]] = {learner: {} for learner in ids}
    for path, spec in specs.items():
        if spec is None:
            continue
        source, own = read(path), variants.Class.drawn(spec, key, path.stem, ids)
        for number, learner in enumerate(ids):
            mine = variants.vary(source, spec, own.learners[learner].numbers)
            sheet = generate(mine, path.name, known=number > 0)
            _refuse(path.name, leaks(mine, sheet))
            sheet.metadata["aicapital"] |= {
                variants.METADATA: asdict(own.release_of(learner)),
                "generated": f"from solutions/{path.name} with own numbers by `python -m aicapital release`",
            }
            files[learner][path.name] = text_of(sheet).encode("utf-8")
    dest.mkdir(parents=True, exist_ok=True)
    written = [_zip(dest / f"{learner}.zip", sheets) for learner, sheets in files.items() if sheets]
    return written, [path for path, spec in specs.items() if spec is None]


def is_meant(path: Path, only: str) -> bool:
    """Whether a source is the one that was named, by its number or its name; all are, if none was."""
    """Whether a source is the one that was named, by its number or its name; all are, if none was."""
    return not only or path.stem == only or path.name.startswith(f"{only.zfill(2)}_")


def _rehearse(root: Path) -> None:
    """Grade the author's own answers of every sheet: what a class would meet shows here first."""
    if not hasattr(os, "fork"):
        print("This system cannot grade, so the sheets are released without a rehearsal.")
        return
    from aicapital.grading import rehearsal

    found = [problem for path in sources(root) for problem in rehearsal.problems(path)]
    if found:
        raise ReleaseError("\n".join(found))


def _for_learners(root: Path) -> Iterator[Path]:
    for name in (*FOR_LEARNERS, *sorted(path.name for path in root.glob("LICENSE*"))):
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            inside = path.relative_to(top).parts
            if path.is_file() and not any(NOT_FOR_LEARNERS.search(part) for part in inside):
                yield path


def _zip(target: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = (
                3,
                0o644 << 16,
            )  # the same on Windows as on Linux
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target


def main_exercises(argv: list[str] | None = None) -> int:
    """`python -m aicapital exercises`: write exercises/ anew from solutions/."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital exercises", description=main_exercises.__doc__
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a sheet is not up to date"
    )
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    try:
        if options.check:
            _refuse("exercises", stale(options.root))
            print("exercises/ is up to date")
        else:
            for path in regenerate(options.root):
                print(f"wrote exercises/{path.name}")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def main_release(argv: list[str] | None = None) -> int:
    """`python -m aicapital release`: write the zips for learners, without solutions."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital release", description=main_release.__doc__
    )
    parser.add_argument(
        "--out", type=Path, default=Path("dist"), help="folder for the zips (default: dist)"
    )
    parser.add_argument(
        "--variants",
        type=Path,
        metavar="ROSTER",
        help="CSV of learners: write a zip for each, with own numbers, into OUT/own_numbers",
    )
    parser.add_argument(
        "--secret",
        type=Path,
        help="file from which the numbers are drawn; made if it is missing (default: beside the roster, ROSTER.secret)",
    )
    parser.add_argument("--sheet", default="", help="with --variants: only this one, such as 01")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    try:
        if options.variants:
            _release_own(options)
            return 0
        _refuse("exercises", stale(options.root))
        _rehearse(options.root)
        for path in release_zip(options.out, options.root):
            print(f"wrote {path}")
    except (ReleaseError, variants.VariantError, batch.GradeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _release_own(options: argparse.Namespace) -> None:
    secret = variants.secret_path(options.variants, options.secret)
    meant = [path for path in sources(options.root) if is_meant(path, options.sheet)]
    if not meant:
        raise ReleaseError(f"There is no sheet {options.sheet!r} in {options.root / 'solutions'}.")
    _rehearse_variants(meant)
    new = not secret.exists()
    folder = options.out / "own_numbers"
    written, without = own_sheets(folder, options.variants, secret, options.root, options.sheet)
    if new:
        print(
            f"Made the secret {secret}. Keep it, and show it to nobody: with it and the roster the marks are given, "
            "and without it nobody can say which numbers a learner got."
        )
    if without:
        names = ", ".join(path.stem for path in without)
        print(f"No own numbers yet, so not in the zips: {names}")
    print(f"wrote {len(written)} zips, one a learner, into {folder}")


def _rehearse_variants(meant: list[Path]) -> None:
    """Grade the author's answers to every variant of every question in the way that a class will be graded."""
    if not hasattr(os, "fork"):
        print("This system cannot grade, so the sheets are released without a rehearsal.")
        return
    from aicapital.grading import rehearsal

    found = [problem for path in meant for problem in rehearsal.variant_problems(path)]
    if found:
        raise ReleaseError("\n".join(found))
