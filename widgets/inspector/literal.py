"""Makes and sets the editor of a plain value by the kind of its declaration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from myriorama.app.document.addresses import MISSING
from myriorama.app.inspection.naming import readable
from myriorama.app.inspection.rows import MIXED
from myriorama.app.studio import Studio
from myriorama.scenes.parameters.fit import limits
from myriorama.scenes.parameters.schema import Choice, File, Float, Int, Parameter, Text, Vector
from myriorama.widgets.editors import (
    ChoiceField,
    ColorField,
    DirectionField,
    FileField,
    NumberField,
    RotationField,
    TextField,
    ToggleField,
    VectorField,
)
from myriorama.widgets.editors.choice import SEARCHED_FROM

Judge = Callable[[Any], str]


def editor_kind(declaration: Parameter, component: int | None = None) -> str:
    """Return a word for the editor that a declaration needs; editors of one word can be used for one another."""
    if component is not None:
        return "float"
    if isinstance(declaration, Choice) and len(declaration.options) >= SEARCHED_FROM:
        return "search"
    return f"vector{declaration.size}" if isinstance(declaration, Vector) else declaration.kind


def make_editor(kind: str, studio: Studio, parent: QWidget) -> Any:
    """Make an editor; `set_up` fits it to a declaration."""
    if kind.startswith("vector"):
        return VectorField(int(kind.removeprefix("vector")), parent=parent)
    if kind in ("float", "int"):
        return NumberField(0.0, whole=kind == "int", parent=parent)
    if kind == "bool":
        return ToggleField(parent=parent)
    if kind in ("choice", "search"):
        return ChoiceField(parent=parent)
    if kind == "color":
        return ColorField(parent=parent)
    if kind == "direction":
        return DirectionField(parent)
    if kind == "rotation":
        return RotationField(parent)
    if kind == "file":
        return FileField(choose=_chooser(studio, parent), accept=_acceptor(studio, parent), parent=parent)
    return TextField(parent=parent)


def _chooser(studio: Studio, parent: QWidget) -> Callable[[str], str | None]:
    def choose(role: str) -> str | None:
        from myriorama.widgets.assets.choose import choose_asset  # late: the dialog is rarely opened

        return choose_asset(studio, role, parent.window())

    return choose


def _acceptor(studio: Studio, parent: QWidget) -> Callable[[str, str], str | None]:
    """Take a dropped file by its path where the project can name it; others are imported, after asking."""

    def accept(path: str, role: str) -> str | None:
        from myriorama.widgets.assets.choose import take_dropped  # late: the dialog is rarely opened

        return take_dropped(studio, Path(path), role, parent.window())

    return accept


def set_up(editor: Any, declaration: Parameter, component: int | None, name: str, judge: Judge) -> None:
    """Fit an editor to a declaration, or to one number of it."""
    low, high = limits(declaration)
    if isinstance(editor, NumberField):
        whole = isinstance(declaration, Int) and component is None
        editor.configure(minimum=low, maximum=high, unit=declaration.unit, whole=whole)
        editor.set_judge(judge)
    elif isinstance(editor, VectorField):
        editor.set_name(name)
        unit = declaration.unit if isinstance(declaration, Vector | Float) else ""
        editor.configure(minimum=low, maximum=high, unit=unit)
        editor.set_judge(judge)
    elif isinstance(editor, ChoiceField) and isinstance(declaration, Choice):
        titles = None
        if declaration.name == "type":
            titles = [readable(o) for o in declaration.options]
        editor.set_options(declaration.options, declaration.options if declaration.name == "class" else titles)
    elif isinstance(editor, FileField) and isinstance(declaration, File):
        editor.set_role(declaration.role)
        editor.set_judge(judge)
    elif isinstance(editor, TextField):
        editor.set_longest(declaration.max_length if isinstance(declaration, Text) else 32767)
        editor.set_judge(judge)
    editor.setAccessibleName(name)


def show_value(editor: Any, value: Any) -> None:
    """Show a value in an editor; a dash where several differ."""
    if value is MIXED or value is MISSING:
        value = None
    if isinstance(editor, ToggleField) or not isinstance(value, Sequence) or isinstance(value, str):
        editor.set_value(value)
    else:
        editor.set_value(list(value))
