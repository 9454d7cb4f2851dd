"""A Postgres role on a branch. Creating one drops live connections."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class Role(NeonResource):
    """A Postgres role on a branch. Creating one drops live connections. https://neon.com/docs/manage/roles

    project_id: Id of the project; a change replaces.
    branch_id: Id of the branch; a change replaces.
    name: Name, 63 bytes at most; a change replaces.
    no_login: A role that cannot log in and has no password; default false; a change replaces.
    password_rotation: Any text, such as a date; default none; another text sets a new password in place.
    """

    _kind = "neon:index:Role"
    _computed = ("password", "protected", "authenticationMethod")
    _secret = ("password",)

    project_id: Output[str] = pulumi.property("projectId")
    branch_id: Output[str] = pulumi.property("branchId")
    name: Output[str] = pulumi.property("name")
    no_login: Output[bool | None] = pulumi.property("noLogin")
    password_rotation: Output[str | None] = pulumi.property("passwordRotation")
    password: Output[str] = pulumi.property("password")
    protected: Output[bool] = pulumi.property("protected")
    authentication_method: Output[str] = pulumi.property("authenticationMethod")

    def __init__(
        self,
        resource_name: str,
        *,
        project_id: Input[str],
        branch_id: Input[str],
        name: Input[str],
        no_login: Input[bool] | None = None,
        password_rotation: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "projectId": project_id,
            "branchId": branch_id,
            "name": name,
            "noLogin": no_login,
            "passwordRotation": password_rotation,
        }
        super().__init__(resource_name, properties, opts)
