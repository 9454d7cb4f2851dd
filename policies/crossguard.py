"""From a rule of the catalogue to an object of `pulumi_policy`.

Property values reach a callback in plain text, secrets too, and reading an unknown one raises. Both end here: a rule gets plain
JSON in which unknown values are marked, and what it reports is composed of paths and values it chose, secrets taken out.

A policy has one level, so three policies of the pack's own carry what a rule cannot say at its level: a rule that broke (it fails
the run), violations that a waiver accepts, and what is to be judged after the deployment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import partial
from threading import Lock
from typing import Any, Final, TypeAlias

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
    proxy,
)

from policies.catalogue import judge
from policies.catalogue.judge import Court, Verdict
from policies.catalogue.levels import Setting
from policies.catalogue.model import Finding, Outcome, Rule
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.types import STACK

CourtOf: TypeAlias = Callable[[str], Court]
"""Gives the court of a stack, by its name."""

_TAGS: Final = ["brightbroom"]
_STANDING_FOR_UNKNOWN: Final = frozenset(
    value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_") and isinstance(value, str)
)
"""What the wire holds where a value is not known yet; a remediation sees it as it is."""

_REDACTED: Final = "[secret]"
"""What `pulumi policy analyze --file` shows of an encrypted value."""


class Note(Enum):
    """The pack's own policies: name, level, what is true when they are silent."""

    BROKEN = ("every-rule-runs-to-its-end", EnforcementLevel.MANDATORY, "Every rule runs to its end")
    WAIVED = ("waivers-in-force", EnforcementLevel.ADVISORY, "No violation is accepted by a waiver")
    PENDING = ("to-be-judged-after-apply", EnforcementLevel.ADVISORY, "Every rule could read all it needs")


class Judges:
    """One pack's verdicts. Those that no rule's own policy can tell wait here, by the URN they are about, until the pack's own
    policies ask: these come last in the pack, and the SDK asks a pack's policies in their order. An engine may ask about several
    resources at once; about the stack it asks when all of them are judged."""

    def __init__(self, court_of: CourtOf) -> None:
        self._new_court_of = court_of
        self._courts: dict[str, Court] = {}
        self._one_at_a_time = Lock()
        self._viewed: tuple[tuple[int, ...], Stack] | None = None
        self._waiting: dict[tuple[Note, str], list[Verdict]] = {}

    def court_of(self, stack: str) -> Court:
        """The one court of a stack: it remembers which waivers were used."""
        with self._one_at_a_time:
            if stack not in self._courts:
                self._courts[stack] = self._new_court_of(stack)
            return self._courts[stack]

    def resource(self, rule: Rule, args: ResourceValidationArgs, report: ReportViolation) -> None:
        """Judge one resource by its inputs."""
        if args.resource_type not in rule.applies_to:
            args.not_applicable(judge.other_type(rule))
        resource = _resource_view(args)
        verdict = self.court_of(resource.stack).judge(rule, resource)
        for finding in self._told(verdict, resource.urn):
            report(rule.message(finding), finding.urn or None)
        if verdict.outcome is Outcome.NOT_APPLICABLE:
            args.not_applicable(verdict.reason)

    def stack(self, rule: Rule, args: StackValidationArgs, report: ReportViolation) -> None:
        """Judge the resources of a stack by their outputs, and by one another."""
        stack = self._view_of(args.resources)
        subjects = stack.of_type(*rule.applies_to)
        verdicts = [self.court_of(subject.stack).judge(rule, subject, stack) for subject in subjects]
        for verdict in verdicts:
            for finding in self._told(verdict, ""):
                report(rule.message(finding), finding.urn or verdict.resource.urn)
        if not verdicts:
            args.not_applicable(f"the stack has no {' and no '.join(rule.applies_to)}")
        if all(verdict.outcome is Outcome.NOT_APPLICABLE for verdict in verdicts):
            args.not_applicable("; ".join(sorted({verdict.reason for verdict in verdicts})))

    def _view_of(self, resources: Sequence[PolicyResource]) -> Stack:
        """One view for all rules, until the pack's own policies have ended the request."""
        shown = tuple(id(resource.props) for resource in resources)
        if self._viewed is None or self._viewed[0] != shown:
            pairs = [(resource.resource_type, resource) for resource in _with_root(resources)]
            self._viewed = (shown, Stack(pairs, _stack_view))
        return self._viewed[1]

    def note(self, note: Note, urn: str, report: ReportViolation) -> None:
        """Tell what waits for one of the pack's own policies; `urn` is empty for the stack."""
        if not urn:
            self._viewed = None
        for verdict in self._waiting.pop((note, urn), ()):
            report(_noted(note, verdict), verdict.resource.urn if urn == "" else None)

    def _told(self, verdict: Verdict, urn: str) -> tuple[Finding, ...]:
        """What the rule's own policy tells; the rest waits."""
        for note in _notes_of(verdict):
            self._waiting.setdefault((note, urn), []).append(verdict)
        return verdict.findings if verdict.outcome is Outcome.FAIL else ()


def _notes_of(verdict: Verdict) -> Iterator[Note]:
    """The pack's own policies that tell of a verdict."""
    if verdict.broken:
        yield Note.BROKEN
    elif verdict.outcome is Outcome.WAIVED:
        yield Note.WAIVED
    if not verdict.broken and (verdict.pending or verdict.outcome is Outcome.NOT_EVALUATED):
        yield Note.PENDING


def crossguard_policies(rules: Sequence[Rule], stack: str, today: date) -> list[Policy]:
    """The pack's policies at the levels of a stack. Raises `LevelsError` and `WaiversError`.

    Parameters follow the URN of what is judged: `pulumi policy analyze` names no stack.
    """
    judges = Judges(partial(judge.court, today=today))
    settings = judges.court_of(stack).settings
    return [
        *(_policy(rule, judges, settings[rule.id]) for rule in rules),
        *(own for note in Note for own in _own(note, judges)),
    ]


def _policy(rule: Rule, judges: Judges, setting: Setting) -> Policy:
    first = rule.requirements[0]
    common: dict[str, Any] = {
        "name": rule.name,
        "description": f"{rule.id} {rule.statement}",
        "enforcement_level": EnforcementLevel(setting.level.value),
        "display_name": rule.statement,
        "severity": Severity(rule.severity.value),
        "framework": PolicyComplianceFramework(first.standard, first.version, first.clause, rule.risk),
        "tags": _TAGS,
        "remediation_steps": rule.remedy,
        "url": rule.url,
    }
    if rule.whole_stack:
        return StackValidationPolicy(validate=partial(judges.stack, rule), **common)
    mend: Any = partial(_mended, rule, judges.court_of) if rule.mend else None
    return ResourceValidationPolicy(validate=partial(judges.resource, rule), remediate=mend, **common)


def _own(note: Note, judges: Judges) -> tuple[Policy, Policy]:
    name, level, description = note.value

    def of_resource(args: ResourceValidationArgs, report: ReportViolation) -> None:
        judges.note(note, args.urn, report)

    def of_stack(_: StackValidationArgs, report: ReportViolation) -> None:
        judges.note(note, "", report)

    return (
        ResourceValidationPolicy(name=name, description=description, validate=of_resource, enforcement_level=level),
        StackValidationPolicy(
            name=f"{name}-in-the-stack", description=description, validate=of_stack, enforcement_level=level
        ),
    )


def _noted(note: Note, verdict: Verdict) -> str:
    if note is Note.WAIVED and verdict.waiver:
        waiver = verdict.waiver
        seen = "; ".join(verdict.rule.message(finding).splitlines()[0] for finding in verdict.findings)
        return (
            f"{verdict.rule.id} is waived until {waiver.expires} by {waiver.id} ({waiver.ticket}): {waiver.reason}.\n"
            f"Owner {waiver.owner}, approved by {waiver.approver}. {seen}"
        )
    if note is Note.PENDING:
        return f"{verdict.rule.id} {verdict.rule.statement}: {verdict.pending or verdict.reason}"
    return verdict.reason


def _mended(rule: Rule, court_of: CourtOf, args: ResourceValidationArgs) -> Mapping[str, Any] | None:
    """The inputs with what the rule repairs, None where there is nothing to repair or something cannot be read."""
    if args.resource_type not in rule.applies_to or rule.mend is None:
        return None
    resource = _resource_view(args)
    court = court_of(resource.stack)
    if court.judge(rule, resource).outcome is not Outcome.FAIL:
        return None
    changes = rule.mend(resource, court.scope(rule))
    if not changes or unreadable(changes):
        return None
    for key, value in changes.items():
        args.props[key] = value  # type: ignore[index] # the SDK's mapping keeps what is secret or unknown beside it
    return args.props


def _resource_view(args: ResourceValidationArgs) -> Resource:
    options = args.opts
    return Resource(
        args.urn,
        args.resource_type,
        args.name,
        plain(args.props),
        protect=options.protect,
        ignore_changes=tuple(options.ignore_changes),
        secret_outputs=tuple(options.additional_secret_outputs),
    )


def _stack_view(resource: PolicyResource) -> Resource:
    options = resource.opts
    properties = plain(resource.props)
    known = properties.get("id")
    return Resource(
        resource.urn,
        resource.resource_type,
        resource.name,
        properties,
        {key: tuple(r.urn for r in linked) for key, linked in resource.property_dependencies.items()},
        id=known if isinstance(known, str) else "",
        parent=resource.parent.urn if resource.parent else "",
        protect=options.protect,
        ignore_changes=tuple(options.ignore_changes),
        secret_outputs=tuple(options.additional_secret_outputs),
    )


def _with_root(resources: Sequence[PolicyResource]) -> Iterable[PolicyResource]:
    """All resources; the stack's own first where the engine leaves it out."""
    if resources and not any(resource.resource_type == STACK for resource in resources):
        stack, project = resources[0].urn.split("::")[:2]
        name = f"{project}-{stack.removeprefix('urn:pulumi:')}"
        urn = f"{stack}::{project}::{STACK}::{name}"
        yield PolicyResource(STACK, {}, urn, name, resources[0].opts, None, None, [], {})
    yield from resources


def plain(value: Any) -> Any:
    """A proxy of the SDK as plain JSON; where a value is unknown stands `UNKNOWN`, where it is encrypted `SECRET`."""
    if isinstance(value, Mapping):
        return {key: _known(value, key) for key in list(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_known(value, position) for position in range(len(value))]
    if isinstance(value, str) and value in _STANDING_FOR_UNKNOWN:
        return UNKNOWN
    if value == _REDACTED:
        return SECRET
    return int(value) if isinstance(value, float) and value.is_integer() else value


def unreadable(value: Any) -> bool:
    """Whether something in a plain value is unknown or encrypted."""
    if isinstance(value, Mapping):
        return any(map(unreadable, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return any(map(unreadable, value))
    return value is UNKNOWN or value is SECRET


def _known(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except proxy.UnknownValueError:
        return UNKNOWN
