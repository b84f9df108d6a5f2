"""Export controls over time, choke points of the chip supply chain, national programmes, and ranks of blocs by weight."""

from textwrap import shorten

import pandas as pd

from ..models.supply_network import betweenness, extraction_losses
from .chart import Chart, block, sheet
from .style import ACCENT, GRID, INK, PAPER, QUIET, colour, course_style

START, END = pd.Timestamp("2021-07-01"), pd.Timestamp("2026-11-30")  # of the timeline
# Colours from Paul Tol's muted set that no firm owns. None is meant as a flag.
BLOCS = {"United States": "#117733", "China": "#AA4499", "European Union": "#4477AA"}
# Which stage delivers to which: a simplified map, every supplier of a stage to every one of the next.
FLOWS = (
    ("equipment", "foundry"),
    ("equipment", "memory"),
    ("foundry", "packaging"),
    ("memory", "packaging"),
    ("packaging", "accelerators"),
    ("accelerators", "cloud"),
    ("cloud", "model labs"),
)
# Own chips run in the owner's cloud only, and Google's models on its own: the map leaves out the other links.
OWN = {
    "Google (with Broadcom)": {"Google Cloud"},
    "Amazon (Annapurna)": {"Amazon AWS"},
}
OWN_CLOUD = {"Google": "Google Cloud"}
# The input that stands for each stage; packaging has no supplier's share in the table, only customers'.
STAGE_INPUT = {
    "equipment": "EUV scanners",
    "foundry": "AI server ASIC wafers (top-10 shippers)",
    "memory": "HBM",
    "cloud": "cloud infrastructure services",
    "model labs": "enterprise LLM API",
}


def fate_on(events: pd.DataFrame, day: str) -> pd.Series:
    """What had become of each control by `day`: its `fate` if that was settled by then, else "in force"."""
    settled = events["fate_date"].isna() | (events["fate_date"] <= pd.Timestamp(day))
    return events["fate"].where(settled, "in force")


def control_timeline(events: pd.DataFrame, day: str, source: str) -> Chart:
    """Steps of control by jurisdiction over time: a bar from the day announced to the day in effect, then to what became of it."""
    shown = events.sort_values(["jurisdiction", "date"]).reset_index(drop=True)
    shown["changed"] = shown["fate_date"].notna() & (shown["fate"] != "in force")
    title = f"{shown['changed'].sum()} of {len(shown)} steps were later changed, suspended, replaced or carried out"
    lanes = sorted(shown["jurisdiction"].unique(), key=lambda name: (name != "United States", name))
    with course_style():
        figure, axes = sheet(title, source, height=1.9 + 0.165 * len(shown))
        row, ticks = 0.0, []
        for lane in lanes:
            part = shown[shown["jurisdiction"] == lane].sort_values("date")
            ticks.append((row + (len(part) - 1) / 2, lane))
            for step in part.itertuples():
                ended = step.changed
                last = step.fate_date if ended else pd.Timestamp("2026-10-31")
                axes.plot([step.date, last], [row, row], color="#4477AA" if ended else colour("OpenAI"), linewidth=2.4, solid_capstyle="butt")  # fmt: skip
                axes.plot([step.date], [row], "o", color=INK, markersize=4)
                if ended:
                    axes.plot([last], [row], "X", color=ACCENT, markersize=6)
                room = (step.date - START).days / (END - START).days
                beside = room < 0.45 and ended
                axes.annotate(
                    shorten(step.measure, 60 if beside else int(115 * room), placeholder=" …"),
                    (last if beside else step.date, row), (6 if beside else -6, 0), textcoords="offset points",
                    ha="left" if beside else "right", va="center", fontsize=9,
                )  # fmt: skip
                row += 1
            axes.axhline(row - 0.2, color=QUIET, linewidth=0.6)
            row += 0.6
        # A shade, not a line, which would cross the words.
        axes.axvspan(pd.Timestamp(day), END, color=GRID, alpha=0.7, linewidth=0, zorder=0)
        axes.text(pd.Timestamp(day), -1.1, " after the article", va="bottom", color=QUIET, fontsize=9)  # fmt: skip
        axes.set_yticks(*zip(*ticks, strict=True))
        axes.set(ylim=(row - 0.8, -1), xlim=(START, END))  # fmt: skip
        axes.set_xlabel("dot: announced; cross: amended, eased, suspended, replaced or carried out\nbar to the right edge: in force by our last source")  # fmt: skip
        axes.grid(visible=False)
    counts = "; ".join(f"{lane} {(shown['jurisdiction'] == lane).sum()}" for lane in lanes)
    return Chart(
        figure,
        f"Timeline, one bar a step. {title}. Steps by jurisdiction: {counts}.",
        shown[["date", "jurisdiction", "measure", "fate", "fate_date"]],
    )


def suppliers(rows: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Suppliers' shares (percent) by stage, for the stages whose input has suppliers' shares in a table like supply_chain."""
    own = rows[rows["whose_share"] == "supplier"]
    found = {
        stage: own[own["input"] == told].set_index("supplier")["share_pct"].to_dict()
        for stage, told in STAGE_INPUT.items()
    }
    found["accelerators"] = (
        own[own["metric"].str.startswith("H100-equivalent")]
        .set_index("supplier")["share_pct"]
        .to_dict()
    )
    order = ("equipment", "foundry", "memory", "accelerators", "cloud", "model labs")
    return {stage: found[stage] for stage in order}


def chain(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Nodes of the simplified map by stage, in the chain's order. Packaging has one node, the supplier named in the table."""
    found = {stage: list(of) for stage, of in suppliers(rows).items()}
    found["packaging"] = [f"{rows.loc[rows['stage'] == 'packaging', 'supplier'].iloc[0]}: packaging"]  # fmt: skip
    found["foundry"] = [f"{name}: wafers" for name in found["foundry"]]
    # Chips designed in China go through a chain of their own, which the table does not show.
    home = rows.drop_duplicates("supplier").set_index("supplier")["supplier_country"]
    found["accelerators"] = [name for name in found["accelerators"] if home[name] != "China"]
    order = ("equipment", "foundry", "memory", "packaging", "accelerators", "cloud", "model labs")
    return {stage: found[stage] for stage in order}


def links(rows: pd.DataFrame) -> list[tuple[str, str]]:
    """Edges of the simplified map, (from, to)."""
    nodes = chain(rows)
    return [
        (a, b)
        for first, then in FLOWS
        for a in nodes[first]
        for b in nodes[then]
        if b in OWN.get(a, {b}) and (then != "model labs" or a == OWN_CLOUD.get(b, a))
    ]


def choke_measures(rows: pd.DataFrame, spare_pct: float) -> pd.DataFrame:
    """Stage, largest supplier, its share, HHI, what is lost if it stops (percent of the input), and its betweenness.

    The loss stands twice: if all others can add `spare_pct` of their output, and if those whom the table does not name add nothing.
    Betweenness counts pairs of others, along the direction of delivery; a pair with several shortest ways counts in parts.
    """
    between = betweenness(links(rows))
    table = []
    for stage, of in suppliers(rows).items():
        first = max(of, key=of.get)
        node = f"{first}: wafers" if stage == "foundry" else first
        squares = sum(share**2 for share in of.values())
        lost, most = (extraction_losses(of, spare_pct, theirs)[first] for theirs in (None, 0))
        table.append((stage, first, of[first], squares, lost, most, between[node]))
    columns = ["stage", "largest supplier", "share, %", "HHI of the named", "lost if it stops, %", "lost if the unnamed add nothing, %", "betweenness, pairs"]  # fmt: skip
    return pd.DataFrame(table, columns=columns)


def chain_map(rows: pd.DataFrame, source: str) -> Chart:
    """The simplified map: stages from left to right, one dot a supplier, its area by the supplier's share."""
    nodes, shares = chain(rows), suppliers(rows)
    alone = [of[0].split(":")[0] for of in nodes.values() if len(of) == 1]
    title = f"{len(alone)} of {len(nodes)} stages hang on one named supplier: {', '.join(sorted(set(alone)))}"
    across = {"equipment": 0, "foundry": 1, "memory": 1, "packaging": 2, "accelerators": 3, "cloud": 4, "model labs": 5}  # fmt: skip
    place = {}
    for stage, of in nodes.items():
        top = {"foundry": 4.9, "memory": 2.1}.get(stage, 0.65 * (len(of) - 1) + 2.5)
        for row, name in enumerate(of):
            place[name] = across[stage], top - 1.3 * row
    joined = links(rows)
    with course_style():
        figure, axes = sheet(title, source, height=4.6)
        for a, b in joined:
            axes.plot(*zip(place[a], place[b], strict=True), color=QUIET, linewidth=0.6, zorder=1)  # fmt: skip
        for stage, of in nodes.items():
            for name in of:
                share = shares.get(stage, {}).get(name.split(":")[0], 100)
                axes.scatter(*place[name], s=30 + 5 * share, color=colour("OpenAI") if len(of) > 1 else ACCENT, zorder=2)  # fmt: skip
                short = name.split(" (")[0].removesuffix(": wafers").removesuffix(": packaging").removeprefix("Amazon ").removeprefix("Microsoft ")  # fmt: skip
                words = short if stage == "packaging" else f"{short} {share:g}"
                away = 4 + (30 + 5 * share) ** 0.5 / 2
                # Words stand where no lines leave: outside the map at its ends, else away from most lines.
                near = [place[b if a == name else a][1] for a, b in joined if name in (a, b)]
                below = sum(near) / len(near) >= place[name][1]
                at, ha, va = {0: ((-away, 0), "right", "center"), 5: ((away, 0), "left", "center")}.get(
                    across[stage], ((0, -away), "center", "top") if below else ((0, away), "center", "bottom")
                )  # fmt: skip
                axes.annotate(words, place[name], at, textcoords="offset points", ha=ha, va=va, fontsize=9, color=INK, zorder=3,
                              bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5})  # fmt: skip
        for stage, x in across.items():
            y = -1.6 if stage == "memory" else 5.9
            words = {"equipment": "EUV scanners", "foundry": "wafers", "packaging": "packaging", "model labs": "model APIs", "cloud": "clouds", "accelerators": "AI chips"}.get(stage, stage)  # fmt: skip
            axes.text(x, y, words, ha="center", fontsize=9.5, fontweight="bold")
        axes.set(xlim=(-0.75, 5.8), ylim=(-1.7, 6.2))
        axes.axis("off")
    listed = "; ".join(f"{stage}: {', '.join(of)}" for stage, of in nodes.items())
    return Chart(
        figure,
        f"Map of a supply chain in stages. {title}. {listed}.",
        pd.DataFrame(joined, columns=["from", "to"]),  # fmt: skip
    )


SORTS = ("budget", "fund", "request", "target", "pledge")  # from money voted to money promised


def programme_amounts(programmes: pd.DataFrame, source: str) -> Chart:
    """Amounts in USD by what sort of number they are, log scale; only rows that were published in USD too."""
    shown = programmes.dropna(subset=["amount_usd_bn"])
    voted = shown[shown["sort"].isin(["budget", "fund"])]["amount_usd_bn"].max()
    said = shown["amount_usd_bn"].max()
    title = f"The largest pledge (USD {said:,.0f} bn) is {said / voted:.0f} times the largest fund or budget here"
    with course_style():
        figure, axes = sheet(title, source, height=3.9)
        for row, sort in enumerate(SORTS):
            part = shown[shown["sort"] == sort].sort_values("amount_usd_bn").reset_index(drop=True)
            for place, step in part.iterrows():
                mark = "s" if step["payer"] == "public" else "o"
                axes.plot(step["amount_usd_bn"], row, mark, color=BLOCS.get(step["bloc"], QUIET), markersize=8)  # fmt: skip
                above = place % 2 == 0
                axes.annotate(
                    f"{step['bloc']}, {step['date']:%Y}",
                    (step["amount_usd_bn"], row), (0, 8 if above else -8), textcoords="offset points",
                    ha="center", va="bottom" if above else "top", fontsize=9,
                )  # fmt: skip
        axes.set_yticks(range(len(SORTS)), SORTS)
        axes.set(xscale="log", xlim=(0.22, 1500), ylim=(len(SORTS) - 0.4, -0.7))
        axes.set_xlabel("USD bn as published (log scale); square: public payer, dot: private or mixed; periods differ")  # fmt: skip
        axes.xaxis.set_major_formatter("{x:,.10g}")
    listed = "; ".join(f"{r.bloc}, {r.programme} ({r.sort}): {r.amount_usd_bn:g}" for r in shown.itertuples())  # fmt: skip
    return Chart(
        figure,
        f"Dot chart on a log scale by sort of number. {title}. {listed}.",
        shown[["bloc", "programme", "sort", "payer", "amount_usd_bn"]].reset_index(drop=True),
    )


def rank_bars(cases: dict[str, pd.DataFrame], source: str) -> Chart:
    """How often each bloc comes first, and second (percent of all weightings), a stacked bar a case; `rank_shares` tables by case."""
    places = {
        place: pd.DataFrame({case: 100 * found[place] for case, found in cases.items()}).T
        for place in (1, 2)
    }
    leader = places[1].mean().idxmax()
    swing = (places[2].max() - places[2].min()).idxmax()
    title = (
        f"{leader} first in {places[1][leader].min():.0f}–{places[1][leader].max():.0f} % of weightings, "
        f"{swing} second in {places[2][swing].min():.0f}–{places[2][swing].max():.0f} %"
    )
    with course_style():
        figure, both = sheet(title, source, height=2.2 + 0.42 * len(cases), ncols=2, sharey=True)
        for axes, (place, table) in zip(both, places.items(), strict=True):
            for row, case in enumerate(table.index):
                left = 0.0
                for bloc, shade in BLOCS.items():
                    width = table.at[case, bloc]
                    block(axes, left, row, width, 0.62, facecolor=shade, edgecolor=PAPER)
                    if width >= 8:
                        axes.text(left + width / 2, row, f"{width:.0f}", ha="center", va="center", fontsize=9,
                                  color=PAPER)  # fmt: skip
                    left += width
            axes.set_yticks(range(len(table)), table.index)
            axes.set(ylim=(len(table) - 0.4, -1.2), xlim=(0, 100))
            axes.set_xlabel(f"{'first' if place == 1 else 'second'}, % of 10,000 weightings")
            axes.grid(axis="y", visible=False)
        for bloc, shade in BLOCS.items():
            both[0].plot([], [], "s", color=shade, label=bloc, markersize=8)
        both[0].legend(loc="upper left", borderaxespad=0, handletextpad=0.1, columnspacing=0.8, ncols=3, frameon=False, fontsize=9)  # fmt: skip
    listed = "; ".join(f"{case}: " + ", ".join(f"{bloc} {value:.0f}" for bloc, value in row.items()) for case, row in places[1].iterrows())  # fmt: skip
    return Chart(figure, f"Stacked bars. {title}. First place: {listed}.", places[1].reset_index(names="case"))  # fmt: skip
