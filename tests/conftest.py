"""No test, and no notebook under nbval, sees or changes the progress of whoever runs it, or reaches the network."""

import os
import tempfile
from pathlib import Path

import nbval.kernel
import pytest

from tests.offline_run import CutOff


class FreshProgress:
    """An empty progress folder for each test file and notebook; kernels inherit the environment.

    Registered as a plugin because hooks of this file would not reach the notebooks outside tests/.
    """

    def __init__(self) -> None:
        self.path, self.folder = None, None
        self.before = os.environ.get("AICAPITAL_PROGRESS")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if item.path != self.path:
            self.clear()
            self.path, self.folder = (
                item.path,
                tempfile.TemporaryDirectory(ignore_cleanup_errors=True),
            )
            os.environ["AICAPITAL_PROGRESS"] = self.folder.name

    def pytest_unconfigure(self) -> None:
        self.clear()
        if self.before is not None:
            os.environ["AICAPITAL_PROGRESS"] = self.before

    def clear(self) -> None:
        if self.folder:
            self.folder.cleanup()
        os.environ.pop("AICAPITAL_PROGRESS", None)


# The files that take longest go first, or one core would be left with one of them at the end. A browser often waits: side
# by side with files that compute, it costs little time, so three of them share two cores.
FIRST = [
    "browser/test_site.py",
    "browser/test_labs_in_browser.py",
    "test_labs.py",
    "hub/test_hub.py",
    "test_refresh.py",
    "test_grading.py",
    "test_colours.py",
    "test_no_network.py",
    "test_grading_attacks.py",
    "test_doctor.py",
    "test_grading_nbgrader.py",
    "test_brief.py",
    "test_release.py",
]


class LongestFirst:
    """The order in which files are handed out."""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        tests = Path(__file__).parent
        places = {tests / name: number for number, name in enumerate(FIRST)}

        def place(item: pytest.Item) -> int:
            # A lesson takes longer than one of the tests that are left, and a solution is quickest.
            others = {"notebooks": len(FIRST), "solutions": len(FIRST) + 2}
            return places.get(item.path, others.get(item.path.parent.name, len(FIRST) + 1))

        items.sort(key=place)


def pytest_configure(config: pytest.Config) -> None:
    nbval.kernel.KernelManager = CutOff  # nbval has no option for it
    config.pluginmanager.register(FreshProgress(), "fresh-progress")
    config.pluginmanager.register(LongestFirst(), "longest-first")
    # pytest-xdist would hand out the files with the most tests first, however quick these are.
    config.option.loadscopereorder = False
