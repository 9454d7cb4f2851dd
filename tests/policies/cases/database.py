"""Cases of the database rules."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating

WINDOW = ("database", "historyRetentionSeconds")

CASES = [
    compliant("DB-03", "database"),
    violating("DB-03", "database", (*WINDOW, 0), says="604800 to 2592000"),
    near_miss("DB-03", "database", (*WINDOW, 604_799), outcome=Outcome.FAIL),
    near_miss("DB-03", "database", (*WINDOW, 2_592_000)),
    absent("DB-03", "database", (*WINDOW, ABSENT), says="seen None"),
    unknown("DB-03", "database", (*WINDOW, UNKNOWN)),
    other_type("DB-03", "app"),
]
