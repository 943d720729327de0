"""Finding out whether a path tracer runs here: what is missing is said, and a process that aborts is not ours."""

from __future__ import annotations

import json
import sys

import pytest

from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.pathtraced import probe, variant
from myriorama.scenes.rendering.pathtraced.probe import ANSWER_VARIABLE, Tracer, find_tracer, read_answer


@pytest.mark.parametrize(
    ("code", "err", "word"),
    [
        (-6, "LLVM ERROR: Cannot select: t12: v8f32 = fminimum", "too old"),
        (134, "", "too old"),
        (1, "OSError: libatomic.so.1: cannot open shared object file", "libatomic"),
        (1, "NameError: name '_drjit_ext' is not defined", "Dr.Jit"),
        (1, "RuntimeError: LLVM shared library was not found", "no LLVM"),
        (1, "ValueError: something else", "something else"),
    ],
)
def test_how_the_child_ended_is_told_in_our_words(code, err, word) -> None:
    version, trouble = read_answer(code, "", err)
    assert version == ""
    assert word in trouble


def test_a_child_that_prints_a_version_is_well() -> None:
    assert read_answer(0, "noise\n3.9.1\n", "") == ("3.9.1", "")


@pytest.fixture
def fresh(monkeypatch):
    monkeypatch.delenv(ANSWER_VARIABLE, raising=False)
    probe._asked.cache_clear()
    yield monkeypatch
    probe._asked.cache_clear()


def test_a_library_that_is_no_llvm_is_survived_and_told(fresh, tmp_path) -> None:
    """The child takes the harm; this process goes on with the slow variant, or says what is missing."""
    bad = tmp_path / "libLLVM.so"
    bad.write_bytes(b"no library")
    fresh.setenv("DRJIT_LIBLLVM_PATH", str(bad))
    found = find_tracer()
    assert found.variant in ("", probe.SCALAR)
    assert "LLVM" in found.sentence
    assert "libllvm19" in found.sentence


def test_a_missing_package_is_named_with_its_extra(fresh) -> None:
    fresh.setattr(probe.importlib.util, "find_spec", lambda name: None)
    found = find_tracer()
    assert found.variant == ""
    assert "mitsuba" in found.sentence
    assert "myriorama[render]" in found.sentence
    with pytest.raises(DeviceError, match=r"mitsuba.*raster engine works without it"):
        variant.load_mitsuba()


def test_an_answer_is_handed_on_and_asked_anew_where_the_libraries_change(fresh) -> None:
    asked = []

    def tried(name):
        asked.append(name)
        return "9.9", ""

    fresh.setattr(probe, "_try", tried)
    fresh.setattr(probe, "_has_cuda", lambda: False)
    assert find_tracer() == find_tracer() == Tracer(probe.LLVM, "9.9", denoises=True)
    assert asked == [probe.LLVM]
    handed = probe.os.environ[ANSWER_VARIABLE]
    assert json.loads(handed)["key"][1] == sys.prefix
    fresh.setenv("DRJIT_LIBLLVM_PATH", "/another")
    find_tracer()
    assert asked == [probe.LLVM] * 2
    fresh.setattr(probe, "_has_cuda", lambda: True)
    fresh.setenv("DRJIT_LIBLLVM_PATH", "/a third")
    assert find_tracer().variant == probe.CUDA
    fresh.delenv(ANSWER_VARIABLE)
