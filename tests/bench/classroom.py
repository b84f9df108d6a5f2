"""`make bench-hub`: what a class costs on one server. Learners log in at the same time, run lesson 01 and save it."""

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..hub.classroom import Learner, attend, hub


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.classroom", description=__doc__)
    parser.add_argument("--learners", type=int, default=10)
    count = parser.parse_args().learners
    with tempfile.TemporaryDirectory() as folder, hub(Path(folder)) as running:
        learners = [Learner(running, f"learner{number:03}") for number in range(count)]
        start = time.monotonic()
        with ThreadPoolExecutor(count) as room:
            list(room.map(attend, learners))
        whole = time.monotonic() - start
        held = list(running.memory().values())
    waited = [learner.first_cell for learner in learners]
    print(f"learners {count}, all done after {whole:.0f} s")
    print(
        f"time from log-in to the end of the first cell: median {statistics.median(waited):.0f} s, longest {max(waited):.0f} s"
    )
    print(
        f"memory per learner (server and kernel with the lesson run): median {statistics.median(held):.0f} MB, largest {max(held):.0f} MB"
    )
    for size in (100, 1000):
        print(f"  {size} at this rate: {size * statistics.median(held) / 1000:,.0f} GB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
