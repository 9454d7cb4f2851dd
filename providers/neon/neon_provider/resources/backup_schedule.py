"""The backup schedule of a root branch. Id: `<project>/<branch>`; a branch has one, so creating it is setting it."""

from __future__ import annotations

from collections.abc import Iterator

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Invalid, NeonError, NotFound
from neon_provider.models import ScheduleItem
from neon_provider.resources.base import Change, Property, Resource, Scope
from neon_provider.resources.branch import split
from neon_provider.resources.restored import heir_of
from neon_provider.shapes import TEXT, WHOLE, objects

_FIELDS = {"frequency": "frequency", "hour": "hour", "day": "day", "retentionSeconds": "retention_seconds"}


class BackupSchedule(Resource):
    """See the module."""

    token = "neon:index:BackupSchedule"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "items": Property(shape=objects(frequency=TEXT, hour=WHOLE, day=WHOLE, retentionSeconds=WHOLE), required=True),
    }
    computed = ("effectiveSchedule",)

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("items", checks.schedule),
        ):
            if key in values:
                yield from check(key, values[key])
        if plan == "free":
            yield "items", "the 'free' plan has no scheduled snapshots: they need 'launch'"

    def advice(self, news: Properties) -> Iterator[Problem]:
        yield from checks.short_months("items", news.get("items"))

    def same(self, key: str, old: object, new: object) -> bool:
        if key == "items" and isinstance(old, list) and isinstance(new, list):
            return sorted(map(_identity, old)) == sorted(map(_identity, new))
        return old == new

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """Another branch gets its schedule before this one loses its own; the same one must not lose what it just got."""
        return all(state.get(key) == news.get(key) for key in ("projectId", "branchId"))

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        resource_id = f"{inputs['projectId']}/{inputs['branchId']}"
        scope.adopted.add(resource_id)  # if this replaces it, what stands there is the new one
        return resource_id, await self._set(scope, resource_id, inputs)

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        return await self._set(scope, resource_id, inputs)

    async def _set(self, scope: Scope, resource_id: str, inputs: Properties) -> Properties:
        body = {"schedule": [_wire(item) for item in inputs["items"]]}
        project_id, _ = split(resource_id)
        async with scope.client.changing(project_id):
            answer = await scope.client.request("PUT", _path(resource_id), body=body)
            try:
                await scope.client.settle(project_id, answer)
                items = await self._effective(scope, resource_id)
            except NeonError as error:
                raise self.partial(resource_id, self.begun(inputs), error) from error
        if not self.same("items", inputs["items"], items):
            scope.log("warning", f"Neon holds another schedule for branch {resource_id} than it was sent: {items}")
        return {**inputs, "effectiveSchedule": items}

    async def _effective(self, scope: Scope, resource_id: str) -> list[Properties]:
        answer = await scope.client.get(_path(resource_id))
        return [_plain(ScheduleItem.read(item)) for item in answer.get("schedule") or []]

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        """Clear it and look: sources differ on the body that clears, so the older one is tried when the newer is refused."""
        project_id, _ = split(resource_id)
        async with scope.client.changing(project_id):
            try:
                try:
                    await scope.client.request("PUT", _path(resource_id), body={"schedule": []})
                except Invalid:
                    await scope.client.request("PUT", _path(resource_id), body=[])
                left = await scope.client.get(_path(resource_id))
            except NotFound:
                return
        if left.get("schedule"):
            raise Invalid(
                f"clearing the backup schedule of {resource_id}", "it still stands", advice="Clear it in Neon's console"
            )

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, branch_id = split(resource_id)
        heir = await heir_of(scope.client, project_id, branch_id)
        if heir is None:
            return None
        resource_id = f"{project_id}/{heir.id}"
        items = await self._effective(scope, resource_id)
        if not items:
            return None
        given = inputs["items"] if inputs and self.same("items", inputs.get("items"), items) else items
        live: Properties = {"projectId": project_id, "branchId": heir.id, "items": given}
        return resource_id, live, {**live, "effectiveSchedule": items}


def _path(resource_id: str) -> str:
    project_id, branch_id = split(resource_id)
    return path_of("projects", project_id, "branches", branch_id, "backup_schedule")


def _wire(item: Properties) -> Properties:
    filled = {"hour": 0, "retentionSeconds": checks.MAX_HISTORY, **item}
    return {wire: filled[key] for key, wire in _FIELDS.items() if filled.get(key) is not None}


def _plain(item: ScheduleItem) -> Properties:
    values = item.model_dump()
    return {key: values[wire] for key, wire in _FIELDS.items() if values[wire] is not None}


def _identity(item: Properties) -> str:
    return repr(sorted(_wire(item).items()))
