"""The weekly full copy to storage of another vendor (strategy: Backup Strategy)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class BackupExportArgs:
    """What is declared."""

    frequency: str
    """`weekly`."""
    provider: str
    location: pulumi.Input[str]
    encrypted: bool
    immutable: bool
    retention_days: int


class BackupExport(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: BackupExportArgs, opts: ResourceOptions | None = None) -> None:
        facts = {
            "frequency": args.frequency,
            "provider": args.provider,
            "location": args.location,
            "encrypted": args.encrypted,
            "immutable": args.immutable,
            "retentionDays": args.retention_days,
        }
        super().__init__("brightbroom:compliance:BackupExport", name, facts, opts)
        self.register_outputs(facts)
