"""A production stack that no rule finds fault with, a file for each subject; rules that need more context put it here."""

from __future__ import annotations

import importlib
from collections.abc import Mapping

from policies.catalogue.resource import Resource

SUBJECTS = ("hosting", "headers", "variables", "database", "facts", "monitoring", "github")


def stack() -> dict[str, Resource]:
    """By logical name."""
    found: dict[str, Resource] = {}
    for subject in SUBJECTS:
        samples: Mapping[str, Resource] = importlib.import_module(f"tests.policies.samples.{subject}").resources()
        assert not found.keys() & samples.keys()
        found |= samples
    return found
