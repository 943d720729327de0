"""``sample``: the recipe of one sample, and its picture with overlays. It writes no dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.options import AssetsOption, JsonOption, ProjectArgument, read_folders
from myriorama.app.cli.output import print_json
from myriorama.app.finding import find_project
from myriorama.scenes.errors import InputError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.registry import PluginRegistry
    from myriorama.scenes.project.load import LoadedProject
    from myriorama.scenes.sample import SceneSample


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
    from myriorama.app.cli.doubts import tell_doubts
    from myriorama.app.cli.pictures import check_picture
    from myriorama.app.extensions.registries import user_registry
    from myriorama.scenes.project.load import load_project
    from myriorama.scenes.sample import sample_to_json

    if show is not None:
        check_picture("--show", show)
    path = find_project(project)
    roots = read_folders("--assets", assets)
    loaded, registry = load_project(path), user_registry(path)
    tell_doubts(loaded, registry, roots)
    recipe = None if show is not None else _drawn(loaded, registry, index, roots)
    if recipe is None:
        recipe = _rendered(path, index, roots, show)
    print_json(sample_to_json(recipe))
    return ExitCode.OK


def _drawn(loaded: LoadedProject, registry: PluginRegistry, index: int, roots: tuple[Path, ...]) -> SceneSample | None:
    """Return the recipe without a renderer; None where acceptance rules have to look at the picture."""
    from myriorama.app.assets.store import FileAssetStore
    from myriorama.scenes.drawing.plan import compile_plan
    from myriorama.scenes.project.check import check_project
    from myriorama.scenes.project.references import file_references

    if loaded.project.acceptance:
        return None
    store = FileAssetStore(loaded.folder, extra_roots=roots)
    check_project(loaded.project, registry, store, file=str(loaded.path))
    # A recipe whose files cannot be read could never become a picture: it is refused as `render` refuses it.
    store.preflight(file_references(loaded.project, registry, store))
    return compile_plan(loaded.project, registry, store).draw(index)


def _rendered(path: Path, index: int, roots: tuple[Path, ...], show: Path | None) -> SceneSample:
    """Return the recipe of the first attempt that is accepted; write its picture where one is wanted."""
    from myriorama.app.cli.pictures import save_picture
    from myriorama.app.opened import open_project
    from myriorama.app.pictures.overlay import overlay_of
    from myriorama.app.production.producer import AcceptanceError

    with open_project(path, asset_roots=roots) as opened:
        try:
            produced = opened.produced(index)
        except AcceptanceError as error:
            raise InputError(Problem("acceptance", str(error), file=str(path))) from error
    if show is not None:
        save_picture(overlay_of(produced.record), show)
        typer.echo(f"{show}: {len(produced.record.annotations)} labelled objects", err=True)
    for violation in produced.violations:
        typer.echo(f"this sample breaks the label contract: {violation}", err=True)
    return produced.record.sample
