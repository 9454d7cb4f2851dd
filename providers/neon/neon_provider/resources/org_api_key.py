"""A key of an organisation. Id: `<organisation>/<number>`.

Neon shows the text of a key once, in the answer that makes it. A key whose answer was lost, or whose run died before the state
was written, is of no use to anybody: it is revoked and another one is made. Its name tells it: it ends in `#`, eight characters
of our mark and four of this attempt. What was made more than an hour ago is only warned of, since it may be in use: the state of
another backend can hold a stack of the same name.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from typing import Final

from pydantic import Field

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import Invalid, NotFound, Unanswered
from neon_provider.models import Model
from neon_provider.resources.base import Change, Property, Resource, Scope
from neon_provider.resources.creation import is_recent, post_once

_LONGEST: Final = 48
"""Characters of a name: of Neon's 64, less what is added."""
_ENDING: Final = re.compile(r" #[0-9a-f]{12}$")
_TRIES: Final = 2


class _Key(Model):
    """A key as a listing shows it."""

    id: int
    name: str
    created_at: str = ""
    project_id: str | None = None


class _NewKey(_Key):
    """A key as the answer that makes it shows it."""

    key: str = Field(repr=False, min_length=1)


class OrgApiKey(Resource):
    """See the module."""

    token = "neon:index:OrgApiKey"
    properties = {
        "orgId": Property(Change.REPLACE, required=True),
        "name": Property(Change.REPLACE, required=True),
        "projectId": Property(Change.REPLACE),
    }
    computed = ("keyId", "key", "createdAt")
    secret = frozenset({"key"})

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        for key, check in (
            ("orgId", checks.an_id("org-")),
            ("name", checks.name(_LONGEST)),
            ("projectId", checks.an_id()),
        ):
            if key in values:
                yield from check(key, values[key])

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        org_id = str(inputs["orgId"])
        ours = f"{inputs['name']} #{self.mark(scope.urn, inputs)[:8]}"
        async with scope.client.changing(org_id):
            if not self.is_replacing_itself(scope, inputs):
                await self._revoke_left_behind(scope, org_id, ours)
            for _ in range(_TRIES):
                made = await self._make(scope, inputs, ours + secrets.token_hex(2))
                if made is not None:
                    return f"{org_id}/{made.id}", {**inputs, **_computed(made, made.key)}
        raise Unanswered(
            f"POST {_path(org_id)}", f"{_TRIES} answers were lost, and their keys revoked", advice="Run again"
        )

    async def _make(self, scope: Scope, inputs: Properties, name: str) -> _NewKey | None:
        """A new key; None when its answer was lost, and it was therefore revoked."""
        org_id = str(inputs["orgId"])

        async def look() -> _Key | None:
            return next((key for key in await self._listed(scope, org_id) if key.name == name), None)

        body: Properties = {"key_name": name}
        if "projectId" in inputs:
            body["project_id"] = inputs["projectId"]
        answer, lost = await post_once(scope.client, _path(org_id), look, _NewKey.read, body=body)
        if lost is None:
            return _NewKey.read(answer)
        await self._revoke(scope, org_id, lost.id)
        scope.log("warning", f"the answer with API key {lost.id} of {org_id} was lost: it is revoked, and made again")
        return None

    async def _revoke_left_behind(self, scope: Scope, org_id: str, ours: str) -> None:
        """Revoke what an interrupted run made for these inputs. Listed once per process, which knows what it makes itself."""
        listed = await scope.client.first(f"keys of {org_id}", lambda: self._listed(scope, org_id))
        for key in listed:
            if not re.fullmatch(f"{re.escape(ours)}[0-9a-f]{{4}}", key.name):
                continue
            if is_recent(key.created_at):
                await self._revoke(scope, org_id, key.id)
                scope.log("warning", f"API key {key.id} of {org_id} was made by an interrupted run and is revoked")
            else:
                scope.log(
                    "warning",
                    f"API key {key.id} of {org_id} was made for this resource at {key.created_at}, and no state holds it:"
                    " revoke it, unless another stack uses it",
                )

    async def _listed(self, scope: Scope, org_id: str) -> list[_Key]:
        return [_Key.read(item) for item in (await scope.client.get(_path(org_id))).get("items") or []]

    async def _revoke(self, scope: Scope, org_id: str, key_id: int | str) -> None:
        try:
            answer = await scope.client.request("DELETE", _path(org_id, str(key_id)))
        except NotFound:
            return
        if answer.get("revoked") is False:
            raise Invalid(f"revoking API key {key_id} of {org_id}", "Neon says that it is not revoked")

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        return {**state, **inputs}  # nothing of a key can be changed

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        org_id, key_id = _split(resource_id)
        async with scope.client.changing(org_id):
            await self._revoke(scope, org_id, key_id)

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        org_id, key_id = _split(resource_id)
        if not state.get("key"):
            raise Invalid(
                f"importing API key {resource_id}",
                "Neon shows a key only when it makes it",
                advice="Declare a new one, put it to use, and revoke the old one",
            )
        try:
            listed = await scope.client.listing(_path(org_id), "items")
        except NotFound:
            return None
        found = next((key for key in map(_Key.read, listed) if str(key.id) == key_id), None)
        if found is None:
            return None
        live = {"orgId": org_id, "name": _ENDING.sub("", found.name), "projectId": found.project_id}
        given = self.managed(live, inputs)
        return resource_id, given, {**self.fixed(live), **given, **_computed(found, str(state["key"]))}


def _computed(key: _Key, text: str) -> Properties:
    return {"keyId": str(key.id), "key": text, "createdAt": key.created_at}


def _path(org_id: str, *more: str) -> str:
    return path_of("organizations", org_id, "api_keys", *more)


def _split(resource_id: str) -> tuple[str, str]:
    match = re.fullmatch(r"(org-[a-z0-9-]{1,56})/(\d{1,20})", resource_id)
    if not match:
        raise ValueError(f"{resource_id!r} is no API key id: it looks like org-quiet-river-12345678/1234567")
    return match[1], match[2]
