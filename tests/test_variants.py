"""Own numbers for each learner: every variant of every question, the released zips, and marks by each learner's key.

All pairs of variants with COURSE_LONG_TESTS=1; otherwise each variant beside the next one and the published sheet.
"""

import csv
import json
import os
import re
import stat
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest

from aicapital import learning
from aicapital.authoring.notebook_file import read, text_of
from aicapital.grading import (
    batch,
    judge,
    marks,
    plan,
    rehearsal,
    release,
    report,
    variant_check,
    variants,
)
from aicapital.grading.__main__ import main
from aicapital.grading.variants import Fixed
from tests.grading_samples import MARKER, ROOT, SOURCES, needs_sandbox, solved, write

LONG = os.environ.get("COURSE_LONG_TESTS") == "1"
SOURCE = SOURCES[0]
STEM = SOURCE.stem
LEARNERS = ("ada", "ben", "cy", "dee", "eve", "fay", "gus", "hal", "ida")
SECRET = bytes(range(32))


# Every question of every sheet


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_every_question_varies_or_says_why_not(source):
    assert variants.path_of(source).is_file(), "the sheet has no numbers of its own to give"
    assert variant_check.problems(source, thorough=LONG) == []


# All sheets with COURSE_LONG_TESTS=1, and before every release with own numbers.
@needs_sandbox
@pytest.mark.parametrize("source", SOURCES if LONG else SOURCES[7:8], ids=lambda path: path.stem)
def test_the_judge_gives_full_marks_to_the_authors_answer_in_every_variant(source):
    assert rehearsal.variant_problems(source) == []


def changed(question: str, **values) -> variants.Spec:
    """Sheet 1 with one varying question, five of its variants, and this changed."""
    spec = variants.load(SOURCE)
    one = replace(spec.own[question], numbers=spec.own[question].numbers[:5])
    others = {
        name: Fixed(other.marks, "left out of this test of the checker")
        for name, other in spec.questions.items()
    }
    return replace(spec, questions={**others, question: replace(one, **values)})


def edits_of(question: str, cell: str, *pairs):
    """The question's edits, with others for one cell; `pairs` may hold functions of the numbers."""
    edits = variants.load(SOURCE).own[question].edits
    return lambda **numbers: {
        **edits(**numbers),
        cell: [(old, new(**numbers) if callable(new) else new) for old, new in pairs],
    }


def without(question: str, instead: Fixed | None = None) -> variants.Spec:
    spec = changed(question)
    rest = {name: one for name, one in spec.questions.items() if name != question}
    return replace(spec, questions=rest | ({question: instead} if instead else {}))


# What is wrong -> the spec, and words of what the checker says.
FAULTS = {
    "a question that is not named": (
        lambda: without("q3"),
        "q3-check is named by 0 questions",
    ),
    "no reason": (
        lambda: without("q3", Fixed(("q3-check",), "it is so")),
        "q3 is fixed; say why",
    ),
    "few variants": (
        lambda: changed("q2", numbers=[{"paid_pct": paid} for paid in (50, 60, 70, 80)]),
        "q2 has 4 variants; give at least 5",
    ),
    "awkward numbers": (
        lambda: changed("q2", numbers=[{"paid_pct": 50 + n / 700} for n in range(5)]),
        "has more than 4 digits",
    ),
    "whoever marks is told nothing": (
        lambda: changed("q7", by_hand=None),
        "q7 is marked by hand; give by_hand",
    ),
    "an answer that fits two variants": (
        lambda: changed("q3", numbers=[{"raise_pct": pct} for pct in (10, 20, 30, 60, 75)]),
        "q3-check, numbers {'raise_pct': 60}: the hidden test accepts the answer to the variant {'raise_pct': 75}",
    ),
    "the published numbers": (
        lambda: changed(
            "q6",
            numbers=[{"money": 1.5, "purchases": 6 + 2 * number} for number in range(5)],
        ),
        "the hidden test accepts the answer to the published sheet",
    ),
    "a wrong expected value": (
        lambda: changed("q7", edits=edits_of("q7", "q7-check-crossover", ("17.142857", "17.9"))),
        "the hidden test does not accept the author's answer. AssertionError",
    ),
    "an edit with two places": (
        lambda: changed("q2", edits=edits_of("q2", "q2-answer", ("new_money", "paid_in"))),
        "'new_money' stands there 2 times; give a piece of text that stands there once",
    ),
    "an answer without its number": (
        lambda: changed("q2", edits=edits_of("q2", "q2-answer")),
        "the visible check does not accept the author's answer. Not yet. Announced for paid.",
    ),
    "a longer text": (
        lambda: changed(
            "q5",
            edits=edits_of(
                "q5", "q5-text", ("", lambda floor: "Mind it. " * (4 if floor > 0.6 else 1))
            ),
        ),
        "cell 'q5-text' has",
    ),
    "other steps": (
        lambda: changed(
            "q3",
            edits=edits_of(
                "q3",
                "q3-answer",
                ("most = invested", lambda raise_pct: f"most = {'+' * (raise_pct > 20)}invested"),
            ),
        ),
        "cell 'q3-answer' takes other steps in one variant",
    ),
    "a solution in the text": (
        lambda: changed(
            "q7",
            edits=edits_of(
                "q7",
                "q7-text",
                ("", lambda stake, **_: f"q7_crossover = _caps / (1 - {stake} / 100)"),
            ),
        ),
        "stands in the sheet, in q7-text",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_variant_is_named(fault, monkeypatch):
    make, words = FAULTS[fault]
    spec = make()
    monkeypatch.setattr(variants, "load", lambda _source: spec)
    found = variant_check.problems(SOURCE)
    assert any(words in problem for problem in found), found


# Numbers and secrets


def test_the_numbers_follow_from_secret_sheet_and_id():
    spec = variants.load(SOURCE)
    ids = [f"learner-{number}" for number in range(200)]
    first = {who: variants.drawn(spec, SECRET, STEM, who) for who in ids}
    assert first == {who: variants.drawn(spec, SECRET, STEM, who) for who in ids}
    for question, one in spec.own.items():
        met = {json.dumps(numbers[question], sort_keys=True) for numbers in first.values()}
        assert len(met) == len(one.numbers), question
    same = [who for who in ids if variants.drawn(spec, bytes(32), STEM, who) == first[who]]
    assert len(same) < 5
    assert len({json.dumps(numbers, sort_keys=True) for numbers in first.values()}) > 195


def test_the_secret_is_made_once_for_the_teacher_alone(tmp_path):
    path = variants.secret_path(tmp_path / "roster.csv", None)
    with pytest.raises(variants.VariantError, match="is missing. It was made by the release"):
        variants.secret_of(path, make=False)
    key = variants.secret_of(path, make=True)
    assert len(key) == 32 and variants.secret_of(path, make=True) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("1234\n")
    with pytest.raises(variants.VariantError, match="holds no secret"):
        variants.secret_of(path, make=False)
    for folder in ("data", "aicapital", "notebooks", "exercises"):
        with pytest.raises(variants.VariantError, match="which learners get"):
            variants.secret_path(ROOT / folder / "roster.csv", None)


# Labels


def test_lines_under_other_labels_are_the_same_question():
    for lesson in range(1, 11):
        check = learning.sheet(lesson).checks["q4"]
        right = re.findall(r'"(\w)"', check.hints[3])
        for order in variants.orders("".join(check.labels), 5):
            sheet = learning.Sheet(
                lesson, bank=SimpleNamespace(SHEET={"q4": check.with_labels(order)})
            )
            mine = [variants.relabelled(label, order) for label in right]
            assert sheet.judge("q4", mine).solved, (lesson, order)
            assert re.findall(r'"(\w)"', sheet.checks["q4"].hints[3]) == mine
            assert (
                sheet.checks["q4"].lines[check.labels.index(mine[0])]
                == check.lines[check.labels.index(right[0])]
            )
            assert not sheet.judge("q4", right).solved, (lesson, order)
            early = sheet.judge("q4", mine[::-1]).says
            assert set(re.findall(r"\b[A-H]\b", early)) <= {mine[-1], *mine}


def test_an_article_is_no_label():
    check = learning.sheet("01").checks["q4"].with_labels("GFEDCBA")
    assert check.hints[1].startswith("A line can stand only after")
    assert check.hints[2] == "D first."
    assert "which line D sets" in check.before[0][2]
    with pytest.raises(learning.LearningError, match="name each of its labels once"):
        check.with_labels("ABC")


def test_a_sheet_with_own_numbers_goes_by_them_and_keeps_the_answer(capsys):
    sheet = learning.sheet("01", own={"q7": {"cap_2": 5, "stake": 40, "pre_money": 14}})
    sheet.check("q7_crossover", 15)
    sheet.check("q7_crossover", 17.14)
    sheet.check("q7", lambda exit_value: max(0, exit_value - 9))
    said = capsys.readouterr().out
    assert said.count("Right.") == 2 and said.count("Not yet.") == 1
    for _ in range(5):
        sheet.hint("q7_crossover")
    hints = capsys.readouterr().out
    assert "Hint 3 of 3" in hints and "exit * (1 - 0.40) = 9" in hints and "about 15" not in hints
    with pytest.raises(learning.LearningError, match="Did you mean 'q7'"):
        learning.sheet("01", own={"q77": {}})
    with pytest.raises(learning.LearningError, match="do not fit this version"):
        learning.sheet("01", own={"q7": {"cap": 5}})


# Release


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """A class with its zips: the folder, the roster, and for each learner the released sheet."""
    folder = tmp_path_factory.mktemp("class")
    roster = folder / "roster.csv"
    roster.write_text("id,name\n" + "".join(f"{who},{who.title()} L\n" for who in LEARNERS))
    (folder / "roster.secret").write_text(SECRET.hex() + "\n")
    release.own_sheets(folder / "out", roster, folder / "roster.secret", only="01")
    sheets = {}
    for who in LEARNERS:
        with zipfile.ZipFile(folder / "out" / f"{who}.zip") as archive:
            assert archive.namelist() == [SOURCE.name]
            sheets[who] = archive.read(SOURCE.name)
    return folder, roster, sheets


def test_each_learner_gets_a_zip_with_their_numbers_and_no_answers(handed_out, tmp_path):
    folder, roster, sheets = handed_out
    assert len(set(sheets.values())) == len(LEARNERS)
    spec = variants.load(SOURCE)
    for who, data in sheets.items():
        text = data.decode()
        assert not re.search(r"SOLUTION|HIDDEN|assert ", text)
        paid = variants.drawn(spec, SECRET, STEM, who)["q2"]["paid_pct"]
        assert f"**{paid} %** is paid in" in text and f'\\"paid_pct\\": {paid}' in text
        assert f'"{who}"' not in text and SECRET.hex() not in text
        assert variants.released_as(data).secret == variants.fingerprint(SECRET)
    again, without = release.own_sheets(tmp_path, roster, folder / "roster.secret", only="01")
    assert without == []
    for path in again:
        assert path.read_bytes() == (folder / "out" / path.name).read_bytes()


def test_the_command_makes_the_secret_says_so_and_keeps_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(release, "_rehearse_variants", lambda meant: None)  # runs elsewhere
    roster = tmp_path / "class.csv"
    roster.write_text("id\nada\n")
    options = ["--variants", str(roster), "--sheet", "1", "--out", str(tmp_path / "dist")]
    assert release.main_release(options) == 0
    said = capsys.readouterr().out
    assert f"Made the secret {tmp_path / 'class.secret'}. Keep it" in said
    assert "wrote 1 zips, one a learner" in said
    first = (tmp_path / "dist" / "own_numbers" / "ada.zip").read_bytes()
    assert release.main_release(options) == 0
    assert "Made the secret" not in capsys.readouterr().out
    assert (tmp_path / "dist" / "own_numbers" / "ada.zip").read_bytes() == first
    assert release.main_release([*options, "--sheet", "77"]) == 1
    assert "There is no sheet '77'" in capsys.readouterr().err


# Marks


def answers_of(numbers) -> dict[str, str]:
    """Answer cell -> the author's answer with these numbers."""
    key = variants.vary(read(SOURCE), variants.load(SOURCE), numbers)
    return {
        cell.id: MARKER.sub("", cell.source)
        for cell in key.cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }


def hand_in(folder, who: str, sheet: bytes, answers: dict[str, str], strip: bool = False):
    nb = json.loads(sheet)
    for cell in nb["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    if strip:
        nb["metadata"] = {}
    (folder / who).mkdir(parents=True)
    (folder / who / SOURCE.name).write_text(json.dumps(nb))


@pytest.fixture(scope="module")
def graded(handed_out, tmp_path_factory):
    """Right answers, a neighbour's sheet, the public solution, another secret, no metadata, an unknown name."""
    folder, roster, sheets = handed_out
    spec = variants.load(SOURCE)
    own = {who: answers_of(variants.drawn(spec, SECRET, STEM, who)) for who in LEARNERS}
    handed_in = folder / "in"
    hand_in(handed_in, "ada", sheets["ada"], own["ada"])
    hand_in(handed_in, "ben", sheets["ada"], own["ada"])
    hand_in(handed_in, "cy", sheets["cy"], solved(STEM))
    other = tmp_path_factory.mktemp("other")
    (other / "roster.secret").write_text("ab" * 32)
    release.own_sheets(other / "out", roster, other / "roster.secret", only="01")
    with zipfile.ZipFile(other / "out" / "dee.zip") as archive:
        hand_in(handed_in, "dee", archive.read(SOURCE.name), own["dee"])
    hand_in(handed_in, "eve", sheets["eve"], own["eve"], strip=True)
    hand_in(handed_in, "fay", sheets["fay"], {**own["fay"], "q3-answer": own["eve"]["q3-answer"]})
    hand_in(handed_in, "my homework", sheets["gus"], own["gus"])
    write(handed_in, "hal", STEM, solved(STEM))  # the published sheet
    write(handed_in, "stranger", STEM, solved(STEM))
    return folder, handed_in, _grade(handed_in, folder / "graded", roster)


def _grade(handed_in, out, roster, key: bytes = SECRET) -> dict[str, dict]:
    own = variants.Draw(key, tuple(batch.roster_rows(roster)))
    settings = batch.Settings(
        SOURCE, out, timeout=10, submission_timeout=40, nbgrader=True, own=own
    )
    return {one["learner"]: one for one in batch.grade(settings, handed_in, roster=roster)}


@needs_sandbox
def test_each_learner_is_marked_by_their_own_key(graded):
    records = graded[2]
    full = {who: (records[who]["score"], records[who]["notes"]) for who in ("ada", "eve")}
    assert full["ada"] == (19, [])
    assert full["eve"][0] == 19
    assert "does not say whose numbers it holds" in full["eve"][1][0]
    fay = records["fay"]["questions"]
    assert [name for name, part in fay.items() if part["status"] == "failed"] == ["q3-check"]
    assert records["ida"]["status"] == "missing"


@needs_sandbox
def test_a_neighbours_sheet_is_marked_by_the_learners_own_key_and_reported_in_words(graded):
    ben = graded[2]["ben"]
    assert ben["notes"] == ["this is the sheet of ada; it was marked by the numbers of ben"]
    assert ben["score"] <= 6


@needs_sandbox
def test_the_public_solution_earns_nothing_where_numbers_differ(graded):
    for who in ("cy", "hal"):
        assert graded[2][who]["score"] == 0, graded[2][who]["questions"]
    assert "does not say whose numbers it holds" in graded[2]["hal"]["notes"][0]


@needs_sandbox
def test_what_was_released_otherwise_is_reported_and_not_marked(graded):
    dee = graded[2]["dee"]
    assert (dee["status"], dee["score"]) == ("other numbers", 0)
    assert "released with another secret" in dee["notes"][0]
    assert "not on the roster" in graded[2]["stranger"]["notes"]
    assert graded[2]["stranger"]["status"] == "not on the roster"
    lost = graded[2]["my homework"]
    assert lost["score"] == 19
    assert "marked by the numbers of gus, whose sheet it is" in lost["notes"]


@pytest.mark.parametrize(
    "says",
    [
        "own_numbers",
        [],
        {"secret": "ab"},
        {"secret": "ab", "tag": 3},
        {"secret": "<b>" * 1000, "tag": "ab"},
        {"secret": "ab", "tag": "ab", "more": 1},
        {"secret": {}, "tag": []},
    ],
)
def test_odd_tags_are_none(says):
    for nb in ({"metadata": {"aicapital": {"own_numbers": says}}}, {"metadata": says}, [says]):
        assert variants.released_as(json.dumps(nb).encode()) is None
    assert variants.released_as(b"own_numbers" + b"[" * 100_000) is None


def test_changed_variants_are_reported_and_not_marked_wrongly(handed_out, tmp_path, monkeypatch):
    """The judge reads solutions/variants/ in a process of its own; here the tag alone is compared."""
    from aicapital.grading.keys import Keys
    from aicapital.grading.plan import Answers, SubmissionError

    _, roster, sheets = handed_out
    ids = tuple(batch.roster_rows(roster))
    keys = Keys(SOURCE, variants.Draw(SECRET, ids).dumped())
    keys.check(sheets["ada"], keys.key_for("ada", []), Answers())
    spec = changed("q2", numbers=[{"paid_pct": 33}] * 5)
    monkeypatch.setattr(variants, "load", lambda _source: spec)
    later = Keys(SOURCE, variants.Draw(SECRET, ids).dumped())
    with pytest.raises(SubmissionError, match="carries numbers that nobody on the roster has now"):
        later.check(sheets["ada"], later.key_for("ada", []), Answers())


@needs_sandbox
def test_equal_answers_to_different_numbers_are_listed_and_nobody_is_accused(graded):
    records = list(graded[2].values())
    found = report.equal_to_other_numbers(records)
    listed = {cell: (strangers, like) for cell, strangers, like in found if strangers == ["ben"]}
    assert "ada" in listed["q7-answer"][1] and "ada" in listed["q6-answer"][1]
    assert ("q2-answer", ["cy", "hal"], [report.PUBLISHED]) in found
    assert ("q3-answer", ["fay"], ["eve"]) in found
    assert not {"ada", "eve"} & {who for _, strangers, _ in found for who in strangers}
    head, _ = batch.read_results(graded[0] / "graded")
    page = report.write(graded[0] / "graded", head, records).read_text()
    assert "Equal answers to different numbers" in page
    assert (
        "Q2. Dilution as a function <small>(q2-answer)</small>: "
        "cy, hal; the same as the answer to the published sheet" in page
    )
    assert not any(word in page.lower() for word in ("cheat", "plagiar", "copied"))


@needs_sandbox
def test_who_marks_by_hand_sees_the_learners_numbers(graded):
    folder, _, records = graded
    (folder / "graded" / "marks_by_hand.csv").unlink(missing_ok=True)
    path = marks.write_sheet_for_marking(folder / "graded", list(records.values()))
    with open(path, newline="") as file:
        rows = {row["learner"]: row for row in csv.DictReader(file)}
    numbers = variants.drawn(variants.load(SOURCE), SECRET, STEM, "ada")["q7"]
    assert rows["ada"]["own_numbers"] == variants.load(SOURCE).own["q7"].by_hand(**numbers)
    path.write_text(path.read_text().replace("ada,q8-answer,4,,", "ada,q8-answer,4,3,good"))
    marks.write_sheet_for_marking(folder / "graded", list(records.values()))
    given = marks.read_marks(path, list(records.values()))
    assert given == {"ada": {"q8-answer": (3.0, "good")}}
    shown = folder / "graded" / "nbgrader" / "autograded" / "ada" / STEM / SOURCE.name
    question = next(cell for cell in read(shown).cells if cell.id == "q8-text")
    assert f"**{numbers['pre_money']} bn** pre-money" in question.source


@needs_sandbox
def test_the_same_again_goes_on_after_a_stop_and_refuses_another_secret(graded, handed_out):
    folder, handed_in, _ = graded
    out, roster = folder / "graded", handed_out[1]
    names = (
        "results.jsonl",
        "grades.csv",
        *(f"feedback/{who}.html" for who in ("ada", "ben", "dee")),
    )
    before = {name: (out / name).read_bytes() for name in names}
    lines = before["results.jsonl"].split(b"\n")
    (out / "results.jsonl").write_bytes(b"\n".join(lines[:4]) + b"\n" + lines[4][:50])
    (out / "feedback" / "dee.html").unlink()
    command = [str(SOURCE), str(handed_in), "--out", str(out), "--timeout", "10"]
    assert main([*command, "--variants", str(roster)]) == 0
    assert {name: (out / name).read_bytes() for name in names} == before
    with pytest.raises(batch.GradeError, match="or secret"):
        _grade(handed_in, out, roster, key=bytes(32))


def test_without_roster_or_secret_nothing_is_marked_wrongly(handed_out, tmp_path, capsys):
    folder, roster, sheets = handed_out
    (tmp_path / SOURCE.name).write_bytes(sheets["ada"])
    published = SimpleNamespace(plan=plan.load_plan(SOURCE))
    job = {"learner": "ada", "files": [str(tmp_path / SOURCE.name)]}
    record = judge.judge(published, job, judge.Times(1, 1), None, lambda *_args: None)
    assert (record["status"], record["score"]) == ("other numbers", 0)
    assert "make grade VARIANTS=roster.csv" in record["notes"][0]
    (tmp_path / "in").mkdir()
    lost = tmp_path / "roster.csv"
    lost.write_text(roster.read_text())
    command = [str(SOURCE), str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    assert main([*command, "--variants", str(lost)]) == 1
    assert "roster.secret is missing" in capsys.readouterr().err
    secret = ["--secret", str(folder / "roster.secret")]
    assert main([*command, "--variants", str(lost), *secret, "--data", str(folder)]) == 1
    assert "learners' code sees that folder" in capsys.readouterr().err


def test_a_key_can_be_written_for_one_learner(handed_out, tmp_path, capsys):
    folder, roster, _ = handed_out
    options = ["01", "--variants", str(roster), "--out", str(tmp_path), "--key"]
    assert variant_check.main([*options, "ada"]) == 0
    numbers = variants.drawn(variants.load(SOURCE), SECRET, STEM, "ada")
    key = variants.vary(read(SOURCE), variants.load(SOURCE), numbers)
    assert (tmp_path / f"ada_{SOURCE.name}").read_text() == text_of(key)
    assert variant_check.main([*options, "zoe"]) == 1
    assert "zoe is not on the roster" in capsys.readouterr().err
