"""The model of `Pulumi.<stack>.yaml`: one frozen object of areas, each one object under `brightbroom-infra:<area>`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from infra import vocabulary as v
from infra.settings.area import Area
from infra.settings.facts_model import Compliance


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
    callback_requests_per_minute: int = Field(ge=1, le=10_000)
    """From one address; PayFast has few, and posts a refused notification again."""
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
    deployment_checks: list[v.CheckName] = Field(min_length=1)
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
    merchant_id: v.MerchantId


class Application(Area):
    """What the app is told by variables."""

    log_level: v.LogLevel
    features: dict[v.FeatureName, bool]
    secret_rotation: v.Rotation
    """Month or day of the last rotation. A new one makes new AUTH_SECRET and CRON_SECRET, and stands in the comments of all."""


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
    bucket: v.BucketName
    region: v.AwsRegion
    lock_days: int = Field(ge=1, le=3650)
    expire_days: int = Field(ge=1, le=3650)


class Drill(Area):
    """The last restore drill that succeeded."""

    last_success: v.Day
    minutes: int = Field(ge=1)
    report_sha256: v.Sha256


class Backups(Area):
    """Copies and the proof that they can be restored."""

    separate_storage: SeparateStorage
    drill_every_days: int = Field(ge=1, le=366)
    last_drill: Drill | None = None
    """Absent until a drill has run."""


class Monitoring(Area):
    """Log drain, alerts and deployment events."""

    enabled: bool
    log_provider: str = Field(min_length=1)
    log_endpoint: v.HttpsUrl
    log_retention_days: v.Days
    log_hot_days: v.Days
    log_immutable: bool
    log_pseudonymised: bool
    """Whether what the app writes names people by pseudonyms only: then logs may outlive an erasure."""
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
    required_checks: list[v.CheckName] = Field(min_length=1)
    required_reviews: int = Field(ge=0, le=6)
    low_traffic: LowTraffic


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
