"""The provider around the tables: configuration, unknown types, functions, secrets, and being served."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2

from rehearsal.clouds import PACKAGES, CloudError, providers
from rehearsal.clouds.packages import catalogue
from rehearsal.engine.values import UNKNOWN, Properties, make_secret, to_property_values, to_struct
from tests.rehearsal.clouds import samples
from tests.rehearsal.clouds.harness import CONFIG, Bench, drive, urn_of


def check_config(tmp_path: Path, package: str, config: Properties) -> dict[str, str]:
    request = p.CheckRequest(f"urn:pulumi:s::p::pulumi:providers:{package}::it", {}, to_property_values(config), b"")
    response = drive(providers(tmp_path)[package]().check_config(request))
    return {item.property: item.reason for item in response.failures or []}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_good_configuration_passes_with_unknown_and_secret_values(tmp_path: Path, package: str) -> None:
    assert check_config(tmp_path, package, {**CONFIG[package], "version": "1.2.3"}) == {}
    assert check_config(tmp_path, package, dict.fromkeys(CONFIG[package], UNKNOWN)) == {}
    assert check_config(tmp_path, package, {key: make_secret(value) for key, value in CONFIG[package].items()}) == {}


@pytest.mark.parametrize(
    ("package", "config", "property_name", "reason"),
    [
        ("vercel", {}, "apiToken", "set VERCEL_API_TOKEN"),
        ("vercel", {"apiToken": ""}, "apiToken", "set VERCEL_API_TOKEN"),
        ("vercel", {"apiToken": "short-" * 9}, "apiToken", "24 letters and digits"),
        ("vercel", {"apiToken": "a1" * 12, "region": "x"}, "region", "no such property"),
        ("github", {"owner": "o"}, "token", "set GITHUB_TOKEN"),
        ("github", {"appAuth": '{"id": "1"}'}, "owner", "required with appAuth"),
        ("github", {"token": "t", "maxPerPage": "1000"}, "maxPerPage", "from 1 to 100"),
        ("upstash", {"email": "a@b"}, "apiKey", "set UPSTASH_API_KEY"),
        ("upstash", {"email": "nobody", "apiKey": "k"}, "email", "must match"),
        ("sentry", {}, "token", "set SENTRY_AUTH_TOKEN"),
        ("aws", {"accessKey": "a"}, "accessKey", "given together"),
        ("random", {"seed": "1"}, "seed", "no such property"),
    ],
)
def test_a_bad_configuration_is_refused(
    tmp_path: Path, package: str, config: Properties, property_name: str, reason: str
) -> None:
    assert reason in check_config(tmp_path, package, config)[property_name]


def test_a_token_may_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_AUTH_TOKEN", "x")
    assert check_config(tmp_path, "sentry", {}) == {}


def test_no_message_shows_a_secret(bench: Bench, tmp_path: Path) -> None:
    assert "canary" not in str(check_config(tmp_path, "vercel", {"apiToken": make_secret("canary")}))
    _, failures = bench.check(samples.LOG_DRAIN, bench.sample(samples.LOG_DRAIN, secret=make_secret("canary")))
    assert failures == {"secret": "is [secret]; at least 32 characters"}
    _, failures = bench.check(samples.REPOSITORY_WEBHOOK, {"repository": "app", "events": {"x": make_secret("canary")}})
    assert "canary" not in str(failures)


def test_a_setting_given_as_a_secret_reaches_no_output(tmp_path: Path) -> None:
    """Upstash shows the account's e-mail address on every database."""
    cloud = providers(tmp_path)["upstash"]()
    settings = {"apiKey": make_secret("canary-key"), "email": make_secret("canary@example.org")}
    drive(cloud.configure(p.ConfigureRequest({}, to_property_values(settings), True, True)))
    inputs = to_property_values({"databaseName": "cache", "region": "eu-west-1"})
    made = drive(cloud.create(p.CreateRequest(urn_of(samples.REDIS, "it"), inputs, 0, False)))
    assert "canary" not in str(made.properties)


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_type_or_function_is_refused_by_name(bench: Bench, package: str) -> None:
    token = f"{package}:index/odd:Odd"
    with pytest.raises(CloudError, match=rf"no reviewed entry for the resource type {token}.*clouds/{package}\.py"):
        bench.check(token, {})
    with pytest.raises(CloudError, match="for the function"):
        bench.invoke(f"{package}:index/getOdd:getOdd", {})


def test_an_unknown_package_or_plan_is_told(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="there are: vercel, github"):
        catalogue("azure")
    with pytest.raises(CloudError, match="not upstash"):
        providers(tmp_path, plans={"upstash": "pro"})
    with pytest.raises(CloudError, match="hobby, pro, enterprise"):
        providers(tmp_path, plans={"vercel": "team"})["vercel"]()


def test_nothing_is_opened_before_it_is_needed(tmp_path: Path) -> None:
    factories = providers(tmp_path / "clouds")
    assert tuple(factories) == PACKAGES
    for factory in factories.values():
        assert factory().in_memory  # type: ignore[attr-defined]
    assert not (tmp_path / "clouds").exists()


def test_two_engines_that_make_the_same_get_the_same_ids(tmp_path: Path) -> None:
    """In another order, in another folder."""
    one, two = Bench(tmp_path / "one"), Bench(tmp_path / "two")
    one.make(samples.WEBHOOK)
    assert one.make(samples.DOMAIN).id == two.make(samples.DOMAIN).id
    assert one.make(samples.WEBHOOK).id == two.make(samples.WEBHOOK).id


def test_a_successor_of_the_same_resource_gets_another_id(bench: Bench) -> None:
    first = bench.make(samples.WEBHOOK)
    second = bench.create(samples.WEBHOOK, first.inputs, "sample")
    bench.delete(first)
    bench.delete(second)
    third = bench.create(samples.WEBHOOK, first.inputs, "sample")
    assert len({first.id, second.id, third.id}) == 3


def test_the_newest_object_of_a_replacement_is_adopted(bench: Bench) -> None:
    first = bench.make(samples.WEBHOOK)
    second = bench.create(samples.WEBHOOK, {**first.inputs, "endpoint": "https://new.example.org"}, "sample")
    assert bench.adopt(second) == (second.id, second.outputs)
    assert bench.adopt(first) is None


def test_random_values_are_random_secret_and_kept_in_the_state_alone(bench: Bench) -> None:
    one = bench.create(samples.PASSWORD, {"length": 40, "minSpecial": 3, "overrideSpecial": "!"}, "one")
    two = bench.create(samples.PASSWORD, {"length": 40}, "two")
    value = one.outputs["result"]["value"]
    assert len(value) == 40
    assert value.count("!") >= 3
    assert value != two.outputs["result"]["value"]
    assert bench.adopt(one) is None
    assert not (bench.data / "random.jsonl").exists()
    digits = bench.create(samples.PASSWORD, {"length": 9, "lower": False, "upper": False, "special": False}, "digits")
    assert digits.outputs["result"]["value"].isdigit()
    bytes_ = bench.create(samples.BYTES, {"length": 16}, "bytes").outputs
    assert len(bytes.fromhex(bytes_["hex"]["value"])) == 16
    assert bytes_["base64"]["value"] not in bytes_["hex"]["value"]


def test_random_texts_that_cannot_be_are_refused(bench: Bench) -> None:
    _, failures = bench.check(samples.PASSWORD, {"length": 3, "minLower": 2, "minUpper": 2})
    assert "already need 4" in failures["length"]
    switches = dict.fromkeys(("lower", "upper", "numeric", "special"), False)
    assert "at least one of" in bench.check(samples.PASSWORD, {"length": 3, **switches})[1]["lower"]


def test_functions_answer(bench: Bench) -> None:
    user = bench.invoke("github:index/getUser:getUser", {"username": "ada"})
    assert user["id"].isdigit()
    assert user["id"] == Bench(bench.data / "other").invoke("github:index/getUser:getUser", {"username": "ada"})["id"]
    assert bench.invoke("github:index/getTeam:getTeam", {"slug": "ops"})["id"] != user["id"]
    probe = bench.invoke("github:index/getRestApi:getRestApi", {"endpoint": "repos/o/r/immutable-releases"})
    assert probe["code"] == 404
    made = bench.make(samples.REPOSITORY)
    found = bench.invoke("github:index/getRepository:getRepository", {"fullName": "brightbroom/app"})
    assert found["repoId"] == made.outputs["repoId"]
    outside = bench.invoke("github:index/getRepository:getRepository", {"name": "elsewhere"})
    assert outside["fullName"] == "brightbroom/elsewhere"
    assert bench.invoke("aws:index/getCallerIdentity:getCallerIdentity", {})["accountId"].isdigit()


def test_a_policy_document_is_written_as_the_vendor_s_plugin_does(bench: Bench) -> None:
    answer = bench.invoke(
        "aws:iam/getPolicyDocument:getPolicyDocument",
        {
            "statements": [
                {
                    "sid": "Write",
                    "actions": ["s3:PutObject"],
                    "resources": ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"],
                    "principals": [{"type": "AWS", "identifiers": ["arn:aws:iam::1:root"]}],
                    "conditions": [{"test": "StringEquals", "variable": "aws:x", "values": ["y"]}],
                },
                {"effect": "Deny", "actions": ["*"], "principals": [{"type": "*", "identifiers": ["*"]}]},
            ]
        },
    )
    assert json.loads(answer["json"]) == json.loads(answer["minifiedJson"])
    assert json.loads(answer["json"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Write",
                "Effect": "Allow",
                "Action": "s3:PutObject",
                "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::a/*"],
                "Principal": {"AWS": "arn:aws:iam::1:root"},
                "Condition": {"StringEquals": {"aws:x": "y"}},
            },
            {"Effect": "Deny", "Action": "*", "Principal": "*"},
        ],
    }


def test_the_provider_can_be_served(tmp_path: Path) -> None:
    """The SDK's own servicer, as a real engine reaches it."""
    servicer = ProviderServicer([], "1.0.0", providers(tmp_path)["vercel"](), engine_address="")
    urn = urn_of(samples.WEBHOOK, "it")
    inputs = to_struct({"endpoint": "https://hooks.example.org", "events": ["deployment.error"]})

    async def talk() -> Any:
        schema = await servicer.GetSchema(provider_pb2.GetSchemaRequest(), None)
        await servicer.Configure(provider_pb2.ConfigureRequest(args=to_struct({"apiToken": "a1" * 12})), None)
        checked = await servicer.Check(provider_pb2.CheckRequest(urn=urn, news=inputs), None)
        made = await servicer.Create(provider_pb2.CreateRequest(urn=urn, properties=checked.inputs), None)
        return schema, made

    schema, made = asyncio.run(talk())
    assert json.loads(schema.schema)["name"] == "vercel"
    assert made.id.startswith("hook_")
    assert made.properties.fields["events"].list_value.values[0].string_value == "deployment.error"
