"""The commands from end to end on a small project: results, exit codes, and what is left on the disk."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.cli.exits import ExitCode
from myriorama.app.cli.program import run
from myriorama.app.finding import example_names, find_project
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.project.check import check_project
from myriorama.scenes.project.load import load_project
from myriorama.scenes.project.references import file_references
from myriorama.scenes.sample import sample_to_json

TETRAHEDRON = "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


def small_project() -> dict[str, Any]:
    return {
        "format": "myriorama-project",
        "version": 1,
        "name": "small",
        "seed": 11,
        "classes": [{"id": 1, "name": "solid"}, {"id": 2, "name": "ground", "kind": "stuff"}],
        "camera": {
            "rig": {
                "uid": "rig",
                "type": "orbit",
                "parameters": {
                    "distance_m": 6.0,
                    "azimuth_deg": {"uniform": [0.0, 360.0]},
                    "elevation_deg": 40.0,
                },
            }
        },
        "environment": [
            {"uid": "light", "type": "uniform"},
            {"uid": "floor", "type": "ground_plane", "class": "ground"},
        ],
        "objects": [
            {
                "uid": "solids",
                "type": "mesh_file",
                "class": "solid",
                "count": 3,
                "parameters": {"file": "tetrahedron.obj"},
                "placement": {
                    "uid": "spread",
                    "type": "scatter",
                    "parameters": {"width_m": 4.0, "depth_m": 4.0, "yaw_deg": {"uniform": [0.0, 360.0]}},
                },
            }
        ],
        "output": {"width": 96, "height": 64},
    }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "small", small_project())


def write_project(folder: Path, tree: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "tetrahedron.obj").write_text(TETRAHEDRON, encoding="ascii")
    (folder / "project.json").write_text(json.dumps(tree), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six samples, made once."""
    root = tmp_path_factory.mktemp("set")
    project = write_project(root / "small", small_project())
    assert run(["render", str(project), "--count", "6", "--out", str(root / "whole")]) == ExitCode.OK
    return root / "whole"


def json_of(capsys: pytest.CaptureFixture[str], arguments: list[str], code: ExitCode = ExitCode.OK) -> Any:
    capsys.readouterr()
    assert run(arguments) == code
    return json.loads(capsys.readouterr().out)


def test_a_recipe_is_the_same_whenever_it_is_asked_for(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = json_of(capsys, ["sample", str(project), "7"])
    assert json_of(capsys, ["sample", str(project / "project.json"), "8"]) != first
    assert json_of(capsys, ["sample", str(project), "7"]) == first
    assert first["index"] == 7
    assert 0 <= first["rig"]["values"]["azimuth_deg"] < 360


@pytest.mark.gl
def test_a_rendered_dataset_is_verified_and_its_recipes_are_those_of_sample(
    dataset: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json_of(capsys, ["verify", str(dataset), "--json"])
    assert report["sound"]
    assert report["samples"] == 6
    recipe = json_of(capsys, ["sample", str(dataset.parent / "small"), "4"])
    record = json.loads((dataset / "records" / "00000004.json").read_text(encoding="utf-8"))
    assert record["drawn"] == recipe
    assert not dataset.with_name(dataset.name + ".partial").exists()


@pytest.mark.gl
def test_a_part_of_a_dataset_has_the_very_same_files(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = dataset.with_name("part")
    arguments = ["render", str(dataset.parent / "small"), "--count", "2", "--start", "3", "--out", str(part), "--json"]
    result = json_of(capsys, arguments)
    assert result["written"] == 2
    of_the_set = ("README.md", "croissant.json", "samples.jpg")
    own = ("manifest.json", "project.json", "annotations/instances.json", *of_the_set)
    names = {str(p.relative_to(part)) for p in part.rglob("*") if p.is_file()} - set(own)
    assert names
    assert any(name.endswith(".png") for name in names)
    for name in names:
        assert (part / name).read_bytes() == (dataset / name).read_bytes(), name


@pytest.mark.gl
def test_a_changed_label_is_found(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for source in dataset.rglob("*"):
        target = tmp_path / "copy" / source.relative_to(dataset)
        if source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    record = tmp_path / "copy" / "records" / "00000002.json"
    record.write_bytes(record.read_bytes().replace(b'"class_id":1', b'"class_id":2', 1))
    report = json_of(capsys, ["verify", str(tmp_path / "copy"), "--json"], ExitCode.CHECK_FAILED)
    assert {finding["file"] for finding in report["findings"]} >= {"records/00000002.json"}
    assert run(["verify", str(tmp_path / "copy")]) == ExitCode.CHECK_FAILED
    assert "records/00000002.json" in capsys.readouterr().out


@pytest.mark.gl
def test_a_dataset_is_never_written_over_unless_asked(dataset: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {p: p.stat().st_mtime_ns for p in dataset.rglob("*")}
    arguments = ["render", str(dataset.parent / "small"), "--count", "1", "--out"]
    error = json_of(capsys, [*arguments, str(dataset), "--json"], ExitCode.BAD_INPUT)["error"]
    assert "exists" in error["message"]
    assert {p: p.stat().st_mtime_ns for p in dataset.rglob("*")} == before
    other = dataset.with_name("replaced")
    assert run([*arguments, str(other)]) == ExitCode.OK
    assert run([*arguments, str(other), "--start", "5", "--replace"]) == ExitCode.OK
    assert [p.name for p in (other / "records").iterdir()] == ["00000005.json"]
    assert [p.name for p in other.parent.iterdir() if p.name.startswith("replaced")] == ["replaced"]


@pytest.mark.gl
def test_an_interrupted_job_ends_at_once_with_its_code_and_no_dataset(project: Path, tmp_path: Path) -> None:
    out, partial = tmp_path / "out", tmp_path / "out.partial"
    job = subprocess.Popen(
        [sys.executable, "-m", "myriorama.app.cli", "render", str(project), "--count", "100000", "--out", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        # Whoever runs the tests in the background had the shell ignore interrupts for all that they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        # Of a job of which nothing was taken in yet nothing is left; the third record is begun after the first was.
        while len(list(partial.glob("records/*.json"))) < 3:
            assert job.poll() is None, job.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.killpg(job.pid, signal.SIGINT)  # as the terminal does: to the workers as well
        shown, told = job.communicate(timeout=30)
    finally:
        if job.poll() is None:
            os.killpg(job.pid, signal.SIGKILL)
    assert job.returncode == ExitCode.INTERRUPTED
    assert shown == ""
    assert "Traceback" not in told
    assert str(partial) in told
    assert not out.exists()


@pytest.mark.gl
def test_sheet_and_show_write_pictures_with_labels_on_them(dataset: Path, tmp_path: Path) -> None:
    page, picture = tmp_path / "page.png", tmp_path / "one.png"
    assert run(["sheet", str(dataset), "--out", str(page), "--count", "4", "--columns", "2"]) == ExitCode.OK
    with Image.open(page) as image:
        assert image.width > 2 * 300
    assert run(["sample", str(dataset.parent / "small"), "2", "--show", str(picture)]) == ExitCode.OK
    shown = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    plain = np.asarray(Image.open(dataset / rgb_path(dataset, 2)).convert("RGB")).astype(int)
    assert shown.shape == plain.shape == (64, 96, 3)
    changed = np.abs(shown - plain).max(axis=2) > 8
    assert 0.005 < changed.mean() < 0.9


def rgb_path(dataset: Path, index: int) -> str:
    record = json.loads((dataset / "records" / f"{index:08d}.json").read_text(encoding="utf-8"))
    return str(record["files"]["rgb"]["path"])


def broken(path: str, value: Any) -> dict[str, Any]:
    """Return the small project with the value at a dotted path replaced."""
    tree = small_project()
    node: Any = tree
    *steps, last = path.split(".")
    for step in steps:
        node = node[int(step)] if step.isdigit() else node[step]
    node[last] = value
    return tree


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("version", 99, "version"),
        ("surprise", 1, "surprise"),
        ("camera.rig.parameters.distance_m", {"uniform": [3.0, 1.0]}, "distance_m"),
        ("camera.rig.type", "orbitt", "orbit"),
        ("objects.0.count", -1, "count"),
        ("objects.0.count", 10**9, "count"),
        ("objects.0.class", "nobody", "nobody"),
        ("objects.0.type", "tea_pot", "tea_pot"),
        ("objects.0.parameters.file", "missing.obj", "missing.obj"),
        ("objects.0.parameters.file", "../../../etc/hostname", "etc"),
        ("objects.0.placement.parameters.width_m", "wide", "width_m"),
        ("output.width", 100000, "width"),
    ],
)
def test_bad_projects_are_refused_with_the_place_and_nothing_is_written(
    path: str, value: Any, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = write_project(tmp_path / "bad", broken(path, value))
    before = sorted(str(p) for p in tmp_path.rglob("*"))
    arguments = ["render", str(project), "--count", "1", "--out", str(tmp_path / "out"), "--json"]
    error = json_of(capsys, arguments, ExitCode.BAD_INPUT)["error"]
    assert error["problems"]
    assert told in json.dumps(error["problems"])
    assert sorted(str(p) for p in tmp_path.rglob("*")) == before
    assert run([*arguments[:-1]]) == ExitCode.BAD_INPUT
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe{}", b'{"seed": NaN}', b'{"a":1,"a":2}', b"[" * 5000])
def test_what_is_not_a_project_is_refused(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "project.json").write_bytes(content)
    error = json_of(capsys, ["sample", str(tmp_path), "0", "--json"], ExitCode.BAD_INPUT)["error"]
    assert error["problems"][0]["file"].endswith("project.json")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--format", "coco,cocoa"), ("--labels", "visible,colour"), ("--size", "9x9"), ("--assets", "no/such/folder")],
)
def test_bad_options_are_told_by_name(
    option: str, value: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["render", str(project), "--count", "1", "--out", str(tmp_path / "out"), option, value, "--json"]
    error = json_of(capsys, arguments, ExitCode.BAD_INPUT)["error"]
    assert value.split(",")[-1] in json.dumps(error["problems"])
    assert not (tmp_path / "out").exists()


def test_verify_and_sheet_refuse_what_is_no_dataset(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(tmp_path / "nothing")]) == ExitCode.BAD_INPUT
    assert run(["verify", str(tmp_path)]) == ExitCode.CHECK_FAILED
    assert run(["sheet", str(tmp_path), "--out", str(tmp_path / "page.png")]) == ExitCode.BAD_INPUT
    assert run(["sheet", str(tmp_path), "--out", str(tmp_path / "page.txt")]) == ExitCode.BAD_INPUT
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "kind", ["generators", "placements", "environments", "effects", "annotators", "writers", "rigs"]
)
def test_everything_that_is_listed_can_be_described(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = [row["name"] for row in json_of(capsys, ["list", kind, "--json"])]
    assert names == sorted(names)
    assert names
    for name in names:
        told = json_of(capsys, ["describe", f"{kind}/{name}", "--json"])
        assert [entry["name"] for entry in told] == [name]
        assert told[0]["help"]
        for parameter in told[0]["parameters"]:
            assert parameter["help"]
            assert parameter["allowed"]
        assert run(["describe", name]) == ExitCode.OK
        shown = capsys.readouterr().out
        assert all(parameter["name"] in shown for parameter in told[0]["parameters"])


@pytest.mark.parametrize("name", ["lens", "material"])
def test_parts_of_a_project_are_described(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert json_of(capsys, ["describe", name, "--json"])[0]["parameters"]


def test_a_name_that_is_almost_right_is_answered_with_the_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    error = json_of(capsys, ["describe", "scater", "--json"], ExitCode.BAD_INPUT)["error"]
    assert "scatter" in error["problems"][0]["allowed"]


def test_the_schema_is_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    schema = json_of(capsys, ["schema"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(small_project())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(broken("surprise", 1))


def drawn(project: str) -> Any:
    """Return the recipe of the first attempt at sample 5, after all that the project names was found and read."""
    loaded = load_project(find_project(project))
    registry, store = builtin_registry(), FileAssetStore(loaded.folder)
    check_project(loaded.project, registry, store)
    store.preflight(file_references(loaded.project, registry, store))
    return json.loads(json.dumps(sample_to_json(compile_plan(loaded.project, registry, store).draw(5))))


@pytest.mark.parametrize("example", example_names())
def test_a_project_of_ones_own_starts_from_any_example(
    example: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = json_of(capsys, ["new", "mine", "--from", example, "--json"])
    text = Path(told["project"]).read_text(encoding="utf-8")
    assert json.loads(text)["name"] == "mine"
    own, theirs = drawn("mine"), drawn(example)
    assert own["rig"] == theirs["rig"]
    assert own["objects"] == theirs["objects"]
    if not json.loads(text).get("acceptance"):  # a rule has the command render the sample, at the example's full size
        assert json_of(capsys, ["sample", "mine", "5"]) == own
    assert run(["new", "mine"]) == ExitCode.BAD_INPUT
    assert Path(told["project"]).read_text(encoding="utf-8") == text
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


def test_new_prints_commands_that_a_shell_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "my first one", "--from", "first_light"]) == ExitCode.OK
    first, second = (shlex.split(line) for line in capsys.readouterr().out.splitlines() if line.startswith("  "))
    assert first == ["myriorama", "sample", "my first one", "0", "--show", "my first one-0.png"]
    assert second == ["myriorama", "render", "my first one", "--count", "100", "--out", "my first one-dataset"]


def test_new_refuses_what_it_cannot_make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", str(tmp_path / "a"), "--from", "no_such_example"]) == ExitCode.BAD_INPUT
    assert run(["new", str(tmp_path / "missing" / "a")]) == ExitCode.BAD_INPUT
    assert run(["new", str(tmp_path)]) == ExitCode.BAD_INPUT
    assert list(tmp_path.iterdir()) == []
