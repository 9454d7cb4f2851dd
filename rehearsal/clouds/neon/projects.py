"""Projects and what comes with them."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.clouds.neon.account import DEFAULT_REGION, check_organization, check_region
from rehearsal.clouds.neon.branches import RECOVERABLE_SECONDS, make_branch
from rehearsal.clouds.neon.connections import connection
from rehearsal.clouds.neon.endpoints import check_limits, make_endpoint, start
from rehearsal.clouds.neon.lookups import live_project, page, pagination
from rehearsal.clouds.neon.points import moment_of
from rehearsal.clouds.neon.roles_databases import make_database, make_role
from rehearsal.clouds.neon.settings import merged_settings
from rehearsal.clouds.neon.world import ORGANIZATION, Call, Document, Refusal, new_id

_PATCHABLE: Final = ("name", "history_retention_seconds")
_COUNTERS: Final = (
    "data_storage_bytes_hour",
    "data_transfer_bytes",
    "written_data_bytes",
    "compute_time_seconds",
    "active_time_seconds",
    "cpu_used_sec",
    "branch_logical_size_limit",
    "branch_logical_size_limit_bytes",
)


def create(call: Call) -> Document:
    """POST /projects"""
    given = call.body.get("project") or {}
    project = _make(call, given)
    wanted = given.get("branch") or {}
    name, database_name = wanted.get("name") or "main", wanted.get("database_name") or "neondb"
    branch = make_branch(call, project, {"name": name, "default": True}, wanted.get("annotations") or {})
    endpoint = make_endpoint(call, project, branch, {**project["default_endpoint_settings"], "type": "read_write"})
    role = make_role(call, branch, wanted.get("role_name") or f"{database_name}_owner")
    database = make_database(call, branch, database_name, role["name"])
    call.operation(project["id"], "create_timeline", branch["id"])
    start(call, endpoint)
    return call.with_operations(
        {
            "project": call.shown(project),
            "branch": call.shown(branch),
            "endpoints": [call.shown(endpoint)],
            "roles": [{**call.shown(role), "password": role["password"]}],
            "databases": [call.shown(database)],
            "connection_uris": [connection(call, endpoint, database, role)],
        }
    )


def _make(call: Call, given: Document) -> Document:
    plan, project_id = call.world.plan, new_id()
    history = given.get("history_retention_seconds")
    history = plan.default_history_seconds if history is None else history
    organization, region = given.get("org_id") or ORGANIZATION, given.get("region_id") or DEFAULT_REGION
    version = given.get("pg_version") or 17
    check_organization(organization)
    check_region(region)
    if version not in range(14, 19):
        raise Refusal(400, f"pg_version {version} is not available: 14 to 18")
    _check_name(given)
    _check_history(call, history)
    settings = merged_settings(call, {}, given.get("settings") or {})
    check_limits(call, given.get("default_endpoint_settings") or {})
    project: Document = {
        "id": project_id,
        "platform_id": region.partition("-")[0],
        "name": given.get("name") or project_id,
        "region_id": region,
        "proxy_host": f"{region.partition('-')[2]}.{region.partition('-')[0]}.neon.tech",
        "provisioner": given.get("provisioner") or "k8s-neonvm",
        "pg_version": version,
        "org_id": organization,
        "owner_id": organization,
        "store_passwords": given.get("store_passwords", True),
        "history_retention_seconds": history,
        "default_endpoint_settings": given.get("default_endpoint_settings") or {},
        "settings": settings,
        "owner": {
            "email": "",
            "name": "brightbroom",
            "branches_limit": plan.branches,
            "subscription_type": plan.subscription,
        },
        "creation_source": "console",
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
        "consumption_period_start": call.stamp(),
        "consumption_period_end": call.stamp(call.moment + 30 * 86_400),
        **dict.fromkeys(_COUNTERS, 0),
    }
    return call.put("project", project_id, project)


def list_(call: Call) -> Document:
    """GET /projects: those of `org_id`, with `search` in name or id; `recoverable` for the deleted ones."""
    switches, query = call.world.switches, call.query
    shown = _is_recoverable if query.get("recoverable") == "true" else _is_live
    search, organization = query.get("search", ""), query.get("org_id") or ORGANIZATION
    found = [
        project
        for project in call.all("project")
        if shown(call, project)
        and (search in project["name"] or search in project["id"])
        and project["org_id"] == organization
    ]
    away = list(switches.unavailable_projects)
    found = [project for project in found if project["id"] not in away]
    start, limit = page(call, 10, 400)
    reply: Document = {
        "projects": [_item(call, project) for project in found[start : start + limit]],
        "applications": {},
        "integrations": {},
        **pagination(call, start, limit, len(found)),
    }
    return {**reply, "unavailable_project_ids": away} if away else reply


def _item(call: Call, project: Document) -> Document:
    """A project as a listing shows it."""
    hidden = ("owner", "consumption_period_start", "consumption_period_end", *_COUNTERS[:5])
    item = {key: value for key, value in call.shown(project).items() if key not in hidden}
    item |= {"active_time": project["active_time_seconds"], "org_name": "brightbroom"}
    if project.get("deleted_at"):
        until = moment_of(project["deleted_at"], "deleted_at") + RECOVERABLE_SECONDS
        item["recoverable_until"] = call.stamp(until)
    return item


def get(call: Call, project: str) -> Document:
    """GET /projects/{project}"""
    return {"project": call.shown(live_project(call, project))}


def update(call: Call, project: str) -> Document:
    """PATCH /projects/{project}: unknown fields are ignored, as Neon does."""
    found = dict(live_project(call, project))
    call.lock(project)
    given = {key: value for key, value in (call.body.get("project") or {}).items() if value is not None}
    _check_name(given)
    if "history_retention_seconds" in given:
        _check_history(call, given["history_retention_seconds"])
    found.update({key: given[key] for key in _PATCHABLE if key in given})
    if "settings" in given:
        before, found["settings"] = found["settings"], merged_settings(call, found["settings"], given["settings"])
        _reconfigure(call, project, before, found["settings"])
    if "default_endpoint_settings" in given:
        found["default_endpoint_settings"] = {
            **found["default_endpoint_settings"],
            **given["default_endpoint_settings"],
        }
        check_limits(call, found["default_endpoint_settings"])
    found["updated_at"] = call.stamp()
    call.put("project", project, found)
    return call.with_operations({"project": call.shown(found)})


def _reconfigure(call: Call, project: str, before: Document, after: Document) -> None:
    """Operations of a change that computes must learn of, where the service is said to return them."""
    keys = ("enable_logical_replication", "preload_libraries")
    if call.world.switches.settings_operations and any(before.get(key) != after.get(key) for key in keys):
        for endpoint in call.all("endpoint", project_id=project):
            call.operation(project, "apply_config", endpoint["branch_id"], endpoint["id"])


def delete(call: Call, project: str) -> Document:
    """DELETE /projects/{project}: kept seven days, refused while a branch is protected."""
    found = live_project(call, project)
    call.lock(project)
    if call.count("branch", project_id=project, protected=True):
        raise Refusal(call.world.switches.refused, "project has protected branches")
    call.put("project", project, {**found, "deleted_at": call.stamp()})
    return {"project": call.shown(found)}


def recover(call: Call, project: str) -> Document:
    """POST /projects/{project}/recover: with everything on it."""
    found = call.need("project", project, "project")
    if not _is_recoverable(call, found):
        raise Refusal(404, "project not found")
    call.put("project", project, {key: value for key, value in found.items() if key != "deleted_at"})
    branches = [call.shown(branch) for branch in call.all("branch", project_id=project)]
    return {"project": call.shown({**found, "deleted_at": None}), "branches": branches}


def operations(call: Call, project: str) -> Document:
    """GET /projects/{project}/operations: the newest first."""
    live_project(call, project)
    start, limit = page(call, 1000, 1000)
    found = call.newest("operation", start, limit, project_id=project)
    total = call.count("operation", project_id=project)
    return {"operations": [call.shown_operation(o) for o in found], **pagination(call, start, limit, total)}


def operation(call: Call, project: str, operation: str) -> Document:
    """GET /projects/{project}/operations/{operation}"""
    found = call.need("operation", operation, "operation")
    if found["project_id"] != project:
        raise Refusal(404, "operation not found")
    return {"operation": call.shown_operation(found)}


def _is_live(_: Call, project: Document) -> bool:
    return not project.get("deleted_at")


def _is_recoverable(call: Call, project: Document) -> bool:
    deleted_at = project.get("deleted_at")
    return bool(deleted_at) and call.moment - moment_of(deleted_at, "deleted_at") <= RECOVERABLE_SECONDS


def _check_name(given: Document) -> None:
    if given.get("name") is not None and not 1 <= len(str(given["name"])) <= 256:
        raise Refusal(400, "a project name has 1 to 256 characters")


def _check_history(call: Call, seconds: Any) -> None:
    most = call.world.plan.history_seconds
    if not isinstance(seconds, int) or not 0 <= seconds <= most:
        raise Refusal(
            call.world.switches.beyond_plan,
            f"requested history retention {seconds} is above the maximum of {most} seconds",
        )
