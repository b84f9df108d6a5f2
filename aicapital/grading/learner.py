"""What runs in a learner's process: cells, calls, and plain data back. Nothing here is trusted by the judge."""

import builtins
import inspect
import io
import os
import signal
import struct
import sys
import types

from . import codec

MAX_OUTPUT = 200_000
MAX_TEXT = 2_000


class Output(io.TextIOBase):
    """What is printed, up to a limit; the rest is dropped."""

    def __init__(self):
        self.parts: list[str] = []
        self.size = 0
        self.cut = False

    def write(self, text: str) -> int:
        room = MAX_OUTPUT - self.size
        if len(text) > room:
            self.cut = True
        if room > 0:
            self.parts.append(text[:room])
            self.size += min(len(text), room)
        return len(text)

    def take(self) -> tuple[str, bool]:
        text, cut = "".join(self.parts), self.cut
        self.parts, self.size, self.cut = [], 0, False
        return text, cut


def make_shell():
    """IPython's shell without history, prompts or tracebacks: learners may write magics and `display`."""
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    HistoryManager.enabled = False
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.autoindent = False
    shell = InteractiveShell.instance(config=config, display_pub_class=CapturingDisplayPublisher)
    shell.showtraceback = shell.showsyntaxerror = shell.showindentationerror = (
        lambda *_args, **_kwargs: None
    )
    shell.enable_gui = lambda *_args, **_kwargs: None
    shell.register_magic_function(lambda _line: None, "line", "matplotlib")
    shell.autoawait = True
    return shell


def figures_as_in_a_notebook() -> None:
    """A notebook shows and closes its figures at the end of a cell and in plt.show()."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    plt.show = lambda *_args, **_kwargs: plt.close("all")


class Learner:
    def __init__(self, handle: int, shell):
        self.handle = handle
        self.shell = shell
        self.kept: list[object] = []
        self.places: dict[int, int] = {}
        self.output = Output()
        self.running = False
        # IPython numbers and hashes the cells: the name of a cell's file says which one it was.
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, *_args) -> None:
        if self.running:
            raise KeyboardInterrupt

    def serve(self) -> None:
        sys.stdout = sys.stderr = self.output
        buffer = b""
        while True:
            while len(buffer) < 4 or len(buffer) < 4 + struct.unpack(">I", buffer[:4])[0]:
                part = os.read(self.handle, 1 << 20)
                if not part:
                    return
                buffer += part
            size = struct.unpack(">I", buffer[:4])[0]
            body, buffer = buffer[4 : 4 + size], buffer[4 + size :]
            message = codec.loads(body)
            try:
                reply = self._answer(message)
            except BaseException as error:
                reply = {"error": self._error(error)}
            reply["n"] = message["n"]
            codec.send(self.handle, reply)

    def _answer(self, message: dict) -> dict:
        return getattr(self, f"_do_{message['do']}")(message)

    def _do_run(self, message: dict) -> dict:
        self.running = True
        try:
            result = self.shell.run_cell(message["source"], silent=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as stopped:
            error = stopped
        finally:
            self.running = False
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        text, cut = self.output.take()
        reply = {"out": text, "cut": cut}
        return {**reply, "error": self._error(error)} if error is not None else reply

    def _do_names(self, message: dict) -> dict:
        names = self.shell.user_ns
        return {
            "values": {name: self._coded(names[name]) for name in message["names"] if name in names}
        }

    def _do_call(self, message: dict) -> dict:
        function = self.kept[message["ref"]]
        if message["attribute"] is not None:
            function = getattr(function, message["attribute"])
        decoder = codec.Decoder(lambda coded: self.kept[coded["r"]])
        args = [decoder(arg) for arg in message["args"]]
        kwargs = {name: decoder(arg) for name, arg in message["kwargs"].items()}
        self.running = True
        try:
            value = function(*args, **kwargs)
            coded = self._coded(value)
        finally:
            self.running = False
            self.output.take()
        changed = {}
        # The judge's own lists and tables, if the function changed them.
        for place, arg in enumerate(args):
            if type(arg) not in _PLAIN:
                after = self._coded(arg)
                if after != message["args"][place]:
                    changed[str(place)] = after
        return {"value": coded, "changed": changed}

    def _do_attribute(self, message: dict) -> dict:
        self.running = True
        try:
            return {"value": self._coded(getattr(self.kept[message["ref"]], message["attribute"]))}
        finally:
            self.running = False

    def _coded(self, value: object) -> object:
        try:
            return codec.Encoder(self._reference)(value)
        except (codec.CodecError, RecursionError) as error:
            return {"t": "opaque", "n": type(value).__name__[:100], "why": str(error)[:200]}

    def _keep(self, value: object) -> int:
        if id(value) not in self.places:
            self.places[id(value)] = len(self.kept)
            self.kept.append(value)
        return self.places[id(value)]

    def _reference(self, value: object) -> dict:
        if isinstance(value, type):
            return {
                "t": "cls",
                "r": self._keep(value),
                "n": value.__name__,
                "mro": [base.__name__ for base in value.__mro__],
                "doc": _short(value.__doc__),
            }
        if callable(value) and not isinstance(value, types.ModuleType):
            return {
                "t": "fn",
                "r": self._keep(value),
                "n": str(getattr(value, "__name__", type(value).__name__)),
                "doc": _short(getattr(value, "__doc__", None)),
                "sig": self._signature(value),
                **_blanks(value),
            }
        return {"t": "obj", "r": self._keep(value), "n": type(value).__name__}

    def _signature(self, function: object) -> list | None:
        try:
            parameters = inspect.signature(function).parameters.values()
        except (TypeError, ValueError):
            return None
        described = []
        for one in parameters:
            given = one.default is not inspect.Parameter.empty
            described.append(
                [one.name, int(one.kind), given, self._coded(one.default) if given else None]
            )
        return described

    def _error(self, error: BaseException) -> dict:
        line, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename.startswith("<ipython-input"):
                line = trace.tb_lineno
            trace = trace.tb_next
        if isinstance(error, SyntaxError) and line is None:
            line = error.lineno
        try:
            text = str(error.msg if isinstance(error, SyntaxError) else error)
        except Exception:
            text = ""
        args = []
        for arg in getattr(error, "args", ())[:5]:
            if type(arg) in (str, int, float, bool, type(None)):
                args.append(arg if type(arg) is not str else arg[:MAX_TEXT])
        own = getattr(builtins, type(error).__name__, None) is not type(error)
        return {
            "r": self._keep(type(error)) if own else None,
            "name": type(error).__name__[:100],
            "mro": [
                base.__name__
                for base in type(error).__mro__
                if getattr(builtins, base.__name__, None) is base
            ],
            "text": text[:MAX_TEXT],
            "args": args,
            "line": line if type(line) is int else None,
        }


_PLAIN = (int, float, str, bool, type(None), tuple, bytes)


def _short(text: object) -> str | None:
    return text[:MAX_TEXT] if isinstance(text, str) else None


def _blanks(function: object) -> dict:
    """Whether a function is still the blank of the sheet, and whether a `...` is left in it."""
    from aicapital.learning import expect

    try:
        return {"stub": expect._is_stub(function), "blank": expect._has_blank(function)}
    except Exception:
        return {"stub": False, "blank": False}
