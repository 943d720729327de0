"""Variants in the gallery: a sweep of one value, a sheet of two, and ranges tightened by what was picked."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.document.addresses import Address
from myriorama.app.gallery.axes import runners
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.preview.tiles import TileKey
from myriorama.widgets.gallery.panel import GalleryPanel
from myriorama.widgets.gallery.tighten_dialog import TightenDialog


def test_a_sweep_is_one_row_from_low_to_high(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    group = panel.studio.document.project.objects[0]  # type: ignore[union-attr]
    address = Address(group.uid, "field", "count")
    panel.studio.sweep.set(Sweep(address, None, 1, 5, "Count"))
    assert panel.sweep.isVisible()
    assert panel.sweep.sheet is not None
    assert panel.sweep.sheet.across.headings == ("1", "2", "3", "4", "5")
    wanted = {key.variant for keys, _ in feeder.wanted for key in keys}
    assert set(panel.sweep.sheet.names[0]) <= wanted
    panel.sweep.use(0, 4)
    assert panel.studio.document.project.objects[0].count == 5  # type: ignore[union-attr]
    panel.studio.document.history.undo()
    assert panel.studio.document.project.objects[0] == group  # type: ignore[union-attr]
    panel.studio.sweep.set(None)
    assert not panel.sweep.isVisible()


def test_a_contact_sheet_runs_two_values(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    qtbot.mouseClick(panel.tools.sheet, Qt.MouseButton.LeftButton)
    sheet = panel.contact.sheet
    assert sheet is not None
    assert sheet.down is not None
    assert panel.pages.currentWidget() is panel.contact
    assert len(sheet.projects) == len(sheet.across.values) * len(sheet.down.values)
    asked = {key for keys, _ in feeder.wanted for key in keys}
    assert TileKey(panel.studio.index.value, sheet.names[0][0]) in asked
    qtbot.mouseClick(panel.tools.sheet, Qt.MouseButton.LeftButton)
    assert panel.pages.currentWidget() is panel.grid
    assert panel.contact.sheet is None


def test_tightening_is_one_click_and_one_undo(qtbot: QtBot, panel: GalleryPanel, feeder: Any) -> None:
    project = panel.studio.document.project
    assert project is not None
    runner = next(r for r in runners(project, panel.studio.registry, varying_only=True) if r.kind == "number")
    path = runner.column.removeprefix("value:")
    middle = 0.5 * (runner.low + runner.high)
    width = runner.high - runner.low
    for index in range(20):
        share = (0.3 if index % 2 else -0.3) + 0.001 * index
        feeder.facts(index, **{path: middle + share * width})
    panel.gallery.session.reject([i for i in range(20) if i % 2], 1)
    panel.gallery.session.pick([i for i in range(20) if not i % 2])
    panel.open_tighten()
    dialog = panel.findChild(TightenDialog)
    assert dialog is not None
    row = next(r for r in dialog.rows if r.evidence.runner == runner)
    qtbot.mouseClick(row.apply, Qt.MouseButton.LeftButton)
    changed = panel.studio.document.project
    assert changed != project
    tight = next(r for r in runners(changed, panel.studio.registry) if r.title == runner.title)  # type: ignore[arg-type]
    assert tight.low == runner.low
    assert middle - 0.282 * width <= tight.high < middle + 0.303 * width
    panel.studio.document.history.undo()
    assert panel.studio.document.project == project
    dialog.close()
