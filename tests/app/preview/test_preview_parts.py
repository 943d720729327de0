"""The parts that need no process: shared blocks, held placements, paths of drawn values, how faults are told."""

from __future__ import annotations

import importlib.util
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from myriorama.app.assets.store import FileAssetStore
from myriorama.app.finding import example_names, find_project
from myriorama.app.preview.blocks import BLOCKS, LentBlocks, OwnedBlocks, arrays_in, bytes_for, joined, layout
from myriorama.app.preview.drawn import drawn_values, hex_color
from myriorama.app.preview.faults import failure_of, place_of
from myriorama.app.preview.holding import HELD, HoldingRegistry
from myriorama.app.production.producer import AcceptanceError
from myriorama.plugins.api import Item, PlaceContext, Placed, Placement, Values
from myriorama.plugins.registry import PluginRegistry, builtin_registry
from myriorama.scenes.drawing.compile import compile_project
from myriorama.scenes.drawing.plan import compile_plan
from myriorama.scenes.errors import DeviceError, PluginError, Problem, ProjectError
from myriorama.scenes.parameters.streams import KeyedDraws
from myriorama.scenes.project.load import load_project
from myriorama.scenes.registry import GeneratorLike
from myriorama.scenes.sample import SceneSample

ARRAYS = {
    "rgb": np.arange(36, dtype=np.uint8).reshape(4, 3, 3),
    "surface_id": np.arange(12, dtype=np.uint32).reshape(4, 3),
    "depth": np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3),
}


def test_a_block_is_not_written_while_it_may_be_read() -> None:
    owned, lent = OwnedBlocks(), LentBlocks()
    try:
        assert owned.grow(bytes_for(3, 4, 0))
        lent.replace(owned.names)
        written = [lent.write(ARRAYS) for _ in range(BLOCKS)]
        names = [found[0] for found in written if found is not None]
        assert sorted(names) == sorted(owned.names)
        assert lent.all_in_use
        assert lent.write(ARRAYS) is None
        lent.give_back(names[0])
        later = {name: np.flip(array) for name, array in ARRAYS.items()}
        again = lent.write(later)
        assert again is not None
        assert again[0] == names[0]
        for name, planes, arrays in ((names[0], again[1], later), (names[1], again[1], ARRAYS)):
            for key, array in owned.read(name, planes).items():
                assert np.array_equal(array, arrays[key])
                assert array.dtype == arrays[key].dtype
                assert not array.flags.writeable
    finally:
        lent.close()
        owned.close()
    with pytest.raises(KeyError):
        owned.read(names[0], [])


def test_blocks_grow_and_the_old_ones_stay_readable_until_they_are_let_go() -> None:
    owned, lent = OwnedBlocks(), LentBlocks()
    try:
        owned.grow(bytes_for(3, 4, 0))
        lent.replace(owned.names)
        first = lent.write(ARRAYS)
        assert first is not None
        assert not owned.grow(bytes_for(3, 4, 0))
        assert owned.grow(bytes_for(300, 400, 2))
        assert first[0] not in owned.names
        assert np.array_equal(owned.read(*first)["depth"], ARRAYS["depth"])
        lent.replace(owned.names)
        lent.give_back(first[0])  # word about a block that was let go comes too late and changes nothing
        owned.discard_retired()
        with pytest.raises(KeyError):
            owned.read(*first)
        assert lent.write({"large": np.zeros(owned.size + 1, dtype=np.uint8)}) is None
    finally:
        lent.close()
        owned.close()


@given(
    st.lists(
        hnp.arrays(st.sampled_from([np.uint8, np.uint32, np.float32]), hnp.array_shapes(max_dims=3, max_side=9)),
        max_size=5,
    )
)
def test_arrays_come_out_of_bytes_as_they_went_in(arrays: list[np.ndarray]) -> None:
    named = {str(n): a for n, a in enumerate(arrays)}
    planes, total = layout(named)
    data = joined(named)
    assert len(data) == total
    found = arrays_in(data, planes)
    assert list(found) == list(named)
    for name, array in named.items():
        assert found[name].tobytes() == array.tobytes()
        assert found[name].shape == array.shape


def drawn_sample(name: str) -> tuple[SceneSample, set[str]]:
    """Return a sample of an example, and the paths under which its values were drawn."""
    loaded = load_project(find_project(name))
    registry, store = builtin_registry(), FileAssetStore(loaded.folder)
    compiled, problems = compile_project(loaded.project, registry, store)
    assert not problems
    return compile_plan(loaded.project, registry, store).draw(2), {cell.path for cell in compiled.cells}


@pytest.mark.parametrize("name", example_names())
def test_values_stand_under_the_paths_that_they_were_drawn_for(name: str) -> None:
    sample, paths = drawn_sample(name)
    values = drawn_values(sample, builtin_registry())
    owners = {group.uid for group in (*sample.stage, *sample.objects)}
    owners |= {group.placement.uid for group in (*sample.stage, *sample.objects)}
    for path in values:
        head, _, rest = path.partition("/")
        number, _, name_of_object = rest.partition("/")
        drawn = f"{head}/{name_of_object}" if head in owners and number.isdecimal() else path
        # a vector that is written as one value is drawn as one
        assert drawn in paths or drawn.rpartition("/")[0] in paths, path
    assert all(value is None or isinstance(value, int | float | str) for value in values.values())
    for group in (*sample.stage, *sample.objects):
        assert values[f"{group.uid}/count"] == len(group.members)


def test_a_color_is_told_as_people_write_it() -> None:
    sample, _ = drawn_sample("mugs_on_conveyor")
    values = drawn_values(sample, builtin_registry())
    palette = {"#f2efe8", "#d8d2c4", "#2f4858", "#8c2f39", "#e0a458", "#5b8e7d", "#22223b", "#c9ada7"}
    for member in sample.objects[0].members:
        assert values[f"mugs/{member.number}/materials/*/base_color"] in palette
    assert hex_color((0.0, 0.5, 1.0)) == "#0080ff"


class Slow(Placement):
    """Takes its time, and stands everything a step further each time."""

    name = "slow"
    label = "Slow"
    help = "For tests."
    spends_s: ClassVar[float] = 0.03
    calls: ClassVar[int] = 0

    def place(self, values: Values, items: Sequence[Item], context: PlaceContext) -> Placed:
        Slow.calls += 1
        time.sleep(self.spends_s)
        return Placed(tuple(np.eye(4) * Slow.calls for _ in items), Counter())


class OnePlacement(PluginRegistry):
    def placement(self, name: str) -> Placement:
        return Slow()


def place(holding: HoldingRegistry, count: int, uid: str = "a", index: int = 0) -> Placed:
    items = [Item(n, cast("Any", None), {}) for n in range(count)]
    context = PlaceContext((), KeyedDraws(1, index, 0, uid))
    return holding.placement("slow").place({}, items, context)


def test_what_takes_long_is_held_in_drafts_alone() -> None:
    holding = HoldingRegistry(OnePlacement({}))
    first = place(holding, 3)
    holding.holding = True
    held = place(holding, 3)
    assert held.notes == (HELD,)
    assert all(np.array_equal(a, b) for a, b in zip(held.poses, first.poses, strict=True))
    fewer = place(holding, 2)
    assert len(fewer.poses) == 2
    assert place(holding, 3, uid="b").notes == ()  # never placed before
    assert place(holding, 3, index=1).notes == ()
    holding.holding = False
    assert place(holding, 3).notes == ()


def test_new_objects_are_placed_where_that_is_quick_and_left_out_where_it_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    holding = HoldingRegistry(OnePlacement({}))
    place(holding, 2)
    holding.holding = True
    assert place(holding, 3).notes == ()
    monkeypatch.setattr(Slow, "spends_s", 0.16)
    holding.holding = False
    place(holding, 2)
    holding.holding = True
    held = place(holding, 4)
    assert held.notes == (HELD,)
    assert [p is None for p in held.poses] == [False, False, True, True]
    holding.forget()
    assert place(holding, 4).notes == ()


def test_what_is_quick_is_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slow, "spends_s", 0.0)
    holding = HoldingRegistry(OnePlacement({}))
    place(holding, 3)
    holding.holding = True
    assert place(holding, 3).notes == ()


def test_round_things_are_coarse_while_something_is_dragged_and_only_then() -> None:
    holding = HoldingRegistry(builtin_registry())
    values = {p.name: p.default for p in holding.generator("mug").parameters}
    fine = holding.generator("mug")
    holding.holding = True
    coarse = holding.generator("mug")
    assert coarse.version != fine.version, "what is kept by version must not be taken for the real thing"

    def triangles(generator: GeneratorLike) -> int:
        return sum(len(part.mesh.faces) for part in generator.generate(values).parts)

    assert triangles(coarse) < 0.75 * triangles(fine)
    assert np.allclose(coarse.generate(values).bounds, fine.generate(values).bounds, atol=1e-4)
    assert triangles(coarse) == triangles(holding.generator("mug"))
    rough = {**values, "detail": 1}
    assert len(coarse.generate(rough).parts[0].mesh.faces) == len(fine.generate(rough).parts[0].mesh.faces)
    assert holding.generator("table") is holding.generator("table"), "without a detail it is the plugin itself"
    holding.holding = False
    assert triangles(holding.generator("mug")) == triangles(fine)


def test_failures_are_of_the_kind_that_a_person_can_act_on() -> None:
    problem = Problem("objects[0].class", "no such class", "mg")
    sample, _ = drawn_sample("first_light")
    assert failure_of(ProjectError(problem), 4, 2).kind == "input"
    assert failure_of(ProjectError(problem), 4, 2).problems == (problem,)
    assert failure_of(DeviceError("gone"), 4, 2).kind == "device"
    assert failure_of(AcceptanceError(sample, {"rule": 3}), 4, 2).kind == "refused"
    assert failure_of(PluginError("it broke its word"), 4, 2).message == "it broke its word"


def test_a_plugins_own_line_is_told(tmp_path: Path) -> None:
    file = tmp_path / "their_plugin.py"
    file.write_text("import json\n\ndef generate(values):\n    return json.loads(values)\n")
    spec = importlib.util.spec_from_file_location("their_plugin", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with pytest.raises(ValueError, match="Expecting") as caught:
        module.generate("{")
    trace = caught.value.__traceback__
    assert trace is not None
    failure = failure_of(caught.value.with_traceback(trace.tb_next), 1, 0)  # as it is seen without this test
    assert failure.kind == "plugin"
    assert failure.message.startswith("JSONDecodeError: Expecting")
    assert failure.message.endswith("(their_plugin.py, line 4, in generate)")
    assert place_of(None) == ""
