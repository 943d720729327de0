"""Coarse meshes are for drafts alone; what objects are made of, and their edges, are told where they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.object_studio.bench import bench_project
from myriorama.app.preview.anatomy import anatomy_from, anatomy_to_json
from myriorama.app.preview.coarse import CoarseModels
from myriorama.app.preview.darkroom import Darkroom
from myriorama.app.preview.frames import FrameRequest, Layer, SampleFrame
from myriorama.app.preview.wire import frame_from, request_to_json, wanted_from
from myriorama.app.preview.wires import wire_layer
from myriorama.plugins.generators.mug import Mug
from myriorama.plugins.registry import registry_with
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.rendering.raster.engine import RasterRenderer

WIDTH, HEIGHT = 120, 90


class Room:
    """A darkroom, asked as the preview process is."""

    def __init__(self, folder: Path) -> None:
        self.registry = registry_with(())
        self._darkroom = Darkroom(self.registry, RasterRenderer(), folder)
        self._generation = 0

    def picture(self, *, final: bool, layers: frozenset[Layer] = frozenset()) -> SampleFrame:
        self._generation += 1
        project = bench_project(self.registry, "mug", {"height_m": 0.1 + 1e-6 * self._generation})
        request = FrameRequest(project, ".", 0, WIDTH, HEIGHT, "standard" if final else "draft", final, layers)
        made = self._darkroom.make(wanted_from(request_to_json(self._generation, request)), lambda: False)
        return frame_from({**made.told, "block": ""}, made.arrays, None)

    def close(self) -> None:
        self._darkroom.close()


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.close()


@pytest.fixture
def coarse_mugs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mugs whose parts bring a coarse mesh that no one can take for the mug: the same, squeezed to a third."""
    whole = Mug.generate

    def squeezed(part: Part) -> Part:
        small = replace(part.mesh, positions=part.mesh.positions * np.float32(1 / 3), faces=part.mesh.faces[::4])
        return replace(part, coarse=small)

    def generate(self: Mug, values: Any) -> ObjectModel:
        model = whole(self, values)
        return replace(model, parts=tuple(squeezed(p) for p in model.parts))

    monkeypatch.setattr(Mug, "generate", generate)


def mug_pixels(frame: SampleFrame) -> int:
    ours = [s.surface_id for s in frame.surfaces if frame.instances[s.instance].group_uid == "object"]
    return int(np.isin(frame.surface_id, ours).sum())


def test_drafts_draw_the_coarse_mesh_and_finals_and_labels_never(
    room: Room, coarse_mugs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = room.picture(final=False, layers=frozenset({"anatomy"}))
    final = room.picture(final=True)
    monkeypatch.undo()
    bare = room.picture(final=True)
    assert 0 < mug_pixels(draft) < 0.3 * mug_pixels(final)
    assert mug_pixels(final) == mug_pixels(bare)
    assert [a.area_px for a in final.annotations] == [a.area_px for a in bare.annotations]
    assert [k.v for a in final.annotations for k in a.keypoints] == [k.v for a in bare.annotations for k in a.keypoints]
    seen = next(i for i in draft.instances if i.group_uid == "object")
    assert seen.bounds[1, 2] == pytest.approx(0.1, abs=1e-3), "bounds are the object's own"
    assert seen.anatomy is not None
    assert all(0 < p.coarse_triangles < p.triangles for p in seen.anatomy.parts)


def test_a_scene_without_coarse_meshes_is_left_as_it_is(scene_kit: Any) -> None:
    scene = scene_kit.table()
    coarse = CoarseModels()
    assert coarse.scene(scene) is scene
    crate = next(i for i in scene.instances if i.instance_key == "crate/0")
    box = scene_kit.shapes.box(0.1, 0.1, 0.1)
    parts = (replace(crate.model.parts[0], coarse=box), *crate.model.parts[1:])
    model = replace(crate.model, parts=parts)
    other = replace(scene, instances=(*scene.instances[:2], replace(crate, model=model), *scene.instances[3:]))
    drawn = coarse.scene(other)
    assert drawn.instances[2].model.parts[0].mesh is box
    assert drawn.instances[2].model.parts[1] is parts[1], "what has no coarse mesh stays"
    assert coarse.scene(other).instances[2].model is drawn.instances[2].model, "it is made once"
    assert model.nbytes == crate.model.nbytes + box.nbytes


def test_anatomy_comes_only_where_it_is_asked_for_and_as_it_is(room: Room) -> None:
    plain, told = room.picture(final=True), room.picture(final=True, layers=frozenset({"anatomy"}))
    assert all(i.anatomy is None for i in plain.instances)
    model = Mug().generate({p.name: p.default for p in Mug.parameters})
    ours = next(i for i in told.instances if i.group_uid == "object").anatomy
    again = anatomy_from(anatomy_to_json(model))
    assert ours is not None
    assert [p.name for p in ours.parts] == [p.name for p in model.parts] == [p.name for p in again.parts]
    assert [p.triangles for p in again.parts] == [len(p.mesh.faces) for p in model.parts]
    assert [k.kind for k in ours.keypoints] == [k.kind for k in model.keypoints]
    assert ours.skeleton == model.skeleton


def test_edges_are_drawn_where_they_are_seen_and_nowhere_else(scene_kit: Any) -> None:
    camera = scene_kit.looking((0.0, -2.0, 0.25), (0.0, 0.0, 0.25), WIDTH, HEIGHT, 120.0)
    front = scene_kit.instance("crate/0", scene_kit.shapes.box(0.5, 0.5, 0.5), scene_kit.pose_at())
    behind = scene_kit.instance("crate/1", scene_kit.shapes.box(0.2, 0.2, 0.2), scene_kit.pose_at(0.0, 1.0))
    ground = scene_kit.instance("floor/0", scene_kit.shapes.plane(6.0), scene_kit.pose_at(), kind="stuff", class_id=9)
    one = scene_kit.scene(camera, [front])
    both = scene_kit.scene(camera, [front, behind, ground])
    depth = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    # the front face alone is seen: a plane at y = -0.25, 0.5 m wide and high
    half = round(0.25 / 1.75 * 120.0)
    middle = (WIDTH // 2, HEIGHT // 2)
    depth[middle[1] - half : middle[1] + half, middle[0] - half : middle[0] + half] = 1.75
    edges = wire_layer(one, depth)
    assert edges.shape == depth.shape
    assert set(np.unique(edges)) == {0, 255}
    assert (wire_layer(both, depth) == edges).all(), "what is hidden, and what is no thing, has no edges"
    rows, columns = np.nonzero(edges)
    assert abs(int(columns.min()) - (middle[0] - half)) <= 1
    assert abs(int(rows.max()) - (middle[1] + half)) <= 1
    assert not edges[middle[1] - half // 2, middle[0] + half // 3], "between its edges a face is empty"
