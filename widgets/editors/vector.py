"""Several numbers side by side that are one value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from myriorama.widgets.editors.number import NumberField

AXES = ("X", "Y", "Z", "W")


class VectorField(QWidget):
    """Two to four `NumberField` in a row.

    Attributes
    ----------
    changing, changed : signal of (list of float,)
    """

    changing = Signal(object)
    changed = Signal(object)
    cancelled = Signal()
    refusal_changed = Signal(str)

    def __init__(
        self,
        size: int = 3,
        *,
        minimum: float = -math.inf,
        maximum: float = math.inf,
        unit: str = "",
        names: Sequence[str] = AXES,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._judge: Callable[[list[float]], str] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3)
        self.fields = tuple(NumberField(0.0, minimum=minimum, maximum=maximum, parent=self) for _ in range(size))
        self._names = tuple(names[:size])
        self._unit = unit
        for i, field in enumerate(self.fields):
            field.setAccessibleName(names[i])
            field.changing.connect(self._on_changing)
            field.changed.connect(self._on_changed)
            field.cancelled.connect(self.cancelled)
            field.refusal_changed.connect(self._on_refusal)
            field.set_judge(self._judge_of(i))
            row.addWidget(field, 1)
        self.setFocusProxy(self.fields[0])

    @property
    def value(self) -> list[float | None]:
        """The numbers; None where several differ."""
        return [field.value for field in self.fields]

    def set_value(self, value: Sequence[float | None] | None) -> None:
        """Show numbers; None for several that differ."""
        shown: Sequence[float | None] = value if value is not None else (None,) * len(self.fields)
        for field, number in zip(self.fields, shown, strict=True):
            field.set_value(number)

    def configure(self, *, minimum: float, maximum: float, unit: str) -> None:
        """Use the field for another quantity."""
        self._unit = unit
        for field in self.fields:
            field.configure(minimum=minimum, maximum=maximum, unit="")

    def set_judge(self, judge: Callable[[list[float]], str] | None) -> None:
        """Ask `judge` for the reason why the numbers together are refused."""
        self._judge = judge

    def set_name(self, name: str) -> None:
        """Name the fields for those who hear them."""
        for axis, field in zip(self._names, self.fields, strict=True):
            field.setAccessibleName(f"{name} {axis}")
            field.setToolTip(axis)

    @property
    def refusal(self) -> str:
        return next((f.refusal for f in self.fields if f.refusal), "")

    def _judge_of(self, place: int) -> Callable[[float], str]:
        def judged(number: float) -> str:
            numbers = [number if i == place else field.value for i, field in enumerate(self.fields)]
            known = [n for n in numbers if n is not None]
            return self._judge(known) if self._judge is not None and len(known) == len(numbers) else ""

        return judged

    def _on_changing(self) -> None:
        if None not in self.value:
            self.changing.emit(self.value)

    def _on_changed(self) -> None:
        self.changed.emit(self.value)

    def _on_refusal(self) -> None:
        self.refusal_changed.emit(self.refusal)
