"""That the rules cover everything there is, and that nothing gets around them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from policies.catalogue import registry, types
from policies.catalogue.model import Finding, Rule, Severity
from policies.catalogue.read_paths import read_paths, split, touches
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import pci, soc2, strategy
from policies.catalogue.types import INCIDENT_CONTACTS, NEON_KEY, NEON_PROJECT, NEON_ROLE, NEON_SPENDING_LIMIT, STACK

_GROUP: Final = "groups resources that are judged one by one"
_STORAGE: Final = "belongs to the bucket of the weekly copies, of which BK-02 judges what is declared"
_ERRORS: Final = "sets up error tracking; its DSN is judged as a variable by MON-03"

OUT_OF_SCOPE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "brightbroom:backup:BackupStorage",
            "brightbroom:delivery:GithubEnvironment",
            "brightbroom:delivery:GithubRepository",
            "brightbroom:delivery:GithubRulesets",
            "brightbroom:errors:SentryErrors",
            "brightbroom:hosting:EnvironmentVariables",
            "brightbroom:hosting:GeneratedSecrets",
            "brightbroom:hosting:Monitoring",
            "brightbroom:hosting:VercelApp",
        ),
        _GROUP,
    ),
    **dict.fromkeys(
        (
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            "aws:iam/role:Role",
            "aws:iam/rolePolicy:RolePolicy",
            "aws:s3/bucket:Bucket",
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
            "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
            "aws:s3/bucketPolicy:BucketPolicy",
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "aws:s3/bucketVersioning:BucketVersioning",
        ),
        _STORAGE,
    ),
    **dict.fromkeys(
        (
            "sentry:index/sentryIssueAlert:SentryIssueAlert",
            "sentry:index/sentryMetricAlert:SentryMetricAlert",
            "sentry:index/sentryProject:SentryProject",
            "sentry:index/sentryTeam:SentryTeam",
        ),
        _ERRORS,
    ),
    INCIDENT_CONTACTS: "says who answers for an incident; that the people are still there no rule can tell",
    NEON_SPENDING_LIMIT: "warns of costs and stops nothing; COST-01 judges what stops",
    "github:index/issueLabels:IssueLabels": "names labels of issues, which protect nothing",
    "pulumi:providers:random": "reaches nobody and has no token",
}
"""Types that no rule judges, each with the reason."""


def _others() -> tuple[Rule, ...]:
    """The rules over resources: all but those over the rules."""
    return tuple(rule for rule in registry.rules() if rule.area != "GOV")


def standing(kind: str) -> tuple[str, str]:
    """What the rules make of a type, `judged`, `read`, `out of scope` or `unknown`, and the reason where it is out of scope."""
    if kind == STACK or any(kind in rule.applies_to for rule in _others()):
        return "judged", ""
    if any(kind in rule.reads for rule in _others()):
        return "read", ""
    return ("out of scope", OUT_OF_SCOPE[kind]) if kind in OUT_OF_SCOPE else ("unknown", "")


@rule(
    "GOV-01",
    "every type of resource is classified",
    risk="what nobody knows to be there, nobody protects",
    severity=Severity.HIGH,
    applies_to=(STACK,),
    requirements=(*pci("12.5.2"), *soc2("CC4.1"), *strategy("Compliance")),
    remedy="write a rule for the type, or list it with a reason in policies/catalogue/governance.py",
    url="https://www.pulumi.com/docs/iac/concepts/resources/names/#types",
    whole_stack=True,
    source="policies/catalogue/governance.py",
)
def require_classified_types(_: Resource, scope: Scope) -> Iterator[Finding]:
    """Known is a type that a rule judges or reads, or that is listed as out of scope. The finding stands at the first of each."""
    for kind in scope.stack.types:
        if standing(kind)[0] == "unknown":
            wanted = "a type that a rule judges, or that is out of scope for a reason"
            yield Finding("type", kind, wanted, scope.stack.of_type(kind)[0].urn)


SECRET_OUTPUTS: Final[Mapping[str, tuple[str, ...]]] = {
    NEON_PROJECT: ("password", "connectionUri", "pooledConnectionUri"),
    NEON_ROLE: ("password",),
    NEON_KEY: ("key",),
}
"""Outputs of our own types that are secret (providers/neon/schema.json)."""

_GOVERNED: Final = tuple(
    sorted({value for name, value in vars(types).items() if name.isupper()} - {STACK, *OUT_OF_SCOPE})
)
"""All types that rules are about."""


@rule(
    "GOV-02",
    "no option hides what is judged",
    risk="a change by hand is never undone because it is ignored, or a password lies open in the state",
    severity=Severity.HIGH,
    applies_to=_GOVERNED,
    requirements=(*soc2("CC7.1"), *strategy("Security Measures")),
    remedy="take the path out of `ignore_changes`; name the outputs in `additional_secret_outputs`",
    url="https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/",
    whole_stack=True,
    source="infra/stack.py",
)
def forbid_hiding(resource: Resource, scope: Scope) -> Iterator[Finding]:
    """Nothing is ignored by default. Our own types name their secret outputs by the SDK: absent means that somebody took them
    out. A path is governed where a rule reads it, or what it holds, on this resource."""
    for output in SECRET_OUTPUTS.get(resource.type, ()):
        if output not in resource.secret_outputs:
            yield Finding("additionalSecretOutputs", list(resource.secret_outputs), f"{output} among them")
    if not resource.ignore_changes:
        return
    read = read_paths(resource, scope, _others())
    for path in resource.ignore_changes:
        governed = sorted(".".join(other) for other in read if touches(split(path), other))
        if governed:
            yield Finding("ignoreChanges", path, f"no path that a rule reads, such as {governed[0]}")
