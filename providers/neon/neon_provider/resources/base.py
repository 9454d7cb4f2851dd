"""What every resource type has: a table of its properties, from which checks of presence and differences follow.

An optional property that the program leaves out is unmanaged: it is neither sent nor compared. One that was set and is left
out now goes back to Neon's default; but what is fixed at creation, or has no such default, stays as it is: losing a line must
not replace an object. The state holds the live value of what is fixed also when it is unmanaged, so that declaring it later
replaces nothing.
"""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, TypeAlias

from neon_provider.account import Account
from neon_provider.checks import Problem
from neon_provider.convert import UNKNOWN, Properties, is_unknown, to_wire
from neon_provider.errors import PartialFailure
from neon_provider.session import Session
from neon_provider.shapes import TEXT, Shape, mismatches


class Change(Enum):
    """What another value of a property means."""

    UPDATE = "update"
    REPLACE = "replace"
    LOCAL = "local"
    """Kept in the state only; Neon is not asked."""


@dataclass(frozen=True, slots=True)
class Property:
    """One input. `default` is what Neon has when it is taken away again, unless it is `kept` as it is then."""

    change: Change = Change.UPDATE
    shape: Shape = TEXT
    required: bool = False
    default: Any = None
    kept: bool = False


Log: TypeAlias = Callable[[str, str], None]
"""Takes a severity (debug, info or warning) and a message; the engine shows it beside the resource."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a life-cycle call needs besides its inputs. `plan` is free, launch, scale or empty when unknown."""

    client: Session
    urn: str = ""
    plan: str = ""
    org_id: str = ""
    held: Properties | None = None
    """The inputs of the object that the state holds under this URN already: a create is then half of its replacement."""
    adopted: set[str] = field(default_factory=set)
    """Ids of this type that a create of this process took over, or set anew: not deleted by it."""
    stated: Mapping[str, str] = field(default_factory=dict)
    """URN by id of what the state is known to hold: it was compared with its inputs, or made, in this process."""
    log: Log = lambda _severity, _message: None

    def is_held_by_another(self, resource_id: str) -> bool:
        """Whether another resource of the state is known to hold this object."""
        return self.stated.get(resource_id, self.urn) != self.urn


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change of inputs means: changed keys, by kind, and which of them replace."""

    added: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every changed key."""
        return (*self.added, *self.deleted, *self.updated)


class Resource(ABC):
    """One type. Methods take and return plain properties; a state holds the inputs and the computed outputs."""

    token: ClassVar[str]
    properties: ClassVar[Mapping[str, Property]]
    computed: ClassVar[tuple[str, ...]] = ()
    secret: ClassVar[frozenset[str]] = frozenset()

    # ---- pure ---------------------------------------------------------------------------------------------------

    def check(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        """Every problem that can be seen without asking Neon; unknown values are passed over."""
        missing = {key for key, prop in self.properties.items() if prop.required and news.get(key) in (None, "")}
        for key in self.properties:
            if key in missing:
                yield key, "is required"
        shapely: Properties = {}
        for key, value in news.items():
            if key in missing:
                continue
            if key not in self.properties:
                yield key, f"is no property; known are: {', '.join(self.properties)}"
            elif wrong := list(mismatches(key, value, self.properties[key].shape)):
                yield from wrong
            else:
                shapely[key] = value
        yield from self.rules(olds, shapely, plan)

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        """Rules of this type, over the values that have their shape."""
        yield from ()

    async def check_live(self, olds: Properties, news: Properties, account: Account) -> list[Problem]:
        """Problems that only Neon can tell; nothing is asked for values that stand already."""
        return []

    def advice(self, news: Properties) -> Iterator[Problem]:
        """What is allowed and worth a warning."""
        yield from ()

    def diff(self, state: Properties, news: Properties, ignore: tuple[str, ...] = ()) -> Difference:
        """Compare a state with new inputs."""
        added, deleted, updated = [], [], []
        for key in self.properties:
            if key in ignore:
                continue
            old, new = state.get(key), news.get(key)
            if new is None:
                if old is not None and self._goes_back(key, old):
                    deleted.append(key)
            elif old is None:
                prop = self.properties[key]
                if prop.change is not Change.REPLACE or prop.default is None or not self.same(key, prop.default, new):
                    added.append(key)
            elif is_unknown(new) or not self.same(key, old, new):
                updated.append(key)
        keys = (*added, *deleted, *updated)
        replaces = tuple(key for key in keys if self.properties[key].change is Change.REPLACE)
        return Difference(tuple(added), tuple(deleted), tuple(updated), replaces)

    def _goes_back(self, key: str, old: Any) -> bool:
        """Whether leaving a property out changes what it was."""
        prop = self.properties[key]
        if prop.kept or prop.change is Change.REPLACE:
            return False
        return prop.default is None or not self.same(key, old, prop.default)

    def same(self, key: str, old: Any, new: Any) -> bool:
        """Whether two values mean the same."""
        return bool(old == new)

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """Whether a replacement must delete the old object first, because the new one would have the same name or place."""
        return False

    def planned(self, inputs: Properties, state: Properties | None = None) -> Properties:
        """What a preview knows of the result: the inputs, and computed outputs of before or not known yet."""
        outputs = {key: (state or {}).get(key, UNKNOWN) for key in self.computed}
        return {**inputs, **outputs}

    # ---- at Neon -----------------------------------------------------------------------------------------------

    @abstractmethod
    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        """Create; raises `PartialFailure` once the object exists."""

    @abstractmethod
    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Update in place."""

    @abstractmethod
    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        """Delete; done when the object is gone, whoever removed it."""

    @abstractmethod
    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        """(id, inputs, state) as they are; None when the object is gone. Without `inputs` (an import) all of them."""

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        """What an interrupted create of these inputs left behind."""
        return None

    # ---- helpers ------------------------------------------------------------------------------------------------

    def partial(self, resource_id: str, known_of: Properties, error: Exception) -> PartialFailure:
        """A failure after the object came into being, with what is known of it. What is not known to hold stays out: the next
        update compares with this state, and asks again for whatever is missing in it."""
        return PartialFailure(resource_id, to_wire(known_of, self.secret), [str(error)])

    def begun(self, inputs: Properties) -> Properties:
        """Of the inputs, what is fixed at creation or kept here only: true as soon as the object exists."""
        return {
            key: value for key, value in inputs.items() if self.properties[key].change in (Change.REPLACE, Change.LOCAL)
        }

    def undone(self, state: Properties, inputs: Properties, change: Properties) -> Properties:
        """The state after an update that failed: the old values of what it was to change."""
        old = {key: state.get(key) for key in (*self.computed, *change)}
        return {**inputs, **old}

    def half_removed(self, inputs: Properties, state: Properties) -> Properties:
        """What the inputs leave out and the state still holds: an update that was to take it away failed. A read keeps it in
        the state as it is, so that the next update takes it away."""
        rest = (key for key, prop in self.properties.items() if prop.change is Change.UPDATE and key not in inputs)
        return {key: state[key] for key in rest if state.get(key) is not None} if inputs else {}

    def is_replacing_itself(self, scope: Scope, inputs: Properties) -> bool:
        """Whether a create replaces an object with the same mark, as a forced replacement does: what carries the mark is then
        the old one, and never taken over."""
        return scope.held is not None and self.mark(scope.urn, scope.held) == self.mark(scope.urn, inputs)

    def managed(self, live: Properties, inputs: Properties) -> Properties:
        """The live values of what the program manages; all of them for an import."""
        if not inputs:
            return {key: value for key, value in live.items() if key in self.properties and value is not None}
        local = {k: v for k, v in inputs.items() if self.properties.get(k, Property()).change is Change.LOCAL}
        found = {key: _narrowed(live.get(key, inputs[key]), inputs[key]) for key in inputs if key in self.properties}
        return {**{key: value for key, value in found.items() if value is not None}, **local}

    def fixed(self, live: Properties) -> Properties:
        """The live values of what only a replacement changes."""
        return {
            k: live[k] for k, p in self.properties.items() if p.change is Change.REPLACE and live.get(k) is not None
        }

    def mark(self, urn: str, inputs: Properties) -> str:
        """Which object this is: the resource, and every input whose change would make it another one."""
        fixed = {k: inputs.get(k) for k, p in self.properties.items() if p.change is Change.REPLACE}
        text = json.dumps([urn, fixed], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def _narrowed(live: Any, given: Any) -> Any:
    """Of a map, only the keys that the program gives."""
    if isinstance(live, dict) and isinstance(given, dict):
        return {key: live[key] for key in given if live.get(key) is not None}
    return live


def changed(state: Properties, inputs: Properties, resource: Resource) -> Properties:
    """Only what an update must send: new values, and Neon's default for what was taken away."""
    difference = resource.diff(state, inputs)
    return {
        key: inputs.get(key, resource.properties[key].default)
        for key in difference.keys
        if key in resource.properties and resource.properties[key].change is Change.UPDATE
    }
