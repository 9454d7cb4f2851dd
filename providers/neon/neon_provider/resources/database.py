"""A database. Id: `<project>/<branch>/<name at creation>`; the state holds the present name.

A database carries no mark of ours. One that exists already is taken over only when it was made within the window of an
interrupted run and belongs to the owner asked for; any other one is somebody's, and the error says how to import it.
"""

from __future__ import annotations

from collections.abc import Iterator

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, Invalid, NeonError, NotFound, Protected, Unreachable
from neon_provider.models import Database as DatabaseModel
from neon_provider.resources.base import Change, Property, Resource, Scope, changed, is_recent
from neon_provider.resources.role import role_id, split
from neon_provider.shapes import FLAG


class Database(Resource):
    """See the module."""

    token = "neon:index:Database"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "name": Property(required=True),
        "ownerName": Property(required=True),
        "deletionProtection": Property(Change.LOCAL, FLAG),
    }
    computed = ("databaseId",)
    delete_before_replace = True

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("name", checks.postgres_name),
        ):
            if key in values:
                yield from check(key, values[key])

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        path = path_of("projects", project_id, "branches", str(inputs["branchId"]), "databases")
        body = {"database": {"name": inputs["name"], "owner_name": inputs["ownerName"]}}
        async with scope.client.changing(project_id):
            try:
                answer = await scope.client.request("POST", path, body=body, timeout=scope.timeout)
            except (Unreachable, Conflict, Invalid) as error:
                await self._must_be_ours(scope, inputs, error)
                scope.adopted.add(role_id(inputs))
                answer = {}
            return await self._complete(scope, role_id(inputs), inputs, answer, {})

    async def _must_be_ours(self, scope: Scope, inputs: Properties, error: NeonError) -> None:
        found = await self._live(scope, inputs, str(inputs["name"]))
        if found is None:
            raise error
        if found.owner_name != inputs["ownerName"] or not is_recent(found.created_at):
            raise Conflict(
                f"database {inputs['name']!r}",
                "it exists already",
                advice=f"Import it: pulumi import {self.token} <name> {role_id(inputs)}",
            ) from error

    async def _complete(
        self, scope: Scope, resource_id: str, inputs: Properties, answer: Properties, known_of: Properties
    ) -> tuple[str, Properties]:
        try:
            await scope.client.settle(str(inputs["projectId"]), answer, scope.timeout)
            found = await self._live(scope, inputs, str(inputs["name"]))
        except NeonError as error:
            raise self.partial(resource_id, inputs, known_of, error) from error
        if found is None:
            raise NotFound(f"database {inputs['name']!r}", "it is gone right after it was made", advice="Run again")
        return resource_id, {**inputs, "databaseId": found.id}

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, branch_id, _ = split(resource_id)
        change = changed(state, inputs, self)
        names = {"name": "name", "ownerName": "owner_name"}
        fields = {wire: change[key] for key, wire in names.items() if key in change}
        answer: Properties = {}
        async with scope.client.changing(project_id):
            if fields:
                path = path_of("projects", project_id, "branches", branch_id, "databases", str(state["name"]))
                try:
                    answer = await scope.client.request("PATCH", path, body={"database": fields}, timeout=scope.timeout)
                except NotFound:
                    # A rename whose answer was lost was sent again, to a name that is no more.
                    found = await self._live(scope, inputs, str(inputs["name"]))
                    if found is None or found.id != state.get("databaseId"):
                        raise
            known_of = {"databaseId": state.get("databaseId")}
            return (await self._complete(scope, resource_id, inputs, answer, known_of))[1]

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        if state.get("deletionProtection", True):
            raise Protected(
                f"database {resource_id} is protected: set deletionProtection to false, apply that, then delete"
            )
        project_id, branch_id, first_name = split(resource_id)
        path = path_of("projects", project_id, "branches", branch_id, "databases", str(state.get("name", first_name)))
        async with scope.client.changing(project_id):
            try:
                answer = await scope.client.request("DELETE", path, timeout=scope.timeout)
            except NotFound:
                return
            await scope.client.settle(project_id, answer, scope.timeout)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, branch_id, first_name = split(resource_id)
        identity = {"projectId": project_id, "branchId": branch_id}
        try:
            listed = await scope.client.listing(
                path_of("projects", project_id, "branches", branch_id, "databases"), "databases"
            )
        except NotFound:
            return None
        databases = [DatabaseModel.read(item) for item in listed]
        by_id = state.get("databaseId")
        found = next((d for d in databases if by_id and d.id == by_id), None)
        found = found or next((d for d in databases if d.name == state.get("name", first_name)), None)
        if found is None:
            return None
        managed = {**inputs, **identity, "name": found.name, "ownerName": found.owner_name}
        return resource_id, managed, {**managed, "databaseId": found.id}

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._live(scope, inputs, str(inputs["name"]))
        if found is None or found.owner_name != inputs["ownerName"] or not is_recent(found.created_at):
            return None
        return role_id(inputs), {**inputs, "databaseId": found.id}

    async def _live(self, scope: Scope, inputs: Properties, name: str) -> DatabaseModel | None:
        path = path_of("projects", str(inputs["projectId"]), "branches", str(inputs["branchId"]), "databases", name)
        try:
            answer = await scope.client.get(path)
        except NotFound:
            return None
        return DatabaseModel.read(answer["database"])
