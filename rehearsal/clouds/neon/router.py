"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from rehearsal.clouds.neon import (
    account,
    anonymized,
    branch_lists,
    branches,
    connections,
    endpoints,
    organization,
    projects,
    restores,
    schedules,
    snapshots,
)
from rehearsal.clouds.neon import roles_databases as rd
from rehearsal.clouds.neon.world import Refusal

Handler: TypeAlias = Callable[..., dict[str, Any] | list[dict[str, Any]] | None]
"""Takes the call and the parts of the path; None answers 204."""

_PROJECT: Final = "/projects/{project}"
_BRANCH: Final = f"{_PROJECT}/branches/{{branch}}"
_ENDPOINT: Final = f"{_PROJECT}/endpoints/{{endpoint}}"
_SNAPSHOT: Final = f"{_PROJECT}/snapshots/{{snapshot}}"
_ORGANIZATION: Final = "/organizations/{organization}"
_ROUTES: Final[tuple[tuple[str, str, int, Handler], ...]] = (
    ("GET", "/auth", 200, account.auth),
    ("GET", "/regions", 200, account.regions),
    ("GET", "/users/me/organizations", 200, account.organizations),
    ("GET", _ORGANIZATION, 200, account.organization),
    ("GET", f"{_ORGANIZATION}/api_keys", 200, organization.list_keys),
    ("POST", f"{_ORGANIZATION}/api_keys", 200, organization.create_key),
    ("DELETE", f"{_ORGANIZATION}/api_keys/{{key}}", 200, organization.revoke_key),
    ("GET", f"{_ORGANIZATION}/billing/spending_limit", 200, organization.get_limit),
    ("PUT", f"{_ORGANIZATION}/billing/spending_limit", 200, organization.put_limit),
    ("DELETE", f"{_ORGANIZATION}/billing/spending_limit", 200, organization.delete_limit),
    ("GET", "/consumption_history/v2/projects", 200, organization.consumption),
    ("POST", "/projects", 201, projects.create),
    ("GET", "/projects", 200, projects.list_),
    ("GET", _PROJECT, 200, projects.get),
    ("PATCH", _PROJECT, 200, projects.update),
    ("DELETE", _PROJECT, 200, projects.delete),
    ("POST", f"{_PROJECT}/recover", 200, projects.recover),
    ("GET", f"{_PROJECT}/connection_uri", 200, connections.connection_uri),
    ("GET", f"{_PROJECT}/operations", 200, projects.operations),
    ("GET", f"{_PROJECT}/operations/{{operation}}", 200, projects.operation),
    ("POST", f"{_PROJECT}/branches", 201, branches.create),
    ("GET", f"{_PROJECT}/branches", 200, branch_lists.list_),
    ("GET", f"{_PROJECT}/branches/count", 200, branch_lists.count),
    ("POST", f"{_PROJECT}/branch_anonymized", 201, anonymized.create),
    ("GET", _BRANCH, 200, branches.get),
    ("PATCH", _BRANCH, 200, branches.update),
    ("DELETE", _BRANCH, 200, branches.delete),
    ("POST", f"{_BRANCH}/recover", 200, branches.recover),
    ("POST", f"{_BRANCH}/set_as_default", 200, branches.set_as_default),
    ("POST", f"{_BRANCH}/restore", 200, restores.restore),
    ("POST", f"{_BRANCH}/finalize_restore", 200, restores.finalize),
    ("GET", f"{_BRANCH}/schema", 200, branch_lists.schema),
    ("GET", f"{_BRANCH}/compare_schema", 200, branch_lists.compare_schema),
    ("GET", f"{_BRANCH}/masking_rules", 200, anonymized.get_rules),
    ("PATCH", f"{_BRANCH}/masking_rules", 200, anonymized.put_rules),
    ("POST", f"{_BRANCH}/anonymize", 200, anonymized.anonymize),
    ("GET", f"{_BRANCH}/anonymized_status", 200, anonymized.status),
    ("GET", f"{_BRANCH}/backup_schedule", 200, schedules.get_schedule),
    ("PUT", f"{_BRANCH}/backup_schedule", 200, schedules.put_schedule),
    ("POST", f"{_BRANCH}/snapshot", 200, snapshots.create),
    ("GET", f"{_PROJECT}/snapshots", 200, snapshots.list_),
    ("PATCH", _SNAPSHOT, 200, snapshots.update),
    ("DELETE", _SNAPSHOT, 202, snapshots.delete),
    ("POST", f"{_SNAPSHOT}/restore", 200, restores.restore_snapshot),
    ("POST", f"{_PROJECT}/endpoints", 201, endpoints.create),
    ("GET", f"{_PROJECT}/endpoints", 200, endpoints.list_),
    ("GET", f"{_BRANCH}/endpoints", 200, endpoints.list_of_branch),
    ("GET", _ENDPOINT, 200, endpoints.get),
    ("PATCH", _ENDPOINT, 200, endpoints.update),
    ("DELETE", _ENDPOINT, 200, endpoints.delete),
    ("POST", f"{_ENDPOINT}/start", 200, endpoints.start_now),
    ("POST", f"{_ENDPOINT}/suspend", 200, endpoints.suspend_now),
    ("POST", f"{_ENDPOINT}/restart", 200, endpoints.restart_now),
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
ROUTE_OF: Final = {handler: f"{method} {path}" for method, path, _, handler in _ROUTES}
"""What a function answers: `POST /projects/{project}/branches`."""


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
