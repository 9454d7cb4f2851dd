"""Typed Pulumi resources for Neon."""

from pulumi_neon.backup_schedule import BackupSchedule
from pulumi_neon.branch import Branch
from pulumi_neon.database import Database
from pulumi_neon.endpoint import Endpoint
from pulumi_neon.project import Project
from pulumi_neon.provider import Provider
from pulumi_neon.role import Role

__all__ = ["BackupSchedule", "Branch", "Database", "Endpoint", "Project", "Provider", "Role"]
