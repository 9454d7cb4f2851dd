"""The register of processing (GDPR 30): which personal data, why, how long, and how it is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class DataInventoryArgs:
    """What is declared."""

    categories: Sequence[Mapping[str, Any]]
    """`{name, purpose, legalBasis, retentionDays, erasure, owner, place, personal}` each."""
    erasure_after_restore: str = ""
    """Where it is written how erasures are done again after a restore; empty where backups live no longer than they may."""


class DataInventory(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: DataInventoryArgs, opts: ResourceOptions | None = None) -> None:
        facts: dict[str, Any] = {"categories": list(args.categories)}
        if args.erasure_after_restore:
            facts["erasureAfterRestore"] = args.erasure_after_restore
        super().__init__("brightbroom:compliance:DataInventory", name, facts, opts)
        self.register_outputs(facts)
