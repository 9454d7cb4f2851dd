"""What check asks of Neon: the organisation's plan and the regions. Asked once in the life of the process, with little patience:
without an answer the preview goes on, and a note says what was not judged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from neon_provider.checks import Problem
from neon_provider.client import Client, path_of
from neon_provider.convert import UNKNOWN, Properties
from neon_provider.errors import Forbidden, NeonError, NotFound, Unauthorized
from neon_provider.session import Session

KNOWN_PLANS: Final = ("free", "launch", "scale")
UNKNOWN_PLAN: Final = "unknown"
_PATIENCE: Final = 5
"""Seconds."""

T = TypeVar("T")


class Account:
    """The account behind a key. `note` takes a sentence about what could not be asked."""

    def __init__(self, client: Client, org_id: str, plan: str, note: Callable[[str], None]) -> None:
        self._client, self._org_id, self._note = client, org_id, note
        self._given = plan
        self._asking = asyncio.Lock()

    @property
    def plan(self) -> str:
        """The plan as far as it is known by now: free, launch, scale, or empty."""
        found = self._given or self._client.once.get("plan", "")
        return "" if found == UNKNOWN_PLAN else str(found)

    async def ask_plan(self) -> str:
        """The plan, asked for when it is not configured.

        Raises `Unauthorized` for a wrong key, and `NotFound` for an organisation that the key does not know.
        """
        if not self._given:
            await self._once("plan", self._plan)
        return self.plan

    async def ask_regions(self) -> frozenset[str]:
        """The regions of the organisation; none when Neon cannot be asked."""
        return await self._once("regions", self._regions)

    async def judge_organization(self, olds: Properties, news: Properties) -> list[Problem]:
        """Whether a new `orgId` names an organisation that the key knows."""
        org_id = news.get("orgId")
        if not isinstance(org_id, str) or org_id in ("", UNKNOWN, olds.get("orgId")):
            return []
        if await self._once(f"organization {org_id}", lambda: self._is_known(org_id)):
            return []
        return [("orgId", f"this key knows no organisation {org_id!r}: give one of its own, or a key of that one")]

    async def _once(self, key: str, ask: Callable[[], Awaitable[T]]) -> T:
        async with self._asking:
            return await Session(self._client, _PATIENCE).first(key, ask)

    async def _plan(self) -> str:
        try:
            plans = {str(item.get("plan", "")).partition("_")[0] for item in await self._organizations()}
        except (NeonError, TimeoutError) as error:
            self._refuse(error)
            self._note(
                f"Neon could not be asked for the plan ({error or 'no answer'}): limits of the plan are not judged"
            )
            return UNKNOWN_PLAN
        if len(plans) == 1 and plans <= set(KNOWN_PLANS):
            return plans.pop()
        shown = ", ".join(sorted(plans)) or "none"
        self._note(f"the plan cannot be told ({shown}): its limits are not judged; set the provider's plan or orgId")
        return UNKNOWN_PLAN

    async def _organizations(self) -> list[Any]:
        if self._org_id:
            return [await self._get(path_of("organizations", self._org_id))]
        return list((await self._get("/users/me/organizations")).get("organizations") or [])

    async def _regions(self) -> frozenset[str]:
        try:
            answer = await self._get("/regions", org_id=self._org_id or None)
        except (NeonError, TimeoutError) as error:
            self._refuse(error)
            self._note(f"Neon could not be asked for its regions ({error or 'no answer'})")
            return frozenset()
        return frozenset(str(item.get("region_id")) for item in answer.get("regions") or [])

    async def _is_known(self, org_id: str) -> bool:
        try:
            await self._get(path_of("organizations", org_id))
        except Unauthorized:
            raise
        except (Forbidden, NotFound):
            return False
        except (NeonError, TimeoutError) as error:
            self._note(f"Neon could not be asked for organisation {org_id} ({error or 'no answer'})")
        return True

    def _refuse(self, error: Exception) -> None:
        """Raise what a person must put right: a wrong key, or an `orgId` of the provider that the key does not know."""
        if isinstance(error, Unauthorized):
            raise error
        if self._org_id and isinstance(error, Forbidden | NotFound):
            raise NotFound(
                f"the provider's orgId {self._org_id!r}",
                "this key knows no such organisation",
                status=error.status,
                advice="Set it to one of the key's organisations, or leave it out for a key of an organisation",
            ) from error

    async def _get(self, path: str, **query: Any) -> Any:
        return await asyncio.wait_for(Session(self._client, _PATIENCE).get(path, **query), _PATIENCE)
