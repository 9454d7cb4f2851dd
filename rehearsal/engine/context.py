"""What one run shares: its tables of old and new resources, its providers, and what it reports."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from rehearsal.engine import events
from rehearsal.engine.changes import PropertyChange, compare
from rehearsal.engine.errors import Failure, FailureKind, ProviderError
from rehearsal.engine.events import EventSink
from rehearsal.engine.goal import Goal
from rehearsal.engine.host import Handle
from rehearsal.engine.policy import PolicyFinding, PolicyPack
from rehearsal.engine.project import Project
from rehearsal.engine.registry import Registry
from rehearsal.engine.snapshot import Snapshot
from rehearsal.engine.state import ResourceState
from rehearsal.engine.urns import is_provider, name_of, type_of
from rehearsal.engine.values import Properties, secret_texts

Op: TypeAlias = str
"""As the real engine names them: same, create, update, delete, replace, create-replacement, delete-replaced, read,
read-replacement, read-discard, discard-replaced, remove-pending-replace, import, import-replacement, refresh."""


@dataclass(slots=True)
class Step:
    """One step as reported. `changes` hold no secret; `keys` are the properties that force a replacement."""

    op: Op
    urn: str
    old: ResourceState | None = None
    new: ResourceState | None = None
    changes: list[PropertyChange] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    seconds: float = 0.0
    failed: bool = False

    @property
    def type(self) -> str:
        """The type token."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)


@dataclass(eq=False)
class Context:
    """The state of one run. `cancelled` once no further step may start, `failed` once something went wrong that also
    forbids deletions and the stack's policies."""

    project: Project
    dry_run: bool
    snapshot: Snapshot
    registry: Registry
    sink: EventSink
    packs: Sequence[PolicyPack] = ()
    continue_on_error: bool = False

    cancelled: bool = False
    failed: bool = False
    steps: list[Step] = field(default_factory=list)
    findings: list[PolicyFinding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    olds: dict[str, ResourceState] = field(default_factory=dict)
    news: dict[str, ResourceState] = field(default_factory=dict)
    reads: dict[str, ResourceState] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    aliased: dict[str, str] = field(default_factory=dict)
    """Old URN to the new one that took it over."""
    aliases: dict[str, str] = field(default_factory=dict)
    """New URN to the old one it was found under."""
    components: dict[str, Step] = field(default_factory=dict)
    """The steps of components, by URN: what they end with is known later."""
    answered: set[str] = field(default_factory=set)
    """Secret texts that functions answered."""
    deleting: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)

    # ---- reporting ---------------------------------------------------------------------------------------------

    def fail(self, kind: FailureKind, urn: str, message: str) -> None:
        """Record a failure and tell it; secrets of this run are taken out of the text."""
        failure = Failure(kind, urn, self.redact(message))
        if failure not in self.failures:
            self.failures.append(failure)
            self.sink.emit(events.diagnostic(urn, failure.message, "error"))

    def tell(self, severity: str, message: str, urn: str) -> None:
        """Hand on a message for people; what is for debugging only stays unsaid."""
        if severity != "debug":
            self.sink.emit(events.diagnostic(urn, self.redact(message), severity))

    def redact(self, text: str) -> str:
        """The text without any secret value that this run knows."""
        known: Iterator[Properties] = (
            properties
            for resources in (self.olds, self.news)
            for resource in resources.values()
            for properties in (resource.inputs, resource.outputs)
        )
        goals = (goal.inputs for goal in self.goals.values())
        config = (self.project.config[key] for key in self.project.secret_keys)
        secrets = {*secret_texts([*known, *goals]), *self.answered, *config}
        for secret in sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True):
            text = text.replace(secret, "[secret]")
        return text

    @contextmanager
    def step(
        self,
        op: Op,
        urn: str,
        *,
        old: ResourceState | None = None,
        new: ResourceState | None = None,
        keys: Sequence[str] = (),
    ) -> Iterator[Step]:
        """Report a step: before it, and after it with its outcome."""
        step = Step(op, urn, old, new, keys=list(keys))
        if op not in _QUIET and old is not None and new is not None:
            step.changes = compare(old.inputs, new.inputs, step.keys)
        self.steps.append(step)
        if new is not None and not new.custom:
            self.components[urn] = step
        self.sink.emit(events.resource_pre(step, planning=self.dry_run))
        started = time.perf_counter()
        try:
            yield step
        except BaseException:
            step.failed = True
            self.sink.emit(events.resource_failed(step))
            raise
        finally:
            step.seconds = time.perf_counter() - started
        self.sink.emit(events.resource_outputs(step, planning=self.dry_run))
        whole = events.replaced(step)
        if whole is not None:
            self.sink.emit(events.resource_pre(whole, planning=self.dry_run))
            self.sink.emit(events.resource_outputs(whole, planning=self.dry_run))

    def tell_outputs(self, urn: str) -> None:
        """Report what a component ended with."""
        if urn in self.components:
            self.sink.emit(events.resource_outputs(self.components[urn], planning=self.dry_run))

    # ---- providers ---------------------------------------------------------------------------------------------

    def provider_of(self, resource: ResourceState) -> Handle | Registry | None:
        """Who manages the resource: nobody for a component, the registry for a provider."""
        if not resource.custom:
            return None
        return self.registry if is_provider(resource.type) else self.handle(resource.provider)

    def handle(self, reference: str) -> Handle:
        """The provider of a reference; one of the old state is configured when it is first needed."""
        handle = self.registry.get(reference)
        if handle is not None:
            return handle
        urn, _, resource_id = reference.rpartition("::")
        old = self.olds.get(urn)
        if old is None or old.id != resource_id:
            old = next((r for r in self.snapshot.base if r.urn == urn and r.id == resource_id), None)
        if old is None:
            raise ProviderError(f"the state names an unknown provider {reference!r}")
        self.registry.configure(urn, resource_id, old.inputs)
        found = self.registry.get(reference)
        if found is None:
            raise ProviderError(f"the provider {reference!r} could not be configured")
        return found


_QUIET = frozenset({"same", "create", "read", "delete"})
_SHORTEST_SECRET = 6  # a shorter text would tear holes into ordinary words
