"""Refresh: read every object as it is now, and make the state say so. Nothing is changed at a vendor."""

from __future__ import annotations

from rehearsal.engine.changes import compare
from rehearsal.engine.context import Context
from rehearsal.engine.errors import FailureKind, ProviderError
from rehearsal.engine.host import Handle
from rehearsal.engine.state import ResourceState, now
from rehearsal.engine.values import is_secret, make_secret


def refresh(context: Context) -> list[ResourceState]:
    """The state as the vendors have it. Each step's op is `refresh`; its `changes` say how the object differs from what the
    state held, and a step without `new` is an object that is gone.

    An object that cannot be read keeps its state and is a failure of the run.
    """
    kept: list[ResourceState] = []
    for resource in context.snapshot.base:
        provider = context.provider_of(resource)
        if not isinstance(provider, Handle) or resource.external:
            kept.append(resource)
            continue
        try:
            found = _read(context, resource, provider)
        except ProviderError as error:
            context.failed = True
            context.fail(FailureKind.VENDOR, resource.urn, f"reading {resource.type} {resource.name!r}: {error}")
            found = resource
        if found is not None:
            kept.append(found)
    return without_dangling(kept)


def _read(context: Context, resource: ResourceState, provider: Handle) -> ResourceState | None:
    with context.step("refresh", resource.urn, old=resource) as step:
        found, inputs, outputs = provider.read(resource.urn, resource.id, resource.inputs, resource.outputs)
        if not found and not outputs:
            return None
        _keep_secret_marks(resource, outputs)
        step.changes = compare(resource.outputs, outputs)
        if step.changes or found != resource.id:
            resource.modified = now()
        resource.id, resource.outputs = found or resource.id, outputs
        resource.inputs = inputs or resource.inputs
        resource.initErrors = []
        step.new = resource
        return resource


def _keep_secret_marks(resource: ResourceState, outputs: dict[str, object]) -> None:
    for key, value in outputs.items():
        known = is_secret(resource.outputs.get(key)) or is_secret(resource.inputs.get(key))
        if (known or key in resource.additionalSecretOutputs) and not is_secret(value):
            outputs[key] = make_secret(value)


def without_dangling(resources: list[ResourceState]) -> list[ResourceState]:
    """The resources without references to ones that are gone: what needed them stays and is mended by the next update."""
    known = {resource.urn for resource in resources}
    for resource in resources:
        resource.dependencies = [urn for urn in resource.dependencies if urn in known]
        resource.propertyDependencies = {
            key: [urn for urn in urns if urn in known] for key, urns in resource.propertyDependencies.items()
        }
        if resource.deletedWith not in known:
            resource.deletedWith = ""
    return resources
