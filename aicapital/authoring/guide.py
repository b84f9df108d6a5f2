"""The teaching guide, one page a lesson, made from the lesson, its bank, its sheet and a teacher's notes.

`solutions/guide/notes/NN.toml` holds what only a teacher knows: minutes, what to watch for, expected votes, the board,
both sides of a discussion, sample answers. Objectives, questions, options, points and rubrics come from where they are
taught and marked, so nothing is written twice. `python -m aicapital guide` writes the pages.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..learning import banks
from ..learning.questions import Choice
from .notebook_file import read

ROOT = Path(__file__).parents[2]
LEVELS = ("full", "half", "weak")
LETTERS = "ABCDEFG"
MADE = "<!-- Made by `python -m aicapital guide` from the lesson, its bank, its sheet and notes/{notes}; change those. -->"


class GuideError(ValueError):
    """A teacher's notes lack something, or do not fit the lesson."""


@dataclass(frozen=True)
class Lesson:
    """What the guide takes from one lesson's own files."""

    stem: str
    title: str
    question: str
    objectives: str
    discussion: tuple[str, ...]
    points: Mapping[str, int]
    rubric: tuple[str, ...]
    solution: str

    @property
    def number(self) -> str:
        return self.stem[:2]


def lesson(stem: str, root: Path = ROOT) -> Lesson:
    """Read the lesson `stem` and its sheet. Raises GuideError when a part that every lesson has is missing."""
    cells = read(root / "notebooks" / f"{stem}.ipynb").cells
    opener = cells[0].source
    closing = next((cell.source for cell in cells if "**To discuss.**" in cell.source), "")
    asked = re.search(r"\*\*To discuss\.\*\* (.+)", closing)
    heading = re.match(r"# (.+)\n+\*\*(.+?)\*\*", opener)
    objectives = re.search(r"\*\*After this lesson you can\*\*\s+((?:- .+\n?)+)", opener)
    if not (asked and heading and objectives):
        raise GuideError(
            f"notebooks/{stem}.ipynb: expected a title, a question in bold, the objectives and **To discuss.** in its closing cell"
        )
    points, rubric, solution = {}, (), ""
    for cell in read(root / "solutions" / f"{stem}.ipynb").cells:
        marks = cell.metadata.get("nbgrader", {})
        if not marks.get("grade"):
            continue
        question = marks["grade_id"].split("-")[0].upper()
        points[question] = points.get(question, 0) + int(marks["points"])
        if cell.cell_type == "markdown":
            rubric = tuple(re.findall(r"^- 1 point: (.+)$", cell.source, re.MULTILINE))
            solution = cell.source.split("### BEGIN SOLUTION")[1].split("### END SOLUTION")[0]
    return Lesson(
        stem,
        heading[1],
        heading[2],
        objectives[1].strip(),
        tuple(filter(None, map(str.strip, re.split(r"\(\d\) ", asked[1])))),
        points,
        rubric,
        solution.strip(),
    )


def page(stem: str, root: Path = ROOT) -> str:
    """The guide to one lesson, as Markdown."""
    it, notes = lesson(stem, root), _notes(f"{stem[:2]}.toml", root)
    parts = [
        MADE.format(notes=f"{it.number}.toml"),
        f"# {it.title}: how to teach it",
        f"**{it.question}**",
        f"After the lesson learners can\n\n{it.objectives}",
        *_plans(notes, it),
        "## Two votes\n\nAsk, vote without talking, talk in pairs, vote again. The splits are what we expect of the first vote: our guess, not measured; write down yours.",
        *_votes(notes, it),
        "## Where classes stall",
        _table(("where", "what you see", "what helps"), notes, "stall", ("where", "see", "help")),
        "## On the board",
        f"```\n{_need(notes, 'board', it).strip(chr(10))}\n```",
        "## Discussion",
        *_discussions(notes, it),
        *_sheet(notes, it),
        "## Fairness, and what is uncertain",
        _need(notes, "fair", it).strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _notes(name: str, root: Path) -> dict[str, Any]:
    path = root / "solutions" / "guide" / "notes" / name
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GuideError(f"solutions/guide/notes/{name} is missing") from None
    except tomllib.TOMLDecodeError as error:
        raise GuideError(f"solutions/guide/notes/{name}: {error}") from None


def _need(notes: Mapping[str, Any], key: str, it: Lesson) -> Any:
    if not notes.get(key):
        raise GuideError(f"solutions/guide/notes/{it.number}.toml: {key!r} is missing or empty")
    return notes[key]


def _table(head: Sequence[str], notes: Mapping, key: str, columns: Sequence[str]) -> str:
    rows = notes.get(key) or []
    try:
        body = [[str(row[column]) for column in columns] for row in rows]
    except KeyError as missing:
        raise GuideError(f"a row of {key!r} has no {missing}") from None
    if not body:
        raise GuideError(f"{key!r} is missing or empty")
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plans(notes: Mapping[str, Any], it: Lesson) -> Iterator[str]:
    for minutes in (50, 90):
        yield f"## {minutes} minutes"
        yield _table(
            ("minutes", "what", "watch for"), notes, f"run{minutes}", ("minutes", "what", "watch")
        )
    yield f"**Cut first:** {_need(notes, 'cut_first', it)}"
    yield f"**For self-study:** {_need(notes, 'self_study', it)}"


def _votes(notes: Mapping[str, Any], it: Lesson) -> Iterator[str]:
    asked = {q.id: q for q in banks.load(it.number).QUESTIONS if isinstance(q, Choice)}
    votes = _need(notes, "vote", it)
    for vote in votes:
        if vote["question"] not in asked:
            raise GuideError(
                f"notes/{it.number}.toml: no choice question {vote['question']!r} in the bank; there are {', '.join(asked)}"
            )
        question = asked[vote["question"]]
        values = question.values() if question.values else {}
        split, why = vote["split"], vote["attracts"]
        wrong = [option for option in question.options if not option.correct]
        if len(split) != len(question.options) or sum(split) != 100 or len(why) != len(wrong):
            raise GuideError(
                f"notes/{it.number}.toml, vote {question.id!r}: one share of `split` for each of {len(question.options)} options, 100 in all, "
                f"and one sentence of `attracts` for each of {len(wrong)} wrong ones"
            )
        pulls = iter(why)
        rows = [
            "| | option | expected | |",
            "| --- | --- | --- | --- |",
            *(
                f"| {letter} | {option.text.format(**values)} | {share} % | "
                + ("**right**" if option.correct else f"*{option.mistake}*: {next(pulls)}")
                + " |"
                for letter, option, share in zip(LETTERS, question.options, split, strict=False)
            ),
        ]
        yield f"**{question.text.format(**values)}**\n\n" + "\n".join(rows)


def _discussions(notes: Mapping[str, Any], it: Lesson) -> Iterator[str]:
    talks = _need(notes, "discussion", it)
    if len(talks) != len(it.discussion):
        raise GuideError(
            f"notes/{it.number}.toml: {len(talks)} discussion(s) for the lesson's {len(it.discussion)} questions"
        )
    for question, talk in zip(it.discussion, talks, strict=True):
        yield f"**{question}**"
        yield f"- *The strongest case for {talk['one']}:* {talk['for_one']}\n- *The strongest case for {talk['other']}:* {talk['for_other']}\n- *Listen for:* {talk['listen']}"


def _sheet(notes: Mapping[str, Any], it: Lesson) -> Iterator[str]:
    questions = _need(notes, "question", it)
    if set(questions) != set(it.points):
        raise GuideError(
            f"notes/{it.number}.toml: questions {', '.join(questions)}; the sheet has {', '.join(it.points)}"
        )
    yield f"## The sheet: {sum(it.points.values())} points"
    yield "\n".join(
        [
            "| question | points | what it tests | most likely mistake |",
            "| --- | --- | --- | --- |",
            *(
                f"| {name} | {points} | {questions[name]['tests']} | {questions[name]['mistake']} |"
                for name, points in it.points.items()
            ),
        ]
    )
    yield "### Marking the free answer"
    yield "One point a line, for the substance and not for the words:\n\n" + "\n".join(
        f"{number}. {line}" for number, line in enumerate(it.rubric, start=1)
    )
    yield _need(notes, "marking", it).strip()
    samples = {"full": {"text": it.solution, "points": [1] * len(it.rubric)}} | _need(
        notes, "sample", it
    )
    for level in LEVELS:
        sample = samples.get(level) or {}
        points = sample.get("points", [])
        if len(points) != len(it.rubric) or not set(points) <= {0, 1} or not sample.get("text"):
            raise GuideError(
                f"notes/{it.number}.toml: sample.{level} needs a text and one point, 0 or 1, for each of {len(it.rubric)} lines of the rubric"
            )
        given = ", ".join(f"line {n}" for n, point in enumerate(points, start=1) if point)
        yield f"**{sum(points)} of {len(points)} points** ({given or 'no line'})" + (
            f". {sample['why']}" if sample.get("why") else ""
        )
        yield "\n".join(f"> {line}".rstrip() for line in sample["text"].strip().splitlines())
    yield f"### AI assistants\n\n{_need(notes, 'ai', it).strip()}"


def pages(root: Path = ROOT) -> dict[Path, str]:
    """Every page of the guide by its path; a lesson with a sheet has one."""
    folder = root / "solutions" / "guide"
    stems = sorted(path.stem for path in (root / "solutions").glob("[0-9][0-9]_*.ipynb"))
    return {folder / f"{stem}.md": page(stem, root) for stem in stems}


def main(argv: list[str]) -> int:
    """`python -m aicapital guide`: write the teaching guide."""
    parser = argparse.ArgumentParser(
        prog="python -m aicapital guide", description="Write solutions/guide/ from its sources."
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail if a page is not up to date"
    )
    check = parser.parse_args(argv).check
    try:
        made = pages()
    except GuideError as error:
        print(error, file=sys.stderr)
        return 1
    stale = [
        path
        for path, text in made.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path in stale:
        if not check:
            path.write_text(made[path], encoding="utf-8", newline="\n")
        print(f"{'stale: ' if check else 'wrote '}{path.relative_to(ROOT)}")
    return 1 if check and stale else 0
