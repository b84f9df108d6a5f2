"""The judge's side of the line: a learner's names as plain values and stand-ins that call across."""

import builtins
import inspect
import os
import select
import signal
import struct
import time
import types

import numpy as np
import pandas as pd

from . import codec

GRACE = 1.0  # seconds that an interrupted cell has to come back
MAX_LINE = 10_000
CHANGEABLE = (list, dict, set, np.ndarray, pd.DataFrame, pd.Series)


class TimedOut(BaseException):
    """Not an Exception: no test and no check may swallow it."""


class Crashed(BaseException):
    """The learner's process is gone."""


class Remote:
    """One learner's process. `pid` is for signals; it is not reaped while this object is in use."""

    def __init__(self, handle: int, pid: int, deadline: float, classes: set[str]):
        self.handle = handle
        self.pid = pid
        self.deadline = deadline  # of the whole submission
        self.cell_deadline = deadline
        self.classes = classes
        self.gone = ""
        self.changed_ours = False  # a function of theirs has changed an argument of a test
        self._number = 0
        self._buffer = bytearray()
        self._made: dict[int, object] = {}

    def begin(self, seconds: float) -> None:
        self.cell_deadline = min(time.monotonic() + seconds, self.deadline)

    def ask(self, do: str, **details) -> dict:
        if self.gone:
            raise (TimedOut if self.gone == "timed out" else Crashed)()
        self._number += 1
        try:
            codec.send(self.handle, {"do": do, "n": self._number, **details})
        except OSError:
            self._end("crashed")
        reply = self._reply(self.cell_deadline)
        if reply is None:
            os.kill(self.pid, signal.SIGINT)
            reply = self._reply(time.monotonic() + GRACE)
            if reply is None:
                self._end("timed out")
            raise TimedOut
        return reply

    def _end(self, how: str):
        self.gone = how
        os.kill(self.pid, signal.SIGKILL)
        raise (TimedOut if how == "timed out" else Crashed)()

    def _reply(self, deadline: float) -> dict | None:
        """The reply to the last question, None when time is up. Anything else ends the process."""
        while True:
            if len(self._buffer) >= 4:
                size = struct.unpack(">I", self._buffer[:4])[0]
                if size > codec.MAX_BYTES:
                    self._end("crashed")
                if len(self._buffer) >= 4 + size:
                    break
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.handle], [], [], left)[0]:
                return None
            try:
                part = os.read(self.handle, 1 << 20)
            except OSError:
                part = b""
            if not part:
                self._end("crashed")
            self._buffer += part
        body = bytes(self._buffer[4 : 4 + size])
        del self._buffer[: 4 + size]
        try:
            reply = codec.loads(body)
        except codec.CodecError:
            self._end("crashed")
        if type(reply) is not dict or reply.get("n") != self._number:
            self._end("crashed")
        return reply

    def run(self, source: str) -> dict:
        """Run a cell: what it printed, and its error or None."""
        reply = self.ask("run", source=source)
        out = reply.get("out")
        error = reply.get("error")
        return {
            "out": out[:200_000] if type(out) is str else "",
            "cut": reply.get("cut") is True,
            "error": describe(error) if error is not None else None,
        }

    def names(self, names: list[str]) -> dict[str, object]:
        """The learner's values of these names, those that exist."""
        reply = self.ask("names", names=names)
        values = reply.get("values")
        if type(values) is not dict:
            return {}
        return {name: self.decoded(values[name]) for name in names if name in values}

    def decoded(self, coded: object) -> object:
        try:
            return codec.Decoder(self._stand_in)(coded)
        except (codec.CodecError, RecursionError, MemoryError):
            return codec.Opaque("unreadable value")

    def _stand_in(self, coded: dict) -> object:
        tag, name = coded.get("t"), coded.get("n")
        name = name if type(name) is str and name.isidentifier() and len(name) < 100 else "object"
        ref = coded.get("r")
        if tag == "opaque" or type(ref) is not int:
            return codec.Opaque(name)
        if tag == "fn":
            return self._function(ref, None, name, coded)
        if tag == "cls":
            return self._class(ref, name, coded)
        if name in self.classes:
            return RemoteObject(self, ref, name)
        return codec.Opaque(name)

    def _class(self, ref: int, name: str, coded: dict):
        base = _builtin_base(coded.get("mro"))
        if base is not None:
            return self._error_class(ref, name, base)
        return self._function(ref, None, name, coded)

    def _error_class(self, ref: int, name: str, base: type) -> type:
        """Our own class for an exception class of the learner's, the same one each time."""
        if ref not in self._made:
            self._made[ref] = type(name, (base,), {"__module__": "__main__"})
        return self._made[ref]

    def _raise(self, told: object):
        """Raise the learner's error as one of our own, in a frame that names their line."""
        error = describe(told)
        if error["name"] == "KeyboardInterrupt":
            raise TimedOut
        base = _builtin_base(error["mro"]) or Exception
        if issubclass(base, StopIteration | StopAsyncIteration):
            # It would end a loop of the test, all(map(...)) for example, as if all had been looked at.
            error, base = {**error, "ref": None}, RuntimeError
        if error["ref"] is not None:
            base = self._error_class(error["ref"], error["name"], base)
        made = _made_of(base, error)
        made.from_learner = True
        if error["line"] is None:
            raise made
        code = compile("\n" * (error["line"] - 1) + "raise error", "<ipython-input-answer>", "exec")
        exec(code, {"error": made})

    def _function(self, ref: int, attribute: str | None, name: str, coded: dict):
        """A real function, so that checks that look at functions see one."""

        def call(args, kwargs):
            return self.call(ref, attribute, args, kwargs)

        if coded.get("stub") is True:

            def proxy(*args, **kwargs): ...

        elif coded.get("blank") is True:

            def proxy(*args, **kwargs):
                _left_blank = ...
                return call(args, kwargs)

        else:

            def proxy(*args, **kwargs):
                return call(args, kwargs)

        proxy.__name__ = proxy.__qualname__ = name
        proxy.__module__ = "__main__"
        doc = coded.get("doc")
        proxy.__doc__ = doc if type(doc) is str else None
        proxy.aicapital_reference = ref
        signature = self._signature(coded.get("sig"))
        if signature is not None:
            proxy.__signature__ = signature
        return proxy

    def _signature(self, coded: object) -> inspect.Signature | None:
        try:
            return inspect.Signature(
                [
                    inspect.Parameter(
                        str(name),
                        inspect._ParameterKind(kind),
                        default=self.decoded(default) if given is True else inspect.Parameter.empty,
                    )
                    for name, kind, given, default in coded
                ]
            )
        except (TypeError, ValueError):
            return None

    def call(self, ref: int, attribute: str | None, args: tuple, kwargs: dict) -> object:
        reply = self.ask(
            "call",
            ref=ref,
            attribute=attribute,
            args=[self._sent(arg) for arg in args],
            kwargs={name: self._sent(arg) for name, arg in kwargs.items()},
        )
        if reply.get("error") is not None:
            self._raise(reply["error"])
        changed = reply.get("changed")
        if type(changed) is dict:
            for place, arg in enumerate(args):
                if str(place) in changed:
                    self.changed_ours = True
                    change(arg, self.decoded(changed[str(place)]))
        return self.decoded(reply.get("value"))

    def attribute(self, ref: int, name: str) -> object:
        reply = self.ask("attribute", ref=ref, attribute=name)
        if reply.get("error") is not None:
            self._raise(reply["error"])
        return self.decoded(reply.get("value"))

    def _sent(self, value: object) -> object:
        return codec.Encoder(self._reference)(value)

    def _reference(self, value: object) -> dict:
        ref = getattr(value, "aicapital_reference", None)
        if isinstance(value, types.FunctionType) and type(ref) is int:
            return {"t": "fn", "r": ref}
        if isinstance(value, RemoteObject):
            return {"t": "obj", "r": object.__getattribute__(value, "_ref")}
        raise TypeError(
            f"a test passes {type(value).__name__} {value!r:.60} to the learner's code; only plain data can cross"
        )


class RemoteObject:
    """An object of a class that the sheet asks for. Its attributes and methods are asked across the line."""

    def __init__(self, remote: Remote, ref: int, kind: str):
        self._remote, self._ref, self._kind = remote, ref, kind

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._remote.attribute(self._ref, name)

    def __repr__(self) -> str:
        return f"<{self._kind}>"

    def __bool__(self):
        raise TypeError(f"an object of type {self._kind} is no plain data")


def describe(error: object) -> dict:
    """An error as the learner's process tells it, checked part by part."""
    error = error if type(error) is dict else {}
    name, text, line = error.get("name"), error.get("text"), error.get("line")
    args = error.get("args")
    return {
        "name": name if type(name) is str and name.isidentifier() and len(name) < 100 else "Error",
        "mro": error.get("mro"),
        "text": text[:2_000] if type(text) is str else "",
        "ref": error.get("r") if type(error.get("r")) is int else None,
        "line": line if type(line) is int and 0 < line < MAX_LINE else None,
        "args": [arg for arg in args if type(arg) in (str, int, float, bool, type(None))][:5]
        if type(args) is list
        else [],
    }


def _builtin_base(mro: object) -> type | None:
    """The nearest built-in exception among the names of a class's bases."""
    for name in mro if type(mro) is list else []:
        base = getattr(builtins, name, None) if type(name) is str else None
        if isinstance(base, type) and issubclass(base, Exception):
            return base
    return None


def _made_of(base: type, error: dict) -> Exception:
    """An exception of this class that reads like the learner's."""
    for args in (error["args"], [error["text"]]):
        try:
            made = base(*args)
            if str(made) == error["text"]:
                return made
        except Exception:  # a class with a signature of its own
            continue
    told = type(
        error["name"],
        (base,),
        {"__init__": lambda self: None, "__str__": lambda self: error["text"]},
    )
    try:
        return told()
    except Exception:
        return Exception(error["text"])


def change(ours: object, theirs: object) -> None:
    """Make our list, dict, array or table what the learner's function turned it into."""
    if type(ours) is not type(theirs):
        return
    if isinstance(ours, list):
        ours[:] = theirs
    elif isinstance(ours, dict | set):
        ours.clear()
        ours.update(theirs)
    elif isinstance(ours, np.ndarray):
        if ours.shape == theirs.shape:
            ours[...] = theirs
    elif isinstance(ours, pd.DataFrame | pd.Series):
        ours._update_inplace(theirs)
