"""Declared facts that no vendor resource holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from infra.components.compliance.backup_export import BackupExport, BackupExportArgs
from infra.components.compliance.data_inventory import DataInventory, DataInventoryArgs
from infra.components.compliance.incident_contacts import IncidentContacts, IncidentContactsArgs
from infra.components.compliance.recovery_targets import RecoveryTargets, RecoveryTargetsArgs
from infra.components.compliance.restore_drill import RestoreDrill, RestoreDrillArgs
from infra.components.compliance.script_inventory import ScriptInventory, ScriptInventoryArgs
from infra.components.compliance.secret_fingerprints import SecretFingerprints, SecretFingerprintsArgs
from infra.components.environment_variables import Variable
from infra.components.neon_database import NeonDatabase
from infra.settings import Inputs, Settings

if TYPE_CHECKING:  # loaded by the stack that uses them
    from infra.components.backup_storage import BackupStorage


def declare(settings: Settings, storage: BackupStorage | None) -> None:
    """All of them."""
    facts, backups = settings.compliance, settings.backups
    DataInventory(
        "data-inventory",
        DataInventoryArgs(
            categories=[c.model_dump(by_alias=True) for c in facts.data],
            erasure_after_restore=facts.erasure_after_restore,
        ),
    )
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
    RestoreDrill(
        "restore-drill",
        RestoreDrillArgs(
            every_days=backups.drill_every_days,
            max_minutes=facts.rto_minutes,
            record=backups.last_drill.model_dump(by_alias=True) if backups.last_drill else None,
        ),
    )
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


def fingerprints(inputs: Inputs, variables: Sequence[Variable], database: NeonDatabase) -> None:
    """What shows that no secret is used twice; nothing where the stack has no `fingerprintKey`.

    Sentry's public addresses are among the values: two environments that share one would mix their errors.
    """
    secrets = inputs.secrets
    if "fingerprintKey" not in secrets:
        return
    compared = {_name(each): each.value for each in variables if each.sensitive or each.key.endswith("SENTRY_DSN")}
    compared["MIGRATION_URL"] = database.migration_url
    compared["VERCEL_TOKEN"] = secrets.get("vercelDeployToken")
    if inputs.settings.monitoring.enabled:
        compared["LOG_DRAIN_SECRET"] = secrets.get("logDrainSecret")
    SecretFingerprints(
        "secret-fingerprints",
        SecretFingerprintsArgs(
            key=secrets.get("fingerprintKey"),
            values=compared,
            places={each.key: each.value for each in variables if each.key in ("DATABASE_URL", "REDIS_URL")},
        ),
    )


def _name(variable: Variable) -> str:
    return variable.key if "production" in variable.targets else f"{variable.key}@{'+'.join(variable.targets)}"
