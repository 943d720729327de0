"""The bytes and the JSON of a project file: every hostile text is refused with its place, nothing is guessed."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from myriorama.scenes.errors import ProjectError
from myriorama.scenes.project.load import load_project, parse_project
from myriorama.scenes.project.text import MAX_BYTES, decode_text, read_json


def refused(content: bytes | str) -> str:
    with pytest.raises(ProjectError) as caught:
        parse_project(content if isinstance(content, str) else decode_text(content, "f.json"), "f.json")
    assert all(p.file == "f.json" and p.message for p in caught.value.problems)
    return str(caught.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "line 1, column 1: this is not JSON"),
        (b"   ", "the end of the file"),
        (b"\xef\xbb\xbf{}", "byte-order mark (UTF-8)"),
        (b"\xff\xfe{\0}\0", "byte-order mark (UTF-16)"),
        (b"\xfe\xff\0{\0}", "byte-order mark (UTF-16)"),
        (b'{"name": "\xff"}', "byte 10: the file is not UTF-8"),
        (b'{"name": "\xc3"}', "not UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "not UTF-8"),
        (b"\x80\x04\x95\x00", "not UTF-8"),
        (b"\x1f\x8b\x08\x00", "not UTF-8"),
        (b"PK\x03\x04", "this is not JSON"),
        (b"{'name': 1}", "line 1, column 2"),
        (b'{"name": 1,}', "this is not JSON"),
        (b'{"name": 1 // no\n}', "this is not JSON"),
        (b'{\n"a": 1\n"b": 2}', "line 3, column 1"),
        (b'{"name": 1}{}', "Extra data"),
        (b'{"name": "a\nb"}', "Invalid control character"),
        (b'{"name": 01}', "this is not JSON"),
        (b'{"name": +1}', "this is not JSON"),
        (b'{"name": True}', "this is not JSON"),
        (b"null", "a project is a JSON object"),
        (b"[]", "a project is a JSON object"),
        (b'"text"', "a project is a JSON object"),
        (b"17", "a project is a JSON object"),
        (b"NaN", "NaN is no JSON number"),
        (b"{}", "format: this key is missing"),
        (b'{"format": "other", "version": 1}', "this is not a project file"),
        (b'{"format": "myriorama-project"}', "version: this key is missing"),
        (b"[" * 100_000, "nested deeper than 64"),
        (b'{"a":' * 100_000, "nested deeper than 64"),
        (b"[" * 65 + b"]" * 65, "nested deeper than 64"),
        (b"[" + b"[]," * 250_000 + b"[]]", "too many values"),
        (b'{"a":1' + b',"a":1' * 250_000 + b"}", "too many values"),
    ],
    ids=lambda v: repr(v[:20]) if isinstance(v, bytes) else None,
)
def test_texts(content: bytes, told: str, within: Callable[[float, float], None]) -> None:
    start = time.perf_counter()
    assert told in refused(content)
    within(time.perf_counter() - start, 2.0)


def test_depth_64_is_read() -> None:
    read_json("[" * 64 + "]" * 64)


@pytest.mark.parametrize(
    ("fragment", "place", "told"),
    [
        ('"seed": NaN', "seed", "NaN is no JSON number"),
        ('"seed": Infinity', "seed", "Infinity is no JSON number"),
        ('"seed": -Infinity', "seed", "-Infinity is no JSON number"),
        ('"seed": 1e999', "seed", "too large"),
        ('"seed": -1e999', "seed", "too large"),
        (f'"seed": {"9" * 5000}', "seed", "5000 digits"),
        ('"parameters": {"a": {"uniform": [0, NaN]}}', "parameters.a.uniform[1]", "NaN is no JSON number"),
        ('"parameters": {"a": 1, "b": 2, "a": 3}', "parameters.a", "this key is there twice"),
        ('"parameters": {"a": {"uniform": [0, 1], "uniform": [0, 2]}}', "parameters.a.uniform", "there twice"),
        ('"name": "again"', "name", "this key is there twice"),
        ('"description": "\\ud800"', "description", "lone surrogate"),
        ('"description": "\\u0000"', "description", "control character"),
        ('"description": "\\u001b[31m"', "description", "control character"),
        ('"parameters": {"\\ud800": 1}', 'parameters["\\ud800"]', "lone surrogate"),
        ('"parameters": {"a\\u0000": 1}', 'parameters["a\\u0000"]', "control character"),
    ],
)
def test_values_that_are_no_json_of_ours(tree: dict[str, Any], fragment: str, place: str, told: str) -> None:
    text = json.dumps(tree)
    if not fragment.startswith('"name"'):
        tree.pop(fragment.split('"')[1], None)
        text = json.dumps(tree)
    with pytest.raises(ProjectError) as caught:
        parse_project(text[:-1] + ", " + fragment + "}", "f.json")
    first = caught.value.problems[0]
    assert first.place == place
    assert told in first.message
    assert [p.place for p in caught.value.problems].count(place) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda v: st.lists(v, max_size=4) | st.dictionaries(st.text(max_size=8), v, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(JSON)
@example({"format": "myriorama-project", "version": 1})
def test_any_json_is_refused_in_words(content: Any) -> None:
    assert refused(json.dumps(content))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_file_with_bytes_changed_is_read_or_refused(tree_text: str, data: st.DataObject) -> None:
    content = bytearray(tree_text.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] = data.draw(st.integers(0, 255))
        else:
            end = at + data.draw(st.integers(1, 40))
            content[at:end] = content[at:end] * data.draw(st.integers(0, 2))
    with contextlib.suppress(ProjectError):
        parse_project(decode_text(bytes(content)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_tree_with_a_value_replaced_is_read_or_refused(tree_text: str, data: st.DataObject) -> None:
    spoiled = json.loads(tree_text)
    at = spoiled
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        key = data.draw(st.sampled_from(keys))
        if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
            at = at[key]
        else:
            at[key] = data.draw(JSON)
            break
    with contextlib.suppress(ProjectError):
        parse_project(json.dumps(spoiled))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path, told in (
        (tmp_path / "gone.json", "there is no such file"),
        (tmp_path, "this is a folder"),
        (tmp_path / "a\0b", "cannot be read"),
        (tmp_path / ("x" * 300), "cannot be read"),
    ):
        with pytest.raises(ProjectError, match=told):
            load_project(path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ProjectError, match="no ordinary file"):
        load_project(tmp_path / "pipe")


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(ProjectError, match="at most 64 MB"):
        load_project(path)


def test_load_says_where_it_came_from(tmp_path: Path, tree_text: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(tree_text, encoding="utf-8")
    loaded = load_project(str(path))
    assert loaded.project == parse_project(tree_text)
    assert (loaded.path, loaded.folder) == (path.resolve(), tmp_path.resolve())
    assert len(loaded.hash) == 32
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ProjectError, match=str(path)):
        load_project(path)
