"""The form of the output: size, quality, engine, formats with their options, labels."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from myriorama.app.document.edit import Edit
from myriorama.app.parts.output import (
    LARGEST_PX,
    PRESETS,
    SMALLEST_PX,
    Preset,
    chosen_labels,
    kept_shape,
    set_clean,
    set_format,
    set_label,
    set_option,
    set_quality,
    set_size,
    shape_in_words,
)
from myriorama.app.studio import Studio
from myriorama.scenes.parameters.schema import Bool, Choice, Float, Int, Parameter
from myriorama.scenes.project.model import Project
from myriorama.widgets.editors import ChoiceField, IntField, NumberField, TextField, ToggleField
from myriorama.widgets.forms.engine import EngineSection
from myriorama.widgets.forms.page import FormPage
from myriorama.widgets.forms.rows import TITLE_WIDTH, Reason, Row, plain_label, plain_row, tool_button
from myriorama.widgets.forms.split import SplitSection
from myriorama.widgets.theme import icon, theme

QUALITIES = ("draft", "standard", "high")
QUALITY_TITLES = ("draft: fast, jagged", "standard", "high: smooth edges and shadows, slow")
_INDENT = 22


def option_editor(declaration: Parameter) -> QWidget:
    """Return an editor for a writer's option."""
    if isinstance(declaration, Bool):
        return ToggleField()
    if isinstance(declaration, Choice):
        return ChoiceField(declaration.options)
    if isinstance(declaration, Int):
        return IntField(minimum=declaration.minimum, maximum=declaration.maximum, unit=declaration.unit)
    if isinstance(declaration, Float):
        return NumberField(minimum=declaration.minimum, maximum=declaration.maximum, unit=declaration.unit)
    return TextField()


class FormatBox(QWidget):
    """A tick for one format, and its options while it is ticked."""

    def __init__(self, form: OutputForm, name: str) -> None:
        super().__init__()
        self._form = form
        self.name = name
        writer = form.studio.registry.plugin_class("writer", name)
        self.tick = ToggleField()
        self.tick.setText(writer.label or name)
        self.tick.setToolTip(writer.help)
        self.reason = Reason(self)
        self.options: dict[str, Any] = {}
        self._declared = {p.name: p for p in writer.parameters}
        self.holder = QWidget(self)
        inner = QVBoxLayout(self.holder)
        inner.setContentsMargins(_INDENT, 0, 0, theme().tight)
        inner.setSpacing(theme().tight)
        inner.addWidget(plain_label(writer.help, "dim", wraps=True))
        for declaration in writer.parameters:
            editor = option_editor(declaration)
            self.options[declaration.name] = editor
            if isinstance(editor, ToggleField):
                editor.setText(_title(declaration))
                editor.setToolTip(declaration.help)
                inner.addWidget(editor)
            else:
                inner.addWidget(Row(_title(declaration), editor, declaration.help))
            editor.changed.connect(partial(self._on_option, declaration.name))  # type: ignore[attr-defined]
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        outer.addWidget(self.tick)
        outer.addWidget(self.reason)
        outer.addWidget(self.holder)
        self.tick.changed.connect(self._on_ticked)

    def show_project(self, project: Project) -> None:
        """Show whether the format is written, and how."""
        wanted = self.name in project.output.formats
        self.tick.set_value(wanted)
        self.holder.setVisible(wanted)
        written = project.output.writer_options.get(self.name, {})
        for name, editor in self.options.items():
            editor.set_value(written.get(name, self._declared[name].default))
        self.reason.show_reason("")

    def _on_ticked(self, wanted: bool) -> None:
        reason = self._form.commit(lambda p: set_format(p, self.name, wanted))
        if reason:
            self.tick.set_value(not wanted)
            self.reason.show_reason(reason)

    def _on_option(self, name: str, value: Any) -> None:
        reason = self._form.commit(lambda p: set_option(p, self._form.studio.registry, self.name, name, value))
        self.reason.show_reason(reason)


class LabelTick(ToggleField):
    """A tick for one label."""

    def __init__(self, form: OutputForm, name: str) -> None:
        super().__init__()
        self._form = form
        self.name = name
        annotator = form.studio.registry.plugin_class("annotator", name)
        self.setText(annotator.label or name)
        self.setToolTip(annotator.help)
        self.changed.connect(self._on_ticked)

    def _on_ticked(self, wanted: bool) -> None:
        reason = self._form.commit(lambda p: set_label(p, self._form.studio.registry, self.name, wanted))
        if reason:
            self.set_value(not wanted)
        self._form.label_reason.show_reason(reason)


class OutputForm(FormPage):
    """Size, quality, engine, formats, labels."""

    def __init__(self, studio: Studio, parent: QWidget | None = None) -> None:
        super().__init__("Output", studio, parent)
        self.add_heading("Image")
        self.width_px = IntField(640, minimum=SMALLEST_PX, maximum=LARGEST_PX)
        self.height_px = IntField(480, minimum=SMALLEST_PX, maximum=LARGEST_PX)
        self.lock = tool_button("link-variant-off", "Keep the shape: one side follows the other")
        self.lock.setCheckable(True)
        self.presets = tool_button("aspect-ratio", "Usual sizes")
        self.presets.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.presets)
        for preset in PRESETS:
            title = f"{preset.name}\t{preset.width} × {preset.height}"
            menu.addAction(title).triggered.connect(partial(self._on_preset, preset))
        self.presets.setMenu(menu)
        self.size_row = Row("Size", self._size_line(), "Of the exported images, in pixels.")
        self.quality = ChoiceField(QUALITIES, QUALITY_TITLES)
        self.rows.addWidget(self.size_row)
        self.size_words = plain_label("", "dim")
        beneath = plain_row(self.size_words, None, self.lock, self.presets)
        beneath.setContentsMargins(TITLE_WIDTH + theme().tight, 0, 0, 0)
        self.rows.addWidget(beneath)
        self.rows.addWidget(Row("Quality", self.quality, "Of the rendered pictures; labels are exact in each."))
        self.engine = EngineSection(self)
        self.rows.addWidget(self.engine)
        self.clean = ToggleField()
        self.clean.setText("Keep clean pictures for loaders")
        told = "Each picture also as it was before the last effects that can be drawn again while a dataset is loaded"
        self.clean.setToolTip(f"{told}; needs the format Raw buffers and such an effect.")
        self.clean.changed.connect(self._on_clean)
        self.rows.addWidget(self.clean)
        self.add_heading("Formats")
        self.formats = tuple(FormatBox(self, name) for name in studio.registry.names("writer"))
        for box in self.formats:
            self.rows.addWidget(box)
        self.unknown = plain_label("", "warning", wraps=True)
        self.rows.addWidget(self.unknown)
        self.add_heading("Split")
        self.split = SplitSection(self)
        self.rows.addWidget(self.split)
        self.add_heading("Labels")
        self.label_reason = Reason()
        self.labels = tuple(LabelTick(self, name) for name in studio.registry.names("annotator"))
        for tick in self.labels:
            self.rows.addWidget(tick)
        self.rows.addWidget(self.label_reason)
        for side, field in (("width", self.width_px), ("height", self.height_px)):
            field.set_judge(partial(self._judge_side, side))
            field.changing.connect(partial(self._on_side_dragged, side))
            field.changed.connect(partial(self._on_side, side))
            field.cancelled.connect(self._on_cancelled)
            field.refusal_changed.connect(self.size_row.reason.show_reason)
        self.lock.toggled.connect(self._on_lock)
        self.quality.changed.connect(self._on_quality)
        self.start()

    def _on_cancelled(self) -> None:
        self.studio.document.cancel_preview()

    def show_project(self, project: Project) -> None:
        out = project.output
        self.width_px.set_value(out.width)
        self.height_px.set_value(out.height)
        self.size_words.setText(shape_in_words(out.width, out.height))
        self.quality.set_value(out.quality)
        self.engine.show_project(project)
        self.clean.set_value(out.clean)
        for box in self.formats:
            box.show_project(project)
        known = self.studio.registry.names("writer")
        missing = [name for name in out.formats if name not in known]
        self.unknown.setText(f"No plugin here writes {', '.join(missing)}; the format and its options are kept.")
        self.unknown.setVisible(bool(missing))
        self.split.show_project(project)
        chosen = chosen_labels(project, self.studio.registry)
        for tick in self.labels:
            tick.set_value(tick.name in chosen)
        self.label_reason.show_reason("")

    def _size_line(self) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme().tight)
        line.addWidget(self.width_px, 1)
        line.addWidget(plain_label("×", "dim"))
        line.addWidget(self.height_px, 1)
        self.width_px.setAccessibleName("Width in pixels")
        self.height_px.setAccessibleName("Height in pixels")
        holder.setFocusProxy(self.width_px)
        return holder

    def _sized(self, project: Project, side: str, value: float) -> Edit:
        """Return the edit that gives one side another length, and with the lock the other side too."""
        width, height = project.output.width, project.output.height
        if self.lock.isChecked():
            wanted = {"new_width": int(value)} if side == "width" else {"new_height": int(value)}
            return set_size(project, *kept_shape(width, height, **wanted))
        return set_size(project, int(value), height) if side == "width" else set_size(project, width, int(value))

    def _judge_side(self, side: str, value: float) -> str:
        return self.reason_against(lambda p: self._sized(p, side, value))

    def _on_side_dragged(self, side: str, value: float) -> None:
        self.preview(lambda p: self._sized(p, side, value))

    def _on_side(self, side: str, value: float) -> None:
        self.commit(lambda p: self._sized(p, side, value))

    def _on_preset(self, preset: Preset) -> None:
        self.commit(lambda p: set_size(p, preset.width, preset.height))

    def _on_lock(self, locked: bool) -> None:
        self.lock.setIcon(icon("link-variant" if locked else "link-variant-off"))

    def _on_clean(self, wanted: bool) -> None:
        self.commit(lambda p: set_clean(p, wanted))

    def _on_quality(self, value: str) -> None:
        self.commit(lambda p: set_quality(p, value))


def _title(declaration: Parameter) -> str:
    """Return a declaration's name as a title: its unit stands at the field."""
    name = declaration.name.removesuffix(f"_{declaration.unit}") if declaration.unit else declaration.name
    return "RGB" if name == "rgb" else name.replace("_", " ").capitalize()
