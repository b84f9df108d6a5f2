"""The data dictionary, written from the data package so that the two cannot disagree."""

from .schema import describe, package, resource, table_names
from .tables import load

FILE = "README.md"
INTRODUCTION = """\
# Data dictionary

This file is generated: edit `datapackage.json` or a table, then run `python -m aicapital.data dictionary`.

One CSV file holds one table. `datapackage.json` (Frictionless Data Package) gives every column its type, unit
and meaning; a test checks the tables against it.

## How to read the tables

- **Empty means unknown**, never zero.
- **Kind** says what a number is: disclosed, reported, estimated, derived, assumed or projected.
- **Two dates**: `as_of` is the day that a fact speaks about, `known_from` the day it became public.
  `load(name, known_by="2026-03-03")` shows a table as it stood that day; `status` says how things stood then.
- **Rivals**: rows with the same `conflict_group` report one fact differently. `load` keeps the best supported
  one among those known by then; `all_reports=True` keeps all.
- **Corrections** edit a row in place. A later vintage of a number is a new row.
- **Sources** stand in `sources.csv`. Where an original could not be opened, its note says where it was read.

## Licence

Our tables: CC BY 4.0. Training runs and one total of equity raised: Epoch AI, CC BY 4.0. Sources keep their
own terms; the column `licence` names them.
"""


def text() -> str:
    """The whole dictionary as Markdown."""
    parts = [INTRODUCTION, "## Tables\n\n| table | rows | holds |\n| --- | --- | --- |"]
    for name in table_names():
        rows = len(load(name, all_reports=True))
        parts.append(f"| [{name}](#{name}) | {rows} | {resource(name)['title']} |")
    for name in table_names():
        entry = resource(name)
        parts += [f"\n## {name}\n", entry["description"], ""]
        for key in entry["schema"].get("foreignKeys", []):
            (column,), target = key["fields"], key["reference"]
            parts.append(f"`{column}` points to `{target['resource']}.{target['fields'][0]}`.\n")
        parts.append("| column | type | unit | meaning |\n| --- | --- | --- | --- |")
        parts += [
            f"| {column} | {row['type']} | {row['unit']} | {row['meaning']} |"
            for column, row in describe(name).iterrows()
        ]
    title, version = package()["title"], package()["version"]
    parts.append(f"\n*{title}, version {version}.*")
    return "\n".join(parts) + "\n"
