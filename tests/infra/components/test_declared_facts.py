"""Facts that no vendor holds: rules and audit read the inputs of these components."""

from __future__ import annotations

from tests.builders import areas
from tests.infra.recording import Program, record


def test_the_data_inventory_says_why_how_long_and_how_it_is_erased(program: Program) -> None:
    categories = program.one("brightbroom:compliance:DataInventory").inputs["categories"]
    assert categories == areas(program.output("environment"))["compliance"]["data"]
    assert all(category["retentionDays"] > 0 and category["erasure"] for category in categories)


def test_the_log_sink_keeps_a_year_of_which_three_months_are_at_hand(program: Program) -> None:
    sink = program.one("brightbroom:compliance:LogSink").inputs
    assert (sink["retentionDays"], sink["hotDays"], sink["immutable"], sink["pseudonymised"]) == (365, 90, True, True)
    assert sink["endpoint"] == program.one("vercel:LogDrain").inputs["endpoint"]


def test_the_backup_export_is_weekly_elsewhere_and_cannot_be_changed(staging: Program, production: Program) -> None:
    export = production.one("brightbroom:compliance:BackupExport").inputs
    assert (export["frequency"], export["provider"], export["location"]) == ("weekly", "aws", "backup-bucket-id")
    assert export["encrypted"] is export["immutable"] is True
    assert export["retentionDays"] >= 30
    assert staging.all("brightbroom:compliance:BackupExport") == []


def test_recovery_is_drilled_within_its_targets(program: Program) -> None:
    targets = program.one("brightbroom:compliance:RecoveryTargets").inputs
    drill = program.one("brightbroom:compliance:RestoreDrill").inputs
    assert targets == {"rtoMinutes": 60, "rpoHours": 24}
    assert (drill["everyDays"], drill["maxMinutes"]) == (30, 60)


def test_no_drill_is_claimed_before_one_has_run(program: Program) -> None:
    drill = program.one("brightbroom:compliance:RestoreDrill").inputs
    assert set(drill) == {"everyDays", "maxMinutes"}


def test_the_last_drill_is_on_record() -> None:
    report = {"lastSuccess": "2026-11-20", "minutes": 41, "reportSha256": "0f" * 32}
    drill = record("production", {"backups.lastDrill": report}).one("brightbroom:compliance:RestoreDrill").inputs
    assert drill == {"everyDays": 30, "maxMinutes": 60, **report}


def test_erasures_after_a_restore_are_declared_where_they_are_written_down(program: Program) -> None:
    assert "erasureAfterRestore" not in program.one("brightbroom:compliance:DataInventory").inputs
    changed = record("staging", {"compliance.erasureAfterRestore": "docs/runbooks/erasure.md"})
    inventory = changed.one("brightbroom:compliance:DataInventory").inputs
    assert inventory["erasureAfterRestore"] == "docs/runbooks/erasure.md"


def test_incidents_have_roles_contacts_and_a_notice(program: Program) -> None:
    contacts = program.one("brightbroom:compliance:IncidentContacts").inputs
    assert {role["role"] for role in contacts["roles"]} == {"incident lead", "communications", "data protection"}
    assert contacts["userNotice"].startswith("docs/")


def test_every_host_of_others_in_the_policy_is_listed_with_purpose_and_owner(program: Program) -> None:
    (listed,) = program.one("brightbroom:compliance:ScriptInventory").inputs["scripts"]
    assert listed["host"] == "*.ingest.de.sentry.io"
    assert listed["purpose"]
    assert listed["owner"]
    assert f"https://{listed['host']}" in program.output("headerContract")["directives"]["connect-src"]
