"""The two warm processes: libraries loaded once, then a fork for each learner and for each judgement.

Started by `batch`. The first thing it does with its libraries loaded is to fork the half from which the
learners' processes come. Only then does it read the sheet's source, so no learner's process ever holds a test
or a solution in its memory.
"""

import contextlib
import gc
import io
import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

COURSE = Path(__file__).parents[2]


def read_message(channel: socket.socket) -> tuple[dict | None, list[int]]:
    """One line of JSON, and the file handles that came with it."""
    data, handles, _, _ = socket.recv_fds(channel, 1 << 20, 4)
    while data and not data.endswith(b"\n"):
        more = channel.recv(1 << 20)
        if not more:
            break
        data += more
    return (json.loads(data) if data.strip() else None), list(handles)


def write_message(channel: socket.socket, message: dict, handles: tuple[int, ...] = ()) -> None:
    data = json.dumps(message).encode() + b"\n"
    sent = socket.send_fds(channel, [data], list(handles))
    if sent < len(data):
        channel.sendall(data[sent:])


def main() -> int:
    settings = json.load(sys.stdin)
    judges = socket.socket(fileno=settings["judges"])
    learners = socket.socket(fileno=settings["learners"])
    _die_with_parent()
    shell = _load_libraries()
    gc.collect()
    gc.freeze()
    child = os.fork()
    if child == 0:
        judges.close()
        try:
            os._exit(_serve_learners(learners, settings, shell) or 0)
        except KeyboardInterrupt:
            os._exit(130)
    learners.close()
    try:
        _serve_judges(judges, settings)
    finally:
        judges.close()
        os.waitpid(child, 0)
    return 0


def _die_with_parent() -> None:
    if sys.platform == "linux":
        from .sandbox import PR_SET_PDEATHSIG, libc

        libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _load_libraries():
    """What both halves need: the course, pandas, matplotlib, IPython's shell."""
    import matplotlib.figure
    import numpy as np

    from aicapital import data, learning  # noqa: F401

    from . import (  # noqa: F401
        codec,
        feedback,
        gradebook,
        judge,
        keys,
        learner,
        plan,
        proxies,
        sandbox,
        variants,
    )

    learner.figures_as_in_a_notebook()
    shell = learner.make_shell()
    shell.run_cell("%matplotlib inline", silent=True)
    # The first figure, table and error cost most: let every fork inherit their caches.
    for cell in (
        "import matplotlib.pyplot as plt; import pandas as pd",
        "figure, axes = plt.subplots(layout='constrained'); axes.plot([0, 1], label='a'); "
        "axes.bar([0, 1], [1, 2]); axes.legend(); axes.set(title='t', xlabel='x', ylabel='y')",
        "pd.DataFrame({'a': ['x', 'y'], 'b': [1.0, 2.0]}).groupby('a')['b'].sum()",
        "1 / 0",
        "del plt, pd, figure, axes",
    ):
        shell.run_cell(cell, silent=True)
    codec.Decoder()(codec.Encoder()(matplotlib.figure.Figure()))
    np.random.seed(0)
    sandbox.measure_address_space()
    return shell


def _serve_learners(channel: socket.socket, settings: dict, shell) -> int:
    from . import sandbox
    from .learner import Learner

    _die_with_parent()
    limits = sandbox.Limits(**settings["limits"])
    proc = None
    given: dict[str, str] = {}
    if settings["sandbox"]:
        try:
            read_only = [*sandbox.python_folders(), str(COURSE / "aicapital"), str(COURSE / "data")]
            if settings["data"]:
                read_only.append(settings["data"])
            proc = sandbox.enter_view(read_only, settings["masked"])
        except sandbox.SandboxError as error:
            write_message(channel, {"refused": str(error)})
            return 1
    write_message(channel, {"ready": True})

    def run_in(handle: int):
        def run() -> None:
            os.environ["HOME"] = os.environ["TMPDIR"] = os.getcwd()
            if settings["data"]:
                for entry in sorted(os.listdir(settings["data"])):
                    os.symlink(os.path.join(settings["data"], entry), entry)
            Learner(handle, shell).serve()

        return run

    scratches: dict[int, str] = {}
    while True:
        message, handles = read_message(channel)
        if message is None:
            return 0
        if message["do"] == "given":
            given.update(message["cells"])
            _fill_caches(given)
            gc.collect()
            gc.freeze()
            reply = {"done": True}
        elif message["do"] == "spawn":
            try:
                if proc is not None:
                    pid = sandbox.spawn(proc, limits, handles[0], run_in(handles[0]))
                else:
                    pid, scratches[0] = _plain_fork(limits, handles[0], run_in(handles[0]))
                    scratches[pid] = scratches.pop(0)
                reply = {"pid": pid}
            except OSError as error:
                reply = {"refused": f"no learner's process can be started: {error}"}
        else:
            pid = message["pid"]
            _kill(pid)
            _, how, used = os.wait4(pid, 0)
            if pid in scratches:
                import shutil

                shutil.rmtree(scratches.pop(pid), ignore_errors=True)
            reply = {"how": how, "cpu": used.ru_utime + used.ru_stime}
        for handle in handles:
            os.close(handle)
        write_message(channel, reply)


def _fill_caches(given: dict[str, str]) -> None:
    """Run the given cells once, for the tables that they load; every learner's process runs them again."""
    namespace: dict = {"__name__": "__main__", "display": lambda *_args, **_kwargs: None}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for source in given.values():
            with contextlib.suppress(Exception):
                exec(source, namespace)


def _plain_fork(limits, handle: int, run) -> tuple[int, str]:
    """Without a sandbox: only what any Unix limits."""
    import tempfile

    from . import sandbox

    scratch = tempfile.mkdtemp(prefix="aicapital-grade-")
    pid = os.fork()
    if pid == 0:
        try:
            _die_with_parent()
            os.chdir(scratch)
            sandbox.restrict(limits, handle)
            run()
        finally:
            os._exit(0)
    return pid, scratch


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _serve_judges(channel: socket.socket, settings: dict) -> None:
    from . import judge, plan
    from .keys import Keys

    keys = None
    sheet = plan.load_plan(Path(settings["source"]))
    if settings["data"]:
        os.chdir(settings["data"])
    warm = judge.Warm(sheet)
    gc.collect()
    gc.freeze()
    write_message(
        channel,
        {
            "ready": True,
            "name": sheet.name,
            "questions": sheet.questions,
            "titles": sheet.titles,
            "given": sheet.given,
            "digest": sheet.digest,
            "by_hand": [s.name for s in sheet.steps if s.role.startswith("manual")],
        },
    )
    times = judge.Times(settings["timeout"], settings["submission_timeout"])
    while True:
        message, handles = read_message(channel)
        if message is None:
            return
        if message["do"] == "own numbers":
            keys = Keys(Path(settings["source"]), message["own"])
            gc.collect()
            gc.freeze()
            reply = {"done": True}
        elif message["do"] == "judge":
            pid = os.fork()
            if pid == 0:
                try:
                    channel.close()
                    _judge_one(
                        socket.socket(fileno=handles[0]), message, warm, times, settings, keys
                    )
                finally:
                    os._exit(0)
            reply = {"pid": pid}
        else:
            _kill(message["pid"])
            _, how, used = os.wait4(message["pid"], 0)
            reply = {"how": how, "cpu": used.ru_utime + used.ru_stime}
        for handle in handles:
            os.close(handle)
        write_message(channel, reply)


def _judge_one(channel: socket.socket, job: dict, warm, times, settings: dict, keys) -> None:
    from aicapital.authoring.notebook_file import read

    from . import feedback, gradebook, judge, sandbox
    from .proxies import Remote

    _die_with_parent()
    memory = sandbox.address_space() + settings["limits"]["memory_mb"] * (1 << 20)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    def learner(deadline: float) -> Remote:
        write_message(channel, {"learner": True})
        message, handles = read_message(channel)
        return Remote(handles[0], message["pid"], deadline, warm.plan.classes)

    out = Path(settings["out"])

    def finish(record: dict, answers, told: dict, cells: dict, key) -> None:
        feedback.write(warm.plan, record, answers, told, cells, out / "feedback")
        if settings["nbgrader"]:
            source = key or read(Path(settings["source"]))
            gradebook.write_autograded(warm.plan, source, record, answers, out / "nbgrader")

    started = time.monotonic()
    try:
        record = judge.judge(warm, job, times, learner, finish, keys)
    except BaseException as error:
        record = {"failed": f"{type(error).__name__}: {error}"[:500]}
        if settings.get("debug"):
            import traceback

            record["trace"] = traceback.format_exc()
    write_message(channel, {"record": record, "seconds": time.monotonic() - started})


if __name__ == "__main__":
    sys.exit(main())
