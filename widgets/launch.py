"""The program's front door: the window where no command or ``studio`` is asked for, else the command line.

It loads no toolkit before a window is wanted, so that ``myriorama --help`` stays quick.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from myriorama.widgets.application import Application


def main() -> int:
    """Run this process's arguments and return the exit code; see `app.cli.exits.ExitCode`."""
    from myriorama.app.cli.program import run

    return run(sys.argv[1:] or ["studio"], open_studio=open_studio)


def open_studio(project: str | None, *, develop: Path | None = None) -> int:
    """Open the window, and return when it was closed.

    Parameters
    ----------
    project : str or None
        A project file, its folder, or the name of an example.
    develop : Path or None
        A plugin that is being written: it is loaded now, and again each time it is saved.

    Raises
    ------
    DeviceError
        There is no display, or this Qt cannot run under this Python.
    InputError
        The project cannot be found. (One that cannot be read is told of in the window.)
    """
    from myriorama.app.cli.doctor import check_qt_pair
    from myriorama.app.finding import find_project
    from myriorama.scenes.errors import DeviceError

    trouble = missing_display(sys.platform, os.environ)
    if trouble:
        raise DeviceError(trouble)
    pair = check_qt_pair()
    if pair.state != "ok":
        raise DeviceError(f"the window cannot be opened: {pair.detail}. {pair.way_out}")
    path = find_project(project) if project else None
    application = started(path)
    try:
        application.show(path)
        if develop is not None:
            application.window.plugin_flow.develop(develop, page=True)
        return application.run()
    finally:
        application.close()


def started(
    path: Path | None, settings_file: Path | None = None, cache_folder: Path | None = None, state: Path | None = None
) -> Application:
    """Return the program with its window made and not yet shown, and the preview process under way.

    Parameters
    ----------
    path : Path or None
        The project that is going to be opened.
    settings_file, cache_folder, state : Path or None
        None is the user's own.
    """
    from myriorama.app.preview.ahead import start_preview

    with contextlib.ExitStack() as undo:
        preview = start_preview(cache_folder)  # it comes up while the toolkit and the window do
        undo.callback(preview.end)
        from myriorama.widgets.application import Application

        application = Application(sys.argv[:1], settings_file, cache_folder, state, path, preview)
        undo.pop_all()
    return application


def missing_display(system: str, environment: Mapping[str, str]) -> str:
    """Say why no window can be opened here and what to do; empty where one can."""
    if not system.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return ""
    if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be opened. "
        "Without one, `myriorama render` makes datasets, `myriorama --help` lists the rest; "
        "`xvfb-run -a myriorama` opens the window on a display in memory"
    )


if __name__ == "__main__":
    sys.exit(main())
