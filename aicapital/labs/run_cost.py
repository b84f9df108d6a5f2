"""Lab: what a training run costs, how many chips it needs by a date, and their power."""

import numpy as np

from ..data import load
from ..data.assumptions import assumptions, published
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, QUIET, stroke
from ..models.training_cost import TrainingRun, achieved_utilisation, facility_power_mw
from .lab import Control, Lab, with_stop

COMPUTE = tuple(float(f"{value:.2g}") for value in np.geomspace(1e23, 1e28, 51))
GRID = np.array([1e23, 1e28])
LOW, HIGH = 0.1, 100_000  # USD million
CHIPS = ("A100", "H100", "B200", "GB200")


def run_cost(prediction: float | None = None) -> Lab:
    """Cost of a run over its computing, beside documented runs.

    prediction : the cost (USD million) that you expect for a run like Grok 3's at the start settings; drawn in when given.
    """
    chips = load("accelerators").set_index("chip")
    given = assumptions("run_cost")
    value = given["value"]
    overhead, older = value["server_overhead_h100"], value["server_overhead_a100"]
    pue = value["pue_other"]
    runs = load("training_runs")
    flop = runs.set_index("model")["training_compute_flop"]
    peaks = published(
        "accelerators",
        (
            (chips.at[chip, "row_id"], column, unit, f"{chip}: {words}")
            for chip in CHIPS
            for column, unit, words in (
                ("bf16_dense_tflops", "TFLOP/s", "dense 16-bit peak"),
                ("tdp_w", "W", "design power"),
            )
        ),
    )
    paid = load("training_costs").merge(runs[["model", "training_compute_flop"]], on="model")
    bill = paid.set_index("model").loc["DeepSeek-V3"]
    reached = achieved_utilisation(
        bill["training_compute_flop"],
        bill["accelerator_hours"],
        chips.at["H100", "bf16_dense_tflops"],
    )
    # The runs of the presets stand among the stops as they are documented.
    documented = {name: float(flop[name]) for name in ("DeepSeek-V3", "Llama 3.1-405B", "Grok 3")}
    ten_times = 10 * documented["Grok 3"]
    compute_stops = tuple(sorted({*COMPUTE, *documented.values(), ten_times}))
    bill_utilisation = round(100 * reached, 1)
    start = {
        "compute": documented["Grok 3"],
        "chip": "H100",
        "utilisation": 100 * value["utilisation"],
        "usd_per_hour": float(value["usd_per_hour"]),
        "days": int(value["days"]),
    }

    def model(compute, chip, utilisation, usd_per_hour, days):
        run = TrainingRun(compute, chips.at[chip, "bf16_dense_tflops"], utilisation / 100)
        need = run.accelerators_for(days)
        return {
            "cost": run.rental_cost(usd_per_hour) / 1e6,
            "hours": run.accelerator_hours,
            "chips": need,
            "power": facility_power_mw(
                need, chips.at[chip, "tdp_w"], older if chip == "A100" else overhead, pue
            ),
            "line": GRID / compute * run.rental_cost(usd_per_hour) / 1e6,
        }

    def scene():
        figure, axes = sheet(
            "The same computing has many prices: yours is the line, documented runs are the marks",
            "Marks: Epoch AI, July 2026 (USD of 2023), and the developers' own bills. Line: dense 16-bit peaks, and the assumptions listed below; "
            "servers of B200 and GB200 draw as much more than their chips as those of the H100.",
            height=4.3,
        )
        amortised = runs.dropna(subset=["cost_usd"]).query("training_compute_flop >= 1e23")
        axes.plot(
            amortised["training_compute_flop"],
            amortised["cost_usd"] / 1e6,
            "o",
            color=QUIET,
            alpha=0.6,
        )
        for method, mark, firm in (
            ("cloud_rental", "^", "Amazon"),
            ("hardware_purchase_upfront", "s", "Anthropic"),
            ("company_claim_rental", "D", "Nvidia"),
        ):
            part = paid[paid["cost_method"] == method]
            axes.plot(
                part["training_compute_flop"], part["cost_usd"] / 1e6, mark, color=stroke(firm)
            )
        axes.text(
            0.01,
            0.95,
            "circle: part used up; triangle: rented; square: whole cluster; diamond: developer's bill",
            transform=axes.transAxes,
            fontsize=9,
            color=QUIET,
        )
        axes.set(xscale="log", yscale="log", xlim=(GRID[0], GRID[1]), ylim=(LOW, HIGH))
        axes.set(
            xlabel="Training compute, FLOP (log scale)", ylabel="Cost, USD million (log scale)"
        )
        axes.yaxis.set_major_formatter("{x:,.10g}")
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        axes.plot(GRID, result["line"], color=INK)
        axes.plot(
            [values["compute"]],
            [np.clip(result["cost"], LOW, HIGH)],
            "o",
            color=ACCENT,
            markersize=9,
        )
        # In a corner that neither the line nor a mark reaches.
        words = f"your run (red): {_money(result['cost'])}\n{result['chips']:,} chips for {values['days']} days"
        axes.text(9e27, 0.16, words, ha="right", va="bottom", fontsize=10, color=INK)

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if LOW <= prediction <= HIGH:
            axes.axhline(prediction, color=ACCENT, linestyle=":", linewidth=2)
            axes.text(
                1.1e23, prediction * 1.1, "your prediction", color=ACCENT, fontsize=9, va="bottom"
            )

    def sentence(result, values):
        return (
            f"{values['compute']:.2g} FLOP on {values['chip']} at {values['utilisation']:g} % of the dense peak take {result['hours'] / 1e6:,.2f} million chip-hours: "
            f"{_money(result['cost'])} at USD {values['usd_per_hour']:g} an hour. In {values['days']} days that is {result['chips']:,} chips "
            f"and {result['power']:,.1f} MW that must be built."
        )

    return Lab(
        title="Lab: what a run costs",
        controls=[
            Control("compute", "Training compute, FLOP", compute_stops, start["compute"], lambda stop: f"{stop:.2g}"),
            Control("chip", "Chip", CHIPS, "H100"),
            Control("utilisation", "Part of the dense peak, %", with_stop(with_stop(range(10, 61, 2), start["utilisation"]), bill_utilisation), start["utilisation"], lambda stop: f"{stop:g}"),
            Control("usd_per_hour", "Price of a chip-hour, USD", with_stop([step / 2 for step in range(1, 25)], start["usd_per_hour"]), start["usd_per_hour"], lambda stop: f"{stop:g}"),
            Control("days", "Days", with_stop(range(20, 201, 10), start["days"]), start["days"]),
        ],
        presets={
            "DeepSeek-V3: its own bill": start | {"compute": documented["DeepSeek-V3"], "utilisation": bill_utilisation, "usd_per_hour": float(bill["usd_per_hour"]), "days": 60},
            "Llama 3.1 405B at USD 5 an hour": start | {"compute": documented["Llama 3.1-405B"], "usd_per_hour": 5.0},
            "Grok 3's computing, cheap hours": start,
            "Ten times Grok 3, on GB200": start | {"compute": ten_times, "chip": "GB200", "usd_per_hour": 4.0, "days": 120},
        },
        model=model, scene=scene, draw=draw, mark=mark, prediction=prediction, sentence=sentence,
        assumptions=[given.drop(index="compute_error"), peaks],
    )  # fmt: skip


def _money(million: float) -> str:
    return (
        f"USD {million / 1000:,.2f} bn"
        if million >= 1000
        else f"USD {float(f'{million:.3g}'):g} million"
    )
