"""Declared facts that no vendor resource holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.components.compliance.backup_export import BackupExport, BackupExportArgs
from infra.components.compliance.data_inventory import DataInventory, DataInventoryArgs
from infra.components.compliance.incident_contacts import IncidentContacts, IncidentContactsArgs
from infra.components.compliance.recovery_targets import RecoveryTargets, RecoveryTargetsArgs
from infra.components.compliance.restore_drill import RestoreDrill, RestoreDrillArgs
from infra.components.compliance.script_inventory import ScriptInventory, ScriptInventoryArgs
from infra.settings import Settings

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.backup_storage import BackupStorage


def declare(settings: Settings, storage: BackupStorage | None) -> None:
    """All of them."""
    facts, backups = settings.compliance, settings.backups
    DataInventory("data-inventory", DataInventoryArgs(categories=[c.model_dump(by_alias=True) for c in facts.data]))
    ScriptInventory(
        "script-inventory", ScriptInventoryArgs(scripts=[s.model_dump(by_alias=True) for s in facts.scripts])
    )
    IncidentContacts(
        "incident-contacts",
        IncidentContactsArgs(
            roles=[role.model_dump(by_alias=True) for role in facts.incident_roles], user_notice=facts.user_notice
        ),
    )
    RecoveryTargets("recovery-targets", RecoveryTargetsArgs(rto_minutes=facts.rto_minutes, rpo_hours=facts.rpo_hours))
    RestoreDrill("restore-drill", RestoreDrillArgs(every_days=backups.drill_every_days, max_minutes=facts.rto_minutes))
    if storage:
        BackupExport(
            "backup-export",
            BackupExportArgs(
                frequency="weekly",
                provider="aws",
                location=storage.bucket,
                encrypted=True,
                immutable=True,
                retention_days=backups.separate_storage.expire_days,
            ),
        )
