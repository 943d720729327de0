"""Finding out whether a path tracer runs here: what is missing is said, and a process that aborts is not ours."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from myriorama.app.cli.doctor import check_tracer
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.pathtraced import probe, variant
from myriorama.scenes.rendering.pathtraced.probe import ANSWER_VARIABLE, Tracer, find_tracer, read_answer
from myriorama.scenes.rendering.tracing import Tracing


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


@pytest.mark.parametrize(
    ("code", "err", "word"),
    [
        (1, "jit_optix_init(): libnvoptix.so.1 could not be loaded\nRuntimeError: could not initialize OptiX", "OptiX"),
        (-6, "Critical Dr.Jit compiler failure: cuda_check(): API error 0999 (CUDA_ERROR_UNKNOWN)", "CUDA_ERROR"),
        (1, 'File "llvm.py"\nImportError: the CUDA backend hasn\'t been initialized', "hasn't been initialized"),
        (-11, "", "code -11"),
    ],
)
def test_trouble_with_a_card_is_not_blamed_on_llvm(code, err, word) -> None:
    version, trouble = read_answer(code, "", err, probe.CUDA)
    assert version == ""
    assert word in trouble
    assert "LLVM" not in trouble


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


@pytest.fixture
def with_card(fresh):
    """A machine with a driver of NVIDIA's, whose children answer as told."""

    def told(answers):
        fresh.setattr(probe, "_has_cuda", lambda: True)
        fresh.setattr(probe, "_try", lambda variant: answers[variant])
        return find_tracer()

    yield told
    fresh.delenv(ANSWER_VARIABLE, raising=False)


def test_a_card_is_named_where_it_traces(with_card) -> None:
    found = with_card({probe.CUDA: ("3.9.1 on NVIDIA L4", "")})
    assert (found.variant, found.version, found.card, found.sentence) == (probe.CUDA, "3.9.1", "NVIDIA L4", "")
    assert check_tracer().detail == f"Mitsuba 3.9.1, {probe.CUDA} on NVIDIA L4, with its denoiser"


def test_a_card_that_traces_nothing_is_told_of_and_the_processor_traces(with_card) -> None:
    found = with_card({probe.CUDA: ("", "its driver's OptiX cannot be used (x)"), probe.LLVM: ("3.9.1", "")})
    assert (found.variant, found.card) == (probe.LLVM, "")
    assert "graphics card traces no paths here: its driver's OptiX" in found.sentence
    assert "NVIDIA_DRIVER_CAPABILITIES" in found.sentence
    assert check_tracer().state == "warning"


def test_without_card_and_llvm_what_is_told_is_how_to_get_llvm(with_card) -> None:
    found = with_card({probe.CUDA: ("", "a"), probe.LLVM: ("", "no LLVM"), probe.SCALAR: ("3.9.1", "")})
    assert found.variant == probe.SCALAR
    assert "slow here: no LLVM" in found.sentence
    assert "libllvm19" in found.sentence


@pytest.mark.parametrize(("shown", "there"), [("-1", False), ("", False), ("-1,0", False), ("0", True), (None, True)])
def test_a_card_that_is_hidden_on_purpose_is_no_trouble(fresh, shown, there) -> None:
    """It is the way out that is told where a card traces nothing: after it there is nothing more to tell."""
    if shown is None:
        fresh.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    else:
        fresh.setenv("CUDA_VISIBLE_DEVICES", shown)
    answers = {probe.CUDA: ("", "it sees no card"), probe.LLVM: ("3.9.1", "")}
    fresh.setattr(probe.ctypes.util, "find_library", lambda name: f"lib{name}.so.1")
    fresh.setattr(probe, "_try", lambda variant: answers[variant])
    found = find_tracer()
    assert found.variant == probe.LLVM
    assert bool(found.sentence) == there
    fresh.delenv(ANSWER_VARIABLE)


def test_a_card_that_fails_is_not_the_samples_fault(tracer, make, monkeypatch) -> None:
    scene = make.scene(make.camera(width=16, height=12), [])

    def fails(text):
        def traced(*_):
            raise RuntimeError(text)

        monkeypatch.setattr(tracer, "_traced", traced)

    fails("jit_malloc(): out of memory! Could not allocate 1 GiB of device memory.")
    with pytest.raises(DeviceError, match="not this sample's fault: jit_malloc"):
        tracer.render(scene, Tracing(denoise=False))
    fails("drjit.gather(): a mistake of ours")
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        tracer.render(scene, Tracing(denoise=False))


FORKED = """
import os, sys
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.tracing import Tracing

def refused(work):
    try:
        work()
    except DeviceError as error:
        return "spawn" in str(error)
    return False

tracer = PathTracer()
child = os.fork()
if child == 0:
    told = refused(PathTracer) and refused(lambda: tracer.render(None, Tracing(denoise=False)))
    os._exit(7 if told else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no fork here")
def test_a_process_forked_after_mitsuba_was_loaded_is_refused() -> None:
    """Its threads and its hold on a card are the parent's: work there would never end."""
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 7, done.stderr[-2000:]
