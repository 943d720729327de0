"""Writer: CVAT for images 1.1: one XML with a shape for each object, for a person to look at and to correct.

A zip of the export is what CVAT takes. It refuses names that XML cannot hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Final

from myriorama.plugins.api import (
    Bool,
    Parameter,
    StoredRecord,
    StoredRecords,
    WholeFile,
)
from myriorama.plugins.writers._crops import cropped, runs_by_rows
from myriorama.plugins.writers._markup import attributes, number, text
from myriorama.plugins.writers._pictures import file_stem
from myriorama.plugins.writers._polygons import Ring
from myriorama.plugins.writers._shapes import ShapeWriter, shapes_choice
from myriorama.plugins.writers._skeletons import Schema, drawing, schema_of, untaken

ANNOTATIONS_PATH: Final = "annotations.xml"
LABELS_PATH: Final = "cvat_labels.json"
_FACTS: Final = ("instance_key", "visible")
"""Told as attributes of every shape, before the object's own."""
_POINTS: Final = "{} keypoints"


class Cvat(ShapeWriter):
    """CVAT's own XML."""

    name: ClassVar[str] = "cvat"
    label: ClassVar[str] = "CVAT"
    help: ClassVar[str] = "CVAT for images 1.1: an XML of shapes beside the pictures, and the labels to make a task of."
    version: ClassVar[str] = "1"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        shapes_choice("mask"),
        Bool("keypoints", True, help="Also write the keypoints of an object as a skeleton."),
        Bool("attributes", True, help="Also write attributes, the object's key and its visible fraction."),
    )

    def losses(self) -> tuple[str, ...]:
        unless = {"keypoints": "keypoints", "attributes": "attributes and fractions"}
        return (
            *self.lost_of_shapes("group"),
            *(words for name, words in unless.items() if not self.values[name]),
            "keypoints outside the image",
            "the numbers of classes, and classes of stuff",
            "amodal and part masks, occluders, 3D boxes, poses and cameras",
            "depth, normals, object coordinates and id images",
        )

    def whole_files(self, records: StoredRecords) -> Iterable[WholeFile]:
        schema = schema_of(records)
        labels = self._labels(schema)
        yield WholeFile(ANNOTATIONS_PATH, self._document(records, schema, labels))
        told = json.dumps(labels, indent=2, ensure_ascii=False) + "\n"
        yield WholeFile(LABELS_PATH, (told.encode(),))

    def _labels(self, schema: Schema) -> list[dict[str, Any]]:
        """Return the labels in the form that CVAT's raw editor of labels takes."""
        out: list[dict[str, Any]] = []
        for row in self.things:
            names = [*_FACTS, *schema.attributes.get(row.id, ())] if self.values["attributes"] else []
            told = [
                {"name": n, "mutable": False, "input_type": "text", "default_value": "", "values": [""]}
                for n in dict.fromkeys(names)
            ]
            out.append({"name": row.name, "color": row.color, "type": "any", "attributes": told})
            points = schema.keypoints.get(row.id)
            if points is not None and self.values["keypoints"]:
                below = [{"name": n, "color": row.color, "type": "points", "attributes": []} for n in points.names]
                picture = drawing(list(points.names), points.skeleton)
                name = self._skeleton_of(row.name)
                out.append(
                    {
                        "name": name,
                        "color": row.color,
                        "type": "skeleton",
                        "attributes": [],
                        "sublabels": below,
                        "svg": picture,
                    }
                )
        if schema.ignores:
            out.append({"name": self.ignored_label, "color": "#7f7f7f", "type": "any", "attributes": []})
        return out

    def _skeleton_of(self, name: str) -> str:
        return untaken(_POINTS.format(name), (row.name for row in self.info.classes))

    def _document(self, records: StoredRecords, schema: Schema, labels: list[dict[str, Any]]) -> Iterator[bytes]:
        yield "\n".join(_head(self.info.name, schema.samples, labels)).encode() + b"\n"
        for stored in records:
            part = {"subset": stored["part"]} if len(schema.parts) > 1 else {}
            known = {"id": stored["index"], "name": f"{file_stem(stored['index'])}.png", **part}
            lines = [f"  <image{attributes(**known, width=stored['width'], height=stored['height'])}>"]
            rings = self.rings_of_all(stored)
            for a in stored["annotations"]:
                lines += self._shapes(stored, a, a["class_name"], next(rings, ()), ignored=False)
                if self.values["keypoints"] and a["keypoints"]:
                    lines += self._skeleton(a, list(schema.keypoints[a["class_id"]].names))
            for a in stored["ignored"]:
                lines += self._shapes(stored, a, self.ignored_label, next(rings, ()), ignored=True)
            yield "\n".join((*lines, "  </image>\n")).encode()
        yield b"</annotations>\n"

    def _shapes(
        self, stored: StoredRecord, a: StoredRecord, label: str, rings: Sequence[Ring], *, ignored: bool
    ) -> Iterator[str]:
        hidden = a["unoccluded"] is not None and a["unoccluded"] < 1
        common = attributes(label=label, source="file", occluded=int(hidden))
        after = attributes(z_order=0, group_id=a["instance"] + 1)
        inner = "" if ignored or not self.values["attributes"] else "".join(_facts(a))
        for tag, place in self._places(stored, a, rings):
            yield f"    <{tag}{common}{place}{after}>{inner}</{tag}>"

    def _places(self, stored: StoredRecord, a: StoredRecord, rings: Sequence[Ring]) -> Iterator[tuple[str, str]]:
        """Yield an element's name and where it lies."""
        x, y, w, h = a["box"]
        height, width = stored["height"], stored["width"]
        if self.values["shapes"] == "box":
            yield "box", attributes(xtl=x, ytl=y, xbr=x + w, ybr=y + h)
        elif self.values["shapes"] == "mask":
            runs = ", ".join(map(str, runs_by_rows(cropped(a, height, width)).tolist()))
            yield "mask", attributes(rle=runs, left=x, top=y, width=w, height=h)
        else:
            for ring in rings:
                yield "polygon", attributes(points=";".join(f"{number(px)},{number(py)}" for px, py in ring.tolist()))

    def _skeleton(self, a: StoredRecord, names: list[str]) -> Iterator[str]:
        by_name = {k["name"]: k for k in a["keypoints"]}
        label = self._skeleton_of(a["class_name"])
        yield f"    <skeleton{attributes(label=label, source='file', z_order=0, group_id=a['instance'] + 1)}>"
        for name in names:
            k = by_name.get(name)
            seen = 0 if k is None else k["v"]
            place = f"{number(k['x'])},{number(k['y'])}" if k is not None and seen else "0,0"
            told = attributes(label=name, source="file", outside=int(seen == 0), occluded=int(seen == 1), points=place)
            yield f"      <points{told}></points>"
        yield "    </skeleton>"


def _facts(a: StoredRecord) -> Iterator[str]:
    own = {"instance_key": a["instance_key"], "visible": "" if a["visible"] is None else number(a["visible"])}
    for name, value in (own | {k: v for k, v in a["attributes"].items() if k not in own}).items():
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield f"<attribute{attributes(name=name)}>{text(told)}</attribute>"


def _head(name: str, samples: int, labels: list[dict[str, Any]]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield "<annotations>"
    yield "  <version>1.1</version>"
    yield f"  <meta><task><name>{text(name)}</name><size>{samples}</size><mode>annotation</mode><labels>"
    for label in labels:
        yield _label(label)
        yield from (_label(below, label["name"]) for below in label.get("sublabels", ()))
    yield "  </labels></task></meta>"


def _label(label: dict[str, Any], parent: str = "") -> str:
    told = "".join(
        f"<attribute><name>{text(a['name'])}</name><mutable>False</mutable><input_type>{a['input_type']}</input_type>"
        "<default_value></default_value><values></values></attribute>"
        for a in label["attributes"]
    )
    further = f"<svg>{text(label['svg'])}</svg>" if "svg" in label else ""
    further += f"<parent>{text(parent)}</parent>" if parent else ""
    return (
        f"    <label><name>{text(label['name'])}</name><color>{text(label['color'])}</color>"
        f"<type>{label['type']}</type><attributes>{told}</attributes>{further}</label>"
    )
