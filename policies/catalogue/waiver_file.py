"""Reads `policies/waivers.yaml`."""

from __future__ import annotations

from policies.catalogue.waivers import Waiver


def waivers() -> tuple[Waiver, ...]:
    """All waivers of the project."""
    return ()
