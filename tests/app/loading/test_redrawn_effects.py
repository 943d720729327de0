"""Effects drawn anew by a training loop: the exported bytes at first, others each epoch, the same labels always."""

from __future__ import annotations

import json
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import numpy as np
import pytest

from myriorama.app.dataset.verify import verify
from myriorama.app.loading import RenderedSamples, WrittenSamples
from myriorama.app.production.job import JobSettings, run_job
from myriorama.scenes.errors import InputError

pytestmark = pytest.mark.gl
SIZE = (96, 72)
COUNT = 2
EFFECTS: list[dict[str, Any]] = [
    {"uid": "lens", "type": "lens_distortion"},
    {"uid": "fog", "type": "fog"},
    {"uid": "corners", "type": "vignette"},
    {"uid": "gain", "type": "exposure", "parameters": {"gain_ev": {"uniform": [-2.0, 2.0]}}},
    {"uid": "noise", "type": "sensor_noise", "parameters": {"iso": {"log_uniform": [800.0, 6400.0]}}},
    {
        "uid": "dirt",
        "type": "lens_dirt",
        "parameters": {"strength": {"uniform": [0.3, 1.0]}, "lens": {"integers": [0, 1000]}},
    },
    {"uid": "packing", "type": "jpeg", "parameters": {"quality": {"integers": [20, 95]}}},
]
LAST = ["corners", "gain", "noise", "dirt", "packing"]

Dataset = tuple[Path, Path]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory, mugs_tree: Callable[..., dict[str, Any]]) -> Dataset:
    """A project that keeps clean pictures, and two of its samples."""
    folder = tmp_path_factory.mktemp("redrawn")
    project = folder / "project.json"
    tree = mugs_tree(effects=EFFECTS, output={"width": SIZE[0], "height": SIZE[1], "clean": True})
    project.write_text(json.dumps(tree), encoding="utf-8")
    return project, run_job(JobSettings(project, COUNT, folder / "set", formats=("coco", "raw"))).folder


def images(samples: Any) -> list[bytes]:
    return [sample["image"].tobytes() for sample in samples]


def told(samples: Any) -> list[str]:
    """Return everything that is said of samples and no picture."""
    out = []
    for sample in samples:
        arrays = [sample[name].tobytes() for name in ("boxes", "masks", "class_ids", "K", "surface_id", "depth")]
        out.append(repr(arrays) + json.dumps(sample["record"]["annotations"]))
    return out


@pytest.mark.parametrize("what", ["noise", "values", True])
def test_the_first_epoch_has_the_exported_bytes_and_every_other_has_others(dataset: Dataset, what: Any) -> None:
    plain = WrittenSamples(dataset[1])
    samples = WrittenSamples(dataset[1], redraw_effects=what)
    assert samples.epoch == 0
    assert images(samples) == images(plain)
    assert all(np.array_equal(a["lens_cover"], b["lens_cover"]) for a, b in zip(samples, plain, strict=True))
    labels = told(plain)
    seen = [images(samples)]
    for epoch in (1, 2, 7):
        samples.set_epoch(epoch)
        seen.append(images(samples))
        assert told(samples) == labels
    assert all(len({epoch[k] for epoch in seen}) == 4 for k in range(COUNT))
    samples.set_epoch(2)
    assert images(samples) == seen[2]
    assert images(WrittenSamples(dataset[1], redraw_effects=what, epoch=7)) == seen[3]


def test_the_first_epoch_is_drawn_and_not_read(dataset: Dataset, tmp_path: Path) -> None:
    """Without its stored picture a sample still has it: from the clean one."""
    folder = Path(copytree(dataset[1], tmp_path / "copy"))
    wanted = images(WrittenSamples(folder))
    for index in range(COUNT):
        record = json.loads((folder / f"records/{index:08d}.json").read_bytes())
        (folder / record["files"]["rgb"]["path"]).unlink()
    assert images(WrittenSamples(folder, redraw_effects="noise")) == wanted


def test_noise_leaves_values_and_values_are_new(dataset: Dataset) -> None:
    """Brightness follows the exposure's value: the same with other noise, another with other values."""

    def means(what: str) -> np.ndarray[Any, Any]:
        samples = WrittenSamples(dataset[1], redraw_effects=what, epoch=0)  # type: ignore[arg-type]
        rows = []
        for epoch in range(6):
            samples.set_epoch(epoch)
            rows.append([float(sample["image"].mean()) for sample in samples])
        return np.array(rows)

    assert (np.ptp(means("noise"), axis=0) < 3.0).all()
    assert (np.ptp(means("values"), axis=0) > 12.0).all()


def test_what_is_kept_is_a_half_float_image_and_the_dataset_is_sound(dataset: Dataset) -> None:
    sample = WrittenSamples(dataset[1])[0]
    assert sample["record"]["redrawable"] == {"effects": LAST, "channels": ["lens_cover"]}
    assert sample["clean_linear"].dtype == np.float16
    assert sample["clean_linear"].shape == (SIZE[1], SIZE[0], 3)
    assert verify(dataset[1]).findings == ()


@pytest.mark.parametrize("what", ["noise", "values"])
def test_samples_that_are_rendered_now_are_those_of_the_dataset(dataset: Dataset, what: Any) -> None:
    written = WrittenSamples(dataset[1], redraw_effects=what)
    with RenderedSamples(dataset[0], range(COUNT), workers=1, redraw_effects=what) as rendered:
        for epoch in (0, 3):
            written.set_epoch(epoch)
            rendered.set_epoch(epoch)
            for a, b in zip(written, rendered, strict=True):
                assert np.array_equal(a["image"], b["image"])
                assert np.array_equal(a["lens_cover"], b["lens_cover"])
                assert np.array_equal(a["boxes"], b["boxes"])


def _first_two_epochs(samples: WrittenSamples, begin: Any, answers: Any) -> None:
    for _ in range(2):
        begin.get(timeout=60)
        answers.put(images(samples))


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_worker_that_lives_on_follows_the_epoch(dataset: Dataset, method: str) -> None:
    samples = WrittenSamples(dataset[1], redraw_effects="values", epoch=1)
    wanted = [images(samples)]
    samples.set_epoch(2)
    wanted.append(images(samples))
    context: Any = multiprocessing.get_context(method)
    begin, answers = context.Queue(), context.Queue()
    worker = context.Process(target=_first_two_epochs, args=(samples, begin, answers), daemon=True)
    worker.start()
    found = []
    for epoch in (1, 2):
        samples.set_epoch(epoch)
        begin.put(True)
        found.append(answers.get(timeout=60))
    worker.join(60)
    assert found == wanted


def test_a_copy_keeps_the_epoch_that_it_had(dataset: Dataset) -> None:
    samples = WrittenSamples(dataset[1], redraw_effects="values", epoch=4, fields=("image",))
    copy = pickle.loads(pickle.dumps(samples))
    samples.set_epoch(5)
    assert copy.epoch == 4
    assert images(copy) == images(WrittenSamples(dataset[1], redraw_effects=True, epoch=4))


def test_what_cannot_be_drawn_anew_is_told(dataset: Dataset, tmp_path: Path, make_dataset: Callable[..., Path]) -> None:
    project, folder = dataset
    with pytest.raises(InputError, match=r"'sometimes'.*'noise' or 'values'"):
        WrittenSamples(folder, redraw_effects="sometimes")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="an epoch is a number"):
        WrittenSamples(folder, redraw_effects=True, epoch=-1)
    tree = json.loads(project.read_bytes())
    plain = tmp_path / "plain.json"
    plain.write_text(json.dumps({**tree, "effects": []}), encoding="utf-8")
    with pytest.raises(InputError, match="no effect that can be drawn again"):
        run_job(JobSettings(plain, 1, tmp_path / "a", formats=("raw",)))
    with pytest.raises(InputError, match="only the format raw"):
        run_job(JobSettings(project, 1, tmp_path / "b", formats=("coco",)))
    plain.write_text(json.dumps({**tree, "effects": [], "output": {}}), encoding="utf-8")
    with pytest.raises(InputError, match="no effect that can be drawn again"):
        RenderedSamples(plain, range(1), redraw_effects=True)
    copied = Path(copytree(folder, tmp_path / "copy"))
    told_project = json.loads((copied / "project.json").read_bytes())
    del told_project["output"]["clean"]
    (copied / "project.json").write_text(json.dumps(told_project), encoding="utf-8")
    with pytest.raises(InputError, match=r"keeps no clean pictures.*--clean"):
        WrittenSamples(copied, redraw_effects=True)


def test_an_effect_of_a_plugin_that_is_not_enabled_never_runs(dataset: Dataset, tmp_path: Path) -> None:
    folder = Path(copytree(dataset[1], tmp_path / "copy"))
    for path in [folder / "project.json", *folder.glob("records/*.json")]:
        text = path.read_text(encoding="utf-8")
        assert "sensor_noise" in text
        path.write_text(text.replace("sensor_noise", "glow_worms"), encoding="utf-8")
    assert len(images(WrittenSamples(folder))) == COUNT
    with pytest.raises(InputError, match="glow_worms is a plugin's that is not enabled here"):
        WrittenSamples(folder, redraw_effects="noise")
