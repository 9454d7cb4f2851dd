"""What the rules over the rules rest on: types out of scope, secret outputs, and the paths that rules read."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies.catalogue import governance, registry
from policies.catalogue.model import Finding, Rule
from policies.catalogue.read_paths import read_paths, split, touches
from policies.catalogue.resource import Resource, Stack
from policies.catalogue.scope import Scope
from tests.policies import samples
from tests.policies.cases.form import TODAY

SCHEMA = Path(__file__).parent.parent.parent / "providers" / "neon" / "schema.json"


def _rule(code: str) -> Rule:
    return next(rule for rule in registry.rules() if rule.id == code)


def _read(name: str, *rules: Rule) -> set[str]:
    stack = samples.stack()
    scope = Scope({}, TODAY, Stack.of(stack.values()))
    return {".".join(path) for path in read_paths(stack[name], scope, rules)}


def test_no_type_is_both_judged_and_out_of_scope() -> None:
    judged = {kind for rule in registry.rules() for kind in (*rule.applies_to, *rule.reads)}
    assert judged & governance.OUT_OF_SCOPE.keys() == set()


def test_each_type_is_out_of_scope_for_a_reason() -> None:
    assert all(len(reason.split()) >= 5 for reason in governance.OUT_OF_SCOPE.values())


def test_the_secret_outputs_of_our_types_are_those_of_the_schema() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    secret = {
        kind: {name for name, entry in resource["properties"].items() if entry.get("secret")}
        for kind, resource in schema["resources"].items()
    }
    told = {kind: set(outputs) for kind, outputs in governance.SECRET_OUTPUTS.items()}
    assert told == {kind: outputs for kind, outputs in secret.items() if outputs}


def test_a_path_is_read_where_a_rule_asks_for_its_value_even_if_it_is_not_there() -> None:
    assert _read("app", _rule("VRC-02")) == {"gitForkProtection", "vercelAuthentication.deploymentType"}
    assert "private" not in _read("repository", _rule("GH-08"))
    assert "vulnerabilityAlerts" in _read("repository", _rule("GH-08"))


def test_a_resource_is_read_by_rules_about_another_one() -> None:
    assert "expirationPreview" in _read("retention", _rule("RET-01"))
    assert "bypassActors" in _read("release", _rule("GH-01"))


def test_a_rule_that_searches_everything_governs_nothing() -> None:
    def search(resource: Resource, _: Scope) -> Iterator[Finding]:
        yield from (Finding(key, value, "nothing") for key, value in resource.properties.items() if value is search)

    assert _read("app", dataclasses.replace(_rule("VRC-02"), check=search)) == set()


def test_a_rule_that_breaks_has_read_what_it_has_read() -> None:
    def fall(resource: Resource, _: Scope) -> Iterator[Finding]:
        yield Finding("skewProtection", resource.get("skewProtection"), "nothing")
        raise ZeroDivisionError

    assert _read("app", dataclasses.replace(_rule("VRC-02"), check=fall)) == {"skewProtection"}


@pytest.mark.parametrize(
    ("path", "parts"),
    [("a", ("a",)), ("a.b[0].c", ("a", "b", "0", "c")), ('a["b.c"]', ("a", "b.c")), ("a[*]", ("a", "*"))],
)
def test_a_path_of_the_engine_has_parts(path: str, parts: tuple[str, ...]) -> None:
    assert split(path) == parts


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (("a",), ("a", "b"), True),
        (("a", "b", "c"), ("a", "b"), True),
        (("*",), ("a", "b"), True),
        (("a", "*", "c"), ("a", "0", "c"), True),
        (("a", "c"), ("a", "b"), False),
        (("ab",), ("a",), False),
    ],
)
def test_paths_touch_where_one_holds_the_other(one: tuple[str, ...], other: tuple[str, ...], meet: bool) -> None:
    assert touches(one, other) is meet
    assert touches(other, one) is meet
