"""The settings dialog."""

from myriorama.widgets.settings_dialog.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
