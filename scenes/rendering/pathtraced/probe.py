"""Can this machine path-trace? Asked in a child process, because a library of the wrong age ends the one that asks.

It imports no Mitsuba itself, changes nothing on the machine, and says in our own words what is missing.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LLVM, CUDA, SCALAR = "llvm_ad_rgb", "cuda_ad_rgb", "scalar_rgb"
ANSWER_VARIABLE: Final = "MYRIORAMA_TRACER"
"""Where the answer stands for the processes that this one starts, so that they need not ask again."""

_LIMIT_S: Final = 120
_HEARD: Final = (
    "DRJIT_LIBLLVM_PATH", "DRJIT_LIBCUDA_PATH", "DRJIT_LIBOPTIX_PATH", "LD_LIBRARY_PATH", "PATH", "CUDA_VISIBLE_DEVICES"
)  # fmt: skip
INSTALL: Final = "pip install 'myriorama[render]'"
LLVM_WAY: Final = (
    "apt install libllvm19 libatomic1, or without rights: pip install karellen-llvm-core and set DRJIT_LIBLLVM_PATH "
    "to its libLLVM file"
)
CUDA_WAY: Final = (
    "update the NVIDIA driver with all its libraries (libnvoptix is OptiX; in a container set "
    "NVIDIA_DRIVER_CAPABILITIES=all), or hide the card (CUDA_VISIBLE_DEVICES=-1)"
)
_SEPARATOR: Final = " on "


@dataclass(frozen=True)
class Tracer:
    """What the child process found.

    Attributes
    ----------
    variant : str
        Of Mitsuba; empty where it cannot run at all.
    version : str
        Of Mitsuba.
    trouble : str
        Why it is not the best variant or none; empty where all is well.
    way_out : str
        What to do about the trouble.
    denoises : bool
        The denoiser is installed.
    card : str
        Name of the graphics card that traces; empty where none does.
    """

    variant: str
    version: str = ""
    trouble: str = ""
    way_out: str = ""
    denoises: bool = False
    card: str = ""

    @property
    def sentence(self) -> str:
        """The trouble and the way out, for a person."""
        return f"{self.trouble}; {self.way_out}" if self.trouble else ""


def find_tracer() -> Tracer:
    """Return what path-traces here. Asked once in a process, for the libraries that its environment names."""
    key = json.dumps([os.environ.get(name, "") for name in _HEARD])
    handed = os.environ.get(ANSWER_VARIABLE)
    if handed:
        try:
            told = json.loads(handed)
            if told["key"] == [key, sys.prefix]:
                return Tracer(**told["tracer"])
        except (ValueError, KeyError, TypeError):
            pass  # an answer of another version: ask again
    tracer = _asked(key)
    os.environ[ANSWER_VARIABLE] = json.dumps({"key": [key, sys.prefix], "tracer": vars(tracer)})
    return tracer


@lru_cache(maxsize=8)
def _asked(key: str) -> Tracer:
    denoises = importlib.util.find_spec("pyoidn") is not None
    missing = [name for name in ("mitsuba", "drjit") if importlib.util.find_spec(name) is None]
    if missing:
        return Tracer("", trouble=f"the path tracer needs the package {missing[0]}", way_out=INSTALL)
    trouble = way = ""
    if _has_cuda():
        told, worse = _try(CUDA)
        if not worse:
            version, _, card = told.partition(_SEPARATOR)
            return Tracer(CUDA, version, denoises=denoises, card=card)
        trouble, way = f"the graphics card traces no paths here: {worse}", CUDA_WAY
    version, worse = _try(LLVM)
    if not worse:
        return Tracer(LLVM, version, trouble, way, denoises)
    trouble = f"the path tracer is slow here: {worse}"
    version, worse = _try(SCALAR)
    if worse:
        return Tracer("", trouble=worse, way_out="apt install libatomic1" if "libatomic" in worse else INSTALL)
    return Tracer(SCALAR, version, trouble, LLVM_WAY, denoises)


def _has_cuda() -> bool:
    """Return whether a driver of NVIDIA's is here; whether it is of use is for the child process to find out.

    Where all cards are hidden from CUDA on purpose there is none: it takes those that are named up to the first that
    cannot be, so an empty list or one that begins with -1 names none.
    """
    shown = os.environ.get("CUDA_VISIBLE_DEVICES")
    if shown is not None and shown.split(",")[0].strip() in ("", "-1"):
        return False
    found = any(ctypes.util.find_library(name) for name in ("cuda", "nvcuda"))
    return found or os.path.exists("/proc/driver/nvidia/version")


def _try(variant: str) -> tuple[str, str]:
    """Return Mitsuba's version, and what is wrong; one of them is empty."""
    command = [sys.executable, "-m", "myriorama.scenes.rendering.pathtraced.probe", variant]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        return "", f"Mitsuba's {variant} did not answer within {_LIMIT_S} s"
    except OSError as error:
        return "", f"Mitsuba could not be tried: {error}"
    return read_answer(done.returncode, done.stdout, done.stderr, variant)


def read_answer(code: int, out: str, err: str, variant: str = LLVM) -> tuple[str, str]:
    """Return what the child printed and its trouble, from how it ended; one of them is empty."""
    lines = out.strip().splitlines()
    if code == 0 and lines:
        return lines[-1], ""
    said = (err.strip().splitlines() or [""])[-1]
    if "libatomic" in err:
        return "", "the system library libatomic.so.1 is missing (package libatomic1)"
    if "_drjit_ext" in err:
        return "", f"Dr.Jit could not be loaded: {said}"
    if variant == CUDA:
        if "optix" in err.lower():
            return "", f"its driver's OptiX cannot be used ({said})"
        return "", f"Mitsuba cannot use it ({said or f'code {code}'})"
    if "LLVM ERROR" in err or code in (-6, 134):
        return "", "the LLVM library that was found is too old: version 19 or newer is needed"
    if "llvm" in err.lower():
        return "", "no LLVM library was found: version 19 or newer is needed"
    return "", f"Mitsuba does not start (code {code}): {said}"


def card_name() -> str:
    """Return the name of the first graphics card that CUDA shows this process."""
    driver = ctypes.CDLL("nvcuda" if sys.platform == "win32" else "libcuda.so.1")
    device, text = ctypes.c_int(), ctypes.create_string_buffer(256)
    failed = driver.cuInit(0) or driver.cuDeviceGet(ctypes.byref(device), 0)
    failed = failed or driver.cuDeviceGetName(text, len(text), device)
    return "a card without a name" if failed else text.value.decode("utf-8", "replace")


def main() -> int:
    """Trace a few rays with the variant named on the command line, then print Mitsuba's version and the card."""
    variant = sys.argv[1]
    if sys.platform.startswith("linux"):
        ctypes.CDLL("libatomic.so.1")  # Dr.Jit hides that it misses this one
    import mitsuba as mi

    mi.set_variant(variant)
    if variant != SCALAR:
        import drjit as dr

        values = dr.arange(mi.Float, 8)
        for k in range(8):
            # The instructions that an old LLVM cannot select.
            assert dr.minimum(values, 3.0)[k] == min(k, 3)
        # Where numbers are computed, rays need not be: OptiX is a library of its own.
        cube = mi.load_dict({"type": "scene", "cube": {"type": "cube"}})
        found = cube.ray_intersect_preliminary(mi.Ray3f(mi.Point3f(0.4 * values, 0, 3), mi.Vector3f(0, 0, -1)))
        assert list(found.is_valid()) == [k < 3 for k in range(8)]
    print(mi.__version__ + (_SEPARATOR + card_name() if variant == CUDA else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
