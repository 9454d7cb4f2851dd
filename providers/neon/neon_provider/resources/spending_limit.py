"""The amount at which Neon warns an organisation of its bill. Id: `<organisation>`; it has one, so creating it is setting it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from neon_provider import checks
from neon_provider.checks import Problem
from neon_provider.client import path_of
from neon_provider.convert import Properties, known
from neon_provider.errors import NotFound
from neon_provider.resources.base import Change, Property, Resource, Scope
from neon_provider.shapes import WHOLE


class SpendingLimit(Resource):
    """See the module."""

    token = "neon:index:SpendingLimit"
    properties = {
        "orgId": Property(Change.REPLACE, required=True),
        "cents": Property(shape=WHOLE, required=True),
    }

    def rules(self, olds: Properties, news: Properties, plan: str) -> Iterator[Problem]:
        values = known(news)
        if "orgId" in values:
            yield from checks.an_id("org-")("orgId", values["orgId"])
        if values.get("cents", 1) < 1:
            yield "cents", f"must be 1 at least, was {values['cents']}; to have no limit, declare none"
        if plan == "free":
            yield "cents", "the 'free' plan has no spending limit: it needs 'launch'"

    def first_deletes(self, state: Properties, news: Properties) -> bool:
        """Another organisation gets its limit before this one loses its own; the same one must not lose what it just got."""
        return bool(state.get("orgId") == news.get("orgId"))

    async def create(self, scope: Scope, inputs: Properties) -> tuple[str, Properties]:
        resource_id = str(inputs["orgId"])
        scope.adopted.add(resource_id)  # if this replaces it, what stands there is the new one
        return resource_id, await self.update(scope, resource_id, {}, inputs)

    async def update(self, scope: Scope, resource_id: str, state: Properties, inputs: Properties) -> Properties:
        async with scope.client.changing(resource_id):
            await scope.client.request("PUT", _path(resource_id), body={"spending_limit_cents": inputs["cents"]})
        return dict(inputs)

    async def delete(self, scope: Scope, resource_id: str, state: Properties) -> None:
        async with scope.client.changing(resource_id):
            try:
                await scope.client.request("DELETE", _path(resource_id))
            except NotFound:
                return

    async def read(
        self, scope: Scope, resource_id: str, inputs: Properties, state: Properties
    ) -> tuple[str, Properties, Properties] | None:
        try:
            answer = await scope.client.get(_path(resource_id))
        except NotFound:
            return None
        cents = answer.get("spending_limit_cents")
        if not cents:
            return None
        live: Properties = {"orgId": resource_id, "cents": cents}
        return resource_id, live, live


def _path(resource_id: str) -> str:
    if not re.fullmatch(r"org-[a-z0-9-]{1,56}", resource_id):
        raise ValueError(f"{resource_id!r} is no organisation id: it looks like org-quiet-river-12345678")
    return path_of("organizations", resource_id, "billing", "spending_limit")
