"""Names for the kinds of strings and numbers the settings are made of, each with a message that shows a good value."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

EnvironmentName: TypeAlias = Literal["staging", "production"]
VercelPlan: TypeAlias = Literal["hobby", "pro", "enterprise"]
NeonPlan: TypeAlias = Literal["free", "launch", "scale"]
GithubPlan: TypeAlias = Literal["free", "team", "enterprise"]
Visibility: TypeAlias = Literal["public", "private"]
PaymentsMode: TypeAlias = Literal["sandbox", "live"]
LogLevel: TypeAlias = Literal["error", "warn", "info", "debug"]
NodeVersion: TypeAlias = Literal["20.x", "22.x", "24.x"]
SkewProtection: TypeAlias = Literal["30 minutes", "4 hours", "12 hours", "1 day", "7 days"]
Retention: TypeAlias = Literal["1d", "1w", "1m", "2m", "3m", "6m", "1y"]
CspMode: TypeAlias = Literal["nonce", "hash", "auto"]

PAYFAST_HOSTS: Final[dict[PaymentsMode, str]] = {
    "sandbox": "sandbox.payfast.co.za",
    "live": "www.payfast.co.za",
}
"""Where PayFast answers; the sandbox takes no money (PayFast developer documentation)."""

FUNCTION_REGION_OF: Final[dict[str, str]] = {
    "aws-us-east-1": "iad1",
    "aws-us-east-2": "cle1",
    "aws-us-west-2": "pdx1",
    "aws-eu-central-1": "fra1",
    "aws-eu-west-2": "lhr1",
    "aws-ap-southeast-1": "sin1",
    "aws-ap-southeast-2": "syd1",
    "aws-sa-east-1": "gru1",
}
"""The Vercel function region in the same place as each Neon region (vercel.com/docs/edge-network/regions, neon.com/docs
/introduction/regions). There is none in Africa."""

CACHE_REGION_OF: Final[dict[str, str]] = {
    "aws-us-east-1": "us-east-1",
    "aws-us-east-2": "us-east-1",
    "aws-us-west-2": "us-west-2",
    "aws-eu-central-1": "eu-central-1",
    "aws-eu-west-2": "eu-west-1",
    "aws-ap-southeast-1": "ap-southeast-1",
    "aws-ap-southeast-2": "ap-southeast-2",
    "aws-sa-east-1": "sa-east-1",
}
"""Upstash's region in the same place as each Neon region, or the nearest where it has none there (upstash.com/docs/redis)."""


def _matching(pattern: str, example: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"must look like {example}")
        return value

    return check


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("must be an IANA time zone such as Africa/Johannesburg") from error
    return value


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError as error:
        raise ValueError("must look like 2026-11-25: a day, quoted") from error


_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = rf"({_LABEL}\.)+[a-z]{{2,63}}"

Hostname: TypeAlias = Annotated[
    str, AfterValidator(_matching(_HOST, "shop.example.com: a host name without scheme or path"))
]
HostPattern: TypeAlias = Annotated[
    str, AfterValidator(_matching(rf"(\*\.)?{_HOST}", "cdn.example.com, or *.example.com for all below it"))
]
HttpsUrl: TypeAlias = Annotated[
    str, AfterValidator(_matching(rf"https://{_HOST}(/\S*)?", "https://logs.example.com/path"))
]
BranchName: TypeAlias = Annotated[
    str, AfterValidator(_matching(r"(?!.*(\.\.|//|@\{))[A-Za-z0-9][A-Za-z0-9._/-]*(?<![./])", "main or release/2"))
]
RepositoryName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[A-Za-z0-9._-]{1,100}", "brightbroom"))]
OwnerName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", "brightbroom"))]
VercelTeamId: TypeAlias = Annotated[
    str, AfterValidator(_matching(r"team_[A-Za-z0-9]{24}", "team_k3Vb81QwZr7TnLx52HcYdMsE"))
]
NeonRegion: TypeAlias = Annotated[str, AfterValidator(_matching(r"(aws|azure)-[a-z0-9-]+", "aws-eu-central-1"))]
VercelRegion: TypeAlias = Annotated[str, AfterValidator(_matching(r"[a-z]{3}[0-9]", "fra1"))]
AwsRegion: TypeAlias = Annotated[str, AfterValidator(_matching(r"[a-z]{2}-[a-z]+-[0-9]", "eu-west-1"))]
PostgresName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[a-z_][a-z0-9_]{0,62}", "brightbroom_app"))]
Rotation: TypeAlias = Annotated[
    str, AfterValidator(_matching(r"\d{4}-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?", "2026-11, or 2026-11-25"))
]
TimeZone: TypeAlias = Annotated[str, AfterValidator(_time_zone)]
PathPrefix: TypeAlias = Annotated[str, AfterValidator(_matching(r"/[A-Za-z0-9/_-]*", "/account"))]
EmailAddress: TypeAlias = Annotated[str, AfterValidator(_matching(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", "ops@example.com"))]
Slug: TypeAlias = Annotated[str, AfterValidator(_matching(r"[a-z0-9][a-z0-9-]{0,49}", "brightbroom"))]
BucketName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "shop-backups"))]
FeatureName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[A-Z][A-Z0-9_]{0,99}", "NEW_BOOKING_FLOW"))]
CheckName: TypeAlias = Annotated[str, AfterValidator(_matching(r"[A-Za-z0-9][A-Za-z0-9 _./()-]{0,99}", "validate"))]
MerchantId: TypeAlias = Annotated[str, AfterValidator(_matching(r"[0-9]{6,12}", "10000100: six to twelve digits"))]
Day: TypeAlias = Annotated[str, AfterValidator(_day)]
Sha256: TypeAlias = Annotated[
    str, AfterValidator(_matching(r"[0-9a-f]{64}", "the 64 hexadecimal digits that sha256sum prints"))
]
Hour: TypeAlias = Annotated[int, Field(ge=0, le=23)]
Days: TypeAlias = Annotated[int, Field(ge=0, le=3650)]
ComputeUnits: TypeAlias = Annotated[float, Field(ge=0.25, le=56)]
