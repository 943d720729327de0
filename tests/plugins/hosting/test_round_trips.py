"""What comes back from a host process is what the same class gives when it is called directly, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.plugins.annotators import annotate
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.registry import PluginRegistry, builtin_registry, registry_with
from myriorama.plugins.sources import Grant, PluginSource
from myriorama.scenes.assembly.scene import Instance
from myriorama.scenes.assets.store import Asset, OpenAsset
from myriorama.scenes.errors import AssetError, Problem
from myriorama.scenes.labels.stored import record_to_json
from myriorama.scenes.labels.truth import Truth
from myriorama.scenes.materials.model import Texture
from myriorama.scenes.parameters.fit import fit_literal
from myriorama.scenes.parameters.schema import File
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.registry import Item, PlaceContext

BUILTIN = builtin_registry()
KINDS = {
    "generator": ("mug", "die", "carton", "primitive"),
    "placement": ("rows", "scatter", "grid", "fixed"),
    "environment": ("sky", "studio", "room", "spot", "ground_plane"),
    "effect": ("vignette", "sensor_noise"),
    "annotator": (),  # all of them
    "writer": ("coco", "raw", "kitti", "yolo", "pascal_voc"),
}


def same(a: Any, b: Any, place: str = "") -> None:
    """Fail unless two values are of one type and equal to the last bit, all the way down."""
    a, b = plain(a), plain(b)
    assert type(a) is type(b), (place, type(a), type(b))
    if isinstance(a, np.ndarray):
        assert (a.dtype, a.shape) == (b.dtype, b.shape), place
        assert a.tobytes() == b.tobytes(), place
    elif is_dataclass(a):
        for f in fields(a):
            same(getattr(a, f.name), getattr(b, f.name), f"{place}.{f.name}")
    elif isinstance(a, Mapping):
        assert list(a) == list(b), place
        for key in a:
            same(a[key], b[key], f"{place}[{key!r}]")
    elif isinstance(a, tuple | list):
        assert len(a) == len(b), place
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            same(x, y, f"{place}[{i}]")
    else:
        assert a == b, place


def plain(value: Any) -> Any:
    """Return numpy's numbers as Python's: the border tells a number, not what kind of numpy's it was."""
    if isinstance(value, np.generic):
        return value.item()
    return value


@pytest.fixture(scope="module")
def wide_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterable[PluginHosts]:
    made = PluginHosts(scratch=tmp_path_factory.mktemp("scratch"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def foreign(
    tmp_path_factory: pytest.TempPathFactory, wide_hosts: PluginHosts, sourced: Callable[[Path], PluginSource]
) -> PluginRegistry:
    """A registry in which every built-in stands again, as ``my_NAME`` of a third party."""
    rows = ['"""Built-ins under other names."""', "from myriorama.plugins.annotators import __name__ as _"]
    for kind, names in KINDS.items():
        for name in names or BUILTIN.names("annotator"):
            found = BUILTIN.plugin_class(kind, name)  # type: ignore[arg-type]
            own = f"My{found.__name__}{kind.title()}"
            rows += [
                f"from {found.__module__} import {found.__name__} as _{own}",
                f"class {own}(_{own}):",
                f"    name = 'my_{name}'",
                "    help = 'The same again.'",
            ]
    path = tmp_path_factory.mktemp("foreign") / "again.py"
    path.write_text("\n".join(rows))
    source = sourced(path)
    return registry_with([Grant(source, wide_hosts.describe(source))], wide_hosts)


def defaults(plugin: Any, attribute: str = "parameters") -> dict[str, Any]:
    rows = getattr(plugin, attribute)
    return {p.name: None if isinstance(p, File) else fit_literal(p.default, p, p.name)[0] for p in rows}


def test_a_stand_in_declares_what_the_class_declares(foreign: PluginRegistry) -> None:
    for kind, names in KINDS.items():
        for name in names or BUILTIN.names("annotator"):
            mine = foreign.plugin_class(kind, f"my_{name}")  # type: ignore[arg-type]
            theirs = BUILTIN.plugin_class(kind, name)  # type: ignore[arg-type]
            for attribute in ("parameters", "per_object", "home", "fills", "passes", "watertight", "extent_m"):
                assert getattr(mine, attribute, None) == getattr(theirs, attribute, None), (name, attribute)


@pytest.mark.parametrize("name", KINDS["generator"])
def test_generators(foreign: PluginRegistry, name: str) -> None:
    theirs = BUILTIN.generator(name)
    values = defaults(theirs)
    for _ in range(2):  # the second time textures are known to both sides
        model = foreign.generator(f"my_{name}").generate(values)
        same(model, theirs.generate(values))
    same(dict(foreign.generator(f"my_{name}").observe(values, np.eye(4))), dict(theirs.observe(values, np.eye(4))))


@pytest.mark.parametrize("name", KINDS["placement"])
def test_placements(foreign: PluginRegistry, scene_kit: Any, table_frames: Any, name: str) -> None:
    theirs = BUILTIN.placement(name)
    model = BUILTIN.generator("mug").generate(defaults(BUILTIN.generator("mug")))
    items = [Item(i, model, defaults(theirs, "per_object")) for i in range(7)]
    standing: tuple[Instance, ...] = table_frames[0][0].instances[:1]
    context = PlaceContext(standing, KeyedDraws(5, 1, 0, "here"))
    values = defaults(theirs)
    for _ in range(2):
        same(foreign.placement(f"my_{name}").place(values, items, context), theirs.place(values, items, context))


@pytest.mark.parametrize("name", KINDS["environment"])
def test_environments(foreign: PluginRegistry, name: str) -> None:
    theirs = BUILTIN.environment(name)
    for _ in range(2):
        same(foreign.environment(f"my_{name}").build(defaults(theirs)), theirs.build(defaults(theirs)))


@pytest.mark.parametrize("name", KINDS["effect"])
def test_effects(foreign: PluginRegistry, table_frames: Any, name: str) -> None:
    _, frame = table_frames[0]
    linear = np.linspace(0.0, 2.0, frame.height * frame.width * 3, dtype=np.float32)
    linear = linear.reshape(frame.height, frame.width, 3)
    frame = replace(frame, linear=linear)
    theirs, draws = BUILTIN.effect(name), KeyedDraws(5, 1, 0, "effect")
    mine = foreign.effect(f"my_{name}").apply(defaults(theirs), linear, frame, draws)
    same(mine, theirs.apply(defaults(theirs), linear, frame, draws))


def test_an_effect_that_changes_nothing_hands_back_the_very_picture(foreign: PluginRegistry, table_frames: Any) -> None:
    _, frame = table_frames[0]
    linear = np.ones((frame.height, frame.width, 3), np.float32)
    values = {"corner_stops": 0.0}
    assert foreign.effect("my_vignette").apply(values, linear, frame, KeyedDraws(1, 0, 0, "v")) is linear


@pytest.mark.parametrize("name", BUILTIN.names("annotator"))
def test_annotators(foreign: PluginRegistry, table_frames: Any, name: str) -> None:
    for scene, frame in table_frames:
        truth = Truth.of(frame, scene)
        mine = foreign.annotator(f"my_{name}").annotate(frame, scene, truth)
        theirs = BUILTIN.annotator(name).annotate(frame, scene, truth)
        assert list(mine) == list(theirs)
        for index in theirs:
            for field, value in theirs[index].items():
                same(mine[index][field], value, field)


def test_records_with_a_foreign_annotator(
    foreign: PluginRegistry, table_frames: Any, table_records: Any, tmp_path: Path
) -> None:
    scene, frame = table_frames[0]
    labels = [n for n in BUILTIN.names("annotator") if n != "part_masks"]
    record = annotate(frame, scene, table_records[0].sample, foreign, [*labels, "my_part_masks"])
    whole = annotate(frame, scene, table_records[0].sample, BUILTIN)
    assert record_to_json(record, {})["annotations"] == record_to_json(whole, {})["annotations"]


@pytest.mark.parametrize("name", KINDS["writer"])
def test_writers(foreign: PluginRegistry, table_info: Any, table_records: Any, name: str) -> None:
    mine, theirs = foreign.writer_class(f"my_{name}")(table_info), BUILTIN.writer_class(name)(table_info)
    files = {"rgb": {"path": "images/one.png"}}
    stored = [{**record_to_json(r, files), "part": "train", "ignored": []} for r in table_records]
    for record in table_records:
        assert mine.obstacles(record) == tuple(theirs.obstacles(record))
        same(tuple(mine.sample_files(record)), tuple(theirs.sample_files(record)))
    for record in stored:
        if name != "coco_panoptic":  # these records were made without the annotator that it needs
            same(tuple(mine.label_files(record)), tuple(theirs.label_files(record)))
        assert tuple(mine.reused_files(record)) == tuple(theirs.reused_files(record))
    assert mine.losses() == theirs.losses()
    for again in range(2):
        told = [(f.path, b"".join(f.chunks)) for f in mine.whole_files(stored)]
        assert told == [(f.path, b"".join(f.chunks)) for f in theirs.whole_files(stored)], again


class _Store:
    """One picture, and one that is broken."""

    def image(self, asset: Asset, *, srgb: bool) -> Texture:
        if asset.reference == "broken.png":
            raise AssetError(Problem("broken.png", "is not a picture"))
        return Texture(np.full((2, 3, 3), 77 if srgb else 78, np.uint8), srgb)


def test_files_are_read_by_the_program(
    wide_hosts: PluginHosts, tmp_path: Path, head: str, sourced: Callable, granted: Callable
) -> None:
    body = (
        "class Bad(Generator):\n    name = 'bad'\n    help = 'x'\n    def generate(self, values):\n"
        "        t = values['picture'].image(srgb=values['srgb'])\n"
        "        return ObjectModel((Part('body', triangle(), Material(base_color_texture=t)),))\n"
    )
    path = tmp_path / "pictured.py"
    path.write_text(head + body)
    grant = granted(sourced(path))
    registry = registry_with([grant], wide_hosts)
    for srgb in (True, False, True):
        picture = OpenAsset(Asset("a.png", Path("/there/a.png"), "0" * 64), _Store())  # type: ignore[arg-type]
        values = {"picture": picture, "srgb": srgb}
        model = registry.generator("bad").generate(values)
        texture = model.parts[0].material.base_color_texture
        assert texture is not None
        assert texture.pixels[0, 0, 0] == (77 if srgb else 78)
        assert texture.srgb is srgb
    broken = Asset("broken.png", Path("/there/b.png"), "0" * 64)
    values = {"picture": OpenAsset(broken, _Store()), "srgb": True}  # type: ignore[arg-type]
    with pytest.raises(AssetError, match="is not a picture"):
        registry.generator("bad").generate(values)
