"""The rule over the waivers themselves: `policies/waivers.yaml` as the other rules left it."""

from __future__ import annotations

from collections.abc import Iterator

from policies.catalogue.model import Finding, Severity, Unevaluated
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import pci, soc2
from policies.catalogue.types import STACK


@rule(
    "GOV-03",
    "waivers are short, approved by another and needed",
    risk="an exception that nobody reviews becomes the rule, and hides the next violation",
    severity=Severity.HIGH,
    applies_to=(STACK,),
    requirements=(*pci("12.3.1"), *soc2("CC5.3")),
    remedy="fix what is waived and delete the waiver, or have somebody else approve a new one within the longest time",
    url="https://pulumi.com/docs/insights/policy/",
    whole_stack=True,
    source="policies/waivers.yaml",
    last=True,
)
def limit_waivers(root: Resource, scope: Scope) -> Iterator[Finding]:
    """A waiver hides a violation from everything but the reports. Neither Pulumi nor its vendors have any; the longest times
    are this project's own (critical and high 90 days, others 180). One that nothing needs yet is no fault while a value that
    its rule needs is unknown."""
    for waiver, problem in scope.waivers.wrong(root.stack, scope.today):
        yield Finding(f"{waiver.id}.{problem.field}", problem.seen, problem.wanted)
    for waiver in scope.waivers.of_stack(root.stack):
        if waiver.id not in scope.waivers.used and waiver.id in scope.waivers.undecided:
            raise Unevaluated(
                f"{waiver.id}.resource", f"is needed or not: {waiver.rule} is judged after the deployment"
            )
