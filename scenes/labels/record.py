"""Annotations and the record of one sample: what writers convert from, and never recompute.

A record holds arrays and numbers; it writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

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

    Attributes
    ----------
    instance : int
        Index into Scene.instances; the pixel id in the instance image is this plus one.
    mask : (h, w) bool
        Visible mask, cropped to `box`.
    rle : bytes
        COCO compressed counts of the full-size visible mask.
    amodal_mask : (h, w) bool
        Cropped to `amodal_box`.
    visible, unoccluded, in_frame : float
        visible = unoccluded * in_frame.
    """

    instance: int
    instance_key: str
    class_id: int
    class_name: str
    box: Box
    area_px: int
    mask: Mask
    rle: bytes
    amodal_box: Box | None
    amodal_area_px: int
    amodal_mask: Mask | None
    amodal_rle: bytes | None
    unoccluded: float
    in_frame: float
    visible: float
    clipped: bool
    box_3d: Box3D | None
    keypoints: tuple[KeypointLabel, ...]
    skeleton: tuple[tuple[str, str], ...]
    attributes: Mapping[str, Attribute]
    occluded_by: tuple[Occlusion, ...]
    camera_from_object: F64
    world_from_object: F64
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
        Things with no visible pixel: instance_key, class_id, amodal area, keypoints; JSON-able.
    """

    key: str
    index: int
    sample: SceneSample
    scene: Scene
    frame: Frame
    annotations: tuple[Annotation, ...]
    hidden: tuple[Mapping[str, Any], ...]
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

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
    def class_ids(self) -> np.ndarray:
        """(N,) int64."""
        return np.array([a.class_id for a in self.annotations], dtype=np.int64)
