"""Functions about branches."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from neon_provider import checks
from neon_provider.client import path_of
from neon_provider.convert import Properties
from neon_provider.errors import NotFound
from neon_provider.functions.base import ANY_BRANCH, BRANCH, NAME, PROJECT, Argument, Function, naming
from neon_provider.models import Branch
from neon_provider.session import Session


async def get_branch(session: Session, args: Properties, _: str) -> Properties:
    """A branch by its name."""
    project_id, name = str(args["projectId"]), str(args["name"])
    found = next((branch for branch in await _branches(session, project_id, name) if branch.name == name), None)
    if found is None:
        raise NotFound(
            f"branch {name!r} of project {project_id}", "there is none", advice="listBranches shows the names"
        )
    return shown(found)


async def list_branches(session: Session, args: Properties, _: str) -> Properties:
    """Every branch of a project, or those with a text in their name or id; oldest first."""
    found = await _branches(session, str(args["projectId"]), args.get("search") or None)
    return {"branches": [shown(branch) for branch in found]}


async def compare_schema(session: Session, args: Properties, _: str) -> Properties:
    """How a database's schema differs from that on another branch, the parent if none is given; empty when it does not."""
    project_id, branch_id, database = (str(args[key]) for key in ("projectId", "branchId", "databaseName"))
    path = path_of("projects", project_id, "branches", branch_id, "compare_schema")
    base = args.get("baseBranchId")
    against = f"branch {base}" if base else "its parent"
    with naming(f"schema of database {database!r} on branch {branch_id} of project {project_id}, or on {against}"):
        answer = await session.get(path, db_name=database, base_branch_id=base)
    return {"diff": str(answer.get("diff") or "")}


async def _branches(session: Session, project_id: str, search: str | None) -> list[Branch]:
    """Oldest first: Neon's own order is by change, which would differ from run to run."""
    path = path_of("projects", project_id, "branches")
    order = {"sort_by": "created_at", "sort_order": "asc"}
    with naming(f"project {project_id}"):
        listed = await session.pages(path, "branches", cursor=("next", "cursor"), search=search, **order)
    found = [branch for branch in map(Branch.read, listed) if not branch.deleted_at]
    return sorted(found, key=lambda branch: (branch.created_at, branch.id))


def shown(branch: Branch) -> dict[str, Any]:
    """A branch as a function answers it; sizes in bytes."""
    return {
        "projectId": branch.project_id,
        "branchId": branch.id,
        "name": branch.name,
        "parentId": branch.parent_id,
        "default": branch.default,
        "protected": branch.protected,
        "state": branch.current_state,
        "expiresAt": branch.expires_at,
        "createdAt": branch.created_at,
        "logicalSize": branch.logical_size,
    }


FUNCTIONS: Final[Mapping[str, Function]] = {
    "neon:index:getBranch": Function(
        {"projectId": PROJECT, "name": Argument(checks.name(256), required=True)}, get_branch
    ),
    "neon:index:listBranches": Function({"projectId": PROJECT, "search": Argument()}, list_branches),
    "neon:index:compareSchema": Function(
        {"projectId": PROJECT, "branchId": BRANCH, "databaseName": NAME, "baseBranchId": ANY_BRANCH}, compare_schema
    ),
}
