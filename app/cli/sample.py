"""``sample``: the recipe of one sample, and its picture with overlays. It writes no dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import AssetsOption, JsonOption, ProjectArgument
from myriorama.app.cli.output import print_json
from myriorama.app.finding import find_project
from myriorama.scenes.errors import InputError, Problem


def sample(
    project: ProjectArgument,
    index: Annotated[int, typer.Argument(metavar="INDEX", min=0, max=2**40, help="Which sample.")],
    show: Annotated[
        Path | None,
        typer.Option("--show", metavar="FILE", help="Also write its picture with overlays (.png, .jpg, .webp)."),
    ] = None,
    assets: AssetsOption = None,
    as_json: JsonOption = False,
) -> int:
    """Print the recipe of sample INDEX as JSON: every number that was drawn for it.

    Where the project has acceptance rules the sample is rendered to apply them, so the recipe is the
    one that `render` writes.
    """
    from myriorama.app.assets.store import FileAssetStore
    from myriorama.app.cli.pictures import check_picture, save_picture
    from myriorama.plugins.registry import builtin_registry
    from myriorama.scenes.drawing.plan import compile_plan
    from myriorama.scenes.project.check import check_project
    from myriorama.scenes.project.load import load_project
    from myriorama.scenes.sample import sample_to_json

    if show is not None:
        check_picture("--show", show)
    loaded = load_project(find_project(project))
    registry = builtin_registry()
    store = FileAssetStore(loaded.folder, extra_roots=tuple(assets or ()))
    check_project(loaded.project, registry, store)
    if show is None and not loaded.project.acceptance:
        recipe = compile_plan(loaded.project, registry, store).draw(index)
    else:
        from myriorama.app.pictures.overlay import overlay_of
        from myriorama.app.production.producer import AcceptanceError, Producer
        from myriorama.scenes.rendering.raster.engine import RasterRenderer

        renderer = RasterRenderer()
        try:
            record = Producer(loaded.project, registry, store, renderer).produce(index).record
        except AcceptanceError as error:
            raise InputError(Problem("acceptance", str(error), file=str(loaded.path))) from error
        finally:
            renderer.close()
        recipe = record.sample
        if show is not None:
            save_picture(overlay_of(record), show)
            if not as_json:
                typer.echo(f"{show}: {len(record.annotations)} labelled objects", err=True)
    print_json(sample_to_json(recipe))
    return ExitCode.OK
