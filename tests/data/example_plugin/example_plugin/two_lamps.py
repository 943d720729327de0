"""An environment: two soft lamps and a grey room."""

from __future__ import annotations

import math

from myriorama.plugins import AreaLight, Background, Environment, EnvironmentParts, Float, Values


class TwoLamps(Environment):
    """A key light and a fill light."""

    name = "two_lamps"
    label = "Two lamps"
    help = "A soft key light from the left, a weaker one from the right, and grey all around."
    parameters = (
        Float("key", 1.0, help="Brightness of the key light.", minimum=0.0, maximum=100.0, group="Light"),
        Float("fill", 0.3, help="The second light over the first.", minimum=0.0, maximum=1.0, group="Light"),
        Float("ambient", 0.25, help="Brightness of the room.", minimum=0.0, maximum=10.0, group="Light"),
        Float("distance_m", 1.5, help="How far the lamps are.", unit="m", minimum=0.2, maximum=20.0, group="Position"),
    )

    def build(self, values: Values) -> EnvironmentParts:
        """Return both lamps and the background."""
        away, key = float(values["distance_m"]), float(values["key"])
        ambient = float(values["ambient"])
        return EnvironmentParts(
            background=Background(color=(ambient, ambient, ambient)),
            lights=(_lamp(-away, away, 9.0 * key), _lamp(away, away, 9.0 * key * float(values["fill"]))),
        )


def _lamp(x_m: float, height_m: float, radiance: float) -> AreaLight:
    """Return a square lamp in front of the middle, turned to it."""
    position = (x_m, -0.6 * abs(x_m), height_m)
    length = math.sqrt(sum(p * p for p in position))
    direction = (-position[0] / length, -position[1] / length, -position[2] / length)
    # At right angles to the direction, as near to upright as can be.
    up = (-direction[0] * direction[2], -direction[1] * direction[2], 1.0 - direction[2] ** 2)
    size = math.sqrt(sum(u * u for u in up))
    side = 0.6 * abs(x_m)
    warm = (radiance, 0.96 * radiance, 0.9 * radiance)
    return AreaLight(position, direction, (up[0] / size, up[1] / size, up[2] / size), side, side, warm)
