"""Points in a branch's history: moments and log sequence numbers, and whether they can still be gone back to."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from rehearsal.clouds.neon.world import Call, Document, Refusal

_FIRST: Final = 1 << 32
"""The log position of a new branch: so high that any `0/…` a test thinks of is in the past."""
_BYTES_PER_SECOND: Final = 1024
_SKEW: Final = 60
"""Seconds by which a client's clock may differ."""


def moment_of(text: object, what: str) -> float:
    """Seconds since 1970 of an RFC 3339 moment with its zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Refusal(400, f"{what} is not a moment in the form of RFC 3339") from error
    if moment.tzinfo is None:
        raise Refusal(400, f"{what} has no time zone")
    return moment.timestamp()


def lsn_at(branch: Document, moment: float) -> str:
    """The log position of a branch at a moment."""
    position = _FIRST + max(0, int((moment - moment_of(branch["created_at"], "created_at")) * _BYTES_PER_SECOND))
    return f"{position >> 32:X}/{position & 0xFFFF_FFFF:X}"


def point(call: Call, project: Document, branch: Document, timestamp: object, lsn: object) -> tuple[str, str]:
    """(log position, moment) of a point that is asked for: the present one without any, one inside the restore window
    otherwise."""
    if timestamp and lsn:
        raise Refusal(400, "a moment and an LSN cannot be given together")
    if timestamp:
        moment = moment_of(timestamp, "the moment")
        _check_window(call, project, branch, moment)
        return lsn_at(branch, moment), str(timestamp)
    if lsn:
        moment = _moment_of_lsn(branch, str(lsn))
        _check_window(call, project, branch, moment)
        return str(lsn), call.stamp(moment)
    return lsn_at(branch, call.moment), call.stamp()


def _moment_of_lsn(branch: Document, lsn: str) -> float:
    if not re.fullmatch(r"[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}", lsn):
        raise Refusal(400, f"{lsn!r} is no LSN: it looks like 0/1A2B3C4")
    high, _, low = lsn.partition("/")
    position = (int(high, 16) << 32) + int(low, 16)
    return moment_of(branch["created_at"], "created_at") + max(0, position - _FIRST) / _BYTES_PER_SECOND


def _check_window(call: Call, project: Document, branch: Document, moment: float) -> None:
    history = project["history_retention_seconds"]
    if not history:
        raise Refusal(400, "the project keeps no history")
    first = max(moment_of(branch["created_at"], "created_at"), call.moment - history)
    if not first - _SKEW <= moment <= call.moment + _SKEW:
        raise Refusal(400, f"the point is outside the restore window, which begins at {call.stamp(first)}")
