"""The npm packages in web/: reveal.js for the slides, axe-core for accessibility, and JupyterHub's proxy."""

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page

WEB = Path(__file__).parents[2] / "web"
REVEAL = WEB / "node_modules" / "reveal.js"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
# Levels A and AA of WCAG 2.1 with the rules of 2.0 that it takes over.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def packages() -> bool:
    """Whether the packages are there; they are installed first where npm is."""
    if not AXE.is_file() and shutil.which("npm"):
        command = ["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(WEB)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return AXE.is_file() and REVEAL.is_dir()


def violations(page: Page, within: str | None = None) -> list[str]:
    """What axe-core finds wrong on the page, or in the parts of it that `within` selects."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "([within, rules]) => axe.run(within ? {include: [within]} : document, {runOnly: rules, preload: false, resultTypes: ['violations']})",
        [within, RULES],
    )
    return [
        f"{found['id']}: {found['help']}; {node['html'][:200]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]
