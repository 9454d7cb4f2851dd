"""What the program asks for: one registration, decoded from the protocol."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi.runtime.proto import alias_pb2, resource_pb2

from rehearsal.engine.urns import package_of
from rehearsal.engine.values import Properties, from_struct


@dataclass(slots=True)
class Goal:
    """A resource as the program declares it. `None` for `protect`, `retain_on_delete` and `delete_before_replace` means
    that the program did not say."""

    type: str
    name: str
    custom: bool
    inputs: Properties
    parent: str = ""
    provider: str = ""
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    replace_with: list[str] = field(default_factory=list)
    secret_outputs: list[str] = field(default_factory=list)
    aliases: list[alias_pb2.Alias] = field(default_factory=list)
    import_id: str = ""
    timeouts: dict[str, float] = field(default_factory=dict)
    source_position: str = ""


def decode(request: resource_pb2.RegisterResourceRequest, parent: Goal | None) -> Goal:
    """The goal of a registration; what the request leaves open is inherited from the parent as the real engine does."""
    provider = request.provider
    if not provider and parent and parent.provider:
        fits = package_of(parent.provider.split("::")[2]) == package_of(request.type)
        if fits or not request.custom:
            provider = parent.provider
    goal = Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        inputs=from_struct(request.object),
        parent=request.parent,
        provider=provider,
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
        deleted_with=request.deletedWith,
        dependencies=sorted(request.dependencies),
        property_dependencies={key: sorted(value.urns) for key, value in sorted(request.propertyDependencies.items())},
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        replace_with=list(request.replace_with),
        secret_outputs=list(request.additionalSecretOutputs),
        aliases=list(request.aliases),
        import_id=request.importId,
        timeouts=_timeouts(request),
        source_position=source_position(request.sourcePosition),
    )
    if parent:
        goal.protect = parent.protect if goal.protect is None else goal.protect
        goal.retain_on_delete = parent.retain_on_delete if goal.retain_on_delete is None else goal.retain_on_delete
        goal.deleted_with = goal.deleted_with or parent.deleted_with
    return goal


def source_position(position: resource_pb2.SourcePosition) -> str:  # type: ignore[name-defined]  # stubs lack it
    """`project:///<path>#<line>`, relative to the working folder of the program; empty when not given."""
    if not position.uri.startswith("file://"):
        return ""
    return f"project:///{os.path.relpath(position.uri[len('file://') :])}#{position.line}"


def seconds(duration: str) -> float:
    """`1h30m`, `90s`, `250ms` as seconds; an empty text is 0 (no limit of its own)."""
    units: Mapping[str, float] = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(float(number) * units[unit] for number, unit in re.findall(r"([\d.]+)(ms|h|m|s)", duration))


def _timeouts(request: resource_pb2.RegisterResourceRequest) -> dict[str, float]:
    if not request.HasField("customTimeouts"):
        return {}
    given = {name: getattr(request.customTimeouts, name) for name in ("create", "update", "delete")}
    return {name: seconds(text) for name, text in given.items() if text}
