"""The whole application's look, made from the tokens: palette and style sheet, and the change between themes.

It styles Qt's own kinds of widgets; what a panel paints by itself asks `theme()`.
"""

from __future__ import annotations

from string import Template
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from myriorama.resources import resource_path
from myriorama.widgets.theme.tokens import DARK, LIGHT, Theme, theme, use

ThemeName = Literal["system", "light", "dark"]

_SHEET: Final = Template("""
* { outline: none; }
QWidget { font-size: 13px; }
QMainWindow, QDialog, QMessageBox { background: $window; }
QMainWindow, QDockWidget, QTabBar, QStackedWidget { widget-animation-duration: 0; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 4px 6px; }

QMainWindow::separator { background: $window; width: 5px; height: 5px; }
QMainWindow::separator:hover { background: $accent; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QSplitter::handle:hover { background: $accent; }

QDockWidget > QWidget#title { background: $surface; }
QLabel[role="dock"] { color: $dim; font-weight: 600; }

QMenuBar { background: $window; color: $text; padding: 2px 4px; }
QMenuBar::item { padding: 4px 9px; border-radius: ${radius}px; background: transparent; }
QMenuBar::item:selected { background: $hover; }
QMenuBar::item:pressed { background: $selection; }
QMenu { background: $raised; color: $text; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 5px 26px 5px 12px; border-radius: ${radius}px; }
QMenu::item:selected { background: $selection; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 8px; }
QMenu::right-arrow { image: url($icons/chevron-right-$name.svg); width: 12px; height: 12px; margin-right: 8px; }

QStatusBar { background: $window; color: $dim; border-top: 1px solid $border; }
QStatusBar::item { border: none; }
QToolBar { background: $surface; border: none; border-bottom: 1px solid $border; spacing: 2px; padding: 3px; }
QToolBar::separator { background: $border; width: 1px; margin: 4px 5px; }

QPushButton { background: $raised; color: $text; border: 1px solid $border; border-radius: ${radius}px;
  padding: 5px 13px; min-height: 16px; }
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $pressed; }
QPushButton:checked { background: $selection; border-color: $accent; }
QPushButton:focus { border-color: $accent; }
QPushButton:default { background: $accent; color: $accent_text; border-color: $accent; font-weight: 600; }
QPushButton:default:hover { border-color: $text; }
QPushButton:default:focus { border-color: $text; }
QPushButton:disabled { color: $disabled; background: $surface; border-color: $border; font-weight: normal; }
QPushButton:flat { background: transparent; border-color: transparent; }
QPushButton:flat:hover { background: $hover; }
QPushButton:flat:focus { border-color: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QPushButton::menu-indicator { image: url($icons/chevron-down-$name.svg); width: 10px; height: 10px;
  subcontrol-origin: padding; subcontrol-position: right center; right: 6px; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: ${radius}px;
  padding: 3px; }
QToolButton:hover { background: $hover; }
QToolButton:pressed { background: $pressed; }
QToolButton:checked { background: $selection; border-color: $accent; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $disabled; }
QToolButton[popupMode="1"] { padding-right: 16px; }
QToolButton[popupMode="2"] { padding-right: 14px; }
QToolButton::menu-button { border: none; width: 14px; }
QToolButton::menu-arrow, QToolButton::menu-indicator { image: url($icons/chevron-down-$name.svg); width: 10px;
  height: 10px; }
QToolButton::menu-indicator { subcontrol-origin: padding; subcontrol-position: right center; right: 2px; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox, QKeySequenceEdit { background: $field; color: $text;
  border: 1px solid $border; border-radius: ${radius}px; padding: 3px 6px; selection-background-color: $accent;
  selection-color: $accent_text; placeholder-text-color: $dim; }
QKeySequenceEdit { border: none; padding: 0; background: transparent; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border-color: $accent; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled { color: $disabled;
  background: $surface; }
QLineEdit:read-only { background: $surface; }
QAbstractSpinBox { padding-right: 18px; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: none; background: transparent; padding: 0; }
QAbstractSpinBox QLineEdit { padding-left: 5px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 16px; background: transparent;
  border-radius: 2px; }
QAbstractSpinBox::up-button { subcontrol-position: top right; margin-top: 2px; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin-bottom: 2px; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover { background: $hover; }
QAbstractSpinBox::up-arrow { image: url($icons/chevron-up-$name.svg); width: 9px; height: 9px; }
QAbstractSpinBox::down-arrow { image: url($icons/chevron-down-$name.svg); width: 9px; height: 9px; }
QAbstractSpinBox[buttonSymbols="2"] { padding-right: 6px; }
QComboBox { background: $raised; padding: 3px 4px 3px 8px; }
QComboBox:hover { background: $hover; }
QComboBox:editable { background: $field; }
QComboBox::drop-down { border: none; width: 20px; subcontrol-origin: padding; subcontrol-position: center right; }
QComboBox::down-arrow { image: url($icons/chevron-down-$name.svg); width: 11px; height: 11px; }
QComboBox QAbstractItemView { background: $raised; color: $text; border: 1px solid $border; padding: 3px;
  selection-background-color: $selection; selection-color: $text; }

QCheckBox, QRadioButton { spacing: 7px; color: $text; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator, QGroupBox::indicator, QMenu::indicator:non-exclusive,
QAbstractItemView::indicator { width: 13px; height: 13px; border: 1px solid $dim; background: $field;
  border-radius: 3px; }
QRadioButton::indicator { border-radius: 7px; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked, QGroupBox::indicator:checked, QMenu::indicator:checked,
QAbstractItemView::indicator:checked { background: $accent; border-color: $accent; image: url($icons/check-$name.svg); }
QRadioButton::indicator:checked { image: url($icons/dot-$name.svg); }
QCheckBox::indicator:indeterminate, QAbstractItemView::indicator:indeterminate { background: $accent;
  border-color: $accent; image: url($icons/mixed-$name.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: $accent; }
QCheckBox:focus, QRadioButton:focus { color: $accent; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border; background: $surface; }

QSlider { min-height: 20px; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; background: $text;
  border: 1px solid $surface; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider:focus { border: 1px solid $accent; border-radius: ${radius}px; }
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: $disabled; }

QProgressBar { background: $field; border: 1px solid $border; border-radius: ${radius}px; text-align: center;
  color: $text; min-height: 16px; }
QProgressBar::chunk { background: $selection; border-radius: 3px; }

QTabWidget::pane { border: 1px solid $border; border-radius: ${radius}px; }
QTabBar { background: $window; qproperty-drawBase: 0; }
QTabBar::tab { background: $window; color: $dim; padding: 6px 12px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: $text; background: $hover; }
QTabBar::tab:selected { color: $text; background: $surface; border-bottom: 2px solid $accent; }
QTabBar::tab:focus { color: $accent; }
QTabBar::tab:disabled { color: $disabled; }

QAbstractItemView { background: $surface; alternate-background-color: $window; color: $text; border: none;
  selection-background-color: $selection; selection-color: $text; }
QListView::item, QTreeView::item, QTableView::item { min-height: 22px; padding: 1px 4px; }
QTreeView::item:hover, QListView::item:hover { background: $hover; }
QTreeView::item:selected, QListView::item:selected, QTableView::item:selected { background: $selection; color: $text; }
QTreeView::branch { background: transparent; }
QTreeView::branch:has-children:closed { image: url($icons/chevron-right-$name.svg); }
QTreeView::branch:has-children:open { image: url($icons/chevron-down-$name.svg); }
QAbstractItemView:focus { border: 1px solid $accent; }
QAbstractItemView { border: 1px solid transparent; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $dim; border: none; border-right: 1px solid $border;
  border-bottom: 1px solid $border; padding: 4px 8px; font-weight: 600; }
QHeaderView::section:hover { color: $text; background: $hover; }
QTableCornerButton::section { background: $surface; border: none; }

QGroupBox { border: 1px solid $border; border-radius: ${radius}px; margin-top: 18px; padding-top: 6px; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; padding: 0 4px; color: $dim; font-weight: 600; }
QScrollArea { border: none; background: transparent; }
QFrame[frameShape="4"], QFrame[frameShape="5"] { color: $border; }

QScrollBar { background: transparent; }
QScrollBar:vertical { width: 11px; margin: 0; }
QScrollBar:horizontal { height: 11px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 4px; margin: 2px; }
QScrollBar::handle:vertical { min-height: 28px; }
QScrollBar::handle:horizontal { min-width: 28px; }
QScrollBar::handle:hover { background: $dim; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QAbstractScrollArea::corner { background: transparent; }

QLabel { color: $text; background: transparent; }
QLabel:disabled { color: $disabled; }
QLabel[role="dim"] { color: $dim; }
QLabel[role="title"] { font-size: 22px; font-weight: 600; }
QLabel[role="heading"] { font-size: 15px; font-weight: 600; }
QLabel[role="error"] { color: $error; }
QLabel[role="warning"] { color: $warning; }
QLabel[role="good"] { color: $good; }
""")


def stylesheet(tokens: Theme) -> str:
    """Return the application's style sheet in a theme's colours."""
    values = {name: str(getattr(tokens, name)) for name in tokens.__dataclass_fields__}
    return _SHEET.substitute(values, icons=resource_path("icons").as_posix())


def palette(tokens: Theme) -> QPalette:
    """Return Qt's palette in a theme's colours, for whatever paints without the style sheet."""
    made = QPalette()
    role = QPalette.ColorRole
    for name, color in {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.field,
        role.AlternateBase: tokens.surface,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.dim,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.error,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.raised,
        role.Midlight: tokens.raised,
        role.Mid: tokens.border,
        role.Dark: tokens.border,
        role.Shadow: tokens.window,
        role.Accent: tokens.accent,
    }.items():
        made.setColor(name, QColor(color))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(tokens.disabled))
    return made


def chosen_theme(name: ThemeName) -> Theme:
    """Return the theme that a setting means here and now."""
    if name != "system":
        return DARK if name == "dark" else LIGHT
    return LIGHT if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK


def apply_theme(application: QApplication, name: ThemeName) -> None:
    """Put a theme in force for every window of the application, those that are open included."""
    wanted = chosen_theme(name)
    if application.styleSheet() and wanted is theme():
        return
    use(wanted)
    application.setPalette(palette(wanted))
    application.setStyleSheet(stylesheet(wanted))


def prepare(application: QApplication) -> None:
    """Set what does not change with the theme: the base style and the font."""
    application.setStyle("Fusion")
    font = QFont(application.font())
    font.setPixelSize(13)
    application.setFont(font)
