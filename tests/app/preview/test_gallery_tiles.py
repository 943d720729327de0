"""Thumbnails and facts: the samples of an export, in the order wanted, never stale, and told where they fail."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from myriorama.app.document.addresses import Address, write
from myriorama.app.judging.recipes import recipe_hash
from myriorama.app.opened import OpenedProject
from myriorama.app.preview.drawn import drawn_values
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.tiles import TileKey
from myriorama.app.preview.tracer_here import look
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.project.model import Project

if TYPE_CHECKING:
    from conftest import Models

pytestmark = pytest.mark.gl
HEIGHT = Address("mugs", "parameters", "height_m")
Gallery = tuple[TileService, "Models"]
Exported = Callable[[Project], OpenedProject]


def stretched(project: Project, high_m: float) -> Project:
    return write(project, HEIGHT, {"uniform": [0.08, high_m]})


def test_tiles_come_in_the_order_wanted_and_show_what_an_export_takes(
    gallery: Gallery, small: Project, exported: Exported, tmp_path: Path
) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    keys = [TileKey(i) for i in (3, 0, 2, 1)]
    service.want(keys, 64)
    models.until(lambda: len(models.tiles) == 4, "four tiles")
    assert [t.key for t in models.tiles] == keys
    attempts = set()
    for tile in models.tiles:
        record = exported(small).record(tile.key.index)
        attempts.add(record.sample.attempt)
        assert tile.problem == ""
        assert tile.epoch == service.epoch
        assert tile.rgb.shape == (48, 64, 3)
        assert (tile.sample_key, tile.recipe_hash) == (record.key, recipe_hash(record.sample))
        assert {i.key for i in tile.items} <= {a.instance_key for a in record.annotations}
        # the picture is that of the export, smaller
        coarse = record.rgb.reshape(6, 15, 6, 20, 3).mean(axis=(1, 3))
        rows = np.array_split(tile.rgb, 6)
        ours = np.stack([[b.mean(axis=(0, 1)) for b in np.array_split(row, 6, axis=1)] for row in rows])
        assert np.abs(ours - coarse).mean() < 6.0
        for item in tile.items:
            assert item.mask.any()
            assert item.visible is not None
    assert len(attempts) > 1, "no sample was drawn twice: acceptance was not tried"


def test_facts_are_those_of_the_record(gallery: Gallery, small: Project, exported: Exported, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    service.want_facts(range(3))
    models.until(lambda: len(models.facts) == 3, "facts")
    for facts in sorted(models.facts, key=lambda f: f.index):
        produced = exported(small).produced(facts.index)
        record = produced.record
        assert (facts.sample_key, facts.recipe_hash) == (record.key, recipe_hash(record.sample))
        assert (facts.width, facts.height) == (record.frame.width, record.frame.height)
        assert facts.hidden == len(record.hidden)
        assert facts.violations == tuple(str(v) for v in produced.violations)
        assert dict(facts.values) == drawn_values(record.sample, builtin_registry())
        assert [o.instance_key for o in facts.objects] == [a.instance_key for a in record.annotations]
        camera = record.scene.camera
        for ours, theirs in zip(facts.objects, record.annotations, strict=True):
            assert theirs.box_3d is not None
            assert ours.box == (theirs.box.x, theirs.box.y, theirs.box.w, theirs.box.h)
            assert (ours.area_px, ours.visible) == (theirs.area_px, theirs.visible)
            assert (ours.class_id, ours.class_name) == (theirs.class_id, theirs.class_name)
            assert dict(ours.attributes) == dict(theirs.attributes)
            eye = camera.world_from_camera[:3, 3]
            assert ours.distance_m == pytest.approx(float(np.linalg.norm(eye - theirs.box_3d.center)), rel=1e-12)
            # from the centre, so far in this direction, turned into the world, one comes to the camera
            direction = theirs.world_from_object[:3, :3] @ np.array(ours.viewing_direction)
            direction /= np.linalg.norm(direction)
            assert theirs.box_3d.center + ours.distance_m * direction == pytest.approx(eye, abs=1e-9)
        luma = float(record.rgb.mean(axis=(0, 1)) @ (0.2126, 0.7152, 0.0722)) / 255
        assert facts.brightness == pytest.approx(luma, abs=0.02)


def test_no_tile_of_an_older_epoch_is_handed_on(gallery: Gallery, small: Project, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    epochs: list[int] = []
    service.epoch_changed.connect(epochs.append)
    for step in range(3):
        service.set_project(stretched(small, 0.13 + 0.01 * step), tmp_path)
        service.want([TileKey(i) for i in range(4)], 48)
        models.run(0.15)
    before = len(models.tiles)
    models.until(lambda: sum(t.epoch == service.epoch for t in models.tiles) == 4)
    service.epoch_changed.disconnect(epochs.append)
    assert epochs == [service.epoch - 2, service.epoch - 1, service.epoch]
    assert all(t.epoch == service.epoch for t in models.tiles[before:])
    last = {t.key: t.recipe_hash for t in models.tiles if t.epoch == service.epoch}
    assert len(last) == 4
    models.run(0.3)
    earlier = sum(t.epoch != service.epoch for t in models.tiles)
    assert len(models.tiles) == earlier + 4, "each thumbnail comes once"


def test_a_new_wish_takes_the_place_of_the_old_one(gallery: Gallery, small: Project, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    service.want([TileKey(i) for i in range(100, 400)], 48)
    service.want([TileKey(7), TileKey(8)], 48)
    models.until(lambda: {7, 8} <= {t.key.index for t in models.tiles})
    models.run(0.3)
    assert len(models.tiles) <= 3  # the one that was under way, and the two


def test_a_held_service_begins_nothing_and_forgets_nothing(gallery: Gallery, small: Project, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    service.hold(True)
    models.run(0.3)  # what was under way
    models.forget()
    service.want([TileKey(i) for i in range(3)], 48)
    models.run(0.5)
    assert models.tiles == []
    service.hold(False)
    models.until(lambda: len(models.tiles) == 3)


def test_variants_are_pictures_of_other_projects(
    gallery: Gallery, small: Project, exported: Exported, tmp_path: Path
) -> None:
    service, models = gallery
    models.forget()
    tall = stretched(small, 0.2)
    service.set_project(small, tmp_path)
    service.set_variants({"tall": tall})
    service.want([TileKey(0, "tall"), TileKey(0), TileKey(0, "unknown")], 48)
    models.until(lambda: len(models.tiles) == 2)
    told = {t.key.variant: t.sample_key for t in models.tiles}
    assert told == {"tall": exported(tall).record(0).key, "": exported(small).record(0).key}
    service.set_variants({})
    service.want([TileKey(0, "tall")], 48)
    models.run(0.3)
    assert len(models.tiles) == 2


def test_a_sample_that_fails_is_told_on_its_tile(gallery: Gallery, small_tree: dict[str, Any], tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    tree = json.loads(json.dumps(small_tree))
    tree["acceptance"][0]["at_least"] = 4
    tree["max_attempts"] = 1
    service.set_project(parse_project(json.dumps(tree)), tmp_path)
    service.want([TileKey(i) for i in range(6)], 48)
    models.until(lambda: len(models.tiles) == 6)
    failed = [t for t in models.tiles if t.problem]
    assert 0 < len(failed) < 6
    for tile in failed:
        assert "three mugs" in tile.problem
        assert tile.rgb.shape == (1, 1, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_process_is_replaced_and_no_tile_is_lost(gallery: Gallery, small: Project, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    service.want([TileKey(i) for i in range(4)], 64)
    models.until(lambda: len(models.tiles) == 1)
    (pid,) = service.pids
    os.kill(pid, signal.SIGKILL)
    models.until(lambda: len(models.tiles) == 4, "all tiles after a kill")
    assert sorted(t.key.index for t in models.tiles) == [0, 1, 2, 3]
    assert all(not t.problem for t in models.tiles)
    assert service.pids != (pid,)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_processes_that_never_start_are_told_and_tried_again(models: Models, small: Project, tmp_path: Path) -> None:
    service = TileService(models.post, tmp_path, workers=1)
    service.tile_ready.connect(models.tiles.append)
    try:
        service.set_project(small, tmp_path)
        service.want([TileKey(0), TileKey(1)], 48)
        killed: set[int] = set()
        while len(models.tiles) < 2:
            for pid in set(service.pids) - killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
            models.run(0.01)
        assert len(killed) == 2
        assert all("before it is ready" in t.problem for t in models.tiles)
        models.forget()
        service.want([TileKey(0)], 48)
        models.until(lambda: len(models.tiles) == 1)
        assert models.tiles[0].problem == ""
    finally:
        service.close()
    assert service.pids == ()


@pytest.mark.skipif(not look().runs, reason="the path tracer does not run here")
def test_a_chosen_tile_is_path_traced(gallery: Gallery, small: Project, tmp_path: Path) -> None:
    service, models = gallery
    models.forget()
    service.set_project(small, tmp_path)
    service.trace(frozenset({1}))
    service.want([TileKey(0), TileKey(1)], 64)
    models.until(lambda: len(models.tiles) == 2, "two tiles")
    service.trace(frozenset())
    service.want([TileKey(1)], 64)
    models.until(lambda: len(models.tiles) == 3, "the second one by the raster engine")
    assert [tile.problem for tile in models.tiles] == ["", "", ""]
    assert [tile.traced for tile in models.tiles] == [False, True, False]
    traced, raster = models.tiles[1], models.tiles[2]
    assert traced.recipe_hash == raster.recipe_hash
    assert [item.key for item in traced.items] == [item.key for item in raster.items]
    apart = np.abs(traced.rgb.astype(int) - raster.rgb.astype(int))
    assert 0.2 < apart.mean() < 40.0
