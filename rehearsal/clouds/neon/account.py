"""The account: who asks, which plan, which regions."""

from __future__ import annotations

from typing import Final

from rehearsal.clouds.neon.world import ORGANIZATION, Call, Document, Refusal

_REGIONS: Final = (
    "aws-us-east-1",
    "aws-us-east-2",
    "aws-us-west-2",
    "aws-eu-central-1",
    "aws-eu-west-2",
    "aws-ap-southeast-1",
    "aws-ap-southeast-2",
    "aws-sa-east-1",
    "azure-eastus2",
    "azure-westus3",
    "azure-gwc",
)
PERSON: Final = "b2f0c5f0-0000-4000-8000-000000000001"
"""The id of the one person there is."""
DEFAULT_REGION: Final = "aws-us-east-2"


def auth(call: Call) -> Document:
    """GET /auth"""
    return {"account_id": PERSON if call.key.kind == "personal" else ORGANIZATION, "auth_method": call.key.auth_method}


def organizations(call: Call) -> Document:
    """GET /users/me/organizations"""
    return {"organizations": [_organization(call)]}


def organization(call: Call, organization: str) -> Document:
    """GET /organizations/{organization}"""
    check_organization(organization)
    return _organization(call)


def regions(call: Call) -> Document:
    """GET /regions: `org_id` names whose."""
    if call.query.get("org_id"):
        check_organization(call.query["org_id"])
    return {
        "regions": [
            {"region_id": region, "name": region, "default": region == DEFAULT_REGION, "geo_lat": "", "geo_long": ""}
            for region in _REGIONS
        ]
    }


def check_organization(organization: str) -> None:
    """There is one."""
    if organization != ORGANIZATION:
        raise Refusal(404, "organization not found")


def check_region(region: str) -> None:
    """Refuse a region there is not."""
    if region not in _REGIONS:
        raise Refusal(400, f"region {region!r} is not available")


def _organization(call: Call) -> Document:
    return {
        "id": ORGANIZATION,
        "name": "brightbroom",
        "handle": "brightbroom",
        "plan": call.world.switches.plan,
        "managed_by": "console",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
    }
