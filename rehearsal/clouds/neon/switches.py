"""How the service behaves: sizes and times, and what is not known of the real one, as switches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from rehearsal.clouds.neon.limits import RetryAfter


@dataclass(slots=True)
class Switches:
    """Times in seconds. `lock` says what an unfinished operation locks; `clear_schedule` which body clears a schedule, since
    sources differ; `taken` and `refused` are the statuses for a name that exists and for an object that cannot go."""

    plan: str = "scale"
    """free, launch or scale."""
    latency: float = 0
    operation_seconds: float = 0
    lock: Literal["project", "branch", "off"] = "project"
    clear_schedule: Literal["object", "array", "never"] = "object"
    taken: int = 409
    refused: int = 422
    requests_per_minute: int = 0
    """0 for no limit; Neon allows about 700."""
    requests_per_second_on_a_route: int = 0
    """0 for no limit; Neon allows bursts of 40."""
    retry_after: RetryAfter = "seconds"
    """How an answer 429 says when to ask again."""
    retry_after_lock: RetryAfter = "absent"
    """The same of an answer 423."""
    store_branch_names: bool = field(default=True)
    """Whether two branches of a project may not share a name."""
