"""HTML that any reader can use, from what a notebook saved: pictures in files, wide tables in a box of their own, formulas as MathML."""

import base64
import hashlib
import re
from pathlib import Path

from latex2mathml.converter import convert
from nbformat import NotebookNode

DATA_URI = re.compile(r'src="data:image/png;base64,([A-Za-z0-9+/=\s]+)"')
SCRIPT = re.compile(r"(<script\b.*?</script>)", re.DOTALL)
TABLE = re.compile(r"<table\b.*?</table>", re.DOTALL)
PICTURE = re.compile(r"<img alt=[^>]*>")
FORMULA = re.compile(r"(?<![\\$\w])(\$\$?)(?!\s)((?:[^$\n]|\n(?!\n))+?)(?<![\s\\])\1(?![\d$])")
CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
SHARPNESS = 2  # pixels in a saved picture for each pixel shown


class Pictures:
    """Puts each picture of a page into a file named by its content, so that the site and the slides share it."""

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, png: bytes) -> str:
        name = hashlib.sha256(png).hexdigest()[:16] + ".png"
        path = self.folder / name
        if not path.exists():
            path.write_bytes(png)
        return name

    def out_of(self, page: str, base: str) -> str:
        """The page with its pictures in files, each with the room that it will take."""

        def link(found: re.Match) -> str:
            png = base64.b64decode(found[1])
            width, height = (
                int.from_bytes(png[at : at + 4], "big") // SHARPNESS for at in (16, 20)
            )
            return f'src="{base}img/{self.save(png)}" width="{width}" height="{height}"'

        return DATA_URI.sub(link, page)


def boxed(page: str) -> str:
    """Every table and picture in a box that scrolls by itself where the screen is too narrow for it.

    What stands in a script stays as it is: a question's words hold tables too.
    """
    parts = SCRIPT.split(page)
    for at in range(0, len(parts), 2):
        boxes = TABLE.sub(lambda found: f'<div class="scroll">{found[0]}</div>', parts[at])
        parts[at] = PICTURE.sub(
            lambda found: f'<div class="scroll picture">{found[0]}</div>', boxes
        )
    return "".join(parts)


def with_formulas(cell: NotebookNode) -> None:
    """Replace $formulas$ of a text cell by MathML, which browsers draw without a script."""
    parts = CODE.split(cell.source)
    for i in range(0, len(parts), 2):
        parts[i] = FORMULA.sub(
            lambda found: convert(found[2], display="block" if found[1] == "$$" else "inline"),
            parts[i],
        )
    cell.source = "".join(parts)
