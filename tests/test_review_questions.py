"""The five questions printed under the article are asked and answered, each in its lesson."""

import re
from pathlib import Path

import pytest

from aicapital.authoring.notebook_file import read

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
# Lesson, and what the question and its answer must speak of; the words are ours, so only their subject is fixed.
SUBJECTS = {
    "01": (r"2019", r"cap.*(control|non-profit|charity)"),
    "02": (r"Google", r"(advertising|cash flow).*outside"),
    "06": (r"(path|route|way)s?", r"(scale|large).*(efficien|compress|cheap)"),
    "07": (r"(structure|industry|evolve|market)", r"(few|concentrat|central).*(chip|suppl|appl)"),
    "08": (r"(risk|profit|expect)", r"valuation.*(list|IPO|public).*dilut"),
}
OPEN = [path for path in NOTEBOOKS if path.name[:2] in SUBJECTS]
ASKED = re.compile(
    r"\*\*Review question (?:from|of) the article\.?\*\*\s*\*(.+?\?)\*\s*(.+)", re.DOTALL
)


def asked_in(path):
    """Question and answer of every review question in a lesson."""
    found = []
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for paragraph in cell.source.split("\n\n"):
                match = ASKED.search(paragraph)
                if match:
                    found.append((match[1], match[2]))
    return found


@pytest.mark.parametrize("path", OPEN, ids=lambda path: path.name[:2])
def test_the_review_question_of_the_article_is_asked_and_answered(path):
    ((question, answer),) = asked_in(path)
    about, said = SUBJECTS[path.name[:2]]
    assert re.search(about, question, re.IGNORECASE), question
    assert re.search(said, answer, re.IGNORECASE | re.DOTALL), answer
    # It goes beyond the printed answer: what the evidence of the lesson adds or limits.
    assert len(answer.split()) >= 25 and re.search(r"now|limit|date|since|but|only", answer)


def test_no_other_lesson_asks_one():
    assert [p.name for p in NOTEBOOKS if p not in OPEN and asked_in(p)] == []
    assert {path.name[:2] for path in OPEN} >= {"01", "02"}
