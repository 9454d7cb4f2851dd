"""The kinds of objects there are, and by which of their values they are looked up."""

from __future__ import annotations

from typing import Final

from rehearsal.clouds.neon.world import Call, Document

KINDS: Final = (
    "project",
    "branch",
    "endpoint",
    "role",
    "database",
    "schedule",
    "snapshot",
    "anonymized",
    "api_key",
    "spending_limit",
)
"""Those a listing of everything shows; operations and what is deleted but kept are apart."""
INDEXES: Final[dict[str, list[tuple[str, ...]]]] = {
    "branch": [
        ("project_id",),
        ("parent_id",),
        ("name", "project_id"),
        ("default", "project_id"),
        ("project_id", "protected"),
        ("_root", "project_id"),
    ],
    "deleted_branch": [("project_id",), ("name", "project_id")],
    "endpoint": [("project_id",), ("branch_id",), ("branch_id", "type")],
    "deleted_endpoint": [("branch_id",)],
    "role": [("branch_id",)],
    "database": [("branch_id",), ("branch_id", "owner_name")],
    "operation": [("project_id",), ("_open", "project_id")],
    "api_key": [("_sha256",)],
    "snapshot": [("_project_id",), ("_project_id", "manual")],
}
"""The names of each sorted, as the store wants them."""


def stands(call: Call, kind: str, document: Document) -> bool:
    """Whether an object exists for a client: neither it nor what it stands on is deleted."""
    if kind == "project":
        return not document.get("deleted_at")
    if kind in ("api_key", "spending_limit"):
        return True
    if kind == "snapshot":
        project = call.get("project", document["_project_id"])
    else:
        branch = document if kind == "branch" else call.get("branch", document["branch_id"])
        project = branch and call.get("project", branch["project_id"])
    return project is not None and not project.get("deleted_at")
