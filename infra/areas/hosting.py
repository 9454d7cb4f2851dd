"""What serves the app: project, headers, firewall and monitoring."""

from __future__ import annotations

import pulumi
from pulumi import ResourceOptions

from infra import names
from infra.components.compliance.log_sink import LogSink, LogSinkArgs
from infra.components.firewall import FirewallArgs, declare_firewall
from infra.components.monitoring import Monitoring, MonitoringArgs
from infra.components.security_headers import SecurityHeaders, SecurityHeadersArgs
from infra.components.vercel_app import VercelApp, VercelAppArgs
from infra.settings import Inputs, Settings


def app(settings: Settings, opts: ResourceOptions) -> VercelApp:
    """The Vercel project."""
    hosting, repository = settings.hosting, settings.repository
    branches = {repository.staging_branch, repository.release_branch} - {hosting.production_branch}
    return VercelApp(
        "app",
        VercelAppArgs(
            project=hosting.project,
            team_id=hosting.team_id,
            repository=f"{repository.owner}/{repository.name}",
            production_branch=hosting.production_branch,
            other_branch=min(branches),
            node_version=hosting.node_version,
            function_region=hosting.function_region,
            function_timeout_seconds=hosting.function_timeout_seconds,
            previews=hosting.previews,
            domain=hosting.domain,
            redirect_domains=hosting.redirect_domains,
            skew_protection=hosting.skew_protection,
            assign_domains_automatically=hosting.assign_domains_automatically,
            rollout_stages=hosting.rolling_release.stages if hosting.rolling_release.enabled else [],
            deployment_checks=hosting.deployment_checks,
            retention=hosting.retention.model_dump(),
            protect=settings.protect_resources,
        ),
        opts,
    )


def headers(settings: Settings, app: VercelApp, opts: ResourceOptions) -> SecurityHeaders:
    """The header profile, for all its deployments."""
    headers = settings.headers
    return SecurityHeaders(
        "headers",
        SecurityHeadersArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            csp=headers.content_security_policy,
            csp_mode=headers.csp_mode,
            edge_directives=headers.edge_directives,
            headers={
                "Strict-Transport-Security": headers.strict_transport_security,
                "X-Frame-Options": headers.frame_options,
                "X-Content-Type-Options": headers.content_type_options,
                "Referrer-Policy": headers.referrer_policy,
                "Permissions-Policy": headers.permissions_policy,
                "Cross-Origin-Opener-Policy": headers.cross_origin_opener_policy,
                "Cross-Origin-Resource-Policy": headers.cross_origin_resource_policy,
                "X-XSS-Protection": headers.xss_protection,
            },
            no_store_paths=sorted(headers.no_store_paths),
            payment_hosts=[settings.payfast_url.removesuffix("/eng/process")],
        ),
        opts,
    )


def firewall(settings: Settings, app: VercelApp, opts: ResourceOptions) -> None:
    """Its firewall."""
    firewall = settings.hosting.firewall
    args = FirewallArgs(
        project_id=app.project_id,
        team_id=settings.hosting.team_id,
        enabled=firewall.enabled,
        managed_rules=firewall.managed_rules,
        callback_path=firewall.callback_path,
        callback_requests_per_minute=firewall.callback_requests_per_minute,
        limited_paths=sorted(firewall.limited_paths),
        requests_per_minute=firewall.requests_per_minute,
    )
    declare_firewall("app-firewall", args, ResourceOptions.merge(opts, ResourceOptions(parent=app)))


def monitoring(inputs: Inputs, app: VercelApp, opts: ResourceOptions) -> pulumi.Output[str]:
    """Log drain, alerts and events; returns the secret that signs the events, empty without them."""
    settings = inputs.settings
    monitoring = settings.monitoring
    if not monitoring.enabled:
        return pulumi.Output.from_input("")
    LogSink(
        "log-sink",
        LogSinkArgs(
            provider=monitoring.log_provider,
            endpoint=monitoring.log_endpoint,
            retention_days=monitoring.log_retention_days,
            hot_days=monitoring.log_hot_days,
            immutable=monitoring.log_immutable,
            pseudonymised=monitoring.log_pseudonymised,
        ),
    )
    declared = Monitoring(
        "monitoring",
        MonitoringArgs(
            project_id=app.project_id,
            team_id=settings.hosting.team_id,
            drain_name=names.log_drain(settings.hosting.project),
            log_endpoint=monitoring.log_endpoint,
            log_secret=inputs.secrets.get("logDrainSecret"),
            events_endpoint=monitoring.events_endpoint,
            previews=settings.hosting.previews,
        ),
        opts,
    )
    return declared.webhook_secret
