"""Performs single steps: asks the provider, and keeps journal and state in step with what it did.

Follows pulumi/pulumi `pkg/resource/deploy/{step,step_executor}.go`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from rehearsal.engine.context import Context
from rehearsal.engine.errors import ProtectedError, ProviderError
from rehearsal.engine.host import Handle
from rehearsal.engine.registry import Registry
from rehearsal.engine.state import ResourceState, now
from rehearsal.engine.values import UNKNOWN, is_secret, make_secret


class Steps:
    """The steps of one run."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._snapshot = context.snapshot

    def same(self, old: ResourceState, new: ResourceState, provider: Handle | Registry | None) -> ResourceState:
        """Nothing changes; a provider is still configured."""
        new.id, new.outputs, new.created, new.modified = old.id, old.outputs, old.created, old.modified
        with self._context.step("same", new.urn, old=old, new=new):
            if isinstance(provider, Registry):
                provider.ensure(new.urn, new.id, old.inputs)
            return self._commit(new, replaces=old)

    def create(
        self,
        new: ResourceState,
        provider: Handle | Registry | None,
        op: str = "create",
        *,
        old: ResourceState | None = None,
        keys: Sequence[str] = (),
    ) -> ResourceState:
        """Create, alone or as the first half of a replacement."""
        with self._context.step(op, new.urn, old=old, new=new, keys=keys):
            self._snapshot.begin(new, "creating")
            new.created = new.modified = now()
            try:
                if isinstance(provider, Registry):
                    new.id, new.outputs = provider.create(new.urn, new.inputs, preview=self._context.dry_run)
                elif provider:
                    timeout = new.customTimeouts.get("create", 0)
                    new.id, new.outputs = provider.create(
                        new.urn, new.inputs, preview=self._context.dry_run, timeout=timeout
                    )
            except ProviderError as error:
                self._keep_partial(new, old, error)
                raise
            replaces = old if old is not None and old.pendingReplacement else None
            return self._commit(new, replaces=replaces)

    def update(self, old: ResourceState, new: ResourceState, provider: Handle | Registry | None) -> ResourceState:
        """Update in place."""
        new.id, new.created, new.modified = old.id, old.created, old.modified
        with self._context.step("update", new.urn, old=old, new=new):
            self._snapshot.begin(new, "updating")
            dry_run = self._context.dry_run
            try:
                if isinstance(provider, Registry):
                    new.outputs = provider.configure(new.urn, old.id, new.inputs)
                elif provider:
                    new.outputs = provider.update(
                        new.urn,
                        old.id,
                        old.outputs,
                        new.inputs,
                        new.ignoreChanges,
                        preview=dry_run,
                        timeout=new.customTimeouts.get("update", 0),
                    )
            except ProviderError as error:
                if error.resource_id:
                    self._keep_partial(new, old, error)
                else:
                    self._snapshot.end(new)
                raise
            if provider:
                new.modified = now()
            return self._commit(new, replaces=old)

    def delete(self, old: ResourceState, op: str, *, pending: bool = False) -> None:
        """Delete; with `pending` the state keeps the resource, marked, until its replacement exists."""
        with self._context.step(op, old.urn, old=old):
            if op == "delete" and old.protect:
                raise ProtectedError(f"{old.name} is protected and cannot be deleted")
            self._snapshot.begin(old, "deleting")
            if self._really_deletes(old):
                provider = self._context.provider_of(old)
                if isinstance(provider, Handle):
                    timeout = old.customTimeouts.get("delete", 0)
                    provider.delete(old.urn, old.id, old.outputs, timeout=timeout)
            if pending:
                old.pendingReplacement = True
                self._snapshot.mark(old)
            else:
                self._snapshot.remove(old)
            self._snapshot.end(old)

    def discard(self, old: ResourceState, op: str) -> None:
        """Drop a resource from the state without asking anyone."""
        with self._context.step(op, old.urn, old=old):
            self._snapshot.remove(old)

    def read(self, old: ResourceState | None, new: ResourceState, provider: Handle) -> ResourceState:
        """Read a resource that the program does not manage."""
        replacing = old is not None and not old.external and old.id != new.id
        with self._context.step("read-replacement" if replacing else "read", new.urn, old=old, new=new):
            if new.id != UNKNOWN:
                found, _, outputs = provider.read(new.urn, new.id, new.inputs, new.inputs)
                if not found and not outputs:
                    raise ProviderError(f"there is no {new.type} with id {new.id!r} to read")
                new.id, new.outputs = found or new.id, outputs
            if replacing and old is not None:
                self.set_deleted(old)
            return self._commit(new, replaces=None if replacing else old)

    def adopt_by_import(self, old: ResourceState | None, new: ResourceState, provider: Handle) -> ResourceState:
        """Take an existing object into the state; what the program asks for is compared with it afterwards."""
        op = "import" if old is None else "import-replacement"
        with self._context.step(op, new.urn, old=old, new=new):
            found, inputs, outputs = provider.read(new.urn, new.importID, {}, {})
            if not found and not outputs:
                raise ProviderError(f"there is no {new.type} with id {new.importID!r} to import")
            moment = now()
            imported = dataclasses.replace(
                new, id=found or new.importID, inputs=inputs, outputs=outputs, created=moment, modified=moment
            )
            if old is not None:
                self.set_deleted(old)
            return self._commit(imported)

    def set_deleted(self, old: ResourceState) -> None:
        """The old one is to be deleted at the end of the run."""
        old.delete = True
        self._snapshot.mark(old)

    # ---- bookkeeping -------------------------------------------------------------------------------------------

    def _really_deletes(self, old: ResourceState) -> bool:
        context = self._context
        kept = old.external or old.retainOnDelete or not old.custom or old.deletedWith in context.deleting
        return not (context.dry_run or kept or not old.id)

    def _commit(self, new: ResourceState, replaces: ResourceState | None = None) -> ResourceState:
        for key in new.additionalSecretOutputs:
            if key in new.outputs:
                new.outputs[key] = make_secret(new.outputs[key])
        for key, value in new.outputs.items():
            if not is_secret(value) and is_secret(new.inputs.get(key)):
                new.outputs[key] = make_secret(value)
        (self._context.reads if new.external else self._context.news)[new.urn] = new
        self._snapshot.commit(new, replaces)
        return new

    def _keep_partial(self, new: ResourceState, old: ResourceState | None, error: ProviderError) -> None:
        """The object exists although the operation failed: the state holds it, and the next run completes it."""
        if not error.resource_id:
            self._snapshot.end(new)
            return
        new.id, new.outputs = error.resource_id, error.properties or {}
        new.initErrors = error.reasons or [str(error)]
        updates = old is not None and old.id == new.id
        self._commit(new, replaces=old if updates or (old is not None and old.pendingReplacement) else None)
        if old is not None and not updates and not old.pendingReplacement:
            self.set_deleted(old)
