"""Edits of the cameras on the rig: a stereo pair, one more view, one fewer, a single camera again.

A view stands where its parameters say; no edit here looks at a picture or moves the rig.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from myriorama.app.document.addresses import CAMERA, view_of
from myriorama.app.document.edit import Edit
from myriorama.app.document.uids import fresh_uid, linked_names, taken_uids
from myriorama.scenes.cameras.views import MAX_VIEWS
from myriorama.scenes.errors import InputError, Problem
from myriorama.scenes.project.dump import project_tree
from myriorama.scenes.project.model import MountedView, Project

BASELINE_M: Final = 0.12
"""Of a new stereo pair."""


def stereo_pair(project: Project, baseline_m: float = BASELINE_M) -> Edit:
    """Mount a rectified pair on the rig, left and right of its pose.

    Raises
    ------
    InputError
        The rig has views already.
    """
    if project.camera.views:
        names = ", ".join(view.name for view in project.camera.views)
        raise InputError(Problem("camera.views", "the rig has views already", names, "take them off first"))
    taken = set(taken_uids(project))
    views = []
    for name, way in (("left", -0.5), ("right", 0.5)):
        uid = fresh_uid(name, taken)
        taken.add(uid)
        views.append(MountedView(uid=uid, name=name, parameters={"right_m": way * baseline_m}))
    note = "Every sample now has a left and a right picture; indices count pictures."
    return Edit(_with(project, views), "Make a stereo pair", (CAMERA,), note)


def add_view(project: Project) -> Edit:
    """Mount one more camera at the rig's own pose. The first is then what the camera was, so it is mounted as well.

    Raises
    ------
    InputError
        The rig is full.
    """
    views = list(project.camera.views)
    if len(views) >= MAX_VIEWS:
        raise InputError(Problem("camera.views", "the rig is full", str(len(views)), f"at most {MAX_VIEWS} views"))
    taken = set(taken_uids(project))
    for _ in range(1 if views else 2):
        name = fresh_uid(f"view_{len(views) + 1}", {view.name for view in views})
        uid = fresh_uid(name, taken)
        taken.add(uid)
        views.append(MountedView(uid=uid, name=name))
    return Edit(_with(project, views), "Add a view", (CAMERA,))


def remove_view(project: Project, uid: str) -> Edit:
    """Take one view off the rig; the last but one leaves a rig with one view where it is mounted.

    Raises
    ------
    InputError
        A link reads one of its values.
    KeyError
        There is none with this uid.
    """
    gone = view_of(project.camera, uid)
    left = [view for view in project.camera.views if view is not gone]
    _refuse_links(project, left, [gone])
    return Edit(_with(project, left), removal_label(gone), (CAMERA,))


def removal_label(view: MountedView) -> str:
    """Return what taking a view off is called, in menus and in the history."""
    return f"Remove the view {view.name}"


def single_camera(project: Project) -> Edit:
    """Take every view off the rig: the project has one camera at the rig's pose again.

    Raises
    ------
    InputError
        A link outside the views reads one of their values.
    """
    _refuse_links(project, [], project.camera.views)
    return Edit(_with(project, []), "Use a single camera", (CAMERA,))


def _with(project: Project, views: Iterable[MountedView]) -> Project:
    camera = project.camera.model_copy(update={"views": tuple(views)})
    return project.model_copy(update={"camera": camera})


def _refuse_links(project: Project, left: list[MountedView], gone: Iterable[MountedView]) -> None:
    """Refuse to take away what a link of the rest still names."""
    rest = project_tree(_with(project, left))
    for view in gone:
        reader = next((text for text in linked_names(rest) if f"@{view.uid}." in text), None)
        if reader is not None:
            message = f"a link reads a value of the view {view.name}: write another value in its place first"
            raise InputError(Problem("camera.views", message, reader))
