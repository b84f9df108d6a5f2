"""Memory of a kernel, started as the course starts it, that has run a whole lesson, beside one that has only imported the libraries."""

import subprocess
from pathlib import Path

import nbformat
import psutil
from jupyter_client.manager import start_new_kernel

from aicapital.serving import lab_environment

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"


def _resident_mb(cells: list[str], folder: Path) -> float:
    manager, client = start_new_kernel(
        kernel_name="python3", cwd=str(folder), env=lab_environment(), stderr=subprocess.DEVNULL
    )
    pid = manager.provisioner.pid
    try:
        for source in cells:
            reply = client.execute_interactive(
                source, timeout=120, output_hook=lambda message: None
            )
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"{source}\n{reply['content']['evalue']}")
        return psutil.Process(pid).memory_info().rss / 1e6
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def kernel_memory() -> None:
    """Print resident megabytes for the bare libraries and for every lesson, and their ratio."""
    bare = _resident_mb(["import pandas, matplotlib.pyplot, ipywidgets"], LESSONS)
    print(
        f"\n{'kernel':40} {'MB':>8} {'ratio':>8}\n{'pandas, matplotlib, ipywidgets imported':40} {bare:8.0f} {1:8.2f}"
    )
    for path in sorted(LESSONS.glob("[0-9]*.ipynb")):
        cells = [
            cell.source
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
        ]
        lesson = _resident_mb(cells, LESSONS)
        print(f"{path.stem:40} {lesson:8.0f} {lesson / bare:8.2f}")
