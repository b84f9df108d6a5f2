"""The cost of training runs against the numbers that their sources published."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aicapital.data import load
from aicapital.models.training_cost import (
    TrainingRun,
    achieved_utilisation,
    amortised_cost,
    energy_cost,
    facility_power_mw,
    training_flop,
)


@pytest.mark.parametrize(
    ("model", "parameters", "tokens", "published", "tolerance"),
    [
        ("GPT-3", 174.6e9, 300e9, 3.14e23, 0.01),  # Brown et al. 2020, table D.1
        ("Gopher-sized budget: Chinchilla", 70e9, 1.4e12, 5.76e23, 0.03),
        ("MT-NLG", 530e9, 270e9, 8.586e23, 0.001),
        ("PaLM", 540.4e9, 780e9, 2.527e24, 0.01),
        ("LLaMA-65B", 65.2e9, 1.4e12, 5.5e23, 0.01),
        ("Llama 2-70B", 70e9, 2e12, 8.1e23, 0.04),
        ("Falcon-180B", 180e9, 3.5e12, 3.76e24, 0.01),
        ("Nemotron-4", 340e9, 9e12, 1.8e25, 0.03),
        ("Llama 3.1 405B", 405e9, 15.6e12, 3.8e25, 0.01),
        ("DeepSeek-V3", 37e9, 14.8e12, 3.3e24, 0.01),
        ("Kimi K2", 32e9, 15.5e12, 2.976e24, 0.001),
    ],
)
def test_compute_is_six_times_active_parameters_times_tokens(
    model, parameters, tokens, published, tolerance
):
    assert training_flop(parameters, tokens) == pytest.approx(published, rel=tolerance)


def test_the_papers_accelerator_hours():
    # DeepSeek-V3, table 1; Llama 3.1 model card: 30.84 million H100-hours; LLaMA paper: 1,022,362 A100-hours.
    for compute, hours, peak, low, high in [
        (3.3e24, 2.788e6, 989, 0.30, 0.36),
        (3.8e25, 30.84e6, 989.4, 0.33, 0.37),
        (5.5e23, 1_022_362, 312, 0.45, 0.50),
    ]:
        used = achieved_utilisation(compute, hours, peak)
        assert low < used < high
        assert TrainingRun(compute, peak, used).accelerator_hours == pytest.approx(hours)


def test_deepseeks_bill_is_hours_times_two_dollars():
    row = load("training_costs").set_index("model").loc["DeepSeek-V3"]
    assert row["accelerator_hours"] * row["usd_per_hour"] == row["cost_usd"] == 5_576_000


# Purchase price of the cluster, chips, hours, years from the day the chip could be bought to the start, W, overhead,
# PUE, load; against Epoch AI's published amortised cost (July 2026), USD of 2023.
AMORTISED = {
    "GPT-4 (Mar 2023)": (
        806190977,
        25000,
        2280,
        "2020-05-14",
        90,
        400,
        2.03,
        1.25,
        0.75,
        37334305,
        0.01,
    ),
    "Gemini 1.0 Ultra": (
        619525432,
        57000,
        2400,
        "2021-05-20",
        0,
        340,
        1.56,
        1.1,
        0.43,
        30719420,
        0.01,
    ),
    "Llama 3.1-405B": (
        928433368,
        16384,
        2142,
        "2022-09-20",
        90,
        700,
        1.82,
        1.1,
        0.75,
        52885434,
        0.01,
    ),
    "Grok 3": (4446013317, 80000, 2160, "2022-09-20", 90, 700, 1.82, 1.25, 0.75, 217835546, 0.01),
}


@pytest.mark.parametrize("model", AMORTISED)
def test_amortised_cost_of_four_runs(model):
    cluster, chips, hours, released, wait, tdp, overhead, pue, load_, published, tolerance = (
        AMORTISED[model]
    )
    run = load("training_runs").set_index("model").loc[model]
    start = run["published"] - pd.Timedelta(days=60, hours=hours)
    years = (start - pd.Timestamp(released) - pd.Timedelta(days=wait)).days / 365.25
    power = facility_power_mw(chips, tdp, overhead, pue, load_)
    cost = amortised_cost(cluster, hours, years) + energy_cost(power, hours, 0.0806)
    assert cost == pytest.approx(published, rel=tolerance)
    assert run["cost_usd"] == published


def test_gpt_3_amortised_within_a_fifth():
    # A V100 at 11,458 with its part of server (1.69) and network (19 %), bought in September 2017, start in October 2019
    # (Epoch AI's own date); its published number is in dollars of 2023, ours in dollars of the purchase.
    cluster = 10_000 * 11_458 * 1.69 / (1 - 0.19)
    power = facility_power_mw(10_000, 300, 1.67, 1.25, 0.75)
    cost = amortised_cost(cluster, 355.2, 2.03) + energy_cost(power, 355.2, 0.0667)
    assert cost == pytest.approx(2_116_866, rel=0.2)


@pytest.mark.parametrize(
    ("chips", "hours", "price", "published", "tolerance"),
    [
        (57_000, 2400, 1.45, 206_082_490, 0.05),  # TPU v4 for three years, Google's list price
        (512, 504, 2.0, 534_700, 0.05),  # MiniMax-M1
        (16_384, 2142, 4.86, 175_966_627, 0.05),  # H100 for three years, Google's list price
        (80_000, 2160, 4.86, 849_737_164, 0.05),
    ],
)
def test_rental_costs(chips, hours, price, published, tolerance):
    assert chips * hours * price == pytest.approx(published, rel=tolerance)


@pytest.mark.parametrize(
    ("model", "tdp", "overhead", "pue", "tolerance"),
    [
        ("Llama 3.1-405B", 700, 1.82, 1.1, 0.03),
        ("Grok 3", 700, 1.82, 1.1, 0.03),
        ("GPT-4 (Mar 2023)", 400, 2.03, 1.1, 0.13),
        ("GPT-3 175B (davinci)", 300, 1.67, 1.1, 0.1),
    ],
)
def test_published_power_of_clusters(model, tdp, overhead, pue, tolerance):
    run = load("training_runs").set_index("model").loc[model]
    power = facility_power_mw(run["hardware_quantity"], tdp, overhead, pue)
    assert power == pytest.approx(run["training_power_mw"], rel=tolerance)


def test_one_run_has_three_prices_an_order_of_magnitude_apart():
    runs = load("training_runs").set_index("model")["cost_usd"]
    others = load("training_costs").pivot_table(
        index="model", columns="cost_method", values="cost_usd"
    )
    for model in AMORTISED:
        amortised, row = runs[model], others.loc[model]
        assert 2 < row["cloud_rental"] / amortised < 7
        assert row["hardware_purchase_upfront"] / amortised > 15


@given(st.floats(1e20, 1e28), st.floats(50, 5000), st.floats(0.05, 1), st.floats(1, 400))
def test_a_cluster_meets_its_deadline(compute, peak, utilisation, days):
    run = TrainingRun(compute, peak, utilisation)
    chips = run.accelerators_for(days)
    assert chips * 24 * days >= run.accelerator_hours * (1 - 1e-9)
    assert (chips - 1) * 24 * days < run.accelerator_hours * (1 + 1e-9)


@given(st.floats(1, 1e5), st.floats(0.1, 1))
def test_used_power_is_never_above_nameplate(chips, load_):
    assert facility_power_mw(chips, 700, 1.8, 1.2, load_) <= facility_power_mw(chips, 700, 1.8, 1.2)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TrainingRun(1e24, 989, 40), "Write 40 % as 0.4"),
        (lambda: TrainingRun(-1, 989, 0.4), "compute must be positive"),
        (lambda: TrainingRun(1e24, 989, 0.4).accelerators_for(0), "days must be positive"),
        (lambda: facility_power_mw(10, 700, 0.9, 1.2), "server_overhead must be at least 1"),
        (lambda: amortised_cost(1e6, 100, -1), "must not be negative"),
        (lambda: training_flop(math.nan, 1e9), "finite"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
