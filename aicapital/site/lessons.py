"""A lesson on its way from its notebook to a page or a talk: labs, questions and the record put in their places."""

import copy
import html
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from .. import labs
from ..labs.lab import ASSUMPTIONS
from ..learning import Lesson
from ..learning.banks.concepts import CONCEPTS
from ..learning.concept_test import NAMES, ConceptForm
from ..learning.live import Reveal
from . import capstone, questions
from .outputs import InJupyterLab, Shown, ShownBrief, ShownLab, ShownProgress, lives, shown
from .pages import with_formulas

TEMPLATES = Path(__file__).with_name("templates")
NEEDS_KERNEL = "Run this cell to"


class SiteError(RuntimeError):
    """The site cannot be built."""


@dataclass
class LessonPage:
    """One lesson of the site. `slides` and `sheet` are addresses inside the site, empty where there is none."""

    path: Path
    notebook: NotebookNode
    slides: str = ""
    sheet: str = ""
    labs: dict[str, ShownLab] = field(default_factory=dict)
    last_lab: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def stem(self) -> str:
        return self.path.stem

    @property
    def number(self) -> str:
        return self.stem[:2]

    @property
    def page(self) -> str:
        return f"{self.stem}.html"

    @property
    def opener(self) -> str:
        return self.notebook.cells[0].source

    @property
    def title(self) -> str:
        return re.search(r"^# (.+)$", self.opener, re.MULTILINE)[1]

    @property
    def question(self) -> str:
        found = re.search(r"^\*\*(.+\?)\*\*$", self.opener, re.MULTILINE)
        return found[1] if found else ""

    @property
    def minutes(self) -> int:
        """The sum of the opener's table of parts."""
        return sum(map(int, re.findall(r"^\|[^|]+\|\s*(\d+)\s*\|$", self.opener, re.MULTILINE)))

    @cached_property
    def counts(self) -> dict:
        """How much there is to do, for the reader's record."""
        kinds = [live.kind for live in lives(Lesson(self.number))]
        return {"lesson": self.number, "title": self.title} | {
            kind: kinds.count(kind) for kind in ("predictions", "checks", "verdicts")
        }

    def ready(self, all_counts: list[dict]) -> NotebookNode:
        """The notebook with everything in its place; fills `labs` and `problems`."""
        lesson, notebook = Lesson(self.number), copy.deepcopy(self.notebook)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                with_formulas(cell)
            else:
                self._place(cell, lesson, all_counts)
        return notebook

    def _place(self, cell: NotebookNode, lesson: Lesson, all_counts: list[dict]) -> None:
        alive = []
        for i, output in enumerate(cell.outputs):
            found, data = shown(cell, output, lesson), output.get("data", {})
            saved = data.get("text/html", "")
            if found is not None:
                alive.append(found)
                data["text/html"] = self._alive(found, saved, f"{cell.id}-{i}", all_counts)
            elif NEEDS_KERNEL in saved + data.get("text/plain", ""):
                self.problems.append(
                    f"{self.path.name}, cell {cell.id!r}: no lab or question was recognised in an output that needs a kernel"
                )
            # A picture stands in the HTML beside it, with its alt text.
            for richest in ("text/html", "text/markdown"):
                if richest in data:
                    output.data = {richest: data[richest]}
                    break
        everything = alive and len(alive) == len(cell.outputs)
        cell.metadata.aside = "The code of this cell" if everything else ""

    def _alive(self, found: Shown, saved: str, uid: str, all_counts: list[dict]) -> str:
        if isinstance(found, ShownLab):
            # A lab may be shown again, without the prediction.
            if found.prediction or found.name not in self.labs:
                self.labs[found.name] = found
            self.last_lab = found.name
            # The live lab takes the place of its saved picture; its assumptions stay.
            picture, opening, listed = saved.partition(ASSUMPTIONS)
            return (
                f'<div class="lab" data-lab="{found.name}" data-prediction="{found.prediction}">'
                f'<div class="twin">{picture}</div></div>{opening}{listed}'
            )
        if isinstance(found, ShownProgress):
            return record(all_counts if self.number == "00" else [self.counts])
        if isinstance(found, InJupyterLab):
            return f'<p class="in-jupyterlab"><i>In JupyterLab {found.what}.</i></p>'
        if isinstance(found, ConceptForm):
            return capstone.concepts(found, uid)
        if isinstance(found, ShownBrief):
            return capstone.brief(uid, getattr(labs, self.last_lab)())
        if isinstance(found, Reveal):
            return questions.reveal(found, saved, uid)
        return questions.form(found, uid)


def record(counts: list[dict]) -> str:
    """Where the page script shows what the reader has done; the concept forms where all lessons stand together."""
    shown = {"lessons": counts, "concepts": NAMES if len(counts) > 1 else {}, "of": len(CONCEPTS)}
    data = html.escape(json.dumps(shown), quote=False)
    return f'<div class="record-of"><div class="record">Your record appears here when scripts may run.</div><script type="application/json">{data}</script></div>'


def body(notebook: NotebookNode) -> str:
    """The notebook as HTML, without a page around it."""
    exporter = HTMLExporter(
        template_name="lesson",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
    )
    return exporter.from_notebook_node(notebook)[0]


def markdown(text: str) -> str:
    """As nbconvert renders the text cells of a notebook."""
    return MarkdownWithMath(
        renderer=IPythonRenderer(exclude_anchor_links=True, escape=False)
    ).render(text)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
