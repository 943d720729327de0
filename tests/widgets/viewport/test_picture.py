"""What is in the framebuffer: the picture exactly, and labels where they are asked for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication
from vispy.gloo.texture import BaseTexture

from myriorama.app.pictures.overlay import item_from, keypoints_from_scale
from myriorama.app.preview.frames import Failure, SampleFrame
from myriorama.app.viewing.marks import NO_DOTS, NO_STROKES, Caption
from myriorama.widgets.viewport.canvas import ViewportCanvas

PLAIN = {
    "mask": "off",
    "boxes": False,
    "names": False,
    "keypoints": False,
    "boxes_3d": False,
    "attributes": False,
    "amodal_boxes": False,
}


def _crop(shown: Any, frame: SampleFrame) -> np.ndarray:
    fit = shown.panel.stage.looking.frame_fit
    left, top = round(fit.left), round(fit.top)
    return shown.pixels()[top : top + frame.height, left : left + frame.width]


@pytest.mark.parametrize("size", [(901, 703), (900, 700), (757, 611)])
def test_at_one_to_one_the_framebuffer_equals_the_picture(
    shown: Any, recorded: SampleFrame, size: tuple[int, int]
) -> None:
    shown.panel.resize(*size)
    QCoreApplication.processEvents()
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    shown.panel.stage.looking.toggle_exact()
    assert shown.panel.stage.looking.is_exact
    assert np.array_equal(_crop(shown, recorded), recorded.rgb)


def test_one_to_one_of_a_picture_larger_than_the_view_can_be_panned(shown: Any, large: SampleFrame) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    shown.studio.preview.frame_ready.emit(large)
    looking = shown.panel.stage.looking
    looking.toggle_exact()
    looking.pan(-137.4, 61.7)
    fit = looking.frame_fit
    assert fit.scale == 1.0
    assert fit.left == int(fit.left)
    assert fit.top == int(fit.top)
    seen = shown.pixels()
    height, width = seen.shape[:2]
    x, y = max(0, -int(fit.left)), max(0, -int(fit.top))
    top, left = max(0, int(fit.top)), max(0, int(fit.left))
    expected = large.rgb[y : y + height - top, x : x + width - left]
    assert np.array_equal(seen[top:, left:][: expected.shape[0], : expected.shape[1]], expected)


def test_layers_show_their_truth(shown: Any, recorded: SampleFrame) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    shown.panel.stage.looking.toggle_exact()
    classes = {row.name: row.color for row in recorded.classes}
    mug = next(a for a in recorded.annotations)
    row, column = np.argwhere(mug.mask)[len(np.argwhere(mug.mask)) // 2]
    y, x = mug.box.y + int(row), mug.box.x + int(column)
    shown.run("layer_classes")
    color = classes[mug.class_name]
    assert _crop(shown, recorded)[y, x].tolist() == [int(color[k : k + 2], 16) for k in (1, 3, 5)]
    shown.run("layer_normals")
    assert recorded.normal is not None
    expected = (recorded.normal[y, x] * [1, -1, -1] * 0.5 + 0.5) * 255
    assert np.abs(_crop(shown, recorded)[y, x] - expected).max() <= 1.0
    shown.run("layer_object_coordinates")
    assert recorded.object_coordinates is not None
    assert np.abs(_crop(shown, recorded)[y, x] - recorded.object_coordinates[y, x] * 255).max() <= 1.0
    shown.run("layer_depth")
    near, far = (np.unravel_index(k, recorded.depth.shape) for k in (recorded.depth.argmin(), recorded.depth.argmax()))
    picture = _crop(shown, recorded).astype(int)
    assert picture[near].sum() > picture[far].sum()
    assert shown.panel.stage.bar.isVisible()
    shown.run("layer_instances")
    inside = _crop(shown, recorded)[mug.box.y : mug.box.y + mug.box.h, mug.box.x : mug.box.x + mug.box.w][mug.mask]
    assert len(np.unique(inside.reshape(-1, 3), axis=0)) == 1


def test_masks_tint_things_and_nothing_else(shown: Any, recorded: SampleFrame) -> None:
    shown.panel.stage.looking.toggle_exact()
    shown.studio.overlays.update(lambda s: replace(s, **{**PLAIN, "mask": "fill", "opacity": 1.0}))
    seen = _crop(shown, recorded)
    things = np.zeros(seen.shape[:2], dtype=bool)
    for annotation in recorded.annotations:
        things |= annotation.full_mask(recorded.height, recorded.width)
    assert np.array_equal(seen[~things], recorded.rgb[~things])
    for annotation in recorded.annotations:
        inside = seen[annotation.full_mask(recorded.height, recorded.width)]
        assert len(np.unique(inside, axis=0)) == 1


@pytest.mark.parametrize("name", ["boxes", "amodal_boxes", "boxes_3d", "keypoints", "names", "attributes"])
def test_every_overlay_changes_the_picture_and_goes_again(shown: Any, name: str) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    plain = shown.pixels()
    shown.run(name)
    assert getattr(shown.studio.overlays.value, name)
    assert not np.array_equal(shown.pixels(), plain)
    shown.run(name)
    assert np.array_equal(shown.pixels(), plain)


def test_selection_is_outlined(shown: Any) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    plain = shown.pixels()
    shown.studio.selection.select("mugs")
    lit = shown.pixels()
    assert (np.abs(lit.astype(int) - plain).sum(axis=2) > 0).sum() > 200
    shown.studio.selection.select()
    assert np.array_equal(shown.pixels(), plain)


@pytest.mark.timed
def test_toggling_an_overlay_uploads_nothing_and_keeps_the_pace(
    shown: Any, large: SampleFrame, monkeypatch: pytest.MonkeyPatch, within: Callable[[float, float], None]
) -> None:
    shown.panel.resize(1920, 1080)
    QCoreApplication.processEvents()
    shown.studio.preview.frame_ready.emit(large)
    for _ in range(4):
        shown.run("mask")
        shown.pixels()
    uploads = []
    monkeypatch.setattr(BaseTexture, "set_data", lambda self, *_, **__: uploads.append(self))
    native = shown.panel.stage.canvas.native
    took = []
    for _ in range(9):
        start = time.process_time()
        shown.run("mask")
        native.repaint()
        took.append(time.process_time() - start)
    assert not uploads
    # Processor time of all threads, which other work beside the test does not stretch as it does wall time: 50 ms on
    # two cores are 100. The benchmark measures the wall.
    within(min(took), 0.100)


def test_a_failure_dims_the_last_picture_and_says_the_way_out(shown: Any, recorded: SampleFrame) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    before = shown.pixels().mean()
    shown.studio.preview.failed.emit(Failure(2, 0, "refused", "none of the attempts was accepted"))
    assert shown.pixels().mean() < 0.8 * before
    said = shown.panel.stage.message.text
    assert "none of the attempts was accepted" in said
    assert "widen the acceptance rules" in said.lower()
    shown.studio.preview.frame_ready.emit(recorded)
    assert shown.panel.stage.message.text == ""
    assert abs(shown.pixels().mean() - before) < 1.0


def test_an_idle_viewport_does_not_repaint(shown: Any) -> None:
    shown.qtbot.wait(100)
    count = shown.panel.stage.canvas.repaints
    shown.qtbot.wait(300)
    assert shown.panel.stage.canvas.repaints == count


def test_closing_the_project_empties_the_view(shown: Any) -> None:
    shown.studio.document.close()
    assert shown.panel.stage.frame is None
    assert "No project is open" in shown.panel.stage.message.text
    assert len(np.unique(shown.pixels().reshape(-1, 3), axis=0)) == 1


def test_without_opengl_a_placeholder_says_so_and_the_rest_goes_on(
    shown: Any, monkeypatch: pytest.MonkeyPatch, recorded: SampleFrame
) -> None:
    monkeypatch.setattr(ViewportCanvas, "works", property(lambda self: False))
    shown.panel.hide()
    shown.panel.show()
    shown.qtbot.waitUntil(lambda: "cannot be shown" in shown.panel.stage.message.text)
    assert not shown.panel.stage.canvas.native.isVisible()
    shown.run("next")
    assert shown.studio.index.value == 1
    shown.studio.preview.frame_ready.emit(recorded)
    assert shown.panel.samples.key.text() == recorded.sample_key


def test_a_lost_process_dims_the_picture_until_the_next_frame(shown: Any, recorded: SampleFrame) -> None:
    before = shown.pixels().mean()
    shown.studio.preview.state.set("lost")
    assert "preview process ended" in shown.panel.stage.message.text.lower()
    assert shown.pixels().mean() < before
    shown.studio.preview.state.set("ready")
    shown.studio.preview.frame_ready.emit(recorded)
    assert shown.panel.stage.message.text == ""


def test_a_disposed_canvas_draws_no_more(shown: Any, recorded: SampleFrame) -> None:
    canvas = shown.panel.stage.canvas
    shown.panel.dispose()
    count = canvas.repaints
    shown.studio.preview.frame_ready.emit(recorded)
    QCoreApplication.processEvents()
    assert canvas.repaints == count


def test_keypoints_come_at_the_scale_at_which_they_leave_their_object_to_be_seen(
    shown: Any, recorded: SampleFrame
) -> None:
    looking = shown.panel.stage.looking
    needs = [keypoints_from_scale(item_from(a), 3.8) for a in recorded.annotations]
    looking.toggle_exact()
    middle = (shown.pixels().shape[1] / 2, shown.pixels().shape[0] / 2)

    def marked(scale: float) -> bool:
        looking.zoom(scale / looking.frame_fit.scale, middle)
        shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
        bare = shown.pixels()
        shown.studio.overlays.update(lambda s: replace(s, **{**PLAIN, "keypoints": True}))
        return not np.array_equal(shown.pixels(), bare)

    assert shown.panel.stage.ratio == 1.0
    assert not marked(min(needs) * 0.9)
    assert marked(min(needs) * 1.1)
    assert marked(max(needs) * 1.1)


def test_names_of_a_full_picture_leave_most_of_it_to_be_seen(shown: Any, recorded: SampleFrame) -> None:
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN))
    bare = shown.pixels()
    name = recorded.annotations[0]
    many = [
        replace(name, box=replace(name.box, x=float(x), y=float(y), w=6.0, h=6.0))
        for x in range(0, recorded.width, 12)
        for y in range(0, recorded.height, 10)
    ]
    boxes = [Caption((a.box.x, a.box.y, a.box.w, a.box.h), (f"mug #{k}",), (255, 0, 0)) for k, a in enumerate(many)]
    shown.panel.stage.canvas.set_marks((NO_STROKES, NO_DOTS), NO_STROKES, tuple(boxes))
    covered = float((shown.pixels() != bare).any(axis=2).mean())
    assert 0.04 < covered <= 0.11
