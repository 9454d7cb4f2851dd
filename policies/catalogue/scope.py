"""What a rule is told beside the resource it judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from policies.catalogue.model import Parameters
from policies.catalogue.resource import Stack
from policies.catalogue.waivers import Waivers


@dataclass(frozen=True, slots=True)
class Scope:
    """The parameters of the rule in this stack, the day that ages are counted to, the stack (empty for a rule over one resource),
    the waivers with what was made of them (for GOV-03), and the other stacks by name: None where a caller never sees them (the
    pack), empty where it could but was given none (an audit of one state)."""

    parameters: Parameters
    today: date
    stack: Stack = field(default_factory=lambda: Stack(()))
    waivers: Waivers = field(default_factory=Waivers)
    others: Mapping[str, Stack] | None = None
