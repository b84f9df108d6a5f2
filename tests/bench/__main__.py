"""`make bench`: how fast a lab answers, beside the two usual ways, in one run; and the memory of a lesson's kernel.

Every variant draws the same chart. A key press is timed from the browser's keydown event to the end of the frame that
paints the changed picture. A drag counts the different pictures painted a second, and how long after release the last one came.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import Page

from aicapital import labs
from aicapital.labs.lab import Lab

from ..browser.jupyter import browser, jupyterlab, run_all
from .memory import kernel_memory

ROUNDS, PRESSES, DRAGS = 3, 21, 2
CELLS = Path(__file__).with_name("variants.py").read_text().split("# %%\n")[1:]
# Where the picture of a variant stands, and what changes in it when it changes.
WATCH = {
    "interact + inline figure": ("img", "root => root.querySelector('.jp-OutputArea img')?.src"),
    "plotly FigureWidget": (
        "plotly",
        "root => [...root.querySelectorAll('path')].map(p => p.getAttribute('d')).join()",
    ),
}
OURS = ("svg", "root => root.querySelector('.aic-moving')?.innerHTML")

TIMER = """
window.bench = {};
bench.watch = (cell, signature, finest) => {
  const root = document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.jp-OutputArea');
  bench.root = root; bench.signature = signature; bench.last = signature(root); bench.handle = root.querySelectorAll('.noUi-handle')[finest];
};
bench.painted = () => new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = () => done(performance.now()); c.port2.postMessage(0); }));
bench.arm = () => { bench.result = new Promise(done => {
  let start; const root = bench.root;
  root.addEventListener('keydown', e => { start = e.timeStamp; }, {capture: true, once: true});
  const look = async () => { const now = bench.signature(root);
    if (start === undefined || !now || now === bench.last) return;
    observer.disconnect(); bench.last = now;
    const picture = root.querySelector('.jp-OutputArea img'); if (picture && !picture.complete) await picture.decode().catch(() => {});
    done(await bench.painted() - start); };
  const observer = new MutationObserver(look);
  observer.observe(root, {subtree: true, childList: true, attributes: true, characterData: true});
  setTimeout(() => { observer.disconnect(); done(null); }, 1200);
}); };
bench.film = () => { bench.frames = []; bench.rolling = true; let last = bench.signature(bench.root);
  const look = () => { const now = bench.signature(bench.root); if (now && now !== last) { last = now; bench.frames.push(performance.now()); } if (bench.rolling) requestAnimationFrame(look); };
  requestAnimationFrame(look);
  addEventListener('pointerup', () => { bench.released = performance.now(); }, {capture: true, once: true}); };
bench.cut = () => { bench.rolling = false; bench.last = bench.signature(bench.root); return {frames: bench.frames, released: bench.released}; };
"""


def press(page: Page, times: int) -> list[float]:
    """Milliseconds from each key press to the painted change; the slider turns round at its ends."""
    page.evaluate("bench.handle.focus()")
    taken, key, missed = [], "ArrowRight", 0
    while len(taken) < times and missed < 10:
        page.evaluate("bench.arm()")
        page.keyboard.press(key)
        answer = page.evaluate("bench.result")
        page.wait_for_timeout(60)
        if answer is None:
            key = "ArrowLeft" if key == "ArrowRight" else "ArrowRight"
            missed += 1
        else:
            taken.append(answer)
    return taken


def drag(page: Page) -> tuple[float, float]:
    """(pictures a second while the mouse moves, milliseconds from release to the last picture)."""
    page.evaluate("bench.handle.scrollIntoView({block: 'center'})")
    box = page.evaluate(
        "(() => { const t = bench.handle.closest('.noUi-base').getBoundingClientRect(), h = bench.handle.getBoundingClientRect(); return [t.left, t.right, h.left + h.width / 2, h.top + h.height / 2]; })()"
    )
    left, right, x, y = box
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("bench.film()")
    start = page.evaluate("performance.now()")
    for step in range(121):
        phase = step / 60
        goal = left + (right - left) * (phase if phase <= 1 else 2 - phase)
        page.mouse.move(goal, y)
        page.wait_for_timeout(12)
    stop = page.evaluate("performance.now()")
    page.mouse.up()
    page.wait_for_timeout(1200)
    film = page.evaluate("bench.cut()")
    during = [t for t in film["frames"] if start <= t <= stop]
    after = [t for t in film["frames"] if t > film["released"]]
    return 1000 * len(during) / (stop - start), (after[-1] - film["released"]) if after else 0.0


def _finest_slider(lab: Lab) -> int:
    sliders = [len(control.stops) for control in lab.controls.values() if control.is_number]
    return sliders.index(max(sliders))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="every variant is driven once a round"
    )
    parser.add_argument(
        "--labs", nargs="+", choices=labs.__all__, default=labs.__all__, help="which labs of ours"
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="on the server that `jupyter lab` alone starts, instead of that of `make course`",
    )
    options = parser.parse_args()
    rounds, names = options.rounds, options.labs
    # Every lab of the course, then the same chart as the first lab in the two usual ways.
    sources = [f"from aicapital import labs\nlabs.{name}()" for name in names] + CELLS
    watched = {f"our lab: {name}": OURS[1] for name in names} | {
        name: js for name, (_, js) in WATCH.items()
    }
    # Each lab is driven by its finest slider: a coarse one has too few pictures to count.
    finest = {f"our lab: {name}": _finest_slider(getattr(labs, name)()) for name in names}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    figures = {name: {"ms": [], "rate": [], "lag": []} for name in watched}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "home").mkdir()
        nbformat.write(notebook, root / "bench.ipynb")
        with jupyterlab(root, root / "home", options.plain) as address, browser() as opened:
            page = opened.new_page(viewport={"width": 1280, "height": 900})
            run_all(page, address, "bench.ipynb", timeout=180)
            page.wait_for_timeout(4000)
            page.evaluate(f"() => {{ {TIMER} }}")
            for turn in range(rounds):
                for cell, (name, signature) in enumerate(watched.items()):
                    page.evaluate(f"bench.watch({cell}, {signature}, {finest.get(name, 0)})")
                    figures[name]["ms"] += press(page, PRESSES)
                    for _ in range(DRAGS):
                        rate, lag = drag(page)
                        figures[name]["rate"].append(rate)
                        figures[name]["lag"].append(lag)
                print(f"round {turn + 1} of {rounds}", file=sys.stderr)
    print(
        f"{'variant':32} {'p50 ms':>8} {'p95 ms':>8} {'pictures/s':>11} {'lag ms':>8} {'presses':>8}"
    )
    for name, got in figures.items():
        print(
            f"{name:32} {statistics.median(got['ms']):8.1f} {percentile(got['ms'], 0.95):8.1f} "
            f"{statistics.median(got['rate']):11.1f} {statistics.median(got['lag']):8.1f} {len(got['ms']):8d}"
        )
    kernel_memory()
    return 0


if __name__ == "__main__":
    sys.exit(main())
