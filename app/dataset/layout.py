"""Names of the files and folders of a dataset. It holds no behaviour beyond joining them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"
PROJECT: Final = "project.json"
RECORDS: Final = "records"
JOURNAL: Final = ".receipts"
PARTIAL_SUFFIX: Final = ".partial"
QUARANTINE_SUFFIX: Final = ".quarantine"


def partial_of(folder: Path) -> Path:
    """Return where a dataset lies until it is complete."""
    return folder.with_name(folder.name + PARTIAL_SUFFIX)


def quarantine_of(folder: Path) -> Path:
    """Return where the samples lie that may not enter a dataset."""
    return folder.with_name(folder.name + QUARANTINE_SUFFIX)


def record_path(index: int) -> str:
    """Return where the stored record of sample `index` lies in a dataset."""
    return f"{RECORDS}/{index:08d}.json"
