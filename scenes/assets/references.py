"""What a reference to a file may look like: a plain relative path, and nothing cleverer.

Pure text checks, the same on every system, made before any folder is looked at. A reference that only
*might* leave its folder is refused too; nothing is repaired.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from myriorama.scenes.assets.limits import MAX_NAME_BYTES, MAX_REFERENCE_LENGTH
from myriorama.scenes.assets.source import asset_fault

_SCHEME: Final = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE: Final = re.compile(r"^[A-Za-z]:")
_ENCODED: Final = re.compile(r"%(2e|2f|5c|00|25)", re.IGNORECASE)
_DEVICES: Final = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.IGNORECASE)
RELATIVE: Final = "a path relative to the file's own folder, with forward slashes and without '..'"


def relative_path(text: str, *, file: str, place: str, allowed: str = RELATIVE) -> PurePosixPath:
    """Return `text` as a relative path that cannot climb.

    Raises
    ------
    AssetError
        Empty, absolute, a drive, a UNC share, a URL, a path with ``..``, an encoded dot or slash, a control
        character, a name that some systems change silently (trailing dot or space) or treat as a device.
    """

    def check(bad: object, message: str) -> None:
        if bad:
            raise asset_fault(file, place, message, repr(text), allowed)

    check(not text.strip(), "the reference is empty")
    check(len(text) > MAX_REFERENCE_LENGTH, f"the reference is longer than {MAX_REFERENCE_LENGTH} characters")
    check(any(ord(c) < 32 or ord(c) == 127 for c in text), "the reference holds a control character")
    check(any(0xD800 <= ord(c) < 0xE000 for c in text), "the reference holds half a character")
    check(text.startswith(("\\\\", "//")), "the reference names a network share")
    check(_DRIVE.match(text), "the reference names a drive")
    check(text.startswith(("/", "\\", "~")), "the reference is absolute")
    check(_SCHEME.match(text), "the reference is a URL; nothing is fetched")
    check(_ENCODED.search(text), "the reference hides a dot, slash or percent sign behind an escape")
    check("\\" in text, "the reference uses backslashes")
    parts = text.split("/")
    check(".." in parts, "the reference climbs out of its folder")
    for part in parts:
        check(len(part.encode()) > MAX_NAME_BYTES, f"a name in the reference is longer than {MAX_NAME_BYTES} bytes")
        check(part not in ("", ".") and part[-1] in ". ", "a name in the reference ends in a dot or a space")
        check(_DEVICES.match(part), "a name in the reference is a device on some systems")
    path = PurePosixPath(text)
    check(path == PurePosixPath(), "the reference names no file")
    return path


def uri_path(uri: str, *, file: str, place: str) -> PurePosixPath:
    """Return a glTF URI as a relative path: checked as written, percent-decoded once, checked again."""
    relative_path(uri, file=file, place=place)
    try:
        decoded = unquote(uri, errors="strict")
    except UnicodeDecodeError as error:
        raise asset_fault(file, place, "the reference's escapes are not UTF-8", repr(uri), RELATIVE) from error
    return relative_path(decoded, file=file, place=place)


def windows_path(text: str, *, file: str, place: str) -> PurePosixPath:
    """Return a path of an OBJ or MTL file, where exporters on Windows write backslashes between names."""
    if text.startswith("\\"):
        return relative_path(text, file=file, place=place)
    return relative_path(text.replace("\\", "/"), file=file, place=place)
