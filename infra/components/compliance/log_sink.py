"""Where the log drain leads, and how long logs live there (PCI DSS 10.5.1: twelve months, three at hand)."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class LogSinkArgs:
    """What is declared."""

    provider: str
    endpoint: str
    retention_days: int
    hot_days: int
    immutable: bool
    pseudonymised: bool


class LogSink(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: LogSinkArgs, opts: ResourceOptions | None = None) -> None:
        facts = {
            "provider": args.provider,
            "endpoint": args.endpoint,
            "retentionDays": args.retention_days,
            "hotDays": args.hot_days,
            "immutable": args.immutable,
            "pseudonymised": args.pseudonymised,
        }
        super().__init__("brightbroom:compliance:LogSink", name, facts, opts)
        self.register_outputs(facts)
