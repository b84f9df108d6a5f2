"""Lesson 07: how few can play, and does a bigger market let more in?"""

import math

import numpy as np
import pandas as pd

from ...data import load
from ...data.assumptions import assumed
from ...data.tables import until_tables_change
from ...models.concentration import bounds, hhi
from ...models.sunk_costs import limiting_entrants
from ...models.training_cost import facility_power_mw
from .. import expect
from ..quantity import article
from ..questions import (
    Choice,
    Feedback,
    Mistake,
    Number,
    Option,
    Prediction,
    SheetCheck,
)

ARTICLE = "2026-03-03"
LLAMA, GROK = "Llama 3.1-405B", "Grok 3"


@until_tables_change
def _run() -> dict[str, float]:
    """Documented runs: the three prices of Llama 3.1 405B and Grok 3 (USD million), chips and power."""
    runs = load("training_runs").set_index("model")
    paid = load("training_costs").pivot_table(
        index="model", columns="cost_method", values="cost_usd"
    )
    bought = paid.at[LLAMA, "hardware_purchase_upfront"]
    then = runs[runs["known_from"] <= ARTICLE]
    return {
        "chips": runs.at[LLAMA, "hardware_quantity"],
        "hours": runs.at[LLAMA, "training_hours"],
        "used_up": runs.at[LLAMA, "cost_usd"] / 1e6,
        "rented": paid.at[LLAMA, "cloud_rental"] / 1e6,
        "bought": bought / 1e6,
        "times": bought / runs.at[LLAMA, "cost_usd"],
        "grok_chips": runs.at[GROK, "hardware_quantity"],
        "grok_used": runs.at[GROK, "cost_usd"] / 1e6,
        "grok_rented": paid.at[GROK, "cloud_rental"] / 1e6,
        "grok_bought": paid.at[GROK, "hardware_purchase_upfront"] / 1e9,
        "grok_power": runs.at[GROK, "training_power_mw"],
        "gpt4_chips": runs.at["GPT-4 (Mar 2023)", "hardware_quantity"],
        "largest": then["cost_usd"].max() / 1e6,
        "largest_model": then["cost_usd"].idxmax(),
        "deepseek": paid.at["DeepSeek-V3", "company_claim_rental"] / 1e6,
        "deepseek_chips": runs.at["DeepSeek-V3", "hardware_quantity"],
        "share": assumed("entrants")["final_run_share"],
    } | _on_the_day()


def _on_the_day() -> dict[str, float]:
    """What was public on the article's day about the money of runs: research computing, a large cluster, Grok 3's hours at list prices."""
    facts = assumed("evidence", ARTICLE)
    sites = load("data_centres", ARTICLE).dropna(subset=["cost_usd_bn"])
    dearest = sites.loc[sites["cost_usd_bn"].idxmax()]
    grok = load("training_runs", ARTICLE).set_index("model").loc[GROK]
    hours = grok["hardware_quantity"] * grok["training_hours"]
    prices = load("gpu_prices", ARTICLE).query(
        "chip == 'H100' and price_type == 'rental' and date >= '2025-03-01'"
    )["price_usd"]
    return {
        "research": facts["openai_research_compute_2024"],
        "finals": facts["openai_final_runs_2024"],
        "cluster": dearest["site"],
        "cluster_cost": dearest["cost_usd_bn"],
        "grok_hours": hours / 1e6,
        "grok_cheap": hours * prices.min() / 1e9,
        "grok_dear": hours * prices.max() / 1e9,
        "price_low": prices.min(),
        "price_high": prices.max(),
    }


@until_tables_change
def _mixture() -> dict[str, float]:
    row = load("training_runs").set_index("model").loc["Kimi K2"]
    return {
        "all": row["parameters"] / 1e9,
        "active": row["active_parameters"] / 1e9,
        "tokens": row["training_tokens"] / 1e12,
        "published": row["training_compute_flop"] / 1e24,
        "flop": 6 * row["active_parameters"] * row["training_tokens"] / 1e24,
        "wrong": 6 * row["parameters"] * row["training_tokens"] / 1e24,
    }


@until_tables_change
def _layers() -> dict[str, float]:
    """HHI bounds of some layers, rounded as shown."""
    shares = load("market_shares")

    def found(market: str, date: str) -> tuple[float, float]:
        part = shares[shares["market"].eq(market) & shares["date"].eq(date)]
        rest = part.loc[part["share_type"] == "residual", "share_pct"].sum()
        return bounds(part.loc[part["share_type"] == "reported", "share_pct"].to_list(), rest)[
            "hhi"
        ]

    cloud, foundry = (
        found("cloud_infrastructure_services", "2026-03-31"),
        found("foundry_revenue", "2025-06-30"),
    )
    cloud_then = found("cloud_infrastructure_services", "2025-12-31")
    visits, before = (
        found("consumer_genai_web_traffic", "2026-01-02"),
        found("consumer_genai_web_traffic", "2025-01-02"),
    )
    api, chips = (
        found("enterprise_llm_api_spend", "2025-12-31"),
        found("ai_accelerators_compute", "2025-12-31"),
    )
    labs_then, labs_now = found("lab_compute", "2024-12-31"), found("lab_compute", "2025-12-31")
    memory = found("hbm", "2025-06-30")
    return {
        "cloud_low": cloud[0], "cloud_high": cloud[1], "cloud_then_low": cloud_then[0], "cloud_then_high": cloud_then[1],
        "foundry": foundry[0], "foundry_high": foundry[1], "visits": visits[0], "visits_before": before[0],
        "api": api[0], "chips": chips[0], "labs_then": labs_then[0], "labs_now": labs_now[0], "memory": memory[0],
    }  # fmt: skip


@until_tables_change
def _open() -> dict[str, float]:
    """How far open models were behind in computing, and how many sites are built."""
    runs = load("training_runs", ARTICLE)
    best = runs.loc[runs["open_weights"] == "closed", "training_compute_flop"].max()
    open_ = runs[runs["open_weights"] == "open"]
    sites = load("data_centres").query("status == 'operating'").dropna(subset=["power_mw_facility"])
    largest = sites.loc[sites["power_mw_facility"].idxmax()]
    return {
        "ratio": best / open_["training_compute_flop"].max(),
        "open_model": open_.loc[open_["training_compute_flop"].idxmax(), "model"],
        "site": largest["site"],
        "site_power": largest["power_mw_facility"],
        "site_cost": largest["cost_usd_bn"],
        "half": assumed("evidence")["algorithmic_halving"],
        "growth": assumed("entrants")["cost_growth"],
        "three": limiting_entrants(3),
    }


QUESTIONS = [
    Prediction(
        "three_prices",
        "{chips:,.0f} chips trained Llama 3.1 405B for {hours:,.0f} hours. By one estimate the run used up USD {used_up:.0f} million of hardware and power. How many times that did it cost to buy the cluster?",
        unit="times",
        rel_tolerance=0.3,
        truth=lambda: _run()["times"],
        explain="USD {bought:,.0f} million to buy, {rented:.0f} to rent for the run, {used_up:.0f} used up. All three are right: they answer who must pay what, and when.",
        values=_run,
        minimum=0,
    ),
    Prediction(
        "foundry_hhi",
        "In the spring of 2025 three foundries (firms that make chips to the designs of others) held 70.2, 7.3 and 5.1 % of the revenue of all foundries. The index of concentration (HHI) is the sum of the squares; 10,000 is a monopoly, above 1,800 counts as highly concentrated. What is it, counting the others as infinitely small?",
        unit="points",
        rel_tolerance=0.15,
        truth=lambda: _layers()["foundry"],
        explain="Nearly all of it is the square of the first share. The others can add at most {more:.0f} points.",
        values=lambda: {"more": _layers()["foundry_high"] - _layers()["foundry"]},
        minimum=0,
        maximum=10_000,
    ),
    Prediction(
        "firms_in_the_limit",
        "Firms can buy quality, and its cost rises with the third power. Buyers' spending grows without end. How many firms does the market carry in the end?",
        unit="firms",
        tolerance=0.6,
        truth=lambda: limiting_entrants(3),
        explain="Larger markets make quality worth more, so each firm sinks more. The room goes to a limit of about {three:.1f} firms and stays there, however large the market.",
        values=_open,
        minimum=0,
    ),
    Number(
        "active_parameters",
        "Kimi K2 has {all:,.0f} billion parameters, of which {active:.0f} billion work on one token, and saw {tokens:.1f} trillion tokens. What is its training compute, in units of 1e24 FLOP?",
        answer=lambda: _mixture()["flop"],
        unit="1e24 FLOP",
        tolerance=0.06,
        expects="a number such as 12.5",
        right="Six operations for each active parameter and token. The published value is {published:.1f}.",
        mistakes=[
            Mistake("all parameters for active ones", lambda: _mixture()["wrong"], "You let every parameter work on every token. In a mixture of experts only the active ones do."),
            Mistake("factor two for six", lambda: _mixture()["flop"] / 3, "Two is for using a model. Training also needs the backward pass: six."),
            Mistake("factor six forgotten", lambda: _mixture()["flop"] / 6, "That is parameters times tokens. Each pair costs six operations."),
        ],
        hints=("Which parameters do work on a token?", "6 x active parameters x tokens", "6 x {active:.0f}e9 x {tokens:.1f}e12", "{flop:.2f}"),
        values=_mixture,
    ),
    Choice(
        "dense_rate",
        "A data sheet prints 1,979 TFLOP/s in 16 bits for the H100, with a footnote: with sparsity. A planner takes it with 40 % utilisation. What happens to the plan?",
        [
            Option("It needs half of the chips that the run will need", correct=True, why="The sparse rate is twice the dense one, 989. Training runs do not reach it, so the plan is short by half."),
            Option("Nothing, utilisation takes care of it", why="40 % is measured against the dense peak. Against the sparse one the same run shows 20 %.", mistake="sparse for dense rate"),
            Option("It needs twice the chips that the run will need", why="A rate that is too high makes the run look short, so the plan has too few chips, not too many.", mistake="direction turned round"),
        ],
        hints=("Which peak is the 40 % measured against?", "Halve the rate, see what the hours do.", "989 TFLOP/s is the dense peak.", "It needs half of the chips that the run will need"),
    ),
    Choice(
        "which_price",
        "A report draws one line through three points: GPT-3 at USD 2 million (part used up), Llama 3.1 405B at {rented:.0f} million (rented), Grok 3 at {grok_bought:.1f} bn (cluster bought). It says that costs rise two thousandfold. What is wrong?",
        [
            Option("Three methods in one series: part of the rise is the change of method", correct=True, why="By one method, the part used up, Grok 3 stands at USD {grok_used:.0f} million, a hundredfold. The rest is method."),
            Option("Nothing: all three were published by the same institute", why="One publisher, three questions: what was used up, what renting costs, what the whole cluster costs.", mistake="methods mixed in one series"),
            Option("The amounts must be corrected for inflation first", why="They are in dollars of one year already. Inflation is small beside a factor of ten or twenty.", mistake="small error named before the large one"),
        ],
        hints=("Does each point answer the same question?", "Look at the words in brackets.", "One is used up, one is rented, one is bought.", "Three methods in one series: part of the rise is the change of method"),
        values=_run,
    ),
    Number(
        "nameplate",
        "10,000 chips of 700 W stand in servers that draw 1.8 times the chips, in a building that draws 1.2 times the servers. In training the servers draw three quarters of that. How much power must be built?",
        answer=lambda: facility_power_mw(10_000, 700, 1.8, 1.2),
        unit="MW",
        tolerance=0.1,
        expects="a power in MW",
        right="What must be built is the nameplate; what is paid for as energy is three quarters of it.",
        mistakes=[
            Mistake("used power for nameplate", 11.34, "That is what the run draws. The site must be able to carry the full load."),
            Mistake("chips only", 7.0, "You counted the chips. Servers and cooling draw power, too."),
            Mistake("cooling left out", 12.6, "You left out what the building draws beside the servers."),
        ],
        hints=("Built or used?", "chips x W x server x building", "10,000 x 700 W = 7 MW of chips", "15.12 MW"),
    ),
    Number(
        "hhi_bounds",
        "Three clouds hold 28, 21 and 14 %; the rest of 37 % is not split. Each of the others is at most as large as the third. What is the highest HHI that fits?",
        answer=lambda: bounds([28, 21, 14], 37)["hhi"][1],
        unit="points",
        tolerance=2,
        expects="points, 0 to 10,000",
        right="Two blocks of 14 and one of 9. With infinitely small others it is 1,421: the bounds lie on both sides of 1,800.",
        mistakes=[
            Mistake("others as one firm", lambda: hhi([28, 21, 14, 37]), "You took the rest as one firm. It would then be the largest of all, and the source would name it."),
            Mistake("fractions squared", lambda: bounds([28, 21, 14], 37)["hhi"][1] / 10_000, "Square percentages, not fractions: a single firm then has 10,000."),
            Mistake("lower bound", lambda: hhi([28, 21, 14]), "That is the lower bound, with infinitely small others."),
            Mistake("others in equal parts", lambda: hhi([28, 21, 14]) + 3 * (37 / 3) ** 2, "Equal parts give less than the most unequal split: fill blocks of 14 first."),
        ],
        hints=("How can 37 % be split so that the squares are largest?", "Blocks as large as the smallest named firm, then what is left.", "14 + 14 + 9", "1,894"),
    ),
    Choice(
        "sutton_why",
        "Why does a market a hundred times as large carry no more firms when quality can be bought?",
        [
            Option("Each firm spends more on quality, so the sunk cost grows with the market", correct=True, why="The barrier is made by the firms themselves. With a given cost the same market would carry ten times as many."),
            Option("A larger market makes prices fall until only the largest survive", why="Prices fall when firms enter. Here entry stops because the cost of keeping up grows.", mistake="price war for escalation"),
            Option("Set-up costs rise because chips become scarce", why="Nothing in the model becomes scarce. Firms choose to spend more because more buyers reward quality.", mistake="given cost for chosen cost"),
        ],
        hints=("Who decides how high the cost is?", "Look at what each firm sinks in the lab, not only at the number.", "The cross moves little, the sunk cost a lot.", "Each firm spends more on quality, so the sunk cost grows with the market"),
    ),
    Choice(
        "followers",
        "The frontier run gets {growth:g} times as dear each year. May one conclude that ever fewer firms can offer today's capability?",
        [
            Option("No: the cost of a fixed capability falls, while that of the frontier rises", correct=True, why="By one estimate the computing for a fixed level halves about every {half:.0f} months, and hardware gets cheaper. Two lines, two claims."),
            Option("Yes: whoever cannot pay for the frontier cannot pay for less", why="A level of two years ago costs a small part of what it did, and open weights save even that.", mistake="frontier for fixed capability"),
            Option("Yes: costs never fall once they have risen", why="Both happen at once: a rising price of the best, a falling price of the given.", mistake="frontier for fixed capability"),
        ],
        hints=("Is the same thing priced in both years?", "Tell the best of each year from a level that stays.", "Look at the dashed line in the lab.", "No: the cost of a fixed capability falls, while that of the frontier rises"),
        values=_open,
    ),
]  # fmt: skip

# What fills the templates of this lesson's rows in data/claims.csv.
CLAIM_VALUES = {
    "IV.2": _run,
    "IV.3": _run,
    "IV.4": lambda: _run() | _open(),
    "IV.5": _open,
    "IV.6": _layers,
    "IV.8": _layers,
    "IV.9": _layers,
}

TWO_MARKETS = pd.DataFrame(
    [
        ("ropes", "2030-01-01", "Alder", 50.0, "reported"),
        ("ropes", "2030-01-01", "Birch", 20.0, "reported"),
        ("ropes", "2030-01-01", "Others", 30.0, "residual"),
        ("ropes", "2031-01-01", "Alder", 50.0, "reported"),
        ("ropes", "2031-01-01", "Birch", 50.0, "reported"),
        ("ropes", "2031-01-01", "Others", 0.0, "residual"),
        ("sails", "2030-01-01", "Cedar", 100.0, "reported"),
        ("sails", "2030-01-01", "Others", 0.0, "residual"),
    ],
    columns=["market", "date", "company", "share_pct", "share_type"],
).assign(date=lambda rows: pd.to_datetime(rows["date"]))

ROPES = "In a small table of our own, ropes in 2030 have 50, 20 and 30 of others: 50 and 20 squared make 2,900 points."

# The numbers of the published sheet are the defaults below; a learner with own numbers has others (OWN).


def _hours_of_a_run(
    chip: str = "H100", peak: float = 989.4, utilisation: float = 34.6, order: str = "ABC"
) -> dict[str, SheetCheck]:
    """Q1: Llama 3.1 405B on a chip with this dense peak (TFLOP/s), at this utilisation (percent); the order of the sentences."""
    full = 3.8e25 / (peak * 1e12) / 3600 / 1e6  # millions of hours at full peak
    hours, multiplied = full * 100 / utilisation, full * utilisation / 100
    prediction = SheetCheck(
        "Hours of the run", kind="value", expects="a number in millions, such as 12.5",
        right="Now compare it with the output, then look at which peak was used.",
        tests=[
            expect.that("Give a number of millions of hours.", lambda given: isinstance(given, int | float)),
            expect.that("That is the time at full peak. Only a part of it becomes training.", lambda given: abs(given / full - 1) > 0.0375, mistake="utilisation left out"),
            expect.that("Divide by the utilisation, do not multiply: a slower chip needs more hours.", lambda given: abs(given / multiplied - 1) > 0.08, mistake="utilisation multiplied"),
            expect.that("The line counts in millions of hours, so the number lies below 1,000.", lambda given: given < 1000, mistake="hours for millions of hours"),
            expect.that("That is the sparse peak, or half of the hours: the table gives the dense one.", lambda given: abs(given / (hours / 2) - 1) > 0.0325, mistake="sparse for dense rate"),
            expect.that("Within a fifth of the output is close enough for a prediction: compute / (peak x utilisation x 3,600).", lambda given: 0.779 * hours < given < 1.233 * hours),
        ],
        hints=("How many seconds in an hour?", "compute / (peak x utilisation) / 3,600", f"3.8e25 / ({peak:g}e12 x {utilisation / 100:g}) seconds", f"{hours:.1f}"),
    )  # fmt: skip
    reason = SheetCheck(
        "What the hours support", kind="value", expects='one of "A", "B", "C"',
        right="Hours and money meet only in a price, and the price depends on who pays for what.",
        tests=expect.letter("B", A=("Hours alone have no price.", "hours for money"), C=("The run is the last step. Experiments before it are not in these hours.", "final run for research computing")),
        hints=("Which numbers went in?", "Only compute, peak and utilisation.", "No price, no experiments.", "B"),
    )  # fmt: skip
    return {"q1_prediction": prediction, "q1_reason": reason.with_labels(order)}


def _series_by_market_and_date(found) -> Feedback | None:
    """Q5: a Series whose entries are those of a market and a date."""
    if not isinstance(found, pd.Series):
        return Feedback.wrong(
            f"Your function gives {article(found)}. Give a Series: take the one column of squares, group it by market *and* date, add up.",
            "not a series",
        )
    if found.index.nlevels < 2:
        return Feedback.wrong(
            "Two dates of one market are two numbers. Group by market *and* date.",
            "grouped by one column",
        )
    entries = set(found.index)
    if ("ropes", pd.Timestamp("2030-01-01")) in entries:
        return None
    if (pd.Timestamp("2030-01-01"), "ropes") in entries:
        return Feedback.wrong(
            "Market comes first, then date: group by [market, date].", "date before market"
        )
    return Feedback.wrong(
        "Each entry should be of a market and a date. Group by market *and* date."
    )


def _ropes_in_2030(points: float) -> Feedback | None:
    """Q5: one market whose firms have 50 and 20, and others 30."""
    for wrong, name, why in (
        (3800, "others as one firm", "The others, 30, are not one firm."),
        (
            900,
            "the rest kept instead of the firms",
            "You squared the rest, 30, and left the firms out.",
        ),
        (4900, "added before squaring", "Square each share first, then add up: not 70 squared."),
        (70, "shares not squared", "You added the shares. Square each before you add up."),
        (
            (50 / 0.7) ** 2 + (20 / 0.7) ** 2,
            "shares rescaled",
            "You made the firms' shares add up to 100. The others hold 30, so leave 50 and 20 as they are.",
        ),
        (0.29, "shares not squared in percent", "Square percentages, not fractions."),
    ):
        if abs(points / wrong - 1) < 1e-3:
            return Feedback.wrong(f"{ROPES} {why}", name)
    return (
        None if abs(points - 2900) < 1e-6 else Feedback.wrong(f"{ROPES} Yours gives {points:,.4g}.")
    )


def _hhi_low(smallest_pct: float = 0) -> dict[str, SheetCheck]:
    """Q5: firms below `smallest_pct` percent belong to the rest."""
    table, small = TWO_MARKETS, []
    if smallest_pct:
        date = TWO_MARKETS["date"].iloc[0]
        shares = [60.0, smallest_pct, smallest_pct - 1, 41 - 2 * smallest_pct]
        oars = pd.DataFrame(
            {
                "market": "oars",
                "date": date,
                "company": ["Dogwood", "Elm", "Fir", "Others"],
                "share_pct": shares,
                "share_type": ["reported"] * 3 + ["residual"],
            }
        )
        table = pd.concat([TWO_MARKETS, oars], ignore_index=True)
        small = [
            expect.that(
                f"In a small table of our own, oars have 60, {shares[1]:g} and {shares[2]:g}. The firm of {shares[1]:g} % counts, the one of {shares[2]:g} % does not: {3600 + shares[1] ** 2:,.0f} points.",
                lambda f: abs(float(f(table)[("oars", date)]) - 3600 - shares[1] ** 2) < 1e-6,
                mistake="small firms counted",
            )
        ]
    check = SheetCheck(
        "Lowest HHI from the table", kind="function", expects="hhi_low(shares) that returns a Series: (market, date) -> HHI",
        right="One number a market and date. The others stand outside: this is the lower bound.",
        tests=[
            expect.that("The function returns nothing. End it with a return line.", lambda f: f(table) is not None, mistake="print for return"),
            lambda f: _series_by_market_and_date(f(table)),
            lambda f: _ropes_in_2030(float(f(table)[("ropes", pd.Timestamp("2030-01-01"))])),
            expect.that("Two dates of one market are two numbers. Group by market and date.", lambda f: abs(float(f(table)[("ropes", pd.Timestamp("2031-01-01"))]) - 5000) < 1e-6, mistake="dates added up"),
            expect.that("A monopoly has 10,000 points.", lambda f: abs(float(f(table)[("sails", pd.Timestamp("2030-01-01"))]) - 10_000) < 1e-6),
            *small,
        ],
        hints=(
            "Which rows are firms, which are a rest?",
            f"Keep share_type 'reported'{f' and shares of {smallest_pct:g} % or more' if smallest_pct else ''}, square share_pct, add up by market and date.",
            'firms = shares[shares["share_type"] == "reported"]',
            'return (firms["share_pct"] ** 2).groupby([firms["market"], firms["date"]]).sum()',
        ),
    )  # fmt: skip
    return {"q5": check}


# Skerry's plan: FLOP, dense peak (TFLOP/s), days; prices in USD; chips shipped, W a chip, MW built.
COMPUTE, PEAK, DAYS, TABLE_UTILISATION = 4e24, 989, 90, 40
RENT, PRICE, SHIPPED, SITE_POWER = 2.5, 36_000, 1500, 2.4
MEGAWATTS = 700 * 1.8 * 1.2 / 1e6  # a chip at full load, without the network


def _skerrys_plan(
    stopped_pct: float = 0, utilisation: float = TABLE_UTILISATION, network_pct: float = 0
) -> dict[str, SheetCheck]:
    """Q2, Q3, Q6, Q7, Q8: the time that a run stands still, what of the peak becomes training, what the network draws of the servers' power (all percent)."""
    # Skerry's chips before they are rounded up, without the stops and with them.
    running = COMPUTE / (PEAK * 1e12 * utilisation / 100) / 86_400 / DAYS
    exact = running / (1 - stopped_pct / 100)
    return {
        "q2": _chips_for_a_deadline(stopped_pct),
        "q3": _power_to_build(network_pct),
        "q6": _chips_against_days(exact),
        "q7_chips": _skerrys_chips(exact, running, utilisation),
        "q7_costs": _rented_and_bought(exact, running),
        "q7_power": _adds_up(exact, network_pct),
    }


def _chips_for_a_deadline(stopped_pct: float) -> SheetCheck:
    runs = 1 - stopped_pct / 100
    exact = 1e24 / (1000e12 * 0.5) / 86_400 / 10 / runs
    chips, half = math.ceil(exact), math.ceil(exact / 2)
    times, stops = "", []
    if stopped_pct:
        times = f" x {runs:g}"
        stops = [Mistake("stops left out", 2315.0, f"You let the chips run all the time. For {stopped_pct:g} % of it they stand still.")]  # fmt: skip
    return SheetCheck(
        "Chips for a deadline", kind="function", expects="chips_needed(compute, peak_tflops, utilisation_pct, days) that returns a whole number of chips",
        right="Half the time, twice the chips; the hours stay the same.",
        tests=[
            expect.call(1e24, 1000, 50, 10, gives=float(chips), tolerance=1.01, mistakes=[
                Mistake("utilisation left out", float(half), "You used the full peak. Half of it becomes training."),
                Mistake("utilisation multiplied", float(math.ceil(exact / 4)), "You multiplied by the utilisation. A slower chip needs more chips."),
                Mistake("hours for days", float(math.ceil(24 * exact)), "You took the days for hours: a day has 24."),
                Mistake("percent for fraction", exact / 100, "50 % is 0.5, not 50."),
                Mistake("chip-hours for chips", 555555.6, "That is chip-hours. Divide by the hours of the deadline."),
                *stops,
            ]),
            expect.call(1e24, 1000, 50, 20, gives=float(half), tolerance=1.01),
            expect.that("Chips come whole, and a fraction of a chip more is needed: round up.", lambda f: (float(f(1e24, 1000, 50, 10)), float(f(1e24, 1000, 50, 20))) == (chips, half), mistake="not rounded up"),
        ],
        hints=("First chip-hours, then chips.", f"compute / (peak x utilisation) / 3,600, then / (24 x days{times}), rounded up", "hours = compute / (peak_tflops * 1e12 * utilisation_pct / 100) / 3600", f"return math.ceil(hours / (24 * days{times.replace('x', '*')}))"),
    )  # fmt: skip


def _power_to_build(network_pct: float) -> SheetCheck:
    draws = 1 + network_pct / 100
    factors, times = "both factors", ""
    network = []
    if network_pct:
        factors, times = f"both factors and {network_pct:g} % for the network", f" * {draws:g}"  # fmt: skip
        network = [expect.that(f"Add the network: it draws another {network_pct:g} % of the servers' power.", lambda f: abs(f(10_000, 700, 1.8, 1.2, 75)[0] - 15.12) > 0.001, mistake="network left out")]  # fmt: skip
    return SheetCheck(
        "Power to build", kind="function", expects="power_mw(chips, watt, server_overhead, pue, load_pct) that returns (built, used) in MW",
        right="The first number decides about the site, the second about the bill.",
        tests=[
            expect.that("Return two numbers: built and used.", lambda f: len(f(10_000, 700, 1.8, 1.2, 75)) == 2, mistake="one number for two"),
            expect.that("75 % is 0.75: divide load_pct by 100.", lambda f: f(10_000, 700, 1.8, 1.2, 75)[1] < 10 * f(10_000, 700, 1.8, 1.2, 75)[0], mistake="percent for fraction"),
            expect.that("The order is built, then used: the first is never the smaller.", lambda f: f(10_000, 700, 1.8, 1.2, 75)[0] >= f(10_000, 700, 1.8, 1.2, 75)[1], mistake="used power for nameplate"),
            expect.that("10,000 chips of 700 W are 7 MW. You return watts or kilowatts.", lambda f: f(10_000, 700, 1.8, 1.2, 75)[0] < 1000, mistake="watts for megawatts"),
            *network,
            expect.that(f"Built for 10,000 x 700 W at 1.8 and 1.2 should be {15.12 * draws:.6g} MW: {factors}, no load.", lambda f: abs(f(10_000, 700, 1.8, 1.2, 75)[0] - 15.12 * draws) < 0.001),
            expect.that(f"Used should be 75 % of it, {11.34 * draws:.6g} MW.", lambda f: abs(f(10_000, 700, 1.8, 1.2, 75)[1] - 11.34 * draws) < 0.001, mistake="load left out"),
            expect.that("At a load of 100 % the two are equal.", lambda f: abs(f(500, 400, 2, 1.1, 100)[1] - 0.44 * draws) < 1e-6),
        ],
        hints=("What draws power beside the chips?", f"built = chips x watt x server_overhead{times.replace('*', 'x')} x pue / 1e6; used = part of it", f"built = chips * watt * server_overhead{times} * pue / 1e6", "return built, built * load_pct / 100"),
    )  # fmt: skip


def _chips_against_days(exact: float) -> SheetCheck:
    chip_days = exact * DAYS

    def chips_times_days(figure) -> bool:
        days, chips = expect.line_of(figure)
        return all(abs(x * y / chip_days - 1) < 0.02 for x, y in zip(days, chips, strict=True))

    return SheetCheck(
        "Chips against days", kind="figure", name="q6_figure", expects="a matplotlib figure with a title, and axis labels that name days and chips",
        right="Title, units and a falling curve are there. Check that the title states what the curve shows.",
        tests=[
            expect.figure_texts(x_unit="days", y_unit="chips"),
            expect.that("Nothing is drawn as a line of at least five points: use axes.plot.", lambda figure: expect.line_of(figure) is not None),
            expect.that("Days go along the bottom, chips upwards.", lambda figure: max(expect.line_of(figure)[0]) < 1000, mistake="axes swapped"),
            expect.that("Draw from 30 days to 180.", lambda figure: min(expect.line_of(figure)[0]) <= 30 and max(expect.line_of(figure)[0]) >= 180),
            expect.that(f"Chips times days should be the same everywhere, about {round(chip_days, -3):,.0f} chip-days for Skerry's run.", chips_times_days),
        ],
        hints=("One number of chips for each number of days.", "Use your chips_needed for each.", "days = range(30, 181, 10)", f"At 90 days the curve passes about {round(exact, -1):,.0f} chips."),
    )  # fmt: skip


def _skerrys_chips(exact: float, running: float, utilisation: float) -> SheetCheck:
    chips, own = math.ceil(exact), utilisation != TABLE_UTILISATION
    terms = []
    if own:
        terms = [
            Mistake("stops left out", math.ceil(running), "You let the chips run all the time. The stops of question 2 count here, too."),
            Mistake("the table's utilisation", math.ceil(exact * utilisation / TABLE_UTILISATION), f"You took the {TABLE_UTILISATION} % of the table. The test run reached {utilisation:g} %."),
        ]  # fmt: skip
    return SheetCheck(
        "Chips that Skerry's run implies", kind="value", expects="a number of chips",
        right="Below what was shipped, so chips do not stop the plan.",
        tests=[expect.number(chips, "chips", tolerance=0.01, mistakes=[
            Mistake("not rounded up", round(exact, 2), "Chips come whole, and a fraction of a chip more is needed: round up."),
            Mistake("not rounded up", math.floor(exact), "Chips come whole, and a fraction of a chip more is needed: round up."),
            Mistake("utilisation left out", math.ceil(exact * utilisation / 100), f"You used the full peak. {utilisation:g} % of it becomes training."),
            Mistake("shipped for implied", SHIPPED, "That is what was shipped. What does the run need?"),
            *terms,
        ])],
        hints=("Use chips_needed.", "Three of the inputs stand in the table, the utilisation in the text." if own else "All four inputs stand in the table.", f"chips_needed(4e24, 989, {utilisation:g}, 90)", f"{chips:,}"),
    )  # fmt: skip


COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _rounded(value: float, decimals: int, tolerance: float, entry: int = 0) -> expect.Test:
    """An entry of a pair that is right but for a decimal too few."""

    def fits(given) -> bool:
        close = abs(given[entry] - value) < tolerance
        return close or abs(given[entry] - round(value, decimals)) > 1e-9

    return expect.that(expect.ONE_MORE_DECIMAL, fits, mistake="rounded")


def _bought_for_the_days_of_the_plan(given: float, bought: float) -> Feedback | None:
    if abs(given - bought) < 0.1:
        return None
    days = load("fictional_lab").set_index("item").at["run_days", "value"]
    return Feedback.wrong(
        f"Bought: the chips that the plan's {days:g} days need, times the price of a chip."
    )


def _rented_and_bought(exact: float, running: float) -> SheetCheck:
    chips, hours = math.ceil(exact), running * 24 * DAYS / 1e6
    rented, bought = hours * RENT, chips * PRICE / 1e6
    whole = abs(rented - round(rented)) < 0.05
    return SheetCheck(
        "Rented and bought", kind="value", expects="a pair (rented, bought) in USD million, to one decimal",
        right=f"{COUNTS[round(rented)].capitalize() if whole else f'{rented:.1f}'} million of hours, or {bought:.0f} million of chips that are still there afterwards.",
        tests=[
            expect.that("Give two numbers: (rented, bought).", lambda given: len(given) == 2),
            expect.that("Rented first, then bought.", lambda given: given[0] < given[1], mistake="wrong order"),
            expect.that("In USD million, so rented lies below 100.", lambda given: given[0] < 100, mistake="USD for USD million"),
            _rounded(rented, 0, 0.05),
            expect.that(f"Rented: chip-hours (about {hours:.2f} million) times the price of an hour.", lambda given: abs(given[0] - rented) < 0.05),
            expect.that("That is what all shipped chips cost. The question asks for the chips that the run needs.", lambda given: abs(given[1] - SHIPPED * PRICE / 1e6) > 0.1, mistake="shipped for implied"),
            _rounded(bought, 0, 0.1, entry=1),
            lambda given: _bought_for_the_days_of_the_plan(given[1], bought),
        ],
        hints=("Which of the two depends on hours?", "chip-hours x 2.5; chips x 36,000", f"{chips:,} x 24 x 90 hours" if exact == running else f"{hours:.2f} million hours; {chips:,} chips", f"({rented:.2f}, {bought:.2f})"),
    )  # fmt: skip


def _adds_up(exact: float, network_pct: float) -> SheetCheck:
    chips, draws = math.ceil(exact), 1 + network_pct / 100
    power = SHIPPED * MEGAWATTS * draws
    fits = power <= SITE_POWER
    implied, used = chips * MEGAWATTS * draws, 0.75 * power
    network, term, times = [], "", ""
    if network_pct:
        term, times = f" x {draws:g}", " and the network"
        network = [expect.that(f"The network's {network_pct:g} % of question 3 count here, too.", lambda given: abs(given[0] - SHIPPED * MEGAWATTS) > 0.01, mistake="network left out")]  # fmt: skip
    verdict = (
        f"it adds up, with {100 * (1 - power / SITE_POWER) // 1:.0f} % to spare"
        if fits
        else "it does not add up"
    )
    return SheetCheck(
        "Does it add up?", kind="value", expects="a pair (power in MW that the shipped chips imply, to two decimals, and True or False)",
        right=f"All shipped chips at full load draw {power:.2f} MW, and 2.4 are built: {verdict}.",
        tests=[
            expect.that("Give a pair: (MW, True or False).", lambda given: len(given) == 2),
            expect.that(f"{chips:,} is what the run needs; the site must carry all 1,500 that were shipped.", lambda given: abs(given[0] - implied) > 0.02, mistake="implied for shipped"),
            expect.that("That is what servers draw in training. The site must carry full load.", lambda given: abs(given[0] - used) > 0.02, mistake="used power for nameplate"),
            expect.that("In MW: 1,500 chips of 700 W alone are 1.05 MW.", lambda given: given[0] < 100, mistake="kilowatts for megawatts"),
            *network,
            _rounded(power, 1, 0.01),
            expect.that(f"1,500 chips x 700 W x 1.8{term} x 1.2, in MW.", lambda given: abs(given[0] - power) < 0.01),
            expect.that("The second entry is True or False, not a number or a word.", lambda given: isinstance(given[1], bool | np.bool_), mistake="number for an answer"),
            expect.that("Is the implied power at most what is built (2.4 MW)? Answer True or False.", lambda given: bool(given[1]) == fits),
        ],
        hints=("What must the site carry?", f"Nameplate of the shipped chips{times} against the power built.", "power_mw(1500, 700, 1.8, 1.2, 75)[0]", f"({power:.4g}, {fits})"),
    )  # fmt: skip


SHEET = {
    **_hours_of_a_run(),
    "q4": SheetCheck(
        "Put the lines in order", kind="order", name="q4_order", expects='a list of labels such as ["B", "A"]',
        right="The part used up is a tenth of the purchase or less: the chips live on.",
        lines=(
            "used_up = value_at_start * fall_a_year * hours / 8766",
            "value_at_start = bought * math.exp(-fall_a_year * years_before)",
            "bought = chips * price",
            "total = used_up + energy",
            "fall_a_year = 0.14 * math.log(10)",
            "used_up = bought * hours",
            "chips, price, hours, years_before, energy = 2000, 36000, 2160, 1, 0.3e6",
        ),
        before=[
            ("G", "C", "it uses chips and price, which line G sets."),
            ("C", "B", "it uses bought, which line C sets."),
            ("E", "B", "it uses fall_a_year, which line E sets."),
            ("B", "A", "it uses value_at_start, which line B sets."),
            ("A", "D", "it uses used_up, which line A sets."),
        ],
        distractors={"F": "a purchase price times hours is no amount of money."},
        hints=("Which lines need nothing from the others?", "A line can stand only after the lines that set its names.", "G and E first.", 'For example ["G", "E", "C", "B", "A", "D"]'),
    ),
    **_hhi_low(),
    **_skerrys_plan(),
}  # fmt: skip

# Question -> its checks under a learner's own numbers; solutions/variants/ says which numbers there are.
OWN = {
    "q1": _hours_of_a_run,
    "q2": _skerrys_plan,
    "q4": lambda order: {"q4": SHEET["q4"].with_labels(order)},
    "q5": _hhi_low,
}

MANUAL = {"q8": "marked by hand; its rubric stands in its cell"}
