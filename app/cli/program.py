"""The command table, and the one place where failures become exit codes.

A command returns its exit code or raises; it never calls ``sys.exit``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from myriorama.app.cli import (
    camera,
    catalogue,
    create,
    doctor,
    export,
    look,
    plugin,
    queue,
    render,
    sample,
    shards,
    sheet,
    studio,
    verify,
)
from myriorama.app.cli.exits import ExitCode, report
from myriorama.app.finding import find_project
from myriorama.scenes.errors import InputError

program = typer.Typer(
    name="myriorama",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"myriorama {version('myriorama')}")
        raise typer.Exit


@program.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Procedural 3D scenes in, exactly labelled computer-vision datasets out."""


program.command("studio", short_help="Open the window.")(studio.studio)
program.command("render", short_help="Make a labelled dataset.")(render.render)
program.command("merge", short_help="Make one dataset of shards.")(shards.merge)
program.add_typer(queue.queue, short_help="The jobs of the render queue.")
program.command("sample", short_help="The recipe of one sample, and its picture.")(sample.sample)
program.command("export", short_help="A dataset in another format, nothing rendered.")(export.export)
program.command("verify", short_help="Check a dataset: files, hashes, labels.")(verify.verify)
program.command("look", short_help="What a dataset of any known format holds, and its faults.")(look.look)
program.command("sheet", short_help="One picture of many samples with their labels.")(sheet.sheet)
program.command("new", short_help="Start a project from an example.")(create.new)
program.command("camera", short_help="Give a project the lens and sensor of a camera.")(camera.camera)
program.command("list", short_help="What there is: generators, placements, examples ...")(catalogue.list_names)
program.command("describe", short_help="Every parameter of a plugin or rig.")(catalogue.describe)
program.command("schema", short_help="The JSON Schema of a project file.")(catalogue.schema)
program.add_typer(plugin.plugin, short_help="Third-party plugins: look at, enable, build, run.")
program.command("doctor", short_help="Does this machine have what is needed?")(doctor.doctor)


def _with_command(arguments: Sequence[str]) -> Sequence[str]:
    """Put ``studio`` before a project that stands alone, as a file manager or somebody in a hurry calls the program."""
    words = {command.name for command in program.registered_commands}
    words |= {group.typer_instance.info.name for group in program.registered_groups if group.typer_instance}
    if len(arguments) != 1 or arguments[0].startswith("-") or arguments[0] in words:
        return arguments
    if not arguments[0].endswith(".json") and "/" not in arguments[0]:  # such a one is a project, or a wrong path to it
        try:
            find_project(arguments[0])
        except InputError:
            return arguments
    return ["studio", *arguments]


def run(arguments: Sequence[str], *, open_studio: Callable[..., int] | None = None) -> int:
    """Run one command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str
        Without the program's name.
    open_studio : callable or None
        Opens the window on a project, and with ``develop`` on a plugin too; returns the exit code. This room knows no
        window, so whoever does gives it.
    """
    as_json = "--json" in arguments
    try:
        words = _with_command(arguments) if open_studio is not None else arguments
        outcome = program(args=list(words), prog_name="myriorama", standalone_mode=False, obj=open_studio)
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit) as error:
        # Whoever read our output has gone, and typer may have turned that into its own exit.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            raise
        # The interpreter's own flush at its end must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.BROKEN_PIPE
    except typer.TyperException as error:
        if not as_json and type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(error.format_message(), err=True)
            return ExitCode.BAD_INPUT
        code = report(error, as_json=as_json)
        if not as_json and error.format_message().startswith("No such command"):
            typer.echo("  `myriorama --help` lists them; `myriorama PROJECT` opens a project's window.", err=True)
        return code
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the outermost frame: every failure gets its code
        return report(error, as_json=as_json)
    if outcome == ExitCode.INTERRUPTED:
        return report(KeyboardInterrupt(), as_json=as_json)
    return outcome if isinstance(outcome, int) else ExitCode.OK
