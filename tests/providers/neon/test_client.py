"""The client: authentication, typed errors, what is sent again and when, paging, waiting for operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from neon_provider import errors
from neon_provider.client import Client, ClientConfig, check_id, path_of
from neon_provider.session import Session
from tests.providers.neon.harness import FakeClock

KEY = "napi_canary_of_the_client"
Handler = Callable[[httpx.Request], httpx.Response]


class Line:
    """A client on a transport that answers from a list, the last answer again and again; an exception is raised."""

    def __init__(self, *answers: httpx.Response | Exception, **config: Any) -> None:
        self.sent: list[httpx.Request] = []
        self.warned: list[str] = []
        self.time = FakeClock()
        self._answers = list(answers)
        self._config = ClientConfig(**{"api_key": KEY, "base_url": "http://neon.test/api/v2/", **config})

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def use(self, call: Callable[[Session], Any], timeout: float = 0) -> Any:
        async def run() -> Any:
            client = Client(self._config, transport=httpx.MockTransport(self._answer), clock=self.time.clock())
            client.warn = self.warned.append
            try:
                return await call(Session(client, timeout))
            finally:
                await client.close()

        return asyncio.run(run())

    def request(self, method: str = "GET", path: str = "/projects", timeout: float = 0, **more: Any) -> Any:
        return self.use(lambda client: client.request(method, path, **more), timeout)

    def get(self, path: str = "/projects") -> Any:
        return self.request("GET", path)


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json={} if body is None else body)


def refused(status: int, message: str = "no", **headers: str) -> httpx.Response:
    body = {"request_id": "req-1", "code": "SOME_CODE", "message": message}
    return httpx.Response(status, json=body, headers=headers)


def operation(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "op-1", "action": "start_compute", "status": status, **more}


# ---- one request -------------------------------------------------------------------------------------------------


def test_every_request_carries_the_key_and_the_agent() -> None:
    line = Line(ok({"projects": []}))
    assert line.get() == {"projects": []}
    (request,) = line.sent
    assert str(request.url) == "http://neon.test/api/v2/projects"
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    assert request.headers["User-Agent"].startswith("pulumi-neon/")


def test_a_query_without_a_value_is_not_sent() -> None:
    line = Line(ok())
    line.use(lambda client: client.get("/projects", search="a b", org_id=None))
    assert line.sent[0].url.query == b"search=a+b"


def test_an_empty_answer_is_an_empty_object() -> None:
    assert Line(httpx.Response(204)).request("DELETE") == {}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Invalid),
        (401, errors.Unauthorized),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (406, errors.Invalid),
        (409, errors.Conflict),
        (412, errors.Invalid),
        (422, errors.Invalid),
        (423, errors.Locked),
        (429, errors.RateLimited),
        (500, errors.Unanswered),
        (503, errors.ServerFault),
    ],
)
def test_a_status_has_its_error_with_what_was_asked_and_answered(status: int, kind: type[errors.NeonError]) -> None:
    with pytest.raises(errors.NeonError) as caught:
        Line(refused(status, "the reason"), max_retries=0).request("POST", "/projects/p/branches")
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (status, "SOME_CODE", "req-1")
    for part in ("POST /projects/p/branches", "the reason", str(status), "req-1"):
        assert part in str(caught.value)


@pytest.mark.parametrize("content", [b"<html>", b"[]", b'"no"', b""])
def test_an_error_in_another_form_than_neons_is_still_an_error_of_its_status(content: bytes) -> None:
    with pytest.raises(errors.Conflict, match="no message"):
        Line(httpx.Response(409, content=content)).request("POST")


@pytest.mark.parametrize("content", [b'{"projects": [', b"<html>", b"[]", b'"x"'])
def test_an_answer_that_is_no_json_object_is_asked_for_again_and_then_the_servers_fault(content: bytes) -> None:
    assert Line(httpx.Response(200, content=content), ok({"a": 1})).get() == {"a": 1}
    with pytest.raises(errors.ServerFault, match="no JSON object"):
        Line(httpx.Response(200, content=content)).get()


def test_a_path_is_encoded_and_never_has_an_empty_part() -> None:
    assert path_of("projects", "p", "roles", "a/b c%") == "/projects/p/roles/a%2Fb%20c%25"
    with pytest.raises(ValueError, match="empty"):
        path_of("projects", "", "branches")
    assert check_id("project", "quiet-river-12345678") == "quiet-river-12345678"
    for wrong in ("", "Up", "a/b", "a" * 61):
        with pytest.raises(ValueError, match="no project id"):
            check_id("project", wrong)


# ---- the key in no text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        refused(400, f"bad header Bearer {KEY}"),
        refused(500, KEY),
        httpx.Response(400, json={"message": KEY, "code": KEY, "request_id": KEY}),
        httpx.Response(200, content=KEY.encode()),
        httpx.ConnectError(f"cannot send Bearer {KEY}"),
        httpx.ReadTimeout(KEY),
    ],
)
def test_the_key_stands_in_no_error(answer: httpx.Response | Exception) -> None:
    with pytest.raises(errors.NeonError) as caught:
        Line(answer, max_retries=0).get()
    assert KEY not in f"{caught.value} {caught.value!r} {caught.value.args} {vars(caught.value)}"


def test_the_key_stands_not_in_the_configurations_text() -> None:
    assert KEY not in repr(ClientConfig(KEY))


# ---- what is sent again ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [423, 429, 503])
def test_what_neon_did_not_take_is_sent_again(method: str, status: int) -> None:
    line = Line(refused(status), refused(status), ok({"done": True}))
    assert line.request(method, body={"a": 1} if method != "GET" else None) == {"done": True}
    assert len(line.sent) == 3
    assert len({request.content for request in line.sent}) == 1
    assert len(line.time.slept) == 2


def test_a_locked_project_is_waited_for_until_the_deadline_however_many_tries_that_takes() -> None:
    line = Line(*[refused(423)] * 30, ok({"done": True}), max_retries=2)
    assert line.request("POST") == {"done": True}
    assert len(line.sent) == 31
    line = Line(refused(423), max_retries=2)
    with pytest.raises(errors.Locked):
        line.request("POST", timeout=100)
    assert sum(line.time.slept) < 100


MAY_HAVE_WORKED = [refused(500), refused(502), refused(504), httpx.Response(201, content=b'{"proj')]


@pytest.mark.parametrize("answer", MAY_HAVE_WORKED)
def test_a_post_is_not_sent_again_when_it_may_have_worked(answer: httpx.Response) -> None:
    line = Line(answer, ok())
    with pytest.raises(errors.Unanswered) as caught:
        line.request("POST")
    assert (len(line.sent), caught.value.status) == (1, answer.status_code)


@pytest.mark.parametrize("answer", [*MAY_HAVE_WORKED, httpx.ReadError("x")])
def test_a_post_that_makes_nothing_twice_is_sent_again(answer: httpx.Response | Exception) -> None:
    line = Line(answer, ok({"done": True}))
    assert line.request("POST", repeatable=True) == {"done": True}


def test_every_try_of_a_request_has_the_same_id_which_an_error_names_when_neon_names_none() -> None:
    line = Line(httpx.Response(503), max_retries=1)
    with pytest.raises(errors.ServerFault) as caught:
        line.get()
    ids = {request.headers["X-Request-ID"] for request in line.sent}
    assert (len(line.sent), ids) == (2, {caught.value.request_id})
    assert caught.value.request_id in str(caught.value)


@pytest.mark.parametrize("error", [httpx.ReadTimeout("x"), httpx.ReadError("x"), httpx.RemoteProtocolError("x")])
def test_a_post_without_an_answer_is_not_sent_again(error: Exception) -> None:
    line = Line(error, ok())
    with pytest.raises(errors.Unanswered) as caught:
        line.request("POST")
    assert (len(line.sent), caught.value.status) == (1, 0)


def test_a_post_that_never_left_is_sent_again() -> None:
    line = Line(httpx.ConnectError("refused"), ok({"id": 1}))
    assert line.request("POST") == {"id": 1}


@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
@pytest.mark.parametrize("fault", [refused(500), refused(502), refused(504), httpx.ReadError("x")])
def test_a_request_with_an_absolute_end_state_is_sent_again(method: str, fault: httpx.Response | Exception) -> None:
    line = Line(fault, ok({"done": True}))
    assert line.request(method) == {"done": True}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422])
def test_a_refusal_is_not_asked_again(status: int) -> None:
    line = Line(refused(status), ok())
    with pytest.raises(errors.NeonError):
        line.get()
    assert (len(line.sent), line.time.slept) == (1, [])


def test_the_tries_are_counted() -> None:
    line = Line(refused(503), max_retries=3)
    with pytest.raises(errors.ServerFault):
        line.get()
    assert len(line.sent) == 4


def test_the_pause_grows_and_stays_within_its_bound() -> None:
    line = Line(refused(503), max_retries=30)
    with pytest.raises(errors.ServerFault):
        line.get()
    assert all(0 <= pause <= min(15, 0.5 * 2**n) for n, pause in enumerate(line.time.slept))
    assert max(line.time.slept) > 2


def test_retry_after_in_seconds_is_honoured() -> None:
    line = Line(refused(429, **{"Retry-After": "42"}), ok())
    line.get()
    assert line.time.slept == [42.0]


def test_retry_after_as_a_date_is_honoured() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    line = Line(refused(429, **{"Retry-After": moment}), ok())
    line.get()
    assert 80 < line.time.slept[0] <= 90


@pytest.mark.parametrize(
    "text", ["soon", "-5", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:00 -0000"]
)
def test_a_retry_after_that_says_nothing_leaves_the_usual_pause(text: str) -> None:
    line = Line(refused(429, **{"Retry-After": text}), ok())
    line.get()
    assert line.time.slept[0] <= 0.5


def test_a_pause_beyond_the_deadline_is_not_begun() -> None:
    line = Line(refused(429, **{"Retry-After": "700"}), ok(), operation_timeout=600)
    with pytest.raises(errors.RateLimited):
        line.get()
    assert line.time.slept == []


def test_a_resources_own_timeout_counts_instead_of_the_providers() -> None:
    line = Line(refused(423, **{"Retry-After": "20"}))
    with pytest.raises(errors.Locked):
        line.request("POST", timeout=50)
    assert line.time.slept == [20, 20]


# ---- paging ------------------------------------------------------------------------------------------------------


def page(*items: int, **pagination: str) -> httpx.Response:
    return ok({"items": list(items), "pagination": pagination})


def test_pages_are_read_to_the_end() -> None:
    line = Line(page(1, 2, next="a"), page(3, next="b"), page(4))
    found = line.use(lambda client: client.pages("/x", "items", cursor=("next",), search="s"))
    assert found == [1, 2, 3, 4]
    assert [dict(request.url.params) for request in line.sent] == [
        {"search": "s"},
        {"search": "s", "cursor": "a"},
        {"search": "s", "cursor": "b"},
    ]


@pytest.mark.parametrize(
    ("answers", "items"),
    [
        ((page(1, cursor="a"), page(2, cursor="a")), [1, 2]),
        ((page(1, cursor="a"), page(2, cursor="b"), page(3, cursor="a")), [1, 2, 3]),
        ((page(1, cursor="a"), page(cursor="b")), [1]),
        ((ok({}),), []),
        ((ok({"items": None, "pagination": None}),), []),
    ],
)
def test_a_repeated_cursor_and_an_empty_page_end_a_listing(
    answers: tuple[httpx.Response, ...], items: list[int]
) -> None:
    line = Line(*answers)
    assert line.use(lambda client: client.pages("/x", "items", cursor=("next", "cursor"))) == items


def test_a_listing_is_asked_once_until_something_changes() -> None:
    line = Line(ok({"items": [1]}))

    async def twice_around_a_change(client: Session) -> None:
        await client.listing("/x", "items")
        await client.listing("/x", "items")
        assert len(line.sent) == 1
        await client.request("PATCH", "/x/1")
        await client.listing("/x", "items")

    line.use(twice_around_a_change)
    assert [request.method for request in line.sent] == ["GET", "PATCH", "GET"]


def test_a_listing_during_which_something_changed_is_not_kept() -> None:
    line = Line(ok({"items": [1]}))

    async def calls(client: Session) -> list[Any]:
        async def change() -> None:
            await client.request("PATCH", "/x", body={})

        await asyncio.gather(client.listing("/x", "items"), change())
        await client.listing("/x", "items")
        await client.listing("/x", "items")
        return [request.method for request in line.sent]

    assert line.use(calls) == ["GET", "PATCH", "GET"]


# ---- operations --------------------------------------------------------------------------------------------------


def settle(line: Line, *operations: dict[str, Any], timeout: float = 0) -> None:
    line.use(lambda client: client.settle("p", {"operations": list(operations)}), timeout)


@pytest.mark.parametrize("status", ["finished", "skipped"])
def test_an_operation_that_ended_well_is_not_asked_for(status: str) -> None:
    line = Line(ok())
    settle(line, operation(status))
    settle(line)
    assert line.sent == []


def test_operations_are_waited_for_until_the_last_ended() -> None:
    line = Line(
        *(ok({"operation": operation(status)}) for status in ("scheduling", "running", "cancelling", "finished"))
    )
    settle(line, operation("scheduling"))
    assert [request.url.path for request in line.sent] == ["/api/v2/projects/p/operations/op-1"] * 4
    assert line.time.slept == [1, 1.5, 2.25, 3.375]


@pytest.mark.parametrize("status", ["failed", "error", "cancelled"])
def test_an_operation_that_ended_badly_is_an_error_that_names_it(status: str) -> None:
    line = Line(ok({"operation": operation(status, error="no capacity")}))
    with pytest.raises(errors.OperationFailed, match=rf"start_compute op-1: it ended as {status} \(no capacity\)"):
        settle(line, operation("running"))


def test_a_failed_operation_that_neon_tries_again_is_waited_for() -> None:
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    line = Line(ok({"operation": operation("failed", retry_at=later)}), ok({"operation": operation("finished")}))
    settle(line, operation("running"))
    assert len(line.sent) == 2


def test_an_unknown_status_or_action_or_a_null_field_is_waited_for() -> None:
    line = Line(
        ok({"operation": operation("resting", action="brand_new", error=None, retry_at=None)}),
        ok({"operation": operation("finished")}),
    )
    settle(line, operation("running"))
    assert len(line.sent) == 2


def test_waiting_ends_at_the_deadline() -> None:
    line = Line(ok({"operation": operation("running")}), operation_timeout=60)
    with pytest.raises(errors.OperationFailed, match="not finished in time: start_compute op-1 is running"):
        settle(line, operation("running"))
    assert sum(line.time.slept) < 60
    with pytest.raises(errors.OperationFailed):
        settle(line, operation("running"), timeout=5)


def test_a_failed_look_at_an_operation_ends_the_waiting() -> None:
    line = Line(refused(404))
    with pytest.raises(errors.NotFound):
        settle(line, operation("running"))


def test_changes_of_one_project_wait_for_each_other_and_those_of_two_do_not() -> None:
    events: list[str] = []

    async def change(client: Session, project: str, name: str) -> None:
        async with client.changing(project):
            events.append(f"{name} begins")
            await asyncio.sleep(0)
            events.append(f"{name} ends")

    async def both(client: Session, second: str) -> None:
        await asyncio.gather(change(client, "p", "a"), change(client, second, "b"))

    Line(ok()).use(lambda client: both(client, "p"))
    assert events == ["a begins", "a ends", "b begins", "b ends"]
    events.clear()
    Line(ok()).use(lambda client: both(client, "q"))
    assert events == ["a begins", "b begins", "a ends", "b ends"]
