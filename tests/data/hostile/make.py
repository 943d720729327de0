"""Makes every file of this folder's models/, pictures/ and projects/ again, the same bytes each time.

``python make.py`` puts them beside this file; ``python make.py FOLDER`` puts them elsewhere, to compare. It needs
numpy and DracoPy (whose version, as constraints.txt pins it, decides the Draco streams) and nothing of the program,
so that a fault of the program cannot hide in its own test files.
"""

from __future__ import annotations

import sys
from pathlib import Path

from model_files import model_files
from picture_files import picture_files
from project_files import project_files

FOLDERS = {"models": model_files, "pictures": picture_files, "projects": project_files}


def main() -> int:
    """Write the files."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    for folder, files in FOLDERS.items():
        (target / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files().items():
            (target / folder / name).write_bytes(content)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
