"""A small vendor for the engine's tests: echoes inputs, replaces on `region`, keeps its objects in a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import PropertyValue

from rehearsal.engine.values import UNKNOWN, Properties, from_property_values, has_unknown, plain, to_property_values


class VendorError(Exception):
    """A refusal; `resource_id` says that the object exists all the same."""

    def __init__(
        self, message: str, resource_id: str | None = None, properties: dict[str, PropertyValue] | None = None
    ) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = [message]


@dataclass
class Vendor:
    """What exists. `refuse` raises for a call named `<method>:<logical name>`."""

    objects: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    refuse: Callable[[str], None] = lambda _: None
    serial: int = 0

    def provider(self) -> p.Provider:
        return _Provider(self)

    def live(self, kind: str) -> list[dict[str, Any]]:
        return [item for item in self.objects.values() if item["type"] == kind]


class _Provider(p.Provider):
    in_memory = True

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def _note(self, method: str, urn: str) -> None:
        call = f"{method}:{urn.split('::')[-1]}"
        self.vendor.calls.append(call)
        self.vendor.refuse(call)

    async def check_config(self, request: p.CheckRequest) -> p.CheckResponse:
        return p.CheckResponse(request.new_inputs)

    async def diff_config(self, request: p.DiffRequest) -> p.DiffResponse:
        return p.DiffResponse(changes=False)

    async def configure(self, request: p.ConfigureRequest) -> p.ConfigureResponse:
        return p.ConfigureResponse(accept_secrets=True, supports_preview=True, accept_outputs=True)

    async def check(self, request: p.CheckRequest) -> p.CheckResponse:
        failures = [] if "region" in request.new_inputs else [p.CheckFailure("region", "is required")]
        return p.CheckResponse(request.new_inputs, failures)

    async def diff(self, request: p.DiffRequest) -> p.DiffResponse:
        old, new = plain(from_property_values(request.old_state)), plain(from_property_values(request.new_inputs))
        keys = {*old, *new} - {"host", "password", "id"}
        changed = sorted(key for key in keys if old.get(key) != new.get(key) and key not in request.ignore_changes)
        replaces = [key for key in changed if key in ("region", "parentId")]
        return p.DiffResponse(
            bool(changed), replaces, diffs=changed, delete_before_replace=request.type.endswith("Single")
        )

    def _outputs(self, resource_id: str | None, inputs: Properties) -> Properties:
        host = UNKNOWN if resource_id is None else f"{resource_id}.example"
        return {**inputs, "host": host, "password": UNKNOWN if resource_id is None else f"pw-{resource_id}-secret"}

    async def create(self, request: p.CreateRequest) -> p.CreateResponse:
        inputs = from_property_values(request.properties)
        if request.preview:
            return p.CreateResponse(None, to_property_values(self._outputs(None, inputs)))
        self.vendor.serial += 1
        resource_id = f"obj-{self.vendor.serial}"
        outputs = self._outputs(resource_id, inputs)
        assert not has_unknown(outputs)
        self.vendor.objects[resource_id] = {
            "type": request.urn.split("::")[2].split("$")[-1],
            "urn": request.urn,
            **plain(outputs),
        }
        try:
            self._note("create", request.urn)
        except VendorError as error:
            if error.resource_id is None:
                del self.vendor.objects[resource_id]
            else:
                error.resource_id, error.properties = resource_id, to_property_values(outputs)
            raise
        return p.CreateResponse(resource_id, to_property_values(outputs))

    async def update(self, request: p.UpdateRequest) -> p.UpdateResponse:
        outputs = self._outputs(request.resource_id, from_property_values(request.news))
        if not request.preview:
            self._note("update", request.urn)
            self.vendor.objects[request.resource_id].update(plain(outputs))
        return p.UpdateResponse(to_property_values(outputs))

    async def delete(self, request: p.DeleteRequest) -> None:
        self._note("delete", request.urn)
        self.vendor.objects.pop(request.resource_id, None)

    async def read(self, request: p.ReadRequest) -> p.ReadResponse:
        self._note("read", request.urn)
        found = self.vendor.objects.get(request.resource_id)
        if found is None:
            return p.ReadResponse()
        outputs = {key: value for key, value in found.items() if key not in ("type", "urn")}
        inputs = {key: value for key, value in outputs.items() if key not in ("host", "password")}
        return p.ReadResponse(request.resource_id, to_property_values(outputs), to_property_values(inputs))

    async def invoke(self, request: p.InvokeRequest) -> p.InvokeResponse:
        self._note("invoke", f"::{request.tok.rpartition(':')[2]}")
        failures = [p.CheckFailure(key, "is no argument") for key in request.args if key.startswith("wrong")]
        token = PropertyValue("tk-answered-secret").with_secret(True)
        return p.InvokeResponse({**request.args, "answer": PropertyValue("yes"), "token": token}, failures)

    async def adopt(self, urn: str, type: str, inputs: Any) -> tuple[str, dict[str, PropertyValue]] | None:  # noqa: A002
        wanted = plain(from_property_values(inputs))
        for resource_id, item in self.vendor.objects.items():
            if item["urn"] == urn and all(item.get(key) == value for key, value in wanted.items()):
                outputs = {key: value for key, value in item.items() if key not in ("type", "urn")}
                return resource_id, to_property_values(outputs)
        return None
