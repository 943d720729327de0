"""The registry that a command works with: what is shipped, and what its user has enabled.

It enables nothing.
"""

from __future__ import annotations

from myriorama.app.extensions.approvals import user_grants
from myriorama.plugins.hosting.hosts import PluginHosts
from myriorama.plugins.registry import PluginRegistry, registry_with


def user_registry(*, hosted: bool = False) -> PluginRegistry:
    """Return a registry of its own.

    Parameters
    ----------
    hosted : bool
        Third-party code can be run, in processes of its own, which `close` ends. Otherwise it is described only.
    """
    return registry_with(user_grants(), PluginHosts() if hosted else None)
