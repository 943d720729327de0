"""Preferences in one small JSON file of the user's own.

A file that cannot be read is set aside under another name and told of, never silently replaced.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from psygnal import Signal
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from myriorama.app.dataset.atomic import write_file
from myriorama.app.observable import Observable
from myriorama.app.overlays import OverlayState
from myriorama.app.settings.folders import settings_folder, state_folder

RECENT: Final = 12

__all__ = ["RECENT", "Settings", "SettingsStore", "settings_folder", "state_folder"]


class Settings(BaseModel):
    """What a person has set.

    Attributes
    ----------
    scale_percent : int
        Of the whole interface, 75 to 200; takes effect at the next start.
    navigation : str
        The viewport's mouse map.
    shortcuts : mapping
        Action id -> keys in place of the default ones.
    recent : tuple of str
        Project files, the newest first.
    asset_roots : tuple of str
        Folders outside a project's own in which its references may be found: approved by the user.
    gallery_workers : int
        Processes that make thumbnails; 0 chooses by the machine.
    layout : mapping
        Window geometry and dock state by layout version, base64.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: Literal["system", "light", "dark"] = "system"
    scale_percent: int = Field(default=100, ge=75, le=200)
    navigation: Literal["blender", "simple"] = "blender"
    auto_advance: bool = True
    tile_px: int = Field(default=192, ge=96, le=512)
    gallery_count: int = Field(default=200, ge=1, le=1_000_000)
    gallery_workers: int = Field(default=0, ge=0, le=64)
    shortcuts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    recent: tuple[str, ...] = ()
    asset_roots: tuple[str, ...] = ()
    overlays: OverlayState = OverlayState()
    layout: dict[str, str] = Field(default_factory=dict)
    reduced_motion: bool = False


class SettingsStore(Observable[Settings]):
    """Settings that are written to their file whenever they change.

    Parameters
    ----------
    file : Path or None
        None keeps them in memory alone.

    Attributes
    ----------
    trouble : str
        Why the file could not be read; empty where it could.
    kept : signal of (str,)
        The settings were to be written: why they could not be, or empty where they were.
    """

    kept = Signal(str)

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.trouble = ""
        super().__init__(self._read())
        self.changed.connect(self._write)

    def remember_project(self, path: Path) -> None:
        """Put a project first in the list of recent ones."""
        kept = tuple(p for p in self.value.recent if p != str(path))
        self.set(self.value.model_copy(update={"recent": (str(path), *kept)[:RECENT]}))

    def _read(self) -> Settings:
        if self.file is None or not self.file.is_file():
            return Settings()
        try:
            return Settings.model_validate_json(self.file.read_bytes())
        except (ValidationError, OSError) as error:
            aside = self.file.with_suffix(".unreadable.json")
            self.trouble = f"{self.file} could not be read and was kept as {aside.name}: {error}"
            try:
                self.file.replace(aside)
            except OSError as second:
                self.trouble += f" (it could not be renamed: {second})"
            return Settings()

    def _write(self, value: Settings) -> None:
        if self.file is None:
            return
        text = value.model_dump_json(indent=1) + "\n"
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_file(self.file.parent, self.file.name, [text.encode()], durable=False)
        except OSError as error:
            self.kept.emit(f"the settings could not be kept: {error.strerror or error}")
            return
        self.kept.emit("")
