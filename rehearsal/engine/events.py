"""Engine events in the real engine's JSON shape.

Source: pulumi/pulumi `sdk/go/common/apitype/events.go`. A secret keeps its mark there, with `[secret]` for a ciphertext.
"""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rehearsal.engine.urns import is_provider, name_of, type_of
from rehearsal.engine.values import SECRET, SIGNATURE, Properties, map_secrets

if TYPE_CHECKING:
    from rehearsal.engine.changes import PropertyChange
    from rehearsal.engine.context import Step
    from rehearsal.engine.policy import PolicyFinding, PolicyPack
    from rehearsal.engine.state import ResourceState

Event: TypeAlias = dict[str, Any]


class EventSink:
    """Numbers and stamps events and hands them on."""

    def __init__(self, receive: Callable[[Event], None] | None) -> None:
        self._receive = receive
        self._sequence = 0

    def emit(self, event: Callable[[], Event] | Event) -> None:
        """Hand an event on; one given as a function is not even built when nobody listens."""
        if self._receive is None:
            return
        body = event() if callable(event) else event
        self._receive({"sequence": self._sequence, "timestamp": int(time.time()), **body})
        self._sequence += 1


def prelude(config: Iterable[str], secret_keys: frozenset[str], values: dict[str, str]) -> Event:
    """What the run starts from."""
    shown = {key: "[secret]" if key in secret_keys else values[key] for key in config}
    return {"preludeEvent": {"config": shown}}


def resource_pre(step: Step, *, planning: bool) -> Callable[[], Event]:
    """A step is about to run."""
    return lambda: {"resourcePreEvent": {"metadata": _metadata(step), **({"planning": True} if planning else {})}}


def resource_outputs(step: Step, *, planning: bool) -> Callable[[], Event]:
    """A step ended well."""
    return lambda: {"resOutputsEvent": {"metadata": _metadata(step), **({"planning": True} if planning else {})}}


def resource_failed(step: Step) -> Callable[[], Event]:
    """A step failed."""
    return lambda: {"resOpFailedEvent": {"metadata": _metadata(step), "status": 0, "steps": 0}}


def replaced(step: Step) -> Step | None:
    """What is told beside the first half of a replacement: the replacement as one; None for any other step."""
    return dataclasses.replace(step, op="replace") if _is_replacement(step.op) else None


def diagnostic(urn: str, message: str, severity: str) -> Event:
    """A message for people; severity is one of debug, info, warning, error."""
    body: Event = {"message": message, "color": "never", "severity": severity}
    return {"diagnosticEvent": {"urn": urn, **body} if urn else body}


def policy(finding: PolicyFinding, version: str) -> Event:
    """A finding of a policy pack, or a repair by one."""
    if finding.before is not None and finding.after is not None:
        return _remediation(finding, version, finding.before, finding.after)
    return {
        "policyEvent": {
            "resourceUrn": finding.urn,
            "message": finding.message,
            "color": "never",
            "policyName": finding.policy,
            "policyPackName": finding.pack,
            "policyPackVersion": version,
            "policyPackVersionTag": version,
            "enforcementLevel": finding.level,
        }
    }


def _remediation(finding: PolicyFinding, version: str, before: Properties, after: Properties) -> Event:
    return {
        "policyRemediationEvent": {
            "resourceUrn": finding.urn,
            "color": "never",
            "policyName": finding.policy,
            "policyPackName": finding.pack,
            "policyPackVersion": version,
            "policyPackVersionTag": version,
            "before": _hidden(before),
            "after": _hidden(after),
        }
    }


def summary(
    steps: Iterable[Step], packs: Iterable[PolicyPack], seconds: float, *, planning: bool, succeeded: bool
) -> Event:
    """How the run ended. `resourceChanges` counts what was done by operation: a replacement once, and no default provider."""
    done = (step for step in steps if not step.failed and not _is_default_provider(step.urn))
    ops = ("replace" if _is_replacement(step.op) else step.op for step in done if step.op not in _SECOND_HALVES)
    body: Event = {
        "maybeCorrupt": False,
        "durationSeconds": int(seconds),
        "resourceChanges": dict(Counter(ops)),
        "PolicyPacks": {pack.name: pack.version for pack in packs},
        "isPreview": planning,
        "result": "succeeded" if succeeded else "failed",
    }
    return {"summaryEvent": body}


def _metadata(step: Step) -> Event:
    body: Event = {
        "op": step.op,
        "urn": step.urn,
        "type": step.type,
        "old": _state(step.old),
        "new": _state(step.new),
        "detailedDiff": {change.path: _diff_kind(change) for change in step.changes} or None,
        "provider": (step.new or step.old).provider if step.new or step.old else "",  # type: ignore[union-attr]
    }
    if not _is_replacement(step.op) and step.op not in _SECOND_HALVES:
        body["logical"] = True
    if step.keys:
        body["keys"] = step.keys
    if step.changes:
        body["diffs"] = sorted({change.path.split(".")[0].split("[")[0] for change in step.changes})
    return body


def _diff_kind(change: PropertyChange) -> Event:
    kind = f"{change.kind}-replace" if change.replaces else str(change.kind)
    return {"diffKind": kind, "inputDiff": True}


def _state(resource: ResourceState | None) -> Event | None:
    if resource is None:
        return None
    body: Event = {
        "type": resource.type,
        "urn": resource.urn,
        "id": resource.id,
        "parent": resource.parent,
        "inputs": _hidden(resource.inputs),
        "outputs": _hidden(resource.outputs),
        "provider": resource.provider,
    }
    optional = {
        "custom": resource.custom,
        "delete": resource.delete,
        "protect": resource.protect,
        "retainOnDelete": resource.retainOnDelete,
    }
    body.update({key: True for key, value in optional.items() if value})
    if resource.initErrors:
        body["initErrors"] = resource.initErrors
    return body


def _hidden(properties: Properties) -> Properties:
    hidden: Properties = map_secrets(properties, lambda _: {SIGNATURE: SECRET, "ciphertext": "[secret]"})
    return hidden


def _is_replacement(op: str) -> bool:
    return op.endswith("-replacement")


def _is_default_provider(urn: str) -> bool:
    return is_provider(type_of(urn)) and name_of(urn).split("_")[0] == "default"


_SECOND_HALVES: Final = ("delete-replaced", "discard-replaced", "remove-pending-replace")
"""Operations that end a replacement, and are no change of their own."""
