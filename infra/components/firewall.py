"""The web application firewall of one project.

Rules act in order. PayFast's callback comes first: beyond its own limit it is refused, within it no other rule meets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_vercel as vercel
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class FirewallArgs:
    """`limited_paths` are prefixes; requests are counted for each address and rule; managed rules need Vercel Enterprise."""

    project_id: pulumi.Input[str]
    team_id: str
    enabled: bool
    managed_rules: bool
    callback_path: str
    callback_requests_per_minute: int
    limited_paths: Sequence[str]
    requests_per_minute: int


def declare_firewall(name: str, args: FirewallArgs, opts: ResourceOptions) -> vercel.FirewallConfig:
    """One resource holds the whole configuration; destroying it turns the firewall off."""
    callback: vercel.FirewallConfigRulesRuleArgsDict = {
        "name": "payment callback",
        "description": "PayFast posts from server to server and cannot answer a challenge; the app checks its signature",
        "active": True,
        "action": {"action": "bypass"},
        "condition_groups": [_path_is("eq", args.callback_path)],
    }
    limits = [_limit(path, args.requests_per_minute) for path in args.limited_paths]
    return vercel.FirewallConfig(
        name,
        project_id=args.project_id,
        team_id=args.team_id,
        enabled=args.enabled,
        rules={"rules": [_limit(args.callback_path, args.callback_requests_per_minute), callback, *limits]},
        managed_rulesets=_managed() if args.managed_rules else None,
        opts=opts,
    )


def _limit(path: str, requests_per_minute: int) -> vercel.FirewallConfigRulesRuleArgsDict:
    return {
        "name": f"limit {path}",
        "description": f"At most {requests_per_minute} requests a minute from one address",
        "active": True,
        "action": {
            "action": "rate_limit",
            "rate_limit": {
                "algo": "fixed_window",
                "window": 60,
                "limit": requests_per_minute,
                "keys": ["ip"],
                "action": "deny",
            },
        },
        "condition_groups": [_path_is("pre", path)],
    }


def _managed() -> vercel.FirewallConfigManagedRulesetsArgsDict:
    """The rule sets of the vendor that meet PCI DSS 6.4.2."""
    return {
        "owasp": {
            "xss": {"active": True, "action": "deny"},
            "sqli": {"active": True, "action": "deny"},
            "rce": {"active": True, "action": "deny"},
        }
    }


def _path_is(operator: str, path: str) -> vercel.FirewallConfigRulesRuleConditionGroupArgsDict:
    return {"conditions": [{"type": "path", "op": operator, "value": path}]}
