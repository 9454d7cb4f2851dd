"""What a rule is, what it says and how its answers are named. Standard library only.

A rule ends in one of four ways: no finding (pass), findings (fail), `NotApplicable` with a reason, or `Unevaluated` with the
path of a value that cannot be read yet. An absent value is decided by each rule, never read as compliant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from policies.catalogue.resource import Resource
    from policies.catalogue.scope import Scope


class Severity(StrEnum):
    """How much a violation matters."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Level(StrEnum):
    """What a violation does: nothing, a note, an end of the run, or a repair of the inputs before they are sent."""

    DISABLED = "disabled"
    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    REMEDIATE = "remediate"

    @property
    def stops(self) -> bool:
        """Whether a violation ends the run. What a repair left broken does."""
        return self in (Level.MANDATORY, Level.REMEDIATE)


class Outcome(StrEnum):
    """The six answers of a rule about a resource."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"
    NOT_EVALUATED = "not evaluated"
    SWITCHED_OFF = "switched off"


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
    """One violation: the property's path, the value seen there and the value wanted. `urn` names the resource where it is
    another one than the one judged."""

    path: str
    seen: Any
    wanted: str
    urn: str = ""


class NotApplicable(Exception):  # noqa: N818 - an answer, not an error
    """The rule has nothing to judge here; the text says why."""


class Unevaluated(Exception):  # noqa: N818 - an answer, not an error
    """The rule needs a value that cannot be read; `path` names it."""

    def __init__(self, path: str, why: str = "is known only after the deployment") -> None:
        super().__init__(f"{path} {why}")
        self.path = path


def together(*checks: Iterator[Finding]) -> Iterator[Finding]:
    """What several checks find. One that needs a value that cannot be read hides no other: it is told last."""
    unread: Unevaluated | None = None
    for check in checks:
        try:
            yield from check
        except Unevaluated as answer:
            unread = unread or answer
    if unread:
        raise unread


Parameters: TypeAlias = Mapping[str, Any]
Check: TypeAlias = "Callable[[Resource, Scope], Iterator[Finding]]"
Mend: TypeAlias = "Callable[[Resource, Scope], Mapping[str, Any]]"
"""Gives the top-level properties to send instead, empty where nothing is to mend."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule's metadata and its check.

    `id` is the catalogue code (`HDR-07`), `statement` what is true when compliant; both are public. `applies_to` are the types
    it gives an answer about. A `whole_stack` rule also reads others, `reads`, and sees outputs; any other rule sees the inputs of
    one resource. `parameters` names the values that `levels/<stack>.json` must give, with their types. `source` says where the
    judged value is decided: a key of `Pulumi.<stack>.yaml` below the project's name, or a file of the program; `sources`
    says it for types of which that is not so. `plan` names the vendor's plan without which the rule cannot be kept. A `last` rule
    is judged after all others, whose answers it reads.
    """

    id: str
    statement: str
    risk: str
    severity: Severity
    applies_to: tuple[str, ...]
    reads: tuple[str, ...]
    requirements: tuple[Requirement, ...]
    remedy: str
    url: str
    parameters: Mapping[str, type]
    whole_stack: bool
    source: str
    plan: str
    check: Check
    mend: Mend | None = None
    last: bool = False
    sources: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, kind: str) -> str:
        """Where what is judged of a resource of this type is decided."""
        return self.sources.get(kind, self.source)

    @property
    def name(self) -> str:
        """The CrossGuard name: code and statement in kebab case."""
        words = "".join(c if c.isalnum() else " " for c in f"{self.id} {self.statement}".lower()).split()
        return "-".join(words)

    @property
    def area(self) -> str:
        """The subject that the code begins with, such as `HDR`."""
        return self.id.partition("-")[0]

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
