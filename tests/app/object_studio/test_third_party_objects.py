"""Third-party generators in the object studio: their faults are told, a save is taken up, thumbnails are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.catalogue.entries import all_entries
from myriorama.app.object_studio.thumbnails import SIDE_PX, Thumbnails, thumbnail_file
from myriorama.plugins.discovery import source_at
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.sources import Grant

SOURCE = '''
"""A plate."""
import numpy as np
from myriorama.plugins import Float, Generator, Material, Mesh, ObjectModel, Part


class Plate(Generator):
    name = "plate"
    label = "Plate"
    help = "A flat plate."
    parameters = (
        Float("width_m", 0.2, help="Across.", unit="m", minimum=0.05, maximum=1.0, suggested={"uniform": [0.1, 0.3]}),
        # more
    )

    def generate(self, values):
        if values["width_m"] > 0.9:
            raise ArithmeticError("too wide for a plate")
        h = values["width_m"] / 2
        corners = np.array([[-h, -h, 0.01], [h, -h, 0.01], [h, h, 0.01], [-h, h, 0.01]], np.float32)
        up = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
        faces = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
        mesh = Mesh(corners, up, np.zeros((4, 2), np.float32), faces)
        return ObjectModel((Part("plate", mesh, Material(base_color=(0.8, 0.1, 0.1)), coarse=mesh),))
'''


class Author:
    """Somebody who writes a plugin in one file, and a host that tells what it declares."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "plates.py"
        self._hosts = PluginHosts()

    def save(self, text: str) -> Grant:
        self.file.write_text(text)
        source = source_at(self.file)
        return Grant(source, self._hosts.describe(source))

    def close(self) -> None:
        self._hosts.close()


@pytest.fixture
def author(tmp_path: Path) -> Iterator[Author]:
    made = Author(tmp_path)
    yield made
    made.close()


def test_a_fault_is_told_and_a_save_is_taken_up(bench: Any, author: Author) -> None:
    page, grant = bench.page, author.save(SOURCE)
    bench.registry.use((grant,))
    page.pictures.use_plugins((grant,))
    page.open("plate")
    page.start()
    bench.until(bench.settled)
    assert page.facts.value.extent.size_m[0] == pytest.approx(0.2)
    assert [p.coarse_triangles for p in page.facts.value.parts] == [2]
    shown = page.frame
    page.set_value("width_m", 0.95)
    bench.until(lambda: page.failure.value is not None)
    fault = page.failure.value.fault
    assert fault is not None
    assert (fault.name, "too wide" in fault.message, fault.values["width_m"]) == ("plate", True, 0.95)
    assert Path(fault.file).name == "plates.py"
    assert page.frame is shown

    page.set_value("width_m", 0.3)
    more = 'Float("depth_m", 0.1, help="Deep.", unit="m", minimum=0.01, maximum=1.0),'
    later = author.save(SOURCE.replace("# more", more).replace('help = "A flat plate."', 'help = "A plate."'))
    bench.registry.use((later,))
    page.plugins_changed((later,))
    assert page.values == {"width_m": 0.3, "depth_m": 0.1}
    bench.until(lambda: page.failure.value is None and bench.settled())
    assert page.facts.value.extent.size_m[0] == pytest.approx(0.3)

    bench.registry.use(())
    page.plugins_changed(())
    assert "not enabled any more" in page.failure.value.message
    assert [p.name for p in page.parameters] == ["width_m", "depth_m"], "what was open stays to be read"


def test_a_thumbnail_is_made_once_for_the_bytes_of_the_code(bench: Any, author: Author, tmp_path: Path) -> None:
    from PIL import Image

    folder, registry, told = tmp_path / "pictures", bench.registry, []
    made = Thumbnails(registry, bench.calls.put, folder, tmp_path / "cache")
    made.changed.connect(lambda: told.append("changed"))
    try:
        grant = author.save(SOURCE)
        registry.use((grant,))
        assert _picture(registry, folder) is None
        made.use((grant,))
        assert made.busy
        bench.until(lambda: bool(told))
        file = thumbnail_file(folder, grant.source.sha256, "plate")
        with Image.open(file) as image:
            assert image.size == (SIDE_PX, SIDE_PX)
            red, green, blue = image.convert("RGB").getpixel((SIDE_PX // 2, SIDE_PX // 2))
        assert red > 2 * green, (red, green, blue)
        assert _picture(registry, folder) == file
        made.use((grant,))
        assert not made.busy, "it is kept"
        other = author.save(SOURCE + "\n# another word\n")
        registry.use((other,))
        assert _picture(registry, folder) is None, "other bytes have no picture yet"
        working = Grant(other.source, other.manifest, development=True)
        registry.use((working,))
        made.use((working,))
        assert not made.busy, "what is being worked on gets none"
        assert [p.name for p in folder.iterdir()] == [file.name]
    finally:
        made.close()


def test_one_that_fails_is_left_out_and_not_tried_again(bench: Any, author: Author, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    made = Thumbnails(bench.registry, bench.calls.put, folder, tmp_path / "cache")
    try:
        grant = author.save(SOURCE.replace("> 0.9", "> 0.0"))
        bench.registry.use((grant,))
        made.use((grant,))
        bench.until(lambda: not made.busy)
        assert not folder.exists()
        made.use((grant,))
        assert not made.busy
    finally:
        made.close()


def _picture(registry: Any, folder: Path) -> Path | None:
    return next(e.picture for e in all_entries(registry, folder).found if e.name == "plate")
