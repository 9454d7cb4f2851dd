"""A project, and the default branch, endpoint, role and database that come with it. Id: `<project>`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from neon_provider import checks
from neon_provider.account import Account
from neon_provider.checks import Problem
from neon_provider.client import check_id, path_of
from neon_provider.convert import Properties
from neon_provider.errors import NeonError, NotFound, Protected, ServerFault
from neon_provider.models import Project as ProjectModel
from neon_provider.resources import project_rules
from neon_provider.resources.base import Change, Difference, Property, Resource, Scope, changed
from neon_provider.resources.creation import MARK, is_recent, not_ours_to_take, post_once
from neon_provider.resources.project_fields import QUOTA, limit_fields, live_inputs, settings_fields, uris
from neon_provider.resources.project_parts import (
    apply_defaults,
    default_branch,
    first_role_and_database,
    new_password,
    read_write,
    reveal_password,
)
from neon_provider.session import Session
from neon_provider.shapes import COMPUTE, FLAG, LIBRARIES, TEXT, TEXTS, WHOLE, WHOLES, an_object


class Project(Resource):
    """See the module."""

    token = "neon:index:Project"
    properties = {
        "name": Property(required=True),
        "regionId": Property(Change.REPLACE, required=True),
        "pgVersion": Property(Change.REPLACE, WHOLE),
        "orgId": Property(Change.REPLACE),
        "storePasswords": Property(Change.REPLACE, FLAG),
        "historyRetentionSeconds": Property(shape=WHOLE, default=86_400),
        "defaultBranch": Property(
            shape=an_object(name=TEXT, protected=FLAG, roleName=TEXT, databaseName=TEXT), kept=True
        ),
        "defaultEndpoint": Property(shape=an_object(name=TEXT, **COMPUTE), kept=True),
        "endpointDefaults": Property(shape=an_object(**COMPUTE), kept=True),
        "allowedIps": Property(shape=TEXTS, default=[]),
        "allowedIpsProtectedOnly": Property(shape=FLAG, default=False),
        "blockPublicConnections": Property(shape=FLAG, default=False),
        "blockVpcConnections": Property(shape=FLAG, default=False),
        "logicalReplication": Property(shape=FLAG, default=False),
        "maintenanceWindow": Property(shape=an_object(weekdays=WHOLES, startTime=TEXT, endTime=TEXT), kept=True),
        "quota": Property(shape=an_object(**dict.fromkeys(QUOTA, WHOLE)), default={}),
        "auditLogLevel": Property(default="base"),
        "preloadLibraries": Property(shape=LIBRARIES, default={"useDefaults": True, "enabledLibraries": []}),
        "deletionProtection": Property(Change.LOCAL, FLAG),
    }
    computed = (
        "projectId",
        "defaultBranchId",
        "defaultEndpointId",
        "host",
        "poolerHost",
        "databaseName",
        "roleName",
        "password",
        "connectionUri",
        "pooledConnectionUri",
        "createdAt",
        "subscriptionType",
    )
    secret = frozenset({"password", "connectionUri", "pooledConnectionUri"})

    # ---- pure --------------------------------------------------------------------------------------------------

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        yield from project_rules.problems(olds, news, plan)

    def advice(self, news: Properties) -> Iterator[Problem]:
        yield from project_rules.advice(news)

    async def check_live(self, olds: Properties, news: Properties, account: Account) -> list[Problem]:
        """Organisations and their regions are for Neon to say; a list of ours helps only where it cannot be asked."""
        return await account.judge_organization(olds, news) + await project_rules.judge_region(olds, news, account)

    def same(self, key: str, old: Any, new: Any) -> bool:
        if key == "quota":
            return all(old.get(limit, 0) == new.get(limit, 0) for limit in QUOTA)
        if key == "allowedIps":
            return sorted(old) == sorted(new)
        if isinstance(old, dict) and isinstance(new, dict):
            days = [sorted(window.get("weekdays") or []) for window in (old, new)]
            if key == "maintenanceWindow" and days[0] == days[1]:
                old, new = {**old, "weekdays": days[0]}, {**new, "weekdays": days[0]}
            return all(old.get(name) == value for name, value in new.items())
        return bool(old == new)

    def managed(self, live: Properties, inputs: Properties) -> Properties:
        """Of a quota, every limit is managed: one that the program does not give is none, and somebody else's is seen."""
        found = super().managed(live, inputs)
        if "quota" in found and inputs:
            given = inputs["quota"]
            found["quota"] = {key: value for key, value in live["quota"].items() if value or key in given}
        return found

    def diff(self, state: Properties, news: Properties, ignore: tuple[str, ...] = ()) -> Difference:
        """A password that was lost is made anew."""
        found = super().diff(state, news, ignore)
        return replace(found, updated=(*found.updated, "password")) if _has_lost_password(state) else found

    # ---- at Neon -----------------------------------------------------------------------------------------------

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        mark = self.mark(scope.urn, inputs)
        nonce = f"{mark}.{secrets.token_hex(4)}"

        async def look() -> str | None:
            found = await self._marked(scope, inputs, nonce)
            return found.id if found else None

        left = None if self.is_replacing_itself(scope, inputs) else await self._marked(scope, inputs, mark)
        if left is not None:
            if not is_recent(left.created_at):
                raise not_ours_to_take(
                    f"project {inputs['name']!r} with the mark of this resource", self.token, left.id
                )
            scope.adopted.add(left.id)
            scope.log("warning", f"project {left.id} was made by an interrupted run and is taken over")
            return left.id, await self._complete(scope, left.id, inputs, {}, taken_over=True)
        answer, found = await post_once(scope.client, "/projects", look, _made, body=self._body(scope, inputs, nonce))
        if found is not None:
            return found, await self._complete(scope, found, inputs, {})
        project_id = _made(answer)
        role = (answer.get("roles") or [{}])[0]
        return project_id, await self._complete(scope, project_id, inputs, answer, password=role.get("password"))

    def _body(self, scope: Scope, inputs: Properties, nonce: str) -> dict[str, Any]:
        branch = inputs.get("defaultBranch") or {}
        fields: dict[str, Any] = {
            "name": inputs["name"],
            "region_id": inputs["regionId"],
            "pg_version": inputs.get("pgVersion"),
            "org_id": inputs.get("orgId") or scope.org_id or None,
            "store_passwords": inputs.get("storePasswords"),
            "history_retention_seconds": inputs.get("historyRetentionSeconds"),
            "default_endpoint_settings": limit_fields(inputs.get("endpointDefaults") or {}) or None,
            "branch": {
                "name": branch.get("name", "main"),
                "role_name": branch.get("roleName"),
                "database_name": branch.get("databaseName"),
                "annotations": {MARK: nonce},
            },
            "settings": settings_fields(inputs) or None,
        }
        fields["branch"] = {key: value for key, value in fields["branch"].items() if value is not None}
        return {"project": {key: value for key, value in fields.items() if value is not None}}

    async def _complete(
        self,
        scope: Scope,
        project_id: str,
        inputs: Properties,
        answer: Properties,
        password: str | None = None,
        *,
        taken_over: bool = False,
    ) -> Properties:
        """Everything after the project exists. A failure keeps what is known, and what is applied last out of the state."""
        client = scope.client
        sent = {key: value for key, value in inputs.items() if key not in ("defaultBranch", "defaultEndpoint")}
        so_far: Properties = {**sent, "projectId": project_id, "password": password}
        try:
            async with client.changing(project_id):
                await client.settle(project_id, answer)
                if _has_lost_password(so_far):
                    await new_password(client, project_id, inputs, so_far)
                if taken_over:
                    await self._bring(scope, project_id, inputs)
                await apply_defaults(client, project_id, inputs, inputs)
                state = await self._state(client, project_id, inputs, so_far["password"])
        except NeonError as error:
            raise self.partial(project_id, so_far, error) from error
        if state is None:
            raise NotFound(f"project {project_id}", "it is gone right after it was made")
        return state[1]

    async def _marked(self, scope: Scope, inputs: Properties, mark: str) -> ProjectModel | None:
        """The project of this name whose default branch carries a mark; the mark may be only its beginning."""
        found: list[ProjectModel] = []
        org = inputs.get("orgId") or scope.org_id or None
        async for page in scope.client.answers("/projects", "projects", limit=400, search=inputs["name"], org_id=org):
            if page.get("unavailable_project_ids"):
                raise ServerFault(
                    "GET /projects",
                    f"Neon could not list {len(page['unavailable_project_ids'])} projects: whether an interrupted run made"
                    " this one already cannot be seen",
                    advice="Run again later",
                )
            named = [item for item in page.get("projects") or [] if item.get("name") == inputs["name"]]
            found += [p for p in map(ProjectModel.read, named) if await self._carries(scope.client, p.id, mark)]
        if len(found) > 1:
            ids = ", ".join(project.id for project in found)
            raise NeonError("looking for the project", f"several carry our mark: {ids}", advice="Delete all but one")
        return found[0] if found else None

    async def _carries(self, client: Session, project_id: str, mark: str) -> bool:
        answer = await client.get(path_of("projects", project_id, "branches"))
        annotations = (answer.get("annotations") or {}).values()
        return any(str((item.get("value") or {}).get(MARK, "")).startswith(mark) for item in annotations)

    async def _bring(self, scope: Scope, project_id: str, inputs: Properties) -> None:
        """Bring a project that was made for inputs of before to these."""
        found = await self._state(scope.client, project_id, {}, "unknown")
        change = changed(found[0], inputs, self) if found else {}
        if not inputs.get("logicalReplication"):
            change.pop("logicalReplication", None)  # it cannot be turned off again
        await self._patch(scope, project_id, change, inputs)

    async def _patch(self, scope: Scope, project_id: str, change: Properties, inputs: Properties) -> None:
        """Change what is a project's own."""
        fields: dict[str, Any] = {}
        if "name" in change:
            fields["name"] = change["name"]
        if "historyRetentionSeconds" in change:
            most = checks.PLAN_HISTORY.get(scope.plan, checks.MAX_HISTORY)
            fields["history_retention_seconds"] = min(change["historyRetentionSeconds"], most)
        if "endpointDefaults" in change:
            fields["default_endpoint_settings"] = limit_fields(change["endpointDefaults"] or {})
        settings = settings_fields(change, inputs)
        if settings:
            fields["settings"] = settings
        if fields:
            answer = await scope.client.request("PATCH", path_of("projects", project_id), body={"project": fields})
            await scope.client.settle(project_id, answer)

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        change = changed(state, inputs, self)
        before = self.undone(state, inputs, change)
        async with scope.client.changing(resource_id):
            try:
                if _has_lost_password(state):
                    await new_password(scope.client, resource_id, inputs, before)
                await self._patch(scope, resource_id, change, inputs)
                await apply_defaults(scope.client, resource_id, inputs, change)
                after = await self._state(scope.client, resource_id, inputs, before["password"])
            except NeonError as error:
                raise self.partial(resource_id, before, error) from error
        if after is None:
            raise NotFound(f"project {resource_id}", "it is gone", advice="Run a refresh")
        return after[1]

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        if state.get("deletionProtection", True):
            hint = "set deletionProtection to false, apply that, then delete"
            raise Protected(f"project {resource_id} is protected against deletion: {hint}")
        async with scope.client.changing(resource_id):
            try:
                await scope.client.request("DELETE", path_of("projects", resource_id))
            except NotFound:
                return
        scope.log("info", f"project {resource_id} can be recovered for 7 days: POST /projects/{resource_id}/recover")

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        check_id("project", resource_id)
        found = await self._state(scope.client, resource_id, inputs, state.get("password"), reveal=True)
        if found is not None and _has_lost_password(state):
            del found[1]["password"]
        return None if found is None else (resource_id, *found)

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._marked(scope, inputs, self.mark(scope.urn, inputs))
        return None if found is None else (found.id, await self._complete(scope, found.id, inputs, {}))

    async def _state(
        self, client: Session, project_id: str, inputs: Properties, password: str | None, *, reveal: bool = False
    ) -> tuple[Properties, Properties] | None:
        """(inputs, state) of a live project. `reveal` asks for the stored password even when one is known."""
        try:
            answer = await client.get(path_of("projects", project_id))
        except NotFound:
            return None
        project = ProjectModel.read(answer["project"])
        if project.deleted_at:
            return None
        branch = await default_branch(client, project_id)
        endpoint = await read_write(client, project_id, branch.id)
        role, database = await first_role_and_database(client, project_id, branch.id, inputs)
        if role and (reveal or not password) and project.store_passwords:
            password = await reveal_password(client, project_id, branch.id, role.name) or password
        live = live_inputs(project, branch, endpoint, role, database)
        managed = self.managed(live, inputs)
        computed: Properties = {
            "projectId": project.id,
            "defaultBranchId": branch.id,
            "createdAt": project.created_at,
            "subscriptionType": project.owner.subscription_type,
            "defaultEndpointId": endpoint.id if endpoint else "",
            "host": endpoint.host if endpoint else "",
            "poolerHost": endpoint.pooler_host if endpoint else "",
            "databaseName": database.name if database else "",
            "roleName": role.name if role else "",
            "password": password or "",
        }
        computed |= uris(computed)
        return managed, {**self.fixed(live), **managed, **computed}


def _made(answer: Properties) -> str:
    return str(answer["project"]["id"])


def _has_lost_password(state: Properties) -> bool:
    """Whether nobody knows the first role's password: Neon does not store it, and the answer that showed it did not arrive. One
    that was never known, as after an import, is an empty text instead."""
    made = state.get("storePasswords") is False and "projectId" in state
    return made and state.get("password") is None
