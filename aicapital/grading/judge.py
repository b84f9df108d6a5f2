"""The trusted side: runs our given cells and the test cells, with the learner's names as stand-ins.

A submission is judged in a process of its own, forked from a warm one in which the sheet's given cells have
already run. Marks come from a run with hidden tests. What the learner is told comes from a second run without
them, so that nothing of a hidden test, not even its inputs, can come back through an answer.
"""

import ast
import builtins
import contextlib
import copy
import hashlib
import io
import math
import re
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aicapital.learning.sheet import Sheet

from . import plan
from .keys import OTHER_NUMBERS, Keys
from .plan import Answers, Plan, Step, SubmissionError
from .proxies import CHANGEABLE, Crashed, Remote, TimedOut, change
from .variants import released_as

RESULT = "_aicapital_result"
PASSED, FAILED, ERROR, TIMED_OUT = "passed", "failed", "error", "timed out"
CRASHED, UNANSWERED, MANUAL, PARTLY = (
    "crashed",
    "not answered",
    "needs manual marking",
    "partly passed",
)


@dataclass(frozen=True)
class Times:
    cell: float
    submission: float


@dataclass(frozen=True)
class Compiled:
    """A test or given cell, ready to run: whole and as the learner sees it, and the names that it reads."""

    whole: object
    visible: object
    names: tuple[str, ...]
    broken: str = ""


class Warm:
    """The sheet, read and prepared once."""

    def __init__(self, sheet: Plan):
        self.plan = sheet
        self.namespace = _notebooks_names()
        self.told: list[tuple[str, object]] = []
        self.late: set[str] = set()
        self.compiled = {
            step.name: _compiled(step) for step in sheet.steps if step.role in ("test", "given")
        }
        self._record_checks()
        self._run_given_cells()
        self._rehearse()

    def _record_checks(self) -> None:
        """Keep what the course's checks say, with the name of a recognised mistake."""
        told, judge = self.told, Sheet.judge

        def recording(this, question_id, given=...):
            feedback = judge(this, question_id, given)
            told.append((question_id, feedback))
            return feedback

        Sheet.judge = recording

    def _run_given_cells(self) -> None:
        bound_late: set[str] = set()
        for step in self.plan.steps:
            if step.role not in ("given", "plain", "answer"):
                continue
            if step.role == "given":
                reads = set(self.compiled[step.name].names)
                if reads & (self.plan.owned | bound_late) or not self._silently(
                    self.compiled[step.name].whole
                ):
                    self.late.add(step.name)
                    bound_late |= plan.names_bound(step.source)[0]
            elif step.role == "plain":
                self._silently(
                    _only(step.source, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
                )

    def _rehearse(self) -> None:
        """Run the author's own answers and tests once, for the tables and caches that every judgement needs."""
        kept, self.namespace = self.namespace, dict(self.namespace)
        for step in self.plan.steps:
            if step.name in self.plan.solutions:
                with contextlib.suppress(SyntaxError):
                    self._silently(_code(self.plan.solutions[step.name], step.name))
            elif step.name in self.compiled:
                self._silently(self.compiled[step.name].whole)
        self.namespace = kept
        self.told.clear()
        self._keep_given()

    def under(self, sheet: Plan) -> "Warm":
        """The same for a variant of the sheet: only what differs is compiled, tables and caches stay."""
        other = copy.copy(self)
        before = {step.name: step.source for step in self.plan.steps}
        other.plan, other.namespace, other.late = sheet, _notebooks_names(), set()
        other.compiled = {
            step.name: self.compiled[step.name]
            if before.get(step.name) == step.source
            else _compiled(step)
            for step in sheet.steps
            if step.name in self.compiled
        }
        other._run_given_cells()
        other._keep_given()
        return other

    def _keep_given(self) -> None:
        self.given = {
            name: (value, copy.deepcopy(value))
            for name, value in self.namespace.items()
            if type(value) in CHANGEABLE and not name.startswith("_")
        }

    def restore_given(self) -> None:
        """A learner's function that emptied a table of ours must not make the next test look at nothing."""
        for value, before in self.given.values():
            change(value, copy.deepcopy(before))

    def _silently(self, code: object) -> bool:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            try:
                exec(code, self.namespace)
            except BaseException:
                return False
        return True


def _notebooks_names() -> dict:
    return {"__name__": "__main__", "display": lambda *_args, **_kwargs: None}


def _only(source: str, *kinds: type) -> object:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        tree = ast.Module([], [])
    tree.body = [node for node in tree.body if isinstance(node, kinds)]
    return compile(tree, "<sheet>", "exec")


def _compiled(step: Step) -> Compiled:
    names = tuple(sorted(plan.names_read(step.source) - set(dir(builtins))))
    try:
        whole = _code(step.source, step.name)
        visible = _code(plan.visible_part(step.source), step.name)
    except SyntaxError as error:
        nothing = compile("", step.name, "exec")
        return Compiled(nothing, nothing, names, f"line {error.lineno}: {error.msg}")
    return Compiled(whole, visible, names)


def _code(source: str, name: str) -> object:
    """The cell, with the value of a last expression kept: nbgrader takes a number there as partial credit."""
    tree = ast.parse(source)
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = tree.body[-1]
        kept = ast.Assign([ast.Name(RESULT, ast.Store())], last.value)
        tree.body[-1] = ast.fix_missing_locations(ast.copy_location(kept, last))
    return compile(tree, f"<test {name}>", "exec")


class Run:
    """One pass over the cells of a submission, with hidden tests or without."""

    def __init__(self, warm: Warm, remote: Remote, times: Times, hidden: bool):
        self.warm = warm
        self.remote = remote
        self.times = times
        self.hidden = hidden
        self.namespace = dict(warm.namespace)
        self.verdicts: dict[str, dict] = {}
        self.cells: dict[str, dict] = {}  # answer cell -> what happened there

    def over(self, steps: list[Step], answers: Answers) -> None:
        for step in steps:
            if step.role in ("answer", "added"):
                self._answer(step)
            elif step.role == "given":
                self._given(step)
            elif step.role == "test":
                self.verdicts[step.name] = self._test(step, answers)
            elif step.role in ("manual", "manual-code"):
                empty = step.name in answers.unchanged
                self.verdicts[step.name] = {
                    "status": UNANSWERED if empty else MANUAL,
                    "score": 0.0,
                    "mistake": "",
                    "says": "",
                }

    def _in_learners_process(self, source: str) -> dict:
        if self.remote.gone:
            return {"out": "", "error": None, "stopped": self.remote.gone}
        self.remote.begin(self.times.cell)
        try:
            return {**self.remote.run(source), "stopped": ""}
        except TimedOut:
            return {"out": "", "error": None, "stopped": TIMED_OUT}
        except Crashed:
            return {"out": "", "error": None, "stopped": CRASHED}

    def _answer(self, step: Step) -> None:
        happened = self._in_learners_process(step.source)
        before = self.cells.get(step.name, {})
        if before.get("error") or before.get("stopped"):
            happened = {**before, "out": before["out"] + happened["out"]}
        self.cells[step.name] = happened

    def _given(self, step: Step) -> None:
        self._in_learners_process(step.source)
        if step.name in self.warm.late:
            compiled = self.warm.compiled[step.name]
            with contextlib.suppress(Exception, TimedOut, Crashed):
                self._executed(compiled.whole, compiled.names)

    def _executed(self, code: object, names: tuple[str, ...]) -> str:
        """Run code of ours with the learner's names; gives what it printed."""
        owned = self.warm.plan.owned
        wanted = [name for name in names if name in owned or name not in self.namespace]
        self.remote.begin(self.times.cell)
        fetched = self.remote.names(wanted) if wanted else {}
        for name in wanted:
            self.namespace.pop(name, None)
        self.namespace.update(fetched)
        self.namespace.pop(RESULT, None)
        printed = io.StringIO()
        # Our own code has a limit too: it may be given work without end.
        signal.signal(signal.SIGALRM, _alarm)
        signal.setitimer(signal.ITIMER_REAL, self.times.cell + 5)
        try:
            with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
                exec(code, self.namespace)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            if self.remote.changed_ours:
                self.warm.restore_given()
                self.remote.changed_ours = False
            for name, value in fetched.items():
                if self.namespace.get(name) is value:
                    del self.namespace[name]
            self.says = printed.getvalue()
        return self.says

    def _test(self, step: Step, answers: Answers) -> dict:
        compiled = self.warm.compiled[step.name]
        self.warm.told.clear()
        self.says = ""
        score, error = 0.0, None
        try:
            self._executed(compiled.whole if self.hidden else compiled.visible, compiled.names)
            status, score = self._credit(step.points)
        except TimedOut:
            status = TIMED_OUT
        except Crashed:
            status = CRASHED
        except BaseException as stopped:
            status, error = (ERROR if hasattr(stopped, "from_learner") else FAILED), stopped
        told = [feedback for _, feedback in self.warm.told]
        if status in (FAILED, ERROR):
            status = self._closer(step, answers, status, error, told)
        if status in (CRASHED, TIMED_OUT) and self._unanswered(step, answers):
            status = UNANSWERED
        mistake = next((one.mistake for one in told if one.mistake), "")
        return {
            "status": status,
            "score": score,
            "mistake": mistake if status in (FAILED, ERROR, PARTLY) else "",
            "says": self.says,
            "why": _why(error, step.name),
        }

    def _credit(self, points: float) -> tuple[str, float]:
        value = self.namespace.get(RESULT)
        if type(value) in (int, float) or isinstance(value, np.floating | np.integer):
            score = min(max(float(value), 0.0), points) if math.isfinite(value) else 0.0
            return (PASSED if score == points else PARTLY if score else FAILED), score
        return PASSED, points

    def _unanswered(self, step: Step, answers: Answers) -> bool:
        return bool(step.answers) and all(name in answers.unchanged for name in step.answers)

    def _closer(self, step, answers, status: str, error: BaseException, told: list) -> str:
        """Why a test did not pass: nothing was answered, the answer's own cell stopped, or it is wrong."""
        if self._unanswered(step, answers) or any(one.status == "unanswered" for one in told):
            return UNANSWERED
        cells = [self.cells.get(name, {}) for name in step.answers]
        for cell in cells:
            if cell.get("stopped"):
                return cell["stopped"]
        if isinstance(error, NameError) or status == ERROR:
            if any(cell.get("error") for cell in cells) or status == ERROR:
                return ERROR
            if all(name not in answers.cells for name in step.answers):
                return UNANSWERED
            return ERROR
        return status


def _why(error: BaseException | None, name: str) -> str:
    """For the teacher only: the line of the test that did not pass, and its error."""
    if error is None:
        return ""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == f"<test {name}>":
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        text = str(error)
    except Exception:
        text = ""
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", " ".join(text.split()))[:300]
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"line {line}: {type(error).__name__}{f': {text}' if text else ''}"


def _alarm(*_args):
    raise TimedOut


def judge(
    warm: Warm,
    job: dict,
    times: Times,
    learner: Callable[[float], Remote],
    finish: Callable,
    keys: Keys | None = None,
) -> dict:
    """The record of one submission; whatever it holds, there is one.

    `finish(record, answers, told, cells, notebook)` writes down what goes beside it, the feedback for example;
    `notebook` is the key by which it was marked, None for the published sheet. `keys` are there where each learner
    has own numbers.
    """
    sheet, key = warm.plan, None
    record = {
        "learner": job["learner"],
        "sheet": sheet.name,
        "status": "",
        "score": 0.0,
        "max_score": sheet.max_score,
        "questions": {},
        "notes": list(job.get("notes", [])),
        "digest": "",
        "prints": {},
    }
    answers, cells, told = Answers(), {}, {}
    try:
        if job.get("known"):
            raise SubmissionError(job["known"]["status"], job["known"]["why"])
        if keys is not None:
            key = keys.key_for(job["learner"], job["files"])
            warm, sheet = warm.under(key.plan), key.plan
        data, chosen, notes = _choose(sheet, job["files"])
        record["digest"] = hashlib.sha256(data).hexdigest()
        if key is not None:
            record["notes"] += key.notes
            keys.check(data, key, chosen)
            record["by_hand"] = keys.by_hand(key)
        elif released_as(data) is not None:
            raise SubmissionError(OTHER_NUMBERS, _OWN_NUMBERS)
        answers = chosen
        record["notes"] += notes
        deadline = time.monotonic() + times.submission
        remote = learner(deadline)
        run = Run(warm, remote, times, hidden=True)
        run.over(plan.rebuilt(sheet, answers), answers)
        verdicts = run.verdicts
        record["status"] = _overall(verdicts, remote)
        if any(v["status"] in (FAILED, ERROR, PARTLY) for v in verdicts.values()):
            second = Run(warm, learner(deadline), times, hidden=False)
            second.over(_until_last_failure(plan.rebuilt(sheet, answers), verdicts), answers)
            told, cells = second.verdicts, second.cells
        record["prints"] = _prints(sheet, answers)
        if key is not None:
            record["own"] = keys.own_answers(key, answers, verdicts)
    except SubmissionError as error:
        record["status"] = error.status
        record["notes"].append(str(error))
        verdicts = {}
    for name, points in sheet.questions:
        verdict = verdicts.get(name) or {"status": UNANSWERED, "score": 0.0, "mistake": ""}
        record["questions"][name] = {
            "status": verdict["status"],
            "score": verdict["score"],
            "max_score": points,
            "mistake": verdict["mistake"],
            "why": verdict.get("why", ""),
        }
    record["score"] = sum(part["score"] for part in record["questions"].values())
    record["notes"] += answers.notes
    finish(record, answers, told, cells, key and key.notebook)
    return record


_OWN_NUMBERS = (
    "This sheet was released with own numbers for its learner. Grade it with the roster and the secret of its "
    "release: make grade VARIANTS=roster.csv."
)


def _until_last_failure(steps: list[Step], verdicts: dict) -> list[Step]:
    """What has to run again for the feedback."""
    wrong = [
        number
        for number, step in enumerate(steps)
        if step.role == "test" and verdicts[step.name]["status"] in (FAILED, ERROR, PARTLY)
    ]
    return steps[: wrong[-1] + 1]


def _choose(sheet: Plan, files: list[str]) -> tuple[bytes, Answers, list[str]]:
    """The file that holds this sheet: the one with most of its cells, the first among equals."""
    best, problem, notes = None, None, []
    for file in files[:20]:
        try:
            data = plan.read_bytes(Path(file))
            answers = plan.answers_of(sheet, *plan.cells_of(data))
        except SubmissionError as error:
            problem = problem or error
            continue
        # Sheets share the names of their cells, not the texts of their locked ones.
        found = len(answers.cells) - len(answers.tampered) - len(answers.unchanged) / 1000
        if best is None or found > best[0]:
            best = (found, data, answers, file)
    if best is None:
        raise problem or SubmissionError("missing", "Nothing was handed in.")
    _, data, answers, file = best
    if sheet.name not in Path(file).name:
        notes.append("the file has another name than the sheet")
    if len(files) > 1:
        notes.append(
            f"{len(files)} notebooks were handed in; the one with this sheet's answers was used"
        )
    if not answers.cells:
        raise SubmissionError("another sheet", "No cell of this sheet is in the notebook.")
    return data, answers, notes


def _overall(verdicts: dict, remote: Remote) -> str:
    statuses = [verdict["status"] for verdict in verdicts.values()]
    for status in (CRASHED, TIMED_OUT):
        if status in statuses or remote.gone == status:
            return status
    if statuses and all(status == UNANSWERED for status in statuses):
        return UNANSWERED
    return "graded; to mark by hand" if MANUAL in statuses else "graded"


def _prints(sheet: Plan, answers: Answers) -> dict:
    """Fingerprints of longer answers, to find equal ones in a class."""
    found = {}
    for name, texts in answers.cells.items():
        text = " ".join("\n".join(texts).split())
        if name not in answers.unchanged and len(text) > 150 and name in sheet.blanks:
            found[name] = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
    return found
