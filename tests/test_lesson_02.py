"""What lesson 02 teaches, held against figures that the companies published."""

import numpy as np
import pytest

from aicapital import figures, labs
from aicapital.data import load
from aicapital.learning import banks
from aicapital.models.self_funding import free_cash_flow

ARTICLE = "2026-03-03"


@pytest.fixture(scope="module")
def lines():
    """One row for each company and period, one column for each line of the accounts (USD bn)."""
    rows = load("company_financials").query("segment == '' and kind != 'projected'")
    return rows.pivot_table(
        index=["company", "period"], columns="metric", values="value_usd_bn", aggfunc="last"
    )


@pytest.mark.parametrize(
    ("company", "period", "published"),
    [
        ("Alphabet", "FY2024", 72.764),  # release of 4 February 2025
        ("Alphabet", "FY2025", 73.3),  # release of 4 February 2026
        ("Alphabet", "Q2 2026", -5.855),  # release of 22 July 2026
        ("Oracle", "FY2026", -23.7),  # release of June 2026
    ],
)
def test_free_cash_flow_as_the_company_itself_publishes_it(lines, company, period, published):
    row = lines.loc[(company, period)]
    assert free_cash_flow(row["operating_cash_flow"], row["capex"]) == pytest.approx(
        published, abs=0.051
    )


def test_meta_publishes_free_cash_flow_after_finance_leases(lines):
    year = lines.loc[("Meta", "FY2025")]
    leases = year["capex_incl_finance_leases"] - year["capex"]
    # Release of 28 January 2026: 43,585 million.
    assert free_cash_flow(year["operating_cash_flow"], year["capex"], leases) == pytest.approx(
        43.585, abs=0.01
    )


def test_every_company_and_period_with_both_lines_reproduces_the_table(lines):
    both = lines.dropna(subset=["operating_cash_flow", "capex"])
    gap = free_cash_flow(both["operating_cash_flow"], both["capex"]) - both["free_cash_flow"]
    assert len(both) >= 57 and gap.abs().max() < 0.0005


# The lab on own money


def test_on_the_articles_day_the_plan_was_beyond_own_money_unless_payouts_stop():
    lab = labs.self_funding()
    presets = list(lab.presets)
    with_payouts = lab.preset(presets[0]).sentence
    assert "at most +75 %" in with_payouts and "Alphabet 20" in with_payouts
    assert "Alphabet" not in lab.preset(presets[1]).sentence.split("need outside money")[1]
    # The plan of 4 February 2026 is 175 to 185; capex of 2025 was 91.447.
    assert lab.values["capex_growth"] == round(100 * (180 / 91.447 - 1))


def test_the_limit_of_a_firm_is_where_its_outside_money_starts():
    lab = labs.self_funding()
    for growth in range(-40, 151, 2):
        lab.set(capex_growth=growth)
        beyond = lab.result["outside"] > 1e-9
        assert (beyond == (lab.result["limit"] < growth - 1e-9)).all(), growth


def test_the_prediction_of_the_lesson_is_what_the_lab_shows():
    truths = {
        question.id: question.truth()
        for question in banks.load("02").QUESTIONS
        if hasattr(question, "truth")
    }
    limit = labs.self_funding().result.loc["Alphabet", "limit"]
    assert truths["capex_reach"] == pytest.approx(limit)
    assert truths["chip_volume"] == pytest.approx(labs.make_or_buy().result["even"], rel=0.02)
    # Cash-flow statement of the half-year: 45.790 + 39.069, 56.226 and 49.562.
    assert truths["outside_share"] == pytest.approx(100 * 105.788 / 190.647)


# The lab on chips


def test_break_even_moves_as_the_lesson_says():
    lab = labs.make_or_buy()
    usual = lab.result["even"]
    lab.set(price=15.0)
    assert lab.result["even"] > 20 * usual
    lab.preset("A newcomer: idle half the time")
    assert np.isinf(lab.result["even"]) and "no volume pays" in lab.sentence


# The players


def test_the_matrix_marks_what_has_changed_since_the_articles_day():
    then, now = load("player_profiles", known_by=ARTICLE), load("player_profiles")
    rows = ["main_funding", "own_chips"]
    chart = figures.player_matrix(now, rows, "Sources.", before=then)
    assert "new equity" in chart.alt and ARTICLE in chart.alt
    assert "new equity" not in figures.player_matrix(then, rows, "Sources.").alt
    cells = chart.table.set_index("attribute")
    assert list(cells.columns) == ["OpenAI", "Alphabet", "xAI", "Anthropic", "Meta"]


def test_an_attribute_that_nobody_has_filled_in_says_so():
    chart = figures.player_matrix(load("player_profiles"), ["stakes_in_rivals"], "Sources.")
    assert "Meta not known" in chart.alt


def test_every_verdict_names_tables_that_exist_and_reasons_without_gaps():
    claims = [question for question in banks.load("02").QUESTIONS if hasattr(question, "then")]
    assert [claim.id for claim in claims] == load("claims").query("lesson == '02'")[
        "claim_id"
    ].tolist()
    for claim in claims:
        filled = claim.values() if claim.values else {}
        for verdict in (claim.then, claim.now):
            reason = verdict.reason.format_map(filled)
            assert "nan" not in reason.split() and "{" not in reason, claim.id
    overtaken = {claim.id for claim in claims if claim.now.verdict == "overtaken"}
    assert "II.1.4" in overtaken
