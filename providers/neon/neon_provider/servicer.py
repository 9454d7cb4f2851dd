"""The gRPC side that the SDK's server lacks: partial failures with what exists, errors without tracebacks, and `Attach`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import grpc
import grpc.aio
from google.protobuf import empty_pb2, struct_pb2
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from neon_provider.convert import hide, secret_texts
from neon_provider.errors import PartialFailure

_PATIENCE: Final = 5
"""Seconds that a message may take to the engine."""


@dataclass(frozen=True, slots=True)
class _Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


class EngineLog:
    """Hands messages to the engine, at the address it gave; without one they are dropped."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._channel: grpc.aio.Channel | None = None
        self._waiting: list[engine_pb2.LogRequest] = []

    def __call__(self, severity: str, message: str, urn: str) -> None:
        """Keep a message until `flush`."""
        level = engine_pb2.LogSeverity.Value(severity.upper())
        self._waiting.append(engine_pb2.LogRequest(severity=level, message=message, urn=urn))

    async def flush(self) -> None:
        """Send what was kept; an engine that does not listen is no reason to fail."""
        waiting, self._waiting = self._waiting, []
        if not waiting or not self.address:
            return
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self.address, options=_GRPC_CHANNEL_OPTIONS)
        stub: Any = engine_pb2_grpc.EngineStub(self._channel)  # its annotations are of the blocking API
        with suppress(grpc.RpcError):
            for request in waiting:
                await stub.Log(request, timeout=_PATIENCE)


class Servicer(ProviderServicer):
    """See the module."""

    def __init__(self, args: list[str], version: str, provider: p.Provider, engine_address: str) -> None:
        super().__init__(args, version, provider, engine_address)
        self.log = EngineLog(engine_address)
        if hasattr(provider, "log"):
            provider.log = self.log

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's name
        """Take the engine's address when the engine attaches to a running provider (PULUMI_DEBUG_PROVIDERS)."""
        self._engine_address = self.log.address = request.address
        return empty_pb2.Empty()

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create."""
        return await self._answer(super().Create, request, context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Update."""
        return await self._answer(super().Update, request, context)

    async def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete."""
        return await self._answer(super().Delete, request, context)

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Read."""
        return await self._answer(super().Read, request, context)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Check."""
        return await self._answer(super().Check, request, context)

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Diff."""
        return await self._answer(super().Diff, request, context)

    async def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer a function."""
        return await self._answer(super().Invoke, request, context)

    async def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Check the configuration."""
        return await self._answer(super().CheckConfig, request, context)

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Configure."""
        return await self._answer(super().Configure, request, context)

    async def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Give the schema."""
        return await self._answer(super().GetSchema, request, context)

    async def _answer(self, call: Callable[[Any, Any], Awaitable[Any]], request: Any, context: Any) -> Any:
        """Call; an error is answered with its text alone. The SDK wraps what is raised into an exception whose text holds the
        traceback, and keeps the original as its context."""
        try:
            return await call(request, context)
        except Exception as wrapped:  # noqa: BLE001 - every error becomes an answer
            error, secret = wrapped.__context__ or wrapped, _secrets_of(request)
            await self.log.flush()
            if isinstance(error, PartialFailure):
                await context.abort_with_status(_init_failed(error, secret))
            await context.abort(grpc.StatusCode.UNKNOWN, hide(str(error), secret))
        finally:
            await self.log.flush()


def _secrets_of(request: Any) -> frozenset[str]:
    """Every secret value that a request carries: Neon may quote one in a refusal."""
    carried = {field.name: value for field, value in request.ListFields()}
    maps = (PropertyValue.unmarshal_map(value) for value in carried.values() if isinstance(value, struct_pb2.Struct))
    return frozenset(text for values in maps for text in secret_texts(values))


def _init_failed(error: PartialFailure, secret: Collection[str]) -> _Status:
    """`ErrorResourceInitFailed`, packed as the protocol asks: in the binary details of the status."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=PropertyValue.marshal_map(error.properties),
        reasons=[hide(reason, secret) for reason in error.reasons],
    )
    text = hide(str(error), secret)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=text)
    status.details.add().Pack(detail)
    return _Status(grpc.StatusCode.UNKNOWN, text, (("grpc-status-details-bin", status.SerializeToString()),))


def serve(arguments: list[str], version: str, provider: p.Provider) -> None:
    """Serve until killed; the port is the first line of standard output, as the engine expects."""

    async def run() -> None:
        server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
        servicer = Servicer(arguments, version, provider, engine_address=arguments[0] if arguments else "")
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    asyncio.run(run())
