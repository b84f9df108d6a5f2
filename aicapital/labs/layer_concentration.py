"""Lab: HHI of a layer, with bounds for the others and a merger."""

from ..data import load
from ..data.assumptions import assumptions
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, INK, colour, ink, ink_on
from ..models.concentration import HIGH_2023, bounds, merger_change, presumed_harmful
from .lab import Control, Lab, with_stop

ASKED = "Foundries: revenue, spring of 2025"  # what the lesson asks a prediction of
LAYERS = {
    "Chips: computing shipped by four, to end of 2025": ("ai_accelerators_compute", "2025-12-31"),
    ASKED: ("foundry_revenue", "2025-06-30"),
    "Foundries: revenue, end of 2025": ("foundry_revenue", "2025-12-31"),
    "Fast memory: shipments, mid-2025": ("hbm", "2025-06-30"),
    "Clouds: revenue, mid-2024": ("cloud_infrastructure_services", "2024-06-30"),
    "Clouds: revenue, start of 2026": ("cloud_infrastructure_services", "2026-03-31"),
    "Labs: computing, end of 2025": ("lab_compute", "2025-12-31"),
    "Model APIs: spending, 2025": ("enterprise_llm_api_spend", "2025-12-31"),
    "Assistants: visits, January 2025": ("consumer_genai_web_traffic", "2025-01-02"),
    "Assistants: visits, January 2026": ("consumer_genai_web_traffic", "2026-01-02"),
}
MERGERS = {"no merger": None, "first and second merge": (0, 1), "second and third merge": (1, 2)}
ROWS = 9
SMALLEST = 0.05  # percent: stands for infinitely small others
# Firms with a colour of their own in this course; the bars of others are pale, so what stands in them is dark.
KNOWN = (
    "OpenAI", "Google", "Microsoft", "Amazon", "Anthropic", "xAI", "Meta", "Nvidia", "AMD", "Oracle",
)  # fmt: skip


def layer_concentration(prediction: float | None = None) -> Lab:
    """Shares of one layer, and its HHI between bounds.

    prediction : the HHI that you expect for the foundries in the spring of 2025; drawn in there when given.
    """
    table, given = load("market_shares"), assumptions("layer_concentration")
    largest = int(given.at["largest_other", "value"])
    shares = {}
    for name, (market, date) in LAYERS.items():
        part = table[table["market"].eq(market) & table["date"].eq(date)]
        listed = part[part["share_type"] == "reported"].sort_values("share_pct", ascending=False)
        shares[name] = (
            list(zip(listed["company"], listed["share_pct"], strict=True)),
            part.loc[part["share_type"] == "residual", "share_pct"].sum(),
        )

    def model(layer, largest_other, merger):
        listed, others = shares[layer]
        values = [share for _, share in listed]
        change, presumed, pair = 0.0, False, MERGERS[merger]
        if pair and len(values) > pair[1]:
            first, second = values[pair[0]], values[pair[1]]
            change, presumed = merger_change(first, second), presumed_harmful(values, first, second)
        block = max(min(values) * largest_other / 100, SMALLEST)
        if change:
            values = [first + second, *(v for place, v in enumerate(values) if place not in pair)]
        found = bounds(values, others, largest_other=block)
        return {
            "hhi": found["hhi"],
            "cr4": found["cr4"],
            "change": change,
            "presumed": presumed,
        }

    def scene():
        figure, (left, right) = sheet(
            "One layer at a time: who is named, what is left, and what the index can be",
            "Shares: Epoch AI, TrendForce, Synergy, Counterpoint, Menlo Ventures, Similarweb, through the sources of the table market_shares. "
            "Layers count different things (revenue, shipments, visits, computing): compare with care.",
            height=4.2, ncols=2, width_ratios=(1.5, 1),
        )  # fmt: skip
        left.set(xlim=(0, 100), ylim=(ROWS + 0.6, -0.6), xlabel="Share, %")
        left.set_yticks([])
        right.set(xlim=(0, 1), ylim=(0, 10_000), ylabel="HHI, points")
        right.set_xticks([])
        right.yaxis.set_major_formatter("{x:,.0f}")
        right.axhline(HIGH_2023, color=ACCENT, linestyle="--", linewidth=1.3)
        right.text(
            0.98,
            650,
            f"highly concentrated above {HIGH_2023:,}",
            color=ACCENT,
            fontsize=9,
            ha="right",
        )
        for axes in (left, right):
            axes.grid(axis="y", visible=False)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        listed, others = shares[values["layer"]]
        for row, (name, share) in enumerate([*listed[:ROWS], ("others, not split", others)]):
            firm = _firm(name)
            block(
                left,
                0,
                row,
                share,
                0.6,
                facecolor=colour(firm),
                alpha=0.5 if name.startswith("others") else 0.95,
                hatch="//" if name.startswith("others") else None,
            )
            inside = share > 55
            left.text(
                share - 1 if inside else share + 1,
                row,
                f"{name} {share:g}",
                ha="right" if inside else "left",
                va="center",
                fontsize=9,
                color=ink_on(firm) if inside else ink(firm),
            )
        low, high = result["hhi"]
        block(
            right,
            0.3,
            (low + high) / 2,
            0.4,
            max(high - low, 60),
            facecolor=colour("OpenAI"),
            alpha=0.8,
        )
        words = f"{low:,.0f}" if high - low < 1 else f"{low:,.0f} to {high:,.0f}"
        right.text(
            0.5,
            min(max(2150, high + 300) if high > 900 else high + 300, 9600),
            words,
            ha="center",
            fontsize=10,
            color=INK,
        )

    def mark(figure, result, values, prediction):
        _, right = figure.axes
        if values["layer"] == ASKED and 0 <= prediction <= 10_000:
            right.axhline(prediction, color=ACCENT, linestyle=":", linewidth=2)
            right.text(
                0.02, min(prediction + 180, 9700), "your prediction", color=ACCENT, fontsize=9
            )

    def sentence(result, values):
        low, high = result["hhi"]
        span = f"{low:,.0f}" if high - low < 1 else f"{low:,.0f} to {high:,.0f}"
        level = (
            "highly concentrated for sure"
            if low > HIGH_2023
            else (
                "not highly concentrated"
                if high <= HIGH_2023
                else "undecided: the bounds lie on both sides of 1,800"
            )
        )
        words = f"{values['layer']}: HHI {span}, {level}; the four largest hold {_range(result['cr4'])} %."
        if result["change"]:
            words += f" The merger adds {result['change']:,.0f} points and is {'presumed' if result['presumed'] else 'not presumed, by the listed shares alone,'} to lessen competition under the 2023 guidelines."
        return words

    return Lab(
        title="Lab: how concentrated is a layer?",
        controls=[
            Control("layer", "Layer", tuple(LAYERS), ASKED),
            Control("largest_other", "Largest other, % of smallest named", with_stop(range(0, 101, 5), largest), largest),
            Control("merger", "Merger", tuple(MERGERS), "no merger"),
        ],
        presets={
            "Foundries in the spring of 2025": {"layer": ASKED, "largest_other": largest, "merger": "no merger"},
            "Clouds: three named, the rest unknown": {"layer": "Clouds: revenue, start of 2026", "largest_other": largest, "merger": "no merger"},
            "Assistants, a year later": {"layer": "Assistants: visits, January 2026", "largest_other": largest, "merger": "no merger"},
            "Second and third cloud merge": {"layer": "Clouds: revenue, start of 2026", "largest_other": largest, "merger": "second and third merge"},
        },
        model=model, scene=scene, draw=draw, mark=mark, prediction=prediction, sentence=sentence,
        assumptions=[given],
    )  # fmt: skip


def _firm(name: str) -> str:
    return next((known for known in KNOWN if known in name), name)


def _range(pair: tuple[float, float]) -> str:
    low, high = (round(value) for value in pair)
    return f"{low}" if low == high else f"{low} to {high}"
