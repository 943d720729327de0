"""Draws many cells in one go: one pass of Philox for all, one array operation for each kind of distribution.

A batch is compiled once for a project; drawing makes no generator object and keeps nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from myriorama.scenes.drawing.cells import Cell
from myriorama.scenes.parameters import distributions as d
from myriorama.scenes.parameters.evenness import even_units
from myriorama.scenes.parameters.philox import U64, philox
from myriorama.scenes.parameters.streams import PURPOSE_SCRAMBLE, PURPOSE_SHUFFLE, counters, key_columns, unit
from myriorama.scenes.parameters.transforms import EvenTable, Table, table_of


@dataclass(frozen=True)
class _EvenKeys:
    """Of each even cell: (2, N) keys of the shared index shuffle and of its own scramble, (N,) dimension."""

    shuffle: U64
    scramble: U64
    dimension: U64


@dataclass(frozen=True)
class _Section:
    """Cells start, ..., stop - 1 are of one kind."""

    start: int
    stop: int
    table: Table | None
    even_table: EvenTable | None
    even_keys: _EvenKeys | None


class Batch:
    """Cells that are drawn together.

    Parameters
    ----------
    seed : int
        The project's.
    cells : sequence of (int, Cell)
        Number and cell; a linked one stands for whether it is used (its chance).
    """

    def __init__(self, seed: int, cells: Sequence[tuple[int, Cell]]) -> None:
        kinds = [(_kind(cell).__name__, number, cell) for number, cell in cells]
        ordered = sorted(kinds, key=lambda k: (k[0], k[1]))
        self.numbers = tuple(number for _, number, _ in ordered)
        self.cells = tuple(cell for _, _, cell in ordered)
        self._keys = key_columns(seed, [cell.path for cell in self.cells])
        self._sections: list[_Section] = []
        start = 0
        while start < len(self.cells):
            stop = start
            while stop < len(self.cells) and ordered[stop][0] == ordered[start][0]:
                stop += 1
            self._sections.append(_section(seed, start, stop, self.cells[start:stop]))
            start = stop
        self._chances = [
            (i, cell.written.chance, False if cell.linked is not None else cell.otherwise)
            for i, cell in enumerate(self.cells)
            if cell.written is not None and cell.written.chance < 1.0
        ]

    def draw(self, index: int, attempt: int, repeats: npt.NDArray[np.intp]) -> list[list[Any]]:
        """Return the values of each cell, in the order of `cells`.

        Parameters
        ----------
        repeats : (len(cells),) intp
            How many objects each is drawn for: numbers 0, 1, ...
        """
        if not self.cells:
            return []
        ends = np.cumsum(repeats)
        lanes = int(ends[-1])
        rows = np.repeat(np.arange(len(self.cells)), repeats)
        number = (np.arange(lanes) - np.repeat(ends - repeats, repeats)).astype(np.uint64)
        words = philox(counters(0, number, index, attempt, lanes), self._keys[:, rows])
        stops = [0, *ends.tolist()]
        values: list[Any] = []
        for section in self._sections:
            part = slice(stops[section.start], stops[section.stop])
            row = rows[part] - section.start
            if section.table is not None:
                values += section.table.values(row, words[:, part])
            elif section.even_keys is not None and section.even_table is not None:
                keys = section.even_keys
                even = even_units(
                    index,
                    attempt,
                    number[part],
                    keys.shuffle[:, row],
                    keys.scramble[:, row],
                    keys.dimension[row],
                    words[0, part],
                )
                values += section.even_table.values(row, even)
        for i, chance, otherwise in self._chances:
            start, stop = stops[i], stops[i + 1]
            used = (unit(words[3, start:stop]) < chance).tolist()
            values[start:stop] = [v if u else otherwise for v, u in zip(values[start:stop], used, strict=True)]
        return [values[a:b] for a, b in pairwise(stops)]


def _kind(cell: Cell) -> type[d.Distribution]:
    assert cell.written is not None
    found = cell.written.distribution
    if isinstance(found, d.Linked):
        return d.Chance
    return d.Even if isinstance(found, d.Even) else type(found)


def _section(seed: int, start: int, stop: int, cells: Sequence[Cell]) -> _Section:
    distributions: list[Any] = [cell.written.distribution for cell in cells if cell.written is not None]
    kind = _kind(cells[0])
    if kind is not d.Even:
        return _Section(start, stop, table_of(kind, distributions), None, None)
    shuffle_paths = [
        f"@even_group/{x.group}" if isinstance(x, d.EvenGroup) else cell.path
        for x, cell in zip(distributions, cells, strict=True)
    ]
    keys = _EvenKeys(
        key_columns(seed, shuffle_paths, PURPOSE_SHUFFLE),
        key_columns(seed, [cell.path for cell in cells], PURPOSE_SCRAMBLE),
        np.array([cell.dimension for cell in cells], dtype=np.uint64),
    )
    return _Section(start, stop, None, EvenTable(distributions), keys)
