"""The gallery panel: the grid with its tools, and the pages for one sample and for two.

It brings models and views together; what is shown and judged is decided in `app.gallery`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QStackedWidget, QVBoxLayout, QWidget

from myriorama.app.actions import Action
from myriorama.app.gallery.gallery import Gallery
from myriorama.app.gallery.shown import Sieve
from myriorama.app.gallery.tints import Rgb
from myriorama.app.judging.judgments import REASONS
from myriorama.app.preview.tiles import TileKey
from myriorama.app.settings.store import Settings
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.gallery.cell import CellLook
from myriorama.widgets.gallery.grid import SampleGrid
from myriorama.widgets.gallery.judging_keys import judging_actions, run_key
from myriorama.widgets.gallery.model import SamplesModel
from myriorama.widgets.gallery.pixmaps import TilePixmaps
from myriorama.widgets.gallery.reject_prompt import RejectPrompt
from myriorama.widgets.gallery.tool_row import ToolRow, nearest_size
from myriorama.widgets.panel import Bound, Panel
from myriorama.widgets.theme import icon, theme

_GATHER_MS: Final = 250
"""What comes in within so long is sorted and counted at once."""


class GalleryPanel(Panel):
    """Samples 0..N-1 as tiles, to be looked at and judged by keys."""

    name = "gallery"
    title = "Gallery"

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__(studio, parent)
        self.gallery = Gallery(
            studio.tiles, studio.judgments, studio.browse, studio.table, lambda: studio.settings.value.gallery_count
        )
        self.destroyed.connect(self.gallery.close)
        self.pixmaps = TilePixmaps()
        self.tools = ToolRow(self)
        self.grid = SampleGrid(self._look, SamplesModel(self._told, self._tip, self), self)
        self.prompt = RejectPrompt(self)
        self._asked_about: tuple[int, ...] = ()
        self._empty = _quiet_label(self)
        self._progress = _quiet_label(self)
        self._tally = _quiet_label(self)
        self._said = _quiet_label(self)
        self._said_until = QTimer(self, singleShot=True, interval=4000, timeout=self._said.clear)
        self._gather = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._refresh)
        self._count_soon = QTimer(self, singleShot=True, interval=_GATHER_MS, timeout=self._show_counts)
        self.pages = QStackedWidget(self)
        self._lay_out()
        self._bounds = self._make_actions()
        self._connect()
        self._on_opened()

    # -- making ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tools)
        column.addWidget(self.pages, 1)
        self.pages.addWidget(self.grid)
        self.pages.addWidget(self._empty)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        foot = QHBoxLayout()
        foot.setContentsMargins(theme().gap, 2, theme().gap, 2)
        foot.setSpacing(theme().gap * 2)
        foot.addWidget(self._progress)
        foot.addWidget(self._said, 1)
        foot.addWidget(self._tally)
        column.addLayout(foot)

    def _connect(self) -> None:
        studio, gallery = self.studio, self.gallery
        bind(self, studio.document.opened, self._on_opened)
        bind(self, studio.document.changed, self._on_project)
        bind(self, studio.overlays.changed, self._on_overlays)
        bind(self, studio.settings.changed, self._on_settings)
        bind(self, studio.index.changed, self._on_index)
        bind(self, studio.browse.changed, self._on_browse)
        bind(self, studio.table.changed, self._count_soon_if_idle)
        bind(self, studio.judgments.changed, self._count_soon_if_idle)
        bind(self, gallery.outdated, self._refresh_soon)
        bind(self, gallery.shown_changed, self._on_shown)
        bind(self, gallery.sample_changed, self._on_sample)
        bind(self, gallery.current.changed, self._on_current)
        bind(self, gallery.sieve.changed, self.tools.set_sieve)
        bind(self, gallery.held.restarted, self._on_restart)
        self.grid.in_view_changed.connect(self._ask)
        self.grid.current_moved.connect(gallery.current.set)
        self.grid.opened.connect(studio.index.set)
        self.grid.menu_wanted.connect(self._show_menu)
        self.grid.hold_changed.connect(self._hold)
        self.grid.key_pressed.connect(self._on_key)
        self.tools.size_changed.connect(partial(self._keep_setting, "tile_px"))
        self.tools.count_changed.connect(partial(self._keep_setting, "gallery_count"))
        self.tools.sort_changed.connect(self._on_sort_chosen)
        self.tools.sieve_changed.connect(gallery.sieve.set)
        self.prompt.answered.connect(self._on_reason)
        self.prompt.other_key.connect(self._on_key_after_prompt)

    def _make_actions(self) -> tuple[Bound, ...]:
        session = self.gallery.session
        runs: dict[str, Callable[..., None]] = {
            "gallery.pick": partial(self._judge, session.pick),
            "gallery.reject": self.ask_reason,
            "gallery.unflag": partial(self._judge, session.unflag),
            **{f"gallery.stars_{n}": partial(self._rate, n) for n in range(6)},
        }
        rows = [Bound(action, runs[action.id], self._can_judge) for action in judging_actions("gallery")]
        rows += [
            Bound(
                Action(
                    f"reject.reason_{digit}",
                    f"Reason: {reason}",
                    "reject",
                    f"Reject for this reason: {reason}",
                    (str(digit),),
                ),
                partial(self.prompt.answer, digit),
                self.prompt.isVisible,
            )
            for digit, reason in REASONS.items()
        ]
        skip = Action("reject.no_reason", "Reject without a reason", "reject", "Say no reason", ("Esc",))
        rows.append(Bound(skip, partial(self.prompt.answer, 0), self.prompt.isVisible))
        shown = Action(
            "gallery.open",
            "Show in viewport",
            "gallery",
            "Show this very sample in the viewport",
            ("Return", "Enter"),
            "Samples",
            "eye-outline",
        )
        rows.append(Bound(shown, self._open_current, self._can_judge))
        advance = Action(
            "gallery.auto_advance",
            "Go on after judging",
            "gallery",
            "After a judgment the next sample becomes the current one",
            (),
            "Samples",
            "skip-next-outline",
            checkable=True,
        )
        rows.append(
            Bound(
                advance,
                partial(self._keep_setting, "auto_advance"),
                None,
                lambda: self.studio.settings.value.auto_advance,
            )
        )
        key = Action(
            "gallery.copy_key", "Copy sample key", "gallery", "Copy the names of the selected samples", ("Ctrl+C",)
        )
        rows.append(Bound(key, self._copy_keys, self._can_judge))
        return tuple(rows)

    def actions_here(self) -> tuple[Bound, ...]:
        return self._bounds

    # -- what is shown ---------------------------------------------------------------------------------------------

    def _look(self, index: int, selected: bool, current: bool, focused: bool) -> CellLook:
        tile = self.gallery.held.get(TileKey(index))
        judgment, stale = self.gallery.said_of(index)
        pixmap = self.pixmaps.get(tile, self.studio.overlays.value) if tile and not tile.problem else None
        return CellLook(
            title=str(index),
            pixmap=pixmap,
            stale=tile is not None and self.gallery.held.stale(tile),
            problem=tile.problem if tile else "",
            judgment=judgment,
            stale_judgment=stale,
            objects=len(tile.items) if tile and not tile.problem else None,
            in_viewport=index == self.studio.index.value,
            pending=index in self._asked_about,
            selected=selected,
            current=current,
            focused=focused,
        )

    def _told(self, index: int) -> str:
        judgment, stale = self.gallery.said_of(index)
        parts = [f"Sample {index}"]
        if judgment.flag:
            parts.append({"pick": "picked", "reject": "rejected"}[judgment.flag] + (" earlier" if stale else ""))
        if judgment.reason:
            parts.append(REASONS[judgment.reason])
        if judgment.stars:
            parts.append(f"{judgment.stars} stars")
        return ", ".join(parts)

    def _tip(self, index: int) -> str:
        tile = self.gallery.held.get(TileKey(index))
        lines = [self._told(index)]
        if tile is None:
            lines.append("The picture is still to come")
        elif tile.problem:
            lines.append(tile.problem)
        else:
            lines.append(f"{len(tile.items)} labelled object{'s' if len(tile.items) != 1 else ''}")
            if self.gallery.held.stale(tile):
                lines.append("Of the project as it was; a new picture is on its way")
        if self.gallery.said_of(index)[1]:
            lines.append("Judged when this sample was another picture: that no longer counts")
        return "\n".join(lines)

    def _classes(self) -> dict[str, Rgb]:
        project = self.studio.document.shown
        rows = project.classes if project else ()
        return {row.name: _rgb(row.color) for row in rows}

    def _on_opened(self) -> None:
        self._asked_about = ()
        self.gallery.held.clear()
        self.pixmaps.clear()
        self.tools.set_size(self.studio.settings.value.tile_px)
        self.tools.set_count(self.studio.settings.value.gallery_count)
        self._on_project()
        self._refresh()
        self.gallery.current.set(self.gallery.shown[0] if self.gallery.shown else None)

    def _on_project(self, *_told: object) -> None:
        project = self.studio.document.project
        self.pixmaps.set_classes(self._classes())
        self._place_grid()
        self.tools.setEnabled(project is not None)
        self._show_page()

    def _place_grid(self) -> None:
        project = self.studio.document.project
        aspect = project.output.width / project.output.height if project else 4 / 3
        self.grid.set_pictures(nearest_size(self.studio.settings.value.tile_px), aspect)

    def _show_page(self) -> None:
        if self.studio.document.project is None:
            self._empty.setText("Nothing is open. Open a project to see its samples.")
            self.pages.setCurrentWidget(self._empty)
        elif not self.gallery.shown:
            known, total = self.studio.table.known, self.gallery.total
            more = f" Facts of {known} of {total} samples are known so far." if known < total else ""
            self._empty.setText("No sample fulfils what is asked for." + more)
            self.pages.setCurrentWidget(self._empty)
        else:
            self.pages.setCurrentWidget(self.grid)

    def _refresh_soon(self) -> None:
        if not self._gather.isActive():
            self._gather.start()

    def _refresh(self) -> None:
        self.gallery.refresh()
        self._show_page()
        self._show_counts()

    def _on_shown(self) -> None:
        self.grid.show_samples(self.gallery.shown)
        self._show_page()

    def _on_sample(self, index: int) -> None:
        self.grid.repaint_sample(index)
        self._count_soon_if_idle()

    def _on_current(self, index: int | None) -> None:
        self.grid.go_to(index)

    def _on_index(self, *_told: object) -> None:
        self.grid.viewport().update()

    def _on_overlays(self, *_told: object) -> None:
        self.grid.viewport().update()

    def _on_restart(self) -> None:
        self.grid.viewport().update()
        self._ask()
        self._count_soon_if_idle()

    def _on_settings(self, settings: Settings) -> None:
        self.tools.set_size(settings.tile_px)
        self.tools.set_count(settings.gallery_count)
        self._place_grid()
        if len(self.gallery.shown) != settings.gallery_count:
            self._refresh()

    def _on_browse(self, *_told: object) -> None:
        order = self.studio.browse.value
        self.tools.set_order(order.sort, order.descending)
        self._refresh()

    def _count_soon_if_idle(self, *_told: object) -> None:
        if not self._count_soon.isActive():
            self._count_soon.start()

    def _show_counts(self) -> None:
        self.tools.set_columns(self.studio.table.columns())
        if self.studio.document.project is None:
            self._progress.clear()
            self._tally.clear()
            return
        total, shown = self.gallery.total, len(self.gallery.shown)
        ready = self.gallery.held.ready(total)
        words = [f"{ready:,} of {total:,} ready"] if ready < total else [f"{total:,} samples"]
        if shown != total:
            words.insert(0, f"{shown:,} shown")
        self._progress.setText("  ·  ".join(words))
        picked, rejected, stale = self.gallery.tallies()
        parts = [f"{picked} picked", f"{rejected} rejected"] + ([f"{stale} stale"] if stale else [])
        self._tally.setText("  ·  ".join(parts))
        self._tally.setToolTip(
            "Stale: judged when the sample was another picture; kept in the file, not counted" if stale else ""
        )

    # -- asking for pictures ---------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self.studio.document.project is None:
            return
        side = round(max(self.grid.picture.width(), self.grid.picture.height()) * self.devicePixelRatioF())
        output = self.studio.document.project.output
        side = min(side, max(output.width, output.height))
        first, last = self.grid.rows_in_view()
        self.studio.tiles.want(self.gallery.wanted(first, last, side), side)

    # -- what people do --------------------------------------------------------------------------------------------

    def _can_judge(self) -> bool:
        return self.gallery.current.value is not None and not self.prompt.isVisible()

    def _judged_samples(self) -> Sequence[int]:
        current = self.gallery.current.value
        selected = self.grid.selected_samples()
        if current is None:
            return ()
        return selected if len(selected) > 1 and current in selected else (current,)

    def _judge(self, say: Callable[[Sequence[int]], bool], samples: Sequence[int] = ()) -> None:
        advance = self.studio.settings.value.auto_advance
        samples = samples or self._judged_samples()
        if not self.gallery.judge(say, samples, advance=advance) or self.gallery.session.unknown:
            unknown = self.gallery.session.unknown
            what = f"Sample {unknown[0]}" if len(unknown) == 1 else f"{len(unknown)} samples"
            self.say(f"{what} cannot be judged before the new picture is there")

    def _rate(self, stars: int) -> None:
        session = self.gallery.session
        self._judge(lambda samples: session.rate(samples, stars))

    def ask_reason(self) -> None:
        """Start a rejection of the current or the selected samples: the prompt asks why."""
        samples = tuple(self._judged_samples())
        if not samples:
            return
        if not any(self.gallery.held.recipe_of(i) for i in samples):
            self._judge(self.gallery.session.reject, samples)  # tells why not
            return
        self._asked_about = samples
        self.grid.viewport().update()
        self.prompt.ask(f"sample {samples[0]}" if len(samples) == 1 else f"{len(samples)} samples")

    def _on_reason(self, reason: int) -> None:
        samples, self._asked_about = self._asked_about, ()
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        session = self.gallery.session
        self._judge(lambda judged: session.reject(judged, reason), samples)
        self.grid.viewport().update()

    def _on_key_after_prompt(self, event: QKeyEvent) -> None:
        self.grid.keyPressEvent(event)

    def _on_key(self, event: QKeyEvent) -> None:
        run_key(event, self._bounds, ("gallery",), self.studio.settings.value.shortcuts)

    def _open_current(self) -> None:
        current = self.gallery.current.value
        if current is not None:
            self.studio.index.set(current)

    def _copy_keys(self) -> None:
        tiles = [self.gallery.held.get(TileKey(i)) for i in self._judged_samples()]
        keys = [tile.sample_key for tile in tiles if tile is not None and tile.sample_key]
        if keys:
            QGuiApplication.clipboard().setText("\n".join(keys))
            self.say(f"Copied {keys[0]}" if len(keys) == 1 else f"Copied {len(keys)} keys")

    def _on_sort_chosen(self, column: str, descending: bool) -> None:
        self.studio.browse.sort_by(column, descending=descending)

    def _keep_setting(self, name: str, value: object) -> None:
        settings = self.studio.settings
        settings.set(settings.value.model_copy(update={name: value}))

    def _hold(self, held: bool) -> None:
        self.studio.overlays.update(lambda state: replace(state, hidden=held))

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        shortcuts = self.studio.settings.value.shortcuts
        for bound in self._bounds:
            action = bound.action
            if action.context != "gallery":
                continue
            item = QAction(icon(action.icon) if action.icon else icon("circle-small"), action.title, menu)
            keys = shortcuts.get(action.id, action.keys)
            if keys:
                item.setShortcut(QKeySequence(keys[0]))
            item.setCheckable(action.checkable)
            item.setChecked(bool(bound.checked and bound.checked()))
            item.setEnabled(bound.enabled is None or bound.enabled())
            item.triggered.connect(partial(_run, bound))
            menu.addAction(item)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def say(self, words: str) -> None:
        """Tell something in the panel's foot for a few seconds."""
        self._said.setText(words)
        self._said_until.start()

    def show_sieve(self, sieve: Sieve) -> None:
        """Show samples by what was said of them."""
        self.gallery.sieve.set(sieve)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.prompt.place()


def _run(bound: Bound, checked: bool) -> None:
    bound.run(*((checked,) if bound.action.checkable else ()))


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _quiet_label(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", "dim")
    return label
