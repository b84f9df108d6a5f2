"""`python -m aicapital changed`: what an edit of the tables moves: the rows, and every sentence, table and figure that shows them."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read
from aicapital.authoring.replay import FAILED, saved
from aicapital.data.schema import PACKAGE_FILE, folder
from aicapital.learning import banks

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "aicapital"
WORD = re.compile(r"\S+")
CONTEXT = 3  # words shown on each side of a change
MOST = 4  # changes shown of one cell


class ChangedError(RuntimeError):
    """The two states of the tables cannot be compared."""


@dataclass(frozen=True)
class RowChange:
    """One cell of a table that moved; `old` or `new` is None when the whole row came or went."""

    table: str
    key: str
    column: str
    old: str | None
    new: str | None

    def __str__(self) -> str:
        if self.old is None:
            return f"{self.table}: new row {self.key} ({self.new})"
        if self.new is None:
            return f"{self.table}: row {self.key} is gone ({self.old})"
        was, now = _short(self.old) or "empty", _short(self.new) or "empty"
        return f"{self.table}: {self.key}, {self.column}: {was} → {now}"


@dataclass(frozen=True)
class Shown:
    """One place where something moved: notebook and cell, or the id of a question's text."""

    where: str
    cell: str
    old: str
    new: str


def _rows(data: Path, entry: Mapping) -> dict[str, dict[str, str]]:
    path = data / entry["path"]
    if not path.is_file():
        return {}
    (key,) = entry["schema"]["primaryKey"]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


def _entries(data: Path) -> dict[str, dict]:
    try:
        package = json.loads((data / PACKAGE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ChangedError(f"{data} holds no readable {PACKAGE_FILE}: {error}") from error
    return {entry["name"]: entry for entry in package["resources"]}


def moved_rows(old: Path, new: Path) -> list[RowChange]:
    """Which rows and cells differ between two data folders, table by table."""
    before, after = _entries(old), _entries(new)
    found = []
    for name in [*after, *(name for name in before if name not in after)]:
        was = _rows(old, before[name]) if name in before else {}
        now = _rows(new, after[name]) if name in after else {}
        for key in [*now, *(key for key in was if key not in now)]:
            if key not in was:
                found.append(RowChange(name, key, "", None, _in_short(now[key])))
            elif key not in now:
                found.append(RowChange(name, key, "", _in_short(was[key]), None))
            else:
                found += [
                    RowChange(name, key, column, was[key].get(column, ""), now[key][column])
                    for column in now[key]
                    if was[key].get(column, "") != now[key][column]
                ]
    return found


def _in_short(row: Mapping[str, str]) -> str:
    left_out = ("row_id", "source_id", "note", "conflict_group", "conflict_rank")
    return ", ".join(v for column, v in row.items() if v and column not in left_out)[:120]


def echoes(rows: Iterable[RowChange], data: Path) -> list[str]:
    """Rows of the same source that still hold a figure which was corrected elsewhere: as a number, or in their words."""
    entries = _entries(data)
    tables = {name: _rows(data, entry) for name, entry in entries.items()}
    moved = {(row.table, row.key) for row in rows}
    found = {}
    for change in rows:
        if not (change.old and change.new and _is_number(change.old) and _is_number(change.new)):
            continue
        source = tables.get(change.table, {}).get(change.key, {}).get("source_id")
        forms = {change.old, f"{float(change.old):.1f}", f"{float(change.old):g}"}
        forms = {form for form in forms if len(re.sub(r"\D", "", form)) > 1}
        if not source or not forms:
            continue
        old = re.compile(rf"(?<![\d.,])(?:{'|'.join(map(re.escape, forms))})(?![\d,]|\.\d)")
        for name, others in tables.items():
            for key, row in others.items():
                if row.get("source_id") == source and (name, key) not in moved:
                    for column, text in row.items():
                        if text and column not in ("row_id", "source_id") and old.search(text):
                            found[f"{name}: {key}, {column}: {_short(text)}"] = None
    return list(found)


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?", text))


def lesson_sources(path: Path) -> str:
    """The code that a lesson runs on: its cells, its bank, banks that it recalls, labs that it shows."""
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    numbers = {path.name[:2], *re.findall(r'recall\(\s*"(\d\d)"', code)}
    files = [
        PACKAGE / "learning" / "banks" / f"{banks.BANKS[n]}.py" for n in numbers & set(banks.BANKS)
    ]
    if re.search(r"learning\.(?!Lesson|sheet)\w+\(", code):
        files += [PACKAGE / "learning" / f"{name}.py" for name in ("claims", "case_replay")]
    text = "\n".join([code, *(file.read_text(encoding="utf-8") for file in files)])
    seen = set()
    while True:
        names = set(re.findall(r"\blabs[. ](?:import )?(\w+)|from \.(\w+) import", text))
        labs = {name for pair in names for name in pair if name} - seen
        files = [f for f in (PACKAGE / "labs" / f"{name}.py" for name in labs) if f.is_file()]
        seen |= labs
        if not files:
            return text
        text += "\n".join(file.read_text(encoding="utf-8") for file in files)


def tables_of(path: Path, names: Iterable[str]) -> set[str]:
    """The tables that a lesson may read: those whose names stand in quotes in its sources."""
    text = lesson_sources(path)
    return {name for name in names if f'"{name}"' in text or f"'{name}'" in text}


def lessons_reading(tables: set[str], notebooks: Iterable[Path]) -> list[Path]:
    """The lessons that may show rows of these tables; a source may stand under any table."""
    return [p for p in notebooks if "sources" in tables or tables & tables_of(p, tables)]


def differences(old: str, new: str) -> list[tuple[str, str]]:
    """Where two texts part, each with a few words around it."""
    was, now = WORD.findall(old), WORD.findall(new)
    found = []
    for group in SequenceMatcher(None, was, now, autojunk=False).get_grouped_opcodes(CONTEXT):
        found.append(
            (" ".join(was[group[0][1] : group[-1][2]]), " ".join(now[group[0][3] : group[-1][4]]))
        )
    return found


def moved_texts(where: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Shown]:
    """Every difference between two states of a lesson's cells or of the questions' texts, by id."""
    for key, text in new.items():
        if key not in old:
            yield Shown(where, key, "", text)
        elif text != old[key]:
            for was, now in differences(old[key], text):
                yield Shown(where, key, was, now)


def _replayed(arguments: list[str], data: Path) -> dict:
    """What `replay` finds with the tables of `data`, in a process of its own."""
    with tempfile.TemporaryDirectory() as room:
        out = Path(room) / "found.json"
        done = subprocess.run(
            [sys.executable, "-m", "aicapital.authoring.replay", str(out), *arguments],
            env=os.environ | {"AICAPITAL_DATA": str(data), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ChangedError(f"The lessons could not be replayed:\n{done.stderr[-2000:]}")
        return json.loads(out.read_text(encoding="utf-8"))


def moved_places(
    old: Path, new: Path, notebooks: list[Path], before: Callable[[Path], NotebookNode]
) -> list[Shown]:
    """Every place in these lessons, and in the questions, that shows something else with the new tables."""
    halves = [half for half in (notebooks[::2], notebooks[1::2]) if half]
    with ThreadPoolExecutor(2) as pool:
        lessons = [pool.submit(_replayed, [str(p) for p in half], new) for half in halves]
        texts = [pool.submit(_replayed, [], data) for data in (old, new)]
        printed = {path: cells for half in lessons for path, cells in half.result().items()}
        was, now = (future.result() for future in texts)
    found = []
    for path in notebooks:
        found += moved_texts(
            f"{path.parent.name}/{path.name}", saved(before(path)), printed[str(path)]
        )
    return found + list(moved_texts("questions", was, now))


def failures(places: Iterable[Shown]) -> list[Shown]:
    """The places where a lesson does not run, or a text cannot be filled, with the new tables."""
    return [place for place in places if FAILED in place.new]


def report(
    rows: list[RowChange],
    readers: Mapping[str, list[Path]],
    places: list[Shown],
    still: Iterable[str] = (),
) -> Iterator[str]:
    """The lines that `changed` prints."""
    yield f"Cells and rows of the tables that moved: {len(rows)}"
    for row in rows:
        lessons = ", ".join(path.name[:2] for path in readers[row.table]) or "no lesson"
        yield f"  {row}  [read by {lessons}]"
    if still:
        yield "\nRows of the same source that still hold the old figure; do they speak of the same fact?"
        yield from (f"  {row}" for row in still)
    yield f"\nPlaces that show something else: {len({(p.where, p.cell) for p in places})}"
    last, count = None, 0
    for place in places:
        if place.where != (last and last.where):
            yield f"  {place.where}"
        count = count + 1 if (place.where, place.cell) == (last and (last.where, last.cell)) else 1
        last = place
        if count <= MOST:
            yield f"    {place.cell}: {_short(place.old) or '(nothing)'}  →  {_short(place.new) or '(nothing)'}"
        elif count == MOST + 1:
            yield f"    {place.cell}: and more"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else f"{text[:100]} … {text[-50:]}"


def _git(*arguments: str) -> bytes:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True)
    if done.returncode:
        raise ChangedError(
            f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace').strip()}"
        )
    return done.stdout


def _tree_of(ref: str, room: Path) -> Path:
    with tarfile.open(fileobj=io.BytesIO(_git("archive", ref, "data", "notebooks"))) as archive:
        archive.extractall(room, filter="data")
    return room


def compare(
    old: Path, new: Path, before: Callable[[Path], NotebookNode], notebooks: list[Path]
) -> tuple[list[RowChange], dict[str, list[Path]], list[Shown]]:
    """Rows that moved, the lessons that read each table, and the places that moved."""
    rows = moved_rows(old, new)
    readers = {table: lessons_reading({table}, notebooks) for table in {row.table for row in rows}}
    # A new source shows nowhere before a row uses it, and that row has moved too.
    tables = {row.table for row in rows if row.table != "sources" or row.old is not None}
    touched = lessons_reading(tables, notebooks) if tables else []
    return rows, readers, moved_places(old, new, touched, before) if rows else []


def main(argv: list[str] | None = None) -> int:
    """`python -m aicapital changed`: what the edits of the tables since the last commit move, and where it is shown."""
    parser = argparse.ArgumentParser(prog="python -m aicapital changed", description=main.__doc__)
    parser.add_argument("--since", default="HEAD", help="a commit, tag or branch (default: HEAD)")
    since = parser.parse_args(argv).since
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    try:
        with tempfile.TemporaryDirectory() as room:
            tree = _tree_of(since, Path(room))

            def before(path: Path) -> NotebookNode:
                old = tree / "notebooks" / path.name
                return read(old if old.is_file() else path)

            rows, readers, places = compare(tree / "data", folder(), before, notebooks)
    except ChangedError as error:
        print(error, file=sys.stderr)
        return 2
    if not rows:
        print(f"No table differs from {since}.")
        return 0
    print("\n".join(report(rows, readers, places, echoes(rows, folder()))))
    broken = failures(places)
    if broken:
        print(f"\n{len(broken)} of them do not work with the new tables; see {FAILED} above.")
    else:
        print(
            "\nIf that is what you meant: python -m aicapital execute, then python -m aicapital.data dictionary."
        )
    return int(bool(broken))
