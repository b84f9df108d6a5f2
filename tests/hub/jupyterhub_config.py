"""A hub on loopback for the test: real JupyterHub, real proxy, one walled-in server a learner.

The environment gives the folder, the ports and the password. On Kubernetes a pod, on The Littlest JupyterHub a system
user keeps learners apart; here bubblewrap does: a learner's server sees one home, its own.
"""

import os
import sys
from pathlib import Path

from nbgitpuller.pull import GitPuller

from aicapital.serving import SERVER_SETTINGS, course_settings

folder = Path(os.environ["HUB_FOLDER"])
homes = folder / "homes"
port, hub_port, proxy_port, *own_ports = map(int, os.environ["HUB_PORTS"].split(","))

c = get_config()  # noqa: F821 - JupyterHub provides it
c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [os.environ["HUB_PROXY"]]
c.JupyterHub.db_url = f"sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ["HUB_PASSWORD"]
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(homes / "{username}")
c.Spawner.notebook_dir = str(homes / "{username}" / "course")
c.Spawner.default_url = "/lab/tree/notebooks/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 120
# The learner's own copy of the course runs, not the one that the hub was started from.
c.Spawner.environment = course_settings() | {
    "PYTHONPATH": lambda spawner: str(homes / spawner.user.name / "course"),
    "JUPYTER_CONFIG_PATH": os.environ["HUB_LEARNER_CONFIG"],
}
c.Spawner.args = ["--allow-root"] + [
    f"--{part}.{name}={value}"
    for part, values in SERVER_SETTINGS.items()
    for name, value in values.items()
]


def ready(spawner):
    """Bring the newest course into the learner's home, as a hub's image does, and put up the wall."""
    # The hub itself may give two learners who come at the same time the same port.
    spawner.port = own_ports.pop()
    home = homes / spawner.user.name
    home.mkdir(parents=True, exist_ok=True)
    course = home / "course"
    for _ in GitPuller(os.environ["HUB_COURSE"], str(course), branch="main").pull():
        pass
    spawner.cmd = [
        "bwrap", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc",
        "--tmpfs", str(folder), "--bind", str(home), str(home),
        # The system's /tmp is read-only behind the wall: the course itself may lie in it.
        "--setenv", "TMPDIR", str(home),
        sys.executable, "-m", "jupyterhub.singleuser",
    ]  # fmt: skip


c.Spawner.pre_spawn_hook = ready
