"""Functions about an account, its projects and branches. They are asked at preview too; none changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, InvokeOptions, InvokeOutputOptions, Output

from pulumi_neon._invoke import ask, ask_output


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """A region."""

    region_id: str
    """Id such as `aws-eu-central-1`: a project's `region_id`."""
    name: str
    """Name for people."""
    default: bool
    """Whether Neon takes it when none is asked for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BranchDetails:
    """A branch as Neon tells of it."""

    project_id: str
    """Id of the project."""
    branch_id: str
    """Id of the branch."""
    name: str
    """Name of the branch."""
    parent_id: str | None = None
    """Id of the parent branch; absent for a root branch."""
    default: bool
    """Whether it is the project's default branch."""
    protected: bool
    """Whether it is protected."""
    state: str
    """State, such as `ready`."""
    expires_at: str | None = None
    """Moment of its deletion (RFC 3339); absent when it stays."""
    created_at: str
    """Moment of its creation (RFC 3339)."""
    logical_size: int | None = None
    """Size of its data in bytes; absent before it is measured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GetOrganizationResult:
    """What `get_organization` tells."""

    org_id: str
    """Id of the organisation."""
    name: str
    """Name for people."""
    handle: str
    """Name in addresses."""
    plan: str
    """Plan, such as `scale`."""
    managed_by: str
    """Who manages it, such as `console` or `vercel`."""
    created_at: str
    """Moment of its creation (RFC 3339)."""


def get_organization(
    *,
    org_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> GetOrganizationResult:
    """An organisation. https://neon.com/docs/manage/organizations

    org_id: Id of the organisation; default the provider's, else the key's own.
    """
    return ask("getOrganization", GetOrganizationResult, opts, org_id=org_id)


def get_organization_output(
    *,
    org_id: Input[str] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetOrganizationResult]:
    """`get_organization` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getOrganization", GetOrganizationResult, opts, org_id=org_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRegionsResult:
    """What `get_regions` tells."""

    regions: Sequence[Region]
    """The regions."""


def get_regions(
    *,
    org_id: str | None = None,
    opts: InvokeOptions | None = None,
) -> GetRegionsResult:
    """The regions that projects can be made in. https://neon.com/docs/introduction/regions

    org_id: Id of the organisation; default the provider's, else the key's own.
    """
    return ask("getRegions", GetRegionsResult, opts, org_id=org_id)


def get_regions_output(
    *,
    org_id: Input[str] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetRegionsResult]:
    """`get_regions` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getRegions", GetRegionsResult, opts, org_id=org_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetProjectResult:
    """What `get_project` tells."""

    project_id: str
    """Id of the project."""
    name: str
    """Name of the project."""
    region_id: str
    """Region, such as `aws-eu-central-1`."""
    pg_version: int
    """Major version of Postgres."""
    org_id: str
    """Id of the organisation; empty for a person's own project."""
    history_retention_seconds: int
    """Restore window in seconds."""
    default_branch_id: str
    """Id of the default branch."""
    default_endpoint_id: str
    """Id of the default branch's read-write endpoint; empty when it has none."""
    host: str
    """Host that clients connect to, direct; empty when there is no endpoint."""
    pooler_host: str
    """Host of the connection pooler; empty when there is no endpoint."""
    created_at: str
    """Moment of its creation (RFC 3339)."""
    subscription_type: str
    """Plan of the owner, such as `scale_v3`."""


def get_project(
    *,
    project_id: str,
    opts: InvokeOptions | None = None,
) -> GetProjectResult:
    """A project, by its id.

    project_id: Id of the project.
    """
    return ask("getProject", GetProjectResult, opts, project_id=project_id)


def get_project_output(
    *,
    project_id: Input[str],
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetProjectResult]:
    """`get_project` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getProject", GetProjectResult, opts, project_id=project_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class GetBranchResult(BranchDetails):
    """What `get_branch` tells."""


def get_branch(
    *,
    project_id: str,
    name: str,
    opts: InvokeOptions | None = None,
) -> GetBranchResult:
    """A branch of a project, by its name; fails when there is none.

    project_id: Id of the project.
    name: Name of the branch.
    """
    return ask("getBranch", GetBranchResult, opts, project_id=project_id, name=name)


def get_branch_output(
    *,
    project_id: Input[str],
    name: Input[str],
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetBranchResult]:
    """`get_branch` of inputs; unknown at preview as long as one of them is."""
    return ask_output("getBranch", GetBranchResult, opts, project_id=project_id, name=name)


@dataclass(frozen=True, kw_only=True, slots=True)
class ListBranchesResult:
    """What `list_branches` tells."""

    branches: Sequence[BranchDetails]
    """The branches."""


def list_branches(
    *,
    project_id: str,
    search: str | None = None,
    opts: InvokeOptions | None = None,
) -> ListBranchesResult:
    """The branches of a project.

    project_id: Id of the project.
    search: Only those with this text in their name or id; default all.
    """
    return ask("listBranches", ListBranchesResult, opts, project_id=project_id, search=search)


def list_branches_output(
    *,
    project_id: Input[str],
    search: Input[str] | None = None,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[ListBranchesResult]:
    """`list_branches` of inputs; unknown at preview as long as one of them is."""
    return ask_output("listBranches", ListBranchesResult, opts, project_id=project_id, search=search)
