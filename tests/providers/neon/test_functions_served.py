"""Functions over gRPC: failures by argument, secrets marked, errors without tracebacks."""

from __future__ import annotations

from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2

from neon_provider.convert import Properties
from neon_provider.servicer import Servicer
from rehearsal.clouds.neon import NeonService
from tests.providers.neon.harness import PROJECT
from tests.providers.neon.test_servicer import SECRET, SHOP, SIGNATURE, creation, served, struct


def question(name: str, args: Properties) -> provider_pb2.InvokeRequest:
    return provider_pb2.InvokeRequest(tok=f"neon:index:{name}", args=struct(args))


def test_a_password_travels_marked_and_wrong_arguments_by_their_names() -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        made = json_format.MessageToDict((await stub.Create(creation(PROJECT, SHOP))).properties)
        args = {"projectId": made["projectId"], "branchId": made["defaultBranchId"], "name": made["roleName"]}
        reply = await stub.Invoke(question("getRolePassword", args))
        answer = json_format.MessageToDict(getattr(reply, "return"))
        assert answer == {"password": {SIGNATURE: SECRET, "value": made["password"]["value"]}}
        assert list(reply.failures) == []
        reply = await stub.Invoke(question("getRolePassword", {**args, "branchId": 5, "more": True}))
        assert {failure.property for failure in reply.failures} == {"branchId", "more"}
        assert not getattr(reply, "return")

    with NeonService() as service:
        served(service, talk)


def test_what_is_not_there_is_answered_with_its_text_alone() -> None:
    async def talk(stub: Any, _: Servicer) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.Invoke(question("getProject", {"projectId": "quiet-river-99999999"}))
        details = str(caught.value.details())
        assert details.startswith("project quiet-river-99999999: not found (GET /projects/")
        assert "Traceback" not in details

    with NeonService() as service:
        served(service, talk)
