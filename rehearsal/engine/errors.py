"""What can go wrong in a run.

::

    EngineError
      InputError        the person's input: settings, project, state, lock, passphrase      exit 2
        StateError      a state file that cannot be trusted; it is left untouched
        LockError       another run holds the stack
      ProviderError     a vendor refused or failed; may carry what exists already           exit 4
      Stop              no further step is started; the reasons are recorded elsewhere
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rehearsal.engine.values import Properties


class EngineError(Exception):
    """Base of everything the engine raises on purpose."""


class InputError(EngineError):
    """Something a person gave cannot be used; the message says what, and the command that mends it."""


class StateError(InputError):
    """The state file is truncated, altered, of another version, or cannot be read or written."""


class LockError(InputError):
    """Another run holds the stack."""


class ProviderError(EngineError):
    """A vendor refused or failed.

    `resource_id` is set when the object exists although the operation failed; `properties` is then what is known of it
    and `reasons` why it is not whole. The state keeps such a resource and the next run completes it.
    """

    def __init__(
        self,
        message: str,
        *,
        resource_id: str | None = None,
        properties: Properties | None = None,
        reasons: list[str] | None = None,
    ) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.properties = properties
        self.reasons = reasons or []


class ProtectedError(ProviderError):
    """A protected resource was to be deleted: refused before any call, and the other deletions are still judged."""


class Stop(EngineError):  # noqa: N818 - a signal, not an error
    """Unwinds a step: the run starts no further one."""


class FailureKind(StrEnum):
    """Who has to act on a failure."""

    INPUT = "input"
    POLICY = "policy"
    VENDOR = "vendor"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong; `urn` is empty when it concerns the whole run."""

    kind: FailureKind
    urn: str
    message: str
