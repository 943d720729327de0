"""Fault injection: each way of breaking a sound record is caught, and by the invariant that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from myriorama.plugins.annotators import annotate
from myriorama.scenes.assembly.model import Keypoint
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.record import Annotation, Record
from myriorama.scenes.labels.rle import encode_crops
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.rendering.frame import AmodalMask


@pytest.fixture(scope="module")
def records(scene_kit, table_frames) -> list[Record]:
    return [annotate(frame, scene, scene_kit.sample(scene)) for scene, frame in table_frames]


def with_annotation(record: Record, key: str, change: Callable[[Annotation], Annotation]) -> Record:
    rows = tuple(change(a) if a.instance_key == key else a for a in record.annotations)
    assert [a.instance_key for a in rows if a.instance_key == key]
    return replace(record, annotations=rows)


def shifted(record: Record, dx: int) -> Record:
    """The whole label of one thing, moved sideways and consistent in itself."""

    def move(a: Annotation) -> Annotation:
        box = replace(a.box, x=a.box.x + dx)
        (code,) = encode_crops([(box.x, box.y, a.mask)], record.frame.height, record.frame.width)
        return replace(a, box=box, rle=code)

    return with_annotation(record, "ball/0", move)


def with_frame(record: Record, **buffers) -> Record:
    return replace(record, frame=replace(record.frame, **buffers))


def dented_mask(record: Record) -> Record:
    def dent(a: Annotation) -> Annotation:
        mask = a.mask.copy()
        y, x = np.argwhere(mask)[len(np.argwhere(mask)) // 2]
        mask[y, x] = False
        (code,) = encode_crops([(a.box.x, a.box.y, mask)], record.frame.height, record.frame.width)
        return replace(a, mask=mask, rle=code, area_px=a.area_px - 1)

    return with_annotation(record, "ball/0", dent)


def smaller_amodal(record: Record) -> Record:
    def shrink(a: Annotation) -> Annotation:
        mask = a.amodal_mask.copy()
        mask[mask.shape[0] // 2] = False
        box = a.amodal_box
        (code,) = encode_crops([(box.x, box.y, mask)], record.frame.height, record.frame.width)
        return replace(a, amodal_mask=mask, amodal_rle=code, amodal_area_px=int(mask.sum()))

    return with_annotation(record, "ball/0", shrink)


def larger_amodal(record: Record) -> Record:
    """Consistent in itself, and far larger than the object."""

    def grow(a: Annotation) -> Annotation:
        b = a.amodal_box
        box = replace(b, x=b.x - 4, w=b.w + 8)
        mask = np.ones((b.h, b.w + 8), dtype=bool)
        (code,) = encode_crops([(box.x, box.y, mask)], record.frame.height, record.frame.width)
        return replace(a, amodal_box=box, amodal_mask=mask, amodal_rle=code, amodal_area_px=int(mask.sum()))

    return with_annotation(record, "ball/0", grow)


def stale_buffers(record: Record, other: Record) -> Record:
    """The buffers of another sample under this sample's key: what no comparison of keys can find."""
    frame = replace(other.frame, sample_key=record.key)
    return annotate(frame, record.scene, record.sample)


def depth_of(record: Record, change: Callable[[np.ndarray], None]) -> Record:
    depth = record.frame.depth.copy()
    change(depth)
    return with_frame(record, depth=depth)


def unlit_hole(depth: np.ndarray) -> None:
    depth[60, 40] = 0.0


def bulge(depth: np.ndarray) -> None:
    depth[depth > 0] *= 1.02


def other_keypoint(record: Record, **fields) -> Record:
    def move(a: Annotation) -> Annotation:
        n = next(n for n, k in enumerate(a.keypoints) if k.v == 2)
        return replace(a, keypoints=(*a.keypoints[:n], replace(a.keypoints[n], **fields), *a.keypoints[n + 1 :]))

    return with_annotation(record, "crate/0", move)


def keypoint_off(record: Record) -> Record:
    a = next(a for a in record.annotations if a.instance_key == "crate/0")
    k = next(k for k in a.keypoints if k.v == 2)
    return other_keypoint(record, x=k.x + 0.5)


def renamed_ids(record: Record) -> Record:
    ids = record.frame.surface_id.copy()
    ids[ids == 2] = 77
    return with_frame(record, surface_id=ids)


def swapped_ids(record: Record) -> Record:
    """Two things exchange their ids in the image, and every label follows."""
    ids = record.frame.surface_id
    first = next(i for i in record.scene.instances if i.instance_key == "ball/0").first_surface_id
    second = next(i for i in record.scene.instances if i.instance_key == "crate/1").first_surface_id
    swapped = np.where(ids == first, second, np.where(ids == second, first, ids)).astype(np.uint32)
    amodal = dict(record.frame.amodal)
    a, b = (record.scene.surfaces[s - 1].instance for s in (first, second))
    amodal[a], amodal[b] = amodal[b], amodal[a]
    return annotate(replace(record.frame, surface_id=swapped, amodal=amodal), record.scene, record.sample)


def wrong_class(record: Record) -> Record:
    return with_annotation(record, "ball/0", lambda a: replace(a, class_id=2, class_name="crate"))


def nan_in(name: str) -> Callable[[Record], Record]:
    def spoil(record: Record) -> Record:
        buffer = getattr(record.frame, name).copy()
        buffer[3, 3] = np.nan
        return with_frame(record, **{name: buffer})

    return spoil


FAULTS: dict[str, tuple[int, Callable[[Record], Record]]] = {
    "mask moved by a pixel": (1, lambda r: shifted(r, 1)),
    "mask with a hole": (1, dented_mask),
    "annotation dropped": (1, lambda r: replace(r, annotations=r.annotations[1:])),
    "annotation twice": (1, lambda r: replace(r, annotations=(*r.annotations, r.annotations[0]))),
    "amodal smaller than visible": (2, smaller_amodal),
    "amodal taken away": (
        2,
        lambda r: with_annotation(
            r, "ball/0", lambda a: replace(a, amodal_mask=None, amodal_box=None, amodal_rle=None)
        ),
    ),
    "box too large": (
        3,
        lambda r: with_annotation(
            r, "ball/0", lambda a: replace(a, box=replace(a.box, w=a.box.w + 1), mask=np.pad(a.mask, ((0, 0), (0, 1))))
        ),
    ),
    "box of another size than its mask": (
        3,
        lambda r: with_annotation(r, "ball/0", lambda a: replace(a, box=replace(a.box, h=a.box.h - 1))),
    ),
    "area off by one": (3, lambda r: with_annotation(r, "ball/0", lambda a: replace(a, area_px=a.area_px + 1))),
    "code of another thing": (
        3,
        lambda r: with_annotation(r, "ball/0", lambda a: replace(a, rle=r.annotations[1].rle)),
    ),
    "code broken": (3, lambda r: with_annotation(r, "ball/0", lambda a: replace(a, rle=a.rle[:-1]))),
    "amodal code of another thing": (
        3,
        lambda r: with_annotation(r, "ball/0", lambda a: replace(a, amodal_rle=r.annotations[1].amodal_rle)),
    ),
    "class swapped": (4, wrong_class),
    "id unknown to the table": (4, renamed_ids),
    "hidden thing forgotten": (4, lambda r: replace(r, hidden=r.hidden[1:])),
    "ids of two things exchanged": (5, swapped_ids),
    "hole in the depth": (5, lambda r: depth_of(r, unlit_hole)),
    "depth off by two percent": (5, lambda r: depth_of(r, bulge)),
    "amodal beyond the 3D box": (6, larger_amodal),
    "3D box of another object": (
        6,
        lambda r: with_annotation(r, "ball/0", lambda a: replace(a, box_3d=r.annotations[1].box_3d)),
    ),
    "keypoint off by half a pixel": (7, keypoint_off),
    "keypoint moved in the world": (7, lambda r: other_keypoint(r, position_world=(0.0, 0.0, 0.0))),
    "keypoint in the image with v = 0": (7, lambda r: other_keypoint(r, v=0)),
    "keypoint unknown": (7, lambda r: other_keypoint(r, name="nose")),
    "not a number in the depth": (8, nan_in("depth")),
    "not a number in the normals": (8, nan_in("normal")),
    "not a number in a label": (
        8,
        lambda r: with_annotation(r, "ball/0", lambda a: replace(a, attributes={"mass_g": float("nan")})),
    ),
    "fraction above one": (8, lambda r: with_annotation(r, "ball/0", lambda a: replace(a, visible=1.5))),
    "fraction of another definition": (
        8,
        lambda r: with_annotation(r, "crate/0", lambda a: replace(a, unoccluded=a.unoccluded * 0.99)),
    ),
    "frame of another sample": (9, lambda r: with_frame(r, sample_key="00000001-0123456789abcdef")),
    "recipe of another sample": (9, lambda r: replace(r, sample=replace(r.sample, key="x"))),
    "picture of another size": (9, lambda r: with_frame(r, rgb=r.frame.rgb[:-1])),
    "no truth": (9, lambda r: with_frame(r, surface_id=None)),
}


def test_sound_records_pass(records):
    for record in records:
        assert check(record) == []
        assert len(record.annotations) == 3
        assert len(record.hidden) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught_by_its_invariant(records, fault):
    invariant, inject = FAULTS[fault]
    found = check(inject(records[0]))
    assert invariant in {v.invariant for v in found}, found
    assert all(str(v).startswith("contract ") for v in found)


def test_stale_buffers_under_the_right_key_are_caught(records):
    found = check(stale_buffers(records[0], records[2]))
    assert {v.invariant for v in found} & {5, 6}, found


def test_a_hidden_keypoint_called_visible_is_caught_where_another_thing_is_in_front(records):
    def pretend(a: Annotation) -> Annotation:
        return replace(a, keypoints=tuple(replace(k, v=2) if k.v == 1 else k for k in a.keypoints))

    found = check(with_annotation(records[0], "crate/0", pretend))
    assert any(v.invariant == 7 and "something hides it" in v.message for v in found), found


def test_a_keypoint_that_its_generator_put_into_the_air_is_caught(scene_kit, traced):
    ball = scene_kit.instance(
        "ball/0", scene_kit.shapes.sphere(0.2), scene_kit.pose_at(), keypoints=(Keypoint("tip", (0, -0.25, 0.2)),)
    )
    scene = scene_kit.scene(scene_kit.looking((0, -2, 0.2), (0, 0, 0.2), 48, 48, 80.0), [ball])
    record = annotate(traced(scene), scene, scene_kit.sample(scene))
    assert record.annotations[0].keypoints[0].v == 2
    assert [v.invariant for v in check(record)] == [7]


def test_the_truth_of_another_frame_is_refused(records):
    truth = Truth.of(records[1].frame, records[1].scene)
    with pytest.raises(ValueError, match="another frame"):
        check(records[0], truth)


def test_an_amodal_mask_where_nothing_was_hit_is_caught(records):
    """The amodal pass drew something that the truth pass did not."""
    record = records[0]
    i = next(a.instance for a in record.annotations if a.instance_key == "crate/1")
    old = record.frame.amodal[i]
    grown = np.pad(old.mask, ((2, 0), (0, 0)))
    grown[:2] = True
    amodal = {**record.frame.amodal, i: AmodalMask(old.x, old.y - 2, grown, old.pixels_extended + 2 * grown.shape[1])}
    found = check(annotate(replace(record.frame, amodal=amodal), record.scene, record.sample))
    assert any(v.invariant == 2 and "nothing was hit" in v.message for v in found), found
