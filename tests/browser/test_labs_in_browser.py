"""Labs and questions in JupyterLab, by keyboard, as a learner meets them."""

import contextlib
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import TimeoutError

from aicapital import labs

from .jupyter import browser, chromium, jupyterlab, run_all
from .npm import packages, violations

NEEDED = os.environ.get("COURSE_NEEDS_BROWSER")
pytestmark = pytest.mark.skipif(
    chromium() is None and not NEEDED,
    reason="NO CHROMIUM: labs and questions were NOT tried in a browser. Install Debian's or your system's chromium.",
)


def _code_of_all_lessons() -> list:
    cells = [
        cell
        for path in sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9][0-9]_*.ipynb"))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    return [new_code_cell(cell.source, outputs=cell.outputs, execution_count=1) for cell in cells]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A notebook with every lab and one question, run in JupyterLab."""
    root = tmp_path_factory.mktemp("room")
    (root / "home").mkdir()
    sources = [f"from aicapital import labs\nlabs.{name}()" for name in labs.__all__]
    sources.append('from aicapital import learning\nlearning.Lesson("01").check("post_money")')
    sources.append(
        'lesson = learning.Lesson("01")\n'
        'display(lesson.predict("first_dollar"), lesson.check("pledge"), lesson.check("dilute"), lesson.verdict("I.1"), lesson.progress())'
    )
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, root / "room.ipynb")
    nbformat.write(
        new_notebook(cells=notebook.cells[:1], metadata=notebook.metadata), root / "one_lab.ipynb"
    )
    nbformat.write(
        new_notebook(cells=_code_of_all_lessons(), metadata=notebook.metadata),
        root / "saved.ipynb",
    )
    with jupyterlab(root, root / "home") as address, browser() as opened:
        page = opened.new_page(viewport={"width": 1280, "height": 900})
        page.problems, page.address = [], address
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        run_all(page, address, "room.ipynb")
        yield page


def output(page, cell: int):
    return page.locator(".jp-CodeCell").nth(cell).locator(".jp-OutputArea").first


@pytest.mark.parametrize("cell", range(len(labs.__all__)), ids=labs.__all__)
def test_a_key_press_changes_the_picture_and_the_sentence_under_it(page, cell):
    lab = output(page, cell)
    lab.locator(".aic-moving svg").wait_for(timeout=30_000)
    handle = lab.locator(".noUi-handle").first
    handle.scroll_into_view_if_needed()
    picture, sentence = (
        lab.locator(".aic-moving").inner_html(),
        lab.locator(".aic-sentence").text_content(),
    )
    handle.focus()
    at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    page.keyboard.press("ArrowLeft" if at_the_end else "ArrowRight")
    page.wait_for_function(
        "([cell, before]) => document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.aic-sentence').textContent !== before",
        arg=[cell, sentence],
        timeout=10_000,
    )
    assert lab.locator(".aic-moving").inner_html() != picture
    svg = lab.locator(".aic-moving svg")
    assert svg.get_attribute("role") == "img"
    assert svg.get_attribute("aria-label") == lab.locator(".aic-sentence").inner_text()
    # What a screen reader is told when the sentence changes.
    page.wait_for_timeout(400)
    assert lab.locator(".aic-live").inner_text() == lab.locator(".aic-sentence").inner_text()


@pytest.mark.parametrize("cell", range(len(labs.__all__)), ids=labs.__all__)
def test_the_moving_layer_lies_exactly_over_the_static_one(page, cell):
    still, moving = (
        output(page, cell).locator(place).bounding_box()
        for place in (".aic-still", ".aic-moving svg")
    )
    assert still["width"] > 500
    for side in ("x", "y", "width", "height"):
        assert moving[side] == pytest.approx(still[side], abs=1.5), side


@pytest.mark.parametrize("cell", range(len(labs.__all__)), ids=labs.__all__)
def test_sliders_have_names_words_and_keys(page, cell):
    handles = output(page, cell).locator(".noUi-handle")
    for i in range(handles.count()):
        handle = handles.nth(i)
        page.wait_for_function(
            "element => element.getAttribute('aria-label')",
            arg=handle.element_handle(),
            timeout=5_000,
        )
        assert handle.get_attribute("aria-label").strip()
        assert handle.get_attribute("aria-valuetext").strip()
        assert handle.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_a_preset_button_moves_the_sliders_with_it(page):
    lab = output(page, labs.__all__.index("waterfall"))
    lab.get_by_role("button", name="10x cap").click()
    page.wait_for_timeout(800)
    assert "10x on the 2019 money" in lab.locator(".aic-sentence").inner_text()
    assert lab.locator(".widget-readout").nth(1).inner_text() == "10x"


def test_a_typed_answer_is_judged_with_the_name_of_the_mistake(page):
    question = output(page, len(labs.__all__))
    question.get_by_placeholder("type here").fill("350")
    question.get_by_placeholder("type here").press("Enter")
    question.get_by_text("pre-money for post-money").wait_for(timeout=10_000)
    question.get_by_placeholder("type here").fill("380 bn")
    question.get_by_role("button", name="Check my answer").click()
    question.get_by_text("Right.").wait_for(timeout=10_000)


@pytest.mark.skipif(
    not (NEEDED or packages()), reason="NO NPM: axe-core did NOT look at JupyterLab."
)
def test_nobody_is_kept_out_of_a_live_output(page):
    assert violations(page, ".jp-OutputArea-output") == []


@pytest.mark.skipif(
    not (NEEDED or packages()), reason="NO NPM: axe-core did NOT look at JupyterLab."
)
def test_nobody_is_kept_out_of_a_saved_output(page):
    """Tables, figures and twins of all lessons, as JupyterLab shows them before anything is run."""
    saved = page.context.browser.new_page()
    saved.set_viewport_size({"width": 1280, "height": 900})
    saved.goto(page.address.format("doc/tree/saved.ipynb"))
    saved.locator(".jp-CodeCell").first.wait_for(timeout=60_000)
    saved.wait_for_function(
        "document.querySelectorAll('.jp-OutputArea-output').length > 20", timeout=60_000
    )
    assert violations(saved, ".jp-OutputArea-output") == []
    saved.close()


def test_arrow_keys_move_a_lab_in_notebook_7(page):
    """In its command mode the keys would go to the next cell."""
    classic = page.context.browser.new_page()
    classic.goto(page.address.format("notebooks/one_lab.ipynb"))
    classic.locator(".jp-CodeCell").first.wait_for(timeout=60_000)
    handle, sentence = (
        classic.locator(".noUi-handle").first,
        classic.locator(".aic-lab .aic-sentence"),
    )
    for _ in range(5):  # a request made while the kernel's connection opens can get lost
        classic.get_by_role("menuitem", name="Run", exact=True).click()
        classic.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with contextlib.suppress(TimeoutError):
            handle.wait_for(timeout=8_000)
            break
    classic.wait_for_function(
        "document.querySelector('.noUi-handle')?.dataset.lmSuppressShortcuts === 'true'",
        timeout=10_000,
    )
    words = sentence.inner_text()
    handle.focus()
    classic.keyboard.press("ArrowLeft")
    classic.wait_for_function(
        "words => document.querySelector('.aic-lab .aic-sentence').innerText !== words",
        arg=words,
        timeout=10_000,
    )
    classic.close()


def test_nothing_went_wrong_in_the_page(page):
    assert page.problems == []
