"""Branches."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rehearsal.clouds.neon.world import Call, Document, Refusal, new_id, new_password


def make_branch(
    call: Call, project: Document, given: Document, annotations: Document, *, default: bool = False
) -> Document:
    """A new branch."""
    branch_id = new_id("br-")
    branch: Document = {
        "id": branch_id,
        "project_id": project["id"],
        "name": given.get("name") or branch_id,
        "parent_id": given.get("parent_id"),
        "parent_lsn": given.get("parent_lsn"),
        "parent_timestamp": given.get("parent_timestamp"),
        "init_source": given.get("init_source") or "parent-data",
        "default": default,
        "protected": bool(given.get("protected", False)),
        "expires_at": given.get("expires_at"),
        "current_state": "ready",
        "logical_size": 0,
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
        "_annotations": annotations,
    }
    return call.put("branch", branch_id, branch)


def create(call: Call, project: str) -> Document:
    """POST /projects/{project}/branches: no endpoint unless asked; roles and databases of the parent come with it."""
    from rehearsal.clouds.neon.endpoints import make_endpoint
    from rehearsal.clouds.neon.projects import live_project

    owner = live_project(call, project)
    call.lock(project)
    given = dict(call.body.get("branch") or {})
    siblings = call.all("branch", project_id=project)
    parent = _parent(siblings, given)
    if call.world.switches.store_branch_names and any(b["name"] == given.get("name") for b in siblings):
        raise Refusal(call.world.switches.taken, "branch with that name already exists")
    root = given.get("init_source") == "schema-only"
    if (
        root
        and sum(not b.get("parent_id") or b["init_source"] == "schema-only" for b in siblings)
        >= call.world.plan.root_branches
    ):
        raise Refusal(422, f"root branches limit exceeded: {call.world.plan.root_branches}")
    _check_expiry(call, given)
    _check_protected(call, given, siblings)
    given["parent_id"] = parent["id"]
    branch = make_branch(call, owner, given, call.body.get("annotation_value") or {})
    _inherit(call, parent, branch)
    endpoints = [
        make_endpoint(call, owner, branch, {**owner["default_endpoint_settings"], **wanted})
        for wanted in call.body.get("endpoints") or []
    ]
    call.operation(project, "create_branch", branch["id"])
    return call.with_operations({"branch": call.shown(branch), "endpoints": [call.shown(e) for e in endpoints]})


def _parent(siblings: list[Document], given: Document) -> Document:
    if given.get("parent_id"):
        found = next((b for b in siblings if b["id"] == given["parent_id"]), None)
    else:
        found = next((b for b in siblings if b["default"]), None)
    if found is None:
        raise Refusal(404, "parent branch not found")
    if found.get("expires_at"):
        raise Refusal(422, "an expiring branch cannot have children")
    return found


def _inherit(call: Call, parent: Document, branch: Document) -> None:
    """Roles and databases of the parent; children of a protected branch get passwords of their own."""
    for kind in ("role", "database"):
        for document in call.all(kind, branch_id=parent["id"]):
            copy = {**document, "branch_id": branch["id"], "created_at": call.stamp()}
            if kind == "role" and parent["protected"] and copy.get("password"):
                copy["password"] = new_password()
            call.put(kind, f"{branch['id']}/{copy['name']}", copy)


def list_(call: Call, project: str) -> Document:
    """GET /projects/{project}/branches"""
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    found = [b for b in call.all("branch", project_id=project) if call.query.get("search", "") in b["name"]]
    limit, start = int(call.query.get("limit", 10_000)), int(call.query.get("cursor", 0) or 0)
    page = found[start : start + limit]
    reply: Document = {
        "branches": [call.shown(branch) for branch in page],
        "annotations": {
            b["id"]: {"object": {"type": "console/branch", "id": b["id"]}, "value": b["_annotations"]} for b in page
        },
    }
    if start + limit < len(found):
        reply["pagination"] = {"next": str(start + limit)}
    return reply


def get(call: Call, project: str, branch: str) -> Document:
    """GET /projects/{project}/branches/{branch}"""
    found = live_branch(call, project, branch)
    return {"branch": call.shown(found), "annotation": {"value": found["_annotations"]}}


def update(call: Call, project: str, branch: str) -> Document:
    """PATCH /projects/{project}/branches/{branch}: name, protected, expires_at."""
    found = dict(live_branch(call, project, branch))
    call.lock(project)
    given = call.body.get("branch") or {}
    siblings = [b for b in call.all("branch", project_id=project) if b["id"] != branch]
    if "name" in given and any(b["name"] == given["name"] for b in siblings):
        raise Refusal(call.world.switches.taken, "branch with that name already exists")
    _check_expiry(call, {**found, **given})
    _check_protected(call, given, siblings)
    found.update({key: given[key] for key in ("name", "protected", "expires_at") if key in given})
    found["updated_at"] = call.stamp()
    call.put("branch", branch, found)
    return call.with_operations({"branch": call.shown(found)})


def delete(call: Call, project: str, branch: str) -> Document | None:
    """DELETE /projects/{project}/branches/{branch}: 204 when it is gone; refused for default, protected and parents."""
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    found = call.get("branch", branch)
    if found is None:
        return None
    call.lock(project)
    reasons = {
        "the default branch cannot be deleted": found["default"],
        "a protected branch cannot be deleted": found["protected"],
        "the branch has children": any(b.get("parent_id") == branch for b in call.all("branch", project_id=project)),
    }
    for reason, holds in reasons.items():
        if holds:
            raise Refusal(call.world.switches.refused, reason)
    remove_branch(call, found)
    call.operation(project, "delete_timeline", branch)
    return call.with_operations({"branch": call.shown(found)})


def remove_branch(call: Call, branch: Document) -> None:
    """Take a branch away, with all that stands on it."""
    for kind in ("endpoint", "role", "database"):
        for document in call.all(kind, branch_id=branch["id"]):
            key = document["id"] if kind == "endpoint" else f"{branch['id']}/{document['name']}"
            call.drop(kind, key)
    call.drop("schedule", branch["id"])
    call.drop("branch", branch["id"])


def expire(call: Call, project: str) -> None:
    """Take away the branches of a project whose time is up."""
    now = datetime.fromisoformat(call.stamp())
    for branch in call.all("branch", project_id=project):
        if branch.get("expires_at") and datetime.fromisoformat(str(branch["expires_at"])) <= now:
            remove_branch(call, branch)


def set_as_default(call: Call, project: str, branch: str) -> Document:
    """POST /projects/{project}/branches/{branch}/set_as_default"""
    found = live_branch(call, project, branch)
    call.lock(project)
    for other in call.all("branch", project_id=project):
        if other["default"] != (other["id"] == branch):
            call.put("branch", other["id"], {**other, "default": other["id"] == branch})
    return call.with_operations({"branch": {**call.shown(found), "default": True}})


def get_schedule(call: Call, project: str, branch: str) -> Document:
    """GET …/backup_schedule"""
    live_branch(call, project, branch)
    return {"schedule": (call.get("schedule", branch) or {}).get("schedule", [])}


def put_schedule(call: Call, project: str, branch: str) -> Document:
    """PUT …/backup_schedule: replaces all."""
    found = live_branch(call, project, branch)
    body: Any = call.body
    how = call.world.switches.clear_schedule
    items = body.get("schedule", []) if isinstance(body, dict) else body
    if not items:
        if how == "never" or (how == "object") != isinstance(body, dict):
            raise Refusal(400, "schedule must have at least one item")
        call.drop("schedule", branch)
        return {}
    if not call.world.plan.scheduled_snapshots:
        raise Refusal(400, "scheduled snapshots are not available on this plan")
    if found.get("parent_id") and found["init_source"] != "schema-only":
        raise Refusal(422, "snapshots are taken of root branches only")
    for item in items:
        kept = item.get("retention_seconds", 3_024_000)
        if item.get("frequency") not in ("daily", "weekly", "monthly") or not 3600 <= kept <= 3_024_000:
            raise Refusal(400, f"invalid schedule item: frequency {item.get('frequency')!r}, retention {kept}")
    call.put("schedule", branch, {"branch_id": branch, "project_id": project, "schedule": items})
    return {}


def live_branch(call: Call, project: str, branch: str) -> Document:
    """A branch of a project that is not deleted."""
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    found = call.need("branch", branch, "branch")
    if found["project_id"] != project:
        raise Refusal(404, "branch not found")
    return found


def _check_expiry(call: Call, given: Document) -> None:
    text = given.get("expires_at")
    if not text:
        return
    moment, now = datetime.fromisoformat(str(text)), datetime.fromisoformat(call.stamp())
    if not now < moment <= now + timedelta(days=30):
        raise Refusal(400, "expires_at must be in the next 30 days")
    if given.get("protected") or given.get("default"):
        raise Refusal(422, "a protected or default branch cannot expire")


def _check_protected(call: Call, given: Document, siblings: list[Document]) -> None:
    most = call.world.plan.protected_branches
    if given.get("protected") and sum(b["protected"] for b in siblings) >= most:
        raise Refusal(422, f"protected branches limit exceeded: {most}")
