"""What a service that is backed by Postgres cannot do, said before anything is done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rehearsal.clouds.neon.world import Refusal

_BRANCHES: Final = re.compile(r"/projects/[^/]+/branches")
_SNAPSHOT: Final = re.compile(r"/projects/[^/]+/branches/[^/]+/snapshot")
_RESTORE: Final = re.compile(r"/projects/[^/]+/branches/[^/]+/restore")
_ANONYMIZED: Final = re.compile(r"/projects/[^/]+/branch_anonymized")


def refuse(method: str, path: str, query: Mapping[str, str], body: Any) -> None:
    """Raise a refusal for a call that needs what a local Postgres does not have: history, or masking."""
    if method != "POST" or not isinstance(body, dict):
        return
    branch = body.get("branch") if isinstance(body.get("branch"), dict) else {}
    points = {
        _BRANCHES: (branch, ("parent_timestamp", "parent_lsn")),
        _SNAPSHOT: ({**body, **query}, ("timestamp", "lsn")),
        _RESTORE: (body, ("source_timestamp", "source_lsn")),
    }
    for pattern, (given, names) in points.items():
        for name in names:
            if pattern.fullmatch(path) and given and given.get(name):
                raise Refusal(
                    422,
                    f"{name} is refused: this Neon is backed by a local Postgres, which keeps no history; "
                    "take the present state, or a snapshot made before",
                )
    if _ANONYMIZED.fullmatch(path):
        raise Refusal(422, "this Neon is backed by a local Postgres, which cannot mask rows; branch with schema-only")
