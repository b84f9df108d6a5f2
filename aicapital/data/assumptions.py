"""What the models take for granted: the value, range, kind and source of every parameter, from one table.

A lab starts from the value, a tornado moves over the range, and the learner sees both beside the picture. To follow this
in another lesson: add rows to `model_assumptions` with the model's name in `used_by`, read them here, and pass
`assumptions(model)` to the lab.
"""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from .display import Table, show
from .schema import DataError, closest
from .tables import load, sources, until_tables_change

TABLE = "model_assumptions"
COURSE = "course_assumptions"  # source of what is chosen for teaching


def assumptions(model: str, known_by: str | date | None = None) -> pd.DataFrame:
    """The rows that `model` reads, indexed by item, ready for `show`; `range` and `source` are in words."""
    return _of_model(model, known_by).copy()


@until_tables_change
def _of_model(model: str, known_by: str | date | None) -> pd.DataFrame:
    rows = load(TABLE, known_by)
    models = rows["used_by"].str.split("; ")
    chosen = rows[[model in names for names in models]].set_index("item")
    if chosen.empty:
        known = sorted({name for names in models for name in names})
        raise DataError(
            f"no assumptions of a model {model!r}.{closest(model, known)} Known: {', '.join(known)}."
        )
    return _in_words(chosen)


def assumed(model: str, known_by: str | date | None = None) -> dict[str, float]:
    """item -> value of every assumption of `model`."""
    return assumptions(model, known_by)["value"].to_dict()


def ranges(model: str, *items: str) -> dict[str, tuple[float, float]]:
    """item -> (low, high) for a tornado: of `items`, or of every assumption of `model` that has a range."""
    rows = assumptions(model).dropna(subset=["low", "high"])
    missing = [item for item in items if item not in rows.index]
    if missing:
        raise DataError(f"{missing[0]!r} of the model {model!r} has no range.")
    chosen = rows.loc[list(items)] if items else rows
    return {item: (row["low"], row["high"]) for item, row in chosen.iterrows()}


def published(table: str, figures: Iterable[tuple[str, str, str, str]]) -> pd.DataFrame:
    """Figures of another table in the form of assumptions, to stand beside them; a range comes along where the table has one.

    figures : for each its row_id, the column that holds it, its unit and its meaning.
    """
    rows = load(table).set_index("row_id")
    names, columns, units, texts = zip(*figures, strict=True)
    chosen = rows.loc[list(names)]
    given = pd.DataFrame(
        {
            "text": texts,
            "value": [rows.at[pair] for pair in zip(names, columns, strict=True)],
            "low": chosen.get("low"),
            "high": chosen.get("high"),
            "unit": units,
            "kind": chosen["kind"],
            "source_id": chosen["source_id"],
        },
        index=chosen.index,
    )
    return _in_words(given)


def assumption_table(rows: pd.DataFrame, caption: str = "") -> Table:
    """Rows of `assumptions` or `published`, one a line: meaning, value, range, unit, kind, source."""
    lines = pd.DataFrame(
        {
            "assumption": rows["text"],
            "value": rows["value"].map(plain),
            "range": rows["range"],
            "unit": rows["unit"],
            "kind": rows["kind"],
            "source": rows["source"],
            "source_id": rows["source_id"],
        }
    ).reset_index(drop=True)
    columns = [name for name in lines if name != "source_id"]
    words = {name: name.capitalize() for name in columns}
    return show(lines, columns, rename=words, caption=caption, max_rows=len(lines))


def in_range(low: float, high: float) -> str:
    """A range in words; what has none is a published figure, taken as given."""
    return "as given" if pd.isna(low) else f"{plain(low)} to {plain(high)}"


def plain(value: float | str) -> str:
    """A figure as its source has it: 0.0806, 1,000, 5e17."""
    if isinstance(value, str):
        return value
    if abs(value) >= 1e15:
        mantissa, power = f"{value:.10e}".split("e")
        return f"{float(mantissa):g}e{int(power)}"
    return f"{value:.10g}" if abs(value) < 10_000 else f"{value:,.10g}"


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    published = sources(rows)
    by_id = dict(zip(dict.fromkeys(rows["source_id"]), published.itertuples(), strict=True))
    names = {
        key: row.publisher if key == COURSE else f"{row.publisher} {row.published.year}"
        for key, row in by_id.items()
    }
    return rows.assign(
        range=[in_range(*pair) for pair in zip(rows["low"], rows["high"], strict=True)],
        source=rows["source_id"].map(names),
    )
