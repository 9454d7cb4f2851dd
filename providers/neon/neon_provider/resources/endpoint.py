"""A compute endpoint. Id: `<project>/<endpoint>`. One read-write endpoint per branch is its natural key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, Invalid, NeonError, NotFound, Unreachable
from neon_provider.models import Endpoint as EndpointModel
from neon_provider.resources.base import Change, Property, Resource, Scope, changed, is_recent
from neon_provider.shapes import FLAG, LIBRARIES, NUMBER, TEXT_MAP, WHOLE

_SETTINGS = frozenset({"pgSettings", "preloadLibraries"})


class Endpoint(Resource):
    """See the module."""

    token = "neon:index:Endpoint"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "type": Property(Change.REPLACE),
        "name": Property(default=""),
        "minCu": Property(shape=NUMBER, default=0.25),
        "maxCu": Property(shape=NUMBER, default=0.25),
        "suspendTimeoutSeconds": Property(shape=WHOLE, default=0),
        "disabled": Property(shape=FLAG, default=False),
        "pgSettings": Property(shape=TEXT_MAP, default={}),
        "preloadLibraries": Property(shape=LIBRARIES, default={"useDefaults": True, "enabledLibraries": []}),
    }
    computed = ("endpointId", "host", "poolerHost", "currentState")
    delete_before_replace = True

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("type", checks.one_of("read_write", "read_only")),
            ("name", checks.name(64)),
            ("suspendTimeoutSeconds", checks.suspend),
        ):
            if key in values:
                yield from check(key, values[key])
        yield from checks.units("", values, plan)

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        body = {"branch_id": inputs["branchId"], "type": inputs.get("type", "read_write"), **_fields(inputs)}
        async with scope.client.changing(project_id):
            try:
                path = path_of("projects", project_id, "endpoints")
                answer = await scope.client.request("POST", path, body={"endpoint": body}, timeout=scope.timeout)
                endpoint_id = str(answer["endpoint"]["id"])
            except (Unreachable, Conflict, Invalid) as error:
                endpoint_id, answer = await self._left_behind(scope, inputs, error), {}
                scope.adopted.add(endpoint_id)
            return await self._complete(scope, endpoint_id, inputs, answer)

    async def _left_behind(self, scope: Scope, inputs: Properties, error: NeonError) -> str:
        """The branch's read-write endpoint, if it was made in the window of an interrupted run; else the error stands."""
        if inputs.get("type", "read_write") == "read_write":
            listed = await scope.client.pages(
                path_of("projects", str(inputs["projectId"]), "endpoints"), "endpoints", cursor=("cursor",)
            )
            for item in listed:
                endpoint = EndpointModel.read(item)
                same = endpoint.branch_id == inputs["branchId"] and endpoint.type == "read_write"
                if same and is_recent(endpoint.created_at):
                    return endpoint.id
                if same:
                    raise Conflict(
                        f"endpoint of branch {inputs['branchId']}",
                        "the branch has a read-write endpoint already",
                        advice=f"Import it: pulumi import neon:index:Endpoint <name> {inputs['projectId']}/{endpoint.id}",
                    ) from error
        raise error

    async def _complete(
        self, scope: Scope, endpoint_id: str, inputs: Properties, answer: Properties
    ) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        resource_id = f"{project_id}/{endpoint_id}"
        try:
            await scope.client.settle(project_id, answer, scope.timeout)
            found = await self._live(scope, project_id, endpoint_id)
        except NeonError as error:
            raise self.partial(resource_id, inputs, {"endpointId": endpoint_id}, error) from error
        return resource_id, self._state(found, inputs)

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, endpoint_id = _split(resource_id)
        change = changed(state, inputs, self)
        # The settings travel together, so that one sent alone cannot take the other's place.
        together = {key: inputs[key] for key in _SETTINGS if key in inputs} if _SETTINGS & change.keys() else {}
        fields = _fields({**together, **change})
        async with scope.client.changing(project_id):
            try:
                if fields:
                    path = path_of("projects", project_id, "endpoints", endpoint_id)
                    answer = await scope.client.request("PATCH", path, body={"endpoint": fields}, timeout=scope.timeout)
                    await scope.client.settle(project_id, answer, scope.timeout)
                found = await self._live(scope, project_id, endpoint_id)
            except NeonError as error:
                old = {key: state.get(key) for key in (*self.computed, *change)}
                raise self.partial(resource_id, inputs, old, error) from error
        return self._state(found, inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, endpoint_id = _split(resource_id)
        async with scope.client.changing(project_id):
            try:
                path = path_of("projects", project_id, "endpoints", endpoint_id)
                answer = await scope.client.request("DELETE", path, timeout=scope.timeout)
            except NotFound:
                return
            await scope.client.settle(project_id, answer, scope.timeout)

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
        try:
            endpoint_id = await self._left_behind(scope, inputs, NotFound("endpoint", "none"))
        except NeonError:
            return None
        return await self._complete(scope, endpoint_id, inputs, {})

    async def _live(self, scope: Scope, project_id: str, endpoint_id: str) -> EndpointModel:
        answer = await scope.client.get(path_of("projects", project_id, "endpoints", endpoint_id))
        return EndpointModel.read(answer["endpoint"])

    def _state(self, endpoint: EndpointModel, inputs: Properties) -> Properties:
        live = _inputs(endpoint)
        return {**self.fixed(live), **self.managed(live, inputs), **_computed(endpoint)}


def _split(resource_id: str) -> tuple[str, str]:
    project_id, separator, endpoint_id = resource_id.partition("/")
    if not separator or not endpoint_id.startswith("ep-"):
        raise ValueError(f"{resource_id!r} is no endpoint id: it looks like quiet-river-12345678/ep-late-sun-12345678")
    return project_id, endpoint_id


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
