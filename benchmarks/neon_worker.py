"""Drives the Neon plugin as an engine does, in a process of its own: `python -m benchmarks.neon_worker <work> <argument>`.

It finds the service by NEON_API_URL and NEON_API_KEY, and prints seconds by phase as JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi.provider.experimental import provider as p

from neon_provider.client import Clock
from neon_provider.convert import Properties, to_plain, to_wire
from neon_provider.provider import NeonProvider

PROJECT: Final = {"name": "shop", "regionId": "aws-eu-central-1", "deletionProtection": False}


class Driver:
    """A provider, and the resources it made: their ids, inputs and states by URN."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._provider = NeonProvider(clock)
        self.made: dict[str, tuple[str, Properties, Properties]] = {}

    async def restart(self) -> None:
        """Begin another run: a new provider, with the environment's key and address."""
        await self._provider.close()
        self._provider = NeonProvider(self._clock)
        await self._provider.configure(p.ConfigureRequest({}, to_wire({"plan": "scale"}), True, True))

    async def close(self) -> None:
        """Release the connections."""
        await self._provider.close()

    async def create(self, token: str, name: str, inputs: Mapping[str, Any]) -> tuple[str, Properties]:
        """Check and create; (id, state)."""
        urn = f"urn:pulumi:bench::bench::{token}::{name}"
        await self._check(urn, {}, inputs)
        response = await self._provider.create(p.CreateRequest(urn, to_wire(inputs), 0, False))
        state = to_plain(response.properties or {})
        self.made[urn] = (str(response.resource_id), dict(inputs), state)
        return str(response.resource_id), state

    async def preview(self) -> None:
        """Check and compare everything with equal inputs."""
        for urn, (resource_id, inputs, state) in self.made.items():
            await self._check(urn, inputs, inputs)
            request = p.DiffRequest(urn, resource_id, to_wire(state), to_wire(inputs), [])
            if (await self._provider.diff(request)).changes:
                raise SystemExit(f"{urn} has changed")

    async def update(self, token: str, name: str, changes: Mapping[str, Any]) -> None:
        """Change inputs in place."""
        urn = f"urn:pulumi:bench::bench::{token}::{name}"
        resource_id, inputs, state = self.made[urn]
        news = {**inputs, **changes}
        await self._check(urn, inputs, news)
        request = p.UpdateRequest(urn, resource_id, to_wire(state), to_wire(news), 0, [], False)
        response = await self._provider.update(request)
        self.made[urn] = (resource_id, news, to_plain(response.properties or {}))

    async def refresh(self) -> None:
        """Read everything."""
        reads = [
            self._provider.read(p.ReadRequest(urn, resource_id, to_wire(state), to_wire(inputs)))
            for urn, (resource_id, inputs, state) in self.made.items()
        ]
        if not all(response.resource_id for response in await asyncio.gather(*reads)):
            raise SystemExit("something is gone")

    async def delete(self, *urns: str) -> None:
        """Delete, all at once."""
        gone = [(urn, *self.made.pop(urn)) for urn in urns]
        await asyncio.gather(
            *(self._provider.delete(p.DeleteRequest(urn, id_, to_wire(state), 0)) for urn, id_, _, state in gone)
        )

    async def _check(self, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        response = await self._provider.check(p.CheckRequest(urn, to_wire(olds), to_wire(news), bytes(32)))
        if response.failures:
            raise SystemExit(f"{urn}: {response.failures}")


def begin(phase: str) -> None:
    """Tell that a phase begins, and wait until whoever counts requests has heard it."""
    print(f"begin {phase}", flush=True)
    sys.stdin.readline()


async def branches(driver: Driver, count: int) -> dict[str, float]:
    """Create, compare, refresh and destroy that many branches of one project."""
    project_id, _ = await driver.create("neon:index:Project", "shop", PROJECT)
    seconds: dict[str, float] = {}

    async def phase(name: str, *work: Any) -> None:
        begin(name)
        started = time.perf_counter()
        await asyncio.gather(*work)
        seconds[name] = time.perf_counter() - started

    names = [f"preview-{number}" for number in range(count)]
    token = "neon:index:Branch"
    await phase("create", *(driver.create(token, name, {"projectId": project_id, "name": name}) for name in names))
    await phase("no-op preview", driver.preview())
    await driver.restart()
    await phase("refresh", driver.refresh())
    await phase("destroy", driver.delete(*[urn for urn in driver.made if f"{token}::" in urn]))
    return seconds


async def operations(driver: Driver, _count: int) -> dict[str, float]:
    """One of each resource: create, update in place, refresh, delete; the phases are told for whoever counts requests."""
    _, state = await driver.create("neon:index:Project", "shop", PROJECT)
    place = {"projectId": state["projectId"], "branchId": state["defaultBranchId"]}
    org = "org-brave-harbor-10000001"
    rules = [{"database": "neondb", "schema": "public", "table": "users", "column": "email", "maskingValue": "''"}]
    cases: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = (
        ("Branch", {"projectId": place["projectId"], "name": "preview"}, {"name": "renamed"}),
        ("Role", {**place, "name": "app"}, {"passwordRotation": "2"}),
        (
            "Database",
            {**place, "name": "data", "ownerName": "neondb_owner", "deletionProtection": False},
            {"name": "d2"},
        ),
        (
            "BackupSchedule",
            {**place, "items": [{"frequency": "daily"}]},
            {"items": [{"frequency": "daily", "hour": 3}]},
        ),
        ("Snapshot", {**place, "name": "before"}, {"name": "after"}),
        (
            "AnonymizedBranch",
            {"projectId": place["projectId"], "name": "masked", "maskingRules": rules},
            {"name": "m2"},
        ),
        ("Endpoint", {**place, "type": "read_only"}, {"maxCu": 1}),
        ("OrgApiKey", {"orgId": org, "name": "ci"}, {}),
        ("SpendingLimit", {"orgId": org, "cents": 5000}, {"cents": 6000}),
    )
    for kind, inputs, changes in cases:
        token = f"neon:index:{kind}"
        before = set(driver.made)
        begin(f"{kind} create")
        await driver.create(token, "it", inputs)
        if changes:
            begin(f"{kind} update")
            await driver.update(token, "it", changes)
        await driver.restart()  # as another run: this one does not delete what it set itself
        begin(f"{kind} delete")
        await driver.delete(*(set(driver.made) - before))
    begin("Project update")
    await driver.update("neon:index:Project", "shop", {"historyRetentionSeconds": 3600})
    begin("Project no-op preview")
    await driver.preview()
    await driver.restart()
    begin("Project delete")
    await driver.delete(*driver.made)
    return {}


async def _at_once(_: float) -> None:
    """Requests at any rate, so that what is measured is the plugin's own work and the latency."""


async def _run(work: str, count: int, *, paced: bool) -> dict[str, float]:
    driver = Driver(Clock() if paced else Clock(pace=_at_once))
    await driver.restart()
    try:
        return await {"branches": branches, "operations": operations}[work](driver, count)
    finally:
        await driver.close()


if __name__ == "__main__":
    found = asyncio.run(_run(sys.argv[1], int(sys.argv[2]), paced=sys.argv[3:] == ["paced"]))
    print(json.dumps(found))
