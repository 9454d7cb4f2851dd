"""What comes with a project: the default branch with its endpoint, role and database."""

from __future__ import annotations

from neon_provider.client import path_of
from neon_provider.convert import Properties
from neon_provider.errors import NeonError, NotFound
from neon_provider.models import Branch, Database, Endpoint, Role
from neon_provider.resources.project_fields import endpoint_fields
from neon_provider.session import Session


async def apply_defaults(client: Session, project_id: str, inputs: Properties, change: Properties) -> None:
    """The default branch and endpoint are objects of their own: changed where they differ from what is asked."""
    wanted = inputs.get("defaultBranch") or {}
    if "defaultBranch" in change and wanted:
        branch = await default_branch(client, project_id)
        asked = {key: wanted[key] for key in ("name", "protected") if key in wanted}
        fields = {key: value for key, value in asked.items() if getattr(branch, key) != value}
        if fields:
            path = path_of("projects", project_id, "branches", branch.id)
            answer = await client.request("PATCH", path, body={"branch": fields})
            await client.settle(project_id, answer)
    limits = inputs.get("defaultEndpoint") or {}
    if "defaultEndpoint" in change and limits:
        branch = await default_branch(client, project_id)
        endpoint = await read_write(client, project_id, branch.id)
        fields = endpoint_fields(endpoint, limits) if endpoint else {}
        if endpoint and fields:
            path = path_of("projects", project_id, "endpoints", endpoint.id)
            answer = await client.request("PATCH", path, body={"endpoint": fields})
            await client.settle(project_id, answer)


async def reveal_password(client: Session, project_id: str, branch_id: str, role: str) -> str | None:
    """The stored password; None where passwords are not stored (412) or the role has none."""
    path = path_of("projects", project_id, "branches", branch_id, "roles", role, "reveal_password")
    try:
        answer = await client.get(path)
    except NeonError as error:
        if error.status in (404, 412):
            return None
        raise
    return str(answer["password"])


async def new_password(client: Session, project_id: str, inputs: Properties, known: Properties) -> None:
    """Of the first role, where the answer that held the one it was made with is lost and no other will show it: known from
    the moment it is answered."""
    branch = await default_branch(client, project_id)
    role, _ = await first_role_and_database(client, project_id, branch.id, inputs)
    if role is None:
        known["password"] = ""
        return
    path = path_of("projects", project_id, "branches", branch.id, "roles", role.name, "reset_password")
    answer = await client.request("POST", path, repeatable=True)
    known["password"] = Role.read(answer["role"]).password
    await client.settle(project_id, answer)


async def default_branch(client: Session, project_id: str) -> Branch:
    """The default branch."""
    listed = await client.listing(path_of("projects", project_id, "branches"), "branches")
    found = next((item for item in listed if item.get("default")), None)
    if found is None:
        raise NotFound(f"default branch of project {project_id}", "there is none")
    return Branch.read(found)


async def read_write(client: Session, project_id: str, branch_id: str) -> Endpoint | None:
    """The read-write endpoint of a branch, if it has one."""
    listed = await client.listing(path_of("projects", project_id, "endpoints"), "endpoints")
    found = [Endpoint.read(item) for item in listed if item["branch_id"] == branch_id]
    return next((endpoint for endpoint in found if endpoint.type == "read_write"), None)


async def first_role_and_database(
    client: Session, project_id: str, branch_id: str, inputs: Properties
) -> tuple[Role | None, Database | None]:
    """The role and database that came with the project: the named ones, else the oldest."""
    branch = inputs.get("defaultBranch") or {}
    base = ("projects", project_id, "branches", branch_id)
    roles = [Role.read(r) for r in await client.listing(path_of(*base, "roles"), "roles")]
    databases = [Database.read(d) for d in await client.listing(path_of(*base, "databases"), "databases")]
    roles = sorted((role for role in roles if not role.protected), key=lambda role: role.created_at)
    databases.sort(key=lambda database: database.created_at)
    role = next((r for r in roles if r.name == branch.get("roleName")), roles[0] if roles else None)
    database = next((d for d in databases if d.name == branch.get("databaseName")), databases[0] if databases else None)
    return role, database
