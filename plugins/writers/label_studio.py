"""Writer: Label Studio: tasks with the labels as annotations or predictions, and the labelling configuration.

The pictures stay files; a task names them under a prefix that the reader's storage decides. It refuses names that XML
cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

from myriorama.plugins.api import (
    Bool,
    Choice,
    Parameter,
    StoredRecord,
    StoredRecords,
    Text,
    WholeFile,
)
from myriorama.plugins.writers._brush import brush_code
from myriorama.plugins.writers._crops import cropped
from myriorama.plugins.writers._markup import attributes
from myriorama.plugins.writers._pictures import file_stem
from myriorama.plugins.writers._polygons import Ring
from myriorama.plugins.writers._shapes import ShapeWriter, shapes_choice
from myriorama.plugins.writers._skeletons import Schema, schema_of
from myriorama.scenes.labels.stored import json_text

TASKS_PATH: Final = "label_studio/tasks.json"
CONFIG_PATH: Final = "label_studio/config.xml"
LOCAL_FILES: Final = "/data/local-files/?d="
_TAGS: Final = {
    "brush": ("BrushLabels", "brushlabels"),
    "polygon": ("PolygonLabels", "polygonlabels"),
    "box": ("RectangleLabels", "rectanglelabels"),
}
_POINT_WIDTH: Final = 0.5
"""How large a keypoint is drawn, percent of the picture's width."""


class LabelStudio(ShapeWriter):
    """Tasks for Label Studio."""

    name: ClassVar[str] = "label_studio"
    label: ClassVar[str] = "Label Studio"
    help: ClassVar[str] = "A JSON of tasks with labels, and the labelling configuration, to import in Label Studio."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        shapes_choice("brush"),
        Choice(
            "role",
            "annotations",
            options=("annotations", "predictions"),
            help="What the labels are in Label Studio: finished annotations, or predictions for a person to correct.",
        ),
        Bool("keypoints", True, help="Also write the keypoints of an object."),
        Text(
            "prefix", LOCAL_FILES, help="What stands before images/00000000.png in a task: where the pictures will be."
        ),
    )

    def losses(self) -> tuple[str, ...]:
        return (
            *self.lost_of_shapes("parent's id"),
            *(() if self.values["keypoints"] else ("keypoints",)),
            "keypoints outside the image, and bones between keypoints",
            "the numbers of classes, and classes of stuff",
            "the parts of a split, but for a field of each task",
            "amodal and part masks, occluders, 3D boxes, poses and cameras",
            "depth, normals, object coordinates and id images",
        )

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        schema = schema_of(records)
        yield WholeFile(TASKS_PATH, self._tasks(records))
        yield WholeFile(CONFIG_PATH, (self._config(schema).encode(),))

    def _tasks(self, records: StoredRecords) -> Iterator[bytes]:
        before = b"[\n"
        for stored in records:
            yield before + json_text(self._task(stored)).encode()
            before = b",\n"
        yield b"\n]\n" if before == b",\n" else b"[]\n"

    def _task(self, stored: StoredRecord) -> dict[str, Any]:
        path = f"images/{file_stem(stored['index'])}.png"
        made: dict[str, Any] = {"result": list(self._results(stored))}
        if self.values["role"] == "predictions":
            made |= {"model_version": self.info.program, "score": 1.0}
        return {
            "id": stored["index"] + 1,
            "data": {"image": f"{self.values['prefix']}{path}", "sample_key": stored["key"], "part": stored["part"]},
            self.values["role"]: [made],
        }

    def _results(self, stored: StoredRecord) -> Iterator[dict[str, Any]]:
        rings = self.rings_of_all(stored)
        for a in stored["annotations"]:
            number = 0
            for number, shape in enumerate(self._shapes(stored, a, a["class_name"], next(rings, ()))):
                yield {**shape, **_region(a, number), "meta": {"text": [a["instance_key"]]}}
            if self.values["keypoints"]:
                for k in a["keypoints"]:
                    if k["v"]:
                        number += 1
                        yield {**_keypoint(stored, k), **_region(a, number)}
        for a in stored["ignored"]:
            for number, shape in enumerate(self._shapes(stored, a, self.ignored_label, next(rings, ()))):
                yield {**shape, **_region(a, number)}

    def _shapes(
        self, stored: StoredRecord, a: StoredRecord, label: str, rings: Sequence[Ring]
    ) -> Iterator[dict[str, Any]]:
        height, width = stored["height"], stored["width"]
        tag = _TAGS[self.values["shapes"]][1]
        for value in self._values(a, rings, height, width):
            yield _result("label", tag, {**value, tag: [label]}, height, width)

    def _values(self, a: StoredRecord, rings: Sequence[Ring], height: int, width: int) -> Iterator[dict[str, Any]]:
        x, y, w, h = a["box"]
        if self.values["shapes"] == "brush":
            yield {"format": "rle", "rle": brush_code(cropped(a, height, width), (x, y, w, h), height, width)}
        elif self.values["shapes"] == "box":
            place = {"x": 100 * x / width, "y": 100 * y / height}
            yield {**place, "width": 100 * w / width, "height": 100 * h / height, "rotation": 0}
        else:
            for ring in rings:
                yield {"points": (ring * (100 / width, 100 / height)).tolist(), "closed": True}

    def _config(self, schema: Schema) -> str:
        tag, _ = _TAGS[self.values["shapes"]]
        shown = [(row.name, row.color) for row in self.things]
        if schema.ignores:
            shown.append((self.ignored_label, "#7f7f7f"))
        lines = ["<View>", '  <Image name="image" value="$image" zoom="true" zoomControl="true"/>']
        lines += _labels(tag, "label", shown)
        if self.values["keypoints"] and schema.keypoints:
            names = dict.fromkeys(name for key in sorted(schema.keypoints) for name in schema.keypoints[key].names)
            lines += _labels("KeyPointLabels", "keypoint", [(name, "") for name in names])
        return "\n".join((*lines, "</View>\n"))


def _labels(tag: str, name: str, rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield f"  <{tag}{attributes(name=name, toName='image')}>"
    for value, color in rows:
        yield f"    <Label{attributes(value=value, **({'background': color} if color else {}))}/>"
    yield f"  </{tag}>"


def _result(source: str, tag: str, value: dict[str, Any], height: int, width: int) -> dict[str, Any]:
    return {
        "from_name": source,
        "to_name": "image",
        "type": tag,
        "original_width": width,
        "original_height": height,
        "image_rotation": 0,
        "value": value,
    }


def _keypoint(stored: StoredRecord, k: StoredRecord) -> dict[str, Any]:
    height, width = stored["height"], stored["width"]
    place = {"x": 100 * k["x"] / width, "y": 100 * k["y"] / height, "width": _POINT_WIDTH}
    told = _result("keypoint", "keypointlabels", {**place, "keypointlabels": [k["name"]]}, height, width)
    seen = "seen" if k["v"] == 2 else "hidden"
    return {**told, "meta": {"text": [seen]}}


def _region(a: StoredRecord, number: int) -> dict[str, str]:
    """Return an id that is one of a kind within its task; what follows an object's first shape belongs to it."""
    own = {"id": f"{a['instance']}-{number}"}
    return own | {"parentID": f"{a['instance']}-0"} if number else own
