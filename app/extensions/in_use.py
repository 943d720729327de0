"""Carries what may run to everything that makes or describes pictures, and what is wrong to the list of problems.

It grants nothing: it passes on what `Plugins` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from psygnal import Signal

from myriorama.app.catalogue.catalogue import Catalogue
from myriorama.app.extensions.installed import Plugins
from myriorama.app.extensions.rows import WAYS_OUT, PluginRow
from myriorama.app.preview.director import Director
from myriorama.app.printable import printable
from myriorama.app.problems import Problems, Severity, Trouble
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant

SOURCE: Final = "plugins"
_OUT_OF_DATE: Final = "save it again once it is mended; until then the last one that worked is shown"


class PluginsInUse:
    """Keeps registry, pictures, catalogue and problems in step with the plugins.

    Attributes
    ----------
    used : signal of ()
        Other plugins may be used now; the registry knows them already.
    """

    used = Signal()

    def __init__(
        self,
        plugins: Plugins,
        registry: PluginRegistry,
        director: Director,
        catalogue: Catalogue,
        problems: Problems,
    ) -> None:
        self._plugins = plugins
        self._registry = registry
        self._director = director
        self._catalogue = catalogue
        self._problems = problems
        self._grants: tuple[Grant, ...] = ()
        plugins.changed.connect(self._on_changed)

    def begin(self, grants: Sequence[Grant]) -> None:
        """Use these until the first list of plugins is there: what was approved and lies there unchanged."""
        self._use(tuple(grants))

    def close(self) -> None:
        """Listen no more."""
        self._plugins.changed.disconnect(self._on_changed, missing_ok=True)

    def _on_changed(self) -> None:
        self._problems.set(SOURCE, troubles_of(self._plugins.rows, self._plugins.trouble))
        if self._plugins.busy and not self._plugins.rows:
            return  # nothing is known yet; what was approved before stays in use
        self._use(self._plugins.grants)

    def _use(self, grants: tuple[Grant, ...]) -> None:
        if grants == self._grants:
            return
        described = [(g.source.key, g.manifest) for g in self._grants] != [(g.source.key, g.manifest) for g in grants]
        self._grants = grants
        if self._registry.grants != grants:
            self._registry.use(grants)
        self._director.use_plugins(grants)
        if described:
            self._catalogue.refresh()
        self.used.emit()


def troubles_of(rows: Iterable[PluginRow], trouble: str = "") -> tuple[Trouble, ...]:
    """Return what a person should know of the plugins: what is off against their will, and what is broken."""
    found = []
    if trouble:
        found.append(Trouble(SOURCE, "error", printable(trouble, 1000), "approvals", "Look at that file."))
    for row in rows:
        told = _told(row)
        if told is not None:
            severity, message, way_out = told
            name = printable(row.source.id, 120)
            found.append(Trouble(SOURCE, severity, f"{name}: {message}", printable(row.source.root), way_out))
    return tuple(found)


def _told(row: PluginRow) -> tuple[Severity, str, str] | None:
    problem = printable(row.problem, 1000)
    if row.status == "changed":
        return "warning", "its files are not those that were enabled, so it is off", WAYS_OUT["changed"]
    if row.status in ("broken", "missing"):
        return ("error" if row.approved_at else "warning"), problem, WAYS_OUT[row.status]
    if row.status == "development" and problem:
        return "error", problem, _OUT_OF_DATE
    if problem:
        return "warning", problem, WAYS_OUT[row.status] or "Switch one of the two off, or give one another name."
    return None
