"""The cash plan and its simulation: a year by hand, properties, determinism and bad input."""

import numpy as np
import pandas as pd
import pytest

from aicapital.labs.runway import contracts_due, new_money, plan_inputs, plan_ranges
from aicapital.models.runway import (
    INPUTS,
    cash_paths,
    contract_schedule,
    draw_inputs,
    draw_shocks,
)


@pytest.fixture
def base():
    return plan_inputs()


def none(years=10):
    return np.zeros(years)


def test_the_first_year_by_hand(base):
    plan = cash_paths(base, none(), none()).table()[2026]
    # Revenue of 2025 was 13.1: 60, 15 and 25 % of it, growing by 95, 170 and 140 %; a fifth of the way, squared, of 30 for ads.
    revenue = 13.1 * (0.60 * 1.95 + 0.15 * 2.70 + 0.25 * 2.40) + 30 / 25
    margin = 0.33 + (0.65 - 0.33) / 5
    research = 8.3 / 13.1 + (0.75 - 8.3 / 13.1) / 3
    assert plan["revenue"] == pytest.approx(revenue)
    assert plan["computing paid"] == pytest.approx(revenue * (1 - margin + research))
    assert plan["to Microsoft"] == pytest.approx(0.2 * revenue)
    assert plan["free cash flow"] == pytest.approx(revenue * (margin - research - 0.2 - 0.22))
    assert plan["cash at the end"] == pytest.approx(40 + plan["free cash flow"])


def test_the_plan_adds_up(base):
    table = cash_paths(base, contracts_due(), new_money(122)).table()
    assert table.loc[["consumer", "business", "api", "ads"]].sum().to_numpy() == pytest.approx(
        table.loc["revenue"].to_numpy()
    )
    costs = table.loc[["computing paid", "to Microsoft", "other costs"]].sum()
    assert (table.loc["revenue"] - costs).to_numpy() == pytest.approx(
        table.loc["free cash flow"].to_numpy()
    )
    moved = table.loc["cash at the end"].diff().iloc[1:]
    flows = (table.loc["free cash flow"] + table.loc["new money"]).iloc[1:]
    assert moved.to_numpy() == pytest.approx(flows.to_numpy())


def test_microsoft_gets_no_more_than_the_limit_and_nothing_after_2030(base):
    capped = cash_paths(base, none(), none()).table().loc["to Microsoft"]
    assert capped.sum() == pytest.approx(38)
    free = cash_paths(base | {"microsoft_cap": 1e9}, none(), none()).table().loc["to Microsoft"]
    assert (free.loc[2031:] == 0).all() and free.sum() > 38


def test_computing_is_paid_by_use_or_by_contract_whichever_is_more(base):
    due = none()
    due[2] = 1000.0
    plan = cash_paths(base, due, none()).table()
    assert plan.at["computing paid", 2028] == pytest.approx(1000)
    assert plan.at["computing paid", 2027] < 1000
    half = cash_paths(base | {"binding_share": 50}, due, none()).table()
    assert half.at["computing paid", 2028] == pytest.approx(500)


def test_contracts_are_spread_and_none_is_lost():
    contracts = pd.DataFrame(
        {"amount": [300.0, 60.0], "start_year": [2027, 2026], "end_year": [2031, 2028]}
    )
    even, rising = (contract_schedule(contracts, 10, flag) for flag in (False, True))
    assert even.tolist()[:3] == [20, 80, 80] and even.sum() == rising.sum() == 360
    assert rising.tolist()[:3] == pytest.approx([10, 20 + 20, 30 + 40])
    # What was due before the first year is left out: the AWS contract began in 2025.
    assert 715 < contracts_due().sum() < 730.4


def test_ten_thousand_paths_are_the_same_on_every_run(base):
    def dry():
        drawn = draw_inputs(base, plan_ranges(), 10_000, seed=8)
        shocks = draw_shocks(base["growth_shock"], 10_000, 10, seed=9)
        return cash_paths(drawn, contracts_due(), new_money(122), shocks).dry_by

    first = dry()
    assert (
        first.shape == (10,) and (np.diff(first) >= 0).all() and 0 <= first[0] <= first[-1] <= 100
    )
    assert dry().tolist() == first.tolist()


def test_more_money_never_makes_it_dry_earlier(base):
    drawn = draw_inputs(base, plan_ranges(), 2000, seed=1)
    shocks = draw_shocks(15, 2000, 10, seed=2)
    poor, rich = (
        cash_paths(drawn, contracts_due(), new_money(75, later), shocks).dry_by
        for later in (0, 100)
    )
    assert (rich <= poor).all() and rich[-1] < poor[-1]


def test_draws_stay_inside_their_ranges_and_shocks_have_mean_one(base):
    ranges = plan_ranges()
    drawn = draw_inputs(base, ranges, 5000, seed=3)
    for name, (low, high) in ranges.items():
        assert low <= drawn[name].min() and drawn[name].max() <= high, name
    assert set(ranges) <= set(INPUTS)
    shocks = draw_shocks(15, 20_000, 10, seed=4)
    assert shocks.mean() == pytest.approx(1, abs=0.002)
    assert shocks.std() == pytest.approx(0.15, abs=0.002)


def test_without_surprise_a_simulation_of_one_path_is_the_plan(base):
    alone = cash_paths(base, contracts_due(), new_money(122))
    many = cash_paths(base, contracts_due(), new_money(122), draw_shocks(0, 3, 10, seed=1))
    assert many.cash.shape == (3, 10)
    assert many.cash[2].tolist() == pytest.approx(alone.cash[0].tolist())


@pytest.mark.parametrize(
    ("attempt", "words"),
    [
        (lambda b: cash_paths({k: v for k, v in b.items() if k != "api_growth"}, none(), none()), "no input named 'api_growth'"),
        (lambda b: cash_paths(b | {"other_share": float("nan")}, none(), none()), "'other_share' must be finite"),
        (lambda b: cash_paths(b, none(10), none(9)), "equal length"),
        (lambda b: cash_paths(b, none(), none(), np.ones((3, 4))), "shape"),
        (lambda b: draw_inputs(b, {"other_share": (30, 40)}, 10, 1), "base of other_share must be at least 30"),
        (lambda b: draw_inputs(b, {"price": (1, 2)}, 10, 1), "no input named 'price'"),
        (lambda b: draw_inputs(b, {}, 0, 1), "paths must be at least 1"),
        (lambda b: draw_shocks(-1, 10, 10, 1), "must not be negative"),
        (lambda b: contract_schedule(pd.DataFrame({"amount": [1]}), 10), "lacks the column"),
    ],
)  # fmt: skip
def test_bad_input_says_what_to_do(base, attempt, words):
    with pytest.raises(ValueError, match=words):
        attempt(base)
