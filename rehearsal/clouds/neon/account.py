"""The account: who asks, which plan, which regions."""

from __future__ import annotations

from rehearsal.clouds.neon.world import ORGANIZATION, Call, Document, Refusal

_REGIONS = (
    "aws-us-east-1",
    "aws-us-east-2",
    "aws-us-west-2",
    "aws-eu-central-1",
    "aws-eu-west-2",
    "aws-ap-southeast-1",
    "aws-ap-southeast-2",
    "aws-sa-east-1",
)


def auth(_: Call) -> Document:
    """GET /auth"""
    return {"account_id": ORGANIZATION, "auth_method": "api_key_org"}


def organizations(call: Call) -> Document:
    """GET /users/me/organizations"""
    return {"organizations": [_organization(call)]}


def organization(call: Call, organization: str) -> Document:
    """GET /organizations/{organization}"""
    if organization != ORGANIZATION:
        raise Refusal(404, "organization not found")
    return _organization(call)


def regions(_: Call) -> Document:
    """GET /regions"""
    return {"regions": [{"region_id": region, "name": region, "default": False} for region in _REGIONS]}


def _organization(call: Call) -> Document:
    return {
        "id": ORGANIZATION,
        "name": "brightbroom",
        "handle": "brightbroom",
        "plan": call.world.switches.plan,
        "managed_by": "console",
    }
