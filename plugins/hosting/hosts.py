"""The host processes of one worker: one for each source that is in use, started when first needed, replaced when lost.

It draws nothing and trusts no answer: what a plugin returns is checked before it is handed on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from myriorama.plugins.manifest import Manifest, ManifestEntry
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.scenes.registry import Values


class PluginHosts:
    """Runs third-party code in processes of its own; see docs/plugins.md for what is enforced where."""

    def keep(self, grants: Sequence[Grant]) -> None:
        """End the hosts of sources that are not among these, or whose files are others."""

    def call(
        self, grant: Grant, entry: ManifestEntry, method: str, arguments: tuple[Any, ...], *, values: Values | None
    ) -> Any:
        """Return what a plugin's method returns, checked. Raises PluginFault."""
        raise AssertionError((grant, entry, method, arguments, values))

    def describe(self, source: PluginSource) -> Manifest:
        """Import a source's code in a host and return what its classes declare. Raises PluginFault."""
        raise AssertionError(source)

    def close(self) -> None:
        """End all processes."""
