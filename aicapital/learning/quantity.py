"""Numbers as learners type them, and as the course prints them."""

import math
import numbers
import re
from dataclasses import dataclass

SCALES = {
    **dict.fromkeys(("tn", "trillion", "trillions"), 1e12),
    **dict.fromkeys(("bn", "billion", "billions", "b"), 1e9),
    **dict.fromkeys(("mn", "million", "millions", "m"), 1e6),
    **dict.fromkeys(("thousand", "thousands", "k"), 1e3),
}
PERCENT = {"%", "percent", "pct", "percentage", "pp"}
POINTS = {"point", "points"}  # of an index, unless the unit asked for is per cent
CURRENCY = {"$", "usd", "us$", "dollar", "dollars"}
YEARLY = "yearly"
TIMES = {"x", "×", "times", "fold"}
_SAME_WORDS = (
    PERCENT,
    POINTS,
    CURRENCY,
    TIMES,
    *({w for w in SCALES if SCALES[w] == s} for s in SCALES.values()),
)

_NUMBER = re.compile(
    r"^(?P<before>[^\d.+\-]*)(?P<sign>[+-]?)(?P<before2>[$]?)\s*"
    r"(?P<number>(?:\d{1,3}(?:[, ]\d{3})+(?!\d)|\d+)(?:\.\d*)?|\.\d+)(?P<exponent>e[+-]?\d+)?(?P<after>.*)$"
)
_A_YEAR = re.compile(
    r"\b((a|per|each|every)\s+year|per\s+annum|annually|p\.?a)\b|/\s*(year|yr|y|a)\b"
)
_PERCENTAGE_POINTS = re.compile(r"\b(percent|percentage)[ -]points?\b")
_TOKEN = re.compile(r"us\$|[%$×]|[^\W\d_]+")
_DECIMAL_COMMA = re.compile(r"^\D*\d[\d.]*,(\d{1,2}|\d{4,})(\D.*)?$")


class NotANumber(ValueError):
    """What was typed cannot be read as one number in the unit asked for; the message is for the learner."""


@dataclass(frozen=True)
class Quantity:
    value: float
    percent_sign: bool = False


def tokens(text: str) -> list[str]:
    """The unit words of a text: "USD bn" -> ["usd", "bn"]; "percentage points" and each spelling of "a year" are one word."""
    text = _PERCENTAGE_POINTS.sub("pp", text.casefold().replace("per cent", "percent"))
    return _TOKEN.findall(_A_YEAR.sub(f" {YEARLY} ", text))


def is_percent(unit: str) -> bool:
    return any(word in PERCENT for word in tokens(unit))


def unit_words(text: str) -> set[str]:
    """The unit words of a text, one for all spellings: "$ billion" and "USD bn", or "Day" and "days", give the same set."""
    return {
        min(next((same for same in _SAME_WORDS if word in same), {_singular(word)}))
        for word in tokens(text)
    }


def _singular(word: str) -> str:
    """ "years" -> "year"; a word without a plural s stays as it is."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def kind_of_number(unit: str) -> str:
    return f"one number in {unit}" if unit else "one number"


def parse_quantity(given: object, unit: str = "", expects: str = "") -> Quantity:
    """Read what a learner typed as a number in `unit`; raises NotANumber, whose message ends with `expects`."""
    wanted = expects or kind_of_number(unit)
    if isinstance(given, numbers.Real) and not isinstance(given, bool):
        if not math.isfinite(given):
            raise NotANumber(f"{given} is not a finite number. Expected: {wanted}.")
        return Quantity(float(given))
    if not isinstance(given, str):
        raise NotANumber(f"This is {article(given)}. Expected: {wanted}.")
    text = " ".join(given.replace("−", "-").replace("'", "").split()).casefold()
    if not text:
        raise NotANumber(f"The box is empty. Expected: {wanted}.")
    if _DECIMAL_COMMA.match(text):
        raise NotANumber(
            f"I cannot tell what the comma in “{given.strip()}” means. Write decimals with a point: 13.5."
        )
    match = _NUMBER.match(text.lstrip("~≈ "))
    if match is None:
        raise NotANumber(
            f"I cannot read “{shorten(given)}” as a number. Use digits. Expected: {wanted}."
        )
    value = float(match["sign"] + re.sub("[, ]", "", match["number"]) + (match["exponent"] or ""))
    words = tokens(match["before"] + " " + match["before2"]) + tokens(match["after"])
    if not math.isfinite(value) or re.search(r"\d", match["after"]):
        raise NotANumber(f"I cannot read “{shorten(given)}” as one number. Expected: {wanted}.")
    return Quantity(
        value * _factor(words, unit, given, wanted),
        any(word in PERCENT | POINTS for word in words) and is_percent(unit),
    )


def parse_loosely(given: object, unit: str = "") -> Quantity:
    """As parse_quantity; without a unit, "26 %" is 26 and "4 bn" is 4, as if their words were the unit."""
    known = (word for word in tokens(str(given)) if any(word in same for same in _SAME_WORDS))
    return parse_quantity(given, unit or " ".join(known), kind_of_number(unit))


def _factor(words: list[str], unit: str, given: str, wanted: str) -> float:
    """What to multiply by to get from the unit that was typed to the unit that was asked for."""
    expected = set(tokens(unit))
    factor = 1.0
    for word in words:
        allowed = (
            word in expected
            or (word in PERCENT | POINTS and is_percent(unit))
            or (word in POINTS and expected & POINTS)
            or (word in CURRENCY and expected & CURRENCY)
            or (word in TIMES and expected & TIMES)
        )
        if allowed:
            continue
        if word in SCALES and not is_percent(unit):
            factor *= SCALES[word] / next((SCALES[w] for w in expected if w in SCALES), 1.0)
        elif word in PERCENT:
            raise NotANumber(f"“{shorten(given)}” is in per cent. Expected: {wanted}.")
        else:
            known_as = "a year" if word == YEARLY else word
            raise NotANumber(f"I do not know “{known_as}” here. Expected: {wanted}.")
    return factor


def close(
    value: float, target: float, tolerance: float | None, rel_tolerance: float | None
) -> bool:
    """Within the absolute or the relative tolerance, whichever is wider; 1 % if neither is given."""
    if math.isinf(value) or math.isinf(target):
        return value == target
    if tolerance is None and rel_tolerance is None:
        rel_tolerance = 0.01
    room = max(tolerance or 0.0, (rel_tolerance or 0.0) * abs(target))
    # The last term forgives binary rounding at the very edge of the tolerance (12.9 to 13 is 0.1).
    return abs(value - target) <= room + 1e-9 * max(abs(target), abs(room))


def show_number(value: float) -> str:
    """Up to four significant digits, thousands separated, never an exponent for everyday sizes."""
    size = abs(value)
    if size and (size < 1e-4 or size >= 1e15):
        return f"{value:.3g}"
    if size >= 10_000 or (size >= 1000 and float(value).is_integer()):
        return f"{value:,.0f}"
    return f"{value:,.1f}" if size >= 1000 else f"{value:.4g}"


def with_unit(value: float, unit: str) -> str:
    return _beside_unit(show_number(value), unit)


def _beside_unit(shown: str, unit: str) -> str:
    if unit.startswith("USD "):
        return f"USD {shown} {unit[4:]}"
    return f"{shown} {unit}".strip()


def out_of_bounds(value: float, unit: str, minimum: float | None, maximum: float | None) -> str:
    """What to say of a value outside its bounds; empty when it lies within them."""
    if (minimum is None or value >= minimum) and (maximum is None or value <= maximum):
        return ""
    if minimum is None:
        bounds = f"is at most {with_unit(maximum, unit)}"
    elif maximum is None:
        bounds = f"is at least {with_unit(minimum, unit)}"
    else:
        both = f"{show_number(minimum)} and {show_number(maximum)}"
        bounds = f"lies between {_beside_unit(both, unit)}"
    return f"{with_unit(value, unit)} is out of range: the number {bounds}."


def shorten(text: str, length: int = 40) -> str:
    text = " ".join(str(text).split())
    return text if len(text) <= length else text[: length - 1] + "…"


def article(thing: object) -> str:
    """A type in words a beginner knows."""
    names = {
        "str": "text",
        "function": "a function",
        "bool": "True or False",
        "list": "a list",
        "tuple": "a tuple",
        "dict": "a dictionary",
        "NoneType": "None (nothing)",
        "DataFrame": "a table",
        "Series": "a column of values",
        "ndarray": "an array",
        "module": "a module",
        "Figure": "a figure",
        "Axes": "axes",
    }
    name = type(thing).__name__
    if isinstance(thing, numbers.Real) and not isinstance(thing, bool):
        return "a number"
    return names.get(name, f"an object of type {name}")
