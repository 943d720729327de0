"""Bad input that no repository can hold, names that are no names, and the good twins of hostile files, which render."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run

HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"
FILE = "objects[0].parameters.file"

Make = Callable[..., Path]
Refused = Callable[..., str]
Words = Callable[..., list[str]]
Written = Callable[[Path, Any], Path]

pytestmark = pytest.mark.usefixtures("cache")


# --- names


@pytest.mark.parametrize("name", ["", "\0", "../mug", "mug/../die", "/etc/hostname", "m" * 10_000, "\u202eelif_hsem"])
def test_describe_and_new_take_no_path_for_a_name(name: str, tmp_path: Path, refused: Refused) -> None:
    refused(["describe", name], ("NAME", "nothing has this name"))
    refused(["new", str(tmp_path / "mine"), "--from", name], ("--from", "no such example", "mugs_on_conveyor"))
    assert json.loads(refused(["describe", name, "--json"]))["error"]["problems"][0]["place"] == "NAME"
    assert json.loads(refused(["new", str(tmp_path / "mine"), "--from", name, "--json"]))["error"]["exit_code"] == 2


def test_new_makes_no_project_of_an_impossible_name(tmp_path: Path, refused: Refused) -> None:
    refused(["new", str(tmp_path / ("m" * 201))], ("NAME", "cannot name a project", "1 to 200 characters"))
    refused(["new", str(tmp_path / "gone" / "mine")], ("NAME", "does not exist"))
    refused(["new", str(tmp_path)], ("NAME", "exists already"))


# --- what no repository can hold


def test_a_link_out_of_the_folder_is_not_followed(
    tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words
) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "cube.glb").symlink_to(HOSTILE / "models" / "cube.glb")
    (tmp_path / "own" / "loop.glb").symlink_to("loop.glb")
    (tmp_path / "own" / "all").symlink_to(HOSTILE / "models")
    for reference, words in (
        ("cube.glb", "leads out of its folder by a symbolic link"),
        ("all/cube.glb", "leads out of its folder by a symbolic link"),
        ("loop.glb", "cannot be looked up"),
    ):
        project = project_with_models(tmp_path / "own", reference)
        arguments = [a for a in rendering(project, tmp_path) if a not in ("--assets", str(HOSTILE))]
        refused(arguments, (str(project), FILE, words, reference))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_neither_a_project_nor_a_model(
    tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe.glb")
    refused(rendering(project_with_models(tmp_path, "pipe.glb"), tmp_path), (FILE, "not a regular file", "a file"))
    monkeypatch.chdir(tmp_path)  # a long path would be told without its end
    refused(rendering(Path("pipe.glb"), tmp_path), ("PROJECT", "no such project", "pipe.glb"))


def test_a_file_is_measured_before_it_is_read(
    tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words
) -> None:
    for name, size in (("large.glb", 2 * 2**30 + 1), ("large.json", 64 * 2**20 + 1)):
        with (tmp_path / name).open("wb") as file:
            file.truncate(size)  # a hole: it takes no room on the disk
    project = project_with_models(tmp_path, "large.glb")
    refused(rendering(project, tmp_path), (FILE, "too large", "2,147,483,649 bytes", "at most 2,147,483,648"))
    refused(rendering(tmp_path / "large.json", tmp_path), ("large.json", "too large", "at most 64 MB"))


# --- the good twins


@pytest.mark.gl
def test_the_good_twins_render_in_their_true_size(
    tmp_path: Path, project_with_models: Make, written: Written, rendering: Words
) -> None:
    names = ("cube.glb", "draco.glb", "box.gltf", "odd_units.ply")
    project = project_with_models(tmp_path, *(f"models/{name}" for name in names))
    tree = json.loads(project.read_text(encoding="utf-8"))
    tree["environment"][0] |= {"type": "hdri", "parameters": {"file": "pictures/light.exr"}}
    tree["objects"][3]["parameters"]["unit"] = "millimetres"
    tree["camera"]["rig"]["parameters"] |= {"distance_m": 20.0, "target_m": [4.5, 0.0, 0.5]}
    written(tmp_path, tree)
    assert run(rendering(project, tmp_path)) == ExitCode.OK
    record = json.loads((tmp_path / "out" / "records" / "00000000.json").read_text(encoding="utf-8"))
    extents = {
        a["attributes"]["file"]: tuple(a["attributes"][f"extent_{axis}_m"] for axis in "xyz")
        for a in record["annotations"]
    }
    # glTF has Y up, so its height comes second; PLY has Z up.
    assert extents == {
        "cube": pytest.approx((1.0, 1.0, 1.0), abs=1e-6),
        "draco": pytest.approx((1.0, 1.0, 1.0), abs=2 / 2**14),
        "box": pytest.approx((2.0, 0.5, 1.0), abs=1e-6),
        "odd_units": pytest.approx((1.516, 1.1, 0.42), abs=1e-6),
    }
    assert all(a["area_px"] > 0 for a in record["annotations"])


@pytest.mark.gl
def test_a_good_photo_and_an_odd_unit_brought_to_size(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    good_project: Callable[[], dict[str, Any]],
    project_with_picture: Make,
    written: Written,
    rendering: Words,
) -> None:
    tree = json.loads(project_with_picture(tmp_path, "small.png").read_text(encoding="utf-8"))
    tree["objects"] = good_project()["objects"]
    tree["objects"][0]["parameters"] = {"file": "models/odd_units.ply", "size_m": 0.5}
    assert run(rendering(written(tmp_path, tree), tmp_path, "--json")) == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["written"] == 1
    (found,) = json.loads((tmp_path / "out" / "records" / "00000000.json").read_text(encoding="utf-8"))["annotations"]
    assert found["attributes"]["extent_x_m"] == pytest.approx(0.5)
    assert found["attributes"]["extent_y_m"] == pytest.approx(0.5 * 1100 / 1516)
