"""What projects used: `GET /consumption_history/v2/projects`, on the Launch plan and above (API reference, November 2026).

Asking wakes no compute.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.convert import Properties
from neon_provider.errors import Forbidden, Invalid, NeonError, NotFound
from neon_provider.functions.base import ORGANIZATION, Argument, Function
from neon_provider.functions.projects import only_organization
from neon_provider.models import ConsumedProject
from neon_provider.session import Session
from neon_provider.shapes import TEXTS

METRICS: Final = (
    "compute_unit_seconds",
    "root_branch_bytes_month",
    "child_branch_bytes_month",
    "instant_restore_bytes_month",
    "public_network_transfer_bytes",
    "private_network_transfer_bytes",
    "extra_branches_month",
    "snapshot_storage_bytes_month",
)
_LONGEST: Final = {
    "hourly": ("168 hours", timedelta(hours=168)),
    "daily": ("60 days", timedelta(days=60)),
    "monthly": ("1 year", timedelta(days=366)),
}
_PAGE: Final = 100
"""Projects of one page, and ids of one question."""


async def get_consumption(session: Session, args: Properties, org_id: str) -> Properties:
    """What each project used in each period that had any use, oldest first."""
    wanted = str(args.get("orgId") or org_id) or (await only_organization(session)).id
    try:
        listed = await session.pages(
            "/consumption_history/v2/projects",
            "projects",
            cursor=("cursor",),
            limit=_PAGE,
            org_id=wanted,
            **{"from": args["from"], "to": args["to"]},
            granularity=args["granularity"],
            metrics=",".join(args["metrics"]),
            project_ids=",".join(args.get("projectIds") or []) or None,
        )
    except (Forbidden, NotFound, Invalid) as error:
        reach, _ = _LONGEST[str(args["granularity"])]
        raise NeonError(
            f"consumption of organisation {wanted}",
            str(error),
            advice=f"It needs the launch or scale plan and a key of that organisation, and {args['granularity']}"
            f" figures reach back {reach}",
        ) from None
    return {"periods": [period for item in listed for period in _periods(ConsumedProject.read(item))]}


def _periods(project: ConsumedProject) -> Iterator[dict[str, Any]]:
    for period in project.periods:
        for frame in period.consumption:
            yield {
                "projectId": project.project_id,
                "start": frame.timeframe_start,
                "end": frame.timeframe_end,
                "values": {metric.metric_name: metric.value for metric in frame.metrics},
            }


def _a_moment(key: str, value: Any) -> Iterator[Problem]:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        yield key, f"must be an RFC 3339 time such as 2026-12-31T00:00:00Z, was {value!r}"
        return
    if moment.tzinfo is None:
        yield key, f"must name its zone, such as {value}Z, was {value!r}"


def _each(rule: checks.Check, most: int) -> checks.Check:
    """A rule for each item of a list of at most so many."""

    def check(key: str, value: Any) -> Iterator[Problem]:
        if len(value) > most:
            yield key, f"must have at most {most} items, had {len(value)}"
        for position, item in enumerate(value):
            yield from rule(f"{key}[{position}]", item)

    return check


def _range(args: Properties) -> Iterator[Problem]:
    """The period must have an end after its start, and Neon keeps only so much of each granularity."""
    if "from" not in args or "to" not in args:
        return
    length = datetime.fromisoformat(args["to"]) - datetime.fromisoformat(args["from"])
    granularity = args.get("granularity")
    if length <= timedelta(0):
        yield "to", f"must be after from ({args['from']}), was {args['to']}"
    elif granularity in _LONGEST and length > _LONGEST[granularity][1]:
        yield (
            "from",
            f"{granularity} figures go over at most {_LONGEST[granularity][0]}, {args['from']} is more before to",
        )


FUNCTIONS: Final[Mapping[str, Function]] = {
    "neon:index:getConsumption": Function(
        {
            "orgId": ORGANIZATION,
            "from": Argument(_a_moment, required=True),
            "to": Argument(_a_moment, required=True),
            "granularity": Argument(checks.one_of(*_LONGEST), required=True),
            "metrics": Argument(_each(checks.one_of(*METRICS), len(METRICS)), TEXTS, required=True),
            "projectIds": Argument(_each(checks.an_id(), _PAGE), TEXTS),
        },
        get_consumption,
        together=_range,
    ),
}
