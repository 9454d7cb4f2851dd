"""Scripts of other hosts that pages may load (PCI DSS 6.4.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi import ResourceOptions


@dataclass(frozen=True, kw_only=True, slots=True)
class ScriptInventoryArgs:
    """What is declared."""

    scripts: Sequence[Mapping[str, Any]]
    """`{host, purpose, owner, integrity}` each."""


class ScriptInventory(pulumi.ComponentResource):
    """A declared fact: rules and audit read its inputs from the state."""

    def __init__(self, name: str, args: ScriptInventoryArgs, opts: ResourceOptions | None = None) -> None:
        facts = {"scripts": list(args.scripts)}
        super().__init__("brightbroom:compliance:ScriptInventory", name, facts, opts)
        self.register_outputs(facts)
