"""Logs out of Vercel, alerts when something is wrong, and events of deployments.

Needs Vercel Pro. The log sink is asked once, when the drain is made, to prove that it is ours: it must answer with the team's
verification code (vercel.com/docs/drains).
"""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumiverse_vercel as vercel
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class MonitoringArgs:
    """`log_secret` signs what the drain sends (32 characters at least); endpoints are https addresses."""

    project_id: pulumi.Input[str]
    team_id: str
    drain_name: str
    log_endpoint: str
    log_secret: pulumi.Input[str]
    events_endpoint: str
    previews: bool


class Monitoring(pulumi.ComponentResource):
    """Drain, deployment webhook, and alert rules with their notification."""

    webhook_secret: pulumi.Output[str]
    """Signs the bodies of events; secret."""

    def __init__(self, name: str, args: MonitoringArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:hosting:Monitoring", name, {"projectId": args.project_id}, opts)
        child = ResourceOptions(parent=self)
        vercel.LogDrain(
            f"{name}-logs",
            name=args.drain_name,
            team_id=args.team_id,
            project_ids=[args.project_id],
            delivery_format="json",
            endpoint=args.log_endpoint,
            secret=pulumi.Output.secret(args.log_secret),
            environments=["production", "preview"] if args.previews else ["production"],
            sources=["static", "edge", "lambda", "build", "external", "firewall"],
            opts=child,
        )
        webhook = vercel.Webhook(
            f"{name}-events",
            team_id=args.team_id,
            project_ids=[args.project_id],
            endpoint=args.events_endpoint,
            events=[
                "alerts.triggered",
                "deployment.error",
                "deployment.promoted",
                "deployment.rollback",
                "project.domain-unverified",
                "domain.certificate-renew-failed",
            ],
            opts=child,
        )
        rule = vercel.AlertRule(
            f"{name}-alerts",
            name=f"{args.drain_name} anomalies",
            team_id=args.team_id,
            type="built-in",
            match_minimum_severity_level="medium",
            rule_scope={"type": "include", "project_ids": [args.project_id]},
            triggers=[
                {"type": "error_anomaly", "filter": "statusGroup eq '5xx'"},
                {"type": "usage_anomaly"},
            ],
            opts=child,
        )
        vercel.AlertRuleWebhookNotification(
            f"{name}-alerts-notification",
            team_id=args.team_id,
            alert_rule_id=rule.id,
            webhook_id=webhook.id,
            opts=child,
        )
        self.webhook_secret = pulumi.Output.secret(webhook.secret)
        self.register_outputs({"webhook_secret": self.webhook_secret})
