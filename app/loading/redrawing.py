"""Draws the last effects of a finished dataset's pictures anew, over the clean pictures that it keeps.

It changes no label. It runs built-in effects, and of others those whose very files the user approved and the dataset
was made with; anything else is refused with a sentence.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy.typing as npt

from myriorama.app.dataset.layout import PROJECT
from myriorama.app.dataset.manifest import Manifest
from myriorama.app.extensions.approvals import user_grants
from myriorama.app.extensions.registries import job_registry
from myriorama.app.production.clean_picture import BEFORE, CLEAN_LINEAR, CLEAN_PICTURE, Step, What, draws_of
from myriorama.app.production.effects import add_channels, lit_from, run_effects
from myriorama.app.production.plugins_used import PLUGIN, plugin_version
from myriorama.plugins.registry import PluginRegistry, builtin_registry, registry_with
from myriorama.plugins.sources import Grant
from myriorama.plugins.writing import StoredRecord
from myriorama.scenes.drawing.again import EffectValues
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Frame

Reads = Mapping[str, Callable[[], npt.NDArray[Any]]]


class Redrawing:
    """Pictures of one dataset with other noise, or with other values of their effects as well.

    Parameters
    ----------
    folder : Path
    manifest : Manifest
        Of the dataset in it.

    Raises
    ------
    InputError
        The dataset keeps no clean pictures, or a plugin of one of its effects may not run here.
    """

    def __init__(self, folder: Path, manifest: Manifest, what: What) -> None:
        project = load_project(folder / PROJECT).project
        if not project.output.clean:
            told = "this dataset keeps no clean pictures, so its effects cannot be drawn again"
            allowed = "a dataset that was rendered with --clean, or output.clean in its project"
            raise InputError(Problem("redraw_effects", told, str(folder), allowed))
        self._what = what
        self._project: Project = project
        self._grants = _grants(project, manifest)
        self._open()

    def _open(self) -> None:
        self._registry: PluginRegistry = job_registry(self._grants)
        self._values = EffectValues(self._project, self._registry) if self._what == "values" else None
        self._ending = weakref.finalize(self, self._registry.close)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the processes of plugins behind: a copy starts its own."""
        return {"_what": self._what, "_project": self._project, "_grants": self._grants}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open()

    def pictures(self, record: StoredRecord, reads: Reads, epoch: int) -> Reads:
        """Return the pictures of a sample by role, those that the effects make drawn anew when they are asked for.

        Parameters
        ----------
        reads : mapping
            Reads each written picture, by role.

        Raises
        ------
        InputError
            One of its effects may not or cannot run here.
        """
        told = record.get("redrawable")
        if told is None:
            return reads  # none of its effects can be drawn again: it is the same in every epoch
        by_uid = {node["uid"]: node for node in record["drawn"]["effects"]}
        drawn = self._new_values(record, told["effects"], epoch)
        steps = [self._step(by_uid[uid], drawn.get(uid, {})) for uid in told["effects"]]
        draws = {uid: self._draws(record, uid, epoch) for uid in told["effects"]}
        bare = Frame(record["key"], record["width"], record["height"], record["device"])
        kept = {role: read for role, read in reads.items() if role not in told["channels"]}
        channels = {role: reads[BEFORE + role]() for role in told["channels"] if BEFORE + role in reads}
        add_channels(steps, bare, self._registry, draws, channels)

        def picture() -> npt.NDArray[Any]:
            shown = CLEAN_PICTURE in reads
            given = lit_from(reads[CLEAN_PICTURE if shown else CLEAN_LINEAR](), shown=shown)
            end = run_effects(steps, given, bare, self._registry, draws)
            return reads["rgb"]() if end is given and not epoch else end.rgb

        return {**kept, **{role: partial(_given, image) for role, image in channels.items()}, "rgb": cache(picture)}

    def _new_values(self, record: StoredRecord, uids: Sequence[str], epoch: int) -> Mapping[str, Mapping[str, Any]]:
        if self._values is None or not epoch:
            return {}
        return self._values.draw(uids, record["index"], record["drawn"]["attempt"], epoch)

    def _step(self, node: Mapping[str, Any], drawn: Mapping[str, Any]) -> Step:
        name, place = node["type"], f"effect {node['type']}"
        if name not in self._registry.names("effect"):
            told = f"the effect {name} is a plugin's that is not enabled here, so it cannot be drawn again"
            allowed = "enable the plugin that the dataset was made with, or leave redraw_effects out"
            raise InputError(Problem("redraw_effects", told, node["uid"], allowed))
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in node["values"].items()}
        files = [p.name for p in self._registry.parameters("effect", name) if isinstance(p, File) and values[p.name]]
        if files:
            told = f"{place} reads a file ({files[0]}), which is not part of the dataset"
            raise InputError(Problem("redraw_effects", told, node["uid"], "leave redraw_effects out"))
        return name, {**values, **drawn}, node["uid"]

    def _draws(self, record: StoredRecord, uid: str, epoch: int) -> KeyedDraws:
        drawn = record["drawn"]
        return draws_of(drawn["seed"], drawn["index"], drawn["attempt"], len(drawn.get("views", ())), uid, epoch)


def _given(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return image


def _grants(project: Project, manifest: Manifest) -> tuple[Grant, ...]:
    """Return by what grants the project's effects that are not built in may run.

    Raises
    ------
    InputError
        A plugin's files are not those that the dataset was made with.
    """
    shipped = builtin_registry().names("effect")
    foreign = {node.type for node in project.effects if node.enabled} - set(shipped)
    if not foreign:
        return ()
    registry = registry_with(user_grants(None))
    found = [registry.grant_of("effect", name) for name in sorted(foreign & set(registry.names("effect")))]
    grants = {grant.source.key: grant for grant in found if grant is not None}
    versions = manifest.head.get("versions", {})
    for grant in grants.values():
        made, here = versions.get(PLUGIN + grant.source.id), plugin_version(grant)
        if made != here:
            told = f"the plugin {grant.source.id} is not the one that this dataset was made with"
            raise InputError(Problem("redraw_effects", told, here, f"{made}, or leave redraw_effects out"))
    return tuple(grants.values())
