"""The gRPC side that the SDK's server lacks: partial failures with what exists, errors without tracebacks, and `Attach`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from neon_provider.errors import PartialFailure


@dataclass(frozen=True, slots=True)
class _Status(grpc.Status):
    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


class Servicer(ProviderServicer):
    """See the module."""

    async def Attach(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - the protocol's name
        """Take the engine's address when the engine attaches to a running provider (PULUMI_DEBUG_PROVIDERS)."""
        self._engine_address = request.address
        return empty_pb2.Empty()

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Create."""
        return await _answer(super().Create, request, context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Update."""
        return await _answer(super().Update, request, context)

    async def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Delete."""
        return await _answer(super().Delete, request, context)

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Read."""
        return await _answer(super().Read, request, context)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Check."""
        return await _answer(super().Check, request, context)

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Diff."""
        return await _answer(super().Diff, request, context)

    async def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Answer a function."""
        return await _answer(super().Invoke, request, context)

    async def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Check the configuration."""
        return await _answer(super().CheckConfig, request, context)

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Configure."""
        return await _answer(super().Configure, request, context)

    async def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Give the schema."""
        return await _answer(super().GetSchema, request, context)


async def _answer(call: Callable[[Any, Any], Awaitable[Any]], request: Any, context: Any) -> Any:
    """Call; an error is answered with its text alone. The SDK wraps what is raised into an exception whose text holds the
    traceback, and keeps the original as its context."""
    try:
        return await call(request, context)
    except Exception as wrapped:  # noqa: BLE001 - every error becomes an answer
        error = wrapped.__context__ or wrapped
        if isinstance(error, PartialFailure):
            await context.abort_with_status(_init_failed(error))
        await context.abort(grpc.StatusCode.UNKNOWN, str(error))


def _init_failed(error: PartialFailure) -> _Status:
    """`ErrorResourceInitFailed`, packed as the protocol asks: in the binary details of the status."""
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=PropertyValue.marshal_map(error.properties),
        reasons=error.reasons,
    )
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error))
    status.details.add().Pack(detail)
    return _Status(grpc.StatusCode.UNKNOWN, str(error), (("grpc-status-details-bin", status.SerializeToString()),))


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
