"""A key of an organisation, for all its projects or for one. Neon shows the key once: it lives in the state, as a
secret."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class OrgApiKey(NeonResource):
    """A key of an organisation, for all its projects or for one. Neon shows the key once: it lives in the state, as a
    secret. https://neon.com/docs/manage/api-keys

    org_id: Id of the organisation; a change replaces.
    name: Name, 1-48 characters: Neon takes 64, and a mark of the provider's needs the rest; a change replaces.
    project_id: Id of the only project that the key is for; default all of the organisation's; a change replaces.
    """

    _kind = "neon:index:OrgApiKey"
    _computed = ("keyId", "key", "createdAt")
    _secret = ("key",)

    org_id: Output[str] = pulumi.property("orgId")
    name: Output[str] = pulumi.property("name")
    project_id: Output[str | None] = pulumi.property("projectId")
    key_id: Output[str] = pulumi.property("keyId")
    key: Output[str] = pulumi.property("key")
    created_at: Output[str] = pulumi.property("createdAt")

    def __init__(
        self,
        resource_name: str,
        *,
        org_id: Input[str],
        name: Input[str],
        project_id: Input[str] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "orgId": org_id,
            "name": name,
            "projectId": project_id,
        }
        super().__init__(resource_name, properties, opts)
