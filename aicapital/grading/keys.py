"""The judge's side of own numbers: each learner's key, rebuilt from the source when their submission comes."""

import re
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from aicapital.authoring.notebook_file import read

from . import plan, sheet_source, variants
from .plan import Answers, Plan, SubmissionError

OTHER_NUMBERS = "other numbers"
_CHANGED = re.compile(r"cell (\S+) was changed; the original was used")


@dataclass(frozen=True)
class Key:
    """The sheet with one learner's numbers, and what there is to say about whose they are."""

    learner: str
    plan: Plan
    notebook: NotebookNode
    notes: tuple[str, ...] = ()


class Keys:
    def __init__(self, source: Path, dumped: dict):
        self.name = source.stem
        self.source = read(source)
        self.spec = variants.load(source)
        self.owners = variants.Class.loaded(dumped, self.spec, self.name)
        self.published = plan.plan_of(self.source, self.name)
        self.tests = {step.name for step in self.published.steps if step.role == "test"}
        self.question_of = {
            mark: question for question, one in self.spec.own.items() for mark in one.marks
        }

    def key_for(self, learner: str, files: list[str]) -> Key:
        """The key by which a submission is marked. Raises SubmissionError when nobody's numbers fit it."""
        notes: tuple[str, ...] = ()
        if learner not in self.owners.learners:
            owner = self._owner_of_any(files)
            if owner is None:
                raise SubmissionError(
                    "not on the roster",
                    "Nobody with own numbers has this name, and the sheet does not say whose it is. "
                    "Put the submission into a folder with the learner's id and grade again.",
                )
            notes = (f"marked by the numbers of {owner}, whose sheet it is",)
            learner = owner
        notebook = variants.vary(self.source, self.spec, self.owners.learners[learner].numbers)
        return Key(learner, plan.plan_of(notebook, self.name), notebook, notes)

    def _owner_of_any(self, files: list[str]) -> str | None:
        for file in files[:20]:
            try:
                data = plan.read_bytes(Path(file))
            except SubmissionError:
                continue
            if owner := self.owners.owner_of(variants.released_as(data)):
                return owner
        return None

    def check(self, data: bytes, key: Key, answers: Answers) -> None:
        """Add to the notes whose sheet was handed in. Raises SubmissionError when it was released otherwise."""
        found = variants.released_as(data)
        if found == self.owners.release_of(key.learner):
            return
        if found is None:
            says = "the sheet does not say whose numbers it holds; marked by the learner's own"
        elif found.secret != self.owners.secret:
            raise SubmissionError(
                OTHER_NUMBERS,
                f"This sheet was released with another secret ({found.secret}, not {self.owners.secret}), so its "
                "numbers are not known here. Grade it with the secret file of its release.",
            )
        elif owner := self.owners.owner_of(found):
            says = f"this is the sheet of {owner}; it was marked by the numbers of {key.learner}"
        else:
            raise SubmissionError(
                OTHER_NUMBERS,
                "This sheet carries numbers that nobody on the roster has now: solutions/variants/ or the id "
                "in the roster changed since the release. Grade it with the state that it was released from.",
            )
        answers.notes[:] = [says, *self._not_from_other_numbers(answers.notes, key)]

    def _not_from_other_numbers(self, notes: list[str], key: Key) -> list[str]:
        """Without the notes that only say again that the numbers are not the learner's."""
        pairs = zip(self.published.steps, key.plan.steps, strict=True)
        varying = {mine.name for published, mine in pairs if published.source != mine.source}
        return [
            note
            for note in notes
            if not ((found := _CHANGED.fullmatch(note)) and found[1] in varying)
        ]

    def own_answers(self, key: Key, answers: Answers, verdicts: dict[str, dict]) -> dict[str, dict]:
        """Answers whose right text depends on the numbers: print of both, and whether the answer fits the numbers.

        `public` is the answer to the published sheet.
        """
        found = {}
        for question, values in self.owners.learners[key.learner].numbers.items():
            marks = [mark for mark in self.spec.own[question].marks if mark in self.tests]
            fits = all(verdicts[mark]["status"] == "passed" for mark in marks)
            for cell in self._answers_of(question, key):
                text = " ".join("\n".join(answers.cells.get(cell, [])).split())
                if cell in answers.unchanged or not text or "..." in text:
                    continue
                found[cell] = {
                    "numbers": variants.print_of(values),
                    "print": variants.print_of(text),
                    "fits": fits,
                    "public": text == _bare(self.published.solutions.get(cell, "")),
                }
        return found

    def _answers_of(self, question: str, key: Key) -> list[str]:
        """Answer cells whose right text depends on the question's numbers."""
        edited = self.spec.own[question].edits(
            **self.owners.learners[key.learner].numbers[question]
        )
        return [cell for cell in edited if cell in self.published.solutions]

    def by_hand(self, key: Key) -> dict[str, str]:
        """Manual cell -> what whoever marks it must know of the learner's numbers."""
        found = {}
        for cell in key.notebook.cells:
            name = plan.grade_id(cell)
            question = self.question_of.get(name)
            if question and sheet_source.role(cell) in ("manual", "task"):
                values = self.owners.learners[key.learner].numbers[question]
                found[name] = self.spec.own[question].by_hand(**values)
        return found


# What an author's answer has more than the learner's: the marks, and the blanks that were filled in.
_NOT_ANSWERED = re.compile(r"### (BEGIN|END) SOLUTION|=\s*\.\.\.\s*$")


def _bare(solution: str) -> str:
    """An author's answer as a learner would hand it in."""
    lines = (line for line in solution.split("\n") if not _NOT_ANSWERED.search(line))
    return " ".join("\n".join(lines).split())
