"""The model of `brightbroom-infra:compliance`: facts that no vendor resource holds."""

from __future__ import annotations

from pydantic import Field

from infra import vocabulary as v
from infra.settings.area import Area


class DataCategory(Area):
    """One row of the register of processing (GDPR 30)."""

    name: str
    purpose: str
    legal_basis: str
    retention_days: v.Days
    erasure: str
    owner: v.EmailAddress
    place: str
    personal: bool


class ThirdPartyScript(Area):
    """A host of others that pages may load scripts from, or connect to."""

    host: v.HostPattern
    purpose: str
    owner: v.EmailAddress
    integrity: str
    """How a script is kept from changing, such as `sha384-…`; empty for a mere connection."""


class IncidentRole(Area):
    """Who does what when something breaks."""

    role: str
    name: str
    contact: v.EmailAddress


class Compliance(Area):
    """Facts that no vendor resource holds."""

    data: list[DataCategory] = Field(min_length=1)
    scripts: list[ThirdPartyScript]
    incident_roles: list[IncidentRole] = Field(min_length=1)
    user_notice: str
    erasure_after_restore: str = ""
    """Where it is written how erasures are done again after a restore: backups may then be kept longer than 35 days."""
    rto_minutes: int = Field(ge=1)
    rpo_hours: int = Field(ge=1)
