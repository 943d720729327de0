"""A screen for each process of a parallel run of the tests.

It starts nothing in a run of one process, which has the screen that it was given.
"""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

_SCREEN = "1920x1080x24"
_SERVER = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    """Give a process of a parallel run an X server of its own: on a shared one, windows take each other's focus."""
    server = shutil.which("Xvfb")
    if not os.environ.get("PYTEST_XDIST_WORKER") or not os.environ.get("DISPLAY") or server is None:
        return
    ours, its = os.pipe()
    with open(ours, encoding="ascii") as told:
        config.stash[_SERVER] = subprocess.Popen(
            [server, "-displayfd", str(its), "-screen", "0", _SCREEN, "-nolisten", "tcp"],
            pass_fds=(its,),
            stderr=subprocess.DEVNULL,
        )
        os.close(its)
        number = told.readline().strip()
    if not number:
        raise pytest.UsageError(f"{server} did not start, so this process of a parallel run has no screen")
    os.environ["DISPLAY"] = f":{number}"
    os.environ.pop("XAUTHORITY", None)  # it holds the key of the other screen


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the X server."""
    server = config.stash.get(_SERVER, None)
    if server is not None:
        server.terminate()
        server.wait()
