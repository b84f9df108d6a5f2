"""What the learner has done, in one JSON file on their own computer; deleting it loses only progress."""

import json
import math
import os
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path

import platformdirs

from .questions import ANSWERS, CONFIDENCES, VERDICTS

VERSION = 1
FOLDER_VARIABLE = "AICAPITAL_PROGRESS"
LOCK_WAIT_S = 2.0
LOCK_STALE_S = 10.0


def _is_count(thing: object) -> bool:
    return isinstance(thing, int) and not isinstance(thing, bool) and thing >= 0


def _is_value(thing: object) -> bool:
    return isinstance(thing, str) or (
        isinstance(thing, int | float) and not isinstance(thing, bool) and math.isfinite(thing)
    )


def _is_text(thing: object) -> bool:
    return isinstance(thing, str)


def _is_flag(thing: object) -> bool:
    return isinstance(thing, bool)


# The fields that every record of a kind has, each with the test that its value must pass.
RECORDS: dict[str, dict[str, Callable[[object], bool]]] = {
    "predictions": {"value": _is_value, "unit": _is_text, "when": _is_text, "revealed": _is_flag},
    "checks": {
        "first": _is_text,
        "first_right": _is_flag,
        "tries": _is_count,
        "hints": _is_count,
        "solved": _is_flag,
        "when": _is_text,
    },
    "verdicts": {
        "verdict": VERDICTS.__contains__,
        "confidence": CONFIDENCES.__contains__,
        "first": VERDICTS.__contains__,
        "when": _is_text,
    },
    # Evidence that was shown before there was a prediction.
    "reveals": {"when": _is_text},
    # The concept questions; in place of a lesson stands the form, "pre" or "post".
    "concepts": {"answer": ANSWERS.__contains__, "when": _is_text, "handed_in": _is_flag},
    # What the learner would have decided in the running case.
    "decisions": {"choice": _is_text, "when": _is_text},
}


def empty() -> dict:
    return {"version": VERSION, **{kind: {} for kind in RECORDS}}


def now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


def why_unusable(state: object) -> str:
    """Why a parsed file is not a progress file of this version; empty when it is one."""
    if not isinstance(state, dict):
        return "does not hold progress records"
    if state.get("version") != VERSION:
        return f"has version {state.get('version')!r}; this course writes version {VERSION}"
    for kind, fields in RECORDS.items():
        # A file written before a kind was added has nothing of it.
        lessons = state.get(kind, {})
        if not isinstance(lessons, dict) or not all(
            isinstance(records, dict) for records in lessons.values()
        ):
            return f"has no readable {kind}"
        for lesson, records in lessons.items():
            for record_id, record in records.items():
                if not isinstance(record, dict) or not all(
                    name in record and _safely(test, record[name]) for name, test in fields.items()
                ):
                    return f"has an unreadable record: {kind}, lesson {lesson}, {record_id}"
    return ""


def _safely(test: Callable[[object], bool], thing: object) -> bool:
    try:
        return bool(test(thing))
    except TypeError:
        return False


def _add(state: dict, kind: str, lesson: str, record_id: str, record: dict) -> None:
    state.setdefault(kind, {}).setdefault(lesson, {})[record_id] = record


class Progress:
    """The progress file of one folder. Never raises: what cannot be read or written becomes a note."""

    def __init__(self, folder: Path):
        self.file = folder / "progress.json"
        self._memory: dict | None = None
        self._notes: list[str] = []

    def take_notes(self) -> list[str]:
        """The notes that no question has shown yet."""
        notes, self._notes = self._notes, []
        return notes

    def read(self) -> dict:
        """Everything recorded, from the file, or from memory once the file could not be written."""
        return self._read() if self._memory is None else self._memory

    def get(self, kind: str, lesson: str, record_id: str) -> dict | None:
        return self.read().get(kind, {}).get(lesson, {}).get(record_id)

    def put(self, kind: str, lesson: str, record_id: str, record: dict) -> None:
        """Add or replace one record; all others are read afresh, so that two open notebooks agree."""
        if self._memory is None:
            try:
                self.file.parent.mkdir(parents=True, exist_ok=True)
                with self._locked():
                    state = self._read()
                    if self._memory is None:
                        _add(state, kind, lesson, record_id, record)
                        self._write(state)
                        return
            except OSError as error:
                self._keep_in_memory(error)
        _add(self._memory, kind, lesson, record_id, record)

    def _read(self) -> dict:
        try:
            content = self.file.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return empty()
        except OSError as error:
            self._keep_in_memory(error)
            return self._memory
        try:
            state = json.loads(content.decode("utf-8"))
            problem = why_unusable(state)
        except (ValueError, RecursionError):
            problem = "cannot be read"
        if not problem:
            return state
        self._set_aside(problem)
        return empty() if self._memory is None else self._memory

    def _set_aside(self, problem: str) -> None:
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        aside = self.file.with_name(f"progress.broken-{stamp}.json")
        count = 1
        while aside.exists():
            count += 1
            aside = self.file.with_name(f"progress.broken-{stamp}-{count}.json")
        try:
            os.replace(self.file, aside)
        except FileNotFoundError:
            # Another notebook has set it aside a moment ago.
            return
        except OSError as error:
            self._keep_in_memory(error)
            return
        self._notes.append(
            f"Your progress file {problem}. It is kept as {aside.name}; a fresh one starts now."
        )

    def _keep_in_memory(self, error: OSError) -> None:
        if self._memory is not None:
            return
        self._memory = empty()
        # What was recorded before the disk became read-only is still worth showing.
        try:
            state = json.loads(self.file.read_text(encoding="utf-8"))
            if not why_unusable(state):
                self._memory = state
        except (OSError, ValueError, RecursionError):
            pass
        self._notes.append(
            f"Your progress cannot be saved ({error.strerror or error}: {self.file.parent}). "
            "The lesson goes on; answers are kept until this notebook's kernel stops."
        )

    def _write(self, state: dict) -> None:
        draft = self.file.with_name(f"progress.{os.getpid()}.tmp")
        try:
            draft.write_text(json.dumps(state, indent=1, ensure_ascii=False), encoding="utf-8")
            for attempt in range(5):
                try:
                    os.replace(draft, self.file)
                    return
                except PermissionError:
                    # Windows refuses while another notebook is reading the file.
                    if attempt == 4:
                        raise
                    time.sleep(0.05)
        finally:
            draft.unlink(missing_ok=True)

    @contextmanager
    def _locked(self):
        """One writer at a time; a lock left behind by a stopped kernel is broken."""
        lock = self.file.with_name("progress.lock")
        give_up = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
                break
            except FileExistsError:
                try:
                    stale = time.time() - lock.stat().st_mtime > LOCK_STALE_S
                except FileNotFoundError:
                    continue
                if stale or time.monotonic() > give_up:
                    lock.unlink(missing_ok=True)
                else:
                    time.sleep(0.01)
            except PermissionError:
                # Windows says so while another notebook is removing its lock.
                if os.name != "nt" or time.monotonic() > give_up:
                    raise
                time.sleep(0.01)
        try:
            yield
        finally:
            lock.unlink(missing_ok=True)


@cache
def _progress_in(folder: Path) -> Progress:
    return Progress(folder)


def open_progress() -> Progress:
    """The learner's progress: in the folder AICAPITAL_PROGRESS if set, else in the user's data folder."""
    folder = os.environ.get(FOLDER_VARIABLE) or platformdirs.user_data_dir(
        "aicapital", appauthor=False
    )
    return _progress_in(Path(folder).expanduser())
