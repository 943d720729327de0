"""Work on a plugin: each save is taken up, a stop ends it, and what is no plugin is refused with the way out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from myriorama.app.extensions.approvals import Approvals
from myriorama.app.extensions.development import Development
from myriorama.app.extensions.installed import Plugins
from myriorama.app.observable import no_post
from myriorama.plugins.registry import PluginRegistry, registry_with
from myriorama.scenes.errors import InputError

_PATIENCE_S = 10.0


@pytest.fixture
def registry() -> PluginRegistry:
    return registry_with(())


@pytest.fixture
def development(hosts: Any, registry: PluginRegistry, tmp_path: Path) -> Iterator[Development]:
    plugins = Plugins(no_post, None, Approvals(None), registry, tmp_path / "none", (), lambda: hosts)
    made = Development(plugins, no_post)
    yield made
    made.close()
    plugins.close()


def wait_for(development: Development, there: Callable[[], bool]) -> None:
    """Wait until something holds after an answer of the plugins."""
    told = threading.Event()
    plugins = development._plugins
    plugins.changed.connect(told.set)
    try:
        while not there():
            assert told.wait(_PATIENCE_S)
            told.clear()
    finally:
        plugins.changed.disconnect(told.set)


def test_each_save_is_taken_up_until_the_work_is_stopped(
    development: Development, registry: PluginRegistry, code: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / "mine.py"
    path.write_text(code(harmless=True))
    assert development.grant_of(path) is None
    development.begin(path)
    wait_for(development, lambda: development.grant_of(path) is not None)
    first = development.grant_of(path)
    assert first is not None
    assert first.development
    assert registry.grants == (first,)
    path.write_text(code(harmless=True) + "\n# more\n")
    wait_for(development, lambda: development.grant_of(path) != first)
    second = development.grant_of(path)
    assert second is not None
    assert second.source.sha256 != first.source.sha256
    assert registry.grants == (second,)
    development.begin(path)
    assert development.paths == (path,)
    development.leave(second.source.key)
    wait_for(development, lambda: not registry.grants)
    assert development.paths == ()
    assert development.grant_of(path) is None


def test_what_cannot_be_worked_on_is_refused(development: Development, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no plugin here"):
        development.begin(tmp_path / "gone.py")
    assert development.paths == ()
