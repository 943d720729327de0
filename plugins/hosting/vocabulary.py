"""The closed set of types that may cross the border between the program and a host process.

What is not named here cannot be sent, in either direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from myriorama.plugins import writing
from myriorama.scenes import lights, registry, sample
from myriorama.scenes.assembly import model, scene
from myriorama.scenes.assets import store
from myriorama.scenes.cameras.camera import Camera, Distortion
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels import record
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.rendering.frame import AmodalMask, Frame

_TYPES: Final[tuple[type, ...]] = (
    Mesh,
    Material,
    Texture,
    model.Part,
    model.Keypoint,
    model.CollisionPiece,
    model.ObjectModel,
    scene.Instance,
    scene.SceneClass,
    scene.Scene,
    lights.SunLight,
    lights.PointLight,
    lights.SpotLight,
    lights.AreaLight,
    lights.RadianceMap,
    lights.Background,
    Distortion,
    Camera,
    registry.Item,
    registry.PlaceContext,
    registry.Placed,
    registry.SetPiece,
    registry.EnvironmentParts,
    KeyedDraws,
    AmodalMask,
    Frame,
    record.Box,
    record.Box3D,
    record.KeypointLabel,
    record.Occlusion,
    record.Annotation,
    record.Record,
    sample.NodeSample,
    sample.MemberSample,
    sample.GroupSample,
    sample.SceneSample,
    store.Asset,
    store.ImportedModel,
    store.TextureSet,
    writing.DatasetInfo,
    writing.PngFile,
    writing.ArrayFile,
    writing.TextFile,
    writing.BytesFile,
    writing.ReusedFile,
)

TYPES: Final[Mapping[str, type]] = MappingProxyType({t.__name__: t for t in _TYPES})
NAMES: Final[Mapping[type, str]] = MappingProxyType({t: t.__name__ for t in _TYPES})

KEPT_BY_CONTENT: Final[frozenset[type]] = frozenset((Mesh, Texture, lights.RadianceMap))
"""Large values with a content key: sent once, then named."""

KEPT_BY_IDENTITY: Final[frozenset[type]] = frozenset((Frame, scene.Scene, record.Record))
"""Values that several calls in a row are given: sent once as long as the very same object is meant."""

DTYPES: Final[frozenset[str]] = frozenset(
    ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8")
)
