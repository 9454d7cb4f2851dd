"""Connection strings."""

from __future__ import annotations

from urllib.parse import quote

from rehearsal.clouds.neon.lookups import default_branch, live_branch, live_endpoint, live_project
from rehearsal.clouds.neon.world import Call, Document, Refusal


def connection(call: Call, endpoint: Document, database: Document, role: Document) -> Document:
    """A connection string of a reply that may show the password, and its parts."""
    password = str(role.get("password") or "")
    return {
        "connection_uri": _uri(call, endpoint, database["name"], role["name"], password, endpoint["host"]),
        "connection_parameters": {
            "database": database["name"],
            "password": password,
            "role": role["name"],
            "host": endpoint["host"],
            "pooler_host": pooler_host(endpoint),
        },
    }


def connection_uri(call: Call, project: str) -> Document:
    """GET /projects/{project}/connection_uri: the default branch and its read-write endpoint unless named; 412 where
    passwords are not stored."""
    owner = live_project(call, project)
    query = call.query
    if not query.get("database_name") or not query.get("role_name"):
        raise Refusal(400, "database_name and role_name are required")
    endpoint = live_endpoint(call, project, query["endpoint_id"]) if query.get("endpoint_id") else None
    if query.get("branch_id"):
        branch = live_branch(call, project, query["branch_id"])
    else:
        branch = live_branch(call, project, endpoint["branch_id"]) if endpoint else default_branch(call, project)
    if endpoint is None:
        endpoint = next(iter(call.all("endpoint", branch_id=branch["id"], type="read_write")), None)
    if endpoint is None or endpoint["branch_id"] != branch["id"]:
        raise Refusal(404, "the branch has no such endpoint")
    database = call.need("database", f"{branch['id']}/{query['database_name']}", "database")
    role = call.need("role", f"{branch['id']}/{query['role_name']}", "role")
    if not owner["store_passwords"]:
        raise Refusal(412, "passwords are not stored for this project")
    host = pooler_host(endpoint) if query.get("pooled") == "true" else endpoint["host"]
    return {"uri": _uri(call, endpoint, database["name"], role["name"], str(role.get("password") or ""), host)}


def pooler_host(endpoint: Document) -> str:
    """The host of the pooler in front of an endpoint."""
    label, _, rest = str(endpoint["host"]).partition(".")
    return f"{label}-pooler.{rest}"


def _uri(call: Call, endpoint: Document, database: str, role: str, password: str, host: str) -> str:
    if call.world.address:
        return call.world.address(endpoint["branch_id"], database, role, password)
    login = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return f"postgresql://{login}@{host}/{quote(database, safe='')}?sslmode=require"
