"""`python -m aicapital doctor`: what is wrong with this computer's set-up of the course, in words, and what to do.

It needs nothing but Python itself, so that it also runs where the installation is what is broken.
"""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]
OLDEST = (3, 11)
ROOM_MB = (
    200  # for notebooks, progress and what JupyterLab keeps; the packages are installed before
)
KERNEL_WAIT_S = 60
INSTALL = "Run `make course` again (without make: `python -m pip install -r requirements.txt` in the course's environment)."
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==([^\s#]+)")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `well` or not, what was found, and what to do when it is not well."""

    well: bool
    found: str
    to_do: str = ""


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Iterator[Finding]:
    """Python is new enough."""
    words = ".".join(map(str, version))
    yield Finding(
        tuple(version) >= OLDEST,
        f"Python {words} at {sys.executable}",
        f"The course needs Python {OLDEST[0]}.{OLDEST[1]} or later. Install one, delete the folder .venv, and run `make course` again.",
    )


def own_environment() -> Iterator[Finding]:
    """The course runs in its own environment."""
    inside = sys.prefix != sys.base_prefix
    yield Finding(
        inside,
        "this Python is "
        + ("the one of an environment" if inside else "the system's, not an environment's"),
        "Packages of other projects can get in the way. `make course` makes an environment in .venv and uses it.",
    )


def packages(root: Path = COURSE) -> Iterator[Finding]:
    """Every pinned package is there, in its version."""
    file = root / "requirements.txt"
    if not file.is_file():
        yield Finding(
            False,
            f"there is no {file.name} in {root}",
            "This copy of the course is not whole; fetch it again.",
        )
        return
    wrong = []
    for pin in filter(None, map(PIN.match, file.read_text(encoding="utf-8").splitlines())):
        name, wanted = pin.groups()
        try:
            there = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            wrong.append(f"{name} is not installed")
            continue
        if there != wanted:
            wrong.append(f"{name} is {there}, the course is tested with {wanted}")
    yield Finding(
        not wrong, "; ".join(wrong) or "every package of requirements.txt is there", INSTALL
    )


def tables() -> Iterator[Finding]:
    """Every table can be read."""
    try:
        from .data import DataError, load
        from .data.schema import table_names
    except ImportError as missing:
        yield Finding(False, f"the tables were not read: {missing}", INSTALL)
        return
    try:
        rows = sum(len(load(name, all_reports=True)) for name in table_names())
    except (DataError, OSError) as problem:
        yield Finding(
            False,
            f"a table cannot be read: {problem}",
            "If you changed a file in data/, undo that (`git checkout data`), or fetch the course again.",
        )
        return
    yield Finding(True, f"{len(list(table_names()))} tables, {rows:,} rows")


def progress() -> Iterator[Finding]:
    """Answers can be kept."""
    try:
        from .learning import progress_file
        from .learning.progress import open_progress
    except ImportError as missing:
        yield Finding(False, f"your record of answers was not looked at: {missing}", INSTALL)
        return
    file = progress_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except OSError as problem:
        yield Finding(
            False,
            f"nothing can be written in {file.parent}: {problem.strerror}",
            "Lessons work, and your answers will be gone when you close them. Give yourself the right to write there, or set AICAPITAL_PROGRESS to another folder.",
        )
        return
    store = open_progress()
    store.read()
    note = " ".join(store.take_notes())
    yield Finding(
        not note,
        note or f"your answers are kept in {file}",
        "Nothing to do: a fresh record has been started.",
    )


def room() -> Iterator[Finding]:
    """There is room on the disk."""
    free = shutil.disk_usage(COURSE).free // 1_000_000
    yield Finding(
        free >= ROOM_MB,
        f"{free:,} MB free on the disk",
        f"Free at least {ROOM_MB} MB, or notebooks cannot be saved.",
    )


def kernel() -> Iterator[Finding]:
    """A notebook's Python starts and draws."""
    try:
        from jupyter_client.manager import start_new_kernel
    except ImportError as missing:
        yield Finding(False, f"no kernel was started: {missing}", INSTALL)
        return
    start = time.monotonic()
    try:
        manager, client = start_new_kernel(
            startup_timeout=KERNEL_WAIT_S, cwd=str(COURSE), stderr=subprocess.DEVNULL
        )
    except Exception as problem:  # whatever keeps a kernel from starting is the finding
        yield Finding(
            False,
            f"the notebook's Python did not start: {problem}",
            f"{INSTALL} A virus scanner or firewall that blocks connections of this computer to itself is another usual reason.",
        )
        return
    try:
        answer = client.execute_interactive(
            "from aicapital import figures, labs, learning",
            timeout=KERNEL_WAIT_S,
            output_hook=lambda _: None,
        )["content"]
    except TimeoutError:
        answer = {
            "status": "error",
            "ename": "TimeoutError",
            "evalue": f"no answer in {KERNEL_WAIT_S} s",
        }
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if answer["status"] == "ok":
        yield Finding(
            True,
            f"a notebook's Python starts, and loads the course, in {time.monotonic() - start:.0f} s",
        )
    else:
        yield Finding(
            False,
            f"the notebook's Python does not load the course: {answer['ename']}: {answer['evalue']}",
            INSTALL,
        )


def widgets() -> Iterator[Finding]:
    """JupyterLab knows the controls of the labs."""
    command = [sys.executable, "-m", "jupyterlab", "--version"]
    started = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if started.returncode:
        yield Finding(
            False, f"JupyterLab does not start: {started.stderr.strip().splitlines()[-1:]}", INSTALL
        )
        return
    from jupyter_core.paths import jupyter_path

    found = [
        folder
        for folder in jupyter_path("labextensions")
        if (Path(folder) / "@jupyter-widgets" / "jupyterlab-manager").is_dir()
    ]
    yield Finding(
        bool(found),
        f"JupyterLab {started.stdout.strip()}, "
        + ("with" if found else "WITHOUT")
        + " the controls of the labs",
        f"{INSTALL} Until then labs stay pictures.",
    )


LOOKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "Python": python,
    "Environment": own_environment,
    "Packages": packages,
    "Tables": tables,
    "Record of answers": progress,
    "Disk": room,
    "JupyterLab": widgets,
    "Kernel": kernel,
}


def main(argv: list[str]) -> int:
    """Look at everything; 0 when all is well, 1 when something is to be done."""
    if argv:
        print(f"doctor takes no arguments; got {' '.join(argv)}", file=sys.stderr)
        return 2
    print(f"The course in {COURSE}, on {sys.platform}.\n")
    ill = 0
    for name, look in LOOKS.items():
        try:
            findings = list(look())
        except Exception as problem:  # the doctor itself never falls ill
            findings = [
                Finding(False, f"not looked at: {type(problem).__name__}: {problem}", INSTALL)
            ]
        for finding in findings:
            print(f"{'well   ' if finding.well else 'TO DO  '}{name}: {finding.found}")
            if not finding.well:
                ill += 1
                print(f"       {finding.to_do}")
    print(
        "\n"
        + (
            "Everything is well."
            if not ill
            else f"{ill} to do. Begin with the first: it may be the reason of the others."
        )
    )
    return 1 if ill else 0
