"""`python -m aicapital site`: the whole course as a folder of pages that needs no kernel, no server and no network."""

import argparse
import copy
import json
import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from .. import labs
from ..authoring.notebook_file import read
from ..data import dictionary, load
from ..data.schema import resource, table_names
from ..learning import Lesson, banks
from ..learning.live import Live, Reveal
from ..learning.progress import FOLDER_VARIABLE
from ..learning.questions import Prediction
from . import lab_frames, questions
from .outputs import MOVE, ShownLab, ShownProgress, lives, shown
from .pages import Pictures, boxed, with_formulas

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COURSE = "When Financing Becomes the Engine"
MOST_BYTES = 4_000_000  # a lesson with everything that its page loads
FONT = "text/html", "text/markdown"


class SiteError(RuntimeError):
    """The site cannot be built, or would not be what it promises."""


@dataclass
class Page:
    """A lesson on its way to a page."""

    path: Path
    notebook: NotebookNode
    labs: dict[str, ShownLab] = field(default_factory=dict)
    claims: int = 0
    slides: str = ""
    sheet: str = ""

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


def build(
    out: Path,
    root: Path = ROOT,
    most_frames: int = lab_frames.MOST_FRAMES,
    reveal: Path | None = None,
    workers: int | None = None,
) -> list[str]:
    """Write the site into `out`, and the slides too when `reveal` names a reveal.js; returns what is not as it should be.

    A problem is an output that says "run this cell" although no cell runs on a page, or a lesson over its size.
    """
    out.mkdir(parents=True, exist_ok=True)
    # Whoever builds the site has a record of their own; the pages show none.
    with tempfile.TemporaryDirectory() as nobody:
        before = os.environ.get(FOLDER_VARIABLE)
        os.environ[FOLDER_VARIABLE] = nobody
        try:
            return _build(out, root, most_frames, reveal, workers)
        finally:
            os.environ.pop(FOLDER_VARIABLE)
            if before is not None:
                os.environ[FOLDER_VARIABLE] = before


def _build(out: Path, root: Path, most_frames: int, reveal: Path | None, workers: int | None) -> list[str]:
    pages = [Page(path, read(path)) for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
    if not pages:
        raise SiteError(f"There are no lessons in {root / 'notebooks'}.")
    shutil.copytree(HERE / "assets", out / "assets", dirs_exist_ok=True)
    shutil.copytree(root / "data", out / "data", dirs_exist_ok=True, ignore=lambda _, names: [n for n in names if not n.endswith(".csv")])
    templates = _templates()
    problems = []
    bodies = {}
    for page in pages:
        page.claims = sum(live.kind == "verdicts" for live in lives(Lesson(page.number)))
        page.sheet = _sheet(page, root, out)
        if reveal:
            page.slides = f"slides/{page.stem}.html"
    counts = [_counts(page) for page in pages]
    pictures = Pictures(out / "img")
    for page in pages:
        bodies[page.stem] = _lesson_body(page, counts, problems)
    _write_labs(pages, out, most_frames, workers)
    for before, page, after in zip([None, *pages[:-1]], pages, [*pages[1:], None], strict=True):
        body = templates.get_template("lesson_body.html.j2").render(
            lesson=page, sheet=page.sheet, slides=page.slides, base="", notebook=Markup(bodies[page.stem])
        )
        text = _whole(templates, f"{page.title} | {COURSE}", body, labs=list(page.labs), before=before, after=after)
        _write(out / page.page, pictures.out_of(boxed(text), ""))
        problems += _too_large(out, page)
    if reveal:
        from .slides import write_slides

        problems += write_slides(pages, templates, out, reveal, pictures)
    _write_index(templates, pages, counts, root, out)
    _write_data(templates, out)
    return problems


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, autoescape=True, trim_blocks=True
    )


def _whole(templates: Environment, title: str, body: str, labs: list[str] = (), before=None, after=None) -> str:
    return templates.get_template("page.html.j2").render(
        title=title, body=Markup(body), labs=labs, before=before, after=after, base="", course=COURSE
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _sheet(page: Page, root: Path, out: Path) -> str:
    """The learner's exercise sheet, copied for download; it has neither solutions nor hidden tests."""
    source = root / "exercises" / page.path.name
    if not source.is_file():
        return ""
    (out / "sheets").mkdir(exist_ok=True)
    shutil.copyfile(source, out / "sheets" / source.name)
    return f"sheets/{source.name}"


def _counts(page: Page) -> dict:
    kinds = [live.kind for live in lives(Lesson(page.number))]
    return {"lesson": page.number, "title": page.title} | {
        kind: kinds.count(kind) for kind in ("predictions", "checks", "verdicts")
    }


def record(counts: list[dict]) -> str:
    """Where the page script shows what the reader has done."""
    return f'<div class="record-of"><div class="record">Your record appears here when scripts may run.</div><script type="application/json">{json.dumps(counts)}</script></div>'


# ---- lessons
def _lesson_body(page: Page, counts: list[dict], problems: list[str]) -> str:
    notebook = copy.deepcopy(page.notebook)
    ready(notebook, page, counts, problems)
    return exporter("lesson").from_notebook_node(notebook)[0]


def ready(notebook: NotebookNode, page: Page, counts: list[dict], problems: list[str]) -> None:
    """Put labs, questions and the record in the place of the words that stand for them in the notebook."""
    lesson = Lesson(page.number)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            with_formulas(cell)
            continue
        kept, alive = [], 0
        for i, output in enumerate(cell.outputs):
            if output.get("metadata", {}).get("aicapital", {}).get("page"):
                continue  # the script that ipywidgets need
            found = shown(cell, output, lesson)
            data, uid = output.get("data", {}), f"{cell.id}-{i}"
            if found is not None:
                data["text/html"] = _alive(found, data.get("text/html", ""), uid, page, counts)
                alive += 1
            elif "Run this cell to" in data.get("text/plain", ""):
                problems.append(f"{page.path.name}, cell {cell.id!r}: an output that needs a kernel was not recognised")
            # The richest form that a page can show; the picture stands in the HTML, with its alt text.
            output.data = {kind: data[kind] for kind in FONT if kind in data} or data
            if "text/html" in output.data:
                output.data.pop("text/markdown", None)
            kept.append(output)
        cell.outputs = kept
        if alive and alive == len(kept):
            cell.metadata.aside = "The code of this cell"
        else:
            cell.metadata.aside = ""


def _alive(found, saved: str, uid: str, page: Page, counts: list[dict]) -> str:
    if isinstance(found, ShownLab):
        page.labs[found.name] = found
        return f'<div class="lab" data-lab="{found.name}"><div class="twin">{saved}</div></div>'
    if isinstance(found, ShownProgress):
        mine = [count for count in counts if count["lesson"] == page.number]
        return record(counts if page.number == "00" else mine)
    if isinstance(found, Reveal):
        return questions.reveal(found, saved, uid)
    assert isinstance(found, Live)
    return questions.form(found, uid)


def exporter(template: str) -> HTMLExporter:
    return HTMLExporter(
        template_name=template,
        extra_template_basedirs=[str(HERE / "templates")],
        exclude_anchor_links=True,
        embed_images=False,
    )


def _too_large(out: Path, page: Page) -> list[str]:
    total = bytes_of(out, page.page)
    return [f"{page.page} loads {total:,} bytes; at most {MOST_BYTES:,}"] if total > MOST_BYTES else []


def bytes_of(out: Path, page: str) -> int:
    """The size of a page with everything that it loads, each file once."""
    text = (out / page).read_text(encoding="utf-8")
    links = set(re.findall(r'(?:src|href)="((?:assets|img|labs)/[^"]+)"', text))
    stills = {f"labs/{Path(link).stem}.png" for link in links if link.startswith("labs/")}
    return len(text.encode()) + sum((out / link).stat().st_size for link in links | stills)


# ---- labs
def _write_labs(pages: list[Page], out: Path, most_frames: int, workers: int | None) -> None:
    (out / "labs").mkdir(exist_ok=True)
    jobs = {
        found.name: (page.number, found, most_frames, out) for page in pages for found in page.labs.values()
    }
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(_write_lab, jobs.values()))


def _write_lab(job: tuple[str, ShownLab, int, Path]) -> None:
    number, found, most_frames, out = job
    lab = getattr(labs, found.name)()
    asked = {question.id: question for question in banks.load(number).QUESTIONS}.get(found.prediction)
    drawable = asked if isinstance(asked, Prediction) and not asked.options else None
    data = lab_frames.packed(lab, drawable, f"{number}.{found.prediction}" if drawable else "", most_frames)
    still = f"labs/{found.name}.png"
    (out / still).write_bytes(lab_frames.still(lab))
    text = json.dumps(data | {"still": still}, ensure_ascii=False, separators=(",", ":"))
    _write(out / "labs" / f"{found.name}.js", f"aicapital.lab({json.dumps(found.name)}, {text});\n")


# ---- the other pages
def _write_index(templates: Environment, pages: list[Page], counts: list[dict], root: Path, out: Path) -> None:
    tables = [
        {"file": resource(name)["path"], "title": resource(name)["title"], "rows": len(load(name, all_reports=True))}
        for name in table_names()
    ]
    body = templates.get_template("index.html.j2").render(
        course=COURSE, description=_description(root), lessons=pages, tables=tables, record=Markup(record(counts))
    )
    _write(out / "index.html", _whole(templates, COURSE, body))


def _description(root: Path) -> str:
    """What the README says in bold under its title; a folder of lessons alone has no README."""
    readme = root / "README.md"
    found = re.search(r"^\*\*(.+)\*\*$", readme.read_text(encoding="utf-8"), re.MULTILINE) if readme.is_file() else None
    return found[1] if found else ""


def _write_data(templates: Environment, out: Path) -> None:
    text = dictionary.text()
    for name in table_names():
        file = resource(name)["path"]
        text = text.replace(f"\n## {name}\n", f"\n## {name}\n\n[Download {file}](data/{file})\n", 1)
    body = MarkdownWithMath(renderer=IPythonRenderer(exclude_anchor_links=True, escape=False)).render(text)
    _write(out / "data.html", _whole(templates, f"Data dictionary | {COURSE}", boxed(body)))


def main(argv: list[str] | None = None) -> int:
    """`python -m aicapital site`: write the static site, with --slides the talks too."""
    parser = argparse.ArgumentParser(prog="python -m aicapital site", description=main.__doc__)
    parser.add_argument("--out", type=Path, default=Path("dist/site"), help="folder (default: dist/site)")
    parser.add_argument("--slides", type=Path, metavar="REVEAL", help="folder of reveal.js: write the slides too")
    options = parser.parse_args(argv)
    problems = build(options.out, reveal=options.slides)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"wrote {options.out / 'index.html'}")
    return int(bool(problems))
