"""The one table of everything a person can do: menus, palette and shortcuts are read from it.

It knows no toolkit: who makes a view adds rows with what they call, and whoever shows a menu asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app_model.registries import CommandsRegistry, MenusRegistry
from app_model.types import CommandRule, MenuItem, SubmenuItem
from psygnal import Signal

from myriorama.app.actions.action import Action, Context
from myriorama.app.settings.store import SettingsStore


@dataclass(frozen=True, eq=False)
class Row:
    """An action with its ways to be asked; see `widgets.panel.Bound`."""

    action: Action
    enabled: Callable[[], bool] | None
    checked: Callable[[], bool] | None


def overlap(a: Context, b: Context) -> bool:
    """Tell whether a key could mean both: the window's keys hold everywhere, a panel's own only within it."""
    return a == b or "window" in (a, b)


class ActionTable:
    """Actions by id, with the keys in force.

    Attributes
    ----------
    keys_changed : signal of ()
        A shortcut was changed.
    commands, menus : app-model registries
        What runs, and what is listed where; keys are not in app-model's third registry, because Qt decides by the
        keyboard's focus which panel a key belongs to, and app-model by one expression for the whole program.
    """

    keys_changed = Signal()

    def __init__(self, settings: SettingsStore) -> None:
        self._settings = settings
        self._rows: dict[str, Row] = {}
        self._shortcuts = settings.value.shortcuts
        self._groups: dict[str, list[str]] = {}
        self.commands = CommandsRegistry(raise_synchronous_exceptions=True)
        self.menus = MenusRegistry()
        settings.changed.connect(self._on_settings_changed)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __getitem__(self, id_: str) -> Row:
        return self._rows[id_]

    def __contains__(self, id_: object) -> bool:
        return id_ in self._rows

    def close(self) -> None:
        """Forget the settings; the table is not used after that."""
        self._settings.changed.disconnect(self._on_settings_changed, missing_ok=True)

    def add(
        self,
        action: Action,
        run: Callable[..., None],
        enabled: Callable[[], bool] | None = None,
        checked: Callable[[], bool] | None = None,
    ) -> None:
        """Add a row.

        Raises
        ------
        ValueError
            There is a row with this id.
        """
        if action.id in self._rows:
            raise ValueError(f"there are two actions with the id {action.id!r}")
        self._rows[action.id] = Row(action, enabled, checked)
        self.commands.register_command(action.id, run, action.title)
        if action.menu:
            rule = CommandRule(id=action.id, title=action.title)
            self._make_menu(action.menu, action.id.partition(".")[0])
            group = self._group(action.menu, action.group or action.id.partition(".")[0])
            self.menus.append_menu_items([(action.menu, MenuItem(command=rule, group=group))])

    def can_run(self, id_: str) -> bool:
        """Tell whether the action can be done now."""
        enabled = self._rows[id_].enabled
        return enabled is None or enabled()

    def run(self, id_: str, *state: bool) -> bool:
        """Do it, if it can be done now; a checkable one without a given state is turned over.

        Returns
        -------
        bool
            Whether it was done.
        """
        if not self.can_run(id_):
            return False
        row = self._rows[id_]
        if row.action.checkable and not state:
            state = (not (row.checked() if row.checked else False),)
        self.commands[id_].resolved_callback(*(state if row.action.checkable else ()))
        return True

    def keys(self, id_: str) -> tuple[str, ...]:
        """Return the keys in force, in Qt's portable notation."""
        return self._shortcuts.get(id_, self._rows[id_].action.keys)

    def is_custom(self, id_: str) -> bool:
        """Tell whether its keys are the user's own."""
        return id_ in self._shortcuts

    def set_keys(self, id_: str, keys: tuple[str, ...]) -> None:
        """Give an action other keys; kept in the settings."""
        own = {k: v for k, v in self._shortcuts.items() if k != id_}
        if keys != self._rows[id_].action.keys:
            own[id_] = keys
        self._settings.set(self._settings.value.model_copy(update={"shortcuts": own}))

    def reset_keys(self) -> None:
        """Give every action its default keys."""
        self._settings.set(self._settings.value.model_copy(update={"shortcuts": {}}))

    def holders(self, key: str, context: Context, besides: str = "") -> tuple[Action, ...]:
        """Return the actions that hold a key where it would be in the way of one in `context`."""
        return tuple(
            row.action
            for row in self
            if row.action.id != besides and overlap(row.action.context, context) and key in self.keys(row.action.id)
        )

    def conflicts(self) -> tuple[tuple[str, Action, Action], ...]:
        """Return (key, action, action) for every two that are in each other's way."""
        rows = tuple(self)
        return tuple(
            (key, a.action, b.action)
            for i, a in enumerate(rows)
            for b in rows[i + 1 :]
            if overlap(a.action.context, b.action.context)
            for key in self.keys(a.action.id)
            if key in self.keys(b.action.id)
        )

    def _group(self, menu: str, name: str) -> str:
        """Return a name of the group under which the registry lists groups in the order in which they came."""
        known = self._groups.setdefault(menu, [])
        if name not in known:
            known.append(name)
        return f"{known.index(name):03} {name}"

    def _make_menu(self, path: str, group: str) -> None:
        """See to it that every menu above a path lists the one below."""
        above, _, title = path.rpartition("/")
        if not above or path in self.menus:
            return
        self._make_menu(above, group)
        item = SubmenuItem(submenu=path, title=title, group=self._group(above, group))
        if above not in self.menus or all(getattr(m, "submenu", None) != path for m in self.menus.get_menu(above)):
            self.menus.append_menu_items([(above, item)])

    def _on_settings_changed(self) -> None:
        shortcuts = self._settings.value.shortcuts
        if shortcuts != self._shortcuts:
            self._shortcuts = shortcuts
            self.keys_changed.emit()
