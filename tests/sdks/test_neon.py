"""The typed classes say exactly what the plugin's schema says, and register under its names."""

from __future__ import annotations

import inspect
import json
import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Any

import pulumi
import pytest
from google.protobuf import json_format
from pulumi.runtime.rpc import _special_secret_sig, _special_sig_key

import pulumi_neon
from neon_provider import config
from neon_provider.provider import VERSION
from pulumi_neon import _resource, enums
from pulumi_neon._resource import NeonResource
from tests.sdks.conftest import Monitor
from tests.sdks.described import CONFIG, ENUMS, RESOURCES, SCHEMA, arguments, documented, local, short, snake, spelled

CLASSES: dict[str, type[NeonResource]] = {
    found._kind: found
    for name in pulumi_neon.__all__
    if isinstance(found := getattr(pulumi_neon, name), type) and issubclass(found, NeonResource)
}
PAIRS = [pytest.param(CLASSES[token], described, id=short(token)) for token, described in RESOURCES.items()]


def computed(described: dict[str, Any]) -> list[str]:
    return [key for key in described["properties"] if key not in described["inputProperties"]]


def test_there_is_a_class_for_every_resource_and_no_other() -> None:
    assert set(CLASSES) == set(RESOURCES)
    assert all(cls._kind == f"neon:index:{cls.__name__}" for cls in CLASSES.values())


@pytest.mark.parametrize(("cls", "described"), PAIRS)
def test_its_arguments_are_the_inputs(cls: type[NeonResource], described: dict[str, Any]) -> None:
    expected = {}
    for key, prop in described["inputProperties"].items():
        optional = "" if key in described["requiredInputs"] else " | None"
        expected[snake(key)] = f"Input[{spelled(prop)}]{optional}"
    given = arguments(cls)
    assert {name: argument.annotation for name, argument in given.items()} == expected
    assert list(given) == list(expected)
    assert all(argument.kind is argument.KEYWORD_ONLY for argument in given.values())
    required = {snake(key) for key in described["requiredInputs"]}
    assert {name for name, argument in given.items() if argument.default is argument.empty} == required
    assert all(argument.default in (None, argument.empty) for argument in given.values())


@pytest.mark.parametrize(("cls", "described"), PAIRS)
def test_its_attributes_are_the_inputs_and_the_outputs(cls: type[NeonResource], described: dict[str, Any]) -> None:
    properties = described["properties"]
    assert dict(cls._wire_names) == {snake(key): key for key in properties}
    assert list(cls._computed) == computed(described)
    assert set(cls._secret) == {key for key, prop in properties.items() if prop.get("secret")}
    optional = {key: "" if key in described["required"] else " | None" for key in properties}
    expected = {snake(key): f"Output[{spelled(prop)}{optional[key]}]" for key, prop in properties.items()}
    assert {name: cls.__annotations__[name] for name in cls._wire_names} == expected


@pytest.mark.parametrize(("cls", "described"), PAIRS)
def test_its_documentation_is_that_of_the_schema(cls: type[NeonResource], described: dict[str, Any]) -> None:
    what, entries = documented(cls)
    assert what == described["description"].split("\n\n")[0]
    properties = described["properties"]
    assert entries == {
        snake(key): local(prop["description"], properties) for key, prop in described["inputProperties"].items()
    }


@pytest.mark.parametrize("described", [pytest.param(found, id=short(token)) for token, found in RESOURCES.items()])
def test_the_schema_says_what_a_change_does_and_what_stands_when_nothing_is_given(described: dict[str, Any]) -> None:
    inputs = described["inputProperties"]
    replaces = {key for key, prop in inputs.items() if prop.get("willReplaceOnChanges")}
    assert {key for key, prop in inputs.items() if "a change replaces" in prop["description"]} == replaces
    stays = {key for key, prop in inputs.items() if "in place" not in prop["description"]} - replaces
    assert stays <= {"deletionProtection", "retainOnDelete"}
    for key, prop in inputs.items():
        assert key in described["requiredInputs"] or re.search("default", prop["description"]), key
        assert prop.get("willReplaceOnChanges") == described["properties"][key].get("willReplaceOnChanges")
        assert prop["description"] == described["properties"][key]["description"]


def test_the_schema_says_of_every_secret_that_it_is_one() -> None:
    described = [prop for found in RESOURCES.values() for prop in found["properties"].values()]
    described += [prop for found in SCHEMA["functions"].values() for prop in found["outputs"]["properties"].values()]
    described += CONFIG.values()
    secret = [prop["description"] for prop in described if prop.get("secret")]
    assert len(secret) == 8
    assert [text for text in secret if "secret" not in text] == []
    assert [prop["description"] for prop in described if "as a secret" in prop["description"]] == secret


def test_the_provider_takes_what_the_plugin_knows() -> None:
    assert set(CONFIG) == set(config._KNOWN) - {"version"}
    assert SCHEMA["config"]["variables"] == CONFIG
    given = arguments(pulumi_neon.Provider)
    expected = {snake(key): f"Input[{spelled(prop)}] | None" for key, prop in CONFIG.items()}
    assert {name: argument.annotation for name, argument in given.items()} == expected
    what, entries = documented(pulumi_neon.Provider)
    assert what == SCHEMA["provider"]["description"]
    assert entries == {snake(key): local(prop["description"], CONFIG) for key, prop in CONFIG.items()}


def test_the_providers_defaults_are_those_that_the_schema_tells() -> None:
    found = config.read({}, {})
    told = {key: prop["description"] for key, prop in CONFIG.items()}
    assert f"default `{found.client.base_url}`" in told["baseUrl"]
    assert f"default `{found.plan}`" in told["plan"]
    assert f"default {found.client.request_timeout:g}." in told["requestTimeout"]
    assert f"default {found.client.operation_timeout:g}." in told["operationTimeout"]
    assert f"default {found.client.poll_interval:g}," in told["pollInterval"]
    assert f"default {found.client.max_retries}." in told["maxRetries"]
    assert found.client.user_agent.startswith("pulumi-neon/")
    assert [value["value"] for value in SCHEMA["types"]["neon:index:Plan"]["enum"]] == list(config.PLANS)


def test_versions_agree() -> None:
    sdk = Path(_resource.__file__).parents[1] / "pyproject.toml"
    assert _resource.VERSION == VERSION == SCHEMA["version"]
    assert f'version = "{VERSION}"' in sdk.read_text(encoding="utf-8")
    assert config.read({}, {}).client.user_agent.endswith(VERSION)
    told = json.loads((sdk.parent / "pulumi_neon" / "pulumi-plugin.json").read_text(encoding="utf-8"))
    assert told == {"resource": True, "name": SCHEMA["name"], "version": VERSION}


def test_the_package_says_that_it_is_typed_and_what_it_is_built_of_is_there() -> None:
    package = Path(pulumi_neon.__file__).parent
    assert (package / "py.typed").is_file()
    project = tomllib.loads((package.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "NEON_API_KEY" in (package.parent / project["readme"]).read_text(encoding="utf-8")


SAMPLES: dict[str, Any] = {
    "items": [{"frequency": "daily", "retentionSeconds": 3600}],
    "quota": {"activeTimeSeconds": 5},
    "maskingRules": [{"database": "app", "schema": "public", "table": "people", "column": "email"}],
}


@pytest.mark.parametrize(("cls", "described"), PAIRS)
def test_inputs_go_out_and_outputs_come_in_under_their_names(
    monitor: Monitor, cls: type[NeonResource], described: dict[str, Any]
) -> None:
    given = {key: SAMPLES.get(key, f"value of {key}") for key in described["inputProperties"]}
    found: dict[str, Any] = {}

    def check() -> Any:
        made: Any = cls("it", **{snake(key): value for key, value in given.items()})
        names = list(cls._wire_names)
        everything = pulumi.Output.all(*(getattr(made, name) for name in names))
        return everything.apply(lambda values: found.update(zip(names, values, strict=True)))

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    request = monitor.seen[cls._kind]
    assert json_format.MessageToDict(request.object) == given
    secret = {key for key, prop in described["properties"].items() if prop.get("secret")}
    assert set(request.additionalSecretOutputs) == secret
    assert request.version == VERSION
    expected = {**given, **{key: f"<{key}>" for key in computed(described)}}
    assert found == {snake(key): value for key, value in expected.items()}


def test_the_keys_in_a_mapping_stay_as_they_are_both_ways(monitor: Monitor) -> None:
    """Labels named `parent_id` went out as `parentId`, and `databaseName` of a default branch came in as `database_name`."""
    labels = {"parent_id": "a", "projectId": "b", "expires_at": "c"}
    branch = {"name": "main", "roleName": "owner", "databaseName": "app"}
    found: list[Any] = []

    def check() -> Any:
        labelled = pulumi_neon.Branch("it", project_id="p", name="n", annotations=labels)
        project = pulumi_neon.Project("it", name="n", region_id="aws-eu-central-1", default_branch=branch)
        return pulumi.Output.all(labelled.annotations, project.default_branch).apply(found.extend)

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert json_format.MessageToDict(monitor.seen["neon:index:Branch"].object)["annotations"] == labels
    assert json_format.MessageToDict(monitor.seen["neon:index:Project"].object)["defaultBranch"] == branch
    assert found == [labels, branch]


def test_fields_may_be_given_by_their_names_in_python_which_is_how_an_import_writes_them(monitor: Monitor) -> None:
    """The code that `pulumi import` printed named enums that were not there, and fields that the plugin did not know."""
    item = {"frequency": pulumi_neon.BackupFrequency.DAILY, "hour": 2, "retention_seconds": 3600}
    endpoint = {"max_cu": 2, "pg_settings": {"work_mem": "8MB"}}

    def check() -> Any:
        schedule = pulumi_neon.BackupSchedule(
            "it", project_id="p", branch_id="b", items=pulumi.Output.from_input([item])
        )
        project = pulumi_neon.Project("it", name="n", region_id="aws-eu-central-1", default_endpoint=endpoint)
        compute = pulumi_neon.Endpoint(
            "it",
            project_id="p",
            branch_id="b",
            type=pulumi_neon.EndpointType.READ_ONLY,
            pg_settings={"work_mem": "8MB"},
            preload_libraries={"use_defaults": pulumi.Output.from_input(True)},
        )
        return pulumi.Output.all(schedule.urn, project.urn, compute.urn)

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    sent = {kind.rpartition(":")[2]: json_format.MessageToDict(seen.object) for kind, seen in monitor.seen.items()}
    assert sent["BackupSchedule"]["items"] == [{"frequency": "daily", "hour": 2, "retentionSeconds": 3600}]
    assert sent["Project"]["defaultEndpoint"] == {"maxCu": 2, "pgSettings": {"work_mem": "8MB"}}
    assert sent["Endpoint"]["pgSettings"] == {"work_mem": "8MB"}
    assert (sent["Endpoint"]["type"], sent["Endpoint"]["preloadLibraries"]) == ("read_only", {"useDefaults": True})


def test_the_enums_are_those_of_the_schema() -> None:
    ours = {found.__name__: found for found in StrEnum.__subclasses__() if found.__module__ == enums.__name__}
    assert ours.keys() == ENUMS.keys()
    for name, described in ENUMS.items():
        members = {snake(value["name"]).upper(): value["value"] for value in described["enum"]}
        assert {member.name: member.value for member in ours[name]} == members
        assert inspect.getdoc(ours[name]) == described["description"]


@pytest.mark.parametrize(("cls", "described"), PAIRS)
def test_one_that_exists_is_read_by_its_id_and_not_registered(
    monitor: Monitor, cls: type[NeonResource], described: dict[str, Any]
) -> None:
    found: dict[str, Any] = {}

    def check() -> Any:
        made: Any = cls.get("it", "its-id")
        names = list(cls._wire_names)
        everything = pulumi.Output.all(*(getattr(made, name) for name in names))
        return everything.apply(lambda values: found.update(zip(names, values, strict=True)))

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    assert cls._kind not in monitor.seen
    assert [(request.type, request.id, request.version) for request in monitor.read] == [(cls._kind, "its-id", VERSION)]
    assert set(monitor.read[0].additionalSecretOutputs) == set(cls._secret)
    assert found == {snake(key): f"<{key}>" for key in described["properties"]}


def test_the_providers_key_is_secret_however_it_is_given(monitor: Monitor) -> None:
    def check() -> Any:
        return pulumi_neon.Provider("neon", api_key="napi_canary", plan="free").urn

    pulumi.runtime.test(check)()  # type: ignore[no-untyped-call]
    inputs = json_format.MessageToDict(monitor.seen["pulumi:providers:neon"].object)
    assert inputs["plan"] == "free"
    assert inputs["apiKey"][_special_sig_key] == _special_secret_sig
