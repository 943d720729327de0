"""Areas of the shipped placements: where they are, how handles move them, what the project says afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from myriorama.app.document.addresses import Address, read, write
from myriorama.app.finding import find_project
from myriorama.app.viewing.area import AreaChange, area_of, edited, layout_of, moved
from myriorama.app.viewing.gizmo import dragged, gizmo_for, gizmo_marks, hit, outline_of, stepped, told
from myriorama.app.viewing.written import UnableError
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.cameras.pose import look_along
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Node, Project

REGISTRY = builtin_registry()
EXPECTED: dict[str, tuple[dict[str, Any], tuple[float, float], bool]] = {
    "scatter": ({"width_m": 0.8, "depth_m": 0.5, "heading_deg": 30.0}, (0.8, 0.5), True),
    "pile": ({"shape": "disc", "radius_m": 0.2}, (0.4, 0.4), False),
    "grid": ({"columns": 4, "rows": 2, "column_spacing_m": 0.1, "row_spacing_m": 0.3}, (0.4, 0.6), True),
    "rows": ({"rows": 3, "per_row": 5, "row_spacing_m": 0.5, "in_row_spacing_m": 0.2}, (1.0, 1.5), True),
}


def _project(kind: str, parameters: dict[str, Any]) -> Project:
    project = load_project(find_project("mugs_on_conveyor")).project
    mugs = project.objects[0]
    placement = Node(uid="place", type=kind, parameters={"center_m": [0.1, -0.1, 0.75], **parameters})
    return project.model_copy(update={"objects": (mugs.model_copy(update={"placement": placement}),)})


def _camera() -> Camera:
    position = np.array([0.3, -1.6, 2.2])
    pose = look_along(position, np.array([0.1, -0.1, 0.75]) - position, 0.0)
    assert pose is not None
    return Camera(pose, 640, 480, 700.0, 700.0, 320.0, 240.0)


@pytest.mark.parametrize("kind", EXPECTED)
def test_areas_follow_the_written_numbers_and_changes(kind: str) -> None:
    parameters, size, turns = EXPECTED[kind]
    project = _project(kind, parameters)
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    area = area_of(project, layout, None)
    assert area.center_m == pytest.approx((0.1, -0.1, 0.75))
    assert (area.width_m, area.depth_m) == pytest.approx(size)
    assert bool(layout.heading) == turns
    uniform = 1.5 if layout.round else 1.0
    change = AreaChange((0.05, 0.0, -0.25), 15.0 if turns else 0.0, 1.5, uniform)
    after = edited(project, layout, change)
    expected = moved(area, change)
    found = area_of(after, layout, None)
    assert found.center_m == pytest.approx(expected.center_m)
    assert (found.width_m, found.depth_m) == pytest.approx((expected.width_m, expected.depth_m))
    assert found.heading_deg == pytest.approx(expected.heading_deg)


def test_fixed_moves_its_position() -> None:
    project = _project("scatter", {})
    layout = layout_of(project, REGISTRY, "belt")
    assert layout is not None
    assert layout.center == "position_m"
    assert layout.heading == "yaw_deg"
    after = edited(project, layout, AreaChange((0.0, 0.2, 0.0), 90.0))
    assert read(after, Address("belt", "placement", "position_m")) == [0, 0.2, 0]
    assert read(after, Address("belt", "placement", "yaw_deg")) == 90


def test_what_leaves_its_limits_is_refused_and_nothing_is_clamped() -> None:
    project = _project("scatter", {"width_m": 90_000.0})
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    with pytest.raises(UnableError, match="width_m would be 180000"):
        edited(project, layout, AreaChange(along=2.0))


def test_an_unknown_placement_and_a_node_have_no_area() -> None:
    assert layout_of(_project("from_elsewhere", {}), REGISTRY, "mugs") is None
    assert layout_of(_project("scatter", {}), REGISTRY, "lamp") is None


@pytest.mark.parametrize("part", ["plane", "x", "y", "z", "turn", "width", "depth", "both"])
def test_a_handle_is_hit_where_it_is_drawn_and_a_drag_puts_it_under_the_cursor(part: Any) -> None:
    project = _project("scatter", EXPECTED["scatter"][0])
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    camera = _camera()
    gizmo = gizmo_for(area_of(project, layout, None), layout, camera, 1.0)
    assert gizmo is not None
    handle = next(h for h in gizmo.handles if h.part == part)
    place = handle.spots[0] if len(handle.spots) else handle.lines[0].mean(axis=0)
    x, y = camera.project(place[None])[0][0].tolist()
    found = hit(gizmo, x, y, 1.0)
    assert found is not None
    assert found.part == part
    assert hit(gizmo, 5.0, 5.0, 1.0) is None
    change = dragged(gizmo, part, (x, y), (x + 20.0, y + 11.0))
    assert change is not None
    if part == "plane":
        after = gizmo_for(moved(gizmo.area, change), layout, camera, 1.0)
        assert after is not None
        assert camera.project(after.handles[0].spots)[0][0] == pytest.approx((x + 20.0, y + 11.0), abs=0.1)
    still = dragged(gizmo, part, (x, y), (x, y))
    assert still is not None
    assert stepped(still, gizmo, snap=False, fine=False) == AreaChange()
    assert told(stepped(change, gizmo, snap=False, fine=False))
    strokes, dots = gizmo_marks(gizmo, part)
    assert len(strokes)
    assert len(dots)


def test_snapping_goes_in_steps_and_fine_in_tenths() -> None:
    project = _project("scatter", {})
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    gizmo = gizmo_for(area_of(project, layout, None), layout, _camera(), 1.0)
    assert gizmo is not None
    raw = AreaChange((0.1234, 0.0, 0.0), 13.0, 1.26, 1.0)
    assert stepped(raw, gizmo, snap=True, fine=False) == AreaChange((0.12, 0.0, 0.0), 15.0, 1.3, 1.0)
    fine = stepped(raw, gizmo, snap=False, fine=True)
    assert fine.move_m[0] == pytest.approx(0.0123)
    assert fine.turn_deg == pytest.approx(1.3)


def test_the_outline_has_the_area_s_size() -> None:
    project = _project("scatter", EXPECTED["scatter"][0])
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    sides = outline_of(area_of(project, layout, None))
    assert sorted(np.linalg.norm(sides[:, 1] - sides[:, 0], axis=1)) == pytest.approx([0.5, 0.5, 0.8, 0.8])


def test_a_drawn_value_is_not_the_written_one() -> None:
    project = write(_project("scatter", {}), Address("mugs", "placement", "center_m"), [{"uniform": [0, 1]}, 0, 0.75])
    layout = layout_of(project, REGISTRY, "mugs")
    assert layout is not None
    assert area_of(project, layout, None).center_m[0] == 0.5
