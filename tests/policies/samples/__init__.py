"""A production stack that no rule finds fault with, a file for each subject; rules that need more context put it here."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping

from policies.catalogue.resource import Resource

SUBJECTS = ("hosting", "headers", "variables", "database", "facts", "monitoring", "github")


def stack() -> dict[str, Resource]:
    """By logical name; the resources are the same objects each time."""
    return dict(_made())


@functools.cache
def _made() -> Mapping[str, Resource]:
    found: dict[str, Resource] = {}
    for subject in SUBJECTS:
        samples: Mapping[str, Resource] = importlib.import_module(f"tests.policies.samples.{subject}").resources()
        assert not found.keys() & samples.keys()
        found |= samples
    return found
