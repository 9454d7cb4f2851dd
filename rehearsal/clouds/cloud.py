"""One vendor's local cloud, as a provider on Pulumi's own provider interface.

What it knows of the vendor is its `Catalogue`; what exists is in its `Store`. A preview reads neither the store nor the
clock. The coroutines never wait, so an engine may drive them without an event loop (`in_memory`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from pulumi.provider.experimental import provider as p
from pulumi.provider.experimental.property_value import PropertyValue

from rehearsal.clouds import checks, compare
from rehearsal.clouds.errors import UnknownTypeError
from rehearsal.clouds.faults import FaultPlan
from rehearsal.clouds.objects import Objects
from rehearsal.clouds.store import Store
from rehearsal.clouds.table import Catalogue, Facts, ResourceType
from rehearsal.engine.values import (
    UNKNOWN,
    Properties,
    from_property_values,
    has_secret,
    has_unknown,
    make_secret,
    plain,
    to_property_values,
)

_KINDS: Final = {
    (compare.ChangeKind.ADD, False): p.PropertyDiffKind.ADD,
    (compare.ChangeKind.ADD, True): p.PropertyDiffKind.ADD_REPLACE,
    (compare.ChangeKind.DELETE, False): p.PropertyDiffKind.DELETE,
    (compare.ChangeKind.DELETE, True): p.PropertyDiffKind.DELETE_REPLACE,
    (compare.ChangeKind.UPDATE, False): p.PropertyDiffKind.UPDATE,
    (compare.ChangeKind.UPDATE, True): p.PropertyDiffKind.UPDATE_REPLACE,
}

_SUFFIX_BYTES: Final = 4


def utc_now() -> str:
    """The time as vendors write it: RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Cloud(p.Provider):
    """The provider of one package over one store."""

    in_memory = True

    def __init__(
        self,
        catalogue: Catalogue,
        store: Store,
        faults: FaultPlan | None = None,
        plan: str = "",
        clock: Callable[[], str] = utc_now,
    ) -> None:
        self._catalogue = catalogue
        self._objects = Objects(catalogue, store, plan)
        self._faults = faults or FaultPlan()
        self._clock = clock
        self._account: Properties = {}

    # ---- configuration --------------------------------------------------------------------------------------

    async def get_schema(self, request: p.GetSchemaRequest) -> p.GetSchemaResponse:  # noqa: ARG002 - the interface
        """A schema with the name alone: programs use the vendor's own SDK."""
        return p.GetSchemaResponse(json.dumps({"name": self._catalogue.package, "version": "0.0.0"}))

    async def check_config(self, request: p.CheckRequest) -> p.CheckResponse:
        """Refuse a configuration that the vendor's plugin would refuse before its first call."""
        inputs = from_property_values(request.new_inputs)
        judged = _decoded({key: value for key, value in inputs.items() if key not in ("version", "pluginDownloadURL")})
        noun = f"the {self._catalogue.package} provider"
        found = checks.failures(noun, self._catalogue.config, judged, self._catalogue.validate_config)
        return p.CheckResponse(request.new_inputs, [p.CheckFailure(item.property, item.reason) for item in found])

    async def diff_config(self, request: p.DiffRequest) -> p.DiffResponse:  # noqa: ARG002 - the interface
        """Left to the engine: no configuration of these vendors replaces what they hold."""
        return p.DiffResponse()

    async def configure(self, request: p.ConfigureRequest) -> p.ConfigureResponse:
        """Keep what is not secret; a local cloud needs no credential."""
        secret = {name for name, prop in self._catalogue.config.items() if prop.secret}
        settings = {
            key: value
            for key, value in from_property_values(request.args).items()
            if key not in secret and not has_secret(value)
        }
        self._account = _decoded(settings)
        return p.ConfigureResponse(
            accept_secrets=True, supports_preview=True, accept_resources=False, accept_outputs=True
        )

    # ---- planning ----------------------------------------------------------------------------------------------

    async def check(self, request: p.CheckRequest) -> p.CheckResponse:
        """The inputs with the vendor plugin's defaults and generated names, and every mistake in them."""
        entry = self._entry(request.urn)
        inputs = checks.with_defaults(entry.inputs, from_property_values(request.new_inputs))
        old = from_property_values(request.old_inputs or {})
        for name, prop in entry.inputs.items():
            if prop.autoname and name not in inputs:
                suffix = request.random_seed.hex()[: 2 * _SUFFIX_BYTES - 1]
                inputs[name] = old.get(name) or f"{request.name}-{suffix}"
        found = checks.failures(entry.noun, entry.inputs, inputs, entry.validate)
        return p.CheckResponse(
            to_property_values(inputs), [p.CheckFailure(item.property, item.reason) for item in found]
        )

    async def diff(self, request: p.DiffRequest) -> p.DiffResponse:
        """Which properties differ, and which of them replace the object."""
        entry = self._entry(request.urn)
        old = from_property_values(request.old_state)
        new = from_property_values(request.new_inputs)
        changes = compare.differences(entry.inputs, old, new, request.ignore_changes)
        replaces = list(dict.fromkeys(change.root for change in changes if change.replaces))
        return p.DiffResponse(
            changes=bool(changes),
            replaces=replaces,
            stables=[name for name, output in entry.outputs.items() if output.when == "once"],
            delete_before_replace=bool(replaces) and entry.delete_before_replace,
            diffs=list(dict.fromkeys(change.root for change in changes)),
            detailed_diff={
                change.path: p.PropertyDiff(_KINDS[change.kind, change.replaces], True) for change in changes
            },
        )

    # ---- acting ------------------------------------------------------------------------------------------------

    async def create(self, request: p.CreateRequest) -> p.CreateResponse:
        """Make the object, or at preview say what is known of it."""
        entry = self._entry(request.urn)
        inputs = from_property_values(request.properties)
        if request.preview:
            outputs = compare.held(entry.inputs, inputs, {}, lambda _: UNKNOWN)
            outputs |= {
                name: make_secret(UNKNOWN) if output.secret else UNKNOWN for name, output in entry.outputs.items()
            }
            return p.CreateResponse(None, to_property_values(outputs))
        late = self._faults.before("create", entry.resource, request.name)
        object_id, outputs = self._objects.create(entry, request.urn, inputs, self._facts(inputs))
        self._faults.after(late)
        return p.CreateResponse(object_id, to_property_values(outputs))

    async def update(self, request: p.UpdateRequest) -> p.UpdateResponse:
        """Change the object in place, or at preview say what is known of the result."""
        entry = self._entry(request.urn)
        old, new = from_property_values(request.olds), from_property_values(request.news)
        if request.preview:
            return p.UpdateResponse(to_property_values(self._preview_update(entry, request.resource_id, old, new)))
        late = self._faults.before("update", entry.resource, request.name)
        outputs = self._objects.update(entry, request.resource_id, old, new, self._facts(new))
        self._faults.after(late)
        return p.UpdateResponse(to_property_values(outputs))

    async def delete(self, request: p.DeleteRequest) -> None:
        """Delete the object and what the vendor deletes with it; one that is gone already is no error."""
        entry = self._entry(request.urn)
        late = self._faults.before("delete", entry.resource, request.urn.split("::", 3)[-1])
        self._objects.delete(entry, request.resource_id)
        self._faults.after(late)

    async def read(self, request: p.ReadRequest) -> p.ReadResponse:
        """The object as it is now, with inputs that would make it; an empty answer when it is gone."""
        entry = self._entry(request.urn)
        late = self._faults.before("read", entry.resource, request.urn.split("::", 3)[-1])
        state = from_property_values(request.properties or {})
        asked = from_property_values(request.inputs or {})
        found = self._objects.read(entry, request.resource_id, state, asked)
        self._faults.after(late)
        if found is None:
            return p.ReadResponse()
        inputs, outputs = found
        return p.ReadResponse(request.resource_id, to_property_values(outputs), to_property_values(inputs))

    async def adopt(
        self,
        urn: str,
        type: str,  # noqa: A002, ARG002 - the engine's signature; the URN holds the type
        inputs: dict[str, PropertyValue],
    ) -> tuple[str, dict[str, PropertyValue]] | None:
        """The newest object made for this URN with these inputs, when a create was cut off before its answer."""
        found = self._objects.adopt(self._entry(urn), urn, from_property_values(inputs))
        return None if found is None else (found[0], to_property_values(found[1]))

    async def invoke(self, request: p.InvokeRequest) -> p.InvokeResponse:
        """Call a function of the vendor."""
        function = self._catalogue.functions.get(request.tok)
        if function is None:
            raise UnknownTypeError(self._catalogue.package, request.tok, "function")
        late = self._faults.before("invoke", request.tok, request.tok)
        arguments = plain(from_property_values(request.args))
        answer = self._objects.ask(function, arguments, self._account)
        self._faults.after(late)
        return p.InvokeResponse(to_property_values(answer))

    # ---- helpers -----------------------------------------------------------------------------------------------

    def _entry(self, urn: str) -> ResourceType:
        token = urn.split("::", 3)[2].rpartition("$")[2]
        entry = self._catalogue.types.get(token)
        if entry is None:
            raise UnknownTypeError(self._catalogue.package, token)
        return entry

    def _facts(self, inputs: Properties) -> Facts:
        return Facts(inputs=plain(inputs), digest="", now=self._clock(), account=self._account)

    def _preview_update(self, entry: ResourceType, object_id: str, old: Properties, new: Properties) -> Properties:
        outputs = compare.held(entry.inputs, new, old, lambda _: UNKNOWN)
        known = not has_unknown(new)
        facts = Facts(inputs=plain(new), digest="", now="", account=self._account, id=object_id)
        for name, output in entry.outputs.items():
            if output.when == "once":
                outputs[name] = old.get(name)
            elif output.when == "derived" and known:
                value = output.make(facts)
                outputs[name] = make_secret(value) if output.secret else value
            else:
                outputs[name] = UNKNOWN
        return outputs


def _decoded(settings: Mapping[str, object]) -> Properties:
    """Provider settings as values: an SDK sends every setting that is not a text as JSON in a text."""
    return {key: _decode(value) for key, value in settings.items()}


def _decode(value: object) -> object:
    if isinstance(value, str) and value[:1] in ("{", "[", "t", "f", *"0123456789"):
        try:
            decoded = json.loads(value)
        except ValueError:
            return value
        return decoded if not isinstance(decoded, str) else value
    return value
