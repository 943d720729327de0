"""A viewport fed with recorded frames: made once, in this process, by the code of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from myriorama.app import open_project
from myriorama.app.opened import OpenedProject
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.frames import FrameRequest, SampleFrame, SeenInstance
from myriorama.app.preview.service import PreviewService
from myriorama.app.production.producer import Produced
from myriorama.app.studio import Studio
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.rendering.frame import Device
from myriorama.widgets.viewport.panel import ViewportPanel

EXAMPLE = "mugs_on_conveyor"


def frame_from(produced: Produced) -> SampleFrame:
    """Return what the preview process would send of a sample."""
    record = produced.record
    frame, scene = record.frame, record.scene
    assert frame.rgb is not None
    assert frame.surface_id is not None
    assert frame.depth is not None
    names = {row.id: row.name for row in scene.classes}
    seen = tuple(
        SeenInstance(
            i.instance_key,
            i.group_uid,
            i.group_name,
            i.number,
            i.kind,
            i.class_id,
            names.get(i.class_id, ""),
            i.world_from_object,
            i.model.bounds,
            i.attributes,
        )
        for i in scene.instances
    )
    return SampleFrame(
        generation=1,
        index=record.index,
        sample_key=record.key,
        recipe_hash="recipe",
        width=frame.width,
        height=frame.height,
        final=True,
        view=None,
        camera=scene.camera,
        dataset_camera=scene.camera,
        rgb=frame.rgb,
        surface_id=frame.surface_id,
        depth=frame.depth,
        normal=frame.normal,
        object_coordinates=frame.object_coordinates,
        surfaces=scene.surfaces,
        classes=scene.classes,
        instances=seen,
        annotations=record.annotations,
        values=MappingProxyType(drawn_values(record.sample, builtin_registry())),
        violations=(),
        refused=MappingProxyType({}),
        device=Device("myriorama raster 1", "Mesa", "llvmpipe (LLVM)", "4.5", software=True),
        timings_ms=MappingProxyType({"render": 90.0, "total": 120.0}),
        triangles=1234,
        unclassed=0,
    )


@pytest.fixture(scope="session")
def opened() -> Iterator[OpenedProject]:
    with open_project(EXAMPLE, size=(321, 243)) as made:
        yield made


@pytest.fixture(scope="session")
def recorded(opened: OpenedProject) -> SampleFrame:
    """Sample 0 at an odd size, so that offsets are odd as well."""
    return frame_from(opened.produced(0))


@pytest.fixture(scope="session")
def large(recorded: SampleFrame) -> SampleFrame:
    """The same picture and labels' ids at 1920 by 1080, for times."""
    rows = np.arange(1080) * recorded.height // 1080
    columns = np.arange(1920) * recorded.width // 1920
    pick = np.ix_(rows, columns)
    camera = replace(recorded.camera, width=1920, height=1080)
    return replace(
        recorded,
        width=1920,
        height=1080,
        camera=camera,
        dataset_camera=camera,
        rgb=np.ascontiguousarray(recorded.rgb[pick]),
        surface_id=np.ascontiguousarray(recorded.surface_id[pick]),
        depth=np.ascontiguousarray(recorded.depth[pick]),
        normal=None,
        object_coordinates=None,
    )


@dataclass
class Shown:
    """A panel on the screen, and what it asked for."""

    panel: ViewportPanel
    studio: Studio
    requests: list[FrameRequest]
    qtbot: QtBot

    def run(self, name: str, *arguments: object) -> None:
        """Run an action by its id without the panel's name."""
        bound = next(b for b in self.panel.actions_here() if b.action.id == f"viewport.{name}")
        bound.run(*arguments)

    def pixels(self) -> np.ndarray:
        """Return what is in the framebuffer, (H, W, 3) uint8."""
        image = self.panel.stage.canvas.pixels().convertToFormat(self.panel.stage.canvas.pixels().Format.Format_RGB888)
        flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
        return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[FrameRequest]:
    """Requests are kept instead of sent: no process is started."""
    asked: list[FrameRequest] = []

    def keep(self: PreviewService, wanted: FrameRequest, *_: float) -> int:
        asked.append(wanted)
        return len(asked)

    monkeypatch.setattr(PreviewService, "request", keep)
    monkeypatch.setattr(PreviewService, "request_at_rest", keep)
    return asked


@pytest.fixture
def shown(
    requests: list[FrameRequest],
    open_example: Callable[[str], Studio],
    studio: Studio,
    recorded: SampleFrame,
    qtbot: QtBot,
) -> Iterator[Shown]:
    """The example's sample 0 in a panel of 901 by 703."""
    panel = ViewportPanel(studio)
    panel.resize(901, 703)
    panel.show()
    qtbot.waitExposed(panel)
    open_example(EXAMPLE)
    studio.preview.frame_ready.emit(recorded)
    qtbot.waitUntil(lambda: panel.stage.canvas.repaints > 0)
    yield Shown(panel, studio, requests, qtbot)
    panel.dispose()
    panel.close()
    panel.deleteLater()
