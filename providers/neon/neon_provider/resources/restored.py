"""Branches that were restored: a restore gives a branch's name and computes to another branch, under another id.

What was declared on the old one is then on the new one (neon.com/docs/guides/backup-restore, restore and finalize).
"""

from __future__ import annotations

from neon_provider.client import path_of
from neon_provider.errors import NotFound
from neon_provider.models import Branch
from neon_provider.session import Session


async def live_branches(client: Session, project_id: str) -> list[Branch]:
    """The branches of a project that are not deleted; none when the project is gone."""
    try:
        listed = await client.listing(path_of("projects", project_id, "branches"), "branches")
    except NotFound:
        return []
    return [branch for branch in map(Branch.read, listed) if not branch.deleted_at]


async def heir_of(client: Session, project_id: str, branch_id: str, name: str = "") -> Branch | None:
    """The branch that stands where this one stood: itself, or what took its place by a restore; None when it is gone.

    With `name`, the one it is declared with, a branch set aside as `… (old)` or `…_old_…` without a read-write compute is
    followed to the one that holds the name now.
    """
    branches = await live_branches(client, project_id)
    followed: set[str] = set()
    while branch_id not in followed:
        followed.add(branch_id)
        branch_id = next((branch.id for branch in branches if branch.restored_as == branch_id), branch_id)
    found = next((branch for branch in branches if branch.id == branch_id), None)
    if found is None or not name or found.name == name or not _is_set_aside(found.name):
        return found
    other = next((branch for branch in branches if branch.name == name), None)
    if other is None or await _has_compute(client, project_id, found.id):
        return found
    return other


def _is_set_aside(name: str) -> bool:
    return name.endswith(" (old)") or "_old_" in name


async def _has_compute(client: Session, project_id: str, branch_id: str) -> bool:
    listed = await client.listing(path_of("projects", project_id, "endpoints"), "endpoints")
    return any(item["branch_id"] == branch_id and item["type"] == "read_write" for item in listed)
