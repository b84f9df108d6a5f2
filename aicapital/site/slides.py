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
FEW_ROWS = 10  # of a table that leaves room for a remark
TAIL_WORDS = 35  # so few do not stand on a slide by themselves
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
                elif _is_remark(shown) and _takes_remarks(last):
                    last.shown += shown
                else:
                    found.append(Slide(last.heading, "", shown))
    return _without_orphans(found)


def _without_orphans(found: list[Slide]) -> list[Slide]:
    """A line or two do not stand on a slide by themselves if they can stand with what comes before them."""
    kept: list[Slide] = []
    for slide in found:
        if kept and _goes_on(kept[-1], slide):
            kept[-1].text += f"\n\n{slide.text}"
        elif (
            kept
            and kept[-1].heading == slide.heading
            and not slide.shown
            and slide.words <= LEAD_WORDS
            and _takes_remarks(kept[-1])
        ):
            kept[-1].shown += markdown(slide.text)
        else:
            kept.append(slide)
    return kept


def _fits_under(slide: Slide, shown: str) -> bool:
    if 'class="lab"' in shown:
        return False
    if (words := _words_alone(shown)) is not None:
        return slide.words + words <= MOST_WORDS + LEAD_WORDS
    small = "<form" not in shown and "<table" in shown and shown.count("<tr") <= SMALL_TABLE
    return small or slide.words <= FEW_WORDS


def _goes_on(before: Slide, slide: Slide) -> bool:
    """Two slides of one part with nothing but text, of which one has hardly any."""
    return (
        before.heading == slide.heading
        and not before.shown + slide.shown
        and min(before.words, slide.words) <= TAIL_WORDS
        and before.words + slide.words <= MOST_WORDS + TAIL_WORDS
    )


def _takes_remarks(slide: Slide) -> bool:
    """A short table does; a question not, since a remark may give its answer away, and a picture needs the room."""
    taken = re.search('<form|<img|class="(lab|beside)', slide.shown)
    return bool(slide.shown) and not taken and _unfolded(slide.shown).count("<tr") <= FEW_ROWS


def _is_remark(shown: str) -> bool:
    words = _words_alone(shown)
    return words is not None and words <= LEAD_WORDS


def _words_alone(shown: str) -> int | None:
    """How many words, where there is nothing but words."""
    if re.search('<(table|img|div|form)|<details class="code" open', shown):
        return None
    return len(re.sub("<[^>]*>", " ", _unfolded(shown)).split())


def _unfolded(shown: str) -> str:
    return re.sub("<details.*?</details>", " ", shown, flags=re.DOTALL)


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
        leads = slide.words <= LEAD_WORDS or slide.text.endswith(":")
        if not leads and slide.words + len(paragraph.split()) > MOST_WORDS:
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
