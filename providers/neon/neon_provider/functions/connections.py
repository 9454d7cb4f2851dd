"""Functions whose results are secret: how to connect, and with which password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from neon_provider import checks
from neon_provider.client import path_of
from neon_provider.convert import Properties
from neon_provider.errors import Invalid
from neon_provider.functions.base import ANY_BRANCH, BRANCH, NAME, PROJECT, Argument, Function, naming
from neon_provider.models import ConnectionUri, RevealedPassword
from neon_provider.session import Session
from neon_provider.shapes import FLAG


async def get_connection_uri(session: Session, args: Properties, _: str) -> Properties:
    """A connection string with its password, on the default branch and its read-write compute unless others are given."""
    project_id, database, role = (str(args[key]) for key in ("projectId", "databaseName", "roleName"))
    branch, endpoint = args.get("branchId"), args.get("endpointId")
    place = ", ".join(
        text
        for text in (
            f"endpoint {endpoint}" if endpoint else "",
            f"branch {branch}" if branch else "" if endpoint else "the default branch",
            f"project {project_id}",
        )
        if text
    )
    what = f"connection of role {role!r} to database {database!r} on {place}"
    try:
        with naming(what):
            answer = await session.get(
                path_of("projects", project_id, "connection_uri"),
                database_name=database,
                role_name=role,
                branch_id=branch,
                endpoint_id=endpoint,
                pooled="true" if args.get("pooled") else "false",
            )
    except Invalid as error:
        raise _unstored(what, error) from None
    return {"uri": ConnectionUri.read(answer).uri}


async def get_role_password(session: Session, args: Properties, _: str) -> Properties:
    """The password of a role, where the project stores passwords."""
    project_id, branch_id, name = (str(args[key]) for key in ("projectId", "branchId", "name"))
    what = f"password of role {name!r} on branch {branch_id} of project {project_id}"
    path = path_of("projects", project_id, "branches", branch_id, "roles", name, "reveal_password")
    try:
        with naming(what):
            answer = await session.get(path)
    except Invalid as error:
        raise _unstored(what, error) from None
    return {"password": RevealedPassword.read(answer).password}


def _unstored(what: str, error: Invalid) -> Invalid:
    """412 means that Neon does not keep passwords for this project."""
    if error.status != 412:
        return error
    advice = "Take the password from the resource that made the role, or give it a new one with passwordRotation"
    return Invalid(what, f"the project does not store passwords ({error})", advice=advice)


FUNCTIONS: Final[Mapping[str, Function]] = {
    "neon:index:getConnectionUri": Function(
        {
            "projectId": PROJECT,
            "databaseName": NAME,
            "roleName": NAME,
            "branchId": ANY_BRANCH,
            "endpointId": Argument(checks.an_id("ep-")),
            "pooled": Argument(shape=FLAG),
        },
        get_connection_uri,
        frozenset({"uri"}),
    ),
    "neon:index:getRolePassword": Function(
        {"projectId": PROJECT, "branchId": BRANCH, "name": NAME}, get_role_password, frozenset({"password"})
    ),
}
