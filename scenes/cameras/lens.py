"""The lens: drawn numbers become the intrinsics of a pinhole camera.

It knows nothing of where the camera stands, and refuses an image without pixels.
"""

from __future__ import annotations

import math
from typing import Any, Final

from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.conventions import F64
from myriorama.scenes.parameters.schema import Float, Parameter
from myriorama.scenes.registry import Values

LENS_PARAMETERS: Final[tuple[Parameter, ...]] = (
    Float(
        "field_of_view_deg",
        50.0,
        help="Horizontal angle that the image spans; used while focal_length_mm is 0.",
        unit="deg",
        minimum=0.1,
        maximum=170.0,
        group="Lens",
        suggested={"uniform": [40.0, 70.0]},
    ),
    Float(
        "focal_length_mm",
        0.0,
        help="Focal length; when above 0 it decides, together with sensor_width_mm, instead of field_of_view_deg.",
        unit="mm",
        minimum=0.0,
        maximum=10000.0,
        group="Lens",
        suggested={"uniform": [24.0, 85.0]},
    ),
    Float(
        "sensor_width_mm",
        36.0,
        help="Width of the sensor that the image's width spans; only with focal_length_mm.",
        unit="mm",
        minimum=0.1,
        maximum=1000.0,
        group="Lens",
        suggested={"choice": [36.0, 23.5, 6.4]},
    ),
    Float(
        "exposure_ev",
        0.0,
        help="Stops of exposure: light is multiplied by 2 to this power before the tone curve.",
        unit="EV",
        minimum=-16.0,
        maximum=16.0,
        group="Exposure",
        suggested={"normal": {"mean": 0.0, "std": 0.4, "low": -1.0, "high": 1.0}},
    ),
    Float(
        "shift_x",
        0.0,
        help="Moves the principal point to the right, as a share of the image's width (lens shift).",
        minimum=-1.0,
        maximum=1.0,
        group="Lens",
        suggested={"normal": {"mean": 0.0, "std": 0.01, "low": -0.03, "high": 0.03}},
    ),
    Float(
        "shift_y",
        0.0,
        help="Moves the principal point down, as a share of the image's height (lens shift).",
        minimum=-1.0,
        maximum=1.0,
        group="Lens",
        suggested={"normal": {"mean": 0.0, "std": 0.01, "low": -0.03, "high": 0.03}},
    ),
)


def lens_value(values: Values, name: str) -> float:
    """Return a drawn lens value, or its declared default where the sample holds none."""
    if name in values:
        return float(values[name])
    default: Any = next(p.default for p in LENS_PARAMETERS if p.name == name)
    return float(default)


def camera_with_lens(world_from_camera: F64, values: Values, width: int, height: int) -> Camera:
    """Return the camera at a pose with square pixels and the drawn lens.

    Parameters
    ----------
    world_from_camera : (4, 4) float64
    values : mapping
        Drawn LENS_PARAMETERS; missing ones take their defaults.
    width, height : int
        Pixels.

    Raises
    ------
    ValueError
        The image has no pixels.
    """
    if width < 1 or height < 1:
        raise ValueError(f"an image needs at least one pixel, not {width} x {height}")
    focal_length_mm = lens_value(values, "focal_length_mm")
    if focal_length_mm > 0.0:
        focal_px = focal_length_mm / lens_value(values, "sensor_width_mm") * width
    else:
        focal_px = 0.5 * width / math.tan(0.5 * math.radians(lens_value(values, "field_of_view_deg")))
    return Camera(
        world_from_camera=world_from_camera,
        width=width,
        height=height,
        fx=focal_px,
        fy=focal_px,
        cx=(0.5 + lens_value(values, "shift_x")) * width,
        cy=(0.5 + lens_value(values, "shift_y")) * height,
        exposure_ev=lens_value(values, "exposure_ev"),
    )
