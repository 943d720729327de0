"""How large a foreign file may be before it is refused.

Counts are checked against these figures, and against the file's own size, before memory is asked for.
Nothing here is a setting: a file beyond a limit is reported, never cut down.
"""

from __future__ import annotations

from typing import Final

MAX_FILE_BYTES: Final = 2 * 2**30
MAX_VERTICES: Final = 5_000_000
MAX_FACES: Final = 10_000_000
MAX_PIXELS: Final = 64 * 2**20
"""Of one image: 8192 x 8192."""
MAX_SIDE_PX: Final = 16_384
"""Longest side that OpenGL 3.3 hardware can be trusted to hold as a texture."""
MAX_DATA_URI_BYTES: Final = 64 * 2**20
MAX_PARTS: Final = 4_096
MAX_TEXTURE_BYTES: Final = 2**30
"""Of all decoded images of one model."""
MAX_NODE_DEPTH: Final = 256
MAX_FOLDER_FILES: Final = 10_000
MAX_REFERENCE_LENGTH: Final = 1_024
MAX_NAME_BYTES: Final = 255
