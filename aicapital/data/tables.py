"""Reading, checking and loading the tables.

Messages count rows as a spreadsheet does: row 1 is the header.
"""

import csv
import io
import math
import os
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

import pandas as pd

from .schema import PACKAGE_FILE, DataError, closest, fields, folder, resource, stamp, text_of

P = ParamSpec("P")
R = TypeVar("R")
REFERENCE_COLUMNS = ["publisher", "title", "published", "url"]
_DTYPES = {
    "string": "str",
    "number": "float64",
    "integer": "float64",  # integers may be empty
    "boolean": "bool",
    "date": "datetime64[us]",
}


def load(name: str, known_by: str | date | None = None, all_reports: bool = False) -> pd.DataFrame:
    """A table of the course, typed by the data package.

    known_by : keep only what was public on that day ("2026-03-03").
    all_reports : keep rival reports of one fact; otherwise the best supported of those known by then
        stands alone.
    """
    state = _state(name)
    day = None if known_by is None else _day(known_by)
    table = _chosen(name, state, day, bool(all_reports)).copy()
    table.attrs = {
        "table": name,
        "known_by": day.strftime("%Y-%m-%d") if day is not None else None,
    }
    return table


@lru_cache(maxsize=256)
def _chosen(name: str, state: tuple, day: pd.Timestamp | None, all_reports: bool) -> pd.DataFrame:
    """What `load` gives: lessons ask for the same few choices hundreds of times."""
    table = _read(name, state)
    if day is not None:
        if "known_from" not in table:
            raise DataError(
                f"known_by cannot be used with {name!r}: it has no known_from dates. Leave it out."
            )
        table = table[table["known_from"] <= day]
    if not all_reports and "conflict_group" in table:
        ranked = table.sort_values("conflict_rank", kind="stable")
        beaten = ranked["conflict_group"].ne("") & ranked["conflict_group"].duplicated()
        table = table[~beaten.reindex(table.index)]
    return table.reset_index(drop=True)


def until_tables_change(function: Callable[P, R]) -> Callable[P, R]:
    """Remember what `function` works out from the tables until one of their files changes: questions ask hundreds of times.

    Its arguments must be hashable; what it returns is shared by all who ask, so nobody may change it.
    """

    @lru_cache(maxsize=256)
    def of_state(state: tuple, *args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    @wraps(function)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with os.scandir(folder()) as files:
                state = tuple((it.path, it.stat().st_mtime_ns, it.stat().st_size) for it in files)
        except OSError:
            return function(*args, **kwargs)  # it says better what is missing
        return of_state(state, *args, **kwargs)

    return remembered


def sources(table: pd.DataFrame) -> pd.DataFrame:
    """The references behind the rows of `table`, in order of first use."""
    if "source_id" not in table:
        raise DataError(
            "sources() needs the column source_id, which this table does not have. Pass a table from load(), "
            "before other columns are chosen."
        )
    known = _checked("sources").set_index("source_id")
    used = list(dict.fromkeys(table["source_id"]))
    unknown = [key for key in used if key not in known.index]
    if unknown:
        raise DataError(
            f"sources() found no source called {unknown[0]!r}.{closest(unknown[0], known.index)}"
        )
    return known.loc[used, REFERENCE_COLUMNS].reset_index(drop=True)


def _day(value: str | date) -> pd.Timestamp:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return pd.Timestamp(date.fromisoformat(value))
        except ValueError:
            pass
    elif isinstance(value, date) and not pd.isna(value):
        return pd.Timestamp(value).tz_localize(None).normalize()
    raise DataError(f"known_by must be a day such as '2026-03-03'; got {value!r}.")


def _checked(name: str) -> pd.DataFrame:
    return _read(name, _state(name))


def _state(name: str) -> tuple:
    """The files that a table rests on, and when they changed."""
    entry = resource(name)
    keys = [key["reference"]["resource"] for key in entry["schema"].get("foreignKeys", [])]
    paths = [PACKAGE_FILE, entry["path"], *(resource(other)["path"] for other in keys)]
    return tuple(stamp(folder() / path) for path in paths)


@lru_cache(maxsize=64)
def _read(name: str, state: tuple) -> pd.DataFrame:
    """The parsed table. `state` is that of its files, so an edit is seen."""
    path = Path(state[1][0])
    columns = fields(name)
    records = _records(path, columns)
    values = {column: [] for column in columns}
    for row, record in records:
        if "kind" in columns and not record["kind"]:
            numbers = [c for c, f in columns.items() if f["type"] == "number" and record[c]]
            if numbers:
                raise _wrong(
                    path,
                    row,
                    "kind",
                    f"is empty although {numbers[0]} holds a number",
                    "Say what kind of number it is.",
                )
        for column, field in columns.items():
            values[column].append(_value(path, row, column, field, record[column]))
    rows = [row for row, _ in records]
    _check_keys(path, name, rows, values)
    _check_conflicts(path, rows, values)
    return pd.DataFrame(
        {c: pd.Series(values[c], dtype=_DTYPES[f["type"]]) for c, f in columns.items()}
    )


def _wrong(path: Path, row: int, column: str, what: str, remedy: str) -> DataError:
    return DataError(f"{path.name}, row {row}, column {column!r}: {what}. {remedy}")


def _records(path: Path, columns: dict) -> list[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text_of(path).removeprefix("\ufeff"), newline=""), strict=True)
    records = []
    try:
        header = next(reader, [])
        _check_header(path, header, columns)
        for cells in reader:
            if len(cells) != len(header):
                raise DataError(
                    f"{path.name}, row {reader.line_num}: has {len(cells)} cells, expected {len(header)}. "
                    "Look for a missing or extra comma; text with a comma needs quotation marks."
                )
            records.append((reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as error:
        raise DataError(
            f"{path.name}, row {reader.line_num}: broken CSV ({error}). Look for a quotation mark that is "
            "not closed."
        ) from None
    return records


def _check_header(path: Path, header: list[str], columns: dict) -> None:
    for column in columns:
        if header.count(column) != 1:
            problem = "is there twice" if column in header else "is missing"
            raise _wrong(path, 1, column, problem, f"Expected the columns {', '.join(columns)}.")
    for column in header:
        if column not in columns:
            raise _wrong(
                path,
                1,
                column,
                f"is not in {PACKAGE_FILE}",
                f"Remove it or describe it there.{closest(column, columns)}",
            )


def _value(path: Path, row: int, column: str, field: dict, text: str) -> object:
    rules = field.get("constraints", {})
    if not text:
        if rules.get("required"):
            raise _wrong(path, row, column, "is empty", f"Expected: {field['description']}")
        return {"string": "", "date": pd.NaT}.get(field["type"], math.nan)
    try:
        value = _PARSERS[field["type"]](text)
    except ValueError:
        raise _wrong(
            path,
            row,
            column,
            f"got {text!r}, expected {_EXPECTED[field['type']]}",
            "Correct the cell.",
        ) from None
    if "enum" in rules and text not in rules["enum"]:
        options = ", ".join(rules["enum"])
        raise _wrong(
            path,
            row,
            column,
            f"got {text!r}, expected one of {options}",
            f"Choose one.{closest(text, rules['enum'])}",
        )
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        raise _wrong(
            path,
            row,
            column,
            f"got {text!r}, which does not fit {rules['pattern']}",
            f"Expected: {field['description']}",
        )
    low, high = rules.get("minimum", -math.inf), rules.get("maximum", math.inf)
    if field["type"] in ("number", "integer") and not low <= value <= high:
        raise _wrong(
            path,
            row,
            column,
            f"got {text}, expected {low} to {high} ({field['unit']})",
            "Check the number and its unit.",
        )
    return value


def _number(text: str) -> float:
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text):
        raise ValueError
    return float(text)


def _integer(text: str) -> float:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError
    return float(text)


def _date(text: str) -> datetime:
    if len(text) != 10:
        raise ValueError
    return datetime.strptime(text, "%Y-%m-%d")


def _boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError
    return text == "true"


_PARSERS = {
    "string": str,
    "number": _number,
    "integer": _integer,
    "date": _date,
    "boolean": _boolean,
}
_EXPECTED = {
    "number": "a number such as 12.5, without unit or thousands mark",
    "integer": "a whole number",
    "date": "a day such as 2026-03-31",
    "boolean": "true or false",
}


def _check_keys(path: Path, name: str, rows: list[int], values: dict) -> None:
    schema = resource(name)["schema"]
    (key,) = schema["primaryKey"]
    seen = {}
    for row, value in zip(rows, values[key], strict=True):
        if value in seen:
            raise _wrong(
                path,
                row,
                key,
                f"{value!r} is there already, in row {seen[value]}",
                "Give every row its own key.",
            )
        seen[value] = row
    for foreign in schema.get("foreignKeys", []):
        (column,), target = foreign["fields"], foreign["reference"]
        known = set(_checked(target["resource"])[target["fields"][0]])
        for row, value in zip(rows, values[column], strict=True):
            if value not in known:
                raise _wrong(
                    path,
                    row,
                    column,
                    f"{value!r} is not in {target['resource']}.csv",
                    f"Add it there or correct it.{closest(value, known)}",
                )


def _check_conflicts(path: Path, rows: list[int], values: dict) -> None:
    """Rivals need different ranks, or which one stands would depend on their order in the file."""
    seen = set()
    for row, group, rank in zip(
        rows, values.get("conflict_group", ()), values.get("conflict_rank", ()), strict=False
    ):
        if bool(group) == math.isnan(rank):
            raise _wrong(
                path,
                row,
                "conflict_rank",
                f"does not go with conflict_group {group!r}",
                "Fill both or neither.",
            )
        if group and (group, rank) in seen:
            raise _wrong(
                path,
                row,
                "conflict_rank",
                f"{rank:g} is taken already in {group}",
                "Give every rival its own rank.",
            )
        seen.add((group, rank))
