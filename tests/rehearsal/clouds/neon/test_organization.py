"""The organisation at the local Neon: keys, spending limit, consumption, regions."""

from __future__ import annotations

from typing import Any

import pytest

from rehearsal.clouds.neon.world import ORGANIZATION
from tests.rehearsal.clouds.neon.conftest import Caller

HOME = f"/organizations/{ORGANIZATION}"
LIMIT = f"{HOME}/billing/spending_limit"
KEYS = f"{HOME}/api_keys"
CONSUMPTION: dict[str, Any] = {
    "org_id": ORGANIZATION,
    "from": "2026-11-01T00:00:00Z",
    "to": "2026-11-03T00:00:00Z",
    "granularity": "daily",
    "metrics": "compute_unit_seconds",
}


def test_the_text_of_a_key_is_shown_once_and_a_project_may_be_its_scope(neon: Caller, project: str) -> None:
    made = neon.post(KEYS, {"key_name": "ci", "project_id": project})
    assert made["key"]
    assert (made["name"], made["project_id"]) == ("ci", project)
    (listed,) = neon.get(KEYS)
    assert (listed["id"], listed["name"], listed["project_id"]) == (made["id"], "ci", project)
    assert made["key"] not in repr(neon.get(KEYS)) + repr(neon.service.objects())
    assert neon.ask("DELETE", f"{KEYS}/{made['id']}").json()["revoked"] is True
    assert neon.get(KEYS) == []
    assert neon.status("DELETE", f"{KEYS}/{made['id']}") == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"key_name": ""}, 400), ({"key_name": "x" * 65}, 400), ({"key_name": "x", "project_id": "none"}, 404)],
)
def test_a_key_without_a_proper_name_or_project_is_refused(neon: Caller, body: dict[str, Any], status: int) -> None:
    assert neon.status("POST", KEYS, body) == status
    assert neon.status("POST", KEYS, {"key_name": "x" * 64}) == 200
    assert len(neon.get(KEYS)) == 1


def test_a_spending_limit_is_set_changed_and_taken_away(neon: Caller) -> None:
    assert neon.get(LIMIT) == {"spending_limit_cents": None}
    for cents in (1, 25_000):
        assert neon.ask("PUT", LIMIT, {"spending_limit_cents": cents}).json() == {"spending_limit_cents": cents}
        assert neon.get(LIMIT) == {"spending_limit_cents": cents}
    assert [neon.ask("DELETE", LIMIT).json() for _ in range(2)] == [{}, {}]
    assert neon.get(LIMIT) == {"spending_limit_cents": None}


@pytest.mark.parametrize("cents", [0, -1, 1.5, None, "100", True])
def test_a_spending_limit_is_a_number_of_cents(neon: Caller, cents: Any) -> None:
    assert neon.status("PUT", LIMIT, {"spending_limit_cents": cents}) == 400


def test_the_free_plan_has_neither_limit_nor_consumption() -> None:
    with Caller(plan="free") as neon:
        assert {neon.status(method, LIMIT, {"spending_limit_cents": 100}) for method in ("GET", "PUT", "DELETE")} == {
            400
        }
        assert neon.ask("GET", "/consumption_history/v2/projects", **CONSUMPTION).status_code == 403


def test_another_organisation_is_not_found(neon: Caller) -> None:
    for path in ("", "/api_keys", "/billing/spending_limit"):
        assert neon.status("GET", f"/organizations/org-other-one-1{path}") == 404
    assert neon.ask("GET", "/regions", org_id="org-other-one-1").status_code == 404
    assert neon.get(HOME)["id"] == neon.get("/users/me/organizations")["organizations"][0]["id"] == ORGANIZATION
    assert neon.get("/regions", org_id=ORGANIZATION) == neon.get("/regions")


def test_consumption_comes_in_steps_for_each_project(neon: Caller) -> None:
    made = [neon.project(f"p{n}")["project"]["id"] for n in range(3)]
    metrics = ["compute_unit_seconds", "extra_branches_month"]
    first = neon.get("/consumption_history/v2/projects", **{**CONSUMPTION, "metrics": metrics, "limit": 2})
    rest = neon.get("/consumption_history/v2/projects", **CONSUMPTION, cursor=first["pagination"]["cursor"])
    assert [p["project_id"] for p in first["projects"] + rest["projects"]] == made
    frames = first["projects"][0]["periods"][0]["consumption"]
    assert [frame["timeframe_start"][:10] for frame in frames] == ["2026-11-01", "2026-11-02"]
    assert [value["metric_name"] for value in frames[0]["metrics"]] == metrics
    one = neon.get("/consumption_history/v2/projects", **CONSUMPTION, project_ids=made[1])
    assert [p["project_id"] for p in one["projects"]] == [made[1]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"metrics": ""}, 400),
        ({"metrics": "love"}, 400),
        ({"granularity": "yearly"}, 400),
        ({"granularity": "hourly", "to": "2026-11-09T00:00:00Z"}, 406),
        ({"to": "2026-10-01T00:00:00Z"}, 406),
        ({"org_id": "org-other-one-1"}, 404),
    ],
)
def test_consumption_of_a_wrong_range_is_refused(neon: Caller, change: dict[str, Any], status: int) -> None:
    assert neon.ask("GET", "/consumption_history/v2/projects", **{**CONSUMPTION, **change}).status_code == status
