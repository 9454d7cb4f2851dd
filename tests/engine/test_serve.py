"""The local clouds as a real engine meets them: attached over gRPC."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from neon_provider.provider import NeonProvider
from rehearsal.clouds import drift, providers
from rehearsal.engine.values import UNKNOWN, from_struct, is_secret, to_struct
from rehearsal.serve import VERSION, served

PROJECT = "vercel:index/project:Project"
PASSWORD = "random:index/randomPassword:RandomPassword"


@contextmanager
def attached(addresses: str, package: str) -> Iterator[Any]:
    port = dict(entry.split(":") for entry in addresses.split(","))[package]
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
        yield stub


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[str]:
    with served(providers(tmp_path)) as text:
        yield text


def urn(type_token: str, name: str) -> str:
    return f"urn:pulumi:dev::app::{type_token}::{name}"


def create(stub: Any, type_token: str, name: str, inputs: dict[str, Any], *, preview: bool = False) -> Any:
    where = urn(type_token, name)
    checked = stub.Check(provider_pb2.CheckRequest(urn=where, name=name, type=type_token, news=to_struct(inputs)))
    assert not checked.failures
    return stub.Create(provider_pb2.CreateRequest(urn=where, properties=checked.inputs, preview=preview))


def test_every_cloud_is_attached_under_its_package(addresses: str, tmp_path: Path) -> None:
    packages = [entry.split(":")[0] for entry in addresses.split(",")]
    assert packages == list(providers(tmp_path))
    for package in packages:
        with attached(addresses, package) as stub:
            assert stub.GetPluginInfo(plugin_pb2.PluginInfo()).version == VERSION


def test_an_object_made_over_the_wire_is_in_the_cloud(addresses: str, tmp_path: Path) -> None:
    with attached(addresses, "vercel") as stub:
        made = create(stub, PROJECT, "app", {"name": "app"})
        read = stub.Read(provider_pb2.ReadRequest(id=made.id, urn=urn(PROJECT, "app"), properties=made.properties))
    assert [item.urn for item in drift.listing(tmp_path)] == [urn(PROJECT, "app")]
    assert from_struct(read.inputs)["name"] == "app"


def test_a_preview_over_the_wire_makes_nothing(addresses: str, tmp_path: Path) -> None:
    with attached(addresses, "vercel") as stub:
        assert create(stub, PROJECT, "app", {"name": "app"}, preview=True).id == ""
    assert drift.listing(tmp_path) == []


def test_a_generated_secret_keeps_its_mark_on_the_wire(addresses: str) -> None:
    with attached(addresses, "random") as stub:
        answer = stub.Configure(provider_pb2.ConfigureRequest(acceptSecrets=True, acceptResources=True))
        made = create(stub, PASSWORD, "key", {"length": 20})
    assert answer.acceptSecrets
    assert is_secret(from_struct(made.properties)["result"])


def test_a_vendors_refusal_arrives_in_its_own_words(addresses: str) -> None:
    with attached(addresses, "vercel") as stub:
        create(stub, PROJECT, "app", {"name": "app"})
        with pytest.raises(grpc.RpcError) as caught:
            create(stub, PROJECT, "again", {"name": "app"})
    details = str(caught.value.details())
    assert "already exists" in details
    assert "Traceback" not in details
    assert ".py" not in details


def test_what_the_neon_plugin_does_not_know_at_preview_crosses_the_wire() -> None:
    with served({"neon": NeonProvider}) as text, attached(text, "neon") as stub:
        config = to_struct({"apiKey": "napi_stand-in", "plan": "launch"})
        stub.Configure(provider_pb2.ConfigureRequest(args=config, acceptSecrets=True))
        planned = create(stub, "neon:index:Project", "db", {"name": "db", "regionId": "aws-eu-central-1"}, preview=True)
    assert from_struct(planned.properties)["projectId"] == UNKNOWN


def test_the_ports_are_closed_when_the_block_ends(tmp_path: Path) -> None:
    with served(providers(tmp_path)) as text:
        pass
    for entry in text.split(","):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(entry.split(":")[1])))
