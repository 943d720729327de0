"""The store finds only what it may, has it parsed elsewhere, and believes its cache only while it is true."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.assets import store as store_module
from myriorama.app.assets.cache import SUFFIX, prune, read_entry, usable_cache_folder, write_entry
from myriorama.app.assets.store import FileAssetStore
from myriorama.resources import resource_path
from myriorama.scenes.errors import AssetError

Open = Callable[..., FileAssetStore]


def three_part_model(forge: Any, folder: Path, name: str = "crate", color: int = 200) -> Path:
    """The classic three-part glTF: .gltf, .bin beside it, a texture in a sub-folder."""
    maker = forge.Gltf()
    maker.json |= {"images": [{"uri": "Textures/my%20map.png"}], "textures": [{"source": 0}]}
    maker.material(name="wood", pbrMetallicRoughness={"baseColorTexture": {"index": 0}})
    uv = np.zeros((8, 2), dtype=np.float32)
    maker.node(mesh=maker.mesh(maker.primitive(TEXCOORD_0=uv) | {"material": 0}))
    maker.json["buffers"] = [{"uri": f"{name}.bin", "byteLength": len(maker.binary)}]
    (folder / "Textures").mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.bin").write_bytes(bytes(maker.binary))
    (folder / "Textures" / "my map.png").write_bytes(forge.picture(np.full((4, 4, 3), color, dtype=np.uint8)))
    (folder / f"{name}.gltf").write_text(json.dumps(maker.json))
    return folder / f"{name}.gltf"


def no_import(*_: object, **__: object) -> None:
    raise AssertionError("an importer process was started")


def test_a_three_part_model_is_read_from_its_folder(forge: Any, project: Path, open_store: Open) -> None:
    three_part_model(forge, project / "models")
    store = open_store()
    asset = store.resolve("models/crate.gltf")
    assert asset.path == project / "models" / "crate.gltf"
    assert len(asset.sha256) == 64
    (part,) = store.model(asset).parts
    assert part.material.base_color_texture is not None
    assert part.material.base_color_texture.pixels[0, 0].tolist() == [200, 200, 200]
    assert [name for name, _ in store.dependencies(asset, "model")] == ["Textures/my map.png", "crate.bin"]
    assert store.notes(asset, "model") == ()


def test_a_missing_neighbour_is_told_before_anything_is_drawn(forge: Any, project: Path, open_store: Open) -> None:
    model = three_part_model(forge, project)
    (project / "alone").mkdir()
    model.rename(project / "alone" / "crate.gltf")
    store = open_store()
    with pytest.raises(
        AssetError, match=r"alone/crate.gltf: buffers\[0\].uri: refers to a file that is missing.*together"
    ):
        store.model(store.resolve("alone/crate.gltf"))


def test_the_cache_serves_other_stores_without_a_process(
    forge: Any, project: Path, open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    three_part_model(forge, project)
    first = open_store()
    made = first.model(first.resolve("crate.gltf"))
    monkeypatch.setattr(store_module, "import_batch", no_import)
    second = open_store()
    again = second.model(second.resolve("crate.gltf"))
    assert [p.mesh.key for p in again.parts] == [p.mesh.key for p in made.parts]
    assert second.model(second.resolve("crate.gltf")) is again  # and memory serves the third call


def test_a_changed_texture_or_model_is_imported_anew(forge: Any, project: Path, open_store: Open) -> None:
    three_part_model(forge, project, color=10)

    def shade() -> int:
        store = open_store()
        texture = store.model(store.resolve("crate.gltf")).parts[0].material.base_color_texture
        assert texture is not None
        return int(texture.pixels[0, 0, 0])

    assert shade() == 10
    three_part_model(forge, project, color=90)  # the .gltf itself stays the same
    assert shade() == 90
    (project / "Textures" / "my map.png").unlink()
    with pytest.raises(AssetError, match="missing"):
        shade()


def test_two_folders_with_the_same_model_keep_their_own_textures(forge: Any, project: Path, open_store: Open) -> None:
    for folder, color in (("a", 10), ("b", 90)):
        three_part_model(forge, project / folder, color=color)
    for _ in range(2):
        store = open_store()
        for folder, color in (("a", 10), ("b", 90)):
            texture = store.model(store.resolve(f"{folder}/crate.gltf")).parts[0].material.base_color_texture
            assert texture is not None
            assert texture.pixels[0, 0, 0] == color


def test_a_damaged_cache_entry_is_made_again(forge: Any, project: Path, open_store: Open, tmp_path: Path) -> None:
    (project / "cube.glb").write_bytes(forge.cube_glb())
    store = open_store()
    key = store.model(store.resolve("cube.glb")).parts[0].mesh.key
    (entry,) = (tmp_path / "cache").glob(f"*{SUFFIX}")
    whole = entry.read_bytes()
    for spoilt in (whole[:100], b"", whole[:200] + b"\xff" + whole[201:], b"x" * len(whole)):
        entry.write_bytes(spoilt)
        other = open_store()
        assert other.model(other.resolve("cube.glb")).parts[0].mesh.key == key
        assert entry.read_bytes() == whole
    assert not list((tmp_path / "cache").glob("*.part"))


def test_images_carry_the_callers_colour_space(forge: Any, project: Path, open_store: Open) -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    (project / "a.png").write_bytes(forge.picture(pixels))
    store = open_store()
    asset = store.resolve("a.png")
    color, plain = store.image(asset, srgb=True), store.image(asset, srgb=False)
    assert (color.srgb, plain.srgb) == (True, False)
    np.testing.assert_array_equal(color.pixels, pixels)
    assert np.shares_memory(color.pixels, plain.pixels)
    assert store.image(asset, srgb=True) is color


def test_shipped_files_open_by_resource(open_store: Open) -> None:
    store = open_store()
    found = store.preflight(
        [
            ("resource:models/kaykit/pot_A.gltf", "model"),
            ("resource:models/kenney/apple.gltf", "model"),
            ("resource:models/kenney/building-small-a.glb", "model"),
            ("resource:hdri/studio.exr", "radiance"),
            ("resource:textures/wood_floor", "texture_set"),
        ]
    )
    assert len(found) == 5
    assert store.radiance(found["resource:hdri/studio.exr"]).pixels.shape == (256, 512, 3)
    assert store.texture_set(found["resource:textures/wood_floor"]).normal is not None
    for reference in ("resource:../app/assets/store.py", "resource:/etc/passwd", "resource:", "resource:gone.exr"):
        with pytest.raises(AssetError):
            store.resolve(reference)


def test_every_shipped_asset_is_readable_and_credited(open_store: Open) -> None:
    root = resource_path("")
    models = [p for p in sorted((root / "models").rglob("*")) if p.suffix in (".glb", ".gltf")]
    wanted: list[tuple[str, Any]] = [(f"resource:{p.relative_to(root).as_posix()}", "model") for p in models]
    wanted += [(f"resource:hdri/{p.name}", "radiance") for p in sorted((root / "hdri").iterdir())]
    wanted += [(f"resource:textures/{p.name}", "texture_set") for p in sorted((root / "textures").iterdir())]
    assert len(wanted) > 12
    open_store().preflight(wanted)
    folders = [root / "models", root / "hdri", root / "textures"]
    files = [p for folder in folders for p in folder.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) < 3 * 2**20
    credit = (root / "CREDITS.md").read_text()
    for reference, _ in wanted:
        name = reference.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        assert name in credit, name


def test_preflight_tells_all_problems_at_once(forge: Any, project: Path, open_store: Open) -> None:
    (project / "good.glb").write_bytes(forge.cube_glb())
    (project / "bad.glb").write_bytes(forge.cube_glb()[:200])
    (project / "bomb.png").write_bytes(forge.png_bomb())
    (project / "map.hdr").write_bytes(b"#?RADIANCE\n")
    (project / "folder").mkdir()
    wanted: list[tuple[str, Any]] = [
        ("good.glb", "model"),
        ("bad.glb", "model"),
        ("gone.glb", "model"),
        ("../out.png", "image"),
        ("bomb.png", "image"),
        ("map.hdr", "radiance"),
        ("folder", "model"),
        ("good.glb", "texture_set"),
        ("bad.glb", "model"),
    ]
    with pytest.raises(AssetError) as caught:
        open_store().preflight(wanted)
    told = [p.file for p in caught.value.problems]
    assert sorted(told) == ["../out.png", "bad.glb", "bomb.png", "folder", "gone.glb", "good.glb", "map.hdr"]
    assert all(p.message for p in caught.value.problems)
    assert open_store().preflight([("good.glb", "model")]).keys() == {"good.glb"}


def test_folders_list_what_matches_in_order(forge: Any, project: Path, open_store: Open, tmp_path: Path) -> None:
    folder = project / "photos"
    folder.mkdir()
    for name in ("b.JPG", "a.jpg", "c.png", ".hidden.jpg"):
        (folder / name).write_bytes(b"x")
    (folder / "sub.jpg").mkdir()
    store = open_store()
    assert store.list_folder("photos", "*.jpg") == ("photos/a.jpg", "photos/b.JPG")
    assert store.list_folder("photos/", "?.*")[-1] == "photos/c.png"
    for reference, pattern, expected in (
        ("photos", "*.exr", "no file matches"),
        ("photos/a.jpg", "*", "not a folder"),
        ("gone", "*", "no such file"),
        ("../", "*", "climbs"),
    ):
        with pytest.raises(AssetError, match=expected):
            store.list_folder(reference, pattern)
    (tmp_path / "secret.jpg").write_bytes(b"x")
    (folder / "leak.jpg").symlink_to(tmp_path / "secret.jpg")
    with pytest.raises(AssetError, match="symbolic link"):
        store.list_folder("photos", "*.jpg")


def test_roots_are_searched_in_order_and_nothing_else_is(
    forge: Any, project: Path, open_store: Open, tmp_path: Path
) -> None:
    extra = tmp_path / "approved"
    extra.mkdir()
    (extra / "cube.glb").write_bytes(forge.cube_glb())
    (tmp_path / "outside.glb").write_bytes(forge.cube_glb())
    with pytest.raises(AssetError, match="looked in: project"):
        open_store().resolve("cube.glb")
    assert open_store(extra).resolve("cube.glb").path == extra / "cube.glb"
    (project / "cube.glb").write_bytes(forge.cube_glb())
    assert open_store(extra).resolve("cube.glb").path == project / "cube.glb"
    for reference in (str(tmp_path / "outside.glb"), "../outside.glb", "approved/../../outside.glb", "cube.glb/x"):
        with pytest.raises(AssetError):
            open_store(extra).resolve(reference)


def test_links_that_leave_loop_or_lie_are_refused(forge: Any, project: Path, open_store: Open, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "cube.glb").write_bytes(forge.cube_glb())
    (project / "leak.glb").symlink_to(outside / "cube.glb")
    (project / "leak").symlink_to(outside)
    (project / "loop.glb").symlink_to(project / "loop.glb")
    (project / "dangling.glb").symlink_to(project / "gone.glb")
    (project / "inner.glb").write_bytes(forge.cube_glb())
    (project / "alias.glb").symlink_to("inner.glb")
    store = open_store()
    for reference in ("leak.glb", "leak/cube.glb", "loop.glb", "dangling.glb"):
        with pytest.raises(AssetError):
            store.resolve(reference)
    assert store.resolve("alias.glb").path == project / "inner.glb"


def test_devices_pipes_and_folders_are_no_files(project: Path, open_store: Open) -> None:
    os.mkfifo(project / "pipe.glb")
    started = time.perf_counter()
    with pytest.raises(AssetError, match="not a regular file"):
        open_store().resolve("pipe.glb")
    assert time.perf_counter() - started < 5.0  # opening a pipe would wait for ever


def test_a_file_beyond_the_size_limit_is_not_even_hashed(
    project: Path, open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (project / "huge.glb").open("wb") as file:
        file.truncate(3 * 2**30)  # sparse: it takes no disk
    read: list[Any] = []
    monkeypatch.setattr(hashlib, "file_digest", lambda file, _: read.append(file))
    with pytest.raises(AssetError, match="too large"):
        open_store().resolve("huge.glb")
    assert not read


def test_memory_is_bounded_by_bytes(forge: Any, project: Path, open_store: Open) -> None:
    store = open_store(memory_bytes=2_000)
    for k in range(4):
        (project / f"{k}.png").write_bytes(forge.picture(np.full((16, 16, 3), k, dtype=np.uint8)))
        store.image(store.resolve(f"{k}.png"), srgb=True)
    assert store._kept.bytes <= 2_000
    newest = store.resolve("3.png")
    assert store.image(newest, srgb=True) is store.image(newest, srgb=True)


def test_the_asking_process_loads_no_decoder_and_opens_nothing_else(forge: Any, project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.glb").write_bytes(forge.cube_glb())
    (project / "leak.glb").symlink_to(tmp_path / "secret.glb")
    (project / "cube.glb").write_bytes(forge.draco_glb().glb())
    (project / "a.png").write_bytes(forge.picture(np.zeros((2, 2, 3), dtype=np.uint8)))
    program = f"""
import sys, os
from pathlib import Path
from myriorama.app.assets.store import FileAssetStore
from myriorama.scenes.errors import AssetError
seen = []
sys.addaudithook(lambda event, a: seen.append(os.fsdecode(a[0])) if event == "open" and isinstance(a[0], str) else None)
store = FileAssetStore(Path({str(project)!r}), cache_folder=Path({str(tmp_path / "cache")!r}))
store.preflight([("cube.glb", "model"), ("a.png", "image")])
store.model(store.resolve("cube.glb")), store.image(store.resolve("a.png"), srgb=True)
for text in ("../secret.glb", "leak.glb", "/etc/passwd", "file:///etc/passwd", "%2e%2e/secret.glb"):
    try:
        store.resolve(text)
    except AssetError:
        continue
    raise SystemExit(text)
own = ({str(tmp_path)!r} + "/project", {str(tmp_path)!r} + "/cache", sys.prefix, sys.base_prefix, "/dev/null")
stray = [p for p in seen if not p.startswith(own) and not p.endswith((".py", ".pyc", ".so")) and "/pytest-" in p]
assert any(p.endswith("cube.glb") for p in seen) and not stray, stray
assert not any("secret" in p or "leak" in p or "passwd" in p for p in seen), seen
heavy = {{"PIL", "DracoPy", "OpenEXR", "scipy", "trimesh", "moderngl", "mujoco"}} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_cache_folder_is_private_and_prunes_the_oldest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    folder = usable_cache_folder(None)
    assert folder == tmp_path / "xdg" / "myriorama" / "assets"
    assert folder.stat().st_mode & 0o077 == 0
    for k in range(5):
        write_entry(folder / f"{k}{SUFFIX}", bytes(100))
        os.utime(folder / f"{k}{SUFFIX}", (k, k))
    assert prune(folder, 250) == 3
    assert sorted(p.name for p in folder.iterdir()) == [f"3{SUFFIX}", f"4{SUFFIX}"]
    assert read_entry(folder / f"3{SUFFIX}") is None  # zeros are no container
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    assert usable_cache_folder(None).is_dir()
    with pytest.raises(OSError, match="file"):
        usable_cache_folder(blocked / "x")
