"""Everything that can be added to Myriorama, and the door to add it: ``from myriorama.plugins import ...``.

Importing this room loads declarations only; nothing here draws, reads files, or opens a window.
"""

from myriorama.plugins import api
from myriorama.plugins.api import *  # noqa: F403

__all__ = list(api.__all__)
