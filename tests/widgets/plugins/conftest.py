"""Plugins of the tests' own, written into the folders of a studio, and the dialog that asks about one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from myriorama.app.extensions.rows import PluginRow
from myriorama.app.studio import Studio
from myriorama.widgets.plugins.panel import PluginsPanel
from myriorama.widgets.plugins.trust_dialog import TrustDialog

TEXT = '''"""{description}"""

import numpy as np

from myriorama.plugins import Float, Generator, Material, Mesh, ObjectModel, Part

__version__ = "{version}"
__author__ = "{author}"


class Pyramid(Generator):
    name = "{name}"
    label = "Pyramid"
    help = "Four triangles."
    parameters = (Float("size_m", default={size}, minimum=0.01, maximum=2.0, help="Edge.", unit="m"),)

    def generate(self, values):
        size = values["size_m"]
        {body}
        corners = np.array([[0, 0, 0], [size, 0, 0], [0, size, 0], [0, 0, size]], dtype=np.float32)
        points = corners[[0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3]]
        normals = np.repeat(np.cross(points[1::3] - points[::3], points[2::3] - points[::3]), 3, axis=0)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        faces = np.arange(12, dtype=np.uint32).reshape(4, 3)
        mesh = Mesh(points, normals.astype(np.float32), np.zeros((12, 2), np.float32), faces)
        return ObjectModel((Part("body", mesh, Material()),))
'''


def plugin_text(body: str = "pass", **words: object) -> str:
    """Return the text of a plugin whose `generate` begins with `body`."""
    known = {
        "description": "Pyramids.",
        "version": "1.0",
        "author": "Ann",
        "name": "test_pyramid",
        "size": 0.3,
        "body": body,
    }
    return TEXT.format(**(known | words))


@pytest.fixture(scope="session")
def text_of() -> Callable[..., str]:
    return plugin_text


@pytest.fixture
def write(studio: Studio) -> Callable[..., Path]:
    """Writes a plugin into the user's folder of the studio, and waits until it is listed."""

    def written(stem: str = "pyramids", **words: object) -> Path:
        studio.plugin_folder.mkdir(parents=True, exist_ok=True)
        path = studio.plugin_folder / f"{stem}.py"
        path.write_text(plugin_text(**words), encoding="utf-8")
        return path

    return written


@pytest.fixture
def settled(qtbot: QtBot, studio: Studio) -> Callable[[], None]:
    """Waits until everything that was asked of the plugins is answered."""

    def wait() -> None:
        qtbot.waitUntil(lambda: not studio.plugins.busy, timeout=20_000)
        QApplication.processEvents()

    return wait


@pytest.fixture
def panel(studio: Studio, qtbot: QtBot, settled: Callable[[], None]) -> PluginsPanel:
    made = PluginsPanel(studio)
    qtbot.addWidget(made)
    made.resize(720, 420)
    made.show()
    settled()
    return made


@pytest.fixture
def row_of(studio: Studio, settled: Callable[[], None]) -> Callable[[str], PluginRow]:
    """Returns the row of a source in the user's folder, listed anew."""

    def found(stem: str = "pyramids") -> PluginRow:
        studio.plugins.refresh()
        settled()
        row = studio.plugins.row(f"user:{stem}")
        assert row is not None, [r.key for r in studio.plugins.rows]
        return row

    return found


@pytest.fixture
def asked(panel: PluginsPanel, qtbot: QtBot) -> Callable[[], TrustDialog]:
    """Presses Enable… of the current row and returns the dialog that comes up."""

    def press() -> TrustDialog:
        qtbot.mouseClick(panel.detail.enable_button, Qt.MouseButton.LeftButton)
        dialog = panel.window().findChild(TrustDialog)
        assert dialog is not None
        qtbot.waitUntil(dialog.isVisible)
        return dialog

    return press
