"""Ready tests for code and sheets.

A test is a function of the learner's object that returns None when it passes, or a Feedback. Each function
here makes one. None of them holds a formula: they compare with published figures or check a property.
"""

import dis
import functools
import math
import numbers
import re
import types
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice

import numpy as np
import pandas as pd
from matplotlib.container import BarContainer
from matplotlib.figure import FigureBase

from .named_series import drawn_in as drawn_in
from .named_series import named as named
from .quantity import (
    NotANumber,
    Quantity,
    article,
    close,
    parse_loosely,
    shorten,
    show_number,
    unit_words,
    with_unit,
)
from .questions import (
    FRACTION_FOR_PERCENT,
    SHEET_KINDS,
    Feedback,
    Mistake,
    SheetCheck,
    fraction_note,
    is_fraction,
    judge_number,
    mistake_name,
    resolve,
)

Test = Callable[[object], Feedback | None]
PRINT_FOR_RETURN = "print for return"
_SHORT = 4  # an array of no more numbers is shown whole, so that a call can be repeated
ONE_MORE_DECIMAL = "Close. Give one more decimal."
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(
    expected: float,
    unit: str = "",
    tolerance: float | None = None,
    rel_tolerance: float | None = None,
    mistakes: Sequence[Mistake] = (),
    infinite: bool = False,
) -> Test:
    """The value is the published `expected`; a value equal to one of the mistakes is told its name.

    A number given as text is read as in a lesson. `infinite`: the question allows math.inf as an answer.
    """

    def test(given):
        try:
            quantity = _read(given, unit, infinite)
        except NotANumber as unreadable:
            return Feedback.wrong(str(unreadable))
        verdict = judge_number(quantity, expected, unit, mistakes, tolerance, rel_tolerance)
        if verdict and not verdict.says:
            return Feedback.wrong(f"You have {with_unit(quantity.value, unit)}.")
        return verdict

    test.reads_text, test.mistakes = True, tuple(mistakes)
    return test


def _read(given: object, unit: str = "", infinite: bool = False) -> Quantity:
    if infinite and isinstance(given, numbers.Real) and math.isinf(given):
        return Quantity(float(given))
    return parse_loosely(given, unit)


def call(
    *args,
    gives: object,
    tolerance: float | None = None,
    rel_tolerance: float | None = None,
    mistakes: Sequence[Mistake] = (),
    labels: Sequence[str] = (),
    infinite: bool = False,
    **kwargs,
) -> Test:
    """The learner's function, called with these arguments, returns the published value or values `gives`.

    `infinite` as in `number`. `labels` name the values of a sequence: ("the investors", "the non-profit").
    """
    if labels and len(labels) != np.size(gives):
        raise ValueError(f"labels names {len(labels)} values; gives has {np.size(gives)}.")

    def test(function):
        got = function(*args, **kwargs)
        shown = _call_text(function, args, kwargs)
        if got is None:
            return Feedback.wrong(
                f"{shown} returns nothing. End the function with a return line.", PRINT_FOR_RETURN
            )
        yours = f"For {shown} yours gives"
        one = functools.partial(
            number,
            tolerance=tolerance,
            rel_tolerance=rel_tolerance,
            mistakes=mistakes,
            infinite=infinite,
        )
        if np.ndim(gives) == 0 and not isinstance(gives, Mapping):
            return _after(one(gives)(got), f"{yours} {_shown(got)}", got, infinite)
        keyed = isinstance(gives, Mapping | pd.Series)
        names, wanted = _series(gives)
        if not keyed and not _is_sequence(got):
            kind = "a dict" if isinstance(got, Mapping) else article(got)
            named = f" ({', '.join(labels)})" if labels else ""
            return Feedback.wrong(
                f"{yours} {_shown(got)}. Give {_count(len(wanted))}{named}, not {kind}."
            )
        names = list(labels) or names
        found_names, found = _series(got)
        if len(found) != len(wanted) or (keyed and found_names != names):
            return Feedback.wrong(
                f"{yours} {_described(got)}; expected values for {', '.join(names)}."
            )
        for name, value, target in zip(names, found, wanted, strict=True):
            verdict = one(target)(value)
            if verdict:
                says = verdict.says if verdict.mistake else ""
                return Feedback.wrong(
                    f"{yours} {_shown(value)} for {name}. {says}".strip(), verdict.mistake
                )
        return None

    return test


def _after(verdict: Feedback | None, yours: str, got: object, infinite: bool) -> Feedback | None:
    """A verdict on a number; without a recognised mistake it tells what the learner's function gave."""
    if verdict is None or verdict.mistake:
        return verdict
    try:
        _read(got, infinite=infinite)
    except NotANumber as unreadable:
        return Feedback.wrong(f"{yours}. {unreadable}")
    return Feedback.wrong(f"{yours}.")


def that(says: str, holds: Callable[[object], bool], mistake: str = "") -> Test:
    """A property; `says` is told to the learner when it fails, with what a single call of a function gave."""

    def test(given):
        if bool(holds(given)):
            return None
        value, yours = given, ""
        calls = getattr(given, "calls", [])
        if len(calls) == 1:
            args, kwargs, value = calls[0]
            if not _is_collection(value):
                yours = f" For {_call_text(given, args, kwargs)} yours gives {_shown(value)}."
        return Feedback.wrong(says + yours, mistake_name(mistake, value))

    return test


def rounded(answer: float, tolerance: float | None = None) -> Mistake:
    """The answer without the decimal that the task asks for, as a mistake; `tolerance` as in `Mistake`."""
    return Mistake("rounded", round(answer), ONE_MORE_DECIMAL, tolerance=tolerance)


def no_fraction() -> Test:
    """For an answer in percent that is never below 1: a bare number below 1 is asked back."""

    def test(given):
        with suppress(NotANumber):
            quantity = parse_loosely(given, "%")
            if is_fraction(quantity.value) and not quantity.percent_sign:
                return Feedback.wrong(fraction_note(quantity.value), FRACTION_FOR_PERCENT)
        return None

    test.reads_text = True
    return test


def letter(right: str, **wrong: tuple[str, str]) -> list[Test]:
    """One of the lettered options of a sheet. wrong : for each other letter what is told, and the name of the mistake."""

    def given_as(given: object) -> str:
        return str(given).strip().upper()

    def unless(option: str) -> Callable[[object], bool]:
        return lambda given: given_as(given) != option

    *first, last = sorted([right, *wrong])
    return [
        *(that(says, unless(option), mistake) for option, (says, mistake) in wrong.items()),
        that(f"Pick {', '.join(first)} or {last}.", lambda given: given_as(given) == right),
    ]


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


def lines_of(figure) -> list[list[list[float]]]:
    """All lines of at least five points in a figure, each as its x and its y values."""
    return [
        [[float(value) for value in data] for data in (line.get_xdata(), line.get_ydata())]
        for axes in getattr(figure, "figure", figure).axes
        for line in axes.lines
        if len(line.get_xdata()) >= 5
    ]


def line_of(figure) -> list[list[float]] | None:
    """The first of those lines; None where there is none."""
    return next(iter(lines_of(figure)), None)


def figure_texts(title: bool = True, x_unit: str = "", y_unit: str = "") -> Test:
    """The figure has a title, and labels of its axes name the units given, in any usual spelling."""

    def test(figure):
        titles = [figure.get_suptitle()]
        for axes in figure.axes:
            titles += [axes.get_title(loc=place) for place in ("left", "center", "right")]
        if title and not any(titles):
            return Feedback.wrong(
                "The figure has no title. Let the title state what the figure shows."
            )
        for name, unit, labels in (
            ("x", x_unit, [figure.get_supxlabel(), *(axes.get_xlabel() for axes in figure.axes)]),
            ("y", y_unit, [figure.get_supylabel(), *(axes.get_ylabel() for axes in figure.axes)]),
        ):
            if unit and not any(_names_unit(label, unit) for label in labels):
                found = " and ".join(f"“{shorten(label)}”" for label in labels if label)
                has = f"its label is {found}" if found else "it has no label"
                return Feedback.wrong(
                    f"The {name} axis must name its unit, {unit}; {has}.", "axis without a unit"
                )
        return None

    return test


def _names_unit(label: str, unit: str) -> bool:
    return unit.casefold() in label.casefold() or unit_words(unit) <= unit_words(label)


def bars(
    heights: Sequence[float] | Callable[[], Sequence[float]],
    tolerance: float | None = None,
    says: str = "",
    mistakes: Sequence[tuple[Sequence[float], str, str]] = (),
) -> Test:
    """The bars of all axes have these heights (lengths, if they lie), in any order, up or down, zeros aside.

    `mistakes` are (heights, name, what to say).
    """

    def same(found: list[float], wanted: Sequence[float]) -> bool:
        wanted = _lengths(wanted)
        return len(found) == len(wanted) and all(
            close(value, target, tolerance, None)
            for value, target in zip(found, wanted, strict=True)
        )

    def test(figure):
        found = _lengths(
            bar.get_width() if group.orientation == "horizontal" else bar.get_height()
            for axes in figure.axes
            for group in axes.containers
            if isinstance(group, BarContainer)
            for bar in group
        )
        if not found:
            return Feedback.wrong("Nothing is drawn as bars: use axes.bar or axes.barh.")
        if same(found, resolve(heights)):
            return None
        for wrong, name, why in mistakes:
            if same(found, resolve(wrong)):
                return Feedback.wrong(why, name)
        drawn = shorten(", ".join(map(show_number, found)), 120)
        return Feedback.wrong(f"{says} Your bars, without zeros, show {drawn}.".strip())

    return test


def _lengths(values) -> list[float]:
    sizes = (abs(float(value)) for value in values)
    return sorted(size for size in sizes if size > 1e-12)


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
    """Judge a learner's object; whatever it does, the answer is a Feedback.

    `expects` is told when nothing is there yet or the kind of thing is wrong.
    """
    if _is_blank(given):
        return Feedback.unanswered(f"replace the ... of {name}. Expected: {expects}.")
    if given is None:
        return Feedback.unanswered(f"{name} is None, {_why_none(kind, name)} Expected: {expects}.")
    unfit = _unfit(kind, given, name)
    if unfit:
        return Feedback.wrong(f"{unfit} Expected: {expects}.")
    if kind == "figure":
        given = _figure(given)
    elif isinstance(given, types.FunctionType | types.BuiltinFunctionType):
        given = _watched(given)
    tests = [tests] if callable(tests) else list(tests)
    failed = None
    try:
        for place, test in enumerate(tests):
            failed = test(_for_test(test, given, kind))
            if failed is not None and not failed.solved:
                if failed.mistake == PRINT_FOR_RETURN:
                    failed = _in_one_case(given, tests[place + 1 :]) or failed
                break
    except Exception as error:
        if _is_learners(error, given):
            failed = Feedback.wrong(explain(error, given))
        else:
            failed = Feedback.wrong(f"{_unread(error, given)} Expected: {expects}.")
    if failed is None:
        return Feedback.right(right)
    if not failed.solved and _has_blank(given):
        return Feedback.unanswered(f"there is still a ... to fill in. Expected: {expects}.")
    return failed


def _why_none(kind: str, name: str) -> str:
    if kind == "figure":
        return f"which is what plt.show() returns. {_give_figure(name)}"
    return "which is what an unfilled function returns. If yours is filled in, end it with a return line."


def _give_figure(name: str) -> str:
    variable = name if "fig" in name else f"{name}_figure"
    return f"Give the figure itself, for example {variable} = plt.gcf() before plt.show()."


def _watched(function: Callable) -> Callable:
    """The learner's function, keeping what it was called with and gave, and the error it stopped with."""

    @functools.wraps(function)
    def watched(*args, **kwargs):
        try:
            got = function(*args, **kwargs)
        except Exception as error:
            watched.raised = error
            raise
        watched.calls.append((args, kwargs, got))
        watched.returns = watched.returns or got is not None
        return got

    watched.calls, watched.raised, watched.returns = [], None, False
    return watched


def _for_test(test: Callable, given: object, kind: str) -> object:
    """What a test gets: each its own record of calls; a predicate on a value gets text as a number if it is one."""
    if hasattr(given, "calls"):
        given.calls.clear()
    if kind == "value" and isinstance(given, str) and not hasattr(test, "reads_text"):
        with suppress(NotANumber):
            return parse_loosely(given).value
    return given


def _in_one_case(function: Callable, later: Sequence[Callable]) -> Feedback | None:
    """For a function that returned nothing: feedback on the case, if it returns something in another."""
    empty = next((call for call in getattr(function, "calls", []) if call[2] is None), None)
    if empty is None:
        return None
    for test in later:
        with suppress(Exception):
            test(function)
    if not function.returns:
        return None
    return Feedback.wrong(
        f"In this case your function returns nothing: {_call_text(function, *empty[:2])}. "
        "Every case needs a return line.",
        "a case without a return line",
    )


def _is_learners(error: Exception, given: object) -> bool:
    """Whether an error comes from the learner's code rather than from a test that could not read its result."""
    return getattr(given, "raised", None) is error or _line_in_cell(error, given) is not None


def _unread(error: Exception, given: object) -> str:
    """A test stopped on what the learner gave: say what that was."""
    calls = getattr(given, "calls", [])
    result = calls[-1][2] if calls else given
    source = f"{_call_text(given, *calls[-1][:2])} gives " if calls else ""
    lacks = f" It has no entry {error.args[0]!r}." if type(error) is KeyError and error.args else ""
    return f"This check could not read your result: {source}{_described(result)}.{lacks}"


def _described(value: object) -> str:
    """Type, length and first items."""
    if isinstance(value, pd.DataFrame):
        return f"a table of {len(value)} rows with the columns {shorten(', '.join(map(str, value.columns)), 80)}"
    if not _is_collection(value):
        return f"{_shown(value)}, {article(value)}"
    if isinstance(value, Mapping | pd.Series):
        firsts = [f"{key}: {_shown(item)}" for key, item in islice(value.items(), 3)]
    else:
        firsts = [_shown(item) for item in value[:3]]
    more = ", …" if len(value) > 3 else ""
    return f"{article(value)} of {len(value)} ({', '.join(firsts)}{more})"


def _is_sequence(value: object) -> bool:
    return isinstance(value, list | tuple | pd.Index) or (
        isinstance(value, np.ndarray) and value.ndim > 0
    )


def _is_collection(value: object) -> bool:
    return _is_sequence(value) or isinstance(value, Mapping | pd.Series | pd.DataFrame)


def explain(error: Exception, given: object) -> str:
    """One line for an error: its type, its message and, if it came from there, its line in the cell."""
    line = _line_in_cell(error, given)
    where = f" at line {line} of its cell" if line else ""
    message = shorten(str(error), 160)
    stop = "" if message.endswith((".", "!", "?")) else "."
    return f"Your code stops{where} with {type(error).__name__}{f': {message}' if message else ''}{stop}"


def _line_in_cell(error: Exception, given: object) -> int | None:
    """The last line of the learner's own cells that the error passed through."""
    files = {code.co_filename for code in _codes(given)}
    line = None
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in files or "ipykernel_" in file or file.startswith("<ipython-input"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _unfit(kind: str, given: object, name: str) -> str:
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
    if not fits:
        wanted = {"order": "a list of labels"}.get(kind, f"a {kind}")
        how = f" {_give_figure(name)}" if kind == "figure" else ""
        return f"{name} is {article(given)}, not {wanted}.{how}"
    if kind == "figure" and not _figure(given).axes:
        return f"{name} has no axes: nothing is drawn yet, or the figure is taken too late. Take the figure before plt.show()."
    return ""


def _figure(given: object):
    """The matplotlib figure of a figure, of axes, of an array of axes, or of an object that carries one."""
    if isinstance(given, np.ndarray | list | tuple) and len(given):
        given = np.asarray(given, dtype=object).ravel()[0]
    figure = given if isinstance(given, FigureBase) else getattr(given, "figure", None)
    return figure if isinstance(figure, FigureBase) else None


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


def _call_text(function: Callable, args: tuple, kwargs: Mapping[str, object]) -> str:
    return f"{getattr(function, '__name__', 'your function')}({_arguments(args, kwargs)})"


def _count(size: int) -> str:
    return (
        f"{_COUNTS[size] if size < len(_COUNTS) else size} {'number' if size == 1 else 'numbers'}"
    )


def _arguments(args: tuple, kwargs: Mapping[str, object]) -> str:
    return ", ".join(
        [_shown(value) for value in args]
        + [f"{key}={_shown(value)}" for key, value in kwargs.items()]
    )


def _shown(value: object) -> str:
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        return show_number(float(value))
    if (
        isinstance(value, np.ndarray)
        and value.dtype.kind in "if"
        and value.ndim == 1
        and 0 < len(value) <= _SHORT
    ):
        return f"np.array([{', '.join(map(_shown, value))}])"
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
