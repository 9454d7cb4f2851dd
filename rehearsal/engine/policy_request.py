"""What an analyzer is asked: one resource with its options and provider, as the engine sends it."""

from __future__ import annotations

from typing import Any

from pulumi.runtime import proto

from rehearsal.engine.goal import Goal
from rehearsal.engine.state import ResourceState
from rehearsal.engine.values import Properties, to_struct


def request(
    kind: Any,
    resource: ResourceState,
    goal: Goal | None,
    provider: ResourceState | None,
    properties: Properties,
    **extra: Any,
) -> Any:
    """A message of `kind`; internal properties are left out."""
    before = goal.delete_before_replace if goal else None
    options = proto.AnalyzerResourceOptions(
        protect=resource.protect,
        ignoreChanges=resource.ignoreChanges,
        deleteBeforeReplace=bool(before),
        deleteBeforeReplaceDefined=before is not None,
        additionalSecretOutputs=resource.additionalSecretOutputs,
        aliases=resource.aliases,
        parent=resource.parent,
        customTimeouts=proto.AnalyzerResourceOptions.CustomTimeouts(),
    )
    if provider is not None:
        extra["provider"] = proto.AnalyzerProviderResource(
            urn=provider.urn,
            type=provider.type,
            name=provider.name,
            properties=to_struct(_visible(provider.inputs)),
        )
    return kind(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        properties=to_struct(_visible(properties)),
        options=options,
        **extra,
    )


def _visible(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if not key.startswith("__")}
