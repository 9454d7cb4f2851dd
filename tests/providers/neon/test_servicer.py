"""The plugin over gRPC: what exists after a partial failure, errors without tracebacks, attaching, and its own process."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

from neon_provider.convert import Properties
from neon_provider.provider import VERSION, NeonProvider
from neon_provider.servicer import Servicer
from rehearsal.clouds.neon import Fault, FaultPlan, NeonService
from tests.providers.neon.harness import BRANCH, PROJECT, ROLE, urn_of

SECRET = "1b47061264138c4ac30d75fd1eb44270"
SIGNATURE = "4dabf18193072939515e22adb298388d"
PLUGIN = Path(__file__).parents[3] / "providers" / "neon"
Stub = provider_pb2_grpc.ResourceProviderStub


@pytest.fixture
def service() -> Iterator[NeonService]:
    with NeonService() as found:
        yield found


def struct(values: Properties) -> struct_pb2.Struct:
    return json_format.ParseDict(values, struct_pb2.Struct())


def served(service: NeonService, talk: Callable[[Any, Servicer], Coroutine[Any, Any, None]]) -> None:
    """Serve the plugin, configured for the local Neon, while something talks to it."""

    async def run() -> None:
        provider = NeonProvider()
        servicer = Servicer([], VERSION, provider, engine_address="")
        server = grpc.aio.server()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = Stub(channel)
            config = {"apiKey": service.api_key, "baseUrl": service.url, "plan": "scale", "maxRetries": 0}
            await stub.Configure(provider_pb2.ConfigureRequest(args=struct(config), acceptSecrets=True))
            try:
                await talk(stub, servicer)
            finally:
                await provider.close()
                await server.stop(None)

    asyncio.run(run())


def creation(type_token: str, inputs: Properties, *, preview: bool = False) -> provider_pb2.CreateRequest:
    return provider_pb2.CreateRequest(urn=urn_of(type_token, "it"), properties=struct(inputs), preview=preview)


SHOP = {"name": "shop", "regionId": "aws-eu-central-1"}


def test_secrets_travel_marked(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        reply = await stub.Create(creation(PROJECT, SHOP))
        state = json_format.MessageToDict(reply.properties)
        marked = {key for key, value in state.items() if isinstance(value, dict) and value.get(SIGNATURE) == SECRET}
        assert marked == {"password", "connectionUri", "pooledConnectionUri"}
        assert reply.id == state["projectId"]

    served(service, talk)


def test_a_preview_has_no_id_and_its_unknowns_travel_as_such(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        reply = await stub.Create(creation(PROJECT, SHOP, preview=True))
        assert reply.id == ""
        assert reply.properties["host"] == "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
        assert service.requests == []

    served(service, talk)


def test_a_partial_failure_travels_with_the_id_the_state_and_the_reason(service: NeonService) -> None:
    service.faults = FaultPlan([Fault("operation-fails", "POST", "/projects")])

    async def talk(stub: Any, _: Servicer) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Create(creation(PROJECT, SHOP))
        details = dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"]
        status = status_pb2.Status()
        status.ParseFromString(details)
        failed = provider_pb2.ErrorResourceInitFailed()
        assert status.details[0].Unpack(failed)
        (project,) = service.objects()["project"]
        assert failed.id == project["id"]
        state = json_format.MessageToDict(failed.properties)
        assert (state["name"], state["projectId"]) == ("shop", project["id"])
        assert state["password"][SIGNATURE] == SECRET
        assert len(failed.reasons) == 1
        assert "create_timeline" in failed.reasons[0]
        assert state["password"]["value"] not in f"{caught.value.details()}{failed.reasons}"

    served(service, talk)


def test_a_partial_failure_of_an_update_travels_too(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        made = await stub.Create(creation(PROJECT, SHOP))
        service.faults = FaultPlan([Fault("refuse", "PATCH", status=400, message="not now")])
        request = provider_pb2.UpdateRequest(
            urn=urn_of(PROJECT, "it"), id=made.id, olds=made.properties, news=struct({**SHOP, "name": "store"})
        )
        with pytest.raises(grpc.aio.AioRpcError, match="not now") as caught:
            await stub.Update(request)
        status = status_pb2.Status.FromString(dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"])
        failed = provider_pb2.ErrorResourceInitFailed.FromString(status.details[0].value)
        assert (failed.id, failed.properties["name"]) == (made.id, "shop")

    served(service, talk)


def test_a_secret_input_that_neon_quotes_in_a_refusal_is_hidden(service: NeonService) -> None:
    canary = "canary-of-a-name"

    async def talk(stub: Any, _: Servicer) -> None:
        hidden = {"name": {SIGNATURE: SECRET, "value": canary}, "regionId": "aws-eu-central-1"}
        service.faults = FaultPlan([Fault("refuse", "POST", status=400, message=f"{canary!r} is a bad name")])
        with pytest.raises(grpc.aio.AioRpcError, match=r"'\[secret\]' is a bad name") as caught:
            await stub.Create(creation(PROJECT, hidden))
        assert canary not in str(caught.value)
        made = await stub.Create(creation(PROJECT, SHOP))
        service.faults = FaultPlan([Fault("refuse", "PATCH", status=400, message=f"{canary!r} is a bad name")])
        request = provider_pb2.UpdateRequest(
            urn=urn_of(PROJECT, "it"), id=made.id, olds=made.properties, news=struct(hidden)
        )
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Update(request)
        status = status_pb2.Status.FromString(dict(caught.value.trailing_metadata() or ())["grpc-status-details-bin"])
        failed = provider_pb2.ErrorResourceInitFailed.FromString(status.details[0].value)
        assert "[secret]" in failed.reasons[0]
        assert canary not in f"{caught.value} {failed.reasons}"

    served(service, talk)


def test_an_error_is_its_text_alone_without_a_traceback_or_the_key(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        made = await stub.Create(creation(PROJECT, SHOP))
        urn = urn_of(PROJECT, "it")
        service.faults = FaultPlan([Fault("refuse", "GET", status=403, message=f"no, {service.api_key}")])
        calls = {
            "no, [secret]": stub.Read(provider_pb2.ReadRequest(id="quiet-river-12345678", urn=urn)),
            "protected against deletion": stub.Delete(
                provider_pb2.DeleteRequest(id=made.id, urn=urn, properties=made.properties)
            ),
            "is no project id": stub.Read(provider_pb2.ReadRequest(id="Not An Id", urn=urn)),
            "is no resource of the neon provider": stub.Check(
                provider_pb2.CheckRequest(urn=urn_of("neon:index:Table", "it"))
            ),
            "diff is no resource of the neon provider": stub.Diff(
                provider_pb2.DiffRequest(urn=urn_of("neon:index:diff", "it"))
            ),
        }
        for text, call in calls.items():
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            details = caught.value.details() or ""
            assert text in details
            assert "Traceback" not in details
            assert ".py" not in details
            assert service.api_key not in details

    served(service, talk)


def test_a_problem_of_the_inputs_travels_as_a_failure_of_its_property(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        request = provider_pb2.CheckRequest(urn=urn_of(BRANCH, "it"), news=struct({"name": ""}), randomSeed=bytes(32))
        reply = await stub.Check(request)
        assert {failure.property for failure in reply.failures} == {"projectId", "name"}

    served(service, talk)


def test_what_is_gone_is_read_as_an_empty_id(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        reply = await stub.Read(provider_pb2.ReadRequest(id="quiet-river-12345678/br-x/app", urn=urn_of(ROLE, "it")))
        assert reply.id == ""

    served(service, talk)


def test_a_diff_travels_with_what_replaces_and_how(service: NeonService) -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        before, after = (
            {"projectId": "p", "branchId": "b", "name": "app"},
            {"projectId": "p", "branchId": "b", "name": "x"},
        )
        request = provider_pb2.DiffRequest(
            id="p/b/app", urn=urn_of(ROLE, "it"), olds=struct(before), news=struct(after)
        )
        reply = await stub.Diff(request)
        assert reply.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert (list(reply.replaces), list(reply.diffs), reply.deleteBeforeReplace) == (["name"], ["name"], False)
        assert reply.detailedDiff["name"].kind == provider_pb2.PropertyDiff.UPDATE_REPLACE

    served(service, talk)


def test_an_engine_can_attach_and_asks_who_is_there(service: NeonService) -> None:
    async def talk(stub: Any, servicer: Servicer) -> None:
        await stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:4711"))
        assert servicer._engine_address == "127.0.0.1:4711"
        info = await stub.GetPluginInfo(empty_pb2.Empty())
        assert info.version == VERSION
        schema = await stub.GetSchema(provider_pb2.GetSchemaRequest())
        assert '"neon:index:Project"' in schema.schema

    served(service, talk)


def test_the_plugins_process_tells_its_port_and_answers() -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("NEON_", "PYTHONPATH"))}
    process = subprocess.Popen(
        [sys.executable, str(PLUGIN / "__main__.py"), "127.0.0.1:1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=PLUGIN,
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            info = Stub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=20)
        assert info.version == VERSION
    finally:
        process.kill()
        process.communicate()
