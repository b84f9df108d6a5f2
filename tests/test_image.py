"""What repo2docker runs when it builds and starts an image of the course; without Docker, in a folder of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config.loader import Config

from aicapital import serving

ROOT = Path(__file__).parents[1]
BINDER = ROOT / ".binder"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="images are built on Linux")


def test_the_image_installs_what_a_learner_installs():
    lines = (BINDER / "requirements.txt").read_text().splitlines()
    assert lines[0] == "-r ../requirements.txt"
    assert all("==" in line for line in lines[1:] if line)


def test_its_server_is_set_up_as_the_course_sets_up_its_own(tmp_path):
    fake = tmp_path / "bin" / "python"
    fake.parent.mkdir()
    # The image's python installs its settings under its own prefix; here that prefix is a scratch folder.
    fake.write_text(
        f'#!/bin/sh\nif [ "$1" = -c ]; then echo {tmp_path}; else exec {sys.executable} "$@"; fi\n'
    )
    fake.chmod(0o755)
    path = os.pathsep.join([str(fake.parent), os.environ["PATH"]])
    subprocess.run([BINDER / "postBuild"], check=True, cwd=ROOT, env=os.environ | {"PATH": path})
    written = tmp_path / "etc" / "jupyter" / "jupyter_server_config.d" / "aicapital.json"
    settings = Config(json.loads(written.read_text()))
    name = settings.ServerApp.kernel_websocket_connection_class
    assert name.rpartition(".")[2] == serving.PromptConnection.__name__


def test_its_start_hands_over_the_environment():
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")
    } | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    shown = subprocess.run(
        [BINDER / "start", "env"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=environment,
    ).stdout
    assert "JUPYTER_WIDGETS_ECHO=0" in shown
    assert str(Path(serving.__file__).with_name("jupyter")) in shown
