"""A JupyterLab of our own on a free port, and a Chromium to look at it with."""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, TimeoutError, sync_playwright

from aicapital.serving import lab_command, lab_environment

from ..ports import free_ports

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A learner's server has no nbgrader, which the tests bring along.
LEARNER_CONFIG = Path(__file__).parents[1] / "learner_config"
# In the page: the number of a picture's markup, the same for the same. The markup itself would take its time to Python and back.
NUMBER_OF = """(markup => { const seen = window.picturesSeen ??= new Map();
  if (!seen.has(markup)) seen.set(markup, seen.size);
  return seen.get(markup); })"""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Path of a Chromium; on a Debian machine where we may, it is installed first."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "chromium"],
        ):
            subprocess.run(
                command,
                check=False,
                stdout=subprocess.DEVNULL,
                env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            )
        found = shutil.which("chromium")
    return found


@contextlib.contextmanager
def jupyterlab(root: Path, home: Path, plain: bool = False) -> Iterator[str]:
    """Serve `root` with the course's own command line; yields the address with its token in it.

    `home` takes progress, settings and logs, so that nothing of the machine's user is read or written.
    `plain`: as `jupyter lab` alone would, without the course's settings.
    """
    (port,) = free_ports(1)
    token = secrets.token_hex(8)
    environment = (dict(os.environ) if plain else lab_environment()) | {
        "AICAPITAL_PROGRESS": str(home / "progress"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_CONFIG_PATH": str(LEARNER_CONFIG),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    start = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    command = [
        *(start if plain else lab_command(root=root)),
        f"--port={port}",
        f"--IdentityProvider.token={token}",
        "--no-browser",
        "--allow-root",
        "--ServerApp.port_retries=0",
    ]
    with open(home / "server.log", "w") as log:
        server = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, env=environment, cwd=root
        )
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=2).close()
                break
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"JupyterLab did not start:\n{(home / 'server.log').read_text()[-2000:]}"
                )
            time.sleep(0.1)
        yield f"{address}/{{}}?token={token}"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


@contextlib.contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, headless=True)
        try:
            yield opened
        finally:
            opened.close()


def run_all(page: Page, address: str, notebook: str, timeout: float = 120) -> None:
    """Open `notebook` alone (no file browser), run all its cells, and wait until the kernel is idle again."""
    page.goto(address.format(f"doc/tree/{notebook}"))
    page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    started = "[...document.querySelectorAll('.jp-InputPrompt')].some(it => /\\[(\\*|\\d+)\\]/.test(it.textContent))"
    for _ in range(5):  # a request made while the kernel's connection opens can get lost
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with contextlib.suppress(TimeoutError):
            page.wait_for_function(started, timeout=3_000)
            break
    page.wait_for_function(
        """() => { const prompts = [...document.querySelectorAll('.jp-CodeCell')].filter(
             cell => cell.querySelector('.cm-content')?.textContent.trim());
           return prompts.length && prompts.every(cell => /\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt')?.textContent ?? '')); }""",
        timeout=timeout * 1000,
    )


def open_beside(page: Page, notebook: str) -> Locator:
    """Open a notebook of the folder that the file browser shows, as by a double click, in a tab of its own."""
    page.locator(".jp-DirListing-item").filter(has_text=notebook).dblclick()
    tab = page.locator(".lm-mod-current .lm-TabBar-tabLabel").filter(has_text=notebook)
    tab.first.wait_for(timeout=60_000)
    panel = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    panel.locator(".jp-Cell").first.wait_for(timeout=60_000)
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=60_000)
    return panel


def run_cells(page: Page, panel: Locator, cells: Iterable[int]) -> None:
    """Run cells one by one, each by a click beside it and Ctrl+Enter; they wait in the kernel's queue."""
    for cell in cells:
        panel.locator(".jp-Cell").nth(cell).locator(".jp-InputPrompt").click()
        page.keyboard.press("Control+Enter")


def close(page: Page) -> None:
    """Close the notebook in front and its kernel."""
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_role("menuitem", name="Close and Shut Down Notebook").click()
    page.get_by_role("dialog").get_by_role("button", name="Ok").click()
    page.get_by_role("dialog").wait_for(state="detached")
