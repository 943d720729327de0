"""Every hostile file of tests/data/hostile through the real commands: refused with its reason, nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run

HOSTILE = Path(__file__).resolve().parents[2] / "data" / "hostile"
REFERENCE = "a path relative to the project's folder or an approved asset folder"
NEIGHBOUR = "a path relative to the file's own folder"
FILE = "objects[0].parameters.file"
DISTANCE = "camera.rig.parameters.distance_m"
POSITIONS = "meshes[0].primitives[0].attributes.POSITION"
DRACO = "meshes[0].primitives[0].extensions.KHR_draco_mesh_compression"
IMAGE = "PNG, JPEG or WebP, one frame, at most 16384 px a side"
MODEL = "glTF 2.0 (.glb, .gltf), OBJ, PLY or STL"
WHOLE = "the whole file; fetch or export it again"
SIZE = "a model with some size"

# What standard error has to say, beside the file's name: the place, what is wrong, the value, what is allowed.
MODELS: dict[str, tuple[str, ...]] = {
    "zero_extent.glb": ("the model has no extent", "0 x 0 x 0", SIZE),
    "zero_extent.ply": ("the model has no extent", "0 x 0 x 0", SIZE),
    "nan_positions.glb": (POSITIONS, "not finite", "vertex 5", "[0.5, nan, 0.5]", "allowed  finite numbers"),
    "nan_positions.obj": ("not finite", "vertex 7", "[0.5, nan, 0.5]", "allowed  finite numbers"),
    "infinite_positions.glb": (POSITIONS, "not finite", "vertex 2", "[-0.5, 0.5, inf]", "allowed  finite numbers"),
    "bad_index.glb": ("meshes[0].primitives[0]", "a face names vertex 8", "got      8", "0 to 7"),
    "bad_index.ply": ("element face", "a face names vertex 8", "got      8", "0 to 7"),
    "bad_index.obj": ("f lines", "a face names vertex 9", "got      9", "1 to 8"),
    "index_before_start.obj": ("line 9", "counts back beyond the start", "got      -9", "-8 to -1"),
    "missing_accessor.glb": ("meshes[0].primitives[0]", "refers to accessors[7]", "0 to 1"),
    "negative_count.glb": ("accessors[0].count", "got      -8", "1 to 30000000"),
    "count_without_bytes.glb": ("accessors[0].bufferView", "no bytes", "count 8", "the index of a buffer view"),
    "truncated.glb": ("header", "truncated", "400 bytes of 712", WHOLE),
    "truncated.ply": ("element vertex", "truncated", "60 bytes left for 8 rows", "12 bytes a row"),
    "truncated.stl": ("header", "truncated", "300 bytes for 12 facets, which need 684", WHOLE),
    "long_chunk.glb": ("chunks", "longer than the file", "2147483648 bytes at 12", WHOLE),
    "empty.glb": ("the file is empty", "0 bytes", MODEL),
    "ten_million_faces.glb": ("accessors[1].count", "needs more bytes", "30,000,000", "at most 36 in 144 bytes"),
    "ten_million_faces.ply": ("element face", "truncated", "0 bytes left for 10,000,000 rows", "fetch or export"),
    "ten_million_faces.stl": ("header", "truncated", "10,000,000 facets, which need 500,000,084", WHOLE),
    "more_than_ten_million_faces.glb": ("accessors[1].count", "30000003", "1 to 30000000"),
    "more_than_ten_million_faces.ply": ("header", "too many face elements", "10,000,001", "at most 10,000,000"),
    "crowd_of_parts.glb": ("too many parts", "4,097", "at most 4,096"),
    "cyclic_nodes.glb": ("nodes[0]", "reached twice", "got      0", "nodes that form a tree"),
    "points_only.glb": ("the model has no faces", "at least one triangle"),
    "points_only.ply": ("header", "point cloud", "a mesh with faces"),
    "gltf_1.glb": ("asset.version", "cannot be read", "1.0", "2.x"),
    "nan_in_json.glb": ("JSON chunk", "JSON knows no such number", "NaN"),
    "meshopt.glb": ("extensionsRequired", "EXT_meshopt_compression", "exported without meshopt compression"),
    "draco_truncated.glb": (f"{DRACO}.bufferView", "truncated or broken", "51 bytes", "without compression"),
    "draco_broken.glb": (f"{DRACO}.attributes.POSITION", "Draco stream does not hold", "got      0", "one of []"),
    "draco_zeros.glb": (DRACO, "zeros only", "0 x 0 x 0", SIZE),
    "draco_other_count.glb": (f"{DRACO}.attributes.POSITION", "declares", "got      (8, 3)", "allowed  (9, 3)"),
    "texture_missing.glb": ("images[0].uri", "missing", "Textures/colormap.png", "keep a model's files together"),
    "texture_bomb.glb": ("images[0]", "too large", "3,600,000,000 pixels", IMAGE),
    "texture_climbs.glb": ("images[0].uri", "climbs out of its folder", "'../pictures/small.png'", NEIGHBOUR),
    "texture_climbs_encoded.glb": ("images[0].uri", "behind an escape", "'%2e%2e/pictures/small.png'", NEIGHBOUR),
    "texture_absolute.glb": ("images[0].uri", "absolute", "'/etc/hostname'", NEIGHBOUR),
    "texture_file_url.glb": ("images[0].uri", "nothing is fetched", "'file:///etc/hostname'", NEIGHBOUR),
    "texture_http_url.glb": ("images[0].uri", "nothing is fetched", "'http://localhost:9/colormap.png'", NEIGHBOUR),
    "texture_drive.glb": ("images[0].uri", "names a drive", "'C:/colormap.png'", NEIGHBOUR),
    "texture_share.glb": ("images[0].uri", "network share", "'//server/share/colormap.png'", NEIGHBOUR),
    "texture_device.glb": ("images[0].uri", "device on some systems", "'con.png'", NEIGHBOUR),
    "buffer_missing.gltf": ("buffers[0].uri", "missing", "gone.bin", "keep a model's files together"),
    "buffer_short.gltf": ("buffers[0].byteLength", "truncated", "82 bytes of 240", WHOLE),
    "buffer_climbs.gltf": ("buffers[0].uri", "climbs out of its folder", "'../models/box.bin'", NEIGHBOUR),
    "buffer_not_base64.gltf": ("buffers[0].uri", "not base64", "data:application/octet-stream", ";base64,"),
    "material_missing.obj": ("line 1", "missing", "gone.mtl", "keep a model's files together"),
    "material_climbs.obj": ("line 1", "climbs out of its folder", "'../../secret.mtl'", NEIGHBOUR),
    "gzip.glb": ("named .glb but holds gzip", MODEL),
    "binary_named_text.obj": ("named .obj but holds .glb", "the ending .glb"),
    "web_page.gltf": ("named .gltf but holds XML or HTML", MODEL),
    "git_lfs_pointer.glb": ("a Git LFS pointer (fetch the file itself)", MODEL),
    "cube.fbx": ("not a model file that can be read", ".fbx", MODEL),
    "not_credible.ply": ("size", "largest extent is not credible", "1e+06 m", "set unit, scale or size_m"),
}
PICTURES: dict[str, tuple[str, ...]] = {
    "png_bomb.png": ("too large", "3,600,000,000 pixels", IMAGE),
    "wide_bomb.png": ("too large", "2000000 x 4", IMAGE),
    "truncated.png": ("truncated or broken", IMAGE),
    "animated.png": ("an animation of 2 frames", IMAGE),
    "gif.png": ("not an image that can be read", "GIF", IMAGE),
    "gzip.png": ("not an image that can be read", "gzip", IMAGE),
    "postscript.png": ("not an image that can be read", "PostScript", IMAGE),
    "web_page.png": ("not an image that can be read", "XML or HTML", IMAGE),
    "exr_bomb.exr": ("dataWindow", "too large", "60000 x 30000", "at most 67108864 pixels"),
    "exr_upside_down.exr": ("pixels", "truncated or broken", "bytes", "a whole OpenEXR picture"),
    "truncated.exr": ("pixels", "truncated or broken", "bytes", "a whole OpenEXR picture"),
    "nan_light.exr": ("pixels", "not numbers", "nan in column 2 of row 1", "finite numbers"),
    "negative_light.exr": ("pixels", "negative light", "no light above 0", "radiance, 0 and up"),
    "square.exr": ("size", "not an equirectangular map", "8 x 8", "twice as wide as high"),
    "hdr_bomb.hdr": ("size", "too large", "60000 x 30000", "at most 67108864 pixels"),
    "truncated.hdr": ("pixels", "truncated", "16 pixels of 128", "the whole file"),
    "png_named_hdr.hdr": ("header", "no radiance map", "PNG", "a Radiance (.hdr) or OpenEXR (.exr) picture"),
}
COUNT = "a whole number from 0 to 10000"
METRES = "a number from 0.0001 to 100000 m"
JSON = "double quotes, no comments"
PROJECTS: dict[str, tuple[str, ...]] = {
    "not_json": ("line 1, column 1", "not JSON", "name: hostile", JSON),
    "cut_off": ("line 26, column 3", "not JSON", "enviro", JSON),
    "comment": ("line 1, column 1", "not JSON", "// a comment", JSON),
    "empty": ("line 1, column 1", "not JSON", "the end of the file", JSON),
    "list": ("a project is a JSON object", "[]", '"format": "myriorama-project"'),
    "utf16": ("byte 0", "byte-order mark (UTF-16)", "UTF-8 without a byte-order mark"),
    "latin1": ("byte 63", "not UTF-8", "byte 0xf6", "allowed  UTF-8"),
    "deep": ("nested deeper than 64", "at most 64"),
    "very_deep": ("nested deeper than 64", "at most 64"),
    "key_twice": ("seed", "there twice", "every key once"),
    "half_a_character": ("name", "lone surrogate", "\\ud800", "printable text"),
    "nan": (DISTANCE, "no JSON number", "NaN", "a finite number"),
    "infinity": (f"{DISTANCE}.uniform[1]", "no JSON number", "-Infinity", "a finite number"),
    "number_of_1e999": (DISTANCE, "too large", "1e999", "a finite number"),
    "number_of_1e308": (DISTANCE, "no value for distance_m", "1e+308", METRES),
    "number_of_5000_digits": ("seed", "a number of 5000 digits", "99999", "at most 1000 digits"),
    "other_format": ("format", "not a project file", '"gltf"', '"myriorama-project"'),
    "version_99": ("version", "newer program", "99", "allowed  1"),
    "version_text": ("version", "whole number", '"1"', "allowed  1"),
    "unknown_key": ("camera.fov", "unknown key", '"fov"', "one of lens, rig, uid"),
    "unknown_parameter": (f"{DISTANCE[:-2]}:", "no such parameter", '"distance"', "did you mean distance_m?"),
    "unknown_generator": ("objects[0].type", "no generator named", '"mesh_fiel"', "did you mean mesh_file?"),
    "unknown_class": ("objects[0].class", "no such class", '"nobody"', "one of solid, unlabelled"),
    "unknown_writer": ("output.formats[1]", "no writer of this name", '"cocoa"', "did you mean coco?"),
    "uid_twice": ("objects[0].uid", "already that of environment[0]", '"solids"', "a uid of its own"),
    "low_above_high": (f"{DISTANCE}.uniform", "the range is reversed", "[3.0, 1.0]", "the lower end first"),
    "outside_limits": (DISTANCE, "reaches outside the limits", "[-3.0, 1.0]", METRES),
    "weights_of_zero": (f"{DISTANCE}.weights", "the weights sum to 0", "[0, 0]", "at least one weight above 0"),
    "choice_of_nothing": (f"{DISTANCE}.choice", "0 entries", "1 to 10000 entries"),
    "text_for_number": (DISTANCE, "no value for distance_m", '"near"', METRES),
    "count_negative": ("objects[0].count", "outside its limits", "-1", COUNT),
    "count_of_1e9": ("objects[0].count", "outside its limits", "1000000000", COUNT),
    "count_of_2_to_63": ("objects[0].count", "outside its limits", "9223372036854775808", COUNT),
    "count_drawn_of_1e9": ("objects[0].count", "reaches outside the limits", "[1, 1000000000]", COUNT),
    "seed_negative": ("seed", "greater than or equal to 0", "got      -1"),
    "image_of_no_size": ("output.width", "greater than or equal to 16", "got      0"),
    "image_too_large": ("output.height", "less than or equal to 16384", "got      100000"),
    "several": ("seed", "output.width", "nmae", "did you mean name?", "3 problems; nothing was written."),
    "link_missing": (f"{DISTANCE}.linked", "no parameter middle_m", '"middle_m * 2"', "one of azimuth_deg"),
    "link_cycle": ("parameters.near_m.linked", "in a circle", "project/near_m -> project/far_m", '"far_m / 2"'),
    "link_to_itself": ("parameters.near_m.linked", "project/near_m -> project/near_m", '"near_m + 1"'),
    "link_to_code": (f"{DISTANCE}.linked", "expected an operator", "__import__", "numbers, names, + - * / ( )"),
    "file_missing": (FILE, "no such file", "models/gone.glb", "looked in: projects, hostile"),
    "file_not_named": (FILE, "no file is named", '""', "a file reference"),
    "folder_for_file": ("is a folder", "allowed  a file"),
    "folder_missing": (f"{FILE}.folder", "no such file", "got      gone", "looked in"),
    "folder_without_match": (f"{FILE}.folder", "no file matches *.usd", "models", "a pattern such as"),
    "folder_climbs": (f"{FILE}.folder", "climbs out of its folder", "'../..'", REFERENCE),
    "path_climbs": (FILE, "climbs out of its folder", "'../models/cube.glb'", REFERENCE),
    "path_climbs_inside": (FILE, "climbs out of its folder", "'models/../../hostile/models/cube.glb'", REFERENCE),
    "path_climbs_encoded": (FILE, "behind an escape", "'%2e%2e/models/cube.glb'", REFERENCE),
    "path_climbs_windows": (FILE, "backslashes", "models\\\\cube.glb", REFERENCE),
    "path_climbs_resource": (FILE, "climbs out of its folder", "'../pyproject.toml'", REFERENCE),
    "path_absolute": (FILE, "absolute", "'/etc/hostname'", REFERENCE),
    "path_home": (FILE, "absolute", "'~/cube.glb'", REFERENCE),
    "path_file_url": (FILE, "nothing is fetched", "'file:///etc/hostname'", REFERENCE),
    "path_http_url": (FILE, "nothing is fetched", "'http://localhost:9/cube.glb'", REFERENCE),
    "path_data_url": (FILE, "nothing is fetched", "'data:model/gltf-binary", REFERENCE),
    "path_drive": (FILE, "names a drive", "cube.glb", REFERENCE),
    "path_share": (FILE, "network share", "server", REFERENCE),
    "path_nul": (FILE, "control character", "\\u0000", "printable text"),
    "path_long": (FILE, "longer than 255 bytes", "mmmm", REFERENCE),
    "path_trailing_dot": (FILE, "ends in a dot", "'models/cube.glb.'", REFERENCE),
    "path_device": (FILE, "device on some systems", "'models/NUL'", REFERENCE),
    "backdrop_bomb": ("pictures/png_bomb.png", "too large", "3,600,000,000 pixels", IMAGE),
    "light_bomb": ("pictures/exr_bomb.exr", "dataWindow", "60000 x 30000", "at most 67108864 pixels"),
}
GOOD = {"models": {"cube.glb", "box.gltf", "box.bin", "box.png", "draco.glb", "odd_units.ply"}}
GOOD |= {"pictures": {"small.png", "light.exr"}, "projects": {"good.json"}}
LATE = ("file", "folder", "backdrop", "light")
"""Projects whose message may name the asset instead of the project: the fault is in that file."""

Make = Callable[..., Path]
Refused = Callable[..., str]
State = Callable[..., dict[str, tuple[int, int]]]
Words = Callable[..., list[str]]

pytestmark = pytest.mark.usefixtures("cache")


# --- the files themselves


def test_the_files_are_those_that_their_maker_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-B", str(HOSTILE / "make.py"), str(tmp_path)], check=True, timeout=60)
    made, kept = (
        {str(p.relative_to(root)): p.read_bytes() for f in GOOD for p in (root / f).iterdir()}
        for root in (tmp_path, HOSTILE)
    )
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []
    assert sum(map(len, kept.values())) < 200_000
    assert max(map(len, kept.values())) < 10_000


def test_every_file_has_its_row_here_and_its_line_in_the_readme() -> None:
    rows = {"models": set(MODELS), "pictures": set(PICTURES), "projects": {f"{name}.json" for name in PROJECTS}}
    readme = (HOSTILE / "README.md").read_text(encoding="utf-8")
    for folder, bad in rows.items():
        names = {p.name for p in (HOSTILE / folder).iterdir()}
        assert names == bad | GOOD[folder]
        assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


# --- refused by render


@pytest.mark.parametrize("name", [n for n in MODELS if n != "not_credible.ply"])
def test_a_hostile_model_is_refused(
    name: str, tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words
) -> None:
    project = project_with_models(tmp_path, f"models/{name}")
    refused(rendering(project, tmp_path), (f"models/{name}: ", *MODELS[name]))


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_is_refused(
    name: str, tmp_path: Path, refused: Refused, project_with_picture: Make, rendering: Words
) -> None:
    refused(rendering(project_with_picture(tmp_path, name), tmp_path), (f"pictures/{name}: ", *PICTURES[name]))


@pytest.mark.parametrize("name", PROJECTS)
def test_a_bad_project_is_refused_by_render_and_by_sample_alike(
    name: str, tmp_path: Path, refused: Refused, rendering: Words, sampling: Words
) -> None:
    project = HOSTILE / "projects" / f"{name}.json"
    told = refused(rendering(project, tmp_path), PROJECTS[name])
    if not name.startswith(LATE):
        assert f"{project}: " in told
    error = json.loads(refused(sampling(project, "--json")))["error"]
    assert error["exit_code"] == ExitCode.BAD_INPUT
    for problem in error["problems"]:
        assert f"{problem['file']}: {problem['place']}".removesuffix(": ") in told
        assert problem["message"] in told
        assert problem["value"] in told
        assert problem["allowed"] in told


@pytest.mark.gl
def test_a_model_of_no_credible_size_is_refused_before_the_first_sample(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], project_with_models: Make, rendering: Words
) -> None:
    """Its file is sound; only the object that would be made of it is not."""
    name = "not_credible.ply"
    assert run(rendering(project_with_models(tmp_path, f"models/{name}"), tmp_path)) == ExitCode.BAD_INPUT
    told = capsys.readouterr().err
    assert [words for words in (f"models/{name}: ", *MODELS[name]) if words not in told] == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cache", "project.json"]


def test_all_bad_files_of_a_project_are_told_at_once(
    tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words
) -> None:
    names = ("bad_index.obj", "draco_truncated.glb", "empty.glb", "meshopt.glb", "texture_missing.glb")
    project = project_with_models(tmp_path, *(f"models/{name}" for name in names))
    told = refused(rendering(project, tmp_path), tuple(words for name in names for words in MODELS[name]))
    assert told.count("error: ") == len(names)
    assert f"{len(names)} problems; nothing was written." in told


# --- refused by sample, by the program itself, and as JSON


@pytest.mark.parametrize("name", ["nan_positions.glb", "texture_climbs.glb", "draco_truncated.glb", "cube.fbx"])
def test_sample_refuses_what_render_refuses(
    name: str, tmp_path: Path, refused: Refused, project_with_models: Make, rendering: Words, sampling: Words
) -> None:
    project = project_with_models(tmp_path, f"models/{name}")
    refused(sampling(project), (f"models/{name}: ", *MODELS[name]))
    refused(sampling(project, "--show", str(tmp_path / "shown.png")), (f"models/{name}: ", *MODELS[name]))
    shown = [json.loads(refused(a)) for a in (sampling(project, "--json"), rendering(project, tmp_path, "--json"))]
    assert shown[0] == shown[1]
    assert list(shown[0]) == ["error"]
    error = shown[0]["error"]
    assert (error["kind"], error["exit_code"]) == ("AssetError", ExitCode.BAD_INPUT)
    assert [p["file"] for p in error["problems"]] == [f"models/{name}"]


@pytest.mark.parametrize(
    ("project", "words"),
    [
        ("{0}/models/nan_positions.glb", MODELS["nan_positions.glb"]),
        ("{0}/pictures/exr_bomb.exr", PICTURES["exr_bomb.exr"]),
        ("{0}/projects/link_cycle.json", PROJECTS["link_cycle"]),
    ],
)
def test_the_program_itself_refuses_them(
    project: str,
    words: tuple[str, ...],
    tmp_path: Path,
    state: State,
    project_with_models: Make,
    project_with_picture: Make,
    rendering: Words,
) -> None:
    """As a process of its own, as a shell starts it."""
    path = Path(project.format(HOSTILE))
    if path.suffix == ".glb":
        path = project_with_models(tmp_path, f"models/{path.name}")
    elif path.suffix == ".exr":
        path = project_with_picture(tmp_path, path.name)
    before = state(tmp_path)
    command = [sys.executable, "-m", "myriorama.app.cli", *rendering(path, tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (ExitCode.BAD_INPUT, "")
    assert [w for w in words if w not in ended.stderr] == []
    assert "Traceback" not in ended.stderr
    assert state(tmp_path) == before
