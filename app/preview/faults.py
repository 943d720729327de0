"""What went wrong in a picture process, told so that a person can act: kind, message, place, the plugin's own line.

It mends nothing and swallows nothing.
"""

from __future__ import annotations

import traceback
from pathlib import PurePath
from types import TracebackType
from typing import Final

from myriorama.app.preview.frames import Failure
from myriorama.app.production.producer import AcceptanceError
from myriorama.plugins.faults import PluginFault
from myriorama.plugins.registry import FOLDERS
from myriorama.scenes.errors import DeviceError, InputError, PluginError

_OWN: Final = "myriorama."
_PLUGIN_FOLDERS: Final = tuple(f"myriorama.plugins.{folder}." for folder in FOLDERS.values())
_OURS_IN_THEM: Final = "myriorama.plugins.annotators._annotate"


def failure_of(error: BaseException, generation: int, index: int) -> Failure:
    """Return what to tell of an error that ended a picture."""
    if isinstance(error, InputError):
        return Failure(generation, index, "input", str(error), error.problems)
    if isinstance(error, DeviceError):
        return Failure(generation, index, "device", str(error))
    if isinstance(error, AcceptanceError):
        return Failure(generation, index, "refused", str(error))
    if isinstance(error, PluginFault):
        return Failure(generation, index, "plugin", str(error), fault=error.fault)
    if isinstance(error, PluginError):
        return Failure(generation, index, "plugin", str(error))
    return Failure(generation, index, "plugin", told(error))


def told(error: BaseException) -> str:
    """Return the type and message of an error that does not explain itself, and where in a plugin it came from."""
    text = str(error)
    where = place_of(error.__traceback__)
    return type(error).__name__ + (f": {text}" if text else "") + (f" ({where})" if where else "")


def place_of(trace: TracebackType | None) -> str:
    """Return file and line of the innermost frame that is a plugin's own code, else of the innermost frame of all."""
    frames = [(str(f.f_globals.get("__name__", "")), f.f_code, line) for f, line in traceback.walk_tb(trace)]
    if not frames:
        return ""
    entry = next((name for name, _, _ in frames if _is_plugin(name)), None)
    chosen = frames[-1]
    if entry is not None:
        family = entry.partition(".")[0]
        same = [f for f in frames if _is_plugin(f[0]) and f[0].partition(".")[0] == family]
        chosen = same[-1]
    _, code, line = chosen
    return f"{PurePath(code.co_filename).name}, line {line}, in {code.co_name}"


def _is_plugin(module: str) -> bool:
    """Tell whether a module is one that was added: a built-in plugin's, or nothing of ours at all."""
    if module == _OURS_IN_THEM:
        return False
    return module.startswith(_PLUGIN_FOLDERS) or not module.startswith(_OWN)
