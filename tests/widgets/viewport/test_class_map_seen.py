"""The framebuffer shows what formats make of a class: stripes, grey, another name; undo brings the mask back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF

from myriorama.app.parts.shown import looks_of, set_shown
from myriorama.app.pictures.overlay import LEFT_OUT, STRIPE_DARK
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing import marks
from myriorama.widgets.viewport.picture import STRIPE_PX

PLAIN = {"boxes": False, "names": False, "keypoints": False, "boxes_3d": False, "attributes": False}


def _crop(shown: Any, frame: SampleFrame) -> np.ndarray[Any, np.dtype[np.uint8]]:
    fit = shown.panel.stage.looking.frame_fit
    left, top = round(fit.left), round(fit.top)
    out: np.ndarray[Any, np.dtype[np.uint8]] = shown.pixels()[top : top + frame.height, left : left + frame.width]
    return out


def _use(shown: Any, name: str, **change: Any) -> None:
    edit = set_shown(shown.studio.document.project, name, **change)
    shown.studio.document.replace(edit.project, edit.label)


def _place(frame: SampleFrame, name: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    out = np.zeros((frame.height, frame.width), dtype=bool)
    for annotation in frame.annotations:
        if annotation.class_name == name:
            out |= annotation.full_mask(frame.height, frame.width)
    return out


def test_what_is_ignored_is_hatched_and_nothing_beside_it_is_touched(shown: Any, recorded: SampleFrame) -> None:
    shown.panel.stage.looking.toggle_exact()
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN, mask="fill", opacity=1.0))
    name = recorded.annotations[0].class_name
    place = _place(recorded, name)
    before = _crop(shown, recorded)
    _use(shown, name, use="ignore")
    seen = _crop(shown, recorded)
    row, column = np.mgrid[: recorded.height, : recorded.width]
    dark = ((row + column) // round(STRIPE_PX * shown.panel.stage.ratio)) % 2 == 1
    color = looks_of(shown.studio.document.project)[name].color
    assert (seen[place & dark] == STRIPE_DARK).all()
    assert (seen[place & ~dark] == color).all()
    assert 0.35 < (place & dark).sum() / place.sum() < 0.65
    assert np.array_equal(seen[~place], before[~place])
    assert shown.panel.stage.legend.lines == (f"ignored: {name}",)
    assert shown.panel.stage.legend.isVisible()
    shown.studio.document.history.undo()
    assert np.array_equal(_crop(shown, recorded), before)
    assert not shown.panel.stage.legend.isVisible()


def test_what_is_left_out_is_grey_without_a_mark(shown: Any, recorded: SampleFrame) -> None:
    shown.panel.stage.looking.toggle_exact()
    shown.studio.overlays.update(lambda s: replace(s, **PLAIN, mask="fill", opacity=1.0))
    name = recorded.annotations[0].class_name
    place = _place(recorded, name)
    _use(shown, name, use="drop")
    seen = _crop(shown, recorded)
    assert (seen[place] == LEFT_OUT).all()
    shown.studio.overlays.update(lambda s: replace(s, mask="contour"))
    others = np.zeros_like(place)
    for annotation in recorded.annotations:
        if annotation.class_name != name:
            others |= annotation.full_mask(recorded.height, recorded.width)
    bare = _crop(shown, recorded)
    far = place & ~_grown(others, shown.studio.overlays.value.contour_px + 2)
    assert np.array_equal(bare[far], recorded.rgb[far])
    shown.studio.overlays.update(lambda s: replace(s, boxes=True, keypoints=True, names=True, boxes_3d=True))
    looks = looks_of(shown.studio.document.project)
    frame, state = recorded, shown.studio.overlays.value
    boxes = marks.tight_boxes(frame, {})
    colors = [(0, 0, 0)] * len(frame.instances)
    gone = {i for i, s in enumerate(frame.instances) if s.class_name == name}
    kept = {i: b for i, b in boxes.items() if i not in gone}
    strokes, _ = marks.flat_marks(replace(frame, annotations=()), state, colors, boxes, looks)
    assert len(strokes) == 4 * len(kept)
    assert len(marks.captions(frame, state, colors, boxes, looks)) == len(kept)
    assert len(marks.box_3d_marks(frame, colors, boxes, looks)) == len(marks.box_3d_marks(frame, colors, kept))


def test_a_class_has_the_name_of_the_one_that_it_is_merged_with(shown: Any, recorded: SampleFrame) -> None:
    name = recorded.annotations[0].class_name
    _use(shown, name, shown_name="vessel")
    looks = looks_of(shown.studio.document.project)
    boxes = marks.tight_boxes(recorded, {})
    told = marks.captions(recorded, shown.studio.overlays.value, [(0, 0, 0)] * len(recorded.instances), boxes, looks)
    assert sum(c.lines[0].startswith("vessel #") for c in told) == sum(
        a.class_name == name for a in recorded.annotations
    )
    annotation = recorded.annotations[0]
    row, column = np.argwhere(annotation.mask)[len(np.argwhere(annotation.mask)) // 2]
    stage = shown.panel.stage
    fit, ratio = stage.looking.frame_fit, stage.ratio
    x = (fit.left + (annotation.box.x + column + 0.5) * fit.scale) / ratio
    y = (fit.top + (annotation.box.y + row + 0.5) * fit.scale) / ratio
    stage.hover(QPointF(x, y))
    assert shown.panel.readout.text("Class") == f"{name}, shown as vessel"
    _use(shown, name, use="ignore")
    stage.hover(QPointF(x, y))
    assert shown.panel.readout.text("Class") == f"{name} (ignored)"


def _grown(place: np.ndarray[Any, np.dtype[np.bool_]], by: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    out = place.copy()
    for dy in range(-by, by + 1):
        for dx in range(-by, by + 1):
            out |= np.roll(place, (dy, dx), axis=(0, 1))
    return out
