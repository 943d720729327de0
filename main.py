"""Start Myriorama from a checkout: ``python main.py``. It only hands over; ``widgets/launch.py`` decides what runs."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()
    try:
        from myriorama.widgets.launch import main
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "myriorama":
            raise
        sys.exit("Myriorama is not installed for this Python. Run `make setup`, then `.venv/bin/python main.py`.")
    sys.exit(main())
