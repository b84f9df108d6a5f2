"""`python -m aicapital marks`: automatic and manual marks together, and tables that Moodle and Canvas import."""

import argparse
import csv
import io
import sys
from pathlib import Path

from . import batch

BY_HAND = "marks_by_hand.csv"
Marks = dict[str, dict[str, tuple[float, str]]]


def write_sheet_for_marking(folder: Path, records: list[dict]) -> Path | None:
    """A table with a line for each answer to mark; marks that are already there stay."""
    path, known = folder / BY_HAND, {}
    if path.exists():
        known = read_marks(path, records)
    rows = [
        (
            record["learner"],
            name,
            part["max_score"],
            *known.get(record["learner"], {}).get(name, ("", "")),
            *([record["by_hand"].get(name, "")] if "by_hand" in record else []),
        )
        for record in records
        for name, part in record["questions"].items()
        if part["status"] == "needs manual marking"
    ]
    if not rows:
        return None
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    own = ["own_numbers"] if any("by_hand" in record for record in records) else []
    table.writerow(["learner", "question", "max_points", "points", "comment", *own])
    for learner, name, most, points, comment, *numbers in rows:
        table.writerow([batch.plain_cell(learner), name, f"{most:g}", points, comment, *numbers])
    batch.replace_file(path, text.getvalue())
    return path


def read_marks(path: Path, records: list[dict]) -> Marks:
    """The filled-in table; raises GradeError naming the line that is wrong."""
    most = {
        (batch.plain_cell(record["learner"]), name): (record["learner"], part["max_score"])
        for record in records
        for name, part in record["questions"].items()
    }
    found: Marks = {}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise batch.GradeError(f"{path} cannot be read: {error}") from None
    table = csv.DictReader(io.StringIO(text), dialect=batch.csv_dialect(text))
    for line, row in enumerate(table, start=2):
        key = (row.get("learner") or "", row.get("question") or "")
        given = (row.get("points") or "").strip().replace(",", ".")
        if not given:
            continue
        if key not in most:
            raise batch.GradeError(
                f"{path}, line {line}: there is no question {key[1]!r} of {key[0]!r} in these results. "
                "Correct the name, or delete the line."
            )
        learner, highest = most[key]
        try:
            points = float(given)
        except ValueError:
            points = -1.0
        if not 0 <= points <= highest:
            raise batch.GradeError(
                f"{path}, line {line}: {given!r} points; give a number from 0 to {highest:g}."
            )
        found.setdefault(learner, {})[key[1]] = (points, (row.get("comment") or "").strip())
    return found


def with_marks(records: list[dict], marks: Marks) -> list[dict]:
    """The records with manual marks added; a manual mark stands in the place of an automatic one."""
    complete = []
    for record in records:
        given = marks.get(record["learner"], {})
        questions = {
            name: {**part, "score": given[name][0], "status": "marked by hand"}
            if name in given
            else part
            for name, part in record["questions"].items()
        }
        status = record["status"]
        open_ones = [n for n, part in questions.items() if part["status"] == "needs manual marking"]
        if status == "graded; to mark by hand" and not open_ones:
            status = "graded"
        score = sum(part["score"] for part in questions.values())
        comments = "; ".join(f"{name}: {text}" for name, (_, text) in given.items() if text)
        complete.append(
            {
                **record,
                "questions": questions,
                "score": score,
                "status": status,
                "comments": comments,
            }
        )
    return complete


def moodle(records: list[dict], people: dict[str, dict]) -> str:
    """Grades, Import, CSV file: map `username` (or email) to the user, the points to the grade item."""
    sheet = records[0]["sheet"] if records else "sheet"
    rows = [["username", "email", f"{sheet} (points)", f"{sheet} (percent)", "feedback"]]
    for record in records:
        person = people.get(record["learner"], {})
        percent = 100 * record["score"] / record["max_score"] if record["max_score"] else 0
        rows.append(
            [
                person.get("username") or record["learner"],
                person.get("email", ""),
                f"{record['score']:g}",
                f"{percent:.1f}",
                record.get("comments", ""),
            ]
        )
    return _text(rows)


def canvas(records: list[dict], people: dict[str, dict]) -> str:
    """Gradebook, Import: Canvas knows learners by ID or by SIS Login ID; the second line holds the points possible."""
    sheet = records[0]["sheet"] if records else "sheet"
    most = records[0]["max_score"] if records else 0
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", sheet],
        ["    Points Possible", "", "", "", "", f"{most:g}"],
    ]
    for record in records:
        person = people.get(record["learner"], {})
        rows.append(
            [
                person.get("name") or record["learner"],
                person.get("canvas_id", ""),
                person.get("sis_id", ""),
                person.get("login") or person.get("username") or record["learner"],
                person.get("section", ""),
                f"{record['score']:g}",
            ]
        )
    return _text(rows)


def people_of(roster: Path | None) -> dict[str, dict]:
    """Learner -> the roster's columns: name, email, username, login, canvas_id, sis_id, section."""
    return {} if roster is None else batch.roster_rows(roster)


def _text(rows: list[list[str]]) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    for row in rows:
        table.writerow([batch.plain_cell(str(cell)) for cell in row])
    return text.getvalue()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m aicapital marks",
        description="Add the marks made by hand: marks.csv, moodle.csv and canvas.csv beside the results.",
    )
    parser.add_argument("results", type=Path, help="the --out folder of `grade`")
    parser.add_argument(
        "--by-hand",
        type=Path,
        help=f"filled-in table (default: {BY_HAND} in that folder, if it is there)",
    )
    parser.add_argument(
        "--gradebook",
        type=Path,
        help="nbgrader's gradebook.db (default: nbgrader/gradebook.db, if it is there)",
    )
    parser.add_argument(
        "--roster", type=Path, help="CSV of learners with their ids in Moodle or Canvas"
    )
    options = parser.parse_args(argv)
    try:
        for folder in _result_folders(options.results):
            _complete(folder, options)
    except batch.GradeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _result_folders(given: Path) -> list[Path]:
    """The folder itself, or one a sheet inside it."""
    inside = sorted(path.parent for path in given.glob("*/results.jsonl"))
    return inside if inside and not (given / "results.jsonl").exists() else [given]


def _complete(folder: Path, options) -> None:
    head, records = batch.read_results(folder)
    given: Marks = {}
    book = options.gradebook or folder / "nbgrader" / "gradebook.db"
    if options.gradebook or book.exists():
        from . import gradebook

        given = gradebook.manual_marks(book, head["sheet"])
    table = options.by_hand or folder / BY_HAND
    if options.by_hand or table.exists():
        for learner, questions in read_marks(table, records).items():
            given.setdefault(learner, {}).update(questions)
    complete = with_marks(records, given)
    people = people_of(options.roster)
    batch.write_grades(folder, complete, head["questions"], "marks.csv")
    batch.replace_file(folder / "moodle.csv", moodle(complete, people))
    batch.replace_file(folder / "canvas.csv", canvas(complete, people))
    still = sum(
        part["status"] == "needs manual marking"
        for record in complete
        for part in record["questions"].values()
    )
    print(f"wrote marks.csv, moodle.csv and canvas.csv to {folder}")
    if still:
        print(f"{still} answers are still to be marked by hand; they count 0 until then")
