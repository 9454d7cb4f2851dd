"""A branch. Id: `<project>/<branch>`; an import also takes `<project>/name:<branch name>`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import NeonError, NotFound, Protected, Unreachable
from neon_provider.models import Branch as BranchModel
from neon_provider.resources.base import MARK, Change, Property, Resource, Scope, changed, is_recent
from neon_provider.shapes import FLAG, TEXT_MAP, WHOLE


class Branch(Resource):
    """See the module."""

    token = "neon:index:Branch"
    properties = {
        "projectId": Property(Change.REPLACE, required=True),
        "name": Property(required=True),
        "parentId": Property(Change.REPLACE),
        "parentLsn": Property(Change.REPLACE),
        "parentTimestamp": Property(Change.REPLACE),
        "initSource": Property(Change.REPLACE),
        "protected": Property(shape=FLAG, default=False),
        "expiresAt": Property(),
        "ttlSeconds": Property(shape=WHOLE),
        "archived": Property(Change.REPLACE, FLAG),
        "setAsDefault": Property(shape=FLAG, default=False),
        "annotations": Property(Change.REPLACE, TEXT_MAP),
        "deletionProtection": Property(Change.LOCAL, FLAG),
    }
    computed = ("branchId", "state", "default", "logicalSize", "restoredFrom", "restoredAs", "restoreStatus")

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values, now = known(news), checks.utc_now()
        for key, check in (
            ("projectId", checks.an_id()),
            ("name", checks.name(256)),
            ("parentId", checks.an_id("br-")),
            ("parentLsn", checks.lsn),
            ("initSource", checks.one_of("parent-data", "schema-only")),
            ("ttlSeconds", checks.between(60, 2_592_000)),
        ):
            if key in values:
                yield from check(key, values[key])
        if "parentTimestamp" in values:
            yield from checks.timestamp("parentTimestamp", values["parentTimestamp"], now)
        if "expiresAt" in values and values["expiresAt"] != olds.get("expiresAt"):
            yield from checks.expiry("expiresAt", values["expiresAt"], now)
        if "parentLsn" in news and "parentTimestamp" in news:
            yield "parentTimestamp", "cannot be given together with parentLsn"
        if "expiresAt" in news and "ttlSeconds" in news:
            yield "ttlSeconds", "cannot be given together with expiresAt"
        expires = "expiresAt" in news or "ttlSeconds" in news
        if expires and (values.get("protected") or values.get("setAsDefault")):
            yield "protected", "a protected or default branch cannot expire"
        if values.get("protected") and plan == "free":
            yield "protected", "needs the 'launch' plan, this is 'free'"
        if len(values.get("annotations") or {}) > 49:
            yield "annotations", "has room for 49"

    def same(self, key: str, old: Any, new: Any) -> bool:
        if key in ("parentTimestamp", "expiresAt") and old != new:
            return datetime.fromisoformat(str(old)) == datetime.fromisoformat(str(new))
        return bool(old == new)

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id, mark = str(inputs["projectId"]), self.mark(scope.urn, inputs)
        async with scope.client.changing(project_id):
            left = await self._left_behind(scope, inputs, mark, recent=True)
            if left is not None:
                scope.adopted.add(left.id)
                return await self._complete(scope, left.id, inputs, {})
            nonce = f"{mark}.{secrets.token_hex(4)}"
            path = path_of("projects", project_id, "branches")
            try:
                answer = await scope.client.request("POST", path, body=self._body(inputs, nonce), timeout=scope.timeout)
            except Unreachable:
                found = await self._reconcile(scope, inputs, nonce)
                return await self._complete(scope, found.id, inputs, {})
            return await self._complete(scope, str(answer["branch"]["id"]), inputs, answer)

    def _body(self, inputs: Properties, nonce: str) -> dict[str, Any]:
        fields = {
            "name": inputs["name"],
            "parent_id": inputs.get("parentId"),
            "parent_lsn": inputs.get("parentLsn"),
            "parent_timestamp": inputs.get("parentTimestamp"),
            "init_source": inputs.get("initSource"),
            "protected": inputs.get("protected"),
            "archived": inputs.get("archived"),
            "expires_at": _expires_at(inputs),
        }
        annotations = {**(inputs.get("annotations") or {}), MARK: nonce}
        return {
            "branch": {key: value for key, value in fields.items() if value is not None},
            "annotation_value": annotations,
        }

    async def _complete(
        self, scope: Scope, branch_id: str, inputs: Properties, answer: Properties
    ) -> tuple[str, Properties]:
        project_id = str(inputs["projectId"])
        resource_id = f"{project_id}/{branch_id}"
        try:
            await scope.client.settle(project_id, answer, scope.timeout)
            if inputs.get("setAsDefault"):
                await self._set_as_default(scope, project_id, branch_id)
            found = await self._live(scope, project_id, branch_id)
        except NeonError as error:
            # The next update compares with what the state holds: what is applied last must not stand in it yet.
            made = {key: value for key, value in inputs.items() if key != "setAsDefault"}
            raise self.partial(resource_id, made, {"branchId": branch_id}, error) from error
        return resource_id, self._state(found, inputs)

    async def _set_as_default(self, scope: Scope, project_id: str, branch_id: str) -> None:
        path = path_of("projects", project_id, "branches", branch_id, "set_as_default")
        answer = await scope.client.request("POST", path, timeout=scope.timeout)
        await scope.client.settle(project_id, answer, scope.timeout)

    async def _reconcile(self, scope: Scope, inputs: Properties, nonce: str) -> BranchModel:
        async for _ in scope.client.looks():
            found = await self._left_behind(scope, inputs, nonce, recent=False)
            if found is not None:
                return found
        raise Unreachable("POST branches", "no answer, and no branch with our mark was found", advice="Run again")

    async def _left_behind(self, scope: Scope, inputs: Properties, mark: str, *, recent: bool) -> BranchModel | None:
        answer = await scope.client.get(
            path_of("projects", str(inputs["projectId"]), "branches"), search=inputs["name"]
        )
        annotations = answer.get("annotations") or {}
        for item in answer.get("branches") or []:
            branch = BranchModel.read(item)
            noted = str((annotations.get(branch.id, {}).get("value") or {}).get(MARK, ""))
            fresh = not recent or is_recent(branch.created_at)
            if branch.name == inputs["name"] and noted.startswith(mark) and fresh and not branch.deleted_at:
                return branch
        return None

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, branch_id = split(resource_id)
        change = changed(state, inputs, self)
        fields: dict[str, Any] = {key: change[key] for key in ("name", "protected") if key in change}
        if "expiresAt" in change or "ttlSeconds" in inputs or "ttlSeconds" in change:
            fields["expires_at"] = _expires_at(inputs)
        async with scope.client.changing(project_id):
            try:
                if fields:
                    path = path_of("projects", project_id, "branches", branch_id)
                    answer = await scope.client.request("PATCH", path, body={"branch": fields}, timeout=scope.timeout)
                    await scope.client.settle(project_id, answer, scope.timeout)
                if change.get("setAsDefault"):
                    await self._set_as_default(scope, project_id, branch_id)
                found = await self._live(scope, project_id, branch_id)
            except NeonError as error:
                old = {key: state.get(key) for key in (*self.computed, *change)}
                raise self.partial(resource_id, inputs, old, error) from error
        return self._state(found, inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, branch_id = split(resource_id)
        if state.get("deletionProtection", state.get("protected", False)):
            raise Protected(
                f"branch {resource_id} is protected: set deletionProtection and protected to false, apply, then delete"
            )
        if branch_id in scope.adopted:
            raise Protected(f"branch {resource_id} was taken over in this run and is not deleted by it: run again")
        async with scope.client.changing(project_id):
            try:
                path = path_of("projects", project_id, "branches", branch_id)
                answer = await scope.client.request("DELETE", path, timeout=scope.timeout)
            except NotFound:
                return
            await scope.client.settle(project_id, answer, scope.timeout)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        project_id, branch_id = split(resource_id)
        try:
            listed = await scope.client.listing(path_of("projects", project_id, "branches"), "branches")
        except NotFound:
            return None
        branches = [BranchModel.read(item) for item in listed]
        if branch_id.startswith("name:"):
            found = next((branch for branch in branches if branch.name == branch_id.removeprefix("name:")), None)
        else:
            # A restore gives the branch's name and computes to another one: that is the branch from now on.
            found = next((branch for branch in branches if branch.restored_as == branch_id), None)
            found = found or next((branch for branch in branches if branch.id == branch_id), None)
        if found is None or found.deleted_at:
            return None
        return f"{project_id}/{found.id}", self._given(found, inputs), self._state(found, inputs)

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        found = await self._left_behind(scope, inputs, self.mark(scope.urn, inputs), recent=False)
        return None if found is None else await self._complete(scope, found.id, inputs, {})

    async def _live(self, scope: Scope, project_id: str, branch_id: str) -> BranchModel:
        answer = await scope.client.get(path_of("projects", project_id, "branches", branch_id))
        return BranchModel.read(answer["branch"])

    def _state(self, branch: BranchModel, inputs: Properties) -> Properties:
        return {**self.fixed(_inputs(branch)), **self._given(branch, inputs), **_computed(branch)}

    def _given(self, branch: BranchModel, inputs: Properties) -> Properties:
        """The inputs as they are; an import names one point of origin, since Neon tells both and takes one."""
        found = self.managed(_inputs(branch), inputs)
        if inputs.get("setAsDefault"):
            found["setAsDefault"] = branch.default
        if not inputs and "parentLsn" in found:
            found.pop("parentTimestamp", None)
        return found

    def managed(self, live: Properties, inputs: Properties) -> Properties:
        """A life given in seconds is renewed by us: its moment of expiry is no drift."""
        kept: Properties = {
            key: inputs[key] for key in ("ttlSeconds", "annotations", "archived", "setAsDefault") if key in inputs
        }
        return {**super().managed({**live, **kept}, inputs), **kept}


def split(resource_id: str) -> tuple[str, str]:
    """(project, branch) of an id."""
    project_id, separator, branch_id = resource_id.partition("/")
    if not separator or not project_id or not branch_id:
        raise ValueError(f"{resource_id!r} is no branch id: it looks like quiet-river-12345678/br-late-sun-12345678")
    return project_id, branch_id


def _expires_at(inputs: Properties) -> str | None:
    if "ttlSeconds" in inputs:
        moment = checks.utc_now() + timedelta(seconds=int(inputs["ttlSeconds"]))
        return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    value = inputs.get("expiresAt")
    return None if value is None else str(value)


def _inputs(branch: BranchModel) -> Properties:
    return {
        "projectId": branch.project_id,
        "name": branch.name,
        "parentId": branch.parent_id,
        "parentLsn": branch.parent_lsn,
        "parentTimestamp": branch.parent_timestamp,
        "initSource": branch.init_source,
        "protected": branch.protected,
        "expiresAt": branch.expires_at,
    }


def _computed(branch: BranchModel) -> Properties:
    return {
        "branchId": branch.id,
        "state": branch.current_state,
        "default": branch.default,
        "logicalSize": branch.logical_size or 0,
        "restoredFrom": branch.restored_from or "",
        "restoredAs": branch.restored_as or "",
        "restoreStatus": branch.restore_status or "",
    }
