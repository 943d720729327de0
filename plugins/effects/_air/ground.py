"""What weather must know of the ground in a picture: which of it faces up, how it is lit, and patches that lie on it.

How a pixel is lit is estimated from the picture: a dark texture and a shadow are told apart only by how dark they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import gaussian_filter
from scipy.special import ndtr

from myriorama.plugins.api import Camera, Draws, Frame, PluginError
from myriorama.plugins.effects._air.light import Surroundings, surroundings_of
from myriorama.plugins.effects._air.rays import camera_rays, places, sight, world_normals
from myriorama.scenes.conventions import F32, Mask

LUMA: Final = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
_TILE_PX: Final = 192
_CELLS: Final = 12
"""How many patches of the mean size lie along a side of the tile."""
_DRIFT: Final = 2.0
"""Patches."""
_BINS: Final = 48
_STOPS: Final = 16.0
_NUMBERED: Final = 8192
"""Up to so many surfaces are counted by their own numbers."""
_LIT_QUANTILE: Final = 0.85
_EDGE_SIGMA_PX: Final = 0.55


@dataclass(frozen=True, eq=False)
class Lie:
    """How what is seen lies in the world.

    Attributes
    ----------
    places : (H, W, 3) float32
        World, metres.
    normals : (H, W, 3) float32
        World; 0 where nothing was hit.
    facing : (H, W) float32
        Cosine between the ray and the normal, without its sign.
    footprint_m : (H, W) float32
        How far apart neighbouring pixels look; 0 where nothing was hit.
    """

    places: F32
    normals: F32
    facing: F32
    footprint_m: F32

    @property
    def level(self) -> F32:
        """(H, W) float32: z of the normal, 1 where it lies level."""
        out: F32 = self.normals[..., 2]
        return out


@dataclass(frozen=True, eq=False)
class Lit:
    """How what is seen is lit.

    Attributes
    ----------
    ambient : (H, W, 3) float32
        What a white matt surface would show there without suns and lamps.
    direct : (H, W, 3) float32
        The same of suns and lamps, without shadow.
    share : (H, W) float32
        How much of the direct light arrives, [0, 1], estimated from the picture.
    sources : tuple of (direction, irradiance, color)
        Suns and lamps without shadow: unit vectors to each, (H, W, 3) or (1, 1, 3); what a plane that faces it would
        get, (H, W) or (1, 1), as a factor on its (3,) color. All float32.
    """

    ambient: F32
    direct: F32
    share: F32
    sources: tuple[tuple[F32, F32, F32], ...] = ()

    @property
    def arriving(self) -> F32:
        """(H, W, 3) float32: what a white matt surface would show there."""
        out: F32 = self.ambient + self.share[..., None] * self.direct
        return out


def lie_of(frame: Frame, effect: str) -> Lie:
    """Return how what is seen lies in the world."""
    camera, depth = sight(frame, effect)
    normals = world_normals(frame, camera)
    facing = _facing(normals, camera)
    _, lengths = camera_rays(camera)
    apart = depth * lengths / (np.maximum(facing, np.float32(0.02)) * np.float32(camera.fx))
    return Lie(places(camera, depth), normals, facing, np.asarray(apart, dtype=np.float32))


def light_on(frame: Frame, lie: Lie, linear: F32, around: Surroundings, effect: str) -> Lit:
    """Return how what is seen is lit."""
    if frame.surface_id is None:
        raise PluginError(f"effect {effect!r} needs the surface ids of the frame")
    ambient = around.without_suns().facing(lie.normals)
    direct = np.zeros_like(ambient)
    sources: list[tuple[F32, F32, F32]] = []
    for toward, arriving in around.suns:
        way, even = toward.astype(np.float32).reshape(1, 1, 3), np.ones((1, 1), dtype=np.float32)
        sources.append((way, even, arriving.astype(np.float32)))
        slant = np.maximum(lie.normals @ way.ravel(), np.float32(0.0))
        direct += slant[..., None] * (arriving / np.pi).astype(np.float32)
    for lamp in around.lamps:
        share, to_lamp = lamp.arriving(lie.places)
        sources.append((to_lamp, share, lamp.intensity.astype(np.float32)))
        slant = np.maximum(np.einsum("hwi,hwi->hw", to_lamp, lie.normals), np.float32(0.0))
        slant *= share
        direct += slant[..., None] * (lamp.intensity / np.pi).astype(np.float32)
    lit = _lit(frame.surface_id, linear, ambient, direct, lie.footprint_m > 0)
    return Lit(ambient, direct, lit, tuple(sources))


def _facing(normals: F32, camera: Camera) -> F32:
    """Return the cosine between each pixel's ray and the normal, without its sign."""
    rays, lengths = camera_rays(camera)
    turned = rays @ camera.world_from_camera[:3, :3].T.astype(np.float32)
    out: F32 = np.abs(np.einsum("hwi,hwi->hw", turned, normals)) / lengths
    return out


def _lit(surface: np.ndarray[tuple[int, int], np.dtype[np.uint32]], linear: F32, ambient: F32, direct: F32,
         hit: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> F32:  # fmt: skip
    """Return how much of the direct light arrives.

    A surface's own reflectance is taken as that of its brighter pixels, as if these were lit. A pixel that is as dark
    as it would be in shadow is then in shadow; halfway textures are left in the light.
    """
    still, shone = ambient @ LUMA, direct @ LUMA
    whole = still + shone
    ratio = (linear @ LUMA) / np.maximum(whole, np.float32(1e-9))
    stops = np.clip(np.log2(np.maximum(ratio, np.float32(1e-6))), -14.0, 1.99)
    bins = ((stops + np.float32(14.0)) * np.float32(_BINS / _STOPS)).astype(np.int64)
    number, most = surface.astype(np.int64), int(surface.max(initial=0)) + 1
    if most > _NUMBERED:
        ids, number = np.unique(surface, return_inverse=True)
        number, most = number.reshape(surface.shape), len(ids)
    flat = number * _BINS + bins
    counts = np.bincount(flat[hit], minlength=most * _BINS).reshape(most, _BINS)
    summed = np.cumsum(counts, axis=1)
    bright = (summed < _LIT_QUANTILE * summed[:, -1:]).sum(axis=1)
    own = np.exp2((bright + 0.5) * (_STOPS / _BINS) - 14.0).astype(np.float32)[number]
    in_shadow = still / np.maximum(whole, np.float32(1e-9))
    share = (ratio / own - in_shadow) / np.maximum(np.float32(1.0) - in_shadow, np.float32(0.05))
    eased = np.clip((share - np.float32(0.02)) / np.float32(0.22), 0.0, 1.0)
    out: F32 = gaussian_filter(eased.astype(np.float32), 1.0)
    return out


def softened(cover: F32, lie: Lie) -> F32:
    """Return a share per pixel, or light times it, as soft at borders as the anti-aliased picture; 0 over the sky."""
    sigma_px = (_EDGE_SIGMA_PX, _EDGE_SIGMA_PX, 0.0)[: cover.ndim]
    out: F32 = gaussian_filter(cover, sigma_px)
    out[lie.footprint_m == 0.0] = 0.0
    return out


def reflectance(frame: Frame, linear: F32, effect: str) -> tuple[F32, F32]:
    """Return how much light each pixel's surface sends back, (H, W) in [0, 1], and the cosine of its slant.

    An estimate: luminance over what a white matt surface would show in the scene's light.
    """
    lie = lie_of(frame, effect)
    arriving = light_on(frame, lie, linear, surroundings_of(frame), effect).arriving
    back: F32 = np.clip((linear @ LUMA) / np.maximum(arriving @ LUMA, np.float32(1e-9)), 0.0, 1.0)
    return back, lie.facing


def patches(lie: Lie, tile: F32, scale_m: float, share: float, edge: float, where: Mask | None = None) -> F32:
    """Return how much of each pixel lies in patches, float32, if they take `share` of a level ground.

    Two random fields of unlike size, fixed to the world's x and y, so that the repeat of neither shows. Where a pixel
    spans more than a patch it is `share` itself.

    Parameters
    ----------
    tile : (N, N) float32
        Of `tile_of`.
    scale_m : float
        Size of a patch.
    edge : float
        Softness of the borders, a share of the whole range.
    where : (H, W) bool or None
        Which pixels are asked for, N of them; None is all.

    Returns
    -------
    (H, W) float32, or (N,)
    """
    footprint_m = lie.footprint_m if where is None else lie.footprint_m[where]
    level = field(lie, tile, scale_m, where)
    out = np.clip((np.float32(share * (1.0 + edge)) - level) / np.float32(max(edge, 1e-3)), 0.0, 1.0)
    fine = np.clip(np.float32(scale_m) / np.maximum(footprint_m, np.float32(1e-6)) - np.float32(0.5), 0.0, 1.0)
    mixed: F32 = np.float32(share) + (out - np.float32(share)) * fine
    return mixed


def field(lie: Lie, tile: F32, scale_m: float, where: Mask | None = None) -> F32:
    """Return a random field over the world's x and y, float32, even over [0, 1]: (H, W), or (N,) of some pixels."""
    plane = lie.places[..., :2] if where is None else lie.places[where][:, :2]
    px = np.float32(_TILE_PX / (_CELLS * scale_m))
    u, v = plane[..., 0] * px, plane[..., 1] * px
    # A slow drift of the places, turned by about 23 degrees, keeps the repeat of the tile from showing as stripes.
    along, across = np.float32(0.92 / 41.0), np.float32(0.39 / 41.0)
    slow = _read(tile, along * u - across * v + 11, across * u + along * v + 83)
    slow *= np.float32(_DRIFT * _TILE_PX / _CELLS)
    u, v = u + slow, v - slow
    first = _read(tile, u, v)
    # Turned by about 37 degrees and four times finer.
    along, across = np.float32(0.8 * 4.1), np.float32(0.6 * 4.1)
    second = _read(tile, along * u - across * v + 31, across * u + along * v + 57)
    out: F32 = ndtr((first + np.float32(0.45) * second) * np.float32(1.0 / np.hypot(1.0, 0.45)))
    return out


def tile_of(draws: Draws) -> F32:
    """Return a square of noise that repeats without a seam, mean 0 and standard deviation 1."""
    noise = draws.uniforms("coarse", 0, _TILE_PX * _TILE_PX).reshape(_TILE_PX, _TILE_PX).astype(np.float32) - 0.5
    sigma = 0.4 * _TILE_PX / _CELLS
    smooth = gaussian_filter(noise, sigma, mode="wrap")
    detail = gaussian_filter(noise, sigma / 4.0, mode="wrap")
    out = smooth / smooth.std() + 0.5 * detail / detail.std()
    tile: F32 = (out / out.std()).astype(np.float32)
    return tile


def _read(tile: F32, x: F32, y: F32) -> F32:
    """Return the tile at continuous places, which repeat, by linear interpolation."""
    size = tile.shape[0]
    column, row = np.floor(x), np.floor(y)
    right, below = x - column, y - row
    left, top = column.astype(np.int64) % size, row.astype(np.int64) % size
    lower = (top + 1) % size * size
    top *= size
    next_ = (left + 1) % size
    flat = tile.ravel()
    above = flat[top + left]
    above += (flat[top + next_] - above) * right
    under = flat[lower + left]
    under += (flat[lower + next_] - under) * right
    under -= above
    under *= below
    out: F32 = above + under
    return out
