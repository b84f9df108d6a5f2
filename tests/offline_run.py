"""Run notebooks where the network cannot be reached: `offline(...)` starts this file as a program of its own.

On Linux the program lives in a network namespace with nothing but a loopback device, which kernels need.
Elsewhere, Python itself refuses: a sitecustomize, inherited by kernels, lets sockets reach this machine only.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode

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


def namespace() -> list[str] | None:
    """The command that starts a program without network devices; None where the system has none."""
    for command in (["unshare", "-n"], ["unshare", "-rn"]):
        try:
            if subprocess.run([*command, "true"], capture_output=True, timeout=30).returncode == 0:
                return command
        except OSError:
            return None
    return None


def offline(
    jobs: dict[str, tuple[NotebookNode, Path]], folder: Path, isolation: list[str] | None
) -> dict[str, NotebookNode]:
    """Run every job (name: notebook, folder to run in) to its end, errors or not; returns the notebooks."""
    folder.mkdir(parents=True)
    env = dict(os.environ)
    if isolation is None:
        (folder / "sitecustomize.py").write_text(REFUSE)
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), env.get("PYTHONPATH")]))
    todo = []
    for number, (nb, runs_in) in enumerate(jobs.values()):
        path = folder / f"{number}.ipynb"
        path.write_text(nbformat.writes(nb), encoding="utf-8")
        todo.append(
            {"notebook": str(path), "folder": str(runs_in), "isolated": isolation is not None}
        )
    (folder / "jobs.json").write_text(json.dumps(todo))
    command = [*(isolation or []), sys.executable, __file__, str(folder / "jobs.json")]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return {
        name: nbformat.read(folder / f"{number}.ipynb", as_version=4)
        for number, name in enumerate(jobs)
    }


def _raise_loopback() -> None:
    import fcntl
    import socket
    import struct

    set_flags, up_and_running = 0x8914, 0x1 | 0x40  # SIOCSIFFLAGS, IFF_UP | IFF_RUNNING
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up_and_running))


def main(jobs: Path) -> None:
    from aicapital.authoring.execute import run

    todo = json.loads(jobs.read_text())
    if any(job["isolated"] for job in todo):
        _raise_loopback()
    for job in todo:
        path = Path(job["notebook"])
        nb = nbformat.read(path, as_version=4)
        run(nb, Path(job["folder"]), name=path.name, allow_errors=True)
        path.write_text(nbformat.writes(nb), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
