"""What a path names: a project, a branch or an endpoint that is not deleted; and the pages of a listing."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from rehearsal.clouds.neon.world import Call, Document, Refusal


def live_project(call: Call, project: str) -> Document:
    """A project that is not deleted."""
    found = call.need("project", project, "project")
    if found.get("deleted_at"):
        raise Refusal(404, "project not found")
    return found


def live_branch(call: Call, project: str, branch: str) -> Document:
    """A branch of a project, neither of them deleted."""
    live_project(call, project)
    found = call.need("branch", branch, "branch")
    if found["project_id"] != project:
        raise Refusal(404, "branch not found")
    return found


def live_endpoint(call: Call, project: str, endpoint: str) -> Document:
    """An endpoint of a project, neither of them deleted."""
    live_project(call, project)
    found = call.need("endpoint", endpoint, "endpoint")
    if found["project_id"] != project:
        raise Refusal(404, "endpoint not found")
    return found


def default_branch(call: Call, project: str) -> Document:
    """The default branch of a project."""
    found = call.all("branch", project_id=project, default=True)
    if not found:
        raise Refusal(404, "the project has no default branch")
    return found[0]


def page(call: Call, default: int, most: int) -> tuple[int, int]:
    """(start, limit) of the page that is asked for: `limit` from 1 to `most`, and the cursor of an earlier answer."""
    limit = call.query.get("limit", str(default))
    if not limit.isdigit() or not 1 <= int(limit) <= most:
        raise Refusal(400, f"limit must be from 1 to {most}")
    try:
        start = int(base64.urlsafe_b64decode(call.query.get("cursor") or _cursor(0)).decode())
    except (ValueError, binascii.Error) as error:
        raise Refusal(400, "the cursor is not one of an earlier answer") from error
    return start, int(limit)


def pagination(call: Call, start: int, limit: int, total: int) -> Document:
    """The `pagination` of a listing that goes by `cursor`; what the last page holds is a switch."""
    if start + limit < total:
        return {"pagination": {"cursor": _cursor(start + limit)}}
    how = call.world.switches.last_cursor
    if how == "repeated":
        return {"pagination": {"cursor": _cursor(start)}}
    if how == "empty-page" and start < total:
        return {"pagination": {"cursor": _cursor(total)}}
    return {}


def next_page(start: int, limit: int, total: int, **order: Any) -> Document:
    """The `pagination` of a listing that goes by `next`: the last page has none."""
    return {"pagination": {"next": _cursor(start + limit), **order}} if start + limit < total else {}


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"{start:08}".encode()).decode()
