"""Cases of the register of personal data."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating

STACK = "brightbroom-infra-production"
LIFE = ("inventory", "categories.0.retentionDays")

CASES = [
    compliant("RET-03", "inventory"),
    compliant("RET-03", STACK),
    *(
        violating("RET-03", "inventory", ("inventory", f"categories.0.{name}", text), says=f"categories.0.{name}")
        for name, text in (("purpose", ""), ("legalBasis", " "), ("erasure", ""), ("owner", ""), ("place", ""), ("name", ""))
    ),
    violating("RET-03", "inventory", (*LIFE, 0), says="1 to 1825"),
    violating("RET-03", "inventory", (*LIFE, "five years")),
    violating("RET-03", STACK, ("inventory", "", ABSENT), says="a data inventory"),
    *(
        absent("RET-03", "inventory", ("inventory", f"categories.0.{name}", ABSENT), says="seen None")
        for name in ("purpose", "legalBasis", "retentionDays", "erasure", "owner", "place")
    ),
    absent("RET-03", "inventory", ("inventory", "categories", []), says="a category for every kind of data"),
    absent("RET-03", "inventory", ("inventory", "categories", ABSENT)),
    near_miss("RET-03", "inventory", (*LIFE, 1825)),
    near_miss("RET-03", "inventory", (*LIFE, 1826), outcome=Outcome.FAIL),
    near_miss("RET-03", "inventory", ("inventory", "categories.0.personal", ABSENT)),
    near_miss(
        "RET-03", STACK, ("database", "", ABSENT), ("inventory", "", ABSENT), outcome=Outcome.NOT_APPLICABLE,
        fires={"DB-06"},
    ),
    unknown("RET-03", "inventory", ("inventory", "categories.0.owner", UNKNOWN)),
    unknown("RET-03", "inventory", ("inventory", "categories", UNKNOWN)),
    other_type("RET-03", "export"),
]  # fmt: skip
