"""Branches: making, changing, deleting for seven days, recovering."""

from __future__ import annotations

from typing import Final

from rehearsal.clouds.neon import contents
from rehearsal.clouds.neon.connections import connection
from rehearsal.clouds.neon.endpoints import make_endpoint, start
from rehearsal.clouds.neon.lookups import default_branch, live_branch, live_project
from rehearsal.clouds.neon.points import moment_of, point
from rehearsal.clouds.neon.world import Call, Document, Refusal, new_id

RECOVERABLE_SECONDS: Final = 7 * 86_400
_EXPIRY_SECONDS: Final = 30 * 86_400
_ROOT_SOURCES: Final = ("schema-only",)


def make_branch(call: Call, project: Document, given: Document, annotations: Document) -> Document:
    """A new branch of the fields that are given, without contents; a root branch unless it has a parent whose data it
    takes."""
    branch_id = new_id("br-")
    source = given.get("init_source") or "parent-data"
    branch: Document = {
        "id": branch_id,
        "project_id": project["id"],
        "name": given.get("name") or branch_id,
        "parent_id": given.get("parent_id"),
        "parent_lsn": given.get("parent_lsn"),
        "parent_timestamp": given.get("parent_timestamp"),
        "init_source": source,
        "default": bool(given.get("default")),
        "primary": bool(given.get("default")),
        "protected": bool(given.get("protected")),
        "current_state": "archived" if given.get("archived") else "ready",
        "state_changed_at": call.stamp(),
        "logical_size": 0,
        "creation_source": "console",
        "cpu_used_sec": 0,
        "compute_time_seconds": 0,
        "active_time_seconds": 0,
        "written_data_bytes": 0,
        "data_transfer_bytes": 0,
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
        "created_by": {"name": "api"},
        "_annotations": annotations,
        "_root": not given.get("parent_id") or source in _ROOT_SOURCES,
        "_ready": call.ready,
        **_expiry(call, given),
    }
    return call.put("branch", branch_id, branch)


def create(call: Call, project: str) -> Document:
    """POST /projects/{project}/branches: no endpoint unless asked; roles and databases of the parent come with it."""
    return create_branch(call, project, call.body, call.body.get("annotation_value") or {})


def create_branch(call: Call, project: str, body: Document, annotations: Document) -> Document:
    """The reply to a creation, of a plain or an anonymised branch."""
    owner = live_project(call, project)
    given = dict(body.get("branch") or {})
    parent = live_branch(call, project, given["parent_id"]) if given.get("parent_id") else default_branch(call, project)
    call.lock(project, parent["id"])
    _check_new(call, owner, parent, given)
    given["parent_lsn"], given["parent_timestamp"] = point(
        call, owner, parent, given.get("parent_timestamp"), given.get("parent_lsn")
    )
    told = given.get("init_source") not in _ROOT_SOURCES or call.world.switches.schema_only_parent
    given["parent_id"] = parent["id"] if told else None
    branch = make_branch(call, owner, given, annotations)
    branch["_data_from"] = parent["id"]
    contents.copy(call, parent["id"], branch["id"], new_passwords=parent["protected"])
    call.operation(project, "create_branch", branch["id"])
    endpoints = []
    for wanted in body.get("endpoints") or []:
        endpoints.append(make_endpoint(call, owner, branch, {**owner["default_endpoint_settings"], **wanted}))
        start(call, endpoints[-1])
    return _made(call, branch, endpoints)


def _made(call: Call, branch: Document, endpoints: list[Document]) -> Document:
    roles = call.all("role", branch_id=branch["id"])
    databases = call.all("database", branch_id=branch["id"])
    reply: Document = {
        "branch": call.shown(branch),
        "endpoints": [call.shown(endpoint) for endpoint in endpoints],
        "roles": [call.shown(role) for role in roles],
        "databases": [call.shown(database) for database in databases],
    }
    if len(roles) == len(databases) == 1:
        uris = [connection(call, endpoint, databases[0], roles[0]) for endpoint in endpoints]
        reply["connection_uris"] = uris
    return call.with_operations(reply)


def _check_new(call: Call, project: Document, parent: Document, given: Document) -> None:
    source = given.get("init_source") or "parent-data"
    if source not in ("parent-data", *_ROOT_SOURCES):
        raise Refusal(400, f"init_source {source!r} is not known here: parent-data or schema-only")
    if parent.get("expires_at"):
        raise Refusal(call.world.switches.refused, "an expiring branch cannot have children")
    if given.get("archived") and given.get("protected"):
        raise Refusal(call.world.switches.refused, "a protected branch cannot be archived")
    if given.get("name"):
        check_name(call, project["id"], given["name"])
    check_place(call, project["id"], root=source in _ROOT_SOURCES)
    _check_protected(call, project["id"], given)


def check_name(call: Call, project: str, name: str) -> None:
    """Refuse a name that another branch of the project has."""
    if not 1 <= len(name) <= 256:
        raise Refusal(400, "a branch name has 1 to 256 characters")
    switches = call.world.switches
    if not switches.store_branch_names:
        return
    kinds = ("branch", "deleted_branch") if switches.deleted_keeps_name else ("branch",)
    if any(call.count(kind, project_id=project, name=name) for kind in kinds):
        raise Refusal(switches.taken, "branch with that name already exists")


def check_place(call: Call, project: str, *, root: bool) -> None:
    """Refuse a branch more than the plan has for a project."""
    plan, switches = call.world.plan, call.world.switches
    kinds = ("branch", "deleted_branch") if switches.deleted_keeps_place else ("branch",)
    if sum(call.count(kind, project_id=project) for kind in kinds) >= plan.branches:
        raise Refusal(switches.limit, f"branches limit exceeded: {plan.branches}")
    if root and call.count("branch", project_id=project, _root=True) >= plan.root_branches:
        raise Refusal(switches.limit, f"root branches limit exceeded: {plan.root_branches}")


def _check_protected(call: Call, project: str, given: Document) -> None:
    most = call.world.plan.protected_branches
    if given.get("protected") and call.count("branch", project_id=project, protected=True) >= most:
        raise Refusal(call.world.switches.limit, f"protected branches limit exceeded: {most}")


def _expiry(call: Call, given: Document) -> Document:
    """The fields of an expiry that is asked for; null takes it away."""
    text = given.get("expires_at")
    if not text:
        return {"expires_at": None, "ttl_interval_seconds": None, "_due": None}
    moment = moment_of(text, "expires_at")
    if not call.moment < moment <= call.moment + _EXPIRY_SECONDS:
        raise Refusal(400, "expires_at must be in the next 30 days")
    if given.get("protected") or given.get("default"):
        raise Refusal(call.world.switches.refused, "a protected or default branch cannot expire")
    return {"expires_at": text, "ttl_interval_seconds": round(moment - call.moment), "_due": moment}


def get(call: Call, project: str, branch: str) -> Document:
    """GET /projects/{project}/branches/{branch}"""
    found = live_branch(call, project, branch)
    return {"branch": call.shown(found), "annotation": annotation(found)}


def annotation(branch: Document) -> Document:
    """The annotation of a branch as replies show it."""
    return {"object": {"type": "console/branch", "id": branch["id"]}, "value": branch["_annotations"]}


def update(call: Call, project: str, branch: str) -> Document:
    """PATCH /projects/{project}/branches/{branch}: name, protected, expires_at."""
    found = live_branch(call, project, branch)
    call.lock(project, branch)
    asked = call.body.get("branch") or {}
    given = {key: value for key, value in asked.items() if value is not None or key == "expires_at"}
    if given.get("name", found["name"]) != found["name"]:
        check_name(call, project, given["name"])
    if given.get("protected") and not found["protected"]:
        _check_protected(call, project, given)
    if given.get("expires_at") and call.count("branch", parent_id=branch):
        raise Refusal(call.world.switches.refused, "a branch with children cannot expire")
    changed = {**found, **{key: given[key] for key in ("name", "protected") if key in given}}
    if "expires_at" in given:
        changed |= _expiry(call, {**changed, "expires_at": given["expires_at"]})
    elif changed.get("expires_at") and changed["protected"]:
        raise Refusal(call.world.switches.refused, "a protected or default branch cannot expire")
    changed["updated_at"] = call.stamp()
    call.put("branch", branch, changed)
    return call.with_operations({"branch": call.shown(changed)})


def delete(call: Call, project: str, branch: str) -> Document | None:
    """DELETE /projects/{project}/branches/{branch}: 204 when it is gone; refused for default, protected and parents.

    It can be recovered for seven days, unless `hard_delete=true` (older contract).
    """
    live_project(call, project)
    found = call.get("branch", branch)
    if found is None or found["project_id"] != project:
        return None
    call.lock(project, branch)
    children = call.all("branch", parent_id=branch, _root=False)
    reasons = {
        "the default branch cannot be deleted": found["default"],
        "a protected branch cannot be deleted": found["protected"],
        "the branch has children": bool(children),
    }
    for reason, holds in reasons.items():
        if holds:
            raise Refusal(call.world.switches.refused, reason)
    for endpoint in call.all("endpoint", branch_id=branch):
        call.operation(project, "suspend_compute", branch, endpoint["id"])
    call.operation(project, "delete_timeline", branch)
    deleted = set_aside(call, found, "user")
    if call.query.get("hard_delete") == "true":
        purge(call, deleted)
    return call.with_operations({"branch": call.shown(found)})


def set_aside(call: Call, branch: Document, method: str) -> Document:
    """Delete a branch so that it can be recovered; `method` is user or ttl."""
    for endpoint in call.all("endpoint", branch_id=branch["id"]):
        call.drop("endpoint", endpoint["id"])
        call.put("deleted_endpoint", endpoint["id"], endpoint)
    call.drop("branch", branch["id"])
    until = call.moment + RECOVERABLE_SECONDS
    recovery = {"deleted_at": call.stamp(), "recoverable_until": call.stamp(until), "deletion_method": method}
    return call.put("deleted_branch", branch["id"], {**branch, "recovery": recovery, "_due": until})


def purge(call: Call, branch: Document) -> None:
    """Take away what is left of a deleted branch."""
    contents.remove(call, branch["id"])
    for endpoint in call.all("deleted_endpoint", branch_id=branch["id"]):
        call.drop("deleted_endpoint", endpoint["id"])
    for kind in ("schedule", "anonymized", "deleted_branch"):
        call.drop(kind, branch["id"])


def recover(call: Call, project: str, branch: str) -> Document:
    """POST /projects/{project}/branches/{branch}/recover: with its endpoints, idle, and without an expiry."""
    live_project(call, project)
    call.lock(project, branch)
    found = call.need("deleted_branch", branch, "deleted branch")
    if found["project_id"] != project:
        raise Refusal(404, "deleted branch not found")
    if found.get("parent_id") and not call.get("branch", found["parent_id"]):
        raise Refusal(call.world.switches.refused, "the parent of the branch is deleted")
    call.drop("deleted_branch", branch)
    check_name(call, project, found["name"])
    check_place(call, project, root=found["_root"])
    back = {**found, "recovery": None, "updated_at": call.stamp(), **_expiry(call, {})}
    call.put("branch", branch, back)
    endpoints = call.all("deleted_endpoint", branch_id=branch)
    for endpoint in endpoints:
        endpoint.update(current_state="idle", _awake_until=None)
        call.drop("deleted_endpoint", endpoint["id"])
        call.put("endpoint", endpoint["id"], endpoint)
    return {"branch": call.shown(back), "endpoints": [call.shown(endpoint) for endpoint in endpoints]}


def set_as_default(call: Call, project: str, branch: str) -> Document:
    """POST /projects/{project}/branches/{branch}/set_as_default"""
    found = live_branch(call, project, branch)
    call.lock(project, branch)
    if found.get("expires_at"):
        raise Refusal(call.world.switches.refused, "a protected or default branch cannot expire")
    for other in call.all("branch", project_id=project, default=True):
        call.put("branch", other["id"], {**other, "default": False, "primary": False})
    found = call.put("branch", branch, {**found, "default": True, "primary": True, "updated_at": call.stamp()})
    return call.with_operations({"branch": call.shown(found)})
