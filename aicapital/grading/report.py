"""`class_report.html`: how a class did, question by question. Names of learners stand only where a teacher must look."""

import html
import textwrap
from collections import Counter, defaultdict
from pathlib import Path

import pandas as pd

from aicapital.figures.chart import Chart, sheet
from aicapital.figures.style import INK, QUIET, course_style

GROUPS = {
    "right": ("passed", "marked by hand"),
    "not right": ("failed", "error", "partly passed"),
    "stopped": ("timed out", "crashed"),
    "blank": ("not answered",),
    "to mark by hand": ("needs manual marking",),
}
LOOKS = {
    "right": ("#2E6F9E", ""),
    "not right": ("#D98E4A", "//"),
    "stopped": ("#B3261E", "xx"),
    "blank": ("#C9CED6", ""),
    "to mark by hand": ("#FFFFFF", ".."),
}


def table(records: list[dict], questions: list[list]) -> pd.DataFrame:
    """Question -> percent of submissions in each group, limit hits, and the commonest named mistakes."""
    rows = {}
    for name, points in questions:
        parts = [record["questions"][name] for record in records]
        counts = Counter(part["status"] for part in parts)
        mistakes = Counter(part["mistake"] for part in parts if part["mistake"])
        row = {
            group: 100 * sum(counts[status] for status in statuses) / max(len(parts), 1)
            for group, statuses in GROUPS.items()
        }
        rows[name] = {
            "points": points,
            **row,
            "time limit hits": counts["timed out"],
            "mistakes": "; ".join(f"{what} ({n})" for what, n in mistakes.most_common(3)),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def figure(
    shares: pd.DataFrame, titles: dict[str, str], learners: int, name: str, by_hand: list[str]
) -> Chart:
    """One bar a question, split by what became of the answers."""
    called = Counter(titles[question] for question in shares.index)
    labels = {
        question: titles[question].replace("$", r"\$")
        + (f" ({question})" if called[titles[question]] > 1 else "")
        for question in shares.index
    }
    marked = shares[~shares.index.isin(by_hand)]
    if len(marked):
        hardest = marked["right"].idxmin()
        title = f"{marked.at[hardest, 'right']:.0f} % have the hardest question right: {labels[hardest]}"
    else:
        title = "All questions are still to be marked by hand"
    with course_style():
        chart, axes = sheet(
            title, f"{name}, {learners} submissions", height=1.6 + 0.36 * len(shares)
        )
        left = pd.Series(0.0, index=shares.index)
        for group, (colour, hatch) in LOOKS.items():
            axes.barh(
                shares.index,
                shares[group],
                left=left,
                label=group,
                color=colour,
                hatch=hatch,
                edgecolor=QUIET if colour == "#FFFFFF" else "white",
                linewidth=0.5,
            )
            left += shares[group]
        for place, right in enumerate(shares["right"]):
            if right >= 8:
                axes.text(
                    right / 2,
                    place,
                    f"{right:.0f} %",
                    ha="center",
                    va="center",
                    color="white",
                    fontsize=9,
                )
        axes.set_yticks(range(len(shares)), [textwrap.fill(labels[q], 34) for q in shares.index])
        axes.invert_yaxis()
        axes.set(xlim=(0, 100), xlabel="Submissions, %")
        axes.tick_params(labelsize=9, colors=INK)
        axes.legend(
            ncols=5, loc="lower right", bbox_to_anchor=(1.0, 1.0), fontsize=9, frameon=False
        )
    alt = f"Stacked bars, one a question. {title}. " + " ".join(
        f"{labels[question]}: {row['right']:.0f} % right, {row['blank']:.0f} % blank."
        for question, row in shares.iterrows()
    )
    return Chart(chart, alt, shares)


def equal_answers(records: list[dict]) -> list[tuple[str, list[str]]]:
    """Longer answers that are the same in two submissions, apart from spaces: to be looked at, no more."""
    by_print = defaultdict(list)
    for record in records:
        for name, fingerprint in record["prints"].items():
            by_print[name, fingerprint].append(record["learner"])
    groups = [(name, sorted(who)) for (name, _), who in by_print.items() if len(who) > 1]
    # What most of a class writes is the answer that the question leads to.
    limit = max(2, len(records) // 5)
    return sorted((name, who) for name, who in groups if len(who) <= limit)


PUBLISHED = "the answer to the published sheet"


def equal_to_other_numbers(records: list[dict]) -> list[tuple[str, list[str], list[str]]]:
    """Answers that do not fit the learner's numbers and are, apart from spaces, an answer to others. To be looked at.

    Answer cell, whose numbers it does not fit, and to whom (or what) it is equal.
    """
    alike = defaultdict(list)
    for record in records:
        for cell, answer in record.get("own", {}).items():
            alike[cell, answer["print"]].append((record["learner"], answer))
    found = []
    for (cell, _), group in alike.items():
        strangers = sorted(who for who, answer in group if not answer["fits"])
        like = sorted(who for who, answer in group if answer["fits"])
        if any(answer["public"] for _, answer in group):
            like.append(PUBLISHED)
        differ = len({answer["numbers"] for _, answer in group}) > 1
        if strangers and (like or differ):
            found.append((cell, strangers, like))
    return sorted(found)


def _called(name: str, titles: dict[str, str]) -> str:
    """A question or an answer by its heading, its id in small beside."""
    return f"{html.escape(titles[name])} <small>({html.escape(name)})</small>"


def write(folder: Path, head: dict, records: list[dict]) -> Path:
    silent = [record["learner"] for record in records if record["status"] == "missing"]
    records = [record for record in records if record["status"] != "missing"]
    shares = table(records, head["questions"])
    titles = head["titles"]
    chart = figure(shares, titles, len(records), head["sheet"], head["by_hand"])
    picture = chart._repr_mimebundle_()["text/html"]
    scores = pd.Series([record["score"] for record in records], dtype=float)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>Class report: {html.escape(head['sheet'])}</title>",
        "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
        "td,th{text-align:left;padding:.2rem .8rem .2rem 0;vertical-align:top}</style></head><body>",
        f"<h1>Class report: {html.escape(head['sheet'])}</h1>",
        f"<p>{len(records)} submissions. Half of them have {scores.median():g} points or more, of "
        f"{records[0]['max_score']:g}, before what is marked by hand.</p>"
        if records
        else "<p>No submissions.</p>",
        f"<p>Nothing came from {len(silent)} on the roster: {html.escape(', '.join(silent))}. They are not counted here.</p>"
        if silent
        else "",
        picture,
        "<h2>By question</h2><table><tr><th>Question</th><th>Right, %</th><th>Blank, %</th>"
        "<th>Time limit hits</th><th>Most frequent named mistakes</th></tr>",
    ]
    for name, row in shares.iterrows():
        cells = (f"{row['right']:.0f}", f"{row['blank']:.0f}", row["time limit hits"])
        parts.append(
            f"<tr><td>{_called(name, titles)}</td>"
            + "".join(f"<td>{cell}</td>" for cell in cells)
            + f"<td>{html.escape(row['mistakes'])}</td></tr>"
        )
    parts.append("</table>")
    equal = equal_answers(records)
    if equal:
        parts.append(
            "<h2>Equal answers</h2><p>These longer answers are the same, letter for letter. There can be good "
            "reasons: pairs that worked together, a shared template, the public solutions.</p><ul>"
        )
        parts += [
            f"<li>{_called(name, titles)}: {html.escape(', '.join(who))}</li>"
            for name, who in equal
        ]
        parts.append("</ul>")
    other = equal_to_other_numbers(records)
    if other:
        parts.append(
            "<h2>Equal answers to different numbers</h2><p>These answers do not fit the learner's own numbers, and they "
            "are, apart from spaces, the answer of somebody with other numbers. There can be good reasons: pairs that "
            "worked together, a public solution taken as a pattern, the same slip. Look, and ask.</p><ul>"
        )
        for cell, strangers, like in other:
            line = ", ".join(strangers)
            if like:
                more = f" and {len(like) - 5} more" if len(like) > 5 else ""
                line += f"; the same as {', '.join(like[-5:])}{more}"
            parts.append(f"<li>{_called(cell, titles)}: {html.escape(line)}</li>")
        parts.append("</ul>")
    parts.append("</body></html>\n")
    path = folder / "class_report.html"
    path.write_text("\n".join(parts), encoding="utf-8")
    return path
