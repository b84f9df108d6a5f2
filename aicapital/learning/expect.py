"""Ready tests for code and sheets.

A test is a function of the learner's object that returns None when it passes, or a Feedback. Each function
here makes one. None of them holds a formula: they compare with published figures or check a property.
"""

import dis
import re
import types
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from .quantity import NotANumber, article, parse_quantity, shorten, show_number, with_unit
from .questions import SHEET_KINDS, Feedback, Mistake, SheetCheck, judge_number

Test = Callable[[object], Feedback | None]


def number(
    expected: float,
    unit: str = "",
    tolerance: float | None = None,
    rel_tolerance: float | None = None,
    mistakes: Sequence[Mistake] = (),
) -> Test:
    """The value is the published `expected`; a value equal to one of the mistakes is told its name."""

    def test(given):
        if isinstance(given, str):
            return Feedback.wrong(
                "This is text, not a number. Leave out the quotation marks and the unit."
            )
        try:
            quantity = parse_quantity(given, unit)
        except NotANumber as unreadable:
            return Feedback.wrong(str(unreadable))
        verdict = judge_number(quantity, expected, unit, mistakes, tolerance, rel_tolerance)
        if verdict and not verdict.says:
            return Feedback.wrong(f"You have {with_unit(quantity.value, unit)}.")
        return verdict

    return test


def call(
    *args,
    gives: object,
    tolerance: float | None = None,
    rel_tolerance: float | None = None,
    mistakes: Sequence[Mistake] = (),
    **kwargs,
) -> Test:
    """The learner's function, called with these arguments, returns the published value or values `gives`."""

    def test(function):
        got = function(*args, **kwargs)
        shown = f"{getattr(function, '__name__', 'your function')}({_arguments(args, kwargs)})"
        if got is None:
            return Feedback.wrong(
                f"{shown} returns nothing. End the function with a return line.", "print for return"
            )
        if np.ndim(gives) == 0 and not isinstance(gives, Mapping):
            verdict = number(gives, "", tolerance, rel_tolerance, mistakes)(got)
            if verdict and not verdict.mistake:
                return Feedback.wrong(f"{shown} returns {_shown(got)}.")
            return verdict
        labels, wanted = _series(gives)
        found_labels, found = _series(got)
        if len(found) != len(wanted) or (isinstance(gives, Mapping) and found_labels != labels):
            return Feedback.wrong(
                f"{shown} returns {_shown(got)}; expected values for {', '.join(labels)}."
            )
        for label, value, target in zip(labels, found, wanted, strict=True):
            verdict = number(target, "", tolerance, rel_tolerance, mistakes)(value)
            if verdict:
                says = verdict.says if verdict.mistake else ""
                return Feedback.wrong(
                    f"{shown} gives {_shown(value)} for {label}. {says}".strip(), verdict.mistake
                )
        return None

    return test


def that(says: str, holds: Callable[[object], bool], mistake: str = "") -> Test:
    """A property; `says` is told to the learner when it fails."""

    def test(given):
        return None if bool(holds(given)) else Feedback.wrong(says, mistake)

    return test


def columns(*names: str) -> Test:
    def test(table):
        missing = [name for name in names if name not in table.columns]
        if missing:
            return Feedback.wrong(
                f"The table lacks the column {', '.join(missing)}. "
                f"It has {', '.join(map(str, table.columns))}."
            )
        return None

    return test


def rows(count: int) -> Test:
    def test(table):
        return (
            None
            if len(table) == count
            else Feedback.wrong(f"The table has {len(table)} rows; expected {count}.")
        )

    return test


def figure_texts(title: bool = True, x_unit: str = "", y_unit: str = "") -> Test:
    """The figure has a title and its axis labels name the units given."""

    def test(figure):
        axes = figure.axes[0]
        if title and not (axes.get_title() or axes.get_title(loc="left") or figure.get_suptitle()):
            return Feedback.wrong(
                "The figure has no title. Let the title state what the figure shows."
            )
        for name, unit, label in (
            ("x", x_unit, axes.get_xlabel()),
            ("y", y_unit, axes.get_ylabel()),
        ):
            if unit.casefold() not in label.casefold():
                has = f"its label is “{shorten(label)}”" if label else "it has no label"
                return Feedback.wrong(
                    f"The {name} axis must name its unit, {unit}; {has}.", "axis without a unit"
                )
        return None

    return test


def order(lines: SheetCheck) -> Test:
    """The labels are in an order that keeps every `before` of the sheet check."""

    def test(given):
        labels = re.findall(r"\w", given) if isinstance(given, str) else list(given)
        labels = [str(label).strip().upper() for label in labels]
        placed: list[str] = []
        for place, label in enumerate(labels, start=1):
            if label not in lines.labels:
                return Feedback.wrong(
                    f"{shorten(label)!r} at place {place} is no line; lines: {', '.join(lines.labels)}."
                )
            if label in placed:
                return Feedback.wrong(
                    f"Line {label} stands twice, at places {placed.index(label) + 1} and {place}."
                )
            if label in lines.distractors:
                return Feedback.wrong(
                    f"Line {label} does not belong here: {lines.distractors[label]}"
                )
            for first, second, why in lines.before:
                if second == label and first not in placed:
                    return Feedback.wrong(f"Line {label}, at place {place}, comes too early: {why}")
            placed.append(label)
        needed = [label for label in lines.labels if label not in lines.distractors]
        missing = [label for label in needed if label not in placed]
        if missing:
            return Feedback.wrong(
                f"The order so far works, but {len(missing)} of {len(needed)} lines are still to be placed."
            )
        return None

    return test


def run(
    tests: Callable | Sequence[Callable],
    given: object,
    kind: str,
    expects: str,
    right: str,
    name: str = "it",
) -> Feedback:
    """Judge a learner's object; whatever it does, the answer is a Feedback."""
    if _is_blank(given):
        return Feedback.unanswered(f"replace the ... of {name}. Expected: {expects}.")
    if given is None:
        return Feedback.unanswered(
            f"{name} is None, which is what an unfilled function returns. "
            f"If yours is filled in, end it with a return line. Expected: {expects}."
        )
    unfit = _unfit(kind, given)
    if unfit:
        return Feedback.wrong(f"{name} is {article(given)}{unfit}. Expected: {expects}.")
    if kind == "figure":
        given = _figure(given)
    failed = None
    try:
        for test in [tests] if callable(tests) else tests:
            failed = test(given)
            if failed is not None and not failed.solved:
                break
    except Exception as error:
        failed = Feedback.wrong(explain(error, given))
    if failed is None:
        return Feedback.right(right)
    if not failed.solved and _has_blank(given):
        return Feedback.unanswered(f"there is still a ... to fill in. Expected: {expects}.")
    if failed.solved or failed.mistake:
        return failed
    return Feedback.wrong(f"{failed.says} Expected: {expects}.".strip())


def explain(error: Exception, given: object) -> str:
    """One line for an error: its type, its message and, if it came from there, its line in the cell."""
    files = {code.co_filename for code in _codes(given)}
    line = None
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in files or "ipykernel_" in file or file.startswith("<ipython-input"):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" at line {line} of its cell" if line else ""
    message = shorten(str(error), 160)
    stop = "" if message.endswith((".", "!", "?")) else "."
    return f"Your code stops{where} with {type(error).__name__}{f': {message}' if message else ''}{stop}"


def _unfit(kind: str, given: object) -> str:
    """Why an object is not of the kind asked for; empty when it is."""
    if kind not in SHEET_KINDS:
        raise ValueError(f"kind must be one of {', '.join(SHEET_KINDS)}; got {kind!r}.")
    fits = {
        "value": lambda: not callable(given),
        "function": lambda: callable(given),
        "table": lambda: isinstance(given, pd.DataFrame | pd.Series),
        "figure": lambda: _figure(given) is not None,
        "order": lambda: isinstance(given, list | tuple | str),
    }[kind]()
    if fits and kind == "figure" and not _figure(given).axes:
        return " without axes: nothing is drawn yet"
    return "" if fits else ", not " + {"order": "a list of labels"}.get(kind, f"a {kind}")


def _figure(given: object):
    """The matplotlib figure of a figure, of axes, of an array of axes, or of an object that carries one."""
    if isinstance(given, np.ndarray | list | tuple) and len(given):
        given = np.asarray(given, dtype=object).ravel()[0]
    figure = (
        given
        if hasattr(given, "savefig") and hasattr(given, "axes")
        else getattr(given, "figure", None)
    )
    return figure if hasattr(figure, "axes") else None


def _is_blank(given: object) -> bool:
    if given is ...:
        return True
    if isinstance(given, list | tuple):
        return any(item is ... for item in given)
    if isinstance(given, dict):
        return any(item is ... for item in given.values())
    return _is_stub(given)


def _codes(given: object) -> list[types.CodeType]:
    """The code of a function and of the functions inside it."""
    code = getattr(getattr(given, "__wrapped__", given), "__code__", None)
    found = [code] if isinstance(code, types.CodeType) else []
    for outer in found:
        found.extend(const for const in outer.co_consts if isinstance(const, types.CodeType))
    return found


def _is_stub(given: object) -> bool:
    """A function whose body is only a docstring and `...`, which Python compiles to "return None"."""
    codes = _codes(given)
    return len(codes) == 1 and all(
        step.opname in ("RESUME", "NOP", "COPY_FREE_VARS", "RETURN_VALUE")
        or (step.opname in ("LOAD_CONST", "RETURN_CONST") and step.argval is None)
        for step in dis.get_instructions(codes[0])
    )


def _has_blank(given: object) -> bool:
    return any(const is ... for code in _codes(given) for const in code.co_consts)


def _arguments(args: tuple, kwargs: Mapping[str, object]) -> str:
    return ", ".join(
        [_shown(value) for value in args]
        + [f"{key}={_shown(value)}" for key, value in kwargs.items()]
    )


def _shown(value: object) -> str:
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return show_number(float(value))
    if isinstance(value, pd.DataFrame | pd.Series | np.ndarray):
        return f"{article(value)} of {len(value)}" if np.ndim(value) else _shown(value.item())
    return shorten(repr(value), 60)


def _series(values: object) -> tuple[list[str], list[object]]:
    """Labels and values of a mapping, a Series or a sequence."""
    if isinstance(values, Mapping | pd.Series):
        labels, listed = zip(*values.items(), strict=True) if len(values) else ((), ())
        return [str(label) for label in labels], list(listed)
    listed = list(np.atleast_1d(np.asarray(values, dtype=object)).ravel())
    return [f"value {i}" for i in range(1, len(listed) + 1)], listed
