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
from neon_provider.errors import Conflict, Invalid, NeonError, NotFound, Protected
from neon_provider.models import Database as DatabaseModel
from neon_provider.resources.base import Change, Property, Resource, Scope, changed
from neon_provider.resources.creation import is_recent, not_ours_to_take, post_once
from neon_provider.resources.restored import heir_of
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

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("name", checks.postgres_name),
            ("ownerName", checks.postgres_size),
        ):
            if key in values:
                yield from check(key, values[key])

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """A branch has one database of a name."""
        return all(state.get(key) == news.get(key) for key in ("projectId", "branchId", "name"))

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id, name = str(inputs["projectId"]), str(inputs["name"])
        body = {"database": {"name": name, "owner_name": inputs["ownerName"]}}

        async def look() -> DatabaseModel | None:
            return await self._live(scope, inputs, name)

        path = path_of("projects", project_id, "branches", str(inputs["branchId"]), "databases")
        async with scope.client.changing(project_id):
            try:
                answer, found = await post_once(scope.client, path, look, _made, body=body)
            except (Conflict, Invalid) as error:
                answer, found = {}, await look()
                if found is None:
                    raise
                cause: Exception | None = error
            else:
                cause = None
            if found is not None:
                held = scope.is_held_by_another(role_id(inputs))
                if held or not self._is_ours(found, inputs) or self.is_replacing_itself(scope, inputs):
                    raise not_ours_to_take(f"database {name!r}", self.token, role_id(inputs)) from cause
                scope.adopted.add(role_id(inputs))
                scope.log("warning", f"database {role_id(inputs)} exists since a moment ago and is taken over")
            made = (answer.get("database") or {}).get("id") or (found.id if found else None)
            begun = {**self.begun(inputs), "name": name, "databaseId": made}
            return role_id(inputs), await self._complete(scope, role_id(inputs), inputs, answer, begun)

    def _is_ours(self, found: DatabaseModel, inputs: Properties) -> bool:
        return found.owner_name == inputs["ownerName"] and is_recent(found.created_at)

    async def _complete(
        self, scope: Scope, resource_id: str, inputs: Properties, answer: Properties, before: Properties
    ) -> Properties:
        try:
            await scope.client.settle(str(inputs["projectId"]), answer)
            found = await self._live(scope, inputs, str(inputs["name"]))
        except NeonError as error:
            raise self.partial(resource_id, before, error) from error
        if found is None:
            raise NotFound(f"database {inputs['name']!r}", "it is gone right after it was made", advice="Run again")
        return {**inputs, "databaseId": found.id}

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, branch_id, _ = split(resource_id)
        change = changed(state, inputs, self)
        names = {"name": "name", "ownerName": "owner_name"}
        fields = {wire: change[key] for key, wire in names.items() if key in change}
        before = {**self.begun(inputs), **{key: state.get(key) for key in ("name", "databaseId")}}
        answer: Properties = {}
        async with scope.client.changing(project_id):
            if fields:
                path = path_of("projects", project_id, "branches", branch_id, "databases", str(state["name"]))
                try:
                    answer = await scope.client.request("PATCH", path, body={"database": fields})
                except NotFound:
                    # A rename whose answer was lost was sent again, to a name that is no more.
                    found = await self._live(scope, inputs, str(inputs["name"]))
                    if found is None or found.id != state.get("databaseId"):
                        raise
                except NeonError as error:
                    raise self.partial(resource_id, before, error) from error
            return await self._complete(scope, resource_id, inputs, answer, before)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        """Delete. Its id tells the name it has by now: under the old one there may be another database, of another person."""
        if state.get("deletionProtection", True):
            raise Protected(
                f"database {resource_id} is protected: set deletionProtection to false, apply that, then delete"
            )
        project_id, branch_id, first_name = split(resource_id)
        async with scope.client.changing(project_id):
            name: str | None = str(state.get("name", first_name))
            if state.get("databaseId"):
                name = await self._renamed(scope, resource_id, state)
            while name is not None:
                path = path_of("projects", project_id, "branches", branch_id, "databases", name)
                try:
                    answer = await scope.client.request("DELETE", path)
                    await scope.client.settle(project_id, answer)
                    name = None if answer.get("database") else await self._renamed(scope, resource_id, state)
                except NotFound:
                    name = await self._renamed(scope, resource_id, state)

    async def _renamed(self, scope: Scope, resource_id: str, state: Properties) -> str | None:
        """The name by which the database that this state means is found now, if it is there at all."""
        found = await self._listed(scope, resource_id, state)
        return found.name if found and found.id == state.get("databaseId") else None

    async def _listed(self, scope: Scope, resource_id: str, state: Properties) -> DatabaseModel | None:
        """By the id that the state knows, else by name."""
        project_id, branch_id, first_name = split(resource_id)
        try:
            path = path_of("projects", project_id, "branches", branch_id, "databases")
            databases = [DatabaseModel.read(item) for item in await scope.client.listing(path, "databases")]
        except NotFound:
            return None
        by_id = state.get("databaseId")
        found = next((database for database in databases if by_id and database.id == by_id), None)
        return found or next((d for d in databases if d.name == state.get("name", first_name)), None)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, branch_id, first_name = split(resource_id)
        heir = await heir_of(scope.client, project_id, branch_id)
        if heir is None:
            return None
        place = {"projectId": project_id, "branchId": heir.id}
        resource_id = role_id({**place, "name": first_name})
        found = await self._listed(scope, resource_id, state)
        if found is None:
            return None
        managed = {**inputs, **place, "name": found.name, "ownerName": found.owner_name}
        return resource_id, managed, {**managed, "databaseId": found.id}

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._live(scope, inputs, str(inputs["name"]))
        if found is None or not self._is_ours(found, inputs):
            return None
        return role_id(inputs), {**inputs, "databaseId": found.id}

    async def _live(self, scope: Scope, inputs: Properties, name: str) -> DatabaseModel | None:
        path = path_of("projects", str(inputs["projectId"]), "branches", str(inputs["branchId"]), "databases", name)
        try:
            answer = await scope.client.get(path)
        except NotFound:
            return None
        return DatabaseModel.read(answer["database"])


def _made(answer: Properties) -> DatabaseModel:
    return DatabaseModel.read(answer["database"])
