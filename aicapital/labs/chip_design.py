"""Lab: design a chip under a version of the export rule."""

import numpy as np
import pandas as pd

from ..data import load
from ..figures.chart import sheet
from ..figures.style import ACCENT, INK, PAPER, QUIET
from ..models.export_controls import (
    DENIAL,
    NOT_CONTROLLED,
    Chip,
    classify,
    licence_review,
    may_be_notified,
    total_processing_performance,
)
from .lab import Control, Lab

BITS = 16
RULES = {"October 2022": "October 2022", "October 2023, review of January 2026": "October 2023"}
FIRST, SECOND = RULES
LEFT, RIGHT, LOW, HIGH = 300, 60_000, 0.3, 400
SHADES = {
    "3A090.a": "#AA4499",
    "3A090.b": "#DDCC77",
}  # from Paul Tol's muted set; no firm owns them
CLEAR = 0.3  # the shades lie over the dots, which never move: they must let them through
RATES = tuple(
    sorted(
        {*(float(f"{rate:.2g}") for rate in np.geomspace(50, 3000, 44)), 148.0, 150.0, 989.0, 312.0}
    )
)
AREAS = tuple(sorted({*range(200, 1601, 50), 608, 814, 826}))
LINKS = (0, 64, 100, 200, 300, 400, 500, 590, 600, 700, 800, 900, 1200, 1500, 1800)
MEMORY = tuple(sorted({*range(500, 8001, 250), 2039, 4800}))


def tests_of(rule: str) -> pd.DataFrame:
    """The tests of one version of the rule, strictest paragraph first."""
    rows = load("export_rules")
    return rows[rows["rule"].eq(RULES[rule]) & rows["row_type"].eq("test")]


def _areas(tests: pd.DataFrame, chip: Chip) -> list[tuple[str, float, float, float, float]]:
    """What each test catches of the picture: paragraph, TPP from and to, density from and to. No two areas overlap."""
    found = []
    for test in tests.itertuples():
        asks_links = pd.notna(test.interconnect_min)
        if (test.data_centre_only and not chip.data_centre) or (
            asks_links and chip.interconnect < test.interconnect_min
        ):
            continue
        low = LOW if pd.isna(test.density_min) else test.density_min
        high = HIGH if pd.isna(test.density_below) else test.density_below
        # What an earlier test catches at all these densities is shaded already.
        taken = [area[1] for area in found if area[3] <= low and high <= area[4]]
        right = min([RIGHT if pd.isna(test.tpp_below) else test.tpp_below, *taken])
        found.append((test.eccn, test.tpp_min, right, low, high))
    return found


def chip_design(prediction: float | None = None) -> Lab:
    """Classification of a chip of your own under ECCN 3A090, and how a licence for China is then judged.

    prediction : the dense rate (TOPS, 16 bits) from which you expect a data-centre chip to be controlled; drawn in when given.
    """
    tests = {rule: tests_of(rule) for rule in RULES}
    limits = load("export_rules").set_index("row_id").loc["rule_2026_review"]
    known = load("rated_chips").dropna(subset="die_area_mm2")
    h100 = {"rate": 989.0, "area": 814, "link": 900, "memory": 3250, "use": "data centres"}

    def model(rate, area, link, memory, use, rule):
        chip = Chip(
            "your chip",
            total_processing_performance({BITS: rate}),
            area,
            link,
            memory,
            use == "data centres",
        )
        eccn = classify(chip, tests[rule])
        review = licence_review(chip, eccn, limits["tpp_below"], limits["dram_bandwidth_below"])
        return {"chip": chip, "eccn": eccn, "review": review}

    def scene():
        figure, axes = sheet(
            "Cut one thing that the rule measures and the chip is out; the next version measures another",
            "Limits: 87 FR 62186, 88 FR 73458, 91 FR 1684. Dots: chips by their dense rates, data sheets through Epoch AI; H20: press. Teaching material, not "
            "classification advice: a real classification has more parts.",
            height=4.4,
        )
        axes.set(xscale="log", yscale="log", xlim=(LEFT, RIGHT), ylim=(LOW, HIGH))
        axes.set(
            xlabel="Total processing performance, dense TOPS x bits (log scale)",
            ylabel="Density, TPP per mm² (log scale)",
        )
        for formatter in (axes.xaxis, axes.yaxis):
            formatter.set_major_formatter("{x:,g}")
        for row in known.itertuples():
            if row.chip.endswith(("A800", "H800 SXM", "H200 SXM")):
                continue  # the same silicon as its neighbour: the dots would lie on each other
            tpp = row.dense_tops * row.bit_length
            axes.plot([tpp], [tpp / row.die_area_mm2], "o", color=QUIET, markersize=5, zorder=3)
            beside = "GeForce" in row.chip
            axes.annotate(
                row.chip.split()[-2 if row.chip.endswith(("SXM", "80GB")) else -1],
                (tpp, tpp / row.die_area_mm2),
                (-7 if beside else 6, 0 if beside or "L40S" in row.chip else -5),
                textcoords="offset points",
                ha="right" if beside else "left",
                va="center" if beside or "L40S" in row.chip else "top",
                fontsize=9,
                color=INK,
                zorder=4,
            )
        for row, (paragraph, shade) in enumerate(SHADES.items()):
            axes.scatter(
                [LEFT * 1.12], [0.42 * 1.6**row], marker="s", color=shade, alpha=CLEAR, s=110
            )
            axes.text(LEFT * 1.24, 0.42 * 1.6**row, paragraph, va="center", fontsize=9)
        return figure

    def draw(figure, result, values):
        (axes,) = figure.axes
        chip = result["chip"]
        for eccn, left, right, low, high in _areas(tests[values["rule"]], chip):
            axes.fill([left, right, right, left], [low, low, high, high], color=SHADES[eccn], alpha=CLEAR, linewidth=0, zorder=1)  # fmt: skip
        shade = ACCENT if result["eccn"] != NOT_CONTROLLED else INK
        tpp, density = chip.tpp, chip.performance_density
        axes.plot([tpp], [density], "D", color=shade, markersize=9, zorder=5)
        on_left = (
            tpp > 8000 or 1800 < tpp < 5000
        )  # clear of the edge, and of the dots right of the H20
        words = f"yours: {result['eccn']}"
        if values["rule"] == SECOND and result["eccn"] == "3A090.a" and chip.data_centre:
            words += f"\nlicence: {result['review'].partition(',')[0]}"
        axes.text(
            tpp * (0.93 if on_left else 1.08),
            density * 1.18,
            words,
            ha="right" if on_left else "left",
            va="bottom",
            fontsize=10,
            color=shade,
            bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1},
            zorder=6,
        )

    def mark(figure, result, values, prediction):
        (axes,) = figure.axes
        if LEFT <= prediction * BITS <= RIGHT:
            axes.axvline(prediction * BITS, color=ACCENT, linewidth=2, linestyle=":")
            end = "right" if prediction * BITS > 8000 else "left"
            axes.text(prediction * BITS, LOW * 1.1, " your prediction ", color=ACCENT, fontsize=9, ha=end)  # fmt: skip

    def sentence(result, values):
        chip, eccn = result["chip"], result["eccn"]
        words = (
            f"{values['rate']:,g} dense TOPS x {BITS} bits make a TPP of {chip.tpp:,.0f}, {chip.performance_density:.1f} a mm², with "
            f"{chip.interconnect:,.0f} GB/s to other chips. Under the rule of {RULES[values['rule']]} it is {eccn}"
        )
        if eccn == NOT_CONTROLLED:
            return words + ": other rules and letters may still ask for a licence."
        if values["rule"] == FIRST:
            return words + ": both tests are met, and a licence for China was presumed denied."
        if may_be_notified(chip, eccn):
            return (
                words
                + ": it may go by notice to the government (exception NAC), if nobody objects."
            )
        since = (
            "and still is"
            if result["review"] == DENIAL
            else f"until January 2026; since then it is judged {result['review']}"
        )
        return f"{words}. A licence for China or Macau was presumed denied, {since}."

    return Lab(
        title="Lab: design a chip under a rule",
        controls=[
            Control("rate", "Dense TOPS at 16 bits", RATES, 989.0, lambda stop: f"{stop:g}"),
            Control("area", "Die area, mm²", AREAS, 814),
            Control("link", "Rate to other chips, GB/s", LINKS, 900),
            Control("memory", "Rate to memory, GB/s", MEMORY, 3250),
            Control("use", "Designed and sold for", ("data centres", "other uses"), "data centres"),
            Control("rule", "Rule", tuple(RULES), FIRST),
        ],
        presets={
            "An H100, 2022": h100 | {"rule": FIRST},
            "An H800, 2022: slower links": h100 | {"link": 400, "rule": FIRST},
            "The same H800, 2023": h100 | {"link": 400, "rule": SECOND},
            "An H20: fewer TOPS, same die": h100 | {"rate": 148.0, "memory": 4000, "rule": SECOND},
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )
