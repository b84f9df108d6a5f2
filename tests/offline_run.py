"""Notebooks where the network cannot be reached: `CutOff` starts such kernels, `offline(...)` needs none.

On Linux they live in a network namespace without any device. Elsewhere, Python itself refuses: a sitecustomize lets
sockets reach this machine only.
"""

import functools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode
from nbformat.v4 import new_output

REFUSE = """
import socket

_HERE = ("127.", "::1", "localhost")


def _only_here(method):
    def guarded(self, *args):
        address = args[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6) and not str(address[0]).startswith(_HERE):
            raise OSError(f"the network is off in this test; tried to reach {address[0]}")
        return method(self, *args)

    return guarded


for _name in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _name, _only_here(getattr(socket.socket, _name)))

_getaddrinfo = socket.getaddrinfo


def _resolve_only_here(host, *args, **kwargs):
    if host and not str(host).startswith(_HERE):
        raise socket.gaierror(f"the network is off in this test; tried to look up {host}")
    return _getaddrinfo(host, *args, **kwargs)


socket.getaddrinfo = _resolve_only_here
"""


@functools.cache
def namespace() -> tuple[str, ...]:
    """The command that starts a program without network devices; empty where the system has none."""
    for command in (("unshare", "-n"), ("unshare", "-rn")):
        try:
            if subprocess.run([*command, "true"], capture_output=True, timeout=30).returncode == 0:
                return command
        except OSError:
            break
    return ()


def refusing(folder: Path) -> dict[str, str]:
    """The environment of a Python that refuses to leave this machine, by a file that is written to `folder`."""
    (folder / "sitecustomize.py").write_text(REFUSE)
    paths = [str(folder), os.environ.get("PYTHONPATH")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


class CutOff(KernelManager):
    """Starts kernels as its base does, but without a network: they are spoken to through files, not ports."""

    isolation: tuple[str, ...]

    def __init__(self, isolation: tuple[str, ...] | None = None, **kwargs):
        self.isolation = namespace() if isolation is None else isolation
        # The address of such a file may have about 100 letters, so it lies near the root.
        self._room = tempfile.TemporaryDirectory(prefix="kernel-", ignore_cleanup_errors=True)
        if self.isolation:
            kwargs |= {"transport": "ipc", "connection_file": f"{self._room.name}/kernel.json"}
        super().__init__(**kwargs)

    def start_kernel(self, **kwargs) -> None:
        environment = {} if self.isolation else {"env": refusing(Path(self._room.name))}
        super().start_kernel(**environment, **kwargs)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        return [*self.isolation, *super().format_kernel_cmd(extra_arguments)]


def offline(
    jobs: dict[str, tuple[NotebookNode, Path]], folder: Path, isolation: tuple[str, ...]
) -> dict[str, NotebookNode]:
    """Run every job (name: notebook, folder to run in) to its end, errors or not; returns the notebooks.

    They run one after another in one Python process, which saves a start of it for each: of their outputs, what they
    printed and raised is kept.
    """
    folder.mkdir(parents=True)
    env = os.environ if isolation else refusing(folder)
    todo = []
    for number, (nb, runs_in) in enumerate(jobs.values()):
        path = folder / f"{number}.ipynb"
        path.write_text(nbformat.writes(nb), encoding="utf-8")
        todo.append({"notebook": str(path), "folder": str(runs_in)})
    (folder / "jobs.json").write_text(json.dumps(todo))
    command = [*isolation, sys.executable, __file__, str(folder / "jobs.json")]
    # Figures are shown as in a kernel.
    env = env | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return {
        name: nbformat.read(folder / f"{number}.ipynb", as_version=4)
        for number, name in enumerate(jobs)
    }


def main(jobs: Path) -> None:
    from aicapital.authoring.replay import ran

    for job in json.loads(jobs.read_text()):
        path = Path(job["notebook"])
        nb = nbformat.read(path, as_version=4)
        os.chdir(job["folder"])
        for done in ran(nb):
            done.cell.outputs = [new_output("stream", name="stdout", text=done.printed)]
            if done.error:
                name, words = type(done.error).__name__, str(done.error)
                done.cell.outputs.append(new_output("error", ename=name, evalue=words))
        path.write_text(nbformat.writes(nb), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
