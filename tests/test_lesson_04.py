"""Lesson 04: whose money, and what caution is worth, against published figures and closed forms."""

from datetime import date
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest

from aicapital import figures, labs
from aicapital.authoring.notebook_file import read
from aicapital.data import load
from aicapital.labs.capital_mix import (
    cloud_ledger,
    equity,
    largest_share,
    open_promises,
    purchases,
    unknown_rounds,
)
from aicapital.learning import Lesson, sheet
from aicapital.learning.banks import anthropic_safety_borrowed as bank
from aicapital.learning.claims import judged
from aicapital.models.capital_mix import cumulative_money, share_of_money
from aicapital.models.decision_tree import Compliance
from tests.grading_samples import as_graded

ARTICLE = date(2026, 3, 3)
PAIR = ["Amazon", "Google"]


def on(series: pd.Series, day: str) -> float:
    return series[series.index <= day].iloc[-1]


# Capital by kind of investor


def test_parts_of_the_money_are_those_of_the_profiles():
    share = share_of_money(equity("Anthropic", ARTICLE), PAIR)
    assert share.iloc[-1] == pytest.approx(19, abs=0.5)  # (8.0 + 3.3) of 59.8
    assert on(share, "2024-12-31") == pytest.approx(84, abs=0.5)
    now = share_of_money(equity("Anthropic"), [*PAIR, "Not named"])
    assert now.iloc[-1] == pytest.approx(24, abs=0.5)  # (18.0 + 13.3) of 129.8


def test_a_round_counts_from_its_announcement_with_what_was_then_committed():
    assert equity("OpenAI", ARTICLE)["amount"].sum() == pytest.approx(
        170.9
    )  # 110 of the round of 2026
    assert equity("OpenAI")["amount"].sum() == pytest.approx(182.9)  # Epoch AI: 182.75
    assert equity("OpenAI", date(2026, 3, 30))["amount"].sum() == pytest.approx(170.9)
    later = equity("OpenAI")[lambda rows: rows["date"] == "2026-03-31"]
    assert later["amount"].tolist() == [pytest.approx(12)]  # 122 at the closing, 110 before


def test_promised_and_closed_money_give_two_answers():
    suppliers = ["Microsoft", "Nvidia", "Amazon"]
    promised = share_of_money(equity("OpenAI", ARTICLE), suppliers).iloc[-1]
    closed = share_of_money(equity("OpenAI", ARTICLE, closed=True), suppliers).iloc[-1]
    assert promised == pytest.approx(54.9, abs=0.1)  # (13.85 + 80) of 170.9
    assert closed == pytest.approx(22.7, abs=0.1)  # 13.85 of 60.9
    assert equity("Anthropic", closed=True).equals(equity("Anthropic"))
    told = Lesson("04").reveal("who_more")
    assert "55 %" in str(told) and "23 %" in str(told) and "19 to 44 %" in str(told)


@pytest.mark.parametrize("company", ["Anthropic", "OpenAI"])
def test_money_by_investor_adds_up_to_the_rounds(company):
    table = "funding_rounds" if company == "OpenAI" else "rival_rounds"
    rounds = load(table).query("company == @company and record_type == 'round'")
    assert equity(company)["amount"].sum() == pytest.approx(rounds["amount_committed_usd_bn"].sum())
    assert cumulative_money(equity(company)).iloc[-1].sum() == pytest.approx(
        rounds["amount_committed_usd_bn"].sum()
    )


def test_purchases_add_up_to_the_stated_total():
    assert purchases("Anthropic").sum() == pytest.approx(518)
    assert purchases("OpenAI")[["Amazon", "Microsoft"]].tolist() == [138, 250]
    assert purchases("Anthropic", ARTICLE).loc[lambda s: s > 0].to_dict() == {"Microsoft": 30}


def test_a_contract_that_may_be_ended_is_not_counted_before_a_total_was_stated():
    assert purchases("Anthropic", "2026-06-30")["Suppliers without stake"] == 0


def test_open_promises_are_what_is_left_of_those_of_april():
    assert open_promises().set_index("investor")["amount"].to_dict() == {"Amazon": 15, "Google": 30}


def test_each_cloud_firm_stands_in_the_ledger_once_with_each_lab():
    ledger = cloud_ledger()
    assert not ledger.duplicated(["lab", "supplier"]).any()
    assert set(zip(ledger["lab"], ledger["supplier"], strict=True)) == {
        ("Anthropic", "Amazon"),
        ("Anthropic", "Google"),
        ("Anthropic", "Microsoft"),
        ("OpenAI", "Amazon"),
        ("OpenAI", "Microsoft"),
    }
    assert (
        ledger.set_index(["lab", "supplier"])["money_in"]["Anthropic", "Amazon"] == 18
    )  # 10-Q of June 2026


def test_shares_say_what_they_need():
    with pytest.raises(ValueError, match="date, investor, amount"):
        cumulative_money(pd.DataFrame({"date": []}))
    with pytest.raises(ValueError, match="is empty"):
        cumulative_money(pd.DataFrame(columns=["date", "investor", "amount"]))
    with pytest.raises(ValueError, match="list of names"):
        share_of_money(equity("Anthropic"), "Amazon")
    with pytest.raises(ValueError, match="must not be negative"):
        cumulative_money(pd.DataFrame({"date": [1], "investor": ["A"], "amount": [-1.0]}))
    assert share_of_money(equity("Anthropic"), ["Nobody"]).eq(0).all()


# The labs


@pytest.mark.parametrize(
    ("name", "prediction"), [("capital_mix", 40.0), ("compliance_option", 40.0)]
)
def test_the_prediction_is_in_the_picture(name, prediction):
    assert "your prediction" in getattr(labs, name)(prediction=prediction).frame.svg
    assert "your prediction" not in getattr(labs, name)().frame.svg


def test_capital_lab_tells_the_published_figures():
    lab = labs.capital_mix()
    assert "10.3 of it, 84 %" in lab.preset("End of 2024: two cloud firms").sentence
    then = lab.preset("The article's day").sentence
    assert "USD 59.8 bn" in then and "11.3 of it, 19 %" in then and "No purchase contract" in then
    now = lab.preset("Known now").sentence
    assert "31.3 of it, 24 %" in now and "USD 221 bn of purchases" in now
    assert "without it the part is 16 %" in now
    assert "would have given 76.3 of it, 44 %" in lab.preset("All promises paid").sentence
    openai = lab.preset("OpenAI by the same measure").sentence
    assert (
        "93.8 of it, at most 55 %" in openai
        and "110 bn of all was announced and not yet closed" in openai
    )
    assert "13.8 of it, at most 23 %" in lab.preset("OpenAI, closed rounds only").sentence


def test_a_round_of_unknown_size_is_not_zero():
    """OpenAI's first round, 2019: before others' money is known in April 2023, no part of Microsoft's is."""
    assert unknown_rounds("OpenAI") == ["OpenAI LP first round"] and not unknown_rounds("Anthropic")
    share = largest_share("OpenAI", ["Microsoft", "Nvidia", "Amazon"])
    assert share.max() < 100 and share.index.min() == pd.Timestamp("2023-04-26")
    lab = labs.capital_mix()
    lab.set(firm="OpenAI", counted="cloud and chip firms", day=date(2021, 6, 30).toordinal())
    assert "so their part is not known" in lab.sentence and "100 %" not in lab.sentence
    assert not lab.result["shares"].any()


def test_both_firms_are_measured_alike():
    lab = labs.capital_mix()
    lab.preset("The article's day")
    parts = {}
    for firm in ("Anthropic", "OpenAI"):
        lab.set(firm=firm, counted="cloud and chip firms")
        parts[firm] = 100 * lab.result["theirs"] / lab.result["total"]
    assert parts == pytest.approx({"Anthropic": 44.0, "OpenAI": 54.9}, abs=0.1)


def test_compliance_lab_finds_the_break_even_in_closed_form():
    lab = labs.compliance_option()
    usual = lab.preset("Retrofit or leave (EU, Article 93)").sentence
    assert "worth the same at 25 %" in usual  # 0.2 / 0.8
    assert lab.result["waiting"] == pytest.approx(0.2 - 0.3 * 0.8)
    assert "to comply now; over it, the option to wait is worth 0.00" in usual
    lab.preset("Rules put off (EU, June 2026)")
    assert lab.values["years"] == pytest.approx(1.33, abs=0.01)  # August 2026 to December 2027
    assert lab.result["break_even"] == pytest.approx(100 * 0.2 * 1.1**1.33 / 0.8)


def test_a_small_fine_leaves_no_break_even_and_careful_customers_need_none():
    lab = labs.compliance_option()
    for preset in ("A fine in percent (EU, Article 101)", "A fine in dollars (New York)"):
        assert "wait at any chance" in lab.preset(preset).sentence
        assert "that binds today is to never comply" in lab.sentence
    assert "comply now at any chance" in lab.preset("Careful customers pay").sentence


def test_lab_break_even_is_where_its_lines_cross():
    lab = labs.compliance_option()
    for late_cost in (0.4, 0.8, 1.2):
        lab.set(late_cost=late_cost)
        lines, even = lab.result["lines"], lab.result["break_even"] / 100
        lead = np.interp(even, lines.index, lines["comply now"] - lines["wait"])
        assert lead == pytest.approx(0, abs=1e-9)


# What the lesson says


def test_worked_case_breaks_even_at_a_quarter():
    assert pytest.approx(0.25) == bank.WORKED.break_even_probability


def test_information_is_worth_most_at_the_break_even():
    chances = np.linspace(0, 1, 101)
    worth = bank.WORKED.value_of_perfect_information(chances)
    assert chances[np.argmax(worth)] == pytest.approx(bank.WORKED.break_even_probability)


def test_skerry_breaks_even_below_its_own_guess_and_inside_its_range():
    items = load("fictional_lab").query("lesson == '04'").set_index("item")["value"]
    case = Compliance(
        items["compliance_now_cost"] + items["delay_cost_now"],
        items["retrofit_cost"],
        items["lost_revenue_if_unready"],
        premium_if_strict=items["premium_if_strict"],
        premium_if_lax=items["premium_if_lax"],
        discount_pct=items["discount_two_years"],
    )
    low, guess, high = items[[f"probability_strict_rules{end}" for end in ("_low", "", "_high")]]
    assert low < case.break_even_probability < guess < high
    assert case.break_even_probability == pytest.approx((0.23 * 1.21 - 0.02) / (0.1 - 0.02 + 0.85))


def test_every_large_lab_has_a_framework_and_a_grade_on_the_articles_day():
    profiles = load("player_profiles", ARTICLE).query(
        "attribute in ['safety_policy', 'safety_index']"
    )
    assert (
        profiles.groupby("company")["attribute"].nunique().eq(2).all()
        and profiles["company"].nunique() == 5
    )


def test_limits_and_court_rulings_are_told_on_both_sides():
    rows = load("policy_events").query("row_id.str.startswith('pol_2026_dod')")
    told = " ".join(rows["event"] + rows["detail"])
    for party in ("Anthropic", "OpenAI", "San Francisco", "Washington"):
        assert party in told


def test_fines_follow_the_revenue_of_the_year():
    fines = bank._fines()
    assert fines["anthropic_fine"] == pytest.approx(137.7)  # 3 % of 4.59 bn
    assert fines["openai_fine"] == pytest.approx(392.1)  # 3 % of 13.07 bn


def test_every_claim_of_the_lesson_has_a_verdict_that_can_be_read():
    lesson = Lesson("04")
    claims = load("claims").query("lesson == '04'")["claim_id"]
    for claim in claims:
        lesson.verdict(claim)
    assert [claim.id for claim in judged("04")] == claims.tolist()
    for claim in judged("04"):
        values = claim.values() if claim.values else {}
        for verdict in (claim.then, claim.now):
            assert "nan" not in verdict.reason.format(**values)


# The figures


def test_figures_compute_their_titles():
    shares = {
        ("Amazon", "Amazon and Google in Anthropic"): share_of_money(
            equity("Anthropic"), [*PAIR, "Not named"]
        ),
        ("OpenAI", "all suppliers in OpenAI"): share_of_money(
            equity("OpenAI"), ["Microsoft", "Amazon", "Nvidia"]
        ),
    }
    named = share_of_money(equity("Anthropic"), PAIR)
    chart = figures.money_shares(shares, ARTICLE, source="Test.", named=named)
    assert "85 % of the money at the most, 19 % on the article's day, 16 to 24 % now" in chart.alt
    assert "55 % on the article's day and 51 % at the end" in chart.alt
    ledger = figures.money_and_purchases(cloud_ledger(), source="Test.")
    assert "2.8 to 18 dollars" in ledger.alt
    assert "still to be bought" in ledger.alt and "at full price" in ledger.alt
    swings = bank.WORKED.sensitivity(0.3, {"probability": (0.1, 0.5), "cost_now": (0.15, 0.25)})
    tornado = figures.tornado_bars(swings, "lead of complying now", "USD bn", "Test.")
    assert (
        "depends most on the probability" in tornado.alt
        and "2 of 2 assumptions can turn its sign" in tornado.alt
    )
    assert all(
        isinstance(made.figure, matplotlib.figure.Figure) for made in (chart, ledger, tornado)
    )


# The sheet


def parts(table, cloud, order_matters=False):
    given = table["amount_usd_bn"].where(table["investor_type"].isin(cloud), 0.0)
    year = table["date"].dt.year
    if order_matters:
        return (
            100
            * given.cumsum().groupby(year).last()
            / table["amount_usd_bn"].cumsum().groupby(year).last()
        )
    return (
        100
        * given.groupby(year).sum().cumsum()
        / table["amount_usd_bn"].groupby(year).sum().cumsum()
    )


def of_the_year_alone(table):
    cloud = table["amount_usd_bn"].where(table["investor_type"] == "cloud supplier", 0.0)
    year = table["date"].dt.year
    return 100 * cloud.groupby(year).sum() / table["amount_usd_bn"].groupby(year).sum()


@pytest.mark.parametrize(
    ("question", "given", "mistake"),
    [
        ("q3", lambda now, late, strict, lax, rate: 100 * (now * (1 + rate / 100) - lax) / late, "late cost alone"),
        ("q7_part", lambda cloud, fund: 100 * (4 + cloud) / (5.2 + max(cloud, fund)), "one offer left out of the total"),
        ("q5", lambda table: parts(table, ["cloud"]), "no row matched"),
        ("q5", lambda table: parts(table, ["cloud supplier"]) / 100, "fraction for percent"),
        ("q5", lambda table: parts(table, ["cloud supplier", "chip supplier"]), "chip supplier counted"),
        ("q5", lambda table: parts(table, ["cloud supplier"]).replace(0, np.nan), "zero counted as missing"),
        ("q5", of_the_year_alone, "one year's money for all money so far"),
        ("q5", lambda table: parts(table, ["cloud supplier"], order_matters=True), "order of rows taken for order of time"),
        ("q5", lambda table: parts(bank._anthropic_money(), ["cloud supplier"]), "order of rows taken for order of time"),
    ],
)  # fmt: skip
def test_the_sheet_names_what_went_wrong(question, given, mistake):
    feedback = sheet("04").judge(question, given)
    assert not feedback.solved and feedback.mistake == mistake


def test_the_hints_of_q5_fill_the_blanks_of_its_cell():
    released = read(Path(__file__).parents[1] / "exercises" / "04_anthropic_safety_borrowed.ipynb")
    cell = next(cell.source for cell in released.cells if cell.id == "q5-answer")
    hinted = "; ".join(bank.SHEET["q5"].hints[2:]).split("; ")
    for line in hinted:
        name = line.split(" = ")[0]
        assert cell.count(f"    {name} = ...") == 1, name
        cell = cell.replace(f"{name} = ...", line)
    assert "..." not in cell
    names = {}
    exec(cell, names)
    assert sheet("04").judge("q5", names["cloud_part_by_year"]).solved


def test_a_part_given_as_a_fraction_is_asked_for_in_percent():
    feedback = sheet("04").judge("q1_prediction", 0.189)
    assert feedback.mistake == "fraction for percent" and "type 18.9" in feedback.says
    assert sheet("04").judge("q1_prediction", 8).mistake == ""
    assert sheet("04").judge("q1_prediction", 18.9).solved


def test_a_part_of_the_money_by_year_that_is_right_passes():
    assert sheet("04").judge("q5", lambda table: parts(table, ["cloud supplier"])).solved


@pytest.mark.parametrize(
    ("scale", "until", "ends", "mistake"),
    [
        (1, 1.0, (-0.147, -0.702), "chances from 0 to 1"),
        (100, 0.5, (-0.147, -0.702), "part of the chances left out"),
        (100, 1.0, (-0.702, -0.702), "not the two choices"),
        (100, 1.0, (-0.147, -0.702), None),
    ],
)
def test_the_figure_of_the_sheet_holds_both_choices(scale, until, ends, mistake):
    feedback = sheet("04").judge("q6", two_lines(("comply", "wait"), scale, until, ends))
    assert feedback.solved if mistake is None else feedback.mistake == mistake


def two_lines(
    names, scale=100, until=1.0, ends=(-0.147, -0.702), name_them=lambda axes: axes.legend()
):
    axes = matplotlib.figure.Figure().subplots()
    for name, end in zip(names, ends, strict=True):
        axes.plot([0, scale * until], [0, end], label=name)
    axes.set(title="Finding", xlabel="Chance, %", ylabel="Value, USD bn")
    name_them(axes)
    return axes


def beside(first, second):
    def write(axes):
        for place, text in ((-0.12, first), (-0.69, second)):
            axes.text(100, place, text)

    return write


def with_arrows(first, second):
    def write(axes):
        for place, text in ((-0.147, first), (-0.702, second)):
            axes.annotate(text, xy=(100, place), xytext=(5, 0), textcoords="offset points")

    return write


def inside(first, second):
    """Names placed in parts of the panel."""

    def write(axes):
        for place, text in ((0.9, first), (0.1, second)):
            axes.text(0.98, place, text, transform=axes.transAxes)

    return write


@pytest.mark.parametrize(
    ("axes", "mistake"),
    [
        (lambda: two_lines(("being ready", "waiting")), ""),
        (lambda: two_lines((None, None), name_them=lambda axes: axes.legend(["comply now", "wait"])), ""),
        (lambda: two_lines((None, None), name_them=beside("Comply now", "Wait")), ""),
        (lambda: two_lines(("wait", "comply now"), ends=(-0.702, -0.147)), ""),
        (lambda: two_lines((None, None), name_them=with_arrows("comply", "wait")), ""),
        (lambda: two_lines((None, None), name_them=with_arrows("wait", "comply")), "names swapped"),
        (lambda: two_lines((None, None), name_them=inside("comply", "wait")), ""),
        (lambda: two_lines((None, None), name_them=inside("wait", "comply")), "names swapped"),
        (lambda: two_lines(("wait", "comply now")), "names swapped"),
        (lambda: two_lines((None, None), name_them=lambda axes: axes.legend(["wait", "comply now"])), "names swapped"),
        (lambda: two_lines((None, None), name_them=beside("wait", "comply now")), "names swapped"),
        (lambda: two_lines(("a", "b")), "names that do not tell"),
        (lambda: two_lines(("comply now", "wait"), name_them=lambda axes: None), "series without names"),
        (lambda: two_lines(("comply now", None)), "series without names"),
    ],
)  # fmt: skip
def test_a_reader_can_tell_the_two_lines_apart(axes, mistake):
    axes = axes()
    for seen in (axes, as_graded(axes)):
        feedback = sheet("04").judge("q6", seen)
        assert feedback.mistake == mistake and feedback.solved == (not mistake), feedback


def test_names_of_the_lines_do_not_lie_on_the_other_line():
    lab = labs.compliance_option()
    for preset in lab.presets:
        lab.preset(preset)
        with figures.style.course_style():
            moving = lab._added(lambda: lab._draw(lab.figure, lab.result, lab.values))
        named = {
            art.get_text(): art
            for art in moving
            if getattr(art, "get_text", str)() in ("wait", "comply now")
        }
        last = lab.result["lines"].iloc[-1]
        upper, lower = sorted(named, key=lambda name: -last[name])
        assert named[upper].get_position()[1] > named[lower].get_position()[1]
        assert (
            named[upper].get_position()[1] > last[upper]
            and named[lower].get_position()[1] < last[lower]
        )
