"""What the window shows of a sample is what an export writes: every pixel of the picture and every id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from myriorama.app.exporting.draft import first_draft, settings_of, source_of
from myriorama.app.exporting.settings import job_of
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.production.job import run_job
from myriorama.widgets.application import Application

pytestmark = pytest.mark.gl
INDEX = 3


def framebuffer(program: Application) -> np.ndarray:
    """Return what is in the canvas, (H, W, 3) uint8."""
    image = program.window.panels["viewport"].stage.canvas.pixels().convertToFormat(QImage.Format.Format_RGB888)
    flat = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def test_the_viewport_the_frame_and_the_exported_file_are_one_picture(
    program: Application, small: Callable[..., Path], until_final: Callable[[], SampleFrame], tmp_path: Path
) -> None:
    window, studio = program.window, program.studio
    studio.overlays.update(lambda s: replace(s, mask="off", boxes=False, names=False, keypoints=False))
    window.flow.open(small("dice_tray", (321, 203)))
    until_final()
    studio.index.set(INDEX)
    frame = until_final()
    assert (frame.index, frame.width, frame.height) == (INDEX, 321, 203)
    project = studio.document.project
    assert project is not None
    draft = first_draft(project, studio.registry, tmp_path / "dataset")
    settings = settings_of(draft, project, studio.registry)
    settings = replace(settings, start=INDEX, count=1, formats={"raw": {}}, folder=tmp_path / "dataset")
    result = run_job(job_of(settings, source_of(studio)))
    assert result.folder.is_dir()
    (rgb,) = (result.folder / "images").glob("*.png")
    (ids,) = (result.folder / "surface_id").glob("*.png")
    with Image.open(rgb) as opened:
        exported = np.asarray(opened)
    with Image.open(ids) as opened:
        written = np.asarray(opened)
    assert np.array_equal(exported, frame.rgb)
    assert np.array_equal(written, frame.surface_id)
    assert len(np.unique(written)) > 2
    stage = window.panels["viewport"].stage
    stage.looking.toggle_exact()
    QApplication.processEvents()
    fit = stage.looking.frame_fit
    assert fit.scale == 1.0
    left, top = int(fit.left), int(fit.top)
    seen = framebuffer(program)[top : top + frame.height, left : left + frame.width]
    assert np.array_equal(seen, exported)
