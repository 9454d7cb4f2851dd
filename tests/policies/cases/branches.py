"""Cases of the rules about who uses the database and which branches hold its rows."""

from __future__ import annotations

from policies.catalogue import types as t
from policies.catalogue.model import Outcome
from policies.catalogue.resource import SECRET, UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating
from tests.policies.samples.build import DATABASE, PROJECT, resource, urn
from tests.policies.samples.database import APP_ROLE

VALUE = ("database-url", "value")
ORIGIN = ("database-url", "@link:value")
OWNERS = (
    "postgresql://brightbroom_owner:sample-of-a-password@ep-1.eu-central-1.aws.neon.tech/brightbroom?sslmode=require"
)
OTHERS = OWNERS.replace("brightbroom_owner", "brightbroom_app")
ELSEWHERE = urn(t.VERCEL_VARIABLE, "dsn")
IN_A_STATE = {"SEC-05"}
"""One encrypted value makes a state, in which the sample's plain secrets are found."""
TWO_OWNERS = ("tables", "ownerName", "brightbroom_app")


def shared(value: object) -> tuple[str, str, object]:
    entry = {
        "key": "DIRECT_URL",
        "value": value,
        "targets": ["production"],
        "sensitive": True,
        "comment": "owner=brightbroom rotated=2026-11-01",
    }
    return "shared", "", resource(t.VERCEL_SHARED_VARIABLE, "shared", entry, projectIds=PROJECT)


OWNER = [
    compliant("DB-05", "database-url"),
    compliant("DB-05", "shared", shared(OTHERS)),
    violating("DB-05", "database-url", (*VALUE, OWNERS), says="the owner of a database as its user"),
    violating("DB-05", "database-url", TWO_OWNERS, says="the owner of a database"),
    violating(
        "DB-05",
        "database-url",
        (*VALUE, SECRET),
        TWO_OWNERS,
        fires={"DB-05", *IN_A_STATE},
        says="comes from the owner brightbroom_app",
    ),
    violating("DB-05", "database-url", (*VALUE, UNKNOWN), ("app-role", "name", "brightbroom_owner")),
    violating("DB-05", "shared", shared(OWNERS)),
    violating(
        "DB-05",
        "database-url",
        ("database", "defaultBranch", {"protected": True, "databaseName": "shop"}),
        (*VALUE, OWNERS.replace("brightbroom_owner", "shop_owner")),
        says="the owner of a database",
    ),
    absent(
        "DB-05",
        "database-url",
        (*VALUE, SECRET),
        (*ORIGIN, (DATABASE,)),
        fires={"DB-05", *IN_A_STATE},
        says="comes from the owner that the project is made with",
    ),
    absent("DB-05", "dsn", outcome=Outcome.NOT_APPLICABLE, says="holds no address of a database"),
    near_miss("DB-05", "database-url", (*VALUE, OTHERS.replace("brightbroom_app", "brightbroom_owner2"))),
    near_miss("DB-05", "database-url", (*VALUE, UNKNOWN)),
    near_miss("DB-05", "database-url", (*VALUE, SECRET), fires=IN_A_STATE),
    unknown("DB-05", "database-url", (*VALUE, UNKNOWN), (*ORIGIN, (ELSEWHERE,)), says="comes from no role"),
    unknown("DB-05", "shared", shared(SECRET), fires=IN_A_STATE, says="comes from no role"),
    other_type("DB-05", "preview"),
]
INLINE = {"key": "DATABASE_URL", "targets": ["production"], "sensitive": True, "comment": "owner=b rotated=2026-11-01"}
IN_LISTS = [
    compliant("DB-05", "variables", ("variables", "variables", [{**INLINE, "value": OTHERS}])),
    violating(
        "DB-05",
        "variables",
        ("variables", "variables", [{"key": "VITE_APP_URL"}, {**INLINE, "value": OWNERS}]),
        says="variables.1.value",
    ),
    compliant("DB-05", "app", ("app", "environments", [{**INLINE, "value": OTHERS}])),
    violating("DB-05", "app", ("app", "environments", [{**INLINE, "value": OWNERS}]), says="environments.0.value"),
]

ROWS = ("preview", "initSource", "parent-data")
LITERAL = ("preview", "parentId", "br-1")
FOREIGN = ("preview", "@link:projectId", ())
COPY = ("preview-parent", "initSource", "parent-data")
TARGETS = ("database-url", "targets", ["preview"])
COPIES = [
    compliant("DB-06", "database"),
    compliant("DB-06", "preview"),
    compliant("DB-06", "default-branch"),
    compliant("DB-06", "masked"),
    compliant("DB-06", "preview-parent", COPY, ("preview-parent", "protected", True)),
    compliant("DB-06", "preview", ("preview", "initSource", ABSENT)),
    compliant("DB-06", "preview", ROWS, ("preview", "@link:parentId", (urn(t.NEON_ANONYMIZED_BRANCH, "masked"),))),
    compliant(
        "DB-06", "preview", ROWS, ("preview", "@link:parentId", ()), LITERAL, ("preview-parent", "branchId", "br-1")
    ),
    violating(
        "DB-06",
        "preview",
        ROWS,
        ("preview-parent", "setAsDefault", True),
        fires={"DB-06", "DB-08", "DB-02"},
    ),
    violating("DB-06", "preview-parent", COPY, says="seen parent-data"),
    violating("DB-06", "masked", ("masked", "maskingRules", []), says="maskingRules"),
    violating("DB-06", "database", TARGETS, says="production only"),
    violating(
        "DB-06",
        "preview",
        FOREIGN,
        ("preview", "projectId", "bright-meadow-1"),
        ("preview", "initSource", "parent-data"),
        stack="staging",
        says="not of this stack",
    ),
    absent("DB-06", "preview-parent", ("preview-parent", "initSource", ABSENT), says="seen None"),
    absent("DB-06", "masked", ("masked", "maskingRules", ABSENT)),
    near_miss("DB-06", "masked", ("masked", "maskingRules", []), ("masked", "initSource", "schema-only")),
    near_miss("DB-06", "preview", FOREIGN, ("preview", "projectId", "bright-meadow-1"), stack="staging", fires=None),
    near_miss("DB-06", "preview-parent", COPY, stack="staging"),
    near_miss("DB-06", "database", TARGETS, stack="staging"),
    near_miss(
        "DB-06",
        "database",
        TARGETS,
        ("app-role", "@link:branchId", (urn(t.NEON_BRANCH, "preview-parent"),)),
    ),
    near_miss("DB-06", "database", TARGETS, (*ORIGIN, (APP_ROLE,))),
    unknown("DB-06", "preview-parent", ("preview-parent", "initSource", UNKNOWN)),
    unknown(
        "DB-06",
        "preview",
        FOREIGN,
        ("preview", "projectId", UNKNOWN),
        ("preview", "initSource", "parent-data"),
    ),
    unknown("DB-06", "database", ("database-url", "targets", UNKNOWN)),
    other_type("DB-06", "snapshots"),
]

EXPIRES = ("preview", "expiresAt")
PREVIEWS = [
    compliant("DB-08", "preview"),
    compliant("DB-08", "preview", (*EXPIRES, ABSENT), ("preview", "ttlSeconds", 86_400)),
    violating("DB-08", "preview", (*EXPIRES, "2027-01-01T00:00:00Z"), says="at most 14 days"),
    violating("DB-08", "preview", (*EXPIRES, "soon")),
    violating("DB-08", "preview", (*EXPIRES, ABSENT), ("preview", "ttlSeconds", 1_209_601), says="ttlSeconds"),
    violating(
        "DB-08", "preview", ROWS, ("preview", "@link:parentId", (DATABASE,)), fires={"DB-06", "DB-08"}, says="parentId"
    ),
    violating("DB-08", "preview", ROWS, ("preview", "@link:parentId", ()), fires={"DB-06", "DB-08"}),
    violating(
        "DB-08", "preview", ROWS, ("preview-parent", "initSource", "parent-data"), fires={"DB-06", "DB-08"}
    ),
    absent("DB-08", "preview", (*EXPIRES, ABSENT), says="a life of at most 14 days"),
    near_miss("DB-08", "preview", (*EXPIRES, "2026-12-09T23:59:59+00:00")),
    near_miss("DB-08", "preview", (*EXPIRES, "2026-12-10T00:00:00Z"), outcome=Outcome.FAIL),
    near_miss("DB-08", "preview", (*EXPIRES, "2026-11-01T00:00:00")),
    near_miss("DB-08", "preview", (*EXPIRES, ABSENT), ("preview", "ttlSeconds", 1_209_600)),
    near_miss("DB-08", "preview-parent", outcome=Outcome.NOT_APPLICABLE, says="is no preview by its name"),
    near_miss(
        "DB-08",
        "preview",
        ROWS,
        ("preview", "@link:parentId", ()),
        LITERAL,
        ("preview-parent", "branchId", "br-1"),
    ),
    near_miss("DB-08", "preview", ROWS, ("preview", "@link:parentId", (urn(t.NEON_ANONYMIZED_BRANCH, "masked"),))),
    near_miss("DB-08", "masked", outcome=Outcome.NOT_APPLICABLE, says="is no preview by its name"),
    compliant("DB-08", "masked", ("masked", "name", "preview/7"), ("masked", "ttlSeconds", 86_400)),
    violating("DB-08", "masked", ("masked", "name", "preview/7"), says="a life of at most 14 days"),
    near_miss(
        "DB-08", "preview", ("preview", "name", "pr-7"), ROWS, ("preview", "@link:parentId", (DATABASE,)),
        stack="staging",
    ),
    unknown("DB-08", "preview", (*EXPIRES, UNKNOWN)),
    unknown(
        "DB-08", "preview", ROWS, ("preview", "@link:parentId", ()), ("preview", "parentId", UNKNOWN)
    ),
    other_type("DB-08", "database"),
]  # fmt: skip

CASES = [*OWNER, *IN_LISTS, *COPIES, *PREVIEWS]
