"""Drives the local clouds as an engine does: check, preview, create, diff, update, read, delete."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pulumi.provider.experimental import provider as p

from rehearsal.clouds import FaultPlan, providers
from rehearsal.engine.values import Properties, from_property_values, to_property_values
from tests.rehearsal.clouds.samples import SAMPLES

T = TypeVar("T")

CONFIG: dict[str, Properties] = {
    "vercel": {"apiToken": "a1" * 12, "team": "team_bright"},
    "github": {"owner": "brightbroom", "token": "ghp_x"},
    "upstash": {"email": "ops@example.org", "apiKey": "key"},
    "sentry": {"token": "key"},
    "random": {},
    "aws": {"region": "eu-central-1", "accessKey": "a", "secretKey": "b"},
}


def drive(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never waits, as the engine does."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value  # type: ignore[no-any-return]
    raise AssertionError("the coroutine waited")


def urn_of(type_token: str, name: str) -> str:
    return f"urn:pulumi:staging::bright::brightbroom:x:Parent${type_token}::{name}"


@dataclass
class Made:
    """A resource as the engine's state would hold it."""

    type: str
    name: str
    id: str
    inputs: Properties
    outputs: Properties

    @property
    def urn(self) -> str:
        return urn_of(self.type, self.name)


@dataclass
class Bench:
    """All clouds over one folder, configured."""

    data: Path
    faults: FaultPlan | None = None
    plans: dict[str, str] | None = None
    made: dict[str, Made] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._factories = providers(self.data, self.faults, self.plans)
        self._providers: dict[str, Any] = {}

    def provider(self, package: str) -> Any:
        if package not in self._providers:
            provider = self._factories[package]()
            args = to_property_values(CONFIG[package])
            drive(provider.configure(p.ConfigureRequest({}, args, True, True)))
            self._providers[package] = provider
        return self._providers[package]

    def of(self, type_token: str) -> Any:
        return self.provider(type_token.partition(":")[0])

    # ---- one request each ---------------------------------------------------------------------------------------

    def check(
        self, type_token: str, inputs: Properties, name: str = "it", old: Properties | None = None
    ) -> tuple[Properties, dict[str, str]]:
        """(inputs as taken, reason by property)."""
        request = p.CheckRequest(
            urn_of(type_token, name), to_property_values(old or {}), to_property_values(inputs), bytes(32)
        )
        response = drive(self.of(type_token).check(request))
        return from_property_values(response.inputs), {item.property: item.reason for item in response.failures}

    def preview(self, type_token: str, inputs: Properties, name: str = "it") -> Properties:
        request = p.CreateRequest(urn_of(type_token, name), to_property_values(inputs), 0, True)
        response = drive(self.of(type_token).create(request))
        assert not response.resource_id
        return from_property_values(response.properties)

    def create(self, type_token: str, inputs: Properties, name: str = "it") -> Made:
        """Check and create; fails on a check failure."""
        taken, failures = self.check(type_token, inputs, name)
        assert failures == {}, failures
        request = p.CreateRequest(urn_of(type_token, name), to_property_values(taken), 0, False)
        response = drive(self.of(type_token).create(request))
        return Made(type_token, name, response.resource_id, taken, from_property_values(response.properties))

    def diff(self, made: Made, inputs: Properties, ignore: list[str] | None = None) -> p.DiffResponse:
        request = p.DiffRequest(
            made.urn, made.id, to_property_values(made.outputs), to_property_values(inputs), ignore or []
        )
        return drive(self.of(made.type).diff(request))  # type: ignore[no-any-return]

    def update(self, made: Made, inputs: Properties, *, preview: bool = False) -> Made:
        taken, failures = self.check(made.type, inputs, made.name, made.inputs)
        assert failures == {}, failures
        old, new = to_property_values(made.outputs), to_property_values(taken)
        request = p.UpdateRequest(made.urn, made.id, old, new, 0, [], preview)
        response = drive(self.of(made.type).update(request))
        return Made(made.type, made.name, made.id, taken, from_property_values(response.properties))

    def read(self, made: Made) -> tuple[Properties, Properties] | None:
        """(inputs, outputs), or None when it is gone."""
        request = p.ReadRequest(made.urn, made.id, to_property_values(made.outputs), to_property_values(made.inputs))
        response = drive(self.of(made.type).read(request))
        if not response.resource_id:
            return None
        return from_property_values(response.inputs), from_property_values(response.properties)

    def delete(self, made: Made) -> None:
        drive(self.of(made.type).delete(p.DeleteRequest(made.urn, made.id, to_property_values(made.outputs), 0)))

    def adopt(self, made: Made, inputs: Properties | None = None) -> tuple[str, Properties] | None:
        sent = to_property_values(made.inputs if inputs is None else inputs)
        found = drive(self.of(made.type).adopt(made.urn, made.type, sent))
        return None if found is None else (found[0], from_property_values(found[1]))

    def invoke(self, token: str, args: Properties) -> Properties:
        response = drive(self.of(token).invoke(p.InvokeRequest(token, to_property_values(args))))
        return from_property_values(response.return_value)

    # ---- samples ------------------------------------------------------------------------------------------------

    def sample(self, type_token: str, **changes: Any) -> Properties:
        """The sample inputs of a type, once what it refers to is made; None takes a property away."""
        sample = SAMPLES[type_token]
        ids = {need: self.make(need).id for need in sample.needs}
        inputs = {**sample.inputs(ids), **changes}
        return {key: value for key, value in inputs.items() if value is not None}

    def make(self, type_token: str) -> Made:
        """The sample object of a type, made once."""
        if type_token not in self.made:
            self.made[type_token] = self.create(type_token, self.sample(type_token), "sample")
        return self.made[type_token]
