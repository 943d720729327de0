"""The card for machines: Croissant 1.0 JSON-LD with files, their SHA-256, and record sets that mlcroissant reads.

It lists single files of the whole set and patterns of the samples' own; the manifest has the hash of each of these.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from myriorama.app.conversion.escaping import seen
from myriorama.app.conversion.facts import CardFacts, folder_name
from myriorama.app.conversion.licences import spdx_url

CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.0"
UNDATED: Final = "2026-01-01"
"""Croissant demands a date, and a dataset that holds no clock has none: the year of the card's form stands for it."""

_CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_TYPES: Final = {
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".exr": "image/x-exr",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".tar": "application/x-tar",
    ".parquet": "application/x-parquet",
    ".npy": "application/octet-stream",
    ".ply": "application/octet-stream",
}

_OBJECTS: Final = "objects-of-records"
_OF_SAMPLE: Final = (
    ("key", "sc:Text", "$.key", "The sample's key: index and a hash of what was drawn."),
    ("index", "sc:Integer", "$.index", "The sample's number."),
    ("width", "sc:Integer", "$.width", "Pixels."),
    ("height", "sc:Integer", "$.height", "Pixels."),
)
_OF_OBJECT: Final = (
    ("instance_key", "sc:Text", "instance_key", "The object's group and number; the same in all samples."),
    ("class_id", "sc:Integer", "class_id", "Class of the project, before any class map."),
    ("class_name", "sc:Text", "class_name", "Class of the project, before any class map."),
    ("area_px", "sc:Integer", "area_px", "Visible pixels."),
    ("rle", "sc:Text", "rle", "Visible mask, COCO's compressed run lengths."),
)


def croissant_text(facts: CardFacts) -> str:
    """Return the document; `facts.whole` must hold every other file of the whole set by then, the card as well."""
    info = facts.info
    name = seen(info.name) or "dataset"
    title = re.sub(r"[{}\\]", "", name)
    document: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": info.description.strip() or f"Synthetic pictures with labels, made from the project {name}.",
        "conformsTo": CONFORMS_TO,
        "license": spdx_url(info.licence.strip()) or "NOASSERTION",
        "version": "1.0.0",
        "datePublished": info.date or UNDATED,
        "citeAs": f"@misc{{{folder_name(info)}, title = {{{title}}}, note = {{project {info.project_hash}, seed "
        f"{info.seed}, rendered by {info.program}}}}}",
        "url": ".",
        "keywords": ["synthetic", "computer vision", *(f.name for f in facts.formats)],
        "distribution": [*_objects(facts), *_sets(facts)],
        "recordSet": list(_record_sets(facts)),
    }
    credited = [seen(credit) for credit in info.credits if credit.strip()]
    if credited:
        document["creator"] = [{"@type": "sc:Person", "name": credit} for credit in credited]
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _objects(facts: CardFacts) -> Iterator[dict[str, Any]]:
    for entry in facts.whole:
        yield {
            "@type": "cr:FileObject",
            "@id": _id(entry.path),
            "name": entry.path,
            "contentUrl": entry.path,
            "contentSize": f"{entry.bytes} B",
            "encodingFormat": _type(entry.path),
            "sha256": entry.sha256,
        }


def _id(path: str) -> str:
    """Return a path as an identifier: mlcroissant takes none with a space."""
    return re.sub(r"\s+", "-", path)


def _type(path: str) -> str:
    return _TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")


def _sets(facts: CardFacts) -> Iterator[dict[str, Any]]:
    for pattern in facts.patterns:
        yield _file_set(_id(pattern), pattern)
    if "records/*.json" in facts.patterns:  # one reader takes either one value of a file or one of each object in it
        yield _file_set(_OBJECTS, "records/*.json")


def _file_set(key: str, pattern: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": key,
        "name": key,
        "encodingFormat": _type(pattern),
        "includes": pattern,
    }


def _record_sets(facts: CardFacts) -> Iterator[dict[str, Any]]:
    yield {
        "@type": "cr:RecordSet",
        "@id": "classes",
        "name": "classes",
        "dataType": "sc:Enumeration",
        "key": {"@id": "classes/id"},
        "field": [
            _field("classes/id", "sc:Integer", "Id, as the formats show it."),
            _field("classes/name", "sc:Text", "Name, as the formats show it."),
            _field("classes/kind", "sc:Text", "thing: counted; stuff: not."),
            _field("classes/color", "sc:Text", "As it is drawn."),
        ],
        "data": [
            {"classes/id": c.id, "classes/name": c.name, "classes/kind": c.kind, "classes/color": c.color}
            for c in facts.info.classes
        ],
    }
    if "images/*.png" in facts.patterns:
        source = {"fileSet": {"@id": "images/*.png"}}
        yield {
            "@type": "cr:RecordSet",
            "@id": "images",
            "name": "images",
            "description": "The pictures.",
            "field": [
                _field("images/file", "sc:Text", "Name.", {**source, "extract": {"fileProperty": "filename"}}),
                _field("images/image", "sc:ImageObject", "sRGB.", {**source, "extract": {"fileProperty": "content"}}),
            ],
        }
    if "records/*.json" in facts.patterns:
        yield _set_of_json("samples", "The samples, one record each.", "records/*.json", "", _OF_SAMPLE)
        told = "The objects of all samples; the file is that of the sample's record."
        yield _set_of_json("objects", told, _OBJECTS, "$.annotations[*].", _OF_OBJECT)


def _set_of_json(
    name: str, description: str, file_set: str, prefix: str, fields: tuple[tuple[str, str, str, str], ...]
) -> dict[str, Any]:
    source = {"fileSet": {"@id": file_set}}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": description,
        "field": [
            _field(
                f"{name}/file", "sc:Text", "Name of the record.", {**source, "extract": {"fileProperty": "filename"}}
            ),
            *(
                _field(f"{name}/{field}", kind, told, {**source, "extract": {"jsonPath": prefix + path}})
                for field, kind, path, told in fields
            ),
        ],
    }


def _field(key: str, kind: str, told: str, source: dict[str, Any] | None = None) -> dict[str, Any]:
    field: dict[str, Any] = {"@type": "cr:Field", "@id": key, "name": key, "description": told, "dataType": kind}
    return field if source is None else {**field, "source": source}
