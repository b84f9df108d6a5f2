"""The data package: which tables exist, and what their columns are."""

import json
import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import pandas as pd

PACKAGE_FILE = "datapackage.json"
_BESIDE = Path(__file__).resolve().parents[2] / "data"


class DataError(ValueError):
    """A table, or a request for one, is not as it should be."""


def folder() -> Path:
    """The folder of the tables: AICAPITAL_DATA if that is set, else `data` beside the package."""
    return Path(os.environ.get("AICAPITAL_DATA") or _BESIDE)


def stamp(path: Path) -> tuple[str, int, int]:
    """What identifies one state of a file, for caches."""
    try:
        state = path.stat()
    except OSError:
        raise DataError(
            f"{path.name} is missing: expected it in {path.parent}. Restore it from the course's repository, "
            "or point AICAPITAL_DATA to the folder that holds the tables."
        ) from None
    return str(path), state.st_mtime_ns, state.st_size


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError(
            f"{path.name}, row {line}: not UTF-8 text. Save the file again as UTF-8 "
            "(in a spreadsheet: CSV UTF-8)."
        ) from None


@lru_cache(maxsize=8)
def _read_package(key: tuple[str, int, int]) -> dict:
    path = Path(key[0])
    try:
        package = json.loads(text_of(path))
        package["resources"] = {resource["name"]: resource for resource in package["resources"]}
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise DataError(
            f"{path.name} cannot be read as a data package: {error}. Restore it from the repository."
        ) from None
    return package


def package() -> dict:
    """The data package, its resources by name."""
    return _read_package(stamp(folder() / PACKAGE_FILE))


def table_names() -> list[str]:
    """Names of all tables, in the order of the data package."""
    return list(package()["resources"])


def closest(word: object, options: Iterable[str]) -> str:
    near = get_close_matches(str(word), list(options), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def resource(name: str) -> dict:
    """One table's entry in the data package."""
    resources = package()["resources"]
    if not isinstance(name, str) or name not in resources:
        raise DataError(
            f"There is no table {name!r}.{closest(name, resources)} The tables are: {', '.join(resources)}."
        )
    return resources[name]


def fields(name: str) -> dict[str, dict]:
    """Descriptors of a table's columns, by column name."""
    return {field["name"]: field for field in resource(name)["schema"]["fields"]}


def describe(name: str) -> pd.DataFrame:
    """What each column of a table holds: its title, type, unit and meaning."""
    rows = [
        (column, field["title"], field["type"], field.get("unit", ""), field["description"])
        for column, field in fields(name).items()
    ]
    return pd.DataFrame(rows, columns=["column", "title", "type", "unit", "meaning"]).set_index(
        "column"
    )
