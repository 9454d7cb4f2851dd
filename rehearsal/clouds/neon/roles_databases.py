"""Roles and databases of a branch."""

from __future__ import annotations

import secrets
from typing import Final

from rehearsal.clouds.neon.lookups import live_branch
from rehearsal.clouds.neon.world import Call, Document, Refusal, new_password

_LONGEST_NAME: Final = 63
"""Bytes (Postgres)."""


def make_role(call: Call, branch: Document, name: str, *, login: bool = True) -> Document:
    """A new role, with a password if it may log in."""
    role: Document = {
        "branch_id": branch["id"],
        "name": name,
        "protected": False,
        "authentication_method": "password" if login else "no_login",
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
        "password": new_password() if login else None,
    }
    return call.put("role", f"{branch['id']}/{name}", role)


def make_database(call: Call, branch: Document, name: str, owner: str) -> Document:
    """A new database."""
    database: Document = {
        "id": secrets.randbelow(9_000_000) + 1_000_000,
        "branch_id": branch["id"],
        "name": name,
        "owner_name": owner,
        "created_at": call.stamp(),
        "updated_at": call.stamp(),
    }
    return call.put("database", f"{branch['id']}/{name}", database)


def create_role(call: Call, project: str, branch: str) -> Document:
    """POST …/roles: needs a read-write endpoint; the password stands in this answer only."""
    owner = _with_compute(call, project, branch)
    given = call.body.get("role") or {}
    name = _name(given.get("name"))
    if call.get("role", f"{branch}/{name}"):
        raise Refusal(call.world.switches.taken, "role already exists")
    role = make_role(call, owner, name, login=not given.get("no_login", False))
    call.operation(project, "apply_config", branch)
    return call.with_operations({"role": {**call.shown(role), "password": role["password"]}})


def list_roles(call: Call, project: str, branch: str) -> Document:
    """GET …/roles"""
    live_branch(call, project, branch)
    return {"roles": [call.shown(role) for role in call.all("role", branch_id=branch)]}


def get_role(call: Call, project: str, branch: str, role: str) -> Document:
    """GET …/roles/{role}: never the password."""
    live_branch(call, project, branch)
    return {"role": call.shown(call.need("role", f"{branch}/{role}", "role"))}


def reveal_password(call: Call, project: str, branch: str, role: str) -> Document:
    """GET …/roles/{role}/reveal_password: 412 where passwords are not stored."""
    live_branch(call, project, branch)
    found = call.need("role", f"{branch}/{role}", "role")
    if not call.need("project", project, "project")["store_passwords"]:
        raise Refusal(412, "passwords are not stored for this project")
    if not found.get("password"):
        raise Refusal(404, "role has no password")
    return {"password": found["password"]}


def reset_password(call: Call, project: str, branch: str, role: str) -> Document:
    """POST …/roles/{role}/reset_password"""
    live_branch(call, project, branch)
    call.lock(project, branch)
    found = {**call.need("role", f"{branch}/{role}", "role"), "password": new_password(), "updated_at": call.stamp()}
    call.put("role", f"{branch}/{role}", found)
    call.operation(project, "apply_config", branch)
    return call.with_operations({"role": {**call.shown(found), "password": found["password"]}})


def delete_role(call: Call, project: str, branch: str, role: str) -> Document | None:
    """DELETE …/roles/{role}: 204 when it is gone; refused for the owner of a database."""
    live_branch(call, project, branch)
    found = call.get("role", f"{branch}/{role}")
    if found is None:
        return None
    call.lock(project, branch)
    if call.count("database", branch_id=branch, owner_name=role):
        raise Refusal(call.world.switches.refused, "the role owns a database")
    call.drop("role", f"{branch}/{role}")
    call.operation(project, "apply_config", branch)
    return call.with_operations({"role": call.shown(found)})


def create_database(call: Call, project: str, branch: str) -> Document:
    """POST …/databases"""
    owner = _with_compute(call, project, branch)
    given = call.body.get("database") or {}
    name, role = _name(given.get("name")), str(given.get("owner_name") or "")
    call.need("role", f"{branch}/{role}", "owner role")
    if call.get("database", f"{branch}/{name}"):
        raise Refusal(call.world.switches.taken, "database already exists")
    database = make_database(call, owner, name, role)
    call.operation(project, "apply_config", branch)
    return call.with_operations({"database": call.shown(database)})


def list_databases(call: Call, project: str, branch: str) -> Document:
    """GET …/databases"""
    live_branch(call, project, branch)
    return {"databases": [call.shown(database) for database in call.all("database", branch_id=branch)]}


def get_database(call: Call, project: str, branch: str, database: str) -> Document:
    """GET …/databases/{database}"""
    live_branch(call, project, branch)
    return {"database": call.shown(call.need("database", f"{branch}/{database}", "database"))}


def update_database(call: Call, project: str, branch: str, database: str) -> Document:
    """PATCH …/databases/{database}: name and owner in place."""
    live_branch(call, project, branch)
    call.lock(project, branch)
    found = dict(call.need("database", f"{branch}/{database}", "database"))
    given = call.body.get("database") or {}
    name = _name(given.get("name") or database)
    if given.get("owner_name"):
        call.need("role", f"{branch}/{given['owner_name']}", "owner role")
    if name != database and call.get("database", f"{branch}/{name}"):
        raise Refusal(call.world.switches.taken, "database already exists")
    found.update({key: given[key] for key in ("name", "owner_name") if given.get(key)})
    call.drop("database", f"{branch}/{database}")
    call.put("database", f"{branch}/{name}", found)
    call.operation(project, "apply_config", branch)
    return call.with_operations({"database": call.shown(found)})


def delete_database(call: Call, project: str, branch: str, database: str) -> Document | None:
    """DELETE …/databases/{database}: 204 when it is gone."""
    live_branch(call, project, branch)
    found = call.get("database", f"{branch}/{database}")
    if found is None:
        return None
    call.lock(project, branch)
    call.drop("database", f"{branch}/{database}")
    call.operation(project, "apply_config", branch)
    return call.with_operations({"database": call.shown(found)})


def _name(given: object) -> str:
    """A name Postgres takes."""
    name = str(given or "")
    if not 1 <= len(name.encode()) <= _LONGEST_NAME:
        raise Refusal(400, f"a name has 1 to {_LONGEST_NAME} bytes")
    return name


def _with_compute(call: Call, project: str, branch: str) -> Document:
    found = live_branch(call, project, branch)
    call.lock(project, branch)
    if not call.count("endpoint", branch_id=branch, type="read_write"):
        raise Refusal(404, "branch has no read-write endpoint")
    return found
