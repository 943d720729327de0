"""Names of the files and folders of a dataset. It holds no behaviour beyond joining them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"
PROJECT: Final = "project.json"
RECORDS: Final = "records"
CARD: Final = "README.md"
CARD_PICTURE: Final = "samples.jpg"
CROISSANT: Final = "croissant.json"
EXPORT: Final = "export.json"
CHECKSUMS: Final = "SHA256SUMS"
RECEIPTS: Final = ".receipts"
"""Folder of what workers committed, one small file a sample; leaves the dataset when it is finished."""
PARTIAL_SUFFIX: Final = ".partial"
QUARANTINE_SUFFIX: Final = ".quarantine"


JOB: Final = RECEIPTS + "/job.json"
"""The snapshot of the job that makes the dataset, until it is finished."""


def partial_of(folder: Path) -> Path:
    """Return where a dataset lies until it is complete."""
    return folder.with_name(folder.name + PARTIAL_SUFFIX)


def quarantine_of(folder: Path) -> Path:
    """Return where the samples lie that may not enter a dataset."""
    return folder.with_name(folder.name + QUARANTINE_SUFFIX)


def receipts_aside(folder: Path) -> Path:
    """Return where the receipts lie for the moment between the last file and the dataset's name."""
    return folder.with_name(folder.name + RECEIPTS)


def receipt_path(index: int) -> str:
    """Return where the receipt of sample `index` lies in a dataset in the making."""
    return f"{RECEIPTS}/{index:08d}.json"


def record_path(index: int) -> str:
    """Return where the stored record of sample `index` lies in a dataset."""
    return f"{RECORDS}/{index:08d}.json"
