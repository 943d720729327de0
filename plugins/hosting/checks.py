"""Whether what a plugin returned is what its kind must return; each refusal says what to return instead.

A value is never mended: it is handed on as it is, or refused with its place.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np

from myriorama.plugins.api import WHOLE_IMAGE
from myriorama.plugins.hosting.effect_checks import checked_camera, checked_channels, checked_picture
from myriorama.plugins.hosting.limits import Limits
from myriorama.plugins.hosting.shapes import WrongShape, fields_of, named, wrong
from myriorama.plugins.manifest import ManifestEntry
from myriorama.plugins.writing import ArrayFile, BytesFile, PngFile, ReusedFile, TextFile
from myriorama.scenes.assembly.model import ObjectModel
from myriorama.scenes.errors import PluginError
from myriorama.scenes.labels.record import Annotation
from myriorama.scenes.labels.stored import require_json
from myriorama.scenes.lights import Light
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.registry import EnvironmentParts, Placed

_LONGEST_WORD: Final = 200
_MOST_PARTS: Final = 10_000
_MOST_KEYPOINTS: Final = 10_000
_MOST_ATTRIBUTES: Final = 1_000
_MOST_FILES: Final = 10_000
_UNIT_TOLERANCE: Final = 0.02
_RIGID_TOLERANCE: Final = 1e-6
_FORBIDDEN_IN_PATHS: Final = frozenset('<>:"|?*\\')


def checked_answer(entry: ManifestEntry, method: str, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    """Return the answer of a plugin's method.

    Raises
    ------
    ValueError
        It is not what this method must return; the text says where and what instead.
    """
    return _CHECKS[method](entry, arguments, answer, limits)


def _model(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if type(answer) is not ObjectModel:
        raise wrong("an ObjectModel", answer)
    check_model(answer, limits)
    return answer


def check_model(model: ObjectModel, limits: Limits, place: str = "ObjectModel") -> None:
    """Raise ValueError where an object cannot be used."""
    if len(model.parts) > _MOST_PARTS:
        raise ValueError(f"{place} has {len(model.parts)} parts; at most {_MOST_PARTS} are allowed")
    faces = sum(len(p.mesh.faces) for p in model.parts)
    if faces > limits.faces:
        raise ValueError(f"{place} has {faces} faces; at most {limits.faces} are allowed: build it coarser")
    for part in model.parts:
        at = f"part {part.name!r}"
        _check_word(part.name, "a part's name")
        _check_word(part.slot or part.name, f"the slot of {at}")
        squared = np.einsum("ij,ij->i", part.mesh.normals, part.mesh.normals)
        lowest, highest = (float(squared.min()), float(squared.max())) if len(squared) else (1.0, 1.0)
        if lowest < (1 - _UNIT_TOLERANCE) ** 2 or highest > (1 + _UNIT_TOLERANCE) ** 2:
            length = math.sqrt(lowest if lowest < (1 - _UNIT_TOLERANCE) ** 2 else highest)
            raise ValueError(f"normals of {at} must have length 1; one has {length:.3g}: divide each by its length")
        _check_material(part.material, at, limits)
    names = [k.name for k in model.keypoints]
    if len(names) > _MOST_KEYPOINTS:
        raise ValueError(f"{place} has {len(names)} keypoints; at most {_MOST_KEYPOINTS} are allowed")
    for name in names:
        _check_word(name, "a keypoint's name")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ValueError(f"keypoint names must be unique; {twice[0]!r} is there twice")
    for pair in model.skeleton:
        for name in pair:
            if name not in names:
                raise ValueError(f"the skeleton names {name!r}, which is no keypoint; keypoints: {', '.join(names)}")
    if model.mass_kg is not None and model.mass_kg <= 0:
        raise ValueError(f"mass_kg must be above 0, or None, not {model.mass_kg}")
    if model.friction < 0:
        raise ValueError(f"friction must be 0 or more, not {model.friction}")
    _check_attributes(model.attributes)


def _check_word(word: str, what: str) -> None:
    if not word or len(word) > _LONGEST_WORD or not word.isprintable():
        raise ValueError(f"{what} must be 1 to {_LONGEST_WORD} printable characters, not {word[:40]!r}")


def _check_attributes(attributes: Mapping[str, Any]) -> None:
    if len(attributes) > _MOST_ATTRIBUTES:
        raise ValueError(f"there are {len(attributes)} attributes; at most {_MOST_ATTRIBUTES} are allowed")
    for name, value in attributes.items():
        if type(name) is not str:
            raise ValueError(f"an attribute's name must be text, not {named(name)}")
        _check_word(name, "an attribute's name")
        if type(value) not in (str, int, float, bool):
            raise ValueError(f"attribute {name!r} must be a number, text, True or False, not {named(value)}")
        if type(value) is float and not math.isfinite(value):
            raise ValueError(f"attribute {name!r} must be finite, not {value}")


def _check_material(material: Material, at: str, limits: Limits) -> None:
    for name in ("opacity", "metallic", "roughness", "alpha_cutoff"):
        value = getattr(material, name)
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{name} of the material of {at} must be within [0, 1], not {value}")
    for name in ("base_color", "emission"):
        if min(getattr(material, name)) < 0.0:
            raise ValueError(f"{name} of the material of {at} must not be negative, not {getattr(material, name)}")
    for texture in material.textures:
        _check_pixels(texture, at, limits)


def _check_pixels(texture: Texture, at: str, limits: Limits) -> None:
    height, width = texture.pixels.shape[:2]
    if height * width > limits.texture_px:
        raise ValueError(
            f"a texture of {at} has {width} x {height} pixels; at most {limits.texture_px} pixels are allowed"
        )


def _observed(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if not isinstance(answer, Mapping):
        raise wrong("a dict of attributes", answer)
    _check_attributes(answer)
    return answer


def _placed(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if type(answer) is not Placed:
        raise wrong("a Placed", answer)
    items = arguments[1]
    if len(answer.poses) != len(items):
        raise ValueError(
            f"Placed.poses must hold one pose, or None, per item: {len(items)} of them, not {len(answer.poses)}"
        )
    for number, pose in enumerate(answer.poses):
        if pose is not None:
            check_pose(pose, f"Placed.poses[{number}]")
    return answer


def check_pose(pose: Any, place: str) -> None:
    """Raise ValueError where a pose is not rotation, one scale, and shift."""
    if not isinstance(pose, np.ndarray) or pose.shape != (4, 4) or pose.dtype != np.float64:
        raise ValueError(f"{place} must be a (4, 4) array of float64, not {named(pose)}")
    if not np.isfinite(pose).all():
        raise ValueError(f"{place} holds values that are not finite")
    linear = pose[:3, :3]
    gram = linear.T @ linear
    squared = float(np.trace(gram)) / 3.0
    off = float(np.abs(gram - squared * np.eye(3)).max())
    if (
        pose[3].tolist() != [0.0, 0.0, 0.0, 1.0]
        or squared <= 0
        or off > _RIGID_TOLERANCE * squared
        or np.linalg.det(linear) <= 0
    ):
        raise ValueError(f"{place} must be a rotation, one scale and a shift: its last row is 0, 0, 0, 1")


def _parts(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if type(answer) is not EnvironmentParts:
        raise wrong("EnvironmentParts", answer)
    background = answer.background
    if background is not None:
        if background.radiance is not None:
            height, width = background.radiance.pixels.shape[:2]
            if height * width > limits.texture_px:
                raise ValueError(f"the radiance map has {height * width} pixels; at most {limits.texture_px}")
        backdrop = background.backdrop
        if backdrop is not None and (backdrop.ndim != 3 or backdrop.shape[2] != 3 or 0 in backdrop.shape):
            raise wrong("an (H, W, 3) array of uint8", backdrop, "Background.backdrop")
        if min(*background.color, *background.visible_color) < 0:
            raise ValueError("colours of a background must not be negative")
    for light in answer.lights:
        _check_light(light)
    faces = 0
    for piece in answer.pieces:
        _check_word(piece.name, "a set piece's name")
        check_model(piece.model, limits, f"set piece {piece.name!r}")
        check_pose(piece.world_from_object, f"world_from_object of set piece {piece.name!r}")
        faces += sum(len(p.mesh.faces) for p in piece.model.parts)
    if faces > limits.faces:
        raise ValueError(f"its set pieces have {faces} faces; at most {limits.faces} are allowed")
    return answer


def _check_light(light: Light) -> None:
    for name in ("irradiance", "intensity", "radiance"):
        if min(getattr(light, name, (0.0,))) < 0:
            raise ValueError(f"{name} of a light must not be negative, not {getattr(light, name)}")
    for name in ("direction", "up"):
        axis = getattr(light, name, None)
        if axis is not None and abs(math.hypot(*axis) - 1.0) > _UNIT_TOLERANCE:
            raise ValueError(f"{name} of a light must have length 1, not {math.hypot(*axis):.3g}")
    for name in ("width_m", "height_m", "radius_m", "angular_diameter_deg"):
        if getattr(light, name, 0.0) < 0:
            raise ValueError(f"{name} of a light must not be negative, not {getattr(light, name)}")


def _labels(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    frame, scene = arguments[:2]
    if not isinstance(answer, Mapping):
        raise wrong("a dict of instance index to fields", answer)
    typed = dict(fields_of(Annotation))
    for index, given in answer.items():
        if type(index) is not int or not (index == WHOLE_IMAGE or 0 <= index < len(scene.instances)):
            raise ValueError(
                f"{named(index)} is no instance index; use 0 to {len(scene.instances) - 1}, or WHOLE_IMAGE"
            )
        if not isinstance(given, Mapping):
            raise wrong("a dict of fields", given, f"the answer for instance {index}")
        for name, value in given.items():
            if type(name) is not str or not name.isidentifier():
                raise ValueError(f"a field's name must be a Python name, not {named(name)}")
            at = f"{name} of instance {index}"
            if index == WHOLE_IMAGE and isinstance(value, np.ndarray):
                if value.shape[:2] != (frame.height, frame.width) or value.ndim > 3:
                    raise wrong(f"an array of {frame.height} rows and {frame.width} columns", value, at)
                continue
            if name in typed:
                try:
                    typed[name](value)
                except WrongShape as refused:
                    raise refused.below(at) from None
                continue
            try:
                require_json(value, at)
            except PluginError as error:
                raise ValueError(str(error)) from error
    return answer


def _obstacles(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if not isinstance(answer, tuple) or not all(type(why) is str for why in answer):
        raise wrong("a tuple of sentences", answer)
    return answer


def _reused_files(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if not isinstance(answer, tuple) or not all(type(f) is ReusedFile for f in answer):
        raise wrong("ReusedFile objects", answer)
    _check_counts(Counter(check_path(f.path) for f in answer), "path")
    for file in answer:
        _check_word(file.role, "a file's role")
    return answer


def _check_counts(counted: Counter[str], what: str) -> None:
    if counted.total() > _MOST_FILES:
        raise ValueError(f"there are {counted.total()} files for one sample; at most {_MOST_FILES} are allowed")
    twice = [word for word, count in counted.items() if count > 1]
    if twice:
        raise ValueError(f"two files have the {what} {twice[0]!r}")


def _sample_files(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    files = _label_files(entry, arguments, answer, limits)
    _check_counts(Counter(f.role for f in files), "role")
    return files


def _label_files(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    if not isinstance(answer, tuple) or not all(type(f) in (PngFile, ArrayFile, TextFile, BytesFile) for f in answer):
        raise wrong("PngFile, ArrayFile, TextFile and BytesFile objects", answer)
    _check_counts(Counter(check_path(f.path) for f in answer), "path")
    for file in answer:
        _check_word(file.role, "a file's role")
        try:
            require_json(file.meaning, f"meaning of {file.path}")
        except PluginError as error:
            raise ValueError(str(error)) from error
        if isinstance(file, PngFile):
            shape = file.pixels.shape
            fits = len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
            if not fits or 0 in shape or file.pixels.dtype not in (np.uint8, np.uint16):
                raise wrong("an (H, W) or (H, W, 3) array of uint8 or uint16", file.pixels, f"pixels of {file.path}")
    return answer


def check_path(path: Any) -> str:
    """Return the path of a file of a dataset; raises ValueError where it is not relative, plain and portable."""
    if type(path) is not str or not path or len(path) > 400:
        raise ValueError(f"a file's path must be text, relative to the dataset, not {named(path)}")
    pieces = path.split("/")
    if (
        PurePosixPath(path).is_absolute()
        or any(piece in ("", ".", "..") or piece.endswith((" ", ".")) for piece in pieces)
        or not path.isprintable()
        or _FORBIDDEN_IN_PATHS & set(path)
    ):
        raise ValueError(f"a file's path must be relative, with forward slashes and without '..', not {path[:80]!r}")
    return path


def _next_file(entry: ManifestEntry, arguments: tuple[Any, ...], answer: Any, limits: Limits) -> Any:
    return check_path(answer)


_Check = Callable[[ManifestEntry, tuple[Any, ...], Any, Limits], Any]
_CHECKS: Final[Mapping[str, _Check]] = {
    "generate": _model,
    "observe": _observed,
    "place": _placed,
    "build": _parts,
    "equip": checked_camera,
    "apply": checked_picture,
    "develop": checked_picture,
    "retouch": checked_picture,
    "channels": checked_channels,
    "annotate": _labels,
    "obstacles": _obstacles,
    "sample_files": _sample_files,
    "label_files": _label_files,
    "reused_files": _reused_files,
    "losses": _obstacles,
    "next_file": _next_file,
}
