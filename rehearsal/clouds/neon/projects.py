"""Projects and what comes with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rehearsal.clouds.neon.branches import make_branch
from rehearsal.clouds.neon.endpoints import make_endpoint
from rehearsal.clouds.neon.roles_databases import make_database, make_role
from rehearsal.clouds.neon.world import ORGANIZATION, Call, Document, Refusal, new_id

_KEPT = timedelta(days=7)
_PATCHABLE = ("name", "history_retention_seconds")


def create(call: Call) -> Document:
    """POST /projects"""
    given = call.body.get("project") or {}
    plan = call.world.plan
    history = given.get("history_retention_seconds", plan.default_history_seconds)
    _check_history(call, history)
    _check_ips(call, given.get("settings") or {})
    project_id = new_id()
    project: Document = {
        "id": project_id,
        "name": given.get("name") or project_id,
        "region_id": given.get("region_id", "aws-us-east-2"),
        "pg_version": given.get("pg_version", 17),
        "org_id": given.get("org_id") or ORGANIZATION,
        "store_passwords": given.get("store_passwords", True),
        "history_retention_seconds": history,
        "default_endpoint_settings": given.get("default_endpoint_settings") or {},
        "settings": given.get("settings") or {},
        "owner": {"subscription_type": plan.subscription},
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
    }
    call.put("project", project_id, project)
    wanted = given.get("branch") or {}
    database_name = wanted.get("database_name", "neondb")
    branch = make_branch(
        call, project, {"name": wanted.get("name", "main")}, wanted.get("annotations") or {}, default=True
    )
    endpoint = make_endpoint(call, project, branch, {**project["default_endpoint_settings"], "type": "read_write"})
    role = make_role(call, branch, wanted.get("role_name", f"{database_name}_owner"))
    database = make_database(call, branch, database_name, role["name"])
    call.operation(project_id, "create_timeline", branch["id"])
    call.operation(project_id, "start_compute", branch["id"], endpoint["id"])
    uri = f"postgresql://{role['name']}:{role['password']}@{endpoint['host']}/{database['name']}?sslmode=require"
    return call.with_operations(
        {
            "project": call.shown(project),
            "branch": call.shown(branch),
            "endpoints": [call.shown(endpoint)],
            "roles": [{**call.shown(role), "password": role["password"]}],
            "databases": [call.shown(database)],
            "connection_uris": [{"connection_uri": uri}],
        }
    )


def list_(call: Call) -> Document:
    """GET /projects"""
    shown = _is_recoverable if call.query.get("recoverable") == "true" else _is_live
    found = [p for p in call.all("project") if shown(call, p) and call.query.get("search", "") in p["name"]]
    limit = int(call.query.get("limit", 10))
    start = int(call.query.get("cursor", 0) or 0)
    page = found[start : start + limit]
    reply: Document = {"projects": [call.shown(project) for project in page]}
    if start + limit < len(found):
        reply["pagination"] = {"cursor": str(start + limit)}
    return reply


def get(call: Call, project: str) -> Document:
    """GET /projects/{project}"""
    return {"project": call.shown(_live(call, project))}


def update(call: Call, project: str) -> Document:
    """PATCH /projects/{project}: unknown fields are ignored, as Neon does."""
    found = dict(_live(call, project))
    call.lock(project)
    given = call.body.get("project") or {}
    if "history_retention_seconds" in given:
        _check_history(call, given["history_retention_seconds"])
    _check_ips(call, given.get("settings") or {})
    found.update({key: given[key] for key in _PATCHABLE if key in given})
    if "settings" in given:
        found["settings"] = {**found["settings"], **given["settings"]}
    if "default_endpoint_settings" in given:
        found["default_endpoint_settings"] = {
            **found["default_endpoint_settings"],
            **given["default_endpoint_settings"],
        }
    found["updated_at"] = call.stamp()
    call.put("project", project, found)
    return call.with_operations({"project": call.shown(found)})


def delete(call: Call, project: str) -> Document:
    """DELETE /projects/{project}: kept seven days, refused while a branch is protected."""
    found = _live(call, project)
    call.lock(project)
    if any(branch["protected"] for branch in call.all("branch", project_id=project)):
        raise Refusal(call.world.switches.refused, "project has protected branches")
    call.put("project", project, {**found, "deleted_at": call.stamp()})
    return {"project": call.shown(found)}


def recover(call: Call, project: str) -> Document:
    """POST /projects/{project}/recover"""
    found = call.need("project", project, "project")
    if not _is_recoverable(call, found):
        raise Refusal(404, "project not found")
    call.put("project", project, {key: value for key, value in found.items() if key != "deleted_at"})
    return {"project": call.shown(found)}


def operations(call: Call, project: str) -> Document:
    """GET /projects/{project}/operations"""
    return {"operations": [call.shown_operation(item) for item in call.all("operation", project_id=project)]}


def operation(call: Call, project: str, operation: str) -> Document:
    """GET /projects/{project}/operations/{operation}"""
    found = call.need("operation", operation, "operation")
    if found["project_id"] != project:
        raise Refusal(404, "operation not found")
    return {"operation": call.shown_operation(found)}


def live_project(call: Call, project: str) -> Document:
    """A project that is not deleted."""
    return _live(call, project)


def _live(call: Call, project: str) -> Document:
    found = call.need("project", project, "project")
    if found.get("deleted_at"):
        raise Refusal(404, "project not found")
    return found


def _is_live(_: Call, project: Document) -> bool:
    return not project.get("deleted_at")


def _is_recoverable(call: Call, project: Document) -> bool:
    deleted_at = project.get("deleted_at")
    return bool(deleted_at) and _moment(call.stamp()) - _moment(str(deleted_at)) <= _KEPT


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _check_history(call: Call, seconds: Any) -> None:
    most = call.world.plan.history_seconds
    if not isinstance(seconds, int) or seconds < 0 or seconds > most:
        raise Refusal(400, f"requested history retention {seconds} is above the maximum of {most} seconds")


def _check_ips(call: Call, settings: Document) -> None:
    if (settings.get("allowed_ips") or {}).get("ips") and not call.world.plan.allowed_ips:
        raise Refusal(400, "IP allow is not available on this plan")
