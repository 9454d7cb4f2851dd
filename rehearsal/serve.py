"""The local clouds over gRPC, for a real engine to attach to.

::

    with served(providers(folder)) as addresses:
        run(["pulumi", "up"], env={..., "PULUMI_DEBUG_PROVIDERS": addresses})

An attached engine starts no plugin for these packages and keeps one connection for each, however many provider resources
configure it: the last configuration counts.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Final, TypeVar

import grpc.aio
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2_grpc

from neon_provider.servicer import Servicer
from rehearsal.engine import ProviderFactory

VERSION: Final = "999.0.0"
"""A local cloud goes with any SDK; the engine warns of a provider that is older than the SDK it serves."""

_T = TypeVar("_T")


@contextmanager
def served(factories: Mapping[str, ProviderFactory]) -> Iterator[str]:
    """Serve a provider of each package on loopback until the block ends; yields the value of PULUMI_DEBUG_PROVIDERS."""
    with ExitStack() as closing:
        loop = closing.enter_context(_running_loop())
        addresses = []
        for package, factory in factories.items():
            server, port = _drive(loop, _start(factory))
            closing.callback(_stop, loop, server)
            addresses.append(f"{package}:{port}")
        yield ",".join(addresses)


async def _start(factory: ProviderFactory) -> tuple[grpc.aio.Server, int]:
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    servicer = Servicer([], VERSION, factory(), engine_address="")
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    return server, port


def _stop(loop: asyncio.AbstractEventLoop, server: grpc.aio.Server) -> None:
    _drive(loop, server.stop(None))


@contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own: the caller's stays free to run the engine."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="served-clouds", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _drive(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, _T]) -> _T:
    return asyncio.run_coroutine_threadsafe(coroutine, loop).result()
