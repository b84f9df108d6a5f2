"""Plain data across the line between a learner's process and the judge: JSON with exact types, never pickle.

`encode` is used on both sides. `decode` trusts nothing: each kind is rebuilt by its own constructor from bounded
parts, so what comes out is a built-in value, a numpy array, a pandas table, a rebuilt figure, or an `Opaque`
stand-in for anything else, with which every operation fails.
"""

import base64
import collections
import datetime as dt
import decimal
import fractions
import itertools
import json
import os
import re
import struct
import types
from collections.abc import Callable

import numpy as np
import pandas as pd

from . import figure_codec

MAX_DEPTH = 40
MAX_BYTES = 32 << 20
MAX_ITEMS = 2_000_000
MAX_LAZY = 100_000  # items taken from a generator or a range
_ATOMS = (bool, float, str, type(None))
_NUMPY_KINDS = "biufcmMSU"
_NAME = re.compile(r"[^\W\d]\w{0,99}")


class CodecError(ValueError):
    """A value that cannot cross, or bytes that are no value."""


class Opaque:
    """Stands for an object that is no plain data. Nothing can be done with it, so nothing can be won with it."""

    def __init__(self, kind: str):
        object.__setattr__(self, "_kind", kind)

    def __repr__(self) -> str:
        return f"<{object.__getattribute__(self, '_kind')}>"

    def _refuse(self, *_args, **_kwargs):
        kind = object.__getattribute__(self, "_kind")
        raise TypeError(f"an object of type {kind} is no plain data")

    def __getattr__(self, name: str):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        self._refuse()

    __bool__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = __len__ = _refuse
    __iter__ = __getitem__ = __contains__ = __call__ = __float__ = __int__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _refuse
    __rtruediv__ = __pow__ = __mod__ = __abs__ = __neg__ = __round__ = __str__ = _refuse
    __str__ = __repr__


def dumps(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def loads(text: bytes) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise CodecError(f"no readable message: {type(error).__name__}") from None


def send(handle: int, message: object) -> None:
    body = dumps(message)
    whole = memoryview(struct.pack(">I", len(body)) + body)
    while whole:
        whole = whole[os.write(handle, whole) :]


class Encoder:
    """`reference` gives the description of a function, class or other object that stays where it is."""

    def __init__(self, reference: Callable[[object], dict] | None = None):
        self.reference = reference
        self.left = MAX_ITEMS
        self.figures: dict[int, int] = {}

    def __call__(self, value: object, depth: int = 0) -> object:
        if depth > MAX_DEPTH:
            raise CodecError("nested too deep")
        self.left -= 1
        if self.left < 0:
            raise CodecError("too many items")
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is int:
            if value.bit_length() > 10_000:
                raise CodecError("a number of more than 3,000 digits")
            return value
        if kind is list:
            return [self(item, depth + 1) for item in value]
        if kind in _ENCODERS:
            return _ENCODERS[kind](self, value, depth + 1)
        return self._other(value, kind, depth + 1)

    def many(self, values, depth: int) -> list:
        return [self(item, depth) for item in values]

    def pairs(self, mapping, depth: int) -> list:
        return [[self(key, depth), self(item, depth)] for key, item in mapping.items()]

    def _other(self, value: object, kind: type, depth: int) -> object:
        if isinstance(value, np.ndarray) and kind in (np.ndarray, np.ma.MaskedArray):
            return self.array(np.asarray(value), depth)
        if isinstance(value, np.generic) and kind.__module__ == "numpy":
            array = np.asarray(value)
            if array.dtype.kind in _NUMPY_KINDS:
                return {"t": "np", **_raw(array)}
        if issubclass(kind, pd.Index) and kind.__module__.startswith("pandas"):
            return self.index(value, depth)
        if issubclass(kind, pd.api.extensions.ExtensionArray) and kind.__module__.startswith(
            "pandas"
        ):
            return {"t": "array", "v": self.column(value, depth)}
        if kind is pd.Series:
            return {
                "t": "series",
                "i": self.index(value.index, depth),
                "v": self.column(value.array, depth),
                "n": self(value.name, depth),
            }
        if kind is pd.DataFrame:
            return {
                "t": "frame",
                "i": self.index(value.index, depth),
                "c": self.index(value.columns, depth),
                "v": [
                    self.column(value.iloc[:, place].array, depth)
                    for place in range(value.shape[1])
                ],
                "a": self(dict(value.attrs), depth) if value.attrs else None,
            }
        if kind in (dict, collections.OrderedDict, collections.defaultdict, collections.Counter):
            return {"t": kind.__name__, "v": self.pairs(value, depth)}
        if issubclass(kind, tuple) and hasattr(kind, "_fields"):
            return {
                "t": "ntuple",
                "n": kind.__name__,
                "f": list(kind._fields),
                "v": self.many(value, depth),
            }
        if kind in _LAZY:
            items = list(itertools.islice(iter(value), MAX_LAZY + 1))
            if len(items) > MAX_LAZY:
                raise CodecError(f"more than {MAX_LAZY:,} items")
            return {"t": _LAZY[kind], "v": self.many(items, depth)}
        if figure_codec.is_drawing(value):
            return figure_codec.encode(value, self, depth)
        if self.reference:
            return self.reference(value)
        raise CodecError(f"{kind.__module__}.{kind.__qualname__}")

    def array(self, array: np.ndarray, depth: int) -> dict:
        if array.dtype.kind in _NUMPY_KINDS:
            return {"t": "nd", **_raw(array)}
        if array.dtype.kind != "O":
            raise CodecError(f"an array of {array.dtype}")
        return {"t": "ndo", "s": list(array.shape), "v": self.many(array.ravel().tolist(), depth)}

    def column(self, array, depth: int) -> dict:
        if type(array) is pd.arrays.NumpyExtensionArray:  # StringArray is one too
            array = array.to_numpy()
        dtype = array.dtype
        if isinstance(array, np.ndarray) or isinstance(dtype, np.dtype):
            return self.array(np.asarray(array), depth)
        if isinstance(dtype, pd.CategoricalDtype):
            return {
                "t": "category",
                "v": self.array(np.asarray(array.codes, dtype="i4"), depth),
                "c": self.index(array.categories, depth),
                "o": bool(array.ordered),
            }
        if isinstance(dtype, pd.DatetimeTZDtype):
            moments = np.asarray(array.tz_convert("UTC").tz_localize(None))
            return {"t": "tz", "v": self.array(moments, depth), "z": str(dtype.tz)}
        if isinstance(dtype, pd.PeriodDtype):
            return {
                "t": "period",
                "v": self.array(np.asarray(array.asi8), depth),
                "f": dtype.name.removeprefix("period[").removesuffix("]"),
            }
        name = str(dtype)
        if name in _MASKED:
            missing = np.asarray(array.isna())
            values = [None if gone else item for item, gone in zip(array, missing, strict=True)]
            plain = [item.item() if isinstance(item, np.generic) else item for item in values]
            return {"t": "masked", "d": name, "v": self.many(plain, depth)}
        raise CodecError(f"a column of type {name}")

    def index(self, index: pd.Index, depth: int) -> dict:
        if type(index) is pd.RangeIndex:
            return {
                "t": "rindex",
                "v": [index.start, index.stop, index.step],
                "n": self(index.name, depth),
            }
        if type(index) is pd.MultiIndex:
            return {
                "t": "mindex",
                "v": [
                    self.column(index.get_level_values(level).array, depth)
                    for level in range(index.nlevels)
                ],
                "n": self.many(index.names, depth),
            }
        return {"t": "index", "v": self.column(index.array, depth), "n": self(index.name, depth)}


_MASKED = {
    "str",
    "string",
    "boolean",
    *(f"{sign}Int{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)),
    "Float32",
    "Float64",
}
_LAZY = {
    types.GeneratorType: "iter",
    zip: "iter",
    map: "iter",
    filter: "iter",
    enumerate: "iter",
    reversed: "iter",
    type({}.keys()): "keys",
    type({}.values()): "values",
    type({}.items()): "items",
}


def _raw(array: np.ndarray) -> dict:
    if array.nbytes > MAX_BYTES // 2:
        raise CodecError(f"an array of {array.nbytes:,} bytes")
    return {
        "d": array.dtype.str,
        "s": list(array.shape),
        "b": base64.b64encode(np.ascontiguousarray(array).tobytes()).decode("ascii"),
    }


def _timestamp(_encoder, value: pd.Timestamp, _depth: int) -> dict:
    zone = str(value.tz) if value.tz else None
    return {
        "t": "ts",
        "v": value.tz_localize(None).isoformat()
        if zone is None
        else value.tz_convert("UTC").tz_localize(None).isoformat(),
        "u": value.unit,
        "z": zone,
    }


_ENCODERS: dict[type, Callable] = {
    tuple: lambda e, v, d: {"t": "tuple", "v": e.many(v, d)},
    set: lambda e, v, d: {"t": "set", "v": e.many(sorted(v, key=repr), d)},
    frozenset: lambda e, v, d: {"t": "frozenset", "v": e.many(sorted(v, key=repr), d)},
    complex: lambda _e, v, _d: {"t": "complex", "v": [v.real, v.imag]},
    bytes: lambda _e, v, _d: {"t": "bytes", "v": base64.b64encode(v).decode("ascii")},
    range: lambda _e, v, _d: {"t": "range", "v": [v.start, v.stop, v.step]},
    type(...): lambda _e, _v, _d: {"t": "ellipsis"},
    decimal.Decimal: lambda _e, v, _d: {"t": "decimal", "v": str(v)},
    fractions.Fraction: lambda e, v, d: {
        "t": "fraction",
        "v": [e(v.numerator, d), e(v.denominator, d)],
    },
    dt.date: lambda _e, v, _d: {"t": "date", "v": v.isoformat()},
    dt.time: lambda _e, v, _d: {"t": "time", "v": v.isoformat()},
    dt.datetime: lambda _e, v, _d: {"t": "datetime", "v": v.isoformat()},
    dt.timedelta: lambda _e, v, _d: {"t": "delta", "v": [v.days, v.seconds, v.microseconds]},
    pd.Timestamp: _timestamp,
    pd.Timedelta: lambda _e, v, _d: {"t": "tdelta", "v": int(v.value)},
    pd.Period: lambda _e, v, _d: {"t": "per", "v": int(v.ordinal), "f": v.freqstr},
    type(pd.NaT): lambda _e, _v, _d: {"t": "nat"},
    type(pd.NA): lambda _e, _v, _d: {"t": "na"},
}


class Decoder:
    """`reference` makes the judge's stand-in from the description of a function, class or object."""

    def __init__(self, reference: Callable[[dict], object] | None = None):
        self.reference = reference
        self.left = MAX_ITEMS
        self.figures: dict[int, object] = {}

    def __call__(self, coded: object, depth: int = 0) -> object:
        if depth > MAX_DEPTH * 2:
            raise CodecError("nested too deep")
        self.left -= 1
        if self.left < 0:
            raise CodecError("too many items")
        kind = type(coded)
        if kind in _ATOMS or kind is int:
            return coded
        if kind is list:
            return [self(item, depth + 1) for item in coded]
        if kind is not dict:
            raise CodecError("an unknown shape")
        try:
            return self._tagged(coded, depth + 1)
        except CodecError:
            raise
        except Exception as error:  # whatever a constructor of pandas or matplotlib thinks of it
            raise CodecError(
                f"an unreadable {coded.get('t')!r:.20}: {type(error).__name__}"
            ) from None

    def many(self, coded: object, depth: int) -> list:
        if type(coded) is not list:
            raise CodecError("no list")
        return [self(item, depth) for item in coded]

    def _tagged(self, coded: dict, depth: int) -> object:
        tag = coded.get("t")
        if tag in _DECODERS:
            return _DECODERS[tag](self, coded, depth)
        if tag in ("fig", "axes", "figref"):
            return figure_codec.decode(coded, self, depth)
        if self.reference and tag in ("fn", "cls", "obj", "opaque"):
            return self.reference(coded)
        raise CodecError("an unknown kind")

    def pairs(self, coded: dict, depth: int) -> list:
        return [(self(key, depth), self(item, depth)) for key, item in coded["v"]]

    def column(self, coded: dict, depth: int):
        """An array for a Series, an Index or a column."""
        tag = coded["t"]
        if tag == "nd":
            return _unraw(coded)
        if tag == "ndo":
            return _object_array(self, coded, depth)
        if tag == "category":
            codes = _unraw(coded["v"])
            categories = self.index(coded["c"], depth)
            return pd.Categorical.from_codes(codes, categories, ordered=coded["o"] is True)
        if tag == "tz":
            moments = pd.DatetimeIndex(_unraw(coded["v"]))
            return moments.tz_localize("UTC").tz_convert(_text(coded["z"], 60)).array
        if tag == "period":
            return pd.PeriodIndex.from_ordinals(
                _unraw(coded["v"]), freq=_text(coded["f"], 20)
            ).array
        if tag == "masked" and coded["d"] in _MASKED:
            values = self.many(coded["v"], depth)
            if not all(type(value) in (str, bool, int, float, type(None)) for value in values):
                raise CodecError("a column of mixed types")
            return pd.array(values, dtype=coded["d"])
        raise CodecError("an unknown column")

    def index(self, coded: dict, depth: int) -> pd.Index:
        tag = coded["t"]
        if tag == "rindex":
            start, stop, step = (_whole(number) for number in coded["v"])
            found = pd.RangeIndex(start, stop, step, name=_hashable(self(coded["n"], depth)))
            if len(found) > MAX_ITEMS:
                raise CodecError("too many rows")
            return found
        if tag == "mindex":
            levels = [self.column(level, depth) for level in coded["v"]]
            return pd.MultiIndex.from_arrays(
                levels, names=[_hashable(name) for name in self.many(coded["n"], depth)]
            )
        if tag != "index":
            raise CodecError("no index")
        values = self.column(coded["v"], depth)
        dtype = object if coded["v"]["t"] == "ndo" else None
        return pd.Index(values, dtype=dtype, name=_hashable(self(coded["n"], depth)))


def _unraw(coded: dict) -> np.ndarray:
    name = _text(coded["d"], 20)
    if not re.fullmatch(r"[<>|=][biufcmMSU]\d{1,6}(\[\d{0,4}[A-Za-zμ]{1,2}\])?", name):
        raise CodecError("an unknown array type")
    shape = tuple(_whole(size) for size in coded["s"])
    if len(shape) > 8 or any(size < 0 for size in shape):
        raise CodecError("an impossible shape")
    data = base64.b64decode(_text(coded["b"], MAX_BYTES), validate=True)
    dtype = np.dtype(name)
    count = 1
    for size in shape:
        count *= size
    if not dtype.itemsize or count * dtype.itemsize != len(data):
        raise CodecError("an array that does not fit its shape")
    if dtype.kind == "b":  # a truth value of 2 is neither equal to True nor to False
        return (np.frombuffer(data, dtype=np.uint8) != 0).reshape(shape)
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()


def _object_array(decoder: Decoder, coded: dict, depth: int) -> np.ndarray:
    values = decoder.many(coded["v"], depth)
    shape = tuple(_whole(size) for size in coded["s"])
    found = np.empty(len(values), dtype=object)
    found[:] = (
        values if not any(isinstance(value, list) for value in values) else [None] * len(values)
    )
    for place, value in enumerate(values):
        found[place] = value
    return found.reshape(shape)


def _frame(decoder: Decoder, coded: dict, depth: int) -> pd.DataFrame:
    index, columns = decoder.index(coded["i"], depth), decoder.index(coded["c"], depth)
    data = [decoder.column(column, depth) for column in coded["v"]]
    if len(data) != len(columns) or any(len(column) != len(index) for column in data):
        raise CodecError("a table whose columns do not fit")
    table = pd.DataFrame(dict(enumerate(data)), index=index)
    table.columns = columns
    if coded.get("a") is not None:
        table.attrs.update(decoder(coded["a"], depth))
    return table


def _series(decoder: Decoder, coded: dict, depth: int) -> pd.Series:
    values = decoder.column(coded["v"], depth)
    dtype = object if coded["v"]["t"] == "ndo" else None
    return pd.Series(
        values,
        index=decoder.index(coded["i"], depth),
        dtype=dtype,
        name=_hashable(decoder(coded["n"], depth)),
    )


def _named_tuple(decoder: Decoder, coded: dict, depth: int) -> tuple:
    values = decoder.many(coded["v"], depth)
    names = [_text(name, 100) for name in coded["f"]]
    if len(names) != len(values) or not all(_NAME.fullmatch(name) for name in names):
        raise CodecError("a named tuple whose names do not fit")
    name = _text(coded["n"], 100)
    return collections.namedtuple(name if _NAME.fullmatch(name) else "Record", names, rename=True)(
        *values
    )


def _timestamp_back(_decoder, coded: dict, _depth: int) -> pd.Timestamp:
    moment = pd.Timestamp(_text(coded["v"], 40))
    if coded["u"] in ("s", "ms", "us", "ns"):
        moment = moment.as_unit(coded["u"])
    zone = coded["z"]
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(_text(zone, 60))


def _decimal(_decoder, coded: dict, _depth: int) -> decimal.Decimal:
    number = decimal.Decimal(_text(coded["v"], 400))
    if number.is_finite() and abs(number.adjusted()) > 400:
        raise CodecError("a number out of bounds")
    return number


def _range(_decoder, coded: dict, _depth: int) -> range:
    found = range(*(_whole(number) for number in coded["v"]))
    if len(found) > MAX_ITEMS:
        raise CodecError("a range of too many items")
    return found


def _whole(value: object) -> int:
    if type(value) is not int or abs(value) > 1 << 62:
        raise CodecError("no whole number")
    return value


def _text(value: object, longest: int) -> str:
    if type(value) is not str or len(value) > longest:
        raise CodecError("no short text")
    return value


def _hashable(value: object) -> object:
    hash(value)
    return value


_DECODERS: dict[str, Callable] = {
    "tuple": lambda d, c, n: tuple(d.many(c["v"], n)),
    "set": lambda d, c, n: set(d.many(c["v"], n)),
    "frozenset": lambda d, c, n: frozenset(d.many(c["v"], n)),
    "dict": lambda d, c, n: dict(d.pairs(c, n)),
    "OrderedDict": lambda d, c, n: collections.OrderedDict(d.pairs(c, n)),
    "defaultdict": lambda d, c, n: collections.defaultdict(None, d.pairs(c, n)),
    "Counter": lambda d, c, n: collections.Counter(dict(d.pairs(c, n))),
    "ntuple": _named_tuple,
    "iter": lambda d, c, n: iter(d.many(c["v"], n)),
    "keys": lambda d, c, n: dict.fromkeys(d.many(c["v"], n)).keys(),
    "values": lambda d, c, n: dict(enumerate(d.many(c["v"], n))).values(),
    "items": lambda d, c, n: dict(d.many(c["v"], n)).items(),
    "complex": lambda _d, c, _n: complex(float(c["v"][0]), float(c["v"][1])),
    "bytes": lambda _d, c, _n: base64.b64decode(_text(c["v"], MAX_BYTES), validate=True),
    "range": _range,
    "ellipsis": lambda _d, _c, _n: ...,
    "decimal": _decimal,
    "fraction": lambda d, c, n: fractions.Fraction(*(_whole(v) for v in c["v"])),
    "date": lambda _d, c, _n: dt.date.fromisoformat(_text(c["v"], 40)),
    "time": lambda _d, c, _n: dt.time.fromisoformat(_text(c["v"], 40)),
    "datetime": lambda _d, c, _n: dt.datetime.fromisoformat(_text(c["v"], 40)),
    "delta": lambda _d, c, _n: dt.timedelta(*(_whole(v) for v in c["v"])),
    "ts": _timestamp_back,
    "tdelta": lambda _d, c, _n: pd.Timedelta(_whole(c["v"]), unit="ns"),
    "per": lambda _d, c, _n: pd.Period(ordinal=_whole(c["v"]), freq=_text(c["f"], 20)),
    "nat": lambda _d, _c, _n: pd.NaT,
    "na": lambda _d, _c, _n: pd.NA,
    "np": lambda _d, c, _n: _unraw(c)[()],
    "nd": lambda _d, c, _n: _unraw(c),
    "ndo": _object_array,
    "array": lambda d, c, n: pd.array(d.column(c["v"], n)),
    "index": lambda d, c, n: d.index(c, n),
    "rindex": lambda d, c, n: d.index(c, n),
    "mindex": lambda d, c, n: d.index(c, n),
    "series": _series,
    "frame": _frame,
}
