"""Making something that must not be made twice: the POST, what a lost answer of it may have made, and what may be taken over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from neon_provider.checks import utc_now
from neon_provider.convert import Properties
from neon_provider.errors import Conflict, NeonError, ServerFault, Unanswered
from neon_provider.session import Session

T = TypeVar("T")
MARK: Final = "pulumi"
"""Annotation that says which resource of which program an object was made for."""

ADOPTION_WINDOW: Final = timedelta(hours=1)
"""A create takes over what was made for it only this long afterwards: that is what a run killed between Neon's answer and the
engine's writing leaves behind. What is older may be somebody's by now, and is refused with the command that imports it."""

_SENDINGS: Final = 2


def age_of(created_at: str) -> timedelta | None:
    """How long ago something was made; None when Neon does not tell."""
    try:
        made = datetime.fromisoformat(created_at)
    except ValueError:
        return None
    return utc_now() - made if made.tzinfo is not None else None


def is_recent(created_at: str) -> bool:
    """Whether something was made within the adoption window."""
    age = age_of(created_at)
    return age is not None and age <= ADOPTION_WINDOW


def not_ours_to_take(what: str, token: str, resource_id: str) -> Conflict:
    """The refusal to take over something that exists and that no interrupted run of the last hour can have made."""
    return Conflict(
        what,
        "it exists already",
        advice=f"Import it: pulumi import {token} <name> {resource_id}; or delete it, or declare another name;"
        " to have it replaced, use the option deleteBeforeReplace",
    )


async def post_once(
    client: Session,
    path: str,
    look: Callable[[], Awaitable[T | None]],
    read: Callable[[Properties], object],
    *,
    body: Any = None,
    query: Mapping[str, Any] | None = None,
) -> tuple[Properties, T | None]:
    """Make something by a POST, never twice: (the answer, None), or ({}, what was found) when the answer was lost.

    An answer in which `read` does not find what was made is lost as well. After a loss `look` is asked three times for what the
    POST may have made. Only when there was no answer at all, and nothing is found, it is sent again: an answer of 500 or one
    that cannot be read is an error then. Raises `Unanswered`.
    """
    for _ in range(_SENDINGS):
        try:
            answer = await client.request("POST", path, body=body, query=query)
            read(answer)
            return answer, None
        except Unanswered as error:
            lost = error
        except (KeyError, TypeError, ServerFault) as error:
            if isinstance(error, ServerFault) and error.status:
                raise
            lost = Unanswered(f"POST {path}", "the answer does not tell what was made", status=201)
        try:
            async for _ in client.looks():
                found = await look()
                if found is not None:
                    return {}, found
        except NeonError as error:
            raise lost.but(f"what it may have made could not be looked for: {error}") from error
        if lost.status:
            break
    raise lost.but("nothing that it may have made was found")
