"""Who stands in front of whom: counted in pixels of the amodal masks, never guessed from distances.

It refuses to answer for a frame without an amodal pass.
"""

from __future__ import annotations

import numpy as np

from myriorama.scenes.labels.record import Occlusion
from myriorama.scenes.labels.truth import Truth


def occluders(truth: Truth, instance: int) -> tuple[Occlusion, ...]:
    """Return what takes pixels of an instance's amodal mask, most pixels first.

    Things, stuff and unlabelled instances all count: an occluder needs no label to hide something.

    Raises
    ------
    ValueError
        The frame has no amodal pass.
    """
    amodal = truth.amodal(instance)
    if amodal is None:
        raise ValueError("occlusion is counted in amodal pixels, and this frame was rendered without them")
    h, w = amodal.mask.shape
    crop = truth.instance_id[amodal.y : amodal.y + h, amodal.x : amodal.x + w]
    pixels = np.bincount(crop[amodal.mask], minlength=instance + 2)
    pixels[0] = pixels[instance + 1] = 0
    takers = np.flatnonzero(pixels)
    order = sorted(takers.tolist(), key=lambda value: (-int(pixels[value]), value))
    return tuple(
        Occlusion(value - 1, truth.scene.instances[value - 1].instance_key, int(pixels[value])) for value in order
    )
