"""Arrays for the device, laid out so that one program reads them all.

Dr.Jit reads an array where numpy made it, and writes how that memory is aligned, and whether it holds one number or
more, into the program: each new mixture would be compiled anew, for a second or two, and kept. It converts no units.
"""

from __future__ import annotations

from typing import Any, Final

import drjit as dr
import numpy as np
import numpy.typing as npt

_ALIGNED: Final = 64
_LEAST: Final = 2
_DTYPES: Final = {
    dr.VarType.Float16: np.float16,
    dr.VarType.Float32: np.float32,
    dr.VarType.UInt32: np.uint32,
}


def uploaded(kind: Any, values: npt.ArrayLike) -> Any:
    """Return the numbers of an array, of any shape, as a flat device array of `kind`.

    It starts at a whole cache line and has two numbers at least; what is added is 0.
    """
    numbers = np.asarray(values)
    dtype = np.dtype(_DTYPES[dr.type_v(kind)])
    count = max(numbers.size, _LEAST)
    room = np.empty(count * dtype.itemsize + _ALIGNED, dtype=np.uint8)
    first = -room.ctypes.data % _ALIGNED
    laid = room[first : first + count * dtype.itemsize].view(dtype)
    laid[: numbers.size] = numbers.ravel()
    laid[numbers.size :] = 0
    return kind(laid)
