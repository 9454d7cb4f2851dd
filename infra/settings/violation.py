"""One broken rule over several settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

REMOVE: Final = object()
"""As an example: the key must go."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule. `example` is a value that mends it, or `REMOVE`."""

    key: str
    given: Any
    problem: str
    example: Any
