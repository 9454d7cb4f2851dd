"""Compute endpoints."""

from __future__ import annotations

from rehearsal.clouds.neon.world import Call, Document, Refusal, new_id

_FIELDS = (
    "autoscaling_limit_min_cu",
    "autoscaling_limit_max_cu",
    "suspend_timeout_seconds",
    "name",
    "disabled",
    "settings",
)


def make_endpoint(call: Call, project: Document, branch: Document, given: Document) -> Document:
    """A new endpoint; one read-write endpoint per branch."""
    kind = given.get("type", "read_write")
    if kind == "read_write" and call.all("endpoint", branch_id=branch["id"], type="read_write"):
        raise Refusal(call.world.switches.taken, "read_write endpoint already exists")
    _check_units(call, given)
    endpoint_id = new_id("ep-")
    settings = dict(given.get("settings") or {})
    if given.get("pg_settings"):
        settings["pg_settings"] = given["pg_settings"]
    cloud, _, region = project["region_id"].partition("-")
    endpoint: Document = {
        "id": endpoint_id,
        "project_id": project["id"],
        "branch_id": branch["id"],
        "type": kind,
        "host": f"{endpoint_id}.{region}.{cloud}.neon.tech",
        "region_id": project["region_id"],
        "name": given.get("name"),
        "disabled": bool(given.get("disabled", False)),
        "autoscaling_limit_min_cu": given.get("autoscaling_limit_min_cu", 0.25),
        "autoscaling_limit_max_cu": given.get("autoscaling_limit_max_cu", 0.25),
        "suspend_timeout_seconds": given.get("suspend_timeout_seconds", 0),
        "settings": settings,
        "current_state": "idle",
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
    }
    return call.put("endpoint", endpoint_id, endpoint)


def create(call: Call, project: str) -> Document:
    """POST /projects/{project}/endpoints"""
    from rehearsal.clouds.neon.branches import live_branch
    from rehearsal.clouds.neon.projects import live_project

    given = call.body.get("endpoint") or {}
    owner = live_project(call, project)
    branch = live_branch(call, project, given.get("branch_id", ""))
    call.lock(project)
    if given.get("region_id", owner["region_id"]) != owner["region_id"]:
        raise Refusal(400, "endpoint region must be the project's")
    endpoint = make_endpoint(call, owner, branch, given)
    call.operation(project, "start_compute", branch["id"], endpoint["id"])
    return call.with_operations({"endpoint": call.shown(endpoint)})


def list_(call: Call, project: str) -> Document:
    """GET /projects/{project}/endpoints"""
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    return {"endpoints": [call.shown(e) for e in call.all("endpoint", project_id=project)]}


def get(call: Call, project: str, endpoint: str) -> Document:
    """GET /projects/{project}/endpoints/{endpoint}"""
    return {"endpoint": call.shown(_live(call, project, endpoint))}


def update(call: Call, project: str, endpoint: str) -> Document:
    """PATCH /projects/{project}/endpoints/{endpoint}"""
    found = dict(_live(call, project, endpoint))
    call.lock(project)
    given = call.body.get("endpoint") or {}
    _check_units(call, given)
    found.update({key: given[key] for key in _FIELDS if key in given})
    found["updated_at"] = call.stamp()
    call.put("endpoint", endpoint, found)
    call.operation(project, "apply_config", found["branch_id"], endpoint)
    return call.with_operations({"endpoint": call.shown(found)})


def delete(call: Call, project: str, endpoint: str) -> Document | None:
    """DELETE /projects/{project}/endpoints/{endpoint}: 204 when it is gone; refused on a protected branch."""
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    found = call.get("endpoint", endpoint)
    if found is None:
        return None
    call.lock(project)
    if call.need("branch", found["branch_id"], "branch")["protected"]:
        raise Refusal(call.world.switches.refused, "the endpoint is on a protected branch")
    call.drop("endpoint", endpoint)
    call.operation(project, "suspend_compute", found["branch_id"], endpoint)
    return call.with_operations({"endpoint": call.shown(found)})


def _live(call: Call, project: str, endpoint: str) -> Document:
    from rehearsal.clouds.neon.projects import live_project

    live_project(call, project)
    found = call.need("endpoint", endpoint, "endpoint")
    if found["project_id"] != project:
        raise Refusal(404, "endpoint not found")
    return found


def _check_units(call: Call, given: Document) -> None:
    most = call.world.plan.compute_units
    asked = given.get("autoscaling_limit_max_cu", 0)
    if asked > most:
        raise Refusal(400, f"requested {asked} compute units, the maximum of this plan is {most}")
