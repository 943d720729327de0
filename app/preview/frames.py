"""What a view asks a frame source for, and what it gets: frozen requests and answers that carry a generation.

Nothing here renders or knows a process; the newest request wins and older answers are dropped by whoever asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from myriorama.app.preview.anatomy import Anatomy
from myriorama.plugins.faults import Fault
from myriorama.scenes.assembly.scene import SceneClass, SurfaceRow
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F32, F64, U8, U32, SurfaceKind
from myriorama.scenes.errors import Problem
from myriorama.scenes.labels.record import Annotation
from myriorama.scenes.project.model import Project
from myriorama.scenes.rendering.frame import Device, Quality

Layer = Literal["normal", "object_coordinates", "amodal", "anatomy", "wire"]
"""What is only made and moved when it is looked at; colour, ids and depth always are."""


@dataclass(frozen=True)
class View:
    """A free look: a pinhole camera that is not the dataset's.

    Attributes
    ----------
    world_from_camera : 16 floats
        Row by row; camera frame x right, y down, z forward; metres.
    field_of_view_deg : float
        Horizontal.
    """

    world_from_camera: tuple[float, ...]
    field_of_view_deg: float


@dataclass(frozen=True, eq=False)
class FrameRequest:
    """One picture of one sample.

    Attributes
    ----------
    folder : str
        Of the project: relative references start here.
    width, height : int
        Of the picture; the output's own size for what an export would be.
    final : bool
        True: exactly what an export makes (acceptance, settling, effects, all labels, contract). False: a draft
        while something is dragged: no acceptance, no settling, labels only as ids.
    view : View or None
        None looks through the dataset camera.
    asset_roots : tuple of str
        Folders outside the project's in which references may be found: approved by the user.
    """

    project: Project
    folder: str
    index: int
    width: int
    height: int
    quality: Quality = "standard"
    final: bool = True
    layers: frozenset[Layer] = frozenset()
    view: View | None = None
    asset_roots: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class SeenInstance:
    """One object of the frame. Its place in `SampleFrame.instances`, plus one, is its pixel id in an instance image.

    Attributes
    ----------
    bounds : (2, 3) float64
        In the object's own frame, metres.
    anatomy : Anatomy or None
        Where the layer ``anatomy`` was asked for.
    velocity_m_s : (float, float, float)
        In the world; the pose is that of time 0.
    """

    instance_key: str
    group_uid: str
    group_name: str
    number: int
    kind: SurfaceKind
    class_id: int
    class_name: str
    world_from_object: F64
    bounds: F64
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    anatomy: Anatomy | None = None
    velocity_m_s: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class SampleFrame:
    """A picture with its truth.

    Attributes
    ----------
    generation : int
        Of the request that it answers.
    recipe_hash : str
        See `judging.recipes.recipe_hash`: names the recipe, whatever else the project says.
    camera : Camera
        The one it was rendered with, at this frame's size.
    dataset_camera : Camera
        The sample's own, at output size; equals `camera` where `view` is None and the size is the output's.
    rgb : (H, W, 3) uint8
    surface_id : (H, W) uint32
    depth : (H, W) float32
        Metres along camera z; 0 = nothing hit.
    normal, object_coordinates : (H, W, 3) float32 or None
    wire : (H, W) uint8 or None
        Edges of triangles; see `wires.wire_layer`.
    annotations : tuple of Annotation
        Of this view; empty in drafts.
    values : mapping
        Drawn values by path, ``uid/name`` or ``uid/number/name``.
    violations : tuple of str
        What the label contract found; always empty in drafts and free looks.
    refused : mapping
        Acceptance rule -> earlier attempts that it refused.
    triangles : int
        In the scene.
    unclassed : int
        Things without a class: must be 0.
    """

    generation: int
    index: int
    sample_key: str
    recipe_hash: str
    width: int
    height: int
    final: bool
    view: View | None
    camera: Camera
    dataset_camera: Camera
    rgb: U8
    surface_id: U32
    depth: F32
    normal: F32 | None
    object_coordinates: F32 | None
    surfaces: tuple[SurfaceRow, ...]
    classes: tuple[SceneClass, ...]
    instances: tuple[SeenInstance, ...]
    annotations: tuple[Annotation, ...]
    values: Mapping[str, Any]
    violations: tuple[str, ...]
    refused: Mapping[str, int]
    device: Device
    timings_ms: Mapping[str, float]
    triangles: int
    unclassed: int
    notes: tuple[str, ...] = ()
    wire: U8 | None = None


@dataclass(frozen=True)
class Failure:
    """A picture that could not be made.

    Attributes
    ----------
    kind : str
        ``input`` (project or asset), ``device`` (no OpenGL), ``plugin`` (it raised), ``lost`` (the process ended).
    fault : Fault or None
        How third-party code failed, where that was the cause.
    """

    generation: int
    index: int
    kind: Literal["input", "device", "plugin", "lost", "refused"]
    message: str
    problems: tuple[Problem, ...] = ()
    fault: Fault | None = None
