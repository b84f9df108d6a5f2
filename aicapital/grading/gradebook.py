"""nbgrader's gradebook and folders from our results, so that formgrader can be used for free-text questions."""

import copy
import os
import re
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read, text_of

from . import sheet_source
from .batch import GradeError
from .plan import Answers, Plan

CONFIG = """# Written by `make grade`. In this folder: nbgrader's formgrader shows the submissions (jupyter lab, then
# the menu Nbgrader, Formgrader), and what you mark there goes into gradebook.db.
c = get_config()
c.CourseDirectory.course_id = "course"
c.CourseDirectory.root = {root!r}
"""


def autograded(source: NotebookNode, record: dict, answers: Answers) -> NotebookNode:
    """The submission as formgrader shows it: our cells, the learner's answers, the verdicts as outputs."""
    nb = copy.deepcopy(source)
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if name in answers.cells:
            cell.source = "\n".join(answers.cells[name])
            if (
                cell.cell_type == "markdown"
            ):  # formgrader would run a script with the teacher's rights
                cell.source = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", cell.source)
        elif sheet_source.role(cell) in ("solution", "manual", "task"):
            cell.source = ""
        verdict = record["questions"].get(name)
        if verdict and cell.cell_type == "code":
            text = f"{verdict['status']}: {verdict['score']:g} of {verdict['max_score']:g} points\n"
            cell.outputs = [nbformat.v4.new_output("stream", text=text)]
    return nb


def write_autograded(
    plan: Plan, source: NotebookNode, record: dict, answers: Answers, folder: Path
) -> None:
    target = folder / "autograded" / record["learner"] / plan.name / f"{plan.name}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = text_of(autograded(source, record, answers))
    target.write_text(text.encode("utf-8", "replace").decode("utf-8"), encoding="utf-8")


def export(source: Path, records: list[dict], folder: Path) -> Path:
    """`gradebook.db` beside the folders that formgrader reads; marks made by hand there are kept."""
    try:
        from nbgrader.api import Gradebook
    except ImportError as error:
        raise GradeError(
            "nbgrader is missing. Install it with: pip install -e '.[teach]'"
        ) from error
    # nbgrader starts `alembic` by name, so it must be found as it is in an activated environment.
    scripts = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", "")])
    nb, sheet = read(source), source.stem
    target = folder / "source" / sheet / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(source.read_bytes())
    (folder / "nbgrader_config.py").write_text(
        CONFIG.format(root=str(folder.resolve())), encoding="utf-8"
    )
    path = folder / "gradebook.db"
    # nbgrader's own use of its database makes SQLAlchemy warn; a teacher can do nothing about it.
    with warnings.catch_warnings(), Gradebook(f"sqlite:///{path}") as book:
        warnings.filterwarnings("ignore", module="nbgrader")
        _sheet(book, nb, sheet)
        for record in records:
            _submission(book, record, sheet)
        book.db.commit()
    return path


def _sheet(book, nb: NotebookNode, sheet: str) -> None:
    book.update_or_create_assignment(sheet)
    book.update_or_create_notebook(sheet, sheet)
    for cell in nb.cells:
        meta, role = cell.metadata.get("nbgrader", {}), sheet_source.role(cell)
        name = meta.get("grade_id")
        if not name:
            continue
        if role in ("test", "manual"):
            book.update_or_create_grade_cell(
                name,
                sheet,
                sheet,
                max_score=sheet_source.points(cell),
                cell_type=cell.cell_type,
            )
        if role in ("solution", "manual"):
            book.update_or_create_solution_cell(name, sheet, sheet)
        if role == "task":
            book.update_or_create_task_cell(
                name, sheet, sheet, max_score=sheet_source.points(cell), cell_type=cell.cell_type
            )
        book.update_or_create_source_cell(
            name,
            sheet,
            sheet,
            cell_type=cell.cell_type,
            source=cell.source,
            locked=role in ("test", "given"),
        )


def _submission(book, record: dict, sheet: str) -> None:
    learner = record["learner"]
    book.update_or_create_student(learner)
    book.update_or_create_submission(
        sheet, learner, timestamp=datetime.now(UTC).replace(tzinfo=None)
    )
    for name, part in record["questions"].items():
        grade = book.find_grade(name, sheet, sheet, learner)
        by_hand = part["status"] == "needs manual marking"
        grade.auto_score = None if by_hand else part["score"]
        grade.needs_manual_grade = by_hand and grade.manual_score is None


def manual_marks(path: Path, sheet: str) -> dict[str, dict[str, tuple[float, str]]]:
    """Learner -> question -> (points, comment) as marked in formgrader."""
    from nbgrader.api import Gradebook

    found: dict[str, dict[str, tuple[float, str]]] = {}
    with Gradebook(f"sqlite:///{path}") as book:
        for work in book.assignment_submissions(sheet):
            for notebook in work.notebooks:
                comments = {note.name: note.comment or "" for note in notebook.comments}
                for grade in notebook.grades:
                    if grade.manual_score is not None:
                        points = float(grade.manual_score) + float(grade.extra_credit or 0)
                        mark = (points, comments.get(grade.name, ""))
                        found.setdefault(work.student_id, {})[grade.name] = mark
    return found
