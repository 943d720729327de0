"""Exit codes, and how a failure is told: readable on stderr, or as one JSON object on stdout.

Nothing here decides what is an error; it only maps the errors of the domain to words and numbers.
"""

from __future__ import annotations

import errno
import json
import traceback
from enum import IntEnum
from typing import Any

import typer

from myriorama.scenes.errors import ContractError, DeviceError, InputError, MyrioramaError, PluginError


class ExitCode(IntEnum):
    """What the shell sees. Documented in docs/command-line.md; a number never changes its meaning."""

    OK = 0
    CHECK_FAILED = 1
    BAD_INPUT = 2
    QUARANTINED = 3
    MACHINE = 4
    BUG = 70
    INTERRUPTED = 130
    BROKEN_PIPE = 141


def exit_code_of(error: BaseException) -> ExitCode:
    """Return the exit code that stands for `error`."""
    match error:
        case KeyboardInterrupt() | typer.Abort():
            return ExitCode.INTERRUPTED
        case ContractError():
            return ExitCode.CHECK_FAILED
        case InputError() | PluginError() | typer.TyperException():
            return ExitCode.BAD_INPUT
        case MyrioramaError() | MemoryError():  # no device, a worker that cannot live, files that went away
            return ExitCode.MACHINE
        case BrokenPipeError():
            return ExitCode.BROKEN_PIPE
        case OSError():
            return ExitCode.MACHINE
        case _:
            return ExitCode.BUG


def describe_error(error: BaseException) -> dict[str, Any]:
    """Return `error` as a JSON-able object: kind, message, exit_code, and problems where the input is at fault."""
    out: dict[str, Any] = {
        "kind": type(error).__name__,
        "message": _sentence(error),
        "exit_code": int(exit_code_of(error)),
    }
    if isinstance(error, InputError):
        out["problems"] = [
            {"file": p.file, "place": p.place, "message": p.message, "value": p.value, "allowed": p.allowed}
            for p in error.problems
        ]
    if out["exit_code"] == ExitCode.BUG:
        out["traceback"] = traceback.format_exception(error)
    return out


def report(error: BaseException, *, as_json: bool) -> ExitCode:
    """Tell the user what went wrong and return the exit code.

    Parameters
    ----------
    as_json : bool
        Print ``{"error": {...}}`` to stdout, so that a program that reads stdout finds one JSON
        document whatever happens; else words to stderr.
    """
    code = exit_code_of(error)
    if code is ExitCode.BROKEN_PIPE:
        return code
    if as_json:
        typer.echo(json.dumps({"error": describe_error(error)}, ensure_ascii=False))
        return code
    if isinstance(error, InputError):
        for problem in error.problems:
            where = ": ".join(part for part in (problem.file, problem.place) if part)
            _say_error(f"{where}: {problem.message}" if where else problem.message)
            if problem.value:
                typer.echo(f"  got      {problem.value}", err=True)
            if problem.allowed:
                typer.echo(f"  allowed  {problem.allowed}", err=True)
        if len(error.problems) > 1:
            typer.echo(f"{len(error.problems)} problems; nothing was written.", err=True)
    elif code is ExitCode.BUG:
        typer.echo("".join(traceback.format_exception(error)), err=True, nl=False)
        _say_error("this is a fault in Myriorama or in a plugin; the lines above say where.")
    else:
        _say_error(_sentence(error))
        if isinstance(error, PluginError):
            typer.echo("  `myriorama list generators` (placements, ...) shows what there is.", err=True)
        elif isinstance(error, DeviceError):
            typer.echo("  `myriorama doctor` says what this machine lacks.", err=True)
    return code


def _say_error(text: str) -> None:
    typer.secho("error: ", fg=typer.colors.RED, bold=True, err=True, nl=False)
    typer.echo(text, err=True)


def _sentence(error: BaseException) -> str:
    if isinstance(error, typer.TyperException):
        return error.format_message()
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        return "interrupted"
    if isinstance(error, MemoryError):
        return "out of memory"
    if isinstance(error, OSError) and error.errno is not None:
        place = f"{error.filename}: " if error.filename else ""
        hint = "; free some space and run it again" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
        return f"{place}{error.strerror}{hint}"
    return str(error) or type(error).__name__
