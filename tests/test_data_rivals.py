"""The tables of lessons 02 to 05: results that add up, years that are not mixed, rounds counted once."""

import pandas as pd
import pytest

from aicapital.data import load

ARTICLE = "2026-03-03"
LISTED = ["Alphabet", "Amazon", "Meta", "Microsoft", "Nvidia", "Oracle"]
KEY = ["company", "period", "segment"]


@pytest.fixture(scope="module")
def results():
    return load("company_financials")


@pytest.fixture(scope="module")
def lines(results):
    """One row for each company, period and segment, one column for each metric."""
    rivals = results.query("company != 'OpenAI' and kind != 'projected'")
    return rivals.pivot(index=KEY, columns="metric", values="value_usd_bn")


def value(results, company, period, metric, segment=""):
    rows = results.query(
        "company == @company and period == @period and metric == @metric and segment == @segment"
    )
    return rows["value_usd_bn"].item()


# --- cash flows


def test_free_cash_flow_is_operating_cash_flow_less_capex_for_every_company_and_period(lines):
    both = lines.dropna(subset=["operating_cash_flow", "capex"])
    assert set(both.index.get_level_values("company")) == set(LISTED)
    assert len(both) >= 55
    gap = both["operating_cash_flow"] - both["capex"] - both["free_cash_flow"]
    assert gap.abs().max() < 1e-6, gap.idxmax()


def test_free_cash_flow_never_stands_without_its_parts(lines):
    stated = lines["free_cash_flow"].notna()
    assert lines.loc[stated, ["operating_cash_flow", "capex"]].notna().all(axis=None)


@pytest.mark.parametrize(
    ("period", "published"), [("FY2023", 43.01), ("FY2024", 52.10), ("FY2025", 43.58)]
)
def test_metas_own_free_cash_flow_also_takes_off_finance_leases(lines, period, published):
    row = lines.loc[("Meta", period, "")]
    after_leases = row["operating_cash_flow"] - row["capex_incl_finance_leases"]
    assert row["free_cash_flow_after_leases"] == pytest.approx(after_leases)
    assert after_leases == pytest.approx(published, abs=0.006)


def test_a_cash_flow_says_what_it_counts(results):
    rows = results.query(
        "company in @LISTED and metric in ['capex', 'free_cash_flow', 'operating_cash_flow']"
    )
    assert rows["definition"].ne("").all()


# --- years


def test_every_row_of_a_rival_names_the_month_in_which_its_year_ends(results):
    rivals = results.query("company != 'OpenAI'")
    assert rivals["fiscal_year_end"].notna().all()
    assert rivals.groupby("company")["fiscal_year_end"].nunique().eq(1).all()
    assert rivals.groupby("company")["fiscal_year_end"].first()[LISTED].to_dict() == {
        "Alphabet": 12,
        "Amazon": 12,
        "Meta": 12,
        "Microsoft": 6,
        "Nvidia": 1,
        "Oracle": 5,
    }


def test_a_fiscal_year_ends_in_the_year_and_month_that_it_names(results):
    years = results.query("company != 'OpenAI' and period_type == 'year'")
    assert (years["period_end"].dt.month == years["fiscal_year_end"]).all()
    assert ("FY" + years["period_end"].dt.year.astype(str) == years["period"]).all()


def test_a_quarter_of_an_odd_fiscal_year_says_so(results):
    quarters = results.query("company in @LISTED and period_type == 'quarter'")
    named = quarters["period"].str.contains("FY")
    assert (named == quarters["fiscal_year_end"].ne(12)).all()


@pytest.mark.parametrize("company", LISTED)
def test_the_main_lines_have_no_gap_from_2019_on(results, company):
    rows = results.query("company == @company and period_type == 'year' and segment == ''")
    for metric in ("revenue", "operating_cash_flow", "capex", "net_income"):
        found = set(rows.loc[rows["metric"] == metric, "period"])
        assert {f"FY{year}" for year in range(2019, 2026)} <= found, metric


# --- revenue, run rates and plans


def test_a_run_rate_is_never_called_revenue(results):
    assert results.query("metric == 'revenue'")["period_type"].ne("point").all()
    assert results.query("metric == 'run_rate_revenue'")["period_type"].eq("point").all()
    revenue = results.query("metric == 'revenue'")
    assert not revenue["definition"].str.contains("x 12").any()


def test_a_plan_says_when_it_was_made_and_a_result_is_no_plan(results):
    rivals = load("company_financials", all_reports=True).query("company != 'OpenAI'")
    assert (rivals["kind"].eq("projected") == rivals["forecast_vintage"].ne("")).all()


def test_anthropics_revenue_of_2025_was_a_plan_before_the_prospectus():
    def revenue(known_by=None):
        rows = load("company_financials", known_by).query(
            "company == 'Anthropic' and period == 'FY2025' and metric == 'revenue'"
        )
        return rows[["value_usd_bn", "kind"]].to_numpy().tolist()

    assert revenue(ARTICLE) == [[4.7, "projected"]]
    assert revenue() == [[4.59, "reported"]]


# --- parts and wholes


@pytest.mark.parametrize(
    ("metric", "periods", "rounding"),
    [("operating_income", 8, 1e-6), ("revenue", 2, 0.011)],
)
def test_metas_two_segments_make_the_whole(lines, metric, periods, rounding):
    meta = lines.loc["Meta", metric].unstack("segment").dropna(subset=["Family of Apps"])
    gap = meta["Family of Apps"] + meta["Reality Labs"] - meta[""]
    assert len(meta) == periods and gap.abs().max() < rounding


def test_a_part_is_smaller_than_its_whole(lines):
    revenue = lines["revenue"].unstack("segment")
    for part, whole in [
        ("Google Search and other", "Google advertising"),
        ("Google advertising", ""),
        ("Google Cloud", ""),
        ("AWS", ""),
        ("Azure", ""),
        ("Data Center", ""),
        ("Advertising", ""),
        ("Advertising", "Family of Apps"),
    ]:
        pair = revenue[[part, whole]].dropna()
        assert len(pair) and (pair[part] < pair[whole]).all(), part
    services = revenue["Google advertising"] + revenue["Google Cloud"]
    assert (services < revenue[""]).loc["Alphabet"].sum() >= 8


@pytest.mark.parametrize("metric", ["revenue", "capex"])
def test_the_quarters_of_microsofts_year_add_up(results, metric):
    quarters = [value(results, "Microsoft", f"Q{n} FY2026", metric) for n in (1, 2, 3, 4)]
    assert sum(quarters) == pytest.approx(value(results, "Microsoft", "FY2026", metric), abs=0.002)


@pytest.mark.parametrize(
    ("company", "period", "metric", "segment", "published"),
    [
        ("Alphabet", "FY2025", "capex", "", 91.447),
        ("Alphabet", "FY2025", "operating_cash_flow", "", 164.713),
        ("Alphabet", "FY2025", "revenue", "", 402.836),
        ("Alphabet", "FY2024", "capex", "", 52.535),
        ("Alphabet", "Q2 2026", "free_cash_flow", "", -5.855),
        ("Alphabet", "H1 2026", "equity_issuance", "", 49.562),
        ("Amazon", "FY2025", "capex", "", 131.819),
        ("Meta", "FY2025", "revenue", "", 200.966),
        ("Meta", "FY2025", "operating_income", "", 83.276),
        ("Meta", "FY2024", "revenue", "", 164.501),
        ("Meta", "FY2025", "capex_incl_finance_leases", "", 72.222),
        ("Meta", "FY2024", "operating_income", "Reality Labs", -17.729),
        ("Microsoft", "FY2025", "revenue", "", 281.724),
        ("Nvidia", "FY2026", "revenue", "", 215.938),
        ("xAI", "FY2025", "revenue", "", 3.201),
        ("xAI", "FY2025", "operating_loss", "", 6.355),
    ],
)
def test_published_figures(results, company, period, metric, segment, published):
    assert value(results, company, period, metric, segment) == published


def test_oracles_free_cash_flow_fits_its_release(results):
    assert value(results, "Oracle", "FY2026", "free_cash_flow") == pytest.approx(-23.7, abs=0.05)


# --- guidance


def test_guidance_for_2026_as_it_was_known():
    def last(company, known_by=None):
        rows = load("capex_guidance", known_by).query(
            "company == @company and fiscal_year == 'FY2026'"
        )
        return rows.sort_values("given_on")[["low_usd_bn", "high_usd_bn"]].iloc[-1].tolist()

    assert (last("Alphabet", ARTICLE), last("Alphabet")) == ([175, 185], [195, 205])
    assert (last("Meta", ARTICLE), last("Meta")) == ([115, 135], [130, 145])


def test_guidance_is_a_range_that_was_given_in_time():
    guidance = load("capex_guidance")
    assert (guidance["low_usd_bn"] <= guidance["high_usd_bn"]).all()
    assert (guidance["known_from"] == guidance["given_on"]).all()


# --- rounds and stakes


def counted(known_by=None, company="Anthropic"):
    """Equity by round and investor, each once."""
    rounds = (
        load("rival_rounds", known_by)
        .query("record_type in ['round', 'listing']")
        .set_index("row_id")
    )
    investors = load("rival_round_investors", known_by).join(rounds["company"], on="round_id")
    return investors.query("company == @company")


@pytest.mark.parametrize("known_by", [None, ARTICLE])
def test_investors_add_up_to_their_round(known_by):
    rounds = (
        load("rival_rounds", known_by)
        .query("record_type in ['round', 'listing']")
        .set_index("row_id")
    )
    totals = load("rival_round_investors", known_by).groupby("round_id")["amount_usd_bn"].sum()
    assert totals.reindex(rounds.index).to_dict() == pytest.approx(
        rounds["amount_committed_usd_bn"].to_dict()
    )


def test_priced_rounds_add_up():
    rounds = load("rival_rounds").dropna(subset=["pre_money_usd_bn", "post_money_usd_bn"])
    gap = (
        rounds["pre_money_usd_bn"] + rounds["amount_committed_usd_bn"] - rounds["post_money_usd_bn"]
    )
    assert len(rounds) == 5 and gap.abs().max() < 1e-9


def test_amazon_and_google_in_anthropic():
    by_investor = counted().groupby("investor")["amount_usd_bn"].sum()
    assert by_investor["Amazon"] == 18.0, "cost in Amazon's 10-Q for June 2026"
    assert by_investor["Google"] == pytest.approx(3.3), "court papers of March 2025"
    then = counted(ARTICLE)
    suppliers = then[then["investor"].isin(["Amazon", "Google"])]["amount_usd_bn"].sum()
    assert suppliers / then["amount_usd_bn"].sum() == pytest.approx(0.189, abs=0.001)


def test_promises_are_not_counted_as_rounds():
    pledges = load("rival_rounds").query("record_type in ['pledge', 'talks', 'tranche', 'merger']")
    assert {"an_2025_pledges", "an_2026_google_pledge", "an_2026_ipo"} <= set(pledges["row_id"])
    assert not set(pledges["row_id"]) & set(load("rival_round_investors")["round_id"])


def test_purchases_promised_to_the_cloud_firms_are_there_once():
    def purchases(known_by=None):
        rows = load("strategic_stakes", known_by).query("investee == 'Anthropic'")
        return (
            rows.groupby("investor")["purchase_back_usd_bn"]
            .sum()
            .pipe(lambda s: s[s > 0])
            .to_dict()
        )

    assert purchases(ARTICLE) == {"Microsoft": 30, "Fluidstack": 50}
    assert purchases() == {
        "Amazon": 110,
        "Google": 111.1,
        "Microsoft": 31.4,
        "SpaceX": 45,
        "Fluidstack": 50,
    }


def test_alphabets_equity_programme_was_not_known_on_the_day_of_the_article():
    def raised(known_by=None):
        rows = load("rival_rounds", known_by).query(
            "company == 'Alphabet' and record_type == 'round'"
        )
        return rows["amount_committed_usd_bn"].tolist()

    assert (raised(ARTICLE), raised("2026-06-02"), raised()) == ([], [80], [84.75])
    borrowed = load("rival_rounds", ARTICLE).query(
        "company == 'Alphabet' and record_type == 'debt'"
    )
    assert borrowed["amount_committed_usd_bn"].tolist() == [12.6, 17.5, 7.5, 31]


# --- profiles, models, users, shares, rules


@pytest.mark.parametrize("known_by", [None, ARTICLE])
def test_profiles_make_a_matrix(known_by):
    profiles = load("player_profiles", known_by)
    matrix = profiles.pivot(index="attribute", columns="company", values="value")
    assert set(matrix) == {"OpenAI", "Alphabet", "xAI", "Anthropic", "Meta"}
    assert matrix.drop("stakes_in_rivals").notna().all(axis=None)


def test_meta_closed_its_flagship_and_openai_opened_two_models():
    releases = load("model_releases").set_index("model")
    closed = releases.query("company == 'Meta' and not open_weights")
    assert closed.index.tolist() == ["Muse Spark", "Muse Spark 1.1"]
    assert closed["released"].min() > pd.Timestamp(ARTICLE)
    opened = releases.query("company == 'OpenAI' and open_weights and released > '2020'")
    assert sorted(opened.index) == ["gpt-oss-120b", "gpt-oss-20b"]


def test_a_model_is_not_called_open_before_its_weights_were():
    assert "Grok-1" not in load("model_releases", "2024-01-31")["model"].tolist()


def test_chatgpt_had_more_weekly_users_than_x_had_in_a_month():
    users = load("users", ARTICLE)
    chatgpt = users.query("metric == 'weekly_active_users'")["value_millions"].max()
    x_and_grok = users.query("company == 'xAI' and metric == 'monthly_active_users'")[
        "value_millions"
    ].max()
    assert (chatgpt, x_and_grok) == (900, 600)


def test_shares_of_a_market_add_up_to_all_of_it():
    totals = load("market_shares").groupby(["market", "date"])["share_pct"].sum()
    assert totals.to_list() == pytest.approx([100] * len(totals), abs=0.05)


def test_a_stream_has_a_share_or_an_amount():
    mix = load("revenue_mix")
    assert (mix["share_pct"].notna() | mix["value_usd_bn"].notna()).all()
    assert (
        mix["kind"].eq("projected")
        <= mix["basis"].isin(["revenue of the year", "share of revenue"])
    ).all()


def test_the_delay_of_the_european_rules_came_after_the_article():
    then, now = load("policy_events", ARTICLE), load("policy_events")
    assert (
        not then["event"].str.contains("delay").any() and now["event"].str.contains("delay").any()
    )
    assert then["event"].str.contains("Responsible Scaling Policy 3.0").any()


# --- the made-up lab, and what lesson 01 rests on


def test_skerry_has_items_for_every_lesson_and_no_item_twice():
    skerry = load("fictional_lab")
    assert {"01", "02", "03", "04", "05"} <= set(skerry["lesson"])
    assert skerry["item"].is_unique


def test_skerrys_investors_are_those_of_its_first_rounds():
    items = load("fictional_lab").set_index("item")["value"]
    assert items["capital_chip_maker"] == items["round_chip_maker"]
    assert items["capital_cloud_firm"] == items["round_cloud_firm"]
    early = items["capped_round_1_invested"] + items["capped_round_2_invested"]
    assert items["capital_early_investors"] == pytest.approx(early)


@pytest.mark.parametrize("name", ["funding_rounds", "ownership_snapshots", "compute_commitments"])
def test_tables_that_lesson_01_reads_whole_hold_only_openai(name):
    assert load(name, all_reports=True)["company"].unique().tolist() == ["OpenAI"]
