"""`python -m aicapital site`: the whole course as a folder of pages that needs no kernel, no server and no network."""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from .. import labs
from ..authoring.notebook_file import read
from ..data import dictionary, load
from ..data.schema import resource, table_names
from ..learning import banks
from ..learning.progress import FOLDER_VARIABLE
from . import lab_frames
from .lessons import TEMPLATES, LessonPage, SiteError, body, markdown, record, write
from .outputs import ShownLab
from .pages import Pictures, boxed
from .slides import write_slides

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COURSE = "When Financing Becomes the Engine"
MOST_BYTES = 4_000_000  # a lesson with everything that its page loads


def build(
    out: Path,
    root: Path = ROOT,
    most_frames: int = lab_frames.MOST_FRAMES,
    reveal: Path | None = None,
) -> list[str]:
    """Write the site into `out`, and the talks too when `reveal` names a reveal.js; returns what is not as it should be.

    A problem is an output that says "run this cell" although no cell runs on a page, or a lesson over its size.
    """
    pages = [
        LessonPage(path, read(path))
        for path in sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    ]
    if not pages:
        raise SiteError(f"There are no lessons in {root / 'notebooks'}.")
    with _nobodys_record():
        shutil.copytree(HERE / "assets", out / "assets", dirs_exist_ok=True)
        for page in pages:
            page.sheet = _sheet(page, root, out)
            page.slides = f"slides/{page.stem}.html" if reveal else ""
        counts = [page.counts for page in pages]
        ready = {page.stem: page.ready(counts) for page in pages}
        _write_labs(pages, out, most_frames)
        templates, pictures = _templates(), Pictures(out / "img")
        for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
            content = templates.get_template("lesson_body.html.j2").render(
                lesson=page, notebook=Markup(body(ready[page.stem]))
            )
            scripts = [f"labs/{lab}.js" for lab in page.labs]
            if 'whole-page"' in content:
                scripts.insert(0, "assets/capstone.js")
            text = _whole(templates, page.title, content, scripts, before, after)
            write(out / page.page, pictures.out_of(boxed(text), ""))
        if reveal:
            write_slides(pages, ready, templates, out, reveal, pictures)
        _write_index(templates, pages, root, out)
        _write_data(templates, root, out)
    return [
        *(problem for page in pages for problem in page.problems),
        *(
            f"{page.page} loads {size:,} bytes; at most {MOST_BYTES:,}"
            for page in pages
            if (size := bytes_of(out, page.page)) > MOST_BYTES
        ),
    ]


@contextmanager
def _nobodys_record():
    """Whoever builds the site has a record of their own; the pages show none of it."""
    before = os.environ.get(FOLDER_VARIABLE)
    with tempfile.TemporaryDirectory() as nobody:
        os.environ[FOLDER_VARIABLE] = nobody
        try:
            yield
        finally:
            os.environ.pop(FOLDER_VARIABLE)
            if before is not None:
                os.environ[FOLDER_VARIABLE] = before


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
    )


def _whole(
    templates: Environment,
    title: str,
    content: str,
    scripts: list[str] = (),
    before=None,
    after=None,
) -> str:
    return templates.get_template("page.html.j2").render(
        title=title,
        body=Markup(content),
        scripts=scripts,
        before=before,
        after=after,
        course=COURSE,
    )


def _sheet(page: LessonPage, root: Path, out: Path) -> str:
    """The learner's exercise sheet, copied for download; it has neither solutions nor hidden tests."""
    source = root / "exercises" / page.path.name
    if not source.is_file():
        return ""
    (out / "sheets").mkdir(exist_ok=True)
    shutil.copyfile(source, out / "sheets" / source.name)
    return f"sheets/{source.name}"


def bytes_of(out: Path, page: str) -> int:
    """The size of a page with everything that it loads, each file once."""
    text = (out / page).read_text(encoding="utf-8")
    links = set(re.findall(r'(?:src|href)="((?:assets|img|labs)/[^"]+)"', text))
    stills = {f"labs/{Path(link).stem}.png" for link in links if link.startswith("labs/")}
    return len(text.encode()) + sum((out / link).stat().st_size for link in links | stills)


# ---- labs
def _write_labs(pages: list[LessonPage], out: Path, most_frames: int) -> None:
    jobs = [
        (page.number, found, most_frames, out) for page in pages for found in page.labs.values()
    ]
    with ProcessPoolExecutor() as pool:
        list(pool.map(_write_lab, jobs))


def _write_lab(job: tuple[str, ShownLab, int, Path]) -> None:
    number, found, most_frames, out = job
    asked = {question.id: question for question in banks.load(number).QUESTIONS}
    lab, still = getattr(labs, found.name)(), f"labs/{found.name}.png"
    data = {"still": still} | lab_frames.packed(
        lab, asked.get(found.prediction), f"{number}.{found.prediction}", most_frames
    )
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    write(out / f"labs/{found.name}.js", f"aicapital.lab({json.dumps(found.name)}, {text});\n")
    (out / still).write_bytes(lab_frames.still(lab))


# ---- the other pages
def _write_index(templates: Environment, pages: list[LessonPage], root: Path, out: Path) -> None:
    tables = [
        {
            "file": resource(name)["path"],
            "title": resource(name)["title"],
            "rows": len(load(name, all_reports=True)),
        }
        for name in table_names()
    ]
    content = templates.get_template("index.html.j2").render(
        course=COURSE,
        description=_description(root),
        lessons=pages,
        tables=tables,
        record=Markup(record([page.counts for page in pages])),
    )
    write(out / "index.html", _whole(templates, COURSE, content))


def _description(root: Path) -> str:
    """What the README says in bold under its title; a folder of lessons alone has no README."""
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    found = re.search(r"^\*\*(.+)\*\*$", text, re.MULTILINE)
    return found[1] if found else ""


def _write_data(templates: Environment, root: Path, out: Path) -> None:
    """The tables as files, and the dictionary with a link to each."""
    text = dictionary.text()
    (out / "data").mkdir(exist_ok=True)
    for name in table_names():
        file = resource(name)["path"]
        shutil.copyfile(root / "data" / file, out / "data" / file)
        text = text.replace(f"\n## {name}\n", f"\n## {name}\n\n[Download {file}](data/{file})\n", 1)
    content = f'<div class="dictionary">{boxed(markdown(text))}</div>'
    write(out / "data.html", _whole(templates, "Data dictionary", content))


def main(argv: list[str] | None = None) -> int:
    """`python -m aicapital site`: write the static site, with --slides the talks too."""
    parser = argparse.ArgumentParser(prog="python -m aicapital site", description=main.__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("dist/site"), help="folder (default: dist/site)"
    )
    parser.add_argument(
        "--slides", type=Path, metavar="REVEAL", help="folder of reveal.js: write the talks too"
    )
    options = parser.parse_args(argv)
    try:
        problems = build(options.out, reveal=options.slides)
    except SiteError as error:
        problems = [str(error)]
    else:
        print(f"wrote {options.out / 'index.html'}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return int(bool(problems))
