"""The provider: which account, by which key."""

from __future__ import annotations

import pulumi
from pulumi import Input, ResourceOptions

from pulumi_neon._resource import VERSION


class Provider(pulumi.ProviderResource):
    """Which account, by which key, and how patiently. Everything has a default but the key.

    api_key: API key: personal, of an organisation, or of one project; required here or in NEON_API_KEY. Kept as a
        secret; another key replaces nothing. https://neon.com/docs/manage/api-keys
    base_url: Address of the API; default `https://console.neon.tech/api/v2`. It must be https, or http on loopback.
        Else NEON_API_URL.
    org_id: Organisation that new projects belong to; needed with a personal key that has several. Default: the key's
        own.
    plan: Plan whose limits are judged at preview; default `auto`, which asks Neon once. Where Neon cannot be reached,
        preview goes on with what it knows. https://neon.com/docs/introduction/plans
    request_timeout: Seconds that one request may take; default 30.
    operation_timeout: Seconds that one change with its operations may take, unless the resource's `customTimeouts`
        say otherwise; default 600.
    poll_interval: Seconds between two looks at a running operation; default 1, growing to 5.
    max_retries: Tries after the first of one request, 0-100; default 8. Only what is safe to send again is sent
        again.
    user_agent: Name told to Neon with each request; default `pulumi-neon/` and the version.
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
        user_agent: Input[str] | None = None,
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
            "userAgent": user_agent,
        }
        super().__init__(
            "neon", resource_name, properties, ResourceOptions.merge(ResourceOptions(version=VERSION), opts)
        )
