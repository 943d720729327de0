"""Stand-ins for third-party plugins: classes with the manifest's words, whose methods ask a host process.

They import none of the plugin's code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import numpy.typing as npt

from myriorama.plugins.api import (
    Annotator,
    Effect,
    Environment,
    EnvironmentParts,
    Generator,
    Placement,
    Plugin,
    Writer,
)
from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.manifest import ManifestEntry
from myriorama.plugins.sources import Grant
from myriorama.plugins.writing import ReusedFile, SampleFile, StoredRecord, StoredRecords, WholeFile
from myriorama.scenes.assembly.model import Attribute, ObjectModel
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64
from myriorama.scenes.labels.record import Record
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.registry import Draws, Item, PlaceContext, Placed, PluginKind, Values
from myriorama.scenes.rendering.frame import Frame

if TYPE_CHECKING:
    from myriorama.plugins.hosting.hosts import PluginHosts


class Remote(Plugin):
    """What all stand-ins share. `grant`, `entry` and `hosts` are set by `remote_class`."""

    grant: ClassVar[Grant]
    entry: ClassVar[ManifestEntry]
    hosts: ClassVar[Any] = None

    @classmethod
    def ask(cls, method: str, *arguments: Any, values: Values | None = None) -> Any:
        """Return the answer of the plugin's own method.

        Parameters
        ----------
        values : mapping or None
            Told in a fault: what the plugin was called with.

        Raises
        ------
        PluginFault
            It failed, or third-party code cannot be run in this process.
        """
        if cls.hosts is None:
            fault = Fault(
                cls.grant.source.id, cls.kind, cls.name, "forbidden", "third-party code runs in worker processes only"
            )
            raise PluginFault(fault)
        hosts = cast("PluginHosts", cls.hosts)
        return hosts.call(cls.grant, cls.entry, method, arguments, values=values)


class RemoteGenerator(Remote, Generator):
    """Stands in for a third party's generator."""

    def generate(self, values: Values) -> ObjectModel:
        return cast("ObjectModel", self.ask("generate", values, values=values))

    def observe(self, values: Values, world_from_object: F64) -> Mapping[str, Attribute]:
        if not self.entry.traits.get("observes", True):
            return {}
        return cast("Mapping[str, Attribute]", self.ask("observe", values, world_from_object, values=values))


class RemotePlacement(Remote, Placement):
    """Stands in for a third party's placement."""

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        return cast("Placed", self.ask("place", values, tuple(items), context, values=values))


class RemoteEnvironment(Remote, Environment):
    """Stands in for a third party's environment."""

    def build(self, values: Values) -> EnvironmentParts:
        return cast("EnvironmentParts", self.ask("build", values, values=values))


class RemoteEffect(Remote, Effect):
    """Stands in for a third party's effect."""

    def equip(self, values: Values, camera: Camera) -> Camera:
        return cast("Camera", self.ask("equip", values, camera, values=values))

    def apply(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        return cast("F32", self.ask("apply", values, linear, frame, draws, values=values))

    def develop(self, values: Values, linear: F32, frame: Frame, draws: Draws) -> F32:
        return cast("F32", self.ask("develop", values, linear, frame, draws, values=values))

    def retouch(self, values: Values, picture: F32, frame: Frame, draws: Draws) -> F32:
        return cast("F32", self.ask("retouch", values, picture, frame, draws, values=values))

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        if not self.entry.traits.get("measures", False):
            return {}
        return cast("Mapping[str, npt.NDArray[Any]]", self.ask("channels", values, frame, draws, values=values))


class RemoteAnnotator(Remote, Annotator):
    """Stands in for a third party's annotator."""

    def annotate(self, frame: Frame, scene: Scene, truth: Truth) -> Mapping[int, Mapping[str, Any]]:
        return cast("Mapping[int, Mapping[str, Any]]", self.ask("annotate", frame, scene, truth))


class RemoteWriter(Remote, Writer):
    """Stands in for a third party's writer."""

    def obstacles(self, record: Record) -> tuple[str, ...]:
        return tuple(self.ask("obstacles", self.info, self.values, record))

    def sample_files(self, record: Record) -> Iterable[SampleFile]:
        return cast("Iterable[SampleFile]", self.ask("sample_files", self.info, self.values, record))

    def label_files(self, stored: StoredRecord) -> Iterable[SampleFile]:
        return cast("Iterable[SampleFile]", self.ask("label_files", self.info, self.values, stored))

    def reused_files(self, stored: StoredRecord) -> Iterable[ReusedFile]:
        return cast("Iterable[ReusedFile]", self.ask("reused_files", self.info, self.values, stored))

    def losses(self) -> tuple[str, ...]:
        return tuple(self.ask("losses", self.info, self.values, None))

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        return cast("Iterable[WholeFile]", self.ask("whole_files", self.info, self.values, records))


_BASES: Final[Mapping[PluginKind, type[Remote]]] = {
    "generator": RemoteGenerator,
    "placement": RemotePlacement,
    "environment": RemoteEnvironment,
    "effect": RemoteEffect,
    "annotator": RemoteAnnotator,
    "writer": RemoteWriter,
}
_TRAITS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "home": str,
    "watertight": bool,
    "extent_m": tuple,
    "fills": tuple,
    "passes": frozenset,
    "stage": str,
    "redrawable": bool,
    "rest": lambda value: None if value is None else MappingProxyType(dict(value)),
}


def remote_class(grant: Grant, entry: ManifestEntry, hosts: PluginHosts | None) -> type[Plugin]:
    """Return a class that has everything the manifest says, and asks `hosts` for the rest.

    Its version ends in the hash of the files, so that what was made by other files is never taken for its own.
    """
    words: dict[str, Any] = {
        "name": entry.name,
        "label": entry.label,
        "help": entry.help,
        "version": f"{entry.version}+{grant.source.sha256[:16]}",
        "parameters": entry.parameters,
        "grant": grant,
        "entry": entry,
        "hosts": hosts,
        "__doc__": entry.help,
        "__module__": __name__,
    }
    if entry.kind == "placement":
        words["per_object"] = entry.per_object
    base = _BASES[entry.kind]
    for trait, kind in _TRAITS.items():
        if trait in entry.traits and hasattr(base, trait):
            words[trait] = kind(entry.traits[trait])
    return type(entry.class_name, (base,), words)


def grant_of_class(plugin: type[Plugin]) -> Grant | None:
    """Return by what grant a stand-in may run; None for a built-in."""
    return plugin.grant if issubclass(plugin, Remote) else None
