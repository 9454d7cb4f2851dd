"""Workflows of GitHub Actions, where a stack declares their files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from policies.catalogue.model import Finding, NotApplicable, Severity
from policies.catalogue.registry import rule
from policies.catalogue.resource import Resource
from policies.catalogue.scope import Scope
from policies.catalogue.standards import cis_github, ssdf, strategy
from policies.catalogue.types import GITHUB_FILE

_FILE: Final = re.compile(r"\.github/workflows/[^/]+\.ya?ml")
_ACTION: Final = re.compile(r"(.*/)?action\.ya?ml")
_PINNED: Final = re.compile(r"\./.*|docker://.+@sha256:[0-9a-f]{64}|[^@\s]+@[0-9a-f]{40}")
"""Of this repository, an image by its digest, or an action by the full hash of its commit."""

_UNTRUSTED: Final = re.compile(
    r"pull_request\.(head|merge_commit_sha|number)\b|event\.number\b|github\.head_ref|refs/pull/|gh\s+pr\s+checkout"
)
"""What of a pull request names code that anybody may have written."""

_FETCHES: Final = re.compile(r"\bgit\b[^\n;&|]*\s(checkout|clone|fetch|merge|pull|reset|switch|worktree)\b")
_WRITTEN: Final = re.compile(r"refs/pull/|gh\s+pr\s+checkout|pull_request\.head\.(ref|label)\b|github\.head_ref")
"""What a script must not hold even where it fetches nothing: the name of a branch is a text that a stranger wrote."""

_DEPLOYMENT: Final = re.compile(r"(?<![a-z])(re)?deploy(?![a-z])")
"""In the name of a job that deploys; one that waits for a deployment, or follows one, does not."""

_DEPLOYS: Final = re.compile(
    r"\bvercel\b[^\n;&|]*\s(deploy|promote|rollback|redeploy)\b|\bvercel(?![^\n;&|]*\b(build|pull)\b)[^\n;&|]*--prod\b"
    r"|\bpulumi\b[^\n;&|]*\s(up|update|destroy)\b|\bprisma\s+migrate\s+deploy\b"
)


@rule(
    "GH-07",
    "workflows trust nothing they did not pin",
    risk="a changed action or a stranger's pull request runs with the secrets of a deployment",
    severity=Severity.HIGH,
    applies_to=(GITHUB_FILE,),
    requirements=(
        *ssdf("PO.3"),
        *cis_github("1.5.2", "3.1.7"),
        *strategy("GitHub Actions Workflow"),
    ),
    remedy="pin actions by full hash, state `permissions`, never check out the head of a pull request in "
    "pull_request_target, and name the environment of every job that deploys",
    url="https://docs.github.com/actions/reference/security/secure-use",
    source="infra/components/github_repository.py",
)
def require_safe_workflow(file: Resource, _: Scope) -> Iterator[Finding]:
    """Permissions left out are the repository's default, and that may be to write. What is no workflow GitHub would not run
    either: it is a finding, for nobody can say what was meant. An action of the repository itself runs others, too."""
    name = str(file.readable("file"))
    if not _FILE.fullmatch(name) and not _ACTION.fullmatch(name):
        raise NotApplicable("is no workflow by its path")
    try:
        workflow = yaml.safe_load(str(file.readable("content") or ""))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        yield Finding("content", f"no YAML: {type(error).__name__}", "a workflow that can be read")
        return
    if not _FILE.fullmatch(name):
        runs = workflow.get("runs") if isinstance(workflow, Mapping) else None
        yield from _unpinned({"": runs} if isinstance(runs, Mapping) else {}, "content:runs")
        return
    jobs = workflow.get("jobs") if isinstance(workflow, Mapping) else None
    if not isinstance(jobs, Mapping) or not all(isinstance(job, Mapping) for job in jobs.values()):
        yield Finding("content", "no jobs", "a workflow with jobs")
        return
    yield from _unpinned(jobs, "content:jobs")
    yield from _unlimited(workflow, jobs)
    if "pull_request_target" in _triggers(workflow):
        yield from _untrusted(workflow, jobs)
    yield from _nowhere(jobs)


def _triggers(workflow: Mapping[Any, Any]) -> Sequence[Any]:
    """YAML 1.1 reads the key `on` as true."""
    on = workflow.get("on", workflow.get(True))
    return [on] if isinstance(on, str) else list(on) if isinstance(on, Mapping | Sequence) else []


def _steps(job: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The steps of a job, each with its path in the job."""
    steps = job.get("steps")
    for number, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, Mapping):
            yield f"steps.{number}", step


def _unpinned(jobs: Mapping[str, Mapping[str, Any]], above: str) -> Iterator[Finding]:
    for name, job in jobs.items():
        for path, part in (("", job), *_steps(job)):
            uses = part.get("uses")
            if uses is not None and not _PINNED.fullmatch(str(uses)):
                where = ".".join(filter(None, (above, str(name), path, "uses")))
                yield Finding(where, uses, "the full hash of a commit after the @")


def _unlimited(workflow: Mapping[Any, Any], jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    given = workflow.get("permissions")
    if given == "write-all":
        yield Finding("content:permissions", given, "the permissions that are needed, by name")
    for name, job in jobs.items():
        own = job.get("permissions")
        if own == "write-all" or (own is None and given is None):
            yield Finding(f"content:jobs.{name}.permissions", own, "the permissions that are needed, by name")


def _untrusted(workflow: Mapping[Any, Any], jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    for name, job in jobs.items():
        for path, step in _steps(job):
            key = "with" if str(step.get("uses")).lower().startswith("actions/checkout@") else "run"
            given = _dotted(step.get(key))
            told = "\n".join(_dotted(part.get("env")) for part in (step, job, workflow))
            if key == "with":
                found = _UNTRUSTED.search(f"{given}\n{told}" if "env." in given else given)
            else:
                found = _WRITTEN.search(given) or _UNTRUSTED.search(
                    f"{given}\n{told}" if _FETCHES.search(given) else ""
                )
            if found:
                yield Finding(
                    f"content:jobs.{name}.{path}.{key}", found[0], "only the base branch in pull_request_target"
                )


def _dotted(value: Any) -> str:
    """Expressions of GitHub in one form: `a['b']` as `a.b`."""
    return re.sub(r"\[\s*['\"](\w+)['\"]\s*\]", r".\1", str(value))


def _nowhere(jobs: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """A job that calls another workflow cannot name an environment: the workflow it calls must."""
    for name, job in jobs.items():
        environment = job.get("environment")
        named = environment.get("name") if isinstance(environment, Mapping) else environment
        if "uses" not in job and not named and _deploys(str(name), job):
            yield Finding(f"content:jobs.{name}.environment", environment, "the environment it deploys to")


def _deploys(name: str, job: Mapping[str, Any]) -> bool:
    """By its name, or by a step that deploys."""
    told = f"{name} {job.get('name')}".lower()
    return _DEPLOYMENT.search(told) is not None or any(_changes(step) for _, step in _steps(job))


def _changes(step: Mapping[str, Any]) -> bool:
    uses, given = str(step.get("uses")), step.get("with")
    if uses.startswith("pulumi/actions@"):
        return isinstance(given, Mapping) and given.get("command") in ("up", "update", "destroy")
    return uses.startswith("amondnet/vercel-action@") or _DEPLOYS.search(str(step.get("run"))) is not None
