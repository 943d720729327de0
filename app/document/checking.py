"""Says what is wrong with the project as it stands, after every change, with what to select to get there.

It holds the project against plugins and files, draws nothing, and never keeps the window waiting.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.document.document import Document
from myriorama.app.document.lists import kind_of_list
from myriorama.app.document.uids import items
from myriorama.app.document.wording import worded
from myriorama.app.observable import Post
from myriorama.app.problems import Problems, Trouble
from myriorama.app.settings.store import SettingsStore
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.assets.store import AssetStore
from myriorama.scenes.project.check import project_findings
from myriorama.scenes.project.model import ObjectGroup, Project

SOURCE: Final = "project"
_QUIET_S: Final = 0.12
"""How long nothing must change before the check begins; a check takes time from the window's own thread."""
_MOST: Final = 500


@dataclass(frozen=True)
class _Asked:
    project: Project
    folder: Path
    roots: tuple[Path, ...]
    number: int


class Checker:
    """Fills `problems` under "project" whenever the document changes.

    Parameters
    ----------
    post : callable
        Brings the answer to the thread of the models.
    """

    def __init__(
        self, document: Document, registry: PluginRegistry, problems: Problems, settings: SettingsStore, post: Post
    ) -> None:
        self._document = document
        self._registry = registry
        self._problems = problems
        self._settings = settings
        self._post = post
        self._wake = threading.Condition()
        self._asked: _Asked | None = None
        self._number = 0
        self._idle = True
        self._ending = False
        self._store: tuple[tuple[Path, tuple[Path, ...]], FileAssetStore] | None = None
        document.opened.connect(self.check)
        document.changed.connect(self.check, check_nargs=False, max_args=0)
        document.location_changed.connect(self.check)
        settings.changed.connect(self._on_settings_changed)
        self._thread = threading.Thread(target=self._run, name="checking", daemon=True)
        self._thread.start()
        self.check()

    def check(self) -> None:
        """Ask for a check of the project as it is now; the newest request wins."""
        project = self._document.project
        if project is None:
            self._problems.set(SOURCE, ())
        with self._wake:
            self._number += 1
            roots = tuple(Path(root) for root in self._settings.value.asset_roots)
            asked = None if project is None else _Asked(project, self._document.folder, roots, self._number)
            self._asked = asked
            self._wake.notify_all()

    def flush(self, timeout_s: float = 5.0) -> bool:
        """Wait until the last request is answered; its answer is posted by then."""
        with self._wake:
            return self._wake.wait_for(lambda: self._idle and self._asked is None, timeout_s)

    def close(self) -> None:
        """End the thread and watch no more."""
        self._document.opened.disconnect(self.check, missing_ok=True)
        self._document.changed.disconnect(self.check, missing_ok=True)
        self._document.location_changed.disconnect(self.check, missing_ok=True)
        self._settings.changed.disconnect(self._on_settings_changed, missing_ok=True)
        with self._wake:
            self._ending = True
            self._wake.notify_all()
        self._thread.join(timeout=10.0)

    def _on_settings_changed(self, _settings: object) -> None:
        self.check()

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._asked is not None or self._ending)
                seen = -1
                while seen != self._number and not self._ending:
                    seen = self._number
                    self._wake.wait(_QUIET_S)
                if self._ending:
                    return
                asked, self._asked = self._asked, None
                self._idle = False
            if asked is not None:
                self._answer(asked.number, troubles(asked.project, self._registry, self._store_of(asked)))
            with self._wake:
                self._idle = True
                self._wake.notify_all()

    def _store_of(self, asked: _Asked) -> FileAssetStore:
        """Return the store of these folders; kept, because it remembers the hashes of what it has seen."""
        key = (asked.folder, asked.roots)
        if self._store is None or self._store[0] != key:
            self._store = (key, FileAssetStore(asked.folder, asked.roots))
        return self._store[1]

    def _answer(self, number: int, found: tuple[Trouble, ...]) -> None:
        def tell() -> None:
            if number == self._number:
                self._problems.set(SOURCE, found)

        self._post(tell)


def troubles(project: Project, registry: PluginRegistry, store: AssetStore | None) -> tuple[Trouble, ...]:
    """Return what is wrong with a project, each with the uid of what it is about.

    Parameters
    ----------
    store : AssetStore or None
        None: files are not looked up, and folders of files are refused.
    """
    found, doubts = project_findings(project, registry, store)
    told = [worded(SOURCE, project, problem) for problem in found[:_MOST]]
    if len(found) > _MOST:
        message = f"and {len(found) - _MOST} more problems"
        told.append(Trouble(SOURCE, "error", message, "", "Mend those that are named first."))
    told += [worded(SOURCE, project, doubt, "warning") for doubt in doubts[:_MOST]]
    return tuple(dict.fromkeys(told))


def missing_plugins(project: Project, registry: PluginRegistry) -> dict[str, str]:
    """Return, by uid, the name of the plugin that a node or group asks for and that is not here."""
    known = {kind: frozenset(registry.names(kind)) for kind in ("generator", "environment", "effect", "placement")}
    out: dict[str, str] = {}
    for list_name, item in items(project):
        if item.type not in known[kind_of_list(list_name)]:
            out[item.uid] = item.type
        elif isinstance(item, ObjectGroup) and item.placement.type not in known["placement"]:
            out[item.uid] = item.placement.type
    return out
