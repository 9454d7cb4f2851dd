"""The state while a run changes it: what was there, what is there now, and the journal of how it got there."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal

from rehearsal.engine.journal import Journal
from rehearsal.engine.state import ResourceState
from rehearsal.engine.statefile import StateFile


class Snapshot:
    """Resources of the old state (`base`) and, in the order they were registered, of the new one.

    Without a journal (a preview) nothing is written, and the old state is worked on as a copy.
    """

    def __init__(self, state: StateFile, journal: Journal | None) -> None:
        self._state = state
        self._journal = journal
        self.base = state.resources if journal else [dataclasses.replace(r) for r in state.resources]
        self._base_index = {id(resource): index for index, resource in enumerate(self.base)}
        self._new_index: dict[int, int] = {}
        self._new: list[ResourceState] = []
        self._gone: set[int] = set()
        self._handled: set[str] = set()

    # ---- one step ----------------------------------------------------------------------------------------------

    def begin(self, resource: ResourceState, kind: Literal["creating", "updating", "deleting"]) -> None:
        """A vendor is about to be asked."""
        if self._journal:
            whole = resource.to_json(self._state.crypter) if kind == "creating" else _outline(resource)
            self._journal.write({"k": "begin", "i": self._name(resource), "t": kind, "r": whole})

    def end(self, resource: ResourceState) -> None:
        """The begun operation is over."""
        if self._journal:
            self._journal.write({"k": "end", "i": self._name(resource)})

    def commit(self, resource: ResourceState, replaces: ResourceState | None = None) -> None:
        """This resource stands in the new state, in place of `replaces`.

        The new line is written before the old one is struck out: a kill between the two leaves both, never neither.
        """
        unchanged = replaces is not None and _same(resource, replaces) and id(replaces) in self._base_index
        self._name(resource)
        self._new.append(resource)
        if replaces is not None:
            self._gone.add(id(replaces))
        if not self._journal:
            return
        if unchanged:
            line = {"k": "same", "i": self._new_index[id(resource)], "b": self._base_index[id(replaces)]}
            self._journal.write(line)
            return
        self._write(resource)
        if replaces is not None:
            self._journal.write({"k": "done", "i": self._name(replaces)})

    def rewrite(self, resource: ResourceState) -> None:
        """A committed resource got other outputs."""
        if self._journal:
            self._write(resource)

    def remove(self, resource: ResourceState) -> None:
        """The resource is gone, or was taken over."""
        self._gone.add(id(resource))
        if self._journal:
            self._journal.write({"k": "done", "i": self._name(resource)})

    def mark(self, resource: ResourceState) -> None:
        """Record the `delete` and `pendingReplacement` marks of a resource of the old state."""
        index = self._base_index.get(id(resource))
        if self._journal and index is not None:
            line = {"k": "base", "i": index, "d": resource.delete, "p": resource.pendingReplacement}
            self._journal.write(line)

    # ---- the whole ---------------------------------------------------------------------------------------------

    def is_gone(self, resource: ResourceState) -> bool:
        """Whether the resource left the state in this run."""
        return id(resource) in self._gone

    def remaining(self) -> list[ResourceState]:
        """Resources of the old state that are still there."""
        return [resource for resource in self.base if id(resource) not in self._gone]

    def resources(self, renamed: Mapping[str, str]) -> list[ResourceState]:
        """The new state: what was registered, then what is left of the old.

        `renamed` maps old URNs to new ones (aliases); references to them are rewritten.
        """
        rest = self.remaining()
        if renamed:
            for resource in rest:
                _rename(resource, renamed)
        for resource in self._new:
            resource.aliases = []
        return [resource for resource in self._new if id(resource) not in self._gone] + rest

    def save(self, resources: list[ResourceState]) -> None:
        """Write the state and drop the journal; nothing for a preview."""
        if self._journal:
            self._journal.close()
            self._state.save(resources, self._state.pending)

    def _write(self, resource: ResourceState) -> None:
        if self._journal:
            line = {
                "k": "new",
                "i": self._new_index[id(resource)],
                "r": resource.to_json(self._state.crypter),
            }
            self._journal.write(line)

    def _name(self, resource: ResourceState) -> str:
        index = self._base_index.get(id(resource))
        if index is not None:
            return f"b{index}"
        return f"n{self._new_index.setdefault(id(resource), len(self._new_index))}"


def _outline(resource: ResourceState) -> dict[str, Any]:
    return {"urn": resource.urn, "custom": resource.custom, "type": resource.type, "id": resource.id}


def _same(new: ResourceState, old: ResourceState) -> bool:
    """Whether the two are equal but for where the program registers them."""
    return all(getattr(new, name) == getattr(old, name) for name in ResourceState.__slots__ if name != "aliases")


def _rename(resource: ResourceState, renamed: Mapping[str, str]) -> None:
    def new(urn: str) -> str:
        return renamed.get(urn, urn)

    resource.parent, resource.deletedWith = new(resource.parent), new(resource.deletedWith)
    resource.dependencies = [new(urn) for urn in resource.dependencies]
    resource.propertyDependencies = {key: [new(u) for u in urns] for key, urns in resource.propertyDependencies.items()}
    urn, separator, resource_id = resource.provider.rpartition("::")
    resource.provider = f"{new(urn)}{separator}{resource_id}" if urn else ""
