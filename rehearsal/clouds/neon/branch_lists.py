"""Listings of branches, and the schemas of their databases."""

from __future__ import annotations

import difflib
from typing import Any

from rehearsal.clouds.neon.branches import annotation
from rehearsal.clouds.neon.lookups import live_branch, live_project, next_page, page
from rehearsal.clouds.neon.points import point
from rehearsal.clouds.neon.world import Call, Document, Refusal


def list_(call: Call, project: str) -> Document:
    """GET /projects/{project}/branches: the last changed first unless sorted otherwise; `search` is in name or id."""
    sort_by = call.query.get("sort_by", "updated_at")
    sort_order = call.query.get("sort_order", "desc")
    if sort_by not in ("name", "created_at", "updated_at") or sort_order not in ("asc", "desc"):
        raise Refusal(400, "sort_by is name, created_at or updated_at, and sort_order asc or desc")
    found = _found(call, project)
    found.sort(key=lambda branch: str(branch[sort_by]), reverse=sort_order == "desc")
    start, limit = page(call, 10_000, 10_000)
    shown = found[start : start + limit]
    return {
        "branches": [call.shown(branch) for branch in shown],
        "annotations": {branch["id"]: annotation(branch) for branch in shown},
        **next_page(start, limit, len(found), sort_by=sort_by, sort_order=sort_order),
    }


def count(call: Call, project: str) -> Document:
    """GET /projects/{project}/branches/count"""
    return {"count": len(_found(call, project))}


def _found(call: Call, project: str) -> list[Document]:
    live_project(call, project)
    kinds = ("branch", "deleted_branch") if call.query.get("include_deleted") == "true" else ("branch",)
    search = call.query.get("search", "")
    return [
        branch
        for kind in kinds
        for branch in call.all(kind, project_id=project)
        if search in branch["name"] or search in branch["id"]
    ]


def schema(call: Call, project: str, branch: str) -> Document:
    """GET …/schema?db_name=: SQL, or with `format=json` its tables."""
    found = _database(call, project, branch, "timestamp", "lsn")
    if call.query.get("format") == "json":
        return {"json": {"tables": []}}
    return {"sql": _sql(found)}


def compare_schema(call: Call, project: str, branch: str) -> Document:
    """GET …/compare_schema?db_name=: what differs from `base_branch_id`, or from the parent; empty when nothing does."""
    mine = _database(call, project, branch, "timestamp", "lsn")
    base = call.query.get("base_branch_id") or live_branch(call, project, branch).get("parent_id")
    if not base:
        raise Refusal(400, "base_branch_id is required: the branch has no parent")
    theirs = _database(call, project, base, "base_timestamp", "base_lsn")
    lines = (_sql(theirs).splitlines(keepends=True), _sql(mine).splitlines(keepends=True))
    return {"diff": "".join(difflib.unified_diff(*lines, "base", "compared"))}


def _database(call: Call, project: str, branch: str, timestamp: str, lsn: str) -> Document:
    found = live_branch(call, project, branch)
    point(call, live_project(call, project), found, call.query.get(timestamp), call.query.get(lsn))
    name = call.query.get("db_name")
    if not name:
        raise Refusal(400, "db_name is required")
    return call.need("database", f"{branch}/{name}", "database")


def _sql(database: Document) -> str:
    """What a dump of the schema says; tables are the service's own field `_schema`, SQL text."""
    tables: Any = database.get("_schema", "")
    return f"-- PostgreSQL database\nALTER SCHEMA public OWNER TO {database['owner_name']};\n{tables}"
