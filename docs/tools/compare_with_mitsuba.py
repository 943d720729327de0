"""Hold the raster engine against a path tracer: the same concrete scene by both, side by side and in figures.

    python docs/tools/compare_with_mitsuba.py first_light:0 bench_table:2 --out pictures

The path tracer is the product's own (the extra `render`; `myriorama doctor` says whether it runs here). It is a tool
for whoever works on the look; nothing of the product or its tests depends on it, and it labels nothing.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from myriorama.app import open_project
from myriorama.scenes.assembly.scene import Scene
from myriorama.scenes.conventions import F32, F64, U8, Mask
from myriorama.scenes.rendering.frame import Frame, RenderRequest
from myriorama.scenes.rendering.pathtraced.engine import PathTracer
from myriorama.scenes.rendering.raster.engine import RasterRenderer
from myriorama.scenes.rendering.tone import develop
from myriorama.scenes.rendering.tracing import Tracing

MATTE_ROUGHNESS = 0.4
DIFFERENCE_GAIN = 3.0


@dataclass(frozen=True, eq=False)
class Traced:
    """What the path tracer found: (H, W, 3) linear radiance after exposure, (H, W) camera z, and how long it took."""

    linear: F32
    depth: F32
    seconds: float


def main() -> None:
    """Compare each scene named on the command line."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    columns = "scene, quality, pixels, mean ratio, matte ratio, SSIM, RMSE of 255, depth agrees, raster, traced"
    print("|", columns.replace(", ", " | "), "|")
    print("|---" * 10 + "|")
    tracer = PathTracer()
    for name in options.scenes:
        project, _, index = name.partition(":")
        with open_project(project) as opened:
            scene = opened.record(int(index or 0)).scene
        frames = {}
        renderer = RasterRenderer()
        for quality in options.quality:
            request = RenderRequest(amodal=False, linear=True, quality=quality)
            renderer.render(scene, request)
            started = time.perf_counter()
            frames[quality] = renderer.render(scene, request), time.perf_counter() - started
        renderer.close()
        stem = f"{project}-{int(index or 0)}"
        traced = _kept(options.out / f"{stem}.npz") if options.reuse else None
        if traced is None:
            traced = trace(tracer, scene, options.spp, options.surfaces)
            np.savez(options.out / f"{stem}.npz", **vars(traced))
        for quality, (frame, seconds) in frames.items():
            print(f"| {stem} | {quality} {figures(scene, frame, traced)} | {seconds:.2f} s | {traced.seconds:.0f} s |")
            Image.fromarray(frame.rgb).save(options.out / f"{stem}-raster-{quality}.png")
            Image.fromarray(side_by_side(frame, traced)).save(options.out / f"{stem}-{quality}.png")
        Image.fromarray(develop(traced.linear)).save(options.out / f"{stem}-traced.png")
        if options.objects:
            _print_objects(scene, frame, traced)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("scenes", nargs="+", metavar="PROJECT[:INDEX]", help="a project file or an example's name")
    parser.add_argument("--out", type=Path, default=Path("compared"), help="folder for pictures")
    parser.add_argument("--spp", type=int, default=256, help="paths per pixel, before denoising")
    parser.add_argument("--surfaces", type=int, default=9, help="surfaces that a path meets at most")
    parser.add_argument("--quality", nargs="+", default=["standard"], choices=["draft", "standard", "high"])
    parser.add_argument("--reuse", action="store_true", help="take the path tracer's result of an earlier run")
    parser.add_argument("--objects", action="store_true", help="also print the ratio on each object")
    return parser.parse_args()


def _kept(path: Path) -> Traced | None:
    if not path.exists():
        return None
    with np.load(path) as held:
        return Traced(held["linear"], held["depth"], float(held["seconds"]))


def trace(tracer: PathTracer, scene: Scene, samples: int, surfaces: int) -> Traced:
    """Render with the product's path tracer, and find depth by its rays through pixel centres."""
    from myriorama.scenes.rendering.pathtraced.witness import seen_at_centres  # once Mitsuba has its variant

    started = time.perf_counter()
    linear = tracer.render(scene, Tracing(samples_per_pixel=samples, max_depth=surfaces)).linear
    seconds = time.perf_counter() - started
    return Traced(linear, seen_at_centres(tracer, scene).depth, seconds)


def figures(scene: Scene, frame: Frame, traced: Traced) -> str:
    """Return how alike the two are: means of linear light, likeness of the developed pictures, agreement of depth."""
    assert frame.linear is not None and frame.surface_id is not None and frame.depth is not None
    assert frame.rgb is not None
    seen = frame.surface_id > 0
    mean = frame.linear[seen].mean() / traced.linear[seen].mean()
    matte = seen & _matte(scene)[frame.surface_id]
    at_matte = frame.linear[matte].mean() / traced.linear[matte].mean()
    mine, other = frame.rgb.astype(np.float64), develop(traced.linear).astype(np.float64)
    rmse = float(np.sqrt(((mine - other)[seen] ** 2).mean()))
    alike = float(similarity(mine @ LUMA, other @ LUMA)[seen].mean())
    agrees = np.abs(frame.depth - traced.depth) <= 1e-3 * np.maximum(frame.depth, 1e-6)
    size = f"{frame.width}x{frame.height}"
    return f"| {size} | {mean:.3f} | {at_matte:.3f} | {alike:.3f} | {rmse:.1f} | {100 * agrees.mean():.2f} %"


LUMA = np.array([0.2126, 0.7152, 0.0722])


def _matte(scene: Scene) -> Mask:
    """Return (S + 1,) bool: which surfaces are rough and no metal."""
    parts = [scene.instances[row.instance].model.parts for row in scene.surfaces]
    named = [next(p for p in found if p.name == row.part) for found, row in zip(parts, scene.surfaces, strict=True)]
    rough = [p.material.roughness >= MATTE_ROUGHNESS and p.material.metallic < 0.5 for p in named]
    return np.array([False, *rough])


def similarity(a: F64, b: F64) -> F64:
    """Return the structural similarity of two (H, W) pictures in [0, 255] around each pixel (Wang et al. 2004)."""

    def blur(values: F64) -> F64:
        return np.asarray(gaussian_filter(values, 1.5, truncate=3.5))

    mean_a, mean_b = blur(a), blur(b)
    var_a, var_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    both = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    top = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    return np.asarray(top / ((mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)))


def side_by_side(frame: Frame, traced: Traced) -> U8:
    """Return raster, path traced, and their difference: grey is equal, brighter where the raster engine is."""
    assert frame.rgb is not None
    other = develop(traced.linear)
    apart = 128.0 + DIFFERENCE_GAIN * (frame.rgb.astype(np.float32) - other.astype(np.float32))
    gap = np.full((frame.height, 8, 3), 255, dtype=np.uint8)
    return np.concatenate([frame.rgb, gap, other, gap, np.clip(apart, 0, 255).astype(np.uint8)], axis=1)


def _print_objects(scene: Scene, frame: Frame, traced: Traced) -> None:
    assert frame.linear is not None and frame.surface_id is not None
    for row in scene.surfaces:
        here = frame.surface_id == row.surface_id
        if here.sum() >= 50:
            instance = scene.instances[row.instance]
            material = next(p for p in instance.model.parts if p.name == row.part).material
            mine, other = frame.linear[here].mean(axis=0), traced.linear[here].mean(axis=0)
            print(
                f"  {instance.instance_key}/{row.part}: {here.sum()} px, metallic {material.metallic:.2f},"
                f" roughness {material.roughness:.2f}, raster {mine.round(3)}, traced {other.round(3)},"
                f" ratio {mine.mean() / other.mean():.3f}"
            )


if __name__ == "__main__":
    main()
