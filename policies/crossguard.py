"""From a rule of the catalogue to an object of `pulumi_policy`.

Property values reach a callback in plain text, secrets too, and reading an unknown one raises. Both end here: a rule gets plain
JSON in which unknown values are marked, and what it reports is composed of paths and values it chose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

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
)
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from policies.catalogue import levels
from policies.catalogue.levels import Setting
from policies.catalogue.model import UNKNOWN, NotApplicable, Resource, Rule, Unevaluated

_TAGS: Final = ["brightbroom"]


def crossguard_policies(rules: Sequence[Rule], settings: Mapping[str, Setting]) -> list[Policy]:
    """The pack's policies at the levels of one stack."""
    return [_policy(rule, settings[rule.id]) for rule in rules]


def _policy(rule: Rule, setting: Setting) -> Policy:
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
        return StackValidationPolicy(validate=_stack_validation(rule), **common)
    return ResourceValidationPolicy(validate=_resource_validation(rule), **common)


def _resource_validation(rule: Rule) -> Any:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type not in rule.applies_to:
            args.not_applicable(f"judges {', '.join(rule.applies_to)}")
        resource = Resource(args.urn, args.resource_type, args.name, plain(args.props))
        _judge(rule, resource, resource.stack, args, report)

    return validate


def _stack_validation(rule: Rule) -> Any:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        views = [_view(resource) for resource in args.resources if resource.resource_type in rule.applies_to]
        if not views:
            args.not_applicable(f"the stack has no {' and no '.join(rule.applies_to)}")
        _judge(rule, views, views[0].stack, args, report)

    return validate


def _judge(rule: Rule, subject: Any, stack: str, args: Any, report: ReportViolation) -> None:
    parameters = levels.of_stack(stack)[rule.id].parameters
    try:
        for finding in rule.check(subject, parameters):
            report(rule.message(finding), finding.urn or None)
    except NotApplicable as answer:
        args.not_applicable(str(answer))
    except Unevaluated as answer:
        raise UnknownValueError(UNKNOWN_STRING_VALUE, answer.path.split(".")) from None


def _view(resource: PolicyResource) -> Resource:
    links = {key: tuple(r.urn for r in linked) for key, linked in resource.property_dependencies.items()}
    return Resource(resource.urn, resource.resource_type, resource.name, plain(resource.props), links)


def plain(value: Any) -> Any:
    """A proxy of the SDK as plain JSON; where a value is unknown stands `UNKNOWN`."""
    if isinstance(value, Mapping):
        return {key: _known(value, key) for key in list(value)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_known(value, position) for position in range(len(value))]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _known(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN
