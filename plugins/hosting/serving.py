"""Runs what the program asks for: a method of a plugin, with the arguments that the program sent.

It lives inside the host process and trusts the program; whatever a plugin raises comes through.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from myriorama.plugins.api import Annotator, Plugin, Writer
from myriorama.plugins.hosting.asking import Ask, AskedRecords
from myriorama.plugins.hosting.describing import describe
from myriorama.plugins.hosting.loading import LoadedSource, SourceRefused
from myriorama.plugins.writing import WholeFile
from myriorama.scenes.labels.truth import Truth

SAME: Final = "same"
"""Answer of an effect that hands back the very picture, or the very camera, it was given."""
CHANGING: Final = frozenset(("equip", "apply", "develop", "retouch"))
"""Methods whose second argument is what they may hand back."""

_BATCH_BYTES: Final = 2**20
_BATCH_S: Final = 0.25


class Service:
    """The plugins of one loaded source.

    Parameters
    ----------
    ask : callable
        Sends a question to the program and returns its answer.
    """

    def __init__(self, loaded: LoadedSource, ask: Ask) -> None:
        self.loaded = loaded
        self._ask = ask
        self._made: dict[tuple[str, str], Plugin] = {}
        self._truth: Truth | None = None
        self._files: dict[int, Iterator[WholeFile]] = {}
        self._chunks: dict[int, Iterator[bytes]] = {}
        self._numbers = itertools.count()

    def serve(self, request: tuple[Any, ...]) -> Any:
        """Return the answer to one request."""
        what, *rest = request
        return _SERVED[what](self, *rest)

    def describe(self) -> Any:
        return describe(self.loaded)

    def run(self, target: str, arguments: Any) -> Any:
        """Call a function of the program itself with JSON arguments and the loaded source; its answer is JSON."""
        module_name, _, function = target.partition(":")
        found: Callable[[Any, LoadedSource], Any] = getattr(importlib.import_module(module_name), function)
        return found(arguments, self.loaded)

    def call(self, module: str, class_name: str, method: str, arguments: tuple[Any, ...]) -> Any:
        """Call a method of a generator, placement, environment, effect or annotator."""
        plugin = self._made.get((module, class_name))
        if plugin is None:
            plugin = self._made[module, class_name] = self._class(module, class_name)()
        if method == "annotate":
            frame, scene = arguments
            truth = self._truth
            if truth is None or truth.frame is not frame or truth.scene is not scene:
                truth = self._truth = Truth.of(frame, scene)  # several annotators of one frame share it
            return cast("Annotator", plugin).annotate(frame, scene, truth)
        answer = getattr(plugin, method)(*arguments)
        return SAME if method in CHANGING and answer is arguments[1] else answer

    def write(self, module: str, class_name: str, method: str, info: Any, values: Any, argument: Any) -> Any:
        """Call a method of a writer, made anew: it may depend on nothing but its arguments."""
        writer: Any = cast("type[Writer]", self._class(module, class_name))(info, values)
        if method == "whole_files":
            number = next(self._numbers)
            self._files[number] = iter(writer.whole_files(AskedRecords(self._ask, argument)))
            return number
        answer = writer.losses() if method == "losses" else getattr(writer, method)(argument)
        if answer is None or isinstance(answer, str):
            wanted = "sentences" if method in ("obstacles", "losses") else "files"
            raise SourceRefused("result", f"{method} must give a list of {wanted}, not {answer!r}"[:200])
        return tuple(answer)

    def next_file(self, number: int) -> str | None:
        """Begin the next file of `whole_files`; None where there is no further one."""
        self._chunks.pop(number, None)
        file = next(self._files[number], None)
        if file is None:
            del self._files[number]
            return None
        if not isinstance(file, WholeFile):
            raise SourceRefused("result", f"whole_files must give WholeFile objects, not {type(file).__name__}")
        self._chunks[number] = iter(file.chunks)
        return file.path

    def next_chunks(self, number: int) -> bytes:
        """Return the next bytes of the file that was begun; none at its end."""
        batch: list[bytes] = []
        size, until_s = 0, time.monotonic() + _BATCH_S
        for chunk in self._chunks[number]:
            if not isinstance(chunk, bytes):
                raise SourceRefused("result", f"chunks of a WholeFile must be bytes, not {type(chunk).__name__}")
            batch.append(chunk)
            size += len(chunk)
            if size >= _BATCH_BYTES or (size and time.monotonic() > until_s):
                break
        return b"".join(batch)

    def close_files(self, number: int) -> None:
        """Forget a `whole_files` that nobody asks further."""
        self._files.pop(number, None)
        self._chunks.pop(number, None)

    def _class(self, module: str, class_name: str) -> type[Plugin]:
        found = getattr(self.loaded.module(module), class_name, None)
        if not inspect.isclass(found) or not issubclass(found, Plugin):
            raise SourceRefused(
                "import",
                f"there is no plugin class {class_name} in {module}",
                self.loaded.source.root,
                "build the manifest again (myriorama plugin build)",
            )
        if inspect.isabstract(found):
            missing = ", ".join(sorted(found.__abstractmethods__))
            raise SourceRefused(
                "import", f"class {class_name} does not define {missing}", inspect.getsourcefile(found) or ""
            )
        return found


_SERVED: Final[dict[str, Callable[..., Any]]] = {
    "describe": Service.describe,
    "run": Service.run,
    "call": Service.call,
    "write": Service.write,
    "next_file": Service.next_file,
    "next_chunks": Service.next_chunks,
    "close_files": Service.close_files,
}
