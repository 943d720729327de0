"""What is other than when it was approved: files, version, parameters; what a person reads before saying yes again.

It compares and judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.scenes.parameters.schema import Parameter


@dataclass(frozen=True)
class Change:
    """From what was approved to what lies there now.

    Attributes
    ----------
    added, removed, changed : tuple of str
        Files, as paths inside the plugin's folder, sorted.
    version_before, version_after : str
    plugins : tuple of str
        ``generator apple: new``, ``generator apple: gone``, ``generator apple: version 1 is now 2``.
    parameters_added, parameters_removed, parameters_changed : tuple of str
        ``generator apple: stem_m``; what changed is named: ``generator apple: size_m (default 0.08 is now 0.1)``.
    parameters_known : bool
        False where there is nothing to compare before the plugin's code has run: a file without a manifest.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    version_before: str = ""
    version_after: str = ""
    plugins: tuple[str, ...] = ()
    parameters_added: tuple[str, ...] = ()
    parameters_removed: tuple[str, ...] = ()
    parameters_changed: tuple[str, ...] = ()
    parameters_known: bool = True

    def sentences(self) -> tuple[str, ...]:
        """Return what changed, one sentence for each thing, for a dialog or a terminal."""
        out = []
        if self.version_before != self.version_after:
            out.append(f"version {self.version_before or '(none)'} is now {self.version_after or '(none)'}")
        for word, names in (
            ("file changed", self.changed),
            ("file added", self.added),
            ("file removed", self.removed),
            ("plugin", self.plugins),
            ("parameter added", self.parameters_added),
            ("parameter removed", self.parameters_removed),
            ("parameter changed", self.parameters_changed),
        ):
            out += [f"{word}: {name}" for name in names]
        if not self.parameters_known:
            out.append("its parameters are known once it is enabled: it has no manifest")
        return tuple(out)


def change_between(
    files_before: Mapping[str, str],
    files_after: Mapping[str, str],
    before: Manifest | None = None,
    after: Manifest | None = None,
    version_before: str = "",
    version_after: str = "",
) -> Change:
    """Return how one state of a plugin differs from another.

    Parameters
    ----------
    files_before, files_after : mapping
        Path -> SHA-256.
    before, after : Manifest or None
        None where there is none.
    """
    both = files_before.keys() & files_after.keys()
    known = before is not None and after is not None
    old, new = _by_name(before), _by_name(after)
    added, removed, changed = _parameters(old, new) if known else ([], [], [])
    return Change(
        added=tuple(sorted(files_after.keys() - files_before.keys())),
        removed=tuple(sorted(files_before.keys() - files_after.keys())),
        changed=tuple(sorted(name for name in both if files_before[name] != files_after[name])),
        version_before=version_before,
        version_after=version_after,
        plugins=tuple(_plugins(old, new)) if known else (),
        parameters_added=tuple(added),
        parameters_removed=tuple(removed),
        parameters_changed=tuple(changed),
        parameters_known=known,
    )


def manifest_change(before: Manifest | None, after: Manifest) -> Change:
    """Return how one manifest differs from another, files left aside."""
    return change_between({}, {}, before, after, before.version if before else "", after.version)


def _by_name(manifest: Manifest | None) -> dict[str, ManifestEntry]:
    return {f"{e.kind} {e.name}": e for e in manifest.entries} if manifest else {}


def _plugins(old: Mapping[str, ManifestEntry], new: Mapping[str, ManifestEntry]) -> list[str]:
    out = [f"{name}: new" for name in sorted(new.keys() - old.keys())]
    out += [f"{name}: gone" for name in sorted(old.keys() - new.keys())]
    for name in sorted(old.keys() & new.keys()):
        for attribute in ("version", "label", "help", "module", "class_name", "traits"):
            was, is_now = getattr(old[name], attribute), getattr(new[name], attribute)
            if was != is_now:
                out.append(f"{name}: {attribute} {_short(was)} is now {_short(is_now)}")
    return out


def _parameters(
    old: Mapping[str, ManifestEntry], new: Mapping[str, ManifestEntry]
) -> tuple[list[str], list[str], list[str]]:
    added: list[str] = []
    removed: list[str] = []
    changed: list[str] = []
    for name in sorted(old.keys() & new.keys()):
        was, is_now = _all_parameters(old[name]), _all_parameters(new[name])
        added += [f"{name}: {p}" for p in is_now if p not in was]
        removed += [f"{name}: {p}" for p in was if p not in is_now]
        for p in was.keys() & is_now.keys():
            told = _differences(was[p], is_now[p])
            if told:
                changed.append(f"{name}: {p} ({', '.join(told)})")
    return added, removed, sorted(changed)


def _all_parameters(entry: ManifestEntry) -> dict[str, Parameter]:
    own = {p.name: p for p in entry.parameters}
    return own | {f"{p.name} (of each object)": p for p in entry.per_object}


def _differences(was: Parameter, is_now: Parameter) -> list[str]:
    if type(was) is not type(is_now):
        return [f"kind {was.kind} is now {is_now.kind}"]
    out = []
    for f in fields(was):
        before, after = getattr(was, f.name), getattr(is_now, f.name)
        if before != after:
            out.append(f"{f.name} {_short(before)} is now {_short(after)}")
    return out


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
