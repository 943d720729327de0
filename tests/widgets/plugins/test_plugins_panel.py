"""The panel lists what is there with its status, finds, and leads from an empty list to a first plugin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from myriorama.app.actions.action import CONTEXTS
from myriorama.app.extensions.rows import PluginRow
from myriorama.app.studio import Studio
from myriorama.widgets.plugins import panel as panel_module
from myriorama.widgets.plugins.panel import PluginsPanel
from myriorama.widgets.plugins.source_rows import WORDS, second_line
from myriorama.widgets.plugins.trust_dialog import TrustDialog


def shown(panel: PluginsPanel) -> list[str]:
    return [row.source.id for row in panel.model.rows]


def test_an_empty_list_says_what_a_plugin_is_and_its_buttons_lead_on(
    panel: PluginsPanel, studio: Studio, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert panel.pages.currentWidget() is panel.nothing
    opened: list[Path] = []
    monkeypatch.setattr(panel_module, "show_in_folder", opened.append)
    qtbot.mouseClick(panel.nothing.folder_button, Qt.MouseButton.LeftButton)
    assert opened == [studio.plugin_folder]
    assert studio.plugin_folder.is_dir()
    with qtbot.waitSignal(panel.guide_wanted):
        qtbot.mouseClick(panel.nothing.guide_button, Qt.MouseButton.LeftButton)


def test_sources_are_listed_with_what_is_in_them_and_found_by_words(
    write: Callable[..., Path], panel: PluginsPanel, row_of: Callable[..., PluginRow], studio: Studio, qtbot: QtBot
) -> None:
    write("pyramids", name="test_pyramid")
    write("towers", name="test_tower")
    (studio.plugin_folder / "torn.py").write_text("from myriorama.plugins import Generator\nclass T(Generator\n")
    row = row_of("pyramids")
    assert second_line(row) == "1 generator · Your plugin folder"
    assert shown(panel) == ["pyramids", "torn", "towers"]
    broken = panel.model.rows[1]
    assert broken.status == "broken"
    panel.select(broken.key)
    assert "line 2" in panel.detail.problem.text()
    assert not panel.detail.enable_button.isEnabled()
    assert [t.severity for t in studio.problems.all if t.source == "plugins"] == ["warning"]
    for words, found in (
        ("tower", ["towers"]), ("test_pyr", ["pyramids"]), ("broken", ["torn"]), ("new 1.0", ["pyramids", "towers"]),
        ("nothing of the kind", []),
    ):  # fmt: skip
        panel.search.setText(words)
        assert shown(panel) == found
        assert panel.unfound.isVisible() == (not found)
    panel.search.clear()
    assert len(shown(panel)) == 3


def test_every_status_has_a_word_a_sentence_and_a_color() -> None:
    from myriorama.widgets.plugins.source_rows import SENTENCES, color_of
    from myriorama.widgets.theme import DARK, LIGHT
    from myriorama.widgets.theme.tokens import contrast

    assert WORDS.keys() == SENTENCES.keys()
    for status in WORDS:
        for tokens in (DARK, LIGHT):
            assert contrast(color_of(status, tokens), tokens.surface) >= 4.5


def test_the_keyboard_reaches_all_of_it(
    write: Callable[..., Path], panel: PluginsPanel, row_of: Callable[..., PluginRow], qtbot: QtBot
) -> None:
    write("pyramids")
    write("towers", name="test_tower")
    row_of()
    panel.activateWindow()
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.current is not None
    assert panel.current.source.id == "towers"
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    dialog = panel.window().findChild(TrustDialog)
    assert dialog is not None
    assert "towers" in dialog.findChildren(type(panel.detail.status))[1].text()
    dialog.reject()
    bounds = panel.actions_here()
    assert {bound.action.context for bound in bounds} == {"plugins"}
    assert "plugins" in CONTEXTS
    named = {bound.action.id: bound for bound in bounds}
    enable, disable = named["plugins.enable"], named["plugins.disable"]
    assert enable.enabled is not None
    assert enable.enabled()
    assert disable.enabled is not None
    assert not disable.enabled()
    for widget in (panel.search, panel.list, panel.detail.list, panel.develop_button, panel.folder_button):
        assert widget.accessibleName() or widget.text()


def test_list_and_detail_stand_beside_each_other_where_there_is_width(
    write: Callable[..., Path], panel: PluginsPanel, row_of: Callable[..., PluginRow], qtbot: QtBot
) -> None:
    write()
    row_of()
    panel.resize(700, 300)
    assert panel.split.orientation() == Qt.Orientation.Horizontal
    assert panel.detail.width() > 250
    panel.resize(340, 700)
    assert panel.split.orientation() == Qt.Orientation.Vertical

    def can_be_narrow() -> bool:
        panel.resize(225, 700)  # the layout tells the window its new least width in a turn of its own
        return panel.width() == 225

    qtbot.waitUntil(can_be_narrow)


def test_a_plugin_that_goes_away_is_missed_and_comes_back_as_it_was(
    write: Callable[..., Path], panel: PluginsPanel, row_of: Callable[..., PluginRow], studio: Studio,
    settled: Callable[[], None],
) -> None:  # fmt: skip
    path = write()
    studio.plugins.enable(row_of().key)
    settled()
    assert row_of().status == "enabled"
    content = path.read_bytes()
    path.unlink()
    assert row_of().status == "missing"
    assert any("is not at" in t.message for t in studio.problems.all)
    assert studio.registry.grants == ()
    path.write_bytes(content)
    assert row_of().status == "enabled"
    assert len(studio.registry.grants) == 1


def test_what_is_enabled_can_be_added_and_says_whose_it_is(
    write: Callable[..., Path], row_of: Callable[..., PluginRow], studio: Studio, settled: Callable[[], None],
    qtbot: QtBot,
) -> None:  # fmt: skip
    write()
    key = row_of().key
    before = {entry.key for entry in studio.catalogue.entries.found}
    studio.plugins.enable(key)
    qtbot.waitUntil(lambda: {entry.key for entry in studio.catalogue.entries.found} != before)
    found = [entry for entry in studio.catalogue.entries.found if entry.key not in before]
    assert [(e.key, e.source, e.shelf) for e in found] == [("generator/test_pyramid", "pyramids", "objects")]
    assert all(not e.source for e in studio.catalogue.entries.found if e.key in before)
    studio.plugins.disable(key)
    qtbot.waitUntil(lambda: {entry.key for entry in studio.catalogue.entries.found} == before)
