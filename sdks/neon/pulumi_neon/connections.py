"""Functions that tell how to connect: secrets, so that there is only the form that gives an output."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi import Input, InvokeOptions, InvokeOutputOptions, Output

from pulumi_neon._invoke import ask_output


@dataclass(frozen=True, kw_only=True, slots=True)
class GetConnectionUriResult:
    """What `get_connection_uri_output` tells."""

    uri: str
    """The address. Kept as a secret."""


def get_connection_uri_output(
    *,
    project_id: Input[str],
    database_name: Input[str],
    role_name: Input[str],
    branch_id: Input[str] | None = None,
    endpoint_id: Input[str] | None = None,
    pooled: Input[bool] = False,
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetConnectionUriResult]:
    """An address to connect to, with role and password.

    project_id: Id of the project.
    database_name: Name of the database.
    role_name: Name of the role.
    branch_id: Id of the branch; default the project's default branch.
    endpoint_id: Id of the compute endpoint; default the branch's read-write endpoint.
    pooled: Whether it goes over the connection pooler; default false. Migrations and dumps need false.
        https://neon.com/docs/connect/connection-pooling
    """
    return Output.secret(
        ask_output(
            "getConnectionUri",
            GetConnectionUriResult,
            opts,
            project_id=project_id,
            database_name=database_name,
            role_name=role_name,
            branch_id=branch_id,
            endpoint_id=endpoint_id,
            pooled=pooled,
        )
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GetRolePasswordResult:
    """What `get_role_password_output` tells."""

    password: str
    """The password. Kept as a secret."""


def get_role_password_output(
    *,
    project_id: Input[str],
    branch_id: Input[str],
    name: Input[str],
    opts: InvokeOptions | InvokeOutputOptions | None = None,
) -> Output[GetRolePasswordResult]:
    """The password of a role; fails where the project does not store passwords.

    project_id: Id of the project.
    branch_id: Id of the branch.
    name: Name of the role.
    """
    return Output.secret(
        ask_output(
            "getRolePassword", GetRolePasswordResult, opts, project_id=project_id, branch_id=branch_id, name=name
        )
    )
