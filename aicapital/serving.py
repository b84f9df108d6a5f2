"""Opens the course in JupyterLab, with a server that sends every small message at once."""

import argparse
import json
import os
import shlex
import sys
from pathlib import Path

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

COURSE = Path(__file__).resolve().parents[1]
START = "notebooks/00_start_here.ipynb"


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel connection without Nagle's delay.

    jupyter_server leaves TCP_NODELAY off, so that each message after the first waits up to 40 ms for the browser's delayed
    acknowledgement. A lab that sends two messages a move then shows at most 20 pictures a second.
    """

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


SERVER_SETTINGS = {
    "ServerApp": {
        "kernel_websocket_connection_class": f"{PromptConnection.__module__}.{PromptConnection.__qualname__}"
    }
}


def lab_command(*extra: str, root: Path = COURSE) -> list[str]:
    """The command line that opens JupyterLab on the folder `root` as the course does; `extra` goes to jupyter lab."""
    settings = [
        f"--{part}.{name}={value}"
        for part, values in SERVER_SETTINGS.items()
        for name, value in values.items()
    ]
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        *settings,
        f"--ServerApp.root_dir={root}",
        *extra,
    ]


def lab_environment() -> dict[str, str]:
    """The environment for `lab_command`: the present one, and `course_settings` in it."""
    return os.environ | course_settings()


def course_settings() -> dict[str, str]:
    """The environment variables that a server for the course sets.

    The course's JupyterLab asks for no news and no updates. Its kernels do not send a slider's value back to the page
    that sent it: one message less on every move. (The echo keeps several open views of one kernel alike.) And glibc hands
    the pixels of a drawn figure back to the system at once instead of keeping the room.
    """
    paths = [str(Path(__file__).with_name("jupyter")), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {
        "JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths)),
        "JUPYTER_WIDGETS_ECHO": os.environ.get("JUPYTER_WIDGETS_ECHO", "0"),
        "MALLOC_MMAP_THRESHOLD_": os.environ.get("MALLOC_MMAP_THRESHOLD_", "262144"),
    }


def main_settings(argv: list[str]) -> int:
    """`python -m aicapital settings`: how another server (a hub's image, Binder) serves the course as `course` does."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital settings",
        description="Print the settings of the course's server, for a server that somebody else starts.",
    )
    parser.add_argument(
        "form",
        choices=["server", "environment"],
        help="server: JSON for jupyter_server_config.d; environment: lines for a shell",
    )
    if parser.parse_args(argv).form == "server":
        print(json.dumps(SERVER_SETTINGS, indent=2))
    else:
        for name, value in course_settings().items():
            print(f"export {name}={shlex.quote(value)}")
    return 0


def main(argv: list[str]) -> int:
    """`python -m aicapital course`: replaces itself by JupyterLab, so that Ctrl-C ends it as usual."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital course", description="Open the course in JupyterLab."
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address instead of opening a browser"
    )
    options, rest = parser.parse_known_args(argv)
    command = lab_command(
        f"--LabApp.default_url=/lab/tree/{START}",
        *(["--no-browser"] if options.no_browser else []),
        *rest,
    )
    if os.name == "nt":  # Windows has no exec that keeps the terminal
        import subprocess

        return subprocess.call(command, env=lab_environment())
    os.execve(command[0], command, lab_environment())
    return None
