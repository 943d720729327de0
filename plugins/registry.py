"""Finds plugins by kind and name; the built-ins enter here by the same base classes as anyone's.

A built-in is one module named after its plugin, in the folder of its kind; it is imported when it is
first asked for and not before. Nothing here runs a plugin's code beyond that import.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from myriorama.plugins.api import (
    Annotator,
    Effect,
    Environment,
    Generator,
    Parameter,
    Placement,
    Plugin,
    Writer,
)
from myriorama.plugins.hosting.remote import grant_of_class, remote_class
from myriorama.plugins.manifest import ManifestEntry
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import PluginError
from myriorama.scenes.registry import EffectStage, PluginKind

if TYPE_CHECKING:
    from myriorama.plugins.hosting.hosts import PluginHosts

FOLDERS: Final[Mapping[PluginKind, str]] = MappingProxyType(
    {
        "generator": "generators",
        "placement": "placements",
        "environment": "environments",
        "effect": "effects",
        "annotator": "annotators",
        "writer": "writers",
    }
)
_BASES: Final[Mapping[PluginKind, type[Plugin]]] = MappingProxyType(
    {
        "generator": Generator,
        "placement": Placement,
        "environment": Environment,
        "effect": Effect,
        "annotator": Annotator,
        "writer": Writer,
    }
)
P = TypeVar("P", bound=Plugin)


class PluginRegistry:
    """The plugins that this program may use.

    Parameters
    ----------
    modules : mapping
        (kind, name) -> module that holds the plugin's class. Imported on first use.
    hosts : PluginHosts or None
        The processes that run third-party code. Without them a third party's plugin can be described, not run.
    """

    def __init__(self, modules: Mapping[tuple[PluginKind, str], str], hosts: PluginHosts | None = None) -> None:
        self._modules = dict(modules)
        self._hosts = hosts
        self._grants: tuple[Grant, ...] = ()
        self._hosted: dict[tuple[PluginKind, str], type[Plugin]] = {}
        self._classes: dict[tuple[PluginKind, str], type[Plugin]] = {}
        self._made: dict[tuple[PluginKind, str], Plugin] = {}

    def __getstate__(self) -> dict[str, Any]:
        # Plugins may remember what they last saw, in ways that belong to this process: another one makes its own.
        return {**self.__dict__, "_made": {}}

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What third-party code may be used, in order of precedence."""
        return self._grants

    def use(self, grants: Sequence[Grant]) -> None:
        """Take these in place of all third-party plugins there were. Runs and imports nothing.

        Where two have a plugin of one kind and name, a built-in goes first, then the earlier grant; see `shadowed`.
        """
        hosted: dict[tuple[PluginKind, str], type[Plugin]] = {}
        for grant in grants:
            for entry in grant.manifest.entries:
                key = (entry.kind, entry.name)
                if key not in self._modules and key not in hosted:
                    hosted[key] = remote_class(grant, entry, self._hosts)
        # replaced whole, so that a reader in another thread sees the one state or the other
        self._hosted, self._made, self._grants = hosted, {}, tuple(grants)
        if self._hosts is not None:
            self._hosts.keep(self._grants)

    def grant_of(self, kind: PluginKind, name: str) -> Grant | None:
        """Return by what grant a plugin is here; None for a built-in, and for one that is not here."""
        found = self._hosted.get((kind, name))
        return None if found is None else grant_of_class(found)

    def close(self) -> None:
        """End the processes that run third-party code."""
        if self._hosts is not None:
            self._hosts.close()

    def names(self, kind: PluginKind) -> tuple[str, ...]:
        """Return all names of a kind, sorted."""
        return tuple(sorted(name for k, name in (*self._modules, *self._hosted) if k == kind))

    def shipped(self, kind: PluginKind) -> tuple[str, ...]:
        """Return the names of a kind that are no third party's, sorted."""
        return tuple(sorted(name for k, name in self._modules if k == kind))

    def plugin_class(self, kind: PluginKind, name: str) -> type[Plugin]:
        """Return the class without making an object of it.

        Raises
        ------
        PluginError
            The name is unknown (near matches are named), or the module breaks the rule of one class.
        """
        known = self._classes.get((kind, name)) or self._hosted.get((kind, name))
        if known is not None:
            return known
        module_name = self._modules.get((kind, name))
        if module_name is None:
            near = difflib.get_close_matches(name, self.names(kind), n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(self.names(kind)) or 'none'}"
            raise PluginError(f"there is no {kind} named {name!r}; {hint}")
        module = importlib.import_module(module_name)
        found = [
            member
            for _, member in inspect.getmembers(module, inspect.isclass)
            if issubclass(member, _BASES[kind]) and member.__module__ == module_name and not inspect.isabstract(member)
        ]
        if len(found) != 1 or found[0].name != name:
            raise PluginError(f"{module_name} must hold exactly one {kind}, named {name!r}; it holds {found}")
        self._classes[kind, name] = found[0]
        return found[0]

    def parameters(self, kind: PluginKind, name: str) -> tuple[Parameter, ...]:
        """Return a plugin's declarations; see `plugin_class` for errors."""
        return self.plugin_class(kind, name).parameters

    def per_object_parameters(self, placement: str) -> tuple[Parameter, ...]:
        """Return the declarations of a placement that are drawn once per object."""
        found = cast("type[Placement]", self.plugin_class("placement", placement))
        return found.per_object

    def effect_stage(self, name: str) -> EffectStage:
        """Return the stage of an effect; see `plugin_class` for errors."""
        return cast("type[Effect]", self.plugin_class("effect", name)).stage

    def generator(self, name: str) -> Generator:
        return self._get("generator", name, Generator)

    def placement(self, name: str) -> Placement:
        return self._get("placement", name, Placement)

    def environment(self, name: str) -> Environment:
        return self._get("environment", name, Environment)

    def effect(self, name: str) -> Effect:
        return self._get("effect", name, Effect)

    def annotator(self, name: str) -> Annotator:
        return self._get("annotator", name, Annotator)

    def writer_class(self, name: str) -> type[Writer]:
        """Return a writer's class; writers are made per dataset, not shared."""
        return cast("type[Writer]", self.plugin_class("writer", name))

    def _get(self, kind: PluginKind, name: str, base: type[P]) -> P:
        made = self._made.get((kind, name))
        if made is None:
            made = self._made[kind, name] = self.plugin_class(kind, name)()
        return cast("P", made)


def shadowed(grants: Sequence[Grant]) -> tuple[tuple[Grant, ManifestEntry, str], ...]:
    """Return the plugins that are left out because their name is taken, with who has it (``built-in`` or an id)."""
    taken: dict[tuple[PluginKind, str], str] = dict.fromkeys(_builtin_modules(), "built-in")
    out = []
    for grant in grants:
        for entry in grant.manifest.entries:
            holder = taken.setdefault((entry.kind, entry.name), grant.source.id)
            if holder != grant.source.id:
                out.append((grant, entry, holder))
    return tuple(out)


def registry_with(grants: Sequence[Grant], hosts: PluginHosts | None = None) -> PluginRegistry:
    """Return a registry of its own: everything that is shipped, and third-party plugins.

    Parameters
    ----------
    hosts : PluginHosts or None
        None describes third-party plugins without being able to run them.
    """
    registry = PluginRegistry(_builtin_modules(), hosts)
    registry.use(grants)
    return registry


@cache
def builtin_registry() -> PluginRegistry:
    """Return the registry of everything that is shipped."""
    return PluginRegistry(_builtin_modules())


@cache
def _builtin_modules() -> Mapping[tuple[PluginKind, str], str]:
    modules: dict[tuple[PluginKind, str], str] = {}
    for kind, folder in FOLDERS.items():
        package = importlib.import_module(f"myriorama.plugins.{folder}")
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("_") and not module.ispkg:
                modules[kind, module.name] = f"{package.__name__}.{module.name}"
    return MappingProxyType(modules)
