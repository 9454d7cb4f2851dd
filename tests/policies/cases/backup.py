"""Cases of the backup rules."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import urn

STACK = "brightbroom-infra-production"
ITEMS = ("snapshots", "items")
DAILY = ("snapshots", "items.0.frequency")
KEPT = ("snapshots", "items.0.retentionSeconds")
WINDOW = ("database", "historyRetentionSeconds")
BRANCH = ("snapshots", "@link:branchId")
NO_DATABASE = ("database", "", ABSENT)


def item(frequency: str, hour: int = 0, kept: int = 2_592_000, **day: int) -> dict[str, object]:
    return {"frequency": frequency, "hour": hour, "retentionSeconds": kept, **day}


SNAPSHOTS = [
    compliant("BK-01", "database"),
    violating("BK-01", "database", (*DAILY, "monthly"), fires={"BK-01", "BK-04"}, says="monthly, weekly"),
    violating("BK-01", "database", (*KEPT, 2_591_999), fires={"BK-01", "BK-04"}, says="items.0.retentionSeconds"),
    violating("BK-01", "database", ("snapshots", "items.1.retentionSeconds", 604_800), says="items.1"),
    violating(
        "BK-01",
        "database",
        (*BRANCH, (urn(t.NEON_BRANCH, "preview"),)),
        fires={"BK-01", "BK-04"},
        says="of the default branch",
    ),
    violating(
        "BK-01",
        "database",
        (*BRANCH, (urn(t.NEON_ANONYMIZED_BRANCH, "masked"),)),
        fires={"BK-01", "BK-04"},
    ),
    violating(
        "BK-01",
        "database",
        (*BRANCH, ()),
        ("snapshots", "branchId", "br-2"),
        ("preview", "branchId", "br-2"),
        fires={"BK-01", "BK-04"},
    ),
    violating(
        "BK-01",
        "database",
        (*BRANCH, ()),
        ("snapshots", "branchId", "br-2"),
        ("database", "defaultBranchId", "br-1"),
        fires={"BK-01", "BK-04"},
    ),
    near_miss(
        "BK-01",
        "database",
        (*BRANCH, ()),
        ("snapshots", "branchId", "br-1"),
        ("database", "defaultBranchId", "br-1"),
    ),
    near_miss(
        "BK-01",
        "database",
        (*BRANCH, ()),
        ("snapshots", "branchId", "br-1"),
        ("default-branch", "branchId", "br-1"),
    ),
    absent("BK-01", "database", (*ITEMS, []), fires={"BK-01", "BK-04"}, says="seen None"),
    absent("BK-01", "database", ("snapshots", "", ABSENT), fires={"BK-01", "BK-04"}),
    absent("BK-01", "database", (*KEPT, ABSENT), outcome=Outcome.PASS),
    near_miss("BK-01", "database", ("snapshots", "items.1.retentionSeconds", 3_024_000)),
    near_miss("BK-01", "database", (*BRANCH, (urn(t.NEON_BRANCH, "default-branch"),))),
    near_miss("BK-01", "database", (*ITEMS, [item("daily")])),
    unknown("BK-01", "database", (*KEPT, UNKNOWN)),
    unknown("BK-01", "database", (*ITEMS, [UNKNOWN])),
    unknown(
        "BK-01",
        "database",
        (*BRANCH, (urn(t.NEON_BRANCH, "preview"),)),
        ("preview", "setAsDefault", UNKNOWN),
    ),
    other_type("BK-01", "snapshots"),
]
COPIES = [
    compliant("BK-02", "export"),
    compliant("BK-02", STACK),
    compliant("BK-02", "export", ("export", "frequency", "daily")),
    violating("BK-02", "export", ("export", "provider", "neon"), says="a vendor other than neon"),
    violating("BK-02", "export", ("export", "provider", "Neon ")),
    violating("BK-02", "export", ("export", "frequency", "monthly"), says="'weekly' or 'daily'"),
    violating("BK-02", "export", ("export", "immutable", False)),
    violating("BK-02", "export", ("export", "encrypted", False)),
    violating("BK-02", STACK, ("export", "", ABSENT), says="a copy to storage of another vendor"),
    absent("BK-02", "export", ("export", "encrypted", ABSENT)),
    absent("BK-02", "export", ("export", "provider", ABSENT)),
    absent("BK-02", "export", ("export", "retentionDays", ABSENT), fires={"BK-02", "BK-03"}),
    near_miss("BK-02", "export", ("export", "retentionDays", 29), outcome=Outcome.FAIL),
    near_miss("BK-02", "export", ("export", "retentionDays", 30)),
    near_miss(
        "BK-02",
        STACK,
        NO_DATABASE,
        ("export", "", ABSENT),
        outcome=Outcome.NOT_APPLICABLE,
        fires={"DB-06"},
        says="the stack has no database",
    ),
    unknown("BK-02", "export", ("export", "provider", UNKNOWN)),
    unknown("BK-02", "export", ("export", "retentionDays", UNKNOWN)),
    other_type("BK-02", "database"),
]
AGAIN = ("inventory", "erasureAfterRestore", "docs/runbooks/erasure.md")
BOUNDS = [
    compliant("BK-03", "database"),
    compliant("BK-03", "snapshots"),
    compliant("BK-03", "snapshot"),
    compliant("BK-03", "export"),
    violating("BK-03", "database", (*WINDOW, 3_024_001), fires={"BK-03", "DB-03"}, says="at most 35 days"),
    violating("BK-03", "snapshots", (*KEPT, 3_024_001), says="items.0.retentionSeconds"),
    violating("BK-03", "export", ("export", "retentionDays", 36)),
    violating("BK-03", "snapshot", ("snapshot", "expiresAt", "2026-12-30T00:00:01Z")),
    violating("BK-03", "snapshot", ("snapshot", "expiresAt", "never")),
    violating("BK-03", "snapshot", ("snapshot", "createdAt", "2026-11-01T00:00:00Z"), says="2026-12-20"),
    absent("BK-03", "snapshot", ("snapshot", "expiresAt", ABSENT), says="seen None"),
    absent("BK-03", "database", (*WINDOW, ABSENT), outcome=Outcome.PASS, fires={"DB-03"}),
    absent("BK-03", "snapshots", (*KEPT, ABSENT), outcome=Outcome.PASS),
    near_miss("BK-03", "snapshots", (*KEPT, 3_024_000)),
    near_miss("BK-03", "snapshot", ("snapshot", "expiresAt", "2026-12-30T00:00:00Z")),
    near_miss("BK-03", "export", ("export", "retentionDays", 400), AGAIN),
    near_miss("BK-03", "snapshot", ("snapshot", "expiresAt", ABSENT), AGAIN),
    near_miss("BK-03", "snapshot", ("snapshot", "createdAt", UNKNOWN)),
    near_miss("BK-03", "export", ("export", "retentionDays", 36), (*AGAIN[:2], " "), outcome=Outcome.FAIL),
    unknown("BK-03", "database", (*WINDOW, UNKNOWN)),
    unknown("BK-03", "snapshot", ("snapshot", "expiresAt", UNKNOWN)),
    unknown("BK-03", "export", (*AGAIN[:2], UNKNOWN)),
    unknown("BK-03", "snapshots", ("snapshots", "items.1.retentionSeconds", UNKNOWN), (*KEPT, 9_999_999),
            outcome=Outcome.FAIL),
    other_type("BK-03", "drill"),
]  # fmt: skip
RECOVERY = [
    compliant("BK-04", "database"),
    compliant("BK-04", "targets"),
    compliant("BK-04", "database", (*ITEMS, [item("daily", 1), item("daily", 13)]), ("targets", "rpoHours", 12)),
    violating("BK-04", "database", ("targets", "rpoHours", 23), says="24 hours lost 30 days back wanted at most 23"),
    violating("BK-04", "targets", ("targets", "rpoHours", 25), says="at most 24"),
    violating("BK-04", "database", (*ITEMS, [item("weekly", day=1), item("weekly", day=4)]), fires={"BK-01", "BK-04"},
              says="96 hours lost"),
    violating("BK-04", "database", (*ITEMS, [item("monthly", day=1)]), fires={"BK-01", "BK-04"},
              says="744 hours lost"),
    violating("BK-04", "database", (*ITEMS, [item("daily", kept=604_800), item("weekly", day=7)]),
              fires={"BK-01", "BK-04"}, says="168 hours lost"),
    absent("BK-04", "database", (*ITEMS, []), fires={"BK-01", "BK-04"}, says="nothing to go back to"),
    absent("BK-04", "database", ("targets", "", ABSENT), says="declared recovery targets"),
    absent("BK-04", "targets", ("targets", "rpoHours", ABSENT)),
    absent("BK-04", "database", (*WINDOW, ABSENT), outcome=Outcome.PASS, fires={"DB-03"}),
    near_miss("BK-04", "database", (*ITEMS, []), (*WINDOW, 2_592_000), fires={"BK-01"}),
    near_miss("BK-04", "database", (*ITEMS, []), (*WINDOW, 2_591_999), outcome=Outcome.FAIL,
              fires={"BK-01", "BK-04"}),
    near_miss("BK-04", "database", (*ITEMS, [item("weekly", day=day) for day in range(1, 8)]), fires={"BK-01"}),
    unknown("BK-04", "database", (*ITEMS, [UNKNOWN])),
    unknown("BK-04", "targets", ("targets", "rpoHours", UNKNOWN)),
    unknown("BK-04", "database", (*ITEMS, SECRET), fires={"SEC-05"}),
    other_type("BK-04", "snapshots"),
]  # fmt: skip
RECORD = {"lastSuccess": "2026-08-27", "minutes": 60, "reportSha256": "ab" * 32}


def record(**changed: object) -> tuple[tuple[str, str, object], ...]:
    return tuple(("drill", key, value) for key, value in {**RECORD, **changed}.items())


DRILLS = [
    compliant("BK-05", "drill"),
    compliant("BK-05", STACK),
    compliant("BK-05", "drill", *record()),
    violating("BK-05", "drill", ("drill", "everyDays", 91), says="1 to 90"),
    violating("BK-05", "drill", ("drill", "everyDays", 0)),
    violating("BK-05", "drill", ("drill", "maxMinutes", 61), says="1 to 60"),
    violating("BK-05", STACK, ("drill", "", ABSENT), says="a declared restore drill"),
    violating("BK-05", "drill", *record(minutes=61), says="minutes"),
    violating("BK-05", "drill", *record(reportSha256="ab" * 31), says="reportSha256"),
    violating("BK-05", "drill", *record(lastSuccess="last week"), says="lastSuccess"),
    violating("BK-05", "drill", *record(lastSuccess="2026-11-26"), says="a day within the last 90"),
    absent("BK-05", "drill", ("drill", "everyDays", ABSENT)),
    absent("BK-05", "drill", *record()[1:], says="lastSuccess seen None"),
    absent("BK-05", "drill", *record()[:1], says="minutes seen None"),
    near_miss("BK-05", "drill", *record(lastSuccess="2026-08-26"), outcome=Outcome.FAIL),
    near_miss("BK-05", "drill", *record(lastSuccess="2026-11-25", minutes=1)),
    near_miss("BK-05", "drill", *record(lastSuccess="2026-11-26T01:30:00+02:00")),
    near_miss("BK-05", "drill", ("drill", "everyDays", 90)),
    near_miss("BK-05", STACK, NO_DATABASE, ("drill", "", ABSENT), outcome=Outcome.NOT_APPLICABLE, fires={"DB-06"}),
    unknown("BK-05", "drill", ("drill", "everyDays", UNKNOWN)),
    unknown("BK-05", "drill", *record(minutes=UNKNOWN)),
    other_type("BK-05", "export"),
]

CASES = [*SNAPSHOTS, *COPIES, *BOUNDS, *RECOVERY, *DRILLS]
