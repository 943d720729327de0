"""The export sheet, and the badge that tells of exports under way."""

from myriorama.widgets.export.badge import ExportBadge
from myriorama.widgets.export.sheet import ExportSheet

__all__ = ["ExportBadge", "ExportSheet"]
