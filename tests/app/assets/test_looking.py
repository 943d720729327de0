"""Looks at assets: facts and pictures, kept and made anew; hostile files answer with the importer's words."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from myriorama.app.assets.look_worker import Viewer
from myriorama.app.assets.looking import LookService
from myriorama.app.assets.looks import Look, LookRequest
from myriorama.app.observable import no_post
from myriorama.resources import resource_path

HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"
Ask = Callable[[LookRequest], Look]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[LookService]:
    made = LookService(no_post, tmp_path / "cache")
    yield made
    made.close()


@pytest.fixture
def ask(service: LookService) -> Ask:
    answers: dict[LookRequest, Look] = {}
    arrived = threading.Condition()

    def told(wanted: LookRequest, look: Look) -> None:
        with arrived:
            answers[wanted] = look
            arrived.notify()

    service.looked.connect(told)

    def asked(wanted: LookRequest) -> Look:
        answers.pop(wanted, None)
        service.request(wanted, again=True)
        with arrived:
            assert arrived.wait_for(lambda: wanted in answers, timeout=60)
        return answers[wanted]

    asked.told = told  # type: ignore[attr-defined]  # signals hold no strong reference to a closure
    return asked


def test_a_model_is_measured_and_drawn_and_a_broken_one_hurts_nobody(ask: Ask) -> None:
    look = ask(LookRequest("resource:models/kaykit/pot_A.gltf", "model"))
    assert dict(look.facts)["Triangles"] == "324"
    assert look.extent == pytest.approx((1.4, 0.5, 1.0), abs=1e-3)
    assert look.up_axis == "y"
    assert look.beside == ("pot_A.bin", "restaurantbits_texture.png")
    assert look.rgb is not None
    assert look.rgb.std() > 10
    for name in ("texture_bomb.glb", "truncated.glb", "meshopt.glb", "git_lfs_pointer.glb"):
        refused = ask(LookRequest(f"models/{name}", "model", str(HOSTILE)))
        assert refused.problems
        assert refused.rgb is None
    assert not ask(LookRequest("models/cube.glb", "model", str(HOSTILE))).problems


def test_other_kinds_have_their_own_facts(ask: Ask) -> None:
    light = ask(LookRequest("resource:hdri/city.exr", "radiance"))
    assert dict(light.facts)["Resolution"] == "512 × 256 px"
    assert light.rgb is not None
    assert light.rgb.shape == (128, 256, 3)
    image = ask(LookRequest("resource:models/kenney/Textures/colormap.png", "image"))
    assert image.rgb is not None
    assert not image.problems
    worn = ask(LookRequest("resource:textures/tiles", "texture_set"))
    assert "normal" in dict(worn.facts)["Maps"]
    for name in ("png_bomb.png", "truncated.png", "postscript.png"):
        assert ask(LookRequest(f"pictures/{name}", "image", str(HOSTILE))).problems
    assert ask(LookRequest("../secret.png", "image", str(HOSTILE))).problems


def test_a_look_is_kept_until_its_file_or_one_beside_it_changes(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(resource_path("models/kaykit"), folder)
    wanted = LookRequest("pot_A.gltf", "model", str(folder))
    first = ask(wanted)
    assert first.rgb is not None
    kept = LookService(no_post, tmp_path / "cache")
    same = kept._from_cache(wanted)
    assert same is not None
    assert same.facts == first.facts
    assert np.array_equal(same.rgb, first.rgb)
    texture = folder / "restaurantbits_texture.png"
    os.utime(texture, ns=(1, 1))
    assert kept._from_cache(wanted) is None
    turned = ask(LookRequest("pot_A.gltf", "model", str(folder), (), "z"))
    assert turned.rgb is not None
    assert not np.array_equal(turned.rgb, first.rgb), "another axis up is another picture"


def test_a_killed_process_is_told_and_replaced(
    service: LookService, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from myriorama.app.assets import looking

    made: list[looking.Companion] = []

    class Watched(looking.Companion):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(looking, "Companion", Watched)
    assert not ask(LookRequest("resource:hdri/city.exr", "radiance")).problems
    os.kill(made[0].pid, signal.SIGKILL)
    look = ask(LookRequest("resource:hdri/sunset.exr", "radiance"))
    assert not look.problems or "ended" in look.problems[0].message
    assert not ask(LookRequest("resource:hdri/studio.exr", "radiance")).problems
    assert len(made) == 2


def test_without_a_device_the_facts_remain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from myriorama.scenes.errors import DeviceError
    from myriorama.scenes.rendering.raster import engine

    def blind() -> None:
        raise DeviceError("there is no OpenGL here")

    monkeypatch.setattr(engine, "RasterRenderer", blind)
    viewer = Viewer(tmp_path)
    wanted = LookRequest("resource:models/kenney/bowl.gltf", "model")
    look = viewer.look(wanted, viewer._store(wanted))
    assert look.rgb is None
    assert look.extent is not None
    assert "no OpenGL" in look.notes[-1]
