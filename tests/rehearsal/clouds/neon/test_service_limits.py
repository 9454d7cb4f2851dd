"""How fast the local Neon may be asked, and how it says when to ask again."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import Any

import pytest

from rehearsal.clouds.neon.limits import RateLimit, RetryAfter, retry_after
from tests.rehearsal.clouds.neon.conftest import Caller


def test_nothing_is_limited_unless_it_is_switched_on(neon: Caller) -> None:
    assert {neon.status("GET", "/regions") for _ in range(60)} == {200}


def test_a_bucket_fills_again_as_time_passes() -> None:
    now = 0.0
    limit = RateLimit(lambda: now)
    assert [limit.wait("r", 60, 0) for _ in range(60)] == [0] * 60
    assert limit.wait("r", 60, 0) == pytest.approx(1)
    now = 0.5
    assert limit.wait("r", 60, 0) == pytest.approx(0.5)
    now = 2.0
    assert [bool(limit.wait("r", 60, 0)) for _ in range(3)] == [False, False, True]


def test_a_bucket_holds_no_more_than_its_limit_however_long_nobody_asks() -> None:
    now = 0.0
    limit = RateLimit(lambda: now)
    limit.wait("r", 3, 0)
    now = 86_400.0
    assert [bool(limit.wait("r", 3, 0)) for _ in range(4)] == [False, False, False, True]


def test_each_route_has_a_bucket_of_its_own_below_the_one_for_all() -> None:
    limit = RateLimit(lambda: 0.0)
    assert [bool(limit.wait("a", 5, 2)) for _ in range(3)] == [False, False, True]
    assert [bool(limit.wait("b", 5, 2)) for _ in range(3)] == [False, False, True]
    assert [bool(limit.wait("c", 5, 2)) for _ in range(2)] == [False, True], "the one for all is empty"


def test_a_request_that_is_refused_takes_no_token() -> None:
    now = 0.0
    limit = RateLimit(lambda: now)
    for _ in range(50):
        limit.wait("a", 10, 1)
    assert limit.wait("b", 10, 1) == 0
    now = 1.0
    assert limit.wait("a", 10, 1) == 0


def test_one_route_is_limited_whatever_the_ids_in_its_path() -> None:
    with Caller(requests_per_second_on_a_route=3) as neon:
        paths = [f"/projects/p-{n}" for n in range(4)]
        assert [neon.status("GET", path) for path in paths] == [404, 404, 404, 429]
        assert neon.status("GET", "/regions") == 200
        neon.service.advance(1)
        assert neon.status("GET", paths[0]) == 404


def test_a_refused_request_changes_nothing_and_says_when_to_ask_again() -> None:
    with Caller(requests_per_minute=1) as neon:
        assert neon.status("GET", "/regions") == 200
        response = neon.ask("POST", "/projects", {"project": {"name": "shop"}})
        assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
        assert neon.service.objects()["project"] == []
        neon.service.advance(60)
        assert neon.status("POST", "/projects", {"project": {"name": "shop"}}) == 201


FORMS: list[tuple[RetryAfter, int]] = [("seconds", 1), ("date", 1), ("absent", 0)]


@pytest.mark.parametrize(("form", "headers"), FORMS)
def test_when_to_ask_again_is_said_as_it_is_switched(form: RetryAfter, headers: int) -> None:
    with Caller(requests_per_minute=1, retry_after=form) as neon:
        neon.status("GET", "/regions")
        response = neon.ask("GET", "/regions")
        assert response.status_code == 429
        assert len(response.headers.get_list("Retry-After")) == headers
        if form == "date":
            ahead = parsedate_to_datetime(response.headers["Retry-After"]).timestamp() - time.time()
            assert 55 <= ahead <= 61


@pytest.mark.parametrize(("form", "expected"), [("seconds", "1"), ("absent", None)])
def test_a_locked_project_says_when_to_ask_again_if_that_is_switched_on(form: Any, expected: str | None) -> None:
    with Caller(operation_seconds=30, retry_after_lock=form) as neon:
        project = neon.project()["project"]["id"]
        response = neon.ask("PATCH", f"/projects/{project}", {"project": {"name": "x"}})
        assert (response.status_code, response.headers.get("Retry-After")) == (423, expected)


def test_seconds_are_whole_and_never_too_few() -> None:
    assert [retry_after(seconds, "seconds") for seconds in (0.01, 1, 1.2)] == ["1", "1", "2"]
