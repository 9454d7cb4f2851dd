"""Cases of the rule over the waivers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from policies.catalogue.waivers import Waiver
from tests.policies.cases.form import (
    TODAY,
    Case,
    Change,
    absent,
    compliant,
    near_miss,
    other_type,
    unknown,
    violating,
    waived,
)

ROOT = "brightbroom-infra-production"
SHORT_WINDOW: Change = ("database", "historyRetentionSeconds", 0)
OPEN_PAGES: Change = ("headers", "header:Cross-Origin-Opener-Policy", "unsafe-none")

WAIVER = Waiver(
    id="W-1",
    rule="DB-03",
    stack="production",
    resource="data*",
    reason="the plan changes next month",
    owner="data@brightbroom.app",
    approver="security@brightbroom.app",
    ticket="BB-1",
    created=TODAY,
    expires=TODAY + timedelta(days=90),
    compensating_control="snapshots are taken every hour",
)
MEDIUM = replace(WAIVER, id="W-2", rule="HDR-12", resource="headers", expires=TODAY + timedelta(days=180))


def _old(waiver: Waiver, days: int) -> Waiver:
    return replace(waiver, created=waiver.created - timedelta(days=days), expires=waiver.expires - timedelta(days=days))


def _lasting(waiver: Waiver, days: int) -> Waiver:
    return replace(waiver, expires=waiver.created + timedelta(days=days))


def _fails(waiver: Waiver, says: str, *changes: Change, fires: set[str] | None = None) -> Case:
    return waived(violating("GOV-03", ROOT, *changes, says=says, fires=fires), waiver)


BOTH = {"GOV-03", "DB-03"}

CASES = [
    compliant("GOV-03", ROOT),
    waived(compliant("GOV-03", ROOT, SHORT_WINDOW), WAIVER),
    waived(compliant("GOV-03", ROOT, SHORT_WINDOW, OPEN_PAGES), WAIVER, MEDIUM),
    waived(compliant("GOV-03", ROOT), replace(WAIVER, stack="staging")),
    _fails(WAIVER, "W-1.resource seen 'data*', where DB-03 has no violation"),
    _fails(_old(WAIVER, 91), "W-1.expires seen 2026-11-24, which is over", SHORT_WINDOW, fires=BOTH),
    _fails(_old(WAIVER, -1), "W-1.created seen 2026-11-26, which is yet to come", SHORT_WINDOW, fires=BOTH),
    _fails(_lasting(WAIVER, 91), "wanted at most 90 for a rule of high", SHORT_WINDOW, fires=BOTH),
    _fails(_lasting(MEDIUM, 181), "wanted at most 180 for a rule of medium", OPEN_PAGES, fires={"GOV-03", "HDR-12"}),
    _fails(replace(WAIVER, approver=" Data@brightbroom.app"), "who is its owner", SHORT_WINDOW, fires=BOTH),
    _fails(replace(WAIVER, resource="date*"), "seen 'date*', where DB-03", SHORT_WINDOW, fires=BOTH),
    _fails(replace(WAIVER, rule="HDR-12", resource="headers"), "where HDR-12 has", SHORT_WINDOW, fires=BOTH),
    _fails(replace(WAIVER, resource="date*"), "wanted 'database', where it has one", SHORT_WINDOW, fires=BOTH),
    waived(compliant("GOV-03", ROOT, SHORT_WINDOW), WAIVER, replace(WAIVER, id="W-3", resource="database")),
    waived(compliant("GOV-03", ROOT, SHORT_WINDOW), _old(WAIVER, 90), replace(MEDIUM, stack="staging")),
    waived(
        compliant("GOV-03", ROOT, ("app", "buildMachineType", "turbo")),
        replace(WAIVER, rule="COST-01", resource="a?p"),
    ),
    absent("GOV-03", ROOT, outcome=Outcome.PASS),
    waived(near_miss("GOV-03", ROOT, SHORT_WINDOW), _old(WAIVER, 90)),
    waived(near_miss("GOV-03", ROOT, OPEN_PAGES), _lasting(MEDIUM, 180)),
    waived(near_miss("GOV-03", ROOT, SHORT_WINDOW), _lasting(WAIVER, 0)),
    waived(unknown("GOV-03", ROOT, (*SHORT_WINDOW[:2], UNKNOWN), says="judged after the deployment"), WAIVER),
    other_type("GOV-03", "database"),
]
