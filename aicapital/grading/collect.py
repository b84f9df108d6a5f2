"""Copies one sheet from many home folders into the folder that grading reads.

On a hub each learner's course lies in a home of its own. The teacher (or root) runs this; so it reads files that
learners control, and follows none of their links.
"""

import argparse
import os
import re
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

LARGEST = 20_000_000  # bytes; an answered sheet has well under a million
LEARNER = "LEARNER"


@dataclass(frozen=True)
class Collected:
    """What happened to one learner's sheet: `path` of the copy, or `problem` in words."""

    learner: str
    path: Path | None = None
    problem: str = ""


def collect(homes: str, sheet: str, out: Path) -> list[Collected]:
    """Copy `sheet` of every learner to `out/NAME/SHEET.ipynb`; one entry a learner, in the order of their names.

    homes : a path with the word LEARNER for the learner's name, such as `/home/jupyter-LEARNER/course`.
    sheet : the sheet's name, such as `01_mission_to_dominance`.
    Raises ValueError when `homes` names no learner, or nobody's home is found.
    """
    base, before, after, below = _split(homes)
    stem = sheet.removesuffix(".ipynb")
    if not re.fullmatch(r"[\w.-]+", stem):
        raise ValueError(
            f"sheet must be a name such as 01_mission_to_dominance, without folders; got {sheet!r}"
        )
    names = {
        entry.name[len(before) : len(entry.name) - len(after)]: entry.name
        for entry in os.scandir(base)
        if entry.is_dir(follow_symlinks=False)
        and len(entry.name) > len(before) + len(after)
        and entry.name.startswith(before)
        and entry.name.endswith(after)
    }
    if not names:
        raise ValueError(f"no folder in {base} looks like {before}{LEARNER}{after}")
    return [
        _copy(base / names[name], (*below, "exercises", f"{stem}.ipynb"), name, out, stem)
        for name in sorted(names)
    ]


def _split(homes: str) -> tuple[Path, str, str, tuple[str, ...]]:
    parts = Path(homes).parts
    at = [i for i, part in enumerate(parts) if LEARNER in part]
    if len(at) != 1:
        raise ValueError(
            f"homes must hold the word {LEARNER} in one folder's name, such as /home/jupyter-{LEARNER}/course; got {homes!r}"
        )
    before, _, after = parts[at[0]].partition(LEARNER)
    return Path(*parts[: at[0]]), before, after, parts[at[0] + 1 :]


def _copy(home: Path, below: tuple[str, ...], learner: str, out: Path, stem: str) -> Collected:
    try:
        content = _read_inside(home, below)
    except FileNotFoundError:
        return Collected(learner, problem="no such sheet")
    except OSError as error:
        return Collected(learner, problem=f"not read: {error.strerror or error}")
    target = out / learner / f"{stem}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    # A new file takes the old one's place in one step: a broken copy is never graded.
    partial = target.with_suffix(".partial")
    partial.write_bytes(content)
    os.replace(partial, target)
    return Collected(learner, target)


def _read_inside(home: Path, below: tuple[str, ...]) -> bytes:
    """The bytes of a file, opened folder by folder so that no part of the way can be a link."""
    here = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for folder in below[:-1]:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        # O_NONBLOCK: a pipe in the sheet's place must not hang the collection.
        handle = os.open(below[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a plain file")
        if status.st_size > LARGEST:
            raise OSError(0, f"it has {status.st_size:,} bytes, more than {LARGEST:,}")
        return file.read(LARGEST)


def main(argv: list[str]) -> int:
    """`python -m aicapital collect`: gather a sheet of all learners of a hub."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital collect",
        description="Copy one sheet from every learner's home into a folder that grading reads.",
    )
    parser.add_argument(
        "homes", help=f"where a learner's course lies, such as /home/jupyter-{LEARNER}/course"
    )
    parser.add_argument("sheet", help="the sheet's name, such as 01_mission_to_dominance")
    parser.add_argument(
        "--out", type=Path, default=Path("submissions"), help="default: submissions"
    )
    options = parser.parse_args(argv)
    if not hasattr(os, "O_NOFOLLOW"):
        print("Collecting needs Linux or macOS: it must not follow links.", file=sys.stderr)
        return 2
    try:
        found = collect(options.homes, options.sheet, options.out)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    for entry in found:
        print(f"{entry.learner}: {entry.path or entry.problem}")
    copied = sum(entry.path is not None for entry in found)
    print(f"{copied} of {len(found)} learners have this sheet; the copies are in {options.out}/")
    return 0
