"""Loading, time travel, errors that say what to do, and tables on the screen."""

import csv
import re
import shutil
from datetime import date
from html.parser import HTMLParser

import pandas as pd
import pytest

from aicapital.data import DataError, describe, load, show, sources, table_names
from aicapital.data.__main__ import main
from aicapital.data.schema import folder


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A copy of the data folder that a test may spoil."""
    target = tmp_path / "data"
    shutil.copytree(folder(), target)
    monkeypatch.setenv("AICAPITAL_DATA", str(target))
    return target


def rewrite(path, change):
    """Pass the rows of a CSV file, header first, through `change`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def spoil(path, column, text, row=2):
    """Put `text` in one cell; rows count as in a spreadsheet."""

    def change(rows):
        rows[row - 1][rows[0].index(column)] = text

    rewrite(path, change)


def complaint(*words, name="funding_rounds"):
    """The message that loading raises, which must name all `words`."""
    with pytest.raises(DataError) as error:
        load(name)
    message = str(error.value)
    for word in words:
        assert word in message
    return message


# --- what was known when


def test_the_2026_round_as_known_on_the_day_of_the_article_and_now():
    def round_2026(known_by=None):
        table = load("funding_rounds", known_by).query("round_name == 'Round 2026'")
        return (
            table[["amount_committed_usd_bn", "pre_money_usd_bn", "post_money_usd_bn"]]
            .to_numpy()
            .tolist()
        )

    assert round_2026("2026-03-03") == [[110, 730, 840]]
    assert round_2026() == [[122, 730, 852]]
    assert round_2026("2026-02-26") == []


def test_revenue_of_2025_was_a_press_figure_before_the_accounts():
    def revenue(known_by):
        return load("company_financials", known_by).query(
            "company == 'OpenAI' and metric == 'revenue' and period == 'FY2025'"
        )

    assert revenue("2026-03-03")["value_usd_bn"].tolist() == [13.1]
    assert revenue("2026-06-15")["value_usd_bn"].tolist() == [13.07]


def test_nothing_later_than_known_by_comes_through():
    for name in table_names():
        table = load(name)
        if "known_from" in table:
            assert (load(name, "2024-12-31")["known_from"] <= pd.Timestamp("2024-12-31")).all()


def test_nvidias_letter_of_intent_still_stood_in_2025():
    before = load("strategic_stakes", "2025-12-31").query(
        "investor == 'Nvidia' and investee == 'OpenAI'"
    )
    after = load("strategic_stakes", "2026-03-03").query(
        "investor == 'Nvidia' and investee == 'OpenAI'"
    )
    assert before["amount_usd_bn"].tolist() == [100] and before["status"].tolist() == [
        "letter of intent"
    ]
    assert after["amount_usd_bn"].tolist() == [30]


def test_all_reports_keeps_the_rivals():
    everything = load("funding_rounds", all_reports=True).query("conflict_group == 'MUSK_DON'")
    assert len(everything) == 5
    assert load("funding_rounds").query("conflict_group == 'MUSK_DON'")[
        "amount_paid_usd_bn"
    ].tolist() == [0.038]


@pytest.mark.parametrize(
    "known_by", ["2026-03-03", date(2026, 3, 3), pd.Timestamp("2026-03-03 18:00")]
)
def test_known_by_takes_days_in_several_forms(known_by):
    table = load("funding_rounds", known_by=known_by)
    assert table.attrs == {"table": "funding_rounds", "known_by": "2026-03-03"}
    assert "oai_2026_announced" in table["row_id"].tolist()


@pytest.mark.parametrize("known_by", ["3 March 2026", "2026-02-30", "2026", 2026, "", pd.NaT])
def test_a_bad_known_by_is_explained(known_by):
    with pytest.raises(DataError, match="known_by must be a day such as '2026-03-03'"):
        load("funding_rounds", known_by=known_by)


def test_known_by_needs_dates():
    with pytest.raises(DataError, match="claims.*no known_from"):
        load("claims", known_by="2026-03-03")


# --- types and copies


def test_columns_have_the_types_that_the_lessons_rely_on():
    table = load("compute_commitments")
    assert table["announced"].dtype.kind == "M"
    assert table["value_usd_bn"].dtype == "float64" and table["start_year"].dtype == "float64"
    assert table["counts_in_total"].dtype == "bool"
    assert table["value_usd_bn"].isna().any(), "an unknown number stays unknown"
    assert (table["conflict_group"] == "").any(), "an empty text is an empty string"
    assert table.index.tolist() == list(range(len(table)))
    assert load("claims")["lesson"].iloc[0] == "01"


def test_a_learner_cannot_spoil_the_next_load():
    table = load("users")
    table["value_millions"] = 0.0
    assert load("users")["value_millions"].min() > 0


def test_an_edit_is_seen_at_once(copy):
    load("users")
    spoil(copy / "users.csv", "value_millions", "51")
    assert load("users")["value_millions"].iloc[0] == 51


def test_describe_gives_units_and_meanings():
    columns = describe("funding_rounds")
    assert columns.loc["amount_paid_usd_bn", "unit"] == "USD bn"
    assert "promise" in columns.loc["amount_committed_usd_bn", "meaning"]


def test_sources_come_once_and_in_order_of_use():
    table = load("round_investors", known_by="2023-12-31")
    found = sources(table)
    assert found.columns.tolist() == ["publisher", "title", "published", "url"]
    assert found["publisher"].tolist() == ["Fortune", "Microsoft", "New York Times", "Fortune"]
    assert found["url"].str.startswith("https://").all()


def test_sources_needs_its_column():
    with pytest.raises(DataError, match="source_id"):
        sources(load("users")[["date"]])


# --- errors


@pytest.mark.parametrize(
    ("name", "hint"),
    [("funding_round", "'funding_rounds'"), ("Users", "'users'"), (None, "The tables are")],
)
def test_an_unknown_table_is_answered_with_those_there_are(name, hint):
    with pytest.raises(DataError, match="There is no table") as error:
        load(name)
    assert hint in str(error.value) and "ownership_snapshots" in str(error.value)


def test_missing_file(copy):
    (copy / "funding_rounds.csv").unlink()
    complaint("funding_rounds.csv is missing", str(copy), "AICAPITAL_DATA")


def test_missing_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("AICAPITAL_DATA", str(tmp_path / "nowhere"))
    complaint("datapackage.json is missing", "nowhere")


def test_broken_package(copy):
    (copy / "datapackage.json").write_text('{"resources": [', encoding="utf-8")
    complaint("datapackage.json cannot be read")


def test_missing_column(copy):
    rewrite(copy / "funding_rounds.csv", lambda rows: [row.pop(2) for row in rows])
    complaint("funding_rounds.csv, row 1, column 'date'", "missing")


def test_unknown_column(copy):
    rewrite(
        copy / "funding_rounds.csv",
        lambda rows: [row.append("x" if i else "kinds") for i, row in enumerate(rows)],
    )
    complaint("row 1, column 'kinds'", "datapackage.json", "Did you mean 'kind'?")


def test_column_twice(copy):
    rewrite(
        copy / "funding_rounds.csv",
        lambda rows: [row.append("x" if i else "kind") for i, row in enumerate(rows)],
    )
    complaint("row 1, column 'kind'", "twice")


@pytest.mark.parametrize(
    ("column", "text", "expected"),
    [
        ("amount_committed_usd_bn", "1,000", "a number such as 12.5"),
        ("amount_committed_usd_bn", "nan", "a number such as 12.5"),
        ("amount_committed_usd_bn", "-3", "expected 0 to inf (USD bn)"),
        ("new_money_to_company", "yes", "true or false"),
        ("date", "11.12.2015", "a day such as"),
        ("date", "2015-02-30", "a day such as"),
        ("date", "2015-2-3", "a day such as"),
        ("conflict_rank", "1.5", "a whole number"),
        ("kind", "guessed", "expected one of disclosed, reported"),
        ("kind", "reportd", "Did you mean 'reported'?"),
        ("record_type", "", "is empty"),
        ("row_id", "With Space", "does not fit"),
        ("source_id", "openai_2015_intr", "Did you mean 'openai_2015_intro'?"),
        ("conflict_group", "NEW", "Fill both or neither"),
    ],
)
def test_a_wrong_cell_is_named_with_what_was_expected(copy, column, text, expected):
    spoil(copy / "funding_rounds.csv", column, text)
    named = "conflict_rank" if column == "conflict_group" else column
    message = complaint(f"funding_rounds.csv, row 2, column '{named}'", expected)
    assert text in message


def test_a_number_without_a_kind(copy):
    spoil(copy / "funding_rounds.csv", "kind", "")
    complaint("row 2, column 'kind'", "is empty although amount_committed_usd_bn holds a number")


def test_a_repeated_key(copy):
    rewrite(copy / "funding_rounds.csv", lambda rows: rows.append(rows[4]))
    complaint("column 'row_id'", "is there already, in row 5")


def test_a_rank_taken_twice(copy):
    table = load("funding_rounds", all_reports=True)
    row = table.index[table["row_id"] == "oai_2026_announced"][0] + 2
    spoil(copy / "funding_rounds.csv", "conflict_rank", "1", row=row)
    complaint("conflict_rank", "R2026_TOTAL", "own rank")


def test_an_investor_of_a_round_that_does_not_exist(copy):
    spoil(copy / "round_investors.csv", "round_id", "oai_2019_lpp")
    complaint(
        "round_investors.csv, row 2", "funding_rounds.csv", "'oai_2019_lp'", name="round_investors"
    )


@pytest.mark.parametrize("cells", [-1, 1])
def test_a_ragged_row(copy, cells):
    rewrite(copy / "users.csv", lambda rows: rows[3].pop() if cells < 0 else rows[3].append("x"))
    complaint("users.csv, row 4", "cells, expected 13", "comma", name="users")


def test_an_open_quotation_mark(copy):
    path = copy / "users.csv"
    path.write_text(path.read_text(encoding="utf-8") + 'x,"never closed', encoding="utf-8")
    complaint("users.csv", "broken CSV", "quotation mark", name="users")


def test_an_empty_file(copy):
    (copy / "users.csv").write_bytes(b"")
    complaint("users.csv, row 1", "missing", name="users")


def test_another_encoding(copy):
    path = copy / "users.csv"
    path.write_bytes(path.read_bytes().replace(b"ChatGPT", "Café".encode("latin-1"), 1))
    complaint("users.csv, row", "UTF-8", name="users")


def test_a_table_saved_by_a_spreadsheet_on_windows_loads(copy):
    path = copy / "users.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load("users")["row_id"].iloc[0] == "users_nber_202303"


def test_the_command_reports_an_error_in_one_line(copy, capsys):
    spoil(copy / "users.csv", "kind", "guessed")
    assert main(["check"]) == 1
    assert "users.csv, row 2" in capsys.readouterr().err


def test_the_command_writes_the_dictionary(copy, capsys):
    (copy / "README.md").unlink()
    assert main(["dictionary"]) == 0
    assert "## funding_rounds" in (copy / "README.md").read_text(encoding="utf-8")
    assert main([]) == 2 and "dictionary" in capsys.readouterr().err


# --- on the screen


class Outline(HTMLParser):
    """Tags with their attributes, and a check that every tag is closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def rounds_2026():
    table = load("funding_rounds", known_by="2026-03-03").query("record_type == 'round'")
    return show(
        table.tail(2),
        ["date", "round_name", "amount_committed_usd_bn", "post_money_usd_bn"],
        caption="Rounds",
    )


def test_a_table_is_accessible_html():
    html = rounds_2026()._repr_html_()
    outline = Outline(html)
    heads = [attrs for tag, attrs in outline.tags if tag == "th"]
    assert [head["scope"] for head in heads] == ["col"] * 4
    assert [head["style"] for head in heads] == ["text-align:left"] * 2 + ["text-align:right"] * 2
    assert "<caption>Rounds</caption>" in html
    assert not {"script", "style"} & {tag for tag, _ in outline.tags}
    assert not any(
        name == "id" or name.startswith("on") for _, attrs in outline.tags for name in attrs
    )


def test_a_table_names_units_sources_and_the_day_of_knowledge():
    html = rounds_2026()._repr_html_()
    assert "Committed, USD bn" in html
    assert "As known on 2026-03-03." in html
    assert "<details><summary>Sources (2)</summary>" in html
    assert 'href="https://openai.com/index/scaling-ai-for-everyone/"' in html
    assert html == rounds_2026()._repr_html_(), "the same table prints the same"


def test_a_table_as_text():
    lines = repr(rounds_2026()).splitlines()
    assert lines[0] == "Rounds"
    assert lines[1].split("  ")[0] == "Date"
    assert re.fullmatch(r"2026-02-27 +Round 2026 +110 +840", lines[4])
    assert len(lines[3]) == len(lines[4]), "numbers end in one column"
    assert (
        lines[-1].startswith("Sources: SoftBank Group")
        and "OpenAI, Scaling AI for everyone (2026-02-27)" in lines[-1]
    )


@pytest.mark.parametrize(
    ("kind", "mark", "words"),
    [
        ("estimated", "~", "estimated"),
        ("derived", "=", "derived"),
        ("projected", "→", "projected"),
        ("reported", "°", "reported by the press"),
        ("assumed", "*", "assumed"),
    ],
)
def test_the_kind_of_a_number_is_marked_and_explained(kind, mark, words):
    table = load("users").head(1).assign(kind=kind)
    shown = show(table, ["date", "product", "value_millions"])
    assert f"50{mark}" in repr(shown)
    assert f"Marks: {mark} {words}" in repr(shown)
    assert f'50 <abbr title="{words}' in shown._repr_html_()


def test_a_disclosed_number_has_no_mark():
    shown = repr(show(load("users").head(1), ["date", "value_millions"]))
    assert "Marks" not in shown


def test_everything_from_the_data_is_escaped():
    table = load("users").head(1).assign(product="<script>alert('x')</script> & Co")
    shown = show(table, ["product", "value_millions"], rename={"product": "<b>"}, caption='"<i>"')
    html = shown._repr_html_()
    assert "<script" not in html and "<b>" not in html and "<i>" not in html
    assert "&lt;script&gt;" in html and "&amp; Co" in html


def test_a_link_is_only_made_of_a_web_address(copy):
    rows = load("sources").index[load("sources")["source_id"] == "nber_2025_usage"] + 2
    spoil(copy / "sources.csv", "title", 'A "title" <b>', row=rows[0])
    html = show(load("users").head(1))._repr_html_()
    assert "A &quot;title&quot; &lt;b&gt;</a>" in html
    assert "<a " not in show(load("fictional_lab").head(1))._repr_html_()


def test_dates_are_no_more_exact_than_they_are_known():
    table = (
        load("funding_rounds").set_index("row_id").loc[["oai_2021_tender", "oai_2021_microsoft"]]
    )
    shown = repr(show(table, ["date"]))
    assert "2021\n" in shown and "2021-03\n" in shown and "2021-07-01" not in shown


def test_numbers_keep_the_digits_of_their_source():
    text = repr(
        show(
            load("training_runs").query("model == 'GShard (dense)'"),
            ["model", "training_compute_flop", "cost_usd"],
        )
    )
    assert "4.765e22~" in text and "266,200~" in text
    donations = load("funding_rounds").query("record_type == 'donation'")
    assert "0.1305" in repr(show(donations, ["round_name", "amount_paid_usd_bn"]))


def test_decimals_can_be_chosen():
    table = load("users").head(1)
    assert "50.0" in repr(show(table, ["value_millions"], decimals=1))
    assert "50.00" in repr(show(table, ["value_millions"], decimals={"value_millions": 2}))


def test_years_have_no_thousands_mark_and_the_unknown_is_said_to_be_unknown():
    table = load("compute_commitments").set_index("counterparty").loc[["Broadcom"]]
    text = repr(show(table, ["start_year", "value_usd_bn", "counts_in_total"]))
    assert "2026" in text and "2,026" not in text
    assert "– not known." in text
    assert re.search(r"\bno$", text, re.M)


def test_results_of_a_model_can_be_shown_too():
    result = pd.DataFrame({"stake": [14.319248]}, index=pd.Index(["<New> & co"], name="holder"))
    shown = show(result, rename={"stake": "Stake, %"}, caption="After the round")
    assert "Stake, %" in repr(shown) and "14.32" in repr(shown) and "Marks" not in repr(shown)
    assert "&lt;New&gt; &amp; co" in shown._repr_html_()
    assert "14.32" in repr(show(result["stake"]))


def test_bookkeeping_stays_out_of_sight():
    header = show(load("users").head(2)).header
    assert "Date" in header and "Row" not in header and "Source" not in header


def test_a_long_table_asks_for_a_choice():
    table = load("company_financials")
    with pytest.raises(
        DataError, match=f"got {len(table)} rows and prints at most 12.*max_rows={len(table)}"
    ):
        show(table)
    assert len(show(table, ["period", "metric"], max_rows=len(table)).rows) == len(table)


def test_an_unknown_column_is_answered_with_the_closest():
    with pytest.raises(DataError, match="'holders'.*Did you mean 'holder'"):
        show(load("ownership_snapshots").head(1), ["holders"])


def test_show_explains_what_it_needs():
    with pytest.raises(DataError, match="needs a DataFrame; got list"):
        show([1, 2])


def test_an_empty_table_says_so():
    assert "No rows." in repr(show(load("funding_rounds", known_by="2010-01-01")))
