"""Error tracking at Sentry: team, project, client key, and two alerts."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumiverse_sentry as sentry
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class SentryErrorsArgs:
    """`errors_per_hour` is where the alert on the rate of errors fires."""

    organization: str
    slug: str
    environment: str
    errors_per_hour: int


class SentryErrors(pulumi.ComponentResource):
    """One Sentry project for one environment, so that the alerts of one never hide in the other's."""

    dsn: pulumi.Output[str]
    """Where the app reports to; public by nature, it stands in every page."""
    project_slug: pulumi.Output[str]

    def __init__(self, name: str, args: SentryErrorsArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("brightbroom:errors:SentryErrors", name, {"slug": args.slug}, opts)
        child = ResourceOptions(parent=self)
        team = sentry.SentryTeam(
            f"{name}-team", organization=args.organization, name=args.slug, slug=args.slug, opts=child
        )
        project = sentry.SentryProject(
            f"{name}-project",
            organization=args.organization,
            teams=[team.slug],
            name=args.slug,
            slug=args.slug,
            platform="javascript-sveltekit",
            opts=child,
        )
        key = sentry.SentryKey(
            f"{name}-key", organization=args.organization, project=project.slug, name="app", opts=child
        )
        sentry.SentryIssueAlert(
            f"{name}-new-issue",
            organization=args.organization,
            project=project.slug,
            name="A new kind of error",
            environment=args.environment,
            action_match="any",
            filter_match="all",
            frequency=30,
            conditions=[
                {"id": "sentry.rules.conditions.first_seen_event.FirstSeenEventCondition"},
                {"id": "sentry.rules.conditions.regression_event.RegressionEventCondition"},
            ],
            actions=[
                {
                    "id": "sentry.mail.actions.NotifyEmailAction",
                    "targetType": "Team",
                    "targetIdentifier": team.internal_id,
                    "fallthroughType": "ActiveMembers",
                }
            ],
            opts=child,
        )
        sentry.SentryMetricAlert(
            f"{name}-rate",
            organization=args.organization,
            project=project.slug,
            name="Too many errors",
            environment=args.environment,
            dataset="events",
            event_types=["error"],
            query="",
            aggregate="count()",
            time_window=60,
            threshold_type=0,
            triggers=[
                {
                    "label": "critical",
                    "threshold_type": 0,
                    "alert_threshold": args.errors_per_hour,
                    "actions": [{"type": "email", "target_type": "team", "target_identifier": team.internal_id}],
                }
            ],
            opts=child,
        )
        self.dsn, self.project_slug = key.dsn_public, project.slug
        self.register_outputs({"dsn": self.dsn, "project_slug": self.project_slug})
