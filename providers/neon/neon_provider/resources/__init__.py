"""One module per resource type: what it checks, what a change means, and its life cycle at Neon."""

from neon_provider.resources.anonymized_branch import AnonymizedBranch
from neon_provider.resources.backup_schedule import BackupSchedule
from neon_provider.resources.base import Resource
from neon_provider.resources.branch import Branch
from neon_provider.resources.database import Database
from neon_provider.resources.endpoint import Endpoint
from neon_provider.resources.org_api_key import OrgApiKey
from neon_provider.resources.project import Project
from neon_provider.resources.role import Role
from neon_provider.resources.snapshot import Snapshot
from neon_provider.resources.spending_limit import SpendingLimit

RESOURCES: dict[str, Resource] = {
    resource.token: resource
    for resource in (
        Project(),
        Branch(),
        AnonymizedBranch(),
        Endpoint(),
        Role(),
        Database(),
        Snapshot(),
        BackupSchedule(),
        OrgApiKey(),
        SpendingLimit(),
    )
}
"""By type token."""

__all__ = ["RESOURCES", "Resource"]
