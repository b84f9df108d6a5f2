"""`python -m aicapital grade`: a folder of submissions in, marks and feedback out. Nothing is lost on the way.

This process stays small: it finds the submissions, hands them to the warm processes and writes down what comes
back. A result is on disk before the next submission begins; a run that was stopped goes on where it was.
"""

import contextlib
import csv
import hashlib
import io
import itertools
import json
import os
import queue
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from . import variants

VERSION = 1
MAX_ZIP_BYTES, MAX_ZIP_FILES = 2 << 30, 20_000
MAX_LEARNERS_ZIP_BYTES = 64 << 20  # a class of bombs must not fill the disk
NOT_SUBMISSIONS = {".csv", ".md", ".html", ".log", ".tsv", ".xlsx"}
GRADE_FAILED = "grader failed"


class GradeError(RuntimeError):
    """Grading cannot start or go on; the message says what to do."""


class WarmEnded(GradeError):
    """A warm process is gone: it crashed, or somebody or the lack of memory ended it."""


@dataclass
class Job:
    """One learner's submission."""

    learner: str
    files: list[str]
    notes: list[str] = field(default_factory=list)
    input: str = ""
    when: float = 0.0


@dataclass(frozen=True)
class Settings:
    source: Path
    out: Path
    jobs: int = 2
    timeout: float = 30.0
    submission_timeout: float = 120.0
    memory_mb: int = 1024
    data: Path | None = None
    sandbox: bool = True
    nbgrader: bool = False  # also write what nbgrader's formgrader needs
    own: variants.Draw | variants.Class | None = None  # each learner's own numbers
    debug: bool = False


# The submissions


def find(submissions: Path, sheet: str, unpacked: Path, sheets: Iterable[str] = ()) -> list[Job]:
    """One job a learner, by name: from a folder or a zip, a file or a folder each.

    `sheets` are the names of all sheets that may lie there: what has the name of another one is left out.
    """
    if not submissions.exists():
        raise GradeError(f"{submissions} does not exist. Give the folder or zip of submissions.")
    if submissions.is_file() and submissions.suffix.lower() == ".zip":
        folder = unpacked / "all"
        problems = _unzip(submissions, folder, MAX_ZIP_BYTES)
        entries = _entries(folder, unpacked)
        for entry in entries:
            entry[2].extend(problems)
    elif submissions.is_dir():
        entries = _entries(submissions, unpacked)
    else:
        raise GradeError(f"{submissions} is neither a folder nor a zip.")
    found: dict[str, Job] = {}
    for name, files, notes, when in entries:
        mine = [file for file in files if _is_for(sheet, sheets, *Path(file).parts[:-3:-1], name)]
        if files and not mine:
            if not _is_for(sheet, sheets, name):
                continue
            notes.append("what was handed in has the name of another sheet")
        learner = learner_name(name, sheet)
        job = Job(learner, mine, notes, when=when)
        other = found.get(learner)
        if other is not None:
            job, older = (job, other) if job.when > other.when else (other, job)
            if not job.files and older.files:
                job = older
            job.notes.append("handed in more than once; the newest was used")
        found[learner] = job
    return [found[name] for name in sorted(found)]


def _is_for(sheet: str, sheets: Iterable[str], *names: str) -> bool:
    """The first of the names with a sheet's name in it decides; where none has one, it may be any."""
    for name in names:
        named = [
            one for one in sheets if re.search(rf"(?<![^\W_]){re.escape(one)}(?![^\W_])", name)
        ]
        if named:
            return max(named, key=len) == sheet
    return True


# No file of Windows may have such a name, and results are copied there.
_DEVICES = re.compile(r"(con|prn|aux|nul|(com|lpt)\d)(\..*)?", re.IGNORECASE)


def learner_name(name: str, sheet: str) -> str:
    """`ada_01_sheet`, Moodle's `Ada Lovelace_123_assignsubmission_file` and so on: the learner's part."""
    name = re.sub(r"_assignsubmission_(file|onlinetext)_?.*$", "", name)
    if name != sheet:
        name = name.replace(sheet, "").strip("_- .") or name
    safe = re.sub(r"[^\w.,@+'()& -]", "_", name).strip(" .")[:100] or "unnamed"
    if _DEVICES.fullmatch(safe):
        safe = f"_{safe}"
    if safe != name:  # two names that differ only in what was replaced are still two learners
        safe += f"-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:6]}"
    return safe


def _entries(folder: Path, unpacked: Path) -> list[tuple[str, list[str], list[str], float]]:
    entries = []
    inside = [entry for entry in sorted(folder.iterdir()) if not entry.name.startswith((".", "__"))]
    if len(inside) == 1 and inside[0].is_dir() and not inside[0].is_symlink():
        deeper = [entry for entry in inside[0].iterdir() if not entry.name.startswith(".")]
        if (
            deeper
            and all(entry.is_dir() for entry in deeper)
            and any(list(entry.glob("*/*.ipynb")) for entry in deeper)
        ):
            inside = sorted(deeper)  # nbgrader's `submitted/`
    for entry in inside:
        try:
            when = entry.lstat().st_mtime
        except OSError:
            continue
        if entry.is_symlink():
            entries.append((entry.stem, [str(entry)], [], when))
        elif entry.is_dir():
            files, when = _notebooks(entry), _handed_in(entry, when)
            entries.append((entry.name, files, [], when))
        elif entry.suffix.lower() == ".zip" and entry.is_file():
            own = unpacked / hashlib.sha256(os.fsencode(entry.name)).hexdigest()[:16]
            problems = _unzip(entry, own, MAX_LEARNERS_ZIP_BYTES)
            entries.append((entry.stem, _notebooks(own), problems, when))
        elif entry.suffix.lower() not in NOT_SUBMISSIONS:
            entries.append((entry.stem, [str(entry)], [], when))
    return entries


def _notebooks(folder: Path) -> list[str]:
    found, others = [], []
    for top, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and name != "__MACOSX"
        )
        if len(Path(top).relative_to(folder).parts) >= 4:
            folders.clear()
        for name in sorted(files):
            if name.startswith("."):
                continue
            (found if name.endswith(".ipynb") else others).append(os.path.join(top, name))
    loose = [path for path in others if Path(path).suffix.lower() in ("", ".json", ".txt")]
    return found or [path for path in loose if Path(path).name != "timestamp.txt"]


def _handed_in(folder: Path, otherwise: float) -> float:
    """When: nbgrader's timestamp.txt, or the newest notebook."""
    for stamp in sorted(folder.glob("**/timestamp.txt"))[:1]:
        try:  # neither through a link nor from a pipe, which would never end
            handle = os.open(stamp, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                text = file.read(40).decode("utf-8").strip()
            return datetime.fromisoformat(text.replace(" UTC", "+00:00")).timestamp()
        except (OSError, ValueError, TypeError):
            pass
    times = [os.lstat(path).st_mtime for path in _notebooks(folder)]
    return max(times, default=otherwise)


def _unzip(archive: Path, folder: Path, most: int) -> list[str]:
    """Unpack ordinary members one by one; what would land elsewhere, or is a link, stays out."""
    problems, total = [], 0
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as whole:
            for member in whole.infolist()[:MAX_ZIP_FILES]:
                parts = Path(member.filename.replace("\\", "/")).parts
                kind = (member.external_attr >> 16) & 0o170000
                if member.is_dir():
                    continue
                if not parts or ".." in parts or parts[0] in ("/", "\\") or ":" in parts[0]:
                    problems.append("the zip holds a path that leads outside; it was left out")
                    continue
                if kind not in (0, 0o100000):
                    problems.append("the zip holds a link or device; it was left out")
                    continue
                total += member.file_size
                if total > most or member.file_size > 256 << 20:
                    problems.append("the zip is too large; the rest was left out")
                    break
                target = folder.joinpath(*parts)
                try:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with whole.open(member) as source, open(target, "wb") as copy:
                        left = member.file_size + 1
                        while left > 0 and (chunk := source.read(min(1 << 20, left))):
                            copy.write(chunk)
                            left -= len(chunk)
                    moment = time.mktime((*member.date_time, 0, 0, -1))
                    os.utime(target, (moment, moment))
                except Exception:  # each way of packing has errors of its own
                    problems.append("a member of the zip cannot be read; it was left out")
    except Exception:
        problems.append("the zip cannot be read")
    return list(dict.fromkeys(problems))


def names_in_zip(archive: Path) -> list[str]:
    try:
        with zipfile.ZipFile(archive) as whole:
            return whole.namelist()
    except (zipfile.BadZipFile, OSError) as error:
        raise GradeError(f"{archive} cannot be read: {error}") from None


def with_roster(jobs: list[Job], roster: Path | None, due: datetime | None) -> list[Job]:
    """Mark late and unknown submissions; add learners who handed in nothing."""
    if due is not None:
        for job in jobs:
            late = job.when - due.timestamp()
            if job.files and late > 0:
                job.notes.append(f"late by {_span(late)}")
    if roster is None:
        return jobs
    known = read_roster(roster)
    for job in jobs:
        named = _on_roster(job.learner, known)
        if len(named) == 1:
            job.learner = named[0]
        elif named:
            job.notes.append(f"the name fits several on the roster: {', '.join(named[:5])}")
        else:
            job.notes.append("not on the roster")
    merged: dict[str, Job] = {}
    for job in sorted(jobs, key=lambda job: (bool(job.files), job.when)):
        if job.learner in merged:
            job.notes.append("handed in more than once; the newest was used")
        merged[job.learner] = job
    for learner in known:
        merged.setdefault(learner, Job(learner, []))
    return [merged[name] for name in sorted(merged)]


def _on_roster(name: str, known: dict[str, list[str]]) -> list[str]:
    """Who can be meant, best first: by id, by any of their names, by the name without Moodle's number, by a part."""
    whole, bare = _key(name), _key(re.sub(r"_\d+$", "", name))
    parts = {_key(part) for part in re.split(r"[_ ]", name) if not part.isdigit()}
    if by_id := [learner for learner in known if whole and _key(learner) == whole]:
        return by_id
    for wanted in ({whole}, {bare}, parts):
        wanted.discard("")
        if found := [learner for learner, keys in known.items() if wanted & set(keys)]:
            return found
    return []


_SHARED_COLUMNS = {"section", "group", "class", "course", "seminar", "cohort", "year", "role"}


def read_roster(path: Path) -> dict[str, list[str]]:
    """Learner's id -> everything that names them."""
    return {
        learner: [
            key for what, cell in row.items() if what not in _SHARED_COLUMNS and (key := _key(cell))
        ]
        for learner, row in roster_rows(path).items()
    }


def roster_rows(path: Path) -> dict[str, dict[str, str]]:
    """Learner's id -> their row, by column; ids in the first column, or in one called id or learner."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GradeError(f"The roster {path} cannot be read: {error}") from None
    rows = csv.reader(io.StringIO(text), dialect=csv_dialect(text))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise GradeError(
            f"The roster {path} is empty. One learner a line; the first line names the columns."
        )
    header = [cell.strip().lower() for cell in rows[0]]
    column = next(
        (header.index(name) for name in ("learner", "id", "student", "username") if name in header),
        0,
    )
    found: dict[str, dict[str, str]] = {}
    for row in rows[1:]:
        if column < len(row) and row[column].strip():
            learner = learner_name(row[column].strip(), "")
            if learner in found:
                raise GradeError(f"The roster {path} has two lines for {learner}. Leave one.")
            cells = zip(header, row, strict=False)
            found[learner] = {name: cell.strip() for name, cell in cells}
    return found


def csv_dialect(text: str) -> type[csv.Dialect]:
    """Commas, or the semicolons that spreadsheets of many countries write."""
    first = text.split("\n", 1)[0]
    if first.count(";") > first.count(","):
        return type("Semicolon", (csv.excel,), {"delimiter": ";"})
    return csv.excel


def _key(text: str) -> str:
    return re.sub(r"[^\w@.]", "", text).casefold()


def _span(seconds: float) -> str:
    if seconds < 5400:
        return f"{max(seconds / 60, 1):.0f} minutes"
    return f"{seconds / 3600:.0f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"


def fingerprint(job: Job) -> str:
    """Of what was handed in, so that a changed submission is graded again."""
    whole = hashlib.sha256(repr(sorted(job.notes)).encode())
    for path in job.files:
        whole.update(os.path.basename(path).encode("utf-8", "replace") + b"\0")
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        with os.fdopen(handle, "rb") as file:
            if os.path.isfile(path):
                while chunk := file.read(1 << 20):
                    whole.update(chunk)
    return whole.hexdigest()


# The warm processes


class Pool:
    """The two warm processes and the talk with them. Threads share it; one request at a time each."""

    def __init__(self, settings: Settings, masked: Iterable[Path]):
        self.settings = settings
        self._masked = sorted({str(path) for path in masked})
        self._start()

    def start_again(self) -> None:
        print("The grading process ended; a new one goes on.", file=sys.stderr)
        self.close()
        self._start()

    def _start(self) -> None:
        settings = self.settings
        ours_j, theirs_j = socket.socketpair()
        ours_l, theirs_l = socket.socketpair()
        self._judges, self._learners = ours_j, ours_l
        self._locks = {id(ours_j): threading.Lock(), id(ours_l): threading.Lock()}
        told = {
            "judges": theirs_j.fileno(),
            "learners": theirs_l.fileno(),
            "source": str(settings.source.resolve()),
            "out": str(settings.out.resolve()),
            "data": str(settings.data.resolve()) if settings.data else "",
            "sandbox": settings.sandbox,
            "masked": self._masked,
            "timeout": settings.timeout,
            "submission_timeout": settings.submission_timeout,
            "limits": {
                "memory_mb": settings.memory_mb,
                "cpu_seconds": int(settings.submission_timeout * 1.5) + 10,
            },
            "nbgrader": settings.nbgrader,
            "debug": settings.debug,
        }
        # Nothing else of the teacher's environment: a learner's code could read it.
        kept = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONPATH", "LD_LIBRARY_PATH", "HOME")
        environment = {name: os.environ[name] for name in kept if name in os.environ} | {
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            "MPLBACKEND": "agg",
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "IPYTHONDIR": os.devnull,
        }
        course = str(Path(__file__).parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(
            [course, *filter(None, [environment.get("PYTHONPATH")])]
        )
        self._process = subprocess.Popen(
            # -P: the teacher's folder is no place to import from, nor for learners' code to read.
            [sys.executable, "-P", "-W", "ignore", "-m", "aicapital.grading.warm"],
            pass_fds=(theirs_j.fileno(), theirs_l.fileno()),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=None if settings.debug else subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
        theirs_j.close()
        theirs_l.close()
        try:
            with self._process.stdin as settings_for_it:
                settings_for_it.write(json.dumps(told).encode())
            ready = self._receive(self._learners)
            if "refused" in ready:
                raise GradeError(f"There is no sandbox here: {ready['refused']}")
            self.sheet = self._receive(self._judges)
            self._request(self._learners, {"do": "given", "cells": self.sheet["given"]})
            if settings.own is not None:
                # Only now, and only to the judges: learners' processes never hold it.
                self._request(self._judges, {"do": "own numbers", "own": settings.own.dumped()})
        except BaseException:
            self.close()
            raise

    def _receive(self, channel: socket.socket) -> dict:
        data = b""
        while not data.endswith(b"\n"):
            part = _received(channel)
            if not part:
                raise self._ended()
            data += part
        return json.loads(data)

    def _ended(self) -> WarmEnded:
        """Neither process is of use without the other: what is left ends, and all threads are told."""
        for channel in (self._judges, self._learners):
            with contextlib.suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)
        lines: list[str] = []
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
            if self._process.returncode < 0:
                lines = [f"It got {signal.Signals(-self._process.returncode).name}."]
            elif self._process.stderr is not None:
                told = self._process.stderr.read().decode("utf-8", "replace")
                lines = told.strip().splitlines()
        return WarmEnded(" ".join(["The grading process ended.", *lines[-1:]]))

    def _request(
        self, channel: socket.socket, message: dict, handles: tuple[int, ...] = ()
    ) -> dict:
        data = json.dumps(message).encode() + b"\n"
        with self._locks[id(channel)]:
            try:
                sent = socket.send_fds(channel, [data], list(handles))
                channel.sendall(data[sent:])
            except OSError:
                raise self._ended() from None
            return self._receive(channel)

    def judge(self, job: Job, known: dict | None = None) -> dict:
        """The record of one submission; `known` gives its status without a look at it."""
        ours, theirs = socket.socketpair()
        with ours:
            started = self._request(
                self._judges,
                {
                    "do": "judge",
                    "learner": job.learner,
                    "files": job.files,
                    "notes": job.notes,
                    "known": known,
                },
                (theirs.fileno(),),
            )
            theirs.close()
            learners: list[int] = []
            deadline = time.monotonic() + self.settings.submission_timeout + 60
            try:
                return self._until_judged(ours, learners, deadline)
            finally:
                # The judge first: it may still send its learner a signal.
                self._request(self._judges, {"do": "reap", "pid": started["pid"]})
                for pid in learners:
                    self._request(self._learners, {"do": "reap", "pid": pid})

    def _until_judged(self, channel: socket.socket, learners: list[int], deadline: float) -> dict:
        buffer = b""
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return {"failed": "the judgement took too long", "status": "timed out"}
            if not select.select([channel], [], [], left)[0]:
                continue
            part = _received(channel)
            if not part:
                return {"failed": "the judgement ended without a result", "status": "crashed"}
            buffer += part
            while b"\n" in buffer:
                line, buffer = buffer.split(b"\n", 1)
                message = json.loads(line)
                if "learner" not in message:
                    return message["record"]
                while learners:
                    self._request(self._learners, {"do": "reap", "pid": learners.pop()})
                mine, its = socket.socketpair()
                with mine, its:
                    started = self._request(self._learners, {"do": "spawn"}, (its.fileno(),))
                    if "refused" in started:
                        raise GradeError(started["refused"])
                    learners.append(started["pid"])
                    with contextlib.suppress(OSError):  # it is gone; the next look says so
                        socket.send_fds(
                            channel, [json.dumps(started).encode() + b"\n"], [mine.fileno()]
                        )

    def close(self) -> None:
        for channel in (self._judges, self._learners):
            channel.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def _received(channel: socket.socket) -> bytes:
    """What came; nothing when the other side is gone, even if it went before it had read all."""
    try:
        return channel.recv(1 << 20)
    except ConnectionError:
        return b""


# The results


class Results:
    """`results.jsonl`: a line for the run, then a line a submission, appended and flushed as they come."""

    def __init__(self, folder: Path, head: dict):
        self.path = folder / "results.jsonl"
        self.head = head
        self.records: dict[str, dict] = {}
        if self.path.exists():
            self._read()
        self._file = open(self.path, "a", encoding="utf-8", newline="\n")  # noqa: SIM115 - until finish()
        if self._file.tell() == 0:
            self._append(head)

    def _read(self) -> None:
        whole = self.path.read_bytes()
        kept = whole[: whole.rfind(b"\n") + 1]
        lines = kept.decode("utf-8").rstrip("\n").split("\n")
        for line in lines[1:]:
            record = json.loads(line)
            self.records[record["learner"]] = record
        if kept != whole:  # the last line was being written when the run was stopped
            with open(self.path, "r+b") as file:
                file.truncate(len(kept))

    def _append(self, record: dict) -> None:
        self._file.write(_line(record))
        self._file.flush()
        os.fsync(self._file.fileno())

    def add(self, record: dict) -> None:
        self.records[record["learner"]] = record
        self._append(record)

    def finish(self) -> list[dict]:
        """Write the file anew in the order of names: the same whatever came first."""
        self._file.close()
        records = [self.records[name] for name in sorted(self.records)]
        write_results(self.path, self.head, records)
        return records


# Other line ends, and halves of characters that no file can hold: JSON has a way to write them.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def _line(record: dict) -> str:
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def write_results(path: Path, head: dict, records: list[dict]) -> None:
    replace_file(path, "".join(_line(record) for record in [head, *records]))


def replace_file(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, path)


def read_results(folder: Path) -> tuple[dict, list[dict]]:
    path = Path(folder) / "results.jsonl"
    if not path.is_file():
        raise GradeError(f"{path} does not exist. Grade first: python -m aicapital grade ...")
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return json.loads(lines[0]), [json.loads(line) for line in lines[1:]]


def write_grades(
    folder: Path, records: list[dict], questions: list[list], name: str = "grades.csv"
) -> None:
    names = [question for question, _ in questions]
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["learner", "sheet", "status", "score", "max_score", *names])
    for record in records:
        scores = [_score(record["questions"].get(question)) for question in names]
        row = [record["learner"], record["sheet"], record["status"]]
        table.writerow(
            [*map(plain_cell, row), f"{record['score']:g}", f"{record['max_score']:g}", *scores]
        )
    replace_file(folder / name, text.getvalue())


def plain_cell(text: str) -> str:
    """No cell that a spreadsheet would run as a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _score(part: dict | None) -> str:
    if part is None or part["status"] == "needs manual marking":
        return ""
    return f"{part['score']:g}"


# The run


def grade(
    settings: Settings,
    submissions: Path,
    shard: tuple[int, int] = (1, 1),
    roster: Path | None = None,
    due: datetime | None = None,
    tell: Callable[[int, int, dict], None] = lambda *_args: None,
) -> list[dict]:
    """Grade what is not graded yet; gives all records, in the order of names."""
    settings.out.mkdir(parents=True, exist_ok=True)
    (settings.out / "feedback").mkdir(exist_ok=True)
    if not settings.source.is_file():
        raise GradeError(
            f"{settings.source} is no file. Give the sheet's source, solutions/NAME.ipynb."
        )
    head = {
        "aicapital": VERSION,
        "sheet": settings.source.stem,
        "source": hashlib.sha256(settings.source.read_bytes()).hexdigest(),
        "timeout": float(settings.timeout),
        "submission_timeout": float(settings.submission_timeout),
        "memory_mb": settings.memory_mb,
    }
    if settings.own is not None:
        spec = variants.path_of(settings.source).read_bytes()
        head |= {"secret": settings.own.secret, "variants": hashlib.sha256(spec).hexdigest()}
    _same_run(settings.out, head)
    _refuse_secrets_in_data(settings, submissions)
    scratch = settings.out / ".unpacked"  # a run that was killed leaves it to the next one
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        sheets = [path.stem for path in settings.source.parent.glob("*.ipynb")]
        jobs = find(submissions, settings.source.stem, scratch, sheets)
        jobs = with_roster(jobs, roster, due)
        part, parts = shard
        jobs = [job for number, job in enumerate(jobs) if number % parts == part - 1]
        masked = _hidden_folders(settings, submissions)
        pool = Pool(settings, masked)
        try:
            head |= {name: pool.sheet[name] for name in ("questions", "titles", "by_hand")}
            results = Results(settings.out, head)
            for job in jobs:
                job.input = fingerprint(job)
            done = {name: record.get("input") for name, record in results.records.items()}
            for name in set(done) - {job.learner for job in jobs}:
                del results.records[name]  # withdrawn since
                (settings.out / "feedback" / f"{name}.html").unlink(missing_ok=True)
            waiting = [job for job in jobs if done.get(job.learner) != job.input]
            number = itertools.count(len(jobs) - len(waiting) + 1)

            def finished(record: dict) -> None:
                results.add(record)
                tell(next(number), len(jobs), record)

            _through(settings, pool, waiting, finished)
        finally:
            pool.close()
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    records = results.finish()
    write_grades(settings.out, records, head["questions"])
    return records


def _same_run(out: Path, head: dict) -> None:
    """Refuse a folder with results of another run before anything is started."""
    path = out / "results.jsonl"
    if path.exists():
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        if first and {name: json.loads(first).get(name) for name in head} != head:
            raise GradeError(
                f"{path} holds results of another run (another sheet, version, time limit or secret). "
                "Give another --out folder, or delete this one."
            )


def _refuse_secrets_in_data(settings: Settings, submissions: Path) -> None:
    """Learners' code sees the data folder: nothing else may lie in it."""
    if settings.data is None:
        return
    data = settings.data.resolve()
    for what, path in (
        ("the sheet's source", settings.source),
        ("the submissions", submissions),
        ("the results", settings.out),
    ):
        if path.resolve().is_relative_to(data):
            raise GradeError(
                f"{data} holds {what}, and learners' code sees that folder. Give --data a folder with the data only."
            )


def _hidden_folders(settings: Settings, submissions: Path) -> list[Path]:
    course = Path(__file__).parents[2]
    folders = [settings.source.parent, submissions.parent, settings.out]
    if submissions.is_dir():
        folders.append(submissions)
    folders += [course / "solutions", course / "tests", course / ".git"]
    data = settings.data.resolve() if settings.data else None
    kept = [folder.resolve() for folder in folders]
    return [
        f for f in kept if f != Path("/") and f != data and f not in (data.parents if data else ())
    ]


def _through(
    settings: Settings, pool: Pool, waiting: list[Job], finished: Callable[[dict], None]
) -> None:
    """Judge them all. Where a warm process ends, a new pair takes over.

    What was being judged then may be what ended it: it is judged once more, alone and after all others. Then it is
    known, and has its row.
    """
    interrupted: list[Job] = []
    while waiting:
        lost, waiting = _run(settings, pool, waiting, finished)
        interrupted += lost
        if lost:
            pool.start_again()
    for job in interrupted:
        try:
            record = _record(settings, pool, job)
        except WarmEnded as ended:
            pool.start_again()
            record = _failed(pool, job, str(ended), GRADE_FAILED)
        finished(record)


def _run(
    settings: Settings, pool: Pool, waiting: list[Job], finished: Callable[[dict], None]
) -> tuple[list[Job], list[Job]]:
    """Judge until all is done or a warm process ends: what was being judged then, and what was not begun."""
    todo: queue.SimpleQueue = queue.SimpleQueue()
    for job in waiting:
        todo.put(job)
    came: queue.SimpleQueue = queue.SimpleQueue()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                job = todo.get_nowait()
            except queue.Empty:
                break
            try:
                came.put((job, _record(settings, pool, job)))
            except BaseException as error:
                stop.set()
                came.put((job, error))
        came.put(None)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(max(1, settings.jobs))]
    for thread in threads:
        thread.start()
    lost: list[Job] = []
    try:
        for _ in threads:
            while (result := came.get()) is not None:
                job, record = result
                if isinstance(record, WarmEnded):
                    lost.append(job)
                elif isinstance(record, BaseException):
                    raise record
                else:
                    finished(record)
    finally:
        stop.set()
    left = []
    with contextlib.suppress(queue.Empty):
        while True:
            left.append(todo.get_nowait())
    return lost, left


def _record(settings: Settings, pool: Pool, job: Job) -> dict:
    record = pool.judge(job)
    if "failed" in record:
        if settings.debug and "trace" in record:
            print(record["trace"], file=sys.stderr)
        return _failed(pool, job, record["failed"], record.get("status", GRADE_FAILED))
    return record | {"input": job.input}


def _failed(pool: Pool, job: Job, why: str, status: str) -> dict:
    """The row of a submission that could not be judged."""
    return pool.judge(job, {"status": status, "why": why}) | {"input": job.input}


def summary(records: list[dict], questions: list[list]) -> str:
    """What a teacher wants to know at a glance."""
    lines = []
    count = Counter(record["status"] for record in records)
    missing = count["missing"]
    lines.append(
        f"{len(records) - missing} submissions{f' of {len(records)} learners' if missing else ''}: "
        + ", ".join(f"{n} {status}" for status, n in count.most_common())
    )
    lines.append(f"{'question':28} {'passed':>7} {'not':>5} {'blank':>6} {'by hand':>8}")
    came = [record for record in records if record["status"] != "missing"]
    for name, points in questions:
        statuses = Counter(record["questions"][name]["status"] for record in came)
        passed, blank, hand = (
            statuses["passed"],
            statuses["not answered"],
            statuses["needs manual marking"],
        )
        rest = len(came) - passed - blank - hand
        lines.append(f"{name[:28]:28} {passed:7} {rest:5} {blank:6} {hand:8}   ({points:g} points)")
    odd = [record for record in records if record["notes"]]
    for record in odd[:20]:
        lines.append(f"{record['learner']}: {'; '.join(record['notes'])[:200]}")
    if len(odd) > 20:
        lines.append(f"and {len(odd) - 20} more with remarks; see results.jsonl")
    return "\n".join(lines)


def merge(folders: list[Path], out: Path) -> list[dict]:
    """One result of several shards."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "feedback").mkdir(exist_ok=True)
    first, merged = None, {}
    for folder in folders:
        head, records = read_results(folder)
        if first is not None and head != first:
            raise GradeError(
                f"{folder} comes from another run than {folders[0]}; grade both with the same options."
            )
        first = head
        for record in records:
            merged[record["learner"]] = record
        for page in sorted((folder / "feedback").glob("*.html")):
            (out / "feedback" / page.name).write_bytes(page.read_bytes())
    records = [merged[name] for name in sorted(merged)]
    write_results(out / "results.jsonl", first, records)
    write_grades(out, records, first["questions"])
    return records
