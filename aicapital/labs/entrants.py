"""Lab: how many firms can pay for a frontier run, year by year, and for the same capability later."""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection

from ..data import load
from ..data.assumptions import assumptions, published
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET, ink
from ..models.sunk_costs import entrants_affordable
from .lab import Control, Lab, with_stop

YEARS = np.arange(2025, 2036)
CLOUDS = ("Alphabet", "Amazon", "Meta", "Microsoft", "Oracle")
LOW, HIGH = 0.004, 3000  # USD bn
ASKED = list(YEARS).index(2030)  # the year of which the sentence and the prediction speak
ARTICLE = "2026-03-03"


def budgets() -> dict[str, float]:
    """Money of 2025 as known on the article's day (USD bn): operating cash flow of the large firms, new equity of the labs."""
    flows = load("company_financials", ARTICLE).query(
        "segment == '' and metric == 'operating_cash_flow' and period == 'FY2025'"
    )
    money = flows.set_index("company")["value_usd_bn"].reindex(CLOUDS).to_dict()
    rounds = load("rival_rounds", ARTICLE).query(
        "record_type == 'round' and date >= '2025-01-01' and date < '2026-01-01'"
    )
    labs_ = rounds.groupby("company")["amount_committed_usd_bn"].sum()
    openai = (
        load("funding_rounds", ARTICLE)
        .set_index("row_id")
        .at["oai_2025_round_final", "amount_committed_usd_bn"]
    )
    return (
        money
        | {"OpenAI": openai}
        | {name: labs_[name] for name in ("Anthropic", "xAI", "Mistral AI")}
    )


def _money_rows(dearest: pd.DataFrame) -> pd.DataFrame:
    """The highest estimate of what a run used up, to set beside the assumed cost."""
    run = dearest.iloc[0]
    words = f"Highest estimate so far of what a run used up: {run['model']}"
    return published("training_runs", [(run["row_id"], "cost_usd", "USD", words)])


def entrants(prediction: float | None = None) -> Lab:
    """Cost of the frontier against the part of each firm's money that it may take.

    prediction : how many firms you expect to be able to pay in 2030 at the start settings; drawn in when given, between the
        money of the last firm that could and of the first that could not.
    """
    money = budgets()
    given, evidence = assumptions("entrants"), assumptions("evidence")
    value = given["value"]
    dearest = load("training_runs", ARTICLE).dropna(subset=["cost_usd"]).nlargest(1, "cost_usd")
    known = [evidence.loc[["hardware_fall", "algorithmic_halving"]], _money_rows(dearest)]
    tones = [ink(name) for name in money]
    start = {
        "run_cost_2025": float(value["run_cost_2025"]),
        "cost_growth": float(value["cost_growth"]),
        "research": round(100 / value["final_run_share"]),
    } | {name: int(value[name]) for name in ("money_share", "budget_growth", "capability_fall")}

    def model(run_cost_2025, cost_growth, research, money_share, budget_growth, capability_fall):
        years = YEARS - YEARS[0]
        # The fixed capability is that of the first year; it too must be developed once, so it starts at the same cost.
        frontier = run_cost_2025 * research * cost_growth**years
        fixed = run_cost_2025 * research * (1 - capability_fall / 100) ** years
        every = np.array(list(money.values()))[:, None] * (1 + budget_growth / 100) ** years
        able = [entrants_affordable(every, line, money_share / 100) for line in (frontier, fixed)]
        return {"frontier": frontier, "fixed": fixed, "grown": every, "able": able}

    def scene():
        figure, axes = sheet(
            "Firms whose line lies above the black one can pay for the frontier; the dashed one is the capability of 2025",
            "Money: operating cash flow of 2025 (large firms) and equity raised in 2025 (labs), filings and press to 3 March 2026; no borrowing, no renting out. "
            "Growth, shares and falls are assumptions, listed below beside the estimates that they lean on.",
            height=4.5,
        )
        axes.set(
            yscale="log",
            xlim=(YEARS[0] - 2.1, YEARS[-1] + 0.2),
            ylim=(LOW, HIGH),
            xticks=YEARS,
            xlabel="Year",
            ylabel="Money of a firm, USD bn a year (log scale)",
        )
        axes.yaxis.set_major_formatter("{x:,.10g}")
        # Names keep their distance, from the lowest up. The lines begin beside them, whatever the controls say.
        height = -9.0
        for name in sorted(money, key=money.get):
            height = max(np.log10(money[name]), height + 0.27)
            axes.text(
                YEARS[0] - 0.1, 10**height, name, color=ink(name), fontsize=9, ha="right", va="center"
            )  # fmt: skip
        axes.text(
            YEARS[0] - 2, 0.006, "a firm needs\n(cost / part of money):\nblack and dashed",
            fontsize=9, color=QUIET, va="bottom",
        )  # fmt: skip
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        part = values["money_share"] / 100
        lines = [np.column_stack([YEARS, row]) for row in result["grown"]]
        axes.add_collection(LineCollection(lines, colors=tones, linewidths=1.2), autolim=False)
        axes.plot(YEARS, result["frontier"] / part, color=INK, linewidth=2.6)
        axes.plot(YEARS, result["fixed"] / part, color=ACCENT, linestyle="--", linewidth=2.2)

    def mark(figure, result, values, prediction):
        rank = round(prediction)
        if dict(values) != start or not 0 <= rank <= len(money):
            return
        (axes,) = figure.axes
        richest = sorted(result["grown"][:, ASKED], reverse=True)
        # Beyond the first and the last firm there is room for one more step.
        ranked = [richest[0] * 2, *richest, richest[-1] / 2]
        between = (ranked[rank] * ranked[rank + 1]) ** 0.5
        axes.plot([YEARS[ASKED]], [between], "D", color=ACCENT, markersize=8, markeredgecolor=PAPER)
        axes.annotate(
            f"your prediction: {rank} above", (YEARS[ASKED], between), (0, -9), textcoords="offset points",
            color=ACCENT, fontsize=9, ha="center", va="top",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )  # fmt: skip

    def sentence(result, values):
        frontier, fixed = result["able"]
        last = [year for year, count in zip(YEARS, frontier, strict=True) if count]
        words = f"At {values['money_share']} % of its money, the frontier of 2030 ({_bn(result['frontier'][ASKED], 3)}) can be paid by {frontier[ASKED]} of {len(money)} firms, after {frontier[0]} in 2025"
        words += (
            f"; the last year in which anybody can is {last[-1]}"
            if last and last[-1] < YEARS[-1]
            else ("; nobody can in any year" if not last else "")
        )
        return (
            words
            + f". The capability of 2025 costs {_bn(result['fixed'][ASKED], 2)} in 2030, and {fixed[ASKED]} of {len(money)} can pay."
        )

    return Lab(
        title="Lab: who can afford it?",
        controls=[
            Control("run_cost_2025", "Final run in 2025, USD bn", with_stop((0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0, 1.5, 2.0), start["run_cost_2025"]), start["run_cost_2025"], lambda stop: f"{stop:g}"),
            Control("cost_growth", "Growth of its cost, times a year", with_stop([round(1 + step / 10, 1) for step in range(31)], start["cost_growth"]), start["cost_growth"], lambda stop: f"{stop:g}"),
            Control("research", "Research computing, final run = 1", with_stop((1, 2, 3, 5, 7, 10), start["research"]), start["research"]),
            Control("money_share", "Part of a firm's money, %", with_stop(range(5, 101, 5), start["money_share"]), start["money_share"]),
            Control("budget_growth", "Growth of the money, % a year", with_stop(range(-10, 61, 5), start["budget_growth"]), start["budget_growth"]),
            Control("capability_fall", "Capability of 2025: fall, % a year", with_stop(range(0, 91, 5), start["capability_fall"]), start["capability_fall"]),
        ],
        presets={
            "Trend of 2016-2024": start,
            "Final run only, as headlines count": start | {"research": 1},
            "Growth slows to 1.5 times": start | {"cost_growth": 1.5},
            "Followers wait: cost falls 75 % a year": start | {"capability_fall": 75},
        },
        model=model, scene=scene, draw=draw, sentence=sentence, mark=mark, assumptions=[given, *known],
        prediction=prediction, told="You predicted {} firms for 2030.",
    )  # fmt: skip


def _bn(amount: float, digits: int) -> str:
    """USD bn with a few significant digits and without powers of ten."""
    if amount < 0.001:
        return f"USD {1000 * amount:.{digits}g} million"
    return f"USD {float(f'{amount:.{digits}g}'):,} bn".replace(".0 bn", " bn")
