"""A render worker for tests: everything of the real one (pipe, encoding, files, receipts, quarantine) except what
draws, builds and renders. A sample is two rectangles whose place its number decides, at a few milliseconds.

How it is to misbehave is told by a file ``behave.json`` in the job's project folder; see `Behaviour`. Run as a program
it drives a job (``drive QUEUE JOB``) or works through a queue (``run QUEUE``) with these workers.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from myriorama.app.dataset import faults
from myriorama.app.dataset.layout import partial_of
from myriorama.app.dataset.samples import SampleWriter
from myriorama.app.production import worker as real
from myriorama.app.production.messages import WorkerSetup
from myriorama.app.production.snapshot import dataset_info
from myriorama.plugins.annotators import annotate
from myriorama.plugins.registry import builtin_registry
from myriorama.scenes.assembly.model import ObjectModel, Part
from myriorama.scenes.assembly.scene import Instance, Scene, SceneClass
from myriorama.scenes.cameras.camera import Camera
from myriorama.scenes.errors import DeviceError
from myriorama.scenes.geometry.mesh import Mesh
from myriorama.scenes.labels.violation import Violation
from myriorama.scenes.lights import Background
from myriorama.scenes.materials.model import Material
from myriorama.scenes.project.load import parse_project
from myriorama.scenes.rendering.frame import Frame
from myriorama.scenes.sample import NodeSample, SceneSample, sample_key, sample_to_json

BEHAVIOUR = "behave.json"
LOG = "made.log"

PROJECT: dict[str, Any] = {
    "format": "myriorama-project",
    "version": 1,
    "name": "rectangles",
    "seed": 5,
    "classes": [{"id": 1, "name": "ball"}, {"id": 2, "name": "crate"}],
    "camera": {"rig": {"uid": "rig", "type": "orbit", "parameters": {"distance_m": 1.0}}},
    "environment": [{"uid": "light", "type": "studio"}],
    "objects": [],
    "output": {
        "width": 64,
        "height": 64,
        "writer_options": {"raw": {"depth": "none", "normals": "none", "object_coordinates": False}},
    },
}

_TRIANGLE = Mesh(
    positions=np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32),
    normals=np.array([[0, 0, 1]] * 3, dtype=np.float32),
    uv=np.zeros((3, 2), dtype=np.float32),
    faces=np.array([[0, 1, 2]], dtype=np.uint32),
)
_MODEL = ObjectModel((Part("body", _TRIANGLE, Material()),))


class Behaviour:
    """What ``behave.json`` says.

    sleep_s : each sample takes so long.  log : note each sample made in ``made.log``.
    budget : bytes that each worker may write.
    fault : a fault point text, armed in one worker only (the first that starts).
    samples : number -> one of plugin, once (a plugin error the first time), memory, device, exit, segfault, stuck,
    stuck_once, violation, leak (MB kept), or several words as a list.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = folder / BEHAVIOUR
        raw = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.sleep_s = float(raw.get("sleep_s", 0.0))
        self.leak_mb = int(raw.get("leak_mb", 0))
        self.log = bool(raw.get("log", False))
        self.samples: dict[str, str] = raw.get("samples", {})
        self.fault = str(raw.get("fault", ""))
        self.budget: int | None = raw.get("budget")
        self.kept: list[bytearray] = []

    def first_time(self, what: str) -> bool:
        """True in one process of all, once."""
        try:
            os.close(os.open(self.folder / f"{what}.once", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        return True

    def note(self, text: str) -> None:
        """Add a line to the log; several processes may."""
        with (self.folder / LOG).open("a", encoding="ascii") as stream:
            stream.write(text + "\n")

    def act(self, index: int) -> str:
        """Do to sample `index` what was asked for; the word is returned where the producer has to do it."""
        if self.sleep_s:
            time.sleep(self.sleep_s)
        if self.leak_mb:
            self.kept.append(bytearray(os.urandom(2**20) * self.leak_mb))
        word = self.samples.get(str(index), "")
        if word.endswith("_once"):
            if not self.first_time(f"{word}.{index}"):
                return ""
            word = word.removesuffix("_once")
        if word == "plugin":
            raise RuntimeError("this plugin cannot")
        if word == "memory":
            raise MemoryError("no room for it")
        if word == "device":
            raise DeviceError("the context is gone")
        if word == "exit":
            sys.exit(3)
        if word == "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        if word == "stuck":
            time.sleep(600)
        return word


class FastProducer:
    """Stands where `Producer` stands in a worker."""

    def __init__(self, setup: WorkerSetup, behaviour: Behaviour) -> None:
        self._project = parse_project(setup.project_text)
        self._info = dataset_info(self._project, (setup.width, setup.height))
        self._labels = setup.labels
        self._registry = builtin_registry()
        self._behaviour = behaviour

    def draw(self, index: int, attempt: int = 0) -> SceneSample:
        rig = NodeSample("camera.rig", "fixed", "", {"distance_m": 2.0})
        hashed = self._info.project_hash
        bare = SceneSample("", hashed, self._info.seed, index, attempt, rig, {"exposure_ev": 0.0}, (), (), (), (), ())
        return replace(bare, key=sample_key(sample_to_json(bare)))

    def produce(self, index: int) -> Any:
        from myriorama.app.production.producer import Produced

        if self._behaviour.log:
            self._behaviour.note(f"{os.getpid()} {index} begin {time.monotonic()}")
        word = self._behaviour.act(index)
        sample = self.draw(index)
        scene, frame = self._picture(sample)
        violations = (Violation(1, "made to break it"), Violation(3, "twice")) if word == "violation" else ()
        record = annotate(frame, scene, sample, self._registry, ("visible",))
        if self._behaviour.log:
            self._behaviour.note(f"{os.getpid()} {index} end {time.monotonic()}")
        return Produced(record, violations, {}, {"render": 1.0})

    def _picture(self, sample: SceneSample) -> tuple[Scene, Frame]:
        width, height, n = self._info.width, self._info.height, sample.index
        camera = Camera(np.eye(4), width, height, 64.0, 64.0, width / 2, height / 2)
        things = []
        ids = np.zeros((height, width), dtype=np.uint32)
        for k in range(2):
            pose = np.eye(4)
            pose[:3, 3] = (0.1 * k, 0.0, 2.0 + k)
            things.append(Instance(f"box/{k}", "box", "box", k, _MODEL, pose, "thing", k + 1, k + 1))
            x, y = (7 * n + 20 * k) % (width - 16), (11 * n + 9 * k) % (height - 16)
            ids[y : y + 8 + n % 7, x : x + 6 + n % 9] = k + 1
        classes = tuple(SceneClass(c.id, c.name, c.supercategory, c.color, c.kind) for c in self._info.classes)
        scene = Scene(sample.key, n, camera, tuple(things), (), Background(), classes)
        rows, columns = np.mgrid[:height, :width]
        rgb = np.stack([(rows * 3 + n) % 256, (columns * 5 + 7 * n) % 256, (ids * 90 + n // 256) % 256], axis=2)
        hit = ids > 0
        normal = np.zeros((height, width, 3), dtype=np.float32)
        normal[hit] = (0, 0, -1)
        frame = Frame(
            sample_key=sample.key,
            width=width,
            height=height,
            device="rectangles",
            rgb=rgb.astype(np.uint8),
            surface_id=ids,
            depth=np.where(hit, 1.0 + ids, 0.0).astype(np.float32),
            normal=normal,
            object_coordinates=np.zeros((height, width, 3), dtype=np.float32),
        )
        return scene, frame


class FastWorker(real.Worker):
    """The real worker with another producer."""

    def __init__(self, setup: WorkerSetup, on_stage: Any = None) -> None:
        behaviour = Behaviour(Path(setup.project_folder))
        if behaviour.fault:
            faults.arm(behaviour.fault if behaviour.first_time("fault") else "")
        faults.budget(behaviour.budget)
        self._out = Path(setup.out)
        self._renderer = contextlib.closing(open(os.devnull, "rb"))  # type: ignore[assignment]  # noqa: SIM115
        self._renderer.close = self._renderer.thing.close  # type: ignore[attr-defined, method-assign]
        self._producer = FastProducer(setup, behaviour)  # type: ignore[assignment]
        project = parse_project(setup.project_text)
        info = dataset_info(project, (setup.width, setup.height))
        formats = {name: project.output.writer_options.get(name, {}) for name in setup.formats}
        self._writer = SampleWriter(partial_of(self._out), info, formats, builtin_registry())
        self._registry = builtin_registry()
        self._probed = None


def worker_main(pipe: Any, setup_text: str, parent: int) -> None:
    """Serve as the real worker does."""
    real.Worker = FastWorker  # type: ignore[misc]
    if multiprocessing.current_process().name.startswith("Fork"):  # a spawned process inherits nothing of its driver
        os.closerange(3, pipe.fileno())
        os.closerange(pipe.fileno() + 1, 1024)
    faults.arm("")  # what is armed is the driver's; a worker's own comes with its behaviour
    faults.budget(None)
    # from a fork server a worker is the server's child, and cannot follow its driver into death
    real.worker_main(pipe, setup_text, parent if os.getppid() == parent else os.getppid())


def use(start: str) -> None:
    """Have every crew of this process start these workers: by ``spawn`` as it is done for users, or quicker by fork."""
    from myriorama.app.render_queue import crew

    # spawned children import this file by its name, which it does not have where it is run as a program
    from tests.app.render_queue import fast_engine

    crew.worker_main = fast_engine.worker_main
    if start != "spawn":
        context = multiprocessing.get_context(start)
        multiprocessing.get_context = lambda kind=None: context  # type: ignore[assignment, misc]


def drive(queue: str, job: str, fault: str, answer: str) -> None:
    """Drive a job in a process of its own, whose workers are its own children, and write down how it ended."""
    from myriorama.app.render_queue import room
    from myriorama.app.render_queue.driver import Driver
    from myriorama.app.render_queue.jobs import Jobs
    from myriorama.scenes.errors import MyrioramaError

    use("fork")
    room._AGAIN_AFTER_S = 0.1  # type: ignore[misc]
    faults.arm(fault)
    jobs = Jobs(Path(queue))
    try:
        told: str = Driver(jobs, jobs.entry(job)).run()
    except MyrioramaError as error:
        told = f"error: {error}"
    faults.arm("")
    Path(answer).write_text(told, encoding="utf-8")


def main(what: str, queue: str, job: str = "") -> int:
    """Drive a job or a whole queue; prints how it ended."""
    from myriorama.app.render_queue.driver import Driver
    from myriorama.app.render_queue.jobs import Jobs
    from myriorama.app.render_queue.runner import main as run
    from myriorama.scenes.errors import MyrioramaError

    use("spawn")
    if what == "run":
        return run(queue)
    jobs = Jobs(Path(queue))
    try:
        print(Driver(jobs, jobs.entry(job)).run())
    except MyrioramaError as error:
        print(f"error: {error}")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
