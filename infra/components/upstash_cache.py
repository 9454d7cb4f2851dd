"""Redis at Upstash, beside the database; always over TLS."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import upstash_pulumi as upstash
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class UpstashCacheArgs:
    """`region` is where writes go, such as `eu-central-1`; with `eviction` the oldest keys go when memory is full."""

    database: str
    region: str
    eviction: bool


class UpstashCache(pulumi.ComponentResource):
    """One Redis database; token and URL are secret."""

    rest_url: pulumi.Output[str]
    rest_token: pulumi.Output[str]
    redis_url: pulumi.Output[str]

    def __init__(self, name: str, args: UpstashCacheArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(
            "brightbroom:data:UpstashCache", name, {"database": args.database, "region": args.region}, opts
        )
        database = upstash.RedisDatabase(
            f"{name}-redis",
            database_name=args.database,
            region="global",  # the vendor's only kind for new databases; the primary region says where it lies
            primary_region=args.region,
            tls=True,
            eviction=args.eviction,
            opts=ResourceOptions(
                parent=self,
                # The package marks none of its credentials.
                additional_secret_outputs=["password", "restToken", "readOnlyRestToken"],
            ),
        )
        self.rest_url = pulumi.Output.concat("https://", database.endpoint)
        self.rest_token = pulumi.Output.secret(database.rest_token)
        address = pulumi.Output.all(database.password, database.endpoint, database.port)
        self.redis_url = pulumi.Output.secret(address.apply(lambda a: f"rediss://default:{a[0]}@{a[1]}:{int(a[2])}"))
        self.register_outputs({"rest_url": self.rest_url, "rest_token": self.rest_token, "redis_url": self.redis_url})
