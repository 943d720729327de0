"""Reads foreign JSON one typed value at a time, so that a wrong type is an error with a place, not a crash.

It knows nothing of any format.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from myriorama.scenes.assets.source import asset_fault
from myriorama.scenes.conventions import Json
from myriorama.scenes.errors import AssetError


class JsonView:
    """A JSON object of a foreign file, with the path that leads to it.

    Parameters
    ----------
    value : JSON value
        Must be an object.
    file, place : str
        For messages.
    """

    def __init__(self, value: Json, file: str, place: str = "") -> None:
        self.file = file
        self.place = place
        if not isinstance(value, dict):
            raise asset_fault(file, place or "the file", "must be a JSON object", value)
        self.value = value

    def fault(self, key: str, message: str, value: object = "", allowed: str = "") -> AssetError:
        """Return an error at `key` of this object."""
        return asset_fault(self.file, self._at(key), message, value, allowed)

    def _at(self, key: str) -> str:
        return ".".join(p for p in (self.place, key) if p)

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def child(self, key: str) -> JsonView | None:
        """Return the object at `key`, or None."""
        return JsonView(self.value[key], self.file, self._at(key)) if key in self.value else None

    def need(self, key: str) -> JsonView:
        """Return the object at `key`."""
        found = self.child(key)
        if found is None:
            raise self.fault(key, "is missing")
        return found

    def list_at(self, key: str) -> list[Json]:
        """Return the list at `key`, empty where there is none."""
        found = self.value.get(key, [])
        if not isinstance(found, list):
            raise self.fault(key, "must be a list", found)
        return found

    def entry(self, key: str, index: int, asked_by: JsonView | None = None) -> JsonView:
        """Return object number `index` of the list at `key`; a bad index is the asker's fault."""
        items = self.list_at(key)
        if not 0 <= index < len(items):
            blame = asked_by or self
            raise blame.fault("", f"refers to {key}[{index}], which does not exist", allowed=f"0 to {len(items) - 1}")
        return JsonView(items[index], self.file, self._at(f"{key}[{index}]"))

    def entries(self, key: str) -> Iterator[JsonView]:
        """Yield the objects of the list at `key`."""
        for i in range(len(self.list_at(key))):
            yield self.entry(key, i)

    def integer(self, key: str, default: int | None = None, *, low: int = 0, high: int = 2**40) -> int:
        """Return the whole number at `key`."""
        found = self.value.get(key, default)
        if found is None:
            raise self.fault(key, "is missing")
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if not isinstance(found, int) or isinstance(found, bool) or not low <= found <= high:
            raise self.fault(key, "must be a whole number in range", found, f"{low} to {high}")
        return found

    def index(self, key: str) -> int | None:
        """Return the index at `key`, or None where there is none."""
        return self.integer(key) if key in self.value else None

    def number(self, key: str, default: float) -> float:
        """Return the finite number at `key`."""
        return self._number(key, self.value.get(key, default))

    def _number(self, key: str, found: Json) -> float:
        if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
            raise self.fault(key, "must be a finite number", found)
        return float(found)

    def numbers(self, key: str, default: tuple[float, ...]) -> tuple[float, ...]:
        """Return as many finite numbers as `default` has."""
        if key not in self.value:
            return default
        found = self.list_at(key)
        if len(found) != len(default):
            raise self.fault(key, f"must hold {len(default)} numbers", found)
        return tuple(self._number(f"{key}[{i}]", f) for i, f in enumerate(found))

    def integers(self, key: str) -> tuple[int, ...]:
        """Return the list of indices at `key`, empty where there is none."""
        found = self.list_at(key)
        if not all(isinstance(i, int) and not isinstance(i, bool) and i >= 0 for i in found):
            raise self.fault(key, "must hold indices", found)
        return tuple(int(i) for i in found if isinstance(i, int))

    def text(self, key: str, default: str | None = None) -> str:
        """Return the string at `key`."""
        found = self.value.get(key, default)
        if not isinstance(found, str):
            raise self.fault(key, "must be a string" if key in self.value else "is missing", found)
        return found

    def flag(self, key: str, default: bool) -> bool:
        """Return the true or false at `key`."""
        found = self.value.get(key, default)
        if not isinstance(found, bool):
            raise self.fault(key, "must be true or false", found)
        return found


def parse_json(content: bytes, file: str, place: str = "") -> JsonView:
    """Parse bytes as a JSON object.

    Raises
    ------
    AssetError
        Not UTF-8, not JSON, nested too deep, or holds NaN or Infinity.
    """

    def refuse_constant(word: str) -> float:
        raise asset_fault(file, place, "JSON knows no such number", word)

    try:
        value = json.loads(content.decode("utf-8-sig"), parse_constant=refuse_constant)
    except UnicodeDecodeError as error:
        raise asset_fault(file, place, f"is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except RecursionError as error:
        raise asset_fault(file, place, "the JSON is nested too deep") from error
    except ValueError as error:
        raise asset_fault(file, place, f"is not JSON: {error}") from error
    return JsonView(value, file, place)
