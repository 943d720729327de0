"""Everything that can be done in the gallery, as rows of the action table, and what its keys mean.

Judging is the desk's, what is shown is the panel's: each row calls one of them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication, QKeyEvent

from myriorama.app.actions.action import Context
from myriorama.app.preview.tiles import TileKey
from myriorama.app.preview.tracer_here import TracerFound
from myriorama.widgets.gallery.judging_keys import (
    DETAIL_ACTIONS,
    GRID_ACTIONS,
    judging_actions,
    reason_actions,
    run_key,
)
from myriorama.widgets.panel import Bound

if TYPE_CHECKING:
    from myriorama.widgets.gallery.panel import GalleryPanel


class GalleryDoings:
    """The actions of a gallery, bound to its parts.

    Attributes
    ----------
    bounds : tuple of Bound
    """

    def __init__(self, panel: GalleryPanel) -> None:
        self._panel = panel
        self.bounds = (*self._judging(), *self._others())

    def _judging(self) -> list[Bound]:
        desk, prompt = self._panel.desk, self._panel.prompt
        rows: list[Bound] = []
        for context in ("gallery", "detail"):
            runs: dict[str, Callable[..., None]] = {
                f"{context}.pick": desk.pick,
                f"{context}.reject": desk.ask_reason,
                f"{context}.unflag": desk.unflag,
                **{f"{context}.stars_{n}": partial(desk.rate, n) for n in range(6)},
            }
            rows += [Bound(action, runs[action.id], desk.can_judge) for action in judging_actions(context)]
        for action in reason_actions():
            reason = int(action.id.rpartition("_")[2])
            rows.append(Bound(action, partial(prompt.answer, reason), prompt.isVisible))
        return rows

    def _others(self) -> list[Bound]:
        panel, close_up, can_judge = self._panel, self._panel.close_up, self._panel.desk.can_judge
        others: dict[str, tuple[Callable[..., None], Callable[[], bool] | None, Callable[[], bool] | None]] = {
            "gallery.open": (self.open_current, can_judge, None),
            "gallery.detail": (panel.show_detail, can_judge, None),
            "gallery.compare": (panel.show_compare, can_judge, None),
            "gallery.copy_key": (self.copy_keys, can_judge, None),
            "gallery.trace": (self.trace, can_judge, self._are_traced),
            "gallery.contact_sheet": (panel.show_contact_sheet, self._is_open, panel.tools.sheet.isChecked),
            "gallery.tighten": (panel.open_tighten, self._is_open, None),
            "gallery.auto_advance": (
                partial(self.keep_setting, "auto_advance"),
                None,
                lambda: panel.studio.settings.value.auto_advance,
            ),
            "detail.next": (partial(self.step, 1), None, None),
            "detail.previous": (partial(self.step, -1), None, None),
            "detail.back": (panel.show_grid, None, None),
            "detail.fit": (lambda: close_up.picture.fit(), None, None),
            "detail.one_to_one": (lambda: close_up.picture.one_to_one(), None, None),
            "detail.zoom_in": (lambda: close_up.picture.zoom_by(1.25), None, None),
            "detail.zoom_out": (lambda: close_up.picture.zoom_by(0.8), None, None),
            "detail.open": (self.open_current, can_judge, None),
        }
        return [Bound(action, *others[action.id]) for action in (*GRID_ACTIONS, *DETAIL_ACTIONS)]

    def _is_open(self) -> bool:
        return self._panel.studio.document.project is not None

    def open_current(self) -> None:
        """Show the current sample in the viewport."""
        current = self._panel.gallery.current.value
        if current is not None:
            self._panel.studio.index.set(current)

    def trace(self, on: bool = True) -> None:
        """Make the pictures of the chosen samples by path tracing, or by the raster engine again."""
        panel = self._panel
        found = panel.studio.tracer.value
        if on and found is not None and not found.runs:
            self._refuse(found)
            return
        panel.foot.notice.say("")
        panel.studio.tracer.ask()
        held, chosen = panel.gallery.held, frozenset(panel.chosen_samples())
        held.traced = held.traced | chosen if on else held.traced - chosen
        panel.studio.tiles.trace(held.traced)
        panel.ask_again()
        many = f"{len(chosen)} samples" if len(chosen) > 1 else f"Sample {min(chosen)}"
        panel.say(f"{many}: {'path traced' if on else 'raster'}")

    def found_tracer(self, found: TracerFound | None) -> None:
        """Go back to the raster engine where paths were wanted before it was known that they cannot be traced."""
        held = self._panel.gallery.held
        if found is None or found.runs or not held.traced:
            return
        held.traced = frozenset()
        self._panel.studio.tiles.trace(held.traced)
        self._panel.ask_again()
        self._refuse(found)

    def _refuse(self, found: TracerFound) -> None:
        self._panel.studio.refiner.tell_missing(found)
        self._panel.foot.say("")
        self._panel.foot.notice.say(found.refusal)

    def _are_traced(self) -> bool:
        chosen = self._panel.chosen_samples()
        return bool(chosen) and all(index in self._panel.gallery.held.traced for index in chosen)

    def copy_keys(self) -> None:
        """Copy the names of the chosen samples."""
        tiles = [self._panel.gallery.held.get(TileKey(i)) for i in self._panel.chosen_samples()]
        keys = [tile.sample_key for tile in tiles if tile is not None and tile.sample_key]
        if keys:
            QGuiApplication.clipboard().setText("\n".join(keys))
            self._panel.say(f"Copied {keys[0]}" if len(keys) == 1 else f"Copied {len(keys)} keys")

    def step(self, by: int) -> None:
        """Go so many samples further, or back."""
        self._panel.gallery.advance(by)

    def keep_setting(self, name: str, value: object) -> None:
        """Keep a setting of the gallery for the next time too."""
        settings = self._panel.studio.settings
        settings.set(settings.value.model_copy(update={name: value}))

    def key(self, context: Context, event: QKeyEvent) -> None:
        """Do what a key means in the grid or in the pages of samples."""
        run_key(event, self.bounds, (context,), self._panel.studio.settings.value.shortcuts)

    def prompt_key(self, event: QKeyEvent) -> None:
        """Do what a key means while a reason is asked for."""
        panel = self._panel
        if run_key(event, self.bounds, ("reject",), panel.studio.settings.value.shortcuts):
            return
        # any other key means: no reason, and go on
        panel.prompt.answer(0)
        if panel.pages.currentWidget() is panel.close_up:
            self.key("detail", event)
        else:
            panel.grid.keyPressEvent(event)
