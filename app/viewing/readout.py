"""Every label of one pixel, as numbers and as words.

It reads the frame that is shown; it measures nothing anew.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from myriorama.app.pictures.class_looks import IGNORED_WORD, LEFT_OUT_WORD, NO_LOOKS, Looks
from myriorama.app.preview.frames import SampleFrame, SeenInstance
from myriorama.scenes.conventions import U32
from myriorama.scenes.labels.record import Annotation


@dataclass(frozen=True, eq=False)
class Reading:
    """What the frame says of the pixel in column `x`, row `y`.

    Attributes
    ----------
    instance : SeenInstance or None
        None where the ray hits nothing.
    part : str
        Of the surface that is hit.
    depth_m : float
        Along camera z; 0 = nothing hit.
    world_m : (x, y, z) or None
    normal : (x, y, z) or None
        Camera frame; None where the layer was not made or nothing is hit.
    """

    x: int
    y: int
    rgb: tuple[int, int, int]
    instance: SeenInstance | None
    part: str
    depth_m: float
    world_m: tuple[float, float, float] | None
    normal: tuple[float, float, float] | None
    object_coordinates: tuple[float, float, float] | None
    annotation: Annotation | None


def read_pixel(frame: SampleFrame, ids: U32, x: int, y: int) -> Reading | None:
    """Return what the frame says of a pixel; None outside the image.

    Parameters
    ----------
    ids : (H, W) uint32
        See `layers.instance_ids`.
    """
    if not (0 <= x < frame.width and 0 <= y < frame.height):
        return None
    red, green, blue = frame.rgb[y, x].tolist()
    number, depth = int(ids[y, x]), float(frame.depth[y, x])
    seen = frame.instances[number - 1] if number else None
    surface = int(frame.surface_id[y, x])
    part = next((row.part for row in frame.surfaces if row.surface_id == surface), "")
    world = None
    if depth > 0.0:
        place = frame.camera.unproject(np.array([[x + 0.5, y + 0.5]]), np.array([depth]))[0]
        world = (float(place[0]), float(place[1]), float(place[2]))
    normal = coordinates = None
    if frame.normal is not None and depth > 0.0:
        nx, ny, nz = frame.normal[y, x].tolist()
        normal = (nx, ny, nz)
    if frame.object_coordinates is not None and seen is not None and seen.kind == "thing":
        u, v, w = frame.object_coordinates[y, x].tolist()
        coordinates = (u, v, w)
    annotation = next((a for a in frame.annotations if a.instance == number - 1), None) if number else None
    return Reading(x, y, (red, green, blue), seen, part, depth, world, normal, coordinates, annotation)


def worded(reading: Reading | None, looks: Looks = NO_LOOKS) -> dict[str, str]:
    """Return what a person reads of a pixel, by the name of each field; every field is always there.

    A class is told by its own name and, where formats show it otherwise, as what.
    """
    if reading is None:
        return dict.fromkeys(("Pixel", "Object", "Class", "Visible", "Depth", "World", "Normal", "Attributes"), "")
    seen, annotation = reading.instance, reading.annotation
    named = kind = visible = attributes = "-"
    if seen is not None:
        named = f"{seen.group_name or seen.group_uid} #{seen.number}" + (f" ({reading.part})" if reading.part else "")
        kind = seen.class_name or ("unlabelled" if seen.kind == "unlabelled" else "none")
        if seen.kind == "stuff":
            kind += " (stuff)"
        look = looks.get(seen.class_name)
        if look is not None and look.use != "label":
            kind += f" ({IGNORED_WORD if look.use == 'ignore' else LEFT_OUT_WORD})"
        elif look is not None and look.name != seen.class_name:
            kind += f", shown as {look.name}"
        attributes = ", ".join(f"{k} {_told(v)}" for k, v in seen.attributes.items()) or "-"
    else:
        named = "nothing"
    if annotation is not None and annotation.visible is not None:
        visible = f"{annotation.visible:.0%}"
    return {
        "Pixel": f"{reading.x}, {reading.y}",
        "Object": named,
        "Class": kind,
        "Visible": visible,
        "Depth": f"{reading.depth_m:.3f} m" if reading.depth_m > 0.0 else "-",
        "World": _triple(reading.world_m, 3) + (" m" if reading.world_m else ""),
        "Normal": _triple(reading.normal, 2),
        "Attributes": attributes,
    }


def _triple(values: tuple[float, float, float] | None, digits: int) -> str:
    return "-" if values is None else "  ".join(f"{v:+.{digits}f}" for v in values)


def _told(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
