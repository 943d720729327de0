"""What a failure inside a host process looks like to its author: cause, sentence, the innermost line of their own.

It reads exceptions; it catches none.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Final

from myriorama.plugins.hosting.auditing import Forbidden
from myriorama.plugins.hosting.codec import NotTellable
from myriorama.plugins.hosting.loading import LoadedSource, SourceRefused

LONGEST_MESSAGE: Final = 2_000
_LONGEST_TRACE_LINES: Final = 60


def told(error: BaseException, loaded: LoadedSource | None, *, importing: bool, fallback: Any = None) -> dict[str, Any]:
    """Return the JSON-able facts of a failure.

    Parameters
    ----------
    importing : bool
        The plugin's module was being imported.
    fallback : tuple of (file, line) or None
        Where the called method stands, for a failure without a line of the plugin's own.
    """
    facts = _facts(error, loaded, importing=importing, fallback=fallback)
    # Half a surrogate pair in a message must not hide the message.
    return {k: v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for k, v in facts.items()}


def _facts(error: BaseException, loaded: LoadedSource | None, *, importing: bool, fallback: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {"cause": "raised", "message": _sentence(error), "way_out": ""}
    facts |= {"file": "", "line": 0, "code": "", "trace": "", "ends": False}
    if isinstance(error, SourceRefused):
        facts |= {"cause": error.cause, "message": str(error), "file": error.file, "way_out": error.way_out}
        return facts
    if loaded is not None:
        _place(facts, error, loaded, fallback)
    if isinstance(error, SystemExit):
        facts |= {"cause": "exited", "message": f"it called sys.exit({error.code!r})"[:200], "ends": True}
        facts["way_out"] = "raise an exception instead, or return"
    elif isinstance(error, MemoryError):
        facts |= {"cause": "memory", "message": f"it asked for more memory than plugins may have ({error})"[:300]}
        facts["ends"] = True
    elif isinstance(error, Forbidden):
        facts |= {"cause": "forbidden", "message": str(error), "ends": error.ends}
    elif isinstance(error, PermissionError):
        facts |= {"cause": "forbidden", "message": f"it tried what plugins may not do: {error}"[:LONGEST_MESSAGE]}
    elif isinstance(error, OSError) and error.errno == errno.EFBIG:
        facts |= {"cause": "file_size", "message": f"it wrote a file larger than plugins may write ({error})"[:300]}
    elif isinstance(error, OSError) and error.errno == errno.EMFILE:
        facts |= {"way_out": "close what it opens, for instance by a with statement", "ends": True}
    elif isinstance(error, NotTellable):
        facts |= {"cause": "result", "message": f"what it returned cannot be used: {error}"[:LONGEST_MESSAGE]}
    elif importing:
        facts["cause"] = "import"
    return facts


def _sentence(error: BaseException) -> str:
    name = type(error).__name__
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - an exception's own __str__ may raise anything
        text = "(its message cannot be shown)"
    return f"{name}: {text}"[:LONGEST_MESSAGE] if text else name


def _place(facts: dict[str, Any], error: BaseException, loaded: LoadedSource, fallback: Any) -> None:
    own = [(file, line, name) for file, line, name in _frames(error.__traceback__) if file in loaded.files]
    if isinstance(error, SyntaxError) and error.filename in loaded.files:
        own.append((str(error.filename), error.lineno or 0, "<module>"))
    if own:
        facts["file"], facts["line"], _ = own[-1]
        facts["code"] = loaded.line(facts["file"], facts["line"])[:500]
    elif fallback:
        facts["file"], facts["line"] = fallback
        facts["code"] = loaded.line(*fallback)[:500]
    rows = []
    for file, line, name in own[-_LONGEST_TRACE_LINES:]:
        rows.append(f'  File "{file}", line {line}, in {name}')
        code = loaded.line(file, line)[:200]
        if code:
            rows.append(f"    {code}")
    rows += [row.rstrip() for row in traceback.format_exception_only(error)][-5:]
    facts["trace"] = "\n".join(rows)[:20_000]


def _frames(found: TracebackType | None) -> Iterator[tuple[str, int, str]]:
    while found is not None:
        code = found.tb_frame.f_code
        yield code.co_filename, found.tb_lineno, code.co_name
        found = found.tb_next
