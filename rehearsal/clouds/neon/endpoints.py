"""Compute endpoints: how large they may be, and when they sleep."""

from __future__ import annotations

from typing import Any, Final

from rehearsal.clouds.neon.lookups import live_branch, live_endpoint, live_project
from rehearsal.clouds.neon.world import Call, Document, Refusal, new_id

_FIELDS: Final = (
    "autoscaling_limit_min_cu",
    "autoscaling_limit_max_cu",
    "suspend_timeout_seconds",
    "name",
    "disabled",
    "settings",
    "provisioner",
)
_SIZES: Final = (0.25, 0.5, *range(1, 17), *range(18, 57, 2))
_WIDEST: Final = 8
_LARGEST_THAT_GROWS: Final = 16
_SLEEPS_AFTER: Final = 300


def make_endpoint(call: Call, project: Document, branch: Document, given: Document) -> Document:
    """A new endpoint; one read-write endpoint per branch. `start` it."""
    kind = given.get("type", "read_write")
    if kind not in ("read_write", "read_only"):
        raise Refusal(400, "type is read_write or read_only")
    if kind == "read_write" and call.count("endpoint", branch_id=branch["id"], type="read_write"):
        raise Refusal(call.world.switches.taken, "read_write endpoint already exists")
    largest = given.get("autoscaling_limit_max_cu")
    smallest = given.get("autoscaling_limit_min_cu") or max(0.25, (largest or 0) - _WIDEST)
    limits = {
        "autoscaling_limit_min_cu": smallest,
        "autoscaling_limit_max_cu": largest or smallest,
        "suspend_timeout_seconds": given.get("suspend_timeout_seconds", 0),
    }
    check_limits(call, limits)
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
        "proxy_host": f"{region}.{cloud}.neon.tech",
        "region_id": project["region_id"],
        "name": given.get("name"),
        "disabled": bool(given.get("disabled", False)),
        **limits,
        "settings": settings,
        "pooler_enabled": False,
        "pooler_mode": "transaction",
        "passwordless_access": True,
        "provisioner": given.get("provisioner") or "k8s-neonvm",
        "creation_source": "console",
        "current_state": "idle",
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
    }
    return call.put("endpoint", endpoint_id, endpoint)


def start(call: Call, endpoint: Document) -> None:
    """Wake an endpoint, unless it is disabled."""
    if endpoint["disabled"]:
        return
    call.operation(endpoint["project_id"], "start_compute", endpoint["branch_id"], endpoint["id"])
    seconds = endpoint["suspend_timeout_seconds"] or _SLEEPS_AFTER
    awake = {
        "current_state": "active",
        "started_at": call.stamp(),
        "last_active": call.stamp(),
        "_ready": call.ready,
        "_awake_until": call.ready + seconds if seconds > 0 else None,
    }
    endpoint.update(awake)
    call.put("endpoint", endpoint["id"], endpoint)


def create(call: Call, project: str) -> Document:
    """POST /projects/{project}/endpoints"""
    given = call.body.get("endpoint") or {}
    owner = live_project(call, project)
    branch = live_branch(call, project, given.get("branch_id", ""))
    call.lock(project, branch["id"])
    if given.get("region_id", owner["region_id"]) != owner["region_id"]:
        raise Refusal(400, "endpoint region must be the project's")
    endpoint = make_endpoint(call, owner, branch, given)
    start(call, endpoint)
    return call.with_operations({"endpoint": call.shown(endpoint)})


def list_(call: Call, project: str) -> Document:
    """GET /projects/{project}/endpoints"""
    live_project(call, project)
    return {"endpoints": [call.shown(e) for e in call.all("endpoint", project_id=project)]}


def list_of_branch(call: Call, project: str, branch: str) -> Document:
    """GET /projects/{project}/branches/{branch}/endpoints"""
    live_branch(call, project, branch)
    return {"endpoints": [call.shown(e) for e in call.all("endpoint", branch_id=branch)]}


def get(call: Call, project: str, endpoint: str) -> Document:
    """GET /projects/{project}/endpoints/{endpoint}"""
    return {"endpoint": call.shown(live_endpoint(call, project, endpoint))}


def update(call: Call, project: str, endpoint: str) -> Document:
    """PATCH /projects/{project}/endpoints/{endpoint}: wakes a sleeping one for a moment."""
    found = dict(live_endpoint(call, project, endpoint))
    call.lock(project, found["branch_id"])
    given = call.body.get("endpoint") or {}
    found.update({key: given[key] for key in _FIELDS if key in given and (given[key] is not None or key == "name")})
    check_limits(call, found)
    found["updated_at"] = call.stamp()
    if call.moment < found.get("_ready", 0):
        found["_ready"] = call.ready  # what a failed start left behind is started again
    call.put("endpoint", endpoint, found)
    call.operation(project, "apply_config", found["branch_id"], endpoint)
    if call.shown(found)["current_state"] == "idle":
        call.operation(project, "suspend_compute", found["branch_id"], endpoint)
    return call.with_operations({"endpoint": call.shown(found)})


def delete(call: Call, project: str, endpoint: str) -> Document | None:
    """DELETE /projects/{project}/endpoints/{endpoint}: 204 when it is gone; refused on a protected branch."""
    live_project(call, project)
    found = call.get("endpoint", endpoint)
    if found is None or found["project_id"] != project:
        return None
    call.lock(project, found["branch_id"])
    if call.need("branch", found["branch_id"], "branch")["protected"]:
        raise Refusal(call.world.switches.refused, "the endpoint is on a protected branch")
    call.drop("endpoint", endpoint)
    call.operation(project, "suspend_compute", found["branch_id"], endpoint)
    return call.with_operations({"endpoint": call.shown(found)})


def start_now(call: Call, project: str, endpoint: str) -> Document:
    """POST …/endpoints/{endpoint}/start"""
    found = live_endpoint(call, project, endpoint)
    call.lock(project, found["branch_id"])
    if found["disabled"]:
        raise Refusal(call.world.switches.refused, "the endpoint is disabled")
    start(call, found)
    return call.with_operations({"endpoint": call.shown(found)})


def suspend_now(call: Call, project: str, endpoint: str) -> Document:
    """POST …/endpoints/{endpoint}/suspend"""
    found = live_endpoint(call, project, endpoint)
    call.lock(project, found["branch_id"])
    asleep = {**found, "current_state": "idle", "suspended_at": call.stamp(), "_awake_until": None}
    call.put("endpoint", endpoint, asleep)
    call.operation(project, "suspend_compute", found["branch_id"], endpoint)
    return call.with_operations({"endpoint": call.shown(asleep)})


def restart_now(call: Call, project: str, endpoint: str) -> Document:
    """POST …/endpoints/{endpoint}/restart"""
    found = live_endpoint(call, project, endpoint)
    call.lock(project, found["branch_id"])
    call.operation(project, "suspend_compute", found["branch_id"], endpoint)
    start(call, found)
    return call.with_operations({"endpoint": call.shown(found)})


def check_limits(call: Call, given: Document) -> None:
    """Refuse sizes and pauses that the plan or Neon does not have; what is absent is not checked."""
    plan, beyond = call.world.plan, call.world.switches.beyond_plan
    smallest, largest = given.get("autoscaling_limit_min_cu"), given.get("autoscaling_limit_max_cu")
    for asked in (smallest, largest):
        if asked is not None and asked not in _SIZES:
            raise Refusal(400, f"{asked} is no size of a compute")
        if asked is not None and asked > plan.compute_units:
            raise Refusal(beyond, f"requested {asked} compute units, the maximum of this plan is {plan.compute_units}")
    if smallest is not None and largest is not None:
        _check_range(smallest, largest)
    pause = given.get("suspend_timeout_seconds") or 0
    if pause != -1 and pause and not 60 <= pause <= 604_800:
        raise Refusal(400, "suspend_timeout_seconds is 0, -1 or from 60 to 604800")
    shortest, longest = plan.suspend_seconds
    if (pause == -1 and not plan.never_suspend) or (pause > 0 and not shortest <= pause <= longest):
        raise Refusal(beyond, "the suspend interval is not allowed on this account")


def _check_range(smallest: Any, largest: Any) -> None:
    if smallest > largest:
        raise Refusal(400, "autoscaling_limit_min_cu is above autoscaling_limit_max_cu")
    if smallest < largest and (largest > _LARGEST_THAT_GROWS or largest - smallest > _WIDEST):
        raise Refusal(400, f"autoscaling goes up to {_LARGEST_THAT_GROWS} units and over at most {_WIDEST}")
