"""A screen for each process of a parallel run of the tests.

It starts nothing in a run of one process, which has the screen that it was given.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

import pytest

_SERVE: Final = (
    "Xvfb -displayfd 1 -screen 0 1920x1080x24 -nolisten tcp & exec >&-\n"
    "read -r _; kill $!; wait"  # a process of tests that is killed closes this input, too: no server stays behind
)
_SERVER: Final = pytest.StashKey[subprocess.Popen[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Give a process of a parallel run an X server of its own: on a shared one, windows take each other's focus."""
    wanted = os.environ.get("PYTEST_XDIST_WORKER") and os.environ.get("DISPLAY")
    if not wanted or shutil.which("Xvfb") is None:
        return
    pipe = subprocess.PIPE
    server = subprocess.Popen(
        ["sh", "-c", _SERVE], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, start_new_session=True
    )
    config.stash[_SERVER] = server
    assert server.stdout is not None
    number = server.stdout.readline().strip()
    if not number:
        raise pytest.UsageError("Xvfb did not start, so this process of a parallel run has no screen")
    os.environ["DISPLAY"] = f":{number}"
    os.environ.pop("XAUTHORITY", None)  # it holds the key of the other screen


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the X server."""
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.communicate()  # nothing to say: closes its input and waits
