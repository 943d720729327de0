"""What the surface ids of one frame mean, derived once and shared by every label.

Everything comes from the one surface id image through the scene's own table. Nothing here renders,
and an id that the table does not know is reported, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Rays
from myriorama.scenes.conventions import U32, Mask
from myriorama.scenes.labels.record import Box
from myriorama.scenes.rendering.frame import AmodalMask, Frame

if TYPE_CHECKING:  # an author's import of the plugin door comes through here, and need not load these
    from myriorama.scenes.labels.rays import CameraRays
    from myriorama.scenes.labels.rle import Runs


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth buffers of one frame, read through the surface table of its scene.

    Make it with `Truth.of`; the fields are then the frame's and the scene's own.
    """

    frame: Frame
    scene: Scene
    surface_id: U32

    @classmethod
    def of(cls, frame: Frame, scene: Scene) -> Truth:
        """Return the truth of `frame`.

        Raises
        ------
        ValueError
            The frame was rendered without a truth pass, or has another size than the camera.
        """
        if frame.surface_id is None:
            raise ValueError("labels need a truth pass, and this frame was rendered without one")
        size = (scene.camera.height, scene.camera.width)
        if frame.surface_id.shape != size:
            raise ValueError(f"the surface id image is {frame.surface_id.shape}, the camera's image is {size}")
        return cls(frame, scene, frame.surface_id)

    @property
    def height(self) -> int:
        """Rows of the image."""
        return int(self.surface_id.shape[0])

    @property
    def width(self) -> int:
        """Columns of the image."""
        return int(self.surface_id.shape[1])

    @cached_property
    def unknown_surface_ids(self) -> tuple[int, ...]:
        """Ids in the image that the surface table does not hold; empty in a sound frame."""
        known = len(self.scene.instance_of_surface)
        if int(self.surface_id.max()) < known:
            return ()
        return tuple(np.unique(self.surface_id[self.surface_id >= known]).tolist())

    @cached_property
    def instance_id(self) -> U32:
        """(H, W) uint32: index into Scene.instances plus one; 0 where nothing was hit or the id is unknown."""
        return self._through(self.scene.instance_of_surface)

    @cached_property
    def class_id(self) -> U32:
        """(H, W) uint32: class id; 0 where nothing was hit and on what is unlabelled on purpose."""
        return self._through(self.scene.class_of_surface)

    def _through(self, table: npt.NDArray[np.uint32]) -> U32:
        if not self.unknown_surface_ids:
            return table.take(self.surface_id)
        inside = self.surface_id < len(table)
        return np.where(inside, table.take(np.where(inside, self.surface_id, 0)), np.uint32(0))

    @cached_property
    def runs(self) -> Runs:
        """Column runs of the instance image."""
        from myriorama.scenes.labels.rle import runs_of

        return runs_of(self.instance_id)

    @cached_property
    def surface_runs(self) -> Runs:
        """Column runs of the surface id image: one value for every part of every thing."""
        from myriorama.scenes.labels.rle import runs_of

        return runs_of(self.surface_id)

    @cached_property
    def area_px(self) -> npt.NDArray[np.int64]:
        """(I,) int64: visible pixels of every instance of the scene."""
        count = len(self.scene.instances) + 1
        lengths = (self.runs.ends - self.runs.starts).astype(np.float64)
        return np.bincount(self.runs.values, weights=lengths, minlength=count)[1:count].astype(np.int64)

    @cached_property
    def boxes(self) -> dict[int, Box]:
        """Tight pixel box of every instance that is visible, by instance index."""
        return {value - 1: box for value, box in boxes_of(self.runs).items()}

    @cached_property
    def visible_rle(self) -> dict[int, bytes]:
        """COCO compressed counts of every visible mask, by instance index."""
        from myriorama.scenes.labels.rle import encode_runs

        return {value - 1: code for value, code in encode_runs(self.runs).items()}

    def visible_mask(self, instance: int) -> Mask:
        """Return the visible mask of an instance, cropped to its box; (0, 0) where it is not visible."""
        box = self.boxes.get(instance)
        if box is None:
            return np.zeros((0, 0), dtype=np.bool_)
        crop = self.instance_id[box.y : box.y + box.h, box.x : box.x + box.w]
        return np.equal(crop, instance + 1)

    @cached_property
    def things(self) -> tuple[int, ...]:
        """Indices of the instances that are counted, visible or not."""
        return tuple(i for i, instance in enumerate(self.scene.instances) if instance.kind == "thing")

    @cached_property
    def visible_things(self) -> tuple[int, ...]:
        """Indices of the counted instances with at least one visible pixel, in scene order."""
        return tuple(i for i in self.things if self.area_px[i] > 0)

    def amodal(self, instance: int) -> AmodalMask | None:
        """Return the amodal mask of a thing; None where no amodal pass was run."""
        if self.frame.amodal is None:
            return None
        return self.frame.amodal[instance]

    @cached_property
    def amodal_rle(self) -> dict[int, bytes]:
        """COCO compressed counts of every amodal mask that is not empty, by instance index."""
        if self.frame.amodal is None:
            return {}
        shown = [(i, self.frame.amodal[i]) for i in self.things if self.frame.amodal[i].mask.size]
        from myriorama.scenes.labels.rle import encode_crops

        codes = encode_crops([(m.x, m.y, m.mask) for _, m in shown], self.height, self.width)
        return {i: code for (i, _), code in zip(shown, codes, strict=True)}

    @cached_property
    def rays(self) -> CameraRays:
        """Rays from this camera against the meshes of this scene."""
        if self.scene.rolls:
            from myriorama.scenes.labels.rolling_rays import RollingRays

            return RollingRays(self.scene)
        from myriorama.scenes.labels.rays import CameraRays

        return CameraRays(self.scene)

    @cached_property
    def pixel_rays(self) -> Rays:
        """The rays of all pixel centres, row by row."""
        return self.scene.camera.pixel_rays()


def boxes_of(runs: Runs) -> dict[int, Box]:
    """Return the tight pixel box of every value that has a run."""
    height = runs.height
    if len(runs.values) == 0:
        return {}
    last = runs.ends - 1
    left, right = runs.starts // height, last // height
    # A run that turns into the next column covers the bottom row of one and the top row of the other.
    turns = left != right
    top = np.where(turns, 0, runs.starts % height)
    bottom = np.where(turns, height - 1, last % height)
    firsts = np.concatenate(([0], np.flatnonzero(runs.values[1:] != runs.values[:-1]) + 1))
    x, y = np.minimum.reduceat(left, firsts), np.minimum.reduceat(top, firsts)
    w, h = np.maximum.reduceat(right, firsts) - x + 1, np.maximum.reduceat(bottom, firsts) - y + 1
    rows = zip(runs.values[firsts].tolist(), x.tolist(), y.tolist(), w.tolist(), h.tolist(), strict=True)
    return {value: Box(*box) for value, *box in rows}
