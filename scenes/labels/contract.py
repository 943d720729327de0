"""The label contract: what must hold of a record before it may enter a dataset.

Each invariant of docs/label-contract.md is one function that yields what is wrong. They read the saved
buffers and the annotations again instead of trusting the code that made them; they correct nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from myriorama.scenes.conventions import Mask
from myriorama.scenes.labels.contract_geometry import (
    depth_lies_on_the_named_things,
    visible_keypoints_lie_on_their_things,
)
from myriorama.scenes.labels.contract_outline import amodal_lies_inside_box_3d
from myriorama.scenes.labels.contract_parts import parts_make_up_the_visible_mask
from myriorama.scenes.labels.record import Annotation, Box, Record
from myriorama.scenes.labels.rle import crop_of_counts, decode_counts
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.labels.violation import Violation


def check(record: Record, truth: Truth | None = None) -> list[Violation]:
    """Return every way in which a record breaks the label contract; empty for a sound one.

    Parameters
    ----------
    record : Record
    truth : Truth or None
        Of this record's own frame and scene, to save deriving it again.

    Raises
    ------
    ValueError
        The truth is of another frame or scene.
    """
    found = list(one_sample_throughout(record))
    if found:
        # The buffers do not belong together: every further comparison would be meaningless.
        return found
    if truth is None:
        truth = Truth.of(record.frame, record.scene)
    elif truth.frame is not record.frame or truth.scene is not record.scene:
        raise ValueError("the truth given belongs to another frame or scene")
    for holds in INVARIANTS:
        found.extend(holds(record, truth))
    return found


def masks_partition_the_surfaces(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 1: visible masks do not overlap, and with stuff and unlabelled they are the surface image."""
    height, width = truth.height, truth.width
    scene = record.scene
    painted = np.zeros((height, width), dtype=np.uint32)
    for a in record.annotations:
        if not _fits(a.box, a.mask, height, width):
            continue  # told by invariant 3
        crop = painted[a.box.y : a.box.y + a.box.h, a.box.x : a.box.x + a.box.w]
        taken = int(np.count_nonzero(crop[a.mask]))
        if taken:
            yield Violation(1, f"its mask overlaps other masks in {taken} pixels", a.instance_key)
        np.copyto(crop, np.uint32(a.instance + 1), where=a.mask)
    is_thing = np.array([False] + [i.kind == "thing" for i in scene.instances])
    table = np.where(is_thing[scene.instance_of_surface], scene.instance_of_surface, 0).astype(np.uint32)
    expected = table.take(truth.surface_id, mode="clip") if not truth.unknown_surface_ids else None
    if expected is None:
        return  # told by invariant 4
    if np.array_equal(painted, expected):
        return
    wrong = painted != expected
    names = [i.instance_key for i in scene.instances]
    for value in np.unique(np.concatenate((painted[wrong], expected[wrong]))).tolist():
        if value:
            extra = int(np.count_nonzero(wrong & (painted == value)))
            missing = int(np.count_nonzero(wrong & (expected == value)))
            key = names[value - 1] if value <= len(names) else ""
            yield Violation(
                1, f"its mask differs from the surface ids: {missing} pixels missing, {extra} too many", key
            )


def visible_lies_inside_amodal(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 2: the visible mask is inside the amodal mask, and nothing is seen through an amodal mask."""
    empty = truth.surface_id == 0
    some_empty = bool(empty.any())
    for a in record.annotations:
        if a.amodal_mask is None or a.amodal_box is None:
            if "amodal" in record.labels:
                yield Violation(2, "it is visible, but its amodal mask is empty", a.instance_key)
            continue
        if not _fits(a.amodal_box, a.amodal_mask, truth.height, truth.width):
            continue  # told by invariant 3
        outside = a.area_px - _shared_pixels(a.box, a.mask, a.amodal_box, a.amodal_mask)
        if outside:
            yield Violation(2, f"{outside} visible pixels lie outside the amodal mask", a.instance_key)
        if some_empty:
            b = a.amodal_box
            holes = int(np.count_nonzero(empty[b.y : b.y + b.h, b.x : b.x + b.w] & a.amodal_mask))
            if holes:
                yield Violation(2, f"in {holes} pixels of its amodal mask nothing was hit", a.instance_key)


def boxes_areas_and_codes_match_masks(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 3: box = extent of the mask, area = pixel count, the code decodes to the mask; amodal too."""
    labels: list[tuple[str, str, Box, int, Mask, bytes]] = []
    for a in record.annotations:
        labels.append((a.instance_key, "", a.box, a.area_px, a.mask, a.rle))
        amodal = (a.amodal_box, a.amodal_mask, a.amodal_rle)
        if a.amodal_box is not None and a.amodal_mask is not None and a.amodal_rle is not None:
            labels.append((a.instance_key, "amodal ", a.amodal_box, a.amodal_area_px, a.amodal_mask, a.amodal_rle))
        elif amodal != (None, None, None):
            yield Violation(3, "its amodal box, mask and code do not exist together", a.instance_key)
    try:
        decoded: list[npt.NDArray[np.int64]] = decode_counts([label[-1] for label in labels])
    except ValueError as error:
        yield Violation(3, str(error))
        return
    for (key, what, box, area, mask, _), counts in zip(labels, decoded, strict=True):
        if not _fits(box, mask, truth.height, truth.width):
            yield Violation(3, f"its {what}box {box} is empty, leaves the image, or is not its mask's size", key)
            continue
        if not (mask[0].any() and mask[-1].any() and mask[:, 0].any() and mask[:, -1].any()):
            yield Violation(3, f"its {what}box {box} is larger than its mask", key)
        pixels = int(np.count_nonzero(mask))
        if area != pixels:
            yield Violation(3, f"its {what}area is {area}, its mask has {pixels} pixels", key)
        if int(counts.sum()) != truth.height * truth.width:
            yield Violation(3, f"its {what}code is not for a {truth.width}x{truth.height} image", key)
            continue
        crop = crop_of_counts(counts, truth.height, truth.width, box.x, box.w)[box.y : box.y + box.h]
        if int(counts[1::2].sum()) != pixels or not np.array_equal(crop, mask):
            yield Violation(3, f"its {what}code does not decode to its mask", key)


def ids_and_classes_match_the_table(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 4: ids in the image are in the table, classes agree, every thing is told exactly once."""
    scene = record.scene
    if truth.unknown_surface_ids:
        yield Violation(4, f"surface ids {truth.unknown_surface_ids[:5]} are in the image and not in the table")
    names = {c.id: c.name for c in scene.classes}
    for instance in scene.instances:
        if instance.kind != "unlabelled" and instance.class_id not in names:
            yield Violation(4, f"its class {instance.class_id} is not in the class table", instance.instance_key)
        if instance.kind == "unlabelled" and instance.class_id != 0:
            yield Violation(4, "it is unlabelled on purpose and has a class", instance.instance_key)
    told: list[int] = []
    for a in record.annotations:
        if not 0 <= a.instance < len(scene.instances):
            yield Violation(4, f"there is no instance {a.instance} in the scene", a.instance_key)
            continue
        instance = scene.instances[a.instance]
        told.append(a.instance)
        if instance.kind != "thing":
            yield Violation(4, f"it is annotated, but it is {instance.kind}", a.instance_key)
        if a.instance_key != instance.instance_key:
            yield Violation(4, f"instance {a.instance} is {instance.instance_key}", a.instance_key)
        if a.class_id != instance.class_id or a.class_name != names.get(instance.class_id):
            yield Violation(
                4,
                f"its label says class {a.class_id} {a.class_name!r}, its pixels belong to class "
                f"{instance.class_id} {names.get(instance.class_id)!r}",
                a.instance_key,
            )
    for hidden in record.hidden:
        told.append(int(hidden["instance"]))
        if 0 <= told[-1] < len(scene.instances) and truth.area_px[told[-1]]:
            yield Violation(4, "it is listed as hidden, but it has visible pixels", str(hidden["instance_key"]))
    for i in sorted(set(truth.things) | set(told)):
        times = told.count(i)
        if times != 1:
            key = scene.instances[i].instance_key if 0 <= i < len(scene.instances) else ""
            yield Violation(4, f"it is labelled {times} times", key)


def numbers_are_finite_and_fractions_true(record: Record, truth: Truth) -> Iterator[Violation]:
    """Invariant 8: all numbers are finite, fractions are what their definitions say, nothing is empty."""
    frame = record.frame
    for name in ("depth", "normal", "object_coordinates", "linear"):
        buffer = getattr(frame, name)
        if buffer is not None and not _all_finite(buffer):
            yield Violation(8, f"the {name} buffer holds values that are not finite")
    for a in record.annotations:
        if a.area_px <= 0:
            yield Violation(8, "it is annotated without a visible pixel", a.instance_key)
        if not all(np.isfinite(n).all() for n in _numbers(a)):
            yield Violation(8, "a number of its labels is not finite", a.instance_key)
            continue
        yield from _fractions(a, truth)


def one_sample_throughout(record: Record) -> Iterator[Violation]:
    """Invariant 9: image, labels and recipe carry one sample key and one image size."""
    keys = {
        "record": record.key,
        "recipe": record.sample.key,
        "scene": record.scene.sample_key,
        "frame": record.frame.sample_key,
    }
    if len(set(keys.values())) != 1:
        told = ", ".join(f"{what} {key!r}" for what, key in keys.items())
        yield Violation(9, f"parts of different samples: {told}")
    if record.index != record.sample.index or record.index != record.scene.index:
        yield Violation(9, f"sample numbers differ: {record.index}, {record.sample.index}, {record.scene.index}")
    frame, camera = record.frame, record.scene.camera
    size = (camera.height, camera.width)
    if (frame.height, frame.width) != size:
        yield Violation(9, f"the frame is {frame.width}x{frame.height}, the camera {camera.width}x{camera.height}")
    for name in ("rgb", "linear", "surface_id", "depth", "normal", "object_coordinates"):
        buffer = getattr(frame, name)
        if buffer is not None and buffer.shape[:2] != size:
            yield Violation(9, f"the {name} buffer is {buffer.shape[1]}x{buffer.shape[0]}")
    if frame.surface_id is None or frame.depth is None:
        yield Violation(9, "the frame has no truth buffers to check its labels against")


INVARIANTS: Final[tuple[Callable[[Record, Truth], Iterator[Violation]], ...]] = (
    masks_partition_the_surfaces,
    visible_lies_inside_amodal,
    boxes_areas_and_codes_match_masks,
    parts_make_up_the_visible_mask,
    ids_and_classes_match_the_table,
    depth_lies_on_the_named_things,
    amodal_lies_inside_box_3d,
    visible_keypoints_lie_on_their_things,
    numbers_are_finite_and_fractions_true,
)


def _fits(box: Box, mask: Mask, height: int, width: int) -> bool:
    inside = box.x >= 0 and box.y >= 0 and box.w >= 1 and box.h >= 1
    return inside and box.x + box.w <= width and box.y + box.h <= height and mask.shape == (box.h, box.w)


def _shared_pixels(box: Box, mask: Mask, other: Box, other_mask: Mask) -> int:
    """Return how many pixels two cropped masks have in common."""
    x0, y0 = max(box.x, other.x), max(box.y, other.y)
    x1, y1 = min(box.x + box.w, other.x + other.w), min(box.y + box.h, other.y + other.h)
    if x1 <= x0 or y1 <= y0:
        return 0
    first = mask[y0 - box.y : y1 - box.y, x0 - box.x : x1 - box.x]
    second = other_mask[y0 - other.y : y1 - other.y, x0 - other.x : x1 - other.x]
    return int(np.count_nonzero(first & second))


def _all_finite(buffer: npt.NDArray[np.float32]) -> bool:
    # A sum of squares is not finite if any value is not; where it overflows, look at each value.
    flat = buffer.ravel()
    return bool(np.isfinite(np.dot(flat, flat))) or bool(np.isfinite(buffer).all())


def _numbers(a: Annotation) -> Iterator[npt.NDArray[np.float64]]:
    yield a.world_from_object
    yield a.camera_from_object
    if a.box_3d is not None:
        yield from (a.box_3d.center, a.box_3d.size, a.box_3d.rotation, a.box_3d.corners_world)
        yield np.array([c for c in a.box_3d.corners_px if c is not None], dtype=np.float64)
    yield np.array([(k.x, k.y, k.depth_m, *k.position_world) for k in a.keypoints], dtype=np.float64)
    yield np.array([v for v in a.attributes.values() if isinstance(v, float)], dtype=np.float64)
    yield np.array([f for f in (a.unoccluded, a.in_frame, a.visible) if f is not None], dtype=np.float64)


def _fractions(a: Annotation, truth: Truth) -> Iterator[Violation]:
    if a.unoccluded is None or a.in_frame is None or a.visible is None:
        return
    told = {"unoccluded": a.unoccluded, "in_frame": a.in_frame, "visible": a.visible}
    for name, value in told.items():
        if not 0.0 <= value <= 1.0:
            yield Violation(8, f"{name} = {value} is not in [0, 1]", a.instance_key)
    alone = truth.amodal(a.instance)
    if alone is None:
        yield Violation(8, "it has fractions, but the frame has no amodal pass", a.instance_key)
        return
    inside = int(np.count_nonzero(alone.mask))
    unoccluded = int(truth.area_px[a.instance]) / inside if inside else 0.0
    in_frame = inside / alone.pixels_extended if alone.pixels_extended else 0.0
    expected = {"unoccluded": unoccluded, "in_frame": in_frame, "visible": unoccluded * in_frame}
    for name, value in told.items():
        if abs(value - expected[name]) > 1e-12:
            yield Violation(8, f"{name} = {value}, its pixels give {expected[name]}", a.instance_key)
