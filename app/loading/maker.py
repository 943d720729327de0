"""Makes samples of a project as stored records and arrays, in this process or as the process of a pipe.

It writes nothing. A sample that cannot be made is told with its reason and ends nothing.
"""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myriorama.app.loading.wire import send_sample
from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
from myriorama.app.production.messages import WorkerSetup, receive
from myriorama.scenes.errors import DeviceError, MyrioramaError

if TYPE_CHECKING:
    import numpy.typing as npt

    from myriorama.app.production.clean_picture import What
    from myriorama.scenes.labels.record import Record


class UnmadeError(MyrioramaError):
    """A sample cannot be made; the message says why."""


class Maker:
    """A renderer of one project. Heavy libraries are imported when it is made."""

    def __init__(self, setup: WorkerSetup) -> None:
        from myriorama.app.assets.store import FileAssetStore
        from myriorama.app.extensions.registries import job_registry
        from myriorama.app.production.producer import Producer
        from myriorama.plugins.sources import grant_from_json
        from myriorama.scenes.project.load import parse_project
        from myriorama.scenes.rendering.engines import open_renderer

        store = FileAssetStore(
            Path(setup.project_folder),
            extra_roots=tuple(Path(root) for root in setup.asset_roots),
            cache_folder=Path(setup.cache_folder) if setup.cache_folder else None,
        )
        self._registry = job_registry([grant_from_json(grant) for grant in setup.plugins])
        self._renderer = open_renderer()
        self._producer = Producer(
            parse_project(setup.project_text),
            self._registry,
            store,
            self._renderer,
            size=(setup.width, setup.height),
            quality=setup.quality,
            labels=setup.labels,
        )

    def make(
        self, index: int, epoch: int = 0, what: What = "noise"
    ) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """Return the stored form of a sample's record, and its pictures by role.

        Parameters
        ----------
        epoch, what
            As for `Producer.produce`.

        Raises
        ------
        UnmadeError
            No draw is accepted, it breaks the label contract, or it cannot be built.
        DeviceError
            The device failed.
        """
        from myriorama.scenes.labels.stored import record_to_json

        try:
            produced = self._producer.produce(index, epoch=epoch, what=what)
        except (DeviceError, MemoryError):
            raise
        except MyrioramaError as error:
            raise UnmadeError(str(error)) from error
        except Exception as error:
            raise UnmadeError(f"sample {index}: {type(error).__name__}: {error}") from error
        if produced.violations:
            told = "; ".join(str(violation) for violation in produced.violations)
            raise UnmadeError(f"sample {index} breaks the label contract: {told}")
        return record_to_json(produced.record, {}), pictures_of(produced.record)

    def close(self) -> None:
        """Give the GL context back, and end the processes that run third-party code."""
        self._renderer.close()
        self._registry.close()


def pictures_of(record: Record) -> dict[str, npt.NDArray[Any]]:
    """Return the pictures of a record by the roles that the raw format gives them, as values and not as steps."""
    import numpy as np

    frame, scene = record.frame, record.scene
    out: dict[str, npt.NDArray[Any]] = {}
    if frame.rgb is not None:
        out["rgb"] = frame.rgb
    if frame.surface_id is not None:
        out["surface_id"] = frame.surface_id.astype(np.int32)
        out["instance_id"] = scene.instance_of_surface.take(frame.surface_id).astype(np.int32)
        out["class_id"] = scene.class_of_surface.take(frame.surface_id).astype(np.int32)
    for name in ("depth", "normal", "object_coordinates"):
        buffer = getattr(frame, name)
        if buffer is not None:
            out[name] = buffer
    return {**out, **record.layers}


def maker_main(pipe: Connection, setup_text: str, roles: tuple[str, ...] | None, parent: int) -> None:
    """Serve until the pipe closes: a JSON message for a sample, an answer with its token for each.

    Parameters
    ----------
    roles : tuple of str or None
        Which pictures are wanted; None is all.
    """
    die_with_parent(parent)
    ignore_interrupts()
    try:
        maker = Maker(WorkerSetup.from_text(setup_text))
    except MyrioramaError as error:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            send_sample(pipe, {"token": -1, "fault": "start", "text": str(error)})
        return
    with contextlib.closing(maker), contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            message = receive(pipe)
            try:
                record, pictures = maker.make(message["index"], message["epoch"], message["what"])
            except UnmadeError as error:
                send_sample(pipe, {"token": message["token"], "fault": "sample", "text": str(error)})
                continue
            except DeviceError as error:
                send_sample(pipe, {"token": -1, "fault": "device", "text": str(error)})
                return
            chosen = {role: a for role, a in pictures.items() if roles is None or role in roles}
            send_sample(pipe, {"token": message["token"], "record": record}, chosen)
