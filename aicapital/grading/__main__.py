"""`python -m aicapital grade` and `python -m aicapital marks`."""

import argparse
import os
import re
import sys
from datetime import datetime
from pathlib import Path

from . import batch, variants


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m aicapital grade",
        description="Grade a folder of submissions of one sheet. Run again with the same --out, it goes on.",
    )
    parser.add_argument(
        "source",
        type=Path,
        nargs="?",
        help="the sheet's source, solutions/NAME.ipynb; its number; or auto, by the names of the files",
    )
    parser.add_argument(
        "submissions",
        type=Path,
        nargs="?",
        help="a folder or zip, one notebook or folder a learner",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="submissions at a time"
    )
    parser.add_argument(
        "--timeout", type=float, default=30, help="seconds for a cell (default: 30)"
    )
    parser.add_argument(
        "--submission-timeout",
        type=float,
        default=None,
        help="seconds for a submission (default: four times --timeout)",
    )
    parser.add_argument(
        "--memory", type=int, default=1024, metavar="MB", help="for a learner's process"
    )
    parser.add_argument("--data", type=Path, help="folder of data files that the sheet reads")
    parser.add_argument(
        "--shard", default="1/1", metavar="I/N", help="grade part I of N; join with --merge"
    )
    parser.add_argument(
        "--merge", type=Path, nargs="+", metavar="DIR", help="join the results of shards into --out"
    )
    parser.add_argument(
        "--roster", type=Path, help="CSV of learners: reports missing and unknown ones"
    )
    parser.add_argument(
        "--variants",
        type=Path,
        metavar="ROSTER",
        help="the sheets were released with own numbers for this CSV of learners; it is the roster, too",
    )
    parser.add_argument(
        "--secret",
        type=Path,
        help="the secret file of that release (default: beside the roster, ROSTER.secret)",
    )
    parser.add_argument(
        "--due", type=datetime.fromisoformat, help="deadline, such as 2026-11-25T18:00"
    )
    parser.add_argument(
        "--nbgrader", action="store_true", help="also write nbgrader's gradebook and folders"
    )
    parser.add_argument(
        "--no-sandbox", action="store_true", help="run submissions with your own rights"
    )
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    try:
        return _merge(options) if options.merge else _grade(parser, options)
    except (batch.GradeError, variants.VariantError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def _merge(options) -> int:
    records = batch.merge(options.merge, options.out)
    print(_finish(options.out, records))
    return 0


def _grade(parser, options) -> int:
    if options.source is None or options.submissions is None:
        parser.error("give SOURCE.ipynb and SUBMISSIONS")
    shard = re.fullmatch(r"(\d+)/(\d+)", options.shard)
    if not shard or not 1 <= int(shard[1]) <= int(shard[2]):
        parser.error(f"--shard {options.shard}: give I/N with I from 1 to N, such as 2/8")
    if options.data and not options.data.is_dir():
        parser.error(f"--data {options.data}: no such folder")
    if options.timeout <= 0:
        parser.error("--timeout: give a number of seconds above 0")
    if options.no_sandbox:
        print("Without a sandbox: every submission runs with your rights.", file=sys.stderr)
    sources = _sources(options.source, options.submissions)
    for source in sources:
        out = options.out / source.stem if len(sources) > 1 else options.out
        _one_sheet(options, source, out, (int(shard[1]), int(shard[2])))
    return 0


def _sources(given: Path, submissions: Path) -> list[Path]:
    """The sheets to grade: one that is named, or those whose names occur among the files."""
    if given.suffix == ".ipynb":
        return [given]
    known = sorted((Path(__file__).parents[2] / "solutions").glob("*.ipynb"))
    if str(given) != "auto":
        found = [path for path in known if path.name.startswith(f"{str(given).zfill(2)}_")]
        if not found:
            raise batch.GradeError(
                f"There is no sheet {str(given)!r}. Sheets: {', '.join(path.stem for path in known)}."
            )
        return found
    if submissions.is_file():
        names = batch.names_in_zip(submissions)
    else:
        names = [str(path.relative_to(submissions)) for path in submissions.rglob("*")]
    found = [path for path in known if any(path.stem in name for name in names)]
    if not found:
        raise batch.GradeError(
            "No file or folder has the name of a sheet. Say which one it is, for example SHEET=01 with make, "
            "or solutions/NAME.ipynb as the first argument."
        )
    return found


def _own_numbers(options, source: Path) -> variants.Draw | None:
    """From what each learner's key is rebuilt; None where this sheet was released alike for all."""
    if options.variants is None:
        return None
    if not variants.path_of(source).is_file():
        print(f"{source.stem} has no own numbers; it is graded alike for all.", file=sys.stderr)
        return None
    path = variants.secret_path(options.variants, options.secret)
    if options.data and path.resolve().is_relative_to(options.data.resolve()):
        raise batch.GradeError(
            f"{options.data} holds the secret {path}, and learners' code sees that folder. Put it elsewhere."
        )
    key = variants.secret_of(path, make=False)
    return variants.Draw(key, tuple(batch.roster_rows(options.variants)))


def _one_sheet(options, source: Path, out: Path, shard: tuple[int, int]) -> None:
    settings = batch.Settings(
        source=source,
        out=out,
        jobs=options.jobs,
        timeout=options.timeout,
        submission_timeout=options.submission_timeout or 4 * options.timeout,
        memory_mb=options.memory,
        data=options.data,
        sandbox=not options.no_sandbox,
        nbgrader=options.nbgrader,
        own=_own_numbers(options, source),
        debug=options.debug,
    )
    records = batch.grade(
        settings,
        options.submissions,
        shard,
        options.roster or options.variants,
        options.due,
        _progress,
    )
    print(_finish(out, records))
    if options.nbgrader:
        from . import gradebook

        print(f"wrote {gradebook.export(source, records, out / 'nbgrader')}")


def _finish(out: Path, records: list[dict]) -> str:
    """What the whole class gives: the table for marking by hand, the class report, the summary."""
    from . import marks, report

    head, _ = batch.read_results(out)
    written = ["grades.csv", "results.jsonl", "feedback/"]
    if records:
        written.append(report.write(out, head, records).name)
    if by_hand := marks.write_sheet_for_marking(out, records):
        written.append(by_hand.name)
    return f"{batch.summary(records, head['questions'])}\nwrote {', '.join(written)} in {out}"


def _progress(done: int, total: int, record: dict) -> None:
    if sys.stderr.isatty():
        filled = 30 * done // total
        end = "\n" if done == total else ""
        text = f"[{'#' * filled}{'.' * (30 - filled)}] {done}/{total} {record['learner'][:20]:20}"
        print(f"\r{text}", end=end, file=sys.stderr, flush=True)
    elif done == total or done % max(1, total // 10) == 0:
        print(f"{done}/{total} graded", file=sys.stderr, flush=True)
