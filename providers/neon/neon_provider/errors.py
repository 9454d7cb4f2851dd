"""What can go wrong at Neon.

::

    NeonError                 what was asked, what Neon answered, what to do; never a payload or a secret
      Unauthorized            401: the key is wrong or was revoked
      Forbidden               403: the key may not do this
      NotFound                404
      Conflict                409: an object of that name exists
      Invalid                 400, 406, 412, 422: Neon refuses the values, or the plan is too small
      Locked                  423: another operation holds the project, longer than the deadline
      RateLimited             429, longer than the deadline
      ServerFault             5xx or an answer that is not JSON
      Unreachable             no answer; what was asked never left, or may be asked again without harm
      Unanswered              a POST without an answer, or with 500, 502, 504 or an unreadable one: its outcome is unknown
      OperationFailed         an operation ended badly, or not before the deadline
      Cancelled               the run was stopped while this waited
    Protected                 refused by this provider before any call
    PartialFailure            the object exists but is not whole; carries its id
"""

from __future__ import annotations

from pulumi.provider.experimental.property_value import PropertyValue


class NeonError(Exception):
    """Neon refused or failed. `status` is the HTTP status, 0 without an answer."""

    status: int = 0

    def __init__(
        self, asked: str, answer: str, *, status: int = 0, code: str = "", request_id: str = "", advice: str = ""
    ) -> None:
        self.asked, self.answer = asked, answer
        self.status, self.code, self.request_id = status, code, request_id
        detail = ", ".join(
            part
            for part in (
                f"status {status}" if status else "",
                f"code {code}" if code else "",
                f"request {request_id}" if request_id else "",
            )
            if part
        )
        text = f"{asked}: {answer}"
        text += f" ({detail})" if detail else ""
        text += f". {advice}" if advice else ""
        super().__init__(text)


class Unauthorized(NeonError):
    """The key is wrong."""


class Forbidden(NeonError):
    """The key may not do this."""


class NotFound(NeonError):
    """There is no such object."""


class Conflict(NeonError):
    """An object of that name exists."""


class Invalid(NeonError):
    """Neon refuses the values."""


class Locked(NeonError):
    """Another operation holds the project."""


class RateLimited(NeonError):
    """Too many requests."""


class ServerFault(NeonError):
    """Neon failed."""


class Unreachable(NeonError):
    """There was no answer. What was asked never left, or may be asked again without harm."""


class Unanswered(NeonError):
    """Whether a POST did what it asked for is unknown. `status` is that of the answer, 0 without one."""

    def but(self, found: str) -> Unanswered:
        """The same, with what came of looking for what it did."""
        return Unanswered(
            self.asked,
            f"{self.answer}; {found}",
            status=self.status,
            code=self.code,
            request_id=self.request_id,
            advice="Run again",
        )


class OperationFailed(NeonError):
    """An operation ended badly, or not in time. `final` is whether it will not end well any more."""

    final: bool = False


class Cancelled(NeonError):
    """The run was stopped while this waited."""


class Protected(Exception):
    """Refused before any call: the object is protected against deletion."""


class PartialFailure(Exception):
    """The object exists, but what was asked of it is not done. The state keeps it and the next update completes it."""

    def __init__(self, resource_id: str, properties: dict[str, PropertyValue], reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = reasons


def from_status(status: int) -> type[NeonError]:
    """The error class of an HTTP status."""
    known = {401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 423: Locked, 429: RateLimited}
    return known.get(status) or (ServerFault if status >= 500 else Invalid)


ADVICE = {
    401: "Set NEON_API_KEY, or the provider's apiKey, to a valid key",
    403: "Use a key that may do this, of the organisation that owns the object",
    423: "Another operation ran longer than the deadline; run again",
    429: "Run again later, or raise maxRetries",
}
