"""The Python door: open a project and take records from it, without a disk in between.

Everything runs in the calling process, on one renderer; jobs with workers are `production`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.extensions.registries import user_registry
from myriorama.app.finding import find_project
from myriorama.app.production.producer import Produced, Producer
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.errors import ContractError
from myriorama.scenes.labels.record import Record
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project
from myriorama.scenes.project.references import file_references
from myriorama.scenes.rendering.frame import Quality
from myriorama.scenes.rendering.tracing import Engine
from myriorama.scenes.sample import SceneSample


class OpenedProject:
    """A checked project with a renderer. Use it as a context manager, or call `close`.

    Attributes
    ----------
    project : Project
    """

    def __init__(self, project: Project, producer: Producer, registry: PluginRegistry) -> None:
        self.project = project
        self._producer = producer
        self._registry = registry

    def sample(self, index: int, attempt: int = 0) -> SceneSample:
        """Return every number that is drawn for sample `index`; nothing is built."""
        return self._producer.draw(index, attempt)

    def produced(self, index: int) -> Produced:
        """Return sample `index` with what the label contract found and what it cost."""
        return self._producer.produce(index)

    def record(self, index: int) -> Record:
        """Return sample `index`, rendered, labelled and checked.

        Raises
        ------
        ContractError
            It breaks the label contract.
        MyrioramaError
            It cannot be made.
        """
        produced = self._producer.produce(index)
        if produced.violations:
            told = "; ".join(str(v) for v in produced.violations)
            raise ContractError(f"sample {index} breaks the label contract: {told}")
        return produced.record

    def records(self, indices: Iterable[int]) -> Iterator[Record]:
        """Yield `record` of each index, in the order given."""
        for index in indices:
            yield self.record(index)

    def close(self) -> None:
        """Give the renderer back, and end the processes that run third-party code."""
        self._producer.renderer.close()
        self._registry.close()

    def __enter__(self) -> OpenedProject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_project(
    project: str | Path,
    *,
    asset_roots: Iterable[str | Path] = (),
    size: tuple[int, int] | None = None,
    quality: Quality | None = None,
    engine: Engine | None = None,
    labels: tuple[str, ...] | None = None,
    seed: int | None = None,
) -> OpenedProject:
    """Open a project for rendering in this process.

    Parameters
    ----------
    project : str or Path
        A project file, its folder, or the name of a shipped example.
    asset_roots : iterable of path
        Folders outside the project's in which its references may be found.
    size : (int, int) or None
        Width and height in pixels instead of the project's.
    quality, engine, labels, seed
        Instead of the project's.

    Raises
    ------
    InputError
        The project or a file that it names is not acceptable; every problem is told.
    DeviceError
        There is no OpenGL device.
    """
    from myriorama.scenes.rendering.engines import open_renderer

    path = find_project(str(project))
    loaded = load_project(path)
    opened = loaded.project if seed is None else loaded.project.model_copy(update={"seed": seed})
    registry = user_registry(path, hosted=True)
    store = FileAssetStore(loaded.folder, extra_roots=tuple(Path(root) for root in asset_roots))
    check_project(opened, registry, store, file=str(path))
    store.preflight(file_references(opened, registry, store))
    producer = Producer(
        opened, registry, store, open_renderer(), size=size, quality=quality, engine=engine, labels=labels
    )
    return OpenedProject(opened, producer, registry)
