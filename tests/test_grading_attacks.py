"""Submissions that try to win marks without an answer, or to harm: none may.

All are graded in one batch with an honest learner before, between and after them, as in a real class.
"""

import json
import os
import socket
import zipfile
from pathlib import Path

import nbformat
import psutil
import pytest

from aicapital.authoring.notebook_file import text_of
from aicapital.grading import batch, release
from tests.grading_samples import needs_sandbox
from tests.sample_sheet import code, text

pytestmark = needs_sandbox

CANARY = 987654321  # an input of a hidden test
SECRET = "the mark scheme of this sheet"


def source_sheet() -> nbformat.NotebookNode:
    cells = [
        code("setup", "import numpy as np\nimport pandas as pd", locked=True),
        code("number", "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION", solution=True),
        code(
            "number-test",
            "assert answer is not None\n### BEGIN HIDDEN TESTS\nassert abs(answer - 42) < 1e-9\n"
            "assert answer == 42 and round(answer) in [42]\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=2,
        ),
        code(
            "function",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            solution=True,
        ),
        code(
            "function-test",
            f"assert callable(double)\n### BEGIN HIDDEN TESTS\nfor _x in (1, 5, {CANARY}):\n"
            "    assert double(_x) == 2 * _x\nassert np.allclose(double(np.arange(3)), [0, 2, 4])\n"
            "### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=3,
        ),
        code(
            "table",
            "def totals(table):\n    ### BEGIN SOLUTION\n"
            '    return table.groupby("firm", as_index=False)["paid"].sum()\n    ### END SOLUTION',
            solution=True,
        ),
        code(
            "table-test",
            "assert totals is not ...\n### BEGIN HIDDEN TESTS\n"
            '_made = pd.DataFrame({"firm": ["a", "b", "a"], "paid": [1.5, 2.0, 3.0]})\n'
            '_wanted = pd.DataFrame({"firm": ["a", "b"], "paid": [4.5, 2.0]})\n'
            "assert totals(_made).equals(_wanted)\n"
            "pd.testing.assert_frame_equal(totals(_made), _wanted)\n### END HIDDEN TESTS",
            grade=True,
            locked=True,
            points=4,
        ),
        text(
            "words",
            f"- 1 point: says why\n\n### BEGIN SOLUTION\n{SECRET}\n### END SOLUTION",
            grade=True,
            solution=True,
            points=1,
        ),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"aicapital": {"points": 10}})


RIGHT = {
    "number": "answer = 42",
    "function": "def double(x):\n    return 2 * x",
    "table": 'def totals(table):\n    return table.groupby("firm", as_index=False)["paid"].sum()',
}

# An object that agrees with everything, given as every answer.
AGREEABLE = """
class Yes{base}:
    def _yes(self, *args, **kwargs): return True
    def _self(self, *args, **kwargs): return self
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = _yes
    __bool__ = _yes
    __hash__ = lambda self: 42
    __call__ = __getattr__ = __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __abs__ = __round__ = __getitem__ = _self
    def equals(self, other): return True
{more}
answer = Yes({start})
double = lambda x: Yes({start})
totals = lambda table: Yes({start})
"""

# Whatever the encoder is asked for, it says this.
LIAR = """
answer, double, totals = 1, (lambda x: 1), (lambda t: 1)
from aicapital.grading import codec, learner
codec.Encoder.__call__ = lambda self, value, depth=0: {coded}
learner.Learner._coded = lambda self, value: {coded}
"""

# Raw bytes to whatever file is open in the process.
FORGER = """
import os, json, struct
answer, double, totals = 1, (lambda x: 1), (lambda t: 1)
for handle in range(3, 64):
    try:
        for number in range(1, 60):
            body = {body}
            os.write(handle, {head} + body)
    except OSError:
        pass
"""
TRUE_REPLY = (
    """json.dumps({"n": number, "values": {"answer": 42}, "value": True, "out": ""}).encode()"""
)

CODE = {
    "agrees-with-everything": AGREEABLE.format(base="", more="", start=""),
    "agrees-float": AGREEABLE.format(base="(float)", more="", start="1.0"),
    "agrees-int": AGREEABLE.format(base="(int)", more="", start="1"),
    "agrees-frame": AGREEABLE.format(base="(pd.DataFrame)", more="", start=""),
    "agrees-array": "class Yes(np.ndarray):\n    __eq__ = __lt__ = lambda self, other: True\n"
    "answer = np.zeros(1).view(Yes)\ndouble = lambda x: answer\ntotals = lambda t: answer",
    "agrees-class-name": AGREEABLE.format(base="", more="    __class__ = int", start=""),
    "patched-pandas": "pd.DataFrame.equals = lambda *a: True\n"
    "pd.testing.assert_frame_equal = lambda *a, **k: None\n"
    "np.allclose = lambda *a, **k: True\nanswer = 1\ndouble = lambda x: x\ntotals = lambda t: t",
    "patched-builtins": "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.round = lambda x: 42\n"
    "builtins.AssertionError = type('Quiet', (Exception,), {})\nanswer = 1\ndouble = lambda x: x\n"
    "totals = lambda t: t",
    "rebound-names": "pd = np = abs = round = callable = lambda *a, **k: True\nanswer = 1\ndouble = lambda x: x\n"
    "totals = lambda t: t\n_wanted = _made = _x = 1",
    "ast-transformer": "import ast\nclass T(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.copy_location(ast.Pass(), node)\n"
    "get_ipython().ast_transformers.append(T())\nanswer = 1",
    "input-transformer": "get_ipython().input_transformers_cleanup.append("
    "lambda lines: ['pass\\n' if 'assert' in line else line for line in lines])\nanswer = 1",
    "silenced-traceback": "get_ipython().showtraceback = lambda *a, **k: None\n"
    "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)\nanswer = 1",
    "replaced-shell": "shell = get_ipython()\nshell.run_cell = lambda *a, **k: None\nshell.user_ns = {'answer': 1}",
    "hooks": "import sys\nsys.excepthook = lambda *a: None\nsys.settrace(lambda *a: None)\n"
    "sys.addaudithook(lambda *a: None)\nanswer = 1",
    "forged-replies": FORGER.format(body=TRUE_REPLY, head='struct.pack(">I", len(body))'),
    "forged-garbage": FORGER.format(body='b"\\xff" * 1000', head='b""'),
    "forged-huge-length": FORGER.format(body='b"x"', head='b"\\xff\\xff\\xff\\xff"'),
    "forged-deep-json": FORGER.format(body='b"[" * 100000', head='struct.pack(">I", len(body))'),
    "os-exit": "import os\nos._exit(0)",
    "sys-exit": "import sys\nanswer = 1\nsys.exit(0)",
    "exit-call": "answer = 1\nexit()",
    "exit-in-call": "import os\ndef double(x): os._exit(0)\ndef totals(table): raise SystemExit(0)\nanswer = 1",
    "stop-in-call": "def double(x): raise KeyboardInterrupt\ndef totals(table): raise GeneratorExit\nanswer = 1",
    "segfault": "import ctypes\nctypes.string_at(0)",
    "reads-disk": "import os\nfound = []\nfor top, folders, files in os.walk('/'):\n"
    "    folders[:] = [name for name in folders if name not in ('usr', 'lib', 'site-packages')]\n"
    ""
    "    for name in files:\n        if name.endswith(('.ipynb', '.jsonl', '.db')) or 'grades' in name:\n"
    "            found.append(os.path.join(top, name))\nraise ValueError(f'FOUND{found}' if found else 'none')",
    "reads-teachers-folder": "import os, sys\nfound = [p for p in sys.path if os.path.exists(os.path.join(p, 'letter.txt'))]\n"
    "for top, folders, files in os.walk('/'):\n    found += [top] if 'letter.txt' in files else []\n"
    "    folders[:] = [name for name in folders if name not in ('usr', 'lib', 'site-packages')]\n"
    "raise ValueError(f'FOUND{found}' if found else 'none')",
    "reads-stack": "import gc, sys\nfound = []\nframe = sys._getframe()\nwhile frame:\n"
    "    found += [repr(value) for value in list(frame.f_locals.values()) + list(frame.f_globals.values())]\n"
    "    frame = frame.f_back\nfound += [o for o in gc.get_objects() if isinstance(o, str)]\n"
    f"text = ' '.join(found)\nneedle = str({CANARY // 10}) + str({CANARY % 10})\n"
    "raise ValueError('FOUND' if needle in text or 'mark ' + 'scheme of' in text else 'none')",
    "reads-environment": "import os, sys\nfound = [*os.environ.values(), *sys.argv]\n"
    "import ctypes\nraise ValueError('FOUND' if 'tok' + 'en-of-the-teacher' in ' '.join(found) else 'none')",
    "reads-proc": "import os, glob\nraise ValueError(f'FOUND{os.listdir(\"/proc\")}' if os.path.isdir('/proc') else 'none')",
    "writes-outside": "import os, sys, glob\nwon = []\nfor folder in ['/', '/usr', '/etc', '/root', '/home', '/dev', sys.prefix,"
    " *sys.path, os.path.dirname(pd.__file__)]:\n    try:\n        open(os.path.join(folder, 'planted.py'), 'w').close()\n"
    "        won.append(folder)\n    except OSError: pass\nraise ValueError(f'FOUND{won}' if won else 'none')",
    "changes-course": "import aicapital.learning.expect as e\nopen(e.__file__, 'w').write('')",
    "pickle": "import os\nclass P:\n    def __reduce__(self): return (os.system, ('touch /tmp/planted',))\n"
    "answer = P()\ndouble = lambda x: P()\ntotals = lambda t: P()",
    "process-bomb": "import os\nwhile True:\n    os.fork()",
    "subprocess": "import subprocess\nsubprocess.run(['sleep', '1000'])",
    "shell": "!touch /tmp/planted; sleep 1000 &\nanswer = 1",
    "thread-bomb": "import threading, time\nfor _ in range(5000):\n"
    "    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()",
    "memory-bomb": "hold = []\nwhile True:\n    hold.append(bytearray(50_000_000))",
    "memory-in-files": "import os\nfor n in range(10000):\n    open(f'f{n}', 'wb').write(os.urandom(1_000_000))",
    "open-files": "import os\nhold = [os.open('/dev/null', os.O_RDONLY) for _ in range(100000)]",
    "network": "import socket, urllib.request\nwon = []\nfor kind in (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK):\n"
    "    try:\n        socket.socket(kind)\n        won.append(kind)\n    except OSError: pass\n"
    "raise ValueError(f'FOUND{won}' if won else 'none')",
    "background-thread": "import threading, time\ndef work():\n    while True:\n"
    "        globals()['answer'] = time.time()\nthreading.Thread(target=work).start()\nanswer = 1",
    "daemon": "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time\n        time.sleep(1000)",
    "kills": "import os, signal\nfor pid in [-1, *range(2, 3000)]:\n    try:\n        os.kill(pid, signal.SIGKILL)\n"
    "        raise ValueError('FOUND')\n    except OSError: pass\nraise ValueError('none')",
    "raw-calls": "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "won = [name for name, call in {'unshare': lambda: libc.unshare(0x10000000),"
    " 'mount': lambda: libc.mount(b'x', b'/tmp', b'tmpfs', 0, None),"
    " 'ptrace': lambda: libc.ptrace(0, 0, 0, 0), 'chroot': lambda: libc.chroot(b'/tmp'),"
    " 'setuid': lambda: libc.setuid(0), 'memfd': lambda: libc.memfd_create(b'x', 0),"
    " 'vfork': lambda: libc.syscall(58), 'shmget': lambda: libc.shmget(0, 1 << 30, 0o1666)}.items() if call() >= 0]\n"
    "raise ValueError(f'FOUND{won}' if won else 'none')",
    "raises-limits": "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "shadow-modules": "import sys, types\nfor name in ('pandas', 'numpy', 'aicapital.learning.expect'):\n"
    "    open(name.split('.')[-1] + '.py', 'w').write('raise SystemExit')\n"
    "    sys.modules[name] = types.ModuleType(name)\nsys.path.insert(0, '.')\nanswer = 1",
    "stubborn-loop": "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    "deaf-loop": "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 30))\n"
    "while True: pass",
    "slow-regex": "import re\nre.match('(a+)+$', 'a' * 60 + 'b')",
    "prints-without-end": "while True:\n    print('x' * 10_000)",
    "deep-value": "answer = []\nfor _ in range(100_000): answer = [answer]\ndouble = lambda x: answer\ntotals = double",
    "recursive-value": "answer = []\nanswer.append(answer)\ndouble = lambda x: answer\ntotals = double",
    "huge-number": "answer = 10 ** 10_000_000\ndouble = lambda x: answer\ntotals = double",
    "huge-range": "answer = range(10 ** 18)\ndouble = lambda x: answer\ntotals = double",
    "endless-iterator": "import itertools\nanswer = map(str, itertools.count())\n"
    "double = lambda x: answer\ntotals = lambda t: (i for i in itertools.count())",
    "lying-array": LIAR.format(coded='{"t": "nd", "d": "<f8", "s": [10**9], "b": ""}'),
    "lying-object-array": LIAR.format(
        coded='{"t": "nd", "d": "|O", "s": [1], "b": "AAAAAAAAAAA="}'
    ),
    "lying-frame": LIAR.format(
        coded='{"t": "frame", "i": {"t": "rindex", "v": [0, 10**15, 1], "n": None}, "c": {}, "v": []}'
    ),
    "lying-object": LIAR.format(coded='{"t": "obj", "r": 0, "n": "DataFrame"}'),
    "lying-function": LIAR.format(coded='{"t": "fn", "r": 10**30, "n": "__import__"}'),
    "lying-truth": LIAR.format(
        coded='{"t": "ndo", "s": [1], "v": [{"t": "nd", "d": "|b1", "s": [1], "b": "Ag=="}]}'
    ),
    "stops-iteration": "def double(x): raise StopIteration\ntotals = double\nanswer = 1",
    "outlives": "import ctypes\nfree = ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0\n"
    "raise ValueError('FOUND a way' if free else 'none')",
    "half-a-letter": "def double(x): raise ValueError('\\ud800\\u2028\\x1b[31m')\ntotals = double\nanswer = '\\udfff'",
    "lying-error": "class E(Exception): pass\nE.__name__ = '</pre><script>alert(1)</script>'\n"
    "raise E('<script>alert(1)</script>')",
    "tells-inputs": "kept = []\nanswer = 1\ndef double(x):\n    print('seen', x)\n    kept.append(x)\n    raise ValueError(f'seen {x}')\n"
    "def totals(table): raise type('E' + str(kept), (Exception,), {})(str(kept))",
}


def _tell_later(sheet) -> None:
    """Keep the inputs of one hidden test and show them in the next cell."""
    _put(sheet, "function", "kept = []\ndef double(x):\n    kept.append(x)\n    return x")
    _put(sheet, "table", "print('later', kept)\nraise ValueError(str(kept))")


def _cell(sheet, name: str):
    return next(cell for cell in sheet.cells if cell.id == name)


def _put(sheet, name: str, source: str) -> None:
    _cell(sheet, name).source = source


def _edit_tests(sheet) -> None:
    for cell in sheet.cells:
        if cell.id.endswith("-test"):
            cell.source = "pass"


def _delete_tests(sheet) -> None:
    sheet.cells = [cell for cell in sheet.cells if not cell.id.endswith("-test")]


def _double_tests(sheet) -> None:
    extra = [nbformat.from_dict(dict(cell)) for cell in sheet.cells if cell.id.endswith("-test")]
    for cell in extra:
        cell.source = "pass"
    sheet.cells = [*extra, *sheet.cells, *extra]


def _retag(sheet) -> None:
    for cell in sheet.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(points=1000, grade=True, solution=True, locked=False)
            cell.metadata["tags"] = ["skip-execution", "raises-exception"]


def _swap_ids(sheet) -> None:
    """The manual question's identity on a code cell, a test's on the answer."""
    _cell(sheet, "number").metadata.nbgrader.grade_id = "number-test"
    _cell(sheet, "words").metadata.nbgrader.grade_id = "function-test"


def _script(sheet) -> None:
    _put(sheet, "words", "</pre><script>alert(1)</script><img src=x onerror=alert(1)>")
    _put(sheet, "number", "answer = '<script>alert(1)</script>'")


def _outputs(sheet) -> None:
    for cell in sheet.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "1000"})]


NOTEBOOKS = {
    "tells-inputs-later": _tell_later,
    "edited-tests": _edit_tests,
    "deleted-tests": _delete_tests,
    "doubled-tests": _double_tests,
    "retagged": _retag,
    "swapped-ids": _swap_ids,
    "script-in-text": _script,
    "made-up-outputs": _outputs,
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The whole class, graded once: (folder, records by learner, what was there before)."""
    folder = tmp_path_factory.mktemp("class")
    source = folder / "secret" / "practice.ipynb"
    source.parent.mkdir()
    source.write_text(text_of(source_sheet()))
    released = release.generate(source_sheet(), "practice.ipynb")
    handed_in = folder / "handed_in"
    handed_in.mkdir()

    def hand_in(learner: str, sheet) -> None:
        (handed_in / f"{learner}.ipynb").write_text(text_of(sheet))

    def copy_of_sheet():
        return nbformat.from_dict(json.loads(text_of(released)))

    for learner in ("aaa-honest", "m-honest", "zzz-honest"):
        sheet = copy_of_sheet()
        for name, answer in RIGHT.items():
            _put(sheet, name, answer)
        hand_in(learner, sheet)
    for learner, source_text in CODE.items():
        sheet = copy_of_sheet()
        _put(sheet, "number", source_text)
        hand_in(learner, sheet)
    for learner, change in NOTEBOOKS.items():
        sheet = copy_of_sheet()
        change(sheet)
        hand_in(learner, sheet)
    (handed_in / "link.ipynb").symlink_to(handed_in / "aaa-honest.ipynb")
    (handed_in / "link-to-source.ipynb").symlink_to(source)
    (handed_in / "device.ipynb").symlink_to("/dev/zero")
    os.mkfifo(handed_in / "pipe.ipynb")
    with zipfile.ZipFile(handed_in / "slip.zip", "w") as archive:
        for name in ("../slipped.ipynb", "../../aaa-honest.ipynb", "/tmp/slipped.ipynb"):
            archive.writestr(name, text_of(released))
        linked = zipfile.ZipInfo("slip.ipynb")
        linked.external_attr = 0o120777 << 16
        archive.writestr(linked, str(handed_in / "aaa-honest.ipynb"))
    before = {
        "files": {path: path.read_bytes() for path in [source, *handed_in.glob("*-honest.ipynb")]},
        "tmp": set(os.listdir("/tmp")),
        "processes": {process.pid for process in psutil.process_iter()},
    }
    settings = batch.Settings(
        source, folder / "out", jobs=2, timeout=1.5, submission_timeout=5, memory_mb=512
    )
    os.environ["COURSE_TEST_TOKEN"] = "token-of-the-teacher"
    desk = folder / "desk"  # where the teacher works
    desk.mkdir()
    (desk / "letter.txt").write_text("private")
    (desk / "json.py").write_text("raise SystemExit('imported from the desk')")
    at = os.getcwd()
    os.chdir(desk)
    try:
        records = {record["learner"]: record for record in batch.grade(settings, handed_in)}
    finally:
        del os.environ["COURSE_TEST_TOKEN"]
        os.chdir(at)
    return folder, records, before


ATTACKS = [*CODE, *NOTEBOOKS, "link", "link-to-source", "device", "pipe", "slip"]


def test_the_corpus_is_large_enough():
    assert len(ATTACKS) >= 30


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_earns_a_mark(graded, attack):
    _, records, _ = graded
    record = records[attack]
    assert record["score"] == 0, record
    assert record["max_score"] == 10
    assert record["status"] not in ("", batch.GRADE_FAILED), record


def test_honest_learners_beside_them_get_theirs(graded):
    _, records, _ = graded
    for learner in ("aaa-honest", "m-honest", "zzz-honest"):
        assert records[learner]["score"] == 9, records[learner]
        assert records[learner]["notes"] == ["the file has another name than the sheet"]


def test_no_secret_comes_out(graded):
    folder, records, _ = graded
    told = {path.stem: path.read_text() for path in (folder / "out" / "feedback").iterdir()}
    assert set(told) == set(records)
    for learner, page in told.items():
        assert str(CANARY) not in page, learner
        assert SECRET not in page, learner
        if learner not in (
            "tells-inputs",
            "reads-stack",
        ):  # there the word stands in their own code
            shown = page.split("<pre>")[0]
            assert "FOUND" not in shown, shown


@pytest.mark.parametrize(
    "attack",
    [
        "reads-disk",
        "reads-stack",
        "reads-proc",
        "reads-environment",
        "writes-outside",
        "network",
        "kills",
        "raw-calls",
        "outlives",
        "reads-teachers-folder",
    ],
)
def test_a_search_for_a_way_out_ran_to_its_end_and_found_none(graded, attack):
    folder, _, _ = graded
    page = (folder / "out" / "feedback" / f"{attack}.html").read_text()
    assert "with ValueError: none" in page


def test_a_script_in_an_answer_stays_text(graded):
    folder, _, _ = graded
    for path in (folder / "out" / "feedback").iterdir():
        page = path.read_text()
        assert "<script" not in page and "<img" not in page, path.name
    assert "&lt;script&gt;" in (folder / "out" / "feedback" / "script-in-text.html").read_text()


def test_nothing_is_left_behind_and_nothing_changed(graded):
    folder, _, before = graded
    for path, content in before["files"].items():
        assert path.read_bytes() == content
    # Another test process may grade at the same time: ours are its children, or have lost their parent.
    ours = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline", "ppid"])
        if process.pid not in before["processes"]
        and process.info["ppid"] in (1, os.getpid())
        and "aicapital.grading.warm" in " ".join(process.info["cmdline"] or [])
    ]
    assert ours == []
    assert [
        name
        for name in set(os.listdir("/tmp")) - before["tmp"]
        if "planted" in name or "slipped" in name
    ] == []
    assert not any(
        name.startswith("aicapital-grade-") for name in set(os.listdir("/tmp")) - before["tmp"]
    )
    left = {path.name for path in folder.iterdir()} | {
        path.name for path in (folder / "out").iterdir()
    }
    assert left == {"desk", "secret", "handed_in", "out", "results.jsonl", "grades.csv", "feedback"}


def test_tampered_cells_are_reported(graded):
    _, records, _ = graded
    assert any("was changed" in note for note in records["edited-tests"]["notes"])
    assert any("is missing" in note for note in records["deleted-tests"]["notes"])
    assert any("stands 3 times" in note for note in records["doubled-tests"]["notes"])


def test_a_loop_that_cannot_be_stopped_costs_its_own_limit(graded):
    _, records, _ = graded
    for attack in ("stubborn-loop", "deaf-loop"):
        assert records[attack]["status"] == "timed out"
    assert records["os-exit"]["status"] == "crashed"
    assert records["link"]["status"] == "unreadable" and records["pipe"]["status"] == "unreadable"


def test_the_network_is_not_needed_and_no_socket_listens(graded):
    listening = [
        c
        for c in psutil.net_connections("inet")
        if c.status == psutil.CONN_LISTEN and c.pid == os.getpid()
    ]
    assert listening == []
    assert socket.socket  # the batch itself opened only socket pairs


def test_the_course_is_untouched(graded):
    expect = Path(batch.__file__).parents[1] / "learning" / "expect.py"
    assert expect.stat().st_size > 1000
