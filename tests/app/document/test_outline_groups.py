"""Effects in the outline say under which heading they are offered."""

from __future__ import annotations

from myriorama.app.document.outline import outline
from myriorama.app.finding import find_project
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.model import Node


def test_an_effect_has_its_heading_and_what_is_not_shipped_has_none() -> None:
    mugs = load_project(find_project("mugs_on_conveyor")).project
    nodes = tuple(Node(uid=name, type=name) for name in ("vignette", "sensor_noise", "of_somebody_else"))
    sections = outline(mugs.model_copy(update={"effects": nodes}), {}, {}, ())
    rows = {row.uid: row for section in sections for row in section.rows}
    assert [rows[node.uid].group for node in nodes] == ["Lens & shutter", "Sensor", ""]
    assert {row.group for row in rows.values() if row.kind != "effects"} == {""}
