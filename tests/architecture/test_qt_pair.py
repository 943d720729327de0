"""The Qt binding must not lose references to None: one that does takes the interpreter down after a while."""

from __future__ import annotations

import os
import subprocess
import sys

CALLS = 1000

# In a process of its own: a binding that loses references would take the test run down with it.
CODE = f"""
import sys
from PySide6.QtCore import QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter
app = QGuiApplication([])
image = QImage(32, 32, QImage.Format.Format_RGB32)
painter = QPainter(image)
area = QRectF(0, 0, 8, 8)
painter.drawLine(0, 0, 9, 9)
before = sys.getrefcount(None)
for _ in range({CALLS}):
    painter.drawLine(0, 0, 9, 9)
lines = sys.getrefcount(None)
for _ in range({CALLS}):
    painter.drawRect(area)
rectangles = sys.getrefcount(None)
painter.end()
print(lines - before, rectangles - lines)
"""


def test_calls_without_a_result_keep_the_references_to_none() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    for change in map(int, done.stdout.split()):
        assert abs(change) < 50, f"{CALLS} calls changed the reference count of None by {change}"
