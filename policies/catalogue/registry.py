"""Where rules register: by a decorator that carries all of a rule's metadata."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, TypeVar

from policies.catalogue.model import Mend, Requirement, Rule, Severity

SUBJECTS: Final = (
    *("headers", "header_rules", "csp_rules", "transport", "secrets", "secret_lives", "payments"),
    *("database", "branches", "backup", "retention", "inventory", "monitoring", "vercel"),
    *("firewall", "github", "repository", "workflows", "governance", "cost", "waiver_rules"),
)
"""The files of the catalogue that hold rules."""

AREAS: Final[Mapping[str, str]] = {
    "HDR": "Security headers",
    "TLS": "Transport encryption",
    "SEC": "Secrets",
    "DB": "Database",
    "BK": "Backups and recovery",
    "RET": "Retention and personal data",
    "MON": "Monitoring",
    "VRC": "Hosting",
    "GH": "Source and delivery",
    "GOV": "Governance",
    "COST": "Cost and scale",
}
"""What the first part of a code stands for, in the order of the reports."""

_RULES: Final[dict[str, Rule]] = {}
_Check = TypeVar("_Check", bound=Callable[..., Any])


def rule(
    code: str,
    statement: str,
    *,
    risk: str,
    severity: Severity,
    applies_to: tuple[str, ...],
    reads: tuple[str, ...] = (),
    requirements: tuple[Requirement, ...],
    remedy: str,
    url: str,
    parameters: Mapping[str, type] | None = None,
    whole_stack: bool = False,
    source: str = "",
    sources: Mapping[str, str] | None = None,
    plan: str = "",
    last: bool = False,
) -> Callable[[_Check], _Check]:
    """Register a rule: over one resource's inputs, or with `whole_stack` over its outputs and the whole stack's."""

    def register(check: _Check) -> _Check:
        if code in _RULES:
            raise ValueError(f"two rules have the code {code}: give the newer one a code of its own")
        _RULES[code] = Rule(
            id=code,
            statement=statement,
            risk=risk,
            severity=severity,
            applies_to=applies_to,
            reads=reads,
            requirements=requirements,
            remedy=remedy,
            url=url,
            parameters=parameters or {},
            whole_stack=whole_stack,
            source=source,
            sources=sources or {},
            plan=plan,
            check=check,
            last=last,
        )
        return check

    return register


def mends(code: str) -> Callable[[Mend], Mend]:
    """Register the repair of a rule, for stacks where its level is `remediate`."""

    def register(mend: Mend) -> Mend:
        _RULES[code] = dataclasses.replace(_RULES[code], mend=mend)
        return mend

    return register


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule by its code, in the order in which both callers judge: `last` ones at the end."""
    for subject in SUBJECTS:
        importlib.import_module(f"policies.catalogue.{subject}")
    return tuple(sorted(_RULES.values(), key=lambda rule: (rule.last, rule.id)))
