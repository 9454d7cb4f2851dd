"""Upstash's types. Source: the vendor's Terraform provider (upstash/upstash 1.x) and its documentation; upstash-pulumi 0.5.0."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rehearsal.clouds.checks import credential
from rehearsal.clouds.errors import VendorError
from rehearsal.clouds.table import (
    Attempt,
    Catalogue,
    Failure,
    Property,
    ResourceType,
    by_token,
    derived,
    flag,
    names,
    number,
    once,
    text,
)
from rehearsal.engine.values import UNKNOWN, Properties

_REGIONS: Final = (
    "eu-west-1",
    "eu-central-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-south-1",
    "sa-east-1",
    "us-central1",
)


_BUDGET_WITH_PACK: Final = 20  # dollars a month


def _check_regions(inputs: Properties) -> Iterator[Failure]:
    is_global = inputs.get("region") == "global"
    if UNKNOWN in (inputs.get("region"), inputs.get("primaryRegion")):
        return
    if is_global and inputs.get("primaryRegion") is None:
        yield Failure("primaryRegion", "is required with the region global")
    if not is_global and (inputs.get("primaryRegion") or inputs.get("readRegions")):
        yield Failure("primaryRegion", "primaryRegion and readRegions are only for the region global")
    if inputs.get("primaryRegion") in (inputs.get("readRegions") or []):
        yield Failure("readRegions", "must not hold the primary region")


def _refuse_without_tls(attempt: Attempt) -> None:
    if attempt.operation == "update" and not attempt.inputs.get("tls") and (attempt.old or {}).get("tls"):
        raise VendorError(400, "bad_request", "tls can not be disabled once it is enabled")


def _refuse_odd_budget(attempt: Attempt) -> None:
    inputs = attempt.inputs
    if inputs.get("prodPack") and 0 < (inputs.get("budget") or 0) < _BUDGET_WITH_PACK:
        message = f"the budget must be at least {_BUDGET_WITH_PACK} dollars with the production pack"
        raise VendorError(400, "bad_request", message)


def _host(digest: str) -> str:
    return f"eu2-{digest[:8]}-{int(digest[8:12], 16) % 90000 + 10000}.upstash.io"


REDIS_DATABASE: Final = ResourceType(
    resource="upstash:index/redisDatabase:RedisDatabase",
    make_id=lambda facts: f"{facts.digest[:8]}-{facts.digest[8:12]}-{facts.digest[12:16]}-{facts.digest[16:28]}",
    unique=(("databaseName",),),
    inputs={
        "autoScale": flag(fallback=False),
        "budget": number(0, chosen=lambda _: 20),
        "consistent": flag(default=False, replaces=True),
        "databaseName": text(required=True, length=(1, 40)),
        "eviction": flag(fallback=False),
        "ipAllowlists": names(),
        "multizone": flag(fallback=False),
        "primaryRegion": text(*_REGIONS, replaces=True),
        "prodPack": flag(fallback=False),
        "readRegions": names(*_REGIONS),
        "region": text("global", *_REGIONS, required=True, replaces=True),
        "tls": flag(default=True),
    },
    outputs={
        "creationTime": once(lambda facts: int(facts.digest[:6], 16) + 1_700_000_000),
        "databaseId": once(lambda facts: facts.id),
        "databaseType": derived(lambda facts: "pro" if facts.inputs.get("prodPack") else "payg"),
        "dbDailyBandwidthLimit": once(lambda _: 53_687_091_200),
        "dbDiskThreshold": once(lambda _: 107_374_182_400),
        "dbMaxClients": once(lambda _: 1000),
        "dbMaxCommandsPerSecond": once(lambda _: 1000),
        "dbMaxEntrySize": once(lambda _: 104_857_600),
        "dbMaxRequestSize": once(lambda _: 1_048_576),
        "dbMemoryThreshold": once(lambda _: 3_221_225_472),
        "endpoint": once(lambda facts: _host(facts.digest)),
        "password": once(lambda facts: facts.digest[16:48], secret=True),
        "port": once(lambda _: 6379),
        "readOnlyRestToken": once(lambda facts: f"ro{facts.digest[::-1][:46]}", secret=True),
        "restToken": once(lambda facts: f"rw{facts.digest[::-1][-46:]}", secret=True),
        "state": once(lambda _: "active"),
        "userEmail": once(lambda facts: facts.account.get("email") or ""),
    },
    validate=(_check_regions,),
    refuse=(_refuse_without_tls, _refuse_odd_budget),
)


CONFIG: Final[dict[str, Property]] = {"apiKey": text(secret=True), "email": text(pattern=r"[^@\s]+@[^@\s]+")}

CATALOGUE: Final = Catalogue(
    package="upstash",
    config=CONFIG,
    validate_config=(credential("email", "UPSTASH_EMAIL"), credential("apiKey", "UPSTASH_API_KEY")),
    conflict=(400, "bad_request"),
    types=by_token(REDIS_DATABASE),
)
