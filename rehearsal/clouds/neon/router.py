"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from rehearsal.clouds.neon import account, branches, endpoints, projects
from rehearsal.clouds.neon import roles_databases as rd
from rehearsal.clouds.neon.world import Refusal

Handler: TypeAlias = Callable[..., dict[str, Any] | None]
"""Takes the call and the parts of the path; None answers 204."""

_PROJECT: Final = "/projects/{project}"
_BRANCH: Final = f"{_PROJECT}/branches/{{branch}}"
_ROUTES: Final[tuple[tuple[str, str, int, Handler], ...]] = (
    ("GET", "/auth", 200, account.auth),
    ("GET", "/regions", 200, account.regions),
    ("GET", "/users/me/organizations", 200, account.organizations),
    ("GET", "/organizations/{organization}", 200, account.organization),
    ("POST", "/projects", 201, projects.create),
    ("GET", "/projects", 200, projects.list_),
    ("GET", _PROJECT, 200, projects.get),
    ("PATCH", _PROJECT, 200, projects.update),
    ("DELETE", _PROJECT, 200, projects.delete),
    ("POST", f"{_PROJECT}/recover", 200, projects.recover),
    ("GET", f"{_PROJECT}/operations", 200, projects.operations),
    ("GET", f"{_PROJECT}/operations/{{operation}}", 200, projects.operation),
    ("POST", f"{_PROJECT}/branches", 201, branches.create),
    ("GET", f"{_PROJECT}/branches", 200, branches.list_),
    ("GET", _BRANCH, 200, branches.get),
    ("PATCH", _BRANCH, 200, branches.update),
    ("DELETE", _BRANCH, 200, branches.delete),
    ("POST", f"{_BRANCH}/set_as_default", 200, branches.set_as_default),
    ("GET", f"{_BRANCH}/backup_schedule", 200, branches.get_schedule),
    ("PUT", f"{_BRANCH}/backup_schedule", 200, branches.put_schedule),
    ("POST", f"{_PROJECT}/endpoints", 201, endpoints.create),
    ("GET", f"{_PROJECT}/endpoints", 200, endpoints.list_),
    ("GET", f"{_PROJECT}/endpoints/{{endpoint}}", 200, endpoints.get),
    ("PATCH", f"{_PROJECT}/endpoints/{{endpoint}}", 200, endpoints.update),
    ("DELETE", f"{_PROJECT}/endpoints/{{endpoint}}", 200, endpoints.delete),
    ("POST", f"{_BRANCH}/roles", 201, rd.create_role),
    ("GET", f"{_BRANCH}/roles", 200, rd.list_roles),
    ("GET", f"{_BRANCH}/roles/{{role}}", 200, rd.get_role),
    ("DELETE", f"{_BRANCH}/roles/{{role}}", 200, rd.delete_role),
    ("GET", f"{_BRANCH}/roles/{{role}}/reveal_password", 200, rd.reveal_password),
    ("POST", f"{_BRANCH}/roles/{{role}}/reset_password", 200, rd.reset_password),
    ("POST", f"{_BRANCH}/databases", 201, rd.create_database),
    ("GET", f"{_BRANCH}/databases", 200, rd.list_databases),
    ("GET", f"{_BRANCH}/databases/{{database}}", 200, rd.get_database),
    ("PATCH", f"{_BRANCH}/databases/{{database}}", 200, rd.update_database),
    ("DELETE", f"{_BRANCH}/databases/{{database}}", 200, rd.delete_database),
)
_COMPILED: Final = tuple(
    (method, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path)), status, handler)
    for method, path, status, handler in _ROUTES
)


def route(method: str, path: str) -> tuple[Handler, dict[str, str], int]:
    """(function, parts of the path, status of success); refuses unknown paths as Neon does."""
    known = False
    for route_method, pattern, status, handler in _COMPILED:
        match = pattern.fullmatch(path)
        if match:
            known = True
            if route_method == method:
                return handler, {key: unquote(value) for key, value in match.groupdict().items()}, status
    raise Refusal(405 if known else 404, "method not allowed" if known else "this route does not exist")
