"""The process that looks at assets: it has them imported, measures and draws them, and keeps what it saw in the cache.

Foreign files are parsed by the importer's process, never here; where there is no OpenGL the facts remain.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from myriorama.app.assets.looks import LOOK_PX, Look, LookRequest, locate, look_file, write_look
from myriorama.app.assets.store import FileAssetStore
from myriorama.app.production.lifetime import die_with_parent, ignore_interrupts
from myriorama.scenes.errors import AssetError, Problem

_NICENESS = 10
_STORES = 4


def serve(pipe: Connection, setup: str, parent: int) -> None:
    """Answer requests until the pipe closes: the name of the file that holds the look, or problems."""
    die_with_parent(parent)
    ignore_interrupts()
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICENESS)  # whoever works in the window goes first
    told = json.loads(setup)
    viewer = Viewer(Path(told["cache"]) if told["cache"] else None)
    while True:
        try:
            wanted = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        wanted["roots"] = tuple(wanted["roots"])
        with contextlib.suppress(BrokenPipeError):
            pipe.send_bytes(json.dumps(viewer.answer(LookRequest(**wanted))).encode())


class Viewer:
    """Looks at one asset after the other with one renderer."""

    def __init__(self, cache: Path | None) -> None:
        self._cache = cache
        self._stores: dict[tuple[str, tuple[str, ...]], FileAssetStore] = {}
        self._renderer: Any = None
        self._blind = ""

    def answer(self, wanted: LookRequest) -> dict[str, Any]:
        """Return ``file`` of the look that was kept, or ``problems``."""
        try:
            store = self._store(wanted)
            look = self.look(wanted, store)
            folder = Path(wanted.folder) if wanted.folder else None
            path = locate(wanted.reference, folder, [Path(r) for r in wanted.roots])
            if path is None:
                raise AssetError(Problem("", "the file went away while it was looked at", wanted.reference))
            file = look_file(store.cache_folder, path, wanted)
            write_look(file, path, look)
            return {"file": str(file)}
        except AssetError as error:
            return {"problems": [asdict(p) for p in error.problems]}
        except OSError as error:
            message = f"what was seen could not be kept: {error.strerror or error}"
            return {"problems": [asdict(Problem("", message, "", "free space in the cache folder"))]}

    def look(self, wanted: LookRequest, store: FileAssetStore) -> Look:
        """Import, measure and draw an asset. Raises AssetError where it cannot be used."""
        from myriorama.app.assets import looking_at

        asset = store.resolve(wanted.reference)
        if wanted.role == "model":
            model = store.model(asset)
            beside = tuple(name for name, _ in store.dependencies(asset, "model"))
            measured = looking_at.model(model, store.notes(asset, "model"), beside)
            return self._drawn(measured, looking_at.model_scene(wanted, measured), store)
        if wanted.role == "texture_set":
            found = store.texture_set(asset)
            names = tuple(f"{asset.path.name}/{name}" for name in sorted(os.listdir(asset.path)))
            measured = looking_at.texture_set(found, store.notes(asset, "texture_set"), names)
            return self._drawn(measured, looking_at.texture_scene(wanted), store)
        if wanted.role == "radiance":
            return looking_at.radiance(store.radiance(asset), store.notes(asset, "radiance"))
        return looking_at.image(store.image(asset, srgb=True), store.notes(asset, "image"))

    def _store(self, wanted: LookRequest) -> FileAssetStore:
        key = (wanted.folder, wanted.roots)
        if key not in self._stores:
            while len(self._stores) >= _STORES:
                del self._stores[next(iter(self._stores))]
            folder = Path(wanted.folder) if wanted.folder else None
            self._stores[key] = FileAssetStore(folder, [Path(r) for r in wanted.roots], self._cache)
        return self._stores[key]

    def _drawn(self, look: Look, tree: dict[str, Any], store: FileAssetStore) -> Look:
        """Return the look with the picture of a scene, or as it is where there is no OpenGL."""
        from dataclasses import replace

        from myriorama.app.production.producer import Producer
        from myriorama.plugins.registry import builtin_registry
        from myriorama.scenes.errors import DeviceError, MyrioramaError
        from myriorama.scenes.project.load import parse_project
        from myriorama.scenes.rendering.raster.engine import RasterRenderer

        if self._blind:
            return replace(look, notes=(*look.notes, self._blind))
        try:
            if self._renderer is None:
                self._renderer = RasterRenderer()
            project = parse_project(json.dumps(tree))
            producer = Producer(project, builtin_registry(), store, self._renderer, size=(LOOK_PX, LOOK_PX))
            rgb = producer.record(producer.draw(0)).rgb
        except DeviceError as error:
            self._blind = f"no picture: {error}"
            return replace(look, notes=(*look.notes, self._blind))
        except MyrioramaError as error:
            return replace(look, notes=(*look.notes, f"no picture: {error}"))
        return replace(look, rgb=rgb)
