"""When the news moves on: a later round, a new year of results and a corrected figure reach every place that shows them."""

import csv
import dataclasses
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from aicapital.authoring import changed
from aicapital.authoring.changed import RowChange, Shown, moved_rows
from aicapital.authoring.notebook_file import read, write
from aicapital.authoring.replay import FAILED, saved, texts
from aicapital.data import table_names
from aicapital.learning import banks

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
# Corrected rows: table, row, column, the new value, and how the old one is printed.
CORRECTED = [
    ("company_financials", "fin_alphabet_fy2025_capex", "value_usd_bn", "95.9", r"\b91\.4"),
    ("funding_rounds", "oai_2026_close", "amount_committed_usd_bn", "126", r"\b122(?:\.0)? bn"),
    ("funding_rounds", "oai_2026_close", "post_money_usd_bn", "856", r"\b852\b"),
    ("round_investors", "inv_2026_others", "amount_usd_bn", "13", None),
]
# What `echoes` names beside them: the same figure in another table, as a number or in its words.
ECHOES = [
    (
        "player_profiles",
        "pp_alphabet_own_data_centres_2",
        "value",
        "yes, world-wide; capex of 95.9 in 2025",
    ),
    (
        "player_profiles",
        "pp_openai_main_funding",
        "value",
        "outside equity: suppliers and financial investors; 126 in one round",
    ),
    ("valuations", "val_openai_2026_close", "value_usd_bn", "856"),
]
LATER = {
    "row_id": "oai_2027_made_up",
    "date": "2027-02-15",
    "round_name": "Round 2027",
    "amount_committed_usd_bn": "64",
    "pre_money_usd_bn": "1336",
    "post_money_usd_bn": "1400",
    "known_from": "2027-02-15",
    "as_of": "2027-02-15",
    "conflict_group": "",
    "conflict_rank": "",
}
NEW_YEAR = ("Alphabet", "Meta", "Amazon", "OpenAI")


class Tables:
    """A copy of the tables that a test may edit."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "data", folder)

    def rows(self, name):
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def write(self, name, rows):
        with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def correct(self, name, row_id, column, value):
        rows = self.rows(name)
        next(row for row in rows if row["row_id"] == row_id)[column] = value
        self.write(name, rows)

    def add(self, name, *more):
        self.write(name, [*self.rows(name), *more])


def next_year(row):
    """The same line of the accounts, a year later and made up."""
    moved = {
        "row_id": row["row_id"].replace("fy2025", "fy2026") + "_made_up",
        "period": "FY2026",
        "period_end": "2026-12-31",
        "value_usd_bn": f"{1.3 * float(row['value_usd_bn']):.1f}",
        "known_from": "2027-02-04",
        "as_of": "2026-12-31",
        "conflict_group": "",
        "conflict_rank": "",
    }
    return {**row, **moved}


@pytest.fixture(scope="module")
def drill(tmp_path_factory):
    """The news of a winter, put into a copy of the tables, and what `changed` finds."""
    tables = Tables(tmp_path_factory.mktemp("news") / "data")
    rounds = {row["row_id"]: row for row in tables.rows("funding_rounds")}
    tables.add("funding_rounds", {**rounds["oai_2026_close"], **LATER})
    results = [
        row
        for row in tables.rows("company_financials")
        if row["period"] == "FY2025"
        and row["company"] in NEW_YEAR
        and not row["forecast_vintage"]
        and row["conflict_rank"] in ("", "1")
    ]
    tables.add("company_financials", *map(next_year, results))
    for name, row_id, column, value, _ in CORRECTED:
        tables.correct(name, row_id, column, value)
    found = changed.echoes(moved_rows(ROOT / "data", tables.folder), tables.folder)
    for name, row_id, column, value in ECHOES:
        assert any(echo.startswith(f"{name}: {row_id}, {column}: ") for echo in found), found
        tables.correct(name, row_id, column, value)
    rows, readers, places = changed.compare(ROOT / "data", tables.folder, read, NOTEBOOKS)
    return rows, readers, places, len(results)


def test_every_lesson_still_runs(drill):
    _, _, places, _ = drill
    assert [(place.where, place.cell, place.new) for place in changed.failures(places)] == []


def test_the_rows_that_moved_are_listed_old_and_new(drill):
    rows, _, _, new_results = drill
    for name, row_id, column, value, _ in CORRECTED:
        (row,) = [r for r in rows if (r.table, r.key, r.column) == (name, row_id, column)]
        assert row.new == value and row.old not in (None, "", value)
    new = [row for row in rows if row.old is None]
    assert len(new) == 1 + new_results and len(rows) == len(new) + len(CORRECTED) + len(ECHOES)


def stale(pattern, places):
    """Cells that printed the old figure and were not found to have moved."""
    moved = {(place.where, place.cell) for place in places if re.search(pattern, place.old)}
    shown = {
        (f"notebooks/{path.name}", cell)
        for path in NOTEBOOKS
        for cell, text in saved(read(path)).items()
        # Titles of sources keep the amount that they were published with.
        if re.search(pattern, text.split("Sources:")[0])
    }
    return shown - moved


@pytest.mark.parametrize(
    "pattern", [pattern for *_, pattern in CORRECTED if pattern], ids=lambda p: p.strip("\\b")
)
def test_a_corrected_figure_is_left_standing_nowhere(drill, pattern):
    _, _, places, _ = drill
    assert any(re.search(pattern, place.old) for place in places)
    assert stale(pattern, places) == set()
    typed = {
        (path.name, cell.id)
        for path in NOTEBOOKS
        for cell in read(path).cells
        if re.search(pattern, cell.source)
    }
    assert typed == set(), "prose or code types a figure that the tables give"


@pytest.mark.parametrize(
    ("where", "cell", "now"),
    [
        ("notebooks/01_mission_to_dominance.ipynb", "round-now", "Round 2027"),
        ("notebooks/01_mission_to_dominance.ipynb", "predictions", "commit 126 bn"),
        ("notebooks/02_google_capital_from_within.ipynb", "alphabet", "95.9"),
        ("notebooks/02_google_capital_from_within.ipynb", "plan-then", "capex 96 in 2025"),
        ("notebooks/02_google_capital_from_within.ipynb", "ratios", "(December 2026)"),
        ("notebooks/02_google_capital_from_within.ipynb", "lab-self-funding", "of at most"),
        ("questions", "02 fcf hints 3", "95.9"),
        ("questions", "02 fcf answer", "68.813"),
        ("questions", "02 II.1.1 then reason", "USD 96 bn"),
        ("questions", "01 I.6 now reason", "at 126 bn"),
    ],
)
def test_tables_figures_labs_questions_and_verdicts_follow(drill, where, cell, now):
    _, _, places, _ = drill
    assert any(p.where == where and p.cell == cell and now in p.new for p in places)


def test_the_articles_day_stays_as_it_was(drill):
    """What became public later changes no table as known on 3 March 2026; a correction may."""
    _, _, places, _ = drill
    moved = {place.cell for place in places if place.where.startswith("notebooks/0")}
    assert not moved & {"two-days", "round-then", "raised-then", "rounds-then"}


def test_the_report_names_old_new_notebook_and_cell(drill):
    rows, readers, places, _ = drill
    lines = list(changed.report(rows, readers, places))
    corrected = "company_financials: fin_alphabet_fy2025_capex, value_usd_bn: 91.447 → 95.9"
    assert any(corrected in line and "read by" in line for line in lines)
    start = lines.index("  notebooks/02_google_capital_from_within.ipynb")
    assert any(
        line.startswith("    alphabet: ") and "91.4" in line and "95.9" in line
        for line in lines[start:]
    )


# The parts


def test_only_lessons_that_read_a_table_are_replayed():
    def readers(table):
        return {path.name[:2] for path in changed.lessons_reading({table}, NOTEBOOKS)}

    assert "02" in readers("chip_costs") and not readers("chip_costs") & {"00", "01"}
    assert {"00", "03"} <= readers("fictional_lab")
    assert readers("sources") == {path.name[:2] for path in NOTEBOOKS}


RECORDER = """
import json, sys
from pathlib import Path
from aicapital.authoring.notebook_file import read, write
from aicapital.authoring.replay import replay
from aicapital.data import tables
seen, state = set(), tables._state
tables._state = lambda name: seen.add(name) or state(name)
replay(read(Path(sys.argv[1])))
print(json.dumps(sorted(seen)))
"""


def test_no_table_that_a_lesson_reads_is_overlooked():
    """Lesson 04 names some of its tables in a variable, and reads others through its labs."""
    (path,) = (path for path in NOTEBOOKS if path.name.startswith("04"))
    done = subprocess.run(
        [sys.executable, "-c", RECORDER, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seen = set(json.loads(done.stdout.splitlines()[-1])) - {"sources"}
    assert len(seen) > 5 and seen <= changed.tables_of(path, table_names())


def test_rows_that_come_go_or_change_are_told_apart(tmp_path):
    tables = Tables(tmp_path / "data")
    rows = tables.rows("chip_costs")
    tables.write("chip_costs", [{**rows[0], "value": "1"}, *rows[2:], {**rows[1], "row_id": "new"}])
    found = moved_rows(ROOT / "data", tables.folder)
    assert [(row.key, row.column) for row in found] == [
        (rows[0]["row_id"], "value"),
        ("new", ""),
        (rows[1]["row_id"], ""),
    ]
    assert str(found[0]).endswith(f"value: {rows[0]['value']} → 1")
    assert "new row new" in str(found[1]) and "is gone" in str(found[2])
    assert moved_rows(ROOT / "data", ROOT / "data") == []


def test_rows_that_still_hold_a_corrected_figure_are_named(tmp_path):
    tables = Tables(tmp_path / "data")
    tables.correct("company_financials", "fin_alphabet_fy2025_capex", "value_usd_bn", "95.9")
    found = changed.echoes(moved_rows(ROOT / "data", tables.folder), tables.folder)
    named = {echo.split(", ")[0] for echo in found}
    assert "player_profiles: pp_alphabet_own_data_centres_2" in named
    assert (
        "company_financials: fin_alphabet_fy2025_free_cash_flow" in named
    )  # its note subtracts it
    assert "company_financials: fin_alphabet_fy2025_capex" not in named
    assert not changed.echoes([RowChange("users", "gone", "value", "1", None)], tables.folder)


def test_a_new_table_counts_as_new_rows(tmp_path):
    tables = Tables(tmp_path / "data")
    package = json.loads((tables.folder / "datapackage.json").read_text("utf-8"))
    package["resources"] = [r for r in package["resources"] if r["name"] != "users"]
    (tables.folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    found = moved_rows(tables.folder, ROOT / "data")
    assert found and all(row.table == "users" and row.old is None for row in found)


def test_a_folder_without_tables_is_named(tmp_path):
    with pytest.raises(changed.ChangedError, match="holds no readable datapackage.json"):
        moved_rows(tmp_path, ROOT / "data")


def test_differences_come_with_a_few_words_around():
    old = "one two three four five 122 bn six seven eight nine"
    assert changed.differences(old, old.replace("122", "126")) == [
        ("three four five 122 bn six seven", "three four five 126 bn six seven")
    ]
    assert changed.differences(old, old) == []


def test_a_failing_lesson_is_told_and_fails_the_command(monkeypatch, capsys, tmp_path):
    place = Shown("notebooks/09_x.ipynb", "map", "ten", f"{FAILED}: KeyError: 'x'")
    row = RowChange("users", "u1", "value", "1", "2")
    monkeypatch.setattr(changed, "_tree_of", lambda ref, room: room)
    monkeypatch.setattr(changed, "compare", lambda *_: ([row], {"users": []}, [place]))
    assert changed.main([]) == 1
    said = capsys.readouterr().out
    assert "users: u1, value: 1 → 2  [read by no lesson]" in said
    assert "map: ten  →  FAILED: KeyError: 'x'" in said and "do not work" in said
    monkeypatch.setattr(changed, "compare", lambda *_: ([], {}, []))
    assert changed.main(["--since", "v1"]) == 0
    assert "No table differs from v1." in capsys.readouterr().out


def test_an_unknown_state_is_named(capsys):
    assert changed.main(["--since", "no-such-branch"]) == 2
    assert "no-such-branch" in capsys.readouterr().err


def test_a_replay_keeps_order_and_stops_at_the_first_error(tmp_path):
    cells = {
        "prints": "print('one'); display('two'); 'three'",
        "words": "from IPython.display import Markdown; Markdown('**four**')",
        "progress": "import os; os.listdir(os.environ['AICAPITAL_PROGRESS'])",
        "breaks": "1 / 0",
        "after": "5",
    }
    nb = new_notebook(cells=[new_code_cell(source, id=key) for key, source in cells.items()])
    write(nb, tmp_path / "draft.ipynb")
    out = tmp_path / "out.json"
    command = [sys.executable, "-m", "aicapital.authoring.replay", out, tmp_path / "draft.ipynb"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (printed,) = json.loads(out.read_text("utf-8")).values()
    assert printed == {
        "prints": "one\n'two'\n'three'",
        "words": "**four**",
        "progress": "[]",
        "breaks": f"{FAILED}: ZeroDivisionError: division by zero",
    }


def test_a_question_whose_numbers_are_gone_is_told(monkeypatch):
    question = next(q for q in banks.load("02").QUESTIONS if q.id == "fcf")

    def gone():
        raise KeyError("FY2025")

    monkeypatch.setattr(banks.load("02"), "QUESTIONS", [dataclasses.replace(question, values=gone)])
    found = texts()
    assert found["02 fcf"] == f"{FAILED}: KeyError: 'FY2025'"
    assert found["01 I.6 then verdict"] == "holds" and "02 II.1.4 now reason" in found
