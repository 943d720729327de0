"""The importer: a process that parses foreign files, writes what it made into the cache, and goes.

Run as ``python -m myriorama.app.assets.importer PARENT_PID``; one JSON batch comes in on standard input, one
JSON line per job goes out. It may crash, hang or be killed at any time: nobody else is hurt. It reads only
what its job allows and never talks to a network.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path, PurePosixPath

from myriorama.app.assets.cache import write_entry
from myriorama.app.assets.confinement import Walls, limit_resources
from myriorama.app.assets.containment import check_plain_file, inside
from myriorama.app.assets.jobs import Batch, ImportJob, answer
from myriorama.app.production.lifetime import die_with_parent
from myriorama.scenes.assets.container import Parsed, pack
from myriorama.scenes.assets.images import decode_image
from myriorama.scenes.assets.models import read_model
from myriorama.scenes.assets.radiance import read_radiance
from myriorama.scenes.assets.references import uri_path, windows_path
from myriorama.scenes.assets.source import SourceFile, asset_fault, no_neighbours
from myriorama.scenes.assets.texture_folder import read_texture_set
from myriorama.scenes.errors import AssetError


class _Neighbours:
    """Reads files beside a model, inside its root, and remembers which."""

    def __init__(self, job: ImportJob) -> None:
        self.job = job
        self.read: dict[str, str] = {}

    def __call__(self, reference: str, place: str) -> bytes:
        by_windows = Path(self.job.path).suffix.lower() == ".obj"
        relative = (windows_path if by_windows else uri_path)(reference, file=self.job.reference, place=place)
        root = Path(self.job.root)
        folder = PurePosixPath(Path(self.job.path).parent.relative_to(root).as_posix())
        shown = str(PurePosixPath(self.job.reference).parent / relative)
        found = inside(root, folder / relative)
        if found is None:
            allowed = f"the file beside the model, as {relative}; keep a model's files together when moving it"
            raise asset_fault(self.job.reference, place, "refers to a file that is missing", reference, allowed)
        check_plain_file(found, shown)
        content = found.read_bytes()
        self.read[str(relative)] = hashlib.sha256(content).hexdigest()
        return content


def _content(path: Path, sha256: str, reference: str) -> bytes:
    check_plain_file(path, reference)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise asset_fault(reference, "file", "was changed while it was being read", allowed="try again")
    return content


def parse(job: ImportJob) -> tuple[Parsed, dict[str, object]]:
    """Return what the job asks for, and facts for the cache: notes, and the other files that were read."""
    path, reference = Path(job.path), job.reference
    notes: tuple[str, ...] = ()
    neighbours = _Neighbours(job)
    made: Parsed
    if job.role == "texture_set":
        files = {name: _content(path / name, digest, f"{reference}/{name}") for name, digest in job.files}
        made = read_texture_set(reference, files)
        notes = made.notes
    elif job.role == "model":
        made = read_model(SourceFile(reference, _content(path, job.sha256, reference), neighbours))
        notes = made.notes
    elif job.role == "radiance":
        made, notes = read_radiance(SourceFile(reference, _content(path, job.sha256, reference), no_neighbours))
    else:
        made = decode_image(_content(path, job.sha256, reference), file=reference, upright=True)
    return made, {"notes": list(notes), "dependencies": sorted(neighbours.read.items())}


def run(job: ImportJob) -> AssetError | None:
    """Do one job; return what is wrong with the asset, if anything."""
    try:
        made, facts = parse(job)
        write_entry(Path(job.out), pack(made, facts))
    except AssetError as error:
        return error
    except MemoryError:
        return asset_fault(job.reference, "", "needs more memory than an importer may have", allowed="a smaller file")
    except OSError as error:
        return asset_fault(job.reference, "", f"could not be read or stored: {error}")
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, ImportError) as error:
        # The net under the parsers: whatever a hostile file trips here is told as that file's fault.
        what = f"could not be read ({type(error).__name__}: {str(error)[:200]})"
        return asset_fault(job.reference, "", what, allowed="a file that other programs can open too")
    return None


def main() -> int:
    """Serve one batch."""
    die_with_parent(int(sys.argv[1]))
    # Libraries may print; the answers get a descriptor of their own and everything else goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    batch = Batch.from_json(sys.stdin.readline())
    limit_resources(batch.memory_bytes)
    Walls([Path(r) for r in batch.roots], Path(batch.cache_folder)).stand()
    for job in batch.jobs:
        answers.write(answer(run(job)) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
