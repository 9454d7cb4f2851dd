"""Who does what in an incident, and how users are told (strategy: Incident Response Plan)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentContactsArgs:
    """What is declared."""

    roles: Sequence[Mapping[str, Any]]
    """`{role, name, contact}` each."""
    user_notice: str
    """Where the template stands."""


class IncidentContacts(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: IncidentContactsArgs, opts: ResourceOptions | None = None) -> None:
        facts = {"roles": list(args.roles), "userNotice": args.user_notice}
        super().__init__("brightbroom:compliance:IncidentContacts", name, facts, opts)
        self.register_outputs(facts)
