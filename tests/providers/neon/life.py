"""A program with one of each kind, what is done to it, and what is to come of it, on whichever engine."""

from __future__ import annotations

from typing import Final

from rehearsal.clouds.neon import NeonService

HEAD: Final = "import pulumi\nimport pulumi_neon as neon\n"
PROGRAM = """
org = neon.get_organization()
shop = neon.Project("shop", name="shop", region_id="aws-eu-central-1", deletion_protection=False)
place = {"project_id": shop.id, "branch_id": shop.default_branch_id}
app = neon.Role("app", name="app", **place)
data = neon.Database("data", name="data", owner_name=app.name, deletion_protection=False, **place)
neon.BackupSchedule("nightly", items=[{"frequency": "daily", "hour": 2}], **place)
neon.Snapshot("before", name="before", **place)
then = pulumi.ResourceOptions(depends_on=[data])
preview = neon.Branch("preview", project_id=shop.id, name="preview", opts=then)
neon.Endpoint("compute", project_id=shop.id, branch_id=preview.branch_id, max_cu=1)
rule = {"database": "data", "schema": "public", "table": "people", "column": "email", "maskingValue": "x"}
neon.AnonymizedBranch("masked", project_id=shop.id, name="masked", masking_rules=[rule], opts=then)
key = neon.OrgApiKey("ci", org_id=org.org_id, name="ci")
neon.SpendingLimit("budget", org_id=org.org_id, cents=5000)

uri = neon.get_connection_uri_output(project_id=shop.id, database_name=data.name, role_name=app.name, pooled=True)
pulumi.export("uri", uri.uri)
pulumi.export("password", neon.get_role_password_output(name=app.name, **place).password)
pulumi.export("key", key.key)
pulumi.export("branch", neon.get_branch_output(project_id=shop.id, name=preview.name).branch_id)
pulumi.export("plan", org.plan)
"""
KINDS = {
    "Project shop",
    "Role app",
    "Database data",
    "BackupSchedule nightly",
    "Snapshot before",
    "Branch preview",
    "Endpoint compute",
    "AnonymizedBranch masked",
    "OrgApiKey ci",
    "SpendingLimit budget",
}
ONCE = {
    "project": 1,
    "branch": 3,
    "endpoint": 2,
    "role": 6,
    "database": 6,
    "schedule": 1,
    "snapshot": 1,
    "anonymized": 1,
    "api_key": 1,
    "spending_limit": 1,
}
"""What Neon has when each object is there once; a branch has its parent's roles and databases."""

IN_PLACE = {
    '"shop", name="shop"': '"shop", name="shelf"',
    'neon.Role("app", name="app"': 'neon.Role("app", name="app", password_rotation="2027"',
    'name="data"': 'name="facts"',
    '"hour": 2': '"hour": 3',
    'name="before"': 'name="earlier"',
    'name="preview", opts': 'name="look", opts',
    "max_cu=1": "max_cu=2",
    '"maskingValue": "x"': '"maskingValue": "y"',
    "cents=5000": "cents=6000",
}
REPLACING = {"aws-eu-central-1": "aws-us-east-2", 'name="ci"': 'name="pipeline"'}
"""Another region is another project, with everything in it."""

IMPORTED = [name for name in sorted(KINDS) if name != "OrgApiKey ci"]
GONE = {"Role app", "BackupSchedule nightly", "OrgApiKey ci"}
"""What `by_hand` removes."""


def label(urn: str) -> str:
    """Type and name of a resource, such as `Role app`."""
    _, _, kind, name = urn.split("::")
    return f"{kind.rpartition(':')[2]} {name}"


def by_hand(service: NeonService) -> None:
    """Change or remove one object of each kind, as a person would in the console: a program's own, by their names."""
    found = service.objects()
    branches = {branch["name"]: branch["id"] for branch in found["branch"]}
    (compute,) = (item["id"] for item in found["endpoint"] if item["branch_id"] == branches["preview"])
    service.by_hand("project", found["project"][0]["id"], name="by hand")
    service.by_hand("role", f"{branches['main']}/app")
    service.by_hand("database", f"{branches['main']}/data", owner_name="neondb_owner")
    service.by_hand("schedule", branches["main"])
    service.by_hand("snapshot", found["snapshot"][0]["id"], name="by hand")
    service.by_hand("branch", branches["preview"], name="by hand")
    service.by_hand("endpoint", compute, autoscaling_limit_max_cu=4)
    service.by_hand("anonymized", branches["masked"], masking_rules=[])
    service.by_hand("api_key", str(found["api_key"][0]["id"]))
    service.by_hand("spending_limit", found["spending_limit"][0]["id"], spending_limit_cents=1)
