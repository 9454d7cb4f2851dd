"""One view of variables in the four places that hold them, and what is told where one cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from policies.catalogue import types as t
from policies.catalogue.model import Finding, Unevaluated
from policies.catalogue.resource import SECRET, UNKNOWN, Resource, Stack
from policies.catalogue.variables import VARIABLE_TYPES, Variable, each, may_hold, of_stack, variables
from tests.policies.samples.build import resource

GIVEN: dict[str, Any] = {
    "key": "API_TOKEN", "value": "a token", "targets": ["production"], "sensitive": True, "comment": "owner=us",
}  # fmt: skip


def holder(kind: str, *given: Any) -> Resource:
    """A resource of a type that holds these variables, the only one or a list of them."""
    listed = {t.VERCEL_VARIABLES: "variables", t.VERCEL_PROJECT: "environments"}.get(kind)
    return resource(kind, "holder", {listed: list(given)} if listed else given[0])


def one(**changes: Any) -> Variable:
    return variables(resource(t.VERCEL_VARIABLE, "variable", {**GIVEN, **changes}))[0]


@pytest.mark.parametrize("kind", VARIABLE_TYPES)
def test_a_variable_looks_the_same_in_each_place(kind: str) -> None:
    item = holder(kind, GIVEN)
    [variable] = variables(item)
    assert (variable.key, variable.value, variable.targets) == ("API_TOKEN", "a token", ("production",))
    assert (variable.sensitive, variable.comment, variable.secret) == (True, "owner=us", True)
    assert item.get(variable.path("key")) == "API_TOKEN"
    assert item.get(variable.value_path) == "a token"
    assert list(of_stack(Stack.of([item, resource(t.NEON_PROJECT, "database", {})]))) == [variable]


def test_what_is_absent_has_the_vendors_default() -> None:
    variable = Variable(resource(t.VERCEL_VARIABLE, "variable", {}))
    assert (variable.key, variable.value, variable.targets) == ("", None, ())
    assert (variable.sensitive, variable.comment, variable.secret) == (False, "", False)


def test_other_types_and_empty_lists_hold_none() -> None:
    assert variables(resource(t.NEON_PROJECT, "database", {"variables": [GIVEN]})) == ()
    assert variables(resource(t.VERCEL_PROJECT, "app", {})) == ()
    assert variables(holder(t.VERCEL_VARIABLES)) == ()


def test_custom_environments_are_a_target() -> None:
    assert one(customEnvironmentIds=["env_1"]).targets == ("production", "custom")
    assert one(customEnvironmentIds=[]).targets == ("production",)
    assert one(applyToAllCustomEnvironments=True).targets == ("production", "custom")


def test_a_value_that_is_only_written_stands_elsewhere() -> None:
    item = resource(t.VERCEL_VARIABLE, "variable", {"key": "API_TOKEN", "valueWo": "a token"})
    assert variables(item)[0].value_path == "valueWo"
    listed = variables(holder(t.VERCEL_VARIABLES, {"key": "A"}, {"key": "B", "valueWo": "b"}))
    assert [variable.value_path for variable in listed] == ["variables.0.value", "variables.1.valueWo"]


def test_a_secret_is_one_by_name_or_by_flag() -> None:
    assert one(key="LOG_LEVEL").secret
    assert one(sensitive=False).secret
    assert not one(key="LOG_LEVEL", sensitive=False).secret


@pytest.mark.parametrize("listed", [UNKNOWN, SECRET])
def test_a_list_that_cannot_be_read_is_not_an_empty_one(listed: Any) -> None:
    with pytest.raises(Unevaluated, match="variables"):
        variables(resource(t.VERCEL_VARIABLES, "variables", {"variables": listed}))


@pytest.mark.parametrize(
    ("name", "mark"), [("key", UNKNOWN), ("key", SECRET), ("targets", UNKNOWN), ("sensitive", SECRET)]
)
def test_a_property_that_cannot_be_read_is_not_an_absent_one(name: str, mark: Any) -> None:
    with pytest.raises(Unevaluated, match=name):
        getattr(one(**{name: mark}), name)


def test_an_encrypted_value_is_there() -> None:
    assert one(value=SECRET).value is SECRET


def test_one_that_cannot_be_read_hides_no_other() -> None:
    def found(variable: Variable) -> Iterator[Finding]:
        yield Finding(variable.path("key"), variable.key, "none")

    item = holder(t.VERCEL_VARIABLES, {"key": "A"}, UNKNOWN, {"key": UNKNOWN}, {"key": "B"})
    told: list[str] = []
    with pytest.raises(Unevaluated, match=r"variables\.1 "):
        told.extend(finding.seen for finding in each(item, found))
    assert told == ["A", "B"]


def test_one_that_cannot_be_read_may_be_what_is_asked_for() -> None:
    assert may_hold(
        holder(t.VERCEL_VARIABLES, {"key": "LOG_LEVEL"}, {"key": UNKNOWN}), lambda variable: variable.secret
    )
    assert not may_hold(holder(t.VERCEL_VARIABLES, {"key": "LOG_LEVEL"}), lambda variable: variable.secret)
