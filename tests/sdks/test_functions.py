"""The typed functions say exactly what the plugin's schema says, ask by its names and answer with typed results."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pytest
from pulumi.output import UNKNOWN

import pulumi_neon as neon
from neon_provider import functions
from pulumi_neon._resource import VERSION
from tests.sdks.conftest import Monitor
from tests.sdks.described import (
    ENUMS,
    FUNCTIONS,
    OBJECTS,
    RESOURCES,
    RESULTS,
    arguments,
    documented,
    local,
    short,
    snake,
    spelled,
)

ALL = [pytest.param(token, described, id=short(token)) for token, described in FUNCTIONS.items()]
OPEN = [pytest.param(token, found, id=short(token)) for token, found in FUNCTIONS.items() if found.get("plain", True)]


def plain_form(token: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(neon, snake(short(token)))
    return found


def output_form(token: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(neon, f"{snake(short(token))}_output")
    return found


def result_of(token: str) -> str:
    name = short(token)
    return f"{name[0].upper()}{name[1:]}Result"


def expected_arguments(described: Mapping[str, Any], form: str) -> dict[str, tuple[str, Any]]:
    """Type and default of each argument, those first that must be given."""
    inputs, required = described["inputs"]["properties"], described["inputs"].get("required", [])
    found: dict[str, tuple[str, Any]] = {}
    for key in sorted(inputs, key=lambda key: key not in required):
        kind = form.format(spelled(inputs[key]))
        default = inspect.Parameter.empty if key in required else inputs[key].get("default")
        found[snake(key)] = (f"{kind} | None" if default is None else kind, default)
    return found


def test_everything_public_is_a_resource_the_provider_a_function_a_result_or_an_enum() -> None:
    functions = {f"{snake(short(token))}_output" for token in FUNCTIONS}
    functions |= {snake(short(token)) for token, found in FUNCTIONS.items() if found.get("plain", True)}
    classes = {"Provider", *map(short, RESOURCES), *map(result_of, FUNCTIONS), *RESULTS}
    assert set(neon.__all__) == functions | classes | ENUMS.keys()
    assert neon.__all__ == sorted(neon.__all__)


def test_what_tells_a_secret_has_only_the_form_that_gives_an_output() -> None:
    secret = {
        token
        for token, found in FUNCTIONS.items()
        if any(prop.get("secret") for prop in found["outputs"]["properties"].values())
    }
    assert {short(token) for token in secret} == {"getConnectionUri", "getRolePassword"}
    assert {token for token, found in FUNCTIONS.items() if not found.get("plain", True)} == secret
    assert not any(hasattr(neon, snake(short(token))) for token in secret)


@pytest.mark.parametrize(("token", "described"), OPEN)
def test_the_plain_form_takes_the_inputs_and_gives_the_result(token: str, described: dict[str, Any]) -> None:
    given = arguments(plain_form(token))
    found = {name: (argument.annotation, argument.default) for name, argument in given.items()}
    assert found == expected_arguments(described, "{}")
    assert all(argument.kind is argument.KEYWORD_ONLY for argument in given.values())
    assert inspect.signature(plain_form(token)).return_annotation == result_of(token)


@pytest.mark.parametrize(("token", "described"), ALL)
def test_the_output_form_takes_inputs_and_gives_an_output(token: str, described: dict[str, Any]) -> None:
    given = arguments(output_form(token))
    found = {name: (argument.annotation, argument.default) for name, argument in given.items()}
    assert found == expected_arguments(described, "Input[{}]")
    assert all(argument.kind is argument.KEYWORD_ONLY for argument in given.values())
    assert inspect.signature(output_form(token)).return_annotation == f"Output[{result_of(token)}]"


@pytest.mark.parametrize(("token", "described"), ALL)
def test_its_documentation_is_that_of_the_schema(token: str, described: dict[str, Any]) -> None:
    inputs = described["inputs"]["properties"]
    what, entries = documented((plain_form if described.get("plain", True) else output_form)(token))
    assert what == local(described["description"], inputs)
    assert entries == {snake(key): local(prop["description"], inputs) for key, prop in inputs.items()}
    required = described["inputs"].get("required", [])
    assert all("default" in prop["description"] for key, prop in inputs.items() if key not in required)


RESULT_CLASSES = [
    *(pytest.param(result_of(token), found["outputs"], id=short(token)) for token, found in FUNCTIONS.items()),
    *(pytest.param(name, OBJECTS[name], id=name) for name in RESULTS),
]


@pytest.mark.parametrize(("name", "described"), RESULT_CLASSES)
def test_a_result_is_frozen_and_has_the_outputs(name: str, described: dict[str, Any]) -> None:
    cls = getattr(neon, name)
    expected = {}
    for key, prop in described["properties"].items():
        optional = "" if key in described["required"] else " | None"
        expected[snake(key)] = spelled(prop, result=True) + optional
    fields = {field.name: field for field in dataclasses.fields(cls)}
    assert {name: field.type for name, field in fields.items()} == expected
    missing = dataclasses.MISSING
    assert {key for key, field in fields.items() if field.default is missing} == set(map(snake, described["required"]))
    assert cls.__dataclass_params__.frozen
    assert not hasattr(cls.__new__(cls), "__dict__")


def sample(prop: Mapping[str, Any], key: str) -> Any:
    """A value of the type that the schema tells."""
    if (name := short(prop.get("$ref", ""))) in OBJECTS:
        return {inner: sample(each, inner) for inner, each in OBJECTS[name]["properties"].items()}
    kinds: dict[str, Any] = {"string": f"<{key}>", "integer": 7, "number": 0.5, "boolean": True}
    if prop["type"] == "array":
        return [sample(prop["items"], key)]
    if prop["type"] == "object":
        return {"one": sample(prop["additionalProperties"], key)}
    return kinds[prop["type"]]


def plain(value: Any) -> Any:
    """A result as the wire has it."""
    if dataclasses.is_dataclass(value):
        return {wire(field.name): plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def wire(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def answered(described: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sample(prop, key) for key, prop in described["outputs"]["properties"].items()}


def asked(described: Mapping[str, Any]) -> dict[str, Any]:
    return {key: sample(prop, key) for key, prop in described["inputs"]["properties"].items()}


@pytest.mark.parametrize(("token", "described"), OPEN)
def test_the_plain_form_asks_and_waits(monitor: Monitor, token: str, described: dict[str, Any]) -> None:
    monitor.recorder.answer = answered(described)
    found: list[Any] = []

    def check() -> None:
        found.append(plain_form(token)(**{snake(key): value for key, value in asked(described).items()}))

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert type(found[0]).__name__ == result_of(token)
    assert plain(found[0]) == answered(described)
    assert [(call.token, call.args) for call in monitor.recorder.called] == [(token, asked(described))]


@pytest.mark.parametrize(("token", "described"), ALL)
def test_the_output_form_asks_with_what_its_inputs_become(
    monitor: Monitor, token: str, described: dict[str, Any]
) -> None:
    monitor.recorder.answer = answered(described)
    found: dict[str, Any] = {}

    def check() -> Any:
        given = {snake(key): pulumi.Output.from_input(value) for key, value in asked(described).items()}
        output = output_form(token)(**given)
        found["secret"] = output.is_secret()
        return output.apply(lambda result: found.update(result=result))

    async def look() -> bool:
        return bool(await found["secret"])

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert type(found["result"]).__name__ == result_of(token)
    assert plain(found["result"]) == answered(described)
    assert [(call.token, call.args) for call in monitor.recorder.called] == [(token, asked(described))]
    assert monitor.loop.run_until_complete(look()) is not described.get("plain", True)


@pytest.mark.parametrize(("token", "described"), ALL)
def test_an_input_not_known_yet_makes_the_result_unknown_and_asks_nobody(
    monitor: Monitor, token: str, described: dict[str, Any]
) -> None:
    given = {snake(key): value for key, value in asked(described).items()}
    found: dict[str, Any] = {}

    def check() -> Any:
        output = output_form(token)(**{**given, next(iter(given)): pulumi.Output.from_input(UNKNOWN)})
        found["known"] = output.is_known()
        return output.apply(lambda _: found.update(ran=True))

    async def look() -> bool:
        return bool(await found["known"])

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert monitor.loop.run_until_complete(look()) is False
    assert "ran" not in found
    assert monitor.recorder.called == []


def test_what_is_left_out_is_not_sent_and_what_is_not_told_is_none(monitor: Monitor) -> None:
    told = {"snapshotId": "snap-1", "name": "nightly", "createdAt": "2026-11-25T02:00:00Z", "manual": False}
    monitor.recorder.answer = {"snapshots": [told]}
    found: list[neon.ListSnapshotsResult] = []
    pulumi.runtime.test(lambda: found.append(neon.list_snapshots(project_id="quiet-river-12345678")))()  # type: ignore[no-untyped-call]
    assert monitor.recorder.called[0].args == {"projectId": "quiet-river-12345678"}
    (snapshot,) = found[0].snapshots
    assert (snapshot.snapshot_id, snapshot.full_size, snapshot.expires_at) == ("snap-1", None, None)


def test_the_version_is_asked_for_and_options_of_the_caller_are_kept(monitor: Monitor) -> None:
    monitor.recorder.answer = {"regions": []}

    def check() -> Any:
        account = neon.Provider("account", api_key="napi_canary")
        neon.get_regions()
        return neon.get_regions_output(opts=pulumi.InvokeOptions(provider=account))

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert [request.version for request in monitor.asked] == [VERSION, VERSION]
    assert monitor.asked[0].provider == ""
    assert "pulumi:providers:neon::account" in monitor.asked[1].provider


def test_the_plugin_has_these_functions_with_their_arguments_and_secrets() -> None:
    assert set(functions.FUNCTIONS) == set(FUNCTIONS)
    for token, function in functions.FUNCTIONS.items():
        inputs, outputs = FUNCTIONS[token]["inputs"], FUNCTIONS[token]["outputs"]["properties"]
        assert list(function.arguments) == list(inputs["properties"])
        required = {key for key, argument in function.arguments.items() if argument.required}
        assert required == set(inputs.get("required", []))
        assert function.secret == {key for key, prop in outputs.items() if prop.get("secret")}
