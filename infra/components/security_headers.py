"""The security headers of one Vercel project, as routes that act at once on all its deployments, static files included.

The content security policy has two outlets. Directives that need no nonce travel on the edge route; the whole policy is the
app's `kit.csp` contract, because SvelteKit's start script breaks under a bare edge `script-src`. Browsers enforce both headers,
so what they enforce together is the whole policy, which is this component's `csp` input.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumiverse_vercel as vercel
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class SecurityHeadersArgs:
    """`csp` maps each directive to its sources; `headers` are the others, by name; paths are prefixes such as `/api`."""

    project_id: pulumi.Input[str]
    team_id: str
    csp: Mapping[str, Sequence[str]]
    csp_mode: str
    edge_directives: Sequence[str]
    headers: Mapping[str, str]
    no_store_paths: Sequence[str]
    payment_hosts: Sequence[str]


class SecurityHeaders(pulumi.ComponentResource):
    """Two routes: every header on every path, and `Cache-Control: no-store` where answers are personal."""

    app_contract: pulumi.Output[Mapping[str, object]]
    """SvelteKit's `kit.csp`: `{mode, directives}`."""

    def __init__(self, name: str, args: SecurityHeadersArgs, opts: ResourceOptions | None = None) -> None:
        directives = {directive: list(sources) for directive, sources in args.csp.items()}
        facts = {
            "projectId": args.project_id,
            "csp": directives,
            "cspMode": args.csp_mode,
            "edgeDirectives": list(args.edge_directives),
            "headers": dict(args.headers),
            "noStorePaths": list(args.no_store_paths),
            "paymentHosts": list(args.payment_hosts),
        }
        super().__init__("brightbroom:hosting:SecurityHeaders", name, facts, opts)
        edge = {directive: args.csp[directive] for directive in args.edge_directives}
        _route(
            f"{name}-all",
            args,
            self,
            description="Security headers on every answer",
            source="^/(.*)$",
            headers={"Content-Security-Policy": policy_text(edge), **args.headers},
        )
        _route(
            f"{name}-no-store",
            args,
            self,
            description="Personal and API answers are never cached",
            source=prefixes_pattern(args.no_store_paths),
            headers={"Cache-Control": "no-store"},
        )
        self.app_contract = pulumi.Output.from_input({"mode": args.csp_mode, "directives": directives})
        self.register_outputs({**facts, "app_contract": self.app_contract})


def policy_text(directives: Mapping[str, Sequence[str]]) -> str:
    """The header's value: `default-src 'self'; object-src 'none'`."""
    return "; ".join(" ".join([directive, *sources]) for directive, sources in directives.items())


def prefixes_pattern(paths: Sequence[str]) -> str:
    """A route's regular expression for whole path segments: `/api` covers `/api` and `/api/x`, not `/apiary`."""
    return f"^/(?:{'|'.join(path.strip('/') for path in paths)})(?:/.*)?$"


def _route(
    name: str,
    args: SecurityHeadersArgs,
    parent: pulumi.Resource,
    *,
    description: str,
    source: str,
    headers: Mapping[str, str],
) -> vercel.ProjectRoute:
    return vercel.ProjectRoute(
        name,
        name=name,
        description=description,
        project_id=args.project_id,
        team_id=args.team_id,
        enabled=True,
        src_syntax="regex",
        position={"placement": "start"},  # the plugin crashes in its check when no position is given
        route={
            "src": source,
            "transforms": [
                {
                    "type": "response.headers",
                    "op": "set",
                    "target": json.dumps({"key": header}),
                    "args": json.dumps(value),
                }
                for header, value in headers.items()
            ],
        },
        opts=ResourceOptions(parent=parent),
    )
