"""A child process of ``doctor``: open the raster engine, print its device as one line of JSON, end.

It exists so that a driver that crashes takes this process down and not the one that asked.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from myriorama.scenes.errors import DeviceError


def main() -> int:
    """Print the device, or ``{"error": ...}``."""
    from myriorama.scenes.rendering.raster.engine import RasterRenderer

    try:
        renderer = RasterRenderer()
    except DeviceError as error:
        print(json.dumps({"error": str(error)}))
        return 0
    try:
        print(json.dumps(asdict(renderer.device)))
    finally:
        renderer.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
