"""Everything a person can do, as one table: menus, palette, shortcuts and tooltips come from it alone."""

from myriorama.app.actions.action import CONTEXTS, Action, Context

__all__ = ["CONTEXTS", "Action", "Context"]
