"""Where rules register: by a decorator that carries all of a rule's metadata."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from policies.catalogue.model import Requirement, Rule, Severity

SUBJECTS: Final = ("headers", "csp_rules", "secrets", "database", "backup", "retention", "vercel", "github")
"""The files of the catalogue that hold rules."""

_RULES: Final[dict[str, Rule]] = {}
_Check = TypeVar("_Check", bound=Callable[..., Any])


def rule(
    code: str,
    statement: str,
    *,
    risk: str,
    severity: Severity,
    applies_to: tuple[str, ...],
    requirements: tuple[Requirement, ...],
    remedy: str,
    url: str,
    parameters: Mapping[str, type] | None = None,
    whole_stack: bool = False,
) -> Callable[[_Check], _Check]:
    """Register a rule: over one resource's inputs, or with `whole_stack` over all resources of the types it names."""

    def register(check: _Check) -> _Check:
        if code in _RULES:
            raise ValueError(f"two rules have the code {code}: give the newer one a code of its own")
        _RULES[code] = Rule(
            id=code,
            statement=statement,
            risk=risk,
            severity=severity,
            applies_to=applies_to,
            requirements=requirements,
            remedy=remedy,
            url=url,
            parameters=parameters or {},
            whole_stack=whole_stack,
            check=check,
        )
        return check

    return register


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, by its code."""
    for subject in SUBJECTS:
        importlib.import_module(f"policies.catalogue.{subject}")
    return tuple(_RULES[code] for code in sorted(_RULES))
