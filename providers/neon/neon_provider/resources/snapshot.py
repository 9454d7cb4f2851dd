"""A snapshot of a root branch. Id: `<project>/<snapshot>`.

A snapshot carries no annotations. Without a name it gets one of ours, which holds our mark and a number of this attempt; with
one, it is known again by branch, name, point in time and the moment it was made. It stays with the branch that it was taken of:
when that one is replaced by a restore, a program that then declares the new branch's id declares another snapshot, and
`retainOnDelete` keeps the old one.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import NeonError, NotFound
from neon_provider.models import SnapshotRecord
from neon_provider.resources.base import Change, Property, Resource, Scope, changed
from neon_provider.resources.creation import MARK, is_recent, post_once
from neon_provider.resources.restored import heir_of
from neon_provider.session import Session
from neon_provider.shapes import FLAG

_WIRE: Final = {"name": "name", "expiresAt": "expires_at"}


@dataclass(frozen=True, slots=True)
class _Before:
    """The snapshots of a project before this process made any, and the ids of those and of what it made since."""

    listed: list[SnapshotRecord]
    ids: set[str]


class Snapshot(Resource):
    """See the module."""

    token = "neon:index:Snapshot"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "name": Property(kept=True),
        "timestamp": Property(Change.REPLACE),
        "lsn": Property(Change.REPLACE),
        "expiresAt": Property(),
        "retainOnDelete": Property(Change.LOCAL, FLAG, default=False),
    }
    computed = ("snapshotId", "createdAt", "snapshotLsn", "fullSize", "diffSize", "manual")

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values, now = known(news), checks.utc_now()
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("name", checks.name(256)),
            ("lsn", checks.lsn),
        ):
            if key in values:
                yield from check(key, values[key])
        # A moment that stands already has been judged when it was declared.
        if "timestamp" in values and values["timestamp"] != olds.get("timestamp"):
            yield from checks.timestamp("timestamp", values["timestamp"], now, plan)
        if "expiresAt" in values and values["expiresAt"] != olds.get("expiresAt"):
            yield from _to_come("expiresAt", values["expiresAt"], now)
        if "timestamp" in news and "lsn" in news:
            yield "timestamp", "cannot be given together with lsn"

    def same(self, key: str, old: Any, new: Any) -> bool:
        if key in ("timestamp", "expiresAt") and old != new:
            return datetime.fromisoformat(str(old)) == datetime.fromisoformat(str(new))
        return bool(old == new)

    # ---- create --------------------------------------------------------------------------------------------------

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        mark = f"{MARK} {self.mark(scope.urn, inputs)}."
        query = {
            "name": inputs.get("name") or mark + secrets.token_hex(4),
            "timestamp": inputs.get("timestamp"),
            "lsn": inputs.get("lsn"),
            "expires_at": inputs.get("expiresAt"),
        }
        async with scope.client.changing(project_id):
            before = await scope.client.first(f"snapshots of {project_id}", lambda: _before(scope.client, project_id))
            left = self._left_behind(scope, inputs, mark, before.listed)
            if left is not None:
                scope.adopted.add(f"{project_id}/{left.id}")
                scope.log("warning", f"snapshot {left.id} was made by an interrupted run and is taken over")
                return await self._complete(scope, left, inputs, {}, _inputs(project_id, left))

            async def look() -> SnapshotRecord | None:
                listed = await _listed(scope.client, project_id)
                return _only(r for r in listed if r.id not in before.ids and _is_of(r, inputs, str(query["name"])))

            path = path_of("projects", project_id, "branches", str(inputs["branchId"]), "snapshot")
            answer, found = await post_once(scope.client, path, look, _made, query=query)
            made = found or _made(answer)
            before.ids.add(made.id)
            return await self._complete(scope, made, inputs, answer, inputs)

    def _left_behind(
        self, scope: Scope, inputs: Properties, mark: str, listed: list[SnapshotRecord]
    ) -> SnapshotRecord | None:
        """What an interrupted run of the last hour made for these inputs, and nobody took over since."""
        if self.is_replacing_itself(scope, inputs) or _is_taken_for_the_old_one(scope.held, inputs):
            return None
        held = {resource_id.rpartition("/")[2] for resource_id in (*scope.stated, *scope.adopted)}
        found = [
            record for record in listed if record.manual and is_recent(record.created_at) and record.id not in held
        ]
        if "name" in inputs:
            return _only(r for r in found if _is_of(r, inputs, str(inputs["name"])))
        return _only(r for r in found if r.name.startswith(mark))

    async def _complete(
        self, scope: Scope, made: SnapshotRecord, inputs: Properties, answer: Properties, has: Properties
    ) -> tuple[str, Properties]:
        """Everything after the snapshot exists; `has` is what is set of the inputs. A failure keeps its id."""
        resource_id = f"{inputs['projectId']}/{made.id}"
        try:
            await scope.client.settle(str(inputs["projectId"]), answer)
            found = await self._apply(scope, resource_id, has, inputs)
        except NeonError as error:
            raise self.partial(resource_id, {**self.begun(inputs), "snapshotId": made.id}, error) from error
        return resource_id, self._state(str(inputs["projectId"]), found, inputs)

    async def _apply(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> SnapshotRecord:
        """Bring an existing snapshot to its inputs, from what the state says it has."""
        project_id, snapshot_id = split(resource_id)
        fields = {_WIRE[key]: value for key, value in changed(state, inputs, self).items()}
        if fields:
            path = path_of("projects", project_id, "snapshots", snapshot_id)
            answer = await scope.client.request("PATCH", path, body={"snapshot": fields})
            await scope.client.settle(project_id, answer)
        found = await _live(scope.client, project_id, snapshot_id)
        if found is None:
            raise NotFound(f"snapshot {resource_id}", "it is gone", advice="Run a refresh")
        return found

    # ---- afterwards ----------------------------------------------------------------------------------------------

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, snapshot_id = split(resource_id)
        async with scope.client.changing(project_id):
            try:
                found = await self._apply(scope, resource_id, state, inputs)
            except NeonError as error:
                old = self.undone(state, inputs, changed(state, inputs, self))
                raise self.partial(resource_id, {**old, "snapshotId": snapshot_id}, error) from error
        return self._state(project_id, found, inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, snapshot_id = split(resource_id)
        if state.get("retainOnDelete"):
            scope.log("info", f"snapshot {resource_id} stays at Neon, as retainOnDelete asks")
            return
        async with scope.client.changing(project_id):
            try:
                answer = await scope.client.request("DELETE", path_of("projects", project_id, "snapshots", snapshot_id))
            except NotFound:
                return
            await scope.client.settle(project_id, answer)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, snapshot_id = split(resource_id)
        found = await _live(scope.client, project_id, snapshot_id)
        if found is None:
            return None
        source = found.source_branch_id or ""
        heir = await heir_of(scope.client, project_id, source)
        if heir is not None and heir.id != source:
            scope.log(
                "warning",
                f"snapshot {resource_id} is of branch {source}, whose place {heir.id} took in a restore: with that branchId"
                " it is replaced by a new one and deleted, unless retainOnDelete is true",
            )
        return resource_id, self.managed(_inputs(project_id, found), inputs), self._state(project_id, found, inputs)

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        project_id = str(inputs["projectId"])
        mark = f"{MARK} {self.mark(scope.urn, inputs)}."
        left = self._left_behind(scope, inputs, mark, await _listed(scope.client, project_id))
        return None if left is None else await self._complete(scope, left, inputs, {}, _inputs(project_id, left))

    def _state(self, project_id: str, snapshot: SnapshotRecord, inputs: Properties) -> Properties:
        """The point in time is Neon's own when the program gives none: declaring it later replaces nothing."""
        live = _inputs(project_id, snapshot)
        point = {"timestamp": snapshot.timestamp, "lsn": snapshot.lsn}
        return {**self.fixed({**live, **point}), **self.managed(live, inputs), **_computed(snapshot)}


def split(resource_id: str) -> tuple[str, str]:
    """(project, snapshot) of an id."""
    match = re.fullmatch(r"([a-z0-9-]{1,60})/([a-z0-9-]{1,60})", resource_id)
    if not match:
        raise ValueError(
            f"{resource_id!r} is no snapshot id: it looks like quiet-river-12345678/snap-late-sun-12345678"
        )
    return match[1], match[2]


async def _before(client: Session, project_id: str) -> _Before:
    listed = await _listed(client, project_id)
    return _Before(listed, {item.id for item in listed})


async def _listed(client: Session, project_id: str) -> list[SnapshotRecord]:
    answer = await client.get(path_of("projects", project_id, "snapshots"))
    return [SnapshotRecord.read(item) for item in answer.get("snapshots") or []]


async def _live(client: Session, project_id: str, snapshot_id: str) -> SnapshotRecord | None:
    """One snapshot; Neon shows them as a listing only."""
    try:
        listed = await client.listing(path_of("projects", project_id, "snapshots"), "snapshots")
    except NotFound:
        return None
    return next((SnapshotRecord.read(item) for item in listed if item["id"] == snapshot_id), None)


def _made(answer: Properties) -> SnapshotRecord:
    return SnapshotRecord.read(answer.get("snapshot"))


def _is_of(snapshot: SnapshotRecord, inputs: Properties, name: str) -> bool:
    """Whether a snapshot is what these inputs ask for, as far as Neon tells."""
    same_time = (
        "timestamp" not in inputs
        or snapshot.timestamp is None
        or datetime.fromisoformat(snapshot.timestamp) == datetime.fromisoformat(inputs["timestamp"])
    )
    same_lsn = "lsn" not in inputs or str(snapshot.lsn or inputs["lsn"]).lower() == str(inputs["lsn"]).lower()
    return snapshot.source_branch_id == inputs["branchId"] and snapshot.name == name and same_time and same_lsn


def _is_taken_for_the_old_one(held: Properties | None, inputs: Properties) -> bool:
    """Whether, of two snapshots with the name and branch of these inputs, the one to replace cannot be told from a new one."""
    if held is None or any(held.get(key) != inputs.get(key) for key in ("branchId", "name")):
        return False
    points = [tuple(given.get(key) for key in ("timestamp", "lsn")) for given in (held, inputs)]
    return points[0] == points[1] or points[1] == (None, None)


def _only(found: Iterable[SnapshotRecord]) -> SnapshotRecord | None:
    """The one that was made for a create; which of several it was cannot be told."""
    several = list(found)
    if len(several) > 1:
        ids = ", ".join(item.id for item in several)
        raise NeonError(
            f"looking for snapshot {several[0].name!r}", f"several may be it: {ids}", advice="Delete all but one"
        )
    return several[0] if several else None


def _to_come(key: str, value: str, now: datetime) -> Iterator[Problem]:
    """A moment of deletion; a snapshot that is asked for may live as long as one likes."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        yield key, f"must be an RFC 3339 time such as 2026-12-31T00:00:00Z, was {value!r}"
        return
    if moment.tzinfo is None:
        yield key, f"must name its zone, such as {value}Z"
    elif moment <= now:
        yield key, f"must lie in the future, was {value}"


def _inputs(project_id: str, snapshot: SnapshotRecord) -> Properties:
    live: Properties = {"projectId": project_id, "name": snapshot.name, "expiresAt": snapshot.expires_at}
    return {**live, **({"branchId": snapshot.source_branch_id} if snapshot.source_branch_id else {})}


def _computed(snapshot: SnapshotRecord) -> Properties:
    return {
        "snapshotId": snapshot.id,
        "createdAt": snapshot.created_at,
        "snapshotLsn": snapshot.lsn or "",
        "fullSize": snapshot.full_size or 0,
        "diffSize": snapshot.diff_size or 0,
        "manual": snapshot.manual,
    }
