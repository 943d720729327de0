"""The shipped examples: the rasteriser's truth where there is no lens, the label contract where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from myriorama.app import open_project
from myriorama.app.opened import OpenedProject
from myriorama.plugins.annotators import annotate
from myriorama.scenes.labels.contract import check
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.rendering.frame import RenderRequest
from myriorama.scenes.rendering.optics.renderer import OpticalRenderer

pytestmark = pytest.mark.gl
EXAMPLES = ("bench_table", "cones_and_cubes", "dice_tray", "mugs_on_conveyor", "shop_shelf", "crop_field")
TRUTH = RenderRequest(rgb=False)


@pytest.fixture(scope="module", params=EXAMPLES)
def example(request: pytest.FixtureRequest) -> Iterator[OpenedProject]:
    with open_project(request.param, size=(240, 180)) as opened:
        yield opened


def test_rays_and_rasteriser_agree(example, renderer, tracer, off_edges) -> None:
    produced = example.produced(0).record
    scene = produced.scene
    frame, truth = renderer.render(scene, TRUTH), tracer.trace(scene)
    rays = truth.buffers
    owner = scene.instance_of_surface
    quiet = off_edges(owner[frame.surface_id], owner[rays.surface_id])
    assert quiet.mean() > 0.4
    assert (frame.surface_id == rays.surface_id)[quiet].mean() >= 0.999
    assert (frame.surface_id == rays.surface_id).mean() >= 0.998
    same = quiet & (frame.surface_id == rays.surface_id) & (rays.surface_id > 0)
    away = np.abs(frame.depth - rays.depth)[same] / rays.depth[same]
    assert np.quantile(away, 0.999) < 1e-4
    assert np.quantile(np.einsum("ij,ij->i", frame.normal[same], rays.normal[same]), 0.005) > 0.999
    assert np.quantile(np.abs(frame.object_coordinates - rays.object_coordinates)[same].max(axis=1), 0.999) < 1e-3
    told = np.array([(m.mask.sum(), m.pixels_extended, m.clipped) for m in frame.amodal.values()])
    found = np.array(
        [(truth.amodal[i].mask.sum(), truth.amodal[i].pixels_extended, truth.amodal[i].clipped) for i in frame.amodal]
    )
    assert np.abs(told[:, :2] - found[:, :2]).sum() <= 2e-3 * told[:, :2].sum() + 2
    assert (told[:, 2] == found[:, 2]).all()


def broken(example: OpenedProject, optical: OpticalRenderer, lenses, moved, index: int) -> list[str]:
    """Return what the contract says of one sample through each of four cameras."""
    produced = example.produced(index).record
    plain = produced.scene.camera
    turning = {"readout_s": 0.03, "velocity_m_s": (0.2, 0.1, 0.2), "angular_velocity_rad_s": (0.1, 0.7, 0.3)}
    cameras = (
        replace(plain, distortion=lenses.barrel),
        replace(plain, distortion=lenses.pincushion, **turning),
        lenses.fisheye_of(plain, 75.0),
        replace(plain, **turning),
    )
    out = []
    for camera in cameras:
        scene = moved(produced.scene, camera, (0.8, -0.3, 0.0) if camera.readout_s else (0.0, 0.0, 0.0))
        frame = optical.render(scene, TRUTH)
        truth = Truth.of(frame, scene)
        sample = example.sample(index)
        record = annotate(frame, scene, sample, example._producer._registry, example._producer._labels, truth)
        assert record.frame.surface_id is frame.surface_id
        out += [f"{index} {camera.distortion} {camera.readout_s}: {v}" for v in check(record, truth)]
    return out


@pytest.mark.parametrize("example", EXAMPLES[:4], indirect=True, scope="module")
def test_labels_through_lenses_keep_the_contract(example, optical, lenses, moved) -> None:
    assert broken(example, optical, lenses, moved, 1) == []


@pytest.mark.long
def test_many_labels_through_lenses_keep_the_contract(example, optical, lenses, moved) -> None:
    found = [told for index in range(1, 4) for told in broken(example, optical, lenses, moved, index)]
    assert found == []
