"""Calls providers in this process, by the rules of the real engine's plugin layer.

Those rules (pulumi/pulumi `pkg/resource/plugin/provider_plugin.go`): a provider whose configuration is not fully known is not
asked; one without preview support is not asked at preview; one that does not accept secrets gets plain values, and the marks
of its inputs are put back on the outputs of the same name.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pulumi.provider.experimental import provider as p

from rehearsal.engine.errors import ProviderError
from rehearsal.engine.values import (
    Properties,
    from_property_values,
    has_secret,
    has_unknown,
    make_secret,
    plain,
    to_property_values,
)

ProviderFactory: TypeAlias = Callable[[], p.Provider]
"""Makes one provider; a provider may have `in_memory = True` (its coroutines never wait), an
`async adopt(urn, type, inputs) -> (id, properties) | None` that finds what an interrupted create left behind, an
`async close()`, and a `log` that is set to where its messages go."""
ProviderLog: TypeAlias = Callable[[str, str, str], None]
"""Takes a severity, a message and the URN it is about, or an empty one."""

_T = TypeVar("_T")


class Host:
    """All provider instances of a run, and the event loop of those that wait for something."""

    def __init__(self, factories: Mapping[str, ProviderFactory]) -> None:
        self.log: ProviderLog | None = None
        self._factories = factories
        self._loop: asyncio.AbstractEventLoop | None = None
        self._made: list[p.Provider] = []

    def load(self, package: str) -> Handle:
        """A new instance of a package's provider, not yet configured."""
        factory = self._factories.get(package)
        if factory is None:
            known = ", ".join(sorted(self._factories))
            raise ProviderError(f"there is no provider for package {package!r}; known are: {known}")
        provider = factory()
        if self.log is not None and hasattr(provider, "log"):
            provider.log = self.log
        self._made.append(provider)
        return Handle(self, provider)

    def drive(self, coroutine: Coroutine[Any, Any, _T], *, in_memory: bool) -> _T:
        """Run a provider's coroutine to its end."""
        if in_memory:
            try:
                coroutine.send(None)
            except StopIteration as stop:
                return stop.value  # type: ignore[no-any-return]
            raise ProviderError("a provider marked in_memory waited for something")
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        """Let every provider release what it holds."""
        for provider in self._made:
            close = getattr(provider, "close", None)
            if close is not None:
                self.drive(close(), in_memory=getattr(provider, "in_memory", False))
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


class Handle:
    """One provider instance, configured by one provider resource."""

    def __init__(self, host: Host, provider: p.Provider) -> None:
        self._host = host
        self._provider = provider
        self._in_memory = bool(getattr(provider, "in_memory", False))
        self._known = True
        self._config = p.ConfigureResponse()

    # ---- configuration --------------------------------------------------------------------------------------

    def check_config(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, Sequence[p.CheckFailure]]:
        """The configuration as the provider takes it, and what is wrong with it."""
        request = p.CheckRequest(urn, to_property_values(olds), to_property_values(news), b"")
        response = self._call(self._provider.check_config, request)
        return from_property_values(response.inputs or {}), response.failures or []

    def diff_config(self, urn: str, resource_id: str, olds: Properties, news: Properties) -> p.DiffResponse:
        """Whether changed configuration replaces the provider, and so all it manages."""
        request = p.DiffRequest(urn, resource_id, to_property_values(olds), to_property_values(news), [])
        return self._call(self._provider.diff_config, request)

    def configure(self, package: str, inputs: Properties) -> None:
        """Give the provider its configuration; with an unknown in it the provider is not asked anything."""
        self._known = not has_unknown(inputs)
        if not self._known:
            return
        variables = {
            f"{package}:config:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in plain(inputs).items()
            if key != "version"
        }
        request = p.ConfigureRequest(variables, to_property_values(inputs), True, True)
        self._config = self._call(self._provider.configure, request)

    # ---- resources -------------------------------------------------------------------------------------------

    def check(self, urn: str, olds: Properties | None, news: Properties) -> tuple[Properties, Sequence[p.CheckFailure]]:
        """The inputs as the provider takes them (defaults filled in), and what is wrong with them."""
        if not self._known:
            return news, []
        request = p.CheckRequest(urn, self._send(olds or {}), self._send(news), os.urandom(32))
        response = self._call(self._provider.check, request)
        return self._receive(response.inputs or {}, news, preview=True), response.failures or []

    def diff(
        self, urn: str, resource_id: str, olds: Properties, news: Properties, ignore: Sequence[str]
    ) -> p.DiffResponse:
        """What changed between the old outputs and the new inputs."""
        if not self._known:
            return p.DiffResponse(changes=True)
        request = p.DiffRequest(urn, resource_id, self._send(olds), self._send(news), list(ignore))
        return self._call(self._provider.diff, request)

    def create(self, urn: str, inputs: Properties, *, preview: bool, timeout: float = 0) -> tuple[str, Properties]:
        """Create, or at preview say what would be known of the result."""
        if preview and not self._known:
            return "", {}
        if preview and not self._config.supports_preview:
            return "", inputs
        response = self._call(self._provider.create, p.CreateRequest(urn, self._send(inputs), timeout, preview))
        if not preview and not response.resource_id:
            raise ProviderError("the provider answered a create without an id")
        return response.resource_id or "", self._receive(response.properties, inputs, preview=preview)

    def update(
        self,
        urn: str,
        resource_id: str,
        olds: Properties,
        news: Properties,
        ignore: Sequence[str],
        *,
        preview: bool,
        timeout: float = 0,
    ) -> Properties:
        """Update in place; returns the new outputs."""
        if preview and not self._known:
            return {}
        if preview and not self._config.supports_preview:
            return news
        request = p.UpdateRequest(urn, resource_id, self._send(olds), self._send(news), timeout, list(ignore), preview)
        return self._receive(self._call(self._provider.update, request).properties, news, preview=preview)

    def delete(self, urn: str, resource_id: str, outputs: Properties, *, timeout: float = 0) -> None:
        """Delete; an object that is gone already is no error."""
        self._call(self._provider.delete, p.DeleteRequest(urn, resource_id, self._send(outputs), timeout))

    def read(
        self, urn: str, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties]:
        """(id, inputs, outputs) as they are now; an empty id when the object is gone."""
        request = p.ReadRequest(urn, resource_id, self._send(state), self._send(inputs))
        response = self._call(self._provider.read, request)
        outputs = self._receive(response.properties, state, preview=False)
        return response.resource_id or "", self._receive(response.inputs, inputs, preview=False), outputs

    def adopt(self, urn: str, type_token: str, inputs: Properties) -> tuple[str, Properties] | None:
        """What an interrupted create of this resource left behind, if the provider can tell."""
        adopt = getattr(self._provider, "adopt", None)
        if adopt is None or not self._known:
            return None
        found = self._drive(adopt(urn, type_token, self._send(inputs)))
        return None if found is None else (found[0], self._receive(found[1], inputs, preview=False))

    def invoke(self, token: str, args: Properties) -> tuple[Properties, Sequence[p.CheckFailure]]:
        """Call a function; a provider that is not fully configured answers nothing."""
        if not self._known:
            return {}, []
        response = self._call(self._provider.invoke, p.InvokeRequest(token, self._send(args)))
        return self._receive(response.return_value or {}, {}, preview=False), response.failures

    # ---- the edge --------------------------------------------------------------------------------------------

    def _call(self, method: Callable[[Any], Coroutine[Any, Any, _T]], request: Any) -> _T:
        return self._drive(method(request))

    def _drive(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        try:
            return self._host.drive(coroutine, in_memory=self._in_memory)
        except ProviderError:
            raise
        except Exception as error:
            properties = getattr(error, "properties", None)
            raise ProviderError(
                str(error) or type(error).__name__,
                resource_id=getattr(error, "resource_id", None),
                properties=from_property_values(properties) if isinstance(properties, Mapping) else None,
                reasons=list(getattr(error, "reasons", None) or []),
            ) from error

    def _send(self, properties: Properties) -> dict[str, Any]:
        return to_property_values(properties, secrets=self._config.accept_secrets)

    def _receive(self, values: Mapping[str, Any], sent: Properties, *, preview: bool) -> Properties:
        received = from_property_values(values)
        if not preview and has_unknown(received):
            raise ProviderError("the provider answered with a value that is not known")
        if not self._config.accept_secrets:
            for key, value in sent.items():
                if key in received and has_secret(value):
                    received[key] = make_secret(received[key])
        return received
