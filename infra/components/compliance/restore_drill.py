"""The proof that a backup can be restored (strategy: tested restoration process)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class RestoreDrillArgs:
    """What is declared."""

    every_days: int
    max_minutes: int
    """The recovery time objective."""
    record: Mapping[str, Any] | None = None
    """The last drill that succeeded, if any: `{lastSuccess, minutes, reportSha256}`."""


class RestoreDrill(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: RestoreDrillArgs, opts: ResourceOptions | None = None) -> None:
        facts = {"everyDays": args.every_days, "maxMinutes": args.max_minutes, **(args.record or {})}
        super().__init__("brightbroom:compliance:RestoreDrill", name, facts, opts)
        self.register_outputs(facts)
