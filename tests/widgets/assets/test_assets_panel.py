"""The assets panel by hand: listed, looked at, imported, used, missing and relinked; hostile files do no harm."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from myriorama.app.assets.library import Entry
from myriorama.app.document import files
from myriorama.app.studio import Studio
from myriorama.resources import resource_path
from myriorama.widgets.assets import choose, import_dialog
from myriorama.widgets.assets.import_dialog import COPY_ONLY, ImportDialog
from myriorama.widgets.assets.panel import AssetsPanel
from myriorama.widgets.assets.shelf_model import ENTRY, PICTURE

Open = Callable[[str], Studio]
HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"
LONG_MS = 60_000


@pytest.fixture
def saved(open_example: Open, tmp_path: Path) -> Studio:
    """An example that was saved to a folder of its own."""
    studio = open_example("real_models")
    (tmp_path / "mine").mkdir()
    files.save(studio.document, tmp_path / "mine" / "project.json", state=tmp_path / "state")
    return studio


@pytest.fixture
def panel(qtbot: QtBot, saved: Studio) -> AssetsPanel:
    made = AssetsPanel(saved)
    qtbot.addWidget(made)
    made.resize(340, 640)
    made.show()
    qtbot.waitUntil(lambda: bool(saved.assets.entries.value), timeout=LONG_MS)
    return made


def entries(panel: AssetsPanel) -> list[Entry]:
    shown = panel.shelf.filter
    return [shown.index(row, 0).data(ENTRY) for row in range(shown.rowCount())]


def drop(panel: AssetsPanel, *paths: Path) -> None:
    carried = QMimeData()
    carried.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left = Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(panel.rect().center(), Qt.DropAction.CopyAction, carried, left, none)
    QApplication.sendEvent(panel, entered)
    assert entered.isAccepted()
    dropped = QDropEvent(QPointF(panel.rect().center()), Qt.DropAction.CopyAction, carried, left, none)
    QApplication.sendEvent(panel, dropped)
    assert dropped.isAccepted()


def dialog_of(qtbot: QtBot, panel: AssetsPanel) -> ImportDialog:
    dialog = panel._dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.look is not None, timeout=LONG_MS)
    return dialog


def press(qtbot: QtBot, dialog: ImportDialog, which: QDialogButtonBox.StandardButton) -> None:
    qtbot.mouseClick(dialog.buttons.button(which), Qt.MouseButton.LeftButton)


def test_the_list_is_searched_and_kept_to_a_kind(qtbot: QtBot, panel: AssetsPanel) -> None:
    everything = entries(panel)
    assert {entry.role for entry in everything} == {"model", "radiance", "texture_set"}
    qtbot.keyClicks(panel.shelf.search, "tomatoes crate")
    assert [entry.name for entry in entries(panel)] == ["crate_tomatoes.gltf"]
    panel.shelf.search.clear()
    panel.shelf.roles.changed.emit("radiance")
    assert {entry.role for entry in entries(panel)} == {"radiance"}
    assert len(entries(panel)) == 5
    qtbot.keyClicks(panel.shelf.search, "zzz")
    assert panel.shelf.empty.isVisible()


def test_what_is_current_is_looked_at_and_told(qtbot: QtBot, panel: AssetsPanel) -> None:
    panel.shelf.select("resource:models/kaykit/pot_A.gltf")
    qtbot.waitUntil(lambda: "Triangles" in dict(panel.sight.facts.rows), timeout=LONG_MS)
    facts = dict(panel.sight.facts.rows)
    assert facts["Triangles"] == "324"
    assert facts["Used by"] == "Pot"
    assert facts["Size"].startswith("1.4 × 1 × 0.5 m")
    index = panel.shelf.list.currentIndex()
    qtbot.waitUntil(lambda: index.data(PICTURE) is not None, timeout=LONG_MS)
    assert panel.studio.document.history.labels == ()


def test_a_dropped_model_is_asked_about_copied_and_added(qtbot: QtBot, panel: AssetsPanel, tmp_path: Path) -> None:
    source = tmp_path / "tea cup.obj"
    source.write_text("v 0 0 0\nv 90 0 0\nv 90 80 0\nv 0 80 0\nv 45 40 100\nf 1 2 3 4\nf 1 2 5\nf 3 4 5\n")
    drop(panel, source)
    dialog = dialog_of(qtbot, panel)
    assert dialog.unit.value == "centimetres"
    assert dialog.size_label.text().startswith("0.9 × 0.8 × 1 m")
    dialog.unit.changed.emit("millimetres")
    dialog.unit.set_value("millimetres")
    dialog._show_size()
    assert dialog.size_label.text().startswith(("90 × 80 × 100 mm", "0.09 × 0.08 × 0.1 m"))
    dialog.up_axis.set_value("y")
    dialog._on_up_axis("y")
    assert dialog.use.value == "Add an object group of it"
    press(qtbot, dialog, QDialogButtonBox.StandardButton.Ok)
    document = panel.studio.document
    qtbot.waitUntil(lambda: document.history.labels != (), timeout=LONG_MS)
    assert document.history.labels == ("Add tea cup",)
    assert document.project is not None
    group = document.project.objects[-1]
    assert group.parameters["unit"] == "millimetres"
    assert group.parameters["up_axis"] == "y"
    reference = group.parameters["file"]
    assert reference.startswith("assets/tea_cup-")
    assert (document.folder / reference).read_bytes() == source.read_bytes()
    assert panel.studio.selection.uid == group.uid
    qtbot.waitUntil(lambda: any(e.reference == reference for e in panel.studio.assets.entries.value), timeout=LONG_MS)
    document.history.undo()
    assert group not in document.project.objects


def test_an_hdri_is_set_where_the_light_is_and_files_come_one_after_the_other(
    qtbot: QtBot, panel: AssetsPanel, tmp_path: Path
) -> None:
    light = tmp_path / "my light.exr"
    shutil.copy(resource_path("hdri/city.exr"), light)
    drop(panel, light, HOSTILE / "models" / "truncated.glb")
    first = dialog_of(qtbot, panel)
    assert first.use.value == "Set as file of Room"
    press(qtbot, first, QDialogButtonBox.StandardButton.Ok)
    document = panel.studio.document
    qtbot.waitUntil(lambda: document.history.labels != (), timeout=LONG_MS)
    assert document.project is not None
    assert document.project.environment[0].parameters["file"].startswith("assets/my_light-")
    qtbot.waitUntil(lambda: panel._dialog is not None and panel._dialog is not first, timeout=LONG_MS)
    second = dialog_of(qtbot, panel)
    assert second.sight.facts.reason.text()
    assert not second.ok.isEnabled()
    press(qtbot, second, QDialogButtonBox.StandardButton.Cancel)
    assert len(document.history.labels) == 1
    assert len(list((document.folder / "assets").iterdir())) == 1


@pytest.mark.parametrize("name", ["models/texture_bomb.glb", "models/texture_climbs.glb", "pictures/png_bomb.png"])
def test_a_hostile_file_is_told_and_cannot_be_imported(
    qtbot: QtBot, panel: AssetsPanel, tmp_path: Path, name: str
) -> None:
    drop(panel, HOSTILE / name)
    dialog = dialog_of(qtbot, panel)
    assert dialog.look is not None
    assert dialog.look.problems
    assert dialog.sight.facts.reason.isVisible()
    assert not dialog.ok.isEnabled()
    press(qtbot, dialog, QDialogButtonBox.StandardButton.Cancel)
    assert not (panel.studio.document.folder / "assets").exists()


def test_a_file_of_no_known_kind_is_told_without_being_read(qtbot: QtBot, panel: AssetsPanel, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    drop(panel, text)
    dialog = panel._dialog
    assert dialog is not None
    assert "not known" in dialog.reason.text()
    assert not dialog.ok.isEnabled()
    dialog.reject()


def test_an_untitled_project_asks_to_be_saved_first(qtbot: QtBot, open_example: Open, tmp_path: Path) -> None:
    studio = open_example("real_models")
    files.open_path(studio.document, "real_models")  # what is shipped has no file of its own
    dialog = ImportDialog(studio, resource_path("models/pmndrs/suzi.glb"))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.look is not None, timeout=LONG_MS)
    assert "save it first" in dialog.note.text()
    assert not dialog.ok.isEnabled()
    (tmp_path / "mine").mkdir()
    files.save(studio.document, tmp_path / "mine" / "project.json", state=tmp_path / "state")
    assert dialog.ok.isEnabled()
    assert not dialog.note.isVisible()
    dialog.use.set_value(COPY_ONLY)
    press(qtbot, dialog, QDialogButtonBox.StandardButton.Ok)
    qtbot.waitUntil(lambda: not dialog.isVisible(), timeout=LONG_MS)
    assert studio.document.history.labels == ()
    assert len(list((tmp_path / "mine" / "assets").glob("suzi-*.glb"))) == 1


def test_missing_files_are_found_in_a_folder_and_relinked_in_one_step(
    qtbot: QtBot, panel: AssetsPanel, tmp_path: Path
) -> None:
    document = panel.studio.document
    assert document.project is not None
    lost = {"apple": "models/apple.gltf", "pot": "models/pot_A.gltf"}
    groups = tuple(
        g.model_copy(update={"parameters": {**g.parameters, "file": lost[g.uid]}}) if g.uid in lost else g
        for g in document.project.objects
    )
    document.replace(document.project.model_copy(update={"objects": groups}), "Lose")
    qtbot.waitUntil(lambda: len(panel._missing()) == 2, timeout=LONG_MS)
    assert [entry.state for entry in entries(panel)[:2]] == ["missing", "missing"]
    shutil.copytree(resource_path("models"), tmp_path / "found here")
    panel.search_in(tmp_path / "found here")
    qtbot.waitUntil(lambda: len(document.history.labels) == 2, timeout=LONG_MS)
    assert document.history.labels[-1] == "Relink 2 files"
    now = {g.uid: g.parameters["file"] for g in document.project.objects}
    assert now["apple"].startswith("assets/apple-")
    assert now["pot"].endswith("/pot_A.gltf")
    assert (document.folder / now["pot"]).with_name("pot_A.bin").is_file()
    qtbot.waitUntil(lambda: not panel._missing(), timeout=LONG_MS)
    document.history.undo()
    assert {g.uid: g.parameters["file"] for g in document.project.objects}["pot"] == "models/pot_A.gltf"


def test_a_broken_file_does_not_take_the_place_of_a_missing_one(qtbot: QtBot, panel: AssetsPanel) -> None:
    document = panel.studio.document
    before = document.project
    panel.relink({"resource:models/kaykit/pot_A.gltf": HOSTILE / "models" / "truncated.glb"})
    qtbot.waitUntil(panel.reason.isVisible, timeout=LONG_MS)
    assert panel.reason.text()
    assert document.project == before


def test_keys_and_double_click_use_the_current_asset(qtbot: QtBot, panel: AssetsPanel) -> None:
    document = panel.studio.document
    panel.shelf.select("resource:hdri/city.exr")
    qtbot.keyClick(panel.shelf.list, Qt.Key.Key_Return)
    assert document.project is not None
    assert document.project.environment[0].parameters["file"] == "resource:hdri/city.exr"
    document.history.undo()
    ids = {bound.action.id for bound in panel.actions_here()}
    assert {"assets.import", "assets.use", "assets.relink", "assets.search", "assets.refresh"} == ids
    for bound in panel.actions_here():
        assert bound.action.context == "assets"


def test_an_asset_is_chosen_for_a_parameter(qtbot: QtBot, saved: Studio) -> None:
    def pick() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, choose.ChooseDialog)
        assert all(
            dialog.shelf.filter.index(r, 0).data(ENTRY).role == "radiance"
            for r in range(dialog.shelf.filter.rowCount())
        )
        dialog.shelf.select("resource:hdri/sunset.exr")
        qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    def pick_when_listed() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, choose.ChooseDialog) and dialog.shelf.filter.rowCount():
            timer.stop()
            pick()

    timer = QTimer()
    timer.timeout.connect(pick_when_listed)
    timer.start(50)
    assert choose.choose_asset(saved, "radiance") == "resource:hdri/sunset.exr"


def test_a_file_dropped_on_a_parameter_is_copied_in_or_named_where_it_lies(qtbot: QtBot, saved: Studio) -> None:
    source = resource_path("hdri/studio.exr")

    def accept() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, ImportDialog) and dialog.ok.isEnabled():
            timer.stop()
            qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)

    timer = QTimer()
    timer.timeout.connect(accept)
    timer.start(50)
    reference = choose.take_dropped(saved, source, "radiance")
    assert reference is not None
    copied = saved.document.folder / reference
    assert copied.read_bytes() == source.read_bytes()
    assert choose.take_dropped(saved, copied, "radiance") == reference
    assert saved.document.history.labels == (), "whoever asked sets the parameter"


def test_a_dialog_that_was_left_chooses_nothing(qtbot: QtBot, saved: Studio) -> None:
    QTimer.singleShot(200, lambda: QApplication.activeModalWidget().reject())  # type: ignore[attr-defined]
    assert choose.choose_asset(saved, "model") is None


def test_opening_and_closing_leaves_no_listener(qtbot: QtBot, saved: Studio) -> None:
    looked = saved.assets.looks.looked
    before = (len(looked), len(saved.assets.entries.changed), len(saved.document.changed))
    for _ in range(20):
        dialog = import_dialog.ImportDialog(saved, resource_path("hdri/city.exr"))
        made = AssetsPanel(saved)
        made.deleteLater()
        dialog.deleteLater()
        QApplication.sendPostedEvents(None, 0)
        qtbot.wait(1)
    qtbot.waitUntil(
        lambda: (len(looked), len(saved.assets.entries.changed), len(saved.document.changed)) == before, timeout=5000
    )
