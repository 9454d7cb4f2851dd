"""Whose key may ask what at the local Neon, and what a refused one is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from rehearsal.clouds.neon import Fault, Key
from rehearsal.clouds.neon.service import Request
from rehearsal.clouds.neon.world import ORGANIZATION
from tests.rehearsal.clouds.neon.conftest import Caller

KEYS = {"napi_person": Key("personal"), "napi_gone": Key(revoked=True), "napi_reader": Key(changes=False)}
ORG: dict[str, Any] = {"org_id": ORGANIZATION}


@pytest.fixture
def neon() -> Iterator[Caller]:
    with Caller(keys=KEYS) as caller:
        yield caller


def told(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["message"]


@pytest.mark.parametrize(
    ("key", "account", "method"), [("", ORGANIZATION, "api_key_org"), ("napi_person", r"[0-9a-f-]{36}", "api_key_user")]
)
def test_a_key_says_whose_it_is(neon: Caller, key: str, account: str, method: str) -> None:
    answer = neon.ask("GET", "/auth", key=key).json()
    assert answer["auth_method"] == method
    assert re.fullmatch(account, answer["account_id"])
    assert neon.ask("GET", "/users/me/organizations", key=key).json()["organizations"][0]["id"] == ORGANIZATION


def test_a_personal_key_names_the_organisation_whose_projects_it_lists_or_makes(neon: Caller) -> None:
    person: dict[str, Any] = {"key": "napi_person"}
    assert told(neon.ask("GET", "/projects", **person)) == (400, "org_id is required")
    assert told(neon.ask("POST", "/projects", {"project": {"name": "shop"}}, **person)) == (400, "org_id is required")
    assert neon.service.objects()["project"] == []
    made = neon.ask("POST", "/projects", {"project": {"name": "shop", **ORG}}, **person).json()["project"]["id"]
    listed = neon.ask("GET", "/projects", **person, **ORG).json()["projects"]
    assert [project["id"] for project in listed] == [made]
    assert neon.ask("GET", f"/projects/{made}", **person).status_code == 200


@pytest.mark.parametrize("key", ["", "napi_person"])
def test_a_foreign_organisation_is_out_of_bounds(neon: Caller, key: str) -> None:
    foreign: dict[str, Any] = {"org_id": "org-other-harbor-10000002"}
    for response in (
        neon.ask("GET", "/projects", key=key, **foreign),
        neon.ask("POST", "/projects", {"project": {"name": "shop", **foreign}}, key=key),
    ):
        assert told(response) == (403, "this key has no rights in that organization")
    assert neon.service.objects()["project"] == []


def test_a_key_of_a_project_knows_that_project_alone(neon: Caller) -> None:
    own, other = (neon.project(name)["project"]["id"] for name in ("own", "other"))
    neon.service.keys["napi_own"] = Key("project", own)
    calls: list[tuple[str, str, Any, int]] = [
        ("GET", f"/projects/{own}", None, 200),
        ("PATCH", f"/projects/{own}", {"project": {"name": "mine"}}, 200),
        ("POST", f"/projects/{own}/branches", {"branch": {"name": "preview"}}, 201),
        ("DELETE", f"/projects/{own}", None, 403),
        ("GET", f"/projects/{other}", None, 404),
        ("PATCH", f"/projects/{other}", {"project": {"name": "mine"}}, 404),
        ("GET", f"/projects/{other}/branches", None, 404),
        ("GET", "/projects", None, 403),
        ("POST", "/projects", {"project": {"name": "third"}}, 403),
        ("GET", f"/organizations/{ORGANIZATION}", None, 403),
        ("POST", f"/organizations/{ORGANIZATION}/api_keys", {"key_name": "more"}, 403),
        ("GET", "/auth", None, 200),
        ("GET", "/regions", None, 200),
        ("GET", "/users/me/organizations", None, 200),
    ]
    for method, path, body, status in calls:
        assert neon.ask(method, path, body, key="napi_own").status_code == status, (method, path)
    assert {project["name"] for project in neon.service.objects()["project"]} == {"mine", "other"}


def test_a_key_without_rights_reads_and_changes_nothing(neon: Caller) -> None:
    made = neon.project()
    path, branch = f"/projects/{made['project']['id']}", made["branch"]["id"]
    before = neon.service.objects()
    assert neon.ask("GET", path, key="napi_reader").status_code == 200
    for method, where, body in (
        ("POST", "/projects", {"project": {"name": "x"}}),
        ("PATCH", path, {"project": {"name": "x"}}),
        ("DELETE", path, None),
        ("PUT", f"{path}/branches/{branch}/backup_schedule", {"schedule": []}),
    ):
        assert told(neon.ask(method, where, body, key="napi_reader")) == (403, "this key may read only")
    assert neon.service.objects() == before


def test_a_revoked_key_is_nobodys_from_then_on(neon: Caller) -> None:
    assert neon.ask("GET", "/regions", key="napi_gone").status_code == 401
    assert neon.ask("GET", "/regions", key="napi_reader").status_code == 200
    neon.service.keys["napi_reader"] = Key(revoked=True)
    assert neon.ask("GET", "/regions", key="napi_reader").status_code == 401
    ours, neon.service.api_key = neon.service.api_key, "napi_rotated"
    assert [neon.ask("GET", "/regions", key=key).status_code for key in (ours, "napi_rotated")] == [401, 200]


@pytest.mark.parametrize("header", ["", "napi_person", "Basic napi_person", "Bearer", "bearer napi_person"])
def test_a_key_stands_behind_the_word_bearer(neon: Caller, header: str) -> None:
    headers = {"Authorization": header} if header else {}
    assert httpx.get(f"{neon.service.url}/regions", headers=headers, verify=False).status_code == 401


def test_a_key_the_api_made_works_until_it_is_deleted_and_in_its_project_alone(neon: Caller, tmp_path: Path) -> None:
    own, other = (neon.project(name)["project"]["id"] for name in ("own", "other"))
    path = f"/organizations/{ORGANIZATION}/api_keys"
    whole = neon.post(path, {"key_name": "ci"})
    part = neon.post(path, {"key_name": "ci", "project_id": own})
    statuses = [
        neon.ask("GET", f"/projects/{p}", key=k["key"]).status_code for k in (whole, part) for p in (own, other)
    ]
    assert statuses == [200, 200, 200, 404]
    assert neon.status("DELETE", f"{path}/{whole['id']}") == 200
    assert neon.ask("GET", f"/projects/{own}", key=whole["key"]).status_code == 401
    assert neon.ask("GET", f"/projects/{own}", key=part["key"]).status_code == 200


def test_a_key_the_api_made_outlives_the_service_and_is_not_in_its_files(tmp_path: Path) -> None:
    with Caller(tmp_path) as neon:
        made = neon.post(f"/organizations/{ORGANIZATION}/api_keys", {"key_name": "ci"})["key"]
    assert not any(made.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    with Caller(tmp_path) as neon:
        assert neon.ask("GET", "/auth", key=made).status_code == 200


# ---- what an error tells -------------------------------------------------------------------------------------------


def test_an_error_carries_the_clients_own_request_id_or_a_new_one(neon: Caller) -> None:
    headers = {"Authorization": f"Bearer {neon.service.api_key}", "X-Request-ID": "trace-7"}
    with httpx.Client(base_url=neon.service.url, headers=headers, verify=False) as client:
        assert client.get("/projects/none").json()["request_id"] == "trace-7"
        neon.faults(Fault("refuse", status=503))
        assert client.get("/regions").json()["request_id"] == "trace-7"
        client.headers["Authorization"] = "Bearer wrong"
        assert client.get("/regions").json()["request_id"] == "trace-7"
    first, second = (neon.ask("GET", "/projects/none").json()["request_id"] for _ in range(2))
    assert first
    assert first != second


def test_neither_keys_nor_bodies_are_kept_or_printed(neon: Caller, capfd: pytest.CaptureFixture[str]) -> None:
    body = {"project": {"name": "planted-name", "settings": {"planted": "value"}}}
    neon.ask("POST", "/projects", body, key="napi_planted", planted="query")
    neon.ask("POST", "/projects", body)
    assert "planted" not in repr(neon.service.requests)
    assert capfd.readouterr() == ("", "")


def test_what_is_asked_is_kept_within_bounds(neon: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rehearsal.clouds.neon.service._REQUESTS_KEPT", 5)
    for n in range(12):
        neon.ask("GET", f"/projects/p{n}")
    assert neon.service.requests == [Request("GET", f"/projects/p{n}", 404) for n in range(5, 12)]
