"""What can be done in the window as a whole, rather than in one of its panels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from myriorama.app.actions import Action
from myriorama.widgets.main_window.panel_round import go_on
from myriorama.widgets.panel import Bound

if TYPE_CHECKING:
    from myriorama.widgets.main_window.window import MainWindow


def own_actions(window: MainWindow) -> tuple[Bound, ...]:
    """Return the window's own actions; their ids are permanent."""
    return (*_file(window), *_edit(window), *_view(window), *_help(window))


def _file(window: MainWindow) -> tuple[Bound, ...]:
    flow, dialogs, document = window.flow, window.dialogs, window.studio.document

    def is_open() -> bool:
        return document.project is not None

    return (
        Bound(_at("project.new", "New project", "A camera, light and a floor.", "Ctrl+N", "file-plus-outline"),
              dialogs.new_blank),
        Bound(_at("project.template", "New from template…", "A copy of an example to change.", "Ctrl+Shift+N",
                  "view-grid-plus-outline"), dialogs.show_templates),
        Bound(_at("project.open", "Open…", "Open a project file.", "Ctrl+O", "folder-open-outline"),
              flow.open_asking),
        Bound(_at("project.save", "Save", "Write the project to its file.", "Ctrl+S", "content-save-outline", "save"),
              flow.save, is_open),
        Bound(_at("project.save_as", "Save as…", "Write the project to another file.", "Ctrl+Shift+S", "", "save"),
              flow.save_as, is_open),
        Bound(_at("project.close", "Close project", "Back to the welcome page.", "Ctrl+W", "", "save"),
              flow.close, is_open),
        Bound(_at("project.export", "Export…", "Make a dataset of this project.", "Ctrl+E", "export-variant",
                  "export"), dialogs.show_export, is_open),
        Bound(_at("dataset.look", "Look at a dataset…", "COCO, YOLO or Pascal VOC: pictures, labels, statistics.",
                  "Ctrl+Shift+D", "image-search-outline", "export"), lambda: window.looks.ask()),
        Bound(_at("dataset.export", "Export a dataset…", "Write a finished dataset in another format.",
                  "Ctrl+Shift+E", "database-export-outline", "export"), lambda: dialogs.show_convert()),
        Bound(_at("program.settings", "Settings…", "Theme, size, mouse, folders.", "Ctrl+,", "cog-outline",
                  "program"), dialogs.show_settings),
        Bound(_at("program.quit", "Quit", "End the program.", "Ctrl+Q", "", "quit"), _closing(window)),
    )  # fmt: skip


def _edit(window: MainWindow) -> tuple[Bound, ...]:
    history = window.studio.document.history
    return (
        Bound(_at("edit.undo", "Undo", "Take the last change back.", "Ctrl+Z", "undo", menu="Edit"),
              history.undo, lambda: bool(history.undo_label)),
        Bound(_at("edit.redo", "Redo", "Make the change again that was taken back.", ("Ctrl+Shift+Z", "Ctrl+Y"),
                  "redo", menu="Edit"), history.redo, lambda: bool(history.redo_label)),
        Bound(_at("program.palette", "Command palette…", "Find anything by its name.", "Ctrl+Shift+P", "magnify",
                  "find", "Edit"), window.dialogs.show_palette),
        Bound(_at("program.shortcuts", "Keyboard shortcuts…", "See and change every key.", "Ctrl+K",
                  "keyboard-outline", "find", "Edit"), window.dialogs.show_shortcuts),
    )  # fmt: skip


def _view(window: MainWindow) -> tuple[Bound, ...]:
    document = window.studio.document

    def is_open() -> bool:
        return document.project is not None

    toggles = []
    for number, (name, dock) in enumerate(window.docks.items(), 1):
        title = dock.windowTitle()
        key = f"Ctrl+{number}" if number < 10 else ()
        action = _at(f"panel.{name}", title, f"Show or hide the panel {title}.", key, "", "panels", "View/Panels", True)
        reachable = None if name == "queue" else is_open  # datasets are made whatever is open
        toggles.append(Bound(action, dock.setVisible, reachable, dock.toggleViewAction().isChecked))
    return (
        Bound(_at("window.full_screen", "Full screen", "Fill the screen.", "F11", "fullscreen", "window", "View", True),
              window.set_full_screen, None, window.isFullScreen),
        Bound(_at("window.theme", "Light or dark", "Change between the light and the dark theme.", "Ctrl+Shift+L",
                  "theme-light-dark", "window", "View"), window.dialogs.toggle_theme),
        Bound(_at("window.object_studio", "Object studio…", "One object alone: values, parts, keypoints, draws.",
                  "Ctrl+Shift+O", "rotate-3d-variant", "window", "View"), lambda: window.objects.show()),
        Bound(_at("window.reset_layout", "Reset layout", "Put every panel where it was at first.", (), "", "window",
                  "View"), window.reset_layout, is_open),
        Bound(_at("window.next_panel", "Next panel", "Take the keyboard to the next panel.", "F6", "", "panels",
                  "View/Panels"), lambda: go_on(window, True), is_open),
        Bound(_at("window.previous_panel", "Previous panel", "Take the keyboard to the panel before.", "Shift+F6", "",
                  "panels", "View/Panels"), lambda: go_on(window, False), is_open),
        *toggles,
    )  # fmt: skip


def _help(window: MainWindow) -> tuple[Bound, ...]:
    dialogs = window.dialogs
    return (
        Bound(_at("help.documentation", "Documentation", "How the studio works.", "F1",
                  "book-open-page-variant-outline", menu="Help"), lambda: dialogs.show_documentation()),
        Bound(_at("help.about", "About Myriorama", "Versions, graphics device, licences.", (), "information-outline",
                  menu="Help"), dialogs.show_about),
    )  # fmt: skip


def _at(
    id_: str,
    title: str,
    help_: str,
    keys: str | tuple[str, ...] = (),
    icon: str = "",
    group: str = "",
    menu: str = "File",
    checkable: bool = False,
) -> Action:
    keys = (keys,) if isinstance(keys, str) else keys
    return Action(id_, title, "window", help_, keys, menu, icon, checkable, group)


def _closing(window: MainWindow) -> Callable[[], None]:
    def close() -> None:
        window.close()

    return close
