"""Vercel's types: what the service requires, fills in, replaces, keeps secret and refuses.

Source: the Terraform provider that the Pulumi package wraps (vercel/vercel 5.x), the vendor's documentation, and previews with
the real plugin. Names and types follow pulumiverse-vercel 5.21.1 (a test compares them).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.checks import at_least_one, at_most_one, credential, exactly_one, needs
from rehearsal.clouds.errors import VendorError
from rehearsal.clouds.table import (
    Attempt,
    Catalogue,
    Facts,
    Failure,
    Make,
    Property,
    Reference,
    Refuse,
    ResourceType,
    block,
    by_token,
    derived,
    flag,
    items,
    json_value,
    names,
    number,
    once,
    text,
    texts_by_key,
    written,
)
from rehearsal.engine.values import UNKNOWN, Properties, Value

_PROJECT: Final = "vercel:index/project:Project"
_VARIABLE: Final = "vercel:index/projectEnvironmentVariable:ProjectEnvironmentVariable"
_VARIABLES: Final = "vercel:index/projectEnvironmentVariables:ProjectEnvironmentVariables"
_DOMAIN: Final = "vercel:index/projectDomain:ProjectDomain"
_CUSTOM_ENVIRONMENT: Final = "vercel:index/customEnvironment:CustomEnvironment"
_BYPASS: Final = "vercel:index/projectProtectionBypass:ProjectProtectionBypass"
_EDGE_CONFIG: Final = "vercel:index/edgeConfig:EdgeConfig"
_ALERT_RULE: Final = "vercel:index/alertRule:AlertRule"
_WEBHOOK: Final = "vercel:index/webhook:Webhook"

PLANS: Final = ("hobby", "pro", "enterprise")

_PROTECTION: Final = (
    "standard_protection_new",
    "standard_protection",
    "all_deployments",
    "only_preview_deployments",
    "none",
)
_TARGETS: Final = ("production", "preview", "development")
_RETENTION: Final = ("1d", "1w", "1m", "2m", "3m", "6m", "1y")


# ---- helpers ---------------------------------------------------------------------------------------------------


def _team(facts: Facts) -> Value:
    return facts.account.get("team")


TEAM: Final = text(chosen=_team, replaces=True)
"""`teamId`: the provider's team when left out."""

PROJECT_ID: Final = text(required=True, replaces=True)


def _id(prefix: str, length: int = 24) -> Make:
    return lambda facts: prefix + facts.digest[:length]


def _of_project(facts: Facts) -> str:
    """The bridge's id for what exists once per project: `team/project`, or the project alone without a team."""
    team = facts.inputs.get("teamId") or facts.account.get("team")
    project = str(facts.inputs["projectId"])
    return f"{team}/{project}" if team else project


def _in_project(property_name: str = "projectId") -> Reference:
    return Reference(property_name, _PROJECT)


def _refuse(status: int, code: str, message: str) -> VendorError:
    return VendorError(status, code, message)


def _needs_plan(minimum: str, feature: str, when: Refuse | None = None) -> Refuse:
    """Refuse a feature on a tier below `minimum`; `when` raises nothing for what is allowed on every tier."""

    def refuse(attempt: Attempt) -> None:
        if attempt.operation == "delete" or PLANS.index(attempt.view.plan) >= PLANS.index(minimum):
            return
        if when is not None:
            when(attempt)
            return
        raise _plan_error(minimum, feature, attempt)

    return refuse


def _plan_error(minimum: str, feature: str, attempt: Attempt) -> VendorError:
    return _refuse(402, "plan_required", f"{feature} needs the {minimum} plan; this team is on {attempt.view.plan}")


# ---- project ------------------------------------------------------------------------------------------------------


def _check_project(inputs: Properties) -> Iterator[Failure]:
    resources = inputs.get("resourceConfig")
    if isinstance(resources, dict):
        if resources.get("fluid") is True and resources.get("functionDefaultCpuType") == "standard_legacy":
            yield Failure("resourceConfig.functionDefaultCpuType", "standard_legacy cannot be used with fluid")
        if inputs.get("serverlessFunctionRegion") is not None and resources.get("functionDefaultRegions"):
            yield Failure("serverlessFunctionRegion", "conflicts with resourceConfig.functionDefaultRegions")


def _refuse_project_by_plan(attempt: Attempt) -> None:
    inputs, plan = attempt.inputs, attempt.view.plan
    enterprise = (("trustedIps", "trusted IPs"), ("functionFailover", "function failover"), ("passport", "passport"))
    for name, feature in enterprise:
        if plan != "enterprise" and inputs.get(name):
            raise _plan_error("enterprise", feature, attempt)
    protection = (inputs.get("vercelAuthentication") or {}).get("deploymentType")
    if plan == "hobby" and protection in ("all_deployments", "standard_protection"):
        raise _plan_error("pro", "protecting production domains", attempt)
    if plan == "hobby" and inputs.get("skewProtection"):
        raise _plan_error("pro", "skew protection", attempt)
    if plan == "hobby" and inputs.get("passwordProtection"):
        raise _plan_error("pro", "password protection", attempt)
    regions = (inputs.get("resourceConfig") or {}).get("functionDefaultRegions") or []
    if plan == "hobby" and len(regions) > 1:
        raise _plan_error("pro", "more than one function region", attempt)


def _refuse_public_source(attempt: Attempt) -> None:
    if attempt.operation != "delete" and attempt.inputs.get("publicSource") is not None:
        raise _refuse(400, "bad_request", "Invalid request: should NOT have additional property `publicSource`.")


_PROTECTED: Final = {"deploymentType": text(*_PROTECTION, "only_production_deployments", required=True)}

PROJECT: Final = ResourceType(
    resource=_PROJECT,
    make_id=_id("prj_", 28),
    unique=(("name", "teamId"),),
    inputs={
        "autoAssignCustomDomains": flag(fallback=True),
        "automaticallyExposeSystemEnvironmentVariables": flag(fallback=False),
        "buildCommand": text(),
        "buildMachineType": text("basic", "standard", "enhanced", "turbo", "elastic"),
        "customerSuccessCodeVisibility": flag(fallback=False),
        "devCommand": text(),
        "directoryListing": flag(fallback=False),
        "enableAffectedProjectsDeployments": flag(),
        "enablePreviewFeedback": flag(fallback=True),
        "enableProductionFeedback": flag(fallback=False),
        "environments": json_value(),
        "framework": text(),
        "functionFailover": flag(fallback=False),
        "gitComments": block({"onCommit": flag(required=True), "onPullRequest": flag(required=True)}),
        "gitForkProtection": flag(fallback=True),
        "gitLfs": flag(fallback=False),
        "gitProviderOptions": block(
            {
                "createDeployments": flag(fallback=True),
                "gitCommitStatus": flag(fallback=True),
                "repositoryDispatchEvents": flag(fallback=False),
                "requireVerifiedCommits": flag(fallback=False),
                "consolidatedGitCommitStatus": block(
                    {"enabled": flag(required=True), "propagateFailures": flag(required=True)}
                ),
            }
        ),
        "gitRepository": block(
            {
                "type": text("github", "gitlab", "bitbucket", required=True),
                "repo": text(required=True, pattern=r"[^/\s]+(/[^/\s]+)+"),
                "productionBranch": text(chosen=lambda _: "main"),
                "deployHooks": items(
                    block(
                        {
                            "name": text(required=True),
                            "ref": text(required=True),
                            "id": text(),
                            "url": text(secret=True),
                        }
                    )
                ),
            }
        ),
        "ignoreCommand": text(),
        "installCommand": text(),
        "name": text(pattern=r"[a-z0-9-]{1,52}", autoname=True),
        "nodeVersion": text("18.x", "20.x", "22.x", "24.x", chosen=lambda _: "24.x"),
        "oidcTokenConfig": block(
            {"issuerMode": text("team", "global", fallback="team")}, fallback={"issuerMode": "team"}
        ),
        "onDemandConcurrentBuilds": flag(fallback=False),
        "optionsAllowlist": block({"paths": items(block({"value": text(required=True)}), required=True)}),
        "outputDirectory": text(),
        "passport": json_value(),
        "passwordProtection": block(
            {**_PROTECTED, "password": text(required=True, length=(1, 72), secret=True, write_only=True)}
        ),
        "previewComments": flag(),
        "previewDeploymentSuffix": text(),
        "previewDeploymentsDisabled": flag(fallback=False),
        "prioritiseProductionBuilds": flag(fallback=False),
        "protectedSourcemaps": flag(fallback=False),
        "publicSource": flag(),
        "resourceConfig": block(
            {
                "fluid": flag(chosen=lambda _: True),
                "functionDefaultCpuType": text(
                    "standard_legacy", "standard", "performance", chosen=lambda _: "standard"
                ),
                "functionDefaultRegions": names(chosen=lambda _: ["iad1"]),
                "functionDefaultTimeout": number(1, 900, chosen=lambda _: 300),
            }
        ),
        "rootDirectory": text(),
        "serverlessFunctionRegion": text(),
        "skewProtection": text("30 minutes", "4 hours", "12 hours", "1 day", "7 days"),
        "teamId": TEAM,
        "trustedIps": block(
            {
                **_PROTECTED,
                "protectionMode": text("trusted_ip_required", "trusted_ip_optional", fallback="trusted_ip_required"),
                "addresses": items(
                    block({"value": text(required=True), "note": text(length=(None, 20))}), required=True
                ),
            }
        ),
        "trustedSources": json_value(),
        "vercelAuthentication": block(
            {"deploymentType": text(*_PROTECTION, required=True)},
            fallback={"deploymentType": "standard_protection_new"},
        ),
    },
    validate=(_check_project,),
    refuse=(_refuse_project_by_plan, _refuse_public_source),
)

# ---- domains --------------------------------------------------------------------------------------------------------


def _refuse_domain(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    inputs = attempt.inputs
    project = _project_of(attempt)
    branch = inputs.get("gitBranch")
    if branch and branch == (project.get("gitRepository") or {}).get("productionBranch"):
        raise _refuse(
            400,
            "git_branch_is_production_branch",
            f'The branch "{branch}" is the production branch of the project; leave gitBranch out.',
        )
    target = inputs.get("redirect")
    if target and not attempt.view.find(_DOMAIN, {"domain": target, "projectId": inputs["projectId"]}):
        raise _refuse(400, "bad_request", f'The redirect target "{target}" is not a domain of this project.')


def _project_of(attempt: Attempt) -> Properties:
    found = attempt.view.get(_PROJECT, str(attempt.inputs.get("projectId")))
    return {} if found is None else found.plain()


PROJECT_DOMAIN: Final = ResourceType(
    resource=_DOMAIN,
    make_id=lambda facts: f"{facts.inputs['projectId']}/{facts.inputs['domain']}",
    unique=(("domain",),),
    lookups=(("domain", "projectId"),),
    inputs={
        "customEnvironmentId": text(),
        "domain": text(required=True, replaces=True, pattern=r"[a-z0-9*.-]+"),
        "gitBranch": text(),
        "projectId": PROJECT_ID,
        "redirect": text(),
        "redirectStatusCode": number(choices=(301, 302, 307, 308)),
        "teamId": TEAM,
        "waitForReady": flag(),
    },
    outputs={
        "misconfigured": once(lambda _: False),
        "verifications": once(lambda _: []),
        "verified": once(lambda _: True),
    },
    references=(_in_project(), Reference("customEnvironmentId", _CUSTOM_ENVIRONMENT, owned=False)),
    validate=(at_most_one("gitBranch", "customEnvironmentId"), needs("redirectStatusCode", "redirect")),
    refuse=(_refuse_domain,),
)

# ---- environment variables ------------------------------------------------------------------------------------------


def _is_sensitive(inputs: Properties) -> bool:
    return inputs.get("sensitive") is True


def _check_variable(inputs: Properties) -> Iterator[Failure]:
    targets = inputs.get("targets")
    if inputs.get("sensitive") is True and isinstance(targets, list) and "development" in targets:
        yield Failure("sensitive", "a variable with the target development cannot be sensitive")
    if inputs.get("gitBranch") not in (None, UNKNOWN) and isinstance(targets, list) and targets != ["preview"]:
        yield Failure("gitBranch", "can only be given with the target preview alone")


def _refuse_variable(attempt: Attempt) -> None:
    """ENV_CONFLICT: the same key, a common target or custom environment, and the same branch."""
    if attempt.operation == "delete":
        return
    inputs = attempt.inputs
    places = _places(inputs)
    for found in attempt.others(_VARIABLE, key=inputs.get("key"), projectId=inputs.get("projectId")):
        other = found.plain()
        common = places & _places(other)
        if common and other.get("gitBranch") == inputs.get("gitBranch"):
            raise _env_conflict(str(inputs["key"]), common)
    for plural in attempt.others(_VARIABLES, projectId=inputs.get("projectId")):
        for variable in plural.plain().get("variables", []):
            common = places & _places(variable)
            if variable.get("key") == inputs.get("key") and common:
                raise _env_conflict(str(inputs["key"]), common)


def _places(variable: Properties) -> set[str]:
    return {*(variable.get("targets") or []), *(variable.get("customEnvironmentIds") or [])}


def _env_conflict(key: str, common: set[str]) -> VendorError:
    where = ", ".join(sorted(common))
    return _refuse(
        400,
        "ENV_CONFLICT",
        f"A variable with the name `{key}` already exists for the target {where} on this branch",
    )


PROJECT_ENVIRONMENT_VARIABLE: Final = ResourceType(
    resource=_VARIABLE,
    make_id=_id("", 16),
    lookups=(("key", "projectId"),),
    inputs={
        "comment": text(length=(None, 1000)),
        "customEnvironmentIds": names(replaces=True),
        "gitBranch": text(),
        "key": text(required=True, replaces=True, pattern=r"[A-Za-z_][A-Za-z0-9_]*"),
        "projectId": PROJECT_ID,
        "sensitive": flag(required=True, replaces=True),
        "targets": names(*_TARGETS),
        "teamId": TEAM,
        "value": text(secret=True, write_only=_is_sensitive),
        "valueWo": text(secret=True, write_only=True),
        "valueWoVersion": number(0),
        "visibility": text("config", "secret"),
    },
    references=(_in_project(), Reference("customEnvironmentIds", _CUSTOM_ENVIRONMENT)),
    validate=(
        at_least_one("targets", "customEnvironmentIds"),
        exactly_one("value", "valueWo"),
        needs("valueWoVersion", "valueWo"),
        _check_variable,
    ),
    refuse=(_refuse_variable,),
)


def _check_variables(inputs: Properties) -> Iterator[Failure]:
    variables = inputs.get("variables")
    if not isinstance(variables, list):
        return
    seen: set[tuple[str, str]] = set()
    for index, variable in enumerate(variables):
        for place in sorted(_places(variable)):
            if (variable["key"], place) in seen:
                yield Failure(f"variables[{index}].key", f"{variable['key']} is given twice for {place}")
            seen.add((variable["key"], place))
        if variable.get("sensitive") is True and "development" in _places(variable):
            yield Failure(f"variables[{index}].sensitive", "a variable for development cannot be sensitive")


def _refuse_variables(attempt: Attempt) -> None:
    for variable in attempt.inputs.get("variables", []):
        project = attempt.inputs.get("projectId")
        for found in attempt.others(_VARIABLE, key=variable.get("key"), projectId=project):
            if common := _places(variable) & _places(found.plain()):
                raise _env_conflict(str(variable["key"]), common)


PROJECT_ENVIRONMENT_VARIABLES: Final = ResourceType(
    resource=_VARIABLES,
    make_id=_of_project,
    inputs={
        "projectId": PROJECT_ID,
        "teamId": TEAM,
        "variables": items(
            block(
                {
                    "key": text(required=True),
                    "value": text(write_only=_is_sensitive),
                    "targets": names(*_TARGETS),
                    "customEnvironmentIds": names(),
                    "gitBranch": text(),
                    "comment": text(length=(None, 1000)),
                    "sensitive": flag(),
                    "visibility": text("config", "secret"),
                    "id": text(),
                }
            ),
            required=True,
        ),
    },
    references=(_in_project(),),
    validate=(_check_variables,),
    refuse=(_refuse_variables,),
)


def _refuse_shared_variable(attempt: Attempt) -> None:
    if attempt.operation == "delete":
        return
    for found in attempt.others(SHARED_ENVIRONMENT_VARIABLE.resource, key=attempt.inputs.get("key")):
        if common := _places(attempt.inputs) & _places(found.plain()):
            raise _env_conflict(str(attempt.inputs["key"]), common)


SHARED_ENVIRONMENT_VARIABLE: Final = ResourceType(
    resource="vercel:index/sharedEnvironmentVariable:SharedEnvironmentVariable",
    make_id=_id("env_"),
    lookups=(("key",),),
    inputs={
        "applyToAllCustomEnvironments": flag(fallback=False),
        "comment": text(length=(None, 1000)),
        "key": text(required=True, replaces=True),
        "projectIds": names(),
        "sensitive": flag(required=True, replaces=True),
        "targets": names(*_TARGETS),
        "teamId": TEAM,
        "value": text(secret=True, write_only=_is_sensitive),
        "valueWo": text(secret=True, write_only=True),
        "valueWoVersion": number(0),
    },
    references=(Reference("projectIds", _PROJECT, owned=False),),
    validate=(exactly_one("value", "valueWo"), needs("valueWoVersion", "valueWo"), _check_variable),
    refuse=(_needs_plan("pro", "a shared environment variable"), _refuse_shared_variable),
)

# ---- routes and redirects -------------------------------------------------------------------------------------------


def _check_route(inputs: Properties) -> Iterator[Failure]:
    position = inputs.get("position")
    if position is None:
        yield Failure(
            "position", 'is required (the vendor\'s plugin crashes without it), such as {"placement": "start"}'
        )
    elif isinstance(position, dict):
        relative = position["placement"] in ("before", "after")
        if relative != (position.get("referenceRouteId") is not None):
            yield Failure("position.referenceRouteId", "is given with the placements before and after, and only then")
    route = inputs.get("route")
    if isinstance(route, dict) and not any(route.get(name) for name in ("dest", "status", "headers", "transforms")):
        yield Failure("route", "at least one of dest, status, headers, transforms must be given")


_MATCHES: Final = items(
    block({"type": text("header", "cookie", "query", "host", required=True), "key": text(), "value": json_value()})
)

PROJECT_ROUTE: Final = ResourceType(
    resource="vercel:index/projectRoute:ProjectRoute",
    make_id=_id("route_"),
    inputs={
        "description": text(length=(None, 1024)),
        "enabled": flag(fallback=True),
        "name": text(length=(1, 256), autoname=True),
        "position": block(
            {"placement": text("start", "end", "before", "after", required=True), "referenceRouteId": text()},
            replaces=True,
        ),
        "projectId": PROJECT_ID,
        "route": block(
            {
                "src": text(required=True),
                "dest": text(),
                "status": number(100, 999),
                "headers": texts_by_key(),
                "transforms": items(
                    block(
                        {
                            "type": text("request.headers", "request.query", "response.headers", required=True),
                            "op": text("append", "set", "delete", required=True),
                            "target": json_value(),
                            "args": json_value(),
                            "envs": names(),
                        }
                    )
                ),
                "has": _MATCHES,
                "missings": _MATCHES,
                "caseSensitive": flag(),
                "respectOriginCacheControl": flag(),
            },
            required=True,
        ),
        "srcSyntax": text("equals", "path-to-regexp", "regex", fallback="regex"),
        "teamId": TEAM,
    },
    outputs={"routeType": derived(lambda facts: _route_type(facts.inputs))},
    references=(_in_project(),),
    validate=(_check_route,),
)


def _route_type(inputs: Properties) -> str:
    route = inputs.get("route") or {}
    if route.get("status") in (301, 302, 303, 307, 308):
        return "redirect"
    return "rewrite" if route.get("dest") else "transform"


BULK_REDIRECTS: Final = ResourceType(
    resource="vercel:index/bulkRedirects:BulkRedirects",
    make_id=_of_project,
    inputs={
        "projectId": PROJECT_ID,
        "redirects": items(
            block(
                {
                    "source": text(required=True),
                    "destination": text(required=True),
                    "statusCode": number(choices=(301, 302, 307, 308), fallback=307),
                    "caseSensitive": flag(fallback=False),
                    "query": flag(fallback=False),
                }
            ),
            required=True,
            unordered=True,
        ),
        "teamId": TEAM,
    },
    outputs={"versionId": written(lambda facts: "ver_" + facts.digest[:16])},
    references=(_in_project(),),
)

# ---- releases --------------------------------------------------------------------------------------------------------

PROJECT_DEPLOYMENT_RETENTION: Final = ResourceType(
    resource="vercel:index/projectDeploymentRetention:ProjectDeploymentRetention",
    make_id=_of_project,
    inputs={
        "expirationCanceled": text(*_RETENTION, fallback="1m"),
        "expirationErrored": text(*_RETENTION, fallback="3m"),
        "expirationPreview": text(*_RETENTION, fallback="6m"),
        "expirationProduction": text(*_RETENTION, fallback="1y"),
        "projectId": PROJECT_ID,
        "teamId": TEAM,
    },
    references=(_in_project(),),
)


def _check_stages(inputs: Properties) -> Iterator[Failure]:
    stages = inputs.get("stages")
    if not isinstance(stages, list):
        return
    shares = [stage["targetPercentage"] for stage in stages]
    if shares[-1] != 100 or 100 in shares[:-1]:
        yield Failure("stages", f"the last stage, and only the last, has 100 percent; given are {shares}")
    if shares != sorted(set(shares)):
        yield Failure("stages", f"the percentages must rise; given are {shares}")
    automatic = inputs.get("advancementType") == "automatic"
    for index, stage in enumerate(stages[:-1]):
        if automatic != (stage.get("duration") is not None):
            wanted = "is required with" if automatic else "cannot be given with"
            yield Failure(f"stages[{index}].duration", f"{wanted} advancementType {inputs.get('advancementType')}")


def _refuse_second_release(attempt: Attempt) -> None:
    project = attempt.inputs.get("projectId")
    if attempt.operation == "create" and attempt.others(PROJECT_ROLLING_RELEASE.resource, projectId=project):
        raise _refuse(
            409,
            "rolling_release_enabled",
            f"a rolling release is already enabled for project {project}; import it instead of creating it",
        )


PROJECT_ROLLING_RELEASE: Final = ResourceType(
    resource="vercel:index/projectRollingRelease:ProjectRollingRelease",
    make_id=_of_project,
    inputs={
        "advancementType": text("automatic", "manual-approval", required=True),
        "projectId": PROJECT_ID,
        "stages": items(
            block({"targetPercentage": number(0, 100, required=True), "duration": number(1, 10000)}),
            count=(2, 10),
            required=True,
        ),
        "teamId": TEAM,
    },
    references=(_in_project(),),
    validate=(_check_stages,),
    refuse=(_needs_plan("pro", "a rolling release"), _refuse_second_release),
)


def _check_source(inputs: Properties) -> Iterator[Failure]:
    source = inputs.get("source")
    if isinstance(source, dict) and source.get("kind") == "git-provider":
        for name in ("provider", "externalCheckName"):
            if not source.get(name):
                yield Failure(f"source.{name}", "is required with the kind git-provider")


PROJECT_DEPLOYMENT_CHECK: Final = ResourceType(
    resource="vercel:index/projectDeploymentCheck:ProjectDeploymentCheck",
    make_id=_id("check_"),
    inputs={
        "blocks": text("deployment-alias", "none", fallback="deployment-alias"),
        "isRerequestable": flag(chosen=lambda _: False),
        "name": text(autoname=True),
        "projectId": PROJECT_ID,
        "requires": text("build-ready", "deployment-url", "none", required=True),
        "source": block(
            {"kind": text(required=True), "provider": text(), "externalCheckName": text()},
            replaces=True,
            chosen=lambda _: {"kind": "webhook"},
        ),
        "targets": names(fallback=["production"]),
        "teamId": TEAM,
        "timeout": number(0, chosen=lambda _: 300),
    },
    references=(_in_project(),),
    validate=(_check_source,),
)

# ---- firewall ---------------------------------------------------------------------------------------------------------


def _check_firewall(inputs: Properties) -> Iterator[Failure]:
    rules = inputs.get("rules")
    for index, rule in enumerate(rules["rules"] if isinstance(rules, dict) else []):
        path = f"rules.rules[{index}]"
        action = rule["action"]
        if (action["action"] == "rate_limit") != (action.get("rateLimit") is not None):
            yield Failure(f"{path}.action.rateLimit", "is given with the action rate_limit, and only then")
        if (action["action"] == "redirect") != (action.get("redirect") is not None):
            yield Failure(f"{path}.action.redirect", "is given with the action redirect, and only then")
        for group, conditions in enumerate(rule["conditionGroups"]):
            for position, condition in enumerate(conditions["conditions"]):
                if condition.get("value") is not None and condition.get("values") is not None:
                    where = f"{path}.conditionGroups[{group}].conditions[{position}]"
                    yield Failure(where, "value and values exclude each other")


def _refuse_firewall(attempt: Attempt) -> None:
    managed = attempt.inputs.get("managedRulesets") or {}
    if managed.get("owasp"):
        raise _plan_error("enterprise", "the OWASP rule set", attempt)
    for rule in (attempt.inputs.get("rules") or {}).get("rules", []):
        limit = rule["action"].get("rateLimit") or {}
        if limit.get("algo", "fixed_window") != "fixed_window":
            raise _plan_error("enterprise", f"the rate limit algorithm {limit['algo']}", attempt)


_CONDITION: Final = block(
    {
        "type": text(required=True),
        "op": text(required=True),
        "key": text(),
        "neg": flag(),
        "value": text(),
        "values": items(text()),
    }
)

_FIREWALL_RULE: Final = block(
    {
        "name": text(required=True, length=(4, 160)),
        "id": text(),
        "description": text(length=(None, 260)),
        "active": flag(fallback=True),
        "action": block(
            {
                "action": text("bypass", "log", "challenge", "deny", "rate_limit", "redirect", required=True),
                "actionDuration": text(),
                "rateLimit": block(
                    {
                        "algo": text("fixed_window", "token_bucket", required=True),
                        "window": number(10, 3600, required=True),
                        "limit": number(1, required=True),
                        "keys": items(text(), required=True),
                        "action": text("deny", "log", "challenge", "rate_limit", required=True),
                    }
                ),
                "redirect": block({"location": text(required=True), "permanent": flag(required=True)}),
            },
            required=True,
        ),
        "conditionGroups": items(block({"conditions": items(_CONDITION, required=True)}), required=True),
    }
)

FIREWALL_CONFIG: Final = ResourceType(
    resource="vercel:index/firewallConfig:FirewallConfig",
    make_id=_of_project,
    inputs={
        "enabled": flag(fallback=True),
        "ipRules": block(
            {
                "rules": items(
                    block(
                        {
                            "action": text("bypass", "log", "challenge", "deny", required=True),
                            "hostname": text(required=True),
                            "ip": text(required=True),
                            "notes": text(),
                            "id": text(),
                        }
                    )
                )
            }
        ),
        "managedRulesets": json_value(),
        "projectId": PROJECT_ID,
        "rules": block({"rules": items(_FIREWALL_RULE, required=True)}),
        "teamId": TEAM,
    },
    references=(_in_project(),),
    validate=(_check_firewall,),
    refuse=(_needs_plan("enterprise", "the firewall", _refuse_firewall),),
)

FIREWALL_BYPASS: Final = ResourceType(
    resource="vercel:index/firewallBypass:FirewallBypass",
    make_id=lambda facts: f"{facts.inputs['projectId']}#{facts.digest[:16]}",
    unique=(("projectId", "domain", "sourceIp"),),
    inputs={
        "domain": text(required=True, replaces=True),
        "note": text(replaces=True),
        "projectId": PROJECT_ID,
        "sourceIp": text(required=True, replaces=True),
        "teamId": TEAM,
    },
    references=(_in_project(),),
)

ATTACK_CHALLENGE_MODE: Final = ResourceType(
    resource="vercel:index/attackChallengeMode:AttackChallengeMode",
    make_id=_of_project,
    inputs={
        "attackModeActiveUntil": number(0, required=True),
        "enabled": flag(required=True),
        "projectId": PROJECT_ID,
        "teamId": TEAM,
    },
    references=(_in_project(),),
)


def _refuse_bypass(attempt: Attempt) -> None:
    """A project has exactly one bypass that its builds get as an environment variable."""
    inputs = attempt.old if attempt.operation == "delete" else attempt.inputs
    project = (inputs or {}).get("projectId")
    others = [found.plain() for found in attempt.others(_BYPASS, projectId=project)]
    other_is_variable = any(other.get("isEnvVar") for other in others)
    if attempt.operation == "delete":
        return
    if not attempt.inputs.get("note"):
        raise _refuse(400, "bad_request", "Invalid request: missing required property `note`.")
    if attempt.inputs.get("isEnvVar") and other_is_variable:
        raise _refuse(409, "conflict", "Another protection bypass of this project is the environment variable already.")
    demoted = (
        attempt.operation == "update" and (attempt.old or {}).get("isEnvVar") and not attempt.inputs.get("isEnvVar")
    )
    if demoted and not other_is_variable:
        raise _refuse(400, "bad_request", "The only protection bypass of a project must stay its environment variable.")


PROJECT_PROTECTION_BYPASS: Final = ResourceType(
    resource=_BYPASS,
    make_id=lambda facts: f"{facts.inputs['projectId']}/{facts.digest[:16]}",
    inputs={
        "isEnvVar": flag(chosen=lambda _: True),
        "note": text(length=(None, 100)),
        "projectId": PROJECT_ID,
        "secret": text(pattern=r"[A-Za-z0-9]{32}", replaces=True, secret=True, chosen=lambda facts: facts.digest[-32:]),
        "teamId": TEAM,
    },
    outputs={
        "createdAt": once(lambda facts: facts.now),
        "createdBy": once(lambda _: "rehearsal"),
        "scope": once(lambda _: "automation-bypass"),
    },
    references=(_in_project(),),
    refuse=(_refuse_bypass,),
)

# ---- observability ------------------------------------------------------------------------------------------------------

LOG_DRAIN: Final = ResourceType(
    resource="vercel:index/logDrain:LogDrain",
    make_id=_id("ld_", 20),
    inputs={
        "deliveryFormat": text("json", "ndjson", required=True, replaces=True),
        "endpoint": text(required=True, replaces=True, pattern=r"https://\S+"),
        "environments": names("production", "preview", required=True, replaces=True, count=(1, None)),
        "headers": texts_by_key(secret=True, replaces=True),
        "name": text(autoname=True, replaces=True),
        "projectIds": names(replaces=True),
        "samplingRate": number(0, 1, replaces=True),
        "secret": text(length=(32, None), secret=True, replaces=True, chosen=lambda facts: facts.digest[:32]),
        "sources": names(
            "static", "edge", "external", "build", "lambda", "firewall", "redirect", required=True, replaces=True
        ),
        "teamId": TEAM,
    },
    references=(Reference("projectIds", _PROJECT, owned=False),),
    refuse=(_needs_plan("pro", "a log drain"),),
)


def _check_alert(inputs: Properties) -> Iterator[Failure]:
    scope = inputs.get("ruleScope")
    if isinstance(scope, dict) and (scope["type"] == "all") == bool(scope.get("projectIds")):
        yield Failure("ruleScope.projectIds", "is given with the types include and exclude, and only then")
    triggers = inputs.get("triggers")
    for index, trigger in enumerate(triggers if isinstance(triggers, list) else []):
        if trigger["type"] == "error_anomaly" and "statusGroup" not in str(trigger.get("filter")):
            yield Failure(f"triggers[{index}].filter", "an error_anomaly needs a filter on statusGroup 4xx or 5xx")


ALERT_RULE: Final = ResourceType(
    resource=_ALERT_RULE,
    make_id=_id("ar_", 20),
    inputs={
        "matchMinimumSeverityLevel": text("low", "medium", "high", required=True),
        "name": text(autoname=True),
        "notificationSettings": json_value(),
        "ruleScope": block(
            {"type": text("all", "include", "exclude", required=True), "projectIds": names()}, required=True
        ),
        "tags": names(count=(None, 10)),
        "teamId": TEAM,
        "triggers": items(
            block(
                {
                    "type": text(
                        "error_anomaly",
                        "usage_anomaly",
                        "botId_anomaly",
                        "botTraffic_anomaly",
                        "firewallSystemRule_anomaly",
                        "firewallCustomRule_anomaly",
                        "buildTime_anomaly",
                        required=True,
                    ),
                    "filter": text(),
                }
            )
        ),
        "type": text("built-in", required=True, replaces=True),
    },
    outputs={
        "createdAt": once(lambda facts: facts.now),
        "isDefault": once(lambda _: False),
        "triggerMode": once(lambda _: "anomaly"),
        "updatedAt": written(lambda facts: facts.now),
    },
    validate=(_check_alert,),
    refuse=(_needs_plan("pro", "an alert rule"),),
)


def _refuse_deaf_webhook(attempt: Attempt) -> None:
    found = attempt.view.get(_WEBHOOK, str(attempt.inputs.get("webhookId")))
    if found is not None and "alerts.triggered" not in found.plain()["events"]:
        raise _refuse(400, "bad_request", f"Webhook {found.id} is not subscribed to `alerts.triggered`.")


ALERT_RULE_WEBHOOK_NOTIFICATION: Final = ResourceType(
    resource="vercel:index/alertRuleWebhookNotification:AlertRuleWebhookNotification",
    make_id=lambda facts: f"{facts.inputs['alertRuleId']}/{facts.inputs['webhookId']}",
    unique=(("alertRuleId", "webhookId"),),
    inputs={
        "alertRuleId": text(required=True, replaces=True),
        "minimumSeverityLevel": text("low", "medium", "high", "critical"),
        "teamId": TEAM,
        "webhookId": text(required=True, replaces=True),
    },
    references=(Reference("alertRuleId", _ALERT_RULE), Reference("webhookId", _WEBHOOK)),
    refuse=(_refuse_deaf_webhook,),
)

WEBHOOK: Final = ResourceType(
    resource=_WEBHOOK,
    make_id=_id("hook_"),
    inputs={
        "endpoint": text(required=True, replaces=True, pattern=r"https://\S+"),
        "events": names(required=True, replaces=True, count=(1, None)),
        "projectIds": names(replaces=True),
        "teamId": TEAM,
    },
    outputs={"secret": once(lambda facts: facts.digest[:40], secret=True)},
    references=(Reference("projectIds", _PROJECT, owned=False),),
    refuse=(_needs_plan("pro", "a webhook"),),
)

# ---- the rest -------------------------------------------------------------------------------------------------------------

PROJECT_CRONS: Final = ResourceType(
    resource="vercel:index/projectCrons:ProjectCrons",
    make_id=_of_project,
    inputs={"enabled": flag(required=True), "projectId": PROJECT_ID, "teamId": TEAM},
    references=(_in_project(),),
)


def _refuse_too_many_environments(attempt: Attempt) -> None:
    allowed = {"hobby": 0, "pro": 1, "enterprise": 12}[attempt.view.plan]
    others = attempt.others(_CUSTOM_ENVIRONMENT, projectId=attempt.inputs.get("projectId"))
    if attempt.operation == "create" and len(others) >= allowed:
        raise _refuse(
            402, "plan_limit", f"The {attempt.view.plan} plan allows {allowed} custom environments per project."
        )


CUSTOM_ENVIRONMENT: Final = ResourceType(
    resource=_CUSTOM_ENVIRONMENT,
    make_id=_id("env_"),
    unique=(("name", "projectId"),),
    inputs={
        "branchTracking": block(
            {
                "pattern": text(required=True, length=(1, 100)),
                "type": text("startsWith", "endsWith", "equals", required=True),
            }
        ),
        "description": text(),
        "name": text(pattern=r"[a-z0-9-]{1,32}", autoname=True),
        "projectId": PROJECT_ID,
        "teamId": TEAM,
    },
    references=(_in_project(),),
    refuse=(_refuse_too_many_environments,),
)

EDGE_CONFIG: Final = ResourceType(
    resource=_EDGE_CONFIG,
    make_id=_id("ecfg_"),
    unique=(("name", "teamId"),),
    inputs={"name": text(length=(1, 32), autoname=True), "teamId": TEAM},
)

EDGE_CONFIG_ITEM: Final = ResourceType(
    resource="vercel:index/edgeConfigItem:EdgeConfigItem",
    make_id=lambda facts: f"{facts.inputs['edgeConfigId']}/{facts.inputs['key']}",
    inputs={
        "edgeConfigId": text(required=True, replaces=True),
        "key": text(required=True, replaces=True, length=(1, 256)),
        "teamId": TEAM,
        "value": text(replaces=True),
        "valueJson": json_value(replaces=True),
    },
    references=(Reference("edgeConfigId", _EDGE_CONFIG),),
    validate=(exactly_one("value", "valueJson"),),
)

EDGE_CONFIG_TOKEN: Final = ResourceType(
    resource="vercel:index/edgeConfigToken:EdgeConfigToken",
    make_id=_id("ect_"),
    inputs={
        "edgeConfigId": text(required=True, replaces=True),
        "label": text(required=True, replaces=True, length=(1, 52)),
        "teamId": TEAM,
    },
    outputs={
        "connectionString": once(
            lambda facts: f"https://edge-config.vercel.com/{facts.inputs['edgeConfigId']}?token={facts.digest[:36]}",
            secret=True,
        ),
        "token": once(lambda facts: facts.digest[:36], secret=True),
    },
    references=(Reference("edgeConfigId", _EDGE_CONFIG),),
)

OIDC_FEDERATION_POLICY: Final = ResourceType(
    resource="vercel:index/oidcFederationPolicy:OidcFederationPolicy",
    make_id=_id("ofp_"),
    inputs={
        "claims": items(
            block({"name": text(required=True), "values": items(json_value(), required=True)}), required=True
        ),
        "client": text("vercel", "turborepo", required=True, replaces=True),
        "commands": names(),
        "issuerUrl": text(required=True, pattern=r"https://\S+"),
        "name": text(autoname=True),
        "permissions": names(),
        "resources": block({"projectIds": names()}),
        "teamId": TEAM,
    },
    validate=(at_most_one("permissions", "commands"),),
)


def _check_token(inputs: Properties) -> Iterator[Failure]:
    token = inputs.get("apiToken")
    if token not in (None, "", UNKNOWN) and not _has_token_run(str(token)):
        yield Failure("apiToken", "must contain a run of 24 letters and digits")


_TOKEN_RUN: Final = 24


def _has_token_run(token: str) -> bool:
    run = 0
    for character in token:
        run = run + 1 if character.isascii() and character.isalnum() else 0
        if run == _TOKEN_RUN:
            return True
    return False


CONFIG: Final[dict[str, Property]] = {"apiToken": text(secret=True), "team": text()}

CATALOGUE: Final = Catalogue(
    package="vercel",
    config=CONFIG,
    validate_config=(credential("apiToken", "VERCEL_API_TOKEN"), _check_token),
    plans=PLANS,
    types=by_token(
        PROJECT,
        PROJECT_DOMAIN,
        PROJECT_ENVIRONMENT_VARIABLE,
        PROJECT_ENVIRONMENT_VARIABLES,
        SHARED_ENVIRONMENT_VARIABLE,
        PROJECT_ROUTE,
        BULK_REDIRECTS,
        PROJECT_DEPLOYMENT_RETENTION,
        PROJECT_ROLLING_RELEASE,
        PROJECT_DEPLOYMENT_CHECK,
        FIREWALL_CONFIG,
        FIREWALL_BYPASS,
        ATTACK_CHALLENGE_MODE,
        PROJECT_PROTECTION_BYPASS,
        LOG_DRAIN,
        ALERT_RULE,
        ALERT_RULE_WEBHOOK_NOTIFICATION,
        WEBHOOK,
        PROJECT_CRONS,
        CUSTOM_ENVIRONMENT,
        EDGE_CONFIG,
        EDGE_CONFIG_ITEM,
        EDGE_CONFIG_TOKEN,
        OIDC_FEDERATION_POLICY,
    ),
)
