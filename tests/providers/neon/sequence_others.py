"""What others do at Neon: changes by hand of what the stack manages, and objects of their own.

Left out, because no run can put it right: a default branch or its compute that is deleted (Neon deletes neither while it is the
default, and makes no second compute of a project's own), and a protection set by hand where the program says nothing of it, which
then keeps the branch from being deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from tests.providers.neon.sequence_live import Key
from tests.providers.neon.sequence_program import Arguments
from tests.providers.neon.sequence_stack import Stack

Act: TypeAlias = tuple[str, str, object]
"""(method, path, body)"""
Drift: TypeAlias = Callable[[str, str, Arguments], Act | None]
"""Takes a project's path, an id within it, and what the program declares; None when there is nothing to do."""


RESTORE: Final = "restore"
"""Another branch takes the place of the one that the snapshot is of, which stays under another name."""


def _project(**fields: object) -> Drift:
    return lambda project, _, __: ("PATCH", project, {"project": fields})


def _settings(argument: str, **fields: object) -> Drift:
    def drift(project: str, _: str, given: Arguments) -> Act | None:
        return ("PATCH", project, {"project": {"settings": fields}}) if given.get(argument) is not None else None

    return drift


def _branch(**fields: object) -> Drift:
    return lambda project, at, _: ("PATCH", f"{project}/branches/{at}", {"branch": fields})


def _endpoint(argument: str, **fields: object) -> Drift:
    def drift(project: str, at: str, given: Arguments) -> Act | None:
        return ("PATCH", f"{project}/endpoints/{at}", {"endpoint": fields}) if given.get(argument) is not None else None

    return drift


def _role(project: str, at: str) -> str:
    branch, _, name = at.partition("/")
    return f"{project}/branches/{branch}/roles/{name}"


def _database(project: str, at: str) -> str:
    return _role(project, at).replace("/roles/", "/databases/")


def _schedule(items: list[object]) -> Drift:
    return lambda project, at, _: ("PUT", f"{project}/branches/{at}/backup_schedule", {"schedule": items})


def _unprotect(project: str, at: str, given: Arguments) -> Act | None:
    return _branch(protected=False)(project, at, given) if given.get("protected") else None


def _rules(project: str, at: str, given: Arguments) -> Act:
    rule = {"database_name": "neondb", "schema_name": "public", "table_name": "people", "column_name": "phone"}
    return "PATCH", f"{project}/branches/{at}/masking_rules", {"masking_rules": [{**rule, "masking_value": "y"}]}


_BRANCH: Final[dict[str, Drift]] = {
    "rename": _branch(name="renamed by hand"),
    "unprotect": _unprotect,
    "delete": lambda project, at, _: ("DELETE", f"{project}/branches/{at}", None),
}
DRIFTS: Final[dict[str, dict[str, Drift]]] = {
    "Project": {
        "rename": _project(name="renamed by hand"),
        "delete": lambda project, _, __: ("DELETE", project, None),
        "allow all": _settings("allowed_ips", allowed_ips={"ips": []}),
        "quota": _settings("quota", quota={"active_time_seconds": 7200}),
        "audit less": _settings("audit_log_level", audit_log_level="full"),
        "open": _settings("block_public_connections", block_public_connections=False),
    },
    "Branch": _BRANCH,
    "AnonymizedBranch": {**_BRANCH, "other rules": _rules},
    "Endpoint": {
        "resize": _endpoint("max_cu", autoscaling_limit_max_cu=8),
        "rename": _endpoint("name", name="renamed by hand"),
        "disable": _endpoint("disabled", disabled=True),
        "delete": lambda project, at, _: ("DELETE", f"{project}/endpoints/{at}", None),
    },
    "Role": {
        "delete": lambda project, at, _: ("DELETE", _role(project, at), None),
        "reset": lambda project, at, given: (
            None if given.get("no_login") else ("POST", f"{_role(project, at)}/reset_password", None)
        ),
    },
    "Database": {
        "delete": lambda project, at, _: ("DELETE", _database(project, at), None),
        "rename": lambda project, at, _: ("PATCH", _database(project, at), {"database": {"name": "by_hand"}}),
        "give away": lambda project, at, _: (
            "PATCH",
            _database(project, at),
            {"database": {"owner_name": "neondb_owner"}},
        ),
    },
    "BackupSchedule": {"clear": _schedule([]), "hourly": _schedule([{"frequency": "daily", "hour": 23}])},
    "Snapshot": {
        "rename": lambda project, at, given: (
            ("PATCH", f"{project}/snapshots/{at}", {"snapshot": {"name": "by hand"}}) if given.get("name") else None
        ),
        "keep": lambda project, at, given: (
            ("PATCH", f"{project}/snapshots/{at}", {"snapshot": {"expires_at": None}})
            if given.get("expires_at")
            else None
        ),
        "delete": lambda project, at, _: ("DELETE", f"{project}/snapshots/{at}", None),
        RESTORE: lambda project, at, _: ("POST", f"{project}/snapshots/{at}/restore", {"finalize_restore": True}),
    },
    "OrgApiKey": {"revoke": lambda org, at, _: ("DELETE", f"{org}/api_keys/{at}", None)},
    "SpendingLimit": {
        "raise": lambda org, _, __: ("PUT", f"{org}/billing/spending_limit", {"spending_limit_cents": 77_700}),
        "delete": lambda org, _, __: ("DELETE", f"{org}/billing/spending_limit", None),
    },
}
"""By kind of resource and name of the change."""


def drifts(kind: str, resource_id: str, given: Arguments) -> dict[str, Act]:
    """The changes by hand that the program, which declares these arguments, would put right."""
    place, _, at = resource_id.partition("/")
    where = "organizations" if place.startswith("org-") else "projects"
    acts = {name: act(f"/{where}/{place}", at, given) for name, act in DRIFTS[kind].items()}
    return {name: act for name, act in acts.items() if act is not None}


def make_strange(stack: Stack, kind: str, project: str, branch: str, name: str) -> Key | None:
    """Somebody makes an object of their own on a default branch; None when Neon does not let them."""
    path = f"/projects/{project}"
    acts: dict[str, tuple[str, object]] = {
        "branch": (f"{path}/branches", {"branch": {"name": name, "parent_id": branch}}),
        "role": (f"{path}/branches/{branch}/roles", {"role": {"name": name}}),
        "endpoint": (f"{path}/endpoints", {"endpoint": {"branch_id": branch, "type": "read_only", "name": name}}),
        "snapshot": (f"{path}/branches/{branch}/snapshot", {"name": name}),
        "api_key": ("/organizations/org-brave-harbor-10000001/api_keys", {"key_name": name}),
    }
    where, body = acts[kind]
    answer = stack.ask("POST", where, body)
    if not answer.is_success:
        return None
    made = answer.json()
    made = made.get(kind, made)
    return kind, f"{branch}/{name}" if kind == "role" else str(made["id"])
