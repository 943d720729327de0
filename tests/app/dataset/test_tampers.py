"""Five hundred random tampers of one finished dataset: each touched path is named, and no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from myriorama.app.dataset.layout import MANIFEST, RECORDS
from myriorama.app.dataset.verify import verify


class Tampering:
    """Changes a dataset at random, tells what it touched, and takes it back."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._random = np.random.default_rng(seed)
        self._honest = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        self.files = sorted(self._honest)

    def restore(self) -> None:
        """Put every file back."""
        for path in sorted(self._folder.rglob("*"), reverse=True):
            name = path.relative_to(self._folder).as_posix()
            if path.is_dir():
                if not any(path.iterdir()):
                    path.rmdir()
            elif name not in self._honest:
                path.unlink()
        for name, content in self._honest.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_bytes() != content:
                path.write_bytes(content)

    def at_random(self) -> dict[str, str]:
        """Do one thing; return path -> the fault that must be told of it."""
        kinds: list[Callable[[], dict[str, str]]] = [self.flip, self.cut, self.delete, self.add, self.swap, self.grow]
        return kinds[int(self._random.integers(len(kinds)))]()

    def _any(self) -> str:
        return self.files[int(self._random.integers(len(self.files)))]

    def _fault(self, name: str, fault: str) -> dict[str, str]:
        return {name: "manifest" if name == MANIFEST else fault}

    def flip(self) -> dict[str, str]:
        name = self._any()
        content = bytearray(self._honest[name])
        content[int(self._random.integers(len(content)))] ^= 1 << int(self._random.integers(8))
        (self._folder / name).write_bytes(content)
        return self._fault(name, "tampered")

    def cut(self) -> dict[str, str]:
        name = self._any()
        (self._folder / name).write_bytes(self._honest[name][: int(self._random.integers(len(self._honest[name])))])
        return self._fault(name, "tampered")

    def grow(self) -> dict[str, str]:
        name = self._any()
        (self._folder / name).write_bytes(self._honest[name] + b"\n")
        return self._fault(name, "tampered")

    def delete(self) -> dict[str, str]:
        name = self._any()
        (self._folder / name).unlink()
        return self._fault(name, "missing")

    def add(self) -> dict[str, str]:
        like = Path(self._any())
        name = like.with_name(f"{int(self._random.integers(10**8)):08d}x{like.suffix}").as_posix()
        (self._folder / name).write_bytes(self._honest[like.as_posix()])
        return {name: "extra"}

    def swap(self) -> dict[str, str]:
        one, two = self._any(), self._any()
        if self._honest[one] == self._honest[two]:
            return {}
        (self._folder / one).write_bytes(self._honest[two])
        (self._folder / two).write_bytes(self._honest[one])
        return {**self._fault(one, "tampered"), **self._fault(two, "tampered")}


@pytest.mark.parametrize("seed", range(5))
def test_a_hundred_tampers(make_dataset: Callable[..., Path], seed: int) -> None:
    folder = make_dataset() if seed == 0 else make_dataset(formats={"coco": {}})
    assert verify(folder).findings == ()
    tampering = Tampering(folder, seed)
    done, touched_kinds = 0, set()
    while done < 100:
        expected = tampering.at_random()
        if not expected:
            tampering.restore()
            continue
        found = {(f.file, f.fault) for f in verify(folder).findings}
        if MANIFEST in expected:  # without its list nothing else can be told
            assert found == {(MANIFEST, "manifest")}
        else:
            assert found == set(expected.items())
        touched_kinds |= set(expected.values())
        tampering.restore()
        done += 1
    assert verify(folder).findings == ()
    assert touched_kinds == {"tampered", "missing", "extra", "manifest"}


def test_several_tampers_at_once_are_all_named(make_dataset: Callable[..., Path]) -> None:
    folder = make_dataset()
    names = [n for n in Tampering(folder, 0).files if n != MANIFEST]
    tampered, missing = names[0::3], names[1::3]
    for name in tampered:
        (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    for name in missing:
        (folder / name).unlink()
    (folder / RECORDS / "stranger.json").write_text("{}", encoding="utf-8")
    found = {(f.file, f.fault) for f in verify(folder).findings}
    expected = {(n, "tampered") for n in tampered} | {(n, "missing") for n in missing}
    assert found == expected | {(f"{RECORDS}/stranger.json", "extra")}
