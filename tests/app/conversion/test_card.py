"""The card of a dataset: true, made again byte for byte, harmless whatever names it holds, and its code runs."""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import re
import shlex
import subprocess
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from huggingface_hub import DatasetCardData
from markdown_it import MarkdownIt

from myriorama.app.cli.program import run
from myriorama.app.conversion import escaping
from myriorama.app.conversion.exporting import ExportWanted, export_dataset
from myriorama.app.conversion.label_words import CONVENTIONS, DEFINITIONS
from myriorama.app.conversion.licences import credit_of
from myriorama.app.conversion.snippets import MAKERS
from myriorama.app.dataset.folder import DatasetFolder, Job
from myriorama.app.dataset.layout import CARD, CARD_PICTURE, CROISSANT
from myriorama.app.dataset.manifest import read_manifest
from myriorama.app.dataset.quarantine import Quarantined
from myriorama.app.dataset.verify import verify
from myriorama.plugins.registry import builtin_registry
from myriorama.plugins.selection import ClassUse, Filter, Selection
from myriorama.plugins.splitting import Split
from myriorama.plugins.writing import DatasetInfo
from myriorama.resources import resource_path
from myriorama.scenes.assembly.scene import SceneClass

Make = Callable[..., Path]
CODE = re.compile(r"^### ([^\n]+)\n\n```(\w+)\n(.*?)^```", re.S | re.M)
OPTIONS: dict[str, dict[str, Any]] = {"bop": {"models": "none"}}
ORACLES = os.environ.get("MYRIORAMA_ORACLES", "")
HALVES = Split((0.5, 0.5, 0.0), salt="1")

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "a | b \\| c\n\n# Not a heading\n---\nlicense: mit",
    "`code` ``more`` ``` *bold* _it_ ~~gone~~ <!-- hidden",
    "- item\t1. one > quote \u202e turned \x00 \x1b[31m",
    '"quoted": {yaml: [1, *anchor]} # comment\r\nkey: value &amp; http://a.example www.b.example',
)


def front(card: str) -> dict[str, Any]:
    """The front matter, as YAML readers read it."""
    tree: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return tree


def tables(card: str) -> list[list[list[str]]]:
    """Every table of a card, row by row, as they read when rendered."""
    found: list[list[list[str]]] = []
    inside = False
    for token in MarkdownIt().enable("table").parse(body(card)):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            inside = True
        elif token.type == "inline" and inside:
            found[-1][-1].append("".join(c.content for c in token.children or ()))
            inside = False
    return found


def body(card: str) -> str:
    return card.split("---\n", 2)[2]


def records_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted((folder / "records").glob("*.json"))]


@pytest.fixture
def dataset(make_dataset: Make) -> Path:
    return make_dataset({"coco": {}, "raw": {}, "yolo": {}})


def test_it_counts_what_the_records_hold(dataset: Path, table_info: DatasetInfo) -> None:
    card = (dataset / CARD).read_text(encoding="utf-8")
    objects = Counter(a["class_name"] for record in records_of(dataset) for a in record["annotations"])
    classes = next(table for table in tables(card) if table[0][1] == "class")
    assert classes[0] == ["id", "class", "of", "kind", "colour", "objects"]
    expected = {c.name: "-" if c.kind == "stuff" else str(objects[c.name]) for c in table_info.classes}
    assert {row[1]: row[-1] for row in classes[1:]} == expected
    assert sum(objects.values()) > 3
    parts = next(table for table in tables(card) if table[0][0] == "part")
    assert parts[1:] == [["train", "3", str(sum(objects.values()))]]
    assert f"| seed | {table_info.seed} |" in card
    assert table_info.project_hash in card
    # One camera has no partner to differ from.
    assert {name for name, words in DEFINITIONS.items() if words not in card} == {"disparity"}
    assert "What it cannot hold" in card


def test_hugging_face_accepts_its_front_matter(dataset: Path) -> None:
    told = front((dataset / CARD).read_text(encoding="utf-8"))
    assert told["license"] == "cc0-1.0"
    assert told["size_categories"] == ["n<1K"]
    assert told["task_categories"] == [
        "object-detection",
        "image-segmentation",
        "keypoint-detection",
        "depth-estimation",
    ]
    assert yaml.safe_load(DatasetCardData(**told).to_yaml()) == told


def test_a_split_and_a_class_map_are_told(dataset: Path, tmp_path: Path) -> None:
    chosen = Selection({"ball": ClassUse("sphere"), "crate": ClassUse(use="ignore")}, split=HALVES)
    made = export_dataset(ExportWanted(dataset, tmp_path / "out", "coco", selection=chosen))
    assert set(made.parts) == {"train", "val"}
    card = (tmp_path / "out" / CARD).read_text(encoding="utf-8")
    found = tables(card)
    parts = next(table for table in found if table[0][0] == "part")
    assert {row[0]: int(row[1]) for row in parts[1:-1]} == made.parts
    assert parts[-1] == ["together", "3", str(made.annotations)]
    fates = next(table for table in found if table[0][-1] == "shown as")
    assert ["1", "ball", "sphere, id 1"] in fates
    assert ["2", "crate", "regions to ignore"] in fates
    assert f"{made.ignored} objects are to be ignored" in card
    digest = read_manifest(dataset).digest
    assert digest in card


def test_the_same_dataset_has_the_same_card(make_dataset: Make) -> None:
    cards = [make_dataset(name=name, order=order) for name, order in (("a", (0, 1, 2)), ("b", (2, 0, 1)))]
    for name in (CARD, CROISSANT, CARD_PICTURE):
        assert (cards[0] / name).read_bytes() == (cards[1] / name).read_bytes()


def test_a_dataset_without_a_sample_or_a_picture_has_a_card(
    make_dataset: Make, tmp_path: Path, table_info: Any
) -> None:
    pictured = ("bop", "exr", "render_pairs")
    formats: dict[str, dict[str, Any]] = {name: {} for name in sorted(MAKERS) if name not in pictured}
    job = Job(table_info, range(1), formats)
    with DatasetFolder.create(tmp_path / "none", job, durable=False) as made:
        made.add_quarantined(Quarantined(0, "00000000-0123456789abcdef", ("it was too dark",)))
        folder = made.finalize()
    card = (folder / CARD).read_text(encoding="utf-8")
    assert "1 sample could not be made or failed a check and is not in the set." in card
    assert not (folder / CARD_PICTURE).exists()
    assert verify(folder).findings == ()
    blind = make_dataset({"raw": {"rgb": False}}, name="blind")
    assert not (blind / CARD_PICTURE).exists()
    assert CARD_PICTURE not in (blind / CARD).read_text(encoding="utf-8")


def test_the_exact_command_makes_an_export_again(dataset: Path, tmp_path: Path, monkeypatch: Any) -> None:
    least = Filter(0.1234567891, 2, 3, "ignore")
    chosen = Selection({"ball": ClassUse("a b'c, d=\\e", 700)}, ("ball",), least, replace(HALVES, salt="of its own"))
    export_dataset(ExportWanted(dataset, tmp_path / "first", "yolo", {"task": "segment"}, chosen))
    card = (tmp_path / "first" / CARD).read_text(encoding="utf-8")
    command = shlex.split(card.split("```sh\n")[-1].split("```")[0])
    assert command[:2] == ["myriorama", "export"]
    monkeypatch.chdir(tmp_path)
    assert command[2] == dataset.name
    assert dataset.parent == tmp_path
    assert run(command[1:]) == 0
    again = json.loads((tmp_path / "table-yolo" / "export.json").read_bytes())
    first = json.loads((tmp_path / "first" / "export.json").read_bytes())
    assert again == first
    assert first["selection"]["classes"] == {"ball": {"name": "a b'c, d=\\e", "id": 700, "use": "label"}}


@pytest.mark.gl
def test_the_exact_command_renders_a_dataset_again(tmp_path: Path, monkeypatch: Any, mugs_tree: Any) -> None:
    project = tmp_path / "project.json"
    project.write_text(json.dumps(mugs_tree()), encoding="utf-8")
    chosen = ["--count", "3", "--start", "4", "--skip", "5", "--size", "64x48", "--quality", "draft"]
    labels = ["--labels", "visible,amodal,fractions", "--format", "coco"]
    assert run(["render", str(project), *chosen, *labels, "--out", str(tmp_path / "set")]) == 0
    monkeypatch.chdir(tmp_path / "set")
    card = Path(CARD).read_text(encoding="utf-8")
    command = shlex.split(card.split("```sh\n")[-1].split("```")[0])
    command[command.index("--out") + 1] = str(tmp_path / "again")
    assert command[0] == "myriorama"
    assert run(command[1:]) == 0
    assert read_manifest(tmp_path / "again").digest == read_manifest(tmp_path / "set").digest


def test_every_shipped_format_and_label_has_its_words_and_its_code() -> None:
    registry = builtin_registry()
    assert set(registry.names("writer")) == set(MAKERS) == set(CONVENTIONS)
    assert set(registry.names("annotator")) == set(DEFINITIONS)


def test_every_shipped_asset_has_a_credit() -> None:
    for folder in ("hdri", "textures", "models"):
        root = resource_path(folder)
        for path in root.rglob("*"):
            if path.is_file():
                reference = f"resource:{path.relative_to(root.parent).as_posix()}"
                credit = credit_of(reference)
                assert credit is not None, reference
                assert credit.licence == "CC0 1.0"
    assert credit_of("resource:hdri/unknown.exr") is None
    assert credit_of("textures/mine.png") is None


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_only_words(text: str) -> None:
    shown = escaping.seen(text)
    renderer = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"])
    for line in (escaping.markdown(text), f"# {escaping.markdown(text)}"):
        tokens = renderer.parse(line)
        assert [t.type for t in tokens if t.nesting == 1] in (["paragraph_open"], ["heading_open"]), text
        (inline,) = [t for t in tokens if t.type == "inline"]
        assert {c.type for c in inline.children or ()} <= {"text", "text_special"}
        assert "".join(c.content for c in inline.children or ()) == shown
    row = renderer.parse(f"| a | b |\n|---|---|\n| {escaping.markdown(text)} | {escaping.code(text)} |\n")
    cells = [t for t in row if t.type == "inline"][2:]
    assert len(cells) == 2
    assert "".join(c.content for c in cells[0].children or ()) == shown
    (coded,) = cells[1].children or ()
    assert coded.type == "code_inline"
    assert " ".join(coded.content.split()) == " ".join(shown.split())
    assert yaml.safe_load(escaping.yaml(text)) == text


def test_fences_hold_whatever_is_in_them() -> None:
    text = "a\n```\n# out\n````\nb"
    (token,) = MarkdownIt().parse(escaping.fenced(text, "sh"))
    assert (token.type, token.content.rstrip()) == ("fence", text)


def hostile_dataset(folder: Path, records: Any, writers: dict[str, Any]) -> Path:
    """The table's records under names that mean harm."""
    names = {1: HOSTILE[0], 2: HOSTILE[2][:40], 9: HOSTILE[5]}
    classes = tuple(
        SceneClass(key, name, HOSTILE[3], "#ff0000", "stuff" if key == 9 else "thing") for key, name in names.items()
    )
    own = {"ball": names[1], "crate": names[2]}
    info = DatasetInfo(
        HOSTILE[1], "f" * 64, 7, 96, 72, classes, "\n\n".join(HOSTILE), licence=HOSTILE[4], credits=HOSTILE
    )
    job = Job(info, range(3), writers, versions={"plugin " + HOSTILE[0]: HOSTILE[3]})
    with DatasetFolder.create(folder, job, durable=False) as made:
        writer = made.sample_writer()
        for record in records:
            renamed = tuple(replace(a, class_name=own[a.class_name]) for a in record.annotations)
            made.commit(writer.write(replace(record, annotations=renamed)))
        return made.finalize()


def test_a_hostile_project_has_a_harmless_card(tmp_path: Path, table_records: Any) -> None:
    folder = hostile_dataset(tmp_path / "set", table_records, {"coco": {}})
    card = (folder / CARD).read_text(encoding="utf-8")
    told = front(card)
    assert told["pretty_name"] == HOSTILE[1]
    assert (told["license"], told["license_name"]) == ("other", HOSTILE[4])
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(body(card))
    assert not [t for t in tokens if t.type == "html_block"]
    children = [c for t in tokens for c in t.children or ()]
    assert not [c for c in children if c.type in ("html_inline", "link_open")]
    assert [c.attrs["src"] for c in children if c.type == "image"] == [CARD_PICTURE]
    headings = [tokens[k + 1].content for k, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h2"]
    assert headings[0] == "What is in it"
    assert len(headings) == 7
    assert verify(folder).findings == ()


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning",  # pycocotools' masks and numpy 2
    "ignore::DeprecationWarning:supervision",
)
@pytest.mark.parametrize("name", sorted(MAKERS))
def test_its_code_runs_where_its_reader_is_installed(
    name: str, make_dataset: Make, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    folder = make_dataset({name: OPTIONS.get(name, {}), "raw": {}})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "hf" / "datasets"))
    found = CODE.findall(Path(CARD).read_text(encoding="utf-8"))
    assert len(found) >= 2, "the format's own, and ours"
    for title, language, text in found:
        for path in re.findall(r"[\"'@ ]([a-z_A-Z]+/[\w/.-]+\.\w+)[\"' \n]", text):
            assert Path(path).is_file(), (title, path)
        if language != "python":
            continue
        program = compile(text, title, "exec")
        modules = set(re.findall(r"^(?:import|from) (\w+)", text, re.M))
        if all(importlib.util.find_spec(module) for module in modules):
            with warnings.catch_warnings():
                # webdataset leaves a shard open behind its last sample, until it is collected
                warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
                exec(program, {"__name__": "copied"})  # noqa: S102 - to run it is what the test is for
                gc.collect()
            assert capsys.readouterr().out, title


@pytest.mark.long
@pytest.mark.skipif(not ORACLES, reason="MYRIORAMA_ORACLES names no interpreter that has torchvision and pycocotools")
def test_its_code_for_torchvision_runs(make_dataset: Make) -> None:
    folder = make_dataset({"coco": {}})
    found = {title: text for title, _, text in CODE.findall((folder / CARD).read_text(encoding="utf-8"))}
    (code,) = (text for title, text in found.items() if title.startswith("COCO with torchvision"))
    command = [ORACLES, "-W", "error::UserWarning", "-c", code]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "(96, 72)" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("form", ["imagefolder", "parquet"])
def test_hugging_face_loads_the_folder_by_its_card(form: str, dataset: Path, tmp_path: Path, monkeypatch: Any) -> None:
    datasets = pytest.importorskip("datasets")
    out = tmp_path / "out"
    export_dataset(ExportWanted(dataset, out, "hugging_face", {"form": form}, Selection(split=HALVES)))
    parts = json.loads((out / "export.json").read_bytes())["parts"]
    loaded = datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"))
    assert {name: len(rows) for name, rows in loaded.items()} == {
        {"val": "validation"}.get(part, part): count for part, count in parts.items()
    }
