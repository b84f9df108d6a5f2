"""A real JupyterHub on loopback, and learners who use it as a browser would: forms, cookies, websockets."""

import contextlib
import json
import os
import re
import secrets
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
import websocket

from aicapital.grading.release import COURSE, release_zip

from ..browser.jupyter import LEARNER_CONFIG
from ..ports import free_ports

HERE = Path(__file__).parent
PROXY = HERE.parents[1] / "web/node_modules/.bin/configurable-http-proxy"
MOST_LEARNERS = 200  # servers that one hub may start
LESSON = "notebooks/01_mission_to_dominance.ipynb"


def course_repository(folder: Path) -> Path:
    """A git repository with the learner's copy of the course, as a teacher would publish it for nbgitpuller."""
    zips = release_zip(folder / "dist")
    with zipfile.ZipFile(zips[0]) as archive:
        archive.extractall(folder)
    course = folder / COURSE
    run = ["git", "-c", "user.name=Teacher", "-c", "user.email=teacher@example.org", "-C", course]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "Course"]):
        subprocess.run([*run, *command], check=True)
    return course


@dataclass
class Hub:
    address: str
    password: str
    homes: Path
    process: psutil.Process

    def memory(self) -> dict[str, float]:
        """Megabytes that each learner's processes hold (proportional set size), by learner."""
        held = {}
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                name = child.environ().get("JUPYTERHUB_USER")
                if name:
                    held[name] = held.get(name, 0) + child.memory_full_info().pss / 1e6
        return held


@contextlib.contextmanager
def hub(folder: Path) -> Iterator[Hub]:
    """Start the hub of `jupyterhub_config.py` in `folder`, and end it with everything it started."""
    ports = [str(port) for port in free_ports(3 + MOST_LEARNERS)]
    password = secrets.token_hex(12)
    (folder / "homes").mkdir()
    environment = os.environ | {
        "HUB_FOLDER": str(folder),
        "HUB_PORTS": ",".join(ports),
        "HUB_PROXY": str(PROXY),
        "HUB_PASSWORD": password,
        "HUB_LEARNER_CONFIG": str(LEARNER_CONFIG),
        "HUB_COURSE": str(course_repository(folder)),
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(16),
    }
    environment.pop("AICAPITAL_PROGRESS", None)  # each learner's progress lies in their home
    with open(folder / "hub.log", "w") as log:
        started = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "--config", str(HERE / "jupyterhub_config.py")],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    process = psutil.Process(started.pid)
    try:
        address = f"http://127.0.0.1:{ports[0]}"
        _until(lambda: requests.get(f"{address}/hub/api", timeout=2).ok, 60)
        yield Hub(address, password, folder / "homes", process)
    except Exception:
        lines = (folder / "hub.log").read_text().splitlines()
        print(*[line for line in lines if line.startswith(("[W", "[E", "[C"))][-60:], sep="\n")
        print(*lines[-30:], sep="\n")
        raise
    finally:
        family = [*process.children(recursive=True), process]
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(15)
        for left in psutil.wait_procs(family, timeout=5)[1]:
            left.kill()


@dataclass
class Learner:
    """One person with a browser. `first_cell` is the time from the log-in to the first cell's end (seconds)."""

    hub: Hub
    name: str
    session: requests.Session = field(default_factory=requests.Session)
    first_cell: float = 0.0

    def sign_in(self) -> None:
        """Log in by the form and wait until the own server answers."""
        page = self.session.get(f"{self.hub.address}/hub/login", timeout=60)
        token = re.search(r'name="_xsrf" value="([^"]+)"', page.text)[1]
        answer = self.session.post(
            f"{self.hub.address}/hub/login?next=/hub/spawn",
            data={"username": self.name, "password": self.hub.password, "_xsrf": token},
            timeout=180,
        )
        answer.raise_for_status()
        # The page asks for the own server; once it runs, the hub lets the browser in there and gives it its cookies.
        _until(lambda: "/hub/" not in self.get("lab").url, 180)

    def get(self, path: str, owner: str = "") -> requests.Response:
        return self.session.get(self._url(path, owner), headers=self._headers(), timeout=60)

    def open(self, path: str) -> dict:
        """The notebook as the file browser would load it."""
        answer = self.get(f"api/contents/{path}")
        answer.raise_for_status()
        return answer.json()["content"]

    def save(self, path: str, notebook: dict) -> None:
        self._send(
            "put",
            f"api/contents/{path}",
            {"type": "notebook", "format": "json", "content": notebook},
        )

    def run(self, path: str, sources: list[str]) -> list[list[dict]]:
        """Run `sources` in the kernel of the notebook at `path`; the outputs of each, as saved in a notebook."""
        kernel = self._send(
            "post",
            "api/sessions",
            {"path": path, "name": path, "type": "notebook", "kernel": {"name": "python3"}},
        )["kernel"]["id"]
        channel = self._connect(kernel)
        try:
            return [self._run_cell(channel, source) for source in sources]
        finally:
            channel.close()

    def _connect(self, kernel: str) -> websocket.WebSocket:
        """A connection over which the kernel answers. As in JupyterLab one that is cut before is made anew, for five minutes."""
        address = self._url(f"api/kernels/{kernel}/channels").replace("http", "ws", 1)
        cookie = "; ".join(f"{it.name}={it.value}" for it in self.session.cookies)
        deadline = time.monotonic() + 300
        while True:
            channel = websocket.WebSocket()
            # jupyter_server waits a minute for a kernel; in a class that starts together on two processors one may need longer.
            channel.settimeout(90)
            try:
                channel.connect(address, cookie=cookie)
                self._ask(channel, "kernel_info_request", {})
                channel.settimeout(300)
                return channel
            except websocket.WebSocketException:
                channel.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def _run_cell(self, channel: websocket.WebSocket, source: str) -> list[dict]:
        content = {
            "code": source, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": False, "stop_on_error": True,
        }  # fmt: skip
        kinds = ("execute_result", "display_data", "stream", "error")
        return [
            message["content"] | {"output_type": message["msg_type"]}
            for message in self._ask(channel, "execute_request", content)
            if message["msg_type"] in kinds
        ]

    def _ask(self, channel: websocket.WebSocket, kind: str, content: dict) -> list[dict]:
        """Send a request to the kernel; what it answered until it was idle again."""
        header = {
            "msg_id": uuid.uuid4().hex, "username": self.name, "session": self.name,
            "msg_type": kind, "version": "5.3",
        }  # fmt: skip
        request = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        channel.send(json.dumps(request | {"channel": "shell"}))
        answers = []
        while True:
            message = json.loads(channel.recv())
            if message["parent_header"].get("msg_id") != header["msg_id"]:
                continue
            answers.append(message)
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return answers

    def _url(self, path: str, owner: str = "") -> str:
        return f"{self.hub.address}/user/{owner or self.name}/{path}"

    def _send(self, method: str, path: str, body: dict) -> dict:
        answer = self.session.request(
            method, self._url(path), json=body, headers=self._headers(), timeout=120
        )
        answer.raise_for_status()
        return answer.json()

    def _headers(self) -> dict[str, str]:
        tokens = [
            it.value
            for it in self.session.cookies
            if it.name == "_xsrf" and it.path == f"/user/{self.name}/"
        ]
        return {"X-XSRFToken": tokens[0]} if tokens else {}


def attend(learner: Learner, lesson: str = LESSON) -> dict:
    """Log in, open the lesson, run every cell, save it; the notebook as it was saved."""
    start = time.monotonic()
    learner.sign_in()
    notebook = learner.open(lesson)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    first, *rest = [cell["source"] for cell in cells]
    outputs = learner.run(lesson, [first])
    learner.first_cell = time.monotonic() - start
    outputs += learner.run(lesson, rest)
    for count, (cell, output) in enumerate(zip(cells, outputs, strict=True), start=1):
        cell["execution_count"], cell["outputs"] = count, [_as_saved(it, count) for it in output]
    notebook["cells"][0]["source"] += f"\n\nRead by {learner.name}."
    learner.save(lesson, notebook)
    return notebook


def _as_saved(output: dict, count: int) -> dict:
    kept = {name: value for name, value in output.items() if name != "transient"}
    return kept | ({"execution_count": count} if output["output_type"] == "execute_result" else {})


def _until(true, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while True:
        with contextlib.suppress(requests.RequestException):
            if true():
                return
        if time.monotonic() > deadline:
            raise RuntimeError(f"no answer within {seconds:.0f} s")
        time.sleep(0.3)
