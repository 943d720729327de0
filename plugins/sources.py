"""Where third-party code lies, and the permission to run exactly these files.

Values only: nothing is searched, read or run here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from myriorama.plugins.manifest import Manifest, manifest_from_json

Origin = Literal["installed", "user", "project", "path"]
"""installed: a distribution with the entry-point group; user: the user's plugin folder; project: the folder
``plugins`` beside a project; path: named by hand (``plugin dev``, ``plugin check``)."""


@dataclass(frozen=True)
class PluginSource:
    """One distribution or single file.

    Attributes
    ----------
    id : str
        Name of the distribution, or the file's stem.
    origin : Origin
    root : str
        Absolute path of the package's folder, or of the single file.
    package : str
        Name under which the package is imported; for a single file its stem.
    files : mapping
        Path relative to `root` (for a single file its name) -> SHA-256 of the content, hex.
    sha256 : str
        Over `files`: the identity that an approval is bound to.
    version, publisher : str
        As the distribution's metadata or the manifest tells them; empty where unknown.
    """

    id: str
    origin: Origin
    root: str
    package: str
    files: Mapping[str, str]
    sha256: str
    version: str = ""
    publisher: str = ""

    @property
    def key(self) -> str:
        """Origin and id: what an approval is filed under."""
        return f"{self.origin}:{self.id}" if self.origin in ("installed", "user") else f"{self.origin}:{self.root}"

    @property
    def is_single_file(self) -> bool:
        return self.root.endswith(".py")


@dataclass(frozen=True)
class Grant:
    """The permission to run the code of one source, given by a person, for exactly these bytes.

    Attributes
    ----------
    development : bool
        Given by the author to files that are being worked on: it lasts for one run of the program.
    """

    source: PluginSource
    manifest: Manifest
    development: bool = False

    def to_json(self) -> dict[str, Any]:
        source = {f.name: getattr(self.source, f.name) for f in fields(self.source)}
        source["files"] = dict(self.source.files)
        return {"source": source, "manifest": self.manifest.to_json(), "development": self.development}


def grant_from_json(tree: Mapping[str, Any]) -> Grant:
    """Return a grant that `Grant.to_json` told."""
    return Grant(PluginSource(**tree["source"]), manifest_from_json(tree["manifest"]), bool(tree["development"]))
