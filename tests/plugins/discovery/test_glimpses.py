"""A text is read, not run: literal words are told, and no text stops the reader."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from myriorama.plugins.glimpse import LONGEST_FILE_BYTES, LONGEST_SOURCE_BYTES, look_at
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
    "minus signs": b"x = " + b"-" * 60_000 + b"1",
    "brackets": b"x = " + b"[" * 60_000,
    "closed brackets": b"x = " + b"(" * 150 + b")" * 150,
    "a long sum": b"x = " + b"1+" * 31_000 + b"1",
    "a long attribute": b"x = a" + b".b" * 31_000,
    "calls": b"x = a" + b"()" * 30_000,
    "nots": b"x = " + b"not " * 15_000 + b"1",
    "lambdas": b"x = " + b"lambda: " * 7_500 + b"1",
    "blocks": b"".join(b" " * i + b"if 1:\n" for i in range(99)) + b" " * 99 + b"pass\n",
    "elifs": b"if 1: pass\n" + b"elif 1: pass\n" * 4_500,
    "a huge number": b"x = " + b"9" * 60_000,
    "null": b"x = 1\0",
    "a foreign cookie": b"# -*- coding: punycode -*-\nx = 1\n",
    "a cookie that is none": b"# -*- coding: os.system -*-\n",
    "not UTF-8": b"x = '\xff\xfe'\n",
    "a mark": b"\xef\xbb\xbfx = 1\n",
    "an escape": b"x = '\\d \\N{BELL}'\n",
    "much too long": b"#" * (LONGEST_FILE_BYTES + 1),
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


def test_a_long_text_is_not_parsed_and_not_refused(tmp_path: Path) -> None:
    file = tmp_path / "long.py"
    file.write_text(TEXT + "#" * LONGEST_SOURCE_BYTES)
    assert (look_at(file).concerns_us, look_at(file).plugins) == (True, ())
    file.write_text("#" * (LONGEST_SOURCE_BYTES + 1))
    assert not look_at(file).concerns_us


def test_every_bomb_is_short_enough_to_be_parsed() -> None:
    assert all(len(bomb) <= LONGEST_SOURCE_BYTES for name, bomb in BOMBS.items() if name != "much too long")
