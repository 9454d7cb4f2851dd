"""Cases of the rule over workflow files."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, Case, Change, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.github import SHA, WORKFLOW

STRATEGY = """\
name: CI/CD Pipeline
on:
  push:
    branches: [main, production]
  pull_request:
    branches: [main]
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - name: Setup Node.js
        uses: actions/setup-node@v3
        with:
          node-version: 18
      - run: npm ci
  deploy-staging:
    if: github.ref == 'refs/heads/main'
    needs: [validate]
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v3
      - uses: amondnet/vercel-action@v20
        with:
          vercel-token: ${{ secrets.VERCEL_TOKEN }}
"""
"""The beginning of the strategy's own workflow, which pins nothing, limits nothing and names no environment for staging."""

IMAGE = "docker://ghcr.io/x/y@sha256:" + "0" * 64


def _file(text: str) -> Change:
    return ("workflow", "content", text)


def _swapped(old: str, new: str) -> Change:
    assert old in WORKFLOW
    return _file(WORKFLOW.replace(old, new))


def _step(step: str, on: str = "push", job: str = "test") -> Change:
    return _file(f"on: {on}\npermissions: {{}}\njobs:\n  {job}:\n    steps:\n      - {step}\n")


def _target(step: str) -> Change:
    return _step(step, on="[push, pull_request_target]")


def _checkout(ref: str) -> Change:
    return _target(f"{{uses: actions/checkout@{SHA}, with: {{ref: {ref!r}}}}}")


def _bad(change: Change, says: str = "") -> Case:
    return violating("GH-07", "workflow", change, says=says)


def _close(change: Change) -> Case:
    return near_miss("GH-07", "workflow", change)


PINS = [
    _bad(_swapped(f"checkout@{SHA}", "checkout@v5"), says="jobs.test.steps.0.uses seen actions/checkout@v5"),
    _bad(_swapped(f"checkout@{SHA}", "checkout@main")),
    _bad(_swapped(f"checkout@{SHA}", f"checkout@{SHA[:-1]}")),
    _bad(_swapped(f"@{SHA}", "")),
    _bad(_step("uses: docker://alpine:3.20"), says="docker://alpine:3.20"),
    _bad(_step("uses: [actions/checkout]")),
    _bad(
        _file("on: push\npermissions: {}\njobs: {call: {uses: a/b/.github/workflows/x.yml@v1}}"), says="jobs.call.uses"
    ),
    _close(_step(f"uses: {IMAGE}")),
    _close(_step("uses: ./.github/actions/setup")),
    _close(_file(f"on: push\npermissions: {{}}\njobs: {{call: {{uses: a/b/.github/workflows/x.yml@{SHA}}}}}")),
]

LOCAL: Change = ("workflow", "file", ".github/actions/setup/action.yml")
COMPOSITE = [
    violating("GH-07", "workflow", LOCAL, _file("runs: {steps: [{uses: actions/setup-node@v5}]}"), says="runs.steps.0"),
    near_miss("GH-07", "workflow", LOCAL, _file(f"runs: {{steps: [{{uses: actions/setup-node@{SHA}}}]}}")),
    near_miss("GH-07", "workflow", LOCAL, _file("runs: {using: node24, main: index.js}")),
    near_miss("GH-07", "workflow", LOCAL, _file("runs: text")),
    violating("GH-07", "workflow", LOCAL, _file("runs: ["), says="no YAML"),
]

PERMISSIONS = [
    _bad(_swapped("permissions: {contents: read}", ""), says="jobs.deploy.permissions seen None"),
    _bad(_swapped("permissions: {contents: read}", "permissions:"), says="jobs.test.permissions"),
    _bad(_swapped("{contents: read}", "write-all"), says="content:permissions seen write-all"),
    _bad(_swapped("  test:\n", "  test:\n    permissions: write-all\n"), says="jobs.test.permissions seen write-all"),
    _close(_file("on: push\njobs: {a: {permissions: {}}}")),
]

UNTRUSTED = [
    _bad(_checkout("${{ github.event.pull_request.head.sha }}"), says="steps.0.with seen pull_request.head"),
    _bad(_checkout("${{ github.event['pull_request']['head'].ref }}")),
    _bad(_checkout("${{ github.head_ref }}")),
    _bad(_checkout("refs/pull/${{ github.event.number }}/merge")),
    _bad(_target("run: gh pr checkout $NUMBER && npm test"), says="steps.0.run"),
    _bad(_target("run: git fetch origin refs/pull/7/head")),
    _bad(
        _step(
            f"{{uses: actions/checkout@{SHA}, with: {{ref: '${{{{ github.head_ref }}}}'}}}}", on="pull_request_target"
        )
    ),
    _bad(_step("run: gh pr checkout 7", on="{pull_request_target: {types: [opened]}}")),
    _bad(_target(f"{{uses: Actions/Checkout@{SHA}, with: {{ref: '${{{{ github.head_ref }}}}'}}}}")),
    _bad(
        _target("{env: {SHA: '${{ github.event.pull_request.head.sha }}'}, run: git checkout $SHA}"), says="steps.0.run"
    ),
    _bad(
        _target(
            f"{{env: {{SHA: '${{{{ github.event.pull_request.head.sha }}}}'}}, uses: actions/checkout@{SHA}, "
            "with: {ref: '${{ env.SHA }}'}}"
        ),
        says="steps.0.with",
    ),
    _bad(_target("run: echo ${{ github.event.pull_request.head.ref }}"), says="pull_request.head.ref"),
    _bad(
        _file(
            "x: &fetch {run: gh pr checkout 7}\non: [pull_request_target]\npermissions: {}\njobs: {a: {steps: [*fetch]}}"
        )
    ),
    _close(_target("run: gh pr edit ${{ github.event.pull_request.number }} --add-label triage")),
    _close(_target("run: gh api repos/x/y/statuses/${{ github.event.pull_request.head.sha }} -f state=success")),
    _close(_checkout("${{ github.event.pull_request.base.sha }}")),
    _close(_target(f"uses: actions/checkout@{SHA}")),
    _close(_step("run: gh pr checkout 7", on="pull_request")),
]

DEPLOYMENTS = [
    _bad(_swapped("    environment: production\n", ""), says="jobs.deploy.environment seen None"),
    _bad(_swapped("environment: production", "environment: {url: 'https://brightbroom.app'}")),
    _bad(_step("run: echo", job="deploy-staging")),
    _bad(_step("run: echo", job="staging_deploy")),
    _close(_step("run: echo", job="wait-for-deployment")),
    _bad(_step("run: npx vercel deploy --prod --token $TOKEN")),
    _bad(_step("run: vercel --prod")),
    _bad(_step("run: pulumi --non-interactive up --yes")),
    _bad(_step("run: npx prisma migrate deploy")),
    _bad(_step(f"{{uses: pulumi/actions@{SHA}, with: {{command: up}}}}")),
    _bad(_step(f"uses: amondnet/vercel-action@{SHA}")),
    _close(_swapped("environment: production", "environment: {name: production}")),
    _close(_step("run: vercel build --prod")),
    _close(_step("run: vercel pull --environment=production")),
    _close(_step("run: pulumi preview")),
    _close(_step(f"{{uses: pulumi/actions@{SHA}, with: {{command: preview}}}}")),
    _close(_file("on: push\npermissions: {}\njobs: {deploy: {uses: ./.github/workflows/deploy.yml}}")),
]

UNREADABLE = [
    _bad(_file("on: [push"), says="no YAML: ParserError"),
    _bad(_file("jobs: {a: 2026-99-99}"), says="no YAML: ValueError"),
    _bad(_file("[" * 5000), says="no YAML: RecursionError"),
    _bad(_file("- a list"), says="no jobs"),
    _bad(_file("on: push\njobs: []"), says="no jobs"),
    _bad(_file("on: push\njobs: {a: text}"), says="no jobs"),
    _close(_file("on: 7\npermissions: {}\njobs: {a: {steps: text}, b: {steps: [text]}}")),
]

CASES = [
    compliant("GH-07", "workflow"),
    compliant("GH-07", "workflow", ("workflow", "file", ".github/workflows/ci.yaml")),
    violating("GH-07", "workflow", _file(STRATEGY), says="amondnet/vercel-action@v20"),
    violating("GH-07", "workflow", _file(STRATEGY), says="jobs.deploy-staging.environment"),
    violating("GH-07", "workflow", _file(STRATEGY), says="jobs.validate.permissions"),
    *PINS,
    *COMPOSITE,
    *PERMISSIONS,
    *UNTRUSTED,
    *DEPLOYMENTS,
    *UNREADABLE,
    near_miss("GH-07", "workflow", ("workflow", "file", ".github/dependabot.yml"), outcome=Outcome.NOT_APPLICABLE),
    near_miss("GH-07", "workflow", ("workflow", "file", ".github/workflows/x/ci.yml"), outcome=Outcome.NOT_APPLICABLE),
    absent("GH-07", "workflow", ("workflow", "content", ABSENT), says="no jobs"),
    absent("GH-07", "workflow", _file(""), says="no jobs"),
    unknown("GH-07", "workflow", ("workflow", "content", UNKNOWN)),
    unknown("GH-07", "workflow", ("workflow", "content", SECRET), fires={"SEC-05"}),
    unknown("GH-07", "workflow", ("workflow", "file", UNKNOWN)),
    other_type("GH-07", "actions"),
]
