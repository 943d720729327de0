"""What a person approved, in one small file of the person's own: which source, with which bytes, when.

Nothing but this file enables a plugin, and no project can write it. A file that cannot be read is set aside under
another name and told of; until then nothing is approved.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast, get_args

from myriorama.app.dataset.atomic import PART_SUFFIX, write_file
from myriorama.app.settings.folders import settings_folder
from myriorama.plugins.discovery import Found, find_in_folder, find_installed
from myriorama.plugins.fingerprint import fingerprint
from myriorama.plugins.found import manifest_problem
from myriorama.plugins.manifest import Manifest, manifest_from_json
from myriorama.plugins.sources import Grant, Origin, PluginSource
from myriorama.scenes.errors import InputError, Problem

FORMAT: Final = "myriorama-approvals"
FORMAT_VERSION: Final = 1
_LARGEST_BYTES: Final = 64 * 2**20
_ORIGINS: Final = get_args(Origin)
PRECEDENCE: Final[tuple[Origin, ...]] = ("installed", "user", "project", "path")
"""Whose plugin is taken where two have the same name: the first."""


@dataclass(frozen=True)
class Approval:
    """What was approved, and when.

    Attributes
    ----------
    source : PluginSource
        As it was then, with the hash of every file.
    manifest : Manifest
        What its classes declared then.
    approved_at : str
        ISO 8601, UTC.
    enabled : bool
        False: it was switched off since; the same bytes may be switched on again.
    """

    source: PluginSource
    manifest: Manifest
    approved_at: str
    enabled: bool = True


class Approvals:
    """The approvals file.

    Parameters
    ----------
    file : Path or None
        None keeps them in memory alone.

    Attributes
    ----------
    trouble : str
        Why the file, or something in it, could not be read; empty where all could.
    """

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.trouble = ""
        self._held: dict[str, Approval] = {}
        self.reload()

    @property
    def held(self) -> Mapping[str, Approval]:
        """By the source's key, switched off ones included."""
        return dict(self._held)

    def reload(self) -> None:
        """Read the file again: another program of the same user may have written it."""
        if self.file is not None:
            self._held = self._read(self.file)

    def approve(self, source: PluginSource, manifest: Manifest, approved_at: str) -> None:
        """Keep that a person approved these bytes.

        Raises
        ------
        ValueError
            The source is one of a path, or has no hashes.
        OSError
            The file cannot be written.
        """
        if source.origin == "path" or not source.files or fingerprint(source.files) != source.sha256:
            raise ValueError(f"{source.key} cannot be approved for good")
        self._change(source.key, Approval(source, manifest, approved_at))

    def withdraw(self, key: str) -> None:
        """Switch a source off; what was approved is remembered, so that a change can be told."""
        self.reload()
        if key in self._held:
            self._change(key, replace(self._held[key], enabled=False))

    def forget(self, key: str) -> None:
        """Forget a source."""
        self._change(key, None)

    def _change(self, key: str, approval: Approval | None) -> None:
        self.reload()
        held = {k: v for k, v in self._held.items() if k != key}
        if approval is not None:
            held[key] = approval
        if self.file is not None:
            _write(self.file, held)
        self._held = held

    def _read(self, file: Path) -> dict[str, Approval]:
        self.trouble = ""
        try:
            found = file.stat()
        except FileNotFoundError:
            return {}
        except OSError as error:
            self.trouble = f"{file} cannot be read, so no plugin is enabled: {error.strerror}"
            return {}
        if os.name == "posix" and (found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or found.st_uid != os.geteuid()):
            self.trouble = (
                f"{file} can be written by others than you, so no plugin is enabled; "
                "make it yours (chmod 600) if you know who wrote it, or remove it"
            )
            return {}
        try:
            if found.st_size > _LARGEST_BYTES:
                raise ValueError(f"it is longer than {_LARGEST_BYTES} bytes")
            tree = json.loads(file.read_bytes())
            if not isinstance(tree, dict) or (tree.get("format"), tree.get("version")) != (FORMAT, FORMAT_VERSION):
                raise ValueError(f"it is not of format {FORMAT} {FORMAT_VERSION}")
            if not isinstance(tree.get("approved"), list):
                raise ValueError("it has no list of what is approved")
        except (OSError, ValueError, RecursionError) as error:
            self._set_aside(file, error)
            return {}
        held: dict[str, Approval] = {}
        for row in tree["approved"]:
            try:
                approval = _from_json(row)
            except (InputError, ValueError) as error:
                self.trouble = f"{file}: an approval is damaged and counts for nothing ({str(error)[:200]})"
                continue
            held[approval.source.key] = approval
        return held

    def _set_aside(self, file: Path, error: Exception) -> None:
        aside = file.with_suffix(".unreadable.json")
        self.trouble = f"{file} could not be read and was kept as {aside.name}; no plugin is enabled: {error}"
        try:
            file.replace(aside)
        except OSError as second:
            self.trouble += f" (it could not be renamed: {second})"


def approvals_file() -> Path:
    """Return the user's own approvals file."""
    return settings_folder() / "plugins.json"


def user_plugin_folder() -> Path:
    """Return the folder for single files and packages of the user's own; it need not be there."""
    return settings_folder() / "plugins"


def project_plugin_folder(project: Path) -> Path:
    """Return the folder beside a project file whose plugins a person may approve."""
    return project.absolute().parent / "plugins"


def user_grants(project: Path | None = None, approvals: Approvals | None = None) -> tuple[Grant, ...]:
    """Return the grants of everything that is approved and lies there unchanged, every byte read.

    Parameters
    ----------
    project : Path or None
        The project file that is worked on: approved plugins beside it are among them. Those beside another project
        never are.
    approvals : Approvals or None
        None reads the user's own file.
    """
    approvals = Approvals(approvals_file()) if approvals is None else approvals
    wanted = {a.source.origin for a in approvals.held.values() if a.enabled}
    found: list[Found] = []
    if "installed" in wanted:
        found += find_installed()
    if "user" in wanted:
        found += find_in_folder(user_plugin_folder(), "user")
    if "project" in wanted and project is not None:
        found += find_in_folder(project_plugin_folder(project), "project")
    return granted(found, approvals.held)


def granted(found: list[Found] | tuple[Found, ...], held: Mapping[str, Approval]) -> tuple[Grant, ...]:
    """Return the grants of those that are approved, enabled, usable, and of the very bytes that were approved."""
    out = []
    for one in found:
        approval = held.get(one.source.key)
        if approval is None or not approval.enabled or one.problem or one.source.sha256 != approval.source.sha256:
            continue
        manifest = one.manifest or approval.manifest
        if not manifest_problem(manifest, one.source):
            out.append(Grant(one.source, manifest))
    return tuple(sorted(out, key=lambda g: (PRECEDENCE.index(g.source.origin), g.source.key)))


def _write(file: Path, held: Mapping[str, Approval]) -> None:
    tree = {"format": FORMAT, "version": FORMAT_VERSION, "approved": [_to_json(held[key]) for key in sorted(held)]}
    text = json.dumps(tree, indent=1, sort_keys=True, allow_nan=False) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + PART_SUFFIX)
    # made here with the owner's rights alone; writing keeps them, so that the content never stands open to others
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    part.chmod(0o600)
    write_file(file.parent, file.name, [text.encode()])


def _to_json(approval: Approval) -> dict[str, Any]:
    return {
        **Grant(approval.source, approval.manifest).to_json(),
        "approved_at": approval.approved_at,
        "enabled": approval.enabled,
    }


def _from_json(row: Any) -> Approval:
    words = ("id", "origin", "root", "package", "sha256", "version", "publisher")
    told = row.get("source") if isinstance(row, dict) else None
    if not isinstance(told, dict) or not all(isinstance(told.get(word), str) for word in words):
        raise ValueError("it has no source")
    files = told.get("files")
    if told["origin"] not in _ORIGINS or not isinstance(files, dict) or not _are_hashes(files):
        raise ValueError(f"the source of {told['id'][:80]!r} is not complete")
    source = PluginSource(
        **{w: told[w] for w in words if w != "origin"}, origin=cast("Origin", told["origin"]), files=files
    )
    if not isinstance(row.get("approved_at"), str) or not isinstance(row.get("enabled"), bool):
        raise InputError(Problem("approved_at", "it is not told when this was approved", source.key[:80]))
    if fingerprint(files) != source.sha256:
        raise ValueError(f"the hashes of {source.id[:80]!r} do not fit together")
    return Approval(source, manifest_from_json(row.get("manifest")), row["approved_at"], row["enabled"])


def _are_hashes(files: Mapping[Any, Any]) -> bool:
    return all(isinstance(k, str) and isinstance(v, str) and v.isascii() and len(v) == 64 for k, v in files.items())
