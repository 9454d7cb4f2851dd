"""Decides for each registration which step it takes.

Follows pulumi/pulumi `pkg/resource/deploy/{source_eval,step_generator}.go`: check, policies, then same, update, create or one
of the replacements.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pulumi.provider.experimental import provider as p
from pulumi.runtime.proto import resource_pb2

from rehearsal.engine import paths
from rehearsal.engine.context import Context
from rehearsal.engine.errors import FailureKind, ProviderError, Stop
from rehearsal.engine.goal import Goal, source_position
from rehearsal.engine.host import Handle
from rehearsal.engine.policy import RemediatedInputs
from rehearsal.engine.registry import Registry, default_provider_goal, pinned, public, reference
from rehearsal.engine.state import ResourceState
from rehearsal.engine.steps import Steps
from rehearsal.engine.urns import alias_urns, is_provider, make_urn, package_of
from rehearsal.engine.values import UNKNOWN, Properties, from_struct, plain


class Planner:
    """Turns goals into steps, in the order the program registers them."""

    def __init__(self, context: Context, steps: Steps) -> None:
        self._context = context
        self._steps = steps
        self._default_providers: dict[tuple[str, str, str], str] = {}
        self._component_providers: dict[str, dict[str, str]] = {}
        self._skipped: set[str] = set()
        self._replacement_keys: dict[str, list[str]] = {}

    # ---- entry points ------------------------------------------------------------------------------------------

    def register(self, goal: Goal, request: resource_pb2.RegisterResourceRequest) -> ResourceState | None:
        """Plan and perform one registration; None when a resource it needs failed before."""
        if request.remote:
            raise ProviderError("remote components are not supported by the embedded engine")
        if is_provider(goal.type):
            goal.inputs = pinned(goal.inputs, request.version, request.pluginDownloadURL)
        elif goal.custom:
            explicit = goal.provider or dict(request.providers).get(package_of(goal.type), "")
            goal.provider = self.resolve_provider(
                explicit, goal.parent, package_of(goal.type), request.version, request.pluginDownloadURL
            )
        else:
            goal.provider = ""
        new = self._plan(goal)
        if new is not None and not goal.custom:
            inherited = self._component_providers.get(goal.parent, {})
            self._component_providers[new.urn] = {**inherited, **dict(request.providers)}
        return new

    def skip(self, goal: Goal) -> str:
        """Mark a resource as failed, so that what depends on it is passed over; returns its URN."""
        urn = self._urn(goal.parent, goal.type, goal.name)
        self._skipped.add(urn)
        return urn

    def read(self, request: resource_pb2.ReadResourceRequest) -> ResourceState:
        """Read a resource that is managed elsewhere."""
        package = package_of(request.type)
        ref = self.resolve_provider(
            request.provider, request.parent, package, request.version, request.pluginDownloadURL
        )
        urn = self._urn(request.parent, request.type, request.name)
        self._claim(urn)
        new = ResourceState(
            urn,
            True,
            request.type,
            id=request.id,
            inputs=from_struct(request.properties),
            parent=request.parent,
            external=True,
            provider=ref,
            dependencies=sorted(request.dependencies),
            additionalSecretOutputs=list(request.additionalSecretOutputs),
            sourcePosition=source_position(request.sourcePosition),
        )
        return self._steps.read(self._context.olds.get(urn), new, self._context.handle(ref))

    def resolve_provider(self, explicit: str, parent: str, package: str, version: str, url: str) -> str:
        """The reference of the provider to use: explicit, inherited from a component, or the default one."""
        found = explicit or self._component_providers.get(parent, {}).get(package)
        if found:
            return found
        key = (package, version, url)
        if key not in self._default_providers:
            made = self._plan(default_provider_goal(package, version, url, self._context.project.config))
            if made is None:
                raise Stop
            self._default_providers[key] = reference(made.urn, made.id)
        return self._default_providers[key]

    # ---- one registration --------------------------------------------------------------------------------------

    def _plan(self, goal: Goal) -> ResourceState | None:
        context = self._context
        urn = self._urn(goal.parent, goal.type, goal.name)
        self._claim(urn)
        old, alias = self._find_old(urn, goal)
        new = _new_state(urn, goal, old, alias)
        context.goals[urn] = goal
        if self._skipped & new.references():
            self._skipped.add(urn)
            return None
        provider = context.provider_of(new)
        recreating = urn in context.deleting
        imported = False
        if goal.custom and goal.import_id and isinstance(provider, Handle) and _must_import(goal, old):
            old, imported = self._steps.adopt_by_import(old, new, provider), True
        if old and goal.ignore_changes:
            new.inputs = paths.keep_old(new.inputs, old.inputs, goal.ignore_changes)
        if provider:
            fresh = recreating or old is None or old.external
            base = None if fresh or old is None else old.inputs
            self._check(provider, goal, new, base, dict(goal.inputs) if fresh else new.inputs)
        self._judge(new, goal)
        if recreating:
            context.deleting.discard(urn)
            context.replaced.add(urn)
            keys = self._replacement_keys.get(urn, [])
            return self._steps.create(new, provider, "create-replacement", old=old, keys=keys)
        if old is None:
            return self._steps.create(new, provider)
        if old.external and not imported:
            self._steps.set_deleted(old)
            return self._steps.create(new, provider, "create-replacement", old=old)
        diff, keys = self._diff(goal, old, new, provider)
        if keys or old.pendingReplacement:
            return self._replace(goal, old, new, provider, diff, keys)
        if diff.changes or old.initErrors:
            return self._steps.update(old, new, provider)
        if imported:
            return old
        return self._steps.same(old, new, provider)

    def _urn(self, parent: str, type_token: str, name: str) -> str:
        return make_urn(self._context.project.stack, self._context.project.name, parent, type_token, name)

    def _claim(self, urn: str) -> None:
        if urn in self._context.seen:
            self._refuse(urn, f"two resources have the URN {urn}: give one of them another name")
        self._context.seen.add(urn)

    def _refuse(self, urn: str, message: str) -> None:
        self._context.fail(FailureKind.INPUT, urn, message)
        raise Stop

    def _find_old(self, urn: str, goal: Goal) -> tuple[ResourceState | None, list[str]]:
        context = self._context
        parts = (context.project.stack, context.project.name, goal.parent, goal.type, goal.name)
        if urn in context.olds:
            return context.olds[urn], []
        for candidate in alias_urns(parts, goal.aliases, context.aliases):
            if candidate in context.olds:
                if candidate in context.seen or candidate in context.aliased:
                    self._refuse(urn, f"two resources claim to have been {candidate}: remove one of the aliases")
                context.aliased[candidate], context.aliases[urn] = urn, candidate
                return context.olds[candidate], [candidate]
        return None, []

    def _check(
        self,
        provider: Handle | Registry,
        goal: Goal,
        new: ResourceState,
        old_inputs: Properties | None,
        inputs: Properties,
    ) -> None:
        new.inputs, failures = provider.check(new.urn, old_inputs, inputs)
        for failure in failures:
            where = f"{failure.property}: " if failure.property else ""
            self._context.fail(FailureKind.INPUT, new.urn, f"{goal.type} {goal.name!r}: {where}{failure.reason}")
        if failures:
            raise Stop

    def _judge(self, new: ResourceState, goal: Goal) -> None:
        """Remediate, then let every pack judge; an update stops at a mandatory violation, a preview goes on."""
        context = self._context
        provider = context.news.get(new.provider_urn)
        for pack in context.packs:
            remediated: RemediatedInputs = pack.remediate(new, goal, provider)
            new.inputs = remediated.inputs
            context.findings.extend(remediated.findings)
        mandatory = False
        for pack in context.packs:
            for finding in pack.analyze(new, goal, provider):
                context.findings.append(finding)
                mandatory = mandatory or finding.mandatory
        if mandatory and not context.dry_run:
            raise Stop

    # ---- differences -------------------------------------------------------------------------------------------

    def _diff(
        self, goal: Goal, old: ResourceState, new: ResourceState, provider: Handle | Registry | None
    ) -> tuple[p.DiffResponse, list[str]]:
        """The provider's answer, and the properties that force a replacement."""
        context = self._context
        for urn in (*new.replaceWith, new.deletedWith):
            if urn in context.replaced:
                return p.DiffResponse(True), ["deletedWith" if urn == new.deletedWith else "replaceWith"]
        if old.provider != new.provider and self._provider_moved(old, new):
            return p.DiffResponse(True), ["provider"]
        return self.diff_inputs(old, new.inputs, provider, goal.ignore_changes, goal.replace_on_changes)

    def _provider_moved(self, old: ResourceState, new: ResourceState) -> bool:
        """Whether the resource went to a provider that cannot manage what the old one made."""
        context = self._context
        if not old.provider or not new.provider:
            return True
        if context.aliased.get(old.provider_urn) == new.provider_urn:
            return False
        before, after = context.olds[old.provider_urn], context.news[new.provider_urn]
        handle = context.handle(new.provider)
        answer = handle.diff_config(after.urn, before.id, public(before.inputs), public(after.inputs))
        return bool(answer.replaces)

    def diff_inputs(
        self,
        old: ResourceState,
        inputs: Properties,
        provider: Handle | Registry | None,
        ignore: Sequence[str],
        replace_on: Sequence[str],
    ) -> tuple[p.DiffResponse, list[str]]:
        """Compare; a provider that answers neither yes nor no leaves the comparison of inputs to the engine."""
        if provider is None:
            return p.DiffResponse(old.inputs != inputs), []
        if isinstance(provider, Registry):
            diff = provider.diff(old.urn, old.id, old.outputs, inputs)
        else:
            diff = provider.diff(old.urn, old.id, old.outputs, inputs, ignore)
        if diff.changes is None:
            before, after = plain(old.inputs), plain(paths.keep_old(inputs, old.inputs, ignore))
            diff.diffs = [key for key in {**before, **after} if before.get(key) != after.get(key)]
            diff.changes = before != after
        keys = list(diff.replaces)
        keys += [key for key in diff.diffs if key not in keys and _matches(key, replace_on)]
        return diff, keys if diff.changes else []

    # ---- replacements ------------------------------------------------------------------------------------------

    def _replace(
        self,
        goal: Goal,
        old: ResourceState,
        new: ResourceState,
        provider: Handle | Registry | None,
        diff: p.DiffResponse,
        keys: list[str],
    ) -> ResourceState:
        context = self._context
        if new.protect and old.protect:
            context.fail(
                FailureKind.INPUT,
                new.urn,
                f"{new.name} must be replaced ({', '.join(keys)}) but is protected",
            )
            if not context.dry_run:
                raise Stop
        if goal.import_id and not context.dry_run:
            raise ProviderError("an imported resource whose program still names its id cannot be replaced")
        context.replaced.add(new.urn)
        if provider:
            self._check(provider, goal, new, None, dict(goal.inputs))
        first_delete = diff.delete_before_replace if goal.delete_before_replace is None else goal.delete_before_replace
        if not first_delete:
            made = self._steps.create(new, provider, "create-replacement", old=old, keys=keys)
            if not old.pendingReplacement:
                self._steps.set_deleted(old)
            return made
        self._delete_dependents(old)
        if not old.pendingReplacement:
            context.deleting.add(old.urn)
            self._steps.delete(old, "delete-replaced", pending=True)
            context.deleting.discard(old.urn)
        return self._steps.create(new, provider, "create-replacement", old=old, keys=keys)

    def _delete_dependents(self, old: ResourceState) -> None:
        """What needs the replaced resource goes first, last registered first; all protections are judged before."""
        context = self._context
        dependents = [
            (resource, keys)
            for resource, keys in reversed(list(self._dependents(old)))
            if not context.snapshot.is_gone(resource) and resource.urn not in context.deleting
        ]
        for resource, _ in dependents:
            if resource.protect:
                self._refuse(old.urn, f"{resource.name} would be replaced with {old.name} but is protected")
        for resource, keys in dependents:
            self._replacement_keys[resource.urn] = keys
            context.deleting.add(resource.urn)
            self._steps.delete(resource, "delete-replaced", pending=True)

    def _dependents(self, root: ResourceState) -> Iterator[tuple[ResourceState, list[str]]]:
        """Who would be replaced if the outputs of `root` became unknown, and by which properties."""
        context = self._context
        replaced = {root.urn}
        started = False
        for resource in context.snapshot.base:
            if resource is root:
                started = True
                continue
            if not started or resource.urn in context.news or resource.external or resource.delete:
                continue
            if root.urn in (resource.deletedWith, *resource.replaceWith) or resource.deletedWith in replaced:
                replaced.add(resource.urn)
                yield resource, []
                continue
            if not resource.custom:
                continue
            if resource.provider_urn in replaced:
                replaced.add(resource.urn)
                yield resource, []
                continue
            hit = {key for key, urns in resource.propertyDependencies.items() if replaced & set(urns)}
            if hit & set(resource.inputs):
                inputs = {key: UNKNOWN if key in hit else value for key, value in resource.inputs.items()}
                provider = context.provider_of(resource)
                _, keys = self.diff_inputs(
                    resource, inputs, provider, resource.ignoreChanges, resource.replaceOnChanges
                )
                if keys:
                    replaced.add(resource.urn)
                    yield resource, keys


def _new_state(urn: str, goal: Goal, old: ResourceState | None, alias: list[str]) -> ResourceState:
    return ResourceState(
        urn,
        goal.custom,
        goal.type,
        inputs=dict(goal.inputs),
        parent=goal.parent,
        protect=bool(goal.protect),
        dependencies=goal.dependencies,
        provider=goal.provider if not is_provider(goal.type) else "",
        propertyDependencies=goal.property_dependencies,
        additionalSecretOutputs=goal.secret_outputs,
        aliases=alias,
        customTimeouts=goal.timeouts,
        importID=goal.import_id,
        retainOnDelete=bool(goal.retain_on_delete),
        deletedWith=goal.deleted_with,
        replaceWith=goal.replace_with,
        ignoreChanges=goal.ignore_changes,
        replaceOnChanges=goal.replace_on_changes,
        created=old.created if old else "",
        modified=old.modified if old else "",
        sourcePosition=goal.source_position,
    )


def _must_import(goal: Goal, old: ResourceState | None) -> bool:
    return old is None or old.external or (old.importID or old.id) != goal.import_id


def _matches(key: str, patterns: Sequence[str]) -> bool:
    return any(
        pattern == "*" or key == pattern or key.startswith((f"{pattern}.", f"{pattern}[")) for pattern in patterns
    )
