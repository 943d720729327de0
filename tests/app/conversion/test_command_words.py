"""Lists of names in one word, both ways, whatever the names; and `export` with such names, from words to files."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from myriorama.app.cli.program import run
from myriorama.app.conversion.command_words import names_in, pair_in, pairs_in, spelled, words_of
from myriorama.app.conversion.drafting import ExportDraft, command_of
from myriorama.app.conversion.source import open_source
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import ClassUse, Filter, Selection
from myriorama.plugins.splitting import Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.scenes.labels.record import Record

NAMES = st.text(st.sampled_from(list("ab\\,= \t\n'\"é")) | st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.lists(NAMES))
@example(["nut, bolt", "\\", " a ", "\\,", "=", "a\n"])
def test_names_come_back_out_of_a_list(names: list[str]) -> None:
    assert names_in(",".join(map(spelled, names))) == names


@given(st.lists(st.tuples(NAMES, st.integers(1, 65535))), NAMES, NAMES)
def test_pairs_come_back(pairs: list[tuple[str, int]], name: str, shown: str) -> None:
    text = ",".join(f"{spelled(n)}={number}" for n, number in pairs)
    assert [(n, number) for n, number, _ in pairs_in(text)] == [(n, str(number)) for n, number in pairs]
    assert pair_in(f"{spelled(name)}={spelled(shown)}") == (name, shown)


def test_what_was_written_without_a_backslash_means_what_it_meant() -> None:
    assert names_in(" ball , , crate,") == ["ball", "crate"]
    assert names_in(r"C:\things,a\b") == [r"C:\things", r"a\b"]
    assert [(name, written) for name, _, written in pairs_in("a=b=3, c")] == [("a=b", "a=b=3"), ("", "c")]
    assert pair_in("ball = a, b=c") == ("ball", "a, b=c")
    assert pair_in("ball") == ("ball", "")
    assert spelled("traffic light") == "traffic light"


@pytest.fixture
def odd_names(tmp_path: Path, table_records: list[Record], table_info: DatasetInfo) -> Path:
    """A dataset whose classes are called as nobody should call them."""
    odd = {"ball": "nut, bolt", "crate": " a=b\\"}
    classes = tuple(replace(row, name=odd.get(row.name, row.name)) for row in table_info.classes)
    job = Job(
        replace(table_info, classes=classes),
        range(2),
        {"coco": {}},
        project_text='{"name":"table"}\n',
        versions={"myriorama": "0"},
    )
    with DatasetFolder.create(tmp_path / "odd", job, durable=False) as folder:
        writer = folder.sample_writer()
        for record in table_records[:2]:
            named = tuple(replace(a, class_name=odd.get(a.class_name, a.class_name)) for a in record.annotations)
            folder.commit(writer.write(replace(record, annotations=named)))
        return folder.finalize()


def exported(dataset: Path, out: Path, *words: str) -> dict[str, int]:
    assert run(["export", str(dataset), "--format", "coco", "--out", str(out), *words]) == 0
    told = json.loads((out / "annotations/instances.json").read_bytes())
    return {row["name"]: row["id"] for row in told["categories"]}


def test_an_export_names_such_classes(odd_names: Path, tmp_path: Path) -> None:
    one = exported(odd_names, tmp_path / "a", "--classes", r"nut\, bolt", "--ids", r"nut\, bolt=12")
    assert one == {"nut, bolt": 12}
    both = exported(odd_names, tmp_path / "b", "--classes", r"nut\, bolt,\ a=b\\", "--ids", r"nut\, bolt=12,\ a=b\\=13")
    assert both == {"nut, bolt": 12, " a=b\\": 13}
    shown = exported(odd_names, tmp_path / "c", "--rename", r"nut\, bolt=fasteners, all", "--ignore", r"\ a\=b\\")
    assert set(shown) == {"fasteners, all"}


def test_an_option_that_is_given_twice_adds_up(
    odd_names: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = ["--classes", r"nut\, bolt", "--classes", r"\ a=b\\"]
    ids = exported(odd_names, tmp_path / "a", *chosen, "--ids", r"nut\, bolt=12", "--ids", r"\ a=b\\=13")
    assert ids == {"nut, bolt": 12, " a=b\\": 13}
    twice = ["--ids", r"nut\, bolt=12", "--ids", r"nut\, bolt=13"]
    assert run(["export", str(odd_names), "--format", "coco", "--out", str(tmp_path / "b"), *twice]) == 2
    assert "given an id twice" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    "uses",
    [
        {"nut, bolt": ClassUse("x, y=z", 40), " a=b\\": ClassUse(use="ignore")},
        {"nut, bolt": ClassUse(use="drop"), " a=b\\": ClassUse("nut, bolt", 90)},
    ],
)
def test_the_command_of_a_draft_says_them(odd_names: Path, tmp_path: Path, uses: dict[str, Any]) -> None:
    source, registry = open_source(odd_names), builtin_registry()
    defaults = {p.name: p.default for p in registry.parameters("writer", "coco")}
    draft = ExportDraft(odd_names, str(tmp_path / "out"), "coco", options=defaults, uses=uses)
    assert run(shlex.split(command_of(draft, source.info, source.stored, registry))[1:]) == 0
    told = json.loads((tmp_path / "out/annotations/instances.json").read_bytes())
    shown = {use.name or name for name, use in uses.items() if use.use == "label"}
    assert shown == {row["name"] for row in told["categories"]}
    ids = {row["name"]: row["id"] for row in told["categories"]}
    assert all(ids[use.name or name] == use.id for name, use in uses.items() if use.id is not None)


def test_words_say_only_what_differs_from_the_dataset() -> None:
    stored = Selection({"a": ClassUse("b", 7), "c": ClassUse(use="ignore")}, split=Split((0.5, 0.5, 0.0), salt="s"))
    assert words_of(stored, stored, "abc") == []
    assert words_of(replace(stored, filter=Filter(1 / 3, use="ignore")), stored, "abc") == [
        "--min-visible",
        repr(1 / 3),
        "--keep-as-ignore",
    ]
    assert words_of(Selection(), stored, "abc") == ["--rename", "a=a", "--rename", "c=c", "--split", "1.0,0.0,0.0"]
    left_out = replace(stored, classes={**stored.classes, "b": ClassUse(use="drop")})
    assert words_of(left_out, stored, "abc") == ["--classes", "a,c"]
