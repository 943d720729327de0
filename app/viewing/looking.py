"""How one looks: through the dataset camera, fitted or magnified, or freely from anywhere.

It asks for pictures of a free look and knows where a picture lies in the view; it draws nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from psygnal import Signal

from myriorama.app.preview.frames import SampleFrame, View
from myriorama.app.viewing.fitting import Fit, Size, fitted, kept, one_to_one, panned, zoomed
from myriorama.app.viewing.layers import world_bounds
from myriorama.app.viewing.navigation import Orbit, Side, orbit_from

Ask = Callable[[View | None, bool], None]
"""Asks for pictures from a view, or through the dataset camera; True while it moves."""
_LEAST_DISTANCE_M: Final = 0.05


class Looking:
    """Where the picture lies, and where the camera of a free look stands.

    Parameters
    ----------
    ask : callable
        `Director.look`.

    Attributes
    ----------
    changed : signal of ()
        The fit, or where one looks from, changed.
    view : (int, int)
        Device pixels.
    """

    changed = Signal()

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._frame: SampleFrame | None = None
        self._orbit: Orbit | None = None
        self._followed = True
        self._nominal: Size = (960, 540)
        self._fit = Fit(0.0, 0.0, 1.0)
        self.view: Size = (1, 1)

    @property
    def is_free(self) -> bool:
        """A free look, not the dataset camera."""
        return self._orbit is not None

    @property
    def is_exact(self) -> bool:
        """One pixel of the picture on one of the view."""
        return not self.is_free and self._fit.scale == 1.0

    @property
    def is_home(self) -> bool:
        """The dataset camera's picture, fitted."""
        return not self.is_free and self._followed

    @property
    def orbit(self) -> Orbit | None:
        return self._orbit

    @property
    def scale(self) -> float:
        """View pixels per pixel of the output."""
        return 1.0 if self.is_free else self._fit.scale

    @property
    def frame_fit(self) -> Fit:
        """Where the frame that is shown lies: a draft has fewer pixels and is spread over the same place."""
        frame = self._frame
        if frame is None:
            return self._fit
        if frame.view is not None:
            return fitted(self.view, (frame.width, frame.height))
        if self.is_free:
            return fitted(self.view, (frame.width, frame.height))
        return Fit(self._fit.left, self._fit.top, self._fit.scale * self._nominal[0] / frame.width)

    def set_view(self, view: Size) -> None:
        """Take the size of the view, device pixels."""
        if view == self.view:
            return
        self.view = view
        self._fit = fitted(view, self._nominal) if self._followed else kept(self._fit, view, self._nominal)
        self.changed.emit()

    def set_frame(self, frame: SampleFrame | None) -> None:
        """Take the frame that is shown."""
        self._frame = frame
        if frame is None:
            return
        nominal = (frame.dataset_camera.width, frame.dataset_camera.height)
        if nominal != self._nominal:
            self._nominal, self._followed = nominal, True
        if self._followed:
            self._fit = fitted(self.view, self._nominal)
        self.changed.emit()

    def home(self) -> None:
        """Look through the dataset camera, fitted."""
        was_free = self.is_free
        self._orbit, self._followed = None, True
        self._fit = fitted(self.view, self._nominal)
        if was_free:
            self._ask(None, False)
        self.changed.emit()

    def forget(self) -> None:
        """Look through the dataset camera of another project; nothing is asked for."""
        self._orbit, self._followed = None, True
        self.changed.emit()

    def toggle_exact(self, about: tuple[float, float] | None = None) -> None:
        """Show 1:1 device pixels, keeping what lies under a point of the view; or fitted again."""
        if self.is_free:
            return
        if self._fit.scale == 1.0 and not self._followed:
            self.home()
            return
        self._followed = False
        self._fit = one_to_one(self._fit, self.view, self._nominal, about)
        self.changed.emit()

    def zoom(self, factor: float, about: tuple[float, float]) -> None:
        """Magnify about a point of the view; in a free look come nearer."""
        if self._orbit is not None:
            self._look(self._orbit.zoomed(factor), moving=True)
            return
        self._followed = False
        self._fit = zoomed(self._fit, self.view, self._nominal, about, factor)
        self.changed.emit()

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by view pixels; in a free look, the target."""
        if self._orbit is not None:
            self._look(self._orbit.panned(dx, dy, self.view[0]), moving=True)
            return
        self._followed = False
        self._fit = panned(self._fit, self.view, self._nominal, dx, dy)
        self.changed.emit()

    def toggle_free(self) -> None:
        """Start a free look where the dataset camera stands, or go home."""
        if self.is_free:
            self.home()
        else:
            start = self._start()
            if start is not None:
                self._look(start, moving=False)

    def orbit_by(self, azimuth_deg: float, elevation_deg: float) -> None:
        if self._orbit is not None:
            self._look(self._orbit.orbited(azimuth_deg, elevation_deg), moving=True)

    def turn_by(self, azimuth_deg: float, elevation_deg: float) -> None:
        """Turn the head."""
        if self._orbit is not None:
            self._look(self._orbit.turned(azimuth_deg, elevation_deg), moving=True)

    def fly(self, right_m: float, up_m: float, forward_m: float) -> None:
        if self._orbit is not None:
            self._look(self._orbit.flown(right_m, up_m, forward_m), moving=True)

    def see_from(self, side: Side) -> None:
        """Look from a side; that starts a free look."""
        start = self._orbit or self._start()
        if start is not None:
            self._look(start.seen_from(side), moving=False)

    def frame_on(self, uids: tuple[str, ...]) -> bool:
        """Look freely at the objects of these groups, at all things where none of them is here; False: nothing is."""
        frame, start = self._frame, self._orbit or self._start()
        if frame is None or start is None:
            return False
        box = world_bounds(frame, uids) or world_bounds(frame)
        if box is None:
            return False
        self._look(start.framed(box[0], box[1], self.view[0] / max(self.view[1], 1)), moving=False)
        return True

    def rest(self) -> None:
        """The hand is off the mouse: the picture in full."""
        if self._orbit is not None:
            self._ask(self._orbit.view, False)

    def _look(self, orbit: Orbit, *, moving: bool) -> None:
        self._orbit = orbit
        self._ask(orbit.view, moving)
        self.changed.emit()

    def _start(self) -> Orbit | None:
        frame = self._frame
        if frame is None:
            return None
        camera = frame.dataset_camera
        ahead = 0.0
        if frame.view is None:
            middle = frame.depth[frame.height // 2, frame.width // 2]
            ahead = float(middle)
        box = world_bounds(frame)
        if ahead <= 0.0 and box is not None:
            ahead = float(camera.camera_from_world[2] @ np.append((box[0] + box[1]) / 2.0, 1.0))
        return orbit_from(camera, max(ahead, _LEAST_DISTANCE_M) if ahead > 0.0 else 1.0, self.view[0] / self.view[1])
