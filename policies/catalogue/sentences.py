"""Each sentence of the deployment strategy that can be checked, under its heading, with the rules that hold it.

`docs/coverage.md` has the same sentences with their places in the program and their tests; a test keeps the two in step. Where no
rule holds a sentence, the program declares it, or somebody else answers for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.catalogue.clauses import State


@dataclass(frozen=True, slots=True)
class Sentence:
    """Who holds a sentence: rules by code, and in `where` what of it they do not show, or who answers instead."""

    state: State
    rules: tuple[str, ...]
    where: str


def by(*rules: str, rest: str = "") -> Sentence:
    """Held by rules, but for `rest`."""
    return Sentence(State.AUTOMATED, rules, rest)


def declared(where: str) -> Sentence:
    """Declared by the program."""
    return Sentence(State.DECLARED, (), where)


def elsewhere(where: str) -> Sentence:
    """Answered outside of this program."""
    return Sentence(State.ELSEWHERE, (), where)


SENTENCES: Final[Mapping[str, Mapping[str, Sentence]]] = {
    "Development Environment": {
        "local development server; `npm install`, `npm run dev`, test data by `npm run dev:seed`": elsewhere(
            "app: its scripts"
        ),
        "SQLite database for simplicity": declared("program: output developmentEnv"),
        "mock PayFast integration": elsewhere("app: the mock; the output developmentEnv points to it"),
        "feature flags enabled for testing": declared("program: output developmentEnv"),
    },
    "Staging Environment": {
        "mimics the production environment": declared(
            "program: one program for both stacks, whose files have the same keys"
        ),
        "hosting: Vercel": by("VRC-01"),
        "connected to the `main` branch": by("VRC-01"),
        "PostgreSQL database on Neon (staging instance)": by("DB-03", "DB-06"),
        "PayFast sandbox environment": by("HDR-05", "SEC-10"),
        "complete monitoring and logging": by("RET-02", "MON-01", "MON-03"),
        "automatic deployment on changes to `main`": by("VRC-01"),
        "preview deployments for pull requests": by(
            "VRC-02", "DB-08", rest="app: a workflow that makes a database for each preview"
        ),
        "end-to-end tests run against staging": by("VRC-04", rest="app: the job itself"),
    },
    "Production Environment": {
        "hosting: Vercel": by("VRC-01"),
        "connected to the `production` branch": by("VRC-01"),
        "PostgreSQL database on Neon (production instance)": by("DB-02", "DB-03", "BK-01"),
        "live PayFast integration": by("HDR-05", "SEC-10"),
        "full monitoring, logging and alerting": by("RET-02", "MON-01", "MON-02", "MON-03"),
        "controlled deployments from `main` to `production`": by(
            "GH-01", "GH-04", rest="operators: the release command"
        ),
        "scheduled during low-traffic periods": declared(
            "program: settings delivery.lowTraffic, told to workflows by the output releaseWindow"
        ),
        "rollback capability for critical issues": by("RET-01", "VRC-04", rest="operators: the rollback command"),
    },
    "GitHub Actions Workflow": {
        "runs on pushes to `main` and `production`, and on pull requests to `main`": elsewhere(
            "app: its workflow file"
        ),
        "job `validate`: lint, check, unit tests": by("GH-03", rest="app: what the job runs"),
        "job `test`: migrations and integration tests, after `validate`": by("GH-03", rest="app: what the job runs"),
        "job `e2e`: Playwright, after `test`": by("GH-03", rest="app: what the job runs"),
        "Node 18": by("DB-07", rest="the strategy's own version has ended; a supported one is asked for"),
        "PostgreSQL 14 in the tests": by(
            "DB-07", rest="the strategy's own version has ended; a supported one is asked for"
        ),
        "actions `checkout@v3`, `setup-node@v3`, `vercel-action@v20`": by(
            "GH-06", "GH-07", rest="the strategy's actions are not pinned; pinned ones are asked for"
        ),
        "`deploy-staging` on `main`, `deploy-production` on `production`, after `test` and `e2e`": by(
            "VRC-01", "VRC-04", rest="one path deploys a commit: docs/decisions/0001-one-path-deploys-a-commit.md"
        ),
        "`deploy-production` runs in the environment `production`": by("GH-04"),
        "secrets `VERCEL_TOKEN`, `VERCEL_ORG_ID`, `VERCEL_PROJECT_ID`": by("GH-05"),
    },
    "Database Migration Strategy": {
        "Prisma Migrate; migrations made and applied locally in development": elsewhere(
            "app: its schema and migrations"
        ),
        "staging: applied automatically during deployment": by("DB-05", rest="app: the job that migrates"),
        "production: applied manually after review": by("GH-04", rest="app: the job that migrates"),
        "always review migrations before applying in production": by("GH-02", rest="app: the owners of its migrations"),
        "back up the database before applying migrations": by("DB-03", "BK-01", "BK-04"),
        "test migrations in a staging environment first": by("GH-03", rest="people: the order of branches"),
        "incremental changes rather than large ones": elsewhere("people: reviews"),
    },
    "Environment Configuration": {
        "local development: `.env`, ignored by git": elsewhere(
            "app: its own .gitignore; the output developmentEnv is the file"
        ),
        "variables in Vercel's dashboard": declared(
            "program: EnvironmentVariables, one resource for each key and target"
        ),
        "credentials in Vercel secrets": by("SEC-02", "SEC-03", "SEC-05"),
        "`DATABASE_URL`": by("DB-05", "TLS-01"),
        "`AUTH_SECRET`": by("SEC-04", "SEC-06"),
        "`VITE_PAYFAST_MERCHANT_KEY`, `VITE_PAYFAST_PASSPHRASE`": by(
            "SEC-01", rest="the strategy's names would publish both; others are used"
        ),
        "`VITE_PAYFAST_MERCHANT_ID`, `VITE_PAYFAST_URL`": by("SEC-10"),
        "`VITE_APP_URL`, `VITE_API_URL`": by("TLS-01"),
    },
    "Monitoring Tools": {
        "Vercel Analytics for performance and usage": elsewhere(
            "vendors: the plugin has no property for it; operators switch it on"
        ),
        "Upstash monitoring for Redis": elsewhere("vendors: Upstash shows it for each database"),
        "Neon monitoring for database performance": elsewhere("vendors: Neon shows it for each project"),
        "Sentry for errors and performance": by("MON-03", rest="app: the SDK of Sentry"),
    },
    "Logging Strategy": {
        "structured logging in JSON": by("MON-01", rest="app: the format of its own lines"),
        "levels error, warn, info, debug": declared("program: setting application.logLevel"),
        "contextual information: request, user, time": elsewhere("app: its logger"),
        "redaction of personal information": by("RET-03", "RET-04", rest="app: the redaction in its own lines"),
        "transports": by("RET-02", "MON-01"),
    },
    "Backup Strategy": {
        "daily automated backups with Neon": by("BK-01"),
        "weekly full backups in separate storage": by("BK-02"),
        "30 days of retention": by("BK-01", "BK-02", "BK-03"),
        "tested restoration process": by("BK-05"),
        "infrastructure as code for deployment configuration": declared("program: this repository"),
        "source control for all application code": by("GH-01", "GH-08"),
        "documentation of all third-party configurations": by("GOV-01", rest="program: the stack files say the rest"),
    },
    "Horizontal Scaling": {
        "stateless design: no session state on the server": elsewhere("app: keeps no state"),
        "static assets through Vercel's CDN": by("HDR-01", rest="vendors: the network itself"),
        "Vercel Edge Functions": declared(
            "program: functions run beside the database instead, setting hosting.functionRegion"
        ),
    },
    "Vertical Scaling": {
        "upgrade Neon tiers as needed": by("COST-01", rest="people: the choice of the plan"),
        "Redis caching": declared("program: UpstashCache"),
        "regular profiling and optimisation": elsewhere("people: a yearly review of Sentry's figures"),
    },
    "Disaster Recovery": {
        "recovery time objective: 1 hour": by("BK-05"),
        "recovery point objective: 24 hours": by("BK-01", "BK-04", "DB-03"),
        "defined roles and responsibilities": declared("IncidentContacts.roles"),
        "communication templates": declared("IncidentContacts.userNotice"),
        "rollback procedures": elsewhere("operators: README.md, Roll back"),
        "post-incident review": elsewhere("people: docs/runbooks/incident.md, Afterwards"),
    },
    "Security Measures": {
        "all traffic encrypted with TLS": by("HDR-07", "TLS-01"),
        "Content Security Policy": by("HDR-01", "HDR-02", "HDR-03", "HDR-04", "HDR-05", "HDR-13", "HDR-14"),
        "Strict Transport Security": by("HDR-07"),
        "XSS Protection": by("HDR-08", rest="the strategy's filter opened holes; it is asked to be off"),
        "Frame Options": by("HDR-06"),
        "further headers": by("HDR-09", "HDR-10", "HDR-11", "HDR-12", "HDR-15", "HDR-16", "HDR-17", "HDR-18"),
        "further limits on access": by(
            *("DB-01", "DB-04", "RET-06", "SEC-07", "SEC-08", "SEC-09", "SEC-11", "VRC-03", "VRC-06")
        ),
        "automated security scanning": by("GH-08", "VRC-05", rest="app: code scanning in its workflows"),
        "dependency vulnerability checking": by("GH-08"),
        "manual penetration testing": elsewhere("people: reports of the yearly test"),
    },
    "Compliance": {
        "GDPR: data retention policies": by(
            "RET-01", "RET-02", "RET-03", "DB-03", "BK-03", rest="app: deletes what is due"
        ),
        "GDPR: right to be forgotten": by("RET-03", "BK-03", rest="app: the erasure itself"),
        "GDPR: privacy policy": elsewhere("people and app: the page itself"),
        "PCI DSS: no storage of payment details": by("RET-05", "HDR-05"),
        "PCI DSS: secure payment processing through PayFast": by(
            "HDR-05", "HDR-14", "SEC-10", rest="app: checks PayFast's signature"
        ),
        "PCI DSS: regular security audits": by("GOV-01", "GOV-02", "GOV-03"),
    },
    "Release Cycle": {
        "two-week sprints": elsewhere("people: the calendar"),
        "releases to production every two weeks": declared("program: output releaseWindow"),
        "hotfixes: an expedited process": declared("program: the label hotfix"),
    },
    "Release Process": {
        "development on feature branches": by("GH-01"),
        "pull requests: code review and automated testing": by("GH-01", "GH-02", "GH-03"),
        "testing in the staging environment": by("VRC-01", "GH-03"),
        "scheduled deployment to production": by("GH-04", rest="people: the day of the release"),
        "monitoring of metrics and error rates after a release": by("MON-02", "MON-03"),
    },
    "Feature Flags": {
        "flags `VITE_FEATURE_NEW_BOOKING_FLOW`, `…_ADVANCED_SCHEDULING`, `…_RECURRING_BOOKINGS`": declared(
            "program: setting application.features"
        ),
    },
    "Versioning": {
        "semantic versioning": declared("program: the ruleset of version tags"),
        "release notes for each release": elsewhere("people: the notes; the label release gathers them"),
        "a version prefix for API endpoints": elsewhere("app: its routes"),
    },
    "Post-Deployment Verification": {
        "smoke tests for critical paths": by("VRC-04", rest="app: the checks themselves"),
        "manual verification by a checklist": by("VRC-04", rest="people: the checklist"),
        "gradual rollout": by("VRC-04"),
    },
    "Rollback Strategy": {
        "revert to the previous version in Vercel": by("RET-01", "VRC-04"),
        "restore the database from backup if needed": by("BK-01", "BK-02", "BK-05", "DB-03"),
        "notify users of temporary issues": elsewhere("people: docs/runbooks/incident.md, What users are told"),
    },
}
