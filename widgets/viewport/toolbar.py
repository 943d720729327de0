"""The row of buttons above the picture, made from the viewport's actions.

It holds no state: what is down is asked of the actions whenever something changed. Where it is narrow, groups of
buttons become menus one after the other, those first that are needed least.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QSlider, QToolBar, QToolButton, QWidget

from myriorama.app.studio import Studio
from myriorama.widgets.panel import Bound
from myriorama.widgets.theme import icon
from myriorama.widgets.viewport.doings import LAYERS, TOGGLES
from myriorama.widgets.viewport.folds import Fold, keys_told

_LOOKS: Final = ("home", "exact", "free_look", "frame_selected")
_ENGINES: Final = ("pathtraced", "compare")
_MARKS: Final = (*(name for name, *_ in TOGGLES), "color_by", "hide_overlays")
_LAYER_NAMES: Final = tuple(f"layer_{base}" for base, *_ in LAYERS)
_ROOMY_PX: Final = 780
_SLIDER_PX: Final = 70
_SHORT_SLIDER_PX: Final = 36
_MASK_ICONS: Final = {
    "both": "circle-slice-8",
    "fill": "circle",
    "contour": "circle-outline",
    "off": "circle-off-outline",
}
_MASK_WORDS: Final = {"both": "fill and contour", "fill": "fill", "contour": "contour", "off": "off"}
_COLOR_WORDS: Final = {"instance": "instance", "class": "class", "visible": "visible fraction"}


class ViewportToolbar(QToolBar):
    """Layers, overlays, look."""

    def __init__(self, studio: Studio, bound: Mapping[str, Bound], parent: QWidget) -> None:
        super().__init__("Viewport", parent)
        self._studio = studio
        self._bound = bound
        self._buttons: dict[str, QAction] = {}
        self._told: dict[str, tuple[str, str]] = {}
        self._steps_px: tuple[int, ...] = ()
        self.setIconSize(QSize(18, 18))
        self.setMovable(False)
        self.setFloatable(False)
        layers = QActionGroup(self)
        for name in _LAYER_NAMES:
            layers.addAction(self._add(name))
        self.addSeparator()
        for name in _ENGINES:
            self._add(name)
        self.addSeparator()
        self._add("mask")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setFixedWidth(_SLIDER_PX)
        self.opacity.setAccessibleName("Opacity of masks")
        self.opacity.setToolTip("Opacity of masks  [ ]")
        self.opacity.valueChanged.connect(self._on_opacity)
        self.addWidget(self.opacity)
        for name in _MARKS:
            self._add(name)
        self.addSeparator()
        for name in _LOOKS:
            self._add(name)
        self.folds = (
            self._fold("Look", "video-outline", _LOOKS),
            self._fold("Labels", "label-outline", _MARKS),
            self._fold("Layer", "layers-outline", _LAYER_NAMES, names_chosen=True),
        )
        self.refresh()

    def _fold(self, title: str, picture: str, names: tuple[str, ...], *, names_chosen: bool = False) -> Fold:
        rows = {self._buttons[name]: self._bound[f"viewport.{name}"] for name in names}
        return Fold(self, title, picture, rows, self.refresh, names_chosen=names_chosen)

    def _add(self, name: str) -> QAction:
        row = self._bound[f"viewport.{name}"].action
        made = QAction(row.title, self)
        made.setCheckable(row.checkable)
        made.triggered.connect(self._runner(name))
        self._buttons[name] = made
        self.addAction(made)
        button = self.widgetForAction(made)
        if isinstance(button, QToolButton):
            button.setAccessibleName(row.title)
            button.setObjectName(row.id)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    def _runner(self, name: str) -> Callable[..., None]:
        bound = self._bound[f"viewport.{name}"]

        def run(on: bool = False) -> None:
            bound.run(on) if bound.action.checkable else bound.run()
            self.refresh()

        return run

    def refresh(self) -> None:
        """Ask every action for its state."""
        state = self._studio.overlays.value
        for name, made in self._buttons.items():
            bound = self._bound[f"viewport.{name}"]
            if bound.checked is not None:
                made.setChecked(bound.checked())
            if bound.enabled is not None:
                made.setEnabled(bound.enabled())
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(state.opacity * 100))
        self.opacity.blockSignals(False)
        self.opacity.setEnabled(state.mask in ("fill", "both"))
        self._tell()

    def restyle(self) -> None:
        """Take icons of the theme in force."""
        self._told.clear()
        self._tell()
        self._steps_px = ()
        self._fit()

    def _tell(self) -> None:
        """Give buttons their icons and words, where those changed."""
        state = self._studio.overlays.value
        for name, made in self._buttons.items():
            row = self._bound[f"viewport.{name}"].action
            symbol, told = row.icon, row.help
            if name == "mask":
                symbol, told = _MASK_ICONS[state.mask], f"Now: {_MASK_WORDS[state.mask]}. {row.help}"
            elif name == "color_by":
                told = f"Now: by {_COLOR_WORDS[state.color_by]}. {row.help}"
            elif name == "pathtraced":
                found = self._studio.tracer.value
                told = row.help if found is None or not found.sentence else f"{row.help}\nHere: {found.sentence}."
            if self._told.get(name) == (symbol, told):
                continue
            self._told[name] = (symbol, told)
            if symbol:
                made.setIcon(icon(symbol))
            else:
                made.setIconText(row.title.split()[0])
            keys = keys_told(self._bound[row.id])
            made.setToolTip(f"{row.title}  ({keys})\n{told}" if keys else f"{row.title}\n{told}")
        for fold in self.folds:
            fold.tell()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give layers their names where there is room; fold as many groups as there is no room for."""
        if not self._steps_px:
            self._steps_px = self._measure()
        self.opacity.setFixedWidth(_SLIDER_PX if self.width() >= _ROOMY_PX else _SHORT_SLIDER_PX)
        over = _SLIDER_PX - self.opacity.width()
        steps = enumerate(self._steps_px)
        self._take_step(next((n for n, px in steps if px - over <= self.width()), len(self._steps_px) - 1))

    def _take_step(self, step: int) -> None:
        """Show layers with their names (0) or without (1), and from 2 on with one group more folded each time."""
        style = Qt.ToolButtonStyle.ToolButtonIconOnly if step else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        for name in _LAYER_NAMES:
            button = self.widgetForAction(self._buttons[name])
            if isinstance(button, QToolButton) and button.toolButtonStyle() != style:
                button.setToolButtonStyle(style)
        for place, fold in enumerate(self.folds, 1):
            fold.set_folded(place < step)

    def _measure(self) -> tuple[int, ...]:
        """Return the width that the bar takes at each step."""
        self.opacity.setFixedWidth(_SLIDER_PX)
        widths = []
        for step in range(2 + len(self.folds)):
            self._take_step(step)
            self.layout().invalidate()
            widths.append(self.sizeHint().width())
        return tuple(widths)

    def _on_opacity(self, value: int) -> None:
        self._studio.overlays.update(lambda state: replace(state, opacity=value / 100))
