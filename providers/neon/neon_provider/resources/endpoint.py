"""A compute endpoint. Id: `<project>/<endpoint>`. One read-write endpoint per branch is its natural key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, Invalid, NeonError, NotFound
from neon_provider.models import Endpoint as EndpointModel
from neon_provider.resources.base import Change, Property, Resource, Scope, changed
from neon_provider.resources.creation import ADOPTION_WINDOW, is_recent, not_ours_to_take, post_once
from neon_provider.shapes import FLAG, LIBRARIES, NUMBER, TEXT_MAP, WHOLE

_SETTINGS = frozenset({"pgSettings", "preloadLibraries"})
_SIZE = frozenset({"minCu", "maxCu", "suspendTimeoutSeconds"})


class Endpoint(Resource):
    """See the module."""

    token = "neon:index:Endpoint"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "type": Property(Change.REPLACE),
        "name": Property(kept=True),  # Neon takes no empty one
        "minCu": Property(shape=NUMBER, default=0.25),
        "maxCu": Property(shape=NUMBER, default=0.25),
        "suspendTimeoutSeconds": Property(shape=WHOLE, default=0),
        "disabled": Property(shape=FLAG, default=False),
        "pgSettings": Property(shape=TEXT_MAP, default={}),
        "preloadLibraries": Property(shape=LIBRARIES, default={"useDefaults": True, "enabledLibraries": []}),
    }
    computed = ("endpointId", "host", "poolerHost", "currentState")

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("type", checks.one_of("read_write", "read_only")),
            ("name", checks.name(64)),
            ("suspendTimeoutSeconds", checks.suspend(plan)),
        ):
            if key in values:
                yield from check(key, values[key])
        yield from checks.units("", values, plan)

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """A branch has one read-write endpoint."""
        return _is_read_write(news) and state.get("branchId") == news.get("branchId")

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        fields = {**_fields(inputs), "branch_id": inputs["branchId"], "type": inputs.get("type", "read_write")}
        if not _is_read_write(inputs) and "name" not in inputs:
            fields["name"] = self._own_name(scope, inputs)  # by which a replica is known again: a branch may have many
        since = checks.utc_now()

        async def look() -> str | None:
            return await self._made_for(scope, inputs, since)

        async with scope.client.changing(project_id):
            if not _is_read_write(inputs) and not self.is_replacing_itself(scope, inputs):
                left = await self._made_for(scope, inputs, since - ADOPTION_WINDOW)
                if left is not None:
                    return await self._take_over(scope, left, inputs)
            path = path_of("projects", project_id, "endpoints")
            try:
                answer, found = await post_once(scope.client, path, look, _made, body={"endpoint": fields})
            except (Conflict, Invalid) as error:
                return await self._take_over(scope, await self._left_behind(scope, inputs, error), inputs)
            return await self._complete(scope, found or _made(answer), inputs, answer)

    def _own_name(self, scope: Scope, inputs: Properties) -> str:
        return f"pulumi-{self.mark(scope.urn, inputs)}"

    async def _made_for(self, scope: Scope, inputs: Properties, since: datetime) -> str | None:
        """The endpoint that a create of these inputs made since then: the branch's read-write one, or a replica by its name."""
        name = None if _is_read_write(inputs) else inputs.get("name") or self._own_name(scope, inputs)
        found = [
            endpoint
            for endpoint in await self._on_branch(scope, inputs)
            if name in (None, endpoint.name)
            and _is_since(endpoint.created_at, since)
            and f"{inputs['projectId']}/{endpoint.id}" not in scope.stated
        ]
        if len(found) > 1:
            ids = ", ".join(endpoint.id for endpoint in found)
            raise NeonError(
                f"looking for endpoint {name!r}", f"several have its name: {ids}", advice="Delete all but one"
            )
        return found[0].id if found else None

    async def _on_branch(self, scope: Scope, inputs: Properties) -> list[EndpointModel]:
        path = path_of("projects", str(inputs["projectId"]), "endpoints")
        listed = map(EndpointModel.read, await scope.client.pages(path, "endpoints"))
        kind = inputs.get("type", "read_write")
        return [item for item in listed if item.branch_id == inputs["branchId"] and item.type == kind]

    async def _left_behind(self, scope: Scope, inputs: Properties, error: NeonError) -> str:
        """The branch's read-write endpoint, if an interrupted run can have made it; else the refusal stands."""
        found = (await self._on_branch(scope, inputs))[:1] if _is_read_write(inputs) else []
        if not found:
            raise error
        held = scope.is_held_by_another(f"{inputs['projectId']}/{found[0].id}")
        if held or not is_recent(found[0].created_at) or self.is_replacing_itself(scope, inputs):
            what = f"the read-write endpoint of branch {inputs['branchId']}"
            raise not_ours_to_take(what, self.token, f"{inputs['projectId']}/{found[0].id}") from error
        return found[0].id

    async def _take_over(self, scope: Scope, endpoint_id: str, inputs: Properties) -> tuple[str, Properties]:
        """Bring what an interrupted run made, or what the branch came with, to what is asked."""
        resource_id = f"{inputs['projectId']}/{endpoint_id}"
        scope.adopted.add(resource_id)
        scope.log("warning", f"endpoint {endpoint_id} exists since a moment ago and is taken over")
        try:
            found = await self._apply(scope, str(inputs["projectId"]), endpoint_id, {}, inputs)
        except NeonError as error:
            raise self.partial(resource_id, {**self.begun(inputs), "endpointId": endpoint_id}, error) from error
        return resource_id, self._state(found, inputs)

    async def _complete(
        self, scope: Scope, endpoint_id: str, inputs: Properties, answer: Properties
    ) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        resource_id = f"{project_id}/{endpoint_id}"
        try:
            await scope.client.settle(project_id, answer)
            found = await self._live(scope, project_id, endpoint_id)
        except NeonError as error:
            raise self.partial(resource_id, {**self.begun(inputs), "endpointId": endpoint_id}, error) from error
        return resource_id, self._state(found, inputs)

    async def _apply(
        self, scope: Scope, project_id: str, endpoint_id: str, state: Properties, inputs: Properties
    ) -> EndpointModel:
        change = changed(state, inputs, self)
        if "host" not in state:
            change |= await self._left_over(scope, project_id, endpoint_id, inputs)
        # The settings travel together, so that one sent alone cannot take the other's place.
        together = {key: inputs[key] for key in _SETTINGS if key in inputs} if _SETTINGS & change.keys() else {}
        fields = _fields({**together, **change})
        if fields:
            path = path_of("projects", project_id, "endpoints", endpoint_id)
            answer = await scope.client.request("PATCH", path, body={"endpoint": fields})
            await scope.client.settle(project_id, answer)
        return await self._live(scope, project_id, endpoint_id)

    async def _left_over(self, scope: Scope, project_id: str, endpoint_id: str, inputs: Properties) -> Properties:
        """What one that was made for inputs of before has beyond these, and what it goes back to. A read-write one may be that
        which its branch came with: it keeps its size, which the project's defaults gave it."""
        answer = await scope.client.get(path_of("projects", project_id, "endpoints", endpoint_id))
        kept = {"name"} | (_SIZE if _is_read_write(inputs) else set()) | inputs.keys()
        has = {key: value for key, value in _inputs(EndpointModel.read(answer["endpoint"])).items() if key not in kept}
        return changed(has, {}, self)

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, endpoint_id = _split(resource_id)
        async with scope.client.changing(project_id):
            try:
                found = await self._apply(scope, project_id, endpoint_id, state, inputs)
            except NeonError as error:
                before = self.undone(state, inputs, changed(state, inputs, self))
                raise self.partial(resource_id, before, error) from error
        return self._state(found, inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, endpoint_id = _split(resource_id)
        async with scope.client.changing(project_id):
            try:
                path = path_of("projects", project_id, "endpoints", endpoint_id)
                answer = await scope.client.request("DELETE", path)
            except NotFound:
                return
            await scope.client.settle(project_id, answer)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, endpoint_id = _split(resource_id)
        try:
            listed = await scope.client.listing(path_of("projects", project_id, "endpoints"), "endpoints")
        except NotFound:
            return None
        item = next((item for item in listed if item["id"] == endpoint_id), None)
        if item is None:
            return None
        found = EndpointModel.read(item)
        return resource_id, self.managed(_inputs(found), inputs), self._state(found, inputs)

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._made_for(scope, inputs, checks.utc_now() - ADOPTION_WINDOW)
        return None if found is None else await self._complete(scope, found, inputs, {})

    async def _live(self, scope: Scope, project_id: str, endpoint_id: str) -> EndpointModel:
        path = path_of("projects", project_id, "endpoints", endpoint_id)

        async def look() -> EndpointModel:
            return EndpointModel.read((await scope.client.get(path))["endpoint"])

        return await scope.client.ready(f"endpoint {endpoint_id}", look, _blocking)

    def _state(self, endpoint: EndpointModel, inputs: Properties) -> Properties:
        live = _inputs(endpoint)
        return {**self.fixed(live), **self.managed(live, inputs), **_computed(endpoint)}


def _is_read_write(inputs: Properties) -> bool:
    return bool(inputs.get("type", "read_write") == "read_write")


def _is_since(created_at: str, since: datetime) -> bool:
    """Whether something was made after a moment; a minute is allowed for clocks that differ."""
    try:
        return datetime.fromisoformat(created_at) >= since - timedelta(minutes=1)
    except (TypeError, ValueError):
        return False


def _made(answer: Properties) -> str:
    return str(answer["endpoint"]["id"])


def _blocking(endpoint: EndpointModel) -> str:
    """The state that keeps a compute from being used (neon.com API reference, EndpointState)."""
    return endpoint.pending_state or ("init" if endpoint.current_state == "init" else "")


def _split(resource_id: str) -> tuple[str, str]:
    match = re.fullmatch(r"([a-z0-9-]{1,60})/(ep-[a-z0-9-]{1,57})", resource_id)
    if not match:
        raise ValueError(f"{resource_id!r} is no endpoint id: it looks like quiet-river-12345678/ep-late-sun-12345678")
    return match[1], match[2]


def _fields(given: Properties) -> dict[str, Any]:
    names = {
        "name": "name",
        "minCu": "autoscaling_limit_min_cu",
        "maxCu": "autoscaling_limit_max_cu",
        "suspendTimeoutSeconds": "suspend_timeout_seconds",
        "disabled": "disabled",
    }
    fields: dict[str, Any] = {wire: given[key] for key, wire in names.items() if key in given}
    settings: dict[str, Any] = {}
    if "pgSettings" in given:
        settings["pg_settings"] = given["pgSettings"]
    if "preloadLibraries" in given:
        libraries = given["preloadLibraries"]
        settings["preload_libraries"] = {
            "use_defaults": libraries.get("useDefaults", True),
            "enabled_libraries": libraries.get("enabledLibraries", []),
        }
    return {**fields, "settings": settings} if settings else fields


def _inputs(endpoint: EndpointModel) -> Properties:
    libraries = endpoint.settings.get("preload_libraries")
    return {
        "projectId": endpoint.project_id,
        "branchId": endpoint.branch_id,
        "type": endpoint.type,
        "name": endpoint.name,
        "minCu": endpoint.autoscaling_limit_min_cu,
        "maxCu": endpoint.autoscaling_limit_max_cu,
        "suspendTimeoutSeconds": endpoint.suspend_timeout_seconds,
        "disabled": endpoint.disabled,
        "pgSettings": endpoint.settings.get("pg_settings") or None,
        "preloadLibraries": {
            "useDefaults": libraries.get("use_defaults", True),
            "enabledLibraries": libraries.get("enabled_libraries", []),
        }
        if libraries
        else None,
    }


def _computed(endpoint: EndpointModel) -> Properties:
    return {
        "endpointId": endpoint.id,
        "host": endpoint.host,
        "poolerHost": endpoint.pooler_host,
        "currentState": endpoint.current_state,
    }
