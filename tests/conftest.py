"""Fixtures that several rooms share: small scenes, and a ray tracer of our own to make frames from them.

The tracer is slow, float64, and knows nothing of the program's rasteriser or of its ray code: it is the
witness that labels are tested against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.plugins.annotators import annotate
from myriorama.plugins.writers.render_pairs import LAYERS
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.assembly.model import Keypoint, ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.record import Record
from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.frame import AmodalMask, Frame
from myriorama.scenes.sample import NodeSample, SceneSample

pytest_plugins = ["tests.beside", "tests.pace", "tests.tiny"]

CLASSES = (
    SceneClass(1, "ball", "toy", "#e69f00"),
    SceneClass(2, "crate", "box", "#56b4e9"),
    SceneClass(9, "ground", "", "#777777", "stuff"),
)


def _mesh(triangles: Any, uv: Any = None) -> Mesh:
    corners = np.asarray(triangles, dtype=np.float64).reshape(-1, 3, 3)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    return Mesh(
        positions=corners.reshape(-1, 3).astype(np.float32),
        normals=np.repeat(normal, 3, axis=0).astype(np.float32),
        uv=(np.zeros((len(corners) * 3, 2)) if uv is None else np.asarray(uv)).astype(np.float32),
        faces=np.arange(len(corners) * 3, dtype=np.uint32).reshape(-1, 3),
    )


def _quad(a: Any, b: Any, c: Any, d: Any) -> list[Any]:
    return [(a, b, c), (a, c, d)]


def box_mesh(x: float, y: float, z: float, base: float = 0.0) -> Mesh:
    """A box of full sizes x, y, z whose lowest face is at `base`."""
    p = [np.array([(k & 1) * x - x / 2, (k >> 1 & 1) * y - y / 2, (k >> 2 & 1) * z + base]) for k in range(8)]
    sides = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5)]
    return _mesh([t for s in sides for t in _quad(*(p[k] for k in s))])


def sphere_mesh(radius: float, around: int = 24, up: int = 12) -> Mesh:
    """A sphere that rests on z = 0."""

    def at(i: int, j: int) -> np.ndarray:
        t, f = np.pi * j / up, 2 * np.pi * i / around
        ring = np.sin(t) if 0 < j < up else 0.0
        return radius * np.array([ring * np.cos(f), ring * np.sin(f), 1 - np.cos(t)])

    out = []
    for i in range(around):
        for j in range(up):
            a, b, c, d = at(i, j), at(i, j + 1), at(i + 1, j + 1), at(i + 1, j)
            out += [(a, b, c)] if j + 1 < up else []
            out += [(a, c, d)] if j > 0 else []
        out += [(at(i, up - 1), at(i, up), at(i + 1, up - 1))]
    return _mesh(out)


def disc_mesh(radius: float, segments: int = 720) -> Mesh:
    """A disc in the plane z = 0."""
    f = np.linspace(0, 2 * np.pi, segments + 1)
    ring = np.stack([radius * np.cos(f), radius * np.sin(f), 0 * f], axis=1)
    return _mesh([(np.zeros(3), ring[i], ring[i + 1]) for i in range(segments)])


def plane_mesh(size: float, uv_size: float = 1.0) -> Mesh:
    """A square in the plane z = 0 whose texture fills it once."""
    h = size / 2
    p = [np.array([-h, -h, 0]), np.array([h, -h, 0]), np.array([h, h, 0]), np.array([-h, h, 0])]
    w = [np.array([0, 0]), np.array([1, 0]), np.array([1, 1]), np.array([0, 1])]
    uv = np.array([w[0], w[1], w[2], w[0], w[2], w[3]]) * uv_size
    return _mesh(_quad(*p), uv)


class Shapes:
    """Meshes by name, for tests."""

    box = staticmethod(box_mesh)
    sphere = staticmethod(sphere_mesh)
    disc = staticmethod(disc_mesh)
    plane = staticmethod(plane_mesh)


def pose_at(x: float = 0.0, y: float = 0.0, z: float = 0.0, turn_deg: float = 0.0, scale: float = 1.0) -> np.ndarray:
    """world_from_object: scaled, turned about z, moved."""
    c, s = np.cos(np.radians(turn_deg)) * scale, np.sin(np.radians(turn_deg)) * scale
    return np.array([[c, -s, 0, x], [s, c, 0, y], [0, 0, scale, z], [0, 0, 0, 1.0]])


def looking(eye: Sequence[float], target: Sequence[float], width: int, height: int, focal_px: float) -> Camera:
    """A camera at `eye` that looks at `target`, z up."""
    forward = np.asarray(target, dtype=float) - np.asarray(eye, dtype=float)
    forward /= np.linalg.norm(forward)
    up = np.array([0.0, 0.0, 1.0]) if abs(forward[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return Camera(pose, width, height, focal_px, focal_px, width / 2, height / 2)


class SceneKit:
    """Puts scenes together from meshes and poses."""

    shapes = Shapes
    pose_at = staticmethod(pose_at)
    looking = staticmethod(looking)
    classes = CLASSES

    @staticmethod
    def instance(key: str, parts: Mapping[str, Mesh] | Mesh, pose: np.ndarray, **more: Any) -> Instance:
        """One instance; `kind` (thing) and `class_id` (1), keypoints, skeleton, material and attributes in `more`."""
        meshes = {"body": parts} if isinstance(parts, Mesh) else parts
        material = more.pop("material", Material())
        model = ObjectModel(
            tuple(Part(n, m, material) for n, m in meshes.items()),
            keypoints=more.pop("keypoints", ()),
            skeleton=more.pop("skeleton", ()),
        )
        group, number = key.split("/")
        kind = more.pop("kind", "thing")
        return Instance(
            instance_key=key,
            group_uid=group,
            group_name=group,
            number=int(number),
            model=model,
            world_from_object=pose,
            kind=kind,
            class_id=more.pop("class_id", 0 if kind == "unlabelled" else 1),
            first_surface_id=1,
            **more,
        )

    @staticmethod
    def scene(camera: Camera, instances: Sequence[Instance], index: int = 0) -> Scene:
        """A scene of these instances, surface ids given in order."""
        placed, first = [], 1
        for i in instances:
            placed.append(replace(i, first_surface_id=first))
            first += len(i.model.parts)
        return Scene(f"{index:08d}-0123456789abcdef", index, camera, tuple(placed), (), Background(), CLASSES)

    @staticmethod
    def sample(scene: Scene) -> SceneSample:
        """A recipe that carries the scene's key."""
        rig = NodeSample("camera.rig", "fixed", "", {"distance_m": 2.0})
        key, index = scene.sample_key, scene.index
        return SceneSample(key, "f" * 64, 7, index, 0, rig, {"exposure_ev": 0.0}, (), (), (), (), ())

    def table(self, index: int = 0, width: int = 96, height: int = 72) -> Scene:
        """Things in every state: seen, half hidden, wholly hidden, leaving the image; stuff; a distractor."""
        s = self.shapes
        corner = [
            Keypoint(f"corner{k}", (0.15 * (1 if k & 1 else -1), 0.15 * (1 if k & 2 else -1), 0.3)) for k in range(4)
        ]
        instances = [
            self.instance("floor/0", s.plane(6.0), pose_at(), kind="stuff", class_id=9),
            self.instance(
                "ball/0", s.sphere(0.2), pose_at(0.0, -0.45, turn_deg=10 * index), attributes={"mass_g": 12.5}
            ),
            self.instance(
                "crate/0",
                {"body": s.box(0.3, 0.3, 0.25), "lid": s.box(0.3, 0.3, 0.05, base=0.25)},
                pose_at(0.15, 0.0, 0.001, turn_deg=30 + 5 * index),
                class_id=2,
                keypoints=(*corner, Keypoint("middle", (0, 0, 0.15), "interior")),
                skeleton=(("corner0", "corner1"),),
                attributes={"label": "fragile", "tall": False},
            ),
            self.instance("ball/1", s.sphere(0.05), pose_at(0.3, 0.6, 0.02)),
            self.instance("crate/1", s.box(0.5, 0.5, 0.9), pose_at(-1.05, 0.1, 0.001, 20), class_id=2),
            self.instance("post/0", s.box(0.03, 0.03, 0.3), pose_at(-0.05, -0.8, 0.001), kind="unlabelled"),
            self.instance("ball/2", s.sphere(0.08), pose_at(4.0, 1.0, 0.001)),
        ]
        return self.scene(looking((0.1, -2.0, 0.9), (0, 0, 0.2), width, height, 80.0 * width / 96), instances, index)


def _alpha(material: Material, uv: np.ndarray) -> np.ndarray:
    """Nearest-texel opacity: exact for textures of constant blocks, away from their borders."""
    texture: Texture | None = material.base_color_texture
    if texture is None:
        return np.full(len(uv), material.opacity)
    h, w = texture.pixels.shape[:2]
    x = np.floor(uv[:, 0] * w).astype(int) % w
    y = np.floor((1 - uv[:, 1]) * h).astype(int) % h
    return texture.pixels[y, x, 3] / 255.0


def _hits(instance: Instance, part: Part, camera: Camera, x0: int, y0: int, w: int, h: int) -> tuple[Any, Any]:
    """Depth (inf = miss) and geometric normal, camera frame, at the pixel centres of a window.

    Moeller and Trumbore (1997), one triangle at a time, over the pixels of its own box.
    """
    pose = camera.camera_from_world @ instance.world_from_object
    points = part.mesh.positions.astype(np.float64) @ pose[:3, :3].T + pose[:3, 3]
    nearest, normal = np.full((h, w), np.inf), np.zeros((h, w, 3))
    for face in part.mesh.faces:
        a, b, c = points[face]
        window = (slice(0, h), slice(0, w))
        if min(a[2], b[2], c[2]) > 0:
            px = [p[0] / p[2] * camera.fx + camera.cx - x0 for p in (a, b, c)]
            py = [p[1] / p[2] * camera.fy + camera.cy - y0 for p in (a, b, c)]
            window = (
                slice(max(0, int(np.floor(min(py))) - 1), max(0, min(h, int(np.ceil(max(py))) + 1))),
                slice(max(0, int(np.floor(min(px))) - 1), max(0, min(w, int(np.ceil(max(px))) + 1))),
            )
        rows, columns = np.arange(h)[window[0]], np.arange(w)[window[1]]
        if len(rows) == 0 or len(columns) == 0:
            continue
        d = np.ones((len(rows), len(columns), 3))
        d[:, :, 0] = (columns + x0 + 0.5 - camera.cx) / camera.fx
        d[:, :, 1] = ((rows + y0 + 0.5 - camera.cy) / camera.fy)[:, None]
        e1, e2 = b - a, c - a
        p = np.cross(d, e2)
        det = p @ e1
        ok = np.abs(det) > 1e-14
        inverse = 1.0 / np.where(ok, det, 1.0)
        u = (p @ -a) * inverse
        q = np.cross(-a, e1)
        v = (d @ q) * inverse
        t = (q @ e2) * inverse
        ok &= (u >= -1e-12) & (v >= -1e-12) & (u + v <= 1 + 1e-12) & (t > 0) & (t < nearest[window])
        if part.material.alpha == "cutout":
            uv = part.mesh.uv[face].astype(np.float64)
            at = (1 - u - v)[..., None] * uv[0] + u[..., None] * uv[1] + v[..., None] * uv[2]
            ok &= (_alpha(part.material, at.reshape(-1, 2)) >= part.material.alpha_cutoff).reshape(ok.shape)
        n = np.cross(e1, e2)
        n /= max(float(np.linalg.norm(n)), 1e-300)
        nearest[window] = np.where(ok, t, nearest[window])
        facing = np.where((d @ n > 0)[..., None], -n, n)
        normal[window] = np.where(ok[..., None], facing, normal[window])
    return nearest, normal


def _tight(mask: np.ndarray, extended: int) -> AmodalMask:
    if not mask.any():
        return AmodalMask(0, 0, np.zeros((0, 0), dtype=bool), extended)
    y, x = np.nonzero(mask)
    crop = mask[y.min() : y.max() + 1, x.min() : x.max() + 1]
    return AmodalMask(int(x.min()), int(y.min()), np.ascontiguousarray(crop), extended)


def trace(scene: Scene) -> Frame:
    """Return the frame of a scene, one ray through each pixel centre; amodal masks on the extended grid."""
    camera = scene.camera
    w, h = camera.width, camera.height
    depth, ids = np.full((h, w), np.inf), np.zeros((h, w), dtype=np.uint32)
    normals = np.zeros((h, w, 3))
    amodal = {}
    for i, instance in enumerate(scene.instances):
        thing = instance.kind == "thing"
        alone = np.zeros((3 * h, 3 * w), dtype=bool)
        for number, part in enumerate(instance.model.parts):
            t, n = (
                _hits(instance, part, camera, -w, -h, 3 * w, 3 * h)
                if thing
                else _hits(instance, part, camera, 0, 0, w, h)
            )
            if thing:
                alone |= np.isfinite(t)
                t, n = t[h : 2 * h, w : 2 * w], n[h : 2 * h, w : 2 * w]
            nearer = t < depth
            depth[nearer], ids[nearer], normals[nearer] = t[nearer], instance.first_surface_id + number, n[nearer]
        if thing:
            amodal[i] = _tight(alone[h : 2 * h, w : 2 * w], int(alone.sum()))
    depth[~np.isfinite(depth)] = 0
    coordinates = np.zeros((h, w, 3))
    rows, columns = np.mgrid[:h, :w] + 0.5
    world = camera.unproject(np.stack([columns.ravel(), rows.ravel()], axis=1), depth.ravel()).reshape(h, w, 3)
    for i, instance in enumerate(scene.instances):
        if instance.kind == "thing":
            own = scene.instance_of_surface[ids] == i + 1
            low, high = instance.model.bounds
            local = (world[own] - instance.world_from_object[:3, 3]) @ np.linalg.inv(
                instance.world_from_object[:3, :3]
            ).T
            coordinates[own] = (local - (low + high) / 2) / np.linalg.norm(high - low) + 0.5
    shade = (np.abs(normals[..., 2]) * 200 + 30) * (depth > 0)
    rgb = np.stack([shade, shade * 0.8, 255 - shade], axis=2).astype(np.uint8)
    return Frame(
        sample_key=scene.sample_key,
        width=w,
        height=h,
        device="test tracer",
        rgb=rgb,
        surface_id=ids,
        depth=depth.astype(np.float32),
        normal=normals.astype(np.float32),
        object_coordinates=coordinates.astype(np.float32),
        amodal=amodal,
    )


@pytest.fixture(scope="session", autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the state and settings of tests, and of the programs that they start, away from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(scope="session")
def scene_kit() -> SceneKit:
    """Builders of small scenes."""
    return SceneKit()


@pytest.fixture(scope="session")
def traced() -> Callable[[Scene], Frame]:
    """The tracer: scene in, frame out."""
    return trace


@pytest.fixture(scope="session")
def table_frames(scene_kit: SceneKit) -> list[tuple[Scene, Frame]]:
    """Three numbered samples of the table scene with their frames; never changed by a test."""
    scenes = [scene_kit.table(index) for index in range(3)]
    return [(scene, trace(scene)) for scene in scenes]


@pytest.fixture(scope="session")
def table_records(scene_kit: SceneKit, table_frames: list[tuple[Scene, Frame]]) -> list[Record]:
    """The records of `table_frames`, all labels; never changed by a test."""
    return [annotate(frame, scene, scene_kit.sample(scene)) for scene, frame in table_frames]


@pytest.fixture(scope="session")
def table_info() -> DatasetInfo:
    """Facts of a dataset of `table_records`."""
    return DatasetInfo("table", "f" * 64, 7, 96, 72, CLASSES, licence="CC0-1.0", credits=("nobody",))


@pytest.fixture
def make_dataset(tmp_path: Path, table_records: list[Record], table_info: DatasetInfo) -> Callable[..., Path]:
    """Writes a finished dataset of the table records; `formats`, `name` and `order` may be given.

    For render pairs the records have even layers as a path tracer leaves them.
    """

    def make(formats: Mapping[str, Any] | None = None, name: str = "table", order: Sequence[int] = (0, 1, 2)) -> Path:
        chosen = {"coco": {}, "raw": {}} if formats is None else formats
        job = Job(table_info, range(3), chosen, project_text='{"name":"table"}\n', versions={"myriorama": "0"})
        with DatasetFolder.create(tmp_path / name, job, durable=False) as folder:
            writer = folder.sample_writer()
            for index in order:
                record = table_records[index]
                if "render_pairs" in chosen:
                    flat = np.full((*record.rgb.shape[:2], 3), 0.25, dtype=np.float32)
                    record = replace(record, layers={**record.layers, **dict.fromkeys(LAYERS, flat)})
                folder.commit(writer.write(record))
            return folder.finalize()

    return make
