"""A page for each learner: what each answer got and why. Everything from a submission is escaped."""

import os
import re
from html import escape
from pathlib import Path

from .plan import Answers, Plan

STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#222}
pre{background:#f4f4f4;padding:.6rem;overflow-x:auto;white-space:pre-wrap}h2{margin-bottom:.2rem}
.status{font-weight:600}.passed{color:#1a6b2f}.failed,.error,.crashed,.timed{color:#9b1c1c}
.notes{background:#fff8e1;padding:.5rem 1rem .5rem 2rem}"""
WORDS = {
    "passed": "Right",
    "partly passed": "Partly right",
    "failed": "Not right yet",
    "error": "Your code stops with an error",
    "timed out": "Stopped: it took longer than the time limit",
    "crashed": "Your code ended its Python process",
    "not answered": "Not answered",
    "needs manual marking": "To be marked by hand",
}
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
MAX_SHOWN = 20_000


def show(text: str) -> str:
    text = _ADDRESS.sub("0x…", text[:MAX_SHOWN])
    text = re.sub(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f\ud800-\udfff]", " ", text)
    return escape(text)


def write(
    sheet: Plan, record: dict, answers: Answers, told: dict, cells: dict, folder: Path
) -> None:
    path = folder / f"{record['learner']}.html"
    unfinished = folder / f".{record['learner']}.unfinished"
    unfinished.write_text(page(sheet, record, answers, told, cells), encoding="utf-8")
    os.replace(unfinished, path)


def page(sheet: Plan, record: dict, answers: Answers, told: dict, cells: dict) -> str:
    by_hand = sum(
        part["max_score"]
        for part in record["questions"].values()
        if part["status"] == "needs manual marking"
    )
    more = f", {by_hand:g} more to be marked by hand" if by_hand else ""
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{show(sheet.name)}: {show(record['learner'])}</title><style>{STYLE}</style></head><body>",
        f"<h1>{show(sheet.name)}</h1><p>{show(record['learner'])}: <b>{record['score']:g} of "
        f"{record['max_score']:g} points</b>{more}. {show(record['status'].capitalize())}.</p>",
    ]
    if record["notes"]:
        notes = "".join(f"<li>{show(note)}</li>" for note in record["notes"])
        parts.append(f'<ul class="notes">{notes}</ul>')
    before: list[str] = []
    under = ""
    for step in sheet.steps:
        if step.role == "answer":
            before.append(step.name)
        elif step.name in record["questions"]:
            if sheet.titles[step.name] != under:
                under = sheet.titles[step.name]
                parts.append(f"<h2>{show(under)}</h2>")
            parts.append(
                _question(step, record["questions"][step.name], before, answers, told, cells)
            )
            before = []
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _question(step, got: dict, before: list[str], answers: Answers, told: dict, cells: dict) -> str:
    status = got["status"]
    by_hand = status == "needs manual marking"
    points = (
        f"{got['max_score']:g} points"
        if by_hand
        else f"{got['score']:g} of {got['max_score']:g} points"
    )
    lines = [
        f'<p><span class="status {status.split()[0]}">{WORDS[status]}</span>, {points} '
        f"<small>({show(step.name)})</small>.</p>",
    ]
    lines += [f"<p>{show(line)}</p>" for line in _why(step, status, before, told, cells)]
    own = [step.name] if step.role.startswith("manual") else before
    for name in own:
        for text in answers.cells.get(name, []):
            if name not in answers.unchanged and text.strip():
                lines.append(f"<pre>{show(text)}</pre>")
    return "\n".join(lines)


def _why(step, status: str, before: list[str], told: dict, cells: dict) -> list[str]:
    """What the visible check says; a hidden test is never shown."""
    if status not in ("failed", "error", "partly passed"):
        return []
    said = []
    for name in before:
        error = cells.get(name, {}).get("error")
        if error:
            where = f" at line {error['line']}" if error["line"] else ""
            said.append(f"Your cell stops{where} with {error['name']}: {error['text']}")
    visible = told.get(step.name, {})
    said += [
        line for line in visible.get("says", "").split("\n") if line and "sheet.hint(" not in line
    ]
    if visible.get("status") == "passed" and status != "passed":
        right = [line for line in said if not line.startswith("Not")]
        if len(right) == len(said):
            return ["Your answer passes the visible check, but not with other inputs."]
    return said or ["A test does not pass."]
