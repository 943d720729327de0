"""The whole way: the picture on the screen, made by the preview process, is the picture of an export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from myriorama.app import open_project
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.widgets.viewport.panel import ViewportPanel

OFF = {"mask": "off", "boxes": False, "names": False, "keypoints": False}


def test_one_to_one_equals_the_exported_sample(
    open_example: Callable[[str], Studio], studio: Studio, qtbot: QtBot
) -> None:
    panel = ViewportPanel(studio)
    panel.resize(1000, 800)
    panel.show()
    qtbot.waitExposed(panel)
    studio.overlays.update(lambda s: replace(s, **OFF))
    frames: list[SampleFrame] = []
    studio.preview.frame_ready.connect(frames.append)
    open_example("cones_and_cubes")
    qtbot.waitUntil(lambda: any(f.final for f in frames), timeout=30_000)
    with open_project("cones_and_cubes") as exported:
        record = exported.record(0)
    panel.stage.looking.toggle_exact()
    fit = panel.stage.looking.frame_fit
    assert fit.scale == 1.0
    image = panel.stage.canvas.pixels().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    seen = flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    left, top = int(fit.left), int(fit.top)
    height, width = record.rgb.shape[:2]
    assert np.array_equal(seen[top : top + height, left : left + width], record.rgb)
    assert record.frame.surface_id is not None
    assert np.array_equal(frames[-1].surface_id, record.frame.surface_id)
    panel.dispose()
    panel.close()
    panel.deleteLater()
