"""The window's dialogs, each made when it is asked for. One of a kind is open at a time."""

from __future__ import annotations

import importlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QMenu

from myriorama.app.actions import ActionTable
from myriorama.app.document.templates import BLANK
from myriorama.app.exporting.export import ExportJob
from myriorama.app.preview.frames import SampleFrame
from myriorama.app.studio import Studio
from myriorama.widgets.binding import bind
from myriorama.widgets.theme import theme

if TYPE_CHECKING:
    from myriorama.plugins.registry import PluginRegistry
    from myriorama.widgets.convert import ConvertSheet
    from myriorama.widgets.export.form import ExportForm
    from myriorama.widgets.export.sheet import ExportSheet
    from myriorama.widgets.main_window.window import MainWindow


_PREPARE_AFTER_MS: Final = 2000
_PREPARE_EVERY_MS: Final = 300


class Dialogs(QObject):
    """Opens them, and brings one that is open to the front."""

    def __init__(self, studio: Studio, window: MainWindow) -> None:
        super().__init__(window)
        self._studio = studio
        self._window = window
        self._table: ActionTable | None = None
        self._recent: QMenu | None = None
        self.export: ExportSheet | None = None
        self.convert: ConvertSheet | None = None
        self._device = ""
        self._prepared = False
        self._export_form: ExportForm | None = None
        bind(self, studio.preview.frame_ready, self._on_frame)
        bind(self, studio.document.opened, self._on_opened)

    def _on_opened(self) -> None:
        if not self._prepared and self._studio.document.project is not None:
            self._prepared = True
            QTimer.singleShot(_PREPARE_AFTER_MS, self, self._prepare)

    def _prepare(self) -> None:
        """Import, beside the window, what the export sheet shows, and make its fields: a hand should not wait."""
        threading.Thread(target=_import_for_export, args=(self._studio.registry,), daemon=True).start()
        QTimer.singleShot(_PREPARE_AFTER_MS, self, self._make_export_form)

    def _make_export_form(self) -> None:
        from myriorama.widgets.export.form import ExportForm

        if self.export is None:
            self._export_form = ExportForm(self._studio.registry, self._window)
            self._export_form.hide()
            QTimer.singleShot(_PREPARE_EVERY_MS, self, self._export_sheet)

    @property
    def prepared(self) -> bool:
        """What takes long to make is there."""
        return self.export is not None

    def take_actions(self, table: ActionTable, menus: dict[str, QMenu]) -> None:
        """Take the finished table, and put the list of recent files into the File menu."""
        self._table = table
        menu = menus["File"]
        self._recent = QMenu("Open recent", menu)
        self._recent.setToolTipsVisible(True)
        after = next(a for a in menu.actions() if a.objectName() == "project.save")
        before = menu.actions()[menu.actions().index(after) - 1]
        menu.insertMenu(before, self._recent)
        self._recent.aboutToShow.connect(self._fill_recent)

    def new_blank(self) -> None:
        """Start from the blank template."""
        self._window.flow.new(BLANK)

    def toggle_theme(self) -> None:
        """Change between light and dark, whatever the system has."""
        settings = self._studio.settings
        settings.set(settings.value.model_copy(update={"theme": "light" if theme().name == "dark" else "dark"}))

    def show_templates(self) -> None:
        from myriorama.widgets.welcome.templates import TemplateDialog

        dialog = TemplateDialog(self._window)
        dialog.chosen.connect(self._window.flow.new)
        self._show(dialog)

    def show_export(self) -> None:
        """Show the one export sheet: it keeps what was typed until the window goes."""
        sheet = self._export_sheet()
        sheet.show()
        sheet.raise_()
        sheet.activateWindow()

    def _export_sheet(self) -> ExportSheet:
        from myriorama.widgets.export.sheet import ExportSheet

        if self.export is None:
            self.export = ExportSheet(self._studio, self._window, self._export_form)
            self.export.queue_wanted.connect(self._window.jobs.show_job)
        return self.export

    def show_convert(self, folder: Path | None = None) -> None:
        """Show the one sheet that exports finished datasets; without a folder it asks for one."""
        from myriorama.widgets.convert import ConvertSheet

        if self.convert is None:
            self.convert = ConvertSheet(self._studio, self._window)
            self.convert.told.connect(self._window.tell)
            self.convert.result_page.look_wanted.connect(self._window.looks.open)
        if folder is not None:
            self.convert.show_dataset(folder)
        self.convert.show()
        self.convert.raise_()
        self.convert.activateWindow()

    def show_export_of(self, job: ExportJob) -> None:
        """Show the export sheet on one export."""
        self.show_export()
        if self.export is not None:
            self.export.show_job(job)

    def show_settings(self) -> None:
        from myriorama.widgets.settings_dialog import SettingsDialog

        self._show(SettingsDialog(self._studio.settings, self._window))

    def show_shortcuts(self) -> None:
        from myriorama.widgets.shortcuts import ShortcutsDialog

        if self._table is not None:
            self._show(ShortcutsDialog(self._table, self._window))

    def show_about(self) -> None:
        from myriorama.widgets.about import AboutDialog

        self._show(AboutDialog(self._studio, self._device, self._window))

    def show_palette(self) -> None:
        from myriorama.widgets.palette import Palette

        Palette(self._window).open()

    def show_documentation(self, page: str = "") -> None:
        from myriorama.widgets.about import DocumentationDialog

        dialog = DocumentationDialog(self._window)
        dialog.show_page(page)
        dialog.setModal(False)
        dialog.show()

    def _show(self, dialog: QDialog) -> None:
        dialog.open()

    def _on_frame(self, frame: SampleFrame) -> None:
        self._device = str(frame.device)

    def _fill_recent(self) -> None:
        menu = self._recent
        if menu is None:
            return
        menu.clear()
        for path in self._studio.settings.value.recent:
            entry = menu.addAction(path.replace("&", "&&"))
            entry.setData(path)
            entry.triggered.connect(self._on_recent)
        if menu.isEmpty():
            menu.addAction("Nothing yet").setEnabled(False)

    def _on_recent(self) -> None:
        entry = self.sender()
        self._window.flow.open(entry.data())  # type: ignore[attr-defined]


def _import_for_export(registry: PluginRegistry) -> None:
    for kind in ("writer", "annotator"):
        for name in registry.names(kind):
            registry.plugin_class(kind, name)
    importlib.import_module("myriorama.widgets.export.sheet")
