"""One reading of a resource for all policies: the same answers, from as many readings as there are resources."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from google.protobuf import struct_pb2

from policies import sharing
from policies.sharing import Readings, share_readings
from tests.policies import samples
from tests.policies.callers import Pack

SDK: Any = importlib.import_module("pulumi_policy.policy")
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "canary"}


def _message(properties: dict[str, Any]) -> struct_pb2.Struct:
    message = struct_pb2.Struct()
    message.update(properties)
    return message


@pytest.fixture
def readings() -> Readings:
    original = importlib.import_module("pulumi_policy.deserialize"), importlib.import_module("pulumi_policy.proxy")
    return Readings(original[0].deserialize_properties, original[1].unknown_checking_proxy)


def test_equal_properties_are_one_object(readings: Readings) -> None:
    first, second, other = (
        readings.guard(readings.read(readings.parse(_message(properties))))
        for properties in ({"a": 1, "b": [True]}, {"b": [True], "a": 1}, {"a": 2})
    )
    assert first is second
    assert first is not other
    assert (first["a"], other["a"]) == (1, 2)


class Forgetful(dict[Any, Any]):
    """Held by one thread, and emptied by another as soon as something is put in."""

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, value)
        self.clear()


def test_what_another_thread_makes_forgotten_is_given_all_the_same(
    readings: Readings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "_parsed", Forgetful())
    monkeypatch.setattr(readings, "_done", Forgetful())
    assert readings.guard(readings.read(readings.parse(_message({"a": 1}))))["a"] == 1


def test_readings_do_not_pile_up(readings: Readings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_MOST", 3)
    for number in range(50):
        readings.guard(readings.read(readings.parse(_message({"a": number}))))
        assert len(readings._parsed) <= 4
        assert len(readings._done) <= 8


def test_a_repair_gets_a_reading_of_its_own(readings: Readings) -> None:
    message = _message({"value": SECRET})
    seen = readings.guard(readings.read(readings.parse(message)))
    first, second = (readings.guard(readings.read(readings.parse(message), True)) for _ in range(2))
    first["value"] = "changed"
    assert (seen["value"], second["value"]) == ("canary", "canary")


def test_a_stack_is_read_once_for_all_policies(monkeypatch: pytest.MonkeyPatch) -> None:
    share_readings()
    resources = samples.stack()
    pack = Pack("production")
    found = pack.judge(resources)
    read: list[object] = []
    shared = SDK.deserialize_properties.__self__

    def reading(properties: Any, *_: Any) -> Any:
        read.append(properties)
        return properties

    monkeypatch.setattr(shared, "_read", reading)
    monkeypatch.setattr(shared, "_parsed", {})
    monkeypatch.setattr(shared, "_done", {})
    assert pack.judge(resources) == found
    assert 0 < len(read) <= 2 * len(resources)


def test_links_of_a_later_request_are_not_those_of_an_earlier_one() -> None:
    pack, resources = Pack("production"), samples.stack()
    assert not any(finding.mandatory for finding in pack.judge(resources))
    route = resources["headers"]
    unlinked = {**resources, "headers": type(route)(route.urn, route.type, route.name, route.properties)}
    assert any(finding.policy.startswith("hdr-01") for finding in pack.judge(unlinked))
    assert not any(finding.mandatory for finding in pack.judge(resources))
