"""Typed tables of facts, as they were known on any day, with their sources.

`load("funding_rounds", known_by="2026-03-03")` gives a table, `sources(df)` its references, `describe(name)`
what its columns mean and `show(df)` a small table for the screen.
"""

from .display import Table, show
from .schema import DataError, describe, table_names
from .tables import load, sources

__all__ = ["DataError", "Table", "describe", "load", "show", "sources", "table_names"]
