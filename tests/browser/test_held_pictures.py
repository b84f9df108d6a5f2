"""The page shows the pictures of a lab that it holds by itself: at once, in the right order, and with the kernel busy."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, WebSocketRoute, expect

from aicapital import labs

from .jupyter import browser, chromium, jupyterlab, run_all
from .test_labs_in_browser import NEEDED

pytestmark = pytest.mark.skipif(
    chromium() is None and not NEEDED,
    reason="NO CHROMIUM: the pictures that a page holds were NOT tried in a browser.",
)
# A file that comes and goes in the folder which JupyterLab lists can make it say that there is no such folder.
BUSY = "import os, time\nwhile not os.path.exists('home/enough'):\n    time.sleep(0.05)"
SENTENCE = "document.querySelector('.aic-moving .aic-sentence').textContent"


class Line:
    """The line between page and kernel, on which the kernel's words can be held up as on a slow one."""

    def __init__(self):
        self._held: list | None = None

    def connect(self, page_end: WebSocketRoute) -> None:
        self._page_end, kernel = page_end, page_end.connect_to_server()
        kernel.on_message(
            lambda words: page_end.send(words) if self._held is None else self._held.append(words)
        )

    def hold(self) -> None:
        self._held = []

    def let_go(self) -> None:
        held, self._held = self._held, None
        for words in held:
            self._page_end.send(words)


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    root = tmp_path_factory.mktemp("held")
    (root / "home").mkdir()
    (root / "home" / "enough").touch()
    notebook = new_notebook(
        cells=[
            new_code_cell("from aicapital import labs\nlab = labs.waterfall()\nlab"),
            new_code_cell(BUSY),
            new_code_cell("lab.values"),
        ]
    )
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, root / "held.ipynb")
    with jupyterlab(root, root / "home") as address, browser() as opened:
        page = opened.new_page(viewport={"width": 1280, "height": 900})
        page.line = Line()
        page.route_web_socket("**/channels?*", page.line.connect)
        run_all(page, address, "held.ipynb")
        page.enough = root / "home" / "enough"
        yield page


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    """What the lab says along its first slider."""
    lab = labs.waterfall()
    name, control = next(iter(lab.controls.items()))
    return [lab.set(**{name: stop}).sentence for stop in control.stops]


def here(page, slider: int = 0) -> int:
    """The position of a slider, the first one unless told."""
    return round(float(page.locator(".noUi-handle").nth(slider).get_attribute("aria-valuenow")))


def wait_for_sentence(page, words: str, timeout: int) -> None:
    page.wait_for_function(f"words => {SENTENCE} === words", arg=words, timeout=timeout)


def keep_busy(page) -> Locator:
    """The kernel runs a cell that ends when `page.enough` is there."""
    page.enough.unlink()
    page.locator(".jp-CodeCell").nth(1).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    busy = page.get_by_text("(ipykernel) | Busy")
    busy.wait_for(timeout=10_000)
    return busy


def test_a_quick_hand_ends_at_the_picture_of_the_last_stop(page, sentences):
    page.locator(".noUi-handle").first.focus()
    for key, times in (("ArrowRight", 12), ("ArrowLeft", 20), ("ArrowRight", 5)):
        for _ in range(times):
            page.keyboard.press(key)
        wait_for_sentence(page, sentences[here(page)], 30_000)
    page.wait_for_timeout(500)  # a late answer of the kernel changes nothing
    assert page.evaluate(SENTENCE) == sentences[here(page)]


def test_pictures_drawn_ahead_are_shown_while_the_kernel_is_busy(page, sentences):
    lab = labs.waterfall()
    name = next(iter(lab.controls))
    drawn = {frame.at for frame in (*lab.around(), *lab.draw_ahead(name))}
    page.wait_for_function(
        "count => document.querySelector('.aic-lab').dataset.held >= count",
        arg=len(drawn),
        timeout=60_000,
    )
    busy = keep_busy(page)
    page.locator(".noUi-handle").first.focus()
    for _ in range(8):
        before = here(page)
        page.keyboard.press("ArrowLeft" if before > len(sentences) / 2 else "ArrowRight")
        assert here(page) != before
        wait_for_sentence(page, sentences[here(page)], 10_000)
    assert busy.is_visible()
    page.enough.touch()
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    assert page.evaluate(SENTENCE) == sentences[here(page)]


def test_a_preset_chosen_while_the_kernel_is_busy_stands_after_what_was_moved_before(page):
    """Page and kernel agree in the end, on where the hand and then the preset have put the controls."""
    lab = labs.waterfall()
    first = next(iter(lab.controls.values()))
    for preset, settings in lab.presets.items():
        keep_busy(page)
        page.locator(".noUi-handle").first.focus()
        start, times = here(page), 4
        for _ in range(times):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")  # to a control that the preset puts elsewhere
        for key in ("ArrowDown", "ArrowUp", "ArrowDown"):
            page.keyboard.press(key)
        page.get_by_role("button", name=preset, exact=True).click()
        page.enough.touch()
        page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
        moved = first.stops[start + times]
        wait_for_sentence(page, lab.set(**{first.name: moved}, **settings).sentence, 10_000)
        page.wait_for_timeout(500)
        assert page.evaluate(SENTENCE) == lab.sentence
        assert here(page) == start + times
        cell = page.locator(".jp-CodeCell").nth(2)
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea-output")).to_have_text(str(lab.values), timeout=30_000)


def test_a_move_made_before_a_preset_has_come_back_stands(page):
    """The preset moves the controls of the page after the hand has moved them on, and for the kernel the hand was last."""
    lab = labs.waterfall()
    ends = dict(zip(list(lab.controls)[:2], ("End", "Home"), strict=True))
    page.line.hold()
    page.get_by_role("button", name="10x cap", exact=True).click()
    for number, key in enumerate(ends.values()):
        page.locator(".noUi-handle").nth(number).focus()
        page.keyboard.press(key)
    page.wait_for_timeout(300)
    page.line.let_go()
    lab.preset("10x cap")
    moved = {name: lab.controls[name].stops[-1 if ends[name] == "End" else 0] for name in ends}
    wait_for_sentence(page, lab.set(**moved).sentence, 10_000)
    page.wait_for_timeout(1500)
    assert page.evaluate(SENTENCE) == lab.sentence
    for number, name in enumerate(ends):
        assert here(page, number) == lab.controls[name].stops.index(moved[name])


# What happens after the key, which writes the same position again: nothing more; or a key elsewhere, in the task in which an answer of
# the kernel moves the control.
MOVES_NOTHING = {
    "a key at the end of a slider": "() => {}",
    "a key elsewhere": """handle => {
      const button = handle.closest('.aic-lab').querySelector('button');
      button.dispatchEvent(new KeyboardEvent('keydown', {key: 'Tab', bubbles: true}));
      const at = handle.getAttribute('aria-valuenow');
      handle.setAttribute('aria-valuenow', '0.0');
      return Promise.resolve().then(() => handle.setAttribute('aria-valuenow', at)); }""",
}


@pytest.mark.parametrize("nothing", MOVES_NOTHING)
def test_what_moves_nothing_keeps_no_preset_waiting(page, nothing):
    lab = labs.waterfall()
    first = next(iter(lab.controls.values()))
    page.get_by_role("button", name="No cap", exact=True).click()
    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("End")
    lab.preset("No cap")
    wait_for_sentence(page, lab.set(**{first.name: first.stops[-1]}).sentence, 10_000)
    page.wait_for_timeout(1500)  # the kernel has answered, and nothing waits any more
    page.keyboard.press("End")
    page.locator(".noUi-handle").first.evaluate(MOVES_NOTHING[nothing])
    page.get_by_role("button", name="10x cap", exact=True).click()
    wait_for_sentence(page, lab.preset("10x cap").sentence, 10_000)
