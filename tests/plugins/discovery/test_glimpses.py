"""A text is read, not run: literal words are told, and no text stops the reader."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from myriorama.plugins.glimpse import LONGEST_SOURCE_BYTES, look_at
from myriorama.scenes.errors import InputError

TEXT = '''"""Fruit of mine.

More.
"""
import myriorama.plugins as door
from myriorama.plugins import Effect
__version__ = "2"
__author__ = "Ann\\x1b[31m"
word = "not" + "this"

class Apple(door.Generator):
    name: str = "apple"
    label = "Apple" if True else "Pear"
    help = f"{word}"
    def generate(self, values): ...

class Glow(Effect):
    name = "Not A Name"
    label = """Glow
and more"""

class Other(dict):
    name = "other"
'''


def test_literals_are_told_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "fruit.py"
    file.write_text(TEXT)
    found = look_at(file)
    assert (found.concerns_us, found.description, found.version, found.publisher) == (
        True,
        "Fruit of mine.",
        "2",
        "Ann [31m",
    )
    apple, glow = found.plugins
    assert (apple.kind, apple.name, apple.label, apple.help) == ("generator", "apple", "", "")
    assert (glow.kind, glow.name, glow.label) == ("effect", "", "Glow")


@pytest.mark.parametrize(
    "text", ["", "import os", "from .myriorama.plugins import X", "from myriorama import app", "'myriorama.plugins'"]
)
def test_what_does_not_import_the_door_is_no_plugin(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.py").write_text(text)
    assert not look_at(tmp_path / "x.py").concerns_us


BOMBS = {
    "minus signs": b"x = " + b"-" * 200_000 + b"1",
    "brackets": b"x = " + b"[" * 200_000,
    "closed brackets": b"x = " + b"(" * 150 + b")" * 150,
    "a long sum": b"x = " + b"1+" * 100_000 + b"1",
    "a long attribute": b"x = a" + b".b" * 100_000,
    "calls": b"x = a" + b"()" * 100_000,
    "nots": b"x = " + b"not " * 50_000 + b"1",
    "lambdas": b"x = " + b"lambda: " * 30_000 + b"1",
    "blocks": b"".join(b" " * i + b"if 1:\n" for i in range(99)) + b" " * 99 + b"pass\n",
    "elifs": b"if 1: pass\n" + b"elif 1: pass\n" * 20_000,
    "a huge number": b"x = " + b"9" * 400_000,
    "null": b"x = 1\0",
    "a foreign cookie": b"# -*- coding: punycode -*-\nx = 1\n",
    "a cookie that is none": b"# -*- coding: os.system -*-\n",
    "not UTF-8": b"x = '\xff\xfe'\n",
    "a mark": b"\xef\xbb\xbfx = 1\n",
    "an escape": b"x = '\\d \\N{BELL}'\n",
    "too long": b"#" * (LONGEST_SOURCE_BYTES + 1),
}


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_stops_the_reader(tmp_path: Path, name: str) -> None:
    file = tmp_path / "bomb.py"
    file.write_bytes(BOMBS[name])
    began = time.perf_counter()
    with contextlib.suppress(InputError):
        assert look_at(file).plugins == ()
    assert time.perf_counter() - began < 5.0


def test_a_text_that_is_no_python_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "bomb.py"
    file.write_text("x = 1\ny = (\n")
    with pytest.raises(InputError, match=r"bomb.py: this is no Python: line 2"):
        look_at(file)
