"""What a request says that Neon does not know is recorded by the local Neon."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.clouds.neon.contract import BODIES, QUERIES, unknown
from rehearsal.clouds.neon.router import ROUTE_OF
from rehearsal.clouds.neon.world import ORGANIZATION
from tests.rehearsal.clouds.neon.conftest import Caller


def test_a_misspelt_field_or_parameter_is_ignored_and_recorded(neon: Caller, project: str, main: str) -> None:
    neon.ask("PATCH", f"/projects/{project}", {"project": {"nmae": "secret", "settings": {"quota": {"cpu": 1}}}})
    neon.post(f"/projects/{project}/branches", {"branch": {"name": "x"}, "endpoints": [{"kind": "read_write"}]})
    neon.get("/projects", limt=5)
    neon.post(f"{main}/snapshot", {"name": "in the body"})
    assert neon.service.unexpected == [
        "PATCH /projects/{project}: project.nmae",
        "PATCH /projects/{project}: project.settings.quota.cpu",
        "POST /projects/{project}/branches: endpoints.kind",
        "GET /projects: ?limt",
        "POST /projects/{project}/branches/{branch}/snapshot: name",
    ]


def test_what_neon_knows_is_not_recorded(neon: Caller, project: str, main: str) -> None:
    body = {"branch": {"name": "x", "parent_id": main.rsplit("/", 1)[1]}, "annotation_value": {"any": "key"}}
    neon.post(f"/projects/{project}/branches", body)
    settings = {"pg_settings": {"work_mem": "8MB"}, "preload_libraries": {"use_defaults": True}}
    neon.post(
        f"/projects/{project}/endpoints",
        {"endpoint": {"branch_id": main.rsplit("/", 1)[1], "type": "read_only", "settings": settings}},
    )
    neon.ask("PUT", f"{main}/backup_schedule", {"schedule": [{"frequency": "daily", "retention_seconds": 3600}]})
    neon.ask("PUT", f"{main}/backup_schedule", [])
    assert neon.service.unexpected == []


@pytest.mark.parametrize(
    "body",
    [
        [],
        "text",
        5,
        {"project": []},
        {"project": {"name": 5}},
        {"project": {"history_retention_seconds": "1"}},
        {"project": {"history_retention_seconds": True}},
        {"project": {"settings": {"quota": {"active_time_seconds": 1.5}}}},
        {"project": {"settings": {"allowed_ips": {"ips": "203.0.113.1"}}}},
        {"project": {"default_endpoint_settings": {"autoscaling_limit_max_cu": "1"}}},
    ],
)
def test_a_value_of_the_wrong_type_is_refused_and_nothing_changes(neon: Caller, project: str, body: Any) -> None:
    before = neon.get(f"/projects/{project}")
    answer = neon.ask("PATCH", f"/projects/{project}", body)
    assert (answer.status_code, "must be" in answer.json()["message"]) == (400, True)
    assert neon.get(f"/projects/{project}") == before


@pytest.mark.parametrize("route", [route for route in BODIES if route.split()[0] != "DELETE"])
def test_null_is_as_good_as_nothing(neon: Caller, project: str, main: str, route: str) -> None:
    """Whatever a route then does, it answers, and neither name nor protection is lost."""
    method, path = route.split()
    names = {"project": project, "branch": main.rsplit("/", 1)[1], "organization": ORGANIZATION}
    names |= {"endpoint": neon.get(f"/projects/{project}/endpoints")["endpoints"][0]["id"]}
    names |= {"database": "neondb", "snapshot": neon.post(f"{main}/snapshot")["snapshot"]["id"]}
    body = {key: _nulls(below) for key, below in BODIES[route].items()}
    assert neon.ask(method, path.format(**names), body).status_code < 500
    assert neon.get(f"/projects/{project}")["project"]["name"] == "shop"
    assert neon.get(main)["branch"]["name"].startswith("main")


def _nulls(known: Any) -> Any:
    if isinstance(known, list):
        return [_nulls(known[0])]
    return dict.fromkeys(known) if isinstance(known, dict) else None


def test_the_tables_name_routes_there_are() -> None:
    routes = set(ROUTE_OF.values())
    assert set(BODIES) <= routes
    assert set(QUERIES) <= routes
    for route in routes:
        assert unknown(route, {}, {}) == []
        assert unknown(route, {}, {"no_such_field": 1}) == [f"{route}: no_such_field"]
