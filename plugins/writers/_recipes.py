"""Which objects of stored records have one shape, and that shape built again from its recipe.

It builds with what is shipped alone: no file is opened and no third party's code is run. A shape that is not the one
that was labelled is refused.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np

from myriorama.plugins.api import File, StoredRecord
from myriorama.scenes.conventions import F32, F64, U32
from myriorama.scenes.errors import InputError, PluginError, Problem
from myriorama.scenes.sample import SceneSample

_SAME_SIZE: Final = 1e-5
"""How far, in shares of its diagonal, a shape may be from the labelled one: positions are float32, scales rounded."""


@dataclass(frozen=True)
class Recipe:
    """How an object came to its shape.

    Attributes
    ----------
    generator : str
        Empty: it came from none, but with the surroundings.
    values : mapping
        The generator's, as drawn.
    scale : float
        Of the instance, to six digits.
    size_m : (float, float, float)
        Of its box as labelled, along its axes, scaled.
    """

    class_id: int
    class_name: str
    group: str
    generator: str
    values: Mapping[str, Any]
    scale: float
    size_m: tuple[float, float, float]

    @property
    def key(self) -> bytes:
        """Equal for objects of one class and one shape."""
        shape: Any = dict(self.values)
        if not self.generator:
            shape = [self.group, [f"{length:.6g}" for length in self.size_m]]
        told = json.dumps([self.class_id, self.generator, shape, self.scale], sort_keys=True, allow_nan=False)
        return blake2b(told.encode(), digest_size=16).digest()


@dataclass(frozen=True, eq=False)
class Shape:
    """A shape with the middle of its bounds at the origin.

    Attributes
    ----------
    positions : (V, 3) float32
        Metres, Z up, scaled.
    normals : (V, 3) float32
    faces : (F, 3) uint32
    """

    positions: F32
    normals: F32
    faces: U32


class Drawn:
    """The drawn objects of one sample, by their key.

    Parameters
    ----------
    objects : iterable of (str, str, mapping)
        Key, generator and values of each.
    """

    def __init__(self, objects: Iterable[tuple[str, str, Mapping[str, Any]]]) -> None:
        self._made = {key: (generator, values) for key, generator, values in objects}

    @classmethod
    def of_stored(cls, stored: StoredRecord) -> Drawn:
        """Return the objects of a stored record."""
        groups = (*stored["drawn"]["stage"], *stored["drawn"]["objects"])
        return cls((f"{g['uid']}/{m['number']}", g["type"], m["values"]) for g in groups for m in g["members"])

    @classmethod
    def of_sample(cls, sample: SceneSample) -> Drawn:
        """Return the objects of a sample that is not stored yet."""
        groups = (*sample.stage, *sample.objects)
        return cls((f"{g.uid}/{m.number}", g.type, m.values) for g in groups for m in g.members)

    def made(self, instance_key: str) -> tuple[str, str, Mapping[str, Any]]:
        """Return group, generator and values of an object; generator and values are empty where it has none."""
        return (instance_key.rpartition("/")[0], *self._made.get(instance_key, ("", {})))

    def recipe(self, annotation: StoredRecord) -> Recipe:
        """Return the recipe of an annotated object that has a 3D box."""
        group, generator, values = self.made(annotation["instance_key"])
        width, depth, height = annotation["box_3d"]["size_m"]
        return Recipe(
            annotation["class_id"],
            annotation["class_name"],
            group,
            generator,
            values,
            scale_of(annotation["world_from_object"]),
            (width, depth, height),
        )


def scale_of(world_from_object: Any) -> float:
    """Return the one scale of a pose to six digits, so that a turn that was rounded is no scale."""
    return float(f"{math.hypot(*(row[0] for row in world_from_object[:3])):.6g}")


def fault_of(group: str, generator: str, values: Mapping[str, Any]) -> str:
    """Return why an object cannot be built again, as one phrase; empty if it can."""
    if not generator:
        return f"{group!r} came with the surroundings and has no generator"
    from myriorama.plugins.registry import builtin_registry

    if generator not in builtin_registry().names("generator"):
        return f"{group!r} is made by the third-party generator {generator!r}"
    named = [name for name in _files(generator) if values.get(name)]
    return f"{group!r} is made from a file ({', '.join(named)})" if named else ""


def _files(generator: str) -> list[str]:
    from myriorama.plugins.registry import builtin_registry

    return [p.name for p in builtin_registry().parameters("generator", generator) if isinstance(p, File)]


def build(recipe: Recipe) -> Shape:
    """Return the shape of a recipe that has no fault.

    Raises
    ------
    InputError
        The generator cannot make it any more, or makes another shape than the one that was labelled.
    """
    from myriorama.plugins.registry import builtin_registry

    opened = {name: tuple(v) if isinstance(v, list) else v for name, v in recipe.values.items()}
    opened |= dict.fromkeys(_files(recipe.generator))
    place = f"models of {recipe.group!r}"
    try:
        model = builtin_registry().generator(recipe.generator).generate(opened)
    except (PluginError, ValueError, KeyError, TypeError) as error:
        told = f"the generator {recipe.generator!r} does not make this object any more: {error}"
        raise InputError(Problem(place, told, allowed="the program that made the dataset")) from error
    low, high = model.bounds
    size: F64 = (high - low) * recipe.scale
    if float(np.abs(size - recipe.size_m).max()) > _SAME_SIZE * float(np.linalg.norm(recipe.size_m)):
        told = (
            f"the generator {recipe.generator!r} makes another shape now: {_metres(size)}, not {_metres(recipe.size_m)}"
        )
        raise InputError(Problem(place, told, allowed="the program that made the dataset"))
    meshes = [part.mesh for part in model.parts]
    firsts = np.cumsum([0, *(len(mesh.positions) for mesh in meshes[:-1])])
    positions = np.concatenate([mesh.positions for mesh in meshes]).astype(np.float64)
    faces: U32 = np.concatenate([mesh.faces + np.uint32(k) for mesh, k in zip(meshes, firsts, strict=True)])
    centred: F32 = ((positions - (low + high) / 2) * recipe.scale).astype(np.float32)
    return Shape(centred, np.concatenate([mesh.normals for mesh in meshes]), faces)


def _metres(size: Any) -> str:
    return " x ".join(f"{length:.4g}" for length in size) + " m"


def diameter_m(points: F32) -> float:
    """Return the largest distance between two of (N, 3) points; they may be flat, or on a line."""
    from scipy.spatial import ConvexHull

    apart = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    _, extents, axes = np.linalg.svd(apart, full_matrices=False)
    flat = apart @ axes[: int((extents > 1e-6 * extents[0]).sum())].T
    corners = flat[ConvexHull(flat).vertices] if flat.shape[1] > 1 else flat[[flat.argmin(), flat.argmax()]]
    farthest = 0.0
    for first in range(0, len(corners), _BLOCK):  # block by block: a hull may have many thousand corners
        block = corners[first : first + _BLOCK]
        for second in range(first, len(corners), _BLOCK):
            other = corners[second : second + _BLOCK]
            squared = ((block[:, None] - other[None]) ** 2).sum(axis=2)
            farthest = max(farthest, float(squared.max()))
    return math.sqrt(farthest)


_BLOCK: Final = 1024


def ply_bytes(shape: Shape, comment: str) -> bytes:
    """Return a PLY file, binary, in millimetres, with normals."""
    vertices = np.empty((len(shape.positions), 6), dtype="<f4")
    vertices[:, :3] = shape.positions * np.float32(1000.0)
    vertices[:, 3:] = shape.normals
    faces = np.empty(len(shape.faces), dtype=[("count", "u1"), ("corners", "<i4", (3,))])
    faces["count"] = 3
    faces["corners"] = shape.faces
    properties = "".join(f"property float {name}\n" for name in ("x", "y", "z", "nx", "ny", "nz"))
    head = (
        f"ply\nformat binary_little_endian 1.0\ncomment {comment}\nelement vertex {len(vertices)}\n{properties}"
        f"element face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    return head.encode("ascii") + vertices.tobytes() + faces.tobytes()
