"""What Neon's answers say: a body, an error, when to come again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from neon_provider.errors import ADVICE, NeonError, ServerFault, Unanswered, from_status

FAULTS: Final = frozenset({500, 502, 504})
"""After these a change may have happened or not; 503 says that nothing did (neon.com API reference, retries)."""


def parsed(response: httpx.Response) -> dict[str, Any] | None:
    """The body, `{}` for none; None when it is not one of Neon's, whose every body is an object. Only keys are listed in a
    bare array: it is given as `items` of an object."""
    if not response.content:
        return {}
    try:
        body = response.json()
    except ValueError:
        return None
    if isinstance(body, list) and response.request.url.path.endswith("/api_keys"):
        return {"items": body}
    return body if isinstance(body, dict) else None


def failure(asked: str, response: httpx.Response, key: str, sent_id: str, *, absolute: bool) -> NeonError:
    """The error that an answer is, without the key; `sent_id` names the request where Neon does not. What has no `absolute` end
    state, and may have happened, is `Unanswered`."""
    body = parsed(response)
    given = body or {}
    message, code, request_id = (
        str(given.get(name) or "").replace(key or "\0", "[secret]") for name in ("message", "code", "request_id")
    )
    status = response.status_code
    unread = "the answer cannot be read: it is no JSON object"
    lost = not absolute and (status in FAULTS or status < 300)
    kind = Unanswered if lost else ServerFault if status < 300 else from_status(status)
    return kind(
        asked,
        message or (unread if body is None and status < 300 else "no message"),
        status=status,
        code=code,
        request_id=request_id or sent_id,
        advice=ADVICE.get(status, ""),
    )


def retry_after(text: str) -> float:
    """Seconds of a Retry-After header in either of its forms; 0 when there is none."""
    if not text:
        return 0
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return 0
