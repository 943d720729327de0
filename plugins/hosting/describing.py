"""Reads what the classes of a loaded source declare. Runs inside the host process; makes no object of any class."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

from myriorama.plugins.api import (
    API_VERSION,
    Annotator,
    Effect,
    Environment,
    Generator,
    Placement,
    Plugin,
    Writer,
)
from myriorama.plugins.hosting.loading import LoadedSource, SourceRefused
from myriorama.plugins.manifest import FORMAT, FORMAT_VERSION, parameter_to_json
from myriorama.scenes.parameters.schema import Parameter

_BASES: Final = (Generator, Placement, Environment, Effect, Annotator, Writer)
_TRAITS: Final[Mapping[type[Plugin], tuple[str, ...]]] = {
    Generator: ("home", "watertight", "extent_m"),
    Environment: ("home",),
    Annotator: ("fills", "passes"),
    Effect: ("stage", "redrawable", "rest"),
}


def plugin_classes(loaded: LoadedSource) -> tuple[type[Plugin], ...]:
    """Import every module of a source; return the plugins that are defined there, by module and place in it.

    Raises
    ------
    SourceRefused
        There is none.
    """
    found: list[type[Plugin]] = []
    for name in loaded.module_names():
        module = loaded.module(name)
        own = [m for m in vars(module).values() if inspect.isclass(m) and m.__module__ == name]
        found += [
            m
            for m in dict.fromkeys(own)
            if issubclass(m, _BASES) and not inspect.isabstract(m) and not m.__name__.startswith("_")
        ]
    if not found:
        raise SourceRefused(
            "result",
            "there is no plugin in it",
            loaded.source.root,
            "derive a class from Generator, Placement, Environment, Effect, Annotator or Writer",
        )
    return tuple(found)


def describe(loaded: LoadedSource) -> dict[str, Any]:
    """Return the manifest of a source as its JSON tree; see `plugin_classes` for errors."""
    source = loaded.source
    entries = [_entry(loaded, plugin) for plugin in plugin_classes(loaded)]
    module = loaded.module(source.package)
    summary = (inspect.getdoc(module) or "").strip().splitlines()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "id": source.id,
        "version": source.version or _word(module, "__version__") or "0",
        "publisher": source.publisher or _word(module, "__author__"),
        "description": summary[0][:4000] if summary else "",
        "licence": _word(module, "__license__"),
        "api_version": API_VERSION,
        "plugins": entries,
    }


def _word(module: Any, name: str) -> str:
    value = getattr(module, name, "")
    return value if isinstance(value, str) else ""


def _entry(loaded: LoadedSource, plugin: type[Plugin]) -> dict[str, Any]:
    base = next(b for b in _BASES if issubclass(plugin, b))
    words = {name: getattr(plugin, name, None) for name in ("name", "label", "help", "version")}
    for name, value in words.items():
        if not isinstance(value, str) or (name == "name" and not value):
            raise _wrong(loaded, plugin, f"{plugin.__name__}.{name} must be text, not {value!r}")
    entry: dict[str, Any] = {
        "kind": base.kind,
        **words,
        "label": words["label"] or str(words["name"]).replace("_", " ").capitalize(),
        "module": plugin.__module__,
        "class_name": plugin.__name__,
        "parameters": _declared(loaded, plugin, "parameters"),
        "traits": {trait: _plain(getattr(plugin, trait)) for trait in _TRAITS.get(base, ())},
    }
    if issubclass(plugin, Placement):
        entry["per_object"] = _declared(loaded, plugin, "per_object")
    if issubclass(plugin, Generator):
        entry["traits"]["observes"] = plugin.observe is not Generator.observe
    if issubclass(plugin, Effect):
        entry["traits"]["measures"] = plugin.channels is not Effect.channels
    return entry


def _declared(loaded: LoadedSource, plugin: type[Plugin], attribute: str) -> list[dict[str, Any]]:
    rows = getattr(plugin, attribute)
    if not isinstance(rows, tuple | list) or not all(isinstance(p, Parameter) for p in rows):
        raise _wrong(loaded, plugin, f"{plugin.__name__}.{attribute} must be a tuple of parameters, such as Float(...)")
    out = []
    for parameter in rows:
        try:
            out.append(parameter_to_json(parameter))
        except (TypeError, ValueError) as error:
            what = f"parameter {parameter.name!r} of {plugin.__name__} cannot be told as JSON: {error}"
            raise _wrong(loaded, plugin, what) from error
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if isinstance(value, frozenset | set) else list(value) if isinstance(value, tuple) else value


def _wrong(loaded: LoadedSource, plugin: type[Plugin], message: str) -> SourceRefused:
    return SourceRefused("result", message, inspect.getsourcefile(plugin) or loaded.source.root)


def describe_for(arguments: Any, loaded: LoadedSource) -> dict[str, Any]:
    """Return the same for `PluginHosts.run`; it takes no arguments of its own."""
    return describe(loaded)
