"""Each lesson in JupyterLab, its labs by keyboard alone; questions too; and both in Notebook 7."""

import ast
import contextlib
import os
import re
import shutil
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import ConsoleMessage, ElementHandle, Locator, Page, TimeoutError

from aicapital import labs

from .jupyter import NUMBER_OF, browser, chromium, close, jupyterlab, open_beside, run_cells
from .npm import packages, violations

NEEDED = os.environ.get("COURSE_NEEDS_BROWSER")
pytestmark = pytest.mark.skipif(
    chromium() is None and not NEEDED,
    reason="NO CHROMIUM: labs and questions were NOT tried in a browser. Install Debian's or your system's chromium.",
)
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LAB = re.compile(r"\blabs\.(\w+)\(")  # a cell shows a lab by calling it
LESSONS = [path.stem for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))]
# What Notebook 7 throws by itself while it starts, on an empty notebook too; JupyterLab gives no cause for an exception.
LET_THROUGH = (
    re.compile(r"Cannot read properties of undefined \(reading 'schema'\)"),
    re.compile(r"(Error: )?Command '[\w:.-]+' (is )?not registered\."),
    # The list of kernels, which JupyterLab asks for every few seconds: jupyter_server fails on a kernel that has just been started.
    re.compile(r"Failed to load resource: .* 500 .*/api/kernels\?\d+"),
    # A request that the page still waits for when a notebook and its kernel are closed.
    re.compile(r".*Canceled future for \w+ message before replies were done\.?"),
)
# Where a control changes nothing by design until another one is set: the preset from which it does, and why.
MATTERS_FROM = {
    ("Lab: whose money, whose machines?", "Count"): (
        "OpenAI by the same measure",
        "by the article's day every round of Anthropic had closed, and it had no open promise",
    ),
    ("Lab: design a chip under a rule", "Rate to memory, GB/s"): (
        "The same H800, 2023",
        "the rule of 2022 does not look at memory",
    ),
    ("Lab: design a chip under a rule", "Designed and sold for"): (
        "The same H800, 2023",
        "the rule of 2022 does not ask what a chip is for",
    ),
    ("Lab: circular flows", "Years of a contract that publishes none"): (
        "To the end of 2028",
        "once every contract has ended, its length no longer matters to the sums",
    ),
    ("Lab: two firms, two shocks", "Found by"): (
        "Breakthrough, kept by the leader",
        "without a breakthrough nobody has found one",
    ),
    ("Lab: two firms, two shocks", "Copied by the other, % (logs)"): (
        "Breakthrough, kept by the leader",
        "without a breakthrough there is nothing to copy",
    ),
    ("Lab: two firms, two shocks", "Leader's extra spending, elasticity"): (
        "Cheaper compute, an easy task (III.7)",
        "the leader answers a lower price of compute with extra spending",
    ),
}
PATIENCE = 10_000  # milliseconds for what must come
STEP_PATIENCE = (
    700  # for what need not come: one step of a control may change nothing that is shown
)

STOPS = "[...lab.querySelectorAll('button, .noUi-handle, select')].filter(stop => stop.checkVisibility())"
# What a learner sees, hears and has under the keys. The words are a part of the picture's markup too: its label.
LOOK = f"""lab => {{
  const svg = lab.querySelector('.aic-moving svg'), stops = {STOPS};
  return {{
    picture: {NUMBER_OF}(svg.innerHTML), label: svg.matches('[role=img]') ? svg.getAttribute('aria-label') : '',
    sentence: lab.querySelector('.aic-sentence').textContent, said: lab.querySelector('.aic-live')?.textContent,
    focus: stops.indexOf(document.activeElement),
    ended: stops.map(stop => stop.matches('select') ? stop.selectedIndex === stop.options.length - 1
      : stop.ariaValueNow !== null && stop.ariaValueNow === stop.ariaValueMax),
    values: stops.map(stop => stop.matches('select') ? stop.selectedOptions[0].textContent : stop.getAttribute('aria-valuetext')),
    written: stops.map(stop => stop.matches('select') ? stop.selectedOptions[0].textContent
      : stop.closest('.widget-inline-hbox')?.querySelector('.widget-readout')?.textContent ?? null),
  }}; }}"""
# Resolves when picture, sentence and values differ from `before`, or nothing has changed for `patience`; and everything that repeats
# them has followed.
FOLLOW = f"""([lab, before, patience]) => new Promise((done, failed) => {{
  const look = {LOOK};
  let waiting = true, timer;
  const check = () => {{
    const told = lab.querySelector('.aic-sentence')?.textContent;
    if (told !== lab.querySelector('.aic-live')?.textContent || waiting && told === before.sentence) return false;
    const now = look(lab);
    // A preset's picture may be drawn before its sliders are.
    waiting &&= now.picture === before.picture || now.sentence === before.sentence || now.values.join() === before.values.join();
    if (waiting || now.said !== now.sentence || now.label !== now.sentence || now.values.join() !== now.written.join()) return false;
    observer.disconnect(); clearTimeout(timer); done(now); return true; }};
  const observer = new MutationObserver(check);
  observer.observe(lab, {{subtree: true, childList: true, characterData: true, attributes: true}});
  timer = setTimeout(() => {{ waiting = false;
    if (!check()) timer = setTimeout(() => failed(new Error(`not told: ${{JSON.stringify(look(lab))}}`)), {PATIENCE}); }}, patience);
  check(); }})"""
BOXES = """lab => ['.aic-still', '.aic-moving svg'].map(place => {
  const {x, y, width, height} = lab.querySelector(place).getBoundingClientRect(); return {x, y, width, height}; })"""
NAMES = f"""lab => {STOPS}.map(stop => {{
  const box = stop.getBoundingClientRect(), row = stop.closest('.widget-inline-hbox');
  return {{
    role: stop.matches('button') ? 'button' : stop.matches('select') ? 'combobox' : 'slider',
    name: stop.matches('button') ? stop.textContent : row.querySelector('.widget-label').textContent,
    left: box.left, right: box.right, top: box.top, bottom: box.bottom,
  }}; }})"""


@dataclass
class Stop:
    """A place in a lab where the Tab key stops."""

    at: int
    role: str
    name: str


class Keyboard:
    """A learner with a keyboard and no mouse in one lab."""

    def __init__(self, page: Page, lab: Locator):
        self.page, self.lab = page, lab
        self.element: ElementHandle = lab.element_handle()
        self.title = lab.locator(".aic-title").text_content()
        self.found = self.element.evaluate(NAMES)
        self.stops = [Stop(i, it["role"], it["name"]) for i, it in enumerate(self.found)]

    def look(self) -> dict:
        return self.element.evaluate(LOOK)

    def press(self, key: str, before: dict | None = None, patience: int = PATIENCE) -> dict:
        """Press a key; what is to be seen once picture and sentence have changed and all is told, or patience is over."""
        before = before or self.look()
        self.page.keyboard.press(key)
        return self.page.evaluate(FOLLOW, [self.element, before, patience])

    def enter(self, key: str, first: Stop) -> None:
        """From outside to the end of the lab that comes first, past the buttons of the cell itself."""
        for _ in range(4):
            self.page.keyboard.press(key)
            if (focus := self.look()["focus"]) >= 0:
                assert focus == first.at, f"{self.title}: {key} comes in at stop {focus}"
                return
        pytest.fail(f"{self.title}: {key} does not come to {first.name}")

    def go_to(self, stop: Stop) -> None:
        """Each press of Tab or Shift+Tab goes one stop on, in the order of the page."""
        at = self.look()["focus"]
        while at != stop.at:
            step = 1 if stop.at > at else -1
            self.page.keyboard.press("Tab" if step == 1 else "Shift+Tab")
            reached = self.look()["focus"]
            where = self.page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
            assert reached == at + step, f"{self.title}: after stop {at} comes {where}"
            at = reached

    def move(self, stop: Stop) -> None:
        """Move one control, a step first and then end to end, until both the picture and the sentence have changed."""
        preset, _ = MATTERS_FROM.get((self.title, stop.name), (None, None))
        if preset:
            self.go_to(next(it for it in self.stops if it.name == preset))
            self.press("Enter", patience=PATIENCE // 2)
        self.go_to(stop)
        where = f"{self.title}: {stop.name}"
        before = self.look()
        there, back = (
            ("ArrowRight", "ArrowLeft") if stop.role == "slider" else ("ArrowDown", "ArrowUp")
        )
        if before["ended"][stop.at]:
            there, back = back, there
        changed = set()
        for key in (there, "End", "Home"):
            after = self.press(key, before, PATIENCE if key == "Home" else STEP_PATIENCE)
            if key == there:
                assert after["values"][stop.at] != before["values"][stop.at], where
            changed |= {what for what in ("picture", "sentence") if after[what] != before[what]}
            before = after
            if len(changed) == 2:
                break
        assert changed == {"picture", "sentence"}, f"{where} changes {changed or 'nothing'}"
        assert before["sentence"] and before["values"][stop.at], where
        if key == there:  # the next control is tried from where this one started
            self.press(back, before)

    def try_all(self) -> None:
        """Every control and every preset, and in and out of the lab at both of its ends."""
        self.enter("Tab", self.stops[0])
        for stop in self.stops:
            if stop.role != "button":
                self.move(stop)
        self.go_to(self.stops[-1])
        self.page.keyboard.press("Tab")
        assert self.look()["focus"] == -1, f"{self.title}: Tab stays in the lab"
        self.enter("Shift+Tab", self.stops[-1])
        presets = [stop for stop in self.stops if stop.role == "button"]
        # The last one first: it is seldom where the lab starts, so that something will change.
        self.go_to(presets[-1])
        self.press("Enter", patience=PATIENCE // 2)
        for stop in (*presets, presets[0]):
            self.go_to(stop)
            before = self.look()
            after = self.press("Enter", before)
            told = "; ".join(map(str, after["values"]))
            where = f"{self.title}: {stop.name}, with {told} and {after['sentence']!r}"
            assert after["picture"] != before["picture"], where
            assert after["sentence"] != before["sentence"], where
            assert after["values"] != before["values"], where
        self.page.keyboard.press("Shift+Tab")
        assert self.look()["focus"] == -1, f"{self.title}: Shift+Tab stays in the lab"

    def check_names(self) -> None:
        """Each control is found by the role and the name that are written beside it, and they stand in reading order."""
        for stop in self.stops:
            named = self.lab.get_by_role(stop.role, name=stop.name, exact=True)
            assert stop.name.strip() and named.count() == 1, f"{self.title}: {stop}"
        for above, below in pairwise(self.found):
            under, right_of = below["top"] >= above["bottom"] - 4, below["left"] >= above["right"]
            assert under or right_of, f"{self.title}: {above['name']}, then {below['name']}"


def run_for_labs(cells: list) -> tuple[list[int], list[int]]:
    """(cells to run so that the labs are there, the labs among them): a lab's cell and what defines its names."""
    defined, needed, with_lab = {}, set(), []

    def need(number: int, names: set[str]) -> None:
        needed.add(number)
        for name in names & defined.keys():
            if (before := defined[name]) not in needed:
                need(before, used[before])

    used = {}
    for number, cell in enumerate(cells):
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        used[number] = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        if LAB.search(cell.source):
            with_lab.append(number)
            need(number, used[number])
        imported = [
            alias.asname or alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        ]
        stored = [node.id for node in names if isinstance(node.ctx, ast.Store)]
        defined |= dict.fromkeys([*imported, *stored], number)
    return sorted(needed), with_lab


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """JupyterLab as `make course` starts it, on a copy of the lessons and a notebook of questions."""
    root = tmp_path_factory.mktemp("room")
    (root / "home").mkdir()
    shutil.copytree(NOTEBOOKS, root / "notebooks")
    shown = 'display(lesson.predict("first_dollar"), lesson.check("dilute"), lesson.verdict("I.1"), lesson.progress())'
    sources = [
        'from aicapital import learning\nlesson = learning.Lesson("01")\nlesson.check("pledge")',
        'lesson.check("post_money")',
        shown,
        "from aicapital import labs\nlabs.power_network()",
    ]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, root / "notebooks" / "questions.ipynb")
    with jupyterlab(root, root / "home") as address, browser() as opened:
        page = opened.new_page(viewport={"width": 1280, "height": 900})
        page.address, page.problems = address, []
        watch(page, page.problems)
        yield page


def watch(page: Page, problems: list[str]) -> None:
    """Collect what goes wrong in the page and errors in its console, but those let through."""

    def note(words: str) -> None:
        if not any(known.fullmatch(words) for known in LET_THROUGH):
            problems.append(words)

    page.on("pageerror", lambda error: note(str(error)))

    def logged(line: ConsoleMessage) -> None:
        if line.type == "error":
            failed = line.text.startswith("Failed to load resource")
            note(f"{line.text} {line.location['url']}" if failed else line.text)

    page.on("console", logged)


@pytest.fixture
def open_lesson(page):
    """Opens a notebook from JupyterLab's list of files; nothing may go wrong in the page until it is closed again."""
    page.problems.clear()
    if page.url == "about:blank":
        page.goto(page.address.format("lab/tree/notebooks"))
    yield lambda name: open_beside(page, name)
    close(page)
    assert page.problems == []


@pytest.mark.parametrize("name", LESSONS)
def test_all_labs_of_a_lesson_by_keyboard_alone(page, open_lesson, name):
    cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
    panel = open_lesson(name)
    if NEEDED or packages():
        assert violations(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output") == []
    needed, with_lab = run_for_labs(cells)
    run_cells(page, panel, needed)
    for number in reversed(with_lab):  # once the last lab is there, the kernel answers at once
        cell = panel.locator(".jp-Cell").nth(number)
        lab = cell.locator(".aic-lab")
        lab.locator(".aic-live").wait_for(state="attached", timeout=60_000)
        cell.locator(".jp-InputPrompt").click()
        learner = Keyboard(page, lab)
        learner.check_names()
        learner.try_all()
        still, moving = lab.evaluate(BOXES)  # in one step: a picture may be replaced at any time
        assert still["width"] > 500
        assert moving == pytest.approx(still, abs=1.5)
    if with_lab and (NEEDED or packages()):
        assert violations(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .aic-lab") == []


def test_every_lab_stands_in_a_lesson():
    shown = {
        name
        for lesson in LESSONS
        for cell in nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells
        for name in LAB.findall(cell.source if cell.cell_type == "code" else "")
    }
    assert shown == set(labs.__all__)


@pytest.fixture
def questions(page, open_lesson):
    """A notebook of questions, run, without a lab before them."""
    panel = open_lesson("questions.ipynb")
    run_cells(page, panel, range(3))
    panel.locator(".jp-CodeCell").nth(2).get_by_text("Record my verdict").wait_for(timeout=60_000)
    return panel


def choose_by_keyboard(page: Page, cell: Locator) -> None:
    """Arrow keys go from option to option; in the command mode of a notebook they would go to the next cell."""
    options = cell.get_by_role("radio")
    options.last.wait_for(timeout=60_000)
    page.wait_for_function(
        "option => option.dataset.lmSuppressShortcuts", arg=options.first.element_handle()
    )
    cell.locator(".jp-InputPrompt").click()
    for _ in range(4):
        page.keyboard.press("Tab")
        if options.first.evaluate("option => option === document.activeElement"):
            break
    page.keyboard.press("Space")
    assert options.first.is_checked()
    for key, option in (("ArrowDown", 1), ("ArrowDown", 2), ("ArrowUp", 1)):
        page.keyboard.press(key)
        assert options.nth(option).is_checked(), key
    button = cell.get_by_role("button", name="Check my answer")
    page.keyboard.press("Tab")
    assert button.evaluate("button => button === document.activeElement")
    page.keyboard.press("Enter")
    cell.get_by_text(re.compile("^(Right|Not yet)")).first.wait_for(timeout=10_000)


def test_questions_are_answered_by_keyboard(page, questions):
    choose_by_keyboard(page, questions.locator(".jp-CodeCell").nth(0))
    number = questions.locator(".jp-CodeCell").nth(1)
    number.get_by_placeholder("type here").fill("350")
    number.get_by_placeholder("type here").press("Enter")
    number.get_by_text("pre-money for post-money").wait_for(timeout=10_000)
    number.get_by_placeholder("type here").fill("380 bn")
    number.get_by_role("button", name="Check my answer").press("Enter")
    number.get_by_text("Right.").wait_for(timeout=10_000)
    if NEEDED or packages():
        assert violations(page, ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output") == []


def test_arrow_keys_answer_questions_and_move_labs_in_notebook_7(page):
    """Its command mode takes more keys than JupyterLab's."""
    classic, problems = page.context.browser.new_page(), []
    watch(classic, problems)
    classic.goto(page.address.format("notebooks/notebooks/questions.ipynb"))
    panel = classic.locator(".jp-NotebookPanel")
    # A cell that is run before there is a kernel makes Notebook ask for one.
    classic.locator(".jp-Toolbar-kernelName", has_text="ipykernel").wait_for(timeout=60_000)
    classic.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
    for _ in range(5):  # a request made while the kernel's connection opens can get lost
        run_cells(classic, panel, [0])
        with contextlib.suppress(TimeoutError):
            panel.get_by_role("radio").first.wait_for(timeout=8_000)
            break
    choose_by_keyboard(classic, panel.locator(".jp-CodeCell").nth(0))
    run_cells(classic, panel, [3])
    cell = panel.locator(".jp-CodeCell").nth(3)
    cell.locator(".aic-live").wait_for(state="attached", timeout=60_000)
    learner = Keyboard(classic, cell.locator(".aic-lab"))
    learner.enter("Tab", learner.stops[0])
    for stop in learner.stops:
        if stop.role != "button":
            learner.move(stop)
    assert problems == []
    classic.close()
