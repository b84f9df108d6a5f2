"""No test, and no notebook under nbval, sees or changes the progress of whoever runs it, or reaches the network."""

import os
import tempfile

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


def pytest_configure(config: pytest.Config) -> None:
    nbval.kernel.KernelManager = CutOff  # nbval has no option for it
    config.pluginmanager.register(FreshProgress(), "fresh-progress")
