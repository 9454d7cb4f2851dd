"""What a rule is, what it sees and what it says. Standard library only.

A rule ends in one of four ways: no finding (pass), findings (fail), `NotApplicable` with a reason, or `Unevaluated` with the
path of a value that is known only after the deployment. An absent value is decided by each rule, never read as compliant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias


class Severity(StrEnum):
    """How much a violation matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    """What a violation does: nothing, a note, or an end of the run."""

    DISABLED = "disabled"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"


@dataclass(frozen=True, slots=True)
class Requirement:
    """A clause of a standard that a rule supports, such as PCI DSS, 4.0.1, 6.4.3."""

    standard: str
    version: str
    clause: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.standard, self.version, self.clause)))


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation: the property's path, the value seen there and the value wanted. `urn` names the resource where a stack
    rule means one."""

    path: str
    seen: Any
    wanted: str
    urn: str = ""


class NotApplicable(Exception):  # noqa: N818 - an answer, not an error
    """The rule has nothing to judge here; the text says why."""


class Unevaluated(Exception):  # noqa: N818 - an answer, not an error
    """The rule needs a value that is unknown before the deployment; `path` names it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} is known only after the deployment")
        self.path = path


class _Unknown:
    """Stands where a value is not known yet."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource as a provider will be sent it (or, to a stack rule, as it is known): plain JSON values, or `UNKNOWN`.

    `links` maps a property to the URNs it depends on, which are known even where an id is not.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def stack(self) -> str:
        """The stack of the URN `urn:pulumi:<stack>::<project>::<types>::<name>`."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    def get(self, path: str) -> Any:
        """The value at a dotted path, None where it is absent. Raises `Unevaluated` where it is unknown."""
        value: Any = self.properties
        for depth, key in enumerate(parts := path.split(".")):
            value = value.get(key) if isinstance(value, Mapping) else None
            if value is UNKNOWN:
                raise Unevaluated(".".join(parts[: depth + 1]))
        return value


Parameters: TypeAlias = Mapping[str, Any]
Check: TypeAlias = Callable[[Any, Parameters], Iterator[Finding]]
"""Takes a `Resource`, or a sequence of them where the rule is over the whole stack."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule's metadata and its check.

    `id` is the catalogue code (`HDR-07`), `statement` what is true when compliant; both are public. `parameters` names the values
    that `levels/<stack>.json` must give, with their types.
    """

    id: str
    statement: str
    risk: str
    severity: Severity
    applies_to: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    remedy: str
    url: str
    parameters: Mapping[str, type]
    whole_stack: bool
    check: Check

    @property
    def name(self) -> str:
        """The CrossGuard name: code and statement in kebab case."""
        words = "".join(c if c.isalnum() else " " for c in f"{self.id} {self.statement}".lower()).split()
        return "-".join(words)

    def message(self, finding: Finding) -> str:
        """What a person reads: property, value seen, value wanted, fix and the clauses it serves."""
        clauses = ", ".join(map(str, self.requirements))
        return (
            f"{finding.path}: seen {shown(finding.seen)}; wanted {finding.wanted}.\n"
            f"Fix: {self.remedy}. Serves {clauses}. {self.url}"
        )


def shown(value: Any) -> str:
    """A value for people, at most about a line long."""
    if value is None:
        return "nothing"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."
