"""What the user has approved (being built; TRUST replaces this file)."""

from __future__ import annotations

from myriorama.plugins.sources import Grant


def user_grants() -> tuple[Grant, ...]:
    """Return the grants of everything that is approved and unchanged."""
    return ()
