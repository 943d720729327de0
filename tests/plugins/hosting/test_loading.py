"""Sources: single files and packages, run from approved bytes, described from their classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from myriorama.plugins.faults import PluginFault
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.manifest import manifest_from_text
from myriorama.plugins.registry import registry_with
from myriorama.plugins.sources import Grant, PluginSource

Sourced = Callable[[Path], PluginSource]
APPLE = "from importlib.resources import files\nfrom orchard.shapes import *\nfrom orchard.plain.words import WORD\n"
CLASS = """
class {name}(Generator):
    \"\"\"{name}.\"\"\"
    name = "{lower}"
    help = "One {lower}."
    parameters = (Float("size_m", 0.5, help="How large.", unit="m", minimum=0.1, maximum=2.0),)
    def generate(self, values):
        return thing(attributes={{"size_m": values["size_m"], {more}}})
"""


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture
def orchard(tmp_path: Path, head: str) -> Path:
    """A package with modules, sub-packages, a folder without __init__, files, and tests that must not be run."""
    return write(
        tmp_path / "orchard",
        {
            "__init__.py": '"""Fruit.\n\nMore."""\n__version__ = "2.1"\n__license__ = "MIT"\n__author__ = "A. Pple"\n',
            "shapes.py": head,
            "fruit/__init__.py": "",
            "fruit/apple.py": APPLE
            + CLASS.format(
                name="Apple",
                lower="my_apple",
                more="'word': WORD, 'skin': files('orchard').joinpath('looks/skin.txt').read_text()",
            ),
            "plain/words.py": "WORD = 'crisp'\n",
            "looks/skin.txt": "red",
            "tests/test_apple.py": "raise RuntimeError('tests are not run')\n",
            "conftest.py": "raise RuntimeError('tests are not run')\n",
            "pear.py": "from orchard.shapes import *\nfrom orchard.fruit.apple import Apple\n"
            + CLASS.format(name="Pear", lower="my_pear", more=""),
        },
    )


def test_a_package_is_described_and_runs(hosts: PluginHosts, orchard: Path, sourced: Sourced) -> None:
    source = sourced(orchard)
    manifest = hosts.describe(source)
    assert [(e.kind, e.name, e.module, e.class_name) for e in manifest.entries] == [
        ("generator", "my_apple", "orchard.fruit.apple", "Apple"),
        ("generator", "my_pear", "orchard.pear", "Pear"),
    ]
    assert (manifest.version, manifest.licence, manifest.publisher) == ("2.1", "MIT", "A. Pple")
    assert (manifest.description, manifest.id, manifest.api_version) == ("Fruit.", "orchard", 1)
    assert manifest_from_text(manifest.to_text()) == manifest
    (size,) = manifest.entries[0].parameters
    assert (size.name, size.default, size.unit, size.minimum) == ("size_m", 0.5, "m", 0.1)  # type: ignore[attr-defined]
    registry = registry_with([Grant(source, manifest)], hosts)
    model = registry.generator("my_apple").generate({"size_m": 0.7})
    assert dict(model.attributes) == {"size_m": 0.7, "word": "crisp", "skin": "red"}


def test_no_compiled_file_is_written_or_read(hosts: PluginHosts, orchard: Path, sourced: Sourced) -> None:
    hosts.describe(sourced(orchard))
    assert not list(orchard.rglob("__pycache__"))
    assert not list(orchard.rglob("*.pyc"))


def test_a_file_that_is_not_in_the_approval_cannot_be_imported(
    hosts: PluginHosts, orchard: Path, sourced: Sourced
) -> None:
    source = sourced(orchard)
    grant = Grant(source, hosts.describe(source))
    (orchard / "fruit" / "late.py").write_text("WORD = 'late'\n")
    (orchard / "plain" / "words.cpython-311-x86_64-linux-gnu.so").write_bytes(b"no library")
    text = (orchard / "pear.py").read_text()
    (orchard / "pear.py").write_text(text.replace("orchard.fruit.apple import Apple", "orchard.fruit.late import WORD"))
    hosts.keep([])
    with pytest.raises(PluginFault) as caught:
        registry_with([grant], hosts).generator("my_pear").generate({"size_m": 0.5})
    assert caught.value.fault.cause == "changed"
    files = {**source.files, "pear.py": sourced(orchard).files["pear.py"]}
    forged = PluginSource("orchard", "path", str(orchard), "orchard", files, "1" * 64)
    with pytest.raises(PluginFault) as caught:
        hosts.describe(forged)
    assert caught.value.fault.cause == "import"
    assert "orchard.fruit.late" in caught.value.fault.message


def test_what_runs_is_what_was_loaded_though_the_files_change_later(
    hosts: PluginHosts, orchard: Path, sourced: Sourced
) -> None:
    source = sourced(orchard)
    registry = registry_with([Grant(source, hosts.describe(source))], hosts)
    (orchard / "plain" / "words.py").write_text("WORD = 'soft'\n")
    assert registry.generator("my_apple").generate({"size_m": 0.5}).attributes["word"] == "crisp"


def test_paths_that_leave_the_folder_are_refused(hosts: PluginHosts, orchard: Path, sourced: Sourced) -> None:
    for name in ("../outside.py", "/etc/passwd"):
        forged = PluginSource("orchard", "path", str(orchard), "orchard", {name: "0" * 64}, "2" * 64)
        with pytest.raises(PluginFault) as caught:
            hosts.describe(forged)
        assert caught.value.fault.cause == "changed"


@pytest.mark.parametrize(
    ("text", "cause", "words"),
    [
        ("x = 1", "result", "there is no plugin in it"),
        ("class A(Generator):\n    name = 'a'", "result", "there is no plugin in it"),
        ("class A(Generator):\n    name = 'Bad Name'\n    def generate(self, values): ...", "result", "snake_case"),
        ("class A(Generator):\n    def generate(self, values): ...", "result", "A.name must be text, not None"),
        ("class A(Effect):\n    name = 'a'\n    version = 3\n    def apply(self, *a): ...", "result", "A.version"),
        (
            "class A(Generator):\n    name = 'a'\n    parameters = ('size',)\n    def generate(self, v): ...",
            "result",
            "A.parameters must be a tuple of parameters",
        ),
        (
            "class A(Generator):\n    name = 'a'\n    generate = 0\n    parameters = (Float('x', {1}, help='x'),)",
            "result",
            "cannot be told as JSON",
        ),
        (
            "class A(Generator):\n    name = 'a'\n    def generate(self, v): ...\n    parameters = (Float('x', 1.0),)",
            "import",
            "help",
        ),
        (
            "class A(Generator):\n    name = 'a'\n    def generate(self, v): ...\nclass B(A): pass",
            "result",
            "two generators of this name",
        ),
    ],
)
def test_what_is_wrong_with_a_declaration_is_named(
    hosts: PluginHosts, tmp_path: Path, sourced: Sourced, head: str, text: str, cause: str, words: str
) -> None:
    path = tmp_path / "declared.py"
    path.write_text(head + text + "\n")
    with pytest.raises(PluginFault) as caught:
        hosts.describe(sourced(path))
    assert caught.value.fault.cause == cause, caught.value.fault
    assert words in caught.value.fault.message


def test_traits_are_told(hosts: PluginHosts, tmp_path: Path, sourced: Sourced, head: str) -> None:
    path = tmp_path / "traits.py"
    path.write_text(
        head + "class A(Generator):\n    name = 'a'\n    home = 'stage'\n    watertight = True\n"
        "    extent_m = (0.1, 2.0)\n    def generate(self, values): ...\n    def observe(self, v, p): return {}\n"
        "class B(Annotator):\n    name = 'b'\n    fills = ('one', 'two')\n    passes = frozenset({'truth', 'rgb'})\n"
        "    def annotate(self, *a): ...\n"
        "class C(Placement):\n    name = 'c'\n    per_object = (Float('turn_deg', 0.0, help='Turn.'),)\n"
        "    def place(self, *a): ...\n"
    )
    source = sourced(path)
    manifest = hosts.describe(source)
    a, b, c = manifest.entries
    assert dict(a.traits) == {"home": "stage", "watertight": True, "extent_m": [0.1, 2.0], "observes": True}
    assert dict(b.traits) == {"fills": ["one", "two"], "passes": ["rgb", "truth"]}
    assert [p.name for p in c.per_object] == ["turn_deg"]
    registry = registry_with([Grant(source, manifest)], hosts)
    assert registry.annotator("b").passes == frozenset({"truth", "rgb"})
    assert registry.plugin_class("generator", "a").extent_m == (0.1, 2.0)  # type: ignore[attr-defined]
