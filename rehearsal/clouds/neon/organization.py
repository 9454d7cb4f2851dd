"""The organisation: its API keys, its spending limit, what its projects consumed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, Final

from rehearsal.clouds.neon.account import PERSON, check_organization
from rehearsal.clouds.neon.lookups import live_project, page, pagination
from rehearsal.clouds.neon.points import moment_of
from rehearsal.clouds.neon.world import Call, Document, Refusal

_PERSON: Final = {"id": PERSON, "name": "api", "image": ""}
_METRICS: Final = (
    "compute_unit_seconds",
    "root_branch_bytes_month",
    "child_branch_bytes_month",
    "instant_restore_bytes_month",
    "public_network_transfer_bytes",
    "private_network_transfer_bytes",
    "extra_branches_month",
    "snapshot_storage_bytes_month",
)
_HOUR: Final = 3600
_STEPS: Final = {"hourly": (_HOUR, 168 * _HOUR), "daily": (24 * _HOUR, 60 * 24 * _HOUR)}
_MONTHLY: Final = (30 * 24 * _HOUR, 366 * 24 * _HOUR)


# ---- keys --------------------------------------------------------------------------------------------------------


def list_keys(call: Call, organization: str) -> list[Document]:
    """GET /organizations/{organization}/api_keys: never the text of a key."""
    check_organization(organization)
    return [{**call.shown(key), "last_used_at": None, "last_used_from_addr": ""} for key in call.all("api_key")]


def create_key(call: Call, organization: str) -> Document:
    """POST /organizations/{organization}/api_keys: the text of the key stands in this answer only."""
    check_organization(organization)
    name, project = call.body.get("key_name"), call.body.get("project_id")
    if not isinstance(name, str) or not 1 <= len(name) <= 64:
        raise Refusal(400, "key_name has 1 to 64 characters")
    if project:
        live_project(call, project)
    text = f"napi_{secrets.token_hex(32)}"
    key: Document = {
        "id": secrets.randbelow(9_000_000) + 1_000_000,
        "name": name,
        "created_at": call.stamp(),
        "created_by": _PERSON,
        "project_id": project,
        "_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    call.put("api_key", str(key["id"]), key)
    return {**call.shown(key), "created_by": _PERSON["id"], "key": text}


def revoke_key(call: Call, organization: str, key: str) -> Document:
    """DELETE /organizations/{organization}/api_keys/{key}"""
    check_organization(organization)
    found = call.need("api_key", key, "API key")
    call.drop("api_key", key)
    used = {"last_used_at": None, "last_used_from_addr": ""}
    return {**call.shown(found), "created_by": _PERSON["id"], **used, "revoked": True}


# ---- spending limit ----------------------------------------------------------------------------------------------


def get_limit(call: Call, organization: str) -> Document:
    """GET …/billing/spending_limit: null for none."""
    _check_limit(call, organization)
    return {"spending_limit_cents": (call.get("spending_limit", organization) or {}).get("spending_limit_cents")}


def put_limit(call: Call, organization: str) -> Document:
    """PUT …/billing/spending_limit"""
    _check_limit(call, organization)
    cents = call.body.get("spending_limit_cents")
    if not isinstance(cents, int) or isinstance(cents, bool) or cents < 1:
        raise Refusal(400, "spending_limit_cents is a whole number from 1")
    call.put("spending_limit", organization, {"id": organization, "spending_limit_cents": cents})
    return {"spending_limit_cents": cents}


def delete_limit(call: Call, organization: str) -> Document:
    """DELETE …/billing/spending_limit: also where there is none."""
    _check_limit(call, organization)
    call.drop("spending_limit", organization)
    return {}


def _check_limit(call: Call, organization: str) -> None:
    check_organization(organization)
    if not call.world.plan.spending_limit:
        raise Refusal(call.world.switches.beyond_plan, "a spending limit is not available on this plan")


# ---- consumption -------------------------------------------------------------------------------------------------


def consumption(call: Call) -> Document:
    """GET /consumption_history/v2/projects: what computes and branches of today would have used in each step."""
    query = call.query
    missing = [key for key in ("org_id", "from", "to", "granularity", "metrics") if not query.get(key)]
    if missing:
        raise Refusal(400, f"{', '.join(missing)} must be given")
    check_organization(query["org_id"])
    if not call.world.plan.spending_limit:
        raise Refusal(403, "consumption history is not available on this plan")
    metrics = query["metrics"].split(",")
    if set(metrics) - set(_METRICS):
        raise Refusal(400, f"metrics are {', '.join(_METRICS)}")
    steps = list(_steps(query))
    wanted = query.get("project_ids", "").split(",") if query.get("project_ids") else None
    start, limit = page(call, 10, 100)
    found = [p for p in call.all("project") if not p.get("deleted_at") and (wanted is None or p["id"] in wanted)]
    shown = [_consumed(call, project, steps, metrics) for project in found[start : start + limit]]
    return {"projects": shown, **pagination(call, start, limit, len(found))}


def _steps(query: Any) -> Iterator[tuple[float, float]]:
    begin, end = moment_of(query["from"], "from"), moment_of(query["to"], "to")
    granularity = query["granularity"]
    if granularity not in ("hourly", "daily", "monthly"):
        raise Refusal(400, "granularity is hourly, daily or monthly")
    step, longest = _STEPS.get(granularity, _MONTHLY)
    if not begin < end <= begin + longest:
        raise Refusal(406, "the range does not fit the granularity")
    while begin < end:
        yield begin, min(end, begin + step)
        begin += step


def _consumed(call: Call, project: Document, steps: list[tuple[float, float]], metrics: list[str]) -> Document:
    units = sum(e["autoscaling_limit_min_cu"] for e in call.all("endpoint", project_id=project["id"]))
    extra = max(0, call.count("branch", project_id=project["id"]) - call.world.plan.included_branches)

    def value(metric: str, seconds: float) -> float:
        known: dict[str, float] = {"compute_unit_seconds": round(units * seconds), "extra_branches_month": extra}
        return known.get(metric, 0)

    frames = [
        {
            "timeframe_start": call.stamp(begin),
            "timeframe_end": call.stamp(end),
            "metrics": [{"metric_name": metric, "value": value(metric, end - begin)} for metric in metrics],
        }
        for begin, end in steps
    ]
    period = {
        "period_id": project["id"],
        "period_plan": call.world.switches.plan,
        "period_start": project["created_at"],
        "consumption": frames,
    }
    return {"project_id": project["id"], "periods": [period]}
