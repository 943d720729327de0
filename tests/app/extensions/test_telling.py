"""A fault in words and as text to paste; what a stranger wrote steers no reader; only own files are opened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from myriorama.app.extensions.telling import HAPPENED, file_of, place_of, title_of, told, value_words
from myriorama.app.printable import printable
from myriorama.plugins.faults import Cause, Fault
from myriorama.plugins.sources import PluginSource

FAULT = Fault("fruits", "generator", "apple", "raised", "ValueError: no", "/p/apple.py", 3, "  raise", {"a": 0.1})


def test_every_cause_has_words() -> None:
    assert set(get_args(Cause)) == HAPPENED.keys()
    assert title_of(FAULT) == "Generator apple raised an error"
    assert title_of(replace(FAULT, kind="", name="", cause="missing")) == "Plugin fruits is not there any more"


def test_the_place_is_told_as_compilers_do() -> None:
    assert place_of(FAULT) == "apple.py:3"
    assert place_of(replace(FAULT, line=0)) == "apple.py"
    assert place_of(replace(FAULT, file="")) == ""


def test_the_text_to_paste_leaves_out_what_is_not_known() -> None:
    text = told(FAULT, 5, 6, "again --now")
    assert text.splitlines()[0] == "Generator apple raised an error (fruits)"
    for part in ("at /p/apple.py:3", "    raise", "seed 5, sample 6", '"a": 0.1', "again: again --now"):
        assert part in text
    bare = told(Fault("fruits", "", "", "memory", "it asked for 8 GiB"))
    assert bare == "Plugin fruits asked for more memory than it may (fruits)\n  it asked for 8 GiB\n"


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, "yes"), (0.1 + 0.2, "0.3"), ((1, 2.5), "1, 2.5"), ("a b", "a b"), ({"k": [1]}, '{"k": [1]}'), (3, "3")],
)
def test_values_are_told_as_people_read_them(value: object, words: str) -> None:
    assert value_words(value) == words


def test_a_strangers_text_is_one_printable_line_of_bounded_length() -> None:
    assert printable("a\nb\x1b[31mc\u202ed\u200b") == "a b [31mc d "
    assert len(printable("x" * 10_000, 50)) == 51


def test_a_file_is_the_sources_own_or_none(tmp_path: Path) -> None:
    root = tmp_path / "fruits"
    (root / "sub").mkdir(parents=True)
    for name in ("apple.py", "sub/pear.py", "not_hashed.py"):
        (root / name).write_text("")
    source = PluginSource(
        "fruits", "path", str(root), "fruits", {"apple.py": "0", "sub/pear.py": "0", "gone.py": "0"}, ""
    )

    def found(name: str) -> Path | None:
        return file_of(replace(FAULT, file=name), source)

    for name in ("apple.py", "fruits/apple.py", str(root / "apple.py")):
        assert found(name) == root / "apple.py"
    assert found("sub/pear.py") == root / "sub" / "pear.py"
    for name in ("not_hashed.py", "gone.py", "../fruits/apple.py", "/etc/passwd", "", "pear.py", str(root)):
        assert found(name) is None, name
    single = PluginSource("one", "path", str(root / "apple.py"), "apple", {"apple.py": "0"}, "")
    assert file_of(replace(FAULT, file="/somewhere/apple.py"), single) == root / "apple.py"
    assert file_of(replace(FAULT, file="/etc/passwd"), single) is None
