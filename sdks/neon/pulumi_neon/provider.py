"""The provider: which account, by which key."""

from __future__ import annotations

import pulumi
from pulumi import Input, ResourceOptions

from pulumi_neon._resource import VERSION


class Provider(pulumi.ProviderResource):
    """Configures the plugin. Everything left out is taken from the environment or has a default.

    `api_key` else NEON_API_KEY; `base_url` else NEON_API_URL (https, or http on loopback); `org_id` for personal keys;
    `plan` is one of auto, free, launch, scale; times are in seconds.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        api_key: Input[str] | None = None,
        base_url: Input[str] | None = None,
        org_id: Input[str] | None = None,
        plan: Input[str] | None = None,
        request_timeout: Input[float] | None = None,
        operation_timeout: Input[float] | None = None,
        poll_interval: Input[float] | None = None,
        max_retries: Input[int] | None = None,
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "apiKey": None if api_key is None else pulumi.Output.secret(api_key),
            "baseUrl": base_url,
            "orgId": org_id,
            "plan": plan,
            "requestTimeout": request_timeout,
            "operationTimeout": operation_timeout,
            "pollInterval": poll_interval,
            "maxRetries": max_retries,
        }
        super().__init__(
            "neon", resource_name, properties, ResourceOptions.merge(ResourceOptions(version=VERSION), opts)
        )
