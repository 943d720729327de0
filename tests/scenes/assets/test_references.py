"""References are plain relative paths; everything that could climb, fetch or name a device is refused."""

from __future__ import annotations

import os.path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from myriorama.scenes.assets.references import relative_path, uri_path, windows_path
from myriorama.scenes.errors import AssetError

REFUSED = [
    "",
    "   ",
    ".",
    "/etc/passwd",
    "\\etc\\passwd",
    "//server/share/a.png",
    "\\\\server\\share\\a.png",
    "C:/a.png",
    "c:a.png",
    "file:///etc/passwd",
    "http://example.org/a.png",
    "data:image/png;base64,AAAA",
    "../a.png",
    "a/../../b.png",
    "a/..",
    "a\\..\\b.png",
    "%2e%2e/a.png",
    "%2E%2E%2Fa.png",
    "a%2fb.png",
    "%252e%252e/a.png",
    "a\0.png",
    "a\n.png",
    "a\ud800.png",
    "~/a.png",
    "~root/a.png",
    "a./b.png",
    "a /b.png",
    "nul",
    "sub/CON.png",
    "a" * 256,
    "a/" * 600 + "b.png",
]


@pytest.mark.parametrize("text", REFUSED)
def test_a_reference_that_might_leave_its_folder_is_refused(text: str) -> None:
    for read in (relative_path, uri_path):
        with pytest.raises(AssetError) as caught:
            read(text, file="model.gltf", place="images[0].uri")
        (problem,) = caught.value.problems
        assert problem.file == "model.gltf"
        assert problem.place == "images[0].uri"
        assert problem.allowed


@pytest.mark.parametrize("text", ["a.png", "textures/wood floor.png", "a..b/c.png", "./a.png", "übung/a.png"])
def test_a_plain_reference_passes(text: str) -> None:
    assert relative_path(text, file="f", place="p").name == text.rsplit("/", 1)[-1]


def test_a_glTF_reference_is_decoded_once() -> None:
    assert str(uri_path("my%20maps/a%C3%A4.png", file="f", place="p")) == "my maps/aä.png"


def test_backslashes_between_names_are_slashes_in_OBJ_only() -> None:
    assert str(windows_path("maps\\a.png", file="f", place="p")) == "maps/a.png"
    for text in ("..\\a.png", "\\\\server\\a.png", "C:\\a.png", "\\a.png"):
        with pytest.raises(AssetError):
            windows_path(text, file="f", place="p")


@given(st.text(alphabet=st.sampled_from(list("ab./\\%2eEfF:~ \0CN")), max_size=24))
def test_whatever_passes_stays_inside(text: str) -> None:
    for read in (relative_path, uri_path, windows_path):
        try:
            found = read(text, file="f", place="p")
        except AssetError:
            continue
        landed = os.path.normpath(os.path.join("/root/folder", str(found)))
        assert landed.startswith("/root/folder/")
        assert not found.is_absolute()
