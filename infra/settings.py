"""The settings of a stack: one frozen model of `Pulumi.<stack>.yaml`, and the only reader of config and environment.

Each area is one object under `brightbroom-infra:<area>`. A mistake is reported with the key, the value given, what is allowed
and the command that mends it, all mistakes at once. Rules over several areas stand in `infra.settings_rules`.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

import pulumi
from pulumi.runtime import config as runtime_config
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

from infra import vocabulary as v

PROJECT: Final = "brightbroom-infra"
_SECRETS_AREA: Final = "secrets"


class Area(BaseModel):
    """One object of the stack file: camelCase keys, none unknown, none changed after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)


class Plans(Area):
    """What is paid for at each vendor; a feature that a plan lacks is refused before any resource is declared."""

    vercel: v.VercelPlan
    neon: v.NeonPlan
    github: v.GithubPlan


class Repository(Area):
    """The app's repository. Exactly one stack governs what exists once per repository: rulesets, settings, security."""

    owner: v.OwnerName
    owner_id: int = Field(gt=0)
    name: v.RepositoryName
    repository_id: int = Field(gt=0)
    visibility: v.Visibility
    governance: bool
    staging_branch: v.BranchName
    release_branch: v.BranchName
    release_app_id: int = Field(gt=0)
    """Id of the GitHub App that moves the release branch; nobody else may push there."""


class RollingRelease(Area):
    """Gradual rollout: percentages of the traffic, each advanced by hand, the last one 100."""

    enabled: bool
    stages: list[Annotated[int, Field(ge=1, le=100)]] = Field(min_length=2, max_length=10)


class DeploymentRetention(Area):
    """How long Vercel keeps deployments."""

    production: v.Retention
    preview: v.Retention
    canceled: v.Retention
    errored: v.Retention


class Firewall(Area):
    """The web application firewall."""

    enabled: bool
    managed_rules: bool
    callback_path: v.PathPrefix
    """Where PayFast posts its notifications: never challenged."""
    limited_paths: list[v.PathPrefix]
    requests_per_minute: int = Field(ge=1, le=10_000)


class Hosting(Area):
    """The Vercel project of this environment."""

    project: v.Slug
    team_id: v.VercelTeamId
    production_branch: v.BranchName
    node_version: v.NodeVersion
    function_region: v.VercelRegion
    function_timeout_seconds: int = Field(ge=1, le=900)
    previews: bool
    domain: v.Hostname
    redirect_domains: list[v.Hostname]
    skew_protection: v.SkewProtection
    assign_domains_automatically: bool
    rolling_release: RollingRelease
    deployment_checks: list[str] = Field(min_length=1)
    retention: DeploymentRetention
    firewall: Firewall


class Headers(Area):
    """The security headers, as the browser shall get them."""

    csp_mode: v.CspMode
    content_security_policy: dict[str, list[str]]
    edge_directives: list[str]
    strict_transport_security: str
    frame_options: str
    content_type_options: str
    referrer_policy: str
    permissions_policy: str
    cross_origin_opener_policy: str
    cross_origin_resource_policy: str
    xss_protection: str
    no_store_paths: list[v.PathPrefix]


class Payments(Area):
    """PayFast: the sandbox, or real money."""

    mode: v.PaymentsMode
    merchant_id: str = Field(pattern=r"^\d{6,12}$")


class Application(Area):
    """What the app is told by variables."""

    log_level: v.LogLevel
    features: dict[str, bool]
    secret_rotation: str = Field(min_length=1, max_length=40)
    """Change this text (a date serves) to generate new AUTH_SECRET and CRON_SECRET."""


class Snapshots(Area):
    """Scheduled snapshots of the database, hours in UTC."""

    daily_hour: v.Hour
    weekly_day: int = Field(ge=1, le=7)
    weekly_hour: v.Hour
    retention_days: int = Field(ge=1, le=35)


class Database(Area):
    """The Neon project of this environment."""

    region: v.NeonRegion
    postgres_version: int = Field(ge=15, le=18)
    history_hours: int = Field(ge=0, le=720)
    min_compute_units: v.ComputeUnits
    max_compute_units: v.ComputeUnits
    suspend_after_seconds: int = Field(ge=-1, le=604_800)
    compute_hours_limit: int = Field(ge=0)
    name: v.PostgresName
    owner_role: v.PostgresName
    application_role: v.PostgresName
    protected_branch: bool
    allowed_addresses: list[str]
    snapshots: Snapshots
    preview_parent: bool


class Cache(Area):
    """Redis at Upstash."""

    enabled: bool
    region: v.AwsRegion
    eviction: bool


class Errors(Area):
    """Error tracking at Sentry."""

    enabled: bool
    organization: v.Slug
    region_host: v.Hostname
    errors_per_hour: int = Field(ge=1)


class SeparateStorage(Area):
    """The bucket for weekly copies, at a vendor other than the database's."""

    enabled: bool
    bucket: v.Slug
    region: v.AwsRegion
    lock_days: int = Field(ge=1, le=3650)
    expire_days: int = Field(ge=1, le=3650)


class Backups(Area):
    """Copies and the proof that they can be restored."""

    separate_storage: SeparateStorage
    drill_every_days: int = Field(ge=1, le=366)


class Monitoring(Area):
    """Log drain, alerts and deployment events."""

    enabled: bool
    log_provider: str = Field(min_length=1)
    log_endpoint: v.HttpsUrl
    log_retention_days: v.Days
    log_hot_days: v.Days
    log_immutable: bool
    events_endpoint: v.HttpsUrl


class Reviewers(Area):
    """Numeric ids, six altogether at most (docs.github.com: environments)."""

    users: list[int]
    teams: list[int]


class LowTraffic(Area):
    """When production may be released, in local time."""

    time_zone: v.TimeZone
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1)
    start_hour: v.Hour
    end_hour: Annotated[int, Field(ge=1, le=24)]


class Delivery(Area):
    """The GitHub environment of this stack and the gates before it."""

    branch: v.BranchName
    reviewers: Reviewers
    wait_minutes: int = Field(ge=0, le=43_200)
    prevent_self_review: bool
    admins_may_bypass: bool
    required_checks: list[str] = Field(min_length=1)
    required_reviews: int = Field(ge=0, le=6)
    low_traffic: LowTraffic


class DataCategory(Area):
    """One row of the register of processing (GDPR 30)."""

    name: str
    purpose: str
    legal_basis: str
    retention_days: v.Days
    erasure: str
    owner: v.EmailAddress
    place: str
    personal: bool


class ThirdPartyScript(Area):
    """A script of another host that pages may load."""

    host: v.Hostname
    purpose: str
    owner: v.EmailAddress
    integrity: str


class IncidentRole(Area):
    """Who does what when something breaks."""

    role: str
    name: str
    contact: v.EmailAddress


class Compliance(Area):
    """Facts that no vendor resource holds."""

    data: list[DataCategory] = Field(min_length=1)
    scripts: list[ThirdPartyScript]
    incident_roles: list[IncidentRole] = Field(min_length=1)
    user_notice: str
    rto_minutes: int = Field(ge=1)
    rpo_hours: int = Field(ge=1)


class Settings(Area):
    """Everything a stack file says, but its secrets."""

    environment: v.EnvironmentName
    protect_resources: bool
    plans: Plans
    repository: Repository
    hosting: Hosting
    headers: Headers
    payments: Payments
    application: Application
    database: Database
    cache: Cache
    errors: Errors
    backups: Backups
    monitoring: Monitoring
    delivery: Delivery
    compliance: Compliance

    @property
    def payfast_url(self) -> str:
        """Where the browser is sent to pay."""
        return f"https://{v.PAYFAST_HOSTS[self.payments.mode]}/eng/process"

    @property
    def app_url(self) -> str:
        """Where customers find the app."""
        return f"https://{self.hosting.domain}"


class SettingsError(Exception):
    """The stack's settings cannot be used; the text lists every mistake with the command that mends it."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """Credentials of the vendors, from the environment. Shown, they are stars."""

    values: Mapping[str, SecretStr]

    def get(self, name: str) -> pulumi.Output[str]:
        """A token for a provider, marked secret."""
        return pulumi.Output.secret(self.values[name].get_secret_value())


@dataclass(frozen=True, slots=True)
class StackSecrets:
    """Secrets of the stack file."""

    values: Mapping[str, str]

    def get(self, name: str) -> pulumi.Output[str]:
        """A stack secret, marked secret."""
        return pulumi.Output.secret(self.values[name])

    def __repr__(self) -> str:
        return f"StackSecrets({', '.join(self.values)})"


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that the program is given."""

    settings: Settings
    secrets: StackSecrets
    tokens: Tokens


def required_secrets(settings: Settings) -> tuple[str, ...]:
    """Names under `brightbroom-infra:secrets` that this stack needs."""
    names = ["payfastMerchantKey", "payfastPassphrase"]
    names += ["vercelDeployToken"]
    if settings.monitoring.enabled:
        names.append("logDrainSecret")
    if settings.errors.enabled:
        names.append("sentryBuildToken")
    return tuple(names)


def required_tokens(settings: Settings) -> tuple[str, ...]:
    """Environment variables that the vendors' providers need."""
    names = ["VERCEL_API_TOKEN", "NEON_API_KEY", "GITHUB_TOKEN"]
    if settings.cache.enabled:
        names += ["UPSTASH_EMAIL", "UPSTASH_API_KEY"]
    if settings.errors.enabled:
        names.append("SENTRY_AUTH_TOKEN")
    if settings.backups.separate_storage.enabled:
        names += ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    return tuple(names)


def load() -> Inputs:
    """Read the stack's config and the environment; raises `SettingsError` with every mistake of both."""
    stack = pulumi.get_stack()
    config = _stack_config()
    raw_secrets = config.pop(_SECRETS_AREA, {})
    settings = parse_settings(config, stack=stack)
    secrets = {k: str(val) for k, val in raw_secrets.items()} if isinstance(raw_secrets, dict) else {}
    needed, tokens = required_secrets(settings), required_tokens(settings)
    mistakes = [
        f"secrets.{name}: is missing\n    pulumi config set --secret --path '{PROJECT}:secrets.{name}' --stack {stack}"
        for name in needed
        if not secrets.get(name)
    ]
    mistakes += [
        f"secrets.{name}: is not a secret of this program; known are: {', '.join(needed)}\n"
        f"    pulumi config rm --path '{PROJECT}:secrets.{name}' --stack {stack}"
        for name in secrets
        if name not in needed
    ]
    mistakes += [
        f"{name}: is not set in the environment\n    export {name}=…" for name in tokens if not os.environ.get(name)
    ]
    if mistakes:
        raise SettingsError(_report(mistakes, stack))
    return Inputs(settings, StackSecrets(secrets), Tokens({name: SecretStr(os.environ[name]) for name in tokens}))


def parse_settings(config: Mapping[str, Any], *, stack: str) -> Settings:
    """Settings from the areas of a stack file (`{"hosting": {...}, ...}`); raises `SettingsError` listing every mistake."""
    from infra.settings_rules import violations

    try:
        settings = Settings.model_validate(config)
    except ValidationError as error:
        raise SettingsError(_report([_mistake(item, stack) for item in error.errors()], stack)) from None
    broken = violations(settings)
    if broken:
        lines = [
            f"{rule.key}: {rule.given!r} {rule.problem}\n    {set_command(rule.key, rule.example, stack)}"
            for rule in broken
        ]
        raise SettingsError(_report(lines, stack))
    return settings


def set_command(key: str, value: object, stack: str) -> str:
    """The command that sets one key of a stack file."""
    area, _, rest = key.partition(".")
    path = f"{PROJECT}:{area}{'.' + rest if rest and not rest.startswith('[') else rest}"
    text = value if isinstance(value, str) else json.dumps(value)
    return f"pulumi config set --path '{path}' {shlex.quote(text)} --stack {stack}"


def _stack_config() -> dict[str, Any]:
    """Every key of this project's namespace, parsed. The SDK has no call that lists keys, so its two sources are read."""
    prefix = f"{PROJECT}:"
    found = {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}
    return {key.removeprefix(prefix): _parsed(value) for key, value in found.items() if key.startswith(prefix)}


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _mistake(error: Any, stack: str) -> str:
    key = _key(error["loc"])
    if error["type"] == "missing":
        return f"{key}: is missing\n    {set_command(key, '<value>', stack)}"
    if error["type"] == "extra_forbidden":
        area, _, rest = key.partition(".")
        path = f"{PROJECT}:{area}{'.' + rest if rest else ''}"
        remove = f"pulumi config rm --path '{path}' --stack {stack}"
        return f"{key}: is not a setting; known here are: {_known(error['loc'])}\n    {remove}"
    allowed = str(error["msg"]).removeprefix("Value error, ")
    return f"{key}: {error['input']!r} was given; {allowed[0].lower()}{allowed[1:]}\n    {set_command(key, '<value>', stack)}"


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _known(location: tuple[int | str, ...]) -> str:
    """The keys beside an unknown one."""
    model: Any = Settings
    for part in location[:-1]:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, Area):
            field = next((f for name, f in model.model_fields.items() if (f.alias or name) == part), None)
            model = field.annotation if field else None
            arguments = getattr(model, "__args__", ())
            model = arguments[0] if arguments else model
    if not (isinstance(model, type) and issubclass(model, Area)):
        return "none"
    return ", ".join(sorted(field.alias or name for name, field in model.model_fields.items()))


def _report(mistakes: list[str], stack: str) -> str:
    count = f"{len(mistakes)} mistakes" if len(mistakes) > 1 else "1 mistake"
    return "\n".join(
        [f"the settings of stack {stack!r} have {count}; nothing was changed:", *(f"  {m}" for m in mistakes)]
    )
