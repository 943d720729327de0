"""Editors of single values: small widgets that say *changing* while dragged and *changed* when done."""

from myriorama.widgets.editors.choice import ChoiceField
from myriorama.widgets.editors.color import ColorField
from myriorama.widgets.editors.direction import DirectionField, RotationField
from myriorama.widgets.editors.file import FileField
from myriorama.widgets.editors.line import FieldLine
from myriorama.widgets.editors.number import IntField, NumberField
from myriorama.widgets.editors.shares import SharesBar
from myriorama.widgets.editors.text import TextField
from myriorama.widgets.editors.toggle import ToggleField
from myriorama.widgets.editors.vector import VectorField
from myriorama.widgets.editors.weights import PaletteEditor, WeightsEditor

__all__ = [
    "ChoiceField",
    "ColorField",
    "DirectionField",
    "FieldLine",
    "FileField",
    "IntField",
    "NumberField",
    "PaletteEditor",
    "RotationField",
    "SharesBar",
    "TextField",
    "ToggleField",
    "VectorField",
    "WeightsEditor",
]
