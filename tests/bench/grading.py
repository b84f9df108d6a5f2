"""`make bench-grading`: our grader beside `nbgrader autograde`, the same sheet and submissions in one run.

CPU seconds are those of the whole process tree, memory is the proportional set size of all of ours, sampled.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

from tests.grading_samples import SOURCES, partly_right, write

SHEET = SOURCES[0]
NBGRADER = """
import sys
from nbgrader.apps import NbGraderAPI
api = NbGraderAPI()
if sys.argv[1] == "prepare":
    assert api.generate_assignment("sheet")["success"]
else:
    for learner in sorted(__import__("os").listdir("submitted")):
        assert api.autograde("sheet", learner)["success"]
"""


def children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(command: list[str], **kwargs) -> dict:
    """Wall and CPU seconds of a command, and the most memory that its processes held together."""
    before, start = children_cpu(), time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **kwargs)
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.25):
            peak[0] = max(peak[0], memory_of_tree(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, error = process.communicate()
    over.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(error.decode()[-2000:])
    return {
        "wall": time.perf_counter() - start,
        "cpu": children_cpu() - before,
        "memory_mb": peak[0] / 2**20,
    }


def memory_of_tree(pid: int) -> float:
    total = 0.0
    try:
        top = psutil.Process(pid)
        for process in [top, *top.children(recursive=True)]:
            try:
                total += process.memory_full_info().pss
            except psutil.Error:
                continue
    except psutil.Error:
        pass
    return total


def class_of(size: int, folder: Path) -> None:
    samples = list(partly_right(SHEET.stem).values())
    for number in range(size):
        # Half of a class has everything right, the others are spread over the samples.
        answers = samples[0] if number % 2 == 0 else samples[1 + (number // 2) % (len(samples) - 1)]
        write(folder, f"learner{number:04}", SHEET.stem, answers)


def ours(size: int, jobs: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        class_of(size, Path(folder) / "submissions")
        command = [
            *[sys.executable, "-m", "aicapital", "grade", str(SHEET), f"{folder}/submissions"],
            *["--out", f"{folder}/out", "--jobs", str(jobs)],
        ]
        return measured(command)


def nbgraders(size: int) -> dict:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with tempfile.TemporaryDirectory() as folder:
        class_of(size, Path(folder) / "made")
        (Path(folder) / "source" / "sheet").mkdir(parents=True)
        shutil.copy(SHEET, Path(folder) / "source" / "sheet")
        for learner in sorted((Path(folder) / "made").iterdir()):
            target = Path(folder) / "submitted" / learner.name / "sheet"
            target.parent.mkdir(parents=True)
            shutil.move(learner, target)
        around = {"cwd": folder, "env": os.environ | {"PATH": path}}
        subprocess.run(
            [sys.executable, "-c", NBGRADER, "prepare"], check=True, capture_output=True, **around
        )
        return measured([sys.executable, "-c", NBGRADER, "grade"], **around)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench-grading", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 40, 400])
    parser.add_argument("--nbgrader-sizes", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    print(f"{SHEET.stem}, {os.cpu_count()} cores, --jobs {options.jobs}")
    print(f"{'':10}{'submissions':>12}{'CPU s':>9}{'wall s':>9}{'peak MB':>9}")
    found: dict[str, dict[int, dict]] = {"ours": {}, "nbgrader": {}}
    plan = [("nbgrader", n) for n in options.nbgrader_sizes] + [("ours", n) for n in options.sizes]
    for who, size in plan:
        got = ours(size, options.jobs) if who == "ours" else nbgraders(size)
        found[who][size] = got
        print(
            f"{who:10}{size:12}{got['cpu']:9.2f}{got['wall']:9.2f}{got['memory_mb']:9.0f}",
            flush=True,
        )
    margins = {who: _margin(sizes) for who, sizes in found.items()}
    for who, (cpu, wall) in margins.items():
        print(f"{who}: {cpu:.3f} CPU s and {wall:.3f} s for each further submission")
    cpu, wall = (margins["nbgrader"][i] / margins["ours"][i] for i in (0, 1))
    print(
        f"throughput at the margin: {wall:.0f} times nbgrader's; by CPU seconds, which a busy machine "
        f"moves less, {cpu:.0f} times"
    )
    print(json.dumps(found))
    return 0


def _margin(sizes: dict[int, dict]) -> tuple[float, float]:
    few, many = min(sizes), max(sizes)
    steps = max(many - few, 1)
    return tuple((sizes[many][what] - sizes[few][what]) / steps for what in ("cpu", "wall"))


if __name__ == "__main__":
    sys.exit(main())
