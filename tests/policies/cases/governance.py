"""Cases of the rules over the rules: that every type is known, and that no option hides anything."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterator
from pathlib import Path

from policies.catalogue import registry
from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN, Resource
from tests.policies import samples
from tests.policies.cases.form import (
    ABSENT,
    Case,
    Change,
    Kind,
    absent,
    compliant,
    near_miss,
    other_type,
    unknown,
    violating,
)
from tests.policies.samples.build import resource

STACK = "brightbroom-infra-production"


def _new(kind: str) -> Change:
    return ("new", "", resource(kind, "new", {}))


CLASSIFIED = [
    compliant("GOV-01", STACK),
    compliant("GOV-01", STACK, _new("random:index/randomPassword:RandomPassword")),
    violating("GOV-01", STACK, _new("aws:ec2/instance:Instance"), says="type seen aws:ec2/instance:Instance"),
    violating("GOV-01", STACK, _new("vercel:index/blobStore:BlobStore")),
    violating("GOV-01", STACK, _new("brightbroom:hosting:Website")),
    violating("GOV-01", STACK, _new("pulumi:providers:kubernetes")),
    near_miss("GOV-01", STACK, _new("github:index/issueLabels:IssueLabels")),
    near_miss("GOV-01", STACK, _new("github:index/issueLabel:IssueLabel"), outcome=Outcome.FAIL),
    absent("GOV-01", STACK, ("custom", "", ABSENT), outcome=Outcome.PASS),
    unknown("GOV-01", STACK, ("deploy-key", "title", UNKNOWN), outcome=Outcome.PASS),
    other_type("GOV-01", "app"),
]


def _ignoring(name: str, *paths: str) -> Change:
    return (name, "@ignore_changes", paths)


def _told(name: str, *outputs: str) -> Change:
    return (name, "@secret_outputs", outputs)


HIDDEN = [
    compliant("GOV-02", "app", _ignoring("app", "buildCommand")),
    violating("GOV-02", "app", _ignoring("app", "protectedSourcemaps"), says="such as protectedSourcemaps"),
    violating("GOV-02", "app", _ignoring("app", "gitRepository.productionBranch")),
    violating("GOV-02", "app", _ignoring("app", "gitRepository"), says="such as gitRepository.productionBranch"),
    violating("GOV-02", "app", _ignoring("app", 'gitRepository["productionBranch"]')),
    violating("GOV-02", "app", _ignoring("app", "*")),
    violating("GOV-02", "app", _ignoring("app", "skewProtection")),
    violating("GOV-02", "retention", _ignoring("retention", "expirationPreview"), says="such as expirationPreview"),
    violating("GOV-02", "firewall", _ignoring("firewall", "rules.rules[0].active")),
    violating("GOV-02", "firewall", _ignoring("firewall", "rules.rules[*].action")),
    violating("GOV-02", "main", _ignoring("main", "bypassActors")),
    violating("GOV-02", "main", _ignoring("main", "name", "rules.pullRequest.requireCodeOwnerReview")),
    violating(
        "GOV-02", "database", _told("database", "password", "connectionUri"), says="pooledConnectionUri among them"
    ),
    near_miss("GOV-02", "app", _ignoring("app", "gitRepository.repo", "framework")),
    near_miss("GOV-02", "main", _ignoring("main", "rules.requiredDeployments", "etag")),
    near_miss("GOV-02", "database", _told("database", "host", "password", "connectionUri", "pooledConnectionUri")),
    absent("GOV-02", "database", _told("database"), says="seen []"),
    absent("GOV-02", "app", _ignoring("app", "gitForkProtection"), ("app", "gitForkProtection", ABSENT)),
    unknown(
        "GOV-02",
        "app",
        _ignoring("app", "directoryListing"),
        ("app", "directoryListing", UNKNOWN),
        outcome=Outcome.FAIL,
        fires={"GOV-02"},
    ),
    other_type("GOV-02", STACK),
]


def _judged_elsewhere() -> Iterator[Case]:
    """GOV-02 is about every type that another rule judges or reads: it passes in the samples, and in the cases of that rule."""
    governed = next(rule.applies_to for rule in registry.rules() if rule.id == "GOV-02")
    named = {item.type: item.name for item in samples.stack().values()}
    yield from (compliant("GOV-02", named[kind]) for kind in governed if kind in named)
    added = {item.type: (case, item.name) for case in _of_other_rules() for item in _added(case)}
    for kind in governed:
        if kind not in named and kind not in added:
            yield compliant("GOV-02", "new", _new(kind))
        elif kind not in named:
            case, name = added[kind]
            changes = {"rule": "GOV-02", "kind": Kind.COMPLIANT, "on": name, "outcome": Outcome.PASS, "says": ""}
            yield dataclasses.replace(case, **changes)  # type: ignore[arg-type]


def _of_other_rules() -> Iterator[Case]:
    here = Path(__file__)
    for name in sorted(file.stem for file in here.parent.glob("*.py")):
        if name not in ("__init__", "form", here.stem):
            yield from importlib.import_module(f"tests.policies.cases.{name}").CASES


def _added(case: Case) -> Iterator[Resource]:
    return (value for _, path, value in case.changes if path == "" and isinstance(value, Resource))


CASES = [*CLASSIFIED, *HIDDEN, *_judged_elsewhere()]
