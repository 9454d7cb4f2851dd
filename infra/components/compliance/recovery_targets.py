"""How long recovery may take and how much may be lost (strategy: Disaster Recovery)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class RecoveryTargetsArgs:
    """What is declared."""

    rto_minutes: int
    rpo_hours: int


class RecoveryTargets(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: RecoveryTargetsArgs, opts: ResourceOptions | None = None) -> None:
        facts = {"rtoMinutes": args.rto_minutes, "rpoHours": args.rpo_hours}
        super().__init__("brightbroom:compliance:RecoveryTargets", name, facts, opts)
        self.register_outputs(facts)
