"""A render worker: one process that makes the samples it is told to and commits their files.

It is disposable. Heavy libraries are imported here, after the process has been given its threads.
"""

from __future__ import annotations

import contextlib
import errno
import traceback
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
from myriorama.app.production.messages import Outcome, WorkerSetup, receive, send
from myriorama.scenes.errors import AssetError, DeviceError, InputError, MyrioramaError

if TYPE_CHECKING:
    from myriorama.app.dataset.quarantine import Quarantined
    from myriorama.app.dataset.samples import SampleWriter
    from myriorama.app.production.producer import Produced, Producer
    from myriorama.scenes.rendering.frame import Renderer


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def worker_main(pipe: Connection, setup_text: str, parent: int) -> None:
    """Serve until the pipe closes. The first message says ``ready``, or why it could not start."""
    die_with_parent(parent)
    ignore_interrupts()
    try:
        worker = Worker(WorkerSetup.from_text(setup_text), lambda stage: send(pipe, {"type": "stage", "name": stage}))
    except MyrioramaError as error:
        send(pipe, _refusal(error))
        return
    with contextlib.closing(worker), contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        send(pipe, {"type": "ready"})
        while True:
            message = receive(pipe)
            try:
                if message["type"] == "probe":
                    obstacles = worker.obstacles(message["index"])
                    send(pipe, {"type": "probed", "obstacles": list(obstacles)})
                elif message["type"] == "quarantine":
                    worker.quarantine(message["index"], message["reason"])
                    send(pipe, {"type": "quarantined", "token": message["token"]})
                else:
                    outcome = worker.make(message["index"], last=message["last"])
                    send(pipe, {"type": "made", "token": message["token"], "outcome": asdict(outcome)})
            except AssetError as error:
                send(pipe, _refusal(error))
                return
            except DeviceError as error:
                send(pipe, {"type": "device_failed", "text": str(error)})
                return


class Worker:
    """Makes samples of one job and writes them below its partial folder."""

    def __init__(self, setup: WorkerSetup, on_stage: Callable[[str], None] | None = None) -> None:
        from myriorama.app.assets.store import FileAssetStore
        from myriorama.app.dataset.layout import partial_of
        from myriorama.app.dataset.samples import SampleWriter
        from myriorama.app.extensions.registries import job_registry
        from myriorama.app.production.producer import Producer
        from myriorama.app.production.snapshot import dataset_info, shown_as
        from myriorama.plugins.sources import grant_from_json
        from myriorama.scenes.project.load import parse_project
        from myriorama.scenes.rendering.engines import open_renderer

        project = parse_project(setup.project_text)
        self._registry = registry = job_registry([grant_from_json(g) for g in setup.plugins])
        store = FileAssetStore(
            Path(setup.project_folder),
            extra_roots=tuple(Path(root) for root in setup.asset_roots),
            cache_folder=Path(setup.cache_folder) if setup.cache_folder else None,
        )
        self._out = Path(setup.out)
        self._renderer: Renderer = open_renderer()
        size = (setup.width, setup.height)
        self._producer: Producer = Producer(
            project,
            registry,
            store,
            self._renderer,
            size=size,
            quality=setup.quality,
            labels=setup.labels,
            on_stage=on_stage,
        )
        formats = {name: project.output.writer_options.get(name, {}) for name in setup.formats}
        self._writer: SampleWriter = SampleWriter(
            partial_of(self._out), dataset_info(project, size), formats, registry, selection=shown_as(project)
        )
        self._probed: tuple[int, Produced] | None = None

    def close(self) -> None:
        """Give the GL context back, and end the processes that run third-party code."""
        self._renderer.close()
        self._registry.close()

    def obstacles(self, index: int) -> tuple[str, ...]:
        """Make sample `index`, keep it for when it is asked for, and say why a format cannot hold it.

        A sample that cannot be made is no obstacle here: it is quarantined in its turn.

        Raises
        ------
        AssetError
            A foreign file is of no use as the project uses it, which is hardly this sample's matter alone.
        DeviceError
            The device failed.
        """
        try:
            produced = self._producer.produce(index)
        except (AssetError, DeviceError):
            raise
        except (Exception, SystemExit):  # noqa: BLE001 - a plugin may raise anything; the sample's own turn tells it
            return ()
        self._probed = (index, produced)
        return self._writer.obstacles(produced.record)

    def make(self, index: int, *, last: bool = True) -> Outcome:
        """Make one sample and commit it, or say why not.

        Parameters
        ----------
        last : bool
            A plugin's failure quarantines it; False reports the failure alone, to be tried again. What would fail
            in the same way for ever (the label contract, acceptance, a format) is always quarantined.

        Raises
        ------
        DeviceError
            The device failed, which is no fault of the sample's.
        """
        try:
            return self._make(index, last=last)
        except MemoryError as error:
            return Outcome(index, "failed", _told(error), "memory")
        except OSError as error:  # of its files or its quarantine: a plugin's own was taken for what it is before
            if error.errno in _NO_ROOM:
                return Outcome(index, "disk_full", str(error))
            return Outcome(index, "failed", f"writing failed: {error}", "io")

    def _make(self, index: int, *, last: bool) -> Outcome:
        from myriorama.app.dataset.quarantine import quarantine_record, quarantine_sample
        from myriorama.app.dataset.samples import UnwritableError
        from myriorama.app.production.producer import AcceptanceError

        try:
            if self._probed is not None and self._probed[0] == index:
                produced = self._probed[1]
                self._probed = None
            else:
                produced = self._producer.produce(index)
        except AcceptanceError as error:
            return _kept(quarantine_sample(self._out, index, (str(error),), error.sample), "refused", error.refused)
        except (DeviceError, MemoryError):
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything; the sample tells it
            if last:
                return self.quarantine(index, _told(error), "plugin")
            return Outcome(index, "failed", _told(error), "plugin")
        record = produced.record
        refused = dict(produced.refused)
        spent: defaultdict[str, float] = defaultdict(float)
        if produced.violations:
            return _kept(quarantine_record(self._out, record, produced.violations), "contract", refused)
        try:
            receipt = self._writer.write(record, spent)
        except UnwritableError as error:
            return _kept(quarantine_record(self._out, record, error.obstacles), "unwritable", refused)
        except (OSError, MemoryError):
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a format is a plugin as well
            if last:
                return self.quarantine(index, _told(error), "plugin")
            return Outcome(index, "failed", _told(error), "plugin")
        timings = {**_with_read_back(produced), **spent}
        return Outcome(index, "done", "", "", asdict(receipt), refused, _placed_short(record.scene.report), timings)

    def quarantine(self, index: int, reason: str, cause: str = "") -> Outcome:
        """Keep a sample apart that cannot be made: its recipe where it can be drawn, and why."""
        from myriorama.app.dataset.quarantine import quarantine_sample

        return _kept(quarantine_sample(self._out, index, (reason,), self._recipe(index)), cause, {})

    def _recipe(self, index: int) -> Any:
        """Return the recipe of a sample that could not be made, or None where not even it can be drawn."""
        try:
            return self._producer.draw(index)
        except Exception:  # noqa: BLE001 - what kept it from being made may keep it from being drawn, whatever it is
            return None


def _kept(entry: Quarantined, cause: str, refused: Mapping[str, int]) -> Outcome:
    """Tell of a sample that lies in the quarantine."""
    told = {"key": entry.key, "reasons": list(entry.reasons)}
    return Outcome(entry.index, "quarantined", "; ".join(entry.reasons), cause, told, dict(refused))


def _with_read_back(produced: Produced) -> dict[str, float]:
    """Return milliseconds by stage, with what reading the pixels back took told apart from making them."""
    timings: dict[str, float] = {}
    read_ms = produced.record.frame.timings_ms.get("read", 0.0)
    for stage, ms in produced.timings_ms.items():
        timings[stage] = ms - read_ms if stage == "render" else ms
        if stage == "render":
            timings["read-back"] = read_ms
    return timings


def _refusal(error: MyrioramaError) -> dict[str, Any]:
    kind = "device" if isinstance(error, DeviceError) else "input" if isinstance(error, InputError) else "other"
    problems = [asdict(p) for p in error.problems] if isinstance(error, InputError) else []
    return {"type": "refused_to_start", "kind": kind, "text": str(error), "problems": problems}


def _told(error: BaseException) -> str:
    """Say what happened: the message of an error that explains itself, the last frames of any other."""
    if isinstance(error, MyrioramaError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno}, in {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {error}{where}\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()


def _placed_short(report: Any) -> dict[str, int]:
    groups = report.get("groups", {})
    return {uid: told["asked"] - told["placed"] for uid, told in groups.items() if told["placed"] < told["asked"]}
