"""One run of the engine: preview, update, refresh or destroy of a stack."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from rehearsal.engine import events
from rehearsal.engine.context import Context, Step
from rehearsal.engine.deletions import delete_leftovers
from rehearsal.engine.errors import Failure, FailureKind, ProviderError
from rehearsal.engine.events import Event, EventSink
from rehearsal.engine.host import Handle, Host, ProviderFactory
from rehearsal.engine.journal import Journal, JournalHook
from rehearsal.engine.monitor import Monitor, set_outputs
from rehearsal.engine.planner import Planner
from rehearsal.engine.policy import InProcessPack, PolicyFinding, PolicyPack, ServedPack
from rehearsal.engine.program import Ending, execute
from rehearsal.engine.project import Project
from rehearsal.engine.refresh import refresh, without_dangling
from rehearsal.engine.registry import Registry
from rehearsal.engine.snapshot import Snapshot
from rehearsal.engine.state import ResourceState, now
from rehearsal.engine.statefile import StateFile
from rehearsal.engine.steps import Steps
from rehearsal.engine.urns import STACK_TYPE, is_provider
from rehearsal.engine.values import Properties, make_secret


class Operation(StrEnum):
    """What a run does."""

    PREVIEW = "preview"
    UP = "up"
    REFRESH = "refresh"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True)
class Options:
    """How a run goes about it.

    `serve_policies` starts each pack in a process of its own, as the real engine does, instead of in this one.
    `journal_hook` is told of each journal line before and after it is written; it may end the process.
    """

    continue_on_error: bool = False
    serve_policies: bool = False
    organization: str = "organization"
    journal_hook: JournalHook | None = None


@dataclass(slots=True)
class PackReport:
    """One policy pack of the run."""

    name: str
    version: str
    policies: int
    judged: int


@dataclass(slots=True)
class Result:
    """What a run did. `outputs` are the stack's, with secret marks; `points` counts the journal's lines."""

    operation: Operation
    stack: str
    steps: list[Step] = field(default_factory=list)
    findings: list[PolicyFinding] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    packs: list[PackReport] = field(default_factory=list)
    outputs: Properties = field(default_factory=dict)
    resources: list[ResourceState] = field(default_factory=list)
    seconds: float = 0.0
    points: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing failed and no mandatory policy is violated."""
        return not self.failures and not any(finding.mandatory for finding in self.findings)

    @property
    def changed(self) -> list[Step]:
        """The steps that change something: what an empty preview has none of."""
        return [
            step for step in self.steps if step.op not in ("same", "read") and (step.op != "refresh" or _drifted(step))
        ]

    @property
    def kinds(self) -> set[FailureKind]:
        """Who has to act."""
        policy = {FailureKind.POLICY} if any(finding.mandatory for finding in self.findings) else set()
        return {failure.kind for failure in self.failures} | policy


def run(
    operation: Operation,
    *,
    project: Project,
    state: StateFile,
    providers: Mapping[str, ProviderFactory],
    packs: Sequence[Path] = (),
    options: Options | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> Result:
    """Run an operation on a stack.

    The program's and the vendors' failures are in the result. Raises `InputError` only for what stands before a run: a policy
    pack that does not load, a state that cannot be written.
    """
    options = options or Options()
    started = time.perf_counter()
    dry_run = operation is Operation.PREVIEW
    kind = ServedPack if options.serve_policies else InProcessPack
    judges = operation in (Operation.PREVIEW, Operation.UP)
    loaded: list[PolicyPack] = []
    journal: Journal | None = None
    host = Host(providers)
    try:
        if judges:
            loaded += [kind(path, project, dry_run=dry_run, organization=options.organization) for path in packs]
        context = Context(
            project=project,
            dry_run=dry_run,
            snapshot=Snapshot(state, None),
            registry=Registry(host),
            sink=EventSink(on_event),
            packs=loaded,
            continue_on_error=options.continue_on_error,
        )
        host.log = context.tell
        if not dry_run:
            _settle_interrupted(context, state)
        if context.failures:
            result = Result(operation, project.stack, failures=context.failures, resources=state.resources)
        else:
            journal = None if dry_run else state.open_journal(options.journal_hook)
            context.snapshot = Snapshot(state, journal)
            context.olds = {resource.urn: resource for resource in context.snapshot.base if not resource.delete}
            result = _perform(operation, context, options)
        result.points = journal.points if journal else 0
        result.packs = [PackReport(pack.name, pack.version, pack.policies, pack.judged) for pack in loaded]
    finally:
        if journal:
            journal.close()
        for pack in loaded:
            pack.close()
        host.close()
    result.seconds = time.perf_counter() - started
    context.sink.emit(events.summary(result.steps, loaded, result.seconds, planning=dry_run, succeeded=result.ok))
    return result


def _perform(operation: Operation, context: Context, options: Options) -> Result:
    project = context.project
    context.sink.emit(events.prelude(project.config, project.secret_keys, dict(project.config)))
    result = Result(operation, project.stack, context.steps, context.findings, context.failures)
    if operation is Operation.REFRESH:
        resources = refresh(context)
        context.snapshot.save(resources)
    else:
        resources = _deploy(operation, context, options)
    result.resources = resources
    stack = next((resource for resource in resources if resource.type == STACK_TYPE), None)
    result.outputs = stack.outputs if stack else {}
    return result


def _deploy(operation: Operation, context: Context, options: Options) -> list[ResourceState]:
    steps = Steps(context)
    planner = Planner(context, steps)
    monitor = Monitor(context, planner, options.organization)
    ending = Ending.WELL if operation is Operation.DESTROY else execute(context, monitor, options.organization)
    clean = ending is Ending.WELL and not context.cancelled
    if clean and (context.continue_on_error or not context.failed):
        delete_leftovers(context, steps)
    _set_stack_outputs(context, monitor, whole=ending is Ending.WELL)
    if ending is Ending.WELL and not context.cancelled and not context.failed:
        _judge_stack(context)
    _report_findings(context)
    resources = context.snapshot.resources(context.aliased)
    if context.failed or context.cancelled:
        resources = without_dangling(resources)
    context.snapshot.save(resources)
    return resources


def _set_stack_outputs(context: Context, monitor: Monitor, *, whole: bool) -> None:
    stack = next((resource for resource in context.news.values() if resource.type == STACK_TYPE), None)
    if stack is None or monitor.stack_outputs is None:
        return
    old = context.olds.get(stack.urn)
    before = old.outputs if old and (context.failures or not whole) else {}
    set_outputs(context, stack, {**before, **monitor.stack_outputs})


def _judge_stack(context: Context) -> None:
    stack = next((urn for urn, resource in context.news.items() if resource.type == STACK_TYPE), "")
    for pack in context.packs:
        resources = list(context.news.values())
        context.findings.extend(pack.analyze_stack(resources, context.goals, context.news, stack))


def _report_findings(context: Context) -> None:
    versions = {pack.name: pack.version for pack in context.packs}
    for finding in context.findings:
        context.sink.emit(events.policy(finding, versions[finding.pack]))


def _settle_interrupted(context: Context, state: StateFile) -> None:
    """Settle what a killed run began: an object it created and could not record is taken into the state.

    The real engine leaves this to a person (`pulumi refresh` asks about pending creates); here the provider is asked. Without
    its answer the run ends: to go on might delete what the object needs, its provider first.
    """
    if not state.pending:
        return
    unsettled = []
    for operation in state.pending:
        try:
            adopted = _adopt(context, state, operation)
        except ProviderError as error:
            urn = operation["resource"]["urn"]
            context.fail(FailureKind.VENDOR, urn, f"looking for what an interrupted run made: {error}")
            unsettled.append(operation)
            continue
        if adopted is not None:
            replaced = {adopted.urn, *adopted.aliases}
            for old in state.resources:
                old.delete = old.delete or old.urn in replaced
            state.resources.append(adopted)
    state.save(state.resources, unsettled)


def _adopt(context: Context, state: StateFile, operation: Mapping[str, Any]) -> ResourceState | None:
    if operation["type"] != "creating":
        return None
    resource = ResourceState.from_json(operation["resource"], state.crypter)
    if not resource.custom or is_provider(resource.type) or resource.external:
        return None
    provider = context.provider_of(resource)
    found = provider.adopt(resource.urn, resource.type, resource.inputs) if isinstance(provider, Handle) else None
    if found is None or any(known.id == found[0] and known.urn == resource.urn for known in state.resources):
        return None
    resource.id, resource.outputs = found
    resource.created = resource.modified = now()
    for key in resource.additionalSecretOutputs:
        if key in resource.outputs:
            resource.outputs[key] = make_secret(resource.outputs[key])
    return resource


def _drifted(step: Step) -> bool:
    return step.new is None or bool(step.changes)
