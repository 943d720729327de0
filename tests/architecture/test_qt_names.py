"""No attribute of a widget hides a method of Qt's: whoever calls it, Qt's own Python among them, would fail."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator

from PySide6.QtCore import QObject

import myriorama.widgets


def qt_classes() -> Iterator[type[QObject]]:
    for module in pkgutil.walk_packages(myriorama.widgets.__path__, "myriorama.widgets."):
        loaded = importlib.import_module(module.name)
        for _, found in inspect.getmembers(loaded, inspect.isclass):
            if found.__module__ == module.name and issubclass(found, QObject):
                yield found


def attributes_of(found: type) -> set[str]:
    """Names that are assigned to ``self`` anywhere in a class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(found)))
    stored = (n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store))
    return {n.attr for n in stored if isinstance(n.value, ast.Name) and n.value.id == "self"}


def hidden(found: type) -> set[str]:
    toolkit = [base for base in found.__mro__ if base.__module__.startswith("PySide6")]
    return {name for name in attributes_of(found) if any(callable(getattr(base, name, None)) for base in toolkit)}


def test_what_hides_a_method_is_found() -> None:
    class Hiding(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.parent = None
            self.child = None

    assert hidden(Hiding) == {"parent"}


def test_no_attribute_hides_a_method_of_qt() -> None:
    classes = list(qt_classes())
    assert len(classes) > 200
    assert {f"{c.__module__}.{c.__qualname__}.{name}" for c in classes for name in hidden(c)} == set()
