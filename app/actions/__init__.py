"""Everything a person can do, as one table: menus, palette, shortcuts and tooltips come from it alone."""

from myriorama.app.actions.action import CONTEXTS, Action, Context
from myriorama.app.actions.table import ActionTable

__all__ = ["CONTEXTS", "Action", "ActionTable", "Context"]
