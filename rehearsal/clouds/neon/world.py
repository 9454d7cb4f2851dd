"""What exists at the local Neon, and what every call needs: ids, the clock, operations, refusals."""

from __future__ import annotations

import math
import secrets
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from rehearsal.clouds.neon import endings
from rehearsal.clouds.neon.keys import UNLIMITED, Key
from rehearsal.clouds.neon.plans import PLANS, Plan
from rehearsal.clouds.neon.switches import Switches
from rehearsal.clouds.store import Object, Store, Transaction
from rehearsal.engine.values import make_secret, plain

Document: TypeAlias = dict[str, Any]
"""An object in the API's own form."""

ORGANIZATION: Final = "org-brave-harbor-10000001"
_ADJECTIVES: Final = ("quiet", "late", "bright", "calm", "green", "round")
_NOUNS: Final = ("river", "sun", "meadow", "stone", "field", "lake")


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """The service says no: status, code and message as Neon writes them."""

    def __init__(self, status: int, message: str, code: str = "") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True, slots=True)
class Change:
    """What a call did to one object; `before` is None for a new one, `after` for one that is gone."""

    kind: str
    key: str
    before: Document | None = field(repr=False)
    after: Document | None = field(repr=False)


@dataclass(slots=True)
class World:
    """The objects of one service."""

    store: Store
    switches: Switches
    ahead: float = 0
    """Seconds the service's clock is ahead of the real one."""
    observer: Callable[[Sequence[Change]], None] | None = None
    """Told what a call changed, once it is kept and before it is answered."""
    address: Callable[[str, str, str, str], str] | None = None
    """(branch id, database, role, password) -> connection string, where a real database stands behind the branches."""
    due: float = 0
    """When something next happens by itself: an expiry, a scheduled snapshot. Before that nobody need look."""

    @property
    def plan(self) -> Plan:
        """The account's plan."""
        return PLANS[self.switches.plan]

    def now(self) -> float:
        """The service's clock, seconds since 1970."""
        return time.time() + self.ahead


@dataclass(slots=True)
class Call:
    """One request under the store's lock. Writes are seen by its own reads, and kept when it ends well."""

    world: World
    transaction: Transaction
    body: Document
    query: Mapping[str, str]
    ending: str = ""
    """How a script wants the operations of this call to end (`endings.py`)."""
    key: Key = UNLIMITED
    """Whose call it is."""
    changed: dict[tuple[str, str], Document | None] = field(default_factory=dict)
    operations: list[Document] = field(default_factory=list)
    due: float | None = None
    """When something next happens by itself, if this call looked it up."""
    moment: float = 0
    """The service's clock when the call began."""

    def __post_init__(self) -> None:
        self.moment = self.world.now()

    # ---- objects ---------------------------------------------------------------------------------------------

    def get(self, kind: str, key: str) -> Document | None:
        """One object, or None."""
        if (kind, key) in self.changed:
            return self.changed[kind, key]
        found = self.world.store.get(kind, key)
        return None if found is None else plain(found.properties)

    def all(self, kind: str, **match: Any) -> list[Document]:
        """Every object of a kind with these values, in the order they were made."""
        found = {item.id: plain(item.properties) for item in self.world.store.find(kind, match)}
        for (changed_kind, key), document in self.changed.items():
            if changed_kind != kind:
                continue
            if document is not None and all(document.get(name) == value for name, value in match.items()):
                found[key] = document
            else:
                found.pop(key, None)
        return list(found.values())

    def count(self, kind: str, **match: Any) -> int:
        """How many objects of a kind have these values; at once where there is an index (`service.py`)."""
        if any(changed_kind == kind for changed_kind, _ in self.changed):
            return len(self.all(kind, **match))
        return self.world.store.count(kind, match)

    def newest(self, kind: str, start: int, limit: int, **match: Any) -> list[Document]:
        """A page of the objects as they were before this call, the newest first."""
        items = self.world.store.find(kind, match)
        last = max(0, len(items) - start)
        return [plain(item.properties) for item in reversed(items[max(0, last - limit) : last])]

    def put(self, kind: str, key: str, document: Document) -> Document:
        """Make or change an object."""
        self.changed[kind, key] = document
        return document

    def drop(self, kind: str, key: str) -> None:
        """Take an object away."""
        self.changed[kind, key] = None

    def commit(self) -> list[Change]:
        """Hand the changes to the store; returns them."""
        serial = self.world.store.next_serial
        done: list[Change] = []
        for (kind, key), document in self.changed.items():
            old = self.world.store.get(kind, key)
            done.append(Change(kind, key, old.plain() if old else None, document))
            if document is None:
                if old is not None:
                    self.transaction.drop(old)
                continue
            sealed = {name: make_secret(v) if name == "password" and v else v for name, v in document.items()}
            self.transaction.put(Object(kind, key, "", 1, old.serial if old else serial, sealed))
            serial += 0 if old else 1
        if self.due is not None:
            self.world.due = self.due
        moments = (float(document.get("_due") or math.inf) for document in self.changed.values() if document)
        self.world.due = min(self.world.due, *moments, math.inf)
        return done

    # ---- helpers ------------------------------------------------------------------------------------------------

    def stamp(self, moment: float | None = None) -> str:
        """A moment as Neon writes it; the beginning of the call by default."""
        when = datetime.fromtimestamp(self.moment if moment is None else moment, UTC)
        return when.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def operation(self, project_id: str, action: str, branch_id: str = "", endpoint_id: str = "") -> None:
        """Something Neon does in the background. The operations of a call share its time, one after the other."""
        identifier = str(uuid.uuid4())
        seconds = self.world.switches.operation_seconds
        document: Document = {
            "id": identifier,
            "project_id": project_id,
            "action": action,
            "failures_count": 0,
            "created_at": self.stamp(),
            "_ending": self.ending,
            "_open": bool(seconds or self.ending),
        }
        if branch_id:
            document["branch_id"] = branch_id
        if endpoint_id:
            document["endpoint_id"] = endpoint_id
        self.operations.append(self.put("operation", identifier, document))
        share = seconds / len(self.operations)
        for place, operation in enumerate(self.operations):
            operation["_begins"] = self.moment + place * share
            operation["_ends"] = self.moment + (place + 1) * share

    @property
    def ready(self) -> float:
        """When what this call makes can be used: also where an operation fails, as Neon tries again unseen."""
        late = endings.RETRY_SECONDS if self.ending in ("retried", "unknown-status") else 0
        return self.moment + self.world.switches.operation_seconds + late

    def shown(self, document: Document) -> Document:
        """An object as a reply shows it: as it is at this moment, without what is not set."""
        return {key: value for key, value in self.whole(document).items() if value is not None}

    def whole(self, document: Document) -> Document:
        """An object as it is at this moment, without passwords and the service's own fields."""
        found = {key: value for key, value in document.items() if key != "password" and not key.startswith("_")}
        if "current_state" in found and self.moment < document.get("_ready", 0):
            found.update(current_state="init", pending_state=found["current_state"])
        elif self.moment >= (document.get("_awake_until") or math.inf):
            found["current_state"] = "idle"
        return found

    def shown_operation(self, document: Document) -> Document:
        """An operation with its status of this moment."""
        status, began, ended = self.status_of(document), float(document["_begins"]), float(document["_ends"])
        since = {"scheduling": self.moment, "running": began}.get(status, ended)
        times: Document = {"updated_at": self.stamp(min(since, self.moment)), "total_duration_ms": 0}
        if status not in ("scheduling", "running"):
            times["total_duration_ms"] = round((ended - began) * 1000)
        scripted = endings.fields(document["_ending"], self.moment, ended)
        return {**self.shown(document), "status": status, **times, **scripted}

    def status_of(self, operation: Document) -> str:
        """scheduling, running, then finished; or what a fault wants."""
        scripted = endings.fields(operation["_ending"], self.moment, operation["_ends"])
        if "status" in scripted:
            return str(scripted["status"])
        if self.moment >= operation["_ends"]:
            return "finished"
        return "running" if self.moment >= operation["_begins"] else "scheduling"

    def with_operations(self, reply: Document) -> Document:
        """A reply with the operations this call started."""
        return {**reply, "operations": [self.shown_operation(operation) for operation in self.operations]}

    def need(self, kind: str, key: str, what: str) -> Document:
        """An object that must exist."""
        found = self.get(kind, key)
        if found is None:
            raise Refusal(404, f"{what} not found")
        return found

    def lock(self, project_id: str, branch_id: str = "") -> None:
        """Refuse a change while an operation runs on the same project, or with the stricter half off, the same branch."""
        how = self.world.switches.lock
        if how == "off":
            return
        for operation in self.all("operation", project_id=project_id, _open=True):
            if operation["_ending"] == "stuck" or self.status_of(operation) not in ("scheduling", "running"):
                self.put("operation", operation["id"], {**operation, "_open": False})
            elif how == "project" or not branch_id or operation.get("branch_id") in (None, branch_id):
                raise Refusal(423, "project has running conflicting operations")


def new_id(prefix: str = "") -> str:
    """An id in Neon's form: `quiet-river-12345678`, with a prefix such as `br-`."""
    words = f"{secrets.choice(_ADJECTIVES)}-{secrets.choice(_NOUNS)}"
    return f"{prefix}{words}-{secrets.randbelow(90_000_000) + 10_000_000}"


def new_password() -> str:
    """A password in Neon's form."""
    return f"npg_{secrets.token_urlsafe(12)}"
