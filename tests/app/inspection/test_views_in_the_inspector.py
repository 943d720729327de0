"""Each view of a rig has its own section under the camera, whose rows are read, changed, varied and checked."""

from __future__ import annotations

import pytest

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.document.addresses import CAMERA, MISSING, Address, read, write
from myriorama.app.document.outline import outline
from myriorama.app.document.uids import fresh_uid, taken_uids
from myriorama.app.finding import find_project
from myriorama.app.inspection import changes
from myriorama.app.inspection.inspect import inspect
from myriorama.app.inspection.rows import Row
from myriorama.app.preview.drawn import drawn_values
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.cameras.views import VIEW_PARAMETERS
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Project


@pytest.fixture
def stereo() -> Project:
    return load_project(find_project("stereo_bench")).project


def row_of(project: Project, registry: PluginRegistry, key: str) -> Row:
    return next(row for row in inspect(project, registry, (CAMERA,)).rows() if row.key == key)


def test_every_view_has_a_section(stereo: Project, mugs: Project, registry: PluginRegistry) -> None:
    found = inspect(stereo, registry, (CAMERA,))
    titles = {section.key: section.title for section in found.sections}
    assert {titles["views/left"], titles["views/right"]} == {"View left", "View right"}
    names = {row.declaration.name for row in found.rows() if row.addresses[0].section == "views/left"}
    assert names == {p.name for p in VIEW_PARAMETERS}
    assert not any(s.key.startswith("views/") for s in inspect(mugs, registry, (CAMERA,)).sections)


def test_a_view_is_changed_and_the_other_stays(stereo: Project, registry: PluginRegistry) -> None:
    row = row_of(stereo, registry, "views/left/right_m")
    assert (row.value, row.paths) == (-0.06, ("left/right_m",))
    after = changes.with_value(stereo, registry, row, {"uniform": [-0.1, -0.05]}, frozenset())
    assert row_of(after, registry, "views/left/right_m").state == "varied"
    assert after.camera.views[1] == stereo.camera.views[1]
    plan = compile_plan(after, registry, FileAssetStore(find_project("stereo_bench").parent))
    drawn = [drawn_values(plan.draw(index), registry) for index in (2, 3)]
    assert -0.1 <= drawn[0]["left/right_m"] <= -0.05
    assert drawn[0]["left/right_m"] == drawn[1]["left/right_m"]
    assert drawn[0]["right/right_m"] == 0.06
    back = write(after, Address(CAMERA, "views/left", "right_m"), MISSING)
    assert read(back, Address(CAMERA, "views/left", "right_m")) is MISSING
    with pytest.raises(KeyError):
        read(stereo, Address(CAMERA, "views/middle", "right_m"))


def test_a_value_that_cannot_be_says_why(stereo: Project, registry: PluginRegistry) -> None:
    row = row_of(stereo, registry, "views/right/yaw_deg")
    assert "limits" in changes.reason_against(stereo, registry, row, 900)
    assert not changes.reason_against(stereo, registry, row, {"normal": {"mean": 0, "std": 1, "low": -2, "high": 2}})


def test_a_view_s_uid_is_taken_and_the_outline_counts_them(stereo: Project, registry: PluginRegistry) -> None:
    assert fresh_uid("left", taken_uids(stereo)) == "left_2"
    camera = next(section for section in outline(stereo, {}, {}, ()) if section.uid == CAMERA)
    assert camera.note == "orbit, 2 views"
