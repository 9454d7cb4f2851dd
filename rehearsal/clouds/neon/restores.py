"""Going back: a snapshot becomes a new branch, which may then replace the old one; or a branch returns to a point in
history."""

from __future__ import annotations

from rehearsal.clouds.neon import contents, schedules
from rehearsal.clouds.neon.branches import check_name, check_place, make_branch
from rehearsal.clouds.neon.endpoints import make_endpoint, start
from rehearsal.clouds.neon.lookups import live_branch, live_project
from rehearsal.clouds.neon.points import point
from rehearsal.clouds.neon.snapshots import live_snapshot
from rehearsal.clouds.neon.world import Call, Document, Refusal


def restore_snapshot(call: Call, project: str, snapshot: str) -> Document:
    """POST …/snapshots/{snapshot}/restore: a new root branch; with `finalize_restore` it replaces its target at once."""
    owner = live_project(call, project)
    source = live_snapshot(call, project, snapshot)
    target = live_branch(call, project, call.body.get("target_branch_id") or source["source_branch_id"])
    call.lock(project, target["id"])
    name = call.body.get("name") or call.query.get("name") or _free(call, project, f"{source['name']} (restored)")
    check_name(call, project, name)
    check_place(call, project, root=True)
    branch = make_branch(call, owner, {"name": name}, {})
    branch.update(restored_from=snapshot, restore_status="restored", creation_source="restore", _target=target["id"])
    branch["_data_from"] = snapshot
    contents.copy(call, snapshot, branch["id"])
    call.operation(project, "create_branch", branch["id"])
    if call.world.switches.restore_makes_endpoint:
        start(call, make_endpoint(call, owner, branch, owner["default_endpoint_settings"]))
    if call.body.get("finalize_restore"):
        branch = _replace(call, branch, target, "")
    endpoints = call.all("endpoint", branch_id=branch["id"])
    reply = {"branch": call.shown(branch), "endpoints": [call.shown(endpoint) for endpoint in endpoints]}
    return call.with_operations(reply)


def finalize(call: Call, project: str, branch: str) -> Document:
    """POST …/branches/{branch}/finalize_restore: `name` is what the branch that is replaced is called from then on."""
    found = live_branch(call, project, branch)
    call.lock(project, branch)
    if found.get("restore_status") != "restored":
        raise Refusal(call.world.switches.refused, "the branch is not one of a restored snapshot that waits")
    target = live_branch(call, project, found["_target"])
    _replace(call, found, target, call.body.get("name") or "")
    return call.with_operations({})


def _replace(call: Call, branch: Document, target: Document, old_name: str) -> Document:
    """Put a restored branch in the place of its target: name, computes, protection, default."""
    project, name = target["project_id"], target["name"]
    if old_name:
        check_name(call, project, old_name)
    old: Document = {
        **target,
        "name": old_name or _free(call, project, f"{name} (old)"),
        "default": False,
        "primary": False,
        "protected": False,
        "updated_at": call.stamp(),
    }
    new: Document = {
        **branch,
        "name": name,
        "default": target["default"],
        "primary": target["default"],
        "protected": target["protected"],
        "restore_status": "finalized",
        "restored_as": target["id"],
        "updated_at": call.stamp(),
    }
    call.put("branch", old["id"], old)
    call.put("branch", new["id"], new)
    _swap_endpoints(call, old["id"], new["id"])
    if call.world.switches.schedule_follows:
        _move_schedule(call, old["id"], new["id"])
    return new


def _swap_endpoints(call: Call, old: str, new: str) -> None:
    moves = [(endpoint, new) for endpoint in call.all("endpoint", branch_id=old)]
    moves += [(endpoint, old) for endpoint in call.all("endpoint", branch_id=new)]
    for endpoint, branch in moves:
        moved = call.put("endpoint", endpoint["id"], {**endpoint, "branch_id": branch, "updated_at": call.stamp()})
        call.operation(endpoint["project_id"], "suspend_compute", branch, endpoint["id"])
        start(call, moved)


def _move_schedule(call: Call, old: str, new: str) -> None:
    schedule = call.get("schedule", old)
    if schedule:
        call.drop("schedule", old)
        schedules.put(call, {**schedule, "branch_id": new})


def _free(call: Call, project: str, name: str) -> str:
    """A name nobody has: the one given, or it with a number."""
    number, free = 1, name[:250]
    while call.count("branch", project_id=project, name=free):
        number += 1
        free = f"{name[:250]} {number}"
    return free


def restore(call: Call, project: str, branch: str) -> Document:
    """POST …/branches/{branch}/restore: back to a point of its own history, or to one of another branch.

    `preserve_under_name` keeps the present state as another branch, to which children move. Whether the id stays is a
    switch.
    """
    owner = live_project(call, project)
    found = live_branch(call, project, branch)
    call.lock(project, branch)
    given = call.body
    source = live_branch(call, project, given.get("source_branch_id") or "")
    if found.get("restored_from"):
        raise Refusal(call.world.switches.refused, "a branch made from a snapshot has no history to go back in")
    itself = source["id"] == branch
    if itself and not (given.get("source_lsn") or given.get("source_timestamp")):
        raise Refusal(400, "source_timestamp or source_lsn is required where the source is the branch itself")
    children = call.all("branch", parent_id=branch, _root=False)
    kept_name = given.get("preserve_under_name")
    if not kept_name and (itself or children):
        raise Refusal(400, "preserve_under_name is required where the source is the branch itself or it has children")
    lsn, moment = point(call, owner, source, given.get("source_timestamp"), given.get("source_lsn"))
    if kept_name:
        check_name(call, project, kept_name)
        check_place(call, project, root=found["_root"])
    past: Document = {**found, "_data_from": source["id"], "last_reset_at": call.stamp(), "updated_at": call.stamp()}
    if found.get("parent_id"):
        past.update(parent_lsn=lsn, parent_timestamp=moment)
    if found.get("ttl_interval_seconds"):
        due = call.moment + found["ttl_interval_seconds"]
        past.update(expires_at=call.stamp(int(due)), _due=due)
    back = _put_back(call, owner, found, past, kept_name)
    if not itself:
        contents.remove(call, back["id"])
        contents.copy(call, source["id"], back["id"])
    for child in children:
        call.put("branch", child["id"], {**child, "parent_id": _other(call, project, kept_name)})
    call.operation(project, "create_branch", back["id"])
    for endpoint in call.all("endpoint", branch_id=back["id"]):
        call.operation(project, "apply_config", back["id"], endpoint["id"])
    return call.with_operations({"branch": call.shown(back)})


def _put_back(call: Call, owner: Document, found: Document, past: Document, kept_name: str | None) -> Document:
    """The branch in its new state, with the present one kept under another name if there is one."""
    kept: Document = {**found, "default": False, "primary": False, "protected": False, "updated_at": call.stamp()}
    if call.world.switches.restore_keeps_id:
        if kept_name:
            other = make_branch(call, owner, {"name": kept_name}, {})
            own = {"id", "name", "_annotations", "_ready", "created_at"}
            other.update({key: value for key, value in kept.items() if key not in own}, _data_from=found["id"])
            contents.copy(call, found["id"], other["id"])
        return call.put("branch", found["id"], past)
    back = make_branch(call, owner, {"name": found["name"]}, found["_annotations"])
    own = {"id", "_ready", "created_at"}
    back.update({key: value for key, value in past.items() if key not in own}, restored_as=found["id"])
    contents.copy(call, found["id"], back["id"])
    for endpoint in call.all("endpoint", branch_id=found["id"]):
        call.put("endpoint", endpoint["id"], {**endpoint, "branch_id": back["id"]})
    if call.world.switches.schedule_follows:
        _move_schedule(call, found["id"], back["id"])
    if kept_name:
        call.put("branch", found["id"], {**kept, "name": kept_name})
    else:
        contents.remove(call, found["id"])
        call.drop("schedule", found["id"])
        call.drop("branch", found["id"])
    return back


def _other(call: Call, project: str, name: str | None) -> str:
    return str(call.all("branch", project_id=project, name=name)[0]["id"])
