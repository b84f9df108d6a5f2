"""Own numbers for each learner: the same sheet with other firms, years, amounts and orders of lines.

`solutions/variants/SHEET.py` says for each question of `solutions/SHEET.ipynb` what varies, in QUESTIONS: question ->
`Own(...)`, or `Fixed(...)` with the reason. A variant is a source like the published one, so everything that is done
with a source (release, search for leaks, rehearsal, judge, gradebook) is done with it. CONTRIBUTING.md shows how to
write one.

Which numbers a learner gets follows from the teacher's secret and the learner's id. Nothing else has to be kept: the
judge finds them again. A released sheet carries a tag, from which the judge sees whose sheet it is.
"""

import copy
import hashlib
import hmac
import importlib.util
import json
import math
import os
import random
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the process that hands out the work stays small
    from nbformat import NotebookNode

Numbers = Mapping[str, object]
Edits = Mapping[str, Sequence[tuple[str, str]]]

_SET_UP = re.compile(r'learning\.sheet\("(\w+)"\)')
_ALL_HINTS = ", then the first line, then the answer"
SAYS = (
    "**Your own numbers.** Numbers, firms and the order of lines and options are yours; other learners have others. "
    "The hints end before the answer."
)


class VariantError(ValueError):
    """Something keeps a sheet from having own numbers; the message says what to do."""


@dataclass(frozen=True)
class Own:
    """A question that varies.

    marks : grade ids of the cells that carry its points.
    numbers : what the variants state, one dict each, with the same names; at least five. Numbers, text and True or
        False only. They go into the learner's set-up cell and, by name, to the function OWN[question] of the bank.
    edits : from these names to the changes of the source, cell id -> pairs (what stands there once, what comes in
        its place). An empty first half adds a paragraph at the end of the cell.
    by_hand : from these names to a sentence for whoever marks the question by hand; needed where a person does.
    """

    marks: tuple[str, ...]
    numbers: Sequence[Numbers]
    edits: Callable[..., Edits]
    by_hand: Callable[..., str] | None = None


@dataclass(frozen=True)
class Fixed:
    """A question that is the same for everybody, and why."""

    marks: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class Spec:
    """What `solutions/variants/SHEET.py` says; `digest` of its text."""

    questions: Mapping[str, Own | Fixed]
    digest: str

    @property
    def own(self) -> dict[str, Own]:
        return {name: one for name, one in self.questions.items() if isinstance(one, Own)}


def path_of(source: Path) -> Path:
    return source.parent / "variants" / f"{source.stem}.py"


def load(source: Path) -> Spec | None:
    """What varies in this source; None when nobody has said it yet."""
    path = path_of(Path(source))
    if not path.is_file():
        return None
    name = f"variants_of_{path.stem}"
    found = importlib.util.spec_from_file_location(name, path)
    module: ModuleType = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return Spec(module.QUESTIONS, hashlib.sha256(path.read_bytes()).hexdigest())


# From numbers to a source


def vary(source: "NotebookNode", spec: Spec, numbers: Mapping[str, Numbers]) -> "NotebookNode":
    """The source with these numbers, question -> names -> values. Raises VariantError where an edit finds no place."""
    nb = copy.deepcopy(source)
    cells = {cell.get("id"): cell for cell in nb.cells}
    wanted: dict[str, list[tuple[str, str]]] = {}
    for question, values in numbers.items():
        for cell_id, pairs in spec.own[question].edits(**values).items():
            if cell_id not in cells:
                raise VariantError(f"{question}: the sheet has no cell {cell_id!r}.")
            wanted.setdefault(cell_id, []).extend(pairs)
    for cell_id, pairs in wanted.items():
        cells[cell_id].source = _edited(cells[cell_id].source, pairs, cell_id)
    _tell(nb, numbers)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nb


def _edited(text: str, pairs: Sequence[tuple[str, str]], cell_id: str) -> str:
    """All edits at once: what one of them writes is no place for another."""
    places, added = [], []
    for old, new in pairs:
        if not old:
            added.append(new)
            continue
        if text.count(old) != 1:
            raise VariantError(
                f"cell {cell_id!r}: {old!r} stands there {text.count(old)} times; give a piece of text that stands there once."
            )
        places.append((text.index(old), old, new))
    places.sort()
    parts, at = [], 0
    for place, old, new in places:
        if place < at:
            raise VariantError(f"cell {cell_id!r}: two edits meet at {old!r}; make one of them.")
        parts += [text[at:place], new]
        at = place + len(old)
    return "\n\n".join(["".join([*parts, text[at:]]), *added])


def _tell(nb: "NotebookNode", numbers: Mapping[str, Numbers]) -> None:
    """The set-up cell hands the numbers to the checks; the first cell says that they are the learner's own."""
    for cell in nb.cells:
        if cell.cell_type == "code" and (found := _SET_UP.search(cell.source)):
            lines = [
                f'learning.sheet(\n    "{found[1]}",\n    own={{  # as the questions state them'
            ]
            lines += [f'        "{name}": {_literal(values)},' for name, values in numbers.items()]
            lines.append("    },\n)")
            cell.source = cell.source.replace(found[0], "\n".join(lines))
            break
    first = nb.cells[0]
    first.source = f"{first.source.replace(_ALL_HINTS, ', then the first line')}\n\n{SAYS}"


def _literal(values: Numbers) -> str:
    shown = (f'"{name}": {json.dumps(value)}' for name, value in values.items())
    return "{" + ", ".join(shown) + "}"


# Parts that many sheets share


def orders(labels: str, count: int) -> list[str]:
    """`count` different orders of the labels, always the same ones, none of them the given one."""
    if count >= math.factorial(len(labels)):
        raise VariantError(f"{labels} has fewer than {count} other orders.")
    draw, found = random.Random(labels), []
    while len(found) < count:
        order = "".join(draw.sample(labels, len(labels)))
        if order != labels and order not in found:
            found.append(order)
    return found


def lines(mark: str, answer: str, right: Sequence[str], labels: str, count: int = 8) -> Own:
    """A question of lines to put in order: each learner has them under other labels.

    answer : id of the answer cell, in which the author's answer stands as the list `right`. The bank needs
        `OWN["q4"] = lambda order: {"q4": SHEET["q4"].with_labels(order)}`.
    """

    def edits(order: str) -> Edits:
        mine = [relabelled(label, order) for label in right]
        return {answer: [(json.dumps(list(right)), json.dumps(mine))]}

    return Own((mark,), [{"order": order} for order in orders(labels, count)], edits)


def relabelled(label: str, order: str) -> str:
    """The label under which the line or option `label` of the published sheet stands in this order."""
    return chr(ord("A") + order.index(label))


def options(
    texts: Mapping[str, str], order: str, mine: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """Edits of a list of options, `- **A** text` a line: they stand in this order, with the words of `mine` if given."""
    mine = mine or texts
    return [
        (f"- **{label}** {text}", f"- **{label}** {mine[order[place]]}")
        for place, (label, text) in enumerate(texts.items())
    ]


def print_of(what: object) -> str:
    """The same for the same text or numbers, and short."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16]


# From a secret to numbers


def secret_path(roster: Path, given: Path | None) -> Path:
    """Where the secret of a class is: as given, or beside its roster. Raises VariantError where learners would get it."""
    path = given or roster.with_suffix(".secret")
    course = Path(__file__).parents[2]
    for name in ("notebooks", "data", "exercises", "aicapital"):
        if path.resolve().is_relative_to(course / name):
            raise VariantError(
                f"The secret {path} would lie in {name}/, which learners get. Put the roster elsewhere, or say where "
                "the secret is to be: --secret FILE."
            )
    return path


def secret_of(path: Path, make: bool) -> bytes:
    """The teacher's secret. Raises VariantError when it is missing and must not be made."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        if not make:
            raise VariantError(
                f"The secret {path} is missing. It was made by the release of these sheets; without it nobody can say "
                "which numbers a learner got. Bring it back from where the sheets were released, or say where it is."
            ) from None
        text = secrets.token_hex(32)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text + "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"The secret {path} cannot be read: {error}") from None
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise VariantError(
            f"{path} holds no secret: it must be one line of 64 hexadecimal digits, as the release wrote it."
        )
    return bytes.fromhex(text)


def _keyed(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def combinations(spec: Spec) -> list[dict[str, Numbers]]:
    """As few sheets as hold every variant of every question."""
    most = max(len(one.numbers) for one in spec.own.values())
    return [
        {name: one.numbers[row % len(one.numbers)] for name, one in spec.own.items()}
        for row in range(most)
    ]


def fingerprint(secret: bytes) -> str:
    """Tells one secret from another and gives neither away."""
    return _keyed(secret, "fingerprint")[:12]


def drawn(spec: Spec, secret: bytes, sheet: str, learner: str) -> dict[str, Numbers]:
    """A learner's numbers: question -> names -> values."""
    found = {}
    for question, one in spec.own.items():
        place = int(_keyed(secret, "draw", sheet, learner, question), 16) % len(one.numbers)
        found[question] = dict(one.numbers[place])
    return found


@dataclass(frozen=True)
class Release:
    """What a released sheet carries in its metadata: which secret it was drawn with, and a tag of learner and numbers."""

    secret: str
    tag: str


METADATA = "own_numbers"


@dataclass(frozen=True)
class Learner:
    numbers: Mapping[str, Numbers]
    tag: str


@dataclass(frozen=True)
class Draw:
    """A secret and the ids of a roster: all that grading has to be told."""

    key: bytes
    ids: tuple[str, ...]

    @property
    def secret(self) -> str:
        return fingerprint(self.key)

    def dumped(self) -> dict:
        return {"key": self.key.hex(), "ids": self.ids}


@dataclass(frozen=True)
class Class:
    """Who has which numbers of one sheet."""

    secret: str
    learners: Mapping[str, Learner]

    @classmethod
    def drawn(cls, spec: Spec, secret: bytes, sheet: str, ids: Sequence[str]) -> "Class":
        learners = {}
        for learner in ids:
            numbers = drawn(spec, secret, sheet, learner)
            text = json.dumps(numbers, sort_keys=True)
            learners[learner] = Learner(numbers, _keyed(secret, "tag", sheet, learner, text)[:16])
        return cls(fingerprint(secret), learners)

    @classmethod
    def loaded(cls, data: dict, spec: Spec, sheet: str) -> "Class":
        """From what `dumped` gave, of this class or of the draw for it."""
        if "ids" in data:
            return cls.drawn(spec, bytes.fromhex(data["key"]), sheet, data["ids"])
        return cls(data["secret"], {name: Learner(**one) for name, one in data["learners"].items()})

    def dumped(self) -> dict:
        return asdict(self)

    def release_of(self, learner: str) -> Release:
        return Release(self.secret, self.learners[learner].tag)

    def owner_of(self, release: Release | None) -> str | None:
        """Whose sheet it is; None where that cannot be said."""
        if release is None or release.secret != self.secret:
            return None
        return next((name for name, one in self.learners.items() if one.tag == release.tag), None)


def released_as(data: bytes) -> Release | None:
    """What a submission says of its own release; None for a sheet without own numbers. It proves nothing."""
    if METADATA.encode() not in data:
        return None
    try:
        found = json.loads(data.decode("utf-8-sig"))["metadata"]["aicapital"][METADATA]
        release = Release(**found)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    parts = (release.secret, release.tag)
    ours = all(isinstance(part, str) and re.fullmatch(r"[0-9a-f]{1,16}", part) for part in parts)
    return release if ours else None
