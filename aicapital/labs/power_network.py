"""Lab: who stands in the middle of the money, and who in the middle of the purchases?"""

import numpy as np
import pandas as pd
from matplotlib.collections import LineCollection

from ..data.ties import MONEY, PURCHASES, rounds_of_openai, ties
from ..figures.chart import block, sheet
from ..figures.style import ACCENT, GRID, QUIET, colour
from ..models.network import centrality, rank
from .lab import Control, Lab

SHOWN = 6
ARTICLE = pd.Timestamp("2026-03-03")  # up to this day the lab shows what was known on it
PAPER_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1}
LABS = ("OpenAI", "Anthropic", "xAI", "Meta", "Mistral AI", "DeepSeek")


def partners_over_time(firms: tuple[str, ...], known_by: str | None = None) -> pd.DataFrame:
    """Firms tied to each of `firms` by money, one row a day on which that could change."""
    money = ties(MONEY, known_by)
    return pd.DataFrame(
        {
            day: centrality(money[money["date"] <= day])["partners"].reindex(firms)
            for day in money["date"].unique()
        }
    ).T.fillna(0)


def around_rounds(firms: tuple[str, ...], known_by: str | None = None) -> pd.DataFrame:
    """Partners and betweenness of each firm in the network of money, the day before and on the day of each round."""
    money, rows = ties(MONEY, known_by), []
    for round_name, day in rounds_of_openai(known_by).itertuples(index=False):
        for when, until in (("before", money["date"] < day), ("after", money["date"] <= day)):
            found = (
                centrality(money[until]).reindex(firms)
                if until.any()
                else pd.DataFrame(index=firms)
            )
            for firm in firms:
                values = {
                    measure: float(found[measure].get(firm, 0.0)) if measure in found else 0.0
                    for measure in ("partners", "betweenness")
                }
                rows.append(
                    {"round": round_name, "date": day, "when": when, "firm": firm, **values}
                )
    return pd.DataFrame(rows).fillna(0.0)


def power_network(prediction: float | None = None) -> Lab:
    """The network of one kind of tie as it grew, and each firm's place in it by one measure.

    prediction : the number of firms that you expect to be tied to OpenAI by money on the article's day; drawn in when given.
    """
    everything = {kind: ties(kind) for kind in (MONEY, PURCHASES)}
    known_then = {kind: ties(kind, ARTICLE) for kind in everything}
    place = _places(everything)
    days = _days(everything)
    there = {}
    for kind in everything:
        for day in days:
            table = (known_then if day <= ARTICLE else everything)[kind]
            there[kind, day] = table[table["date"] <= day]
    found = {at: centrality(table) for at, table in there.items() if len(table)}

    def model(day, kind, measure):
        at = kind, days[day]
        return {"ties": there[at].drop_duplicates(["from", "to"]), "scores": found.get(at)}

    def scene():
        figure, (left, right) = sheet(
            "Who is in the middle depends on which tie you count",
            "Ties with a named firm in data of this course, collected around OpenAI and its rivals: firms further out are missing. "
            "Money: rounds and stakes, as committed. Purchases: contracts as announced. Up to the article's day as known then, later as of October 2026.",
            height=5.2,
            ncols=2,
            width_ratios=(1.45, 1),
        )
        left.set(xlim=(-1.75, 1.85), ylim=(-1.06, 1.06))
        left.axis("off")
        for name, (x, y) in place.items():
            left.text(
                x + (0.1 if x > 0 else -0.16),
                y,
                name,
                fontsize=9,
                ha="left" if x > 0 else "right",
                va="center",
            )
        left.scatter(*zip(*place.values(), strict=True), s=9, color=GRID, zorder=1)
        right.set(xlim=(0, 1.6), ylim=(SHOWN - 0.4, -0.9), xlabel="Highest = 1")
        right.set_yticks([])
        right.set_xticks([0, 0.5, 1])
        right.grid(axis="y", visible=False)
        return figure

    def draw(figure, result, values):
        left, right = figure.axes
        scores, column = result["scores"], _MEASURES[values["measure"]]
        if scores is None:
            return
        edges = result["ties"]
        left.add_collection(
            LineCollection(
                [(place[a], place[b]) for a, b in zip(edges["from"], edges["to"], strict=True)],
                colors=[
                    colour("OpenAI") if "OpenAI" in pair else QUIET
                    for pair in zip(edges["from"], edges["to"], strict=True)
                ],
                linewidths=1.3,
                linestyles="-" if values["kind"] == MONEY else (0, (4, 2)),
                zorder=2,
            )
        )
        there = scores.index
        left.scatter(
            *zip(*(place[name] for name in there), strict=True),
            s=25 + 40 * scores["partners"],
            color=[colour(name) for name in there],
            edgecolors="white",
            zorder=3,
        )
        top = scores[column].sort_values(ascending=False, kind="stable").head(SHOWN)
        highest = _highest(top)
        for row, (name, score) in enumerate(top.items()):
            block(right, 0, row, score / highest, 0.42, color=colour(name))
            right.text(
                score / highest + 0.03,
                row,
                f"{name} {_FORMATS[column].format(score)}",
                fontsize=9,
                va="center",
                bbox=PAPER_BOX,
                zorder=4,
            )

    def mark(figure, result, values, prediction):
        _, right = figure.axes
        if result["scores"] is None or _MEASURES[values["measure"]] != "partners":
            return
        highest = _highest(result["scores"]["partners"])
        if 0 <= prediction <= 1.4 * highest:
            right.axvline(prediction / highest, color=ACCENT, linewidth=2, linestyle=":")
            right.text(
                prediction / highest,
                -0.62,
                "your prediction",
                color=ACCENT,
                fontsize=9,
                bbox=PAPER_BOX,
                ha="left" if prediction < 0.6 * highest else "right",
            )

    def sentence(result, values):
        day = _day(days[values["day"]])
        scores, column = result["scores"], _MEASURES[values["measure"]]
        if scores is None:
            return f"By {day} the tables hold 0 ties of this kind: {values['kind']}. Move to a later day."
        pairs = f"{len(result['ties'])} pair" + ("s" if len(result["ties"]) != 1 else "")
        firms = f"By {day}, {values['kind']}: {len(scores)} firms and {pairs}. "
        leader = scores[column].idxmax()
        if "OpenAI" not in scores.index:
            return firms + f"OpenAI is not among them; {leader} is first."
        at, own = rank(scores, "OpenAI", column), scores.at["OpenAI", column]
        shown = _FORMATS[column].format(own)
        level = (scores[column].round(9) == round(own, 9)).sum() - 1
        words = f"OpenAI is number {at} by {values['measure']} with {shown}"
        if at > 1:
            return (
                firms
                + words
                + f"; {leader} is first with {_FORMATS[column].format(scores[column].max())}."
            )
        rest = scores[column].drop("OpenAI")
        if level:
            return (
                firms
                + words
                + f", level with {', '.join(rest.index[rest.round(9) == round(own, 9)][:3])}."
            )
        second = rest.idxmax()
        return firms + words + f"; next is {second} with {_FORMATS[column].format(rest.max())}."

    article = max(stop for stop, day in enumerate(days) if day <= pd.Timestamp("2026-03-03"))
    before = max(stop for stop, day in enumerate(days) if day < pd.Timestamp("2026-02-27"))
    last = len(days) - 1
    return Lab(
        title="Lab: who is in the middle?",
        controls=[
            Control(
                "day",
                "Ties up to this day",
                tuple(range(len(days))),
                article,
                lambda stop: _day(days[stop]),
            ),
            Control("kind", "Which tie", (MONEY, PURCHASES), MONEY),
            Control("measure", "By which measure", tuple(_MEASURES), "partners"),
        ],
        presets={
            "Money, before the round of 2026": {
                "day": before,
                "kind": MONEY,
                "measure": "partners",
            },
            "Money, after it": {"day": article, "kind": MONEY, "measure": "partners"},
            "Purchases, on the article's day": {
                "day": article,
                "kind": PURCHASES,
                "measure": "partners",
            },
            "Purchases, now: who lies between": {
                "day": last,
                "kind": PURCHASES,
                "measure": "betweenness",
            },
        },
        model=model,
        scene=scene,
        draw=draw,
        sentence=sentence,
        mark=mark,
        prediction=prediction,
    )


def _highest(scores: pd.Series) -> float:
    return scores.max() or 1.0


def _day(day: pd.Timestamp) -> str:
    return f"{day.day} {day:%B %Y}"


_MEASURES = {
    "partners": "partners",
    "USD bn of its ties": "strength",
    "betweenness": "betweenness",
    "eigenvector centrality": "eigenvector",
}
_FORMATS = {
    "partners": "{:.0f}",
    "strength": "{:,.0f} bn",
    "betweenness": "{:.0f} %",
    "eigenvector": "{:.2f}",
}


def _days(everything: dict) -> list[pd.Timestamp]:
    """Days on which a pair of firms was tied for the first time, in either network."""
    first = pd.concat(
        [table.drop_duplicates(["from", "to"])["date"] for table in everything.values()]
    ).sort_values()
    return list(first.unique())


def _places(everything: dict) -> dict[str, tuple[float, float]]:
    """A place for each firm: labs on the left, all others on a bow on the right, near those that they are tied to."""
    tied = pd.concat([table[["from", "to"]] for table in everything.values()])
    tied = pd.concat([tied, tied.rename(columns={"from": "to", "to": "from"})])
    heights = dict(zip(LABS, np.linspace(0.62, -0.95, len(LABS)), strict=True))
    others = tied[~tied["from"].isin(LABS)]
    near = others.assign(height=others["to"].map(heights)).groupby("from")["height"].mean()
    # Firms tied to no lab (the last ones) stand at the bottom.
    ordered = near.fillna(-2).sort_values(ascending=False, kind="stable").index
    places = {name: (-1.0, float(height)) for name, height in heights.items()}
    for name, y in zip(ordered, np.linspace(1, -1, len(ordered)), strict=True):
        places[name] = (float(0.75 - 0.45 * y**2), float(y))
    return places
