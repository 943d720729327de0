"""The plugins of this program: what is there, what is enabled, what is being worked on.

Only a person's call of `enable` or `develop` has code run, and then in a process of its own; opening a project,
whatever lies beside it, enables nothing.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from psygnal import Signal

from myriorama.app.document.document import Document
from myriorama.app.extensions.approvals import Approvals, granted, project_plugin_folder, user_plugin_folder
from myriorama.app.extensions.rows import PluginRow, rows_of, with_collisions
from myriorama.app.observable import Post
from myriorama.plugins.discovery import Found, find_in_folder, find_installed, found_at, rehashed
from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.fingerprint import HashCache
from myriorama.plugins.found import manifest_problem
from myriorama.plugins.manifest import Manifest
from myriorama.plugins.registry import PluginRegistry
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.scenes.errors import InputError, MyrioramaError, Problem

if TYPE_CHECKING:
    from myriorama.plugins.hosting.hosts import PluginHosts


_Answer = tuple[tuple[PluginRow, ...], tuple[Grant, ...], str]
"""Rows, grants, trouble."""


@dataclass(frozen=True)
class _Work:
    """A source that is being worked on: the last grant that its code could be described for, and what is wrong now."""

    row: PluginRow
    grant: Grant | None


class Plugins:
    """The list of plugins, and what may run.

    Slow work (search, hashes, asking code what it declares) is done on a thread, in the order of the calls; answers
    come by `post`.

    Parameters
    ----------
    post : callable
        Brings an answer to the thread of the models.
    document : Document or None
        The folder ``plugins`` beside its file is one of the places that are looked at.
    approvals : Approvals
    registry : PluginRegistry or None
        Is given the grants whenever they change; not the shared one of `builtin_registry`.
    user_folder : Path or None
        Where single files and packages of the user's own lie; None is the user's own folder.
    search_path : sequence of str or None
        Where installed distributions are looked for; None is ``sys.path``.
    hosts : callable or None
        Makes the processes that describe code; None makes `PluginHosts`.

    Attributes
    ----------
    changed : signal of ()
        `rows`, `grants`, `busy` or `trouble` changed.
    grants_changed : signal of (tuple of Grant,)
        Something else may run than before; the registry has it already.
    """

    changed = Signal()
    grants_changed = Signal(object)

    def __init__(
        self,
        post: Post,
        document: Document | None,
        approvals: Approvals,
        registry: PluginRegistry | None = None,
        user_folder: Path | None = None,
        search_path: tuple[str, ...] | None = None,
        hosts: Callable[[], PluginHosts] | None = None,
    ) -> None:
        self._post = post
        self._document = document
        self._approvals = approvals
        self._registry = registry
        self._user_folder = user_folder or user_plugin_folder()
        self._search_path = search_path
        self._make_hosts = hosts
        self._hosts: PluginHosts | None = None
        self._rows: tuple[PluginRow, ...] = ()
        self._grants: tuple[Grant, ...] = ()
        self._trouble = ""
        self._pending = 0
        self._told: dict[str, PluginRow] = {}
        self._work: dict[str, _Work] = {}
        self._hashes: HashCache = {}
        self._tasks: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._folder = self._project_folder()
        if document is not None:
            document.opened.connect(self._on_document_moved)
            document.location_changed.connect(self._on_document_moved)

    @property
    def rows(self) -> tuple[PluginRow, ...]:
        """Everything that is known, in order of precedence; empty before the first `refresh` is answered."""
        return self._rows

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What may run: what is enabled and unchanged, and what is being worked on."""
        return self._grants

    @property
    def busy(self) -> bool:
        """Something that was asked for is not answered yet."""
        return self._pending > 0

    @property
    def trouble(self) -> str:
        """Why approvals could not be read or kept; empty where all is well."""
        return self._trouble

    def row(self, key: str) -> PluginRow | None:
        """Return the row of a source; None where there is none."""
        return next((row for row in self._rows if row.key == key), None)

    def refresh(self) -> None:
        """Look again at what is there."""
        self._ask(lambda: None)

    def enable(self, key: str) -> None:
        """Approve a source with the bytes that its row tells, and use it.

        Where these changed since the row was made, nothing is approved and the row tells the new ones.
        """
        row = self.row(key)
        if row is not None and row.status != "development":
            self._ask(lambda: self._enable(row))

    def disable(self, key: str) -> None:
        """Use a source no more; one that is being worked on is left alone from now on."""
        self._ask(lambda: self._disable(key))

    def develop(self, path: Path) -> None:
        """Use the source at a path as it is now, until the program ends; to be called again after every save."""
        self._ask(lambda: self._develop(path))

    def flush(self, timeout_s: float = 30.0) -> bool:
        """Wait until everything asked for so far is done; its answers are posted by then."""
        if self._thread is None or self._closed:
            return True
        done = threading.Event()
        self._tasks.put(done.set)
        return done.wait(timeout_s)

    def close(self) -> None:
        """End the thread and its processes, and watch the document no more."""
        self._closed = True
        if self._document is not None:
            self._document.opened.disconnect(self._on_document_moved, missing_ok=True)
            self._document.location_changed.disconnect(self._on_document_moved, missing_ok=True)
        if self._thread is not None:
            self._tasks.put(None)
            self._thread.join(timeout=10.0)
        if self._hosts is not None:
            self._hosts.close()

    def _on_document_moved(self) -> None:
        folder = self._project_folder()
        if folder != self._folder:
            self._folder = folder
            self._ask(lambda: None)

    def _project_folder(self) -> Path | None:
        path = self._document.path if self._document is not None else None
        return None if path is None else project_plugin_folder(path)

    # What follows runs on the thread, but for `_ask` and what it posts.

    def _ask(self, task: Callable[[], None]) -> None:
        if self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="plugins", daemon=True)
            self._thread.start()
        folder = self._folder

        def work() -> None:
            answer: _Answer | None = None
            try:
                task()
                answer = self._look(folder)
            except Exception as error:  # noqa: BLE001 - a fault of this program's own: told, and the list stays
                trouble = f"the list of plugins could not be made: {type(error).__name__}: {error}"
                answer = (self._rows, self._grants, trouble)
            finally:
                self._post(lambda: self._tell(answer))

        self._pending += 1
        self._tasks.put(work)
        if self._pending == 1:
            self.changed.emit()

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()

    def _tell(self, answer: _Answer | None) -> None:
        self._pending -= 1
        if self._closed:
            return
        if answer is not None:
            self._rows, grants, self._trouble = answer
            if grants != self._grants:
                self._grants = grants
                if self._registry is not None:
                    self._registry.use(grants)
                self.grants_changed.emit(grants)
        self.changed.emit()

    def _look(self, folder: Path | None) -> _Answer:
        """Return rows, grants and trouble. Hashes may be remembered ones for rows; for a grant all bytes are read."""
        self._approvals.reload()
        held = self._approvals.held
        found = self._found(folder)
        sure = [_sure(one) if one.source.key in held else one for one in found]
        grants = (*granted(sure, held), *(w.grant for w in self._work.values() if w.grant is not None))
        rows = [self._with_told(row) for row in rows_of(sure, held, folder)]
        rows += [work.row for work in self._work.values()]
        return with_collisions(rows, grants), grants, self._approvals.trouble

    def _found(self, folder: Path | None) -> list[Found]:
        found = list(find_installed(self._search_path, self._hashes))
        found += find_in_folder(self._user_folder, "user", self._hashes)
        if folder is not None:
            found += find_in_folder(folder, "project", self._hashes)
        return found

    def _with_told(self, row: PluginRow) -> PluginRow:
        """Add what went wrong when these very bytes were to be enabled."""
        told = self._told.get(row.key)
        if told is None or told.source.sha256 != row.source.sha256 or row.status == "enabled":
            self._told.pop(row.key, None)
            return row
        return replace(row, problem=told.problem, fault=told.fault)

    def _enable(self, row: PluginRow) -> None:
        key = row.key
        self._told.pop(key, None)
        try:
            if row.status == "broken":
                return
            source = rehashed(row.source)
            if source.sha256 != row.source.sha256:
                self._hashes.clear()
                told = "its files changed while you looked at it; look again, then enable it"
                self._told[key] = replace(row, source=source, problem=told)
                return
            # a row's manifest is always of the row's own bytes
            self._approvals.approve(source, row.manifest or self._described(source), _now())
        except PluginFault as error:
            self._told[key] = replace(row, problem=str(error), fault=error.fault)
        except (MyrioramaError, OSError, ValueError) as error:
            self._told[key] = replace(row, problem=str(error))

    def _disable(self, key: str) -> None:
        if self._work.pop(key, None) is None:
            self._approvals.withdraw(key)

    def _develop(self, path: Path) -> None:
        held: _Work | None = None
        try:
            found = found_at(path)
            held = self._work.get(found.source.key)
            if not found.source.sha256:
                raise InputError(Problem("", found.problem, file=str(path)))
            manifest = self._described(found.source)
            row = PluginRow(found.source, manifest, "development", description=found.description)
            self._work[row.key] = _Work(row, Grant(found.source, manifest, development=True))
        except (MyrioramaError, OSError) as error:
            fault = error.fault if isinstance(error, PluginFault) else None
            self._work_failed(path, held, str(error), fault)

    def _work_failed(self, path: Path, held: _Work | None, told: str, fault: Fault | None) -> None:
        """Keep the last state that could be used, and say what is wrong with the new one."""
        held = held or next((w for w in self._work.values() if _is_at(w.row.source, path)), None)
        if held is None:
            source = PluginSource(path.stem or "unnamed", "path", str(path.absolute()), path.stem, {}, "")
            held = _Work(PluginRow(source, None, "development"), None)
        self._work[held.row.key] = replace(held, row=replace(held.row, problem=told, fault=fault))

    def _described(self, source: PluginSource) -> Manifest:
        if self._hosts is None:
            if self._make_hosts is None:
                from myriorama.plugins.hosting.hosts import PluginHosts

                self._make_hosts = PluginHosts
            self._hosts = self._make_hosts()
        manifest = self._hosts.describe(source)
        problem = manifest_problem(manifest, source)
        if problem:
            raise InputError(Problem("", problem, file=source.root))
        return manifest


def _sure(one: Found) -> Found:
    """Return what was found with every byte read: no permission hangs on a remembered hash."""
    if one.problem:
        return one
    try:
        return replace(one, source=rehashed(one.source))
    except InputError as error:
        return replace(one, problem=str(error))


def _is_at(source: PluginSource, path: Path) -> bool:
    """Whether a source is what lies at a path, or the package of the project that does."""
    path = path.absolute()
    return Path(source.root) == path or Path(source.root).is_relative_to(path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")  # noqa: TID251 - told to a person, in no dataset
