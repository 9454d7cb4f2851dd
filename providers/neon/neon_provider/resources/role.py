"""A Postgres role. Id: `<project>/<branch>/<name>`.

A role carries no mark of ours. One that exists already is taken over only when it was made within the window of an interrupted
run, and then gets a new password: who else may have seen the old one can use it no longer. An older one belongs to someone, and
the error says how to import it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, Invalid, NeonError, NotFound
from neon_provider.models import Role as RoleModel
from neon_provider.resources.base import Change, Property, Resource, Scope
from neon_provider.resources.creation import is_recent, not_ours_to_take, post_once
from neon_provider.resources.project_parts import reveal_password
from neon_provider.resources.restored import heir_of
from neon_provider.shapes import FLAG


class Role(Resource):
    """See the module."""

    token = "neon:index:Role"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "branchId": Property(Change.REPLACE, required=True),
        "name": Property(Change.REPLACE, required=True),
        "noLogin": Property(Change.REPLACE, FLAG),
        "passwordRotation": Property(),
    }
    computed = ("password", "protected", "authenticationMethod")
    secret = frozenset({"password"})

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("projectId", checks.an_id()),
            ("branchId", checks.an_id("br-")),
            ("name", checks.postgres_name),
        ):
            if key in values:
                yield from check(key, values[key])

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """A branch has one role of a name."""
        return all(state.get(key) == news.get(key) for key in ("projectId", "branchId", "name"))

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id, branch_id, name = str(inputs["projectId"]), str(inputs["branchId"]), str(inputs["name"])
        body: Properties = {"name": name}
        if "noLogin" in inputs:
            body["no_login"] = inputs["noLogin"]

        async def look() -> RoleModel | None:
            return await self._live(scope, inputs)

        path = path_of("projects", project_id, "branches", branch_id, "roles")
        async with scope.client.changing(project_id):
            try:
                answer, found = await post_once(scope.client, path, look, _made, body={"role": body})
            except (Conflict, Invalid) as error:
                answer, found = {}, await self._live(scope, inputs)
                if found is None:
                    raise
                cause: Exception | None = error
            else:
                cause = None
            if found is None:
                return await self._complete(scope, inputs, answer)
            held = scope.is_held_by_another(role_id(inputs))
            if held or not is_recent(found.created_at) or self.is_replacing_itself(scope, inputs):
                raise not_ours_to_take(f"role {name!r}", self.token, role_id(inputs)) from cause
            return await self._take_over(scope, inputs)

    async def _take_over(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        scope.adopted.add(role_id(inputs))
        scope.log("warning", f"role {role_id(inputs)} exists since a moment ago: it is taken over, with a new password")
        try:
            answer = {} if inputs.get("noLogin") else await self._reset(scope, inputs)
        except NeonError as error:
            raise self.partial(role_id(inputs), self.begun(inputs), error) from error
        return await self._complete(scope, inputs, answer)

    async def _complete(self, scope: Scope, inputs: Properties, answer: Properties) -> tuple[str, Properties]:
        password = (answer.get("role") or {}).get("password") or ""
        try:
            await scope.client.settle(str(inputs["projectId"]), answer)
            found = await self._live(scope, inputs)
        except NeonError as error:
            raise self.partial(role_id(inputs), {**self.begun(inputs), "password": password}, error) from error
        if found is None:
            raise NotFound(f"role {inputs['name']!r}", "it is gone right after it was made", advice="Run again")
        return role_id(inputs), self._state(found, inputs, password)

    async def _reset(self, scope: Scope, inputs: Properties) -> Properties:
        base = path_of(
            "projects", str(inputs["projectId"]), "branches", str(inputs["branchId"]), "roles", str(inputs["name"])
        )
        answer: Properties = await scope.client.request("POST", f"{base}/reset_password", repeatable=True)
        return answer

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        """Another rotation resets the password. So does a state without computed outputs: its create or reset did not end."""
        project_id = str(inputs["projectId"])
        password = str(state.get("password") or "")
        unfinished = "authenticationMethod" not in state
        rotated = inputs.get("passwordRotation") != state.get("passwordRotation")
        async with scope.client.changing(project_id):
            try:
                if rotated or (unfinished and not inputs.get("noLogin")):
                    answer = await self._reset(scope, inputs)
                    password = str((answer.get("role") or {}).get("password") or "")
                    await scope.client.settle(project_id, answer)
                found = await self._live(scope, inputs)
            except NeonError as error:
                raise self.partial(resource_id, {**self.begun(inputs), "password": password}, error) from error
        if found is None:
            raise NotFound(f"role {inputs['name']!r}", "it is gone", advice="Run a refresh")
        if not password and not inputs.get("noLogin"):
            revealed = await reveal_password(scope.client, project_id, str(inputs["branchId"]), found.name)
            password = revealed or ""
        return self._state(found, inputs, password)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, branch_id, name = split(resource_id)
        async with scope.client.changing(project_id):
            try:
                path = path_of("projects", project_id, "branches", branch_id, "roles", name)
                answer = await scope.client.request("DELETE", path)
            except NotFound:
                return
            await scope.client.settle(project_id, answer)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        """As it is. The password is the stored one, which another person may have reset; else that of the state."""
        project_id, branch_id, name = split(resource_id)
        heir = await heir_of(scope.client, project_id, branch_id)
        if heir is None:
            return None
        path = path_of("projects", project_id, "branches", heir.id, "roles")
        item = next((item for item in await scope.client.listing(path, "roles") if item["name"] == name), None)
        if item is None:
            return None
        found = RoleModel.read(item)
        revealed = None if _no_login(found) else await reveal_password(scope.client, project_id, heir.id, name)
        managed = {**inputs, "projectId": project_id, "branchId": heir.id, "name": name}
        if not inputs and _no_login(found):
            managed["noLogin"] = True
        after = self._state(found, managed, revealed or str(state.get("password") or ""))
        # A rotation that failed stands in the inputs and not in the state: it is still to be done.
        rotation = {key: value for key, value in state.items() if key == "passwordRotation"}
        after = {**{key: value for key, value in after.items() if key != "passwordRotation"}, **rotation}
        return role_id(managed), managed, after

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._live(scope, inputs)
        if found is None or not is_recent(found.created_at):
            return None
        async with scope.client.changing(str(inputs["projectId"])):
            return await self._take_over(scope, inputs)

    def _state(self, role: RoleModel, inputs: Properties, password: str) -> Properties:
        live = self.fixed({"noLogin": _no_login(role)})
        return {**live, **inputs, **_computed(role, password)}

    async def _live(self, scope: Scope, inputs: Properties) -> RoleModel | None:
        path = path_of(
            "projects", str(inputs["projectId"]), "branches", str(inputs["branchId"]), "roles", str(inputs["name"])
        )
        try:
            answer = await scope.client.get(path)
        except NotFound:
            return None
        return RoleModel.read(answer["role"])


def role_id(inputs: Properties) -> str:
    """The id of a role or database."""
    return f"{inputs['projectId']}/{inputs['branchId']}/{inputs['name']}"


def split(resource_id: str) -> tuple[str, str, str]:
    """(project, branch, name) of an id; a name may hold slashes."""
    match = re.fullmatch(r"([a-z0-9-]{1,60})/(br-[a-z0-9-]{1,57})/(.+)", resource_id, re.DOTALL)
    if not match:
        raise ValueError(
            f"{resource_id!r} is no id of this kind: it looks like quiet-river-12345678/br-late-sun-12345678/name"
        )
    return match[1], match[2], match[3]


def _made(answer: Properties) -> RoleModel:
    return RoleModel.read(answer["role"])


def _no_login(role: RoleModel) -> bool:
    return role.authentication_method == "no_login"


def _computed(role: RoleModel, password: str) -> Properties:
    return {"password": password, "protected": role.protected, "authenticationMethod": role.authentication_method}
