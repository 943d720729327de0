"""The menu *Add*: the list of what can be added, opened where one thing is looked for, and cameras with one click.

What is added is the panel's affair.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from myriorama.app.actions import Action
from myriorama.app.catalogue.camera_presets import camera_presets
from myriorama.app.catalogue.effect_groups import CAMERAS, GROUPS
from myriorama.app.catalogue.entries import Entry
from myriorama.app.document.edit import Edit
from myriorama.app.document.views import add_view, removal_label, remove_view, single_camera, stereo_pair
from myriorama.scenes.cameras.views import MAX_VIEWS
from myriorama.scenes.project.model import Project
from myriorama.widgets.outliner.marks import GROUP_MARKS, MARKS
from myriorama.widgets.panel import Bound
from myriorama.widgets.theme import icon

if TYPE_CHECKING:
    from myriorama.widgets.outliner.panel import OutlinerPanel

_ON_THE_RIG: Final = "Add/Cameras on the rig"
_SHELVES: Final = (
    ("objects", "Object…", "Choose an object to add."),
    ("stage", "Stage…", "Choose a floor, a table or another stage to add."),
    ("environment", "Surroundings…", "Choose a sky, a room or a panorama to add."),
    ("lights", "Light…", "Choose a light to add."),
)
_VIEWS: Final[tuple[tuple[str, str, str, Callable[[Project], Edit], Callable[[int], bool]], ...]] = (
    (
        "stereo_pair",
        "Stereo pair",
        "Mount a left and a right camera, 12 cm apart: every sample has both pictures, and disparity.",
        stereo_pair,
        lambda views: views == 0,
    ),
    (
        "add_view",
        "One more view",
        "Mount another camera on the rig; the section of the camera in the inspector says where.",
        add_view,
        lambda views: views < MAX_VIEWS,
    ),
    (
        "single_camera",
        "Single camera",
        "Take all views off the rig, so that every sample is one picture again.",
        single_camera,
        lambda views: views > 0,
    ),
)
_GROUP_HELP: Final = {
    "Lens & shutter": "Distortion, depth of field, motion blur, vignette, flare, dirt and more.",
    "Air": "Fog, haze, rain, snow, dust, wet ground.",
    "Sensor": "Exposure, noise, monochrome, Bayer mosaic, white balance, tone curve.",
    "Picture": "Thermal look, quantisation, JPEG.",
    "Depth sensors": "What stereo, structured light and time of flight measure, beside exact depth.",
}


def adding_of(panel: OutlinerPanel) -> tuple[Bound, ...]:
    """Return the rows of the menu *Add*, bound to a panel."""
    rows = [
        _row(f"add_{name}", title, told, "Add", MARKS[name], panel, partial(_offer, panel, name, ""))
        for name, title, told in _SHELVES
    ]
    for group in GROUPS:
        if group != CAMERAS:
            word = group.lower().replace(" & ", "_").replace(" ", "_")
            run = partial(_offer, panel, "effects", group)
            told = _GROUP_HELP[group]
            rows.append(_row(f"effect_{word}", f"{group}…", told, "Add/Effect", GROUP_MARKS[group], panel, run))
    for preset in camera_presets():
        entry = Entry("camera", preset.name, preset.label, preset.help, "effects", group=CAMERAS)
        run = partial(panel.add_entry, entry)
        told = "Add the effects of this camera, as one step."
        mark = GROUP_MARKS[CAMERAS]
        rows.append(_row(f"camera_{preset.name}", preset.label, told, "Add/Camera preset", mark, panel, run))
    for id_, title, told, edit, enabled in _VIEWS:
        action = Action(f"outliner.{id_}", title, "outliner", told, (), _ON_THE_RIG, GROUP_MARKS[CAMERAS])
        rows.append(Bound(action, partial(_mount, panel, edit), partial(_has_views, panel, enabled)))
    return tuple(rows)


def _has_views(panel: OutlinerPanel, enabled: Callable[[int], bool]) -> bool:
    project = panel.studio.document.project
    return project is not None and enabled(len(project.camera.views))


def _mount(panel: OutlinerPanel, edit: Callable[[Project], Edit]) -> None:
    panel.make(lambda project, _: edit(project), empty=True)


def add_rig_rows(panel: OutlinerPanel, menu: QMenu) -> None:
    """Add to the camera's menu how many cameras the rig has: one row to mount each way, one to take each view off."""
    rows = [bound for bound in panel.actions_here() if bound.action.menu == _ON_THE_RIG]
    for bound in rows:
        made = menu.addAction(icon(bound.action.icon), bound.action.title, bound.run)
        made.setToolTip(bound.action.help)
        made.setEnabled(bound.enabled is None or bound.enabled())
    project = panel.studio.document.project
    for view in project.camera.views if project is not None else ():
        edit = partial(_without, view.uid)
        menu.addAction(icon("delete-outline"), removal_label(view), partial(_mount, panel, edit))


def _without(uid: str, project: Project) -> Edit:
    return remove_view(project, uid)


def _offer(panel: OutlinerPanel, list_name: str, group: str) -> None:
    corner = QPoint(0, panel.add_button.height() + 2)
    panel.popup.offer(panel.studio.catalogue.entries, panel.add_button.mapToGlobal(corner), list_name, group)


def _row(id_: str, title: str, told: str, menu: str, mark: str, panel: OutlinerPanel, run: partial[None]) -> Bound:
    action = Action(f"outliner.{id_}", title, "outliner", told, (), menu, mark)
    return Bound(action, run, lambda: panel.studio.document.project is not None)
