"""Drives the plugin as an engine does, against the local Neon, on a clock that costs no time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import Computed, PropertyValue

from neon_provider.client import Clock
from neon_provider.convert import Properties, is_unknown, to_plain, to_wire
from neon_provider.provider import NeonProvider
from rehearsal.clouds.neon import Fault, FaultPlan, NeonService, Switches

T = TypeVar("T")

PROJECT = "neon:index:Project"
BRANCH = "neon:index:Branch"
ENDPOINT = "neon:index:Endpoint"
ROLE = "neon:index:Role"
DATABASE = "neon:index:Database"
SCHEDULE = "neon:index:BackupSchedule"
SNAPSHOT = "neon:index:Snapshot"
ANONYMIZED = "neon:index:AnonymizedBranch"
API_KEY = "neon:index:OrgApiKey"
LIMIT = "neon:index:SpendingLimit"

UNKNOWN = PropertyValue(Computed())


def unknown(planned: dict[str, PropertyValue]) -> set[str]:
    """The properties whose value a preview does not know."""
    return {key for key, value in to_plain(planned).items() if is_unknown(value)}


class FakeClock:
    """Sleeping moves it on, and the service's clock with it."""

    def __init__(self, service: NeonService | None = None) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._service = service

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        if self._service:
            self._service.advance(seconds)

    async def pace(self, seconds: float) -> None:
        self.time += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.time, self.sleep, self.pace)


@dataclass
class Made:
    """A resource as the engine's state would hold it."""

    type: str
    name: str
    id: str
    inputs: Properties
    state: Properties
    secret: set[str] = field(default_factory=set)

    @property
    def urn(self) -> str:
        return urn_of(self.type, self.name)


def urn_of(type_token: str, name: str) -> str:
    return f"urn:pulumi:staging::bright::brightbroom:x:Parent${type_token}::{name}"


def wire(properties: Properties) -> dict[str, PropertyValue]:
    """Plain values as the engine sends them; a `PropertyValue` stands for itself."""
    given = {key: value for key, value in properties.items() if isinstance(value, PropertyValue)}
    return {**to_wire({key: value for key, value in properties.items() if key not in given}), **given}


class Neon:
    """A local Neon with a plugin configured for it; a context manager."""

    def __init__(self, faults: list[Fault] | None = None, config: Properties | None = None, **switches: Any) -> None:
        self.service = NeonService(faults=FaultPlan(faults or []), switches=Switches(**switches))
        self._config = config or {}
        self._runner = asyncio.Runner()
        self._providers: list[NeonProvider] = []
        self._others = httpx.Client(verify=False)

    def __enter__(self) -> Self:
        self.service.start()
        self.time = FakeClock(self.service)
        self.restart()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for provider in self._providers:
            self.run(provider.close())
        self._runner.close()
        self._others.close()
        self.service.stop()
        if kind is None:  # Neon ignores what it does not know: a typo of ours would never be an error there
            assert self.service.unexpected == []

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def restart(self) -> None:
        """A new process of the plugin: what it kept in memory is gone."""
        self.provider = NeonProvider(self.time.clock())
        self._providers.append(self.provider)
        config = {"apiKey": self.service.api_key, "baseUrl": self.service.url, "plan": "scale", **self._config}
        self.run(self.provider.configure(p.ConfigureRequest({}, wire(config), True, True)))

    def faults(self, *faults: Fault) -> None:
        """From now on this goes wrong."""
        self.service.faults = FaultPlan(faults)

    def sent(self, method: str = "") -> list[str]:
        """`METHOD path` of every request so far, or of one method."""
        return [f"{r.method} {r.path}" for r in self.service.requests if not method or r.method == method]

    def changes(self) -> list[str]:
        """Every request that was no read."""
        return [f"{r.method} {r.path}" for r in self.service.requests if r.method != "GET"]

    def ask(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request of somebody else's."""
        headers = {"Authorization": f"Bearer {self.service.api_key}"}
        return self._others.request(method, f"{self.service.url}{path}", json=body, headers=headers)

    # ---- one request each ------------------------------------------------------------------------------------------

    def check(self, type_token: str, inputs: Properties, old: Properties | None = None) -> dict[str, str]:
        """Reason by property; two reasons for one property are joined."""
        request = p.CheckRequest(urn_of(type_token, "it"), wire(old or {}), wire(inputs), bytes(32))
        found: dict[str, str] = {}
        for failure in self.run(self.provider.check(request)).failures or []:
            before = f"{found[failure.property]}; " if failure.property in found else ""
            found[failure.property] = before + failure.reason
        return found

    def preview(self, type_token: str, inputs: Properties) -> dict[str, PropertyValue]:
        response = self.run(self.provider.create(p.CreateRequest(urn_of(type_token, "it"), wire(inputs), 0, True)))
        assert response.resource_id is None
        return dict(response.properties or {})

    def create(self, type_token: str, inputs: Properties, name: str = "it") -> Made:
        """Check and create."""
        assert self.check(type_token, inputs) == {}
        response = self.run(self.provider.create(p.CreateRequest(urn_of(type_token, name), wire(inputs), 0, False)))
        assert response.resource_id
        return _made(type_token, name, response.resource_id, inputs, response.properties)

    def diff(self, made: Made, inputs: Properties, ignore: list[str] | None = None) -> p.DiffResponse:
        request = p.DiffRequest(made.urn, made.id, wire(made.state), wire(inputs), ignore or [])
        return self.run(self.provider.diff(request))

    def update(self, made: Made, inputs: Properties, *, preview: bool = False) -> Made:
        assert self.check(made.type, inputs, made.inputs) == {}
        request = p.UpdateRequest(made.urn, made.id, wire(made.state), wire(inputs), 0, [], preview)
        response = self.run(self.provider.update(request))
        return _made(made.type, made.name, made.id, inputs, response.properties)

    def read(self, made: Made) -> Made | None:
        """As a refresh does; None when it is gone."""
        return self._read(made.type, made.name, made.id, made.inputs, made.state)

    def import_(self, type_token: str, resource_id: str) -> Made | None:
        return self._read(type_token, "imported", resource_id, {}, {})

    def _read(self, type_token: str, name: str, resource_id: str, inputs: Properties, state: Properties) -> Made | None:
        request = p.ReadRequest(urn_of(type_token, name), resource_id, wire(state), wire(inputs))
        response = self.run(self.provider.read(request))
        if not response.resource_id:
            return None
        return _made(type_token, name, response.resource_id, to_plain(response.inputs or {}), response.properties)

    def delete(self, made: Made) -> None:
        self.run(self.provider.delete(p.DeleteRequest(made.urn, made.id, wire(made.state), 0)))

    # ---- samples ---------------------------------------------------------------------------------------------------

    def project(self, **changes: Any) -> Made:
        return self.create(PROJECT, {"name": "shop", "regionId": "aws-eu-central-1", **changes}, "shop")

    def branch(self, project: Made, **changes: Any) -> Made:
        return self.create(BRANCH, {"projectId": project.id, "name": "preview", **changes}, "preview")

    def on_default(self, project: Made, **changes: Any) -> Properties:
        """Inputs of something on a project's default branch."""
        return {"projectId": project.id, "branchId": project.state["defaultBranchId"], **changes}


def _made(
    type_token: str, name: str, resource_id: str, inputs: Properties, answer: dict[str, PropertyValue] | None
) -> Made:
    answer = answer or {}
    secret = {key for key, value in answer.items() if value.is_secret}
    return Made(type_token, name, resource_id, inputs, to_plain(answer), secret)
