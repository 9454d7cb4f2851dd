"""Cases of the limits on what an environment may use."""

from __future__ import annotations

from policies.catalogue.model import Outcome
from policies.catalogue.resource import UNKNOWN
from tests.policies.cases.form import ABSENT, absent, compliant, near_miss, other_type, unknown, violating

QUOTA = ("database", "quota.computeTimeSeconds")
IDLE = ("database", "defaultEndpoint.suspendTimeoutSeconds")
LATER = ("database", "endpointDefaults.suspendTimeoutSeconds")
TRIGGERS = ("alert", "triggers")
SCOPE = ("alert", "ruleScope")

CASES = [
    compliant("COST-01", "database"),
    compliant("COST-01", "database", stack="staging"),
    compliant("COST-01", "app"),
    violating("COST-01", "database", (*QUOTA, 0), stack="staging", says="quota"),
    violating("COST-01", "database", (*IDLE, 3601), stack="staging", says="at most 3600"),
    violating("COST-01", "database", (*IDLE, -1), stack="staging"),
    violating("COST-01", "database", (*LATER, 7200), stack="staging", says="endpointDefaults"),
    violating("COST-01", "app", ("app", "onDemandConcurrentBuilds", True)),
    violating("COST-01", "app", ("app", "buildMachineType", "turbo"), says="'basic' or 'standard'"),
    violating("COST-01", "app", (*TRIGGERS, [{"type": "error_anomaly"}]), says="usage_anomaly"),
    violating("COST-01", "app", ("alert", "@link:ruleScope", ())),
    violating("COST-01", "app", (*SCOPE, {"type": "exclude", "projectIds": ["prj_1"]})),
    absent("COST-01", "database", ("database", "quota", ABSENT), stack="staging"),
    absent("COST-01", "database", ("database", "defaultEndpoint.maxCu", ABSENT), says="defaultEndpoint.maxCu"),
    absent("COST-01", "database", ("database", "endpointDefaults", ABSENT), says="endpointDefaults.maxCu"),
    absent("COST-01", "app", ("app", "onDemandConcurrentBuilds", ABSENT)),
    absent("COST-01", "app", ("app", "buildMachineType", ABSENT)),
    absent("COST-01", "app", ("alert", "", ABSENT), fires={"COST-01", "MON-02"}),
    absent("COST-01", "database", (*IDLE, ABSENT), outcome=Outcome.PASS, stack="staging"),
    near_miss("COST-01", "database", ("database", "quota", ABSENT), (*IDLE, -1)),
    near_miss("COST-01", "database", (*IDLE, 3600), stack="staging"),
    near_miss("COST-01", "database", (*IDLE, 0), stack="staging"),
    near_miss("COST-01", "database", ("database", "quota", {"logicalSizeBytes": 1}), stack="staging"),
    near_miss("COST-01", "app", ("app", "buildMachineType", "basic")),
    near_miss("COST-01", "app", (*SCOPE, {"type": "all"}), ("alert", "@link:ruleScope", ())),
    near_miss("COST-01", "app", (*SCOPE, {"type": "exclude"}), ("alert", "@link:ruleScope", ())),
    near_miss("COST-01", "app", ("alert", "@link:ruleScope", ()), ("app", "@id", "prj_1")),
    unknown("COST-01", "database", (*QUOTA, UNKNOWN), stack="staging"),
    unknown("COST-01", "app", (*TRIGGERS, [UNKNOWN])),
    unknown("COST-01", "app", ("app", "buildMachineType", UNKNOWN)),
    other_type("COST-01", "alert"),
]
