"""Nothing runs before a person said yes to exactly these files, by a click that cannot be an accident."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from myriorama.app.extensions.rows import PluginRow
from myriorama.app.studio import Studio
from myriorama.plugins.hosting.enforcement import Enforcement
from myriorama.plugins.sources import PluginSource
from myriorama.widgets.plugins.panel import PluginsPanel
from myriorama.widgets.plugins.trust_dialog import TrustDialog, lines_of

Asked = Callable[[], TrustDialog]


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def enable(dialog: TrustDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(dialog.enable_button.isEnabled)
    qtbot.mouseClick(dialog.enable_button, Qt.MouseButton.LeftButton)


def test_it_is_enabled_by_clicks_and_by_nothing_less(
    write: Callable[..., Path], panel: PluginsPanel, asked: Asked, studio: Studio, qtbot: QtBot,
    row_of: Callable[[], PluginRow], settled: Callable[[], None],
) -> None:  # fmt: skip
    write()
    assert row_of().status == "new"
    assert studio.plugins.grants == ()
    dialog = asked()
    assert dialog.cancel_button.isDefault()
    assert dialog.focusWidget() is dialog.cancel_button
    assert not dialog.enable_button.isEnabled(), "a click that was under way must not hit it"
    qtbot.waitUntil(dialog.enable_button.isEnabled)
    assert not dialog.enable_button.autoDefault()
    told = words_in(dialog)
    for words in ("pyramids 1.0", "Ann (says the plugin; not verified)", "Your plugin folder", "generator Pyramid"):
        assert words in told
    assert str(studio.plugin_folder / "pyramids.py") in told
    for name in ("Memory", "Network", "Processor time", "Files"):
        assert f"{name}: " in told
    enable(dialog, qtbot)
    settled()
    row = studio.plugins.row("user:pyramids")
    assert row is not None
    assert (row.status, row.problem) == ("enabled", "")
    assert [g.source.sha256 for g in studio.registry.grants] == [row.source.sha256]
    assert "test_pyramid" in studio.registry.names("generator")
    assert panel.current is not None
    assert panel.current.status == "enabled"
    qtbot.mouseClick(panel.detail.disable_button, Qt.MouseButton.LeftButton)
    settled()
    assert studio.registry.grants == ()
    assert "test_pyramid" not in studio.registry.names("generator")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Space])
def test_what_is_refused_stays_off(
    write: Callable[..., Path], panel: PluginsPanel, asked: Asked, studio: Studio, qtbot: QtBot,
    row_of: Callable[[], PluginRow], key: Qt.Key,
) -> None:  # fmt: skip
    write()
    row_of()
    dialog = asked()
    qtbot.waitUntil(dialog.enable_button.isEnabled)
    with qtbot.waitSignal(dialog.rejected):
        qtbot.keyClick(dialog.focusWidget(), key)
    assert row_of().status == "new"
    assert studio.plugins.grants == studio.registry.grants == ()


def test_another_content_is_asked_about_again_with_what_changed(
    write: Callable[..., Path], panel: PluginsPanel, asked: Asked, studio: Studio, qtbot: QtBot,
    row_of: Callable[[], PluginRow], settled: Callable[[], None],
) -> None:  # fmt: skip
    write()
    row_of()
    enable(asked(), qtbot)
    settled()
    assert len(studio.registry.grants) == 1
    write(version="1.1", size=0.4)
    row = row_of()
    assert row.status == "changed"
    assert studio.registry.grants == ()
    assert any(t.source == "plugins" and "not those that were enabled" in t.message for t in studio.problems.all)
    dialog = asked()
    told = words_in(dialog)
    assert "Changed since you enabled it" in told
    assert "version 1.0 is now 1.1" in told
    assert row.change is not None
    assert ("~", "pyramids.py") in lines_of(row.change)
    dialog.reject()
    assert row_of().status == "changed"
    enable(asked(), qtbot)
    settled()
    assert row_of().status == "enabled"
    assert not [t for t in studio.problems.all if t.source == "plugins"]


def test_files_that_change_under_the_dialog_are_not_enabled(
    write: Callable[..., Path], panel: PluginsPanel, asked: Asked, studio: Studio, qtbot: QtBot,
    row_of: Callable[[], PluginRow], settled: Callable[[], None],
) -> None:  # fmt: skip
    write()
    row_of()
    dialog = asked()
    write(body="raise SystemExit")
    enable(dialog, qtbot)
    settled()
    assert studio.registry.grants == ()
    assert row_of().status == "new"


def test_the_hash_and_every_file_can_be_read(panel: PluginsPanel, qtbot: QtBot, tmp_path: Path) -> None:
    root = tmp_path / "many"
    root.mkdir()
    files = {}
    for number in range(30):
        (root / f"part_{number:02}.py").write_text("#" * number)
        files[f"part_{number:02}.py"] = f"{number:064x}"
    source = PluginSource("many", "installed", str(root), "many", files, "ab" * 32, "2.0")
    guards = (Enforcement("network", False, "nothing keeps it from it"), Enforcement("memory", True, "at most 1 MB"))
    dialog = TrustDialog(PluginRow(source, None, "new"), guards, panel)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "ab" * 32
    assert not dialog.table.isVisible()
    qtbot.mouseClick(dialog.files.heading, Qt.MouseButton.LeftButton)
    assert dialog.table.isVisible()
    assert dialog.table.rowCount() == 30
    assert [dialog.table.item(29, c).text() for c in (0, 1)] == ["part_29.py", "29 bytes"]
    assert dialog.table.item(29, 2).toolTip() == files["part_29.py"]
    told = words_in(dialog)
    assert "Network: not enforced here: nothing keeps it from it" in told
    assert "Memory: at most 1 MB" in told
    assert "unknown" in told


def test_what_a_stranger_writes_is_shown_letter_by_letter(panel: PluginsPanel, qtbot: QtBot, tmp_path: Path) -> None:
    evil = "<img src='file:///etc/passwd'>\u202enimda\x07\n<b>"
    source = PluginSource("x", "user", str(tmp_path / "x.py"), "x", {f"{evil}.py": "0" * 64}, "0" * 64, evil, evil)
    dialog = TrustDialog(PluginRow(source, None, "new", description=evil), (), panel)
    qtbot.addWidget(dialog)
    for label in dialog.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or not label.text()
        assert "\u202e" not in label.text()
        assert "\x07" not in label.text()
    assert "<img" in words_in(dialog)
    assert "\u202e" not in dialog.table.item(0, 0).text()
