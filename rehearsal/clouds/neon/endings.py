"""How a script makes operations end; each ending shows as fields of the operation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

RETRY_SECONDS: Final = 30
"""How long a retried operation stays failed, and one of an unknown status stays in it."""

ENDINGS: Final = ("failed", "error", "cancelled", "stuck", "retried", "unknown-status", "unknown-action")
"""failed, error, cancelled: at once and for good. stuck: never. retried: failed with a `retry_at`, then finished.
unknown-status: a status of a newer API, then finished. unknown-action: finished, with an action of a newer API."""


def fields(ending: str, now: float, ends: float) -> dict[str, Any]:
    """What an operation shows in place of its own values at a moment; nothing when it ends by itself."""
    if ending in ("failed", "error", "cancelled"):
        return {"status": ending, "error": "scripted", "failures_count": 1}
    if ending == "stuck":
        return {"status": "running"}
    if ending == "unknown-action":
        return {"action": "rebalance_pageserver"}
    late = ends + RETRY_SECONDS
    if ending == "retried":
        retry_at = datetime.fromtimestamp(late, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"status": "failed", "failures_count": 1, "retry_at": retry_at} if now < late else {"failures_count": 1}
    if ending == "unknown-status":
        return {"status": "hibernating"} if now < late else {}
    return {}
