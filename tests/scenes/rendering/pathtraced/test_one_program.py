"""The tracer's program is compiled once: neither sizes nor contents nor chance of the heap may ask for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from myriorama.scenes.lights import PointLight
from myriorama.scenes.materials.model import Material, Texture
from myriorama.scenes.rendering.pathtraced.probe import LLVM
from myriorama.scenes.rendering.tracing import Tracing

pytestmark = pytest.mark.gl

LARGE = 1000
"""Operations; the programs that only fill and copy have few."""


@pytest.fixture
def programs(tracer) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Ask for the large programs that ran since the last question."""
    import drjit as dr

    dr.set_flag(dr.JitFlag.KernelHistory, True)
    dr.kernel_history_clear()

    def asked() -> list[dict[str, Any]]:
        found = [k for k in dr.kernel_history() if k["type"] == dr.KernelType.JIT and k["operation_count"] > LARGE]
        dr.kernel_history_clear()
        return found

    yield asked
    dr.set_flag(dr.JitFlag.KernelHistory, False)
    dr.kernel_history_clear()


def test_scenes_of_any_size_share_one_program(tracer, make, programs) -> None:
    """One part and many, one lamp and three, pictures and textures of odd sizes, memory that lies otherwise."""
    chance = np.random.Generator(np.random.Philox(5))
    ballast: list[bytearray] = []
    used = []
    for count, lamps, width, side in ((1, 1, 16, 3), (2, 3, 17, 8), (7, 2, 40, 13), (1, 1, 24, 5), (3, 1, 16, 3)):
        ballast += [bytearray(int(n)) for n in chance.integers(1, 5000, 40)]
        texture = Texture(chance.integers(0, 256, (side, side, 3), dtype=np.uint8), srgb=True)
        lit = tuple(PointLight((0.1 * k, 0.0, 0.0), (1.0, 1.0, 1.0)) for k in range(lamps))
        things = [
            make.thing(make.quad(), make.pose(x=0.1 * k, z=-2.0 - k), Material(base_color_texture=texture))
            for k in range(count)
        ]
        scene = make.scene(make.camera(width=width, height=12, focal=20.0), things, lit)
        tracer.render(scene, Tracing(samples_per_pixel=1 + count, max_depth=2 + lamps, denoise=False))
        used += programs()
    assert len(used) == 5
    assert len({k["hash"] for k in used}) == 1


@pytest.mark.parametrize("values", [(), [7], [[1, 2], [3, 4]], np.arange(33)[1::2], np.arange(100)[::-1]])
@pytest.mark.parametrize("kind", ["Float", "Float16", "UInt32"])
def test_what_is_uploaded_arrives_and_lies_alike(tracer, values, kind) -> None:
    import mitsuba as mi

    from myriorama.scenes.rendering.pathtraced.uploading import uploaded

    flat = np.asarray(values).ravel()
    found = uploaded(getattr(mi, kind), values)
    if tracer.variant == LLVM:  # a card's memory is aligned by its driver, and none of this process's
        assert np.from_dlpack(found).ctypes.data % 64 == 0
    assert len(found) == max(2, len(flat))
    told = np.array(found)
    assert np.array_equal(told[: len(flat)], flat)
    assert not told[len(flat) :].any()
