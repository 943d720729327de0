"""The formats to write, each with its options as its writer declares them. It names no format itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from myriorama.plugins.registry import PluginRegistry
from myriorama.scenes.parameters.schema import Bool, Choice, Float, Int, Parameter
from myriorama.widgets.editors import ChoiceField, IntField, NumberField, TextField, ToggleField
from myriorama.widgets.elided import ElidedLabel
from myriorama.widgets.export.parts import plain
from myriorama.widgets.plain import plain_tip
from myriorama.widgets.theme import icon, theme


class FormatRow(QWidget):
    """One format: a tick, what it is, and its options once asked for.

    Attributes
    ----------
    edited : signal of ()
    """

    edited = Signal()

    def __init__(self, name: str, registry: PluginRegistry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = name
        writer = registry.writer_class(name)
        self.tick = QCheckBox(writer.label or name)
        self.tick.setToolTip(plain_tip(writer.help))
        self.tick.setAccessibleDescription(writer.help)
        self._values: dict[str, Any] = {}
        self.fields: dict[str, QWidget] = {}
        self.more = QToolButton()
        self.more.setIcon(icon("tune-variant"))
        self.more.setText("Options")
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setCheckable(True)
        self.more.setToolTip(plain_tip(f"Options of {writer.label or name}"))
        self.more.setAccessibleName(f"Options of {writer.label or name}")
        self._panel = QWidget()
        head = QHBoxLayout()
        head.setSpacing(theme().gap)
        head.addWidget(self.tick)
        self._help = ElidedLabel(writer.help, Qt.TextElideMode.ElideRight)
        head.addWidget(self._help, 1)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme().tight)
        column.addLayout(head)
        column.addWidget(self._panel)
        self._make_options(writer.parameters)
        self._panel.setVisible(False)
        kept = self.more.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # rows without options are as high as the others, and cut at the same place
        self.more.setSizePolicy(kept)
        self.more.setVisible(bool(writer.parameters))
        self.more.toggled.connect(self._panel.setVisible)
        self.tick.toggled.connect(self._on_ticked)
        self._on_ticked()

    @property
    def chosen(self) -> bool:
        return self.tick.isChecked()

    @property
    def options(self) -> Mapping[str, Any]:
        """All options."""
        return dict(self._values)

    def show_options_alone(self) -> None:
        """Be nothing but the options: the format itself was chosen elsewhere."""
        self.tick.setChecked(True)
        kept = self.more.sizePolicy()
        kept.setRetainSizeWhenHidden(False)
        self.more.setSizePolicy(kept)
        for widget in (self.tick, self._help, self.more):
            widget.setVisible(False)
        self._panel.setVisible(True)
        layout = self._panel.layout()
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)

    def show_options(self, values: Mapping[str, Any]) -> None:
        """Set every option."""
        self._values = dict(values)
        for name, field in self.fields.items():
            field.set_value(values[name])  # type: ignore[attr-defined]

    def _make_options(self, declared: tuple[Parameter, ...]) -> None:
        grid = QGridLayout(self._panel)
        grid.setContentsMargins(22, 0, 0, theme().gap)
        grid.setHorizontalSpacing(theme().gap * 2)
        grid.setVerticalSpacing(theme().tight)
        grid.setColumnStretch(2, 1)
        for row, parameter in enumerate(declared):
            field = _editor(parameter)
            title = parameter.name.removesuffix(f"_{parameter.unit}").replace("_", " ")
            label = plain(title, "dim")
            label.setBuddy(field)
            for widget in (label, field):
                widget.setToolTip(plain_tip(parameter.help))
            field.setAccessibleName(f"{self.tick.text()}: {title}")
            field.setAccessibleDescription(parameter.help)
            field.changed.connect(lambda value, name=parameter.name: self._on_changed(name, value))  # type: ignore[attr-defined]
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
            self.fields[parameter.name] = field
            self._values[parameter.name] = parameter.default

    def _on_changed(self, name: str, value: Any) -> None:
        self._values[name] = value
        self.edited.emit()

    def _on_ticked(self) -> None:
        self.more.setEnabled(self.chosen)
        self._panel.setEnabled(self.chosen)
        self.edited.emit()


def _editor(parameter: Parameter) -> QWidget:
    made: QWidget
    if isinstance(parameter, Bool):
        made = ToggleField(bool(parameter.default))
    elif isinstance(parameter, Choice):
        made = ChoiceField(parameter.options)
        made.set_value(str(parameter.default))
    elif isinstance(parameter, Int):
        made = IntField(parameter.default, minimum=parameter.minimum, maximum=parameter.maximum, unit=parameter.unit)
    elif isinstance(parameter, Float):
        made = NumberField(parameter.default, minimum=parameter.minimum, maximum=parameter.maximum, unit=parameter.unit)
    else:
        made = TextField(str(parameter.default))
    made.setMinimumWidth(0 if isinstance(parameter, Bool) else 120)
    return made
