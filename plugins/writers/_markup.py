"""Text as XML holds it. What XML cannot hold at all, a control character, is refused with the text that has it."""

from __future__ import annotations

import re
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from myriorama.plugins.api import PluginError

_NEVER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters outside XML 1.0's `Char`."""
_BREAKS: Final = {"\r": "&#13;"}


def fits(text: str) -> bool:
    """Return whether XML can hold a text."""
    return _NEVER.search(text) is None


def text(value: Any) -> str:
    """Return a value as the content of an element.

    Raises
    ------
    PluginError
        It holds a character that XML has no form for.
    """
    told = _plain(value)
    return escape(told, _BREAKS)


def attributes(**values: Any) -> str:
    """Return attributes of an element, each with a space before it; see `text` for errors."""
    return "".join(f" {name}={quoteattr(_plain(value), _BREAKS)}" for name, value in values.items())


def _plain(value: Any) -> str:
    told = str(value)
    if not fits(told):
        raise PluginError(f"XML cannot hold the control characters of {told!r}: give it another name")
    return told


def number(value: float) -> str:
    """Return a coordinate, exact, without a point where it is whole."""
    return str(int(value)) if value == int(value) else repr(float(value))
