"""Reads STL, binary and text. Its facet normals are ignored: they are often zero, and edges are re-found.

STL knows no units, colours or axes: up is taken as Z.
"""

from __future__ import annotations

import re
import struct
from typing import Final

import numpy as np

from myriorama.scenes.assets.numbers import parse_numbers
from myriorama.scenes.assets.pieces import RawPiece, Tally, finished_model
from myriorama.scenes.assets.source import SourceFile
from myriorama.scenes.assets.store import ImportedModel
from myriorama.scenes.conventions import F64
from myriorama.scenes.materials.model import Material

_RECORD: Final = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("extra", "<u2")])
_VERTEX: Final = re.compile(rb"^[ \t]*vertex[ \t]+(.*?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
PLAIN: Final = Material(double_sided=True, name="default")
"""For formats without materials; both sides are drawn because such files do not promise a winding."""


def read_stl(source: SourceFile) -> ImportedModel:
    """Return the model of an STL file.

    Raises
    ------
    AssetError
        Truncated, too large, or without extent.
    """
    content = source.content
    declared = struct.unpack_from("<I", content, 80)[0] if len(content) >= 84 else 0
    is_binary = len(content) >= 84 and len(content) == 84 + 50 * declared
    tally = Tally(source.name)
    if not is_binary and content.lstrip()[:5].lower() == b"solid":
        corners = _text_corners(source, tally)
    elif len(content) < 84:
        raise source.fault("header", "the STL file is truncated", f"{len(content)} bytes", "84 bytes and more")
    elif len(content) < 84 + 50 * declared:
        what = f"{len(content)} bytes for {declared:,} facets, which need {84 + 50 * declared:,}"
        raise source.fault("header", "the STL file is truncated", what, "the whole file; fetch or export it again")
    else:
        tally.add("facets", 3 * declared, declared)
        corners = np.frombuffer(content, _RECORD, declared, 84)["corners"].reshape(-1, 3).astype(np.float64)
    faces = np.arange(len(corners), dtype=np.int64).reshape(-1, 3)
    piece = RawPiece("solid", "default", "facets", corners, faces, PLAIN)
    return finished_model(source.name, [piece], "z", "stl", tally)


def _text_corners(source: SourceFile, tally: Tally) -> F64:
    if b"endsolid" not in source.content[-1024:].lower():
        raise source.fault("end", "the STL file is truncated: there is no 'endsolid'")
    rows = _VERTEX.findall(source.content)
    if len(rows) % 3:
        raise source.fault("facets", "a facet does not have three vertices", f"{len(rows)} vertices")
    tally.add("facets", len(rows), len(rows) // 3)
    return parse_numbers(b"\n".join(rows), 3 * len(rows), source, "facets").reshape(-1, 3)
