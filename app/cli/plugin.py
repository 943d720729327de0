"""``plugin``: third-party plugins, listed and told of here; enabled, built and run by the files beside this one.

Listing and telling import nothing of a plugin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from myriorama.app.cli import plugin_build, plugin_check, plugin_dev, plugin_new, plugin_run, plugin_trust
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption
from myriorama.app.cli.output import print_json, print_rows
from myriorama.app.cli.plugin_words import BesideOption, SourceArgument, beside, row_json, say

if TYPE_CHECKING:
    from myriorama.app.extensions.rows import PluginRow

plugin = typer.Typer(
    name="plugin",
    help="Third-party plugins: list, info, enable, disable, new, build, check, run, dev.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@plugin.command("list")
def list_plugins(project: BesideOption = None, as_json: JsonOption = False) -> int:
    """List the plugins that are installed, in your plugin folder, and beside a project; nothing of them runs."""
    from myriorama.app.extensions.approvals import user_plugin_folder
    from myriorama.app.extensions.listing import look_around

    listing = look_around(beside(project))
    if as_json:
        print_json({"plugins": [row_json(row) for row in listing.rows], "trouble": listing.trouble})
        return ExitCode.OK
    if listing.trouble:
        typer.secho(f"warning: {listing.trouble}", fg=typer.colors.YELLOW, err=True)
    if listing.rows:
        print_rows(("source", "version", "state", "what it is"), [_row(row) for row in listing.rows])
    else:
        typer.echo(f"there is no plugin: none is installed, and none lies in {user_plugin_folder()}")
    return ExitCode.OK


@plugin.command("info")
def info(source: SourceArgument, project: BesideOption = None, as_json: JsonOption = False) -> int:
    """Show what a plugin says of itself, its files and hash, what changed, and what is enforced; nothing of it runs."""
    from myriorama.app.extensions.listing import look_around
    from myriorama.plugins.hosting.enforcement import enforced

    row = look_around(beside(project)).row(source)
    if as_json:
        kept = [{"name": e.name, "kept": e.kept, "how": e.how} for e in enforced()]
        print_json({**row_json(row), "files": dict(row.source.files), "enforced": kept})
        return ExitCode.OK
    say(row)
    return ExitCode.OK


plugin.command("enable")(plugin_trust.enable)
plugin.command("disable")(plugin_trust.disable)
plugin.command("new")(plugin_new.new)
plugin.command("build")(plugin_build.build)
plugin.command("check")(plugin_check.check)
plugin.command("run")(plugin_run.run)
plugin.command("dev")(plugin_dev.dev)


def _row(row: PluginRow) -> tuple[str, str, str, str]:
    from myriorama.app.extensions.counting import held_in, kinds_in_words
    from myriorama.app.printable import printable

    held = held_in(row)
    told = row.problem or "; ".join(t for t in (kinds_in_words(held.plugins), held.description) if t)
    return (printable(row.key), printable(row.source.version, 40), row.status, printable(told))
