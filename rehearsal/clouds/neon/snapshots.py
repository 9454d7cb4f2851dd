"""Snapshots of root branches, made by hand or by a schedule. They keep their roles and databases under their own id."""

from __future__ import annotations

import re
from typing import Final

from rehearsal.clouds.neon import contents
from rehearsal.clouds.neon.lookups import live_branch, live_project
from rehearsal.clouds.neon.points import lsn_at, moment_of, point
from rehearsal.clouds.neon.schedules import LONGEST_RETENTION, next_run, runs
from rehearsal.clouds.neon.world import Call, Document, Refusal, new_id

_SLUG: Final = re.compile(r"[a-z]([a-z0-9-]*[a-z0-9])?")


def create(call: Call, project: str, branch: str) -> Document:
    """POST …/branches/{branch}/snapshot: the fields are query parameters; a body of them is taken too."""
    owner = live_project(call, project)
    source = live_branch(call, project, branch)
    call.lock(project, branch)
    given = {**{key: value for key, value in call.body.items() if isinstance(value, str)}, **call.query}
    if not source["_root"]:
        raise Refusal(call.world.switches.refused, "snapshots are taken of root branches only")
    most = call.world.plan.manual_snapshots
    if call.count("snapshot", _project_id=project, manual=True) >= most:
        raise Refusal(call.world.switches.limit, f"manual snapshots limit exceeded: {most}")
    lsn, timestamp = point(call, owner, source, given.get("timestamp"), given.get("lsn"))
    made = _make(call, source, {**given, "lsn": lsn, "timestamp": timestamp}, call.moment, manual=True)
    call.operation(project, "create_timeline", branch)
    return call.with_operations({"snapshot": call.shown(made)})


def _make(call: Call, source: Document, given: Document, moment: float, *, manual: bool) -> Document:
    identifier = new_id("snap-")
    expires = _future(call, given.get("expires_at"))
    snapshot: Document = {
        "id": identifier,
        "name": given.get("name") or f"{source['name']} {call.stamp(moment)}",
        "slug": _slug(call, source["project_id"], given.get("slug") or identifier),
        "lsn": given["lsn"],
        "timestamp": given["timestamp"],
        "source_branch_id": source["id"],
        "created_at": call.stamp(moment),
        "expires_at": given.get("expires_at"),
        "manual": manual,
        "full_size": source["logical_size"],
        "_project_id": source["project_id"],
        "_data_from": source["id"],
        "_due": expires,
    }
    contents.copy(call, source["id"], identifier)
    return call.put("snapshot", identifier, snapshot)


def _slug(call: Call, project: str, slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise Refusal(400, "a slug has lower-case letters, digits and hyphens, and begins with a letter")
    if any(other["slug"] == slug for other in call.all("snapshot", _project_id=project)):
        raise Refusal(call.world.switches.taken, "snapshot with that slug already exists")
    return slug


def _future(call: Call, text: object) -> float | None:
    if not text:
        return None
    moment = moment_of(text, "expires_at")
    if moment <= call.moment:
        raise Refusal(400, "expires_at is not in the future")
    return moment


def list_(call: Call, project: str) -> Document:
    """GET /projects/{project}/snapshots"""
    live_project(call, project)
    return {"snapshots": [call.shown(snapshot) for snapshot in call.all("snapshot", _project_id=project)]}


def live_snapshot(call: Call, project: str, snapshot: str) -> Document:
    """A snapshot of a project that is not deleted."""
    live_project(call, project)
    found = call.need("snapshot", snapshot, "snapshot")
    if found["_project_id"] != project:
        raise Refusal(404, "snapshot not found")
    return found


def update(call: Call, project: str, snapshot: str) -> Document:
    """PATCH /projects/{project}/snapshots/{snapshot}: name, expires_at (null takes it away)."""
    found = dict(live_snapshot(call, project, snapshot))
    call.lock(project, found["source_branch_id"])
    given = call.body.get("snapshot") or {}
    if "name" in given:
        found["name"] = given["name"]
    if "expires_at" in given:
        found.update(expires_at=given["expires_at"], _due=_future(call, given["expires_at"]))
    return {"snapshot": call.shown(call.put("snapshot", snapshot, found))}


def delete(call: Call, project: str, snapshot: str) -> Document:
    """DELETE /projects/{project}/snapshots/{snapshot}: for good."""
    found = live_snapshot(call, project, snapshot)
    call.lock(project, found["source_branch_id"])
    drop_snapshot(call, found)
    call.operation(project, "delete_timeline", found["source_branch_id"])
    return call.with_operations({})


def drop_snapshot(call: Call, snapshot: Document) -> None:
    """Take a snapshot away, with what it holds."""
    contents.remove(call, snapshot["id"])
    call.drop("snapshot", snapshot["id"])


def take_scheduled(call: Call, schedule: Document) -> None:
    """The snapshots a schedule took since it was last looked at, without those that are expired by now."""
    if schedule["_due"] > call.moment:
        return
    branch = call.get("branch", schedule["branch_id"])
    project = branch and call.get("project", branch["project_id"])
    switches = call.world.switches
    since = max(schedule["_since"], call.moment - LONGEST_RETENTION)
    made: list[tuple[float, float]] = []
    if project and not project.get("deleted_at"):
        for item in schedule["schedule"]:
            kept = item.get("retention_seconds", LONGEST_RETENTION)
            moments = runs(item, since, call.moment, switches)
            made += [(moment, moment + kept) for moment in moments if moment + kept > call.moment]
    for moment, expires in sorted(made):
        if branch:
            times = {"timestamp": call.stamp(moment), "expires_at": call.stamp(expires)}
            _make(call, branch, {**times, "lsn": lsn_at(branch, moment)}, moment, manual=False)
    following = next_run(schedule["schedule"], call.moment, switches)
    call.put("schedule", schedule["branch_id"], {**schedule, "_since": call.moment, "_due": following})
