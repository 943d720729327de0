"""What a quality level means on a device. Looks only: no label depends on it."""

from __future__ import annotations

from dataclasses import dataclass

from myriorama.scenes.rendering.frame import Quality


@dataclass(frozen=True)
class Settings:
    """The costs that a picture may run up.

    Attributes
    ----------
    shadow_side : int
        Texels along one side of a light's map.
    shadow_taps : int
        Samples of a wide penumbra, searched and filtered.
    occlusion_directions, occlusion_steps : int
        Ways that ambient occlusion looks from a point, and samples along each; no directions leave it out.
    edge_samples : int
        Samples along one side of a pixel that an edge runs through; 1 leaves anti-aliasing out.
    multisamples : int
        Hardware samples of every pixel; where set, `edge_samples` is not used.
    """

    shadow_side: int
    shadow_taps: int
    occlusion_directions: int
    occlusion_steps: int
    edge_samples: int
    multisamples: int = 0


def settings_for(quality: Quality, software: bool, max_samples: int) -> Settings:
    """Return the settings of a level; a graphics card gets more for the same wait."""
    if software:
        return {
            "draft": Settings(512, 8, 2, 3, 1),
            "standard": Settings(1024, 12, 3, 4, 2),
            "high": Settings(2048, 24, 6, 6, 4),
        }[quality]
    return {
        "draft": Settings(1024, 12, 3, 3, 1, min(2, max_samples)),
        "standard": Settings(2048, 24, 4, 4, 1, min(4, max_samples)),
        "high": Settings(4096, 48, 8, 6, 1, min(8, max_samples)),
    }[quality]
