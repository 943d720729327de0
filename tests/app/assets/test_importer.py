"""The importer's walls: what it opens, what it may use, and that nobody else falls with it."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from myriorama.app.assets.importing import import_batch
from myriorama.app.assets.jobs import ImportJob, answer, read_answer
from myriorama.scenes.errors import AssetError, Problem

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="resource limits and /proc are Linux's")


def job_for(path: Path, cache: Path, role: Any = "model", root: Path | None = None) -> ImportJob:
    cache.mkdir(exist_ok=True)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return ImportJob(role, path.name, str(path), str(root or path.parent), digest, str(cache / f"{path.name}.asset"))


def run_one(job: ImportJob, cache: Path, **options: Any) -> AssetError | None:
    (result,) = import_batch([job], [Path(job.root)], cache, **options)
    return result


def heavy_obj(path: Path, quads: int) -> Path:
    """A long text file of separate polygons: seconds of honest work."""
    with path.open("w") as file:
        for k in range(quads):
            file.write(f"v {k} 0 0\nv {k} 1 0\nv {k}.5 0.4 0\nv {k}.9 1 0\nv {k}.95 0 {k % 7}\n")
            file.write(f"f {5 * k + 1} {5 * k + 2} {5 * k + 3} {5 * k + 4} {5 * k + 5}\n")
    return path


def test_what_an_importer_opens_stays_inside(forge: Any, tmp_path: Path) -> None:
    """Every open of a real import, recorded from within: the roots, the cache, Python's own, nothing else."""
    project, cache, log = tmp_path / "project", tmp_path / "cache", tmp_path / "cache" / "opened.txt"
    project.mkdir()
    cache.mkdir()
    (tmp_path / "secret.png").write_bytes(forge.picture(np.zeros((2, 2, 3), dtype=np.uint8)))
    jobs = []
    for k, uri in enumerate(
        (
            "../secret.png",
            "%2e%2e/secret.png",
            str(tmp_path / "secret.png"),
            f"file://{tmp_path}/secret.png",
            "leak.png",
        )
    ):
        maker = forge.Gltf()
        maker.json |= {"images": [{"uri": uri}], "textures": [{"source": 0}]}
        maker.material(pbrMetallicRoughness={"baseColorTexture": {"index": 0}})
        maker.node(mesh=maker.mesh(maker.primitive() | {"material": 0}))
        (project / f"{k}.glb").write_bytes(maker.glb())
        jobs.append(job_for(project / f"{k}.glb", cache))
    (project / "leak.png").symlink_to(tmp_path / "secret.png")
    (project / "spy.obj").write_text("mtllib ../secret.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (project / "good.glb").write_bytes(forge.draco_glb().glb())
    jobs += [job_for(project / "spy.obj", cache), job_for(project / "good.glb", cache)]
    program = """
        import os, sys
        seen = []
        def record(event, arguments):
            if event == "open" and isinstance(arguments[0], (str, bytes)):
                seen.append(os.fsdecode(arguments[0]))
        from myriorama.app.assets.importer import run
        from myriorama.app.assets.jobs import Batch
        batch = Batch.from_json(sys.stdin.readline())
        sys.addaudithook(record)
        results = [run(job) for job in batch.jobs]
        print("\\n".join([str(sum(r is not None for r in results)), *seen]))
    """
    from myriorama.app.assets.jobs import Batch

    batch = Batch((str(project),), str(cache), 2**31, tuple(jobs))
    done = subprocess.run(
        [sys.executable, "-P", "-c", textwrap.dedent(program)],
        input=batch.to_json() + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    refused, *seen = done.stdout.splitlines()
    assert int(refused) == len(jobs) - 1
    assert any(path.endswith("good.glb") for path in seen)  # the recorder does record
    foreign = [p for p in seen if not p.endswith((".py", ".pyc", ".so"))]
    allowed = (str(project), str(cache))
    assert [p for p in foreign if not os.path.realpath(p).startswith(allowed)] == []
    assert not any("secret" in p for p in seen)
    assert not log.exists()


def test_the_walls_hold_from_inside(tmp_path: Path) -> None:
    """Code that runs in an importer, as a hostile file might make it, reaches nothing."""
    program = f"""
        import os, socket, subprocess, sys
        from pathlib import Path
        from myriorama.app.assets.confinement import Walls
        root, cache = Path({str(tmp_path / "root")!r}), Path({str(tmp_path / "cache")!r})
        root.mkdir(); cache.mkdir(); (root / "a").write_text("a")
        outside = {str(tmp_path / "outside")!r}
        Path(outside).write_text("secret")
        os.symlink(outside, root / "link")
        Walls([root], cache).stand()
        attempts = [
            lambda: open(outside).read(),
            lambda: open(root / "link").read(),
            lambda: open("/etc/passwd").read(),
            lambda: open(root / "a", "w"),
            lambda: open(outside, "ab"),
            lambda: os.open(outside, os.O_RDWR),
            lambda: os.remove(outside),
            lambda: os.rename(cache / "x", outside),
            lambda: os.system("true"),
            lambda: subprocess.run(["true"]),
            lambda: os.fork(),
            lambda: socket.create_connection(("127.0.0.1", 9)),
            lambda: os.kill(os.getppid(), 0),
        ]
        held = 0
        for attempt in attempts:
            try:
                attempt()
            except PermissionError:
                held += 1
        assert open(root / "a").read() == "a"
        (cache / "x").write_text("x")
        import colorsys  # modules still load
        print(held, len(attempts))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=True
    )
    held, tried = done.stdout.split()
    assert held == tried


@linux_only
def test_memory_is_limited(forge: Any, tmp_path: Path) -> None:
    (tmp_path / "large.png").write_bytes(forge.picture(np.zeros((8000, 8000, 3), dtype=np.uint8), compress_level=1))
    job = job_for(tmp_path / "large.png", tmp_path / "cache", "image")
    error = run_one(job, tmp_path / "cache", memory_bytes=450 * 2**20)
    assert error is not None
    assert "memory" in str(error)
    assert run_one(job, tmp_path / "cache") is None


def test_time_is_limited_and_the_rest_of_the_batch_goes_on(forge: Any, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    (tmp_path / "cube.glb").write_bytes(forge.cube_glb())
    good, slow = job_for(tmp_path / "cube.glb", cache), job_for(heavy_obj(tmp_path / "slow.obj", 60_000), cache)
    first, second, third = import_batch([good, slow, good], [tmp_path], cache, seconds_per_asset=0.15)
    assert first is None
    assert third is None
    assert second is not None
    assert "longer than 0.15 s" in str(second)


def _children() -> set[int]:
    found = set()
    for task in Path("/proc/self/task").iterdir():
        found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found


@linux_only
@pytest.mark.parametrize("how", [signal.SIGSEGV, signal.SIGKILL])
def test_a_crash_is_the_files_fault_and_the_rest_goes_on(forge: Any, tmp_path: Path, how: signal.Signals) -> None:
    cache = tmp_path / "cache"
    (tmp_path / "cube.glb").write_bytes(forge.cube_glb())
    good, bad = job_for(tmp_path / "cube.glb", cache), job_for(heavy_obj(tmp_path / "bad.obj", 120_000), cache)
    before, results = _children(), []
    thread = threading.Thread(target=lambda: results.extend(import_batch([good, bad, good], [tmp_path], cache)))
    thread.start()
    deadline = time.perf_counter() + 30
    while not Path(good.out).exists() and time.perf_counter() < deadline:
        time.sleep(0.005)
    for pid in _children() - before:
        os.kill(pid, how)
    thread.join(60)
    assert results[0] is None
    assert results[2] is None
    assert "ended the importer" in str(results[1])
    assert how.name in str(results[1])
    assert "bad.obj" in str(results[1])


@linux_only
def test_an_importer_goes_with_its_parent(tmp_path: Path) -> None:
    heavy_obj(tmp_path / "slow.obj", 400_000)
    program = f"""
        from pathlib import Path
        import hashlib
        from myriorama.app.assets.importing import import_batch
        from myriorama.app.assets.jobs import ImportJob
        folder = Path({str(tmp_path)!r})
        digest = hashlib.sha256((folder / "slow.obj").read_bytes()).hexdigest()
        job = ImportJob("model", "slow.obj", str(folder / "slow.obj"), str(folder), digest, str(folder / "out"))
        print("ready", flush=True)
        import_batch([job], [folder], folder)
    """
    parent = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"ready\n"
    children: set[int] = set()
    deadline = time.perf_counter() + 30
    while not children and time.perf_counter() < deadline:
        found = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        children = {int(p) for p in found if b"importer" in Path(f"/proc/{p}/cmdline").read_bytes()}
        time.sleep(0.01)
    assert children
    time.sleep(0.7)  # let it ask the kernel
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.perf_counter() + 5
    while any(_is_alive(pid) for pid in children) and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert not any(_is_alive(pid) for pid in children)


def _is_alive(pid: int) -> bool:
    try:
        return "importer" in Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_file_that_changes_meanwhile_is_refused(forge: Any, tmp_path: Path) -> None:
    (tmp_path / "cube.glb").write_bytes(forge.cube_glb())
    job = job_for(tmp_path / "cube.glb", tmp_path / "cache")
    (tmp_path / "cube.glb").write_bytes(forge.cube_glb() + b"    ")
    error = run_one(job, tmp_path / "cache")
    assert error is not None
    assert "changed" in str(error)
    assert not Path(job.out).exists()


def test_answers_cross_the_pipe_whole_and_nonsense_does_not() -> None:
    error = AssetError([Problem("a", "b\nc", "d", "e", "ü.glb"), Problem("x", "y")])
    found = read_answer(answer(error).encode())
    assert found is not None
    assert found.problems == error.problems
    assert "\n" not in answer(error)
    assert read_answer(answer(None).encode()) is None
    for nonsense in (b"", b"[]", b"{}", b'{"problems": 3}', b'{"problems": [{"no": 1}]}', b"\xff"):
        with pytest.raises(ValueError, match=r"."):
            read_answer(nonsense)


def test_real_data_goes_through_in_one_process(real_files: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    paths = [p for p in sorted((real_files / "models").glob("*/*")) if p.suffix in (".glb", ".gltf", ".obj", ".ply")]
    jobs = [job_for(p, cache, root=real_files) for p in paths]
    jobs = [ImportJob(**{**j.__dict__, "out": str(cache / f"{k}.asset")}) for k, j in enumerate(jobs)]
    assert len(jobs) == 30
    assert import_batch(jobs, [real_files], cache) == [None] * len(jobs)
