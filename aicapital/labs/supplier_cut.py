"""Lab: cut a supplier, and watch what is left of the output of AI chips."""

import numpy as np

from ..data import load
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET
from ..models.supply_network import input_left, output_path
from .lab import Control, Lab

MONTHS = 24
WAFERS, MEMORY = "wafers for custom AI chips", "high-bandwidth memory"
# What the table calls each input. Packaging is left out: its rows are customers' shares of one supplier.
INPUTS = {WAFERS: "AI server ASIC wafers (top-10 shippers)", MEMORY: "HBM"}
FULL = 0.995  # of usual output; less is a loss worth telling


def shares() -> dict[str, dict[str, float]]:
    """Suppliers' shares of each input, in percent."""
    rows = load("supply_chain").query("whose_share == 'supplier'")
    return {
        name: rows[rows["input"].eq(told)].set_index("supplier")["share_pct"].to_dict()
        for name, told in INPUTS.items()
    }


def _help(result: dict, months_to_ramp: int) -> str:
    """What the others add, in words; nothing where nothing is missing."""
    added = result["after"] - result["before"]
    if added < 0.5 or months_to_ramp >= MONTHS:
        little = "nothing" if not added or months_to_ramp >= MONTHS else "less than half a percent"
        return f", and the others add {little} in time" if result["before"] < 100 * FULL else ""
    since = (
        f"after month {months_to_ramp}" if months_to_ramp else "with what the others add at once"
    )
    return f", and {result['after']:.0f} % {since}"


def supplier_cut(prediction: float | None = None) -> Lab:
    """Output of AI chips by month, usual output = 100, after a supplier stops.

    prediction : the lowest output (percent of the usual one) that you expect when the largest memory maker stops; drawn in when given.
    """
    held = shares()
    makers = {
        f"{supplier}, {name}": (name, supplier) for name, of in held.items() for supplier in of
    }
    by_supplier = {supplier: label for label, (_, supplier) in makers.items()}
    hynix, tsmc = by_supplier["SK hynix"], by_supplier["TSMC"]

    def model(supplier, cut, spare, stock, months_to_ramp):
        name, firm = makers[supplier]
        before = input_left(held[name], firm, cut)
        after = input_left(held[name], firm, cut, spare)
        early = output_path({name: before, "all else": 1.0}, {name: stock}, MONTHS)
        used = sum(month - before for month in early[:months_to_ramp])
        left = max(0.0, stock - used) if months_to_ramp else stock
        late = output_path({name: after, "all else": 1.0}, {name: left}, MONTHS)
        path = [*early[:months_to_ramp], *late[: MONTHS - months_to_ramp]]
        return {"path": 100 * np.array(path), "before": 100 * before, "after": 100 * after}

    def scene():
        figure, axes = sheet(
            "The scarcest input decides the output; stocks put the loss off, spare capacity shrinks it",
            "Shares: Counterpoint (memory, Q2 2025; wafers, February 2026), estimates. The others: all who make the rest, named in the table or not. Cut, spare capacity, stock and time to raise output are "
            "yours (assumed). Fixed proportions: no chip without wafer and memory. Packaging is not in it: its known shares are customers'.",
            height=4.3,
        )
        axes.set(xlim=(0.4, MONTHS + 0.6), ylim=(0, 118))
        axes.set(xlabel="Month after the cut", ylabel="Output of AI chips, % of the usual")
        axes.set_xticks(range(2, MONTHS + 1, 2))
        axes.axhline(100, color=QUIET, linewidth=1)
        axes.grid(axis="x", visible=False)
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        # One polygon for all months: 24 bars would take three times as long to draw.
        edges = np.repeat(np.arange(0.5, MONTHS + 1), 2)
        heights = np.concatenate([[0], np.repeat(result["path"], 2), [0]])
        axes.fill(edges, heights, color="#88CCEE", linewidth=0)
        axes.plot(edges, heights, color=INK, linewidth=1.2)
        lowest = result["path"].min()
        axes.text(
            MONTHS + 0.4, 108, f"lowest month: {lowest:.0f} %", ha="right", fontsize=10, color=INK
        )

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if 0 <= prediction <= 100:
            axes.axhline(prediction, color=ACCENT, linewidth=2, linestyle=":")
            axes.text(MONTHS + 0.4, prediction - 5 if prediction > 8 else prediction + 2, "your prediction", color=ACCENT, fontsize=9, ha="right", bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1})  # fmt: skip

    def sentence(result, values):
        path = result["path"]
        lost = (100 - path).sum() / 100
        name, firm = makers[values["supplier"]]
        words = (
            f"{firm} makes {held[name][firm]:g} % of {name}. Cut by {values['cut']} %, supply of this input is {result['before']:.0f} % of the usual"
            f"{_help(result, values['months_to_ramp'])}. "
        )
        short = int((path < 100 * FULL).sum())
        if not short:
            return words + f"Stock and spare capacity cover it for all {MONTHS} months."
        start = int((path < 100 * FULL).argmax()) + 1
        return words + f"Output falls short first in month {start}, at worst to {path.min():.0f} %; over {MONTHS} months the loss is {lost:.1f} months of output."  # fmt: skip

    usual = {"supplier": hynix, "cut": 100, "spare": 10, "stock": 2.0, "months_to_ramp": 6}
    return Lab(
        title="Lab: cut a supplier",
        controls=[
            Control("supplier", "Who stops", tuple(makers), hynix),
            Control("cut", "Cut, % of its output", tuple(range(0, 101, 5)), 100),
            Control("spare", "What the others can add, %", tuple(range(0, 101, 5)), 10),
            Control("stock", "Stock, months of use", tuple(half / 2 for half in range(25)), 2.0, lambda stop: f"{stop:g}"),
            Control("months_to_ramp", "Months until the others add it", tuple(range(0, 25)), 6),
        ],
        presets={
            "The largest memory maker stops": usual,
            "The same, with half a year of stock": usual | {"stock": 6.0},
            "The third memory maker stops": usual | {"supplier": by_supplier["Samsung"]},
            "The wafer maker loses a fifth": usual | {"supplier": tsmc, "cut": 20},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )  # fmt: skip
