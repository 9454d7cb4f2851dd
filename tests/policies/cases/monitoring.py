"""Cases of the rules about logs, alerts and error tracking."""

from __future__ import annotations

import dataclasses

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import PROJECT, resource
from tests.policies.samples.monitoring import ALERT

STACK = "brightbroom-infra-production"
SOURCES = ("drain", "sources")
ENDPOINT = ("drain", "endpoint")
LOST = ("drain", "", ABSENT)

DRAINS = [
    compliant("MON-01", "app"),
    compliant("MON-01", "drain"),
    *(
        violating("MON-01", "drain", (*SOURCES, [kept for kept in ("lambda", "edge", "firewall", "build") if kept != lost]),
                  says=f"{lost} too")
        for lost in ("lambda", "edge", "firewall", "build")
    ),
    violating("MON-01", "drain", ("drain", "samplingRate", 0.5)),
    violating("MON-01", "drain", ("drain", "samplingRate", 0)),
    violating("MON-01", "drain", ("drain", "environments", ["preview"]), says="'production' too"),
    violating("MON-01", "drain", (*ENDPOINT, "http://me:pw@in.logs.brightbroom.app/?token=abc"),
              fires={"MON-01", "RET-02"}, says="seen http://in.logs.brightbroom.app wanted"),
    violating("MON-01", "drain", ("drain", "projectIds", []), says="projectIds"),
    absent("MON-01", "app", LOST, says="a log drain for the project"),
    absent("MON-01", "app", ("drain", "@link:projectIds", ())),
    absent("MON-01", "drain", ("drain", "secret", ABSENT), says="secret"),
    absent("MON-01", "drain", ("drain", "projectIds", ABSENT)),
    absent("MON-01", "drain", (*SOURCES, ABSENT), says="lambda, edge, firewall, build too"),
    near_miss("MON-01", "drain", (*SOURCES, ["lambda", "edge", "firewall", "build"])),
    near_miss("MON-01", "drain", ("drain", "samplingRate", 1)),
    near_miss("MON-01", "drain", ("drain", "secret", SECRET), fires={"SEC-05"}),
    near_miss("MON-01", "app", ("drain", "@link:projectIds", ()), ("app", "@id", "prj_1")),
    unknown("MON-01", "drain", ("drain", "secret", UNKNOWN)),
    unknown("MON-01", "drain", ("drain", "samplingRate", UNKNOWN)),
    unknown("MON-01", "drain", ("drain", "secret", UNKNOWN), (*SOURCES, ["edge"]), outcome=Outcome.FAIL),
    other_type("MON-01", "logs"),
]  # fmt: skip

QUIET = ("notification", "", ABSENT)
SLACK = ("slack", "", resource(t.VERCEL_ALERT_SLACK, "slack", {"slackChannelId": "C1"}, alertRuleId=ALERT))
ALERTS = [
    compliant("MON-02", STACK),
    compliant("MON-02", "alert"),
    compliant("MON-02", "alert", QUIET, SLACK),
    violating("MON-02", "alert", QUIET, says="a webhook or Slack notification"),
    violating("MON-02", "alert", ("notification", "@link:alertRuleId", (PROJECT,))),
    absent("MON-02", STACK, ("alert", "", ABSENT), fires={"MON-02", "COST-01"}, says="an alert rule"),
    near_miss("MON-02", STACK, ("alert", "", ABSENT), ("app", "", ABSENT), outcome=Outcome.NOT_APPLICABLE,
              says="the stack has no app"),
    near_miss("MON-02", "alert", ("notification", "@link:alertRuleId", ()), ("notification", "alertRuleId", "ar_1"),
              ("alert", "@id", "ar_1")),
    unknown("MON-02", "alert", ("notification", "alertRuleId", UNKNOWN), outcome=Outcome.PASS),
    other_type("MON-02", "notification"),
]  # fmt: skip

DSN = ("dsn", "value")
IN_A_LIST = {
    "variables": [
        {"key": "PUBLIC_SENTRY_DSN", "value": "https://2@o1.ingest.de.sentry.io/2", "targets": ["production"]}
    ]
}
ERRORS = [
    compliant("MON-03", "app"),
    compliant("MON-03", "app", ("dsn", "", ABSENT), ("variables", "variables", IN_A_LIST["variables"])),
    violating("MON-03", "app", ("dsn", "key", "VITE_SENTRY_URL"), says="a variable SENTRY_DSN"),
    violating("MON-03", "app", ("sentry-environment", "key", "SENTRY_RELEASE"), says="a variable SENTRY_ENVIRONMENT"),
    violating("MON-03", "app", (*DSN, "")),
    violating("MON-03", "app", ("dsn", "targets", ["preview", "development"]), says="with the target production"),
    near_miss("MON-03", "app", ("dsn", "targets", ["preview", "production"])),
    absent("MON-03", "app", ("dsn", "", ABSENT)),
    absent("MON-03", "app", ("sentry-environment", "", ABSENT)),
    absent("MON-03", "app", (*DSN, ABSENT)),
    near_miss("MON-03", "app", (*DSN, SECRET), fires={"SEC-05"}),
    near_miss("MON-03", "app", (*DSN, UNKNOWN)),
    near_miss("MON-03", "app", ("dsn", "@link:projectId", ()), outcome=Outcome.FAIL),
    near_miss(
        "MON-03",
        "app",
        ("dsn", "", ABSENT),
        ("shared", "", dataclasses.replace(
            resource(t.VERCEL_SHARED_VARIABLE, "shared", {"key": "SENTRY_DSN", "value": "https://2@o1.example.com/2",
                                                          "targets": ["production"]}),
            links={"projectIds": (PROJECT,)},
        )),
    ),
    unknown("MON-03", "app", ("dsn", "key", UNKNOWN)),
    other_type("MON-03", "dsn"),
]  # fmt: skip

CASES = [*DRAINS, *ALERTS, *ERRORS]
