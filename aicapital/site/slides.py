"""Each lesson as a talk: one idea a slide, from the same notebook, with the same labs and questions as the page."""

import html
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup
from nbformat import NotebookNode

from .lessons import LessonPage, SiteError, markdown, write
from .pages import Pictures, boxed

REVEAL_FILES = ("dist/reveal.js", "dist/reveal.css", "LICENSE")
MOST_WORDS = 75  # of text on a slide
FEW_WORDS = 60  # text that leaves room for a table, a figure or a question under it
LEAD_WORDS = 20  # so few only lead to what follows, and stay with it
SMALL_TABLE = 7  # rows that leave room for any text
HEADING = re.compile(r"^(#{1,6} .+)$", re.MULTILINE)


@dataclass
class Slide:
    heading: str  # Markdown, "## The capped return"
    text: str  # Markdown
    shown: str = ""  # HTML

    @property
    def words(self) -> int:
        return len(self.text.split())


def slides(notebook: NotebookNode, page: LessonPage) -> list[Slide]:
    """The slides of a notebook whose labs and questions are in their places."""
    found: list[Slide] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found += _of_text(cell.source, found[-1].heading if found else "")
        else:
            for i, shown in enumerate(_outputs(cell, page)):
                last = found[-1]
                if i == 0 and not last.shown and _fits_under(last, shown):
                    last.shown = shown
                else:
                    found.append(Slide(last.heading, "", shown))
    return found


def _fits_under(slide: Slide, shown: str) -> bool:
    if 'class="lab"' in shown:
        return False
    if not re.search("<(table|img|div|form)", shown):
        text = re.sub("<details.*?</details>|<[^>]*>", " ", shown, flags=re.DOTALL)
        return slide.words + len(text.split()) <= MOST_WORDS
    small = "<form" not in shown and "<table" in shown and shown.count("<tr") <= SMALL_TABLE
    return small or slide.words <= FEW_WORDS


def _of_text(source: str, heading: str) -> Iterator[Slide]:
    """A text cell: a new slide at each heading, and where there would be too many words on one."""
    parts = HEADING.split(source)
    if parts[0].strip():
        yield from _pages(heading, parts[0])
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        yield from _pages(title, text)


def _pages(heading: str, text: str) -> Iterator[Slide]:
    slide = Slide(heading, "")
    # A line in bold stands over what follows it.
    for paragraph in filter(
        None, (part.strip() for part in re.split(r"(?<!\*\*)\n\s*\n", text.strip()))
    ):
        if slide.words > LEAD_WORDS and slide.words + len(paragraph.split()) > MOST_WORDS:
            yield slide
            slide = Slide(heading, "")
        slide.text = f"{slide.text}\n\n{paragraph}".strip()
    yield slide


def _outputs(cell: NotebookNode, page: LessonPage) -> Iterator[str]:
    for output in cell.outputs:
        data = output.get("data", {})
        shown = data.get("text/html") or markdown(data.get("text/markdown", ""))
        if 'class="in-jupyterlab"' in shown:
            continue
        if not shown and (text := data.get("text/plain") or output.get("text", "")):
            # A bare value says nothing without the lines that made it.
            yield _code(cell, " open") + f"<pre>{html.escape(text)}</pre>"
            continue
        if re.search(r'class="(record-of|[^"]*whole-page)"', shown):
            # Twelve questions, a brief and a record are for a reader's page, not for a room.
            yield f'<p class="live-at">This part stands on the <a href="../{page.page}">page of the lesson</a>.</p>'
            continue
        if 'class="lab"' in shown:
            shown += (
                f'<p class="live-at">Every setting is live in JupyterLab: <code>make course</code>, '
                f"<code>notebooks/{page.path.name}</code>, cell [{cell.execution_count}].</p>"
            )
        elif not cell.metadata.aside:
            shown += _code(cell)
        yield shown


def _code(cell: NotebookNode, state: str = "") -> str:
    return f'<details class="code"{state}><summary>Code</summary><pre>{html.escape(cell.source)}</pre></details>'


def write_slides(
    pages: list[LessonPage],
    ready: dict[str, NotebookNode],
    templates: Environment,
    out: Path,
    reveal: Path,
    pictures: Pictures,
) -> None:
    """Write one talk a lesson into `out`/slides; `reveal` is the folder of the npm package reveal.js."""
    missing = [name for name in REVEAL_FILES if not (reveal / name).is_file()]
    if missing:
        raise SiteError(
            f"{reveal} holds no reveal.js: {', '.join(missing)} missing. `make slides` installs it."
        )
    (out / "reveal").mkdir(exist_ok=True)
    for name in REVEAL_FILES:
        shutil.copyfile(reveal / name, out / "reveal" / Path(name).name)
    for page in pages:
        sections = [
            {
                "heading": Markup(markdown(slide.heading)),
                "text": Markup(markdown(slide.text)),
                "shown": Markup(boxed(slide.shown)),
            }
            for slide in slides(ready[page.stem], page)
        ]
        text = templates.get_template("slides.html.j2").render(page=page, sections=sections)
        write(out / page.slides, pictures.out_of(text, "../"))
