"""The host processes of one worker: one for each source that is in use, started when first needed, replaced when lost.

It draws nothing and trusts no answer: what a plugin returns is checked before it is handed on.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, cast

from myriorama.plugins.faults import Fault, PluginFault
from myriorama.plugins.hosting.blaming import About, fault_of_answer, fault_of_facts, fault_of_loss, told_values
from myriorama.plugins.hosting.chamber import Chamber
from myriorama.plugins.hosting.checks import checked_answer
from myriorama.plugins.hosting.codec import NotTellable
from myriorama.plugins.hosting.leftovers import own_scratch
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.hosting.questions import Questions
from myriorama.plugins.hosting.serving import CHANGING, SAME
from myriorama.plugins.hosting.watching import Lost
from myriorama.plugins.manifest import Manifest, ManifestEntry, manifest_from_json
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.plugins.writing import StoredRecords, WholeFile
from myriorama.scenes.errors import InputError, PluginError
from myriorama.scenes.registry import Values

LAYERS: Final = ("audit", "kernel")
MOST_LOADED: Final = 12
"""So many sources keep a process of their own; the one unused for longest gives way, and comes back when needed."""

_Key = tuple[str, str]


class PluginHosts:
    """Runs third-party code in processes of its own; see docs/plugins.md for what is enforced where.

    Parameters
    ----------
    limits : Limits
    scratch : Path or None
        Where temporary folders are made; None takes the system's.
    hash_seed : int
        Of Python's hashes in host processes. Another one shows whether a result hangs on the order of a set.
    layers : sequence of str
        Which layers hold a plugin: ``audit`` names what it tries, ``kernel`` is the wall. Fewer only in tests.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        scratch: Path | None = None,
        *,
        hash_seed: int = 0,
        layers: Sequence[str] = LAYERS,
    ) -> None:
        self.limits = limits
        self._hash_seed = hash_seed
        self._layers = list(layers)
        self._given_scratch = scratch
        self._scratch: Path | None = None
        self._lock = threading.Lock()
        self._chambers: dict[_Key, Chamber] = {}
        self._gates: dict[_Key, threading.RLock] = {}
        self._spare: Future[Chamber] | None = None
        # One thread starts all processes: they end with the thread that started them.
        self._starter: ThreadPoolExecutor | None = None
        self._closed = False

    def keep(self, grants: Sequence[Grant]) -> None:
        """End the hosts of sources that are not among these, or whose files are others."""
        wanted = {_key(grant.source) for grant in grants}
        with self._lock:
            leaving = [self._chambers.pop(key) for key in list(self._chambers) if key not in wanted]
            spare, self._spare = (None, self._spare) if wanted else (self._spare, None)
            for key in [k for k in self._gates if k not in wanted]:
                del self._gates[key]
        for chamber in leaving:
            with chamber.lock:  # a call that is under way is answered first
                chamber.end()
        if spare is not None:
            spare.add_done_callback(_end_spare)

    def call(
        self, grant: Grant, entry: ManifestEntry, method: str, arguments: tuple[Any, ...], *, values: Values | None
    ) -> Any:
        """Return what a plugin's method returns, checked. Raises PluginFault.

        Parameters
        ----------
        method : str
            Of the plugin's class; a writer's methods take its dataset and its options before their own argument.
        arguments : tuple
            What the method takes. Of the truth of an annotator the frame and the scene are sent, and it is derived
            there again.
        values : mapping or None
            Told in a fault.

        Raises
        ------
        PluginFault
            It failed.
        AssetError
            A file that it was given cannot be read.
        """
        told = told_values(values if values is not None else _options(entry, arguments))
        about: About = (grant.source, entry, told)
        questions = Questions(arguments)
        if entry.kind == "writer":
            info, options, argument = arguments
            if method == "whole_files":
                return self._whole_files(about, entry, info, options, cast("StoredRecords", argument))
            request: tuple[Any, ...] = ("write", entry.module, entry.class_name, method, info, dict(options), argument)
        else:
            sent = arguments[:2] if method == "annotate" else arguments
            request = ("call", entry.module, entry.class_name, method, sent)
        answer = self._ask(grant.source, request, questions, about)
        if isinstance(answer, str) and answer == SAME and method in CHANGING:
            return arguments[1]
        try:
            return checked_answer(entry, method, arguments, answer, self.limits)
        except ValueError as error:
            raise PluginFault(fault_of_answer(about, method, error)) from None

    def describe(self, source: PluginSource) -> Manifest:
        """Import a source's code in a host and return what its classes declare. Raises PluginFault."""
        tree = self._ask(source, ("describe",), Questions(()), (source, None, {}))
        try:
            return manifest_from_json(tree)
        except InputError as error:
            fault = Fault(source.id, "", "", "result", f"what it declares is not acceptable: {error}", file=source.root)
            raise PluginFault(fault) from error

    def run(self, source: PluginSource, target: str, arguments: Any, *, wall_s: float | None = None) -> Any:
        """Run a function of this program inside the host of a source, under the same limits, and return its answer.

        Parameters
        ----------
        target : str
            ``module:function`` of this program; it is called with `arguments` and the `LoadedSource`.
        arguments, answer : JSON values
        wall_s : float or None
            How long it may take; None takes the limits' own.

        Raises
        ------
        PluginFault
            The plugin's code ended the process, or the function raised.
        """
        if not target.startswith("myriorama."):
            raise ValueError(f"only functions of the program itself are run, not {target!r}")
        return self._ask(source, ("run", target, arguments), Questions(()), (source, None, {}), wall_s=wall_s)

    def pids(self) -> tuple[int, ...]:
        """Return the ids of the processes that hold a source now."""
        with self._lock:
            return tuple(c.pid for c in self._chambers.values() if c.alive)

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._closed = True
            chambers = list(self._chambers.values())
            self._chambers.clear()
            spare, self._spare = self._spare, None
            starter, self._starter = self._starter, None
            scratch, self._scratch = self._scratch, None
        if spare is not None:
            with contextlib.suppress(OSError):
                chambers.append(spare.result())
        for chamber in chambers:
            chamber.end()
        if starter is not None:
            starter.shutdown()
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)

    def _ask(
        self,
        source: PluginSource,
        request: tuple[Any, ...],
        questions: Questions,
        about: About,
        wall_s: float | None = None,
    ) -> Any:
        with self._gate(source):
            chamber = self._held(source, about)
            try:
                chamber.forget_output()
                said, answer = chamber.ask(request, self.limits, wall_s=wall_s, serve=questions.serve)
            except Lost as lost:
                raise PluginFault(fault_of_loss(about, lost, chamber.output())) from None
            except NotTellable as error:
                raise PluginError(f"plugin {source.id} cannot be given this: {error}") from error
            finally:
                chamber.lock.release()
            if said in ("done", "last"):
                if chamber.overfull(self.limits.file_mb * 2**20):
                    self._retire(source, chamber)
                    words = f"it left more than {self.limits.file_mb} MB in its temporary folder"
                    facts = {"cause": "file_size", "message": words, "way_out": "remove what it wrote"}
                    raise PluginFault(fault_of_facts(about, facts, ""))
                if said == "last":
                    self._retire(source, chamber)
                return answer
            if questions.refused is not None and answer.get("cause") == "asset":
                raise questions.refused
            fault = fault_of_facts(about, answer, chamber.output())
            if answer.get("ends") is not False:
                self._retire(source, chamber)
            raise PluginFault(fault)

    def _whole_files(
        self,
        about: About,
        entry: ManifestEntry,
        info: Any,
        options: Values,
        records: StoredRecords,
    ) -> Iterator[WholeFile]:
        source = about[0]
        wall_s = self.limits.whole_wall_s
        questions = Questions((), records)
        request = ("write", entry.module, entry.class_name, "whole_files", info, dict(options), len(records))
        number = self._ask(source, request, questions, about, wall_s)
        try:
            while True:
                path = self._ask(source, ("next_file", number), questions, about, wall_s)
                if path is None:
                    return
                try:
                    checked_answer(entry, "next_file", (), path, self.limits)
                except ValueError as error:
                    raise PluginFault(fault_of_answer(about, "whole_files", error)) from None
                yield WholeFile(path, self._chunks(about, number, questions, wall_s))
        finally:
            with contextlib.suppress(PluginFault):
                if _key(source) in self._chambers:
                    self._ask(source, ("close_files", number), questions, about, wall_s)

    def _chunks(
        self,
        about: About,
        number: Any,
        questions: Questions,
        wall_s: float,
    ) -> Iterator[bytes]:
        while True:
            chunk = self._ask(about[0], ("next_chunks", number), questions, about, wall_s)
            if not isinstance(chunk, bytes):
                raise PluginFault(fault_of_facts(about, {"cause": "result", "message": "chunks must be bytes"}, ""))
            if not chunk:
                return
            yield chunk

    def _gate(self, source: PluginSource) -> threading.RLock:
        with self._lock:
            return self._gates.setdefault(_key(source), threading.RLock())

    def _held(self, source: PluginSource, about: About) -> Chamber:
        """Return the host that has this source loaded, with its lock taken."""
        while True:
            chamber = self._chamber(source, about)
            chamber.lock.acquire()
            if not chamber.ended:
                return chamber
            chamber.lock.release()  # another thread ended it in between; a new one is made

    def _chamber(self, source: PluginSource, about: About) -> Chamber:
        """Return the host that has this source loaded. Called behind the source's gate."""
        key = _key(source)
        with self._lock:
            found = self._chambers.get(key)
            if found is not None:  # the one used last goes to the end
                self._chambers[key] = self._chambers.pop(key)
        if found is not None and found.alive:
            return found
        if found is not None:
            self._retire(source, found)
        chamber = self._take_spare()
        facts = {
            "id": source.id,
            "origin": source.origin,
            "root": source.root,
            "package": source.package,
            "files": dict(source.files),
            "sha256": source.sha256,
            "version": source.version,
            "publisher": source.publisher,
        }
        request = ("load", facts, self.limits.to_json(), str(chamber.folder), self._layers)
        try:
            with chamber.lock:
                said, answer = chamber.ask(request, self.limits)
        except Lost as lost:
            raise PluginFault(fault_of_loss(about, lost, chamber.output())) from None
        if said != "done":
            fault = fault_of_facts(about, answer, chamber.output())
            chamber.end()
            raise PluginFault(fault)
        with self._lock:
            if self._closed:
                chamber.end()
                raise PluginError("the plugins' processes are closed")
            self._chambers[key] = chamber
            longest_unused = list(self._chambers.items())[: max(len(self._chambers) - MOST_LOADED, 0)]
        for other, unused in longest_unused:
            if unused.lock.acquire(blocking=False):  # one that is in a call stays
                try:
                    with self._lock:
                        if self._chambers.get(other) is unused:
                            del self._chambers[other]
                    unused.end()
                finally:
                    unused.lock.release()
        return chamber

    def _retire(self, source: PluginSource, chamber: Chamber) -> None:
        with self._lock:
            if self._chambers.get(_key(source)) is chamber:
                del self._chambers[_key(source)]
        chamber.end()

    def _take_spare(self) -> Chamber:
        """Return a process that has everything imported but a plugin, and have the next one started."""
        if sys.platform == "win32":
            raise PluginError("third-party plugins run on Linux and macOS; on Windows they are shown and not run")
        with self._lock:
            if self._closed:
                raise PluginError("the plugins' processes are closed")
            if self._starter is None:
                self._starter = ThreadPoolExecutor(1, "plugin-host-starter")
            if self._scratch is None:
                self._scratch = own_scratch(self._given_scratch)
            spare = self._spare or self._starter.submit(Chamber, self._scratch, self._hash_seed)
            self._spare = self._starter.submit(Chamber, self._scratch, self._hash_seed)
        chamber = spare.result()
        if chamber.alive:
            return chamber
        chamber.end()  # it died while it waited, by no plugin's fault
        return self._starter.submit(Chamber, self._scratch, self._hash_seed).result()


def _end_spare(spare: Future[Chamber]) -> None:
    if spare.exception() is None:
        spare.result().end()


def _key(source: PluginSource) -> _Key:
    return source.root, source.sha256


def _options(entry: ManifestEntry, arguments: tuple[Any, ...]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", arguments[1]) if entry.kind == "writer" else {}
