"""How one plugin is run by the checks: values in, result out, and the laws that the result must keep.

The base of the probes in this folder, one per kind of plugin; it runs nothing by itself.
"""

from __future__ import annotations

import inspect
import linecache
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

from myriorama.plugins.api import Plugin
from myriorama.plugins.conformance.drawing import Draw, make_draw
from myriorama.plugins.conformance.options import Options


@dataclass(frozen=True)
class Place:
    """A line of the author's; empty where there is none."""

    file: str = ""
    line: int = 0
    code: str = ""


NOWHERE: Final = Place()


class Probe(ABC):
    """Runs one plugin.

    Attributes
    ----------
    laws : mapping of str to (probe, draw, result) -> str
        By check name: what is wrong with a result, or nothing.
    method : str
        The plugin's method that `call` runs.
    """

    laws: ClassVar[dict[str, Callable[[Any, Draw, Any], str]]] = {}
    method: ClassVar[str] = ""

    def __init__(self, plugin: type[Plugin], options: Options) -> None:
        self.plugin = plugin
        self.options = options

    def draw(self, number: int) -> Draw:
        """Return the values of draw `number`."""
        return make_draw(self.plugin.parameters, number, self.options.seed)

    @abstractmethod
    def call(self, draw: Draw) -> Any:
        """Run the plugin once on fresh copies of everything and return what it gave, iterators run out."""

    def place(self) -> Place:
        """Return where the plugin's method is written."""
        return defined_at(getattr(self.plugin, self.method, self.plugin))


def defined_at(thing: Any) -> Place:
    """Return the line where a class or function is defined; an empty place where it has no source."""
    try:
        lines, number = inspect.getsourcelines(thing)
        file = inspect.getsourcefile(thing) or ""
    except (OSError, TypeError):
        return Place()
    first = next((i for i, text in enumerate(lines) if text.lstrip().startswith(("def ", "class "))), 0)
    return Place(file, number + first, lines[first].strip())


def blamed(error: BaseException, files: Sequence[Path]) -> Place:
    """Return the innermost line of these files that an error came through."""
    own = {str(file) for file in files}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename in own:
            return Place(frame.filename, frame.lineno or 0, frame.line or "")
    if isinstance(error, SyntaxError) and error.filename in own:
        return Place(error.filename or "", error.lineno or 0, (error.text or "").strip())
    return Place()


def line_at(file: Path, line: int) -> Place:
    """Return a place with its code."""
    return Place(str(file), line, linecache.getline(str(file), line).strip())
