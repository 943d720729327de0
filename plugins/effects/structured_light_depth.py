"""What a camera with a pattern projector would measure of the exact depth, as a layer beside it.

The pattern is modelled by what becomes of it, not drawn; several sensors do not disturb one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter

from myriorama.plugins.api import Draws, Effect, Float, Frame, Int, Values
from myriorama.plugins.effects._air.ground import reflectance
from myriorama.plugins.effects._depth_views import (
    baseline,
    depths,
    disparities,
    enabled,
    linear_light,
    measured,
    metres,
    reach,
    seen_light,
    seen_twice,
)
from myriorama.scenes.conventions import F32

_EDGE_PX: Final = 0.4
"""A block whose mean disparity is so far from that of its middle holds more than one surface."""


class StructuredLightDepth(Effect):
    """A structured-light depth camera."""

    name = "structured_light_depth"
    label = "Structured-light depth"
    version = "2"
    help = "Adds the layer depth_structured_light: the projector's shadow, dark and shiny holes, steps, flying pixels."
    rest: ClassVar[Mapping[str, Any]] = {"enabled": False}
    parameters = (
        baseline(0.075, "How far to the right of the camera the projector stands."),
        Float(
            "step_px",
            0.125,
            help="Step of disparities: depth is rounded to steps that grow with its square; 0 does not round.",
            unit="px",
            minimum=0.0,
            maximum=8.0,
            group="Matching",
            suggested={"choice": [0.03125, 0.0625, 0.125]},
        ),
        Float(
            "noise_px",
            0.05,
            help="Standard deviation of disparities.",
            unit="px",
            minimum=0.0,
            maximum=20.0,
            group="Matching",
            suggested={"log_uniform": [0.02, 0.2]},
        ),
        Int(
            "footprint_px",
            5,
            help="Side of the block of the pattern that one measurement uses: at edges it mixes near and far.",
            unit="px",
            minimum=1,
            maximum=31,
            group="Edges",
            suggested={"choice": [3, 5, 7, 9]},
        ),
        Float(
            "flying",
            0.3,
            help="Share of pixels at edges that are measured between near and far; the others are holes.",
            minimum=0.0,
            maximum=1.0,
            group="Edges",
            suggested={"uniform": [0.0, 0.8]},
        ),
        Float(
            "least_signal",
            0.004,
            help="Holes where the pattern comes back weaker: reflectance times cosine over distance squared, in m-2.",
            minimum=0.0,
            maximum=1000.0,
            group="Holes",
            suggested={"log_uniform": [0.001, 0.02]},
        ),
        Float(
            "brightest",
            2.0,
            help="Holes where the scene's own light is brighter and drowns the pattern; 1 is white paper outdoors.",
            minimum=0.001,
            maximum=1000.0,
            group="Holes",
            suggested={"uniform": [0.5, 3.0]},
        ),
        *reach(0.3, 8.0),
        enabled("depth_structured_light"),
    )

    def channels(self, values: Values, frame: Frame, draws: Draws) -> Mapping[str, npt.NDArray[Any]]:
        """Return ``depth_structured_light``: float32 metres along camera z, 0 where there is none."""
        if not values["enabled"]:
            return {}
        base = float(values["baseline_m"])
        camera, depth, hit = metres(frame, self.name)
        light = seen_light(frame, self.name)
        exact = disparities(frame, self.name, base)
        # The projector lights more than the picture shows: only what stands in its way makes a shadow.
        kept = seen_twice(exact, border=False) & (light <= np.float32(values["brightest"]))
        if float(values["least_signal"]) > 0.0:
            back, cosine = reflectance(frame, linear_light(frame, self.name), self.name)
            kept &= back * cosine >= np.float32(values["least_signal"]) * np.square(depth)
        footprint = int(values["footprint_px"])
        mixed = exact
        if footprint > 1:
            count: F32 = uniform_filter(hit.astype(np.float32), footprint, mode="nearest")
            whole: F32 = uniform_filter(exact, footprint, mode="nearest")
            mean = np.asarray(whole / np.maximum(count, np.float32(1e-6)), dtype=np.float32)
            # Over a plane disparities are linear, so their mean is that of the middle, however steep the plane is.
            torn = hit & ((np.abs(mean - exact) > np.float32(_EDGE_PX)) | (count < np.float32(0.999)))
            mixed = np.where(torn, mean, exact)
            kept[torn] &= draws.uniforms("flying", 0, int(torn.sum())) < float(values["flying"])
        found = measured(mixed, draws, float(values["noise_px"]), float(values["step_px"]))
        return {"depth_structured_light": depths(camera, found, base, kept & hit, values)}
