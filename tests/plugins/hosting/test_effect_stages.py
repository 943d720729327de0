"""Third-party effects of every stage: what they declare, what they hand back, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import indent
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.manifest import manifest_from_json
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.plugins.sources import Grant
from myriorama.scenes.errors import InputError
from myriorama.scenes.parameters.streams import KeyedDraws

FOUR = """
from dataclasses import replace

STRENGTH = Float("strength", 1.0, help="How much.", minimum=0.0, maximum=2.0)


class Zoom(Effect):
    name = "zoom"
    help = "Zooms."
    stage = "optics"
    rest = {"strength": 0.0}
    parameters = (STRENGTH,)

    def equip(self, values, camera):
        if values["strength"] == 0.0:
            return camera
        bent = Distortion("brown_conrady", (0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0))
        return replace(camera, fx=camera.fx * 2.0, distortion=bent)


class Dim(Effect):
    name = "dim"
    help = "Dims."
    redrawable = True
    rest = {"strength": 0.0}
    parameters = (STRENGTH,)

    def apply(self, values, linear, frame, draws):
        return linear if values["strength"] == 0.0 else linear * np.float32(0.5)

    def channels(self, values, frame, draws):
        return {} if values["strength"] == 0.0 else {"dimmed": frame.depth * np.float32(0.5)}


class Root(Effect):
    name = "root"
    help = "A root."
    stage = "curve"
    rest = {"strength": 0.0}
    parameters = (STRENGTH,)

    def develop(self, values, linear, frame, draws):
        return linear if values["strength"] == 0.0 else np.sqrt(np.clip(linear, 0.0, 1.0))


class Negative(Effect):
    name = "negative"
    help = "A negative."
    stage = "picture"
    rest = {"strength": 0.0}
    parameters = (STRENGTH,)

    def retouch(self, values, picture, frame, draws):
        return picture if values["strength"] == 0.0 else np.float32(1.0) - picture
"""
DRAWS = KeyedDraws(1, 0, 0, "uid")


@pytest.fixture(scope="module")
def four(
    tmp_path_factory: pytest.TempPathFactory, hosts: PluginHosts, head: str, sourced: Callable[..., Any]
) -> PluginRegistry:
    path = tmp_path_factory.mktemp("stages") / "four.py"
    path.write_text(head + FOUR)
    source = sourced(path)
    return registry_with([Grant(source, hosts.describe(source))], hosts)


def linear_of(frame: Any) -> Any:
    linear = np.linspace(0.0, 2.0, frame.height * frame.width * 3, dtype=np.float32)
    return linear.reshape(frame.height, frame.width, 3)


def test_stages_are_known_without_running_the_code(four: PluginRegistry) -> None:
    stages = {name: four.effect_stage(name) for name in ("zoom", "dim", "root", "negative")}
    assert stages == {"zoom": "optics", "dim": "light", "root": "curve", "negative": "picture"}
    assert [four.effect(name).redrawable for name in stages] == [False, True, False, False]
    assert all(four.effect(name).rest == {"strength": 0.0} for name in stages)


def test_each_stage_does_its_work_in_the_host(four: PluginRegistry, table_frames: Any) -> None:
    scene, frame = table_frames[0]
    linear = linear_of(frame)
    on = {"strength": 1.0}
    camera = four.effect("zoom").equip(on, scene.camera)
    assert camera.fx == 2.0 * scene.camera.fx
    assert camera.distortion is not None
    assert camera.distortion.coefficients[0] == 0.1
    np.testing.assert_array_equal(camera.world_from_camera, scene.camera.world_from_camera)
    np.testing.assert_array_equal(four.effect("dim").apply(on, linear, frame, DRAWS), linear * np.float32(0.5))
    given = four.effect("dim").channels(on, frame, DRAWS)
    np.testing.assert_array_equal(given["dimmed"], frame.depth * np.float32(0.5))
    assert four.effect("negative").channels(on, frame, DRAWS) == {}
    np.testing.assert_array_equal(four.effect("root").develop(on, linear, frame, DRAWS), np.sqrt(linear.clip(0, 1)))
    np.testing.assert_array_equal(four.effect("negative").retouch(on, linear, frame, DRAWS), 1 - linear)


def test_at_rest_the_very_object_comes_back(four: PluginRegistry, table_frames: Any) -> None:
    scene, frame = table_frames[0]
    linear = linear_of(frame)
    off = {"strength": 0.0}
    assert four.effect("zoom").equip(off, scene.camera) is scene.camera
    assert four.effect("dim").apply(off, linear, frame, DRAWS) is linear
    assert four.effect("dim").channels(off, frame, DRAWS) == {}
    assert four.effect("root").develop(off, linear, frame, DRAWS) is linear
    assert four.effect("negative").retouch(off, linear, frame, DRAWS) is linear


WRONG = (
    ("optics", "return None", "must be a Camera, not None"),
    ("optics", "return replace(camera, width=7)", "keeps the size of the picture"),
    ("optics", "return replace(camera, fx=0.0)", "fx"),
    ("optics", "return replace(camera, fx=float('nan'))", "Camera.fx must be a finite number"),
    ("optics", "return replace(camera, shutter_s=-1.0)", "shutter_s"),
    ("optics", "return replace(camera, world_from_camera=np.diag([2.0, 1, 1, 1]))", "a rotation and a shift"),
    ("curve", "return None", "the picture must be a float32 array"),
    ("curve", "return linear[..., :1]", "the picture must be a float32 array"),
    ("picture", "return picture * np.float32('nan')", "the picture must be finite"),
    ("channels", "return [1]", "must be a dict of arrays"),
    ("channels", "return {'a b': frame.depth}", "snake_case"),
    ("channels", "return {'a': frame.depth[:3]}", "rows and"),
    ("channels", "return {'a': frame.depth * np.float32('inf')}", "must be finite"),
    ("channels", "return {'a': np.zeros((*frame.depth.shape, 99))}", "rows and"),
)
HEADS = {
    "optics": "def equip(self, values, camera):",
    "curve": "def develop(self, values, linear, frame, draws):",
    "picture": "def retouch(self, values, picture, frame, draws):",
    "channels": "def channels(self, values, frame, draws):",
}


@pytest.mark.parametrize(("stage", "body", "words"), WRONG, ids=[f"{s}-{i}" for i, (s, _, _) in enumerate(WRONG)])
def test_what_cannot_be_used_is_refused_with_the_way_out(
    stage: str,
    body: str,
    words: str,
    tmp_path: Path,
    hosts: PluginHosts,
    head: str,
    sourced: Callable[..., Any],
    table_frames: Any,
) -> None:
    path = tmp_path / "answering.py"
    told = f"name = 'bad_one'\nhelp = 'Bad.'\nstage = {'light' if stage == 'channels' else stage!r}\n"
    told = told.replace("stage = light", "stage = 'light'")
    text = f"{head}from dataclasses import replace\n\nclass Bad(Effect):\n"
    path.write_text(text + indent(f"{told}{HEADS[stage]}\n    {body}\n", "    "))
    source = sourced(path)
    bad = registry_with([Grant(source, hosts.describe(source))], hosts).effect("bad_one")
    scene, frame = table_frames[0]
    method = {"optics": "equip", "curve": "develop", "picture": "retouch"}.get(stage, "channels")
    given = {"optics": (scene.camera,), "channels": (frame, DRAWS)}.get(stage, (linear_of(frame), frame, DRAWS))
    with pytest.raises(PluginFault) as caught:
        getattr(bad, method)({}, *given)
    assert words in caught.value.fault.message, caught.value.fault.message


@pytest.mark.parametrize(("trait", "value"), [("stage", "nowhere"), ("rest", 3)])
def test_a_manifest_with_a_trait_that_is_none_is_refused(four: PluginRegistry, trait: str, value: Any) -> None:
    tree = four.grants[0].manifest.to_json()
    tree["plugins"][0]["traits"][trait] = value
    with pytest.raises(InputError, match=f"traits.{trait}"):
        manifest_from_json(tree)
