"""What a renderer returns, and what it is asked for.

A frame is buffers stamped with one sample key; it holds no annotation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, U8, U32, Mask
from myriorama.scenes.lights import Background, Light
from myriorama.scenes.rendering.tracing import Engine, Tracing

Quality = Literal["draft", "standard", "high"]


@dataclass(frozen=True)
class RenderRequest:
    """What to render.

    Attributes
    ----------
    rgb, truth, amodal : bool
        Which passes to run. `amodal` needs `truth`.
    linear : bool
        Also return linear radiance before the tone curve.
    quality : {"draft", "standard", "high"}
        Look only; labels are the same for all.
    coordinates : bool
        Whether object coordinates are read back with the rest of the truth pass.
    engine : {"raster", "pathtraced"}
        Which engine makes the picture. Labels come from the same truth pass for both.
    tracing : Tracing
        Only for the path tracer.
    """

    rgb: bool = True
    truth: bool = True
    amodal: bool = True
    linear: bool = False
    quality: Quality = "standard"
    coordinates: bool = True
    engine: Engine = "raster"
    tracing: Tracing = field(default_factory=Tracing)


@dataclass(frozen=True, eq=False)
class AmodalMask:
    """The pixels that an instance would cover if it were alone, as a crop of the image.

    Attributes
    ----------
    x, y : int
        Top-left pixel of the crop in the image.
    mask : (h, w) bool
        The crop; tight: no empty border row or column. (0, 0) shaped where nothing is in the image.
    pixels_extended : int
        Pixels covered on the grid extended by one image size on each side; >= mask.sum().
    clipped : bool
        The near plane cut the instance.
    """

    x: int
    y: int
    mask: Mask
    pixels_extended: int
    clipped: bool = False


@dataclass(frozen=True)
class Redrawable:
    """The last effects of a picture, which can be drawn again.

    Attributes
    ----------
    effects : tuple of str
        Their uids, in order.
    channels : tuple of str
        Layers that they measured; ``clean_`` before the name is what was there without them.
    """

    effects: tuple[str, ...]
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Frame:
    """The buffers of one rendered sample.

    Attributes
    ----------
    rgb : (H, W, 3) uint8 or None
        sRGB, anti-aliased.
    linear : (H, W, 3) float32 or None
        Linear radiance after exposure, before the tone curve.
    surface_id : (H, W) uint32 or None
        0 = nothing hit; see Scene.surfaces.
    depth : (H, W) float32 or None
        Metres along camera z; 0 = nothing hit.
    normal : (H, W, 3) float32 or None
        Unit, camera frame, facing the eye: its product with the pixel's ray is negative; 0 = nothing hit.
    object_coordinates : (H, W, 3) float32 or None
        NOCS in [0, 1] for things; 0 elsewhere.
    amodal : mapping of int to AmodalMask, or None
        By instance index, for every thing.
    device : str
        The engine's and driver's version string.
    camera : Camera or None
        The camera that it was rendered with; None in a frame that was made without one.
    lights : tuple of Light
        The scene's lights, before exposure; told to effects alone.
    background : Background or None
        What lights the scene from all around, before exposure; told to effects alone.
    layers : mapping
        Further images, (H, W) or (H, W, C), by field name; they join the layers of the record.
    redrawable : Redrawable or None
        What is to be drawn over the layer ``clean_linear`` or ``clean_picture`` to get this picture; None where no such
        layer was kept.
    timings_ms : mapping
        Wall milliseconds per stage; never written to a dataset.
    """

    sample_key: str
    width: int
    height: int
    device: str
    rgb: U8 | None = None
    linear: F32 | None = None
    surface_id: U32 | None = None
    depth: F32 | None = None
    normal: F32 | None = None
    object_coordinates: F32 | None = None
    amodal: Mapping[int, AmodalMask] | None = None
    camera: Camera | None = None
    lights: tuple[Light, ...] = ()
    background: Background | None = None
    layers: Mapping[str, npt.NDArray[Any]] = field(default_factory=lambda: MappingProxyType({}))
    redrawable: Redrawable | None = None
    timings_ms: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Device:
    """Where an engine runs: engine name, GL vendor, renderer and version, and whether it is software."""

    engine: str
    vendor: str
    renderer: str
    version: str
    software: bool

    def __str__(self) -> str:
        return f"{self.engine} | {self.vendor} | {self.renderer} | {self.version}"


class Renderer(Protocol):
    """An engine. The same scene gives the same bytes, whatever was rendered before it."""

    @property
    def device(self) -> Device: ...

    def render(self, scene: Scene, request: RenderRequest) -> Frame: ...

    def close(self) -> None: ...


def empty_mask() -> Mask:
    """Return the (0, 0) mask of an instance with no pixel in the image."""
    return np.zeros((0, 0), dtype=np.bool_)
