"""How the service behaves: sizes and times, and what is not known of the real one, as switches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rehearsal.clouds.neon.limits import RetryAfter


@dataclass(slots=True)
class Switches:
    """Times in seconds. Where sources differ or say nothing, the default is what seems likeliest."""

    plan: str = "scale"
    """free, launch or scale."""
    latency: float = 0
    operation_seconds: float = 0
    """What the operations of one call take together."""
    anonymize_seconds: float = 0
    lock: Literal["project", "branch", "off"] = "project"
    """What an unfinished operation locks."""
    requests_per_minute: int = 0
    """0 for no limit; Neon allows about 700."""
    requests_per_second_on_a_route: int = 0
    """0 for no limit; Neon allows bursts of 40."""
    retry_after: RetryAfter = "seconds"
    """How an answer 429 says when to ask again."""
    retry_after_lock: RetryAfter = "absent"
    """The same of an answer 423."""

    taken: int = 409
    """The status for a name that exists."""
    refused: int = 422
    """The status for an object that cannot go or change as it is."""
    limit: int = 422
    """The status for one object more than the plan has."""
    beyond_plan: int = 400
    """The status for a value or a feature the plan does not have."""

    store_branch_names: bool = True
    """Whether two branches of a project may not share a name."""
    deleted_keeps_name: bool = False
    """Whether a deleted branch that can be recovered keeps its name."""
    deleted_keeps_place: bool = False
    """Whether it counts as a branch of the project."""
    schema_only_parent: bool = True
    """Whether a branch of schema alone tells the branch it was taken from as its parent."""
    unavailable_projects: tuple[str, ...] = ()
    """Ids of projects a listing leaves out and names as unavailable."""
    last_cursor: Literal["absent", "repeated", "empty-page"] = "absent"
    """What the last page of projects, operations or consumption gives for a cursor."""
    settings_operations: bool = False
    """Whether a change of logical replication or preloaded libraries returns operations to wait for."""

    clear_schedule: Literal["object", "array", "never"] = "object"
    """The body that clears a schedule."""
    schedule_follows: bool = False
    """Whether a schedule goes over to the branch that replaces its own."""
    week_starts: Literal["monday", "sunday"] = "monday"
    """What day 1 of a weekly schedule is."""
    short_month: Literal["last-day", "skip"] = "last-day"
    """What becomes of a monthly snapshot of day 29 to 31 in a month that has none."""
    restore_keeps_id: bool = True
    """Whether a branch that goes back in its history keeps its id."""
    restore_makes_endpoint: bool = False
    """Whether a restored snapshot comes with an endpoint."""
    anonymization: Literal["works", "fails", "never-starts"] = "works"
    """How a run ends; `never-starts` fails before it."""
