"""The typed SDK says exactly what the plugin takes and gives."""

from __future__ import annotations

import asyncio
import inspect
import json
import re
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
import pytest
from google.protobuf import json_format
from pulumi.runtime import mocks
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key
from pulumi.runtime.settings import ROOT

import neon_provider
import pulumi_neon
from neon_provider import config
from neon_provider.provider import VERSION
from neon_provider.resources import RESOURCES, Resource
from neon_provider.resources.base import Change
from pulumi_neon import _resource
from pulumi_neon._resource import NeonResource

CLASSES: dict[str, type[NeonResource]] = {
    cls._kind: cls for name in pulumi_neon.__all__ if issubclass(cls := getattr(pulumi_neon, name), NeonResource)
}
PAIRS = [pytest.param(CLASSES[token], resource, id=CLASSES[token].__name__) for token, resource in RESOURCES.items()]
SNAKE = re.compile(r"(?<!^)(?=[A-Z])")


def snake(wire: str) -> str:
    return SNAKE.sub("_", wire).lower()


def arguments(cls: type) -> dict[str, inspect.Parameter]:
    """The constructor's arguments without those of every resource."""
    found = dict(inspect.signature(cls).parameters)
    return {name: argument for name, argument in found.items() if name not in ("resource_name", "opts")}


def test_there_is_a_class_for_every_resource_and_no_other() -> None:
    assert set(CLASSES) == set(RESOURCES)
    assert {*pulumi_neon.__all__} == {"Provider", *(cls.__name__ for cls in CLASSES.values())}
    assert all(cls._kind == f"neon:index:{cls.__name__}" for cls in CLASSES.values())


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_its_arguments_are_the_inputs(cls: type[NeonResource], resource: Resource) -> None:
    given = arguments(cls)
    assert list(given) == [snake(key) for key in resource.properties]
    required = {snake(key) for key, prop in resource.properties.items() if prop.required}
    assert {name for name, argument in given.items() if argument.default is argument.empty} == required
    assert all(argument.kind is argument.KEYWORD_ONLY for argument in given.values())


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_its_attributes_are_the_inputs_and_the_outputs(cls: type[NeonResource], resource: Resource) -> None:
    wire = [*resource.properties, *resource.computed]
    assert dict(cls._wire_names) == {snake(key): key for key in wire}
    assert tuple(cls._computed) == resource.computed
    assert set(cls._secret) == resource.secret


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_an_attribute_can_be_none_where_the_input_is_optional(cls: type[NeonResource], resource: Resource) -> None:
    optional = {snake(key) for key, prop in resource.properties.items() if not prop.required}
    assert {name for name, text in cls.__annotations__.items() if "| None" in str(text)} == optional


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_its_documentation_names_every_argument_and_what_replaces(cls: type[NeonResource], resource: Resource) -> None:
    lines = (cls.__doc__ or "").replace("\n        ", " ").splitlines()
    entries = dict(line.strip().split(": ", 1) for line in lines if re.match(r"    \w+: ", line))
    assert list(entries) == list(arguments(cls))
    replaces = {snake(key) for key, prop in resource.properties.items() if prop.change is Change.REPLACE}
    assert {name for name, text in entries.items() if "replaces" in text} == replaces


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_its_types_are_those_of_the_schema(cls: type[NeonResource], resource: Resource) -> None:
    schema = json.loads((Path(neon_provider.__file__).parents[1] / "schema.json").read_text(encoding="utf-8"))
    kinds = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "Sequence": "array"}
    described = schema["resources"][resource.token]["properties"]
    for name, wire in cls._wire_names.items():
        kind = re.match(r"Output\[(\w+)", str(cls.__annotations__[name]))
        assert kind
        assert described[wire].get("type", "object") == kinds.get(kind[1], "object"), name


def test_the_provider_takes_what_the_plugin_knows() -> None:
    assert {snake(key) for key in config._KNOWN} - {"user_agent", "version"} == set(arguments(pulumi_neon.Provider))


def test_versions_agree() -> None:
    sdk = Path(_resource.__file__).parents[1] / "pyproject.toml"
    assert _resource.VERSION == VERSION
    assert f'version = "{VERSION}"' in sdk.read_text(encoding="utf-8")
    assert config.read({}, {}).client.user_agent.endswith(VERSION)


def test_the_package_says_that_it_is_typed_and_what_it_is_built_of_is_there() -> None:
    package = Path(pulumi_neon.__file__).parent
    assert (package / "py.typed").is_file()
    project = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "NEON_API_KEY" in (package.parent / project["readme"]).read_text(encoding="utf-8")


class Recorder(mocks.Mocks):
    """Answers with the inputs and what Neon would add."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        computed = RESOURCES[args.typ].computed if args.typ in RESOURCES else ()
        return "the-id", {**args.inputs, **{key: f"<{key}>" for key in computed}}

    def call(self, args: mocks.MockCallArgs) -> Any:
        return {}


class Monitor(mocks.MockMonitor):
    """Keeps what was registered, by type token."""

    def __init__(self) -> None:
        super().__init__(Recorder())
        self.seen: dict[str, Any] = {}

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the protocol's name
        self.seen[request.type] = request
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


@pytest.fixture
def monitor() -> Iterator[Monitor]:
    """What the SDK registers with, on an event loop of its own."""
    loop, executor = asyncio.new_event_loop(), ThreadPoolExecutor(1)
    loop.set_default_executor(executor)
    asyncio.set_event_loop(loop)
    found = Monitor()
    mocks.set_mocks(found.mocks, "project", "stack", preview=False, monitor=found)
    yield found
    executor.submit(lambda: asyncio.get_event_loop().close()).result()  # the mocks made one in their thread
    executor.shutdown()
    loop.close()
    asyncio.set_event_loop(None)
    ROOT.set(None)


SAMPLES: dict[str, Any] = {
    "items": [{"frequency": "daily", "retentionSeconds": 3600}],
    "quota": {"activeTimeSeconds": 5},
}


@pytest.mark.parametrize(("cls", "resource"), PAIRS)
def test_inputs_go_out_and_outputs_come_in_under_their_names(
    monitor: Monitor, cls: type[NeonResource], resource: Resource
) -> None:
    given = {key: SAMPLES.get(key, f"value of {key}") for key in resource.properties}
    found: dict[str, Any] = {}

    def check() -> Any:
        made: Any = cls("it", **{snake(key): value for key, value in given.items()})
        names = list(cls._wire_names)
        everything = pulumi.Output.all(*(getattr(made, name) for name in names))
        return everything.apply(lambda values: found.update(zip(names, values, strict=True)))

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    request = monitor.seen[resource.token]
    assert json_format.MessageToDict(request.object) == given
    assert set(request.additionalSecretOutputs) == resource.secret
    assert request.version == VERSION
    expected = {**given, **{key: f"<{key}>" for key in resource.computed}}
    assert found == {snake(key): value for key, value in expected.items()}


def test_the_providers_key_is_secret_however_it_is_given(monitor: Monitor) -> None:
    def check() -> Any:
        return pulumi_neon.Provider("neon", api_key="napi_canary", plan="free").urn

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    inputs = json_format.MessageToDict(monitor.seen["pulumi:providers:neon"].object)
    assert inputs["plan"] == "free"
    assert inputs["apiKey"][_special_sig_key] == _special_secret_sig
