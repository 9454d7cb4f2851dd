"""Functions about an account and its projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from neon_provider import checks
from neon_provider.client import path_of
from neon_provider.convert import Properties
from neon_provider.errors import NotFound
from neon_provider.functions.base import ORGANIZATION, PROJECT, Argument, Function, Refused, naming
from neon_provider.models import OperationRecord, Organization, Project, Region
from neon_provider.resources.project_parts import default_branch, read_write
from neon_provider.session import Session
from neon_provider.shapes import WHOLE

_MOST: Final = 1000
"""Operations of one page."""


async def get_project(session: Session, args: Properties, _: str) -> Properties:
    """A project with its default branch, and the hosts of that branch's read-write compute; empty when it has none."""
    project_id = str(args["projectId"])
    with naming(f"project {project_id}"):
        project = Project.read((await session.get(path_of("projects", project_id))).get("project"))
        branch = await default_branch(session, project_id)
        endpoint = await read_write(session, project_id, branch.id)
    return {
        "projectId": project.id,
        "name": project.name,
        "regionId": project.region_id,
        "pgVersion": project.pg_version,
        "orgId": project.org_id or "",
        "historyRetentionSeconds": project.history_retention_seconds,
        "defaultBranchId": branch.id,
        "defaultEndpointId": endpoint.id if endpoint else "",
        "host": endpoint.host if endpoint else "",
        "poolerHost": endpoint.pooler_host if endpoint else "",
        "createdAt": project.created_at,
        "subscriptionType": project.owner.subscription_type,
    }


async def get_regions(session: Session, args: Properties, org_id: str) -> Properties:
    """The regions an organisation may create projects in."""
    answer = await session.get("/regions", org_id=args.get("orgId") or org_id or None)
    regions = [Region.read(item) for item in answer.get("regions") or []]
    return {"regions": [{"regionId": r.region_id, "name": r.name, "default": r.default} for r in regions]}


async def get_operations(session: Session, args: Properties, _: str) -> Properties:
    """The newest operations of a project, newest first.

    Neon does not document the order of its listing: one that starts with the oldest is read to its end.
    """
    project_id, limit = str(args["projectId"]), int(args.get("limit", 20))
    path = path_of("projects", project_id, "operations")
    with naming(f"project {project_id}"):
        answer = await session.get(path, limit=limit)
        found = [OperationRecord.read(item) for item in answer.get("operations") or []]
        rising = len(found) > 1 and found[0].created_at < found[-1].created_at
        if rising and (answer.get("pagination") or {}).get("cursor"):
            listed = await session.pages(path, "operations", cursor=("cursor",), limit=_MOST)
            found = [OperationRecord.read(item) for item in listed]
    operations = sorted(found, key=lambda operation: operation.created_at, reverse=True)
    return {"operations": [_operation(operation) for operation in operations[:limit]]}


async def get_organization(session: Session, args: Properties, org_id: str) -> Properties:
    """An organisation: the given one, the configured one, or the only one of the key."""
    wanted = str(args.get("orgId") or org_id)
    if wanted:
        with naming(f"organisation {wanted}"):
            answer = await session.get(path_of("organizations", wanted))
        found = Organization.read(answer)
    else:
        found = await only_organization(session)
    return {
        "orgId": found.id,
        "name": found.name,
        "handle": found.handle,
        "plan": found.plan,
        "managedBy": found.managed_by,
        "createdAt": found.created_at,
    }


async def only_organization(session: Session) -> Organization:
    """The organisation of the key; raises when there is not exactly one."""
    answer = await session.get("/users/me/organizations")
    found = [Organization.read(item) for item in answer.get("organizations") or []]
    if not found:
        raise NotFound("organisation of the key", "it belongs to none", advice="Give orgId")
    if len(found) > 1:
        names = ", ".join(f"{item.id} ({item.name})" for item in found)
        raise Refused(("orgId", f"is required: the key belongs to several organisations: {names}"))
    return found[0]


def _operation(operation: OperationRecord) -> dict[str, Any]:
    return {
        "operationId": operation.id,
        "action": operation.action,
        "status": operation.status,
        "branchId": operation.branch_id,
        "endpointId": operation.endpoint_id,
        "error": operation.error or None,
        "createdAt": operation.created_at,
        "updatedAt": operation.updated_at,
        "durationMilliseconds": operation.total_duration_ms,
    }


FUNCTIONS: Final[Mapping[str, Function]] = {
    "neon:index:getProject": Function({"projectId": PROJECT}, get_project),
    "neon:index:getRegions": Function({"orgId": ORGANIZATION}, get_regions),
    "neon:index:getOperations": Function(
        {"projectId": PROJECT, "limit": Argument(checks.between(1, _MOST), WHOLE)}, get_operations
    ),
    "neon:index:getOrganization": Function({"orgId": ORGANIZATION}, get_organization),
}
