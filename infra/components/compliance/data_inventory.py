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


class DataInventory(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: DataInventoryArgs, opts: ResourceOptions | None = None) -> None:
        facts = {"categories": list(args.categories)}
        super().__init__("brightbroom:compliance:DataInventory", name, facts, opts)
        self.register_outputs(facts)
