"""A branch. Id: `<project>/<branch>`; an import also takes `<project>/name:<branch name>`."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Conflict, NeonError, NotFound, OperationFailed, Protected
from neon_provider.models import Branch as BranchModel
from neon_provider.resources.base import Change, Difference, Property, Resource, Scope, changed
from neon_provider.resources.creation import MARK, is_recent, not_ours_to_take, post_once
from neon_provider.resources.restored import heir_of, live_branches
from neon_provider.session import Session
from neon_provider.shapes import FLAG, TEXT_MAP, WHOLE

_ID: Final = re.compile(r"([a-z0-9-]{1,60})/(br-[a-z0-9-]{1,57})")
_NAMED: Final = re.compile(r"([a-z0-9-]{1,60})/name:(.+)", re.DOTALL)
FAILED: Final = "failed"
"""The state of a branch whose creation ended badly."""


@dataclass(frozen=True, slots=True)
class _Marked:
    id: str
    mark: str
    created_at: str


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
        "archived": Property(Change.REPLACE, FLAG, default=False),
        "setAsDefault": Property(shape=FLAG, default=False),
        "annotations": Property(Change.REPLACE, TEXT_MAP),
        "deletionProtection": Property(Change.LOCAL, FLAG),
    }
    applied_last: ClassVar[frozenset[str]] = frozenset({"setAsDefault"})
    computed: ClassVar[tuple[str, ...]] = (
        "branchId",
        "state",
        "default",
        "logicalSize",
        "restoredFrom",
        "restoredAs",
        "restoreStatus",
    )

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
        if "parentTimestamp" in values and values["parentTimestamp"] != olds.get("parentTimestamp"):
            yield from checks.timestamp("parentTimestamp", values["parentTimestamp"], now, plan)
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

    def diff(self, state: Properties, news: Properties, ignore: tuple[str, ...] = ()) -> Difference:
        """A branch whose creation failed for good never comes up: it is made anew."""
        found = super().diff(state, news, ignore)
        if state.get("state") != FAILED:
            return found
        return replace(found, updated=(*found.updated, "state"), replaces=(*found.replaces, "state"))

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """Two branches of a project cannot share a name."""
        return state.get("projectId") == news.get("projectId") and state.get("name") == news.get("name")

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        project_id, mark = str(inputs["projectId"]), self.mark(scope.urn, inputs)
        nonce = f"{mark}.{secrets.token_hex(4)}"

        async def look() -> str | None:
            return next((item.id for item in await self._marked(scope.client, project_id) if item.mark == nonce), None)

        async with scope.client.changing(project_id):
            left = await self._left_behind(scope, inputs, mark)
            if left is not None:
                scope.adopted.add(f"{project_id}/{left}")
                scope.log("warning", f"branch {left} was made by an interrupted run and is taken over")
                return await self._complete(scope, left, inputs, {}, await self._has(scope.client, project_id, left))
            path, body = self._request(inputs, nonce)
            try:
                answer, found = await post_once(scope.client, path, look, _made, body=body)
            except Conflict as error:
                found, answer = await look(), {}
                if found is None:
                    raise await self._taken(scope, inputs, error) from error
            return await self._complete(scope, found or _made(answer), inputs, answer)

    def _request(self, inputs: Properties, nonce: str) -> tuple[str, Properties]:
        """(path, body) of the request that makes one."""
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
        body = {
            "branch": {key: value for key, value in fields.items() if value is not None},
            "annotation_value": {**(inputs.get("annotations") or {}), MARK: nonce},
        }
        return path_of("projects", str(inputs["projectId"]), "branches"), body

    async def _has(self, client: Session, project_id: str, branch_id: str) -> Properties:
        """What a branch has that was made for inputs of before, other than what every branch has."""
        answer = await client.get(path_of("projects", project_id, "branches", branch_id))
        live = _inputs(BranchModel.read(answer["branch"]))
        return {k: value for k, value in live.items() if value not in (None, self.properties[k].default)}

    async def _complete(
        self, scope: Scope, branch_id: str, inputs: Properties, answer: Properties, has: Properties | None = None
    ) -> tuple[str, Properties]:
        """Everything after the branch exists; a failure keeps its id, and what is applied last out of the state. It `has` the
        inputs, unless said otherwise."""
        project_id = str(inputs["projectId"])
        resource_id = f"{project_id}/{branch_id}"
        made = {key: value for key, value in inputs.items() if key not in self.applied_last}
        if has is not None:
            made = {**self.begun(inputs), **has}
        so_far = {**made, "branchId": branch_id}
        try:
            await scope.client.settle(project_id, answer)
        except OperationFailed as error:
            # A protected one could not be replaced: the next update looks whether it came up after all.
            failed = error.final and not _is_protected(inputs)
            raise self.partial(resource_id, {**so_far, "state": FAILED if failed else ""}, error) from error
        except NeonError as error:
            raise self.partial(resource_id, so_far, error) from error
        try:
            found = await self._apply(scope, project_id, branch_id, made, inputs)
        except NeonError as error:
            raise self.partial(resource_id, so_far, error) from error
        return resource_id, self._state(found, inputs)

    async def _apply(
        self, scope: Scope, project_id: str, branch_id: str, state: Properties, inputs: Properties
    ) -> BranchModel:
        """Bring an existing branch to its inputs, from what the state says it has."""
        change = changed(state, inputs, self)
        fields: dict[str, Any] = {key: change[key] for key in ("name", "protected") if key in change}
        if "expiresAt" in change or "ttlSeconds" in change or ("ttlSeconds" in inputs and "branchId" in state):
            fields["expires_at"] = _expires_at(inputs)
        path = path_of("projects", project_id, "branches", branch_id)
        if fields:
            answer = await scope.client.request("PATCH", path, body={"branch": fields})
            await scope.client.settle(project_id, answer)
        if change.get("setAsDefault"):
            answer = await scope.client.request("POST", f"{path}/set_as_default", repeatable=True)
            await scope.client.settle(project_id, answer)

        async def live() -> BranchModel:
            return BranchModel.read((await scope.client.get(path))["branch"])

        return await scope.client.ready(f"branch {branch_id}", live, _blocking)

    async def _left_behind(self, scope: Scope, inputs: Properties, mark: str) -> str | None:
        """What an interrupted run made for these inputs. Listed once per process, which knows what it makes itself."""
        project_id = str(inputs["projectId"])
        replaced = {key for key, urn in scope.stated.items() if urn == scope.urn}
        if self.is_replacing_itself(scope, inputs) and not replaced:
            return None
        marked = await scope.client.first(f"branches of {project_id}", lambda: self._marked(scope.client, project_id))
        ours = (item for item in marked if item.mark.startswith(f"{mark}."))
        found = next((item for item in ours if f"{project_id}/{item.id}" not in replaced), None)
        if found is not None and not is_recent(found.created_at):
            raise not_ours_to_take(f"branch {inputs['name']!r}", self.token, f"{project_id}/{found.id}")
        return None if found is None else found.id

    async def _marked(self, client: Session, project_id: str) -> list[_Marked]:
        """Every branch of a project that carries a mark."""
        found = []
        async for answer in client.answers(path_of("projects", project_id, "branches"), "branches", limit=1000):
            annotations = answer.get("annotations") or {}
            for branch in map(BranchModel.read, answer.get("branches") or []):
                noted = (annotations.get(branch.id, {}).get("value") or {}).get(MARK)
                if noted and not branch.deleted_at:
                    found.append(_Marked(branch.id, str(noted), branch.created_at))
        return found

    async def _taken(self, scope: Scope, inputs: Properties, error: NeonError) -> NeonError:
        """The refusal of a name that a branch has, with its id."""
        project_id = str(inputs["projectId"])
        branches = await live_branches(scope.client, project_id)
        other = next((branch for branch in branches if branch.name == inputs["name"]), None)
        resource_id = f"{project_id}/{other.id}" if other else ""
        return not_ours_to_take(f"branch {inputs['name']!r}", self.token, resource_id) if other else error

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        project_id, branch_id = split(resource_id)
        change = changed(state, inputs, self)
        async with scope.client.changing(project_id):
            try:
                found = await self._apply(scope, project_id, branch_id, {**state, "branchId": branch_id}, inputs)
            except NeonError as error:
                raise self.partial(
                    resource_id, {**self.undone(state, inputs, change), "branchId": branch_id}, error
                ) from error
        return self._state(found, inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        project_id, branch_id = split(resource_id)
        if _is_protected(state):
            raise Protected(
                f"branch {resource_id} is protected: set deletionProtection and protected to false, apply, then delete"
            )
        if state.get("default"):
            raise Protected(f"branch {resource_id} is the default one: make another the default, apply, then delete")
        async with scope.client.changing(project_id):
            try:
                answer = await scope.client.request("DELETE", path_of("projects", project_id, "branches", branch_id))
            except NotFound:
                return
            await scope.client.settle(project_id, answer)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        named = _NAMED.fullmatch(resource_id)
        if named:
            branches = await live_branches(scope.client, named[1])
            found = next((branch for branch in branches if branch.name == named[2]), None)
        else:
            project_id, branch_id = split(resource_id)
            found = await heir_of(scope.client, project_id, branch_id, str(inputs.get("name", "")))
            if found is not None and found.id != branch_id:
                scope.log("warning", f"branch {branch_id} was restored: {found.id} took its place and is followed")
        if found is None:
            return None
        after = self._state(found, inputs)
        if state.get("state") == FAILED and _blocking(found):
            after["state"] = FAILED
        return f"{found.project_id}/{found.id}", self._given(found, inputs), after

    async def find(self, scope: Scope, inputs: Properties) -> tuple[str, Properties] | None:
        mark = self.mark(scope.urn, inputs)
        marked = await self._marked(scope.client, str(inputs["projectId"]))
        found = next((item for item in marked if item.mark.startswith(f"{mark}.")), None)
        return None if found is None else await self._complete(scope, found.id, inputs, {})

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
    match = _ID.fullmatch(resource_id)
    if not match:
        raise ValueError(f"{resource_id!r} is no branch id: it looks like quiet-river-12345678/br-late-sun-12345678")
    return match[1], match[2]


def _made(answer: Properties) -> str:
    return str(answer["branch"]["id"])


def _is_protected(given: Properties) -> bool:
    """Whether it is not to be deleted."""
    return bool(given.get("deletionProtection", given.get("protected", False)))


def _blocking(branch: BranchModel) -> str:
    """The state that keeps a branch from being used; one that is unknown does not (neon.com API reference, BranchState)."""
    return branch.pending_state or (branch.current_state if branch.current_state in ("init", "resetting") else "")


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
