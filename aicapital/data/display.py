"""The one formatter for tables on the screen."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from pandas.api.types import (
    is_bool_dtype,
    is_datetime64_any_dtype,
    is_integer_dtype,
    is_numeric_dtype,
)

from .schema import DataError, closest, fields, resource, table_names
from .tables import sources

BOOKKEEPING = (
    *("row_id", "date_precision", "kind", "known_from", "as_of", "source_id"),
    *("conflict_group", "conflict_rank", "note"),
)
MARKS = {
    "reported": ("°", "reported by the press or leaked"),
    "estimated": ("~", "estimated by a third party"),
    "derived": ("=", "derived by arithmetic"),
    "projected": ("→", "projected"),
    "assumed": ("*", "assumed for teaching"),
}
UNKNOWN = "–"
DATE = re.compile(r"\d{4}(-\d\d){1,2}")
_NOWRAP = ";white-space:nowrap"
PERIODS = {"month": "%Y-%m", "year": "%Y"}


@dataclass(frozen=True)
class Table:
    """A small table that shows itself as HTML in a notebook and as text elsewhere."""

    caption: str
    header: tuple[str, ...]
    right: tuple[bool, ...]  # columns of numbers
    rows: tuple[tuple[tuple[str, str], ...], ...]  # a cell is its text and its mark
    foot: tuple[str, ...]
    references: tuple[tuple[str, str, str, str], ...]  # publisher, title, day, address

    def _repr_html_(self) -> str:
        align = ["text-align:right" if right else "text-align:left" for right in self.right]
        head = "".join(
            f'<th scope="col" style="{style}">{escape(name)}</th>'
            for name, style in zip(self.header, align, strict=True)
        )
        body = "".join(
            "<tr>"
            + "".join(
                f'<td style="{style}{_NOWRAP if DATE.fullmatch(cell[0]) else ""}">{_cell_html(*cell)}</td>'
                for cell, style in zip(row, align, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        parts = [f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"]
        if self.foot:
            parts.append(f"<p><small>{escape(' '.join(self.foot))}</small></p>")
        if self.references:
            items = "".join(
                f"<li>{_reference_html(*reference)}</li>" for reference in self.references
            )
            parts.append(
                f"<details><summary>Sources ({len(self.references)})</summary><ul>{items}</ul></details>"
            )
        return "<div>" + "".join(parts) + "</div>"

    def __repr__(self) -> str:
        cells = [self.header, *(tuple(text + mark for text, mark in row) for row in self.rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self.header))]
        lines = [
            "  ".join(
                cell.rjust(width) if right else cell.ljust(width)
                for cell, width, right in zip(row, widths, self.right, strict=True)
            ).rstrip()
            for row in cells
        ]
        lines.insert(1, "  ".join("-" * width for width in widths))
        named = [f"{publisher}, {title} ({day})" for publisher, title, day, _ in self.references]
        text = [self.caption] if self.caption else []
        text += lines + list(self.foot)
        if named:
            text.append("Sources: " + "; ".join(named))
        return "\n".join(text)


def show(
    df: pd.DataFrame | pd.Series,
    columns: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    caption: str | None = None,
    decimals: int | Mapping[str, int] | None = None,
    max_rows: int = 12,
) -> Table:
    """A small table for the screen, with units, marks for the kind of number, and its sources.

    columns : which to show, in order; without it, all but the bookkeeping and the empty ones. Choose here,
        not before: marks and sources come from columns that are not shown.
    rename : other words for a column's header; its unit is added.
    decimals : for all number columns, or by column; without it, numbers from the data keep the digits of
        their source and computed ones get two decimals.
    """
    if isinstance(df, pd.Series):
        df = df.to_frame(df.name if df.name is not None else "value")
    if not isinstance(df, pd.DataFrame):
        raise DataError(f"show() needs a DataFrame; got {type(df).__name__}.")
    if len(df) > max_rows:
        raise DataError(
            f"show() got {len(df)} rows and prints at most {max_rows}. Choose rows first, for instance with "
            f".head({max_rows}), or pass max_rows={len(df)}."
        )
    shown = _named_index(df)
    chosen = _columns(shown, list(shown.columns.difference(df.columns, sort=False)), columns)
    described = {column: _field(df, column) for column in chosen}
    formats = {column: _decimals(decimals, column, described[column]) for column in chosen}
    cells = {column: _cells(shown, column, described[column], formats[column]) for column in chosen}
    marks = _marks(shown)
    right = {
        column: is_numeric_dtype(shown[column]) and not is_bool_dtype(shown[column])
        for column in chosen
    }
    rows = tuple(
        tuple((cells[c][i], marks[i] if _marked(described[c], cells[c][i]) else "") for c in chosen)
        for i in range(len(shown))
    )
    return Table(
        caption=_caption(df) if caption is None else caption,
        header=tuple(_header(column, described[column], rename or {}) for column in chosen),
        right=tuple(right.values()),
        rows=rows,
        foot=_foot(df, rows),
        references=_references(df),
    )


def _named_index(df: pd.DataFrame) -> pd.DataFrame:
    """An index that carries meaning becomes a column; a plain count of rows does not."""
    plain = df.index.nlevels == 1 and df.index.name is None and is_integer_dtype(df.index.dtype)
    if plain or not len(df.index.names):
        return df.reset_index(drop=True)
    names = [name if name is not None else "" for name in df.index.names]
    return df.reset_index(names=names)


def _columns(df: pd.DataFrame, index: list[str], columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        empty = [
            column for column in df if len(df) and (df[column].isna() | df[column].eq("")).all()
        ]
        return [column for column in df if column not in BOOKKEEPING and column not in empty]
    columns = [columns] if isinstance(columns, str) else list(columns)
    for column in columns:
        if column not in df:
            options = ", ".join(map(str, df.columns))
            raise DataError(
                f"show() found no column {column!r}.{closest(column, map(str, df.columns))} "
                f"There are: {options}."
            )
    return [
        column for column in index if column not in columns and column not in BOOKKEEPING
    ] + columns


def _field(df: pd.DataFrame, column: str) -> dict:
    """The column's descriptor, from the table's own schema or from another table that has such a column."""
    own = df.attrs.get("table")
    names = table_names()
    for name in ([own] if own in names else []) + names:
        if column in fields(name):
            return fields(name)[column]
    return {}


def _header(column: str, field: dict, rename: Mapping[str, str]) -> str:
    name = str(column).replace("_", " ").replace("usd", "USD")
    words = rename.get(column, field.get("title", name))
    unit = field.get("unit", "")
    if not unit or unit.startswith("see ") or unit in words or field["type"] == "integer":
        return words
    return f"{words}, {unit}"


def _decimals(decimals: int | Mapping[str, int] | None, column: str, field: dict) -> int | None:
    if isinstance(decimals, Mapping):
        decimals = decimals.get(column)
    return decimals if decimals is not None else (None if field else 2)


def _cells(df: pd.DataFrame, column: str, field: dict, decimals: int | None) -> list[str]:
    values = df[column]
    if is_bool_dtype(values):
        return ["yes" if value else "no" for value in values]
    if is_datetime64_any_dtype(values):
        exact = (
            df["date_precision"]
            if "date_precision" in df and column in ("date", "announced")
            else [""] * len(df)
        )
        return [_date(value, precision) for value, precision in zip(values, exact, strict=True)]
    if is_numeric_dtype(values):
        whole = field.get("type") == "integer" or is_integer_dtype(values)
        plain = field.get("unit") == "calendar year" or "year" in str(column).lower()
        return [
            _number(value, 0 if whole else decimals, "" if plain and whole else ",")
            for value in values
        ]
    return ["" if pd.isna(value) else str(value) for value in values]


def _date(value: pd.Timestamp, precision: str) -> str:
    if pd.isna(value):
        return UNKNOWN
    if precision == "quarter":
        return f"{value.year} Q{value.quarter}"
    about = "about " if precision == "approx" else ""
    return about + value.strftime(PERIODS.get(precision, "%Y-%m-%d"))


def _number(value: float, decimals: int | None, separator: str) -> str:
    if pd.isna(value):
        return UNKNOWN
    if np.isfinite(value) and abs(value) >= 1e15:
        mantissa, exponent = f"{value:.9e}".split("e")
        return f"{float(mantissa):.10g}e{int(exponent)}"
    return f"{value:{separator}.10g}" if decimals is None else f"{value:{separator}.{decimals}f}"


def _marks(df: pd.DataFrame) -> list[str]:
    kinds = df["kind"] if "kind" in df else [""] * len(df)
    return [MARKS.get(kind, ("", ""))[0] for kind in kinds]


def _marked(field: dict, text: str) -> bool:
    return field.get("type") == "number" and text != UNKNOWN


def _cell_html(text: str, mark: str) -> str:
    meaning = next((words for sign, words in MARKS.values() if sign == mark), "")
    return escape(text) + (
        f' <abbr title="{escape(meaning)}">{escape(mark)}</abbr>' if mark else ""
    )


def _caption(df: pd.DataFrame) -> str:
    name = df.attrs.get("table")
    return resource(name)["title"] if name in table_names() else ""


def _foot(df: pd.DataFrame, rows: tuple) -> tuple[str, ...]:
    lines = []
    used = {mark for row in rows for _, mark in row}
    legend = [f"{sign} {words}" for sign, words in MARKS.values() if sign in used]
    if legend:
        if df["kind"].eq("disclosed").any():
            legend.append("no mark: disclosed in a filing or by the company")
        lines.append(f"Marks: {'; '.join(legend)}.")
    if any(text == UNKNOWN for row in rows for text, _ in row):
        lines.append(f"{UNKNOWN} not known.")
    if "as_of" in df and len(df):
        exact = df["date_precision"] if "date_precision" in df else pd.Series("day", index=df.index)
        days = sorted(zip(df["as_of"], exact, strict=True))
        first, last = _date(*days[0]), _date(*days[-1])
        lines.append(f"As of {first}." if first == last else f"As of {first} to {last}.")
    if df.attrs.get("known_by"):
        lines.append(f"As known on {df.attrs['known_by']}.")
    if not rows:
        lines.append("No rows.")
    return tuple(lines)


def _references(df: pd.DataFrame) -> tuple[tuple[str, str, str, str], ...]:
    if "source_id" not in df:
        return ()
    found = sources(df)
    days = found["published"].dt.strftime("%Y-%m-%d")
    return tuple(zip(found["publisher"], found["title"], days, found["url"], strict=True))


def _reference_html(publisher: str, title: str, day: str, url: str) -> str:
    name = escape(title)
    if url.startswith(("https://", "http://")):
        name = f'<a href="{escape(url)}" rel="noopener">{name}</a>'
    return f"{escape(publisher)}: {name} ({escape(day)})"
