"""Annotations and the record of one sample: what writers convert from, and never recompute.

A record holds arrays and numbers; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.model import Attribute
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F64, U8, Mask
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.sample import SceneSample


@dataclass(frozen=True)
class Box:
    """Pixel box: top-left pixel and size, integers; w, h >= 1."""

    x: int
    y: int
    w: int
    h: int


@dataclass(frozen=True, eq=False)
class Box3D:
    """Oriented box of the object's own bounds.

    Attributes
    ----------
    center, size : (3,) float64
        Metres; centre in the world, size along the object's axes (after scale).
    rotation : (4,) float64
        world_from_object, quaternion w, x, y, z.
    corners_world : (8, 3) float64
        Corner k has high x, y, z where bits 0, 1, 2 of k are set.
    corners_px : tuple of 8 (x, y) or None
        None where the corner is behind the camera.
    """

    center: F64
    size: F64
    rotation: F64
    corners_world: F64
    corners_px: tuple[tuple[float, float] | None, ...]


@dataclass(frozen=True)
class KeypointLabel:
    """A keypoint in the image. v: 0 not in the image, 1 in the image but hidden, 2 visible."""

    name: str
    x: float
    y: float
    v: int
    depth_m: float
    position_world: tuple[float, float, float]


@dataclass(frozen=True)
class Occlusion:
    """`pixels` of this instance's amodal mask are taken by the instance at index `by`."""

    by: int
    instance_key: str
    pixels: int


@dataclass(frozen=True, eq=False)
class Annotation:
    """The labels of one instance. See docs/label-contract.md for every definition.

    What no chosen annotator computed is None or empty, never a guess.

    Attributes
    ----------
    instance : int
        Index into Scene.instances; the pixel id in the instance image is this plus one.
    mask : (h, w) bool
        Visible mask, cropped to `box`.
    rle : bytes
        COCO compressed counts of the full-size visible mask.
    amodal_box : Box or None
        Inside the image.
    amodal_mask : (h, w) bool or None
        Cropped to `amodal_box`.
    unoccluded, in_frame, visible : float or None
        visible = unoccluded * in_frame; None where fractions were not asked for.
    clipped : bool
        The near plane cut the instance, so `in_frame` tells of what is left in front of it.
    camera_from_object, world_from_object : (4, 4) float64
        Poses of the object frame.
    extra : mapping
        JSON-able fields of further annotators, by field name.
    """

    instance: int
    instance_key: str
    class_id: int
    class_name: str
    box: Box
    area_px: int
    mask: Mask
    rle: bytes
    camera_from_object: F64
    world_from_object: F64
    amodal_box: Box | None = None
    amodal_area_px: int = 0
    amodal_mask: Mask | None = None
    amodal_rle: bytes | None = None
    unoccluded: float | None = None
    in_frame: float | None = None
    visible: float | None = None
    clipped: bool = False
    box_3d: Box3D | None = None
    keypoints: tuple[KeypointLabel, ...] = ()
    skeleton: tuple[tuple[str, str], ...] = ()
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))
    occluded_by: tuple[Occlusion, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def full_mask(self, height: int, width: int) -> Mask:
        """Return the visible mask as (height, width) bool."""
        out = np.zeros((height, width), dtype=np.bool_)
        out[self.box.y : self.box.y + self.box.h, self.box.x : self.box.x + self.box.w] = self.mask
        return out


@dataclass(frozen=True, eq=False)
class Record:
    """One finished, checked sample.

    Attributes
    ----------
    hidden : tuple of mapping
        Things with no visible pixel: instance, instance_key, class, poses, and every label that the
        chosen annotators give to what is not seen; JSON-able.
    labels : tuple of str
        Names of the annotators that were run, sorted.
    layers : mapping
        Further label images, (H, W) or (H, W, C), that annotators made, by field name.
    extra : mapping
        JSON-able fields of the whole image, by field name.
    part : str
        ``train``, ``val`` or ``test``: what the project's split makes of it, for formats with a folder for each part.
    """

    key: str
    index: int
    sample: SceneSample
    scene: Scene
    frame: Frame
    annotations: tuple[Annotation, ...]
    hidden: tuple[Mapping[str, Any], ...]
    labels: tuple[str, ...] = ()
    layers: Mapping[str, npt.NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    part: str = "train"

    @property
    def rgb(self) -> U8:
        """(H, W, 3) uint8 sRGB."""
        if self.frame.rgb is None:
            raise ValueError("this record was made without a picture")
        return self.frame.rgb

    @property
    def masks(self) -> Mask:
        """(N, H, W) bool: the visible mask of every annotation, in order."""
        h, w = self.frame.height, self.frame.width
        if not self.annotations:
            return np.zeros((0, h, w), dtype=np.bool_)
        return np.stack([a.full_mask(h, w) for a in self.annotations])

    @property
    def boxes(self) -> F64:
        """(N, 4) float64: x, y, w, h of every annotation, in order."""
        rows = [[a.box.x, a.box.y, a.box.w, a.box.h] for a in self.annotations]
        return np.array(rows, dtype=np.float64).reshape(-1, 4)

    @property
    def class_ids(self) -> npt.NDArray[np.int64]:
        """(N,) int64."""
        return np.array([a.class_id for a in self.annotations], dtype=np.int64)
