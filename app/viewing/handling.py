"""Drags of a placement's handles as changes of the project: shown while they move, one step of the history at the end.

It knows no mouse; positions come as shares of the image, so that a draft of fewer pixels changes no drag.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from psygnal import Signal

from myriorama.app.document.addresses import Address, read
from myriorama.app.document.document import Document
from myriorama.app.inspection.naming import readable
from myriorama.app.observable import Selection
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.viewing.area import Area, AreaChange, Layout, area_of, edited, group_of, layout_of, moved
from myriorama.app.viewing.gizmo import Gizmo, Part, dragged, gizmo_for, hit, stepped, told
from myriorama.app.viewing.written import UnableError
from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.project.model import Project

Point = tuple[float, float]
"""x and y as shares of the image's width and height."""
_VERBS: Final[dict[Part, str]] = {"turn": "Turn", "width": "Scale", "depth": "Scale", "both": "Scale"}


@dataclass(frozen=True, eq=False)
class _Drag:
    """What was when the drag began."""

    gizmo: Gizmo
    layout: Layout
    part: Part
    start: Point
    project: Project


class Handling:
    """The handles of what is selected.

    Attributes
    ----------
    changed : signal of ()
        The handles are to be drawn again.
    told : signal of (str, bool)
        A sentence for the status strip, and whether it tells of a refusal; empty takes the last one back.
    hot : str or None
        The part under the cursor, or the one that is dragged.
    """

    changed = Signal()
    told = Signal(str, bool)

    def __init__(
        self,
        document: Document,
        selection: Selection,
        registry: PluginRegistry,
        locks: Callable[[], Collection[Address]] = frozenset,
    ) -> None:
        self._document = document
        self._locks = locks
        self._selection = selection
        self._registry = registry
        self._frame: SampleFrame | None = None
        self._drag: _Drag | None = None
        self._area: Area | None = None
        self._wanted: Project | None = None
        self._modal = False
        self.hot: Part | None = None

    @property
    def is_dragging(self) -> bool:
        return self._drag is not None

    @property
    def is_modal(self) -> bool:
        """The drag follows the mouse without a button, until a click."""
        return self._drag is not None and self._modal

    @property
    def layout(self) -> Layout | None:
        """Of the group that was selected last."""
        project, uid = self._document.shown, self._selection.uid
        return layout_of(project, self._registry, uid) if project is not None and uid else None

    def set_frame(self, frame: SampleFrame | None) -> None:
        """Take the frame that is shown: areas are drawn where its sample has them."""
        self._frame = frame
        if frame is None or (frame.final and self._drag is None):
            self._area = None

    def forget(self) -> None:
        """Something else is selected or open."""
        if self._drag is not None:
            self.cancel()
        self._area, self.hot = None, None
        self.changed.emit()

    def gizmo(self, view_px_per_image_px: float) -> Gizmo | None:
        """Return the handles as the frame's camera sees them; None where nothing is to be handled."""
        project, frame, layout = self._document.shown, self._frame, self.layout
        if project is None or frame is None or layout is None:
            return None
        area = self._area or area_of(project, layout, frame)
        return gizmo_for(area, layout, frame.camera, view_px_per_image_px)

    def hover(self, at: Point, scale: float) -> Part | None:
        """Find the part under an image point."""
        gizmo = self.gizmo(scale)
        found = hit(gizmo, *_pixel(gizmo, at), scale) if gizmo is not None else None
        part = found.part if found is not None else None
        if part != self.hot:
            self.hot = part
            self.changed.emit()
        return part

    def press(self, at: Point, scale: float) -> bool:
        """Begin a drag where a part is under an image point."""
        gizmo = self.gizmo(scale)
        found = hit(gizmo, *_pixel(gizmo, at), scale) if gizmo is not None else None
        return found is not None and self._begin(found.part, at, scale, modal=False)

    def begin(self, part: Part, at: Point, scale: float) -> bool:
        """Begin a drag that follows the mouse without a button; False, told, where nothing can be handled so."""
        layout = self.layout
        if layout is None:
            self.told.emit("select an object group whose placement has a centre first", True)
            return False
        if part == "turn" and not layout.heading:
            self.told.emit("this placement has no heading to turn", True)
            return False
        if part == "both" and layout.along is None:
            self.told.emit("this placement has no size to scale", True)
            return False
        return self._begin(part, at, scale, modal=True)

    def _begin(self, part: Part, at: Point, scale: float, *, modal: bool) -> bool:
        gizmo, layout, project = self.gizmo(scale), self.layout, self._document.project
        if gizmo is None or layout is None or project is None:
            return False
        self._drag = _Drag(gizmo, layout, part, at, project)
        self._area, self._wanted, self._modal, self.hot = gizmo.area, None, modal, part
        self.changed.emit()
        return True

    def constrain(self, part: Part) -> None:
        """Go on with a modal move along one axis."""
        if self._drag is not None and self._drag.part in ("plane", "x", "y", "z"):
            held = self._drag
            self._drag = _Drag(held.gizmo, held.layout, part, held.start, held.project)
            self.hot = part
            self.changed.emit()

    def drag(self, now: Point, *, snap: bool = False, fine: bool = False) -> None:
        """Show what a drag to this image point makes of the project."""
        held = self._drag
        if held is None:
            return
        change = dragged(held.gizmo, held.part, _pixel(held.gizmo, held.start), _pixel(held.gizmo, now))
        if change is None:
            self.told.emit("seen edge on, this way cannot be told; look from another side", True)
            return
        change = stepped(change, held.gizmo, snap=snap, fine=fine)
        try:
            wanted = edited(held.project, held.layout, change)
        except UnableError as error:
            self.told.emit(f"{self._title()}: {error}", True)
            return
        locked = [a for a in self._locks() if read(held.project, a) != read(wanted, a)]
        if locked:
            names = " and ".join(sorted({readable(a.name, "") for a in locked}))
            self.told.emit(f"{names} {'is' if len(locked) == 1 else 'are'} locked: unlock in the inspector", True)
            return
        self._wanted, self._area = wanted, moved(held.gizmo.area, change)
        self.told.emit(told(change), False)
        if change == AreaChange():
            self._document.cancel_preview()
        else:
            self._document.preview(wanted)
        self.changed.emit()

    def release(self) -> None:
        """Commit the drag as one step."""
        held, wanted = self._drag, self._wanted
        if held is None:
            return
        self._drag, self._wanted, self.hot = None, None, None
        if wanted is None or wanted == held.project:
            self._document.cancel_preview()
            self._area = None
        else:
            self._document.replace(wanted, f"{_VERBS.get(held.part, 'Move')} {self._title(held.layout)}")
        self.told.emit("", False)
        self.changed.emit()

    def cancel(self) -> None:
        """Leave everything as it was."""
        self._drag, self._wanted, self._area, self.hot = None, None, None, None
        self._document.cancel_preview()
        self.told.emit("", False)
        self.changed.emit()

    def _title(self, layout: Layout | None = None) -> str:
        found = layout or self.layout
        project = self._document.shown
        group = group_of(project, found.group_uid) if found is not None and project is not None else None
        return (group.name or group.type) if group is not None else "placement"


def _pixel(gizmo: Gizmo, at: Point) -> tuple[float, float]:
    return at[0] * gizmo.camera.width, at[1] * gizmo.camera.height
