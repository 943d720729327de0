"""How the texts of arguments are read, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from myriorama.app.cli.options import ALSO_CALLED, near_names, read_names, read_size
from myriorama.app.finding import find_project
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.errors import InputError


@pytest.mark.parametrize(("text", "size"), [("640x480", (640, 480)), ("16X16384", (16, 16384)), (" 32×64 ", (32, 64))])
def test_sizes_are_read(text: str, size: tuple[int, int]) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    "text",
    ["", "640", "640x", "x480", "640x480x3", "0x0", "15x480", "640x16385", "100000x100000", "-640x480", "6.4e2x480",
     "٦٤٠x480", "640x" + "9" * 400],
)  # fmt: skip
def test_a_size_that_cannot_be_is_refused_with_what_may_be(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_size(text)
    (problem,) = caught.value.problems
    assert problem.place == "--size"
    assert "16384" in problem.allowed
    assert len(problem.value) < 100


def test_names_keep_their_order_and_come_once() -> None:
    assert read_names("--format", " raw, coco,,raw", ("coco", "raw")) == ("raw", "coco")


def test_every_unknown_name_is_told() -> None:
    with pytest.raises(InputError) as caught:
        read_names("--format", "coco,yolo,kitti", ("coco", "raw"))
    assert [p.value for p in caught.value.problems] == ["'yolo'", "'kitti'"]
    assert all("coco, raw" in p.allowed for p in caught.value.problems)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("voc", "pascal_voc"),
        ("Pascal-VOC", "pascal_voc"),
        ("huggingface", "hugging_face"),
        ("hf", "hugging_face"),
        ("cocco", "coco"),
        ("panoptic", "coco_panoptic"),
        ("labelstudio", "label_studio"),
        ("TUM", "depth_pose"),
        ("web-dataset", "webdataset"),
    ],
)
def test_what_others_call_a_format_is_told_by_its_name_here(name: str, meant: str) -> None:
    known = builtin_registry().names("writer")
    assert near_names(name, known).startswith(f"did you mean {meant}? There are: bop, coco")
    assert set(ALSO_CALLED.values()) <= set(known)


@pytest.mark.parametrize("name", ["", "x", "co", "parrot"])
def test_what_is_like_nothing_gets_no_question(name: str) -> None:
    assert near_names(name, builtin_registry().names("writer")) == ""


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(InputError):
        read_names("--format", " , ", ("coco", "raw"))


def test_a_project_is_found_by_file_and_by_folder(tmp_path: Path) -> None:
    file = tmp_path / "project.json"
    file.write_text("{}", encoding="utf-8")
    assert find_project(str(file)) == file
    assert find_project(str(tmp_path)) == file


@pytest.mark.parametrize("text", ["no_such_example", "", "a" * 5000, "nul\0inside", "../.."])
def test_a_project_that_is_not_there_is_refused_with_what_may_be(text: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        find_project(text if text != "" else str(tmp_path))
    (problem,) = caught.value.problems
    assert problem.place == "PROJECT"
    assert len(problem.value) < 200
