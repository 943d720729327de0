"""Keyed random words and tileable noise fields, the raw stuff of procedural textures.

Every number is a function of a name and a seed; there is no generator object to share and no global state.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from myriorama.scenes.conventions import F32, F64


def uniforms(name: str, seed: int, count: int) -> F64:
    """Return (count,) float64 in [0, 1), a function of name and seed alone.

    Raw Philox words under our own conversion, because library distributions change between versions.
    """
    digest = blake2b(f"{name}\x00{seed}".encode(), digest_size=16).digest()
    words = np.random.Philox(key=int.from_bytes(digest, "little")).random_raw(count)
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def cloud(
    name: str,
    seed: int,
    size: int,
    *,
    lowest: float,
    highest: int,
    slope: float,
    stretch: tuple[float, float] = (1.0, 1.0),
) -> F32:
    """Return a tileable noise field of mean 0 and standard deviation 1.

    Its spectrum falls with frequency f as ``f ** -slope`` between `lowest` and `highest`. The same seed gives the
    same field at every size that can carry `highest`.

    Parameters
    ----------
    size : int
        Pixels along each side; more than twice `highest`.
    lowest, highest : float, int
        Cycles over the tile.
    stretch : (x, y)
        Features are longer by these factors.

    Returns
    -------
    (size, size) float32

    Raises
    ------
    ValueError
        The size cannot carry the highest frequency.
    """
    if size <= 2 * highest:
        raise ValueError(f"{size} px cannot carry {highest} cycles")
    rows, columns = 2 * highest + 1, highest + 1
    raw = uniforms(name, seed, rows * columns * 2).astype(np.float32).reshape(2, rows, columns) - np.float32(0.5)
    ky = np.fft.fftfreq(rows, 1.0 / rows).astype(np.float32)[:, None]
    kx = np.arange(columns, dtype=np.float32)
    frequency = np.hypot(kx * np.float32(stretch[0]), ky * np.float32(stretch[1]))
    inside = (frequency >= lowest) & (frequency <= highest)
    weight = np.where(inside, np.maximum(frequency, 1e-6) ** np.float32(-slope - 0.5), np.float32(0.0))
    spectrum = np.zeros((size, size // 2 + 1), dtype=np.complex64)
    part = (raw[0] + 1j * raw[1]) * weight
    spectrum[: highest + 1, :columns] = part[: highest + 1]
    spectrum[size - highest :, :columns] = part[highest + 1 :]
    field = np.fft.irfft2(spectrum, s=(size, size)).astype(np.float32)
    field -= field.mean()
    return np.asarray(field / max(float(field.std()), 1e-20), dtype=np.float32)


def smoothstep(low: float, high: float, x: F32) -> F32:
    """Return 0 below `low`, 1 above `high`, and a smooth cubic between."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def normals_from_height(height: F32, slope: float) -> np.ndarray:
    """Return (H, W, 3) uint8 tangent-space normals (+Y up) of a tileable height field.

    Parameters
    ----------
    height : (H, W) float32
        Row 0 is the top of the image; any unit.
    slope : float
        Steepness of one unit of height per pixel.
    """
    across = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) * np.float32(-0.5 * slope)
    # Rows run down while +Y runs up.
    upward = (np.roll(height, -1, axis=0) - np.roll(height, 1, axis=0)) * np.float32(0.5 * slope)
    length = np.sqrt(across * across + upward * upward + 1)
    out = np.empty((*height.shape, 3), dtype=np.uint8)
    for k, component in enumerate((across, upward, np.float32(1.0))):
        out[..., k] = np.rint((component / length * np.float32(0.5) + np.float32(0.5)) * np.float32(255))
    return out
