"""What happens by itself: branches and snapshots expire, deleted branches are purged, schedules take snapshots."""

from __future__ import annotations

import math

from rehearsal.clouds.neon.branches import purge, set_aside
from rehearsal.clouds.neon.snapshots import drop_snapshot, take_scheduled
from rehearsal.clouds.neon.world import Call


def tick(call: Call) -> None:
    """Do what is due. Costs nothing while nothing is."""
    if call.moment < call.world.due:
        return
    for branch in call.all("deleted_branch"):
        if (branch.get("_due") or math.inf) <= call.moment:
            purge(call, branch)
    for branch in call.all("branch"):
        if (branch.get("_due") or math.inf) <= call.moment:
            set_aside(call, branch, "ttl")
    for schedule in call.all("schedule"):
        take_scheduled(call, schedule)
    for snapshot in call.all("snapshot"):
        if (snapshot.get("_due") or math.inf) <= call.moment:
            drop_snapshot(call, snapshot)
    kinds = ("deleted_branch", "branch", "schedule", "snapshot")
    moments = (document.get("_due") or math.inf for kind in kinds for document in call.all(kind))
    call.due = min(moments, default=math.inf)
