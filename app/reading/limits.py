"""How much a foreign dataset may hold before it is refused, and how much of its faults is kept.

Nothing here is a setting, and nothing is cut down silently: what is beyond a limit is told.
"""

from __future__ import annotations

from typing import Final

MEMORY_BYTES: Final = 3 * 2**30
"""Address space of the process that reads."""
OPENING_S: Final = 900.0
"""Longest time that reading all labels of a dataset may take."""
ANSWER_S: Final = 60.0
"""Longest time that one picture may take."""
MAX_JSON_BYTES: Final = 512 * 2**20
MAX_LABEL_BYTES: Final = 8 * 2**20
"""Of one text, XML or JSON file of a single picture, and of a list of pictures."""
MAX_PICTURE_BYTES: Final = 256 * 2**20
MAX_PIXELS: Final = 64 * 2**20
MAX_SIDE_PX: Final = 16_384
MAX_FILES: Final = 1_000_000
MAX_DEPTH: Final = 12
"""Of folders in folders."""
MAX_SAMPLES: Final = 1_000_000
MAX_OBJECTS: Final = 5_000_000
MAX_OBJECTS_OF_SAMPLE: Final = 20_000
MAX_CLASSES: Final = 20_000
MAX_KEYPOINTS: Final = 1_000
MAX_POINTS: Final = 200_000
"""Corners of the outline of one object."""
MAX_XML_ELEMENTS: Final = 400_000
MAX_XML_DEPTH: Final = 32
MAX_NAME: Final = 200
"""Characters of a name as it is shown."""

SHOWN_SIDE_PX: Final = 4096
"""Longest side of a picture as it is handed to a window; larger ones are made smaller."""
SHOWN_OBJECTS: Final = 2_000
"""Objects that are drawn over one picture."""
SHOWN_MASK_PIXELS: Final = 64 * 2**20
"""Of all masks over one picture together; later objects are drawn as boxes."""
MAX_CROSSINGS: Final = 8_000_000
"""Places where an outline crosses the columns of a picture."""

KEPT_FAULTS: Final = 5_000
KEPT_OF_A_KIND: Final = 200
