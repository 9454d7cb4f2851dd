"""The provider: its configuration, the plan it judges by, and what it does with a type it does not know."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

import pytest
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import Computed, PropertyValue

from neon_provider import config, errors
from neon_provider.client import DEFAULT_URL
from neon_provider.convert import UNKNOWN, Properties, to_plain, to_wire
from neon_provider.provider import VERSION, NeonProvider
from neon_provider.resources import RESOURCES
from rehearsal.clouds.neon import Fault
from tests.providers.neon.harness import PROJECT, SCHEDULE, Neon, urn_of, wire
from tests.providers.neon.harness import UNKNOWN as UNKNOWN_WIRE

KEY = "napi_canary_of_the_provider"


def problems(inputs: Properties, **environment: str) -> dict[str, str]:
    return dict(config.problems(inputs, environment))


# ---- configuration -----------------------------------------------------------------------------------------------


def test_every_problem_of_the_configuration_is_told_at_once() -> None:
    found = problems(
        {
            "baseUrl": "http://neon.tech",
            "plan": "huge",
            "requestTimeout": 0,
            "operationTimeout": "soon",
            "pollInterval": -1,
            "maxRetries": 101,
            "colour": "red",
        }
    )
    assert set(found) == {
        "apiKey",
        "baseUrl",
        "plan",
        "requestTimeout",
        "operationTimeout",
        "pollInterval",
        "maxRetries",
        "colour",
    }
    assert "NEON_API_KEY" in found["apiKey"]


@pytest.mark.parametrize("key", [f"{KEY}\n", f" {KEY}", f"{KEY} x", "näpi", "\x00"])
def test_a_key_that_no_header_can_carry_is_refused_and_not_shown(key: str) -> None:
    for found in (problems({"apiKey": key}), problems({}, NEON_API_KEY=key)):
        assert set(found) == {"apiKey"}
        assert key.strip() not in found["apiKey"]


@pytest.mark.parametrize("url", ["https://console.neon.tech/api/v2", "http://127.0.0.1:9/api/v2", "http://localhost"])
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    assert problems({"apiKey": KEY, "baseUrl": url}) == {}
    assert problems({"apiKey": KEY}, NEON_API_URL=url) == {}


@pytest.mark.parametrize(
    "url", ["http://neon.tech", "ftp://127.0.0.1", "console.neon.tech", "http://127.0.0.1.neon.tech"]
)
def test_any_other_address_is_refused(url: str) -> None:
    assert set(problems({"apiKey": KEY, "baseUrl": url})) == {"baseUrl"}
    assert set(problems({"apiKey": KEY}, NEON_API_URL=url)) == {"baseUrl"}


def test_what_is_not_known_yet_is_passed_over() -> None:
    assert problems(dict.fromkeys(("apiKey", "baseUrl", "plan", "requestTimeout", "maxRetries"), UNKNOWN)) == {}


def test_texts_of_a_stack_file_count_as_numbers() -> None:
    given = {"apiKey": KEY, "requestTimeout": "5", "maxRetries": "0", "pollInterval": "0.5", "plan": "free"}
    assert problems(given) == {}
    read = config.read(given, {})
    assert (read.client.request_timeout, read.client.max_retries, read.client.poll_interval) == (5, 0, 0.5)
    assert read.plan == "free"


def test_inputs_count_before_the_environment_and_the_environment_before_the_default() -> None:
    environment = {"NEON_API_KEY": "from_env", "NEON_API_URL": "https://env.test"}
    given = config.read({"apiKey": "given", "baseUrl": "https://given.test"}, environment)
    assert (given.client.api_key, given.client.base_url) == ("given", "https://given.test")
    found = config.read({}, environment)
    assert (found.client.api_key, found.client.base_url) == ("from_env", "https://env.test")
    assert config.read({}, {}).client.base_url == DEFAULT_URL
    assert KEY not in repr(config.read({"apiKey": KEY}, {}))


def test_the_provider_checks_its_configuration_and_never_replaces_over_it() -> None:
    async def run() -> tuple[p.CheckResponse, p.DiffResponse]:
        provider = NeonProvider()
        check = await provider.check_config(p.CheckRequest("urn", {}, wire({"plan": "huge", "apiKey": KEY}), b""))
        old, new = wire({"apiKey": "a"}), wire({"apiKey": "b", "baseUrl": "https://other.test"})
        return check, await provider.diff_config(p.DiffRequest("urn", "id", old, new, []))

    check, diff = asyncio.run(run())
    assert [failure.property for failure in check.failures or []] == ["plan"]
    assert not diff.changes


def test_the_schema_names_every_resource_with_its_inputs_and_outputs() -> None:
    response = asyncio.run(NeonProvider().get_schema(p.GetSchemaRequest(0)))
    schema = json.loads(response.schema or "")
    assert (schema["name"], schema["version"]) == ("neon", VERSION)
    assert set(schema["resources"]) == set(RESOURCES)
    for token, resource in RESOURCES.items():
        described = schema["resources"][token]
        assert set(described["inputProperties"]) == set(resource.properties)
        assert set(described["properties"]) == {*resource.properties, *resource.computed}
        required = {key for key, prop in resource.properties.items() if prop.required}
        assert set(described["requiredInputs"]) == required
        assert set(described["required"]) == required | set(resource.computed)
        assert {key for key, value in described["properties"].items() if value.get("secret")} == resource.secret
        assert all(value["description"] for value in described["inputProperties"].values())


# ---- plan --------------------------------------------------------------------------------------------------------

ASKED = {"projectId": "quiet-river-12345678", "branchId": "br-late-sun-12345678", "items": [{"frequency": "daily"}]}


def test_the_plan_is_asked_for_once_and_judged_by() -> None:
    with Neon(config={"plan": "auto"}, plan="free") as neon:
        assert set(neon.check(SCHEDULE, ASKED)) == {"items"}
        assert set(neon.check(SCHEDULE, ASKED)) == {"items"}
        assert neon.sent() == ["GET /users/me/organizations"]


def test_checks_that_run_at_once_are_all_judged_by_the_plan() -> None:
    with Neon(config={"plan": "auto"}, plan="free") as neon:

        async def both() -> list[p.CheckResponse]:
            request = p.CheckRequest(urn_of(SCHEDULE, "it"), {}, wire(ASKED), bytes(32))
            return await asyncio.gather(*(neon.provider.check(request) for _ in range(3)))

        assert [len(response.failures or []) for response in neon.run(both())] == [1, 1, 1]
        assert neon.sent() == ["GET /users/me/organizations"]


def test_a_plan_that_is_given_is_not_asked_for() -> None:
    with Neon(config={"plan": "free"}) as neon:
        assert set(neon.check(SCHEDULE, ASKED)) == {"items"}
        assert neon.sent() == []


@pytest.mark.parametrize("kind", ["refuse", "malformed"])
def test_a_plan_that_cannot_be_asked_for_is_not_judged_by(kind: Any) -> None:
    with Neon(config={"plan": "auto"}, plan="free") as neon:
        neon.faults(Fault(kind, status=503, times=0))
        assert neon.check(SCHEDULE, ASKED) == {}
        assert sum(neon.time.slept) < 10


# ---- requests ----------------------------------------------------------------------------------------------------


def test_a_type_it_does_not_know_is_named_with_those_it_does(neon: Neon) -> None:
    with pytest.raises(ValueError, match=r"neon:index:Table is no resource .* neon:index:Project, "):
        neon.check("neon:index:Table", {})


def test_an_update_at_preview_asks_nobody_and_keeps_what_is_known(neon: Neon) -> None:
    made = neon.project()
    before = len(neon.service.requests)
    planned = neon.update(made, {**made.inputs, "name": "store"}, preview=True)
    assert len(neon.service.requests) == before
    assert (planned.state["name"], planned.state["host"]) == ("store", made.state["host"])
    assert planned.secret == made.secret


def test_a_check_asks_for_the_regions_once_and_only_for_another_region(neon: Neon) -> None:
    wanted = {"name": "shop", "regionId": "aws-eu-central-1"}
    neon.check(PROJECT, {"name": "shop", "regionId": UNKNOWN_WIRE})
    neon.check(PROJECT, wanted, wanted)
    assert neon.sent() == []
    assert neon.check(PROJECT, wanted) == {}
    assert (
        "must be one of aws-ap-southeast-1" in neon.check(PROJECT, {**wanted, "regionId": "aws-af-south-1"})["regionId"]
    )
    assert neon.sent() == ["GET /regions"]


def test_a_region_that_cannot_be_judged_is_said_and_passes(neon: Neon) -> None:
    said: list[tuple[str, str]] = []
    neon.provider.log = lambda severity, message, _urn: said.append((severity, message))
    neon.faults(Fault("refuse", "GET", "/regions", status=403))
    assert neon.check(PROJECT, {"name": "shop", "regionId": "aws-af-south-1"}) == {}
    assert [severity for severity, _ in said] == ["info", "warning"]
    assert "could not be asked for its regions" in said[0][1]
    assert "'aws-af-south-1' is no region that was known" in said[1][1]


def test_an_answer_of_a_newer_neon_is_understood(neon: Neon) -> None:
    neon.faults(*(Fault("extra-fields", nth=n) for n in range(1, 40)))
    made = neon.project()
    assert neon.read(made)


def test_an_answer_that_lacks_what_is_needed_keeps_the_id_of_what_was_made(neon: Neon) -> None:
    real = neon.service._answer

    def lacking(asked: Any, ending: str) -> Any:
        answer = real(asked, ending)
        if isinstance(answer.body, dict) and "roles" in answer.body and asked.method == "GET":
            bare = [{"password": "canary", "branch_id": role["branch_id"]} for role in answer.body["roles"]]
            return dataclasses.replace(answer, body={"roles": bare})
        return answer

    neon.service._answer = lacking  # type: ignore[method-assign]
    with pytest.raises(errors.PartialFailure, match=r"a Role of Neon's answer cannot be read: name") as caught:
        neon.project()
    assert caught.value.resource_id == neon.service.objects()["project"][0]["id"]
    assert "canary" not in str(caught.value)
    with pytest.raises(errors.ServerFault, match="name"):
        neon.import_(PROJECT, caught.value.resource_id)


def test_values_survive_the_way_to_the_wire_and_back() -> None:
    values: Properties = {
        "a": 1,
        "b": 0.25,
        "c": True,
        "d": "x",
        "e": [1, {"f": "g"}],
        "h": {"i": {"j": False}},
        "k": [],
    }
    assert to_plain(to_wire({**values, "gone": None}, {"d"})) == values
    sent = to_wire(values, {"d", "h"})
    assert {key for key, value in sent.items() if value.is_secret} == {"d", "h"}
    assert to_plain({"u": PropertyValue(Computed()), "__internal": PropertyValue("x")}) == {"u": UNKNOWN}
