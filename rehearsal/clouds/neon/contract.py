"""Which fields and parameters each route of Neon's API knows (its published definitions, November 2026).

Neon ignores what it does not know, so a misspelt field is no error there: the service does the same, and records it. A
field of the wrong type is refused. A value whose keys are the caller's own (annotations, Postgres settings) is not looked
into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from rehearsal.clouds.neon.world import Refusal

Fields: TypeAlias = Mapping[str, Any]
"""Field -> the fields below it, in a list for objects of a list; or the type of a value."""

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "text": (str,),
    "whole": (int,),
    "number": (int, float),
    "flag": (bool,),
    "map": (dict,),
    "list": (list,),
}


def _of(names: str, **objects: Any) -> Fields:
    """Fields as `name` or `name:type`; text unless said otherwise."""
    pairs = (name.partition(":") for name in names.split())
    return {**{name: kind or "text" for name, _, kind in pairs}, **objects}


_LIMITS: Final = "autoscaling_limit_min_cu:number autoscaling_limit_max_cu:number"
_SIZES: Final = f"{_LIMITS} suspend_timeout_seconds:whole"
_POOLER: Final = "pooler_enabled:flag pooler_mode passwordless_access:flag"
_PRELOAD: Final = _of("use_defaults:flag enabled_libraries:list")
_ENDPOINT_SETTINGS: Final = _of("pg_settings:map pgbouncer_settings:map", preload_libraries=_PRELOAD)
_DEFAULTS: Final = _of(f"{_SIZES} pg_settings:map pgbouncer_settings:map")
_SETTINGS: Final = _of(
    "enable_logical_replication:flag block_public_connections:flag block_vpc_connections:flag audit_log_level hipaa:flag",
    quota=_of(
        "active_time_seconds:whole compute_time_seconds:whole written_data_bytes:whole data_transfer_bytes:whole"
        " logical_size_bytes:whole"
    ),
    allowed_ips=_of("ips:list protected_branches_only:flag"),
    maintenance_window=_of("weekdays:list start_time end_time"),
    preload_libraries=_PRELOAD,
)
_NEW_BRANCH: Final = _of(
    "parent_id name parent_lsn parent_timestamp protected:flag archived:flag init_source expires_at"
)
_NEW_ENDPOINTS: Final = [_of(f"type provisioner {_SIZES}", settings=_ENDPOINT_SETTINGS)]
_MASKING: Final = [_of("database_name schema_name table_name column_name masking_function masking_value")]

_PROJECT: Final = "/projects/{project}"
_BRANCH: Final = f"{_PROJECT}/branches/{{branch}}"
_ORGANIZATION: Final = "/organizations/{organization}"

BODIES: Final[Mapping[str, Fields]] = {
    "POST /projects": _of(
        "",
        project=_of(
            "name region_id pg_version:whole org_id store_passwords:flag history_retention_seconds:whole provisioner"
            f" {_LIMITS}",
            settings=_SETTINGS,
            default_endpoint_settings=_DEFAULTS,
            branch=_of("name role_name database_name annotations:map"),
        ),
    ),
    f"PATCH {_PROJECT}": _of(
        "",
        project=_of("name history_retention_seconds:whole", settings=_SETTINGS, default_endpoint_settings=_DEFAULTS),
    ),
    f"POST {_PROJECT}/branches": _of("annotation_value:map", branch=_NEW_BRANCH, endpoints=_NEW_ENDPOINTS),
    f"POST {_PROJECT}/branch_anonymized": _of(
        "annotation_value:map start_anonymization:flag",
        branch_create=_of("", branch=_NEW_BRANCH, endpoints=_NEW_ENDPOINTS),
        masking_rules=_MASKING,
    ),
    f"PATCH {_BRANCH}": _of("", branch=_of("name protected:flag expires_at")),
    f"POST {_BRANCH}/restore": _of("source_branch_id source_lsn source_timestamp preserve_under_name"),
    f"POST {_BRANCH}/finalize_restore": _of("name"),
    f"PATCH {_BRANCH}/masking_rules": _of("", masking_rules=_MASKING),
    f"PUT {_BRANCH}/backup_schedule": _of(
        "", schedule=[_of("frequency hour:whole day:whole month:whole retention_seconds:whole")]
    ),
    f"PATCH {_PROJECT}/snapshots/{{snapshot}}": _of("", snapshot=_of("name expires_at")),
    f"POST {_PROJECT}/snapshots/{{snapshot}}/restore": _of("name target_branch_id finalize_restore:flag"),
    f"POST {_PROJECT}/endpoints": _of(
        "",
        endpoint=_of(
            f"branch_id region_id type provisioner disabled:flag name {_SIZES} {_POOLER}", settings=_ENDPOINT_SETTINGS
        ),
    ),
    f"PATCH {_PROJECT}/endpoints/{{endpoint}}": _of(
        "",
        endpoint=_of(f"branch_id provisioner disabled:flag name {_SIZES} {_POOLER}", settings=_ENDPOINT_SETTINGS),
    ),
    f"POST {_BRANCH}/roles": _of("", role=_of("name no_login:flag")),
    f"POST {_BRANCH}/databases": _of("", database=_of("name owner_name")),
    f"PATCH {_BRANCH}/databases/{{database}}": _of("", database=_of("name owner_name")),
    f"POST {_ORGANIZATION}/api_keys": _of("key_name project_id"),
    f"PUT {_ORGANIZATION}/billing/spending_limit": _of("spending_limit_cents:whole"),
}
"""What a body may hold; a route that is absent takes none."""

QUERIES: Final[Mapping[str, Fields]] = {
    "GET /regions": _of("org_id"),
    "GET /projects": _of("cursor limit search org_id timeout recoverable"),
    f"GET {_PROJECT}/operations": _of("cursor limit"),
    f"GET {_PROJECT}/connection_uri": _of("branch_id endpoint_id database_name role_name pooled"),
    f"GET {_PROJECT}/branches": _of("search sort_by sort_order cursor limit include_deleted"),
    f"GET {_PROJECT}/branches/count": _of("search"),
    f"DELETE {_BRANCH}": _of("hard_delete"),  # the older definition alone
    f"GET {_BRANCH}/schema": _of("db_name lsn timestamp format"),
    f"GET {_BRANCH}/compare_schema": _of("base_branch_id db_name lsn timestamp base_lsn base_timestamp"),
    f"POST {_BRANCH}/snapshot": _of("lsn timestamp name slug expires_at"),
    f"POST {_PROJECT}/snapshots/{{snapshot}}/restore": _of("name"),
    "GET /consumption_history/v2/projects": _of("cursor limit project_ids from to granularity org_id metrics"),
}
"""What may stand behind the question mark."""


def unknown(route: str, query: Mapping[str, str], body: Any) -> list[str]:
    """What a request to a route (`POST /projects/{project}/branches`) says that Neon does not know, without values:
    `<route>: branch.nmae` for a field, `<route>: ?limt` for a parameter."""
    fields = _unknown(body, BODIES.get(route, {}), "")
    parameters = (f"?{name}" for name in query if name not in QUERIES.get(route, {}))
    return [f"{route}: {found}" for found in (*fields, *parameters)]


def check(route: str, body: Any) -> None:
    """Refuse a body with a value of the wrong type. Null is none; a schedule may come as a bare list (older clients)."""
    known: Any = BODIES.get(route, {})
    if isinstance(body, list) and "schedule" in known:
        known = known["schedule"]
    for path, kind in _mistyped(body, known, "the body"):
        raise Refusal(400, f"{path} must be {kind}")


def _unknown(value: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(value, list) and isinstance(known, list):
        for item in value:
            yield from _unknown(item, known[0], path)
    elif isinstance(value, dict) and isinstance(known, dict):
        for name, below in value.items():
            if name not in known:
                yield f"{path}{name}"
            else:
                yield from _unknown(below, known[name], f"{path}{name}.")


def _mistyped(value: Any, known: Any, path: str) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(known, str):
        if not isinstance(value, _TYPES[known]) or (isinstance(value, bool) and known != "flag"):
            yield path, known
    elif isinstance(known, list):
        if isinstance(value, list):
            for place, item in enumerate(value):
                yield from _mistyped("" if item is None else item, known[0], f"{path}[{place}]")
        else:
            yield path, "a list"
    elif not isinstance(value, dict):
        yield path, "an object"
    else:
        for name in value.keys() & known.keys():
            yield from _mistyped(value[name], known[name], name if path == "the body" else f"{path}.{name}")
