"""The sheet that exports a finished dataset in another format."""

from myriorama.widgets.convert.sheet import ConvertSheet

__all__ = ["ConvertSheet"]
