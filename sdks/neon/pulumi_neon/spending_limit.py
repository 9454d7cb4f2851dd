"""The amount of an organisation's monthly bill at which Neon warns by mail, at 80 and at 100 per cent. It stops
nothing; Neon also calls it a spending notification. Launch and Scale; beta at Neon. One per organisation."""

from __future__ import annotations

import pulumi
from pulumi import Input, Output, ResourceOptions

from pulumi_neon._resource import NeonResource


class SpendingLimit(NeonResource):
    """The amount of an organisation's monthly bill at which Neon warns by mail, at 80 and at 100 per cent. It stops
    nothing; Neon also calls it a spending notification. Launch and Scale; beta at Neon. One per organisation.
    https://neon.com/docs/introduction/spending-notifications

    org_id: Id of the organisation; a change replaces.
    cents: Amount in US cents, 1 at least; changed in place.
    """

    _kind = "neon:index:SpendingLimit"

    org_id: Output[str] = pulumi.property("orgId")
    cents: Output[int] = pulumi.property("cents")

    def __init__(
        self,
        resource_name: str,
        *,
        org_id: Input[str],
        cents: Input[int],
        opts: ResourceOptions | None = None,
    ) -> None:
        properties = {
            "orgId": org_id,
            "cents": cents,
        }
        super().__init__(resource_name, properties, opts)
