"""Motion in the inspector: unset where a group stands still, and written into the project where it is set."""

from __future__ import annotations

from myriorama.app.document.addresses import MISSING, Address, write
from myriorama.app.inspection.inspect import inspect
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project

VELOCITY = Address("mugs", "motion", "velocity_m_s")


def section(project: Project, registry: PluginRegistry):
    (found,) = [s for s in inspect(project, registry, ("mugs",)).sections if s.key == "motion"]
    return found


def test_a_group_that_stands_still_says_so(mugs: Project, registry: PluginRegistry) -> None:
    found = section(mugs, registry)
    assert (found.title, found.note, found.folded) == ("Motion", "stands still", True)
    assert {row.state for row in found.rows} == {"unset"}


def test_a_velocity_is_written_and_taken_away(mugs: Project, registry: PluginRegistry) -> None:
    moving = write(mugs, VELOCITY, [{"uniform": [0.1, 0.5]}, 0.0, 0.0])
    assert moving.objects[0].motion == {"velocity_m_s": [{"uniform": [0.1, 0.5]}, 0.0, 0.0]}
    found = section(moving, registry)
    assert (found.note, found.folded) == ("1 set", False)
    states = {row.key: row.state for row in found.rows}
    assert states["motion/velocity_m_s/0"] == "varied"
    assert states["motion/axes"] == "literal"
    assert write(moving, VELOCITY, MISSING) == mugs
