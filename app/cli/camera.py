"""``camera``: give a project the effects of a whole camera. It writes the project's own file, and keeps a backup."""

from __future__ import annotations

from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import JsonOption, ProjectArgument
from myriorama.app.cli.output import print_json


def camera(
    project: ProjectArgument,
    preset: Annotated[str, typer.Argument(metavar="CAMERA", help="One of those that `list cameras` shows.")],
    as_json: JsonOption = False,
) -> int:
    """Add the effects of a camera to a project: lens, sensor, curve, picture, each where its stage may stand."""
    from myriorama.app.catalogue.camera_presets import add_camera, camera_preset
    from myriorama.app.document.document import Document
    from myriorama.app.document.edit import commit
    from myriorama.app.document.files import open_path, save
    from myriorama.app.extensions.registries import user_registry

    chosen = camera_preset(preset)
    document = Document()
    open_path(document, project)
    if document.project is None:
        raise ValueError("a project that was opened is there")
    edit = add_camera(document.project, user_registry(), chosen)
    commit(edit, document)
    saved = save(document)
    if as_json:
        print_json({"project": str(saved.path), "camera": chosen.name, "effects": list(edit.select)})
        return ExitCode.OK
    typer.echo(f"{saved.path}: {chosen.label}, {len(edit.select)} effects added.")
    for note in (edit.note, saved.note):
        if note:
            typer.echo(note)
    return ExitCode.OK
