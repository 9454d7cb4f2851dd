"""What a request says that Neon does not know is recorded by the local Neon."""

from __future__ import annotations

from rehearsal.clouds.neon.contract import BODIES, QUERIES, unknown
from rehearsal.clouds.neon.router import ROUTE_OF
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


def test_the_tables_name_routes_there_are() -> None:
    routes = set(ROUTE_OF.values())
    assert set(BODIES) <= routes
    assert set(QUERIES) <= routes
    for route in routes:
        assert unknown(route, {}, {}) == []
        assert unknown(route, {}, {"no_such_field": 1}) == [f"{route}: no_such_field"]
