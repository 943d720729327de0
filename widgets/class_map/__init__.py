"""The table of a class map: under which name and id each class is shown, merges and conflicts told at the row."""

from myriorama.widgets.class_map.table import ClassMapTable

__all__ = ["ClassMapTable"]
