"""Laws on one object: what every generator's result keeps, whatever the values.

Each returns what is wrong in words, or nothing. None of them mends the object.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

import numpy as np

from myriorama.plugins.api import Generator, Material, ObjectModel
from myriorama.plugins.conformance.geometry import distances_m, is_solid, outside_hull_m, whole
from myriorama.scenes.geometry.measure import face_vectors, is_closed, signed_volume_m3
from myriorama.scenes.materials.model import Alpha, LabelPolicy

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
MOST_FACES: Final = 1_000_000
_LARGE_SHARE: Final = 1e-7
"""Faces under this share of the squared size are too small for their normals to mean anything in float32."""
_COLLISION_SLACK: Final = 0.02


def sound(model: Any) -> str:
    """Finite, not empty, no more faces than a renderer can be asked for; normals of length 1 that face outwards."""
    if not isinstance(model, ObjectModel):
        return f"generate returned a {type(model).__name__}, not an ObjectModel"
    faces = sum(len(p.mesh.faces) for p in model.parts)
    if faces > MOST_FACES:
        return f"the object has {faces} faces; at most {MOST_FACES} are taken"
    size = np.ptp(model.bounds, axis=0)
    if not (np.isfinite(size).all() and float(size.max()) > 0):
        return f"its bounds are empty: {model.bounds.tolist()}"
    for part in model.parts:
        mesh = part.mesh
        length = np.linalg.norm(mesh.normals.astype(np.float64), axis=1)
        if float(np.abs(length - 1).max()) > 1e-3:
            return f"part {part.name!r}: normals must have length 1, one has {length[np.abs(length - 1).argmax()]:.4g}"
        vectors = face_vectors(mesh.positions, mesh.faces)
        large = np.linalg.norm(vectors, axis=1) > _LARGE_SHARE * float(size.max()) ** 2
        mean = mesh.normals[mesh.faces].astype(np.float64).mean(axis=1)
        turned = int((np.einsum("ij,ij->i", vectors, mean)[large] <= 0).sum())
        if turned:
            return (
                f"part {part.name!r}: {turned} of {len(mesh.faces)} faces run clockwise against their normals; "
                "corners run counter-clockwise seen from where the normal points"
            )
    return ""


def bounds(model: ObjectModel, generator: type[Generator]) -> str:
    """The diagonal of the bounds lies inside the generator's `extent_m`."""
    low, high = generator.extent_m
    diagonal = float(np.linalg.norm(np.ptp(model.bounds, axis=0)))
    if low <= diagonal <= high:
        return ""
    return f"its bounds have a diagonal of {diagonal:.4g} m; extent_m declares {low:g} to {high:g} m"


def watertight(model: ObjectModel) -> str:
    """All parts together close a volume, outside out."""
    mesh = whole(model)
    if not is_closed(mesh):
        return (
            "watertight = True, and the parts together do not close: every edge must be met by exactly one face from "
            "each side, with equal positions"
        )
    volume = signed_volume_m3(mesh)
    return "" if volume > 0 else f"the closed mesh is inside out: its volume is {volume:.4g} m3"


def keypoints(model: ObjectModel) -> str:
    """Surface keypoints lie on the mesh, interior ones inside the object's convex hull; names and lines fit."""
    names = [k.name for k in model.keypoints]
    if len(set(names)) != len(names):
        return f"keypoint names must be unique, not {names}"
    odd = next((n for n in names if not NAME.fullmatch(n)), None)
    if odd is not None:
        return f"a keypoint's name is snake_case, not {odd!r}"
    loose = [pair for pair in model.skeleton if not set(pair) <= set(names)]
    if loose:
        return f"the skeleton joins {loose[0]}, and there is no such keypoint"
    if not model.keypoints:
        return ""
    points = np.array([k.position for k in model.keypoints], dtype=np.float64).reshape(-1, 3)
    if not np.isfinite(points).all():
        return "a keypoint's position is not finite"
    mesh = whole(model)
    slack = 1e-6 * float(np.ptp(model.bounds, axis=0).max())
    for kind, measure, where in (
        ("surface", distances_m, "off the mesh"),
        ("interior", outside_hull_m, "outside of the object"),
    ):
        chosen = [i for i, k in enumerate(model.keypoints) if k.kind == kind]
        if not chosen:
            continue
        for i, away in zip(chosen, measure(mesh, points[chosen]), strict=True):
            keypoint = model.keypoints[i]
            if away > keypoint.tolerance_m + slack:
                return (
                    f"{kind} keypoint {keypoint.name!r} lies {away * 1e3:.4g} mm {where}; its tolerance_m allows "
                    f"{keypoint.tolerance_m * 1e3:g} mm"
                )
    unknown = [k.name for k in model.keypoints if k.kind not in ("surface", "interior")]
    return f"keypoint {unknown[0]!r} is neither surface nor interior" if unknown else ""


def parts(model: ObjectModel) -> str:
    """Part names and slots are plain words, and every material is one that can be drawn and labelled."""
    for part in model.parts:
        for what, word in (("part's name", part.name), ("slot", part.slot or part.name)):
            if not NAME.fullmatch(word):
                return f"a {what} is snake_case of at most 64 letters, not {word!r}"
        wrong = next(_material_faults(part.material), "")
        if wrong:
            return f"the material of part {part.name!r}: {wrong}"
    return ""


def _material_faults(material: Material) -> Iterator[str]:
    if material.alpha not in get_args(Alpha):
        yield f"alpha is one of {', '.join(get_args(Alpha))}, not {material.alpha!r}"
    if material.label_policy not in get_args(LabelPolicy):
        yield f"label_policy is one of {', '.join(get_args(LabelPolicy))}, not {material.label_policy!r}"
    if material.label_policy == "see_through" and material.alpha == "opaque":
        yield "label_policy see_through is for transparent surfaces; this one is opaque"
    for name in ("opacity", "metallic", "roughness", "alpha_cutoff"):
        number = getattr(material, name)
        if not (isinstance(number, int | float) and math.isfinite(number) and 0 <= number <= 1):
            yield f"{name} lies in [0, 1], not {number!r}"
    for name in ("base_color", "emission"):
        color = getattr(material, name)
        if len(color) != 3 or not all(isinstance(c, int | float) and math.isfinite(c) and c >= 0 for c in color):
            yield f"{name} is three finite numbers of 0 or more, not {color!r}"
    if material.alpha == "cutout" and material.base_color_texture is None and material.opacity == 1.0:
        yield "cutout needs the alpha of a base_color_texture, or an opacity"


def attributes(given: Any) -> str:
    """Names are snake_case, values are plain float, int, bool or text, and finite."""
    if not isinstance(given, Mapping):
        return f"attributes are a mapping, not a {type(given).__name__}"
    for name, value in given.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            return f"an attribute's name is snake_case, not {name!r}"
        if type(value) not in (float, int, bool, str):
            return f"attribute {name!r} is a {type(value).__name__}; write float(...), int(...), bool(...) or str(...)"
        if isinstance(value, float) and not math.isfinite(value):
            return f"attribute {name!r} is {value}, not a finite number"
    return ""


def physics(model: ObjectModel) -> str:
    """Collision pieces have an inside and stay with the object; mass and friction are credible."""
    low, high = model.bounds
    slack = _COLLISION_SLACK * float((high - low).max())
    for number, piece in enumerate(model.collision):
        points = piece.points.astype(np.float64)
        if not is_solid(points):
            return f"collision piece {number} has no inside: it needs 4 points or more, not all in one plane"
        if (points.min(axis=0) < low - slack).any() or (points.max(axis=0) > high + slack).any():
            return f"collision piece {number} reaches beyond the object's bounds by more than 2 % of its size"
    mass = model.mass_kg
    if mass is not None and not (math.isfinite(mass) and mass > 0):
        return f"mass_kg is a finite number over 0, not {mass!r}"
    if not (math.isfinite(model.friction) and 0 <= model.friction <= 10):
        return f"friction lies in [0, 10], not {model.friction!r}"
    return ""
