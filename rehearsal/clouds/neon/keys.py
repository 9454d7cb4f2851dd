"""Whose key a request has, and what that key may ask."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

KeyKind: TypeAlias = Literal["personal", "organization", "project"]

_OPEN: Final = ("/auth", "/regions", "/users/me/organizations")
_PROJECT: Final = re.compile(r"/projects/([^/]+)(/.*)?")


@dataclass(frozen=True, slots=True)
class Key:
    """A key. A personal one must name the organisation whose projects it lists or makes; one of a project knows no other
    project, and neither deletes its own nor sees the organisation; one that is revoked is nobody's; one without `changes`
    only reads."""

    kind: KeyKind = "organization"
    project_id: str = ""
    revoked: bool = False
    changes: bool = True

    @property
    def auth_method(self) -> str:
        """As `GET /auth` says it."""
        return "api_key_user" if self.kind == "personal" else "api_key_org"

    def refusal(
        self, method: str, path: str, query: Mapping[str, str], body: Any, organization: str
    ) -> tuple[int, str] | None:
        """(status, message) when this key may not ask that, else None."""
        reads = method == "GET"
        if not reads and not self.changes:
            return 403, "this key may read only"
        if self.kind == "project" and path not in _OPEN:
            found = _PROJECT.fullmatch(path)
            if found is None:
                return 403, "this key is limited to a project"
            if found[1] != self.project_id:
                return 404, "project not found"
            if method == "DELETE" and not found[2]:
                return 403, "a key limited to a project cannot delete it"
        if path != "/projects" or method not in ("GET", "POST"):
            return None
        given = query if reads else body.get("project") if isinstance(body, dict) else None
        named = given.get("org_id") if isinstance(given, Mapping) else None
        if named and named != organization:
            return 403, "this key has no rights in that organization"
        if self.kind == "personal" and not named:
            return 400, "org_id is required"
        return None


UNLIMITED: Final = Key()
"""May ask all that the organisation may."""
